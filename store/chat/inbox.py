"""Events as the platforms handed them over: committed before they are acknowledged, done exactly
once.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice, product

from domain.errors import Conflict
from domain.staff import Chat, Platform, StaffId
from store.chat import outbox
from store.engine import leases
from store.engine.database import Database, Reader, Row, Tx, is_one_of
from store.engine.pieces import BEGINNING, OldRows, Outdated, Piece, PieceStart
from store.engine.rows import column, two_columns

AT_ONCE = 200
"""Events that one statement writes at most."""
SOON = timedelta(minutes=10)
"""How long after what it brought was kept an event is done with, at most."""
UNSEND = "unsend:"
"""Before the name of the message that an event takes back."""

_EVENT = "platform, event_id, conversation, order_key, raw, state, received_at, message"


@dataclass(frozen=True, slots=True)
class Event:
    """One event. `order_key` sorts a conversation's events; `raw` is the event's JSON, ASCII only.

    `state` is pending, or unparsable where the platform could not even tell whose it is. `message`
    is the platform's name of a message that its sender may take back, with UNSEND before it where
    this event does so; else ""."""

    platform: str
    event_id: str
    conversation: str
    order_key: int
    raw: str
    state: str = "pending"
    received_at: datetime | None = None
    message: str = ""

    @property
    def came_at(self) -> datetime:
        """When it was committed, which every event knows that was read from the inbox."""
        assert self.received_at is not None
        return self.received_at


class Woken(list[str]):
    """Conversations that a process holds and must now handle; `only` = the event of a conversation
    in which nothing else waits, as it was kept; `chats_alone` = conversations that another process
    handles, though this one may send to their chats.
    """

    def __init__(self, conversations: Iterable[str] = ()) -> None:
        super().__init__(conversations)
        self.only: dict[str, Event] = {}
        self.chats_alone: Sequence[str] = ()

    def note_only(
        self,
        events: Iterable[Event],
        alone: Mapping[str, str | None],
        now: datetime,
    ) -> None:
        """Keep those of these events that wait alone, by the lease of their conversation."""
        for event in events:
            if alone.get(lease_name(event.conversation)) == event.event_id:
                self.only[event.conversation] = replace(event, received_at=now)


def lease_name(conversation: str) -> str:
    """The lease under which a conversation's events are handled."""
    return f"in:{conversation}"


def chat_of(conversation: str) -> Chat:
    """The chat of a conversation, with its platform."""
    platform, _, chat = conversation.partition(":")
    return Platform(platform), chat


def chat_lease_name(conversation: str) -> str:
    """The lease under which a conversation's chat is sent to."""
    return outbox.lease_name(*chat_of(conversation))


async def take(
    tx: Tx,
    conversation: str,
    owner: str,
    now: datetime,
) -> bool:
    """Take or extend a conversation's lease, and that of its chat where nobody else sends to it;
    False while somebody else holds the conversation.
    """
    name = lease_name(conversation)
    names = [name, chat_lease_name(conversation)]
    return name in await leases.take_many(tx, names, owner, now)


async def receive(
    db: Database,
    events: Sequence[Event],
    owner: str,
    now: datetime,
    cursor: tuple[str, int] | None = None,
) -> Woken:
    """Commit events (known ones are passed over) and a polling cursor in one transaction.

    Returns the conversations that this process (`owner`) holds and must now handle; the others
    are being handled by the process that holds them.
    """

    async def work(tx: Tx) -> Woken:
        await keep(tx, events, now)
        if cursor is not None:
            # The platform may begin its numbers anew, lower: only the leader polls, so the last one
            # is the truth.
            await tx.execute(
                "INSERT INTO cursors (name, value, updated_at) VALUES (?, ?, ?) "
                "ON CONFLICT (name) DO UPDATE SET "
                "value = excluded.value, updated_at = excluded.updated_at",
                *cursor,
                now,
            )
        pending = [event for event in events if event.state == "pending"]
        return await _hold(tx, pending, owner, now)

    # Before whatever else waits to write: the platform waits for the acknowledgement.
    return await db.write(work, first=True, shares=True)


_ONLY = (
    "(SELECT CASE WHEN count(*) = 1 THEN min(event_id) END FROM inbox "
    "WHERE conversation = substr(leases.name, 4) AND state = 'pending')"
)
"""Beside a conversation's lease: the event that waits there alone."""


