"""Reports in real processes: those that come by themselves go once, wherever the desk is killed; on
LINE one is asked for in words, as a picture and as files.
"""

import asyncio
import json
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from domain.dates.days import BANGKOK
from domain.reports.rhythms import Rhythm
from store import due, staff
from store.due import Due
from store.engine.database import Tx
from store.reports.subscriptions import ReportSubscription, add_subscription
from tests.e2e.conftest import MakeDesk
from tests.e2e.harness import ADMIN, DeskProcess, eventually, fill
from tests.e2e.test_due import count, let_leases_lapse, office, on_store
from tests.fakes.clock import CLOCK, PATIENCE
from tests.fakes.line import FakeLine
from tests.fakes.line_chat import SentLineMessage
from tests.fakes.postgres import shared_server
from tests.fakes.smtp import FakeSmtp

pytestmark = pytest.mark.long

KIND = "report.send"
ADDRESS = "wanna@nso.example"
TOLD = "📬 รายงานประจำ"
WAITING = (
    "SELECT count(*) AS n FROM due WHERE state <> 'done' AND kind IN ('report.send', 'report.mail')"
)
UNSENT = "SELECT count(*) AS n FROM outbox WHERE state IN ('queued', 'sending')"


@pytest.fixture
def smtp() -> Iterator[FakeSmtp]:
    with FakeSmtp() as fake:
        yield fake
        assert fake.violations == []


@pytest.fixture(params=["sqlite", "postgresql"])
def desk(
    request: pytest.FixtureRequest,
    make_desk: MakeDesk,
    line: FakeLine,
    smtp: FakeSmtp,
    tmp_path: Path,
) -> DeskProcess:
    """A desk on LINE and by mail, on either engine, in an office that works now."""
    settings = {
        "CONFIG": office(tmp_path, is_open=True),
        "SMTP_URL": smtp.url,
        "MAIL_FROM": "services@nso.example",
    }
    if request.param == "postgresql":
        settings["DATABASE_URL"] = asyncio.run(shared_server().clean_desk())
        asyncio.run(fill(settings["DATABASE_URL"]))
    return make_desk(None, line, **settings)


def subscribe(url: str, attached: str) -> None:
    """The administrator has a month's report sent, and that of the last month is due."""

    async def work(tx: Tx) -> None:
        now = CLOCK()
        rows = await tx.fetch("SELECT staff_id FROM identities WHERE user_id = ?", ADMIN.line)
        who = rows[0]["staff_id"]
        await staff.set_email(tx, who, ADDRESS)
        long_ago = (now - timedelta(days=90)).date().replace(day=1)
        await add_subscription(
            tx,
            ReportSubscription(
                "one",
                who,
                Rhythm.MONTHLY,
                json.dumps({}),
                long_ago,
                now,
                attached,
            ),
        )
        await due.plan(tx, [Due(KIND, "", _occurrence(now), now - timedelta(minutes=1))])

    on_store(url, work)


def _occurrence(now: datetime) -> str:
    """As the tick names the day's."""
    return now.astimezone(BANGKOK).date().isoformat()


def goes_on(desk: DeskProcess) -> None:
    """Started again, until nothing waits."""
    url = desk.settings["DATABASE_URL"]
    let_leases_lapse(url)
    desk.start()
    eventually(lambda: not count(url, WAITING), "nothing is left to be made")
    eventually(lambda: not count(url, UNSENT), "all is sent")


@pytest.mark.parametrize(
    "failpoint",
    ["due.claimed", f"{KIND}.decided", f"{KIND}.written", "message.sending", "message.accepted"],
)
def test_a_report_in_chat_goes_once_whenever_the_desk_is_killed(
    desk: DeskProcess, line: FakeLine, failpoint: str
) -> None:
    subscribe(desk.settings["DATABASE_URL"], "")
    desk.start(failpoint)
    desk.wait_killed()
    goes_on(desk)
    told = [message.text for message in line.messages(ADMIN.line) if TOLD in message.text]
    assert len(told) == 1


