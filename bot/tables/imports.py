"""Works on tables that were sent: it checks them, and imports them when told to, in batches, so
that everything else goes on.
"""

import asyncio
import tempfile
import threading
from collections.abc import AsyncIterator
from contextlib import ExitStack, suppress
from pathlib import Path
from uuid import uuid4

from bot.log import get_logger, where
from bot.queues.lanes import Lanes
from bot.queues.outgoing import Adapters, Outgoing
from bot.queues.sender import Sender
from domain.errors import Conflict, DeskError
from domain.files import CSV
from domain.staff import Chat, Platform
from domain.tables.tables import RecordOutcome, Remark
from handlers.chat import Notice, Reply
from handlers.desk import Desk
from handlers.i18n import speak
from handlers.messages import new_reference
from handlers.tables import imports as words
from handlers.tables.imports import ImportPreview
from handlers.tables.text import file_notes, remark_header, remark_row, table_sentence
from store import files, staff
from store.engine import leases
from store.engine.database import StoreUnavailable, Tx
from store.files import File, of_import
from store.tables import imports
from store.tables.batches import Rejected, Remarked
from store.tables.imports import Import
from store.tables.tables import Place, Staged, staged, table_file
from store.tables.transfer import Counts, Source, import_table

BATCH = 50
"""Rows in one transaction: an officer's message never waits long behind it."""
KEEP_EVERY = 3.0
"""Seconds between signs of life: the lease, what is written so far, whether somebody stopped it."""
TRIES = 3
CHUNK = 1 << 16

log = get_logger()


class _Stopped(Exception):
    """Somebody pressed stop, or another process holds the table by now."""


class Imports:
    """One table at a time in a process; what a crash cut off is begun again, and what went in is
    not changed twice.
    """

    def __init__(self, desk: Desk, adapters: Adapters, sender: Sender, owner: str) -> None:
        self._desk = desk
        self._adapters = adapters
        self._sender = sender
        self._owner = owner
        self._one = asyncio.Semaphore(1)
        self.lanes = Lanes[str]("imports", self._run, self._find)

    async def _find(self, running: set[str]) -> list[str]:
        return [each for each in await imports.list_waiting(self._desk.db) if each not in running]

    async def _lease(self, import_id: str) -> bool:
        name, now = f"import:{import_id}", self._desk.clock()
        return await self._desk.db.write(lambda tx: leases.take(tx, name, self._owner, now))

    async def _run(self, import_id: str) -> None:
        async with self._one:
            job = await imports.find_import(self._desk.db, import_id)
            ours = (
                job is not None
                and job.state in ("checking", "running")
                and job.platform in self._adapters
            )
            if job is None or not ours or not await self._lease(import_id):
                return
            speak((await staff.get_staff(self._desk.db, job.staff_id)).language)
            file = next(iter(await files.list_by_ids(self._desk.db, [job.file])), None)
            if file is None:
                await self._desk.db.write(
                    lambda tx: imports.step(tx, job.id, job.state, "refused", self._desk.clock())
                )
                return
            try:
                await self._work(job, file)
            except StoreUnavailable as error:
                log.warning("store unavailable", **where(error))
            except DeskError as error:
                await self._end(job, "refused", words.refused(file, error))
            except Exception as error:  # noqa: BLE001 - a bug in one table is no other's trouble
                await self._failed(job, file, error)

    async def _failed(self, job: Import, file: File, error: Exception) -> None:
        reference = new_reference()
        log.error("import failed", reference=reference, **where(error))
        if await self._desk.db.write(lambda tx: imports.note_failure(tx, job.id)) >= TRIES:
            await self._end(job, "refused", words.broken(file, reference))

    async def _work(self, job: Import, file: File) -> None:
        dry_run = job.state == "checking"
        counts, stop = Counts(), threading.Event()
        work = asyncio.create_task(self._lay(job, file, counts, stop, dry_run=dry_run))
        try:
            while not (await asyncio.wait([work], timeout=KEEP_EVERY))[0]:
                await self._keep_alive(job, counts)
            laid = work.result()
        except _Stopped:
            await _ended(work, stop)
            await self._say(
                job, words.stopped(file, ImportPreview(_together(job, counts), 0)), "stopped"
            )
            return
        finally:
            await _ended(work, stop)
        if dry_run:
            await self._end(job, "ready", words.preview(job, file, laid), laid)
        else:
            await self._end(job, "done", words.result(job, file, laid), laid)

    async def _keep_alive(self, job: Import, counts: Counts) -> None:
        """Say that it goes on; _Stopped where it must not."""
        done = _together(job, counts).records

        async def work(tx: Tx) -> None:
            if job.state == "running":
                await imports.note_progress(
                    tx, job.id, done[RecordOutcome.NEW], done[RecordOutcome.CHANGED]
                )

        await self._desk.db.write(work)
        now = await imports.find_import(self._desk.db, job.id)
        if now is None or now.state != job.state or not await self._lease(job.id):
            raise _Stopped

    async def _lay(
        self, job: Import, file: File, counts: Counts, stop: threading.Event, *, dry_run: bool
    ) -> ImportPreview:
        """Lay the table over its register, as the command does; what is told of its rows becomes
        files.
        """

        def check(rows: int = 0) -> None:
            if stop.is_set():
                raise _Stopped

        path = self._desk.files.blobs.existing(file.sha256)
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            table = await asyncio.to_thread(stack.enter_context, staged(path, job.register, check))
            with _Told(folder, table) as told:
                await import_table(
                    self._desk.db,
                    self._desk.configuration,
                    job.register,
                    table,
                    self._desk.clock(),
                    dry_run=dry_run,
                    source=Source(job.staff_id, job.platform, job.event_id),
                    rows_a_batch=BATCH,
                    counts=counts,
                    reject=told.reject,
                    remark=told.remark,
                    advance=check,
                )
            return ImportPreview(
                counts if dry_run else _together(job, counts),
                table.count,
                told.reasons,
                told.remarks,
                file_notes(table),
                await self._kept(job, file, told.rejected, "rejected") if counts.rejected else None,
                await self._kept(job, file, told.remarked, "remarks") if counts.remarked else None,
            )

    async def _kept(self, job: Import, file: File, path: Path, what: str) -> File:
        """What is told of rows, stored like any file."""
        part = await self._desk.files.blobs.receive(_chunks(path), largest=1 << 40)
        await self._desk.files.blobs.keep(part)
        name = f"{file.name.rpartition('.')[0]}.{what}.csv"
        now = self._desk.clock()
        return File(
            uuid4().hex,
            of_import(job.id),
            name,
            CSV.mime,
            part.size,
            part.sha256,
            now,
            job.staff_id,
        )

    async def _end(
        self, job: Import, state: str, reply: Reply, laid: ImportPreview | None = None
    ) -> None:
        """The next state and what is said of it, in one transaction; nothing where somebody stopped
        it meanwhile.
        """
        now = self._desk.clock()
        outgoing = await self._outgoing(job, reply, state)

        async def work(tx: Tx) -> list[Chat]:
            await imports.step(tx, job.id, job.state, state, now)
            for file in laid.files if laid else ():
                await files.add(tx, file)
            return await outgoing.put(tx, self._owner)

        with suppress(Conflict):
            self._sender.wake(await self._desk.db.write(work))

    async def _say(self, job: Import, reply: Reply, what: str) -> None:
        outgoing = await self._outgoing(job, reply, what)
        chats = await self._desk.db.write(lambda tx: outgoing.put(tx, self._owner))
        self._sender.wake(chats)

    async def _outgoing(self, job: Import, reply: Reply, what: str) -> Outgoing:
        """What is said of the import, in the chat that it was sent in."""
        outgoing = Outgoing(self._desk.db, self._adapters, self._desk.clock())
        chat = (Platform(job.platform), job.chat)
        key = f"import:{job.id}:{what}"
        await outgoing.tell([Notice(lambda: reply, key, staff_id=job.staff_id, to=chat)])
        return outgoing


