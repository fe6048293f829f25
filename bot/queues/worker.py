"""Handles events: in order within a conversation, conversations side by side, each event's effect
once.
"""

import asyncio
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from time import perf_counter

from bot.log import get_logger, where
from bot.platform import Unparsable
from bot.queues.lanes import Lanes
from bot.queues.later import Later
from bot.queues.outgoing import Adapters, Outgoing, write_effects
from bot.queues.sender import Sender
from bot.queues.strangers import Strangers
from domain.errors import Conflict, DeskError
from domain.staff import Platform
from handlers import system
from handlers.chat import Incoming, Query, Reply
from handlers.desk import (
    Desk,
    FetchFailed,
    LentNumbers,
    Outcome,
    WaitsForMore,
    Work,
    up_to_date,
    without_waiting,
)
from handlers.dispatcher import Speakers, dispatch, refused
from handlers.files.receiving import not_fetched
from handlers.i18n import speak
from handlers.messages import new_reference
from handlers.staff.rides import NOTHING_RIDES, Rides, rides_for
from store import staff
from store.chat import inbox
from store.chat.inbox import Event, Woken
from store.engine.database import (
    Reader,
    StoreUnavailable,
    Tx,
    WaitedWithinRead,
    WrittenWithinRead,
)
from store.engine.failpoints import failpoint

ATTEMPTS = 4
"""How often an event is decided afresh when somebody else's write came between."""
BUSY_AFTER = 1.0
"""Seconds until the typing indicator."""
BUSY_AGAIN = 4.5
"""Seconds between indicators."""
PAUSE = 1.0
"""Seconds after a failing store."""
FETCH_PAUSES = (0.5, 2.0, 5.0)
"""Seconds after each failing download."""
NO_EFFECT = Outcome()
"""What an event comes to that is only ended."""

log = get_logger()


@dataclass(frozen=True, slots=True)
class _Looked:
    """An event that waits, as far as it was looked at: `incoming` None = `unreadable` says why;
    `dropped` = nobody waits for its answer any more; `outcome` = what was decided already;
    `speakers` = who was found to speak.
    """

    event: Event
    incoming: Incoming | None = None
    unreadable: str = ""
    dropped: bool = False
    outcome: Outcome | None = None
    speakers: Speakers | None = None


