"""What an operator does, beside plain tools: backup and restore of a desk that serves, the copy to
PostgreSQL, the erasure of one person, and what being measured costs.

`python -m bench operate 1000000 10000` takes a million tickets and 10,000 MB of files; without
numbers it is small. Customers are a fifth of the tickets. A place that is filled is kept in BENCH_FOLDER,
where that is named, and used again; `--fill` fills it and measures nothing.
"""

import asyncio
import gc
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.operate.erasure import measure_erasure
from bench.operate.metering import measure_metering
from bench.operate.moving import measure_backup, measure_copy, measure_restore
from bench.operate.place import BenchPlace, fill
from bench.report import Report

TICKETS = 20_000
MEGABYTES = 200
NOTES = (
    "Backup and what is beside it are processes of their own; the desk has one core to itself where there "
    "are two. Backup also packs the rows, hashes every byte, and reads the files while chats go on.",
    "sqlite3 .backup copies pages, tar bytes: neither looks at what it copies, and together they are not of "
    "one moment. Where another process writes, .backup begins anew each time: beside chats it did not end.",
    "Erasure is measured in the function of the verb, without the start of the process.",
)


def run() -> Report:
    """All of it, on the sizes that were named."""
    sizes = [int(argument) for argument in sys.argv[1:] if argument.isdigit()]
    tickets, megabytes = [*sizes, *(TICKETS, MEGABYTES)[len(sizes) :]]
    report = Report(f"what an operator does, at {tickets:,} tickets and {megabytes:,} MB of files")
    report.notes.append(
        f"{os.cpu_count()} cores, load average before the run {os.getloadavg()[0]:.1f}."
    )
    gc.freeze()
    with _place(tickets, megabytes) as place:
        if not place.is_filled:
            asyncio.run(fill(place, tickets, megabytes))
        if "--fill" in sys.argv:
            return report
        measure_backup(report, place)
        measure_restore(report, place)
        measure_copy(report, place)
        measure_erasure(report, place)
        measure_metering(report)
    report.notes += NOTES
    return report


@contextmanager
def _place(tickets: int, megabytes: int) -> Iterator[BenchPlace]:
    """A folder that is kept, where one is named, else one that is thrown away."""
    kept = os.environ.get("BENCH_FOLDER")
    if kept:
        folder = Path(kept).resolve() / f"operate-{tickets}-{megabytes}"
        folder.mkdir(parents=True, exist_ok=True)
        yield BenchPlace(folder)
        return
    results = Path(__file__).parents[1] / "results"
    results.mkdir(exist_ok=True)
    with TemporaryDirectory(dir=results) as folder:
        yield BenchPlace(Path(folder))
