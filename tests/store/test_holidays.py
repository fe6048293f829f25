"""Holidays that administrators enter: one word a date, the last one counts."""

from datetime import UTC, date, datetime

from domain.dates.working_calendar import DayRule
from domain.staff import StaffId
from store.engine.database import Database
from store.records import holidays

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
FIRST, SECOND = date(2026, 12, 8), date(2027, 5, 10)


async def test_the_last_word_on_a_date_counts_until_it_is_taken_back(
    db: Database, officer: StaffId
) -> None:
    async def enter(on: date, name: str, *, working: bool) -> None:
        await db.write(lambda tx: holidays.enter(tx, on, DayRule(name, working), officer, NOW))

    await enter(SECOND, "วันพืชมงคล", working=False)
    await enter(FIRST, "วันหยุดพิเศษ", working=False)
    await enter(FIRST, "ทำงานตามปกติ", working=True)
    rules = await holidays.list_rules(db)
    assert [*rules.items()] == [
        (FIRST, DayRule("ทำงานตามปกติ", True)),
        (SECOND, DayRule("วันพืชมงคล", False)),
    ]
    assert await db.write(lambda tx: holidays.take_back(tx, FIRST)) == 1
    assert await db.write(lambda tx: holidays.take_back(tx, FIRST)) == 0
    assert [*await holidays.list_rules(db)] == [SECOND]
