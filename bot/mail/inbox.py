"""Reads a mailbox: each mail once and in order; what it comes to, and how far the mailbox was read,
is written in one transaction.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from typing import Protocol

from bot.log import get_logger, where
from bot.mail.imap_box import BoxFailed, ImapBox, MailboxState
from domain.dates.days import BANGKOK
from domain.errors import Conflict
from domain.reach.routes import UNDELIVERABLE
from domain.staff import Role
from handlers import system
from handlers.chat import Notice
from handlers.desk import Desk, Outcome, Work
from handlers.messages import new_reference
from store.engine import leases
from store.engine.database import StoreUnavailable
from store.engine.failpoints import failpoint
from store.mail import inboxes as mail_inboxes
from store.mail.inboxes import MailKind, Position

POLL = 30.0
"""Seconds between looks; a server that cannot be reached is asked again as often."""
ALARM_AFTER = 3
"""Looks in vain, one after the other, until administrators hear of it; of a wrong login they hear
at once.
"""
HEAD = 65_536
"""Bytes of headers that are read of a mail, at most."""
SPAN = 5_000
"""UIDs asked for at a time."""
ATTEMPTS = 4
"""How often a mail is decided on afresh when somebody else's write came between, and read when it
cannot be.
"""
ALARMING = ("tls", "login", "mailbox")
"""Steps that do not go better by themselves."""
LOOK_BACK = timedelta(days=2)
"""A mailbox that was numbered anew is read from the days before the last look: servers count days
by their own zone.
"""
READ_NOTED_EVERY = timedelta(minutes=10)

log = get_logger()


class MailReader(Protocol):
    """Somebody who wants mails. It may see one twice where the server numbers a mailbox anew."""

    def wants(self, head: bytes) -> int:
        """How many bytes of the mail with these headers to read; 0 where it is another's."""
        ...

    async def read(self, work: Work, raw: bytes, key: str) -> MailKind:
        """Decide what a mail comes to: changes, notices and audit go into `work`; `key` is this
        mail's own.

        InvalidInput where it cannot be read; Conflict, and it is asked again.
        """
        ...


