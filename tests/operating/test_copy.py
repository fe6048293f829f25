"""A desk moves whole from one engine to the other and back, and goes on where it was killed."""

import asyncio
import os
import sys

import pytest

from bot.operating.copying import copy_desk
from bot.operating.refused import VerbRefused
from store.engine.locks import take_lock
from store.engine.migrate import WrongSchema
from store.moving.opening import snapshot, target
from store.opening import open_database
from store.staff import add_team
from tests.operating.conftest import ENGINES, NOW, Place, Places, tallies
from tests.operating.test_backup import ROOT, _killed, verb

pytestmark = pytest.mark.long


@pytest.mark.parametrize("engine", ENGINES)
async def test_every_row_is_as_it_was(desk: Place, places: Places, engine: str) -> None:
    other = await places.make(engine)
    said: list[str] = []
    await copy_desk(desk.url, other.url, NOW, said.append)

    was = await tallies(desk.url)
    assert await tallies(other.url) == was
    assert f"tickets: {was['tickets'].rows}" in said
    back = await places.make("sqlite")
    await copy_desk(other.url, back.url, NOW, said.append)
    assert await tallies(back.url) == was


@pytest.mark.parametrize("engine", ENGINES)
async def test_what_is_half_there_is_no_desk_and_goes_on(
    small: Place, places: Places, engine: str
) -> None:
    other = await places.make(engine)
    async with snapshot(small.url) as state:
        shapes = await state.shapes()
        versions = [row[0] for row in await state.find("SELECT version FROM schema_migrations")]
        async with target(other.url, versions, NOW) as filling:
            for shape in shapes[:20]:
                await filling.fill(shape, state.pages(shape))

    with pytest.raises(WrongSchema, match="was being moved"):
        await open_database(other.url, NOW)
    said: list[str] = []
    await copy_desk(small.url, other.url, NOW, said.append)
    assert len(said) == len(shapes) - 20
    assert await tallies(other.url) == await tallies(small.url)


@pytest.mark.parametrize("engine", ENGINES)
async def test_what_changed_since_it_was_killed_comes_anew(
    small: Place, places: Places, engine: str
) -> None:
    other = await places.make(engine)
    async with snapshot(small.url) as state:
        versions = [row[0] for row in await state.find("SELECT version FROM schema_migrations")]
        async with target(other.url, versions, NOW) as filling:
            for shape in await state.shapes():
                await filling.fill(shape, state.pages(shape))
    db = await open_database(small.url, NOW)
    await db.write(lambda tx: add_team(tx, "ใหม่", []))
    await db.close()

    said: list[str] = []
    await copy_desk(small.url, other.url, NOW, said.append)
    assert said == ["teams: 2 anew"]
    assert await tallies(other.url) == await tallies(small.url)


async def test_a_desk_that_begins_to_serve_meanwhile_is_seen(small: Place, places: Places) -> None:
    """What it writes would be in no copy."""
    other = await places.make("sqlite")
    locks: list[int | None] = []

    def say(line: str) -> None:
        if not locks:
            locks.append(take_lock(small.data_dir / "desk.db"))

    with pytest.raises(VerbRefused, match="meanwhile"):
        await copy_desk(small.url, other.url, NOW, say)
    with pytest.raises(WrongSchema, match="was being moved"):
        await open_database(other.url, NOW)
    os.close(locks[0] or 0)


async def test_killed_anywhere_it_goes_on(small: Place, places: Places) -> None:
    other = await places.make("postgresql")
    for after in (0.6, 1.0):
        await _killed(small, after, "copy", other.url)
    done = await asyncio.to_thread(verb, small, "copy", other.url)
    assert done.returncode == 0 or "not empty" in done.stderr
    assert await tallies(other.url) == await tallies(small.url)


async def test_a_place_in_use_is_refused(small: Place, places: Places) -> None:
    used = await places.make("sqlite")
    await (await open_database(used.url, NOW)).close()
    with pytest.raises(WrongSchema, match="not empty"):
        await copy_desk(small.url, used.url, NOW, print)
    with pytest.raises(VerbRefused, match="own database"):
        await copy_desk(small.url, small.url, NOW, print)


@pytest.mark.parametrize("served", ["source", "other"])
async def test_a_desk_that_serves_either_side_refuses_it(
    small: Place, places: Places, served: str
) -> None:
    other = await places.make("sqlite")
    place = small if served == "source" else other
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "run_bot.py",
        cwd=ROOT,
        env={**os.environ, **place.environment, **LINE},
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stderr is not None
        while b"desk started" not in await process.stderr.readline():
            assert not process.stderr.at_eof()
        with pytest.raises(VerbRefused) as refused:
            await copy_desk(small.url, other.url, NOW, print)
    finally:
        process.kill()
        await process.communicate()
    assert str(refused.value) == f"a desk serves {WHICH[served]}: stop it first"


LINE = {
    "DESKBOT_LINE_CHANNEL_SECRET": "x",
    "DESKBOT_LINE_ACCESS_TOKEN": "x",
    "DESKBOT_LINE_API_URL": "http://127.0.0.1:9",
    "DESKBOT_HTTP_PORT": "0",
}
WHICH = {"source": "the configured database", "other": "that database"}
