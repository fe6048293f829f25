"""The search's index as an operator meets it: made by an import or by the desk itself, and whatever
ends its making, the desk stops in time and works after its next start.
"""

import csv
import json
import signal
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path

import pytest

from tests.e2e.harness import NOK, PATIENCE, DeskProcess, eventually
from tests.fakes.clock import crowded
from tests.fakes.telegram import FakeTelegram

pytestmark = pytest.mark.long

SYLLABLES = ("กา", "ขำ", "งาม", "จิต", "ชัย", "ดี", "ตา", "นก", "ปาน", "มา")
MANY = 20_000
"""Words whose sounds take some seconds."""


def surname(number: int) -> str:
    """Another one for each number."""
    return "".join(SYLLABLES[int(digit)] for digit in f"{number:05}")


def teach(desk: DeskProcess, count: int) -> None:
    """So many words that no index has."""
    numbers = (
        "WITH RECURSIVE numbers (n) AS "
        f"(SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n < {count - 1}) "
    )
    word = "printf('%05d', n)"
    for digit, syllable in enumerate(SYLLABLES):
        word = f"replace({word}, '{digit}', '{syllable}')"
    desk.write(f"INSERT INTO search_words (word) {numbers} SELECT {word} FROM numbers")


def ready(desk: DeskProcess) -> dict[str, object]:
    """What /readyz says."""
    with closing(HTTPConnection("127.0.0.1", desk.port, timeout=PATIENCE)) as connection:
        connection.request("GET", "/readyz")
        return json.loads(connection.getresponse().read())


def lives(process: int) -> bool:
    """Whether it is there, and not only its exit code."""
    status = Path(f"/proc/{process}/stat")
    if not status.exists():
        return False
    _name, _, rest = status.read_text(encoding="utf-8").rpartition(") ")
    return rest[0] != "Z"


def indexed(desk: DeskProcess) -> int:
    """How many words the index has."""
    return int(desk.rows("SELECT COALESCE(sum(words), 0) FROM search_segments")[0][0])


def test_whatever_ends_the_making_of_the_index_the_next_start_makes_it(
    telegram_desk: DeskProcess, telegram: FakeTelegram
) -> None:
    teach(telegram_desk, MANY)
    telegram_desk.start()
    makers = eventually(telegram_desk.children, "the process that makes the index")

    assert telegram_desk.stop() < 5 + crowded()

    eventually(lambda: not any(map(lives, makers)), "the end of that process")
    assert indexed(telegram_desk) == 0
    telegram_desk.start()
    makers = eventually(telegram_desk.children, "the process that makes the index")
    telegram_desk.send_signal(signal.SIGKILL)
    telegram_desk.wait_killed()
    eventually(lambda: not any(map(lives, makers)), "the end of that process")
    telegram_desk.start()
    eventually(lambda: indexed(telegram_desk) >= MANY, "the index")
    assert ready(telegram_desk) == {"ready": True, "problems": []}
    assert telegram_desk.request("GET", "/healthz") == 200
    assert telegram_desk.stop() < 5 + crowded()


def test_after_an_import_the_desk_has_the_index_as_it_starts(
    telegram_desk: DeskProcess, telegram: FakeTelegram, tmp_path: Path
) -> None:
    table = tmp_path / "customers.csv"
    with table.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["name", "mobile"])
        for number in range(1_100):
            writer.writerow([f"ปรีชา {surname(number)}", f"08{number:08}"])

    assert telegram_desk.run("import", "customers", str(table)).returncode == 0

    assert indexed(telegram_desk) > 1_100
    telegram_desk.start()
    telegram.say(NOK.telegram, f"ค้นหา ปรีชา {surname(1_042)}")
    (answer,) = telegram.wait_messages(NOK.telegram, 1)
    assert surname(1_042) in answer.text
