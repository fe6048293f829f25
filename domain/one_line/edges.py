"""Words at the beginning or end of a line that no field has taken: they are shown before the ticket
is saved, so that no word is lost unseen.

An edge is whatever stands before, between and right behind the fields of the head, and the
beginning and end of details and result. Such a word is suspicious where it looks like a value: a
day, a channel, a subject's number, a second code or telephone, somebody's @name, a form of the
closing word."""

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache, lru_cache

from rapidfuzz import fuzz, process

from domain.dates.days import date_at
from domain.one_line.end import closing_word
from domain.one_line.head import CustomerMention, asks_at, channel_at, reference_at
from domain.one_line.line_words import any_word, listed
from domain.one_line.numbers import is_compared, masked
from domain.one_line.past import (
    HALF_A_YEAR,
    Past,
    behind_letter_no,
    binds_day,
    is_vague_day,
    issued_lead,
    past_at,
    weekday_of,
)
from domain.one_line.slips import find_slip
from domain.one_line.types import CustomerRef, Grammar, OneLine, Vocabulary
from domain.one_line.words import is_spoken_of, is_staff, steering
from domain.text import MARKS, digits

GUESSED = 60
"""Among so many words of the details a customer is looked for who stands nowhere else."""
FIRST = 2
LAST = 3
"""So many words are the beginning and the end of a text."""
ALIKE = 84
"""Percent from which a word is so like a channel's that it is perhaps misspelt."""
SHORTEST = 4
LONGEST = 20
"""Letters of a word that may be a slip of a channel's."""
LONGEST_NUMBER = 40
LONGEST_DAY = 30
"""Characters of a day's words that may be glued to a question."""

_CODE = re.compile(r"(?<![A-Za-z\d])[Cc]\s?\d{4,12}(?!\d)")
_BLANK = re.compile(r"\s")
_WORD = re.compile(r"\S+")
_DOTTED = re.compile(r"\d{1,2}\.\d{1,2}")
_SIGNS = "()[]{}.,;:!?\"'\u201c\u201d"
_Place = tuple[int, str]
"""Where a word begins, and the word."""


def with_doubts(read: OneLine, unread: tuple[str, ...], grammar: Grammar) -> OneLine:
    """Returns the line with its suspicious words as doubts; what is missing is filled with what
    they seem to say. `unread` = the words of the head that no field took.
    """
    look = _Edges(grammar)
    details = masked(read.details, grammar.today)
    read = _with_guesses(read, details, grammar.vocabulary)
    for at, word in enumerate(unread):
        outer = at < FIRST or at >= len(unread) - FIRST
        read = look.at_word(read, word, outer=outer)
    read = look.at_beginning(read, details)
    read = look.at_end(read, details)
    return with_doubted_texts(read, grammar)


def with_doubted_texts(read: OneLine, grammar: Grammar) -> OneLine:
    """Does the same for details and result alone, where the form has asked for customer, channel
    and subject.
    """
    look = _Edges(grammar)
    details = masked(read.details, grammar.today)
    result = masked(read.result, grammar.today)
    read = look.letters_day(read, details)
    read = look.ending_days(read, details)
    read = look.in_result(read, result)
    return look.anywhere(read, f"{details}\n{result}")


