"""Which subjects an enquiry is likeliest about: learnt from the desk's closed tickets, the newest
of them.

Nothing is stored for it: the tickets are counted when the first question comes, later questions
count what has been closed, corrected, opened again, voided or imported since, by whichever process.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from domain.tickets.suggest import READ, Model
from store.search.memory import Kept

if TYPE_CHECKING:
    from store.engine.database import Reader, Row

LESSONS = 2_000
"""Closed tickets that are learnt from: the newest."""
AT_ONCE = 500
SLICE = 20


@dataclass(frozen=True, slots=True)
class _Lesson:
    """What one closed ticket taught, as it was at a version."""

    version: int
    subject: str
    channel: str
    text: str


class Lessons(Kept):
    """What the closed tickets of one database taught, up to the last refresh."""

    def __init__(self) -> None:
        super().__init__()
        self.model = Model()
        self._learnt: dict[str, _Lesson] = {}
        self._seal: tuple[object, ...] = ()

    async def _read(self, db: "Reader") -> None:
        seal = await _seal(db)
        if seal == self._seal:
            return
        rows = await db.fetch(f"SELECT no, version {_newest()}")
        newest = {row["no"]: int(row["version"]) for row in rows}
        gone = [no for no, lesson in self._learnt.items() if newest.get(no) != lesson.version]
        for number, no in enumerate(gone, start=1):
            lesson = self._learnt.pop(no)
            self.model.unlearn(lesson.subject, lesson.channel, lesson.text)
            await _breath(number)
        new = [no for no in newest if no not in self._learnt]
        for at in range(0, len(new), AT_ONCE):
            await self._learn(await _fetch(db, new[at : at + AT_ONCE]))
        self._seal = seal

    async def _learn(self, rows: "Sequence[Row]") -> None:
        for number, row in enumerate(rows, start=1):
            lesson = _Lesson(
                int(row["version"]), row["subject"], row["channel"], row["details"][:READ]
            )
            self._learnt[row["no"]] = lesson
            self.model.learn(lesson.subject, lesson.channel, lesson.text)
            await _breath(number)


def _newest() -> str:
    closed = "status = 'closed' AND closed_at IS NOT NULL"
    return f"FROM tickets WHERE {closed} ORDER BY closed_at DESC, no DESC LIMIT {LESSONS}"


async def _seal(db: "Reader") -> tuple[object, ...]:
    """Something that is another once other tickets are the newest, or one of them was saved: one
    short answer.
    """
    row = await db.fetch_one(
        "SELECT count(*) AS n, max(no) AS last, sum(CAST(substr(no, 2) AS BIGINT) * version) AS total "
        f"FROM (SELECT no, version {_newest()}) AS newest"
    )
    return tuple(row.values()) if row else ()


async def _fetch(db: "Reader", nos: Sequence[str]) -> "list[Row]":
    marks = ", ".join("?" for _ in nos)
    return await db.fetch(
        f"SELECT no, version, subject, channel, details FROM tickets WHERE no IN ({marks})", *nos
    )


async def _breath(number: int) -> None:
    """Some ms of work are enough in a row: others wait."""
    if number % SLICE == 0:
        await asyncio.sleep(0)
