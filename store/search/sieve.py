"""Says of nearly every word that the register does not have that it does not, without a look at the
words: a filter of bits (Bloom's, with one hash)."""

from collections.abc import Iterable
from zlib import crc32

SIZE = 1 << 20
"""Bytes; of a million words every ninth that is not there passes."""
_BITS = 8 * SIZE - 1


def sieve_of(words: Iterable[bytes]) -> bytes:
    """The filter that lets these words through."""
    bits = bytearray(SIZE)
    for word in words:
        place = crc32(word) & _BITS
        bits[place >> 3] |= 1 << (place & 7)
    return bytes(bits)


def together(sieves: Iterable[bytes | memoryview]) -> bytes:
    """The filter that lets through what any of these does."""
    bits = 0
    for sieve in sieves:
        bits |= int.from_bytes(sieve, "little")
    return bits.to_bytes(SIZE, "little")


def passes(sieve: bytes, word: bytes) -> bool:
    """Whether the word may be one of those that were put in; False is certain."""
    place = crc32(word) & _BITS
    return bool(sieve[place >> 3] & (1 << (place & 7)))
