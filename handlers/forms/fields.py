"""Form fields out of the table of fields, by type: what needs no code of its own."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from domain.fields.reading import parse_number
from domain.fields.rows import FieldRow
from handlers.desk import Context
from handlers.forms import reading
from handlers.forms.engine import Field
from store.chat.forms import Draft

Make = Callable[[FieldRow], Field]


def form_fields(rows: Iterable[FieldRow], own: Mapping[str, Field]) -> dict[str, Field]:
    """A field for each row: of the form's `own` the one of that name, else the one of its type."""
    return {row.name: own.get(row.name) or MAKERS[row.type](row) for row in rows}


HINTS = {
    "email": "พิมพ์%(field)s เช่น somchai@example.com",
    "number": "พิมพ์%(field)s เป็นตัวเลข เช่น 1600",
    "numbered": "พิมพ์%(field)s ต่อด้วยวันที่ได้",
    "money": "พิมพ์%(field)s เช่น 1,500",
    "day": "พิมพ์%(field)s เช่น 24 ก.พ. 69",
    "month": "พิมพ์%(field)s เช่น ต.ค. 69",
}
"""The question of a type, where the table has none for the field."""


def _hint(row: FieldRow) -> str:
    return row.hint or HINTS.get(row.type, "")


def _text(row: FieldRow) -> Field:
    return reading.text_field(row.name, _hint(row), unknown=row.unknown)


def _long_text(row: FieldRow) -> Field:
    return reading.text_field(
        row.name,
        _hint(row),
        reading.LONG_LIMIT,
        unknown=row.unknown,
    )


def _email(row: FieldRow) -> Field:
    return replace(reading.email_field(row.name), hint=_hint(row))


def _number(row: FieldRow) -> Field:
    async def parse(ctx: Context, draft: Draft, text: str) -> Mapping[str, str]:
        return {row.name: str(parse_number(text))}

    return Field(
        row.name,
        _hint(row),
        parse,
        unknown=row.unknown,
    )


def _numbered(row: FieldRow) -> Field:
    kind = row.name.removesuffix("_no")
    return reading.numbered_field(
        row.name,
        row.dated,
        _hint(row),
        kind,
        unknown=row.unknown,
    )


def _money(row: FieldRow) -> Field:
    return reading.money_field(row.name, _hint(row))


def _day(row: FieldRow) -> Field:
    return reading.past_date_field(row.name, _hint(row), unknown=row.unknown)


def _month(row: FieldRow) -> Field:
    return reading.month_field(row.name, _hint(row))


def _choice(row: FieldRow) -> Field:
    return reading.named_field(row.name, unknown=row.unknown)


MAKERS: Mapping[str, Make] = {
    "text": _text,
    "long_text": _long_text,
    "email": _email,
    "number": _number,
    "numbered": _numbered,
    "money": _money,
    "day": _day,
    "month": _month,
    "choice": _choice,
}
"""How a field of each plain type is asked for and read."""
