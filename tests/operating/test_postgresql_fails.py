"""PostgreSQL fails in every way it knows while people type on: all waits, nothing is called failed, nothing comes twice,
and the desk goes on by itself.
"""

import asyncio
import os
import random
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import asyncpg
import pytest

from tests.e2e.harness import DeskProcess, eventually, fill, free_port, make_template
from tests.fakes.line import FakeLine
from tests.fakes.pgbouncer import PROGRAM, Pgbouncer
from tests.fakes.postgres import Postgresql, shared_server
from tests.operating.outage import TAKEN, Load, fill_disk, small_disk
from tests.operating.test_health import problems, until

pytestmark = pytest.mark.long
SETTINGS = "-c listen_addresses= -c fsync=off -c autovacuum=off -c max_connections=20"


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_template(tmp_path_factory.mktemp("template"))


@pytest.fixture(scope="module")
def server() -> Iterator[Postgresql]:
    server = Postgresql(shared_server().binaries, SETTINGS)
    yield server
    server.remove()


@pytest.fixture
def line() -> Iterator[FakeLine]:
    with FakeLine() as fake:
        yield fake
        assert fake.violations == []


MakeServed = Callable[[str], DeskProcess]


def test_a_server_that_is_away_is_told_and_stops_nobody_from_stopping(
    desk: DeskProcess, server: Postgresql
) -> None:
    eventually(lambda: problems(desk) == [], "ready")
    server.stop()
    try:
        until(desk, "database")
    finally:
        server.start()
    until(desk, "database", there=False)
    assert problems(desk) == []
    server.stop()
    try:
        assert desk.stop() < 6
    finally:
        server.start()


@pytest.fixture
def serve(tmp_path: Path, template: Path, line: FakeLine) -> Iterator[MakeServed]:
    """Starts a desk on the database at this address."""
    with ExitStack() as stack:

        def serve(url: str) -> DeskProcess:
            desk = DeskProcess(tmp_path / "desk", template, None, line, DATABASE_URL=url)
            stack.callback(desk.kill)
            return desk.start()

        yield serve


@pytest.fixture
def desk(server: Postgresql, serve: MakeServed) -> DeskProcess:
    url = asyncio.run(server.make_database())
    asyncio.run(fill(url))
    return serve(url)


def said(server: Postgresql, *statements: str) -> None:
    """As the server's operator."""
    for sql in statements:
        asyncio.run(server.execute(sql))


OURS = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'deskbot' "


def terminated_one_by_one(server: Postgresql) -> None:
    chosen = random.Random(16)
    for _ in range(14):
        time.sleep(chosen.uniform(0.05, 0.4))
        said(server, f"{OURS} ORDER BY state_change DESC LIMIT 2")


def terminated_while_they_work(server: Postgresql) -> None:
    chosen = random.Random(17)
    for _ in range(14):
        time.sleep(chosen.uniform(0.05, 0.4))
        said(server, f"{OURS} AND state <> 'idle'")


def restarted(mode: str) -> Callable[[Postgresql], None]:
    def restart(server: Postgresql) -> None:
        server.stop(mode)
        time.sleep(2)
        server.start()

    return restart


def setting(name: str, value: str) -> Callable[[Postgresql], None]:
    def set_it(server: Postgresql) -> None:
        said(server, f"ALTER SYSTEM SET {name} = '{value}'", "SELECT pg_reload_conf()")
        time.sleep(3)
        said(server, f"ALTER SYSTEM RESET {name}", "SELECT pg_reload_conf()")

    return set_it


def read_only_for_new_sessions(server: Postgresql) -> None:
    """As a standby has it: sessions that began meanwhile would keep it for ever."""
    said(server, "ALTER ROLE postgres SET default_transaction_read_only = on", OURS)
    time.sleep(2)
    undo = "BEGIN READ WRITE; ALTER ROLE postgres RESET default_transaction_read_only; COMMIT"
    said(server, undo)


def too_many_connections(server: Postgresql) -> None:
    async def hog() -> None:
        held: list[asyncpg.Connection] = []
        url = server.url("postgres")
        end = time.monotonic() + 3
        try:
            held.append(await asyncpg.connect(url))
            while time.monotonic() < end:
                try:
                    held.append(await asyncpg.connect(url))
                except asyncpg.TooManyConnectionsError:
                    # What the desk has just lost, somebody else takes.
                    await held[0].execute(OURS)
        finally:
            for each in held:
                await each.close()

    asyncio.run(hog())


