"""Administrators hear of whoever reads unusually much of customers' data, once a day and person, the reader not."""

from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from bot.engine import Engine
from domain.operating.reading import CountedBy, ReadingRule, ReadingRules
from domain.staff import Role
from store import audit, staff
from store.audit import AuditEntry
from tests.fakes.office import OFFICE

READ = ("*.read",)
RULES = (
    ReadingRule("an_hour", READ, CountedBy.RECORDS, hours=1, most=5),
    ReadingRule("usual", READ, CountedBy.RECORDS, hours=24, most=2, times_usual=3),
    ReadingRule("night", READ, CountedBy.RECORDS, hours=12, most=1, at_night=True),
    ReadingRule("one", READ, CountedBy.ONE_RECORD, hours=24, most=6),
    ReadingRule("exports", ("*.exported",), CountedBy.ENTRIES, hours=24, most=1),
)


@pytest.fixture(params=["sqlite", "postgresql"])
def desk_engine(request) -> str:
    return request.param


async def looks(desk, *names: str) -> None:
    """The desk is started with these rules alone."""
    rules = tuple(rule for rule in RULES if rule.name in names)
    old = desk.engine
    await old.stop()
    office = replace(OFFICE, reading=ReadingRules(rules))
    desk.engine = Engine(desk.db, office, dict(desk.recorders), "test", old.desk.clock)


async def reads(desk, who: str, *records: str, action="customer.read", **ago: float) -> None:
    at = desk.now - timedelta(**ago)
    entries = [AuditEntry(at, desk.ids[who], action, one, "telegram", "e") for one in records]
    await desk.db.write(partial(audit.add, entries=entries))


def told(desk, who: str = "may") -> str:
    return desk.told(who).text


FIVE = tuple(f"C{number}" for number in range(5))


async def test_more_than_an_hours_number_is_told_once_a_day_and_shown_by_a_button(desk):
    await looks(desk, "an_hour")
    await reads(desk, "nok", *FIVE, *FIVE)
    await reads(desk, "nok", "C9", hours=2)
    await desk.tick()
    assert told(desk) == ""
    await desk.says("C81554")
    desk.wait(minutes=3)
    await desk.tick()
    said = "🔎 นก ดูข้อมูลผู้รับบริการมากผิดปกติ\nดูข้อมูล 6 ราย ใน 1 ชั่วโมง (เกณฑ์ 5)"
    assert told(desk) == said
    assert told(desk, "nok").count("🔎") == 0
    await reads(desk, "nok", "C10", "C11")
    desk.wait(minutes=3)
    await desk.tick()
    assert told(desk) == said
    desk.last["telegram:may"] = desk.told("may")
    assert "รายการตรวจสอบ · นก · 23 พ.ย. 69" in (await desk.presses("ดูรายการ", who="may")).text
    await reads(desk, "nok", *FIVE, "C10", days=-1)
    desk.wait(days=1)
    await desk.tick()
    assert told(desk).count("🔎 นก") == 2


async def test_an_administrator_who_reads_is_told_of_to_the_others(desk):
    await looks(desk, "an_hour")
    await reads(desk, "may", *FIVE, "C9")
    await desk.tick()
    # There is no other administrator: who answers for the desk.
    assert "🔎 เมย์" in told(desk, "ton")
    await desk.db.write(partial(staff.set_role, staff_id=desk.ids["ton"], role=Role.ADMIN))
    assert told(desk) == ""


@pytest.mark.parametrize(
    ("rule", "record", "times", "ago", "said"),
    [
        ("one", "C1", 7, 3, "ดูข้อมูลของ C1 ซ้ำ 7 ครั้ง ใน 24 ชั่วโมง (เกณฑ์ 6)"),
        ("one", "C1", 6, 3, ""),
        ("one", "C1", 7, 25, ""),
        ("exports", "", 2, 1, "ส่งออกข้อมูล 2 ครั้ง ใน 24 ชั่วโมง (เกณฑ์ 1)"),
    ],
)
async def test_one_record_again_and_again_and_exports(desk, rule, record, times, ago, said):
    await looks(desk, rule)
    action = "tickets.exported" if rule == "exports" else "customer.read"
    await reads(desk, "nok", *[record] * times, action=action, hours=ago)
    await desk.tick()
    assert told(desk) == (f"🔎 นก ดูข้อมูลผู้รับบริการมากผิดปกติ\n{said}" if said else "")


async def test_at_night_less_is_unusual_and_by_day_it_is_not(desk):
    await looks(desk, "night")
    await reads(desk, "nok", "C1", "C2", hours=3)
    await reads(desk, "ton", "C1", "C2", hours=7)
    await desk.tick()
    assert "🔎 ต้น" in told(desk)
    assert "ดูข้อมูล 2 ราย กลางคืน (เกณฑ์ 1)" in told(desk)
    assert "🔎 นก" not in told(desk)


async def test_who_reads_much_every_day_reads_nothing_unusual(desk):
    await looks(desk, "usual")
    for days in (3, 5, 9):
        await reads(desk, "nok", *FIVE, days=days)
        await reads(desk, "ton", "C1", days=days)
    await reads(desk, "nok", *FIVE, hours=1)
    await reads(desk, "ton", *FIVE, hours=1)
    await desk.tick()
    assert "🔎 ต้น" in told(desk)
    assert "มากกว่าปกติของคนนี้ 3 เท่า" in told(desk)
    assert "🔎 นก" not in told(desk)
