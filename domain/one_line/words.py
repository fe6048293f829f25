"""What the words of a line say beside customer, channel and subject: whom, how urgent, which data.

Words that only steer (@name, urgency, mood, complexity) are taken out of the text where they surely
do; whatever belongs to the question or the answer (projects, years) is read and stays, too."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, lru_cache

import regex  # type: ignore[import-untyped]

from domain.customers.provinces import find_province, read_user_count
from domain.dates.data_years import DataPeriod, find_periods, scan_periods
from domain.dates.days import parse_month
from domain.errors import InvalidInput
from domain.one_line.line_words import any_word, line_words, listed
from domain.one_line.numbers import masked
from domain.one_line.types import (
    TEXT_FIELDS,
    Grammar,
    OneLine,
    TextField,
    Vocabulary,
)
from domain.patterns import at_end, without_end
from domain.text import digits, words
from domain.text.titles import strip_titles
from domain.tickets.common_names import commonly_named
from domain.tickets.projects import LONG, Project, projects_in

STEERED_FIELDS = ("urgency", "mood", "complexity")
MOST_PROJECTS = 10
MIN_BEGINNING = 2
COUNT_WORDS = 12
_EDGES = ".,;:!"
_LENGTHENED = re.compile(r"(\w)\1{2,}")
"""A letter that is typed three times or more, as people draw out a word."""
_SIGNS_BEHIND = at_end(r"[^\w\s\u0e00-\u0e7f)\]\"\u201d%\u0e3f]+")
"""Pictures behind the last word."""
_FIGURES = re.compile(r"[\d,]+")


# Words that only steer.


@dataclass(frozen=True, slots=True)
class Steering:
    """What a word steers: a field of the line, and its value; `sure` = wherever it stands."""

    field: str
    value: str
    sure: bool


def steering(word: str, vocabulary: Vocabulary) -> Steering | None:
    """Returns what a word steers; None for any other word."""
    typed = word.strip(_EDGES)
    if typed.startswith("@"):
        name = typed[1:]
        sure = is_staff(name, vocabulary)
        if sure is None:
            return None
        return Steering("assignee", name, sure)
    plain = _LENGTHENED.sub(r"\1", _impolite(typed.casefold()))
    return _steering_words().get(plain)


@cache
def _steering_words() -> dict[str, Steering]:
    """Returns what each word steers; the first field of a word counts."""
    table = line_words("steer")
    sure = table.texts("sure")
    found: dict[str, Steering] = {}
    for name in STEERED_FIELDS:
        values = table.table(name)
        for value in values.values:
            for word in values.texts(value):
                found.setdefault(word, Steering(name, value, word in sure))
    return found


def _impolite(word: str) -> str:
    """Returns a word without the politeness glued behind it."""
    return without_end(_polite_end(), word) or word


@cache
def _polite_end() -> regex.Pattern[str]:
    return at_end(rf"{any_word('head', 'polite')}+")


def mention_at(text: str, at: int, vocabulary: Vocabulary) -> str:
    """Returns the whole name of a colleague, of several words, that stands here behind @; "" for
    none.
    """
    if not text.startswith("@", at):
        return ""
    names = [f"@{name}" for name in vocabulary.staff if " " in name]
    longest_first = sorted(names, key=len, reverse=True)
    found = next((name for name in longest_first if text.startswith(name, at)), "")
    end = at + len(found)
    glued = text[end : end + 1].strip()
    return "" if glued else found


def is_staff(name: str, vocabulary: Vocabulary) -> bool | None:
    """Returns True for a whole word of a colleague's name, False for the beginning of one, None for
    nobody.
    """
    wanted = strip_titles(name.casefold())
    names = _staff_names(vocabulary.staff)
    if wanted in names:
        return True
    if len(wanted) >= MIN_BEGINNING and any(part.startswith(wanted) for part in names):
        return False
    return None


@lru_cache(maxsize=8)
def _staff_names(staff: frozenset[str]) -> frozenset[str]:
    """Returns everybody's whole name and each word of it, without titles and in small letters."""
    names = {strip_titles(one.casefold()) for one in staff}
    return frozenset(names | {part for name in names for part in name.split()})


