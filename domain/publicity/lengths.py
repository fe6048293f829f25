"""What a network takes: how it counts a text, how long one may be, and a text cut to fit."""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate

import regex  # type: ignore[import-untyped]

from domain.errors import InvalidInput
from domain.publicity.networks import Network
from domain.text import ELLIPSIS, graphemes, utf16_length

_TOPS = "[a-z]{2}|com|org|net|gov|edu|int|info|app|dev|asia"
_PATH = r"""[!-~]*[a-z0-9/=&#%@_~+$*-]"""
_BARE = rf"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+(?:{_TOPS})(?![\w-])(?!\.\w)"
_ADDRESS = re.compile(
    rf"https?://{_PATH}|(?<![\w.@/-]){_BARE}(?:/{_PATH}|/)?", re.IGNORECASE | re.ASCII
)
_EMOJI = regex.compile(r"\p{Emoji_Presentation}|\p{Extended_Pictographic}\ufe0f|\u20e3")
ADDRESS_WEIGHT = 23
_LIGHT = re.compile("[\\0-\u10ff\u2000-\u200d\u2010-\u201f\u2032-\u2037]+")
"""Signs of which twitter counts each as one; of all others each is two."""


def has_address(text: str) -> bool:
    """Returns whether twitter makes a link of something in the text, with `https://` before it or
    without.
    """
    return _ADDRESS.search(text) is not None


def without_addresses(text: str) -> str:
    """Returns the text beside what twitter makes links of."""
    return _ADDRESS.sub(" ", text)


def weighted_length(text: str) -> int:
    """Counts as twitter does: an address is 23 whatever its length, an emoji 2 whatever it is made
    of, Thai 1 a sign.
    """
    # Counted as twitter counts: composed letters, every address alike.
    text, addresses = _ADDRESS.subn("", unicodedata.normalize("NFC", text))
    weight = ADDRESS_WEIGHT * addresses + _signs_weight(text)
    if not _EMOJI.search(text):
        return weight
    for grapheme in filter(_EMOJI.search, graphemes(text)):
        weight += 2 - _signs_weight(grapheme)
    return weight


def _signs_weight(text: str) -> int:
    """Counts a text's signs as twitter does, each by itself."""
    return len(text) + len(_LIGHT.sub("", text))


LIMITS: dict[Network, tuple[int, Callable[[str], int]]] = {
    Network.FACEBOOK: (63_206, len),
    Network.TWITTER: (280, weighted_length),
    Network.LINE: (5_000, utf16_length),
}
"""The longest text of a post, and how the network counts (a Facebook post, a tweet, a LINE text
message).
"""


def check_length(network: Network, text: str) -> None:
    """Raises InvalidInput("post_long") where the network would refuse the text, with how much is
    too much.
    """
    limit, count = LIMITS[network]
    length = count(text)
    if length > limit:
        raise InvalidInput("post_long", network=network.value, length=length, limit=limit)


def cut_to_fit(network: Network, text: str) -> str:
    """Cuts the text as the network takes it: between letters as readers see them, never within an
    address.

    An ellipsis says that there is more, and the text's first address stays."""
    limit, count = LIMITS[network]
    if count(text) <= limit:
        return text
    cutter = _Cutter(limit, count, [match.span() for match in _ADDRESS.finditer(text)])
    head = cutter.head(text, "")
    if not cutter.addresses or cutter.addresses[0][1] <= len(head):
        return head + ELLIPSIS
    # The address is what the post is for: it goes behind the ellipsis.
    start, end = cutter.addresses[0]
    tail = f"\n{text[start:end]}"
    return cutter.head(text[:start], tail) + ELLIPSIS + tail


@dataclass(frozen=True, slots=True)
class _Cutter:
    """Cuts a text to the limit of a network; `addresses` = where they begin and end in it."""

    limit: int
    count: Callable[[str], int]
    addresses: Sequence[tuple[int, int]]

    def head(self, text: str, tail: str) -> str:
        """Returns the longest beginning of the text that fits with an ellipsis and this tail."""
        borders = [0, *accumulate(map(len, graphemes(text)))]

        def length(border: int) -> int:
            return self.count(text[:border].rstrip() + ELLIPSIS + tail)

        fitting = bisect_right(borders, self.limit, key=length)
        border = borders[max(0, fitting - 1)]
        for start, end in self.addresses:
            if start < border < end:
                border = start
                break
        return text[:border].rstrip()
