"""`run_bot.py erase`: a customer's data leave the desk, which may be serving meanwhile.

First the decision is written to the list of erasures, then the rows go in one transaction, then the
bytes of files, then whatever the database's files still hold of it; last comes the certificate."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.operating.erasures import note_erasures, write_private
from bot.operating.refused import VerbRefused
from bot.settings import Settings
from domain.customers.marks import find_marks
from domain.dates.days import BANGKOK
from domain.errors import NotFound
from domain.staff import Staff
from domain.text import clean, words
from domain.tickets.references import ReferenceKind, read_alone
from store import audit, staff
from store.audit import AuditEntry
from store.blobs import Blobs
from store.engine.database import Database, Reader, Tx
from store.opening import Opening, may_be_there, open_database
from store.privacy.erased_files import (
    forget_files,
    hashes_of_mails,
    naming,
    overwrite,
    unnamed,
)
from store.privacy.erasing import Erasing, erase
from store.privacy.subjects import DataSubject, find_subject

FOLDER = "erasures"
"""The folder of the certificates in the data folder."""


@dataclass(frozen=True, slots=True)
class AskedErasure:
    """Whose data go, why, and the names of the two who decided it."""

    code: str
    reason: str
    by: str
    confirmed_by: str


@dataclass(frozen=True, slots=True)
class Decided:
    """The same as the desk knows them."""

    code: str
    reason: str
    by: Staff
    confirmed_by: Staff
    at: datetime

    def audited(self, code: str) -> list[AuditEntry]:
        """Both in the audit log."""
        asked = AuditEntry(
            self.at,
            self.by.id,
            "customer.erased",
            code,
            "command",
            "",
        )
        confirmed = AuditEntry(
            self.at,
            self.confirmed_by.id,
            "customer.erasure_confirmed",
            code,
            "command",
            "",
        )
        return [asked, confirmed]


async def erase_customer(
    settings: Settings,
    asked: AskedErasure,
    now: datetime,
) -> str:
    """Erase, and write the certificate; returns what came of it, in one line.

    Raises VerbRefused, WrongSchema, StoreUnavailable."""
    if not may_be_there(settings.database_url):
        raise VerbRefused("DESKBOT_DATABASE_URL: there is no desk")
    db = await open_database(
        settings.database_url,
        now,
        Opening.USE,
    )
    try:
        decided = await _decided(
            db,
            asked,
            now,
        )
        subject = await found_subject(db, decided.code)
        note_erasures(settings.data_dir, [_entry(decided, subject)])
        entries = decided.audited(subject.code)
        blobs = Blobs(settings.data_dir)
        done = await erase_everywhere(
            db,
            blobs,
            subject.code,
            entries,
        )
    finally:
        await db.close()
    certificate = _write_certificate(
        settings.data_dir,
        decided,
        subject,
        done,
    )
    return f"erased: {', '.join(subject.codes)}: {certificate}"


async def _decided(
    db: Reader,
    asked: AskedErasure,
    now: datetime,
) -> Decided:
    """Who decided it, as the desk knows them."""
    if not clean(asked.reason):
        raise VerbRefused("--reason: say why")
    by = await _person(
        db,
        "--by",
        asked.by,
    )
    confirmed_by = await _person(
        db,
        "--confirmed-by",
        asked.confirmed_by,
    )
    if by.id == confirmed_by.id:
        raise VerbRefused("--confirmed-by: must be somebody else than --by")
    code = customer_code(asked.code)
    return Decided(
        code,
        clean(asked.reason),
        by,
        confirmed_by,
        now,
    )


def customer_code(typed: str) -> str:
    """A customer's code as the desk writes it; VerbRefused where it is none."""
    one = read_alone(typed)
    if one is None or one.kind is not ReferenceKind.CUSTOMER:
        raise VerbRefused(f"{typed} is no customer's code, as in C81554")
    return one.value


