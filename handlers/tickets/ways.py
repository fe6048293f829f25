"""Subject and channel that only habit chose: one question where the words tell others, and what
those words cost then.

A draft names in `dialog.guessed` which of the two nobody has said yet; whatever an officer taps or types
is said."""

from collections import Counter
from collections.abc import Mapping, Sequence

from domain.catalogue import Subject
from domain.one_line.reading import OneLine, read_fields
from domain.suggestions.pointing import Pointer, Way
from handlers.desk import Context
from handlers.forms import reading as fields
from handlers.forms.engine import Field, FormAnswer, Option
from handlers.tickets.line import line_vocabulary, read_values, without_habit
from store.chat.forms import Draft
from store.tickets import records as tickets

BETWEEN = " "
"""Between subject and channel in the value of a way."""
OF_TEXTS = ("channel", "subject", "details", "result", "assignee")
"""What is not read out of the texts a second time."""


def ways(
    ctx: Context,
    values: Mapping[str, str],
    guessed: frozenset[str],
    likely: Sequence[str] = (),
) -> list[Way]:
    """The ways that a new ticket's texts tell against the one of habit; [] where nothing is
    guessed, or they agree.
    """
    if (
        not guessed
        or not values.get("details")
        or not (values.get("subject") and values.get("channel"))
    ):
        return []
    pointer = Pointer(ctx.desk.configuration.telling, ctx.desk.configuration.catalogue, ctx.today)
    said = {"subject", "channel"} - guessed
    habit = (values["subject"], values["channel"])
    return pointer.ways(
        values["details"],
        values.get("result", ""),
        habit,
        said,
        likely,
    )


async def likely_subjects(
    ctx: Context, details: str, channel: str, subjects: Sequence[Subject]
) -> list[Subject]:
    """The three of these that the details speak of, likeliest first; none where they tell
    nothing.
    """
    await ctx.desk.suggestions.refreshed(ctx.db)
    catalogue = ctx.desk.configuration.catalogue
    habits = Counter(habit.subject for habit in await tickets.list_habits(ctx.db, ctx.staff.id))
    by_code = {subject.code: subject for subject in subjects}
    fitting = {code for code in by_code if not channel or catalogue.fits(code, channel)}
    seeds, model = ctx.desk.configuration.seeds, ctx.desk.suggestions.model
    codes = model.likeliest(
        details, channel, list(by_code), seeds=seeds, fitting=fitting, habits=habits
    )
    return [by_code[code] for code in codes]


async def reread(ctx: Context, draft: Draft, subject: str) -> FormAnswer:
    """What a new ticket's texts say to this subject (a price, a receipt, a letter) and no other
    field holds yet.
    """
    if draft.record or not draft.given.get("details"):
        return FormAnswer()
    line = OneLine(
        subject=subject, details=draft.given["details"], result=draft.given.get("result", "")
    )
    values = await read_values(ctx, read_fields(line, await line_vocabulary(ctx), ctx.today))
    return FormAnswer(
        {
            name: value
            for name, value in values.given.items()
            if name not in OF_TEXTS and not draft.given.get(name)
        },
        queries={name: text for name, text in values.queries.items() if not draft.query(name)},
    )


async def _options(ctx: Context, draft: Draft) -> list[Option]:
    """The other ways, then the one of habit."""
    catalogue = ctx.desk.configuration.catalogue
    every = catalogue.active_subjects(ctx.today)
    likely = await likely_subjects(
        ctx,
        draft.given.get("details", ""),
        "",
        every,
    )
    told = ways(
        ctx,
        draft.given,
        draft.dialog.guessed,
        [subject.code for subject in likely],
    )
    habit = (draft.given["subject"], draft.given["channel"])
    return [
        Option(
            BETWEEN.join(way),
            f"{catalogue.subject_label(way[0])} · {catalogue.channel_name(way[1])}",
        )
        for way in (*told, habit)
    ]


async def _parse(ctx: Context, draft: Draft, text: str) -> FormAnswer:
    """A way: both are said from now on, also where the subject seldom comes by that channel."""
    options = await _options(ctx, draft)
    subject, _blank, channel = _meant(options, text).partition(BETWEEN)
    changed = subject != draft.given["subject"]
    more = await reread(ctx, draft, subject) if changed else FormAnswer()
    # Only the subject of habit did not ask for the receipt that was typed.
    settled = (
        ("receipt_no",)
        if changed and ctx.desk.configuration.catalogue.wants(subject, "receipt_no")
        else ()
    )
    chosen = {"subject": subject, "channel": channel, "misfit": f"{subject} {channel}"}
    return FormAnswer(chosen) | more | without_habit(draft.dialog.doubts, *settled)


def _meant(options: Sequence[Option], text: str) -> str:
    """The option that is meant, also by its subject's number alone; InvalidInput("choice")."""
    numbered = [
        option.value for option in options if option.value.partition(BETWEEN)[0] == text.strip()
    ]
    return numbered[0] if numbered else fields.match_option(list(options), text)


WAY = Field(
    "way",
    "",
    _parse,
    _options,
    clearable=False,
    hidden=True,
    settles=True,
)
