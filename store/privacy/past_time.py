"""Which rows are past the time for which the office keeps them, and which of those may go: nothing
that is open, owed, or part of a request on its way.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from domain.operating.retention import RetentionKind, quiet_since
from store.engine.database import Reader, Tx, is_one_of
from store.engine.pieces import LOOKED_AT, PieceStart
from store.engine.rows import column

_MOMENT = re.compile(r":(?:before|quiet)\b")
_UNFINISHED = "status IN ('new', 'open')"
_OPEN_REQUEST = (
    "(q.ended_at IS NULL AND q.touched_at >= :quiet "
    "OR EXISTS (SELECT 1 FROM owed d WHERE d.request_id = q.id AND d.state = 'open') "
    "OR EXISTS (SELECT 1 FROM request_tickets i JOIN tickets w ON w.no = i.ticket_no "
    f"WHERE i.request_id = q.id AND w.{_UNFINISHED}))"
)
"""Holds for a request `q` that is on its way, or on which something is owed."""


def _in_use(no: str) -> str:
    """Holds where the ticket of this number is open, or something that is open refers to it."""
    return (
        f"(EXISTS (SELECT 1 FROM tickets u WHERE u.no = {no} AND u.{_UNFINISHED}) "
        "OR EXISTS (SELECT 1 FROM request_tickets h JOIN requests q ON q.id = h.request_id "
        f"WHERE h.ticket_no = {no} AND {_OPEN_REQUEST}) "
        "OR EXISTS (SELECT 1 FROM ticket_links k JOIN tickets w ON w.no = k.other_no "
        f"WHERE k.ticket_no = {no} AND w.{_UNFINISHED}) "
        "OR EXISTS (SELECT 1 FROM ticket_links k JOIN tickets w ON w.no = k.ticket_no "
        f"WHERE k.other_no = {no} AND w.{_UNFINISHED}) "
        "OR EXISTS (SELECT 1 FROM mail_records g JOIN outbox o ON o.id = g.mail_id "
        f"WHERE g.record = {no} AND o.state IN ('queued', 'sending')) "
        # What was published is no secret, and its ticket says no more.
        f"OR EXISTS (SELECT 1 FROM posts p WHERE p.ticket_no = {no} AND p.ticket_no <> '') "
        f"OR {_noted(no)})"
    )


def _noted(record: str) -> str:
    """Holds where somebody is to be reminded of the record, or writes about it."""
    return (
        f"({record} IN (SELECT record FROM reminders WHERE state = 'waiting') "
        f"OR {record} IN (SELECT record FROM forms WHERE state IN ('open', 'parked')))"
    )


def _none_in_use(tickets: str) -> str:
    """Holds where none of the tickets that a question gives as `no` is in use."""
    return f"NOT EXISTS ({tickets} AND {_in_use('t.no')})"


_EMPTIED = (
    "EXISTS (SELECT 1 FROM emptied_records e WHERE e.record = {record} AND e.emptied_at >= {since})"
)
_DONE = "status NOT IN ('new', 'open')"
_DONE_AT = "COALESCE({0}.closed_at, {0}.recorded_at)"
"""When a ticket was closed, or written where it was voided before that."""
_OF_MAIL = (
    "SELECT 1 FROM mail_records r JOIN tickets t ON t.no = r.record WHERE r.mail_id = mails.id"
)
_OF_CUSTOMER = "SELECT 1 FROM tickets t WHERE t.customer_code = customers.code"
_OPEN_RECORDS = (
    f"(EXISTS (SELECT 1 FROM tickets t WHERE t.no = audit.record AND {_in_use('t.no')}) "
    "OR EXISTS (SELECT 1 FROM tickets t WHERE t.customer_code = audit.record "
    f"AND t.{_UNFINISHED}) "
    "OR EXISTS (SELECT 1 FROM requests q WHERE q.customer_code = audit.record "
    f"AND {_OPEN_REQUEST}) "
    "OR audit.record IN "
    f"(SELECT 'Q' || CAST(q.id AS TEXT) FROM requests q WHERE {_OPEN_REQUEST}))"
)


class PastTime(NamedTuple):
    """How many rows are past their time and go, the oldest of them, and how many stay for what is
    open.
    """

    going: int
    oldest_at: datetime | None
    held: int


NOTHING_PAST = PastTime(0, None, 0)


@dataclass(frozen=True, slots=True)
class KeptTable:
    """Rows of one kind: `ended` = when the time that they are kept began, `old` = which of those
    that are past it hold something yet, `free` = which of these may go. `first` comes before
    every key.
    """

    table: str
    key: str
    ended: str
    free: str
    old: str = "1 = 1"
    first: object = ""

    @property
    def _past(self) -> str:
        return f"({self.ended} < :before AND {self.old})"

    async def next_keys(
        self,
        db: Reader,
        before: datetime,
        now: datetime,
        after: PieceStart,
    ) -> tuple[Sequence[object], PieceStart, bool]:
        """Keys of those that go among the next rows, behind which key one looks on, and whether
        there are further rows.
        """
        start = after[0] if after else self.first
        sql, params = _with_moments(
            f"SELECT {self.key} AS found, "
            f"CASE WHEN {self._past} AND {self.free} THEN 1 ELSE 0 END AS goes "
            f"FROM (SELECT * FROM {self.table} WHERE {self.key} > ? "
            f"ORDER BY {self.key} LIMIT {LOOKED_AT}) AS {self.table} ORDER BY {self.key}",
            before,
            now,
        )
        # The key stands behind the moments that are asked for first.
        rows = await db.fetch(sql, *params, start)
        if not rows:
            return [], after, False
        going = [row["found"] for row in rows if row["goes"]]
        return going, (rows[-1]["found"],), len(rows) == LOOKED_AT

    async def still_going(
        self,
        tx: Tx,
        keys: Sequence[object],
        before: datetime,
        now: datetime,
    ) -> list[object]:
        """Those of these that still go; nobody else changes them until the transaction ends."""
        await tx.execute(
            f"UPDATE {self.table} SET {self.key} = {self.key} WHERE {is_one_of(self.key, keys)}",
            *keys,
        )
        sql, params = _with_moments(
            f"SELECT {self.key} AS found FROM {self.table} "
            f"WHERE {self._past} AND {self.free} AND {is_one_of(self.key, keys)}",
            before,
            now,
        )
        rows = await tx.fetch(sql, *params, *keys)
        return column(rows, "found")

    async def count(self, db: Reader, before: datetime, now: datetime) -> PastTime:
        """What a run would take now."""
        sql, params = _with_moments(
            f"SELECT CASE WHEN {self.free} THEN 1 ELSE 0 END AS goes, count(*) AS n, "
            f"min({self.ended}) AS oldest_at FROM {self.table} WHERE {self._past} GROUP BY 1",
            before,
            now,
        )
        found = {row["goes"]: row for row in await db.fetch(sql, *params)}
        going = found.get(1)
        held = found.get(0)
        return PastTime(
            going=int(going["n"]) if going else 0,
            oldest_at=going["oldest_at"] if going else None,
            held=int(held["n"]) if held else 0,
        )


def _with_moments(sql: str, before: datetime, now: datetime) -> tuple[str, list[object]]:
    """The statement with its moments as parameters."""
    moments = {":before": before, ":quiet": quiet_since(before, now)}
    params: list[object] = [moments[found] for found in _MOMENT.findall(sql)]
    return _MOMENT.sub("?", sql), params


TYPED = KeptTable(
    "inbox",
    "seq",
    "done_at",
    "1 = 1",
    # What failed is not past its time: a button may still try it again.
    old="done_at IS NOT NULL AND raw <> '' AND state <> 'failed'",
    first=0,
)
"""What people typed: housekeeping takes it, all day."""
_INCOMING_FREE = (
    "(read_at IS NOT NULL AND (ticket IS NULL OR NOT "
    f"{_in_use('incoming_mails.ticket')}) AND (second_ticket IS NULL OR NOT "
    f"{_in_use('incoming_mails.second_ticket')}))"
)
INCOMING = KeptTable(
    "incoming_mails",
    "id",
    "arrived_at",
    _INCOMING_FREE,
    old="raw_sha256 <> ''",
    first=0,
)
SPAM = KeptTable(
    "incoming_mails",
    "id",
    "arrived_at",
    _INCOMING_FREE,
    old="raw_sha256 <> '' AND kind = 'spam_like'",
    first=0,
)
OUTGOING = KeptTable(
    "mails",
    "id",
    "written_at",
    "(EXISTS (SELECT 1 FROM outbox o WHERE o.id = mails.id "
    f"AND o.state NOT IN ('queued', 'sending')) AND {_none_in_use(_OF_MAIL)})",
    old="address <> '-'",
)
FILES = KeptTable(
    "files",
    "id",
    "added_at",
    f"NOT {_in_use('files.record')}",
    old="EXISTS (SELECT 1 FROM tickets t WHERE t.no = files.record "
    f"AND t.{_DONE} AND {_DONE_AT.format('t')} < :before)",
)
TICKETS = KeptTable(
    "tickets",
    "no",
    _DONE_AT.format("tickets"),
    f"NOT {_in_use('tickets.no')}",
    old=f"{_DONE} AND NOT "
    + _EMPTIED.format(record="tickets.no", since=_DONE_AT.format("tickets")),
)
CUSTOMERS = KeptTable(
    "customers",
    "code",
    "updated_at",
    f"({_none_in_use(_OF_CUSTOMER)} AND NOT {_noted('customers.code')} "
    "AND NOT EXISTS (SELECT 1 FROM requests q WHERE q.customer_code = customers.code "
    f"AND {_OPEN_REQUEST}) "
    "AND NOT EXISTS (SELECT 1 FROM mail_records g JOIN mails m ON m.id = g.mail_id "
    "WHERE g.record = customers.code AND m.written_at >= :before) "
    "AND NOT EXISTS (SELECT 1 FROM forms f WHERE f.state IN ('open', 'parked') "
    "AND f.data LIKE '%' || customers.code || '%'))",
    # Who never had a ticket was entered for another reason.
    old=f"merged_into IS NULL AND EXISTS ({_OF_CUSTOMER}) AND NOT EXISTS ({_OF_CUSTOMER} "
    f"AND NOT (t.{_DONE} AND {_DONE_AT.format('t')} < :before)) "
    f"AND NOT {_EMPTIED.format(record='customers.code', since='customers.updated_at')}",
)
AUDIT = KeptTable(
    "audit",
    "id",
    "occurred_at",
    f"NOT {_OPEN_RECORDS}",
    first=0,
)
TABLES: Mapping[RetentionKind, Sequence[KeptTable]] = {
    RetentionKind.RAW_EVENTS: (TYPED,),
    RetentionKind.SPAM: (SPAM,),
    RetentionKind.MAILS: (INCOMING, OUTGOING),
    RetentionKind.FILES: (FILES,),
    RetentionKind.CLOSED_TICKETS: (TICKETS,),
    RetentionKind.CUSTOMERS: (CUSTOMERS,),
    RetentionKind.AUDIT: (AUDIT,),
}
"""By kind the tables that hold it."""


async def count_past(
    db: Reader,
    kind: RetentionKind,
    before: datetime,
    now: datetime,
) -> PastTime:
    """What a run of this kind would take now, of all its tables."""
    total = NOTHING_PAST
    for table in TABLES[kind]:
        found = await table.count(db, before, now)
        total = PastTime(
            total.going + found.going,
            min(filter(None, (total.oldest_at, found.oldest_at)), default=None),
            total.held + found.held,
        )
    return total
