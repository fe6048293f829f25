"""Titles, ranks and positions before people's names: what is surely one, and what may be the name's
own beginning (data/titles.toml).
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from enum import Enum, auto
from functools import cache
from itertools import product
from pathlib import Path

from domain.data import TomlTable, read_document

# Thai code points by what they do: marks above and below a consonant, vowels behind it.
MARKS = "\u0e31\u0e34-\u0e3a\u0e47-\u0e4e"
FOLLOWING_VOWELS = "\u0e30\u0e32\u0e33\u0e45"

_WORD_SIGN = rf"[\w.{MARKS}]"
_NAME_FOLLOWS = re.compile(r"[^\W_]")
_GOES_ON = re.compile(f"[{MARKS}{FOLLOWING_VOWELS}]")
"""Behind a title in full: its last letter belongs to a longer word."""
_INITIAL = re.compile(r"\s?[\u0e01-\u0e2e]\.")
"""Behind an abbreviation: it is the beginning of a longer one, of an office."""
_WORD_ENDS = re.compile(rf"(?!{_WORD_SIGN})")
_BLANK = re.compile(r"\s")
_DOT_OR_END = re.compile(rf"\.|(?!{_WORD_SIGN})")
_SYLLABLE = re.compile(rf"[\u0e01-\u0e2e\u0e40-\u0e44][\w{MARKS}]|\s")
"""Behind what may be a name's own beginning: a syllable of two letters at least, or a blank."""

_GAPS = ("", ".", ". ")
"""What may stand between two parts of a Thai abbreviation."""
_LATIN_GAPS = (" ", ".", ". ", "-")
_SINGLE = len("x.")
_RANKS = frozenset({"army", "navy", "air_force", "police", "acting"})
"""Kinds that have a form for women."""


class _End(Enum):
    """What may follow a title."""

    FULL = auto()
    """A name, at once or behind a blank."""
    SINGLE = auto()
    """The same, behind the dot of one letter: no further letter with a dot."""
    DOT = auto()
    """The same, but that the further letter may be a title's."""
    WORD = auto()
    """A blank: it stands alone."""
    WORD_OR_DOT = auto()
    OTHER = auto()
    """It is no title, though it begins like one."""


class _Titles:
    """Titles as typed, found by their longest form at a place of a text."""

    def __init__(self, titles: Iterable[tuple[str, _End]]) -> None:
        self._ends: dict[str, _End] = {}
        self._lengths: dict[str, list[int]] = {}
        lengths: dict[str, set[int]] = defaultdict(set)
        for title, ending in titles:
            text = title.lower()
            self._ends[text] = ending
            lengths[text[:2]].add(len(text))
        for first, some in lengths.items():
            self._lengths[first] = sorted(
                some,
                reverse=True,
            )
        self.beginning = _beginning(lengths)
        """Where one may begin."""

    def end(self, text: str, at: int) -> int:
        """Returns where the title ends that stands at this place; 0 where there is none."""
        lengths = self._lengths_at(text, at)
        if not lengths:
            return 0
        longest = text[at : at + lengths[0]].lower()
        for length in lengths:
            behind = at + length
            ending = self._ends.get(longest[:length])
            if ending is _End.OTHER:
                return 0
            if ending is not None:
                end = self._goes_so_far(text, behind, ending)
                if end:
                    return end
        return 0

    def _lengths_at(
        self,
        text: str,
        at: int,
    ) -> list[int]:
        """Returns how long titles are that begin as the text does here, the longest first."""
        first = text[at : at + 2].lower()
        if first in self._lengths:
            return self._lengths[first]
        return self._lengths.get(
            first[:1],
            [],
        )

    def _goes_so_far(
        self,
        text: str,
        end: int,
        ending: _End,
    ) -> int:
        """Returns where it ends, 0 where what follows makes it something else."""
        if ending is _End.WORD_OR_DOT:
            found = _DOT_OR_END.match(text, end)
            return found.end() if found else 0
        if self._is_followed_well(text, end, ending):
            return end
        return 0

    def _is_followed_well(
        self,
        text: str,
        end: int,
        ending: _End,
    ) -> bool:
        match ending:
            case _End.FULL:
                return not _GOES_ON.match(text, end)
            case _End.SINGLE:
                return not _INITIAL.match(text, end)
            case _End.DOT:
                return not _INITIAL.match(text, end) or self._title_follows(
                    text,
                    end,
                )
            case _:
                return _WORD_ENDS.match(text, end) is not None

    def _title_follows(self, text: str, at: int) -> bool:
        blank = _BLANK.match(text, at)
        if blank:
            at = blank.end()
        return self.end(text, at) > 0


def _beginning(firsts: Iterable[str]) -> re.Pattern[str]:
    """Returns a pattern for these first letters, where no word goes on to them."""
    ways = "|".join(map(re.escape, sorted(firsts)))
    # One look at the next sign saves trying all of them at each blank and bracket.
    signs = "".join(sorted({re.escape(first[0]) for first in firsts}))
    return re.compile(rf"(?<!{_WORD_SIGN})(?=[{signs}])(?:{ways})", re.IGNORECASE)


def strip_titles(text: str) -> str:
    """Returns `text` without the titles its words begin with, as far as some word is left of it."""
    titles = _sure()
    pieces: list[str] = []
    kept = 0
    found = titles.beginning.search(text)
    while found:
        at = found.start()
        end = _end_of_titles(text, at)
        if end > at:
            pieces.append(text[kept:at])
            kept = end
        found = titles.beginning.search(
            text,
            max(end, found.end()),
        )
    pieces.append(text[kept:])
    return _without_degrees("".join(pieces))


