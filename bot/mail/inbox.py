"""Takes mails out of a mailbox: the bytes of each are stored before anything looks at them, then a
row is written in the transaction that moves on how far the mailbox was read.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from functools import partial

from bot.log import get_logger, where
from bot.mail.imap_box import BoxFailed, ImapBox, MailboxState
from bot.mail.taking import MailTaking
from domain.dates.days import BANGKOK
from domain.errors import Conflict
from domain.mail.incoming import TakenMail, fingerprint
from domain.reach.routes import UNDELIVERABLE
from domain.staff import Role
from handlers import system
from handlers.chat import Notice
from handlers.desk import Desk, Outcome
from store.blobs import Blobs
from store.engine import leases
from store.engine.database import StoreUnavailable, Tx
from store.engine.failpoints import failpoint
from store.mail import inboxes as mail_inboxes
from store.mail import incoming
from store.mail.inboxes import Position

POLL = 15.0
"""Seconds between looks where the server does not tell of what comes, and the longest that it is
waited for.
"""
AGAIN = 5.0
"""Seconds after a look that failed."""
ALARM_AFTER = 6
"""Looks in vain, one after the other, until administrators hear of it; of a wrong login they hear
at once.
"""
SPAN = 1_000
"""UIDs asked for at a time."""
TOGETHER = 20
"""Mails that one transaction takes."""
ATTEMPTS = 4
"""How often a mail is asked for that the server does not give."""
ALARMING = ("tls", "login", "mailbox")
"""Steps that do not go better by themselves."""
LOOK_BACK = timedelta(days=2)
"""A mailbox that was numbered anew is read from the days before the last look: servers count days
by their own zone.
"""
READ_NOTED_EVERY = timedelta(minutes=10)

log = get_logger()


class MailInbox:
    """One mailbox, by one process at a time."""

    def __init__(
        self,
        desk: Desk,
        box: ImapBox,
        blobs: Blobs,
        post: Callable[..., Awaitable[None]],
        owner: str,
    ) -> None:
        self._desk = desk
        self._box = box
        self._taking = MailTaking(box, blobs, desk.clock)
        self._post = post
        self._owner = owner
        self._failed = 0
        self._stuck: tuple[int, int] = (0, 0)

    async def close(self) -> None:
        """Break the connection off."""
        await self._box.close()

    async def pause(self) -> None:
        """Until the next look: as soon as something comes, where the server tells."""
        if self._failed:
            await asyncio.sleep(AGAIN)
            return
        try:
            told = await self._box.wait(POLL)
        except BoxFailed as error:
            log.warning("mailbox not waited for", step=str(error))
            told = True
        if not told:
            await asyncio.sleep(POLL)

    async def look_safely(self) -> None:
        """One look, whatever it meets."""
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
        """Take what came since the last look; BoxFailed, StoreUnavailable, and OSError where the
        bytes cannot be stored: then nothing moves on.
        """
        if not await self._leads():
            return
        seen = await self._box.look()
        begun = position = await self._position(seen)
        while position.next_uid < seen.uidnext and await self._leads():
            end = min(position.next_uid + SPAN, seen.uidnext)
            position = await self._take_span(position, end)
        now = self._desk.clock()
        if position != begun or abs(now - position.read_at) > READ_NOTED_EVERY:
            read = mail_inboxes.later(position, position.next_uid, now)
            await self._desk.db.write(partial(mail_inboxes.move, old=position, new=read))

    async def _leads(self) -> bool:
        """Whether this process reads: another has its turn when this one is gone."""
        name = f"mailbox:{self._box.name}"
        now = self._desk.clock()
        return await self._desk.db.write(lambda tx: leases.take(tx, name, self._owner, now))

    async def _position(self, seen: MailboxState) -> Position:
        """Where to go on. What lay in the mailbox before the desk first saw it is not read."""
        db = self._desk.db
        name = self._box.name
        known = await mail_inboxes.find_position(db, name)
        if known is None:
            return await self._begin(seen)
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

    async def _begin(self, seen: MailboxState) -> Position:
        """The first look: from its end on, and what it holds of the last days is remembered, since
        a new numbering would bring that again.
        """
        db = self._desk.db
        now = self._desk.clock()
        first = Position(self._box.name, seen.uidvalidity, seen.uidnext, now)
        lying = await self._lying(now, seen.uidnext)

        async def begin(tx: Tx) -> None:
            await mail_inboxes.begin(tx, first)
            await incoming.lay_before(tx, first.name, lying)

        await db.write(begin)
        return await mail_inboxes.find_position(db, first.name) or first

    async def _lying(self, now: datetime, end: int) -> set[str]:
        """By what the mails of the last days before this UID are known."""
        recent = await self._box.first_since((now - LOOK_BACK).astimezone(BANGKOK).date())
        found: set[str] = set()
        for first in range(recent or end, end, SPAN):
            heads = await self._box.heads(first, min(first + SPAN, end) - 1)
            found.update(map(fingerprint, heads))
        return found

    async def _take_span(self, position: Position, end: int) -> Position:
        """Take the mails before UID `end`."""
        uids = await self._box.uids(position.next_uid, end - 1)
        for start in range(0, len(uids), TOGETHER):
            # Fetching takes its time: another process may have taken over.
            if not await self._leads():
                raise Conflict("inbox_moved")
            some = uids[start : start + TOGETHER]
            mails = [await self._take(position, uid) for uid in some]
            position = await self._move(position, some[-1] + 1, [each for each in mails if each])
        return await self._move(position, end)

    async def _take(self, position: Position, uid: int) -> TakenMail | None:
        """The mail with its bytes stored; None for one that is gone, lay there before the first
        look, or that the server cannot give.
        """
        try:
            taken = await self._taking.take(position.uidvalidity, uid, position.read_at)
        except BoxFailed:
            if self._count_failure(uid) < ATTEMPTS:
                raise
            log.error("mail not given by the server", uid=uid)
            await self._box.look()
            return None
        if taken is None:
            return None
        failpoint("mail.fetched")
        db = self._desk.db
        if await incoming.lies_before(db, position.name, taken.fingerprint):
            return None
        return taken.mail

    def _count_failure(self, uid: int) -> int:
        """How often in a row the server could not give this mail."""
        last, times = self._stuck
        if last != uid:
            times = 0
        self._stuck = (uid, times + 1)
        return times + 1

    async def _move(
        self,
        position: Position,
        next_uid: int,
        mails: Sequence[TakenMail] = (),
    ) -> Position:
        """The mails and the new position are written together, or neither is.

        The time of the last look stays until all are taken: what came since then is told by it.
        """
        after = mail_inboxes.later(position, next_uid, position.read_at)

        async def write(tx: Tx) -> None:
            await mail_inboxes.move(tx, position, after)
            for mail in mails:
                await incoming.take(tx, mail)

        await self._desk.db.write(write)
        if mails:
            log.info("mails taken", count=len(mails))
            failpoint("mail.taken")
        return after
