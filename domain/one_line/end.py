"""Where the result of one line begins, and whether the line's end closes the ticket."""

import re
from dataclasses import dataclass
from functools import cache

from domain.one_line.line_words import WORD_END, any_word, listed, one_of
from domain.one_line.past import binds_day
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
    """The first sign or label that surely begins a result; a mere arrow only where no other is
    there.
    """
    strong = _strong().search(text)
    arrow = _arrow().search(text)
    if strong is None:
        return Marker(arrow.start(), arrow.end()) if arrow else None
    return Marker(
        strong.start(), strong.end(), sure=arrow is None or arrow.start() > strong.start()
    )


def find_soft_marker(details: str, *, closes: bool) -> Marker | None:
    """Where within the details words begin that tell what was answered; `closes` = the line's end
    says it is over.
    """
    if found := _answered().search(details):
        return Marker(found.start(), found.start())
    if found := _result_word().search(details):
        return Marker(found.start(), found.end(), sure=closes)
    if found := _perhaps().search(details):
        return Marker(found.start(), found.start(), sure=closes and not found["bare"])
    return None


def likely_split(details: str) -> Marker | None:
    """Where the answer likely begins in a line that closes without saying so."""
    if found := _weak_sign().search(details):
        return Marker(found.start(), found.end(), sure=False)
    found = _verb().search(details)
    return Marker(found.start(), found.start(), sure=False) if found else None


@cache
def _strong() -> re.Pattern[str]:
    return re.compile(
        rf"=+\s?[>\uff1e]+|[\u21d2\u27f9]\ufe0f?|\uff1d\s?[>\uff1e]"
        rf"|(?<!\S){any_word('result', 'labels')}\s?[:\uff1a=]+|(?<!\S){any_word('result', 'named')}",
        re.IGNORECASE,
    )


@cache
def _arrow() -> re.Pattern[str]:
    return re.compile(
        r"[-\u2013\u2014]+[>\uff1e]+|[\u2192\u27a1\u279c\u2794\u27f6\u2b95]\ufe0f?|>{2,}"
    )


@cache
def _answered() -> re.Pattern[str]:
    return re.compile(
        rf"(?<=\s){any_word('result', 'answered')}(?!{any_word('result', 'questions')})",
        re.IGNORECASE,
    )


@cache
def _result_word() -> re.Pattern[str]:
    """The word for "result" as a word of its own, or glued to what a result begins with."""
    word = one_of(listed("result", "result_word"))
    return re.compile(
        rf"(?<=\s){word}(?:\s*[-\u2013]\s+|\s*)(?={any_word('result', 'verbs')})", re.IGNORECASE
    )


@cache
def _perhaps() -> re.Pattern[str]:
    bare, verbs = (any_word("result", key) for key in ("perhaps_bare", "verbs"))
    sure = rf"{any_word('result', 'perhaps')}|{bare}(?=\s+{verbs})"
    return re.compile(rf"(?<=\s)(?:{sure}|(?P<bare>{bare})(?=\s))", re.IGNORECASE)


@cache
def _weak_sign() -> re.Pattern[str]:
    return re.compile(r"\s(?:[=>]|[-\u2013\u2014])\s+|(?<=\w)\s*[=]\s*(?=\w)")


@cache
def _verb() -> re.Pattern[str]:
    return re.compile(rf"(?<=[\s,/|]){any_word('result', 'verbs')}", re.IGNORECASE)


# Whether the end closes.


def read_end(text: str, *, asked: bool = False) -> End:
    """What of a text closes it; a word for that in quotes is only a word. `asked` = the text is a
    question.
    """
    text = text.rstrip()
    if quoted := _quoted().search(text):
        return End(text[: quoted.start()] + quoted[1])
    window = max(0, len(text) - WINDOW)
    if found := _closing().search(text, window):
        return _closed(text, found, asked=asked)
    if found := _glued().search(text, window):
        return _closed_glued(text, found)
    if found := _trailed(text, window):
        return End(
            text[: found.start()].rstrip(JOINTS),
            True,
            text[found.end() :].strip(" )].,"),
            found["word"],
        )
    last = text.rsplit(maxsplit=1)[-1] if text else ""
    like = not asked and last.casefold().startswith(listed("close", "words"))
    return End(text, close=True, unsure=last) if like else End(text)


