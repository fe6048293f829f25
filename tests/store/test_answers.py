"""Canned answers and conversations in the store, on both engines."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import UUID

import pytest

from domain.errors import Conflict, NotFound
from domain.mail.incoming import MailReading, TakenMail
from domain.mail.letters.canned import CannedAnswer
from domain.staff import StaffId
from store.chat import forms
from store.chat.forms import Draft
from store.engine.database import Database
from store.mail import canned, conversations, incoming
from store.mail import mails as mail
from store.mail.mails import NewMail

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
NO = "R2611000124"
ANSWER = CannedAnswer("a1", "การจัดส่ง", "ส่งแล้ว {ชื่อ}", "")


async def put(db: Database, answer: CannedAnswer, by: StaffId) -> None:
    await db.write(partial(canned.put_canned, answer=answer, by=by, now=NOW))


async def test_a_canned_answer_is_kept_changed_once_and_taken_away(
    db: Database, officer: StaffId
) -> None:
    await put(db, ANSWER, officer)
    changed = replace(ANSWER, en="Sent", version=2)
    await put(db, changed, officer)
    assert await canned.list_canned(db) == [changed]
    with pytest.raises(Conflict):
        await put(db, replace(ANSWER, en="Late", version=2), officer)
    with pytest.raises(Conflict):
        await put(db, replace(ANSWER, id="a2"), officer)
    with pytest.raises(Conflict):
        await db.write(partial(canned.remove_canned, answer=ANSWER))
    await db.write(partial(canned.remove_canned, answer=changed))
    with pytest.raises(NotFound):
        await canned.get_canned(db, ANSWER.id)


async def came(db: Database, uid: int, at: datetime) -> None:
    """A mail about the ticket that came in then."""
    taken = TakenMail("box", 1, uid, f"{uid:064}", 1, True, at, at, f"<{uid}@x>")
    await db.write(partial(incoming.take, mail=taken))
    (waiting,) = await incoming.list_waiting(db, 0, 10)
    reading = MailReading("reply", ticket=NO, message_id=f"<{uid}@x>", copied="a@x.example")
    await db.write(partial(incoming.settle, mail_id=waiting.id, reading=reading, now=at))


async def test_a_conversation_is_in_the_order_in_which_it_came_and_went(db: Database) -> None:
    await came(db, 1, NOW)
    new = NewMail(NO, "a@x.example", "x", "x", "answer", "th", thread=("<1@x>",))
    sent = await db.write(
        lambda tx: mail.put_mail(tx, new, UUID(int=7), "x.example", None, NOW + timedelta(hours=1))
    )
    assert sent.thread == ("<1@x>",)
    await came(db, 2, NOW + timedelta(hours=2))
    found = await conversations.list_written(db, NO, 10)
    assert [each.incoming for each in found] == [True, False, True]
    assert found[1].id == str(sent.id)
    assert await conversations.list_written(db, NO, 1, 2) == found[2:]
    newest = await incoming.find_newest(db, NO)
    assert newest is not None
    assert newest.reading.message_id == "<2@x>"
    assert newest.reading.copied == "a@x.example"


async def test_who_is_writing_about_a_record_is_found(db: Database, officer: StaffId) -> None:
    draft = Draft("d1", officer, "mail", {"mail_text": "x"}, "", NOW, record=NO)
    await db.write(partial(forms.save, draft=draft))
    await db.write(
        partial(forms.save, draft=replace(draft, id="d2", kind="ticket", state="parked"))
    )
    assert [each.id for each in await forms.list_mails_about(db, NO)] == ["d1"]
    assert await forms.list_mails_about(db, "R2611000001") == []
