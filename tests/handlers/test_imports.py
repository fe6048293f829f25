"""Tables that an administrator sends: recognised, shown, confirmed, imported; for everybody else
ordinary files.
"""

import asyncio
import csv
import json
from io import BytesIO, StringIO
from zipfile import ZIP_DEFLATED, ZipFile

import openpyxl
import pytest

from domain.staff import Platform
from handlers.chat import Document
from store import files
from store.chat import inbox
from store.chat.inbox import Event
from store.customers.records import get_customers
from store.tables import imports

TABLE = "code,name,mobile,note\nC99001,นายใหม่ มาเอง,081-222-3333,=1+1\nC99002,นายผิด,8.12E+08,\nC81554,นายสมชาย ใจดี,,\n"
TICKETS = "no,created_at,channel,subject,details\nR2611000777,2026-11-20,โทรศัพท์,1.1,ถามผลสำรวจ\n"
NO = "R2611000124"


def sheet(rows):
    buffer = BytesIO()
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(buffer)
    return buffer.getvalue()


async def send(desk, content=TABLE, name="ลูกค้า.csv", who="may", **more):
    content = content.encode() if isinstance(content, str) else content
    return await desk.sends_file(content, name, who=who, **more)


async def customer(desk, code):
    return (await get_customers(desk.db, [code])).get(code)


def content_of(desk, document: Document) -> str:
    return desk.engine.desk.files.blobs.existing(document.sha256).read_text("utf-8-sig")


async def test_a_table_is_shown_before_and_told_after(desk):
    shown = await send(desk)
    assert "ตาราง ลูกค้า.csv · ผู้รับบริการ" in shown.text
    assert "ใหม่: 1\nเปลี่ยนแปลง: 0\nเหมือนเดิม: 1\nไม่รับ: 1 แถว" in shown.text
    assert 'บรรทัด 3: มือถือ "8.12E+08" เป็นเลขแบบวิทยาศาสตร์' in shown.text
    assert shown.buttons == ["นำเข้า 2 แถว", "ยกเลิก", "แนบกับใบงานแทน"]
    assert await customer(desk, "C99001") is None
    done = await desk.presses("นำเข้า 2 แถว", who="may")
    assert "กำลังนำเข้า 2 แถว" in done.text
    assert "✅ นำเข้า ลูกค้า.csv เสร็จแล้ว" in done.text
    assert (await customer(desk, "C99001")).note == "=1+1"
    assert (
        await desk.count("audit", "action = 'customers.imported' AND staff_id = ?", desk.ids["may"])
        == 1
    )


async def test_what_is_read_otherwise_is_shown_before_the_word(desk):
    odd = "".join(f"นายคน ที่{n},053-1234{n:02d}-8\n" for n in range(1, 13))
    shown = await send(desk, f"ชื่อ,โทรศัพท์\n{odd}")
    assert "อ่านต่างจากที่เขียน: 12 แห่ง" in shown.text
    told = 'บรรทัด 2: โทรศัพท์ "053-123401-8" อ่านเป็น 053-123-401 ข้อความเดิมอยู่ในหมายเหตุ'
    assert told in shown.text
    assert "และอีก 2 แห่ง ทั้งหมดอยู่ในไฟล์" in shown.text
    (document,) = desk.documents
    header, first, *rest = csv.reader(StringIO(content_of(desk, document)))
    assert header == ["แผ่นงาน", "บรรทัด", "คอลัมน์", "ข้อความในไฟล์", "นำเข้าอย่างไร"]
    assert first[1:4] == ["2", "โทรศัพท์", "053-123401-8"]
    assert len(rest) == 11
    assert await desk.count("customers", "name LIKE 'นายคน%'") == 0
    await desk.presses("นำเข้า 12 แถว", who="may")
    assert await desk.count("customers", "name LIKE 'นายคน%'") == 12


async def test_the_rows_that_are_not_taken_come_back_as_a_table_that_can_be_mended(desk):
    await send(desk)
    await desk.presses("นำเข้า", who="may")
    (document,) = desk.documents
    assert document.name == "ลูกค้า.rejected.csv"
    header, row = csv.reader(StringIO(content_of(desk, document)))
    assert header == ["code", "name", "mobile", "note", "line", "reason"]
    assert row[:5] == ["C99002", "นายผิด", "8.12E+08", "", "3"]
    assert "มือถือ" in row[5]
    mended = content_of(desk, document).replace("8.12E+08", "0812223334")
    shown = await send(desk, mended, document.name)
    assert "ใหม่: 1" in shown.text
    assert "ไม่รับ: 0 แถว" in shown.text


