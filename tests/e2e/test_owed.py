"""What is owed, in real processes: killed between noting and telling, two at once, a week away,
restarted.
"""

import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from domain.customers.records import CustomerCode
from domain.owed.requests import Request, RequestKind
from store import due
from store.due import Due
from store.engine.database import Tx
from store.owed import requests
from store.owed import rows as owed
from tests.e2e.conftest import MakeDesk
from tests.e2e.harness import NOK, OFFICERS, DeskProcess, eventually, fill
from tests.e2e.test_due import count, let_leases_lapse, office, on_store
from tests.fakes.clock import CLOCK
from tests.fakes.line import FakeLine
from tests.fakes.postgres import shared_server
from tests.fakes.telegram import FakeTelegram

pytestmark = pytest.mark.long

SOMCHAI = CustomerCode("C81554")
TOLD = "SELECT count(*) AS n FROM owed WHERE reminders = 1"


def owe(url: str, officers: Iterable[str], ago: timedelta = timedelta(minutes=1)) -> None:
    """A contract each of these LINE accounts is to be reminded of, since `ago`."""

    async def work(tx: Tx) -> None:
        now = CLOCK()
        started, at = now - timedelta(days=15), now - ago
        for n, user in enumerate(officers, 1):
            rows = await tx.fetch("SELECT staff_id FROM identities WHERE user_id = ?", user)
            await requests.add_request(
                tx, Request(n, RequestKind.MICRODATA, SOMCHAI, started, started)
            )
            added = await tx.fetch(
                "INSERT INTO owed (request_id, rule, state, assignee_id, started_at, expected_on, next_at) "
                "VALUES (?, 'contract', 'open', ?, ?, ?, ?) RETURNING id",
                n,
                rows[0]["staff_id"],
                started,
                at.date(),
                at,
            )
            await due.plan(tx, [Due(owed.KIND, str(added[0]["id"]), "1", at)])

    on_store(url, work)


@pytest.fixture(params=["sqlite", "postgresql"])
def desk(
    request: pytest.FixtureRequest, make_desk: MakeDesk, line: FakeLine, tmp_path: Path
) -> DeskProcess:
    """A desk on LINE alone, on either engine, in an office that works now."""
    settings = {"CONFIG": office(tmp_path, is_open=True)}
    if request.param == "postgresql":
        settings["DATABASE_URL"] = asyncio.run(shared_server().clean_desk())
        asyncio.run(fill(settings["DATABASE_URL"]))
    return make_desk(None, line, **settings)


@pytest.mark.parametrize(
    "failpoint",
    ["owed.decided", "owed.written", "owed.tell.decided", "owed.tell.written", "message.accepted"],
)
def test_a_kill_between_noting_and_telling_loses_no_reminder_and_tells_none_twice(
    desk: DeskProcess, line: FakeLine, failpoint: str
) -> None:
    url = desk.settings["DATABASE_URL"]
    owe(url, [NOK.line, NOK.line])
    desk.start(failpoint)
    desk.wait_killed()
    let_leases_lapse(url)
    desk.start()
    line.wait_messages(NOK.line, 1)
    eventually(
        lambda: not count(url, "SELECT count(*) AS n FROM outbox WHERE state <> 'sent'"),
        "all recorded as sent",
    )
    past = "SELECT count(*) AS n FROM due WHERE state <> 'done' AND kind IN ('owed', 'owed.tell') AND occurrence <> '2'"
    eventually(lambda: not count(url, past), "nothing left to be told")
    (told,) = line.messages(NOK.line)
    assert "ค้างส่ง 2 เรื่อง" in told.text
    assert count(url, TOLD) == 2