class _Edges:
    """What is looked for at each edge."""

    def __init__(self, grammar: Grammar) -> None:
        self.vocabulary = grammar.vocabulary
        self.today = grammar.today

    def at_word(
        self,
        read: OneLine,
        word: str,
        *,
        outer: bool,
    ) -> OneLine:
        """Doubts a word of the head that no field took; `outer` = it is one of the first or last
        FIRST of these words.
        """
        said = (
            self._day(word),
            self._channel(read, word, ""),
            self._number(read, word),
            self._mention(word),
        )
        for field in said:
            # In the middle a number like a subject's is mostly a figure.
            if field and (outer or field != "subject"):
                return read.doubting(field, word)
        if closing_word(word) and not read.close:
            return read.doubting("close", word)
        return read

    def at_beginning(self, read: OneLine, details: str) -> OneLine:
        """Doubts the first words of the details, right behind the head."""
        first = _words(details)[:FIRST]
        read = self._days(read, details, first)
        for start, word in first:
            field = self._channel(read, word, details[:start]) or self._number(read, word)
            if field:
                read = read.doubting(field, word)
        return read

    def at_end(self, read: OneLine, details: str) -> OneLine:
        """Doubts the last word of the details."""
        words = _words(details)
        if not words:
            return read
        start, word = words[-1]
        bare = word.strip(_SIGNS)
        if bare in self.vocabulary.subjects and "." in bare and bare != read.subject:
            return read.doubting("subject", word)
        if _is_called(details[:start]) or not _is_reference(bare) or _is_customer(read, bare):
            return read
        return read.doubting("customer", word)

    # Days.

    def letters_day(self, read: OneLine, details: str) -> OneLine:
        """Takes the day that a letter bears, where the details begin with it, and shows it; one to
        come, or that no calendar has, is only shown.
        """
        plain = digits(details)
        start = behind_letter_no(plain)
        lead = issued_lead(plain[start:])
        if not lead or read.created_on is not None:
            return read
        past = past_at(plain, start, self.today)
        if past is not None and start and self.today - past.on > HALF_A_YEAR:
            return read  # an old letter is referred to by its number
        if past is not None:
            read = replace(read, created_on=past.on, created_time=past.at)
            return read.doubting("created_on", details[start : past.end], taken=True)
        dated = date_at(plain, start + lead, self.today)
        if dated is None:
            return read
        return read.doubting("created_on", details[start : dated.end])

    def ending_days(self, read: OneLine, details: str) -> OneLine:
        """Doubts days that end the details, also glued to the word before them."""
        read = self._days(read, details, _words(details)[-LAST:], ends=True)
        glued = self._glued_day(details)
        if not glued or read.doubts_of("created_on"):
            return read
        return read.doubting("created_on", glued)

    def _glued_day(self, text: str) -> str:
        """Returns a day of the past that ends the last word and does not begin it; "" for none."""
        plain = digits(text).rstrip(f" {_SIGNS}")
        begun = plain.rfind(" ") + 1
        for start in range(max(begun + 1, len(plain) - LONGEST_DAY), len(plain)):
            if plain[start] in MARKS or plain[start].isdigit():
                continue
            past = past_at(plain, start, self.today)
            if past is not None and past.end >= len(plain):
                return text[start : len(plain)]
        return ""

    def in_result(self, read: OneLine, result: str) -> OneLine:
        """Doubts days at the beginning and end of the result."""
        words = _words(result)
        read = self._days(read, result, words[:FIRST])
        return self._days(read, result, words[-LAST:], ends=True)

    def _days(
        self,
        read: OneLine,
        text: str,
        places: Sequence[_Place],
        *,
        ends: bool = False,
    ) -> OneLine:
        """Doubts days that begin at these places, each once; those that belong to the words before
        them are none.
        """
        done = 0
        for start, _word in places:
            if start < done:
                continue
            words = self._day_phrase(read, text, start, ends=ends)
            if not words:
                continue
            done = start + len(words)
            alone = words.strip() == text.strip()  # all of it is what is asked or answered
            bound = bool(issued_lead(words)) or binds_day(text[:start], words)
            if not alone and not bound:
                read = read.doubting("created_on", words)
        return read

    def _day_phrase(
        self,
        read: OneLine,
        text: str,
        start: int,
        *,
        ends: bool,
    ) -> str:
        """Returns the words for a day that begin here, unless it is to come or the ticket's own;
        `ends` = and end there.
        """
        plain = digits(text)
        end = self._written_end(read, text, start)
        if end is not None:
            return "" if ends and _goes_on(plain, end) else text[start:end]
        word = text[start:].split(maxsplit=1)[0]
        alone = text[start:].strip() == word
        return word if _names_day(word) and (alone or not ends) else ""

    def _written_end(self, read: OneLine, text: str, start: int) -> int | None:
        """Returns where a day ends that begins here, be it over or none of the calendar's; `start`
        for one that is known, None for none.
        """
        plain = digits(text)
        begun = _past_brackets(plain, start)
        past = past_at(plain, begun, self.today)
        if past is not None and not _DOTTED.fullmatch(plain, begun, past.end):
            known = _is_known(read, past, text[start : past.end])
            return start if known else past.end
        dated = date_at(plain, begun, self.today)
        if dated is None or (dated.on is not None and dated.on > self.today):
            return None
        return dated.end

    def _day(self, word: str) -> str:
        plain = digits(word).strip(_SIGNS)
        if plain in listed("past", "leads", "when", "issued"):
            return "created_on"
        dated = date_at(plain, 0, self.today)
        written = dated is not None and dated.end == len(plain)
        if written or _names_day(word) or past_at(plain, 0, self.today):
            return "created_on"
        return ""

    # Anything else.

    def anywhere(self, read: OneLine, text: str) -> OneLine:
        """Doubts a second code, somebody of the desk, and a closing word that closes nothing."""
        plain = digits(text)
        for match in _CODE.finditer(plain):
            # The customer's own code may be said again.
            if _BLANK.sub("", match[0]).upper() != read.customer:
                read = read.doubting("customer", match[0])
        read = self._mentioned(read, text)
        read = self._corrected(read, plain)
        if read.close or read.doubts_of("close"):
            return read
        closing = closing_word(text)
        if not closing:
            return read
        return read.doubting("close", closing)

    def _mentioned(self, read: OneLine, text: str) -> OneLine:
        """Doubts somebody's @name."""
        edges = {start for part in text.split("\n") for start in _edge_places(text, part)}
        for start, word in _words(text):
            if not word.startswith("@"):
                continue
            if self._is_mention(read, word, text[:start], edge=start in edges):
                read = read.doubting("assignee", word)
        return read

    def _is_mention(
        self,
        read: OneLine,
        word: str,
        before: str,
        *,
        edge: bool,
    ) -> bool:
        """Returns whether somebody of the desk is named, or at an edge somebody else, and it is not
        shown yet.
        """
        if any(word in doubt.words for doubt in read.doubts_of("assignee")):
            return False
        if is_staff(word[1:].strip(_SIGNS), self.vocabulary) is not None:
            return True
        return edge and not is_spoken_of(before)

    def _corrected(self, read: OneLine, plain: str) -> OneLine:
        """Doubts words by which people take back what they have just typed."""
        for match in _correction().finditer(plain):
            code = match["code"]
            # People own up to a slip without naming another subject.
            if code is None:
                read = read.doubting("details", match[0])
            elif code in self.vocabulary.subjects and code != read.subject:
                read = read.doubting("subject", code)
        return read

    def _channel(self, read: OneLine, word: str, before: str) -> str:
        """Returns "channel" for a channel's word, or one much like it, where another channel was
        said.
        """
        bare = word.strip(_SIGNS).casefold()
        # Without a channel there is none that it could contradict.
        if not read.channel or bare in listed("head", "things") or asks_at(word):
            return ""
        if before.rstrip().endswith(listed("head", "channel_binds")):
            return ""
        found = channel_at(word, 0, self.vocabulary)
        if found is not None and found.end >= len(word.rstrip(_SIGNS)):
            channel = found.channel
        else:
            like = _like_channel(bare, tuple(self.vocabulary.channels))
            channel = self.vocabulary.channels.get(like, "")
        return "channel" if channel not in ("", read.channel) else ""

    def _number(self, read: OneLine, word: str) -> str:
        """Returns the field that a dotted number, or digits that are nearly a code or a telephone,
        may be about.
        """
        bare = digits(word).strip(_SIGNS)
        if _DOTTED.fullmatch(bare) and bare != read.subject:
            return "subject"
        within = _DOTTED.search(bare)
        if within and within[0] in self.vocabulary.subjects and within[0] != read.subject:
            return "subject"
        if _is_reference(bare) and not _is_customer(read, bare):
            return "customer"
        return ""

    def _mention(self, word: str) -> str:
        named = word.startswith("@") and steering(word, self.vocabulary) is None
        return "assignee" if named else ""


