"""The letter that asks for what is owed: all that one person owes in one letter, written in either
language, and what is said of it before it goes.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from domain.customers.records import Contact, Customer
from domain.dates.days import BANGKOK
from domain.mail.addressees import ENGLISH, Addressee
from domain.mail.letters.templates import SEVERAL, fill, letter_date, numbered_items
from domain.owed.asking import Correspondent, is_time_to_ask
from domain.owed.requests import Life
from domain.owed.rules import Owed, OwedState
from domain.tickets.records import SEPARATOR
from handlers.chat import in_lines
from handlers.desk import Context
from handlers.forms.projects import letter_projects, projects_text, years_text
from handlers.i18n import _, date_text
from handlers.labels import value_label
from handlers.mail.asking.receivers import addressee, greeting
from handlers.mail.letters.writing import Look, Written, framed, looked_at_by, written_by
from handlers.owed import own_tickets, request_cards
from handlers.owed.proofs import Loaded, load
from store.customers import records as customers
from store.mail import mails
from store.mail.mails import Mail, NewMail
from store.owed import requests

CHASE = "owed.chase"
SPLIT = "owed.split"
NEXT = "next"
"""What is asked for in letters of its own after this one, in the mail's `aside`."""
MOST = 10
"""Things that one letter asks for."""
MOST_RECORDS = 10
"""Customers with one address who are looked at: a mailbox of many people is nobody's own."""
_OWED = re.compile(r"O(\d+)")


async def owed_together(ctx: Context, first: Loaded) -> list[Loaded]:
    """Returns what the letter about one thing owed asks for: that, and all else that the same
    person owes by now, the longest owed first.
    """
    _row, life, _rule = first
    customer = await ctx.customer(life.request.customer)
    person = _correspondent(life, customer)
    codes = {person.code}
    if person.address:
        same = await customers.list_codes_by_contact_details(ctx.db, [person.address])
        codes |= {code for _detail, code in same[:MOST_RECORDS]}
    others: list[Loaded] = []
    for other in await requests.list_by_customers(ctx.db, sorted(codes)):
        owner = await ctx.customer(other.request.customer)
        correspondent = _correspondent(other, owner)
        if person.is_same(correspondent):
            others += await _due_on(ctx, other, first[0])
    others.sort(key=lambda loaded: (loaded[0].started_at, loaded[0].id))
    return [first, *others[: MOST - 1]]


async def _due_on(ctx: Context, life: Life, but: Owed) -> list[Loaded]:
    """What is owed on a request by now, without the one thing."""
    rules = ctx.desk.configuration.rules
    found: list[Loaded] = []
    still_open = [row for row in life.owed if row.state is OwedState.OPEN]
    others = [row for row in still_open if row.id != but.id]
    for row in await request_cards.with_unreached(ctx, others):
        rule = rules.get(row.rule)
        if rule and is_time_to_ask(row, rule, life.tickets, ctx.today):
            found.append((row, life, rule))
    return found


def _correspondent(life: Life, customer: Customer) -> Correspondent:
    researcher = researcher_of(life, customer)
    contact = researcher.name if researcher else ""
    name = contact or customer.name or customer.organisation
    return Correspondent(customer.code, contact, name, address_of(life, customer))


def researcher_of(life: Life, customer: Customer) -> Contact | None:
    """The contact whom the contract names."""
    if life.contract is None:
        return None
    for contact in customer.contacts:
        if contact.id == life.contract.contact_id:
            return contact
    return None


def address_of(life: Life, customer: Customer) -> str:
    """Where the customer is written to: the researcher's address, else that of the last ticket that
    has one, else the register's; "" where none is known.
    """
    researcher = researcher_of(life, customer)
    tickets = [ticket.reply_email for ticket in reversed(life.tickets)]
    contacts = [contact.email for contact in customer.contacts]
    addresses = [
        researcher.email if researcher else "",
        *tickets,
        customer.email,
        *contacts,
    ]
    return next(filter(None, addresses), "")


def addressee_of(ctx: Context, life: Life, customer: Customer) -> Addressee:
    """Who is asked: the researcher whom the contract names, else the customer."""
    return addressee(ctx, customer, researcher_of(life, customer), address_of(life, customer))


