"""A customer who is erased is nowhere any more: in no row, no file, no page that was freed, on both engines; all that
reports count stays.
"""

import json
import os
import stat
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from bot.operating.backup import back_up
from bot.operating.erasing import AskedErasure, erase_customer
from bot.operating.own import make_private
from bot.operating.refused import VerbRefused
from bot.operating.restore import restore
from domain.customers.merging import unite
from domain.customers.records import Address, Contact, Customer, CustomerCode
from domain.staff import Role
from store.customers.keys import words_of
from store.customers.records import add_customer, get_customer, update_customer
from store.engine.database import Database, count
from store.mail.mails import NewMail, put_mail
from store.merges import merge
from store.moving.opening import snapshot
from store.opening import Opening, open_database
from store.privacy.columns import list_word_columns, privacy_rows
from store.search.customers import find_customers
from store.search.words import SearchWords
from store.staff import add_staff, list_staff
from tests.operating.conftest import NOW, Place, Places, put_file
from tests.operating.test_backup import verb

pytestmark = pytest.mark.long

LATER = NOW + timedelta(days=1)
CODE = CustomerCode("C99001")
SOMBAT = Customer(
    CODE,
    "นายสมบัติ วัฒนกิจเจริญ",
    phone="+6625551234",
    mobile="+66865554321",
    email="sombat.w@somewhere.example",
    note="ลูกค้าประจำ เคยขอแบบพิเศษ",
    contacts=(Contact("มณีรัตน์ เก่งงานดี", mobile="+66897776655"),),
    addresses=(Address("99/12 ถนนประชาชื่น บางซื่อ", main=True),),
)
WRITTEN = (
    "สมบัติ วัฒนกิจเจริญ",
    "สมบัติวัฒนกิจเจริญ",
    "086-555-4321",
    "0865554321",
    "+66 86 555 4321",
    "๐๘๖ ๕๕๕ ๔๓๒๑",
    "Sombat.W@somewhere.example",
    "99/12 ถนนประชาชื่น บางซื่อ",
    "ลูกค้าประจำ เคยขอแบบพิเศษ",
    "มณีรัตน์ เก่งงานดี",
    "089 777 6655",
)
GONE = (
    *WRITTEN,
    "วัฒนกิจเจริญ",
    "เก่งงานดี",
    "sombat.w@",
    "1234555680",
    "86555432",
    json.dumps("วัฒนกิจเจริญ")[1:-1],
)
SENTENCE = " / ".join(WRITTEN)


def names_him(content: bytes) -> list[str]:
    """The marks that stand in some bytes."""
    small = content.lower()
    return [mark for mark in GONE if mark.lower().encode() in small]


async def everything(url: str) -> bytes:
    """All that the tables hold."""
    lines: list[bytes] = []
    async with snapshot(url) as state:
        for shape in await state.shapes():
            async for page in state.pages(shape):
                lines += [json.dumps(row, ensure_ascii=False, default=str).encode() for row in page]
    return b"\n".join(lines)


def on_disk(folder: Path) -> dict[str, list[str]]:
    """By file of the data folder the marks in it; files without any left out."""
    found = {
        str(path): names_him(path.read_bytes()) for path in folder.rglob("*") if path.is_file()
    }
    return {name: marks for name, marks in found.items() if marks}


async def _ticket(db: Database, like: str = "status = 'closed'") -> str:
    row = await db.fetch_one(f"SELECT no FROM tickets WHERE {like} ORDER BY no LIMIT 1")
    assert row is not None
    return str(row["no"])


