"""The fields of the ticket form: their questions, buttons and reading."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import replace

from domain.catalogue import Subject, name_in
from domain.errors import InvalidInput
from domain.fields.rows import FORM
from domain.one_line.answers import plain_subject
from domain.one_line.reading import (
    read_closing,
    read_details,
    read_led_details,
    read_result,
    small_talk,
)
from domain.text import digits, shorten
from domain.tickets.fields import TICKET
from handlers.desk import Context
from handlers.forms import reading as fields
from handlers.forms.drafts import FormAnswer, Given, with_values
from handlers.forms.engine import Field, Option
from handlers.forms.fields import form_fields
from handlers.forms.projects import DATA_YEARS, PROJECTS, PROVINCE, USER_COUNT
from handlers.i18n import LANGUAGES, _, date_text, language
from handlers.tickets.closing import BACKDATE, CLOSED_ON, back_to, day_of
from handlers.tickets.contract_no import check_owner, contract_no_field
from handlers.tickets.data import present
from handlers.tickets.habits import WAY, likely_subjects, reread
from handlers.tickets.line import closing_values, line_vocabulary, read_values
from handlers.tickets.people import ASSIGNEE, CONTACT, customer_field
from store.chat.forms import Draft
from store.search import customers as search
from store.tickets import records as tickets

GO_ON = "go_on"
MAX_NAME_WORDS = 4
QUERY_LIMIT = 100
DETAILS_HINT = "พิมพ์รายละเอียด (ขึ้นบรรทัดใหม่หรือใส่ => แล้วตามด้วยผลของการให้บริการได้เลย)"


async def _channel_options(ctx: Context, draft: Draft) -> list[Option]:
    """The channels, the officer's most used first."""
    habits = await tickets.list_habits(ctx.db, ctx.staff.id)
    used = Counter(habit.channel for habit in habits)
    channels = sorted(
        ctx.catalogue.channels.values(),
        key=lambda channel: -used[channel.code],
    )
    return [Option(channel.code, name_in(channel, language())) for channel in channels]


async def _parse_channel(ctx: Context, draft: Draft, text: str) -> Given:
    channel = ctx.catalogue.channel_words.get(text.strip().casefold())
    if channel is None:
        options = await _channel_options(ctx, draft)
        channel = fields.match_option(options, text)
    return _with_channel(ctx, draft, channel)


def _with_channel(ctx: Context, draft: Draft, channel: str) -> dict[str, str]:
    """The channel; a subject that only habit chose is asked for anew where it does not come by this
    one.
    """
    subject = draft.given.get("subject", "")
    # A subject that was said stays; that it seldom comes by this channel is asked about.
    if not subject or "subject" not in draft.dialog.guessed:
        return {"channel": channel}
    if ctx.catalogue.fits(subject, channel):
        return {"channel": channel}
    return {"channel": channel, "subject": ""}


async def _subject_options(ctx: Context, draft: Draft) -> list[Option]:
    """What the details speak of; then the channel's subjects, the officer's most used first; then
    every other.
    """
    # A channel of habit says nothing about what the words mean.
    is_said = "channel" not in draft.dialog.guessed
    subjects = await _subjects(
        ctx,
        draft,
        draft.query("subject"),
        certain=is_said,
    )
    return [_subject_option(subject) for subject in subjects]


async def _subjects(
    ctx: Context,
    draft: Draft,
    query: str,
    *,
    certain: bool,
) -> list[Subject]:
    """The subjects to choose from, those that are meant first; with a query only what it finds.

    `certain`: the channel was said, so that words speak for subjects that come by it.
    """
    channel = await present(ctx, draft, "channel")
    details = await present(ctx, draft, "details")
    habits = await tickets.list_habits(ctx.db, ctx.staff.id)
    used = Counter(habit.subject for habit in habits)
    every = ctx.catalogue.active_subjects(ctx.today)
    fitting = sorted(
        ctx.catalogue.active_subjects(ctx.today, channel or None),
        key=lambda subject: -used[subject.code],
    )
    likely = await likely_subjects(ctx, details, channel if certain else "", every)
    ordered = {subject.code: subject for subject in (*likely, *fitting, *every)}
    if not query:
        return list(ordered.values())
    wanted = {subject.code for subject in ctx.catalogue.find_subjects(query, ctx.today)}
    return [subject for code, subject in ordered.items() if code in wanted]


