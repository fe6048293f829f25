"""The process as an operator sees it: start, check, health, stop, and platforms that are set up
once.
"""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.e2e.conftest import MakeDesk
from tests.e2e.harness import (
    ADMIN,
    NOK,
    RESENT,
    SAVED,
    STRANGER,
    DeskProcess,
    eventually,
    missing_ticket,
    one_line,
)
from tests.fakes.clock import crowded
from tests.fakes.line import FakeLine
from tests.fakes.telegram import SENDS, FakeTelegram
from tests.fakes.wire import Delay, Status

NOT_ANSWERS = [
    b"<html>",
    b"null",
    b"[]",
    b'{"ok":true}',
    b'{"ok":true,"result":null}',
    b'{"ok":true,"result":[7]}',
    b'{"ok":true,"result":[{"update_id":1000000000000000000000000000000}]}',
]


def test_polling_goes_on_after_answers_that_are_none(
    telegram_desk: DeskProcess, telegram: FakeTelegram
) -> None:
    """A proxy may answer getUpdates with anything, and with status 200."""
    telegram_desk.start()
    for count, body in enumerate(NOT_ANSWERS, 1):
        telegram.fail("getUpdates", Status(200, body))  # met by the poll after the one that waits
        telegram.say(NOK.telegram, missing_ticket(count))
        telegram.wait_messages(NOK.telegram, count)
    telegram.say(NOK.telegram, missing_ticket(0))
    telegram.wait_messages(NOK.telegram, len(NOT_ANSWERS) + 1)


def test_sigterm_finishes_what_is_in_hand(
    telegram_desk: DeskProcess, telegram: FakeTelegram
) -> None:
    telegram_desk.start(cold=True)
    telegram.fail("sendMessage", Delay(1.5))
    telegram.say(NOK.telegram, one_line("ขอผลสำรวจเศรษฐกิจครัวเรือน"))
    telegram.wait_for(lambda: any(call.method in SENDS for call in telegram.calls))
    assert telegram_desk.stop() < 5 + crowded()
    (answer,) = telegram.messages(NOK.telegram)
    assert SAVED in answer.text
    assert telegram_desk.rows("SELECT state FROM outbox") == [("sent",)]
    assert "Unclosed" not in telegram_desk.stderr()
    telegram_desk.start(cold=True).settle()
    assert len(telegram.messages(NOK.telegram)) == 1


def test_sigterm_stops_within_five_seconds_whatever_hangs(
    make_desk: MakeDesk, telegram: FakeTelegram, line: FakeLine
) -> None:
    """What could not be finished is taken up by the next start, marked as perhaps repeated."""
    desk = make_desk(telegram, line).start()
    telegram.fail("sendMessage", Delay(30.0))
    line.fail("reply", Delay(30.0))
    telegram.say(NOK.telegram, one_line("ขอผลสำรวจอนามัย"))
    line.say(ADMIN.line, one_line("ขอผลสำรวจวัฒนธรรม"))
    telegram.wait_for(lambda: any(call.method in SENDS for call in telegram.calls))
    line.wait_for(lambda: any(call.method == "reply" for call in line.calls))
    assert desk.stop() < 5 + crowded()
    desk.start().settle()
    assert [message.text.startswith(RESENT) for message in telegram.messages(NOK.telegram)] == [
        True
    ]
    assert [message.text.startswith(RESENT) for message in line.messages(ADMIN.line)] == [False]


def test_a_thread_that_does_not_end_ends_with_the_process() -> None:
    hanging = """
import asyncio, threading, time, run_bot
run_bot.LONGEST_STOP = 0.2
threading.Thread(target=time.sleep, args=(60,)).start()
run_bot._stop(asyncio.Event())
"""
    root = Path(__file__).parents[2]
    ended = subprocess.run([sys.executable, "-c", hanging], cwd=root, timeout=30)
    assert ended.returncode == 0


def test_a_log_that_takes_nothing_does_not_keep_the_process() -> None:
    hanging = """
import asyncio, time, run_bot
run_bot.LONGEST_STOP = 0.2
run_bot.get_logger = lambda: time.sleep(60)
run_bot._stop(asyncio.Event())
time.sleep(60)
"""
    root = Path(__file__).parents[2]
    ended = subprocess.run([sys.executable, "-c", hanging], cwd=root, timeout=30)
    assert ended.returncode == 0


