"""A whole day of mails as an officer sees it on Telegram's and LINE's wire, with a real mailbox: the
transcript is kept, so that whoever changes a word reads the day once more.
"""

import os
import re
from collections.abc import Callable
from datetime import UTC, datetime
from email.header import Header
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.e2e.harness import DAO, DeskProcess, eventually
from tests.fakes.clock import FakeClock
from tests.fakes.dovecot import PASSWORD, USER, Dovecot, a_server
from tests.fakes.incoming_mails import PNG
from tests.fakes.line import FakeLine
from tests.fakes.smtp import FakeSmtp
from tests.fakes.telegram import FakeTelegram

pytestmark = pytest.mark.long

GOLDEN = Path(__file__).parent / "golden"
MONDAY = datetime(2026, 11, 30, 3, 0, tzinfo=UTC)
SOMCHAI = "Somchai Jaidee <somchai.jaidee@example.com>"
NUMBER = re.compile(r"R26\d{8}")
CHANGES = (
    (re.compile(r"\d\d\.\d\d น\."), "··.·· น."),
    (re.compile(r"\d+ นาที"), "· นาที"),
)
"""What of a transcript depends on how long the day took."""
PENDING = "SELECT 1 FROM inbox WHERE state = 'pending'"
DUE = (
    "SELECT 1 FROM outbox WHERE chat = '{chat}' "
    "AND (state = 'sending' OR state = 'queued' AND next_at < '2026-12-01')"
)

QUESTION = """เรียน เจ้าหน้าที่

ขอข้อมูลรายได้เฉลี่ยของครัวเรือนจังหวัดกระบี่ ปี 2566 ค่ะ

ขอบคุณค่ะ
นายสมชาย ใจดี
โทร. 081-234-5678"""
ANSWER = "รายได้เฉลี่ยของครัวเรือนจังหวัดกระบี่ ปี 2566 คือ 26,946 บาทต่อเดือน"
THANKS = """ได้รับแล้วครับ ขอบคุณมากครับ จะนำไปใช้ในวิทยานิพนธ์ต่อไป

สมชาย ใจดี
081-234-5678
Sent from my iPhone"""
LATER = "อาจารย์ยังไม่ได้ลงนามครับ จะส่งให้ไม่เกินวันศุกร์"
SIGNED = "ส่งสัญญาที่ลงนามแล้วตามแนบครับ"
PASSED_ON = """รบกวนด้วยนะคะ

---------- Forwarded message ---------
จาก: นายพสพล เจริญพร <posapon@example.org>
Date: พ. 25 พ.ย. 2569 เวลา 14:02
Subject: ขอข้อมูลสำมะโนอุตสาหกรรม
To: <nso.services13@gmail.com>

ขอความอนุเคราะห์ข้อมูลสำมะโนอุตสาหกรรม พ.ศ. 2560 ระดับจังหวัดค่ะ
โทร 081-999-8888"""
COUNTS = """จำนวนผู้เข้าชมเว็บไซต์สถิติจังหวัด
กระบี่ ต.ค. 2569 1,600 ราย
ตรัง ต.ค. 2569 900 ราย"""
SPAM = "Click here to verify your account within 24 hours http://x.example"


def mail(
    sender: str,
    subject: str,
    text: str,
    number: int,
    answers: str = "",
    picture: str = "",
) -> bytes:
    """A mail as programs write it."""
    name, _, address = sender.rpartition(" ")
    head = [
        f"From: {Header(name, 'utf-8').encode()} {address}",
        "To: services@nso.example",
        f"Subject: {Header(subject, 'utf-8').encode()}",
        f"Message-ID: <day{number}@mails.example>",
        "MIME-Version: 1.0",
    ]
    if answers:
        head += [f"In-Reply-To: {answers}", f"References: {answers}"]
    plain = f"Content-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n".encode()
    if not picture:
        return "\r\n".join(head).encode() + b"\r\n" + plain
    head.append('Content-Type: multipart/mixed; boundary="b"')
    begin = "\r\n".join(head) + "\r\n\r\n--b\r\n"
    file = (
        "\r\n--b\r\nContent-Type: image/png\r\n"
        f'Content-Disposition: attachment; filename="{picture}"\r\n\r\n'
    )
    return begin.encode() + plain + file.encode() + PNG + b"\r\n--b--\r\n"


