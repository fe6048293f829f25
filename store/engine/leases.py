"""Leases: one process at a time works on a conversation, sends to a chat, or polls a platform."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain

from store.engine.database import Database, Reader, Row, Tx, is_one_of
from store.engine.rows import column

TTL = timedelta(seconds=30)
FURTHEST = 2 * TTL
"""So far ahead a lease may end that another machine took, whose clock is not quite ours. One that
ends later was taken by a clock that was wrong, and counts as none.
"""


FREE = "({0}.expires_at < ? OR {0}.expires_at > ?)"
"""Whether nobody holds a lease, by the moments of `free_at`."""


def free_at(now: datetime) -> tuple[datetime, datetime]:
    """A lease that ends before the first, or after the second, is nobody's."""
    return now, now + FURTHEST


async def take_many(
    tx: Tx,
    names: Sequence[str],
    owner: str,
    now: datetime,
) -> set[str]:
    """Take or extend several; returns those that are now the owner's."""
    return set(column(await take_rows(tx, names, owner, now), "name"))


async def take_rows(
    tx: Tx,
    names: Sequence[str],
    owner: str,
    now: datetime,
    *beside: str,
) -> list[Row]:
    """The same as rows with the name, and what is said `beside` it in SQL."""
    if not names:
        return []
    wanted = ", ".join(["(?, ?, ?)"] * len(names))
    values: list[object] = []
    # In one order, so that two who want the same wait for each other and never both.
    for name in sorted(names):
        values += [name, owner, now + TTL]
    found = ", ".join(("name", *beside))
    return await tx.fetch(
        f"INSERT INTO leases (name, owner, expires_at) VALUES {wanted} "
        "ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, expires_at = excluded.expires_at "
        f"WHERE leases.owner = excluded.owner OR {FREE.format('leases')} "
        f"RETURNING {found}",
        *values,
        *free_at(now),
    )


async def take(
    tx: Tx,
    name: str,
    owner: str,
    now: datetime,
) -> bool:
    """Take or extend a lease; False while somebody else holds it."""
    return bool(await take_many(tx, [name], owner, now))


async def touch(
    tx: Tx,
    name: str,
    owner: str,
    now: datetime,
) -> None:
    """Extend a lease where it is the owner's, and lock it until the transaction ends; waits for no
    answer.
    """
    await tx.execute_many(
        "UPDATE leases SET expires_at = ? WHERE name = ? AND owner = ?", [(now + TTL, name, owner)]
    )


@dataclass(frozen=True, slots=True)
class Idle:
    """A lease that is given back while this SQL condition holds: nothing is left to do under it."""

    name: str
    condition: str
    params: tuple[object, ...]


async def give_back(
    tx: Tx,
    idle: Sequence[Idle],
    owner: str,
    now: datetime,
) -> set[str]:
    """Give back the owner's leases under which nothing is left to do, and extend the others;
    returns the names of those that are still the owner's.
    """
    if not idle:
        return set()
    names = sorted(each.name for each in idle)
    # SQLite writes one transaction at a time: nobody can come between.
    if tx.engine != "sqlite":
        await _hold(tx, names, owner)
    # A statement of its own, after the leases are locked: it sees what another process added until
    # then.
    free = " OR ".join(f"(name = ? AND {each.condition})" for each in idle)
    rows = await tx.fetch(
        f"DELETE FROM leases WHERE owner = ? AND ({free}) RETURNING name",
        owner,
        *chain.from_iterable((each.name, *each.params) for each in idle),
    )
    freed = set(column(rows, "name"))
    return {name for name in names if name not in freed and await extend(tx, name, owner, now)}


async def _hold(tx: Tx, names: Sequence[str], owner: str) -> None:
    """Let nobody else take or give back these leases of the owner's until the transaction ends."""
    await tx.fetch(
        f"SELECT name FROM leases WHERE {is_one_of('name', names)} AND owner = ? "
        "ORDER BY name FOR UPDATE",
        *names,
        owner,
    )


async def holds(tx: Tx, name: str, owner: str) -> bool:
    """Whether the lease is the owner's."""
    row = await tx.fetch_one(
        "SELECT 1 AS one FROM leases WHERE name = ? AND owner = ?", name, owner
    )
    return row is not None


async def extend(
    tx: Tx,
    name: str,
    owner: str,
    now: datetime,
) -> bool:
    """Extend a lease where it is the owner's; False where it is not."""
    touched = await tx.execute(
        "UPDATE leases SET expires_at = ? WHERE name = ? AND owner = ?", now + TTL, name, owner
    )
    return bool(touched)


async def is_ahead(db: Reader, now: datetime) -> bool:
    """Whether a lease ends later than any that is taken now."""
    found = await db.fetch("SELECT name FROM leases WHERE expires_at > ? LIMIT 1", now + FURTHEST)
    return bool(found)


async def end_soon(tx: Tx, now: datetime) -> None:
    """No lease lasts longer than one that is taken now: whoever is alive extends it, and of whoever
    is gone it ends.
    """
    await tx.execute("UPDATE leases SET expires_at = ? WHERE expires_at > ?", now + TTL, now + TTL)


async def release(tx: Tx, name: str, owner: str) -> None:
    """Give a lease back where it is the owner's."""
    await tx.execute_many("DELETE FROM leases WHERE name = ? AND owner = ?", [(name, owner)])


async def release_all(db: Database, owner_prefix: str) -> None:
    """Forget the leases, also of what is due, of owners known to be gone (the last run of a
    single-process desk).
    """
    theirs = "substr(owner, 1, CAST(? AS INTEGER)) = ?"

    async def work(tx: Tx) -> None:
        await tx.execute(f"DELETE FROM leases WHERE {theirs}", len(owner_prefix), owner_prefix)
        await tx.execute(
            "UPDATE due SET owner = '', lease_until_at = NULL "
            f"WHERE state = 'waiting' AND {theirs}",
            len(owner_prefix),
            owner_prefix,
        )

    await db.write(work)
