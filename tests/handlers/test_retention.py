"""What the office keeps no longer goes by its rules: at night, once an administrator confirmed it, and nothing that is open."""

import os
from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot.engine import Engine
from domain.dates.periods import Period
from domain.operating.retention import RetentionKind, RetentionRules, read_kept_for
from domain.reports.requests import ReportRequest
from scheduler import housekeeping
from store.reports.reading import read_report
from store.tickets.records import get_tickets
from store.tickets.texts import find_stale
from tests.fakes.incoming_mails import a_mail
from tests.fakes.office import OFFICE
from tests.handlers.conftest import NOW, SOMCHAI

CLOSED = "/open C81554 โทร 1.1 สมชายถามรหัสประจำตัว 123 => ตอบสมชายแล้ว ปิด"


@pytest.fixture(params=["sqlite", "postgresql"])
def desk_engine(request) -> str:
    return request.param


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(housekeeping, "PAUSE", 0)


async def keep(desk, **kept: str) -> None:
    """The office writes these rules, and the desk is started with them."""
    rules = {RetentionKind(kind): read_kept_for(text) for kind, text in kept.items()}
    office = replace(OFFICE, retention=RetentionRules({**RetentionRules().kept, **rules}))
    old = desk.engine
    await old.stop()
    files = old.desk.files
    desk.engine = Engine(desk.db, office, dict(desk.recorders), "test", old.desk.clock, files)
    vars(desk).pop("ticker", None)


async def night(desk, **later: float) -> dict[str, int]:
    """The evening after so much time."""
    desk.wait(**later)
    desk.now = desk.now.replace(hour=14, minute=0)
    return await desk.tick()


async def confirm(desk) -> str:
    await desk.says("/retention", who="may")
    await desk.presses("ยืนยันกฎที่รออยู่", who="may")
    return (await desk.presses("ยืนยัน เริ่มลบคืนนี้", who="may")).text


async def holds(desk, table: str, text: str) -> int:
    """Rows of a table in which a text stands."""
    rows = await desk.db.fetch(f"SELECT * FROM {table}")
    return sum(text in str(dict(row)) for row in rows)


async def test_a_new_rule_waits_for_an_administrator_and_then_takes_what_is_past_its_time(desk):
    await keep(desk, closed_tickets="1 year", customers="1 year")
    await desk.says(CLOSED)
    done = await night(desk, days=400)
    assert not any(kind.startswith("retention.cl") for kind in done)
    assert await holds(desk, "tickets", "123") == 1
    desk.now = desk.now.replace(hour=3) + timedelta(days=1)
    await desk.tick()
    assert "กฎการเก็บข้อมูลใหม่รอผู้ดูแลระบบยืนยัน" in desk.told("may").text
    shown = (await desk.says("อายุข้อมูล", who="may")).text
    assert "ใบงานที่ปิดแล้ว: เก็บ 1 ปี · รอยืนยัน · ครบกำหนด 1 รายการ" in shown
    await confirm(desk)
    await night(desk)
    assert await holds(desk, "tickets", "123") == 0
    assert await holds(desk, "changes", "123") == 0
    assert await holds(desk, "customers", "สมชาย ใจดี") == 0
    log = (await desk.says("/audit", who="may")).text
    assert "ระบบ · ลบข้อมูลที่ครบกำหนดเก็บ · ใบงานที่ปิดแล้ว 1 รายการ" in log
    assert SOMCHAI.code in str(await desk.db.fetch("SELECT customer_code FROM tickets"))


REPORTED = (
    "SELECT no, channel, subject, status, customer_code, created_at, closed_at FROM tickets ORDER BY no",
    "SELECT code, kind, gender FROM customers ORDER BY code",
    "SELECT record, version, field, changed_at, staff_id FROM changes ORDER BY id",
    "SELECT id, rule, state FROM owed ORDER BY id",
)


async def reported(desk) -> list[object]:
    """What reports say, and what they look at."""
    year = Period(date(2026, 1, 1), date(2027, 1, 1))
    report = await read_report(desk.db, OFFICE, ReportRequest(year), NOW.replace(year=2028))
    rows = [[dict(row) for row in await desk.db.fetch(sql)] for sql in REPORTED]
    return [dict(report.figures), *rows]


