"""What is kept no longer than it is useful: old buttons, forgotten drafts, what people typed.

It is dropped in short pieces, so that nobody who writes meanwhile waits for more than one of them.
"""

import asyncio
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import date, datetime, timedelta
from functools import partial

from domain.operating.retention import RetentionKind, RetentionRules
from scheduler.retention import NightlyRetention
from store import due, files, reminders, staff
from store.blobs import Blobs
from store.chat import access_requests, buttons, forms, inbox, outbox, sessions, untold
from store.engine.database import Database, StoreUnavailable
from store.engine.pieces import BEGINNING, Piece, PieceStart
from store.privacy.erased_files import list_named
from store.tables import imports
from store.tickets import texts

EVERY = timedelta(minutes=10)
PIECES = 40
"""Most pieces at once: what is left waits for the next tick, and what is due goes first."""
PAUSE = 0.03
"""Seconds after a piece that wrote something, in which others have the database to themselves."""
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

ReportFailure = Callable[[str, Exception], object]
"""Is told what went wrong with what."""
Forget = Callable[[Database, datetime, PieceStart], Awaitable[Piece]]
FORGOTTEN: Mapping[str, tuple[Forget, timedelta]] = {
    "buttons": (buttons.forget, timedelta()),
    "drafts": (forms.forget, DRAFTS),
    "imports": (imports.forget, FILES),
    "files_of_drafts": (files.forget_of_drafts, FILES),
    "files": (files.forget_unclaimed, FILES),
    "raw_events": (inbox.forget_raw, RAW_EVENTS),
    "events": (inbox.forget_events, HISTORY),
    "messages": (outbox.forget_messages, HISTORY),
    "payloads": (outbox.forget_payloads, RAW_EVENTS),
    "shown": (outbox.forget_shown, RAW_EVENTS),
    "web_logins": (sessions.forget_logins, STRANGERS),
    "web_sessions": (sessions.forget, HISTORY),
    "untold": (untold.forget, HISTORY),
    "due_done": (due.forget, DONE),
    "reminders": (reminders.forget, DONE),
    "strangers_names": (access_requests.forget_names, STRANGERS),
    "stranger_answers": (staff.forget_stranger_answers, STRANGERS),
}
"""What is dropped, in this order: how, and how old it must be."""
TYPED = ("raw_events", "payloads", "shown")
"""Those of them that the office's rules may keep for another time."""
THEIR_ROWS = ("events", "messages")
_BYTES = "bytes"
_LOG = "log"
"""What was deleted in this round, and what strangers wrote, is left in no log of SQLite's."""
_BY_RULE = "retention."
"""Before the kind of what goes at night, by the office's rules."""


class Housekeeping:
    """Goes its rounds through everything that is dropped, some pieces at a time."""

    def __init__(
        self,
        db: Database,
        blobs: Blobs | None = None,
        report: ReportFailure | None = None,
        rules: RetentionRules | None = None,
    ) -> None:
        """Where there is no `report`, what one kind meets ends the step."""
        self._db = db
        self._blobs = blobs
        self._report = report
        self._retention = NightlyRetention(db, blobs, rules or RetentionRules())
        self._typed = RAW_EVENTS
        self._began_at: datetime | None = None
        self._left = deque[str]()
        self._after: dict[str, PieceStart] = {}
        self._day: date | None = None

    async def step(self, now: datetime) -> dict[str, int]:
        """Some pieces of the round, where one is to be gone; returns how many rows were dropped of
        each kind, how many files on disk, and how many tickets' texts were indexed.
        """
        done = Counter[str]()
        # No part of the round: of a register that has just been imported there is much to index.
        try:
            done["ticket_texts"] = await texts.index_segment(self._db)
        except Exception as error:  # noqa: BLE001 - what is to be dropped does not wait for it
            self._tell("ticket_texts", error)
        if self._left or await self._begin(now):
            await self._run_some(now, done)
        return {what: touched for what, touched in done.items() if touched}

    async def _run_some(self, now: datetime, done: Counter[str]) -> None:
        for _piece in range(PIECES):
            if not self._left:
                break
            what = self._left[0]
            piece = await self._try(what, now)
            done[what] += piece.touched
            self._after[what] = piece.after
            if not piece.more:
                self._left.popleft()
            if piece.touched:
                await asyncio.sleep(PAUSE)

    async def _try(self, what: str, now: datetime) -> Piece:
        """The next piece; of a kind that cannot be dropped there is none until the next round, for
        others stand behind it.
        """
        try:
            return await self._run(what, now)
        except Exception as error:  # noqa: BLE001 - see the docstring
            self._tell(what, error)
            return Piece(after=self._after.get(what, BEGINNING))

    def _tell(self, what: str, error: Exception) -> None:
        if self._report is None:
            raise error
        self._report(f"housekeeping.{what}", error)

    async def _begin(self, now: datetime) -> bool:
        """Begin a round unless the last one began a short while ago."""
        # Compared both ways: a clock that was set back must not stop the tidying.
        if self._began_at is not None and abs(now - self._began_at) < EVERY:
            return False
        self._began_at = now
        self._typed = await self._retention.raw_events()
        kinds = await self._retention.list_due(now)
        by_rule = [f"{_BY_RULE}{kind}" for kind in kinds]
        self._left.extend([*FORGOTTEN, *by_rule, _BYTES, _LOG])
        if self._day != now.date():
            # Once a day from the beginning: what was passed over may be done with by now.
            self._day = now.date()
            self._after.clear()
        return True

    async def _run(self, what: str, now: datetime) -> Piece:
        after = self._after.get(what, BEGINNING)
        if what == _BYTES:
            return await self._sweep(after)
        if what == _LOG:
            return await self._empty_log()
        if what.startswith(_BY_RULE):
            kind = RetentionKind(what.removeprefix(_BY_RULE))
            return await self._retention.run(kind, now, after)
        forget, _age = FORGOTTEN[what]
        return await forget(self._db, now - self._age(what), after)

    def _age(self, what: str) -> timedelta:
        _forget, age = FORGOTTEN[what]
        if what in TYPED:
            return self._typed
        return max(age, self._typed) if what in THEIR_ROWS else age

    async def _empty_log(self) -> Piece:
        # Where somebody reads for long, the next round does it.
        with suppress(StoreUnavailable):
            await self._db.empty_log(())
        return Piece()

    async def _sweep(self, after: PieceStart) -> Piece:
        """Sweep the next folder of the files on disk, each once a day.

        A database that knows no file at all may be the wrong one, or not restored yet: then the
        disk is left alone."""
        if self._blobs is None or not await files.has_any(self._db):
            return Piece()
        swept = str(after[0]) if after else ""
        left = [folder for folder in await self._blobs.folders() if folder > swept]
        if not left:
            return Piece(after=after)
        named = partial(list_named, self._db)
        removed = await self._blobs.sweep_folder(left[0], BYTES.total_seconds(), named)
        return Piece(removed, (left[0],), more=True)
