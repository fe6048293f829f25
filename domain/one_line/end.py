"""Where the result of one line begins, and whether the line's end closes the ticket."""

import re
from dataclasses import dataclass
from functools import cache

from domain.one_line.line_words import any_word, listed
from domain.one_line.past import binds_day
from domain.patterns import WORD_END
from domain.text import MARKS

WINDOW = 120
"""Characters at the end of a text among which closing is looked for."""
LONGEST_THING = 20
"""Letters of a word that may be a thing alone, and no sentence."""
TRAILING_WORDS = 6
"""So many words may follow the closing one."""
JOINTS = " \t\n,;/|-\u2013\u2014(["
"""What may stand between a result and the closing word."""

_SIGN = rf"[^\w\s{MARKS}\"\u201c\u201d@#]"
_START = rf"(?<![\w{MARKS}\"\u201c\u201d@#])"
_APART = rf"{WORD_END}[.,)\]]?(?!\S)"
_TIME = re.compile(r"(?<![\d.,:\u2013-])\d{1,2}[.:][0-5]\d(?:\s?\u0e19\.?)?$")
_LONGEST_TIME = 16


@dataclass(frozen=True, slots=True)
class Marker:
    """Where a result begins: the text before `start` is the question, that from `end` on the
    answer.

    `sure` = the words can mean nothing else.
    """

    start: int
    end: int
    sure: bool = True


@dataclass(frozen=True, slots=True)
class End:
    """A text without the words that close, and what is to be shown of them.

    `after` = what stands behind the closing word. `unsure` = the words that may close, or may
    belong to the text, in which they are left; `close` then says what is likelier."""

    text: str
    close: bool = False
    after: str = ""
    unsure: str = ""


# Where the result begins.


def find_marker(text: str) -> Marker | None:
    """Finds the first sign or label that surely begins a result; a mere arrow only where no other
    is there.
    """
    strong = _strong().search(text)
    arrow = _ARROW.search(text)
    if strong is None:
        return Marker(arrow.start(), arrow.end()) if arrow else None
    first = arrow is None or arrow.start() > strong.start()
    return Marker(strong.start(), strong.end(), sure=first)


def find_soft_marker(details: str, *, closes: bool) -> Marker | None:
    """Finds where within the details words begin that tell what was answered; `closes` = the line's
    end says it is over.
    """
    if found := _answered().search(details):
        return Marker(found.start(), found.start())
    if found := _result_word().search(details):
        return Marker(found.start(), found.end(), sure=closes)
    if found := _perhaps().search(details):
        sure = closes and not found["bare"]
        return Marker(found.start(), found.start(), sure=sure)
    return None


def likely_split(details: str) -> Marker | None:
    """Finds where the answer likely begins in a line that closes without saying so."""
    if found := _WEAK_SIGN.search(details):
        return Marker(found.start(), found.end(), sure=False)
    if found := _verb().search(details):
        return Marker(found.start(), found.start(), sure=False)
    return None


@cache
def _strong() -> re.Pattern[str]:
    """Matches a double arrow, a label with its colon, or a label that needs none."""
    labels = any_word("result", "labels")
    return re.compile(
        rf"""
        (?<!=)=+\s?[>\uff1e]+
        | [\u21d2\u27f9]\ufe0f?
        | \uff1d\s?[>\uff1e]
        | (?<!\S){labels}\s?[:\uff1a=]+
        | (?<!\S){any_word("result", "named")}
        """,
        re.IGNORECASE | re.VERBOSE,
    )


_ARROW = re.compile(
    r"(?<![-\u2013\u2014])[-\u2013\u2014]+[>\uff1e]+|[\u2192\u27a1\u279c\u2794\u27f6\u2b95]\ufe0f?|>{2,}"
)
_WEAK_SIGN = re.compile(r"\s(?:[=>]|[-\u2013\u2014])\s+|(?<=\w)\s*+[=]\s*+(?=\w)")


@cache
def _answered() -> re.Pattern[str]:
    """Matches that something was answered, unless it is asked whether it was."""
    answered = any_word("result", "answered")
    questions = any_word("result", "questions")
    return re.compile(rf"(?<=\s){answered}(?!{questions})", re.IGNORECASE)


@cache
def _result_word() -> re.Pattern[str]:
    """Matches the word for "result" as a word of its own, or glued to what a result begins with."""
    word = any_word("result", "result_word")
    verbs = any_word("result", "verbs")
    return re.compile(rf"(?<=\s){word}(?:\s*+[-\u2013]\s+|\s*+)(?={verbs})", re.IGNORECASE)


@cache
def _perhaps() -> re.Pattern[str]:
    """Matches "answered", which may be what somebody else did."""
    bare = any_word("result", "perhaps_bare")
    verbs = any_word("result", "verbs")
    sure = rf"{any_word('result', 'perhaps')}|{bare}(?=\s+{verbs})"
    return re.compile(rf"(?<=\s)(?:{sure}|(?P<bare>{bare})(?=\s))", re.IGNORECASE)


@cache
def _verb() -> re.Pattern[str]:
    return re.compile(rf"(?<=[\s,/|]){any_word('result', 'verbs')}", re.IGNORECASE)


# Whether the end closes.


