"""Lays the rows of a table over one customer: every cell is read, what is read otherwise than
written is reported, and no word is lost.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from domain.customers.fields import CONTACT, CUSTOMER
from domain.customers.phones import (
    format_phone,
    read_contact_details,
    read_emails,
    read_phones,
    share_phones,
)
from domain.customers.records import Address, Contact, Customer, CustomerCode
from domain.errors import InvalidInput
from domain.fields.rows import SHEET, FieldRow
from domain.tables.cells import PLAIN_CELLS
from domain.tables.columns import NOTED, column_label
from domain.tables.tables import (
    NAME_LIMIT,
    TEXT_LIMIT,
    UNKNOWN,
    Cells,
    Names,
    Register,
    Remark,
    cell_words,
)
from domain.text import clean, shorten

MOST_PARTS = 100
"""Contacts and addresses of one customer; what a table brings beyond them stands in the note."""

ADDS = "adds"
"""The key of a cell that makes its row only add to the record: what is there stays."""

_ROWS = {row.sheet: row for row in CUSTOMER.rows.values() if SHEET in row.places}
OWN = {column: row.attribute for column, row in _ROWS.items()}
"""Columns of the record itself -> its fields."""

_CONTACT_ROWS = [CONTACT.rows[name] for name in CONTACT.standing(SHEET)]
OF_CONTACT = {row.sheet: row.attribute for row in _CONTACT_ROWS}
"""Columns of a contact -> its fields."""

READ_APART = ("phone", "mobile", "email", "note")
"""Columns of the record that are read together, or at last."""

LONGEST_UNKNOWN = 20
"""Characters of a word for an answer that is not known."""
PHONES = ("phone", "mobile")
OTHER_PHONE = {"phone": "mobile", "mobile": "phone"}

Shown = tuple[tuple[str, str], ...]
"""Columns with what their cells were read as."""
_MAYBE_REACH = re.compile(r"[\d@]")
_ERRORS = frozenset({"#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!"})


def is_blank(text: str) -> bool:
    """Whether a cell says that there is nothing to say: mere marks, or a word for none."""
    return not any(map(str.isalnum, text)) or text.casefold() in cell_words("none")


def is_unknown(text: str) -> bool:
    """Whether a cell says that the answer is not known (DOMAIN.md section 1)."""
    if text == UNKNOWN:
        return True
    if len(text) > LONGEST_UNKNOWN:
        return False
    return text.casefold() in cell_words("unknown")


def is_error(text: str) -> bool:
    """Whether a cell is what a sheet shows where a formula failed."""
    return text in _ERRORS


def printed(customer: Customer, column: str, labels: Mapping[str, str]) -> str:
    """What a column of the record itself prints as."""
    row = _ROWS[column]
    text = CUSTOMER.text(customer, row.name)
    if not text:
        return UNKNOWN if row.name in customer.unknown else ""
    if row.type == "customer_type":
        return labels.get(text, text)
    if row.type == "phone":
        return format_phone(text)
    return text


def printed_contact(contact: Contact) -> dict[str, str]:
    """A contact's columns."""
    shown = {}
    for row in _CONTACT_ROWS:
        text = CONTACT.text(contact, row.name)
        shown[row.sheet] = format_phone(text) if row.type == "phone" else text
    return shown


