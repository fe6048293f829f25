"""What is counted of one post that was logged and told, before it is joined, after, and once it is
parted: the same in summaries, files, projects and behind a ticket's number, on both engines.
"""

import asyncio
import json
import re

import pytest

from bot.engine import Engine
from domain.staff import Platform
from store.chat import inbox
from store.chat.inbox import Event
from store.opening import open_database
from tests.fakes.office import OFFICE
from tests.handlers.conftest import DeskUnderTest
from tests.handlers.test_same_post import COUNTED, told_later


@pytest.fixture(params=["sqlite", "postgresql"])
def desk_engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


async def counted(desk: DeskUnderTest) -> tuple[int, int]:
    """How many posts the month's summary has, and how many of them the survey's line."""
    told = (await desk.says("ประชาสัมพันธ์ สรุป เดือนนี้")).text
    posts = re.search(r"ทั้งหมด: (\d+) โพสต์", told)
    of_project = re.search(r"สำรวจภาวะการทำงานของประชากร: (\d+)", told)
    assert posts is not None
    assert of_project is not None
    return int(posts[1]), int(of_project[1])


async def test_one_and_two_everywhere(desk: DeskUnderTest):
    await told_later(desk)
    asked = desk.told("nok")
    logged, told = [row["no"] for row in await desk.db.fetch("SELECT no FROM tickets ORDER BY no")]
    assert await counted(desk) == (2, 2)
    joined = await desk.presses_token(asked.token("โพสต์เดียวกัน"))
    assert await counted(desk) == (1, 1)
    gone = await desk.says(f"/ticket {told}")
    assert f"เหตุผลที่ยกเลิก: โพสต์เดียวกับ {logged}" in gone.text
    assert "ยกเลิก" not in (await desk.says(f"/ticket {logged}")).text.splitlines()[0]
    assert await desk.count("ticket_data", "ticket_no = ? AND status <> 'voided'", told) == 0
    await desk.presses_token(joined.token("แยก"))
    assert await counted(desk) == (2, 2)
    assert "เหตุผลที่ยกเลิก" not in (await desk.says(f"/ticket {told}")).text


async def test_two_processes_join_the_same_two_at_once(desk: DeskUnderTest, desk_url: str):
    await told_later(desk)
    token = desk.told("nok").token("โพสต์เดียวกัน")
    db = await open_database(desk_url)
    other = Engine(db, OFFICE, dict(desk.recorders), "other", lambda: desk.now)
    try:
        for engine, own, platform in (
            (desk.engine, desk.db, Platform.TELEGRAM),
            (other, db, Platform.LINE),
        ):
            raw = json.dumps({"press": token, "who": "nok"})
            event = Event(platform, f"both-{platform}", f"{platform}:nok", 99, raw)
            engine.worker.wake(await inbox.receive(own, [event], engine.owner, desk.now))
        await asyncio.gather(desk.engine.idle(), other.idle())
    finally:
        await other.stop()
        await db.close()
    assert await desk.count("tickets", COUNTED) == 1
    assert await desk.count("posts", "joined_to <> ''") == 1
    assert await desk.count("changes", "field = 'status' AND new_value = 'voided'") == 1
