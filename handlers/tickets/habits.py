"""Subject and channel that were filled in by habit: if the words of the ticket speak of others, one
question asks which are right.

A draft names in `dialog.guessed` which of the two nobody has said yet; whatever an officer taps or
types is said."""

from collections import Counter
from collections.abc import Mapping, Sequence

from domain.catalogue import Catalogue, Subject
from domain.one_line.reading import OneLine, read_fields
from domain.suggestions.pointing import Pointer, Way
from handlers.chat import in_one_line
from handlers.desk import Context
from handlers.forms import reading as fields
from handlers.forms.drafts import FormAnswer
from handlers.forms.engine import Field, Option
from handlers.i18n import language
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
    if not guessed or not values.get("details"):
        return []
    subject = values.get("subject")
    channel = values.get("channel")
    if not subject or not channel:
        return []
    pointer = Pointer(ctx.configuration.telling, ctx.catalogue, ctx.today)
    return pointer.ways(
        values["details"],
        values.get("result", ""),
        (subject, channel),
        {"subject", "channel"} - guessed,
        likely,
    )


async def likely_subjects(
    ctx: Context,
    details: str,
    channel: str,
    subjects: Sequence[Subject],
) -> list[Subject]:
    """The three of these that the details speak of, likeliest first; none where they tell
    nothing.
    """
    await ctx.desk.suggestions.refreshed(ctx.db)
    habits = await tickets.list_habits(ctx.db, ctx.staff.id)
    by_code = {subject.code: subject for subject in subjects}
    fitting = set(by_code)
    if channel:
        fitting = {code for code in by_code if ctx.catalogue.fits(code, channel)}
    codes = ctx.desk.suggestions.model.likeliest(
        details,
        channel,
        list(by_code),
        seeds=ctx.configuration.seeds,
        fitting=fitting,
        habits=Counter(habit.subject for habit in habits),
    )
    return [by_code[code] for code in codes]


async def reread(ctx: Context, draft: Draft, subject: str) -> FormAnswer:
    """What a new ticket's texts say to this subject (a price, a receipt, a letter) and no other
    field holds yet.
    """
    details = draft.given.get("details", "")
    if draft.record or not details:
        return FormAnswer()
    line = OneLine(
        subject=subject,
        details=details,
        result=draft.given.get("result", ""),
    )
    vocabulary = await line_vocabulary(ctx, line.details + line.result)
    read = read_fields(line, vocabulary, ctx.today)
    values = await read_values(ctx, read)
    given = {
        name: value
        for name, value in values.given.items()
        if name not in OF_TEXTS and not draft.given.get(name)
    }
    queries = {name: text for name, text in values.queries.items() if not draft.query(name)}
    return FormAnswer(given, queries=queries)


async def _options(ctx: Context, draft: Draft) -> list[Option]:
    """The other ways, then the one of habit."""
    every = ctx.catalogue.active_subjects(ctx.today)
    details = draft.given.get("details", "")
    likely = await likely_subjects(ctx, details, "", every)
    codes = [subject.code for subject in likely]
    told = ways(
        ctx,
        draft.given,
        draft.dialog.guessed,
        codes,
    )
    habit = (draft.given["subject"], draft.given["channel"])
    return [_option(ctx.catalogue, way) for way in (*told, habit)]


def _option(catalogue: Catalogue, way: Way) -> Option:
    subject, channel = way
    label = in_one_line(
        catalogue.subject_label(subject, language()), catalogue.channel_name(channel, language())
    )
    return Option(BETWEEN.join(way), label)


async def _parse(ctx: Context, draft: Draft, text: str) -> FormAnswer:
    """A way: both are said from now on, also where the subject seldom comes by that channel."""
    options = await _options(ctx, draft)
    subject, _blank, channel = _meant(options, text).partition(BETWEEN)
    chosen = FormAnswer(
        {
            "subject": subject,
            "channel": channel,
            "misfit": f"{subject} {channel}",
        }
    )
    # The texts were read for this subject already.
    if subject == draft.given["subject"]:
        return chosen | without_habit(draft.dialog.doubts)
    more = await reread(ctx, draft, subject)
    # Only the subject of habit did not ask for the receipt that was typed.
    settled = []
    if ctx.catalogue.wants(subject, "receipt_no"):
        settled.append("receipt_no")
    return chosen | more | without_habit(draft.dialog.doubts, *settled)


def _meant(options: Sequence[Option], text: str) -> str:
    """The option that is meant, also by its subject's number alone; InvalidInput("choice")."""
    for option in options:
        subject, _blank, _channel = option.value.partition(BETWEEN)
        if subject == text.strip():
            return option.value
    return fields.match_option(list(options), text)


WAY = Field(
    "way",
    "",
    _parse,
    _options,
    clearable=False,
    hidden=True,
    settles=True,
)
