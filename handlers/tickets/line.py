"""Turns one line into a ticket's draft: what was understood, what must be settled first, and what
is shown before it is saved.
"""

from dataclasses import replace
from datetime import date, datetime, time

from domain.customers.phones import format_phone
from domain.customers.records import Contact, Customer
from domain.dates.data_years import kept
from domain.dates.days import BANGKOK
from domain.errors import InvalidInput
from domain.one_line.reading import (
    CustomerRef,
    Doubt,
    OneLine,
    Vocabulary,
    parse_one_line,
)
from domain.text.titles import strip_titles
from domain.tickets.records import SEPARATOR, join_years
from handlers.chat import Button
from handlers.desk import Context
from handlers.forms.drafts import FormAnswer, new_draft
from handlers.forms.engine import form_button
from handlers.i18n import _
from handlers.labels import field_label
from handlers.tickets.cards import contact_of
from handlers.tickets.data import NO_CUSTOMER
from handlers.tickets.people import parse_assignee
from store import staff
from store.chat.forms import Draft
from store.customers.keys import phone_key
from store.search.customers import Hit

PROVINCIAL_CHANNEL = "email"
PROVINCIAL_SUBJECT = "mail.provincial_users"
"""What a line of nothing but a province and a number is."""
HABIT = "habit"
"""In place of a field: channel and subject are those that the officer uses most."""


async def line_vocabulary(ctx: Context, text: str) -> Vocabulary:
    """The words of the grammar, with the names of everybody and every team that may stand behind
    @ in this text.
    """
    if "@" not in text:
        return ctx.configuration.vocabulary
    people = await ctx.once(staff.staff_names)
    teams = await ctx.once(staff.list_teams)
    names = frozenset((*people.values(), *teams))
    return replace(ctx.configuration.vocabulary, staff=names)


async def line_values(ctx: Context, line: str) -> FormAnswer:
    """The values of a new ticket's draft that the line says; with `look` it is shown before it is
    saved.
    """
    read = parse_one_line(line, await line_vocabulary(ctx, line), ctx.today)
    # Offices report so every month: nobody types a subject with it.
    if read.counts and not read.subject:
        read = _provincial(read)
    read, customer = await _with_customer(ctx, read)
    return await read_values(ctx, read) | customer | _several(read)


def _provincial(read: OneLine) -> OneLine:
    """A line of nothing but a province and a number: a report, closed, to be looked at."""
    report = replace(
        read,
        channel=read.channel or PROVINCIAL_CHANNEL,
        subject=PROVINCIAL_SUBJECT,
        close=True,
    )
    return report.doubting("subject", read.details, taken=True)


async def read_values(ctx: Context, read: OneLine) -> FormAnswer:
    """What was read, but for the customer, as a draft holds it."""
    read = _not_to_come(ctx, read)
    said = FormAnswer(_values(read), closes=True if read.close else None)
    return said | await _assignee(ctx, read) | doubted(read.doubts)


def _not_to_come(ctx: Context, read: OneLine) -> OneLine:
    """Without times of today that are still to come."""
    if _is_to_come(ctx, read.created_on, read.created_time):
        typed = f"{read.created_time:%H.%M}"
        read = replace(read, created_time=None).doubting("created_on", typed)
    if _is_to_come(ctx, read.closed_on, read.closed_time):
        typed = f"{read.closed_time:%H.%M}"
        read = replace(read, closed_time=None).doubting("closed_on", typed)
    return read


def closing_values(ctx: Context, read: OneLine) -> dict[str, str]:
    """When an answer says that the ticket was closed; empty where it does not."""
    read = _not_to_come(ctx, read)
    return {"closed_on": _moment(read.closed_on, read.closed_time)} if read.closed_on else {}


def _is_to_come(ctx: Context, on: date | None, at: time | None) -> bool:
    return bool(on and at and datetime.combine(on, at, BANGKOK) > ctx.now)


def _values(read: OneLine) -> dict[str, str]:
    years = {project: kept(periods) for project, periods in read.years}
    values = {
        "channel": read.channel,
        "subject": read.subject,
        "details": read.details,
        "result": read.result,
        "created_on": _moment(read.created_on, read.created_time),
        "closed_on": _moment(read.closed_on, read.closed_time),
        "urgency": read.urgency,
        "mood": read.mood,
        "complexity": read.complexity,
        "projects": SEPARATOR.join(read.projects),
        "data_years": join_years(years),
        "price": "" if read.price is None else str(read.price),
        "receipt_no": read.receipt_no,
        "receipt_on": _day(read.receipt_on),
        "letter_no": read.letter_no,
        "letter_on": _day(read.letter_on),
        "contract_no": read.contract_no,
        "contract_on": _day(read.contract_on),
        "purpose": read.purpose,
        NO_CUSTOMER: "1" if read.nobody else "",
    }
    return {name: value for name, value in values.items() if value}


