"""The clock's turn: each occurrence once, in office hours, one bad apple alone, a week away made up
for once.
"""

import asyncio
from datetime import time
from functools import partial

import pytest

from domain.staff import Platform
from handlers.chat import say
from handlers.labels import value_label
from handlers.registry import KINDS, DueKind
from scheduler import ticker
from store import due
from store.due import Due
from tests.fakes.clock import PATIENCE
from tests.handlers.conftest import Answer


@pytest.fixture
def kinds():
    """A table of due kinds of the test's own."""
    before = dict(KINDS)
    KINDS.clear()
    yield KINDS
    KINDS.clear()
    KINDS.update(before)


def telling(desk, spoils=()):
    async def run(work, rows):
        for row in rows:
            if row.subject in spoils:
                raise RuntimeError(row.subject)
            late = " (late)" if row.is_late(work.now) else ""
            work.notify(
                partial(say, f"{row.subject}{late}"),
                f"{row.kind}:{row.subject}",
                staff_id=desk.ids["nok"],
            )

    return run


async def plan(desk, *subjects, minutes=0):
    at = desk.now
    await desk.db.write(
        lambda tx: due.plan(tx, [Due("remind", subject, "1", at) for subject in subjects])
    )
    desk.wait(minutes=minutes)


async def test_what_is_due_is_told_once(desk, kinds):
    kinds["remind"] = DueKind("remind", telling(desk), silent=False, daily_at=None, workdays=True)
    await plan(desk, "a")
    assert (await desk.tick())["remind"] == 1
    assert "remind" not in await desk.tick()
    assert desk.told("nok").text == "a"


async def test_a_notice_that_cannot_be_rendered_blocks_nobody_and_is_told_elsewhere(desk, kinds):
    kinds["remind"] = DueKind("remind", telling(desk), silent=False, daily_at=None, workdays=True)
    telegram = desk.recorders[Platform.TELEGRAM]
    able = telegram.render

    def render(reply, replaces="", topic=""):
        return able(reply, replaces) if Answer([reply]).text != "bad" else []

    telegram.render = render
    await plan(desk, "bad", "good")
    await desk.tick()
    assert [reply for to, reply in telegram.sent if to == "nok"] == [say("good")]
    assert await desk.count("outbox", "state IN ('queued', 'sending')") == 0
    assert "cannot be rendered" in "".join(
        row["error"] for row in await desk.db.fetch("SELECT error FROM outbox")
    )

    telegram.render = lambda reply, replaces="": [1 / 0]
    await plan(desk, "worse")
    await desk.tick()
    assert await desk.count("outbox", "state IN ('queued', 'sending')") == 0


async def test_nothing_is_told_at_night_and_it_comes_marked_late_in_the_morning(desk, kinds):
    kinds["remind"] = DueKind("remind", telling(desk), silent=False, daily_at=None, workdays=True)
    desk.wait(hours=9)  # 19.00
    await plan(desk, "a")
    assert "remind" not in await desk.tick()
    desk.wait(hours=14)  # 9.00
    assert (await desk.tick())["remind"] == 1
    assert desk.told("nok").text == "a (late)"


async def test_silent_work_is_done_at_night(desk, kinds):
    kinds["remind"] = DueKind("remind", telling(desk), silent=True, daily_at=None, workdays=True)
    desk.wait(hours=9)
    await plan(desk, "a")
    assert (await desk.tick())["remind"] == 1


async def test_one_that_fails_does_not_stop_the_others_and_at_last_the_administrators_hear_of_it(
    desk, kinds
):
    kinds["remind"] = DueKind(
        "remind", telling(desk, spoils={"bad"}), silent=True, daily_at=None, workdays=True
    )
    await plan(desk, "a", "bad", "b")
    assert (await desk.tick())["remind"] == 2
    assert sorted(desk.told("nok").text.split("\n")) == ["a", "b"]
    for _again in range(4):
        assert not desk.told("may").text
        desk.wait(hours=1)
        await desk.tick()
    assert "งานตามเวลา remind ทำไม่สำเร็จ" in desk.told("may").text
    assert await desk.count("due", "state = 'failed' AND subject = 'bad'") == 1


async def test_daily_work_is_done_once_a_working_day_also_when_the_desk_starts_late(desk, kinds):
    kinds["remind"] = DueKind(
        "remind", telling(desk), silent=True, daily_at=time(8, 30), workdays=True
    )
    assert (await desk.tick())["remind"] == 1  # Monday, 10.00
    assert "remind" not in await desk.tick()
    desk.wait(days=5)  # Saturday
    assert "remind" not in await desk.tick()
    desk.wait(days=1, hours=22, minutes=29)  # Monday, 8.29
    assert "remind" not in await desk.tick()
    desk.wait(minutes=1)
    assert (await desk.tick())["remind"] == 1


async def test_what_is_taken_back_in_the_same_second_is_not_told(desk, kinds):
    async def run(work, rows):
        await telling(desk)(work, rows)
        await desk.db.write(lambda tx: due.cancel(tx, "remind", "gone"))

    kinds["remind"] = DueKind("remind", run, silent=True, daily_at=None, workdays=True)
    await plan(desk, "gone", "stays")
    await desk.tick()
    desk.wait(minutes=6)
    await desk.tick()
    assert desk.told("nok").text == "stays"


async def test_work_that_takes_longer_than_a_lease_is_not_begun_by_another_process(
    desk, kinds, monkeypatch
):
    monkeypatch.setattr(ticker, "KEEP_SECONDS", 0)

    async def run(work, rows):
        desk.wait(minutes=6)
        async with asyncio.timeout(PATIENCE):
            while await due.has_claimable(desk.db, due.Claimable(["remind"], desk.now)):
                await asyncio.sleep(0)
        await telling(desk)(work, rows)

    kinds["remind"] = DueKind("remind", run, silent=True, daily_at=None, workdays=True)
    await plan(desk, "long")
    assert (await desk.tick())["remind"] == 1
    assert desk.told("nok").text.startswith("long")


def test_every_kind_of_due_work_has_a_name_in_thai():
    unnamed = [kind for kind in KINDS if value_label("due", kind) == kind]
    assert KINDS
    assert not unnamed
