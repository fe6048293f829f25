"""The fields of the ticket form, and the way between a draft's texts and a ticket."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time
from decimal import Decimal

from domain.catalogue import Subject
from domain.customers import CustomerCode
from domain.dates import BANGKOK
from domain.errors import InvalidInput
from domain.one_line import read_details, read_result, small_talk
from domain.phones import looks_like_email
from domain.projects import find_projects
from domain.staff import StaffId
from domain.text import digits, shorten
from domain.tickets import Complexity, Mood, Ticket, Urgency
from handlers import fields, ticket_cards
from handlers.chat import Button
from handlers.desk import Context
from handlers.forms import Field, Option
from handlers.i18n import _
from store import search, staff, tickets
from store.forms import Draft

MAX_PROJECTS = 10
MAX_NAME_WORDS = 4
DETAILS_HINT = "พิมพ์รายละเอียด (ขึ้นบรรทัดใหม่หรือใส่ => แล้วตามด้วยผลของการให้บริการได้เลย)"
OPENING = "08:30"
"""A backdated ticket without a time begins with the working day (DOMAIN.md section 5)."""


# The fields.


async def _parse_customer(ctx: Context, draft: Draft, text: str) -> Mapping[str, str]:
    """Exactly one customer, or none (9, or the button); a new customer takes the old one's contact away."""
    if text == "none" or digits(text).strip() == "9":
        return {"customer": "", "contact": "", "customer_query": "", **_kept_reach(draft)}
    hits = await search.find_customers(ctx.db, text)
    if len(hits) == 1 and not hits[0].weak:
        return {"customer": hits[0].customer.code, "contact": "", "customer_query": ""}
    # Several or none: kept as typed, and shown as the field's options.
    return {"customer": "", "contact": "", "customer_query": text[:200]}


def _kept_reach(draft: Draft) -> dict[str, str]:
    """What was typed to find a customer who is none of ours is not lost."""
    query = draft.data.get("customer_query", "")
    if not query:
        return {}
    if looks_like_email(query):
        return {"reply_email": query}
    return {"remarks": "\n".join(filter(None, (draft.data.get("remarks", ""), query)))}


async def _customer_options(ctx: Context, draft: Draft) -> list[Option]:
    query = draft.data.get("customer_query", "")
    hits = await search.find_customers(ctx.db, query) if query else []
    for hit in hits[:20]:
        ctx.audit("customer.listed", hit.customer.code)
    found = [Option(h.customer.code, ticket_cards.customer_line(h.customer)) for h in hits[:20]]
    return [*found, Option("none", _("ไม่มีผู้รับบริการ"))]


def _customer_extras(draft: Draft) -> tuple[Button, ...]:
    query = draft.data.get("customer_query", "")
    if not query:
        return ()
    label = _('ผู้รับบริการใหม่ "%(name)s"', name=shorten(query, 40))
    return (Button(label, "customer.new", {"query": query, "then": draft.id}),)


async def _parse_contact(ctx: Context, draft: Draft, text: str) -> Mapping[str, str]:
    return {"contact": fields.match_option(await _contact_options(ctx, draft), text)}


async def _contact_options(ctx: Context, draft: Draft) -> list[Option]:
    code = draft.data.get("customer") or (await saved_data(ctx, draft)).get("customer", "")
    if not code:
        return []
    customer = await ctx.customer(code)
    people = [Option(str(c.id), c.name) for c in customer.contacts]
    return [Option("", customer.name), *people]


async def _channel_options(ctx: Context, draft: Draft) -> list[Option]:
    habits = await tickets.list_habits(ctx.db, ctx.staff.id)
    used = Counter(habit.channel for habit in habits)
    channels = ctx.desk.configuration.catalogue.channels
    ordered = sorted(channels.values(), key=lambda channel: -used[channel.code])
    return [Option(channel.code, channel.name) for channel in ordered]


async def _parse_channel(ctx: Context, draft: Draft, text: str) -> Mapping[str, str]:
    word = ctx.desk.configuration.catalogue.vocabulary().channels.get(text.strip().casefold())
    return {"channel": word or fields.match_option(await _channel_options(ctx, draft), text)}