async def _parse_subject(ctx: Context, draft: Draft, text: str) -> FormAnswer:
    """A subject by its code or a word; with more behind either a new ticket has its details,
    too.
    """
    plain = plain_subject(text)
    found = _find_subject(ctx, plain)
    if len(found) > 1:
        return FormAnswer(queries={"subject": text[:QUERY_LIMIT]})
    if found:
        return _chosen_subject(found[0]) | await reread(ctx, draft, found[0])
    word, _blank, rest = plain.partition(" ")
    head = _find_subject(ctx, word)
    is_begun = draft.record or draft.given.get("details")
    if len(head) != 1 or is_begun:
        raise InvalidInput("subject", code=shorten(text, 40))
    chosen = _chosen_subject(head[0])
    # A number is no part of the question; a word for the subject mostly is.
    details = rest.strip() if digits(word) == head[0] else text
    return chosen | await _parse_details(ctx, with_values(draft, chosen), details)


def _chosen_subject(code: str) -> FormAnswer:
    return FormAnswer({"subject": code}, queries={"subject": ""})


def _find_subject(ctx: Context, text: str) -> list[str]:
    """The codes of the subjects that are meant: by code or label exactly, by a word typed for one,
    by words.
    """
    found = ctx.catalogue.find_subjects(text, ctx.today)
    exact = [one.code for one in found if text in (one.code, *map(one.label_in, LANGUAGES))]
    if len(exact) == 1:
        return exact
    word = ctx.catalogue.subject_words.get(text.strip().casefold())
    if word:
        return [word]
    return [subject.code for subject in found]


async def _real_subject_options(ctx: Context, draft: Draft) -> list[Option]:
    """What the customer of a forwarded mail asks for: any subject that is no forwarding itself."""
    query = draft.query("real_subject")
    subjects = await _subjects(ctx, draft, query, certain=True)
    return [_subject_option(subject) for subject in subjects if not subject.forwards]


def _subject_option(subject: Subject) -> Option:
    return Option(subject.code, subject.label_in(language()))


async def _parse_real_subject(ctx: Context, draft: Draft, text: str) -> FormAnswer:
    subjects = ctx.catalogue.subjects
    found = [code for code in _find_subject(ctx, text) if not subjects[code].forwards]
    if not found:
        raise InvalidInput("subject", code=shorten(text, 40))
    if len(found) > 1:
        return FormAnswer(queries={"real_subject": text[:QUERY_LIMIT]})
    return FormAnswer({"real_subject": found[0]}, queries={"real_subject": ""})


def _lone_choice(ctx: Context, draft: Draft, text: str) -> dict[str, str]:
    """A channel's word or a dotted subject number alone chooses that; empty for anything else."""
    channel = ctx.catalogue.channel_words.get(text.casefold())
    if channel:
        return _with_channel(ctx, draft, channel)
    subject = ctx.catalogue.subjects.get(digits(text))
    if subject is None or not subject.selectable:
        return {}
    # A number without a dot may be a number of anything.
    return {"subject": subject.code} if "." in subject.code else {}


async def _parse_details(ctx: Context, draft: Draft, text: str) -> FormAnswer:
    """Details, and behind `=>` or on the next line the result, which `ปิด` closes
    (docs/one-line.md).
    """
    fields.check_length(text, fields.LONG_LIMIT)
    if draft.record:
        return FormAnswer({"details": text})
    if chosen := _lone_choice(ctx, draft, text):
        return FormAnswer(chosen)
    vocabulary = await line_vocabulary(ctx, text)
    led = read_led_details(text, vocabulary, ctx.today)
    if led is not None:
        said = await read_values(ctx, led)
        return _beside_draft(draft, said, replacing={"details", "channel", "subject"})
    subject = draft.given.get("subject", "")
    read = read_details(text, subject, vocabulary, ctx.today)
    return _beside_draft(draft, await read_values(ctx, read), replacing={"details"})


