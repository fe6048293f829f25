"""What LINE says of a group: its name, and how many people a push to it counts for."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

ASK_SECONDS = 3.0
COUNT_AGAIN = timedelta(hours=1)
"""How long to wait for an answer, and how long a group's size is believed."""


class LineGroups:
    """Asks through the SDK's client; an answer that does not come is of no consequence."""

    def __init__(
        self, client: Callable[[], Awaitable[tuple[Any, Any]]], clock: Callable[[], datetime]
    ) -> None:
        self._client = client
        self._clock = clock
        self._sizes: dict[str, tuple[int, datetime]] = {}

    async def size(self, chat: str) -> int:
        """How many a push to this chat counts for: LINE counts people, so every member of a
        group.
        """
        if chat.startswith("U"):
            return 1
        count, asked_at = self._sizes.get(chat, (1, None))
        if asked_at is not None and abs(self._clock() - asked_at) < COUNT_AGAIN:
            return count
        # LINE's own count, asked for every quarter of an hour, corrects ours.
        with suppress(Exception):
            count = await self._ask_size(chat)
            self._sizes[chat] = (count, self._clock())
        return count

    async def _ask_size(self, chat: str) -> int:
        """Of a group (its id begins with C) or of a room."""
        api, _blob = await self._client()
        ask = api.get_group_member_count if chat.startswith("C") else api.get_room_member_count
        answer = await ask(chat, _request_timeout=ASK_SECONDS)
        return int(answer.count)

    async def title(self, chat: str) -> str:
        """What a group, or a person, is called; "" where LINE does not say just now, and for a
        room, which has no name.
        """
        if chat.startswith("U"):
            return await self._name(chat)
        if not chat.startswith("C"):
            return ""
        with suppress(Exception):  # a group without a title is a group all the same
            api, _blob = await self._client()
            summary = await api.get_group_summary(chat, _request_timeout=ASK_SECONDS)
            return str(summary.group_name)
        return ""

    async def _name(self, user: str) -> str:
        """What somebody's profile says."""
        with suppress(Exception):  # a stranger without a name is a stranger all the same
            api, _blob = await self._client()
            profile = await api.get_profile(user, _request_timeout=ASK_SECONDS)
            return str(profile.display_name)
        return ""
