"""The tickets behind a report, one after another with what a workbook says of each."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from domain.customers.records import CustomerCode
from domain.reports.requests import ReportRequest
from domain.tickets.records import TicketNo
from store.engine.database import Database, Reader, Row
from store.reports.figures import OF_CREATED
from store.reports.selecting import Selection

PIECE = 1000
"""Tickets that are read at once; between two pieces whoever else reads goes first."""


class ListedTicket(NamedTuple):
    """A ticket as it was at the end of the report's period. `standing` is the figure under which it
    counts; `working_minutes` are None while it is open.
    """

    no: TicketNo
    created_at: datetime
    closed_at: datetime | None
    due_at: datetime | None
    standing: str
    working_minutes: int | None
    subject: str
    channel: str
    complexity: str
    urgency: str
    mood: str
    province: str
    projects: str
    officer: str
    details: str
    price: Decimal | None
    receipt_no: str
    receipt_on: date | None
    customer_code: CustomerCode | None
    customer: str
    kind: str


_STANDINGS = " ".join(
    f"WHEN {condition} THEN '{figure}'"
    for figure, condition in OF_CREATED.items()
    if figure.startswith("standard")
)
_COLUMNS = (
    "p.no, p.created_at, CASE WHEN p.done = 1 THEN p.closed_at END AS closed_at, p.due_at, "
    f"CASE {_STANDINGS} ELSE '' END AS standing, "
    "CASE WHEN p.done = 1 THEN p.working_minutes END AS working_minutes, "
    "p.subject, p.channel, p.complexity, p.urgency, p.mood, p.province, t.projects, "
    "COALESCE(s.name, '') AS officer, t.details, t.price, t.receipt_no, t.receipt_on, "
    "p.customer_code, COALESCE(c.name, '') AS customer, COALESCE(c.kind, '') AS kind"
)
_OTHERS = (
    "JOIN tickets t ON t.no = p.no LEFT JOIN staff s ON s.id = p.assignee_id "
    "LEFT JOIN customers c ON c.code = p.customer_code"
)


async def list_report_tickets(
    db: Database, request: ReportRequest, now: datetime
) -> AsyncIterator[Sequence[ListedTicket]]:
    """The tickets that were created within a report's period, in that order, piece by piece."""
    selection = Selection.of(replace(request, by=None), now)
    created_at = selection.moments.since
    no = ""
    while piece := await _next(db, selection, created_at, no):
        yield piece
        last = piece[-1]
        created_at = last.created_at
        no = last.no


async def _next(
    db: Database, selection: Selection, created_at: datetime, no: str
) -> Sequence[ListedTicket]:
    moments = selection.moments
    # One bound alone lets both engines begin within the index, where the pair would let SQLite
    # begin at the start of it.
    sql = (
        f"SELECT {_COLUMNS} FROM (SELECT f.*, "
        "CASE WHEN f.closed_at < ? THEN 1 ELSE 0 END AS done, "
        "CASE WHEN f.due_at < ? THEN 1 ELSE 0 END AS late "
        "FROM ticket_facts f WHERE f.created_at >= ? AND f.created_at < ? "
        f"AND (f.created_at > ? OR f.no > ?){selection.where} "
        f"ORDER BY f.created_at, f.no LIMIT {PIECE}) AS p {_OTHERS} ORDER BY p.created_at, p.no"
    )
    params = (
        moments.closed_before,
        moments.due_before,
        created_at,
        moments.until,
        created_at,
        no,
        *selection.params,
    )

    async def read(reader: Reader) -> list[Row]:
        return await reader.fetch(sql, *params)

    rows = await db.read_long(read)
    return [ListedTicket(*row.values()) for row in rows]
