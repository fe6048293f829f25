"""Several things owed change hands at once: shown, confirmed, told in one message, taken back."""

from dataclasses import replace

import pytest

from handlers.owed import handing

pytestmark = pytest.mark.usefixtures("quiet_mornings")

SENT = "/open {} เมล 7.9 ส่งข้อมูลและสัญญา => ส่งแล้ว ปิด"


@pytest.fixture
async def owing(team):
    """นก is owed three contracts, of which ต้น looks at the list."""
    for code in ("C70001", "C81554", "C90210"):
        await team.says(SENT.format(code))
    return team


async def officers(desk):
    rows = await desk.db.fetch("SELECT assignee_id FROM owed WHERE rule = 'contract' ORDER BY id")
    return [row["assignee_id"] for row in rows]


async def test_all_of_one_officers_contracts_go_to_another_with_one_confirmation(owing):
    desk = owing
    await desk.says("/owed นก สัญญา", who="ton")
    await desk.presses("มอบหมายทั้งหมดนี้", who="ton")
    shown = await desk.presses("แพร", who="ton")
    assert shown.text.startswith("มอบหมาย 3 เรื่องให้คุณแพร")
    assert "กมลชนก" in shown.text
    assert await officers(desk) == [desk.ids["nok"]] * 3
    before = len(desk.told("prae").replies)
    done = await desk.presses("ยืนยันมอบหมาย 3 เรื่อง", who="ton")
    assert "✅ มอบหมาย 3 เรื่องให้คุณแพรแล้ว" in done.text
    assert await officers(desk) == [desk.ids["prae"]] * 3
    told = desk.told("prae").replies[before:]
    assert len(told) == 1
    assert "คุณต้นมอบหมายให้คุณติดตาม 3 เรื่อง" in desk.told("prae").text
    noted = "field = 'assignee_id' AND record LIKE 'Q%' AND new_value = ?"
    assert await desk.count("changes", noted, str(desk.ids["prae"])) == 3
    assert await desk.count("audit", "action = 'request.changed' AND staff_id = ?", 2) == 3


async def test_it_is_taken_back_once(owing):
    desk = owing
    preview = await desk.says("/owed นก สัญญา ให้ แพร", who="ton")
    assert preview.text.startswith("มอบหมาย 3 เรื่องให้คุณแพร")
    done = await desk.presses("ยืนยัน", who="ton")
    undo = done.token("เลิกทำ")
    await desk.says("/open C70001 เมล 7.10 ได้สัญญา => ได้รับแล้ว ปิด")
    back = await desk.presses_token(undo, who="ton")
    assert "✅ คืนผู้รับผิดชอบเดิมแล้ว 2 เรื่อง" in back.text
    assert "อีก 1 เรื่องจบหรือเปลี่ยนผู้รับผิดชอบไปแล้ว" in back.text
    assert await officers(desk) == [desk.ids["prae"], desk.ids["nok"], desk.ids["nok"]]
    assert "คุณต้นยกเลิกการมอบหมาย 2 เรื่อง" in desk.told("prae").text
    again = await desk.presses_token(undo, who="ton")
    assert "คืนผู้รับผิดชอบเดิมแล้ว" not in again.text
    assert await officers(desk) == [desk.ids["prae"], desk.ids["nok"], desk.ids["nok"]]


async def test_what_changed_since_it_was_shown_is_shown_anew_and_nothing_is_half_done(owing):
    desk = owing
    preview = await desk.says("/owed นก สัญญา ให้ แพร", who="ton")
    await desk.says("/open C81554 เมล 7.10 ได้สัญญา => ได้รับแล้ว ปิด")
    answer = await desk.presses_token(preview.token("ยืนยัน"), who="ton")
    assert "รายการเปลี่ยนไประหว่างนี้" in answer.text
    assert "มอบหมาย 2 เรื่องให้คุณแพร" in answer.text
    assert await officers(desk) == [desk.ids["nok"]] * 3
    await desk.presses("ยืนยันมอบหมาย 2 เรื่อง", who="ton")
    assert (await officers(desk)).count(desk.ids["prae"]) == 2


async def test_one_who_changes_a_row_at_the_same_moment_leaves_nothing_half_done(
    owing, monkeypatch
):
    desk = owing
    tell = handing._tell
    raced = []

    async def race(ctx, rows, person):
        """Somebody puts one off between the reading and the writing, once."""
        await tell(ctx, rows, person)
        if not raced:
            raced.append(rows[1].id)
            ctx.changes.insert(0, lambda tx: moved(tx, rows[1].id))

    async def moved(tx, row):
        await tx.execute("UPDATE owed SET version = version + 1 WHERE id = ?", row)

    monkeypatch.setattr(handing, "_tell", race)
    await desk.says("/owed นก สัญญา ให้ แพร", who="ton")
    await desk.presses("ยืนยัน", who="ton")
    assert set(await officers(desk)) == {desk.ids["prae"]}
    assert "คุณต้นมอบหมายให้คุณติดตาม 3 เรื่อง" in desk.told("prae").text