def _day(on: date | None) -> str:
    return on.isoformat() if on else ""


def _moment(on: date | None, at: time | None) -> str:
    return f"{_day(on)}T{at:%H:%M}" if on and at else _day(on)


def _several(read: OneLine) -> FormAnswer:
    """Of several subjects none is taken: it is asked which."""
    others = [doubt.words.strip("()[]., ") for doubt in _beside(read, "subject")]
    if not read.subject or not others:
        return FormAnswer()
    codes = " ".join([read.subject, *others])
    return FormAnswer({"subject": ""}, queries={"subject": codes})


def _beside(read: OneLine, field: str) -> list[Doubt]:
    """Words that may be about a field, too, and only stand in the text."""
    return [doubt for doubt in read.doubts if doubt.field == field and not doubt.taken]


# The customer.


async def _with_customer(ctx: Context, read: OneLine) -> tuple[OneLine, FormAnswer]:
    """Who is meant for sure, else what is to be searched for; the name beside a code or telephone
    is read with it.
    """
    if not read.customer:
        return await _named_customer(ctx, read)
    hit = await _surely(ctx, read.customer_kind, read.customer)
    if hit is None:
        return _searched(read)
    found = await ctx.customer(hit.customer.code)
    same = set()
    strangers = []
    for doubt in _beside(read, "customer"):
        if await _is_of(ctx, found, doubt.words):
            same.add(doubt)
        else:
            strangers.append(doubt)
    if _are_several_codes(read, strangers):
        others = [doubt.words for doubt in _beside(read, "customer")]
        return read, _query(" ".join([read.customer, *others]))
    named = _named_contact(found, read.beside)
    contact = contact_of(hit) or named
    if named:
        read = _without_beside(read)
    read = _with_beside(_without(read, same), found)
    given = FormAnswer({"customer": found.code, "contact": contact})
    # The line says a telephone or a name: whose it is, is shown.
    return read, given | FormAnswer(look=True if contact else None)


def _are_several_codes(read: OneLine, strangers: list[Doubt]) -> bool:
    """Whether the line names several customers, all by their codes."""
    if not strangers or read.customer_kind is not CustomerRef.CODE:
        return False
    return all(doubt.words[:1].casefold() == "c" for doubt in _beside(read, "customer"))


def _query(text: str) -> FormAnswer:
    return FormAnswer(queries={"customer": text})


async def _named_customer(ctx: Context, read: OneLine) -> tuple[OneLine, FormAnswer]:
    """A name that begins the details, where exactly one customer bears it."""
    # Without a code or telephone a name has to be sure to be taken for a customer.
    if not read.beside:
        return read, FormAnswer()
    hit = await _surely(ctx, CustomerRef.NAME, read.beside)
    if hit is None:
        return read, FormAnswer()
    return _without_beside(read), FormAnswer({"customer": hit.customer.code})


def _without_beside(read: OneLine) -> OneLine:
    """Without the name that begins the details."""
    details = read.details.removeprefix(read.beside)
    return replace(read, details=details.strip())


def _searched(read: OneLine) -> tuple[OneLine, FormAnswer]:
    """Nobody, or several: asked, with the name and further telephones that stand beside the
    first.
    """
    others = dict.fromkeys(_beside(read, "customer"))
    reference = format_phone(read.customer)
    is_code = read.customer_kind is CustomerRef.CODE
    if is_code or not (read.beside or others):
        return read, _query(reference)
    read = _without(_without_beside(read), set(others))
    said = [read.beside, reference, *(doubt.words for doubt in others)]
    return read, _query(" ".join(filter(None, said)))


def _without(read: OneLine, settled: set[Doubt]) -> OneLine:
    """Without these doubts, whose words the customer holds."""
    details = read.details
    # Words of several lines stay: they may be about more than the customer.
    if "\n" not in details:
        for doubt in settled:
            details = " ".join(details.replace(doubt.words, " ", 1).split())
    left = tuple(doubt for doubt in read.doubts if doubt not in settled)
    return replace(read, details=details, doubts=left)


def _with_beside(read: OneLine, customer: Customer) -> OneLine:
    """Words beside the customer leave the details where they are the name; any others are shown."""
    if not read.beside:
        return read
    if _is_named(customer, read.beside):
        return _without_beside(read)
    return read.doubting("customer", read.beside)


async def _surely(ctx: Context, kind: CustomerRef | None, reference: str) -> Hit | None:
    """The one customer whom a code, telephone, e-mail or whole name means; a like one is none."""
    # A search also finds codes and names that are merely alike, and telephones that only begin so.
    hits = await ctx.find_customers(reference)
    found = [hit for hit in hits if not hit.weak]
    if kind is CustomerRef.NAME:
        found = [hit for hit in found if _name(hit.customer.name) == _name(reference)]
    elif kind is not CustomerRef.CODE:
        found = [hit for hit in found if await _is_reached(ctx, hit.customer.code, reference)]
    return found[0] if len(found) == 1 else None


