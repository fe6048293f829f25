"""What administrators must hear of the desk itself, kept until it is written."""

from collections.abc import Awaitable, Callable, Collection

from bot.log import get_logger, where
from domain.errors import Conflict
from domain.reach.routes import UNDELIVERABLE
from domain.staff import Platform, Role
from handlers.chat import Notice, Reply
from handlers.desk import Outcome
from store.engine.database import StoreUnavailable

log = get_logger()


class AdministratorNotices:
    """Each under its key once; `post` = `bot.engine.Engine.post`."""

    def __init__(self, post: Callable[..., Awaitable[None]]) -> None:
        self._post = post
        self._waiting: list[Notice] = []
        self._known: set[str] = set()

    def add(
        self,
        key: str,
        make: Callable[[], Reply],
        avoids: Collection[Platform] = (),
    ) -> None:
        """It is told by `tell`, on another platform than these where there is one."""
        if key in self._known:
            return
        self._known.add(key)
        notice = Notice(
            make,
            f"{UNDELIVERABLE}{key}",
            role=Role.ADMIN,
            avoids=frozenset(avoids),
        )
        self._waiting.append(notice)

    async def tell(self) -> None:
        """Tell what was not told yet; what cannot be written now is told the next time."""
        if not self._waiting:
            return
        try:
            await self._post(Outcome(None, notices=tuple(self._waiting)))
        except (StoreUnavailable, Conflict) as error:
            log.warning("administrators not told now", **where(error))
            return
        self._waiting.clear()
