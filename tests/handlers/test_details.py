"""What is typed as details: a channel or subject before it is taken as such, and never kept
silently as words.
"""

import pytest

from tests.handlers.conftest import DeskUnderTest

SAVED = "✅ บันทึกข้อมูลเรียบร้อย"


@pytest.fixture
async def asked(desk: DeskUnderTest) -> DeskUnderTest:
    await desk.says("C81554")
    assert "พิมพ์รายละเอียด" in (await desk.presses("สร้างใบงาน")).text
    return desk


async def test_channel_and_subject_may_stand_before_the_details(asked: DeskUnderTest) -> None:
    assert SAVED in (await asked.says("เมล 6.1 ขอตาราง สรง. 2562 => ส่งให้แล้ว ปิด")).text
    holds = "channel = 'email' AND subject = '6.1' AND details = 'ขอตาราง สรง. 2562' AND status = 'closed'"
    assert await asked.count("tickets", holds) == 1


async def test_a_subject_alone_before_them_is_shown_before_it_is_saved(
    asked: DeskUnderTest,
) -> None:
    shown = await asked.says("6.1 ขอตาราง")
    assert (shown.buttons[0], await asked.count("tickets")) == ("บันทึก", 0)
    assert "เรื่อง: 6.1" in shown.text
    await asked.presses("บันทึก")
    assert await asked.count("tickets", "subject = '6.1' AND details = 'ขอตาราง'") == 1


@pytest.mark.parametrize(
    "details", ["หนังสือ สถิติรายปี มีขายหรือไม่", "ขอเบอร์ โทร 6.1 ด้วย", "1.9 ล้านคนมาจากไหน"]
)
async def test_words_that_only_look_so_stay_details(asked: DeskUnderTest, details: str) -> None:
    await asked.says(details)
    assert (
        await asked.count(
            "tickets", "subject = '1.1' AND channel = 'phone' AND details = ?", details
        )
        == 1
    )


async def test_another_channel_asks_for_a_subject_that_comes_by_it(asked: DeskUnderTest) -> None:
    shown = await asked.says("หนังสือ")
    assert "เลือกเรื่อง" in shown.text
    assert "⚠️" not in shown.text
    assert "พิมพ์รายละเอียด" in (await asked.says("6.4")).text
    await asked.says("ขอสถิติอุบัติภัย")
    assert await asked.count("tickets", "subject = '6.4' AND channel = 'letter'") == 1


async def test_a_subject_that_was_chosen_stays_with_a_warning_and_another_may_be_typed(
    asked: DeskUnderTest,
) -> None:
    await asked.says("6.2")
    assert "ปกติไม่ใช้ช่องทาง" in (await asked.says("หนังสือ")).text
    assert "พิมพ์รายละเอียด" in (await asked.says("6.4")).text
