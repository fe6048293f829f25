"""What the desk asks of a network that it posts to, and what the network may answer."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from domain.publicity.networks import Network
from handlers.publicity.posts import Failed, Posted, Unclear

Answer = Posted | Failed | Unclear


@dataclass(frozen=True, slots=True)
class Posting:
    """What is to be posted. `retry_key` is a UUID, alike for every try.

    `picture` = its bytes on disk, if any; `picture_id` = its row.
    """

    text: str
    retry_key: str
    picture: Path | None = None
    picture_id: str = ""


class PostingNetwork(Protocol):
    """One network. `repeats_safely` = a repeated call with the same retry key posts once.

    `takes_pictures` = a picture goes out with the text.
    """

    network: Network
    repeats_safely: bool
    takes_pictures: bool

    async def publish(self, posting: Posting) -> Answer:
        """Make the post."""
        ...

    async def look_for(self, text: str, since: datetime) -> Posted | None:
        """The post with these words that was made after `since`; raises LookupFailed."""
        ...

    async def measure(self, external_id: str) -> tuple[int | None, int | None] | None:
        """How many people got and opened it; None where the network did not answer."""
        ...

    async def close(self) -> None:
        """Close the connections."""
        ...


class LookupFailed(Exception):
    """The network could not be asked; the same question may be answered later."""

    safe_text = True


def listed(answer: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The posts of an answer; LookupFailed where it has no list of them, which is not an empty
    one.
    """
    posts = answer.get("data")
    if not isinstance(posts, list):
        raise LookupFailed("no list")
    return [post for post in posts if isinstance(post, Mapping) and isinstance(post.get("id"), str)]


def surely_failed(verdict: Failed | Unclear) -> Failed:
    """A picture's upload that nobody can be sure of is one that failed: no post shows it."""
    if isinstance(verdict, Failed):
        return verdict
    return Failed(verdict.error, lasting=False)
