"""What a line says it cost, under which numbers it was registered, and what the data are for.

Each is looked for where the subject asks for it; the words stay in the text. What is read without
being shown is certain; an amount that may be another than the price is shown."""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cache

from domain.dates.days import BUDDHIST_OFFSET, date_at
from domain.errors import InvalidInput
from domain.one_line.line_words import WORD_END, any_word, line_words
from domain.one_line.types import OneLine, Vocabulary
from domain.text import digits
from domain.tickets.records import parse_contract_no, parse_price

PURPOSE_LIMIT = 500
FEWEST_DIGITS = 2
COMPARED = 40
"""Characters before a value among which it is looked whether that is only compared with."""
OLDEST_CONTRACT = 40
"""A contract's year of two digits is not before 2540."""


def with_numbers(read: OneLine, vocabulary: Vocabulary, today: date) -> OneLine:
    """The line with price, receipt, letter, contract and purpose, as far as its subject asks for
    them.
    """
    text = f"{read.details}\n{read.result}"

    def wanted(field: str) -> bool:
        return read.subject in vocabulary.wants.get(field, ())

    if wanted("price"):
        read = _with_price(read, text, bare=read.subject in vocabulary.sales)
    if wanted("receipt_no") and (receipt := first_numbered("receipt", text, today)):
        read = replace(read, receipt_no=receipt.no, receipt_on=receipt.on)
    elif not wanted("receipt_no"):
        read = _with_unasked_receipt(read, text, today)
    if wanted("letter_no") and (letter := first_numbered("letter", text, today)):
        read = replace(read, letter_no=letter.no, letter_on=letter.on)
    if wanted("purpose"):
        read = replace(read, purpose=_purpose(read.details))
    if wanted("contract_no"):
        read = _with_contract(read, text, today)
    return read


def _with_unasked_receipt(read: OneLine, text: str, today: date) -> OneLine:
    """A receipt that the subject does not ask for was said all the same: taken with what was paid,
    and shown.
    """
    receipt = first_numbered("receipt", text, today)
    if receipt is None or not receipt.no:
        return read
    if read.price is None:
        read = _with_price(read, text, bare=True)
    read = replace(read, receipt_no=receipt.no, receipt_on=receipt.on)
    return read.doubting("receipt_no", text[receipt.start : receipt.end], taken=True)


def is_compared(before: str) -> bool:
    """Whether what follows these words is only compared with: the same as, like that of."""
    return (
        re.search(rf"{any_word('edges', 'compares')}\S*(?:\s+\S+)?\s*$", before[-COMPARED:])
        is not None
    )


def masked(text: str, today: date) -> str:
    """The text without receipts, letters and contracts and their days: as long, with a sign for
    each letter.
    """
    for kind in ("receipt", "letter"):
        for found in _numbered(kind, text, today):
            text = _hidden(text, found.start, found.end)
    for match in _contract_mark().finditer(digits(text)):
        text = _hidden(text, match.start(), _dated(digits(text), match.end(), today)[1])
    return text


def _hidden(text: str, start: int, end: int) -> str:
    return text[:start] + "\u25aa" * (end - start) + text[end:]


# Price.


def _with_price(read: OneLine, text: str, *, bare: bool) -> OneLine:
    """The one amount of a sale, or the sum that is named; shown where another may be meant.

    `bare` = an amount without the word "price" is one: in a sale, but not among the data that a
    letter asks for."""
    plain = digits(text)
    totals = _amounts(_total().finditer(plain))
    if len(totals) == 1:
        return replace(read, price=totals.pop())
    each = list(_each().finditer(plain))
    rest = plain
    for match in each:
        rest = _hidden(rest, match.start(), match.end())
    amounts = _amounts(match for match in _money().finditer(rest) if bare or match["marked"])
    if each and not amounts:
        return _multiplied(read, plain, each)
    if not amounts:
        return replace(read, price=parse_price("0")) if _free().search(plain) else read
    if len(amounts) > 1 or each or _change().search(plain):
        return read.doubting("price", ", ".join(f"{one:,.2f}" for one in sorted(amounts)))
    return replace(read, price=amounts.pop())


def _multiplied(read: OneLine, plain: str, each: "list[re.Match[str]]") -> OneLine:
    """Two books at 150 each are 300: computed, so it is shown."""
    said = each[0][0].strip()
    counts = {int(match["n"]) for match in _count(each[0]["piece"]).finditer(plain)}
    if len(each) > 1 or len(counts) > 1:
        return read.doubting("price", said)
    for one in _amounts(each):
        return replace(read, price=one * (counts.pop() if counts else 1)).doubting(
            "price", said, taken=True
        )
    return read


