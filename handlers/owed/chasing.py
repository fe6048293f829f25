"""What is owed is followed up here, by a drafted letter or by other means. Each follow-up gets a
ticket of its own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from domain.customers.records import Contact, Customer
from domain.dates.days import BANGKOK
from domain.mail.addressees import ENGLISH, Addressee
from domain.mail.templates import fill, letter_date
from domain.owed.requests import Life
from domain.owed.rules import Owed, OwedState
from domain.tickets.records import SEPARATOR, Status, Ticket
from handlers.chat import (
    Button,
    Paragraph,
    Reply,
    ReplyPart,
    say,
)
from handlers.desk import Context
from handlers.i18n import _, speaking
from handlers.labels import value_label
from handlers.mail import commands as mail
from handlers.mail.commands import Written, on_send
from handlers.mail.receivers import addressee, greeting, remember
from handlers.owed import own_tickets, request_cards
from handlers.owed.cards import among, list_again
from handlers.owed.presses import moved_on, save_change
from handlers.owed.proofs import Loaded, load
from handlers.owed.requests import save_context
from handlers.projects.fields import letter_projects, projects_text, years_text
from handlers.registry import action
from store.mail.mails import NewMail
from store.owed import requests

CHASE = "owed.chase"


@action("owed.chase")
async def chase_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Drafts the letter, which one tap sends. Without a mail server it shows the words to copy, and
    a button that records the follow-up.
    """
    row, life, _rule = await load(ctx, args)
    if row.state is not OwedState.OPEN:
        return await moved_on(ctx, args, row)
    (row,) = await request_cards.with_unreached(ctx, [row])
    # Its name and address stand in the letter.
    customer = await ctx.customer(life.request.customer)
    ctx.audit("customer.read", customer.code)
    by_hand = request_cards.owed_button(
        _("ติดตามทางอื่นแล้ว"),
        "owed.chased",
        row,
        among(ctx, args),
        changes=True,
    )
    if not _address(life, customer) and not args.get("ask"):
        return _ask_address(ctx, args, customer, by_hand)
    language = args.get("language") or _addressee(ctx, life, customer).language
    if args.get("language"):
        await remember(ctx, [customer.code], language)
    new = NewMail(
        f"O{row.id}",
        _address(life, customer),
        "",
        "",
        CHASE,
        language,
        await ctx.new_ticket_no(later=True),
        aside=among(ctx, args),
        customers=(customer.code,),
    )
    shown = await mail.preview_written(
        ctx,
        new,
        await write_chase(ctx, new),
        mail.language_button(language, CHASE, args),
    )
    if ctx.desk.mail_from:
        return shown
    # The ticket of the follow-up gets the number that stands in the subject of the letter.
    by_hand = replace(by_hand, args={**by_hand.args, "no": new.ticket})
    by_hand_part = Paragraph(_("ส่งเองแล้วแตะที่นี่"), (by_hand,))
    return replace(shown, parts=(*shown.parts, by_hand_part))


def _ask_address(
    ctx: Context,
    args: Mapping[str, str],
    customer: Customer,
    by_hand: Button,
) -> Reply:
    """No e-mail of the customer is known: one for this letter, one for good, or other means."""
    text = _("%(code)s ไม่มีอีเมล พิมพ์อีเมลสำหรับฉบับนี้ หรือติดตามทางอื่น", code=customer.code)
    again = {**args, "among": among(ctx, args), "ask": "1"}
    return say(
        f"⚠️ {text}",
        Button(_("พิมพ์อีเมล"), "owed.chase", again),
        Button(
            _("แก้ไขผู้รับบริการ"),
            "customer.edit",
            {"code": customer.code},
        ),
        by_hand,
    )


def _researcher(life: Life, customer: Customer) -> Contact | None:
    """The contact whom the contract names."""
    if life.contract is None:
        return None
    for contact in customer.contacts:
        if contact.id == life.contract.contact_id:
            return contact
    return None


def _address(life: Life, customer: Customer) -> str:
    """Where the customer is written to: the researcher's address, else that of the last ticket that
    has one, else the register's; "" where none is known.
    """
    researcher = _researcher(life, customer)
    tickets = [ticket.reply_email for ticket in reversed(life.tickets)]
    contacts = [contact.email for contact in customer.contacts]
    addresses = [
        researcher.email if researcher else "",
        *tickets,
        customer.email,
        *contacts,
    ]
    return next(filter(None, addresses), "")


def _addressee(ctx: Context, life: Life, customer: Customer) -> Addressee:
    """Who is asked: the researcher whom the contract names, else the customer."""
    researcher = _researcher(life, customer)
    name = researcher.name if researcher else ""
    return addressee(ctx, customer, name, _address(life, customer))


