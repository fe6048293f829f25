"""What the words of a line say beside customer, channel and subject: whom, how urgent, which data, what it cost.

Words that only steer (@name, urgency, mood, complexity) are taken out of the text where they surely do; whatever
belongs to the question or the answer (projects, years, price, receipt, contract) is read and stays, too. What is
recognised silently must be certain; what is less is named in `unsure`, so that it is shown before it is saved.
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cache

from domain.data_years import DataPeriod, find_periods, scan_periods
from domain.dates import find_date, parse_month
from domain.errors import InvalidInput
from domain.one_line_types import OneLine, Vocabulary
from domain.projects import projects_in
from domain.provinces import find_province, read_user_count
from domain.text import digits, strip_titles, words
from domain.tickets import parse_contract_no, parse_price

STEERING = ("urgency", "mood", "complexity")
MOST_PROJECTS = 10
MIN_BEGINNING = 2
COUNT_WORDS = 12
_EDGES = ".,;:!"


def enriched(read: OneLine, vocabulary: Vocabulary, today: date) -> OneLine:
    """The line with all that its details and result say more."""
    read = _without_steering(read, vocabulary)
    text = f"{read.details}\n{read.result}"
    if read.subject in vocabulary.wants.get("projects", ()):
        read = _with_data(read, vocabulary, text, today)
    if read.subject in vocabulary.wants.get("price", ()):
        no, on = _numbered("receipt", text, today)
        price = _price(text, bare=read.subject in vocabulary.sales)
        read = replace(read, price=price, receipt_no=no, receipt_on=on)
    if read.subject in vocabulary.wants.get("letter_no", ()):
        no, on = _numbered("letter", text, today)
        read = replace(read, letter_no=no, letter_on=on)
    if read.subject in vocabulary.wants.get("contract_no", ()):
        no, on = _contract(text, today)
        read = replace(read, contract_no=no, contract_on=on)
    return replace(read, counts=not read.result and _is_count(read.details, today))


def steering(word: str, vocabulary: Vocabulary) -> tuple[str, str, bool] | None:
    """What a word steers: the field, its value, and whether it is sure wherever it stands; None for any other word."""
    typed = word.strip(_EDGES)
    if typed.startswith("@"):
        name = typed[1:]
        sure = _is_staff(name, vocabulary)
        return None if sure is None else ("assignee", name, sure)
    table = words("one_line")
    for name in STEERING:
        values = table.table(name)
        for value in values.values:
            if typed.casefold() in values.texts(value):
                return name, value, typed.casefold() in table.texts("sure")
    return None


def _is_staff(name: str, vocabulary: Vocabulary) -> bool | None:
    """True for a whole word of a name, False for the beginning of one, None for nobody."""
    wanted = strip_titles(name.casefold())
    parts = [part for one in vocabulary.staff for part in strip_titles(one.casefold()).split()]
    if wanted in parts:
        return True
    return False if len(wanted) >= MIN_BEGINNING and any(part.startswith(wanted) for part in parts) else None


def _without_steering(read: OneLine, vocabulary: Vocabulary) -> OneLine:
    """Steering words that end the details or the result; nothing in a text of several lines, which was pasted."""
    sends = any(word in read.details for word in words("one_line").texts("sends"))
    for where in ("details", "result"):
        text: str = getattr(read, where)
        while "\n" not in text and (split := text.rsplit(maxsplit=1)):
            found = steering(split[-1], vocabulary)
            if found is None or getattr(read, found[0]) or len(split) == 1:
                break
            name, value, sure = found
            sure = sure and not (name == "urgency" and sends)
            if sure:
                text = split[0]
                read = read.steered(name, value)
                read = replace(read, details=text) if where == "details" else replace(read, result=text)
            else:
                read = replace(read.steered(name, value), unsure=read.unsure | {name})
                break
    return read


# Which data.


def _with_data(read: OneLine, vocabulary: Vocabulary, text: str, today: date) -> OneLine:
    named = projects_in(vocabulary.projects, text)
    projects = tuple(dict.fromkeys(project.name for _start, _end, project in named))
    years: dict[str, tuple[DataPeriod, ...]] = {}
    taken: list[tuple[int, int]] = []
    for _start, end, project in named:
        try:
            stop, periods = scan_periods(text, end, today, short=False)
        except InvalidInput:
            continue
        if periods and not _goes_on(text, stop):
            years[project.name] = tuple(dict.fromkeys((*years.get(project.name, ()), *periods)))
        taken.append((end, stop))
    if shared := _shared_years(text, taken, today):
        years[""] = shared
    unsure = read.unsure | ({"projects"} if len(projects) > MOST_PROJECTS else set())
    return replace(read, projects=projects[:MOST_PROJECTS], years=tuple(years.items()), unsure=unsure)


def _shared_years(text: str, taken: list[tuple[int, int]], today: date) -> tuple[DataPeriod, ...]:
    """The one run of years that a mark names as years of data; none where there are several, or none is sure."""
    if any(word in text for word in words("data_years").texts("plans")):
        return ()
    runs = []
    for start, end, periods in find_periods(text, today):
        if any(start < stop and begin < end for begin, stop in taken):
            continue
        if _names_data(text, start, end):
            runs.append(periods)
    distinct = list(dict.fromkeys(runs))
    return distinct[0] if len(distinct) == 1 else ()


def _names_data(text: str, start: int, end: int) -> bool:
    """Whether a year behind "year", "B.E." or a quarter is one of data, not of a birth, a book or a plan."""
    table = words("data_years")
    if digits(text)[start] not in "0123456789":  # a quarter, or a month
        before = text[:start].rstrip()
    else:
        before = text[:start].rstrip()
        marks = sorted(table.texts("year_marks"), key=len, reverse=True)
        mark = next((mark for mark in marks if before.endswith(mark)), "")
        if not mark:
            return False
        while mark:
            before = before.removesuffix(mark).rstrip()
            mark = next((mark for mark in marks if before.endswith(mark)), "")
    if before[-1:].isdigit() or before.endswith(("-", *table.texts("to"), *table.texts("not_data"))):
        return False
    return not _goes_on(text, end)


def _goes_on(text: str, end: int) -> bool:
    """Whether the years that end here are only the beginning of what is meant."""
    table = words("data_years")
    return text[end:].lstrip().startswith(("-", "/", *table.texts("to"), *table.texts("open_ended")))


# What it cost, and what it was registered as.


def _price(text: str, *, bare: bool) -> Decimal | None:
    """The one amount of a sale; None where there are several, or one is the price of each.

    `bare` = an amount without the word "price" is one: in a sale, but not among the data that a letter asks for.
    """
    plain = digits(text)
    if re.search(rf"(?:{_any('each')})\s*\d", plain):
        return None
    amounts = {_amount(match) for match in _money().finditer(plain) if bare or match["marked"]}
    if not amounts and any(word in words("money").texts("free") for word in plain.split()):
        return parse_price("0")
    return amounts.pop() if len(amounts) == 1 else None


def _amount(match: re.Match[str]) -> Decimal | None:
    try:
        return parse_price(match["marked"] or match["counted"])
    except InvalidInput:
        return None


def _numbered(kind: str, text: str, today: date) -> tuple[str, date | None]:
    """The number behind the marks of a receipt or a letter, and the day behind that."""
    plain = digits(text)
    found = _mark_of(kind).search(plain)
    if found is None:
        return "", None
    return found["number"].rstrip(_EDGES), _dated(text[found.end() :], today)


def _contract(text: str, today: date) -> tuple[str, date | None]:
    """The one contract that is named by its number, and its date where that follows; none where several are named."""
    named: dict[str, date | None] = {}
    for found in _contract_mark().finditer(digits(text)):
        with suppress(InvalidInput):
            no = parse_contract_no(found["number"])
            named[no] = named.get(no) or _dated(text[found.end() :], today)
    return next(iter(named.items())) if len(named) == 1 else ("", None)


def _dated(rest: str, today: date) -> date | None:
    """The day with which the rest of a line begins, if it is not still to come."""
    rest = re.sub(rf"^(?:{_any('dated')})\s*", "", rest.lstrip())
    day = find_date(rest.partition("\n")[0], today)
    return day[0] if day and day[0] <= today else None


def _is_count(details: str, today: date) -> bool:
    """Whether nothing but a province's number of users stands there."""
    read = read_user_count(details, today)
    typed = details.split()
    if not read.province or read.users is None or len(typed) > COUNT_WORDS:
        return False
    known = words("one_line").texts("count_words")
    return all(_counts(word, today, known) for word in _without_month(typed, today))


