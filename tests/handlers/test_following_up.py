"""What is found to be owed long after it began waits for those who lead to say whether it is followed up."""

from datetime import timedelta

import pytest

from store.owed import requests
from store.records.save_context import SaveContext
from tests.fakes.office import OFFICE

HEADER = "no,customer,channel,subject,assignee,details,created_at,status,closed_at,contract_no\n"
CODES = ("C81554", "C70001", "C90210")
pytestmark = pytest.mark.usefixtures("quiet_mornings")


@pytest.fixture(params=["sqlite", "postgresql"])
def desk_engine(request) -> str:
    return request.param


def sent(number: int, day: str, officer: str = "นก") -> str:
    """A contract that was sent on a day."""
    code = CODES[number % len(CODES)]
    at = f"{day} 10:00"
    return (
        f"R26010001{number:02},{code},email,7.9,{officer},ส่งสัญญา,{at},closed,{at},{number}/2563\n"
    )


OLD = "".join(sent(number, f"20{17 + number % 8}-03-02") for number in range(1, 13))
"""Twelve contracts that never came back, and no reminder of which was ever sent."""
YOUNG = "".join(sent(number, "2026-09-01") for number in range(13, 16))


async def bring(desk, table: str) -> str:
    """An administrator imports it by chat; returns what is said when it is done."""
    await desk.sends_file((HEADER + table).encode(), "tickets.csv", who="may")
    told = await desk.presses("นำเข้า", who="may")
    assert "เสร็จแล้ว" in told.text
    return told.text + " ".join(told.buttons)


async def states(desk) -> dict[str, int]:
    rows = await desk.db.fetch("SELECT state, count(*) AS n FROM owed GROUP BY state")
    return {row["state"]: int(row["n"]) for row in rows}


async def reminders_a_day(desk) -> dict[str, int]:
    rows = await desk.db.fetch("SELECT next_at FROM owed WHERE state = 'open' ORDER BY next_at")
    found: dict[str, int] = {}
    for row in rows:
        day = row["next_at"].date().isoformat()
        found[day] = found.get(day, 0) + 1
    return found


def said(desk, who: str) -> str:
    return desk.told(who).text


async def test_what_an_import_finds_is_asked_about_and_floods_nobody(desk):
    told = await bring(desk, OLD + YOUNG)
    assert "15" in told
    assert "เลือกว่าจะติดตามหรือไม่" in told
    assert await states(desk) == {"offered": 15}
    assert await desk.count("due", "kind = 'owed'") == 0
    for _day in range(3):
        desk.wait(days=1)
        await desk.tick()
    assert "ค้างส่ง" not in said(desk, "nok")
    # Those who lead hear of it once.
    assert said(desk, "ton").count("15 เรื่อง") == 1
    assert await desk.count("mails", "1 = 1") == 0


async def test_the_younger_part_is_followed_up_a_few_a_day_and_the_rest_never_asked_about_again(
    desk,
):
    await bring(desk, OLD + YOUNG)
    shown = await desk.says("/followup", who="ton")
    assert "สัญญาที่ลงนาม 15 · ไม่เกิน 6 เดือน 3" in shown.text
    assert "เก่าสุด 2 มี.ค. 60" in shown.text
    done = await desk.presses("เฉพาะไม่เกิน 6 เดือน (3)", who="ton")
    assert "✅ ติดตาม 3 เรื่อง · ไม่ติดตาม 12 เรื่อง จะไม่ถามอีก" in done.text
    assert await states(desk) == {"open": 3, "dropped": 12}
    await bring(desk, OLD.replace("ส่งสัญญา", "ส่งสัญญาแล้ว"))
    assert await states(desk) == {"open": 3, "dropped": 12}
    again = await desk.says("/followup", who="ton")
    assert "ไม่มี" in again.text
    desk.wait(days=1)
    await desk.tick()
    assert "ค้างส่ง 3 เรื่อง" in said(desk, "nok")


async def test_no_officer_is_reminded_of_more_than_the_rule_says_a_day(desk):
    more = "".join(sent(number, "2020-05-04", "ต้น") for number in range(20, 24))
    await bring(desk, OLD + more)
    await desk.says("/followup", who="may")
    done = await desk.presses("ติดตามทั้งหมด 16", who="may")
    assert "เตือนวันละไม่เกิน 5 เรื่องต่อคน ตั้งแต่ 24 พ.ย. 69 ถึง 26 พ.ย. 69" in done.text
    # Five of นก's and four of ต้น's, then what is left of นก's.
    assert [*(await reminders_a_day(desk)).values()] == [9, 5, 2]
    # What is taken up later waits for its turn behind that.
    await bring(desk, "".join(sent(number, "2018-01-08") for number in range(30, 35)))
    await desk.says("/followup", who="may")
    await desk.presses("ติดตามทั้งหมด 5", who="may")
    assert [*(await reminders_a_day(desk)).values()] == [9, 5, 5, 2]


