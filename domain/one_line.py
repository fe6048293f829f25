"""The one line of /open: customer, channel and subject in any order, then details, result and closing.

The grammar is the table of examples in docs/one-line.md, which the tests read. Nothing typed is lost: what is
not understood stays in the details.
"""

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from itertools import islice

from domain.dates import find_date, find_relative
from domain.errors import InvalidInput
from domain.one_line_types import CustomerRef, OneLine, Vocabulary
from domain.one_line_words import enriched, steering
from domain.phones import format_phone, looks_like_email, looks_like_phone, parse_email, parse_phone, read_reach
from domain.text import clean, digits, words

__all__ = ["CustomerRef", "OneLine", "Vocabulary"]

HALF_A_YEAR = timedelta(days=183)
NAME_LIMIT = 120
"""Characters. More words than that before the first known one are a story, not a name."""

PHONE_WORDS = 8
CHANNEL_WORDS = 3
LED_WORDS = 4
"""Among so many first words of an answer to "details?" its subject stands."""

_WORD = re.compile(r"\S+")
_QUOTED = re.compile(r'"([^"\n]*\w[^"\n]*)"[,;:]?(?!\S)|\u201c([^\u201d\n]*\w[^\u201d\n]*)\u201d[,;:]?(?!\S)')
_CODE = re.compile(r"[Cc]\d+")
_AFTER_WORD = ".,:;"


def parse_one_line(text: str, vocabulary: Vocabulary, today: date) -> OneLine:
    """Read one line (DESIGN.md, "One line"); any text has a reading, so nothing is raised."""
    return enriched(_parts(clean(text), vocabulary, today), vocabulary, today)


def _parts(text: str, vocabulary: Vocabulary, today: date) -> OneLine:
    """Head, details and result."""
    if marker := _result_marker().search(text):
        return _finish(_read_head(text[: marker.start()], vocabulary, today), text[marker.end() :])
    for line_end in re.finditer("\n", text):
        read = _read_head(text[: line_end.start()], vocabulary, today)
        if read.details:
            if not _is_answered(read.details, text[line_end.end() :]):
                break
            return _finish(read, text[line_end.end() :])
    return _read_head(text, vocabulary, today)


def read_details(text: str, subject: str, vocabulary: Vocabulary, today: date) -> OneLine:
    """Read an answer to "details?" of a ticket of that subject: the question, and perhaps behind it the result."""
    return enriched(replace(_question(clean(text)), subject=subject), vocabulary, today)


def read_led_details(text: str, vocabulary: Vocabulary, today: date) -> OneLine | None:
    """An answer to "details?" that begins as one line does, with a dotted subject, perhaps beside a channel.

    A subject without its channel may be a figure (1.1 million): it is `unsure`. None for any other answer.
    """
    read = parse_one_line(text, vocabulary, today)
    begun = {token.strip(",:").casefold() for token in clean(text).split()[:LED_WORDS]}
    if "." not in read.subject or read.customer or not read.details or digits(read.subject) not in map(digits, begun):
        return None
    return read if read.channel else replace(read, unsure=read.unsure | {"subject"})


def _question(text: str) -> OneLine:
    if marker := _result_marker().search(text):
        return _finish(OneLine(details=text[: marker.start()].strip()), text[marker.end() :])
    question, _newline, answer = text.partition("\n")
    if _is_answered(question, answer):
        return _finish(OneLine(details=question.strip()), answer)
    return OneLine(details=text)


def key_within(text: str, today: date) -> str:
    """The code, telephone (canonical) or e-mail that stands somewhere in the text; empty where there is none."""
    read = parse_one_line(text, Vocabulary({}, frozenset()), today)
    return read.customer if read.customer_kind not in (None, CustomerRef.NAME) else ""


def split_reach(text: str) -> tuple[str, str, str]:
    """Name, telephone (canonical) and e-mail out of one line, in whatever order they stand: `("", "", "")` at least.

    Further telephones and addresses stay behind the name: `domain.phones.read_reach` tells them all.
    """
    read = read_reach(clean(text).split("\n", 1)[0])
    further = (*map(format_phone, read.phones[1:]), *read.emails[1:])
    return " ".join([read.words, *further]).strip(), next(iter(read.phones), ""), next(iter(read.emails), "")


def small_talk(text: str, today: date) -> bool:
    """A courtesy, a yes or no, or nothing but digits, marks or a date: no question, no answer, and nobody's name."""
    plain = clean(text).casefold().strip(" .!?")
    if plain in words("one_line").texts("courtesies") or not re.search(r"[^\W\d_]", plain):
        return True
    found = find_date(plain, today)
    return found is not None and not found[1].strip()


