"""What is taken of the rows of an answer: one column, or one by another."""

from collections.abc import Iterable
from operator import itemgetter
from typing import Any

from store.engine.database import Row


def column(rows: Iterable[Row], name: str) -> list[Any]:
    """One column, row by row."""
    return list(map(itemgetter(name), rows))


def two_columns(rows: Iterable[Row], key: str, name: str) -> dict[Any, Any]:
    """One column by another, whose values are all different."""
    return {row[key]: row[name] for row in rows}
