"""Who is told of a reminder beside the officer, step by step as the office's rule says, and what the
card says of it.
"""

from dataclasses import replace

import pytest

from domain.data import read_tables
from domain.errors import DataError
from domain.owed.rules import read_rules
from domain.staff import Role
from tests.fakes.office import OFFICE

pytestmark = pytest.mark.usefixtures("quiet_mornings")

SENT = "/open C70001 เมล 7.9 ส่งข้อมูลและสัญญา => ส่งแล้ว ปิด"


async def reminded(desk, times):
    """So many reminders more, one a week."""
    before = [row["reminders"] for row in await desk.db.fetch("SELECT reminders FROM owed")]
    while True:
        desk.wait(days=7)
        await desk.tick()
        row = await desk.db.fetch_one("SELECT reminders FROM owed")
        if row["reminders"] == before[0] + times:
            return


def with_rule(desk, **changed):
    configuration = desk.engine.desk.configuration
    rule = replace(configuration.rules["contract"], **changed)
    rules = {**configuration.rules, "contract": rule}
    object.__setattr__(desk.engine.desk, "configuration", replace(configuration, rules=rules))


async def test_the_supervisors_are_the_first_step_and_the_administrators_the_second(desk):
    await desk.says(SENT)
    await reminded(desk, 2)
    assert "ค้างส่ง" not in desk.told("ton").text
    await reminded(desk, 1)
    assert "ค้างส่ง 1 เรื่อง · เตือนเจ้าหน้าที่หลายครั้งแล้ว" in desk.told("ton").text
    await reminded(desk, 2)
    assert "ค้างส่ง" not in desk.told("may").text
    await reminded(desk, 1)
    assert "ค้างส่ง 1 เรื่อง · เตือนเจ้าหน้าที่หลายครั้งแล้ว" in desk.told("may").text
    assert "เตือนครั้งที่ 6" in desk.told("may").text


async def test_the_office_says_who_hears_after_how_many(desk):
    with_rule(desk, supervisor_after=9, escalate_after=2, escalate_to=Role.SUPERVISOR)
    await desk.says(SENT)
    await reminded(desk, 1)
    assert "ค้างส่ง" not in desk.told("ton").text
    await reminded(desk, 1)
    assert "ค้างส่ง 1 เรื่อง" in desk.told("ton").text
    assert "ค้างส่ง" not in desk.told("may").text


async def test_nobody_may_be_the_second_step(desk):
    with_rule(desk, escalate_to=None)
    await desk.says(SENT)
    await reminded(desk, 7)
    assert "ค้างส่ง" not in desk.told("may").text


async def test_the_card_says_who_was_told_of_which_reminder_when(desk):
    await desk.says(SENT)
    await reminded(desk, 3)
    card = await desk.says("/owed สัญญา", who="ton")
    card = await desk.presses("กมลชนก", who="ton")
    assert "🔔 เตือนครั้งที่ 1: 14 ธ.ค. 69 10.00 น. นก\n" in card.text
    assert "🔔 เตือนครั้งที่ 3: 28 ธ.ค. 69 10.00 น. นก, ต้น (หัวหน้า)" in card.text
    request = await desk.presses("ดูคำขอ", who="ton")
    assert "🔔 เตือนครั้งที่ 3: 28 ธ.ค. 69 10.00 น. นก, ต้น (หัวหน้า)" in request.text


async def test_who_was_not_reached_was_not_told(desk):
    desk.recorders["telegram"].refused.add("nok")
    desk.recorders["line"].refused.add("nok")
    await desk.says(SENT, who="ton")
    await desk.db.write(
        lambda tx: tx.execute("UPDATE owed SET assignee_id = ?, handed_to = ?", 1, 1)
    )
    await reminded(desk, 1)
    told = await desk.db.fetch("SELECT staff_id FROM owed_told")
    assert 1 not in [row["staff_id"] for row in told]


@pytest.mark.parametrize(
    ("key", "value", "mend"),
    [
        ("escalate_to", "director", '"director" is no role; use one of'),
        ("escalate_after", 0, "must be a whole number from 1 to 1000"),
    ],
)
def test_a_wrong_step_is_refused_by_name(key, value, mend):
    root = read_tables()
    contract = {**root.values["reminders"]["contract"], key: value}
    reminders = {**root.values["reminders"], "contract": contract}
    wrong = replace(root, values={**root.values, "reminders": reminders})
    with pytest.raises(DataError, match=mend):
        read_rules(wrong, OFFICE.catalogue, OFFICE.templates)


async def test_a_reminder_whose_rule_the_office_took_away_is_told_all_the_same(desk):
    await desk.says(SENT)
    desk.recorders["telegram"].refused.add("ton")
    await reminded(desk, 3)
    assert await desk.count("untold", "staff_id = ? AND told_at IS NULL", desk.ids["ton"]) == 1
    configuration = desk.engine.desk.configuration
    rules = {name: rule for name, rule in configuration.rules.items() if name != "contract"}
    object.__setattr__(desk.engine.desk, "configuration", replace(configuration, rules=rules))
    desk.recorders["telegram"].refused.clear()
    _menu, told = (await desk.says("เมนู", who="ton")).replies
    assert "ค้างส่ง 1 เรื่อง" in str(told)


async def test_nothing_is_kept_for_whom_access_was_taken_away(desk):
    await desk.says(SENT)
    for recorder in desk.recorders.values():
        recorder.refused.add("nok")
    await reminded(desk, 1)
    assert await desk.count("untold", "staff_id = ?", desk.ids["nok"]) > 0
    await desk.says("เจ้าหน้าที่", who="may")
    await desk.presses("นก", who="may")
    assert "ระงับแล้ว" in (await desk.presses("ระงับ", who="may")).text
    assert await desk.count("untold", "staff_id = ?", desk.ids["nok"]) == 0
