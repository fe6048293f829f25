"""twitter (X): posts of the office's account, paid by the post; without retry keys, so its own
posts are read first.
"""

import asyncio
import html
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlencode

import aiohttp
from oauthlib import oauth1
from yarl import URL

from bot.files.pictures import Unreadable, fitted
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
from domain.publicity.lengths import without_addresses
from domain.publicity.networks import Network
from domain.text import clean
from handlers.publicity.posts import Failed, Posted, Unclear

TIMEOUT = aiohttp.ClientTimeout(total=30, connect=5)
LOOK_BACK = timedelta(minutes=5)
"""Clocks differ: a post is looked for from a little before its first try."""
LONGEST_WAIT = timedelta(hours=24)
MOST_PICTURE = 5_000_000
"""Bytes of a picture."""
DUPLICATE = "duplicate content"
NOT_SENT = -1
NO_ANSWER = 0
"""In place of an HTTP status."""
SECONDS = re.compile(r"[0-9]{1,11}")
"""A moment as X tells it; longer numbers are none."""
UNCLEAR_STATUS = frozenset({NO_ANSWER, 408})
LASTING = {401: "token", 402: "credits", 403: "forbidden"}
"""Why trying again would not help, by status."""
TwitterAnswer = tuple[int, Mapping[str, str], dict[str, Any] | None]
"""Status, headers, and the answer; None where it cannot be read: a proxy's page, or cut off."""


class TwitterAccount:
    """See `bot.posting.PostingNetwork`. Signs as the account (OAuth 1.0a); its token
    begins with its id.
    """

    network = Network.TWITTER
    repeats_safely = False
    takes_pictures = True

    def __init__(
        self,
        api_key: str,
        api_secret: str,
        access_token: str,
        access_secret: str,
        api_url: str,
        now: Callable[[], datetime],
    ) -> None:
        self._signer = oauth1.Client(api_key, api_secret, access_token, access_secret)
        self._account = access_token.partition("-")[0]
        self._api_url = api_url.rstrip("/")
        self._now = now
        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()

    async def hello(self) -> str:
        """The account's name, asked from X; proves the credentials. LookupFailed."""
        status, _headers, answer = await self._get("/2/users/me", {})
        if status != 200:
            raise LookupFailed(str(status))
        return str(within(answer, "data", "username") or "")

    async def publish(self, posting: Posting) -> Answer:
        """A post of the account, with its picture where it has one."""
        body: dict[str, Any] = {"text": posting.text}
        if posting.picture is not None:
            media = await self._upload(posting.picture)
            if not isinstance(media, str):
                return media
            body["media"] = {"media_ids": [media]}
        status, headers, answer = await self._post("/2/tweets", json=body)
        if not is_yes(status):
            return self._verdict(status, headers, answer)
        post_id = _id_of(answer)
        if not post_id:
            return Posted("", "")
        return Posted(post_id, _link(post_id))

    async def _upload(self, picture: Path) -> str | Answer:
        """The picture's id; it is not shown yet: a second one that is never used harms nobody."""
        try:
            data, mime = await asyncio.to_thread(fitted, picture, MOST_PICTURE)
        except Unreadable:
            return Failed("picture", lasting=True)
        form = aiohttp.FormData()
        form.add_field("media", data, filename="picture", content_type=mime)
        form.add_field("media_category", "tweet_image")
        form.add_field("media_type", mime)
        status, headers, answer = await self._post("/2/media/upload", data=form)
        media = _id_of(answer)
        if is_yes(status) and media:
            return media
        return surely_failed(self._verdict(status, headers, answer))

    async def look_for(self, text: str, since: datetime) -> Posted | None:
        """The account's newest post with these words since then; None, too, where it may not read.
        LookupFailed.

        X puts its own addresses in the place of every address, so the words beside them are
        compared."""
        query = {
            "start_time": f"{since - LOOK_BACK:%Y-%m-%dT%H:%M:%SZ}",
            "max_results": "100",
            "exclude": "retweets,replies",
        }
        status, _headers, answer = await self._get(f"/2/users/{self._account}/tweets", query)
        if status in (402, 403):
            return None  # reading is paid for by itself; whoever tries again has looked
        if status != 200 or answer is None:
            raise LookupFailed(str(status))
        if _is_empty(answer):
            return None
        wanted = _words(text)
        for post in listed(answer):
            said = html.unescape(str(post.get("text", "")))
            if _words(said) == wanted:
                post_id = str(post["id"])
                return Posted(post_id, _link(post_id))
        return None

    async def measure(self, external_id: str) -> tuple[int | None, int | None] | None:
        """X's numbers are paid for by the question; the link says more."""
        return None

    # The wire.

    def _client(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=TIMEOUT)
        return self._session

    def _signed(
        self, method: Literal["GET", "POST"], path: str, query: Mapping[str, str]
    ) -> tuple[URL, dict[str, str]]:
        """The address as it was signed, and the header; a JSON or multipart body is no part of the
        signature.
        """
        address = self._api_url + path
        if query:
            address += f"?{urlencode(query)}"
        # Else the library would take the machine's clock.
        now = int(self._now().timestamp())
        self._signer.timestamp = str(now)
        signed, headers, _body = self._signer.sign(address, http_method=method)
        return URL(signed, encoded=True), dict(headers)

    async def _get(self, path: str, query: Mapping[str, str]) -> TwitterAnswer:
        address, headers = self._signed("GET", path, query)
        return await _ask(partial(self._client().get, address, headers=headers))

    async def _post(self, path: str, **body: Any) -> TwitterAnswer:
        address, headers = self._signed("POST", path, {})
        return await _ask(partial(self._client().post, address, headers=headers, **body))

    def _verdict(
        self, status: int, headers: Mapping[str, str], answer: Mapping[str, Any] | None
    ) -> Failed | Unclear:
        """What a refusal means."""
        if status == NOT_SENT:
            return Failed("connect", lasting=False)
        if is_yes(status) or status in UNCLEAR_STATUS or status >= 500:
            return Unclear(str(status))
        if status == 429:
            return Failed("rate", lasting=False, until=self._free_again(headers))
        detail = str(within(answer, "detail") or "")
        if status == 403 and DUPLICATE in detail.casefold():
            return Failed("duplicate", lasting=True)
        return Failed(LASTING.get(status, str(status)), lasting=True)

    def _free_again(self, headers: Mapping[str, str]) -> datetime | None:
        """When X takes posts again, as it says; None where it does not."""
        given = headers.get("x-rate-limit-reset", "")
        if not SECONDS.fullmatch(given):
            return None
        free_at = datetime.fromtimestamp(int(given), UTC)
        return min(free_at, self._now() + LONGEST_WAIT)


async def _ask(call: Callable[[], Any]) -> TwitterAnswer:
    try:
        async with call() as response:
            body = await body_of(response)
            return response.status, response.headers, object_of(body)
    except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
        return NOT_SENT, {}, None
    except (TimeoutError, aiohttp.ClientError, OSError):
        return NO_ANSWER, {}, None


def _id_of(answer: Mapping[str, Any] | None) -> str:
    return as_text(within(answer, "data", "id")) or ""


def _is_empty(answer: Mapping[str, Any]) -> bool:
    """Whether X says that it found nothing, by its count alone: then it sends no list."""
    return bool(within(answer, "meta", "result_count") == 0)


def _words(text: str) -> str:
    """What two posts are compared by."""
    return " ".join(without_addresses(clean(text)).split())


def _link(post_id: str) -> str:
    return f"https://x.com/i/status/{post_id}"
