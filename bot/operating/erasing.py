"""A customer's data leave the desk, which may be serving meanwhile: for `run_bot.py erase`, and for
what administrators decided in chat.

First the decision is written to the list of erasures, then his own rows go in one transaction, then
what texts of others and files say of him, piece by piece, then the bytes of files, and whatever the
database's files still hold of it; last comes the certificate. Each step can be done again: a row of
`erasures` says how far a kill left it."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

from bot.operating.erasures import note_erasures, write_private
from bot.operating.left_over import LeftOver, overwrite_bytes, overwrite_freed
from bot.operating.refused import VerbRefused, refuse_no_desk
from bot.operating.shown import take_out
from bot.settings import Settings
from domain.dates.days import BANGKOK
from domain.errors import NotFound
from domain.staff import Staff
from domain.text import clean, words
from domain.tickets.references import ReferenceKind, read_alone
from handlers.privacy.certificate import Certified, certificate
from store import audit, staff
from store.audit import AuditEntry
from store.blobs import Blobs
from store.engine import leases
from store.engine.database import Database, Reader, StoreUnavailable, Tx
from store.engine.failpoints import failpoint
from store.moving.opening import open_moved
from store.opening import Opening, open_database
from store.privacy import asked
from store.privacy.asked import Erasure, ErasureState, Sought
from store.privacy.erasing import erase
from store.privacy.subjects import DataSubject, codes_of, find_subject

FOLDER = "erasures"
"""The folder of the certificates in the data folder."""


OWNER = "verb"
KEEP_LEASE = leases.TTL / 3


@dataclass(frozen=True, slots=True)
class AskedErasure:
    """Whose data go, why, and the names of the two who decided it."""

    code: str
    reason: str
    by: str
    confirmed_by: str


async def erase_customer(
    settings: Settings,
    wanted: AskedErasure,
    now: datetime,
) -> str:
    """Erase, and write the certificate; returns what came of it, in one line.

    Raises VerbRefused, WrongSchema, StoreUnavailable."""
    await refuse_no_desk(settings.database_url)
    db = await open_database(
        settings.database_url,
        now,
        Opening.USE,
    )
    keeping = asyncio.ensure_future(asyncio.sleep(0))
    try:
        erasure = await _decided(
            db,
            wanted,
            now,
        )
        keeping = asyncio.ensure_future(_keep(db, erasure, now))
        path = await carry_out(
            db,
            settings.data_dir,
            erasure,
        )
        erased = await asked.get(db, erasure.id)
        await db.write(lambda tx: asked.end(tx, erasure.id))
    finally:
        keeping.cancel()
        await db.close()
    return f"erased: {', '.join(erased.codes.split())}: {path}"


async def _decided(
    db: Database,
    wanted: AskedErasure,
    now: datetime,
) -> Erasure:
    """What is to be done from now on: written down, or what a kill left of the same."""
    if not clean(wanted.reason):
        raise VerbRefused("--reason: say why")
    by = await _person(
        db,
        "--by",
        wanted.by,
    )
    confirmed_by = await _person(
        db,
        "--confirmed-by",
        wanted.confirmed_by,
    )
    if by.id == confirmed_by.id:
        raise VerbRefused("--confirmed-by: must be somebody else than --by")
    codes = await _codes(db, customer_code(wanted.code))
    begun = await asked.find_begun(db, codes[0])
    if begun is not None:
        return begun
    erasure = Erasure(
        id=uuid4().hex,
        code=codes[0],
        codes=" ".join(codes),
        reason=clean(wanted.reason),
        state=ErasureState.CONFIRMED,
        asked_by=by.id,
        asked_at=now,
        until_at=now,
        decided_by=confirmed_by.id,
        decided_at=now,
    )
    entry = AuditEntry(
        now,
        confirmed_by.id,
        "customer.erasure_confirmed",
        codes[0],
        "command",
        "",
    )

    async def work(tx: Tx) -> None:
        await asked.add(tx, erasure)
        # A desk that serves leaves it alone.
        await leases.take(tx, asked.lease_name(erasure.id), OWNER, now)
        await audit.add(tx, [entry])

    await db.write(work)
    return erasure


async def _keep(
    db: Database,
    erasure: Erasure,
    now: datetime,
) -> None:
    """No serving desk begins the same meanwhile."""
    name = asked.lease_name(erasure.id)
    while True:
        await asyncio.sleep(KEEP_LEASE.total_seconds())
        now += KEEP_LEASE
        with suppress(StoreUnavailable):
            await db.write(partial(leases.take, name=name, owner=OWNER, now=now))


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


async def _codes(db: Reader, code: str) -> tuple[str, ...]:
    """Those that are one person; VerbRefused where there is none of this code."""
    try:
        return await codes_of(db, code)
    except NotFound:
        raise VerbRefused(f"there is no customer {code}") from None


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
    db = await open_moved(url, now)
    blobs = Blobs(data_dir)
    count = 0
    try:
        for code in codes:
            with suppress(NotFound):
                await _erase_again(
                    db,
                    blobs,
                    code,
                    now,
                )
                count += 1
    finally:
        await db.close()
    return count


async def _erase_again(
    db: Database,
    blobs: Blobs,
    code: str,
    now: datetime,
) -> None:
    entry = AuditEntry(
        now,
        None,
        "customer.erased",
        code,
        "command",
        "",
    )
    erased = await db.write(partial(_erase_rows, code=code, entry=entry))
    left = LeftOver(db, blobs, erased.sought, hashes=[*erased.hashes], rows=erased.rows)
    await left.take_out(erased.codes)
    await left.end()


async def carry_out(
    db: Database,
    data_dir: Path,
    erasure: Erasure,
) -> Path:
    """Do what was decided, or what a kill left of it; returns the certificate. Whoever hands that
    over says then that it is done.
    """
    names = await staff.staff_names(db)
    by = names.get(erasure.asked_by, "") if erasure.asked_by is not None else ""
    confirmed_by = names.get(erasure.decided_by, "") if erasure.decided_by is not None else ""
    at = erasure.decided_at or erasure.asked_at
    note_erasures(data_dir, [_entry(erasure, at, by, confirmed_by)])
    failpoint("erase.listed")
    if erasure.state is ErasureState.CONFIRMED:
        await db.write(partial(_begin, erasure=erasure, at=at))
    failpoint("erase.rows")
    await _take_what_is_left(db, Blobs(data_dir), erasure.id)
    failpoint("erase.freed")
    erased = await asked.get(db, erasure.id)
    told = Certified(
        codes=erased.codes.split(),
        at=at,
        asked_by=by,
        confirmed_by=confirmed_by,
        reason=erased.reason,
        tickets=erased.rows[asked.TICKETS],
        chats_changed=erased.rows.get(asked.CHANGED, 0),
        chats_left=erased.rows.get(asked.LEFT, 0),
        rows=erased.rows_of_tables,
    )
    path = data_dir / FOLDER / f"{erased.code}-{at.astimezone(BANGKOK):%Y%m%dT%H%M%S}.txt"
    write_private(path, certificate(told).encode())
    failpoint("erase.certified")
    return path


async def _take_what_is_left(db: Database, blobs: Blobs, erasure_id: str) -> None:
    """His own rows are gone: now whatever else says something of him."""
    erased = await asked.get(db, erasure_id)
    if not erased.sought:
        # A kill left nobody who knows what is to be nowhere.
        await overwrite_bytes(db, blobs, erased.hashes.split())
        await overwrite_freed(db, Counter(erased.rows))
        return
    left = LeftOver(db, blobs, Sought.of_text(erased.sought), erasure_id)
    await left.take_out(erased.codes.split(), erased.looked)
    erased = await asked.get(db, erasure_id)
    left.hashes = erased.hashes.split()
    left.rows = Counter(erased.rows)
    await left.end()


@dataclass(frozen=True, slots=True)
class _Erased:
    """Who left the rows and what of them, the hashes of bytes that are to go, and what is still to
    be looked for everywhere.
    """

    codes: Sequence[str]
    rows: Counter[str]
    hashes: Sequence[str]
    sought: Sought


async def _begin(tx: Tx, erasure: Erasure, at: datetime) -> None:
    """His rows go, and what is still to be done is noted, in one transaction."""
    entry = AuditEntry(
        at,
        erasure.asked_by,
        "customer.erased",
        erasure.code,
        "command",
        "",
    )
    erased = await _erase_rows(tx, erasure.code, entry)
    await asked.note_erased(tx, erasure.id, erased.rows, erased.sought)
    await asked.note_more(tx, erasure.id, {}, erased.hashes)


async def _erase_rows(
    tx: Tx,
    code: str,
    entry: AuditEntry,
) -> _Erased:
    """What is his own, at once: from here on nobody finds it."""
    subject = await find_subject(tx, code)
    done = await erase(tx, subject, words("privacy").text("erased"))
    await audit.add(tx, [entry])
    rows = Counter[str]()
    for table, count in done.rows.items():
        if count:
            rows[table] = count
    rows[asked.TICKETS] = len(subject.tickets)
    rows.update(await take_out(tx, subject.records, entry.at))
    marks = subject.marks.without(subject.shared)
    return _Erased(subject.codes, rows, done.hashes, Sought(marks, done.words))


def _entry(
    erasure: Erasure,
    at: datetime,
    by: str,
    confirmed_by: str,
) -> dict[str, Any]:
    """A line of the list of erasures."""
    return {
        "code": erasure.code,
        "codes": erasure.codes.split(),
        "erased_at": at.isoformat(),
        "by": by,
        "confirmed_by": confirmed_by,
    }