def test_a_platform_that_cannot_be_reached_stops_no_other(
    make_desk: MakeDesk, telegram: FakeTelegram, line: FakeLine
) -> None:
    telegram.down()
    desk = make_desk(telegram, line).start()
    assert desk.health() == 200
    line.say(NOK.line, one_line("ขอข้อมูลหมู่บ้าน"))
    assert SAVED in line.wait_messages(NOK.line, 1)[0].text
    telegram.up()
    telegram.say(NOK.telegram, missing_ticket(1))
    telegram.wait_messages(NOK.telegram, 1)
    eventually(lambda: telegram.commands, "setMyCommands")


def test_line_down_at_the_start_stops_not_telegram(
    make_desk: MakeDesk, telegram: FakeTelegram, line: FakeLine
) -> None:
    line.down()
    desk = make_desk(telegram, line).start()
    telegram.say(NOK.telegram, missing_ticket(1))
    telegram.wait_messages(NOK.telegram, 1)
    line.up()
    eventually(lambda: line.default_menu, "the rich menu")
    assert desk.health() == 200


def test_a_second_server_on_the_same_database_refuses_to_start(telegram_desk: DeskProcess) -> None:
    telegram_desk.start()
    second = telegram_desk.run()
    assert second.returncode == 1
    assert second.stderr.strip() == "DESKBOT_DATABASE_URL: another deskbot serves this database"
    assert telegram_desk.health() == 200


def test_commands_and_menu_are_put_up_once(
    make_desk: MakeDesk, telegram: FakeTelegram, line: FakeLine
) -> None:
    desk = make_desk(telegram, line).start(cold=True)
    eventually(lambda: line.default_menu and len(telegram.commands) > 1, "commands and menu")
    desk.stop()
    default, english = ('{"type": "default"}', ""), ('{"type": "default"}', "en")
    assert {default, english} <= set(telegram.commands)
    assert [c["command"] for c in telegram.commands[default]] == [
        c["command"] for c in telegram.commands[english]
    ]
    assert all("ก" <= c["description"][0] <= "๙" for c in telegram.commands[default])
    assert list(line.menus) == list(line.menu_images) == [line.default_menu]
    before = len(line.calls)
    desk.start()
    eventually(lambda: desk.stderr().count('"platform ready"') == 4, "both platforms ready again")
    again = [call.method for call in line.calls[before:]]
    assert not [
        method for method in again if "create" in method or "upload" in method or "set" in method
    ], again


def test_english_telephones_get_english_commands(
    telegram_desk: DeskProcess, telegram: FakeTelegram
) -> None:
    telegram_desk.start()
    eventually(lambda: len(telegram.commands) > 1, "commands")
    thai, english = (telegram.commands['{"type": "default"}', language] for language in ("", "en"))
    same = [each["command"] for each, other in zip(english, thai, strict=True) if each == other]
    assert same == []


def test_the_webhook_is_set_with_its_secret_and_taken_down_for_polling(
    webhook_desk: DeskProcess, telegram: FakeTelegram
) -> None:
    webhook_desk.start()
    hook = eventually(lambda: telegram.webhook, "setWebhook")
    assert hook["secret_token"] == webhook_desk.settings["TELEGRAM_WEBHOOK_SECRET"]
    webhook_desk.stop()
    webhook_desk.settings["TELEGRAM_MODE"] = "polling"
    webhook_desk.start()
    telegram.say(NOK.telegram, missing_ticket(1))
    telegram.wait_messages(NOK.telegram, 1)


def test_a_wrong_webhook_secret_is_403_and_stores_nothing(webhook_desk: DeskProcess) -> None:
    webhook_desk.start()
    body = json.dumps(
        {"update_id": 1, "message": {"chat": {"id": NOK.telegram, "type": "private"}}}
    ).encode()
    path = "/telegram/webhook"
    assert webhook_desk.request("POST", path, body) == 403
    assert webhook_desk.request("POST", path, body, X_Telegram_Bot_Api_Secret_Token="wrong") == 403
    good = {"X_Telegram_Bot_Api_Secret_Token": webhook_desk.settings["TELEGRAM_WEBHOOK_SECRET"]}
    assert webhook_desk.request("POST", path, b"x" * 3_000_000, **good) == 413
    assert webhook_desk.request("POST", path, b"no JSON", **good) == 400
    assert webhook_desk.rows("SELECT count(*) FROM inbox") == [(0,)]
    assert webhook_desk.request("POST", path, body, **good) == 200
    assert webhook_desk.request("POST", path, body, **good) == 200
    assert webhook_desk.rows("SELECT event_id FROM inbox") == [("1",)]


