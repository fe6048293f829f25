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
    assert "⏰ รอสัญญาที่ลงนามอีกครั้ง" in done.text
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
