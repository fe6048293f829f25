"""Changing a saved ticket or customer in one message: its number, a field's name and the new value,
a field a line.
"""

import re
from collections.abc import Mapping, Sequence

from domain.errors import InvalidInput
from domain.fields.rows import field_row
from domain.text import shorten
from domain.tickets.references import ReferenceKind, is_courtesy, is_named, take_reference
from handlers.chat import Reply
from handlers.desk import Context
from handlers.forms.drafts import (
    Given,
    park_open,
    unknown_values,
    with_look,
    with_values,
)
from handlers.forms.engine import (
    FORMS,
    Field,
    ask_again,
    is_unknown,
    proceed,
    start,
)
from handlers.forms.engine import advance as save_or_ask
from handlers.i18n import _
from handlers.labels import field_label
from handlers.records.kinds import RECORD_KINDS
from handlers.registry import command
from store.chat.forms import Draft

EDITED = (ReferenceKind.TICKET, ReferenceKind.CUSTOMER)
LONG_TEXTS = frozenset({"details", "result", "remarks", "purpose", "note"})
BECOMES = re.compile(r"เป็น\s*")
SHORT = {
    "phone": ("เบอร์โทรศัพท์", "เบอร์โทร", "เบอร์", "โทร"),
    "mobile": ("เบอร์มือถือ", "มือถือ"),
    "email": ("อีเมล์", "เมล", "เมล์", "email"),
    "address": ("ที่อยู่",),
    "created_on": ("วันที่สร้าง", "วันที่"),
    "closed_on": ("วันที่ปิด", "เวลาปิด"),
}
"""What people call a field of no table, beside its label and its parts."""


def _begins_with_field(text: str) -> bool:
    """Whether a field's name leads the text, and a record is named behind it."""
    if take_reference(text, *EDITED) is None:
        return False
    for kind in EDITED:
        form = FORMS[RECORD_KINDS[kind].form]
        name, _rest = _named(form.fields, text)
        if name:
            return True
    return False


@command(
    "edit",
    "แก้ไข",
    about="แก้ไขใบงานหรือผู้รับบริการ เช่น แก้ไข R2611000124 ราคา 350 หรือ แก้ไข C81554 ที่อยู่ กระบี่",
    fits=is_named(*EDITED),
    also=(
        *(
            "แก้ไขใบงาน",
            "แก้ใบงาน",
            "แก้ไขงาน",
            "แก้งาน",
            "แก้ไขข้อมูล",
            "แก้ข้อมูล",
            "แก้ไขลูกค้า",
            "แก้ไขผู้รับบริการ",
        ),
        *("แก้", "เปลี่ยน", "ปรับ", "อัปเดต", "อัพเดต", "อัพเดท", "update", "edit", "change"),
    ),
    joined=_begins_with_field,
)
async def edit(ctx: Context, args: str) -> Reply:
    """Save the fields that are named; without any, offer them; with a name alone, ask for its
    value.
    """
    taken = take_reference(args, *EDITED)
    if taken is None:
        raise InvalidInput("edited")
    one, rest = taken
    if is_courtesy(rest):
        rest = ""
    records = RECORD_KINDS[one.kind]
    draft = await records.draft(ctx, one.value)
    if not rest:
        return await start(ctx, with_look(draft, look=True), "+more")
    typed = _typed(FORMS[draft.kind].fields, rest)
    if not typed or not typed[0][0]:
        return await _no_field(ctx, draft, rest)
    if len(typed) == 1:
        ((name, value),) = typed
        shown = None if value else await records.list_of(ctx, draft.record, name)
        if shown is not None:
            return Reply((shown,))
    await park_open(ctx)
    return await _filled(ctx, draft, typed)


async def _no_field(ctx: Context, draft: Draft, rest: str) -> Reply:
    """What is typed begins with no field's name: they are offered."""
    await park_open(ctx)
    problem = _(
        'ไม่พบชื่อช่องใน "%(text)s" แตะช่องที่ต้องการแก้ แล้วพิมพ์ค่าใหม่',
        text=shorten(rest, 300),
    )
    return await proceed(ctx, with_look(draft, look=True), "+more", problem)


async def _filled(ctx: Context, draft: Draft, typed: Sequence[tuple[str, str]]) -> Reply:
    """Each value read into its field; the first that is missing or cannot be read is asked for."""
    fields = FORMS[draft.kind].fields
    for name, value in typed:
        if not value:
            return await proceed(ctx, draft, name)
        if name not in LONG_TEXTS and BECOMES.match(value):
            value = BECOMES.sub("", value, count=1)
        try:
            values = await _values(ctx, draft, fields[name], value)
        except InvalidInput as error:
            return await ask_again(ctx, draft, name, error)
        draft = with_values(draft, values)
    return await save_or_ask(ctx, draft)


async def _values(
    ctx: Context,
    draft: Draft,
    field: Field,
    text: str,
) -> Given:
    if is_unknown(field, text):
        return unknown_values(draft, field.name)
    return await field.parse(ctx, draft, text)


def _typed(fields: Mapping[str, Field], text: str) -> list[tuple[str, str]]:
    """Fields with what stands behind their names; a line that begins with none goes on with the one
    before.
    """
    found: list[tuple[str, str]] = []
    for line in text.splitlines():
        name, value = _named(fields, line.strip())
        if name or not found:
            found.append((name, value))
            continue
        before, begun = found.pop()
        found.append((before, f"{begun}\n{line}".strip()))
    return found


def _named(fields: Mapping[str, Field], line: str) -> tuple[str, str]:
    """The field whose name the line begins with, the longest, and the rest; an empty name for
    none.
    """
    begun = line.casefold()
    shown = [field for field in fields.values() if not field.hidden]
    names = [(word, field.name) for field in shown for word in _words(field.name)]
    names.sort(key=lambda pair: -len(pair[0]))
    for word, name in names:
        rest = line[len(word) :]
        ends = not rest or rest[0].isspace() or rest[0] in ":="
        if ends and begun.startswith(word):
            return name, rest.lstrip(" :=").strip()
    return "", line


def _words(name: str) -> list[str]:
    """What a field may be called: its label, a part of it between slashes, or all behind the word
    "name".
    """
    label = field_label(name).casefold()
    plain = name.replace("_", " ")
    row = field_row(name)
    parts = [
        label,
        *label.split("/"),
        label.removeprefix(field_label("name").casefold()),
        plain,
        *SHORT.get(name, ()),
        *(row.also if row else ()),
    ]
    return [part.strip() for part in parts if part.strip()]
