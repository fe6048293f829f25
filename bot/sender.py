"""Delivers the outbox: in order within a chat, chats side by side, each message as often as it must and no more."""

import asyncio
import random
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from bot.failpoints import failpoint
from bot.log import get_logger, where
from bot.outgoing import Adapters, Batch, add_notice, notice_messages, reachable_address
from bot.platform import Delivery, Dropped, Refused, Retry, Sent
from domain.staff import Platform, Role
from handlers import system
from handlers.chat import Notice, reply_from_json
from store import buttons, leases, outbox, staff
from store.database import Database, StoreUnavailable, Tx
from store.outbox import Message

SWEEP = 0.5
FIRST_PAUSE = 0.5
LONGEST_PAUSE = 60.0
USEFUL = timedelta(hours=24)
"""A message that could not be sent for a day is given up and shown to the administrator."""
ADMIN_TOLD = "undeliverable:"

log = get_logger()
Chat = tuple[Platform, str]


class Sender:
    """Sends what the outbox holds."""

    def __init__(self, db: Database, adapters: Adapters, clock: Callable[[], datetime], owner: str) -> None:
        self._db = db
        self._adapters = adapters
        self._clock = clock
        self._owner = owner
        self._running: dict[Chat, asyncio.Task[None]] = {}
        self._again: set[Chat] = set()
        self._stopping = False

    def wake(self, chats: Iterable[Chat]) -> None:
        """Send to these chats, whose leases this process holds."""
        for chat in chats:
            if chat in self._running:
                self._again.add(chat)
            elif chat[0] in self._adapters and not self._stopping:
                task = asyncio.create_task(self._run(*chat))
                self._running[chat] = task
                task.add_done_callback(self._forget(chat))

    def _forget(self, chat: Chat) -> Callable[[asyncio.Task[None]], None]:
        def forget(task: asyncio.Task[None]) -> None:
            self._running.pop(chat, None)
            if chat in self._again:
                # Something came between the last look and the end of this task.
                self._again.discard(chat)
                self.wake([chat])
            if not task.cancelled() and (error := task.exception()):
                log.error("sending failed", platform=chat[0], **where(error))

        return forget

    async def sweep_forever(self) -> None:
        """Take up what is due: retries, and what a crash left."""
        while not self._stopping:
            try:
                await self.sweep()
            except StoreUnavailable as error:
                log.warning("store unavailable", **where(error))
            await asyncio.sleep(SWEEP)

    async def sweep(self) -> None:
        """Start on every chat with something due whose lease is free."""
        now = self._clock()
        for chat in await outbox.list_waiting(self._db, list(self._adapters), now):
            if chat not in self._running and await self._lease(chat, now):
                self.wake([chat])

    async def _lease(self, chat: Chat, now: datetime) -> bool:
        return await self._db.write(lambda tx: leases.take(tx, outbox.lease_name(*chat), self._owner, now))

    async def idle(self) -> None:
        """Wait until nothing is being sent."""
        while self._running:
            await asyncio.wait(list(self._running.values()))

    async def stop(self, seconds: float) -> None:
        """Finish what is being sent, start no more."""
        self._stopping = True
        if self._running:
            _done, late = await asyncio.wait(list(self._running.values()), timeout=seconds)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _run(self, platform: Platform, chat: str) -> None:
        while not self._stopping:
            message = await outbox.next_message(self._db, platform, chat)
            now = self._clock()
            if message is None or (message.next_at is not None and message.next_at > now):
                if await self._release(platform, chat, now):
                    return
                continue
            if not await self._send(message):
                return

    async def _release(self, platform: Platform, chat: str, now: datetime) -> bool:
        return await self._db.write(lambda tx: outbox.release_if_idle(tx, platform, chat, self._owner, now))

    async def _send(self, message: Message) -> bool:
        """One attempt; False when the chat is no longer ours."""
        if message.state == "sending":
            # A crash came between the call and its record: the platform may have taken it.
            message = replace(message, unclear=True)
        adapter = self._adapters[message.platform]
        await adapter.pace(message.chat)
        now = self._clock()
        attempt = message
        if not await self._db.write(lambda tx: outbox.begin_sending(tx, attempt, self._owner, now)):
            return False
        failpoint("message.sending")
        delivery = await adapter.deliver(message)
        failpoint("message.accepted")
        await self._record(message, delivery)
        failpoint("message.sent")
        return True

    async def _record(self, message: Message, delivery: Delivery) -> None:
        now = self._clock()
        if isinstance(delivery, Retry) and message.created_at and now - message.created_at > USEFUL:
            delivery = Refused(f"given up after {USEFUL}: {delivery.error}")
        match delivery:
            case Sent():
                await self._db.write(lambda tx: outbox.mark_sent(tx, message, now))
            case Retry():
                await self._retry(message, delivery, now)
            case Dropped(error):
                await self._db.write(lambda tx: outbox.mark_ended(tx, message, "dropped", error))
            case Refused():
                await self._give_up(message, delivery, now)

    async def _retry(self, message: Message, delivery: Retry, now: datetime) -> None:
        pause = delivery.after
        if pause is None:
            pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2**message.attempts) * random.uniform(1.0, 1.2)  # noqa: S311
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
        await self._db.write(lambda tx: outbox.mark_retry(tx, message, next_at, unclear=unclear, error=delivery.error))

    async def _give_up(self, message: Message, refused: Refused, now: datetime) -> None:
        """Refused for good: try the person's other platform, else tell the administrators, never try for ever."""
        log.error("message refused", platform=message.platform, message_id=str(message.id), reason=refused.error)
        elsewhere = await self._elsewhere(message)
        batch = Batch()
        # A stranger who turns away is nobody's trouble, and a notice about a notice would never end.
        worth_telling = message.staff_id is not None and not (message.dedupe_key or "").startswith(ADMIN_TOLD)
        if worth_telling and not elsewhere:
            told = Notice(
                lambda: system.undeliverable(message.platform, refused.error),
                f"{ADMIN_TOLD}{message.id}",
                role=Role.ADMIN,
            )
            await add_notice(batch, self._adapters, self._db, told, now)

        async def work(tx: Tx) -> list[Chat]:
            await outbox.mark_ended(tx, message, "moved" if elsewhere else "dead", refused.error)
            if refused.unreachable:
                await staff.mark_unreachable(tx, message.platform, message.chat, now)
            await buttons.add(tx, batch.button_rows)
            rows = [*elsewhere, *batch.messages]
            return await outbox.put(tx, rows, self._owner, now) if rows else []

        self.wake(await self._db.write(work))

    async def _elsewhere(self, message: Message) -> list[Message]:
        """The same notice for the person's other platform; answers go only where the question came from."""
        if not message.notice or message.staff_id is None:
            return []
        here = (message.platform, message.chat)
        address = await reachable_address(self._db, self._adapters, message.staff_id, but=here)
        if address is None:
            return []
        platform, chat = address
        key = f"{message.dedupe_key}:{platform}"
        reply = reply_from_json(message.notice)
        return notice_messages(self._adapters[platform], reply, chat, message.staff_id, key)