async def likely_subjects(ctx: Context, details: str, channel: str, subjects: Sequence[Subject]) -> list[Subject]:
    """The three of these that the details speak of, likeliest first; none where they tell nothing."""
    await ctx.db.lessons.refreshed(ctx.db)
    catalogue = ctx.desk.configuration.catalogue
    habits = Counter(habit.subject for habit in await tickets.list_habits(ctx.db, ctx.staff.id))
    by_code = {subject.code: subject for subject in subjects}
    fitting = {code for code in by_code if not channel or catalogue.fits(code, channel)}
    seeds, model = ctx.desk.configuration.seeds, ctx.db.lessons.model
    codes = model.likeliest(details, channel, list(by_code), seeds=seeds, fitting=fitting, habits=habits)
    return [by_code[code] for code in codes]


async def _subject_options(ctx: Context, draft: Draft) -> list[Option]:
    """What the details speak of; then the channel's subjects, the officer's most used first; then every other."""
    catalogue = ctx.desk.configuration.catalogue
    used = Counter(habit.subject for habit in await tickets.list_habits(ctx.db, ctx.staff.id))
    values = {**await saved_data(ctx, draft), **draft.data}
    channel = values.get("channel")
    fitting = sorted(catalogue.active_subjects(ctx.today, channel), key=lambda subject: -used[subject.code])
    every = catalogue.active_subjects(ctx.today)
    likely = await likely_subjects(ctx, values.get("details", ""), channel or "", every)
    ordered = list({subject.code: subject for subject in (*likely, *fitting, *every)}.values())
    if query := draft.data.get("subject_query"):
        wanted = {subject.code for subject in catalogue.find_subjects(query, ctx.today)}
        ordered = [subject for subject in ordered if subject.code in wanted]
    return [Option(subject.code, subject.label) for subject in ordered]


async def _parse_subject(ctx: Context, draft: Draft, text: str) -> Mapping[str, str]:
    """A subject by its code or a word; its code with more behind it begins the details, too."""
    catalogue = ctx.desk.configuration.catalogue
    found = catalogue.find_subjects(text, ctx.today)
    exact = [subject for subject in found if text in (subject.code, subject.label)]
    if len(exact or found) == 1:
        return {"subject": (exact or found)[0].code, "subject_query": ""}
    if found:
        return {"subject_query": text[:100]}
    code, _blank, rest = text.partition(" ")
    head = catalogue.find_subjects(code, ctx.today)
    if len(head) == 1 and head[0].code == digits(code) and not draft.data.get("details"):
        return {"subject": head[0].code, "subject_query": "", "details": rest.strip()}
    raise InvalidInput("subject", code=shorten(text, 40))


async def _assignee_options(ctx: Context, draft: Draft) -> list[Option]:
    people = [person for person in await staff.list_staff(ctx.db) if person.blocked_at is None]
    people.sort(key=lambda person: person.id != ctx.staff.id)
    return [Option(str(person.id), person.name) for person in people]


def _lone_choice(ctx: Context, text: str) -> dict[str, str]:
    """A channel's word or a dotted subject number alone chooses that; empty for anything else."""
    catalogue = ctx.desk.configuration.catalogue
    if channel := catalogue.vocabulary().channels.get(text.casefold()):
        return {"channel": channel}
    subject = catalogue.subjects.get(digits(text))
    return {"subject": subject.code} if subject and subject.selectable and "." in subject.code else {}


async def _parse_details(ctx: Context, draft: Draft, text: str) -> Mapping[str, str]:
    """Details, and behind `=>` or on the next line the result, which `ปิด` closes (docs/one-line.md)."""
    if len(text) > fields.LONG_LIMIT:
        raise InvalidInput("too_long", length=len(text), limit=fields.LONG_LIMIT)
    if draft.record:
        return {"details": text}
    if chosen := _lone_choice(ctx, text):
        return chosen
    read = read_details(text)
    return {
        "details": read.details,
        **({"result": read.result} if read.result else {}),
        **({"close": "1"} if read.close else {}),
    }