@pytest.mark.parametrize(
    "failpoint",
    [
        f"{KIND}.decided",
        f"{KIND}.written",
        "report.mail.decided",
        "report.mail.written",
        "mail.sending",
    ],
)
def test_a_report_by_mail_goes_once_whenever_the_desk_is_killed(
    desk: DeskProcess, line: FakeLine, smtp: FakeSmtp, failpoint: str
) -> None:
    subscribe(desk.settings["DATABASE_URL"], "pdf")
    desk.start(failpoint)
    desk.wait_killed()
    goes_on(desk)
    mails = [mail for mail in smtp.mails if mail.to == ADDRESS]
    told = [message.text for message in line.messages(ADMIN.line) if "📊" in message.text]
    # What was perhaps handed over is not sent again: it is told in chat.
    assert len(mails) + len(told) == 1
    for mail in mails:
        (page,) = mail.message.iter_attachments()
        assert page.get_content().startswith(b"%PDF")


def test_two_processes_send_it_once(
    make_desk: MakeDesk, line: FakeLine, smtp: FakeSmtp, tmp_path: Path
) -> None:
    url = asyncio.run(shared_server().clean_desk())
    asyncio.run(fill(url))
    subscribe(url, "pdf")
    for _process in range(2):
        make_desk(
            None,
            line,
            DATABASE_URL=url,
            CONFIG=office(tmp_path, is_open=True),
            SMTP_URL=smtp.url,
            MAIL_FROM="services@nso.example",
        ).start()
    eventually(lambda: smtp.mails, "the mail is there")
    eventually(lambda: not count(url, WAITING), "nothing is left to be made")
    eventually(lambda: not count(url, UNSENT), "all is sent")
    assert len(smtp.mails) == 1


@pytest.fixture
def reporting(make_desk: MakeDesk, line: FakeLine) -> DeskProcess:
    """A desk on LINE, whose files have links."""
    desk = make_desk(None, line)
    desk.settings["PUBLIC_URL"] = "https://desk.example"
    desk.start()
    line.say(ADMIN.line, "/open C81554 โทร 1.1 ถามเวลาทำการ => ตอบแล้ว ปิด")
    line.wait_messages(ADMIN.line, 1)
    return desk


def fetched(desk: DeskProcess, url: str) -> bytes:
    """What a link of LINE's leads to."""
    connection = HTTPConnection("127.0.0.1", desk.port, timeout=PATIENCE)
    parts = urlsplit(url)
    connection.request("GET", f"{parts.path}?{parts.query}".rstrip("?"))
    answer = connection.getresponse()
    assert answer.status == 200, url
    content = answer.read()
    connection.close()
    return content


def links(message: SentLineMessage) -> list[str]:
    return re.findall(r"https://desk\.example/[^\"\s\\]+", json.dumps(message.raw))


def test_a_report_on_line_is_words_then_a_picture_then_files_behind_links(
    reporting: DeskProcess, line: FakeLine
) -> None:
    def presses(label: str, more: int = 1) -> SentLineMessage:
        before = len(line.messages(ADMIN.line))
        line.press(ADMIN.line, label)
        return line.wait_messages(ADMIN.line, before + more)[-1]

    line.say(ADMIN.line, "รายงาน")
    told = line.wait_messages(ADMIN.line, 2)[-1]
    assert "รับ 1 · ปิด 1" in told.text
    assert told.via == "reply"
    presses("รูปและไฟล์…")
    picture = presses("รูป", 2)
    assert picture.raw["type"] == "image"
    assert fetched(reporting, picture.raw["originalContentUrl"]).startswith(b"\x89PNG")
    for label, begins in (("ไฟล์ PDF", b"%PDF"), ("ไฟล์ Excel", b"PK"), ("ไฟล์ CSV", b"\xef\xbb\xbf")):
        line.say(ADMIN.line, "รายงาน")
        line.wait_messages(ADMIN.line, len(line.messages(ADMIN.line)) + 1)
        presses("รูปและไฟล์…")
        (link, *_rest) = links(presses(label))
        assert fetched(reporting, link).startswith(begins)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("รายงาน ปี 2653", "ปี 2653 ไม่น่าใช่"),
        ("รายงาน 31 ต.ค. 69 - 1 ต.ค. 69", "จบก่อนเริ่ม"),
        ("รายงาน ปีงบ 2571", "ยังมาไม่ถึง"),
        ("รายงาน ม.ค. 2501", "ไม่มีรายการ"),
        ("รายงาน ไอ้เวร", "ไม่เข้าใจ"),
    ],
)
def test_bad_input_gets_one_clear_answer_on_line(
    reporting: DeskProcess, line: FakeLine, typed: str, said: str
) -> None:
    line.say(ADMIN.line, typed)
    told = line.wait_messages(ADMIN.line, 2)[1]
    assert said in told.text
