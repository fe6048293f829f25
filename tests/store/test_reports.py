"""Figures of reports against the same counted slowly, on a desk that is used at random; on both
engines.
"""

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count
from random import Random
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.configuration import Configuration
from domain.customers.merging import unite
from domain.customers.records import Customer, CustomerCode
from domain.dates.periods import Period, fiscal_year_of, month_of, week_of
from domain.reports.facts import facts_of
from domain.reports.figures import KINDS, OF_ROWS
from domain.reports.requests import Dimension, ReportRequest
from domain.staff import Role, StaffId
from domain.tickets.records import Complexity, Mood, Pause, Status, Ticket, TicketNo, Urgency
from store import merges, staff, ticket_saves
from store.customers.records import add_customer, find_survivors, get_record
from store.engine.database import Database
from store.records.save_context import SaveContext
from store.reports import listing
from store.reports.catching_up import FACTS
from store.reports.reading import read_report
from store.tickets.records import get_ticket
from tests.fakes.office import OFFICE
from tests.store import reports_by_hand as by_hand

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
CODES = tuple(CustomerCode(f"C{number}") for number in range(1, 6))
CHANNELS = ("phone", "email", "walk_in", "letter")
SUBJECTS = ("6.1", "6.2", "5", "7.3", "1.1", "10", "mail.provincial_users")
PROJECTS = tuple(project.name for project in OFFICE.projects[:3])
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
    random: Random = field(default_factory=Random)
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

    async def is_used(self) -> None:
        steps = (self.imports, self.records, self.changes, self.changes, self.merges)
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
