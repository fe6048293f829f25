"""[ได้รับแล้ว] counts from today until the officer says another day; what is owed next counts from
that day, too.
"""

import pytest

pytestmark = pytest.mark.usefixtures("quiet_mornings")

SENT = "/open C81554 เมล 7.9 ส่งข้อมูลและสัญญา => ส่งแล้ว ปิด"


@pytest.fixture
async def received(desk):
    """A contract of 23 November is received by a press of 8 December."""
    await desk.says(SENT)
    desk.wait(days=15)
    await desk.tick()
    desk.last["telegram:nok"] = desk.told("nok")
    return desk, await desk.presses("ได้รับแล้ว")


async def proof(desk):
    (row,) = await desk.db.fetch("SELECT created_at, closed_at FROM tickets WHERE subject = '7.10'")
    return str(row["created_at"])[:10], str(row["closed_at"])[:10]


async def owed(desk):
    rows = await desk.db.fetch("SELECT rule, state, started_at, ended_at FROM owed ORDER BY id")
    return [
        (row["rule"], row["state"], str(row["started_at"])[:10], str(row["ended_at"] or "")[:10])
        for row in rows
    ]


async def test_without_a_word_it_was_received_today_and_the_answer_says_so(received):
    desk, answer = received
    assert "วันที่ได้รับ: วันนี้ 8 ธ.ค. 69" in answer.text
    assert await proof(desk) == ("2026-12-08", "2026-12-08")


@pytest.mark.parametrize(
    "typed",
    [
        "2 ธ.ค.",
        "2/12/69",
        "ได้รับสัญญาแล้วเมื่อวันที่ 2 ธ.ค.",
        "อาจารย์ส่งสัญญามาเมื่อวันที่ ๒ ธันวาคม ๒๕๖๙",
    ],
)
async def test_the_day_that_is_said_is_the_day_on_which_it_came(received, typed):
    desk, _answer = received
    await desk.presses("ได้รับวันอื่น…")
    said = await desk.says(typed)
    assert "✅ ได้รับสัญญาที่ลงนามแล้ว เมื่อ 2 ธ.ค. 69" in said.text
    assert await proof(desk) == ("2026-12-02", "2026-12-02")
    assert await owed(desk) == [
        ("contract", "received", "2026-11-23", "2026-12-02"),
        ("research", "open", "2026-12-02", ""),
    ]


async def test_yesterday_is_a_button(received):
    desk, _answer = received
    await desk.presses("ได้รับวันอื่น…")
    await desk.presses("เมื่อวาน 7 ธ.ค. 69")
    assert await proof(desk) == ("2026-12-07", "2026-12-07")


@pytest.mark.parametrize("typed", ["20 พ.ย. 69", "9 ธ.ค. 69", "สมชาย"])
async def test_a_day_before_it_was_owed_or_to_come_changes_nothing(received, typed):
    desk, _answer = received
    await desk.presses("ได้รับวันอื่น…")
    refused = await desk.says(typed)
    assert "✅" not in refused.text
    assert await proof(desk) == ("2026-12-08", "2026-12-08")
    assert (await owed(desk))[0][1] == "received"


async def test_where_the_proof_was_taken_back_meanwhile_the_request_is_shown(received):
    desk, _answer = received
    await desk.presses("ได้รับวันอื่น…")
    (row,) = await desk.db.fetch("SELECT no FROM tickets WHERE subject = '7.10'")
    await desk.says(f"เปิดใหม่ {row['no']}", who="ton")
    said = await desk.says("2 ธ.ค.")
    assert "✅ ได้รับ" not in said.text


# [มารับแล้ว], which has no ticket.


@pytest.fixture(params=["sqlite", "postgresql"])
def desk_engine(request) -> str:
    return request.param


@pytest.fixture
async def fetched(desk):
    """A table that was told to be ready on 23 November is fetched by a press of 8 December."""
    await desk.says("/open C81554 เมล 8.4 ข้อมูลพร้อมแล้ว => แจ้งแล้ว ปิด")
    desk.wait(days=15)
    await desk.tick()
    desk.last["telegram:nok"] = desk.told("nok")
    return desk, await desk.presses("มารับแล้ว")


async def test_what_was_fetched_was_fetched_today_until_another_day_is_said(fetched):
    desk, answer = fetched
    assert "วันที่ได้รับ: วันนี้ 8 ธ.ค. 69" in answer.text
    assert await owed(desk) == [("fetch", "received", "2026-11-23", "2026-12-08")]
    await desk.presses("มารับวันอื่น…")
    said = await desk.says("2 ธ.ค.")
    assert "เมื่อ 2 ธ.ค. 69" in said.text
    assert await owed(desk) == [("fetch", "received", "2026-11-23", "2026-12-02")]


async def test_the_day_of_fetching_stays_when_its_tickets_are_settled_anew(fetched):
    desk, _answer = fetched
    await desk.presses("มารับวันอื่น…")
    await desk.says("2 ธ.ค.")
    (row,) = await desk.db.fetch("SELECT no FROM tickets WHERE subject = '8.4'")
    await desk.says(f"แก้ไข {row['no']} ผล แจ้งทางอีเมลแล้ว")
    assert await owed(desk) == [("fetch", "received", "2026-11-23", "2026-12-02")]


@pytest.mark.parametrize("typed", ["20 พ.ย. 69", "9 ธ.ค. 69"])
async def test_nothing_is_fetched_before_it_is_ready_or_in_days_to_come(fetched, typed):
    desk, _answer = fetched
    await desk.presses("มารับวันอื่น…")
    refused = await desk.says(typed)
    assert "✅" not in refused.text
    assert await owed(desk) == [("fetch", "received", "2026-11-23", "2026-12-08")]


async def test_the_request_tells_that_the_day_was_changed(fetched):
    desk, _answer = fetched
    await desk.presses("มารับวันอื่น…")
    await desk.says("2 ธ.ค.")
    await desk.presses("ดูคำขอ")
    assert "วันที่ได้รับ" in (await desk.presses("ประวัติการแก้ไข")).text