async def _hold(tx: Tx, pending: Sequence[Event], owner: str, now: datetime) -> Woken:
    """Take the conversations of events that wait, as far as nobody else holds them; their answers
    take no lease of their chats then.
    """
    conversations = list(dict.fromkeys(event.conversation for event in pending))
    rows = await leases.take_rows(
        tx,
        [*map(lease_name, conversations), *map(chat_lease_name, conversations)],
        owner,
        now,
        f"{_ONLY} AS event_id",
    )
    only = two_columns(rows, "name", "event_id")
    woken = Woken(held for held in conversations if lease_name(held) in only)
    woken.chats_alone = [
        other
        for other in conversations
        if lease_name(other) not in only and chat_lease_name(other) in only
    ]
    woken.note_only(pending, only, now)
    return woken


async def keep(tx: Tx, events: Sequence[Event], now: datetime) -> None:
    """Events as they were handed over; known ones are passed over.

    What a message said is not kept once it was taken back, whichever of the two comes first; then
    it is not handled."""
    unsent: set[str] = set()
    waiting = iter(events)
    while some := list(islice(waiting, AT_ONCE)):
        unsent |= await _insert(tx, some, now)
    # A message and its taking back may come in one call, in whichever order.
    for event in events:
        if event.message.startswith(UNSEND):
            await _forget_message(tx, event, event.message.removeprefix(UNSEND), now)
        elif event.event_id in unsent:
            await _forget_message(tx, event, event.message, now)


_UNSENT = (
    "(SELECT count(*) FROM inbox AS other WHERE other.platform = inbox.platform "
    f"AND other.message = '{UNSEND}' || inbox.message "
    "AND other.conversation = inbox.conversation)"
)
"""Beside an event: whether its message was taken back before it came."""


async def _insert(tx: Tx, events: Sequence[Event], now: datetime) -> set[str]:
    """Write those that are not known; returns the ids of those whose message was taken back."""
    values: list[object] = []
    for event in events:
        values += [
            event.platform,
            event.event_id,
            event.conversation,
            event.order_key,
            event.raw,
            event.state,
            now,
            event.message or None,
        ]
    places = ", ".join(["(?, ?, ?, ?, ?, ?, ?, ?)"] * len(events))
    rows = await tx.fetch(
        f"INSERT INTO inbox ({_EVENT}) VALUES {places} "
        f"ON CONFLICT (platform, event_id) DO NOTHING RETURNING event_id, {_UNSENT} AS unsent",
        *values,
    )
    return {row["event_id"] for row in rows if row["unsent"]}


async def _forget_message(
    tx: Tx,
    event: Event,
    message: str,
    now: datetime,
) -> None:
    await tx.execute(
        "UPDATE inbox SET raw = '', done_at = COALESCE(done_at, ?), "
        "state = CASE WHEN state IN ('pending', 'failed') THEN 'dropped' ELSE state END "
        "WHERE platform = ? AND message = ? AND conversation = ?",
        now,
        event.platform,
        message,
        event.conversation,
    )


async def find_message(
    db: Reader,
    platform: str,
    conversation: str,
    message: str,
) -> str:
    """The event that brought a message; "" where none did."""
    row = await db.fetch_one(
        "SELECT event_id FROM inbox WHERE platform = ? AND message = ? AND conversation = ?",
        platform,
        message,
        conversation,
    )
    return row["event_id"] if row else ""


async def note_records(
    tx: Tx,
    event_ids: Iterable[str],
    records: Iterable[str],
    now: datetime,
) -> None:
    """Remember what these events' messages went into."""
    await tx.execute_many(
        "INSERT INTO event_records (event_id, record, noted_at) VALUES (?, ?, ?) "
        "ON CONFLICT (event_id, record) DO NOTHING",
        [(event_id, record, now) for event_id, record in product(event_ids, records)],
    )


async def list_records(db: Reader, event_id: str) -> list[str]:
    """The records that this event's message went into."""
    rows = await db.fetch(
        "SELECT record FROM event_records WHERE event_id = ? "
        "UNION SELECT records FROM inbox WHERE event_id = ?",
        event_id,
        event_id,
    )
    return sorted({record for row in rows for record in row["record"].split()})


