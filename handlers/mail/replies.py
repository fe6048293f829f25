"""What a mail that answers a ticket does: it is a note there, the clock goes on, and whoever does
the ticket hears of it.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from domain.clock import pauses
from domain.errors import InvalidInput, NotFound
from domain.mail.contents.thanks import says_nothing
from domain.mail.incoming import IncomingMail, MailReading
from domain.mail.mails import check_address
from domain.mail.raw.types import ReadMail
from domain.mail.senders import DomainRules, is_plausible
from domain.mail.sorted_mail import HintKind, Sorted, TicketHint
from domain.text import shorten
from domain.tickets.records import Status, Ticket, TicketNo, reply_addresses
from handlers.chat import Button, Card, Masked, Reply, in_one_line, say
from handlers.desk import Work
from handlers.i18n import _, speaking
from handlers.mail.incoming_cards import additions, attachments_line, writer
from handlers.mail.telling.hearers import MailTelling, tell, who_hears
from handlers.registry import CardAddition, leaves_closed, on_reply_card
from handlers.staff.groups import lines_of
from handlers.staff.masked import also
from handlers.staff.stand_in import who_is_there
from handlers.tickets import buttons as ticket_buttons
from handlers.tickets import cards as ticket_cards
from handlers.tickets import saves as ticket_saves
from store.customers import records as customers
from store.mail import incoming, mails, uses
from store.tickets import records as tickets

SHOWN = 300
"""Characters of an answer in the message that tells of it."""


@dataclass(frozen=True, slots=True)
class Answered:
    """The ticket that a mail answers, None where it joins none; `note` tells the office alone that
    it names one which it may not join.
    """

    ticket: Ticket | None = None
    note: str = ""


async def find_named(work: Work, found: Sorted) -> str | None:
    """The first ticket that a machine's mail names; nobody is told anything by it."""
    for hint in found.ticket_candidates:
        no = await _hinted(work, hint, None)
        ticket = None if no is None else await standing_ticket(work, no)
        if ticket is not None:
            return ticket.no
    return None


async def find_answered(work: Work, read: ReadMail, found: Sorted) -> Answered:
    """The ticket that a person's mail answers, as far as its sender may speak of it."""
    note = ""
    for hint in found.ticket_candidates:
        no = await _hinted(work, hint, read.sender.email)
        ticket = None if no is None else await standing_ticket(work, no)
        if ticket is None:
            continue
        refused = await _refused(work, ticket, read.sender.email)
        if not refused:
            return Answered(ticket)
        note = note or refused
    return Answered(note=note)


async def _hinted(work: Work, hint: TicketHint, sender: str | None) -> TicketNo | None:
    """The number that a hint means; a mail that came in counts for its own sender alone."""
    if hint.kind is not HintKind.MESSAGE_ID:
        return TicketNo(hint.value)
    ours = await mails.find_reported(work.db, hint.value)
    if ours is not None:
        return TicketNo(ours.ticket or ours.record)
    if sender is None:
        return None
    no = await incoming.find_ticket_of(work.db, hint.value, sender)
    return None if no is None else TicketNo(no)


async def standing_ticket(work: Work, no: TicketNo) -> Ticket | None:
    """The ticket of a number: of one that was joined to another, that one."""
    ticket = await tickets.find_ticket(work.db, no)
    if ticket is None or ticket.status is not Status.VOIDED:
        return ticket
    joined = await uses.find_joined(work.db, no)
    return ticket if joined is None else await tickets.find_ticket(work.db, joined)


async def _refused(work: Work, ticket: Ticket, sender: str) -> str:
    """Why a mail of this sender does not join a ticket; "" where it does."""
    known = await _known_addresses(work, ticket)
    with speaking("th"):
        if not is_plausible(sender, known, work.configuration.mail.domains):
            return _(
                "อีเมลอ้างเลขใบงาน %(no)s แต่ผู้ส่งไม่ใช่ผู้เกี่ยวข้องกับใบงานนั้น",
                no=ticket.no,
            )
        if ticket.status is Status.VOIDED:
            return _("อีเมลตอบใบงาน %(no)s ซึ่งยกเลิกไปแล้ว", no=ticket.no)
    return ""


async def _known_addresses(work: Work, ticket: Ticket) -> set[str]:
    """Who may speak of a ticket: its customer, contacts, and whoever wrote or was written to."""
    written_to = [mail.to for mail in await mails.list_mails(work.db, ticket.no, 50)]
    wrote = await incoming.list_writers(work.db, ticket.no)
    return {*await _addresses_of(work, ticket), *written_to, *wrote}


async def _addresses_of(work: Work, ticket: Ticket) -> list[str]:
    """The addresses of a ticket, and of its customer, where that is still there."""
    try:
        customer = await customers.get_customer(work.db, ticket.customer or "")
    except NotFound:
        customer = None
    return reply_addresses(ticket, customer)


# What it does.


def reply_address(read: MailReading, own: str) -> str:
    """Where an answer to a mail goes; "" where there is no address that can be written to. `own` =
    the desk's, which would answer itself.
    """
    for address in (read.reply_to, read.from_email):
        if address.casefold() == own.casefold():
            continue
        try:
            return check_address(address)
        except InvalidInput:
            continue
    return ""


def address_of_reply(
    read: MailReading,
    own: str,
    known: Collection[str],
    domains: DomainRules,
) -> str:
    """Where an answer goes to a mail that joined a ticket. Anybody can write a customer's address
    as the sender: another one for answers counts where it is known there, or of one organisation.
    """
    if is_plausible(read.reply_to, {read.from_email, *known}, domains):
        return reply_address(read, own)
    return reply_address(replace(read, reply_to=""), own)


