"""The likeliest customers on the card of a mail, each with why, and the buttons of one tap."""

from collections.abc import Callable, Sequence
from functools import partial

import orjson

from domain.customers.new_customers import names_organisation
from domain.customers.phones import looks_like_email
from domain.mail.addressees import is_one_person
from domain.mail.incoming import IncomingMail, MailReading
from domain.mail.matching.candidates import Evidence, MailCandidate, Writer, rank_candidates
from domain.text import shorten
from domain.tickets.records import Status, Ticket
from handlers.chat import Button, in_one_line
from handlers.desk import Work
from handlers.i18n import _
from handlers.registry import CardAddition, on_mail_card
from handlers.tickets.cards import customer_line, shown_name
from store.mail import incoming, matches

NAME = 40
"""Letters of a customer's name on a button."""
WHY = {
    Evidence.EMAIL: "อีเมลเดียวกัน",
    Evidence.BEFORE: "เคยจับคู่กับอีเมลนี้",
    Evidence.PHONE: "เบอร์โทรเดียวกัน",
    Evidence.BESIDE: "อีเมลอื่นในจดหมายเดียวกัน",
    Evidence.NAME: "ชื่อตรงกัน",
    Evidence.ORGANISATION: "หน่วยงานเดียวกัน",
    Evidence.DOMAIN: "โดเมนอีเมลเดียวกัน",
}
"""Why somebody may have written, as officers read it."""


def writer_of(read: MailReading) -> Writer:
    """Who really wrote a mail: of one that a colleague passed on, who wrote that."""
    signed = orjson.loads(read.signature)
    is_passed_on = bool(read.forwarded_name or read.forwarded_email)
    called = read.forwarded_name if is_passed_on else read.from_name
    organisation = signed.get("organisation", "")
    names = [signed.get("name", ""), signed.get("english_name", "")]
    if names_organisation(called):
        organisation = organisation or called
    elif not looks_like_email(called):
        names.append(called)
    addresses = [read.writer, *signed.get("emails", ())]
    if not is_passed_on:
        addresses.append(read.from_email)
    emails = [address.lower() for address in addresses if looks_like_email(address)]
    return Writer(
        _one_each(names),
        organisation,
        tuple(dict.fromkeys(emails)),
        tuple(orjson.loads(read.phones)),
    )


def _one_each(names: Sequence[str]) -> tuple[str, ...]:
    """The names of different people; one that is the same in the other language is left out."""
    kept: list[str] = []
    for name in filter(None, names):
        if not any(is_one_person(name, other) for other in kept):
            kept.append(name)
    return tuple(kept)


async def candidates_of(work: Work, mail: IncomingMail) -> list[MailCandidate]:
    """The customers who may have written a mail. Names are searched once, when somebody first looks
    at it and nobody is meant without doubt; who is reached by its addresses and telephones is read
    each time.
    """
    writer = writer_of(mail.reading)
    known = (mail.possible or "").split()
    ranked = await _ranked(work, mail, writer, known)
    is_known = bool(ranked) and ranked[0].sure
    if is_known or mail.possible is not None:
        return ranked
    possible = await matches.search_possible(work.db, work.words, writer)
    if possible is None:
        return ranked
    work.change(incoming.keep_possible, mail.id, possible)
    return await _ranked(work, mail, writer, possible) if possible else ranked


async def _ranked(
    work: Work,
    mail: IncomingMail,
    writer: Writer,
    possible: Sequence[str],
) -> list[MailCandidate]:
    """The likeliest of those whom the search found, and of whoever is reached as the writer is."""
    office = work.configuration
    domains = office.mail.domains
    found = await matches.find_writers(
        work.db,
        writer,
        possible,
        domains,
        mail.id,
    )
    return rank_candidates(
        writer,
        found.customers,
        found.before,
        office.matching,
        domains,
    )


# What is said.


@on_mail_card(place=20)
async def _on_mail_card(
    work: Work, mail: IncomingMail, ticket: Ticket
) -> Callable[[], CardAddition]:
    """Who may have written, while the ticket has no customer: whoever sees it is noted."""
    if ticket.is_done or ticket.customer:
        return CardAddition
    found = await candidates_of(work, mail)
    for each in found:
        work.audit("customer.listed", each.customer.code)
    return partial(_addition, found, ticket)


def _addition(found: Sequence[MailCandidate], ticket: Ticket) -> CardAddition:
    """The candidates with a button each, and what else may be done with the mail."""
    lines = [(_("น่าจะเป็น"), candidate_line(each)) for each in found]
    buttons = [match_button(each, ticket) for each in found]
    args = {"no": ticket.no}
    if is_free(ticket):
        buttons.append(
            Button(
                _("รับเรื่อง"),
                "mail.take",
                args,
            )
        )
    buttons.append(
        Button(
            _("ผู้รับบริการใหม่"),
            "mail.customer",
            args,
        )
    )
    is_sure = bool(found) and found[0].sure
    if not is_sure:
        buttons.append(
            Button(
                _("ค้นหาผู้รับบริการ"),
                "mail.search",
                args,
            )
        )
    if is_free(ticket):
        buttons.append(
            Button(
                _("ไม่ใช่คำขอ"),
                "mail.no_request",
                args,
            )
        )
    return CardAddition(lines, tuple(buttons))


def candidate_line(one: MailCandidate) -> str:
    """`C70001 มหาวิทยาลัยเชียงใหม่ · ผู้ติดต่อ นางวิภา · อีเมลเดียวกัน · ชื่อคล้าย 93%`"""
    contact = ""
    if one.contact is not None:
        contact = _("ผู้ติดต่อ %(name)s", name=one.contact.name)
    why = [_why(kind, one.likeness) for kind in one.evidence]
    return in_one_line(customer_line(one.customer), contact, *why)


def _why(kind: Evidence, likeness: int) -> str:
    """What speaks for somebody: `อีเมลเดียวกัน`, `ชื่อคล้าย 93%`."""
    if kind is Evidence.NAME and likeness < 100:
        return _("ชื่อคล้าย %(score)s%%", score=likeness)
    return _(WHY[kind])


def is_free(ticket: Ticket) -> bool:
    """Whether nobody has taken the mail yet, though it may have been given to somebody."""
    return ticket.status is Status.NEW


def match_button(one: MailCandidate, ticket: Ticket) -> Button:
    """[รับเรื่องและจับคู่] where nobody else is meant, else [จับคู่ C81554 นายสมชาย ใจดี]."""
    customer = one.customer
    args = {
        "no": str(ticket.no),
        "code": str(customer.code),
    }
    if one.contact is not None and one.contact.id is not None:
        args["contact"] = str(one.contact.id)
    if one.sure and is_free(ticket):
        label = _("รับเรื่องและจับคู่")
    else:
        name = shorten(f"{customer.code} {shown_name(customer)}", NAME)
        label = _("จับคู่ %(customer)s", customer=name)
    return Button(label, "mail.match", args)
