"""References in what people type: ticket numbers, customer codes and contract numbers, however they
are written.

Whoever is given a text asks here, so that a search, a command, a group, a file's caption and a cell
read alike:

- `find_references` where they stand among other words;
- `read_alone` where the text is one and nothing else: a new caller, not an answer;
- `take_reference` where a text is about one record: that record, and the other words;
- `are_codes` where a command wants several codes;
- `read_code` and `read_ticket_no` where the text should be one: a cell.

Telephones and e-mail addresses are read by `domain.customers.phones`.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache

import regex  # type: ignore[import-untyped]

from domain.customers.records import CustomerCode
from domain.errors import InvalidInput
from domain.patterns import at_end, one_of, without_end
from domain.text import clean, digits, words
from domain.tickets.records import TicketNo, parse_contract_no

_PLAIN = str.maketrans(
    {chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
    | dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-")
    | dict.fromkeys("\u00a0\u2007\u2009\u202f\u3000", " ")
)
"""Full-width forms, dashes and odd blanks as the plain signs, one for one."""

_ELSEWHERE = re.compile(
    r"(?:https?://|www\.)[^\s\u0e00-\u0e7f]+|(?<![a-z0-9._%+-])[a-z0-9._%+-]+@[a-z0-9][a-z0-9.-]*",
    re.IGNORECASE | re.ASCII,
)
"""Links and e-mail addresses: a number within one is no reference."""
_BEFORE = r"(?<![A-Za-z0-9_@])(?<![A-Za-z][-.+&])"
_BEHIND = r"(?![A-Za-z0-9_@])(?![-+&](?![RrCc]\d)[A-Za-z0-9])"
_GAP = r"[ \t.:#=_-]{0,3}"
"""What may stand between a letter, or a label, and its number."""
_WITHIN = r"[ \t./_-]{0,3}"
"""What may stand within a ticket's number."""
_TICKET_NO = rf"(?P<no>\d(?:{_WITHIN}\d){{9}}){_BEHIND}"
_MOST_GROUPS = 4
_FIRST_YEAR = 15
"""Of the Gregorian century: tickets are younger, telephones that stand behind an R look older."""
_SURE_DIGITS = 4
"""A letter with fewer digits, among other words, may be anything."""
_JOINED = re.compile(r"[.,-]")
_DIGITS = re.compile(r"\d+")
_CODE = re.compile(r"(c[\s.:-]{0,2})?([0-9]{1,12})", re.IGNORECASE)
_STORED_CODE = re.compile(r"C[0-9]{1,12}")
_BARE_DIGITS = 7
"""Of a code without its letter; a longer number is somebody's identity card or telephone."""
_BARE_TICKET = re.compile(r"[ \t.:#=]*(?P<no>\d{10})(?![A-Za-z0-9_@])")
_AROUND = " .:#'\"=()"
_AROUND_CODE = " '\"=.:#"
_BETWEEN = re.compile(r"(?:[ \t.:,;)]|[=-](?!>))*")
"""Signs between a record and what is said of it; the mark of a result is said."""
_PUBLICATION = re.compile(r"[Pp](\d{1,9})")


class ReferenceKind(StrEnum):
    """What a reference leads to."""

    TICKET = "ticket"
    CUSTOMER = "customer"
    CONTRACT = "contract"
    PUBLICATION = "publication"


@dataclass(frozen=True, slots=True)
class Reference:
    """`value` is the number as the desk writes it: R2611000124, C81554, 81/2569.

    `start` and `end` = where it stands, its label included. `sure` = it can hardly be anything
    else; what is not is followed only where there is such a record."""

    kind: ReferenceKind
    value: str
    start: int
    end: int
    sure: bool = True


@lru_cache(maxsize=64)
def find_references(text: str) -> tuple[Reference, ...]:
    """Finds every reference in the text, in the order in which they stand, each record once.

    One event asks it of the same text several times."""
    plain = _plain(text)
    # The longest that begins at a place takes it.
    found = sorted(_candidates(plain), key=lambda one: (one.start, -one.end))
    kept: dict[tuple[ReferenceKind, str], Reference] = {}
    end = 0
    for one in found:
        if one.start >= end:
            kept.setdefault((one.kind, one.value), one)
            end = one.end
    return tuple(kept.values())


def read_alone(text: str) -> Reference | None:
    """Reads the one reference that the text is: beside it stand no more than its label, marks, and
    polite words.
    """
    text = clean(text)
    plain = _plain(text).strip(_AROUND)
    if publication := _PUBLICATION.fullmatch(plain):
        return Reference(ReferenceKind.PUBLICATION, f"P{publication[1]}", 0, len(text))
    if contract := _contract_alone(plain):
        return Reference(ReferenceKind.CONTRACT, contract, 0, len(text))
    found = [one for one in find_references(text) if one.sure or _has_letter(text, one)]
    if len(found) == 1 and not _said_beside(text, found[0]):
        return found[0]
    code = read_code(text)
    if code is None:
        return None
    return Reference(ReferenceKind.CUSTOMER, code, 0, len(text))


