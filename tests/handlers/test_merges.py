"""Merging customers from chat: two taps, seen before, taken back at any time; duplicates reported
and proposed.
"""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.customers.fields import SAID
from domain.customers.merging import part, unite
from domain.customers.records import Address, Contact, Customer, CustomerCode
from store import merges
from store.customers import records as customers
from store.customers.records import get_customer, get_record

SAVED = "บันทึกข้อมูลเรียบร้อย"
TWIN = Customer(
    CustomerCode("C83997"),
    "สมชาย ใจดี",
    phone="+66812345678",
    email="jaidee@example.com",
    contacts=(Contact("นางวิภา", mobile="+66811119999", main=True),),
)


@pytest.fixture
async def desk(desk):
    """With the twin that nobody saw in time, and two tickets of the better record."""
    await desk.db.write(lambda tx: customers.add_customer(tx, TWIN, desk.now))
    await desk.says("/open C81554 โทร 1.1 ถามรายได้ => ตอบแล้ว ปิด")
    desk.wait(minutes=1)
    return desk


async def merge(desk, *, who="may"):
    await desk.says("/merge C83997 C81554", who=who)
    return await desk.presses("รวมเป็น C81554", who=who)


async def state(desk, *codes):
    return [replace(await get_record(desk.db, code), version=0) for code in codes]


async def test_the_preview_recommends_the_fuller_record_with_the_later_ticket_and_says_why(desk):
    shown = await desk.says("/merge C83997 C81554", who="may")
    assert "รวม C83997 เข้ากับ C81554" in shown.text
    assert "แนะนำให้เก็บ C81554: ข้อมูลครบกว่า (6 ต่อ 4 รายการ), ใบงานล่าสุดกว่า (23 พ.ย. 69)" in shown.text
    assert "ชื่อ: นายสมชาย ใจดี · ไม่ใช้ สมชาย ใจดี (C83997)" in shown.text
    assert "ผู้ติดต่อ: นางวิภา" in shown.text


async def test_two_taps_merge_and_the_old_code_leads_to_the_survivor(desk):
    done = await merge(desk)
    assert f"{SAVED} รวม C83997 เข้ากับ C81554 แล้ว" in done.text
    for typed in ("C83997", "jaidee@example.com", "0811119999"):
        shown = await desk.says(typed)
        assert "👤 C81554 นายสมชาย ใจดี" in shown.text, typed
    assert "รหัสเดิม: C83997" in shown.text
    assert "R2611000125" in (await desk.says("/open C83997 โทร 1.1 ถามอีก")).text
    assert await desk.count("tickets", "customer_code = 'C81554'") == 2


async def test_each_field_is_chosen_by_a_button_and_the_kept_code_swapped(desk):
    await desk.says("/merge C83997 C81554", who="may")
    shown = await desk.presses("อีเมล: ใช้ของ C83997", who="may")
    assert "อีเมล: jaidee@example.com · ไม่ใช้ somchai@example.com (C81554)" in shown.text
    shown = await desk.presses("เก็บ C83997 แทน", who="may")
    assert "รวม C81554 เข้ากับ C83997" in shown.text
    assert "อีเมล: jaidee@example.com" in shown.text
    assert "ชื่อ: นายสมชาย ใจดี" in shown.text
    await desk.presses("รวมเป็น C83997", who="may")
    kept = await get_customer(desk.db, "C81554")
    assert (kept.code, kept.name, kept.email) == ("C83997", "นายสมชาย ใจดี", "jaidee@example.com")
    assert await desk.count("tickets", "customer_code = 'C83997'") == 1


async def test_taking_it_back_restores_both_and_their_tickets(desk):
    before = await state(desk, "C81554", "C83997")
    await desk.says("/open C83997 โทร 1.1 ของเขา")
    await merge(desk)
    assert await desk.count("tickets", "customer_code = 'C81554'") == 2
    asked = await desk.presses("ยกเลิกการรวม", who="may")
    assert "กลับไปที่ C83997: ใบงาน 1 ใบ" in asked.text
    done = await desk.presses("ยืนยันยกเลิกการรวม", who="may")
    assert "C83997 และ C81554 แยกกันแล้ว" in done.text
    assert await state(desk, "C81554", "C83997") == before
    assert await desk.count("tickets", "customer_code = 'C83997'") == 1
    assert "👤 C83997" in (await desk.says("C83997")).text
    assert "👤 C83997" in (await desk.says("jaidee@example.com")).text


