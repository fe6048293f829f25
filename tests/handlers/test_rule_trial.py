"""A changed rule is tried before it takes effect: by the command line's check, and by sending the
file to the bot; what it says is what happens.
"""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from typer.testing import CliRunner

from domain.configuration import load_configuration
from domain.owed.rules import Owed
from domain.owed.trial import planned_anew
from run_bot import app
from scheduler.ticker import Ticker
from tests.fakes.office import OFFICE

pytestmark = pytest.mark.usefixtures("quiet_mornings")

SENT = "/open {} เมล 7.9 ส่งข้อมูลและสัญญา => ส่งแล้ว ปิด"
QUICKER = '[reminders.contract]\nfirst = "1 day"\n'
SLOWER = '[reminders.research]\nfirst = "2 years"\n'
WRONG = '[reminders.contract]\nfirst = "soon"\n'


@pytest.fixture
async def owing(desk):
    for code in ("C70001", "C81554", "C90210"):
        await desk.says(SENT.format(code))
    await desk.says("/open C90210 เมล 7.10 ได้สัญญา => ได้รับแล้ว ปิด")
    return desk


@pytest.mark.parametrize(
    ("rules", "lines"),
    [
        (QUICKER, ["ถ้าใช้ไฟล์นี้ จะเลื่อนการเตือน 2 รายการ รายการแรกพรุ่งนี้", "สัญญาที่ลงนาม 2 รายการ"]),
        (SLOWER, ["ถ้าใช้ไฟล์นี้ จะเลื่อนการเตือน 1 รายการ รายการแรก 23 พ.ย. 71"]),
        ("", ["ถ้าใช้ไฟล์นี้ การเตือนไม่เปลี่ยน"]),
        (WRONG, ['⚠️ ใช้ไฟล์นี้ไม่ได้: office.toml: [reminders.contract] first: "soon"']),
    ],
)
async def test_an_administrator_sends_the_file_and_sees_what_it_would_do(owing, rules, lines):
    content = f"# ของสำนักงาน\n{rules}".encode()
    answer = await owing.sends_file(content, "office.toml", who="may")
    for line in lines:
        assert line in answer.text
    assert await owing.count("files") == 0
    assert await owing.count("owed", "next_at IS NOT NULL") == 3


@pytest.mark.parametrize(
    ("content", "mend"),
    [
        ("a = " + "[" * 5000 + "]" * 5000, "too deep"),
        ("a = " + "9" * 5000, "4300"),
        (f"# {'ก' * 200_000}", "larger than 500000 bytes"),
    ],
)
async def test_whatever_is_wrong_with_a_file_is_said_in_a_sentence(desk, content, mend):
    answer = await desk.sends_file(content.encode(), "office.toml", who="may")
    assert answer.text.startswith("⚠️ ใช้ไฟล์นี้ไม่ได้: office.toml: ")
    assert mend in answer.text


async def test_for_an_officer_it_is_a_file_like_others(owing):
    answer = await owing.sends_file(QUICKER.encode(), "office.toml")
    assert "จะเลื่อนการเตือน" not in answer.text


async def test_what_is_said_is_what_happens(owing, tmp_path):
    desk = owing
    path = tmp_path / "office.toml"
    path.write_text(QUICKER, "utf-8")
    told = await desk.sends_file(path.read_bytes(), "office.toml", who="may")
    assert "2 รายการ รายการแรกพรุ่งนี้" in told.text
    object.__setattr__(desk.engine.desk, "configuration", load_configuration(path))
    done = await Ticker(desk.engine.desk, desk.engine).tick()
    assert done["replan"] == 2
    row = await desk.db.fetch_one(
        "SELECT min(next_at) AS next_at FROM owed WHERE rule = 'contract'"
    )
    assert (row["next_at"] + timedelta(hours=7)).date() == (desk.now + timedelta(days=1)).date()


async def test_the_check_of_the_command_line_says_it_too_and_changes_nothing(
    owing, tmp_path, desk_url
):
    desk = owing
    path = tmp_path / "new.toml"
    path.write_text(QUICKER, "utf-8")
    before = await desk.db.fetch("SELECT id, next_at FROM owed ORDER BY id")
    clock = tmp_path / "clock"
    clock.write_text(desk.now.isoformat(), "utf-8")
    environment = {"DESKBOT_DATABASE_URL": desk_url, "DESKBOT_CLOCK": str(clock)}

    async def check(*words):
        return await asyncio.to_thread(CliRunner().invoke, app, ["check", *words], env=environment)

    checked = await check("--config", str(path))
    assert checked.exit_code == 0, checked.output
    assert "reminders: would move 2, the first on 2026-11-24 09:00, contract 2" in checked.output
    assert "reminders: none would move" in (await check()).output
    path.write_text(WRONG, "utf-8")
    assert (await check("--config", str(path))).exit_code == 1
    assert await desk.db.fetch("SELECT id, next_at FROM owed ORDER BY id") == before


def test_what_is_due_already_is_told_whatever_the_rule_says():
    now = datetime(2026, 12, 1, 3, tzinfo=UTC)
    waiting = Owed(1, "contract", now - timedelta(days=20), next_at=now - timedelta(hours=1))
    planned = replace(waiting, next_at=now + timedelta(hours=1))
    calendar = OFFICE.calendar
    assert planned_anew(OFFICE.rules, calendar, [waiting], now) == []
    (moved,) = planned_anew(OFFICE.rules, calendar, [planned], now)
    assert moved.at == datetime(2026, 12, 2, 2, tzinfo=UTC)
    (ended,) = planned_anew({}, calendar, [planned], now)
    assert ended.at is None
