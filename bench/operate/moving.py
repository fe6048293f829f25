"""Backup beside chats, restoring, and the copy to PostgreSQL."""

import asyncio
import shutil
import sys
from pathlib import Path

from bench.operate.place import BenchPlace, environment_of
from bench.operate.serving import ServingDesk, run_program, run_verb
from bench.postgresql import NOT_DURABLE
from bench.report import Report, Row, percentile
from tests.fakes.postgres import MISSING, find_binaries, shared_server

ALONE = 10.0
"""Seconds in which the desk is asked before anything goes on beside it."""
AIM_MS = 50.0


def measure_backup(report: Report, place: BenchPlace) -> None:
    """Beside `sqlite3 .backup`, which never ends while somebody writes, and `tar`."""
    times: dict[str, float] = {}
    archive = place.folder / "archive.tar"

    def back_up() -> None:
        times["backup"] = run_verb(place.settings.data_dir, "backup", str(archive))

    def pack() -> None:
        run_program(_plain_tar(place))

    times["plain"] = run_program(_plain_backup(place)) + run_program(_plain_tar(place))
    with ServingDesk(place.settings.data_dir) as desk:
        desk.asked_for(ALONE)
        still = desk.asked_for(ALONE)
        beside_plain = desk.asked_while(pack)
        beside = desk.asked_while(back_up)
    megabytes = place.size / 1_000_000
    ours = times["backup"]
    plain = times["plain"]
    report.rows += [
        Row(
            f"backup of {megabytes:,.0f} MB while it serves",
            f"{ours:.1f} s, {megabytes / ours:.0f} MB/s",
            f"sqlite3 .backup and tar, nobody serving: {plain:.1f} s",
            f"x {ours / plain:.2f}",
        ),
        Row(
            "its archive",
            f"{archive.stat().st_size / 1_000_000:,.0f} MB",
            f"{(place.folder / 'plain.db').stat().st_size / 1_000_000:,.0f} MB and the files",
        ),
    ]
    later = percentile(beside.answers, 95) - percentile(still.answers, 95)
    report.rows += [
        Row("answers while nothing else goes on", still.told),
        Row("answers beside tar alone", beside_plain.told),
        Row(
            "answers beside the backup",
            beside.told,
            beside_plain.told,
            f"p95 {later:+.1f} ms to nothing beside it",
            f"p95 and loop <= {AIM_MS:.0f} ms",
            percentile(beside.answers, 95) <= AIM_MS and beside.held <= AIM_MS,
        ),
    ]


def _plain_backup(place: BenchPlace) -> list[str]:
    return ["sqlite3", str(place.database), f".backup {place.folder / 'plain.db'}"]


def _plain_tar(place: BenchPlace) -> list[str]:
    pack = f"tar -cf {place.folder / 'plain.tar'} -C {place.files} ."
    # 1 = something changed meanwhile, as where a desk that serves makes a file of its own.
    return ["sh", "-c", f"{pack} || [ $? -eq 1 ]"]


def measure_restore(report: Report, place: BenchPlace) -> None:
    """Beside copying the file back and unpacking the tar."""
    there = place.folder / "restored"
    there.mkdir()
    ours = run_verb(there, "restore", str(place.folder / "archive.tar"))
    plain = place.folder / "unpacked"
    plain.mkdir()
    theirs = run_program(["cp", str(place.folder / "plain.db"), str(plain)])
    theirs += run_program(["tar", "-xf", str(place.folder / "plain.tar"), "-C", str(plain)])
    report.rows.append(
        Row(
            "restoring it, every hash looked at",
            f"{ours:.1f} s",
            f"cp and tar: {theirs:.1f} s",
            f"x {ours / theirs:.2f}",
        )
    )
    for path in (there, plain):
        shutil.rmtree(path)
    for name in ("archive.tar", "plain.tar", "plain.db"):
        (place.folder / name).unlink()


def measure_copy(report: Report, place: BenchPlace) -> None:
    """To PostgreSQL, compared in the end, beside SQLite's own dump of the same rows as SQL."""
    if not find_binaries():
        report.notes.append(f"{MISSING}: the copy is not measured.")
        return
    folder = place.settings.data_dir
    dump = run_program(
        ["sh", "-c", f"sqlite3 {place.database} .dump > {place.folder / 'dump.sql'}"]
    )
    (place.folder / "dump.sql").unlink()
    url = asyncio.run(shared_server().make_database())
    try:
        words = [sys.executable, "run_bot.py", "copy", url]
        ours = run_program(words, environment_of(folder))
    finally:
        asyncio.run(shared_server().drop(url))
    rows = _rows(place.database)
    report.rows.append(
        Row(
            f"copy of {rows:,} rows to PostgreSQL, compared",
            f"{ours:.1f} s, {rows / ours:,.0f} rows/s",
            f"sqlite3 .dump, written only: {dump:.1f} s",
            f"x {ours / dump:.2f}",
        )
    )
    report.notes.append(NOT_DURABLE)


def _rows(database: Path) -> int:
    """How many there are in all."""
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect(database)) as db:
        names = db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        return sum(db.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for (name,) in names)
