"""Buttons: each is a random token whose meaning, owner and lifetime are kept here."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import orjson

from domain.errors import Conflict
from domain.staff import StaffId
from store.engine.database import Database, Reader, Tx, insert
from store.engine.pieces import BEGINNING, Outdated, Piece, PieceStart


@dataclass(frozen=True, slots=True)
class StoredButton:
    """What a token means. `staff_id` = who may press it (None: anybody who may do the action).

    `once` = it changes something, so it works once, and only while `record` is at `version`.
    """

    token: str
    staff_id: StaffId | None
    action: str
    args: Mapping[str, str]
    record: str
    version: int
    once: bool
    expires_at: datetime
    used_at: datetime | None = None
    used_by: StaffId | None = None
    event_id: str = ""
    """The event whose answer it is, where that brought a message that its sender may take back."""


_COLUMNS = (
    "token",
    "staff_id",
    "action",
    "args",
    "record",
    "version",
    "once",
    "expires_at",
    "event_id",
)
"""What is written of a new button."""

OF_RECORDS = frozenset(
    {"code", "command", "draft", "field", "file", "id", "list", "no", "page", "value", "version"}
)
"""Arguments that name a record or a place on a card; any other may hold words that somebody
typed.
"""


def holds_words(args: Mapping[str, str]) -> bool:
    """Whether a button's arguments may hold what somebody typed."""
    return not args.keys() <= OF_RECORDS


async def add(tx: Tx, buttons: Sequence[StoredButton]) -> None:
    """Remember the buttons of a reply."""
    await insert(tx, "buttons", _COLUMNS, map(_values, buttons))


def _values(button: StoredButton) -> tuple[object, ...]:
    return (
        button.token,
        button.staff_id,
        button.action,
        orjson.dumps(button.args, default=dict).decode(),
        button.record,
        button.version,
        button.once,
        button.expires_at,
        button.event_id or None,
    )


async def find_button(db: Reader, token: str) -> StoredButton | None:
    """What the token means, if it is one of ours."""
    row = await db.fetch_one(
        "SELECT token, staff_id, action, args, record, version, once, expires_at, used_at, "
        "used_by, event_id FROM buttons WHERE token = ?",
        token,
    )
    if row is None:
        return None
    return StoredButton(
        token=row["token"],
        staff_id=row["staff_id"],
        action=row["action"],
        args=orjson.loads(row["args"]),
        record=row["record"],
        version=int(row["version"]),
        once=bool(row["once"]),
        expires_at=row["expires_at"],
        used_at=row["used_at"],
        used_by=row["used_by"],
        event_id=row["event_id"] or "",
    )


async def unsay(tx: Tx, event_id: str) -> None:
    """Forget the buttons that may hold words of a message that was taken back."""
    rows = await tx.fetch("SELECT token, args FROM buttons WHERE event_id = ?", event_id)
    spoken = [row["token"] for row in rows if holds_words(orjson.loads(row["args"]))]
    await tx.execute_many("DELETE FROM buttons WHERE token = ?", [(token,) for token in spoken])


async def forget_saying(
    tx: Tx,
    staff_id: StaffId,
    texts: Collection[str],
    since: datetime,
    until: datetime,
) -> None:
    """Forget the buttons that somebody was shown and that say any of these texts, or hold words at
    all where none is named; they expire between these times.
    """
    rows = await tx.fetch(
        "SELECT token, args FROM buttons "
        "WHERE staff_id = ? AND expires_at >= ? AND expires_at <= ?",
        staff_id,
        since,
        until,
    )
    spoken = [row["token"] for row in rows if _says(orjson.loads(row["args"]), texts)]
    await tx.execute_many("DELETE FROM buttons WHERE token = ?", [(token,) for token in spoken])


def _says(args: Mapping[str, str], texts: Collection[str]) -> bool:
    if not holds_words(args):
        return False
    said = [value for name, value in args.items() if value and name not in OF_RECORDS]
    return not texts or any(text in value or value in text for value in said for text in texts)


async def use(
    tx: Tx,
    token: str,
    by: StaffId,
    now: datetime,
) -> None:
    """Use up a button that works once; Conflict("pressed") where another press was quicker."""
    used = await tx.execute(
        "UPDATE buttons SET used_at = ?, used_by = ? WHERE token = ? AND used_at IS NULL",
        now,
        by,
        token,
    )
    if not used:
        raise Conflict("pressed")


async def expire_of(tx: Tx, staff_id: StaffId, now: datetime) -> None:
    """What a member of staff was shown so far cannot be pressed any more."""
    await tx.execute(
        "UPDATE buttons SET expires_at = ? WHERE staff_id = ? AND expires_at > ?",
        now,
        staff_id,
        now,
    )


_EXPIRED = Outdated("buttons", "token", "expires_at < ?", "expires_at")


async def forget(db: Database, expired_before: datetime, after: PieceStart = BEGINNING) -> Piece:
    """Drop buttons that expired before then; a press on one is answered like on any unknown
    button.
    """
    return await _EXPIRED.drop(db, expired_before)
