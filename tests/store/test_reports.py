"""Figures of reports against the same counted slowly, on a desk that is used at random; on both
engines.
"""

import asyncio
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count
from random import Random
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.configuration import Configuration
from domain.customers.merging import unite
from domain.customers.records import Customer, CustomerCode
from domain.dates.periods import Period, fiscal_year_of, month_of, week_of
from domain.dates.working_calendar import DayRule
from domain.reports.facts import facts_of
from domain.reports.figures import KINDS, OF_ROWS, Figure
from domain.reports.requests import Dimension, ReportRequest
from domain.staff import Role, StaffId
from domain.tickets.records import Complexity, Mood, Pause, Status, Ticket, TicketNo, Urgency
from store import merges, staff, ticket_saves
from store.customers.records import add_customer, find_survivors, get_record
from store.engine.database import Database, Tx
from store.privacy.erasing import erase
from store.privacy.subjects import find_subject
from store.records.save_context import SaveContext
from store.reports import catching_up, listing
from store.reports.catching_up import FACTS, catch_up
from store.reports.reading import list_tickets_behind, read_report
from store.tickets.records import get_ticket
from tests.fakes.office import OFFICE
from tests.store import reports_by_hand as by_hand

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
CODES = tuple(CustomerCode(f"C{number}") for number in range(1, 6))
CHANNELS = ("phone", "email", "walk_in", "letter")
SUBJECTS = ("6.1", "5", "7.3", "7.9", "7.10", "7.13", "1.1", "10", "mail.provincial_users")
PROJECTS = tuple(project.name for project in OFFICE.projects[:3])
BESIDE = (
    "contracts_sent",
    "contracts_returned",
    "contracts_owed",
    "results_received",
    "results_owed",
    "mails_in",
)
EDGES = (
    datetime(2026, 9, 30, 16, 59, 59, tzinfo=UTC),
    datetime(2026, 9, 30, 17, 0, tzinfo=UTC),
    datetime(2026, 10, 31, 16, 59, tzinfo=UTC),
    datetime(2026, 10, 31, 17, 0, tzinfo=UTC),
)
"""On either side of a day's, month's and fiscal year's border in Bangkok."""


