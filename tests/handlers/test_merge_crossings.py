"""What happens where an edit, a list or a second merge crosses a merge or another edit of the same
customer.
"""

from dataclasses import replace

from domain.customers.records import Address, Contact, Customer, CustomerCode
from handlers.customers import duplicate_walk
from store.customers import records as customers
from store.customers.records import get_record, update_customer
from tests.handlers.conftest import SOMCHAI

OTHER = Customer(
    CustomerCode("C81555"),
    "นายอื่น คนอื่น",
    phone="+66855550000",
    contacts=(Contact("นางวิภา", mobile="+66811119999", main=True),),
    addresses=(Address("ตาก", main=True), Address("พิษณุโลก")),
)


async def add(desk, *some):
    async def work(tx):
        for one in some:
            await customers.add_customer(tx, one, desk.now)

    await desk.db.write(work)


async def save(desk, code, **values):
    old = await get_record(desk.db, code)
    await desk.db.write(
        lambda tx: update_customer(tx, old, replace(old, **values), desk.ids["ton"], desk.now)
    )


async def merge(desk, gone, keep):
    shown = await desk.says(f"/merge {gone} {keep}", who="may")
    if f"รวมเป็น {keep}" not in "".join(shown.buttons):
        await desk.presses(f"เก็บ {keep} แทน", who="may")
    return await desk.presses(f"รวมเป็น {keep}", who="may")


async def test_a_list_of_a_customer_who_was_merged_meanwhile_touches_nothing_of_the_survivors(desk):
    await add(desk, OTHER)
    await save(desk, "C81555", note="ก")  # as far along as the survivor will be
    await desk.says("C81555")
    await desk.presses("เพิ่มเติม")
    await desk.presses("ที่อยู่")
    shown = await desk.presses("ตาก")
    await merge(desk, "C81555", "C81554")
    again = await desk.presses_token(shown.token("ลบ"))
    assert "รายการเพิ่งถูกแก้ไข" in again.text
    kept = await get_record(desk.db, "C81554")
    assert [one.text for one in kept.addresses] == ["12/34 อำเภอเมืองกระบี่", "ตาก", "พิษณุโลก"]


async def test_a_form_over_a_customer_who_was_merged_meanwhile_asks_before_it_changes_the_survivor(
    desk,
):
    await add(desk, OTHER)
    await save(desk, "C81555", note="ก")
    await desk.says("C81555")
    await desk.presses("แก้ไข")
    await desk.presses("หมายเหตุ")
    await merge(desk, "C81555", "C81554")
    await desk.says("ของรายเดิม")
    shown = await desk.presses("บันทึก")
    assert "C81555 รวมเข้ากับ C81554 แล้ว" in shown.text
    assert (await get_record(desk.db, "C81554")).note == "ก"
    await desk.presses("บันทึกของฉันทับ")
    assert (await get_record(desk.db, "C81554")).note == "ของรายเดิม"


async def test_an_address_form_of_a_customer_who_was_merged_meanwhile_changes_that_address(desk):
    await add(desk, OTHER)
    await save(desk, "C81555", note="ก")
    await desk.says("C81555")
    await desk.presses("เพิ่มเติม")
    await desk.presses("ที่อยู่")
    await desk.presses("ตาก")
    await desk.presses("แก้ไข")
    await merge(desk, "C81555", "C81554")
    await desk.says("แม่สอด ตาก")
    await desk.presses("บันทึกของฉันทับ")
    kept = await get_record(desk.db, "C81554")
    assert [one.text for one in kept.addresses] == ["12/34 อำเภอเมืองกระบี่", "แม่สอด ตาก", "พิษณุโลก"]


async def test_an_address_is_changed_itself_where_the_list_moved_on_meanwhile(desk):
    await add(desk, OTHER)
    await desk.says("C81555")
    await desk.presses("เพิ่มเติม")
    await desk.presses("ที่อยู่")
    await desk.presses("พิษณุโลก")
    await desk.presses("แก้ไข")
    await save(desk, "C81555", addresses=(Address("พิษณุโลก", main=True), Address("ตาก")))
    await desk.says("เมืองพิษณุโลก")
    await desk.presses("บันทึกของฉันทับ")
    kept = await get_record(desk.db, "C81555")
    assert [one.text for one in kept.addresses] == ["เมืองพิษณุโลก", "ตาก"]


