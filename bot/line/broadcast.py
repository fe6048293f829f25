"""LINE's broadcasts: a post to all followers under a retry key, what it costs, and how many it
reached.
"""

import asyncio
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

import aiohttp

from bot.answers import body_of, is_yes, object_of
from bot.files.links import Links
from bot.files.pictures import FULL, SMALL, Unreadable, kept
from bot.posting import Answer, Posting
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
        self._links = links if links is not None and links.secure else None
        self.takes_pictures = self._links is not None
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
            body = {
                "messages": [*await self._picture(posting), {"type": "text", "text": posting.text}]
            }
        except Unreadable:
            return Failed("picture", lasting=True)
        headers = {"X-Line-Retry-Key": posting.retry_key}
        try:
            url = f"{self._api_url}/v2/bot/message/broadcast"
            async with self._client().post(url, json=body, headers=headers) as response:
                answer = (await body_of(response)).decode("utf-8", "replace")
                return _verdict(response.status, response.headers, answer)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
            return Failed("connect", lasting=False)
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            return Unclear(type(error).__name__)

    async def _picture(self, posting: Posting) -> list[dict[str, str]]:
        """The picture by its links, once it is sure that they lead to something that LINE shows.
        Unreadable.
        """
        if posting.picture is None or self._links is None:
            return []
        for size in (FULL, SMALL):
            await asyncio.to_thread(kept, posting.picture, *size)
        full, small = (
            self._links.picture_url(posting.picture_id, small=small) for small in (False, True)
        )
        return [{"type": "image", "originalContentUrl": full, "previewImageUrl": small}]

    async def look_for(self, text: str, since: datetime) -> Posted | None:
        """The retry key tells; there is nothing to look through."""
        return None

    async def measure(self, external_id: str) -> tuple[int | None, int | None] | None:
        """Delivered and opened; opened is not told where fewer than 20 people did."""
        answer = await self._get("/v2/bot/insight/message/event", {"requestId": external_id})
        overview = answer.get("overview") if answer else None
        if not isinstance(overview, dict):
            return None
        return _number(overview.get("delivered")), _number(overview.get("uniqueImpression"))

    async def broadcast_cost(self, today: date) -> BroadcastCost | None:
        """Yesterday's followers, less those who block us, and what is left of the month's quota."""
        quota = await self._get("/v2/bot/message/quota", {})
        used = await self._get("/v2/bot/message/quota/consumption", {})
        if quota is None or used is None:
            return None
        day = f"{today - timedelta(days=1):%Y%m%d}"
        people = await self._get("/v2/bot/insight/followers", {"date": day}) or {}
        followers = _number(people.get("followers")) if people.get("status") == "ready" else None
        if followers is not None:
            followers = max(0, followers - (_number(people.get("blocks")) or 0))
        limit = _number(quota.get("value")) if quota.get("type") == "limited" else None
        left = None if limit is None else max(0, limit - (_number(used.get("totalUsage")) or 0))
        return BroadcastCost(followers, left)

    def _client(self) -> aiohttp.ClientSession:
        if self._session is None:
            headers = {"Authorization": f"Bearer {self._access_token}"}
            self._session = aiohttp.ClientSession(timeout=TIMEOUT, headers=headers)
        return self._session

    async def _get(self, path: str, query: Mapping[str, str]) -> dict[str, Any] | None:
        try:
            async with self._client().get(self._api_url + path, params=query) as response:
                return object_of(await body_of(response)) if response.status == 200 else None
        except (TimeoutError, aiohttp.ClientError, OSError):
            return None


def _number(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _verdict(status: int, headers: Mapping[str, str], body: str) -> Answer:
    """What LINE's answer means (status 409 = this retry key was accepted before)."""
    if is_yes(status):
        return Posted(headers.get("X-Line-Request-Id", ""), "")
    if status == 409:
        return Posted(headers.get("X-Line-Accepted-Request-Id", ""), "")
    if status == 429:
        return Failed("quota", lasting=True) if MONTHLY in body else Failed("rate", lasting=False)
    if status >= 500 or status == 408:
        return Unclear(str(status))
    return Failed("token" if status in (401, 403) else str(status), lasting=True)