def _with_guesses(read: OneLine, details: str, vocabulary: Vocabulary) -> OneLine:
    """Fills what nobody said at its place with what stands elsewhere in the details: shown with the
    rest.
    """
    plain = digits(details)
    if not read.customer:
        read = _with_customer(read, details, plain)
    if read.subject:
        return read
    for _start, word in _words(plain):
        bare = word.strip(_SIGNS)
        if "." in word and bare in vocabulary.subjects:
            return replace(read, subject=bare).doubting("subject", word, taken=True)
    return read


def _with_customer(read: OneLine, details: str, plain: str) -> OneLine:
    """Returns the line with the first customer among the details' words; a code is sure, unless
    only compared with.
    """
    found = _first_reference(plain)
    if found is None:
        return read
    read = replace(read, customer=found.value, customer_kind=found.kind)
    if found.kind is CustomerRef.CODE and not is_compared(plain[: found.start]):
        return read
    return read.doubting("customer", details[found.start : found.end], taken=True)


def _first_reference(plain: str) -> CustomerMention | None:
    for start, _word in _words(plain)[:GUESSED]:
        found = reference_at(plain, start)
        if found is not None:
            return found
    return None


def _is_customer(read: OneLine, bare: str) -> bool:
    """Returns whether a word is the customer of the line."""
    found = reference_at(digits(bare), 0)
    return found is not None and found.value == read.customer


