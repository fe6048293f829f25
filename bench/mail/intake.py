"""A thousand mails of mixed kinds to tickets, beside a bare loop of the standard library's parser
with one INSERT a mail.
"""

import sqlite3
from collections.abc import Sequence
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time

import uvloop

from bench.due import Beside, watched
from bench.mail.mixed import KINDS, mixed_mails
from bench.mail.rig import a_mail_desk
from bench.report import Report, Row
from store.engine.database import Database

COUNT = 1_000
WARM_UP = 50
AIM_HELD = 0.05


def measure_thousand(report: Report) -> None:
    """Adds how many mails a second become tickets, and what memory that takes."""
    mails = mixed_mails(COUNT + WARM_UP)
    seen, tickets = uvloop.run(_take_in(mails))
    seconds, worked = _bare(mails[WARM_UP:])
    rate, bare = COUNT / seen.seconds, COUNT / seconds
    report.rows += [
        Row(
            f"{COUNT:,} mails of {len(KINDS)} kinds taken, read, made {tickets:,} tickets",
            f"{rate:,.0f} a second",
            f"{bare:,.0f} a second",
            f"×{rate / bare:.2f}",
        ),
        Row(
            "processor a mail",
            f"{seen.processor / COUNT * 1000:.2f} ms",
            f"{worked / COUNT * 1000:.2f} ms",
            f"×{seen.processor / worked:.1f}",
        ),
        Row("memory grown meanwhile", f"{seen.grown:.1f} MB"),
        Row(
            "event loop held at most meanwhile",
            f"{seen.held * 1000:.0f} ms",
            aim="≤ 50 ms",
            met=seen.held <= AIM_HELD,
        ),
    ]
    report.notes.append(
        "Baseline of the thousand: email.parser and its bodies, one INSERT and COMMIT a mail, "
        "SQLite with synchronous=FULL; nothing is sorted, no file is stored, no ticket made."
    )


async def _take_in(mails: Sequence[bytes]) -> tuple[Beside, int]:
    async with a_mail_desk() as desk:
        await desk.take_in(mails[:WARM_UP])
        before = await _count(desk.db)
        async with watched() as seen:
            await desk.take_in(mails[WARM_UP:])
        return seen, await _count(desk.db) - before


async def _count(db: Database) -> int:
    row = await db.fetch_one("SELECT count(*) AS n FROM tickets")
    return int(row["n"]) if row else 0


def _bare(mails: Sequence[bytes]) -> tuple[float, float]:
    """Seconds, and seconds of processor, of the bare loop."""
    with TemporaryDirectory(prefix="deskbot-bench-") as folder:
        db = sqlite3.connect(Path(folder) / "bare.db")
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("PRAGMA synchronous=FULL")
        db.execute("CREATE TABLE mails (id INTEGER PRIMARY KEY, subject, sender, body, raw)")
        started, worked = perf_counter(), process_time()
        for raw in mails:
            message = message_from_bytes(raw, EmailMessage, policy=policy.default)
            body = message.get_body(("plain", "html"))
            text = body.get_content() if body is not None else ""
            values = (str(message["subject"]), str(message["from"]), text, raw)
            with db:
                db.execute(
                    "INSERT INTO mails (subject, sender, body, raw) VALUES (?,?,?,?)", values
                )
        spent = perf_counter() - started, process_time() - worked
        db.close()
        return spent
