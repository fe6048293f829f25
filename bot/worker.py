"""Handles events: in order within a conversation, conversations side by side, each event's effect once."""

import asyncio
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import datetime

from bot.failpoints import failpoint
from bot.log import get_logger, where
from bot.outgoing import Adapters, Batch, add_answer, add_notice
from bot.platform import Unparsable
from bot.sender import Sender
from domain.errors import Conflict
from domain.staff import Platform
from handlers import system
from handlers.chat import Incoming
from handlers.desk import Desk, Outcome
from handlers.dispatcher import dispatch
from handlers.messages import new_reference
from store import audit, buttons, inbox, leases, outbox
from store.database import StoreUnavailable, Tx
from store.inbox import Event

ATTEMPTS = 4
"""How often an event is decided afresh when somebody else's write came between."""
BUSY_AFTER = 1.0
BUSY_AGAIN = 4.5
SWEEP = 0.5
PAUSE = 1.0
"""Seconds: until the typing indicator, between indicators, between sweeps, after a failing store."""

log = get_logger()


class Worker:
    """Runs the desk's handlers over the inbox."""

    def __init__(self, desk: Desk, adapters: Adapters, sender: Sender, owner: str) -> None:
        self._desk = desk
        self._adapters = adapters
        self._sender = sender
        self._owner = owner
        self._running: dict[str, asyncio.Task[None]] = {}
        self._again: set[str] = set()
        self._stopping = False

    def wake(self, conversations: Iterable[str]) -> None:
        """Handle these conversations, whose leases this process holds."""
        for conversation in conversations:
            if conversation in self._running:
                self._again.add(conversation)
            elif not self._stopping:
                task = asyncio.create_task(self._run(conversation))
                self._running[conversation] = task
                task.add_done_callback(self._forget(conversation))

    def _forget(self, conversation: str) -> Callable[[asyncio.Task[None]], None]:
        def forget(task: asyncio.Task[None]) -> None:
            self._running.pop(conversation, None)
            if conversation in self._again:
                # Something came between the last look and the end of this task.
                self._again.discard(conversation)
                self.wake([conversation])
            if not task.cancelled() and (error := task.exception()):
                log.error("conversation failed", **where(error))

        return forget

    async def sweep_forever(self) -> None:
        """Take up what was left by a crash, or came in by another process that is gone."""
        while not self._stopping:
            try:
                await self.sweep()
            except StoreUnavailable as error:
                log.warning("store unavailable", **where(error))
            await asyncio.sleep(SWEEP)

    async def sweep(self) -> None:
        """Start on every waiting conversation whose lease is free."""
        now = self._desk.clock()
        for conversation in await inbox.list_waiting(self._desk.db, list(self._adapters)):
            if conversation not in self._running and await self._lease(conversation, now):
                self.wake([conversation])

    async def _lease(self, conversation: str, now: datetime) -> bool:
        name = inbox.lease_name(conversation)
        return await self._desk.db.write(lambda tx: leases.take(tx, name, self._owner, now))

    async def idle(self) -> None:
        """Wait until nothing is being handled."""
        while self._running:
            await asyncio.wait(list(self._running.values()))

    async def stop(self, seconds: float) -> None:
        """Finish the events in hand, start no more."""
        self._stopping = True
        if self._running:
            _done, late = await asyncio.wait(list(self._running.values()), timeout=seconds)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _run(self, conversation: str) -> None:
        while not self._stopping:
            try:
                event = await inbox.next_pending(self._desk.db, conversation)
                if event is None:
                    released = await self._desk.db.write(
                        lambda tx: inbox.release_if_idle(tx, conversation, self._owner, self._desk.clock())
                    )
                else:
                    released = await self._handle(event)
            except StoreUnavailable as error:
                # The event stays pending: nothing is lost, it is tried again when the store is back.
                log.warning("store unavailable", **where(error))
                await asyncio.sleep(PAUSE)
                continue
            if released:
                return

    async def _handle(self, event: Event) -> bool:
        """Decide and write one event; True when the conversation was given back."""
        try:
            incoming = self._adapters[Platform(event.platform)].parse(event)
        except Unparsable as error:
            log.warning("event cannot be read", platform=event.platform, event_id=event.event_id, reason=str(error))
            return await self._finish(event, None, Outcome(None), state="unparsable")
        busy = asyncio.create_task(self._show_busy(incoming))
        try:
            return await self._decide(event, incoming)
        except StoreUnavailable:
            raise
        except Exception as error:  # noqa: BLE001 - the one place where a bug becomes a reference number
            reference = new_reference()
            log.error("event failed", reference=reference, event_id=event.event_id, **where(error))
            return await self._fail(event, incoming, reference)
        finally:
            busy.cancel()

    async def _fail(self, event: Event, incoming: Incoming, reference: str) -> bool:
        """Tell the reference number; when even that fails, the event must still not block its conversation."""
        try:
            outcome = Outcome(system.failure(reference))
            return await self._finish(event, incoming, outcome, state="failed", reference=reference)
        except StoreUnavailable:
            raise
        except Exception as error:  # noqa: BLE001 - see above
            log.error("failure could not be told", reference=reference, event_id=event.event_id, **where(error))
            return await self._finish(event, None, Outcome(None), state="failed", reference=reference)

    async def _decide(self, event: Event, incoming: Incoming) -> bool:
        for attempt in range(ATTEMPTS):
            outcome = await dispatch(self._desk, incoming)
            failpoint("event.handled")
            try:
                return await self._finish(event, incoming, outcome)
            except Conflict as conflict:
                if conflict.code == "event_done":
                    return False
                if attempt == ATTEMPTS - 1:
                    raise
        raise AssertionError("unreachable")

    async def _finish(
        self, event: Event, incoming: Incoming | None, outcome: Outcome, state: str = "done", reference: str = ""
    ) -> bool:
        """Effects, answer and the event's end in one short transaction."""
        now = self._desk.clock()
        batch = Batch()
        if incoming is not None and outcome.reply is not None:
            add_answer(batch, self._adapters, incoming, outcome.reply, outcome.staff_id, now)
        for notice in outcome.notices:
            await add_notice(batch, self._adapters, self._desk.db, notice, now)

        async def work(tx: Tx) -> tuple[list[tuple[Platform, str]], bool]:
            await inbox.finish(tx, event, now, state, reference)
            for change in outcome.changes:
                await change(tx)
            await audit.add(tx, list(outcome.audit_entries))
            await buttons.add(tx, batch.button_rows)
            chats = await outbox.put(tx, batch.messages, self._owner, now) if batch.messages else []
            return chats, await inbox.release_if_idle(tx, event.conversation, self._owner, now)

        chats, released = await self._desk.db.write(work)
        failpoint("event.finished")
        self._sender.wake(chats)
        return released

    async def _show_busy(self, incoming: Incoming) -> None:
        await asyncio.sleep(BUSY_AFTER)
        while incoming.private:
            with suppress(Exception):  # an indicator that fails is of no consequence
                await self._adapters[incoming.platform].show_busy(incoming.chat)
            await asyncio.sleep(BUSY_AGAIN)
