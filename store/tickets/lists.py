"""Lists of people's tickets: by status, subject, project and when they were created, with
counts.

Whatever the filter, an index has each person's tickets of a status in the order of the list: of
each as many are read as may be shown, and no more are counted than somebody would read.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import product

from domain.staff import StaffId
from domain.tickets.records import Status, Ticket, TicketNo
from store.engine.database import Reader, Row, is_one_of
from store.tickets.records import get_tickets

UNFINISHED = (Status.NEW, Status.OPEN)
LISTED = (*UNFINISHED, Status.CLOSED)
"""What lists count; a voided ticket counts nowhere."""
MOST = 500
"""Most unfinished tickets that are sorted by due time."""
MOST_COUNTED = 1000
"""More than this are not counted: one more stands for them."""
LOOKED_AT = 1000
"""The newest tickets, of which the subjects and projects that a list can be narrowed to are
counted.
"""
TOGETHER = 400
"""Lists of one person and status that one statement joins; SQLite takes 500."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which tickets: of these people; of a subject or a group's subjects; from `since` on, before
    `until`.
    """

    people: tuple[StaffId, ...]
    subject: str = ""
    project: str = ""
    since: datetime | None = None
    until: datetime | None = None
    statuses: tuple[Status, ...] = ()
    """Any where none is named."""


@dataclass(frozen=True, slots=True)
class _Source:
    """The table in which the wanted tickets are found, what of them is read there, once each, and
    what holds for them beside person and status.
    """

    table: str
    no: str
    once: str
    where: str
    params: tuple[object, ...]

    def some(self, newest_first: bool, limit: int) -> str:
        """The first of one person's tickets in one status."""
        direction = "DESC" if newest_first else "ASC"
        return (
            f"SELECT * FROM (SELECT {self.once} AS no, created_at FROM {self.table} "
            f"WHERE assignee_id = ? AND status = ?{self.where} "
            f"ORDER BY created_at {direction}, {self.no} {direction} LIMIT {limit}) AS listed"
        )


def _source(wanted: Wanted) -> _Source:
    table = "tickets"
    once = no = "no"
    where = ""
    params: list[object] = []
    if wanted.project:
        # A row for each period of a project.
        table = "ticket_data"
        no = "ticket_no"
        once = "DISTINCT ticket_no"
        where += " AND project = ?"
        params.append(wanted.project)
    if wanted.subject:
        group = f"{wanted.subject}."
        where += f" AND (subject = ? OR substr(subject, 1, {len(group)}) = ?)"
        params += [wanted.subject, group]
    if wanted.since is not None:
        where += " AND created_at >= ?"
        params.append(wanted.since)
    if wanted.until is not None:
        where += " AND created_at < ?"
        params.append(wanted.until)
    return _Source(table, no, once, where, tuple(params))


async def list_unfinished(db: Reader, wanted: Wanted) -> list[Ticket]:
    """Those that are not closed, oldest first, MOST of them."""
    unfinished = replace(wanted, statuses=UNFINISHED)
    return await _get(db, await _first(db, unfinished, MOST, newest_first=False))


async def list_in_status(
    db: Reader,
    wanted: Wanted,
    status: Status,
    limit: int,
    offset: int = 0,
) -> list[Ticket]:
    """Those in this status, newest first."""
    found = await _first(db, replace(wanted, statuses=(status,)), offset + limit)
    return await _get(db, found[offset:])


async def _first(
    db: Reader, wanted: Wanted, limit: int, *, newest_first: bool = True
) -> list[TicketNo]:
    """The numbers of the first of the wanted tickets."""
    source = _source(wanted)
    order = "DESC" if newest_first else "ASC"
    found: list[Row] = []
    for lists in _together(wanted):
        some = " UNION ALL ".join([source.some(newest_first, limit)] * len(lists))
        params = [value for each in lists for value in (*each, *source.params)]
        found += await db.fetch(
            f"{some} ORDER BY created_at {order}, no {order} LIMIT {limit}", *params
        )
    found.sort(key=lambda row: (row["created_at"], row["no"]), reverse=newest_first)
    return [TicketNo(row["no"]) for row in found[:limit]]


def _together(wanted: Wanted) -> Iterator[Sequence[tuple[StaffId, Status]]]:
    """Person and status of each list that is asked for, as many as one statement joins."""
    lists = list(product(wanted.people, wanted.statuses or LISTED))
    for start in range(0, len(lists), TOGETHER):
        yield lists[start : start + TOGETHER]


async def _get(db: Reader, nos: Sequence[TicketNo]) -> list[Ticket]:
    found = await get_tickets(db, nos)
    return [found[no] for no in nos if no in found]


async def count_by_status(db: Reader, wanted: Wanted) -> Mapping[Status, int]:
    """How many there are in each status, up to MOST_COUNTED and one more for all above."""
    source = _source(wanted)
    people = is_one_of("assignee_id", wanted.people)
    counts = " UNION ALL ".join(
        f"SELECT '{status}' AS status, count(*) AS n FROM (SELECT {source.once} "
        f"FROM {source.table} WHERE {people} AND status = '{status}'{source.where} "
        f"LIMIT {MOST_COUNTED + 1}) AS listed"
        for status in LISTED
    )
    rows = await db.fetch(counts, *([*wanted.people, *source.params] * len(LISTED)))
    return {Status(row["status"]): int(row["n"]) for row in rows if row["n"]}


@dataclass(frozen=True, slots=True)
class Narrower:
    """What a list can be narrowed to, and how many of its tickets that leaves; at least so many
    where not all of them were looked at.
    """

    value: str
    count: int
    at_least: bool = False


async def count_by_subject(db: Reader, wanted: Wanted) -> list[Narrower]:
    """How many there are of each subject, the commonest first."""
    found = await _newest(db, wanted)
    return _commonest(Counter(ticket.subject for ticket in found), len(found))


async def count_by_project(db: Reader, wanted: Wanted) -> list[Narrower]:
    """How many name each project, the commonest first."""
    found = await _newest(db, wanted)
    named = (project for ticket in found for project in ticket.projects)
    return _commonest(Counter(named), len(found))


async def _newest(db: Reader, wanted: Wanted) -> list[Ticket]:
    return await _get(db, await _first(db, wanted, LOOKED_AT))


def _commonest(counts: Counter[str], looked_at: int) -> list[Narrower]:
    more = looked_at >= LOOKED_AT
    found = [Narrower(value, count, more) for value, count in counts.items()]
    return sorted(found, key=lambda each: (-each.count, each.value))
