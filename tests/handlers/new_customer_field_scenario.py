"""What a desk does with a field of a customer that it did not have before.

`test_new_field.py` adds the field to a copy of the tree and has this run there, as a test.
"""

import csv

import pytest

from bot.tables.report import export_file
from domain.tables.tables import Register
from store.customers import records as customers
from store.tables.tables import staged
from store.tables.transfer import import_table
from tests.fakes.office import OFFICE

CODE = "C81554"
LABEL, ENGLISH, TYPED = "รหัสสมาชิก", "Member number", "ส-204"


@pytest.fixture
async def given(desk):
    answer = await desk.says(f"แก้ไข {CODE} {LABEL} {TYPED}")
    assert f"{LABEL}: {TYPED}" in answer.text
    return desk


async def kept(desk) -> str:
    return (await customers.get_customer(desk.db, CODE)).member_no


async def test_it_is_typed_behind_its_name_and_stands_on_the_card_and_in_the_history(given):
    assert await kept(given) == TYPED
    assert f"{LABEL}: {TYPED}" in (await given.says(CODE)).text
    await given.presses("เพิ่มเติม")
    assert f"{LABEL}: - → {TYPED}" in (await given.presses("รายการแก้ไข")).text


async def test_it_is_called_by_its_english_name(given):
    await given.says("/language")
    await given.presses("English")
    assert f"{ENGLISH}: {TYPED}" in (await given.says(CODE)).text


async def test_it_goes_out_in_a_sheet_and_comes_in_again(given, tmp_path):
    out = tmp_path / "out.csv"
    await export_file(given.db, OFFICE, Register.CUSTOMERS, out, given.now)
    rows = csv.DictReader(out.read_text(encoding="utf-8-sig").splitlines())
    assert TYPED in [row["member_no"] for row in rows if row["code"] == CODE]

    came = tmp_path / "in.csv"
    came.write_text(f"รหัส,ชื่อ,{LABEL}\n{CODE},,ส-205\n,นางใหม่ มาก,ส-206\n", encoding="utf-8")
    with staged(came, Register.CUSTOMERS) as table:
        counts = await import_table(given.db, OFFICE, Register.CUSTOMERS, table, given.now)
    assert counts.rejected == 0
    assert await kept(given) == "ส-205"
