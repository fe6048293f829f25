"""A SQLite desk's file fails in every way it knows while people type on: all waits, nothing is called failed, nothing comes
twice, and the desk goes on by itself where that can be.
"""

import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.e2e.harness import DeskProcess, eventually, make_template
from tests.fakes.line import FakeLine
from tests.operating.outage import TAKEN, Load, fill_disk, small_disk
from tests.operating.test_health import problems, ready, until

pytestmark = pytest.mark.long
ROOT_ALONE = pytest.mark.skipif(os.geteuid() != 0, reason="only root mounts a small disk")


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_template(tmp_path_factory.mktemp("template"))


@pytest.fixture
def line() -> Iterator[FakeLine]:
    with FakeLine() as fake:
        yield fake
        assert fake.violations == []


MakeServed = Callable[[Path], DeskProcess]


@pytest.fixture
def serve(template: Path, line: FakeLine) -> Iterator[MakeServed]:
    """Starts a desk in this folder."""
    with ExitStack() as stack:

        def serve(folder: Path) -> DeskProcess:
            desk = DeskProcess(folder / "desk", template, None, line)
            stack.callback(desk.kill)
            return desk.start()

        yield serve


def check(desk: DeskProcess, load: Load) -> None:
    """It told who brought something to bring it again, and is well by itself."""
    assert set(load.statuses) <= set(TAKEN), load.statuses
    assert "Traceback" not in desk.stderr()
    until(desk, "database", there=False)
    eventually(lambda: desk.health() == 200, "ready")


LOCKS = """
import sqlite3, sys
db = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=20)
db.execute("BEGIN EXCLUSIVE")
print("held", flush=True)
sys.stdin.read()
"""


def test_another_program_locks_it_for_forty_seconds(
    tmp_path: Path, serve: MakeServed, line: FakeLine
) -> None:
    desk = serve(tmp_path)
    holds = [sys.executable, "-c", LOCKS, str(desk.database)]
    with Load(desk, line) as load:
        load.wait_for(5)
        with subprocess.Popen(holds, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
            assert other.stdout is not None
            assert other.stdout.readline() == b"held\n"
            began = time.monotonic()
            until(desk, "database")
            time.sleep(max(0.0, began + 40 - time.monotonic()))
        load.wait_for(5)
        load.settle()
    assert load.statuses[503]
    check(desk, load)


@pytest.mark.parametrize("what", ["desk.db", "desk.db-wal"])
def test_a_file_that_is_taken_away_and_put_back(
    tmp_path: Path, serve: MakeServed, line: FakeLine, what: str
) -> None:
    desk = serve(tmp_path)
    path = desk.folder / what
    with Load(desk, line) as load:
        load.wait_for(5)
        path.rename(path.with_suffix(".aside"))
        time.sleep(0.5)
        taken = load.statuses[200]
        load.wait_for(5)
        assert load.statuses[200] <= taken + 1
        until(desk, "database")
        path.with_suffix(".aside").rename(path)
        load.wait_for(5)
        load.settle()
    check(desk, load)


@ROOT_ALONE
def test_a_disk_that_is_full(serve: MakeServed, line: FakeLine) -> None:
    with small_disk("24m") as disk:
        desk = serve(disk)
        with Load(desk, line) as load:
            load.wait_for(5)
            fill_disk(disk)
            until(desk, "disk")
            (disk / "other").unlink()
            load.wait_for(5)
            until(desk, "disk", there=False)
            load.wait_for(5)
            load.settle()
        assert load.statuses[503]
        check(desk, load)
        desk.kill()


def test_a_damaged_file_takes_nothing_and_a_backup_goes_on(
    tmp_path: Path, serve: MakeServed, line: FakeLine
) -> None:
    desk = serve(tmp_path)
    with Load(desk, line) as load:
        load.wait_for(10)
        eventually(lambda: len(load.brought) == load.statuses[200], "all taken")
    load.settle()
    good = tmp_path / "good.db"
    with sqlite3.connect(desk.database) as beside:
        beside.execute("VACUUM INTO ?", (str(good),))
    beside.close()
    with desk.database.open("r+b") as file:
        file.write(os.urandom(desk.database.stat().st_size))
    with desk.database.with_name("desk.db-wal").open("r+b") as file:
        file.write(os.urandom(1_000_000))
    until(desk, "database")
    with Load(desk, line, first=len(load.brought)) as more:
        more.wait_for(5)
        told = [problem["what"] for problem in ready(desk)[1]["problems"]]
        assert any("restore a backup" in what for what in told), told
        assert 200 not in more.statuses
        desk.stop()
        for end in ("", "-wal", "-shm"):
            desk.database.with_name(f"desk.db{end}").unlink(missing_ok=True)
        shutil.copy(good, desk.database)
        desk.start()
    load.brought += more.brought
    load.missed += more.missed
    load.settle()
    assert problems(desk) == []
    assert "event failed" not in desk.stderr()
