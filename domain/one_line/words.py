"""What the words of a line say beside customer, channel and subject: whom, how urgent, which data.

Words that only steer (@name, urgency, mood, complexity) are taken out of the text where they surely
do; whatever belongs to the question or the answer (projects, years) is read and stays, too."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from domain.customers.provinces import find_province, read_user_count
from domain.dates.data_years import DataPeriod, find_periods, scan_periods
from domain.dates.days import parse_month
from domain.errors import InvalidInput
from domain.one_line.line_words import any_word, line_words, listed
from domain.one_line.numbers import masked
from domain.one_line.types import OneLine, Vocabulary
from domain.text import digits, strip_titles, words
from domain.tickets.projects import projects_in

STEERING = ("urgency", "mood", "complexity")
MOST_PROJECTS = 10
MIN_BEGINNING = 2
COUNT_WORDS = 12
_EDGES = ".,;:!"
_LENGTHENED = re.compile(r"(\w)\1{2,}")
"""A letter that is typed three times or more, as people draw out a word."""
_SIGNS_BEHIND = re.compile(r"[^\w\s\u0e00-\u0e7f)\]\"\u201d%\u0e3f]+$")
"""Pictures behind the last word."""


def steering(word: str, vocabulary: Vocabulary) -> tuple[str, str, bool] | None:
    """What a word steers: the field, its value, and whether it is sure wherever it stands; None for
    any other word.
    """
    typed = word.strip(_EDGES)
    if typed.startswith("@"):
        name = typed[1:]
        sure = is_staff(name, vocabulary)
        return None if sure is None else ("assignee", name, sure)
    plain = _LENGTHENED.sub(r"\1", _impolite(typed.casefold()))
    table = line_words("steer")
    for name in STEERING:
        values = table.table(name)
        for value in values.values:
            if plain in values.texts(value):
                return name, value, plain in table.texts("sure")
    return None


def mention_at(text: str, at: int, vocabulary: Vocabulary) -> str:
    """The whole name of a colleague, of several words, that stands here behind @; "" for none."""
    names = sorted((f"@{name}" for name in vocabulary.staff if " " in name), key=len, reverse=True)
    found = next((name for name in names if text.startswith(name, at)), "")
    return found if found and not text[at + len(found) : at + len(found) + 1].strip() else ""


def _last_word(text: str, vocabulary: Vocabulary) -> tuple[str, str]:
    """A text without its last word, and that; somebody's whole name behind @ is one."""
    text = _SIGNS_BEHIND.sub("", text).rstrip() or text
    at = text.rfind("@")
    if at > 0 and (name := mention_at(text, at, vocabulary)) and text.endswith(name):
        return text[:at].rstrip(), name
    split = text.rsplit(maxsplit=1)
    return (split[0], split[1]) if len(split) > 1 else ("", "".join(split))


def _impolite(word: str) -> str:
    """A word without the politeness glued behind it."""
    stem = re.sub(rf"{any_word('head', 'polite')}+$", "", word)
    return stem or word


def is_staff(name: str, vocabulary: Vocabulary) -> bool | None:
    """True for a whole word of a name, False for the beginning of one, None for nobody."""
    wanted = strip_titles(name.casefold())
    names = [strip_titles(one.casefold()) for one in vocabulary.staff]
    parts = [part for name in names for part in name.split()]
    if wanted in parts or wanted in names:
        return True
    return (
        False
        if len(wanted) >= MIN_BEGINNING and any(part.startswith(wanted) for part in parts)
        else None
    )


def without_steering(read: OneLine, vocabulary: Vocabulary) -> OneLine:
    """Steering words that end the details or the result; nothing in a text of several lines, which
    was pasted.
    """
    for where in ("details", "result"):
        while "\n" not in (text := str(getattr(read, where))):
            before, word = _last_word(text, vocabulary)
            found = steering(word, vocabulary)
            if found is None or getattr(read, found[0]) or not before:
                break
            name, value, sure = found
            if not sure or not _is_sure(read, name, before, where):
                return _doubtfully(read, name, value, word, before)
            read = read.steered(name, value)
            read = (
                replace(read, details=before)
                if where == "details"
                else replace(read, result=before)
            )
    return read


