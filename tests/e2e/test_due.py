"""What is due, in real processes: killed at every step of the tick, two at once, a week away,
nobody to be reached.
"""

import asyncio
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from domain.dates.days import BANGKOK
from domain.staff import StaffId
from store import reminders
from store.engine.database import Tx
from store.opening import open_database
from store.reminders import Reminder
from tests.e2e.conftest import MakeDesk
from tests.e2e.harness import ADMIN, NOK, OFFICERS, RESENT, DeskProcess, eventually, fill
from tests.fakes.clock import CLOCK
from tests.fakes.line import FakeLine
from tests.fakes.postgres import shared_server
from tests.fakes.smtp import FakeSmtp
from tests.fakes.telegram import FakeTelegram

pytestmark = pytest.mark.long

WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
LATE = "แจ้งช้าเพราะระบบหยุดทำงาน"


def on_store(url: str, work: Callable[[Tx], Any]) -> Any:
    """One transaction beside the desk."""

    async def run() -> Any:
        db = await open_database(url)
        try:
            return await db.write(work)
        finally:
            await db.close()

    return asyncio.run(run())


def remind(url: str, who: dict[str, str], ago: timedelta = timedelta(minutes=1)) -> None:
    """Reminders that are due: text -> the LINE account of whom it is for."""

    async def work(tx: Tx) -> None:
        now = CLOCK()
        for n, (text, user) in enumerate(who.items()):
            rows = await tx.fetch("SELECT staff_id FROM identities WHERE user_id = ?", user)
            await reminders.add(
                tx,
                [Reminder(f"r{n}-{text}", StaffId(rows[0]["staff_id"]), "", text, now - ago, now)],
            )

    on_store(url, work)


def let_leases_lapse(url: str) -> None:
    """As if their time were over: the test does not wait for it."""

    async def work(tx: Tx) -> None:
        past = CLOCK() - timedelta(minutes=1)
        await tx.execute("UPDATE due SET lease_until_at = ? WHERE state = 'waiting'", past)
        await tx.execute("UPDATE leases SET expires_at = ?", past)

    on_store(url, work)


def count(url: str, sql: str) -> int:
    async def work(tx: Tx) -> int:
        rows = await tx.fetch(sql)
        return int(rows[0]["n"])

    return int(on_store(url, work))


@pytest.fixture(params=["sqlite", "postgresql"])
def desk(request: pytest.FixtureRequest, make_desk: MakeDesk, line: FakeLine) -> DeskProcess:
    """A desk on LINE alone, on either engine."""
    if request.param == "sqlite":
        return make_desk(None, line)
    url = asyncio.run(shared_server().clean_desk())
    asyncio.run(fill(url))
    return make_desk(None, line, DATABASE_URL=url)


def office(folder: Path, *, is_open: bool) -> str:
    """A configuration in which the office works now, or at no time near it."""
    today = CLOCK().astimezone(BANGKOK).date()
    hours = "00:00-23:59" if is_open else "00:00-00:01"
    path = folder / f"office-{is_open}.toml"
    rows = "".join(f'{day} = ["{hours}"]\n' for day in WEEK)
    days = "".join(_working(today + timedelta(days=n)) for n in (0, 1))
    path.write_text(f"[working_hours]\n{rows}\n{days}", encoding="utf-8")
    return str(path)


def _working(on: date) -> str:
    return f'[[holidays]]\ndate = {on}\nname = "วันทำการ"\nworking = true\n'


@pytest.mark.parametrize(
    "failpoint",
    ["due.claimed", "due.decided", "due.written", "message.sending", "message.accepted"],
)
def test_a_kill_at_any_step_of_the_tick_loses_nothing_and_tells_nothing_twice(
    desk: DeskProcess, line: FakeLine, failpoint: str
) -> None:
    url = desk.settings["DATABASE_URL"]
    remind(url, {"ส่งไฟล์": NOK.line, "โทรกลับ": NOK.line})
    desk.start(failpoint)
    desk.wait_killed()
    let_leases_lapse(url)
    desk.start()
    line.wait_messages(NOK.line, 2)
    eventually(
        lambda: not count(url, "SELECT count(*) AS n FROM outbox WHERE state <> 'sent'"),
        "all recorded as sent",
    )
    assert count(url, "SELECT count(*) AS n FROM due WHERE state <> 'done'") == 0
    assert Counter(message.text for message in line.messages(NOK.line)) == {
        "⏰ ส่งไฟล์": 1,
        "⏰ โทรกลับ": 1,
    }