@dataclass
class World:
    """A desk, and what is done to it at random."""

    db: Database
    officers: list[StaffId]
    random: Random = field(default_factory=lambda: Random(7))
    numbers: "count[int]" = field(default_factory=lambda: count(1))

    @property
    def context(self) -> SaveContext:
        return SaveContext(OFFICE, self.officers[0], NOW)

    def moment(self) -> datetime:
        if self.random.random() < 0.3:
            return self.random.choice(EDGES)
        return NOW - timedelta(minutes=self.random.randrange(1, 60 * 24 * 500))

    def ticket(self) -> Ticket:
        random = self.random
        created = self.moment()
        took = timedelta(minutes=random.choice((0, 20, 300, 3_000, 30_000, 130_000)))
        closed = min(created + took, NOW) if random.random() < 0.7 else None
        recorded = created if random.random() < 0.7 else min(created + timedelta(days=3), NOW)
        receipt = random.random() < 0.3
        province = random.random() < 0.2
        return Ticket(
            TicketNo(f"R{created:%y%m}{next(self.numbers):06}"),
            random.choice(CHANNELS),
            random.choice(SUBJECTS),
            "ถาม",
            created,
            recorded,
            self.officers[0],
            random.choice([None, *self.officers]),
            customer=random.choice((None, *CODES)),
            complexity=random.choice(list(Complexity)),
            urgency=random.choice(list(Urgency)),
            mood=random.choice(list(Mood)),
            status=Status.OPEN if closed is None else Status.CLOSED,
            closed_at=closed,
            projects=tuple(random.sample(PROJECTS, random.randrange(3))),
            data_years=random.choice(("", "2568")),
            pauses=self.pauses(created, closed),
            price=Decimal(random.choice(("0", "12.50", "1000"))) if receipt else None,
            receipt_no=random.choice(("", "1/2", "3/4")) if receipt else "",
            receipt_on=date(2026, 10, random.randrange(1, 32)) if receipt else None,
            province=random.choice(("ตาก", "กระบี่")) if province else "",
            user_count=random.randrange(100) if province else None,
            counted_on=random.choice((None, date(2026, 10, 1))) if province else None,
        )

    def pauses(self, created: datetime, closed: datetime | None) -> tuple[Pause, ...]:
        if self.random.random() < 0.7:
            return ()
        since = created + timedelta(hours=self.random.randrange(1, 100))
        until = since + timedelta(hours=self.random.randrange(1, 100))
        if closed is None and until > NOW:
            return (Pause(since),)
        return (Pause(since, until, closed=self.random.random() < 0.5),)

    async def imports(self) -> None:
        several = [self.ticket() for _ticket in range(self.random.randrange(1, 8))]
        await self.db.write(lambda tx: ticket_saves.add_tickets(tx, several, self.context))

    async def records(self) -> None:
        one = self.ticket()
        await self.db.write(lambda tx: ticket_saves.add_ticket(tx, one, self.context))

    async def changes(self) -> None:
        rows = await self.db.fetch("SELECT no FROM tickets ORDER BY no")
        if not rows:
            return
        old = await get_ticket(self.db, self.random.choice(rows)["no"])
        other = self.ticket()
        changed = [
            replace(old, status=Status.VOIDED),
            replace(old, status=Status.OPEN, closed_at=None),
            replace(old, status=Status.CLOSED, closed_at=NOW),
            replace(old, channel=other.channel, assignee=other.assignee, pauses=other.pauses),
            replace(old, created_at=other.created_at, projects=other.projects, subject="6.1"),
        ]
        new = self.random.choice(changed)
        await self.db.write(lambda tx: ticket_saves.update_ticket(tx, old, new, self.context))

    async def posts(self) -> None:
        """Some tickets of publicity have posts, in any state; and mails come in."""
        number = next(self.numbers)
        rows = await self.db.fetch("SELECT no, subject FROM tickets ORDER BY no")
        publicity = [row["no"] for row in rows if row["subject"] == "10"]
        state = self.random.choice(("posted", "hidden", "removed", "mistake"))
        no = self.random.choice([*publicity, ""])
        ticket = self.random.choice([None, *(row["no"] for row in rows)])
        arrived = self.moment()

        async def add(tx: Tx) -> None:
            await tx.execute(
                "INSERT INTO publications (id, text, published_on, recorded_at) VALUES (?, ?, ?, ?)",
                f"P{number}",
                "ข่าว",
                NOW.date(),
                NOW,
            )
            await tx.execute(
                "INSERT INTO posts (publication, network, state, ticket_no) VALUES (?, ?, ?, ?)",
                f"P{number}",
                "facebook",
                state,
                no,
            )
            await tx.execute(
                "INSERT INTO incoming_mails (mailbox, uidvalidity, uid, raw_sha256, size, "
                "arrived_at, taken_at, ticket) VALUES ('INBOX', 1, ?, '', 1, ?, ?, ?)",
                number,
                arrived,
                arrived,
                ticket,
            )

        await self.db.write(add)

    async def merges(self) -> None:
        survivors = await find_survivors(self.db, CODES)
        alive = [code for code in CODES if code not in survivors]
        if len(alive) < 3:
            return
        keep, gone = self.random.sample(alive, 2)
        one = await get_record(self.db, keep)
        other = await get_record(self.db, gone)
        union = unite(one, other, frozenset())
        by = self.officers[0]
        await self.db.write(lambda tx: merges.merge(tx, one, other, union, by, NOW))

    async def erases(self) -> None:
        if self.random.random() < 0.8:
            return
        code = self.random.choice(CODES)

        async def erase_one(tx: Tx) -> None:
            await erase(tx, await find_subject(tx, code), "ลบแล้ว")

        await self.db.write(erase_one)

    async def is_used(self) -> None:
        steps = (self.imports, self.records, self.changes, self.merges, self.posts, self.erases)
        for _step in range(self.random.randrange(1, 6)):
            await self.random.choice(steps)()

    def request(self) -> ReportRequest:
        day = date(2026, self.random.choice((1, 9, 10, 11)), self.random.randrange(1, 24))
        spans = (month_of, week_of, fiscal_year_of, lambda day: Period(day, day + timedelta(1)))
        period = self.random.choice(spans)(day)
        by = self.random.choice([None, *Dimension])
        filters = {
            Dimension.CHANNEL: CHANNELS,
            Dimension.TYPE: ("student", ""),
            Dimension.PROJECT: (*PROJECTS, ""),
            Dimension.TEAM: ("ทีมหนึ่ง", ""),
            Dimension.OFFICER: ("นก", ""),
            Dimension.SUBJECT_GROUP: ("6",),
            Dimension.MONTH: ("2026-10",),
        }
        named = self.random.sample(list(filters), self.random.randrange(3))
        chosen = tuple(
            (dimension, key)
            for dimension in named
            for key in self.random.sample(filters[dimension], 1)
        )
        return ReportRequest(period, by, chosen)


@pytest.fixture
async def world(db: Database) -> World:
    officers = []
    for name in ("นก", "หนู"):
        officers.append(
            await db.write(lambda tx, name=name: staff.add_staff(tx, name, Role.OFFICER, NOW))
        )
    await db.write(lambda tx: staff.add_team(tx, "ทีมหนึ่ง", officers[:1]))
    for place, code in enumerate(CODES):
        kind = ("student", "media", "")[place % 3]
        one = Customer(code, f"นาย{code}", kind=kind, created_at=NOW)
        await db.write(lambda tx, one=one: add_customer(tx, one, NOW))
    return World(db, officers)


