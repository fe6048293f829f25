"""Imports a table that was checked: its rows are written in batches, one transaction each, by the
rules of the register.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from domain.configuration import Configuration
from domain.errors import Conflict
from domain.staff import StaffId
from domain.tables.tables import RecordOutcome, Register
from store import audit
from store.engine.database import Database, Tx
from store.engine.failpoints import failpoint
from store.engine.scratch import Scratch
from store.records import counters, holidays
from store.tables.batches import Decision, ImportRules, Rejected, Remarked
from store.tables.customers import CustomerImport
from store.tables.tables import Staged, TableRow
from store.tables.tickets import TicketImport

BATCH = 500
"""Rows in one transaction."""

ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class Source:
    """Who brings a table, and by what event of which platform: for the audit log and the lists of
    changes.
    """

    by: StaffId | None
    platform: str
    event: str


COMMAND = Source(None, "command", "")


@dataclass(slots=True)
class Counts:
    """What a table did: records, rows that were rejected, and what was read otherwise than it is
    written.
    """

    records: dict[RecordOutcome, int] = field(
        default_factory=lambda: dict.fromkeys(RecordOutcome, 0)
    )
    rejected: int = 0
    remarked: int = 0


async def import_table(
    db: Database,
    configuration: Configuration,
    register: Register,
    table: Staged,
    now: datetime,
    *,
    dry_run: bool = False,
    source: Source = COMMAND,
    rows_a_batch: int = 0,
    counts: Counts | None = None,
    reject: Callable[[Rejected], None] = lambda rejected: None,
    remark: Callable[[Remarked], None] = lambda remarked: None,
    advance: Callable[[int], None] = lambda rows: None,
) -> Counts:
    """Lay a table over the register, so many rows in a transaction each; the same table again
    changes nothing.

    So one that was cut off is simply run again. `dry_run` decides everything and writes nothing.
    `reject` is told of each row that is not taken, `remark` of what is read otherwise than it is
    written, `advance` of the rows that are done with, after each batch. `counts` is filled along
    the way."""
    scratch = Scratch()
    kind: type[CustomerImport] | type[TicketImport] = (
        CustomerImport if register is Register.CUSTOMERS else TicketImport
    )
    configuration = await holidays.lay_over(db, configuration)
    job: ImportRules = kind(table, configuration, scratch, now, source.by)
    counts = counts or Counts()
    try:
        if not dry_run:
            await db.write(lambda tx: _begin(tx, job, register, table, now, source))
        lines = table.rows()
        while batch := list(islice(lines, rows_a_batch or BATCH)):
            decision = await _batch(db, job, batch, dry_run=dry_run)
            _count(counts, decision)
            met: list[Rejected | Remarked] = [*decision.rejected, *decision.remarked]
            for told in sorted(met, key=lambda one: one.place):
                if isinstance(told, Rejected):
                    reject(told)
                else:
                    remark(told)
            job.done(decision)
            advance(len(batch))
            failpoint("import.batch")
    finally:
        scratch.close()
    return counts


async def _begin(
    tx: Tx,
    job: ImportRules,
    register: Register,
    table: Staged,
    now: datetime,
    source: Source,
) -> None:
    """From here on running numbers go on above those of the table, whoever asks for one."""
    await counters.raise_counter(tx, job.counter, table.highest)
    entry = audit.AuditEntry(
        now,
        source.by,
        f"{register}.imported",
        "",
        source.platform,
        source.event,
    )
    await audit.add(tx, [entry])


async def _batch(
    db: Database,
    job: ImportRules,
    batch: list[TableRow],
    *,
    dry_run: bool,
) -> Decision:
    if dry_run:
        return await job.decide(db, None, batch)

    async def work(tx: Tx) -> Decision:
        decision = await job.decide(tx, tx, batch)
        await job.write(tx, decision)
        return decision

    for attempt in range(ATTEMPTS):
        try:
            return await db.write(work)
        except Conflict:
            # Somebody saved one of these records at the same moment: decide again on what is there
            # now.
            if attempt == ATTEMPTS - 1:
                raise
    raise AssertionError("unreachable")


def _count(counts: Counts, decision: Decision) -> None:
    counts.rejected += len(decision.rejected)
    counts.remarked += len(decision.remarked)
    for key, outcome in decision.outcomes.items():
        before = decision.groups[key].outcome
        if before is not None:
            counts.records[before] -= 1
        counts.records[outcome] += 1
