"""A person at a real terminal: what is edited, pasted, completed and pressed arrives as it was
meant, and nothing comes unasked.
"""

import os
import pty
import re
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.e2e.fork_server import PROGRAM, ROOT
from tests.fakes.clock import PATIENCE

pytestmark = pytest.mark.long

ENTER = "\r"
LEFT = "\x1b[D"
UP = "\x1b[A"
ALT_ENTER = "\x1b\r"
TAB = "\t"
ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[=>]|\r")


def pasted(text: str) -> str:
    return f"\x1b[200~{text}\x1b[201~"


class Screen:
    """A pseudo-terminal with the demo desk in it, on a working day at ten."""

    def __init__(self, folder: Path) -> None:
        self._master, slave = pty.openpty()
        environment = {
            "PATH": os.environ["PATH"],
            "LANG": "C.UTF-8",
            "TERM": "xterm",
            "COLUMNS": "100",
            "LINES": "40",
            "PROMPT_TOOLKIT_NO_CPR": "1",
            "DESKBOT_DATA_DIR": str(folder),
            "DESKBOT_CLOCK": "2026-11-23T10:00+07:00",
        }
        self.process = subprocess.Popen(
            [sys.executable, PROGRAM],
            cwd=ROOT,
            env=environment,
            stdin=slave,
            stdout=slave,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        os.close(slave)
        self._said = ""
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        while True:
            try:
                block = os.read(self._master, 65_536)
            except OSError:  # the other end is closed
                return
            self._said += block.decode("utf-8", "replace")

    @property
    def text(self) -> str:
        return ESCAPE.sub("", self._said)

    def type(self, keys: str) -> None:
        data = keys.encode()
        while data:
            data = data[os.write(self._master, data) :]

    def until(self, words: str, since: int = 0) -> str:
        patience = time.monotonic() + PATIENCE
        while words not in self.text[since:]:
            assert time.monotonic() < patience, self.text[-3000:]
            time.sleep(0.05)
        return self.text[since:]

    def answer(self, keys: str, words: str) -> str:
        since = len(self.text)
        self.type(keys)
        return self.until(words, since)

    def close(self) -> None:
        if self.process.poll() is None:
            self.type("\x15/quit" + ENTER)
            self.process.wait(PATIENCE)
        self._reader.join()
        os.close(self._master)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo")


@pytest.fixture
def screen(folder: Path) -> Iterator[Screen]:
    screen = Screen(folder)
    screen.until("English: /language")
    screen.until("›")
    yield screen
    screen.close()


def test_what_is_edited_is_said_as_it_stands_in_the_end(screen: Screen) -> None:
    screen.answer("ห สมชาย" + LEFT * 6 + "า" + ENTER, "ผลลัพธ์: 3")
    # As a person does, who reads first.
    time.sleep(0.5)
    screen.answer(UP, "หา สมชาย")
    screen.answer(ENTER, "ผลลัพธ์: 3")


def test_a_long_paste_and_lines_of_their_own_arrive_whole(screen: Screen, folder: Path) -> None:
    details = "ขอข้อมูลประชากรย้อนหลังห้าปี " * 160
    line = f"สร้างใบงาน C81554 โทร 1.1 {details}ตอนท้ายสุด\nผล: แนะนำเว็บไซต์แล้ว ปิด"
    assert len(line.encode()) > 12_000
    said = screen.answer(pasted(line) + ENTER, "บันทึกข้อมูลเรียบร้อย")
    number = re.findall(r"R\d{10}", said)[-1]
    with closing(sqlite3.connect(folder / "demo.db")) as db:
        saved = db.execute("SELECT details, result FROM tickets WHERE no = ?", (number,)).fetchone()
    assert saved == (f"{details}ตอนท้ายสุด", "แนะนำเว็บไซต์แล้ว")
    two = "สร้างใบงาน C81554 โทร 1.1 ถามเวลาทำการ" + ALT_ENTER + "ผล: ตอบแล้ว ปิด" + ENTER
    screen.answer(two, "บันทึกข้อมูลเรียบร้อย")


def test_a_word_is_completed(screen: Screen) -> None:
    screen.answer("หา สมชาย" + ENTER, "C83997")
    screen.answer("C8155" + TAB + ENTER, "นายสมชาย ใจดี")
    screen.answer("/hel" + TAB + ENTER, "คำสั่ง")


def test_nothing_comes_unasked_and_a_button_waits(screen: Screen) -> None:
    screen.answer("หา สมชาย" + ENTER, "รายงานรหัสซ้ำ")
    said = len(screen.text)
    time.sleep(6)
    assert "☀️" not in screen.text[said:]
    assert "⏰" not in screen.text[said:]
    card = screen.answer("#1" + ENTER, "นายสมชาย ใจดี")
    assert "หมดอายุ" not in card


def test_control_c_and_control_d_end_it(folder: Path) -> None:
    for key in ("\x03", "\x04"):
        screen = Screen(folder)
        screen.until("›")
        time.sleep(0.3)
        screen.type(key)
        assert screen.process.wait(PATIENCE) == 0
        screen.close()
