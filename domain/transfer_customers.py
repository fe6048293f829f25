"""Customers as rows: what one prints as, and what rows make of the record that is there."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from domain.customers import Address, Contact, Customer, CustomerCode, Gender
from domain.errors import InvalidInput
from domain.phones import format_phone, parse_email, parse_phone
from domain.references import read_code
from domain.text import clean, digits, fold
from domain.transfer import LONG_LIMIT, NAME_LIMIT, UNKNOWN, Cells, Names, limited, named_value

MOST_CONTACTS = 100
"""Contacts and addresses of one customer; a table that brings more is not about one customer."""

_OWN = {
    "name": "name",
    "type": "kind",
    "gender": "gender",
    "organisation": "organisation",
    "phone": "phone",
    "mobile": "mobile",
    "email": "email",
    "note": "note",
}
"""Columns of the record itself -> its fields."""

_CONTACT = {"contact_name": "name", "contact_phone": "phone", "contact_mobile": "mobile", "contact_email": "email"}


def parse_code(text: str) -> CustomerCode:
    """`C81554`, however it is written; InvalidInput("row_code")."""
    code = read_code(text)
    if code is None:
        raise InvalidInput("row_code", code=text[:40])
    return code


def running_number(code: str) -> int:
    """The running number of a well-formed code or ticket number in a cell, 0 for any other text."""
    found = re.fullmatch(r"C([0-9]{1,12})|R[0-9]{4}([0-9]{6})", digits(code).strip().upper())
    return int(found[1] or found[2]) if found else 0


def customer_rows(customer: Customer, names: Mapping[str, str]) -> list[dict[str, str]]:
    """The rows of a table, one for each contact and each further address; `names` are those of the types."""
    rows: list[dict[str, str]] = []
    for place in range(max(1, len(customer.contacts), len(customer.addresses))):
        row = {"code": str(customer.code), "name": customer.name or UNKNOWN}
        if not place:
            row |= {column: _printed(customer, column, names) for column in _OWN}
        if place < len(customer.addresses):
            row["address"] = customer.addresses[place].text
        elif not place and "address" in customer.unknown:
            row["address"] = UNKNOWN
        if place < len(customer.contacts):
            row |= _printed_contact(customer.contacts[place])
        rows.append({column: text for column, text in row.items() if text})
    return rows


def _printed(customer: Customer, column: str, names: Mapping[str, str]) -> str:
    name = _OWN[column]
    value = getattr(customer, name)
    if not value:
        return UNKNOWN if name in customer.unknown else ""
    if column == "type":
        return names.get(value, value)
    return format_phone(value) if column in ("phone", "mobile") else str(value)


def _printed_contact(contact: Contact) -> dict[str, str]:
    return {
        "contact_name": contact.name,
        "contact_phone": format_phone(contact.phone),
        "contact_mobile": format_phone(contact.mobile),
        "contact_email": contact.email,
    }


def reaches(cells: Cells) -> tuple[str, ...]:
    """The telephones (E.164) and e-mails by which the row's customer is known; unreadable ones are passed over."""
    found: dict[str, None] = {}
    for column in ("phone", "mobile", "email", "contact_phone", "contact_mobile", "contact_email"):
        text = cells.get(column, "")
        if text and text != UNKNOWN:
            try:
                found[parse_email(text) if column.endswith("email") else parse_phone(text)] = None
            except InvalidInput:
                continue
    return tuple(found)


def parse_name(text: str) -> str:
    """The name with single blanks; unlike in the chat `=1+1` is one, since registers hold such."""
    return limited("name", " ".join(text.split()), NAME_LIMIT)