async def test_the_same_table_twice_changes_nothing(desk):
    await send(desk)
    await desk.presses("นำเข้า", who="may")
    before = await desk.count("changes")
    shown = await send(desk)
    assert "ไม่มีข้อมูลใหม่ให้นำเข้า" in shown.text
    assert shown.buttons == ["แนบกับใบงานแทน"]
    assert await desk.count("changes") == before


async def test_a_change_is_the_administrator_s_in_the_list_of_changes(desk):
    await send(desk, "code,name,note\nC81554,นายสมชาย ใจดี,โทรกลับบ่าย\n")
    await desk.presses("นำเข้า", who="may")
    row = await desk.db.fetch_one(
        "SELECT staff_id FROM changes WHERE record = 'C81554' AND field = 'note'"
    )
    assert row["staff_id"] == desk.ids["may"]


@pytest.mark.parametrize(
    "content",
    [
        sheet([["รหัส", "ชื่อ"], ["C99001", "นายเอก"]]),
        TABLE.encode("cp874"),
        TABLE.replace(",", "\t").encode("utf-16"),
    ],
)
async def test_sheets_and_old_encodings_are_read(desk, content):
    assert "ใหม่: 1" in (await send(desk, content, "ข้อมูล.csv")).text


async def test_tickets_are_recognised_by_their_heading(desk):
    shown = await send(desk, TICKETS, "งาน.csv")
    assert "ตาราง งาน.csv · ใบงาน" in shown.text
    await desk.presses("นำเข้า 1 แถว", who="may")
    assert await desk.count("tickets", "no = 'R2611000777'") == 1


async def test_a_large_table_is_announced_and_does_not_hold_the_conversation(desk):
    rows = "".join(f"C{n},นายทดสอบ ลำดับ{n},\n" for n in range(200_000, 209_000))
    answer = await send(desk, "code,name,mobile\n" + rows)
    told, shown = answer.replies
    assert "กำลังตรวจ ลูกค้า.csv" in told.parts[0].text
    assert "9,000" in shown.parts[0].fields[0].value


async def test_nobody_but_administrators_imports(desk):
    await desk.says("/open C81554 โทร 1.1 ถามรายได้ => ตอบแล้ว")
    for who in ("nok", "ton"):
        asked = await send(desk, who=who)
        assert "แนบกับใบงานไหน" in asked.text
    shown = await send(desk)
    stolen = await desk.presses_token(shown.token("นำเข้า"), who="nok")
    assert "เจ้าหน้าที่คนอื่น" in stolen.text
    assert await customer(desk, "C99001") is None


async def test_a_table_for_a_ticket_is_attached_and_not_imported(desk):
    await desk.says("/open C81554 โทร 1.1 ถามรายได้ => ตอบแล้ว", who="may")
    assert f"แนบกับ {NO} แล้ว" in (await send(desk, caption=NO)).text
    await send(desk, TABLE + "\n")
    asked = await desk.presses("แนบกับใบงานแทน", who="may")
    assert "แนบกับใบงานไหน" in asked.text
    await desk.presses(NO, who="may")
    assert [file.name for file in await files.list_files(desk.db, NO)] == ["ลูกค้า.csv", "ลูกค้า.csv"]
    assert await customer(desk, "C99001") is None


async def test_a_table_with_another_heading_is_an_ordinary_file(desk):
    assert "แนบกับใบงานไหน" in (await send(desk, "ปี,รายได้\n2560,1\n")).text


async def test_cancelled_is_cancelled_and_a_second_press_says_so(desk):
    shown = await send(desk)
    assert "ไม่มีการนำเข้า" in (await desk.presses_token(shown.token("ยกเลิก"), who="may")).text
    assert (
        "ยกเลิกการนำเข้าตารางนี้ไปแล้ว"
        in (await desk.presses_token(shown.token("นำเข้า"), who="may")).text
    )
    assert await customer(desk, "C99001") is None


async def test_two_presses_import_once(desk):
    shown = await send(desk)
    await desk.presses_token(shown.token("นำเข้า"), who="may")
    assert "กดปุ่มนี้ไปแล้ว" in (await desk.presses_token(shown.token("นำเข้า"), who="may")).text


def bomb() -> bytes:
    buffer = BytesIO()
    with (
        ZipFile(BytesIO(sheet([["code", "name"]]))) as good,
        ZipFile(buffer, "w", ZIP_DEFLATED) as bad,
    ):
        for name in good.namelist():
            bad.writestr(name, good.read(name))
        bad.writestr("xl/sharedStrings.xml", bytes(310 * 1024**2))
    return buffer.getvalue()


