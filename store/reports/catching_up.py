"""The facts of tickets are kept here, the only place that writes them: they follow the history that
every save writes anyhow, so that saving a ticket costs nothing more.

What was read of the history, and which tickets were gone through, is noted in the transaction that
writes the facts; after a kill it goes on from there. Docs: decision 0075."""

import asyncio
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from weakref import WeakKeyDictionary

from domain.configuration import Configuration
from domain.dates.periods import day_of
from domain.errors import Conflict
from domain.reports.facts import TicketFacts, days_between, days_said, facts_of, rules_digest
from domain.tickets.records import Ticket
from store.engine.columns import RecordColumns
from store.engine.database import Database, Reader, Tx, count, is_one_of, marks
from store.engine.rows import column
from store.tickets.records import get_tickets

FACTS = RecordColumns(TicketFacts)
AT_ONCE = 400
"""Tickets of one piece, and of one transaction."""
LINES = 2_000
"""Lines of history that one piece reads."""


@dataclass(frozen=True, slots=True)
class _Progress:
    """How far the facts are. `gone_through` = the last ticket of the first going through, None once
    that is over.
    """

    changes_read: int
    seen: int
    seen_before: int
    gone_through: str | None
    rules: str
    days: str
    round: int


_PROGRESS = RecordColumns(_Progress)


@dataclass(frozen=True, slots=True)
class _Horizon:
    """Between which transactions a read of a server lies: what began before `seen_until` is over,
    nothing from `begun_before` on had begun.
    """

    seen_until: int
    begun_before: int


@dataclass(frozen=True, slots=True)
class _Piece:
    """What is to be done next, and how far everything is then."""

    after: _Progress
    wanted: Sequence[str]
    tickets: dict[str, Ticket]
    nos: Sequence[str]
    last_line: int
    more: bool


async def catch_up(db: Database, configuration: Configuration, pieces: int) -> bool:
    """Bring the facts up to date, in so many pieces at most; returns whether they may be counted
    now.
    """
    # Never within a reading of the store, where nothing can be waited for.
    await asyncio.sleep(0)
    async with _turns.setdefault(db, asyncio.Lock()):
        return await _catch_up(db, configuration, pieces)


async def _catch_up(db: Database, configuration: Configuration, pieces: int) -> bool:
    last_line = 0
    for _piece in range(pieces):
        try:
            piece = await _one_piece(db, configuration, last_line)
        except Conflict:
            # Another process did this piece.
            piece = None
        if piece is not None and not piece.more:
            return True
        last_line = 0 if piece is None else piece.last_line
    return False


_turns: WeakKeyDictionary[Database, asyncio.Lock] = WeakKeyDictionary()
"""Whoever asks at the same time waits for one who makes up for all."""


async def find_part(db: Database) -> float:
    """What part of the tickets has been gone through, 0 to 1."""
    progress = await _find_progress(db)
    if progress is None:
        return 0.0
    if progress.gone_through is None:
        return 1.0
    return await db.read_long(partial(_part, no=progress.gone_through))


async def _part(db: Reader, no: str) -> float:
    tickets = await count(db, "SELECT count(*) AS n FROM tickets")
    done = await count(db, "SELECT count(*) AS n FROM tickets WHERE no <= ?", no)
    return done / max(tickets, 1)


async def want(tx: Tx, nos: Iterable[str]) -> None:
    """Have the facts of tickets made that came, or were changed, without history."""
    await tx.execute_many(
        "INSERT INTO facts_wanted (ticket_no) VALUES (?) ON CONFLICT DO NOTHING",
        [(no,) for no in nos],
    )


async def _find_progress(db: Reader) -> _Progress | None:
    row = await db.fetch_one(f"SELECT {_PROGRESS.listed} FROM facts_progress WHERE id = 1")
    return None if row is None else _PROGRESS.of(row)


async def _one_piece(db: Database, configuration: Configuration, last_line: int) -> _Piece | None:
    """Do the next piece; returns None where the rules were looked at instead."""
    progress = await _find_progress(db)
    rules = rules_digest(configuration)
    if progress is None or progress.rules != rules:
        await db.write(partial(_begin, configuration=configuration, before=progress))
        return None
    days = days_said(configuration.calendar)
    said_before = json.loads(progress.days)
    if days != said_before:
        changed = days_between(said_before, days)
        after = replace(progress, days=json.dumps(days))
        await db.write(partial(_want_of_days, days=changed, before=progress, after=after))
        return None
    piece = await db.read(partial(_read_piece, engine=db.engine, progress=progress, at=last_line))
    if piece.nos or piece.after != progress:
        facts = await asyncio.to_thread(_worked_out, configuration, piece.tickets.values())
        await db.write(partial(_write_piece, piece=piece, before=progress, facts=facts))
    return piece


async def _begin(tx: Tx, configuration: Configuration, before: _Progress | None) -> None:
    """Go through all tickets from the first: nothing is known of them, or a rule changed."""
    if before is None:
        await tx.execute(
            "INSERT INTO facts_progress (id, changes_read, seen, seen_before, gone_through, rules, "
            "days, round) VALUES (1, 0, 0, 0, '', '', '{}', 0) ON CONFLICT DO NOTHING"
        )
    progress = await _find_progress(tx)
    if progress is None or (before is not None and progress.round != before.round):
        raise Conflict("changed")
    last = await count(tx, "SELECT COALESCE(max(id), 0) AS n FROM changes")
    horizon = await _horizon(tx, tx.engine)
    begun = replace(
        progress,
        changes_read=last,
        seen=last,
        seen_before=horizon.begun_before,
        gone_through="",
        rules=rules_digest(configuration),
        days=json.dumps(days_said(configuration.calendar)),
    )
    await _move_on(tx, progress, begun)


