"""Mails in the store, on both engines: kept for good, one message each, moved on only from where
they stand.
"""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from domain.errors import Conflict, NotFound
from domain.staff import Platform, StaffId
from store import files as file_store
from store.chat import outbox
from store.engine.database import Database
from store.files import File
from store.mail import mails as mail
from store.mail.mails import Mail, MailState, NewMail

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
NEW = NewMail(
    "R2611000124",
    "somchai@example.com",
    "ตอบข้อสอบถาม",
    "เรียน คุณสมชาย\n…",
    "answer",
    "th",
)


async def put(
    db: Database, new: NewMail = NEW, by: StaffId | None = None, mail_id: UUID | None = None
) -> Mail:
    return await db.write(
        lambda tx: mail.put_mail(tx, new, mail_id or uuid4(), "nso.example", by, NOW)
    )


async def end(db: Database, written: Mail, state: str, error: str = "") -> None:
    message = await outbox.next_message(db, Platform.MAIL, written.to)
    assert message is not None
    assert message.id == written.id
    await db.write(lambda tx: outbox.mark_ended(tx, message, state, error))


async def bounce(db: Database, written: Mail, codes: str = "5.1.1") -> None:
    await db.write(lambda tx: mail.note_bounce(tx, written, codes, NOW))


async def test_a_mail_is_read_as_it_was_written(db: Database, officer: StaffId) -> None:
    written = await put(db, by=officer)
    assert await mail.get_mail(db, str(written.id)) == await mail.find_mail(db, str(written.id))
    read = await mail.get_mail(db, str(written.id))
    assert read.subject == "[R2611000124] ตอบข้อสอบถาม"
    assert (read.to, read.body, read.files, read.automatic) == (NEW.to, NEW.body, (), False)
    assert (read.staff_id, read.written_at, read.state) == (officer, NOW, MailState.QUEUED)
    assert read.message_id == f"<{written.id}@nso.example>"


async def test_what_is_attached_stays_with_the_mail_whatever_becomes_of_the_tickets_file(
    db: Database,
) -> None:
    file = File("f1", "R2611000124", "ตาราง.pdf", "application/pdf", 4, "ab" * 32, NOW, None)
    await db.write(lambda tx: file_store.add(tx, file))
    written = await put(db, replace(NEW, files=("f1",), cc=("a@x.example", "b@x.example")))
    await db.write(lambda tx: file_store.remove(tx, file, None, None, NOW))
    read = await mail.get_mail(db, str(written.id))
    assert read.cc == ("a@x.example", "b@x.example")
    (kept,) = await file_store.list_files(db, str(written.id))
    assert (kept.id,) == read.files
    assert (kept.name, kept.sha256) == (file.name, file.sha256)
    message = await outbox.next_message(db, "mail", NEW.to)
    assert message is not None
    first = json.loads(message.payload)
    assert first["files"] == [
        {"name": file.name, "mime": file.mime, "sha256": file.sha256},
    ]
    await end(db, written, "dead")
    dead = await mail.get_mail(db, str(written.id))
    await db.write(lambda tx: mail.send_again(tx, dead, NOW))
    again = await outbox.next_message(db, "mail", NEW.to)
    assert again is not None
    assert json.loads(again.payload) == first


async def test_a_mail_whose_file_is_gone_is_not_written(db: Database) -> None:
    with pytest.raises(NotFound):
        await put(db, replace(NEW, files=("gone",)))
    assert await outbox.next_message(db, "mail", NEW.to) is None


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


async def test_a_mail_follows_only_what_this_address_was_written_about_this_record(
    db: Database,
) -> None:
    first = await put(db)
    await end(db, first, "sent")
    assert (
        await put(db, NewMail(NEW.record, "other@example.com", "x", "x", "answer", "th"))
    ).thread == ()
    assert (await put(db, NewMail("R2611000199", NEW.to, "x", "x", "answer", "th"))).thread == ()
    about_ticket = NewMail(
        "81/2563", NEW.to, "x", "x", "contract_reminder", "th", ticket=NEW.record
    )
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
    assert (message.id, message.unclear, message.attempts, message.created_at) == (
        written.id,
        False,
        0,
        later,
    )
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
    await outbox.forget_messages(db, far)
    await outbox.forget_payloads(db, far)
    assert (await mail.get_mail(db, str(written.id))).state is MailState.SENT


