"""What was typed made storable, searchable and short enough: the pure text rules."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from functools import cache, lru_cache
from pathlib import Path

import regex  # type: ignore[import-untyped]

from domain.data import TomlTable, read_document
from domain.text import titles
from domain.text.titles import strip_titles, without_titles

# Thai code points by what they do; those of titles are those of all texts.
MARKS = titles.MARKS
FOLLOWING_VOWELS = titles.FOLLOWING_VOWELS
# \u0e33 is sara am, \u0e4d nikhahit, \u0e4c thanthakhat (karan).
ELLIPSIS = "…"
"""Says that a text goes on."""

# What the eye does not see, by Unicode's own lists (17.0 in `regex`), not by the signs met so far.
_ORDINARY = re.compile("[\n -~\u0e01-\u0e3a\u0e3f-\u0e5b]*")
_EMOJI = r"\p{ExtPict}[\ufe0e\ufe0f]?\p{EMod}?"
_FLAG = "\U0001f3f4[\U000e0030-\U000e0039\U000e0061-\U000e007a]{3,6}\U000e007f"
_KEYCAP = r"[0-9#*]\ufe0f?\u20e3"
_LINE_ENDS = regex.compile(r"\R|[\x1c-\x1e]")
_BLANKS = regex.compile(
    r"[^\S\n]|\x1f|[\p{DI}&&\p{L}]|[\u2800\U0001d159\U00013441\U00013442]", regex.V1
)
_UNSEEN = regex.compile(
    rf"({_FLAG}|{_KEYCAP}|{_EMOJI}(?:\u200d{_EMOJI})*)"
    r"|[[\p{Cc}--\n]\p{Cf}\p{Cs}\p{Co}\p{DI}\p{Noncharacter_Code_Point}\ufffc]+",
    regex.V1,
)
LAST_COMPATIBLE = 0x20000
"""Signs with an ordinary twin all lie below; the planes above hold ideographs and private signs."""
_PLAIN = frozenset({"<wide>", "<narrow>", "<small>", "<font>", "<noBreak>"})
"""Unicode's names for the same sign in another width or fashion."""

# Thai that was taken apart; sara am stands as nikhahit and sara aa while this is done.
_CONTINUES = regex.compile(r"[\u0e01-\u0e5b\s]|$")
_TONES = "\u0e48-\u0e4b"
_TONE_MARKS = "\u0e48\u0e49\u0e4a\u0e4b"
_SPACED_OUT = r"(?<!(?<!\S)\S )"  # after a letter that stands alone, as in a heading
_PULLED_APART = regex.compile(f" [\u0e32{MARKS}]")
_PARTED_AM = regex.compile(f"(?<=\u0e4d[{_TONES}]*) [{_TONES} ]*\u0e32")
_LOST_AM = regex.compile(
    f"(?<={_SPACED_OUT}(?<![\u0e40-\u0e44])[\u0e01-\u0e2e])"
    f"[{_TONES}]* [{_TONES} ]*\u0e32(?! \\S(?!\\S))"
)
_LOOSE_MARK = regex.compile(f"(?<=[\u0e01-\u0e2e{MARKS}])( +)([{MARKS}]+)")
_LATE_TONE = regex.compile(f"(?<=[\u0e01-\u0e2e\u0e4d])([\u0e30\u0e32])([{_TONES}]+)")
_MARK_RUN = regex.compile(f"[{MARKS}]{{2,}}")
_AM_PARTS = regex.compile("\u0e4d([\u0e47-\u0e4c\u0e4e]*)\u0e32")

_UNHEARD = regex.compile(r"[\u0e47-\u0e4b\u0e4e\u0e3a]|\p{Cf}")
_KARAN_MARK = "\u0e4c"
_KARAN = regex.compile("[\u0e01-\u0e2e]?[\u0e34\u0e38]?\u0e4c")
_RO_RO = "\u0e23\u0e23"
_RO_HAN = regex.compile(f"\u0e23\u0e23(?![{MARKS}{FOLLOWING_VOWELS}])")
_BETWEEN_WORDS = regex.compile(r"[^\p{L}\p{N}\p{M}]\p{M}*")

_THAI_DIGITS = str.maketrans({0x0E50 + value: str(value) for value in range(10)})
_THAI_DIGIT = re.compile("[\u0e50-\u0e59]")
LONGEST_KNOWN = 1000
"""Characters of a text that is remembered as cleaned."""
_KNOWN_RUNS = 256
"""Runs of marks whose order is remembered: words share a few dozen."""
_KNOWN_NAMES = 2048
"""Names whose keys are remembered: each is asked for three times when it is saved, and
organisations stand in many records.
"""


@cache
def words(section: str) -> TomlTable:
    """Returns one table of data/words.toml; raises DataError where it is missing or the file cannot
    be read.
    """
    root = _data("words.toml")
    if section not in root.values:
        raise root.refusal("missing", section)
    return root.table(section)


