"""A customer's card: open tickets are one tap away, the due ones first, and the only one can be
closed from there.
"""

import pytest

from domain.staff import Platform

CLOSED = "status = 'closed'"


async def opens(desk, *lines):
    for line in lines:
        await desk.says(f"/open C81554 {line}")


async def test_open_tickets_are_buttons_the_due_ones_first(desk):
    await opens(desk, "เมล 6.1 ขอข้อมูลประชากรแฝง", "facebook 10 ข่าวสาร", "โทร 6.1 ถามจำนวนครัวเรือน")
    card = await desk.says("สมชาย ใจดี")
    assert card.buttons[:4] == [
        "สร้างใบงาน",
        "R2611000126 · 6.1 · ถามจำนวนครัวเรือน",
        "R2611000124 · 6.1 · ขอข้อมูลประชากรแฝง",
        "R2611000125 · 10 · ข่าวสาร",
    ]
    assert "ใบงานค้าง: R2611000126 · 6.1 · ถามจำนวนครัวเรือน · ถึง 23 พ.ย. 69 10.05 น." in card.text
    assert "🎫 R2611000124" in (await desk.presses("R2611000124")).text


async def test_an_overdue_one_says_so(desk):
    await opens(desk, "โทร 6.1 ถามจำนวนครัวเรือน")
    desk.wait(hours=1)
    assert (
        "ใบงานค้าง: R2611000124 · 6.1 · ถามจำนวนครัวเรือน · เกินกำหนด"
        in (await desk.says("C81554")).text
    )


async def test_more_than_fit_are_all_behind_one_button(desk):
    await opens(desk, *(f"เมล 6.1 คำถามที่ {n}" for n in range(14)))
    card = await desk.says("C81554")
    assert len([label for label in card.buttons if label.startswith("R")]) == 3
    listed = await desk.presses("ใบงานค้างทั้งหมด (14)")
    assert len([label for label in listed.buttons if label.startswith("R")]) == 10
    assert (
        len([label for label in (await desk.presses("ถัดไป")).buttons if label.startswith("R")]) == 4
    )
    assert "👤 C81554" in (await desk.presses("ผู้รับบริการ")).text


async def test_closed_and_voided_ones_and_those_of_others_are_not_among_them(desk):
    await opens(desk, "เมล 6.1 ขอข้อมูลประชากรแฝง => ส่งแล้ว ปิด", "เมล 6.1 บันทึกซ้ำ")
    await desk.says("ยกเลิกใบงาน R2611000125 บันทึกซ้ำ")
    await desk.says("/open C90210 เมล 6.1 ของคนอื่น")
    card = await desk.says("C81554")
    assert not [label for label in card.buttons if label.startswith(("R", "ปิด"))]
    assert "ใบงานค้าง" not in card.text
    assert "ใบงานล่าสุด: R2611000124" in card.text


@pytest.mark.parametrize("platform", [Platform.TELEGRAM, Platform.LINE])
async def test_the_only_open_one_is_closed_from_the_callers_name_in_three_actions(desk, platform):
    await opens(desk, "เมล 6.1 ขอข้อมูลประชากรแฝง")
    card = await desk.says("สมชาย ใจดี", platform=platform)
    assert [label for label in card.buttons if "ปิด" in label] == ["ปิดใบงาน R2611000124"]
    await desk.presses("ปิดใบงาน R2611000124", platform=platform)
    await desk.says("ส่งตารางทางอีเมลแล้ว", platform=platform)
    assert await desk.count("tickets", f"no = 'R2611000124' AND {CLOSED}") == 1


async def test_of_several_none_is_closed_from_the_card(desk):
    await opens(desk, "เมล 6.1 ขอข้อมูลประชากรแฝง", "เมล 6.1 ขอข้อมูลแรงงาน")
    assert not [label for label in (await desk.says("C81554")).buttons if "ปิด" in label]
