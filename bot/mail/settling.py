"""Reads the mails that were taken, one after the other: each is settled in one transaction, and
what a kill leaves is read again.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from pathlib import Path

from bot.log import get_logger, where
from domain.errors import Conflict, InvalidInput, NotFound
from domain.files import FileKind, safe_name
from domain.mail.incoming import WaitingMail
from domain.mail.raw.types import MailAttachment, ReadMail
from domain.mail.reading import read_mail
from handlers.desk import Desk, Fetched, Work, up_to_date
from handlers.mail.incoming import OpenedMail, StoredAttachment, settle
from handlers.messages import new_reference
from store.blobs import Blobs, sniff_file
from store.engine import leases
from store.engine.database import Reader, StoreUnavailable, Tx
from store.engine.failpoints import failpoint
from store.mail import incoming

LEASE = "mails"
"""One process at a time reads: a second one would do the same once more."""
PAGE = 50
DEADLY = 3
"""Starts that ended while they read a mail: the next one reads it no more, and tells of it."""
ListWaiting = Callable[[Reader, str, int, int], Awaitable[list[WaitingMail]]]
ATTEMPTS = 4
"""How often a mail is decided on afresh when somebody else's write came between."""

log = get_logger()


class MailSettling:
    """Reads what waits."""

    def __init__(
        self,
        desk: Desk,
        blobs: Blobs,
        post: Callable[..., Awaitable[None]],
        owner: str,
    ) -> None:
        self._desk = desk
        self._blobs = blobs
        self._post = post
        self._owner = owner

    async def settle_waiting(self) -> None:
        """All that waits, in the order of its taking; one that meets trouble stays, and stops no
        other.

        What a process ended on may be what ended it: such mails come last, and one by one, so that
        the next time it is known which of them it was.
        """
        await self._settle_all(incoming.list_harmless, PAGE)
        await self._settle_all(incoming.list_suspects, 1)

    async def _settle_all(self, list_next: ListWaiting, limit: int) -> None:
        after = 0
        while waiting := await list_next(self._desk.db, self._owner, after, limit):
            if not await self._begins(waiting):
                return
            desk = await up_to_date(self._desk)
            for mail in waiting:
                await self._settle_safely(desk, mail)
            after = waiting[-1].id

    async def _settle_safely(self, desk: Desk, mail: WaitingMail) -> None:
        try:
            await self._settle(desk, mail)
        except (StoreUnavailable, OSError):
            raise
        except Exception as error:  # noqa: BLE001 - it stays, and is tried again
            log.error("mail not settled", reference=new_reference(), **where(error))

    async def _begins(self, waiting: Sequence[WaitingMail]) -> bool:
        """Whether it is this process that reads; if so it is noted of these before it does."""
        now = self._desk.clock()
        ids = [mail.id for mail in waiting]

        async def begin(tx: Tx) -> bool:
            leads = await leases.take(tx, LEASE, self._owner, now)
            if leads:
                await incoming.begin(tx, ids, self._owner)
            return leads

        return await self._desk.db.write(begin)

    async def _settle(self, desk: Desk, waiting: WaitingMail) -> None:
        try:
            raw = await asyncio.to_thread(self._blobs.existing(waiting.raw_sha256).read_bytes)
        except NotFound:
            log.error("bytes of a mail are gone", mail=waiting.id)
            raw = b""
        opened = await self._opened(waiting, raw)
        failpoint("mail.read")
        try:
            await self._write(desk, opened)
        except (StoreUnavailable, Conflict):
            raise
        except Exception as error:  # noqa: BLE001 - whatever it says, it is a ticket
            log.error("mail not settled as read", reference=new_reference(), **where(error))
            await self._write(desk, OpenedMail(waiting, raw, None))
        failpoint("mail.settled")

    async def _write(self, desk: Desk, mail: OpenedMail) -> None:
        """What the mail comes to, decided afresh where somebody's write came between."""
        for attempt in range(1, ATTEMPTS + 1):
            work = Work(desk, desk.clock())
            try:
                reading = await settle(work, mail)
                await self._post(work.outcome())
                log.info("mail settled", kind=reading.kind, opened=reading.opened)
                return
            except Conflict as conflict:
                if conflict.code == "mail_read":
                    return
                if attempt == ATTEMPTS:
                    raise

    async def _opened(self, waiting: WaitingMail, raw: bytes) -> OpenedMail:
        """The mail with what it says; without, where that ended one process after the other."""
        ended = waiting.ended(self._owner)
        if ended < DEADLY:
            return await self._open(waiting, raw)
        log.error("mail kept aside unread", mail=waiting.id, starts=ended)
        return OpenedMail(waiting, raw, None)

    async def _open(self, waiting: WaitingMail, raw: bytes) -> OpenedMail:
        """The mail as a person reads it, with its files stored."""
        try:
            read = await asyncio.to_thread(read_mail, raw)
        except Exception as error:  # noqa: BLE001 - a mail that nobody can read is a ticket, too
            log.error("mail unreadable", reference=new_reference(), **where(error))
            return OpenedMail(waiting, raw, None)
        return OpenedMail(waiting, raw, read, await self._stored(read))

    async def _stored(self, read: ReadMail) -> list[StoredAttachment]:
        return [await self._store(each) for each in read.attachments]

    async def _store(self, attachment: MailAttachment) -> StoredAttachment:
        """A file's bytes by the rules for files in chat: what those refuse stays in the mail."""
        if attachment.dangerous:
            return StoredAttachment(attachment, _hash(attachment), None)

        async def chunks() -> AsyncIterator[bytes]:
            yield attachment.content

        part = await self._blobs.receive(chunks(), len(attachment.content))
        try:
            kind = await asyncio.to_thread(_kind, part.path, attachment)
            if kind is None:
                return StoredAttachment(attachment, part.sha256, None)
            await self._blobs.keep(part)
        finally:
            part.discard()
        name = safe_name(attachment.filename, kind, "file")
        return StoredAttachment(
            attachment, part.sha256, Fetched(part.sha256, part.size, kind.mime, name)
        )


def _hash(attachment: MailAttachment) -> str:
    return hashlib.sha256(attachment.content).hexdigest()


def _kind(path: Path, attachment: MailAttachment) -> FileKind | None:
    """What the file is; None where it is not handed on."""
    try:
        return sniff_file(path, attachment.filename)
    except InvalidInput:
        return None
