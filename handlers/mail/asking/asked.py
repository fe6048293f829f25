"""What an answer by mail is about: the ticket, who asked, and the mail that is answered."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from domain.customers.records import Contact, Customer
from domain.mail.addressees import THAI, Addressee, has_thai_letters, is_one_person
from domain.mail.forwards import bare_subject
from domain.mail.incoming import IncomingMail, MailReading
from domain.mail.letters.answering import answer_thread
from domain.mail.senders import DomainRules
from domain.mail.sorted_mail import IncomingKind
from domain.tickets.records import Ticket, TicketNo, reply_addresses
from handlers.desk import Context
from handlers.mail.asking.receivers import addressee
from handlers.mail.replies import address_of_reply, reply_address
from store.customers import records as customers
from store.mail import incoming
from store.tickets import records as tickets


@dataclass(frozen=True, slots=True)
class Asked:
    """A ticket with who asked. `newest` = the last mail that people sent about it, if any did;
    `mail` = the same as the asker wrote it: of what a colleague passed on what stands in there, for
    the ticket that was made of it. `own` = the desk's address.
    """

    ticket: Ticket
    customer: Customer | None
    contact: Contact | None
    newest: IncomingMail | None
    own: str
    domains: DomainRules

    @property
    def mail(self) -> IncomingMail | None:
        """The mail that an answer answers."""
        mail = self.newest
        if mail is None or mail.reading.kind != IncomingKind.FORWARD:
            return mail
        if mail.second_ticket != self.ticket.no:
            return None
        return replace(mail, reading=passed_on(mail.reading))

    @property
    def addresses(self) -> list[str]:
        """Where an answer may go, the likeliest first: to whoever wrote last."""
        known = reply_addresses(self.ticket, self.customer)
        return list(dict.fromkeys(filter(None, (self._wrote(known), *known))))

    def _wrote(self, known: Sequence[str]) -> str:
        if self.mail is None:
            return ""
        read = self.mail.reading
        if read.opened:
            return reply_address(read, self.own)
        return address_of_reply(read, self.own, known, self.domains)

    @property
    def codes(self) -> tuple[str, ...]:
        """The customer's code, where there is one."""
        return (self.ticket.customer,) if self.ticket.customer else ()

    @property
    def thread(self) -> tuple[str, ...]:
        """The Message-IDs that an answer follows."""
        if self.mail is None:
            return ()
        read = self.mail.reading
        return answer_thread(read.message_id, read.thread.split("\n"))


def passed_on(read: MailReading) -> MailReading:
    """What a colleague passed on as its writer wrote it: nobody knows when, nor in which thread."""
    return replace(
        read,
        from_name=read.forwarded_name,
        from_email=read.forwarded_email,
        reply_to="",
        copied="",
        subject=bare_subject(read.subject),
        body_text=read.original_text,
        sent_at=None,
        message_id="",
        thread="",
    )


async def load_asked(ctx: Context, no: str) -> Asked:
    """Who asked what a ticket is about. NotFound("ticket")."""
    ticket = await ctx.once(tickets.get_ticket, TicketNo(no))
    customer = await ctx.customer(ticket.customer) if ticket.customer else None
    contact = None
    if ticket.contact_id and customer:
        contact = await customers.find_contact(ctx.db, ticket.contact_id)
    newest = await ctx.once(incoming.find_newest, no)
    domains = ctx.configuration.mail.domains
    return Asked(ticket, customer, contact, newest, ctx.desk.mail_from, domains)


def receiver(ctx: Context, asked: Asked) -> Addressee:
    """Who is written to: the contact, else the customer, else whoever wrote the mail."""
    email = next(iter(asked.addresses), "")
    mail = asked.mail
    if mail is None:
        return addressee(ctx, asked.customer, asked.contact, email)
    if asked.customer is None or _is_another(asked, mail.reading):
        name = mail.reading.from_name
        return Addressee(name, is_person=True, emails=(email,))
    contact = _wrote_as(asked.customer, mail.reading) or asked.contact
    return addressee(ctx, asked.customer, contact, email)


def _wrote_as(customer: Customer, read: MailReading) -> Contact | None:
    """The contact who wrote, where the address is that of one."""
    address = read.from_email.casefold()
    found = [one for one in customer.contacts if one.email.casefold() == address]
    return next(iter(found), None)


def _is_another(asked: Asked, read: MailReading) -> bool:
    """Whether somebody else answered than the ticket is of: by address and name alike."""
    known = map(str.casefold, reply_addresses(asked.ticket, asked.customer))
    if read.opened or not read.from_name or read.from_email.casefold() in known:
        return False
    names = [one.name for one in (asked.customer, asked.contact) if one is not None]
    return not any(is_one_person(read.from_name, name) for name in names)


def language_of(to: Addressee, asked: Asked) -> str:
    """The language of the answer: the one that was chosen; who wrote in Thai is answered so."""
    wrote = asked.mail.reading.body_text if asked.mail else ""
    if not to.chosen and has_thai_letters(wrote):
        return THAI
    return to.language
