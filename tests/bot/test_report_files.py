"""Reports as files: workbooks read back cell by cell, pages by their text."""

import re
import zlib
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import openpyxl
import pytest
from PIL import Image

from bot.reports import workbook
from bot.reports.pdf import report_page
from bot.reports.workbook import ReportWorkbook
from domain.dates.days import BANGKOK
from domain.dates.periods import before, month_of, year_before
from domain.reports.documents import CellRow, ReportDocument, TicketRows
from domain.reports.figures import KINDS
from domain.reports.reports import Report, ReportRow
from domain.reports.requests import Dimension, ReportRequest
from handlers.i18n import speaking
from handlers.reports.documents import Drawing, report_document
from tests.fakes.letters import needs_letters
from tests.handlers.conftest import OFFICE

NOVEMBER = month_of(date(2026, 11, 1))
AT = datetime(2026, 11, 30, 23, 10, tzinfo=BANGKOK)
FORMULAS = ["=1+1", "+66812345678", "-5", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("x")']
HEADINGS = ("เลขที่", "รับเมื่อ", "ผู้รับบริการ", "ราคา", "ใบเสร็จ", "จำนวน")


def report(tickets: int, by: Dimension | None = None, names: Sequence[str] = ()) -> Report:
    figures: dict[str, int | float | None] = dict.fromkeys(KINDS, tickets)
    figures |= {"income_baht": 1250.5, "working_hours_median": None}
    rows = tuple(ReportRow(name, name, figures) for name in names)
    return Report(ReportRequest(NOVEMBER, by, ((Dimension.CHANNEL, "phone"),)), figures, rows)


def document(
    by: Dimension | None = None, names: Sequence[str] = (), who: str = "นก"
) -> ReportDocument:
    drawn = report(412, by, names)
    whole = replace(drawn.request, by=None)
    earlier = replace(report(400), request=whole.over(before(NOVEMBER)))
    ago = replace(report(0), request=whole.over(year_before(NOVEMBER)))
    return report_document(OFFICE, Drawing(drawn, who, AT, earlier, ago))


def plain(*parts: int) -> datetime:
    """A moment as a cell has it, by Bangkok's clock."""
    return datetime(*parts, tzinfo=BANGKOK).replace(tzinfo=None)  # type: ignore[misc,arg-type]


async def nothing() -> AsyncIterator[Callable[[], Sequence[CellRow]]]:
    yield tuple


def ticket(number: int, name: str = "สมชาย <ใจดี> & คณะ") -> CellRow:
    received = datetime(2026, 11, 2, 8, 30 + number % 30, tzinfo=BANGKOK)
    return (f"R69-{number:06d}", received, name, 100.25, date(2026, 11, 3), number)


def made(of: ReportDocument, *pieces: Sequence[CellRow], tickets: bool = True) -> Any:
    """The workbook as a spreadsheet reads it."""
    rows = TicketRows("ใบงาน", HEADINGS, sum(map(len, pieces)), nothing())
    file = BytesIO()
    book = ReportWorkbook(file, of, rows if tickets else None)
    for piece in pieces:
        book.write(piece)
    book.close()
    return openpyxl.load_workbook(file)


def values(sheet: Any) -> list[tuple[Any, ...]]:
    return list(sheet.iter_rows(values_only=True))


# The workbook.


def test_the_cover_says_what_the_report_is_of_and_what_its_figures_mean() -> None:
    book = made(document(Dimension.SUBJECT, ("6.1",)), tickets=False)
    assert book.sheetnames == ["ปก", "ตัวเลข", "ใบงานตามเรื่อง"]
    cover = {row[0]: row[1] for row in values(book["ปก"])}
    assert cover["ตั้งแต่วันที่"] == plain(2026, 11, 1)
    assert cover["ถึงวันที่"] == plain(2026, 11, 30)
    assert cover["ผู้จัดทำ"] == "นก"
    assert cover["จัดทำเมื่อ"] == plain(2026, 11, 30, 23, 10)
    assert "โทรศัพท์" in cover["เงื่อนไข"]
    meanings = [row for row in values(book["ปก"]) if row[3] in set(KINDS)]
    assert len(meanings) == len(KINDS)
    assert all(len(row[1]) > 10 for row in meanings)


def test_figures_are_numbers_beside_those_of_other_times() -> None:
    sheet = made(document(), tickets=False)["ตัวเลข"]
    figures = {row[0]: row[2:6] for row in values(sheet)}
    assert figures["tickets_created"] == (412, 400, 0, 3)
    assert figures["income_baht"] == (1250.5, 1250.5, 1250.5, 0)
    assert figures["working_hours_median"] == (None, None, None, None)
    assert sheet["C2"].font.name == "TH Sarabun New"


def test_every_table_has_its_head_in_sight_its_filter_and_a_chart() -> None:
    names = [f"2026-{month:02d}" for month in range(1, 13)]
    book = made(document(Dimension.MONTH, names), [ticket(1)])
    for sheet in book.worksheets[1:]:
        assert sheet.freeze_panes is not None
        assert sheet.auto_filter.ref == sheet.dimensions
    assert [len(sheet._charts) for sheet in book.worksheets] == [0, 1, 1, 0]


def test_tickets_stand_with_real_days_and_numbers() -> None:
    book = made(document(), [ticket(1), ticket(2)], [ticket(3)])
    head, *rows = values(book["ใบงาน"])
    assert head == HEADINGS
    assert rows[2] == (
        "R69-000003",
        plain(2026, 11, 2, 8, 33),
        "สมชาย <ใจดี> & คณะ",
        100.25,
        plain(2026, 11, 3),
        3,
    )
    assert "[$-107041E]" in book["ใบงาน"]["B2"].number_format
    stored = (*ticket(4)[:1], datetime(2026, 11, 2, 1, 34, tzinfo=UTC), *ticket(4)[2:])
    assert values(made(document(), [stored])["ใบงาน"])[1][1] == plain(2026, 11, 2, 8, 34)
    with speaking("en"):
        english = made(document(), [ticket(1)])
    assert english["ใบงาน"]["B2"].number_format == "d mmm yyyy hh:mm"


@pytest.mark.parametrize("typed", FORMULAS)
def test_no_text_is_a_formula_and_each_can_be_read(typed: str) -> None:
    book = made(document(Dimension.OFFICER, (typed,), who=typed), [ticket(1, typed)])
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    found = [cell for cell in cells if typed.strip() in str(cell.value)]
    assert len(found) == 4
    for cell in found:
        assert cell.data_type == "s"
        assert str(cell.value)[0] not in "=+-@\t\r"
        assert cell.number_format == "@"


def test_what_no_file_may_hold_is_left_out_and_no_cell_is_too_long() -> None:
    odd = "ก\x00\x0b\ud800\uffffข"
    book = made(document(), [ticket(1, odd), ticket(2, "ก" * 40_000), ticket(3, "")])
    told = [row[2] for row in values(book["ใบงาน"])][1:]
    assert told == ["กข", "ก" * 32_767, None]


def test_tickets_that_one_sheet_has_no_room_for_stand_in_the_next(monkeypatch: Any) -> None:
    monkeypatch.setattr(workbook, "SHEET_ROWS", 4)
    book = made(document(), [ticket(1), ticket(2)], [ticket(3), ticket(4), ticket(5)], [ticket(6)])
    numbers = [[row[5] for row in values(book[name])[1:]] for name in book.sheetnames[2:]]
    assert numbers == [[1, 2, 3], [4, 5, 6], []]


def test_a_report_without_tickets_is_a_workbook_all_the_same() -> None:
    assert len(values(made(document())["ใบงาน"])) == 1


def test_a_sheet_may_be_called_whatever_an_office_calls_its_subjects() -> None:
    long = replace(document(), cover="[ก/ข]: *?\\ " + "ยาว" * 20)
    assert made(long, tickets=False).sheetnames[0].startswith("ก ข")


def test_the_file_names_its_parts_in_the_order_that_office_programs_look_for() -> None:
    file = BytesIO()
    ReportWorkbook(file, document()).close()
    names = ZipFile(file).namelist()
    assert names[0] == "[Content_Types].xml"
    assert len(names) == len(set(names))


# The page.

pages = needs_letters


def said(pdf: bytes) -> str:
    """The text of a page, as what stands for its glyphs says it."""
    pieces = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL)
    streams = [zlib.decompress(one) for one in pieces if one[:1] == b"x"]
    hexes = re.findall(rb"ActualText <([0-9a-f]+)>", b"".join(streams))
    return "\n".join(bytes.fromhex(one.decode()).decode("utf-16") for one in hexes)


