"""What a line says of its price, of the numbers under which it was registered, and of the purpose
of the data.

Each is looked for where the subject asks for it; the words stay in the text. What is read without
being shown is certain; an amount that may be another than the price is shown."""

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cache

from domain.dates.days import BUDDHIST_OFFSET, date_at
from domain.errors import InvalidInput
from domain.one_line.line_words import any_word, line_words, listed
from domain.one_line.past import is_in_figures
from domain.one_line.types import Grammar, OneLine
from domain.patterns import WORD_END
from domain.text import digits
from domain.tickets.records import parse_contract_no, parse_price

PURPOSE_LIMIT = 500
FEWEST_DIGITS = 2
COMPARED = 40
"""Characters before a value among which it is looked whether that is only compared with."""
OLDEST_CONTRACT = 40
"""A contract's year of two digits is not before 2540."""


def with_numbers(read: OneLine, grammar: Grammar) -> OneLine:
    """Returns the line with price, receipt, letter, contract and purpose, as far as its subject
    asks for them.
    """
    vocabulary = grammar.vocabulary
    today = grammar.today
    text = f"{read.details}\n{read.result}"
    wanted = {name for name, subjects in vocabulary.wants.items() if read.subject in subjects}
    if "price" in wanted:
        read = _with_price(read, text, bare=read.subject in vocabulary.sales)
    if "receipt_no" in wanted:
        read = _with_receipt(read, text, today)
    else:
        read = _with_unasked_receipt(read, text, today)
    if "letter_no" in wanted:
        read = _with_letter(read, text, today)
    if "purpose" in wanted:
        read = replace(read, purpose=_purpose(read.details))
    if "contract_no" in wanted:
        read = _with_contract(read, text, today)
    return read


def _with_letter(read: OneLine, text: str, today: date) -> OneLine:
    letter = first_numbered("letter", text, today)
    if letter is None:
        return read
    return replace(read, letter_no=letter.no, letter_on=letter.on)


def _with_receipt(read: OneLine, text: str, today: date) -> OneLine:
    receipt = first_numbered("receipt", text, today)
    if receipt is None:
        return read
    return replace(read, receipt_no=receipt.no, receipt_on=receipt.on)


def _with_unasked_receipt(read: OneLine, text: str, today: date) -> OneLine:
    """Takes a receipt that the subject does not ask for and that was said all the same, with what
    was paid, and shows it.
    """
    receipt = first_numbered("receipt", text, today)
    if receipt is None or not receipt.no:
        return read
    if read.price is None:
        read = _with_price(read, text, bare=True)
    read = replace(read, receipt_no=receipt.no, receipt_on=receipt.on)
    return read.doubting("receipt_no", text[receipt.start : receipt.end], taken=True)


def is_compared(before: str) -> bool:
    """Returns whether what follows these words is only compared with: the same as, like that of."""
    return _compares().search(before[-COMPARED:]) is not None


@cache
def _compares() -> re.Pattern[str]:
    return re.compile(rf"{any_word('edges', 'compares')}\S*(?:\s+\S+)?\s*+$")


def masked(text: str, today: date) -> str:
    """Returns the text without receipts, letters and contracts and their days: as long, with a sign
    for each letter.
    """
    for kind in ("receipt", "letter"):
        for found in _numbered(kind, text, today):
            text = _hidden(text, found.start, found.end)
    for match in _contract_mark().finditer(digits(text)):
        _on, end = _contract_day(digits(text), match.end(), today)
        text = _hidden(text, match.start(), end)
    return text


def _hidden(text: str, start: int, end: int) -> str:
    return text[:start] + "\u25aa" * (end - start) + text[end:]


# Price.


def _with_price(read: OneLine, text: str, *, bare: bool) -> OneLine:
    """Takes the one amount of a sale, or the sum that is named; it is shown where another may be
    meant.

    `bare` = an amount without the word "price" is one: in a sale, but not among the data that a
    letter asks for."""
    plain = digits(text)
    totals = _amounts(_total().finditer(plain))
    if len(totals) == 1:
        return replace(read, price=totals.pop())
    each = list(_each().finditer(plain))
    amounts = _named_amounts(plain, each, bare=bare)
    if not amounts and each:
        return _multiplied(read, plain, each)
    if not amounts:
        return _with_free(read, plain)
    # Money that was paid, or given back, stands there as well.
    if len(amounts) > 1 or each or _change().search(plain):
        return read.doubting("price", ", ".join(f"{one:,.2f}" for one in sorted(amounts)))
    return replace(read, price=amounts.pop())


def _named_amounts(plain: str, each: Sequence[re.Match[str]], *, bare: bool) -> set[Decimal]:
    """Returns the amounts of a text but for those that one piece costs."""
    for match in each:
        plain = _hidden(plain, match.start(), match.end())
    return _amounts(match for match in _money().finditer(plain) if bare or match["marked"])


def _with_free(read: OneLine, plain: str) -> OneLine:
    """Returns the line with nought as the price, where it was given away."""
    if not _free().search(plain):
        return read
    return replace(read, price=parse_price("0"))


