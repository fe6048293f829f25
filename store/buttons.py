"""Buttons: each is a random token whose meaning, owner and lifetime are kept here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import orjson

from domain.errors import Conflict
from domain.staff import StaffId
from store.database import Reader, Tx


@dataclass(frozen=True, slots=True)
class Button:
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


async def add(tx: Tx, buttons: Sequence[Button]) -> None:
    """Remember the buttons of a reply."""
    await tx.execute_many(
        "INSERT INTO buttons (token, staff_id, action, args, record, version, once, expires_at) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                b.token,
                b.staff_id,
                b.action,
                orjson.dumps(b.args, default=dict).decode(),
                b.record,
                b.version,
                b.once,
                b.expires_at,
            )
            for b in buttons
        ],
    )


async def find_button(db: Reader, token: str) -> Button | None:
    """What the token means, if it is one of ours."""
    row = await db.fetch_one(
        "SELECT token, staff_id, action, args, record, version, once, expires_at, used_at, used_by "
        "FROM buttons WHERE token = ?",
        token,
    )
    if row is None:
        return None
    return Button(
        row["token"],
        None if row["staff_id"] is None else StaffId(row["staff_id"]),
        row["action"],
        orjson.loads(row["args"]),
        row["record"],
        int(row["version"]),
        bool(row["once"]),
        row["expires_at"],
        row["used_at"],
        None if row["used_by"] is None else StaffId(row["used_by"]),
    )


async def use(tx: Tx, token: str, by: StaffId, now: datetime) -> None:
    """Use up a button that works once; Conflict("pressed") where another press was quicker."""
    used = await tx.execute(
        "UPDATE buttons SET used_at = ?, used_by = ? WHERE token = ? AND used_at IS NULL", now, by, token
    )
    if not used:
        raise Conflict("pressed")


async def forget(tx: Tx, expired_before: datetime) -> int:
    """Drop buttons that expired before then; a press on one is answered like on any unknown button."""
    return await tx.execute("DELETE FROM buttons WHERE expires_at < ?", expired_before)