async def load_things(ctx: Context, mail: NewMail) -> list[Loaded]:
    """Returns what a letter asks for, each as it is now."""
    found = []
    for record, _ticket in mail.things:
        owed = _OWED.fullmatch(record)
        if owed is not None:
            found.append(await load(ctx, {"owed": owed[1]}))
    return found


@written_by(CHASE)
async def write_chase(ctx: Context, new: NewMail) -> Written:
    """The rule's letter in the language of the mail, or the one that asks for several things; its
    subject has the number of the ticket that the first follow-up will get.
    """
    language = new.language
    templates = ctx.desk.configuration.templates
    things = await load_things(ctx, new)
    _row, life, _rule = things[0]
    customer = await ctx.customer(life.request.customer)
    places = {
        "name": greeting(ctx, addressee_of(ctx, life, customer), language),
        "ticket": new.ticket,
        "date": letter_date(ctx.today, language),
        "officer": ctx.desk.configuration.letters.signed(ctx.staff.name, language),
    }
    items = []
    for each_row, each_life, each_rule in things:
        (row,) = await request_cards.with_unreached(ctx, [each_row])
        values = places | _places(ctx, row, each_life, language)
        items.append((templates[each_rule.template][language], values))
    if len(items) == 1:
        letter = fill(*items[0])
    else:
        places |= {"count": str(len(items)), "items": numbered_items(items)}
        letter = fill(templates[SEVERAL][language], places)
    return framed(ctx, replace(new, subject=letter.subject, body=letter.body))


def _places(
    ctx: Context,
    row: Owed,
    life: Life,
    language: str,
) -> dict[str, str]:
    """What fills the letters of reminders (domain/mail/letters/templates.py) about one thing owed;
    a line whose places are empty is left out.
    """
    rule = ctx.desk.configuration.rules[row.rule]
    years = own_tickets.data_years(life)
    places = {
        "projects": _projects_text(ctx, own_tickets.projects(life), years, language),
        "years": years_text(years, language),
        "due_on": letter_date(row.first_on(rule), language),
        "price": _price_text(life),
        "times": str(row.reached() or ""),
    }
    # Each rule's letter calls the day on which it began by a name of its own.
    started = letter_date(row.started_at.astimezone(BANGKOK).date(), language)
    places |= dict.fromkeys(("sent_on", "quoted_on", "told_on"), started)
    return places | _contract_places(life, language)


def _projects_text(ctx: Context, names: Sequence[str], years: str, language: str) -> str:
    if language == ENGLISH:
        return letter_projects(ctx.desk.configuration.projects, names, years)
    return projects_text(SEPARATOR.join(names), years)


def _contract_places(life: Life, language: str) -> dict[str, str]:
    contract = life.contract
    if contract is None:
        return {"contract_no": "", "contract_on": "", "title": ""}
    return {
        "contract_no": contract.no,
        "contract_on": _date_text(contract.signed_on, language),
        "title": contract.research_title,
    }


def _date_text(on: date | None, language: str) -> str:
    return letter_date(on, language) if on else ""


def _price_text(life: Life) -> str:
    """The price of the last ticket that has one, in baht."""
    for ticket in reversed(life.tickets):
        if ticket.price:
            return f"{ticket.price:,.2f}"
    return ""


# What is said before it goes.


@looked_at_by(CHASE, by_receiver=True)
async def look_at_chase(ctx: Context, mail: NewMail) -> Look:
    """How many letters the person got of late, and what of it is over by now."""
    things = await load_things(ctx, mail)
    over = [loaded[0] for loaded in things if loaded[0].state is not OwedState.OPEN]
    sent = await _sent_before(ctx, mail)
    limit = _limit_text(ctx, sent)
    reached = _("⚠️ ครบเกณฑ์ของเดือนแล้ว ส่งอีกฉบับต้องยืนยัน") if limit else ""
    note = in_lines(_things_text(mail, things), _sent_text(ctx, sent), reached)
    if over and len(over) < len(things):
        why = _("บางเรื่องได้รับหรือเลิกติดตามแล้ว จึงตัดออกจากฉบับนี้ ดูก่อนแล้วกดส่ง")
        return Look(note, left=_without(mail, over), why=why)
    changed = in_lines(_moved_text(mail, things), _over_text(over))
    question = changed or limit
    presses = {SPLIT: _("แยกฉบับ")} if len(things) > 1 else {}
    return Look(note, question, presses=presses)


