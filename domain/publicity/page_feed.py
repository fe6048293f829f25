"""What Facebook tells of the page's own posts: it is read from the webhook, and put together into
one state, whatever the order.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum

from domain.publicity.links import find_links
from domain.publicity.publications import PostState
from domain.text import clean

POSTS = frozenset({"post", "status", "photo", "video", "share", "album", "note", "link"})
"""Items of the feed that are posts; comments, reactions and the rest are not."""


class Verb(StrEnum):
    """What happened to a post."""

    ADD = "add"
    EDIT = "edit"
    REMOVE = "remove"
    HIDE = "hide"
    UNHIDE = "unhide"


_VERBS = {verb.value: verb for verb in Verb} | {
    "edited": Verb.EDIT,
    "update": Verb.EDIT,
    "delete": Verb.REMOVE,
}
_LATEST_SECOND = 10**11
_LATEST = 10**14
"""A larger number of seconds is one of milliseconds; a larger one of these is no instant."""
MOST_ID = 100
"""Characters of a post's id; a longer one is none."""
_OF_SIGHT = (Verb.REMOVE, Verb.HIDE, Verb.UNHIDE)
"""Verbs that tell of a post that is there, and nothing of what it says."""


@dataclass(frozen=True, slots=True)
class PageEvent:
    """One thing told of one post. `at` = when it happened, `posted_at` = when the post was made,
    where it is said.
    """

    post_id: str
    verb: Verb
    at: datetime
    text: str = ""
    link: str = ""
    posted_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PagePost:
    """All that is known of one of the page's posts. `publication` = its number here, "" while it
    has none.

    `hidden_at` and `shown_at` = when it was last hidden from the page, and shown again.
    """

    post_id: str
    text: str = ""
    text_at: datetime | None = None
    link: str = ""
    posted_at: datetime | None = None
    removed_at: datetime | None = None
    publication: str = ""
    hidden_at: datetime | None = None
    shown_at: datetime | None = None

    @property
    def hidden(self) -> bool:
        """Whether the page does not show it; what was hidden and shown within one second is
        shown.
        """
        if self.hidden_at is None:
            return False
        return self.shown_at is None or self.hidden_at > self.shown_at


def read_event(entry_time: object, value: Mapping[str, object], page_id: str) -> PageEvent | None:
    """Reads a change of the page's feed; returns None where it is no post of the page itself, or
    not published.
    """
    verb = _VERBS.get(str(value.get("verb")))
    post_id = _text(value, "post_id")
    if verb is None or not 0 < len(post_id) <= MOST_ID:
        return None
    if value.get("item") not in POSTS or not _is_of_page(value, page_id):
        return None
    # A draft is edited, too; only what can be seen is news.
    if value.get("published") in (0, False) and verb not in _OF_SIGHT:
        return None
    posted_at = _instant(value.get("created_time"))
    at = _instant(entry_time) or posted_at
    if at is None:
        return None
    return PageEvent(
        post_id,
        verb,
        at,
        text=clean(_text(value, "message")),
        link=_link(value),
        posted_at=posted_at,
    )


def _text(value: Mapping[str, object], key: str) -> str:
    """Returns the text under a key; "" where it is missing, or something else."""
    text = value.get(key)
    return text if isinstance(text, str) else ""


def _is_of_page(value: Mapping[str, object], page_id: str) -> bool:
    """Returns whether the page itself did it."""
    sender = value.get("from")
    return isinstance(sender, Mapping) and str(sender.get("id")) == page_id


def _link(value: Mapping[str, object]) -> str:
    """Returns the post's own address."""
    post = value.get("post")
    given = _text(post if isinstance(post, Mapping) else value, "permalink_url")
    return next((link.url for link in find_links(given)), "")


def _instant(value: object) -> datetime | None:
    """Reads seconds since 1970, or milliseconds, or ISO 8601."""
    if isinstance(value, str):
        return _written_instant(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if not 0 < value < _LATEST:
        return None
    seconds = value / 1000 if value > _LATEST_SECOND else value
    return datetime.fromtimestamp(seconds, UTC)


def _written_instant(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text.replace("+0000", "+00:00"))
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def fold(post: PagePost, events: Iterable[PageEvent]) -> PagePost:
    """Returns the post after these events: alike in whatever order, and however often, they
    came.
    """
    for event in events:
        post = _after(post, event)
    return post


def _after(post: PagePost, event: PageEvent) -> PagePost:
    match event.verb:
        case Verb.REMOVE:
            return replace(post, removed_at=min(_known(post.removed_at, event.at)))
        case Verb.HIDE:
            return replace(post, hidden_at=max(_known(post.hidden_at, event.at)))
        case Verb.UNHIDE:
            return replace(post, shown_at=max(_known(post.shown_at, event.at)))
    post = replace(
        post,
        posted_at=min(_known(post.posted_at, event.posted_at), default=None),
        link=min(filter(None, (post.link, event.link)), default=""),
    )
    # Facebook repeats events and mixes their order: the latest text counts, and of two at once
    # always the same.
    newer = post.text_at is None or (event.at, event.text) >= (post.text_at, post.text)
    if event.text and newer:
        return replace(post, text=event.text, text_at=event.at)
    return post


def _known(*instants: datetime | None) -> list[datetime]:
    return [at for at in instants if at is not None]


def state_on_page(post: PagePost) -> PostState:
    """Returns how it stands on the page."""
    if post.removed_at:
        return PostState.REMOVED
    return PostState.HIDDEN if post.hidden else PostState.POSTED


def link_of(post: PagePost) -> str:
    """Returns where the post can be seen: as Facebook said, else by its ids."""
    page, _bar, own = post.post_id.rpartition("_")
    return post.link or f"https://www.facebook.com/{page or 'permalink'}/posts/{own}"


def event_json(event: PageEvent) -> str:
    """Writes the event as the inbox keeps it: ASCII."""
    posted = event.posted_at.isoformat() if event.posted_at else ""
    return json.dumps(
        [event.post_id, event.verb, event.at.isoformat(), event.text, event.link, posted]
    )


def event_from_json(raw: str) -> PageEvent:
    """Reads what `event_json` wrote."""
    post_id, verb, at, text, link, posted = json.loads(raw)
    made = datetime.fromisoformat(posted) if posted else None
    return PageEvent(
        post_id,
        Verb(verb),
        datetime.fromisoformat(at),
        text,
        link,
        made,
    )
