"""Every field of a ticket in chat: projects with years, prompts after saving, pairs, provinces, and
bad input.
"""

from dataclasses import replace
from datetime import date

import pytest

from store import staff
from store.tickets import records as tickets

SAVED = "บันทึกข้อมูลเรียบร้อย"
LFS = "สำรวจภาวะการทำงานของประชากร"
INFORMAL = "สำรวจแรงงานนอกระบบ"
SES = "สำรวจภาวะเศรษฐกิจและสังคมของครัวเรือน"
ELEVEN = "สรง., แฝง, นอกระบบ, HWS, สูบบุหรี่, MICS, ย้ายถิ่น, เกษตร, ประมง, โรงแรม, ก่อสร้าง"


async def ticket(desk, no: str = "R2611000124") -> tickets.Ticket:
    return await tickets.get_ticket(desk.db, no)


async def edits(desk, label: str, line: str = "/open C81554 เมล 7.2 ขอแบบสอบถาม"):
    await desk.says(line)
    await desk.presses("แก้ไข")
    await desk.presses("ช่องทั้งหมด")
    return await desk.presses(label)


# Projects.


async def test_several_projects_with_their_years_in_one_answer(desk):
    await edits(desk, "ชื่อโครงการ")
    card = await desk.says("สรง. ไตรมาส 1-4 2559-2560, แรงงานนอกระบบ ๒๕๖๐")
    assert f"{LFS} ไตรมาส 1-4 พ.ศ. 2559-2560, {INFORMAL} พ.ศ. 2560" in card.text
    await desk.presses("บันทึก")
    saved = await ticket(desk)
    assert saved.projects == (LFS, INFORMAL)
    assert saved.data_years.splitlines() == [f"{LFS}: 2559-2560Q1-4", f"{INFORMAL}: 2560"]


async def test_a_slip_is_asked_about_and_a_project_the_list_lacks_is_kept_after_one_question(desk):
    await edits(desk, "ชื่อโครงการ")
    asked = await desk.says("แรงงานนอกระบบบ 2560 และ โครงการพิเศษของเรา, สรง.")
    assert any(INFORMAL in label for label in asked.buttons)
    asked = await desk.presses(INFORMAL)
    assert "โครงการพิเศษของเรา" in asked.text
    await desk.presses('ใช้ตามที่พิมพ์ "โครงการพิเศษของเรา"')
    await desk.presses("บันทึก")
    saved = await ticket(desk)
    assert saved.projects == (LFS, INFORMAL, "โครงการพิเศษของเรา")
    assert saved.data_years == f"{INFORMAL}: 2560"


async def test_a_word_that_means_several_projects_is_asked_about(desk):
    await edits(desk, "ชื่อโครงการ")
    asked = await desk.says("ผู้สูงอายุ 2564, อุตสาหกรรม 2560")
    assert any("อุตสาหกรรม" in label for label in asked.buttons)
    done = await desk.presses("สำมะโนอุตสาหกรรม")
    assert "สำมะโนอุตสาหกรรม พ.ศ. 2560" in done.text
    assert "สำรวจการทำงานของผู้สูงอายุ พ.ศ. 2564" in done.text


async def test_projects_are_taken_away_one_by_one_with_their_years(desk):
    await edits(desk, "ชื่อโครงการ")
    await desk.says("สรง. 2559, HWS 2560")
    await desk.presses("ช่องอื่น ๆ")
    await desk.presses("ชื่อโครงการ")
    await desk.presses(f"✕ {LFS}")
    await desk.presses("บันทึก")
    saved = await ticket(desk)
    assert saved.projects == ("สำรวจอนามัยและสวัสดิการ",)
    assert saved.data_years == "สำรวจอนามัยและสวัสดิการ: 2560"


async def test_all_projects_are_cleared_with_their_years(desk):
    await edits(desk, "ชื่อโครงการ")
    await desk.says("สรง. 2559, HWS 2560")
    await desk.presses("บันทึก")
    await desk.presses("แก้ไข")
    await desk.presses("ชื่อโครงการ")
    await desk.presses("ลบค่านี้")
    await desk.presses("บันทึก")
    saved = await ticket(desk)
    assert (saved.projects, saved.data_years) == ((), "")
    assert await desk.count("ticket_data") == 0