async def join(work: Work, mail: IncomingMail, ticket: Ticket) -> Ticket:
    """The ticket after its answer, which is collected with the notice to whoever does it."""
    stays = mail.reading.thanks or _says_nothing(work, mail.reading)
    for leaves in leaves_closed:
        stays = stays or await leaves(work, mail, ticket)
    after = goes_on(ticket, stays, mail.arrived_at, work.now)
    # An answer to whoever wrote goes where it came from.
    if not ticket.reply_email:
        rules = work.configuration.mail.domains
        address = address_of_reply(mail.reading, work.desk.mail_from, (), rules)
        after = replace(after, reply_email=address)
    if after != ticket:
        ticket_saves.write(work, ticket, after, None)
        after = replace(after, version=ticket.version + 1)
    work.audit("ticket.answered", ticket.no)
    if await _is_loop(work, mail, ticket):
        _tell_loop(work, after)
        return after
    added = await additions(work, mail, after, on_reply_card)
    make = partial(answer_notice, work, mail, ticket, after, added)
    await _tell(work, mail, after, make)
    return after


def _says_nothing(work: Work, read: MailReading) -> bool:
    """Whether an answer brings neither a word nor a file that somebody would have to look at."""
    has_files = read.attachments != "[]"
    return not has_files and says_nothing(read.body_text, work.configuration.mail)


async def _is_loop(work: Work, mail: IncomingMail, ticket: Ticket) -> bool:
    """Whether so many answers came before this one that nobody is told of each."""
    rules = work.configuration.intake.loops
    since = work.now - rules.within
    of_ticket, of_sender = await incoming.count_answers(
        work.db, ticket.no, mail.reading.from_email, since
    )
    return rules.is_loop(of_ticket, of_sender)


def _tell_loop(work: Work, ticket: Ticket) -> None:
    """Whoever does the ticket is told once a day that answers come too often to be told."""
    if ticket.assignee is not None:
        key = f"mail_loop:{ticket.no}:{work.today}"
        work.notify(partial(loop_notice, ticket.no), key, staff_id=ticket.assignee)


def loop_notice(no: str) -> Reply:
    """Answers to a ticket come again and again."""
    show = Button(_("ดูใบงาน"), "ticket.show", {"no": no})
    text = _(
        "📬 อีเมลตอบใบงาน %(no)s มาถี่มาก อาจเป็นเครื่องตอบ เก็บครบแต่ไม่แจ้งทีละฉบับ",
        no=no,
    )
    return say(text, show)


def goes_on(ticket: Ticket, stays: bool, arrived_at: datetime, now: datetime) -> Ticket:
    """The ticket after its customer's answer: open again where it was closed, unless it `stays` so;
    its clock goes on where it waited, from the mail's arrival on.
    """
    if ticket.status is Status.CLOSED:
        came = max(arrived_at, ticket.closed_at or arrived_at)
        return ticket if stays else pauses.reopened(ticket, came)
    if ticket.waiting_since is not None:
        return pauses.answered(ticket, max(arrived_at, ticket.waiting_since), now)
    return ticket


async def _tell(
    work: Work,
    mail: IncomingMail,
    ticket: Ticket,
    make: Callable[[], Reply],
) -> None:
    """Tell who does the ticket, or stands in; of nobody's ticket those who hear of new mails."""
    key = f"mail_answer:{mail.id}"
    line = ticket_cards.masked_line(work, ticket)
    make = also(make, [line])
    if ticket.assignee is not None:
        for who in (await who_is_there(work)).receivers(ticket.assignee):
            work.notify(make, key, staff_id=who)
        return
    hearers = await who_hears(work, mail.reading, ticket)
    telling = MailTelling(f"answer:{mail.id}", make, make, partial(_masked_notice, line))
    tell(work, hearers, telling)


def _masked_notice(line: Masked) -> Reply:
    with speaking("th"):
        return lines_of(_("📬 อีเมลตอบใบงาน"), [line])


def answer_notice(
    work: Work,
    mail: IncomingMail,
    before: Ticket,
    ticket: Ticket,
    added: Callable[[], CardAddition],
) -> Reply:
    """What is told of an answer: who wrote what, what it brings, and what became of the ticket."""
    read = mail.reading
    of_others = added()
    buttons = [*of_others.buttons]
    state = ""
    if ticket.is_done:
        state = _("ใบงานยังปิดอยู่")
        buttons.append(ticket_buttons.reopen_button(ticket))
    elif before.is_done:
        state = _("เปิดใบงานอีกครั้งแล้ว")
    answer = ticket_buttons.answer_button(ticket)
    if not ticket.is_done:
        buttons.insert(0, answer)
    elif not read.thanks:
        buttons.append(answer)
    fields = (
        (_("จาก"), writer(read)),
        (_("ข้อความ"), shorten(" ".join(read.body_text.split()), SHOWN)),
        (_("ไฟล์แนบ"), attachments_line(read)),
        (_("ใบงาน"), in_one_line(ticket_cards.ticket_words(work, ticket), state)),
        (_("กำหนดเสร็จ"), ticket_cards.due_line(work, ticket)),
        *of_others.lines,
    )
    show = Button(_("ดูใบงาน"), "ticket.show", {"no": ticket.no})
    title = _("📬 อีเมลตอบใบงาน %(no)s", no=ticket.no)
    shown = tuple((label, text) for label, text in fields if text)
    tone = ticket_cards.tone(work, ticket)
    return Reply((Card(title, shown, buttons=(*buttons, show), tone=tone),))
