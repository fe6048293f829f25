"""What is due: 100,000 reminders planned, 10,000 of them due at once; beside it one APScheduler job
a reminder.
"""

import asyncio
import gc
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter, process_time, thread_time
from uuid import uuid4

import uvloop

from bench.due_baseline import run_baseline
from bench.postgresql import NOT_DURABLE
from bench.report import Report, Row, percentile
from bot.clock import wall_clock
from bot.engine import Engine
from bot.platform import Delivery, Sent
from domain.configuration import load_configuration
from domain.customers.records import Customer, CustomerCode
from domain.staff import Identity, Platform, Role, StaffId
from handlers.chat import Attachment, Incoming, Reply, Text, reply_to_json
from handlers.owed.reminders import TELL
from handlers.registry import KINDS
from scheduler.ticker import Ticker
from store import due, reminders, staff
from store.chat import inbox
from store.chat.inbox import Event
from store.chat.outbox import Message
from store.customers import records as customers
from store.due import Due
from store.engine.database import Database, Tx
from store.opening import open_database
from store.owed import requests
from store.owed import rows as owed
from store.records.save_context import SaveContext
from store.reminders import Reminder

ROOT = Path(__file__).parents[1]
PEOPLE, OWED, DUE, PROCESSES = 40, 100_000, 10_000, 3


class Silent:
    """A platform that takes everything at once."""

    platform = Platform.LINE

    def parse(self, event: Event) -> Incoming:
        """Somebody types."""
        return Incoming(
            event.event_id, datetime.now(UTC), self.platform, "U1", True, "U1", Text(event.raw)
        )

    def render(self, reply: Reply, replaces: str = "", topic: str = "") -> list[str]:
        """As JSON."""
        return [reply_to_json(reply)]

    def serves(self, chat: str) -> bool:
        """Everybody."""
        return True

    async def pace(self, chat: str) -> None:
        """At once."""

    async def deliver(self, message: Message) -> Delivery:
        """Into nothing."""
        return Sent()

    def download(self, attachment: Attachment) -> AsyncIterator[bytes]:
        """Nothing comes in."""
        raise NotImplementedError

    async def show_busy(self, chat: str) -> None:
        """No."""


@dataclass(slots=True)
class Beside:
    """What was seen of the process while something ran."""

    seconds: float = 0.0
    processor: float = 0.0
    lag: float = 0.0
    held: float = 0.0
    grown: float = 0.0


