"""What one message says of a new customer: name, telephones, e-mail, organisation and address, told
apart.

Only what is surely one of them is taken from the name; all else stays in it, or goes into the note
word for word."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import filterfalse
from types import MappingProxyType

from domain.customers.edge_words import EdgeWord, edge_words
from domain.customers.phones import format_phone, is_mobile, read_contact_details
from domain.customers.provinces import find_province
from domain.patterns import one_of
from domain.text import clean, digits, words
from domain.text.titles import strip_titles

NAME_WORDS = 2
"""Given name and surname: a short word of an organisation is none within these."""
WHOLE_ADDRESS = 2
"""So many marks of an address, or a house number, tell one behind the name of an organisation,
which may hold one.
"""
NO_KINDS: Mapping[str, str] = MappingProxyType({})


@dataclass(slots=True)
class NewCustomer:
    """What was read. `phones` are canonical, in the order in which they stand; `note` is what has
    no other place; `kind` is the code of a customer type.
    """

    name: str = ""
    organisation: str = ""
    address: str = ""
    contact: str = ""
    kind: str = ""
    gender: str = ""
    phones: list[str] = field(default_factory=list)
    emails: list[str] = field(default_factory=list)
    note: list[str] = field(default_factory=list)


def read_customer(text: str, kinds: Mapping[str, str] = NO_KINDS) -> NewCustomer:
    """Reads a message of one line or several; any text has a reading. `kinds` = the code of a
    customer type by each word for it.
    """
    read = NewCustomer()
    plain = _lead().sub("", clean(text))
    for line in plain.splitlines():
        contact_details = read_contact_details(line)
        read.phones += [phone for phone in contact_details.phones if phone not in read.phones]
        read.emails += [email for email in contact_details.emails if email not in read.emails]
        said = contact_details.words
        # What is written like an address and is none is no part of a name either.
        read.note += _AT_SIGN.findall(said)
        said = _AT_SIGN.sub("", said)
        for segment in _segments(said):
            _take(read, segment)
    _take_edges(read, kinds)
    return read


def placed(numbers: Iterable[str], phone: str = "", mobile: str = "") -> tuple[str, str, list[str]]:
    """Returns telephone and mobile with further numbers beside those that are there, and what has
    no place any more.

    A number alone is the telephone, whatever its kind; beside another, a mobile's goes into its
    own field."""
    wanted = [number for number in dict.fromkeys(numbers) if number not in (phone, mobile)]
    if len(wanted) == 1 and not (phone or mobile):
        return wanted[0], "", []
    fields = _PhoneFields(phone, mobile)
    if not all(map(is_mobile, wanted)):
        fields.move_mobile()
    # Each into the field of its own kind first, then wherever there is room.
    left = list(filterfalse(fields.take_by_kind, wanted))
    left = list(filterfalse(fields.take, left))
    return fields.phone, fields.mobile, left


@dataclass(slots=True)
class _PhoneFields:
    """The two fields for telephones while numbers are put into them; each says whether it had
    room.
    """

    phone: str
    mobile: str

    def move_mobile(self) -> None:
        """Makes room for a landline where a mobile's number is the telephone."""
        if not self.mobile and is_mobile(self.phone):
            self.mobile = self.phone
            self.phone = ""

    def take_by_kind(self, number: str) -> bool:
        """Puts a number into the field of its own kind."""
        if is_mobile(number):
            return self._take_mobile(number)
        return self._take_phone(number)

    def take(self, number: str) -> bool:
        """Puts a number into any field."""
        return self._take_phone(number) or self._take_mobile(number)

    def _take_phone(self, number: str) -> bool:
        if self.phone:
            return False
        self.phone = number
        return True

    def _take_mobile(self, number: str) -> bool:
        if self.mobile:
            return False
        self.mobile = number
        return True


def further_note(numbers: Iterable[str]) -> list[str]:
    """Returns numbers without a field of their own, as the note has them."""
    label = words("new_customer").text("phone")
    return [f"{label} {format_phone(number)}" for number in numbers]


_AT_SIGN = re.compile(r"(?<!\S)[^\s@]*@\S*")


def _segments(text: str) -> Iterator[str]:
    """Yields the parts of a line between commas and before labels, the bracketed ones by
    themselves.
    """
    labelled = _label_marks().sub("\n", text)
    for part in re.split(r"(\([^()]*\))|[,;|\n]", labelled):
        if part and part.strip():
            yield part.strip()


