"""Strangers' requests for access, and how they were decided."""

from dataclasses import dataclass
from datetime import datetime

from domain.errors import Conflict, NotFound
from domain.staff import Platform, Role, StaffId
from store.engine.columns import RecordColumns
from store.engine.database import Database, Reader, Tx, count
from store.engine.pieces import BEGINNING, Outdated, Piece, PieceStart


@dataclass(frozen=True, slots=True)
class AccessRequest:
    """A stranger who asked to be let in, as the platform tells of them."""

    id: str
    platform: Platform
    user: str
    chat: str
    display_name: str
    created_at: datetime
    decided_at: datetime | None
    role: str | None
    username: str = ""


_ACCESS_REQUESTS = RecordColumns(AccessRequest, user="user_id")


async def list_waiting(db: Reader) -> list[AccessRequest]:
    """Those that nobody decided, the oldest first."""
    rows = await db.fetch(
        f"SELECT {_ACCESS_REQUESTS.listed} FROM access_requests "
        "WHERE decided_at IS NULL ORDER BY created_at, id"
    )
    return [_ACCESS_REQUESTS.of(row) for row in rows]


async def get_access_request(db: Reader, request_id: str) -> AccessRequest:
    """One request; NotFound("access_request")."""
    row = await db.fetch_one(
        f"SELECT {_ACCESS_REQUESTS.listed} FROM access_requests WHERE id = ?", request_id
    )
    if row is None:
        raise NotFound("access_request")
    return _ACCESS_REQUESTS.of(row)


async def count_access_requests(
    db: Reader,
    since: datetime,
    platform: Platform | None = None,
    user: str = "",
) -> int:
    """How many requests came since then: of one account, or of all where none is named."""
    every = "SELECT count(*) AS n FROM access_requests WHERE created_at >= ?"
    if platform is None:
        return await count(db, every, since)
    return await count(
        db,
        f"{every} AND platform = ? AND user_id = ?",
        since,
        platform,
        user,
    )


async def add_access_request(
    tx: Tx,
    request_id: str,
    platform: Platform,
    user: str,
    chat: str,
    display_name: str,
    now: datetime,
    username: str = "",
) -> None:
    """Note that a stranger asks to be let in."""
    await tx.execute(
        "INSERT INTO access_requests "
        "(id, platform, user_id, chat, display_name, created_at, username) "
        "VALUES (?, ?, ?, ?, ?, ?, ?)",
        request_id,
        platform,
        user,
        chat,
        display_name,
        now,
        username,
    )


async def decide_access_request(
    tx: Tx,
    request_id: str,
    by: StaffId,
    role: Role | None,
    now: datetime,
) -> None:
    """Grant with a role, or refuse with None; Conflict("decided") where another administrator was
    quicker.
    """
    decided = await tx.execute(
        "UPDATE access_requests SET decided_at = ?, decided_by = ?, role = ? "
        "WHERE id = ? AND decided_at IS NULL",
        now,
        by,
        role,
        request_id,
    )
    if not decided:
        raise Conflict("decided")


_DECIDED = Outdated(
    "access_requests",
    "id",
    # By person, which an index has.
    "platform IN ('telegram', 'line') AND user_id > '' AND decided_at < ? "
    "AND (display_name <> '' OR username <> '')",
    "id",
)


async def forget_names(db: Database, before: datetime, after: PieceStart = BEGINNING) -> Piece:
    """Drop what people were called who asked and were let in or refused before then."""
    return await _DECIDED.empty(db, ("display_name", "username"), before)
