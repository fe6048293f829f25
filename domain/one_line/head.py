"""The head of one line: customer, channel, subject, day, and words that set other fields, in any
order, before the details.
"""

import re
from dataclasses import dataclass, replace
from functools import cache, lru_cache

from domain.customers.phones import looks_like_email, looks_like_phone, parse_email, parse_phone
from domain.errors import InvalidInput
from domain.one_line.line_words import any_word, listed
from domain.one_line.past import Past, past_at
from domain.one_line.types import CustomerRef, Grammar, OneLine, Vocabulary
from domain.one_line.words import mention_at, steering
from domain.patterns import WORD_END, one_of, skip
from domain.text import digits, words

NAME_LIMIT = 120
"""Characters. More words than that before the first known one are a story, not a name."""
HEAD_LIMIT = 400
"""Characters among which the head is looked for."""
PHONE_WORDS = 8
MOST_MISSES = 30
LONGEST_PHONE = 40
"""Characters of a telephone with all its signs."""
WALK_IN = "walk_in"
LETTER = "letter"
"""The channel whose word means a book, too."""

_SEPARATORS = re.compile(r"(?:[\s/,|;:\u00b7\u2022]|\+(?!\d)|\.(?=\s))*")
_BETWEEN = " /,|;:"
"""What may stand between two fields."""
_WORD = re.compile(r"[^\s]+")
_WORD_END = re.compile(WORD_END)
_QUOTED = re.compile(
    r"""
    (?: "([^"\n]*\w[^"\n]*)" | \u201c([^\u201d\n]*\w[^\u201d\n]*)\u201d )
    (?=[\s,;:/]|$)
    """,
    re.VERBOSE,
)
_EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+=?^_`{}~-]+@(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,}")
_PHONE = re.compile(r"[+(]?\d[\d\s().\-\u2010-\u2015]*")
_BEGINS_PHONE = "0123456789+("
_ANOTHER = re.compile(r"(?<!\S)(?:\d{1,2}\.)?\d{1,2}$")
"""A subject or a count behind a blank, which no telephone ends with."""
_CODE_SIGNS = re.compile(r"[\s.-]")
_NO_SUBJECT = re.compile(r"\d|\.\d|[,/-]\d(?!\d?\.\d)|%|[A-Za-z]")
"""What makes a number before it another one than a subject's: a sum, a date, a share."""
_BLANK = re.compile(r"\s")
_OPENING = re.compile(r"[(\[]?")
_CLOSING = re.compile(r"[)\]]?")
_SHORT_NUMBER = re.compile(r"\d{1,2}\s+")
_LONGEST_FIELD = 40
"""Characters among which it is looked whether the next field begins."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word of the head that no field took away; `known` = it is understood, and belongs to the
    details, or shown.
    """

    text: str
    known: bool = False


@dataclass(frozen=True, slots=True)
class Head:
    """What the head says, the words that no field took away from it, and what follows it."""

    read: OneLine
    words: tuple[Word, ...]
    rest: str


def read_head(line: str, grammar: Grammar) -> Head:
    """Reads the head of a line."""
    return _Reader(line.strip(), grammar).run()


@dataclass(frozen=True, slots=True)
class CustomerMention:
    """A code, telephone or e-mail in a text, from where to where."""

    kind: CustomerRef
    value: str
    start: int
    end: int


def reference_at(plain: str, at: int) -> CustomerMention | None:
    """Reads the code, telephone or e-mail that begins at `at`; `plain` has Arabic digits."""
    if found := _code().match(plain, at):
        code = _CODE_SIGNS.sub("", found["code"]).upper()
        return CustomerMention(CustomerRef.CODE, code, at, found.end())
    found = _EMAIL.match(plain, at)
    if found and looks_like_email(found[0]):
        return CustomerMention(CustomerRef.EMAIL, parse_email(found[0]), at, found.end())
    return _phone_at(plain, at)


def _phone_at(plain: str, at: int) -> CustomerMention | None:
    start = skip(_phone_lead(), plain, at)
    if start >= len(plain) or plain[start] not in _BEGINS_PHONE:
        return None
    run = _PHONE.match(plain, start, start + LONGEST_PHONE)
    if run is None:
        return None
    # A subject's number may stand right behind a telephone, with a mere blank between.
    for end in _phone_ends(plain, run):
        typed = plain[start:end].rstrip(" .-(")
        if _ANOTHER.search(typed) or not looks_like_phone(typed):
            continue
        try:
            phone = parse_phone(typed)
        except InvalidInput:
            continue
        return CustomerMention(CustomerRef.PHONE, phone, at, start + len(typed))
    return None


@cache
def _phone_lead() -> re.Pattern[str]:
    return re.compile(rf"{any_word('head', 'phone')}\s?[:.]?\s?", re.IGNORECASE)


def _phone_ends(plain: str, run: re.Match[str]) -> list[int]:
    """Returns where the number may end, the longest first: with its extension, then at each
    blank.
    """
    blanks = _BLANK.finditer(plain, *run.span())
    ends = {run.end()}
    ends.update(blank.start() for blank in blanks)
    longest_first = sorted(ends, reverse=True)
    tried = longest_first[:PHONE_WORDS]
    extensions = [_extension().match(plain, end) for end in tried]
    extended = [found.end() for found in extensions if found]
    return [*extended, *tried]


@cache
def _extension() -> re.Pattern[str]:
    typed = one_of(words("phones").texts("extensions"))
    return re.compile(rf"\s*+{typed}[\s.:]*\d{{1,6}}(?!\d)", re.IGNORECASE)


@cache
def _code() -> re.Pattern[str]:
    lead = rf"(?:{any_word('head', 'customer')}\s?[:=]?\s?)?"
    code = r"(?P<code>[Cc](?:\d{1,12}|[\s.-]\d{4,12}))"
    return re.compile(rf"{lead}[(\[#]?{code}(?![\dA-Za-z]|[.,]\d)[)\]]?", re.IGNORECASE)


# Channels.


@dataclass(frozen=True, slots=True)
class ChannelWord:
    """A channel's word: where it ends; `kept` = it goes on as a sentence, to which it belongs;
    `sure` as it says.
    """

    channel: str
    end: int
    kept: bool = False
    sure: bool = True


def channel_at(text: str, at: int, vocabulary: Vocabulary) -> ChannelWord | None:
    """Reads the channel whose words begin at `at`."""
    for pattern in _channel_patterns(tuple(vocabulary.channels)):
        found = pattern.match(text, at)
        if found is None:
            continue
        channel = vocabulary.channels[" ".join(found["base"].casefold().split())]
        if _is_word_end(text, found.end()):
            came = not found["verb"] or bool(found["comes"])
            return ChannelWord(channel, found.end(), sure=came)
        if asks_at(text, found.end()) and _may_ask(channel, text[found.end() :]):
            return ChannelWord(channel, found.end(), kept=True)
    return None


def _may_ask(channel: str, behind: str) -> bool:
    """Returns whether a question may go on right behind a channel's word; the word for a letter
    means a book, too.
    """
    return channel != LETTER or behind.startswith(listed("head", "letters_ask"))


@lru_cache(maxsize=8)
def _channel_patterns(channels: tuple[str, ...]) -> tuple[re.Pattern[str], ...]:
    """Returns two patterns: with all that may stand before and behind a word, and without what may
    follow.
    """
    longest_first = sorted(channels, key=len, reverse=True)
    base = "|".join(r"\s".join(map(re.escape, word.split())) for word in longest_first)
    verb = rf"(?P<verb>{any_word('head', 'channel_verbs')})?"
    lead = rf"(?:{any_word('head', 'channel')}\s?[:=]?\s?)?{verb}"
    comes = rf"\s?(?P<comes>{any_word('head', 'comes')})"
    return (
        re.compile(rf"{lead}(?P<base>{base}){comes}", re.IGNORECASE),
        re.compile(rf"{lead}(?P<base>{base})(?P<comes>)\.?", re.IGNORECASE),
    )


@cache
def _asks() -> re.Pattern[str]:
    none = any_word("head", "not_asks")
    return re.compile(rf"(?!{none}){any_word('head', 'asks')}", re.IGNORECASE)


def asks_at(text: str, at: int = 0) -> bool:
    """Returns whether a question begins there: asked for, wants, buys."""
    return _asks().match(text, at) is not None


def _is_word_end(text: str, at: int) -> bool:
    """Returns whether a word may end here: no letter follows, unless with it the next field
    begins.
    """
    if _WORD_END.match(text, at) or _begins_day().match(text, at):
        return True
    behind = digits(text[at : at + _LONGEST_FIELD])
    return bool(_code().match(behind) or _begins_subject().match(behind))


@cache
def _begins_day() -> re.Pattern[str]:
    numbered = any_word("past", "of_month", "issued")
    return re.compile(rf"{any_word('past', 'when')}|{numbered}\s*+\d", re.IGNORECASE)


@cache
def _begins_subject() -> re.Pattern[str]:
    return re.compile(rf"{any_word('head', 'subject')}\s?\d")


# Subjects.


@dataclass(frozen=True, slots=True)
class SubjectNumber:
    """A number that is a subject's: where it ends."""

    code: str
    end: int


def subject_at(
    plain: str,
    at: int,
    vocabulary: Vocabulary,
    *,
    bare: bool,
) -> SubjectNumber | None:
    """Reads the subject whose number begins at `at`; `bare` = one without a dot may be one here."""
    found = _subject().match(plain, at)
    if found is None or found["code"] not in vocabulary.subjects:
        return None
    rest = plain[found.end() :]
    if _NO_SUBJECT.match(rest) or _clock_word().match(rest):
        return None
    if not found["named"]:
        dotted = "." in found["code"]
        if _counted(dotted=dotted).match(rest):
            return None
        if not dotted and not (bare and _WORD_END.match(rest)):
            return None
    return SubjectNumber(found["code"], found.end())


@cache
def _subject() -> re.Pattern[str]:
    named = any_word("head", "subject")
    dotted = any_word("head", "subject_dotted")
    return re.compile(
        rf"""
        (?:
            (?:(?P<named>{named}) | {dotted}(?=\s?[:=]?\s*+\d+\.\d))
            \s?[:=]?\s*+
        )?
        [(\[]?(?P<code>\d{{1,2}}(?:\.\d{{1,2}})?)[)\]]?
        """,
        re.IGNORECASE | re.VERBOSE,
    )


@cache
def _counted(*, dotted: bool) -> re.Pattern[str]:
    """Matches what makes a number before it one of people, pages or millions."""
    million = any_word("head", "million")
    if not dotted:
        return re.compile(rf"\s*+(?:{any_word('head', 'counted')}|{million})")
    return re.compile(rf"\s*+(?:{any_word('head', 'magnitudes')}{WORD_END}|{million})")


@cache
def _clock_word() -> re.Pattern[str]:
    return re.compile(rf"\s?{one_of(words('when').texts('clock'))}{WORD_END}")


@lru_cache(maxsize=8)
def _subject_names(names: tuple[str, ...]) -> re.Pattern[str]:
    """Matches names of subjects; blanks in them may be left out."""
    longest_first = sorted(names, key=len, reverse=True)
    spelt = "|".join(r"\s?".join(map(re.escape, name.split())) for name in longest_first)
    lead = rf"(?:{any_word('head', 'subject')}\s?[:=]\s?)?"
    return re.compile(rf"{lead}(?P<name>{spelt}){WORD_END}", re.IGNORECASE)


@cache
def _nobody() -> re.Pattern[str]:
    return re.compile(rf"{any_word('head', 'nobody')}{WORD_END}")


@cache
def _came_alone() -> re.Pattern[str]:
    return re.compile(rf"{any_word('head', 'comes_alone')}\s+(?=\d)")


def _unspaced(text: str) -> str:
    return "".join(text.casefold().split())


# Field by field.


_NOTHING = OneLine()


class _Reader:
    """What has been read of a line so far, and the reading of one more head word."""

    def __init__(self, line: str, grammar: Grammar) -> None:
        self.line = line
        self.plain = digits(line)
        self.vocabulary = grammar.vocabulary
        self.today = grammar.today
        self.read = _NOTHING
        self.unread: list[Word] = []
        self.number_from = -1
        """Where a customer or channel ended: directly after it a bare number may be a subject."""
        self.last_day: tuple[int, int] | None = None
        """The day that was read last, while nothing follows it."""
        self.misses = 0
        """How often a telephone was tried in vain."""
        self.kept_at = -1
        """Where a word begins that was read and belongs to the details nevertheless."""
        self.steered = (_NOTHING, 0)
        """What words said that only steer, and where they end, while nothing else was read."""
        self.retreat: tuple[OneLine, int, int] | None = None
        """What was read, where, and how many words were not, when the first word followed the
        customer that no field took."""

    def run(self) -> Head:
        """Reads the head of the line."""
        at = self._skip(0)
        while at < min(len(self.line), HEAD_LIMIT):
            end = self.take(at) or self._pass_over(at)
            if not end:
                break
            at = self._skip(end)
            if not self.unread and self._only_steered():
                self.steered = (self.read, at)
        if self.retreat is not None and not (self.read.channel and self.read.subject):
            # Words between the customer and a channel are that customer's name only if the subject
            # follows too; "C81554 ... sent by e-mail" is a story.
            self.read, at, kept = self.retreat
            self.last_day = None
            del self.unread[kept:]
        return self._head(at)

    def _pass_over(self, at: int) -> int:
        """Passes over a word that no field took, and says where it ends; 0 where it begins the
        details.
        """
        word = _WORD.match(self.line, at)
        if word is None or self._is_story(at, word):
            return 0
        if self.read.customer and self.retreat is None:
            self.retreat = (self.read, at, len(self.unread))
        self.unread.append(Word(word[0], known=at == self.kept_at))
        self.kept_at = -1
        return word.end()

    def _is_story(self, at: int, word: re.Match[str]) -> bool:
        """Returns whether the details begin here."""
        if at == self.kept_at:
            return False
        if self.read.channel or self.read.subject:
            return True
        unread = sum(len(one.text) + 1 for one in self.unread)
        return unread + len(word[0]) > NAME_LIMIT

    def _only_steered(self, *, day: bool = True) -> bool:
        """Returns whether nothing but steering words was read; `day` = a day counts as
        something.
        """
        read = self.read
        if read.customer or read.channel or read.subject or read.nobody:
            return False
        return not (day and read.created_on)

    def _head(self, at: int) -> Head:
        if self._only_steered(day=not self.unread):
            # Words that only steer may begin a line that is nothing but details.
            read, begun = self.steered
            return Head(read, (), self.line[begun:].strip())
        read = self._settled_day(at)
        return Head(read, tuple(self.unread), self.line[at:].strip())

    def _skip(self, at: int) -> int:
        return skip(_SEPARATORS, self.line, at)

    def take(self, at: int) -> int:
        """Reads the head word that begins at `at`, and says where it ends; 0 if there is none."""
        end = self._who_or_how(at)
        if end:
            self.number_from = end
            self.last_day = None
            return end
        end = self._subject_number(at)
        if end:
            self.last_day = None
            return end
        return self._day(at) or self._steering(at)

    def _who_or_how(self, at: int) -> int:
        readers = (
            self._subject_word,
            self._nobody,
            self._quoted,
            self._customer,
            self._channel,
        )
        for read in readers:
            end = read(at)
            if end:
                return end
        return 0

    def _nobody(self, at: int) -> int:
        """Reads that there is no customer, or none who is known."""
        found = _nobody().match(self.line, at)
        if found is None or self.read.customer:
            return 0
        self.read = replace(self.read, nobody=True)
        return found.end()

    def _subject_word(self, at: int) -> int:
        """Reads a subject without a number, by its name or a word that people type for it."""
        known = self.vocabulary.subject_words
        if self.read.subject or not known:
            return 0
        found = _subject_names(tuple(known)).match(self.line, at)
        if found is None:
            return 0
        wanted = _unspaced(found["name"])
        codes = (code for name, code in known.items() if _unspaced(name) == wanted)
        self.read = replace(self.read, subject=next(codes))
        return found.end()

    def _quoted(self, at: int) -> int:
        """Reads a name in quotes."""
        found = _QUOTED.match(self.line, at)
        if found is None or self.unread or self.read.customer:
            return 0
        name = found[1] or found[2]
        self.read = replace(self.read, customer=name.strip(), customer_kind=CustomerRef.NAME)
        return found.end()

    def _customer(self, at: int) -> int:
        """Reads a code, a telephone or an e-mail."""
        # A line full of figures must not take a second.
        if self.misses > MOST_MISSES:
            return 0
        found = reference_at(self.plain, at)
        if found is None:
            self.misses += self.plain[at] in _BEGINS_PHONE
            return 0
        if not self.read.customer:
            self.read = replace(self.read, customer=found.value, customer_kind=found.kind)
            return found.end
        if found.value == self.read.customer:
            return found.end
        return self._again("customer", at, found.end)

    def _channel(self, at: int) -> int:
        """Reads how the customer came."""
        found = channel_at(self.line, at, self.vocabulary) or self._came(at)
        if found is None or self._is_bound():
            return 0
        if self.read.channel:
            return self._second_channel(at, found)
        self.read = replace(self.read, channel=found.channel)
        if not found.sure:
            self.read = self.read.doubting("channel", self.line[at : found.end], taken=True)
        if found.kept or not found.sure:
            self.kept_at = at
            return 0
        return found.end

    def _is_bound(self) -> bool:
        """Returns whether the words before a channel's make it a thing: sends a letter, buys
        online.
        """
        if not self.unread:
            return False
        return self.unread[-1].text.endswith(listed("head", "channel_binds"))

    def _came(self, at: int) -> ChannelWord | None:
        """Reads "came" alone, right before a subject's number: in person."""
        found = _came_alone().match(self.plain, at)
        # An office may have no visitors' channel.
        if found is None or WALK_IN not in self.vocabulary.channels.values():
            return None
        if subject_at(self.plain, found.end(), self.vocabulary, bare=True) is None:
            return None
        return ChannelWord(WALK_IN, found.end())

    def _second_channel(self, at: int, found: ChannelWord) -> int:
        thing = self.line[at : found.end].casefold() in listed("head", "things")
        if found.kept or (thing and self.read.subject):
            return 0
        if found.channel != self.read.channel:
            return self._again("channel", at, found.end)
        if self.read.subject:
            return 0  # the head is complete: the word begins the details
        return found.end

    def _again(self, field: str, at: int, end: int) -> int:
        """Doubts a second value for a field: it stays in the text, and is shown."""
        self.read = self.read.doubting(field, self.line[at:end])
        self.unread.append(Word(self.line[at:end], known=True))
        return end

    def _subject_number(self, at: int) -> int:
        bare = not self.read.subject and self._is_placed(at)
        found = subject_at(self.plain, at, self.vocabulary, bare=bare)
        if found is None:
            return 0
        if not self.read.subject:
            self.read = replace(self.read, subject=found.code)
        elif found.code != self.read.subject:
            return self._again("subject", at, found.end)
        return found.end

    def _is_placed(self, at: int) -> bool:
        """Returns whether a bare number may be a subject here: right behind a customer or channel,
        or before a channel.
        """
        if self.number_from >= 0 and not self.line[self.number_from : at].strip(_BETWEEN):
            return True
        number = _SHORT_NUMBER.match(self.plain, at)
        if number is None:
            return False
        return channel_at(self.line, number.end(), self.vocabulary) is not None

    def _day(self, at: int) -> int:
        """Reads a day that is over."""
        start = skip(_OPENING, self.plain, at)
        found = past_at(self.plain, start, self.today)
        if found is None or self._is_no_day(at, found):
            return 0
        end = skip(_CLOSING, self.plain, found.end)
        if self.read.created_on:
            return self._second_day(at, end, found)
        self.read = replace(self.read, created_on=found.on, created_time=found.at)
        if not found.sure:
            self._keep_day(at, end)
        else:
            self.last_day = None if found.backdates else (at, end)
        return end

    def _is_no_day(self, at: int, found: Past) -> bool:
        """Returns whether the words are a weekday's name alone, which people bear, too."""
        typed = self.plain[at : found.end].strip("([")
        return typed.casefold() in listed("past", "names")

    def _second_day(self, at: int, end: int, found: Past) -> int:
        known = self.read
        same = found.on == known.created_on
        # A time alone is one of today, but meant for the day that was said.
        adds_time = found.at is not None and known.created_time is None
        if adds_time and (same or found.on == self.today):
            self.read = replace(known, created_time=found.at)
            return end
        if same and found.sure:
            return end
        # A day that its weekday contradicts is not quite the one that was said.
        return self._again("created_on", at, end)

    def _keep_day(self, at: int, end: int) -> None:
        """Keeps what is not sure in the text, too."""
        self.read = self.read.doubting("created_on", self.line[at:end], taken=True)
        self.unread.append(Word(self.line[at:end], known=True))

    def _settled_day(self, at: int) -> OneLine:
        """Returns the line with the day right before the details kept there, for it may be what is
        asked about, unless words of asking follow.
        """
        details = self.line[at:].strip()
        if self.last_day is None or not details or asks_at(self.line, at):
            return self.read
        start, end = self.last_day
        if not self.line[end:at].strip(f"{_BETWEEN})]"):
            self._keep_day(start, end)
        return self.read

    def _steering(self, at: int) -> int:
        """Reads a word that only steers; one that is not sure stays in the details, which it
        begins.
        """
        read = self.read
        if self.unread and not (read.customer or read.channel or read.subject):
            return 0
        word = _WORD.match(self.line, at)
        if word is None:
            return 0
        typed = mention_at(self.line, at, self.vocabulary) or word[0]
        steer = steering(typed, self.vocabulary)
        if steer is None or getattr(read, steer.field):
            return 0
        self.read = read.steered(steer.field, steer.value)
        if steer.sure:
            return at + len(typed)
        self.read = self.read.doubting(steer.field, typed, taken=True)
        return 0
