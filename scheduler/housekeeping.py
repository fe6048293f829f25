"""What is kept no longer than it is useful: old buttons, forgotten drafts, what people typed."""

from datetime import datetime, timedelta

from store import due, files, reminders, staff
from store.blobs import Blobs
from store.chat import buttons, forms, inbox, outbox
from store.engine.database import Database, Tx
from store.tables import imports

DRAFTS = timedelta(days=30)
RAW_EVENTS = timedelta(days=7)
HISTORY = timedelta(days=60)
STRANGERS = timedelta(days=2)
DONE = timedelta(days=400)


FILES = timedelta(days=7)
"""How long a file waits for somebody to say where it goes, a table to be imported, a chart to be
looked at.
"""
BYTES = timedelta(days=1)
"""How long bytes stay that no row names: a transaction that will name them is far shorter."""


async def tidy(db: Database, now: datetime, blobs: Blobs | None = None) -> dict[str, int]:
    """Drop what is past its time; returns how many rows of each kind, and how many files on disk.

    A database that knows no file at all may be the wrong one, or not restored yet: then the disk is
    left alone."""

    async def work(tx: Tx) -> dict[str, int]:
        return {
            "buttons": await buttons.forget(tx, now),
            "drafts": await forms.forget(tx, now - DRAFTS),
            "imports": await imports.forget(tx, now - FILES),
            "files": await files.forget(tx, now - FILES),
            "raw_events": await inbox.forget_raw(tx, now - RAW_EVENTS),
            "events": await inbox.forget_events(tx, now - HISTORY),
            "messages": await outbox.forget_messages(tx, now - HISTORY),
            "payloads": await outbox.forget_payloads(tx, now - RAW_EVENTS),
            "due_done": await due.forget(tx, now - DONE),
            "reminders": await reminders.forget(tx, now - DONE),
            "stranger_answers": await staff.forget_stranger_answers(tx, now - STRANGERS),
        }

    done = await db.write(work)
    if blobs is not None and await files.has_any(db):
        done["bytes"] = await blobs.sweep(
            BYTES.total_seconds(), lambda hashes: files.list_named(db, hashes)
        )
    return done
