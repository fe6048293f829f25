"""A contact who was found is named in the hit, and becomes the new ticket's contact: seen before it
is saved.
"""

import pytest

from domain.customers.records import Contact, Customer, CustomerCode
from store.customers import records as customers
from store.search.words import SearchWords
from tests.handlers.conftest import DeskUnderTest

NIDA = "น.ส.นิดา ผู้ช่วย"
SAVED = "บันทึกข้อมูลเรียบร้อย"


@pytest.fixture
async def people(desk: DeskUnderTest) -> DeskUnderTest:
    """A customer whose contact is called นิดา, beside one who is called so herself."""
    namesake = Customer(CustomerCode("C91000"), "นางนิดา ใจงาม", phone="+66800009999")
    await desk.db.write(lambda tx: customers.add_customer(tx, namesake, desk.now))
    return desk


async def contact_of_last(desk: DeskUnderTest) -> str:
    row = await desk.db.fetch_one(
        "SELECT c.name FROM tickets t JOIN contacts c ON c.id = t.contact_id ORDER BY t.no DESC"
    )
    return row["name"] if row else ""


async def test_a_hit_names_the_contact(people: DeskUnderTest) -> None:
    listed = await people.says("หา นิดา")

    (hit,) = [label for label in listed.buttons if "C70001" in label]
    assert f"ผู้ติดต่อ {NIDA}" in hit
    (other,) = [label for label in listed.buttons if "นางนิดา" in label]
    assert "ผู้ติดต่อ" not in other


@pytest.mark.parametrize(
    "typed", ["นิดา ผู้ช่วย", "0899998888", "089-999-8888", "คุณนิดาโทรมา 089-999-8888"]
)
async def test_the_card_of_a_contact_begins_a_ticket_for_it(
    desk: DeskUnderTest, typed: str
) -> None:
    card = await desk.says(typed)
    assert f"ผู้ติดต่อที่ค้นพบ: {NIDA}" in card.text

    form = await desk.presses("สร้างใบงาน")
    assert NIDA in form.text
    saved = await desk.says("ขอข้อมูล")
    if SAVED not in saved.text:
        await desk.presses("บันทึก")

    assert await contact_of_last(desk) == NIDA


async def test_a_hit_that_is_pressed_keeps_its_contact(people: DeskUnderTest) -> None:
    await people.says("หา นิดา")
    card = await people.presses("C70001")

    assert f"ผู้ติดต่อที่ค้นพบ: {NIDA}" in card.text
    assert NIDA in (await people.presses("สร้างใบงาน")).text


async def test_the_customer_found_by_its_own_name_has_no_contact(desk: DeskUnderTest) -> None:
    card = await desk.says("C70001")

    assert "ผู้ติดต่อที่ค้นพบ" not in card.text
    assert NIDA in card.text
    assert NIDA not in (await desk.presses("สร้างใบงาน")).text


@pytest.mark.parametrize(
    "line",
    [
        "/open 0899998888 โทร 1.1 ขอข้อมูลแรงงาน",
        "/open C70001 นิดา โทร 1.1 ขอข้อมูลแรงงาน",
    ],
)
async def test_one_line_takes_the_contact_and_shows_it_first(
    desk: DeskUnderTest, line: str
) -> None:
    shown = await desk.says(line)
    assert SAVED not in shown.text
    assert f"ผู้ติดต่อ: {NIDA}" in shown.text
    assert await desk.count("tickets") == 0

    saved = await desk.presses("บันทึก")

    assert SAVED in saved.text
    assert await contact_of_last(desk) == NIDA
    assert await desk.count("tickets", "details = 'ขอข้อมูลแรงงาน'") == 1


async def test_one_line_asks_who_of_several_is_meant_with_their_contacts(
    people: DeskUnderTest,
) -> None:
    asked = await people.says('/open "นิดา" โทร 1.1 ขอข้อมูลแรงงาน')
    assert any(f"ผู้ติดต่อ {NIDA}" in label for label in asked.buttons)

    shown = await people.presses(f"ผู้ติดต่อ {NIDA}")
    if SAVED not in shown.text:
        assert NIDA in shown.text
        await people.presses("บันทึก")

    assert await contact_of_last(people) == NIDA


async def test_another_customer_takes_the_contact_away(desk: DeskUnderTest) -> None:
    shown = await desk.says("/open 0899998888 โทร 1.1 ขอข้อมูลแรงงาน")
    assert NIDA in shown.text
    await desk.presses("ช่องอื่น ๆ")
    await desk.presses("ผู้รับบริการ")
    shown = await desk.says("C81554")

    assert NIDA not in shown.text


async def test_the_answer_says_which_word_nobody_has(desk: DeskUnderTest) -> None:
    answer = await desk.says("หา กมลชนก ใจร้าย")

    assert answer.text == 'ไม่มีรายใดมี "ใจร้าย" ด้วย · รายที่มีคำอื่นครบ'
    assert any("C70001" in label for label in answer.buttons)
    assert any("ผู้รับบริการใหม่" in label for label in answer.buttons)