def _beside_draft(draft: Draft, said: FormAnswer, replacing: Collection[str]) -> FormAnswer:
    """What was said, without what the draft has already; only these fields are replaced, and the
    assignee, since a new draft has its writer's.
    """
    given = {
        name: value
        for name, value in said.given.items()
        if name in (*replacing, "assignee") or not draft.given.get(name)
    }
    queries = {name: query for name, query in said.queries.items() if not draft.query(name)}
    # Doubts of an earlier answer stay to be looked at; they are not asked twice.
    doubts = None if draft.dialog.doubts else said.doubts
    return replace(said, given=given, queries=queries, doubts=doubts)


async def _parse_result(ctx: Context, draft: Draft, text: str) -> FormAnswer:
    """A result; a last word that closes does so."""
    fields.check_length(text, fields.LONG_LIMIT)
    read = read_result(text)
    # What is done to a saved ticket is done now.
    if not draft.record:
        vocabulary = await line_vocabulary(ctx, text)
        read = read_closing(text, await day_of(ctx, draft), vocabulary, ctx.today)
    if not read.result:
        raise InvalidInput("result")
    values = {"result": read.result, **closing_values(ctx, read)}
    closes = True if read.close else None
    return FormAnswer(values, closes=closes)


async def _doubtful(ctx: Context, draft: Draft, text: str) -> bool:
    """A courtesy, a bare number or date, or the name of somebody in the register: hardly a question
    or an answer.
    """
    if not draft.record and _lone_choice(ctx, draft, text):
        return False
    if small_talk(text, ctx.today):
        return True
    # Names are short: a whole sentence is a question, even where it begins with one.
    if len(text.split()) > MAX_NAME_WORDS or "\n" in text:
        return False
    hits = await search.find_customers(ctx.db, ctx.words, text)
    return any(hit.why is search.MatchReason.NAME for hit in hits)


async def _receipt_day_options(ctx: Context, draft: Draft) -> list[Option]:
    """The ticket's day and those around it; a receipt of an earlier day may take the ticket back
    with it.
    """
    options = [
        Option(day.isoformat(), f"{label} {date_text(day)}") for label, day in fields.late_days(ctx)
    ]
    on = await present(ctx, draft, "receipt_on")
    # Only a receipt that is older than its ticket is a reason to take the ticket back.
    if not on or on >= (await day_of(ctx, draft)).isoformat():
        return options
    return [back_to(on), *options]


async def _parse_receipt_day(ctx: Context, draft: Draft, text: str) -> Given:
    if text.endswith(BACKDATE):
        on = text.removesuffix(BACKDATE)
        return {"created_on": on, "receipt_on": on}
    return {"receipt_on": fields.past_date(ctx, text)}


async def _parse_remarks(ctx: Context, draft: Draft, text: str) -> Given:
    """Troubles are added as they come up (DOMAIN.md section 1, remarks)."""
    before = await present(ctx, draft, "remarks")
    remarks = f"{before}\n{text}" if before else text
    fields.check_length(remarks, fields.LONG_LIMIT)
    return {"remarks": remarks}


async def _misfit_options(ctx: Context, draft: Draft) -> list[Option]:
    """The channel is not one of the subject's: go on, or take one that is."""
    options = [Option(GO_ON, _("ใช้ช่องทางนี้"))]
    subject = ctx.catalogue.subjects.get(await present(ctx, draft, "subject"))
    for code in subject.channels if subject else ():
        options.append(Option(code, ctx.catalogue.channel_name(code, language())))
    return options


