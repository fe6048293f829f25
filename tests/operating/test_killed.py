"""kill -9 at every step of backup, restore, copy and migrate, on both engines: nothing is half there under its name, and the same
once more ends well.
"""

import asyncio
import gzip
import os
import shutil
from pathlib import Path

import pytest

from bot.operating.archive import ERASURES
from bot.operating.backup import back_up
from bot.operating.copying import copy_desk
from bot.operating.erasures import note_erasures
from bot.operating.restore import listed
from store.engine.migrate import WrongSchema
from store.opening import Opening, open_database
from tests.e2e.fork_server import run_program
from tests.fakes.clock import machine_time
from tests.operating.conftest import ENGINES, NOW, Place, Places, files_of, tallies
from tests.operating.test_past_versions import PAST

pytestmark = pytest.mark.long

KILLED = -9
BACKUP = ("backup.rows", "backup.rows:20", "backup.files", "backup.whole")
RESTORE = (
    "restore.table",
    "restore.table:30",
    "restore.file:2",
    "restore.moved",
    "restore.moved:2",
    "restore.filled",
    "restore.erased",
)
COPY = ("copy.table", "copy.table:30", "copy.compared")
MIGRATE = ("backup.rows", "migrate.backed_up", "migrate.applied", "migrate.applied:9")


async def run(place: Place, *words: str, failpoint: str = "") -> int:
    """The verb's exit code, killed at a place that is named."""
    environment = {
        "PATH": os.environ["PATH"],
        "LANG": "C.UTF-8",
        **machine_time(),
        **place.environment,
        "DESKBOT_FAILPOINT": failpoint,
    }
    done = await asyncio.to_thread(run_program, list(words), environment)
    if done.returncode not in (0, KILLED):
        raise AssertionError(done.stderr)
    return int(done.returncode)


async def is_desk(place: Place) -> bool:
    """Whether a desk would be served there."""
    if place.url.startswith("sqlite") and not (place.data_dir / "desk.db").exists():
        return False
    try:
        db = await open_database(place.url, NOW, Opening.USE)
    except WrongSchema:
        return False
    rows = await db.fetch("SELECT count(*) AS n FROM staff")
    await db.close()
    return int(rows[0]["n"]) > 0


async def test_a_backup_is_whole_or_not_there(desk: Place, tmp_path: Path) -> None:
    archive = tmp_path / "desk.tar"
    for place in BACKUP:
        assert await run(desk, "backup", str(archive), failpoint=place) == KILLED
        assert not archive.exists()
    assert await run(desk, "backup", str(archive), failpoint="backup.named") == KILLED
    assert listed(archive, None)
    archive.unlink()
    assert await run(desk, "backup", str(archive)) == 0
    assert list(tmp_path.glob("desk.tar*")) == [archive]


@pytest.mark.parametrize("engine", ENGINES)
async def test_a_restoring_is_done_once_more(
    desk: Place, engine: str, places: Places, tmp_path: Path
) -> None:
    archive = tmp_path / "desk.tar"
    await back_up(desk.settings, archive, NOW)
    other = await places.make(engine)
    for place in RESTORE:
        assert await run(other, "restore", str(archive), failpoint=place) == KILLED
        assert not await is_desk(other), place
    # From here on it is one, and stays as it is.
    assert await run(other, "restore", str(archive), failpoint="restore.named") == KILLED
    with pytest.raises(AssertionError, match=r"already|not empty"):
        await run(other, "restore", str(archive))
    assert await tallies(other.url) == await tallies(desk.url)
    there = files_of(other.data_dir)
    there.pop(".restoring/moved")
    assert there == files_of(desk.data_dir)


@pytest.mark.parametrize("engine", ENGINES)
async def test_who_was_erased_is_in_no_desk_that_a_kill_leaves(
    desk: Place, engine: str, places: Places, tmp_path: Path
) -> None:
    db = await open_database(desk.url, NOW)
    (row,) = await db.fetch("SELECT code FROM customers ORDER BY code LIMIT 1")
    await db.close()
    archive = tmp_path / "desk.tar"
    await back_up(desk.settings, archive, NOW)
    code = str(row["code"])
    entry = {"code": code, "codes": [code], "erased_at": NOW.isoformat()}
    note_erasures(tmp_path, [entry])
    words = ("restore", str(archive), "--erasures", str(tmp_path / ERASURES))
    other = await places.make(engine)
    for place in ("restore.filled", "restore.erased"):
        assert await run(other, *words, failpoint=place) == KILLED
        assert not await is_desk(other), place
    assert await run(other, *words) == 0
    db = await open_database(other.url, NOW)
    (left,) = await db.fetch("SELECT name FROM customers WHERE code = ?", code)
    await db.close()
    assert left["name"] == "-"


@pytest.mark.parametrize("engine", ENGINES)
async def test_a_copy_goes_on(desk: Place, engine: str, places: Places) -> None:
    other = await places.make(engine)
    for place in COPY:
        assert await run(desk, "copy", other.url, failpoint=place) == KILLED
        assert not await is_desk(other), place
    assert await run(desk, "copy", other.url, failpoint="copy.finished") == KILLED
    assert await tallies(other.url) == await tallies(desk.url)
    assert await is_desk(other)


@pytest.mark.parametrize("engine", ENGINES)
async def test_an_upgrade_is_done_once_more(engine: str, places: Places, tmp_path: Path) -> None:
    place = await places.make("sqlite")
    (place.data_dir / "desk.db").write_bytes(
        gzip.decompress((PAST / "schema17.db.gz").read_bytes())
    )
    if engine == "postgresql":
        there = await places.make(engine)
        await copy_desk(place.url, there.url, NOW, str)
        place = there
    before = await tallies(place.url)
    for killed in MIGRATE:
        assert await run(place, "migrate", failpoint=killed) == KILLED
        assert await tallies(place.url) == before
        shutil.rmtree(place.data_dir / "backups", ignore_errors=True)
    assert await run(place, "migrate") == 0
    db = await open_database(place.url, NOW)
    (row,) = await db.fetch("SELECT count(*) AS n FROM tickets")
    await db.close()
    assert int(row["n"]) == 60
