"""All that the desk holds about a customer, as rows by section."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson

from domain.customers.marks import MarkFinder, find_marks
from store.engine.database import Database, Reader, Row, is_one_of
from store.moving.rows import told
from store.privacy.columns import WordColumns, list_word_columns, privacy_rows, rows_with
from store.privacy.subjects import AT_ONCE, DataSubject

ToldRow = dict[str, object]


DISCLOSED = "application/json"
"""The kind of the file."""


async def disclose(db: Database, subject: DataSubject) -> dict[str, Any]:
    """By section the rows that are his, and other rows in which he is named."""
    sections: dict[str, Any] = {}
    for name, (table, key, of) in privacy_rows()["told"].items():
        keys = getattr(subject, of)
        sections[name] = [
            _told(row)
            for row in await _rows(
                db,
                table,
                key,
                keys,
            )
        ]
    sections["named_elsewhere"] = await _elsewhere(db, subject)
    names = await db.fetch("SELECT id, name FROM staff")
    sections["staff"] = {str(row["id"]): row["name"] for row in names}
    return sections


def as_bytes(
    subject: DataSubject,
    sections: Mapping[str, Any],
    now: datetime,
) -> bytes:
    """The sections as the file that is handed over, with whose they are."""
    head = {"customer": subject.code, "codes": subject.codes, "made_at": now.isoformat()}
    return orjson.dumps({**head, **sections}, option=orjson.OPT_INDENT_2)


async def _rows(
    db: Reader,
    table: str,
    key: str,
    keys: Sequence[object],
) -> list[Row]:
    found: list[Row] = []
    for at in range(0, len(keys), AT_ONCE):
        some = keys[at : at + AT_ONCE]
        found += await db.fetch(
            f"SELECT * FROM {table} WHERE {is_one_of(key, some)} ORDER BY {key}",
            *some,
        )
    return found


def _told(row: Row) -> ToldRow:
    """A row without what says nothing."""
    return {name: told(value) for name, value in row.items() if value not in (None, "")}


async def _elsewhere(db: Database, subject: DataSubject) -> list[ToldRow]:
    """Texts of other rows that name him: messages, drafts, notes of others."""
    finder = find_marks(subject.marks.without(subject.shared))
    found: list[ToldRow] = []
    if not finder.needles:
        return found
    own = {str(one) for one in (*subject.records, *subject.mails)}
    for columns in await list_word_columns(db, db.engine):
        rows = await rows_with(db, columns, finder)
        found += [
            _named_in(columns, row, finder)
            for row in rows
            if own.isdisjoint(str(row[name]) for name in columns.key)
        ]
    return found


def _named_in(columns: WordColumns, row: Row, finder: MarkFinder) -> ToldRow:
    """A row of somebody else's, as far as it names him."""
    texts = {name: row[name] for name in columns.texts if finder.is_in(row[name] or "")}
    key = {name: told(row[name]) for name in columns.key}
    return {"table": columns.table, "key": key, "texts": texts}