async def test_the_eleventh_project_is_refused_and_ten_are_kept(desk):
    await edits(desk, "ชื่อโครงการ")
    refused = await desk.says(ELEVEN)
    assert "ไม่เกิน 10 โครงการ" in refused.text
    assert "สำรวจธุรกิจก่อสร้าง" in refused.text.splitlines()[0]
    await desk.presses("ช่องอื่น ๆ")
    await desk.presses("บันทึก")
    assert len((await ticket(desk)).projects) == 10


async def test_an_impossible_year_is_refused_and_the_project_kept(desk):
    await edits(desk, "ชื่อโครงการ")
    refused = await desk.says("สรง. 2653")
    assert "ไม่มีข้อมูลปี 2653" in refused.text
    assert f"ชื่อโครงการ: {LFS}" in refused.text


@pytest.mark.parametrize(
    ("typed", "kept", "shown"),
    [
        ("2559-2561", "2559-2561", "พ.ศ. 2559-2561"),
        ("ไตรมาส 2 พ.ศ. 2562", "2562Q2", "ไตรมาส 2 พ.ศ. 2562"),
        ("ปีล่าสุด", "ปีล่าสุด", "ปีล่าสุด"),
        ("สรง. 2560", f"{LFS}: 2560", f"{LFS} พ.ศ. 2560"),
    ],
)
async def test_years_of_data_are_kept_in_one_form_and_printed_as_officers_write(
    desk, typed, kept, shown
):
    await edits(desk, "ปีของข้อมูล")
    assert shown in (await desk.says(typed)).text
    await desk.presses("บันทึก")
    assert (await ticket(desk)).data_years == kept


async def test_years_that_are_none_are_refused(desk):
    await edits(desk, "ปีของข้อมูล")
    assert "ไม่มีข้อมูลปี 2653" in (await desk.says("2653")).text
    assert "ไม่เข้าใจปีของข้อมูล" in (await desk.says("5 เล่ม")).text


async def test_the_likely_project_is_one_tap_after_saving(desk):
    done = await desk.says("/open C81554 โทร 6.1 รายได้ครัวเรือนกระบี่ 2560 => ให้ตัวเลขแล้ว ปิด")
    assert SAVED in done.text
    done = await desk.presses(f"＋ {SES} พ.ศ. 2560")
    assert SAVED in done.text
    saved = await ticket(desk)
    assert (saved.projects, saved.data_years, saved.status) == ((SES,), f"{SES}: 2560", "closed")


# What the subject wants.


async def test_prompts_come_after_saving_one_after_the_other_and_can_be_passed_over(desk):
    done = await desk.says("/open C70001 หนังสือ 7.4 ขอข้อมูลระดับย่อย สรง. 2559-2560 ไตรมาส 1-4")
    assert SAVED in done.text
    asked = await desk.presses("เติมเลขที่ลงรับ · วันที่ลงรับ · วัตถุประสงค์ …")
    assert "เลขที่ลงรับ" in asked.text
    asked = await desk.says("512 24 กพ 63")
    assert "วัตถุประสงค์" in asked.text
    asked = await desk.says("โครงการวิจัย Explaining the Declining Gender Wage Gap in Thailand")
    assert "เลขที่สัญญา" in asked.text
    done = await desk.presses("ข้าม")
    assert SAVED in done.text
    saved = await ticket(desk)
    assert (saved.letter_no, str(saved.letter_on), saved.contract_no) == ("512", "2020-02-24", "")
    assert saved.purpose.startswith("โครงการวิจัย")


async def test_all_prompts_are_passed_over_with_one_tap(desk):
    await desk.says("/open C81554 เมล 7.2 ขอแบบสอบถาม")
    await desk.presses("เติม")
    done = await desk.presses("ข้ามทั้งหมด")
    assert "ไม่มีการเปลี่ยนแปลง" in done.text
    assert await desk.count("forms", "state IN ('open', 'parked')") == 0


