"""Forms: what is filled so far on one card, the next missing field asked for, any field changeable.

A form is declared by a `Form` (fields, what is missing, what saving does); this module walks
through it. Its draft lives in the store, so it goes on after a restart, the next day, or in the
person's other app."""

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from typing import Protocol, TypeVar
from uuid import uuid4

from domain.errors import InvalidInput, NotFound
from domain.one_line.answers import says_none
from domain.one_line.types import Doubt
from domain.text import digits, shorten
from handlers.chat import Button, Card, Choice, Paragraph, Reply, ReplyPart, turn_buttons
from handlers.desk import Context
from handlers.i18n import _
from handlers.labels import button_label, field_label, typed_label
from handlers.messages import sentence
from store.chat import forms
from store.chat.forms import Dialog, Draft

T = TypeVar("T")
FRESH = timedelta(minutes=30)
"""How long a text still means the form; later the officer is asked (DESIGN.md, "Chat model")."""
PAGE = 10
SMALL = 2
"""A form of no more fields asks one thing and offers no others."""
MORE, EVERY = "+more", "+more all"
"""`asking` while a list of fields is shown: the relevant ones, or all."""


@dataclass(frozen=True, slots=True)
class Option:
    """One possible value of a field."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class FormAnswer:
    """What an answer says: values of fields, and what it changes of the dialog (None = nothing).

    `queries` = by field, what is to be searched for it from now on, "" where that is settled. See
    `store.chat.forms.Dialog` for the others.
    """

    given: Mapping[str, str] = field(default_factory=dict)
    queries: Mapping[str, str] = field(default_factory=dict)
    look: bool | None = None
    closes: bool | None = None
    guessed: frozenset[str] | None = None
    doubts: tuple[Doubt, ...] | None = None
    passed: tuple[str, ...] | None = None

    def __or__(self, later: "FormAnswer") -> "FormAnswer":
        """Both, of what both say the later."""
        return FormAnswer(
            given={**self.given, **later.given},
            queries={**self.queries, **later.queries},
            look=_later(self.look, later.look),
            closes=_later(self.closes, later.closes),
            guessed=_later(self.guessed, later.guessed),
            doubts=_later(self.doubts, later.doubts),
            passed=_later(self.passed, later.passed),
        )


def _later(before: T | None, later: T | None) -> T | None:
    return before if later is None else later


Given = Mapping[str, str] | FormAnswer
"""What was given: values of fields alone, or more than that."""
Parse = Callable[[Context, Draft, str], Awaitable[Given]]
Options = Callable[[Context, Draft], Awaitable[list[Option]]]
DoubtCheck = Callable[[Context, Draft, str], Awaitable[bool]]


@dataclass(frozen=True, slots=True)
class Field:
    """One field. `parse` turns what was typed into values (raises InvalidInput); `options` are its
    buttons.

    `takes` names the kinds of bare text that are an answer here and no new search: code, phone,
    email. `extras` = buttons beside the options. `doubt` = whether a text may be meant otherwise,
    so that it is asked about first. `nine` = 9 means "not known" here; `unknown` = that is offered
    as a button too; `none` = a word for none means it as well. `clearable` = an edit may empty it.
    `appends` = what is typed is put behind what is there. `hidden` = not listed among the fields to
    choose from. `opens` = the action that a tap on the field of a saved record leads to, where the
    field is a list of its own. `typed` = its value is typed, its buttons are but short cuts.
    `settles` = it asks how what is there is meant, so nothing is missing meanwhile."""

    name: str
    hint: str
    parse: Parse
    options: Options | None = None
    takes: frozenset[str] = frozenset()
    extras: Callable[[Draft], tuple[Button, ...]] | None = None
    doubt: DoubtCheck | None = None
    nine: bool = False
    unknown: bool = False
    none: bool = False
    clearable: bool = True
    appends: bool = False
    hidden: bool = False
    opens: str = ""
    typed: bool = False
    settles: bool = False


class Form(Protocol):
    """What a kind of form is made of; a form says what differs from most."""

    kind: str
    fields: Mapping[str, Field]

    async def missing(self, ctx: Context, draft: Draft) -> list[str]:
        """The fields still needed before saving, in asking order."""
        ...

    async def show(self, ctx: Context, draft: Draft) -> Card:
        """Everything filled so far; its buttons, if any, are those of the whole card, where nothing
        is asked for.
        """
        ...

    async def present(self, ctx: Context, draft: Draft, name: str) -> str:
        """A field's present value as people read it; none where a record's old values are not
        shown.
        """
        return ""

    async def saved_data(
        self,
        ctx: Context,
        draft: Draft,
    ) -> Mapping[str, str]:
        """The values of the record under the draft, which the draft's lie over; none where the
        draft holds all of them itself.
        """
        return {}

    async def quick(
        self,
        ctx: Context,
        draft: Draft,
    ) -> tuple[str, ...]:
        """The fields offered as buttons while another is asked for."""
        return ()

    async def relevant(
        self,
        ctx: Context,
        draft: Draft,
    ) -> tuple[str, ...]:
        """The fields that are offered first when others are asked for."""
        return tuple(self.fields)

    def save_label(self, draft: Draft) -> str:
        """What the button that saves says."""
        return _("บันทึก")

    async def save(self, ctx: Context, draft: Draft) -> Reply:
        """Save what is complete; may ask something more instead. Ends the draft with `end`."""
        ...


FORMS: dict[str, Form] = {}
SAVED: dict[str, str] = {"mail": "mail_sent"}
"""What is said of a form that is done with, where that is not "saved as"."""


def enter_form(form: Form) -> None:
    """Put a kind of form into the table."""
    FORMS[form.kind] = form


async def value_of(ctx: Context, draft: Draft, name: str) -> str:
    """A field's value in the draft, else in the record under it."""
    if name in draft.given:
        return draft.given[name]
    saved = await FORMS[draft.kind].saved_data(ctx, draft)
    return saved.get(name, "")


