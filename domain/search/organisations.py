"""What names of organisations are meant by what was typed: abbreviations, spoken names and the
other language (data/organisations.toml, which an office extends).
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import filterfalse, islice, product

from domain.customers.provinces import find_province
from domain.data import TomlTable, read_tables
from domain.patterns import BLANKS_BEFORE, one_of
from domain.text import FOLLOWING_VOWELS, MARKS, clean

TABLES = (
    "organisations",
    "organisation_parts",
    "organisation_words",
    "organisation_rules",
    "letter_names",
    "province_letters",
)
RULES = ("legal", "behind", "numbered", "spoken_without", "left_out")

LONGEST_TYPED = 200
"""Letters of what may be an organisation's name; what is longer is a text about something."""
MOST_READINGS = 6
MOST_OPTIONS = 4
"""Most names that one abbreviation is read as."""
LONGEST = 90
"""Letters of the longest name that is looked for."""
LEAST_SPOKEN = 4
"""Letters of what is left of a name without its beginning."""
LEAST_GLUED = 3
"""Letters of an abbreviation without dots that may be glued to what follows."""

_SILENT = re.compile(r"[\s.\u0e2f'\u2019(),-]+")
"""What may be left out of a name."""
_SIGN_OF_SHORTENING = "\u0e2f"
_ENDS_ITSELF = f".{_SIGN_OF_SHORTENING}"
_CONSONANTS = re.compile(r"[\u0e01-\u0e2e]+")
_GOES_ON = re.compile(f"[{MARKS}{FOLLOWING_VOWELS}]")
_SIGN = re.compile(rf"[\w{MARKS}]")
_GAP = re.compile(r"[\s.]*")
_NAME_BEGINS = re.compile(r"[^\W\d_]")
_LONE_LETTER = re.compile(r"(?<!\S)[\u0e01-\u0e2e]\.?(?!\S)")
_DIGITS_BEHIND = re.compile(rf"(?<=[^\W\d_])(?=\d)|(?<=[{MARKS}])(?=\d)")


@dataclass(frozen=True, slots=True)
class _Piece:
    """A part of what was typed, and what it may stand for, likeliest first."""

    options: tuple[str, ...]
    known: bool = True
    short: bool = False
    """Whether it was typed as an abbreviation."""
    begins: bool = False
    """Whether it begins a name that goes on behind it; an option that ends in a blank stands
    apart.
    """


@dataclass(frozen=True, slots=True)
class _Part:
    """What many names begin with."""

    full: str
    shorts: tuple[str, ...]
    legal: bool