async def test_a_contact_that_was_removed_while_it_was_edited_is_added_again_and_nothing_typed_is_lost(
    desk,
):
    await add(desk, OTHER)
    await desk.says("C81555")
    await desk.presses("เพิ่มเติม")
    await desk.presses("ผู้ติดต่อ")
    await desk.presses("นางวิภา")
    await desk.presses("แก้ไข")
    await desk.presses("อีเมล")
    await save(desk, "C81555", contacts=())
    await desk.says("wipa@example.com")
    await desk.presses("บันทึก")
    await desk.presses("บันทึกของฉันทับ")
    if "บันทึก" in desk.last["telegram:nok"].buttons:
        await desk.presses("บันทึก")
    (contact,) = (await get_record(desk.db, "C81555")).contacts
    assert (contact.name, contact.email, contact.main) == ("นางวิภา", "wipa@example.com", True)


async def test_a_ticket_does_not_name_a_contact_who_went_to_another_customer_meanwhile(desk):
    await add(desk, OTHER)
    await merge(desk, "C81555", "C81554")
    await desk.says("/open C81554 โทร 1.1 ถาม")
    await desk.presses("แก้ไข")
    await desk.presses("ช่องทั้งหมด")
    await desk.presses("ผู้ติดต่อ")
    await desk.presses("นางวิภา")
    await desk.says("/merge C81555", who="may")
    await desk.presses("ยกเลิกการรวม C81555", who="may")
    await desk.presses("ยืนยันยกเลิกการรวม", who="may")
    await desk.presses("บันทึก")
    assert "นางวิภา" not in (await desk.says("R2611000124")).text


async def test_merges_that_brought_the_same_contact_are_taken_back_in_their_order(desk):
    third = replace(OTHER, code=CustomerCode("C81556"), name="นายสาม คนสาม", addresses=())
    await add(desk, OTHER, third)
    await merge(desk, "C81555", "C81554")
    await merge(desk, "C81556", "C81554")
    await desk.says("/merge C81554", who="may")
    refused = await desk.presses("ยกเลิกการรวม C81555", who="may")
    assert "ยกเลิกการรวม C81556 ก่อน" in refused.text
    assert "นางวิภา" in (await desk.says("C81554")).text
    for code in ("C81556", "C81555"):
        await desk.says("/merge C81554", who="may")
        await desk.presses(f"ยกเลิกการรวม {code}", who="may")
        await desk.presses("ยกเลิกการรวม", who="may")
    assert all(["นางวิภา" in (await desk.says(code)).text for code in ("C81555", "C81556")])


async def test_what_a_later_merge_brought_is_no_change_to_be_put_back(desk):
    third = Customer(
        CustomerCode("C81556"), "นายสาม คนสาม", email="saam@example.com", note="จากสาม"
    )
    await add(desk, OTHER, third)
    await merge(desk, "C81555", "C81554")
    await merge(desk, "C81556", "C81554")
    await desk.says("/merge C81554", who="may")
    asked = await desk.presses("ยกเลิกการรวม C81555", who="may")
    assert "คืนค่าก่อนรวม" not in "".join(asked.buttons)
    await desk.presses("เก็บค่าที่แก้ภายหลัง", who="may")
    assert (await get_record(desk.db, "C81554")).note == "จากสาม"


async def test_saying_that_two_are_not_the_same_after_they_were_merged_is_refused(desk):
    await add(desk, OTHER)
    shown = await desk.says("/merge C81555 C81554", who="may")
    await merge(desk, "C81555", "C81554")
    late = await desk.presses_token(shown.token("ไม่ใช่รายเดียวกัน"), who="may")
    assert "C81555 รวมเข้ากับ C81554 แล้ว" in late.text
    assert await desk.count("duplicates", "state = 'different'") == 0


async def test_a_result_typed_over_a_ticket_that_was_changed_meanwhile_is_kept(desk):
    await desk.says("/open C81554 โทร 1.1 ถาม")
    await desk.says("/close R2611000124")
    await desk.says("/ticket R2611000124", who="ton")
    await desk.presses("แก้ไข", who="ton")
    await desk.presses("รายละเอียด", who="ton")
    await desk.says("ถามเพิ่ม", who="ton")
    await desk.presses("บันทึก", who="ton")
    shown = await desk.says("แนะนำเว็บไซต์แล้ว")
    assert "มีคนแก้ไขก่อนคุณ" in shown.text
    await desk.presses("บันทึกของฉันทับ")
    assert await desk.count("tickets", "result = 'แนะนำเว็บไซต์แล้ว' AND details = 'ถามเพิ่ม'") == 1


async def at_night(desk):
    desk.wait(hours=17)  # Tuesday, 3.00
    await desk.tick()
    desk.wait(hours=7)


