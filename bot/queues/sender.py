"""Delivers the outbox: in order within a chat, chats side by side, each message as often as it must
and no more.
"""

import asyncio
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from time import perf_counter
from uuid import uuid4

from bot.log import get_logger, where
from bot.platform import (
    ChatMoved,
    Delivery,
    Doubtful,
    Dropped,
    Refused,
    Retry,
    SaysWhenFree,
    Sent,
)
from bot.queues.alarms import platform_refuses
from bot.queues.calls import Call, CallNotes
from bot.queues.held import Held
from bot.queues.lanes import Lanes
from bot.queues.later import Later
from bot.queues.outgoing import Adapters, Outgoing, served
from bot.queues.pulses import Pulses
from bot.queues.rides import Accepted, Ride
from bot.queues.told import before_rest, note_told, whole
from bot.queues.undelivered import GivenUp
from domain.reach.untold import Untold, first_key, notice_key
from domain.staff import Chat, Platform
from handlers.chat import reply_from_json, reply_to_json
from store import audit, staff
from store.audit import AuditEntry
from store.chat import groups, outbox, push_use, untold
from store.chat.outbox import Message
from store.engine import leases
from store.engine.database import Database, StoreUnavailable, Tx
from store.engine.failpoints import failpoint

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 60.0
"""Seconds between attempts where the platform names none."""
MOST_DOUBLED = 10
"""After so many attempts the pause grows no more."""
LONGEST_CALL = 25.0
LONGEST_MAIL = 300.0
"""Seconds; a call ends before its lease does, or the lease is kept alive meanwhile."""
KEEP_LEASE = leases.TTL.total_seconds() / 3
SETTLE_AFTER = 0.25
"""Seconds after which what was sent is written down, if no other write took it along."""
CALL_PATIENCE = 0.25
"""Seconds that an answer waits at most for the call before it."""
TRACED_AFTER = timedelta(minutes=10)
"""A notice that could not be sent for so long counts as one that could not be told so far."""
USEFUL = timedelta(hours=24)
"""A message that could not be sent for a day is given up and shown to the administrator."""

log = get_logger()


@dataclass(frozen=True, slots=True)
class _Begun:
    """A message that the store says is being sent since `at`, whose call is still to be made."""

    message: Message
    at: datetime


