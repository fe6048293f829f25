"""Erasures that were asked for: whose data, why, who asked and confirmed, and how far each came."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.customers.marks import PersonMarks
from domain.errors import Conflict, NotFound
from domain.staff import StaffId
from store.engine.columns import RecordColumns
from store.engine.database import Reader, Tx
from store.engine.rows import column

TICKETS = "tickets kept"
CHANGED = "chats changed"
LEFT = "chats left"
"""Among the counts, beside those of tables: his tickets, which stay, and messages in chats."""
APART = (TICKETS, CHANGED, LEFT)
NO_TABLES = (*APART, "bytes")


class ErasureState(StrEnum):
    """`erased` = the rows are gone, and what is left of them in files is being overwritten."""

    ASKED = "asked"
    CONFIRMED = "confirmed"
    ERASED = "erased"
    DONE = "done"
    REFUSED = "refused"
    LAPSED = "lapsed"


@dataclass(frozen=True, slots=True)
class Erasure:
    """`codes` = those that are one person, side by side; it lapses at `until_at`.

    `hashes` = whose bytes are to be overwritten; `counts` = what was erased, as JSON; `sought` =
    what is to be nowhere, as JSON, until that is so; `looked` = how far it was looked for."""

    id: str
    code: str
    codes: str
    reason: str
    state: ErasureState
    asked_by: StaffId | None
    asked_at: datetime
    until_at: datetime
    decided_by: StaffId | None = None
    decided_at: datetime | None = None
    hashes: str = ""
    counts: str = ""
    sought: str = ""
    looked: str = ""

    @property
    def rows(self) -> dict[str, int]:
        """How many rows of each table were erased or emptied."""
        found: dict[str, int] = json.loads(self.counts or "{}")
        return found

    @property
    def rows_of_tables(self) -> dict[str, int]:
        """The same without what is counted beside tables."""
        found = self.rows
        for apart in APART:
            found.pop(apart, None)
        return found


@dataclass(frozen=True, slots=True)
class Sought:
    """By what texts name somebody, and the words of his that nobody is found by any more."""

    marks: PersonMarks
    words: Sequence[str]

    def as_text(self) -> str:
        """As it is kept."""
        return json.dumps({"marks": self.marks.as_json(), "words": [*self.words]})

    @classmethod
    def of_text(cls, text: str) -> "Sought":
        """What `as_text` made."""
        told = json.loads(text)
        return cls(PersonMarks.of_json(told["marks"]), told["words"])


_ERASURES = RecordColumns(Erasure)


def lease_name(erasure_id: str) -> str:
    """Under which one process does it."""
    return f"erasure:{erasure_id}"


async def add(tx: Tx, erasure: Erasure) -> None:
    """Keep it."""
    await tx.execute(_ERASURES.insert("erasures"), *_ERASURES.values(erasure))


async def get(db: Reader, erasure_id: str) -> Erasure:
    """One of them; NotFound("erasure")."""
    row = await db.fetch_one(f"SELECT {_ERASURES.listed} FROM erasures WHERE id = ?", erasure_id)
    if row is None:
        raise NotFound("erasure")
    return _ERASURES.of(row)


async def find_latest(db: Reader, code: str) -> Erasure | None:
    """The one of this customer that was asked for last."""
    row = await db.fetch_one(
        f"SELECT {_ERASURES.listed} FROM erasures "
        "WHERE code = ? ORDER BY asked_at DESC, id LIMIT 1",
        code,
    )
    return _ERASURES.of(row) if row else None


async def find_begun(db: Reader, code: str) -> Erasure | None:
    """The one of this customer that was confirmed and has not come to its end."""
    row = await db.fetch_one(
        f"SELECT {_ERASURES.listed} FROM erasures "
        "WHERE code = ? AND state IN ('confirmed', 'erased')",
        code,
    )
    return _ERASURES.of(row) if row else None


async def list_open(db: Reader, now: datetime) -> list[str]:
    """Those that are to be gone on with, and those that nobody confirmed in time."""
    rows = await db.fetch(
        "SELECT id FROM erasures WHERE state IN ('confirmed', 'erased') "
        "OR (state = 'asked' AND until_at <= ?) ORDER BY asked_at",
        now,
    )
    return column(rows, "id")


async def decide(
    tx: Tx,
    erasure: Erasure,
    state: ErasureState,
    by: StaffId | None,
    now: datetime,
) -> None:
    """Confirmed, refused or lapsed; Conflict("changed") where that is decided already."""
    touched = await tx.execute(
        "UPDATE erasures SET state = ?, decided_by = ?, decided_at = ? "
        "WHERE id = ? AND state = 'asked'",
        state,
        by,
        now,
        erasure.id,
    )
    if not touched:
        raise Conflict("changed", record=erasure.code)


async def note_erased(
    tx: Tx,
    erasure_id: str,
    counts: Mapping[str, int],
    sought: "Sought",
) -> None:
    """Its own rows are gone with this transaction; this is still to be looked for everywhere."""
    await tx.execute(
        "UPDATE erasures SET state = 'erased', counts = ?, sought = ? WHERE id = ?",
        json.dumps(counts),
        sought.as_text(),
        erasure_id,
    )


async def note_more(
    tx: Tx,
    erasure_id: str,
    counts: Mapping[str, int],
    hashes: Sequence[str],
) -> None:
    """So much more went with this transaction, and these bytes are to be overwritten, too."""
    erasure = await get(tx, erasure_id)
    rows = Counter(erasure.rows)
    rows.update(counts)
    listed = dict.fromkeys([*erasure.hashes.split(), *hashes])
    rows["bytes"] = len(listed)
    await tx.execute(
        "UPDATE erasures SET hashes = ?, counts = ? WHERE id = ?",
        " ".join(listed),
        json.dumps(rows),
        erasure_id,
    )


async def note_looked(tx: Tx, erasure_id: str, looked: str) -> None:
    """It was looked for up to here."""
    await tx.execute("UPDATE erasures SET looked = ? WHERE id = ?", looked, erasure_id)


async def forget_sought(tx: Tx, erasure_id: str) -> None:
    """It stands nowhere any more, and so not here."""
    await tx.execute("UPDATE erasures SET sought = '' WHERE id = ?", erasure_id)


async def end(tx: Tx, erasure_id: str) -> bool:
    """All of it is done; False where somebody else said so already."""
    touched = await tx.execute(
        "UPDATE erasures SET state = 'done', hashes = '' WHERE id = ? AND state = 'erased'",
        erasure_id,
    )
    return bool(touched)
