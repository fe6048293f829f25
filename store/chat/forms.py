"""Drafts of half-filled forms: one row each, belonging to a person, kept over restarts and
platforms.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from domain.errors import Conflict
from domain.one_line.types import Doubt
from domain.staff import StaffId
from store.engine.database import Database, Reader, Row, Tx
from store.engine.pieces import BEGINNING, Outdated, Piece, PieceStart


@dataclass(frozen=True, slots=True)
class Dialog:
    """Where the conversation about a draft stands.

    `look`: the card is shown once more before it is saved. `closes`: saving closes the ticket.
    `prompts` are the fields that are still asked for and may be passed over. `guessed` are those
    that habit filled and nobody has said yet. `queries` hold, by field, what was searched for it,
    as long as that is not settled. `doubts` are to be looked at before it is saved. `begun_at` =
    when its first word came. `passed` are the customers whom its officer has seen and passed over.
    """

    look: bool = False
    closes: bool = False
    prompts: tuple[str, ...] = ()
    guessed: frozenset[str] = frozenset()
    queries: Mapping[str, str] = field(default_factory=dict)
    doubts: tuple[Doubt, ...] = ()
    begun_at: datetime | None = None
    passed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Draft:
    """A form being filled. `given` = field -> text as stored; `asking` = the field a text would
    fill.

    `state` is open (text fills it; one a person), parked (brought back by a button), saved
    (`outcome` then names the record), cancelled, or erased with a customer. `record` and
    `record_version` = what is being edited, `about` = what else the form is about, by name.
    `dialog` = where its conversation stands."""

    id: str
    staff_id: StaffId
    kind: str
    given: Mapping[str, str]
    asking: str
    touched_at: datetime
    state: str = "open"
    record: str = ""
    record_version: int = 0
    outcome: str = ""
    version: int = 0
    sources: Mapping[str, str] = field(default_factory=dict)
    """Field -> the events, a blank between them, whose messages its value came from, if those can
    be taken back.
    """

    about: Mapping[str, str] = field(default_factory=dict)
    dialog: Dialog = field(default_factory=Dialog)
    known: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)
    """`texts()` as it was read."""

    def query(self, name: str) -> str:
        """What was searched for a field and is not settled; "" where nothing is open."""
        return self.dialog.queries.get(name, "")

    def texts(self) -> dict[str, str]:
        """All that it holds as one table of texts, by names that stand in `sources`."""
        return {**self.about, **self.given, **_dialog_texts(self.dialog)}

    def without(self, names: Collection[str]) -> "Draft":
        """The draft without these of its texts."""
        return replace(
            self,
            given=_without(self.given, names),
            about=_without(self.about, names),
            dialog=_dialog(_without(self.texts(), names)),
        )


def _without(texts: Mapping[str, str], names: Collection[str]) -> dict[str, str]:
    return {name: text for name, text in texts.items() if name not in names}


_QUERY = "_query"
"""Behind a field's name: the text that was searched for it."""


def _dialog_texts(dialog: Dialog) -> dict[str, str]:
    """A dialog as texts; nothing of what is as it was in the beginning."""
    texts = {
        "look": _flag(dialog.look),
        "close": _flag(dialog.closes),
        "prompts": ",".join(dialog.prompts),
        "guessed": ",".join(sorted(dialog.guessed)),
        "doubts": "\n".join(map(_doubt_line, dialog.doubts)),
        "begun": dialog.begun_at.isoformat() if dialog.begun_at else "",
        "twins_seen": ",".join(dialog.passed),
    }
    for name, text in dialog.queries.items():
        texts[f"{name}{_QUERY}"] = text
    return {name: text for name, text in texts.items() if text}


def _flag(value: bool) -> str:
    return "1" if value else ""


def _doubt_line(doubt: Doubt) -> str:
    """The reverse of `_doubt`."""
    return "\t".join((doubt.field, _flag(doubt.taken), doubt.words))