async def test_closing_says_what_is_missing_and_asks_for_it_one_after_the_other(desk):
    await desk.says("/open C81554 หนังสือ 6.4 ขอสถิติเด็ก")
    asked = await desk.presses("ปิดใบงาน")
    assert "ยังขาด 4 รายการ: ผลของการให้บริการ, เลขที่ลงรับ, วันที่ลงรับ, วัตถุประสงค์" in asked.text
    assert "เลขที่และวันที่หนังสือของผู้รับบริการ" in asked.text
    await desk.says("ส่งแล้ว ที่ 1704/204 ตอบ ดศ 0504/292")
    await desk.says("512 ลว. 20 พ.ย. 69")
    done = await desk.says("เพื่อการศึกษา")
    assert "ปิดแล้ว" in done.text
    assert (
        await desk.count(
            "tickets", "status = 'closed' AND letter_no = '512' AND letter_on = '2026-11-20'"
        )
        == 1
    )


@pytest.mark.parametrize(
    ("customer", "asked"),
    [("C70001", False), ("C90210", False), ("C81554", False)],
    ids=["academic", "student", "citizen"],
)
async def test_microdata_costs_only_the_private_sector(desk, customer, asked):
    await desk.says(f"/open {customer} หนังสือ 7.4 ขอข้อมูล เลขรับ 512 20 พ.ย. 69 => ส่งแล้ว ปิด")
    done = await desk.says("เพื่อการศึกษา")
    assert ("ราคา" in done.text) is asked
    assert SAVED in done.text


@pytest.mark.parametrize(
    ("customer", "priced"), [("C90210", True), ("C70001", True), ("C81554", False)]
)
async def test_a_special_tabulation_costs_students_and_academics(desk, customer, priced):
    await desk.says(f"/open {customer} หนังสือ 8.3 ขอข้อมูล เลขรับ 512 20 พ.ย. 69 => ส่งแล้ว ปิด")
    asked = await desk.says("เพื่อการศึกษา")
    assert (SAVED not in asked.text) is priced


async def test_another_channel_is_confirmed_or_changed_with_one_tap(desk):
    asked = await desk.says("/open C81554 โทร 6.4 ขอสถิติเด็ก")
    assert "⚠️" in asked.text
    done = await desk.presses("หนังสือ/จดหมาย")
    assert SAVED in done.text
    assert await desk.count("tickets", "channel = 'letter'") == 1
    await desk.presses("แก้ไข")
    assert "ปกติไม่ใช้ช่องทาง" not in (await desk.presses("ความเร่งด่วน")).text


# Prices and receipts.


async def test_a_receipt_that_is_used_is_pointed_out_and_not_forbidden(desk):
    line = "/open C81554 มาเอง 4.1 ซื้อรายงาน => ขาย 1 เล่ม ๑,๕๐๐ บาท ใบเสร็จ 12/345 23 พ.ย. 69 ปิด"
    first = await desk.says(line)
    assert "ใช้แล้ว" not in first.text
    second = await desk.says(line)
    assert SAVED in second.text
    assert "เลขที่ใบเสร็จ 12/345 ใช้แล้วใน R2611000124" in second.text
    assert (await ticket(desk, "R2611000125")).price == 1500


async def test_a_receipt_older_than_the_ticket_takes_the_ticket_back_with_it(desk):
    asked = await desk.says(
        "/open C81554 มาเอง 5 ถ่ายเอกสาร => ให้แล้ว 20 บาท ใบเสร็จ 12/345 19 พ.ย. 69 ปิด"
    )
    assert "อยู่ก่อนวันที่สร้างใบงาน" in asked.text
    assert "12/345" in asked.text
    done = await desk.presses("ย้อนวันที่สร้างใบงานเป็น 19 พ.ย. 69")
    assert SAVED in done.text
    assert (await ticket(desk)).created_at.isoformat() == "2026-11-19T01:30:00+00:00"


