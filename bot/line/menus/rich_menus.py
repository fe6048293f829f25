"""The rich menus at LINE: one for strangers, and one for each person of the staff, which is drawn
anew only when what it says changes.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

from bot.line.menus import menu as line_menu
from bot.line.menus.menu import Badge

TIMEOUT = 10.0
UPLOAD_TIMEOUT = 30.0
AN_HOUR = timedelta(hours=1)
MOST_AN_HOUR = 60
"""LINE takes a hundred new menus an hour, and as many deletions; some are left for restarts."""
REFUSED = (HTTPStatus.BAD_REQUEST, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND)
"""What LINE answers where a channel has no menus of people, or a menu cannot be uploaded."""


@dataclass(frozen=True, slots=True)
class LineMenu:
    """What one menu says: pictogram and word of each tile, what a tap says, and what is told."""

    labels: tuple[tuple[str, str], ...]
    texts: tuple[str, ...]
    badges: tuple[Badge, ...] = ()

    @property
    def definition(self) -> dict[str, object]:
        """See `bot.line.menus.menu.menu_definition`."""
        return line_menu.menu_definition(self.labels, self.texts, self.badges)

    @property
    def name(self) -> str:
        """The same for menus that say the same."""
        return str(self.definition["name"])


class MenuRefused(Exception):
    """LINE does not take a menu."""


class LineMenus:
    """Puts menus up and hands them to people, within LINE's rates."""

    def __init__(
        self,
        client: Callable[[], Awaitable[tuple[Any, Any]]],
        clock: Callable[[], datetime],
    ) -> None:
        self._client = client
        self._clock = clock
        self._ids: dict[str, str] = {}
        self._handed: dict[str, str] = {}
        self._made: deque[datetime] = deque()
        self._gone: deque[datetime] = deque()
        self._default = ""

    async def put_up(self, menu: LineMenu) -> None:
        """Show this one to everybody who has none of their own. MenuRefused."""
        api, _blob = await self._client()
        listed = await api.get_rich_menu_list(_request_timeout=TIMEOUT)
        for found in listed.richmenus:
            if found.name.startswith(line_menu.NAME):
                self._ids[found.name] = found.rich_menu_id
        menu_id = await self._id_of(menu)
        if not await self._is_default(menu_id):
            await api.set_default_rich_menu(menu_id, _request_timeout=TIMEOUT)
        self._default = menu.name

    async def _is_default(self, menu_id: str) -> bool:
        """Whether this is the menu that everybody sees; LINE answers 404 where nobody sees one."""
        api, _blob = await self._client()
        try:
            shown = await api.get_default_rich_menu_id(_request_timeout=TIMEOUT)
        except Exception as error:
            if _status(error) != HTTPStatus.NOT_FOUND:
                raise
            return False
        return bool(shown.rich_menu_id == menu_id)

    async def hand_out(self, wanted: Mapping[str, LineMenu], known: Sequence[str]) -> None:
        """Give each user their menu, where they do not have it; who is `known` and wants none
        loses theirs. MenuRefused.

        What is beyond LINE's rate waits for the next time, and all of it until strangers have
        theirs."""
        if not self._default:
            return
        api, _blob = await self._client()
        for user, menu in wanted.items():
            if self._handed.get(user) == menu.name or not self._may_make(menu):
                continue
            menu_id = await self._id_of(menu)
            await api.link_rich_menu_id_to_user(user, menu_id, _request_timeout=TIMEOUT)
            self._handed[user] = menu.name
        for user in known:
            if user not in wanted and self._handed.get(user) != "":
                await api.unlink_rich_menu_id_from_user(user, _request_timeout=TIMEOUT)
                self._handed[user] = ""
        await self._clear({menu.name for menu in wanted.values()})

    def _may_make(self, menu: LineMenu) -> bool:
        return menu.name in self._ids or _is_within(self._made, self._clock())

    async def _clear(self, wanted: set[str]) -> None:
        """Delete our menus that nobody sees any more."""
        api, _blob = await self._client()
        seen = {*wanted, *self._handed.values(), self._default}
        for name in [name for name in self._ids if name not in seen]:
            if not _is_within(self._gone, self._clock()):
                return
            self._gone.append(self._clock())
            await api.delete_rich_menu(self._ids.pop(name), _request_timeout=TIMEOUT)

    async def _id_of(self, menu: LineMenu) -> str:
        if menu.name not in self._ids:
            self._made.append(self._clock())
            try:
                self._ids[menu.name] = await self._make(menu)
            except Exception as error:
                if _status(error) in REFUSED:
                    raise MenuRefused(type(error).__name__) from error
                raise
        return self._ids[menu.name]

    async def _make(self, menu: LineMenu) -> str:
        """A new menu with its picture."""
        import linebot.v3.messaging as sdk

        api, blob = await self._client()
        picture = await asyncio.to_thread(line_menu.draw_menu, menu.labels, menu.badges)
        request = sdk.RichMenuRequest.from_dict(menu.definition)
        made = await api.create_rich_menu(request, _request_timeout=TIMEOUT)
        try:
            await blob.set_rich_menu_image(
                made.rich_menu_id,
                body=bytearray(picture),
                _headers={"Content-Type": "image/png"},
                _request_timeout=UPLOAD_TIMEOUT,
            )
        except BaseException:
            # A menu without its picture must not be taken for a finished one next time.
            await api.delete_rich_menu(made.rich_menu_id, _request_timeout=TIMEOUT)
            raise
        return str(made.rich_menu_id)


def _status(error: Exception) -> int:
    """What LINE answered; 0 where it is no answer of LINE's."""
    return int(getattr(error, "status", 0) or 0)


def _is_within(done: deque[datetime], now: datetime) -> bool:
    """Whether one more is within the hour's rate."""
    while done and now - done[0] > AN_HOUR:
        done.popleft()
    return len(done) < MOST_AN_HOUR
