"""Backups that a serving desk makes by itself, by the office's rules, in a process of their own."""

import asyncio
import os
import sys
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from bot.clock import Clock
from bot.log import get_logger, where
from bot.queues.administrators import AdministratorNotices
from domain.dates.days import BANGKOK
from domain.operating.backups import BackupRules, archive_name, made_at
from handlers import system
from handlers.chat import Reply
from store.engine.locks import take_lock

PROGRAM = Path(__file__).parents[2] / "run_bot.py"
LOOK_EVERY = 60.0
"""Seconds."""
AGAIN_AFTER = timedelta(hours=1)
"""How long after one that failed the next is tried."""

log = get_logger()


class ScheduledBackups:
    """Looks every minute whether one is to be made; administrators hear of what fails."""

    def __init__(
        self,
        rules: BackupRules,
        data_dir: Path,
        clock: Clock,
        post: Callable[..., Any],
    ) -> None:
        self._rules = rules
        self._folder = data_dir / rules.folder
        self._clock = clock
        self._notices = AdministratorNotices(post)
        self._since = clock()
        self._not_before: datetime | None = None

    async def run_forever(self) -> None:
        """Until cancelled; at once where the office wants none."""
        while self._rules.folder:
            try:
                await self.look()
            except OSError as error:
                log.warning("backups not looked at", **where(error))
            await asyncio.sleep(LOOK_EVERY)

    async def look(self) -> None:
        """Make what is due, remove what is superfluous, and tell what is amiss."""
        now = self._clock()
        if self._rules.is_due(self._made(), now) and self._may_try(now):
            await self._make_alone(now)
        if self._rules.is_late(self._made(), self._since, now):
            self._warn("late", partial(system.backup_late, self._newest()), now)
        await self._notices.tell()

    def _may_try(self, now: datetime) -> bool:
        return self._not_before is None or now >= self._not_before

    def _made(self) -> dict[datetime, Path]:
        """By the moment of their making the archives that are there."""
        if not self._folder.is_dir():
            return {}
        named = {path: made_at(path.name) for path in self._folder.iterdir()}
        return {at: path for path, at in named.items() if at is not None}

    def _newest(self) -> datetime | None:
        return max(self._made(), default=None)

    async def _make_alone(self, now: datetime) -> None:
        """Of several processes of a desk one makes it."""
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = take_lock(self._folder / "making")
        except OSError as error:
            self._note_failed(str(error.strerror), now)
            return
        if lock is None:
            return
        try:
            await self._make(now)
        finally:
            os.close(lock)

    async def _make(self, now: datetime) -> None:
        words = ["backup", str(self._folder / archive_name(now))]
        if self._rules.encrypt_to:
            words += ["--encrypt-to", self._rules.encrypt_to]
        code, said = await _run(words)
        if code != 0:
            self._note_failed(said, now)
            return
        log.info("backup made", archive=words[1])
        self._not_before = None
        self._remove_superfluous()

    def _note_failed(self, said: str, now: datetime) -> None:
        log.error("backup failed", said=said)
        self._not_before = now + AGAIN_AFTER
        self._warn("failed", system.backup_failed, now)

    def _remove_superfluous(self) -> None:
        made = self._made()
        for at in self._rules.superfluous(made):
            made[at].unlink(missing_ok=True)

    def _warn(self, what: str, make: Callable[[], Reply], now: datetime) -> None:
        """Administrators hear of it once a day."""
        day = now.astimezone(BANGKOK).date()
        self._notices.add(f"backup:{what}:{day}", make)


async def _run(words: Sequence[str]) -> tuple[int, str]:
    """The verb to its end; returns its exit code and the last of what it said."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(PROGRAM),
        *words,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        _out, said = await process.communicate()
    except BaseException:
        # A desk that stops leaves none running; the archive of one that is killed never appears.
        process.kill()
        raise
    code = process.returncode
    assert code is not None
    return code, said.decode(errors="replace").strip()[-300:]