def _dialog(texts: Mapping[str, str]) -> Dialog:
    """The reverse of `_dialog_texts`; texts of other names are no part of it."""
    begun = texts.get("begun", "")
    guessed = _parts(texts.get("guessed", ""), ",")
    doubts = _parts(texts.get("doubts", ""), "\n")
    queried = [name for name, text in texts.items() if name.endswith(_QUERY) and text]
    return Dialog(
        look=bool(texts.get("look")),
        closes=bool(texts.get("close")),
        prompts=_parts(texts.get("prompts", ""), ","),
        guessed=frozenset(guessed),
        queries={name.removesuffix(_QUERY): texts[name] for name in queried},
        doubts=tuple(map(_doubt, doubts)),
        begun_at=datetime.fromisoformat(begun) if begun else None,
        passed=_parts(texts.get("twins_seen", ""), ","),
    )


def _parts(text: str, between: str) -> tuple[str, ...]:
    return tuple(filter(None, text.split(between)))


def _doubt(line: str) -> Doubt:
    name, taken, words = line.split("\t", 2)
    return Doubt(name, words, bool(taken))


_DIALOG_NAMES = {"look", "close", "prompts", "guessed", "doubts", "begun", "twins_seen"}
_ABOUT_NAMES: Mapping[str, frozenset[str]] = {
    "ticket": frozenset({"request"}),
    "customer": frozenset({"then"}),
    "contacts": frozenset({"was"}),
    "addresses": frozenset({"was"}),
    "publicity": frozenset({"publication", "version", "anyway"}),
    "post": frozenset({"second", "picture"}),
    "mail": frozenset(
        {"seen", "before", "after", "purpose", "instead_of", "language", "ticket", "files", "aside"}
    ),
    "reminder": frozenset({"record"}),
    "pause": frozenset({"position", "field"}),
    "return": frozenset({"offer"}),
    "ticket_link": frozenset({"ticket"}),
    "owed.snooze": frozenset({"among"}),
    "owed.assign": frozenset({"among"}),
    "owed.drop": frozenset({"among"}),
}
"""By kind, what a form was about in the one table of texts that drafts were kept as once."""


def _as_json(draft: Draft) -> str:
    parts = {
        "given": dict(draft.given),
        "about": dict(draft.about),
        "dialog": _dialog_texts(draft.dialog),
    }
    return json.dumps({name: part for name, part in parts.items() if part}, ensure_ascii=False)


def _parted(kind: str, data: Mapping[str, Any]) -> tuple[dict[str, str], dict[str, str], Dialog]:
    """What was given, what the form is about and the dialog, from the column of whichever
    version.
    """
    # Earlier versions kept one flat table of texts in this column, whose values were no tables.
    if all(isinstance(part, dict) for part in data.values()):
        return data.get("given", {}), data.get("about", {}), _dialog(data.get("dialog", {}))
    # Older versions kept all three in one table.
    of_about = _ABOUT_NAMES.get(kind, frozenset())
    about: dict[str, str] = {}
    given: dict[str, str] = {}
    for name, text in data.items():
        if name in of_about:
            about[name] = text
        elif name not in _DIALOG_NAMES and not name.endswith(_QUERY):
            given[name] = text
    return given, about, _dialog(data)


_COLUMNS = (
    "id",
    "staff_id",
    "kind",
    "data",
    "asking",
    "touched_at",
    "state",
    "record",
    "record_version",
    "outcome",
    "version",
    "sources",
)
_SELECT = f"SELECT {', '.join(_COLUMNS)} FROM forms"
BESIDE = ", ".join(f"f.{name} AS draft_{name}" for name in _COLUMNS)
"""The columns of the table `f` in a SELECT over several."""


def beside(row: Row) -> Draft | None:
    """The draft of such a row, where it has one."""
    if row["draft_id"] is None:
        return None
    return _draft({name: row[f"draft_{name}"] for name in _COLUMNS})


def _draft(row: Row) -> Draft:
    data = json.loads(row["data"])
    given, about, dialog = _parted(row["kind"], data)
    draft = Draft(
        id=row["id"],
        staff_id=row["staff_id"],
        kind=row["kind"],
        given=given,
        asking=row["asking"],
        touched_at=row["touched_at"],
        state=row["state"],
        record=row["record"],
        record_version=row["record_version"],
        outcome=row["outcome"],
        version=row["version"],
        sources=json.loads(row["sources"]),
        about=about,
        dialog=dialog,
    )
    # What is written later is compared with this, to know which message said it.
    return replace(draft, known=draft.texts())


