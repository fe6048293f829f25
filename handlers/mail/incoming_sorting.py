"""What kind of mail came in, and which ticket it belongs to, by what the desk knows of its staff,
its customers and its own mails.
"""

import asyncio
from datetime import datetime
from functools import partial

from domain.clock import pauses
from domain.mail.likely_subjects import suggester
from domain.mail.raw.types import ReadMail
from domain.mail.senders import OfficeAddresses, is_plausible, office_addresses
from domain.mail.sorted_mail import HintKind, Sorted, TicketHint
from domain.mail.sorting import sort_mail
from domain.tickets.records import Status, Ticket, TicketNo, reply_addresses
from handlers.desk import Work
from store import staff
from store.customers import keys
from store.customers import records as customers
from store.mail import incoming, mails
from store.tickets import records as tickets


async def sort(work: Work, read: ReadMail, raw: bytes, arrived_at: datetime) -> Sorted:
    """What a mail is, by itself and by who is known."""
    await work.desk.suggestions.refreshed(work.db)
    office = work.configuration
    suggest = suggester(
        work.catalogue,
        office.seeds,
        work.desk.suggestions.model,
        work.today,
    )
    decide = partial(
        sort_mail,
        read,
        await _office(work),
        arrived_at,
        office.mail,
        work.catalogue,
        suggest,
        raw=raw,
        known_sender=await keys.is_known_email(work.db, read.sender.email),
    )
    return await asyncio.to_thread(decide)


async def _office(work: Work) -> OfficeAddresses:
    """The office's addresses: what mails go out from, colleagues' and those in the data."""
    rules = work.configuration.mail
    entered = [person.email for person in await staff.list_staff(work.db) if person.email]
    own = [work.desk.mail_from] if work.desk.mail_from else []
    return office_addresses(own, [*entered, *rules.forwarders], rules.domains)


async def named_ticket(work: Work, found: Sorted) -> str | None:
    """The first ticket that a machine's mail names; nobody is told anything by it."""
    for hint in found.ticket_candidates:
        no = await _hinted(work, hint, None)
        if no is not None and await tickets.find_ticket(work.db, no) is not None:
            return no
    return None


async def answered_ticket(work: Work, read: ReadMail, found: Sorted) -> Ticket | None:
    """The ticket that a person's mail answers, as far as its sender may speak of it."""
    for hint in found.ticket_candidates:
        no = await _hinted(work, hint, read.sender.email)
        ticket = None if no is None else await tickets.find_ticket(work.db, no)
        if ticket is None or ticket.status is Status.VOIDED:
            continue
        known = await _known_addresses(work, ticket)
        if is_plausible(read.sender.email, known, work.configuration.mail.domains):
            return ticket
    return None


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


async def _known_addresses(work: Work, ticket: Ticket) -> set[str]:
    """Who may speak of a ticket: its customer, contacts, and whoever wrote or was written to."""
    customer = None
    if ticket.customer:
        customer = await customers.get_customer(work.db, ticket.customer)
    written_to = [mail.to for mail in await mails.list_mails(work.db, ticket.no, 50)]
    wrote = await incoming.list_writers(work.db, ticket.no)
    return {*reply_addresses(ticket, customer), *written_to, *wrote}


def goes_on(ticket: Ticket, found: Sorted, now: datetime) -> Ticket:
    """The ticket after its customer's answer: open again where it was closed, unless the mail only
    thanks; its clock goes on where it waited.
    """
    if ticket.status is Status.CLOSED:
        return ticket if found.thanks else pauses.reopened(ticket, now)
    if ticket.waiting_since is not None:
        return pauses.answered(ticket, max(now, ticket.waiting_since), now)
    return ticket
