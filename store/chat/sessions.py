"""Who is logged in with a browser: links that log in once, and sessions, of which only hashes are
kept.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from domain.errors import Expired
from domain.staff import Staff, StaffId
from store.engine.columns import RecordColumns
from store.engine.database import Database, Reader, Tx
from store.engine.pieces import BEGINNING, Outdated, Piece, PieceStart


@dataclass(frozen=True, slots=True)
class WebSession:
    """One browser of a member of staff. `way` = how it was logged in: link, telegram or line."""

    key_hash: str
    staff_id: StaffId
    way: str
    created_at: datetime
    expires_at: datetime
    ended_at: datetime | None = None

    def holds(self, person: Staff, now: datetime) -> bool:
        """Whether this person, whose session it is, is logged in by it."""
        if self.ended_at is not None or self.expires_at <= now:
            return False
        return person.holds_since(self.created_at)


_SESSIONS = RecordColumns(WebSession)
_STAFF = RecordColumns(Staff, apart=("waits",))


def hashed(secret: str) -> str:
    """What is kept of a link's or a session's secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


# Links.


async def add_login(
    tx: Tx,
    secret: str,
    staff_id: StaffId,
    now: datetime,
    expires_at: datetime,
) -> None:
    """Remember a link that logs this person in; it ends the older ones."""
    await tx.execute("DELETE FROM web_logins WHERE staff_id = ?", staff_id)
    await tx.execute(
        "INSERT INTO web_logins (token_hash, staff_id, created_at, expires_at) VALUES (?, ?, ?, ?)",
        hashed(secret),
        staff_id,
        now,
        expires_at,
    )


_GOOD = "token_hash = ? AND used_at IS NULL AND expires_at > ?"


async def is_good_login(db: Reader, secret: str, now: datetime) -> bool:
    """Whether a link would log somebody in now."""
    row = await db.fetch_one(
        f"SELECT 1 AS one FROM web_logins WHERE {_GOOD}",
        hashed(secret),
        now,
    )
    return row is not None


async def use_login(tx: Tx, secret: str, now: datetime) -> Staff:
    """Use the link up; returns whom it logs in. Expired("login") where it is none any more."""
    row = await tx.fetch_one(
        f"UPDATE web_logins SET used_at = ? WHERE {_GOOD} RETURNING staff_id, created_at",
        now,
        hashed(secret),
        now,
    )
    if row is None:
        raise Expired("login")
    found = await tx.fetch_one(
        f"SELECT {_STAFF.listed} FROM staff WHERE id = ?",
        row["staff_id"],
    )
    assert found is not None
    person = _STAFF.of(found)
    if not person.holds_since(row["created_at"]):
        raise Expired("login")
    return person


# Sessions.


async def add(tx: Tx, session: WebSession) -> None:
    """Somebody is logged in from now on, and has an account to speak from."""
    await tx.execute(
        f"INSERT INTO web_sessions ({_SESSIONS.listed}) VALUES (?, ?, ?, ?, ?, ?)",
        session.key_hash,
        session.staff_id,
        session.way,
        session.created_at,
        session.expires_at,
        session.ended_at,
    )
    await add_account(tx, session.staff_id, session.created_at)


async def add_account(tx: Tx, staff_id: StaffId, now: datetime) -> None:
    """The account that somebody speaks from in every browser; there is one a person."""
    await tx.execute(
        "INSERT INTO identities (platform, user_id, chat, staff_id, linked_at, seen_at) "
        "VALUES ('web', ?, ?, ?, ?, ?) ON CONFLICT (platform, user_id) DO NOTHING",
        str(staff_id),
        str(staff_id),
        staff_id,
        now,
        now,
    )


async def find(db: Reader, secret: str) -> tuple[WebSession, Staff] | None:
    """The session of this secret with whose it is, whether or not it holds."""
    row = await db.fetch_one(
        f"SELECT {_SESSIONS.listed_of('w')}, {_STAFF.listed_of('s')} "
        "FROM web_sessions w JOIN staff s ON s.id = w.staff_id WHERE w.key_hash = ?",
        hashed(secret),
    )
    return None if row is None else (_SESSIONS.of(row), _STAFF.of(row))


async def list_open(db: Reader, staff_id: StaffId, now: datetime) -> list[WebSession]:
    """A person's sessions that were not ended, the newest first."""
    rows = await db.fetch(
        f"SELECT {_SESSIONS.listed} FROM web_sessions "
        "WHERE staff_id = ? AND ended_at IS NULL AND expires_at > ? "
        "ORDER BY created_at DESC, key_hash",
        staff_id,
        now,
    )
    return [_SESSIONS.of(row) for row in rows]


async def end(tx: Tx, staff_id: StaffId, key_hash: str, now: datetime) -> None:
    """End one of a person's sessions, or all of them where no hash is given."""
    await tx.execute(
        "UPDATE web_sessions SET ended_at = ? "
        "WHERE staff_id = ? AND ended_at IS NULL AND (key_hash = ? OR CAST(? AS TEXT) = '')",
        now,
        staff_id,
        key_hash,
        key_hash,
    )


_LOGINS = Outdated("web_logins", "token_hash", "created_at < ?", "created_at")
_OVER = Outdated("web_sessions", "key_hash", "expires_at < ?", "expires_at")


async def forget_logins(db: Database, before: datetime, after: PieceStart = BEGINNING) -> Piece:
    """Drop links that were made before then."""
    return await _LOGINS.drop(db, before)


async def forget(db: Database, before: datetime, after: PieceStart = BEGINNING) -> Piece:
    """Drop sessions that were over before then."""
    return await _OVER.drop(db, before)
