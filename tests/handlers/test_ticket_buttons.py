"""A ticket's card carries what is done every day; what is wanted now and then stands behind
[เพิ่มเติม].
"""

import pytest

from domain.staff import Platform
from handlers.chat import Card
from tests.handlers.conftest import DeskUnderTest

NO = "R2611000124"
DAILY = ["ปิดใบงาน R2611000124", "แก้ไข", "รอผู้รับบริการ", "เพิ่มเติม"]
BEHIND = [
    "มอบหมาย",
    "เตือน",
    "ตอบทางอีเมล",
    "ทำไมกำหนดนี้",
    "สร้างใบงานแบบเดียวกัน",
    "ผูกกับใบงาน…",
    "ผู้รับบริการ",
    "ประวัติการแก้ไข",
    "ยกเลิกใบงาน",
    "ดูใบงาน",
]


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("C81554 โทร 1.1 ถามเวลาเปิด", DAILY),
        (
            "C81554 โทร 1.1 ถามเวลาเปิด => แนะนำเว็บไซต์ ปิด",
            ["เปิดใบงานอีกครั้ง", "แก้ไข", "สร้างใบงานแบบเดียวกัน", "เพิ่มเติม"],
        ),
        (
            "C81554 เมล 1.3 ขอลิงก์",
            ["ปิดใบงาน R2611000124", "แก้ไข", "ตอบทางอีเมล", "รอผู้รับบริการ", "เพิ่มเติม"],
        ),
        ("C82001 เมล 1.3 ขอลิงก์", DAILY),
    ],
)
async def test_the_card_has_what_is_done_every_day(
    desk: DeskUnderTest, line: str, shown: list[str]
) -> None:
    assert (await desk.says(f"/open {line}")).buttons == shown
    assert (await desk.says(NO)).buttons == shown


async def test_the_rest_stands_behind_more(desk: DeskUnderTest) -> None:
    await desk.says("/open C81554 โทร 1.1 ถามเวลาเปิด")
    more = await desk.presses("เพิ่มเติม")
    assert (more.text, more.buttons) == (f"🎫 {NO}", BEHIND)
    assert (await desk.presses("ดูใบงาน")).buttons == DAILY


async def test_a_closed_one_is_neither_given_away_nor_copied_twice(desk: DeskUnderTest) -> None:
    await desk.says("/open C81554 โทร 1.1 ถามเวลาเปิด => แนะนำเว็บไซต์ ปิด")
    more = (await desk.presses("เพิ่มเติม")).buttons
    assert more == [
        label for label in BEHIND if label not in ("มอบหมาย", "เตือน", "สร้างใบงานแบบเดียวกัน")
    ]


async def test_every_button_behind_more_answers(desk: DeskUnderTest) -> None:
    await desk.says("/open C81554 โทร 1.1 ถามเวลาเปิด")
    for label in BEHIND:
        await desk.says(f"ใบงาน {NO}")
        await desk.presses("เพิ่มเติม")
        assert "⚠️" not in (await desk.presses(label)).text


async def test_more_of_a_ticket_that_was_closed_meanwhile_is_what_it_is_now(
    desk: DeskUnderTest,
) -> None:
    await desk.says("/open C81554 โทร 1.1 ถามเวลาเปิด")
    await desk.says(f"ปิดใบงาน {NO} แนะนำเว็บไซต์", who="ton")
    assert "มอบหมาย" not in (await desk.presses("เพิ่มเติม")).buttons


async def test_links_and_mails_that_are_there_are_counted_and_listed(desk: DeskUnderTest) -> None:
    await desk.says("/open C81554 โทร 1.1 ถามเวลาเปิด")
    await desk.says("/open C81554 โทร 1.1 ถามรายจ่าย")
    for label in ("เพิ่มเติม", "ผูกกับใบงาน…", NO, "ต่อเนื่องจาก"):
        await desk.presses(label)
    await desk.says(NO)
    assert "ใบงานที่ผูก (1)" in (await desk.presses("เพิ่มเติม")).buttons


async def test_a_card_is_within_the_quick_replies_of_line(desk: DeskUnderTest) -> None:
    answer = await desk.says("/open C81554 เมล 7.2 ขอ Data Dict ของ สรง.", platform=Platform.LINE)
    cards = [part for reply in answer.replies for part in reply.parts if isinstance(part, Card)]
    assert len(cards[-1].buttons) <= 13
    assert len((await desk.presses("เพิ่มเติม", platform=Platform.LINE)).buttons) <= 13
