"""`report` draws a report of a desk, also while it runs, and of no other schema than its own."""

import csv
import io
import json
import sqlite3
from collections import Counter
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
from typer.testing import Result

from bot.demo.desk import fill_demo
from domain.reports.figures import KINDS
from domain.reports.requests import Dimension
from store.opening import open_database, sqlite_path
from tests.fakes.office import OFFICE
from tests.operating.conftest import NOW, Place, Places, run_verb

pytestmark = pytest.mark.long


@pytest.fixture
async def place(places: Places) -> Place:
    place = await places.make("sqlite")
    db = await open_database(place.url, NOW)
    try:
        await fill_demo(db, OFFICE, NOW)
    finally:
        await db.close()
    return place


async def report(place: Place, *words: str) -> Result:
    return await run_verb(place, "report", *words, DESKBOT_CLOCK="2026-11-23T10:00+07:00")


async def drawn_json(place: Place, *words: str) -> dict[str, object]:
    done = await report(place, *words, "--format", "json")
    assert done.exit_code == 0, done.stderr
    return json.loads(done.stdout)


async def test_a_report_is_drawn_for_people_and_for_programs(place: Place, tmp_path: Path) -> None:
    told = await drawn_json(place, "ต.ค. 69", "--by", "subject")
    assert told["period"] == {"from": "2026-10-01", "until": "2026-10-31"}
    assert set(told["figures"]) == set(KINDS)
    rows = told["rows"]
    created = told["figures"]["tickets_created"]
    assert created
    assert sum(row["tickets"] for row in rows) == created
    assert rows == sorted(rows, key=lambda row: -row["tickets"])

    text = await report(place, "ต.ค.", "69")
    assert f"{created}" in text.stdout
    assert f"of {rows[0]['key']} (" in text.stdout

    out = tmp_path / "by.csv"
    done = await report(
        place, "2026-10-01..2026-10-31", "--by", "month", "--format", "csv",
        "--out", str(out),
    )  # fmt: skip
    assert done.exit_code == 0
    assert done.stdout == ""
    (row,) = csv.DictReader(io.StringIO(out.read_text("utf-8-sig")))
    assert (row["key"], int(row["tickets"])) == ("2026-10", created)

    phone = await drawn_json(place, "ต.ค. 69", "--filter", "channel=phone", "--by", "channel")
    (only,) = phone["rows"]
    assert only["key"] == "phone"
    assert only["tickets"] == phone["figures"]["tickets_created"] < created
    for by in Dimension:
        found = await drawn_json(place, "ต.ค. 69", "--by", by.value)
        assert sum(row["tickets"] for row in found["rows"]) >= created

    audit = await run_verb(place, "audit", "--format", "json")
    entries = [one for one in json.loads(audit.stdout) if one["action"] == "report.drawn"]
    assert len(entries) == 4 + len(Dimension)
    assert entries[0]["record"] == "2026-10-01..2026-10-31"


@pytest.mark.parametrize(
    "words",
    [
        ("วันไหนก็ได้",),
        ("ปี 2653",),
        ("15–1 พ.ย. 69",),
        ("ธ.ค. 2575",),
        ("ต.ค. 69", "--by", "colour"),
        ("ต.ค. 69", "--format", "docx"),
        ("ต.ค. 69", "--filter", "officer=ไม่มีคนนี้"),
        ("ต.ค. 69", "--filter", "channel"),
        ("ต.ค. 69", "--filter", "colour=red"),
        ("ต.ค. 69", "--filter", "subject=99.9"),
        ("ต.ค. 69", "--out", "/nowhere/at/all.txt"),
    ],
)
async def test_what_is_not_known_is_one_line(places: Places, words: tuple[str, ...]) -> None:
    place = await places.make("sqlite")
    await (await open_database(place.url, NOW)).close()
    done = await report(place, *words)
    assert done.exit_code == 1
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1


async def test_a_desk_of_another_schema_is_left_as_it_is(places: Places) -> None:
    place = await places.make("sqlite")
    path = sqlite_path(place.url)
    missing = await report(place, "ต.ค. 69")
    assert missing.exit_code == 1
    assert not path.exists()
    await (await open_database(place.url, NOW)).close()
    with sqlite3.connect(path) as older:
        older.execute("DELETE FROM schema_migrations WHERE version > 54")
    before = path.read_bytes()
    done = await report(place, "ต.ค. 69")
    assert done.exit_code == 1
    assert "migrate" in done.stderr
    assert path.read_bytes() == before


async def test_a_report_is_filed_as_a_workbook_and_as_a_page(place: Place, tmp_path: Path) -> None:
    told = await drawn_json(place, "ต.ค. 69", "--by", "subject")
    created = told["figures"]["tickets_created"]
    asked = ("ต.ค. 69", "--by", "subject", "--out")
    book, page = tmp_path / "report.xlsx", tmp_path / "report.pdf"
    done = await report(place, *asked, str(book), "--format", "xlsx")
    assert done.exit_code == 0, done.stderr
    sheets = openpyxl.load_workbook(book)
    cover, figures, rows, tickets = (
        list(sheet.iter_rows(values_only=True)) for sheet in sheets.worksheets
    )
    assert date(2026, 10, 1) in {row[1].date() for row in cover if isinstance(row[1], datetime)}
    assert {row[0]: row[2] for row in figures}["tickets_created"] == created
    assert sum(row[2] for row in rows[1:]) == created
    assert len(tickets) == 1 + created
    by_subject = Counter(row[6] for row in tickets[1:])
    assert by_subject == {row["key"]: row["tickets"] for row in told["rows"]}
    standings = Counter(row[4] for row in tickets[1:])
    assert standings["เสร็จทันมาตรฐานเวลา"] == told["figures"]["standard_kept"]
    assert standings["เกินมาตรฐานเวลา"] == told["figures"]["standard_missed"]
    assert sum(row[5] is not None for row in tickets[1:]) > 0
    done = await report(place, *asked, str(page), "--format", "pdf")
    assert done.exit_code == 0, done.stderr
    assert page.read_bytes().startswith(b"%PDF")
