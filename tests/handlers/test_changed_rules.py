"""Requests that were settled by other rules are settled anew at the next start, in silence."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.engine import Engine
from domain.owed.rules import Rule
from handlers.owed import reminders
from handlers.owed.reminders import settle_anew
from scheduler.ticker import Ticker
from tests.fakes.office import OFFICE

pytestmark = pytest.mark.usefixtures("quiet_mornings")

ASKED = "/open {} เมล 7.3 ถามค่าบริการข้อมูล => แจ้งราคาแล้ว ปิด"
SENT = "/open {} เมล 7.9 ส่งข้อมูลและสัญญา => ส่งแล้ว ปิด"


@pytest.fixture(params=["sqlite", "postgresql"])
def desk_engine(request) -> str:
    return request.param


def rules_with(**changed: Rule) -> dict[str, Rule]:
    return {**OFFICE.rules, **changed}


async def starts(desk, rules: dict[str, Rule]) -> dict[str, int]:
    """A process with these rules makes its first tick."""
    adapters = dict(desk.recorders)
    engine = Engine(desk.db, replace(OFFICE, rules=rules), adapters, "new", lambda: desk.now)
    done = await Ticker(engine.desk, engine).tick()
    await engine.idle()
    await engine.stop()
    return done


async def owed(desk) -> list[tuple[str, str]]:
    rows = await desk.db.fetch("SELECT rule, state FROM owed ORDER BY id")
    return [(row["rule"], row["state"]) for row in rows]


def said(desk) -> list[str]:
    return [reply for recorder in desk.recorders.values() for _to, reply in recorder.sent]


async def test_what_a_changed_rule_asks_for_is_owed_from_the_next_start_on(desk):
    quotation = OFFICE.rules["quotation"]
    without = rules_with(quotation=replace(quotation, starts=("8.2",)))
    await starts(desk, without)
    await desk.db.write(lambda tx: tx.execute("UPDATE settled_rules SET digest = 'older'"))
    await desk.says(ASKED.format("C81554"))
    assert await owed(desk) == [("quotation", "open")]
    await starts(desk, without)
    assert await owed(desk) == [("quotation", "void")]
    await starts(desk, OFFICE.rules)
    assert await owed(desk) == [("quotation", "open")]


async def test_nobody_is_told_of_what_would_have_been_reminded_of_long_ago(desk):
    quotation = OFFICE.rules["quotation"]
    without = rules_with(quotation=replace(quotation, starts=("8.2",)))
    await desk.says(ASKED.format("C81554"))
    await starts(desk, without)
    desk.wait(days=400)
    before = len(said(desk))
    await starts(desk, OFFICE.rules)
    desk.wait(days=1)
    await desk.tick()
    # But for those who lead, who are asked whether to follow it up.
    assert len(said(desk)) == before + len(("ton", "may"))
    (row,) = await desk.db.fetch("SELECT state, reminders, next_at FROM owed")
    assert (row["state"], row["reminders"], row["next_at"]) == ("offered", 0, None)
    await desk.says("/followup", who="may")
    await desk.presses("ติดตามทั้งหมด", who="may")
    (row,) = await desk.db.fetch("SELECT state, next_at FROM owed")
    assert row["state"] == "open"
    desk.now = row["next_at"] + timedelta(minutes=1)
    told = len(said(desk))
    await desk.tick()
    assert len(said(desk)) > told


async def test_with_the_same_rules_nothing_is_looked_at_again(desk, monkeypatch):
    for code in ("C70001", "C81554", "C90210"):
        await desk.says(SENT.format(code))
    monkeypatch.setattr(reminders, "AT_ONCE", 2)
    assert (await starts(desk, OFFICE.rules))[settle_anew.__name__] == 3
    rows = await desk.db.fetch("SELECT * FROM owed ORDER BY id")
    assert settle_anew.__name__ not in await starts(desk, OFFICE.rules)
    # When and how often to remind is no matter of settling.
    contract = replace(OFFICE.rules["contract"], times=5)
    assert settle_anew.__name__ not in await starts(desk, rules_with(contract=contract))
    assert await desk.db.fetch("SELECT * FROM owed ORDER BY id") == rows