async def _parse_result(ctx: Context, draft: Draft, text: str) -> Mapping[str, str]:
    """A result; a last word that closes does so."""
    if len(text) > fields.LONG_LIMIT:
        raise InvalidInput("too_long", length=len(text), limit=fields.LONG_LIMIT)
    read = read_result(text)
    if not read.result:
        raise InvalidInput("result")
    return {"result": read.result, **({"close": "1"} if read.close else {})}


async def _doubtful(ctx: Context, draft: Draft, text: str) -> bool:
    """A courtesy, a bare number or date, or the name of somebody in the register: hardly a question or an answer."""
    if not draft.record and _lone_choice(ctx, text):
        return False
    if small_talk(text, ctx.today):
        return True
    if len(text.split()) > MAX_NAME_WORDS or "\n" in text:
        return False
    hits = await search.find_customers(ctx.db, text)
    return any(hit.why is search.Why.NAME for hit in hits)


async def _parse_projects(ctx: Context, draft: Draft, text: str) -> Mapping[str, str]:
    """One more project; an ambiguous word is kept, and shown as the field's options."""
    if text == "-":
        return {"projects": "", "project_query": ""}
    found = find_projects(ctx.desk.configuration.projects, text)
    exact = [project for project in found if project.name == text]
    if not found:
        raise InvalidInput("projects", text=shorten(text, 60))
    if len(exact or found) > 1:
        return {"project_query": text}
    chosen = [name for name in draft.data.get("projects", "").split(tickets.SEPARATOR) if name]
    chosen = list(dict.fromkeys([*chosen, (exact or found)[0].name]))
    if len(chosen) > MAX_PROJECTS:
        raise InvalidInput("projects_count")
    return {"projects": tickets.SEPARATOR.join(chosen), "project_query": ""}


async def _project_options(ctx: Context, draft: Draft) -> list[Option]:
    every = ctx.desk.configuration.projects
    query = draft.data.get("project_query", "")
    found = find_projects(every, query) if query else list(every)
    return [*(Option(project.name, project.name) for project in found), Option("-", _("ไม่มีโครงการ"))]


TICKET_FIELDS: Mapping[str, Field] = {
    field.name: field
    for field in (
        Field(
            "customer",
            "พิมพ์ชื่อ เบอร์โทร อีเมล หรือรหัส",
            _parse_customer,
            _customer_options,
            fields.CODE,
            _customer_extras,
        ),
        Field("channel", "", _parse_channel, _channel_options, clearable=False),
        Field("subject", "พิมพ์รหัสหรือคำในชื่อเรื่องได้", _parse_subject, _subject_options, clearable=False),
        Field("details", DETAILS_HINT, _parse_details, doubt=_doubtful, nine=True, clearable=False),
        Field("result", "พิมพ์ผลของการให้บริการ", _parse_result, doubt=_doubtful, nine=True),
        fields.choice_field("assignee", _assignee_options),
        Field("contact", "", _parse_contact, _contact_options),
        fields.email_field("reply_email"),
        fields.named_field("urgency"),
        fields.named_field("mood"),
        fields.named_field("complexity"),
        fields.past_date_field("created_on", "พิมพ์วันที่ เช่น 19 ก.พ. 69"),
        Field("projects", "พิมพ์ชื่อหรือชื่อย่อ เช่น สรง.", _parse_projects, _project_options),
        fields.text_field("data_years", "พิมพ์ปีของข้อมูล เช่น 2559-2561 หรือ ไตรมาส 2 พ.ศ. 2562"),
        fields.numbered_field("letter_no", "letter_on", "พิมพ์เลขที่ลงรับและวันที่ลงรับ เช่น 512 24 ก.พ. 69", unknown=True),
        fields.past_date_field("letter_on", "พิมพ์วันที่ลงรับ เช่น 24 ก.พ. 69", unknown=True),
        fields.numbered_field("contract_no", "contract_on", "พิมพ์เลขที่สัญญา เช่น 81/2569", contract=True),
        fields.past_date_field("contract_on", "พิมพ์วันที่ของสัญญา เช่น 24 ก.พ. 69"),
        fields.money_field("price"),
        fields.numbered_field("receipt_no", "receipt_on", "พิมพ์เลขที่ใบเสร็จ ต่อด้วยวันที่ได้", unknown=True),
        fields.past_date_field("receipt_on", "พิมพ์วันที่ในใบเสร็จ เช่น 19 ก.พ. 69", unknown=True),
        fields.text_field("purpose", "พิมพ์วัตถุประสงค์การใช้ข้อมูล", fields.LONG_LIMIT, unknown=True),
        fields.text_field("agency", "พิมพ์ชื่อหน่วยงาน", unknown=True),
        fields.text_field("link", "วางลิงก์", unknown=True),
        fields.text_field("remarks", "พิมพ์เหตุผล ปัญหา หรืออุปสรรค", fields.LONG_LIMIT),
    )
}
COMMON = ("customer", "assignee", "created_on", "urgency", "projects", "remarks")
"""Fields offered first on any ticket, after those that its subject asks for."""


