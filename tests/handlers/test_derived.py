"""Everything derived, made anew on a desk that was used in every way: nothing differs; on both
engines.
"""

import json

import pytest

from bot.networks.facebook.webhook import receive_webhook
from bot.tables.report import import_file
from domain.owed.contracts import split_no
from domain.tables.tables import Register
from handlers.clock.deadlines import replan_all
from handlers.desk import Work, up_to_date
from handlers.owed.reminders import replan
from handlers.tickets.saves import save_context
from store import due
from store.owed import requests
from store.rebuild import EVERYTHING
from store.search.suggestions import Suggestions
from store.search.words import SearchWords
from tests.fakes.office import OFFICE
from tests.handlers.test_imported import HEADER, TICKET

CUSTOMERS = f"""{HEADER}C95001,นางสาวพิมพ์ลดา วงศ์อนันต์,มหาวิทยาลัยราชภัฏลำปาง,081-555-0101,pim@example.com,นายธนกฤต ศรีสุข
C95002,พิมลดา วงศ์อนันต์,,081-555-0102,,น.ส.ดาว ใจงาม
,นายไม่มี รหัส,,089-777-0001,,
"""
CHANGED = f"{HEADER}C95001,นางพิมพ์ลดา แก้วมณี,สำนักงานสถิติจังหวัดลำปาง,,,\n"
TICKETS = f"""{TICKET}R2609000500,C95001,email,7.9,นก,ส่งสัญญา,2026-09-01 09:00,closed,2026-09-01 10:00,81/2569
R2609000501,C95001,email,7.10,นก,ได้รับสัญญา,2026-09-20 09:00,closed,2026-09-20 10:00,81/2569
R2611000502,C81554,email,6.1,นก,ขอข้อมูลแรงงาน,2026-11-02 09:00,open,,
"""
LFS = "สำรวจภาวะการทำงานของประชากร"
SNAPSHOTS = {
    "folded": "SELECT code, folded FROM customers ORDER BY code",
    "keys": "SELECT kind, key, customer_code FROM customer_keys ORDER BY kind, key, customer_code",
    "texts": "SELECT id, folded FROM ticket_texts ORDER BY id",
    "data": "SELECT ticket_no, project, from_on, to_on, assignee_id, status, created_at, subject FROM ticket_data "
    "ORDER BY ticket_no, project, from_on, to_on",
    "publications": "SELECT id, text_key FROM publications ORDER BY id",
}


@pytest.fixture(params=["sqlite", "postgresql"])
def desk_engine(request) -> str:
    return request.param


async def use(desk, tmp_path) -> None:
    """A week of everything."""
    await desk.engine.desk.words.refreshed(desk.db)
    await desk.engine.desk.suggestions.refreshed(desk.db)
    await publicity(
        desk
    )  # with a tick, and the morning's plan of all deadlines: nothing is planned by that later
    await brings_tables(desk, tmp_path)
    await customers_change(desk)
    await tickets_change(desk)
    await desk.says("เตือน พรุ่งนี้ 9 โมง โทรกลับคุณสมชาย")
    await desk.says("เตือน R2611000502 อีก 3 วัน")


async def brings_tables(desk, tmp_path) -> None:
    for table, name in ((CUSTOMERS, "c.csv"), (TICKETS, "t.csv"), (CHANGED, "c2.csv")):
        await desk.sends_file(table.encode(), name, who="may")
        told = await desk.presses("นำเข้า", who="may")
        assert "เสร็จแล้ว" in told.text
    path = tmp_path / "by-the-verb.csv"
    path.write_text(f"{HEADER}C95009,น.ส.ขวัญใจ มากมี,,081-555-0109,,\n", "utf-8")
    assert (
        await import_file(desk.db, OFFICE, Register.CUSTOMERS, path, desk.now, dry_run=False) == 0
    )


async def customers_change(desk) -> None:
    await desk.says("/new นางสาวอัมพร ทองคำ 0877776666")
    await desk.presses("ประชาสังคม")
    await desk.says("9")
    await desk.says("/cancel")
    await desk.says("C81554")
    await desk.presses("แก้ไข")
    await desk.presses("ชื่อ")
    await desk.says("นายสมชัย ใจดี")
    saved = await desk.presses("บันทึก")
    assert "บันทึกข้อมูลเรียบร้อย" in saved.text
    await desk.says("C82003")
    await desk.presses("แก้ไข")
    await desk.presses("ชื่อ")
    await desk.says("นายหาญณรงค์ กล้าดี")
    await desk.presses("บันทึก")
    await desk.presses("เพิ่มเติม")
    await desk.presses("รายการแก้ไข")
    back = await desk.presses("เลิกการแก้ไขล่าสุด")
    assert "กลับเป็นค่าก่อนแก้ไขล่าสุดแล้ว" in back.text
    await desk.says("/merge C95002 C95001", who="may")
    merged = await desk.presses("รวมเป็น", who="may")
    assert "แล้ว" in merged.text
    await desk.presses("ยกเลิกการรวม", who="may")
    parted = await desk.presses("ยืนยันยกเลิกการรวม", who="may")
    assert "แยกกันแล้ว" in parted.text
    await desk.says("/merge C90210 C81554", who="may")
    await desk.presses("รวมเป็น", who="may")
    await desk.says("/merge C95002 C95001", who="may")
    await desk.presses("รวมเป็น", who="may")


