"""What the metrics cost an event."""

import asyncio
import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time
from uuid import uuid4

from bench.due import Silent
from bench.report import Report, Row
from bot.clock import wall_clock
from bot.engine import Engine
from bot.queues.meters import Meters
from domain.configuration import load_configuration
from domain.staff import Identity, Platform, Role
from store import staff
from store.chat import inbox
from store.chat.inbox import Event
from store.engine.database import Tx
from store.opening import open_database

EVENTS = 150
ROUNDS = 12
CALLS = 100_000
AIM = 2.0
"""Percent."""


class NoMeters(Meters):
    """Notes nothing."""

    def event(self, platform: str, state: str, handled: float, written: float) -> None:
        """Nothing."""

    def call(self, platform: str, outcome: str, seconds: float) -> None:
        """Nothing."""


def measure_metering(report: Report) -> None:
    """Processor time of events with metrics and without, in turns, and of the notes alone."""
    with TemporaryDirectory() as folder:
        asyncio.run(_measure(report, Path(folder)))


async def _measure(report: Report, folder: Path) -> None:
    metered = Meters()
    without = NoMeters()
    spent: dict[Meters, list[float]] = {metered: [], without: []}
    async with _engine(folder) as engine:
        await _burst(engine)
        gc.collect()
        gc.freeze()
        for _round in range(ROUNDS):
            for meters, times in spent.items():
                # Whoever notes has them handed over; here they change hands.
                engine.worker._meters = meters
                engine.sender.meters = meters
                times.append(await _burst(engine))
    event_ms = min(spent[without])
    notes = _notes_ms()
    share = notes / event_ms * 100
    seen = (min(spent[metered]) / event_ms - 1) * 100
    report.rows.append(
        Row(
            "metrics, processor time an event",
            f"{notes * 1000:.1f} µs of {event_ms:.2f} ms",
            f"without them {event_ms:.2f} ms, with them {min(spent[metered]):.2f} ms",
            f"{share:.2f} % (best of {ROUNDS} rounds in turns: {seen:+.1f} %)",
            f"<= {AIM:.0f} %",
            share <= AIM,
        )
    )


def _notes_ms() -> float:
    """Milliseconds of processor time of what an event notes: its end, and its answer's call."""
    meters = Meters()
    began = process_time()
    for _call in range(CALLS):
        meters.event("telegram", "done", 0.004, 0.002)
        meters.call("telegram", "sent", 0.03)
    return (process_time() - began) * 1000 / CALLS


async def _burst(engine: Engine) -> float:
    """Milliseconds of processor time an event."""
    began = process_time()
    for number in range(EVENTS):
        event = Event(Platform.LINE, uuid4().hex, "line:U1", number, "เมนู")
        now = datetime.now(UTC)
        engine.worker.wake(await inbox.receive(engine.desk.db, [event], engine.owner, now))
        await engine.idle()
    return (process_time() - began) * 1000 / EVENTS


@asynccontextmanager
async def _engine(folder: Path) -> AsyncIterator[Engine]:
    """A desk with one officer, on a platform that takes everything at once."""
    db = await open_database(f"sqlite:///{folder}/metered.db")

    async def hire(tx: Tx) -> None:
        now = datetime.now(UTC)
        chatting = await staff.add_staff(tx, "chatting", Role.OFFICER, now)
        await staff.link_identity(tx, Identity(Platform.LINE, "U1", chatting, "U1"), now)

    await db.write(hire)
    engine = Engine(db, load_configuration(), {Platform.LINE: Silent()}, "bench", wall_clock)
    try:
        yield engine
    finally:
        await engine.stop()
        await db.close()
