"""How updates leave Telegram: the webhook courier, and the flood limits on what comes back."""

import asyncio
import threading
from collections import defaultdict, deque
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol

import aiohttp

from tests.fakes.clock import PATIENCE


@dataclass(frozen=True, slots=True)
class Update:
    update_id: int
    raw: bytes
    conversation: str
    expires_at: float


class Queue(Protocol):
    """What the courier needs to know of the server."""

    webhook: dict[str, Any]
    updates: deque[Update]
    lock: threading.Condition

    def expire(self) -> None: ...

    def now(self) -> float: ...


class Flood:
    """Telegram's limits as far as they are known: 30 a second in all, 1 a second a chat, 20 a
    minute a group.
    """

    def __init__(self) -> None:
        self._taken: defaultdict[Any, deque[float]] = defaultdict(deque)

    def wait(self, chat_id: Any, now: float, message: bool = True) -> int:
        """Whole seconds to wait, 0 if the call is admitted."""
        windows: list[tuple[Any, int, float]] = [("all", 30, 1.0)]
        if message:  # a short burst is forgiven: 3 in 3 seconds
            windows.append((("chat", chat_id), 3, 3.0))
            if isinstance(chat_id, int) and chat_id < 0:
                windows.append((("group", chat_id), 20, 60.0))
        for key, count, seconds in windows:
            taken = self._taken[key]
            while taken and taken[0] <= now - seconds:
                taken.popleft()
            if len(taken) >= count:
                return max(1, round(taken[0] + seconds - now))
        for key, _, _ in windows:
            self._taken[key].append(now)
        return 0


class Courier:
    """Posts queued updates to the webhook: in order within a conversation, again and again until a
    2xx.
    """

    def __init__(self, queue: Queue) -> None:
        self._queue = queue
        self._busy: dict[str, asyncio.Task[None]] = {}
        self._session: aiohttp.ClientSession
        self.last_error: dict[str, Any] = {}

    async def opened(self) -> None:
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=PATIENCE))

    async def closed(self) -> None:
        for task in self._busy.values():
            task.cancel()
        await self._session.close()

    def wake(self) -> None:
        if not self._queue.webhook:
            return
        with self._queue.lock:
            waiting = dict.fromkeys(update.conversation for update in self._queue.updates)
        for conversation in waiting:
            if (
                conversation not in self._busy
                and len(self._busy) < self._queue.webhook["max_connections"]
            ):
                self._busy[conversation] = asyncio.ensure_future(self._conversation(conversation))

    async def _conversation(self, name: str) -> None:
        pause = 0.05
        try:
            while self._queue.webhook and (update := self._next(name)):
                if await self._deliver(update):
                    pause = 0.05
                else:
                    await asyncio.sleep(pause)
                    pause = min(2 * pause, 1.0)
        finally:
            del self._busy[name]
        self.wake()

    def _next(self, name: str) -> Update | None:
        with self._queue.lock:
            self._queue.expire()
            return next((u for u in self._queue.updates if u.conversation == name), None)

    async def _deliver(self, update: Update) -> bool:
        hook = self._queue.webhook
        headers = {"Content-Type": "application/json"}
        if "secret_token" in hook:
            headers["X-Telegram-Bot-Api-Secret-Token"] = hook["secret_token"]
        try:
            async with self._session.post(
                hook["url"], data=update.raw, headers=headers
            ) as response:
                problem = (
                    "" if response.ok else f"Wrong response from the webhook: {response.status}"
                )
        except (aiohttp.ClientError, TimeoutError) as error:
            problem = str(error) or type(error).__name__
        if problem:
            self.last_error = {
                "last_error_date": int(self._queue.now()),
                "last_error_message": problem,
            }
            return False
        with self._queue.lock, suppress(ValueError):
            self._queue.updates.remove(update)
            self._queue.lock.notify_all()
        return True