async def _let_him_be_known(place: Place) -> str:
    """He comes by the stores' own doors, and his marks stand in every text of the others' rows."""
    db = await open_database(place.url, NOW)
    try:
        people = await list_staff(db)
        nok = people[0].id
        await db.write(lambda tx: add_customer(tx, SOMBAT, NOW))
        first = await get_customer(db, CODE)
        renamed = replace(first, name="สมบัติ วัฒนกิจเจริญยิ่ง")
        await db.write(lambda tx: update_customer(tx, first, renamed, nok, NOW))
        now = await get_customer(db, CODE)
        await db.write(lambda tx: update_customer(tx, now, first, nok, NOW))
        no = await _ticket(db)
        await db.write(
            lambda tx: tx.execute(
                "UPDATE tickets SET customer_code = ?, details = ?, result = ? WHERE no = ?",
                CODE,
                SENTENCE,
                "ส่งให้แล้ว",
                no,
            )
        )
        new = NewMail(no, SOMBAT.email, "เรียนคุณสมบัติ", SENTENCE, "letter", "th", customers=(CODE,))
        from uuid import UUID

        await db.write(partial(put_mail, new=new, mail_id=UUID(int=7), domain="x", by=nok, now=NOW))
        own = put_file(place.data_dir, f"สำเนาบัตร {SENTENCE}".encode())
        await db.write(
            lambda tx: tx.execute(
                "INSERT INTO files (id, record, name, mime, size, sha256, added_at) "
                "VALUES ('f1', ?, 'บัตร.txt', 'text/plain', 5, ?, ?)",
                no,
                own.name,
                NOW,
            )
        )
        put_file(place.data_dir, f"รายชื่อ {SENTENCE}".encode("cp874", "ignore"))
        await _write_everywhere(db, no)
        return no
    finally:
        await db.close()


async def _write_everywhere(db: Database, his: str) -> None:
    """Into every text of a row that is not his."""
    for columns in await list_word_columns(db, db.engine):
        keys = ", ".join(columns.key)
        rows = await db.fetch(f"SELECT {keys} FROM {columns.table} ORDER BY {keys}")
        others = [row for row in rows if not {his, CODE} & {*map(str, row.values())}]
        if columns.table == "outbox":
            others = [row for row in others if row["seq"] != rows[-1]["seq"]]
        if not others:
            continue
        where = " AND ".join(f"{name} = ?" for name in columns.key)
        sets = ", ".join(f"{name} = ?" for name in columns.texts)
        values = [f"{SENTENCE} {name}" for name in columns.texts]
        key = [others[0][name] for name in columns.key]
        await db.write(
            lambda tx, sql=f"UPDATE {columns.table} SET {sets} WHERE {where}", p=(*values, *key): (
                tx.execute(sql, *p)
            )
        )


def _asked(code: str = CODE) -> AskedErasure:
    return AskedErasure(code, "เจ้าของข้อมูลขอให้ลบ (สมบัติ วัฒนกิจเจริญ)", "นก", "เมย์")


async def _staff(place: Place) -> None:
    db = await open_database(place.url, NOW)
    try:
        there = {person.name for person in await list_staff(db)}
        for name in {"นก", "เมย์"} - there:
            await db.write(partial(add_staff, name=name, role=Role.ADMIN, now=NOW))
    finally:
        await db.close()


REPORTED = (
    "SELECT t.channel, t.subject, t.status, t.urgency, t.mood, t.complexity, t.projects, t.data_years, "
    "t.province, t.user_count, t.assignee_id, t.recorded_by, t.created_at, t.closed_at, t.price, "
    "c.kind, c.gender FROM tickets t LEFT JOIN customers c ON c.code = t.customer_code ORDER BY t.no",
    "SELECT * FROM ticket_data ORDER BY ticket_no, project, from_on",
    "SELECT rule, state, started_at, ended_at, reminders, chased FROM owed ORDER BY id",
    "SELECT record, version, field, changed_at, staff_id FROM changes ORDER BY id",
    "SELECT record, new_value FROM changes WHERE new_value IN ('new', 'open', 'closed') ORDER BY id",
    "SELECT id, arrived_at, kind, ticket FROM incoming_mails ORDER BY id",
    "SELECT id, purpose, written_at, staff_id FROM mails ORDER BY id",
    "SELECT count(*) AS n FROM requests",
)


async def reported(place: Place) -> list[object]:
    """What reports look at."""
    db = await open_database(place.url, NOW, Opening.USE)
    try:
        return [[dict(row) for row in await db.fetch(sql)] for sql in REPORTED]
    finally:
        await db.close()


async def test_what_reports_count_stays(desk: Place) -> None:
    await _staff(desk)
    await _let_him_be_known(desk)
    before = await reported(desk)
    await erase_customer(desk.settings, _asked(), LATER)
    assert await reported(desk) == before