def _without(mail: NewMail, over: Sequence[Owed]) -> NewMail:
    """The mail about what is still owed."""
    gone = {f"O{row.id}" for row in over}
    (record, ticket), *also = (thing for thing in mail.things if thing[0] not in gone)
    return replace(mail, record=record, ticket=ticket, also=tuple(also))


def _moved_text(mail: NewMail, things: Sequence[Loaded]) -> str:
    """That what it asks for is by now somebody else's than those it was drafted for."""
    owners = (life.request.customer for _row, life, _rule in things)
    others = [code for code in dict.fromkeys(owners) if code not in mail.customers]
    if not others:
        return ""
    return _(
        "⚠️ เรื่องนี้เป็นของ %(codes)s แล้ว ยกเลิกแล้วร่างใหม่ หรือกดยืนยันส่งถึงผู้รับเดิม",
        codes=", ".join(others),
    )


def _over_text(over: Sequence[Owed]) -> str:
    if not over:
        return ""
    labels = [value_label("owed", row.rule) for row in over]
    what = ", ".join(dict.fromkeys(labels))
    return _("%(what)sไม่ค้างแล้ว ไม่ต้องส่งฉบับนี้ หากยังต้องการส่งให้กดยืนยันส่ง", what=what)


def _things_text(mail: NewMail, things: Sequence[Loaded]) -> str:
    """That one letter is for several things, or the first of several letters."""
    waiting = mail.aside.get(NEXT, "").split()
    if waiting:
        return _("แยกฉบับแล้ว ส่งฉบับนี้แล้วจะร่างฉบับต่อไปให้ · เหลืออีก %(count)s ฉบับ", count=len(waiting))
    if len(things) == 1:
        return ""
    return _("รวมทุกเรื่องที่ค้างของผู้รับนี้ %(count)s เรื่องไว้ในฉบับเดียว", count=len(things))


async def _sent_before(ctx: Context, mail: NewMail) -> list[Mail]:
    """The letters of this kind that the same person got within a month, the newest first: by the
    address, and of a person by the records, too.
    """
    people: list[str] = []
    for code in mail.customers:
        customer = await ctx.customer(code)
        kind = ctx.desk.configuration.catalogue.customer_types.get(customer.kind)
        if kind is None or kind.person:
            people.append(customer.code)
            people += await customers.list_merged_codes(ctx.db, customer.code)
    since = ctx.now - timedelta(days=ctx.desk.configuration.letters.month)
    return await mails.list_sent_to(ctx.db, mail.to, people, CHASE, since)


def _sent_text(ctx: Context, sent: Sequence[Mail]) -> str:
    """`ผู้รับนี้ได้จดหมายติดตามแล้ว 3 ฉบับใน 10 วัน · 4 ฉบับใน 30 วัน · ฉบับล่าสุด 4 ธ.ค. 69`"""
    if not sent:
        return ""
    rules = ctx.desk.configuration.letters
    since = ctx.now - timedelta(days=rules.recent)
    recent = sum(mail.written_at >= since for mail in sent)
    # Where no more came in a month than of late, the month says nothing.
    spans = {recent: rules.recent, len(sent): rules.month}
    if recent == len(sent):
        spans = {recent: rules.recent}
    counts = [
        _("%(count)s ฉบับใน %(days)s วัน", count=count, days=days)
        for count, days in spans.items()
        if count
    ]
    last = sent[0].written_at.astimezone(BANGKOK).date()
    return _(
        "📮 ผู้รับนี้ได้จดหมายติดตามแล้ว %(counts)s · ฉบับล่าสุด %(date)s",
        counts=" · ".join(counts),
        date=date_text(last),
    )


def _limit_text(ctx: Context, sent: Sequence[Mail]) -> str:
    """What has to be confirmed once a month's letters are out; "" before."""
    rules = ctx.desk.configuration.letters
    if len(sent) < rules.a_month:
        return ""
    return _(
        "ผู้รับนี้ได้จดหมายติดตามครบ %(count)s ฉบับใน %(days)s วันแล้ว (เกณฑ์ %(limit)s ฉบับ) "
        "ลองโทรติดตามแทน หรือกดยืนยันส่งหากจำเป็น",
        count=len(sent),
        days=rules.month,
        limit=rules.a_month,
    )
