"""Works on tables that were sent: it checks them, and imports them when told to, in batches, so
that everything else goes on.
"""

import asyncio
import tempfile
import threading
from collections.abc import AsyncIterator
from contextlib import ExitStack, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from uuid import uuid4

from bot.log import get_logger, where
from bot.queues.lanes import Lanes
from bot.queues.outgoing import Adapters, Outgoing
from bot.queues.sender import Sender
from bot.tables.rejected import rejected_header, rejected_row
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
from handlers.tables.text import file_notes, remark_header, remark_row
from store import files, staff
from store.engine import leases
from store.engine.database import StoreUnavailable, Tx
from store.files import File, of_import
from store.owed.following_up import count_offered
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
LARGEST_TOLD = 1 << 40
"""Bytes: as much as there is to tell of a table's rows."""

log = get_logger()


class _Stopped(Exception):
    """Somebody pressed stop, or another process holds the table by now."""


class Imports:
    """One table at a time in a process; what a crash cut off is begun again, and what went in is
    not changed twice.
    """

    def __init__(
        self,
        desk: Desk,
        adapters: Adapters,
        sender: Sender,
        owner: str,
    ) -> None:
        self._desk = desk
        self._adapters = adapters
        self._sender = sender
        self._owner = owner
        self._one = asyncio.Semaphore(1)
        self.lanes = Lanes[str]("imports", self._run, self._find)

    async def _find(self, running: set[str]) -> list[str]:
        waiting = await imports.list_waiting(self._desk.db)
        return [each for each in waiting if each not in running]

    async def _lease(self, import_id: str) -> bool:
        name = f"import:{import_id}"
        now = self._desk.clock()
        return await self._desk.db.write(lambda tx: leases.take(tx, name, self._owner, now))

    async def _run(self, import_id: str) -> None:
        async with self._one:
            job = await imports.find_import(self._desk.db, import_id)
            if job is None or not self._is_ours(job) or not await self._lease(import_id):
                return
            person = await staff.get_staff(self._desk.db, job.staff_id)
            speak(person.language)
            found = await files.list_by_ids(self._desk.db, [job.file])
            if not found:
                await self._refuse_unsaid(job)
                return
            await self._work_safely(job, found[0])

    def _is_ours(self, job: Import) -> bool:
        """Whether there is something to do, and what comes of it can be said by this process."""
        return job.state in ("checking", "running") and job.platform in self._adapters

    async def _refuse_unsaid(self, job: Import) -> None:
        """The file was taken back: whoever did so needs no word of it."""
        now = self._desk.clock()
        await self._desk.db.write(lambda tx: imports.step(tx, job.id, job.state, "refused", now))

    async def _work_safely(self, job: Import, file: File) -> None:
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
        note = partial(imports.note_failure, import_id=job.id)
        times = await self._desk.db.write(note)
        if times >= TRIES:
            await self._end(job, "refused", words.broken(file, reference))

    async def _work(self, job: Import, file: File) -> None:
        dry_run = job.state == "checking"
        counts = Counts()
        stop = threading.Event()
        work = asyncio.create_task(self._lay(job, file, counts, stop, dry_run=dry_run))
        try:
            await self._wait_for(work, job, counts)
            laid = work.result()
        except _Stopped:
            await _ended(work, stop)
            so_far = ImportPreview(_together(job, counts), 0)
            await self._say(job, words.stopped(file, so_far), "stopped")
            return
        finally:
            await _ended(work, stop)
        if dry_run:
            await self._end(job, "ready", words.preview(job, file, laid), laid)
        else:
            await self._end(job, "done", words.result(job, file, laid), laid)

    async def _wait_for(
        self, work: "asyncio.Task[ImportPreview]", job: Import, counts: Counts
    ) -> None:
        """Until it is done; _Stopped where it must not go on."""
        while True:
            done, _going_on = await asyncio.wait([work], timeout=KEEP_EVERY)
            if done:
                return
            await self._keep_alive(job, counts)

    async def _keep_alive(self, job: Import, counts: Counts) -> None:
        """Say that it goes on; _Stopped where it must not."""
        done = _together(job, counts).records
        new = done[RecordOutcome.NEW]
        changed = done[RecordOutcome.CHANGED]
        if job.state == "running":
            await self._desk.db.write(lambda tx: imports.note_progress(tx, job.id, new, changed))
        now = await imports.find_import(self._desk.db, job.id)
        if now is None or now.state != job.state or not await self._lease(job.id):
            raise _Stopped

    async def _lay(
        self,
        job: Import,
        file: File,
        counts: Counts,
        stop: threading.Event,
        *,
        dry_run: bool,
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
            # Staging reads the whole table: chats would wait for it.
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
            shown = counts if dry_run else _together(job, counts)
            preview = ImportPreview(
                shown,
                table.count,
                told.reasons,
                told.remarks,
                file_notes(table),
                offered=0 if dry_run else await count_offered(self._desk.db),
            )
            return await self._with_files(job, file, preview, told)

    async def _with_files(
        self,
        job: Import,
        file: File,
        preview: ImportPreview,
        told: "_Told",
    ) -> ImportPreview:
        """Files of the rows that something was told of, where there are some."""
        rejected = remarked = None
        if preview.counts.rejected:
            rejected = await self._kept(job, file, told.rejected, "rejected")
        if preview.counts.remarked:
            remarked = await self._kept(job, file, told.remarked, "remarks")
        return replace(preview, rejected=rejected, remarked=remarked)

    async def _kept(
        self,
        job: Import,
        file: File,
        path: Path,
        what: str,
    ) -> File:
        """What is told of rows, stored like any file."""
        blobs = self._desk.files.blobs
        part = await blobs.receive(_chunks(path), largest=LARGEST_TOLD)
        await blobs.keep(part)
        stem = file.name.rpartition(".")[0]
        return File(
            uuid4().hex,
            of_import(job.id),
            f"{stem}.{what}.csv",
            CSV.mime,
            part.size,
            part.sha256,
            self._desk.clock(),
            job.staff_id,
        )

    async def _end(
        self,
        job: Import,
        state: str,
        reply: Reply,
        laid: ImportPreview | None = None,
    ) -> None:
        """The next state and what is said of it, in one transaction; nothing where somebody stopped
        it meanwhile.
        """
        now = self._desk.clock()
        outgoing = await self._outgoing(job, reply, state)
        told = () if laid is None else laid.files

        async def work(tx: Tx) -> list[Chat]:
            await imports.step(tx, job.id, job.state, state, now)
            for file in told:
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
        self.rejected = folder / "rejected.csv"
        self.remarked = folder / "remarks.csv"
        self.reasons: list[tuple[Place, DeskError]] = []
        self.remarks: list[tuple[Place, Remark]] = []
        self._table = table
        self._stack = ExitStack()

    def __enter__(self) -> "_Told":
        self._rejects = self._stack.enter_context(table_file(self.rejected))
        self._remarks = self._stack.enter_context(table_file(self.remarked))
        self._rejects.write(rejected_header(self._table.header))
        self._remarks.write(remark_header())
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.close()

    def reject(self, rejected: Rejected) -> None:
        """A row that is not taken."""
        if len(self.reasons) < words.REASONS:
            self.reasons.append((rejected.place, rejected.error))
        self._rejects.write(rejected_row(self._table.header, rejected))

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
    unchanged = records[RecordOutcome.UNCHANGED] - job.new_records - job.changed_records
    records[RecordOutcome.UNCHANGED] = max(0, unchanged)
    return Counts(records, counts.rejected, counts.remarked)


async def _chunks(path: Path) -> AsyncIterator[bytes]:
    with await asyncio.to_thread(path.open, "rb") as file:
        while chunk := await asyncio.to_thread(file.read, CHUNK):
            yield chunk
