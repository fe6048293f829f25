"""What is owed follows from the tickets as they are, in whatever order they were written up."""

import pytest

from tests.handlers.conftest import DeskUnderTest

pytestmark = pytest.mark.usefixtures("quiet_mornings")

OPEN = "state = 'open' AND rule = ?"


async def closed(desk: DeskUnderTest, subject: str, customer: str = "C70001") -> str:
    """The number of a ticket of this subject, a day after the one before."""
    desk.wait(days=1)
    await desk.says(f"/open {customer} เมล {subject} เรื่องของคำขอ => ทำแล้ว ปิด")
    row = await desk.db.fetch_one("SELECT max(no) AS no FROM tickets")
    return str(row["no"])


async def again(desk: DeskUnderTest, no: str) -> str:
    """Opened again; what the officer read."""
    return (await desk.says(f"เปิดอีกครั้ง {no}")).text


@pytest.mark.parametrize(
    ("chain", "rule"), [(("8.2", "8.5", "8.2"), "quotation"), (("7.9", "7.10", "7.9"), "contract")]
)
async def test_a_proof_among_two_starts_is_opened_again_and_corrected(desk, chain, rule):
    first, proof, last = [await closed(desk, subject) for subject in chain]
    said = await again(desk, proof)
    assert "มีรายการนี้อยู่แล้ว" not in said
    assert "⏰ รอ" in said
    assert await desk.count("owed", f"{OPEN} AND ticket_no = ?", rule, first) == 1
    assert await desk.count("owed", OPEN, rule) == 1
    desk.wait(days=1)
    await desk.says(f"ปิดใบงาน {proof} ได้รับแล้ว")
    assert await desk.count("owed", OPEN, rule) == 0
    assert await desk.count("owed", "state = 'received' AND proof_no = ?", proof) == 1
    await again(desk, first)
    await again(desk, proof)
    assert await desk.count("owed", f"{OPEN} AND ticket_no = ?", rule, last) == 1


async def test_a_quotation_after_the_payment_is_owed_anew(desk):
    for subject in ("8.2", "8.5"):
        await closed(desk, subject)
    last = await closed(desk, "8.2")
    assert await desk.count("owed", f"{OPEN} AND ticket_no = ?", "quotation", last) == 1


async def test_a_receipt_after_the_contract_came_back_starts_nothing_until_the_officer_says_so(
    desk,
):
    await closed(desk, "7.9")
    await closed(desk, "7.10")
    last = await closed(desk, "7.9")
    said = desk.last["telegram:nok"]
    assert f"ใบงาน {last} ไม่เริ่มรอสัญญาที่ลงนาม เพราะได้รับแล้ว 25 พ.ย. 69" in said.text
    assert await desk.count("owed", OPEN, "contract") == 0
    done = await desk.presses("รอสัญญาที่ลงนามอีกครั้ง")
    assert "⏰ รอสัญญาที่ลงนาม กำหนด 10 ธ.ค. 69 · เตือน 11 ธ.ค. 69" in done.text
    assert await desk.count("owed", f"{OPEN} AND ticket_no = ?", "contract", last) == 1
    await again(desk, last)
    assert await desk.count("owed", OPEN, "contract") == 0
    desk.wait(days=1)
    await desk.says(f"ปิดใบงาน {last} ส่งแล้ว")
    assert await desk.count("owed", OPEN, "contract") == 1, "it was said once"


async def test_what_was_decided_outlives_opening_and_closing_anew(desk):
    sent = await closed(desk, "7.9")
    for days in (15, 7):
        desk.wait(days=days)
        await desk.tick()
    await desk.presses("ดูคำขอ")
    await desk.presses("มอบหมาย")
    await desk.presses("ต้น")
    await desk.presses("ดูคำขอ")
    await desk.presses("เลื่อน…")
    await desk.says("15 ม.ค. 70")
    kept = "reminders = 2 AND assignee_id = ? AND snoozed_on = '2027-01-15'"
    ton = desk.ids["ton"]
    assert await desk.count("owed", kept, ton) == 1
    await again(desk, sent)
    assert await desk.count("owed", "state = 'open'") == 0
    desk.wait(days=1)
    await desk.says(f"ปิดใบงาน {sent} ส่งแล้ว")
    assert await desk.count("owed", f"state = 'open' AND {kept}", ton) == 1
    assert await desk.count("owed") == 1
    await desk.says(f"ยกเลิกใบงาน {sent} บันทึกซ้ำ")
    await desk.says(f"คืนใบงาน {sent}")
    assert await desk.count("owed", f"state = 'open' AND {kept}", ton) == 1


