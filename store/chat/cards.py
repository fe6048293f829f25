"""Which messages show a record as its card, so that they stay true: read from the outbox, which
notes it with the message.
"""

from dataclasses import dataclass
from datetime import datetime

from domain.staff import Chat, Platform
from store.engine.database import Reader, Row

TAKEN = "-"
"""The card of a message that took the place of one, and shows none."""
MOST = 100
"""Messages of one record that are kept true, the newest."""

_LAST = (
    "NOT EXISTS (SELECT 1 FROM outbox AS later WHERE later.platform = shown.platform "
    "AND later.chat = shown.chat AND later.external_id = shown.external_id "
    "AND later.card <> '' AND later.seq > shown.seq)"
)
"""Nothing was written into that message since."""


@dataclass(frozen=True, slots=True)
class ShownCard:
    """A message of a chat that shows a record."""

    record: str
    platform: Platform
    chat: str
    message: str

    @property
    def at(self) -> Chat:
        """Its chat."""
        return self.platform, self.chat


def _shown(row: Row) -> ShownCard:
    return ShownCard(
        row["card"],
        Platform(row["platform"]),
        row["chat"],
        row["external_id"],
    )


async def list_outdated(db: Reader, record: str, version: int, since: datetime) -> list[ShownCard]:
    """The messages since then that show this record as it was before `version`, the newest
    first.
    """
    rows = await db.fetch(
        "SELECT card, platform, chat, external_id FROM outbox AS shown "
        "WHERE card = ? AND card <> '' AND card_version < ? AND state = 'sent' "
        f"AND external_id <> '' AND sent_at > ? AND {_LAST} ORDER BY seq DESC LIMIT ?",
        record,
        version,
        since,
        MOST,
    )
    return [_shown(row) for row in rows]


async def find_card(db: Reader, platform: Platform, chat: str, message: str) -> ShownCard | None:
    """What a message shows by now."""
    row = await db.fetch_one(
        "SELECT card, platform, chat, external_id FROM outbox "
        "WHERE platform = ? AND chat = ? AND external_id = ? AND card <> '' "
        "ORDER BY seq DESC LIMIT 1",
        platform,
        chat,
        message,
    )
    if row is None or row["card"] == TAKEN:
        return None
    return _shown(row)


async def list_busy(db: Reader) -> set[Chat]:
    """Chats in which something waits to be sent."""
    rows = await db.fetch(
        "SELECT DISTINCT platform, chat FROM outbox WHERE state IN ('queued', 'sending')"
    )
    return {(Platform(row["platform"]), row["chat"]) for row in rows}
