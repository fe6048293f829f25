"""Mails in the store, on both engines: kept for good, one message each, moved on only from where they stand."""

import json
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from domain.errors import Conflict
from domain.staff import Platform, StaffId
from store import mail, outbox
from store.database import Database
from store.mail import Mail, MailState, NewMail

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
NEW = NewMail(
    "R2611000124", "somchai@example.com", "ตอบข้อสอบถาม", "เรียน คุณสมชาย\n…", "answer", "th", files=("f1", "f2")
)


async def put(db: Database, new: NewMail = NEW, by: StaffId | None = None, mail_id: UUID | None = None) -> Mail:
    return await db.write(lambda tx: mail.put_mail(tx, new, mail_id or uuid4(), "nso.example", by, NOW))


async def end(db: Database, written: Mail, state: str, error: str = "") -> None:
    message = await outbox.next_message(db, Platform.MAIL, written.to)
    assert message is not None
    assert message.id == written.id
    await db.write(lambda tx: outbox.mark_ended(tx, message, state, error))


async def test_a_mail_is_read_as_it_was_written(db: Database, officer: StaffId) -> None:
    written = await put(db, by=officer)
    assert await mail.get_mail(db, str(written.id)) == await mail.find_mail(db, str(written.id))
    read = await mail.get_mail(db, str(written.id))
    assert read.subject == "[R2611000124] ตอบข้อสอบถาม"
    assert (read.to, read.body, read.files, read.automatic) == (NEW.to, NEW.body, ("f1", "f2"), False)
    assert (read.staff_id, read.written_at, read.state) == (officer, NOW, MailState.QUEUED)
    assert read.message_id == f"<{written.id}@nso.example>"


async def test_its_message_holds_what_is_sent(db: Database) -> None:
    written = await put(db)
    message = await outbox.next_message(db, "mail", NEW.to)
    assert message is not None
    assert message.id == written.id
    payload = json.loads(message.payload)
    assert payload["to"] == NEW.to
    assert payload["subject"] == written.subject
    assert payload["message_id"] == written.message_id


async def test_two_mails_of_one_second_are_two_and_in_order(db: Database) -> None:
    first, second = await put(db), await put(db)
    assert first.message_id != second.message_id
    assert second.thread == (first.message_id,)
    assert [found.id for found in await mail.list_mails(db, NEW.record)] == [second.id, first.id]
    message = await outbox.next_message(db, "mail", NEW.to)
    assert message is not None
    assert message.id == first.id


async def test_a_mail_follows_only_what_this_address_was_written_about_this_record(db: Database) -> None:
    first = await put(db)
    await end(db, first, "sent")
    assert (await put(db, NewMail(NEW.record, "other@example.com", "x", "x", "answer", "th"))).thread == ()
    assert (await put(db, NewMail("R2611000199", NEW.to, "x", "x", "answer", "th"))).thread == ()
    about_ticket = NewMail("81/2563", NEW.to, "x", "x", "contract_reminder", "th", ticket=NEW.record)
    third = await put(db, about_ticket)
    assert third.thread == (first.message_id,)
    assert third.subject == f"[{NEW.record}] x"
    assert (await mail.list_mails(db, NEW.record))[0].id == third.id
    assert [found.id for found in await mail.list_mails(db, "81/2563")] == [third.id]


async def test_a_refused_mail_is_not_followed(db: Database) -> None:
    await end(db, await put(db), "dead", "to 550 5.1.1")
    assert (await put(db)).thread == ()


@pytest.mark.parametrize("state", ["dead", "doubtful"])
async def test_a_stuck_mail_is_sent_again_as_it_was_and_once(db: Database, state: str) -> None:
    written = await put(db)
    await db.write(lambda tx: tx.execute("UPDATE outbox SET attempts = 7, unclear = 1"))
    await end(db, written, state, "to 550 5.1.1")
    stuck = await mail.get_mail(db, str(written.id))
    assert (stuck.state, stuck.error) == (state, "to 550 5.1.1")
    later = NOW + timedelta(days=2)
    await db.write(lambda tx: mail.send_again(tx, stuck, later))
    message = await outbox.next_message(db, "mail", NEW.to)
    assert message is not None
    assert (message.id, message.unclear, message.attempts, message.created_at) == (written.id, False, 0, later)
    assert json.loads(message.payload)["message_id"] == written.message_id
    with pytest.raises(Conflict, match="mail_moved"):
        await db.write(lambda tx: mail.send_again(tx, stuck, later))


async def test_a_doubtful_mail_may_be_counted_as_sent_and_a_refused_one_not(db: Database) -> None:
    doubtful = await put(db)
    await end(db, doubtful, "doubtful")
    refused = await put(db)
    await end(db, refused, "dead")
    await db.write(lambda tx: mail.assume_sent(tx, doubtful, NOW))
    assert (await mail.get_mail(db, str(doubtful.id))).state is MailState.SENT
    with pytest.raises(Conflict, match="mail_moved"):
        await db.write(lambda tx: mail.assume_sent(tx, refused, NOW))
    await db.write(lambda tx: mail.replace_by_new(tx, refused))
    assert (await mail.get_mail(db, str(refused.id))).state is MailState.DROPPED


async def test_a_mails_state_outlives_the_outbox(db: Database) -> None:
    written = await put(db)
    await end(db, written, "sent")
    far = NOW + timedelta(days=900)
    await db.write(lambda tx: outbox.forget_messages(tx, far))
    await db.write(lambda tx: outbox.forget_payloads(tx, far))
    assert (await mail.get_mail(db, str(written.id))).state is MailState.SENT


async def test_a_mail_taken_back_leaves_nothing(db: Database) -> None:
    mail_id = uuid4()
    await put(db, mail_id=mail_id)
    with pytest.raises(Conflict):
        await put(db, mail_id=mail_id)
    assert len(await mail.list_mails(db, NEW.record)) == 1
