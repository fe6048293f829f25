"""What is to be sent: written with the effects it tells of, delivered in order for each chat."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain
from uuid import UUID

from domain.reach.untold import call_key, notice_key
from domain.staff import Chat, Platform, StaffId
from store.engine import leases
from store.engine.database import (
    Database,
    Reader,
    Row,
    Tx,
    is_one_of,
)
from store.engine.pieces import BEGINNING, OldRows, Outdated, Piece, PieceStart
from store.engine.rows import column


@dataclass(frozen=True, slots=True)
class Message:
    """One call to a platform. `id` is the idempotency key where the platform takes one.

    `payload` is the platform's own JSON (empty: to be rendered from `notice` when it is sent);
    `notice` the neutral reply (JSON) of an unasked message, which may go to the person's other
    platform; `confirms` = it tells of a change, so it must arrive."""

    id: UUID
    platform: Platform
    chat: str
    payload: str
    staff_id: StaffId | None = None
    notice: str = ""
    dedupe_key: str | None = None
    reply_token: str = ""
    reply_until_at: datetime | None = None
    confirms: bool = False
    created_at: datetime | None = None
    attempts: int = 0
    unclear: bool = False
    state: str = "queued"
    next_at: datetime | None = None
    event_id: str = ""
    """The event that it answers, where that brought a message that its sender may take back."""
    carries: bool = False
    """Whether it brings what could not be told before."""
    external_id: str = ""
    """What its platform calls it, once it was sent."""
    is_revoked: bool = False
    """Whether whom it is for has lost access, or the telephone, since it was queued."""
    card: str = ""
    card_version: int = 0
    """Which record it shows as its card, and as of which version: see `store/chat/cards.py`."""

    @property
    def at(self) -> Chat:
        """The chat that it is for, with its platform."""
        return self.platform, self.chat


_SHOWN = re.compile(r"(?:(?<![A-Za-z0-9])|(?<=\\n))[CRQ]\d{1,12}(?!\d)")
RECORDS_AT_ONCE = 50
MOST_CALLS = 20
"""Calls that one notice needs at most."""

_NOTICE_MAIL = re.compile(r"<([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})@[^>]+>")
_COLUMNS = (
    "id, platform, chat, payload, staff_id, notice, dedupe_key, reply_token, reply_until_at, "
    "confirms, created_at, attempts, unclear, state, next_at, event_id, carries, card, "
    "card_version"
)

_REVOKED = (
    "EXISTS (SELECT 1 FROM staff WHERE staff.id = outbox.staff_id "
    "AND (staff.blocked_at IS NOT NULL OR staff.sessions_ended_at >= outbox.created_at)) "
    "AND (platform <> 'mail' OR notice <> '')"
)
"""Of a message to somebody of the staff; a letter to a customer goes out whoever wrote it."""


def _message(row: Row) -> Message:
    return Message(
        id=UUID(row["id"]),
        platform=Platform(row["platform"]),
        chat=row["chat"],
        payload=row["payload"],
        staff_id=row["staff_id"],
        notice=row["notice"],
        dedupe_key=row["dedupe_key"],
        reply_token=row["reply_token"],
        reply_until_at=row["reply_until_at"],
        confirms=bool(row["confirms"]),
        created_at=row["created_at"],
        attempts=int(row["attempts"]),
        unclear=bool(row["unclear"]),
        state=row["state"],
        next_at=row["next_at"],
        event_id=row["event_id"] or "",
        carries=bool(row["carries"]),
        is_revoked=bool(row["is_revoked"]),
        card=row["card"],
        card_version=int(row["card_version"]),
    )


def shown_in(message: Message) -> str:
    """The records that a message names, side by side: whoever is one of them may be shown there."""
    return " ".join(dict.fromkeys(_SHOWN.findall(message.payload or message.notice)))


def lease_name(platform: str, chat: str) -> str:
    """The lease under which a chat is sent to."""
    return f"out:{platform}:{chat}"


async def put(
    tx: Tx,
    messages: Sequence[Message],
    owner: str,
    now: datetime,
    serves: Callable[[Platform, str], bool] = lambda _platform, _chat: True,
) -> list[Chat]:
    """Queue messages; returns the chats that `owner` must now send to, of those that it serves.

    A message whose `dedupe_key` is known is passed over.
    """
    await add(tx, messages, now)
    chats = dict.fromkeys(message.at for message in messages)
    ours = [chat for chat in chats if serves(*chat)]
    names = [lease_name(*chat) for chat in ours]
    taken = await leases.take_many(tx, names, owner, now)
    return [chat for chat in ours if lease_name(*chat) in taken]


FRESH = leases.TTL * 2 / 3
"""So long a lease must last on for a call to begin under it."""
_HELD = "SELECT 1 FROM leases WHERE name = ? AND owner = ? AND expires_at > ?"
_NOTHING_WAITS = (
    "NOT EXISTS (SELECT 1 FROM outbox "
    "WHERE platform = ? AND chat = ? AND state IN ('queued', 'sending'))"
)


async def put_begun(
    tx: Tx,
    message: Message,
    owner: str,
    now: datetime,
) -> tuple[bool, bool]:
    """Queue a message that is called out at once, as one that is being sent; returns whether it is,
    and whether its chat is `owner`'s.

    It is merely queued where something waits before it, and where its chat's lease was not taken
    with the event that it answers, or long ago.
    """
    name = lease_name(*message.at)
    # Locked where others write, too: whoever gives it back meanwhile does so before or after.
    locked = "" if tx.engine == "sqlite" else " FOR UPDATE"
    is_next = f"{_NOTHING_WAITS} AND EXISTS ({_HELD}{locked})"
    ready = (*message.at, name, owner, now + FRESH)
    row = await tx.fetch_one(
        "INSERT INTO outbox (id, platform, chat, payload, staff_id, reply_token, reply_until_at, "
        "confirms, event_id, shows, card, card_version, created_at, next_at, state, attempts) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
        f"CASE WHEN {is_next} THEN 'sending' ELSE 'queued' END, "
        f"CASE WHEN {is_next} THEN 1 ELSE 0 END) RETURNING state",
        str(message.id),
        message.platform,
        message.chat,
        message.payload,
        message.staff_id,
        message.reply_token,
        message.reply_until_at,
        message.confirms,
        message.event_id or None,
        shown_in(message),
        message.card,
        message.card_version,
        now,
        now,
        *ready,
        *ready,
    )
    assert row is not None
    if row["state"] == "sending":
        return True, True
    return False, await leases.take(tx, name, owner, now)


async def add(tx: Tx, messages: Sequence[Message], now: datetime) -> None:
    """Queue messages for whoever looks next."""
    await tx.execute_many(
        "INSERT INTO outbox (id, platform, chat, payload, staff_id, notice, dedupe_key, "
        "reply_token, reply_until_at, confirms, event_id, carries, shows, card, card_version, "
        "state, created_at, next_at) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'queued', ?, ?) "
        "ON CONFLICT (dedupe_key) DO NOTHING",
        [
            (
                str(message.id),
                message.platform,
                message.chat,
                message.payload,
                message.staff_id,
                message.notice,
                message.dedupe_key,
                message.reply_token,
                message.reply_until_at,
                message.confirms,
                message.event_id or None,
                message.carries,
                shown_in(message),
                message.card,
                message.card_version,
                now,
                now,
            )
            for message in messages
        ],
    )


async def next_message(db: Reader, platform: str, chat: str) -> Message | None:
    """The chat's oldest message that is not out yet."""
    row = await db.fetch_one(
        f"SELECT {_COLUMNS}, CASE WHEN {_REVOKED} THEN 1 ELSE 0 END AS is_revoked "
        "FROM outbox WHERE platform = ? AND chat = ? "
        "AND state IN ('queued', 'sending') ORDER BY seq LIMIT 1",
        platform,
        chat,
    )
    if row is None:
        return None
    return _message(row)


