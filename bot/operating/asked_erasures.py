"""Erasures that two administrators decided in chat, done by a serving desk; and those that nobody
confirmed in time.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from bot.log import get_logger, where
from bot.operating.erasing import carry_out
from bot.queues.lanes import Lanes
from domain.errors import Conflict
from domain.staff import StaffId
from handlers.chat import Notice, Reply
from handlers.desk import Desk, Outcome
from handlers.privacy.certificate import MIME
from handlers.privacy.erasing import erased_notice, lapsed_notice
from handlers.privacy.given import as_file
from store import files, staff
from store.engine import leases
from store.engine.database import StoreUnavailable
from store.privacy import asked
from store.privacy.asked import Erasure, ErasureState

LOOK_EVERY = 2.0
"""Seconds."""
AGAIN_AFTER = timedelta(minutes=1)
"""How long after a try that failed it is tried again."""
KEEP_LEASE = leases.TTL.total_seconds() / 3

log = get_logger()


class Erasures:
    """One at a time; whatever a kill cut off, of the verb's as well, is taken up again."""

    def __init__(
        self,
        desk: Desk,
        data_dir: Path,
        post: Callable[..., Any],
        owner: str,
    ) -> None:
        """`post` = `bot.engine.Engine.post`."""
        self._desk = desk
        self._data_dir = data_dir
        self._post = post
        self._owner = owner
        self._one = asyncio.Semaphore(1)
        self._not_before: dict[str, datetime] = {}
        """When one that failed is tried again."""
        self.lanes = Lanes[str]("erasures", self._run, self._find)

    async def run_forever(self) -> None:
        """Until the desk stops."""
        while not self.lanes.stopping:
            with suppress(StoreUnavailable):
                await self.lanes.sweep()
            await asyncio.sleep(LOOK_EVERY)

    async def _find(self, running: set[str]) -> list[str]:
        """Those that nobody else is about: they are now ours."""
        now = self._desk.clock()
        found = []
        for erasure_id in await asked.list_open(self._desk.db, now):
            is_free = erasure_id not in running and self._not_before.get(erasure_id, now) <= now
            if is_free and await self._lease(erasure_id):
                found.append(erasure_id)
        return found

    async def _lease(self, erasure_id: str) -> bool:
        name = asked.lease_name(erasure_id)
        now = self._desk.clock()
        return await self._desk.db.write(lambda tx: leases.take(tx, name, self._owner, now))

    async def _run(self, erasure_id: str) -> None:
        async with self._one:
            keeping = asyncio.create_task(self._keep(erasure_id))
            self._not_before[erasure_id] = self._desk.clock() + AGAIN_AFTER
            try:
                await self._go_on(erasure_id)
            except StoreUnavailable as error:
                log.warning("store unavailable", **where(error))
            finally:
                keeping.cancel()

    async def _keep(self, erasure_id: str) -> None:
        """Nobody else begins while files are looked through."""
        while True:
            await asyncio.sleep(KEEP_LEASE)
            with suppress(StoreUnavailable):
                await self._lease(erasure_id)

    async def _go_on(self, erasure_id: str) -> None:
        erasure = await asked.get(self._desk.db, erasure_id)
        if erasure.state is ErasureState.ASKED:
            await self._lapse(erasure)
        elif erasure.state in (ErasureState.CONFIRMED, ErasureState.ERASED):
            await self._erase(erasure)

    async def _lapse(self, erasure: Erasure) -> None:
        end = partial(
            asked.decide,
            erasure=erasure,
            state=ErasureState.LAPSED,
            by=None,
            now=self._desk.clock(),
        )
        told = Notice(
            partial(lapsed_notice, erasure.code),
            f"erasure:{erasure.id}:lapsed",
            staff_id=erasure.asked_by,
        )
        with suppress(Conflict):
            await self._post(Outcome(None, notices=(told,)), end)

    async def _erase(self, erasure: Erasure) -> None:
        path = await carry_out(self._desk.db, self._data_dir, erasure)
        log.info("customer erased", record=erasure.code)
        people = [erasure.asked_by, erasure.decided_by]
        await self._hand_over(erasure, path, [one for one in people if one is not None])

    async def _hand_over(
        self,
        erasure: Erasure,
        path: Path,
        people: Sequence[StaffId],
    ) -> None:
        """The certificate, to both of them."""
        content = await asyncio.to_thread(path.read_bytes)
        kept = await self._desk.files.keep(path.name, content, MIME)
        file = as_file(kept, None, self._desk.clock())
        notices = []
        for who in people:
            role = (await staff.get_staff(self._desk.db, who)).role
            make: Callable[[], Reply] = partial(erased_notice, erasure.code, file, role)
            notices.append(Notice(make, f"erasure:{erasure.id}:done", staff_id=who))
        add = partial(files.add, file=file)
        end = partial(asked.end, erasure_id=erasure.id)
        await self._post(Outcome(None, notices=tuple(notices)), add, end)
