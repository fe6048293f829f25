"""Gives mails that were taken the flag or the folder that the office wants them to have in the
mailbox: once they are stored, and never before.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from bot.log import get_logger
from bot.mail.imap_answers import MARK, BoxFailed
from bot.mail.imap_box import ImapBox
from store.engine.database import Database
from store.engine.failpoints import failpoint
from store.mail import to_mark
from store.mail.inboxes import Position

AGAIN = timedelta(minutes=10)
"""How long a mailbox is left alone that does not take the flag or the folder."""
TOGETHER = 200

log = get_logger()


class MailMarking:
    """Marks the mails of one mailbox."""

    def __init__(self, db: Database, box: ImapBox, clock: Callable[[], datetime]) -> None:
        self._db = db
        self._box = box
        self._clock = clock
        self._refused_at: datetime | None = None

    async def mark_taken(self, position: Position) -> bool:
        """Mark what was taken; returns False where the mailbox does not do it."""
        if not self._box.marks or self._is_left_alone():
            return True
        while uids := await to_mark.list_to_mark(self._db, position, TOGETHER):
            try:
                await self._box.mark(position.uidvalidity, uids)
            except BoxFailed as error:
                if str(error) != MARK:
                    raise
                self._refused_at = self._clock()
                log.warning("mails not marked")
                return False
            failpoint("mail.marked")
            marked = partial(to_mark.note_marked, position=position, uids=uids)
            await self._db.write(marked)
        return True

    def _is_left_alone(self) -> bool:
        refused_at = self._refused_at
        return refused_at is not None and abs(self._clock() - refused_at) < AGAIN
