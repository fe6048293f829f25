"""What was imported is found like what was typed: by name, misspelt, by organisation and contact;
on both engines.
"""

import asyncio
import os
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from handlers.customers import duplicate_walk
from store.opening import open_database
from store.search import words
from store.search.building import Building
from tests.e2e.fork_server import run_program
from tests.fakes.clock import machine_time

HEADER = "code,name,organisation,phone,email,contact_name\n"
TABLE = f"""{HEADER}C95001,นางสาวพิมพ์ลดา วงศ์อนันต์,มหาวิทยาลัยราชภัฏลำปาง,081-555-0101,pim@example.com,นายธนกฤต ศรีสุข
C95002,นายเกียรติศักดิ์ พูนทรัพย์,,081-555-0102,,
"""
ASKED = {
    "its name": "พิมพ์ลดา วงศ์อนันต์",
    "a part of it": "วงศ์อนัน",
    "it misspelt": "พิมลดา วงอนันต",
    "it with a slip": "พิมพ์ลดา วงศ์อนัมต์",
    "it in Latin letters": "Pimlada Wonganan",
    "its organisation": "ราชภัฏลำปาง",
    "its contact": "ธนกฤต ศรีสุข",
    "its contact misspelt": "ธนกิต ศรีสุก",
}
Bring = Callable[[str], Awaitable[None]]


@pytest.fixture(params=["sqlite", "postgresql"])
def desk_engine(request) -> str:
    return request.param


@pytest.fixture(params=["by the verb", "by chat"])
def bring(request, desk, desk_url, tmp_path) -> Bring:
    """Brings a table in, by either way, while the desk runs."""

    async def by_verb(table: str) -> None:
        register = "tickets" if table.startswith("no,") else "customers"
        path = tmp_path / "register.csv"
        path.write_text(table, "utf-8")
        machine = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", **machine_time()}
        given = {
            "DESKBOT_DATABASE_URL": desk_url,
            "DESKBOT_DATA_DIR": str(tmp_path),
            "DESKBOT_CLOCK": desk.now.isoformat(),
        }
        command = ["import", register, str(path)]
        done = await asyncio.to_thread(run_program, command, {**machine, **given})
        assert done.returncode == 0, done.stderr

    async def by_chat(table: str) -> None:
        await desk.sends_file(table.encode(), "register.csv", who="may")
        told = await desk.presses("นำเข้า", who="may")
        assert "เสร็จแล้ว" in told.text

    return by_verb if request.param == "by the verb" else by_chat


async def test_a_running_desk_finds_whom_an_import_brought(desk, bring):
    before = await desk.says(f"หา {ASKED['its name']}")
    assert "ผลลัพธ์: 0" in before.text
    await bring(TABLE)
    for how, text in ASKED.items():
        found = await desk.says(f"หา {text}")
        assert "พิมพ์ลดา" in found.text + " ".join(found.buttons), how


async def test_an_imported_twin_is_noticed_before_somebody_is_made_again(desk, bring):
    await desk.says("หา ใครก็ได้")
    await bring(TABLE)
    shown = await desk.says("/new นางสาวพิมลดา วงศ์อนันท์ 0899990000")
    assert "อาจมีอยู่แล้ว" in shown.text
    assert any("พิมพ์ลดา" in label for label in shown.buttons)


TWINS = f"""{HEADER}C95001,นางสาวพิมพ์ลดา วงศ์อนันต์,,,,
C95002,น.ส.พิมลดา วงษ์อนันดา,,,,
C95003,นายสมชาย ใจดี,,,,
"""


async def pairs_after_a_night(desk) -> list[tuple[str, str]]:
    desk.wait(hours=17)  # three at night
    return await pairs_of_a_minute(desk)


async def pairs_of_a_minute(desk) -> list[tuple[str, str]]:
    for _turn in range(4):
        await desk.tick()
        desk.wait(seconds=20)
    rows = await desk.db.fetch("SELECT one, other FROM duplicates ORDER BY one, other")
    return [(row["one"], row["other"]) for row in rows]


async def test_the_night_finds_imported_twins(desk, bring, monkeypatch):
    monkeypatch.setattr(duplicate_walk, "MOST_CHANGED", 7)
    await bring(TWINS)
    assert await pairs_after_a_night(desk) == [("C81554", "C95003"), ("C95001", "C95002")]


async def test_the_night_waits_until_all_words_are_known(desk, bring, monkeypatch):
    await bring(TWINS)
    with monkeypatch.context() as half_known:
        half_known.setattr(words, "BATCH", 1)
        half_known.setattr(words, "MOST_RECENT", 0)
        desk.wait(hours=17)
        # By the same name pairs are found without the words, by one that is alike only with them.
        assert await pairs_of_a_minute(desk) == [("C81554", "C95003")]
        assert not await desk.engine.desk.words.refreshed(desk.db)
    assert await Building(desk.db, "one", lambda: desk.now, least=1).run()
    assert await pairs_of_a_minute(desk) == [("C81554", "C95003"), ("C95001", "C95002")]


