"""Records whose attributes are columns: out of rows, and back into them."""

from collections.abc import Collection
from dataclasses import fields
from enum import Enum
from operator import attrgetter, itemgetter
from typing import TYPE_CHECKING, Generic, TypeVar, get_type_hints

from domain.fields.types import enumeration_of
from store.engine.database import Row, marks

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

R = TypeVar("R", bound="DataclassInstance")


class _Members(dict[object, Enum | None]):
    """What a column may hold, with what that is in a record, as far as it was met."""

    def __init__(self, enumeration: type[Enum]) -> None:
        super().__init__({None: None})
        self._enumeration = enumeration

    def __missing__(self, value: object) -> Enum:
        member = self._enumeration(value)
        self[value] = member
        return member


class RecordColumns(Generic[R]):
    """The columns of a dataclass, one for each attribute but for its last ones, `apart`.

    `called` names the columns that are called otherwise than their attribute. Text becomes the
    enumeration that an attribute is of; any other value stands in its column as it is. A table may
    have further columns, which the database fills.
    """

    def __init__(self, record: type[R], apart: Collection[str] = (), **called: str) -> None:
        hints = get_type_hints(record)
        self._record = record
        kept = [one.name for one in fields(record) if one.name not in apart]
        enumerations = enumerate(enumeration_of(hints[name]) for name in kept)
        # Looked up, which is cheaper than asking the enumeration for each row.
        self._enumerations = [(place, _Members(each)) for place, each in enumerations if each]
        self.names = tuple(called.get(name, name) for name in kept)
        """The columns in the order of the attributes."""
        self.listed = ", ".join(self.names)
        """The same as a SELECT names them."""
        self._of_record = attrgetter(*kept)
        self._of_row = itemgetter(*self.names)

    def of(self, row: Row) -> R:
        """The record of a row, which may hold more than its columns."""
        values = self._of_row(row)
        if self._enumerations:
            values = list(values)
            for place, members in self._enumerations:
                values[place] = members[values[place]]
        return self._record(*values)

    def values(self, record: R) -> tuple[object, ...]:
        """What the columns hold of a record, in their order."""
        found: tuple[object, ...] = self._of_record(record)
        return found

    def stored(self, record: R) -> dict[str, object]:
        """The same by column."""
        return dict(zip(self.names, self.values(record), strict=True))

    def listed_of(self, table: str) -> str:
        """The columns as a SELECT over several tables names them."""
        return ", ".join(f"{table}.{name}" for name in self.names)

    def insert(self, table: str) -> str:
        """The statement that adds a record, whose parameters are its `values`."""
        return f"INSERT INTO {table} ({self.listed}) VALUES ({marks(self.names)})"

    def replaced(self, *key: str) -> str:
        """What follows DO UPDATE SET where all but the key's columns are written anew."""
        return ", ".join(f"{name} = excluded.{name}" for name in self.names if name not in key)
