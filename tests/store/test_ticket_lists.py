"""Lists of people's tickets: filters narrow lists and counts alike, on both engines."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from domain.staff import Role, StaffId
from domain.tickets.records import Status, Ticket, TicketNo
from store.engine.database import Database
from store.staff import add_staff
from store.tickets import lists as ticket_lists
from store.tickets import records as tickets
from store.tickets.lists import Wanted

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
LFS, PART, ODD = "สำรวจภาวะการทำงานของประชากร", "สำรวจภาวะการทำงาน", "100%_!"


@pytest.fixture
async def other(db: Database, officer: StaffId) -> StaffId:
    """A colleague; ticket n was created n days ago."""
    colleague = await db.write(lambda tx: add_staff(tx, "มาลี", Role.OFFICER, NOW))

    def made(number: int, **rest: object) -> Ticket:
        at = NOW - timedelta(days=number)
        base = Ticket(
            TicketNo(f"R2611{number:06d}"), "phone", "1.1", "ถาม", at, NOW, officer, officer
        )
        return replace(base, **rest)  # type: ignore[arg-type]

    cast = [
        made(1, subject="7.4", projects=(LFS, ODD)),
        made(2, subject="7.14", status=Status.NEW, projects=(LFS,)),
        made(3, subject="7", status=Status.CLOSED, projects=(PART,)),
        made(4, subject="6.1", status=Status.CLOSED),
        made(5, subject="7.4", assignee=colleague),
        made(6, subject="7.4", assignee=None),
    ]
    await db.write(lambda tx: tickets.add_tickets(tx, cast))
    return colleague


CASES: list[tuple[dict[str, object], list[int], list[int]]] = [
    ({}, [2, 1], [3, 4]),
    ({"subject": "7"}, [2, 1], [3]),
    ({"subject": "7.1"}, [], []),
    ({"subject": "7.4"}, [1], []),
    ({"project": LFS}, [2, 1], []),
    ({"project": PART}, [], [3]),
    ({"project": ODD}, [1], []),
    ({"project": "%"}, [], []),
    ({"since": NOW - timedelta(days=3)}, [2, 1], [3]),
    ({"until": NOW - timedelta(days=1)}, [2], [3, 4]),
]


@pytest.mark.parametrize(("narrower", "unfinished", "closed"), CASES)
async def test_filters_narrow_lists_and_counts_alike(
    db: Database,
    officer: StaffId,
    other: StaffId,
    narrower: dict[str, object],
    unfinished: list[int],
    closed: list[int],
) -> None:
    wanted = Wanted((officer,), **narrower)  # type: ignore[arg-type]
    assert [int(t.no[5:]) for t in await ticket_lists.list_unfinished(db, wanted)] == unfinished
    listed = await ticket_lists.list_in_status(db, wanted, Status.CLOSED, 10)
    assert [int(t.no[5:]) for t in listed] == closed
    counts = await ticket_lists.count_by_status(db, wanted)
    assert counts.get(Status.CLOSED, 0) == len(closed)
    assert sum(counts.values()) == len(unfinished) + len(closed)


async def test_a_team_is_its_people_and_nobody_has_nothing(
    db: Database, officer: StaffId, other: StaffId
) -> None:
    listed = await ticket_lists.list_unfinished(db, Wanted((officer, other)))
    assert [int(t.no[5:]) for t in listed] == [5, 2, 1]
    assert await ticket_lists.list_unfinished(db, Wanted(())) == []


@pytest.mark.usefixtures("other")
async def test_the_commonest_subjects_and_projects_come_first(
    db: Database, officer: StaffId
) -> None:
    wanted = Wanted((officer,))
    projects = await ticket_lists.count_by_project(db, wanted)
    assert [(each.value, each.count) for each in projects] == [(LFS, 2), (ODD, 1), (PART, 1)]
    subjects = await ticket_lists.count_by_subject(db, wanted)
    assert [each.value for each in subjects] == ["6.1", "7", "7.14", "7.4"]
    assert {(each.count, each.at_least) for each in subjects} == {(1, False)}
    pages = [
        await ticket_lists.list_in_status(db, wanted, Status.CLOSED, 1, page) for page in range(3)
    ]
    assert [[int(t.no[5:]) for t in page] for page in pages] == [[3], [4], []]


@pytest.mark.usefixtures("other")
async def test_no_more_is_counted_than_somebody_would_read(
    db: Database, officer: StaffId, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ticket_lists, "MOST_COUNTED", 1)
    monkeypatch.setattr(ticket_lists, "LOOKED_AT", 2)
    wanted = Wanted((officer,))
    counts = await ticket_lists.count_by_status(db, wanted)
    assert counts == {Status.NEW: 1, Status.OPEN: 1, Status.CLOSED: 2}
    subjects = await ticket_lists.count_by_subject(db, wanted)
    assert [(each.value, each.at_least) for each in subjects] == [("7.14", True), ("7.4", True)]


async def test_the_lists_of_a_project_follow_its_tickets(
    db: Database, officer: StaffId, other: StaffId
) -> None:
    """Whose it is, its state and its subject stand beside its data as well."""
    of_project = Wanted((officer,), project=LFS)
    (first, _second) = await ticket_lists.list_unfinished(db, of_project)
    closed = replace(first, status=Status.CLOSED, subject="6.1")
    await db.write(lambda tx: tickets.update_ticket(tx, first, closed, officer, NOW))
    listed = await ticket_lists.list_in_status(db, of_project, Status.CLOSED, 9)
    assert [(t.no, t.subject) for t in listed] == [(first.no, "6.1")]
    assert len(await ticket_lists.list_unfinished(db, of_project)) == 1
    theirs = replace(closed, assignee=other, version=first.version + 1)
    await db.write(
        lambda tx: tickets.update_ticket(tx, replace(closed, version=2), theirs, officer, NOW)
    )
    assert await ticket_lists.list_in_status(db, of_project, Status.CLOSED, 9) == []
    moved = await ticket_lists.list_in_status(db, Wanted((other,), "6", LFS), Status.CLOSED, 9)
    assert [t.no for t in moved] == [first.no]


async def test_many_people_are_asked_some_at_a_time(
    db: Database, officer: StaffId, other: StaffId, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ticket_lists, "TOGETHER", 1)
    listed = await ticket_lists.list_unfinished(db, Wanted((officer, other)))
    assert [int(t.no[5:]) for t in listed] == [5, 2, 1]