def new_draft(
    ctx: Context,
    kind: str,
    given: Mapping[str, str],
    record: str = "",
    record_version: int = 0,
    *,
    about: Mapping[str, str] | None = None,
    dialog: Dialog | None = None,
) -> Draft:
    """A fresh draft, not stored yet."""
    return Draft(
        uuid4().hex,
        ctx.staff.id,
        kind,
        dict(given),
        asking="",
        touched_at=ctx.now,
        record=record,
        record_version=record_version,
        about=about or {},
        dialog=dialog or Dialog(),
    )


def as_answer(given: Given) -> FormAnswer:
    """The same as an answer."""
    return given if isinstance(given, FormAnswer) else FormAnswer(given)


def with_values(draft: Draft, given: Given) -> Draft:
    """The draft with what was given; a value that is set is no longer unknown, nor one of habit."""
    answer = as_answer(given)
    filled = {name for name, value in answer.given.items() if value}
    unknown = ",".join(sorted(unknown_of(draft.given) - filled))
    values = {**draft.given, "unknown": unknown, **answer.given}
    return replace(draft, given=values, dialog=_moved(draft.dialog, answer, filled))


def _moved(dialog: Dialog, answer: FormAnswer, filled: Collection[str]) -> Dialog:
    """The dialog after an answer that filled these fields."""
    queries = {**dialog.queries, **answer.queries}
    look = _later(dialog.look, answer.look)
    closes = _later(dialog.closes, answer.closes)
    return replace(
        dialog,
        look=bool(look),
        closes=bool(closes),
        guessed=dialog.guessed - set(filled) if answer.guessed is None else answer.guessed,
        queries={name: text for name, text in queries.items() if text},
        doubts=dialog.doubts if answer.doubts is None else answer.doubts,
        passed=dialog.passed if answer.passed is None else answer.passed,
    )


def unknown_of(values: Mapping[str, str]) -> set[str]:
    """The fields that such values name as not known."""
    return set(filter(None, values.get("unknown", "").split(",")))


def with_look(draft: Draft, *, look: bool) -> Draft:
    """The draft, to be shown once more before it is saved, or not."""
    return replace(draft, dialog=replace(draft.dialog, look=look))


def with_prompts(draft: Draft, names: Iterable[str]) -> Draft:
    """The draft with these fields to be asked for that may be passed over."""
    return replace(draft, dialog=replace(draft.dialog, prompts=tuple(names)))


def store_draft(ctx: Context, draft: Draft) -> None:
    """Write the draft with this event's answer; once an event."""
    ctx.drafts.add(draft.id)
    if draft.state == "saved":
        ctx.origins.update(*(events.split() for events in draft.sources.values()))
    else:
        draft = replace(draft, sources=_sources(draft, ctx.origins))
    ctx.change(partial(forms.save, draft=draft))


def _sources(draft: Draft, origins: Collection[str]) -> dict[str, str]:
    """Which messages each field's value came from: this one, and those of what was there and is in
    it.
    """
    texts = draft.texts()
    sources = {name: events for name, events in draft.sources.items() if texts.get(name)}
    for name, value in texts.items():
        if not value or value == draft.known.get(name):
            continue
        events = set(origins)
        for other, before in draft.known.items():
            if before and (before in value or value in before):
                events.update(draft.sources.get(other, "").split())
        if events:
            sources[name] = " ".join(sorted(events))
        else:
            sources.pop(name, None)
    return sources


