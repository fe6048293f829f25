"""What the desk does beside its work goes on, whatever it meets."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

import run_bot
from bot import engine
from bot.engine import Engine
from domain.errors import Conflict
from store.rebuild.rekeying import Rekeying
from store.search.building import Building
from store.search.words import SearchWords
from tests.fakes.office import OFFICE, open_new

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
LOOPS = {
    "search.words": (SearchWords, "refreshed"),
    "search.index": (Building, "run"),
    "customers.keys": (Rekeying, "is_done"),
}


@pytest.fixture
async def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Engine]:
    monkeypatch.setattr(engine, "LEARN_EVERY", 0.01)
    monkeypatch.setattr(engine, "HURRY", 0.01)
    db = await open_new(tmp_path / "desk.db")
    desk = Engine(db, OFFICE, {}, "test", lambda: NOW)
    yield desk
    await desk.stop()
    await db.close()


@pytest.mark.parametrize("what", LOOPS)
@pytest.mark.parametrize("error", [BlockingIOError(11, "no process"), Conflict("exists")])
async def test_what_goes_wrong_is_told_and_tried_again(
    desk: Engine, monkeypatch: pytest.MonkeyPatch, what: str, error: Exception
) -> None:
    where, name = LOOPS[what]
    work: Callable[..., Awaitable[object]] = getattr(where, name)
    failed: list[str] = []
    told: list[tuple[str, Exception]] = []
    went_on = asyncio.Event()

    async def fails_first(*args: object, **more: object) -> object:
        if len(failed) < 2:
            failed.append(what)
            raise error
        went_on.set()
        return await work(*args, **more)

    monkeypatch.setattr(where, name, fails_first)
    monkeypatch.setattr(desk, "report", lambda *met: told.append(met))
    await desk.start()

    await asyncio.wait_for(went_on.wait(), 10)
    assert len(told) == 2
    assert {met for _what, met in told} == {error}


def test_the_desk_drains_within_what_stopping_may_take() -> None:
    rest = run_bot.LONGEST_STOP - run_bot.LAST_WORD - engine.DRAIN
    assert rest > 1