def _closed(text: str, found: "re.Match[str]", *, asked: bool) -> End:
    before = text[: found.start()].rstrip(JOINTS)
    words = " ".join(text[found.start() :].split())
    if _last(before) in listed("close", "not_before"):
        return End(text, unsure=words)
    things = asked and _last(before).endswith(listed("close", "closed_things", "closed_then"))
    asks = "?" in text[found.start() :]  # whoever writes it is not sure
    if found["perhaps"] or asks or things or _is_closed_itself(before):
        return End(text, close=bool(before), unsure=words)
    return End(before, close=True)


def _closed_glued(text: str, found: "re.Match[str]") -> End:
    """Without a blank before it: after "done" it closes, after some words it is another word, else
    it may.
    """
    begun = text[: found.start("word")].rstrip(JOINTS)
    if begun.casefold().endswith(listed("close", "not_glued")):
        return End(text)
    stem = _last(begun)
    done = stem.endswith(listed("close", "done")) and not (
        _tells(stem) or _is_when(stem) or text.endswith("?")
    )
    return End(begun, close=True) if done else End(text, close=True, unsure=found["word"])


def _last(text: str) -> str:
    """The last word, in small letters."""
    typed = text.rsplit(maxsplit=1)
    return typed[-1].casefold() if typed else ""


def _trailed(text: str, window: int) -> "re.Match[str] | None":
    """A closing word with a few more behind it."""
    bare = list(_bare().finditer(text, window))
    found = bare[-1] if bare else None
    if found is None or len(text[found.end() :].split()) > TRAILING_WORDS:
        return None
    return None if _last(text[: found.start()]) in listed("close", "not_before") else found


def closing_word(text: str) -> str:
    """A form of the closing word that stands alone among others, but not at the end, which
    `read_end` reads.
    """
    found = _bare().search(text.rstrip())
    return found["word"] if found and found.end() < len(text.rstrip()) else ""


def _is_closed_itself(before: str) -> bool:
    """Whether the words before tell when, or that, something else is closed: "on Sunday closed"."""
    last = _last(before)
    earlier = _last(before[: len(before) - len(last)])
    if re.search(any_word("close", "words"), last):
        return False
    if _tells(last):
        told = re.split(any_word("close", "tells"), last)[-1]
        return told.startswith(listed("close", "closed_things", "closed_then"))
    if _is_when(last) or _TIME.search(before[-16:]):
        return not binds_day(earlier)
    alone = not earlier or earlier.endswith(listed("close", "tells"))
    return (
        alone and last.startswith(listed("close", "closed_things")) and len(last) <= LONGEST_THING
    )


def _is_when(word: str) -> bool:
    """Whether a word says when something is closed."""
    return word.startswith(listed("close", "closed_then"))


def _tells(word: str) -> bool:
    return re.search(any_word("close", "tells"), word) is not None


_TIME = re.compile(r"(?<![\d.,:\u2013-])\d{1,2}[.:][0-5]\d(?:\s?\u0e19\.?)?$")


def _form() -> str:
    """The closing word with what is closed and how people go on."""
    objects, tails = any_word("close", "objects"), any_word("close", "tails")
    return rf"(?:{any_word('close', 'words')}(?:\s?{objects})?(?:\s?{tails})*|{any_word('close', 'ends')})"


def _rest() -> str:
    """Politeness and signs behind it."""
    return rf"(?:\s*(?:{any_word('head', 'polite')}|{_SIGN}))*\s*$"


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
    polite = rf"(?:\s*{any_word('head', 'polite')})?"
    return re.compile(
        rf"{_START}(?P<word>{_form()}{polite}){WORD_END}[.,)\]]?(?!\S)", re.IGNORECASE
    )


@cache
def _quoted() -> re.Pattern[str]:
    return re.compile(rf"[\"\u201c]({any_word('close', 'words')})[\"\u201d]$", re.IGNORECASE)