async def test_rights_are_checked_at_the_press(owing):
    desk = owing
    answer = await desk.says("/owed นก สัญญา ให้ ใหม่", who="prae")
    assert "เรื่องของคุณนกขอหัวหน้าช่วยดู" in answer.text
    await desk.says("/owed นก สัญญา ให้ แพร", who="ton")
    await desk.db.write(
        lambda tx: tx.execute("UPDATE staff SET role = 'officer' WHERE id = ?", desk.ids["ton"])
    )
    await desk.presses("ยืนยัน", who="ton")
    assert await officers(desk) == [desk.ids["nok"]] * 3


async def test_rights_are_checked_at_the_press_that_takes_back_too(owing):
    desk = owing
    await desk.says("/owed นก สัญญา ให้ แพร", who="ton")
    undo = (await desk.presses("ยืนยัน", who="ton")).token("เลิกทำ")
    await desk.db.write(
        lambda tx: tx.execute("UPDATE staff SET role = 'officer' WHERE id = ?", desk.ids["ton"])
    )
    answer = await desk.presses_token(undo, who="ton")
    assert "เรื่องของคุณนกขอหัวหน้าช่วยดู" in answer.text
    assert await officers(desk) == [desk.ids["prae"]] * 3


async def test_an_officer_takes_the_own_things_back(owing):
    desk = owing
    await desk.says("/owed ของฉัน ให้ แพร")
    await desk.presses("ยืนยัน")
    back = await desk.presses("เลิกทำ")
    assert "✅ คืนผู้รับผิดชอบเดิมแล้ว 3 เรื่อง" in back.text
    assert await officers(desk) == [desk.ids["nok"]] * 3


async def test_an_officer_gives_away_the_own_things(owing):
    desk = owing
    shown = await desk.says("/owed ของฉัน ให้ แพร")
    assert shown.text.startswith("มอบหมาย 3 เรื่องให้คุณแพร")
    await desk.presses("ยืนยัน")
    assert await officers(desk) == [desk.ids["prae"]] * 3


async def test_whoever_lost_access_gets_nothing(owing):
    desk = owing
    await desk.says("/owed นก สัญญา ให้ แพร", who="ton")
    await desk.db.write(
        lambda tx: tx.execute(
            "UPDATE staff SET blocked_at = ? WHERE id = ?", desk.now, desk.ids["prae"]
        )
    )
    answer = await desk.presses("ยืนยัน", who="ton")
    assert "ไม่ได้ใช้ระบบแล้ว" in answer.text
    assert await officers(desk) == [desk.ids["nok"]] * 3


async def test_more_than_the_office_allows_at_once_is_narrowed_first(owing):
    desk = owing
    configuration = desk.engine.desk.configuration
    few = replace(configuration, leading=replace(configuration.leading, hand_over_most=2))
    object.__setattr__(desk.engine.desk, "configuration", few)
    answer = await desk.says("/owed นก ให้ แพร", who="ton")
    assert "มี 3 เรื่อง มอบหมายครั้งละไม่เกิน 2 เรื่อง" in answer.text
    assert await officers(desk) == [desk.ids["nok"]] * 3


async def test_what_the_receiver_has_already_does_not_hide_that_it_is_too_much(owing):
    desk = owing
    await desk.says("/owed นก สัญญา ให้ แพร", who="ton")
    await desk.presses("ยืนยัน", who="ton")
    await desk.says(SENT.format("C82001"))
    await desk.says(SENT.format("C82002"))
    configuration = desk.engine.desk.configuration
    few = replace(configuration, leading=replace(configuration.leading, hand_over_most=1))
    object.__setattr__(desk.engine.desk, "configuration", few)
    answer = await desk.says("/owed สัญญา ให้ แพร", who="ton")
    assert "มี 2 เรื่อง มอบหมายครั้งละไม่เกิน 1 เรื่อง" in answer.text
    assert (await officers(desk)).count(desk.ids["nok"]) == 2


async def test_on_undoing_what_somebody_put_off_meanwhile_goes_back_all_the_same(owing):
    desk = owing
    await desk.says("/owed นก สัญญา ให้ แพร", who="ton")
    done = await desk.presses("ยืนยัน", who="ton")
    undo = done.token("เลิกทำ")
    await desk.says("/owed ของฉัน", who="prae")
    await desk.presses("กมลชนก", who="prae")
    await desk.presses("เลื่อน", who="prae")
    await desk.presses("อีก 1 เดือน", who="prae")
    back = await desk.presses_token(undo, who="ton")
    assert "✅ คืนผู้รับผิดชอบเดิมแล้ว 3 เรื่อง" in back.text
    assert await officers(desk) == [desk.ids["nok"]] * 3
    assert await desk.count("owed", "snoozed_on IS NOT NULL") == 1
