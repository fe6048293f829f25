"""Thai names in Latin letters: the official romanisation and the many spellings that people use
lead to the same search keys.

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
_SEMIVOWELS = "\u0e22\u0e27"
"""Finals that close their syllable even where the next one is linked."""


@dataclass(frozen=True, slots=True)
class Sound:
    """A word as it sounds: `letters` with its vowels, `consonants` without."""

    letters: str
    consonants: str

    def is_thai(self) -> bool:
        """Returns whether a Thai word may sound so: mere letters in a row do not."""
        if len(self.letters) < 2 or _UNHEARD_OF.search(self.letters):
            return False
        return 0 < len(self.consonants) < len(self.letters)


def _sound(letters: str) -> Sound:
    letters = _once(letters)
    consonants = _LIQUID.sub("N", _VOWELS.sub("", letters))
    return Sound(letters, _once(consonants))


def _once(letters: str) -> str:
    """Returns the letters with those that sound as one written once."""
    return _TWICE.sub("\\1", letters)


@cache
def _data() -> TomlTable:
    path = Path(__file__).parents[1] / "data" / "romanise.toml"
    document = read_document(path, "romanise.toml")
    return TomlTable(document.values, (), (document,))


def _pairs(table: TomlTable, key: str) -> list[tuple[str, str]]:
    pairs = []
    for item in table.items(key):
        texts = isinstance(item, list) and all(isinstance(part, str) for part in item)
        if not isinstance(item, list) or not texts or len(item) != 2:
            raise table.refusal(f"{item!r} must be a pair of texts", key)
        pairs.append((item[0], item[1]))
    return pairs


_Rules = list[tuple[re.Pattern[str], str]]
"""What is written, and how it is read."""


def _rules(section: str, key: str) -> _Rules:
    pairs = _pairs(_data().table(section), key)
    return [(re.compile(written), read) for written, read in pairs]


@cache
def _latin_rules() -> _Rules:
    return _rules("latin", "rules")


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
    """Returns the syllables with a vowel before their consonant, or the others."""
    chosen = [
        (pattern, vowel)
        for pattern, vowel in _pairs(_data().table("thai"), "syllables")
        if pattern.startswith("{") is not leading
    ]
    ways = [_way(number, pattern) for number, (pattern, _vowel) in enumerate(chosen)]
    return _Syllables(
        pattern=re.compile("|".join(ways)),
        vowels=tuple(vowel for _pattern, vowel in chosen),
        closed=tuple("{f" in pattern for pattern, _vowel in chosen),
    )


def _way(number: int, pattern: str) -> str:
    """Returns one kind of syllable as a part of the expression, its groups numbered."""
    table = _data().table("thai")
    initial = f"(?P<i{number}>"
    final = f"(?P<f{number}>[{table.text('finals')}])(?![{table.text('marks')}])"
    parts = {
        "{i}": f"{initial}{table.text('clusters')})",
        "{c}": f"{initial}[\u0e01-\u0e2e])",
        # A silent h before a sonorant.
        "{h}": f"\u0e2b{initial}[\u0e07\u0e19\u0e21\u0e22\u0e23\u0e25\u0e27])",
        "{f1}": final,
        "{f}": f"(?:{final})?",
    }
    for name, part in parts.items():
        pattern = pattern.replace(name, part)
    return f"(?P<s{number}>{pattern})"


def _syllable(word: str, at: int) -> tuple[_Syllables, re.Match[str]] | None:
    leading = word[at : at + 1] not in _letters("initials")
    kind = _syllables(leading)
    found = kind.pattern.match(word, at)
    return (kind, found) if found else None


@cache
def _others() -> _Rules:
    return _rules("thai", "others")


@cache
def _letters(name: str) -> dict[str, str]:
    table = _data().table(name)
    return {key: str(value) for key, value in table.values.items()}


def latin_sound(text: str) -> Sound:
    """Returns a word in Latin letters as it sounds to Thai ears."""
    text = text.casefold()
    for written, sound in _latin_rules():
        text = written.sub(sound, text)
    return _sound(_upper(text))


def _upper(text: str) -> str:
    return "".join(letter if letter in "aeiou" else letter.upper() for letter in text)


def thai_sounds(folded: str) -> list[Sound]:
    """Returns how a folded Thai word (domain.text.fold) may sound in Latin letters: up to five
    ways, [] without Thai letters.

    Syllables are closed by the consonant that follows, or linked to the next by an "a" that is
    not written."""
    word = folded.replace(_RU, "\u0e23\u0e34")
    linked = folded.replace(_RU, "\u0e23\u0e36")
    # The letter ru is read in two ways; so it takes part in both readings.
    ways = [_read(word, linked=False), _read(linked, linked=True)]
    for written, read in _others():
        # Each rule builds on those before it: a word may have several odd spellings.
        changed = written.sub(read, word, count=1)
        if changed != word:
            word = changed
            ways.append(_read(word, linked=False))
    sounds = dict.fromkeys(_sound(way) for way in ways[:MOST_WAYS] if way)
    return [sound for sound in sounds if sound.consonants]


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
        final = found[f"f{number}"] if kind.closed[number] else None
        if not final:
            continue
        if linked and at < len(word) and final not in _SEMIVOWELS:
            at -= 1  # it begins the next syllable
        else:
            heard.append(_closing(final))
    return "".join(heard)


def _bare(
    word: str,
    at: int,
    heard: list[str],
    linked: bool,
) -> int:
    """Reads consonants without a written vowel: the last two are one syllable with o, one before
    them has a.

    Says how many of them were read."""
    if word[at] not in _letters("initials"):
        return 1
    length = _run(word, at)
    last = at + length >= len(word)
    here = _initial(word[at])
    if length == 1 and last and heard:
        heard.append(_closing(word[at]))
        return 1
    if length > 1 and _makes_pair(length, last=last, linked=linked):
        heard.append(here + "o" + _closing(word[at + 1]))
        return 2
    heard.append(here + "a")
    return 1


def _run(word: str, at: int) -> int:
    """Returns how many consonants stand together of which none has a written vowel."""
    initials = _letters("initials")
    end = at
    while end < len(word) and word[end] in initials and not _begins_syllable(word, end):
        end += 1
    return end - at


def _makes_pair(length: int, *, last: bool, linked: bool) -> bool:
    """Returns whether the first two of so many consonants are one syllable."""
    if length == 2 and last:
        return True
    return not linked and (length % 2 == 0 or not last)


def _closing(consonant: str) -> str:
    """Returns how a consonant sounds at a syllable's end."""
    return _letters("closing").get(consonant, "")


def _begins_syllable(word: str, at: int) -> bool:
    return _syllable(word, at) is not None


def _initial(cluster: str) -> str:
    """Returns the sounds that begin a syllable; a leading h or silent o is not heard."""
    if len(cluster) == 2 and cluster[0] in "\u0e2b\u0e2d":
        cluster = cluster[1:]
    letters = _letters("initials")
    return "".join(letters.get(letter, "") for letter in cluster)