async def test_a_mail_taken_back_leaves_nothing(db: Database) -> None:
    mail_id = uuid4()
    await put(db, mail_id=mail_id)
    with pytest.raises(Conflict):
        await put(db, mail_id=mail_id)
    assert len(await mail.list_mails(db, NEW.record)) == 1


# Reports of what was handed over.


async def test_a_report_that_it_did_not_arrive_is_the_mails_state_once(db: Database) -> None:
    written = await put(db)
    await end(db, written, "sent")
    assert await mail.find_reported(db, "<somebody-else@nso.example>") is None
    found = await mail.find_reported(db, written.message_id)
    assert found is not None
    await bounce(db, found, "550 5.1.1")
    bounced = await mail.get_mail(db, str(written.id))
    assert (bounced.state, bounced.error) == (MailState.BOUNCED, "bounce 550 5.1.1")
    with pytest.raises(Conflict, match="mail_moved"):
        await bounce(db, found, "550 5.1.1")
    assert (await put(db)).thread == ()


async def test_a_report_may_come_before_the_sender_noted_that_it_is_out(db: Database) -> None:
    written = await put(db)
    await db.write(lambda tx: tx.execute("UPDATE outbox SET state = 'sending'"))
    await bounce(db, written, "")
    assert (await mail.get_mail(db, str(written.id))).state is MailState.SENDING
    with pytest.raises(Conflict, match="mail_moved"):
        await db.write(lambda tx: mail.send_again(tx, written, NOW))
    message = await outbox.next_message(db, Platform.MAIL, written.to)
    assert message is not None
    await db.write(lambda tx: outbox.mark_sent(tx, message, NOW))
    assert (await mail.get_mail(db, str(written.id))).state is MailState.BOUNCED


@pytest.mark.parametrize("state", ["queued", "dead", "dropped"])
async def test_a_report_of_a_mail_that_is_not_handed_over_changes_nothing(
    db: Database, state: str
) -> None:
    written = await put(db)
    await end(db, written, state)
    with pytest.raises(Conflict, match="mail_moved"):
        await bounce(db, written, "5.1.1")
    assert (await mail.get_mail(db, str(written.id))).state == state


@pytest.mark.parametrize("state", ["sent", "doubtful"])
async def test_a_mail_that_did_not_arrive_is_sent_again_or_replaced_and_may_come_back_again(
    db: Database, state: str
) -> None:
    written = await put(db)
    await end(db, written, state)
    await bounce(db, written, "5.2.2")
    await db.write(lambda tx: mail.send_again(tx, written, NOW))
    again = await mail.get_mail(db, str(written.id))
    assert (again.state, again.error) == (MailState.QUEUED, "")
    with pytest.raises(Conflict, match="mail_moved"):
        await db.write(lambda tx: mail.send_again(tx, written, NOW))
    await end(db, written, "sent")
    with pytest.raises(Conflict, match="mail_moved"):
        await db.write(lambda tx: mail.replace_by_new(tx, written))
    await bounce(db, written, "5.2.2")
    await db.write(lambda tx: mail.replace_by_new(tx, written))
    assert (await mail.get_mail(db, str(written.id))).state is MailState.DROPPED


async def test_a_bounced_mail_is_not_assumed_sent(db: Database) -> None:
    written = await put(db)
    await end(db, written, "doubtful")
    await bounce(db, written, "5.1.1")
    with pytest.raises(Conflict, match="mail_moved"):
        await db.write(lambda tx: mail.assume_sent(tx, written, NOW))


async def test_a_delay_is_a_note(db: Database) -> None:
    written = await put(db)
    await end(db, written, "sent")
    await db.write(lambda tx: mail.note_delay(tx, written, NOW))
    found = await mail.get_mail(db, str(written.id))
    assert (found.state, found.delayed_at) == (MailState.SENT, NOW)


async def test_mails_that_did_not_arrive_are_counted_by_what_they_are_about(db: Database) -> None:
    ends = [("O1", "dead"), ("O1", "sent"), ("O2", "sent"), ("O3", "bounced"), ("O3", "bounced")]
    for number, (record, state) in enumerate(ends):
        written = await put(
            db, NewMail(record, f"a{number}@example.com", "x", "x", "owed.chase", "th")
        )
        await end(db, written, "sent" if state == "bounced" else state)
        if state == "bounced":
            await bounce(db, written)
    assert await mail.count_unreached(db, ["O1", "O2", "O3", "O4"]) == {"O1": 1, "O3": 2}
    assert await mail.count_unreached(db, []) == {}


