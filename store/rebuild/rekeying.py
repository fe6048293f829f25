"""Customers' keys derived anew, batch by batch beside the desk's work, where they were made by
other rules than those of today.

Names are found meanwhile by what is there. One process of the desk does so at a time; one that is
killed is followed by another from the last batch on."""

import asyncio
import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

from domain import data
from domain.customers.provinces import list_provinces
from domain.customers.records import Customer, CustomerCode
from domain.text import words
from store.customers import keys, records
from store.engine import leases
from store.engine.database import Database, Row, StoreUnavailable, Tx
from store.engine.rows import two_columns
from store.rebuild import find_stale_customers, mend_customers

LEASE = "customers.keys"
BATCH = 10
"""Customers that one transaction writes: it is over within 20 ms."""
LOOKED_THROUGH = 200
"""Customers at most that are passed over, because nothing of theirs is wrong, before that is
written down.
"""
PAUSE = 0.02
"""Seconds between two batches, in which others write."""
RULES = ("titles.toml", "other_names.toml")
"""Data by which keys are made, beside the folds of words.toml."""


@cache
def rules_digest() -> str:
    """What the rules are that make keys: their data, and what they make of examples."""
    folder = Path(data.__file__).parent
    rules = [(folder / name).read_text("utf-8") for name in RULES]
    folds = dict(words("fold").values)
    made = [(keys.keys_of(one), keys.folded(one)) for one in _examples()]
    whole = json.dumps([rules, folds, made], ensure_ascii=False)
    return hashlib.sha256(whole.encode()).hexdigest()


def _examples() -> Iterator[Customer]:
    """Customers called as provinces are: their names have all that a rule may look at."""
    provinces = list_provinces()
    for number, name in enumerate(provinces):
        yield Customer(
            CustomerCode(""),
            f"{name} {provinces[-number]}",
            organisation=f"{name} ({number} A{number} University of {number})",
            phone="+6621417500;ext=203",
            email=f"{number}@mail.example{number}.or.th",
        )


@dataclass(frozen=True, slots=True)
class _Progress:
    digest: str = ""
    done_to: str = ""
    is_done: bool = False


@dataclass(slots=True)
class Rekeying:
    """The keys of one database made by the rules of today."""

    db: Database
    owner: str
    clock: Callable[[], datetime]
    pause: float = PAUSE
    report: Callable[[str, Exception], object] | None = None
    """Is told of customers whose keys cannot be made; without it the first of them ends it all."""

    async def run(self) -> int:
        """Derive anew what was made by other rules; returns how many customers were wrong.

        Nothing where another process is about it. Raises StoreUnavailable."""
        wrong = 0
        while not await self.is_done():
            if not await self._take():
                return wrong
            wrong += await self._go_on()
        await self.db.write(lambda tx: leases.release(tx, LEASE, self.owner))
        return wrong

    async def is_done(self) -> bool:
        """Whether all keys were made by the rules of today."""
        # The first time it reads all rules: not on the loop, for others would wait.
        today = await asyncio.to_thread(rules_digest)
        progress = await self._progress()
        return progress.digest == today and progress.is_done

    async def _progress(self) -> _Progress:
        row = await self.db.fetch_one("SELECT digest, done_to, is_done FROM key_rules")
        if row is None:
            return _Progress()
        return _Progress(row["digest"], row["done_to"], bool(row["is_done"]))

    async def _take(self) -> bool:
        now = self.clock()
        return await self.db.write(lambda tx: leases.take(tx, LEASE, self.owner, now))

    async def _go_on(self) -> int:
        """Make the next batch right, and write down how far that goes."""
        progress = await self._progress()
        last = ""
        if progress.digest == rules_digest():
            last = progress.done_to
        stale: list[str] = []
        looked = 0
        rows = await self._after(last)
        while rows:
            stale = await self._find_stale(rows)
            looked += len(rows)
            last = rows[-1]["code"]
            await asyncio.sleep(self.pause)
            if stale or looked >= LOOKED_THROUGH:
                break
            rows = await self._after(last)
        is_done = not rows
        await self._mend(stale, last, is_done=is_done)
        return len(stale)

    async def _find_stale(self, rows: Sequence[Row]) -> list[str]:
        try:
            return await find_stale_customers(self.db, _folded(rows))
        except StoreUnavailable:
            raise
        except Exception as error:
            if self.report is None:
                raise
            if len(rows) == 1:
                self.report(f"{LEASE} {rows[0]['code']}", error)
                return []
        # One of them: the others are to be found all the same.
        stale: list[str] = []
        for row in rows:
            stale += await self._find_stale([row])
        return stale

    async def _mend(self, stale: Sequence[str], last: str, *, is_done: bool) -> None:
        try:
            await self.db.write(lambda tx: self._write(tx, stale, last, is_done=is_done))
        except StoreUnavailable:
            raise
        except Exception as error:
            if self.report is None or not stale:
                raise
            if len(stale) == 1:
                self.report(f"{LEASE} {stale[0]}", error)
                await self._mend([], last, is_done=is_done)
                return
        else:
            return
        for code in sorted(stale):
            # Written down as done is only what comes before the whole batch's last.
            await self._mend([code], code, is_done=False)
        await self._mend([], last, is_done=is_done)

    async def _after(self, code: str) -> list[Row]:
        return await self.db.fetch(
            f"SELECT code, folded FROM customers WHERE code > ? ORDER BY code LIMIT {BATCH}", code
        )

    async def _write(self, tx: Tx, codes: Sequence[str], last: str, *, is_done: bool) -> None:
        if not await leases.holds(tx, LEASE, self.owner):
            return
        # They are read once more: somebody may have saved one of them since.
        await records.hold(tx, codes, alone=True)
        await mend_customers(tx, codes)
        await tx.execute("DELETE FROM key_rules")
        await tx.execute(
            "INSERT INTO key_rules (digest, done_to, is_done) VALUES (?, ?, ?)",
            rules_digest(),
            last,
            int(is_done),
        )


def _folded(rows: Sequence[Row]) -> dict[str, str]:
    return two_columns(rows, "code", "folded")
