"""Tickets found by their text and listed, at 200,000 of them, on both engines."""

import asyncio
import random
import sys
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from time import perf_counter

from bench.postgresql import NOT_DURABLE
from bench.report import Report, Row, percentile
from bot.demo import desk as demo
from domain.data import read_document
from domain.staff import Role, StaffId
from domain.tickets.records import Status, Ticket, TicketNo
from store.engine.database import Database
from store.opening import open_database
from store.search.tickets import find_tickets
from store.staff import add_staff
from store.tickets import lists as ticket_lists
from store.tickets import records as tickets
from store.tickets.lists import Wanted
from tests.fakes.postgres import find_binaries, shared_server

SIZE = 200_000
OFFICERS = 10
NOW = datetime(2026, 11, 23, tzinfo=UTC)
RARE = "หอยนางรมดำน้ำ"
QUERIES = {
    "a word of many": "ครัวเรือน",
    "two words, both parts of others": "รายได้ครัว กระบี่",
    "two letters": "กร",
    "a word of one, the oldest": RARE,
    "a word of none": "ไม่มีคำนี้แน่นอน",
    "Latin letters, none": "xyzzy",
}
COMMON_MS, RARE_MS = 50.0, 500.0


def run() -> Report:
    """Measure SQLite, and PostgreSQL where its programs are."""
    report = Report(f"tickets' text and lists at {SIZE:,} tickets")
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_measure(report, f"sqlite:///{Path(folder) / 'tickets.db'}"))
    if find_binaries():
        asyncio.run(_on_postgresql(report))
        report.notes.append(NOT_DURABLE)
    report.notes.append(
        "Texts are strung together from the demo's; time: the store's call, in one process, warm."
    )
    return report


async def _on_postgresql(report: Report) -> None:
    server = shared_server()
    url = await server.make_database()
    await _measure(report, url)
    await server.drop(url)


async def _measure(report: Report, url: str) -> None:
    db = await open_database(url)
    try:
        officers = [await db.write(_officer(n)) for n in range(OFFICERS)]
        began = perf_counter()
        await _fill(db, officers)
        print(f"{db.engine}: filled in {perf_counter() - began:.0f} s", file=sys.stderr, flush=True)
        for name, text in QUERIES.items():
            aim = RARE_MS if "one" in name else COMMON_MS
            await _row(report, f"{db.engine}: {name}", partial(find_tickets, db, text), aim)
        for name, wanted in (
            ("my own", Wanted((officers[0],))),
            ("everybody's", Wanted(tuple(officers))),
        ):
            for what, call in (
                ("unfinished", partial(ticket_lists.list_unfinished, db, wanted)),
                (
                    "closed, a page",
                    partial(ticket_lists.list_in_status, db, wanted, Status.CLOSED, 9),
                ),
                ("counts", partial(ticket_lists.count_by_status, db, wanted)),
            ):
                await _row(report, f"{db.engine}: {name}, {what}", call, RARE_MS)
    finally:
        await db.close()


async def _row(
    report: Report, measure: str, call: Callable[[], Awaitable[object]], aim: float
) -> None:
    times = []
    for _time in range(11):
        began = perf_counter()
        await call()
        times.append((perf_counter() - began) * 1000)
    p50, p95 = percentile(times, 50), percentile(times, 95)
    report.rows.append(
        Row(
            measure,
            f"p50 {p50:.1f} ms · p95 {p95:.1f} ms",
            aim=f"p95 <= {aim:.0f} ms",
            met=p95 <= aim,
        )
    )


def _officer(number: int) -> Callable[..., Awaitable[StaffId]]:
    return lambda tx: add_staff(tx, f"officer {number}", Role.OFFICER, NOW)


async def _fill(db: Database, officers: list[StaffId]) -> None:
    """Ten minutes apart; the last five hundred are not closed."""
    rng, texts = random.Random(3), list(_texts())
    for start in range(0, SIZE, 2000):
        batch = [
            _ticket(number, officers[number % OFFICERS], rng, texts)
            for number in range(start, start + 2000)
        ]
        await db.write(partial(tickets.add_tickets, tickets=batch))
    if db.engine == "postgresql":
        await db.write(lambda tx: tx.execute("ANALYZE"))


def _ticket(number: int, officer: StaffId, rng: random.Random, texts: list[str]) -> Ticket:
    at = NOW - timedelta(minutes=10 * (SIZE - number))
    return Ticket(
        no=TicketNo(f"R{at:%y%m}{number:06d}"),
        channel="phone",
        subject=rng.choice(("1.1", "6.1", "7.4")),
        details=" ".join(rng.choices(texts, k=rng.choice((2, 3, 4, 6, 10, 20))))
        + (RARE if number == 5 else ""),
        result=" ".join(rng.choices(texts, k=3)),
        created_at=at,
        recorded_at=at,
        recorded_by=officer,
        assignee=officer,
        status=Status.CLOSED if number < SIZE - 500 else Status.OPEN,
    )


def _texts() -> Iterator[str]:
    """The demo's longer Thai texts."""

    def walk(value: object) -> Iterator[str]:
        if isinstance(value, str) and len(value) > 15 and max(value) > "\u0e00":
            yield value
        elif isinstance(value, dict | list):
            for inner in value.values() if isinstance(value, dict) else value:
                yield from walk(inner)

    path = demo.WORDS
    yield from walk(read_document(path, path.name).values)
