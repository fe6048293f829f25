"""The suggestion learns from closed tickets, whoever closed them, and only from those."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from domain.staff import StaffId
from domain.suggestions.subjects import Model
from domain.tickets.records import Status, Ticket, TicketNo
from store.engine.database import Database
from store.opening import open_database
from store.search import suggestions
from store.search.suggestions import Suggestions
from store.tickets.records import add_tickets, get_ticket, update_ticket

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
SUBJECTS = ["6.1", "6.2", "7.1"]
Opening = Callable[[str], Awaitable[Database]]


def ticket(number: int, subject: str, details: str, *, closed: bool = True) -> Ticket:
    at = NOW + timedelta(minutes=number)
    one = Ticket(TicketNo(f"R2611{number:06d}"), "phone", subject, details, at, at, None, None)
    return replace(one, status=Status.CLOSED, closed_at=at) if closed else one


def rain(first: int = 0, *, closed: bool = True) -> list[Ticket]:
    """Twenty enquiries about what no file knows."""
    return [
        ticket(n, "6.2", f"ปริมาณน้ำฝนเขื่อนที่ {n}", closed=closed) for n in range(first, first + 20)
    ]


FARMS = [ticket(900 + n, "6.1", f"จำนวนครัวเรือนเกษตร {n}") for n in range(20)]


@pytest.fixture
async def learnt(db: Database) -> AsyncIterator[Suggestions]:
    """What one process learnt of this database."""
    learnt = Suggestions()
    yield learnt
    await learnt.close()


async def asked(db: Database, learnt: Suggestions, details: str) -> Sequence[str]:
    assert await learnt.refreshed(db)
    return learnt.model.likeliest(details, "phone", SUBJECTS, seeds={}, fitting=SUBJECTS, habits={})


async def test_closed_tickets_are_learnt_at_the_start_and_after_each_closing(
    db: Database, learnt: Suggestions, url: str
) -> None:
    await db.write(lambda tx: add_tickets(tx, FARMS))
    assert await asked(db, learnt, "ปริมาณน้ำฝน") == []
    await db.write(lambda tx: add_tickets(tx, rain(1000)))
    assert (await asked(db, learnt, "ปริมาณน้ำฝน"))[0] == "6.2"

    other = await open_database(url)  # after a restart, or in another process
    try:
        assert (await asked(other, Suggestions(), "ปริมาณน้ำฝน"))[0] == "6.2"
    finally:
        await other.close()


async def test_an_open_ticket_teaches_only_when_it_is_closed(
    db: Database, learnt: Suggestions, officer: StaffId
) -> None:
    await db.write(lambda tx: add_tickets(tx, [*rain(closed=False), *FARMS]))
    assert await asked(db, learnt, "ปริมาณน้ำฝน") == []

    for number in range(20):
        old = await get_ticket(db, f"R2611{number:06d}")
        done = replace(old, status=Status.CLOSED, closed_at=NOW + timedelta(days=2))
        await db.write(lambda tx, old=old, done=done: update_ticket(tx, old, done, officer, NOW))  # type: ignore[misc]

    assert (await asked(db, learnt, "ปริมาณน้ำฝน"))[0] == "6.2"


async def test_a_ticket_that_became_visible_late_is_learnt_and_none_twice(
    db: Database, learnt: Suggestions
) -> None:
    await db.write(lambda tx: add_tickets(tx, rain(5)))
    await asked(db, learnt, "")
    late = replace(ticket(18, "7.1", "ไมโครดาต้า"), no=TicketNo("R2611700000"))
    await db.write(lambda tx: add_tickets(tx, [late]))
    await asked(db, learnt, "")
    await asked(db, learnt, "")

    assert len(learnt._learnt) == 21
    assert learnt.model._channels == {("phone", "6.2"): 20, ("phone", "7.1"): 1}


async def test_memory_is_bounded_and_the_newest_tickets_count(
    db: Database, learnt: Suggestions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(suggestions, "MOST_LEARNT", 30)
    for first in range(0, 100, 20):
        await db.write(lambda tx, first=first: add_tickets(tx, rain(first)))  # type: ignore[misc]
        await asked(db, learnt, "")
    await asked(db, learnt, "")

    assert sum(learnt.model._channels.values()) == 30
    assert "R2611000099" in learnt._learnt
    assert "R2611000069" not in learnt._learnt


async def test_a_desk_that_runs_learns_what_one_that_starts_would(
    db: Database,
    learnt: Suggestions,
    url: str,
    opening: Opening,
    officer: StaffId,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """After tickets of long ago came in, and others were corrected, opened again and voided."""
    monkeypatch.setattr(suggestions, "MOST_LEARNT", 50)
    await db.write(lambda tx: add_tickets(tx, [*rain(), *FARMS]))
    await asked(db, learnt, "")
    long_ago = [replace(one, closed_at=NOW - timedelta(days=900)) for one in rain(300)]
    await db.write(lambda tx: add_tickets(tx, long_ago))
    for number, changes in enumerate(
        (
            {"subject": "7.1"},
            {"details": "ไมโครดาต้าแรงงาน"},
            {"status": Status.OPEN, "closed_at": None},
            {"status": Status.VOIDED},
        )
    ):
        old = await get_ticket(db, f"R2611{number:06d}")
        new = replace(old, **changes)
        await db.write(lambda tx, old=old, new=new: update_ticket(tx, old, new, officer, NOW))  # type: ignore[misc]
    await asked(db, learnt, "")
    other = await opening(url)
    started = Suggestions()
    await asked(other, started, "")

    assert len(learnt._learnt) == 50
    assert learnt._learnt == started._learnt
    assert vars_of(learnt.model) == vars_of(started.model)


def vars_of(model: Model) -> dict[str, object]:
    """What a model holds, without what it holds nought times."""
    runs = {subject: +runs for subject, runs in model._runs.items() if +runs}
    return {
        "runs": runs,
        "sizes": +model._sizes,
        "all": +model._all,
        "channels": +model._channels,
        "n": model._every,
    }