async def list_waiting(db: Reader, platforms: Sequence[str], now: datetime) -> list[Chat]:
    """Chats on these platforms whose oldest message is due; the others of a chat wait behind it."""
    if not platforms:
        return []
    oldest = (
        "SELECT min(seq) FROM outbox WHERE state IN ('queued', 'sending') "
        f"AND {is_one_of('platform', platforms)} GROUP BY platform, chat"
    )
    rows = await db.fetch(
        f"SELECT platform, chat FROM outbox WHERE seq IN ({oldest}) AND next_at <= ?",
        *platforms,
        now,
    )
    return [(Platform(row["platform"]), row["chat"]) for row in rows]


async def list_sending(db: Reader) -> set[str]:
    """The ids of the messages that are being sent."""
    rows = await db.fetch("SELECT id FROM outbox WHERE state = 'sending'")
    return set(column(rows, "id"))


async def begin_sending(
    tx: Tx,
    message: Message,
    owner: str,
    now: datetime,
) -> bool:
    """Say, before the call, that it is being made; False where the lease or the message is no
    longer ours.
    """
    name = lease_name(message.platform, message.chat)
    # Locked first: the condition below then sees who holds the chat for certain.
    await leases.touch(tx, name, owner, now)
    touched = await tx.execute(
        "UPDATE outbox SET state = 'sending', attempts = attempts + 1, unclear = ?, "
        "reply_token = ? WHERE id = ? AND state IN ('queued', 'sending') "
        "AND EXISTS (SELECT 1 FROM leases WHERE name = ? AND owner = ?)",
        message.unclear,
        message.reply_token,
        str(message.id),
        name,
        owner,
    )
    return bool(touched)


