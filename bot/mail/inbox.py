"""Takes mails out of a mailbox: the bytes of each are stored before anything looks at them, then a
row is written in the transaction that moves on how far the mailbox was read.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from time import monotonic

from bot.log import get_logger
from bot.mail.imap_answers import BoxFailed
from bot.mail.imap_box import ImapBox, MailboxState
from bot.mail.marking import MailMarking
from bot.mail.refusals import Refusals
from bot.mail.taking import FetchedMail, MailTaking
from bot.mail.trouble import AGAIN, MailTrouble
from domain.dates.days import BANGKOK
from domain.errors import Conflict
from domain.mail.incoming import TakenMail, fingerprint
from handlers.desk import Desk
from store.blobs import Blobs
from store.engine import leases
from store.engine.database import Tx
from store.engine.failpoints import failpoint
from store.mail import inboxes as mail_inboxes
from store.mail import incoming, refused
from store.mail.inboxes import Position

POLL = 15.0
"""Seconds between looks where the server does not tell of what comes, and the longest that it is
waited for.
"""
TURN = 10.0
"""Seconds until a process asks again whether it is its turn."""
BREATH = 1.0
"""Seconds between looks at least, where a server ends each wait at once."""
SPAN = 1_000
"""UIDs asked for at a time."""
MOST = 500
"""Mails that one look takes: then they are read before the next are taken."""
TOGETHER = 20
"""Mails that one transaction takes."""
ATTEMPTS = 4
"""How often in a row a mail is asked for that the server does not give."""
LOOK_BACK = timedelta(days=2)
"""A mailbox that was numbered anew is read from the days before the last look: servers count days
by their own zone.
"""
READ_NOTED_EVERY = timedelta(minutes=10)

log = get_logger()


@dataclass(frozen=True, slots=True)
class _Storing:
    """A mail whose bytes are being stored."""

    mail: TakenMail
    task: asyncio.Task[None]


class MailInbox:
    """One mailbox, by one process at a time."""

    def __init__(
        self,
        desk: Desk,
        box: ImapBox,
        blobs: Blobs,
        trouble: MailTrouble,
        owner: str,
    ) -> None:
        self._desk = desk
        self._box = box
        self._taking = MailTaking(box, blobs, desk.clock)
        self._refusals = Refusals(desk.db, box, self._taking, desk.clock)
        self._marking = MailMarking(desk.db, box, desk.clock)
        self._trouble = trouble
        self._owner = owner
        self._stuck: tuple[int, int] = (0, 0)
        self._is_turn = True
        self.has_more = False
        """The last look left mails for the next one."""

    async def close(self) -> None:
        """Break the connection off."""
        await self._box.close()

    async def pause(self) -> None:
        """Until the next look: as soon as something comes, where the server tells."""
        if self.has_more:
            return
        seconds = self._trouble.pause()
        if seconds:
            await asyncio.sleep(seconds)
            return
        if not self._is_turn:
            await asyncio.sleep(TURN)
            return
        begun = monotonic()
        try:
            told = await self._box.wait(POLL)
        except BoxFailed as error:
            log.warning("mailbox not waited for", step=str(error))
            await asyncio.sleep(AGAIN)
            return
        if not told:
            await asyncio.sleep(POLL)
        elif monotonic() - begun < BREATH:
            await asyncio.sleep(BREATH)

    async def look_safely(self) -> None:
        """One look, whatever it meets; administrators hear of what they must know."""
        self.has_more = False
        try:
            await self.look()
            self._trouble.over()
        except Exception as error:  # noqa: BLE001 - see the docstring
            self._trouble.note(error)
        await self._trouble.tell()

    async def look(self) -> None:
        """Take what came since the last look; BoxFailed, StoreUnavailable, and OSError where the
        bytes cannot be stored: then nothing moves on.
        """
        self._is_turn = await self._leads()
        if not self._is_turn:
            return
        seen = await self._box.look()
        begun = position = await self._position(seen)
        room = MOST
        while position.next_uid < seen.uidnext and room > 0 and await self._leads():
            end = min(position.next_uid + SPAN, seen.uidnext)
            position, room = await self._take_span(position, end, room)
        self.has_more = position.next_uid < seen.uidnext
        now = self._desk.clock()
        if position != begun or abs(now - position.read_at) > READ_NOTED_EVERY:
            # What is left for the next look came since the last one that left nothing.
            at = position.read_at if self.has_more else now
            read = mail_inboxes.later(position, position.next_uid, at)
            await self._desk.db.write(partial(mail_inboxes.move, old=position, new=read))
        await self._ask_again(position)
        if not await self._marking.mark_taken(position):
            self._trouble.warn_unmarked()

    async def _ask_again(self, position: Position) -> None:
        """Ask for a mail once more that the server did not give."""
        left = await self._refusals.ask_next(position)
        if left:
            self._trouble.warn_refused(left)

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
        kept_back = await refused.list_refused(db, name)
        times = [known.read_at, *(each.refused_at for each in kept_back)]
        since = (min(times) - LOOK_BACK).astimezone(BANGKOK).date()
        next_uid = await self._box.first_since(since)
        if next_uid is None:
            next_uid = seen.uidnext
        new = Position(name, seen.uidvalidity, next_uid, known.read_at, seen.uidnext)

        async def write(tx: Tx) -> None:
            await mail_inboxes.move(tx, known, new)
            await refused.forget_numbers(tx, name)

        await db.write(write)
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

    async def _take_span(self, position: Position, end: int, room: int) -> tuple[Position, int]:
        """Take mails before UID `end`, so many at most; returns for how many there is room yet."""
        uids = await self._box.uids(position.next_uid, end - 1)
        wanted = left = uids[:room]
        while left:
            # Fetching takes its time: another process may have taken over.
            if not await self._leads():
                raise Conflict("inbox_moved")
            position = await self._take_some(position, left[:TOGETHER])
            left = [uid for uid in left if uid >= position.next_uid]
        if len(wanted) == len(uids):
            position = await self._move(position, end)
        return position, room - len(wanted)

    async def _take_some(self, position: Position, uids: Sequence[int]) -> Position:
        """Take these mails, each stored while the next ones are fetched; what came before one that
        the server does not give is taken anyway.
        """
        storing: list[_Storing] = []
        try:
            for uid in uids:
                try:
                    fetched = await self._fetch(position, uid)
                except (BoxFailed, OSError) as error:
                    position = await self._move_stored(position, uid, storing)
                    is_refused = isinstance(error, BoxFailed)
                    if not is_refused or self._count_failure(uid) < ATTEMPTS:
                        raise
                    return await self._go_on_without(position, uid)
                if fetched is not None:
                    task = asyncio.create_task(self._taking.store(fetched))
                    storing.append(_Storing(fetched.mail, task))
            return await self._move_stored(position, uids[-1] + 1, storing)
        finally:
            # Whatever went wrong, nothing is written behind the back of the next look.
            await asyncio.gather(*(one.task for one in storing), return_exceptions=True)

    async def _move_stored(
        self,
        position: Position,
        next_uid: int,
        storing: Sequence[_Storing],
    ) -> Position:
        """Move on once all of them are stored; up to the first that cannot be, which is raised."""
        mails: list[TakenMail] = []
        for one in storing:
            try:
                await one.task
            except OSError:
                await self._move(position, one.mail.uid, mails)
                raise
            mails.append(one.mail)
        return await self._move(position, next_uid, mails)

    async def _fetch(self, position: Position, uid: int) -> FetchedMail | None:
        """The mail with its bytes; None for one that is gone, or lay there before."""
        fetched = await self._taking.fetch(position.uidvalidity, uid, position.read_at)
        if fetched is None:
            return None
        failpoint("mail.fetched")
        is_again = uid < position.again_to
        db = self._desk.db
        if is_again and await incoming.lies_before(db, position.name, fetched.fingerprint):
            fetched.part.discard()
            return None
        return fetched

    async def _go_on_without(self, position: Position, uid: int) -> Position:
        """A mail that the server does not give keeps no other, and is asked for again later."""
        log.error("mail not given by the server", uid=uid)
        after = mail_inboxes.later(position, uid + 1, position.read_at)
        kept = self._refusals.of(position, uid)

        async def write(tx: Tx) -> None:
            await mail_inboxes.move(tx, position, after)
            await refused.refuse(tx, kept)

        await self._desk.db.write(write)
        self._trouble.over()
        self._trouble.warn_refused(await refused.count_refused(self._desk.db))
        await self._box.look()
        return after

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
                await self._taking.write(tx, mail)

        await self._desk.db.write(write)
        self._trouble.goes_on()
        if mails:
            log.info("mails taken", count=len(mails))
            failpoint("mail.taken")
        return after
