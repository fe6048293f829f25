"""A mail is read whole, its files are opened, the mail itself is for administrators, and what may
be spam waits apart.
"""

from pathlib import Path
from typing import Any

import orjson
import pytest

from bot.line import render as line_render
from bot.telegram import render as telegram_render
from domain.text import graphemes
from handlers.chat import Paragraph
from tests.handlers.conftest import DeskUnderTest
from tests.handlers.test_incoming_mails import (
    FIRST,
    SOMCHAIS,
    Mailbox,
    a_mail,
    exported,
    with_files,
)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.long)])
def desk_engine(request: pytest.FixtureRequest) -> Any:
    return request.param


@pytest.fixture
def mailbox(desk: DeskUnderTest) -> Mailbox:
    return Mailbox(desk)


SPAM = a_mail(
    "Click here to verify your account http://x.example",
    "Account suspended",
    "Bank <bank@x.example>",
)
ANSWER = """ขอบคุณค่ะ ขอปี 2565 เพิ่มด้วยค่ะ

On Mon, 23 Nov 2026 at 09:00, NSO <services@nso.example> wrote:
> ส่งข้อมูลปี 2566 มาให้แล้วค่ะ
> มีอะไรสอบถามเพิ่มได้ค่ะ
"""


async def test_a_mail_is_read_whole_with_its_history_behind_a_button(
    desk: DeskUnderTest, mailbox: Mailbox
) -> None:
    await mailbox.brings(b"Reply-To: other@example.org\r\n" + a_mail(ANSWER))
    desk.last["telegram:nok"] = desk.told("nok")
    shown = await desk.presses("อ่านทั้งหมด")
    assert shown.text.splitlines() == [
        f"📬 อีเมล · {FIRST}",
        "จาก: Wipa Jaidee <wipa@example.org>",
        "ตอบกลับไปที่: other@example.org",
        "ถึง: services@nso.example",
        "วันที่: 23 พ.ย. 69 09.55 น.",
        "เรื่อง: ขอข้อมูล",
        "",
        "ขอบคุณค่ะ ขอปี 2565 เพิ่มด้วยค่ะ",
    ]
    folded = await desk.presses("ข้อความที่อ้างถึง")
    assert folded.text.startswith("ข้อความที่อ้างถึง\n\n")
    assert "ส่งข้อมูลปี 2566 มาให้แล้วค่ะ" in folded.text
    assert "ขอปี 2565 เพิ่มด้วยค่ะ" in (await desk.presses("กลับไปที่อีเมล")).text
    assert await desk.count("audit", "action = 'mail.read' AND record = ?", FIRST) == 3


LONG = "".join(f"ข้อที่ {n} น้ำที่ปู่ย่าตายายเก็บไว้ก็ยังชื่นใจ👩‍👩‍👧‍👦กี่" for n in range(700))


async def test_a_long_mail_is_read_in_pages_that_cut_no_letter(
    desk: DeskUnderTest, mailbox: Mailbox
) -> None:
    await mailbox.brings(a_mail(LONG))
    desk.last["telegram:nok"] = desk.told("nok")
    shown = await desk.presses("อ่านทั้งหมด")
    pages = []
    while True:
        (reply,) = shown.replies
        (part,) = reply.parts
        assert isinstance(part, Paragraph)
        pages.append(part.text)
        assert len(telegram_render.render(reply)) == 1
        (call,) = line_render.render(reply)
        assert len(orjson.loads(call)["messages"]) <= 5
        if "ถัดไป" not in " ".join(shown.buttons):
            break
        shown = await desk.presses("ถัดไป")
    assert len(pages) > 5
    assert f"หน้า 1/{len(pages)}" in pages[0]
    bodies = [page.split("\n\n")[-2] for page in pages]
    whole = [letter for body in bodies for letter in graphemes(body)]
    expected = [letter for letter in graphemes(LONG) if letter != " "]
    assert [letter for letter in whole if letter != " "] == expected


async def test_files_are_opened_but_for_what_may_run(desk: DeskUnderTest, mailbox: Mailbox) -> None:
    await mailbox.brings(with_files())
    desk.last["telegram:nok"] = desk.told("nok")
    await desk.presses("อ่านทั้งหมด")
    await desk.presses("📎 map.png")
    assert [each.name for each in desk.documents] == ["map.png"]
    desk.last["telegram:nok"] = desk.told("nok")
    await desk.presses("อ่านทั้งหมด")
    refused = await desk.presses("⚠️ bill.exe")
    assert "อาจเป็นอันตราย" in refused.text
    assert [each.name for each in desk.documents] == ["map.png"]


