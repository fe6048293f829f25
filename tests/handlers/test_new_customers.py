"""Somebody new in one message: everything finds its field, and whoever is there already is shown at
once.
"""

import pytest

from store.customers import records as customers

SAVED = "บันทึกข้อมูลเรียบร้อย"
NEW = "C90211"
FIRST, SECOND = "+6621417500", "+66812345699"


async def creates(desk, *messages):
    """A person with these messages, as the name is asked for; the rest is not known."""
    for message in messages:
        await desk.says(message)
    await desk.presses("ประชาสังคม")
    while "ไม่ทราบ" in desk.last["telegram:nok"].buttons:
        await desk.presses("ไม่ทราบ")
    return await customers.get_customer(desk.db, NEW)


@pytest.mark.parametrize(
    "typed",
    [
        "02-141-7500, 081-234-5699",
        "081-234-5699 02-141-7500",
        "โทร 021417500 มือถือ 0812345699",
        "โทร. 02 141 7500 / 081 234 5699",
        "0812345699 หรือ 021417500",
        "๐๒-๑๔๑-๗๕๐๐ กับ ๐๘๑-๒๓๔-๕๖๙๙",
        "+66 2 141 7500 และ +66812345699",
        "02-141-7500\n081-234-5699",
    ],
)
@pytest.mark.parametrize("where", ["beside the name", "before it", "when asked"])
async def test_two_telephones_have_two_fields_and_none_is_in_the_name(desk, typed, where):
    name = "นายมานะ อดทน"
    if where == "when asked":
        await desk.says(f"/new {name}")
        await desk.presses("ประชาสังคม")
        await desk.says(typed)
        await desk.presses("ไม่ทราบ")
        made = await customers.get_customer(desk.db, NEW)
    else:
        line = f"{name} {typed}" if where == "beside the name" else f"{typed} {name}"
        made = await creates(desk, f"/new {line}")
    assert (made.name, made.phone, made.mobile, made.note) == (name, FIRST, SECOND, "")


async def test_two_mobiles_have_two_fields_and_a_third_number_stands_in_the_note(desk):
    shown = await desk.says("/new นายมานะ อดทน 0812345691 0812345692 02-141-7500")
    assert "โทรศัพท์: 02-141-7500" in shown.text
    assert "มือถือ: 081-234-5691" in shown.text
    assert "หมายเหตุ: โทรศัพท์ 081-234-5692" in shown.text


async def test_a_fax_and_whose_number_it_is_stand_in_the_note(desk):
    shown = await desk.says("/new นายมานะ อดทน 0812345691 (คุณแม่) แฟกซ์ 02-141-7501")
    assert "ผู้รับบริการใหม่ · นายมานะ อดทน\n" in shown.text
    assert "คุณแม่" in shown.text
    assert "แฟกซ์ 02-141-7501" in shown.text


@pytest.mark.parametrize(
    "typed",
    [
        "นายมานะ อดทน 0812345699 mana@example.com กรมป่าไม้ 61 ถ.พหลโยธิน จตุจักร กทม. 10900",
        "นายมานะ อดทน, กรมป่าไม้, 61 ถ.พหลโยธิน จตุจักร กทม. 10900, 081-234-5699, mana@example.com",
        "นายมานะ อดทน\nกรมป่าไม้\n61 ถ.พหลโยธิน จตุจักร กทม. 10900\nโทร 081-234-5699\nอีเมล mana@example.com",
        "ชื่อ: นายมานะ อดทน หน่วยงาน: กรมป่าไม้ ที่อยู่: 61 ถ.พหลโยธิน จตุจักร กทม. 10900 โทร: 0812345699 อีเมล: mana@example.com",
    ],
)
async def test_all_of_somebody_in_one_message(desk, typed):
    await desk.says(f"/new {typed}")
    done = await desk.presses("ประชาสังคม")
    assert f"{SAVED} {NEW}" in done.text
    made = await customers.get_customer(desk.db, NEW)
    assert (made.name, made.organisation, made.phone) == ("นายมานะ อดทน", "กรมป่าไม้", SECOND)
    assert made.email == "mana@example.com"
    assert [address.text for address in made.addresses] == ["61 ถ.พหลโยธิน จตุจักร กทม. 10900"]


