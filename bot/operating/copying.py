"""`run_bot.py copy`: a desk from one database into another, on either engine."""

from collections.abc import Callable
from contextlib import aclosing
from datetime import datetime

from bot.operating.refused import VerbRefused, refuse_no_desk
from store.engine.failpoints import failpoint
from store.moving.marks import DROP
from store.moving.opening import is_served, snapshot, target
from store.moving.rows import RowTally, Snapshot, TableShape, Target, line_of
from store.opening import may_be_there

FINISHED = ("DELETE FROM leases", DROP)


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
                    say(f"{shape.name}: {await _fill(state, shape, filling)}")
                    failpoint("copy.table")
            # The desk may have gone on since what was filled before a kill.
            earlier = [shape for shape in shapes if shape.name in filled]
            for shape in await _different(state, earlier, to):
                say(f"{shape.name}: {await _fill(state, shape, filling)} anew")
            # Before it is a desk: what came otherwise never is one.
            for shape in await _different(state, shapes, to):
                raise VerbRefused(f"{shape.name} came otherwise than it was: copy once more")
            failpoint("copy.compared")
            if await is_served(source):
                raise VerbRefused(
                    "a desk began to serve the configured database meanwhile: stop it, and copy "
                    "into another empty database"
                )
            await filling.finish(await state.numbers(), FINISHED)
            failpoint("copy.finished")


async def _refuse(source: str, to: str) -> None:
    if source == to:
        raise VerbRefused("that is the desk's own database: name another one")
    await refuse_no_desk(source)
    for url, which in ((source, "the configured database"), (to, "that database")):
        if may_be_there(url) and await is_served(url):
            raise VerbRefused(f"a desk serves {which}: stop it first")


async def _fill(state: Snapshot, shape: TableShape, filling: Target) -> int:
    async with aclosing(state.pages(shape)) as pages:
        return await filling.fill(shape, pages)


async def _different(state: Snapshot, shapes: list[TableShape], to: str) -> list[TableShape]:
    """Those of the tables that are otherwise there than they are here."""
    async with snapshot(to) as copied:
        return [
            shape for shape in shapes if await _tally(state, shape) != await _tally(copied, shape)
        ]


async def _tally(state: Snapshot, shape: TableShape) -> RowTally:
    tally = RowTally()
    async with aclosing(state.pages(shape)) as pages:
        async for page in pages:
            for values in page:
                tally.add(line_of(values))
    return tally