OUTAGES: dict[str, Callable[[Postgresql], None]] = {
    "terminated, one by one": terminated_one_by_one,
    "terminated while they work": terminated_while_they_work,
    "restarted fast": restarted("fast"),
    "restarted at once": restarted("immediate"),
    "read-only": setting("default_transaction_read_only", "on"),
    "read-only for new sessions": read_only_for_new_sessions,
    "idle in a transaction": setting("idle_in_transaction_session_timeout", "1ms"),
    "too many connections": too_many_connections,
}


@pytest.mark.parametrize("outage", OUTAGES)
def test_nothing_is_lost_or_failed(
    desk: DeskProcess, server: Postgresql, line: FakeLine, outage: str
) -> None:
    with Load(desk, line, every=0.03) as load:
        load.wait_for(5)
        OUTAGES[outage](server)
        load.wait_for(5)
        load.settle()
    check(desk, load)


def check(desk: DeskProcess, load: Load) -> None:
    """It told who brought something to bring it again, and is well by itself."""
    assert set(load.statuses) <= set(TAKEN), load.statuses
    assert "Traceback" not in desk.stderr()
    until(desk, "database", there=False)
    eventually(lambda: desk.health() == 200, "ready")


@pytest.fixture
def pair() -> Iterator[tuple[Postgresql, Postgresql]]:
    """A server, and its standby, which has all that the server acknowledged."""
    binaries = shared_server().binaries
    listening = "-c listen_addresses=127.0.0.1 -c fsync=off"
    with ExitStack() as stack:
        first = Postgresql(binaries, listening, free_port())
        stack.callback(first.remove)
        second = Postgresql(binaries, listening, free_port(), follows=first)
        stack.callback(second.remove)
        said(first, "ALTER SYSTEM SET synchronous_standby_names = '*'", "SELECT pg_reload_conf()")
        yield first, second


@pytest.mark.parametrize("kind", ["one address for both", "the other at the same address"])
def test_a_standby_takes_over(
    serve: MakeServed, line: FakeLine, pair: tuple[Postgresql, Postgresql], kind: str
) -> None:
    first, second = pair
    hosts = f"127.0.0.1:{first.port}"
    if kind == "one address for both":
        # The standby is named first: it takes no writes, and is passed over.
        hosts = f"127.0.0.1:{second.port},{hosts}"
    url = f"postgresql://postgres@{hosts}/postgres"
    asyncio.run(fill(url))
    desk = serve(url)
    with Load(desk, line, every=0.05) as load:
        load.wait_for(10)
        first.stop()
        load.wait_for(3)
        if kind != "one address for both":
            second.stop("fast")
            second.port = first.port
            second.start()
        second.promote()
        load.wait_for(10)
        load.settle()
    check(desk, load)


@pytest.mark.skipif(PROGRAM is None, reason="apt-get install pgbouncer")
def test_a_pooler_that_is_restarted(server: Postgresql, serve: MakeServed, line: FakeLine) -> None:
    url = asyncio.run(server.make_database())
    asyncio.run(fill(url))
    pooler = Pgbouncer(server, "session")
    try:
        eventually(pooler.is_up, "pgbouncer")
        desk = serve(pooler.url(url))
        with Load(desk, line, every=0.05) as load:
            load.wait_for(10)
            said(server, OURS)
            load.wait_for(5)
            pooler.stop()
            load.wait_for(3)
            pooler.start()
            load.wait_for(5)
            load.settle()
        check(desk, load)
    finally:
        pooler.remove()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root mounts a small disk")
def test_a_disk_that_is_full(serve: MakeServed, line: FakeLine) -> None:
    with small_disk("220m") as disk, ExitStack() as stack:
        disk.chmod(0o755)
        server = Postgresql(shared_server().binaries, SETTINGS, within=disk)
        stack.callback(server.remove)
        url = asyncio.run(server.make_database())
        asyncio.run(fill(url))
        desk = serve(url)
        with Load(desk, line, every=0.05) as load:
            load.wait_for(10)
            fill_disk(disk)
            # What the server has room for still, it takes.
            use_up = "CREATE TABLE more AS SELECT repeat(md5(n::text), 99) FROM generate_series(1, 99999) n"
            with suppress(asyncpg.PostgresError, OSError):
                asyncio.run(server.execute(use_up, url))
            load.wait_for(20)
            (disk / "other").unlink()
            if not server.is_up():
                # It ended by itself where its log had no room; its operator starts it.
                server.start()
            load.wait_for(10)
            load.settle()
        check(desk, load)
