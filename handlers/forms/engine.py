"""Forms: one card shows what is filled so far, the next missing field is asked for, and any field
can be changed.

A form is declared by a `Form` (fields, what is missing, what saving does); this module walks
through it. Its draft lives in the store, so it goes on after a restart, the next day, or in the
person's other app."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Protocol

from domain.errors import InvalidInput, NotFound
from domain.one_line.answers import says_none
from domain.text import digits, shorten
from handlers.chat import (
    Button,
    ButtonStyle,
    Card,
    Choice,
    DateAsked,
    Paragraph,
    Reply,
    ReplyPart,
    in_lines,
    presses,
    turn_buttons,
)
from handlers.desk import Context
from handlers.forms.drafts import (
    FormAnswer,
    Given,
    park_open,
    store_draft,
    unknown_values,
    with_look,
    with_values,
)
from handlers.i18n import _
from handlers.labels import button_label, fact, field_label, typed_label
from handlers.messages import sentence, unread_note
from store.chat import forms
from store.chat.forms import Draft

FRESH = timedelta(minutes=30)
"""How long a text still means the form; later the officer is asked (DESIGN.md, "Chat model")."""
PAGE = 10
LISTED = 200
"""Characters of a value in the list of fields."""
PRESENT = 300
"""Characters of the value that is asked for anew."""
SMALL = 2
"""A form of no more fields asks one thing and offers no others."""
MORE = "+more"
EVERY = "+more all"
"""`asking` while a list of fields is shown: the relevant ones, or all."""


@dataclass(frozen=True, slots=True)
class Option:
    """One possible value of a field."""

    value: str
    label: str


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
    `appends` = what is typed is put behind what is there. `asks` = its value is a date,
    for which a picker may open. `hidden` = not listed among the fields to choose from. `opens` =
    the action that a tap on the field of a saved record leads to, where it is a list. `typed` = its
    value is typed, its buttons are but short cuts. `settles` = it asks how what is there is meant,
    so nothing is missing meanwhile."""

    name: str
    hint: str
    parse: Parse
    options: Options | None = None
    takes: frozenset[str] = frozenset()
    extras: Callable[[Context, Draft], tuple[Button, ...]] | None = None
    doubt: DoubtCheck | None = None
    nine: bool = False
    unknown: bool = False
    none: bool = False
    clearable: bool = True
    appends: bool = False
    asks: Callable[[Context], DateAsked] | None = None
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

    async def present(
        self,
        ctx: Context,
        draft: Draft,
        name: str,
    ) -> str:
        """A field's present value as people read it; none where a record's old values are not
        shown.
        """
        return ""

    async def saved_data(self, ctx: Context, draft: Draft) -> Mapping[str, str]:
        """The values of the record under the draft, which the draft's lie over; none where the
        draft holds all of them itself.
        """
        return {}

    async def quick(self, ctx: Context, draft: Draft) -> tuple[str, ...]:
        """The fields offered as buttons while another is asked for."""
        return ()

    async def relevant(self, ctx: Context, draft: Draft) -> tuple[str, ...]:
        """The fields that are offered first when others are asked for."""
        return tuple(self.fields)

    async def beside_save(self, ctx: Context, draft: Draft) -> Sequence[Button]:
        """Further ways to save a draft that is complete, below its list of fields."""
        return ()

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
    part = await _part(ctx, form, draft)
    if not problem:
        return Reply((part,))
    return Reply((Paragraph(f"⚠️ {problem}"), part))


async def _part(ctx: Context, form: Form, draft: Draft) -> ReplyPart:
    """The list of fields, the question, or the whole card: wherever the draft stands."""
    if draft.asking.startswith(MORE):
        return await _other_fields(ctx, form, draft)
    if draft.asking:
        return await ask_part(ctx, form, draft, draft.asking)
    card = await form.show(ctx, draft)
    # A button that the card brings itself is not offered a second time below it.
    own = {button.action for button in presses(card.buttons)}
    quick = await form.quick(ctx, draft)
    general = [button for button in _form_buttons(draft, quick) if button.action not in own]
    buttons = (_save_button(form, draft), *card.buttons, *general)
    return replace(card, buttons=buttons)


def form_button(label: str, name: str, draft: Draft, **args: str) -> Button:
    """A button that works on this draft."""
    return Button(label, name, {"draft": draft.id, **args})


def _save_button(form: Form, draft: Draft) -> Button:
    # The draft is stored once more with this reply, which raises its version by one.
    save = form_button(
        form.save_label(draft),
        "form.save",
        draft,
        version=str(draft.version + 1),
    )
    return replace(save, style=ButtonStyle.PRIMARY)