async def test_a_receipt_older_than_the_ticket_may_be_typed_again(desk):
    await desk.says("/open C81554 มาเอง 5 ถ่ายเอกสาร => ให้แล้ว 20 บาท ใบเสร็จ 12/345 19 พ.ย. 69 ปิด")
    done = await desk.says("23 พ.ย. 69")
    assert SAVED in done.text
    assert str((await ticket(desk)).receipt_on) == "2026-11-23"


async def test_an_older_receipt_that_stands_already_does_not_hinder_other_changes(desk):
    old = replace(
        tickets.Ticket(
            "R2611000900", "walk_in", "5", "ถ่ายเอกสาร", desk.now, desk.now, None, desk.ids["nok"]
        ),
        receipt_no="1/1",
        receipt_on=date(2020, 1, 1),
    )
    await desk.db.write(lambda tx: tickets.add_ticket(tx, old))
    await desk.says("ใบงาน R2611000900")
    await desk.presses("แก้ไข")
    await desk.presses("เหตุผล")
    await desk.says("ติดต่อยาก")
    assert SAVED in (await desk.presses("บันทึก")).text


@pytest.mark.parametrize(
    "typed", ["512 31 กุมภาพันธ์ 2563", "512 ลงวันที่ 31 ก.พ. 63", "512 19 ก.พ. 2653"]
)
async def test_a_letter_of_a_day_that_is_none_keeps_its_number(desk, typed):
    await edits(desk, "เลขที่ลงรับ", "/open C81554 หนังสือ 6.4 ขอสถิติเด็ก")
    refused = await desk.says(typed)
    assert "ในปฏิทิน" in refused.text
    assert "เลขที่ลงรับ: 512" in refused.text
    await desk.says("24 ก.พ. 63")
    await desk.presses("บันทึก")
    saved = await ticket(desk)
    assert (saved.letter_no, str(saved.letter_on)) == ("512", "2020-02-24")


# Forwarded mail.


async def test_one_form_makes_both_tickets_of_a_forwarded_mail(desk):
    asked = await desk.says("/open C81554 เมล binfopub ขอข้อมูลระดับย่อย สรง. 2562 @ต้น")
    assert "ผู้รับบริการตัวจริง" in asked.text
    asked = await desk.says("กมลชนก")
    assert "เรื่องของใบงานที่สอง" in asked.text
    done = await desk.says("7.2")
    assert f"{SAVED} R2611000124" in done.text
    assert "R2611000125 ปิดแล้ว" in done.text
    real, first = await ticket(desk), await ticket(desk, "R2611000125")
    assert (real.customer, real.subject, real.status, real.channel) == (
        "C70001",
        "7.2",
        "open",
        "email",
    )
    assert real.details == "ขอข้อมูลระดับย่อย สรง. 2562"
    assert real.assignee == desk.ids["ton"]
    assert (first.customer, first.subject, first.status) == ("C81554", "mail.binfopub", "closed")
    assert "ผศ.ดร.กมลชนก รัตนพิทักษ์" in first.result
    assert "R2611000124" in first.result
    assert first.closed_at is not None
    assert "R2611000124" in desk.told("ton").text


@pytest.mark.parametrize(
    ("details", "asked"),
    [
        ("กมลชนก รัตนพิทักษ์ ขอข้อมูลแรงงาน", "ขอข้อมูลแรงงาน"),
        ("คุณกมลชนก ขอข้อมูลแรงงาน", "ขอข้อมูลแรงงาน"),
        ("ขอข้อมูลแรงงานให้ กมลชนก", "ขอข้อมูลแรงงานให้ กมลชนก"),
        ("กมลชนก รัตนพิทักษ์", "ข้อมูลสถิติ (ข้อมูล สสช.)"),
    ],
)
async def test_the_result_of_a_forwarded_mail_says_the_name_once(desk, details, asked):
    await desk.says(f"/open C81554 เมล fwd {details}")
    await desk.says("C70001")
    await desk.says("6.1")
    told = (await ticket(desk, "R2611000125")).result
    assert told == f"ผศ.ดร.กมลชนก รัตนพิทักษ์ ติดต่อเรื่อง {asked} รายละเอียดในใบงานเลขที่ R2611000124"