# Between drafts and tickets.


async def saved_data(ctx: Context, draft: Draft) -> Mapping[str, str]:
    """The saved ticket under the draft, as a draft would hold it; empty for a new one."""
    return as_data(await tickets.get_ticket(ctx.db, draft.record)) if draft.record else {}


def as_data(ticket: Ticket) -> dict[str, str]:
    """A ticket's fields as a draft holds them."""
    created_on = ticket.created_at.astimezone(BANGKOK).date()
    return {
        "customer": ticket.customer or "",
        "contact": str(ticket.contact_id or ""),
        "reply_email": ticket.reply_email,
        "channel": ticket.channel,
        "subject": ticket.subject,
        "assignee": str(ticket.assignee or ""),
        "urgency": ticket.urgency,
        "mood": ticket.mood,
        "complexity": ticket.complexity,
        "created_on": created_on.isoformat(),
        "projects": tickets.SEPARATOR.join(ticket.projects),
        "data_years": ticket.data_years,
        "details": ticket.details,
        "result": ticket.result,
        "letter_no": ticket.letter_no,
        "letter_on": ticket.letter_on.isoformat() if ticket.letter_on else "",
        "contract_no": ticket.contract_no,
        "contract_on": ticket.contract_on.isoformat() if ticket.contract_on else "",
        "price": "" if ticket.price is None else str(ticket.price),
        "receipt_no": ticket.receipt_no,
        "receipt_on": ticket.receipt_on.isoformat() if ticket.receipt_on else "",
        "purpose": ticket.purpose,
        "agency": ticket.agency,
        "link": ticket.link,
        "remarks": ticket.remarks,
        "unknown": ",".join(sorted(ticket.unknown)),
    }


def day(text: str) -> date | None:
    """A stored date, or None for an empty text."""
    return date.fromisoformat(text) if text else None


def created_at(created_on: str, now: datetime) -> datetime:
    """Now, or the beginning of work on the day to which the ticket is backdated."""
    on = day(created_on)
    if on is None or on == now.astimezone(BANGKOK).date():
        return now
    return datetime.combine(on, time.fromisoformat(OPENING), BANGKOK)


def filled(base: Ticket, values: Mapping[str, str]) -> Ticket:
    """The ticket with the draft's values laid over it."""

    def text(name: str) -> str:
        return values.get(name, "")

    return replace(
        base,
        customer=CustomerCode(text("customer")) if text("customer") else None,
        contact_id=int(text("contact")) if text("contact") else None,
        reply_email=text("reply_email"),
        channel=text("channel"),
        subject=text("subject"),
        assignee=StaffId(int(text("assignee"))) if text("assignee") else None,
        urgency=Urgency(text("urgency") or Urgency.NORMAL),
        mood=Mood(text("mood") or Mood.NORMAL),
        complexity=Complexity(text("complexity") or Complexity.SIMPLE),
        projects=tuple(filter(None, text("projects").split(tickets.SEPARATOR))),
        data_years=text("data_years"),
        details=text("details"),
        result=text("result"),
        letter_no=text("letter_no"),
        letter_on=day(text("letter_on")),
        contract_no=text("contract_no"),
        contract_on=day(text("contract_on")),
        price=Decimal(text("price")) if text("price") else None,
        receipt_no=text("receipt_no"),
        receipt_on=day(text("receipt_on")),
        purpose=text("purpose"),
        agency=text("agency"),
        link=text("link"),
        remarks=text("remarks"),
        unknown=frozenset(filter(None, text("unknown").split(","))),
    )
