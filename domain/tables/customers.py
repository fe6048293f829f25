"""Customers as rows: what a customer is printed as, whom a row is about, and which rows are
none.
"""

import re
from collections.abc import Mapping, Sequence
from functools import cache

from domain.customers.phones import is_scientific, read_emails, read_phones
from domain.customers.records import Customer, CustomerCode
from domain.errors import InvalidInput
from domain.tables.columns import TOTAL, says_total
from domain.tables.merge import (
    ADDS,
    OWN,
    CustomerMerge,
    contact_details_of,
    is_blank,
    is_error,
    is_unknown,
    printed,
    printed_contact,
)
from domain.tables.tables import UNKNOWN, Cells, Names
from domain.text import digits, fold, words
from domain.tickets.references import read_code

_PHONES = ("phone", "mobile", "contact_phone", "contact_mobile")
_EMAILS = ("email", "contact_email")
_TICKET_NO = re.compile(r"R[0-9]{4}([0-9]{6})")


def parse_code(text: str) -> CustomerCode:
    """The code of a cell, however it is written; InvalidInput("row_code")."""
    code = read_code(text, bare=True)
    if code is None:
        raise InvalidInput("row_code", code=text[:40])
    return code


def running_number(text: str) -> int:
    """The running number of a customer's code or a ticket's number in a cell, 0 for any other
    text.
    """
    if code := read_code(text, bare=True):
        return int(code[1:])
    found = _TICKET_NO.fullmatch(digits(text).strip().upper())
    return int(found[1]) if found else 0


def customer_rows(customer: Customer, labels: Mapping[str, str]) -> list[dict[str, str]]:
    """The rows of a table, one for each contact and each further address; `labels` are the names of
    the types.
    """
    count = max(1, len(customer.contacts), len(customer.addresses))
    rows = [_row(customer, place, labels) for place in range(count)]
    return [{column: text for column, text in row.items() if text} for row in rows]


def _row(customer: Customer, place: int, labels: Mapping[str, str]) -> dict[str, str]:
    """One of a customer's rows; the first has all that is said once."""
    row = {"code": str(customer.code), "name": customer.name or UNKNOWN}
    if place == 0:
        row |= {column: printed(customer, column, labels) for column in OWN}
        if "address" in customer.unknown:
            row["address"] = UNKNOWN
    if place < len(customer.addresses):
        row["address"] = customer.addresses[place].text
    if place < len(customer.contacts):
        row |= printed_contact(customer.contacts[place])
    return row


def contact_details_in(cells: Cells) -> tuple[str, ...]:
    """The telephones (E.164) and e-mails by which the row's customer is known; what is none is
    passed over.
    """
    found: dict[str, None] = {}
    for column in _PHONES:
        if column in cells:
            found |= dict.fromkeys(read_phones(cells[column]).numbers)
    for column in _EMAILS:
        if column in cells:
            found |= dict.fromkeys(read_emails(cells[column]).addresses)
    return tuple(found)


def row_name(cells: Cells) -> str:
    """The name by which a row's customer is looked for, in small letters; "" for none and for one
    that is not known.
    """
    name = " ".join(cells.get("name", "").split())
    if is_unknown(name) or is_blank(name):
        return ""
    return name.casefold()


def check_row(cells: Cells) -> None:
    """Refuse what no customer can be made of.

    InvalidInput: "row_scientific" where a sheet wrote a number so that its last digits may be lost,
    "row_total" for the sum below a table, "row_name" where the cell of the name holds no name."""
    for column in ("code", *_PHONES):
        text = cells.get(column, "")
        if is_scientific(text):
            raise InvalidInput("row_scientific", field=column, text=text[:40])
    name = cells.get("name", "")
    if name and (is_blank(name) or is_error(name)):
        raise InvalidInput("row_name")
    total = _total(cells)
    # A customer whose name is a word for a sum is known by a code or a telephone.
    if total and "code" not in cells and not contact_details_in(cells):
        raise InvalidInput("row_total", text=total[:60])


def _total(cells: Cells) -> str:
    """The cell that calls the row a sum; "" where none does."""
    if cells.get(TOTAL):
        return cells[TOTAL]
    name = cells.get("name", "")
    return name if says_total(name) else ""


def is_about(customer: Customer, cells: Cells) -> bool:
    """Whether a row may be about this customer: no name, one with a word of its own in common, or a
    shared telephone or e-mail.

    Words that many names share (company, office, limited) tell nobody from another.
    """
    name = row_name(cells)
    if not name or not customer.name or name == customer.name.casefold():
        return True
    own = set(fold(customer.name).split())
    other = set(fold(name).split())
    shared = own & other
    if shared and (shared in (own, other) or not shared <= _generic()):
        return True
    known = contact_details_of([customer, *customer.contacts])
    return not known.isdisjoint(contact_details_in(cells))


@cache
def _generic() -> set[str]:
    return {key for word in words("customers").texts("generic") for key in fold(word).split()}


def merge_customer(
    old: Customer | None,
    code: CustomerCode,
    rows: Sequence[Cells],
    names: Names,
    labels: Mapping[str, str],
) -> Customer:
    """The record after a table's rows about it, in their order; equal to `old` where they say
    nothing new.

    A cell replaces what was there before, an empty one leaves it. Rows may add contacts and
    addresses, but each field of the record itself is said once: what a later row says otherwise
    stands in the note, like all that cannot be read. InvalidInput("row_name") where there is no
    name. `labels` are the names of the types."""
    merge = CustomerMerge(old, code, names, labels)
    for cells in rows:
        merge.lay(cells)
    return finished(merge)


def news(
    cells: Cells,
    record: Customer,
    names: Names,
    labels: Mapping[str, str],
) -> dict[str, str]:
    """What a row about a merged code says that the record of this code did not, to be added where
    the code leads.
    """
    told = {
        column: text
        for column, text in cells.items()
        if column not in OWN
        or merge_customer(
            record,
            record.code,
            [{column: text}],
            names,
            labels,
        )
        != record
    }
    return {**told, ADDS: "1"}


def finished(merge: CustomerMerge) -> Customer:
    """The record; InvalidInput("row_name") where nobody says what it is called."""
    made = merge.made()
    if not made.name and "name" not in made.unknown:
        raise InvalidInput("row_name")
    return made
