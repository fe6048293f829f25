"""Words in one byte a letter: as the index keeps them and compares them fastest."""

from codecs import charmap_decode, charmap_encode
from encodings.tis_620 import decoding_table, encoding_table

# TIS-620 by its tables: `str.encode` looks for the codec and calls two functions of Python for
# each word, which takes five times as long.


def one_byte(word: str) -> bytes | None:
    """The word in one byte a letter; None where it has a letter that is neither Thai nor ASCII."""
    try:
        return charmap_encode(word, "strict", encoding_table)[0]
    except UnicodeEncodeError:
        return None


def asked(word: str) -> bytes:
    """What is looked for, as long as it was typed: a foreign letter becomes a sign that no word
    has.
    """
    return charmap_encode(word, "replace", encoding_table)[0]


def text(word: bytes) -> str:
    """The word as people read it."""
    return charmap_decode(word, "strict", decoding_table)[0]