def without_steering(read: OneLine, vocabulary: Vocabulary) -> OneLine:
    """Returns the line without the steering words that end its details or its result.

    Of a text of several lines, which was pasted, none is taken."""
    for where in TEXT_FIELDS:
        while (found := _steering_end(read, where, vocabulary)) is not None:
            before, word, steer = found
            if not steer.sure or not _is_sure(read, steer, before, where):
                return _doubtfully(read, steer, word, before)
            read = read.steered(steer.field, steer.value).with_text(where, before)
    return read


def _steering_end(
    read: OneLine, where: TextField, vocabulary: Vocabulary
) -> tuple[str, str, Steering] | None:
    """Returns the steering word that ends a text: what stands before it, itself, and what it
    steers.
    """
    text = read.text(where)
    if "\n" in text:
        return None
    before, word = _last_word(text, vocabulary)
    steer = steering(word, vocabulary)
    if steer is None or not before or getattr(read, steer.field):
        return None
    return before, word, steer


def _last_word(text: str, vocabulary: Vocabulary) -> tuple[str, str]:
    """Returns a text without its last word, and that; somebody's whole name behind @ is one."""
    text = without_end(_SIGNS_BEHIND, text).rstrip() or text
    at = text.rfind("@")
    if at > 0:
        name = mention_at(text, at, vocabulary)
        if name and text.endswith(name):
            return text[:at].rstrip(), name
    split = text.rsplit(maxsplit=1)
    if len(split) < 2:
        return "", "".join(split)
    return split[0], split[1]


def _doubtfully(
    read: OneLine,
    steer: Steering,
    word: str,
    before: str,
) -> OneLine:
    """Returns the line with what a word may steer; a colleague who is only spoken of gets
    nothing.
    """
    taken = steer.field != "assignee" or not is_spoken_of(before)
    if taken:
        read = read.steered(steer.field, steer.value)
    return read.doubting(steer.field, word, taken=taken)


def _is_sure(
    read: OneLine,
    steer: Steering,
    before: str,
    where: TextField,
) -> bool:
    """Returns whether a steering word is no part of the sentence that it ends."""
    if steer.field == "urgency":
        # "Send it urgently" is a way to send.
        return not any(word in read.details for word in line_words("steer").texts("sends"))
    if steer.field != "assignee":
        return True
    last = before.split()[-1].casefold()
    whole = where == "details" or not read.close or last.endswith(listed("close", "done"))
    return whole and not is_spoken_of(before)


def is_spoken_of(before: str) -> bool:
    """Returns whether somebody's name belongs to the words before it: contact, ask, by."""
    last = (before.split() or [""])[-1].casefold()
    if last.endswith(listed("steer", "hands_over")):
        return False
    return last.endswith(listed("steer", "binds"))


# Which data.


def with_data(read: OneLine, grammar: Grammar) -> OneLine:
    """Returns the line with the projects and years that the texts surely name, where the subject
    asks for them.
    """
    if read.subject in grammar.vocabulary.wants.get("projects", ()):
        read = _with_projects(read, grammar)
    counts = not read.result and _is_count(read.details, grammar.today)
    return replace(read, counts=counts)


def _with_projects(read: OneLine, grammar: Grammar) -> OneLine:
    today = grammar.today
    text = masked(f"{read.details}\n{read.result}", today)
    named = _named(grammar.vocabulary.projects, text)
    projects = tuple(dict.fromkeys(project.name for _start, _end, project in named))
    years, taken = _years_of_each(named, text, today)
    if shared := _shared_years(text, taken, today):
        years[""] = shared
    read = replace(read, projects=projects[:MOST_PROJECTS], years=tuple(years.items()))
    if len(projects) <= MOST_PROJECTS:
        return read
    return read.doubting("projects", projects[MOST_PROJECTS], taken=True)


