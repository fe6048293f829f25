"""Lists of people's tickets: by status, subject, project and when they were created, with
counts.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from domain.staff import StaffId
from domain.tickets.records import SEPARATOR, Status, Ticket, TicketNo
from store.engine.database import Reader, is_one_of
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
    parts = [is_one_of("assignee_id", wanted.people), COUNTS]
    params = list[object](wanted.people)
    if wanted.subject:
        group = f"{wanted.subject}."
        parts.append(f"(subject = ? OR substr(subject, 1, {len(group)}) = ?)")
        params += [wanted.subject, group]
    if wanted.project:
        parts.append(f"'{SEPARATOR}' || projects || '{SEPARATOR}' LIKE ? ESCAPE '!'")
        params.append(f"%{SEPARATOR}{_escaped(wanted.project)}{SEPARATOR}%")
    if wanted.statuses:
        parts.append(is_one_of("status", wanted.statuses))
        params += wanted.statuses
    if wanted.since is not None:
        parts.append("created_at >= ?")
        params.append(wanted.since)
    if wanted.until is not None:
        parts.append("created_at < ?")
        params.append(wanted.until)
    return " AND ".join(parts), params


def _escaped(text: str) -> str:
    """As it stands in a LIKE whose signs are escaped by `!`."""
    return text.replace("!", "!!").replace("%", "!%").replace("_", "!_")


async def list_unfinished(db: Reader, wanted: Wanted) -> list[Ticket]:
    """Those that are not closed, oldest first, MOST of them."""
    where, params = _where(replace(wanted, statuses=UNFINISHED))
    return await _listed(db, f"{where} ORDER BY created_at, no LIMIT {MOST}", params)


async def list_in_status(
    db: Reader,
    wanted: Wanted,
    status: Status,
    limit: int,
    offset: int = 0,
) -> list[Ticket]:
    """Those in this status, newest first."""
    where, params = _where(replace(wanted, statuses=(status,)))
    order = f"ORDER BY created_at DESC, no DESC LIMIT {int(limit)} OFFSET {int(offset)}"
    return await _listed(db, f"{where} {order}", params)


async def _listed(db: Reader, rest: str, params: list[object]) -> list[Ticket]:
    rows = await db.fetch(f"SELECT no FROM tickets WHERE {rest}", *params)
    nos = [TicketNo(row["no"]) for row in rows]
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
        f"SELECT subject, count(*) AS n FROM tickets WHERE {where} "
        "GROUP BY subject ORDER BY count(*) DESC, subject",
        *params,
    )
    return [(row["subject"], int(row["n"])) for row in rows]


async def count_by_project(db: Reader, wanted: Wanted) -> list[tuple[str, int]]:
    """How many name each project, the commonest first."""
    where, params = _where(wanted)
    rows = await db.fetch(
        f"SELECT projects, count(*) AS n FROM tickets "
        f"WHERE {where} AND projects <> '' GROUP BY projects",
        *params,
    )
    counts: Counter[str] = Counter()
    for row in rows:
        named = row["projects"].split(SEPARATOR)
        counts.update(dict.fromkeys(named, int(row["n"])))
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
