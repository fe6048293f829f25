"""Which columns of the database may hold words about somebody: all texts but those that rows.toml
names.
"""

import tomllib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from domain.customers.marks import MarkFinder
from store.engine.database import Reader, Row

ALL = "*"


_COLUMNS = {
    "sqlite": (
        "SELECT t.name AS tab, c.name AS col, c.pk AS pk, c.type = 'TEXT' AS is_text "
        "FROM sqlite_master t JOIN pragma_table_info(t.name) c "
        "WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' ORDER BY t.name, c.cid"
    ),
    "postgresql": (
        "SELECT c.table_name::text AS tab, c.column_name::text AS col, "
        "c.data_type = 'text' AS is_text, EXISTS (SELECT 1 FROM pg_index i JOIN pg_attribute a "
        "ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey) "
        "WHERE i.indisprimary AND i.indrelid = quote_ident(c.table_name)::regclass "
        "AND a.attname = c.column_name) AS pk FROM information_schema.columns c "
        "WHERE c.table_schema = current_schema() ORDER BY c.table_name, c.ordinal_position"
    ),
}
_DATED = ("_at", "_on")


@dataclass(frozen=True, slots=True)
class WordColumns:
    """A table's columns that may hold words, and those by which a row is known."""

    table: str
    key: Sequence[str]
    texts: Sequence[str]
    has_key: bool = True

    @property
    def whole(self) -> str:
        """All the texts of a row as one."""
        return " || ' ' || ".join(f"COALESCE({name}, '')" for name in self.texts)

    @property
    def select(self) -> str:
        """Keys and texts, of rows for which no condition stands there yet."""
        return f"SELECT {', '.join(dict.fromkeys([*self.key, *self.texts]))} FROM {self.table}"

    @property
    def is_row(self) -> str:
        """The condition for the row of one key."""
        return " AND ".join(f"{name} = ?" for name in self.key)

    def key_of(self, row: Row) -> tuple[object, ...]:
        """What a row is known by."""
        return tuple(row[name] for name in self.key)

    def are_named(self, row: Row, finder: MarkFinder) -> bool:
        """Whether a mark stands in its texts."""
        return any(finder.is_in(row[name] or "") for name in self.texts)


def may_hold_words(table: str, column: str) -> bool:
    """Whether a column of texts is looked through."""
    wordless = privacy_rows()["wordless"].get(table, "")
    if wordless == ALL or column.endswith(_DATED):
        return False
    return column not in wordless.split()


@cache
def privacy_rows() -> dict[str, Any]:
    """What store/privacy/rows.toml says."""
    text = resources.files("store.privacy").joinpath("rows.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


async def list_word_columns(db: Reader, engine: str) -> list[WordColumns]:
    """All tables that have some, as the database has them."""
    rows = defaultdict[str, list[Row]](list)
    for row in await db.fetch(_COLUMNS[engine]):
        rows[row["tab"]].append(row)
    found: list[WordColumns] = []
    for table, columns in rows.items():
        each = _word_columns(table, columns)
        if each.texts:
            found.append(each)
    return found


def _word_columns(table: str, columns: Sequence[Row]) -> WordColumns:
    names: list[str] = []
    key: list[str] = []
    texts: list[str] = []
    for row in columns:
        name = row["col"]
        names.append(name)
        if row["pk"]:
            key.append(name)
        if row["is_text"] and may_hold_words(table, name):
            texts.append(name)
    return WordColumns(
        table,
        key or names,
        texts,
        bool(key),
    )


async def rows_with(
    db: Reader,
    columns: WordColumns,
    finder: MarkFinder,
) -> list[Row]:
    """The rows of a table in which a mark stands."""
    looked_for = " OR ".join(["whole LIKE ? ESCAPE '!'"] * len(finder.needles))
    listed = ", ".join(dict.fromkeys([*columns.key, *columns.texts]))
    rows = await db.fetch(
        f"SELECT * FROM (SELECT {listed}, lower({columns.whole}) AS whole FROM {columns.table}) "
        f"AS looked WHERE {looked_for}",
        *(f"%{needle}%" for needle in finder.needles),
    )
    return [row for row in rows if columns.are_named(row, finder)]
