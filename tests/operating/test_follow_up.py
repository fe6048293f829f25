"""`run_bot.py follow-up`: what an import brought, or an upgrade found, is shown, answered, and taken back."""

from pathlib import Path

import pytest

from store.opening import open_database
from tests.operating.conftest import ENGINES, NOW, Place, Places, run_verb

pytestmark = pytest.mark.long

CUSTOMERS = "code,name\nC81001,สมชาย ใจดี\nC81002,สมหญิง ใจงาม\n"
HEADER = "no,customer,channel,subject,assignee,details,created_at,status,closed_at,contract_no\n"
ASKED_ON = {"DESKBOT_CLOCK": "2026-11-23T10:00+07:00"}
YEARS = (2018, 2020, 2022, 2024, 2026)


def sent(year: int) -> str:
    """A contract that was sent in a year, and never came back."""
    at = f"{year}-06-01 10:00"
    code = f"C8100{1 + year // 2 % 2}"
    return f"R{year - 1957}06000001,{code},email,7.9,,ส่งสัญญา,{at},closed,{at},1/{year + 543}\n"


@pytest.fixture(params=ENGINES)
async def place(request: pytest.FixtureRequest, places: Places, tmp_path: Path) -> Place:
    """A desk into which five contracts of past years were imported."""
    place = await places.make(request.param)
    db = await open_database(place.url, NOW)
    await db.close()
    tables = {"customers": CUSTOMERS, "tickets": HEADER + "".join(map(sent, YEARS))}
    for what, table in tables.items():
        path = tmp_path / f"{what}.csv"
        path.write_text(table, "utf-8")
        brought = await run_verb(place, "import", what, str(path), **ASKED_ON)
        assert brought.exit_code == 0, brought.stderr
    assert "5 look open since long ago: run_bot.py follow-up --dry-run" in brought.stderr
    return place


async def follow_up(place: Place, *words: str) -> list[str]:
    done = await run_verb(place, "follow-up", *words, **ASKED_ON)
    assert done.exit_code == 0, done.stderr
    return str(done.stdout).splitlines()


async def rows(place: Place, sql: str) -> list[tuple[object, ...]]:
    db = await open_database(place.url, NOW)
    try:
        return [tuple(row.values()) for row in await db.fetch(sql)]
    finally:
        await db.close()


STATES = "SELECT state, count(*) AS n FROM owed GROUP BY state ORDER BY state"


async def test_the_younger_part_is_followed_up_and_that_is_taken_back(place: Place) -> None:
    shown = await follow_up(place, "--dry-run", "--younger-than", "36")
    assert [line.split(":")[0] for line in shown[:5]] == ["follow up"] * 2 + ["give up"] * 3
    assert "contract, C81002, 1/2569, since 2026-06-01 (175 days), -" in shown[0]
    assert shown[-1] == "dry run: would follow up 2, give up 3"
    assert await rows(place, STATES) == [("offered", 5)]

    assert await follow_up(place, "--younger-than", "36") == ["followed up 2, given up 3"]
    assert await rows(place, STATES) == [("dropped", 3), ("open", 2)]
    assert await follow_up(place, "--dry-run") == ["dry run: would follow up 0, give up 0"]

    assert await follow_up(place, "--undo") == ["waiting for an answer again: 5"]
    assert await rows(place, STATES) == [("offered", 5)]
    assert await follow_up(place, "--none") == ["followed up 0, given up 5"]
    audited = "SELECT count(*) AS n FROM audit WHERE action = 'owed.followed_up'"
    assert await rows(place, audited) == [(3,)]


async def test_a_desk_of_before_requests_is_previewed_without_a_trace(place: Place) -> None:
    tables = ("due", "owed", "contracts", "request_tickets", "requests", "placed_subjects")
    db = await open_database(place.url, NOW)
    for table in tables:
        await db.write(lambda tx, table=table: tx.execute(f"DELETE FROM {table}"))
    await db.close()

    shown = await follow_up(place, "--dry-run")
    assert shown[-1] == "dry run: would follow up 5, give up 0"
    for table in tables:
        assert await rows(place, f"SELECT count(*) AS n FROM {table}") == [(0,)]
    assert await follow_up(place) == ["followed up 5, given up 0"]
    assert await rows(place, STATES) == [("open", 5)]
