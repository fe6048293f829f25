"""The invented register as a desk has it: a table that went in through the import verb, kept until
what it is made from changes.
"""

import csv
import hashlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from bench.search.entries import Registered, entries
from bench.search.queries import Sought, read_queries, write_queries

ROOT = Path(__file__).parents[2]
CACHE = Path(tempfile.gettempdir()) / "deskbot-bench"
INVENTED = (
    "bench/data",
    "bench/search/names.py",
    "bench/search/organisations.py",
    "bench/search/entries.py",
    "bench/search/listed.py",
)
"""Whatever the table of an invented register follows from."""
DERIVED = (
    "domain/text.py",
    "domain/data/words.toml",
    "domain/data/romanise.toml",
    "domain/customers/romanise.py",
    "domain/customers/phones.py",
    "store/customers/keys.py",
    "store/search",
    "store/tables",
    "store/migrations",
)
"""Whatever else a database follows from into which that table was imported."""
ASKED = ("bench/search/queries.py", "bench/search/slips.py", "bench/search/pasted.py")
"""Whatever else the queries follow from that are put to a register."""
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
class RegisterFile:
    """A register's database, and how long its import took in seconds."""

    path: Path
    seconds: float


def registered(size: int) -> RegisterFile:
    """A SQLite desk with a register of this size, made where there is none or an old one."""
    CACHE.mkdir(exist_ok=True)
    path = CACHE / f"register-v5-{size}-{digest(*INVENTED, *DERIVED)}.db"
    took = path.with_suffix(".seconds")
    if not took.exists():
        _forget(f"register-v5-{size}[-.]*")
        seconds = import_register(f"sqlite:///{path}", size)
        took.write_text(str(seconds), encoding="ascii")
        _name_newest(path, size)
    return RegisterFile(path, float(took.read_text(encoding="ascii")))


def queries_for(size: int, each: int) -> list[Sought]:
    """The queries for a register of this size, about so many of each kind; they stand beside it."""
    CACHE.mkdir(exist_ok=True)
    path = CACHE / f"queries-v5-{size}-{each}-{digest(*INVENTED, *ASKED)}.jsonl"
    if not path.exists():
        _forget(f"queries-v5-{size}-{each}-*")
        write_queries(path, size, each)
    return read_queries(path)


def digest(*names: str) -> str:
    """Of these files and folders: a few letters that change with them."""
    found = hashlib.sha256()
    for name in names:
        for path in _files(ROOT / name):
            found.update(path.read_bytes())
    return found.hexdigest()[:8]


def _files(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    return sorted(
        one for one in path.rglob("*") if one.is_file() and "__pycache__" not in one.parts
    )


def _forget(pattern: str) -> None:
    """Those that were made before what they are made from changed."""
    for path in CACHE.glob(pattern):
        path.unlink()


def _name_newest(path: Path, size: int) -> None:
    """A name without the digest, under which the newest register of a size is found."""
    plain = CACHE / f"register-v5-{size}.db"
    plain.unlink(missing_ok=True)
    plain.symlink_to(path.name)


def import_register(url: str, size: int) -> float:
    """Bring a register of this size into a database, as an operator does; seconds it took."""
    with tempfile.TemporaryDirectory(dir=CACHE) as folder:
        table = Path(folder) / "customers.csv"
        write_table(table, size)
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


def write_table(path: Path, size: int) -> None:
    """The register as an office brings it along: further contacts in further rows."""
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
