"""What is kept no longer than it is useful: old buttons, forgotten drafts, what people typed."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from functools import partial

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

FORGOTTEN: Mapping[str, tuple[Callable[[Tx, datetime], Awaitable[int]], timedelta]] = {
    "buttons": (buttons.forget, timedelta()),
    "drafts": (forms.forget, DRAFTS),
    "imports": (imports.forget, FILES),
    "files": (files.forget, FILES),
    "raw_events": (inbox.forget_raw, RAW_EVENTS),
    "events": (inbox.forget_events, HISTORY),
    "messages": (outbox.forget_messages, HISTORY),
    "payloads": (outbox.forget_payloads, RAW_EVENTS),
    "due_done": (due.forget, DONE),
    "reminders": (reminders.forget, DONE),
    "stranger_answers": (staff.forget_stranger_answers, STRANGERS),
}
"""What is dropped, in this order: how, and how old it must be."""


async def tidy(db: Database, now: datetime, blobs: Blobs | None = None) -> dict[str, int]:
    """Drop what is past its time; returns how many rows of each kind, and how many files on disk.

    A database that knows no file at all may be the wrong one, or not restored yet: then the disk is
    left alone."""

    async def work(tx: Tx) -> dict[str, int]:
        done: dict[str, int] = {}
        for what, (forget, age) in FORGOTTEN.items():
            done[what] = await forget(tx, now - age)
        return done

    done = await db.write(work)
    if blobs is not None and await files.has_any(db):
        named = partial(files.list_named, db)
        done["bytes"] = await blobs.sweep(BYTES.total_seconds(), named)
    return done