async def test_whatever_is_open_or_referred_to_by_what_is_open_stays(desk):
    await keep(desk, closed_tickets="1 year", customers="1 year", audit="1 year")
    await desk.says("/open C81554 โทร 1.1 ถามเรื่องแรก => ตอบแล้ว ปิด")
    await desk.says("/open C82001 เมล 7.9 ส่งข้อมูลและสัญญา => ส่งแล้ว ปิด")
    await desk.says("/open C82002 โทร 1.1 ถามเรื่องสาม => ตอบแล้ว ปิด")
    await desk.says("/open C82003 โทร 1.1 ถามเรื่องสี่ => ตอบแล้ว ปิด")
    await desk.says("/open C82003 โทร 1.1 ถามเรื่องห้า")
    assert await desk.count("owed", "state = 'open'") > 0
    await desk.says("เตือน R2611000126 1 ม.ค. 2571 โทรกลับ")
    assert await desk.count("reminders") == 1
    before = await reported(desk)
    desk.wait(days=399)
    await confirm(desk)
    done = await night(desk, days=1)
    assert done["retention.closed_tickets"] == 2
    assert done["retention.customers"] == 1
    rows = await desk.db.fetch("SELECT no, details FROM tickets ORDER BY no")
    assert [row["details"] for row in rows] == [
        "[ลบข้อมูลแล้ว]",
        "ส่งข้อมูลและสัญญา",
        "ถามเรื่องสาม",
        "[ลบข้อมูลแล้ว]",
        "ถามเรื่องห้า",
    ]
    audited = await desk.db.fetch(
        "SELECT DISTINCT record FROM audit WHERE action = 'ticket.created'"
    )
    assert sorted(row["record"] for row in audited) == ["R2611000125", "R2611000126", "R2611000128"]
    assert await reported(desk) == before
    await desk.db.write(lambda tx: tx.execute("DELETE FROM ticket_facts"))
    await desk.db.write(lambda tx: tx.execute("DELETE FROM facts_progress"))
    assert await reported(desk) == before, "as it is counted from scratch"
    every = list((await get_tickets(desk.db, [row["no"] for row in before[1]])).values())
    assert await desk.db.write(lambda tx: find_stale(tx, every)) == []
    assert "ยังใช้อยู่ 2 รายการ จึงไม่ลบ" in (await desk.says("/retention", who="may")).text
    assert not [kind for kind in await night(desk, days=1) if kind.startswith("retention")]


async def test_mails_and_files_go_with_their_bytes(desk, mailbox):
    await keep(desk, mails="90 days", files="90 days")
    await mailbox.brings(a_mail())
    await desk.says("/open C81554 โทร 1.1 ถามเรื่องแรก => ตอบแล้ว ปิด")
    await desk.sends_file(b"secret bytes", "list.txt", caption="R2611000125")
    blobs = desk.engine.desk.files.blobs
    assert len(list(blobs.all())) == 2
    for path in blobs.all():
        os.utime(path, (0, 0))
    desk.wait(days=100)
    await confirm(desk)
    done = await night(desk)
    assert done["retention.files"] == 1
    # The mail's ticket is open yet.
    assert "retention.mails" not in done
    assert len(list(blobs.all())) == 1
    await desk.says("ปิด R2611000124 ตอบแล้ว")
    assert (await night(desk, days=1))["retention.mails"] == 1
    assert list(blobs.all()) == []
    assert await holds(desk, "incoming_mails", "wipa") == 0
    assert "[ลบข้อมูลแล้ว]" in (await desk.says("เปิดเมล R2611000124")).text


async def test_a_changed_rule_waits_anew_and_by_day_nothing_goes(desk):
    await keep(desk, closed_tickets="1 year")
    await desk.says(CLOSED)
    desk.wait(days=400)
    await confirm(desk)
    assert "retention.closed_tickets" not in await desk.tick()
    await keep(desk, closed_tickets="300 days")
    assert "retention.closed_tickets" not in await night(desk)
    shown = (await desk.says("/retention", who="may")).text
    assert "เก็บ 300 วัน · รอยืนยัน · ครบกำหนด 1 รายการ" in shown


async def test_what_people_typed_is_kept_as_long_as_the_office_says(desk):
    await keep(desk, raw_events="30 days")
    await desk.says("สวัสดี")
    assert "raw_events" not in await night(desk, days=20)
    assert "raw_events" in await night(desk, days=11)


@pytest.mark.parametrize("written", ["90", "0 days", "5 ages", "-1 days", "10000 years"])
def test_a_length_of_time_is_said_in_words(written):
    assert read_kept_for(written) is None