@pages
def test_a_page_says_its_thai_as_text() -> None:
    names = ["6.1 ข้อมูลประชากรที่ปู่ย่ากำหนด", "=1+1"]
    text = said(report_page(document(Dimension.SUBJECT, names)))
    for told in ("รายงานการให้บริการข้อมูล", "ใบงานที่รับ", "412", "1,250.50", "พ.ย. 69", *names):
        assert told in text


@pages
@pytest.mark.parametrize("rows", [0, 1, 60, 2000])
def test_a_report_is_one_page_whatever_it_is_of(rows: int) -> None:
    names = [f"{number} " + "สำรวจการมีการใช้เทคโนโลยี" * 4 for number in range(rows)]
    picture = BytesIO()
    Image.new("RGB", (1080, 4000)).save(picture, "PNG")
    pdf = report_page(document(Dimension.PROJECT, names), picture.getvalue())
    assert pdf.startswith(b"%PDF")
    assert len(re.findall(rb"/Type /Page\b", pdf)) == 1
    assert ("… +" in said(pdf)) == (rows > 30)


@pages
def test_marks_are_moved_to_where_thai_has_them() -> None:
    """A tone mark above a vowel is put at a place of its own."""
    pieces = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", report_page(document()), re.DOTALL)
    drawn = b"".join(zlib.decompress(one) for one in pieces if one[:1] == b"x")
    assert drawn.count(b" Tm ") > 10
