"""Which subjects an enquiry is likeliest about: learnt from the desk's closed tickets, the newest of them.

Nothing is stored for it: the tickets are counted when the first question comes, later questions count what has been
closed since, by whichever process.
"""

import asyncio
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from domain.suggest import Model
from store.kept import Kept

if TYPE_CHECKING:
    from store.database import Reader

LESSONS = 2_000
"""Closed tickets that are learnt from; after as many again all is counted anew."""
SLICE = 20
LATE = timedelta(minutes=10)
"""How long after its time of closing a ticket may become visible: clocks differ, transactions take a while."""


class Lessons(Kept):
    """What the closed tickets of one database taught, up to the last refresh."""

    def __init__(self) -> None:
        super().__init__()
        self.model = Model()
        self._learnt: set[tuple[str, str]] = set()
        self._last: datetime | None = None

    async def _read(self, db: "Reader") -> None:
        fresh = self._last is None or len(self._learnt) >= 2 * LESSONS
        model, learnt = (Model(), set[tuple[str, str]]()) if fresh else (self.model, self._learnt)
        since, params = ("", ()) if fresh or self._last is None else ("AND closed_at >= ?", (self._last - LATE,))
        rows = await db.fetch(
            "SELECT no, subject, channel, details, closed_at FROM tickets "
            f"WHERE status = 'closed' AND closed_at IS NOT NULL {since} "
            f"ORDER BY closed_at DESC, no DESC LIMIT {LESSONS}",
            *params,
        )
        for number, row in enumerate(rows):
            if (row["no"], row["subject"]) not in learnt:
                learnt.add((row["no"], row["subject"]))
                model.learn(row["subject"], row["channel"], row["details"])
            if number % SLICE == SLICE - 1:
                await asyncio.sleep(0)  # some ms of work are enough in a row: others wait
        self.model, self._learnt = model, learnt
        if rows:
            self._last = rows[0]["closed_at"]
