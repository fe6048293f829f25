"""Coming in and going out: the link of `/web`, what the chat apps say of who opens a page, and the
end of a session.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeAlias
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bot.parts import WebLogin
from bot.web.pages.drawing import page, policy
from bot.web.pages.guard import (
    COOKIE,
    Guard,
    NotTaken,
    Visitor,
    is_this_machine,
    refusal,
    speak_to,
)
from bot.web.pages.keys import new_secret
from bot.web.webhooks import not_taken
from domain.errors import Expired
from domain.staff import Platform, Staff
from handlers.desk import Desk
from handlers.staff.browser.words import door_words
from store import audit, staff
from store.audit import AuditEntry
from store.chat import sessions
from store.chat.sessions import WebSession, hashed
from store.engine.database import StoreUnavailable, Tx

Enter: TypeAlias = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True)
class Doors:
    """Where sessions begin and end."""

    desk: Desk
    guard: Guard

    def door(self, enter: Enter) -> Enter:
        """An address that anybody may ask: one clear sentence where nobody is let in."""

        async def endpoint(request: Request) -> Response:
            speak_to(request)
            try:
                return await enter(request)
            except NotTaken as refused:
                return refusal(request, refused.code)
            except StoreUnavailable as error:
                not_taken(error)
                return refusal(request, "away")

        return endpoint

    async def show_link(self, request: Request) -> Response:
        """One button: whoever only looks at the link, as chat apps do, does not use it up."""
        secret = request.path_params["token"]
        if not await sessions.is_good_login(self.desk.db, secret, self.desk.clock()):
            raise NotTaken("login")
        return page("enter.html", words=door_words())

    async def use_link(self, request: Request) -> Response:
        """Log in, once."""
        self.guard.check_origin(request)
        secret = request.path_params["token"]
        now = self.desk.clock()

        async def work(tx: Tx) -> tuple[Staff, str]:
            person = await sessions.use_login(tx, secret, now)
            return person, await self._begin(tx, person, "link")

        try:
            _person, key = await self.desk.db.write(work)
        except Expired:
            raise NotTaken("login") from None
        return self.entered(request, key)

    def opened_in(self, platform: Platform, login: WebLogin) -> tuple[Enter, Enter]:
        """The page that a chat app opens, and what that page posts."""

        async def show(request: Request) -> Response:
            headers = {"Content-Security-Policy": policy(login.sources)}
            return page(login.page, 200, headers, words=door_words(), **login.values)

        async def enter(request: Request) -> Response:
            async with await self.guard.form(request) as form:
                proof = str(form.get(login.field, ""))
            user = await login.user(
                proof,
                self.desk.clock(),
                self.desk.configuration.browser.platform_proof,
            )
            if not user:
                raise NotTaken("proof")
            return await self._enter_as(request, platform, user)

        return show, enter

    async def _enter_as(self, request: Request, platform: Platform, user: str) -> Response:
        """Log in whose account a chat app vouches for."""
        found = await staff.find_by_identity(self.desk.db, platform, user)
        if found is None or found[0].blocked_at is not None:
            raise NotTaken("unknown")
        person = found[0]
        key = await self.desk.db.write(lambda tx: self._begin(tx, person, platform))
        return self.entered(request, key)

    async def _begin(self, tx: Tx, person: Staff, way: str) -> str:
        """A new session; returns the secret that it is known by."""
        now = self.desk.clock()
        secret = new_secret()
        session = WebSession(
            hashed(secret),
            person.id,
            way,
            now,
            now + self.desk.configuration.browser.session,
        )
        await sessions.add(tx, session)
        await audit.add(tx, [_web_audit(self.desk, person, "web.entered")])
        return secret

    def entered(self, request: Request, secret: str) -> Response:
        """Off to the chat, with the session's cookie."""
        response = RedirectResponse("/", 303, {"Cache-Control": "no-store"})
        response.set_cookie(
            COOKIE,
            self.guard.keys.cookie(secret),
            max_age=int(self.desk.configuration.browser.session.total_seconds()),
            httponly=True,
            secure=self._is_secure(request),
            samesite="lax",
            path="/",
        )
        return response

    def _is_secure(self, request: Request) -> bool:
        """Always, but where this machine's own browser asks without encryption."""
        if urlsplit(self.guard.home).scheme == "https":
            return True
        return not is_this_machine(request.url.hostname or "")

    async def leave(self, request: Request, visitor: Visitor) -> Response:
        """End this session."""
        now = self.desk.clock()
        person = visitor.person

        async def work(tx: Tx) -> None:
            await sessions.end(tx, person.id, hashed(visitor.secret), now)
            await audit.add(tx, [_web_audit(self.desk, person, "web.ended")])

        async with self.guard.posted(request, visitor):
            await self.desk.db.write(work)
        response = RedirectResponse("/", 303, {"Cache-Control": "no-store"})
        response.delete_cookie(COOKIE, path="/")
        return response


def _web_audit(desk: Desk, person: Staff, action: str) -> AuditEntry:
    return AuditEntry(
        desk.clock(),
        person.id,
        action,
        f"staff:{person.id}",
        Platform.WEB,
        "",
    )