class _Told:
    """What is told of a table's rows: the first of it for the card, all of it in two tables."""

    def __init__(self, folder: Path, table: Staged) -> None:
        self.rejected, self.remarked = folder / "rejected.csv", folder / "remarks.csv"
        self.reasons: list[tuple[Place, DeskError]] = []
        self.remarks: list[tuple[Place, Remark]] = []
        self._table = table
        self._stack = ExitStack()

    def __enter__(self) -> "_Told":
        self._rejects = self._stack.enter_context(table_file(self.rejected))
        self._remarks = self._stack.enter_context(table_file(self.remarked))
        self._rejects.write([*self._table.header, "line", "reason"])
        self._remarks.write(remark_header())
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.close()

    def reject(self, rejected: Rejected) -> None:
        """A row that is not taken."""
        if len(self.reasons) < words.REASONS:
            self.reasons.append((rejected.place, rejected.error))
        self._rejects.write(_told(self._table, rejected))

    def remark(self, remarked: Remarked) -> None:
        """Something of a row that is read otherwise than it is written."""
        if len(self.remarks) < words.REMARKS:
            self.remarks.append((remarked.place, remarked.remark))
        self._remarks.write(remark_row(remarked.place, remarked.remark))


async def _ended(work: "asyncio.Task[ImportPreview]", stop: threading.Event) -> None:
    """Between two batches, not within one: a transaction that runs on would miss what it works
    with.
    """
    stop.set()
    await asyncio.wait([work])
    with suppress(asyncio.CancelledError):
        work.exception()


def _together(job: Import, counts: Counts) -> Counts:
    """With what an earlier run had written, which this one found unchanged."""
    records = dict(counts.records)
    records[RecordOutcome.NEW] += job.new_records
    records[RecordOutcome.CHANGED] += job.changed_records
    records[RecordOutcome.UNCHANGED] = max(
        0, records[RecordOutcome.UNCHANGED] - job.new_records - job.changed_records
    )
    return Counts(records, counts.rejected, counts.remarked)


def _told(table: Staged, rejected: Rejected) -> list[str]:
    """The row as it came, with its line and the reason: mended, the file can be sent back."""
    width = len(table.header)
    cells = [*rejected.row, *[""] * (width - len(rejected.row))]
    return [
        *cells[:width],
        str(rejected.place.line),
        table_sentence(rejected.error),
        *cells[width:],
    ]


async def _chunks(path: Path) -> AsyncIterator[bytes]:
    with await asyncio.to_thread(path.open, "rb") as file:
        while chunk := await asyncio.to_thread(file.read, CHUNK):
            yield chunk
