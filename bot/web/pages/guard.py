"""Who looks, and whether what is posted comes from a page of theirs: whoever is not known learns
nothing.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import TypeAlias
from urllib.parse import urlsplit

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import Message

from bot.web.adapter import LIMITS
from bot.web.pages.drawing import PAGE_HEADERS, page
from bot.web.pages.keys import WebKeys
from bot.web.webhooks import not_taken, pass_over
from domain.staff import Staff, StaffId
from handlers.desk import Desk
from handlers.i18n import speak
from handlers.staff.browser.words import door_words, refusals
from store import staff
from store.chat import sessions
from store.engine.database import StoreUnavailable

COOKIE = "deskbot_session"
WORD = "csrf"
"""The field in which a form brings the word of its session."""
READS = frozenset({"GET", "HEAD"})
STATUS = {
    "too_large": 413,
    "foreign": 403,
    "session": 401,
    "nothing": 404,
    "away": 503,
    "login": 410,
    "proof": 401,
    "unknown": 403,
}
"""By the code of a refusal; all others are 400."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who looks: somebody of the staff, in a session known by `secret`."""

    person: Staff
    secret: str
    word: str
    can_leave: bool = True

    @property
    def chat(self) -> str:
        """The chat that this person's browsers show."""
        return str(self.person.id)


class NotTaken(Exception):
    """What was posted is refused; `code` = the sentence that says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


ShownPage: TypeAlias = Callable[[Request, Visitor], Awaitable[Response]]
_Endpoint: TypeAlias = Callable[[Request], Awaitable[Response]]
StrangersPage: TypeAlias = Callable[[Request], Response]


class Guard:
    """Lets in whose session holds. `home` = where people reach this desk, "" = nobody said;
    `demo_person` = who everybody is on a demo desk, which is open to whoever sits at this machine.
    """

    def __init__(
        self,
        desk: Desk,
        keys: WebKeys,
        home: str = "",
        demo_person: StaffId | None = None,
    ) -> None:
        self.desk = desk
        self.keys = keys
        self.home = home
        self._demo_person = demo_person

    async def visitor(self, request: Request) -> Visitor | None:
        """Who looks; None for whom the desk does not know, or no longer."""
        if self._demo_person is not None:
            return await self._demo_visitor(request, self._demo_person)
        secret = self.keys.read_cookie(request.cookies.get(COOKIE, ""))
        if not secret:
            return None
        found = await sessions.find(self.desk.db, secret)
        if found is None:
            return None
        session, person = found
        if not session.holds(person, self.desk.clock()):
            return None
        return Visitor(person, secret, self.keys.post_word(secret))

    async def _demo_visitor(self, request: Request, who: StaffId) -> Visitor | None:
        # A page of another host that was made to look like this machine gets nothing.
        if not is_this_machine(request.url.hostname or ""):
            return None
        person = await staff.get_staff(self.desk.db, who)
        return Visitor(person, "demo", self.keys.post_word("demo"), can_leave=False)

    def __call__(self, show: ShownPage, strangers: StrangersPage | None = None) -> _Endpoint:
        """An address that only who is logged in may ask, in that person's language; `strangers` =
        what others are shown there.
        """
        turn_away = strangers or turned_away

        async def endpoint(request: Request) -> Response:
            speak_to(request)
            try:
                visitor = await self.visitor(request)
                if visitor is None:
                    return turn_away(request)
                speak(visitor.person.language)
                return await show(request, visitor)
            except NotTaken as refused:
                return refusal(request, refused.code)
            except StoreUnavailable as error:
                not_taken(error)
                return refusal(request, "away")

        return endpoint

    def check_origin(self, request: Request) -> None:
        """NotTaken("foreign") for what a page of another site posts."""
        origin = request.headers.get("origin")
        if origin is None:
            return
        ours = {urlsplit(self.home).netloc, request.headers.get("host", "")}
        if urlsplit(origin).netloc not in ours - {""}:
            raise NotTaken("foreign")

    @asynccontextmanager
    async def posted(
        self,
        request: Request,
        visitor: Visitor,
        most: int = LIMITS.form,
    ) -> AsyncIterator[FormData]:
        """What a page of this session posted; NotTaken where it did not, or where it is more than
        so many bytes. Its files are gone behind it.
        """
        async with await self.form(request, most) as form:
            if not self.keys.is_post_word(visitor.secret, str(form.get(WORD, ""))):
                raise NotTaken("foreign")
            yield form

    async def form(
        self, request: Request, most: int = LIMITS.form
    ) -> AbstractAsyncContextManager[FormData]:
        """What was posted from one of our pages, whoever looks at it."""
        self.check_origin(request)
        if int(request.headers.get("content-length") or 0) > most:
            await pass_over(request)
            raise NotTaken("too_large")
        return _bounded(request, most).form(max_fields=200, max_part_size=LIMITS.form)


def _bounded(request: Request, most: int) -> Request:
    """The request as far as it is not too large: a length may not be said, or be wrong."""
    received = 0

    async def receive() -> Message:
        nonlocal received
        message = await request.receive()
        received += len(message.get("body", b""))
        if received > most:
            raise NotTaken("too_large")
        return message

    return Request(request.scope, receive)


def is_this_machine(host: str) -> bool:
    """Whether a host's name means the machine itself."""
    return host in ("127.0.0.1", "localhost", "::1")


def speak_to(request: Request) -> None:
    """Say what follows in the language of a browser whose person is not known yet."""
    speak("en" if request.headers.get("accept-language", "").startswith("en") else "th")


def turned_away(request: Request) -> Response:
    """What whoever is not logged in gets, at every address."""
    if request.method in READS and "text/event-stream" not in request.headers.get("accept", ""):
        return RedirectResponse("/", 303, {"Cache-Control": "no-store"})
    return refusal(request, "session")


def refusal(request: Request, code: str) -> Response:
    """One sentence that says why not: as a page, or alone where the script asks."""
    sentence = refusals()[code]
    status = STATUS.get(code, 400)
    if "text/html" in request.headers.get("accept", ""):
        return page("refused.html", status, words=door_words(), sentence=sentence)
    return PlainTextResponse(sentence, status, PAGE_HEADERS)
