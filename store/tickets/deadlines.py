"""What is to be told of tickets' deadlines, as rows of what is due."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from domain.clock import state as clock
from domain.clock.state import Stage
from domain.configuration import Configuration
from domain.staff import StaffId
from domain.tickets.records import Ticket, TicketNo
from store import due
from store.due import Due
from store.engine.database import Reader, Tx, count, is_one_of

KIND = "ticket.deadline"


def rows_for(configuration: Configuration, ticket: Ticket) -> list[Due]:
    """What is to be told of the ticket's deadline: an occurrence for each due time, so each is told
    once.
    """
    due_at = clock.due_at(configuration, ticket)
    if due_at is None:
        return []
    times = clock.notice_times(configuration, ticket)
    minute = f"{due_at:%Y-%m-%dT%H:%M}"
    return [
        Due(
            KIND,
            ticket.no,
            f"{stage}:{minute}",
            at,
        )
        for stage, at in times.items()
    ]


def stage_of(occurrence: str) -> Stage:
    """What an occurrence tells."""
    return Stage(occurrence.partition(":")[0])


async def replan(
    tx: Tx,
    wanted: Mapping[TicketNo, Sequence[Due]],
    now: datetime,
) -> None:
    """Plan these rows in place of those that wait.

    What was told is not told again because a holiday entered late moved it from one past hour to
    another."""
    done = await due.list_done(
        tx,
        KIND,
        [*wanted],
    )
    await due.cancel_all(tx, KIND, [*wanted])
    planned: list[Due] = []
    for no, rows in wanted.items():
        told = {stage_of(occurrence) for occurrence in done.get(no, ())}
        for row in rows:
            # One in the past is told late, but never twice.
            if row.due_at > now or stage_of(row.occurrence) not in told:
                planned.append(row)
    await due.plan(tx, planned)


_AT_RISK = (
    "FROM due d JOIN tickets t ON t.no = d.subject "
    f"WHERE d.state = 'waiting' AND d.kind = '{KIND}' AND d.occurrence LIKE '{Stage.OVER}:%' "
    "AND d.due_at > ? AND d.due_at <= ?"
)


def _theirs(staffs: Sequence[StaffId] | None) -> tuple[str, Sequence[StaffId]]:
    """The condition that a ticket is one of these people's (None = anybody's), with its
    parameters.
    """
    if staffs is None:
        return "", ()
    return f" AND {is_one_of('t.assignee_id', staffs)}", staffs


async def list_next(
    db: Reader,
    staffs: Sequence[StaffId] | None,
    since: datetime,
    until: datetime,
    limit: int,
) -> list[TicketNo]:
    """The tickets of these people (None = anybody's) that come due after `since`, until `until`,
    the next first.
    """
    theirs, people = _theirs(staffs)
    rows = await db.fetch(
        f"SELECT d.subject {_AT_RISK}{theirs} ORDER BY d.due_at, d.id LIMIT {int(limit)}",
        since,
        until,
        *people,
    )
    return [TicketNo(row["subject"]) for row in rows]


async def count_next(
    db: Reader,
    staffs: Sequence[StaffId] | None,
    since: datetime,
    until: datetime,
    most: int,
) -> int:
    """How many tickets that are; `most` and one where there are more."""
    theirs, people = _theirs(staffs)
    return await count(
        db,
        f"SELECT count(*) AS n FROM (SELECT d.id {_AT_RISK}{theirs} LIMIT {most + 1}) AS counted",
        since,
        until,
        *people,
    )
