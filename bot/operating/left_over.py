"""What is left of an erased customer once his own rows are gone: in texts of others, in the bytes
of files, and in what the database's files still hold. It goes in pieces beside whoever works, and a
run that was killed is gone on with.
"""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

from domain.customers.marks import MarkFinder, find_marks
from domain.text import words
from store import files
from store.blobs import Blobs
from store.engine.database import Database, Tx
from store.engine.failpoints import failpoint
from store.privacy import asked
from store.privacy.asked import Sought
from store.privacy.erased_files import forget_files, mails_with, naming, overwrite, unnamed
from store.privacy.looking import Looking, TakenOut, forget_index_of
from store.privacy.proof import is_in_files

TEXTS = "-"
"""How far it was looked for when all texts were: before any folder's name."""
FOLDERS = 16
"""Folders of files after which it is noted how far it was looked for."""
DERIVED = ("ticket_texts", "search_words", "customer_keys", "erasures")
"""Tables that lose something with each erasure, beside those that are counted."""


@dataclass(slots=True)
class LeftOver:
    """`erasure_id` = whose row says how far it came; "" = a desk that is not one yet, which is
    restored once more where that is killed.
    """

    db: Database
    blobs: Blobs
    sought: Sought
    erasure_id: str = ""
    hashes: list[str] = field(default_factory=list)
    rows: Counter[str] = field(default_factory=Counter)

    async def take_out(self, codes: Sequence[str], looked: str = "") -> None:
        """Out of texts, then out of files; `looked` = how far an earlier run came."""
        finder = find_marks(self.sought.marks)
        if not looked:
            await forget_index_of(self.db, codes)
            erased = words("privacy").text("erased")
            await Looking(finder, erased, self._note).through_all(self.db)
            await self._note_looked(TEXTS)
            failpoint("erase.texts")
        if finder.needles:
            await self._look_at_files(finder, looked)

    async def _look_at_files(self, finder: MarkFinder, looked: str) -> None:
        number = 0
        for folder in await self.blobs.folders():
            if folder <= looked:
                continue
            number += 1
            paths = self.blobs.of_folder(folder)
            named = await asyncio.to_thread(naming, paths, finder)
            if named:
                await self.db.write(partial(self._forget, named=named))
            if named or number % FOLDERS == 0:
                await self._note_looked(folder)

    async def _forget(self, tx: Tx, named: Sequence[str]) -> None:
        """The rows of files in which he stands go; mails lose the bytes that they came in."""
        gone = TakenOut()
        gone.rows["files"] = await forget_files(tx, named)
        mails = await mails_with(tx, named)
        hashes = await unnamed(tx, named, mails)
        gone.hashes.extend(hashes)
        await self._note(tx, gone)

    async def _note(self, tx: Tx, taken: TakenOut) -> None:
        self.rows.update(taken.rows)
        self.hashes += taken.hashes
        if self.erasure_id:
            await asked.note_more(tx, self.erasure_id, taken.rows, taken.hashes)

    async def _note_looked(self, looked: str) -> None:
        if self.erasure_id:
            await self.db.write(
                partial(asked.note_looked, erasure_id=self.erasure_id, looked=looked)
            )

    async def end(self) -> None:
        """The bytes of files are written over, and what the database's files hold of rows."""
        await overwrite_bytes(self.db, self.blobs, self.hashes)
        if self.erasure_id:
            # Nowhere else does it stand: from here on nobody knows it any more.
            await self.db.write(partial(asked.forget_sought, erasure_id=self.erasure_id))
        if not self.db.paths:
            await overwrite_freed(self.db, self.rows)
            return
        await self.db.empty_log(())
        if await is_in_files(self.db.paths, self.sought.marks, self.sought.words):
            await overwrite_freed(self.db, self.rows)


async def overwrite_bytes(db: Database, blobs: Blobs, hashes: Sequence[str]) -> None:
    """Those of these bytes that nobody names; the same may have come in anew."""
    named = await files.list_named(db, hashes)
    going = [sha256 for sha256 in dict.fromkeys(hashes) if sha256 not in named]
    await asyncio.to_thread(overwrite, blobs, going)
    failpoint("erase.bytes")


async def overwrite_freed(db: Database, rows: Counter[str]) -> None:
    """All that the database's files hold of what went from these tables: they are written anew,
    while whoever writes has to wait.
    """
    tables = dict.fromkeys([*rows, *DERIVED])
    for no_table in asked.NO_TABLES:
        tables.pop(no_table, None)
    await db.overwrite_freed(list(tables))
