"""The desk in this process, on both platforms' fakes, under a clock that stands still: nothing
happens in it but what is asked of it.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol, TypeVar

from pydantic import SecretStr

import bot.telegram.adapter
from bench.programs import LINE_USERS, PEOPLE, TELEGRAM_USERS, add_officers
from bench.rig import free_port
from bot.demo.desk import fill_demo
from bot.service import Service
from bot.settings import Settings
from domain.configuration import load_configuration
from domain.staff import Platform
from store.opening import open_database
from tests.fakes.line import FakeLine
from tests.fakes.telegram import FakeTelegram

T = TypeVar("T")
MONDAY = datetime(2026, 11, 30, 3, 0, tzinfo=UTC)
"""10.00 in Bangkok, when people work."""
STEP = timedelta(milliseconds=10)
"""From one event to the next."""
TURNS = 20
"""So often the loop goes round before what has come to rest is believed."""


class DeskClock:
    """The time of the desk and of the fakes, which goes on by a step an event."""

    def __init__(self) -> None:
        self.at = MONDAY

    def __call__(self) -> datetime:
        """The time, in UTC."""
        return self.at

    def timestamp(self) -> float:
        """The same in seconds since the epoch."""
        return self.at.timestamp()


class StoppedLoop(asyncio.SelectorEventLoop):
    """A loop whose clock can be stopped: then no pause ends, and no sweep begins."""

    def __init__(self) -> None:
        self._stopped_at: float | None = None
        super().__init__()

    def time(self) -> float:
        """Seconds."""
        if self._stopped_at is None:
            return super().time()
        return self._stopped_at

    def stop_time(self) -> None:
        """From now on no time passes."""
        self._stopped_at = super().time()

    def go_on(self) -> None:
        """From now on time passes again."""
        self._stopped_at = None


def _loop() -> StoppedLoop:
    loop = asyncio.get_running_loop()
    assert isinstance(loop, StoppedLoop)
    return loop


class OfficerChat(Protocol):
    """One officer's chat with the desk on one platform."""

    def says(self, text: str) -> None:
        """Send it, and wait until the platform has nothing more to do with it."""
        ...

    def presses(self, button: str) -> None:
        """The same with a button of the last message."""
        ...

    def answers(self) -> list[str]:
        """All that the desk has said so far, as people see it."""
        ...


class TelegramChat:
    """See `OfficerChat`."""

    def __init__(self, fake: FakeTelegram, user: int) -> None:
        self._fake = fake
        self._user = user

    def says(self, text: str) -> None:
        self._taken(self._fake.say(self._user, text))

    def presses(self, button: str) -> None:
        before = self._presses()
        last = self._fake.messages(self._user)[-1]
        self._taken(self._fake.press(self._user, last.message_id, button))
        self._fake.wait_for(lambda: self._presses() > before)

    def answers(self) -> list[str]:
        return [message.text for message in self._fake.messages(self._user)]

    def _taken(self, update: int) -> None:
        self._fake.wait_for(lambda: self._polls_behind(update))

    def _polls_behind(self, update: int) -> bool:
        return _polls(self._fake, update)

    def _presses(self) -> int:
        done = [call for call in self._fake.calls if call.method == "answerCallbackQuery"]
        return sum(1 for call in done if call.status)


def _polls(fake: FakeTelegram, update: int = -1) -> bool:
    """Whether a poll waits for what comes behind this update."""
    polls = [call for call in fake.calls if call.method == "getUpdates"]
    return bool(polls) and not polls[-1].status and polls[-1].params.get("offset", 0) > update


class LineChat:
    """See `OfficerChat`."""

    def __init__(self, fake: FakeLine, user: str) -> None:
        self._fake = fake
        self._user = user

    def says(self, text: str) -> None:
        self._taken(self._fake.say(self._user, text).status)

    def presses(self, button: str) -> None:
        self._taken(self._fake.press(self._user, button).status)

    def answers(self) -> list[str]:
        return [message.text for message in self._fake.messages(self._user)]

    def _taken(self, status: int) -> None:
        if status != 200:
            raise RuntimeError(f"webhook answered {status}")


