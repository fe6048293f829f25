"""Tables in and out of a real desk: both formats and encodings, twice is nothing, kills, and files
that are refused.
"""

import csv
import os
import signal
import sqlite3
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from subprocess import CompletedProcess
from zipfile import ZIP_DEFLATED, ZipFile

import openpyxl
import pytest

from bot.demo.desk import fill_demo
from bot.tables.report import export_file, import_file
from domain.customers.merging import unite
from domain.customers.records import Customer, CustomerCode
from domain.errors import InvalidInput
from domain.staff import Role
from domain.tables.tables import Register
from store import merges
from store.customers import records as customers
from store.customers.records import (
    add_customer,
    get_customer,
    get_record,
    list_customers_after,
    update_customer,
)
from store.engine.database import Database
from store.opening import open_database
from store.records.changes import list_changes
from store.records.counters import reserve, reserve_customer_code
from store.staff import add_staff
from store.tables import transfer
from store.tables.batches import Rejected, Remarked
from store.tables.tables import staged, table_file
from store.tables.transfer import Counts, import_table
from store.tickets.records import get_ticket, list_tickets_after
from tests.e2e.fork_server import run_program
from tests.fakes.clock import machine_time
from tests.fakes.office import OFFICE, new_database, open_new
from tests.fakes.postgres import shared_server

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
CONFIGURATION = OFFICE
CUSTOMERS, TICKETS = Register.CUSTOMERS, Register.TICKETS
TABLE = """code,name,type,gender,address,mobile,email,contact_name,contact_phone
C81554,นางสาวนก ใจดี,นักศึกษา,หญิง,"1 ถ.นิมมาน
เชียงใหม่",081-234-5678,nok@example.com,สมชาย,02-141-7500 ต่อ 203
C81554,นางสาวนก ใจดี,,,,,,สมหญิง,
,นายเอก ไม่มีรหัส,,,,089-111-2222,,,
C5,=1+1,,,,9,,,
"""