@pytest.fixture
def unread(monkeypatch: pytest.MonkeyPatch) -> None:
    """A register whose words are still being read."""

    async def refreshed(self: SearchWords, db: object, patience: float | None = 0) -> bool:
        return False

    monkeypatch.setattr(SearchWords, "refreshed", refreshed)


UNREAD = "⏳ กำลังอ่านรายชื่อในทะเบียน"


@pytest.mark.usefixtures("unread")
async def test_until_the_register_is_read_an_answer_says_so_and_offers_nothing_new(
    desk: DeskUnderTest,
) -> None:
    for typed in ("หา สมชาย", "หา กมลชนก", "หา ใจดี สมชาย"):
        answer = await desk.says(typed)
        assert not any("ผู้รับบริการใหม่" in label for label in answer.buttons)
        assert UNREAD in answer.text
        assert "อาจมีรายอื่นที่ยังไม่แสดง" in answer.text
        assert any("C" in label for label in answer.buttons)
    answer = await desk.says("หา ไม่มีใครชื่อนี้")
    assert UNREAD in answer.text
    assert answer.buttons == []


@pytest.mark.usefixtures("unread")
async def test_until_then_neither_one_line_nor_a_form_offers_somebody_new(
    desk: DeskUnderTest,
) -> None:
    asked = await desk.says('/open "สมชาย" โทร 1.1 ขอข้อมูลแรงงาน')
    assert UNREAD in asked.text
    assert any("C81554" in label for label in asked.buttons)
    assert not any("ผู้รับบริการใหม่" in label for label in asked.buttons)

    refused = await desk.says('/open "ไม่มีใครชื่อนี้" โทร 1.1 ขอข้อมูลแรงงาน')
    assert UNREAD in refused.text
    assert not any("ผู้รับบริการใหม่" in label for label in refused.buttons)


OTHER = '⚠️ "กมลชนก" ไม่ใช่ของผู้รับบริการรายนี้'


async def test_a_name_beside_the_telephone_of_somebody_else_is_told(desk: DeskUnderTest) -> None:
    card = await desk.says("กมลชนก 0812345678")

    assert OTHER in card.text
    assert "👤 C81554 นายสมชาย ใจดี" in card.text
    assert "⚠️" not in (await desk.says("คุณสมชาย 0812345678")).text


async def test_a_form_takes_no_customer_whose_telephone_stands_beside_another_name(
    desk: DeskUnderTest,
) -> None:
    await desk.says("/open โทร 1.1 ถามรายได้")
    asked = await desk.says("กมลชนก 0812345678")

    assert SAVED not in asked.text
    assert await desk.count("tickets") == 0
    assert any("C81554" in label for label in asked.buttons)


async def test_a_contact_is_named_beside_the_office_s_telephone_or_against_another_s(
    desk: DeskUnderTest,
) -> None:
    office = Customer(
        CustomerCode("C91001"),
        "บริษัท ตัวอย่างพลังงาน จำกัด",
        phone="+6620008067",
        contacts=(
            Contact("นางสาวขวัญเรือน ตั้งมั่น", mobile="+66800005376"),
            Contact("นางสาวณัฐธิดา คำหอม"),
        ),
    )
    await desk.db.write(lambda tx: customers.add_customer(tx, office, desk.now))

    named = await desk.says("นางสาวณัฐธิดา คำหอม\nบริษัท ตัวอย่างพลังงาน จำกัด\nโทร 02-000-8067")
    assert "ผู้ติดต่อที่ค้นพบ: นางสาวณัฐธิดา คำหอม" in named.text
    alone = await desk.says("0800005376")
    assert "ผู้ติดต่อที่ค้นพบ: นางสาวขวัญเรือน ตั้งมั่น" in alone.text
    against = await desk.says("ณัฐธิดา คำหอม 0800005376")
    assert "ผู้ติดต่อที่ค้นพบ" not in against.text


async def test_an_unknown_telephone_beside_a_name_is_what_nobody_has(desk: DeskUnderTest) -> None:
    answer = await desk.says("สมชาย ใจดี 0899990000")

    assert answer.text == 'ไม่มีรายใดมี "089-999-0000" ด้วย · รายที่มีคำอื่นครบ'


@pytest.mark.parametrize("typed", ["081234", "somchai", "C081554"])
async def test_a_form_takes_nobody_by_a_part_alone(desk: DeskUnderTest, typed: str) -> None:
    await desk.says("/open โทร 1.1 ถามรายได้")
    asked = await desk.says(typed)

    assert SAVED not in asked.text
    assert await desk.count("tickets") == 0


async def test_one_line_takes_no_code_with_other_noughts(desk: DeskUnderTest) -> None:
    await desk.says("/open C081554 โทร 1.1 ขอข้อมูล => ส่งแล้ว ปิด")

    assert await desk.count("tickets") == 0