BROKEN = sheet([["code", "name"], ["C1", "ก"]])


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ((",".join(f"c{n}" for n in range(200)) + "\n").encode(), "200 คอลัมน์"),
        (b"code,name\nC1,Ren\xe9 Fran\xe7ois\n", "อ่านตัวอักษรในไฟล์ไม่ออก"),
        (b'code,name\nC1,"never closed\n', 'คำพูด (") ที่ไม่ได้ปิด'),
        (b"code,code\n1,2\n", "ซ้ำกับคอลัมน์ก่อนหน้า"),
    ],
)
async def test_a_table_that_cannot_be_trusted_is_refused_with_the_command_s_reason(
    desk, content, said
):
    shown = await send(desk, content)
    assert said in shown.text
    assert await desk.count("imports", "state IN ('ready', 'running')") == 0


async def test_a_bomb_and_a_half_written_sheet_are_refused(desk):
    assert "ใหญ่ผิดปกติเมื่อขยาย" in (await send(desk, bomb(), "a.xlsx")).text
    assert "เสียหายหรือส่งมาไม่ครบ" in (await send(desk, BROKEN[: len(BROKEN) // 2], "a.xlsx")).text


async def test_a_run_that_was_cut_off_goes_on_and_its_counts_hold(desk):
    """As after a crash: the first run wrote its rows and noted them, and never came to its end."""
    shown = await send(desk)
    job = await desk.db.fetch_one("SELECT id FROM imports")
    await desk.presses_token(shown.token("นำเข้า"), who="may")
    await desk.db.write(lambda tx: imports.note_progress(tx, job["id"], 1, 0))
    await desk.db.write(lambda tx: imports.step(tx, job["id"], "done", "running", desk.now))
    await desk.db.write(lambda tx: tx.execute("DELETE FROM outbox"))
    desk.engine.imports.lanes.wake([job["id"]])
    await desk.engine.idle()
    again = desk.recorders[Platform.TELEGRAM].sent[-1][1]
    assert [fact.value for fact in again.parts[0].fields] == ["1", "0", "1", "1 แถว"]


async def test_a_bug_is_tried_three_times_and_told(desk, monkeypatch):
    async def broken(*args, **kwargs):
        raise ZeroDivisionError

    monkeypatch.setattr("bot.tables.imports.import_table", broken)
    await send(desk)
    (job,) = await desk.db.fetch("SELECT id, state, failures FROM imports")
    while job["state"] == "checking":
        desk.engine.imports.lanes.wake([job["id"]])
        await desk.engine.idle()
        (job,) = await desk.db.fetch("SELECT id, state, failures FROM imports")
    assert job["failures"] == 3
    assert "นำเข้า ลูกค้า.csv ไม่สำเร็จ" in desk.told("may").text


@pytest.mark.long
async def test_a_run_is_stopped_between_batches_and_says_what_went_in(desk, monkeypatch):
    monkeypatch.setattr("bot.tables.imports.KEEP_EVERY", 0.01)
    rows = "".join(f"C{n},นายทดสอบ ลำดับ{n}\n" for n in range(200_000, 220_000))
    await send(desk, "code,name\n" + rows)
    (job,) = await desk.db.fetch("SELECT id FROM imports")
    await desk.db.write(lambda tx: imports.step(tx, job["id"], "ready", "running", desk.now))
    desk.engine.imports.lanes.wake([job["id"]])
    while not await desk.count("customers", "code LIKE 'C2%'"):
        await asyncio.sleep(0)
    await desk.presses("ยกเลิก", who="may")
    written = await desk.count("customers", "code LIKE 'C2%'")
    assert 0 < written < 20_000
    stopped = desk.told("may").replies[-1].parts[0]
    assert "หยุดนำเข้า ลูกค้า.csv แล้ว" in stopped.title
    assert stopped.fields[0].value == f"{written:,}"


async def test_a_message_is_answered_at_once_while_a_table_is_imported(desk):
    rows = "".join(f"C{n},นายทดสอบ ลำดับ{n}\n" for n in range(200_000, 203_000))
    shown = await send(desk, "code,name\n" + rows)
    (job,) = await desk.db.fetch("SELECT id FROM imports")
    await desk.db.write(lambda tx: imports.step(tx, job["id"], "ready", "running", desk.now))
    desk.engine.imports.lanes.wake([job["id"]])
    event = Event(
        "telegram", "while", "telegram:nok", 9_999, json.dumps({"text": "เมนู", "who": "nok"})
    )
    desk.engine.worker.wake(await inbox.receive(desk.db, [event], desk.engine.owner, desk.now))
    await desk.engine.worker.lanes.idle()
    await desk.engine.sender.lanes.idle()
    assert desk.told("nok").buttons
    assert await desk.count("imports", "state = 'running'") == 1
    await desk.engine.idle()
    assert "3,000" in shown.text