@cache
def _data(name: str) -> TomlTable:
    document = read_document(Path(__file__).parents[1] / "data" / name, name)
    return TomlTable(document.values, (), (document,))


def clean(text: str) -> str:
    """Returns `text` as it is stored and searched: what a platform, a font or copying did to it is
    undone.

    NFC; line ends are newlines and all other blanks a blank; nothing invisible is left but what
    holds an emoji together; full-width and ornamental letters are ordinary ones; Thai marks
    stand in their one right order, with sara am whole. No letter and no digit is lost, and
    cleaning twice changes nothing."""
    # Codes, numbers and addresses: nothing of them can be in the wrong order.
    if text.isascii() and text.isprintable():
        return text.strip()
    if len(text) > LONGEST_KNOWN:
        return _cleaned(text)
    return _known(text)


def _cleaned(text: str) -> str:
    # Most Thai is typed as it is stored; the long way is for what was copied.
    if not _ORDINARY.fullmatch(text):
        text = text.translate(_plain_signs())
        text = unicodedata.normalize("NFC", text)
        text = _LINE_ENDS.sub("\n", text)
        text = _BLANKS.sub(" ", text)
        text = _UNSEEN.sub(r"\1", text)
        text = unicodedata.normalize("NFC", text)
    text = _whole_thai(text)
    return unicodedata.normalize("NFC", text).strip()


_known = lru_cache(maxsize=64)(_cleaned)
"""One event cleans its text several times, and each reader its own."""


class _PlainSigns(dict[int, str]):
    """The ordinary sign for each that is met: for wide, narrow and ornamental ones, ligatures, and
    private signs another one. To work out all of them takes a tenth of a second.
    """

    def __missing__(self, code: int) -> str:
        sign = chr(code)
        if code >= LAST_COMPATIBLE:
            return sign
        self[code] = _ordinary(sign)
        return self[code]


def _ordinary(sign: str) -> str:
    decomposed = unicodedata.decomposition(sign)
    how, *parts = decomposed.split() or [""]
    signs = [chr(int(part, 16)) for part in parts]
    plain = "".join(signs)
    ligature = how == "<compat>" and _are_letters(plain) and sign.isalpha()
    return plain if how in _PLAIN or ligature else sign


@cache
def _plain_signs() -> _PlainSigns:
    private = _data("signs.toml")
    tables = map(private.table, private.values)
    return _PlainSigns(
        (int(code, 16), table.text(code)) for table in tables for code in table.values
    )


def _are_letters(text: str) -> bool:
    """Returns whether the text is Latin letters without marks."""
    return text.isascii() and text.isalpha()


def _whole_thai(text: str) -> str:
    """Returns Thai as it is typed: no mark and no half of a vowel stands by itself, none twice, all
    in order.
    """
    text = text.replace("\u0e40\u0e40", "\u0e41").replace("\u0e33", "\u0e4d\u0e32")
    if _PULLED_APART.search(text):
        text = _PARTED_AM.sub(_closed_up, text)
        text = _LOST_AM.sub(lambda found: f"\u0e4d{_closed_up(found)}", text)
        text = _LOOSE_MARK.sub(_joined, text)
    text = _MARK_RUN.sub(_tidied, text)  # first, so that what follows meets no long run of marks
    text = _LATE_TONE.sub("\\2\\1", text)
    text = _MARK_RUN.sub(_tidied, text)
    return str(_AM_PARTS.sub("\\1\u0e33", text))


def _closed_up(parts: "regex.Match[str]") -> str:
    return str(parts[0]).replace(" ", "")


def _joined(loose: "regex.Match[str]") -> str:
    """Returns marks without the blank before them; it goes behind them where the next sign
    continues no Thai word.
    """
    marks = str(loose[2])
    goes_on = _CONTINUES.match(loose.string, loose.end())
    return marks if goes_on else f"{marks} "


def _tidied(run: "regex.Match[str]") -> str:
    """Returns a run of marks, each once and in order."""
    return _in_order(run[0])


@lru_cache(maxsize=_KNOWN_RUNS)
def _in_order(marks: str) -> str:
    return "".join(sorted(set(marks), key=lambda mark: (_rank(mark), mark)))


def _rank(mark: str) -> int:
    """Orders marks: vowels, then nikhahit, then tones, then the others; canonical combining classes
    stay in order.
    """
    ranks = {"\u0e3a": 0, "\u0e38": 1, "\u0e39": 1, "\u0e4d": 3}
    if mark in ranks:
        return ranks[mark]
    if mark < "\u0e47":
        return 2
    return 4 if mark in _TONE_MARKS else 5


def digits(text: str) -> str:
    """Returns `text` with Thai digits as Arabic ones; as long as before."""
    # Most texts have none: to look is ten times as fast as to translate.
    return text.translate(_THAI_DIGITS) if _THAI_DIGIT.search(text) else text