class MailInbox:
    """One mailbox, by one process at a time."""

    def __init__(
        self,
        desk: Desk,
        box: ImapBox,
        reader: MailReader,
        post: Callable[..., Awaitable[None]],
        owner: str,
    ) -> None:
        self._desk = desk
        self._box = box
        self._reader = reader
        self._post = post
        self._owner = owner
        self._failed = 0
        self._stuck: tuple[int, int] = (0, 0)

    async def run_forever(self) -> None:
        """Until cancelled; nothing that a look meets ends it."""
        try:
            while True:
                await self._look_safely()
                await asyncio.sleep(POLL)
        finally:
            await self._box.close()

    async def _look_safely(self) -> None:
        try:
            await self.look()
            self._failed = 0
        except BoxFailed as error:
            await self._note_failure(str(error))
        except (StoreUnavailable, Conflict) as error:
            log.warning("mailbox not read now", **where(error))
        except Exception as error:  # noqa: BLE001 - see the docstring
            log.error("mailbox not read", **where(error))

    async def _note_failure(self, step: str) -> None:
        self._failed += 1
        log.warning("mailbox not reached", step=step, times=self._failed)
        if step in ALARMING or self._failed >= ALARM_AFTER:
            day = self._desk.clock().astimezone(BANGKOK).date()
            told = Notice(
                partial(system.mailbox_away, step),
                f"{UNDELIVERABLE}imap:{step}:{day}",
                role=Role.ADMIN,
            )
            await self._post(Outcome(None, notices=(told,)))

    async def look(self) -> None:
        """Read what came since the last look; BoxFailed, StoreUnavailable."""
        if not await self._leads():
            return
        seen = await self._box.look()
        position = await self._position(seen)
        while position.next_uid < seen.uidnext and await self._leads():
            end = min(position.next_uid + SPAN, seen.uidnext)
            position = await self._read_span(position, end)
        now = self._desk.clock()
        if abs(now - position.read_at) > READ_NOTED_EVERY:
            await self._move(position, position.next_uid)

    async def _leads(self) -> bool:
        """Whether this process reads: another has its turn when this one is gone."""
        name = f"mailbox:{self._box.name}"
        now = self._desk.clock()
        return await self._desk.db.write(lambda tx: leases.take(tx, name, self._owner, now))

    async def _position(self, seen: MailboxState) -> Position:
        """Where to go on. What lay in the mailbox before the desk first saw it is not read."""
        db = self._desk.db
        now = self._desk.clock()
        name = self._box.name
        known = await mail_inboxes.find_position(db, name)
        if known is None:
            first = Position(name, seen.uidvalidity, seen.uidnext, now)
            await db.write(partial(mail_inboxes.begin, position=first))
            return await mail_inboxes.find_position(db, name) or first
        if known.uidvalidity == seen.uidvalidity:
            return known
        log.warning("mailbox numbered anew")
        since = (known.read_at - LOOK_BACK).astimezone(BANGKOK).date()
        next_uid = await self._box.first_since(since)
        if next_uid is None:
            next_uid = seen.uidnext
        new = Position(name, seen.uidvalidity, next_uid, known.read_at)
        await db.write(partial(mail_inboxes.move, old=known, new=new))
        return new

    async def _read_span(self, position: Position, end: int) -> Position:
        """Read the mails before UID `end`."""
        for uid in await self._box.uids(position.next_uid, end - 1):
            # Reading takes its time: another process may have taken over.
            if not await self._leads():
                raise Conflict("inbox_moved")
            raw = await self._fetch(position, uid)
            if raw:
                position = await self._settle(position, uid, raw)
        return await self._move(position, end)

    async def _fetch(self, position: Position, uid: int) -> bytes:
        """The mail as far as it is wanted, b"" where it is not; one that the server cannot give is
        passed over.
        """
        try:
            head = await self._box.read(uid, "HEADER", HEAD)
            limit = self._wanted(head)
            if not limit:
                return b""
            return await self._box.read(uid, "", limit) or b""
        except BoxFailed:
            if self._count_failure(uid) < ATTEMPTS:
                raise
            log.error("mail not given by the server", uid=uid)
            await self._box.look()
            return b""

    def _count_failure(self, uid: int) -> int:
        """How often in a row the server could not give this mail."""
        last, times = self._stuck
        if last != uid:
            times = 0
        self._stuck = (uid, times + 1)
        return times + 1

    def _wanted(self, head: bytes | None) -> int:
        """How many bytes of the mail to read; 0 where nobody wants it, or it is gone."""
        if not head:
            return 0
        try:
            return self._reader.wants(head)
        except Exception as error:  # noqa: BLE001 - headers that break the parser are nobody's mail
            log.error("mail unreadable", reference=new_reference(), **where(error))
            return 0

    async def _settle(self, position: Position, uid: int, raw: bytes) -> Position:
        """What the mail comes to and the new position are written together, or neither is."""
        failpoint("report.read")
        key = f"{position.uidvalidity}:{uid}"
        after = mail_inboxes.later(position, uid + 1, self._desk.clock())
        for attempt in range(1, ATTEMPTS + 1):
            work = Work(self._desk, self._desk.clock())
            try:
                found = await self._decide(work, raw, key)
                move = partial(mail_inboxes.move, old=position, new=after, found=found)
                await self._post(work.outcome(), move)
                break
            except Conflict:
                if attempt == ATTEMPTS:
                    raise
        failpoint("report.settled")
        return after

    async def _decide(self, work: Work, raw: bytes, key: str) -> MailKind:
        """One mail's trouble is no other's: what cannot be read is counted, and left where it
        is.
        """
        try:
            found = await self._reader.read(work, raw, key)
        except (StoreUnavailable, Conflict):
            raise
        except Exception as error:  # noqa: BLE001 - see the docstring
            log.error("mail unreadable", reference=new_reference(), **where(error))
            work.changes.clear()
            work.notices.clear()
            return MailKind.UNREADABLE
        log.info("mail read", found=found.value or "other")
        return found

    async def _move(self, position: Position, next_uid: int) -> Position:
        after = mail_inboxes.later(position, next_uid, self._desk.clock())
        await self._desk.db.write(partial(mail_inboxes.move, old=position, new=after))
        return after
