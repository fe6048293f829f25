"""Rows as both engines tell them alike, and what is told of a table that was moved."""

import hashlib
from base64 import b64decode, b64encode
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Protocol

import orjson

from domain.errors import Conflict
from store.engine.sqlite import encode_time

PAGE = 2_000
"""Rows that are held in memory at a time."""
_CENT = Decimal("0.01")
_BYTES = "base64"
RowValues = Sequence[object]
"""One row: texts, numbers, None; bytes as `{"base64": "…"}`, moments, days and money as texts."""


@dataclass(frozen=True, slots=True)
class TableShape:
    """A table and its columns, in the order of their names."""

    name: str
    columns: tuple[str, ...]


@dataclass(slots=True)
class RowTally:
    """How many rows went by, and a hash of them in which their order says nothing."""

    rows: int = 0
    _sum: int = field(default=0, repr=False)

    def add(self, line: bytes) -> None:
        """Another row, as its line of JSON."""
        self.rows += 1
        digest = hashlib.blake2b(line, digest_size=16).digest()
        self._sum = (self._sum + int.from_bytes(digest, "big")) % (1 << 128)

    @property
    def digest(self) -> str:
        """32 hexadecimal digits."""
        return f"{self._sum:032x}"


class Snapshot(Protocol):
    """One state of a database, however long it is read and whatever is written meanwhile."""

    async def shapes(self) -> list[TableShape]:
        """All tables."""
        ...

    def pages(self, shape: TableShape) -> AsyncGenerator[list[RowValues]]:
        """All rows of a table, some at a time."""
        ...

    def lines(self, shape: TableShape) -> AsyncGenerator[list[bytes]]:
        """The same rows as lines of JSON."""
        ...

    async def numbers(self) -> dict[str, int]:
        """By table the last number that it gave to a row by itself."""
        ...

    async def find(self, sql: str) -> list[tuple[Any, ...]]:
        """What a SELECT without parameters gives."""
        ...


class Target(Protocol):
    """A database that is being filled; what it has of a table is all of it or nothing."""

    async def filled(self) -> Mapping[str, int]:
        """By name the tables that are filled already, with how many rows."""
        ...

    async def fill(self, shape: TableShape, pages: AsyncGenerator[list[RowValues]]) -> int:
        """Lay these rows into a table in the place of those that are there; returns how many."""
        ...

    async def finish(self, numbers: Mapping[str, int], after: Sequence[str]) -> None:
        """All is there: go on above these numbers, and say these statements, of which the last may
        make it a desk (`store.moving.marks.DROP`).
        """
        ...


OpenSnapshot = Callable[[str], AbstractAsyncContextManager[Snapshot]]
OpenTarget = Callable[[str], AbstractAsyncContextManager[Target]]


def line_of(values: RowValues) -> bytes:
    """A row as its line of JSON, without the line's end."""
    return orjson.dumps(values)


def values_of(line: bytes) -> list[object]:
    """A row of its line."""
    values = orjson.loads(line)
    if not isinstance(values, list):
        raise ValueError("a row is a list")
    return values


def told(value: object) -> object:
    """A value as it is told, whatever a driver makes of it."""
    tell = _TELL.get(type(value))
    return value if tell is None else tell(value)


_TELL: dict[type, Callable[[Any], object]] = {
    datetime: encode_time,
    date: date.isoformat,
    Decimal: lambda money: str(money.quantize(_CENT)),
    bytes: lambda data: {_BYTES: b64encode(data).decode("ascii")},
}


def money(value: object) -> object:
    """A sum of money that an engine keeps as text."""
    return None if value is None else told(Decimal(str(value)))


def raw_bytes(value: object) -> object:
    """The bytes again that `told` made a text of; anything else as it is."""
    return b64decode(value[_BYTES]) if isinstance(value, dict) else value


@contextmanager
def fitting(table: str) -> Iterator[None]:
    """ValueError where what comes is no row of this table, whatever the driver says of that."""
    try:
        yield
    except (TypeError, ArithmeticError, LookupError, Conflict) as error:
        raise ValueError(f"a row does not fit into {table}") from error