def keep(ctx: Context, draft: Draft) -> None:
    """Nothing typed is lost where something else has to be asked first."""
    if draft.id not in ctx.drafts:
        store_draft(ctx, replace(draft, state="open", touched_at=ctx.now))


async def park_open(ctx: Context, but: str = "") -> Draft | None:
    """Put the person's open draft aside, unless it is the draft `but`."""
    draft = await forms.find_open(ctx.db, ctx.staff.id)
    if draft is None or draft.id == but or draft.id in ctx.drafts:
        return None
    parked = replace(draft, state="parked")
    store_draft(ctx, parked)
    return parked


def end(
    ctx: Context,
    draft: Draft,
    outcome: str = "",
    state: str = "saved",
) -> None:
    """The draft is done with; what it held is forgotten."""
    ended = replace(
        draft,
        state=state,
        outcome=outcome,
        asking="",
        touched_at=ctx.now,
    )
    store_draft(
        ctx,
        replace(
            ended,
            given={},
            about={},
            dialog=Dialog(),
        ),
    )


async def start(ctx: Context, draft: Draft, asking: str = "") -> Reply:
    """Open a form; whatever was open is parked."""
    await park_open(ctx, draft.id)
    return await proceed(ctx, draft, asking)


async def proceed(
    ctx: Context,
    draft: Draft,
    asking: str = "",
    problem: str = "",
) -> Reply:
    """Ask for a field: the one given, else the next missing one; when nothing is missing, show
    all.
    """
    form = FORMS[draft.kind]
    if not asking:
        missing = await form.missing(ctx, draft)
        asking = missing[0] if missing else ""
    draft = replace(
        draft,
        asking=asking,
        state="open",
        touched_at=ctx.now,
    )
    store_draft(ctx, draft)
    parts: list[ReplyPart] = [Paragraph(f"⚠️ {problem}")] if problem else []
    if asking.startswith(MORE):
        parts.append(await _other_fields(ctx, form, draft))
    elif asking:
        parts.append(await ask_part(ctx, form, draft, asking))
    else:
        card = await form.show(ctx, draft)
        quick = await form.quick(ctx, draft)
        own = {button.action for button in card.buttons}
        general = (button for button in _form_buttons(draft, quick) if button.action not in own)
        parts.append(replace(card, buttons=(_save_button(form, draft), *card.buttons, *general)))
    return Reply(tuple(parts))


def form_button(label: str, name: str, draft: Draft, **args: str) -> Button:
    """A button that works on this draft."""
    return Button(label, name, {"draft": draft.id, **args})


def _save_button(form: Form, draft: Draft) -> Button:
    # The draft is stored once more with this reply, which raises its version by one.
    return form_button(
        form.save_label(draft),
        "form.save",
        draft,
        version=str(draft.version + 1),
    )


def _form_buttons(draft: Draft, quick: tuple[str, ...]) -> tuple[Button, ...]:
    several = len(FORMS[draft.kind].fields) > SMALL
    return (
        *(
            form_button(
                button_label(name),
                "form.ask",
                draft,
                field=name,
            )
            for name in quick
        ),
        *((form_button(_("ช่องอื่น ๆ"), "form.more", draft),) if several else ()),
        form_button(_("ยกเลิก"), "form.cancel", draft),
    )


def _field_button(form: Form, draft: Draft, name: str) -> Button:
    """A tap on a field: asks for it, or opens the list that it stands for."""
    opens = form.fields[name].opens if draft.record else ""
    if opens:
        return Button(field_label(name), opens, {"code": draft.record, "edit": draft.id})
    return form_button(field_label(name), "form.ask", draft, field=name)


async def _other_fields(ctx: Context, form: Form, draft: Draft) -> ReplyPart:
    """The fields to choose from: those that matter here, or all of them."""
    every = draft.asking == EVERY
    listed = tuple(name for name, field_ in form.fields.items() if not field_.hidden)
    names = listed if every else await form.relevant(ctx, draft)
    lines = []
    for name in names:
        if value := await form.present(ctx, draft, name):
            lines.append((field_label(name), shorten(value, 200)))
    buttons = [_field_button(form, draft, name) for name in names]
    if not every:
        buttons.append(
            form_button(
                _("ช่องทั้งหมด"),
                "form.more",
                draft,
                every="1",
            )
        )
    if draft.record and not await form.missing(ctx, draft):
        buttons.append(_save_button(form, draft))
    buttons.append(
        form_button(
            _("ยกเลิก") if draft.record else _("กลับ"),
            "form.cancel" if draft.record else "form.back",
            draft,
        )
    )
    title = (await form.show(ctx, draft)).title
    return Card(
        title,
        tuple(lines),
        _("แตะช่องที่ต้องการแก้"),
        tuple(buttons),
    )


