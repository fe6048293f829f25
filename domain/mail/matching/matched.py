"""A ticket of a mail that was matched: what that set, how it is taken back, and where the writer's
address is kept. Pure.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from domain.customers.records import Contact, Customer
from domain.mail.matching.candidates import Writer
from domain.tickets.records import Status, Ticket

GIVEN = ("customer", "contact_id", "assignee", "subject")
"""The fields of a ticket that a match sets, beside its status."""


def matched_fields(ticket: Ticket) -> dict[str, Any]:
    """Returns what a match is known by: those fields, and how often the ticket was saved."""
    return {name: getattr(ticket, name) for name in (*GIVEN, "status", "version")}


def unmatched(
    now: Ticket,
    was: Mapping[str, Any],
    became: Mapping[str, Any],
) -> Ticket:
    """Returns the ticket with what the match set as it stood before, but for what somebody changed
    since; it is new again only where nobody has worked on it.
    """
    fields = {name: was[name] for name in GIVEN if getattr(now, name) == became[name]}
    if now.version == became["version"]:
        fields["status"] = Status(was["status"])
    return replace(now, **fields)


@dataclass(frozen=True, slots=True)
class KeptAddress:
    """Where the writer's address stands: with the customer, with a contact of this id, or with one
    who was added (`added`).
    """

    address: str
    contact_id: int | None = None
    added: bool = False

    def in_words(self) -> str:
        """Returns the same as one text."""
        where = "added" if self.added else str(self.contact_id or "customer")
        return f"{where} {self.address}"


def kept_address(text: str) -> KeptAddress | None:
    """Reads such a text; None where nothing is kept."""
    where, blank, address = text.partition(" ")
    if not blank:
        return None
    if where.isdigit():
        return KeptAddress(address, int(where))
    return KeptAddress(address, added=where == "added")


def is_known(customer: Customer, address: str) -> bool:
    """Returns whether a customer, or a contact, has this address."""
    people: list[Customer | Contact] = [customer, *customer.contacts]
    return any(one.email.lower() == address.lower() for one in people)


def with_address(
    customer: Customer,
    contact_id: int | None,
    writer: Writer,
    *,
    is_person: bool,
) -> tuple[Customer, KeptAddress]:
    """Returns the customer with the writer's address, and where it stands: with the contact who
    wrote, with the customer, else with a contact of the writer's name.
    """
    address = writer.emails[0]
    wrote = [one for one in customer.contacts if one.id == contact_id]
    if wrote and not wrote[0].email:
        changed = with_email(customer, wrote[0], address)
        return changed, KeptAddress(address, contact_id)
    is_own = is_person or not writer.names
    if is_own and not wrote and not customer.email:
        return replace(customer, email=address), KeptAddress(address)
    # Somebody who has an address has a second one, as a contact of the same name.
    names = [*(one.name for one in wrote), *writer.names, customer.name]
    added = Contact(
        names[0],
        email=address,
        main=not customer.contacts,
    )
    contacts = (*customer.contacts, added)
    return replace(customer, contacts=contacts), KeptAddress(address, added=True)


def without_address(customer: Customer, kept: KeptAddress) -> Customer:
    """Returns the customer without an address that was kept, unless it was changed since."""
    mine = [one for one in customer.contacts if one.email == kept.address]
    if kept.added:
        others = [one for one in customer.contacts if one not in mine]
        return replace(customer, contacts=tuple(others))
    if kept.contact_id is None and customer.email == kept.address:
        return replace(customer, email="")
    changed = customer
    for one in mine:
        if one.id == kept.contact_id:
            changed = with_email(customer, one, "")
    return changed


def with_email(
    customer: Customer,
    contact: Contact,
    email: str,
) -> Customer:
    """Returns the customer with another address of one of its contacts."""
    contacts = list(customer.contacts)
    place = contacts.index(contact)
    contacts[place] = replace(contact, email=email)
    return replace(customer, contacts=tuple(contacts))
