"""Workbooks: how long one with every ticket of a year takes, what memory, and how long the
event loop is held meanwhile; beside it openpyxl alone, and how long a page takes.

`python -m bench workbooks`; BENCH_TICKETS says of how many (500,000 in an office's year).
"""

import asyncio
import json
import os
import resource
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time

import uvloop

from bench.report import Report, Row
from bot.reports.files import make_page, write_workbook
from domain.configuration import Configuration, load_configuration
from domain.customers.records import CustomerCode
from domain.dates.days import BANGKOK
from domain.dates.periods import Period
from domain.reports.documents import CellRow, ReportDocument, TicketRows
from domain.reports.figures import KINDS
from domain.reports.reports import Report as DrawnReport
from domain.reports.requests import ReportRequest
from domain.tickets.records import TicketNo
from handlers.reports.documents import Drawing, document_picture, report_document
from handlers.reports.ticket_rows import ticket_rows
from store.reports.listing import PIECE, ListedTicket

ROOT = Path(__file__).parents[1]
TICKETS = int(os.environ.get("BENCH_TICKETS", "100000"))
NOW = datetime(2026, 11, 23, 10, tzinfo=BANGKOK)
PERIOD = Period(date(2025, 10, 1), date(2026, 10, 1))
BEGAN = PERIOD.instants[0]
DETAILS = "ขอข้อมูลจำนวนประชากรและครัวเรือนรายจังหวัดเพื่อใช้ประกอบวิทยานิพนธ์ครั้งที่"
AIM_SECONDS = 60 / 500_000
AIM_MEMORY = 300
AIM_HELD = 0.05
TICK = 0.001
IDLE = 3.0
"""Seconds in which the loop is watched with nothing to do: how busy the machine is."""


def run() -> Report:
    """Each way in a process of its own, with the same tickets."""
    report = Report(f"workbooks of {TICKETS:,} tickets")
    with TemporaryDirectory() as folder:
        ours = _child("ours", folder)
        theirs = _child("openpyxl", folder)
        size = Path(f"{folder}/ours.xlsx").stat().st_size / 1e6
    within = AIM_SECONDS * TICKETS
    report.rows += [
        Row(
            "a workbook, by the clock",
            f"{ours['seconds']:.1f} s, {size:.1f} MB",
            f"{theirs['seconds']:.1f} s",
            f"{theirs['seconds'] / ours['seconds']:.1f} times",
            f"<= {within:.0f} s",
            ours["seconds"] <= within,
        ),
        Row(
            "of this process's processor",
            f"{ours['worked']:.1f} s",
            f"{theirs['worked']:.1f} s",
            f"{theirs['worked'] / ours['worked']:.1f} times",
        ),
        Row(
            "memory at most",
            f"{ours['memory']:.0f} MB",
            f"{theirs['memory']:.0f} MB",
            aim=f"<= {AIM_MEMORY} MB",
            met=ours["memory"] <= AIM_MEMORY,
        ),
        Row(
            "the event loop held longest",
            f"{ours['held'] * 1000:.0f} ms",
            f"{theirs['held'] * 1000:.0f} ms",
            f"{ours['idle'] * 1000:.0f} ms with nothing to do",
            f"<= {AIM_HELD * 1000:.0f} ms",
            ours["held"] <= AIM_HELD,
        ),
        Row("a page of A4, the first and the next", f"{ours['page']:.2f} s, {ours['next']:.2f} s"),
    ]
    report.notes.append(
        "Beside = the same rows by openpyxl alone (write_only), in threads as well."
    )
    return report


def _child(way: str, folder: str) -> dict[str, float]:
    command = [sys.executable, "-m", "bench.workbooks", way, folder]
    done = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE)
    found: dict[str, float] = json.loads(done.stdout)
    return found


@dataclass(slots=True)
class Held:
    """How long the event loop was held at most, in seconds."""

    longest: float = 0.0