class Organisations:
    """The names of organisations that an office knows."""

    def __init__(self, root: TomlTable) -> None:
        rules = root.table("organisation_rules")
        rules.check_keys(RULES)
        legal = rules.texts("legal")
        endings = one_of(rules.texts("behind"))
        self._legal_behind = re.compile(
            rf"(?<!\w){endings}(?!\w)",
            re.IGNORECASE,
        )
        self._words = _Names(_rows(root.table("organisation_words")))
        self._parts: dict[str, list[_Part]] = {}
        for full, shorts in _rows(root.table("organisation_parts")):
            part = _Part(
                full,
                shorts,
                full in legal,
            )
            for key in {_key(name) for name in (full, *shorts)}:
                self._parts.setdefault(
                    key,
                    [],
                ).append(part)
        spoken = _Spoken(
            rules.texts("spoken_without"),
            rules.texts("left_out"),
        )
        self._names = _Names(spoken.with_spoken(_rows(root.table("organisations"))))
        self._provinces = _texts(root.table("province_letters"))
        self._letters = _texts(root.table("letter_names"))
        numbered = one_of(rules.texts("numbered"))
        self._numbered = re.compile(rf"{BLANKS_BEFORE}({numbered})\s*+(?=\d)")
        self._spelt_aloud = re.compile(f"{one_of(self._letters)}{{2,}}")
        self._one_letter = re.compile(one_of(self._letters))

    def readings(self, text: str) -> list[str]:
        """Returns what the text may mean, the text itself among it, likeliest first."""
        text = clean(text)
        if len(text) > LONGEST_TYPED:
            return [text]
        bare = self._legal_behind.sub(
            " ",
            text,
        )
        bare = self._numbered.sub(
            r" \1 ",
            bare,
        ).strip()
        read: list[str] = []
        short = False
        for names_first in (True, False):
            pieces = self._pieces(
                bare,
                names_first=names_first,
            )
            if any(piece.known for piece in pieces):
                read += islice(
                    _joined(pieces),
                    MOST_READINGS,
                )
                short = short or any(piece.short for piece in pieces)
        # An abbreviation means what it stands for; of other words nobody knows.
        at = 0
        if short:
            at = MOST_OPTIONS
        # One letter begins too many words to stand for one.
        read = [*filterfalse(_LONE_LETTER.search, read)]
        read.insert(at, text)
        return list(dict.fromkeys(read))[:MOST_READINGS]

    def _pieces(
        self,
        text: str,
        *,
        names_first: bool,
    ) -> list[_Piece]:
        pieces: list[_Piece] = []
        at = 0
        while at < len(text):
            gap = _GAP.match(
                text,
                at,
            )
            at = gap.end() if gap else at
            if at == len(text):
                break
            behind = bool(pieces) and pieces[-1].begins
            end, piece = self._longest(
                text,
                at,
                behind=behind,
                names_first=names_first,
            )
            pieces.append(piece)
            at = end
        return pieces

    def _longest(
        self, text: str, at: int, *, behind: bool, names_first: bool
    ) -> tuple[int, _Piece]:
        """Returns where the longest thing ends that is known at this place, and what it is."""
        for end in range(
            min(len(text), at + LONGEST),
            at,
            -1,
        ):
            if text[end - 1].isspace():
                continue
            key = _key(text[at:end])
            piece = self._known(
                key,
                text,
                at,
                end,
                behind=behind,
                names_first=names_first,
            )
            if piece is None:
                continue
            if behind and not piece.begins:
                typed = text[at:end].strip(_ENDS_ITSELF)
                first, *others = piece.options
                piece = replace(
                    piece,
                    options=(first, typed, *others),
                )
            return end, piece
        end = _end_of_word(text, at)
        return end, self._word(
            text[at:end],
            behind=behind,
        )

    def _known(
        self, key: str, text: str, at: int, end: int, *, behind: bool, names_first: bool
    ) -> _Piece | None:
        if (
            behind
            and key in self._provinces
            and _stands_apart(
                text,
                end,
            )
        ):
            return _Piece((self._provinces[key],))
        if text[at].isascii() and _stands_apart(
            text,
            end,
        ):
            province = find_province(text[at:end])
            if province:
                return _Piece((province,))
        kinds = [self._name, self._part]
        if not names_first:
            kinds.reverse()
        for kind in (*kinds, self._other_word):
            piece = kind(
                key,
                text,
                at,
                end,
            )
            if piece is not None:
                return piece
        return None

    def _name(
        self,
        key: str,
        text: str,
        at: int,
        end: int,
    ) -> _Piece | None:
        if key not in self._names or not _stands_apart(
            text,
            end,
        ):
            return None
        options = self._names.of(key)
        if self._names.is_official(key):
            options = (text[at:end], *options)
        return _Piece(
            options,
            short=_is_short(text[at:end]),
        )

    def _part(
        self,
        key: str,
        text: str,
        at: int,
        end: int,
    ) -> _Piece | None:
        parts = self._parts.get(key)
        if not parts:
            return None
        if text[at].isascii():
            # In English it may as well stand behind the name.
            return _Piece(tuple(part.full for part in parts))
        if not self._goes_on(
            key,
            parts,
            text,
            end,
        ):
            return None
        options = dict.fromkeys(
            _options_of_parts(
                key,
                parts,
            )
        )
        return _Piece(
            tuple(options),
            short=_is_short(text[at:end]),
            begins=True,
        )

    def _goes_on(
        self,
        key: str,
        parts: Sequence[_Part],
        text: str,
        end: int,
    ) -> bool:
        """Returns whether a name goes on behind a part of it."""
        gap = _GAP.match(
            text,
            end,
        )
        begins = gap.end() if gap else end
        if not _NAME_BEGINS.match(text, begins) or _GOES_ON.match(
            text,
            begins,
        ):
            return False
        if begins > end or text[end - 1] in _ENDS_ITSELF:
            return True
        if any(key == _key(part.full) for part in parts):
            return True
        if _CONSONANTS.fullmatch(key):
            return len(key) >= LEAST_GLUED
        # A spoken word may as well be the beginning of somebody's name.
        return self._is_known(
            text[
                begins : _end_of_word(
                    text,
                    begins,
                )
            ]
        )

    def _is_known(self, word: str) -> bool:
        key = _key(word)
        return key in self._names or bool(find_province(word))

    def _other_word(
        self,
        key: str,
        text: str,
        at: int,
        end: int,
    ) -> _Piece | None:
        if key not in self._words:
            return None
        rest = text[
            end : _end_of_word(
                text,
                end,
            )
        ]
        if rest and not self._is_known(rest):
            return None
        full = self._words.official(key)
        if not full:
            return None
        return _Piece((*full, text[at:end]))

    def _word(
        self,
        word: str,
        *,
        behind: bool,
    ) -> _Piece:
        """Returns a word that is not known as such: letters spelt aloud, or a place."""
        if self._spelt_aloud.fullmatch(word):
            letters = "".join(self._letters[name] for name in self._one_letter.findall(word))
            return _Piece((*self._names.of(_key(letters)), letters))
        bare = word.rstrip(_SIGN_OF_SHORTENING)
        province = find_province(word)
        if province and province != word:
            return _Piece(
                (province, bare),
                known=behind,
            )
        return _Piece(
            (bare,),
            known=bare != word,
        )


