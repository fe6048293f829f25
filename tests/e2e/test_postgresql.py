"""Two processes on one PostgreSQL: they share the work, and each event's effect is there once."""

import asyncio

import pytest

from store.engine import leases
from store.opening import open_database
from tests.e2e.conftest import MakeDesk
from tests.e2e.harness import OFFICERS, SAVED, DeskProcess, eventually, fill, one_line
from tests.fakes.clock import FakeClock
from tests.fakes.line import FakeLine
from tests.fakes.postgres import shared_server

pytestmark = pytest.mark.long

ASKED = 12


def count(url: str, sql: str) -> int:
    async def look() -> int:
        db = await open_database(url)
        try:
            row = await db.fetch_one(sql)
            return int(row["n"]) if row else 0
        finally:
            await db.close()

    return asyncio.run(look())


def two_desks(
    make_desk: MakeDesk, line: FakeLine, failpoint: str = ""
) -> tuple[str, DeskProcess, DeskProcess]:
    url = asyncio.run(shared_server().clean_desk())
    asyncio.run(fill(url))
    first = make_desk(None, line, DATABASE_URL=url).start(failpoint)
    second = make_desk(None, line, DATABASE_URL=url).start()
    return url, first, second


def webhook(desk: DeskProcess) -> str:
    return f"http://127.0.0.1:{desk.port}/line/webhook"


def test_two_processes_share_the_events_and_do_each_once(make_desk: MakeDesk, line: FakeLine):
    url, first, second = two_desks(make_desk, line)
    for n in range(ASKED):
        # One person's messages reach now this process, now that one.
        line.webhook_url = webhook(first if n % 2 else second)
        assert line.say(OFFICERS[n // 4].line, one_line(f"เรื่องที่ {n}")).status == 200
    people = [officer.line for officer in OFFICERS[: ASKED // 4]]
    eventually(lambda: sum(len(line.messages(who)) for who in people) >= ASKED, "all answers")
    for number, who in enumerate(people):
        answers = [message.text for message in line.messages(who)]
        assert len(answers) == 4
        assert all(SAVED in text for text in answers)
        asked = [f"เรื่องที่ {n}" for n in range(number * 4, number * 4 + 4)]
        assert [
            next(each for each in asked if f"{each}\n" in f"{text}\n") for text in answers
        ] == asked
    assert count(url, "SELECT count(*) AS n FROM tickets") == ASKED
    assert count(url, "SELECT count(DISTINCT no) AS n FROM tickets") == ASKED


def test_what_a_killed_process_held_the_other_finishes(
    make_desk: MakeDesk, line: FakeLine, clock: FakeClock
):
    url, first, _second = two_desks(make_desk, line, "event.handled")
    line.webhook_url = webhook(first)
    line.say(OFFICERS[0].line, one_line("ก่อนล้ม"))
    first.wait_killed()
    assert line.messages(OFFICERS[0].line) == []
    clock.advance(
        seconds=leases.TTL.total_seconds()
    )  # then the other process takes the conversation over
    eventually(lambda: line.messages(OFFICERS[0].line), "the other process")
    assert SAVED in line.messages(OFFICERS[0].line)[0].text
    assert count(url, "SELECT count(*) AS n FROM tickets") == 1