async def _parse_misfit(ctx: Context, draft: Draft, text: str) -> Given:
    if instead := _lone_choice(ctx, draft, text):
        return instead
    chosen = fields.match_option(await _misfit_options(ctx, draft), text)
    if chosen != GO_ON:
        return {"channel": chosen}
    subject = await present(ctx, draft, "subject")
    channel = await present(ctx, draft, "channel")
    return {"misfit": f"{subject} {channel}"}


async def _check_contract(ctx: Context, draft: Draft, no: str) -> None:
    customer = await present(ctx, draft, "customer")
    await check_owner(ctx, no, customer, draft.record)


def _own() -> dict[str, Field]:
    """The fields of the table that have code of their own."""
    made = form_fields([TICKET.rows["purpose"], TICKET.rows["receipt_on"]], {})
    every = (
        customer_field("customer", "พิมพ์ชื่อผู้รับบริการ เบอร์โทร อีเมล หรือรหัส"),
        CONTACT,
        Field(
            "channel",
            "",
            _parse_channel,
            _channel_options,
            clearable=False,
        ),
        Field(
            "subject",
            "พิมพ์รหัสหรือคำในชื่อเรื่อง",
            _parse_subject,
            _subject_options,
            clearable=False,
        ),
        ASSIGNEE,
        PROJECTS,
        DATA_YEARS,
        Field(
            "details",
            DETAILS_HINT,
            _parse_details,
            doubt=_doubtful,
            nine=True,
            clearable=False,
        ),
        Field(
            "result",
            "พิมพ์ผลของการให้บริการ",
            _parse_result,
            doubt=_doubtful,
            nine=True,
        ),
        contract_no_field("พิมพ์เลขที่สัญญา เช่น 81/2569", _check_contract),
        replace(
            made["receipt_on"],
            parse=_parse_receipt_day,
            options=_receipt_day_options,
            none=False,
        ),
        replace(made["purpose"], doubt=_doubtful),
        Field("remarks", "พิมพ์เหตุผล ปัญหา หรืออุปสรรค จะเพิ่มต่อท้ายของเดิม", _parse_remarks, appends=True),
        PROVINCE,
        USER_COUNT,
    )
    return {field.name: field for field in every}


def _beside() -> dict[str, Field]:
    """What is asked for that is no field of the table."""
    every = (
        WAY,
        Field(
            "misfit",
            "",
            _parse_misfit,
            _misfit_options,
            clearable=False,
            hidden=True,
            settles=True,
        ),
        customer_field("real_customer", "พิมพ์ชื่อผู้ที่เขียนอีเมลมา เบอร์โทร อีเมล หรือรหัส", hidden=True),
        Field(
            "real_subject",
            "พิมพ์รหัสหรือคำในเรื่องที่ผู้รับบริการขอ",
            _parse_real_subject,
            _real_subject_options,
            hidden=True,
        ),
        fields.past_moment_field(
            "created_on", "พิมพ์วันที่ และเวลาถ้าทราบ เช่น 19 ก.พ. 69 หรือ เมื่อวาน 15.30"
        ),
        CLOSED_ON,
    )
    return {field.name: field for field in every}


FIRST = (
    "customer",
    "channel",
    "subject",
    WAY.name,
    "misfit",
    "real_customer",
    "real_subject",
    "details",
    "result",
    "assignee",
    "contact",
    "reply_email",
    "urgency",
    "mood",
    "complexity",
    "created_on",
    "closed_on",
)
"""The fields that lead the form; the others follow in the order of the table."""


def _ticket_fields() -> dict[str, Field]:
    rows = [TICKET.rows[name] for name in TICKET.standing(FORM)]
    found = {**_beside(), **form_fields(rows, _own())}
    return {name: found[name] for name in dict.fromkeys((*FIRST, *found))}


TICKET_FIELDS: Mapping[str, Field] = _ticket_fields()
COMMON = ("customer", "assignee", "created_on", "urgency", "projects", "remarks")
"""Fields offered first on any ticket, after those that its subject asks for."""