async def find_open(db: Reader, staff_id: StaffId) -> Draft | None:
    """The person's open draft."""
    row = await db.fetch_one(f"{_SELECT} WHERE staff_id = ? AND state = 'open'", staff_id)
    if row is None:
        return None
    return _draft(row)


async def find_draft(db: Reader, draft_id: str) -> Draft | None:
    """One draft, in whatever state."""
    row = await db.fetch_one(f"{_SELECT} WHERE id = ?", draft_id)
    if row is None:
        return None
    return _draft(row)


async def park_all_of(tx: Tx, staff_id: StaffId) -> None:
    """No text goes to this person's form until it is taken up again."""
    await tx.execute(
        "UPDATE forms SET state = 'parked' WHERE staff_id = ? AND state = 'open'", staff_id
    )


async def list_parked(db: Reader, staff_id: StaffId) -> list[Draft]:
    """The person's parked drafts, newest first."""
    rows = await db.fetch(
        f"{_SELECT} WHERE staff_id = ? AND state = 'parked' ORDER BY touched_at DESC LIMIT 20",
        staff_id,
    )
    return [_draft(row) for row in rows]


async def list_mails_about(db: Reader, record: str) -> list[Draft]:
    """The mails about a record that people are writing, the latest first."""
    rows = await db.fetch(
        f"{_SELECT} WHERE record = ? AND kind = 'mail' AND state IN ('open', 'parked') "
        "ORDER BY touched_at DESC LIMIT 5",
        record,
    )
    return [_draft(row) for row in rows]


async def list_fed(db: Reader, staff_id: StaffId, event_id: str) -> list[Draft]:
    """The person's drafts that are not done with and hold words of this event's message."""
    rows = await db.fetch(
        f"{_SELECT} WHERE staff_id = ? AND state IN ('open', 'parked') AND sources LIKE ? "
        "ORDER BY touched_at",
        staff_id,
        f"%{event_id}%",
    )
    return [_draft(row) for row in rows]


async def begun_at(db: Reader, draft_id: str) -> datetime | None:
    """When a draft was begun; None where it was not written yet."""
    row = await db.fetch_one("SELECT created_at FROM forms WHERE id = ?", draft_id)
    return row["created_at"] if row else None


async def _guarded(tx: Tx, sql: str, *params: object) -> int:
    """A person has one open draft: the unique index refuses a second."""
    try:
        return await tx.execute(sql, *params)
    except Conflict as conflict:
        raise Conflict("draft") from conflict


async def save(tx: Tx, draft: Draft) -> None:
    """Write a draft that was read (or made, version 0) by this event.

    Conflict("draft") where the person's other app changed it in between, or opened another form.
    """
    data = _as_json(draft)
    sources = json.dumps(dict(draft.sources))
    if draft.version == 0:
        await _guarded(
            tx,
            "INSERT INTO forms (id, staff_id, kind, state, data, asking, record, record_version, "
            "outcome, sources, version, created_at, touched_at) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?, ?)",
            draft.id,
            draft.staff_id,
            draft.kind,
            draft.state,
            data,
            draft.asking,
            draft.record,
            draft.record_version,
            draft.outcome,
            sources,
            draft.touched_at,
            draft.touched_at,
        )
        return
    touched = await _guarded(
        tx,
        "UPDATE forms SET state = ?, data = ?, asking = ?, record = ?, record_version = ?, "
        "outcome = ?, sources = ?, touched_at = ?, version = version + 1 "
        "WHERE id = ? AND version = ?",
        draft.state,
        data,
        draft.asking,
        draft.record,
        draft.record_version,
        draft.outcome,
        sources,
        draft.touched_at,
        draft.id,
        draft.version,
    )
    if not touched:
        raise Conflict("draft")


_UNTOUCHED = Outdated(
    "forms",
    "id",
    # By person and state, which an index has before the time: one by time alone would be written
    # with every answer.
    "staff_id IN (SELECT id FROM staff) "
    "AND state IN ('open', 'parked', 'saved', 'cancelled', 'erased') AND touched_at < ?",
    "id",
)


async def forget(db: Database, touched_before: datetime, after: PieceStart = BEGINNING) -> Piece:
    """Drop drafts nobody touched since then, and what finished ones held."""
    return await _UNTOUCHED.drop(db, touched_before)
