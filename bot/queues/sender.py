"""Delivers the outbox: in order within a chat, chats side by side, each message as often as it must
and no more.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from uuid import uuid4

from bot.log import get_logger, where
from bot.platform import ChatMoved, Delivery, Doubtful, Dropped, Refused, Retry, Sent
from bot.queues.lanes import Lanes
from bot.queues.outgoing import (
    ADMIN_TOLD,
    GROUPED,
    MAILED,
    Adapters,
    Batch,
    add_notice,
    add_to_group,
    mail_instead,
    notice_message,
    reachable_address,
    served,
)
from bot.queues.quota import QUOTA, spent_notice
from domain.staff import Platform, Role
from handlers import system
from handlers.chat import Notice, reply_from_json
from handlers.mail import cards as mail_cards
from store import audit, groups, staff
from store.audit import AuditEntry
from store.chat import buttons, outbox, push_use
from store.chat.outbox import Message
from store.engine import leases
from store.engine.database import Database, StoreUnavailable, Tx
from store.engine.failpoints import failpoint
from store.mail import mails as mail

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 60.0
LONGEST_CALL = 25.0
LONGEST_MAIL = 300.0
"""Seconds; a call ends before its lease does, or the lease is kept alive meanwhile."""
KEEP_LEASE = leases.TTL.total_seconds() / 3
USEFUL = timedelta(hours=24)
"""A message that could not be sent for a day is given up and shown to the administrator."""
MOVED = ":moved"
"""Behind a notice's key: it went to the person's other platform."""
MOST_GROUPS = 3
"""Groups that a notice goes to at most, one after the other."""

log = get_logger()
Chat = tuple[Platform, str]


class Sender:
    """Sends what the outbox holds."""

    def __init__(
        self, db: Database, adapters: Adapters, clock: Callable[[], datetime], owner: str
    ) -> None:
        self._db = db
        self._adapters = adapters
        self._clock = clock
        self._owner = owner
        self._serves = served(adapters)
        self.lanes = Lanes[Chat]("outbox", self._run, self._find)

    def wake(self, chats: Iterable[Chat]) -> None:
        """Send to these chats, whose leases this process holds."""
        self.lanes.wake(chat for chat in chats if self._serves(*chat))

    async def _find(self, running: set[Chat]) -> list[Chat]:
        """Chats on this process's platforms with something due whose lease is free: it is now
        ours.
        """
        now = self._clock()
        waiting = await outbox.list_waiting(self._db, list(self._adapters), now)
        ours = [chat for chat in waiting if chat not in running and self._serves(*chat)]
        return [chat for chat in ours if await self._lease(chat, now)]

    async def _lease(self, chat: Chat, now: datetime) -> bool:
        return await self._db.write(
            lambda tx: leases.take(tx, outbox.lease_name(*chat), self._owner, now)
        )

    async def _run(self, key: Chat) -> None:
        platform, chat = key
        while not self.lanes.stopping:
            message = await outbox.next_message(self._db, platform, chat)
            now = self._clock()
            if message is None or (message.next_at is not None and message.next_at > now):
                if await self._release(platform, chat, now):
                    return
                continue
            if not await self._send(message):
                return

    async def _release(self, platform: Platform, chat: str, now: datetime) -> bool:
        return await self._db.write(
            lambda tx: outbox.release_if_idle(tx, platform, chat, self._owner, now)
        )

    async def _send(self, message: Message) -> bool:
        """One attempt; False when the chat is no longer ours."""
        if message.state == "sending":
            # A crash came between the call and its record: the platform may have taken it.
            message = replace(message, unclear=True)
        if not message.payload:
            payloads = self._payloads(message)
            if not payloads:
                return not await self._record_surely(
                    message, Refused("the notice cannot be rendered")
                )
            message = await self._rendered(message, payloads)
        await self._adapters[message.platform].pace(message.chat)
        now = self._clock()
        if (
            not message.unclear
            and message.reply_until_at is not None
            and message.reply_until_at < now
        ):
            # Too late for the free reply: from now on it is a push, and its key settles every
            # doubt.
            message = replace(message, reply_token="")
        attempt = message
        if not await self._db.write(lambda tx: outbox.begin_sending(tx, attempt, self._owner, now)):
            return False
        kind = "mail" if message.platform is Platform.MAIL else "message"
        failpoint(f"{kind}.sending")
        delivery = await self._deliver(message)
        failpoint(f"{kind}.accepted")
        released = await self._record_surely(message, delivery)
        failpoint(f"{kind}.sent")
        return not released

    async def _deliver(self, message: Message) -> Delivery:
        """Make the call; whatever goes wrong within it leaves doubt, and is tried again more and
        more slowly.
        """
        adapter = self._adapters[message.platform]
        longest = LONGEST_MAIL if message.platform is Platform.MAIL else LONGEST_CALL
        try:
            async with asyncio.timeout(longest), self._lease_kept(message):
                return await adapter.deliver(message)
        except Exception as error:  # noqa: BLE001 - a platform's odd answer must not block its chat
            log.error(
                "delivery failed",
                platform=message.platform,
                message_id=str(message.id),
                **where(error),
            )
            return Retry(type(error).__name__, unclear=True)

    @asynccontextmanager
    async def _lease_kept(self, message: Message) -> AsyncIterator[None]:
        """Nobody else takes the chat while a call lasts longer than its lease."""

        async def keep() -> None:
            name = outbox.lease_name(message.platform, message.chat)
            while True:
                await asyncio.sleep(KEEP_LEASE)
                with suppress(StoreUnavailable):
                    await self._db.write(
                        lambda tx: leases.touch(tx, name, self._owner, self._clock())
                    )

        keeping = asyncio.create_task(keep())
        try:
            yield
        finally:
            keeping.cancel()

    async def _record_surely(self, message: Message, delivery: Delivery) -> bool:
        """Write down how it went, however long the store is away: forgetting it would send twice.

        True when nothing more is due and the chat was given back with it.
        """
        while True:
            try:
                return await self._record(message, delivery)
            except StoreUnavailable as error:
                log.warning("store unavailable", **where(error))
                await asyncio.sleep(FIRST_PAUSE)

    async def _record(self, message: Message, delivery: Delivery) -> bool:
        now = self._clock()
        if isinstance(delivery, Retry) and message.created_at and now - message.created_at > USEFUL:
            delivery = Refused(f"{delivery.error}: given up after {USEFUL}")
        match delivery:
            case Sent(pushes):
                return await self._sent(message, now, pushes)
            case Retry():
                await self._retry(message, delivery, now)
            case Dropped(error):
                await self._db.write(lambda tx: outbox.mark_ended(tx, message, "dropped", error))
            case Refused(error, unreachable, spent):
                await self._give_up(
                    message, "dead", error, now, unreachable=unreachable, spent=spent
                )
            case ChatMoved(to):
                await self._follow(message, to, now)
            case Doubtful(error):
                await self._give_up(message, "doubtful", error, now)
        return False

    async def _sent(self, message: Message, now: datetime, pushes: int) -> bool:
        async def work(tx: Tx) -> bool:
            await outbox.mark_sent(tx, message, now)
            if pushes:
                await push_use.count(tx, message.platform, now, pushes)
            return await outbox.release_if_idle(
                tx, message.platform, message.chat, self._owner, now
            )

        return await self._db.write(work)

    async def _follow(self, message: Message, to: str, now: datetime) -> None:
        """The group goes on as another chat: so does its enrolment, and all that waits for it."""
        old, new = (message.platform, message.chat), (message.platform, to)

        async def work(tx: Tx) -> bool:
            await groups.move(tx, *old, to)
            await outbox.move_chat(tx, *old, to, now)
            return await leases.take(tx, outbox.lease_name(*new), self._owner, now)

        if await self._db.write(work):
            self.wake([new])

    async def _retry(self, message: Message, delivery: Retry, now: datetime) -> None:
        pause = delivery.after
        if pause is None:
            pause = min(
                LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(message.attempts, 10)
            ) * random.uniform(1.0, 1.2)  # noqa: S311
        log.warning(
            "message not sent yet",
            platform=message.platform,
            message_id=str(message.id),
            reason=delivery.error,
            unclear=delivery.unclear,
            pause=round(pause, 1),
        )
        next_at = now + timedelta(seconds=pause)
        unclear = message.unclear or delivery.unclear
        batch = Batch()
        if delivery.alarm:
            key = f"{ADMIN_TOLD}{message.platform}:{delivery.error}:{now:%Y-%m-%d}"
            await self._tell_administrators(batch, message.platform, delivery.error, key, now)

        async def work(tx: Tx) -> list[Chat]:
            await outbox.mark_retry(tx, message, next_at, unclear=unclear, error=delivery.error)
            return (
                await outbox.put(tx, batch.messages, self._owner, now, self._serves)
                if batch.messages
                else []
            )

        self.wake(await self._db.write(work))

    async def _give_up(
        self,
        message: Message,
        state: str,
        error: str,
        now: datetime,
        *,
        unreachable: bool = False,
        spent: bool = False,
    ) -> None:
        """Not tried again: it goes to the person's other platform, else by mail, else somebody is
        told.
        """
        log.error(
            "message not delivered",
            platform=message.platform,
            message_id=str(message.id),
            reason=error,
        )
        batch = Batch()
        elsewhere = (
            await self._elsewhere(message, now)
            or await self._by_mail(message, now)
            or await self._in_group(batch, message, now)
        )
        if message.platform is Platform.MAIL and not message.notice:
            await self._tell_writer(batch, message, state, error, now)
        elif (message.dedupe_key or "").startswith((ADMIN_TOLD, QUOTA)):
            pass  # a notice about a notice would never end
        elif spent:
            await add_notice(
                batch, self._adapters, self._db, spent_notice(message.platform, now), now
            )
        elif not elsewhere and message.staff_id is not None:
            # A stranger who turns away is nobody's trouble.
            await self._tell_of_one(batch, message, error, now)

        async def work(tx: Tx) -> list[Chat]:
            await outbox.mark_ended(tx, message, "moved" if elsewhere else state, error)
            if elsewhere:
                await outbox.drop_rest(tx, message)
            if unreachable:
                await staff.mark_unreachable(tx, message.platform, message.chat, now)
                await self._forget_group(tx, message, now)
            await buttons.add(tx, batch.button_rows)
            rows = [*elsewhere, *batch.messages]
            return await outbox.put(tx, rows, self._owner, now, self._serves) if rows else []

        self.wake(await self._db.write(work))

    async def _in_group(self, batch: Batch, message: Message, now: datetime) -> list[Message]:
        """The masked form in the chat of the person's team, the last resort before the
        administrators.
        """
        key = message.dedupe_key or ""
        if not message.notice or message.staff_id is None or key.count(GROUPED) >= MOST_GROUPS:
            return []
        person = await staff.get_staff(self._db, message.staff_id)
        lines = reply_from_json(message.notice).masked if person.blocked_at is None else ()
        here, mine = (message.platform, message.chat), Batch()
        await add_to_group(
            mine, self._adapters, self._db, person, lines, f"{key}{GROUPED}", now, but=here
        )
        batch.button_rows += mine.button_rows
        return mine.messages

    async def _forget_group(self, tx: Tx, message: Message, now: datetime) -> None:
        """A group that takes no messages from us serves nobody."""
        if await groups.remove(tx, message.platform, message.chat):
            record = groups.record(message.platform, message.chat)
            await audit.add(tx, [AuditEntry(now, None, "group.left", record, message.platform, "")])

    async def _tell_administrators(
        self, batch: Batch, platform: Platform, error: str, key: str, now: datetime
    ) -> None:
        told = Notice(lambda: system.undeliverable(platform, error), key, role=Role.ADMIN)
        await add_notice(batch, self._adapters, self._db, told, now)

    async def _tell_of_one(self, batch: Batch, message: Message, error: str, now: datetime) -> None:
        """A message to one of the staff reached nobody: the administrators hear who it is."""
        assert message.staff_id is not None
        name = (await staff.get_staff(self._db, message.staff_id)).name
        make = partial(system.nowhere_to_tell, name)
        if message.platform is not Platform.MAIL:
            make = partial(system.undeliverable, message.platform, error, name)
        await add_notice(
            batch,
            self._adapters,
            self._db,
            Notice(make, f"{ADMIN_TOLD}{message.id}", role=Role.ADMIN),
            now,
        )

    async def _tell_writer(
        self, batch: Batch, message: Message, state: str, error: str, now: datetime
    ) -> None:
        """Who wrote a mail decides what becomes of it; the administrators where that person cannot
        be told.
        """
        written = await mail.find_mail(self._db, str(message.id))
        if written is None:
            return
        stuck = replace(written, state=mail.MailState(state), error=error)
        told = Notice(
            lambda: mail_cards.stuck_notice(stuck), f"mail:{message.id}:{now.isoformat()}"
        )
        if written.staff_id is not None:
            await add_notice(
                batch, self._adapters, self._db, replace(told, staff_id=written.staff_id), now
            )
        if not any(row.staff_id == written.staff_id for row in batch.messages):
            await add_notice(batch, self._adapters, self._db, replace(told, role=Role.ADMIN), now)

    def _payloads(self, message: Message) -> Sequence[str]:
        """A notice as this platform says it, in calls; none where it cannot be said, which must not
        block the chat.
        """
        try:
            return self._adapters[message.platform].render(reply_from_json(message.notice))
        except Exception as error:  # noqa: BLE001 - a fault of ours in one message; whoever it is for is told elsewhere
            log.error(
                "notice not rendered",
                platform=message.platform,
                message_id=str(message.id),
                **where(error),
            )
            return ()

    async def _rendered(self, message: Message, payloads: Sequence[str]) -> Message:
        """Keep how the notice is said; should it need several calls, the others follow in order."""
        more = [
            replace(
                message,
                id=uuid4(),
                payload=payload,
                notice="",
                dedupe_key=outbox.rest_key(message, n),
            )
            for n, payload in enumerate(payloads[1:], 1)
        ]

        async def work(tx: Tx) -> None:
            await outbox.set_payload(tx, message, payloads[0])
            if more:
                await outbox.put(tx, more, self._owner, self._clock())

        await self._db.write(work)
        return replace(message, payload=payloads[0])

    async def _elsewhere(self, message: Message, now: datetime) -> list[Message]:
        """The same notice, once, on the person's other platform; answers go only where the question
        came from.
        """
        if not message.notice or message.staff_id is None or _went_on(message):
            return []
        here = (message.platform, message.chat)
        address = await reachable_address(self._db, self._adapters, message.staff_id, but=here)
        if address is None:
            return []
        key = f"{message.dedupe_key}{MOVED}"
        return [
            notice_message(reply_from_json(message.notice), address, message.staff_id, key, now)
        ]

    async def _by_mail(self, message: Message, now: datetime) -> list[Message]:
        """That a notice waits, once, to the person's work address where no chat takes it."""
        if not message.notice or message.staff_id is None or MAILED in (message.dedupe_key or ""):
            return []
        person = await staff.get_staff(self._db, message.staff_id)
        key = (message.dedupe_key or "").removesuffix(MOVED)
        reply = reply_from_json(message.notice)
        by_mail = await mail_instead(self._adapters, self._db, person, reply, key, now)
        return [by_mail] if by_mail else []


def _went_on(message: Message) -> bool:
    """Whether the person's other platform was tried already."""
    return MOVED in (message.dedupe_key or "") or MAILED in (message.dedupe_key or "")
