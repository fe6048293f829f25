"""A year of the desk: New Year, Songkran, a leave, and a year in which it did not run."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import pytest

from domain.dates.days import BANGKOK
from domain.staff import Platform
from tests.fakes.office import OFFICE
from tests.handlers.conftest import DeskUnderTest, _text

SENT = "/open {} เมล 7.9 ส่งข้อมูลและสัญญา => ส่งแล้ว ปิด"
RUNG = "โทรกลับปีใหม่"
OWED = "ยังไม่ส่งสัญญาคืน"
KAMON, SOMCHAI = "กมลชนก", "สมชาย"


@dataclass(frozen=True)
class Told:
    """What was told unasked, when and to whom."""

    on: date
    at: time
    to: str
    text: str


class Year:
    """The desk ticks thrice a day; whatever it tells meanwhile is noted."""

    def __init__(self, desk: DeskUnderTest) -> None:
        self.desk = desk
        self.told: list[Told] = []

    async def tick(self) -> None:
        """One tick, and what it told."""
        sent = self.desk.recorders[Platform.TELEGRAM].sent
        before = len(sent)
        await self.desk.tick()
        local = self.desk.now.astimezone(BANGKOK)
        for to, reply in sent[before:]:
            self.told.append(Told(local.date(), local.time(), to, _text(reply)))

    async def until(self, last: date) -> None:
        """Day by day up to this one."""
        on = self.desk.now.astimezone(BANGKOK).date() + timedelta(days=1)
        while on <= last:
            for at in (time(8, 31), time(9, 1), time(10, 1)):
                self.desk.now = datetime.combine(on, at, BANGKOK)
                await self.tick()
            on += timedelta(days=1)

    def find(self, *words: str, to: str = "") -> list[Told]:
        """What was told with all these words."""

        def fits(told: Told) -> bool:
            return told.to.startswith(to) and all(word in told.text for word in words)

        return [told for told in self.told if fits(told)]


def days(told: list[Told]) -> list[str]:
    return [each.on.isoformat() for each in told]


@pytest.mark.long
async def test_a_year_of_the_desk(desk: DeskUnderTest) -> None:
    year = Year(desk)
    await desk.says(SENT.format("C70001"))
    await desk.says(f"เตือน 1 ม.ค. 70 10.00 {RUNG}")
    await year.until(date(2027, 3, 30))
    await desk.says(SENT.format("C81554"))
    await desk.says("ลา 16-20 เม.ย.")
    await desk.presses("บันทึกวันลา")
    await year.until(date(2027, 4, 30))
    _no_free_day_is_disturbed(year)
    _songkran_is_over_first(year)
    _nothing_is_told_twice(year)
    await _a_year_away(year)


def _no_free_day_is_disturbed(year: Year) -> None:
    """Nobody is told anything on a free day but what they wanted to be told of."""
    free = [told for told in year.told if not OFFICE.calendar.is_working_day(told.on)]
    assert days(free) == ["2027-01-01"]
    assert RUNG in free[0].text


def _songkran_is_over_first(year: Year) -> None:
    """What falls on it comes on the first working day, to whoever stands in."""
    # 7 December is a substitution for the 5th.
    first = year.find(OWED, KAMON, to="nok")
    assert days(first)[:4] == ["2026-12-08", "2026-12-15", "2026-12-22", "2026-12-29"]
    # Fourteen days after 30 March is 13 April: the 16th is the first working day, and a leave's.
    found = year.find(SOMCHAI, "เตือนครั้งที่ 1")
    assert {told.on.isoformat() for told in found} == {"2027-04-16"}
    assert "nok" not in {told.to for told in found}


def _nothing_is_told_twice(year: Year) -> None:
    told = Counter((each.on, each.to, each.text) for each in year.told)
    assert [key for key, times in told.items() if times > 1] == []


async def _a_year_away(year: Year) -> None:
    """Each debt is asked for once when the desk is back, marked late, and one morning is told."""
    desk = year.desk
    counted = "SELECT id, reminders FROM owed WHERE state = 'open' ORDER BY id"
    before = await desk.db.fetch(counted)
    year.told.clear()
    desk.now = datetime(2028, 5, 3, 9, 10, tzinfo=BANGKOK)
    for _tick in range(5):
        await year.tick()
        desk.wait(minutes=1)
    assert len(year.find("☀️ พุธ", to="nok")) <= 1
    assert len(year.find("เตือนช้ากว่ากำหนด", to="nok")) == 1
    after = await desk.db.fetch(counted)
    grown = [new["reminders"] - old["reminders"] for old, new in zip(before, after, strict=True)]
    assert max(grown) == 1
    await year.until(date(2028, 5, 5))
    assert len(year.find("เตือนช้ากว่ากำหนด", to="nok")) == 1
    _nothing_is_told_twice(year)
