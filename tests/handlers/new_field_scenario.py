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
AGAIN = "R2611000125"


@pytest.fixture
async def opened(desk):
    await desk.says("สร้างใบงาน C81554 โทร 1.1 ถามรายได้ครัวเรือน")
    return desk


async def kept(desk, no: str = NO) -> list[str]:
    """The fields of a ticket as drafts and the history hold them."""
    ticket = await tickets.get_ticket(desk.db, no)
    return [TICKET.text(ticket, new["name"]) for new in FIELDS]


async def give(desk, new) -> str:
    """What the desk answers to a field's value typed behind its Thai name."""
    return (await desk.says(f"แก้ไข {NO} {new['label']} {new['typed']}")).text


async def give_all(desk) -> None:
    lines = [f"{new['label']} {new['typed']}" for new in FIELDS]
    await desk.says("\n".join([f"แก้ไข {NO}", *lines]))
    assert await kept(desk) == ALL


ALL = [new["kept"] for new in FIELDS]


def those(what: str) -> list[str]:
    """What a ticket keeps of the fields whose row says that."""
    rows = [TICKET.rows[new["name"]] for new in FIELDS]
    return [text if getattr(row, what) else "" for row, text in zip(rows, ALL, strict=True)]


async def test_it_is_typed_behind_its_name_and_stands_on_the_card_and_in_the_history(opened):
    for new in FIELDS:
        line = f"{new['label']}: {new['shown']}"
        assert line in await give(opened, new)
        assert line in (await opened.says(NO)).text
        told = (await opened.says(f"ประวัติ {NO}")).text
        assert f"{new['label']}: - → {new['shown']}" in told
        ticket = await tickets.get_ticket(opened.db, NO)
        before = await tickets.find_before_last_change(opened.db, ticket)
        assert TICKET.text(before, new["name"]) == ""
    assert await kept(opened) == ALL


async def test_it_is_asked_for_in_the_form(opened):
    for new in FIELDS:
        await opened.says(NO)
        await opened.presses("แก้ไข")
        await opened.presses("ช่องทั้งหมด")
        assert new["label"] in (await opened.presses(new["label"])).text
        assert new["shown"] in (await opened.says(new["typed"])).text
        await opened.presses("บันทึก")
    assert await kept(opened) == ALL


async def test_it_goes_out_in_a_sheet_and_comes_in_again(opened, tmp_path):
    await give_all(opened)
    out = tmp_path / "out.csv"
    await export_file(opened.db, OFFICE, Register.TICKETS, out, opened.now)
    (row,) = csv.DictReader(out.read_text(encoding="utf-8-sig").splitlines())
    assert [row[new["name"]] for new in FIELDS] == ALL

    for new in FIELDS:
        sql = f"UPDATE tickets SET {new['clear']}"
        await opened.db.write(lambda tx, sql=sql: tx.execute(sql))
    came = tmp_path / "in.csv"
    with came.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["เลขที่ใบงาน", *(new["label"] for new in FIELDS)])
        writer.writerow([NO, *(new["cell"] for new in FIELDS)])
    with staged(came, Register.TICKETS) as table:
        counts = await import_table(opened.db, OFFICE, Register.TICKETS, table, opened.now)
    assert counts.rejected == 0
    assert await kept(opened) == ALL


async def test_a_subject_may_require_it(opened, tmp_path: Path):
    file = tmp_path / "office.toml"
    names = json.dumps([new["name"] for new in FIELDS])
    file.write_text(f'[subjects."1.1"]\nrequires = {names}\n', encoding="utf-8")
    worker = opened.engine.worker
    worker._desk = replace(worker._desk, configuration=load_configuration(file))
    asked = (await opened.says(f"ปิดใบงาน {NO} แนะนำเว็บไซต์")).text
    for new in FIELDS:
        assert new["label"] in asked
        asked = (await opened.says(new["typed"])).text
    assert "ปิดแล้ว" in asked
    assert await kept(opened) == ALL


async def test_it_is_called_by_its_english_name(opened):
    await give_all(opened)
    await opened.says("/language")
    await opened.presses("English")
    card = (await opened.says(NO)).text
    assert [new["english"] for new in FIELDS if f"{new['english']}: " not in card] == []


async def test_the_next_identical_enquiry_has_it_where_the_row_says_so(opened):
    await give_all(opened)
    await opened.says("0899998888 เหมือนเดิม")
    await opened.presses("บันทึก")
    assert await kept(opened, AGAIN) == those("repeated")


async def test_the_second_ticket_of_a_forwarded_mail_has_it_where_the_row_says_so(desk):
    await desk.says("/open C81554 เมล binfopub ขอข้อมูลระดับย่อย สรง. 2562")
    for new in FIELDS:
        await desk.presses("ช่องอื่น ๆ")
        await desk.presses("ช่องทั้งหมด")
        await desk.presses(new["label"])
        await desk.says(new["typed"])
    await desk.says("กมลชนก")
    await desk.says("7.2")
    assert await kept(desk, AGAIN) == ALL  # the mail's own ticket
    assert await kept(desk) == those("paired")


async def test_it_is_found_where_the_row_says_so(opened):
    await give_all(opened)
    for new in FIELDS:
        found, _keys = await ticket_search.find_tickets(opened.db, new["kept"])
        assert bool(found) is TICKET.rows[new["name"]].searched, new["name"]
