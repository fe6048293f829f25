"""Charts as stored pictures: each is drawn once, in a thread, one after the other."""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable

from bot.log import get_logger, where
from domain.reports.charts import Picture
from handlers.desk import Drawn, NotDrawn
from handlers.messages import new_reference
from store.blobs import Blobs

REMEMBERED = 64

log = get_logger()


def _picture(chart: Picture) -> bytes:
    """The chart as PNG; Pillow is loaded for the first one."""
    from bot.charts.drawing import draw

    return draw(chart)


class StoredCharts:
    """See `handlers.desk.Charts`."""

    def __init__(self, blobs: Blobs, picture: Callable[[Picture], bytes] = _picture) -> None:
        self._blobs = blobs
        self._picture = picture
        self._turn = asyncio.Lock()
        self._drawn: OrderedDict[Picture, Drawn] = OrderedDict()

    async def draw(self, chart: Picture) -> Drawn:
        """A chart that was drawn before is the same picture; one that a handler decides afresh is
        here already.
        """
        known = self._drawn.get(chart)
        if known is not None:
            there = await asyncio.to_thread(self._blobs.renew, known.sha256)
            if there:
                return known
        try:
            # One at a time: drawing takes a whole core, and chats go on meanwhile.
            async with self._turn:
                picture = await asyncio.to_thread(self._picture, chart)
        except Exception as error:  # noqa: BLE001 - whatever broke, the numbers go out without it
            reference = new_reference()
            log.error("chart not drawn", reference=reference, **where(error))
            raise NotDrawn(reference) from None
        drawn = self._drawn[chart] = await self._keep(picture)
        if len(self._drawn) > REMEMBERED:
            self._drawn.popitem(last=False)
        return drawn

    async def _keep(self, picture: bytes) -> Drawn:
        async def chunks() -> AsyncIterator[bytes]:
            yield picture

        part = await self._blobs.receive(chunks())
        await self._blobs.keep(part)
        return Drawn(part.sha256, part.size)
