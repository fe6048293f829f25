"""A number or a code anywhere in what is typed leads to its record, and a button acts on the record
that it names.
"""

import pytest

from domain.staff import Platform

FIRST, SECOND = "R2611000124", "R2611000125"
CLOSED = "status = 'closed'"


@pytest.fixture
async def two(desk):
    """Two open tickets of two customers."""
    await desk.says("/open C81554 เมล 6.1 ขอข้อมูลประชากรแฝง")
    await desk.says("/open C70001 โทร 7.1 ถามเรื่องข้อมูลระดับย่อย")
    return desk


@pytest.mark.parametrize(
    "text",
    [
        "ใบงานR2611000124ปิดยัง",
        "Rคือ ๒๖๑๑๐๐๐๑๒๔",
        "R 2611 000124",
        "R26-11000124",
        "ขอดูr2611000124หน่อยค่ะ",
        "/ticket R 2611 000124",
        "/ticket 2611000124",
        "ใบงาน ๒๖๑๑๐๐๐๑๒๔",
        "หา ใบงาน R2611000124",
        "/find Rคือ 2611000124",
        "/open R2611-000124",
        "เปิดใบงานR2611000124",
        "ค้นใบงาน R 2611 000124",
        "2611000124",
    ],
)
async def test_a_ticket_number_leads_to_its_card(two, text):
    answer = await two.says(text)
    assert "🎫 R2611000124" in answer.text
    assert f"ปิดใบงาน {FIRST}" in answer.buttons
    assert await two.count("tickets", CLOSED) == 0


@pytest.mark.parametrize(
    "text",
    [
        "รหัสC81554ค่ะ",
        "c 81554",
        "C-81554",
        "รหัส ๘๑๕๕๔",
        "ลูกค้ารหัส C81554 โทรมา",
        "สมชายC81554",
        "หา C 81554",
    ],
)
async def test_a_code_leads_to_its_customer(desk, text):
    assert "👤 C81554 นายสมชาย ใจดี" in (await desk.says(text)).text


@pytest.mark.parametrize(
    "text", ["RGB2611000124x", "R2611000124@example.com", "HP-C81554", "https://example.com/C81554"]
)
async def test_what_is_no_reference_is_searched_for(two, text):
    assert "ผลลัพธ์: 0" in (await two.says(text)).text


async def test_a_contract_within_a_text_is_shown(desk):
    await desk.says(
        "/open C70001 หนังสือ 7.4 เลขรับ 5 20 พ.ย. 69 ขอข้อมูลระดับย่อย สรง. 2560 สัญญา 81/2569 => ส่งแล้ว"
    )
    for text in ("สัญญา 81/69 ถึงไหนแล้ว", "/contract 81/69", "ตามสัญญาเลขที่ ๘๑/๒๕๖๙"):
        assert "81/2569" in (await desk.says(text)).text


@pytest.mark.parametrize("text", ["R2611000124 กับ R2611000125", "R2611000124/R2611000125 ของใคร"])
async def test_two_records_of_one_text_are_both_offered(two, text):
    answer = await two.says(text)
    assert [label.split(" ")[0] for label in answer.buttons[:2]] == [FIRST, SECOND]
    assert f"🎫 {SECOND}" in (await two.presses(SECOND)).text


async def test_a_ticket_and_a_customer_of_one_text_are_both_offered(two):
    answer = await two.says("R2611000124 ของ C70001 ใช่ไหม")
    assert len([label for label in answer.buttons if FIRST in label or "C70001" in label]) == 2


async def test_a_code_and_a_telephone_of_one_text_are_both_offered(two):
    answer = await two.says("C70001 ให้โทรกลับ 0812345678")
    assert len([label for label in answer.buttons if "C70001" in label or "C81554" in label]) == 2


async def test_a_number_that_is_none_is_told(desk):
    assert "ไม่พบใบงาน R2611000999" in (await desk.says("R2611 000999")).text


@pytest.mark.parametrize("text", ["R 2611 000124", "Rคือ ๒๖๑๑๐๐๐๑๒๔", "ใบงาน R2611000124 ค่ะ"])
async def test_a_bare_number_breaks_out_of_a_form(two, text):
    await two.says("0812345678")
    await two.presses("สร้างใบงาน")
    answer = await two.says(text)
    assert "🎫 R2611000124" in answer.text
    assert "พักร่างไว้" in answer.text