@pytest.fixture(params=["sqlite", "postgresql"])
async def db(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    """A desk that nobody has used, on both engines."""
    at = tmp_path / "desk.db"
    url = (
        f"sqlite:///{await new_database(at)}"
        if request.param == "sqlite"
        else await shared_server().clean_desk()
    )
    db = await open_database(url)
    yield db
    await db.close()


@pytest.fixture
async def lite(tmp_path: Path) -> AsyncIterator[Database]:
    """A desk that nobody has used, where the engine does not matter."""
    db = await open_new(tmp_path / "lite.db")
    yield db
    await db.close()


@pytest.fixture
async def other(tmp_path: Path) -> AsyncIterator[Database]:
    """One more."""
    db = await open_new(tmp_path / "other.db")
    yield db
    await db.close()


def write(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


async def bring(
    db: Database, path: Path, register: Register = CUSTOMERS, *, dry_run: bool = False
) -> tuple[list[int], list[Rejected]]:
    """New, changed, unchanged, rejected; and the rows that were rejected."""
    rejected: list[Rejected] = []
    with staged(path, register) as table:
        counts = await import_table(
            db, CONFIGURATION, register, table, NOW, dry_run=dry_run, reject=rejected.append
        )
    return numbers(counts), rejected


async def told(
    db: Database, path: Path, register: Register = CUSTOMERS
) -> list[tuple[int, str, str]]:
    """Line, code and field of all that is read otherwise than it is written."""
    remarked: list[Remarked] = []
    with staged(path, register) as table:
        await import_table(
            db, CONFIGURATION, register, table, NOW, dry_run=True, remark=remarked.append
        )
    return [(one.place.line, one.remark.code, one.remark.field) for one in remarked]


def numbers(counts: Counts) -> list[int]:
    return [*counts.records.values(), counts.rejected]


async def everybody(db: Database) -> list[Customer]:
    return await list_customers_after(db, "", 10_000)


# What comes in.


async def test_the_same_table_twice_changes_nothing(db: Database, tmp_path: Path) -> None:
    path = write(tmp_path / "c.csv", TABLE)

    assert await bring(db, path) == ([3, 0, 0, 0], [])
    once = await everybody(db)
    assert await bring(db, path) == ([0, 0, 3, 0], [])

    assert await everybody(db) == once
    assert [customer.code for customer in once] == ["C5", "C81554", "C81555"]
    nok = await get_customer(db, "C81554")
    assert (nok.mobile, nok.addresses[0].text) == ("+66812345678", "1 ถ.นิมมาน\nเชียงใหม่")
    assert [(one.name, one.phone) for one in nok.contacts] == [
        ("สมชาย", "+6621417500;ext=203"),
        ("สมหญิง", ""),
    ]
    assert (once[0].name, once[0].unknown) == ("=1+1", {"mobile"})
    assert await reserve_customer_code(db) == "C81556"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp874", "tis-620"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
async def test_encodings_and_delimiters_are_found_out(
    lite: Database, tmp_path: Path, encoding: str, delimiter: str
) -> None:
    text = TABLE.replace(",", delimiter).replace("\n", "\r\n")
    assert (await bring(lite, write(tmp_path / "c.csv", text, encoding)))[0] == [3, 0, 0, 0]
    assert (await get_customer(lite, "C81554")).name == "นางสาวนก ใจดี"


async def test_a_sheet_says_the_same_as_the_text(db: Database, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in csv.reader(TABLE.splitlines(keepends=True)):
        book.active.append([cell or None for cell in row])
    book.active[
        "F4"
    ].value = 891112222  # a sheet takes a telephone for a number, and its nought is lost
    book.active["B5"].data_type = "s"
    book.save(tmp_path / "c.xlsx")

    assert (await bring(db, tmp_path / "c.xlsx"))[0] == [3, 0, 0, 0]
    assert (await get_customer(db, "C81555")).mobile == "+66891112222"
    assert (await bring(db, write(tmp_path / "c.csv", TABLE)))[0] == [0, 0, 3, 0]
    assert await told(db, tmp_path / "c.xlsx") == [(4, "cell_read", "mobile")]


async def test_a_changed_row_lists_its_changes_as_nobodys(db: Database, tmp_path: Path) -> None:
    await bring(db, write(tmp_path / "c.csv", TABLE))
    changed = write(tmp_path / "d.csv", "code,name,email\nC81554,นางสาวนก ใจดีมาก,new@example.com\n")

    assert (await bring(db, changed))[0] == [0, 1, 0, 0]

    lines = [(one.by, one.field, one.old, one.new) for one in await list_changes(db, "C81554")]
    assert lines == [
        (None, "name", "นางสาวนก ใจดี", "นางสาวนก ใจดีมาก"),
        (None, "email", "nok@example.com", "new@example.com"),
    ]
    assert (await get_customer(db, "C81554")).version == 2


async def test_no_row_is_lost_over_a_cell_but_for_its_name_and_a_number_that_lost_digits(
    db: Database, tmp_path: Path
) -> None:
    await db.write(lambda tx: add_customer(tx, Customer(CustomerCode("C7"), "ร้านหนังสือ"), NOW))
    rows = [
        "code,name,phone",
        "C1,ดี,",
        "C1,คนละคน,",
        "X1,รหัสผิด,",
        "C2,เบอร์ผิด,123",
        "C7,คนอื่น,",
        ",ไม่มีอะไร,",
        "C3,ดี,,เกิน",
        "C4,ดี,",
        "C5,,021417500",
        "C6,เลขหาย,8.12345678E+08",
    ]
    path = write(tmp_path / "c.csv", "\n".join(rows))
    assert await told(db, path) == [
        (3, "code_taken", "code"),
        (4, "code_noted", "code"),
        (5, "cell_noted", "phone"),
        (6, "code_taken", "code"),
        (8, "row_over", ""),
    ]
    counts, rejected = await bring(db, path)

    assert counts == [8, 0, 0, 2]
    assert [(one.place.line, one.error.code) for one in rejected] == [
        (10, "row_name"),
        (11, "row_scientific"),
    ]
    people = {one.name: one for one in await everybody(db)}
    assert people.keys() == {"ดี", "คนละคน", "รหัสผิด", "เบอร์ผิด", "คนอื่น", "ไม่มีอะไร", "ร้านหนังสือ"}
    assert people["คนละคน"].note == "รหัส: C1"
    assert people["รหัสผิด"].note == "รหัส: X1"
    assert people["เบอร์ผิด"].note == "โทรศัพท์: 123"
    assert people["คนอื่น"].note == "รหัส: C7"
    assert people["ร้านหนังสือ"].note == ""
    assert (await get_customer(db, "C3")).note == "เกิน"
    before = await everybody(db)
    assert (await bring(db, path))[0] == [0, 0, 8, 2]
    assert await everybody(db) == before


async def test_rows_of_one_code_may_stand_far_apart(
    db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transfer, "BATCH", 1)
    text = "code,name,contact_name,mobile\nC1,ก ข,ค,\n,ก ข,,0811111111\nC2,ง,,\nC1,ก ข,จ,\nC1,ฉ,,\n,ก ข,ช,0811111111\n"
    path = write(tmp_path / "c.csv", text)
    dry, _rejected = await bring(db, path, dry_run=True)

    for expected in ([4, 0, 0, 0], [0, 0, 4, 0]):
        counts, rejected = await bring(db, path)
        assert (counts, rejected) == (expected, [])

    assert dry == [4, 0, 0, 0]
    people = {one.code: [contact.name for contact in one.contacts] for one in await everybody(db)}
    assert people == {"C1": ["ค", "จ"], "C2": [], "C3": ["ช"], "C4": []}
    assert ((await get_customer(db, "C4")).name, (await get_customer(db, "C4")).note) == (
        "ฉ",
        "รหัส: C1",
    )


async def test_a_row_without_a_code_finds_the_one_it_was_made_from(
    db: Database, tmp_path: Path
) -> None:
    text = "code,name,mobile,note\n,นายเอก,0811111111,หนึ่ง\nC9,นายเอก,0811111111,สอง\n"
    path = write(tmp_path / "c.csv", text)

    assert (await bring(db, path))[0] == [2, 0, 0, 0]
    assert (await bring(db, path))[0] == [0, 0, 2, 0]


async def test_a_dry_run_writes_nothing(
    db: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(tmp_path / "c.csv", TABLE + "C9,,,,,,,,\n")

    assert await import_file(db, CONFIGURATION, CUSTOMERS, path, NOW, dry_run=True) == 2

    assert await everybody(db) == []
    assert await db.fetch("SELECT * FROM audit") == []
    assert (await reserve_customer_code(db)) == "C1"
    assert capsys.readouterr().out == "dry run: new 3, changed 0, unchanged 0, rejected 1\n"
    assert sorted(one.name for one in tmp_path.glob("*.csv")) == ["c.csv"]


async def test_somebody_who_saves_at_the_same_moment_is_not_overwritten(
    lite: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await bring(lite, write(tmp_path / "c.csv", "code,name,note\nC1,ก ข,หนึ่ง\n"))
    seen = []
    real = customers.get_customers

    async def read_then_beaten(reader, codes):  # type: ignore[no-untyped-def]
        """The first time, what was read is old by the time it is written."""
        found = await real(reader, codes)
        if not seen:
            seen.append(found["C1"])
            new = Customer(CustomerCode("C1"), "ก ข", email="a@example.com")
            await update_customer(reader, found["C1"], new, None, NOW)
        return found

    monkeypatch.setattr(customers, "get_customers", read_then_beaten)
    assert (await bring(lite, write(tmp_path / "d.csv", "code,name,note\nC1,ก ข,สอง\n")))[0] == [
        0,
        1,
        0,
        0,
    ]
    assert (await get_customer(lite, "C1")).note == "สอง"


# Tickets.

TICKET_TABLE = """\
no,customer,contact,channel,subject,details,result,assignee,status,created_at,closed_at,letter_no,price
R2002590795,C81554,สมชาย,โทรศัพท์,1.1,ขอข้อมูล,ส่งแล้ว,นก,ปิด,19 ก.พ. 63 10.30 น.,20/2/2563,,
R2002590796,,,Facebook,10,เผยแพร่,,,,2020-02-21,,,"1,500"
R2002590797,C404,,โทร,1.1,ขอข้อมูล,,,,2020-02-21,,,
R2002590798,,,โทร,1.1,ขอข้อมูล,,ไม่มีคนนี้,,2020-02-21,,,
R2002590796,,,Facebook,10,เรื่องอื่น,,,,2020-02-21,,,
,,,โทร,1.1,ขอข้อมูล,,,,2020-02-21,,,
"""


async def test_tickets_keep_their_numbers_and_run_on_above_them(
    db: Database, tmp_path: Path
) -> None:
    await db.write(lambda tx: add_staff(tx, "นก", Role.OFFICER, NOW))
    await bring(db, write(tmp_path / "c.csv", TABLE))
    path = write(tmp_path / "t.csv", TICKET_TABLE)

    for expected in ([2, 0, 0, 4], [0, 0, 2, 4]):
        counts, rejected = await bring(db, path, TICKETS)
        assert counts == expected
        assert [(one.place.line, one.error.code) for one in rejected] == [
            (4, "row_customer"),
            (5, "row_staff"),
            (6, "no_twice"),
            (7, "row_no"),
        ]
    first = await get_ticket(db, "R2002590795")
    assert (first.customer, first.channel, first.status) == ("C81554", "phone", "closed")
    assert first.created_at == datetime(2020, 2, 19, 3, 30, tzinfo=UTC)
    assert first.contact_id == (await get_customer(db, "C81554")).contacts[0].id
    assert await reserve(db, "ticket") == 590799

    more = write(tmp_path / "u.csv", "no,result\nR2002590796,ลงแล้ว\n")
    assert (await bring(db, more, TICKETS))[0] == [0, 1, 0, 0]
    assert [(one.by, one.field) for one in await list_changes(db, "R2002590796")] == [
        (None, "result")
    ]


async def test_tables_of_before_a_merge_lead_tickets_to_the_survivor_and_tell_of_customers(
    db: Database, tmp_path: Path
) -> None:
    by = await db.write(lambda tx: add_staff(tx, "นก", Role.OFFICER, NOW))
    customers = write(tmp_path / "c.csv", TABLE)
    tickets = write(tmp_path / "t.csv", TICKET_TABLE)
    await bring(db, customers)
    await bring(db, tickets, TICKETS)
    survivor, merged = await get_record(db, "C81555"), await get_record(db, "C81554")
    union = unite(survivor, merged, frozenset())
    await db.write(lambda tx: merges.merge(tx, survivor, merged, union, by, NOW))

    counts, rejected = await bring(db, customers)
    assert (counts, rejected) == ([0, 0, 2, 0], [])
    assert (await bring(db, tickets, TICKETS))[0] == [0, 0, 2, 4]
    assert (await get_ticket(db, "R2002590795")).customer == "C81555"
    assert "C81554" not in [customer.code for customer in await everybody(db)]


async def test_a_row_without_a_code_means_the_survivor_and_not_the_merged_record(
    db: Database, tmp_path: Path
) -> None:
    by = await db.write(lambda tx: add_staff(tx, "นก", Role.OFFICER, NOW))
    await bring(
        db,
        write(tmp_path / "c.csv", "code,name,mobile\nC1,นายเอก,0811111111\nC2,นายเอก,0811111111\n"),
    )
    survivor, merged = await get_record(db, "C2"), await get_record(db, "C1")
    union = unite(survivor, merged, frozenset())
    await db.write(lambda tx: merges.merge(tx, survivor, merged, union, by, NOW))

    nameless = write(tmp_path / "n.csv", "name,mobile,note\nนายเอก,0811111111,โทรกลับ\n")
    assert (await bring(db, nameless))[0] == [0, 1, 0, 0]
    assert (await get_record(db, "C2")).note == "โทรกลับ"


# What goes out.


async def test_what_was_exported_comes_in_again_without_a_change(
    db: Database, tmp_path: Path
) -> None:
    await out_and_in_again(db, tmp_path, ".csv")


@pytest.mark.long
async def test_a_sheet_that_was_exported_comes_in_again_without_a_change(
    lite: Database, tmp_path: Path
) -> None:
    """A sheet's rows are those of the text on both engines, as above."""
    await out_and_in_again(lite, tmp_path, ".xlsx")


async def out_and_in_again(db: Database, tmp_path: Path, suffix: str) -> None:
    """Both registers of the demo desk, through files of this kind."""
    await fill_demo(db, CONFIGURATION, NOW)
    await bring(
        db, write(tmp_path / "c.csv", "code,name,note,phone\nC1,=cmd()|x,-1,+442079460958\n")
    )
    before = await everybody(db), await list_tickets_after(db, "", 10_000)

    for register, records in ((CUSTOMERS, before[0]), (TICKETS, before[1])):
        path = tmp_path / f"{register}{suffix}"
        assert await export_file(db, CONFIGURATION, register, path, NOW) == 0
        assert (await bring(db, path, register)) == ([0, 0, len(records), 0], [])

    assert (await everybody(db), await list_tickets_after(db, "", 10_000)) == before
    exported = {row["action"] for row in await db.fetch("SELECT action FROM audit")}
    assert exported == {
        "customers.exported",
        "customers.imported",
        "tickets.exported",
        "tickets.imported",
    }


async def test_an_export_moves_a_register_to_another_desk(
    lite: Database, other: Database, tmp_path: Path
) -> None:
    await fill_demo(lite, CONFIGURATION, NOW)
    await export_file(lite, CONFIGURATION, CUSTOMERS, tmp_path / "a.csv", NOW)

    assert (await bring(other, tmp_path / "a.csv"))[0][3] == 0
    await export_file(other, CONFIGURATION, CUSTOMERS, tmp_path / "b.csv", NOW)

    assert (tmp_path / "b.csv").read_bytes() == (tmp_path / "a.csv").read_bytes()


async def test_an_export_cannot_run_in_a_spreadsheet(lite: Database, tmp_path: Path) -> None:
    await bring(
        lite,
        write(
            tmp_path / "c.csv",
            'code,name,phone,note\nC1,=1+1,081-234-5678,"@a"\nC2,-x,+4420 7946 0958,\n',
        ),
    )
    await export_file(lite, CONFIGURATION, CUSTOMERS, tmp_path / "out.csv", NOW)
    await export_file(lite, CONFIGURATION, CUSTOMERS, tmp_path / "out.xlsx", NOW)

    text = (tmp_path / "out.csv").read_bytes()
    assert text.startswith(b"\xef\xbb\xbf")
    cells = [cell for row in csv.reader(text.decode("utf-8-sig").splitlines()) for cell in row]
    assert {"'=1+1", "'-x", "'@a", "081-234-5678", "'+44 20 7946 0958"} <= set(cells)
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    sheet = openpyxl.load_workbook(tmp_path / "out.xlsx").active
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n"}


async def test_an_export_that_fails_leaves_nothing(
    lite: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await export_file(lite, CONFIGURATION, CUSTOMERS, tmp_path / "out.pdf", NOW) == 1
    assert await export_file(lite, CONFIGURATION, CUSTOMERS, tmp_path / "no" / "out.csv", NOW) == 1
    assert capsys.readouterr().err.count("\n") == 2
    with pytest.raises(ZeroDivisionError), table_file(tmp_path / "out.csv") as sink:
        sink.write([str(1 // 0)])
    assert [one.name for one in tmp_path.iterdir() if "out" in one.name] == []


# Files that are refused.


def _bomb(path: Path) -> None:
    with (
        ZipFile(path, "w", ZIP_DEFLATED) as archive,
        archive.open("xl/worksheets/sheet1.xml", "w") as member,
    ):
        for _ in range(80):
            member.write(bytes(1 << 20))


def _half(path: Path) -> None:
    with table_file(path) as sink:
        for number in range(2000):
            sink.write(["code", f"name {number * 7919}"])
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _spoilt(path: Path) -> None:
    """Whole as an archive, but its sheet is cut off."""
    with ZipFile(path, "w") as new:
        _half(path.with_suffix(".tmp.xlsx"))
        with table_file(path.with_suffix(".good.xlsx")) as sink:
            sink.write(["code", "name"])
            sink.write(["C1", "ก"])
        with ZipFile(path.with_suffix(".good.xlsx")) as old:
            for name in old.namelist():
                content = old.read(name)
                new.writestr(name, content[:-40] if "sheet1" in name else content)


REFUSED = {
    "missing.csv": (lambda path: None, "file_missing"),
    "folder.csv": (Path.mkdir, "file_directory"),
    "empty.csv": (Path.touch, "file_empty"),
    "blank.csv": (lambda path: path.write_bytes(b"\xef\xbb\xbf\r\n\r\n,,\r\n"), "file_empty"),
    "wide.csv": (
        lambda path: write(path, ",".join(["code", *(f"c{n}" for n in range(200))]) + "\nC1\n"),
        "file_wide",
    ),
    "strange.csv": (lambda path: write(path, "phone,mobile\n1,2\n"), "file_header"),
    "twice.csv": (lambda path: write(path, "name,ชื่อ\nก,ข\n"), "file_twice"),
    "latin.csv": (
        lambda path: write(path, "code,name\nC1,Café Médéric Zoé\n", "latin-1"),
        "file_encoding",
    ),
    "chinese.csv": (
        lambda path: write(path, "code,name\nC1,統計資料服務中心\n", "big5"),
        "file_encoding",
    ),
    "one_byte.csv": (lambda path: path.write_bytes(TABLE.encode() + b"C9,\xb8\n"), "file_encoding"),
    "binary.csv": (lambda path: path.write_bytes(bytes(range(256)) * 50), "file_encoding"),
    "quotes.csv": (lambda path: write(path, 'code,name\nC1,ก\nC2,"ข\nC3,ค\nC4,ง\n'), "file_quotes"),
    "bomb.xlsx": (_bomb, "file_bomb"),
    "half.xlsx": (_half, "file_broken"),
    "spoilt.xlsx": (_spoilt, "file_broken"),
    "text.xlsx": (lambda path: write(path, TABLE), "file_broken"),
    "old.xls": (
        lambda path: path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" * 100),
        "file_kind",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
async def test_a_file_that_cannot_be_taken_is_refused_in_one_sentence(
    lite: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    make, code = REFUSED[name]
    path = tmp_path / "in" / name
    path.parent.mkdir()
    make(path)
    before = sorted(path.parent.iterdir())

    with pytest.raises(InvalidInput) as error:
        await bring(lite, path)
    assert error.value.code == code
    assert await import_file(lite, CONFIGURATION, CUSTOMERS, path, NOW, dry_run=False) == 1

    said = capsys.readouterr()
    assert said.err.startswith(f"{path}: ")
    assert said.err.count("\n") == 1
    assert (said.out, sorted(path.parent.iterdir())) == ("", before)
    assert await everybody(lite) == []


async def test_bad_rows_stand_beside_the_table_and_go_in_once_mended(
    lite: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(tmp_path / "c.csv", "code,name,phone,x\nC1,=ดี,,\nC2,=ผิด,1.2E+8,+y\n")

    assert await import_file(lite, CONFIGURATION, CUSTOMERS, path, NOW, dry_run=False) == 2
    said = capsys.readouterr()
    assert said.out == "new 1, changed 0, unchanged 0, rejected 1\n"
    assert "คอลัมน์ที่ไม่รู้จัก เก็บไว้ในหมายเหตุ: x" in said.err
    assert 'บรรทัด 3: โทรศัพท์ "1.2E+8" เป็นเลขแบบวิทยาศาสตร์' in said.err
    assert str(tmp_path / "c.csv.rejected.csv") in said.err
    beside = tmp_path / "c.csv.rejected.csv"
    rows = list(csv.reader(beside.read_text("utf-8-sig").splitlines()))
    assert rows[0] == ["code", "name", "phone", "x", "line", "reason"]
    assert rows[1][:5] == ["C2", "'=ผิด", "1.2E+8", "'+y", "3"]

    mended = write(
        tmp_path / "d.csv", beside.read_text("utf-8-sig").replace(",1.2E+8,", ",021417500,")
    )
    assert await import_file(lite, CONFIGURATION, CUSTOMERS, mended, NOW, dry_run=False) == 0
    assert (await get_customer(lite, "C2")).name == "=ผิด"

    write(path, "code,name\nC1,=ดี\n")
    assert await import_file(lite, CONFIGURATION, CUSTOMERS, path, NOW, dry_run=False) == 0
    assert not beside.exists()
    assert f"ลบ {beside} ของครั้งก่อนแล้ว" in capsys.readouterr().err


# Kills.


def command(url: str, *arguments: str, **more: str) -> CompletedProcess[str]:
    machine = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", **machine_time()}
    return run_program(arguments, {**machine, "DESKBOT_DATABASE_URL": url, **more})


@pytest.mark.long
def test_a_killed_import_goes_on_where_it_was(tmp_path: Path) -> None:
    rows = [f"{'' if n % 50 == 0 else f'C{n}'},คน ที่{n},08{n:08d}" for n in range(1, 1301)]
    path = write(tmp_path / "c.csv", "code,name,mobile\n" + "\n".join([*rows, "C5000,,"]))
    killed, whole = f"sqlite:///{tmp_path / 'killed.db'}", f"sqlite:///{tmp_path / 'whole.db'}"

    dead = command(killed, "import", "customers", str(path), DESKBOT_FAILPOINT="import.batch:2")
    assert dead.returncode == -signal.SIGKILL
    assert len(_rows(tmp_path / "killed.db")) == 1000
    again = command(killed, "import", "customers", str(path))
    assert (again.returncode, again.stdout) == (
        2,
        "new 300, changed 0, unchanged 1000, rejected 1\n",
    )

    command(whole, "import", "customers", str(path))
    assert _rows(tmp_path / "killed.db") == _rows(tmp_path / "whole.db")
    assert [one.name for one in tmp_path.glob("*.part")] == []


def _rows(path: Path) -> list[tuple[str, ...]]:
    connection = sqlite3.connect(path)
    rows = connection.execute(
        "SELECT code, name, mobile, version FROM customers ORDER BY code"
    ).fetchall()
    connection.close()
    return rows


def test_exit_codes_and_words_of_the_command_line(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'desk.db'}"
    path = write(tmp_path / "c.csv", TABLE.replace("=1+1", "นางสี่"))

    done = command(url, "import", "customers", str(path))
    assert (done.returncode, done.stdout, done.stderr) == (
        0,
        "new 3, changed 0, unchanged 0, rejected 0\n",
        "",
    )
    out = command(url, "export", "customers", str(tmp_path / "o.xlsx"))
    assert (out.returncode, out.stdout) == (0, "customers 3\n")
    gone = command(url, "import", "tickets", str(tmp_path / "gone.csv"))
    assert (gone.returncode, gone.stdout) == (1, "")
