"""A question taken apart into phrases: the way through its letters that leaves the fewest of them
not understood. Pure.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

from domain.patterns import one_of
from domain.reports.words.senses import Phrases, Says, Sense
from domain.reports.words.spans import span_at
from domain.reports.words.tables import Parts, question_words
from domain.text import FOLLOWING_VOWELS, MARKS, digits, words

LONGEST = 300
"""Letters of a question; more are a letter or a story."""
GLUED = 5
"""Letters that a name needs to be known where it is glued to something that is not understood."""
_PHRASE = 2
_LETTER = 3
_RUN = 4
"""What each phrase costs, and each letter and each run of letters that is not understood."""
_JOINED_BEHIND = re.compile(f"[{MARKS}{FOLLOWING_VOWELS}]")
_LEADING_VOWELS = "\u0e40\u0e41\u0e42\u0e43\u0e44"
_LATIN = re.compile(r"[a-z0-9]")
_LETTERS = re.compile(r"[^\W_]")


@dataclass(frozen=True, slots=True)
class TextSegment:
    """A phrase of a question as it was typed, and what it says; None = it is not understood."""

    text: str
    sense: Sense | None
    start: int


@dataclass(frozen=True, slots=True)
class _Step:
    """The cheapest way to a place in the text: its cost, and the segment that leads there."""

    cost: int
    start: int
    sense: Sense | None
    known: bool


def segments_of(
    text: str,
    today: date,
    *vocabularies: Phrases,
) -> list[TextSegment]:
    """Takes a clean text apart; of longer ones than LONGEST letters no more is looked at."""
    text = text[:LONGEST]
    # Letter by letter, so that no place moves where a small letter is longer.
    plain = "".join(letter.lower()[:1] for letter in digits(text))
    steps = _cheapest(
        plain,
        today,
        vocabularies,
    )
    found = _walk_back(
        plain,
        text,
        steps,
    )
    return _with_whole_names(found)


def _cheapest(
    plain: str,
    today: date,
    vocabularies: Sequence[Phrases],
) -> list[_Step]:
    """Returns the cheapest step to each place; the place 0 is where the text begins."""
    steps = [_Step(0, 0, None, known=True)]
    # No way is as dear as this: every letter is a run of its own.
    dearest = (_LETTER + _RUN + 1) * (len(plain) + 1)
    steps += [_Step(dearest, 0, None, known=False) for _letter in plain]
    for at, letter in enumerate(plain):
        here = steps[at]
        if letter.isspace():
            _offer(steps, at + 1, _Step(here.cost, at, None, known=True))
            continue
        passed = here.cost + _LETTER
        if here.known:
            passed += _RUN
        _offer(steps, at + 1, _Step(passed, at, None, known=False))
        for end, sense in _phrases_at(plain, at, today, vocabularies):
            _offer(steps, end, _Step(here.cost + _PHRASE, at, sense, known=True))
    return steps


def _offer(
    steps: list[_Step],
    end: int,
    step: _Step,
) -> None:
    """Takes a step where it is cheaper than the one that leads there so far."""
    if step.cost < steps[end].cost:
        steps[end] = step


def _phrases_at(
    plain: str, at: int, today: date, vocabularies: Sequence[Phrases]
) -> Iterator[tuple[int, Sense]]:
    """Yields where each phrase that begins here ends, with what it says."""
    if not _may_begin(plain, at):
        return
    for vocabulary in vocabularies:
        for parts in vocabulary.by_letter.get(plain[at], ()):
            end = _end_of(
                plain,
                at,
                parts,
            )
            if end and _may_end(plain, end):
                yield end, vocabulary.senses[parts]
    age = _age().match(plain, at)
    if age is not None:
        yield age.end(), Sense(Says.AGE, age[0])
    span = span_at(
        plain,
        at,
        today,
    )
    if span is not None:
        end, period = span
        if _may_end(plain, end):
            yield end, Sense(Says.PERIOD, period=period)


def _end_of(
    plain: str,
    at: int,
    parts: Parts,
) -> int:
    """Returns where a phrase that begins here ends; 0 where it does not stand here."""
    for number, part in enumerate(parts):
        while number and plain[at : at + 1].isspace():
            at += 1
        if not plain.startswith(part, at):
            return 0
        at += len(part)
    return at


def _may_begin(plain: str, at: int) -> bool:
    """Returns whether a word may begin here: not within a syllable or a Latin word."""
    before = plain[at - 1 : at]
    if before and before in _LEADING_VOWELS:
        return False
    if _JOINED_BEHIND.match(plain, at):
        return False
    return not (_LATIN.match(before) and _LATIN.match(plain, at))


def _may_end(plain: str, end: int) -> bool:
    """Returns whether a word may end before this place."""
    if _JOINED_BEHIND.match(plain, end):
        return False
    last = plain[end - 1 : end]
    return not (_LATIN.match(last) and _LATIN.match(plain, end))


@cache
def _age() -> re.Pattern[str]:
    """Matches an age as the lists of what is owed read it: over 90 days."""
    table = words("owed_lists")
    units = [unit for key in ("day", "week_unit", "month", "year") for unit in table.texts(key)]
    return re.compile(rf"{one_of(table.texts('older'))}\s*\d{{0,4}}\s*{one_of(units)}")


def _walk_back(
    plain: str,
    text: str,
    steps: Sequence[_Step],
) -> list[TextSegment]:
    """Returns the segments of the cheapest way, letters that are not understood in one."""
    found: list[TextSegment] = []
    at = len(plain)
    while at > 0:
        step = steps[at]
        typed = text[step.start : at]
        if step.sense is not None:
            found.append(TextSegment(typed, step.sense, step.start))
        elif not step.known:
            _lengthen(found, typed, step.start)
        at = step.start
    found.reverse()
    return [one for one in found if one.sense is not None or _LETTERS.search(one.text)]


def _lengthen(
    found: list[TextSegment],
    letter: str,
    start: int,
) -> None:
    """Puts a letter before the run that begins behind it, or begins one."""
    run = TextSegment(letter, None, start)
    last = found[-1] if found else None
    if last is not None and last.sense is None and last.start == start + len(letter):
        found.pop()
        run = TextSegment(letter + last.text, None, start)
    found.append(run)


def _with_whole_names(found: Sequence[TextSegment]) -> list[TextSegment]:
    """Returns the segments with a short name that is glued to something that is not understood made
    part of it: it is the beginning or the end of another word.
    """
    joined: list[TextSegment] = []
    for number, one in enumerate(found):
        part = one
        if _is_short_name(one) and _touches_unknown(found, number):
            part = TextSegment(one.text, None, one.start)
        if joined and _are_one_word(joined[-1], part):
            before = joined.pop()
            part = TextSegment(before.text + part.text, None, before.start)
        joined.append(part)
    return joined


def _are_one_word(first: TextSegment, second: TextSegment) -> bool:
    """Returns whether both are not understood, and no blank stands between them."""
    unknown = first.sense is None and second.sense is None
    return unknown and first.start + len(first.text) == second.start


def _is_short_name(one: TextSegment) -> bool:
    if one.sense is None or len(one.text) >= GLUED:
        return False
    if one.sense.says is Says.NOTHING:
        return one.text not in question_words("says_nothing").texts("apart")
    return one.sense.says in (Says.FILTER, Says.NOUN)


def _touches_unknown(found: Sequence[TextSegment], number: int) -> bool:
    """Returns whether what is not understood stands right before or behind, without a blank."""
    here = found[number]
    end = here.start + len(here.text)
    beside = found[max(number - 1, 0) : number + 2]
    unknown = [other for other in beside if other.sense is None]
    return any(
        other.start == end or other.start + len(other.text) == here.start for other in unknown
    )