async def test_an_organisation_has_its_contact(desk):
    shown = await desk.says("/new บริษัท ก้าวหน้า จำกัด คุณมานะ อดทน 02-141-7500")
    assert "ผู้รับบริการใหม่ · บริษัท ก้าวหน้า จำกัด\n" in shown.text
    await desk.presses("หน่วยงานเอกชน")
    await desk.says("9")
    made = await customers.get_customer(desk.db, NEW)
    assert [contact.name for contact in made.contacts] == ["คุณมานะ อดทน"]


@pytest.mark.parametrize(
    "name", ["สุดา กองทอง", "สมชัย กรมเมือง", "นางรอง ศรีสุข", "เทศบาลตำบล บ้านนา", "สำนักงานสถิติ จังหวัดตรัง"]
)
async def test_a_name_that_sounds_like_a_place_stays_whole(desk, name):
    assert f"ผู้รับบริการใหม่ · {name}\n" in (await desk.says(f"/new {name}")).text


async def test_a_telephone_before_the_name_is_kept_while_the_name_is_asked_for(desk):
    await desk.says("/new")
    asked = await desk.says("081-234-5699 021417500")
    assert "ชื่อต้องมี 2 ถึง 200 ตัวอักษร" in asked.text
    assert "โทรศัพท์: 02-141-7500" in (await desk.says("นายมานะ อดทน")).text


async def test_what_is_no_telephone_is_told_and_what_is_one_is_kept(desk):
    await desk.says("/new นายมานะ อดทน")
    await desk.presses("ประชาสังคม")
    told = await desk.says("0812345699, 02-141-750")
    assert "เบอร์ 02-141-750 มี 8 หลัก ขาด 1 หลัก" in told.text
    assert "โทรศัพท์: 081-234-5699" in told.text


async def test_that_there_is_no_telephone_may_be_said(desk):
    await desk.says("/new นายมานะ อดทน")
    await desk.presses("ประชาสังคม")
    assert "ไม่ทราบ: โทรศัพท์, มือถือ, อีเมล" in (await desk.says("ไม่มี")).text


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("นายมานะ อดทน 0812345678", "เบอร์โทรตรงกัน"),
        ("นายมานะ อดทน 02-141-7500, 081-234-5678", "เบอร์โทรตรงกัน"),
        ("นายมานะ อดทน somchai@example.com", "อีเมลตรงกัน"),
        ("นายสมชาย ใจดี", "ชื่อตรงกัน"),
        ("นายสมชาย ใจดีี", "ชื่อ"),
    ],
)
async def test_whoever_is_there_already_is_shown_with_the_first_message(desk, typed, why):
    shown = await desk.says(f"/new {typed}")
    assert "อาจมีอยู่แล้ว" in shown.text
    assert any(label.startswith("ใช้รายนี้ · C81554") and why in label for label in shown.buttons)
    assert "สร้างรายใหม่" in shown.buttons
    assert "C81554 นายสมชาย ใจดี" in (await desk.presses("ใช้รายนี้ · C81554")).text
    assert await desk.count("customers") == 6


async def test_a_number_typed_later_shows_its_customer_then(desk):
    await desk.says("/new นายมานะ อดทน")
    await desk.presses("ประชาสังคม")
    assert "ใช้รายนี้ · C81554" in (await desk.says("081-234-5678")).buttons[0]
    assert "ที่อยู่" in (await desk.presses("สร้างรายใหม่")).text
    done = await desk.says("9")
    assert f"{SAVED} {NEW}" in done.text


async def test_who_was_passed_over_is_not_asked_about_again_but_for_what_is_new(desk):
    await desk.says("/new นายสมชาย ใจดี")
    await desk.presses("สร้างรายใหม่")
    await desk.presses("ประชาสังคม")
    again = await desk.says("0812345678")
    assert "เบอร์โทรตรงกัน" in again.buttons[0]