def test_a_body_nested_too_deeply_is_400(webhook_desk: DeskProcess) -> None:
    webhook_desk.start()
    secret = webhook_desk.settings["TELEGRAM_WEBHOOK_SECRET"]
    headers = {"X_Telegram_Bot_Api_Secret_Token": secret}
    assert webhook_desk.request("POST", "/telegram/webhook", b"[" * 200_000, **headers) == 400


def test_what_a_person_blocks_on_telegram_comes_by_line(
    make_desk: MakeDesk, telegram: FakeTelegram, line: FakeLine
) -> None:
    telegram.blocked.add(ADMIN.telegram)
    desk = make_desk(telegram, line)
    desk.write(
        "UPDATE identities SET seen_at = '2030-01-01T00:00:00.000000Z' WHERE user_id = ?",
        str(ADMIN.telegram),
    )
    desk.start()
    line.follow(STRANGER.line)
    desk.settle()
    line.press(STRANGER.line, "ขอสิทธิ์ใช้งาน")
    desk.settle()
    (notice,) = line.messages(ADMIN.line)
    assert "มีผู้ขอสิทธิ์ใช้งาน" in notice.text
    assert line.names.get(STRANGER.line, "Somchai") in str(notice)


# run_bot.py check


def test_check_says_what_is_good_and_masks_secrets(
    make_desk: MakeDesk, telegram: FakeTelegram, line: FakeLine
) -> None:
    desk = make_desk(telegram, line)
    checked = desk.run("check")
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert "telegram: good" in checked.stdout
    assert "line: good" in checked.stdout
    for secret in (telegram.token, line.channel_secret, line.access_token):
        assert secret not in checked.stdout + checked.stderr


WRONG = {
    "unknown token": (
        {"TELEGRAM_TOKEN": "1:AAFakeTokenFakeTokenFakeTokenFake"},
        "DESKBOT_TELEGRAM_TOKEN",
    ),
    "shapeless token": ({"TELEGRAM_TOKEN": "hello"}, "DESKBOT_TELEGRAM_TOKEN"),
    "nobody at the address": (
        {"TELEGRAM_API_URL": "http://127.0.0.1:9"},
        "DESKBOT_TELEGRAM_API_URL",
    ),
    "wrong line token": ({"LINE_ACCESS_TOKEN": "wrong"}, "DESKBOT_LINE_ACCESS_TOKEN"),
    "no line at the address": ({"LINE_API_URL": "http://127.0.0.1:9"}, "DESKBOT_LINE_API_URL"),
    "half of line": ({"LINE_CHANNEL_SECRET": ""}, "DESKBOT_LINE_CHANNEL_SECRET"),
    "webhook without secret": ({"TELEGRAM_MODE": "webhook"}, "DESKBOT_TELEGRAM_WEBHOOK_SECRET"),
    "port": ({"HTTP_PORT": "99999"}, "DESKBOT_HTTP_PORT"),
    "database": ({"DATABASE_URL": "mysql://x"}, "DESKBOT_DATABASE_URL"),
    "configuration": ({"CONFIG": "nowhere.toml"}, "DESKBOT_CONFIG"),
}


@pytest.mark.parametrize("case", WRONG)
def test_check_names_the_variable_that_is_wrong(
    make_desk: MakeDesk, telegram: FakeTelegram, line: FakeLine, case: str
) -> None:
    settings, variable = WRONG[case]
    started = time.monotonic()
    checked = make_desk(telegram, line, **settings).run("check")
    said = checked.stdout + checked.stderr
    assert checked.returncode == 1
    assert any(variable in text and "│" not in text for text in said.splitlines()), said
    assert "Traceback" not in said
    assert time.monotonic() - started < 15 * crowded()
