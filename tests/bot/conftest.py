"""A desk on the wire: the real adapters and client libraries, with the fakes of Telegram and LINE
before them.
"""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bot.engine import Engine
from bot.files.file_store import FileStore
from bot.files.links import Links
from bot.line import webhook as line_webhook
from bot.line.adapter import LineAdapter
from bot.parts import RunningDesk
from bot.queues.pulses import Pulses
from bot.telegram import webhook as telegram_webhook
from bot.telegram.adapter import UPDATES, TelegramAdapter
from bot.telegram.platform import office_days
from domain.staff import Identity, Platform, Role, StaffId
from handlers.desk import Desk
from store import staff
from store.blobs import Blobs
from store.customers import records as customers
from store.engine.database import Database, Tx
from store.opening import open_database
from store.records.counters import raise_counter
from tests.fakes.line import FakeLine
from tests.fakes.line_chat import line_id
from tests.fakes.office import OFFICE, open_new
from tests.fakes.postgres import shared_server
from tests.fakes.telegram import FakeTelegram
from tests.handlers.conftest import CAST, NOW

NOK, NOK_LINE = 1002, line_id("nok")
MAY, MAY_LINE = 1001, line_id("may")
GROUP, FORUM, LINE_GROUP = -4242, -1001234567890, line_id("desk", "C")


def running(desk: Desk) -> RunningDesk:
    """A desk for the web side alone: what comes in stays in the inbox."""

    async def post(*_written: object) -> None:
        raise AssertionError("nothing is posted here")

    return RunningDesk(
        desk, "test", lambda woken: None, lambda work: None, post, Pulses(desk.clock)
    )


@dataclass
class WiredDesk:
    """`telegram` and `line` are where people do things; `turn` lets the desk hear and answer
    them.
    """

    db: Database
    engine: Engine
    telegram: FakeTelegram
    line: FakeLine
    adapters: tuple[TelegramAdapter, LineAdapter]
    ids: dict[str, StaffId]
    now: datetime = NOW

    async def turn(self) -> None:
        """Telegram hands over what it has, and everything is answered and sent."""
        while self.telegram.updates:
            raw = self.telegram.updates.popleft().raw
            woken, update = await telegram_webhook.receive_webhook(
                self.adapters[0], self.db, self.engine.owner, self.now, raw
            )
            self.engine.worker.wake(woken)
            await self.adapters[0].answer_press(update)
        await self.engine.idle()

    async def hears(self, *events: dict[str, Any]) -> None:
        """LINE hands over these events in one call, and everything is answered and sent."""
        body, _headers = self.line.signed(list(events))
        self.engine.worker.wake(
            await line_webhook.receive_webhook(
                self.adapters[1], self.db, self.engine.owner, self.now, body
            )
        )
        await self.engine.idle()

    async def sweep(self) -> None:
        """The sender looks for what is due by now, as it does twice a second."""
        await self.engine.sender.lanes.sweep()
        await self.engine.idle()

    def wait(self, **span: float) -> None:
        """Let time pass."""
        self.now += timedelta(**span)

    def telegram_texts(self, chat: int = NOK) -> list[str]:
        """What a Telegram chat shows of the bot's."""
        return [message.text for message in self.telegram.messages(chat)]

    def line_texts(self, chat: str = NOK_LINE) -> list[str]:
        """What a LINE chat shows of the bot's."""
        return [message.text for message in self.line.messages(chat)]

    async def value(self, sql: str, *params: object) -> Any:
        """The one value of a query."""
        row = await self.db.fetch_one(sql, *params)
        return row and next(iter(dict(row).values()))

    async def raw_texts(self) -> str:
        """Everything in the inbox as people wrote it."""
        rows = await self.db.fetch("SELECT raw FROM inbox")
        return json.dumps(
            [row["raw"] and json.loads(row["raw"]) for row in rows], ensure_ascii=False
        )


async def _fill(tx: Tx) -> dict[str, StaffId]:
    ids = {}
    for name, role, user, telegram, line in (
        ("นก", Role.OFFICER, "nok", NOK, NOK_LINE),
        ("เมย์", Role.ADMIN, "may", MAY, MAY_LINE),
    ):
        ids[user] = await staff.add_staff(tx, name, role, NOW)
        await staff.link_identity(tx, Identity(Platform.LINE, line, ids[user], line), NOW)
        await staff.link_identity(
            tx, Identity(Platform.TELEGRAM, str(telegram), ids[user], str(telegram)), NOW
        )
    for customer in CAST:
        await customers.add_customer(tx, customer, NOW)
    await raise_counter(tx, "customer", 90210)
    await raise_counter(tx, "ticket", 123)
    return ids


@pytest.fixture
def wired_engine() -> str:
    """Under which database the desk runs; a module that asks the same of both engines has its
    own.
    """
    return "sqlite"


async def _opened(engine: str, folder: Path) -> Database:
    if engine == "sqlite":
        return await open_new(folder / "desk.db")
    return await open_database(await shared_server().clean_desk())


@pytest.fixture
async def wired(tmp_path: Path, wired_engine: str) -> AsyncIterator[WiredDesk]:
    db = await _opened(wired_engine, tmp_path)

    def clock() -> datetime:
        return desk.now

    def seconds() -> float:
        return desk.now.timestamp()

    with FakeTelegram(clock=seconds) as telegram, FakeLine(clock=seconds) as line:
        blobs = Blobs(tmp_path)
        links = Links("https://desk.example", "key", clock)
        adapters = (
            TelegramAdapter(telegram.token, telegram.url, blobs),
            LineAdapter(line.access_token, line.url, line.url, clock, links),
        )
        by_platform = {adapter.platform: adapter for adapter in adapters}
        files = FileStore(db, by_platform, blobs, has_links=True, album_pause=0.0)
        engine = Engine(db, OFFICE, by_platform, "test", clock, files)
        adapters[0].office_days = partial(office_days, engine.desk)
        adapters[0].signs = OFFICE.board.signs
        telegram.allow(UPDATES)
        desk = WiredDesk(db, engine, telegram, line, adapters, await db.write(_fill))
        yield desk
        await engine.stop()
        for adapter in adapters:
            await adapter.close()
        await db.close()
        assert telegram.violations == line.violations == []
