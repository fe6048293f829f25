"""Every field as people type it: taken and shown as it was taken, or told why not; nothing is
changed or lost unseen.

The rows stand in typed_fields.toml.
"""

import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from store.customers import records as customers
from store.tickets import records as tickets

SAVED = "บันทึกข้อมูลเรียบร้อย"
NO = "⚠️ "
ROWS = tomllib.loads(Path(__file__).with_name("typed_fields.toml").read_text("utf-8"))


@pytest.mark.parametrize("field", ROWS["ticket"])
async def test_what_is_typed_is_taken_and_shown_or_told(desk, field):
    for typed, shown in ROWS["ticket"][field]["rows"]:
        await desk.says("/open C70001 หนังสือ 7.4 ขอข้อมูล")
        row = await desk.db.fetch_one("SELECT max(no) AS no FROM tickets")
        before = await tickets.get_ticket(desk.db, row["no"])
        answer = await desk.says(f"แก้ไข {before.no} {field} {typed}")
        after = await tickets.get_ticket(desk.db, before.no)
        assert shown in answer.text, (typed, answer.text)
        if SAVED in answer.text:
            assert replace(after, version=before.version) != before, typed
            assert not shown.startswith(NO), typed
        else:
            assert after == before, typed
            await desk.says("/cancel")


async def test_the_table_tells_how_people_type():
    counts = {field: len(table["rows"]) for field, table in ROWS["ticket"].items()}
    assert sum(counts.values()) > 350
    often = (
        "วันที่ลงรับ",
        "ราคา",
        "เลขที่ใบเสร็จ",
        "เลขที่ลงรับ",
        "เลขที่สัญญา",
        "ปีของข้อมูล",
        "ชื่อโครงการ",
        "ผู้รับผิดชอบ",
        "ความยุ่งยาก",
    )
    assert all(counts[field] >= 25 for field in often)


async def test_years_that_cannot_be_read_may_stay_as_they_were_typed(desk):
    await desk.says("/open C70001 หนังสือ 7.4 ขอข้อมูล")
    asked = await desk.says("แก้ไข R2611000124 ปีของข้อมูล ย้อนหลัง 5 ปี")
    assert 'ปีของข้อมูล: "ย้อนหลัง 5 ปี"' in asked.text
    done = await desk.presses('ใช้ตามที่พิมพ์ "ย้อนหลัง 5 ปี"')
    assert SAVED in done.text
    assert (await tickets.get_ticket(desk.db, "R2611000124")).data_years == "ย้อนหลัง 5 ปี"


async def test_a_subject_with_its_details_behind_it_loses_neither(desk):
    await desk.says("0812345678")
    await desk.presses("สร้างใบงาน")
    await desk.presses("เรื่อง")
    await desk.says("เรื่อง ถ่ายเอกสาร 20 หน้า 40 บาท")
    await desk.presses("ใช้ช่องทางนี้")
    saved = await tickets.get_ticket(desk.db, "R2611000124")
    assert (saved.subject, str(saved.price)) == ("5", "40.00")
    assert "ถ่ายเอกสาร 20 หน้า 40 บาท" in saved.details


async def test_a_saved_tickets_details_are_not_replaced_by_words_behind_a_subject(desk):
    await desk.says("/open C70001 โทร 7.1 ถามขั้นตอนขอข้อมูลระดับย่อย")
    told = await desk.says("แก้ไข R2611000124 เรื่อง 7.2 ขอแบบสอบถาม")
    assert "ไม่พบประเภทเรื่อง" in told.text
    assert (await tickets.get_ticket(desk.db, "R2611000124")).details == "ถามขั้นตอนขอข้อมูลระดับย่อย"


@pytest.mark.parametrize("field", ROWS["customer"])
async def test_a_customers_fields_as_people_type_them(desk, field):
    for typed, shown in ROWS["customer"][field]["rows"]:
        before = await customers.get_customer(desk.db, "C81554")
        answer = await desk.says(f"แก้ไข C81554 {field} {typed}")
        after = await customers.get_customer(desk.db, "C81554")
        assert shown in answer.text, (typed, answer.text)
        if SAVED in answer.text:
            assert replace(after, version=before.version) != before, typed
        else:
            assert after == before, typed
            await desk.says("/cancel")