async def _person(
    db: Reader,
    option: str,
    name: str,
) -> Staff:
    found = await staff.find_staff_by_name(db, clean(name))
    if found is None or found.blocked_at is not None:
        raise VerbRefused(f"{option}: nobody of the staff is called {name}")
    return found


async def found_subject(db: Reader, code: str) -> DataSubject:
    """All that is a customer's; VerbRefused where there is none of this code."""
    try:
        return await find_subject(db, code)
    except NotFound:
        raise VerbRefused(f"there is no customer {code}") from None


async def erase_codes(
    url: str,
    data_dir: Path,
    codes: Sequence[str],
    now: datetime,
) -> int:
    """Erase these customers from a desk that was restored, as far as they are there; returns how
    many were.
    """
    db = await open_database(url, now)
    count = 0
    try:
        for code in codes:
            again = AuditEntry(
                now,
                None,
                "customer.erased",
                code,
                "command",
                "",
            )
            with suppress(NotFound):
                await erase_everywhere(
                    db,
                    Blobs(data_dir),
                    code,
                    [again],
                )
                count += 1
    finally:
        await db.close()
    return count


async def erase_everywhere(
    db: Database,
    blobs: Blobs,
    code: str,
    entries: Sequence[AuditEntry],
) -> Erasing:
    """The rows, the bytes, and what is left of both in the database's files."""
    erased = words("privacy").text("erased")

    async def work(tx: Tx) -> tuple[DataSubject, Erasing, list[str]]:
        subject = await find_subject(tx, code)
        done = await erase(
            tx,
            subject,
            erased,
        )
        await audit.add(tx, [*entries])
        mails = [*subject.incoming, *done.mails]
        raw = await hashes_of_mails(tx, done.mails)
        return (
            subject,
            done,
            await unnamed(
                tx,
                [*done.hashes, *raw],
                mails,
            ),
        )

    subject, done, hashes = await db.write(work)
    done.rows["bytes"] += await asyncio.to_thread(
        overwrite,
        blobs,
        hashes,
    )
    finder = find_marks(subject.marks.without(subject.shared))
    others = await asyncio.to_thread(
        naming,
        blobs,
        finder,
    )
    if others:
        done.rows["files"] += await db.write(lambda tx: forget_files(tx, others))
        done.rows["bytes"] += await asyncio.to_thread(
            overwrite,
            blobs,
            others,
        )
    touched = [table for table, count in done.rows.items() if count and table != "bytes"]
    await db.overwrite_freed([*dict.fromkeys([*touched, "ticket_texts", "search_words"])])
    return done


# The list of erasures, and the certificate.


def _entry(decided: Decided, subject: DataSubject) -> dict[str, Any]:
    return {
        "code": subject.code,
        "codes": list(subject.codes),
        "erased_at": decided.at.isoformat(),
        "by": decided.by.name,
        "confirmed_by": decided.confirmed_by.name,
    }


def _write_certificate(
    folder: Path,
    decided: Decided,
    subject: DataSubject,
    done: Erasing,
) -> Path:
    """What was done, for the file: no word about the person."""
    at = decided.at.astimezone(BANGKOK)
    finder = find_marks(subject.marks)
    reason = finder.replaced(decided.reason, words("privacy").text("erased"))
    lines = [
        "CERTIFICATE OF ERASURE",
        f"customer: {', '.join(subject.codes)}",
        f"at: {at:%Y-%m-%d %H:%M:%S} (Asia/Bangkok)",
        f"asked by: {decided.by.name}",
        f"confirmed by: {decided.confirmed_by.name}",
        f"reason: {reason}",
        f"tickets kept without personal data: {len(subject.tickets)}",
        "rows erased or emptied, by table:",
        *(f"  {table}: {count}" for table, count in sorted(done.rows.items()) if count),
        "backups: the list of erasures is applied at every restoring (restore --erasures)",
    ]
    path = folder / FOLDER / f"{subject.code}-{at:%Y%m%dT%H%M%S}.txt"
    write_private(path, "\n".join([*lines, ""]).encode())
    return path