class Sender:
    """Sends what the outbox holds."""

    def __init__(
        self,
        db: Database,
        adapters: Adapters,
        clock: Callable[[], datetime],
        owner: str,
        notes: CallNotes,
        pulses: Pulses,
    ) -> None:
        self._pulses = pulses
        self.meters = pulses.meters
        self._db = db
        self._adapters = adapters
        self._clock = clock
        self._owner = owner
        self._serves = served(adapters)
        self._notes = notes
        self._accepted = Accepted(notes, self._settle_later)
        self._held = Held()
        self._behind: set[Chat] = set()
        """Chats in which something waits until it is written that what went before was sent."""
        self._begun: dict[Chat, _Begun] = {}
        self._calling: dict[Chat, asyncio.Future[None]] = {}
        self._settling: asyncio.TimerHandle | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._free = {
            platform: adapter.is_free
            for platform, adapter in adapters.items()
            if isinstance(adapter, SaysWhenFree)
        }
        self.lanes = Lanes[Chat]("outbox", self._run, self._find)

    def wake(self, chats: Iterable[Chat]) -> None:
        """Send to these chats, whose leases this process holds."""
        self.lanes.wake(chat for chat in chats if self._serves(*chat))

    def ride(self, answer: Message | None = None) -> Ride:
        """For one write: with it the store learns what was sent since the last one, and the answer
        to an event is being sent where nothing stands in its way.
        """
        if answer is not None and not self._can_go(answer):
            answer = None
        if answer is not None:
            self._notes.note(answer.id, Call.PREPARED)
        return Ride(
            self._accepted,
            answer,
            self._owner,
            self._clock(),
            self._arrived,
        )

    def _settling_ride(self) -> Ride:
        """For one write of what was sent and handled alone."""
        return Ride(
            self._accepted,
            None,
            self._owner,
            self._clock(),
            self._arrived,
            self._held,
        )

    def goes_on(self, conversations: Iterable[str]) -> None:
        """Something came in these conversations: their leases are not given back."""
        self._held.goes_on(conversations)

    def _called(self, chat: Chat) -> None:
        """The call of an answer is over: what its event was handled under is given back soon."""
        self._held.called(chat)
        self._settle_later()

    async def called(self, chat: Chat) -> None:
        """Wait a moment for the call that is being made to a chat: what comes after it may then be
        called out at once, and is not queued behind it.
        """
        calling = self._calling.get(chat)
        if calling is not None:
            await asyncio.wait({calling}, timeout=CALL_PATIENCE)

    def _can_go(self, answer: Message) -> bool:
        """Whether a message could be called out now, without waiting for its platform's pace."""
        is_free = self._free.get(answer.platform)
        if is_free is None or self.lanes.stopping:
            return False
        return self._serves(*answer.at) and is_free(answer.chat)

    def _arrived(self, ride: Ride) -> None:
        """What rode along is written."""
        self.wake(self._behind)
        self._behind = set()
        if ride.begun and ride.answer is not None:
            chat = ride.answer.at
            self._held.answer(chat, ride.conversation)
            self._begun[chat] = _Begun(ride.answer, self._clock())
            self._calling[chat] = asyncio.get_running_loop().create_future()
        self.wake(ride.chats)

    async def take_over(self) -> None:
        """Read what a process that is gone noted of its calls."""
        self._notes.take_over()
        self._notes.keep(await outbox.list_sending(self._db))

    async def settle(self) -> None:
        """Write down what was sent and rode along with nothing yet, however long the store is
        away.
        """
        while self._accepted or self._held:
            try:
                with self._settling_ride() as ride:
                    await self._db.write(ride.write, shares=True)
                    ride.written()
            except StoreUnavailable as error:
                log.warning("store unavailable", **where(error))
                await asyncio.sleep(FIRST_PAUSE)
            except Exception as error:  # noqa: BLE001 - forgetting what was sent would send it twice
                log.error("what was sent is not written", **where(error))
                await asyncio.sleep(FIRST_PAUSE)

    def _settle_later(self) -> None:
        """Where nobody writes for a while, what was sent is written by itself."""
        if self._settling is None and not self.lanes.stopping:
            self._settling = asyncio.get_running_loop().call_later(SETTLE_AFTER, self._settle_now)

    def _settle_now(self) -> None:
        self._settling = None
        is_settling = any(not task.done() for task in self._tasks)
        if is_settling or not (self._accepted or self._held):
            return
        task = asyncio.create_task(self.settle())
        # A task that nobody holds may be collected before it has run.
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def idle(self) -> None:
        """Wait until all is sent, and written down."""
        await self.lanes.idle()
        while self._accepted or self._held:
            await self.settle()
            # Something may have waited behind what was sent.
            await self.lanes.idle()

    async def stop(self, seconds: float) -> None:
        """Finish what is in hand within so many seconds, start no more."""
        await self.lanes.stop(seconds)
        self._held.end_calls()
        with suppress(TimeoutError):
            await asyncio.wait_for(self.settle(), max(seconds, SETTLE_AFTER))
        self._notes.close()

    async def _find(self, running: set[Chat]) -> list[Chat]:
        """Chats on this process's platforms with something due whose lease is free: it is now
        ours.
        """
        now = self._clock()
        found = []
        in_hand = running | self._accepted.chats()
        for chat in await outbox.list_waiting(self._db, list(self._adapters), now):
            if chat in in_hand or not self._serves(*chat):
                continue
            if await self._lease(chat, now):
                found.append(chat)
        return found

    async def _lease(self, chat: Chat, now: datetime) -> bool:
        name = outbox.lease_name(*chat)
        return await self._db.write(lambda tx: leases.take(tx, name, self._owner, now))

    async def _run(self, chat: Chat) -> None:
        try:
            await self._send_all(chat)
        finally:
            calling = self._calling.pop(chat, None)
            if calling is not None:
                calling.set_result(None)

    async def _send_all(self, chat: Chat) -> None:
        while not self.lanes.stopping:
            begun = self._begun.pop(chat, None)
            if begun is not None and self._notes.of(begun.message.id) is Call.PREPARED:
                goes_on = await self._call_out(begun)
                self._called(chat)
            else:
                goes_on = await self._send_next(chat)
            if not goes_on:
                return

    async def _send_next(self, chat: Chat) -> bool:
        """The chat's oldest message, where it is due; False when the chat is no longer ours, or
        others see to it.
        """
        message = await outbox.next_message(self._db, *chat)
        if message is not None and self._accepted.rides(message):
            # Whoever is writing that it was sent wakes its chat.
            self._behind.add(chat)
            return False
        if message is not None and self._accepted.waits(message):
            await self.settle()
            return True
        now = self._clock()
        if message is None or not _is_due(message, now):
            return not await self._release(chat, now)
        return await self._send(message)

    async def _call_out(self, begun: "_Begun") -> bool:
        """The call of a message that was written as being sent; False when nothing more is to be
        done in its chat.
        """
        message = begun.message
        await self._adapters[message.platform].pace(message.chat)
        if self._clock() - begun.at > leases.TTL / 3:
            # So late that another process may have taken its chat: that is looked at once more.
            return await self._attempt(message)
        if not self._notes.note(message.id, Call.BEGUN):
            # Of a kill during the call the notes would not tell: the store says it instead.
            return await self._attempt(message)
        failpoint("message.sending")
        delivery = await self._deliver(message)
        failpoint("message.accepted")
        if isinstance(delivery, Sent) and not delivery.pushes:
            self._accepted.add(replace(message, external_id=delivery.external_id))
            failpoint("message.sent")
            self._settle_later()
            return False
        released = await self._record_surely(message, delivery)
        failpoint("message.sent")
        return not released

    async def _release(self, chat: Chat, now: datetime) -> bool:
        return await self._db.write(lambda tx: outbox.release_if_idle(tx, *chat, self._owner, now))

    async def _send(self, message: Message) -> bool:
        """One attempt; False when the chat is no longer ours."""
        if message.state == "sending":
            call = self._noted(message)
            if call is Call.ACCEPTED:
                return not await self._record_surely(message, Sent())
            if call is not Call.PREPARED or message.attempts > 1:
                # A crash came between the call and its record: the platform may have taken it.
                message = replace(message, unclear=True)
        if message.is_revoked:
            return not await self._record_surely(message, _revoked(message))
        if not message.payload:
            payloads = self._payloads(message)
            if not payloads:
                refused = Refused("the notice cannot be rendered")
                return not await self._record_surely(message, refused)
            message = await self._rendered(message, payloads)
        await self._adapters[message.platform].pace(message.chat)
        return await self._attempt(message)

    def _noted(self, message: Message) -> Call | None:
        """How far the call of a message that is being sent came, whoever made it."""
        if self._notes.of(message.id) is None:
            # Another process of this machine may have ended since this one began.
            self._notes.take_over()
        return self._notes.of(message.id)

    async def _attempt(self, message: Message) -> bool:
        """The call between its two records; False when the chat is no longer ours."""
        now = self._clock()
        if _is_late_for_reply(message, now):
            # From now on it is a push, and its key settles every doubt.
            message = replace(message, reply_token="")
        begun = await self._db.write(lambda tx: outbox.begin_sending(tx, message, self._owner, now))
        if not begun:
            return False
        self._notes.note_begun(message.id)
        kind = "mail" if message.platform is Platform.MAIL else "message"
        failpoint(f"{kind}.sending")
        delivery = await self._deliver(message)
        failpoint(f"{kind}.accepted")
        released = await self._record_surely(message, delivery)
        failpoint(f"{kind}.sent")
        return not released

    async def _deliver(self, message: Message) -> Delivery:
        """Make the call, and note whether the platform took it."""
        begun = perf_counter()
        delivery = await self._delivered(message)
        outcome = type(delivery).__name__.lower()
        self.meters.call(message.platform, outcome, perf_counter() - begun)
        if isinstance(delivery, Sent):
            self._pulses.sent(message.platform)
        elif isinstance(delivery, Retry):
            self._pulses.doubt(message.platform)
        return delivery

    async def _delivered(self, message: Message) -> Delivery:
        """Make the call; whatever goes wrong within it leaves doubt, and is tried again more and
        more slowly.
        """
        adapter = self._adapters[message.platform]
        longest = LONGEST_MAIL if message.platform is Platform.MAIL else LONGEST_CALL
        try:
            async with asyncio.timeout(longest):
                with self._lease_kept(message):
                    return await adapter.deliver(message)
        except Exception as error:  # noqa: BLE001 - a platform's odd answer must not block its chat
            log.error("delivery failed", **_named(message), **where(error))
            return Retry(type(error).__name__, unclear=True)

    @contextmanager
    def _lease_kept(self, message: Message) -> Iterator[None]:
        """Nobody else takes the chat while a call lasts longer than its lease."""

        async def keep() -> None:
            name = outbox.lease_name(message.platform, message.chat)
            while True:
                with suppress(StoreUnavailable):
                    await self._db.write(
                        lambda tx: leases.touch(tx, name, self._owner, self._clock())
                    )
                await asyncio.sleep(KEEP_LEASE)

        keeping = Later(KEEP_LEASE, keep)
        try:
            yield
        finally:
            keeping.over()

    async def _record_surely(self, message: Message, delivery: Delivery) -> bool:
        """Write down how it went, however long the store is away: forgetting it would send twice.

        True when nothing more is due and the chat was given back with it.
        """
        while True:
            try:
                released = await self._record(message, delivery)
                self._notes.settled([message.id])
                return released
            except StoreUnavailable as error:
                log.warning("store unavailable", **where(error))
                await asyncio.sleep(FIRST_PAUSE)

    async def _record(self, message: Message, delivery: Delivery) -> bool:
        now = self._clock()
        if isinstance(delivery, Retry) and _is_useless(message, now):
            delivery = Refused(f"{delivery.error}: given up after {USEFUL}")
        match delivery:
            case Sent(pushes, external_id):
                named = replace(message, external_id=external_id)
                return await self._sent(named, now, pushes)
            case Retry():
                await self._retry(message, delivery, now)
            case Dropped(error):
                await self._db.write(lambda tx: outbox.mark_ended(tx, message, "dropped", error))
            case ChatMoved(to):
                await self._follow(message, to, now)
            case Refused() | Doubtful():
                await self._give_up(message, delivery, now)
        return False

    async def _sent(self, message: Message, now: datetime, pushes: int) -> bool:
        async def work(tx: Tx) -> bool:
            await outbox.mark_sent(tx, message, now)
            await note_told(tx, message, now)
            if pushes:
                await push_use.count(tx, message.platform, now, pushes)
            return await outbox.release_if_idle(tx, *message.at, self._owner, now)

        # A morning's messages are many: what is noted of them becomes lasting together.
        return await self._db.write(work, shares=True)

    async def _follow(self, message: Message, to: str, now: datetime) -> None:
        """The group goes on as another chat: so does its enrolment, and all that waits for it."""
        moved = (message.platform, to)
        # What was sent to the old chat is not to go to the new one.
        await self.settle()

        async def work(tx: Tx) -> bool:
            await groups.move(tx, *message.at, to)
            await outbox.move_chat(tx, *message.at, to, now)
            return await leases.take(tx, outbox.lease_name(*moved), self._owner, now)

        if await self._db.write(work):
            self.wake([moved])

    async def _retry(self, message: Message, delivery: Retry, now: datetime) -> None:
        pause = delivery.after
        if pause is None:
            pause = _pause_after(message.attempts)
        log.warning(
            "message not sent yet",
            **_named(message),
            reason=delivery.error,
            unclear=delivery.unclear,
            pause=round(pause, 1),
        )
        next_at = now + timedelta(seconds=pause)
        unclear = message.unclear or delivery.unclear
        outgoing = Outgoing(self._db, self._adapters, now)
        if delivery.alarm:
            await outgoing.tell([platform_refuses(message.platform, delivery.error, now)])

        traced = _traced(message, now)

        async def work(tx: Tx) -> list[Chat]:
            await outbox.mark_retry(
                tx,
                message,
                next_at,
                unclear=unclear,
                error=delivery.error,
            )
            if traced is not None:
                await untold.note_trying(tx, traced)
            return await outgoing.put(tx, self._owner)

        self.wake(await self._db.write(work))

    async def _give_up(self, message: Message, ending: Refused | Doubtful, now: datetime) -> None:
        """Not tried again here: it takes another route, or somebody is told. What follows is
        written with the message's end.
        """
        log.error("message not delivered", **_named(message), reason=ending.error)
        outgoing = Outgoing(self._db, self._adapters, now)
        given_up = GivenUp(self._db, outgoing, message, ending)
        # What goes instead is put into `outgoing`.
        moved = await given_up.follow()
        state = "moved" if moved else given_up.state

        async def work(tx: Tx) -> list[Chat]:
            await outbox.mark_ended(tx, message, state, ending.error)
            if moved or given_up.waits:
                # All of it is said elsewhere, or later: the calls behind this one fall away.
                await outbox.drop_rest(tx, message)
            if given_up.unreachable:
                await staff.mark_unreachable(tx, *message.at, now)
                await self._forget_group(tx, message, now)
            return await outgoing.put(tx, self._owner)

        self.wake(await self._db.write(work))

    async def _forget_group(self, tx: Tx, message: Message, now: datetime) -> None:
        """A group that takes no messages from us serves nobody."""
        if not await groups.remove(tx, *message.at):
            return
        record = groups.record(*message.at)
        entry = AuditEntry(
            now,
            None,
            "group.left",
            record,
            message.platform,
            "",
        )
        await audit.add(tx, [entry])

    def _payloads(self, message: Message) -> Sequence[str]:
        """A notice as this platform says it, in calls; none where it cannot be said, which must not
        block the chat.
        """
        try:
            return self._adapters[message.platform].render(reply_from_json(message.notice))
        except Exception as error:  # noqa: BLE001 - a fault of ours in one message; whoever it is for is told elsewhere
            log.error("notice not rendered", **_named(message), **where(error))
            return ()

    async def _rendered(self, message: Message, payloads: Sequence[str]) -> Message:
        """Keep how the notice is said; should it need several calls, the others follow in order."""
        first, *rest = _calls(message, payloads)

        async def work(tx: Tx) -> None:
            await outbox.set_payload(tx, first)
            if rest:
                await outbox.put(tx, rest, self._owner, self._clock())
                await untold.pass_on(tx, first.id, str(rest[-1].id))

        await self._db.write(work)
        return first