async def test_the_mail_itself_is_for_administrators_at_the_press(
    desk: DeskUnderTest, mailbox: Mailbox
) -> None:
    raw = with_files()
    await mailbox.brings(raw)
    desk.last["telegram:nok"] = desk.told("nok")
    assert "อีเมลต้นฉบับ" not in " ".join((await desk.presses("อ่านทั้งหมด")).buttons)
    desk.last["telegram:may"] = desk.told("may")
    shown = await desk.presses("อ่านทั้งหมด", "may")
    await desk.presses_token(shown.token("อีเมลต้นฉบับ"), "may")
    (document,) = desk.documents
    assert (document.name, document.mime, document.size) == (
        "mail.eml",
        "message/rfc822",
        len(raw),
    )
    assert mailbox.blobs.existing(document.sha256).read_bytes() == raw
    assert await desk.count("audit", "action = 'mail.raw_read' AND record = ?", FIRST) == 1
    # The right is asked for when it is pressed.
    ids = desk.ids
    await desk.db.write(
        lambda tx: tx.execute("UPDATE staff SET role = 'officer' WHERE id = ?", ids["may"])
    )
    refused = await desk.presses_token(shown.token("อีเมลต้นฉบับ"), "may")
    assert "⚠️" in refused.text
    assert len(desk.documents) == 1


async def test_an_answer_is_read_whole_as_well(desk: DeskUnderTest, mailbox: Mailbox) -> None:
    await desk.says("/open C81554 อีเมล 1.1 รายได้ครัวเรือนกระบี่ => 26,946 บาท ปิด")
    desk.wait(minutes=5)
    await mailbox.brings(a_mail(ANSWER, f"Re: [{FIRST}] ข้อมูล", SOMCHAIS))
    desk.last["telegram:nok"] = desk.told("nok")
    shown = await desk.presses("อ่านอีเมล")
    assert "ขอปี 2565 เพิ่มด้วยค่ะ" in shown.text
    await desk.says(FIRST)
    assert "ขอปี 2565 เพิ่มด้วยค่ะ" in (await desk.chooses("อ่านอีเมล")).text


async def test_what_may_be_spam_is_no_ticket_and_waits_apart(
    desk: DeskUnderTest, mailbox: Mailbox, tmp_path: Path
) -> None:
    await mailbox.brings(SPAM, a_mail(number=2))
    assert await desk.count("tickets") == 1
    assert "Bank" not in desk.told("nok").text
    listed = await desk.says("/inbox")
    assert "📬 อีเมลใหม่ 1 ฉบับ" in listed.text
    shown = await desk.presses("สงสัยว่าเป็นสแปม (1)")
    assert shown.buttons[0].startswith("Bank · Account suspended")
    for typed in ("/inbox สแปม", "สแปม", "เมลขยะ", "/spam", "Spam"):
        assert (await desk.says(typed)).text == shown.text
    whole = await desk.presses("Bank")
    assert "Click here to verify" in whole.text
    (spam, _other) = await exported(desk, tmp_path)
    assert (spam["kind"], spam["ticket"]) == ("spam_like", None)


async def test_what_is_no_spam_after_all_is_a_new_mail(
    desk: DeskUnderTest, mailbox: Mailbox, tmp_path: Path
) -> None:
    await mailbox.brings(SPAM)
    await desk.says("/inbox spam")
    await desk.says("/inbox spam", "ton")
    assert "✅ ไม่ใช่สแปม" in (await desk.presses("1 ไม่ใช่สแปม")).text
    assert "มีคนนำอีเมลฉบับนี้ออก" in (await desk.presses("1 ไม่ใช่สแปม", "ton")).text
    await mailbox.settles()
    await mailbox.settles()
    assert await desk.count("tickets", "status = 'new'") == 1
    assert desk.told("ton").text.count("📬 อีเมลใหม่") == 1
    assert "📬 อีเมลใหม่ 1 ฉบับ" in (await desk.says("/inbox")).text
    assert "ไม่มีอีเมลที่สงสัยว่าเป็นสแปม" in (await desk.says("/inbox ขยะ")).text
    (mail,) = await exported(desk, tmp_path)
    assert (mail["kind"], mail["ticket"]) == ("new", FIRST)
    assert await desk.count("audit", "action = 'mail.cleared'") == 1


AWAY = a_mail(
    "This is an automated reply. I am out of the office until Monday.",
    "Automatic reply: Hello",
    "Carl <carl@x.example>",
).replace(b"MIME", b"Auto-Submitted: auto-replied\r\nMIME", 1)


async def test_machines_mails_without_a_ticket_are_listed_for_those_who_may_and_taken_out(
    desk: DeskUnderTest, mailbox: Mailbox, tmp_path: Path
) -> None:
    await mailbox.brings(AWAY)
    assert await desk.count("tickets") == 0
    assert "อีเมลอัตโนมัติ" not in " ".join((await desk.says("/inbox", "nok")).buttons)
    assert "ใช้ได้เฉพาะหัวหน้า" in (await desk.says("อีเมลอัตโนมัติ", "nok")).text
    assert "อีเมลอัตโนมัติ (1)" in (await desk.says("/inbox", "may")).buttons
    shown = await desk.presses("อีเมลอัตโนมัติ (1)", "may")
    assert shown.buttons[0].startswith("Carl · Automatic reply: Hello")
    whole = await desk.presses("Carl", "may")
    assert "out of the office" in whole.text
    done = await desk.presses("คนเขียน", "may")
    assert "✅ คนเขียน" in done.text
    await mailbox.settles()
    (mail,) = await exported(desk, tmp_path)
    assert (mail["kind"], mail["ticket"]) == ("new", FIRST)
    assert "ไม่มีอีเมลอัตโนมัติ" in (await desk.says("/machines", "may")).text
