"""Forms: what is filled so far on one card, the next missing field asked for, any field changeable.

A form is declared by a `Form` (fields, what is missing, what saving does); this module walks through it.
Its draft lives in the store, so it goes on after a restart, the next day, or in the person's other app.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Protocol
from uuid import uuid4

from domain.errors import InvalidInput, NotFound
from domain.text import digits
from handlers.chat import Button, Card, Choice, Paragraph, Part, Reply, say
from handlers.desk import Context
from handlers.i18n import _
from handlers.labels import field_label
from handlers.messages import sentence
from handlers.registry import action
from store import forms
from store.forms import Draft

FRESH = timedelta(minutes=30)
"""How long a text still means the form; later the officer is asked (DESIGN.md, "Chat model")."""
PAGE = 10
MORE = "+more"
"""`asking` while the list of all fields is shown."""


@dataclass(frozen=True, slots=True)
class Option:
    """One possible value of a field."""

    value: str
    label: str


Parse = Callable[[Context, Draft, str], Awaitable[Mapping[str, str]]]
Options = Callable[[Context, Draft], Awaitable[list[Option]]]


@dataclass(frozen=True, slots=True)
class Field:
    """One field. `parse` turns what was typed into values (raises InvalidInput); `options` are its buttons.

    `takes` names the kinds of bare text that are an answer here and no new search: code, phone, email.
    `extras` = buttons beside the options.
    """

    name: str
    hint: str
    parse: Parse
    options: Options | None = None
    takes: frozenset[str] = frozenset()
    extras: Callable[[Draft], tuple[Button, ...]] | None = None


class Form(Protocol):
    """What a kind of form is made of."""

    kind: str
    fields: Mapping[str, Field]

    async def missing(self, ctx: Context, draft: Draft) -> list[str]:
        """The fields still needed before saving, in asking order."""
        ...

    async def show(self, ctx: Context, draft: Draft) -> Card:
        """Everything filled so far, without buttons."""
        ...

    async def quick(self, ctx: Context, draft: Draft) -> tuple[str, ...]:
        """The fields offered as buttons while another is asked for."""
        ...

    async def save(self, ctx: Context, draft: Draft) -> Reply:
        """Save what is complete; may ask something more instead. Ends the draft with `end`."""
        ...


FORMS: dict[str, Form] = {}


def enter_form(form: Form) -> None:
    """Put a kind of form into the table."""
    FORMS[form.kind] = form


def new_draft(ctx: Context, kind: str, data: Mapping[str, str], record: str = "", record_version: int = 0) -> Draft:
    """A fresh draft, not stored yet."""
    return Draft(uuid4().hex, ctx.staff.id, kind, dict(data), "", ctx.now, "open", record, record_version)


def with_values(draft: Draft, values: Mapping[str, str]) -> Draft:
    """The draft with these values set; a value that is set is no longer unknown."""
    unknown = {name for name in draft.data.get("unknown", "").split(",") if name} - {k for k, v in values.items() if v}
    if "unknown" in values:
        unknown = {name for name in values["unknown"].split(",") if name}
    data = {**draft.data, **values, "unknown": ",".join(sorted(unknown))}
    return replace(draft, data=data)


def _store(ctx: Context, draft: Draft) -> None:
    ctx.drafts.add(draft.id)
    ctx.change(partial(forms.save, draft=draft))


async def park_open(ctx: Context, but: str = "") -> Draft | None:
    """Put the person's open draft aside, unless it is the draft `but`."""
    draft = await forms.find_open(ctx.db, ctx.staff.id)
    if draft is None or draft.id == but or draft.id in ctx.drafts:
        return None
    parked = replace(draft, state="parked")
    _store(ctx, parked)
    return parked


def end(ctx: Context, draft: Draft, outcome: str = "", state: str = "saved") -> None:
    """The draft is done with; what it held is forgotten."""
    _store(ctx, replace(draft, state=state, outcome=outcome, data={}, asking="", touched_at=ctx.now))


async def start(ctx: Context, draft: Draft, asking: str = "") -> Reply:
    """Open a form; whatever was open is parked."""
    await park_open(ctx, draft.id)
    return await proceed(ctx, draft, asking)