def is_salutation(line: str) -> bool:
    """Whether the line begins a letter."""
    return line.casefold().lstrip().startswith(words("one_line").texts("salutations"))


def _is_answered(question: str, answer: str) -> bool:
    """Whether the lines after the question are its answer: one line alone, or more that end by closing.

    Without either, as in a pasted letter, all of it is the question.
    """
    lines = [line for line in answer.splitlines() if line.strip()]
    if not lines or is_salutation(question):
        return False
    return len(lines) == 1 or _finish(OneLine(), answer).close


def read_result(text: str) -> OneLine:
    """Read an answer to "result?": all of it, but for a last word that closes."""
    return _finish(OneLine(), clean(text))


def _finish(head: OneLine, result: str) -> OneLine:
    """`head` with the result, which its last word may close; in quotes that word is only a word."""
    result = result.strip()
    before, *last = result.rsplit(maxsplit=1) or [""]
    word = last[0].strip('"\u201c\u201d') if last else ""
    if word.casefold() not in words("one_line").texts("close"):
        return replace(head, result=result)
    if [word] != last:
        return replace(head, result=result.removesuffix(last[0]) + word)
    return replace(head, result=before, close=True)


def _read_head(line: str, vocabulary: Vocabulary, today: date) -> OneLine:
    """Customer, channel, subject and date from the line's beginning, the rest as details."""
    head = _Head(line.strip(), vocabulary, today)
    unknown: list[str] = []
    retreat: tuple[OneLine, int, int] | None = None
    led = _Led(OneLine(), 0)
    at = 0
    while word := _WORD.search(head.line, at):
        at = word.start()
        if end := head.take(at, first=not unknown):
            at = end
            if not (unknown or head.read.customer or head.read.channel or head.read.subject or head.read.created_on):
                led = _Led(head.read, end)
            continue
        if head.read.channel or head.read.subject or len(" ".join([*unknown, word[0]])) > NAME_LIMIT:
            break
        if head.read.customer and retreat is None:
            retreat = head.read, at, len(unknown)
        unknown.append(word[0])
        at = word.end()
    if retreat and not (head.read.channel and head.read.subject):
        # Words between the customer and a channel are that customer's name only if the subject follows too;
        # "C81554 ... sent by e-mail" is a story.
        head.read, at, kept = retreat
        del unknown[kept:]
    return _with_words(head.read, " ".join(unknown), head.line[at:], head.line, led)


def _with_words(read: OneLine, before: str, after: str, line: str, led: "_Led") -> OneLine:
    """`read` with the words before the known ones as the name, or as details if there is a customer already."""
    if not (read.customer or read.channel or read.subject):
        # Words that only steer may begin a line that is nothing but details.
        return replace(led.read, details=line[led.end :].strip()) if led.end else OneLine(details=line)
    if read.customer or not any(map(str.isalpha, before)):
        return replace(read, details=f"{before} {after}".strip())
    return replace(read, customer=before, customer_kind=CustomerRef.NAME, details=after)


@dataclass(frozen=True, slots=True)
class _Led:
    """What the words say that only steer and begin a line, and where they end."""

    read: OneLine
    end: int