async def test_what_a_forwarded_mail_asks_for_is_counted_once(desk):
    await desk.says("/open C81554 เมล fwd ขอสถิติ")
    await desk.presses("ช่องอื่น ๆ")
    await desk.presses("ชื่อโครงการ")
    await desk.says("สรง. 2562")
    await desk.says("C70001")
    await desk.says("6.1")
    assert (await ticket(desk)).projects == (LFS,)
    assert (await ticket(desk, "R2611000125")).projects == ()
    assert await desk.count("ticket_data", "project = ?", LFS) == 1


async def test_the_real_customer_of_a_forwarded_mail_may_be_new(desk):
    await desk.says("/open C81554 เมล fwd ขอสถิติ")
    await desk.says("นายพสพล เจริญพร")
    await desk.presses("ผู้รับบริการใหม่")
    await desk.presses("ประชาสังคม")
    await desk.says("0800001111")
    await desk.says("9")
    done = await desk.says("6.1")
    assert SAVED in done.text
    assert (await ticket(desk)).customer == "C90211"
    assert "นายพสพล เจริญพร" in (await ticket(desk, "R2611000125")).result


async def test_a_mail_that_waits_becomes_a_pair_when_it_is_closed(desk):
    await desk.says("/open C81554 เมล fwd ขอสถิติ")
    await desk.presses("ไม่มีใบงานที่สอง")
    assert await desk.count("tickets") == 1
    asked = await desk.presses("ปิดใบงาน")
    assert "ผู้รับบริการตัวจริง" in asked.text
    await desk.says("C70001")
    done = await desk.says("6.1")
    assert "R2611000124 ปิดแล้ว" in done.text
    assert (await ticket(desk)).result.endswith("R2611000125")
    assert (await ticket(desk, "R2611000125")).customer == "C70001"


# Provincial numbers of users.


async def test_a_province_and_a_number_are_one_line_and_one_tap(desk):
    shown = await desk.says("/open กระบี่ 1600")
    assert "จำนวนผู้เข้าชมเว็บไซต์ กระบี่ จำนวน 1,600 ราย" in shown.text
    done = await desk.presses("ปิดด้วยผลนี้")
    assert SAVED in done.text
    saved = await ticket(desk)
    assert (saved.province, saved.user_count, saved.counted_on) == ("กระบี่", 1600, None)
    assert (saved.subject, saved.details, saved.status) == (
        "mail.provincial_users",
        "กระบี่ 1600",
        "closed",
    )
    await desk.presses("เติมประจำเดือน")
    await desk.presses("ต.ค. 69")
    assert str((await ticket(desk)).counted_on) == "2026-10-01"


async def test_a_report_typed_without_its_command_is_offered_as_a_ticket(desk):
    found = await desk.says("กระบี่ 1600")
    assert "สร้างใบงานจากข้อความนี้" in found.buttons
    await desk.presses("สร้างใบงานจากข้อความนี้")
    await desk.presses("ปิดด้วยผลนี้")
    assert (await ticket(desk)).user_count == 1600


async def test_a_name_typed_where_a_number_is_asked_for_is_asked_about(desk):
    await edits(desk, "เลขที่ลงรับ", "/open C81554 หนังสือ 6.4 ขอสถิติเด็ก")
    asked = await desk.says("สมชาย")
    assert "ค้นหาใหม่" in asked.buttons
    assert "C90210" in (await desk.presses("ค้นหาใหม่")).text + str(desk.last["telegram:nok"].buttons)


async def test_a_report_of_several_provinces_is_asked_about(desk):
    asked = await desk.says("/open C82001 เมล รายงานผู้ใช้ กระบี่ 1600 ตาก 900 => รับแล้ว ปิด")
    assert "จังหวัด, จำนวนผู้ใช้" in asked.text
    assert "ไม่พบจังหวัด" in (await desk.says("บนดวงจันทร์")).text
    asked = await desk.says("กระบึ่")
    assert asked.buttons[0] == "กระบี่"
    await desk.presses("กระบี่")
    assert "ไม่ถูกต้อง" in (await desk.says("มาก")).text
    assert SAVED in (await desk.says("๑,๖๐๐ ราย")).text
    assert await desk.count("tickets", "province = 'กระบี่' AND user_count = 1600") == 1