def test_two_processes_at_once_ring_each_reminder_once(make_desk: MakeDesk, line: FakeLine) -> None:
    url = asyncio.run(shared_server().clean_desk())
    asyncio.run(fill(url))
    people = [officer.line for officer in OFFICERS[:20]]
    remind(url, {f"เรื่องที่ {n}": people[n % 20] for n in range(600)})
    for _process in range(2):
        make_desk(None, line, DATABASE_URL=url).start()
    eventually(lambda: sum(len(line.messages(who)) for who in people) >= 600, "all reminders")
    eventually(
        lambda: not count(url, "SELECT count(*) AS n FROM outbox WHERE state <> 'sent'"),
        "all recorded",
    )
    rung = Counter(message.text for who in people for message in line.messages(who))
    assert rung == {f"⏰ เรื่องที่ {n}": 1 for n in range(600)}


def test_after_a_week_away_what_came_due_waits_for_the_office_and_is_told_once_marked_late(
    make_desk: MakeDesk, line: FakeLine, tmp_path: Path
) -> None:
    desk = make_desk(None, line)
    desk.write(
        "UPDATE identities SET seen_at = '2030-01-01T00:00:00.000000Z' WHERE platform = 'line'"
    )
    remind(desk.settings["DATABASE_URL"], {"ส่งไฟล์": NOK.line}, ago=timedelta(days=7))
    desk.settings["CONFIG"] = office(tmp_path, is_open=False)
    assert "reminder=" not in desk.run("tick").stdout
    desk.settings["CONFIG"] = office(tmp_path, is_open=True)
    assert "reminder=1" in desk.run("tick").stdout
    assert "reminder=" not in desk.run("tick").stdout
    desk.start()
    (told,) = line.wait_messages(NOK.line, 1)
    assert told.text.startswith("⏰ ส่งไฟล์")
    assert LATE in told.text


def test_what_is_on_time_rings_at_night_too(
    make_desk: MakeDesk, line: FakeLine, tmp_path: Path
) -> None:
    desk = make_desk(None, line, CONFIG=office(tmp_path, is_open=False))
    remind(desk.settings["DATABASE_URL"], {"ส่งไฟล์": NOK.line})
    desk.start()
    (told,) = line.wait_messages(NOK.line, 1)
    assert LATE not in told.text


def test_who_blocked_both_platforms_is_told_nothing_but_the_administrators_are(
    make_desk: MakeDesk, telegram: FakeTelegram, line: FakeLine
) -> None:
    desk = make_desk(telegram, line).start()
    line.unfollow(NOK.line)
    desk.settle()
    telegram.blocked.add(NOK.telegram)
    remind(desk.settings["DATABASE_URL"], {"เรื่องแรก": NOK.line})
    refused = eventually(
        lambda: telegram.messages(ADMIN.telegram) + line.messages(ADMIN.line), "the first notice"
    )
    assert "ส่งข้อความทาง Telegram ไม่ได้" in refused[0].text
    remind(desk.settings["DATABASE_URL"], {"เรื่องที่สอง": NOK.line, "เรื่องที่สาม": NOK.line})
    desk.settle()
    eventually(
        lambda: len(telegram.messages(ADMIN.telegram) + line.messages(ADMIN.line)) >= 2,
        "the second notice",
    )
    desk.settle()
    told = [
        message.text for message in telegram.messages(ADMIN.telegram) + line.messages(ADMIN.line)
    ]
    assert ["แจ้งเตือนคุณนกไม่ได้" in text for text in told] == [False, True]
    assert line.messages(NOK.line) == []


def test_when_lines_quota_is_spent_reminders_come_by_telegram_and_the_administrators_hear_of_it_once(
    make_desk: MakeDesk, telegram: FakeTelegram, line: FakeLine
) -> None:
    desk = make_desk(telegram, line)
    desk.write(
        "UPDATE identities SET seen_at = '2030-01-01T00:00:00.000000Z' WHERE platform = 'line'"
    )
    desk.write(
        "UPDATE identities SET seen_at = '2031-01-01T00:00:00.000000Z' WHERE user_id = ?",
        str(ADMIN.telegram),
    )
    line.quota, line.consumption = 0, 0
    remind(desk.settings["DATABASE_URL"], {"ส่งไฟล์": NOK.line, "โทรกลับ": NOK.line})
    desk.start()
    telegram.wait_messages(NOK.telegram, 2)
    desk.settle()
    assert sorted(message.text for message in telegram.messages(NOK.telegram)) == [
        "⏰ ส่งไฟล์",
        "⏰ โทรกลับ",
    ]
    assert [
        "ครบโควตาเดือนนี้แล้ว" in message.text for message in telegram.messages(ADMIN.telegram)
    ] == [True]


