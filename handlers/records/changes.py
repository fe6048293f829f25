"""The list of changes in words: who, when, which field, from what to what, as people read it."""

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import date, datetime

from domain.configuration import Configuration
from domain.customers.phones import format_phone
from domain.fields.rows import field_row
from domain.staff import StaffId
from domain.text import shorten
from domain.tickets import pause_texts as pauses
from domain.tickets.records import SEPARATOR, Change, Pause
from handlers.desk import Work
from handlers.forms.projects import own_years, years_text
from handlers.forms.values import SAYING, said
from handlers.i18n import _, date_text, language
from handlers.labels import day_time, field_label, value_label, when
from store import staff
from store.customers import records as customers

SHOWN = 120
"""Characters of a value."""
LIST = 300
"""Characters of a value that is a list."""
NOTHING = "-"
_STORED_PHONE = re.compile(r"\+\d{8,15}(?:;ext=\d+)?(?= |$)")

Read = Callable[[Configuration, str], str]
_Ask = Callable[[Work, str], Awaitable[str]]


async def lines(ctx: Work, changes: Iterable[Change]) -> list[tuple[str, str]]:
    """A line each: when and by whom, and what."""
    names = await staff.staff_names(ctx.db)
    told = []
    for change in changes:
        head = f"{when(change.at)} {who(names, change)}"
        told.append((head, await text(ctx, change)))
    return told


def who(names: Mapping[StaffId, str], change: Change) -> str:
    """Whose change it is."""
    if change.by is None:
        return _("ระบบ")
    return names.get(change.by, NOTHING)


async def text(ctx: Work, change: Change) -> str:
    """`สถานะ: เปิด → ปิด`; of several pauses those that changed."""
    old = change.old
    new = change.new
    if change.field == "pauses":
        old = pauses.apart(change.old, change.new)
        new = pauses.apart(change.new, change.old)
    before = await _value(ctx, change.field, old)
    after = await _value(ctx, change.field, new)
    return f"{field_label(change.field)}: {before} → {after}"


async def _value(ctx: Work, field: str, value: str) -> str:
    """A value of the list of changes as people read it."""
    if not value:
        return NOTHING
    configuration = ctx.desk.configuration
    ask = _ASKED.get(field)
    if ask is not None:
        return await ask(ctx, value) or value
    read = _READ.get(field)
    if read is not None:
        return shorten(read(configuration, value) or value, LIST)
    row = field_row(field)
    if row is not None and row.type in SAYING:
        return shorten(said(configuration, row, value), LIST)
    return shorten(_plain(field, value), SHOWN)


def _plain(field: str, value: str) -> str:
    """What the form of a field's name tells: an instant, a day, the state of something owed, a
    named value.
    """
    if field.endswith("_at"):
        return when(datetime.fromisoformat(value))
    if field.endswith("_on"):
        return date_text(date.fromisoformat(value))
    if field.startswith("owed_"):
        return value_label("owed_state", value)
    return value_label(field, value.replace(SEPARATOR, ", "))


async def _person(ctx: Work, value: str) -> str:
    names = await staff.staff_names(ctx.db)
    return names.get(StaffId(int(value)), "")


async def _contact(ctx: Work, value: str) -> str:
    return await customers.contact_name(ctx.db, int(value))


def _type(configuration: Configuration, value: str) -> str:
    return configuration.catalogue.type_name(value, language())


def _years(_configuration: Configuration, value: str) -> str:
    parts = (years_text(value), *own_years(value))
    return ", ".join(filter(None, parts))


def _fields(_configuration: Configuration, value: str) -> str:
    return ", ".join(map(field_label, value.split(",")))


def _networks(configuration: Configuration, value: str) -> str:
    catalogue = configuration.catalogue
    names = [catalogue.channel_name(code, language()) for code in value.split(",")]
    return ", ".join(names)


def _contacts(_configuration: Configuration, value: str) -> str:
    return _STORED_PHONE.sub(lambda found: format_phone(found[0]), value)


def _pauses(_configuration: Configuration, value: str) -> str:
    return ", ".join(map(_pause, pauses.from_text(value)))


_ASKED: Mapping[str, _Ask] = {
    **dict.fromkeys(("assignee_id", "recorded_by"), _person),
    "contact_id": _contact,
}
"""Fields that hold the number of something with a name."""
_READ: Mapping[str, Read] = {
    **dict.fromkeys(("phone", "mobile"), lambda _configuration, value: format_phone(value)),
    "kind": _type,
    "contacts": _contacts,
    "unknown": _fields,
    "networks": _networks,
    "projects": lambda _configuration, value: value.replace(SEPARATOR, ", "),
    "data_years": _years,
    "pauses": _pauses,
    "request_step": lambda _configuration, value: value_label("step", value),
}
"""How a field's stored text is read, where its name alone does not tell."""


def _pause(pause: Pause) -> str:
    """`4 ธ.ค. 11.30 น. – 8 ธ.ค. 10.00 น.`"""
    until = day_time(pause.until) if pause.until else ""
    span = f"{day_time(pause.since)} – {until}".rstrip()
    return _("%(span)s (ปิดอยู่)", span=span) if pause.closed else span
