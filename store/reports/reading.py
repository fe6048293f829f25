"""A report is read here: the facts caught up first, then each figure counted, all beside whoever
else reads.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

from domain.configuration import Configuration
from domain.errors import NotReady
from domain.reports.figures import KINDS, OF_ROWS, Figure
from domain.reports.names import row_name
from domain.reports.reports import Report, ReportRow
from domain.reports.requests import ReportRequest
from domain.tickets.records import TicketNo
from store.engine.database import Database, Reader
from store.engine.rows import column
from store.reports import figures as counted
from store.reports.catching_up import catch_up, find_part
from store.reports.figures import OF_CREATED, TIMES, OfKeys
from store.reports.selecting import Params, Selection

PIECES = 12
"""Pieces that a report makes up for before it is drawn: some thousands of tickets."""
_COUNTS: Mapping[Callable[[Reader, Selection], Awaitable[OfKeys]], Collection[Figure]] = {
    counted.count_created: OF_CREATED,
    counted.count_customers: (
        Figure.CUSTOMERS_SERVED,
        Figure.CUSTOMERS_NEW,
        Figure.CUSTOMERS_RETURNING,
    ),
    counted.spread_of_hours: (Figure.WORKING_HOURS_MEDIAN, Figure.WORKING_HOURS_P90),
    counted.count_closed: (Figure.TICKETS_CLOSED,),
    counted.count_open: (Figure.TICKETS_OPEN,),
    counted.sum_income: (Figure.INCOME_BAHT, Figure.RECEIPTS),
}
"""What is counted, and which figures that gives: what nobody looks at is not counted."""
_WHOLE = ""
"""The key of the one row of a report that is by nothing."""


async def read_report(
    db: Database, configuration: Configuration, request: ReportRequest, now: datetime
) -> Report:
    """One report as of now; NotReady("report_not_ready", percent=40) while the facts of a register
    that was just brought in are still made, which the desk does by itself.
    """
    await be_ready(db, configuration)
    work = partial(_read, configuration=configuration, request=request, now=now)
    return await db.read_long(work)


async def be_ready(db: Database, configuration: Configuration) -> None:
    """Catch up with what was saved since; NotReady("report_not_ready") where that is too much."""
    if not await catch_up(db, configuration, PIECES):
        part = await find_part(db)
        raise NotReady("report_not_ready", percent=int(part * 100))


async def _read(
    db: Reader, configuration: Configuration, request: ReportRequest, now: datetime
) -> Report:
    whole = Selection.of(replace(request, by=None), now)
    by_key = await _count_all(db, whole)
    figures = _complete(by_key.get(_WHOLE, {}), whole.wanted)
    for figure, beside in counted.besides(whole).items():
        if figure in whole.wanted:
            figures[figure] = await counted.sum_beside(db, beside)
    if request.by is None:
        return Report(request, figures)
    of_rows = Selection.of(request, now)
    in_rows = of_rows.wanted & frozenset(OF_ROWS)
    rows = [
        ReportRow(key, row_name(configuration, request.by, key), _complete(found, in_rows))
        for key, found in (await _count_all(db, of_rows)).items()
    ]
    return Report(request, figures, tuple(_ordered(request, rows)))


async def _count_all(db: Reader, selection: Selection) -> OfKeys:
    found: OfKeys = {}
    for count, figures_of_it in _COUNTS.items():
        if selection.wanted.isdisjoint(figures_of_it) and count is not counted.count_created:
            continue
        for key, figures in (await count(db, selection)).items():
            found.setdefault(key, {}).update(figures)
    return found


def _complete(found: dict[str, int | float], wanted: Collection[Figure]) -> dict[str, int | float]:
    """Returns all figures that are wanted, 0 where nothing is."""
    figures = {
        figure.value: found.get(figure, 0)
        for figure in KINDS
        if figure in wanted or figure is Figure.TICKETS_CREATED
    }
    if Figure.CUSTOMERS_RETURNING in wanted:
        served = found.get(Figure.CUSTOMERS_SERVED, 0)
        new = found.get(Figure.CUSTOMERS_NEW, 0)
        figures[Figure.CUSTOMERS_RETURNING] = served - new
    return figures


def _ordered(request: ReportRequest, rows: Sequence[ReportRow]) -> list[ReportRow]:
    if request.by in TIMES:
        # A ticket of before is open at the end, but of no day of the period.
        return sorted((row for row in rows if row.tickets), key=lambda row: row.key)
    return sorted(rows, key=lambda row: (not row.key, -row.tickets, row.key))


async def list_tickets_behind(
    db: Database,
    request: ReportRequest,
    figure: Figure,
    now: datetime,
    limit: int,
    after: str = "",
) -> list[TicketNo]:
    """The numbers of the next tickets behind a figure of a report, in their order, those after one
    where one is given; of a row, with `request.narrowed(key)`.
    """
    selection = Selection.of(replace(request, by=None), now)
    sql, params = _behind(selection, figure)
    rows = await db.read_long(
        lambda reader: reader.fetch(
            f"SELECT DISTINCT no FROM ({sql}) AS behind WHERE no > ? "
            f"ORDER BY no LIMIT {int(limit)}",
            *params,
            after,
        )
    )
    return column(rows, "no")


def _behind(selection: Selection, figure: Figure) -> tuple[str, Params]:
    """The statement of the tickets of which a figure is made."""
    created, params = selection.created
    if figure in OF_CREATED:
        return f"SELECT no FROM ({created}) AS counted WHERE {OF_CREATED[figure]}", params
    if figure in (Figure.WORKING_HOURS_MEDIAN, Figure.WORKING_HOURS_P90):
        return f"SELECT no FROM ({created}) AS counted WHERE done = 1", params
    if figure in _EARLIER:
        return (
            f"SELECT no FROM ({created}) AS served WHERE customer_code IS NOT NULL"
            f"{_EARLIER[figure]}",
            (*params, *_since(selection, figure)),
        )
    others = {
        Figure.TICKETS_CLOSED: selection.closed,
        Figure.TICKETS_OPEN: selection.open,
        Figure.INCOME_BAHT: counted.receipts(selection),
        Figure.RECEIPTS: counted.receipts(selection),
    }
    if figure in others:
        return others[figure]
    beside = counted.besides(selection)[figure]
    return beside.sql, beside.params


_HAD_ONE = (
    "EXISTS (SELECT 1 FROM ticket_facts earlier "
    "WHERE earlier.customer_code = served.customer_code AND earlier.created_at < ?)"
)
_EARLIER = {
    Figure.CUSTOMERS_SERVED: "",
    Figure.CUSTOMERS_NEW: f" AND NOT {_HAD_ONE}",
    Figure.CUSTOMERS_RETURNING: f" AND {_HAD_ONE}",
}


def _since(selection: Selection, figure: Figure) -> Params:
    if not _EARLIER[figure]:
        return ()
    return (selection.moments.since,)