async def test_what_was_decided_outlives_the_first_of_two_tickets(desk):
    first = await closed(desk, "7.9")
    second = await closed(desk, "7.9")
    desk.wait(days=16)
    await desk.tick()
    await desk.presses("ดูคำขอ")
    await desk.presses("เลื่อน…")
    await desk.says("15 ม.ค. 70")
    await desk.says(f"ยกเลิกใบงาน {first} บันทึกซ้ำ")
    kept = "reminders = 1 AND snoozed_on = '2027-01-15' AND ticket_no = ?"
    assert await desk.count("owed", f"state = 'open' AND {kept}", second) == 1
    assert await desk.count("owed") == 1


async def test_a_follow_up_that_is_voided_or_is_none_counts_no_longer(desk):
    await closed(desk, "7.9")
    one, other = await closed(desk, "7.11"), await closed(desk, "7.11")
    assert await desk.count("owed", "chased = 2") == 1
    await desk.says(f"ยกเลิกใบงาน {one} บันทึกซ้ำ")
    assert await desk.count("owed", "chased = 1") == 1
    await desk.says(other)
    await desk.presses("เปิดใบงานอีกครั้ง")
    assert await desk.count("owed", "chased = 0 AND last_at IS NULL") == 1


# A customer or a number is corrected.


async def corrected(desk: DeskUnderTest, no: str, field: str, value: str) -> str:
    """A field of a ticket, changed in its form; what was answered."""
    await desk.says(no)
    await desk.presses("แก้ไข")
    if field not in " ".join(desk.last["telegram:nok"].buttons):
        await desk.presses("ช่องทั้งหมด")
    await desk.presses(field)
    await desk.says(value)
    return (await desk.presses("บันทึก")).text


SENT = "ส่งข้อมูลและสัญญา 81/2569 ลงวันที่ 20 พ.ย. 69"


async def test_the_contract_follows_its_ticket_to_the_right_customer(desk):
    await desk.says(f"/open C81554 เมล 7.9 {SENT} => ส่งแล้ว ปิด")
    await desk.presses("ดูคำขอ")
    await desk.presses("เลื่อน…")
    await desk.says("15 ม.ค. 70")
    said = await corrected(desk, "R2611000124", "ผู้รับบริการ", "C70001")
    assert "📄 สัญญา 81/2569" in said
    assert "⚠️" not in said
    rows = await desk.db.fetch(
        "SELECT r.customer_code, o.snoozed_on FROM contracts c JOIN requests r ON r.id = c.request_id "
        "JOIN owed o ON o.request_id = r.id WHERE c.no = '81/2569' AND o.state = 'open'"
    )
    assert [(row["customer_code"], str(row["snoozed_on"])) for row in rows] == [
        ("C70001", "2027-01-15")
    ]
    assert "คำขอข้อมูล" not in " ".join((await desk.says("C81554")).buttons)
    done = await desk.says("/open C70001 เมล 7.10 ได้รับสัญญา 81/2569 => ครบถ้วน ปิด")
    assert "หยุดเตือน" in done.text
    assert await desk.count("requests") == 1


async def test_one_of_two_tickets_takes_the_contract_that_it_names_along(desk):
    await desk.says("/open C81554 เมล 7.5 ขอโครงร่าง => ส่งแล้ว ปิด")
    await desk.says(f"/open C81554 เมล 7.9 {SENT} => ส่งแล้ว ปิด")
    await corrected(desk, "R2611000125", "ผู้รับบริการ", "C70001")
    owner = (
        "SELECT r.customer_code FROM contracts c JOIN requests r ON r.id = c.request_id "
        "WHERE c.no = '81/2569'"
    )
    assert [row["customer_code"] for row in await desk.db.fetch(owner)] == ["C70001"]
    assert await desk.count("owed", "state = 'open'") == 1
    done = await desk.presses("ย้ายทั้งคำขอมาที่ C70001")
    assert "✅ ย้ายใบงาน 1 ใบมาที่ C70001 แล้ว" in done.text
    assert await desk.count("requests", "customer_code = 'C81554'") == 0
    assert await desk.count("tickets", "customer_code = 'C70001'") == 2
    on = await desk.db.fetch("SELECT DISTINCT request_id FROM request_tickets")
    assert len(on) == 1


async def test_nothing_is_brought_to_whom_the_button_does_not_name(desk):
    await desk.says("/open C81554 เมล 7.5 ขอโครงร่าง => ส่งแล้ว ปิด")
    await desk.says(f"/open C81554 เมล 7.9 {SENT} => ส่งแล้ว ปิด")
    await corrected(desk, "R2611000125", "ผู้รับบริการ", "C70001")
    stale = desk.last["telegram:nok"].token("ย้ายทั้งคำขอมาที่ C70001")
    await corrected(desk, "R2611000125", "ผู้รับบริการ", "C90210")
    await desk.presses_token(stale)
    assert await desk.count("tickets", "no = 'R2611000124' AND customer_code = 'C81554'") == 1
    assert await desk.count("tickets", "customer_code = 'C70001'") == 0


