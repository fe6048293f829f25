"""What the verbs of mail do, and what they say of it."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from datetime import date, datetime
from pathlib import Path

import orjson
from rich.console import Console

from bot.clock import Clock
from bot.engine import Engine
from bot.files.file_store import FileStore
from bot.mail.imap_answers import BoxFailed
from bot.mail.imap_box import ImapBox
from bot.mail.platform import box_of
from bot.mail.refusals import Refusals
from bot.mail.settings import MailSettings
from bot.mail.settling import MailSettling
from bot.mail.taking import MailTaking
from domain.configuration import Configuration
from domain.errors import NotFound
from domain.mail.incoming import IncomingMail, TakenMail, as_exported
from store import audit
from store.blobs import Blobs
from store.engine.database import Database, Tx
from store.mail import inboxes as mail_inboxes
from store.mail import incoming, refused

REFUSED = 1
"""The exit code where it cannot be done."""
PROBLEM = "DESKBOT_IMAP_URL"


def _refuse(told: str) -> int:
    Console(stderr=True, soft_wrap=True, highlight=False, markup=False).print(told)
    return REFUSED


async def export_mails(
    db: Database,
    data_dir: Path,
    path: Path,
    folder: Path | None,
    now: datetime,
) -> int:
    """Write the mails that came in, and where a folder is given the bytes of each; returns the exit
    code.
    """
    blobs = Blobs(data_dir)
    entry = audit.AuditEntry(now, None, "mails.exported", "", "command", "")
    # Before the first row is read, as with tables.
    await db.write(lambda tx: audit.add(tx, [entry]))
    part = path.with_name(f"{path.name}.part")
    count = 0
    gone = 0
    try:
        if folder is not None:
            await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
        with part.open("wb") as file:
            async for mail in incoming.read_all(db):
                file.write(orjson.dumps(as_exported(mail), option=orjson.OPT_APPEND_NEWLINE))
                if folder is not None:
                    gone += not await asyncio.to_thread(_copy_raw, blobs, mail, folder)
                count += 1
        part.replace(path)
    except (OSError, NotFound) as error:
        part.unlink(missing_ok=True)
        return _refuse(f"{path}: cannot be written ({type(error).__name__})")
    print(f"mails {count}")
    if gone:
        print(f"mails whose bytes are gone {gone}")
    return 0


def _copy_raw(blobs: Blobs, mail: IncomingMail, folder: Path) -> bool:
    """The bytes as the server handed them out; returns whether they are there still: they go with
    a customer who is erased.
    """
    try:
        kept = blobs.existing(mail.raw_sha256)
    except NotFound:
        return False
    shutil.copyfile(kept, folder / f"{mail.id:08d}-{mail.raw_sha256}.eml")
    return True


async def take_mails(
    db: Database,
    office: Configuration,
    clock: Clock,
    settings: MailSettings,
    data_dir: Path,
    since: date,
) -> int:
    """Take what lies in the mailbox since that day and was not taken yet; returns the exit code.

    How far the desk has read it stays as it is.
    """
    if not settings.imap_url:
        return _refuse(f"{PROBLEM}: not set, there is no mailbox")
    box = box_of(settings)
    found = taken = 0
    try:
        async for is_new in _taken(db, box, MailTaking(box, Blobs(data_dir), clock), since):
            found += 1
            taken += is_new
    except BoxFailed as error:
        return _refuse(f"{PROBLEM}: the mailbox cannot be read ({error}); taken so far: {taken}")
    finally:
        await box.close()
    print(f"mails {taken}, known before {found - taken}")
    await _read_waiting(db, office, clock, data_dir)
    print(f"waiting {await incoming.count_waiting(db)}")
    return 0


async def _taken(
    db: Database,
    box: ImapBox,
    taking: MailTaking,
    since: date,
) -> AsyncIterator[bool]:
    """Of each mail whether it is new."""
    seen = await box.look()
    for uid in await box.since(since):
        fetched = await taking.take(seen.uidvalidity, uid, None)
        if fetched is None:
            continue
        mail = fetched.mail

        async def write(tx: Tx, mail: TakenMail = mail) -> bool:
            return await taking.write(tx, mail)

        yield await db.write(write)


async def retry_mails(
    db: Database,
    office: Configuration,
    clock: Clock,
    settings: MailSettings,
    data_dir: Path,
) -> int:
    """Ask for what the server did not give, and read what waits, unless a running desk does; says
    how many are left of both.
    """
    refusal = await _ask_again(db, clock, settings, data_dir)
    await _read_waiting(db, office, clock, data_dir)
    print(f"waiting {await incoming.count_waiting(db)}")
    kept = await refused.count_refused(db)
    if kept:
        print(f"not given by the server {kept}")
    return _refuse(refusal) if refusal else 0


async def _ask_again(
    db: Database,
    clock: Clock,
    settings: MailSettings,
    data_dir: Path,
) -> str:
    """Ask for the mails that the server did not give; returns why it could not be asked."""
    if not settings.imap_url or not await refused.count_refused(db):
        return ""
    box = box_of(settings)
    taking = MailTaking(box, Blobs(data_dir), clock)
    try:
        await box.look()
        position = await mail_inboxes.find_position(db, box.name)
        if position is not None:
            await Refusals(db, box, taking, clock).ask_all(position)
    except BoxFailed as error:
        return f"{PROBLEM}: the mailbox cannot be read ({error})"
    finally:
        await box.close()
    return ""


async def _read_waiting(
    db: Database,
    office: Configuration,
    clock: Clock,
    data_dir: Path,
) -> None:
    blobs = Blobs(data_dir)
    engine = Engine(db, office, {}, "mail", clock, FileStore(db, {}, blobs))
    try:
        settling = MailSettling(engine.desk, blobs, engine.post, engine.owner)
        await settling.settle_waiting()
    finally:
        await engine.stop()