async def test_nothing_is_left_of_him_anywhere(desk: Place) -> None:
    await _staff(desk)
    no = await _let_him_be_known(desk)
    assert names_him(await everything(desk.url))
    said = await erase_customer(desk.settings, _asked(), LATER)
    left = await everything(desk.url)
    assert names_him(left) == []
    assert on_disk(desk.data_dir) == {}
    certificate = Path(said.split(": ")[-1])
    text = certificate.read_text()
    assert desk.data_dir in certificate.parents
    assert "C99001" in text
    assert "asked by: นก" in text
    assert "confirmed by: เมย์" in text
    assert stat.S_IMODE(certificate.stat().st_mode) == 0o600
    db = await open_database(desk.url, LATER, Opening.USE)
    try:
        row = await db.fetch_one("SELECT * FROM tickets WHERE no = ?", no)
        assert row is not None
        assert (row["customer_code"], row["status"]) == (CODE, "closed")
        assert row["details"] == row["result"] == "[ลบข้อมูลแล้ว]"
        erased = (await get_customer(db, CODE)).name
        assert erased == "-"
        assert (
            await count(db, "SELECT count(*) AS n FROM audit WHERE action LIKE 'customer.eras%'")
            == 2
        )
    finally:
        await db.close()
    listed = json.loads((desk.data_dir / "erasures.json").read_text())
    assert [entry["code"] for entry in listed] == [CODE]


async def test_a_mail_that_became_his_ticket_and_another_goes_with_either(desk: Place) -> None:
    await _staff(desk)
    his = await _let_him_be_known(desk)
    db = await open_database(desk.url, NOW)
    try:
        other = await _ticket(db, f"no <> '{his}'")
        (mail,) = await db.fetch("SELECT max(id) AS id FROM incoming_mails")
        said = "เรียนเจ้าหน้าที่ ขอข้อมูลสองเรื่อง"
        await db.write(
            lambda tx: tx.execute(
                "UPDATE incoming_mails SET ticket = ?, second_ticket = ?, body_text = ? WHERE id = ?",
                other,
                his,
                said,
                mail["id"],
            )
        )
    finally:
        await db.close()
    await erase_customer(desk.settings, _asked(), LATER)
    left = await everything(desk.url)
    assert said.encode() not in left
    assert names_him(left) == []


async def test_what_is_not_looked_through_is_named_for_columns_that_are_there(small: Place) -> None:
    async with snapshot(small.url) as state:
        shapes = {shape.name: {*shape.columns} for shape in await state.shapes()}
    for table, listed in privacy_rows()["wordless"].items():
        assert table in shapes
        assert listed == "*" or {*listed.split()} <= shapes[table], table
    for own in privacy_rows()["own"]:
        named = {own["key"], *own.get("values", {}), *own.get("said", ())}
        assert named <= shapes[own["table"]]


async def test_refusals_change_nothing(small: Place) -> None:
    await _staff(small)
    db = await open_database(small.url, NOW)
    await db.write(lambda tx: add_customer(tx, SOMBAT, NOW))
    await db.close()
    good = ("--reason", "ขอให้ลบ", "--by", "นก", "--confirmed-by", "เมย์")
    bad = {
        "C1": good,
        "ใคร": good,
        CODE: ("--reason", "ขอให้ลบ", "--by", "นก", "--confirmed-by", "นก"),
        "C99001 ": ("--reason", " ", "--by", "นก", "--confirmed-by", "เมย์"),
        "c99001": ("--reason", "ขอให้ลบ", "--by", "นก", "--confirmed-by", "ใครก็ไม่รู้"),
    }
    for code, words in bad.items():
        refused = verb(small, "erase", code, *words)
        assert refused.returncode == 1, (code, refused.stdout, refused.stderr)
        assert len(refused.stderr.splitlines()) == 1
    assert verb(small, "erase", CODE, *good[2:]).returncode == 2
    assert names_him(await everything(small.url))
    assert not (small.data_dir / "erasures.json").exists()
    assert verb(small, "erase", "c99001", *good).returncode == 0
    assert names_him(await everything(small.url)) == []


@pytest.fixture
async def known(small: Place) -> Place:
    """A small desk that knows him."""
    await _staff(small)
    db = await open_database(small.url, NOW)
    await db.write(lambda tx: add_customer(tx, SOMBAT, NOW))
    await db.close()
    return small


