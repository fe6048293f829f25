"""A backup is a whole desk, taken while it runs: restored on either engine it is the same one, and what is damaged
leaves nothing behind.
"""

import asyncio
import gzip
import os
import random
import stat
import subprocess
import sys
from pathlib import Path

import pyrage
import pytest

from bot.operating.backup import back_up
from bot.operating.refused import VerbRefused
from bot.operating.restore import listed, restore
from store.engine.database import count
from store.engine.migrate import WrongSchema
from store.opening import Opening, open_database
from tests.operating.conftest import (
    ENGINES,
    NOW,
    Place,
    Places,
    files_of,
    numbers_of,
    put_file,
    tallies,
)

pytestmark = pytest.mark.long

ROOT = Path(__file__).parents[2]
PAST = Path(__file__).with_name("past")


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return tmp_path / "desk.tar"


def verb(place: Place, *words: str, **settings: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "run_bot.py", *words],
        cwd=ROOT,
        env={**os.environ, **place.environment, **settings},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize("engine", ENGINES)
async def test_a_restored_desk_is_the_same_on_either_engine(
    desk: Place, archive: Path, places: Places, engine: str
) -> None:
    await back_up(desk.settings, archive, NOW)
    other = await places.make(engine)
    await restore(other.settings, archive, NOW, None)

    assert await tallies(other.url) == await tallies(desk.url)
    assert files_of(other.data_dir) == files_of(desk.data_dir)
    assert stat.S_IMODE(archive.stat().st_mode) == 0o600
    was = await numbers_of(desk.url)
    now = await numbers_of(other.url)
    assert {table: now[table] for table in was if table in now} == {
        table: was[table] for table in was if table in now
    }
    assert {"owed", "contracts"} <= was.keys() & now.keys()
    # It goes on as a desk: numbers go on above those that are there.
    db = await open_database(other.url, NOW, Opening.USE)
    try:
        await db.write(
            lambda tx: tx.execute(
                "INSERT INTO staff (name, role, created_at) VALUES ('ก', 'officer', ?)", NOW
            )
        )
        assert await count(db, "SELECT count(*) AS n FROM staff WHERE name = 'ก'") == 1
    finally:
        await db.close()


async def test_an_archive_of_the_first_format_is_restored(places: Places, archive: Path) -> None:
    archive.write_bytes(gzip.decompress((PAST / "archive1.tar.gz").read_bytes()))
    other = await places.make("sqlite")
    await restore(other.settings, archive, NOW, None)
    # It was made of this one.
    was = archive.parent / "was.db"
    was.write_bytes(gzip.decompress((PAST / "schema38.db.gz").read_bytes()))
    assert await tallies(other.url) == await tallies(f"sqlite:///{was}")
    # Each row is hashed there besides: one that is another is noticed in its own table.
    whole = archive.read_bytes()
    archive.write_bytes(_flipped(whole, whole.index(b'"digest"') + 15))
    with pytest.raises(VerbRefused, match="damaged"):
        await restore((await places.make("sqlite")).settings, archive, NOW, None)


async def test_what_is_written_meanwhile_is_all_in_or_all_out(
    desk: Place, archive: Path, places: Places
) -> None:
    """Two rows that are always written together are never parted by a backup."""
    db = await open_database(desk.url, NOW)
    stop = asyncio.Event()

    async def busy() -> int:
        number = 0
        while not stop.is_set():
            number += 1
            name = f"z{number}"
            await db.write(lambda tx, name=name: _together(tx, name))
            await asyncio.sleep(0)
        return number

    working = asyncio.create_task(busy())
    await asyncio.sleep(0.2)
    done = await asyncio.to_thread(verb, desk, "backup", str(archive))
    stop.set()
    written = await working
    await db.close()

    assert done.returncode == 0, done.stderr
    other = await places.make("sqlite")
    await restore(other.settings, archive, NOW, None)
    db = await open_database(other.url, NOW)
    staff = await count(db, "SELECT count(*) AS n FROM staff WHERE name LIKE 'z%'")
    teams = await count(db, "SELECT count(*) AS n FROM teams WHERE name LIKE 'z%'")
    await db.close()
    assert 0 < staff == teams <= written


async def _together(tx: object, name: str) -> None:
    await tx.execute(
        "INSERT INTO staff (name, role, created_at) VALUES (?, 'officer', ?)", name, NOW
    )
    await tx.execute("INSERT INTO teams (name) VALUES (?)", name)


async def test_the_list_says_what_is_inside_and_makes_nothing(
    small: Place, archive: Path, places: Places
) -> None:
    await back_up(small.settings, archive, NOW)
    staff = (await tallies(small.url))["staff"].rows
    other = await places.make("sqlite")
    done = verb(other, "restore", str(archive), "--list")

    assert done.returncode == 0
    assert f"staff: {staff}" in done.stdout.splitlines()
    assert "files: 3, 3000024 bytes" in done.stdout.splitlines()
    assert list(other.data_dir.iterdir()) == []


