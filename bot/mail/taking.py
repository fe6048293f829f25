"""Fetches a mail piece by piece and stores its bytes, whatever they are."""

import hashlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime

from bot.mail.imap_answers import BoxFailed
from bot.mail.imap_box import ImapBox, MailBeginning
from domain.errors import InvalidInput
from domain.mail.incoming import (
    TakenMail,
    arrival,
    body_start,
    fingerprint,
    message_id_of,
    said_in_head,
)
from store.blobs import Blobs, ReceivedBytes
from store.engine.database import Tx
from store.mail import incoming, to_mark

LARGEST = 60_000_000
"""Bytes of a mail: of a larger one only the headers are taken."""
HEAD = 262_144
"""Bytes of headers that are taken of it, at most."""


@dataclass(frozen=True, slots=True)
class FetchedMail:
    """A mail whose bytes came, and by what it is known without them; `part` = where they lie until
    they are stored.
    """

    mail: TakenMail
    fingerprint: str
    part: ReceivedBytes


class MailTaking:
    """Takes mails of one mailbox."""

    def __init__(self, box: ImapBox, blobs: Blobs, clock: Callable[[], datetime]) -> None:
        self._box = box
        self._blobs = blobs
        self._clock = clock

    async def take(
        self, uidvalidity: int, uid: int, looked_at: datetime | None
    ) -> FetchedMail | None:
        """Fetch the mail and store its bytes; see `fetch`."""
        fetched = await self.fetch(uidvalidity, uid, looked_at)
        if fetched is not None:
            await self.store(fetched)
        return fetched

    async def store(self, fetched: FetchedMail) -> None:
        """Its bytes are on disk under their hash when this returns."""
        try:
            await self._blobs.keep(fetched.part)
        finally:
            fetched.part.discard()

    async def fetch(
        self, uidvalidity: int, uid: int, looked_at: datetime | None
    ) -> FetchedMail | None:
        """The mail with its bytes, which are to be stored; None where it is gone. `looked_at` = it
        lay not there at that time.
        """
        beginning = await self._box.begin(uid)
        if beginning is None:
            if await self._box.uids(uid, uid):
                # It is there, and yet the server says nothing of it.
                raise BoxFailed("read")
            return None
        body = hashlib.sha256()
        part, is_whole = await self._receive(beginning, body)
        now = self._clock()
        mail = TakenMail(
            mailbox=self._box.name,
            uidvalidity=uidvalidity,
            uid=uid,
            raw_sha256=part.sha256,
            size=max(beginning.size, part.size),
            whole=is_whole,
            arrived_at=arrival(beginning.arrived_at, looked_at, now),
            taken_at=now,
            message_id=message_id_of(beginning.piece),
            content_sha256=_content(beginning.piece, body) if is_whole else "",
        )
        return FetchedMail(mail, fingerprint(beginning.piece), part)

    async def write(self, tx: Tx, mail: TakenMail) -> bool:
        """Its row, with what is to be done in the mailbox; False where it was taken before."""
        if self._box.marks:
            await to_mark.add(tx, mail)
        return await incoming.take(tx, mail)

    async def _receive(
        self, beginning: MailBeginning, body: "hashlib._Hash"
    ) -> tuple[ReceivedBytes, bool]:
        """The mail's bytes, and whether they are all; of one that is too large its headers."""
        if beginning.size <= LARGEST:
            try:
                return await self._blobs.receive(self._pieces(beginning, body), LARGEST), True
            except InvalidInput:
                # Its server said that it was smaller.
                pass
        return await self._blobs.receive(self._head(beginning.uid)), False

    async def _pieces(
        self, beginning: MailBeginning, body: "hashlib._Hash"
    ) -> AsyncIterator[bytes]:
        """The mail's pieces; what is not its headers goes into the hash of its body as well."""
        start = body_start(beginning.piece)
        async for piece in self._box.pieces(beginning):
            body.update(piece[start:])
            start = 0
            yield piece

    async def _head(self, uid: int) -> AsyncIterator[bytes]:
        yield await self._box.head(uid, HEAD)


def _content(head: bytes, body: "hashlib._Hash") -> str:
    """What the mail says, without what servers on its way wrote above it."""
    return hashlib.sha256(f"{said_in_head(head)} {body.hexdigest()}".encode()).hexdigest()
