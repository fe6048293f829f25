"""What kind of mail came in, by what the desk knows of its staff, its customers and its mails."""

import asyncio
from functools import partial

from domain.mail.incoming import WaitingMail
from domain.mail.likely_subjects import suggester
from domain.mail.raw.types import ReadMail
from domain.mail.senders import OfficeAddresses, office_addresses
from domain.mail.sorted_mail import Sorted
from domain.mail.sorting import sort_mail
from handlers.desk import Work
from store import staff
from store.customers import keys


async def sort(work: Work, read: ReadMail, raw: bytes, waiting: WaitingMail) -> Sorted:
    """What a mail is, by itself, by who is known, and by what somebody said of it."""
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
        await office_of(work),
        waiting.arrived_at,
        office.mail,
        work.catalogue,
        suggest,
        raw=raw,
        known_sender=await keys.is_known_email(work.db, read.sender.email),
        by_person=waiting.cleared,
    )
    return await asyncio.to_thread(decide)


async def office_of(work: Work) -> OfficeAddresses:
    """The office's addresses: what mails go out from, colleagues' and those in the data."""
    rules = work.configuration.mail
    colleagues = [*rules.forwarders]
    for person in await staff.list_staff(work.db):
        if person.email:
            colleagues.append(person.email)
    own = [work.desk.mail_from]
    return office_addresses(own, colleagues, rules.domains)
