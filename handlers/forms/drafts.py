"""Drafts of forms: begun, filled with answers, put aside, ended."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar
from uuid import uuid4

from domain.one_line.types import Doubt
from handlers.desk import Context
from handlers.forms.overwriting import forget_draft
from store.chat import forms
from store.chat.forms import Dialog, Draft

T = TypeVar("T")


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
    unknown = unknown_of(draft.given) - filled
    values = {
        **draft.given,
        "unknown": ",".join(sorted(unknown)),
        **answer.given,
    }
    dialog = _moved(draft.dialog, answer, filled)
    return replace(draft, given=values, dialog=dialog)


def _moved(dialog: Dialog, answer: FormAnswer, filled: Collection[str]) -> Dialog:
    """The dialog after an answer that filled these fields."""
    queries = {**dialog.queries, **answer.queries}
    return Dialog(
        look=_now(dialog.look, answer.look),
        closes=_now(dialog.closes, answer.closes),
        prompts=dialog.prompts,
        guessed=_now(dialog.guessed - set(filled), answer.guessed),
        queries={name: text for name, text in queries.items() if text},
        doubts=_now(dialog.doubts, answer.doubts),
        begun_at=dialog.begun_at,
        passed=_now(dialog.passed, answer.passed),
    )


def _now(before: T, said: T | None) -> T:
    return before if said is None else said


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
        # What its messages said is the record's from now on: whoever takes one back is told so.
        ctx.origins.update(*(events.split() for events in draft.sources.values()))
        if draft.version == 0:
            # One line said it all: no button names the draft, and nobody was asked for more.
            return
    else:
        draft = replace(draft, sources=_sources(draft, ctx.origins))
    ctx.change(forms.save, draft=draft)


def _sources(draft: Draft, origins: Collection[str]) -> dict[str, str]:
    """Which messages each field's value came from: this one, and those of what was there and is in
    it.
    """
    texts = draft.texts()
    sources = {name: events for name, events in draft.sources.items() if texts.get(name)}
    for name, value in texts.items():
        if not value or value == draft.known.get(name):
            continue
        events = {*origins, *_sources_within(draft, value)}
        if events:
            sources[name] = " ".join(sorted(events))
        else:
            sources.pop(name, None)
    return sources


def _sources_within(draft: Draft, value: str) -> Iterator[str]:
    """The messages of what the draft held before and this value holds, or is a part of."""
    for name, before in draft.known.items():
        if before and (before in value or value in before):
            yield from draft.sources.get(name, "").split()


def keep(ctx: Context, draft: Draft) -> None:
    """Nothing typed is lost where something else has to be asked first."""
    # A draft is written once an event: another write would raise its version past its buttons.
    if draft.id not in ctx.drafts:
        store_draft(ctx, replace(draft, state="open", touched_at=ctx.now))


async def park_open(ctx: Context, but: str = "") -> Draft | None:
    """Put the person's open draft aside, unless it is the draft `but`."""
    draft = await ctx.once(forms.find_open, ctx.staff.id)
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
    if state == "cancelled":
        forget_draft(ctx, draft)
    # Nothing that was typed outlives its draft.
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


def unknown_values(draft: Draft, name: str) -> dict[str, str]:
    """The values that say a field is not known."""
    names = {"phone", "mobile", "email"} if name == "reach" else {name}
    unknown = unknown_of(draft.given) | names
    return {**dict.fromkeys(names, ""), "unknown": ",".join(sorted(unknown))}