async def set_payload(tx: Tx, message: Message) -> None:
    """Keep how a notice is said on its platform, and what its acceptance tells."""
    await tx.execute(
        "UPDATE outbox SET payload = ?, notice = ?, carries = ? WHERE id = ?",
        message.payload,
        message.notice,
        message.carries,
        str(message.id),
    )


_KEPT = "CASE WHEN platform = 'web' THEN payload ELSE '' END"
"""What is kept of what was said: a browser, which keeps nothing itself, shows it again."""


async def mark_sent(tx: Tx, message: Message, now: datetime) -> None:
    """The platform accepted it; what was said is forgotten, but for what a browser shows."""
    await tx.execute_many(
        f"UPDATE outbox SET state = 'sent', sent_at = ?, external_id = ?, payload = {_KEPT}, "
        "notice = '', error = '' WHERE id = ?",
        [(now, message.external_id, str(message.id))],
    )


async def mark_all_sent(tx: Tx, messages: Sequence[Message], now: datetime) -> None:
    """The platforms accepted them; what was said is forgotten, but for what a browser shows."""
    ids = [str(message.id) for message in messages]
    each = " ".join(["WHEN ? THEN ?"] * len(ids))
    called = [(str(message.id), message.external_id) for message in messages]
    await tx.execute(
        f"UPDATE outbox SET state = 'sent', sent_at = ?, payload = {_KEPT}, notice = '', "
        f"error = '', external_id = CASE id {each} ELSE '' END WHERE {is_one_of('id', ids)}",
        now,
        *chain.from_iterable(called),
        *ids,
    )


async def mark_retry(
    tx: Tx,
    message: Message,
    next_at: datetime,
    *,
    unclear: bool,
    error: str,
) -> None:
    """Try again at `next_at`; `unclear` = the platform may have accepted it."""
    await tx.execute(
        "UPDATE outbox SET state = 'queued', next_at = ?, unclear = ?, error = ? WHERE id = ?",
        next_at,
        unclear,
        error,
        str(message.id),
    )