class _Head:
    """What has been read of a line so far, and the reading of one more head word."""

    def __init__(self, line: str, vocabulary: Vocabulary, today: date) -> None:
        self.line = line
        self.read = OneLine()
        self._arabic = digits(line)
        self._vocabulary = vocabulary
        self._today = today
        self._number_from = -1
        """Where a customer or channel ended: directly after it a bare number may be a subject."""

    def take(self, at: int, *, first: bool) -> int:
        """Read the head word that begins at `at`, and say where it ends; 0 if there is none.

        `first`: only known words stand before it, so that a name in quotes is the customer's.
        """
        end = 0
        if not self.read.subject and self._vocabulary.subject_words:
            end = self._subject_word(at)
        if not end and not self.read.customer:
            end = (self._quoted(at) if first else 0) or self._customer(at)
        if not end and not self.read.channel:
            end = self._channel(at)
        if end:
            self._number_from = end
            return end
        if not self.read.subject:
            end = self._subject(at)
        if not end and not self.read.created_on:
            end = self._date(at)
        # Between a name's words nothing steers.
        known = first or self.read.customer or self.read.channel or self.read.subject
        return end or (self._steering(at) if known else 0)

    def _steering(self, at: int) -> int:
        (end,) = self._ends(at, 1)
        found = steering(self.line[at:end], self._vocabulary)
        if found is None or getattr(self.read, found[0]):
            return 0
        name, value, sure = found
        self.read = self.read.steered(name, value)
        if not sure:  # it stays in the details, which it begins
            self.read = replace(self.read, unsure=self.read.unsure | {name})
        return end if sure else 0

    def _quoted(self, at: int) -> int:
        found = _QUOTED.match(self.line, at)
        if found is None:
            return 0
        self.read = replace(self.read, customer=(found[1] or found[2]).strip(), customer_kind=CustomerRef.NAME)
        return found.end()

    def _customer(self, at: int) -> int:
        for end in reversed(self._ends(at, PHONE_WORDS if self._arabic[at] in "0123456789+(" else 1)):
            if found := _reference(self._arabic[at:end].rstrip(_AFTER_WORD)):
                kind, customer = found
                self.read = replace(self.read, customer=customer, customer_kind=kind)
                return end
        return 0

    def _channel(self, at: int) -> int:
        for end in reversed(self._ends(at, CHANNEL_WORDS)):
            typed = " ".join(self.line[at:end].rstrip(_AFTER_WORD).casefold().split())
            if channel := self._vocabulary.channels.get(typed):
                self.read = replace(self.read, channel=channel)
                return end
        return 0

    def _subject_word(self, at: int) -> int:
        """A subject without a number, by the word that people type for it."""
        (end,) = self._ends(at, 1)
        code = self._vocabulary.subject_words.get(self.line[at:end].rstrip(_AFTER_WORD).casefold())
        if code is None:
            return 0
        self.read = replace(self.read, subject=code)
        return end

    def _subject(self, at: int) -> int:
        found = _subject_number().match(self._arabic, at)
        if found is None or found["code"] not in self._vocabulary.subjects:
            return 0
        directly_after = self._number_from >= 0 and not self.line[self._number_from : at].strip()
        if "." not in found["code"] and not found["named"] and not directly_after:
            return 0
        self.read = replace(self.read, subject=found["code"])
        return found.end()

    def _date(self, at: int) -> int:
        """A past day: its word, or a date after the word for "date"."""
        named = words("dates").text("named")
        (end,) = self._ends(at, 1)
        day = find_relative(self.line[at:end].rstrip(_AFTER_WORD), self._today)
        if self.line.startswith(named, at):
            found = find_date(self.line[at + len(named) :], self._today)
            day, end = (found[0], len(self.line) - len(found[1])) if found else (None, 0)
        if day is None or day > self._today:
            return 0
        self.read = replace(self.read, created_on=day)
        if self._today - day > HALF_A_YEAR and not _has_year(self._arabic[at + len(named) : end]):
            # The first of January typed on the last of December may be tomorrow: it is shown first.
            self.read = replace(self.read, unsure=self.read.unsure | {"created_on"})
        return end

    def _ends(self, at: int, most: int) -> list[int]:
        """Where the word at `at` ends, and where each of the next ones does, `most` in all."""
        return [word.end() for word in islice(_WORD.finditer(self.line, at), most)]


def _has_year(typed: str) -> bool:
    """Whether a date names its year: behind a month's name or as its third number."""
    return len(re.findall(r"[0-9]+", typed)) >= (2 if any(map(str.isalpha, typed)) else 3)


def _reference(typed: str) -> tuple[CustomerRef, str] | None:
    """The customer that `typed`, alone, points to: a code, an e-mail address or a telephone."""
    if _CODE.fullmatch(typed):
        return CustomerRef.CODE, typed.upper()
    if looks_like_email(typed):
        return CustomerRef.EMAIL, parse_email(typed)
    if not looks_like_phone(typed):
        return None
    try:
        return CustomerRef.PHONE, parse_phone(typed)
    except InvalidInput:
        return None


@cache
def _result_marker() -> re.Pattern[str]:
    table = words("one_line")
    anywhere, at_word = (_any_of(table.texts(key)) for key in ("result", "result_words"))
    return re.compile(rf"{anywhere}|(?<!\S)(?:{at_word})")


@cache
def _subject_number() -> re.Pattern[str]:
    named = _any_of(words("one_line").texts("subject"))
    return re.compile(rf"(?P<named>{named})?\s*(?P<code>\d+(?:\.\d+)?)[{_AFTER_WORD}]?(?!\S)")


def _any_of(spellings: tuple[str, ...]) -> str:
    return "|".join(map(re.escape, spellings))