async def proceed(ctx: Context, draft: Draft, asking: str = "", problem: str = "") -> Reply:
    """Ask for a field: the one given, else the next missing one; when nothing is missing, show all."""
    form = FORMS[draft.kind]
    if not asking:
        missing = await form.missing(ctx, draft)
        asking = missing[0] if missing else ""
    draft = replace(draft, asking=asking, state="open", touched_at=ctx.now)
    _store(ctx, draft)
    parts: list[Part] = [Paragraph(f"⚠️ {problem}")] if problem else []
    if asking == MORE:
        parts.append(await _all_fields(ctx, form, draft))
    elif asking:
        parts.append(await _ask(ctx, form, draft, asking))
    else:
        card = await form.show(ctx, draft)
        parts.append(replace(card, buttons=(*_save_buttons(draft), *_form_buttons(draft, ()))))
    return Reply(tuple(parts))


def _press(label: str, name: str, draft: Draft, **args: str) -> Button:
    return Button(label, name, {"draft": draft.id, **args})


def _save_buttons(draft: Draft) -> tuple[Button, ...]:
    return (_press(_("บันทึก"), "form.save", draft, version=str(draft.version + 1)),)


def _form_buttons(draft: Draft, quick: tuple[str, ...]) -> tuple[Button, ...]:
    return (
        *(_press(field_label(name), "form.ask", draft, field=name) for name in quick),
        _press(_("ช่องอื่น ๆ"), "form.more", draft),
        _press(_("ยกเลิก"), "form.cancel", draft),
    )


async def _all_fields(ctx: Context, form: Form, draft: Draft) -> Part:
    card = await form.show(ctx, draft)
    names = tuple(_press(field_label(name), "form.ask", draft, field=name) for name in form.fields)
    back = _press(_("กลับ"), "form.back", draft)
    return replace(card, note=_("แตะช่องที่ต้องการแก้"), buttons=(*names, back))


async def _ask(ctx: Context, form: Form, draft: Draft, name: str, page: int = 0) -> Part:
    field_ = form.fields[name]
    card = await form.show(ctx, draft)
    others = tuple(other for other in await form.quick(ctx, draft) if other != name)
    buttons = _form_buttons(draft, others)
    label = field_label(name)
    if field_.options is None:
        note = _(field_.hint) if field_.hint.startswith("พิมพ์") else f"{label}: {_(field_.hint)}".removesuffix(": ")
        return replace(card, note=note, buttons=buttons)
    options = await field_.options(ctx, draft)
    shown = options[page * PAGE : (page + 1) * PAGE]
    presses = tuple(_press(o.label, "form.set", draft, field=name, value=o.value) for o in shown)
    pages: list[Button] = []
    if page:
        pages.append(_press(_("ก่อนหน้า"), "form.page", draft, field=name, page=str(page - 1)))
    if len(options) > (page + 1) * PAGE:
        pages.append(_press(_("ถัดไป"), "form.page", draft, field=name, page=str(page + 1)))
    if field_.extras:
        presses += field_.extras(draft)
    question = "\n".join(filter(None, (card.title, *(f"{k} {v}" for k, v in card.fields), _question(label, field_))))
    return Choice(question, presses, (*pages, *buttons))


def _question(label: str, field_: Field) -> str:
    return _("เลือก%(field)s", field=label) + (f" ({_(field_.hint)})" if field_.hint else "")


# A text arrives.


def asks(draft: Draft) -> bool:
    """Whether a text can fill anything: while a card or a list of fields is shown, only taps mean the form."""
    return draft.asking in FORMS[draft.kind].fields


def takes(draft: Draft, kind: str) -> bool:
    """Whether a bare code, phone, email or ticket number is an answer to what is asked, and no new search."""
    field_ = FORMS[draft.kind].fields.get(draft.asking)
    return field_ is not None and kind in field_.takes


async def feed(ctx: Context, draft: Draft, text: str) -> Reply:
    """Fill the asked field with what was typed; ask again, with the reason, where it cannot be taken."""
    form = FORMS[draft.kind]
    name = draft.asking
    missing = await form.missing(ctx, draft)
    if digits(text).strip() == "9" and name in missing:
        return await advance(ctx, with_values(draft, _unknown(draft, name)))
    try:
        values = await form.fields[name].parse(ctx, draft, text)
    except InvalidInput as error:
        return await proceed(ctx, draft, name, sentence(error))
    return await advance(ctx, with_values(draft, values))


