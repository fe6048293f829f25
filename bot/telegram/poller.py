"""Telegram's updates by long polling, one process at a time.

The library's own Updater acknowledges before handling, so it is not used (docs/decisions/0002).
"""

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.log import get_logger, where
from bot.queues.pulses import Pulses
from bot.telegram.adapter import UPDATES, TelegramAdapter
from bot.telegram.request import NotAccepted
from bot.telegram.updates import update_id
from bot.web.answers import as_object, within
from domain.staff import Platform
from store.chat import inbox
from store.engine import leases
from store.engine.database import Database
from store.engine.failpoints import failpoint

POLL_SECONDS = 15
LATE_SECONDS = 10
"""How long Telegram waits for news, and how much longer its answer may take."""
MOST_UPDATES = 100
FIRST_PAUSE = 1.0
LONGEST_PAUSE = 30.0
PLATFORM = Platform.TELEGRAM
LEASE = "leader:telegram"
NOT_LEADING = 2.0
"""Seconds until another process is asked whether it still polls."""
QUIET = timedelta(days=6)
"""After a week without updates Telegram may choose lower numbers anew: then it is asked without an
offset.
"""
NOTE_EVERY = timedelta(minutes=1)
"""How far the store may be behind in where polling goes on."""

log = get_logger()


class Poller:
    """Long polling: updates are committed to the inbox before the next request confirms them to
    Telegram.
    """

    def __init__(
        self,
        adapter: TelegramAdapter,
        db: Database,
        owner: str,
        clock: Callable[[], datetime],
        wake: Callable[[inbox.Woken], None],
        pulses: Pulses,
    ) -> None:
        self._adapter = adapter
        self._pulses = pulses
        self._db = db
        self._owner = owner
        self._clock = clock
        self._wake = wake
        self._cursor = f"telegram:{adapter.token.partition(':')[0]}"
        self._presses: set[asyncio.Task[None]] = set()
        self._leads_until = datetime.min.replace(tzinfo=UTC)
        self._lease_ends_at = self._leads_until
        self._noted_until = self._leads_until
        self._offset: int | None = None
        """Where polling goes on, as long as nobody else may have polled; None = the store knows."""

    async def run_forever(self) -> None:
        """Poll while this process is the leader; a failing platform or store is tried again for
        ever.
        """
        pause = FIRST_PAUSE
        while True:
            try:
                if not await self._lead():
                    # Whether it answers is seen by the process that polls.
                    self._pulses.answered(PLATFORM)
                    await asyncio.sleep(NOT_LEADING)
                    continue
                await self._poll_once()
                pause = FIRST_PAUSE
            except Exception as error:  # noqa: BLE001 - whatever an answer holds, polling goes on
                self._pulses.doubt(PLATFORM)
                log.warning("polling failed", pause=pause, **where(error))
                await asyncio.sleep(pause)
                pause = min(LONGEST_PAUSE, pause * 2)

    async def _lead(self) -> bool:
        """One process polls: Telegram gives a second poller 409. A third of the lease's time is let
        pass unsaid.
        """
        now = self._clock()
        # Looked at both ways: of a clock that was set back the lease has to be taken anew.
        if timedelta() < self._leads_until - now <= leases.TTL / 3:
            return True
        led = await self._db.write(lambda tx: leases.take(tx, LEASE, self._owner, now))
        if not led or now >= self._lease_ends_at:
            # Another process may have polled on meanwhile.
            self._offset = None
        if led:
            self._leads_until = now + leases.TTL / 3
            self._lease_ends_at = now + leases.TTL
        return led

    async def _poll_once(self) -> None:
        """Commit what Telegram has to tell, then confirm the presses of buttons among it.

        Nothing is confirmed before it is committed: a press whose button stopped turning is done,
        even where this process dies now.
        """
        if self._offset is None:
            since = self._clock() - QUIET
            self._offset = await inbox.get_cursor(self._db, self._cursor, since)
        updates = await self._get_updates(self._offset)
        if not updates:
            return
        failpoint("event.received")
        events = await self._adapter.events(updates)
        last = max(update_id(update) or 0 for update in updates)
        if not last:
            raise ValueError("getUpdates: no update has an id")
        now = self._clock()
        # The cursor moves in the transaction of the events: never past one that is not kept. One
        # that is behind is as good: what was confirmed Telegram gives nobody again, and what was
        # kept is known.
        cursor = None
        if not timedelta() < self._noted_until - now <= NOTE_EVERY:
            cursor = (self._cursor, last + 1)
        woken = await inbox.receive(
            self._db,
            events,
            self._owner,
            now,
            cursor,
        )
        if cursor is not None:
            self._noted_until = now + NOTE_EVERY
        self._offset = last + 1
        failpoint("event.committed")
        self._wake(woken)
        # Each update is handed on: which of them are presses is known where Telegram's words are.
        # Polling does not wait for these calls.
        for update in updates:
            task = asyncio.create_task(self._adapter.answer_press(update))
            # A task that nobody holds may be collected before it has run.
            self._presses.add(task)
            task.add_done_callback(self._presses.discard)

    async def _get_updates(self, offset: int) -> list[Any]:
        """The raw updates: the library would parse a whole batch or none of it."""
        url = f"{self._adapter.api_url}/bot{self._adapter.token}/getUpdates"
        wanted = {
            "timeout": POLL_SECONDS,
            "limit": MOST_UPDATES,
            "allowed_updates": UPDATES,
        }
        if offset:
            wanted["offset"] = offset
        seconds = POLL_SECONDS + LATE_SECONDS
        status, body = await self._adapter.request.call(url, seconds=seconds, json=wanted)
        answer = as_object(json.loads(body.decode("utf-8", "replace")))
        if status == 429 and answer is not None:
            await asyncio.sleep(float(answer.get("parameters", {}).get("retry_after", 1)))
            return []
        updates = within(answer, "result")
        if status != 200 or not isinstance(updates, list):
            raise NotAccepted(f"getUpdates: {status}")
        self._pulses.polled(PLATFORM)
        return updates