def _multiplied(read: OneLine, plain: str, each: Sequence[re.Match[str]]) -> OneLine:
    """Takes the price of several pieces: two books at 150 each are 300. It is computed, so it is
    shown.
    """
    first = each[0]
    said = first[0].strip()
    counts = {int(match["n"]) for match in _count(first["piece"]).finditer(plain)}
    if len(each) > 1 or len(counts) > 1:
        return read.doubting("price", said)
    amounts = _amounts(each)
    if not amounts:
        return read
    count = counts.pop() if counts else 1
    read = replace(read, price=amounts.pop() * count)
    return read.doubting("price", said, taken=True)


def _amounts(matches: Iterable[re.Match[str]]) -> set[Decimal]:
    """Returns the amounts of money that these matches hold, each in the one of its groups that is
    set.
    """
    found = set()
    for match in matches:
        typed = [value for name, value in match.groupdict().items() if value and name != "piece"]
        with suppress(InvalidInput):
            found.add(parse_price(typed[0]))
    return found


_AMOUNT = r"\d[\d,]*(?:\.\d\d?)?"
_AMOUNT_END = r"(?![\d/])(?!\.\d)"


@cache
def _unit() -> str:
    return rf"(?:\s?(?:{any_word('numbers', 'units')}){WORD_END})"


@cache
def _no_thing() -> str:
    """Returns a pattern: no count of things follows."""
    return rf"(?!\s*+(?:{any_word('numbers', 'things')}){WORD_END})"


@cache
def _money() -> re.Pattern[str]:
    """Matches an amount behind the word for a price or the sign of the money, or before its
    unit.
    """
    price = any_word("numbers", "price")
    sign = any_word("numbers", "sign")
    return re.compile(
        rf"""
        {price}\s*+[:=]?\s*+(?:{sign}\s?)?(?P<marked>{_AMOUNT}){_AMOUNT_END}{_no_thing()}
        | {sign}\s?(?P<signed>{_AMOUNT})
        | (?<![\d.,/])(?P<counted>{_AMOUNT}){_unit()}
        """,
        re.IGNORECASE | re.VERBOSE,
    )


@cache
def _total() -> re.Pattern[str]:
    total = rf"{any_word('numbers', 'total')}\s*+[:=]?\s*+(?P<total>{_AMOUNT})"
    return re.compile(rf"{total}{_AMOUNT_END}(?:{_unit()}|{_no_thing()})", re.IGNORECASE)


@cache
def _each() -> re.Pattern[str]:
    """Matches what one piece costs; behind its word the sign of repetition may stand."""
    piece = rf"(?P<piece>{any_word('numbers', 'piece')})\s?\u0e46?\s?"
    of_each = any_word("numbers", "of_each")
    return re.compile(rf"{piece}{of_each}\s*+(?P<each>{_AMOUNT}){_unit()}?", re.IGNORECASE)


def _count(piece: str | None) -> re.Pattern[str]:
    named = re.escape(piece) if piece else any_word("numbers", "piece")
    return re.compile(rf"(?P<n>\d{{1,3}})\s*+{named}(?!{any_word('numbers', 'of_each')})")


@cache
def _free() -> re.Pattern[str]:
    before = line_words("numbers").texts("not_before_free")
    unless = "".join(f"(?<!{re.escape(word)})" for word in before)
    free = any_word("numbers", "free")
    return re.compile(rf"{unless}{free}(?!{any_word('numbers', 'not_free')})")


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
    """Returns the first receipt or letter with a number; without one, the first that has a day."""
    found = sorted(_numbered(kind, text, today), key=lambda one: not one.no)
    return next(iter(found), None)


def _numbered(kind: str, text: str, today: date) -> Iterator[RegisteredNumber]:
    plain = digits(text)
    # A book's number must not be read a second time as a receipt's.
    books = list(_booked(plain, today)) if kind == "receipt" else []
    yield from books
    for match in _mark(kind).finditer(plain):
        if any(book.start < match.end() and match.start() < book.end for book in books):
            continue
        found = _marked(kind, match, plain, today)
        if found is not None:
            yield found


def _marked(
    kind: str,
    match: re.Match[str],
    plain: str,
    today: date,
) -> RegisteredNumber | None:
    """Reads the number behind a mark, or its day alone."""
    day, end = _dated(plain, match.start("number"), today)
    if day is not None:
        return RegisteredNumber("", day, match.start(), end)
    no = match["number"].rstrip(".-/")
    short = sum(map(str.isdigit, no)) < FEWEST_DIGITS
    if short and kind == "receipt" and not match["no"]:
        return None  # "receipt 5" may be a count
    day, end = _dated(plain, match.end(), today)
    return RegisteredNumber(no, day, match.start(), end)


def _booked(plain: str, today: date) -> Iterator[RegisteredNumber]:
    """Yields receipts by the number of their book and their own: 12/45."""
    for match in _book().finditer(plain):
        on, end = _dated(plain, match.end(), today)
        yield RegisteredNumber(f"{match['book']}/{match['number']}", on, match.start(), end)