def _named(projects: Sequence[Project], text: str) -> list[tuple[int, int, Project]]:
    """Returns where the texts name a project: surely, or by a long part of its name before a
    period.
    """
    named = projects_in(projects, text)
    for start, end, project in commonly_named(projects, text, LONG):
        if not any(start < stop and begin < end for begin, stop, _other in named):
            named.append((start, end, project))
    return sorted(named, key=lambda one: one[0])


def _years_of_each(
    named: Sequence[tuple[int, int, Project]], text: str, today: date
) -> tuple[dict[str, tuple[DataPeriod, ...]], list[tuple[int, int]]]:
    """Returns the years right behind each project's name, and from where to where they stand."""
    years: dict[str, tuple[DataPeriod, ...]] = {}
    taken: list[tuple[int, int]] = []
    for _start, end, project in named:
        try:
            stop, periods = scan_periods(text, end, today, within=True)
        except InvalidInput:
            continue
        if periods and not _goes_on(text, stop):
            every = (*years.get(project.name, ()), *periods)
            years[project.name] = tuple(dict.fromkeys(every))
        taken.append((end, stop))
    return years, taken


def _shared_years(text: str, taken: list[tuple[int, int]], today: date) -> tuple[DataPeriod, ...]:
    """Returns the years of data that stand apart from any project."""
    # "The plan of 2566 to 2570" is no data of these years.
    if any(word in text for word in words("data_years").texts("plans")):
        return ()
    shared: dict[DataPeriod, None] = {}
    for start, end, periods in find_periods(text, today, short=True):
        overlaps = any(start < stop and begin < end for begin, stop in taken)
        if not overlaps and _names_data(text, start, end):
            shared |= dict.fromkeys(periods)
    return tuple(shared)


def _names_data(text: str, start: int, end: int) -> bool:
    """Returns whether years in a text are years of data, not of a birth, a book or a plan, and no
    other number.
    """
    table = words("data_years")
    before = _without_year_marks(text[:start].rstrip())
    if before[-1:].isdigit() or before.endswith(("-", "/")):
        return False
    if before.endswith((*table.texts("to"), *table.texts("not_data"))):
        return False
    return not _goes_on(text, end)


def _without_year_marks(text: str) -> str:
    """Returns a text without the words for a year that end it."""
    marks = sorted(words("data_years").texts("year_marks"), key=len, reverse=True)
    while mark := next((mark for mark in marks if text.endswith(mark)), ""):
        text = text.removesuffix(mark).rstrip()
    return text


def _goes_on(text: str, end: int) -> bool:
    """Returns whether the years that end here are only the beginning of what is meant."""
    table = words("data_years")
    behind = text[end:].lstrip()
    if behind.startswith(("-", "/")):
        return True
    return behind.startswith((*table.texts("to"), *table.texts("open_ended")))


# A province's number of users.


def _is_count(details: str, today: date) -> bool:
    """Returns whether nothing but a province's number of users stands there."""
    typed = details.split()
    if len(typed) > COUNT_WORDS:
        return False
    read = read_user_count(details, today)
    if not read.province or read.users is None:
        return False
    return all(_is_of_count(word) for word in _without_month(typed, today))


def _is_of_count(word: str) -> bool:
    """Returns whether a word belongs to such a report: one of its own, a province, a number."""
    if word in line_words("counts").texts("words") or find_province(word):
        return True
    return _FIGURES.fullmatch(digits(word)) is not None


def _without_month(typed: list[str], today: date) -> Iterator[str]:
    """Yields the words before a month that ends them."""
    for start, word in enumerate(typed):
        try:
            parse_month(" ".join(typed[start:]), today)
        except InvalidInput:
            yield word
        else:
            return