def _counts(word: str, today: date, known: tuple[str, ...]) -> bool:
    return word in known or bool(find_province(word)) or bool(re.fullmatch(r"[\d,]+", digits(word)))


def _without_month(typed: list[str], today: date) -> Iterator[str]:
    """The words before a month that ends them."""
    for start in range(len(typed)):
        try:
            parse_month(" ".join(typed[start:]), today)
        except InvalidInput:
            yield typed[start]
        else:
            return


def _any(key: str) -> str:
    return "|".join(map(re.escape, words("one_line").texts(key)))


def _no_thing() -> str:
    """No count of things follows."""
    return rf"(?!\s*(?:{_any('things')})(?![^\W\d_]))"


@cache
def _money() -> re.Pattern[str]:
    amount = r"\d[\d,]*(?:\.\d\d?)?"
    units = "|".join(map(re.escape, words("money").texts("baht")))
    return re.compile(
        rf"(?<!\S)(?:{_any('price_marks')})\s*(?P<marked>{amount})(?!\S*[/\d]){_no_thing()}"
        rf"|(?<![\d.,/])(?P<counted>{amount})\s?(?:{units})"
    )


@cache
def _contract_mark() -> re.Pattern[str]:
    """A contract by its number; its year in full, so that no month and no page is taken for one."""
    return re.compile(
        rf"(?:{_any('contract_marks')})\s*:?\s*(?P<number>\d{{1,5}}\s?/\s?\d{{4}})(?![\d/])", re.IGNORECASE
    )


@cache
def _mark_of(kind: str) -> re.Pattern[str]:
    """The mark, then a number with at least two digits, not a count of things."""
    number = r"[^\s\d]{0,6}\d[^\s,;]*\d[^\s,;]*|\d\d+"
    return re.compile(rf"(?<!\S)(?:{_any(f'{kind}_marks')})\s*:?\s*(?P<number>{number}){_no_thing()}")
