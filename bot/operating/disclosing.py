"""`run_bot.py disclose`: all that the desk holds about a customer, as one file."""

import os
from datetime import datetime
from pathlib import Path

from bot.operating.erasing import customer_code, found_subject
from bot.operating.refused import VerbRefused, refuse_no_desk
from bot.settings import Settings
from store import audit
from store.audit import AuditEntry
from store.opening import Opening, open_database
from store.privacy.disclosing import as_bytes, disclose


async def disclose_customer(
    settings: Settings,
    code: str,
    out: Path,
    now: datetime,
) -> str:
    """Write the file, for its owner alone; returns what is in it, in one line.

    Raises VerbRefused, WrongSchema, StoreUnavailable."""
    _refuse_there(out)
    await refuse_no_desk(settings.database_url)
    db = await open_database(
        settings.database_url,
        now,
        Opening.USE,
    )
    try:
        subject = await found_subject(db, customer_code(code))
        entry = AuditEntry(
            now,
            None,
            "customer.disclosed",
            subject.code,
            "command",
            "",
        )
        # Before the first row is read, as with every export.
        await db.write(lambda tx: audit.add(tx, [entry]))
        sections = await disclose(db, subject)
    finally:
        await db.close()
    _write_new(out, as_bytes(subject, sections, now))
    counts = [f"{name} {len(rows)}" for name, rows in sections.items() if rows]
    return f"disclosed: {subject.code}: {', '.join(counts)}: {out}"


def _refuse_there(out: Path) -> None:
    if out.exists():
        raise VerbRefused(f"{out} is there already: name a file that is not")


def _write_new(out: Path, data: bytes) -> None:
    """VerbRefused where somebody made it meanwhile, or nobody may."""
    try:
        handle = os.open(
            out,
            os.O_CREAT | os.O_EXCL | os.O_WRONLY,
            0o600,
        )
    except FileExistsError:
        raise VerbRefused(f"{out} is there already: name a file that is not") from None
    except OSError as error:
        raise VerbRefused(f"{out}: {error.strerror}") from error
    with os.fdopen(handle, "wb") as file:
        file.write(data)
