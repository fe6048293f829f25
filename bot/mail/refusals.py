"""Asks again for the mails that a mailbox's server did not hand out, one at a time and seldom, so
that none keeps those that come.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from bot.log import get_logger
from bot.mail.imap_answers import BoxFailed
from bot.mail.imap_box import ImapBox
from bot.mail.taking import FetchedMail, MailTaking
from store.engine.database import Database, Tx
from store.mail import refused
from store.mail.inboxes import Position
from store.mail.refused import RefusedMail

AGAIN = timedelta(minutes=10)
"""How long a mail is left alone that the server did not give."""

log = get_logger()


class Refusals:
    """Those of one mailbox."""

    def __init__(
        self,
        db: Database,
        box: ImapBox,
        taking: MailTaking,
        clock: Callable[[], datetime],
    ) -> None:
        self._db = db
        self._box = box
        self._taking = taking
        self._clock = clock

    def of(self, position: Position, uid: int) -> RefusedMail:
        """The mail, refused now."""
        now = self._clock()
        return RefusedMail(position.name, position.uidvalidity, uid, now, now)

    async def ask_next(self, position: Position) -> int:
        """Ask for the one that was left alone longest, where it was for long enough; returns how
        many the server still keeps, 0 where none was asked for.
        """
        kept = await refused.list_refused(self._db, position.name)
        now = self._clock()
        if not kept or abs(now - kept[0].tried_at) < AGAIN:
            return 0
        is_given = await self.ask(kept[0], position)
        return len(kept) - int(is_given)

    async def ask_all(self, position: Position) -> int:
        """Ask for all of them; returns how many the server still keeps."""
        kept = await refused.list_refused(self._db, position.name)
        given = [await self.ask(mail, position) for mail in kept]
        return given.count(False)

    async def ask(self, mail: RefusedMail, position: Position) -> bool:
        """Ask for this one; returns whether it is kept no longer."""
        if mail.uidvalidity != position.uidvalidity:
            # The next look at the renumbered mailbox finds it under its new number.
            return False
        try:
            taken = await self._taking.take(mail.uidvalidity, mail.uid, None)
        except BoxFailed:
            again = replace(mail, tried_at=self._clock())
            await self._db.write(lambda tx: refused.refuse(tx, again))
            await self._box.look()
            return False
        await self._write(mail, taken)
        return True

    async def _write(self, mail: RefusedMail, taken: FetchedMail | None) -> None:
        """It is taken, or is gone from the mailbox."""

        async def write(tx: Tx) -> None:
            await refused.give(tx, mail)
            if taken is not None:
                await self._taking.write(tx, taken.mail)

        await self._db.write(write)
        log.info("mail given in the end", is_gone=taken is None)