async def find_pending(db: Reader, platform: str, event_id: str) -> Event | None:
    """One event, if it is still to be handled."""
    row = await db.fetch_one(
        f"SELECT {_EVENT} FROM inbox WHERE platform = ? AND event_id = ? AND state = 'pending'",
        platform,
        event_id,
    )
    return None if row is None else _event(row)


async def get_cursor(db: Reader, name: str, fresh_since: datetime) -> int:
    """Where polling goes on; 0 at the very first, and when the cursor is older than
    `fresh_since`.
    """
    row = await db.fetch_one(
        "SELECT value FROM cursors WHERE name = ? AND updated_at >= ?", name, fresh_since
    )
    return int(row["value"]) if row else 0


async def next_pending(db: Reader, conversation: str) -> Event | None:
    """The conversation's oldest event that is not done."""
    row = await db.fetch_one(
        f"SELECT {_EVENT} FROM inbox WHERE conversation = ? AND state = 'pending' "
        "ORDER BY order_key, seq LIMIT 1",
        conversation,
    )
    return None if row is None else _event(row)


def _event(row: Row) -> Event:
    fields = dict(row)
    fields["message"] = row["message"] or ""
    return Event(**fields)


async def has_pending(
    db: Reader,
    conversation: str,
    but: str,
    text: str,
) -> bool:
    """Whether an event other than `but` waits in the conversation whose raw form holds `text`."""
    row = await db.fetch_one(
        "SELECT 1 AS one FROM inbox "
        "WHERE conversation = ? AND state = 'pending' AND event_id <> ? AND raw LIKE ?",
        conversation,
        but,
        f"%{text}%",
    )
    return row is not None


async def has_newer(db: Reader, event: Event) -> bool:
    """Whether the conversation has a later event that is not done."""
    row = await db.fetch_one(
        "SELECT 1 AS one FROM inbox "
        "WHERE conversation = ? AND state = 'pending' AND order_key > ? LIMIT 1",
        event.conversation,
        event.order_key,
    )
    return row is not None


async def list_waiting(db: Reader, now: datetime, owner: str) -> list[str]:
    """Conversations with events that are not done and that no other live process holds."""
    rows = await db.fetch(
        "SELECT DISTINCT i.conversation FROM inbox i "
        "LEFT JOIN leases l ON l.name = 'in:' || i.conversation "
        "WHERE i.state = 'pending' "
        f"AND (l.name IS NULL OR l.owner = ? OR {leases.FREE.format('l')})",
        owner,
        *leases.free_at(now),
    )
    return column(rows, "conversation")


_MORE = (
    "(SELECT count(*) FROM inbox AS other WHERE other.conversation = inbox.conversation "
    "AND other.state = 'pending' AND other.event_id <> inbox.event_id)"
)
"""Beside an event: how many others wait in its conversation."""


async def finish(
    tx: Tx,
    event: Event,
    now: datetime,
    state: str = "done",
    reference: str = "",
    records: Sequence[str] = (),
) -> bool:
    """The event is dealt with, and its message went into these records; returns whether another
    event waits in its conversation.

    Conflict("event_done") where another process dealt with it: then write nothing.
    """
    row = await tx.fetch_one(
        "UPDATE inbox SET state = ?, done_at = ?, reference = ?, records = ? "
        "WHERE platform = ? AND event_id = ? AND state = 'pending' "
        f"RETURNING {_MORE} AS more",
        state,
        now,
        reference,
        " ".join(records),
        event.platform,
        event.event_id,
    )
    if row is None:
        raise Conflict("event_done")
    return bool(row["more"])


async def release_if_idle(
    tx: Tx,
    conversation: str,
    owner: str,
    now: datetime,
) -> bool:
    """Give the conversation back, and its chat, unless something came meanwhile; True when it is
    ours no longer.
    """
    kept = await leases.give_back(tx, idle(conversation, now), owner, now)
    return lease_name(conversation) not in kept


_HANDLED = "NOT EXISTS (SELECT 1 FROM inbox WHERE conversation = ? AND state = 'pending')"


def idle(conversation: str, now: datetime) -> list[leases.Idle]:
    """The leases of the conversation and of its chat, which are given back when no event of it
    waits, and that of the chat when no message of it is due.
    """
    sent = outbox.idle(*chat_of(conversation), now)
    handled_and_sent = leases.Idle(
        sent.name, f"{_HANDLED} AND {sent.condition}", (conversation, *sent.params)
    )
    return [leases.Idle(lease_name(conversation), _HANDLED, (conversation,)), handled_and_sent]


