"""The browser's parts: the pages, and the adapter behind them."""

from collections.abc import Iterator, Sequence
from functools import partial

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.parts import PlatformParts, PlatformWork, RunningDesk, Surroundings
from bot.web.adapter import WebAdapter
from bot.web.live import Live
from bot.web.pages import statics
from bot.web.pages.board import show_board
from bot.web.pages.chat import ChatPage
from bot.web.pages.doors import Doors
from bot.web.pages.drawing import page
from bot.web.pages.forms import FormPage
from bot.web.pages.guard import Guard, NotTaken, Visitor, is_this_machine
from bot.web.pages.keys import WebKeys
from bot.web.pages.launch import LaunchPage
from bot.web.settings import WebSettings
from domain.staff import Platform, StaffId
from handlers.desk import Desk
from handlers.staff.browser.launching import administration, reports
from handlers.staff.browser.words import door_words

GET = ("GET",)
POST = ("POST",)


def open_web(settings: WebSettings, surroundings: Surroundings) -> "WebPlatform | None":
    """Its parts, which every desk has that runs; a check has nothing to ask."""
    if not surroundings.key:
        return None
    return WebPlatform(home_of(settings), surroundings)


def home_of(settings: WebSettings) -> str:
    """Where people find the pages: outside, else on this machine, else nowhere."""
    if settings.public_url:
        return settings.public_url.rstrip("/")
    if is_this_machine(settings.http_host):
        return f"http://{settings.http_host}:{settings.http_port}"
    return ""


class WebPlatform(PlatformParts):
    """See `bot.parts.PlatformParts`. `demo_person` = who everybody is on a demo desk."""

    name = Platform.WEB

    def __init__(
        self,
        home: str,
        surroundings: Surroundings,
        live: Live | None = None,
        *,
        demo_person: StaffId | None = None,
    ) -> None:
        self._home = home
        self._key = surroundings.key
        self._demo_person = demo_person
        self._live = live or Live()
        self.adapter: WebAdapter = WebAdapter(self._live, surroundings.blobs)

    def routes(self, running: RunningDesk) -> Sequence[Route]:
        """All addresses of the pages; whatever else is asked for turns strangers away as well."""
        desk = running.desk
        guard = self._guard(desk)
        doors = Doors(desk, guard)
        chat = ChatPage(running, guard, self._live)
        forms = FormPage(chat)

        pages = (
            ("GET", "/board", partial(show_board, desk)),
            ("GET", "/reports", LaunchPage(desk, "/reports", "reports", reports, "/report").show),
            ("GET", "/admin", LaunchPage(desk, "/admin", "admin", administration).show),
            ("GET", "/forms/{draft}", forms.show),
            ("POST", "/forms/{draft}", forms.take),
            ("GET", "/files/shown/{file}", chat.file),
            ("GET", "/events", chat.events),
            ("POST", "/", chat.take),
            ("POST", "/logout", doors.leave),
        )
        link = "/login/{token}"
        return (
            *_apps(running, doors),
            Route("/", guard(chat.show, _door), methods=GET),
            Route("/static/{name:path}", statics.serve, methods=GET),
            Route(link, doors.door(doors.show_link), methods=GET),
            Route(link, doors.door(doors.use_link), methods=POST),
            *(Route(path, guard(show), methods=[method]) for method, path, show in pages),
        )

    def last_routes(self, running: RunningDesk) -> Sequence[Route]:
        """Whatever else is asked for."""
        nothing = self._guard(running.desk)(_nothing)
        return (Route("/{path:path}", nothing, methods=EVERY),)

    def _guard(self, desk: Desk) -> Guard:
        keys = WebKeys(self._key)
        return Guard(
            desk,
            keys,
            self._home,
            self._demo_person,
        )

    def background(self, running: RunningDesk) -> Sequence[PlatformWork]:
        """The look at what other processes brought."""
        return (partial(self._live.look_forever, running.desk.db),)


EVERY = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


def _apps(running: RunningDesk, doors: Doors) -> Iterator[Route]:
    """Where the chat apps log in who opens a page in them."""
    for platform, login in running.logins.items():
        show, enter = doors.opened_in(platform, login)
        yield Route(f"/login/{platform}", doors.door(show), methods=GET)
        yield Route(f"/login/{platform}", doors.door(enter), methods=POST)


def _door(request: Request) -> Response:
    return page("door.html", words=door_words())


async def _nothing(request: Request, visitor: Visitor) -> Response:
    raise NotTaken("nothing")