class CustomerMerge:
    """A record while rows are laid over it; each field is said once, by the first row that says
    it.
    """

    __slots__ = (
        "_addresses",
        "_contacts",
        "_labels",
        "_line",
        "_lines",
        "_names",
        "_remarks",
        "_said",
        "_settled",
        "_unknown",
        "_values",
        "before",
    )

    def __init__(
        self,
        old: Customer | None,
        code: CustomerCode,
        names: Names,
        labels: Mapping[str, str],
    ) -> None:
        self.before = old or Customer(code, "")
        self._names = names
        self._labels = labels
        self._values: dict[str, Any] = {name: getattr(self.before, name) for name in OWN.values()}
        self._unknown = set(self.before.unknown)
        self._contacts = list(self.before.contacts)
        self._addresses = list(self.before.addresses)
        self._said: dict[str, tuple[object, str]] = {}
        self._settled: list[Contact] = []
        self._lines: list[str] = []
        self._remarks: list[Remark] = []
        self._line = ""

    def lay(self, cells: Cells, line: str = "") -> list[Remark]:
        """One row, which stands at `line`; what of it is read otherwise than it is written."""
        self._remarks = []
        self._line = line
        if ADDS in cells:
            self._say_what_is_there()
        for column in OWN:
            if column in cells and column not in READ_APART:
                self._own(column, cells[column])
        self._own_contact_details(cells)
        if "address" in cells:
            self._address(cells["address"])
        if not OF_CONTACT.keys().isdisjoint(cells):
            self._contact(cells)
        if "note" in cells:
            self._note(cells["note"])
        self._note_others(cells)
        return self._remarks

    def _say_what_is_there(self) -> None:
        """The row only adds: what the record says already counts as said."""
        for name, value in self._values.items():
            if value and name != "note":
                self._said.setdefault(name, (value, ""))
        if self._addresses:
            self._said.setdefault("address", (self._addresses[0].text, ""))

    def _note_others(self, cells: Cells) -> None:
        """What stands in columns that are none of the register's goes into the note."""
        for key, text in cells.items():
            if key.startswith(NOTED) and not is_blank(text):
                self._lines.append(_noted(key.removeprefix(NOTED), text))

    def made(self) -> Customer:
        """The record as it now is; equal to the one before where the rows said nothing new."""
        note = self._whole_note()
        unknown = self._unknown - {"note"} if note else self._unknown
        return replace(
            self.before,
            unknown=frozenset(unknown),
            contacts=tuple(self._contacts),
            addresses=tuple(self._addresses),
            **{**self._values, "note": note},
        )

    # The record's own fields.

    def _own(self, column: str, text: str) -> None:
        value = self._printed_value(column, text)
        if value is None and is_unknown(text):
            self._not_known(column, text)
            return
        if value is None:
            value = self._read(column, text)
        if value is not None:
            self._say(column, value, text)

    def _printed_value(self, column: str, text: str) -> object:
        """The saved value where the cell is what it prints as, whatever it is: an export changes
        nothing.
        """
        value = getattr(self.before, OWN[column])
        if value and _is_same(text, printed(self.before, column, self._labels)):
            return value
        return None

    def _read(self, column: str, text: str) -> object:
        """What the cell of a name, type, gender or organisation means; None where it says nothing
        that is one.
        """
        if is_blank(text):
            self._tell_none(column, text)
            return None
        value: object = None
        if not is_error(text):
            value = self._read_cell(_ROWS[column], text)
        if value is None:
            self._keep(column, text, "cell_noted")
        return value

    def _read_cell(self, row: FieldRow, text: str) -> object:
        """What a cell that says something means; None where it says no value of this field."""
        if row.name == "name":
            return self._read_name(text)
        if row.type == "customer_type":
            return self._read_type(text)
        try:
            value = PLAIN_CELLS[row.type](row, text)
        except InvalidInput:
            return None
        return CUSTOMER.value(row.name, str(value)) if row.type == "choice" else value

    def _read_name(self, text: str) -> str:
        name = " ".join(text.split())
        if name.startswith("="):
            self._tell("cell_formula", "name", text)
        if len(name) <= NAME_LIMIT:
            return name
        self._keep("name", text, "cell_cut")
        return shorten(name, NAME_LIMIT, units=len)

    def _read_type(self, text: str) -> str | None:
        try:
            code = self._names.code("customer_types", text)
        except InvalidInput:
            return None
        label = self._labels[code]
        if text.casefold() not in (code, label.casefold()):
            self._tell(
                "cell_read",
                "type",
                text,
                (("type", label),),
            )
        return code

    def _say(
        self,
        column: str,
        value: object,
        text: str,
        source: str = "",
    ) -> None:
        """The field is this, unless an earlier row of the table says otherwise: then this stands in
        the note.
        """
        name = OWN[column]
        first, line = self._said.setdefault(name, (value, self._line))
        if first == value:
            self._values[name] = value
            self._unknown.discard(name)
            return
        # Without a line it was the record itself that said otherwise.
        code = "cell_differs" if line else "cell_other"
        self._keep(source or column, text, code, line)

    def _not_known(self, column: str, text: str) -> None:
        """Not known to the table: what is known here stays."""
        name = OWN.get(column, column)
        if text != UNKNOWN:
            self._tell("cell_unknown", column, text)
        is_known = self._addresses if name == "address" else self._values[name]
        if not is_known:
            self._unknown.add(name)

    def _own_contact_details(self, cells: Cells) -> None:
        present = {field: str(self._values[field]) for field in (*PHONES, "email")}
        read = self._contact_details(
            cells,
            "",
            self._printed_value,
            present,
        )
        for field, (value, source) in read.items():
            self._say(field, value, cells[source], source)

    # Telephones and e-mail addresses, of the record and of a contact.

    def _contact_details(
        self,
        cells: Cells,
        prefix: str,
        known: Callable[[str, str], object],
        present: Mapping[str, str],
        who: str = "",
    ) -> dict[str, tuple[str, str]]:
        """Field -> its value, and the column that says it."""
        found: dict[str, tuple[str, str]] = {}
        odd: dict[str, str] = {}
        for field in (*PHONES, "email"):
            column = prefix + field
            text = cells.get(column, "")
            if not text:
                continue
            value = known(column, text) or _plain_contact_detail(field, text)
            if value:
                found[field] = str(value), column
            elif not is_unknown(text):
                odd[field] = text
            elif not prefix:
                self._not_known(column, text)
        if odd:
            self._odd_contact_details(odd, prefix, present, found, who)
        return found

    def _odd_contact_details(
        self,
        texts: Mapping[str, str],
        prefix: str,
        present: Mapping[str, str],
        found: dict[str, tuple[str, str]],
        who: str,
    ) -> None:
        """Cells that are more, less or otherwise than one telephone or address; `found` is what the
        others say.
        """
        taken = {**present, **{field: value for field, (value, _by) in found.items()}}
        found |= _placed_phones(texts, prefix, taken)
        for field in PHONES:
            if field in texts:
                self._tell_phones(
                    prefix + field,
                    texts[field],
                    prefix,
                    found,
                    who,
                )
        if "email" in texts:
            self._email(prefix, texts["email"], found, who)

    def _tell_phones(
        self,
        column: str,
        text: str,
        prefix: str,
        found: Mapping[str, tuple[str, str]],
        who: str,
    ) -> None:
        """What a cell of telephones was read as, where it is not just one of them."""
        read = read_phones(text)
        shown = tuple(
            (prefix + field, format_phone(value))
            for field, (value, by) in found.items()
            if by == column
        )
        if not read.numbers and not read.beside:
            self._tell_none(column, text)
        elif read.beside or len(shown) < len(read.numbers):
            self._keep_part(column, text, shown, who)
        elif read.restored or len(shown) > 1:
            self._tell("cell_read", column, text, shown)

    def _keep_part(
        self,
        column: str,
        text: str,
        read: Shown,
        who: str,
    ) -> None:
        """A cell of which only a part was read, or nothing."""
        code = "cell_part" if read else "cell_noted"
        self._keep(
            column,
            text,
            code,
            read=read,
            who=who,
        )

    def _email(
        self,
        prefix: str,
        text: str,
        found: dict[str, tuple[str, str]],
        who: str,
    ) -> None:
        column = f"{prefix}email"
        read = read_emails(text)
        shown = tuple((column, address) for address in read.addresses[:1])
        if read.addresses:
            found["email"] = read.addresses[0], column
        if not read.addresses and not read.beside:
            self._tell_none(column, text)
        elif read.beside or len(read.addresses) != 1:
            self._keep_part(column, text, shown, who)
        elif read.restored:
            self._tell("cell_read", column, text, shown)

    # Addresses, contacts, the note.

    def _address(self, text: str) -> None:
        if any(_is_same(text, address.text) for address in self._addresses):
            self._said.setdefault("address", (text, self._line))
        elif is_unknown(text):
            self._not_known("address", text)
        elif is_blank(text):
            self._tell_none("address", text)
        elif self._is_no_address(text):
            self._keep("address", text, "cell_noted")
        else:
            self._add_address(text)
        if self._addresses:
            self._unknown.discard("address")

    def _is_no_address(self, text: str) -> bool:
        """Whether a cell cannot be kept as an address."""
        if len(text) > TEXT_LIMIT or is_error(text):
            return True
        return len(self._addresses) >= MOST_PARTS

    def _add_address(self, text: str) -> None:
        """The first address of a table takes the place of the record's first, those behind it are
        further ones.
        """
        again = "address" in self._said
        self._said.setdefault("address", (text, self._line))
        if again or not self._addresses:
            self._addresses.append(Address(text, main=not self._addresses))
        else:
            self._addresses[0] = Address(text, main=True)

    def _contact(self, cells: Cells) -> None:
        given = self._given(cells)
        if not any((given.name, given.phone, given.mobile, given.email)):
            return
        at = _same_contact(self._contacts, given, self._settled)
        if at is not None:
            contact = _laid_over(self._contacts[at], given)
            self._contacts[at] = contact
        elif len(self._contacts) < MOST_PARTS:
            contact = replace(given, main=not self._contacts)
            self._contacts.append(contact)
        else:
            for column in filter(cells.__contains__, OF_CONTACT):
                self._keep(column, cells[column], "cell_noted")
            return
        self._settled.append(contact)

    def _given(self, cells: Cells) -> Contact:
        """The contact that a row names; what is printed of a saved one is read as that, whatever it
        is.
        """
        name, among = self._contact_name(cells.get("contact_name", ""), cells)
        found = self._contact_details(
            {**cells, **among},
            "contact_",
            self._known_of_contact,
            {},
            name,
        )
        values = {field: value for field, (value, _column) in found.items()}
        return Contact(
            name,
            values.get("phone", ""),
            values.get("mobile", ""),
            values.get("email", ""),
        )

    def _known_of_contact(self, column: str, text: str) -> object:
        """The value of the saved contact that prints as this cell; "" where none does."""
        for contact in self._contacts:
            if _is_same(text, printed_contact(contact)[column]):
                return getattr(contact, OF_CONTACT[column])
        return ""

    def _contact_name(self, text: str, cells: Cells) -> tuple[str, dict[str, str]]:
        """The contact's name, and the telephones and address that stand beside it, as cells of
        their own.
        """
        saved = self._saved_contact_name(text)
        if saved or is_unknown(text):
            return saved, {}
        if not text:
            return "", {}
        if is_blank(text) or is_error(text):
            self._tell_none("contact_name", text)
            return "", {}
        name, among = _parted_contact(text, cells)
        if among:
            shown = [("contact_name", name)] if name else []
            self._tell("cell_read", "contact_name", text, (*shown, *among.items()))
        return self._cut_contact(name), among

    def _saved_contact_name(self, text: str) -> str:
        """The name of the contact that prints as this cell; "" where none does."""
        for contact in self._contacts:
            if _is_same(text, contact.name):
                return contact.name
        return ""

    def _cut_contact(self, text: str) -> str:
        if len(text) <= NAME_LIMIT:
            return " ".join(text.split())
        self._keep("contact_name", text, "cell_cut")
        return shorten(" ".join(text.split()), NAME_LIMIT, units=len)

    def _note(self, text: str) -> None:
        if text == UNKNOWN:
            self._not_known("note", text)
            return
        saved = self._printed_value("note", text)
        if not saved and is_blank(text):
            self._tell_none("note", text)
            return
        value = saved or text
        first, _line = self._said.setdefault("note", (value, self._line))
        if first != value:
            self._lines.append(text)
            return
        self._values["note"] = value
        self._unknown.discard("note")

    def _whole_note(self) -> str:
        """The note, and behind it what stands in it word for word, each once."""
        note = str(self._values["note"])
        for line in self._lines:
            if f"\n{line}\n" not in f"\n{note}\n":
                note = f"{note}\n{line}" if note else line
        before = self.before.note
        # The same lines in another order are nothing new.
        if sorted(note.split("\n")) == sorted(before.split("\n")):
            return before
        return note

    # What is told.

    def _keep(
        self,
        column: str,
        text: str,
        code: str,
        other: str = "",
        *,
        read: Shown = (),
        who: str = "",
    ) -> None:
        """What a cell says goes into the note, in its own words, and is told."""
        label = column_label(Register.CUSTOMERS, column)
        if who:
            label = f"{label} ({who})"
        self._lines.append(_noted(label, text))
        self._tell(code, column, text, read, other)

    def _tell(
        self,
        code: str,
        column: str,
        text: str,
        read: Shown = (),
        other: str = "",
    ) -> None:
        self._remarks.append(
            Remark(
                code,
                column,
                text,
                read,
                other,
            )
        )

    def _tell_none(self, column: str, text: str) -> None:
        """That a cell was taken for an empty one; mere marks are one anywhere."""
        if any(map(str.isalnum, text)):
            self._tell("cell_none", column, text)


