"""A day at the wire: the bare flow on both platforms, the indicator of work, and the terminal as
newcomers meet it.
"""

import asyncio
import os
import re
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from bot.line.adapter import LineAdapter
from bot.telegram.adapter import TelegramAdapter
from tests.e2e.fork_server import run_program
from tests.e2e.harness import DAO, NOK, SAVED, DeskProcess
from tests.fakes.clock import CLOCK
from tests.fakes.line import FakeLine
from tests.fakes.telegram import FakeTelegram

ANSWER = "รายได้ครัวเรือนกระบี่ 2560 => แนะนำเว็บไซต์ สสช. ปิด"


@pytest.fixture
def both(make_desk, telegram, line) -> DeskProcess:
    return make_desk(telegram, line).start()


def test_a_caller_is_recorded_and_closed_in_three_messages_on_telegram(
    both: DeskProcess, telegram: FakeTelegram
):
    telegram.say(NOK.telegram, "0812345678")
    (card,) = telegram.wait_messages(NOK.telegram, 1)
    assert "C81554 นายสมชาย ใจดี" in card.text
    telegram.press(NOK.telegram, card.message_id, "สร้างใบงาน")
    form = telegram.wait_messages(NOK.telegram, 2)[-1]
    assert "พิมพ์รายละเอียด" in form.text
    telegram.say(NOK.telegram, ANSWER)
    done = telegram.wait_messages(NOK.telegram, 3)[-1]
    assert re.search(rf"{SAVED} R\d{{10}} · ปิดแล้ว", done.text)
    assert both.tickets("รายได้ครัวเรือนกระบี่ 2560") == 1


def test_a_caller_is_recorded_and_closed_in_three_messages_on_line(
    both: DeskProcess, line: FakeLine
):
    line.say(DAO.line, "0812345678")
    (card,) = line.wait_messages(DAO.line, 1)
    assert "C81554 นายสมชาย ใจดี" in card.text
    line.press(DAO.line, "สร้างใบงาน")
    line.wait_messages(DAO.line, 2)
    line.say(DAO.line, ANSWER)
    done = line.wait_messages(DAO.line, 3)[-1]
    assert re.search(rf"{SAVED} R\d{{10}} · ปิดแล้ว", done.text)
    assert {message.via for message in line.messages(DAO.line)} == {"reply"}
    assert both.tickets("รายได้ครัวเรือนกระบี่ 2560") == 1


def test_the_indicators_of_work_are_understood_by_the_platforms(
    telegram: FakeTelegram, line: FakeLine
):
    async def show() -> None:
        one = TelegramAdapter(telegram.token, telegram.url)
        other = LineAdapter(line.access_token, line.url, line.url, CLOCK)
        try:
            await one.show_busy(str(NOK.telegram))
            await other.show_busy(NOK.line)
        finally:
            await one.close()
            await other.close()

    asyncio.run(show())
    assert [
        call.params["chat_id"] for call in telegram.calls if call.method == "sendMessageDraft"
    ] == [NOK.telegram]
    assert [call.params["chatId"] for call in line.calls if call.method == "loading"] == [NOK.line]


def newcomer(folder: Path, typed: str, *arguments: str, **settings: str) -> CompletedProcess[str]:
    """run_bot.py with something on its standard input and no settings but these."""
    given = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "DESKBOT_CLOCK": str(CLOCK.file())}
    given |= {"DESKBOT_DATA_DIR": str(folder)} | settings
    return run_program(arguments, given, typed)


def test_a_newcomer_meets_a_demo_desk_that_answers_and_ends(tmp_path: Path):
    done = newcomer(tmp_path, "หา สมชาย\n#1\n#1\nถามรายได้ => ตอบแล้ว ปิด\n")
    assert done.returncode == 0, done.stderr
    assert "#1 C81554 นายสมชาย ใจดี" in done.stdout
    assert SAVED in done.stdout
    again = newcomer(tmp_path, "ใบงานของฉัน")
    assert "ใบงานของฉัน" in again.stdout
    assert not (tmp_path / "desk.db").exists()


def test_the_demo_desk_is_a_whole_year(tmp_path: Path):
    newcomer(tmp_path, "")
    done = newcomer(
        tmp_path,
        "",
        "export",
        "tickets",
        str(tmp_path / "t.csv"),
        DESKBOT_DATABASE_URL=f"sqlite:///{tmp_path}/demo.db",
    )
    assert done.returncode == 0, done.stderr
    assert len((tmp_path / "t.csv").read_text("utf-8-sig").splitlines()) > 2000


def test_a_killed_terminal_leaves_no_mute_one_behind(tmp_path: Path):
    newcomer(tmp_path, "")
    killed = newcomer(tmp_path, "หา สมชาย\n", DESKBOT_FAILPOINT="event.handled")
    assert killed.returncode < 0
    done = newcomer(tmp_path, "เมนู\n")
    assert "ผลลัพธ์: 3" in done.stdout, "what was typed before the kill is answered, too"
    assert "เพิ่มผู้รับบริการ" in done.stdout


def test_invited_staff_chat_on_the_configured_desk(tmp_path: Path):
    url = f"sqlite:///{tmp_path}/real.db"
    code = newcomer(
        tmp_path, "", "invite", "--role", "admin", "--name", "วรรณา", DESKBOT_DATABASE_URL=url
    )
    assert re.fullmatch(r"[A-Z2-9]{10}", code.stdout.splitlines()[-1])
    done = newcomer(tmp_path, "หา ใครก็ได้\n", "chat", "--as", "วรรณา", DESKBOT_DATABASE_URL=url)
    assert "ผลลัพธ์: 0" in done.stdout
    nobody = newcomer(tmp_path, "", "chat", "--as", "ใคร", DESKBOT_DATABASE_URL=url)
    assert nobody.returncode == 1
    assert "invite" in nobody.stderr
