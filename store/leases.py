"""Leases: one process at a time works on a conversation, sends to a chat, or polls a platform."""

from datetime import datetime, timedelta

from store.database import Database, Tx

TTL = timedelta(seconds=30)


async def take(tx: Tx, name: str, owner: str, now: datetime) -> bool:
    """Take or extend a lease; False while somebody else holds it."""
    row = await tx.fetch_one(
        "INSERT INTO leases (name, owner, expires_at) VALUES (?, ?, ?) "
        "ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, expires_at = excluded.expires_at "
        "WHERE leases.owner = excluded.owner OR leases.expires_at < ? RETURNING owner",
        name,
        owner,
        now + TTL,
        now,
    )
    return row is not None


async def touch(tx: Tx, name: str, owner: str, now: datetime) -> None:
    """Extend a lease where it is the owner's, and lock it until the transaction ends; waits for no answer."""
    await tx.execute_many("UPDATE leases SET expires_at = ? WHERE name = ? AND owner = ?", [(now + TTL, name, owner)])


async def holds(tx: Tx, name: str, owner: str) -> bool:
    """Whether the lease is the owner's."""
    return await tx.fetch_one("SELECT 1 AS one FROM leases WHERE name = ? AND owner = ?", name, owner) is not None


async def release_all(db: Database, owner_prefix: str) -> None:
    """Forget the leases of owners that are known to be gone (the last run of a single-process desk)."""
    await db.write(
        lambda tx: tx.execute(
            "DELETE FROM leases WHERE substr(owner, 1, CAST(? AS INTEGER)) = ?", len(owner_prefix), owner_prefix
        )
    )