def _form_buttons(draft: Draft, quick: tuple[str, ...]) -> tuple[Button, ...]:
    """Below every question: some fields, all others, and to keep nothing."""
    buttons = [_ask_button(draft, name, button_label(name)) for name in quick]
    if len(FORMS[draft.kind].fields) > SMALL:
        buttons.append(form_button(_("ช่องอื่น ๆ"), "form.more", draft))
    buttons.append(form_button(_("ยกเลิก"), "form.cancel", draft))
    return tuple(buttons)


def _ask_button(draft: Draft, name: str, label: str) -> Button:
    return form_button(label, "form.ask", draft, field=name)


def _field_button(form: Form, draft: Draft, name: str) -> Button:
    """A tap on a field: asks for it, or opens the list that it stands for."""
    label = field_label(name)
    opens = form.fields[name].opens
    if draft.record and opens:
        return Button(
            label,
            opens,
            {"code": draft.record, "edit": draft.id},
        )
    return _ask_button(draft, name, label)


async def _other_fields(ctx: Context, form: Form, draft: Draft) -> ReplyPart:
    """The fields to choose from: those that matter here, or all of them."""
    if draft.asking == EVERY:
        names = [name for name, field_ in form.fields.items() if not field_.hidden]
    else:
        names = list(await form.relevant(ctx, draft))
    lines = []
    for name in names:
        value = await form.present(ctx, draft, name)
        if value:
            lines.append(fact(name, shorten(value, LISTED)))
    buttons = [_field_button(form, draft, name) for name in names]
    if draft.asking != EVERY:
        every = form_button(_("ช่องทั้งหมด"), "form.more", draft, every="1")
        buttons.append(every)
    buttons += await _leaving(ctx, form, draft)
    card = await form.show(ctx, draft)
    return Card(
        card.title,
        tuple(lines),
        _("แตะช่องที่ต้องการแก้"),
        tuple(buttons),
    )


async def _leaving(ctx: Context, form: Form, draft: Draft) -> list[Button]:
    """Out of the list of fields: of a new record back to the question, of a saved one it ends."""
    if not draft.record:
        return [form_button(_("กลับ"), "form.back", draft)]
    cancel = form_button(_("ยกเลิก"), "form.cancel", draft)
    if await form.missing(ctx, draft):
        return [cancel]
    further = await form.beside_save(ctx, draft)
    return [_save_button(form, draft), *further, cancel]


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
    quick = await form.quick(ctx, draft)
    others = tuple(other for other in quick if other != name)
    present = ""
    was = ""
    if draft.record:
        present = await form.present(ctx, draft, name)
    if present:
        was = _("เดิม: %(value)s", value=shorten(present, PRESENT))
    buttons = (
        *await _value_buttons(ctx, form, draft, field_, present),
        *_form_buttons(draft, others),
    )
    left = await _left(ctx, form, draft)
    asks = None
    if field_.asks is not None:
        asks = field_.asks(ctx)
    if field_.options is None:
        note = in_lines(
            left,
            was,
            _prompt(field_, present),
            card.note,
        )
        return replace(card, note=note, buttons=buttons, asks=asks)
    options = await field_.options(ctx, draft)
    question = in_lines(
        card.title,
        *(f"{fact.label}: {fact.value}" for fact in card.facts),
        card.note,
        left,
        was,
        unread_note(ctx.is_register_unread),
        _prompt(field_, present, some=bool(options)),
    )
    turns = turn_buttons(
        "form.page",
        {"draft": draft.id, "field": name},
        page,
        more=len(options) > (page + 1) * PAGE,
    )
    shown = options[page * PAGE : (page + 1) * PAGE]
    return Choice(
        question,
        _presses(ctx, draft, field_, shown),
        (*turns, *buttons),
        asks,
        passing=True,
    )


def _presses(
    ctx: Context, draft: Draft, field_: Field, shown: Sequence[Option]
) -> tuple[Button, ...]:
    """A button for each option, and those beside them."""
    presses = [
        form_button(
            option.label,
            "form.set",
            draft,
            field=field_.name,
            value=option.value,
        )
        for option in shown
    ]
    if field_.extras:
        presses += field_.extras(ctx, draft)
    return tuple(presses)


async def _left(ctx: Context, form: Form, draft: Draft) -> str:
    """What is still missing, where that is more than what is asked for; not what is there and has
    to be settled.
    """
    lacking = []
    for name in await form.missing(ctx, draft):
        # It asks how what is there is meant: nothing of it is lacking.
        if form.fields[name].settles:
            continue
        if not await form.present(ctx, draft, name):
            lacking.append(field_label(name))
    if len(lacking) < 2:
        return ""
    return _(
        "ยังขาด %(count)s รายการ: %(fields)s",
        count=len(lacking),
        fields=", ".join(lacking),
    )


