"""Mails that came in, on both engines: each is taken, read and told of once."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from domain.errors import Conflict
from domain.mail.incoming import MailReading, TakenMail
from store.customers import keys
from store.engine.database import Database
from store.mail import incoming

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
MAIL = TakenMail(
    mailbox="desk@mx.example/INBOX",
    uidvalidity=1,
    uid=7,
    raw_sha256="a" * 64,
    size=10,
    whole=True,
    arrived_at=NOW,
    taken_at=NOW,
    message_id="",
)


async def take(db: Database, *mails: TakenMail) -> list[bool]:
    return [await db.write(partial(incoming.take, mail=mail)) for mail in mails]


async def places(db: Database) -> list[tuple[int, int]]:
    rows = await db.fetch("SELECT uidvalidity, uid FROM incoming_mails ORDER BY id")
    return [(row["uidvalidity"], row["uid"]) for row in rows]


async def test_a_mail_is_taken_once_and_two_equal_ones_twice(db: Database) -> None:
    assert await take(db, MAIL, MAIL, replace(MAIL, uid=8)) == [True, False, True]
    # Numbered anew: each is known again once, a third one is new.
    anew = [replace(MAIL, uidvalidity=2, uid=uid) for uid in (1, 2, 3)]
    assert await take(db, *anew, *anew) == [False, False, True, False, False, False]
    assert await places(db) == [(2, 1), (2, 2), (2, 3)]


async def test_one_message_id_is_one_mail_where_its_bytes_are_the_same(db: Database) -> None:
    named = replace(MAIL, message_id="<a@b.example>")
    other = replace(named, uid=9, raw_sha256="b" * 64)
    assert await take(db, named, replace(named, uid=8), other) == [True, False, True]


async def test_a_mail_that_two_take_at_once_is_one(db: Database) -> None:
    for uid in range(20, 30):
        mail = replace(MAIL, uid=uid, raw_sha256=f"{uid}" * 32)
        both = await asyncio.gather(take(db, mail), take(db, mail))
        assert sorted(both) == [[False], [True]]


async def test_a_mail_that_says_the_same_is_one_in_any_mailbox(db: Database) -> None:
    named = replace(MAIL, message_id="<a@b.example>", content_sha256="c" * 64)
    elsewhere = replace(named, mailbox="other@mx.example/INBOX", raw_sha256="d" * 64)
    unlike = replace(elsewhere, uid=8, content_sha256="e" * 64)
    assert await take(db, named, elsewhere, unlike) == [True, False, True]


async def test_a_mail_is_read_once_and_told_of_once(db: Database) -> None:
    await take(db, MAIL, replace(MAIL, uid=8))
    first, second = await incoming.list_waiting(db, 0, 9)
    assert await incoming.list_waiting(db, first.id, 9) == [second]
    opened = MailReading("new", "R2611000124", opened=True, sent_at=NOW)
    for mail, reading in ((first, opened), (second, MailReading("bounce"))):
        settle = partial(incoming.settle, mail_id=mail.id, reading=reading, now=NOW)
        await db.write(settle)
        with pytest.raises(Conflict, match="mail_read"):
            await db.write(settle)
    assert await incoming.count_waiting(db) == 0
    assert [mail.reading.kind async for mail in incoming.read_all(db)] == ["new", "bounce"]
    assert [mail.reading for mail in await incoming.list_untold(db, 9)] == [opened]
    told = partial(incoming.note_told, ids=[first.id], now=NOW)
    await db.write(told)
    with pytest.raises(Conflict, match="mail_told"):
        await db.write(told)
    assert await incoming.list_untold(db, 9) == []
    second = timedelta(seconds=1)
    assert await incoming.count_told_between(db, NOW, NOW) == 1
    assert await incoming.count_told_between(db, NOW + second, NOW + second) == 0
    assert await incoming.count_told_between(db, NOW - second, NOW - second) == 0
    assert await incoming.count_unclaimed(db) == 0
    assert await incoming.list_unclaimed(db, 9) == []
    found = await incoming.list_of_tickets(db, ["R2611000124"])
    assert found["R2611000124"].reading == opened
    assert await incoming.list_named(db, ["a" * 64, "c" * 64]) == {"a" * 64}


async def test_a_tickets_mails_are_the_one_that_made_it_and_its_answers(db: Database) -> None:
    await take(db, MAIL, replace(MAIL, uid=8), replace(MAIL, uid=9))
    first = MailReading(
        "new", "R2611000124", opened=True, message_id="<a@b.example>", from_email="Nid@b.example"
    )
    answer = MailReading("reply", "R2611000124")
    machine = MailReading("auto_reply", "R2611000124")
    readings = (first, answer, machine)
    for mail, reading in zip(await incoming.list_waiting(db, 0, 9), readings, strict=True):
        await db.write(partial(incoming.settle, mail_id=mail.id, reading=reading, now=NOW))
    found = await incoming.list_of_ticket(db, "R2611000124")
    assert [mail.reading for mail in found] == [first, answer, machine]
    assert await incoming.list_writers(db, "R2611000124") == {"Nid@b.example"}
    of_sender = partial(incoming.find_ticket_of, db, "<a@b.example>")
    assert await of_sender("nid@B.example") == "R2611000124"
    assert await of_sender("other@b.example") is None
    assert not await keys.is_known_email(db, "nid@b.example")


async def test_what_lay_there_before_is_known_again(db: Database) -> None:
    await db.write(partial(incoming.lay_before, mailbox="box", fingerprints={"x", "y"}))
    await db.write(partial(incoming.lay_before, mailbox="box", fingerprints={"x"}))
    assert await incoming.lies_before(db, "box", "x")
    assert not await incoming.lies_before(db, "other", "x")