@pytest.mark.parametrize(
    ("keep", "phone"), [("เก็บค่าที่แก้ภายหลัง", "+66899990000"), ("คืนค่าก่อนรวม", "+66812345678")]
)
async def test_what_was_changed_since_is_listed_and_kept_or_put_back_as_asked(desk, keep, phone):
    await merge(desk)
    await desk.says("C81554")
    await desk.presses("แก้ไข")
    await desk.presses("โทรศัพท์")
    await desk.says("0899990000")
    await desk.presses("บันทึก")
    await desk.says("/open C81554 โทร 1.1 ใบใหม่หลังรวม")
    await desk.says("/merge C83997", who="may")
    asked = await desk.presses("ยกเลิกการรวม C83997", who="may")
    assert "แก้ไขหลังรวม: โทรศัพท์: 089-999-0000" in asked.text
    await desk.presses(keep, who="may")
    assert (await get_record(desk.db, "C81554")).phone == phone
    assert await desk.count("tickets", "customer_code = 'C83997'") == 0
    assert await desk.count("tickets", "customer_code = 'C81554'") == 2


async def test_a_chain_of_any_length_leads_to_its_end_and_cannot_become_a_circle(desk):
    await merge(desk)
    await desk.says("/merge C81554 C90210", who="may")
    await desk.presses("เก็บ C90210 แทน", who="may")
    await desk.presses("รวมเป็น C90210", who="may")
    assert "👤 C90210" in (await desk.says("C83997")).text
    refused = await desk.says("/merge C90210 C83997", who="may")
    assert "C83997 รวมเข้ากับ C90210 แล้ว" in refused.text
    await desk.says("/merge C83997", who="may")
    refused = await desk.presses("ยกเลิกการรวม C83997", who="may")
    assert "C81554 รวมต่อเข้ากับ C90210 แล้ว ให้ยกเลิกการรวมครั้งนั้นก่อน" in refused.text
    await desk.says("/merge C90210", who="may")
    await desk.presses("ยกเลิกการรวม C81554", who="may")
    await desk.presses("ยกเลิกการรวม", who="may")
    assert "👤 C81554" in (await desk.says("C83997")).text


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("/merge C81554 C81554", "2 รหัสนี้เป็นรายเดียวกันอยู่แล้ว"),
        ("/merge C81554 C999", "ไม่พบผู้รับบริการ C999"),
        ("/merge สมชาย", "พิมพ์รหัสผู้รับบริการ 2 รหัส"),
        ("/merge", "พิมพ์รหัสผู้รับบริการ 2 รหัส"),
        ("/merge C1 C2 C3", "พิมพ์รหัสผู้รับบริการ 2 รหัส"),
        ("รวมรหัส C๘๓๙๙๗ c81554", "รวม C83997 เข้ากับ C81554"),
    ],
)
async def test_what_cannot_be_merged_gets_one_sentence(desk, typed, answer):
    assert answer in (await desk.says(typed, who="may")).text
    assert await desk.count("merges") == 0


async def test_of_two_administrators_at_once_the_second_sees_what_the_first_did(desk):
    first = await desk.says("/merge C83997 C81554", who="may")
    token = first.token("รวมเป็น C81554")
    again = await desk.says("/merge C83997 C81554", who="may")
    await desk.presses_token(token, who="may")
    refused = await desk.presses_token(again.token("รวมเป็น C81554"), who="may")
    assert "C83997 รวมเข้ากับ C81554 แล้ว" in refused.text
    assert await desk.count("merges") == 1
    used = await desk.presses_token(token, who="may")
    assert "กดปุ่มนี้ไปแล้ว ไม่ต้องกดซ้ำ" in used.text