def resident() -> float:
    """This process's memory in MB."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1_000_000


@asynccontextmanager
async def watched() -> AsyncIterator[Beside]:
    """Measures the time a block takes, and how long the event loop was held meanwhile."""
    seen, before = Beside(), resident()

    async def look() -> None:
        looks = 0
        while True:
            at, worked = perf_counter(), thread_time()
            await asyncio.sleep(0.001)
            seen.held = max(seen.held, thread_time() - worked)
            seen.lag = max(seen.lag, perf_counter() - at - 0.001)
            looks += 1
            if looks % 50 == 0:
                seen.grown = max(seen.grown, resident() - before)

    task = asyncio.create_task(look())
    await asyncio.sleep(0.01)
    seen.lag, seen.held, started, worked = 0.0, 0.0, perf_counter(), process_time()
    yield seen
    seen.seconds, seen.processor = perf_counter() - started, process_time() - worked
    await asyncio.sleep(0.005)  # what held the loop last is seen, too
    task.cancel()


async def fill(db: Database, now: datetime) -> list[StaffId]:
    """People, and what they want to be reminded of: every tenth of it is due."""

    async def hire(tx: Tx) -> list[StaffId]:
        ids = []
        for n in range(PEOPLE):
            ids.append(await staff.add_staff(tx, f"officer {n}", Role.OFFICER, now))
            await staff.link_identity(tx, Identity(Platform.TELEGRAM, str(n), ids[-1], str(n)), now)
        chatting = await staff.add_staff(tx, "chatting", Role.OFFICER, now)
        await staff.link_identity(tx, Identity(Platform.LINE, "U1", chatting, "U1"), now)
        return ids

    people = await db.write(hire)
    for start in range(0, OWED, 5000):
        rows = [_reminder(people[n % PEOPLE], n, now) for n in range(start, start + 5000)]
        await db.write(lambda tx, rows=rows: reminders.add(tx, rows))  # type: ignore[misc]
    return people


def _reminder(owner: StaffId, n: int, now: datetime) -> Reminder:
    soon = n % (OWED // DUE) == 0
    at = now - timedelta(minutes=1) if soon else now + timedelta(days=1, minutes=n)
    return Reminder(uuid4().hex, owner, "", f"โทรกลับเรื่องที่ {n}", at, now)


async def ask_beside(engine: Engine, stop: asyncio.Event) -> list[float]:
    """Somebody asks for the menu again and again; seconds until each answer was delivered."""
    times = []
    while not stop.is_set():
        started = perf_counter()
        event = Event(Platform.LINE, uuid4().hex, "line:U1", len(times), "เมนู")
        engine.worker.wake(
            await inbox.receive(engine.desk.db, [event], engine.owner, datetime.now(UTC))
        )
        await engine.idle()
        times.append(perf_counter() - started)
        await asyncio.sleep(0.02)
    return times


async def later_tick(engine: Engine) -> int:
    """How many rang, whatever the hour; what is older than half a day counts as news here."""
    kind = KINDS["reminder"]
    KINDS["reminder"] = replace(kind, silent=True)
    try:
        return (await Ticker(engine.desk, engine).tick())["reminder"]
    finally:
        KINDS["reminder"] = kind


async def on_sqlite(report: Report) -> None:
    """One process on a file."""
    with tempfile.TemporaryDirectory(prefix="deskbot-bench-") as folder:
        db = await open_database(f"sqlite:///{folder}/desk.db")
        now = datetime.now(UTC)
        await fill(db, now)
        engine = Engine(db, load_configuration(), {Platform.LINE: Silent()}, "bench", wall_clock)
        # A first tick on the day before: what it does not find, and what only the first one pays.
        early = Ticker(
            Engine(
                db, load_configuration(), {}, "early", clock=lambda: now - timedelta(days=1)
            ).desk,
            engine,
        )
        await early.tick()
        gc.collect()
        gc.freeze()  # as the service does once it is up
        async with watched() as still:
            await asyncio.sleep(2)
        async with watched() as idle:
            await early.tick()
        day = [Due("bench", str(n), "1", now + timedelta(days=3)) for n in range(DUE)]
        async with watched() as planned:
            for start in range(0, DUE, 500):
                await db.write(lambda tx, start=start: due.plan(tx, day[start : start + 500]))  # type: ignore[misc]
        async with watched() as alone:
            done = await Ticker(engine.desk, engine).tick()
        row = await db.fetch_one(
            "SELECT count(*) AS n FROM outbox WHERE dedupe_key LIKE 'reminder:%'"
        )
        if done.get("reminder") != DUE or row is None or row["n"] != DUE:
            raise RuntimeError(f"{done} done, {row} written")
        # About as many again, a week later, while somebody chats.
        later = Engine(
            db, load_configuration(), {}, "later", clock=lambda: now + timedelta(days=8, hours=17)
        )
        stop = asyncio.Event()
        chats = asyncio.create_task(ask_beside(engine, stop))
        await asyncio.sleep(0.3)
        async with watched() as beside:
            again = await later_tick(later)
        stop.set()
        times = await chats
        await engine.stop()
        await db.close()
    tick = idle.seconds + planned.seconds
    seconds = f"{alone.seconds:.2f} s ({alone.processor:.2f} s of processor)"
    held = max(alone.held, beside.held)
    late = f"{max(alone.lag, beside.lag) * 1000:.0f} ms (doing nothing {still.lag * 1000:.0f} ms)"
    answers = f"p50 {percentile(times, 50) * 1000:.0f} p95 {percentile(times, 95) * 1000:.0f} ms"
    report.rows += [
        Row(f"tick that finds nothing among {OWED:,}", f"{idle.seconds * 1000:.1f} ms"),
        Row(
            f"planning a day of {DUE:,} among {OWED:,}", f"{tick:.2f} s", aim="≤ 1 s", met=tick <= 1
        ),
        Row(f"{DUE:,} due: claimed and written", seconds, aim="≤ 2 s", met=alone.seconds <= 2),
        Row(
            "memory grown meanwhile", f"{alone.grown:.1f} MB", aim="≤ 20 MB", met=alone.grown <= 20
        ),
        Row("event loop held at most", f"{held * 1000:.0f} ms", aim="≤ 50 ms", met=held <= 0.05),
        Row("event loop late at most", late),
        Row(f"chats while {again:,} more are written in {beside.seconds:.2f} s", answers),
    ]
    report.notes.append(
        "Held = the loop's own processor time between two turns; late = by the clock, so it also shows how busy the "
        f"machine was: load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors."
    )


async def fill_owed(db: Database, now: datetime) -> None:
    """As many contracts owed, every tenth of them to be asked for now."""
    started, at = now - timedelta(days=15), now - timedelta(minutes=1)

    async def work(tx: Tx) -> None:
        # As on a desk that started with these rules before.
        await requests.leave_unsettled(tx, SaveContext(load_configuration(), None, now))
        people = [
            await staff.add_staff(
                tx, f"officer {n}", Role.SUPERVISOR if n == 0 else Role.OFFICER, now
            )
            for n in range(PEOPLE)
        ]
        for who in people:
            await staff.link_identity(tx, Identity(Platform.LINE, str(who), who, str(who)), now)
        for n in range(PEOPLE):
            await customers.add_customer(
                tx, Customer(CustomerCode(f"C{n}"), f"ผู้รับบริการที่ {n}"), started
            )
        await tx.execute_many(
            "INSERT INTO requests (id, kind, customer_code, started_at, touched_at) VALUES (?, ?, ?, ?, ?)",
            [(n, "microdata", f"C{n % PEOPLE}", started, started) for n in range(OWED)],
        )
        times: list[datetime] = [
            at if n % (OWED // DUE) == 0 else now + timedelta(days=9) for n in range(OWED)
        ]
        await tx.execute_many(
            "INSERT INTO owed (id, request_id, rule, state, assignee_id, started_at, expected_on, next_at) "
            "VALUES (?, ?, 'contract', 'open', ?, ?, ?, ?)",
            [
                (
                    n,
                    n,
                    people[n // 10 % PEOPLE],
                    started,
                    started.date() + timedelta(days=14),
                    times[n],
                )
                for n in range(OWED)
            ],
        )
        await due.plan(tx, [Due(owed.KIND, str(n), "1", times[n]) for n in range(OWED)])

    await db.write(work)


async def of_what_is_owed(report: Report) -> None:
    """The reminders of a morning, noted and told: a Tuesday, nine o'clock."""
    now = datetime(2026, 12, 8, 2, 1, tzinfo=UTC)
    with tempfile.TemporaryDirectory(prefix="deskbot-bench-") as folder:
        db = await open_database(f"sqlite:///{folder}/desk.db")
        await fill_owed(db, now)
        engine = Engine(
            db, load_configuration(), {Platform.LINE: Silent()}, "bench", clock=lambda: now
        )
        ticker = Ticker(engine.desk, engine)
        kept = {name: KINDS.pop(name) for name in (owed.KIND, TELL)}
        engine.desk.configuration.calendar.is_working_day(
            now.date()
        )  # as the service asks before it serves
        gc.collect()
        gc.freeze()  # and then does
        async with watched() as first:
            await ticker.tick()  # what this and the day's queue cost is not the reminders'
        KINDS.update(kept)
        async with watched() as seen:
            done = await ticker.tick()
        row = await db.fetch_one("SELECT count(*) AS n FROM outbox WHERE dedupe_key LIKE 'owed%'")
        if done.get(owed.KIND) != DUE or row is None or row["n"] != PEOPLE:
            raise RuntimeError(f"{done} done, {row} written")
        await engine.stop()
        await db.close()
    what = f"{DUE:,} of {OWED:,} things owed: noted, and told in {PEOPLE} messages"
    report.rows += [
        Row(what, f"{seen.seconds:.2f} s", aim="≤ 2 s", met=seen.seconds <= 2),
        Row(
            "event loop held at most meanwhile",
            f"{seen.held * 1000:.0f} ms",
            aim="≤ 50 ms",
            met=seen.held <= 0.05,
        ),
        Row(
            "and in the first tick over them",
            f"{first.held * 1000:.0f} ms",
            aim="≤ 50 ms",
            met=first.held <= 0.05,
        ),
    ]


