"""The Facebook page over the Graph API: without retry keys, so that the feed is read before a
retry.
"""

import asyncio
import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp

from bot.files.pictures import FULL, Unreadable, kept
from bot.log import get_logger, where
from bot.posting import (
    Answer,
    LookupFailed,
    Posting,
    listed,
    surely_failed,
)
from bot.web.answers import (
    as_text,
    body_of,
    is_yes,
    object_of,
    within,
)
from domain.publicity.links import find_links
from domain.publicity.networks import Network
from domain.text import clean
from handlers.publicity.posts import Failed, Posted, Unclear

log = get_logger()

TIMEOUT = aiohttp.ClientTimeout(total=20, connect=5)
LOOK_BACK = timedelta(minutes=5)
"""Clocks differ: a post is looked for from a little before its first try."""
VIEWERS = "post_total_media_view_unique"
"""The metric that took the place of post_impressions_unique, which Meta ended for all versions in
June 2026.
"""
NOT_SENT = -1
NO_ANSWER = 0
"""In place of an HTTP status."""
UNCLEAR_STATUS = frozenset({NO_ANSWER, 200, 408})
UNCLEAR_CODES = frozenset({1, 2})
"""Meta's own errors after which a post may be out."""
RATE_CODES = frozenset({4, 17, 32, 341, 613, 368})
TOKEN_CODES = frozenset({102, 190})


class FacebookPage:
    """See `bot.posting.PostingNetwork`. The API's version, where one is wanted, stands in
    the address.
    """

    network = Network.FACEBOOK
    repeats_safely = False
    takes_pictures = True

    def __init__(self, page_id: str, page_token: str, api_url: str) -> None:
        self._page_id = page_id
        self._page_token = page_token
        self._api_url = api_url.rstrip("/")
        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()

    async def hello(self) -> str:
        """The page's name, asked from Facebook; proves the token. LookupFailed."""
        answer = await self._get(f"/{self._page_id}", {"fields": "name"})
        return str(answer.get("name", ""))

    async def publish(self, posting: Posting) -> Answer:
        """A post of the page, with its picture where it has one."""
        fields = {"message": posting.text}
        if posting.picture is not None:
            photo = await self._upload(posting.picture)
            if not isinstance(photo, str):
                return photo
            fields["attached_media[0]"] = json.dumps({"media_fbid": photo})
        status, answer = await self._post(f"/{self._page_id}/feed", fields)
        if not is_yes(status):
            return _verdict(status, answer)
        post_id = _id_of(answer)
        if not post_id:
            return Posted("", "")
        return Posted(post_id, await self._permalink(post_id))

    async def _upload(self, picture: Path) -> str | Answer:
        """The picture's id; it is not shown yet: a second one that is never used harms nobody."""
        try:
            data, mime = await asyncio.to_thread(kept, picture, *FULL)
        except Unreadable:
            return Failed("picture", lasting=True)
        form = aiohttp.FormData()
        form.add_field("published", "false")
        form.add_field("source", data, filename="picture", content_type=mime)
        status, answer = await self._post(f"/{self._page_id}/photos", form)
        photo = _id_of(answer)
        if is_yes(status) and photo:
            return photo
        return surely_failed(_verdict(status, answer))

    async def _permalink(self, post_id: str) -> str:
        """Where people see it; its ids make a link, too, should Facebook not answer now."""
        try:
            answer = await self._get(f"/{post_id}", {"fields": "permalink_url"})
        except LookupFailed:
            answer = {}
        return _link(post_id, answer.get("permalink_url"))

    async def look_for(self, text: str, since: datetime) -> Posted | None:
        """The newest post of the page with these words since then. LookupFailed."""
        earliest = since - LOOK_BACK
        query = {
            "fields": "id,message,created_time,permalink_url",
            "since": str(int(earliest.timestamp())),
            "limit": "100",
        }
        answer = await self._get(f"/{self._page_id}/feed", query)
        wanted = _words(text)
        for post in listed(answer):
            if _words(str(post.get("message", ""))) == wanted:
                post_id = str(post["id"])
                return Posted(post_id, _link(post_id, post.get("permalink_url")))
        return None

    async def measure(self, external_id: str) -> tuple[int | None, int | None] | None:
        """How many people saw it; None where Facebook does not say: the token lacks
        `read_insights`, or the page has fewer than 100 followers. It tells of no delivery."""
        query = {"metric": VIEWERS, "period": "lifetime"}
        try:
            answer = await self._get(f"/{external_id}/insights", query)
            (found,) = answer["data"]
            viewers = found["values"][0]["value"]
        except (LookupFailed, KeyError, IndexError, TypeError, ValueError) as error:
            log.info("reach not told", network=self.network, **where(error))
            return None
        if type(viewers) is not int:
            return None
        return None, viewers

    # The wire.

    def _client(self) -> aiohttp.ClientSession:
        if self._session is None:
            headers = {"Authorization": f"Bearer {self._page_token}"}
            self._session = aiohttp.ClientSession(timeout=TIMEOUT, headers=headers)
        return self._session

    async def _get(self, path: str, query: Mapping[str, str]) -> dict[str, Any]:
        ask = partial(self._client().get, self._api_url + path, params=query)
        status, answer = await _ask(ask)
        if status != 200 or answer is None:
            raise LookupFailed(f"{status} {_error_of(answer or {})}")
        return answer

    async def _post(self, path: str, data: Any) -> tuple[int, dict[str, Any] | None]:
        return await _ask(partial(self._client().post, self._api_url + path, data=data))


async def _ask(call: Callable[[], Any]) -> tuple[int, dict[str, Any] | None]:
    """The status, and the answer; None where it cannot be read: a proxy's page, or cut off."""
    try:
        async with call() as response:
            body = await body_of(response)
            return response.status, object_of(body)
    except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
        return NOT_SENT, None
    except (TimeoutError, aiohttp.ClientError, OSError):
        return NO_ANSWER, None


def _id_of(answer: Mapping[str, Any] | None) -> str:
    return as_text(within(answer, "id")) or ""


def _error_of(answer: Mapping[str, Any]) -> str:
    error = answer.get("error")
    if not isinstance(error, Mapping):
        return ""
    return f"code {error.get('code')}"


def _verdict(status: int, answer: Mapping[str, Any] | None) -> Failed | Unclear:
    """What a refusal means: Meta's own error codes tell what was surely not taken."""
    code = within(answer, "error", "code")
    if status == NOT_SENT:
        return Failed("connect", lasting=False)
    if status in UNCLEAR_STATUS or status >= 500 or code in UNCLEAR_CODES:
        return Unclear(f"{status}")
    if code in RATE_CODES or status == 429:
        return Failed("rate", lasting=False)
    if code in TOKEN_CODES:
        return Failed("token", lasting=True)
    return Failed(f"{status} code {code}", lasting=True)


def _words(text: str) -> str:
    """What two posts are compared by."""
    return " ".join(clean(text).split())


def _link(post_id: str, permalink: object) -> str:
    links = find_links(permalink) if isinstance(permalink, str) else []
    if links:
        return links[0].url
    page, _bar, own = post_id.rpartition("_")
    return f"https://www.facebook.com/{page or 'permalink'}/posts/{own}"