def _calls(message: Message, payloads: Sequence[str]) -> list[Message]:
    """A notice as its calls: each can be told elsewhere for all of them, and the last one's
    acceptance tells what the notice does.
    """
    first = replace(message, payload=payloads[0])
    if len(payloads) == 1:
        return [first]
    before = replace(first, notice=before_rest(message.notice), carries=False)
    calls = [before]
    for number, payload in enumerate(payloads[1:], 1):
        key = outbox.rest_key(message, number)
        calls.append(replace(before, id=uuid4(), payload=payload, dedupe_key=key))
    calls[-1] = replace(calls[-1], notice=message.notice, carries=message.carries)
    return calls


def _named(message: Message) -> dict[str, str]:
    """Which message a line of the log is about."""
    return {
        "platform": message.platform,
        "message_id": str(message.id),
    }


def _revoked(message: Message) -> Delivery:
    """What becomes of what was queued for somebody who has lost access, or the telephone: a notice
    takes the next route, which none has who is blocked.
    """
    if message.notice:
        return Refused("revoked")
    return Dropped("revoked")


def _is_due(message: Message, now: datetime) -> bool:
    return message.next_at is None or message.next_at <= now


def _is_late_for_reply(message: Message, now: datetime) -> bool:
    """Whether the free reply has lapsed. Where it may have been used, its token is tried once
    more.
    """
    if message.unclear or message.reply_until_at is None:
        return False
    return message.reply_until_at < now


def _is_useless(message: Message, now: datetime) -> bool:
    return message.created_at is not None and now - message.created_at > USEFUL


def _traced(message: Message, now: datetime) -> Untold | None:
    """A notice that could not be told for so long that somebody else is to hear of it in time."""
    began_at = message.created_at
    if began_at is None or now - began_at < TRACED_AFTER or message.carries:
        return None
    if not message.notice or message.staff_id is None or message.dedupe_key is None:
        return None
    return Untold(
        first_key(notice_key(message.dedupe_key)),
        message.staff_id,
        reply_to_json(whole(message.notice)),
        began_at,
        message_id=str(message.id),
    )


def _pause_after(attempts: int) -> float:
    """Seconds: twice as many after each attempt, and a little more, so that not all come at
    once.
    """
    doubled = FIRST_PAUSE * 2.0 ** min(attempts, MOST_DOUBLED)
    return min(LONGEST_PAUSE, doubled) * random.uniform(1.0, 1.2)  # noqa: S311