async def test_an_older_archive_is_restored_without_him(
    known: Place, places: Places, tmp_path: Path
) -> None:
    older = tmp_path / "older.tar"
    await back_up(known.settings, older, NOW)
    assert not (tmp_path / "erasures.json").exists()
    await erase_customer(known.settings, _asked(), LATER)
    newer = tmp_path / "newer.tar"
    await back_up(known.settings, newer, LATER)
    beside = tmp_path / "erasures.json"
    assert [entry["code"] for entry in json.loads(beside.read_text())] == [CODE]
    for archive, erasures in ((older, beside), (newer, None)):
        other = await places.make("sqlite")
        said = await restore(other.settings, archive, LATER, None, erasures)
        assert said.endswith("1 erased again")
        assert names_him(await everything(other.url)) == []
        assert on_disk(other.data_dir) == {}
        assert (other.data_dir / "erasures.json").exists()
    whole = await places.make("sqlite")
    await restore(whole.settings, older, LATER, None)
    assert names_him(await everything(whole.url))


async def test_a_list_that_is_none_restores_nothing(
    known: Place, places: Places, tmp_path: Path
) -> None:
    archive = tmp_path / "desk.tar"
    await back_up(known.settings, archive, NOW)
    wrong = tmp_path / "wrong.json"
    wrong.write_text("{")
    other = await places.make("sqlite")
    for path in (wrong, tmp_path / "nowhere.json"):
        with pytest.raises(VerbRefused):
            await restore(other.settings, archive, NOW, None, path)
    assert [*other.data_dir.iterdir()] == []


async def test_merged_codes_are_one_person(known: Place) -> None:
    db = await open_database(known.url, NOW)
    try:
        nok = (await list_staff(db))[0].id
        twin = replace(SOMBAT, code=CustomerCode("C99002"), contacts=(), email="s.w@else.example")
        await db.write(lambda tx: add_customer(tx, twin, NOW))
        kept = await get_customer(db, "C99002")
        gone = await get_customer(db, CODE)
        union = unite(kept, gone, frozenset())
        await db.write(lambda tx: merge(tx, kept, gone, union, nok, NOW))
    finally:
        await db.close()
    said = await erase_customer(known.settings, _asked(), LATER)
    assert said.startswith("erased: C99002, C99001: ")
    assert names_him(await everything(known.url)) == []
    assert b"s.w@else.example" not in await everything(known.url)


async def test_what_others_bear_as_well_stays_theirs(known: Place) -> None:
    db = await open_database(known.url, NOW)
    namesake = Customer(
        CustomerCode("C99003"),
        "นายสมบัติ วัฒนกิจเจริญ",
        phone=SOMBAT.phone,
        note="โทร 02-555-1234 ได้ทุกวัน",
    )
    await db.write(lambda tx: add_customer(tx, namesake, NOW))
    await db.close()
    await erase_customer(known.settings, _asked(), LATER)
    db = await open_database(known.url, LATER)
    try:
        left = await get_customer(db, "C99003")
        assert (left.name, left.phone, left.note) == (namesake.name, namesake.phone, namesake.note)
    finally:
        await db.close()


async def test_everything_that_is_held_is_told(known: Place, tmp_path: Path) -> None:
    out = tmp_path / "subject.json"
    done = verb(known, "disclose", "c99001", "--out", str(out))
    assert (done.returncode, done.stderr) == (0, "")
    told = json.loads(out.read_text())
    assert told["customer"] == CODE
    assert told["record"][0]["email"] == SOMBAT.email
    assert told["contacts"][0]["name"] == "มณีรัตน์ เก่งงานดี"
    assert told["addresses"][0]["address"] == SOMBAT.addresses[0].text
    assert [entry["action"] for entry in told["read_or_changed_by"]] == ["customer.disclosed"]
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    before = out.read_bytes()
    again = verb(known, "disclose", CODE, "--out", str(out))
    assert again.returncode == 1
    assert len(again.stderr.splitlines()) == 1
    assert out.read_bytes() == before
    nobody = verb(known, "disclose", "C1", "--out", str(tmp_path / "other.json"))
    assert (nobody.returncode, (tmp_path / "other.json").exists()) == (1, False)