def _amounts(matches: "Iterator[re.Match[str]] | list[re.Match[str]]") -> set[Decimal]:
    found = set()
    for match in matches:
        typed = next(
            value for name, value in match.groupdict().items() if value and name != "piece"
        )
        with suppress(InvalidInput):
            found.add(parse_price(typed))
    return found


_AMOUNT = r"\d[\d,]*(?:\.\d\d?)?"


def _unit() -> str:
    return rf"(?:\s?(?:{any_word('numbers', 'units')}){WORD_END})"


def _no_thing() -> str:
    """No count of things follows."""
    return rf"(?!\s*(?:{any_word('numbers', 'things')}){WORD_END})"


@cache
def _money() -> re.Pattern[str]:
    sign = any_word("numbers", "sign")
    return re.compile(
        rf"{any_word('numbers', 'price')}\s*[:=]?\s*(?:{sign}\s?)?(?P<marked>{_AMOUNT})(?![\d/])(?!\.\d){_no_thing()}"
        rf"|{sign}\s?(?P<signed>{_AMOUNT})"
        rf"|(?<![\d.,/])(?P<counted>{_AMOUNT}){_unit()}",
        re.IGNORECASE,
    )


@cache
def _total() -> re.Pattern[str]:
    return re.compile(
        rf"{any_word('numbers', 'total')}\s*[:=]?\s*(?P<total>{_AMOUNT})(?![\d/])(?!\.\d)(?:{_unit()}|{_no_thing()})",
        re.IGNORECASE,
    )


@cache
def _each() -> re.Pattern[str]:
    before = (
        rf"(?P<piece>{any_word('numbers', 'piece')})\s?\u0e46?\s?{any_word('numbers', 'of_each')}"
    )
    return re.compile(rf"{before}\s*(?P<each>{_AMOUNT}){_unit()}?", re.IGNORECASE)


def _count(piece: str | None) -> re.Pattern[str]:
    named = re.escape(piece) if piece else any_word("numbers", "piece")
    return re.compile(rf"(?P<n>\d{{1,3}})\s*{named}(?!{any_word('numbers', 'of_each')})")


@cache
def _free() -> re.Pattern[str]:
    unless = "".join(
        rf"(?<!{re.escape(word)})" for word in line_words("numbers").texts("not_before_free")
    )
    return re.compile(
        rf"{unless}{any_word('numbers', 'free')}(?!{any_word('numbers', 'not_free')})"
    )


@cache
def _change() -> re.Pattern[str]:
    return re.compile(any_word("numbers", "change"))


# Numbers with their days.


@dataclass(frozen=True, slots=True)
class RegisteredNumber:
    """A registered number and its day, from where to where they stand."""

    no: str
    on: date | None
    start: int
    end: int


def first_numbered(kind: str, text: str, today: date) -> RegisteredNumber | None:
    """The first receipt or letter with a number; without one, the first that has a day."""
    found = list(_numbered(kind, text, today))
    return next((one for one in found if one.no), found[0] if found else None)


def _numbered(kind: str, text: str, today: date) -> Iterator[RegisteredNumber]:
    plain = digits(text)
    books = list(_booked(plain, today)) if kind == "receipt" else []
    yield from books
    for match in _mark(kind).finditer(plain):
        if any(book.start < match.end() and match.start() < book.end for book in books):
            continue
        day, ends = _dated(plain, match.start("number"), today)
        if day is not None:
            yield RegisteredNumber("", day, match.start(), ends)  # no number, but its day alone
            continue
        no = match["number"].rstrip(".-/")
        if kind == "receipt" and not match["no"] and sum(map(str.isdigit, no)) < FEWEST_DIGITS:
            continue  # "receipt 5" may be a count
        on, end = _dated(plain, match.end(), today)
        yield RegisteredNumber(no, on, match.start(), end)


def _booked(plain: str, today: date) -> Iterator[RegisteredNumber]:
    """Receipts by the number of their book and their own: 12/45."""
    for match in _book().finditer(plain):
        on, end = _dated(plain, match.end(), today)
        yield RegisteredNumber(f"{match['book']}/{match['number']}", on, match.start(), end)


