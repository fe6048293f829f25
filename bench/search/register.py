"""The invented register as a desk has it: a table that went in through the import verb, kept until
what it is made from changes.
"""

import csv
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from time import perf_counter, time

from bench.search.entries import Registered, entries
from bench.search.queries import read_queries, write_queries
from bench.search.sought import Sought

ROOT = Path(__file__).parents[2]
CACHE = Path(tempfile.gettempdir()) / "deskbot-bench"
SAMPLE = 3_000
"""Customers by whom invented registers are told apart."""
KEYED = (
    "domain/text",
    "domain/data/titles.toml",
    "domain/data/words.toml",
    "domain/data/romanise.toml",
    "domain/customers/romanise.py",
    "domain/customers/phones.py",
    "store/customers/keys.py",
    *(f"store/search/{name}.py" for name in ("building", "maker", "packed", "segment", "sounds")),
)
"""What the keys and the dictionary of a register follow from."""
DERIVED = (*KEYED, "store/search", "store/tables", "store/migrations")
"""What a database follows from into which a table was imported."""
READING = tuple(
    ROOT / "store" / "search" / f"{name}.py"
    for name in ("customers", "holders", "names", "rank", "suggestions", "tickets")
)
"""Files of store/search that write nothing."""
DATABASE = "desk.db"
KEPT = 86_400
"""Seconds."""
ASKED = tuple(
    f"bench/search/{name}.py" for name in ("queries", "sought", "typed", "latin", "slips", "pasted")
)
"""What the queries follow from that are put to a register."""
HEADING = (
    "code",
    "name",
    "organisation",
    "phone",
    "mobile",
    "email",
    "contact_name",
    "contact_mobile",
    "contact_email",
)


@dataclass(frozen=True, slots=True)
class RegisterFolder:
    """A register's database and all that the desk keeps beside it, and how long its import took in
    seconds.
    """

    path: Path
    seconds: float


def registered(size: int, kept: Path | None = None) -> RegisterFolder:
    """A SQLite desk with a register of this size, made where there is none or an old one; one in a
    folder of its own (`kept`) is old only when other keys would be made, and is never thrown away.
    """
    CACHE.mkdir(exist_ok=True)
    if kept:
        kept.mkdir(exist_ok=True)
        path = kept / f"register-{size}-{invented()}-{digest(KEYED)}"
    else:
        path = CACHE / f"register-v5-{size}-{invented()}-{digest(DERIVED)}"
    took = path / "seconds"
    if not path.exists():
        _forget_old()
        # Another benchmark may make the same one.
        making = Path(tempfile.mkdtemp(dir=path.parent))
        seconds = import_register(f"sqlite:///{making / DATABASE}", size)
        (making / "seconds").write_text(str(seconds), encoding="ascii")
        making.rename(path)
        if not kept:
            _name_newest(path / DATABASE, size)
    return RegisterFolder(path, float(took.read_text(encoding="ascii")))


def queries_for(size: int, each: int) -> list[Sought]:
    """The queries for a register of this size, about so many of each kind; they stand beside it."""
    CACHE.mkdir(exist_ok=True)
    path = CACHE / f"queries-v5-{size}-{each}-{invented()}-{digest(ASKED)}.jsonl"
    if not path.exists():
        write_queries(path, size, each)
    return read_queries(path)


@cache
def invented() -> str:
    """A few letters that change with the customers who are invented."""
    found = hashlib.sha256()
    for one in entries(SAMPLE):
        found.update(repr(one).encode())
    return found.hexdigest()[:8]


@cache
def digest(names: Sequence[str]) -> str:
    """A few letters that change with these files and folders."""
    found = hashlib.sha256()
    for name in names:
        for path in _files(ROOT / name):
            found.update(path.read_bytes())
    return found.hexdigest()[:8]


def _files(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    return sorted(
        one
        for one in path.rglob("*")
        if one.is_file() and one.suffix != ".pyc" and one not in READING
    )


def _forget_old() -> None:
    """What nobody made of late: what it was made from has changed since."""
    until = time() - KEPT
    for path in CACHE.glob("*-v5-*"):
        if path.is_symlink() or path.stat().st_mtime >= until:
            continue
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()


def _name_newest(path: Path, size: int) -> None:
    """A name without the digest, under which the newest register of a size is found."""
    plain = CACHE / f"register-v5-{size}.db"
    plain.unlink(missing_ok=True)
    plain.symlink_to(path)


def import_register(url: str, size: int) -> float:
    """Bring a register of this size into a database, as an operator does; seconds it took."""
    table = _table(size)
    with tempfile.TemporaryDirectory(dir=CACHE) as folder:
        arguments = ["run_bot.py", "import", "customers", str(table)]
        # The desk's files stay in a folder of their own.
        environment = os.environ | {"DESKBOT_DATABASE_URL": url, "DESKBOT_DATA_DIR": folder}
        began = perf_counter()
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        seconds = perf_counter() - began
    said = done.stdout.strip().splitlines()
    if done.returncode or not said or f"new {size}," not in said[-1]:
        raise RuntimeError(f"the import failed: {said[-3:]} {done.stderr[-2000:]}")
    print(f"{size:,} customers imported in {seconds:.0f} s", file=sys.stderr, flush=True)
    return seconds


def _table(size: int) -> Path:
    """The register as an office brings it along."""
    path = CACHE / f"table-v5-{size}-{invented()}.csv"
    if not path.exists():
        half = path.with_suffix(f".{os.getpid()}")
        write_table(half, size)
        half.rename(path)
    return path


def write_table(path: Path, size: int) -> None:
    """A register in a file: further contacts stand in further rows."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADING)
        for one in entries(size):
            writer.writerows(_rows(one))


def _rows(one: Registered) -> Iterator[tuple[str, ...]]:
    organisation = ""
    if one.who is not None:
        organisation = one.organisation.name
    own = (one.code, one.name, organisation, one.phone, one.mobile, one.email)
    contacts = [(each.who.name, each.phone, each.email) for each in one.contacts]
    yield (*own, *next(iter(contacts), ("", "", "")))
    for contact in contacts[1:]:
        yield (one.code, one.name, "", "", "", "", *contact)
