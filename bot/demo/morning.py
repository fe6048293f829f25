"""The demo desk is quiet until somebody asks for a morning, which then comes at once."""

from collections.abc import Awaitable, Callable
from datetime import date, datetime, time, timedelta

from bot.clock import Clock
from bot.demo.words import demo_words
from domain.dates.days import BANGKOK
from domain.dates.working_calendar import WorkingCalendar

AT = time(9, 0)
"""When all that a morning tells has been told."""


def words() -> list[str]:
    """What is typed for a morning."""
    return list(demo_words()["morning"])


class DemoClock:
    """The machine's time, or a later one: it can be put forward, and runs on from there."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._ahead = timedelta()

    def __call__(self) -> datetime:
        """See `bot.clock.Clock`."""
        return self._clock() + self._ahead

    def put_forward(self, to: datetime) -> None:
        """It is `to` now; later than it was."""
        self._ahead += to - self()


class DemoMornings:
    """Plays the next working day's morning: each call is a day further, the first one today's while
    the office is open.
    """

    def __init__(
        self,
        clock: DemoClock,
        calendar: WorkingCalendar,
        tick: Callable[[], Awaitable[object]],
        say: Callable[[datetime], None],
    ) -> None:
        """`say` is told which morning comes."""
        self._clock = clock
        self._calendar = calendar
        self._tick = tick
        self._say = say
        self._played: date | None = None

    async def play(self) -> None:
        """Everything that is due by then is done and told."""
        now = self._clock().astimezone(BANGKOK)
        if now.date() == self._played or not self._calendar.in_office_hours(now):
            now = self._next_morning(now)
            self._clock.put_forward(now)
        self._played = now.date()
        self._say(now)
        await self._tick()

    def _next_morning(self, now: datetime) -> datetime:
        """The first morning of a working day that still lies ahead."""
        morning = datetime.combine(now.date(), AT, BANGKOK)
        while morning <= now or not self._calendar.is_working_day(morning.date()):
            morning += timedelta(days=1)
        return morning
