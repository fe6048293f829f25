"""What keeps mails from coming in: administrators hear of it, and the next try waits longer where
it goes no better by itself.
"""

from collections.abc import Awaitable, Callable
from functools import partial

from bot.log import get_logger, where
from bot.mail.imap_answers import BoxFailed
from bot.queues.administrators import AdministratorNotices
from bot.queues.pulses import Pulses
from domain.dates.days import BANGKOK
from domain.errors import Conflict
from handlers.chat import Reply
from handlers.desk import Desk
from handlers.mail import mailbox
from store.engine.database import StoreUnavailable

AGAIN = 5.0
"""Seconds after a look that failed."""
ALARM_AFTER = 6
"""Looks in vain, one after the other, until administrators hear of it; of what does not go better
by itself they hear at once.
"""
LOGIN = "login"
ALARMING = ("tls", LOGIN, "mailbox")
MAILBOX = "mailbox"
"""What it is called."""
DISK = "disk"

log = get_logger()


class MailTrouble:
    """Counts what fails in a row, and tells of it once a day."""

    def __init__(
        self, desk: Desk, post: Callable[..., Awaitable[None]], pulses: Pulses | None = None
    ) -> None:
        self._desk = desk
        self._notices = AdministratorNotices(post)
        self._pulses = pulses or Pulses(desk.clock)
        self._failed = 0
        self._step = ""

    def over(self) -> None:
        """The mailbox was read."""
        self._failed = 0
        self._step = ""
        self.goes_on()

    def goes_on(self) -> None:
        """The mailbox gives what it is asked for."""
        self._pulses.polled(MAILBOX)

    def pause(self) -> float:
        """Seconds until the next look; 0 where the last one was good."""
        if not self._failed:
            return 0.0
        if self._step in ALARMING:
            # A server may shut out who comes with a wrong password again and again.
            return self._desk.configuration.health.refused
        return AGAIN

    def note(self, error: Exception) -> None:
        """Something failed; whoever must know is told by `tell`."""
        if isinstance(error, BoxFailed):
            self._note_box(str(error))
        elif isinstance(error, OSError):
            log.error("mail not kept", **where(error))
            self._warn(DISK, mailbox.mails_not_kept)
        elif isinstance(error, StoreUnavailable | Conflict):
            log.warning("mailbox not read now", **where(error))
        else:
            log.error("mailbox not read", **where(error))

    def _note_box(self, step: str) -> None:
        self._failed += 1
        self._step = step
        if step == LOGIN:
            self._pulses.refused(MAILBOX)
        log.warning("mailbox not reached", step=step, times=self._failed)
        if step in ALARMING or self._failed >= ALARM_AFTER:
            self._warn(step, partial(mailbox.mailbox_away, step))

    def warn_refused(self, count: int) -> None:
        """The server does not hand so many mails out."""
        self._warn("refused", partial(mailbox.mails_refused, count))

    def warn_unmarked(self) -> None:
        """Mails that were taken get no flag, or do not go to their folder."""
        self._warn("unmarked", mailbox.mails_not_marked)

    def _warn(self, what: str, make: Callable[[], Reply]) -> None:
        day = self._desk.clock().astimezone(BANGKOK).date()
        self._notices.add(f"imap:{what}:{day}", make)

    async def tell(self) -> None:
        """Tell what was not told yet."""
        await self._notices.tell()