@dataclass(frozen=True, slots=True)
class _Spoken:
    """What is left out of official names by who speaks."""

    beginnings: Sequence[str]
    """Parts that names begin with."""
    left_out: Sequence[str]
    """Words behind them."""

    def with_spoken(
        self, rows: Iterable[tuple[str, tuple[str, ...]]]
    ) -> Iterator[tuple[str, tuple[str, ...]]]:
        for full, others in rows:
            yield full, (*others, *self._spoken(full))

    def _spoken(self, full: str) -> Iterator[str]:
        for beginning in self.beginnings:
            rest = full.removeprefix(beginning).strip()
            if rest in ("", full):
                continue
            for word in self.left_out:
                if rest.startswith(word):
                    rest = rest.removeprefix(word)
                    yield beginning + rest
            is_word = len(rest) >= LEAST_SPOKEN and not _GOES_ON.match(rest)
            if is_word and not find_province(rest):
                yield rest


class _Names:
    """All names of the same thing, by each of them."""

    def __init__(self, rows: Iterable[tuple[str, Sequence[str]]]) -> None:
        self._full: dict[str, list[str]] = {}
        self._others: dict[str, list[str]] = {}
        for full, others in rows:
            # What is merely spoken is no name that a record would have.
            written = [name for name in others if name.isascii() or _is_short(name)]
            for name in (full, *others):
                key = _key(name)
                self._full.setdefault(
                    key,
                    [],
                ).append(full)
                self._others.setdefault(
                    key,
                    [],
                ).extend(written)

    def __contains__(self, key: str) -> bool:
        return key in self._full

    def is_official(self, key: str) -> bool:
        """Returns whether something is called so officially."""
        return any(
            _key(name) == key
            for name in self._full.get(
                key,
                (),
            )
        )

    def official(self, key: str) -> tuple[str, ...]:
        """Returns the official names, but not the one by which they were found."""
        return tuple(
            name
            for name in self._full.get(
                key,
                (),
            )
            if _key(name) != key
        )

    def of(self, key: str) -> tuple[str, ...]:
        """Returns the official names, then the others; not the one by which they were found."""
        names = [
            *self._full.get(key, ())[:MOST_OPTIONS],
            *self._others.get(
                key,
                (),
            ),
        ]
        different = dict.fromkeys(name for name in names if _key(name) != key)
        return tuple(different)[: MOST_OPTIONS + 1]


def _options_of_parts(key: str, parts: Sequence[_Part]) -> list[str]:
    """Returns parts as they may be written; those that end in a blank stand apart from the rest."""
    likely: list[str] = []
    apart: list[str] = []
    for part in parts:
        spaced = f"{part.full} "
        if part.legal:
            likely.append(spaced)
            apart.append("")
            continue
        likely.append(part.full)
        apart.append(spaced)
        if part.shorts and key == _key(part.full):
            apart.append(f"{part.shorts[0]} ")
    return likely + apart


def _joined(pieces: Sequence[_Piece]) -> Iterator[str]:
    """Yields what the pieces mean together, the likeliest first."""
    choices = product(*(range(len(piece.options)) for piece in pieces))
    for choice in sorted(
        choices,
        key=sum,
    ):
        options = [
            piece.options[n]
            for piece, n in zip(
                pieces,
                choice,
                strict=True,
            )
        ]
        text = " ".join(
            _put_together(
                pieces,
                options,
            ).split()
        )
        yield _DIGITS_BEHIND.sub(
            " ",
            text,
        )


def _put_together(pieces: Sequence[_Piece], options: Sequence[str]) -> str:
    text = ""
    for n, option in enumerate(options):
        if pieces[n].begins and not _is_part_of(
            option,
            options[n + 1],
        ):
            continue
        text += option
        if not pieces[n].begins:
            text += " "
    return text


def _is_part_of(part: str, behind: str) -> bool:
    """Returns whether it is a part of a name that goes on so; else that is a name itself."""
    return not behind.isascii() and not behind.startswith(part.strip() or " ")


def _rows(table: TomlTable) -> Iterator[tuple[str, tuple[str, ...]]]:
    for full in table.values:
        yield full, table.texts(full)


def _texts(table: TomlTable) -> dict[str, str]:
    return {_key(name): table.text(name) for name in table.values}


def _key(name: str) -> str:
    """Returns a name by its letters alone."""
    return _SILENT.sub(
        "",
        name.casefold(),
    )


def _is_short(typed: str) -> bool:
    """Returns whether it is an abbreviation by its dots, or by having no vowel."""
    return typed.rstrip(".") != typed or _CONSONANTS.fullmatch(_key(typed)) is not None


def _stands_apart(text: str, end: int) -> bool:
    """Returns whether what ends here is a word of its own."""
    return text[end - 1] in _ENDS_ITSELF or not _SIGN.match(
        text,
        end,
    )


def _end_of_word(text: str, at: int) -> int:
    while at < len(text) and not text[at].isspace():
        at += 1
    return at


@cache
def standard_organisations() -> Organisations:
    """Returns those that every office knows."""
    return Organisations(read_tables())
