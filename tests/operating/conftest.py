"""A desk with something of everything in it, on both engines, and empty places for another."""

import asyncio
import hashlib
import shutil
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

import run_bot
from bot.demo.desk import fill_demo
from bot.operating.copying import copy_desk
from bot.settings import Settings, secret_key
from domain.staff import Role
from store.moving.opening import snapshot
from store.moving.rows import RowTally, line_of
from store.opening import open_database
from store.staff import add_staff, add_team
from tests.fakes.office import OFFICE
from tests.fakes.postgres import Postgresql, shared_server

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
CONTENTS = ("แบบฟอร์ม".encode(), b"", b"x" * 3_000_000)
ENGINES = ("sqlite", "postgresql")


def put_file(data_dir: Path, content: bytes) -> Path:
    """Bytes as the desk keeps them."""
    digest = hashlib.sha256(content).hexdigest()
    path = data_dir / "files" / digest[:2] / digest[2:4] / digest
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def files_of(data_dir: Path) -> dict[str, bytes]:
    """All that lies in the data folder, by its path; what belongs to the database's file left out."""
    return {
        str(path.relative_to(data_dir)): path.read_bytes()
        for path in sorted(data_dir.rglob("*"))
        if path.is_file() and not path.name.startswith("desk.")
    }


async def tallies(url: str, leave: tuple[str, ...] = ("leases",)) -> dict[str, RowTally]:
    """By table how many rows there are, and their hash."""
    found: dict[str, RowTally] = {}
    async with snapshot(url) as state:
        for shape in await state.shapes():
            if shape.name not in leave:
                found[shape.name] = RowTally()
                async for page in state.pages(shape):
                    for values in page:
                        found[shape.name].add(line_of(values))
    return found


async def numbers_of(url: str) -> dict[str, int]:
    """By table the last number that was given."""
    async with snapshot(url) as state:
        return await state.numbers()


class Place:
    """Where a desk is, or may be."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url = url
        self.data_dir = folder
        folder.mkdir(parents=True, exist_ok=True)

    @property
    def environment(self) -> dict[str, str]:
        return {"DESKBOT_DATABASE_URL": self.url, "DESKBOT_DATA_DIR": str(self.data_dir)}

    @property
    def settings(self) -> Settings:
        return Settings(database_url=self.url, data_dir=self.data_dir)


async def run_verb(place: Place, *words: str, **settings: str) -> Result:
    """`run_bot.py` with these words, to its end, in this process: starting one takes a second."""
    environment = place.environment | settings
    return await asyncio.to_thread(CliRunner().invoke, run_bot.app, words, env=environment)


@pytest.fixture
async def places(tmp_path: Path) -> AsyncIterator["Places"]:
    made = Places(tmp_path)
    yield made
    await made.remove()


class Places:
    """Makes empty places."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._urls: list[str] = []
        self._count = 0

    @property
    def server(self) -> Postgresql:
        return shared_server()

    async def make(self, engine: str, options: str = "TEMPLATE template0") -> Place:
        self._count += 1
        folder = self._folder / f"place{self._count}"
        if engine == "sqlite":
            return Place(f"sqlite:///{folder}/desk.db", folder)
        url = await self.server.make_database(options)
        self._urls.append(url)
        return Place(url, folder)

    async def remove(self) -> None:
        for url in self._urls:
            await self.server.drop(url)


_made: dict[str, str] = {}
"""By engine a filled desk of this process, which is copied."""


async def _filled(engine: str, places: Places, folder: Path) -> str:
    if engine not in _made:
        url = f"sqlite:///{folder}/filled.db"
        if engine == "postgresql":
            url = await places.server.make_database()
            await copy_desk(await _filled("sqlite", places, folder), url, NOW, str)
        else:
            db = await open_database(url, NOW)
            await fill_demo(db, OFFICE, NOW)
            await db.close()
        _made[engine] = url
    return _made[engine]


@pytest.fixture(params=ENGINES)
async def desk(
    places: Places, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Place:
    """A year of an office's work."""
    engine = str(request.param)
    filled = await _filled(engine, places, tmp_path_factory.getbasetemp())
    if engine == "sqlite":
        place = await places.make(engine)
        shutil.copy(filled.removeprefix("sqlite:///"), place.data_dir / "desk.db")
    else:
        name = filled.split("/")[3].split("?")[0]
        place = await places.make(engine, f"TEMPLATE {name}")
    for content in CONTENTS:
        put_file(place.data_dir, content)
    secret_key(place.settings)
    return place


@pytest.fixture
async def small(places: Places) -> Place:
    """A desk with a few rows, and files."""
    place = await places.make("sqlite")
    db = await open_database(place.url, NOW)
    await db.write(lambda tx: add_staff(tx, "นก", Role.ADMIN, NOW))
    await db.write(lambda tx: add_team(tx, "บริการ", []))
    await db.close()
    for content in CONTENTS:
        put_file(place.data_dir, content)
    secret_key(place.settings)
    return place
