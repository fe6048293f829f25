"""The slips with which officers type a name; each gives None for a name on which it cannot be
made.
"""

import random
import re
from collections.abc import Callable

from bench.search.data import toml
from bench.search.entries import Named

Slip = Callable[[Named, random.Random], str | None]
TONES = "่้๊๋"
ALIKE = ("ศษส", "ณน", "ภพ", "ธทฑฒ", "ญย", "ฎด", "ฏต", "ฬล", "ฆค", "ฐถ", "ใไ")
LENGTHS = ("ิี", "ึื", "ุู")
LETTERS = "กขคงจชดตทนบปพมยรลวสหอะาิีุูเแ"
_KEYBOARD = toml("names.toml")["keyboard"]
_KEYS = dict(zip(_KEYBOARD["types"], _KEYBOARD["keys"], strict=True))


def _at(text: str, letters: str, rng: random.Random) -> int | None:
    places = [at for at, letter in enumerate(text) if letter in letters]
    return rng.choice(places) if places else None


def _swap(text: str, groups: tuple[str, ...], rng: random.Random) -> str | None:
    at = _at(text, "".join(groups), rng)
    if at is None:
        return None
    group = next(group for group in groups if text[at] in group)
    return text[:at] + rng.choice(group.replace(text[at], "")) + text[at + 1 :]


def _tone_dropped(p: Named, rng: random.Random) -> str | None:
    at = _at(p.name, TONES, rng)
    return None if at is None else p.name[:at] + p.name[at + 1 :]


def _tones_all_dropped(p: Named, rng: random.Random) -> str | None:
    return re.sub(f"[{TONES}]", "", p.name) if re.search(f"[{TONES}]", p.name) else None


def _tone_wrong(p: Named, rng: random.Random) -> str | None:
    return _swap(p.name, (TONES,), rng)


def _homophone(p: Named, rng: random.Random) -> str | None:
    return _swap(p.name, ALIKE, rng)


def _homophones(p: Named, rng: random.Random) -> str | None:
    one = _homophone(p, rng)
    two = _swap(one, ALIKE, rng) if one else None
    return None if two == p.name else two


def _karan_mark(p: Named, rng: random.Random) -> str | None:
    return p.name.replace("์", "") if "์" in p.name else None


def _karan_letter(p: Named, rng: random.Random) -> str | None:
    return re.sub("[ก-ฮ][ิุ]?์", "", p.name) if "์" in p.name else None


def _length(p: Named, rng: random.Random) -> str | None:
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


def _one_slip(p: Named, rng: random.Random) -> str | None:
    return _edit(p.name, rng)


def _two_slips(p: Named, rng: random.Random) -> str | None:
    return _edit(_edit(p.name, rng), rng)


def _surname_slip(p: Named, rng: random.Random) -> str | None:
    return _edit(p.last, rng) if len(p.last) >= 6 else None


def _stray(p: Named, rng: random.Random) -> str | None:
    at = rng.choice([at for at in range(1, len(p.name)) if " " not in p.name[at - 1 : at + 1]])
    return p.name[:at] + " " + p.name[at:]


def _decomposed(p: Named, rng: random.Random) -> str | None:
    changed = re.sub("([่-๋]?)ำ", "\u0e4d\\1า", p.name)
    changed = re.sub("([ิ-ู])([่-๋])", "\\2\\1", changed).replace("แ", "เเ")
    return changed if changed != p.name else None


def _layout(p: Named, rng: random.Random) -> str | None:
    return _on_english_keys(p.name)


def _layout_slip(p: Named, rng: random.Random) -> str | None:
    return _on_english_keys(_edit(p.name, rng))


def _on_english_keys(text: str) -> str:
    return "".join(_KEYS.get(letter, letter) for letter in text)


def _one_known(p: Named, rng: random.Random) -> str | None:
    return f"{p.first} {_edit(p.last, rng)}"


def _heard_am(p: Named, rng: random.Random) -> str | None:
    return p.name.replace("ำ", "ัม", 1) if "ำ" in p.name else None


def _heard_ro_han(p: Named, rng: random.Random) -> str | None:
    return p.name.replace("รร", "ัน", 1) if re.search("รร[ก-ฮ]?", p.name) else None


def _heard_l(p: Named, rng: random.Random) -> str | None:
    return _swap(p.name, ("รล",), rng)


def _silent_letter(p: Named, rng: random.Random) -> str | None:
    """The end of a syllable written as it is heard."""
    for written, heard in (
        ("ทร", "ซ"),
        ("ชร", "ช"),
        ("ตร", "ต"),
        ("ติ", "ต"),
        ("ตุ", "ต"),
        ("สร", "ส"),
    ):
        if written in p.name[1:]:
            return p.name[0] + p.name[1:].replace(written, heard, 1)
    return None


MISSPELT: dict[str, Slip] = {
    "one tone mark missing": _tone_dropped,
    "all tone marks missing": _tones_all_dropped,
    "tone mark wrong": _tone_wrong,
    "one homophone consonant": _homophone,
    "two homophone consonants": _homophones,
    "karan mark missing": _karan_mark,
    "karan and its letter missing": _karan_letter,
    "short for long vowel": _length,
    "am as heard": _heard_am,
    "ro han as heard": _heard_ro_han,
    "l for r": _heard_l,
    "silent letter left out": _silent_letter,
    "one slip": _one_slip,
    "two slips": _two_slips,
    "surname with one slip": _one_known,
    "surname alone, one slip": _surname_slip,
}
OTHER_ORDER: dict[str, Slip] = {
    "no space": lambda p, rng: p.first + p.last,
    "stray space": _stray,
    "two spaces": lambda p, rng: f" {p.first}   {p.last} ",
    "words swapped": lambda p, rng: f"{p.last} {p.first}",
    "words swapped, with a comma": lambda p, rng: f"{p.last}, {p.first}",
    "marks decomposed or misordered": _decomposed,
    "unseen characters": lambda p, rng: f"\u200b{p.first}\u00a0{p.last}\u200b",
}
LAYOUT: dict[str, Slip] = {
    "English keyboard layout": _layout,
    "English layout, surname": lambda p, rng: _on_english_keys(p.last),
    "English layout and one slip": _layout_slip,
}
