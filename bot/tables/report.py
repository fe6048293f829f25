"""What the verbs `import` and `export` do, and what they say of it."""

import asyncio
import sys
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from uuid import uuid4

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
)

from bot.clock import Clock
from bot.tables.rejected import rejected_header, rejected_row
from domain.configuration import Configuration
from domain.errors import DeskError, InvalidInput
from domain.tables.tables import Register
from handlers.tables.text import (
    file_notes,
    rejected_file,
    rejected_gone,
    rejected_rest,
    remark_sentence,
    table_sentence,
    told_row,
)
from store import audit
from store.engine.database import Database
from store.owed.following_up import count_offered
from store.search.building import Building
from store.tables.batches import Rejected, Remarked
from store.tables.customers import export_customers
from store.tables.tables import Sink, Staged, staged, table_file
from store.tables.tickets import export_tickets
from store.tables.transfer import Counts, import_table

SHOWN = 20
"""Rejected rows that are said where all stand in the file."""

LEAST_INDEXED = 1_000
"""New words of which the index gets a segment at once; fewer are read as a desk starts."""
MAKERS = 2
"""Processes that make the index: each takes some 160 MB meanwhile."""
PAUSE = 1.0

REFUSED = 1
SOME_REJECTED = 2
"""Exit codes."""


def _console() -> Console:
    return Console(stderr=True, soft_wrap=True, highlight=False, markup=False)


def _progress(console: Console) -> Progress:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    return Progress(*columns, console=console, transient=True, disable=not sys.stderr.isatty())


class Rejects:
    """Rows that are not taken: said, and kept beside the table with their line and reason."""

    def __init__(
        self,
        stack: ExitStack,
        path: Path | None,
        header: tuple[str, ...],
        console: Console,
    ) -> None:
        self._stack = stack
        self._path = path
        self._header = header
        self._console = console
        self._sink: Sink | None = None
        self.count = 0

    def add(self, rejected: Rejected) -> None:
        """One of them."""
        self.count += 1
        if self.count == 1:
            self._open()
        if self._sink is not None:
            self._sink.write(rejected_row(self._header, rejected))
        if self.count <= SHOWN or self._sink is None:
            reason = table_sentence(rejected.error)
            self._console.print(told_row(rejected.place, reason))

    def _open(self) -> None:
        """A folder that cannot be written to is no reason to stop: then all are said."""
        if self._path is None:
            return
        try:
            self._sink = self._stack.enter_context(table_file(self._path))
        except InvalidInput as error:
            self._console.print(f"{self._path}: {table_sentence(error)}")
        else:
            self._sink.write(rejected_header(self._header))

    def end(self) -> None:
        """What is left to say, when all are known."""
        if self._sink is None:
            return
        if self.count > SHOWN:
            self._console.print(rejected_rest(self.count - SHOWN))
        self._console.print(rejected_file(str(self._path)))


async def import_file(
    db: Database,
    configuration: Configuration,
    register: Register,
    path: Path,
    now: datetime,
    *,
    dry_run: bool,
) -> int:
    """Import a table and say what came of it; returns the exit code."""
    console = _console()
    beside = path.with_name(f"{path.name}.rejected.csv")
    try:
        with staged(path, register) as table:
            for note in file_notes(table):
                console.print(note)
            rejects = None if dry_run else beside
            counts = await _import(
                db,
                configuration,
                register,
                table,
                now,
                rejects,
                console,
            )
    except InvalidInput as error:
        console.print(f"{path}: {table_sentence(error)}")
        return REFUSED
    if not dry_run and not counts.rejected and beside.is_file():
        beside.unlink()
        console.print(rejected_gone(str(beside)))
    if not dry_run:
        await _tell_offered(db, console)
    prefix = "dry run: " if dry_run else ""
    print(f"{prefix}{_summary(counts)}")
    return SOME_REJECTED if counts.rejected else 0


async def _tell_offered(db: Database, console: Console) -> None:
    """Say how much of what is owed waits for the office's answer, if some does."""
    waiting = await count_offered(db)
    if waiting:
        console.print(f"{waiting} look open since long ago: run_bot.py follow-up --dry-run")


async def _import(
    db: Database,
    configuration: Configuration,
    register: Register,
    table: Staged,
    now: datetime,
    beside: Path | None,
    console: Console,
) -> Counts:
    """Lay the table over its register; without a file for what is rejected nothing is written."""

    def remark(remarked: Remarked) -> None:
        console.print(told_row(remarked.place, remark_sentence(remarked.remark)))

    with ExitStack() as stack:
        rejects = Rejects(stack, beside, table.header, console)
        progress = stack.enter_context(_progress(console))
        task = progress.add_task(register.value, total=table.count)
        counts = await import_table(
            db,
            configuration,
            register,
            table,
            now,
            dry_run=beside is None,
            reject=rejects.add,
            remark=remark,
            advance=lambda rows: progress.advance(task, rows),
        )
        rejects.end()
    return counts


async def index_words(db: Database, clock: Clock) -> None:
    """Make the search's index of what came in, so that a desk that starts has it at once."""
    progress = _progress(_console())
    task = progress.add_task("search", total=None)
    owner = f"import:{uuid4().hex}"
    building = Building(
        db,
        owner,
        clock,
        least=LEAST_INDEXED,
        processes=MAKERS,
        advance=lambda words, total: progress.update(task, advance=words, total=total),
    )
    with progress:
        while await building.find_spans():
            # A desk that serves this register may be about the same.
            if not await building.run():
                await asyncio.sleep(PAUSE)


def _summary(counts: Counts) -> str:
    parts = [*counts.records.items(), ("rejected", counts.rejected)]
    return ", ".join(f"{what} {number}" for what, number in parts)


async def export_file(
    db: Database,
    configuration: Configuration,
    register: Register,
    path: Path,
    now: datetime,
) -> int:
    """Write a register to a table; returns the exit code."""
    console = _console()
    export = export_customers if register is Register.CUSTOMERS else export_tickets
    entry = audit.AuditEntry(
        now,
        None,
        f"{register}.exported",
        "",
        "command",
        "",
    )
    try:
        with table_file(path) as sink, _progress(console) as progress:
            task = progress.add_task(register.value, total=None)
            # Before the first row is read: who asks for all of them shall not be able to leave no
            # trace.
            await db.write(lambda tx: audit.add(tx, [entry]))
            count = await export(db, configuration, sink, lambda rows: progress.advance(task, rows))
    except DeskError as error:
        console.print(f"{path}: {table_sentence(error)}")
        return REFUSED
    print(f"{register} {count}")
    return 0