# The assignee.


async def test_the_assignee_is_found_by_team_and_then_person(desk):
    await desk.db.write(lambda tx: staff.add_team(tx, "ทีมข้อมูล", [desk.ids["ton"], desk.ids["may"]]))
    await edits(desk, "ผู้รับผิดชอบ")
    people = await desk.presses("ทีม ทีมข้อมูล")
    assert people.buttons[:3] == ["ต้น", "เมย์", "ไม่เปลี่ยนผู้รับผิดชอบ"]
    assert "ผู้รับผิดชอบ: เมย์" in (await desk.presses("เมย์")).text
    await desk.presses("บันทึก")
    assert (await ticket(desk)).assignee == desk.ids["may"]


async def block(desk, who: str) -> None:
    await desk.db.write(lambda tx: staff.set_blocked(tx, desk.ids[who], desk.now))


async def test_somebody_who_left_is_no_assignee(desk):
    await edits(desk, "ผู้รับผิดชอบ")
    await block(desk, "ton")
    refused = await desk.presses("ต้น")
    assert "คุณต้นไม่ได้ใช้ระบบแล้ว" in refused.text
    assert "ต้น" not in refused.buttons
    assert "ไม่พบเจ้าหน้าที่หรือทีม" in (await desk.says("นายไม่มี")).text


async def test_a_line_to_somebody_who_left_keeps_all_and_asks_whom(desk):
    await block(desk, "ton")
    asked = await desk.says("/open C81554 โทร 1.1 @ต้น ถามค่าจ้าง => ตอบแล้ว ปิด")
    assert "คุณต้นไม่ได้ใช้ระบบแล้ว" in asked.text
    done = await desk.presses("เมย์")
    assert SAVED in done.text
    assert (
        await desk.count("tickets", "details = 'ถามค่าจ้าง' AND assignee_id = ?", desk.ids["may"])
        == 1
    )


# One line.


async def test_a_rich_line_is_saved_at_once(desk):
    done = await desk.says(
        "/open C81554 เมล 7.2 ด่วน ขอแบบสอบถาม สรง. 2559-2561 และ HWS 2562 @ต้น อารมณ์โกรธ => ส่งแล้ว ปิด"
    )
    assert SAVED in done.text
    saved = await ticket(desk)
    assert (saved.urgency, saved.mood, saved.assignee) == ("high", "angry", desk.ids["ton"])
    assert saved.projects == (LFS, "สำรวจอนามัยและสวัสดิการ")
    assert saved.details == "ขอแบบสอบถาม สรง. 2559-2561 และ HWS 2562"


async def test_an_uncertain_word_is_shown_before_saving(desk):
    shown = await desk.says("/open C81554 โทร 1.1 บ่นว่าเว็บไซต์ใช้ ยุ่งยาก")
    assert "ความยุ่งยาก: ยุ่งยาก" in shown.text
    assert await desk.count("tickets") == 0
    await desk.presses("บันทึก")
    assert (await ticket(desk)).details == "บ่นว่าเว็บไซต์ใช้ ยุ่งยาก"


async def test_details_typed_into_the_form_are_read_as_in_a_line(desk):
    await desk.says("0812345678")
    await desk.presses("สร้างใบงาน")
    done = await desk.says("ขอ สรง. 2562 ด่วน => แนะนำเว็บไซต์ ปิด")
    assert SAVED in done.text
    saved = await ticket(desk)
    assert (saved.projects, saved.urgency, saved.status) == ((LFS,), "high", "closed")


# History and old tickets.