class _Merge:
    """A record while rows are laid over it; `claimed` and `settled` are what earlier rows of this table said."""

    def __init__(self, customer: Customer, names: Names, labels: Mapping[str, str]) -> None:
        self.before, self.names, self.labels = customer, names, labels
        self.values: dict[str, Any] = {name: getattr(customer, name) for name in _OWN.values()}
        self.unknown = set(customer.unknown)
        self.contacts, self.addresses = list(customer.contacts), list(customer.addresses)
        self.claimed: dict[str, object] = {}
        self.settled: list[Contact] = []

    def lay(self, cells: Cells) -> None:
        """One row."""
        for column, text in cells.items():
            if column in _OWN:
                self._own(column, _OWN[column], text)
        if "address" in cells:
            self._address(cells["address"])
        if not _CONTACT.keys().isdisjoint(cells):
            self._contact(cells)
        if max(len(self.contacts), len(self.addresses)) > MOST_CONTACTS:
            raise InvalidInput("row_contacts", limit=MOST_CONTACTS)

    def made(self) -> Customer:
        """The record as it now is."""
        contacts, addresses = tuple(self.contacts), tuple(self.addresses)
        return replace(
            self.before, unknown=frozenset(self.unknown), contacts=contacts, addresses=addresses, **self.values
        )

    def _own(self, column: str, name: str, text: str) -> None:
        present = self.values[name]
        if text == UNKNOWN:
            self._unknown(name, bool(present))
            return
        same = bool(present) and text == clean(_printed(self.before, column, self.labels))
        value = getattr(self.before, name) if same else _READERS[column](text, self.names)
        if self.claimed.setdefault(name, value) != value:
            raise InvalidInput("row_differs", field=name)
        self.values[name] = value
        self.unknown.discard(name)

    def _unknown(self, name: str, known: bool) -> None:
        """Not known to the table: what is known here stays."""
        if not known:
            self.unknown.add(name)

    def _address(self, text: str) -> None:
        if text == UNKNOWN:
            self._unknown("address", bool(self.addresses))
            return
        self.unknown.discard("address")
        again = "address" in self.claimed
        self.claimed["address"] = text
        if any(clean(address.text) == text for address in self.addresses):
            return
        made = Address(limited("address", text), main=not again)
        if again or not self.addresses:
            self.addresses.append(made)
        else:
            self.addresses[0] = made

    def _contact(self, cells: Cells) -> None:
        given = _given(cells, self.contacts)
        if not any((given.name, given.phone, given.mobile, given.email)):
            return
        found = _same_contact(self.contacts, given, self.settled)
        if found is None:
            self.contacts.append(replace(given, main=not self.contacts))
        else:
            self.contacts[found] = _laid_over(self.contacts[found], given)
        self.settled.append(self.contacts[-1 if found is None else found])


def _given(cells: Cells, contacts: Sequence[Contact]) -> Contact:
    """The contact that a row names; what is printed of a saved one is read as that, whatever it is."""
    values = dict.fromkeys(_CONTACT.values(), "")
    for column, name in _CONTACT.items():
        text = cells.get(column, "")
        if not text or text == UNKNOWN:
            continue
        known = (getattr(one, name) for one in contacts if text == clean(_printed_contact(one)[column]))
        values[name] = next(known, "") or _CONTACT_READERS[name](text)
    return Contact(values["name"], values["phone"], values["mobile"], values["email"])


def _same_contact(contacts: Sequence[Contact], given: Contact, settled: Sequence[Contact]) -> int | None:
    """Which contact is meant: the one that says just that, else one of the name that no earlier row meant."""
    named = [place for place, contact in enumerate(contacts) if contact.name == given.name]
    for place in named:
        if _laid_over(contacts[place], given) == contacts[place]:
            return place
    free = [place for place in named if given.name and contacts[place] not in settled]
    return free[0] if free else None


def _laid_over(base: Contact, given: Contact) -> Contact:
    return replace(
        base, phone=given.phone or base.phone, mobile=given.mobile or base.mobile, email=given.email or base.email
    )


_CONTACT_READERS: Mapping[str, Callable[[str], str]] = {
    "name": lambda text: limited("contacts", text, NAME_LIMIT),
    "phone": parse_phone,
    "mobile": parse_phone,
    "email": parse_email,
}

_READERS: Mapping[str, Callable[[str, Names], object]] = {
    "name": lambda text, names: parse_name(text),
    "type": lambda text, names: names.code("customer_types", text),
    "gender": lambda text, names: Gender(named_value("gender", text)),
    "organisation": lambda text, names: limited("organisation", text),
    "phone": lambda text, names: parse_phone(text),
    "mobile": lambda text, names: parse_phone(text),
    "email": lambda text, names: parse_email(text),
    "note": lambda text, names: limited("note", text, LONG_LIMIT),
}


def merge_customer(
    old: Customer | None, code: CustomerCode, rows: Sequence[Cells], names: Names, labels: Mapping[str, str]
) -> Customer:
    """The record after a table's rows about it, in their order; equal to `old` where they say nothing new.

    A cell replaces what was there before, an empty one leaves it. The rows may add contacts and addresses, but
    each field of the record itself is said once: InvalidInput("row_differs"). A name that has nothing in common
    with the record's is another customer's: InvalidInput("code_taken"). `labels` are the names of the types.
    """
    merge = _Merge(old or Customer(code, ""), names, labels)
    for cells in rows:
        merge.lay(cells)
    made = merge.made()
    if not made.name and "name" not in made.unknown:
        raise InvalidInput("row_name")
    if old is not None and not _same_customer(old, made, rows):
        raise InvalidInput("code_taken", code=code, name=old.name)
    return made


def _same_customer(old: Customer, new: Customer, rows: Sequence[Cells]) -> bool:
    """Whether a changed name is still the same customer's: a word of it, a telephone or an e-mail in common."""
    if old.name == new.name or not old.name or set(fold(old.name).split()) & set(fold(new.name).split()):
        return True
    people: list[Customer | Contact] = [old, *old.contacts]
    known = {reach for who in people for reach in (who.phone, who.mobile, who.email) if reach}
    return any(not known.isdisjoint(reaches(cells)) for cells in rows)