class Day:
    """One officer's chat on one platform, written down as it goes on."""

    chat = ""

    def __init__(self, desk: DeskProcess, imap: Dovecot, smtp: FakeSmtp) -> None:
        self.desk = desk
        self.imap = imap
        self.smtp = smtp
        self.lines: list[str] = []
        self.seen: dict[str, tuple[object, ...]] = {}
        self.came = 0

    def say(self, text: str) -> None:
        self.lines += ["", *(f"> {line}" for line in text.splitlines())]
        self.does(lambda: self.types(text))

    def press(self, label: str) -> None:
        self.lines += ["", f"> [{label}]"]
        self.does(lambda: self.taps(label))

    def does(self, act: Callable[[], None]) -> None:
        act()
        self.settle()
        self.note()

    def settle(self) -> None:
        """Until all is answered that was said; what rides with a later answer waits still."""
        eventually(self.is_quiet, "all is answered")

    def is_quiet(self) -> bool:
        wire = self.desk.telegram
        if wire is not None and wire.pending_updates:
            return False
        return not self.desk.rows(PENDING) and not self.desk.rows(DUE.format(chat=self.chat))

    def brings(self, heading: str, raw: bytes) -> None:
        """A mail lies in the mailbox; it is read and, where anybody hears of it, told."""
        self.lines += ["", f"=== {heading}"]
        self.came += 1
        self.imap.deliver(raw)
        told = "SELECT 1 FROM incoming_mails WHERE read_at IS NOT NULL"
        eventually(lambda: len(self.desk.rows(told)) == self.came, "the mail is read")
        untold = "SELECT 1 FROM incoming_mails WHERE told_at IS NULL AND opened = 1"
        eventually(lambda: not self.desk.rows(untold), "the mail is told")
        self.settle()
        self.note()

    def note(self) -> None:
        for key, text, labels in self.shown():
            if self.seen.get(key) == (text, labels):
                continue
            sign = "~" if key in self.seen else "<"
            self.seen[key] = (text, labels)
            self.lines += ["", *(f"{sign} {line}".rstrip() for line in text.splitlines())]
            if labels:
                self.lines.append(f"{sign} " + " ".join(f"[{label}]" for label in labels))

    def transcript(self) -> str:
        text = "\n".join(self.lines).strip() + "\n"
        for pattern, put in CHANGES:
            text = pattern.sub(put, text)
        for number, no in enumerate(dict.fromkeys(NUMBER.findall(text)), 1):
            text = text.replace(no, f"R{number:010}")
        return text

    def shown(self) -> list[tuple[str, str, tuple[str, ...]]]:
        raise NotImplementedError

    def types(self, text: str) -> None:
        raise NotImplementedError

    def taps(self, label: str) -> None:
        raise NotImplementedError


class TelegramDay(Day):
    chat = str(DAO.telegram)

    def shown(self) -> list[tuple[str, str, tuple[str, ...]]]:
        wire = self.desk.telegram
        assert wire is not None
        found = []
        for each in wire.messages(DAO.telegram):
            labels = tuple(label for row in each.buttons for label, _data in row)
            found.append((str(each.message_id), each.text, labels))
        return found

    def types(self, text: str) -> None:
        assert self.desk.telegram is not None
        self.desk.telegram.say(DAO.telegram, text)

    def taps(self, label: str) -> None:
        wire = self.desk.telegram
        assert wire is not None
        for each in reversed(wire.messages(DAO.telegram)):
            named = [one for row in each.buttons for one, _data in row if one.startswith(label)]
            if named:
                wire.press(DAO.telegram, each.message_id, named[0])
                return
        raise LookupError(label)