async def test_history_says_who_when_from_and_to_newest_first_by_pages(desk):
    await edits(desk, "ราคา")
    await desk.says("1,500")
    await desk.presses("บันทึก")
    for n in range(6):
        desk.wait(minutes=1)
        await desk.says("ใบงาน R2611000124")
        await desk.presses("แก้ไข")
        await desk.presses("เหตุผล")
        await desk.says(f"ติดต่อยาก {n}")
        await desk.presses("บันทึก")
    await desk.says("ใบงาน R2611000124")
    first = await desk.chooses("ประวัติ")
    assert first.text.splitlines()[1].startswith(
        "23 พ.ย. 69 10.06 น. นก: เหตุผล/ปัญหา/อุปสรรค: ติดต่อยาก 0"
    )
    assert "ราคา" not in first.text
    second = await desk.presses("ถัดไป")
    assert "ราคา: - → 1,500.00" in second.text
    assert "สถานะ: - → เปิด" in second.text
    assert "ก่อนหน้า" in second.buttons


async def test_remarks_are_added_to_a_closed_ticket(desk):
    await desk.says("/open C81554 โทร 1.1 ถาม => ตอบแล้ว ปิด")
    for text in ("ติดต่อยาก", "สายหลุด"):
        await desk.presses("แก้ไข")
        await desk.presses("เหตุผล")
        await desk.says(text)
        await desk.presses("บันทึก")
    saved = await ticket(desk)
    assert (saved.remarks, saved.status) == ("ติดต่อยาก\nสายหลุด", "closed")


async def test_a_ticket_closed_years_ago_is_reopened_only_after_a_question(desk):
    await desk.says("/open C81554 โทร 1.1 ถาม => ตอบแล้ว ปิด")
    desk.wait(days=800)
    await desk.says("ใบงาน R2611000124")
    asked = await desk.presses("เปิดใบงานอีกครั้ง")
    assert "ปิดตั้งแต่ 23 พ.ย. 69" in asked.text
    assert (await ticket(desk)).status == "closed"
    await desk.presses("เปิดใบงานเดิม")
    saved = await ticket(desk)
    assert (saved.status, saved.result) == ("open", "ตอบแล้ว")


async def test_every_field_is_given_changed_and_read(desk):
    await edits(desk, "ผู้ติดต่อ", "/open C70001 หนังสือ 7.4 ขอข้อมูล")
    steps = [
        ("อีเมลสำหรับตอบ", "kamon2@example.ac.th"), ("ความเร่งด่วน", "เร่งด่วน"), ("อารมณ์", "แย่"),
        ("ความยุ่งยาก", "ยุ่งยากมากเป็นพิเศษ"), ("วันที่สร้าง", "19 พ.ย. 69"), ("ชื่อโครงการ", "สรง. 2562"),
        ("เลขที่ลงรับ", "512 20 พ.ย. 69"), ("เลขที่สัญญา", "81/69 20 พ.ย. 69"), ("ราคา", "๑,๕๐๐ บาท"),
        ("เลขที่ใบเสร็จ", "12/345 20 พ.ย. 69"), ("วัตถุประสงค์", "เพื่อการวิจัย"), ("ชื่อหน่วยงาน", "กรมการปกครอง"),
        ("ลิงก์", "https://example.com"), ("เหตุผล", "ติดต่อยาก"), ("รายละเอียด", "ขอข้อมูลระดับย่อย"),
        ("ผลของการให้บริการ", "กำลังทำ"), ("ผู้รับผิดชอบ", "เมย์"),
    ]  # fmt: skip
    await desk.presses("น.ส.นิดา")
    for label, text in steps:
        await desk.presses("ช่องอื่น ๆ")
        await desk.presses("ช่องทั้งหมด")
        await desk.presses(label)
        await desk.says(text)
    done = await desk.presses("บันทึก")
    assert SAVED in done.text
    shown = (await desk.says("ใบงาน R2611000124")).text
    for text in (
        "น.ส.นิดา", "kamon2@example.ac.th", "เร่งด่วน", "แย่", "ยุ่งยากมากเป็นพิเศษ", "19 พ.ย. 69", f"{LFS} พ.ศ. 2562",
        "512 (20 พ.ย. 69)", "81/2569 (20 พ.ย. 69)", "1,500.00", "12/345 (20 พ.ย. 69)", "เพื่อการวิจัย", "กรมการปกครอง",
        "https://example.com", "ติดต่อยาก", "ขอข้อมูลระดับย่อย", "กำลังทำ", "เมย์",
    ):  # fmt: skip
        assert text in shown
