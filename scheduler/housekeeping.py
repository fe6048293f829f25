"""What is kept no longer than it is useful: old buttons, forgotten drafts, what people typed."""

from datetime import datetime, timedelta

from store import buttons, due, forms, inbox, outbox, reminders, staff
from store.database import Database, Tx

DRAFTS = timedelta(days=30)
RAW_EVENTS = timedelta(days=7)
HISTORY = timedelta(days=60)
STRANGERS = timedelta(days=2)
DONE = timedelta(days=400)


async def tidy(db: Database, now: datetime) -> dict[str, int]:
    """Drop what is past its time; returns how many rows of each kind."""

    async def work(tx: Tx) -> dict[str, int]:
        return {
            "buttons": await buttons.forget(tx, now),
            "drafts": await forms.forget(tx, now - DRAFTS),
            "raw_events": await inbox.forget_raw(tx, now - RAW_EVENTS),
            "events": await inbox.forget_events(tx, now - HISTORY),
            "messages": await outbox.forget_messages(tx, now - HISTORY),
            "payloads": await outbox.forget_payloads(tx, now - RAW_EVENTS),
            "due_done": await due.forget(tx, now - DONE),
            "reminders": await reminders.forget(tx, now - DONE),
            "stranger_answers": await staff.forget_stranger_answers(tx, now - STRANGERS),
        }

    return await db.write(work)
