"""What is past its time goes, piece by piece, by the same means as an erasure."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial

from domain.customers.marks import PersonMarks
from domain.operating.retention import RetentionKind
from store.customers.records import hold
from store.engine.database import Database, Tx, is_one_of
from store.engine.pieces import BEGINNING, Piece, PieceStart
from store.engine.rows import column
from store.mail import incoming as incoming_mails
from store.privacy.erased_files import hashes_of_mails, unnamed
from store.privacy.erasing import Erasing, forget_words_of, take_rows, words_of
from store.privacy.past_time import OUTGOING, TABLES, KeptTable
from store.privacy.retention import note_emptied, note_went
from store.privacy.subjects import DataSubject
from store.tickets import records as tickets
from store.tickets import texts as ticket_texts

FEW = 10
"""Tickets, mails or customers that one transaction empties: each stands in many tables."""
MANY = 50
GOING_ANYWAY = ("buttons", "forms")
"""Tables that hold words for a month at most, and that no index finds by their record."""
NOBODY = DataSubject(
    codes=(),
    contacts=(),
    tickets=(),
    requests=(),
    mails=(),
    incoming=(),
    hashes=(),
    marks=PersonMarks(),
)


@dataclass(frozen=True, slots=True)
class Aged:
    """What one transaction took: how many records, and the hashes of bytes that go with them."""

    touched: int = 0
    hashes: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Ageing:
    """What is past its time at one moment; `erased` = what stands where something was said."""

    kind: RetentionKind
    before: datetime
    now: datetime
    erased: str
    hashes: list[str] = field(default_factory=list)
    """The bytes that no row names any more, and that are to be overwritten."""

    async def next_piece(self, db: Database, after: PieceStart = BEGINNING) -> Piece:
        """Take what goes among the next rows; `after` = where the last piece ended."""
        number, start = _place(after)
        table = TABLES[self.kind][number]
        keys, behind, more = await table.next_keys(db, self.before, self.now, start)
        take, most = _TAKE[table.table]
        if len(keys) > most:
            keys = keys[:most]
            behind = (keys[-1],)
            more = True
        aged = Aged()
        if keys:
            aged = await db.write(partial(self._take, table=table, keys=keys, take=take))
            self.hashes.extend(aged.hashes)
        if more:
            return Piece(aged.touched, (number, *behind), more=True)
        is_last = number + 1 == len(TABLES[self.kind])
        return Piece(aged.touched, (number + 1,), more=not is_last)

    async def _take(
        self,
        tx: Tx,
        table: KeptTable,
        keys: Sequence[object],
        take: "Take",
    ) -> Aged:
        going = await table.still_going(tx, keys, self.before, self.now)
        if not going:
            return Aged()
        hashes = await take(tx, going, self)
        await note_went(tx, self.kind, len(going), self.now)
        return Aged(len(going), hashes)


Take = Callable[[Tx, Sequence[object], Ageing], Awaitable[Sequence[str]]]
"""Takes these rows; returns hashes that no row names any more."""


def _place(after: PieceStart) -> tuple[int, PieceStart]:
    """Which of the kind's tables is looked at, and behind which key."""
    if not after:
        return 0, BEGINNING
    return int(str(after[0])), after[1:]


async def _take_incoming(tx: Tx, keys: Sequence[object], ageing: Ageing) -> Sequence[str]:
    ids = [int(str(key)) for key in keys]
    return await _take_subject(tx, replace(NOBODY, incoming=tuple(ids)), ageing)


async def _take_outgoing(tx: Tx, keys: Sequence[object], ageing: Ageing) -> Sequence[str]:
    return await _take_subject(tx, replace(NOBODY, mails=tuple(map(str, keys))), ageing)