async def test_an_encrypted_archive_opens_with_its_key_alone(
    small: Place, archive: Path, places: Places, tmp_path: Path
) -> None:
    key = pyrage.x25519.Identity.generate()
    await back_up(small.settings, archive, NOW, str(key.to_public()))
    assert b"tickets" not in archive.read_bytes()
    right = tmp_path / "key.txt"
    right.write_text(f"# a comment\n{key}\n")
    wrong = tmp_path / "wrong.txt"
    wrong.write_text(str(pyrage.x25519.Identity.generate()))
    other = await places.make("sqlite")

    for identity in (None, wrong):
        with pytest.raises(VerbRefused):
            await restore(other.settings, archive, NOW, identity)
        assert list(other.data_dir.iterdir()) == []
    assert listed(archive, right)
    await restore(other.settings, archive, NOW, right)
    assert await tallies(other.url) == await tallies(small.url)


def test_what_is_no_public_key_is_refused(tmp_path: Path) -> None:
    place = Place(f"sqlite:///{tmp_path}/desk.db", tmp_path)
    assert verb(place, "invite", "--role", "admin", "--name", "นก").returncode == 0
    done = verb(place, "backup", str(tmp_path / "x.tar"), "--encrypt-to", "age1nonsense")
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "--encrypt-to" in done.stderr
    assert not list(tmp_path.glob("x.tar*"))


async def test_nothing_is_written_over(small: Place, archive: Path, places: Places) -> None:
    await back_up(small.settings, archive, NOW)
    before = archive.read_bytes()
    with pytest.raises(VerbRefused, match="is there already"):
        await back_up(small.settings, archive, NOW)
    assert archive.read_bytes() == before

    was = await tallies(small.url)
    files = files_of(small.data_dir)
    with pytest.raises((VerbRefused, WrongSchema)):
        await restore(small.settings, archive, NOW, None)
    assert await tallies(small.url) == was
    assert files_of(small.data_dir) == files

    other = await places.make("sqlite")
    put_file(other.data_dir, b"of somebody")
    with pytest.raises(VerbRefused, match="has files already"):
        await restore(other.settings, archive, NOW, None)
    assert len(files_of(other.data_dir)) == 1


@pytest.mark.parametrize("engine", ENGINES)
async def test_a_damaged_archive_leaves_nothing_behind(
    small: Place, archive: Path, places: Places, engine: str, tmp_path: Path
) -> None:
    await back_up(small.settings, archive, NOW)
    whole = archive.read_bytes()
    other = await places.make(engine)
    damaged = tmp_path / "damaged.tar"
    rng = random.Random(1)
    tables = whole.index(b"files/")
    # As many in the tables, which are small, as in the files.
    places_in = [rng.randrange(end) for end in (tables, len(whole)) * TRIES[engine]]
    cut = [whole[: place // 512 * 512] for place in places_in[:2]]
    flipped = [_flipped(whole, place) for place in places_in]
    refused = 0
    for content in (b"", b"no archive", *cut, *flipped):
        damaged.write_bytes(content)
        try:
            await restore(other.settings, damaged, NOW, None)
        except (VerbRefused, WrongSchema):
            refused += 1
            assert list(other.data_dir.iterdir()) == []
            if engine == "postgresql":
                assert await tables_in(other.url) == 0
            continue
        # What says nothing (the padding of tar) may be other than it was.
        assert await tallies(other.url) == await tallies(small.url)
        other = await places.make(engine)
    assert refused >= 2 * TRIES[engine]


TRIES = {"sqlite": 6, "postgresql": 2}


def _flipped(whole: bytes, place: int) -> bytes:
    return whole[:place] + bytes([whole[place] ^ 0x20]) + whole[place + 1 :]


async def tables_in(url: str) -> int:
    db = await open_database(url, opening=Opening.LOOK)
    try:
        return await count(
            db, "SELECT count(*) AS n FROM information_schema.tables WHERE table_schema = 'public'"
        )
    finally:
        await db.close()


async def test_a_file_damaged_on_the_disk_is_told_and_kept_as_it_is(
    small: Place, archive: Path, places: Places
) -> None:
    path = put_file(small.data_dir, b"once good")
    path.write_bytes(b"bad by now")
    told = await back_up(small.settings, archive, NOW)
    assert path.name in told
    other = await places.make("sqlite")
    await restore(other.settings, archive, NOW, None)
    assert files_of(other.data_dir) == files_of(small.data_dir)


async def test_killed_anywhere_it_can_be_done_again(
    small: Place, archive: Path, places: Places
) -> None:
    """Neither an archive nor a desk is half there under its name."""
    for after in (0.4, 0.7):
        await _killed(small, after, "backup", str(archive))
        if archive.exists():
            assert listed(archive, None)
            archive.unlink()
    await back_up(small.settings, archive, NOW)
    assert list(archive.parent.glob("desk.tar.*")) == []

    was = await tallies(small.url)
    for engine in ENGINES:
        other = await places.make(engine)
        for after in (0.5, 0.8, 1.1):
            await _killed(other, after, "restore", str(archive))
        done = await asyncio.to_thread(verb, other, "restore", str(archive))
        assert done.returncode == 0 or "already" in done.stderr or "not empty" in done.stderr
        assert await tallies(other.url) == was
        assert files_of(other.data_dir) == files_of(small.data_dir)


async def _killed(place: Place, after: float, *words: str) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "run_bot.py",
        *words,
        cwd=ROOT,
        env={**os.environ, **place.environment},
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    await asyncio.sleep(after)
    if process.returncode is None:
        process.kill()
    await process.wait()