async def tickets_change(desk) -> None:
    await desk.says(f"/open C81554 โทร 6.1 ขอข้อมูล {LFS} 2562-2564 => ส่งให้แล้ว ปิด")
    await desk.says("/open C70001 เมล 7.9 ส่งข้อมูลและสัญญา 82/2569 ลงวันที่ 20 พ.ย. 69 => ส่งแล้ว ปิด")
    await desk.says("/open C70001 เมล 7.10 ได้รับสัญญา 82/2569 => ครบถ้วน ปิด")
    returned = await newest(desk)
    await desk.says(f"ยกเลิกใบงาน {returned} บันทึกซ้ำ")
    await desk.says(f"คืนใบงาน {returned}")
    await desk.says("/open C82001 อีเมล 6.1 ขอข้อมูลอื่น")
    voided = await newest(desk)
    await desk.says(f"ยกเลิกใบงาน {voided} บันทึกผิด")
    await desk.says("/open C82002 อีเมล 6.2 ขอข้อมูลรายได้ครัวเรือน")
    later = await newest(desk)
    await desk.says(f"รอผู้รับบริการ {later}")
    await desk.says(f"ปิดใบงาน {later} ส่งแล้ว")
    await desk.presses("เปิดใบงานอีกครั้ง")
    await desk.presses("แก้ไข")
    await desk.presses("รายละเอียด")
    await desk.says("ขอข้อมูลหนี้สินครัวเรือน")
    await desk.presses("บันทึก")
    await desk.says(later)
    await desk.presses("เพิ่มเติม")
    await desk.presses("ประวัติการแก้ไข")
    back = await desk.presses("เลิกการแก้ไขล่าสุด")
    assert "กลับเป็นค่าก่อนแก้ไขล่าสุดแล้ว" in back.text
    await desk.says("/open C81554 เมล binfopub ขอข้อมูลระดับย่อย สรง. 2562 @ต้น")
    await desk.says("กมลชนก")
    await desk.says("7.2")


async def publicity(desk) -> None:
    await desk.says(f"https://www.facebook.com/nso.thailand/posts/123 ผล{LFS} ต.ค. 69")
    await desk.presses("บันทึก")
    value = {
        "item": "status",
        "verb": "add",
        "post_id": "9_77",
        "created_time": int(desk.now.timestamp()),
    }
    value |= {"from": {"id": "9"}, "message": "ผลสำรวจประชากรสูงอายุ 2567", "published": 1}
    entry = {
        "id": "9",
        "time": value["created_time"],
        "changes": [{"field": "feed", "value": value}],
    }
    told = json.dumps({"object": "page", "entry": [entry]}).encode()
    assert await receive_webhook(desk.db, desk.now, "9", told) == 1
    await desk.tick()
    assert await desk.count("publications") == 2


async def newest(desk) -> str:
    row = await desk.db.fetch_one(
        "SELECT no FROM tickets ORDER BY recorded_at DESC, no DESC LIMIT 1"
    )
    return row["no"]


async def snapshot(db) -> dict[str, list[tuple[object, ...]]]:
    return {
        name: [tuple(row.values()) for row in await db.fetch(sql)]
        for name, sql in SNAPSHOTS.items()
    }


async def words_of(db) -> set[str]:
    return {row["word"] for row in await db.fetch("SELECT word FROM search_words")}


async def forget(tx) -> None:
    await tx.execute("DELETE FROM customer_keys")
    await tx.execute("DELETE FROM search_words")
    await tx.execute("DELETE FROM ticket_texts")
    await tx.execute("DELETE FROM ticket_data")
    await tx.execute("UPDATE customers SET folded = ''")
    await tx.execute("UPDATE publications SET text_key = ''")
    await tx.execute("UPDATE counters SET value = 0")


async def counters(db) -> dict[str, int]:
    return {row["name"]: row["value"] for row in await db.fetch("SELECT name, value FROM counters")}


