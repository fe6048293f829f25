"""How far a mailbox was read, on both engines: one reader moves it on, together with what a mail
came to.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from domain.errors import Conflict
from store.engine.database import Database
from store.mail.inboxes import (
    MailKind,
    Position,
    begin,
    count_found,
    find_position,
    later,
    move,
    note_found,
)

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
START = Position("desk@mx.example/INBOX", 4_294_967_295, 7, NOW)


async def test_a_mailbox_is_begun_once(db: Database) -> None:
    assert await find_position(db, START.name) is None
    await db.write(lambda tx: begin(tx, START))
    await db.write(lambda tx: begin(tx, replace(START, next_uid=1)))
    assert await find_position(db, START.name) == START
    assert await find_position(db, "other@mx.example/INBOX") is None


async def test_it_moves_on_from_where_it_stands_and_counts(db: Database) -> None:
    await db.write(lambda tx: begin(tx, START))
    after = later(START, 8, NOW + timedelta(minutes=1))
    await db.write(lambda tx: move(tx, START, after))
    await db.write(lambda tx: note_found(tx, START.name, MailKind.REPORT))
    assert await find_position(db, START.name) == after
    for old in (START, replace(after, uidvalidity=1)):
        with pytest.raises(Conflict, match="inbox_moved"):
            await db.write(partial(move, old=old, new=later(old, 9, NOW)))
    await db.write(lambda tx: move(tx, after, later(after, 9, NOW)))
    await db.write(lambda tx: note_found(tx, START.name, MailKind.STRAY))
    await db.write(lambda tx: move(tx, later(after, 9, NOW), later(after, 20, NOW)))
    assert await count_found(db) == {MailKind.REPORT: 1, MailKind.STRAY: 1, MailKind.UNREADABLE: 0}


async def test_without_a_mailbox_nothing_is_counted(db: Database) -> None:
    assert await count_found(db) == {}
