"""Facebook's webhook: what Meta tells of the page's own posts, signed, committed event by event."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from domain.publicity.page_feed import PageEvent, event_json, read_event
from handlers.publicity.page_feed import KIND, PLATFORM
from store import due
from store.chat import inbox
from store.chat.inbox import Event
from store.due import Due
from store.engine.database import Database, Tx


def signature_matches(app_secret: str, body: bytes, given: str | None) -> bool:
    """Whether Meta signed these very bytes: HMAC-SHA256 of the escaped body as it came, in constant
    time.
    """
    digest = hmac.new(app_secret.encode(), body, hashlib.sha256).hexdigest()
    signature = (given or "").encode("utf-8", "replace")
    return hmac.compare_digest(f"sha256={digest}".encode(), signature)


def challenge(query: Mapping[str, str], verify_token: str) -> str | None:
    """The answer to Meta's question whether this address is ours; None where the token is not."""
    given = query.get("hub.verify_token", "").encode("utf-8", "replace")
    ours = hmac.compare_digest(given, verify_token.encode())
    if query.get("hub.mode") != "subscribe" or not ours:
        return None
    return query.get("hub.challenge", "")


def events(body: bytes, page_id: str) -> list[Event]:
    """The webhook's news of the page's own posts as inbox rows, each on its own: one that is odd
    harms no other.
    """
    text = body.decode("utf-8", "replace")
    try:
        data = json.loads(text)
        entries = data["entry"] if data["object"] == "page" else []
        if not isinstance(entries, list):
            raise TypeError("entry")
    except (ValueError, KeyError, TypeError, RecursionError):
        return [_unreadable(text)]
    return [event for entry in entries for event in _of_entry(entry, page_id)]


def _of_entry(entry: Any, page_id: str) -> list[Event]:
    try:
        if str(entry["id"]) != page_id:
            return []
        changes = entry.get("changes", [])
        values = [change["value"] for change in changes if change["field"] == "feed"]
        told = [read_event(entry.get("time"), value, page_id) for value in values]
    except (KeyError, TypeError, AttributeError, ValueError, OverflowError, OSError):
        return [_unreadable(json.dumps(entry))]
    return [_event(each, page_id) for each in told if each is not None]


def _event(told: PageEvent, page_id: str) -> Event:
    raw = event_json(told)
    order_key = int(told.at.timestamp())
    return Event(
        PLATFORM,
        _digest(raw),
        f"{PLATFORM}:{page_id}",
        order_key,
        raw,
    )


def _unreadable(text: str) -> Event:
    """What cannot be read is kept, too, in a conversation of its own."""
    raw = json.dumps(text)
    return Event(
        PLATFORM,
        _digest(raw),
        f"{PLATFORM}:?",
        0,
        raw,
        "unparsable",
    )


def _digest(raw: str) -> str:
    """An event has no number of its own: the same words are the same event."""
    return hashlib.sha256(raw.encode()).hexdigest()


async def receive_webhook(
    db: Database,
    now: datetime,
    page_id: str,
    body: bytes,
) -> int:
    """Commit what the webhook told, with the row that has it dealt with; returns how many
    events.
    """
    told = events(body, page_id)
    rows = [Due(KIND, event.event_id, "", now) for event in told if event.state == "pending"]

    async def work(tx: Tx) -> None:
        await inbox.keep(tx, told, now)
        await due.plan(tx, rows)

    if told:
        await db.write(work, first=True)
    return len(told)
