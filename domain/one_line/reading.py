"""The one line of /open: customer, channel and subject in any order, then details, result and
closing.

The grammar is the table of examples in docs/one-line.md, which the tests read. Nothing typed is
lost: what is not understood stays in the details; where it stands at an edge of the line it is
shown before the ticket is saved."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from itertools import takewhile

from domain.dates.days import find_date
from domain.one_line.edges import with_doubted_texts, with_doubts
from domain.one_line.end import (
    End,
    find_marker,
    find_soft_marker,
    likely_split,
    read_end,
)
from domain.one_line.head import (
    LETTER,
    NAME_LIMIT,
    Head,
    Word,
    asks_at,
    channel_at,
    read_head,
)
from domain.one_line.numbers import masked, with_numbers
from domain.one_line.past import (
    HALF_A_YEAR,
    Past,
    binds_day,
    is_vague_day,
    issued_lead,
    past_at,
    past_at_end,
)
from domain.one_line.types import (
    CustomerRef,
    Doubt,
    Grammar,
    OneLine,
    TextField,
    Vocabulary,
)
from domain.one_line.words import steering, with_data, without_steering
from domain.text import clean, digits, words
from domain.text.titles import strip_titles

__all__ = ["NAME_LIMIT", "CustomerRef", "Doubt", "OneLine", "Vocabulary"]

LED_WORDS = 4
"""Among so many first words of an answer to "details?" its subject stands."""
NAME_WORDS = 4
"""So many words that begin the details may be a name."""
TITLED_WORDS = 2
"""So many words are a name that begins with a title: the first name, to which the title is glued,
and the surname. More would be the question, whose beginning nothing marks here.
"""
QUOTED_WORDS = 4
"""So many words of a result are quoted to show where it was taken to begin."""

_NO_NAME = re.compile(r"[\d@=]")
_BARE_TIME = re.compile(r"\d{1,2}\.\d\d")
_LETTER = re.compile(r"[^\W\d_]")


def parse_one_line(text: str, vocabulary: Vocabulary, today: date) -> OneLine:
    """Reads one line (DESIGN.md, "One line"); any text has a reading, so nothing is raised."""
    grammar = Grammar(vocabulary, today)
    read, unread = _parts(clean(text), grammar)
    return with_doubts(_with_texts(read, grammar), unread, grammar)


def _with_texts(read: OneLine, grammar: Grammar) -> OneLine:
    """Returns the line with what the texts say at their ends, and to the subject."""
    read = without_steering(read, grammar.vocabulary)
    read = _with_days(read, grammar)
    read = without_steering(read, grammar.vocabulary)  # behind a day, too
    return _with_fields(read, grammar)


def _parts(text: str, grammar: Grammar) -> tuple[OneLine, tuple[str, ...]]:
    """Reads head, details and result, and the words of the head that say nothing."""
    if marker := find_marker(text):
        read, unread = _headed(text[: marker.start], grammar)
        return _split(read, text[marker.end :], grammar, sure=marker.sure), unread
    for line_end in re.finditer("\n", text):
        # The question ends with a line; where the head fills the first, with the next.
        read, unread = _headed(text[: line_end.start()], grammar)
        if not read.details:
            continue
        answer = text[line_end.end() :]
        if not _is_answered(read.details, answer):
            break
        return _finish(read, answer, grammar), unread
    read, unread = _headed(text, grammar)
    return _unmarked(read, grammar), unread


def _split(
    read: OneLine,
    result: str,
    grammar: Grammar,
    *,
    sure: bool,
) -> OneLine:
    """Returns the line with the result; where it is not sure, the words are shown with which it was
    taken to begin.
    """
    read = _finish(read, result, grammar)
    if sure or not read.result:
        return read
    begins = " ".join(read.result.split()[:QUOTED_WORDS])
    return read.doubting("result", begins, taken=True)


def _headed(line: str, grammar: Grammar) -> tuple[OneLine, tuple[str, ...]]:
    """Reads the head with all that follows it as details, and the words in it that say nothing."""
    head = read_head(line, grammar)
    read = _with_names(head)
    return read, tuple(word.text for word in head.words if not word.known)


def _with_names(head: Head) -> OneLine:
    """Gives the words of the head that say nothing their place: the customer's name where none is
    there, else the details' beginning.
    """
    read = head.read
    names = _leading_names(head.words)
    others = [word for word in head.words if word not in names]
    if not read.customer and _is_name(names) and (read.channel or read.subject):
        read = replace(read, customer=_joined(names), customer_kind=CustomerRef.NAME)
        return replace(read, details=f"{_joined(others)} {head.rest}".strip())
    details = f"{_joined([*names, *others])} {head.rest}".strip()
    beside = _joined(names)
    if not beside and not read.customer:
        beside = _name_beginning(details)
    return replace(read, beside=beside, details=details)


def _leading_names(words_: Iterable[Word]) -> list[Word]:
    """Returns the words that say nothing, up to the first that begins a question, or is none of a
    name.
    """
    unknown = (word for word in words_ if not word.known)
    return list(takewhile(lambda word: _may_name(word.text), unknown))


def _may_name(word: str) -> bool:
    return not (asks_at(word) or _NO_NAME.search(word) or is_vague_day(word))


def _is_name(names: Sequence[Word]) -> bool:
    """Returns whether a letter is in one of these words."""
    return any(character.isalpha() for word in names for character in word.text)


def _joined(words_: Iterable[Word]) -> str:
    return " ".join(word.text for word in words_)


def _name_beginning(details: str) -> str:
    """Returns a name that may begin the details: a few words before one that begins a question, or
    behind a title.
    """
    begun = details.split("\n", 1)[0].split()[: NAME_WORDS + 1]
    at = next((at for at, word in enumerate(begun) if asks_at(word)), 0)
    if not at and begun and strip_titles(begun[0]) != begun[0]:
        at = TITLED_WORDS
    name = " ".join(begun[:at])
    if _NO_NAME.search(name):
        return ""
    return name


# Where nothing marks the result.


def _unmarked(read: OneLine, grammar: Grammar) -> OneLine:
    """Reads details that perhaps hold the result, and the word that closes."""
    if "\n" in read.details:
        return read
    end = read_end(read.details, asked=True)
    closes = end.close and not end.unsure
    body = end.text if closes else read.details
    marker = find_soft_marker(body, closes=end.close)
    if marker is None and closes:
        marker = likely_split(body)
    if marker is not None:
        question = replace(read, details=body[: marker.start].strip())
        answer = read.details[marker.end :]
        return _split(question, answer, grammar, sure=marker.sure)
    if closes:
        return replace(read, details=body, close=True)
    return read.doubting("close", end.unsure) if end.unsure else read


def _finish(read: OneLine, result: str, grammar: Grammar) -> OneLine:
    """Returns the line with the result, which its end may close."""
    result = result.strip()
    end = read_end(result)
    if end.after:
        return _trailed(read, result, end, grammar)
    return _closed(replace(read, result=end.text, close=end.close), end)


def _closed(read: OneLine, end: End) -> OneLine:
    """Returns the line with the words shown that may close."""
    if not end.unsure:
        return read
    return read.doubting("close", end.unsure, taken=end.close)


def _trailed(
    read: OneLine,
    result: str,
    end: End,
    grammar: Grammar,
) -> OneLine:
    """Reads words behind the closing one: a subject, a colleague, an urgency or a day; with any
    other the text stays whole.
    """
    whole = replace(read, result=result, close=True)
    whole = whole.doubting("close", end.unsure, taken=True)
    read = replace(read, result=end.text, close=True)
    at = 0
    while at < len(end.after):
        found = _trailing(read, end.after, at, grammar)
        if found is None:
            return whole
        read, stop = found
        at = len(end.after) - len(end.after[stop:].lstrip(" ,.)"))
    return read


def _trailing(
    read: OneLine,
    text: str,
    at: int,
    grammar: Grammar,
) -> tuple[OneLine, int] | None:
    """Returns the line with what the word or day at `at` says, and where it ends; None for any
    other word.
    """
    word = text[at:].split(maxsplit=1)[0]
    bare = digits(word).strip("()[].,")
    if "." in bare and bare in grammar.vocabulary.subjects and read.subject in ("", bare):
        return replace(read, subject=bare), at + len(word)
    steer = steering(word, grammar.vocabulary)
    if steer is not None and steer.sure and not getattr(read, steer.field):
        return read.steered(steer.field, steer.value), at + len(word)
    past = past_at(digits(text), at, grammar.today)
    if past is None or read.closed_on or read.closed_time:
        return None
    return _with_closing(read, past, text[at : past.end]), past.end


# When it was closed.


def _with_closing(read: OneLine, past: Past, typed: str) -> OneLine:
    """Takes the moment at which the ticket was closed; a time of day alone is one of the day on
    which it came.
    """
    on = past.on if past.dated else read.created_on
    read = replace(read, closed_on=on, closed_time=past.at)
    return read.doubting("closed_on", typed, taken=True)


def _with_settled_closing(read: OneLine, today: date) -> OneLine:
    """Returns the line in which it is known when the ticket came: where nothing says so, on the day
    on which it was closed, which is shown; else nothing is in doubt.
    """
    doubts = read.doubts_of("closed_on")
    if not doubts:
        return read
    read = read.without_doubts("closed_on")
    on = read.closed_on or read.created_on or today
    read = replace(read, closed_on=on)
    if read.created_on is not None:
        return read
    read = replace(read, created_on=on, created_time=read.closed_time)
    return read.doubting("created_on", doubts[0].words, taken=True)


# Days that end the details or the result.


def _with_days(read: OneLine, grammar: Grammar) -> OneLine:
    """Reads a day that is over, at the end of the details or the result; it is taken where it is
    said to be the ticket's.
    """
    read = _with_ending_day(read, "details", grammar)
    read = _with_settled_closing(read, grammar.today)
    return _with_ending_day(read, "result", grammar)


def _with_ending_day(read: OneLine, where: TextField, grammar: Grammar) -> OneLine:
    text = read.text(where)
    found = past_at_end(masked(digits(text), grammar.today), grammar.today)
    if found is None:
        return read
    start, past = found
    read = _with_day(read, where, start, past, grammar.today)
    if not past.backdates or read.channel:
        return read
    came = channel_at(text, start, grammar.vocabulary)
    return replace(read, channel=came.channel) if came else read


def _with_day(
    read: OneLine,
    where: TextField,
    start: int,
    past: Past,
    today: date,
) -> OneLine:
    """Takes the day where it is said to be the ticket's or stands in brackets; else it is shown,
    unless words before it bind it.
    """
    text = read.text(where)
    before = text[:start].rstrip()
    typed = text[start:]
    if not before:
        # All of it is what is asked or answered.
        return read
    if _BARE_TIME.fullmatch(typed):
        # It may be a price or a section as well as a time.
        return read
    said = past.sure and (past.backdates or typed.startswith("("))
    if said and read.created_on in (None, past.on):
        read = replace(read, created_on=past.on, created_time=past.at or read.created_time)
        return read.with_text(where, before.rstrip(" ,;(-"))
    if _belongs(read, where, start, past, today):
        return read
    return _with_doubted_day(read, where, typed, past)


def _belongs(
    read: OneLine,
    where: TextField,
    start: int,
    past: Past,
    today: date,
) -> bool:
    """Returns whether a day that ends a text is that of what the text speaks of. What a letter
    bears is the day of what came by letter, if it is not long over.
    """
    text = read.text(where)
    if issued_lead(text[start:]):
        long_over = today - past.on > HALF_A_YEAR
        return where == "result" or long_over or read.channel != LETTER
    return binds_day(text[:start].rstrip(), text[start:])


def _may_close(read: OneLine, past: Past) -> bool:
    """Returns whether a day that ends the result may be the one on which the ticket was closed: it
    is a later one than that on which it came.
    """
    if not read.close or read.closed_on or read.created_on is None:
        return False
    return past.on > read.created_on


def _with_doubted_day(
    read: OneLine,
    where: TextField,
    typed: str,
    past: Past,
) -> OneLine:
    """Returns the line with a day that may be the ticket's, or that of its closing: shown, but
    where it is no other than was said.
    """
    if where == "result" and _may_close(read, past):
        return _with_closing(read, past, typed)
    if read.created_on is None:
        read = replace(read, created_on=past.on, created_time=past.at)
        return read.doubting("created_on", typed, taken=True)
    if read.created_on == past.on and read.created_time in (None, past.at):
        return replace(read, created_time=past.at or read.created_time)
    return read.doubting("created_on", typed)


# Answers to the questions of the form.


def read_fields(read: OneLine, vocabulary: Vocabulary, today: date) -> OneLine:
    """Returns the line with all that details and result say to the subject: projects, years, price,
    receipt, letter, contract.
    """
    return _with_fields(read, Grammar(vocabulary, today))


def _with_fields(read: OneLine, grammar: Grammar) -> OneLine:
    return with_numbers(with_data(read, grammar), grammar)


def read_details(
    text: str,
    subject: str,
    vocabulary: Vocabulary,
    today: date,
) -> OneLine:
    """Reads an answer to "details?" of a ticket of that subject: the question, and perhaps behind
    it the result.
    """
    grammar = Grammar(vocabulary, today)
    text = clean(text)
    read = _question_and_answer(text, grammar)
    if not read.details:
        read = OneLine(details=text)
    read = _with_texts(replace(read, subject=subject), grammar)
    return with_doubted_texts(read, grammar)


def _question_and_answer(text: str, grammar: Grammar) -> OneLine:
    """Reads details and result of a text without a head."""
    if marker := find_marker(text):
        question = OneLine(details=text[: marker.start].strip())
        return _split(question, text[marker.end :], grammar, sure=marker.sure)
    first_line, _newline, answer = text.partition("\n")
    if _is_answered(first_line, answer):
        return _finish(OneLine(details=first_line.strip()), answer, grammar)
    return _unmarked(OneLine(details=text), grammar)


def read_led_details(text: str, vocabulary: Vocabulary, today: date) -> OneLine | None:
    """Reads an answer to "details?" that begins as one line does, with a dotted subject, perhaps
    beside a channel.

    A subject without its channel may be a figure (1.1 million): it is shown. None for any other
    answer."""
    read = parse_one_line(text, vocabulary, today)
    guessed = bool(read.doubts_of("subject"))
    if guessed or "." not in read.subject or read.customer or not read.details:
        return None
    first = clean(text).split()[:LED_WORDS]
    if read.details.startswith(first[0]):
        return None
    begun = {digits(word.strip(",:").casefold()) for word in first}
    if digits(read.subject) not in begun:
        return None
    if not read.channel:
        return read.doubting("subject", read.subject, taken=True)
    return read


def read_result(text: str) -> OneLine:
    """Reads an answer to "result?": all of it, but for a last word that closes."""
    text = clean(text)
    end = read_end(text)
    if end.after:
        return OneLine(result=text, close=True).doubting("close", end.unsure, taken=True)
    return _closed(OneLine(result=end.text, close=end.close), end)


def read_closing(text: str, on: date, vocabulary: Vocabulary, today: date) -> OneLine:
    """Reads the same of a ticket that came on that day, and behind the closing word when it was
    closed.
    """
    came = OneLine(created_on=on)
    read = _finish(came, clean(text), Grammar(vocabulary, today))
    return _with_settled_closing(read, today)


# What a text is.


def small_talk(text: str, today: date) -> bool:
    """Returns whether a text is a courtesy, a yes or no, or nothing but digits, marks or a date: no
    question, no answer, and nobody's name.
    """
    plain = clean(text).casefold().strip(" .!?")
    if plain in words("one_line").texts("courtesies") or not _LETTER.search(plain):
        return True
    found = find_date(plain, today)
    return found is not None and not found[1]


def is_salutation(line: str) -> bool:
    """Returns whether the line begins a letter."""
    return line.casefold().lstrip().startswith(words("one_line").texts("salutations"))


def _is_answered(question: str, answer: str) -> bool:
    """Returns whether the lines after the question are its answer: one line alone, or more that end
    by closing.

    Without either, as in a pasted letter, all of it is the question."""
    lines = [line for line in answer.splitlines() if line.strip()]
    if not lines:
        return False
    end = read_end(answer)
    closes = end.close and not end.unsure
    alone = len(lines) == 1
    if is_salutation(question):
        return alone and closes
    return alone or closes