async def test_an_answer_is_taken_back_but_for_what_has_moved_on_since(desk):
    await bring(desk, OLD + YOUNG)
    await desk.says("/followup", who="ton")
    done = await desk.presses("เฉพาะไม่เกิน 6 เดือน (3)", who="ton")
    undo = done.token("เลิกทำ")
    row = await desk.db.fetch_one("SELECT known_by FROM owed WHERE state = 'open' LIMIT 1")
    assert row is not None
    await desk.says("/open C81554 เมล 7.10 ได้รับสัญญา 15/2563 => ได้รับแล้ว ปิด")
    assert (await states(desk)).get("received") == 1
    back = await desk.presses_token(undo, "ton")
    assert "✅ 14 เรื่องกลับมารอคำตอบ" in back.text
    left = await states(desk)
    assert left["offered"] == 14
    assert left["received"] == 1
    assert await desk.count("due", "kind = 'owed' AND state = 'waiting'") == left.get("open", 0)


async def test_an_answer_is_not_taken_back_for_ever(desk):
    await bring(desk, YOUNG)
    await desk.says("/followup", who="ton")
    done = await desk.presses("ไม่ติดตาม", who="ton")
    undo = done.token("เลิกทำ")
    desk.wait(days=8)
    late = await desk.presses_token(undo, "ton")
    assert await states(desk) == {"dropped": 3}
    assert "7 วัน" in late.text + " ".join(late.buttons) or "หมดอายุ" in late.text


async def test_officers_neither_see_nor_answer(desk):
    await bring(desk, YOUNG)
    refused = await desk.says("/followup", who="nok")
    assert "ใช้ได้เฉพาะ" in refused.text
    shown = await desk.says("/followup", who="ton")
    token = shown.token("ติดตามทั้งหมด")
    await desk.presses_token(token, "nok")
    assert await states(desk) == {"offered": 3}


async def test_what_came_meanwhile_is_shown_before_it_is_answered(desk):
    await bring(desk, YOUNG)
    shown = await desk.says("/followup", who="ton")
    await bring(desk, sent(40, "2021-02-01"))
    again = await desk.presses_token(shown.token("ติดตามทั้งหมด"), "ton")
    assert "รายการเปลี่ยนไป" in again.text
    assert await states(desk) == {"offered": 4}


async def test_a_proof_ends_what_waits_for_an_answer_and_a_letter_takes_it_up(desk):
    await bring(desk, sent(50, "2024-02-05") + sent(52, "2024-02-06"))
    desk.wait(minutes=5)
    await desk.says("/open C90210 เมล 7.10 ได้รับสัญญา 50/2563 => ได้รับแล้ว ปิด")
    await desk.says("/open C70001 เมล 7.11 ทวงสัญญา 52/2563 => ทวงแล้ว ปิด")
    rows = await desk.db.fetch("SELECT rule, state FROM owed ORDER BY rule, id")
    assert {(row["rule"], row["state"]) for row in rows} == {
        ("contract", "received"),
        ("contract", "open"),
        ("research", "open"),
    }


async def test_what_came_long_ago_is_received_without_being_followed_up(desk):
    await bring(desk, sent(50, "2024-02-05"))
    card = await desk.says("สัญญา 50/2563")
    assert "ยังไม่ติดตาม" in card.text
    await desk.presses("ได้รับแล้ว")
    assert (await states(desk)).get("received") == 1
    assert "ไม่มี" in (await desk.says("/followup", who="ton")).text


async def test_the_list_is_a_file(desk):
    await bring(desk, YOUNG)
    await desk.says("/followup", who="ton")
    sheet = await desk.presses("ไฟล์รายการ", who="ton")
    assert "3 แถว" in sheet.text


async def test_tickets_of_before_requests_are_put_on_them_at_a_start_and_asked_about(desk):
    await bring(desk, OLD + YOUNG)
    await desk.db.write(as_before_requests)
    assert (await desk.tick())["place_anew"] == 3
    assert await states(desk) == {"offered": 15}
    assert await desk.count("contracts", "1 = 1") == 15
    assert "ค้างส่ง" not in said(desk, "nok")


async def as_before_requests(tx) -> None:
    """The desk as an older release left it, which knew of no requests."""
    for table in ("due", "owed", "contracts", "request_tickets", "requests", "placed_subjects"):
        await tx.execute(f"DELETE FROM {table}")


async def test_settled_anew_it_still_waits(desk):
    await bring(desk, OLD)
    rows = await desk.db.fetch("SELECT * FROM owed ORDER BY id")
    context = SaveContext(OFFICE, None, desk.now + timedelta(days=1))
    for row in await desk.db.fetch("SELECT id FROM requests ORDER BY id"):
        await desk.db.write(lambda tx, row=row: requests.settle_request(tx, row["id"], context))
    assert await desk.db.fetch("SELECT * FROM owed ORDER BY id") == rows
