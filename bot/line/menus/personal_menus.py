"""Everybody's own menu on LINE: looked at every few minutes, and drawn anew only where it says
something else.
"""

import asyncio
from collections.abc import Callable, Sequence

from bot.line.menus.menu import Badge
from bot.line.menus.rich_menus import LineMenu, LineMenus, MenuRefused
from bot.log import get_logger, where
from domain.staff import Platform
from handlers.desk import Desk, Work
from handlers.work.menu import MenuEntry, menus, strangers_menu
from store import staff

LOOK_AFTER = 60.0
LOOK_EVERY = 300.0
"""Seconds; a desk that starts has better things to do than to draw."""

log = get_logger()


def line_menu_of(entries: Sequence[MenuEntry]) -> LineMenu:
    """A menu as LINE shows it."""
    return LineMenu(
        tuple((entry.name, entry.label) for entry in entries),
        tuple(entry.text for entry in entries),
        tuple(Badge(entry.waiting, entry.is_late) for entry in entries),
    )


def default_menu() -> LineMenu:
    """The menu of who is not known."""
    return line_menu_of(strangers_menu())


class PersonalMenus:
    """Hands everybody of the staff their menu."""

    def __init__(self, desk: Desk, line_menus: LineMenus, refused: Callable[[], None]) -> None:
        """`refused` = what is done where LINE takes no such menus."""
        self._desk = desk
        self._menus = line_menus
        self._refused = refused

    async def run_forever(self) -> None:
        """Until cancelled, or until LINE says that it takes no menus of people."""
        await asyncio.sleep(LOOK_AFTER)
        while True:
            try:
                await self.look()
            except MenuRefused:
                self._refused()
                return
            except Exception as error:  # noqa: BLE001 - LINE or the store is away; messages go on
                log.warning("menus not handed out", **where(error))
            await asyncio.sleep(LOOK_EVERY)

    async def look(self) -> None:
        """Once."""
        work = Work(self._desk, self._desk.clock())
        accounts = await staff.list_all_identities(work.db)
        entries = await menus(work)
        wanted = {}
        known = []
        for person, mine in accounts.items():
            for account in mine:
                if account.platform is not Platform.LINE:
                    continue
                known.append(account.user)
                if person in entries:
                    wanted[account.user] = line_menu_of(entries[person])
        await self._menus.hand_out(wanted, known)
