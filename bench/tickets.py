"""Tickets found by their text, listed and counted, and the desk beside its housekeeping, at a
million tickets on both engines; `python -m bench tickets 200000` takes another number.
"""

import asyncio
import random
import sys
import tempfile
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from time import perf_counter, process_time

from bench.postgresql import NOT_DURABLE
from bench.report import Report, Row, percentile
from bot.demo.words import demo_words
from domain.staff import Role, StaffId
from domain.tickets.records import Status, Ticket, TicketNo
from scheduler.housekeeping import Housekeeping
from store.chat import inbox, outbox
from store.engine.database import Database, Tx
from store.opening import open_database
from store.search.tickets import find_tickets
from store.staff import add_staff
from store.tickets import lists as ticket_lists
from store.tickets import records as tickets
from store.tickets import texts
from store.tickets.lists import Wanted
from tests.fakes.postgres import find_binaries, shared_server

SIZE = 1_000_000
OFFICERS = 30
HISTORY = 2
"""Events and messages of the inbox and the outbox for each ticket, none of them past its time."""
BATCH = 2_000
EXPIRED = 5_000
"""Buttons that housekeeping has to drop."""
NOW = datetime(2026, 11, 23, tzinfo=UTC)
RARE = "หอยนางรมดำน้ำ"
PROJECT, RARE_PROJECT = "สำมะโนประชากร", "สำมะโนประมงทะเล"
QUERIES = {
    "a word of many": "ครัวเรือน",
    "two words, both parts of others": "รายได้ครัว กระบี่",
    "two letters": "กร",
    "a word of one, the oldest": RARE,
    "a word of none": "ไม่มีคำนี้แน่นอน",
    "two letters of none": "ฮฮ",
    "words of many, never together": "กระบี่ ครัวเรือน ฟฟฟ",
    "Latin letters, none": "xyzzy",
}
AIM_MS, BESIDE_MS = 100.0, 50.0
Call = Callable[[], Awaitable[object]]


def run() -> Report:
    """Measure SQLite, and PostgreSQL where its programs are."""
    sizes = [int(argument) for argument in sys.argv[1:] if argument.isdigit()]
    size = sizes[0] if sizes else SIZE
    report = Report(f"tickets' text and lists, and housekeeping, at {size:,} tickets")
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'tickets.db'}"
        asyncio.run(_Bench(report, size).measure(url))
    if find_binaries():
        asyncio.run(_on_postgresql(report, size))
        report.notes.append(NOT_DURABLE)
    report.notes += [
        "Texts are strung together from the demo's, each with a number of its own. Time: the store's "
        "call in one process, warm; CPU: of this process, that of PostgreSQL's server is its own.",
        "SQLite is as durable as in an office.",
        "Beside housekeeping: a transaction of one row and five reads, again and again, while it drops "
        f"{EXPIRED:,} buttons; before it was cut into pieces, one transaction held the writer.",
    ]
    return report


async def _on_postgresql(report: Report, size: int) -> None:
    server = shared_server()
    url = await server.make_database()
    await _Bench(report, size).measure(url)
    await server.drop(url)


@dataclass(frozen=True, slots=True)
class _Bench:
    """One engine's rows of the report."""

    report: Report
    size: int

    async def measure(self, url: str) -> None:
        db = await open_database(url)
        try:
            officers = [await db.write(_officer(n)) for n in range(OFFICERS)]
            await self._timed(db, "filled", partial(self._fill, db, officers))
            await self._timed(db, "texts indexed", partial(_index, db))
            if db.engine == "postgresql":
                await db.write(lambda tx: tx.execute("ANALYZE"))
            for name, text in QUERIES.items():
                await self._row(f"{db.engine}: {name}", partial(find_tickets, db, text))
            await self._lists(db, officers)
            await self._row(f"{db.engine}: /status", partial(_status, db))
            house = Housekeeping(db)
            await self._row(f"{db.engine}: housekeeping, nothing to drop", partial(_round, house))
            await self._beside_housekeeping(db, house)
        finally:
            await db.close()

    async def _timed(self, db: Database, what: str, call: Call) -> None:
        began = perf_counter()
        await call()
        note = f"{db.engine}: {what} in {perf_counter() - began:.0f} s"
        self.report.notes.append(note)
        print(note, file=sys.stderr, flush=True)

    async def _lists(self, db: Database, officers: Sequence[StaffId]) -> None:
        own = Wanted((officers[0],))
        everybody = Wanted(tuple(officers))
        wanted = {
            "my own": own,
            "everybody's": everybody,
            "everybody's, a project of many": Wanted(everybody.people, project=PROJECT),
            "everybody's, a project of few": Wanted(everybody.people, project=RARE_PROJECT),
            "everybody's, a subject of none": Wanted(everybody.people, subject="99"),
        }
        for name, which in wanted.items():
            calls: dict[str, Call] = {
                "unfinished": partial(ticket_lists.list_unfinished, db, which),
                "closed, a page": partial(ticket_lists.list_in_status, db, which, Status.CLOSED, 9),
                "counts": partial(ticket_lists.count_by_status, db, which),
            }
            for what, call in calls.items():
                await self._row(f"{db.engine}: {name}, {what}", call)

    async def _row(self, measure: str, call: Call) -> None:
        times = []
        began = process_time()
        for _time in range(11):
            at = perf_counter()
            await call()
            times.append((perf_counter() - at) * 1000)
        cpu = (process_time() - began) * 1000 / len(times)
        told = f"p50 {percentile(times, 50):.1f} ms · CPU {cpu:.1f} ms"
        self._add(measure, told, percentile(times, 95), AIM_MS)

    async def _beside_housekeeping(self, db: Database, house: Housekeeping) -> None:
        later = NOW + timedelta(minutes=11)
        await db.write(_add_expired)
        step = asyncio.ensure_future(house.step(later))
        times = []
        dropped = 0
        while True:
            at = perf_counter()
            await db.write(_one_row)
            for _read in range(5):
                await db.fetch("SELECT no FROM tickets ORDER BY no DESC LIMIT 9")
            times.append((perf_counter() - at) * 1000)
            await asyncio.sleep(0.005)
            if not step.done():
                continue
            dropped += sum(step.result().values())
            if dropped >= EXPIRED:
                break
            step = asyncio.ensure_future(house.step(later))
        told = f"p50 {percentile(times, 50):.1f} ms · longest {max(times):.1f} ms"
        self._add(f"{db.engine}: beside housekeeping", told, percentile(times, 95), BESIDE_MS)

    def _add(self, measure: str, told: str, p95: float, aim: float) -> None:
        row = Row(measure, f"{told} · p95 {p95:.1f} ms", aim=f"p95 <= {aim:.0f} ms", met=p95 <= aim)
        self.report.rows.append(row)

    async def _fill(self, db: Database, officers: Sequence[StaffId]) -> None:
        start = 0
        for batch in drawn_tickets(self.size, officers, BATCH):
            await db.write(partial(tickets.add_tickets, tickets=batch))
            await db.write(partial(_add_history, numbers=range(start, start + len(batch))))
            start += len(batch)