def take_reference(text: str, *kinds: ReferenceKind) -> tuple[Reference, str] | None:
    """Finds the record of one of these kinds (of any, without) that a text is about, and returns it
    with the other words.

    That is the one that leads the text, else the only one in it; None where there is none, or
    several and no first."""
    found = [one for one in find_references(text) if not kinds or one.kind in kinds]
    leads = bool(found) and not text[: found[0].start].strip(_AROUND)
    if not leads and ReferenceKind.TICKET in kinds:
        bare = _bare_ticket(text)
        if bare is not None:
            return bare, _behind(text, bare).strip()
    if not leads and len(found) != 1:
        return None
    one = found[0]
    before = text[: one.start].rstrip()
    return one, f"{before} {_behind(text, one)}".strip()


def _behind(text: str, one: Reference) -> str:
    """Returns what stands behind a reference, without the signs between."""
    return _BETWEEN.sub("", text[one.end :], count=1)


def is_named(*kinds: ReferenceKind) -> Callable[[str], bool]:
    """Returns whether a text is about one record of these kinds: what a command's arguments fit
    by.
    """
    return lambda text: take_reference(text, *kinds) is not None


def are_codes(text: str) -> bool:
    """Returns whether the text is customer codes and nothing else, but for words that join them."""
    found = [one for one in find_references(text) if one.kind is ReferenceKind.CUSTOMER]
    rest = text
    for one in reversed(found):
        rest = f"{rest[: one.start]} {rest[one.end :]}"
    said = {word.strip(f"{_AROUND},+&") for word in rest.split()}
    return bool(found) and said <= {"", *words("references").texts("joining")}


def read_code(text: str, *, bare: bool = False) -> CustomerCode | None:
    """Reads the code that the whole text is: `C81554`, `c 81554`, `C-81554`; returns None for any
    other text.

    `bare`: the text should be a code, so that its letter may be missing."""
    if _STORED_CODE.fullmatch(text):
        return CustomerCode(text)
    plain = _plain(clean(text)).strip(_AROUND_CODE)
    plain = _customer_labels().sub("", plain, count=1)
    plain = without_end(_polite_end(), plain).strip(_AROUND_CODE)
    found = _CODE.fullmatch(plain)
    if found is None:
        return None
    letter, number = found.groups()
    if not letter and (not bare or len(plain) > _BARE_DIGITS):
        return None
    return CustomerCode(f"C{number}")


def read_ticket_no(text: str) -> TicketNo | None:
    """Reads the ticket's number that the whole text is; its letter may be missing."""
    plain = clean(text)
    one = read_alone(plain) or _bare_ticket(plain)
    if one is None or one.kind is not ReferenceKind.TICKET or _said_beside(plain, one):
        return None
    return TicketNo(one.value)


def without_courtesy(text: str) -> str:
    """Returns the text without polite words at its end."""
    return without_end(_polite_end(), text).strip()


def is_courtesy(text: str) -> bool:
    """Returns whether the text says no more than polite words and marks."""
    return not re.search(r"\w", without_end(_polite_end(), text))


def is_question(text: str) -> bool:
    """Returns whether the text, polite words aside, does no more than ask: already? may I?"""
    plain = without_end(_polite_end(), text).strip(" .!").casefold()
    if plain.strip("?").strip() in words("references").texts("questions"):
        return True
    only_marks = not plain.strip("? ")
    return bool(plain) and only_marks


def says_again(text: str) -> bool:
    """Returns whether the words beside a ticket's number, polite ones aside, say "once more"."""
    plain = without_end(_polite_end(), text).strip(" .!").casefold()
    return plain in words("references").texts("again")


def ends_in_question(text: str) -> bool:
    """Returns whether the text's last words ask something."""
    plain = without_end(_polite_end(), text).rstrip(" .!").casefold()
    return plain.endswith(("?", *words("references").texts("questions")))


def _plain(text: str) -> str:
    """Returns `text` with Arabic digits and plain signs, as long as before: a place in it is the
    same place in `text`.
    """
    return digits(text).translate(_PLAIN)


def _candidates(plain: str) -> Iterator[Reference]:
    """Yields all that may be references; they may overlap."""
    # As long as before, so that places stay the same.
    open_text = _ELSEWHERE.sub(lambda found: "@" * len(found[0]), plain)
    for pattern in (_lettered_ticket(), _labelled_ticket()):
        for found in pattern.finditer(open_text):
            ticket = _read_ticket(found)
            if ticket is not None:
                yield ticket
    for found in _lettered_customer().finditer(open_text):
        yield _read_customer(found)
    for found in _labelled_customer().finditer(open_text):
        code = f"C{found['no']}"
        yield Reference(ReferenceKind.CUSTOMER, code, *found.span(), sure=False)
    for found in _contract().finditer(open_text):
        yield Reference(ReferenceKind.CONTRACT, parse_contract_no(found["no"]), *found.span())


