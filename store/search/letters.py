"""Words in one byte a letter: as the index keeps them and compares them fastest."""

_ENCODING = "tis-620"


def one_byte(word: str) -> bytes | None:
    """The word in one byte a letter; None where it has a letter that is neither Thai nor ASCII."""
    try:
        return word.encode(_ENCODING)
    except UnicodeEncodeError:
        return None


def asked(word: str) -> bytes:
    """What is looked for, as long as it was typed: a foreign letter becomes a sign that no word
    has.
    """
    return word.encode(_ENCODING, "replace")


def text(word: bytes) -> str:
    """The word as people read it."""
    return word.decode(_ENCODING)
