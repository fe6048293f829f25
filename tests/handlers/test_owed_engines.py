"""A lead's lists, hand-overs and who was told, the same on both engines."""

from uuid import uuid4

import pytest

pytestmark = pytest.mark.usefixtures("quiet_mornings")

SENT = "/open {} เมล 7.9 ส่งข้อมูลและสัญญา => ส่งแล้ว ปิด"
LOST = (
    "INSERT INTO outbox (id, platform, chat, payload, state, created_at, next_at, attempts, unclear) "
    "VALUES (?, 'mail', 'x@example.com', '', 'dead', ?, ?, 1, 0)",
    "INSERT INTO mails (id, record, ticket, address, subject, body, purpose, language, files, "
    "automatic, message_id, thread, staff_id, written_at) "
    "VALUES (?, ?, '', 'x@example.com', 'เรื่อง', '', '', 'th', '', 0, ?, '', ?, ?)",
)


@pytest.fixture(params=["sqlite", "postgresql"])
def desk_engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


async def lost(desk, record, *also):
    """A letter that was refused."""
    name = str(uuid4())
    await desk.db.write(lambda tx: tx.execute(LOST[0], name, desk.now, desk.now))
    by = desk.ids["nok"]
    await desk.db.write(lambda tx: tx.execute(LOST[1], name, record, f"<{name}@x>", by, desk.now))
    for each in (record, *also):
        await desk.db.write(
            lambda tx, each=each: tx.execute("INSERT INTO mail_records VALUES (?, ?)", each, name)
        )


async def test_a_leads_monday(desk):
    for code in ("C70001", "C81554", "C90210"):
        await desk.says(SENT.format(code))
    desk.wait(days=21)
    await desk.tick()
    head = "⏰ ค้างส่ง 3 เรื่อง · เกินกำหนด 3"
    assert (await desk.says("/owed", who="ton")).text.startswith(f"{head} · 3 ราย")
    assert (await desk.says("/owed นก สัญญา พ.ย. 69", who="ton")).text.startswith(head)
    by = await desk.says("/owed รายคน", who="ton")
    assert any("สัญญาที่ลงนาม 3 · เกินกำหนด 3 · เก่าสุด 21 วัน" in label for label in by.buttons)
    week = await desk.says("/owed สรุป พ.ย. 69", who="ton")
    assert "ยังค้าง 3 (เพิ่มขึ้น 3) · เข้าใหม่ 3" in week.text
    for view in ("ใกล้กำหนด", "ไม่มีใครติดตาม", "เกินกำหนด", "ค้างเกิน 2 สัปดาห์"):
        assert "ไม่เข้าใจ" not in (await desk.says(f"/owed {view}", who="ton")).text
    rows = await desk.db.fetch("SELECT id FROM owed ORDER BY id")
    first, second, _third = (f"O{row['id']}" for row in rows)
    await lost(desk, first, second)
    await lost(desk, "R2611000124")
    assert "ส่งใหม่ 2 ฉบับ" in (await desk.says("/owed เมลไม่ถึง", who="ton")).text
    card = await desk.presses("เรื่อง", who="ton")
    assert card.text
    await desk.says("/open C70001 เมล 7.10 ได้สัญญา => ได้รับแล้ว ปิด")
    assert "ส่งใหม่ 2 ฉบับ" in (await desk.says("/owed เมลไม่ถึง", who="ton")).text
    await desk.says("/open C81554 เมล 7.10 ได้สัญญา => ได้รับแล้ว ปิด")
    assert "ส่งใหม่ 1 ฉบับ" in (await desk.says("/owed เมลไม่ถึง", who="ton")).text
    shown = await desk.says("/owed นก สัญญา ให้ เมย์", who="ton")
    assert "มอบหมาย 1 เรื่องให้คุณเมย์" in shown.text
    await desk.presses("ยืนยัน", who="ton")
    assert await desk.count("owed", "assignee_id = ? AND state = 'open'", desk.ids["may"]) == 1
    back = await desk.presses("เลิกทำ", who="ton")
    assert "คืนผู้รับผิดชอบเดิมแล้ว 1 เรื่อง" in back.text
    assert await desk.count("owed_told", "staff_id = ?", desk.ids["nok"]) == 3
    await desk.says("/owed ของฉัน")
    assert "🔔 เตือนครั้งที่ 1" in (await desk.presses("สมชาย ดีใจ")).text
