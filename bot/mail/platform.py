"""Mail's parts: the server that sends, and the mailbox that is read."""

from collections.abc import Sequence
from math import inf

from bot.mail.adapter import MailAdapter
from bot.mail.imap_answers import BoxFailed
from bot.mail.imap_box import ImapBox
from bot.mail.inbox import MailInbox
from bot.mail.intake import MailIntake
from bot.mail.server import TakenMark, read_mailbox, read_sender, read_server
from bot.mail.settings import MailSettings
from bot.mail.trouble import LOGIN, MAILBOX, MailTrouble
from bot.parts import PlatformParts, PlatformWork, Refusal, RunningDesk, Surroundings
from domain.staff import Platform

PROBLEMS = {
    "connect": "the server cannot be reached or turns us away",
    "timeout": "the server does not answer in time",
    "tls": "the server offers no encryption that can be trusted",
    LOGIN: "the server does not know this user and password",
    "mailbox": "there is no such mailbox, or it cannot be read",
    "folder": "DESKBOT_IMAP_FOLDER: there is no such folder",
}
"""What a step that failed means, by its name."""


def open_mail(settings: MailSettings, surroundings: Surroundings) -> "MailPlatform | None":
    """The way out, where a server and a sender are given."""
    if settings.smtp_url is None or settings.mail_from is None:
        return None
    name, address = read_sender(settings.mail_from)
    server = read_server(settings.smtp_url)
    return MailPlatform(MailAdapter(server, name, address, blobs=surroundings.blobs))


class MailPlatform(PlatformParts):
    """See `bot.parts.PlatformParts`. Each mail has a connection of its own: nothing is to close."""

    name = Platform.MAIL
    # Each time it is logged in to.
    ask_every = 40.0
    may_lock_out = True

    def __init__(self, adapter: MailAdapter) -> None:
        self.adapter: MailAdapter = adapter

    async def check(self) -> str:
        """Connects, encrypts, logs in; sends nothing."""
        problem = await self.adapter.hello()
        if not problem:
            return ""
        step = problem.split()[0]
        told = f"DESKBOT_SMTP_URL: {PROBLEMS.get(step, 'no answer')} ({problem})"
        return Refusal(told) if step == LOGIN else told


def box_of(settings: MailSettings) -> ImapBox:
    """The mailbox that is set; it connects when it is looked at."""
    server, mailbox = read_mailbox(settings.imap_url or "")
    return ImapBox(server, mailbox, marks=TakenMark(settings.imap_flag, settings.imap_folder))


def open_mailbox(settings: MailSettings, surroundings: Surroundings) -> "MailboxPlatform | None":
    """The mailbox, where one is given."""
    if not settings.imap_url:
        return None
    return MailboxPlatform(box_of(settings))


class MailboxPlatform(PlatformParts):
    """See `bot.parts.PlatformParts`. Mails come in here."""

    name = MAILBOX
    # Whether it can be read says whoever reads it.
    ask_every = inf

    def __init__(self, box: ImapBox) -> None:
        self._box = box

    def background(self, running: RunningDesk) -> Sequence[PlatformWork]:
        """Reading what comes."""
        desk = running.desk
        trouble = MailTrouble(desk, running.post, running.pulses)
        inbox = MailInbox(desk, self._box, desk.files.blobs, trouble, running.owner)
        return (MailIntake(running, inbox, trouble).run_forever,)

    async def check(self) -> str:
        """Connects, encrypts, logs in, opens the mailbox; changes nothing."""
        try:
            await self._box.look()
            await self._box.find_folder()
        except BoxFailed as error:
            step = str(error)
            return f"DESKBOT_IMAP_URL: {PROBLEMS.get(step, 'no answer')} ({step})"
        return ""

    async def close(self) -> None:
        """Break the connection off."""
        await self._box.close()
