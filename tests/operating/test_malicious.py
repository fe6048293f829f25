"""An archive that was made to hurt is refused in one sentence, and leaves nothing behind."""

import fcntl
import gzip
import hashlib
import io
import os
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest

from bot.operating.backup import back_up
from bot.operating.refused import VerbRefused
from bot.operating.restore import restore
from store.engine.locks import take_lock
from store.engine.migrate import WrongSchema
from tests.operating.conftest import ENGINES, NOW, Place, Places, tallies

pytestmark = pytest.mark.long

Members = dict[str, bytes]


def unpacked(archive: Path) -> Members:
    """The members by their names."""
    members: Members = {}
    with tarfile.open(archive) as tar:
        for info in tar:
            content = tar.extractfile(info)
            assert content is not None
            members[info.name] = content.read()
    return members


def packed(members: Members) -> bytes:
    """An archive of these, whose manifest is true of all but files."""
    manifest = orjson.loads(members["manifest.json"])
    if isinstance(manifest, dict) and isinstance(manifest.get("members"), dict):
        for name, data in members.items():
            if name != "manifest.json" and not name.startswith("files/"):
                manifest["members"][name] = hashlib.sha256(data).hexdigest()
    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name, data in {**members, "manifest.json": orjson.dumps(manifest)}.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return written.getvalue()


def changed(name: str, *keys: str, to: Any) -> Callable[[Members], None]:
    """Something within a member of JSON is another value."""

    def change(members: Members) -> None:
        data = orjson.loads(members[name])
        if not keys:
            members[name] = orjson.dumps(to)
            return
        place = data
        for key in keys[:-1]:
            place = place[key]
        place[keys[-1]] = to
        members[name] = orjson.dumps(data)

    return change


def rows(table: str, data: bytes) -> Callable[[Members], None]:
    """The rows of a table are these bytes."""

    def change(members: Members) -> None:
        members[f"tables/{table}/00001.jsonl.gz"] = gzip.compress(data)

    return change


def renamed_table(old: str, new: str) -> Callable[[Members], None]:
    def change(members: Members) -> None:
        head = orjson.loads(members["head.json"])
        head["tables"] = {
            new if name == old else name: each for name, each in head["tables"].items()
        }
        members["head.json"] = orjson.dumps(head)

    return change


HEAD = "head.json"
MANIFEST = "manifest.json"
INJECTED = "(SELECT count(*) FROM pg_catalog.pg_sleep(60))"
CHANGES: dict[str, Callable[[Members], None]] = {
    "head is a list": changed(HEAD, to=[]),
    "format is a text": changed(HEAD, "format", to="1"),
    "migrations are a list": changed(HEAD, "migrations", to=[1]),
    "the last migration alone": lambda members: changed(
        HEAD, "migrations", to={"46": orjson.loads(members[HEAD])["migrations"]["46"]}
    )(members),
    "migrations are none": changed(HEAD, "migrations", to={}),
    "a migration is no number": changed(HEAD, "migrations", "x; DROP", to=None),
    "tables are a text": changed(HEAD, "tables", to="staff"),
    "tables are numbers": changed(HEAD, "tables", to={"staff": [1]}),
    "columns are a text": changed(HEAD, "tables", "staff", to="name"),
    "columns are none": changed(HEAD, "tables", "staff", to=[]),
    "a column that is none": changed(HEAD, "tables", "staff", to=["id", "nothing"]),
    "a column twice": changed(HEAD, "tables", "staff", to=["id", "id"]),
    "a column is SQL": changed(HEAD, "tables", "staff", to=["id) SELECT 1 --"]),
    "a table of the engine": renamed_table("staff", "sqlite_master"),
    "a table that is none": renamed_table("staff", "pg_class"),
    "the table of the move": renamed_table("staff", "moving"),
    "a table is missing": lambda members: changed(
        HEAD, "tables", to={"staff": orjson.loads(members[HEAD])["tables"]["staff"]}
    )(members),
    "rows are no JSON": rows("staff", b"{["),
    "rows are objects": rows("staff", b'{"a": 1}'),
    "rows are numbers": rows("staff", b"1"),
    "rows are too short": rows("staff", b"[1]"),
    "values are lists": rows("staff", b"[" + b",".join([b"[1]"] * 8) + b"]"),
    "values are objects": rows("staff", b"[" + b",".join([b'{"base64":1}'] * 8) + b"]"),
    "rows unfold without end": rows("staff", b"\n" * 300_000_000),
    "numbers are SQL": changed(MANIFEST, "numbers", to={"staff": INJECTED, "customers": INJECTED}),
    "numbers are a list": changed(MANIFEST, "numbers", to=[1]),
    "numbers are negative": changed(MANIFEST, "numbers", to={"staff": -1}),
    "numbers are huge": changed(MANIFEST, "numbers", to={"staff": (1 << 64) - 1}),
    "manifest is a list": changed(MANIFEST, to=[]),
    "rows are a list": changed(MANIFEST, "rows", to=[]),
    "a file that is no hash": lambda members: members.update({"files/../../x": b"x"}),
    "notes that lead away": lambda members: members.update({"calls/..": b"x"}),
    "notes over the key": lambda members: members.update({"calls/secret.key": b"x"}),
}


