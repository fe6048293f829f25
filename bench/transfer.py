"""Import and export of a large register, as an operator runs them: seconds, and the most memory at
each size.
"""

import csv
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from time import perf_counter

from bench.report import Report, Row
from bot.demo.words import demo_words

ROOT = Path(__file__).parents[1]
CUSTOMERS = int(os.environ.get("BENCH_CUSTOMERS", "100000"))
AIM_SECONDS, AIM_GROWTH = 60.0, 40.0
"""For the first import; MB more at the full size than at a tenth of it."""

HEADER = "code,name,type,gender,organisation,address,phone,mobile,email,contact_name,contact_phone,contact_email,note"


def run() -> Report:
    """Measure it all in one run."""
    report = Report(f"import and export of {CUSTOMERS:,} customers")
    results = Path(__file__).with_name("results")
    with TemporaryDirectory(dir=results) as name:
        folder = Path(name)
        table, tenth = folder / "all.csv", folder / "tenth.csv"
        _write(table, CUSTOMERS)
        _write(tenth, CUSTOMERS // 10)
        bare = _bare(table, folder / "bare.db")
        _seconds, small = _verb(folder / "small.db", "import", "customers", tenth)
        seconds, memory = _verb(folder / "desk.db", "import", "customers", table)
        report.rows += [
            Row(
                "first import, CSV",
                f"{seconds:.1f} s",
                f"{bare:.1f} s",
                f"{seconds / bare:.1f}x",
                f"≤ {AIM_SECONDS:.0f} s",
                seconds <= AIM_SECONDS,
            ),
            Row(
                "memory, a tenth and all",
                f"{small:.0f} and {memory:.0f} MB",
                "",
                f"{memory - small:+.0f} MB",
                f"≤ {AIM_GROWTH:.0f} MB more",
                memory - small <= AIM_GROWTH,
            ),
        ]
        _more(report, folder, table)
    report.notes += NOTES
    return report


NOTES = [
    "Each verb is a process of its own on SQLite (WAL, synchronous=FULL), its start included; memory is the process's "
    "most (ru_maxrss).",
    "Every customer has an address, a mobile, an e-mail and two thirds a contact with a telephone; names are those of "
    "the demo desk, put together anew.",
    "The baseline reads the same file with csv.DictReader into one bare table of sqlite3, unchecked, in one go.",
]


def _more(report: Report, folder: Path, table: Path) -> None:
    """The other verbs, on the desk that is there by now."""
    desk, out, sheet = folder / "desk.db", folder / "out.csv", folder / "out.xlsx"
    steps: Sequence[tuple[str, Path, tuple[object, ...]]] = (
        ("the same table again: unchanged", desk, ("import", "customers", table)),
        (
            "dry run on an empty desk",
            folder / "dry.db",
            ("import", "customers", table, "--dry-run"),
        ),
        ("export to CSV", desk, ("export", "customers", out)),
        ("that again: unchanged", desk, ("import", "customers", out)),
        ("export to XLSX", desk, ("export", "customers", sheet)),
        ("first import, XLSX", folder / "sheet.db", ("import", "customers", sheet)),
    )
    for name, database, arguments in steps:
        seconds, memory = _verb(database, *arguments)
        report.rows.append(Row(name, f"{seconds:.1f} s, {memory:.0f} MB"))


def _verb(database: Path, *arguments: object) -> tuple[float, float]:
    """Seconds and most MB of one run of run_bot.py; RuntimeError where it fails."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("DESKBOT_")}
    environment = {
        **own,
        "DESKBOT_DATABASE_URL": f"sqlite:///{database}",
        "DESKBOT_DATA_DIR": str(database.parent),
    }
    started_at = perf_counter()
    process = subprocess.Popen(
        [sys.executable, "run_bot.py", *map(str, arguments)],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
    )
    _pid, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{arguments}: exit code {process.returncode}")
    return perf_counter() - started_at, used.ru_maxrss / 1000


def _bare(table: Path, database: Path) -> float:
    started_at = perf_counter()
    connection = sqlite3.connect(database)
    columns = HEADER.split(",")
    connection.execute(f"CREATE TABLE customers ({', '.join(columns)})")
    with table.open(encoding="utf-8", newline="") as file, connection:
        rows = ([row[column] for column in columns] for row in csv.DictReader(file))
        connection.executemany(
            f"INSERT INTO customers VALUES ({', '.join('?' for _ in columns)})", rows
        )
    connection.close()
    return perf_counter() - started_at


def _write(path: Path, count: int) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER.split(","))
        writer.writerows(_customers(count))


def _customers(count: int) -> Iterator[list[str]]:
    words = demo_words()
    names, places = words["names"], words["places"]
    rng = Random(7)
    surnames = [f"{a}{b}" for a in names["surnames"] for b in ("", *names["surnames"])]
    genders = {"male": "นาย", "female": "นางสาว"}

    def person() -> tuple[str, str, str]:
        gender = rng.choice(("male", "female"))
        first, latin = rng.choice(names[gender]).split()
        return gender, f"{genders[gender]}{first} {rng.choice(surnames)}", latin

    for number in range(count):
        gender, name, latin = person()
        province = rng.choice(places["provinces"])
        address = (
            f"{rng.randrange(1, 900)}/{rng.randrange(1, 99)} หมู่ {rng.randrange(1, 13)} {province}"
        )
        contact = person()[1] if number % 3 else ""
        line = f"02-{rng.randrange(200, 999)}-{rng.randrange(10_000):04d}" if contact else ""
        mobile = f"08{number % 10}-{number // 10_000 % 1000:03d}-{number % 10_000:04d}"
        yield [
            f"C{10_000 + number}",
            name,
            rng.choice(("student", "academic", "citizen")),
            gender,
            rng.choice(words["organisations"]["academic"][:7]) if number % 2 else "",
            address,
            "",
            mobile,
            f"{latin}{number}@example.com",
            contact,
            line,
            "",
            "",
        ]
