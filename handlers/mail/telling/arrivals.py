"""New mails are told to those at work whom a message reaches for nothing, and in masked lines to
the groups: one by one, or many in one message.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from domain.mail.incoming import IncomingMail
from domain.tickets.records import Status, Ticket
from handlers.chat import Reply, ReplyPart, say
from handlers.desk import Work
from handlers.i18n import _, speaking
from handlers.mail.incoming_cards import additions, list_button, new_mail_card
from handlers.mail.telling.group_taking import masked_notice
from handlers.mail.telling.hearers import (
    AtWork,
    Hearers,
    MailTelling,
    at_work,
    tell,
    together,
    who_hears,
)
from handlers.mail.uses.one_caller import offered_together
from handlers.registry import CardAddition
from handlers.staff.masked import also
from handlers.tickets import cards as ticket_cards
from store.mail import incoming
from store.tickets import records as tickets

PAGE = 200
"""Mails that are looked at together."""


async def tell_new(work: Work) -> bool:
    """Tell of the mails that made tickets and were not told yet; returns whether there is anything
    to write.
    """
    rules = work.configuration.intake
    if not (rules.any_time or work.configuration.calendar.in_office_hours(work.now)):
        return False
    page = await incoming.list_untold(work.db, PAGE)
    if not page:
        return False
    since = work.now - rules.pause
    lately = await incoming.count_told_between(work.db, since, work.now)
    if lately >= rules.most:
        return False
    there = await at_work(work)
    if len(page) <= rules.one_by_one:
        await _tell_each(work, page, there)
    else:
        await _tell_many(work, page, there)
    return True


def _note_told(work: Work, page: Sequence[IncomingMail]) -> None:
    work.change(incoming.note_told, ids=[mail.id for mail in page], now=work.now)


async def still_new(work: Work, page: Sequence[IncomingMail]) -> list[tuple[IncomingMail, Ticket]]:
    """The mails whose tickets nobody has worked on meanwhile, with these."""
    by_ticket = {mail.reading.ticket or "": mail for mail in page}
    found = await tickets.get_tickets(work.db, [*by_ticket])
    left = []
    for no, ticket in found.items():
        if ticket.status is Status.NEW:
            left.append((by_ticket[no], ticket))
    return left


async def _tell_each(work: Work, page: Sequence[IncomingMail], there: AtWork) -> None:
    """One message a mail."""
    _note_told(work, page)
    for mail, ticket in await still_new(work, page):
        hearers = await who_hears(work, mail.reading, ticket, there)
        tell(work, hearers, await telling_of(work, mail, ticket))


async def _tell_many(work: Work, page: Sequence[IncomingMail], there: AtWork) -> None:
    """One message for each who hears, however many pages of mails there are."""
    key = f"{page[0].id}:many"
    every: list[tuple[Hearers, int]] = []
    callers: dict[str, list[IncomingMail]] = {}
    while page:
        _note_told(work, page)
        for mail, ticket in await still_new(work, page):
            hearers = await who_hears(work, mail.reading, ticket, there)
            every.append((hearers, mail.id))
            callers.setdefault(mail.reading.from_email, []).append(mail)
            await asyncio.sleep(0)  # chats go on meanwhile
        page = await incoming.list_untold(work.db, PAGE, after=page[-1].id)
    fewest = work.configuration.intake.together_fewest
    offered = partial(offered_together, callers, fewest)
    for hearers, theirs in together(every):
        telling = _telling_of_many(key, len(theirs))
        private = partial(_with_offers, telling.private, offered)
        tell(work, hearers, replace(telling, private=private))


# What is said.


def _with_offers(make: Callable[[], Reply], offered: Callable[[], Sequence[ReplyPart]]) -> Reply:
    """The message about many mails, and of whom several are by the same caller."""
    return make().followed_by(*offered())


def _telling_of_many(key: str, count: int) -> MailTelling:
    make = partial(many_notice, count)
    return MailTelling(
        key=key,
        private=make,
        named=partial(yours_notice, count),
        masked=partial(_in_thai, make),
    )


def _in_thai(make: Callable[[], Reply]) -> Reply:
    """A group hears the office's language."""
    with speaking("th"):
        return make()


def many_notice(count: int) -> Reply:
    """What is told where many mails came."""
    return say(_("📬 มีอีเมลใหม่ %(count)s ฉบับ รอคนรับเรื่อง", count=count), list_button())


def yours_notice(count: int) -> Reply:
    """What those are told whom the office's rules give many mails."""
    return say(_("📬 มีอีเมลใหม่ของคุณ %(count)s ฉบับ รอคุณรับเรื่อง", count=count), list_button())


async def telling_of(work: Work, mail: IncomingMail, ticket: Ticket) -> MailTelling:
    """What is told of one mail."""
    work.audit("ticket.listed", ticket.no)
    added = await additions(work, mail, ticket)
    line = ticket_cards.masked_line(work, ticket)
    make = also(
        partial(
            new_notice,
            work,
            mail,
            ticket,
            added,
        ),
        [line],
    )
    return MailTelling(
        key=str(mail.id),
        private=make,
        named=make,
        masked=partial(masked_notice, line),
    )


def new_notice(
    work: Work,
    mail: IncomingMail,
    ticket: Ticket,
    added: Callable[[], CardAddition],
) -> Reply:
    """What is told of one new mail: its card, and the way to the others."""
    return Reply((new_mail_card(work, mail, ticket, added, list_button()),))
