"""Tickets that belong together, and the same ticket for the next caller."""

import pytest

from domain.staff import Platform
from tests.handlers.conftest import DeskUnderTest

SAVED = "บันทึกข้อมูลเรียบร้อย"
CLOSED = "/open 0812345678 โทร 1.1 รายได้ครัวเรือนกระบี่ 2560 => แนะนำเว็บไซต์ สสช. ปิด"


@pytest.fixture
async def two(desk: DeskUnderTest) -> DeskUnderTest:
    """R2611000124 closed and R2611000125 open, of one customer; the second's card is the last
    answer.
    """
    await desk.says(CLOSED)
    await desk.says("/open C81554 เมล 6.1 ขอตารางเพิ่ม")
    return desk


async def link(desk: DeskUnderTest, kind: str = "ต่อเนื่องจาก") -> str:
    await desk.chooses("ผูกกับใบงาน…")
    await desk.presses("R2611000124")
    return (await desk.presses(kind)).text


async def test_two_taps_tie_a_ticket_to_the_customers_other_one_and_both_cards_say_so(
    two: DeskUnderTest,
):
    assert f"{SAVED} R2611000125 ต่อเนื่องจาก R2611000124" in await link(two)
    assert "ใบงานที่ผูก: ต่อเนื่องจาก R2611000124" in (await two.presses("R2611000125")).text
    other = await two.says("R2611000124")
    assert "ใบงานที่ผูก: มีงานต่อเนื่อง R2611000125" in other.text
    assert "ใบงานที่ผูก (1)" in (await two.presses("เพิ่มเติม")).buttons
    history = await two.chooses("ประวัติการแก้ไข")
    assert "ใบงานที่ผูก: - → R2611000125" in history.text


async def test_a_part_is_a_part(two: DeskUnderTest):
    await link(two, "เป็นส่วนหนึ่งของ")
    assert "มีส่วนย่อย R2611000125" in (await two.says("R2611000124")).text


async def test_a_typed_number_is_an_answer_and_no_new_search(two: DeskUnderTest):
    await two.says("/open C70001 โทร 1.1 ถามต่อ")
    asked = await two.chooses("ผูกกับใบงาน…")
    assert not [label for label in asked.buttons if label.startswith("R26")]
    await two.says("r๒๖๑๑๐๐๐๑๒๔")
    assert SAVED in (await two.presses("ต่อเนื่องจาก")).text


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("R2611000125", "ผูกใบงานกับตัวเองไม่ได้"),
        ("R2611999999", "ไม่พบใบงาน"),
        ("อะไร", "ไม่พบใบงาน อะไร"),
    ],
)
async def test_what_cannot_be_tied_is_asked_again(two: DeskUnderTest, typed: str, said: str):
    await two.chooses("ผูกกับใบงาน…")
    refused = await two.says(typed)
    assert said in refused.text
    assert "เลือกใบงานที่จะผูกด้วย" in refused.text
    assert SAVED not in refused.text


async def test_a_pair_that_is_tied_is_not_tied_twice(two: DeskUnderTest):
    await link(two)
    await two.says("R2611000124")
    await two.chooses("ใบงานที่ผูก (1)")
    await two.presses("ผูกเพิ่ม")
    assert "R2611000124 กับ R2611000125 ผูกกันอยู่แล้ว" in (await two.says("R2611000125")).text


async def test_two_who_tie_the_same_pair_at_once_tie_it_once(two: DeskUnderTest):
    await two.chooses("ผูกกับใบงาน…")
    await two.presses("R2611000124")
    await two.says("R2611000124", who="ton")
    await two.chooses("ผูกกับใบงาน…", who="ton")
    await two.presses("R2611000125", who="ton")
    assert SAVED in (await two.presses("ต่อเนื่องจาก", who="ton")).text
    assert "ผูกกันอยู่แล้ว" in (await two.presses("ต่อเนื่องจาก")).text
    assert await two.count("ticket_links") == 1


async def test_a_link_is_removed_with_a_tap_and_only_once(two: DeskUnderTest):
    await link(two)
    await two.says("R2611000125")
    links = await two.chooses("ใบงานที่ผูก (1)")
    assert "ต่อเนื่องจาก R2611000124" in links.text
    token = links.token("เลิกผูก")
    assert "เลิกผูก R2611000125 กับ R2611000124 แล้ว" in (await two.presses_token(token)).text
    assert await two.count("ticket_links") == 0
    assert "แล้ว" in (await two.presses_token(token)).text
    assert "ใบงานที่ผูก" not in (await two.says("R2611000124")).text
    assert await two.count("audit", "action IN ('ticket.linked', 'ticket.unlinked')") == 2


async def test_a_card_shown_before_the_link_still_closes_its_ticket(two: DeskUnderTest):
    token = two.last["telegram:nok"].token("ปิดใบงาน")
    await link(two)
    await two.presses_token(token)
    assert SAVED in (await two.says("ส่งตารางแล้ว")).text


async def test_who_links_a_closed_ticket_is_not_told_as_who_closed_it(two: DeskUnderTest):
    await two.presses("ปิดใบงาน")
    await two.says("ส่งตารางแล้ว")
    await two.says("R2611000125", who="ton")
    await two.chooses("ผูกกับใบงาน…", who="ton")
    await two.presses("R2611000124", who="ton")
    await two.presses("ต่อเนื่องจาก", who="ton")
    assert "คุณปิดใบงาน R2611000125" in (await two.says("/close R2611000125")).text


