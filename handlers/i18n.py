"""Thai is the source language; English is looked up in locale/en when the reader wants it, and has
dates of its own.
"""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from functools import cache
from pathlib import Path

from domain.dates.days import BUDDHIST_OFFSET, format_date, format_month, format_time
from domain.dates.periods import Period, format_period

_language: ContextVar[str] = ContextVar("language", default="th")
LANGUAGES = ("th", "en")
LOCALE = Path(__file__).resolve().parent.parent / "locale"
_STRING = r'"(?:[^"\\\n]|\\.)*"'
_MESSAGE = re.compile(rf"msgid ((?:{_STRING}\s*)+)msgstr ((?:{_STRING}\s*)+)")


def speak(language: str) -> None:
    """Say what follows, in this task, in "th" or "en"."""
    _language.set(language if language in LANGUAGES else "th")


def language() -> str:
    """The language that is spoken now: "th" or "en"."""
    return _language.get()


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Say what follows in another reader's language."""
    before = _language.get()
    speak(language)
    yield
    speak(before)


def read_translations(po: str) -> dict[str, str]:
    """The Thai texts of a .po file and their translations; the header and what is not translated
    are left out.

    Plurals and contexts, which this desk's texts do not have, are refused like anything else that
    is no msgid with its msgstr, and so is a msgid that stands twice: ValueError.
    """
    bare = re.sub(r"^#.*", "", po, flags=re.MULTILINE)
    if unread := _MESSAGE.sub("", bare).strip():
        raise ValueError(f"no msgid with its msgstr: {unread.splitlines()[0]}")
    messages = [(_joined(msgid), _joined(msgstr)) for msgid, msgstr in _MESSAGE.findall(bare)]
    found = dict(messages)
    if len(found) < len(messages):
        raise ValueError("a msgid stands twice")
    return {msgid: msgstr for msgid, msgstr in messages if msgid and msgstr}


def _joined(strings: str) -> str:
    """One text of the quoted pieces that follow each other; their escapes are JSON's."""
    return "".join(json.loads(piece) for piece in re.findall(_STRING, strings))


@cache
def _catalogue(language: str) -> dict[str, str]:
    path = LOCALE / language / "LC_MESSAGES" / "deskbot.po"
    return read_translations(path.read_text(encoding="utf-8"))


def _(message: str, **params: object) -> str:
    """The message in the reader's language, with `%(name)s` filled in."""
    spoken = language()
    text = message if spoken == "th" else _catalogue(spoken).get(message, message)
    return text % params if params else text


def date_text(on: date, *, full: bool = False) -> str:
    """The date in the reader's language: `3 ธ.ค. 69` or `3 Dec 2026`."""
    return format_date(on, full=full, language=language())


def month_text(on: date) -> str:
    """The date's month: `ธ.ค. 69` or `Dec 2026`."""
    return format_month(on, language=language())


def time_text(at: datetime) -> str:
    """The time of day in Bangkok: `14.30 น.` or `14:30`."""
    return format_time(at, language())


def year_text(year: int) -> str:
    """The Gregorian year as readers of the language count it: `2569` or `2026`."""
    counted = {"th": year + BUDDHIST_OFFSET, "en": year}
    return f"{counted[language()]}"


def period_text(period: Period) -> str:
    """The span: `ปีงบประมาณ 2569` or `fiscal year 2026`."""
    return format_period(period, language())


_APART = re.compile(r" · |\n")
_PICTOGRAM = re.compile(r"^[^\w%]+")
_NAMED = re.compile(r"%\(\w+\)s")
_MONTH = r"(?:\S{1,2}[.]\S[.]|[A-Z][a-z][a-z])"
_TIME = r"\d\d[.:]\d\d(?: \S[.])?"
_DAY = rf"\d{{1,2}}(?:[–-]\d{{1,2}})? {_MONTH}(?: \d{{2,4}})?(?: {_TIME})?"
_NUMBER = r"[A-Z]\d{1,10}|\d{1,6}/\d{4}|\d{1,3}(?:,\d{3})*"
_SAFE = re.compile(rf"(?<![\w.-])(?:{_DAY}|{_NUMBER})(?![\w-])")
"""Numbers of records, days and sums: what may stand in the desk's own words without naming
anybody; no telephone is such a number."""


@cache
def _own_texts() -> frozenset[str]:
    """All that the desk says, in both languages and in its pieces, with a sign where something is
    put in and without pictograms.
    """
    texts = [text for pair in _catalogue("en").items() for text in pair]
    pieces = [piece for text in texts for piece in _APART.split(_NAMED.sub("%", text))]
    plain = {_PICTOGRAM.sub("", piece).strip() for piece in pieces}
    return frozenset(text for text in plain if any(map(str.isalpha, text)))


def is_own_text(text: str) -> bool:
    """Whether a piece of a line is the desk's own, with nothing put into it but numbers of records,
    days and sums.
    """
    plain = _PICTOGRAM.sub("", text).strip()
    return _SAFE.sub("%", plain) in _own_texts()
