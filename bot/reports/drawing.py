"""`run_bot.py report`: one report, drawn for an operator and written in one of the formats."""

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from typing import TypeVar

from bot.operating.refused import VerbRefused
from bot.reports.formats import FORMATS, WrittenReport, last_day
from domain.configuration import Configuration
from domain.dates.days import BANGKOK
from domain.dates.periods import Period, parse_period
from domain.errors import InvalidInput
from domain.reports.comparing import period_before, year_ago
from domain.reports.names import KnownKeys
from domain.reports.requests import Dimension, ReportRequest
from store import audit, staff
from store.audit import AuditEntry
from store.engine.database import Database
from store.opening import Opening, may_be_there, open_database
from store.records import holidays
from store.reports.catching_up import catch_up, find_part
from store.reports.reading import read_report

WHO = "command"
"""Who draws a report on the command line, as the audit log has it."""
PIECES = 25
"""Pieces of making up between two lines that say how far it is."""
_REFUSED = {
    "period": "no period; one is such as 2026-10-01..2026-10-31, or as people say it",
    "period_year": "no year that can be meant",
    "period_backwards": "ends before it begins",
    "period_ahead": "still to come",
}
"""What is wrong with a period, for an operator."""
FOR_PROGRAMS = ("json", "csv")
"""Formats that compare nothing."""
Known = TypeVar("Known")


@dataclass(frozen=True, slots=True)
class ReportAsked:
    """What the command line says, word by word."""

    period: str
    by: str = ""
    filters: Sequence[str] = ()
    form: str = "text"
    out: Path | None = None


async def draw_report(
    url: str, configuration: Configuration, asked: ReportAsked, now: datetime
) -> None:
    """Draw it, and write it to its file, else to standard output.

    Raises VerbRefused, WrongSchema, StoreUnavailable."""
    write = _known(FORMATS, asked.form, "--format")
    period = _read_period(asked.period, now.astimezone(BANGKOK).date())
    by = _dimension(asked.by, "--by") if asked.by else None
    if not may_be_there(url):
        raise VerbRefused("DESKBOT_DATABASE_URL: there is no desk")
    db = await open_database(url, now, Opening.USE)
    try:
        # With the holidays that administrators entered, as the desk itself counts.
        configuration = await holidays.lay_over(db, configuration)
        filters = await _read_filters(db, configuration, asked.filters)
        request = ReportRequest(period, by, filters)
        # Before the first ticket is read, as with every export.
        entry = AuditEntry(now, None, "report.drawn", _record(request), WHO, "")
        await db.write(lambda tx: audit.add(tx, [entry]))
        await _catch_up(db, configuration)
        content = BytesIO()
        await write(await _drawn(db, configuration, request, asked.form, now), content)
    finally:
        await db.close()
    _put(content.getvalue(), asked.out)


def _known(table: Mapping[str, Known], name: str, option: str) -> Known:
    if name not in table:
        raise VerbRefused(f"{option}: {name} is none of {', '.join(table)}")
    return table[name]


def _read_period(text: str, today: date) -> Period:
    try:
        return parse_period(text, today)
    except InvalidInput as refused:
        raise VerbRefused(f"PERIOD: {text}: {_REFUSED[refused.code]}") from None


def _dimension(name: str, option: str) -> Dimension:
    return _known({one.value: one for one in Dimension}, name, option)


async def _read_filters(
    db: Database, configuration: Configuration, typed: Sequence[str]
) -> tuple[tuple[Dimension, str], ...]:
    people = (await staff.staff_names(db)).values()
    teams = await staff.list_teams(db)
    known = KnownKeys(configuration, [*people], teams)
    found: list[tuple[Dimension, str]] = []
    for text in typed:
        name, is_said, value = text.partition("=")
        if not is_said:
            raise VerbRefused(f"--filter: {text}: must look like NAME=VALUE")
        dimension = _dimension(name.strip(), "--filter")
        try:
            found.append((dimension, known.find(dimension, value)))
        except InvalidInput:
            raise VerbRefused(f"--filter: no {dimension} is called {value}") from None
    return tuple(found)


def _record(request: ReportRequest) -> str:
    period = request.period
    return f"{period.first}..{last_day(period)}"


async def _catch_up(db: Database, configuration: Configuration) -> None:
    """What the desk has not made of its tickets yet is made now, however long it takes."""
    while not await catch_up(db, configuration, PIECES):
        part = await find_part(db)
        print(f"looking through the tickets: {part:.0%}", file=sys.stderr)


async def _drawn(
    db: Database, configuration: Configuration, request: ReportRequest, form: str, now: datetime
) -> WrittenReport:
    report = await read_report(db, configuration, request, now)
    if form in FOR_PROGRAMS:
        return WrittenReport(report, (), report, WHO, now, db, configuration)
    whole = replace(request, by=None)
    today = now.astimezone(BANGKOK).date()
    compared = []
    for earlier in (period_before(request.period, today), year_ago(request.period, today)):
        compared.append(await read_report(db, configuration, whole.over(earlier), now))
    subjects = report
    if request.by is not Dimension.SUBJECT:
        by_subject = replace(request, by=Dimension.SUBJECT)
        subjects = await read_report(db, configuration, by_subject, now)
    return WrittenReport(report, compared, subjects, WHO, now, db, configuration)


def _put(content: bytes, out: Path | None) -> None:
    """Write a whole file in the place of what may be there, or to standard output."""
    if out is None:
        sys.stdout.buffer.write(content)
        sys.stdout.flush()
        return
    beside = out.with_name(f".{out.name}.{os.getpid()}")
    try:
        beside.write_bytes(content)
        beside.replace(out)
    except OSError as error:
        raise VerbRefused(f"--out: {out}: {error.strerror}") from None
    finally:
        beside.unlink(missing_ok=True)
