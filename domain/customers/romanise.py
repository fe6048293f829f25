"""Thai names in Latin letters, both ways: royin's spelling and the many that people use meet in the
same keys.

No transcription for readers: vowels are coarse, and a sound that several letters write is one
capital letter."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from domain.data import TomlTable, read_document

_VOWELS = re.compile("[aeiou]+")
_TWICE = re.compile("([A-Z])\\1+|T(?=[DCS])|P(?=B)")
_LIQUID = re.compile("(?<=.)[RL]")
_UNHEARD_OF = re.compile("^(?!MK)[A-Z](?![RLWY])[A-Z]|[A-Z]{2}(?![RLWY])[A-Z]|[A-Z]{4}|[A-Z]{3}$")
"""Runs of consonants that no Thai word has (Mc is borrowed)."""
MOST_WAYS = 5
_RU = "\u0e24"


@dataclass(frozen=True, slots=True)
class Sound:
    """A word as it sounds: `letters` with its vowels, `consonants` without."""

    letters: str
    consonants: str

    def is_thai(self) -> bool:
        """Whether a Thai word may sound so: mere letters in a row do not."""
        return (
            len(self.letters) > 1
            and 0 < len(self.consonants) < len(self.letters)
            and not _UNHEARD_OF.search(self.letters)
        )


def _sound(letters: str) -> Sound:
    letters = _TWICE.sub("\\1", letters)
    return Sound(letters, _TWICE.sub("\\1", _LIQUID.sub("N", _VOWELS.sub("", letters))))


@cache
def _data() -> TomlTable:
    document = read_document(Path(__file__).parents[1] / "data" / "romanise.toml", "romanise.toml")
    return TomlTable(document.values, (), (document,))


def _pairs(table: TomlTable, key: str) -> list[tuple[str, str]]:
    pairs = []
    for item in table.items(key):
        if not (
            isinstance(item, list)
            and len(item) == 2
            and all(isinstance(part, str) for part in item)
        ):
            raise table.refusal(f"{item!r} must be a pair of texts", key)
        pairs.append((item[0], item[1]))
    return pairs


@cache
def _latin_rules() -> list[tuple[re.Pattern[str], str]]:
    return [
        (re.compile(written), sound) for written, sound in _pairs(_data().table("latin"), "rules")
    ]


@dataclass(frozen=True, slots=True)
class _Syllables:
    """Syllables that begin alike as one expression with groups s0 i0 f0, s1 …; their vowels; which
    have a final.
    """

    pattern: re.Pattern[str]
    vowels: tuple[str, ...]
    closed: tuple[bool, ...]


@cache
def _syllables(leading: bool) -> _Syllables:
    """Those with a vowel before their consonant, or the others."""
    table = _data().table("thai")
    marks, finals, cluster = table.text("marks"), table.text("finals"), table.text("clusters")
    chosen = [pair for pair in _pairs(table, "syllables") if pair[0].startswith("{") is not leading]
    ways = []
    for n, (pattern, _) in enumerate(chosen):
        final = f"(?P<f{n}>[{finals}])(?![{marks}])"
        single, silent = (
            f"(?P<i{n}>[\u0e01-\u0e2e])",
            f"\u0e2b(?P<i{n}>[\u0e07\u0e19\u0e21\u0e22\u0e23\u0e25\u0e27])",
        )
        parts = {
            "{i}": f"(?P<i{n}>{cluster})",
            "{c}": single,
            "{h}": silent,
            "{f1}": final,
            "{f}": f"(?:{final})?",
        }
        for name, regex in parts.items():
            pattern = pattern.replace(name, regex)
        ways.append(f"(?P<s{n}>{pattern})")
    closed = tuple("{f" in pattern for pattern, _ in chosen)
    return _Syllables(re.compile("|".join(ways)), tuple(vowel for _, vowel in chosen), closed)


def _syllable(word: str, at: int) -> tuple[_Syllables, re.Match[str]] | None:
    kind = _syllables(word[at : at + 1] not in _letters("initials"))
    found = kind.pattern.match(word, at)
    return (kind, found) if found else None


@cache
def _others() -> list[tuple[re.Pattern[str], str]]:
    return [
        (re.compile(written), read) for written, read in _pairs(_data().table("thai"), "others")
    ]


@cache
def _letters(name: str) -> dict[str, str]:
    table = _data().table(name)
    return {key: str(value) for key, value in table.values.items()}


def latin_sound(text: str) -> Sound:
    """A word in Latin letters as it sounds to Thai ears."""
    text = text.casefold()
    for written, sound in _latin_rules():
        text = written.sub(sound, text)
    return _sound(_upper(text))


def _upper(text: str) -> str:
    return "".join(letter if letter in "aeiou" else letter.upper() for letter in text)


def thai_sounds(folded: str) -> list[Sound]:
    """How a folded Thai word (domain.text.fold) may sound in Latin letters: up to five ways, []
    without Thai letters.

    Syllables are closed by the consonant that follows, or linked to the next by an "a" that is not
    written."""
    words = [folded.replace(_RU, "\u0e23\u0e34"), folded.replace(_RU, "\u0e23\u0e36")]
    ways = [_read(words[0], linked=False), _read(words[1], linked=True)]
    other = words[0]
    for written, read in _others():
        if (changed := written.sub(read, other, count=1)) != other:
            other = changed
            ways.append(_read(other, linked=False))
    return [
        sound
        for sound in dict.fromkeys(_sound(way) for way in ways[:MOST_WAYS] if way)
        if sound.consonants
    ]


def _read(word: str, *, linked: bool) -> str:
    heard: list[str] = []
    at = 0
    while at < len(word):
        syllable = _syllable(word, at)
        if syllable is None:
            at += _bare(word, at, heard, linked)
            continue
        kind, found = syllable
        number = int(str(found.lastgroup)[1:])
        heard.append(_initial(found[f"i{number}"]) + kind.vowels[number])
        at = found.end()
        if kind.closed[number] and (final := found[f"f{number}"]):
            if linked and at < len(word) and final not in "\u0e22\u0e27":
                at -= 1
            else:
                heard.append(_letters("closing").get(final, ""))
    return "".join(heard)


def _bare(word: str, at: int, heard: list[str], linked: bool) -> int:
    """Consonants without a written vowel: the last two are one syllable with o, one before them has
    a.
    """
    initials = _letters("initials")
    if word[at] not in initials:
        return 1
    run = at
    while run < len(word) and word[run] in initials and not _begins_syllable(word, run):
        run += 1
    here = _initial(word[at])
    length, ends = run - at, run >= len(word)
    if length == 1:
        heard.append(_letters("closing").get(word[at], "") if ends and heard else here + "a")
        return 1
    if (length == 2 and ends) or (not linked and (length % 2 == 0 or not ends)):
        heard.append(here + "o" + _letters("closing").get(word[at + 1], ""))
        return 2
    heard.append(here + "a")
    return 1


def _begins_syllable(word: str, at: int) -> bool:
    return _syllable(word, at) is not None


def _initial(cluster: str) -> str:
    """The sounds that begin a syllable; a leading h or silent o is not heard."""
    if len(cluster) == 2 and cluster[0] in "\u0e2b\u0e2d":
        cluster = cluster[1:]
    letters = _letters("initials")
    return "".join(letters.get(letter, "") for letter in cluster)
