"""An invented register of tickets, written row by row without what is searched."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import islice
from random import Random

from domain.configuration import Configuration
from domain.customers.records import CustomerCode
from domain.staff import Role, StaffId
from domain.tickets.fields import TICKET
from domain.tickets.records import Complexity, Mood, Status, Ticket, TicketNo, Urgency
from store.engine.database import Database, Tx, marks
from store.staff import add_staff, add_team

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
BEGAN = NOW - timedelta(days=5 * 365)
OFFICERS = 12
PER_CUSTOMER = 5
PIECE = 5_000


async def fill(db: Database, configuration: Configuration, tickets: int) -> None:
    """Write staff, customers and tickets."""
    officers = await db.write(_add_officers)
    await _add_customers(db, max(tickets // PER_CUSTOMER, 1))
    made = _tickets(configuration, officers, tickets)
    while piece := list(islice(made, PIECE)):
        await db.write(lambda tx, piece=piece: _add_piece(tx, piece))


async def _add_officers(tx: Tx) -> list[StaffId]:
    found = [
        await add_staff(tx, f"officer {number}", Role.OFFICER, BEGAN) for number in range(OFFICERS)
    ]
    await add_team(tx, "one", found[: OFFICERS // 2])
    return found


async def _add_customers(db: Database, number: int) -> None:
    kinds = ("student", "government", "citizen", "private", "")
    rows = (
        (f"C{one}", f"customer {one}", kinds[one % len(kinds)], "", BEGAN, BEGAN)
        for one in range(number)
    )
    while piece := list(islice(rows, PIECE)):
        await db.write(
            lambda tx, piece=piece: tx.execute_many(
                "INSERT INTO customers (code, name, kind, folded, created_at, updated_at) "
                "VALUES (?, ?, ?, ?, ?, ?)",
                piece,
            )
        )


async def _add_piece(tx: Tx, tickets: list[Ticket]) -> None:
    rows = [{"no": one.no, **TICKET.stored(one), "version": 1} for one in tickets]
    await tx.execute_many(
        f"INSERT INTO tickets ({', '.join(rows[0])}) VALUES ({marks(rows[0])})",
        [tuple(row.values()) for row in rows],
    )
    await tx.execute_many(
        "INSERT INTO ticket_data (ticket_no, project) VALUES (?, ?)",
        [(one.no, project) for one in tickets for project in one.projects],
    )


def _tickets(
    configuration: Configuration, officers: list[StaffId], number: int
) -> Iterator[Ticket]:
    random = Random(17)
    codes = [
        code
        for code, subject in configuration.catalogue.subjects.items()
        if subject.time_table and subject.selectable
    ]
    projects = [project.name for project in configuration.projects]
    customers = max(number // PER_CUSTOMER, 1)
    span = NOW - BEGAN
    for place in range(number):
        created = BEGAN + span * (place / number)
        closed = created + timedelta(minutes=int(random.expovariate(1 / 600)))
        is_open = random.random() < 0.01 or closed > NOW
        if random.random() < 0.05:
            closed = min(closed + timedelta(days=random.randrange(100)), NOW)
        paid = random.random() < 0.08
        yield Ticket(
            TicketNo(f"R{created:%y%m}{place:07}"),
            random.choice(("phone", "email", "walk_in", "letter", "line")),
            random.choice(codes),
            "what was asked for, in a sentence of the usual length or somewhat more than that",
            created,
            created,
            officers[0],
            random.choice(officers),
            customer=CustomerCode(f"C{int(customers * random.random() ** 2)}"),
            complexity=random.choice(list(Complexity)),
            urgency=Urgency.NORMAL,
            mood=Mood.NORMAL,
            status=Status.OPEN if is_open else Status.CLOSED,
            projects=(random.choice(projects),) if random.random() < 0.66 else (),
            result="what was answered, in a sentence of the usual length or somewhat more than that",
            price=Decimal(500) if paid else None,
            receipt_no=f"{place}/69" if paid else "",
            receipt_on=_day(created) if paid else None,
            closed_at=None if is_open else closed,
        )


def _day(at: datetime) -> date:
    return (at + timedelta(hours=7)).date()