async def ask_part(
    ctx: Context,
    form: Form,
    draft: Draft,
    name: str,
    page: int = 0,
) -> ReplyPart:
    """The question for one field, over what is filled so far."""
    field_ = form.fields[name]
    card = await form.show(ctx, draft)
    others = tuple(other for other in await form.quick(ctx, draft) if other != name)
    present = await form.present(ctx, draft, name) if draft.record else ""
    buttons = (
        *await _value_buttons(ctx, form, draft, field_, present),
        *_form_buttons(draft, others),
    )
    was = _("เดิม: %(value)s", value=shorten(present, 300)) if present else ""
    left = await _left(ctx, form, draft)
    if field_.options is None:
        notes = (left, was, _prompt(field_, present), card.note)
        return replace(card, note="\n".join(filter(None, notes)), buttons=buttons)
    options = await field_.options(ctx, draft)
    shown = options[page * PAGE : (page + 1) * PAGE]
    presses = tuple(
        form_button(
            o.label,
            "form.set",
            draft,
            field=name,
            value=o.value,
        )
        for o in shown
    )
    if field_.extras:
        presses += field_.extras(draft)
    asked = _prompt(field_, present, some=bool(options))
    lines = (card.title, *(f"{k}: {v}" for k, v in card.fields), card.note, left, was, asked)
    question = "\n".join(filter(None, lines))
    more = len(options) > (page + 1) * PAGE
    turns = turn_buttons(
        "form.page",
        {"draft": draft.id, "field": name},
        page,
        more=more,
    )
    return Choice(question, presses, (*turns, *buttons))


async def _left(ctx: Context, form: Form, draft: Draft) -> str:
    """What is still missing, where that is more than what is asked for; not what is there and has
    to be settled.
    """
    names = [name for name in await form.missing(ctx, draft) if not form.fields[name].settles]
    lacking = [field_label(name) for name in names if not await form.present(ctx, draft, name)]
    if len(lacking) < 2:
        return ""
    return _("ยังขาด %(count)s รายการ: %(fields)s", count=len(lacking), fields=", ".join(lacking))


def _prompt(
    field_: Field,
    present: str,
    *,
    some: bool = False,
) -> str:
    """What to type or to choose, `some` = there is something to choose; over a value, that all of
    it is replaced.
    """
    label = field_label(field_.name)
    if field_.options is None and present and not field_.appends:
        return _("พิมพ์%(field)sใหม่แทนของเดิม", field=typed_label(field_.name))
    hint = _(field_.hint, field=label) if field_.hint else ""
    if hint and (field_.typed or not some):
        return hint
    if hint:
        return _("เลือก%(field)s หรือ%(hint)s", field=label, hint=hint)
    if field_.options is None:
        return _("พิมพ์%(field)s", field=typed_label(field_.name))
    return _("เลือก%(field)s", field=label) if some else _("ยังไม่มี%(field)sให้เลือก", field=label)


async def _value_buttons(
    ctx: Context, form: Form, draft: Draft, field_: Field, present: str
) -> tuple[Button, ...]:
    buttons = []
    if field_.unknown and field_.name in await form.missing(ctx, draft):
        buttons.append(
            form_button(
                _("ไม่ทราบ"),
                "form.unknown",
                draft,
                field=field_.name,
            )
        )
    prompts = draft.dialog.prompts
    if field_.name in prompts:
        buttons.append(
            form_button(
                _("ข้าม"),
                "form.skip",
                draft,
                field=field_.name,
            )
        )
        if len(prompts) > 1:
            buttons.append(form_button(_("ข้ามทั้งหมด"), "form.skip", draft))
    if present and field_.clearable:
        buttons.append(
            form_button(
                _("ลบค่านี้"),
                "form.clear",
                draft,
                field=field_.name,
            )
        )
    return tuple(buttons)


# A text arrives.


def asks(draft: Draft) -> bool:
    """Whether a text can fill anything: while a card or a list of fields is shown, only taps mean
    the form.
    """
    return draft.asking in FORMS[draft.kind].fields or (
        draft.asking.startswith(MORE) and not draft.record
    )


def takes(draft: Draft, kind: str) -> bool:
    """Whether a bare code, phone, email or ticket number is an answer to what is asked, and no new
    search.
    """
    field_ = FORMS[draft.kind].fields.get(draft.asking)
    return field_ is not None and kind in field_.takes


