"""What a serving process knows of itself: when each platform last answered, took and gave
something, when the store was last written, and when somebody last looked at what is due.

It is noted where it happens, in memory: no statement of any event's.
"""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from bot.clock import Clock
from bot.queues.meters import Meters
from domain.reach.health import Measured, Room

Steady = Callable[[], float]


@dataclass(slots=True)
class PlatformPulse:
    """`answered` = when the platform last did, by the steady clock; `doubtful` = a call failed
    since: it is to be asked; `refuses` = it does not know us; `deaf` = why it brings us nothing.
    """

    answered: float
    received_at: datetime | None = None
    sent_at: datetime | None = None
    refuses: bool = False
    deaf: str = ""
    doubtful: bool = False
    watched: bool = False


class Pulses:
    """Of one process; a span goes by the steady clock, what people are told by the desk's."""

    def __init__(self, clock: Clock, steady: Steady = time.monotonic) -> None:
        self._clock = clock
        self._steady = steady
        self.meters = Meters()
        self._platforms: dict[str, PlatformPulse] = {}
        self._written = self._ticked = steady()
        self.oldest_events: dict[str, datetime] = {}
        self.oldest_messages: dict[str, datetime] = {}
        self.rooms: dict[str, Room] = {}
        self.damage = ""

    def of(self, name: str) -> PlatformPulse:
        """The platform's, which begins when it is first asked for."""
        pulse = self._platforms.get(name)
        if pulse is None:
            pulse = self._platforms[name] = PlatformPulse(self._steady())
        return pulse

    def watch(self, name: str) -> None:
        """From now on this platform is to answer."""
        self.of(name).watched = True

    def watched(self) -> Iterable[tuple[str, PlatformPulse]]:
        """The platforms that are to answer."""
        return [(name, pulse) for name, pulse in self._platforms.items() if pulse.watched]

    def answered(self, name: str) -> None:
        """The platform knows us, and took or gave something."""
        pulse = self.of(name)
        pulse.answered = self._steady()
        pulse.refuses = pulse.doubtful = False

    def polled(self, name: str) -> None:
        """The platform was asked for what is new, and answered."""
        self.answered(name)
        self.received(name)

    def received(self, name: str) -> None:
        """The platform brought something by itself, which says nothing of whether it takes ours."""
        self.of(name).received_at = self._clock()

    def sent(self, name: str) -> None:
        """The platform took a message."""
        self.answered(name)
        self.of(name).sent_at = self._clock()

    def doubt(self, name: str) -> None:
        """A call failed: whoever watches asks the platform itself."""
        self.of(name).doubtful = True

    def refused(self, name: str) -> None:
        """The platform does not know us."""
        self.of(name).refuses = True

    def deaf(self, name: str, why: str) -> None:
        """The platform brings us nothing, for this reason; "" = it does, as far as it is known."""
        self.of(name).deaf = why

    def silence(self, pulse: PlatformPulse) -> float:
        """Seconds since the platform answered."""
        return self._steady() - pulse.answered

    def written(self) -> None:
        """The store was written to."""
        self._written = self._steady()

    def ticked(self) -> None:
        """What is due was looked at."""
        self._ticked = self._steady()

    def measured(self) -> Measured:
        """All of it, as it is now."""
        now = self._clock()
        steady = self._steady()
        return Measured(
            silences={name: self.silence(pulse) for name, pulse in self.watched()},
            refusing=[name for name, pulse in self.watched() if pulse.refuses],
            deaf={name: pulse.deaf for name, pulse in self.watched() if pulse.deaf},
            events=_ages(self.oldest_events, now),
            messages=_ages(self.oldest_messages, now),
            unwritten=steady - self._written,
            unticked=steady - self._ticked,
            rooms=self.rooms,
            damage=self.damage,
        )


def _ages(moments: dict[str, datetime], now: datetime) -> dict[str, float]:
    return {name: (now - at).total_seconds() for name, at in moments.items()}