def _doubtfully(read: OneLine, name: str, value: str, word: str, before: str) -> OneLine:
    """With what a word may steer; a colleague who is only spoken of gets nothing."""
    taken = name != "assignee" or not is_spoken_of(before)
    return (read.steered(name, value) if taken else read).doubting(name, word, taken=taken)


def _is_sure(read: OneLine, name: str, before: str, where: str) -> bool:
    """Whether a steering word is no part of the sentence that it ends."""
    if name == "assignee":
        last = before.split()[-1].casefold()
        done = where == "details" or not read.close or last.endswith(listed("close", "done"))
        return done and not is_spoken_of(before)
    sends = any(word in read.details for word in line_words("steer").texts("sends"))
    return not (name == "urgency" and sends)


def is_spoken_of(before: str) -> bool:
    """Whether somebody's name belongs to the words before it: contact, ask, by."""
    last = (before.split() or [""])[-1].casefold()
    return last.endswith(listed("steer", "binds")) and not last.endswith(
        listed("steer", "hands_over")
    )


# Which data.


def with_data(read: OneLine, vocabulary: Vocabulary, today: date) -> OneLine:
    """With the projects and years that the texts surely name, where the subject asks for them."""
    if read.subject in vocabulary.wants.get("projects", ()):
        text = masked(f"{read.details}\n{read.result}", today)
        read = _with_projects(read, vocabulary, text, today)
    return replace(read, counts=not read.result and _is_count(read.details, today))


def _with_projects(read: OneLine, vocabulary: Vocabulary, text: str, today: date) -> OneLine:
    named = projects_in(vocabulary.projects, text)
    projects = tuple(dict.fromkeys(project.name for _start, _end, project in named))
    years: dict[str, tuple[DataPeriod, ...]] = {}
    taken: list[tuple[int, int]] = []
    for _start, end, project in named:
        try:
            stop, periods = scan_periods(text, end, today, within=True)
        except InvalidInput:
            continue
        if periods and not _goes_on(text, stop):
            years[project.name] = tuple(dict.fromkeys((*years.get(project.name, ()), *periods)))
        taken.append((end, stop))
    if shared := _shared_years(text, taken, today):
        years[""] = shared
    read = replace(read, projects=projects[:MOST_PROJECTS], years=tuple(years.items()))
    return (
        read.doubting("projects", projects[MOST_PROJECTS], taken=True)
        if len(projects) > MOST_PROJECTS
        else read
    )


def _shared_years(text: str, taken: list[tuple[int, int]], today: date) -> tuple[DataPeriod, ...]:
    """The years of data that stand apart from any project."""
    if any(word in text for word in words("data_years").texts("plans")):
        return ()
    shared: dict[DataPeriod, None] = {}
    for start, end, periods in find_periods(text, today, short=True):
        if any(start < stop and begin < end for begin, stop in taken):
            continue
        if _names_data(text, start, end):
            shared |= dict.fromkeys(periods)
    return tuple(shared)


def _names_data(text: str, start: int, end: int) -> bool:
    """Whether years in a text are years of data, not of a birth, a book or a plan, and no other
    number.
    """
    table = words("data_years")
    before = text[:start].rstrip()
    marks = sorted(table.texts("year_marks"), key=len, reverse=True)
    while mark := next((mark for mark in marks if before.endswith(mark)), ""):
        before = before.removesuffix(mark).rstrip()
    if before[-1:].isdigit() or before.endswith(
        ("-", "/", *table.texts("to"), *table.texts("not_data"))
    ):
        return False
    return not _goes_on(text, end)


def _goes_on(text: str, end: int) -> bool:
    """Whether the years that end here are only the beginning of what is meant."""
    table = words("data_years")
    return (
        text[end:].lstrip().startswith(("-", "/", *table.texts("to"), *table.texts("open_ended")))
    )


# A province's number of users.


def _is_count(details: str, today: date) -> bool:
    """Whether nothing but a province's number of users stands there."""
    typed = details.split()
    if len(typed) > COUNT_WORDS:
        return False
    read = read_user_count(details, today)
    if not read.province or read.users is None:
        return False
    known = line_words("counts").texts("words")
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
