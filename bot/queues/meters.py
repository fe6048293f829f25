"""What a serving process counts and times, for whoever measures it; no label says who."""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from store.chat.pulses import Waiting
from store.chat.push_use import PushUse

BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 60.0)
"""Seconds: the upper ends of the buckets that spans are counted in."""


class Timing:
    """How many spans there were of each length, and how long they were in all."""

    def __init__(self) -> None:
        self.counts = [0] * (len(BOUNDS) + 1)
        self.total = 0.0

    def add(self, seconds: float) -> None:
        """One more; a clock that was set back makes none that is negative."""
        length = max(0.0, seconds)
        self.counts[bisect_left(BOUNDS, length)] += 1
        self.total += length

    def buckets(self) -> Sequence[tuple[str, int]]:
        """How many were at most so long, for each bound and for none."""
        reached = 0
        found = []
        for bound, number in zip([*map(str, BOUNDS), "+Inf"], self.counts, strict=True):
            reached += number
            found.append((bound, reached))
        return found


class Meters:
    """Numbers in memory: each costs an event less than a microsecond or two."""

    def __init__(self) -> None:
        self.events = Counter[tuple[str, str]]()
        """By platform and how they ended."""
        self.messages = Counter[tuple[str, str]]()
        """Calls by platform and what came of them."""
        self.stages = defaultdict[str, Timing](Timing)
        """`handled` = from an event's arrival until its effect is lasting, `written` = that
        transaction alone, `called` = a platform's call.
        """
        self.database = defaultdict[str, Timing](Timing)
        """What the watch reads and writes."""
        self.waiting: Mapping[str, Sequence[Waiting]] = {}
        """What waits or did not arrive, by queue, as the watch last saw it."""
        self.due: Mapping[str, int] = {}
        self.pushes: PushUse | None = None
        self.lag = Timing()
        """How much later the event loop goes on than it was asked to."""

    def event(
        self,
        platform: str,
        state: str,
        handled: float,
        written: float,
    ) -> None:
        """An event is done with."""
        self.events[platform, state] += 1
        self.stages["handled"].add(handled)
        self.stages["written"].add(written)

    def call(self, platform: str, outcome: str, seconds: float) -> None:
        """A platform was called."""
        self.messages[platform, outcome] += 1
        self.stages["called"].add(seconds)