async def what_the_store_derives_is_the_same_made_anew(desk):
    before, words, numbers = (
        await snapshot(desk.db),
        await words_of(desk.db),
        await counters(desk.db),
    )
    assert [await desk.db.write(rebuild) for rebuild in EVERYTHING] == [0, 0, 0]
    assert await snapshot(desk.db) == before
    await desk.db.write(forget)
    assert all([await desk.db.write(rebuild) > 0 for rebuild in EVERYTHING])
    assert await snapshot(desk.db) == before
    anew = await words_of(desk.db)
    assert anew <= words
    assert anew >= {key for kind, key, _code in before["keys"] if kind in ("word", "former")}
    assert {**numbers, "request": 0} == await counters(desk.db)


async def what_a_process_keeps_in_memory_is_what_one_that_starts_would_read(desk):
    running, learnt = desk.engine.desk.words, desk.engine.desk.suggestions
    await running.refreshed(desk.db)
    await learnt.refreshed(desk.db)
    words, taught = SearchWords(), Suggestions()
    await words.refreshed(desk.db)
    await taught.refreshed(desk.db)
    assert sorted(running) == sorted(words) == sorted(await words_of(desk.db))
    assert learnt._learnt == taught._learnt
    assert len(taught._learnt) > 5


async def work_of(desk) -> Work:
    return Work(await up_to_date(desk.engine.desk), desk.now)


async def written(desk, work: Work) -> None:
    async def write(tx) -> None:
        for change in work.changes:
            await change(tx)

    await desk.db.write(write)


async def waiting(desk, kind: str) -> set[tuple[str, str, object]]:
    return {
        (row.subject, row.occurrence, row.due_at) for row in await due.list_waiting(desk.db, kind)
    }


async def deadlines_planned_anew_are_those_that_were_planned(desk):
    before = await waiting(desk, "ticket.deadline")
    assert len({subject for subject, _occurrence, _at in before}) >= 3
    work = await work_of(desk)
    await replan_all(work, [])
    await written(desk, work)
    assert await waiting(desk, "ticket.deadline") == before
    await desk.db.write(
        lambda tx: tx.execute(
            "DELETE FROM due WHERE kind = 'ticket.deadline' AND state = 'waiting'"
        )
    )
    work = await work_of(desk)
    await replan_all(work, [])
    await written(desk, work)
    assert await waiting(desk, "ticket.deadline") == before


async def what_is_owed_settled_anew_is_what_was_owed(desk):
    sql = "SELECT * FROM owed ORDER BY id"
    before = await desk.db.fetch(sql)
    assert {row["state"] for row in before} >= {"open", "received"}
    for row in await desk.db.fetch("SELECT id FROM requests"):
        context = save_context(await work_of(desk), None)
        await desk.db.write(
            lambda tx, row=row, context=context: requests.settle_request(tx, row["id"], context)
        )
    assert await desk.db.fetch(sql) == before
    assert await replan(await work_of(desk)) == 0
    planned = {
        (int(subject), occurrence, at) for subject, occurrence, at in await waiting(desk, "owed")
    }
    assert planned == {
        (row["id"], str(row["reminders"] + 1), row["next_at"])
        for row in before
        if row["next_at"] is not None
    }


async def reminders_ring_when_they_say_and_contracts_have_the_number_they_name(desk):
    rows = await desk.db.fetch("SELECT id, version, due_at FROM reminders WHERE state = 'waiting'")
    assert len(rows) == 2
    assert await waiting(desk, "reminder") == {
        (row["id"], str(row["version"]), row["due_at"]) for row in rows
    }
    for row in await desk.db.fetch("SELECT no, number, year FROM contracts"):
        assert split_no(row["no"]) == (row["number"], row["year"])


async def a_merged_record_names_its_survivor(desk):
    merged = await desk.db.fetch(
        "SELECT code, merged_into FROM customers WHERE merged_into IS NOT NULL"
    )
    standing = await desk.db.fetch("SELECT merged, survivor FROM merges WHERE undone_at IS NULL")
    assert {tuple(row.values()) for row in merged} == {tuple(row.values()) for row in standing}
    assert len(standing) == 2


CHECKS = (
    what_a_process_keeps_in_memory_is_what_one_that_starts_would_read,
    deadlines_planned_anew_are_those_that_were_planned,
    what_is_owed_settled_anew_is_what_was_owed,
    reminders_ring_when_they_say_and_contracts_have_the_number_they_name,
    a_merged_record_names_its_survivor,
    what_the_store_derives_is_the_same_made_anew,
)
"""Each leaves what it looked at as it was, but for the last, which forgets the counter of requests."""


async def test_everything_derived_is_what_it_would_be_made_anew(desk, tmp_path):
    await use(desk, tmp_path)
    for check in CHECKS:
        await check(desk)