async def test_who_was_seen_in_the_search_is_not_asked_about_again(desk):
    await desk.says("กมลชนก รัตนพิทัก")
    form = await desk.presses("ผู้รับบริการใหม่")
    assert "เลือกประเภท" in form.text
    assert "อาจมีอยู่แล้ว" not in form.text


async def test_what_was_typed_of_somebody_who_is_there_is_told_and_not_lost_unseen(desk):
    await desk.says("/new นายสมชาย ใจดี 0812345678 02-141-7500 กรมป่าไม้")
    told = await desk.presses("ใช้รายนี้ · C81554")
    assert "ยังไม่ได้ใส่ใน C81554" in told.text
    assert "กรมป่าไม้" in told.text
    assert "02-141-7500" in told.text


async def test_the_ticket_that_waits_goes_on_with_who_is_there(desk):
    await desk.says("/open โทร 1.1 ถามเวลาทำการ => แจ้งแล้ว ปิด")
    await desk.presses("ผู้รับบริการใหม่")
    await desk.says("นายมานะ อดทน 0812345678")
    done = await desk.presses("ใช้รายนี้ · C81554")
    assert SAVED in done.text
    assert await desk.count("tickets", "customer_code = 'C81554'") == 1


async def test_a_contact_has_two_telephones_as_well(desk):
    await desk.says("C70001")
    await desk.chooses("ผู้ติดต่อ")
    await desk.presses("เพิ่มผู้ติดต่อ")
    await desk.says("นายมานะ อดทน 02-141-7500, 081-234-5699")
    made = await customers.get_customer(desk.db, "C70001")
    assert [(one.phone, one.mobile) for one in made.contacts if one.name == "นายมานะ อดทน"] == [
        (FIRST, SECOND)
    ]


async def test_gender_type_and_address_of_one_line_are_shown_in_their_fields_and_saved(desk):
    shown = await desk.says(
        "/new สมใจ งามดี หญิง นักวิจัย โทร 0812345691 a@b.c ที่อยู่ 1 ถ.พญาไท ปทุมวัน กรุงเทพ"
    )
    assert "ผู้รับบริการใหม่ · สมใจ งามดี\n" in shown.text
    assert "ประเภท: อาจารย์/นักวิจัย (สถาบันการศึกษา)\nเพศ: หญิง\n" in shown.text
    assert "ที่อยู่: 1 ถ.พญาไท ปทุมวัน กรุงเทพ" in shown.text
    await desk.presses("บันทึก")
    made = await customers.get_customer(desk.db, NEW)
    assert (made.name, made.kind, made.gender) == ("สมใจ งามดี", "academic", "female")
    assert made.addresses[0].text == "1 ถ.พญาไท ปทุมวัน กรุงเทพ"


async def test_a_gender_that_was_typed_goes_before_the_one_that_a_title_tells(desk):
    shown = await desk.says("/new นายสมใจ งามดี เพศหญิง 0812345691")
    assert "เพศ: หญิง" in shown.text


@pytest.mark.parametrize("typed", ["ไม่ทราบ", "ไม่ทราบชื่อค่ะ", "ไม่ประสงค์ออกนาม", "Unknown"])
async def test_a_name_that_nobody_knows_is_stored_as_unknown_and_never_as_words(desk, typed):
    await desk.says("/new")
    asked = await desk.says(typed)
    assert "เลือกประเภท" in asked.text
    await desk.presses("ประชาสังคม")
    for _question in range(3):
        await desk.presses("ไม่ทราบ")
    made = await customers.get_customer(desk.db, NEW)
    assert made.name == ""
    assert "name" in made.unknown


@pytest.mark.parametrize("typed", ["ไม่ทราบ", "ไม่ทราบชื่อ", "unknown"])
async def test_a_word_for_nobody_is_offered_as_no_name(desk, typed):
    shown = await desk.says(typed)
    assert "ผลลัพธ์: 0" in shown.text
    assert not [label for label in shown.buttons if "ผู้รับบริการใหม่" in label]
