"""Whom a letter goes to, out of the register: the person's name and language. One that somebody
chose is kept with the customer, or with the contact of an organisation.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from domain.customers.records import Contact, Customer
from domain.mail.addressees import Addressee, is_one_person
from handlers.desk import Context
from handlers.i18n import _, speaking
from store.customers import records as customers


def addressee(
    ctx: Context,
    customer: Customer | None,
    contact: Contact | None = None,
    email: str = "",
) -> Addressee:
    """Returns who is written to: the contact, else the customer. `email` = where the letter
    goes.
    """
    if customer is None:
        return Addressee("", is_person=True, emails=(email,))
    to = _customer_as_addressee(ctx, customer, email)
    if contact is None:
        return to
    # The people of an organisation have a language each; of a person the record's own holds.
    own = "" if to.is_person else contact.letter_language
    english = to.english if is_one_person(to.name, contact.name) else ""
    return replace(
        to,
        name=contact.name,
        is_person=True,
        english=english,
        chosen=own or to.chosen,
    )


def _customer_as_addressee(ctx: Context, customer: Customer, email: str) -> Addressee:
    kind = ctx.desk.configuration.catalogue.customer_types.get(customer.kind)
    addresses = [address.text for address in customer.addresses]
    return Addressee(
        customer.name or customer.organisation,
        is_person=is_a_person(ctx, customer),
        further=(customer.organisation, *addresses),
        emails=(email, customer.email),
        phones=(customer.phone, customer.mobile),
        english=customer.english_name,
        usual=kind.letters if kind else "",
        chosen=customer.letter_language or "",
    )


def is_a_person(ctx: Context, customer: Customer) -> bool:
    """Whether a customer is one person, and not an organisation that has contacts."""
    kind = ctx.desk.configuration.catalogue.customer_types.get(customer.kind)
    return kind is None or kind.person or customer.gender is not None


def greeting(ctx: Context, to: Addressee, language: str) -> str:
    """Returns the name that a letter in this language greets."""
    with speaking(language):
        nobody = _("ท่านผู้รับบริการ")
    return ctx.desk.configuration.letters.greeted(to, language) or nobody


async def remember(
    ctx: Context,
    codes: Sequence[str],
    language: str,
    contact_id: int | None = None,
) -> None:
    """Keeps the language that was chosen with each of these customers; with the contact who is
    written to, where that is one of an organisation's.
    """
    for code in codes:
        customer = await ctx.customer(code)
        new = _speaking(ctx, customer, language, contact_id)
        if new == customer:
            continue
        ctx.change(
            partial(
                customers.update_customer,
                old=customer,
                new=new,
                by=ctx.staff.id,
                now=ctx.now,
            )
        )
        ctx.audit("customer.changed", customer.code)


def _speaking(
    ctx: Context,
    customer: Customer,
    language: str,
    contact_id: int | None,
) -> Customer:
    """The customer with the language that was chosen."""
    met = any(contact.id == contact_id for contact in customer.contacts)
    if contact_id is None or not met or is_a_person(ctx, customer):
        return replace(customer, letter_language=language)
    contacts = [
        replace(contact, letter_language=language) if contact.id == contact_id else contact
        for contact in customer.contacts
    ]
    return replace(customer, contacts=tuple(contacts))
