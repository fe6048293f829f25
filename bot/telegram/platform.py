"""Telegram's parts: updates by polling or webhook, the command list, and the check of the token."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta
from functools import partial

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from telegram.error import Forbidden, InvalidToken, TelegramError

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
from bot.telegram.adapter import UPDATES, NameUnknown, TelegramAdapter
from bot.telegram.command_lists import command_lists, lists_of_staff
from bot.telegram.poller import Poller
from bot.telegram.render import Means
from bot.telegram.settings import TelegramSettings
from bot.telegram.web_login import user_of
from bot.telegram.webhook import receive_webhook, secret_matches
from bot.variables import plain
from bot.web.webhooks import empty, not_taken, read_body
from domain.dates.days import BANGKOK
from domain.dates.working_calendar import WorkingCalendar
from domain.staff import Platform
from handlers import system
from handlers.desk import Desk, up_to_date
from store.engine.database import StoreUnavailable

WEBHOOK = "/telegram/webhook"
SECRET_HEADER = "x-telegram-bot-api-secret-token"  # noqa: S105 - its name, not the secret
LATELY = timedelta(minutes=2)
"""A call that failed longer ago says nothing of now."""


def open_telegram(
    settings: TelegramSettings, surroundings: Surroundings
) -> "TelegramPlatform | None":
    """Its parts where a token is given."""
    if settings.telegram_token is None:
        return None
    return TelegramPlatform(plain(settings.telegram_token), settings, surroundings)


class TelegramPlatform(PlatformParts):
    """See `bot.parts.PlatformParts`."""

    name = Platform.TELEGRAM
    ask_every = 20.0

    def __init__(self, token: str, settings: TelegramSettings, surroundings: Surroundings) -> None:
        self.adapter: TelegramAdapter = TelegramAdapter(
            token, settings.telegram_api_url, surroundings.blobs
        )
        self._settings = settings
        self._surroundings = surroundings
        self._secret = plain(settings.telegram_webhook_secret)
        self.login = _login(token)

    def routes(self, running: RunningDesk) -> Sequence[Route]:
        """The webhook, where Telegram is to call it."""
        if not self._settings.telegram_by_webhook:
            return ()

        async def webhook(request: Request) -> Response:
            given = request.headers.get(SECRET_HEADER)
            if not secret_matches(self._secret, given):
                return empty(403)
            return await self._take(running, await read_body(request))

        return (Route(WEBHOOK, webhook, methods=["POST"]),)

    async def _take(self, running: RunningDesk, body: bytes) -> Response:
        """Commit the update, then acknowledge it."""
        db = running.desk.db
        now = running.desk.clock()
        try:
            woken, update = await receive_webhook(self.adapter, db, running.owner, now, body)
        except (StoreUnavailable, NameUnknown) as error:
            return not_taken(error)
        except ValueError:
            return empty(400)
        running.pulses.received(self.name)
        running.wake(woken)
        running.after(self.adapter.answer_press(update))
        return empty()

    def set_up(self, running: RunningDesk) -> Sequence[PlatformWork]:
        """The command list, and where updates go."""

        self.adapter.tell_lack = partial(tell_lack, running, Platform.TELEGRAM, LACKS)
        self.adapter.office_days = partial(office_days, running.desk)
        self.adapter.signs = running.desk.configuration.board.signs

        async def greet() -> None:
            name = await self.adapter.set_up(command_lists())
            running.desk.private_chats[Platform.TELEGRAM] = f"https://t.me/{name}"
            await self._say_where_updates_go()
            # Many calls, which nothing need wait for; the next start makes up for what fails.
            running.after(self._offer_by_role(running.desk))

        return (greet,)

    async def _offer_by_role(self, desk: Desk) -> None:
        lists = await lists_of_staff(desk)
        with suppress(TelegramError):
            for chat, commands in lists.items():
                await self.adapter.offer_commands(chat, commands)

    async def _say_where_updates_go(self) -> None:
        if not self._settings.telegram_by_webhook:
            await self.adapter.bot.delete_webhook()
            return
        address = self._surroundings.public_url.rstrip("/")
        await self.adapter.bot.set_webhook(
            f"{address}{WEBHOOK}",
            secret_token=self._secret,
            allowed_updates=UPDATES,
        )

    def background(self, running: RunningDesk) -> Sequence[PlatformWork]:
        """Polling, where Telegram does not call."""
        if self._settings.telegram_by_webhook:
            return (Hearing(running.pulses, self.name, self._is_brought).run_forever,)
        poller = Poller(
            self.adapter,
            running.desk.db,
            running.owner,
            self._surroundings.clock,
            running.wake,
            running.pulses,
        )
        return (poller.run_forever,)

    async def _is_brought(self) -> bool:
        """Whether Telegram brings updates to this desk, and it takes them."""
        info = await self.adapter.bot.get_webhook_info()
        address = self._surroundings.public_url.rstrip("/")
        if info.url != f"{address}{WEBHOOK}":
            return False
        failed_at = info.last_error_date
        if not info.pending_update_count or failed_at is None:
            return True
        return self._surroundings.clock() - failed_at > LATELY

    async def check(self) -> str:
        """Whether Telegram knows the token."""
        try:
            await self.adapter.bot.get_me()
        except (InvalidToken, Forbidden):
            return Refusal("DESKBOT_TELEGRAM_TOKEN: Telegram does not know this token")
        except TelegramError as error:
            address = self._settings.telegram_api_url
            reason = type(error).__name__
            return f"DESKBOT_TELEGRAM_API_URL: {address} cannot be reached ({reason})"
        return ""

    async def close(self) -> None:
        """Close the connections."""
        await self.adapter.close()


async def office_days(desk: Desk) -> tuple[WorkingCalendar, date]:
    """Which days are worked by now, and today."""
    today = desk.clock().astimezone(BANGKOK).date()
    return (await up_to_date(desk)).configuration.calendar, today


LACKS = {
    Means.RICH: system.rich_messages_unknown,
    Means.LOOKS: system.button_looks_unknown,
    Means.REACTIONS: system.reactions_refused,
}
"""How administrators are told what their Telegram does not know."""


def _login(token: str) -> WebLogin:
    """A Mini App says who opened it."""

    async def user(init_data: str, now: datetime, longest: timedelta) -> str:
        return user_of(init_data, token, now, longest)

    return WebLogin(
        "init_data",
        user,
        "telegram.html",
        {},
        {"script-src": "https://telegram.org", "frame-ancestors": "https://web.telegram.org"},
    )
