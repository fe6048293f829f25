"""Names in Latin letters, as their bearers write them."""

import random
from collections.abc import Callable, Sequence
from functools import cache

from bench.search.data import lines
from bench.search.entries import Named, Registered, latin_pairs
from bench.search.sought import Make, Sought, squeezed

Write = Callable[[Named, random.Random], str]
TITLES = ("Mr. ", "Ms. ", "Mrs.", "Dr. ", "Miss ")


@cache
def _meant_by() -> dict[tuple[str, str], set[str]]:
    """By part and Latin spelling, the Thai names that are written so."""
    pairs: list[tuple[str, str, str]] = []
    for part, some in latin_pairs().items():
        pairs += [(part, thai, latin) for thai, latin in some]
    for first, last, latin_first, latin_last in lines("people.tsv"):
        pairs.append(("first", first, latin_first))
        pairs.append(("last", last, latin_last))
    found: dict[tuple[str, str], set[str]] = {}
    for part, thai, latin in pairs:
        found.setdefault((part, latin.casefold()), set()).add(squeezed(thai))
    return found


def _thai_for(part: str, latin: str) -> list[str]:
    return sorted(_meant_by()[part, latin.casefold()])


def _whole(text: Write) -> Make:
    """A query of first name and surname."""

    def make(one: Registered, rng: random.Random) -> Sought | None:
        if one.who is None or not one.who.latin_first:
            return None
        firsts = _thai_for("first", one.who.latin_first)
        lasts = _thai_for("last", one.who.latin_last)
        names = [first + last for first in firsts for last in lasts]
        return _sought(text(one.who, rng), one, names)

    return make


def _alone(part: str, text: Callable[[Named], str]) -> Make:
    """A query of a first name or surname alone."""

    def make(one: Registered, rng: random.Random) -> Sought | None:
        if one.who is None or not one.who.latin_first:
            return None
        typed = text(one.who)
        return _sought(typed, one, _thai_for(part, typed))

    return make


def _sought(typed: str, one: Registered, names: Sequence[str]) -> Sought:
    # Some stand in the register in Latin letters too.
    wanted = tuple((name,) for name in (*names, squeezed(typed)))
    return Sought("", "", typed, one.code, wanted)


def _with_title(who: Named, rng: random.Random) -> str:
    return rng.choice(TITLES) + who.latin


IN_LATIN: dict[str, Make] = {
    "name": _whole(lambda who, rng: who.latin),
    "name in small letters": _whole(lambda who, rng: who.latin.lower()),
    "name in capitals": _whole(lambda who, rng: who.latin.upper()),
    "surname first": _whole(lambda who, rng: f"{who.latin_last}, {who.latin_first}"),
    "with a title": _whole(_with_title),
    "surname": _alone("last", lambda who: who.latin_last),
    "first name": _alone("first", lambda who: who.latin_first),
}