async def requeue(tx: Tx, reference: str) -> str | None:
    """Handle a failed event once more; returns its conversation, or None when there is nothing to
    retry.
    """
    row = await tx.fetch_one(
        "UPDATE inbox SET state = 'pending', done_at = NULL, reference = '' "
        "WHERE reference = ? AND state = 'failed' RETURNING conversation",
        reference,
    )
    if row is None:
        return None
    return str(row["conversation"])


async def count_by_state(db: Reader) -> dict[str, int]:
    """How many events wait, failed, or could not be read: those that were handled are not
    counted.
    """
    # Each by an index of its own, which has no others.
    counts = ("pending", "failed", "unparsable")
    selected = " UNION ALL ".join(
        f"SELECT '{state}' AS state, count(*) AS n FROM inbox WHERE state = '{state}'"
        for state in counts
    )
    rows = await db.fetch(selected)
    return {row["state"]: int(row["n"]) for row in rows if row["n"]}


# What is forgotten.


async def forget_words(tx: Tx, platform: Platform, event_id: str) -> None:
    """Keep of an event that it came, and nothing of what it said."""
    await tx.execute(
        "UPDATE inbox SET raw = '' WHERE platform = ? AND event_id = ?", platform, event_id
    )


async def forget_since(tx: Tx, staff_id: StaffId, since: datetime) -> None:
    """Drop what somebody typed since then, in whichever chat."""
    await tx.execute(
        f"UPDATE inbox SET raw = '' WHERE {_STILL_TYPED} AND done_at >= ? AND conversation IN "
        "(SELECT platform || ':' || chat FROM identities WHERE staff_id = ?)",
        since,
        staff_id,
    )


@dataclass(frozen=True, slots=True)
class SaidThen:
    """An event of which it is kept what it said, and when it was done with."""

    seq: int
    done_at: datetime


async def list_naming(
    db: Reader,
    platform: str,
    message: str,
    since: datetime,
    until: datetime,
) -> list[SaidThen]:
    """The events handled in that time that a message brought, or whose raw form names it."""
    rows = await db.fetch(
        f"SELECT seq, done_at, raw, message FROM inbox WHERE {_STILL_TYPED} "
        "AND done_at >= ? AND done_at <= ? AND platform = ?",
        since,
        until,
        platform,
    )
    named = re.compile(rf'"(?:message_id|id)": ?"?{re.escape(message)}\b')
    return [
        SaidThen(row["seq"], row["done_at"])
        for row in rows
        if row["message"] == message or named.search(row["raw"])
    ]


async def forget_naming(
    tx: Tx,
    platform: str,
    message: str,
    since: datetime,
) -> None:
    """Drop what was said with this message, where it was handled soon after then."""
    until = since + SOON
    await forget_some(tx, await list_naming(tx, platform, message, since, until))


async def forget_some(tx: Tx, events: Sequence[SaidThen]) -> None:
    """Keep of these events that they came, and nothing of what they said."""
    await tx.execute_many("UPDATE inbox SET raw = '' WHERE seq = ?", [(one.seq,) for one in events])


_STILL_TYPED = "done_at IS NOT NULL AND raw <> '' AND state <> 'failed'"
"""Holds for events of which it is kept what they said; an index has no others."""
_TYPED = Outdated("inbox", "seq", "raw <> '' AND state <> 'failed' AND done_at < ?", "done_at")
_EVENTS = OldRows("inbox", "received_at", "state <> 'pending'")


async def forget_raw(db: Database, before: datetime, after: PieceStart = BEGINNING) -> Piece:
    """Drop what people typed from events that ended before then (the row stays, against repeats).

    A failed event keeps it, since a button may still try it again; it goes with the row.
    """
    return await _TYPED.empty(db, ("raw",), before)


async def forget_events(db: Database, before: datetime, after: PieceStart = BEGINNING) -> Piece:
    """Drop events that came before then, but for those still to be handled, and what is known of
    the records that they made.
    """
    return await _EVENTS.drop(db, before, after, _forget_records)


async def _forget_records(tx: Tx, seqs: Sequence[int]) -> None:
    of_events = f"SELECT event_id FROM inbox WHERE {is_one_of('seq', seqs)}"
    await tx.execute(f"DELETE FROM event_records WHERE event_id IN ({of_events})", *seqs)