def _unknown(draft: Draft, name: str) -> dict[str, str]:
    names = {"phone", "mobile", "email"} if name == "reach" else {name}
    known = {other for other in draft.data.get("unknown", "").split(",") if other}
    return {**dict.fromkeys(names, ""), "unknown": ",".join(sorted(known | names))}


async def advance(ctx: Context, draft: Draft) -> Reply:
    """After an answer: ask for what is missing, or save a form that needs no last look."""
    form = FORMS[draft.kind]
    if await form.missing(ctx, draft):
        return await proceed(ctx, draft)
    if draft.data.get("look"):
        return await proceed(ctx, draft)
    return await form.save(ctx, replace(draft, touched_at=ctx.now))


async def ask_which(ctx: Context, draft: Draft, text: str) -> Reply:
    """The form rested for long: is this text for it, or a search? Nothing is guessed."""
    card = await FORMS[draft.kind].show(ctx, draft)
    question = _("ข้อความนี้ใส่ในร่างที่ค้างไว้ (%(title)s) หรือเป็นการค้นหาใหม่", title=card.title)
    return Reply(
        (
            Choice(
                question,
                (
                    _press(_("ใส่ในร่าง"), "form.feed", draft, text=text),
                    _press(_("ค้นหาใหม่"), "find.text", draft, text=text),
                ),
            ),
        )
    )


async def resume_part(ctx: Context, draft: Draft) -> Part:
    """The offer to go on with a parked draft."""
    card = await FORMS[draft.kind].show(ctx, draft)
    return Paragraph(_("พักร่างไว้: %(title)s", title=card.title), (_press(_("ทำต่อ"), "form.resume", draft),))


# Buttons.


async def _get(ctx: Context, args: Mapping[str, str]) -> Draft:
    draft = await forms.find_draft(ctx.db, args["draft"])
    if draft is None or draft.staff_id != ctx.staff.id or draft.state in ("saved", "cancelled"):
        raise NotFound("draft_gone", outcome=draft.outcome if draft else "")
    await park_open(ctx, draft.id)
    return draft


@action("form.ask", in_place=True)
async def ask_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Ask for one field."""
    return await proceed(ctx, await _get(ctx, args), args["field"])


@action("form.page", in_place=True)
async def page_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Another page of a field's options."""
    draft = replace(await _get(ctx, args), asking=args["field"], state="open", touched_at=ctx.now)
    _store(ctx, draft)
    return Reply((await _ask(ctx, FORMS[draft.kind], draft, args["field"], int(args["page"])),))


@action("form.more", in_place=True)
async def more_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """The list of all fields."""
    return await proceed(ctx, await _get(ctx, args), MORE)


@action("form.back", in_place=True)
@action("form.resume")
async def resume_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Go on where the form was."""
    return await proceed(ctx, await _get(ctx, args))


@action("form.set", in_place=True)
async def set_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """A field's option was chosen: through the field's own reading, like typed text."""
    draft = await _get(ctx, args)
    field_ = FORMS[draft.kind].fields[args["field"]]
    values = await field_.parse(ctx, draft, args["value"])
    return await advance(ctx, with_values(draft, values))


@action("form.feed")
async def feed_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """The text was meant for the form."""
    draft = await _get(ctx, args)
    return await feed(ctx, draft, args["text"]) if asks(draft) else await proceed(ctx, draft)


@action("form.save", in_place=True)
async def save_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Save, if the draft is as the card showed it."""
    draft = await _get(ctx, args)
    if args["version"] != str(draft.version) or await FORMS[draft.kind].missing(ctx, draft):
        return await proceed(ctx, draft)
    return await FORMS[draft.kind].save(ctx, draft)


@action("form.cancel", in_place=True)
async def cancel_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Keep nothing."""
    draft = await _get(ctx, args)
    end(ctx, draft, state="cancelled")
    return say(_("ยกเลิกแล้ว ไม่มีการบันทึก"))


@action("form.parked")
async def parked_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """The drafts that were put aside."""
    parked = await forms.list_parked(ctx.db, ctx.staff.id)
    if not parked:
        return say(_("ไม่มีร่างที่พักไว้"))
    titles = [(await FORMS[draft.kind].show(ctx, draft)).title for draft in parked]
    options = tuple(_press(title, "form.resume", draft) for title, draft in zip(titles, parked, strict=True))
    return Reply((Choice(_("ร่างที่พักไว้"), options),))
