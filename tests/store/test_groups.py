"""Groups: enrolled, given to another team, moved with their chat, taken back."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from domain.reach.groups import Group
from domain.staff import Platform, StaffId
from store.chat import groups
from store.engine.database import Database

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)


def group(by: StaffId, chat: str = "-1001", team: str = "", minutes: int = 0) -> Group:
    return Group(Platform.TELEGRAM, chat, "โต๊ะ 'บริการ'", team, by, NOW + timedelta(minutes=minutes))


async def test_a_group_is_enrolled_found_and_listed(db: Database, officer: StaffId) -> None:
    first, second = group(officer, "-1002", minutes=1), group(officer, "-1001", "ไมโครดาตา")
    for each in (first, second):
        await db.write(lambda tx, each=each: groups.enrol(tx, each))
    assert await groups.list_groups(db) == [second, first]
    assert await groups.find_group(db, Platform.TELEGRAM, "-1001") == second
    assert await groups.find_group(db, Platform.LINE, "-1001") is None


async def test_enrolled_again_it_changes_its_team(db: Database, officer: StaffId) -> None:
    before, after = (
        group(officer),
        replace(group(officer, team="ไมโครดาตา", minutes=5), title="ใหม่"),
    )
    await db.write(lambda tx: groups.enrol(tx, before))
    await db.write(lambda tx: groups.enrol(tx, after))
    assert await groups.list_groups(db) == [after]


async def test_it_is_taken_back_once(db: Database, officer: StaffId) -> None:
    await db.write(lambda tx: groups.enrol(tx, group(officer)))
    assert [
        await db.write(lambda tx: groups.remove(tx, Platform.TELEGRAM, "-1001")) for _n in range(2)
    ] == [
        True,
        False,
    ]
    assert await groups.list_groups(db) == []


async def test_it_moves_with_its_chat_and_a_move_told_twice_changes_nothing(
    db: Database, officer: StaffId
) -> None:
    old = group(officer, "-77", "ไมโครดาตา")
    await db.write(lambda tx: groups.enrol(tx, old))
    for _n in range(2):
        await db.write(lambda tx: groups.move(tx, Platform.TELEGRAM, "-77", "-10077"))
        assert await groups.list_groups(db) == [replace(old, chat="-10077")]


async def test_a_move_to_an_enrolled_chat_keeps_what_is_said_of_it(
    db: Database, officer: StaffId
) -> None:
    new = group(officer, "-10077", "ไมโครดาตา")
    for each in (group(officer, "-77"), new):
        await db.write(lambda tx, each=each: groups.enrol(tx, each))
    await db.write(lambda tx: groups.move(tx, Platform.TELEGRAM, "-77", "-10077"))
    assert await groups.list_groups(db) == [new]
