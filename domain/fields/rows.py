"""The rows of domain/data/fields.toml: what each field of a record is called and where it
stands.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from sys import intern

from domain.data import TomlTable, read_document

FORM = "form"
CARD = "card"
SHEET = "sheet"
PLACES = (FORM, CARD, SHEET)
_FILE = "fields.toml"
_FLAGS = ("unknown", "asked", "searched", "paired", "repeated", "apart")
_NAMES = ("attribute", "column", "sheet", "dated", "hint")
_LISTS = ("headings", "also")


@dataclass(frozen=True, slots=True)
class FieldRow:
    """One field of a record.

    `name` is what forms and cards call it; its `attribute` of the record's class, its `column` in
    the store and the English name of its column in a `sheet` are mostly called the same. `label` is
    its Thai name, and `also` what else people call it; `headings` are its further names in sheets.
    `type` is one of domain.fields.types or of the record's own. `places` say where it stands: in
    the form, on the card, in sheets. `hint` is the form's question, "" for the one of its type.

    `unknown`: it may be answered with 9, not known. `asked`: a subject may ask for it, or insist on
    it. `searched`: tickets are found by it. `paired`: the second ticket of a forwarded mail has it
    too. `repeated`: the next identical enquiry has it too. `apart`: no save writes it. `values` are
    those that can be chosen, each with its Thai words, of which the first is its label. `dated`
    names the field of a number's date.
    """

    name: str
    label: str
    type: str
    attribute: str
    column: str
    sheet: str
    places: frozenset[str]
    hint: str = ""
    headings: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    values: Mapping[str, tuple[str, ...]] | None = None
    dated: str = ""
    unknown: bool = False
    asked: bool = False
    searched: bool = False
    paired: bool = False
    repeated: bool = False
    apart: bool = False

    def value_label(self, value: str) -> str:
        """The Thai word for one of its values; a value that it does not have stands for itself."""
        words = (self.values or {}).get(value)
        return words[0] if words else value


def read_rows(record: str) -> Mapping[str, FieldRow]:
    """The fields of a record by name, in the order of the table; DataError for a wrong row."""
    return {name: _row(name, table) for name, table in _tables().table(record).tables()}


@cache
def field_row(name: str) -> FieldRow | None:
    """The row that calls its field or column so, of whichever record; None where none does."""
    return _by_name().get(name)


def every_row() -> Iterator[FieldRow]:
    """The rows of all records."""
    for record in _tables().values:
        yield from read_rows(record).values()


@cache
def _by_name() -> Mapping[str, FieldRow]:
    # Where records call fields alike, the first of the table speaks for all.
    rows = tuple(every_row())[::-1]
    return {row.column: row for row in rows} | {row.name: row for row in rows}


@cache
def _tables() -> TomlTable:
    document = read_document(Path(__file__).parents[1] / "data" / _FILE, _FILE)
    return TomlTable(document.values, (), (document,))


def _row(name: str, table: TomlTable) -> FieldRow:
    table.check_keys(("label", "type", "places", "values", *_NAMES, *_LISTS, *_FLAGS))
    label = table.text("label")
    # Interned, as names in code are, so that a record is quickly made out of them.
    attribute = intern(table.text("attribute", name))
    places = table.codes("places", PLACES, "place") if "places" in table.values else PLACES
    values = table.table("values")
    return FieldRow(
        name=name,
        label=label,
        type=table.text("type"),
        attribute=attribute,
        column=table.text("column", attribute),
        sheet=table.text("sheet", name),
        places=frozenset(places),
        hint=table.text("hint", ""),
        headings=table.texts("headings") or (label,),
        also=table.texts("also"),
        values={value: values.texts(value) for value in values.values} or None,
        dated=table.text("dated", ""),
        **{flag: table.flag(flag) for flag in _FLAGS},
    )
