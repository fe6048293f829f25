"""A register as a provincial office's secretary kept it for years: how much of it goes in, and that
nothing is lost.
"""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from zipfile import ZipFile

import openpyxl
import pytest

from bot.tables.report import export_file, import_file
from domain.customers.phones import format_phone, read_emails, read_phones
from domain.customers.records import Customer
from domain.tables.merge import is_blank, is_unknown
from domain.tables.tables import Register
from domain.text import clean, digits
from store.customers.records import list_customers_after
from store.engine.database import Database
from store.tables.batches import Rejected, Remarked
from store.tables.tables import recognise, staged
from store.tables.transfer import import_table
from tests.fakes.office import OFFICE, open_new

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
CONFIGURATION = OFFICE
CUSTOMERS = Register.CUSTOMERS
HEADING = [
    "ลำดับ", "รหัส", "คำนำหน้า", "ชื่อ", "นามสกุล", "ประเภท", "เพศ", "หน่วยงาน/สังกัด", "ที่อยู่",
    "โทร.", "เบอร์มือถือ", "อีเมล์",
    "ผู้ประสานงาน", "เบอร์โทรผู้ประสานงาน", "วันที่มาติดต่อ", "หมายเหตุ",
]  # fmt: skip
PHONES = [
    "-", "", "ไม่มี", "0", "053-112201", "053 112 202", "(053) 112203", "053-112204-8",
    "02-141-7505-9", "0-5311-2206 ต่อ 203-205",
    "โทร. 02-141-7507", "โทร/โทรสาร 053-112208", "053-112209 (คุณแม่)",
    "'053112210", '="053112211"', "0066 53 112 212",
    "53112213", "๐๕๓-๑๑๒๒๑๔", "053-112215, 053-112216", "02-141-7517 กด 0", "แฟกซ์ 053-112218",
    "ถามเลขาก่อน", "053-11219",
    "053-112220/21", "1111", "01-234-5621", "053112222 หรือ 0811122222", "ไม่ทราบ",
    "T. 053-112223 F. 053-112224", "-",
]  # fmt: skip
MOBILES = [
    "081-112-2301", "0811122302", "081 112 2303", "", "-", "811122305", "'0811122306",
    "0811122307 (ที่บ้าน)", "+66 81 112 2308",
    "66811122309", "081-112-2310, 089-112-2310", "O811122311", "เครื่องเสีย", "ไม่มีค่ะ",
    "0811122314/0811122315", "081.112.2316",
    "081-112-231", "Line: somchai", "0811122319\n0891122319", "9",
]  # fmt: skip
EMAILS = [
    "a01@example.com", "A02@Example.COM", "mailto:a03@example.com", "<a04@example.com>",
    "a05@example.com, b05@example.com", "-",
    "a07 @example.com", "a08@example,com", "ａ０９@example.com", "a10@example", "ไม่มี", "",
    "คุณนก <a13@example.com>", "n/a",
    "อีเมล a15@example.com", "a16(at)example.com",
]  # fmt: skip
TYPES = [
    "สถาบันการศึกษา", "นักศึกษา", "ประชาชน", "หน่วยงานภาครัฐ", "เอกชน", "-", "", "อาจารย์",
    "อบต.", "สื่อมวลชน", "ราชการ",
]  # fmt: skip
CODES = ["", "C{}", "c {}", "C-{}", "{}", "ชม-{}", "", "", "รหัส C{}"]
NOTES = ["", "", "โทรหลังบ่ายสอง", "ชอบมาช่วงเช้า\nจอดรถหลังตึก", "9", "=ดูแฟ้ม 3", "-"]
FIRST = [
    "สมชาย",
    "กมลชนก",
    "ธนกฤต",
    "พิมพ์ลดา",
    "วรัญญา",
    "เกียรติศักดิ์",
    "อรทัย",
    "ณัฐพล",
    "บุญมี",
    "จันทร์เพ็ญ",
]
LAST = [
    "ใจดี",
    "รัตนพิทักษ์",
    "ศรีสุข",
    "วงศ์อนันต์",
    "พูนทรัพย์",
    "ณ เชียงใหม่",
    "คำแก้ว",
    "อินต๊ะ",
    "แซ่ลี้",
    "ทองดี",
    "ปัญญา",
    "มูลเมือง",
    "สุขสันต์",
]
LINES = 150
NAMELESS, SCIENTIFIC = 40, 77