async def prepare_postgresql(url: str) -> None:
    """The same reminders on a server."""
    db = await open_database(url)
    await fill(db, datetime.now(UTC))
    await db.close()


async def written(url: str) -> tuple[int, int]:
    """How many notices there are, and how many occurrences are done."""
    db = await open_database(url)
    rows = await db.fetch(
        "SELECT (SELECT count(*) FROM outbox WHERE dedupe_key LIKE 'reminder:%') AS sent, "
        "(SELECT count(*) FROM due WHERE state = 'done' AND kind = 'reminder') AS done"
    )
    await db.close()
    return int(rows[0]["sent"]), int(rows[0]["done"])


def on_postgresql(report: Report) -> None:
    """Three processes of `run_bot.py tick` on one server."""
    from tests.fakes.postgres import Postgresql, find_binaries

    binaries = find_binaries()
    if binaries is None:
        report.notes.append("no PostgreSQL server programs here: not measured")
        return
    report.notes.append(NOT_DURABLE)
    server = Postgresql(binaries)
    try:
        url = asyncio.run(server.make_database())
        asyncio.run(prepare_postgresql(url))
        given = {**os.environ, "DESKBOT_DATABASE_URL": url}
        command = [sys.executable, str(ROOT / "run_bot.py"), "tick"]
        started = perf_counter()
        running = [
            subprocess.Popen(command, cwd=ROOT, env=given, stdout=subprocess.PIPE)
            for _ in range(PROCESSES)
        ]
        said = [process.communicate(timeout=120)[0].decode() for process in running]
        seconds = perf_counter() - started
        shares = [
            int(found[1]) if (found := re.search(r"reminder=(\d+)", each)) else 0 for each in said
        ]
        sent, done = asyncio.run(written(url))
    finally:
        server.remove()
    once = sum(shares) == sent == done == DUE
    report.rows.append(
        Row(
            f"{PROCESSES} processes on PostgreSQL, start to end",
            f"{seconds:.1f} s: {' + '.join(f'{share:,}' for share in shares)}",
            aim=f"{DUE:,}, none twice",
            met=once and sum(share > 0 for share in shares) > 1,
        )
    )


def run() -> Report:
    """All of it."""
    report = Report(f"What is due: {DUE:,} of {OWED:,} at once")
    uvloop.run(on_sqlite(report))
    uvloop.run(of_what_is_owed(report))
    on_postgresql(report)
    run_baseline(report, OWED, DUE)
    return report
