"""Names of people as unique as real ones: first names that are old and common or modern and rare,
surnames that belong to one family.

They are put together from the parts of real ones, so that no list holds them all."""

import random
from bisect import bisect
from collections.abc import Iterator, Sequence
from itertools import accumulate

from bench.search.data import toml

FAMILIES = 800_000
"""Surnames that the register draws from."""
FAMILY_SKEW = 3.5
MODERN = 60_000
"""Modern first names, made of two parts."""
MODERN_SKEW = 2.2
MODERN_SHARE = 0.12
COMMON_SHARE = 0.4
REAL_SURNAMES = 20
"""Every so many-th family bears a surname of the real list, as it stands there."""
SPREAD = 2_654_435_761
"""A prime (Knuth's): families beside each other get surnames that have nothing in common."""
LEADING = "เแโไใ"
FOLLOWING = "ะาำๆฯ"


class DrawnNames:
    """Draws names; the same for the same generator of random numbers."""

    def __init__(self, rng: random.Random) -> None:
        # Late: the corpora cost memory that the measuring process does not need.
        from pythainlp.corpus.common import thai_family_names, thai_female_names, thai_male_names

        self._rng = rng
        given = sorted(thai_male_names() | thai_female_names())
        self._families = sorted(thai_family_names())
        self._surname_parts = _Parts(self._families)
        self._given_parts = _Parts(given)
        words = toml("names.toml")
        rng.shuffle(given)
        self._first = Skewed(given, rng)
        self._often = Skewed(words["common"].split(), rng)
        self._foreign_first = words["foreign"]["first"].split()
        self._foreign_last = words["foreign"]["last"].split()

    def first(self) -> str:
        """A first name: of the common ones, of the real list, or a modern one of two parts."""
        kind = self._rng.random()
        if kind < COMMON_SHARE:
            return self._often.draw()
        if kind < 1 - MODERN_SHARE:
            return self._first.draw()
        return self._given_parts.joined(int(MODERN * self._rng.random() ** MODERN_SKEW))

    def last(self) -> str:
        """A surname: most are of one family, few of many."""
        family = int(FAMILIES * self._rng.random() ** FAMILY_SKEW)
        if family % REAL_SURNAMES == 0:
            return self._families[family // REAL_SURNAMES % len(self._families)]
        return self._surname_parts.joined(family)

    def foreigner(self) -> tuple[str, str]:
        """First name and surname of somebody from abroad."""
        return self._rng.choice(self._foreign_first), self._rng.choice(self._foreign_last)


class Skewed:
    """Texts of which the first are drawn far oftener than the last."""

    def __init__(self, texts: Sequence[str], rng: random.Random) -> None:
        self._texts = texts
        self._rng = rng
        self._sums = list(accumulate(1 / (rank + 20) for rank in range(len(texts))))

    def draw(self) -> str:
        """One of them."""
        at = self._rng.random() * self._sums[-1]
        return self._texts[bisect(self._sums, at)]


class _Parts:
    """The beginnings and ends of which real names are made, each as often as it occurs."""

    def __init__(self, names: Sequence[str]) -> None:
        self._beginnings: list[str] = []
        self._ends: list[str] = []
        for beginning, end in _cut(names):
            self._beginnings.append(beginning)
            self._ends.append(end)

    def joined(self, number: int) -> str:
        """A name by its number: nearly every number gives another one."""
        mixed = number * SPREAD % (len(self._beginnings) * len(self._ends))
        beginning, end = divmod(mixed, len(self._ends))
        return self._beginnings[beginning] + self._ends[end]


def _cut(names: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Names that have two parts or more, cut before the last one."""
    from pythainlp.tokenize import word_tokenize

    for name in names:
        *beginning, end = word_tokenize(name, engine="newmm")
        both = "".join(beginning), end
        if all(_can_stand(part) for part in both):
            yield both


def _can_stand(part: str) -> bool:
    """Whether a part can be read beside any other: it begins with a letter, and lacks none."""
    if len(part) < 2 or part[-1] in LEADING:
        return False
    return part[0].isalpha() and part[0] not in FOLLOWING
