"""The clock of a test: fakes stamp their dates with it, desks in processes of their own read it,
the test moves it.
"""

import atexit
import os
import shutil
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

SUNDAY = datetime(2026, 11, 28, 22, 0, tzinfo=UTC)
"""29 November 2569, 5.00 in Bangkok: nothing is due by itself yet, and nobody is told anything that
can wait.
"""


class FakeClock:
    """It runs on by the machine's steady clock from where it was put; what day the machine has is
    nothing to it.
    """

    def __init__(self, start: datetime = SUNDAY) -> None:
        self._file: Path | None = None
        self._origin = self._reading = start, time.monotonic()

    def __call__(self) -> datetime:
        """The time, in UTC."""
        start, since = self._reading
        return start + timedelta(seconds=time.monotonic() - since)

    def timestamp(self) -> float:
        """The same in seconds since the epoch, as the fakes want it."""
        return self().timestamp()

    def set(self, at: datetime) -> None:
        """It is that time now."""
        self._go_by((at.astimezone(UTC), time.monotonic()))

    def advance(self, **span: float) -> None:
        """So much later: `clock.advance(hours=1)`."""
        self.set(self() + timedelta(**span))

    def reset(self) -> None:
        """As if nobody had moved it."""
        self._go_by(self._origin)

    def file(self) -> Path:
        """Where it stands written as DESKBOT_CLOCK takes it, so that every process has the same
        time.
        """
        if self._file is None:
            folder = Path(tempfile.mkdtemp(prefix="deskbot-clock-"))
            atexit.register(shutil.rmtree, folder, ignore_errors=True)
            self._file = folder / "clock"
            self._go_by(self._reading)
        return self._file

    def _go_by(self, reading: tuple[datetime, float]) -> None:
        self._reading = start, since = reading
        if self._file is not None:
            part = self._file.with_suffix(".part")
            part.write_text(f"{start.isoformat()} {since!r}\n", encoding="ascii")
            part.replace(self._file)  # nobody reads half of it


PATIENCE = 90.0
"""Seconds until a test gives up waiting for what takes one: a machine may have six times as much to
do as it can.
"""


def machine_time() -> dict[str, str]:
    """What of the environment says which day the machine takes it for, and where: libfaketime's,
    and the zone.
    """
    return {
        n: v for n, v in os.environ.items() if n in ("TZ", "LD_PRELOAD") or n.startswith("FAKETIME")
    }


def crowded() -> float:
    """How many times longer work takes just now than it would alone: for what may take no longer
    than so and so.
    """
    began, spent = time.monotonic(), time.process_time()
    while time.process_time() - spent < 0.1:
        pass
    return max(1.0, (time.monotonic() - began) / 0.1)


CLOCK = FakeClock()
"""The one of this test run; who moves it asks for the fixture `clock`, which puts it back."""