@asynccontextmanager
async def watched(held: Held) -> AsyncIterator[None]:
    """Wake up all the time, and note how late that is."""

    async def watch() -> None:
        while True:
            began = perf_counter()
            await asyncio.sleep(TICK)
            held.longest = max(held.longest, perf_counter() - began - TICK)

    watching = asyncio.create_task(watch())
    yield
    watching.cancel()


async def _work(way: str, folder: Path) -> dict[str, float]:
    office = load_configuration()
    idle = Held()
    async with watched(idle):
        await asyncio.sleep(IDLE)
    held = Held()
    began = perf_counter()
    worked = process_time()
    async with watched(held):
        await WAYS[way](office, folder)
    found = {
        "seconds": perf_counter() - began,
        "worked": process_time() - worked,
        "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "held": held.longest,
        "idle": idle.longest,
    }
    return found | await _pages(office)


def _drawing(office: Configuration) -> Drawing:
    figures = dict.fromkeys(KINDS, TICKETS)
    drawn = DrawnReport(ReportRequest(PERIOD), figures)
    return Drawing(drawn, "bench", NOW, drawn, drawn)


def _document(office: Configuration) -> ReportDocument:
    return report_document(office, _drawing(office))


def _tickets(office: Configuration) -> TicketRows:
    return ticket_rows(office, _pieces(office), TICKETS)


async def _pieces(office: Configuration) -> AsyncIterator[Sequence[ListedTicket]]:
    """Invented tickets, piece by piece as the store gives them."""
    subjects = list(office.catalogue.subjects)
    channels = list(office.catalogue.channels)
    for first in range(0, TICKETS, PIECE):
        numbers = range(first, min(first + PIECE, TICKETS))
        yield [_ticket(number, subjects, channels) for number in numbers]
        await asyncio.sleep(0)


def _ticket(number: int, subjects: Sequence[str], channels: Sequence[str]) -> ListedTicket:
    created_at = BEGAN + timedelta(minutes=number % 500_000)
    sold = number % 12 == 0
    return ListedTicket(
        TicketNo(f"R{created_at:%y%m}{number:06}"),
        created_at,
        created_at + timedelta(minutes=number % 5000),
        created_at + timedelta(days=3),
        "standard_kept",
        number % 5000,
        subjects[number % len(subjects)],
        channels[number % len(channels)],
        "simple",
        "normal",
        "normal",
        "นนทบุรี",
        "",
        f"officer {number % 12}",
        f"{DETAILS} {number}",
        Decimal(number % 900) if sold else None,
        f"{number}/2569" if sold else "",
        created_at.date() if sold else None,
        CustomerCode(f"C{number % 200_000}"),
        f"นายสมชาย ใจดี {number % 200_000}",
        "student",
    )


async def _ours(office: Configuration, folder: Path) -> None:
    await write_workbook(folder / "ours.xlsx", _document(office), _tickets(office))


async def _openpyxl(office: Configuration, folder: Path) -> None:
    import openpyxl

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()

    def write(piece: Callable[[], Sequence[CellRow]]) -> None:
        for row in piece():
            sheet.append([_naive(cell) for cell in row])

    async for piece in _tickets(office).pieces:
        await asyncio.to_thread(write, piece)
    await asyncio.to_thread(book.save, folder / "openpyxl.xlsx")


def _naive(cell: object) -> object:
    return cell.replace(tzinfo=None) if isinstance(cell, datetime) else cell


WAYS = {"ours": _ours, "openpyxl": _openpyxl}


async def _pages(office: Configuration) -> dict[str, float]:
    drawing = _drawing(office)
    taken = []
    for _time in range(2):
        began = perf_counter()
        await make_page(report_document(office, drawing), document_picture(office, drawing))
        taken.append(perf_counter() - began)
    return {"page": taken[0], "next": taken[1]}


if __name__ == "__main__":
    print(json.dumps(uvloop.run(_work(sys.argv[1], Path(sys.argv[2])))))
