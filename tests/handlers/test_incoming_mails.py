"""A mail that comes in is a ticket that nobody has worked on: told, listed, read, taken up, and
given out again.
"""

import hashlib
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bot.mail.settling import MailSettling
from domain.errors import Conflict
from domain.tickets.records import Status
from store.engine.database import StoreUnavailable
from store.mail import incoming
from store.tickets import records as tickets
from tests.fakes.bounces import report_of
from tests.fakes.incoming_mails import FIRST, PNG, Mailbox, a_mail, exported
from tests.handlers.conftest import NOW, DeskUnderTest


def with_files() -> bytes:
    """A picture, and a program."""
    return (
        b"From: a@example.org\r\nSubject: files\r\nMIME-Version: 1.0\r\n"
        b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n'
        b"--b\r\nContent-Type: text/plain\r\n\r\nsee the files\r\n"
        b'--b\r\nContent-Type: image/png\r\nContent-Disposition: attachment; filename="map.png"\r\n\r\n'
        + PNG
        + b"\r\n--b\r\nContent-Type: application/octet-stream\r\n"
        b'Content-Disposition: attachment; filename="bill.exe"\r\n\r\nMZ123\r\n--b--\r\n'
    )


async def test_a_mail_is_a_new_ticket_from_its_arrival_on(
    desk: DeskUnderTest, mailbox: Mailbox
) -> None:
    await mailbox.brings(a_mail())
    ticket = await tickets.get_ticket(desk.db, FIRST)
    assert ticket.status is Status.NEW
    assert (ticket.channel, ticket.customer, ticket.assignee) == ("email", None, None)
    assert ticket.created_at == NOW - timedelta(minutes=1)
    assert ticket.details == "ขอข้อมูลรายได้ครัวเรือนจังหวัดกระบี่ ปี 2566 ค่ะ"
    assert ticket.reply_email == "wipa@example.org"
    card = await desk.says(FIRST)
    assert f"🎫 {FIRST} · ใหม่" in card.text
    assert "อีเมลจาก: Wipa Jaidee <wipa@example.org>" in card.text
    assert "เรื่องในอีเมล: ขอข้อมูล" in card.text
    assert "กำหนดเสร็จ" in card.text


async def test_it_is_told_once_to_who_is_reached_for_nothing(
    desk: DeskUnderTest, mailbox: Mailbox
) -> None:
    await mailbox.brings(a_mail())
    await mailbox.settles()
    told = desk.told("nok")
    assert told.text.count("📬 อีเมลใหม่") == 1
    assert "จาก: Wipa Jaidee <wipa@example.org>" in told.text
    assert "กำหนดเสร็จ" in told.text
    assert told.buttons == [
        "รับเรื่อง",
        "ผู้รับบริการใหม่",
        "ค้นหาผู้รับบริการ",
        "ไม่ใช่คำขอ",
        "อ่านทั้งหมด",
        "ดูใบงาน",
        "อีเมลใหม่",
    ]
    card = await desk.presses_token(told.token("ดูใบงาน"))
    assert FIRST in card.text


async def test_a_thousand_mails_are_one_message(desk: DeskUnderTest, mailbox: Mailbox) -> None:
    for number in range(60):
        await mailbox.takes(a_mail(number=number))
    await mailbox.settles()
    assert [reply.parts[0].text for reply in desk.told("nok").replies] == [  # type: ignore[union-attr]
        "📬 มีอีเมลใหม่ 60 ฉบับ รอคนรับเรื่อง"
    ]
    # What comes right behind waits, and is one message again.
    await mailbox.brings(a_mail(number=100), a_mail(number=101))
    assert len(desk.told("nok").replies) == 1
    desk.wait(minutes=11)
    await mailbox.settles()
    assert len(desk.told("nok").replies) == 3
    assert await desk.count("tickets") == 62


async def test_an_office_may_be_told_in_the_morning_of_what_comes_at_night(
    desk: DeskUnderTest, mailbox: Mailbox
) -> None:
    office = desk.engine.desk.configuration
    quiet = replace(office, intake=replace(office.intake, any_time=False))
    mailbox.intake._desk = replace(desk.engine.desk, configuration=quiet)
    desk.wait(hours=12)
    await mailbox.brings(a_mail())
    assert desk.told("nok").replies == []
    desk.wait(hours=12)
    await mailbox.settles()
    assert len(desk.told("nok").replies) == 1


