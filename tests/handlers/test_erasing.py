"""A customer's data are erased where one administrator asks and another confirms, and a copy of them
is given as one file.
"""

import json
from datetime import timedelta

import pytest

from bot.operating.asked_erasures import Erasures
from domain.staff import Identity, Platform, Role
from store import staff
from tests.handlers.conftest import NOW, newest


@pytest.fixture
async def two(desk):
    """A second administrator, and another account of the first."""

    async def fill(tx):
        desk.ids["pim"] = await staff.add_staff(tx, "พิม", Role.ADMIN, NOW)
        person = desk.ids["pim"]
        await staff.link_identity(tx, Identity(Platform.TELEGRAM, "pim", person, "pim"), NOW)
        may = Identity(Platform.LINE, "may", desk.ids["may"], "may")
        await staff.link_identity(tx, may, NOW)

    await desk.db.write(fill)
    await desk.says("/open C81554 อีเมล 6.1 สมชาย ใจดี โทร 081-234-5678 ขอข้อมูลแรงงาน")
    return desk


@pytest.fixture
def done(desk, tmp_path):
    """The serving desk looks for what was decided, and does it."""
    engine = desk.engine
    erasures = Erasures(engine.desk, tmp_path, engine.post, engine.owner)

    async def do():
        await erasures.lanes.sweep()
        await erasures.lanes.idle()
        await engine.idle()

    return do


async def asked(desk, reason="เจ้าของข้อมูลขอให้ลบ"):
    await desk.says(f"/erase C81554 {reason}", who="may")
    return newest(desk, "pim")


async def test_one_asks_another_confirms_and_both_get_the_certificate(two, done, tmp_path):
    shown = await two.says("/erase C81554", who="may")
    assert "C81554 · นายสมชาย ใจดี" in shown.text
    assert "ใบงานที่เหลือแต่ตัวเลข: 1" in shown.text
    sent = await two.presses("เจ้าของข้อมูลขอให้ลบ", who="may")
    assert "ยังไม่มีข้อมูลถูกลบ" in sent.text
    assert "รอคุณพิมยืนยันภายใน" in sent.text
    card = newest(two, "pim")
    assert "คุณเมย์ขอลบข้อมูลของ C81554" in card.text
    assert "เหตุผล: เจ้าของข้อมูลขอให้ลบ" in card.text
    await done()
    assert await two.count("customers", "name = 'นายสมชาย ใจดี'") == 1
    await two.presses("ยืนยัน ลบถาวร", who="pim")
    await done()
    for who in ("may", "pim"):
        last = newest(two, who)
        assert "ลบข้อมูลของ C81554 แล้ว" in last.text
    (kept,) = (tmp_path / "erasures").iterdir()
    text = kept.read_text()
    assert "ผู้ขอ: เมย์" in text
    assert "confirmed by: พิม" in text
    assert "สมชาย" not in text
    assert await two.count("customers", "name = '-' AND code = 'C81554'") == 1
    assert await two.count("tickets", "details = '[ลบข้อมูลแล้ว]'") == 1
    assert await two.count("erasures", "state = 'done'") == 1
    told = await two.says("C81554")
    assert "สมชาย" not in told.text
    assert "ลบข้อมูลของ C81554 ไปแล้ว" in (await two.says("/erase C81554", who="may")).text


async def test_whoever_asks_confirms_from_no_account_of_their_own(two):
    card = await asked(two)
    token = card.token("ยืนยัน ลบถาวร")
    await two.db.write(lambda tx: tx.execute("UPDATE buttons SET staff_id = ?", two.ids["may"]))
    for platform in (Platform.TELEGRAM, Platform.LINE):
        told = await two.presses_token(token, "may", platform)
        assert "ยืนยันคำขอของตัวเองไม่ได้" in told.text
    assert await two.count("erasures", "state = 'asked'") == 1


async def test_rights_are_those_of_the_press(two):
    card = await asked(two)
    await two.db.write(lambda tx: staff.set_role(tx, two.ids["pim"], Role.SUPERVISOR))
    token = card.token("ยืนยัน ลบถาวร")
    assert "ใช้ได้เฉพาะ" in (await two.presses_token(token, "pim")).text
    await two.db.write(lambda tx: staff.set_role(tx, two.ids["pim"], Role.ADMIN))
    await two.db.write(lambda tx: staff.set_role(tx, two.ids["may"], Role.OFFICER))
    assert "ผู้ขอไม่ใช่ผู้ดูแลระบบแล้ว" in (await two.presses_token(token, "pim")).text
    assert await two.count("erasures", "state = 'asked'") == 1


async def test_nobody_confirms_in_time(two, done):
    await asked(two)
    two.wait(hours=97)
    await done()
    assert "หมดเวลายืนยันแล้ว ไม่มีข้อมูลถูกลบ" in newest(two, "may").text
    late = await two.presses_token(two.told("pim").token("ยืนยัน ลบถาวร"), "pim")
    assert "หมดเวลายืนยันแล้ว" in late.text
    await done()
    assert await two.count("customers", "name = 'นายสมชาย ใจดี'") == 1


