"""Thai names in Latin letters: the official romanisation and the many spellings that people use
lead to the same search keys.

No transcription for readers: a Thai word becomes one letter or sign for each of its sounds, which
domain.customers.spelt weighs against a spelling."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from domain.data import TomlTable, read_document

_VOWELS = re.compile("[aeiou]+")
_TWICE = re.compile("([A-Z])\\1+|T(?=[DCS])|P(?=B)")
_NO_LETTER = re.compile("[^a-z]")
_UNHEARD_OF = re.compile(
    "^(?!MK|S[KMNPT])[A-Z](?![RLWY])[A-Z]|[A-Z]{2}(?![RLWY])[A-Z]|[A-Z]{4}|[A-Z]{3}$"
)
"""Runs of consonants that no Thai word has (Mc is borrowed, and S may lack its vowel)."""
MOST_WAYS = 6
_THAI_CONSONANTS = "[\u0e01-\u0e2e]"
_NOT_THAI = re.compile("[^\u0e01-\u0e4e]")
_OPEN_VOWELS = "0I5m'"
"""Behind these a consonant begins the next syllable."""
_UNWRITTEN = "."
"""The vowel of a consonant that has none written."""
_LINKED = ","
"""Behind a consonant that closes its syllable, or begins the next with a vowel unwritten."""
_ANY_VOWEL = "v"
_NO_KIND = "Y"
"""The consonants of a word that has none which is looked at."""
MOST_SPELT = 40
"""Letters of the longest name."""
_BETWEEN = ";"
"""The same before another consonant without a vowel."""
_SEMIVOWELS = "YW"
_ROUNDING = "iUu.;"
"""Behind these a semivowel begins the next syllable."""


@dataclass(frozen=True, slots=True)
class Sound:
    """A word as it sounds: `letters` with its vowels, `consonants` without those that are written
    in many ways; of a word in Latin letters also how it is `spelt`.
    """

    letters: str
    consonants: str
    spelt: str = field(default="", compare=False)

    @property
    def outline(self) -> bytes:
        """The outline (`outlines`) of a word in Latin letters."""
        return f"{self.letters}{self.letters.translate(_kinds())}".encode("ascii")

    def is_thai(self) -> bool:
        """Returns whether a Thai word may sound so: mere letters in a row do not."""
        if not 2 <= len(self.letters) <= MOST_SPELT or _UNHEARD_OF.search(self.letters):
            return False
        return 0 < len(_VOWELS.sub("", self.letters)) < len(self.letters)


@cache
def data() -> TomlTable:
    """Returns romanise.toml."""
    path = Path(__file__).parents[1] / "data" / "romanise.toml"
    document = read_document(path, "romanise.toml")
    return TomlTable(document.values, (), (document,))


def _pairs(table: TomlTable, key: str) -> list[tuple[str, str]]:
    pairs = []
    for item in table.items(key):
        match item:
            case [str() as written, str() as read]:
                pairs.append((written, read))
            case _:
                raise table.refusal(f"{item!r} must be a pair of texts", key)
    return pairs


_Rules = list[tuple[re.Pattern[str], str]]
"""What is written, and how it is read."""


def _rules(section: str, key: str) -> _Rules:
    pairs = _pairs(data().table(section), key)
    return [(re.compile(written), read) for written, read in pairs]


@cache
def _latin_rules() -> _Rules:
    return _rules("latin", "rules")


@cache
def _always() -> _Rules:
    return _rules("thai", "always")


@cache
def _others() -> _Rules:
    return _rules("thai", "others")


@cache
def _translation(section: str) -> dict[int, str]:
    """Returns what each letter of the section's keys becomes; "-" is nothing."""
    table = data().table(section)
    sounds = {key: table.text(key).strip("-") for key in table.values}
    return {ord(letter): sound for key, sound in sounds.items() for letter in key}


@cache
def _letters(section: str) -> dict[str, str]:
    return {chr(letter): sound for letter, sound in _translation(section).items()}


def latin_sound(text: str) -> Sound:
    """Returns a word in Latin letters as it sounds to Thai ears."""
    text = text.casefold()
    spelt = _NO_LETTER.sub("", text)
    for written, sound in _latin_rules():
        text = written.sub(sound, text)
    heard = "".join(_heard(letter) for letter in text)
    letters = _once(heard)
    return Sound(letters, _consonants(letters), spelt)


def _heard(letter: str) -> str:
    """Returns a vowel as it is, and a consonant as a capital."""
    if letter in "aeiou":
        return letter
    return letter.upper()


def outlines(sounds: Sequence[str]) -> list[bytes]:
    """Returns Thai sounds (`Sound.letters`) and Latin ones in the same rough letters, and behind
    them once more only the kinds of consonants with where vowels may stand: the more alike two
    outlines are, the likelier the sounds."""
    # All in one go, and as bytes: of thousands each on its own would take most of a search's time.
    letters = "\n".join(sounds).encode("ascii")
    rough = letters.translate(*_in_bytes(_rough_letters()))
    kinds = letters.translate(*_in_bytes(_rough_kinds()))
    pairs = zip(
        rough.split(b"\n"),
        kinds.split(b"\n"),
        strict=True,
    )
    return [one + other for one, other in pairs]