def _end_of_titles(text: str, at: int) -> int:
    """Returns where the name begins behind the titles that stand here one after the other."""
    titles = _sure()
    begins = at
    end = titles.end(text, at)
    while end:
        at = _behind(text, end)
        if _NAME_FOLLOWS.match(text, at):
            begins = at
        end = titles.end(text, at)
    return begins


def _behind(text: str, end: int) -> int:
    """Returns where the next word begins behind a title, and what is said of it in brackets."""
    gap = _gap().match(text, end)
    assert gap is not None  # it may be nothing
    return gap.end()


def without_titles(text: str) -> list[str]:
    """Returns the text without its titles: one reading, or two where a name may begin like a title.

    The first keeps what may be the name's own beginning, the second does not."""
    stripped = strip_titles(text)
    begins = _end_of_all(text)
    if not begins:
        return [stripped]
    return list(dict.fromkeys([stripped, strip_titles(text[begins:])]))


def _end_of_all(text: str) -> int:
    """Returns where the name begins if all that may be a title is one; 0 where all is sure."""
    begins = 0
    end = _end_of_perhaps(text, 0)
    while end and _SYLLABLE.match(text, end):
        at = _behind(text, end)
        if not _NAME_FOLLOWS.match(text, at):
            break
        begins = _end_of_titles(text, at)
        end = _end_of_perhaps(text, at)
    return begins


def _end_of_perhaps(text: str, at: int) -> int:
    """Returns where the title ends that may be one and stands here, or behind sure ones; 0 where
    there is none.
    """
    perhaps = _perhaps()
    return perhaps.end(text, at) or perhaps.end(
        text,
        _end_of_titles(text, at),
    )


def _without_degrees(text: str) -> str:
    """Returns `text` without what stands behind names."""
    if "." in text or "PhD" in text:
        return _degrees().sub("", text)
    return text


@cache
def _sure() -> _Titles:
    return _Titles(_sure_titles())


@cache
def _perhaps() -> _Titles:
    names = _table("also_names")
    titles: list[tuple[str, _End]] = []
    for title in names.texts("glued"):
        titles.append((title, _End.FULL))
    for title in names.texts("without_dots"):
        titles.append((title, _End.WORD))
    for title in names.texts("words"):
        for spelt in _spaced(title):
            titles.append((spelt, _End.WORD_OR_DOT))
    return _Titles(titles)


@cache
def _gap() -> re.Pattern[str]:
    kinds = "|".join(
        map(
            re.escape,
            _table("beside").texts("kinds"),
        )
    )
    return re.compile(rf"(?:\s?\((?:{kinds})\.?\))?\s*")


@cache
def _degrees() -> re.Pattern[str]:
    degrees = "|".join(
        map(
            re.escape,
            _table("beside").texts("behind_names"),
        )
    )
    return re.compile(rf"(?<=\S)[\s,]+(?:{degrees})(?=[\s,)]|$)")


def _table(name: str) -> TomlTable:
    document = read_document(
        Path(__file__).parents[1] / "data" / "titles.toml",
        "titles.toml",
    )
    return TomlTable(
        document.values,
        (),
        (document,),
    ).table(name)


@cache
def full_titles() -> tuple[str, ...]:
    """Returns the titles that are written in full, before which a name stands without a blank."""
    return tuple(title for _kind, title in _titles_of("full"))


def _sure_titles() -> Iterator[tuple[str, _End]]:
    """Yields titles as they are typed, each with what may follow."""
    beside = _table("beside")
    for word in beside.texts("words"):
        yield word, _End.OTHER
    for word in beside.texts("whole_words"):
        yield f"{word} ", _End.OTHER
    yield from _in_full(beside.text("women"))
    yield from _abbreviations(beside.text("women"))
    for _kind, title in _titles_of("alone"):
        for spelt in _spaced(title):
            yield spelt, _End.WORD_OR_DOT


def _titles_of(section: str) -> Iterator[tuple[str, str]]:
    """Yields the titles of a table, each with its kind."""
    table = _table(section)
    for kind in table.values:
        for title in table.texts(kind):
            yield kind, title


def _in_full(women: str) -> Iterator[tuple[str, _End]]:
    for kind, title in _titles_of("full"):
        yield title, _End.FULL
        if kind in _RANKS:
            yield title + women, _End.FULL
            yield f"{title} {women}", _End.FULL


def _abbreviations(women: str) -> Iterator[tuple[str, _End]]:
    """Yields abbreviations with any of their dots, but not without all where that is a name."""
    names = _table("also_names").texts("without_dots")
    for kind, title in _titles_of("short"):
        ending = _End.DOT
        if len(title) == _SINGLE:
            ending = _End.SINGLE
        for spelt in _spaced(title):
            yield f"{spelt}.", ending
            if spelt not in names:
                yield spelt, _End.WORD
            if kind in _RANKS:
                yield f"{spelt}.{women}", _End.FULL
                yield f"{spelt}. {women}", _End.FULL


def _spaced(title: str) -> Iterator[str]:
    """Yields a title with every gap that may stand between its parts."""
    gaps: tuple[str, ...] = _GAPS
    bare = title.rstrip(".")
    if title.isascii():
        gaps = _LATIN_GAPS
        bare = bare.replace(" ", ".")
    first, *others = bare.split(".")
    for between in product(
        gaps,
        repeat=len(others),
    ):
        pairs = zip(between, others, strict=True)
        yield first + "".join(gap + part for gap, part in pairs)
