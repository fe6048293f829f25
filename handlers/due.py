"""The table of what the desk does at a time: one row each, put there by the function that does
it.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import time

from handlers.desk import Work
from store.due import Due

DueFunction = Callable[[Work, Sequence[Due]], Awaitable[None]]
StartFunction = Callable[[Work], Awaitable[int]]


@dataclass(frozen=True, slots=True)
class DueKind:
    """`run` gets all occurrences of the kind that are due together.

    `silent` = it tells nobody, so it may run at night; everything else waits for the office's
    hours, but for what is `urgent`: that is told at its time, day and night, and waits for the
    office only when it is half a day late. `daily_at` = it is due every day at that local time, on
    working days only where `workdays`."""

    name: str
    run: DueFunction
    silent: bool
    daily_at: time | None
    workdays: bool
    urgent: bool = False


KINDS: dict[str, DueKind] = {}
STARTS: list[StartFunction] = []
"""What is done once by each process before its first tick; each says how many things it touched."""


def due(
    name: str,
    *,
    silent: bool = False,
    urgent: bool = False,
    daily_at: time | None = None,
    workdays: bool = True,
) -> Callable[[DueFunction], DueFunction]:
    """Enter a function in the table."""

    def enter(run: DueFunction) -> DueFunction:
        KINDS[name] = DueKind(name, run, silent, daily_at, workdays, urgent)
        return run

    return enter


def at_start(run: StartFunction) -> StartFunction:
    """Enter a function among those that run before a process's first tick."""
    STARTS.append(run)
    return run
