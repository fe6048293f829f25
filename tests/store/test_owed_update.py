"""A desk that was there before: what is owed on it is known by its tickets after the update, and follows from them."""

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from functools import partial

import pytest

from store.engine import migrate
from store.engine.database import Database, Tx
from store.owed import requests
from store.records.save_context import SaveContext
from tests.fakes.office import OFFICE

Opening = Callable[[str], Awaitable[Database]]
NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
TICKETS = [
    ("R1", "7.9", 0),
    ("R2", "7.10", 5),
    ("R3", "7.9", 9),
    ("R4", "8.2", 0),
    ("R5", "7.11", 2),
]
"""R3 was sent again after the return, and is chased as the older release did."""
OWED = [
    # request, rule, state, ticket, started, ended, proof, reminders, put off until, whose
    (1, "contract", "void", "R1", 0, 1, "", 2, None, 2),
    (1, "contract", "received", "R1", 0, 5, "R2", 1, None, 1),
    (1, "research", "open", "R2", 5, None, "", 0, date(2027, 1, 15), 1),
    (1, "contract", "open", "R3", 9, None, "", 2, None, 2),
    (2, "quotation", "dropped", "R4", 0, 4, "", 0, None, 1),
]


async def fill(tx: Tx) -> None:
    """As a release wrote it that knew nothing of what a thing owed is known by."""
    for person in (1, 2):
        await tx.execute(
            "INSERT INTO staff (name, role, created_at) VALUES (?, 'officer', ?)", f"p{person}", NOW
        )
    await tx.execute(
        "INSERT INTO customers (code, name, folded, created_at, updated_at) "
        "VALUES ('C1', 'x', 'x', ?, ?)",
        NOW,
        NOW,
    )
    for number, kind in ((1, "microdata"), (2, "special")):
        await tx.execute(
            "INSERT INTO requests (id, kind, customer_code, started_at, touched_at) "
            "VALUES (?, ?, 'C1', ?, ?)",
            number,
            kind,
            NOW,
            NOW,
        )
    for no, subject, day in TICKETS:
        at = NOW + timedelta(days=day)
        await tx.execute(
            "INSERT INTO tickets (no, channel, subject, urgency, mood, complexity, status, details, "
            "created_at, recorded_at, closed_at, customer_code, assignee_id) VALUES "
            "(?, 'email', ?, 'normal', 'normal', 'simple', 'closed', 'x', ?, ?, ?, 'C1', 1)",
            no,
            subject,
            at,
            at,
            at,
        )
        await tx.execute(
            "INSERT INTO request_tickets (ticket_no, request_id) VALUES (?, ?)",
            no,
            2 if subject == "8.2" else 1,
        )
    for request, rule, state, no, day, ended, proof, reminders, until, whose in OWED:
        at = NOW + timedelta(days=day)
        ended_at = None if ended is None else NOW + timedelta(days=ended)
        await tx.execute(
            "INSERT INTO owed (request_id, rule, state, ticket_no, started_at, expected_on, ended_at, "
            "proof_no, reminders, last_at, snoozed_on, assignee_id) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            request,
            rule,
            state,
            no,
            at,
            at.date(),
            ended_at,
            proof,
            reminders,
            at + timedelta(days=14) if reminders else None,
            until,
            whose,
        )


async def test_what_is_owed_on_an_older_desk_is_known_by_its_tickets_and_keeps_its_decisions(
    empty_url: str, opening: Opening, monkeypatch: pytest.MonkeyPatch
) -> None:
    older = [migration for migration in migrate.migrations() if migration.version < 27]
    with monkeypatch.context() as patched:
        patched.setattr(migrate, "migrations", lambda: older)
        db = await opening(empty_url)
        await db.write(fill)
        await db.close()

    db = await opening(empty_url)
    context = SaveContext(OFFICE, None, NOW + timedelta(days=40))
    settle = partial(requests.settle_some, context=context, limit=1)
    assert [await db.write(settle) for _turn in range(3)] == [1, 1, 0]
    rows = await db.fetch(
        "SELECT rule, state, ticket_no, reminders, snoozed_on, assignee_id, chased FROM owed "
        "WHERE known_by = ticket_no ORDER BY id"
    )
    assert [tuple(row.values()) for row in rows] == [
        ("contract", "received", "R1", 1, None, 1, 1),
        ("research", "open", "R2", 0, date(2027, 1, 15), 1, 0),
        ("contract", "open", "R3", 2, None, 2, 0),
        ("quotation", "dropped", "R4", 0, None, 1, 0),
    ]
    assert (
        await db.fetch("SELECT id FROM owed WHERE known_by <> ticket_no AND state <> 'void'") == []
    )
    before = await db.fetch("SELECT * FROM owed ORDER BY id")
    for number in (1, 2):
        await db.write(partial(requests.settle_request, request_id=number, context=context))
    assert await db.fetch("SELECT * FROM owed ORDER BY id") == before