class LineDay(Day):
    chat = DAO.line

    def shown(self) -> list[tuple[str, str, tuple[str, ...]]]:
        wire = self.desk.line
        assert wire is not None
        found = []
        for each in wire.messages(DAO.line):
            labels = tuple(dict.fromkeys(label for label, _data in each.buttons))
            found.append((each.id, f"({each.via}) {each.text}", labels))
        return found

    def types(self, text: str) -> None:
        assert self.desk.line is not None
        self.desk.line.say(DAO.line, text)

    def taps(self, label: str) -> None:
        wire = self.desk.line
        assert wire is not None
        for each in reversed(wire.messages(DAO.line)):
            named = [one for one, _data in each.buttons if one.startswith(label)]
            if named:
                wire.press(DAO.line, named[0])
                return
        raise LookupError(label)


@pytest.mark.parametrize("platform", ["telegram", "line"])
def test_a_day_of_mails_reads_as_it_did(
    make_desk: Callable[..., DeskProcess],
    telegram: FakeTelegram,
    line: FakeLine,
    clock: FakeClock,
    platform: str,
) -> None:
    clock.set(MONDAY)
    with FakeSmtp() as smtp, a_server() as imap:
        url = f"imap://{USER}:{quote(PASSWORD, safe='')}@127.0.0.1:{imap.port}/INBOX"
        settings = {
            "SMTP_URL": smtp.url,
            "MAIL_FROM": "services@nso.example",
            "IMAP_URL": url,
        }
        if platform == "telegram":
            desk = make_desk(telegram, **settings).start()
            day: Day = TelegramDay(desk, imap, smtp)
        else:
            desk = make_desk(None, line, **settings).start()
            day = LineDay(desk, imap, smtp)
        eventually(lambda: desk.rows("SELECT 1 FROM mail_inboxes"), "the first look")
        _whole_day(day)
        transcript = day.transcript()
        assert smtp.violations == []
    golden = GOLDEN / f"mail_day.{platform}.txt"
    if os.environ.get("DESKBOT_TEST_WRITE_GOLDEN"):
        golden.write_text(transcript, "utf-8")
    assert transcript == golden.read_text("utf-8")


def _whole_day(day: Day) -> None:
    day.brings("มีคนถาม", mail(SOMCHAI, "ขอข้อมูลรายได้ครัวเรือน", QUESTION, 1))
    day.say("อีเมลใหม่")
    day.press("รับเรื่องและจับคู่")
    day.say(ANSWER)
    day.press("ส่งและปิด")
    eventually(lambda: day.smtp.mails, "the answer is out")
    answer = str(day.smtp.mails[-1].message["Message-ID"])
    day.brings("ขอบคุณยาว ๆ", mail(SOMCHAI, "Re: ข้อมูล", THANKS, 2, answer))
    day.say(day.desk.rows("SELECT no FROM tickets ORDER BY no")[0][0])
    day.press("บันทึกขอบคุณ")
    day.press("เลิกที่บันทึก")
    day.say("/open C81554 อีเมล 7.9 ส่งข้อมูลและสัญญา => ส่งแล้ว ปิด")
    owing = day.desk.rows("SELECT no FROM tickets ORDER BY no DESC")[0][0]
    day.brings("บอกว่าจะส่ง", mail(SOMCHAI, f"Re: [{owing}]", LATER, 3))
    day.say(owing)
    day.brings("สัญญามาแล้ว", mail(SOMCHAI, f"Re: [{owing}]", SIGNED, 4, picture="contract.png"))
    day.say(owing)
    day.press("ใช่ สัญญาที่ลงนาม")
    colleague = "NSO Services <nso.services13@gmail.com>"
    day.brings("เพื่อนร่วมงานส่งต่อ", mail(colleague, "Fwd: ขอข้อมูลสำมะโนอุตสาหกรรม", PASSED_ON, 5))
    day.say("อีเมลใหม่")
    day.press("แยกเป็นสองใบงาน")
    day.brings("จังหวัดส่งยอด", mail("Krabi <krabi@nso.go.th>", "รายงานจำนวนผู้เข้าชม", COUNTS, 6))
    day.say("อีเมลใหม่")
    day.press("บันทึกจำนวนผู้ใช้ (2)")
    day.press("เลิกที่บันทึก")
    day.brings("น่าสงสัย", mail("Bank <bank@x.example>", "Account suspended", SPAM, 7))
    day.say("สแปม")
    day.press("1 ไม่ใช่สแปม")