def _is_reference(bare: str) -> bool:
    """Returns whether a word is written like a code or a telephone, be it one or not."""
    if len(bare) > LONGEST_NUMBER:
        return False
    return reference_at(bare, 0) is not None or find_slip(bare) is not None


def _is_called(before: str) -> bool:
    """Returns whether a telephone belongs to the words before it: call back at, give the number."""
    return before.rstrip(" :").endswith(listed("head", "calls"))


def _is_known(read: OneLine, past: Past, typed: str) -> bool:
    """Returns whether a day is the ticket's own, or shown already."""
    if past.on == read.created_on and past.at in (None, read.created_time):
        return True
    return any(typed in doubt.words for doubt in read.doubts_of("created_on"))


def _names_day(word: str) -> bool:
    """Returns whether a word alone is a weekday, or a day that nobody can tell exactly."""
    bare = word.strip(_SIGNS)
    return weekday_of(digits(bare)) or is_vague_day(bare)


def _goes_on(plain: str, end: int) -> bool:
    """Returns whether more than signs stands behind a day."""
    return bool(plain[end:].strip(f" {_SIGNS}"))


def _past_brackets(plain: str, start: int) -> int:
    """Returns where the words begin behind opening brackets."""
    return len(plain) - len(plain[start:].lstrip("(["))


@lru_cache(maxsize=2)
def _words(text: str) -> Sequence[_Place]:
    """Returns the words of a text with their places, which several ask for one after the other."""
    return tuple((match.start(), match[0]) for match in _WORD.finditer(text))


def _edge_places(text: str, part: str) -> list[int]:
    """Returns where the first and last words of a part of the text begin."""
    offset = text.find(part)
    places = _words(part)
    edges = (*places[:FIRST], *places[-LAST:])
    return [offset + start for start, _word in edges]


@cache
def _correction() -> re.Pattern[str]:
    """Matches a slip that is owned up to, and a subject that takes the place of another."""
    is_not = any_word("edges", "is_not")
    but = any_word("edges", "but")
    instead = any_word("edges", "instead")
    return re.compile(
        rf"""
        (?: {is_not}[^\n]{{0,24}}?{but} | {instead} )
        \s*+(?:{any_word("head", "subject")}\s*+)?
        (?P<code>\d{{1,2}}\.\d{{1,2}})(?![\d%])
        | {any_word("edges", "slips")}
        """,
        re.VERBOSE,
    )


@lru_cache(maxsize=512)
def _like_channel(word: str, channels: tuple[str, ...]) -> str:
    """Returns the channel's word that this one is a slip of; "" for none."""
    if not SHORTEST <= len(word) <= LONGEST:
        return ""
    long = [one for one in channels if len(one) >= SHORTEST and one[0] == word[0]]
    found = process.extractOne(word, long, scorer=fuzz.ratio, score_cutoff=ALIKE)
    return found[0] if found else ""