@pytest.mark.parametrize(
    "text", ["ปิดใบงาน R 2611 000124 ส่งแล้ว", "/close R26-11000124 ส่งแล้ว", "/close 2611000124 ส่งแล้ว"]
)
async def test_commands_read_every_writing(two, text):
    await two.says(text)
    assert await two.count("tickets", f"no = '{FIRST}' AND {CLOSED} AND result = 'ส่งแล้ว'") == 1


async def test_an_edit_reads_every_writing(two):
    await two.says("แก้ไข c 81554 หมายเหตุ ลูกค้าประจำ")
    assert await two.count("customers", "code = 'C81554' AND note = 'ลูกค้าประจำ'") == 1


async def test_a_reminder_reads_every_writing(two):
    await two.says("เตือน R 2611 000124 พรุ่งนี้ 9.00")
    assert await two.count("reminders", f"record = '{FIRST}'") == 1


async def test_a_caption_reads_every_writing(two):
    answer = await two.sends_file(b"%PDF-1.4\n%%EOF", "a.pdf", caption="แนบใบงานR 2611 000124ค่ะ")
    assert f"แนบกับ {FIRST}" in answer.text


async def test_a_number_typed_after_a_file_reads_every_writing(two):
    await two.sends_file(b"%PDF-1.4\n%%EOF", "a.pdf")
    assert f"แนบกับ {FIRST}" in (await two.says("R คือ 2611000124")).text


@pytest.mark.parametrize("text", ["ใบงานR2611000124ปิดยัง", "R 2611 000124", "/ticket R2611-000124"])
async def test_a_group_reads_every_writing(two, text):
    await two.says("/enroll", who="may", chat="group1")
    answer = await two.says(text, chat="group1")
    assert answer.text.startswith(f"🎫 {FIRST}")
    assert "สมชาย" not in answer.text


async def test_a_group_hears_of_both_records(two):
    await two.says("/enroll", who="may", chat="group1")
    answer = await two.says("R2611000124 กับรหัสC70001ค่ะ", chat="group1")
    assert FIRST in answer.text
    assert "C70001" in answer.text
    assert "กมลชนก" not in answer.text


# What a text may be for a ticket.


async def test_a_text_after_saving_is_offered_for_that_ticket_by_its_number(two):
    answer = await two.says("แนะนำให้ดูที่เว็บไซต์แล้ว")
    assert f"ใช้เป็นผลและปิด {SECOND}" in answer.buttons
    assert not [label for label in answer.buttons if FIRST in label]
    await two.presses(f"ใช้เป็นผลและปิด {SECOND}")
    assert (
        await two.count(
            "tickets", f"no = '{SECOND}' AND {CLOSED} AND result = 'แนะนำให้ดูที่เว็บไซต์แล้ว'"
        )
        == 1
    )
    assert await two.count("tickets", CLOSED) == 1


async def test_a_text_that_names_another_ticket_is_offered_for_that_one(two):
    answer = await two.says("R2611000124 ส่งไฟล์ให้แล้ว")
    assert f"ใช้เป็นผลและปิด {FIRST}" in answer.buttons
    assert not [label for label in answer.buttons if SECOND in label]
    await two.presses("ใช้เป็นผลและปิด")
    assert await two.count("tickets", f"no = '{FIRST}' AND {CLOSED} AND result = 'ส่งไฟล์ให้แล้ว'") == 1
    assert await two.count("tickets", CLOSED) == 1


async def test_who_looked_at_another_ticket_since_is_offered_that_one(two):
    await two.says(FIRST)
    answer = await two.says("แนะนำให้ดูที่เว็บไซต์แล้ว")
    assert f"ใช้เป็นผลและปิด {FIRST}" in answer.buttons
    assert not [label for label in answer.buttons if SECOND in label]


async def test_who_moved_on_to_another_customer_is_offered_none(two):
    await two.says("C90210")
    answer = await two.says("แนะนำให้ดูที่เว็บไซต์แล้ว")
    assert not [label for label in answer.buttons if "ใช้เป็นผล" in label]


