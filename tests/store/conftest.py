"""The store on SQLite and on PostgreSQL: each test that asks for `db` or `url` runs on both."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest

from domain.staff import Role, StaffId
from store.engine.database import Database
from store.opening import open_database
from store.staff import add_staff
from tests.fakes.office import new_database
from tests.fakes.postgres import Postgresql, shared_server

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.fixture
def postgresql() -> Postgresql:
    """The test run's PostgreSQL server."""
    return shared_server()


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest) -> str:
    """Both engines, one after the other."""
    return str(request.param)


@pytest.fixture
async def empty_url(
    engine: str, tmp_path: Path, request: pytest.FixtureRequest
) -> AsyncIterator[str]:
    """A database without a schema."""
    if engine == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    server: Postgresql = request.getfixturevalue("postgresql")
    url = await server.make_database()
    yield url
    await server.drop(url)


@pytest.fixture
async def url(engine: str, tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[str]:
    """A desk's database that nobody has used."""
    if engine == "sqlite":
        yield f"sqlite:///{await new_database(tmp_path / 'desk.db')}"
        return
    server: Postgresql = request.getfixturevalue("postgresql")
    yield await server.clean_desk()


@pytest.fixture
async def opening() -> AsyncIterator[Callable[[str], Awaitable[Database]]]:
    """Opens databases and closes them whatever happens: one left open would keep a failed run from
    ending.
    """
    async with AsyncExitStack() as stack:

        async def opening(url: str) -> Database:
            db = await open_database(url)
            stack.push_async_callback(db.close)
            return db

        yield opening


@pytest.fixture
async def db(url: str, opening: Callable[[str], Awaitable[Database]]) -> Database:
    """That database, open."""
    return await opening(url)


@pytest.fixture
async def officer(db: Database) -> StaffId:
    """A member of staff."""
    return await db.write(lambda tx: add_staff(tx, "นก", Role.OFFICER, LONG_AGO))