@pytest.mark.parametrize(
    "failpoint", ["", "message.accepted", "message.sent", "mail.accepted", "mail.sent"]
)
def test_when_lines_quota_is_spent_whom_only_line_reaches_is_told_by_mail_once(
    make_desk: MakeDesk, telegram: FakeTelegram, line: FakeLine, failpoint: str
) -> None:
    with FakeSmtp() as smtp:
        desk = make_desk(telegram, line, SMTP_URL=smtp.url, MAIL_FROM="services@nso.example")
        desk.write("DELETE FROM identities WHERE user_id = ?", str(NOK.telegram))
        desk.write("UPDATE staff SET email = 'nok@nso.example' WHERE name = 'คุณนก'")
        desk.write(
            "UPDATE identities SET seen_at = '2031-01-01T00:00:00.000000Z' WHERE platform = 'telegram'"
        )
        line.quota, line.consumption = 0, 0
        remind(desk.settings["DATABASE_URL"], {"ส่งไฟล์ให้คุณสมชาย": NOK.line})
        desk.start(failpoint)
        if failpoint:
            desk.restart_after_kill()
        eventually(lambda: smtp.mails, "the mail")
        eventually(lambda: telegram.messages(ADMIN.telegram), "what administrators hear")
        desk.settle()
        (taken,) = smtp.mails
        assert taken.to == "nok@nso.example"
        assert "สมชาย" not in taken.body
        # A Telegram message that was just going out at the kill may come twice, and says so.
        told = {message.text.removeprefix(RESENT) for message in telegram.messages(ADMIN.telegram)}
        assert sum("ครบโควตาเดือนนี้แล้ว" in text for text in told) == 1
        # After the mail was handed over and before that was noted, nobody can know: it is said, and
        # not sent again.
        assert sum("แจ้งเตือนคุณนกไม่ได้" in text for text in told) == (failpoint == "mail.accepted")
        assert smtp.violations == []


@pytest.mark.parametrize(
    ("used", "told"), [(69, []), (70, ["70% (70/100)"]), (93, ["93% (93/100)"])]
)
def test_the_administrators_are_warned_before_lines_quota_is_spent(
    make_desk: MakeDesk, telegram: FakeTelegram, line: FakeLine, used: int, told: list[str]
) -> None:
    """Once a month for each mark, also over a restart."""
    desk = make_desk(telegram, line)
    desk.write(
        "UPDATE identities SET seen_at = '2031-01-01T00:00:00.000000Z' WHERE user_id = ?",
        str(ADMIN.telegram),
    )
    line.quota, line.consumption = 100, used
    for times in (1, 2):
        desk.start()
        asked = lambda times=times: sum(call.method == "quota" for call in line.calls) >= times  # noqa: E731
        eventually(asked, "the quota is asked for")
        eventually(
            lambda: desk.rows("SELECT 1 FROM push_use WHERE asked_at IS NOT NULL"), "and kept"
        )
        desk.settle()
        desk.stop()
    warned = [message.text for message in telegram.messages(ADMIN.telegram)]
    assert len(warned) == len(told)
    assert all(words in text for words, text in zip(told, warned, strict=True))


def test_pushes_are_counted_and_replies_are_not(make_desk: MakeDesk, line: FakeLine) -> None:
    desk = make_desk(None, line)
    remind(desk.settings["DATABASE_URL"], {"ส่งไฟล์": NOK.line, "โทรกลับ": NOK.line})
    desk.start()
    line.wait_messages(NOK.line, 2)
    line.say(ADMIN.line, "สถานะระบบ")
    desk.settle()
    assert desk.rows("SELECT counted FROM push_use") == [(2,)]
    assert line.consumption == 2
    assert "แจ้งเตือนทาง LINE เดือนนี้" in line.messages(ADMIN.line)[0].text
