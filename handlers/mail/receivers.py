"""Whom a letter goes to, out of the register: the person's name and language. One that somebody
chose is kept with the customer.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from domain.customers.records import Customer
from domain.mail.addressees import Addressee
from handlers.desk import Context
from handlers.i18n import _, speaking
from store.customers import records as customers


def addressee(
    ctx: Context,
    customer: Customer | None,
    contact: str = "",
    email: str = "",
) -> Addressee:
    """Returns who is written to: the contact of this name, else the customer. `email` = where the
    letter goes.
    """
    if customer is None:
        return Addressee(contact, is_person=True, emails=(email,))
    kind = ctx.desk.configuration.catalogue.customer_types.get(customer.kind)
    is_person = kind is None or kind.person or customer.gender is not None
    addresses = [address.text for address in customer.addresses]
    return Addressee(
        contact or customer.name or customer.organisation,
        is_person=bool(contact) or is_person,
        further=(customer.organisation, *addresses),
        emails=(email, customer.email),
        phones=(customer.phone, customer.mobile),
        usual=kind.letters if kind else "",
        chosen=customer.letter_language or "",
    )


def greeting(ctx: Context, to: Addressee, language: str) -> str:
    """Returns the name that a letter in this language greets."""
    with speaking(language):
        nobody = _("ท่านผู้รับบริการ")
    return ctx.desk.configuration.letters.greeted(to, language) or nobody


async def remember(ctx: Context, codes: Sequence[str], language: str) -> None:
    """Keeps the language that was chosen with each of these customers."""
    for code in codes:
        customer = await ctx.customer(code)
        if customer.letter_language == language:
            continue
        ctx.change(
            partial(
                customers.update_customer,
                old=customer,
                new=replace(customer, letter_language=language),
                by=ctx.staff.id,
                now=ctx.now,
            )
        )
        ctx.audit("customer.changed", customer.code)
