"""A form as one page: all its fields side by side, filled and saved as in the chat, by each field's
own reading.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from domain.errors import InvalidInput
from handlers.chat import Filled, Paragraph, Reply
from handlers.desk import Context
from handlers.forms.drafts import (
    FormAnswer,
    Given,
    store_draft,
    unknown_values,
    with_values,
)
from handlers.forms.engine import FORMS, Field, check_own, is_unknown, own_draft, proceed
from handlers.i18n import _
from handlers.labels import field_label
from handlers.messages import sentence
from store.chat import forms
from store.chat.forms import Draft

MOST_OPTIONS = 60
"""Values that a field offers on the page; any other may be typed."""
LONG = 60
"""Characters of a value from which on it is written over several lines."""
LONG_FIELDS = frozenset({"details", "result", "body", "address", "note", "reason", "text"})


@dataclass(frozen=True, slots=True)
class PageField:
    """One field on the page: what stands in it, what may stand there, and whether it is needed."""

    name: str
    label: str
    value: str
    hint: str
    options: Sequence[str]
    is_missing: bool
    is_long: bool


@dataclass(frozen=True, slots=True)
class WholeForm:
    """A draft as a page shows it."""

    draft: str
    title: str
    note: str
    fields: Sequence[PageField]
    missing: Sequence[str]
    save: str


async def whole_form(ctx: Context, draft_id: str) -> WholeForm:
    """The form of this person's draft; NotFound("draft_…") where there is none to fill."""
    draft = check_own(ctx, await forms.find_draft(ctx.db, draft_id))
    form = FORMS[draft.kind]
    card = await form.show(ctx, draft)
    missing = await form.missing(ctx, draft)
    names = [name for name, each in form.fields.items() if _stands(each, draft)]
    names += [name for name in missing if name not in names]
    # What is needed comes first, in the order in which the chat asks for it.
    ordered = [*missing, *(name for name in names if name not in missing)]
    fields = [
        await _page_field(ctx, draft, form.fields[name], is_missing=name in missing)
        for name in ordered
    ]
    return WholeForm(
        draft.id,
        card.title,
        card.note,
        fields,
        [field_label(name) for name in missing],
        form.save_label(draft),
    )


def _stands(field_: Field, draft: Draft) -> bool:
    """Whether a field is filled on the page; a list of its own is opened in the chat."""
    if draft.record and field_.opens:
        return False
    return not field_.hidden


async def _page_field(
    ctx: Context,
    draft: Draft,
    field_: Field,
    *,
    is_missing: bool,
) -> PageField:
    name = field_.name
    value = await FORMS[draft.kind].present(ctx, draft, name)
    options = await field_.options(ctx, draft) if field_.options else []
    label = field_label(name)
    hint = _(field_.hint, field=label) if field_.hint else ""
    is_long = name in LONG_FIELDS or len(value) > LONG or "\n" in value
    labels = [option.label for option in options[:MOST_OPTIONS]]
    return PageField(name, label, value, hint, labels, is_missing, is_long)


async def fill(ctx: Context, body: Filled) -> Reply | None:
    """Take what a page says; save the form where that is wanted and nothing is wrong with it.

    What cannot be read is told by its field, and everything else is kept in the draft.
    """
    draft = await own_draft(ctx, {"draft": body.draft})
    problems = []
    for name, text in body.answers.items():
        try:
            draft = with_values(draft, await _read(ctx, draft, name, text))
        except InvalidInput as error:
            problems.append(f"{field_label(name)}: {sentence(error)}")
    form = FORMS[draft.kind]
    missing = [field_label(name) for name in await form.missing(ctx, draft)]
    if body.saves and not problems and not missing:
        return await form.save(ctx, replace(draft, touched_at=ctx.now))
    if not body.saves:
        # The page that it was typed on is still open: nothing is said in the chat.
        store_draft(ctx, replace(draft, state="open", touched_at=ctx.now))
        return None
    if missing:
        listed = ", ".join(missing)
        problems.append(_("ยังขาด %(count)s รายการ: %(fields)s", count=len(missing), fields=listed))
    reply = await proceed(ctx, draft)
    return reply.led_by(Paragraph("\n".join(f"⚠️ {problem}" for problem in problems)))


async def _read(ctx: Context, draft: Draft, name: str, text: str) -> Given:
    """What a text says of a field; one of its options is meant by its label."""
    field_ = FORMS[draft.kind].fields.get(name)
    if field_ is None:
        return FormAnswer()
    if not text:
        return FormAnswer({name: ""}, queries={name: ""})
    if is_unknown(field_, text):
        return unknown_values(draft, name)
    options = await field_.options(ctx, draft) if field_.options else []
    values = [option.value for option in options if option.label == text]
    return await field_.parse(ctx, draft, values[0] if values else text)
