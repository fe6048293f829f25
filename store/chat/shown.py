"""What a browser shows of a chat: what was typed, out of the inbox, and what was answered, out of
the outbox.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from domain.staff import Platform
from store.engine.database import Reader, Row


class ShownUpTo(NamedTuple):
    """How far a page has shown its chat: the last number of the inbox and of the outbox."""

    typed: int = 0
    answered: int = 0


NOTHING_YET = ShownUpTo()


@dataclass(frozen=True, slots=True)
class ShownMessage:
    """One message: the event as JSON where it was `typed`, else what the desk says as JSON; `id` is
    the event's, or the message's.
    """

    typed: bool
    number: int
    id: str
    text: str
    at: datetime


_COLUMNS = "seq AS number, {0} AS id, {1} AS text, {2} AS said_at"
_TYPED = (
    f"SELECT 1 AS typed, {_COLUMNS.format('event_id', 'raw', 'received_at')} FROM inbox "
    "WHERE platform = 'web' AND conversation = ? AND raw <> '' AND seq > ?"
)
_ANSWERED = (
    f"SELECT 0 AS typed, {_COLUMNS.format('id', 'payload', 'created_at')} FROM outbox "
    "WHERE platform = 'web' AND chat = ? AND payload <> '' AND state <> 'dropped' AND seq > ?"
)


async def list_last(db: Reader, chat: str, most: int) -> list[ShownMessage]:
    """The last messages of a chat, the oldest first."""
    rows = await db.fetch(
        f"SELECT * FROM ({_TYPED} UNION ALL {_ANSWERED}) AS said "
        "ORDER BY said_at DESC, typed, number DESC LIMIT ?",
        f"{Platform.WEB}:{chat}",
        0,
        chat,
        0,
        most,
    )
    return _messages(rows[::-1])


async def list_after(db: Reader, chat: str, shown: ShownUpTo) -> list[ShownMessage]:
    """What came since, in its order."""
    rows = await db.fetch(
        f"SELECT * FROM ({_TYPED} UNION ALL {_ANSWERED}) AS said "
        "ORDER BY said_at, typed DESC, number",
        f"{Platform.WEB}:{chat}",
        shown.typed,
        chat,
        shown.answered,
    )
    return _messages(rows)


def _messages(rows: Sequence[Row]) -> list[ShownMessage]:
    return [
        ShownMessage(bool(row["typed"]), row["number"], row["id"], row["text"], row["said_at"])
        for row in rows
    ]


async def newest(db: Reader, chat: str) -> ShownUpTo:
    """How far a page is that shows all of its chat."""
    row = await db.fetch_one(
        "SELECT (SELECT max(seq) FROM inbox WHERE platform = 'web' AND conversation = ?) AS typed, "
        "(SELECT max(seq) FROM outbox WHERE platform = 'web' AND chat = ?) AS answered",
        f"{Platform.WEB}:{chat}",
        chat,
    )
    assert row is not None
    return ShownUpTo(row["typed"] or 0, row["answered"] or 0)


async def was_shown(db: Reader, chat: str, file_id: str) -> bool:
    """Whether a message of this chat shows the file."""
    row = await db.fetch_one(
        "SELECT 1 AS one FROM outbox "
        "WHERE platform = 'web' AND chat = ? AND payload LIKE ? LIMIT 1",
        chat,
        f"%{file_id}%",
    )
    return row is not None


def up_to(messages: Sequence[ShownMessage], before: ShownUpTo = NOTHING_YET) -> ShownUpTo:
    """How far a page is that has shown these, too."""
    typed = [message.number for message in messages if message.typed]
    answered = [message.number for message in messages if not message.typed]
    return ShownUpTo(
        max(typed, default=before.typed),
        max(answered, default=before.answered),
    )


async def chats_since(db: Reader, shown: ShownUpTo) -> tuple[set[str], ShownUpTo]:
    """The chats of browsers in which something came since, and how far that goes."""
    rows = await db.fetch(
        "SELECT 1 AS typed, substr(conversation, 5) AS chat, max(seq) AS number FROM inbox "
        "WHERE platform = 'web' AND seq > ? GROUP BY conversation "
        "UNION ALL SELECT 0, chat, max(seq) FROM outbox "
        "WHERE platform = 'web' AND seq > ? GROUP BY chat",
        shown.typed,
        shown.answered,
    )
    typed = [row["number"] for row in rows if row["typed"]]
    answered = [row["number"] for row in rows if not row["typed"]]
    newest = ShownUpTo(max(typed, default=shown.typed), max(answered, default=shown.answered))
    return {row["chat"] for row in rows}, newest
