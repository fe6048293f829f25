"""LINE's parts: the webhook, the rich menu, the watch over the quota, broadcasts, and the check."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.line.adapter import LineAdapter, import_sdk
from bot.line.broadcast import LineBroadcast
from bot.line.menus.personal_menus import PersonalMenus, default_menu, line_menu_of
from bot.line.menus.rich_menus import MenuRefused
from bot.line.older import LineMeans
from bot.line.settings import LineSettings
from bot.line.signatures import Signatures
from bot.line.web_login import channel_of, user_of
from bot.line.webhook import receive_webhook, signature_matches
from bot.log import get_logger
from bot.parts import (
    PlatformParts,
    PlatformWork,
    Refusal,
    RunningDesk,
    Surroundings,
    WebLogin,
    tell_lack,
)
from bot.queues.hearing import Hearing
from bot.queues.pulses import Pulses
from bot.queues.quota import QuotaWatch
from bot.variables import plain
from bot.web.webhooks import empty, not_taken, read_body
from domain.staff import Platform
from handlers import system
from handlers.work.menu import common_menu
from store.engine.database import StoreUnavailable

WEBHOOK = "/line/webhook"
REFUSES = (401, 403)
"""What LINE answers whom it does not know."""
SIGNATURE_HEADER = "x-line-signature"

log = get_logger()


def open_line(settings: LineSettings, surroundings: Surroundings) -> "LinePlatform | None":
    """Its parts where an access token is given."""
    if settings.line_access_token is None:
        return None
    return LinePlatform(plain(settings.line_access_token), settings, surroundings)


class LinePlatform(PlatformParts):
    """See `bot.parts.PlatformParts`."""

    name = Platform.LINE
    ask_every = 20.0

    def __init__(self, token: str, settings: LineSettings, surroundings: Surroundings) -> None:
        self.adapter: LineAdapter = LineAdapter(
            token,
            settings.line_api_url,
            settings.line_data_api_url,
            surroundings.clock,
            surroundings.links,
        )
        self.networks = (LineBroadcast(token, settings.line_api_url, surroundings.links),)
        self._api_url = settings.line_api_url
        self._secret = plain(settings.line_channel_secret)
        if settings.line_liff_id is not None:
            self.login = _login(settings.line_liff_id, settings.line_api_url)
        self._surroundings = surroundings
        self._signatures: Signatures | None = None

    def routes(self, running: RunningDesk) -> Sequence[Route]:
        """The webhook."""
        signatures = self._signatures_of(running.pulses)

        async def webhook(request: Request) -> Response:
            signature = request.headers.get(SIGNATURE_HEADER)
            if signature is None:
                return empty(401)
            body = await read_body(request)
            if not signature_matches(self._secret, body, signature):
                self._note_unsigned(signatures, body)
                return empty(401)
            signatures.right()
            return await self._take(running, body)

        return (Route(WEBHOOK, webhook, methods=["POST"]),)

    async def _take(self, running: RunningDesk, body: bytes) -> Response:
        """Commit the events, then acknowledge them."""
        db = running.desk.db
        now = running.desk.clock()
        try:
            woken = await receive_webhook(self.adapter, db, running.owner, now, body)
        except StoreUnavailable as error:
            return not_taken(error)
        running.pulses.received(self.name)
        running.wake(woken)
        return empty()

    def _note_unsigned(self, signatures: Signatures, body: bytes) -> None:
        """Strangers sign with anything; LINE's own name the bot."""
        user_id = self.adapter.user_id.encode()
        if user_id and user_id in body:
            signatures.wrong()

    def _signatures_of(self, pulses: Pulses) -> Signatures:
        """The one of this desk: its webhook notes, and what runs beside it looks."""
        if self._signatures is None:
            self._signatures = Signatures(pulses, self.name, self.adapter.try_webhook)
        return self._signatures

    def set_up(self, running: RunningDesk) -> Sequence[PlatformWork]:
        """The rich menu, and the bot's name."""

        self.adapter.tell_lack = partial(tell_lack, running, Platform.LINE, LACKS)

        async def greet() -> None:
            try:
                await self.adapter.set_up(default_menu())
            except MenuRefused:
                self.adapter.tell_lack(LineMeans.MENU)
            running.desk.private_chats[Platform.LINE] = self.adapter.private_chat

        return (greet,)

    def background(self, running: RunningDesk) -> Sequence[PlatformWork]:
        """The watch over the month's quota, and over whether LINE brings what comes."""
        if not self._surroundings.public_url:
            log.warning("DESKBOT_PUBLIC_URL is not set: no file can be opened on LINE")
        watch = QuotaWatch(
            Platform.LINE,
            self.adapter.quota,
            running.desk.db,
            running.post,
            self._surroundings.clock,
            running.desk.configuration.calendar,
        )
        hearing = Hearing(running.pulses, self.name, self._is_brought)
        refused = partial(self._without_menus, running)
        menus = PersonalMenus(running.desk, self.adapter.menus, refused)
        signatures = self._signatures_of(running.pulses)
        return (
            watch.run_forever,
            hearing.run_forever,
            signatures.run_forever,
            menus.run_forever,
        )

    async def _is_brought(self) -> bool:
        """Whether LINE brings events, and to such an address as ours; it may have another host."""
        address, is_active = await self.adapter.webhook()
        return is_active and address.endswith(WEBHOOK)

    def _without_menus(self, running: RunningDesk) -> None:
        """LINE takes no menus of people: everybody sees the officers' one, without numbers."""
        self.adapter.tell_lack(LineMeans.MENU)
        running.after(self.adapter.menus.put_up(line_menu_of(common_menu())))

    async def title(self, chat: str) -> str:
        """LINE says a group's name only when it is asked."""
        return await self.adapter.groups.title(chat)

    def remarks(self) -> Sequence[str]:
        """Files and charts are fetched from the desk, by HTTPS alone."""
        address = self._surroundings.public_url
        if not address:
            return (
                "DESKBOT_PUBLIC_URL: not set: "
                "on LINE, which takes no files from a bot, no file can be opened",
            )
        if not address.startswith("https://"):
            return ("DESKBOT_PUBLIC_URL: not https: LINE shows no charts",)
        return ()

    async def check(self) -> str:
        """Whether LINE knows the access token."""
        try:
            await self.adapter.hello()
        except import_sdk().ApiException as error:
            if error.status not in REFUSES:
                return f"DESKBOT_LINE_API_URL: LINE answers {error.status}"
            return Refusal(f"DESKBOT_LINE_ACCESS_TOKEN: LINE answers {error.status}")
        except OSError as error:
            reason = type(error).__name__
            return f"DESKBOT_LINE_API_URL: {self._api_url} cannot be reached ({reason})"
        return ""

    async def close(self) -> None:
        """Close the connections."""
        await self.adapter.close()


def _login(liff_id: str, api_url: str) -> WebLogin:
    """A LIFF page says who opened it."""
    channel = channel_of(liff_id)

    async def user(id_token: str, now: datetime, longest: timedelta) -> str:
        # How long a token holds is said by LINE.
        return await user_of(id_token, api_url.rstrip("/"), channel, now)

    return WebLogin(
        "id_token",
        user,
        "line.html",
        {"liff_id": liff_id},
        {
            "script-src": "https://static.line-scdn.net",
            "connect-src": "https://api.line.me https://liffsdk.line-scdn.net",
        },
    )


LACKS = {
    LineMeans.MENU: system.menus_refused,
    LineMeans.COPY: system.copying_unknown,
    LineMeans.QUOTE: system.quoting_unknown,
    LineMeans.LOADING: system.loading_unknown,
    LineMeans.READ: system.read_marks_unknown,
}
"""How administrators are told what their LINE does not take."""
