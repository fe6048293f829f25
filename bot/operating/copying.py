"""`run_bot.py copy`: a desk from one database into another, on either engine."""

from collections.abc import Callable
from contextlib import aclosing
from datetime import datetime

from bot.operating.refused import VerbRefused
from store.moving.opening import is_served, snapshot, target
from store.moving.rows import RowTally, Snapshot, TableShape, line_of
from store.opening import may_be_there

FINISHED = ("DELETE FROM leases",)


async def copy_desk(source: str, to: str, now: datetime, say: Callable[[str], None]) -> None:
    """Lay all rows of the desk at one address into the other, table by table, and compare them.

    What was killed goes on where it was. Raises VerbRefused, WrongSchema, StoreUnavailable."""
    await _refuse(source, to)
    async with snapshot(source) as state:
        shapes = await state.shapes()
        versions = [row[0] for row in await state.find("SELECT version FROM schema_migrations")]
        async with target(to, versions, now) as filling:
            filled = await filling.filled()
            for shape in shapes:
                if shape.name not in filled:
                    async with aclosing(state.pages(shape)) as pages:
                        rows = await filling.fill(shape, pages)
                    say(f"{shape.name}: {rows}")
            await filling.finish(await state.numbers(), FINISHED)
        await _compare(state, shapes, to)


async def _refuse(source: str, to: str) -> None:
    if source == to:
        raise VerbRefused("that is the desk's own database: name another one")
    if not may_be_there(source):
        raise VerbRefused("DESKBOT_DATABASE_URL: there is no desk")
    for url, which in ((source, "the configured database"), (to, "that database")):
        if may_be_there(url) and await is_served(url):
            raise VerbRefused(f"a desk serves {which}: stop it first")


async def _compare(state: Snapshot, shapes: list[TableShape], to: str) -> None:
    async with snapshot(to) as copied:
        for shape in shapes:
            if shape.name != "leases":
                was = await _tally(state, shape)
                came = await _tally(copied, shape)
                if (was.rows, was.digest) != (came.rows, came.digest):
                    raise VerbRefused(
                        f"{shape.name} came otherwise than it was ({was.rows} and {came.rows} "
                        "rows): do not use the copy"
                    )


async def _tally(state: Snapshot, shape: TableShape) -> RowTally:
    tally = RowTally()
    async with aclosing(state.pages(shape)) as pages:
        async for page in pages:
            for values in page:
                tally.add(line_of(values))
    return tally