async def mark_ended(
    tx: Tx,
    message: Message,
    state: str,
    error: str,
) -> None:
    """Give up: `dead` (refused, and somebody is told), `doubtful` (perhaps accepted, and a person
    is asked), `dropped` (no longer useful) or `moved`."""
    await tx.execute(
        "UPDATE outbox SET state = ?, error = ? WHERE id = ?", state, error, str(message.id)
    )


def rest_key(message: Message, number: int) -> str:
    """The key of a notice's call after the first, numbered from 1; `message` = any of its calls."""
    return call_key(notice_key(message.dedupe_key or ""), number)


async def drop_rest(tx: Tx, message: Message) -> None:
    """All of a notice is told elsewhere: its calls after this one, which wait in the same chat, are
    not made.
    """
    if not message.notice:
        return
    await tx.execute_many(
        "UPDATE outbox SET state = 'moved' "
        "WHERE dedupe_key = ? AND state = 'queued' AND platform = ? AND chat = ?",
        [
            (rest_key(message, number), message.platform, message.chat)
            for number in range(1, MOST_CALLS)
        ],
    )


async def move_chat(
    tx: Tx,
    platform: Platform,
    chat: str,
    to: str,
    now: datetime,
) -> None:
    """The platform gave a group another chat: what waits for it goes there, in the same order."""
    await tx.execute(
        "UPDATE outbox SET chat = ?, state = 'queued', next_at = ? "
        "WHERE platform = ? AND chat = ? AND state IN ('queued', 'sending')",
        to,
        now,
        platform,
        chat,
    )


async def send_now(tx: Tx, now: datetime) -> None:
    """What is to be sent later is sent now."""
    await tx.execute(
        "UPDATE outbox SET next_at = ? WHERE state IN ('queued', 'sending') AND next_at > ?",
        now,
        now,
    )


async def release_if_idle(
    tx: Tx,
    platform: str,
    chat: str,
    owner: str,
    now: datetime,
) -> bool:
    """Give the chat back unless its oldest message is due; True when it is ours no longer."""
    return not await leases.give_back(tx, [idle(platform, chat, now)], owner, now)


def idle(platform: str, chat: str, now: datetime) -> leases.Idle:
    """The chat's lease, which is given back unless its oldest message is due."""
    oldest = (
        "SELECT min(seq) FROM outbox "
        "WHERE platform = ? AND chat = ? AND state IN ('queued', 'sending')"
    )
    return leases.Idle(
        lease_name(platform, chat),
        f"NOT EXISTS (SELECT 1 FROM outbox WHERE seq = ({oldest}) AND next_at <= ?)",
        (platform, chat, now),
    )


def notice_mail_id(message_id: str) -> str:
    """Which message a Message-ID names; "" where it is none of ours."""
    found = _NOTICE_MAIL.fullmatch(message_id)
    return found[1] if found else ""


async def find_notice_mail(db: Reader, message_id: str) -> StaffId | None:
    """Whom the mail with this Message-ID told what reached the person in no chat; None where it is
    no such mail.
    """
    row = await db.fetch_one(
        "SELECT staff_id FROM outbox WHERE id = ? AND platform = 'mail' AND staff_id IS NOT NULL "
        "AND NOT EXISTS (SELECT 1 FROM mails WHERE mails.id = outbox.id)",
        notice_mail_id(message_id),
    )
    return StaffId(row["staff_id"]) if row else None


async def unsay(
    tx: Tx,
    event_id: str,
    platform: Platform,
    chat: str,
) -> None:
    """What was answered to a message that was taken back: what still waits in its chat is not said,
    the rest forgotten, with all else that was given up there.

    What colleagues are told of a record that was made goes out; a mail to a customer is a record
    itself."""
    await tx.execute(
        "UPDATE outbox SET state = 'dropped' "
        "WHERE event_id = ? AND platform = ? AND chat = ? AND state = 'queued'",
        event_id,
        platform,
        chat,
    )
    await tx.execute(
        "UPDATE outbox SET payload = '', notice = '' "
        "WHERE (event_id = ? OR (platform = ? AND chat = ?)) AND platform <> 'mail' "
        "AND state NOT IN ('queued', 'sending')",
        event_id,
        platform,
        chat,
    )


