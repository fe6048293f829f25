"""The figures of a report, each counted by one statement over the tickets' facts; docs/reports.md
says in a sentence what each is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from domain.publicity.publications import STANDING
from domain.publicity.reading import SUBJECT
from domain.reports.figures import Figure
from domain.reports.requests import Dimension
from store.engine.database import Reader, Row, marks
from store.reports.selecting import Params, Selection

OfKeys = dict[str, dict[str, int | float]]
"""Figures by key, by name."""
SENT = "contract"
RESULT = "research"
"""Rules of what is owed (`domain/data/reminders.toml`): a contract that was sent, a result."""

_SUMS = {
    Figure.TICKETS_CREATED: "1 = 1",
    Figure.STANDARD_KEPT: "standing = 'kept' AND done = 1",
    Figure.STANDARD_MISSED: (
        "(standing = 'missed' AND done = 1) OR (standing <> '' AND done = 0 AND late = 1)"
    ),
    Figure.STANDARD_RUNNING: "standing <> '' AND done = 0 AND late = 0",
    Figure.STANDARD_NONE: "standing = ''",
}
"""What a ticket that was created within the period is counted by."""
OF_CREATED = _SUMS
_SPENT = "done = 1 AND working_minutes IS NOT NULL"


async def count_created(db: Reader, selection: Selection) -> OfKeys:
    """The tickets that were created, and how they stand to their time standard."""
    tickets, params = selection.created
    # How many there are says which rows there are.
    wanted = [
        figure for figure in _SUMS if figure is Figure.TICKETS_CREATED or figure in selection.wanted
    ]
    sums = ", ".join(
        f"SUM(CASE WHEN {_SUMS[figure]} THEN 1 ELSE 0 END) AS {figure}" for figure in wanted
    )
    rows = await db.fetch(f"SELECT key, {sums} FROM ({tickets}) AS counted GROUP BY key", *params)
    return _by_key(rows, wanted)


async def count_customers(db: Reader, selection: Selection) -> OfKeys:
    """The different customers of these tickets, and those who had none before the period."""
    if selection.is_of_all and selection.moments.until - selection.moments.since >= _LONG:
        return await _count_all_customers(db, selection)
    tickets, params = selection.created
    rows = await db.fetch(
        f"SELECT key, count(*) AS {Figure.CUSTOMERS_SERVED}, SUM(CASE WHEN EXISTS "
        "(SELECT 1 FROM ticket_facts earlier WHERE earlier.customer_code = served.customer_code "
        f"AND earlier.created_at < ?) THEN 0 ELSE 1 END) AS {Figure.CUSTOMERS_NEW} "
        f"FROM (SELECT DISTINCT key, customer_code FROM ({tickets}) AS counted "
        "WHERE customer_code IS NOT NULL) AS served GROUP BY key",
        selection.moments.since,
        *params,
    )
    return _by_key(rows, (Figure.CUSTOMERS_SERVED, Figure.CUSTOMERS_NEW))


_LONG = timedelta(days=150)
"""Of a longer period all customers are gone through in their order, which is quicker than looking
for the first ticket of so many.
"""


async def _count_all_customers(db: Reader, selection: Selection) -> OfKeys:
    moments = selection.moments
    rows = await db.fetch(
        f"SELECT '' AS key, count(*) AS {Figure.CUSTOMERS_SERVED}, "
        f"COALESCE(SUM(CASE WHEN first >= ? THEN 1 ELSE 0 END), 0) AS {Figure.CUSTOMERS_NEW} "
        "FROM (SELECT MIN(created_at) AS first, "
        "MAX(CASE WHEN created_at >= ? AND created_at < ? THEN 1 ELSE 0 END) AS inside "
        "FROM ticket_facts WHERE customer_code IS NOT NULL GROUP BY customer_code) AS customers "
        "WHERE inside = 1",
        moments.since,
        moments.since,
        moments.until,
    )
    return _by_key(rows, (Figure.CUSTOMERS_SERVED, Figure.CUSTOMERS_NEW))


async def spread_of_hours(db: Reader, selection: Selection) -> OfKeys:
    """Median and 90th percentile of the working hours that closing took: between two tickets the
    part of the way, as spreadsheets have it.
    """
    tickets, params = selection.created
    # Grouped first: a year of tickets has some thousand different lengths.
    rows = await db.fetch(
        "SELECT key, working_minutes, behind, tickets FROM (SELECT key, working_minutes, "
        "CAST(SUM(n) OVER (PARTITION BY key ORDER BY working_minutes) AS BIGINT) AS behind, "
        "CAST(SUM(n) OVER (PARTITION BY key) AS BIGINT) AS tickets, n "
        "FROM (SELECT key, working_minutes, count(*) AS n "
        f"FROM ({tickets}) AS counted WHERE {_SPENT} GROUP BY key, working_minutes) AS lengths) "
        f"AS placed WHERE {' OR '.join(map(_holds, _PLACES))} ORDER BY key, working_minutes",
        *params,
    )
    lengths: dict[str, list[Row]] = {}
    for row in rows:
        lengths.setdefault(row["key"], []).append(row)
    found: OfKeys = {}
    for key, some in lengths.items():
        found[key] = {
            Figure.WORKING_HOURS_MEDIAN: _hours_at(some, 5),
            Figure.WORKING_HOURS_P90: _hours_at(some, 9),
        }
    return found


_PLACES = (
    "(tickets - 1) / 2",
    "tickets / 2",
    "(tickets - 1) * 9 / 10",
    "(tickets - 1) * 9 / 10 + 1",
)
"""Of the tickets by their length, the first one is 0: those that the two figures lie between."""


def _holds(place: str) -> str:
    """Holds for the length that the ticket at this place has."""
    return f"(behind - n <= {place} AND {place} < behind)"


def _hours_at(lengths: Sequence[Row], tenths: int) -> float:
    """Returns the hours below which so many tenths of the tickets lie."""
    place, rest = divmod((int(lengths[0]["tickets"]) - 1) * tenths, 10)
    lower = _minutes_at(lengths, place)
    if not rest:
        return lower / 60
    upper = _minutes_at(lengths, place + 1)
    return (lower + (upper - lower) * rest / 10) / 60


def _minutes_at(lengths: Sequence[Row], place: int) -> int:
    return next(int(row["working_minutes"]) for row in lengths if place < int(row["behind"]))


async def count_closed(db: Reader, selection: Selection) -> OfKeys:
    """The tickets that were closed within the period."""
    return await _count(db, Figure.TICKETS_CLOSED, *selection.closed)


async def count_open(db: Reader, selection: Selection) -> OfKeys:
    """The tickets that were open at its end."""
    found: OfKeys = {}
    for tickets, params in selection.parts_open:
        for key, counted in (await _count(db, Figure.TICKETS_OPEN, tickets, params)).items():
            so_far = found.setdefault(key, {Figure.TICKETS_OPEN: 0})
            so_far[Figure.TICKETS_OPEN] += counted[Figure.TICKETS_OPEN]
    return found


async def _count(db: Reader, figure: Figure, tickets: str, params: Params) -> OfKeys:
    rows = await db.fetch(
        f"SELECT key, count(*) AS {figure} FROM ({tickets}) AS counted GROUP BY key",
        *params,
    )
    return _by_key(rows, (figure,))


async def sum_income(db: Reader, selection: Selection) -> OfKeys:
    """What was paid, and by how many receipts."""
    tickets, params = receipts(selection)
    rows = await db.fetch(
        f"SELECT key, SUM(CAST(COALESCE(price, '0') AS NUMERIC)) AS {Figure.INCOME_BAHT}, "
        f"count(DISTINCT NULLIF(receipt_no, '')) AS {Figure.RECEIPTS} "
        f"FROM ({tickets}) AS paid GROUP BY key",
        *params,
    )
    found: OfKeys = {}
    for row in rows:
        found[row["key"]] = {
            Figure.INCOME_BAHT: round(float(row[Figure.INCOME_BAHT]), 2),
            Figure.RECEIPTS: int(row[Figure.RECEIPTS]),
        }
    return found


def receipts(selection: Selection) -> tuple[str, Params]:
    """The tickets whose receipts are of the period, with their keys."""
    distinct = "DISTINCT " if selection.source.several else ""
    first, until = _days(selection)
    return (
        f"SELECT {distinct}{selection.source.key} AS key, f.no, CAST(r.price AS TEXT) AS price, "
        "r.receipt_no FROM tickets r JOIN ticket_facts f ON f.no = r.no "
        f"{selection.source.join} WHERE r.receipt_on >= ? AND r.receipt_on < ?{selection.where}",
        (first, until, *selection.params),
    )


def _days(selection: Selection) -> Params:
    moments = selection.moments
    return moments.since.date(), moments.until.date()


@dataclass(frozen=True, slots=True)
class CountedBeside:
    """A figure that only whole reports have: a statement that gives `no` of the tickets behind it,
    and what is summed over its rows.
    """

    sql: str
    params: Params
    summed: str = "1"


def besides(selection: Selection) -> Mapping[Figure, CountedBeside]:
    """What is counted beside the tickets of a report, filtered alike."""
    moments = selection.moments
    period = (moments.since, moments.until)
    at_end = (moments.closed_before, moments.closed_before)
    return {
        Figure.CONTRACTS_SENT: _owed(selection, SENT, _STARTED, *period),
        Figure.CONTRACTS_RETURNED: _owed(selection, SENT, _RECEIVED, *period),
        Figure.CONTRACTS_OWED: _owed(selection, SENT, _STILL_OWED, *at_end),
        Figure.RESULTS_RECEIVED: _owed(selection, RESULT, _RECEIVED, *period),
        Figure.RESULTS_OWED: _owed(selection, RESULT, _STILL_OWED, *at_end),
        Figure.PUBLICITY_POSTS: _posts(selection),
        Figure.PROVINCE_USERS: _users(selection),
        Figure.MAILS_IN: _mails(selection),
    }


_STARTED = "o.started_at >= ? AND o.started_at < ?"
_RECEIVED = "o.state = 'received' AND o.ended_at >= ? AND o.ended_at < ?"
_STILL_OWED = "o.started_at < ? AND (o.ended_at IS NULL OR o.ended_at >= ?)"


def _facts(selection: Selection) -> str:
    """Returns how the facts of a ticket are joined to what may have none: that fits no filter."""
    if selection.where:
        return "JOIN ticket_facts f"
    return "LEFT JOIN ticket_facts f"


def _owed(selection: Selection, rule: str, when: str, *bounds: object) -> CountedBeside:
    return CountedBeside(
        f"SELECT o.ticket_no AS no FROM owed o {_facts(selection)} ON f.no = o.ticket_no "
        f"WHERE o.rule = '{rule}' AND o.state <> 'void' AND {when}{selection.where}",
        (*bounds, *selection.params),
    )


def _posts(selection: Selection) -> CountedBeside:
    """As the publicity summary counts: what was taken down, or never went out, aside."""
    moments = selection.moments
    standing = [state.value for state in STANDING]
    return CountedBeside(
        f"SELECT f.no FROM ticket_facts f WHERE f.subject = '{SUBJECT}' "
        "AND f.created_at >= ? AND f.created_at < ? AND (NOT EXISTS "
        "(SELECT 1 FROM posts p WHERE p.ticket_no = f.no AND p.ticket_no <> '') OR EXISTS "
        "(SELECT 1 FROM posts p WHERE p.ticket_no = f.no AND p.ticket_no <> '' "
        f"AND p.state IN ({marks(standing)}))){selection.where}",
        (moments.since, moments.until, *standing, *selection.params),
    )


def _users(selection: Selection) -> CountedBeside:
    """Of several reports of one province and month the one recorded last."""
    moments = selection.moments
    return CountedBeside(
        "SELECT f.no, reported.users FROM (SELECT r.no, r.user_count AS users, row_number() OVER "
        "(PARTITION BY r.province, r.counted_on ORDER BY r.recorded_at DESC, r.no DESC) AS place "
        "FROM tickets r WHERE r.province <> '' AND r.user_count IS NOT NULL "
        "AND r.status <> 'voided' AND r.counted_on >= ? AND r.counted_on < ? "
        "UNION ALL SELECT r.no, r.user_count, 1 FROM ticket_facts u JOIN tickets r ON r.no = u.no "
        "WHERE u.created_at >= ? AND u.created_at < ? AND u.province <> '' "
        "AND r.user_count IS NOT NULL AND r.counted_on IS NULL) AS reported "
        f"JOIN ticket_facts f ON f.no = reported.no WHERE reported.place = 1{selection.where}",
        (*_days(selection), moments.since, moments.until, *selection.params),
        summed="users",
    )


def _mails(selection: Selection) -> CountedBeside:
    moments = selection.moments
    return CountedBeside(
        f"SELECT m.ticket AS no FROM incoming_mails m {_facts(selection)} ON f.no = m.ticket "
        f"WHERE m.arrived_at >= ? AND m.arrived_at < ?{selection.where}",
        (moments.since, moments.until, *selection.params),
    )


async def sum_beside(db: Reader, beside: CountedBeside) -> int:
    """What one of them comes to."""
    row = await db.fetch_one(
        f"SELECT COALESCE(SUM({beside.summed}), 0) AS n FROM ({beside.sql}) AS counted",
        *beside.params,
    )
    return int(row["n"]) if row else 0


def _by_key(rows: Sequence[Row], figures: Sequence[Figure]) -> OfKeys:
    found: OfKeys = {}
    for row in rows:
        found[row["key"]] = {figure: int(row[figure]) for figure in figures}
    return found


TIMES = (Dimension.DAY, Dimension.MONTH, Dimension.WEEKDAY_HOUR)
"""Rows of time stand in its order."""