async def test_the_list_has_the_oldest_first_until_somebody_takes_it_up(
    desk: DeskUnderTest, mailbox: Mailbox
) -> None:
    assert "ไม่มีอีเมลใหม่" in (await desk.says("อีเมลใหม่")).text
    await mailbox.brings(a_mail(), a_mail("อีกเรื่อง", "เรื่องที่สอง", "b@example.org", 2))
    shown = await desk.says("/inbox")
    assert "📬 อีเมลใหม่ 2 ฉบับ" in shown.text
    assert shown.buttons[0].startswith("Wipa Jaidee · ขอข้อมูล · ขอข้อมูลรายได้ครัวเรือน")
    assert "ถึง " in shown.buttons[0]
    assert shown.buttons[1].startswith("b@example.org · เรื่องที่สอง · อีกเรื่อง")
    await desk.presses("Wipa")
    await desk.presses("แก้ไข")
    await desk.presses("ผู้รับบริการ")
    await desk.says("C81554")
    saved = await desk.presses("บันทึก")
    assert "บันทึกข้อมูลเรียบร้อย" in saved.text, saved.text
    ticket = await tickets.get_ticket(desk.db, FIRST)
    assert (ticket.customer, ticket.status) == ("C81554", Status.OPEN)
    assert ticket.assignee == desk.ids["nok"]
    assert "📬 อีเมลใหม่ 1 ฉบับ" in (await desk.says("/inbox")).text


async def test_its_files_are_the_tickets_but_for_what_may_run(
    desk: DeskUnderTest, mailbox: Mailbox, tmp_path: Path
) -> None:
    await mailbox.brings(with_files())
    card = await desk.says(FIRST)
    assert "⚠️ bill.exe (อันตราย ไม่ส่งต่อ)" in card.text
    assert any("1" in label and "ไฟล์" in label for label in card.buttons)
    await desk.presses("ไฟล์")
    assert [each.name for each in desk.documents] == ["map.png"]
    (mail,) = await exported(desk, tmp_path)
    assert [(each["filename"], each["dangerous"]) for each in mail["attachments"]] == [
        ("map.png", False),
        ("bill.exe", True),
    ]
    assert mail["attachments"][0]["sha256"] == hashlib.sha256(PNG).hexdigest()


@pytest.mark.parametrize("raw", [b"", b"\x00\xff\xfe", b"\r\n\r\n", b")" * 90])
async def test_what_nobody_can_read_is_a_ticket_with_the_mail_itself(
    desk: DeskUnderTest, mailbox: Mailbox, raw: bytes
) -> None:
    await mailbox.brings(raw)
    ticket = await tickets.get_ticket(desk.db, FIRST)
    assert "อ่านอีเมลนี้ไม่ออก" in ticket.details
    assert await desk.count("files", "record = ? AND name = 'mail.eml'", FIRST) == 1
    told = desk.told("may").text
    assert told.count(f"⚠️ อ่านอีเมลฉบับหนึ่งไม่ออก สร้างใบงาน {FIRST}") == 1


