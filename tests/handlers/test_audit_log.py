"""The audit log answers by person, days, kind and record, with totals and as a file."""

from datetime import timedelta
from functools import partial

import pytest

from store import audit
from tests.handlers.conftest import NOW


@pytest.fixture
async def read(desk):
    """A desk where much was read."""
    nok, may = desk.ids["nok"], desk.ids["may"]
    yesterday = NOW - timedelta(days=1)
    entries = [
        audit.AuditEntry(at, who, action, record, "telegram", "e")
        for at, who, action, record in (
            (NOW - timedelta(days=60), nok, "customer.read", "C81554"),
            (yesterday, nok, "customer.read", "C81554"),
            (yesterday, nok, "customer.changed", "C81554"),
            (yesterday, may, "tickets.exported", ""),
            (NOW, nok, "ticket.read", "R2611000124"),
        )
    ]
    await desk.db.write(partial(audit.add, entries=entries))
    return desk


async def test_of_one_person_with_totals(read):
    told = (await read.says("/audit นก", who="may")).text
    assert told.startswith("รายการตรวจสอบ · นก\nรวม: 4 รายการ\nตามเจ้าหน้าที่: นก 4\n")
    assert "ดูผู้รับบริการ 2" in told
    assert "ส่งออกใบงาน" not in told


@pytest.mark.parametrize(
    ("asked", "count"),
    [
        ("/audit เดือนนี้", 4),
        ("/audit เมื่อวาน", 3),
        ("ตรวจสอบ C81554 ดู", 2),
        ("/audit นก เมื่อวาน แก้ไข C81554", 1),
        ("/audit ส่งออก", 1),
        ("/audit เมย์ เดือนนี้", 1),
    ],
)
async def test_whatever_is_asked_in_any_order(read, asked, count):
    told = (await read.says(asked, who="may")).text
    assert f"รวม: {count} รายการ" in told


async def test_nobody_of_that_name(read):
    told = (await read.says("/audit ไม่มีใคร", who="may")).text
    assert told.startswith('⚠️ ไม่พบเจ้าหน้าที่ "ไม่มีใคร"')


async def test_a_name_behind_the_plain_word_is_still_a_search(read):
    assert "รายการตรวจสอบ" not in (await read.says("ตรวจสอบ สมชาย", who="may")).text


async def test_only_administrators_may_ask(read):
    for asked in ("/audit นก", "/audit ส่งออก ไฟล์"):
        assert "รวม" not in (await read.says(asked)).text


async def test_the_days_are_changed_by_a_button(read):
    await read.says("/audit นก", who="may")
    told = (await read.presses("เดือนนี้", who="may")).text
    assert "รวม: 3 รายการ" in told


async def test_the_file_has_what_the_card_counts(read):
    await read.says("/audit นก เดือนนี้", who="may")
    answer = await read.presses("ส่งเป็นไฟล์", who="may")
    assert "📎 รายการตรวจสอบ · นก · พ.ย. 69 · 3 แถว" in answer.text
    assert await read.count("audit", "action = 'audit.exported'") == 1