async def test_who_asked_takes_it_back_and_the_other_says_no(two, done):
    await asked(two)
    await two.presses("ถอนคำขอ", who="may")
    assert (
        "ถูกยกเลิกแล้ว" in (await two.presses_token(two.told("pim").token("ยืนยัน ลบถาวร"), "pim")).text
    )
    await asked(two, "ขอให้ลบอีกครั้ง")
    await two.presses("ไม่ลบ", who="pim")
    assert "คุณพิมไม่ยืนยันการลบข้อมูลของ C81554" in newest(two, "may").text
    await done()
    assert await two.count("customers", "name = 'นายสมชาย ใจดี'") == 1


async def test_codes_that_were_merged_since_are_asked_for_anew(two):
    card = await asked(two)
    await two.db.write(
        lambda tx: tx.execute("UPDATE customers SET merged_into = 'C81554' WHERE code = 'C90210'")
    )
    told = await two.presses_token(card.token("ยืนยัน ลบถาวร"), "pim")
    assert "มีการรวมหรือแยกรหัสหลังจากขอ (ตอนนี้คือ C81554, C90210)" in told.text


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("/erase", "พิมพ์รหัสผู้รับบริการต่อท้าย"),
        ("/erase C99999", "ไม่พบผู้รับบริการ C99999"),
        ("/erase C81554 2569", "พิมพ์เหตุผลที่ลบเป็นข้อความ"),
        ("/disclose", "พิมพ์รหัสผู้รับบริการต่อท้าย"),
        ("/disclose C99999", "ไม่พบผู้รับบริการ C99999"),
    ],
)
async def test_what_cannot_be_is_one_sentence(two, said, answer):
    assert answer in (await two.says(said, who="may")).text


async def test_alone_nobody_can_erase(desk):
    told = await desk.says("/erase C81554", who="may")
    assert "ยังไม่มีผู้ดูแลระบบคนอื่นที่ยืนยันได้" in told.text


async def test_two_ask_and_one_is_asked(two):
    await asked(two)
    again = await two.says("ลบข้อมูลผู้รับบริการ C81554", who="may")
    assert again.buttons == ["ถอนคำขอ"]
    other = await two.says("/erase C81554", who="pim")
    assert other.buttons == ["ยืนยัน ลบถาวร", "ไม่ลบ"]
    assert await two.count("erasures") == 1


async def test_everything_about_one_is_a_file(two, tmp_path):
    told = await two.says("/disclose c81554", who="may")
    assert "[C81554 2026-11-23.json]" in told.text
    document = two.documents[-1]
    assert document.reader in (None, two.ids["may"])
    digest = document.sha256
    content = (tmp_path / "files" / digest[:2] / digest[2:4] / digest).read_bytes()
    sections = json.loads(content)
    assert sections["record"][0]["email"] == "somchai@example.com"
    assert await two.count("audit", "action = 'customer.disclosed' AND record = 'C81554'") == 1


async def test_a_copy_that_was_given_goes_with_the_person(two, done, tmp_path):
    await two.says("/disclose C81554", who="may")
    card = await asked(two)
    await two.presses_token(card.token("ยืนยัน ลบถาวร"), "pim")
    await done()
    left = [path for path in (tmp_path / "files").rglob("*") if path.is_file()]
    assert [path for path in left if b"somchai@example.com" in path.read_bytes()] == []


async def test_only_administrators_may_ask(two):
    for said in ("/erase C81554", "/disclose C81554", "ลบข้อมูลผู้รับบริการ C81554"):
        assert "ใช้ได้เฉพาะ" in (await two.says(said)).text
    assert await two.count("erasures") == 0


async def test_what_a_kill_cut_off_is_taken_up_by_a_desk_that_serves(two, done):
    card = await asked(two)
    await two.presses_token(card.token("ยืนยัน ลบถาวร"), "pim")
    await two.db.write(
        lambda tx: tx.execute(
            "INSERT INTO leases (name, owner, expires_at) SELECT 'erasure:' || id, 'verb', ? FROM erasures",
            NOW + timedelta(seconds=20),
        )
    )
    await done()
    assert await two.count("erasures", "state = 'confirmed'") == 1
    two.wait(seconds=30)
    await done()
    assert await two.count("erasures", "state = 'done'") == 1


async def test_chats_that_showed_the_person_are_changed_where_they_can_be(two, done, tmp_path):
    shown = len(two.recorders[Platform.TELEGRAM].sent)
    await two.says("C81554")
    await two.says("C90210")
    await two.says("C81554", platform=Platform.LINE)
    card = await asked(two)
    await two.presses_token(card.token("ยืนยัน ลบถาวร"), "pim")
    before = len(two.recorders[Platform.TELEGRAM].sent)
    await done()
    await two.mails_go()
    changed = two.recorders[Platform.TELEGRAM].edited
    assert f"m{shown + 1}" in changed
    assert f"m{shown + 2}" not in changed
    sent = two.recorders[Platform.TELEGRAM].sent[before:]
    texts = [each.part.text for _chat, reply in sent for each in reply.earlier]
    assert set(texts) == {"ข้อความนี้ถูกนำออกตามคำขอลบข้อมูลส่วนบุคคล"}
    (kept,) = (tmp_path / "erasures").iterdir()
    text = kept.read_text()
    assert f"messages in chats that are replaced: {len(texts)}" in text
    assert "ข้อความในแชทที่แก้ไม่ได้แล้ว ผู้รับต้องลบเอง: 1" in text
