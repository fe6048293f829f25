"""What a desk does with fields of a ticket that it did not have before.

`test_new_field.py` adds the fields to a copy of the tree and has this run there, as a test; the
environment's NEW_FIELDS names them."""

import csv
import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from bot.tables.report import export_file
from domain.configuration import load_configuration
from domain.tables.tables import Register
from domain.tickets.fields import TICKET
from store.search import tickets as ticket_search
from store.tables.tables import staged
from store.tables.transfer import import_table
from store.tickets import records as tickets
from tests.fakes.office import OFFICE

FIELDS = json.loads(os.environ["NEW_FIELDS"])
NO = "R2611000124"


@pytest.fixture(params=FIELDS, ids=lambda field: field["name"])
def new(request):
    return request.param


@pytest.fixture
async def opened(desk):
    await desk.says("สร้างใบงาน C81554 โทร 1.1 ถามรายได้ครัวเรือน")
    return desk


async def kept(desk, new) -> str:
    """The field as drafts and the history hold it."""
    return TICKET.text(await tickets.get_ticket(desk.db, NO), new["name"])


async def give(desk, new) -> str:
    """What the desk answers to the field's value typed behind its Thai name."""
    return (await desk.says(f"แก้ไข {NO} {new['label']} {new['typed']}")).text


async def test_it_is_typed_behind_its_name_and_stands_on_the_card(opened, new):
    told = await give(opened, new)
    assert f"{new['label']}: {new['shown']}" in told
    assert await kept(opened, new) == new["kept"]
    assert f"{new['label']}: {new['shown']}" in (await opened.says(NO)).text


async def test_it_is_asked_for_in_the_form_and_can_be_emptied(opened, new):
    await opened.says(NO)
    await opened.presses("แก้ไข")
    await opened.presses("ช่องทั้งหมด")
    assert new["label"] in (await opened.presses(new["label"])).text
    assert new["shown"] in (await opened.says(new["typed"])).text
    await opened.presses("บันทึก")
    assert await kept(opened, new) == new["kept"]


async def test_its_changes_stand_in_the_history_and_are_taken_back(opened, new):
    await give(opened, new)
    told = (await opened.says(f"ประวัติ {NO}")).text
    assert f"{new['label']}: - → {new['shown']}" in told
    ticket = await tickets.get_ticket(opened.db, NO)
    before = await tickets.find_before_last_change(opened.db, ticket)
    assert TICKET.text(before, new["name"]) == ""


async def test_it_goes_out_in_a_sheet_and_comes_in_again(opened, new, tmp_path):
    await give(opened, new)
    out = tmp_path / "out.csv"
    await export_file(opened.db, OFFICE, Register.TICKETS, out, opened.now)
    (row,) = csv.DictReader(out.read_text(encoding="utf-8-sig").splitlines())
    assert row[new["name"]] == new["kept"]
    await opened.db.write(lambda tx: tx.execute(f"UPDATE tickets SET {new['clear']}"))

    came = tmp_path / "in.csv"
    came.write_text(f"เลขที่ใบงาน,{new['label']}\n{NO},{new['cell']}\n", encoding="utf-8")
    with staged(came, Register.TICKETS) as table:
        counts = await import_table(opened.db, OFFICE, Register.TICKETS, table, opened.now)
    assert counts.rejected == 0
    assert await kept(opened, new) == new["kept"]


async def test_a_subject_may_require_it(opened, new, tmp_path: Path):
    file = tmp_path / "office.toml"
    file.write_text(f'[subjects."1.1"]\nrequires = ["{new["name"]}"]\n', encoding="utf-8")
    worker = opened.engine.worker
    worker._desk = replace(worker._desk, configuration=load_configuration(file))
    asked = (await opened.says(f"ปิดใบงาน {NO} แนะนำเว็บไซต์")).text
    assert new["label"] in asked
    assert "ปิดแล้ว" in (await opened.says(new["typed"])).text
    assert await kept(opened, new) == new["kept"]


async def test_it_is_called_by_its_english_name(opened, new):
    await give(opened, new)
    await opened.says("/language")
    await opened.presses("English")
    assert f"{new['english']}: " in (await opened.says(NO)).text


async def test_the_next_identical_enquiry_has_it_where_the_row_says_so(opened, new):
    await give(opened, new)
    await opened.says("0899998888 เหมือนเดิม")
    await opened.presses("บันทึก")
    again = await tickets.get_ticket(opened.db, "R2611000125")
    assert (TICKET.text(again, new["name"]) == new["kept"]) is TICKET.rows[new["name"]].repeated


async def test_the_second_ticket_of_a_forwarded_mail_has_it_where_the_row_says_so(desk, new):
    await desk.says("/open C81554 เมล binfopub ขอข้อมูลระดับย่อย สรง. 2562")
    await desk.presses("ช่องอื่น ๆ")
    await desk.presses("ช่องทั้งหมด")
    await desk.presses(new["label"])
    await desk.says(new["typed"])
    await desk.says("กมลชนก")
    await desk.says("7.2")
    real = await tickets.get_ticket(desk.db, NO)
    first = await tickets.get_ticket(desk.db, "R2611000125")
    assert (first.subject, TICKET.text(first, new["name"])) == ("mail.binfopub", new["kept"])
    assert (TICKET.text(real, new["name"]) == new["kept"]) is TICKET.rows[new["name"]].paired


async def test_it_is_found_where_the_row_says_so(opened, new):
    await give(opened, new)
    found, _keys = await ticket_search.find_tickets(opened.db, new["kept"])
    assert bool(found) is TICKET.rows[new["name"]].searched
