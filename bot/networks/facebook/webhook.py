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
    expected = "sha256=" + hmac.new(app_secret.encode(), body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected.encode(), (given or "").encode("utf-8", "replace"))


def challenge(query: Mapping[str, str], verify_token: str) -> str | None:
    """The answer to Meta's question whether this address is ours; None where the token is not."""
    given = query.get("hub.verify_token", "").encode("utf-8", "replace")
    if query.get("hub.mode") != "subscribe" or not hmac.compare_digest(
        given, verify_token.encode()
    ):
        return None
    return query.get("hub.challenge", "")


def events(body: bytes, page_id: str) -> list[Event]:
    """The webhook's news of the page's own posts as inbox rows, each on its own: one that is odd
    harms no other.
    """
    try:
        data = json.loads(body.decode("utf-8", "replace"))
        entries = data["entry"] if data["object"] == "page" else []
        if not isinstance(entries, list):
            raise TypeError("entry")
    except (ValueError, KeyError, TypeError, RecursionError):
        return [_unreadable(body.decode("utf-8", "replace"))]
    return [event for entry in entries for event in _of_entry(entry, page_id)]


def _of_entry(entry: Any, page_id: str) -> list[Event]:
    try:
        if str(entry["id"]) != page_id:
            return []
        changes = [
            change["value"] for change in entry.get("changes", []) if change["field"] == "feed"
        ]
        told = [read_event(entry.get("time"), value, page_id) for value in changes]
    except (KeyError, TypeError, AttributeError, ValueError, OverflowError, OSError):
        return [_unreadable(json.dumps(entry))]
    return [_event(each, page_id) for each in told if each is not None]


def _event(told: PageEvent, page_id: str) -> Event:
    raw = event_json(told)
    event_id = hashlib.sha256(raw.encode()).hexdigest()
    return Event(PLATFORM, event_id, f"{PLATFORM}:{page_id}", int(told.at.timestamp()), raw)


def _unreadable(text: str) -> Event:
    raw = json.dumps(text)
    return Event(
        PLATFORM, hashlib.sha256(raw.encode()).hexdigest(), f"{PLATFORM}:?", 0, raw, "unparsable"
    )


async def receive_webhook(db: Database, now: datetime, page_id: str, body: bytes) -> int:
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