async def _want_of_days(tx: Tx, days: Sequence[date], before: _Progress, after: _Progress) -> None:
    """Have those tickets made anew whose clocks may run over these days."""
    await _move_on(tx, before, after)
    for day in days:
        begins, ends = day_of(day).instants
        await tx.execute(
            "INSERT INTO facts_wanted (ticket_no) SELECT no FROM ticket_facts "
            "WHERE created_at < ? AND (closed_at IS NULL OR closed_at >= ? OR due_at >= ?) "
            "ON CONFLICT DO NOTHING",
            ends,
            begins,
            begins,
        )


async def _horizon(db: Reader, engine: str) -> _Horizon:
    """On SQLite one writes after the other: what is read is all that there is."""
    if engine == "sqlite":
        return _Horizon(0, 0)
    row = await db.fetch_one(
        "SELECT CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS TEXT) AS BIGINT) AS lowest, "
        "CAST(CAST(pg_snapshot_xmax(pg_current_snapshot()) AS TEXT) AS BIGINT) AS highest"
    )
    assert row is not None
    return _Horizon(int(row["lowest"]), int(row["highest"]))


async def _read_piece(db: Reader, engine: str, progress: _Progress, at: int) -> _Piece:
    # Before the lines are read: whatever is over by now is among them.
    before = await _horizon(db, engine)
    lines = await db.fetch(
        f"SELECT id, record FROM changes WHERE id > ? ORDER BY id LIMIT {LINES}",
        max(at, progress.changes_read),
    )
    last_line = lines[-1]["id"] if lines else max(at, progress.changes_read)
    after = await _noted(db, engine, progress, before, last_line)
    wanted = column(
        await db.fetch(f"SELECT ticket_no FROM facts_wanted ORDER BY ticket_no LIMIT {AT_ONCE}"),
        "ticket_no",
    )
    saved = [line["record"] for line in lines if line["record"].startswith("R")]
    more = len(lines) == LINES or len(wanted) == AT_ONCE
    through: Sequence[str] = ()
    if progress.gone_through is not None:
        more = True
        if _is_over(before, progress):
            through = await _next_tickets(db, progress.gone_through)
            after = replace(after, gone_through=through[-1] if through else None)
    nos = list(dict.fromkeys([*wanted, *saved, *through]))
    tickets = await get_tickets(db, nos)
    return _Piece(after, wanted, tickets, nos, last_line, more)


async def _next_tickets(db: Reader, no: str) -> list[str]:
    rows = await db.fetch(f"SELECT no FROM tickets WHERE no > ? ORDER BY no LIMIT {AT_ONCE}", no)
    return column(rows, "no")


def _is_over(horizon: _Horizon, progress: _Progress) -> bool:
    """Returns whether all is visible that had a smaller number than `seen`.

    A number of the history is drawn within a transaction that has written already. What had drawn
    one when `seen` was read had begun before `seen_before`. (A number of transactions from another
    server, of which the desk was copied, is of no meaning here: nothing of it still runs.)"""
    is_elsewhere = progress.seen_before > horizon.begun_before
    return is_elsewhere or horizon.seen_until >= progress.seen_before


async def _noted(
    db: Reader, engine: str, progress: _Progress, before: _Horizon, last_line: int
) -> _Progress:
    """What is noted once the lines up to this one are done."""
    if engine == "sqlite":
        return replace(progress, changes_read=last_line)
    if not _is_over(before, progress):
        return progress
    noted = replace(progress, changes_read=progress.seen)
    if last_line == progress.seen:
        return noted
    # After the lines were read.
    behind = await _horizon(db, engine)
    return replace(noted, seen=last_line, seen_before=behind.begun_before)


def _worked_out(configuration: Configuration, tickets: Iterable[Ticket]) -> list[TicketFacts]:
    """Returns the facts of those that count; in a thread, for clocks of so many tickets take some
    tenths of a second.
    """
    made = [facts_of(configuration, ticket) for ticket in tickets]
    return [facts for facts in made if facts is not None]


async def _write_piece(
    tx: Tx, piece: _Piece, before: _Progress, facts: Sequence[TicketFacts]
) -> None:
    await _move_on(tx, before, piece.after)
    nos = piece.nos
    for at in range(0, len(nos), AT_ONCE):
        some = nos[at : at + AT_ONCE]
        await tx.execute(f"DELETE FROM ticket_facts WHERE {is_one_of('no', some)}", *some)
    await tx.execute_many(FACTS.insert("ticket_facts"), map(FACTS.values, facts))
    wanted = piece.wanted
    if wanted:
        await tx.execute(f"DELETE FROM facts_wanted WHERE ticket_no IN ({marks(wanted)})", *wanted)


async def _move_on(tx: Tx, before: _Progress, after: _Progress) -> None:
    """Note how far everything is; Conflict("changed") where another process did so meanwhile."""
    moved = replace(after, round=before.round + 1)
    assignments = ", ".join(f"{name} = ?" for name in _PROGRESS.names)
    touched = await tx.execute(
        f"UPDATE facts_progress SET {assignments} WHERE id = 1 AND round = ?",
        *_PROGRESS.values(moved),
        before.round,
    )
    if not touched:
        raise Conflict("changed")
