"""What was typed while the keyboard stood on the other layout, read as the keys that were meant."""

import re
from functools import cache
from pathlib import Path

from domain.data import TomlTable, read_document

_ADDRESS = re.compile(r"[a-z0-9._%+-]+@(?:[a-z0-9-]+\.)+[a-z]{2,}", re.IGNORECASE)
_THAI = ("\u0e01", "\u0e5b")
_CONSONANT = "\u0e01-\u0e2e"
_LEADING = "\u0e40-\u0e44"
_LEADING_VOWELS = "\u0e40\u0e41\u0e42\u0e43\u0e44"
_ABOVE_OR_BELOW = "\u0e31\u0e34-\u0e3a"
_TONE = "\u0e48-\u0e4b"
_MARK = f"{_ABOVE_OR_BELOW}\u0e47-\u0e4e"
_BEHIND = "\u0e30\u0e32\u0e33\u0e45"
_MISPLACED = re.compile(
    # Nothing begins with a mark, or with a vowel that stands behind its consonant;
    rf"(?<![\u0e01-\u0e4e])[{_MARK}{_BEHIND}]"
    # no mark stands on a vowel that has a place of its own, or on a sign;
    rf"|(?<=[{_LEADING}{_BEHIND}\u0e2f\u0e46])[{_MARK}]"
    # no consonant has two vowels above or below, or two tones;
    rf"|(?<=[{_ABOVE_OR_BELOW}])[{_ABOVE_OR_BELOW}]|(?<=[{_TONE}])[{_TONE}]"
    # nothing stands above the sign of a silent letter;
    rf"|(?<=\u0e4c)[{_MARK}]"
    # a consonant follows a leading vowel, and no letter the sign of repetition.
    rf"|[{_LEADING}](?![{_CONSONANT}])|\u0e46(?=[\u0e01-\u0e4e])"
)
_TWO_FOR_ONE = ("\u0e40\u0e40", "\u0e41")
"""Two signs that many type for the one which looks like them."""


@cache
def _layouts() -> tuple[str, str]:
    """Returns the keys of the US layout, and what each of them types on the Thai one."""
    path = Path(__file__).parents[1] / "data" / "keyboard.toml"
    document = read_document(path, "keyboard.toml")
    table = TomlTable(document.values, (), (document,)).table("kedmanee")
    keys = "".join(map(str, table.items("keys")))
    types = "".join(map(str, table.items("types")))
    if len(keys) != len(types):
        raise table.refusal("keys and types must be of one length")
    return keys, types


@cache
def _kedmanee() -> dict[int, int]:
    return str.maketrans(*_layouts())


@cache
def _latin() -> dict[int, int]:
    keys, types = _layouts()
    return str.maketrans(types, keys)


def has_thai(text: str) -> bool:
    """Returns whether a Thai letter, mark or digit is in `text`."""
    return any(_THAI[0] <= character <= _THAI[1] for character in text)


def as_thai_keys(text: str) -> str:
    """Returns what the same keys type on the Thai layout (Kedmanee); case matters, as shift does.
    Blanks stay.
    """
    return text.translate(_kedmanee())


def count_misplaced(text: str) -> int:
    """Returns how many Thai signs stand where Thai has none: of more than a slip or two the keys
    were not meant on the Thai layout.
    """
    return len(_MISPLACED.findall(text.replace(*_TWO_FOR_ONE)))


def is_cut_or_mistyped(text: str) -> bool:
    """Returns whether a Thai sign stands where Thai has none, but for a vowel at the end whose
    consonant is still to be typed.
    """
    return count_misplaced(text.rstrip(_LEADING_VOWELS)) > 0


def as_latin_keys(text: str) -> str:
    """Returns what the same keys type on the US layout. Blanks stay, and what no key types."""
    return text.translate(_latin())


def gives_address(text: str) -> bool:
    """Returns whether the text is Thai whose keys give an e-mail address on the US layout: its
    marks stand in no Thai order, and must stay as they are.
    """
    keys = as_latin_keys(text.strip())
    return has_thai(text) and _ADDRESS.fullmatch(keys) is not None
