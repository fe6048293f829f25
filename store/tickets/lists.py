"""Lists of people's tickets: by status, subject, project and when they were created, with
counts.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from domain.staff import StaffId
from domain.tickets.records import SEPARATOR, Status, Ticket, TicketNo
from store.engine.database import Reader
from store.tickets.records import COUNTS, get_tickets

UNFINISHED = (Status.NEW, Status.OPEN)
MOST = 500
"""Most unfinished tickets that are sorted by due time."""


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


def _where(wanted: Wanted) -> tuple[str, list[object]]:
    marks = ", ".join("?" for _person in wanted.people) or "NULL"
    parts, params = [f"assignee_id IN ({marks})", COUNTS], list[object](wanted.people)
    if wanted.subject:
        group = f"{wanted.subject}."
        parts.append(f"(subject = ? OR substr(subject, 1, {len(group)}) = ?)")
        params += [wanted.subject, group]
    if wanted.project:
        escaped = "".join(f"!{sign}" if sign in "!%_" else sign for sign in wanted.project)
        parts.append(f"'{SEPARATOR}' || projects || '{SEPARATOR}' LIKE ? ESCAPE '!'")
        params.append(f"%{SEPARATOR}{escaped}{SEPARATOR}%")
    if wanted.statuses:
        parts.append(f"status IN ({', '.join('?' for _status in wanted.statuses)})")
        params += wanted.statuses
    for condition, instant in (("created_at >= ?", wanted.since), ("created_at < ?", wanted.until)):
        if instant is not None:
            parts.append(condition)
            params.append(instant)
    return " AND ".join(parts), params


async def list_unfinished(db: Reader, wanted: Wanted) -> list[Ticket]:
    """Those that are not closed, oldest first, MOST of them."""
    where, params = _where(replace(wanted, statuses=UNFINISHED))
    return await _listed(db, f"{where} ORDER BY created_at, no LIMIT {MOST}", params)


async def list_in_status(
    db: Reader, wanted: Wanted, status: Status, limit: int, offset: int = 0
) -> list[Ticket]:
    """Those in this status, newest first."""
    where, params = _where(replace(wanted, statuses=(status,)))
    order = f"ORDER BY created_at DESC, no DESC LIMIT {int(limit)} OFFSET {int(offset)}"
    return await _listed(db, f"{where} {order}", params)


async def _listed(db: Reader, rest: str, params: list[object]) -> list[Ticket]:
    nos = [
        TicketNo(row["no"])
        for row in await db.fetch(f"SELECT no FROM tickets WHERE {rest}", *params)
    ]
    found = await get_tickets(db, nos)
    return [found[no] for no in nos if no in found]


async def count_by_status(db: Reader, wanted: Wanted) -> Mapping[Status, int]:
    """How many there are in each status."""
    where, params = _where(wanted)
    rows = await db.fetch(
        f"SELECT status, count(*) AS n FROM tickets WHERE {where} GROUP BY status", *params
    )
    return {Status(row["status"]): int(row["n"]) for row in rows}


async def count_by_subject(db: Reader, wanted: Wanted) -> list[tuple[str, int]]:
    """How many there are of each subject, the commonest first."""
    where, params = _where(wanted)
    rows = await db.fetch(
        f"SELECT subject, count(*) AS n FROM tickets WHERE {where} GROUP BY subject ORDER BY count(*) DESC, subject",
        *params,
    )
    return [(row["subject"], int(row["n"])) for row in rows]


async def count_by_project(db: Reader, wanted: Wanted) -> list[tuple[str, int]]:
    """How many name each project, the commonest first."""
    where, params = _where(wanted)
    rows = await db.fetch(
        f"SELECT projects, count(*) AS n FROM tickets WHERE {where} AND projects <> '' GROUP BY projects",
        *params,
    )
    counts: Counter[str] = Counter()
    for row in rows:
        counts.update(dict.fromkeys(row["projects"].split(SEPARATOR), int(row["n"])))
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