# One letter about several things.

SEVERAL = NewMail(
    "O1",
    "Kamon@example.com",
    "x",
    "x",
    "owed.chase",
    "th",
    "R2611000201",
    customers=("C70001",),
    also=(("O2", "R2611000202"),),
)


async def test_a_letter_about_several_is_found_by_each_and_by_whom_it_went_to(db: Database) -> None:
    written = await put(db, SEVERAL)
    for record in ("O1", "O2", "R2611000201", "R2611000202", "C70001"):
        assert [found.id for found in await mail.list_mails(db, record)] == [written.id]
    assert await mail.list_mails(db, "O3") == []
    assert await mail.list_records(db, written) == sorted(SEVERAL.records)
    newest = await mail.find_newest(db, ["O2", "O9"])
    assert newest is not None
    assert newest.id == written.id
    assert await mail.find_newest(db, []) is None


async def test_a_letter_that_came_back_came_back_for_each_of_its_things(db: Database) -> None:
    written = await put(db, SEVERAL)
    await end(db, written, "sent")
    await bounce(db, written)
    assert await mail.count_unreached(db, ["O1", "O2", "O3"]) == {"O1": 1, "O2": 1}


async def test_a_letter_follows_what_was_written_about_any_of_its_things(db: Database) -> None:
    first = await put(db, replace(SEVERAL, record="O2", ticket="R2611000101", also=()))
    assert (await put(db, SEVERAL)).thread == (first.message_id,)


async def test_what_a_person_got_is_counted_by_address_and_record_while_it_may_have_arrived(
    db: Database,
) -> None:
    async def sent_to(address: str, *codes: str) -> int:
        since = NOW - timedelta(days=30)
        return len(await mail.list_sent_to(db, address, codes, "owed.chase", since))

    for state in ("sent", "doubtful", "dead", "dropped"):
        await end(db, await put(db, SEVERAL), state)
    back = await put(db, SEVERAL)
    await end(db, back, "sent")
    await bounce(db, back)
    await put(db, SEVERAL)
    await put(db, replace(SEVERAL, purpose="answer"))
    assert await sent_to("kamon@EXAMPLE.com") == 3
    assert await sent_to("other@example.com", "C1", "C70001") == 3
    assert await sent_to("other@example.com", "C1") == 0
    assert await sent_to("other@example.com") == 0
    late = await mail.list_sent_to(db, SEVERAL.to, [], "owed.chase", NOW + timedelta(seconds=1))
    assert late == []


# Mails that tell staff.


async def test_a_mail_to_a_colleague_is_known_by_its_message_and_one_to_a_customer_is_not(
    db: Database, officer: StaffId
) -> None:
    written = await put(db, by=officer)
    payload = mail.notice_payload("nok@nso.example", "x", "y", "th", NOW)
    told = outbox.Message(uuid4(), Platform.MAIL, "nok@nso.example", payload, officer, notice="{}")
    await db.write(lambda tx: outbox.add(tx, [told], NOW))
    assert await outbox.find_notice_mail(db, f"<{told.id}@nso.example>") == officer
    for other in (
        written.message_id,
        f"<{uuid4()}@nso.example>",
        f"<{told.id}>",
        "<x@nso.example>",
        str(told.id),
    ):
        assert await outbox.find_notice_mail(db, other) is None
    assert set(json.loads(payload)) == set(json.loads(mail.payload_of(written, [])))


async def test_a_mail_to_a_colleague_is_forgotten_and_one_to_a_customer_is_not(
    db: Database, officer: StaffId
) -> None:
    written = await put(db, by=officer)
    await end(db, written, "sent")
    told = outbox.Message(uuid4(), Platform.MAIL, "nok@nso.example", "{}", officer, notice="{}")
    await db.write(lambda tx: outbox.add(tx, [told], NOW))
    await db.write(lambda tx: outbox.mark_sent(tx, told, NOW))
    assert (await outbox.forget_messages(db, NOW + timedelta(days=900))).touched == 1
    assert (await mail.get_mail(db, str(written.id))).state is MailState.SENT