def drawn_tickets(size: int, officers: Sequence[StaffId], batch: int) -> Iterator[list[Ticket]]:
    """So many tickets, some at a time, five minutes apart; the last five hundred are not closed."""
    rng = random.Random(3)
    parts = list(_texts())
    for start in range(0, size, batch):
        numbers = range(start, min(start + batch, size))
        yield [
            _ticket(number, size, officers[number % len(officers)], rng, parts)
            for number in numbers
        ]


def _ticket(
    number: int,
    size: int,
    officer: StaffId,
    rng: random.Random,
    parts: Sequence[str],
) -> Ticket:
    at = NOW - timedelta(minutes=5 * (size - number))
    details = [*rng.choices(parts, k=rng.choice((2, 3, 4, 6, 10, 20))), str(number)]
    if number == 5:
        details.append(RARE)
    return Ticket(
        no=TicketNo(f"R{at:%y%m}{number:06d}"),
        channel="phone",
        subject=rng.choice(("1.1", "6.1", "7.4")),
        details=" ".join(details),
        result=" ".join(rng.choices(parts, k=3)),
        created_at=at,
        recorded_at=at,
        recorded_by=officer,
        assignee=officer,
        projects=_projects(number),
        status=Status.CLOSED if number < size - 500 else Status.OPEN,
    )


def _projects(number: int) -> tuple[str, ...]:
    if number % 20_000 == 7:
        return (RARE_PROJECT,)
    if number % 5 == 0:
        return (PROJECT,)
    return ()


async def _index(db: Database) -> None:
    while await texts.index_segment(db):
        pass


async def _status(db: Database) -> None:
    await inbox.count_by_state(db)
    await outbox.count_by_state(db)


async def _round(house: Housekeeping) -> None:
    """A whole round, however short ago the last one was."""
    house._began_at = None
    await house.step(NOW)


def _officer(number: int) -> Callable[..., Awaitable[StaffId]]:
    return lambda tx: add_staff(tx, f"officer {number}", Role.OFFICER, NOW)


async def _add_history(tx: Tx, numbers: Sequence[int]) -> None:
    """What these tickets' events and messages have left."""
    rows = [f"{number}:{copy}" for number in numbers for copy in range(HISTORY)]
    await tx.execute_many(
        "INSERT INTO inbox (platform, event_id, conversation, order_key, received_at, raw, state, "
        "done_at) VALUES ('telegram', ?, 'telegram:1', 1, ?, '', 'done', ?)",
        [(row, NOW, NOW) for row in rows],
    )
    await tx.execute_many(
        "INSERT INTO outbox (id, platform, chat, state, payload, created_at, next_at, sent_at) "
        "VALUES (?, 'telegram', '1', 'sent', '', ?, ?, ?)",
        [(row, NOW, NOW, NOW) for row in rows],
    )


async def _add_expired(tx: Tx) -> None:
    await tx.execute_many(
        "INSERT INTO buttons (token, action, args, expires_at) VALUES (?, 'menu', '{}', ?)",
        [(f"{random.getrandbits(64):x}", NOW) for _button in range(EXPIRED)],
    )


async def _one_row(tx: Tx) -> None:
    await tx.execute("UPDATE counters SET value = value + 1 WHERE name = 'ticket'")


def _texts() -> Iterator[str]:
    """The demo's longer Thai texts."""

    def walk(value: object) -> Iterator[str]:
        if isinstance(value, str) and len(value) > 15 and max(value) > "\u0e00":
            yield value
        elif isinstance(value, dict | list):
            for inner in value.values() if isinstance(value, dict) else value:
                yield from walk(inner)

    yield from walk(demo_words())