@cache
def _mark(kind: str) -> re.Pattern[str]:
    """Matches the mark of a receipt or a letter, and its number."""
    letters = r"(?:[A-Za-z\u0e01-\u0e2e]{1,4}\.?[-/ ]?)?"
    number = rf"(?!{any_word('numbers', 'dated')}){letters}\d[\dA-Za-z/.-]*"
    no = rf"(?P<no>{any_word('numbers', 'no')}\s*+[:=]?\s*+)?"
    word = any_word("numbers", kind)
    if kind == "letter":
        # "Got the second" is no registered letter: glued to words before it, only some marks are
        # sure.
        word = rf"(?:(?<!\S){word}|{any_word('numbers', 'letter_glued')}(?=\d))"
    mark = rf"{word}\s*+[:=]?\s*+{no}"
    return re.compile(rf"{mark}(?P<number>{number}){_no_thing()}", re.IGNORECASE)


@cache
def _book() -> re.Pattern[str]:
    receipt = rf"(?:{any_word('numbers', 'receipt')}\s*+[:=]?\s*+)?"
    book = rf"{any_word('numbers', 'book')}\s*+(?P<book>\d{{1,6}})"
    number = rf"{any_word('numbers', 'no')}\s*+(?P<number>\d{{1,6}})"
    return re.compile(rf"{receipt}{book}\s*+[,/]?\s*+{number}", re.IGNORECASE)


def _dated(plain: str, at: int, today: date) -> tuple[date | None, int]:
    """Returns the day that follows, if it is not still to come, and where it ends."""
    for pattern in _before_day():
        lead = pattern.match(plain, at)
        found = date_at(plain, lead.end(), today) if lead else None
        if found is not None and found.on is not None:
            return (found.on if found.on <= today else None), found.end
    return None, at


@cache
def _before_day() -> tuple[re.Pattern[str], ...]:
    """Matches what may stand between a number and its day; nothing first, for a word for it may
    begin a day's.
    """
    signs = r"[ \t,(]*"
    return re.compile(signs), re.compile(rf"{signs}{any_word('numbers', 'dated')}[ \t]*")


def _with_contract(read: OneLine, text: str, today: date) -> OneLine:
    """Takes the one contract that is named by its number, and its date where that follows; none
    where several are named.

    One that is only compared with is shown."""
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
            named[no] = named.get(no) or _contract_day(plain, found.end(), today)[0]
    if len(named) != 1:
        return read
    no, on = next(iter(named.items()))
    return replace(read, contract_no=no, contract_on=on)


def _contract_day(plain: str, at: int, today: date) -> tuple[date | None, int]:
    """Returns a contract's date that follows its number, and where that ends: yesterday is when it
    came, but behind the word for a date.
    """
    on, end = _dated(plain, at, today)
    typed = plain[at:end].strip(" \t,(")
    if is_in_figures(typed) or typed.startswith(listed("numbers", "contract_dated")):
        return on, end
    return None, at


def _is_contract_year(typed: str, today: date) -> bool:
    this_year = (today.year + BUDDHIST_OFFSET) % 100
    return len(typed) == 4 or OLDEST_CONTRACT <= int(typed) <= this_year


@cache
def _contract_mark() -> re.Pattern[str]:
    """Matches a contract by its number and year."""
    number = r"(?P<number>\d{1,5}\s?/\s?(?P<year>\d{4}|\d\d))(?![\d/])"
    return re.compile(rf"{any_word('numbers', 'contract')}\s*+:?\s*+{number}", re.IGNORECASE)


# What for.


def _purpose(details: str) -> str:
    """Returns what the data are for: behind the word for purpose, else from the word for "in order
    to" on.
    """
    found = _named_purpose().search(details) or _for().search(details)
    if found is None:
        return ""
    return _until_number(found["purpose"])


def _until_number(text: str) -> str:
    """Returns the words before a registered number or a price."""
    stop = _after_purpose().search(text)
    end = stop.start() if stop else PURPOSE_LIMIT
    return text[:end].strip(" .,;:()")[:PURPOSE_LIMIT]


@cache
def _named_purpose() -> re.Pattern[str]:
    return re.compile(rf"{any_word('numbers', 'purpose')}\s*+[:=]?\s*+(?P<purpose>[^\n]+)")


@cache
def _for() -> re.Pattern[str]:
    another = any_word("numbers", "not_for")
    return re.compile(rf"(?P<purpose>(?!{another}){any_word('numbers', 'for')}\S[^\n]*)")


@cache
def _after_purpose() -> re.Pattern[str]:
    """Matches a registered number or a price: no part of the purpose any more."""
    keys = ("letter", "receipt", "contract", "price", "dated")
    marks = "|".join(any_word("numbers", key) for key in keys)
    return re.compile(rf"\s(?:{marks}|{any_word('head', 'asks')})")
