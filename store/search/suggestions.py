"""Which subjects an enquiry is likeliest about: learnt from the desk's closed tickets, the newest
of them.

Nothing is stored for it: the tickets are counted when the first question comes, later questions
count what has been closed, corrected, opened again, voided or imported since, by whichever process.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from domain.suggestions.subjects import READ, Model
from store.engine.database import Reader, Row, is_one_of
from store.search.memory import Memory

MOST_LEARNT = 2_000
"""Closed tickets that are learnt from: the newest."""
AT_ONCE = 500
SLICE = 20


@dataclass(frozen=True, slots=True)
class _Learnt:
    """What one closed ticket taught, as it was at a version."""

    version: int
    subject: str
    channel: str
    text: str


class Suggestions(Memory):
    """What the closed tickets of one database taught, up to the last refresh."""

    def __init__(self) -> None:
        super().__init__()
        self.model = Model()
        self._learnt: dict[str, _Learnt] = {}
        self._fingerprint: tuple[object, ...] = ()

    async def _read(self, db: Reader) -> None:
        fingerprint = await _fingerprint(db)
        if fingerprint == self._fingerprint:
            return
        rows = await db.fetch(f"SELECT no, version {_newest()}")
        newest = {row["no"]: int(row["version"]) for row in rows}
        await self._unlearn_all_but(newest)
        new = [no for no in newest if no not in self._learnt]
        for at in range(0, len(new), AT_ONCE):
            await self._learn(await _fetch(db, new[at : at + AT_ONCE]))
        self._fingerprint = fingerprint

    async def _unlearn_all_but(self, newest: dict[str, int]) -> None:
        """Forget tickets that are not among these, by number, or were saved since."""
        gone = [no for no, learnt in self._learnt.items() if newest.get(no) != learnt.version]
        for number, no in enumerate(gone, start=1):
            learnt = self._learnt.pop(no)
            self.model.unlearn(learnt.subject, learnt.channel, learnt.text)
            await _let_others_run(number)

    async def _learn(self, rows: Sequence[Row]) -> None:
        for number, row in enumerate(rows, start=1):
            learnt = _Learnt(
                version=int(row["version"]),
                subject=row["subject"],
                channel=row["channel"],
                text=row["details"][:READ],
            )
            self._learnt[row["no"]] = learnt
            self.model.learn(learnt.subject, learnt.channel, learnt.text)
            await _let_others_run(number)


def _newest() -> str:
    closed = "status = 'closed' AND closed_at IS NOT NULL"
    return f"FROM tickets WHERE {closed} ORDER BY closed_at DESC, no DESC LIMIT {MOST_LEARNT}"


async def _fingerprint(db: Reader) -> tuple[object, ...]:
    """Something that is another once other tickets are the newest, or one of them was saved: one
    short answer.
    """
    row = await db.fetch_one(
        "SELECT count(*) AS n, max(no) AS last, "
        "sum(CAST(substr(no, 2) AS BIGINT) * version) AS total "
        f"FROM (SELECT no, version {_newest()}) AS newest"
    )
    return tuple(row.values()) if row else ()


async def _fetch(db: Reader, nos: Sequence[str]) -> list[Row]:
    wanted = is_one_of("no", nos)
    return await db.fetch(
        f"SELECT no, version, subject, channel, details FROM tickets WHERE {wanted}", *nos
    )


async def _let_others_run(number: int) -> None:
    """Some ms of work are enough in a row: others wait."""
    if number % SLICE == 0:
        await asyncio.sleep(0)