def ordered(members: Members) -> Members:
    """With the manifest at the end, where it belongs."""
    manifest = members.pop(MANIFEST)
    return {**members, MANIFEST: manifest}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
async def test_what_is_no_archive_of_a_desk_is_refused(
    small: Place, places: Places, tmp_path: Path, engine: str, change: Callable[[Members], None]
) -> None:
    archive = tmp_path / "desk.tar"
    await back_up(small.settings, archive, NOW, with_files=False)
    members = unpacked(archive)
    change(members)
    archive.write_bytes(packed(ordered(members)))
    other = await places.make(engine)
    with pytest.raises((VerbRefused, WrongSchema)) as refused:
        await restore(other.settings, archive, NOW, None)
    assert "\n" not in str(refused.value)
    assert list(other.data_dir.iterdir()) == []
    if engine == "postgresql":
        assert await tallies(other.url) == {}


async def test_what_a_file_left_beside_is_never_read_into_a_restored_one(
    small: Place, places: Places, tmp_path: Path
) -> None:
    """SQLite would read the log of another file into this one."""
    archive = tmp_path / "desk.tar"
    await back_up(small.settings, archive, NOW, with_files=False)
    for end in ("-wal", "-journal"):
        other = await places.make("sqlite")
        left = other.data_dir / f"desk.db{end}"
        left.write_bytes(b"of another one")
        with pytest.raises(VerbRefused, match=f"desk.db{end} is there already"):
            await restore(other.settings, archive, NOW, None)
        assert list(other.data_dir.iterdir()) == [left]


async def test_a_configuration_that_lies_there_is_not_written_over(
    small: Place, places: Places, tmp_path: Path
) -> None:
    archive = tmp_path / "desk.tar"
    await back_up(small.settings, archive, NOW, with_files=False)
    other = await places.make("sqlite")
    own = other.data_dir / "deskbot.toml"
    own.write_text("[own]")
    with pytest.raises(VerbRefused, match="is there already"):
        await restore(other.settings, archive, NOW, None)
    assert own.read_text() == "[own]"


async def test_two_are_not_restored_into_one_place(
    small: Place, places: Places, tmp_path: Path
) -> None:
    archive = tmp_path / "desk.tar"
    await back_up(small.settings, archive, NOW)
    other = await places.make("sqlite")
    folder = os.open(other.data_dir, os.O_RDONLY)
    fcntl.flock(folder, fcntl.LOCK_EX)
    with pytest.raises(VerbRefused, match="another desk is being restored"):
        await restore(other.settings, archive, NOW, None)
    os.close(folder)
    await restore(other.settings, archive, NOW, None)
    modes = {path: path.stat().st_mode & 0o77 for path in other.data_dir.rglob("*")}
    readable = [path for path, mode in modes.items() if path.is_file() and mode]
    assert readable == []


async def test_a_desk_that_serves_a_file_which_was_taken_away_is_seen(
    small: Place, places: Places, tmp_path: Path
) -> None:
    archive = tmp_path / "desk.tar"
    await back_up(small.settings, archive, NOW, with_files=False)
    other = await places.make("sqlite")
    lock = take_lock(other.data_dir / "desk.db")
    assert lock is not None
    with pytest.raises(VerbRefused, match="a desk serves"):
        await restore(other.settings, archive, NOW, None)
    os.close(lock)


async def test_a_file_with_holes_fills_no_disk(
    small: Place, places: Places, tmp_path: Path
) -> None:
    """A few bytes say that they are a file of eight terabytes."""
    archive = tmp_path / "desk.tar"
    await back_up(small.settings, archive, NOW, with_files=False)
    members = ordered(unpacked(archive))
    with tarfile.open(archive, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            if name == MANIFEST:
                holes = tarfile.TarInfo("files/" + "0" * 64)
                holes.pax_headers = {"GNU.sparse.size": str(1 << 43), "GNU.sparse.map": "0,0"}
                tar.addfile(holes)
            tar.addfile(info, io.BytesIO(data))
    other = await places.make("sqlite")
    with pytest.raises(VerbRefused):
        await restore(other.settings, archive, NOW, None)
    assert list(other.data_dir.iterdir()) == []