def rows() -> list[list[str]]:
    """The rows below the heading; two of them are none that can be taken."""
    rng = Random(5)
    made = []
    for n in range(1, LINES + 1):
        pick = lambda texts, n=n: texts[n % len(texts)]  # noqa: E731
        name, surname = FIRST[n % 10], LAST[n // 10 % 13] if n % 3 else f"{LAST[n // 10 % 13]}-{n}"
        row = [
            str(n),
            pick(CODES).format(70000 + n),
            pick(["นาย", "นางสาว", "ดร.", "Mr."]),
            name,
            f"{surname}{'ศ' * (n // 130)}",
            pick(TYPES),
            pick(["ชาย", "หญิง", "", "-", "ไม่ระบุ", "M"]),
            pick(["", "ม.เชียงใหม่", "อบต.ริมใต้", "-", "ร้านป้าแดง"]),
            pick(["1/2 ม.3 ต.ริมใต้ อ.แม่ริม", "", "-", "ไม่ทราบ", "เชียงใหม่"]),
            pick(PHONES),
            pick(MOBILES),
            pick(EMAILS),
            pick(["", "", "คุณนก", "คุณต้น 089-777-1111", "-"]),
            pick(["", "053-999888 ต่อ 1-4", "ไม่มี", ""]),
            pick(["12 ม.ค. 62", "3/4/2563", "ปีที่แล้ว", ""]),
            pick(NOTES),
        ]
        made.append(row)
    made[NAMELESS - 1][2:5] = ["", "", ""]
    made[SCIENTIFIC - 1][10] = "8.11122E+08"
    rng.shuffle(made)
    return made


def sheet(table: list[list[str]], name: str = "register.xlsx", folder: Path | None = None) -> Path:
    assert folder is not None
    book = openpyxl.Workbook()
    active = book.active
    active.append(["ทะเบียนผู้ใช้ข้อมูล สำนักงานสถิติจังหวัดสมมติ"])
    active.append(["ปรับปรุงเมื่อ 5 ม.ค. 68"])
    active.append([])
    active.append(HEADING)
    for row in table:
        active.append([None] * len(row))
        for place, text in enumerate(row, start=1):
            if text:
                cell = active.cell(active.max_row if active.max_row > 4 else 5, place)
                cell.value = text
                cell.data_type = "s"
    active.append([None, None, None, "รวมทั้งสิ้น 150 ราย"])
    book.save(folder / name)
    return folder / name


@pytest.fixture
async def db(tmp_path: Path) -> AsyncIterator[Database]:
    """A desk that nobody has used."""
    db = await open_new(tmp_path / "desk.db")
    yield db
    await db.close()


async def bring(db: Database, path: Path) -> tuple[list[int], list[Rejected], list[Remarked]]:
    rejected: list[Rejected] = []
    remarked: list[Remarked] = []
    with staged(path, CUSTOMERS) as table:
        counts = await import_table(
            db, CONFIGURATION, CUSTOMERS, table, NOW, reject=rejected.append, remark=remarked.append
        )
    return [*counts.records.values(), counts.rejected], rejected, remarked


async def everybody(db: Database) -> list[Customer]:
    return await list_customers_after(db, "", 10_000)


def letters(text: str) -> str:
    return "".join(character for character in digits(clean(text)).casefold() if character.isalnum())


def told_by(customer: Customer) -> str:
    """All that a record says."""
    people = [
        (one.name, one.email, format_phone(one.phone), format_phone(one.mobile))
        for one in customer.contacts
    ]
    fields = [customer.name, customer.organisation, customer.note, customer.email, customer.code]
    fields += [
        format_phone(customer.phone),
        format_phone(customer.mobile),
        *(one.text for one in customer.addresses),
    ]
    return "\n".join(map(letters, [*fields, *(text for person in people for text in person)]))


async def test_a_register_of_an_office_goes_in_but_for_two_rows(
    db: Database, tmp_path: Path
) -> None:
    path = sheet(rows(), folder=tmp_path)

    counts, rejected, remarked = await bring(db, path)

    assert counts == [148, 0, 0, 3]
    assert sorted(one.error.code for one in rejected) == ["row_name", "row_scientific", "row_total"]
    once = await everybody(db)
    assert (await bring(db, path))[0] == [0, 0, 148, 3]
    assert await everybody(db) == once
    assert len({one.place.line for one in remarked}) > 100


async def test_nothing_that_a_register_says_is_lost(db: Database, tmp_path: Path) -> None:
    table = rows()
    await bring(db, sheet(table, folder=tmp_path))
    people = {}
    for one in await everybody(db):
        people[letters(one.name)] = told_by(one)
    for row in table:
        if row[0] in (str(NAMELESS), str(SCIENTIFIC)):
            continue
        whole = people[letters("".join(row[2:5]))]
        for heading, text in zip(HEADING[1:], row[1:], strict=True):
            if heading in ("ประเภท", "เพศ") or is_blank(clean(text)) or is_unknown(clean(text)):
                continue
            if heading in ("โทร.", "เบอร์มือถือ") and (read := read_phones(text)) and not read.beside:
                assert all(letters(format_phone(number)) in whole for number in read.numbers), (
                    row,
                    whole,
                )
            elif (
                heading == "อีเมล์"
                and (found := read_emails(text))
                and not found.beside
                and len(found.addresses) < 2
            ):
                assert all(letters(address) in whole for address in found.addresses), (row, whole)
            elif heading == "รหัส":
                assert re.sub(r"\D", "", text) in whole, (row, whole)
            else:
                assert all(letters(word) in whole for word in text.split()), (heading, text, whole)


async def test_a_register_that_was_exported_comes_in_again_without_a_change(
    db: Database, tmp_path: Path
) -> None:
    await bring(db, sheet(rows(), folder=tmp_path))
    before = await everybody(db)
    for suffix in (".csv", ".xlsx"):
        await export_file(db, CONFIGURATION, CUSTOMERS, tmp_path / f"out{suffix}", NOW)
        counts, rejected, remarked = await bring(db, tmp_path / f"out{suffix}")
        assert (counts, rejected) == ([0, 0, 148, 0], [])
        assert remarked == []
    assert await everybody(db) == before
    assert "สถาบันการศึกษา" in (tmp_path / "out.csv").read_text("utf-8-sig").replace(
        "(สถาบันการศึกษา)", ""
    )


def unpacked(path: Path, old: str, new: str) -> None:
    """Change the text of a workbook's first sheet: what only a spreadsheet writes."""
    with ZipFile(path) as archive:
        content = {name: archive.read(name) for name in archive.namelist()}
    changed = content["xl/worksheets/sheet1.xml"].decode()
    assert old in changed, changed
    content["xl/worksheets/sheet1.xml"] = changed.replace(old, new).encode()
    with ZipFile(path, "w") as archive:
        for name, data in content.items():
            archive.writestr(name, data)


async def test_formulas_give_their_values_and_one_without_is_named(
    db: Database, tmp_path: Path
) -> None:
    book = openpyxl.Workbook()
    for row in (
        ["ชื่อ", "โทร", "หมายเหตุ"],
        ["=G2", "021417500", "ก"],
        ["นายสอง", "=B2", "ข"],
        ["=G4", "021417501", "ค"],
    ):
        book.active.append(row)
    path = tmp_path / "f.xlsx"
    book.save(path)
    unpacked(path, "<f>G2</f><v />", "<f>G2</f><v>นายหนึ่ง</v>")
    unpacked(path, '<c r="A2"', '<c r="A2" t="str"')

    counts, rejected, remarked = await bring(db, path)

    assert counts == [2, 0, 0, 1]
    assert [(one.place.line, one.error.code) for one in rejected] == [(4, "row_formula")]
    assert (3, "cell_unreckoned", "โทร") in [
        (one.place.line, one.remark.code, one.remark.field) for one in remarked
    ]
    assert [(one.name, one.phone) for one in await everybody(db)] == [
        ("นายหนึ่ง", "+6621417500"),
        ("นายสอง", ""),
    ]


async def test_every_sheet_with_a_heading_is_taken_and_the_others_are_named(
    db: Database, tmp_path: Path
) -> None:
    book = openpyxl.Workbook()
    book.active.title = "2567"
    for row in (["ชื่อ-สกุล", "โทรศัพท์"], ["นายหนึ่ง", "021417501"]):
        book.active.append(row)
    other = book.create_sheet("2568")
    for row in (
        ["อีเมล", "สี", "ชื่อ-นามสกุล"],
        ["b@example.com", "ฟ้า", "นายสอง"],
        ["c@example.com", "", "", "เกิน"],
    ):
        other.append(row)
    book.create_sheet("สรุป").append(["จำนวน", 2])
    book.create_sheet("เก่า").sheet_state = "hidden"
    book.create_sheet("ว่าง")
    path = tmp_path / "s.xlsx"
    book.save(path)

    with staged(path, CUSTOMERS) as table:
        assert (table.outside.taken, table.outside.passed_over) == (
            ["2567", "2568"],
            ["สรุป", "เก่า"],
        )
    counts, rejected, _remarked = await bring(db, path)

    assert counts == [2, 0, 0, 1]
    assert [(one.place.sheet, one.place.line) for one in rejected] == [("2568", 3)]
    assert [(one.name, one.phone, one.email, one.note) for one in await everybody(db)] == [
        ("นายหนึ่ง", "+6621417501", "", ""),
        ("นายสอง", "", "b@example.com", "สี: ฟ้า"),
    ]


async def test_a_name_that_goes_over_several_rows_is_one_customer_with_contacts(
    db: Database, tmp_path: Path
) -> None:
    book = openpyxl.Workbook()
    active = book.active
    for row in (
        ["ทะเบียน"],
        ["ชื่อ", "ผู้ติดต่อ", "", "หมายเหตุ"],
        ["", "ชื่อผู้ติดต่อ", "เบอร์ผู้ติดต่อ", ""],
        ["อำเภอเมือง"],
        ["อบต.หนึ่ง", "คุณเอ", "053111111", ""],
        ["", "คุณบี", "053222222", ""],
        ["ชื่อ", "ผู้ติดต่อ", "", "หมายเหตุ"],
        ["อบต.สอง", "คุณซี", "", "ลับ"],
    ):
        active.append([text or None for text in row])
    active.merge_cells("A5:A6")
    active.merge_cells("A4:D4")
    active.row_dimensions[8].hidden = True
    path = tmp_path / "m.xlsx"
    book.save(path)

    with staged(path, CUSTOMERS) as table:
        assert [(place.line, text) for place, text in table.lines_outside()][:2] == [
            (1, "ทะเบียน"),
            (4, "อำเภอเมือง"),
        ]
        assert table.outside.hidden_rows == 1
    assert (await bring(db, path))[0][:2] == [2, 0]
    people = {one.name: [contact.name for contact in one.contacts] for one in await everybody(db)}
    assert people == {"อบต.หนึ่ง": ["คุณเอ", "คุณบี"], "อบต.สอง": ["คุณซี"]}
    assert (await bring(db, path))[0][2] == 2


TEXT = """ทะเบียนลูกค้า, ปี 2568 สำนักงานสมมติ
ชื่อ-สกุล;หน่วยงาน;เบอร์โทร;E-mail
นายหนึ่ง;"1, 2, 3";021417500;a@example.com
นางสอง;บ้าน, สวน, วัด;;
"""


@pytest.mark.parametrize("encoding", ["utf-8", "cp874", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
async def test_texts_are_read_below_a_title(
    db: Database, tmp_path: Path, encoding: str, delimiter: str
) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(TEXT.replace(";", delimiter).replace("\n", "\r\n").encode(encoding))

    assert recognise(path) is CUSTOMERS
    assert (await bring(db, path))[0] == [2, 0, 0, 0]
    assert [one.organisation for one in await everybody(db)] == ["1, 2, 3", "บ้าน, สวน, วัด"]


async def test_the_verb_says_row_by_row_what_it_read(
    db: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "v.csv"
    path.write_text(
        "ที่,ชื่อ,โทร,สี\n1,นายหนึ่ง,053-123456-8,ฟ้า\n2,นางสอง,812345678,\n3,นายสาม,ถามเลขา,\n4,,-,\n",
        "utf-8",
    )
    await import_file(db, CONFIGURATION, CUSTOMERS, path, NOW, dry_run=True)
    said = capsys.readouterr()
    assert said.err.splitlines() == [
        "คอลัมน์ที่ไม่รู้จัก เก็บไว้ในหมายเหตุ: สี",
        "ไม่ใช้คอลัมน์: ที่",
        'บรรทัด 2: โทรศัพท์ "053-123456-8" อ่านเป็น 053-123-456 ข้อความเดิมอยู่ในหมายเหตุ',
        'บรรทัด 3: โทรศัพท์ "812345678" อ่านเป็น 081-234-5678',
        'บรรทัด 4: โทรศัพท์ "ถามเลขา" อ่านไม่ได้ เก็บไว้ในหมายเหตุ',
        "บรรทัด 5: ไม่มีชื่อ ใส่ชื่อ หรือ 9 ถ้าไม่ทราบ",
    ]
    assert [one.name for one in tmp_path.iterdir() if one.suffix == ".csv"] == ["v.csv"]
