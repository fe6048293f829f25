"""Housekeeping: in short pieces, along an index, and nothing where nothing is past its time."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from domain.errors import Conflict
from domain.staff import Role
from scheduler import housekeeping
from scheduler.housekeeping import FORGOTTEN, Housekeeping
from store import staff
from store.chat import buttons, forms, inbox
from store.chat.buttons import StoredButton
from store.chat.forms import Draft
from store.engine import pieces
from store.engine.database import Database
from store.tickets import texts
from tests.fakes.office import open_new

DAY = timedelta(days=1)
NOW = datetime(2026, 11, 23, 3, tzinfo=UTC)


@pytest.fixture
async def db(tmp_path: Path) -> AsyncIterator[Database]:
    database = await open_new(tmp_path / "desk.db")
    yield database
    await database.close()


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(housekeeping, "PAUSE", 0)


async def add_buttons(db: Database, number: int) -> None:
    made = [StoredButton(f"t{n}", None, "menu", {}, "", 0, False, NOW - DAY) for n in range(number)]
    await db.write(lambda tx: buttons.add(tx, made))


async def receive(db: Database, *numbers: int) -> None:
    for number in numbers:
        event = inbox.Event("telegram", f"e{number}", "telegram:1", number, "{}")
        await inbox.receive(db, [event], "a", NOW)
        await db.write(lambda tx, event=event: inbox.finish(tx, event, NOW))


async def test_a_round_is_gone_in_pieces_and_what_is_left_waits_for_the_next_tick(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pieces, "PIECE", 2)
    monkeypatch.setattr(housekeeping, "PIECES", 3)
    await add_buttons(db, 9)
    house = Housekeeping(db)
    assert await house.step(NOW) == {"buttons": 6}
    assert await house.step(NOW) == {"buttons": 3}


async def test_a_round_begins_some_time_after_the_last_one_also_where_the_clock_was_set_back(
    db: Database,
) -> None:
    house = Housekeeping(db)
    assert await house.step(NOW) == {}
    await add_buttons(db, 1)
    assert await house.step(NOW + timedelta(minutes=9)) == {}
    assert await house.step(NOW - timedelta(minutes=11)) == {"buttons": 1}


async def test_where_nothing_is_past_its_time_nothing_is_written(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await receive(db, 1, 2)
    house = Housekeeping(db)

    async def refuse(*args: object, **more: object) -> None:
        raise AssertionError("a transaction")

    monkeypatch.setattr(db, "write", refuse)
    assert await house.step(NOW) == {}


async def test_what_stays_is_passed_over_once_and_looked_at_again_the_next_day(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pieces, "LOOKED_AT", 2)
    waiting = inbox.Event("telegram", "w", "telegram:2", 1, "{}")
    await inbox.receive(db, [waiting], "a", NOW)
    await receive(db, 1, 2, 3)
    house = Housekeeping(db)
    late = NOW + 61 * DAY
    assert (await house.step(late))["events"] == 3
    await db.write(lambda tx: inbox.finish(tx, waiting, late))
    assert await house.step(late + timedelta(minutes=11)) == {}
    assert (await house.step(late + DAY))["events"] == 1


async def test_a_draft_of_any_state_is_forgotten_when_nobody_touched_it(db: Database) -> None:
    officer = await db.write(lambda tx: staff.add_staff(tx, "nok", Role.OFFICER, NOW))
    for state in ("open", "parked", "saved", "cancelled"):
        draft = Draft(state, officer, "ticket", {}, "", NOW, state)
        await db.write(lambda tx, draft=draft: forms.save(tx, draft))
    assert await Housekeeping(db).step(NOW + 31 * DAY) == {"drafts": 4}


async def test_what_cannot_be_dropped_holds_up_nothing_behind_it(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(*args: object) -> pieces.Piece:
        raise Conflict("exists")

    told: list[str] = []
    house = Housekeeping(db, report=lambda what, _error: told.append(what))
    await receive(db, 1)
    monkeypatch.setitem(FORGOTTEN, "buttons", (fails, timedelta()))  # type: ignore[arg-type]
    monkeypatch.setattr(texts, "index_segment", fails)

    assert await house.step(NOW + 61 * DAY) == {"raw_events": 1, "events": 1}
    assert told == ["housekeeping.ticket_texts", "housekeeping.buttons"]


async def plans(db: Database, run: object) -> list[str]:
    """How SQLite goes through its tables for each statement."""
    found: list[str] = []
    fetch = db.fetch

    async def explained(sql: str, *params: object) -> object:
        for row in await fetch(f"EXPLAIN QUERY PLAN {sql}", *params):
            found.append(str(row["detail"]))
        return await fetch(sql, *params)

    db.fetch = explained  # type: ignore[method-assign, assignment]
    await run(db, NOW, pieces.BEGINNING)  # type: ignore[operator]
    return found


@pytest.mark.parametrize("what", FORGOTTEN)
async def test_what_is_past_its_time_is_found_along_an_index(db: Database, what: str) -> None:
    forget, _age = FORGOTTEN[what]
    walked = [step for step in await plans(db, forget) if step.startswith("SCAN")]
    # Of this index all is read: it has nothing but what belongs to no record yet.
    assert [step for step in walked if "files_temporary" not in step] == []
