"""A chart at the wire: uploaded to Telegram, fetched by LINE through its signed link, named in the
terminal.
"""

import re
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.e2e.fork_server import run_program
from tests.e2e.harness import NOK, DeskProcess
from tests.fakes.clock import PATIENCE
from tests.fakes.letters import needs_letters
from tests.fakes.line import FakeLine
from tests.fakes.telegram import FakeTelegram

pytestmark = needs_letters

LOG_IT = "/open เฟซ 10 เผยแพร่ผลสำรวจ => โพสต์แล้ว ปิด"
ASK = "ประชาสัมพันธ์ สรุป"
PNG = b"\x89PNG\r\n\x1a\n"


def test_on_telegram_the_chart_is_a_photo(
    telegram_desk: DeskProcess, telegram: FakeTelegram
) -> None:
    telegram_desk.start()
    telegram.say(NOK.telegram, LOG_IT)
    telegram.wait_messages(NOK.telegram, 1)
    telegram.say(NOK.telegram, ASK)
    _saved, told, chart = telegram.wait_messages(NOK.telegram, 3)
    assert "1 โพสต์ จาก 1 ข่าว" in told.text
    assert chart.media == "photo"
    assert telegram.files[str(chart.file_id)].startswith(PNG)


def test_on_line_the_chart_is_an_image_behind_a_signed_link(
    line_desk: DeskProcess, line: FakeLine
) -> None:
    line_desk.settings["PUBLIC_URL"] = "https://desk.example"
    line_desk.start()
    line.say(NOK.line, LOG_IT)
    line.wait_messages(NOK.line, 1)
    line.say(NOK.line, ASK)
    _saved, told, chart = line.wait_messages(NOK.line, 3)
    assert (told.via, chart.via) == ("reply", "reply")
    assert chart.raw["type"] == "image"
    url = chart.raw["originalContentUrl"]
    assert url == chart.raw["previewImageUrl"]
    assert url.startswith("https://desk.example/files/")
    connection = HTTPConnection("127.0.0.1", line_desk.port, timeout=PATIENCE)
    connection.request("GET", urlsplit(url).path)
    answer = connection.getresponse()
    assert (answer.status, answer.headers["content-type"]) == (200, "image/png")
    picture = answer.read()
    connection.close()
    assert picture.startswith(PNG)
    assert len(picture) < 1_000_000


@pytest.mark.parametrize("address", ["", "http://desk.example"])
def test_on_line_without_a_secure_address_the_numbers_come_with_a_sentence(
    line_desk: DeskProcess, line: FakeLine, address: str
) -> None:
    if address:
        line_desk.settings["PUBLIC_URL"] = address
    line_desk.start()
    line.say(NOK.line, LOG_IT)
    line.wait_messages(NOK.line, 1)
    line.say(NOK.line, ASK)
    told = line.wait_messages(NOK.line, 3)[1:]
    assert [message.raw["type"] for message in told] == ["flex", "text"]
    assert "แจ้งผู้ดูแลระบบ" in told[1].text
    assert (
        f"DESKBOT_PUBLIC_URL: not {'https' if address else 'set'}" in line_desk.run("check").stdout
    )


def test_the_terminal_says_where_the_picture_is(telegram_desk: DeskProcess) -> None:
    wide = telegram_desk.environment() | {"COLUMNS": "200"}
    done = run_program(["chat", "--as", "คุณดาว"], wide, f"{LOG_IT}\n{ASK}\n")
    assert done.returncode == 0, done.stderr
    found = re.search(r"/\S+/files/[0-9a-f]{2}/[0-9a-f]{2}/[0-9a-f]{64}", done.stdout)
    assert found is not None, done.stdout
    assert Path(found[0]).read_bytes().startswith(PNG)