async def test_a_number_that_only_one_ticket_names_is_corrected_with_it(desk):
    await desk.says(f"/open C70001 เมล 7.9 {SENT} => ส่งแล้ว ปิด")
    said = await corrected(desk, "R2611000124", "เลขที่สัญญา", "18/2569")
    assert "📄 สัญญา 18/2569" in said
    assert await desk.count("contracts", "no = '18/2569'") == 1
    assert await desk.count("contracts") == 1
    assert await desk.count("requests") == 1
    done = await desk.says("/open C81554 เมล 7.9 ส่งสัญญา 81/2569 => ส่งแล้ว ปิด")
    assert "📄 สัญญา 81/2569" in done.text, "the number is free"


async def test_a_contract_that_is_voided_and_restored_is_what_it_was(desk):
    await desk.says(f"/open C70001 เมล 7.9 {SENT} => ส่งแล้ว ปิด")
    await desk.presses("ดูคำขอ")
    await desk.presses("แก้ไขสัญญา")
    await desk.presses("กำหนดส่งสัญญาคืน")
    await desk.says("20 ม.ค. 70")
    await desk.presses("บันทึก")
    before = await desk.db.fetch("SELECT no, signed_on, return_due_on FROM contracts")
    await desk.says("ยกเลิกใบงาน R2611000124 บันทึกซ้ำ")
    assert await desk.count("contracts") == 0
    await desk.says("คืนใบงาน R2611000124")
    assert await desk.db.fetch("SELECT no, signed_on, return_due_on FROM contracts") == before
    assert await desk.count("owed", "state = 'open' AND due_on = '2027-01-20'") == 1


async def test_what_a_merge_brought_together_parts_with_its_tickets(desk):
    await desk.says(f"/open C81554 เมล 7.9 {SENT} => ส่งแล้ว ปิด")
    await desk.says("/merge C81554 C70001", who="may")
    await desk.presses("เก็บ C70001 แทน", who="may")
    await desk.presses("รวมเป็น C70001", who="may")
    await desk.says("/open C70001 เมล 7.11 โทรตามสัญญา => จะส่งมา ปิด")
    assert await desk.count("owed", "state = 'open' AND chased = 1") == 1
    await desk.says("/merge C81554", who="may")
    await desk.presses("ยกเลิกการรวม", who="may")
    await desk.presses("ยืนยันยกเลิกการรวม", who="may")
    strays = (
        "SELECT t.no FROM tickets t JOIN request_tickets h ON h.ticket_no = t.no "
        "JOIN requests r ON r.id = h.request_id WHERE r.customer_code <> t.customer_code"
    )
    assert await desk.db.fetch(strays) == []
    assert await desk.count("owed", "state = 'open' AND chased = 0 AND request_id = 1") == 1
    assert await desk.count("requests", "id = 1 AND customer_code = 'C81554'") == 1


async def test_a_ticket_stays_on_the_request_that_the_officer_chose(desk):
    await desk.says(f"/open C70001 เมล 7.9 {SENT} => ส่งแล้ว ปิด")
    await closed(desk, "7.10")
    await desk.says(f"/open C70001 เมล 7.9 {SENT} => ส่งแล้ว ปิด")
    await desk.presses("คำขอใหม่")
    on = "SELECT request_id FROM request_tickets WHERE ticket_no = 'R2611000126'"
    chosen = await desk.db.fetch(on)
    assert await desk.count("owed", OPEN, "contract") == 1
    await again(desk, "R2611000126")
    assert await desk.count("owed", OPEN, "contract") == 0
    await desk.says("ปิดใบงาน R2611000126 ส่งแล้ว")
    assert await desk.db.fetch(on) == chosen
    assert await desk.count("owed", OPEN, "contract") == 1


async def test_a_tickets_card_leads_to_its_request_and_others_lead_to_none(desk):
    await desk.says("/open C81554 เมล 7.9 ส่งข้อมูลและสัญญา => ส่งแล้ว ปิด")
    await desk.says("/open C81554 เมล 1.1 แนะนำ => แล้ว ปิด")
    sent, other = [row["no"] for row in await desk.db.fetch("SELECT no FROM tickets ORDER BY no")]
    assert "ดูคำขอ" not in (await desk.says(f"/ticket {other}")).buttons
    await desk.says(f"/ticket {sent}")
    shown = await desk.presses("ดูคำขอ")
    assert "คำขอข้อมูลระดับย่อย" in shown.text