async def test_pairs_that_were_decided_leave_room_for_others(desk, monkeypatch):
    monkeypatch.setattr(duplicate_walk, "MOST_PAIRS", 1)
    near = Customer(CustomerCode("C95000"), "น.ส.เตือนใจ แสงทองง", phone="+66800009002")
    await add(desk, replace(SOMCHAI, code=CustomerCode("C83997")), near)
    await at_night(desk)
    (found,) = [b for b in (await desk.says("/duplicates", who="may")).buttons if " = " in b]
    assert "C81554 = C83997" in found
    await desk.presses("C81554 = C83997", who="may")
    await desk.presses("ไม่ใช่รายเดียวกัน", who="may")
    await at_night(desk)
    (found,) = [b for b in (await desk.says("/duplicates", who="may")).buttons if " = " in b]
    assert "C82002 = C95000" in found


async def test_many_contacts_are_shown_page_by_page(desk):
    people = tuple(Contact(f"คนที่ {n:02}", main=n == 0) for n in range(23))
    await add(desk, replace(OTHER, contacts=people))
    assert "และอีก 18 คน" in (await desk.says("C81555")).text
    await desk.presses("เพิ่มเติม")
    seen = [b for b in (await desk.presses("ผู้ติดต่อ")).buttons if "คนที่" in b]
    for _ in range(2):
        seen += [b for b in (await desk.presses("ถัดไป")).buttons if "คนที่" in b]
    assert len(seen) == len(set(seen)) == 23
    assert "ถัดไป" not in desk.last["telegram:nok"].buttons
    await desk.presses("ก่อนหน้า")
    assert "คนที่ 10" in (await desk.presses("คนที่ 10")).text


async def test_the_list_of_changes_prints_contacts_as_people_write_telephones(desk):
    await save(
        desk,
        "C81554",
        contacts=(Contact("คุณแดง", mobile="+66819998888", phone="+6621417500;ext=203"),),
    )
    await desk.says("C81554")
    await desk.presses("เพิ่มเติม")
    shown = await desk.presses("รายการแก้ไข")
    assert "- → คุณแดง 02-141-7500 ต่อ 203 081-999-8888" in shown.text


async def test_who_reports_codes_is_told_which_to_use_meanwhile_and_the_administrator_sees_all_that_counts(
    desk,
):
    await add(desk, OTHER)
    await desk.says("/open C81554 โทร 1.1 ถาม")
    told = await desk.says("รหัสซ้ำ C81555 C81554")
    assert "ระหว่างนี้ใช้ C81554" in told.text
    assert "👤 C81554" in (await desk.presses("ดู C81554")).text
    shown = desk.told("may").text
    assert "ผู้ติดต่อ: นางวิภา | -" in shown
    assert "ที่อยู่: ตาก | 12/34 อำเภอเมืองกระบี่" in shown
    assert "ใบงาน: 0 | 1 ล่าสุด 23 พ.ย. 69" in shown


async def test_who_reported_codes_hears_what_was_decided(desk):
    third = replace(OTHER, code=CustomerCode("C81556"), name="นายสาม คนสาม")
    await add(desk, OTHER, third)
    await desk.says("รหัสซ้ำ C81555 C81554 C81556")
    told = desk.told("may")
    await desk.presses_token(told.token("C81555 ไม่ใช่รายเดียวกัน"), who="may")
    assert "คุณเมย์ตัดสินว่า C81555 กับ C81554 ไม่ใช่รายเดียวกัน" in desk.told("nok").text
    await merge(desk, "C81556", "C81554")
    assert "คุณเมย์รวม C81556 เข้ากับ C81554 ตามที่คุณรายงานแล้ว" in desk.told("nok").text
    assert "คุณเมย์" not in desk.told("may").text


async def test_a_report_about_a_code_that_was_merged_meanwhile_is_about_its_survivor(desk):
    await add(desk, OTHER)
    await desk.says("รหัสซ้ำ C81555 C90210")
    await merge(desk, "C81555", "C81554")
    (waiting,) = [b for b in (await desk.says("/duplicates", who="may")).buttons if " = " in b]
    assert waiting.startswith("C81554 = C90210")
    assert "มีผู้รายงาน" in waiting


async def test_what_a_colleague_found_out_meanwhile_is_not_unknown_again(desk):
    await save(desk, "C82001", unknown=frozenset({"email"}))
    await desk.says("C82001")
    await desk.presses("แก้ไข")
    await desk.presses("หมายเหตุ")
    await save(desk, "C82001", unknown=frozenset(), email="sanya@example.com")
    await desk.says("โทรกลับ")
    await desk.presses("บันทึก")
    await desk.presses("บันทึกของฉันทับ")
    kept = await get_record(desk.db, "C82001")
    assert (kept.email, kept.note, kept.unknown) == ("sanya@example.com", "โทรกลับ", frozenset())
