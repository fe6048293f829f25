"""LINE's webhook: signed events, committed before they are acknowledged."""

import base64
import hashlib
import hmac
from datetime import datetime

from bot.line.adapter import LineAdapter
from store.chat import inbox
from store.engine.database import Database
from store.engine.failpoints import failpoint


def signature_matches(channel_secret: str, body: bytes, given: str | None) -> bool:
    """Whether LINE signed these very bytes (HMAC-SHA256, constant time)."""
    digest = hmac.new(channel_secret.encode(), body, hashlib.sha256).digest()
    signature = (given or "").encode("utf-8", "replace")
    return hmac.compare_digest(base64.b64encode(digest), signature)


async def receive_webhook(
    adapter: LineAdapter,
    db: Database,
    owner: str,
    now: datetime,
    body: bytes,
) -> inbox.Woken:
    """Commit all events of one webhook call; returns the conversations to wake."""
    events = adapter.events(body)
    failpoint("event.received")
    woken = inbox.Woken()
    if events:
        woken = await inbox.receive(db, events, owner, now)
    failpoint("event.committed")
    return woken