async def feed(
    ctx: Context,
    draft: Draft,
    text: str,
    *,
    sure: bool = False,
) -> Reply:
    """Fill the asked field with what was typed; ask again, with the reason, where it cannot be
    taken.

    `sure` = the officer said that it is meant for this field.
    """
    form = FORMS[draft.kind]
    missing = await form.missing(ctx, draft)
    name = draft.asking
    if name not in form.fields:
        if not missing:
            return await proceed(ctx, draft)
        name = missing[0]
    field_ = form.fields[name]
    if is_unknown(field_, text):
        return await advance(ctx, with_values(draft, unknown_values(draft, name)))
    if field_.doubt and not sure and await field_.doubt(ctx, draft, text):
        return await ask_which(ctx, draft, text)
    try:
        values = await field_.parse(ctx, draft, text)
    except InvalidInput as error:
        return await ask_again(ctx, draft, name, error)
    return await advance(ctx, with_values(draft, values))


def is_unknown(field_: Field, text: str) -> bool:
    """Whether an answer says that it is not known."""
    nine = digits(text).strip() == "9" and (field_.nine or field_.unknown)
    return nine or (field_.none and says_none(text))


def unknown_values(draft: Draft, name: str) -> dict[str, str]:
    """The values that say a field is not known."""
    names = {"phone", "mobile", "email"} if name == "reach" else {name}
    unknown = unknown_of(draft.given) | names
    return {**dict.fromkeys(names, ""), "unknown": ",".join(sorted(unknown))}


async def ask_again(
    ctx: Context,
    draft: Draft,
    name: str,
    error: InvalidInput,
) -> Reply:
    """Say why an answer cannot be taken and ask again. What of it could be taken (`kept`) is, then
    `ask` is asked.
    """
    kept = error.params.get("kept")
    if isinstance(kept, Mapping | FormAnswer):
        draft = with_values(draft, kept)
    return await proceed(
        ctx,
        draft,
        str(error.params.get("ask", name)),
        sentence(error),
    )


async def advance(ctx: Context, draft: Draft) -> Reply:
    """After an answer: ask for what is missing, or save a form that needs no last look."""
    form = FORMS[draft.kind]
    if await form.missing(ctx, draft):
        return await proceed(ctx, draft)
    if draft.dialog.look:
        return await proceed(ctx, draft)
    return await form.save(ctx, replace(draft, touched_at=ctx.now))


async def ask_which(ctx: Context, draft: Draft, text: str) -> Reply:
    """Is this text for the form, or a search? Nothing is guessed."""
    form = FORMS[draft.kind]
    missing = await form.missing(ctx, draft)
    label = field_label(
        draft.asking if draft.asking in form.fields else missing[0] if missing else ""
    )
    card = await form.show(ctx, draft)
    question = _(
        '%(title)s\n"%(text)s" ใส่เป็น%(field)s หรือค้นหาใหม่',
        title=card.title,
        text=shorten(text, 100),
        field=label,
    )
    options = (
        form_button(
            _("ใส่เป็น%(field)s", field=label),
            "form.feed",
            draft,
            text=text,
        ),
        # Without the draft among its arguments: a search puts the form aside, as any other work
        # does.
        Button(_("ค้นหาใหม่"), "find.text", {"text": text}),
    )
    return Reply((Choice(question, options, (form_button(_("ยกเลิก"), "form.cancel", draft),)),))


async def resume_part(ctx: Context, draft: Draft) -> ReplyPart:
    """The offer to go on with a parked draft."""
    card = await FORMS[draft.kind].show(ctx, draft)
    return Paragraph(
        _("พักร่างไว้: %(title)s", title=card.title), (form_button(_("ทำต่อ"), "form.resume", draft),)
    )


async def own_draft(ctx: Context, args: Mapping[str, str]) -> Draft:
    """The draft that a button means: this person's, still alive, and now the open one.
    NotFound("draft_…").
    """
    draft = await forms.find_draft(ctx.db, args["draft"])
    if draft is None or draft.staff_id != ctx.staff.id:
        raise NotFound("draft_gone")
    if draft.state == "saved":
        raise NotFound(SAVED.get(draft.kind, "draft_saved"), outcome=draft.outcome)
    if draft.state == "cancelled":
        raise NotFound("draft_cancelled")
    await park_open(ctx, draft.id)
    return draft


def rebased(draft: Draft, version: int) -> Draft:
    """The draft over a newer version of its record, whose changes the officer has seen."""
    return with_look(replace(draft, record_version=version), look=False)
