"""The ticking: it goes on after a failing tick, and when the wall clock was set back."""

import asyncio
from datetime import timedelta
from time import process_time

import pytest

from bot.clock import wall_clock
from scheduler.ticker import JOB, keep_ticking, start_ticker
from store.engine.database import StoreUnavailable
from tests.fakes.clock import PATIENCE


class Counting:
    """Ticks that are counted, or fail."""

    def __init__(self, *errors):
        self.errors = list(errors)
        self.ticked = asyncio.Event()
        self.times = 0

    async def tick(self):
        if self.errors:
            raise self.errors.pop(0)
        self.times += 1
        self.ticked.set()
        return {}


class Slow:
    """A tick that takes until it is cut off."""

    def __init__(self):
        self.begun = asyncio.Event()
        self.ended = asyncio.Event()

    async def tick(self):
        self.begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            self.ended.set()


@pytest.fixture
async def started():
    """Starts tickers, and stops them."""
    schedulers = []

    def start(ticker):
        reported = []
        schedulers.append(
            start_ticker(
                ticker, lambda what, error: reported.append(str(error)) or "AB12", wall_clock
            )
        )
        return schedulers[-1], reported

    yield start
    for scheduler in schedulers:
        if scheduler.running:
            scheduler.shutdown(wait=False)


def soon(scheduler):
    scheduler.get_job(JOB).modify(next_run_time=wall_clock())


async def test_the_first_tick_comes_at_once(started):
    ticker = Counting()
    started(ticker)
    await asyncio.wait_for(ticker.ticked.wait(), PATIENCE)


@pytest.mark.parametrize(
    ("error", "told"), [(RuntimeError("broken"), ["broken"]), (StoreUnavailable("away"), [])]
)
async def test_a_tick_that_fails_is_reported_and_the_next_one_comes(started, error, told):
    ticker = Counting(error)
    scheduler, reported = started(ticker)
    while ticker.errors:
        await asyncio.sleep(0)
    soon(scheduler)
    await asyncio.wait_for(ticker.ticked.wait(), PATIENCE)
    assert reported == told


async def test_a_desk_that_stops_in_the_middle_of_a_tick_complains_of_nothing(started, caplog):
    ticker = Slow()
    scheduler, reported = started(ticker)
    await asyncio.wait_for(ticker.begun.wait(), PATIENCE)
    scheduler.shutdown(wait=False)
    await asyncio.wait_for(ticker.ended.wait(), PATIENCE)
    await asyncio.sleep(0)
    assert (reported, caplog.messages) == ([], [])


async def test_a_wall_clock_set_back_by_a_day_stops_nothing(started):
    ticker = Counting()
    scheduler, _reported = started(ticker)
    await asyncio.wait_for(ticker.ticked.wait(), PATIENCE)
    ticker.ticked.clear()
    # As APScheduler sees it: the next tick is a day away.
    scheduler.get_job(JOB).modify(next_run_time=wall_clock() + timedelta(days=1))
    keep_ticking(scheduler, wall_clock)
    await asyncio.wait_for(ticker.ticked.wait(), PATIENCE)


async def test_a_wall_clock_set_forward_by_decades_is_one_tick_and_no_walk_through_all_of_them(
    started,
):
    ticker = Counting()
    scheduler, _reported = started(ticker)
    await asyncio.wait_for(ticker.ticked.wait(), PATIENCE)
    ticker.ticked.clear()
    begun = process_time()
    # As APScheduler sees it: the next tick was to be in 1970.
    long_ago = wall_clock() - timedelta(days=56 * 365)
    scheduler.get_job(JOB).modify(next_run_time=long_ago)
    await asyncio.wait_for(ticker.ticked.wait(), PATIENCE)
    assert process_time() - begun < 1.0
    assert scheduler.get_job(JOB).next_run_time > wall_clock()
    assert ticker.times == 2