class StoppedDesk:
    """A running desk; `chats` = one officer's, by platform."""

    def __init__(
        self, service: Service, clock: DeskClock, chats: dict[Platform, OfficerChat]
    ) -> None:
        self.chats = chats
        self._service = service
        self._clock = clock
        self._people = ThreadPoolExecutor(1, "people")
        self._resting: set[asyncio.Task[Any]] = set()

    async def people(self, act: Callable[..., T], *arguments: object) -> T:
        """Somebody outside the desk does something that takes a while."""
        return await asyncio.get_running_loop().run_in_executor(self._people, act, *arguments)

    async def ready(self, polls: Callable[[], object]) -> None:
        """Wait until the platforms are set up and `polls` says so; then time stops."""
        known = self._service.engine.desk.private_chats
        while not self.chats.keys() <= known.keys():
            await asyncio.sleep(0.01)
        await self.people(polls)
        _loop().stop_time()
        await self.rest()
        self._resting = asyncio.all_tasks()

    async def rest(self) -> None:
        """Wait until the desk has nothing to do but wait, and to write with its next event what was
        sent: that would happen by itself after a while, but time stands still.
        """
        turns = 0
        while turns < TURNS:
            await self._service.engine.worker.lanes.idle()
            await self._service.engine.sender.lanes.idle()
            turns += 1
            if self._resting and asyncio.all_tasks() - self._resting:
                turns = 0
            await asyncio.sleep(0)

    async def event(self, act: Callable[..., None], *arguments: object) -> None:
        """Let one event happen, and all that comes of it."""
        self._clock.at += STEP
        await self.people(act, *arguments)
        await self.rest()


async def fill(url: str) -> None:
    """The demo's year of customers and tickets, and officers who speak on both platforms."""
    db = await open_database(url, MONDAY)
    try:
        await fill_demo(db, load_configuration(), MONDAY)
        await add_officers(db, PEOPLE, MONDAY)
    finally:
        await db.close()


@asynccontextmanager
async def stopped_desk(url: str, folder: Path) -> AsyncIterator[StoppedDesk]:
    """The desk in the database with this URL, running; needs a StoppedLoop."""
    clock = DeskClock()
    configuration = load_configuration()
    with ExitStack() as stack:
        # Its own pace would keep the desk waiting, and time does not pass.
        bot.telegram.adapter.PER_SECOND = 1_000_000
        bot.telegram.adapter.PER_CHAT = (1_000_000, 1.0)
        telegram = stack.enter_context(FakeTelegram(clock=clock.timestamp))
        line = stack.enter_context(FakeLine(clock=clock.timestamp))
        settings = _settings(url, folder, telegram, line)
        line.webhook_url = f"http://127.0.0.1:{settings.http_port}/line/webhook"
        db = await open_database(url, clock())
        service = Service(settings, db, configuration, clock)
        chats: dict[Platform, OfficerChat] = {
            Platform.TELEGRAM: TelegramChat(telegram, TELEGRAM_USERS[0]),
            Platform.LINE: LineChat(line, LINE_USERS[0]),
        }
        desk = StoppedDesk(service, clock, chats)
        stopping = asyncio.Event()
        running = asyncio.create_task(service.run(stopping))
        try:
            await desk.ready(lambda: telegram.wait_for(lambda: _polls(telegram)))
            yield desk
        finally:
            _loop().go_on()
            stopping.set()
            await running
            await db.close()


def _settings(url: str, folder: Path, telegram: FakeTelegram, line: FakeLine) -> Settings:
    return Settings(
        database_url=url,
        data_dir=folder,
        telegram_token=SecretStr(telegram.token),
        telegram_api_url=telegram.url,
        line_channel_secret=SecretStr(line.channel_secret),
        line_access_token=SecretStr(line.access_token),
        line_api_url=line.url,
        line_data_api_url=line.url,
        http_port=free_port(),
    )