async def check(world: World, request: ReportRequest, now: datetime) -> None:
    report = await read_report(world.db, OFFICE, request, now)
    desk = await by_hand.read_desk(world.db)
    expected = by_hand.count(desk, request, now)
    counted = {name: value for name, value in report.figures.items() if name in expected}
    assert counted == pytest.approx(dict(expected))
    beside = by_hand.count_beside(desk, request, now)
    assert {name: report.figures[name] for name in BESIDE} == {
        name: beside[name] for name in BESIDE
    }
    assert set(report.figures) == set(KINDS)
    if request.by is None:
        return
    rows = by_hand.rows(desk, request, now)
    assert {row.key for row in report.rows if row.tickets} == set(rows)
    for row in report.rows:
        if row.tickets:
            in_row = {name: rows[row.key][name] for name in OF_ROWS}
            assert row.figures == pytest.approx(in_row), row.key


async def check_listed(world: World, request: ReportRequest, now: datetime) -> None:
    """The tickets of a workbook are those that its figures count, each once and in order."""
    report = await read_report(world.db, OFFICE, request, now)
    pieces = listing.list_report_tickets(world.db, request, now)
    listed = [ticket async for piece in pieces for ticket in piece]
    assert len({ticket.no for ticket in listed}) == len(listed)
    assert listed == sorted(listed, key=lambda ticket: (ticket.created_at, ticket.no))
    assert len(listed) == report.figures["tickets_created"]
    standings = Counter(ticket.standing for ticket in listed)
    for name, number in report.figures.items():
        assert not name.startswith("standard") or standings[name] == number, name
    codes = {ticket.customer_code for ticket in listed} - {None}
    assert len(codes) == report.figures["customers_served"]
    assert all((ticket.closed_at or now) <= now for ticket in listed)
    spent = [ticket.working_minutes for ticket in listed if ticket.working_minutes is not None]
    assert max(spent, default=0) / 60 >= (report.figures["working_hours_p90"] or 0)


async def check_rebuilt(world: World, configuration: Configuration = OFFICE) -> None:
    """The facts are what follows from the tickets, whoever wrote them when."""
    desk = await by_hand.read_desk(world.db)
    made = [facts_of(configuration, one) for one in desk.tickets]
    rows = await world.db.fetch(f"SELECT {FACTS.listed} FROM ticket_facts")
    kept = {row["no"]: FACTS.of(row) for row in rows}
    assert kept == {one.no: one for one in made if one is not None}


