"""The slips with which officers type a name; each gives None for a name on which it cannot be
made.
"""

import random
import re
from collections.abc import Callable

from bench.register import Person
from domain.keyboard import as_thai_keys

Slip = Callable[[Person, random.Random], str | None]
TONES = "่้๊๋"
ALIKE = ("ศษส", "ณน", "ภพ", "ธทฑฒ", "ญย", "ฎด", "ฏต", "ฬล", "ฆค", "ฐถ", "ใไ")
LENGTHS = ("ิี", "ึื", "ุู")
LETTERS = "กขคงจชดตทนบปพมยรลวสหอะาิีุูเแ"
_KEYS = {as_thai_keys(key): key for key in map(chr, range(33, 127))}


def _at(text: str, letters: str, rng: random.Random) -> int | None:
    places = [at for at, letter in enumerate(text) if letter in letters]
    return rng.choice(places) if places else None


def _swap(text: str, groups: tuple[str, ...], rng: random.Random) -> str | None:
    at = _at(text, "".join(groups), rng)
    if at is None:
        return None
    group = next(group for group in groups if text[at] in group)
    return text[:at] + rng.choice(group.replace(text[at], "")) + text[at + 1 :]


def _tone_dropped(p: Person, rng: random.Random) -> str | None:
    at = _at(p.name, TONES, rng)
    return None if at is None else p.name[:at] + p.name[at + 1 :]


def _tones_all_dropped(p: Person, rng: random.Random) -> str | None:
    return re.sub(f"[{TONES}]", "", p.name) if re.search(f"[{TONES}]", p.name) else None


def _tone_wrong(p: Person, rng: random.Random) -> str | None:
    return _swap(p.name, (TONES,), rng)


def _homophone(p: Person, rng: random.Random) -> str | None:
    return _swap(p.name, ALIKE, rng)


def _homophones(p: Person, rng: random.Random) -> str | None:
    one = _homophone(p, rng)
    two = _swap(one, ALIKE, rng) if one else None
    return None if two == p.name else two


def _karan_mark(p: Person, rng: random.Random) -> str | None:
    return p.name.replace("์", "") if "์" in p.name else None


def _karan_letter(p: Person, rng: random.Random) -> str | None:
    return re.sub("[ก-ฮ][ิุ]?์", "", p.name) if "์" in p.name else None


def _length(p: Person, rng: random.Random) -> str | None:
    return _swap(p.name, LENGTHS, rng)


def _edit(text: str, rng: random.Random) -> str:
    at = rng.randrange(len(text))
    while text[at] == " ":
        at = rng.randrange(len(text))
    kind = rng.choice(("drop", "add", "change", "swap"))
    if kind == "drop":
        return text[:at] + text[at + 1 :]
    if kind == "add":
        return text[:at] + rng.choice(LETTERS) + text[at:]
    if kind == "swap" and at + 1 < len(text) and text[at + 1] not in (" ", text[at]):
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    return text[:at] + rng.choice(LETTERS.replace(text[at], "")) + text[at + 1 :]


def _one_slip(p: Person, rng: random.Random) -> str | None:
    return _edit(p.name, rng)


def _two_slips(p: Person, rng: random.Random) -> str | None:
    return _edit(_edit(p.name, rng), rng)


def _surname_slip(p: Person, rng: random.Random) -> str | None:
    return _edit(p.last, rng) if len(p.last) >= 6 else None


def _stray(p: Person, rng: random.Random) -> str | None:
    at = rng.choice([at for at in range(1, len(p.name)) if " " not in p.name[at - 1 : at + 1]])
    return p.name[:at] + " " + p.name[at:]


def _decomposed(p: Person, rng: random.Random) -> str | None:
    changed = re.sub("([่-๋]?)ำ", "\u0e4d\\1า", p.name)
    changed = re.sub("([ิ-ู])([่-๋])", "\\2\\1", changed).replace("แ", "เเ")
    return changed if changed != p.name else None


def _layout(p: Person, rng: random.Random) -> str | None:
    return "".join(_KEYS.get(letter, letter) for letter in p.name)


def _layout_slip(p: Person, rng: random.Random) -> str | None:
    return "".join(_KEYS.get(letter, letter) for letter in _edit(p.name, rng))


SLIPS: dict[str, Slip] = {
    "as it is": lambda p, rng: p.name,
    "title added": lambda p, rng: "นาย" + p.name,
    "one tone mark missing": _tone_dropped,
    "all tone marks missing": _tones_all_dropped,
    "tone mark wrong": _tone_wrong,
    "one homophone consonant": _homophone,
    "two homophone consonants": _homophones,
    "karan mark missing": _karan_mark,
    "karan and its letter missing": _karan_letter,
    "short for long vowel": _length,
    "one slip": _one_slip,
    "two slips": _two_slips,
    "surname alone, one slip": _surname_slip,
    "no space": lambda p, rng: p.first + p.last,
    "stray space": _stray,
    "words swapped": lambda p, rng: f"{p.last} {p.first}",
    "marks decomposed or misordered": _decomposed,
    "English keyboard layout": _layout,
    "English layout and one slip": _layout_slip,
    "romanised, as real people write": lambda p, rng: p.latin or None,
}