# The same again.


async def test_the_next_identical_enquiry_is_a_tap_a_number_and_a_tap(desk: DeskUnderTest):
    await desk.says(CLOSED)
    asked = await desk.presses("สร้างใบงานแบบเดียวกัน")
    assert "เลือกผู้รับบริการ" in asked.text
    card = await desk.says("0800009001")
    assert "C82001 นายสัญญา ธรรมศักดิ์" in card.text
    done = await desk.presses("ปิดด้วยผลนี้")
    assert f"{SAVED} R2611000125 · ปิดแล้ว" in done.text
    one, other = await desk.db.fetch(
        "SELECT customer_code, subject, channel, details, result, status FROM tickets ORDER BY no"
    )
    assert dict(other) == {**one, "customer_code": "C82001"}


async def test_a_ticket_without_customer_is_copied_without_asking_for_one(desk: DeskUnderTest):
    await desk.says("/open เฟซ 10 เผยแพร่ผลสำรวจ => https://example.com/1")
    await desk.chooses("สร้างใบงานแบบเดียวกัน")
    done = await desk.presses("บันทึก")
    assert SAVED in done.text
    assert await desk.count("tickets", "customer_code IS NULL AND status = 'open'") == 2


async def test_what_is_a_persons_or_a_papers_own_is_not_copied(desk: DeskUnderTest):
    await desk.says("/open C81554 มาเอง 4.1 ขอรายงาน => ให้แล้ว ปิด")
    await desk.says("1,500")
    assert SAVED in (await desk.says("12/345 23 พ.ย. 69")).text
    await desk.presses("สร้างใบงานแบบเดียวกัน")
    asked = await desk.says("0800009001")
    assert "12/345" not in asked.text
    assert "ราคา" in asked.text, "the new one's price is asked for"


@pytest.mark.parametrize(
    "line", ["0800009002 เหมือนเดิม", "C82002 เหมือนเดิม", "เหมือนเดิม 080-000-9002", "/again C82002"]
)
async def test_the_word_after_a_customer_repeats_my_last_ticket(desk: DeskUnderTest, line: str):
    await desk.says(CLOSED)
    card = await desk.says(line)
    assert "C82002" in card.text
    assert f"{SAVED} R2611000125 · ปิดแล้ว" in (await desk.presses("ปิดด้วยผลนี้")).text
    assert await desk.count("tickets", "customer_code = 'C82002' AND status = 'closed'") == 1


async def test_the_word_in_a_new_tickets_form_fills_it(desk: DeskUnderTest):
    await desk.says(CLOSED)
    await desk.says("C82003")
    await desk.presses("สร้างใบงาน")
    card = await desk.says("เหมือนเดิม")
    assert "C82003" in card.text
    assert "แนะนำเว็บไซต์ สสช." in card.text
    assert "พักร่างไว้" not in card.text
    await desk.presses("ปิดด้วยผลนี้")
    assert await desk.count("tickets", "customer_code = 'C82003' AND status = 'closed'") == 1
    assert await desk.count("forms", "state IN ('open', 'parked')") == 0


async def test_the_word_alone_asks_for_whom(desk: DeskUnderTest):
    await desk.says(CLOSED)
    assert "เลือกผู้รับบริการ" in (await desk.says("เหมือนเดิม")).text


async def test_the_word_answers_another_forms_question(two: DeskUnderTest):
    await two.presses("ปิดใบงาน")
    done = await two.says("เหมือนเดิม")
    assert SAVED in done.text
    assert await two.count("tickets", "no = 'R2611000125' AND result = 'เหมือนเดิม'") == 1


async def test_another_customers_word_parks_the_open_form_and_says_so(two: DeskUnderTest):
    await two.presses("ปิดใบงาน")
    card = await two.says("C82002 เหมือนเดิม")
    assert "พักร่างไว้" in card.text
    assert "ทำต่อ" in card.buttons


@pytest.mark.parametrize("text", ["เหมือนเดิม แต่ปี 2561", "ขอข้อมูลชุด เหมือนเดิม", "ขอเหมือนเดิม"])
async def test_the_word_within_a_sentence_is_only_a_word(desk: DeskUnderTest, text: str):
    await desk.says("สร้างใบงาน C81554")
    await desk.says(text)
    assert await desk.count("tickets", "details = ?", text) == 1


async def test_who_has_recorded_nothing_is_told(desk: DeskUnderTest):
    assert "ยังไม่มีใบงานของคุณ" in (await desk.says("C81554 เหมือนเดิม", who="may")).text


async def test_several_that_may_be_meant_are_offered(desk: DeskUnderTest):
    await desk.says(CLOSED)
    asked = await desk.says("/again สมชาย")
    assert [label[:6] for label in asked.buttons[:2]] == ["C81554", "C90210"]


async def test_line_goes_the_same_way(desk: DeskUnderTest):
    await desk.says(CLOSED, platform=Platform.LINE)
    await desk.presses("สร้างใบงานแบบเดียวกัน", platform=Platform.LINE)
    await desk.says("0800009001", platform=Platform.LINE)
    assert SAVED in (await desk.presses("ปิดด้วยผลนี้", platform=Platform.LINE)).text
