"""What a report is written as: one function a format, in a table to which each format is added."""

import csv
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from io import StringIO
from typing import IO

import orjson

from bot.operating.refused import VerbRefused
from domain.configuration import Configuration
from domain.dates.periods import Period
from domain.reports.figures import Figure
from domain.reports.reports import Report, ReportRow
from domain.reports.requests import Dimension
from domain.tables.tables import escape_formula
from handlers.reports.documents import Drawing, document_picture, report_document
from handlers.reports.ticket_rows import ticket_rows
from store.engine.database import Database
from store.reports.listing import list_report_tickets

SAID_EVERY = 50_000
"""Tickets of a workbook after which is said how far it is."""


@dataclass(frozen=True, slots=True)
class WrittenReport:
    """What a format is given.

    `compared` are the same figures of the time before, and of a year ago. `subjects` is the report
    by subject. `who` drew it, `at` that moment."""

    report: Report
    compared: Sequence[Report]
    subjects: Report
    who: str
    at: datetime
    db: Database
    configuration: Configuration

    @property
    def drawing(self) -> Drawing:
        """The same, as documents are made of it."""
        return Drawing(self.report, self.who, self.at, *self.compared)


ReportWriter = Callable[[WrittenReport, IO[bytes]], Awaitable[None]]


def last_day(period: Period) -> date:
    """Returns the last day within it."""
    return period.until - timedelta(days=1)


async def write_json(written: WrittenReport, out: IO[bytes]) -> None:
    """Write it for programs, whose shape is fixed."""
    report = written.report
    period = report.request.period
    told = {
        "period": {"from": period.first, "until": last_day(period)},
        "figures": report.figures,
        "rows": [_told(row) for row in _of_tickets(report)],
    }
    out.write(orjson.dumps(told, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))


def _told(row: ReportRow) -> dict[str, object]:
    return {"key": row.key, "name": row.name, "tickets": row.tickets, **row.figures}


def _of_tickets(report: Report) -> list[ReportRow]:
    """Returns the rows of which tickets were created."""
    return [row for row in report.rows if row.tickets]


async def write_csv(written: WrittenReport, out: IO[bytes]) -> None:
    """Write its rows, a line each; of a report without rows the figures."""
    report = written.report
    text = StringIO()
    writer = csv.writer(text)
    rows = _of_tickets(report)
    if report.request.by is None:
        writer.writerow(("figure", "value"))
        writer.writerows(report.figures.items())
    else:
        names = [name for name in report.figures if not rows or name in rows[0].figures]
        writer.writerow(("key", "name", "tickets", *names))
        for row in rows:
            cells = [row.figures[name] for name in names]
            writer.writerow(
                (escape_formula(row.key), escape_formula(row.name), row.tickets, *cells)
            )
    # The mark by which spreadsheets know the letters.
    out.write(text.getvalue().encode("utf-8-sig"))


async def write_text(written: WrittenReport, out: IO[bytes]) -> None:
    """Write it for people: each figure beside what it was before, and a year ago."""
    report = written.report
    period = report.request.period
    lines = [f"report: {period.first} to {last_day(period)}"]
    for dimension, key in report.request.filters:
        lines.append(f"only: {dimension} {key or '-'}")
    total = report.figures[Figure.TICKETS_CREATED]
    lines.append(f"tickets: {total}{_largest(written.subjects)}")
    lines += ["", *_figures(report, written.compared)]
    if report.request.by is not None:
        lines += ["", *_rows(report.request.by, _of_tickets(report))]
    out.write(("\n".join(lines) + "\n").encode())


def _largest(subjects: Report) -> str:
    """Returns which subject most of the tickets are of."""
    rows = _of_tickets(subjects)
    if not rows:
        return ""
    most = rows[0]
    return f", most of them of {most.key} ({most.name}): {most.tickets}"


def _figures(report: Report, compared: Sequence[Report]) -> list[str]:
    head = ["", _span(report), *map(_span, compared)]
    table = [head]
    for name in report.figures:
        values = [one.figures[name] for one in (report, *compared)]
        table.append([name, *map(_number, values)])
    return _aligned(table)


def _span(report: Report) -> str:
    period = report.request.period
    return f"{period.first}..{last_day(period)}"


_OF_ROWS = (
    Figure.TICKETS_CREATED,
    Figure.TICKETS_CLOSED,
    Figure.TICKETS_OPEN,
    Figure.STANDARD_KEPT,
    Figure.STANDARD_MISSED,
    Figure.WORKING_HOURS_MEDIAN,
)


def _rows(by: Dimension, rows: Sequence[ReportRow]) -> list[str]:
    table = [[str(by), *_OF_ROWS, "name"]]
    for row in rows:
        cells = [_number(row.figures[name]) for name in _OF_ROWS]
        name = "" if row.name == row.key else row.name
        table.append([row.key or "-", *cells, name])
    return _aligned(table)


def _number(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:,.2f}" if isinstance(value, float) else f"{value:,}"


def _aligned(table: Sequence[Sequence[str]]) -> list[str]:
    """Returns the lines of a table, all columns but the first one flush right."""
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    lines: list[str] = []
    for first, *others in table:
        cells = [first.ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(others, widths[1:], strict=True)]
        lines.append("  ".join(cells).rstrip())
    return lines


async def write_xlsx(written: WrittenReport, out: IO[bytes]) -> None:
    """Write it as a workbook, with the tickets behind it."""
    # Late, as is the page: their libraries take their time.
    from bot.reports.files import write_workbook

    request = written.report.request
    tickets = list_report_tickets(written.db, request, written.at)
    expected = int(written.report.figures[Figure.TICKETS_CREATED] or 0)
    rows = ticket_rows(written.configuration, tickets, expected)
    document = report_document(written.configuration, written.drawing)
    await write_workbook(out, document, rows, _progress(expected))


def _progress(expected: int) -> Callable[[int], None]:
    """Says now and then how far it is, where there is much to do."""
    done = 0

    def advance(rows: int) -> None:
        nonlocal done
        before = done // SAID_EVERY
        done += rows
        if done // SAID_EVERY > before:
            print(f"tickets: {done:,} of {expected:,}", file=sys.stderr)

    return advance


async def write_pdf(written: WrittenReport, out: IO[bytes]) -> None:
    """Write it as one page, with a picture."""
    from bot.charts.drawing import CannotLetter
    from bot.reports.files import make_page
    from bot.reports.pdf import PdfMissing

    document = report_document(written.configuration, written.drawing)
    try:
        page = await make_page(document, document_picture(written.configuration, written.drawing))
    except (CannotLetter, PdfMissing) as missing:
        raise VerbRefused(f"--format pdf: {missing}") from None
    out.write(page)


FORMATS: Mapping[str, ReportWriter] = {
    "text": write_text,
    "json": write_json,
    "csv": write_csv,
    "xlsx": write_xlsx,
    "pdf": write_pdf,
}
"""By the name that `--format` takes."""
