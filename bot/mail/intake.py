"""The way of a mail that comes in: it is taken, then read, then the office is told."""

from bot.mail.inbox import MailInbox
from bot.mail.settling import MailSettling
from bot.mail.trouble import MailTrouble
from bot.parts import RunningDesk
from handlers.desk import Work, up_to_date
from handlers.mail.telling.arrivals import tell_new
from store.engine.failpoints import failpoint


class MailIntake:
    """Goes this way again and again, for as long as the desk runs."""

    def __init__(self, running: RunningDesk, inbox: MailInbox, trouble: MailTrouble) -> None:
        self._desk = running.desk
        self._post = running.post
        self._inbox = inbox
        self._trouble = trouble
        blobs = running.desk.files.blobs
        self._settling = MailSettling(running.desk, blobs, running.post, running.owner)

    async def run_forever(self) -> None:
        """Until cancelled; nothing that is met ends it."""
        try:
            while True:
                await self._inbox.look_safely()
                await self._settle_safely()
                await self._inbox.pause()
        finally:
            await self._inbox.close()

    async def _settle_safely(self) -> None:
        try:
            await self._settling.settle_waiting()
            # Of a thousand that come at once there is one message, not one for each look.
            if not self._inbox.has_more:
                await self.tell()
        except Exception as error:  # noqa: BLE001 - see `run_forever`
            self._trouble.note(error)
        await self._trouble.tell()

    async def settle(self) -> None:
        """Read what waits, and tell of it."""
        await self._settling.settle_waiting()
        await self.tell()

    async def tell(self) -> None:
        """Tell of the tickets that mails made."""
        desk = await up_to_date(self._desk)
        work = Work(desk, desk.clock())
        if await tell_new(work):
            failpoint("mail.telling")
            await self._post(work.outcome())
            failpoint("mail.told")
