"""The board: everybody's work for those who lead, one's own for officers; no customer's name."""

import re

from store.chat import inbox
from tests.web.conftest import words_of


async def logged_calls(paged):
    """Two tickets of นก's, one of which is late by now; returns นก's browser."""
    nok = await paged.logged_in("นก")
    await nok.says("สร้างใบงาน C81554 โทร 1.1 ถามเวลาทำการ")
    paged.clock.advance(hours=2)
    await nok.says("สร้างใบงาน C83997 โทร 6.1 ขอจำนวนประชากร")
    return nok


def tiles(html):
    """The numbers at the top, by their words."""
    found = re.findall(r'class="tile[^>]*>\s*<b>(\d+)</b><span>([^<]+)</span>', html)
    return {label: int(count) for count, label in found}


async def test_who_leads_sees_all_and_officers_their_own(paged):
    nok = await logged_calls(paged)
    await nok.open("/board")
    assert tiles(nok.html)["เกินกำหนด"] == 1
    assert "R2611000124" in nok.html
    assert "มอบหมาย" not in words_of(nok.html)
    assert "ค้างส่งสำนักงาน" not in tiles(nok.html)
    fon = await paged.logged_in("ฝน")
    await fon.open("/board")
    assert tiles(fon.html)["เกินกำหนด"] == 1
    assert "ค้างส่งสำนักงาน" in tiles(fon.html)
    assert "สถานะระบบ" in fon.html
    may = paged.ids["เมย์"]
    await paged.db.write(lambda tx: tx.execute("UPDATE tickets SET assignee_id = ?", may))
    await nok.open("/board")
    assert "R2611000124" not in nok.html


async def test_the_board_is_in_the_language_of_whoever_looks(paged):
    await logged_calls(paged)
    fon = await paged.logged_in("ฝน")
    await paged.db.write(lambda tx: tx.execute("UPDATE staff SET language = 'en'"))
    await fon.open("/board")
    assert "1.1 Advice and guidance" in fon.html
    assert "แนะนำ" not in fon.html


async def test_the_board_names_no_customer(paged):
    await logged_calls(paged)
    fon = await paged.logged_in("ฝน")
    await fon.open("/board")
    assert "สมชาย" not in fon.html
    assert "ถามเวลาทำการ" not in fon.html
    read = await paged.db.fetch("SELECT action FROM audit WHERE action LIKE 'board%'")
    assert len(read) == 1


async def test_each_number_leads_to_its_list_and_each_row_to_its_card(paged):
    nok = await logged_calls(paged)
    fon = await paged.logged_in("ฝน")
    await fon.open(f"/board?who={paged.ids['นก']}&pile=overdue")
    assert "R2611000124" in fon.html
    assert "R2611000125" not in fon.html
    await fon.open("/board?who=nobody&pile=none")
    assert "ไม่มีใบงานตามที่เลือก" in fon.html
    await nok.open("/")
    assert "นายสมชาย ใจดี" in await nok.says("R2611000124")


async def test_a_ticket_is_given_by_the_same_command_as_in_the_chat(paged):
    await logged_calls(paged)
    fon = await paged.logged_in("ฝน")
    await fon.open("/board")
    answer = await fon.post(text=["/assign R2611000124", "เมย์"])
    assert answer.status_code == 204
    await paged.service.engine.idle()
    row = await paged.db.fetch_one("SELECT assignee_id FROM tickets WHERE no = 'R2611000124'")
    assert row["assignee_id"] == paged.ids["เมย์"]
    await fon.open("/")
    assert "ผู้รับผิดชอบคือคุณเมย์" in fon.html


async def test_the_board_is_light_however_much_lies_on_it(paged):
    nok = await paged.logged_in("นก")
    for number in range(40):
        await nok.post(text=f"สร้างใบงาน C81554 โทร 1.1 ถามเวลาทำการครั้งที่ {number}")
    await paged.service.engine.idle()
    assert not await inbox.list_waiting(paged.db, paged.clock(), "x")
    fon = await paged.logged_in("ฝน")
    await fon.open("/board")
    assert len(fon.html.encode()) <= 50_000


async def test_a_person_with_an_odd_name_is_text(paged):
    odd = "<b>นก</b>&\"'"
    await paged.db.write(
        lambda tx: tx.execute("UPDATE staff SET name = ? WHERE id = ?", odd, paged.ids["นก"])
    )
    await logged_calls(paged)
    fon = await paged.logged_in("ฝน")
    await fon.open("/board")
    assert "<b>นก" not in fon.html
    assert "&lt;b&gt;นก" in fon.html