async def _is_of(ctx: Context, customer: Customer, words: str) -> bool:
    """Whether a second code, telephone or e-mail is this customer's as well."""
    hits = await ctx.find_customers(words)
    return customer.code in {hit.customer.code for hit in hits}


async def _is_reached(ctx: Context, code: str, reference: str) -> bool:
    """Whether the customer or a contact has this telephone or address."""
    customer = await ctx.customer(code)
    people: tuple[Customer | Contact, ...] = (customer, *customer.contacts)
    if "@" in reference:
        return reference in {one.email.casefold() for one in people}
    phones = [phone for one in people for phone in (one.phone, one.mobile)]
    return phone_key(reference) in {phone_key(phone) for phone in phones if phone}


def _is_named(customer: Customer, words: str) -> bool:
    """Whether all words are of the customer's name, organisation or contacts."""
    contacts = [contact.name for contact in customer.contacts]
    names = (customer.name, customer.organisation, *contacts)
    known = {word for name in names for word in _name(name)}
    wanted = set(_name(words))
    return bool(wanted) and wanted <= known


def _named_contact(customer: Customer, words: str) -> str:
    """The id of the one contact whom the words name, and not the customer; "" for none."""
    wanted = set(_name(words))
    own = set(_name(f"{customer.name} {customer.organisation}"))
    if not wanted or wanted <= own:
        return ""
    named = [one for one in customer.contacts if wanted <= set(_name(one.name))]
    return str(named[0].id) if len(named) == 1 else ""


def _name(text: str) -> list[str]:
    """The words of a name as they are spelt, without titles."""
    return strip_titles(text).casefold().split()


async def _assignee(ctx: Context, read: OneLine) -> FormAnswer:
    """The colleague after @; one who left, or several of that name, must be settled first."""
    if not read.assignee:
        return FormAnswer()
    try:
        return await parse_assignee(
            ctx,
            new_draft(ctx, "ticket", {}),
            read.assignee,
        )
    except InvalidInput:
        return FormAnswer(queries={"assignee": read.assignee})


# What is to be looked at.


def doubted(doubts: tuple[Doubt, ...]) -> FormAnswer:
    """Doubts, and that the draft is shown before it is saved; nothing where there are none."""
    return FormAnswer(look=True, doubts=doubts) if doubts else FormAnswer()


def without_habit(doubts: tuple[Doubt, ...], *settled: str) -> FormAnswer:
    """What is left to be looked at once channel and subject are said, and with them these
    fields.
    """
    left = tuple(doubt for doubt in doubts if doubt.field not in (HABIT, *settled))
    if left == doubts:
        return FormAnswer()
    return FormAnswer(look=bool(left), doubts=left)


def doubt_notes(doubts: tuple[Doubt, ...]) -> list[str]:
    """What is to be looked at before saving, a sentence each, with the words as typed."""
    unread = [f'"{doubt.words}"' for doubt in doubts if _is_unread(doubt)]
    notes = [_doubt_note(doubt) for doubt in doubts]
    if unread:
        notes.append(_("⚠️ ยังไม่เข้าใจคำว่า %(words)s · บันทึกตามนี้", words=", ".join(unread)))
    return list(dict.fromkeys(filter(None, notes)))


def _is_unread(doubt: Doubt) -> bool:
    """Whether its words are understood as nothing; of the customer and of closing more is said."""
    return not doubt.taken and doubt.field not in ("customer", "close")


def _doubt_note(doubt: Doubt) -> str:
    if doubt.field == HABIT:
        return _("⚠️ ข้อความไม่ได้บอกช่องทางและเรื่อง ใช้ตามที่บันทึกบ่อย")
    if doubt.field == "close":
        return _('⚠️ "%(words)s" คือปิดใบงาน หรือเป็นส่วนของข้อความ', words=doubt.words)
    if doubt.taken:
        label = field_label(doubt.field)
        return _('⚠️ ตรวจ%(field)s อ่านจาก "%(words)s"', field=label, words=doubt.words)
    if doubt.field == "customer":
        return _('⚠️ "%(words)s" ไม่ใช่ของผู้รับบริการรายนี้', words=doubt.words)
    return ""


def doubt_buttons(draft: Draft) -> tuple[Button, ...]:
    """Beside the button that saves and closes: to save only, where the closing word may be one of
    the text.
    """
    unsure = any(doubt.field == "close" for doubt in draft.dialog.doubts)
    if not unsure or not draft.dialog.closes:
        return ()
    return (form_button(_("บันทึกโดยไม่ปิด"), "ticket.keep_open", draft),)
