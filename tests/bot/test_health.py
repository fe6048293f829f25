"""The desk says what keeps it from being ready, and since when."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.web.health import Health, Problem
from handlers.desk import Desk
from store.engine.database import StoreUnavailable
from tests.fakes.office import OFFICE, open_new

NOW = datetime(2026, 11, 30, 3, 0, tzinfo=UTC)


async def test_a_problem_has_the_moment_at_which_it_was_first_seen_until_it_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    moments = iter(NOW + timedelta(seconds=n) for n in range(10))
    db = await open_new(tmp_path / "desk.db")
    ping = db.ping

    async def lost() -> None:
        raise StoreUnavailable

    desk = Desk(db, OFFICE, lambda: next(moments))
    health = Health(desk)
    try:
        assert await health.problems() == [Problem("search is being read", NOW)]
        await desk.words.refreshed(db, None)
        assert await health.problems() == []
        monkeypatch.setattr(db, "ping", lost)
        since = NOW + timedelta(seconds=2)
        assert await health.problems() == [Problem("database unavailable", since)]
        assert await health.problems() == [Problem("database unavailable", since)]
        monkeypatch.setattr(db, "ping", ping)
        assert await health.problems() == []
    finally:
        await desk.close()
        await db.close()