def fold(text: str) -> str:
    """Returns the search key of a name: alike for spellings that sound alike (method and recall
    measured beforehand).

    Titles, tone marks, maitaikhu and karan with its consonant are dropped, homophone consonants
    and vowel lengths merged, punctuation becomes a blank. Words stay apart by one blank each. ""
    if nothing is left."""
    return _as_heard(strip_titles(digits(clean(text))))


def spellings(text: str) -> list[str]:
    """Returns the search keys of a name, one or more: as it sounds, as if karan marks were no more
    than forgotten, and without a title that may be the name's own beginning.
    """
    return list(_spellings(text))


@lru_cache(maxsize=_KNOWN_NAMES)
def _spellings(text: str) -> tuple[str, ...]:
    keys: list[str] = []
    cleaned = digits(clean(text))
    for name in without_titles(cleaned):
        keys.append(_as_heard(name))
        if _KARAN_MARK in name:
            without_mark = name.replace(_KARAN_MARK, "")
            keys.append(_as_heard(without_mark))
    different = dict.fromkeys(keys)
    different.pop("", None)
    return tuple(different)


def _as_heard(name: str) -> str:
    """Returns a name without titles as it sounds."""
    text = _UNHEARD.sub("", name.casefold())
    if _KARAN_MARK in text:
        text = _KARAN.sub("", text)
    if _RO_RO in text:
        text = _RO_HAN.sub("\u0e31", text)
    text = text.translate(_merges())
    heard = _BETWEEN_WORDS.sub(" ", text).split()
    return " ".join(heard)


def letters(text: str) -> list[str]:
    """Returns the words of a text as they are spelt, in small letters without titles and tone
    marks.
    """
    return _spelt_words(strip_titles(digits(clean(text))))


def letter_readings(text: str) -> list[list[str]]:
    """Returns the same, with and without a title that may be the name's own beginning."""
    return [_spelt_words(name) for name in without_titles(digits(clean(text)))]


def _spelt_words(name: str) -> list[str]:
    heard = _UNHEARD.sub("", name.casefold())
    apart = str(_BETWEEN_WORDS.sub(" ", heard))
    return apart.split()


@cache
def _merges() -> dict[int, str]:
    table = words("fold")
    return {ord(heard): table.text(heard) for heard in table.values}


_GRAPHEME = regex.compile(r"\X")


def graphemes(text: str) -> list[str]:
    """Returns what a reader calls characters: a consonant with its marks, a whole emoji."""
    found: list[str] = _GRAPHEME.findall(text)
    return found


def _each_grapheme(text: str) -> Iterator[str]:
    """Yields the same one by one, where only the first of a long text are wanted."""
    for found in _GRAPHEME.finditer(text):
        yield found[0]


def utf16_length(text: str) -> int:
    """Returns the length in UTF-16 units, in which Telegram and LINE count."""
    if text.isascii():
        return len(text)
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def shorten(text: str, limit: int, *, units: Callable[[str], int] = utf16_length) -> str:
    """Shortens `text` to `limit` units: it stays whole if it fits, else it is cut at a grapheme
    border, with an ellipsis inside.
    """
    if units(text) <= limit:
        return text
    room = limit - units(ELLIPSIS)
    if room < 0:
        return ""
    if units is utf16_length and utf16_length(text) == len(text):
        units = len  # no letter takes two
    return text[: _fitting(_each_grapheme(text), room, units)].rstrip() + ELLIPSIS


def split_text(text: str, limit: int) -> list[str]:
    """Splits `text` into pieces of at most `limit` (2 or more) UTF-16 units; [] for "".

    Cut at the last newline that fits, else the last blank, else a grapheme border. Only the one
    newline or blank that is cut at is lost."""
    if limit < 2:
        raise ValueError("limit must be 2 or more")
    pieces: list[str] = []
    while utf16_length(text) > limit:
        piece, text = _first_piece(text, limit)
        pieces.append(piece)
    if text:
        pieces.append(text)
    return pieces


def _first_piece(text: str, limit: int) -> tuple[str, str]:
    """Returns the longest first piece of a longer text, and what is left of it."""
    fitting = _fitting(_each_grapheme(text), limit) or _fitting(text, limit)
    for blank in ("\n", " "):
        cut = text.rfind(blank, 1, fitting + 1)
        if cut > 0:
            return text[:cut], text[cut + 1 :]
    return text[:fitting], text[fitting:]


def _fitting(parts: Iterable[str], limit: int, units: Callable[[str], int] = utf16_length) -> int:
    """Returns how many characters the leading parts have that together stay within `limit`
    units.
    """
    used = 0
    end = 0
    for part in parts:
        used += units(part)
        if used > limit:
            break
        end += len(part)
    return end