async def test_after_half_an_hour_none_is_offered(two):
    two.wait(minutes=31)
    answer = await two.says("แนะนำให้ดูที่เว็บไซต์แล้ว")
    assert not [label for label in answer.buttons if "ใช้เป็นผล" in label]


async def test_a_colleagues_ticket_is_not_ones_latest(two):
    await two.says(FIRST, who="ton")
    answer = await two.says("แนะนำให้ดูที่เว็บไซต์แล้ว", who="ton")
    assert f"ใช้เป็นผลและปิด {FIRST}" in answer.buttons


async def test_a_remark_is_added_by_its_button(two):
    await two.says("R2611000124 ศูนย์ข้อมูลตอบช้า")
    await two.presses(f"ใช้เป็นหมายเหตุของ {FIRST}")
    assert (
        await two.count(
            "tickets", f"no = '{FIRST}' AND remarks = 'ศูนย์ข้อมูลตอบช้า' AND status = 'open'"
        )
        == 1
    )


async def test_a_closed_ticket_takes_no_second_result(two):
    await two.says("ปิดใบงาน R2611000124 ส่งแล้ว")
    answer = await two.says("R2611000124 ลูกค้าโทรมาขอบคุณ")
    assert not [label for label in answer.buttons if "ใช้เป็นผล" in label]
    assert f"ใช้เป็นหมายเหตุของ {FIRST}" in answer.buttons


async def test_a_question_about_a_ticket_is_no_answer_to_it(two):
    answer = await two.says("R2611000124 ลูกค้าตอบหรือยังคะ")
    assert not [label for label in answer.buttons if "ใช้เป็น" in label]


@pytest.mark.parametrize("platform", [Platform.TELEGRAM, Platform.LINE])
async def test_a_result_that_names_another_ticket_is_not_taken_for_the_open_form(two, platform):
    await two.says(SECOND, platform=platform)
    await two.presses("ปิดใบงาน", platform=platform)
    answer = await two.says("R2611000124 ส่งไฟล์ให้แล้ว", platform=platform)
    assert await two.count("tickets", CLOSED) == 0
    assert SECOND in answer.text
    await two.presses("ค้นหาใหม่", platform=platform)
    await two.presses(f"ใช้เป็นผลและปิด {FIRST}", platform=platform)
    assert await two.count("tickets", f"no = '{FIRST}' AND {CLOSED}") == 1
    assert await two.count("tickets", CLOSED) == 1


async def test_a_result_that_was_given_meanwhile_is_not_written_over_unseen(two):
    await two.says("แนะนำให้ดูที่เว็บไซต์แล้ว")
    await two.says(f"แก้ไข {SECOND} ผล ส่งเอกสารแล้ว", who="ton")
    shown = await two.presses(f"ใช้เป็นผลของ {SECOND}")
    assert await two.count("tickets", f"no = '{SECOND}' AND result = 'ส่งเอกสารแล้ว'") == 1
    assert "แนะนำให้ดูที่เว็บไซต์แล้ว" in shown.text


async def test_what_closes_names_its_ticket_wherever_a_message_speaks_of_two(two):
    await two.says(SECOND)
    await two.presses("แก้ไข")
    card = await two.says(FIRST)
    assert SECOND in card.text  # the draft that was put aside
    assert [label for label in card.buttons if "ปิด" in label] == [f"ปิดใบงาน {FIRST}"]
    await two.presses(f"ปิดใบงาน {FIRST}")
    await two.says("ส่งแล้ว")
    assert (
        await two.count("tickets", CLOSED)
        == await two.count("tickets", f"{CLOSED} AND no = '{FIRST}'")
        == 1
    )


@pytest.mark.parametrize(
    "text", ["R2611000001ถึงไหนแล้ว", "R2611000001 ถึงไหนแล้วคะ", "เรื่องใน R2611000001 ไปถึงใคร"]
)
async def test_a_ticket_that_does_not_exist_is_said_to_be_none_within_a_text_as_well(desk, text):
    told = await desk.says(text)
    assert "ไม่พบใบงาน R2611000001" in told.text
    assert "ผลลัพธ์: 0" not in told.text
    assert not [label for label in told.buttons if "ผู้รับบริการใหม่" in label]
