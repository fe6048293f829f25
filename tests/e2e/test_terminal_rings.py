"""A reminder rings in the terminal while nobody types, and never within or after the answers of a
script.
"""

import subprocess
import sys
import threading
from collections.abc import Iterator
from queue import Queue

import pytest

from tests.e2e.conftest import MakeDesk
from tests.e2e.fork_server import PROGRAM, ROOT, run_program
from tests.e2e.harness import ADMIN, NOK, DeskProcess
from tests.e2e.test_due import remind
from tests.fakes.clock import PATIENCE

CHAT = ["chat", "--as", "คุณนก"]


@pytest.fixture
def desk(make_desk: MakeDesk) -> DeskProcess:
    """A desk that no process serves, and an officer who has a terminal beside the telephone."""
    made = make_desk(None, None)
    remind(made.settings["DATABASE_URL"], {"ส่งไฟล์": NOK.line, "ของคนอื่น": ADMIN.line})
    return made


def test_a_script_gets_its_answers_in_order_and_nothing_else(desk: DeskProcess) -> None:
    typed = "".join(f"R26110000{n:02}\n" for n in range(20))
    done = run_program(CHAT, desk.environment(), typed)
    assert done.returncode == 0, done.stderr
    said = done.stdout
    assert "⏰" not in said
    assert [said.index(f"ไม่พบใบงาน R26110000{n:02}") for n in range(20)] == sorted(
        said.index(f"ไม่พบใบงาน R26110000{n:02}") for n in range(20)
    )


@pytest.fixture
def terminal(desk: DeskProcess) -> Iterator[tuple["subprocess.Popen[bytes]", "Queue[str]"]]:
    """An open terminal, and what it prints line by line."""
    process = subprocess.Popen(
        [sys.executable, PROGRAM, *CHAT],
        cwd=ROOT,
        env=desk.environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    lines: Queue[str] = Queue()

    def read() -> None:
        assert process.stdout is not None
        for line in process.stdout:
            lines.put(line.decode())

    reader = threading.Thread(target=read)
    reader.start()
    yield process, lines
    assert process.stdin is not None
    process.stdin.close()
    process.wait(PATIENCE)
    reader.join()
    assert process.stdout is not None
    process.stdout.close()


def until(lines: "Queue[str]", words: str) -> str:
    """All that is printed until a line with these words."""
    said = ""
    while words not in said:
        said += lines.get(timeout=PATIENCE)
    return said


def test_while_nobody_types_it_rings_and_goes_on(
    terminal: tuple["subprocess.Popen[bytes]", "Queue[str]"], desk: DeskProcess
) -> None:
    process, lines = terminal
    assert process.stdin is not None
    said = until(lines, "⏰ ส่งไฟล์") + until(lines, "#4 เสร็จแล้ว")
    process.stdin.write(b"#4\n")
    process.stdin.flush()
    said += until(lines, "✅ เสร็จแล้ว: ส่งไฟล์")
    assert "ของคนอื่น" not in said
    assert desk.rows("SELECT count(*) FROM reminders WHERE state = 'done'") == [(1,)]