async def test_what_the_desk_keeps_is_its_owners_alone(known: Place) -> None:
    kept = [
        known.data_dir / "desk.db",
        known.data_dir / "secret.key",
        known.data_dir / "files",
        *(known.data_dir / "files").rglob("*"),
    ]
    for path in kept:
        path.chmod(0o755 if path.is_dir() else 0o644)
    before = os.umask(0o022)
    try:
        make_private(known.settings)
        assert os.umask(0o022) == 0o077
    finally:
        os.umask(before)
    assert {str(path): path.stat().st_mode & 0o077 for path in kept} == dict.fromkeys(
        map(str, kept), 0
    )


KILLED_AT = (
    "erase.listed",
    "erase.rows",
    "erase.texts",
    "erase.bytes",
    "erase.freed",
    "erase.certified",
)


@pytest.mark.parametrize("failpoint", KILLED_AT)
async def test_killed_anywhere_all_of_it_is_done_by_running_again(
    desk: Place, failpoint: str
) -> None:
    await _staff(desk)
    await _let_him_be_known(desk)
    before = await reported(desk)
    words = ("--reason", "ขอให้ลบ", "--by", "นก", "--confirmed-by", "เมย์")
    killed = verb(desk, "erase", CODE, *words, DESKBOT_FAILPOINT=failpoint)
    assert killed.returncode == -9, killed.stderr
    again = verb(desk, "erase", CODE, *words)
    assert again.returncode == 0, again.stderr
    assert names_him(await everything(desk.url)) == []
    assert on_disk(desk.data_dir) == {}
    (certificate,) = (desk.data_dir / "erasures").iterdir()
    assert "ผู้ยืนยัน: เมย์" in certificate.read_text()
    assert await reported(desk) == before
    db = await open_database(desk.url, LATER, Opening.USE)
    try:
        done = await db.fetch("SELECT state, hashes FROM erasures")
        assert [(row["state"], row["hashes"]) for row in done] == [("done", "")]
        assert (
            await count(db, "SELECT count(*) AS n FROM audit WHERE action = 'customer.erased'") == 1
        )
    finally:
        await db.close()


async def test_a_process_that_serves_knows_his_words_no_longer(known: Place) -> None:
    db = await open_database(known.url, NOW)
    words = SearchWords()
    try:
        assert await words.refreshed(db, patience=None)
        his = words_of(SOMBAT)
        assert [word for word in his if word not in words] == []
        await erase_customer(known.settings, _asked(), LATER)
        assert await words.refreshed(db, patience=None)
        assert [word for word in his if word in words] == []
        assert not await find_customers(db, words, "วัฒนกิจเจริญ")
    finally:
        await words.close()
        await db.close()


async def test_a_contact_elsewhere_that_is_himself_goes_and_another_stays(known: Place) -> None:
    db = await open_database(known.url, NOW)
    office = Customer(
        CustomerCode("C99004"),
        "สำนักงานตัวอย่าง",
        contacts=(
            Contact("นายสมบัติ วัฒนกิจเจริญ", mobile=SOMBAT.mobile),
            Contact("นางสาวกานดา รักงาน", phone=SOMBAT.phone),
        ),
    )
    await db.write(lambda tx: add_customer(tx, office, NOW))
    await db.close()
    await erase_customer(known.settings, _asked(), LATER)
    db = await open_database(known.url, LATER)
    try:
        left = await get_customer(db, "C99004")
        assert [(one.name, one.phone) for one in left.contacts] == [
            ("นางสาวกานดา รักงาน", SOMBAT.phone)
        ]
        assert not await find_customers(db, SearchWords(), "0865554321")
    finally:
        await db.close()


async def test_what_is_no_name_of_his_stays_whole(known: Place) -> None:
    said = "ความสมบัติ สมบัติสาธารณะ ทรัพย์สมบัติ โทร 02-555-12345 ลูกค้าประจำ"
    db = await open_database(known.url, NOW)
    other = Customer(CustomerCode("C99005"), "นางอื่น คนใหม่", note=said)
    await db.write(lambda tx: add_customer(tx, other, NOW))
    await db.close()
    await erase_customer(known.settings, _asked(), LATER)
    db = await open_database(known.url, LATER)
    try:
        assert (await get_customer(db, "C99005")).note == said
    finally:
        await db.close()
