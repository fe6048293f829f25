"""New mails are told to those at work whom a message reaches for nothing, and in masked lines to
the groups: one by one, or many in one message.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from domain.mail.incoming import IncomingMail
from domain.staff import Chat, Identity, Platform, StaffId
from domain.text import shorten
from domain.tickets.records import Ticket
from handlers.chat import Button, Card, Masked, Notice, Reply, in_one_line, say
from handlers.desk import Work
from handlers.i18n import _, speaking
from handlers.mail.incoming_cards import additions, attachments_line, writer
from handlers.registry import CardAddition
from handlers.staff.groups import lines_of
from handlers.tickets import cards as ticket_cards
from store import groups, staff
from store.mail import incoming
from store.tickets import hand_overs
from store.tickets import records as tickets

COSTS = Platform.LINE
"""Where a push costs: there new mails stand in the list, and are not pushed."""
MOST = 1_000
"""Mails that one message tells of."""
SHOWN = 300
"""Characters of a mail in the message that tells of it."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """What is told of one or of many new mails, under this key: in private, and in groups."""

    key: str
    private: Callable[[], Reply]
    masked: Callable[[], Reply]


async def tell_new(work: Work) -> bool:
    """Tell of the mails that made tickets and were not told yet; returns whether there is anything
    to write.
    """
    rules = work.configuration.intake
    if not (rules.any_time or work.configuration.calendar.in_office_hours(work.now)):
        return False
    untold = await incoming.list_untold(work.db, MOST)
    if not untold:
        return False
    lately = await incoming.count_told_since(work.db, work.now - rules.pause)
    if lately >= rules.most:
        return False
    if len(untold) > rules.one_by_one:
        arrivals = [_of_many(untold)]
    else:
        arrivals = await _one_by_one(work, untold)
    await _tell(work, arrivals)
    work.change(
        incoming.note_told,
        first=untold[0].id,
        last=untold[-1].id,
        now=work.now,
    )
    return True


async def _tell(work: Work, arrivals: Sequence[Arrival]) -> None:
    people = await _at_work(work)
    chats = [each.at for each in await groups.list_groups(work.db) if each.platform is not COSTS]
    for arrival in arrivals:
        for who, chat in people.items():
            work.notices.append(Notice(arrival.private, arrival.key, who, to=chat))
        for chat in chats:
            key = f"{arrival.key}:{chat[0]}:{chat[1]}"
            work.notices.append(Notice(arrival.masked, key, to=chat))


async def _at_work(work: Work) -> dict[StaffId, Chat]:
    """Everybody who is not away, with the chat in which a message costs nothing."""
    everybody = await staff.list_staff(work.db)
    accounts = await staff.list_all_identities(work.db)
    leaves = await hand_overs.list_leaves(work.db, work.today, work.today)
    away = {leave.staff for leave in leaves}
    found: dict[StaffId, Chat] = {}
    for person in everybody:
        chat = _free_chat(accounts.get(person.id, ()))
        if person.blocked_at is None and person.id not in away and chat is not None:
            found[person.id] = chat
    return found


def _free_chat(accounts: Sequence[Identity]) -> Chat | None:
    chats = (account.at for account in accounts if account.takes_messages)
    return next((chat for chat in chats if chat[0] is not COSTS), None)


# What is said.


def _of_many(untold: Sequence[IncomingMail]) -> Arrival:
    count = len(untold)
    key = f"mails_new:{untold[0].id}"
    make = partial(many_notice, count)
    return Arrival(key, make, partial(_in_thai, make))


def _in_thai(make: Callable[[], Reply]) -> Reply:
    """A group hears the office's language."""
    with speaking("th"):
        return make()


def many_notice(count: int) -> Reply:
    """What is told where many mails came."""
    return say(_("📬 มีอีเมลใหม่ %(count)s ฉบับ รอคนรับเรื่อง", count=count), list_button())


def list_button() -> Button:
    """[อีเมลใหม่]"""
    return Button(_("อีเมลใหม่"), "inbox.page", {"page": "0"}, typed="/inbox")


async def _one_by_one(work: Work, untold: Sequence[IncomingMail]) -> list[Arrival]:
    nos = [mail.reading.ticket for mail in untold if mail.reading.ticket]
    found = await tickets.get_tickets(work.db, nos)
    arrivals: list[Arrival] = []
    for mail in untold:
        ticket = found.get(mail.reading.ticket or "")
        if ticket is None:
            continue
        work.audit("ticket.listed", ticket.no)
        line = ticket_cards.masked_line(work, ticket)
        added = await additions(work, mail, ticket)
        arrivals.append(
            Arrival(
                f"mail_new:{mail.id}",
                partial(new_notice, work, mail, ticket, added),
                partial(_masked_notice, line),
            )
        )
    return arrivals


def new_notice(
    work: Work,
    mail: IncomingMail,
    ticket: Ticket,
    added: Callable[[], CardAddition],
) -> Reply:
    """What is told of one new mail: who, what, how it begins, its files, and when it is due."""
    read = mail.reading
    of_others = added()
    show = Button(_("ดูใบงาน"), "ticket.show", {"no": ticket.no})
    fields = (
        (_("จาก"), writer(read)),
        (_("เรื่อง"), read.subject),
        (_("ข้อความ"), shorten(" ".join(ticket.details.split()), SHOWN)),
        (_("ไฟล์แนบ"), attachments_line(read)),
        (_("กำหนดเสร็จ"), ticket_cards.due_line(work, ticket)),
        *of_others.lines,
    )
    title = in_one_line(_("📬 อีเมลใหม่"), ticket.no)
    shown = tuple((label, text) for label, text in fields if text)
    return Reply((Card(title, shown, buttons=(*of_others.buttons, show, list_button())),))


def _masked_notice(line: Masked) -> Reply:
    with speaking("th"):
        return lines_of(_("📬 อีเมลใหม่"), [line])