class Worker:
    """Runs the desk's handlers over the inbox."""

    def __init__(
        self,
        desk: Desk,
        adapters: Adapters,
        sender: Sender,
        owner: str,
        start_imports: Callable[[Iterable[str]], None],
    ) -> None:
        self._start_imports = start_imports
        self._desk = desk
        self._adapters = adapters
        self._sender = sender
        self._meters = sender.meters
        self._owner = owner
        self.lanes = Lanes[str]("inbox", self._run, self._find)
        self._strangers = Strangers(self.lanes.wake)
        self._in_hand: dict[str, Event] = {}
        """By conversation an event before which nothing waited: it need not be read once more."""

    def wake(self, woken: Woken) -> None:
        """Handle these conversations, whose leases this process holds."""
        self._in_hand.update(woken.only)
        self._sender.goes_on(woken)
        self._strangers.admit(woken)
        # Nobody else sends there while this process may.
        self._sender.wake(map(inbox.chat_of, woken.chats_alone))

    async def know_staff(self) -> None:
        """Learn where staff speak, so that they wait for no stranger."""
        self._strangers.know(await staff.list_conversations(self._desk.db))

    async def _find(self, running: set[str]) -> list[str]:
        """Waiting conversations on this process's platforms whose lease is free: it is now ours."""
        now = self._desk.clock()
        found = []
        for conversation in await inbox.list_waiting(self._desk.db, now, self._owner):
            platform = conversation.partition(":")[0]
            if platform not in self._adapters or conversation in running:
                continue
            if self._strangers.waits(conversation):
                continue
            if await self._lease(conversation, now):
                found.append(conversation)
        self._strangers.admit(found)
        return []

    async def _lease(self, conversation: str, now: datetime) -> bool:
        return await self._desk.db.write(lambda tx: inbox.take(tx, conversation, self._owner, now))

    async def _run(self, conversation: str) -> None:
        try:
            while not self.lanes.stopping:
                in_hand = self._in_hand.pop(conversation, None)
                try:
                    released = await self._handle_next(conversation, in_hand)
                except StoreUnavailable as error:
                    # The event stays pending: nothing is lost, it is tried again when the store is
                    # back.
                    log.warning("store unavailable", **where(error))
                    await asyncio.sleep(PAUSE)
                    continue
                if released:
                    return
        finally:
            self._strangers.over(conversation)

    async def _handle_next(self, conversation: str, in_hand: Event | None) -> bool:
        """Handle the oldest event that waits; True when the conversation was given back."""
        looked = await self._look(conversation, in_hand)
        if looked is not None:
            return await self._handle(looked)
        return await self._desk.db.write(
            lambda tx: inbox.release_if_idle(tx, conversation, self._owner, self._desk.clock()),
            shares=True,
        )

    async def _look(self, conversation: str, in_hand: Event | None) -> "_Looked | None":
        """The oldest event that waits; on SQLite also what is decided of it where nothing but the
        store is asked: then all of that is one hop.
        """
        if self._desk.db.engine == "sqlite":
            # A handler that lets others run, or waits for a thread, is asked once more below.
            with suppress(WaitedWithinRead):
                return await self._desk.db.read(partial(self._decided, conversation, in_hand))
        event = in_hand or await inbox.next_pending(self._desk.db, conversation)
        return None if event is None else await self._read(event)

    async def _decided(
        self, conversation: str, in_hand: Event | None, reader: Reader
    ) -> "_Looked | None":
        event = in_hand or await inbox.next_pending(reader, conversation)
        if event is None:
            return None
        looked = await self._read(event)
        if looked.incoming is None or looked.dropped:
            return looked
        numbers = LentNumbers(self._desk.numbers)
        desk = without_waiting(self._desk, numbers)
        try:
            outcome = await dispatch(desk, looked.incoming, looked.speakers)
        except BaseException as error:
            # What is given up here is decided anew, with the same numbers.
            numbers.give_all_back()
            if isinstance(error, StoreUnavailable) or not isinstance(error, Exception):
                raise
            if not isinstance(error, WaitsForMore | WrittenWithinRead):
                log.warning("event is decided anew", conversation=conversation, **where(error))
            return looked
        return replace(looked, outcome=outcome)

    async def _read(self, event: Event) -> "_Looked":
        try:
            incoming = self._adapters[Platform(event.platform)].parse(event)
        except Unparsable as error:
            return _Looked(event, unreadable=str(error))
        # Where somebody types on, only the last of it is still on their screen.
        is_typed = isinstance(incoming.body, Query)
        dropped = is_typed and await inbox.has_newer(self._desk.db, event)
        return _Looked(event, incoming, dropped=dropped, speakers=Speakers())

    async def _handle(self, looked: "_Looked") -> bool:
        """Decide and write one event; True when the conversation was given back."""
        event = looked.event
        incoming = looked.incoming
        if incoming is None:
            log.warning(
                "event cannot be read",
                platform=event.platform,
                event_id=event.event_id,
                reason=looked.unreadable,
            )
            return await self._finish(event, None, NO_EFFECT, state="unparsable")
        if looked.dropped:
            return await self._finish(event, None, NO_EFFECT, state="dropped")
        busy = Later(BUSY_AFTER, partial(self._show_busy, incoming))
        try:
            return await self._decide_with_files(looked, incoming)
        except StoreUnavailable:
            raise
        except Exception as error:  # noqa: BLE001 - the one place where a bug becomes a reference number
            reference = new_reference()
            log.error("event failed", reference=reference, event_id=event.event_id, **where(error))
            return await self._fail(event, incoming, reference)
        finally:
            busy.over()

    async def _fail(self, event: Event, incoming: Incoming, reference: str) -> bool:
        """Tell the reference number; when even that fails, the event must still not block its
        conversation.
        """
        try:
            outcome = await self._failure(incoming, reference)
            return await self._finish(
                event,
                incoming,
                outcome,
                state="failed",
                reference=reference,
            )
        except StoreUnavailable:
            raise
        except Exception as error:  # noqa: BLE001 - see above
            log.error(
                "failure could not be told",
                reference=reference,
                event_id=event.event_id,
                **where(error),
            )
            return await self._finish(
                event,
                None,
                NO_EFFECT,
                state="failed",
                reference=reference,
            )

    async def _failure(
        self, incoming: Incoming, reference: str, words: Callable[[str], Reply] = system.failure
    ) -> Outcome:
        """Staff are told in their private chat; nobody else learns that something broke."""
        if not incoming.private or incoming.who is None:
            return NO_EFFECT
        found = await staff.find_by_identity(self._desk.db, incoming.platform, incoming.who)
        if found is None:
            return NO_EFFECT
        person, _seen_at = found
        if person.blocked_at is not None:
            return NO_EFFECT
        return Outcome(words(reference), staff_id=person.id)

    async def _decide_with_files(self, looked: "_Looked", incoming: Incoming) -> bool:
        """A download that fails is tried again, then told with a button that tries once more."""
        event = looked.event
        for pause in FETCH_PAUSES:
            try:
                return await self._decide(
                    event,
                    incoming,
                    looked.outcome,
                    looked.speakers,
                )
            except FetchFailed as error:
                log.warning(
                    "file not fetched yet",
                    event_id=event.event_id,
                    reason=str(error),
                    pause=pause,
                )
                await asyncio.sleep(pause)
        try:
            return await self._decide(event, incoming)
        except FetchFailed as error:
            reference = new_reference()
            log.error(
                "file not fetched",
                reference=reference,
                event_id=event.event_id,
                reason=str(error),
            )
            outcome = await self._failure(incoming, reference, not_fetched)
            return await self._finish(
                event,
                incoming,
                outcome,
                state="failed",
                reference=reference,
            )

    async def _decide(
        self,
        event: Event,
        incoming: Incoming,
        decided: Outcome | None = None,
        speakers: Speakers | None = None,
    ) -> bool:
        """Decide and write it; the first time by what was `decided`, or found, where nothing had to
        be waited for.
        """
        for attempt in range(ATTEMPTS):
            if decided is not None and attempt == 0:
                outcome = decided
            else:
                outcome = await dispatch(self._desk, incoming, speakers)
            speakers = None
            speak(outcome.language)
            failpoint("event.handled")
            try:
                return await self._finish(event, incoming, outcome)
            except DeskError as refusal:
                if refusal.code == "event_done":
                    return False
                if isinstance(refusal, Conflict) and attempt < ATTEMPTS - 1:
                    continue
                # Looking again would not help: say what stands in the way, and write nothing else.
                told = Outcome(
                    refused(refusal),
                    audit_entries=outcome.audit_entries,
                    staff_id=outcome.staff_id,
                )
                return await self._finish(event, incoming, told)
        raise AssertionError("unreachable")

    async def _finish(
        self,
        event: Event,
        incoming: Incoming | None,
        outcome: Outcome,
        state: str = "done",
        reference: str = "",
    ) -> bool:
        """Effects, answer and the event's end in one short transaction."""
        now = self._desk.clock()
        outgoing = Outgoing(self._desk.db, self._adapters, now)
        if incoming is not None and outcome.reply is not None:
            rides = await self._rides(incoming, outcome, now)
            outgoing.answer(incoming, outcome.reply, outcome.staff_id, rides)
        await outgoing.tell(outcome.notices)
        if outcome.origin:
            outgoing.come_from(outcome.origin)

        answer = outgoing.plain_answer()
        if answer is not None:
            await self._sender.called(answer.at)
        ride = self._sender.ride(answer)

        async def work(tx: Tx) -> None:
            more = await inbox.finish(
                tx,
                event,
                now,
                state,
                reference,
                outcome.records,
            )
            await write_effects(tx, outcome)
            await ride.write(tx, outgoing, event.conversation, more)

        with ride:
            begun = perf_counter()
            await self._desk.db.write(work, shares=True)
            written = perf_counter() - begun
            failpoint("event.finished")
            ride.written()
        if outcome.staff_id is not None:
            self._strangers.know((event.conversation,))
        handled = (self._desk.clock() - event.came_at).total_seconds()
        self._meters.event(event.platform, state, handled, written)
        self._start_imports(outcome.jobs)
        return ride.released

    async def _rides(self, incoming: Incoming, outcome: Outcome, now: datetime) -> Rides:
        """What the answer brings that could not be told before."""
        if not outcome.waits or outcome.staff_id is None or not incoming.private:
            return NOTHING_RIDES
        work = Work(await up_to_date(self._desk), now)
        changed = {entry.record for entry in outcome.audit_entries}
        try:
            return await rides_for(work, outcome.staff_id, changed)
        except StoreUnavailable:
            raise
        except Exception as error:  # noqa: BLE001 - a person who can be told nothing must be answered still
            reference = new_reference()
            log.error("what waits cannot be told", reference=reference, **where(error))
            return NOTHING_RIDES

    async def _show_busy(self, incoming: Incoming) -> None:
        while incoming.private:
            with suppress(Exception):  # an indicator that fails is of no consequence
                await self._adapters[incoming.platform].show_busy(incoming.chat)
            await asyncio.sleep(BUSY_AGAIN)