def read_end(text: str, *, asked: bool = False) -> End:
    """Reads what of a text closes it; a word for that in quotes is only a word. `asked` = the text
    is a question.
    """
    text = text.rstrip()
    if quoted := _quoted().search(text):
        return End(text[: quoted.start()] + quoted[1])
    # A pasted letter may be long: only its end can close.
    window = max(0, len(text) - WINDOW)
    if found := _closing().search(text, window):
        return _closed(text, found, asked=asked)
    if found := _glued().search(text, window):
        return _closed_glued(text, found)
    if found := _trailed(text, window):
        before = text[: found.start()].rstrip(JOINTS)
        after = text[found.end() :].strip(" )].,")
        if _is_closed_itself(before) or _last(before).endswith(listed("close", "tells")):
            return End(text, close=True, unsure=found["word"])
        return End(before, close=True, after=after, unsure=found["word"])
    last = text.rsplit(maxsplit=1)[-1] if text else ""
    if not asked and last.casefold().startswith(listed("close", "words")):
        return End(text, close=True, unsure=last)
    return End(text)


def _closed(text: str, found: re.Match[str], *, asked: bool) -> End:
    """Reads a closing word of its own, which is shown where it may mean something else."""
    before = text[: found.start()].rstrip(JOINTS)
    closing = text[found.start() :]
    words = " ".join(closing.split())
    last = _last(before)
    # "Not yet closed", "shall I close".
    if last in listed("close", "not_before"):
        return End(text, unsure=words)
    unsure = (
        found["perhaps"] is not None
        or "?" in closing  # whoever writes it is not sure
        or (asked and last.endswith(_told_closed()))
        or _is_closed_itself(before)
    )
    if unsure:
        return End(text, close=bool(before), unsure=words)
    return End(before, close=True)


def _closed_glued(text: str, found: re.Match[str]) -> End:
    """Reads one without a blank before it: after "done" it closes, after some words it is another
    word, else it may.
    """
    before = text[: found.start("word")].rstrip(JOINTS)
    if before.casefold().endswith(listed("close", "not_glued")):
        return End(text)
    stem = _last(before)
    if stem.endswith(listed("close", "done")):
        another = _tells(stem) or _is_when(stem) or text.endswith("?")
        if not another:
            return End(before, close=True)
    return End(text, close=True, unsure=found["word"])


def _last(text: str) -> str:
    """Returns the last word, in small letters."""
    typed = text.rsplit(maxsplit=1)
    return typed[-1].casefold() if typed else ""


def _trailed(text: str, window: int) -> re.Match[str] | None:
    """Matches a closing word with a few more behind it."""
    found = None
    for bare in _before_more().finditer(text, window):
        found = bare
    if found is None or len(text[found.end() :].split()) > TRAILING_WORDS:
        return None
    if _last(text[: found.start()]) in listed("close", "not_before"):
        return None
    return found


def closing_word(text: str) -> str:
    """Returns a form of the closing word that stands alone among others, but not at the end, which
    `read_end` reads.
    """
    text = text.rstrip()
    found = _bare().search(text)
    if found is None or found.end() >= len(text):
        return ""
    return found["word"]


def _is_closed_itself(before: str) -> bool:
    """Returns whether the words before tell when, or that, something else is closed: "on Sunday
    closed".
    """
    last = _last(before)
    earlier = _last(before[: len(before) - len(last)])
    if _closing_word().search(last):
        return False
    if _tells(last):
        told = _telling_word().split(last)[-1]
        return told.startswith(_told_closed())
    if _is_when(last) or _TIME.search(before[-_LONGEST_TIME:]):
        return not binds_day(earlier, last)
    if earlier and not earlier.endswith(listed("close", "tells")):
        return False
    return last.startswith(listed("close", "closed_things")) and len(last) <= LONGEST_THING


def _told_closed() -> tuple[str, ...]:
    """Returns what may be closed, and when: things and days that are told of."""
    return listed("close", "closed_things", "closed_then")


def _is_when(word: str) -> bool:
    """Returns whether a word says when something is closed."""
    return word.startswith(listed("close", "closed_then"))


def _tells(word: str) -> bool:
    return _telling_word().search(word) is not None


@cache
def _closing_word() -> re.Pattern[str]:
    return re.compile(any_word("close", "words"))


@cache
def _telling_word() -> re.Pattern[str]:
    return re.compile(any_word("close", "tells"))


@cache
def _form() -> str:
    """Returns a pattern for the closing word with what is closed and how people go on."""
    words = any_word("close", "words")
    objects = any_word("close", "objects")
    tails = any_word("close", "tails")
    return rf"(?:{words}(?:\s?{objects})?(?:\s?{tails})*|{any_word('close', 'ends')})"


@cache
def _rest() -> str:
    """Returns a pattern for politeness and signs behind it."""
    return rf"(?:\s*+(?:{any_word('head', 'polite')}|{_SIGN}))*\s*+$"


@cache
def _closing() -> re.Pattern[str]:
    before = rf"(?:{any_word('close', 'before')}\s?[:=]?\s?)?"
    perhaps = rf"(?P<perhaps>{any_word('close', 'perhaps')})"
    return re.compile(rf"{_START}(?:{before}(?P<word>{_form()})|{perhaps}){_rest()}", re.IGNORECASE)


@cache
def _glued() -> re.Pattern[str]:
    return re.compile(rf"(?<=[\w{MARKS}])(?P<word>{_form()}){_rest()}", re.IGNORECASE)


@cache
def _bare() -> re.Pattern[str]:
    return re.compile(rf"{_word_alone()}{_APART}", re.IGNORECASE)


@cache
def _before_more() -> re.Pattern[str]:
    """Matches the same, also where the words are glued to it that say when it was closed."""
    dated = any_word("close", "dated")
    return re.compile(rf"{_word_alone()}(?:{_APART}|(?={dated}))", re.IGNORECASE)


def _word_alone() -> str:
    polite = rf"(?:\s*+{any_word('head', 'polite')})?"
    return rf"{_START}(?P<word>{_form()}{polite})"


@cache
def _quoted() -> re.Pattern[str]:
    words = any_word("close", "words")
    return re.compile(rf"[\"\u201c]({words})[\"\u201d]$", re.IGNORECASE)
