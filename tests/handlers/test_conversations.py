"""The whole conversation of a ticket by mail reads in one place, oldest first, page by page."""

import pytest

from bot.platform import Adapter
from tests.fakes.smtp import FakeSmtp
from tests.handlers.conftest import DeskUnderTest
from tests.handlers.test_answering import FIRST, PDF, TEXT, asked, drafted, mailer
from tests.handlers.test_incoming_mails import Mailbox

__all__ = ["mailer"]


@pytest.fixture
def mailbox(desk: DeskUnderTest, mailer: Adapter) -> Mailbox:
    return Mailbox(desk)


async def test_both_ways_stand_in_order_without_what_is_quoted(
    desk: DeskUnderTest, mailbox: Mailbox, smtp: FakeSmtp
) -> None:
    await mailbox.brings(asked(text="คำถามแรก"))
    await drafted(desk)
    await desk.sends_file(PDF, "table.pdf")
    await desk.presses("ส่ง")
    await desk.mails_go()
    desk.wait(minutes=5)
    await mailbox.brings(
        asked(
            "In-Reply-To: <1@example.org>",
            text="คำถามที่สอง\n\nOn Mon, 23 Nov 2026 at 10:00, NSO <services@nso.example> wrote:\n> คำเดิม",
            number=2,
        )
    )
    card = await desk.says(FIRST)
    assert "บทสนทนา" in card.buttons
    shown = await desk.presses("บทสนทนา")
    first, second, third = (shown.text.index(words) for words in ("คำถามแรก", TEXT, "คำถามที่สอง"))
    assert first < second < third
    assert shown.text.count("คำถามแรก") == 1
    assert "คำเดิม" not in shown.text
    assert "ส่งแล้ว 10.00 น." in shown.text
    assert "📎 table.pdf (3 KB)" in shown.text
    assert "📤 2." in shown.text
    assert await desk.count("audit", "action = 'mail.read' AND record = ?", FIRST) == 1


async def test_many_mails_are_turned_over_and_a_long_one_read_whole(
    desk: DeskUnderTest, mailbox: Mailbox
) -> None:
    await mailbox.brings(asked(text="คำถามแรก"))
    await drafted(desk, "ยาว " * 2000)
    await desk.presses("ส่ง")
    for number in range(2, 8):
        desk.wait(minutes=2)
        await mailbox.brings(
            asked("In-Reply-To: <1@example.org>", text=f"ถามครั้งที่ {number}", number=number)
        )
    shown = await desk.says(f"บทสนทนา {FIRST}")
    assert "ถามครั้งที่ 2" in shown.text
    assert "ถามครั้งที่ 3" not in shown.text
    second = await desk.presses("ถัดไป")
    assert "4." in second.text
    last = await desk.presses("ถัดไป")
    assert "ถามครั้งที่ 7" in last.text
    assert "ถัดไป" not in last.buttons
    await desk.says(f"บทสนทนา {FIRST}")
    whole = await desk.presses("อ่านฉบับที่ 2")
    assert "เรียน" in whole.text
    assert "ถัดไป" in whole.buttons


async def test_a_ticket_without_mails_says_so(desk: DeskUnderTest) -> None:
    await desk.says("/open C81554 โทรศัพท์ 1.1 รายได้ครัวเรือนกระบี่ 2560")
    assert f"ใบงาน {FIRST} ยังไม่มีอีเมล" in (await desk.says(f"บทสนทนา {FIRST}")).text