# The desk grows with each example, and with it what each costs.
SOME = settings(max_examples=settings.default.max_examples // 6)


@SOME
@given(seed=st.integers(0, 2**32))
async def test_figures_are_those_that_are_counted_slowly(world: World, seed: int):
    """One desk for all examples, which grows with each."""
    random = Random(seed)
    world.random = random
    await world.is_used()
    for _report in range(2):
        now = NOW - timedelta(days=random.choice((0, 0, 13, 40)))
        await check(world, world.request(), now)
    with patch.object(listing, "PIECE", 3):
        await check_listed(world, world.request(), now)
    await check_rebuilt(world)


@SOME
@given(seed=st.integers(0, 2**32))
async def test_figures_that_are_looked_at_alone_are_the_same(world: World, seed: int):
    random = Random(seed)
    world.random = random
    await world.is_used()
    request = world.request()
    whole = await read_report(world.db, OFFICE, request, NOW)
    wanted = tuple(random.sample(list(Figure), 3))
    of_rows = tuple(random.sample(OF_ROWS, 2))
    narrow = replace(
        request,
        wanted=wanted,
        of_rows=of_rows,
    )
    found = await read_report(world.db, OFFICE, narrow, NOW)
    assert found.figures.items() <= whole.figures.items()
    assert found.figures.keys() >= set(wanted)
    rows = {row.key: row.figures for row in whole.rows}
    for row in found.rows:
        assert row.figures.items() <= rows[row.key].items()
        assert row.figures.keys() >= set(of_rows)


SUMMED = (Figure.INCOME_BAHT, Figure.PROVINCE_USERS)
OF_CUSTOMERS = (Figure.CUSTOMERS_SERVED, Figure.CUSTOMERS_NEW, Figure.CUSTOMERS_RETURNING)


@SOME
@given(seed=st.integers(0, 2**32))
async def test_behind_each_figure_stand_its_tickets(world: World, seed: int):
    world.random = Random(seed)
    await world.is_used()
    request = replace(world.request(), by=None)
    report = await read_report(world.db, OFFICE, request, NOW)
    for figure in (*by_hand.OF_TICKETS, *OF_CUSTOMERS):
        found: list[TicketNo] = []
        while some := await list_tickets_behind(
            world.db, request, figure, NOW, limit=3, after=found[-1] if found else ""
        ):
            found += some
        assert found == sorted(set(found))
        behind = len(found)
        if figure in OF_CUSTOMERS:
            tickets = [await get_ticket(world.db, no) for no in found]
            behind = len({one.customer for one in tickets})
        assert behind == report.figures[figure], figure
    for figure in SUMMED:
        found = await list_tickets_behind(world.db, request, figure, NOW, limit=1000)
        tickets = [await get_ticket(world.db, no) for no in found]
        named = "price" if figure is Figure.INCOME_BAHT else "user_count"
        behind = sum(getattr(one, named) or 0 for one in tickets)
        assert float(behind) == report.figures[figure]


async def use_some(world: World) -> None:
    for _turn in range(6):
        await world.is_used()


async def caught_up(db: Database, configuration: Configuration = OFFICE) -> None:
    while not await catch_up(db, configuration, 1):
        pass


async def test_a_holiday_moves_due_times_of_those_whose_clocks_run_over_it(world: World):
    await use_some(world)
    await caught_up(world.db)
    entered = {
        date(2026, 10, 30): DayRule("หยุดพิเศษ", working=False),
        date(2026, 10, 31): DayRule("ทำงานชดเชย", working=True),
    }
    other = replace(OFFICE, calendar=OFFICE.calendar.with_entered(entered))
    await caught_up(world.db, other)
    await check_rebuilt(world, other)
    await caught_up(world.db)
    await check_rebuilt(world)


async def test_another_time_standard_settles_all_anew(world: World):
    await use_some(world)
    await caught_up(world.db)
    limits = {
        key: replace(cell, working_minutes=cell.working_minutes * 2)
        for key, cell in OFFICE.time_standard.limits.items()
    }
    other = replace(OFFICE, time_standard=replace(OFFICE.time_standard, limits=limits))
    assert not await catch_up(world.db, other, 1)
    await caught_up(world.db, other)
    await check_rebuilt(world, other)


async def test_a_piece_that_is_cut_off_is_done_again(world: World, monkeypatch: pytest.MonkeyPatch):
    """As after a kill: a transaction that does not end has written nothing."""
    monkeypatch.setattr(catching_up, "AT_ONCE", 3)
    await use_some(world)
    move_on = catching_up._move_on

    async def cut_off(*args: object) -> None:
        await move_on(*args)
        if world.random.random() < 0.5:
            raise RuntimeError("killed")

    monkeypatch.setattr(catching_up, "_move_on", cut_off)
    is_over = False
    while not is_over:
        await world.is_used()
        with suppress(RuntimeError):
            is_over = await catch_up(world.db, OFFICE, 3)
    monkeypatch.undo()
    await caught_up(world.db)
    await check_rebuilt(world)


async def test_two_processes_catch_up_at_once(world: World, opening, url: str):
    await use_some(world)
    other = await opening(url)
    for _turn in range(5):
        await world.is_used()
        await asyncio.gather(
            *(catch_up(db, OFFICE, 5) for db in (world.db, other)), return_exceptions=False
        )
    await caught_up(world.db)
    await check_rebuilt(world)


async def test_what_is_committed_later_than_its_number_says_is_not_missed(world: World):
    """On PostgreSQL a line of history may become visible after a later one."""
    if world.db.engine == "sqlite":
        return
    slow, quick = world.ticket(), world.ticket()
    await world.db.write(lambda tx: ticket_saves.add_tickets(tx, [slow, quick], world.context))
    await caught_up(world.db)
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def correct(tx: Tx, old: Ticket) -> None:
        new = replace(old, mood=Mood.ANGRY, urgency=Urgency.URGENT, subject="6.2")
        await ticket_saves.update_ticket(tx, old, new, world.context)

    async def slowly(tx: Tx) -> None:
        await correct(tx, slow)
        begun.set()
        await go_on.wait()

    writing = asyncio.create_task(world.db.write(slowly))
    await begun.wait()
    await world.db.write(lambda tx: correct(tx, quick))
    for _look in range(3):
        await catch_up(world.db, OFFICE, 2)
    go_on.set()
    await writing
    await catch_up(world.db, OFFICE, 2)
    await check_rebuilt(world)


@pytest.mark.long
async def test_two_hundred_who_ask_at_once_get_one_answer(world: World):
    await use_some(world)
    request = ReportRequest(month_of(date(2026, 10, 1)))
    asking = [read_report(world.db, OFFICE, request, NOW) for _one in range(200)]
    reports = await asyncio.gather(*asking)
    assert all(report == reports[0] for report in reports)