async def as_an_older_desk_left_it(desk, desk_url) -> None:
    """Imported by a desk of before the eighteenth migration, long ago; and this one is started on
    it.
    """

    async def forget(tx):
        await tx.execute("DELETE FROM search_words")
        await tx.execute("UPDATE customers SET updated_at = ?", desk.now - timedelta(days=90))
        await tx.execute("DELETE FROM schema_migrations WHERE version IN (18, 19)")

    await desk.db.write(forget)
    mended = await open_database(desk_url)
    await mended.close()


async def test_whom_an_older_desk_imported_is_found_after_the_update(desk, desk_url, bring):
    await bring(TABLE)
    await as_an_older_desk_left_it(desk, desk_url)
    for text in ASKED.values():
        found = await desk.says(f"หา {text}")
        assert "พิมพ์ลดา" in found.text + " ".join(found.buttons), text


async def test_twins_whom_an_older_desk_imported_are_found_in_a_night_after_the_update(
    desk, desk_url, bring
):
    await bring(TWINS)
    await as_an_older_desk_left_it(desk, desk_url)
    await desk.tick()  # in office hours names are not compared
    assert await desk.count("duplicates", "other = 'C95002'") == 0
    assert await pairs_after_a_night(desk) == [("C81554", "C95003"), ("C95001", "C95002")]


TICKET = "no,customer,channel,subject,assignee,details,created_at,status,closed_at,contract_no\n"
SENT = "R2610000001,C81554,email,7.9,นก,ส่งสัญญา,2026-11-16 09:00,closed,2026-11-16 10:00,81/2569\n"
OPEN = "R2611000777,C81554,email,6.1,นก,ขอข้อมูลแรงงานรายจังหวัด,2026-11-02 09:00,open,,\n"
RETURNED = (
    "R2611000778,C81554,email,7.10,นก,ได้รับสัญญา,2026-11-20 09:00,closed,2026-11-20 10:00,81/2569\n"
)
PROJECT = "สำรวจภาวะการทำงานของประชากร"


async def owed(desk) -> list[tuple[str, str]]:
    rows = await desk.db.fetch("SELECT rule, state FROM owed ORDER BY id")
    return [(row["rule"], row["state"]) for row in rows]


async def test_the_deadline_of_an_imported_ticket_is_told_like_any_other(desk, bring):
    await desk.tick()  # the morning's plan was made without it
    await bring(TICKET + OPEN)
    desk.wait(minutes=1)
    await desk.tick()
    assert "R2611000777" in desk.told("nok").text + " ".join(desk.told("nok").buttons)
    assert await desk.count("due", "kind = 'ticket.deadline' AND subject = 'R2611000777'") > 0


async def test_what_imported_tickets_promise_is_owed(desk, bring):
    await bring(TICKET + SENT)
    assert await owed(desk) == [("contract", "open")]
    assert "81/2569" in (await desk.says("สัญญา 81/2569")).text
    assert await desk.count("due", "kind = 'owed' AND state = 'waiting'") == 1


async def test_an_imported_proof_ends_what_is_owed_and_its_correction_begins_it_again(desk, bring):
    await bring(TICKET + SENT)
    await bring(TICKET + RETURNED)
    assert await owed(desk) == [("contract", "received"), ("research", "open")]
    await bring("no,status,void_reason\nR2611000778,voided,ลงผิด\n")
    assert await owed(desk) == [("contract", "open"), ("research", "void")]


async def test_an_imported_ticket_of_another_subject_ends_nothing_any_more(desk, bring):
    await bring(TICKET + SENT + RETURNED)
    assert await owed(desk) == [("contract", "received"), ("research", "open")]
    await bring("no,subject\nR2611000778,6.1\n")
    assert await owed(desk) == [("contract", "open"), ("research", "void")]
    assert await desk.count("request_tickets", "ticket_no = 'R2611000778'") == 0


async def test_imported_tickets_are_found_and_counted(desk, bring):
    await bring(TICKET + OPEN + SENT)
    await bring(f"no,details,projects,data_years\nR2611000777,ขอข้อมูลประมงน้ำจืด,{PROJECT},2562\n")
    assert "R2611000777" in (await desk.says("ค้นใบงาน ประมงน้ำจืด")).text
    assert (
        await desk.count("ticket_data", "ticket_no = 'R2611000777' AND project = ?", PROJECT) == 1
    )
    saved = await desk.says("/open C81554 โทร 1.1 ถามรายได้ => ตอบแล้ว ปิด")
    assert "R2611000779" not in saved.text
    assert "R2611000778" in saved.text