def _is_same(text: str, saved: str) -> bool:
    """Whether a cell is what a saved value prints as; a value may have been saved before it was
    cleaned.
    """
    return text == saved or text == clean(saved)


def _plain_contact_detail(field: str, text: str) -> str:
    """The one telephone or address that a cell is and nothing else; "" for any other cell."""
    if is_unknown(text):
        return ""
    if field == "email":
        emails = read_emails(text)
        found = emails.addresses
        is_odd = emails.beside or emails.restored
    else:
        phones = read_phones(text)
        found = phones.numbers
        is_odd = phones.beside or phones.restored
    if is_odd or len(found) != 1:
        return ""
    return found[0]


def _parted_contact(text: str, cells: Cells) -> tuple[str, dict[str, str]]:
    """The name in a cell, and telephones and addresses beside it as the cells that they would be;
    nothing is parted where a column of its own says one of them.
    """
    if not _MAYBE_REACH.search(text):
        return text, {}
    read = read_contact_details(text)
    among = {
        "contact_mobile": ", ".join(map(format_phone, read.phones)),
        "contact_email": ", ".join(read.emails),
    }
    among = {column: found for column, found in among.items() if found}
    if not among or not among.keys().isdisjoint(cells):
        return text, {}
    return read.words, among


def _noted(label: str, text: str) -> str:
    return f"{label}: {text}" if label else text