def _prompt(field_: Field, present: str, *, some: bool = False) -> str:
    """What to type or to choose, `some` = there is something to choose; over a value, that all of
    it is replaced.
    """
    label = field_label(field_.name)
    typed = typed_label(field_.name)
    # Where a value stands already, it is said that all of it is replaced.
    is_typed_only = field_.options is None
    if is_typed_only and present and not field_.appends:
        return _("พิมพ์%(field)sใหม่แทนของเดิม", field=typed)
    if field_.hint:
        hint = _(field_.hint, field=label)
        if field_.typed or not some:
            return hint
        return _("เลือก%(field)s หรือ%(hint)s", field=label, hint=hint)
    if is_typed_only:
        return _("พิมพ์%(field)s", field=typed)
    if some:
        return _("เลือก%(field)s", field=label)
    return _("ยังไม่มี%(field)sให้เลือก", field=label)


async def _value_buttons(
    ctx: Context,
    form: Form,
    draft: Draft,
    field_: Field,
    present: str,
) -> tuple[Button, ...]:
    """What else may be said of the field: not known, not now, nothing any more."""
    name = field_.name
    prompts = draft.dialog.prompts
    buttons = []
    if field_.unknown and name in await form.missing(ctx, draft):
        buttons.append(
            form_button(
                _("ไม่ทราบ"),
                "form.unknown",
                draft,
                field=name,
            )
        )
    if name in prompts:
        buttons.append(
            form_button(
                _("ข้าม"),
                "form.skip",
                draft,
                field=name,
            )
        )
    if name in prompts and len(prompts) > 1:
        buttons.append(form_button(_("ข้ามทั้งหมด"), "form.skip", draft))
    if present and field_.clearable:
        buttons.append(
            form_button(
                _("ลบค่านี้"),
                "form.clear",
                draft,
                field=name,
            )
        )
    return tuple(buttons)


# A text arrives.


def asks(draft: Draft) -> bool:
    """Whether a text can fill anything: while a card or a list of fields is shown, only taps mean
    the form.
    """
    if draft.asking in FORMS[draft.kind].fields:
        return True
    return draft.asking.startswith(MORE) and not draft.record


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
        # While a list of fields is shown, a text answers what is missing first.
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
    if field_.none and says_none(text):
        return True
    takes_nine = field_.nine or field_.unknown
    return takes_nine and digits(text).strip() == "9"


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
    # Whoever is to look at it first saves it by the button, not by answering.
    if draft.dialog.look:
        return await proceed(ctx, draft)
    return await form.save(ctx, replace(draft, touched_at=ctx.now))


async def ask_which(ctx: Context, draft: Draft, text: str) -> Reply:
    """Is this text for the form, or a search? Nothing is guessed."""
    form = FORMS[draft.kind]
    missing = await form.missing(ctx, draft)
    name = draft.asking
    if name not in form.fields:
        name = missing[0] if missing else ""
    label = field_label(name)
    card = await form.show(ctx, draft)
    question = _(
        '%(title)s\n"%(text)s" ใส่เป็น%(field)s หรือค้นหาใหม่',
        title=card.title,
        text=shorten(text, 100),
        field=label,
    )
    fill = form_button(
        _("ใส่เป็น%(field)s", field=label),
        "form.feed",
        draft,
        text=text,
    )
    # Without the draft among its arguments: a search puts the form aside, as any other work does.
    find = Button(_("ค้นหาใหม่"), "find.text", {"text": text})
    cancel = form_button(_("ยกเลิก"), "form.cancel", draft)
    return Reply((Choice(question, (fill, find), (cancel,)),))


async def resume_part(ctx: Context, draft: Draft) -> ReplyPart:
    """The offer to go on with a parked draft."""
    card = await FORMS[draft.kind].show(ctx, draft)
    told = _("พักร่างไว้: %(title)s", title=card.title)
    resume = form_button(_("ทำต่อ"), "form.resume", draft)
    return Paragraph(told, (resume,))


async def own_draft(ctx: Context, args: Mapping[str, str]) -> Draft:
    """The draft that a button means: this person's, still alive, and now the open one.
    NotFound("draft_…").
    """
    draft = check_own(ctx, await forms.find_draft(ctx.db, args["draft"]))
    # Its button brings a parked draft back; what was open meanwhile takes its place.
    await park_open(ctx, draft.id)
    return draft


def check_own(ctx: Context, draft: Draft | None) -> Draft:
    """The draft, where it is this person's and still alive; NotFound("draft_…")."""
    if draft is None or draft.staff_id != ctx.staff.id:
        raise NotFound("draft_gone")
    if draft.state == "saved":
        raise NotFound(SAVED.get(draft.kind, "draft_saved"), outcome=draft.outcome)
    if draft.state == "cancelled":
        raise NotFound("draft_cancelled")
    if draft.state == "erased":
        raise NotFound("draft_erased")
    return draft


def rebased(draft: Draft, version: int) -> Draft:
    """The draft over a newer version of its record, whose changes the officer has seen."""
    return with_look(replace(draft, record_version=version), look=False)