@mail.written_by(CHASE)
async def write_chase(ctx: Context, new: NewMail) -> Written:
    """The rule's letter in the language of the mail, filled in; its subject has the number of the
    ticket that the follow-up will get.
    """
    row, life, rule = await load(ctx, {"owed": new.record.removeprefix("O")})
    (row,) = await request_cards.with_unreached(ctx, [row])
    customer = await ctx.customer(life.request.customer)
    name = greeting(ctx, _addressee(ctx, life, customer), new.language)
    places = {
        "name": name,
        "ticket": new.ticket,
        "date": letter_date(ctx.today, new.language),
        "officer": ctx.staff.name,
        **_places(ctx, row, life, new.language),
    }
    letter = fill(ctx.desk.configuration.templates[rule.template][new.language], places)
    return mail.framed(ctx, replace(new, subject=letter.subject, body=letter.body))


def _places(
    ctx: Context,
    row: Owed,
    life: Life,
    language: str,
) -> dict[str, str]:
    """What fills the letters of reminders (domain/mail/templates.py) about one thing owed; a line
    whose places are empty is left out.
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
    started = letter_date(_began_on(row, life), language)
    places |= dict.fromkeys(("sent_on", "quoted_on", "told_on"), started)
    return places | _contract_places(life, language)


def _began_on(row: Owed, life: Life) -> date:
    """The day of what is owed from then on: that on which its ticket was closed."""
    began = row.started_at
    for ticket in life.tickets:
        if ticket.no == row.ticket_no:
            began = ticket.closed_at or began
    return began.astimezone(BANGKOK).date()


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


@on_send(CHASE)
async def chase_sent(ctx: Context, mail: NewMail) -> tuple[ReplyPart, ...]:
    """The letter was sent: its ticket is recorded and closed, and the next reminder is planned."""
    loaded = await load(ctx, {"owed": mail.record.removeprefix("O")})
    with speaking("th"):
        result = _(
            "ส่งอีเมลถึง %(to)s: %(subject)s",
            to=mail.to,
            subject=mail.subject,
        )
    reply = await _chased(
        ctx,
        {"among": mail.aside},
        loaded,
        result,
        mail.ticket,
    )
    return reply.parts


@action("owed.chased", in_place=True)
async def chased_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """The officer has followed it up by other means: that is recorded in the same way."""
    loaded = await load(ctx, args)
    row = loaded[0]
    if row.state is not OwedState.OPEN:
        return await moved_on(ctx, args, row)
    with speaking("th"):
        result = _("ติดตามทางโทรศัพท์หรือทางอื่น")
    return await _chased(
        ctx,
        args,
        loaded,
        result,
        args.get("no", ""),
    )


async def _chased(
    ctx: Context,
    args: Mapping[str, str],
    loaded: Loaded,
    result: str,
    no: str,
) -> Reply:
    """One follow-up more: its ticket, numbered `no` where that was given out already, and the next
    reminder counted from now.
    """
    row, life, rule = loaded
    lines: list[str] = []
    changed: Sequence[Owed] = ()
    counted = False
    subject = ctx.desk.configuration.steps.pick(life.request.kind, rule.chase)
    if subject:
        details = _details(row, life)
        ticket, life, changed = await own_tickets.record(
            ctx,
            life,
            subject,
            details,
            result,
            no,
        )
        lines.append(_ticket_line(ctx, ticket))
        counted = ticket.status is Status.CLOSED
    if row.state is not OwedState.OPEN:
        # The proof came while the letter was being looked at: it went out, and nothing is owed any
        # more.
        lines.append(value_label("got", row.rule))
        return await _told(
            ctx,
            args,
            life,
            lines,
            changed,
        )
    if counted:
        # A closed ticket of the follow-up counts by itself.
        lines += _next_reminder(ctx, row.rule, changed)
        return await _told(
            ctx,
            args,
            life,
            lines,
            changed,
        )
    new = row.chased_without_ticket(ctx.now)
    return await save_change(
        ctx,
        args,
        (row, life, rule),
        new,
        *lines,
    )


def _details(row: Owed, life: Life) -> str:
    """What the ticket of a follow-up says, in Thai, whoever presses."""
    with speaking("th"):
        what = f"{value_label('owed', row.rule)} · {request_cards.plain_title(life)}"
        return _("ติดตาม%(what)s", what=what)


def _ticket_line(ctx: Context, ticket: Ticket) -> str:
    label = ctx.desk.configuration.catalogue.subject_label(ticket.subject)
    if ticket.status is Status.CLOSED:
        return _("%(no)s (%(subject)s) ปิดแล้ว", no=ticket.no, subject=label)
    return _("%(no)s (%(subject)s) ยังเปิดอยู่", no=ticket.no, subject=label)


def _next_reminder(ctx: Context, rule: str, changed: Sequence[Owed]) -> list[str]:
    """When the thing owed under this rule is reminded of next; [] where it is not."""
    for row in changed:
        if row.rule == rule:
            at = requests.next_of(row, save_context(ctx))
            return [_("จะเตือนอีก %(date)s", date=request_cards.day(at))] if at else []
    return []


async def _told(
    ctx: Context,
    args: Mapping[str, str],
    life: Life,
    lines: Sequence[str],
    changed: Sequence[Owed],
) -> Reply:
    """What the follow-up came to, below the list that it was pressed in."""
    part = request_cards.outcome(ctx, life, lines)
    listed = await list_again(ctx, args, changed)
    return Reply((*listed, part), confirms=True)