async def test_a_reader_that_breaks_costs_no_mail(
    desk: DeskUnderTest, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(raw: bytes) -> None:
        raise RecursionError

    monkeypatch.setattr("bot.mail.settling.read_mail", breaks)
    await mailbox.brings(a_mail())
    assert await desk.count("tickets", "status = 'new'") == 1
    assert await desk.count("files", "record = ?", FIRST) == 1


async def test_a_store_that_is_away_reads_it_later_and_once(
    desk: DeskUnderTest, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    await mailbox.takes(a_mail())
    settle = incoming.settle

    async def away(*_args: object, **_params: object) -> None:
        raise StoreUnavailable("away")

    monkeypatch.setattr(incoming, "settle", away)
    with pytest.raises(StoreUnavailable):
        await mailbox.settles()
    assert await desk.count("tickets") == 0
    monkeypatch.setattr(incoming, "settle", settle)
    await mailbox.settles()
    await mailbox.settles()
    assert await desk.count("tickets") == 1


async def test_two_that_read_at_once_make_one_ticket(desk: DeskUnderTest, mailbox: Mailbox) -> None:
    await mailbox.takes(a_mail())
    (waiting,) = await incoming.list_waiting(desk.db, 0, 9)
    settling = [
        MailSettling(desk.engine.desk, mailbox.blobs, desk.engine.post, owner)
        for owner in ("one", "two")
    ]
    for each in settling:
        await each._settle(desk.engine.desk, waiting)
    assert await desk.count("tickets") == 1
    with pytest.raises(Conflict):
        await desk.db.write(partial(incoming.note_told, ids=[9], now=NOW))


async def test_what_comes_in_goes_out_again_whole(
    desk: DeskUnderTest, mailbox: Mailbox, tmp_path: Path
) -> None:
    assert await exported(desk, tmp_path) == []
    raw = a_mail()
    await mailbox.brings(raw)
    (mail,) = await exported(desk, tmp_path)
    assert mail.pop("suggested_subjects")
    assert mail == {
        "message_id": "<1@example.org>",
        "from_name": "Wipa Jaidee",
        "from_email": "wipa@example.org",
        "reply_to": "",
        "subject": "ขอข้อมูล",
        "date_utc": "2026-11-23T02:55:00Z",
        "body_text": "ขอข้อมูลรายได้ครัวเรือนจังหวัดกระบี่ ปี 2566 ค่ะ",
        "attachments": [],
        "kind": "new",
        "ticket": FIRST,
        "second_ticket": None,
        "phones": [],
        "forwarded_original": None,
        "province_counts": [],
        "failed_recipient": None,
        "raw_sha256": hashlib.sha256(raw).hexdigest(),
    }
    (file,) = (tmp_path / "raw").iterdir()
    assert file.read_bytes() == raw
    assert await desk.count("audit", "action = 'mails.exported'") == 2


async def test_a_report_of_a_mail_that_is_not_ours_makes_no_ticket(
    desk: DeskUnderTest, mailbox: Mailbox, tmp_path: Path
) -> None:
    raw = b"Message-ID: <x@y.example>\r\n\r\n"
    sent: Any = SimpleNamespace(to="a@example.com", sender="services@nso.example", raw=raw)
    await mailbox.brings(report_of(sent))
    assert await desk.count("tickets") == 0
    (mail,) = await exported(desk, tmp_path)
    assert (mail["kind"], mail["ticket"]) == ("bounce", None)


SOMCHAIS = "Somchai <somchai@example.com>"


async def test_an_answer_joins_its_ticket_and_opens_it_again(
    desk: DeskUnderTest, mailbox: Mailbox, tmp_path: Path
) -> None:
    await desk.says("/open C81554 อีเมล 1.1 รายได้ครัวเรือนกระบี่ => 26,946 บาท ปิด")
    answer = a_mail("ขอปี 2565 ด้วยได้ไหมครับ", f"Re: [{FIRST}] ข้อมูล", SOMCHAIS)
    desk.wait(minutes=5)
    await mailbox.brings(answer)
    assert await desk.count("tickets") == 1
    ticket = await tickets.get_ticket(desk.db, FIRST)
    assert ticket.status is Status.OPEN
    told = desk.told("nok").text
    assert f"📬 อีเมลตอบใบงาน {FIRST}\nจาก: {SOMCHAIS}\nข้อความ: ขอปี 2565 ด้วยได้ไหมครับ" in told
    assert "เปิดใบงานอีกครั้งแล้ว" in told
    assert "ขอปี 2565 ด้วยได้ไหมครับ" in (await desk.says(FIRST)).text
    (mail,) = await exported(desk, tmp_path)
    assert (mail["kind"], mail["ticket"]) == ("reply", FIRST)


async def test_a_strangers_mail_with_somebodys_number_is_a_ticket_of_its_own(
    desk: DeskUnderTest, mailbox: Mailbox, tmp_path: Path
) -> None:
    await desk.says("/open C81554 อีเมล 1.1 รายได้ครัวเรือนกระบี่ => 26,946 บาท ปิด")
    await mailbox.brings(a_mail("ขอข้อมูลด้วย", f"Re: [{FIRST}] ข้อมูล"))
    (mail,) = await exported(desk, tmp_path)
    assert (mail["kind"], mail["ticket"]) == ("new", "R2611000125")
    assert (await tickets.get_ticket(desk.db, FIRST)).status is Status.CLOSED


async def test_an_answer_to_a_mail_that_came_in_is_its_writers_alone(
    desk: DeskUnderTest, mailbox: Mailbox, tmp_path: Path
) -> None:
    await mailbox.brings(a_mail())
    follows = b"In-Reply-To: <1@example.org>\r\n"
    await mailbox.brings(
        follows + a_mail("ขอเพิ่มอีกเรื่องค่ะ", "Re: ขอข้อมูล", number=2),
        follows + a_mail("ขอด้วยค่ะ", "Re: ขอข้อมูล", "x@other.example", 3),
    )
    mails = await exported(desk, tmp_path)
    assert [(mail["kind"], mail["ticket"]) for mail in mails] == [
        ("new", FIRST),
        ("reply", FIRST),
        ("new", "R2611000125"),
    ]


async def test_what_a_machine_wrote_makes_no_ticket(
    desk: DeskUnderTest, mailbox: Mailbox, tmp_path: Path
) -> None:
    await mailbox.brings(b"Auto-Submitted: auto-replied\r\n" + a_mail("I am away", "Away"))
    assert await desk.count("tickets") == 0
    assert desk.told("nok").replies == []
    (mail,) = await exported(desk, tmp_path)
    assert (mail["kind"], mail["ticket"]) == ("auto_reply", None)
