"""How likely a spelling in Latin letters is meant for Thai words, by how often people write each
sound so (romanise.toml, [written]).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from math import exp, log

from rapidfuzz.fuzz import ratio
from rapidfuzz.process import extract

from domain.customers.romanise import Sound, data, outlines

MOST_WEIGHED = 400
"""Sounds whose letters are weighed one by one: those that are roughly the most alike."""
LEAST_ROUGH = 50.0
"""Percent of likeness of the rough sounds below which none is weighed."""
FAR = 7.0
"""How much more than the likeliest word another may cost: a thousand times less likely."""
USUAL = 0.15
"""What each letter costs of a name that is written as most people write it."""
UNLIKE = 10.0
"""A letter that costs so much more makes the likeness 37 percent."""
_NEVER = 1e9

_Ways = tuple[tuple[str, float], ...]
"""How a sound is written, and what each way costs."""


@cache
def _written() -> Mapping[str, _Ways]:
    """Returns for each sound its ways, from "k 90, g 8, - 2"; a way costs the less, the oftener."""
    table = data().table("written")
    ways: dict[str, _Ways] = {}
    for sound in table.values:
        counts: dict[str, int] = {}
        for item in table.text(sound).split(", "):
            way, _blank, count = item.partition(" ")
            if not count.isdecimal():
                raise table.refusal(f"{item!r} must be letters and a number", sound)
            counts[way.strip("-")] = int(count)
        every = sum(counts.values())
        ways[sound] = tuple((way, log(every / count)) for way, count in counts.items())
    return ways


@cache
def _unwritten() -> Mapping[str, float]:
    """Returns what it costs that a sound is not written or a letter is not heard."""
    table = data().table("unwritten")
    costs: dict[str, float] = {}
    for key, cost in table.values.items():
        if not isinstance(cost, float):
            raise table.refusal("must be a number with a point", key)
        costs[key] = cost
    return costs


@dataclass(slots=True)
class _Read:
    """Some sounds read along the spelling: `costs` by how many of its letters they stand for, and
    what follows them.
    """

    costs: list[float]
    least: float
    next: dict[str, "_Read"] = field(default_factory=dict)


class _Spelling:
    """One spelling, with what each sound costs at each of its letters."""

    def __init__(self, text: str) -> None:
        self._text = text
        costs = _unwritten()
        letter_cost = costs["letter"]
        self._skipped = [costs.get(letter, letter_cost) for letter in text]
        self._consonant = costs["consonant"]
        self._vowel = costs["vowel"]
        self._doubled = costs["doubled"]
        self._steps: dict[str, list[tuple[int, int, float]]] = {}
        self._start = self._after([0.0] + [_NEVER] * len(text))

    def cost(self, sounds: str, most: float) -> float:
        """Returns how unlikely the spelling is for these sounds; stops where it is over `most`."""
        read = self._start
        for sound in sounds:
            following = read.next.get(sound)
            if following is None:
                following = self._heard(read, sound)
                read.next[sound] = following
            read = following
            if read.least > most:
                return _NEVER
        return read.costs[-1]

    def _heard(self, read: _Read, sound: str) -> _Read:
        """Returns what is read with one sound more."""
        steps = self._steps.get(sound)
        if steps is None:
            steps = self._steps[sound] = list(self._steps_of(sound))
        unwritten = self._consonant if sound.isalpha() else self._vowel
        before = read.costs
        costs = [cost + unwritten for cost in before]
        for start, end, step in steps:
            cost = before[start] + step
            if cost < costs[end]:
                costs[end] = cost
        return self._after(costs)

    def _steps_of(self, sound: str) -> Iterator[tuple[int, int, float]]:
        """Yields from where to where in the spelling the sound may stand, and what that costs."""
        for way, cost in _written().get(sound, ()):
            if not way:
                yield from ((at, at, cost) for at in range(len(self._text) + 1))
                continue
            yield from self._places(way, cost)
            if len(way) == 1 and way not in "aeiou":
                yield from self._places(way + way, cost + self._doubled)

    def _places(self, way: str, cost: float) -> Iterator[tuple[int, int, float]]:
        at = self._text.find(way)
        while at >= 0:
            yield at, at + len(way), cost
            at = self._text.find(way, at + 1)

    def _after(self, costs: list[float]) -> _Read:
        """Lets letters stand for nothing where that is cheaper."""
        for at, skipped in enumerate(self._skipped):
            cost = costs[at] + skipped
            if cost < costs[at + 1]:
                costs[at + 1] = cost
        return _Read(costs, min(costs))


def likely(wanted: Sound, heard: Sequence[str]) -> list[tuple[int, float]]:
    """Returns which Thai sounds (their letters) may be what is spelt so (latin_sound), by their
    places, with the likeness in percent; the likeliest first.
    """
    roughly = extract(
        wanted.outline,
        outlines(heard),
        scorer=ratio,
        score_cutoff=LEAST_ROUGH,
        limit=MOST_WEIGHED,
    )
    spelling = _Spelling(wanted.spelt)
    best = _NEVER
    weighed: list[tuple[float, int]] = []
    for _letters, _alike, place in roughly:
        cost = spelling.cost(heard[place], best + FAR)
        if cost < _NEVER:
            best = min(best, cost)
            weighed.append((cost, place))
    weighed.sort()
    return [(place, _percent(cost, wanted.spelt)) for cost, place in weighed]


def _percent(cost: float, spelt: str) -> float:
    """Returns a cost as likeness: it is what one letter costs that counts."""
    unusual = cost / len(spelt) - USUAL
    return 100 * exp(-max(0.0, unusual) / UNLIKE)