async def test_a_record_that_changed_under_the_preview_is_shown_again(desk):
    shown = await desk.says("/merge C83997 C81554", who="may")
    await desk.says("C83997")
    await desk.presses("แก้ไข")
    await desk.presses("มือถือ")
    await desk.says("0899990000")
    await desk.presses("บันทึก")
    again = await desk.presses_token(shown.token("รวมเป็น C81554"), who="may")
    assert "ข้อมูลเพิ่งถูกแก้ไข" in again.text
    assert "089-999-0000" in again.text
    assert await desk.count("merges") == 0


async def test_only_administrators_merge(desk):
    assert "เฉพาะผู้ดูแลระบบ" in (await desk.says("/merge C83997 C81554", who="ton")).text
    shown = await desk.says("/merge C83997 C81554", who="may")
    assert (
        "ปุ่มนี้เป็นของเจ้าหน้าที่คนอื่น เปิดรายการด้วยตนเองเพื่อทำต่อ"
        in (await desk.presses_token(shown.token("รวมเป็น"), who="nok")).text
    )


async def test_an_edit_over_a_customer_who_was_merged_meanwhile_goes_to_the_survivor(desk):
    await desk.says("/open C83997 โทร 1.1 ของเขา")
    await desk.presses("แก้ไข")
    await desk.presses("รายละเอียด")
    await merge(desk)
    await desk.says("ของเขา แก้แล้ว")
    await desk.presses("บันทึก")
    assert await desk.count("tickets", "customer_code = 'C81554' AND details = 'ของเขา แก้แล้ว'") == 1


async def test_a_merge_is_not_undone_as_an_ordinary_change(desk):
    await merge(desk)
    await desk.says("C81554")
    await desk.presses("เพิ่มเติม")
    shown = await desk.presses("รายการแก้ไข")
    assert "รวมรหัส: - → C83997" in shown.text
    assert "แจ้งผู้ดูแลระบบให้ยกเลิกการรวม" in (await desk.presses("เลิกการแก้ไขล่าสุด")).text


# Duplicates.


async def test_an_officer_reports_codes_and_the_administrator_sees_them_side_by_side(desk):
    await desk.says("สมชาย")
    await desk.presses("รายงานรหัสซ้ำ")
    await desk.presses("C81554")
    assert "ส่งให้ผู้ดูแลระบบ" not in desk.last["telegram:nok"].buttons
    await desk.presses("C83997")
    assert "ส่งให้ผู้ดูแลระบบแล้ว: C81554, C83997" in (await desk.presses("ส่งให้ผู้ดูแลระบบ")).text
    told = desk.told("may")
    assert "คุณนกรายงานรหัสซ้ำ" in told.text
    assert "รหัส: C81554 | C83997" in told.text
    assert "แนะนำให้เก็บ C81554" in told.text
    shown = await desk.presses_token(told.token("รวม C83997 เข้ากับ C81554"), who="may")
    assert "รวมเป็น C81554" in shown.buttons
    assert "มีผู้รายงาน" in "".join((await desk.says("/duplicates", who="may")).buttons)
    # Names that differ by a title alone are one name.
    assert (await desk.says("/duplicates", who="may")).buttons == [
        "C81554 = C83997 · นายสมชาย ใจดี · มีผู้รายงาน"
    ]


async def test_codes_can_be_reported_by_a_line(desk):
    assert "ส่งให้ผู้ดูแลระบบแล้ว" in (await desk.says("รหัสซ้ำ C83997 C81554")).text
    assert "พิมพ์รหัสที่ซ้ำกัน 2 ถึง 5 รหัส" in (await desk.says("รหัสซ้ำ C83997")).text
    assert "ไม่พบผู้รับบริการ C1" in (await desk.says("รหัสซ้ำ C1 C81554")).text


async def at_night(desk):
    desk.wait(hours=17)  # Tuesday, 3.00
    await desk.tick()
    desk.wait(hours=6)  # 9.00
    await desk.tick()


