"""The rules of how long something is kept: which of them an administrator confirmed, and their
nightly runs.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from domain.operating.retention import KeptFor, RetentionKind
from domain.staff import StaffId
from store.engine.columns import RecordColumns
from store.engine.database import Reader, Tx


@dataclass(frozen=True, slots=True)
class RuleState:
    """A rule as it was told and confirmed, and its last run; `went` = what the present run took."""

    kind: RetentionKind
    period: str
    told_at: datetime | None = None
    confirmed_at: datetime | None = None
    confirmed_by: StaffId | None = None
    began_at: datetime | None = None
    went: int = 0
    ended_at: datetime | None = None

    def is_of(self, kept: KeptFor) -> bool:
        """Whether this is the rule that the office has now."""
        return self.period == kept.text

    def may_run(self, kept: KeptFor) -> bool:
        """Whether an administrator confirmed the rule that the office has now."""
        return self.is_of(kept) and self.confirmed_at is not None


_RULES = RecordColumns(RuleState)


async def list_rules(db: Reader) -> Mapping[RetentionKind, RuleState]:
    """By kind, what is known of its rule."""
    rows = await db.fetch(f"SELECT {_RULES.listed} FROM retention_rules")
    return {state.kind: state for state in map(_RULES.of, rows)}


async def note_told(tx: Tx, rules: Mapping[RetentionKind, KeptFor], now: datetime) -> None:
    """Administrators are told of these rules; a changed one waits to be confirmed anew."""
    await tx.execute_many(
        "INSERT INTO retention_rules (kind, period, told_at) VALUES (?, ?, ?) "
        "ON CONFLICT (kind) DO UPDATE SET period = excluded.period, told_at = excluded.told_at, "
        "confirmed_at = NULL, confirmed_by = NULL",
        [(kind, kept.text, now) for kind, kept in rules.items()],
    )


async def confirm(
    tx: Tx,
    rules: Mapping[RetentionKind, KeptFor],
    by: StaffId,
    now: datetime,
) -> None:
    """These rules hold from now on."""
    await tx.execute_many(
        "INSERT INTO retention_rules (kind, period, confirmed_at, confirmed_by) "
        "VALUES (?, ?, ?, ?) ON CONFLICT (kind) DO UPDATE SET period = excluded.period, "
        "confirmed_at = excluded.confirmed_at, confirmed_by = excluded.confirmed_by",
        [(kind, kept.text, now, by) for kind, kept in rules.items()],
    )


async def note_went(
    tx: Tx,
    kind: RetentionKind,
    count: int,
    now: datetime,
) -> None:
    """The present run took so many more."""
    await tx.execute(
        "UPDATE retention_rules SET went = went + ?, began_at = COALESCE(began_at, ?) "
        "WHERE kind = ?",
        count,
        now,
        kind,
    )


async def end_run(
    tx: Tx,
    kind: RetentionKind,
    night: datetime,
    now: datetime,
) -> int | None:
    """The run of this night is over; returns how many went, None where another process ended it."""
    row = await tx.fetch_one(
        "SELECT went FROM retention_rules WHERE kind = ? AND (ended_at IS NULL OR ended_at < ?)",
        kind,
        night,
    )
    ended = await tx.execute(
        "UPDATE retention_rules SET ended_at = ?, began_at = NULL, went = 0 "
        "WHERE kind = ? AND (ended_at IS NULL OR ended_at < ?)",
        now,
        kind,
        night,
    )
    return int(row["went"]) if row and ended else None


async def note_emptied(tx: Tx, records: Iterable[str], now: datetime) -> None:
    """These records lost what they said about people."""
    await tx.execute_many(
        "INSERT INTO emptied_records (record, emptied_at) VALUES (?, ?) "
        "ON CONFLICT (record) DO UPDATE SET emptied_at = excluded.emptied_at",
        [(record, now) for record in records],
    )
