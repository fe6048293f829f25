"""Telegram's webhook: an update is committed before it is acknowledged."""

import hmac
import json
from datetime import datetime
from typing import Any

from bot.telegram.adapter import TelegramAdapter
from store.chat import inbox
from store.engine.database import Database
from store.engine.failpoints import failpoint


async def receive_webhook(
    adapter: TelegramAdapter,
    db: Database,
    owner: str,
    now: datetime,
    body: bytes,
) -> tuple[inbox.Woken, Any]:
    """Commit the update of one webhook call; returns the conversations to wake, and the update."""
    try:
        update = json.loads(body.decode("utf-8", "replace"))
    except RecursionError:
        raise ValueError("nested too deeply") from None
    failpoint("event.received")
    events = await adapter.events([update])
    woken = inbox.Woken()
    if events:
        woken = await inbox.receive(db, events, owner, now)
    failpoint("event.committed")
    return woken, update


def secret_matches(expected: str, given: str | None) -> bool:
    """Compare the webhook's secret token in constant time."""
    return hmac.compare_digest(expected.encode(), (given or "").encode())