def _in_bytes(translation: Mapping[int, str]) -> tuple[bytes, bytes]:
    """Returns what `bytes.translate` takes: what each letter becomes, and which are dropped."""
    kept = {letter: sound for letter, sound in translation.items() if sound}
    dropped = bytes(letter for letter, sound in translation.items() if not sound)
    return bytes.maketrans(bytes(kept), "".join(kept.values()).encode("ascii")), dropped


@cache
def _rough_letters() -> dict[int, str]:
    return _translation("rough") | {ord(_LINKED): "", ord(_BETWEEN): ""}


@cache
def _rough_kinds() -> dict[int, str]:
    """Returns the kind of each sound's consonant, or that it is a vowel."""
    kinds = {letter: sound.translate(_kinds()) for letter, sound in _translation("rough").items()}
    return kinds | {ord(_LINKED): _ANY_VOWEL, ord(_BETWEEN): _ANY_VOWEL}


@cache
def _kinds() -> dict[int, str]:
    kinds = {ord(letter): kind.lower() for letter, kind in _letters("alike").items()}
    return kinds | {ord(vowel): _ANY_VOWEL for vowel in "aeiou"}


def _once(letters: str) -> str:
    """Returns the letters with those that sound as one written once."""
    return _TWICE.sub("\\1", letters)


def _rough(letters: str) -> str:
    """Returns a Thai word's sounds without what people write alike, as `latin_sound` has them."""
    return letters.translate(_rough_letters())


def _consonants(letters: str) -> str:
    """Returns the kinds of consonants of rough letters, each once where it stands twice."""
    kinds = _letters("alike")
    found: list[str] = []
    for letter in letters:
        kind = kinds.get(letter)
        if kind and found[-1:] != [kind]:
            found.append(kind)
    return "".join(found) or _NO_KIND


def thai_sounds(folded: str) -> list[Sound]:
    """Returns how a folded Thai word (domain.text.fold) may sound: few ways, the likeliest first,
    [] without Thai letters.
    """
    word = _NOT_THAI.sub("", folded)
    for written, read in _always():
        word = written.sub(read, word)
    ways = [word]
    for written, read in _others():
        for way in ways[:2]:
            ways.append(written.sub(read, way))
            ways.append(written.sub(read, way, count=1))
    different = list(dict.fromkeys(ways))
    heard = dict.fromkeys(_read(way) for way in different[:MOST_WAYS])
    return [Sound(letters, _consonants(_rough(letters))) for letters in heard if letters]


@cache
def _clusters() -> frozenset[str]:
    """Returns two consonants that begin a syllable together."""
    pairs = _pairs(data().table("thai"), "clusters")
    return frozenset(one + other for ones, others in pairs for one in ones for other in others)


@cache
def _several() -> tuple[re.Pattern[str], tuple[str, ...]]:
    """Returns vowels of several letters as one expression, each with one group; and their signs."""
    table = data().table("thai")
    one = _THAI_CONSONANTS
    clusters = "|".join(sorted(_clusters()))
    parts = {
        "{b}": f"({one}{table.text('linked')}|{clusters}|{one})",
        "{i}": f"({clusters}|{one})",
        "{l}": f"((?:{clusters})(?={one}(?!{{v}}))|{one})",
        "{v}": f"[{table.text('vowels')}]",
    }
    patterns: list[str] = []
    signs: list[str] = []
    for pattern, sign in _pairs(table, "several"):
        for name, part in parts.items():
            pattern = pattern.replace(name, part)
        patterns.append(pattern)
        signs.append(sign)
    return re.compile("|".join(patterns)), tuple(signs)


def _with_sign(found: re.Match[str]) -> str:
    """Returns consonants with the sign of their vowel behind them."""
    number = found.lastindex or 1
    return found[number] + _several()[1][number - 1]


def _read(word: str) -> str:
    """Returns a word's sounds: each consonant by the part that it takes in its syllable."""
    word = _several()[0].sub(_with_sign, word)
    consonants = _letters("consonants")
    vowels = _letters("vowels")
    heard = ""
    closable = False
    for at, letter in enumerate(word):
        sound = consonants.get(letter)
        if sound is None:
            # A sign stands already for a vowel; other marks are not heard.
            sign = letter if letter.isascii() else ""
            heard += vowels.get(letter, sign)
            closable = heard[-1:] not in _OPEN_VOWELS
        else:
            rest = word[at + 1 : at + 3]
            heard += _consonant(letter, sound, rest, heard[-1:] if closable else "")
            closable = closable or heard[-1] == _UNWRITTEN
    return heard


def _consonant(
    letter: str,
    sound: str,
    rest: str,
    before: str,
) -> str:
    """Returns a consonant as it is heard before the next two letters; `before` is the sound that it
    may close a syllable with.
    """
    consonants = _letters("consonants")
    if not rest:
        return sound.lower()
    if rest[0] not in consonants:
        return sound
    bare = rest[1:] in consonants or not rest[1:]
    if before:
        begins = sound in _SEMIVOWELS and before in _ROUNDING
        closing = sound if begins else sound.lower()
        return closing + (_BETWEEN if bare else _LINKED)
    if letter + rest[0] in _clusters() and not bare:
        return sound
    return sound + _UNWRITTEN