def _placed_phones(
    texts: Mapping[str, str], prefix: str, present: Mapping[str, str]
) -> dict[str, tuple[str, str]]:
    """Field -> number and the column it stands in; a second number goes into the other field where
    that is free.
    """
    said = {field: _numbers(texts.get(field)) for field in PHONES}
    shared, moved = _shared_phones(said)
    if any(present.get(field) not in ("", None, shared[field]) for field in moved):
        # The other field is taken: each keeps the first of its own.
        shared = {field: next(iter(said[field]), "") for field in PHONES}
        moved = set()
    placed = {}
    for field, number in shared.items():
        source = OTHER_PHONE[field] if field in moved else field
        if number:
            placed[field] = (number, prefix + source)
    return placed


def _shared_phones(said: Mapping[str, Sequence[str]]) -> tuple[dict[str, str], set[str]]:
    """The number of each field, and the fields whose number stands in the other one's column."""
    phone, mobile, _further = share_phones(said["phone"], said["mobile"])
    shared = {"phone": phone, "mobile": mobile}
    moved = set()
    for field, number in shared.items():
        if number and number not in said[field]:
            moved.add(field)
    return shared, moved


def _numbers(text: str | None) -> Sequence[str]:
    return read_phones(text).numbers if text is not None else ()


def _same_contact(
    contacts: Sequence[Contact], given: Contact, settled: Sequence[Contact]
) -> int | None:
    """Which contact is meant: the one that says just that, else one of the name that no earlier row
    meant.
    """
    named = [place for place, contact in enumerate(contacts) if contact.name == given.name]
    for place in named:
        if _laid_over(contacts[place], given) == contacts[place]:
            return place
    if not given.name:
        return None
    for place in named:
        if contacts[place] not in settled:
            return place
    return None


def _laid_over(base: Contact, given: Contact) -> Contact:
    return replace(
        base,
        phone=given.phone or base.phone,
        mobile=given.mobile or base.mobile,
        email=given.email or base.email,
    )


def contact_details_of(people: Iterable[Customer | Contact]) -> set[str]:
    """The telephones and e-mails of these."""
    found: set[str] = set()
    for who in people:
        found |= {who.phone, who.mobile, who.email}
    return found - {""}