async def _take_files(tx: Tx, keys: Sequence[object], ageing: Ageing) -> Sequence[str]:
    named = is_one_of("id", keys)
    rows = await tx.fetch(f"SELECT sha256 FROM files WHERE {named}", *keys)
    await tx.execute(f"DELETE FROM files WHERE {named}", *keys)
    return await unnamed(tx, column(rows, "sha256"), ())


async def _take_tickets(tx: Tx, keys: Sequence[object], ageing: Ageing) -> Sequence[str]:
    nos = [str(key) for key in keys]
    incoming = await tx.fetch(
        "SELECT id FROM incoming_mails "
        f"WHERE {is_one_of('ticket', nos)} OR {is_one_of('second_ticket', nos)}",
        *nos,
        *nos,
    )
    subject = replace(
        NOBODY,
        tickets=tuple(nos),
        mails=await _mails_of(tx, nos, ageing),
        incoming=tuple(column(incoming, "id")),
    )
    hashes = await _take_subject(tx, subject, ageing)
    found = await tickets.get_tickets(tx, nos)
    await ticket_texts.keep(tx, found.values())
    await note_emptied(tx, nos, ageing.now)
    return hashes


async def _take_customers(tx: Tx, keys: Sequence[object], ageing: Ageing) -> Sequence[str]:
    survivors = [str(key) for key in keys]
    await hold(tx, survivors, alone=True)
    merged = await tx.fetch(
        f"SELECT code FROM customers WHERE {is_one_of('merged_into', survivors)}", *survivors
    )
    codes = [*survivors, *column(merged, "code")]
    contacts = await tx.fetch(
        f"SELECT id FROM contacts WHERE {is_one_of('customer_code', codes)}", *codes
    )
    requests = await tx.fetch(
        f"SELECT id FROM requests WHERE {is_one_of('customer_code', codes)}", *codes
    )
    subject = replace(
        NOBODY,
        codes=tuple(codes),
        contacts=tuple(column(contacts, "id")),
        requests=tuple(column(requests, "id")),
        mails=await _mails_of(tx, codes, ageing),
    )
    words = await words_of(tx, codes)
    hashes = await _take_subject(tx, subject, ageing)
    await forget_words_of(tx, words)
    await note_emptied(tx, codes, ageing.now)
    return hashes


async def _take_audit(tx: Tx, keys: Sequence[object], ageing: Ageing) -> Sequence[str]:
    await tx.execute(f"DELETE FROM audit WHERE {is_one_of('id', keys)}", *keys)
    return ()


async def _mails_of(tx: Tx, records: Sequence[str], ageing: Ageing) -> tuple[str, ...]:
    """The mails that went out about these records, but for those that something open needs."""
    rows = await tx.fetch(
        f"SELECT DISTINCT mail_id FROM mail_records WHERE {is_one_of('record', records)}", *records
    )
    ids = column(rows, "mail_id")
    going = await OUTGOING.still_going(tx, ids, ageing.before, ageing.now) if ids else []
    return tuple(map(str, going))


async def _take_subject(tx: Tx, subject: DataSubject, ageing: Ageing) -> Sequence[str]:
    """Its rows, and which bytes nobody names then."""
    raw = await hashes_of_mails(tx, subject.incoming)
    records = subject.file_records
    rows = await tx.fetch(
        f"SELECT sha256 FROM files WHERE {is_one_of('record', records)}", *records
    )
    await take_rows(tx, subject, ageing.erased, Erasing(), but=GOING_ANYWAY)
    await incoming_mails.forget_bytes(tx, subject.incoming)
    return await unnamed(tx, [*filter(None, raw), *column(rows, "sha256")], ())


_TAKE: Mapping[str, tuple[Take, int]] = {
    "incoming_mails": (_take_incoming, FEW),
    "mails": (_take_outgoing, FEW),
    "files": (_take_files, MANY),
    "tickets": (_take_tickets, FEW),
    "customers": (_take_customers, FEW),
    "audit": (_take_audit, MANY),
}
"""By table how its rows go, and how many in one transaction."""
