"""A verb that reads a desk says in one line what is there instead, and makes nothing."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.operating.conftest import Place
from tests.operating.test_backup import verb

pytestmark = pytest.mark.long


def foreign(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE theirs (a)")


MADE = {
    "nothing": lambda path: None,
    "an empty file": Path.touch,
    "another program's": foreign,
    "no database": lambda path: path.write_bytes(os.urandom(8192)),
}
SAID = {
    "nothing": "there is no desk",
    "an empty file": "there is no desk",
    "another program's": "the tables of another program",
    "no database": "not a database",
}
BOTH = ("--by", "นก", "--confirmed-by", "เมย์")
VERBS = {
    "backup": ("backup", "{}/new.tar"),
    "copy": ("copy", "sqlite:///{}/new.db"),
    "status": ("status", "--json"),
    "audit": ("audit",),
    "disclose": ("disclose", "C81554", "--out", "{}/new.json"),
    "erase": ("erase", "C81554", "--reason", "ขอให้ลบ", *BOTH),
}


@pytest.mark.parametrize("there", MADE)
@pytest.mark.parametrize("name", VERBS)
def test_in_one_line(tmp_path: Path, name: str, there: str) -> None:
    if name == "status" and SAID[there] == "there is no desk":
        pytest.skip("a desk that is not there yet is none that is wrong")
    folder = tmp_path / "desk"
    folder.mkdir()
    place = Place(f"sqlite:///{folder}/desk.db", folder)
    MADE[there](folder / "desk.db")
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    done = verb(place, *(word.format(tmp_path) for word in VERBS[name]))
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert SAID[there] in line
    after = {path.name: path.read_bytes() for path in folder.iterdir()}
    after.pop("desk.lock", None)
    assert after == before
    assert [path.name for path in tmp_path.iterdir()] == ["desk"]
