"""A desk whose mailbox is in memory: all but the way to the mail server is as it runs."""

import gc
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any

from bench.due import Silent
from bot.clock import wall_clock
from bot.engine import Engine
from bot.files.file_store import FileStore
from bot.mail.imap_box import PIECE, ImapBox, MailBeginning, MailboxState
from bot.mail.inbox import MailInbox
from bot.mail.intake import MailIntake
from bot.mail.server import Encryption, MailServer
from bot.mail.trouble import MailTrouble
from domain.configuration import load_configuration
from domain.staff import Identity, Platform, Role
from store import staff
from store.blobs import Blobs
from store.engine.database import Database, Tx
from store.opening import open_database


class MemoryBox(ImapBox):
    """A mailbox whose server answers at once; UID n is the n-th mail."""

    def __init__(self) -> None:
        super().__init__(MailServer("memory", 1, Encryption.NONE, "desk", "desk"))
        self.mails: list[bytes] = []

    async def look(self) -> MailboxState:
        return MailboxState(1, len(self.mails) + 1)

    async def uids(self, first: int, last: int) -> list[int]:
        return list(range(first, min(last, len(self.mails)) + 1))

    async def since(self, day: date) -> list[int]:
        return []

    async def begin(self, uid: int) -> MailBeginning | None:
        raw = self.mails[uid - 1]
        return MailBeginning(uid, len(raw), datetime.now(UTC), raw[:PIECE])

    async def pieces(self, beginning: MailBeginning) -> AsyncIterator[bytes]:
        raw = self.mails[beginning.uid - 1]
        for start in range(0, len(raw), PIECE):
            yield raw[start : start + PIECE]

    async def heads(self, first: int, last: int) -> list[bytes]:
        return []

    async def wait(self, seconds: float) -> bool:
        return False


@dataclass(frozen=True, slots=True)
class MailDesk:
    """A desk with its mailbox, and the way of a mail."""

    db: Database
    engine: Engine
    box: MemoryBox
    inbox: MailInbox
    intake: MailIntake

    async def take_in(self, mails: Sequence[bytes]) -> None:
        """These come into the mailbox and go all the way, as often as it is looked for them."""
        self.box.mails.extend(mails)
        while True:
            await self.inbox.look()
            await self.intake.settle()
            if not self.inbox.has_more:
                return


@asynccontextmanager
async def a_mail_desk() -> AsyncIterator[MailDesk]:
    """One on SQLite, fully durable, with somebody who chats; its mailbox was looked at once."""
    with TemporaryDirectory(prefix="deskbot-bench-") as folder:
        db = await open_database(f"sqlite:///{folder}/desk.db")

        async def hire(tx: Tx) -> None:
            now = datetime.now(UTC)
            chatting = await staff.add_staff(tx, "chatting", Role.OFFICER, now)
            await staff.link_identity(tx, Identity(Platform.LINE, "U1", chatting, "U1"), now)

        await db.write(hire)
        blobs = Blobs(Path(folder))
        files = FileStore(db, {}, blobs)
        adapters: Any = {Platform.LINE: Silent()}
        engine = Engine(db, load_configuration(), adapters, "bench", wall_clock, files)
        box = MemoryBox()
        trouble = MailTrouble(engine.desk, engine.post)
        inbox = MailInbox(engine.desk, box, blobs, trouble, engine.owner)
        running: Any = SimpleNamespace(desk=engine.desk, post=engine.post, owner=engine.owner)
        desk = MailDesk(db, engine, box, inbox, MailIntake(running, inbox, trouble))
        await desk.take_in([])
        gc.collect()
        gc.freeze()  # as the service does once it is up
        try:
            yield desk
        finally:
            await engine.stop()
            await db.close()
