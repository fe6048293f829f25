"""What an officer sees of a search: sure hits as before, guesses under their own heading, never
taken silently.
"""

import pytest

from tests.handlers.conftest import DeskUnderTest


async def test_a_guess_is_offered_and_not_opened(desk: DeskUnderTest) -> None:
    answer = await desk.says("กมลชนก รัตนพิทัก")

    assert answer.text == "ไม่พบชื่อที่ตรงกัน · ชื่อใกล้เคียง"
    (guess, new) = answer.buttons
    assert "C70001" in guess
    assert "ชื่อคล้าย 9" in guess
    assert new == 'ผู้รับบริการใหม่ "กมลชนก รัตนพิทัก"'
    assert "C70001" in (await desk.presses("C70001")).text


@pytest.mark.parametrize(
    "typed", ["l,=kp .0fu", "สมชายใจดี", "นาย สมชาย ใจดี", "ใจดี สมชาย", "สม ชาย ใจดี"]
)
async def test_a_sure_hit_opens_the_card(desk: DeskUnderTest, typed: str) -> None:
    assert "👤 C81554 นายสมชาย ใจดี" in (await desk.says(f"หา {typed}")).text


@pytest.mark.parametrize(
    "typed",
    [
        "0066812345678",
        "'081-234-5678",
        '="0812345678"',
        "081-234-5678-9",
        "812345678",
        "โทร. 081-234-5678",
        "081-234-5678 (คุณแม่)",
        "0812345678, 0899999999",
        "c-81554",
        "รหัส C81554",
        "<somchai@example.com>",
        "mailto:somchai@example.com",
    ],
)
async def test_a_telephone_an_address_and_a_code_are_found_however_they_are_written(
    desk: DeskUnderTest, typed: str
) -> None:
    assert "👤 C81554 นายสมชาย ใจดี" in (await desk.says(typed)).text


async def test_an_address_typed_on_the_thai_layout_keeps_the_order_of_its_marks(
    desk: DeskUnderTest,
) -> None:
    await desk.says("C81554")
    await desk.presses("แก้ไข")
    await desk.presses("อีเมล")
    await desk.says("buychwymas2415@yahoo.com")
    await desk.presses("บันทึก")

    found = await desk.says("ิีัแ้ไัทฟห/ภๅถ๑ัฟ้นนใแนท")
    assert "👤 C81554 นายสมชาย ใจดี" in found.text


@pytest.mark.parametrize(
    "said",
    [
        "คุณสมชาย ใจดี โทรมาถาม เรื่องประชากรรายจังหวัด ปี 2560",
        "เมื่อเช้านี้ นาย สมชาย ใจดี ขอคุยกับหัวหน้า",
        "ลูกค้าชื่อ สมชาย ใจดี โทรกลับ 0899999999 ด้วย นะคะ",
    ],
)
async def test_a_whole_name_within_a_sentence_is_offered(desk: DeskUnderTest, said: str) -> None:
    answer = await desk.says(f"หา {said}")

    assert "รายที่มีคำอื่นครบ" in answer.text
    assert "C81554 นายสมชาย ใจดี" in answer.buttons[0]
    assert "👤 C81554 นายสมชาย ใจดี" in (await desk.presses("C81554")).text


async def test_a_former_name_says_so(desk: DeskUnderTest) -> None:
    await desk.says("C81554")
    await desk.presses("แก้ไข")
    await desk.presses("ชื่อ")
    await desk.says("นายธนา ใจดี")
    await desk.presses("บันทึก")

    assert "C81554 นายธนา ใจดี" in (await desk.says("หา สมชาย ใจดี")).text
    listed = await desk.says("หา สมชาย")
    assert any("C81554" in label and "ชื่อเดิม" in label for label in listed.buttons)


async def test_a_ticket_never_takes_a_guess_for_its_customer(desk: DeskUnderTest) -> None:
    answer = await desk.says('/open "กมลชนก รัตนพิทัก" โทร 1.1 ขอข้อมูล')

    assert any("C70001" in label for label in answer.buttons)


async def test_nonsense_finds_nothing(desk: DeskUnderTest) -> None:
    assert "ผลลัพธ์: 0" in (await desk.says("หา zzz")).text


async def test_a_card_says_a_label_once_above_all_that_it_holds(desk: DeskUnderTest) -> None:
    for n in range(3):
        await desk.says(f"/open C81554 โทร 1.1 เรื่องที่ {n}")
    card = (await desk.says("C81554")).text
    assert card.count("ใบงานค้าง") == 1
    assert [line for line in card.splitlines() if "เรื่องที่" in line] == [
        "ใบงานค้าง: R2611000124 · 1.1 · เรื่องที่ 0 · ถึง 23 พ.ย. 69 10.05 น.",
        "R2611000125 · 1.1 · เรื่องที่ 1 · ถึง 23 พ.ย. 69 10.05 น.",
        "R2611000126 · 1.1 · เรื่องที่ 2 · ถึง 23 พ.ย. 69 10.05 น.",
    ]


@pytest.mark.parametrize(
    "typed",
    [
        "ใบงานของสมชายใจดี",
        "เบอร์ของ สมชาย ใจดี",
        "ขอเบอร์สมชายใจดี",
        "ลูกค้าชื่อสมชายใจดี",
        "อีเมลของคุณสมชาย ใจดี",
        "สมชายใจดีโทรมา",
        "ทวงสมชายใจดีหน่อย",
    ],
)
async def test_a_name_is_found_within_the_words_around_it(desk: DeskUnderTest, typed: str) -> None:
    shown = await desk.says(typed)
    assert shown.text.startswith("พบจาก ")
    assert "👤 C81554 นายสมชาย ใจดี" in shown.text


@pytest.mark.parametrize("typed", ["ของขวัญ มีสุข", "ตามใจ มีสุข", "ดูดี โทรมา", "ขอ", "ของ"])
async def test_words_that_surround_nobody_s_name_find_nobody(
    desk: DeskUnderTest, typed: str
) -> None:
    shown = await desk.says(typed)
    assert "👤" not in shown.text
    assert "พบจาก" not in shown.text