def _take(read: NewCustomer, segment: str) -> None:
    # What stands in brackets, and a fax, has no field of its own.
    if segment.startswith("(") or _fax().match(segment):
        read.note.append(segment.strip("()").strip())
        return
    label, rest = _labelled(segment)
    if label == "name":
        segment = rest
    elif label:
        _take_labelled(read, label, rest)
        return
    head, address = _without_address(segment, named=bool(read.name))
    read.address = _joined(read.address, address)
    head, fax = _cut(head, _fax().search(head))
    if fax:
        read.note.append(fax)
    if head:
        _take_names(read, head)


def _take_labelled(read: NewCustomer, label: str, said: str) -> None:
    """Puts what a label names into its field, and an address that ends it into its own."""
    if label != "address":
        said, address = _without_address(said, named=False)
        read.address = _joined(read.address, address)
    setattr(read, label, _joined(getattr(read, label), said))


def _take_names(read: NewCustomer, head: str) -> None:
    """Reads a person and the organisation behind her, an organisation and its contact behind it, or
    a name.
    """
    typed = head.split()
    at = _agency_at(typed, named=bool(read.name))
    leads = at == 0
    person = _person_at(typed) if leads else 0
    if leads and read.name and not read.organisation:
        read.organisation = head
    elif at:
        read.name = _joined(read.name, *typed[:at])
        read.organisation = _joined(read.organisation, *typed[at:])
    elif person:
        read.name = " ".join(typed[:person])
        read.contact = " ".join(typed[person:])
    else:
        read.name = ", ".join(filter(None, (read.name, head)))


def _take_edges(read: NewCustomer, kinds: Mapping[str, str]) -> None:
    """Puts the genders and types that stand at the edges of a part into their own fields, each
    once.
    """
    edges = edge_words(tuple(kinds.items()))
    organisation = names_organisation(read.name)

    def told(edge: EdgeWord) -> bool:
        return _told(read, edge)

    def told_beside_name(edge: EdgeWord) -> bool:
        beside = _beside_name(edge, organisation=organisation)
        return beside and told(edge)

    read.name = edges.strip(read.name, told_beside_name)
    between = edges.between(read.name)
    if between is not None and told_beside_name(between):
        read.name = between.rest
        behind = edges.strip(between.behind, told)
        _take_behind(read, between.field, behind)
    read.organisation = edges.strip(read.organisation, told)
    read.address = edges.strip(read.address, told)
    notes = [edges.strip(note, told) for note in read.note]
    read.note = [note for note in notes if note]


def _take_behind(read: NewCustomer, field: str, behind: str) -> None:
    """Puts what followed a word beside the name into its place: behind a type stands where people
    of it come from, else it is a note.
    """
    if field == "kind" and not read.organisation:
        read.organisation = behind
    elif behind:
        read.note.append(behind)


def _beside_name(edge: EdgeWord, *, organisation: bool) -> bool:
    """Returns whether a name stands there without the word: a company's whole name, or given name
    and surname.
    """
    rest = edge.rest
    if edge.labelled:
        return strip_titles(rest) != ""
    if organisation:
        limited = words("new_customer").texts("limited")
        is_whole = rest.casefold().endswith(limited)
        return is_whole and edge.field == "kind"
    typed = rest.split()
    return _is_full_name(typed)


def _told(read: NewCustomer, edge: EdgeWord) -> bool:
    """Puts a word's meaning into its field; returns False where another stands there."""
    if getattr(read, edge.field) not in ("", edge.value):
        return False
    setattr(read, edge.field, edge.value)
    return True


def _joined(*parts: str) -> str:
    """Returns the parts that say something, with blanks between."""
    return " ".join(filter(None, parts))


def _labelled(segment: str) -> tuple[str, str]:
    """Returns the field that a segment names itself, and what it says of it; "" where it names
    none.
    """
    table = words("new_customer").table("labels")
    for name in table.values:
        found = _label(name).match(segment)
        if found is None:
            continue
        glued = found[0][-1].isalpha()
        if not glued:
            return name, segment[found.end() :].strip()
    return "", segment


def _without_address(segment: str, *, named: bool) -> tuple[str, str]:
    """Returns a segment without the address that ends it, and that address."""
    found = next(_address_marks(segment, named=named), None)
    if found is None:
        return _without_province(segment, named=named)
    head, address = _cut(segment, found)
    organisation = _agency_at(head.split(), named=False) == 0
    # "The office of ... District" is a name, not where it stands.
    if organisation and not _is_whole(address):
        return segment, ""
    return head, address


