"""A desk is killed at every step between the presses that join two posts into one and part them: on
both engines each press counts once, and the file of tickets says the same.
"""

import asyncio
import csv
import re
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path

import pytest

from tests.e2e.conftest import MakeDesk
from tests.e2e.harness import NOK, RESENT, DeskProcess, eventually, fill
from tests.e2e.test_due import count, let_leases_lapse, office
from tests.fakes.clock import PATIENCE
from tests.fakes.facebook import FakeFacebook
from tests.fakes.line import FakeLine
from tests.fakes.postgres import shared_server

pytestmark = pytest.mark.long

TEXT = (
    "ผลสำรวจภาวะการทำงานของประชากร ต.ค. 69 ผู้มีงานทำ 39.5 ล้านคน ผู้ว่างงาน 4.1 แสนคน "
    "อัตราการว่างงานร้อยละ 1.0 อ่านรายงานฉบับเต็มได้ที่เว็บไซต์สำนักงานสถิติแห่งชาติ"
)
LIKE = "ผลสำรวจภาวะการทำงานของประชากร ต.ค. 69 ผู้มีงานทำ 39.5 ล้านคน ผู้ว่างงาน 4.1 แสนคน"
SHARE = "https://www.facebook.com/share/p/1AbC2dEf/"
JOIN, PART = "โพสต์เดียวกัน", "แยก"
COUNTED = "SELECT count(*) AS n FROM tickets WHERE subject = '10' AND status <> 'voided'"
WAITING = (
    "SELECT (SELECT count(*) FROM inbox WHERE state = 'pending') + "
    "(SELECT count(*) FROM outbox WHERE state IN ('queued', 'sending')) AS n"
)


@pytest.fixture
def facebook() -> Iterator[FakeFacebook]:
    with FakeFacebook() as fake:
        yield fake
        assert fake.violations == []


@pytest.fixture(params=["sqlite", "postgresql"])
def desk(
    request: pytest.FixtureRequest,
    make_desk: MakeDesk,
    line: FakeLine,
    facebook: FakeFacebook,
    tmp_path: Path,
) -> DeskProcess:
    """A desk on LINE that Facebook tells of the page's posts, on either engine."""
    settings = {
        "CONFIG": office(tmp_path, is_open=True),
        "FACEBOOK_PAGE_ID": facebook.page_id,
        "FACEBOOK_PAGE_TOKEN": facebook.page_token,
        "FACEBOOK_APP_SECRET": facebook.app_secret,
        "FACEBOOK_VERIFY_TOKEN": "verify",
        "FACEBOOK_API_URL": facebook.url,
    }
    if request.param == "postgresql":
        settings["DATABASE_URL"] = asyncio.run(shared_server().clean_desk())
        asyncio.run(fill(settings["DATABASE_URL"]))
    return make_desk(None, line, **settings)


def is_quiet(desk: DeskProcess) -> bool:
    return not count(desk.settings["DATABASE_URL"], WAITING)


def last(line: FakeLine) -> str:
    messages = line.messages(NOK.line)
    return messages[-1].text if messages else ""


def says(desk: DeskProcess, line: FakeLine, text: str) -> str:
    """What is said to `text`."""
    before = len(line.messages(NOK.line))
    line.say(NOK.line, text)
    eventually(lambda: is_quiet(desk) and len(line.messages(NOK.line)) > before, "answered")
    return "\n".join(message.text for message in line.messages(NOK.line)[before:])


def asked(desk: DeskProcess, line: FakeLine, facebook: FakeFacebook) -> None:
    """A post was logged by hand and told by its page; whoever logged it is asked."""
    desk.start()
    says(desk, line, f"{SHARE} {LIKE}")
    line.press(NOK.line, "บันทึก")
    eventually(lambda: count(desk.settings["DATABASE_URL"], COUNTED) == 1, "logged")
    body, headers = facebook.told(facebook.change("add", "123", TEXT))
    connection = HTTPConnection("127.0.0.1", desk.port, timeout=PATIENCE)
    connection.request("POST", "/facebook/webhook", body, headers)
    assert connection.getresponse().status == 200
    connection.close()
    eventually(lambda: "อาจเป็นโพสต์เดียวกัน" in last(line), "the question")
    eventually(lambda: is_quiet(desk), "all sent")
    desk.stop()


def press_and_crash(desk: DeskProcess, line: FakeLine, failpoint: str, button: str) -> None:
    """The press is handled by a desk that dies at the failpoint, and by the one after it."""
    before = len(line.messages(NOK.line))
    desk.start(failpoint)
    delivery = line.press(NOK.line, button)
    pressed = line.sent_events[-1]["webhookEventId"]
    desk.wait_killed()
    let_leases_lapse(desk.settings["DATABASE_URL"])
    desk.start()
    if delivery.status != 200:
        # LINE brings again what was not answered.
        assert line.redeliver(pressed).status == 200
    eventually(lambda: is_quiet(desk) and len(line.messages(NOK.line)) > before, "answered")
    answers = {one.text.removeprefix(RESENT) for one in line.messages(NOK.line)[before:]}
    assert len(answers) == 1, answers


def filed(desk: DeskProcess, folder: Path) -> list[str]:
    """The states of the publicity's tickets in the file that the command line writes."""
    path = folder / "tickets.csv"
    path.unlink(missing_ok=True)
    written = desk.run("export", "tickets", str(path))
    assert written.returncode == 0, written.stdout + written.stderr
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["subject"].startswith("10")]
    return sorted(row["status"] for row in rows)


def summed(desk: DeskProcess, line: FakeLine) -> int:
    told = says(desk, line, "ประชาสัมพันธ์ สรุป เดือนนี้")
    found = re.search(r"ทั้งหมด\s+(\d+) โพสต์", told)
    assert found is not None, told
    return int(found[1])


@pytest.mark.parametrize("failpoint", ["event.handled", "message.accepted"])
def test_two_posts_are_joined_once_and_parted_once_whenever_the_desk_is_killed(
    desk: DeskProcess, line: FakeLine, facebook: FakeFacebook, tmp_path: Path, failpoint: str
) -> None:
    url = desk.settings["DATABASE_URL"]
    asked(desk, line, facebook)
    press_and_crash(desk, line, failpoint, JOIN)
    assert count(url, COUNTED) == 1
    assert count(url, "SELECT count(*) AS n FROM posts WHERE joined_to <> ''") == 1
    assert filed(desk, tmp_path) == ["closed", "voided"]
    assert summed(desk, line) == 1
    desk.stop()
    press_and_crash(desk, line, failpoint, PART)
    assert count(url, COUNTED) == 2
    assert count(url, "SELECT count(*) AS n FROM posts WHERE joined_to <> ''") == 0
    assert filed(desk, tmp_path) == ["closed", "closed"]
    assert summed(desk, line) == 2
    voided = "SELECT count(*) AS n FROM changes WHERE field = 'status' AND {} = 'voided'"
    assert count(url, voided.format("new_value")) == count(url, voided.format("old_value")) == 1
    desk.stop()