def test_a_proof_that_comes_after_a_reminder_was_noted_and_before_it_is_told_is_not_asked_for(
    desk: DeskProcess, line: FakeLine, tmp_path: Path
) -> None:
    url, working = desk.settings["DATABASE_URL"], desk.settings["CONFIG"]
    owe(url, [NOK.line])
    desk.start("owed.written")
    desk.wait_killed()
    let_leases_lapse(url)
    desk.settings["CONFIG"] = office(tmp_path, is_open=False)
    desk.start()
    line.say(NOK.line, f"/open {SOMCHAI} อีเมล 7.10 ส่งสัญญาคืน => ได้รับแล้ว ปิด")
    eventually(
        lambda: any("หยุดเตือน" in message.text for message in line.messages(NOK.line)),
        "the chain ended",
    )
    desk.stop()
    answered = line.messages(NOK.line)
    desk.settings["CONFIG"] = working
    desk.start()
    waiting = "SELECT count(*) AS n FROM due WHERE kind = 'owed.tell' AND state <> 'done'"
    eventually(lambda: not count(url, waiting), "the telling is over")
    assert line.messages(NOK.line) == answered


def test_two_processes_at_once_tell_each_officer_once_of_all(
    make_desk: MakeDesk, line: FakeLine, tmp_path: Path
) -> None:
    url = asyncio.run(shared_server().clean_desk())
    asyncio.run(fill(url))
    people = [officer.line for officer in OFFICERS[:20]]
    owe(url, [people[n % 20] for n in range(600)])
    for _process in range(2):
        make_desk(None, line, DATABASE_URL=url, CONFIG=office(tmp_path, is_open=True)).start()
    eventually(lambda: all(line.messages(who) for who in people), "everybody is told")
    waiting = "SELECT count(*) AS n FROM due WHERE kind = 'owed.tell' AND state <> 'done'"
    eventually(lambda: not count(url, waiting), "the telling is over")
    eventually(
        lambda: not count(url, "SELECT count(*) AS n FROM outbox WHERE state <> 'sent'"),
        "all recorded",
    )
    assert count(url, TOLD) == 600
    assert [
        "ค้างส่ง 30 เรื่อง" in message.text for who in people for message in line.messages(who)
    ] == [True] * 20


def test_after_a_week_away_what_is_owed_waits_for_the_office_and_is_told_once_marked_late(
    desk: DeskProcess, line: FakeLine, tmp_path: Path
) -> None:
    url, working = desk.settings["DATABASE_URL"], desk.settings["CONFIG"]
    later = datetime(2030, 1, 1, tzinfo=UTC)
    on_store(
        url,
        lambda tx: tx.execute("UPDATE identities SET seen_at = ? WHERE platform = 'line'", later),
    )
    owe(url, [NOK.line], ago=timedelta(days=7))
    desk.settings["CONFIG"] = office(tmp_path, is_open=False)
    assert "owed=" not in desk.run("tick").stdout
    desk.settings["CONFIG"] = working
    assert "owed=1" in desk.run("tick").stdout
    assert "owed=" not in desk.run("tick").stdout
    desk.start()
    (told,) = line.wait_messages(NOK.line, 1)
    assert "ค้างส่ง 1 เรื่อง · เตือนช้ากว่ากำหนด" in told.text


def test_on_telegram_the_mornings_list_is_edited_in_its_place_also_over_restarts(
    make_desk: MakeDesk, telegram: FakeTelegram, tmp_path: Path
) -> None:
    desk = make_desk(telegram, CONFIG=office(tmp_path, is_open=True))
    owe(desk.settings["DATABASE_URL"], [NOK.line, NOK.line])
    desk.start()
    (listed,) = telegram.wait_messages(NOK.telegram, 1)
    for label, messages in (("1 อื่น ๆ", 2), ("เลื่อน…", 3), ("อีก 1 สัปดาห์", 3)):
        last = telegram.messages(NOK.telegram)[-1]
        whole = next(text for row in last.buttons for text, _data in row if text.startswith(label))
        telegram.press(NOK.telegram, last.message_id, whole)
        telegram.wait_messages(NOK.telegram, messages)
        desk.settle()
        desk.stop()
        desk.start()
    edited = telegram.messages(NOK.telegram)[0]
    assert edited.message_id == listed.message_id
    assert "เหลือ 1 จาก 2 เรื่อง" in edited.text
    assert "1 ⏸ " in edited.text
    telegram.press(NOK.telegram, listed.message_id, "2 ได้รับแล้ว")
    eventually(
        lambda: "ดำเนินการครบ 2 เรื่อง" in telegram.messages(NOK.telegram)[0].text, "the list says so"
    )
    assert len(telegram.messages(NOK.telegram)) == 3
