"""LINE's broadcasts: a post to all followers under a retry key, what it costs, and how many it
reached.
"""

import asyncio
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

import aiohttp

from bot.files.links import Links
from bot.files.pictures import FULL, SMALL, Unreadable, kept
from bot.posting import Answer, Posting
from bot.web.answers import (
    as_object,
    body_of,
    is_yes,
    object_of,
    within,
)
from domain.publicity.networks import Network
from handlers.desk import BroadcastCost
from handlers.publicity.posts import Failed, Posted, Unclear

TIMEOUT = aiohttp.ClientTimeout(total=10, connect=5)
MONTHLY = "monthly limit"


class LineBroadcast:
    """See `bot.posting.PostingNetwork`. A broadcast has no address that people could
    open.
    """

    network = Network.LINE
    repeats_safely = True

    def __init__(self, access_token: str, api_url: str, links: Links | None = None) -> None:
        self.takes_pictures = links is not None and links.secure
        self._links = links if self.takes_pictures else None
        self._access_token = access_token
        self._api_url = api_url.rstrip("/")
        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()

    async def publish(self, posting: Posting) -> Answer:
        """Send it to every follower; the request's id is what the reach is asked by."""
        try:
            pictures = await self._picture(posting)
        except Unreadable:
            return Failed("picture", lasting=True)
        body = {"messages": [*pictures, {"type": "text", "text": posting.text}]}
        headers = {"X-Line-Retry-Key": posting.retry_key}
        url = f"{self._api_url}/v2/bot/message/broadcast"
        try:
            async with self._client().post(url, json=body, headers=headers) as response:
                answer = await body_of(response)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
            return Failed("connect", lasting=False)
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            return Unclear(type(error).__name__)
        return _verdict(response.status, response.headers, answer.decode("utf-8", "replace"))

    async def _picture(self, posting: Posting) -> list[dict[str, str]]:
        """The picture by its links, once it is sure that they lead to something that LINE shows.
        Unreadable.
        """
        if posting.picture is None or self._links is None:
            return []
        # Both are made before LINE is told of them: what cannot be shown is not sent.
        for size in (FULL, SMALL):
            await asyncio.to_thread(kept, posting.picture, *size)
        picture = {
            "type": "image",
            "originalContentUrl": self._links.picture_url(posting.picture_id, small=False),
            "previewImageUrl": self._links.picture_url(posting.picture_id, small=True),
        }
        return [picture]

    async def look_for(self, text: str, since: datetime) -> Posted | None:
        """The retry key tells; there is nothing to look through."""
        return None

    async def measure(self, external_id: str) -> tuple[int | None, int | None] | None:
        """Delivered and opened; opened is not told where fewer than 20 people did."""
        answer = await self._get("/v2/bot/insight/message/event", {"requestId": external_id})
        overview = as_object(within(answer, "overview"))
        if overview is None:
            return None
        delivered = _number(overview.get("delivered"))
        opened = _number(overview.get("uniqueImpression"))
        return delivered, opened

    async def broadcast_cost(self, today: date) -> BroadcastCost | None:
        """Yesterday's followers, less those who block us, and what is left of the month's quota."""
        quota = await self._get("/v2/bot/message/quota", {})
        used = await self._get("/v2/bot/message/quota/consumption", {})
        if quota is None or used is None:
            return None
        followers = await self._followers(today - timedelta(days=1))
        return BroadcastCost(followers, _left(quota, used))

    async def _followers(self, day: date) -> int | None:
        """Who would get a broadcast; None where LINE has not counted them yet."""
        people = await self._get("/v2/bot/insight/followers", {"date": f"{day:%Y%m%d}"})
        if people is None or people.get("status") != "ready":
            return None
        followers = _number(people.get("followers"))
        if followers is None:
            return None
        blocks = _number(people.get("blocks")) or 0
        return max(0, followers - blocks)

    def _client(self) -> aiohttp.ClientSession:
        if self._session is None:
            headers = {"Authorization": f"Bearer {self._access_token}"}
            self._session = aiohttp.ClientSession(timeout=TIMEOUT, headers=headers)
        return self._session

    async def _get(self, path: str, query: Mapping[str, str]) -> dict[str, Any] | None:
        try:
            async with self._client().get(self._api_url + path, params=query) as response:
                if response.status != 200:
                    return None
                return object_of(await body_of(response))
        except (TimeoutError, aiohttp.ClientError, OSError):
            return None


def _left(quota: Mapping[str, Any], used: Mapping[str, Any]) -> int | None:
    """Messages that may still be sent this month; None where there may be any number."""
    if quota.get("type") != "limited":
        return None
    limit = _number(quota.get("value"))
    if limit is None:
        return None
    spent = _number(used.get("totalUsage")) or 0
    return max(0, limit - spent)


def _number(value: object) -> int | None:
    # A bool is an int to Python.
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value


def _verdict(status: int, headers: Mapping[str, str], body: str) -> Answer:
    """What LINE's answer means (status 409 = this retry key was accepted before)."""
    if is_yes(status):
        return Posted(headers.get("X-Line-Request-Id", ""), "")
    if status == 409:
        return Posted(headers.get("X-Line-Accepted-Request-Id", ""), "")
    if status == 429 and MONTHLY in body:
        return Failed("quota", lasting=True)
    if status == 429:
        return Failed("rate", lasting=False)
    if status >= 500 or status == 408:
        return Unclear(str(status))
    if status in (401, 403):
        return Failed("token", lasting=True)
    return Failed(str(status), lasting=True)