async def test_the_nightly_search_proposes_likely_pairs_best_first_once(desk):
    near = Customer(CustomerCode("C95000"), "น.ส.เตือนใจ แสงทองง", phone="+66800009002")
    await desk.db.write(lambda tx: customers.add_customer(tx, near, desk.now))
    await at_night(desk)
    told = desk.told("may")
    assert "พบคู่ที่อาจเป็นรายเดียวกัน 2 คู่" in told.text
    listed = await desk.presses_token(told.token("ดูคู่ที่รอตัดสิน"), who="may")
    assert [label.split(" · ")[0] for label in listed.buttons] == [
        "C81554 = C83997",
        "C82002 = C95000",
    ]
    sent = len(told.text)
    await at_night(desk)
    assert (
        len(desk.told("may").text) - sent < 400
    )  # nothing new: only the answer to the press above
    assert desk.told("may").text.count("ระบบพบคู่") == 1


async def test_not_the_same_is_remembered(desk):
    await at_night(desk)
    await desk.says("/duplicates", who="may")
    await desk.presses("C81554 = C83997", who="may")
    assert "ไม่ใช่รายเดียวกัน" in (await desk.presses("ไม่ใช่รายเดียวกัน", who="may")).text
    await at_night(desk)
    assert "ไม่มีคู่ที่รอตัดสิน" in (await desk.says("/duplicates", who="may")).text


async def test_people_of_one_name_with_other_telephones_and_mails_are_not_proposed(desk):
    other = Customer(
        CustomerCode("C95000"), "นายหาญ กล้าดี", phone="+66800001234", email="h@example.com"
    )
    await desk.db.write(lambda tx: customers.add_customer(tx, other, desk.now))
    await at_night(desk)
    assert "C82003" not in "".join((await desk.says("/duplicates", who="may")).buttons)


# The store: any two records, any choice.

VALUES = st.fixed_dictionaries(
    {
        "name": st.sampled_from(["นายสมชาย ใจดี", "สมชาย ใจดี"]),
        "kind": st.sampled_from(["", "citizen"]),
        "phone": st.sampled_from(["", "+66812345678", "+66899998888"]),
        "email": st.sampled_from(["", "a@example.com"]),
        "note": st.sampled_from(["", "โทรกลับ"]),
        "contacts": st.lists(
            st.builds(
                Contact, st.sampled_from(["นางวิภา", "นายชัย"]), st.sampled_from(["", "+66811119999"])
            ),
            max_size=3,
        ).map(tuple),
        "addresses": st.lists(
            st.builds(Address, st.sampled_from(["กระบี่", "ตาก"])), max_size=2, unique=True
        ).map(tuple),
    }
)


@given(one=VALUES, other=VALUES, take=st.frozensets(st.sampled_from(SAID)), data=st.data())
async def test_merge_then_undo_restores_both_exactly_in_the_store(desk, one, other, take, data):
    number = 100000 + 2 * (await desk.count("customers"))
    codes = [CustomerCode(f"C{number}"), CustomerCode(f"C{number + 1}")]
    keep = data.draw(st.booleans())

    async def work(tx):
        for code, values in zip(codes, (one, other), strict=True):
            await customers.add_customer(tx, Customer(code, **values), desk.now)
        survivor, merged = [await get_record(tx, code) for code in codes]
        union = unite(survivor, merged, take)
        await merges.merge(tx, survivor, merged, union, desk.ids["may"], desk.now)
        assert replace(await get_customer(tx, codes[1]), version=0) == replace(
            union.customer, version=0
        )
        (stored,) = await merges.list_standing(tx, codes[0])
        now = await get_record(tx, codes[0])
        parted = part(stored.merge, now, keep=keep)
        await merges.unmerge(tx, stored, now, parted, desk.ids["may"], desk.now)
        after = [await get_record(tx, code) for code in codes]
        assert [replace(record, version=0) for record in after] == [
            replace(record, version=0) for record in (survivor, merged)
        ]

    await desk.db.write(work)
