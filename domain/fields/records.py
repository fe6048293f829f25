"""A record's fields together: between the object, the columns of the store and texts. A row is one
of the table of fields.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import MISSING, dataclass, fields
from functools import cache
from typing import Any, get_type_hints

from domain.errors import DataError
from domain.fields.rows import FieldRow, read_rows
from domain.fields.types import PLAIN_TYPES, FieldType, enumeration_of


@dataclass(frozen=True, slots=True)
class _Bound:
    """A row with its type, as the attribute of the class wants it."""

    row: FieldRow
    type: FieldType
    empty: object

    def text(self, record: object) -> str:
        """The field's value in a record, as drafts and the history hold it."""
        value = getattr(record, self.row.attribute)
        return "" if value is None else self.type.text(value)

    def value(self, text: str) -> Any:
        """The value of such a text."""
        return self.type.value(text) if text else self.empty


class RecordFields:
    """All fields of one kind of record.

    `record` is the dataclass, `name` its section of domain/data/fields.toml, `own` its types beside
    the plain ones. What the table does not name (the record's key, its version) is no field.
    """

    def __init__(
        self,
        record: type,
        name: str,
        own: Mapping[str, FieldType] | None = None,
    ) -> None:
        self.rows: Mapping[str, FieldRow] = read_rows(name)
        """The rows by name, in the order of the table."""
        types = {**PLAIN_TYPES, **(own or {})}
        bound = [_bind(record, row, types) for row in self.rows.values()]
        self._bound = {one.row.name: one for one in bound}
        self._by_column = {one.row.column: one for one in bound}
        self.columns = tuple(self._by_column)
        """The columns of the store, in the order of the table."""
        self._mapping = _Mapping.of(bound)

    def names(
        self, which: Callable[[FieldRow], bool], first: Iterable[str] = ()
    ) -> tuple[str, ...]:
        """Names of the fields for which that holds: those of `first` first, then the others in the
        order of the table.
        """
        found = {row.name: None for row in self.rows.values() if which(row)}
        led = [name for name in first if name in found]
        return tuple(dict.fromkeys((*led, *found)))

    def standing(self, place: str, first: Iterable[str] = ()) -> tuple[str, ...]:
        """Names of the fields that stand in that place (domain.fields.rows.PLACES)."""
        return self.names(lambda row: place in row.places, first)

    def stored(self, record: object) -> dict[str, object]:
        """The columns as a save writes them."""
        return self._mapping.stored(record)

    def loaded(self, columns: Mapping[str, Any]) -> dict[str, Any]:
        """The attributes of the record whose columns these are."""
        return self._mapping.loaded(columns)

    def is_default(self, record: object, name: str) -> bool:
        """Whether a field has the value that a record has of which nothing is said."""
        one = self._bound[name]
        value = getattr(record, one.row.attribute)
        return bool(value == one.empty)

    def text(self, record: object, name: str) -> str:
        """A field's value as drafts and the history hold it."""
        return self._bound[name].text(record)

    def value(self, name: str, text: str) -> Any:
        """A field's value out of such a text."""
        return self._bound[name].value(text)

    def texts(self, record: object, names: Iterable[str]) -> dict[str, str]:
        """The values of these fields as drafts hold them."""
        return {name: self.text(record, name) for name in names}

    def values(self, texts: Mapping[str, str], names: Iterable[str]) -> dict[str, Any]:
        """The attributes of these fields out of such texts; a text that is missing is empty."""
        attributes = {}
        for name in names:
            one = self._bound[name]
            attributes[one.row.attribute] = one.value(texts.get(name, ""))
        return attributes

    def differences(self, old: object, new: object) -> dict[str, tuple[str, str]]:
        """The columns that differ, each with both values as the history holds them."""
        before = self.stored(old)
        after = self.stored(new)
        changed = {}
        # What is stored is compared: one moment may be written in several zones.
        for column, one in self._by_column.items():
            if before.get(column) != after.get(column):
                changed[column] = (one.text(old), one.text(new))
        return changed

    def has_column(self, column: str) -> bool:
        """Whether saves write a column of that name."""
        return column in self._by_column and not self._by_column[column].row.apart

    def from_history(self, column: str, text: str) -> tuple[str, Any]:
        """An attribute and its value out of what the history holds of a column."""
        one = self._by_column[column]
        return one.row.attribute, one.value(text)


@dataclass(frozen=True, slots=True)
class _Mapping:
    """Between a record's attributes and its columns, built once, because it runs for every record
    that is read.
    """

    columns: Sequence[tuple[str, str]]
    """Attribute and column of each field."""
    written: Sequence[tuple[str, str]]
    """The same of the fields that saves write."""
    loads: Sequence[tuple[str, Callable[[Any], Any]]]
    """By attribute, how the column is read, where it is not the value itself."""
    stores: Sequence[tuple[str, Callable[[Any], object]]]
    """By column, how the value is written, where it is not the column itself."""

    @classmethod
    def of(cls, bound: Sequence[_Bound]) -> "_Mapping":
        """That of these fields."""
        loads = []
        stores = []
        for one in bound:
            if one.type.loaded:
                loads.append((one.row.attribute, one.type.loaded))
            if one.type.stored and not one.row.apart:
                stores.append((one.row.column, one.type.stored))
        return cls(
            columns=[(one.row.attribute, one.row.column) for one in bound],
            written=[(one.row.attribute, one.row.column) for one in bound if not one.row.apart],
            loads=loads,
            stores=stores,
        )

    def stored(self, record: object) -> dict[str, object]:
        columns = {column: getattr(record, attribute) for attribute, column in self.written}
        for column, store in self.stores:
            value = columns[column]
            if value is not None:
                columns[column] = store(value)
        return columns

    def loaded(self, columns: Mapping[str, Any]) -> dict[str, Any]:
        attributes = {attribute: columns[column] for attribute, column in self.columns}
        for attribute, load in self.loads:
            value = attributes[attribute]
            if value is not None:
                attributes[attribute] = load(value)
        return attributes


@cache
def _hints(record: type) -> dict[str, Any]:
    return get_type_hints(record)


def _bind(record: type, row: FieldRow, types: Mapping[str, FieldType]) -> _Bound:
    """The row's type; a field of choices is of the enumeration that the class says."""
    if row.type not in types:
        raise DataError(f"fields.toml: {row.name}: type: use one of {', '.join(types)}")
    hint = _hints(record).get(row.attribute)
    # Told at the start, with the name of what is wrong, and not at the first save.
    if hint is None:
        raise DataError(f"fields.toml: {row.name}: {record.__name__} has no {row.attribute}")
    if row.type == "choice":
        return _bind_choice(record, row, hint)
    kind = types[row.type]
    return _Bound(row, kind, kind.empty)


def _bind_choice(record: type, row: FieldRow, hint: Any) -> _Bound:
    """A choice of which nothing is said is the one that a new record has."""
    (attribute,) = [one for one in fields(record) if one.name == row.attribute]
    empty = "" if attribute.default is MISSING else attribute.default
    choices = enumeration_of(hint) or str
    return _Bound(row, FieldType(value=choices, loaded=choices), empty)