def _read_ticket(found: re.Match[str]) -> Reference | None:
    """Reads a ticket's number: R and ten digits in one piece are always meant; in several pieces
    only where they begin with a year and month.
    """
    lettered = "letter" in found.re.groupindex
    groups = _DIGITS.findall(found["no"])
    number = "".join(groups)
    if len(groups) > _MOST_GROUPS:
        return None
    whole = lettered and len(groups) == 1
    if not whole and not _is_dated(number):
        return None
    return Reference(ReferenceKind.TICKET, f"R{number}", *found.span(), sure=lettered)


def _is_dated(number: str) -> bool:
    """Returns whether a ticket's number begins with a year and a month that may be."""
    return int(number[:2]) >= _FIRST_YEAR and 1 <= int(number[2:4]) <= 12


def _bare_ticket(text: str) -> Reference | None:
    """Reads the number that leads a text without its letter; only where a ticket is wanted."""
    found = _BARE_TICKET.match(_plain(text))
    if found is None or not _is_dated(found["no"]):
        return None
    return Reference(
        ReferenceKind.TICKET,
        f"R{found['no']}",
        0,
        found.end(),
        sure=False,
    )


def _read_customer(found: re.Match[str]) -> Reference:
    """Reads a letter and its number: sure with enough digits, or behind a label, and in one
    piece.
    """
    typed = found["no"]
    number = _JOINED.sub("", typed)
    fewest = _SURE_DIGITS + 1 if found["gap"] else _SURE_DIGITS
    likely = len(number) >= fewest or bool(found["label"])
    sure = likely and number == typed
    return Reference(ReferenceKind.CUSTOMER, f"C{number}", *found.span(), sure)


def _contract_alone(plain: str) -> str:
    try:
        return parse_contract_no(plain)
    except InvalidInput:
        return ""


def _has_letter(text: str, one: Reference) -> bool:
    """Returns whether the number is written with its letter."""
    return one.value[0] in _plain(text[one.start : one.end]).upper()


def _said_beside(text: str, one: Reference) -> str:
    """Returns what the text says beside a reference, but for polite words."""
    before = text[: one.start].strip(_AROUND)
    behind = text[one.end :]
    if before:
        return before
    if is_courtesy(behind):
        return ""
    return behind.strip()


# Patterns.


@cache
def _lettered_ticket() -> re.Pattern[str]:
    letter = rf"{_BEFORE}(?P<letter>[Rr]){_GAP}{_between()}"
    return re.compile(rf"(?:{_label('ticket_labels')})?{letter}{_TICKET_NO}", re.IGNORECASE)


@cache
def _labelled_ticket() -> re.Pattern[str]:
    return re.compile(rf"{_label('ticket_labels')}{_TICKET_NO}", re.IGNORECASE)


@cache
def _lettered_customer() -> re.Pattern[str]:
    letter = rf"{_BEFORE}(?P<letter>[Cc])(?P<gap>{_GAP}{_between()})"
    number = rf"(?P<no>\d{{1,3}}[.,-]\d{{2,6}}|\d{{1,12}}){_BEHIND}(?![.,]\d)"
    label = rf"(?P<label>{_labels('customer_labels')}){_GAP}{_between()}"
    return re.compile(rf"(?:{label})?{letter}{number}", re.IGNORECASE)


@cache
def _labelled_customer() -> re.Pattern[str]:
    number = rf"(?P<no>\d{{3,12}}){_BEHIND}(?![.,]\d)"
    return re.compile(rf"{_label('customer_labels')}{number}", re.IGNORECASE)


@cache
def _contract() -> re.Pattern[str]:
    marks = _whole_words(words("one_line").texts("contract_marks"))
    number = r"(?P<no>\d{1,5}\s?/\s?(?:\d{4}|\d{2}))"
    return re.compile(rf"{marks}{_GAP}{number}{_BEHIND}(?![\d/])", re.IGNORECASE)


@cache
def _customer_labels() -> re.Pattern[str]:
    """Returns a pattern for the words before a code that say it is a customer's."""
    labels = one_of(words("references").texts("customer_labels"))
    return re.compile(rf"^(?:{labels}[{re.escape(_AROUND_CODE)}]*+)+", re.IGNORECASE)


@cache
def _polite_end() -> regex.Pattern[str]:
    """Matches polite words at a text's end."""
    polite = _labels("polite")
    return at_end(rf"(?:[\s.!?]*{polite}[\s.!?\U0001f64f]*)+")


def _label(key: str) -> str:
    """Returns a pattern for a label with what may stand between it and its number."""
    return rf"{_labels(key)}{_GAP}{_between()}"


def _between() -> str:
    """Returns a pattern for a word such as "number", which may stand before one."""
    return rf"(?:{_labels('between')}{_GAP})?"


def _labels(key: str) -> str:
    return _whole_words(words("references").texts(key))


def _whole_words(spellings: Iterable[str]) -> str:
    """Returns a pattern for any of the spellings, the longest first; one in Latin letters is a
    whole word.
    """
    ways = []
    for spelling in sorted(spellings, key=len, reverse=True):
        way = re.escape(spelling)
        ways.append(rf"(?<![A-Za-z]){way}(?![a-z])" if spelling.isascii() else way)
    return f"(?:{'|'.join(ways)})"