def _address_marks(segment: str, *, named: bool) -> Iterator[re.Match[str]]:
    """Yields the marks of an address, none that begins the segment where that is the name."""
    for found in _address().finditer(digits(segment)):
        if found.start() or named or _house().match(digits(segment)):
            yield found


def _is_whole(address: str) -> bool:
    plain = digits(address)
    if _house().match(plain):
        return True
    return len(_address().findall(plain)) >= WHOLE_ADDRESS


def _without_province(segment: str, *, named: bool) -> tuple[str, str]:
    """Returns a segment without the province that ends it, and that: alone behind a name and
    surname it is where they live.
    """
    *before, last = segment.split() or [""]
    if not (named or _is_full_name(before)) or not find_province(last):
        return segment, ""
    if _agency_at(before, named=False) is not None:
        return segment, ""
    return " ".join(before), last


def _is_full_name(typed: list[str]) -> bool:
    """Returns whether given name and surname stand there, titles aside."""
    return len(strip_titles(" ".join(typed)).split()) >= NAME_WORDS


def says_nameless(text: str) -> bool:
    """Returns whether these words, typed for a name, say that nobody knows it."""
    return text.strip(" .").casefold() in words("new_customer").texts("nameless")


def names_organisation(name: str) -> bool:
    """Returns whether a word of this name is one that organisations are called by."""
    return _agency_at(name.split(), named=False) is not None


def _agency_at(typed: list[str], *, named: bool) -> int | None:
    """Returns at which word an organisation begins; short words of one are none where a given name
    or surname stands.
    """
    long = words("new_customer").texts("agencies")
    short = words("new_customer").texts("short_agencies")
    for place, word in enumerate(typed):
        # A long word of an organisation is never part of a person's name.
        if word.casefold().startswith(long):
            return place
        if not word.casefold().startswith(short):
            continue
        if named or not place or _is_full_name(typed[:place]):
            return place
    return None


def _person_at(typed: list[str]) -> int:
    """Returns at which word behind an organisation's name a person with a title begins; 0 for
    none.
    """
    titles = words("new_customer").texts("person_titles")
    for place, word in enumerate(typed):
        if place and word.startswith(titles):
            return place
    return 0


def _cut(text: str, found: re.Match[str] | None) -> tuple[str, str]:
    """Returns what stands before a match, and all from it on."""
    if found is None:
        return text, ""
    at = found.start()
    return text[:at].strip(" ,;"), text[at:].strip()


@cache
def _label(name: str) -> re.Pattern[str]:
    """Matches one of the labels of a field, with what it is about behind it."""
    label = one_of(words("new_customer").table("labels").texts(name))
    return re.compile(rf"{label}\s*+[:=\-]?\s*+(?=\S)", re.IGNORECASE)


@cache
def _label_marks() -> re.Pattern[str]:
    """Matches the blank before a label with its colon, or before one that needs none."""
    table = words("new_customer").table("labels")
    labels = one_of(word for name in table.values for word in table.texts(name))
    sure = one_of(words("new_customer").texts("sure_labels"))
    marks = rf"{labels}\s*+:|{sure}\s\S"
    return re.compile(rf"\s(?={marks})", re.IGNORECASE)


@cache
def _lead() -> re.Pattern[str]:
    """Matches what is said of somebody new before all else."""
    leads = words("new_customer").texts("leads")
    return re.compile(rf"^{one_of(leads)}[\s:]++(?=\S)")


@cache
def _address() -> re.Pattern[str]:
    """Matches one mark of an address: a house number, a road, a district, a postcode."""
    house = one_of(words("new_customer").texts("house"))
    areas = one_of(words("new_customer").texts("areas"))
    return re.compile(
        rf"""
        (?<!\S)
        (?:
            (?:{house}\s*+)?\d{{1,5}}(?: /\d{{1,5}}(?!\S) | (?:/\d{{1,5}})?(?=\s*+{areas}) )
          | {house}\s*+\d
          | {areas}
          | \d{{5}}(?!\S)
        )
        """,
        re.VERBOSE,
    )


@cache
def _house() -> re.Pattern[str]:
    """Matches a house number."""
    house = one_of(words("new_customer").texts("house"))
    return re.compile(rf"(?:{house})?\s*+\d{{1,5}}(?:/\d{{1,5}})?(?!\d)")


@cache
def _fax() -> re.Pattern[str]:
    fax = one_of(words("phones").texts("fax"))
    return re.compile(rf"(?<!\S){fax}[\s.:]*(?=[\d(+])", re.IGNORECASE)