@cache
def _mark(kind: str) -> re.Pattern[str]:
    """The mark of a receipt or a letter, and its number."""
    letters = r"(?:[A-Za-z\u0e01-\u0e2e]{1,4}\.?[-/ ]?)?"
    number = rf"(?!{any_word('numbers', 'dated')}){letters}\d[\dA-Za-z/.-]*"
    no = rf"(?P<no>{any_word('numbers', 'no')}\s*[:=]?\s*)?"
    word = any_word("numbers", kind)
    if kind == "letter":
        # "Got the second" is no registered letter: glued to words before it, only some marks are
        # sure.
        word = rf"(?:(?<!\S){word}|{any_word('numbers', 'letter_glued')}(?=\d))"
    mark = rf"{word}\s*[:=]?\s*{no}"
    return re.compile(rf"{mark}(?P<number>{number}){_no_thing()}", re.IGNORECASE)


@cache
def _book() -> re.Pattern[str]:
    before = rf"(?:{any_word('numbers', 'receipt')}\s*[:=]?\s*)?{any_word('numbers', 'book')}\s*(?P<book>\d{{1,6}})"
    return re.compile(
        rf"{before}\s*[,/]?\s*{any_word('numbers', 'no')}\s*(?P<number>\d{{1,6}})", re.IGNORECASE
    )


def _dated(plain: str, at: int, today: date) -> tuple[date | None, int]:
    """The day that follows, if it is not still to come, and where it ends."""
    for pattern in _before_day():
        lead = pattern.match(plain, at)
        found = date_at(plain, lead.end(), today) if lead else None
        if found is not None and found[0] is not None:
            return (found[0] if found[0] <= today else None), found[1]
    return None, at


@cache
def _before_day() -> tuple[re.Pattern[str], ...]:
    """What may stand between a number and its day; nothing first, for a word for it may begin a
    day's.
    """
    return re.compile(r"[ \t,(]*"), re.compile(rf"[ \t,(]*{any_word('numbers', 'dated')}[ \t]*")


def _with_contract(read: OneLine, text: str, today: date) -> OneLine:
    """The one contract that is named by its number, and its date where that follows; none where
    several are named.

    One that is only compared with is shown.
    """
    plain = digits(text)
    named: dict[str, date | None] = {}
    for found in _contract_mark().finditer(plain):
        if not _is_contract_year(found["year"], today):
            continue
        if is_compared(plain[: found.start()]):
            read = read.doubting("contract_no", text[found.start() : found.end()])
            continue
        with suppress(InvalidInput):
            no = parse_contract_no(found["number"])
            named[no] = named.get(no) or _dated(plain, found.end(), today)[0]
    if len(named) != 1:
        return read
    no, on = next(iter(named.items()))
    return replace(read, contract_no=no, contract_on=on)


def _is_contract_year(typed: str, today: date) -> bool:
    return len(typed) == 4 or OLDEST_CONTRACT <= int(typed) <= (today.year + BUDDHIST_OFFSET) % 100


@cache
def _contract_mark() -> re.Pattern[str]:
    """A contract by its number and year."""
    number = r"(?P<number>\d{1,5}\s?/\s?(?P<year>\d{4}|\d\d))(?![\d/])"
    return re.compile(rf"{any_word('numbers', 'contract')}\s*:?\s*{number}", re.IGNORECASE)


# What for.


def _purpose(details: str) -> str:
    """What the data are for: behind the word for purpose, else from the word for "in order to"
    on.
    """
    if found := _named_purpose().search(details):
        return _until_number(found["purpose"])
    found = _for().search(details)
    return _until_number(found["purpose"]) if found else ""


def _until_number(text: str) -> str:
    stop = _after_purpose().search(text)
    return text[: stop.start() if stop else PURPOSE_LIMIT].strip(" .,;:()")[:PURPOSE_LIMIT]


@cache
def _named_purpose() -> re.Pattern[str]:
    return re.compile(rf"{any_word('numbers', 'purpose')}\s*[:=]?\s*(?P<purpose>[^\n]+)")


@cache
def _for() -> re.Pattern[str]:
    return re.compile(
        rf"(?P<purpose>(?!{any_word('numbers', 'not_for')}){any_word('numbers', 'for')}\S[^\n]*)"
    )


@cache
def _after_purpose() -> re.Pattern[str]:
    """A registered number or a price: no part of the purpose any more."""
    marks = "|".join(
        any_word("numbers", key) for key in ("letter", "receipt", "contract", "price", "dated")
    )
    return re.compile(rf"\s(?:{marks}|{any_word('head', 'asks')})")