async def count_by_state(db: Reader) -> dict[str, int]:
    """How many messages wait, or did not or perhaps not arrive: those that were sent are not
    counted.
    """
    rows = await db.fetch(
        "SELECT state, count(*) AS n FROM outbox WHERE state IN ('queued', 'sending') "
        "GROUP BY state UNION ALL "
        "SELECT state, count(*) AS n FROM outbox WHERE state IN ('dead', 'doubtful') GROUP BY state"
    )
    return {row["state"]: int(row["n"]) for row in rows}


async def list_showing(db: Reader, records: Sequence[str]) -> list[Message]:
    """What was sent to chats and names one of these records, the oldest first."""
    found: dict[int, Row] = {}
    for at in range(0, len(records), RECORDS_AT_ONCE):
        some = records[at : at + RECORDS_AT_ONCE]
        named = " OR ".join(["' ' || shows || ' ' LIKE ?"] * len(some))
        rows = await db.fetch(
            f"SELECT seq, {_COLUMNS}, external_id, 0 AS is_revoked FROM outbox "
            f"WHERE state = 'sent' AND shows <> '' AND platform <> 'mail' AND ({named})",
            *(f"% {record} %" for record in some),
        )
        found |= {row["seq"]: row for row in rows}
    return [
        replace(_message(found[seq]), external_id=found[seq]["external_id"])
        for seq in sorted(found)
    ]


# What is forgotten.

_MESSAGES = OldRows(
    "outbox",
    "created_at",
    "state NOT IN ('queued', 'sending') AND NOT (platform = 'mail' "
    "AND EXISTS (SELECT 1 FROM mails WHERE mails.id = outbox.id))",
)
_GIVEN_UP = Outdated(
    "outbox",
    "seq",
    "payload <> '' AND state IN ('dead', 'doubtful', 'dropped', 'moved') AND created_at < ?",
    "created_at",
)
_SHOWN_BEFORE = Outdated(
    "outbox",
    "seq",
    "payload <> '' AND platform = 'web' AND state = 'sent' AND created_at < ?",
    "created_at",
)


async def forget_since(tx: Tx, staff_id: StaffId, since: datetime) -> None:
    """Drop what was to be said to somebody since then and was given up."""
    await tx.execute(
        "UPDATE outbox SET payload = '', notice = '' WHERE payload <> '' "
        "AND state IN ('dead', 'doubtful', 'dropped', 'moved') AND staff_id = ? "
        "AND platform <> 'mail' AND created_at >= ?",
        staff_id,
        since,
    )


async def forget_messages(db: Database, before: datetime, after: PieceStart = BEGINNING) -> Piece:
    """Drop messages that ended and were made before then. Mails to customers keep theirs: it is
    their state.
    """
    return await _MESSAGES.drop(db, before, after)


async def forget_payloads(db: Database, before: datetime, after: PieceStart = BEGINNING) -> Piece:
    """Drop what was to be said from messages that were given up before then."""
    return await _GIVEN_UP.empty(db, ("payload", "notice"), before)


async def forget_shown(db: Database, before: datetime, after: PieceStart = BEGINNING) -> Piece:
    """Drop what browsers were shown before then."""
    return await _SHOWN_BEFORE.empty(db, ("payload",), before)


async def forget_kept(tx: Tx, messages: Sequence[Message]) -> None:
    """Drop what browsers show of these messages."""
    await tx.execute_many(
        "UPDATE outbox SET payload = '' WHERE id = ? AND platform = 'web'",
        [(str(message.id),) for message in messages],
    )
