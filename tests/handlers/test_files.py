"""Files in conversations: where they go, what is refused, how they are shown again and removed."""

import zipfile
from io import BytesIO

import pytest

from domain.errors import NotFound
from domain.staff import Platform
from handlers.desk import FetchFailed
from store import files

PDF, JPEG = b"%PDF-1.7\n", b"\xff\xd8\xff\xe0"
NO, NEXT = "R2611000124", "R2611000125"
LINE = Platform.LINE


async def ticket(desk, details="ถามรายได้", who="nok"):
    await desk.says(f"/open C81554 โทร 1.1 {details} => ตอบแล้ว", who=who)


async def names(desk, record=NO):
    return [file.name for file in await files.list_files(desk.db, record)]


@pytest.mark.parametrize("platform", [Platform.TELEGRAM, LINE])
async def test_a_file_without_a_word_is_kept_and_asked_about(desk, platform):
    await ticket(desk)
    asked = await desk.sends_file(PDF, "แบบฟอร์ม.pdf", platform=platform)
    assert "แบบฟอร์ม.pdf" in asked.text
    assert "แนบกับใบงานไหน" in asked.text
    assert await names(desk) == []
    done = await desk.presses(NO, platform=platform)
    assert f"แนบกับ {NO} แล้ว: แบบฟอร์ม.pdf" in done.text
    assert "ไฟล์แนบ (1)" in done.buttons
    assert await names(desk) == ["แบบฟอร์ม.pdf"]
    assert await desk.count("audit", "action = 'ticket.file_added' AND record = ?", NO) == 1
    history = await desk.says(f"ใบงาน {NO}", platform=platform)
    history = await desk.chooses("ประวัติ", platform=platform)
    assert "ไฟล์แนบ: - → แบบฟอร์ม.pdf" in history.text


async def test_a_number_typed_after_the_question_answers_it(desk):
    await ticket(desk)
    await desk.sends_file(PDF, "a.pdf")
    await desk.sends_file(PDF + b"2", "b.pdf")
    done = await desk.says("r๒๖๑๑๐๐๐๑๒๔")
    assert "2 ไฟล์ (a.pdf, b.pdf)" in done.text
    assert await names(desk) == ["a.pdf", "b.pdf"]
    assert "🎫" in (await desk.says(NO)).text


async def test_a_number_typed_long_after_the_question_opens_the_ticket(desk):
    await ticket(desk)
    await desk.sends_file(PDF, "a.pdf")
    desk.wait(minutes=31)
    assert "🎫" in (await desk.says(NO)).text
    assert await names(desk) == []


async def test_several_files_in_a_row_are_asked_about_together_and_each_goes_once(desk):
    await ticket(desk)
    first = await desk.sends_file(PDF, "a.pdf")
    both = await desk.sends_file(PDF + b"2", "b.pdf")
    assert "2 ไฟล์ (a.pdf, b.pdf)" in both.text
    await desk.presses(NO)
    assert await names(desk) == ["a.pdf", "b.pdf"]
    late = await desk.presses_token(first.token(NO))
    assert "แนบหรือลบไฟล์นี้ไปแล้ว" in late.text
    assert await names(desk) == ["a.pdf", "b.pdf"]


async def test_a_press_on_the_first_question_takes_only_what_it_names(desk):
    await ticket(desk)
    first = await desk.sends_file(PDF, "a.pdf")
    await desk.sends_file(PDF + b"2", "b.pdf")
    await desk.presses_token(first.token(NO))
    assert await names(desk) == ["a.pdf"]


@pytest.mark.parametrize(
    "how",
    [
        {"caption": f"ใบเสร็จของ {NO.lower()} ครับ"},
        {"caption": "R๒๖๑๑๐๐๐๑๒๔"},
        {"quoted": f"🎫 {NO} · เปิด\nผู้รับบริการ: …"},
        {"quoted": f"✅ บันทึกข้อมูลเรียบร้อย {NO} · สถานะ เปิด\nเลขอื่น {NEXT}"},
    ],
)
async def test_a_caption_or_an_answered_card_names_the_ticket(desk, how):
    await ticket(desk)
    await ticket(desk, "อีกเรื่อง")
    done = await desk.sends_file(PDF, "a.pdf", **how)
    assert f"แนบกับ {NO} แล้ว" in done.text
    assert await names(desk) == ["a.pdf"]


async def test_a_number_that_is_no_ticket_is_told_and_the_file_kept(desk):
    await ticket(desk)
    asked = await desk.sends_file(PDF, "a.pdf", caption="R2611000999")
    assert "ไม่พบใบงาน R2611000999" in asked.text
    await desk.presses(NO)
    assert await names(desk) == ["a.pdf"]


async def test_an_open_form_keeps_its_files_until_it_is_saved(desk):
    await desk.says("/open C81554 โทร 1.1")
    form = await desk.sends_file(PDF, "a.pdf")
    assert "เก็บไว้กับร่างนี้แล้ว: a.pdf" in form.text
    assert "พิมพ์รายละเอียด" in form.text
    saved = await desk.sends_file(PDF + b"2", "b.pdf", caption="ขอข้อมูลแรงงาน")
    assert "บันทึกข้อมูลเรียบร้อย" in saved.text
    assert "ขอข้อมูลแรงงาน" in saved.text
    assert "ไฟล์แนบ (2)" in saved.buttons
    assert await names(desk) == ["a.pdf", "b.pdf"]


async def test_files_go_on_with_the_form_in_the_other_app(desk):
    await desk.says("/open C81554 โทร 1.1")
    await desk.sends_file(PDF, "a.pdf", platform=LINE)
    saved = await desk.says("ขอข้อมูลแรงงาน")
    assert "ไฟล์แนบ (1)" in saved.buttons


async def test_files_of_an_edit_come_with_its_save_even_alone(desk):
    await ticket(desk)
    await desk.says(f"ใบงาน {NO}")
    await desk.presses("แก้ไข")
    form = await desk.sends_file(PDF, "a.pdf")
    assert "เก็บไว้กับร่างนี้แล้ว" in form.text
    saved = await desk.presses("บันทึก")
    assert "ไฟล์แนบ (1)" in saved.buttons
    assert await names(desk) == ["a.pdf"]


async def test_a_cancelled_form_keeps_no_file(desk):
    await desk.says("/open C81554 โทร 1.1")
    await desk.sends_file(PDF, "a.pdf")
    await desk.says("ยกเลิก")
    assert (await files.forget_of_drafts(desk.db, desk.now)).touched == 1


async def test_a_file_beside_a_form_of_something_else_parks_it(desk):
    await ticket(desk)
    await desk.says("เพิ่มผู้รับบริการ")
    asked = await desk.sends_file(PDF, "a.pdf")
    assert "แนบกับใบงานไหน" in asked.text
    assert "ทำต่อ" in asked.buttons
    await desk.says(NO)
    assert await names(desk) == ["a.pdf"]


async def test_a_form_that_lay_for_long_is_asked_about(desk):
    await desk.says("/open C81554 โทร 1.1")
    desk.wait(minutes=31)
    asked = await desk.sends_file(PDF, "a.pdf")
    assert any("ร่าง" in label for label in asked.buttons)
    form = await desk.presses("ร่าง 🎫")
    assert "ไฟล์แนบ: 1" in form.text
    saved = await desk.says("ขอข้อมูลแรงงาน")
    assert "ไฟล์แนบ (1)" in saved.buttons


async def test_a_new_ticket_is_made_from_a_file_and_its_words(desk):
    await desk.sends_file(PDF, "หนังสือขอข้อมูล.pdf", caption="ขอข้อมูลประชากรรายตำบล")
    form = await desk.presses("สร้างใบงานใหม่")
    assert "ไฟล์แนบ: 1" in form.text
    saved = await desk.says("C81554")
    assert "ขอข้อมูลประชากรรายตำบล" in saved.text
    assert "ไฟล์แนบ (1)" in saved.buttons


async def test_a_file_may_be_thrown_away(desk):
    await desk.sends_file(PDF, "a.pdf")
    assert "ลบแล้ว: a.pdf" in (await desk.presses("ไม่ใช้ไฟล์")).text
    assert await desk.count("files") == 0


# Albums.


def album(count, caption="", size=None):
    first = {
        "content": JPEG + b"0",
        "kind": "photo",
        "album": "A1",
        "caption": caption,
        "album_size": size,
    }
    rest = [{**first, "content": JPEG + bytes([n]), "caption": ""} for n in range(1, count)]
    return [first, *rest]


@pytest.mark.parametrize("platform", [Platform.TELEGRAM, LINE])
async def test_an_album_goes_to_one_ticket_with_one_answer(desk, platform):
    await ticket(desk)
    done = await desk.brings(*album(4, f"หน้างาน {NO}"), platform=platform)
    assert len(done.replies) == 1
    assert "4 ไฟล์" in done.text
    found = await names(desk)
    assert len(set(found)) == 4


async def test_an_album_without_a_word_is_asked_about_once(desk):
    await ticket(desk)
    asked = await desk.brings(*album(3))
    assert len(asked.replies) == 1
    assert "3 ไฟล์" in asked.text
    await desk.presses(NO)
    assert len(await names(desk)) == 3
    late = await desk.brings({"content": JPEG + b"late", "kind": "photo", "album": "A1"})
    assert f"แนบกับ {NO} แล้ว: 4 ไฟล์" in late.text


async def test_an_album_in_a_form_is_one_answer_with_its_caption(desk):
    await desk.says("/open C81554 โทร 1.1")
    saved = await desk.brings(*album(3, "ถามผลสำรวจ"))
    assert len(saved.replies) == 1
    assert "ถามผลสำรวจ" in saved.text
    assert "ไฟล์แนบ (3)" in saved.buttons


async def test_an_album_that_says_how_many_it_has_waits_for_none(desk):
    await ticket(desk)
    done = await desk.brings(*album(2, NO, size=2))
    assert "2 ไฟล์" in done.text


async def test_a_picture_that_is_not_answered_still_keeps_its_form_from_being_saved_without_it(
    desk,
):
    """Its event writes the draft as well: a save that comes between is noticed, and the picture
    decided on afresh.
    """
    await desk.says("/open C81554 โทร 1.1")
    (before,) = await desk.db.fetch("SELECT version FROM forms WHERE state = 'open'")
    await desk.brings(*album(3))
    (after,) = await desk.db.fetch("SELECT version FROM forms WHERE state = 'open'")
    assert after["version"] == before["version"] + 3


async def test_a_late_picture_follows_its_album_into_a_parked_form_but_not_into_a_cancelled_one(
    desk,
):
    await desk.says("/open C81554 โทร 1.1")
    first, second, third = album(3)
    await desk.brings(first)
    await desk.says("เมนู")
    assert "ไฟล์แนบ: 2" in (await desk.brings(second)).text
    await desk.says("ยกเลิก")
    late = await desk.brings(third)
    assert "แนบกับใบงานไหน" in late.text
    assert await desk.count("forms", "state IN ('open', 'parked')") == 0


async def test_a_caption_that_comes_second_takes_the_first_picture_along(desk):
    await ticket(desk)
    first, second = album(2)
    await desk.brings(first)
    done = await desk.brings({**second, "caption": NO})
    assert "2 ไฟล์" in done.text
    assert len(await names(desk)) == 2


# What is not taken.


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"MZ\x90", "สัญญา.pdf", "ไฟล์โปรแกรม"),
        (b"<html>", "a.pdf", "หน้าเว็บ"),
        (b"", "a.pdf", "ว่างเปล่า"),
        (b"\x01\x02\x03", "a.pdf", "ไม่รู้จักไฟล์ชนิดนี้"),
        (PDF + bytes(20_000_001), "a.pdf", "ไฟล์ใหญ่เกิน 20 MB"),
    ],
)
async def test_a_refused_file_is_one_sentence_and_leaves_nothing(
    desk, tmp_path, content, name, said
):
    told = await desk.sends_file(content, name)
    assert said in told.text
    assert told.buttons == []
    assert await desk.count("files") == 0
    assert [path for path in (tmp_path / "files").rglob("*") if path.is_file()] == []


async def test_a_declared_size_is_refused_without_fetching(desk):
    assert "ไฟล์ใหญ่เกิน 20 MB" in (await desk.sends_file(PDF, "a.pdf", size=25_000_000)).text
    assert desk.recorders[Platform.TELEGRAM].downloads == 0


async def test_a_refused_file_leaves_the_form_where_it_was(desk):
    await desk.says("/open C81554 โทร 1.1")
    told = await desk.sends_file(b"MZ", "a.exe")
    assert "โปรแกรม" in told.text
    assert "พิมพ์รายละเอียด" in told.text


@pytest.mark.parametrize("kind", ["contact", "other"])
async def test_what_has_no_bytes_is_told_what_is_taken(desk, kind):
    assert "รับได้: ข้อความ รูป ไฟล์ เสียง ผู้ติดต่อ และตำแหน่ง" in (await desk.sends("attachment", kind)).text


async def test_a_file_that_is_gone_is_told(desk):
    desk.recorders[Platform.TELEGRAM].contents["gone"] = b""
    assert "ไม่พบไฟล์นี้แล้ว" in (await desk.sends_file(NotFound("file"), "a.pdf")).text


async def test_a_stranger_s_file_is_never_fetched(desk):
    await desk.sends_file(PDF, "a.pdf", who="stranger")
    assert desk.recorders[Platform.TELEGRAM].downloads == 0


async def test_a_download_that_fails_is_tried_again_then_told_with_a_way_to_go_on(
    desk, monkeypatch
):
    monkeypatch.setattr("bot.queues.worker.FETCH_PAUSES", (0.0, 0.0))
    await ticket(desk)
    told = await desk.sends_file(FetchFailed("down"), "a.pdf", caption=NO)
    assert "ดึงไฟล์จากแอปไม่สำเร็จ" in told.text
    recorder = desk.recorders[Platform.TELEGRAM]
    assert recorder.downloads == 3
    recorder.contents.update(dict.fromkeys(recorder.contents, PDF))
    again = await desk.presses("ลองใหม่")
    assert f"แนบกับ {NO} แล้ว" in again.text
    assert await names(desk) == ["a.pdf"]


async def test_the_same_file_twice_is_attached_once(desk):
    await ticket(desk)
    await desk.sends_file(PDF, "a.pdf", caption=NO)
    again = await desk.sends_file(PDF, "b.pdf", caption=NO)
    assert f"มี a.pdf ใน {NO} อยู่แล้ว" in again.text
    assert await names(desk) == ["a.pdf"]


# Shown again, removed.


async def test_the_only_file_is_sent_with_one_press(desk):
    await ticket(desk)
    await desk.sends_file(PDF, "แบบฟอร์ม.pdf", caption=f"ฉบับลงนาม {NO}")
    sent = await desk.presses("ไฟล์แนบ (1)")
    (document,) = desk.documents
    assert (document.name, document.mime, document.size) == (
        "แบบฟอร์ม.pdf",
        "application/pdf",
        len(PDF),
    )
    assert "ฉบับลงนาม" in sent.text
    assert await desk.count("audit", "action = 'ticket.file_read' AND record = ?", NO) == 1


async def test_of_several_files_one_or_all_are_sent(desk):
    await ticket(desk)
    for n in range(3):
        await desk.sends_file(PDF + bytes([n]), f"{n}.pdf", caption=NO)
    await desk.presses("ไฟล์แนบ (3)")
    await desk.presses("1.pdf")
    assert [document.name for document in desk.documents] == ["1.pdf"]
    await desk.says(NO)
    await desk.presses("ไฟล์แนบ (3)")
    await desk.presses("ส่งทั้งหมด (3)")
    assert [document.name for document in desk.documents[1:]] == ["0.pdf", "1.pdf", "2.pdf"]


async def test_removing_is_asked_about_and_done_once(desk):
    await ticket(desk)
    await desk.sends_file(PDF, "a.pdf", caption=NO)
    await desk.presses("ไฟล์แนบ")
    asked = await desk.presses("ลบไฟล์นี้")
    assert f"ลบ a.pdf ออกจาก {NO} หรือไม่" in asked.text
    assert await names(desk) == ["a.pdf"]
    assert "แล้ว" in (await desk.presses_token(asked.token("ลบ"))).text
    assert await names(desk) == []
    assert "กดปุ่มนี้ไปแล้ว" in (await desk.presses_token(asked.token("ลบ"))).text
    await desk.says(NO)
    history = await desk.chooses("ประวัติ")
    assert "ไฟล์แนบ: a.pdf → -" in history.text


async def test_unsending_removes_what_came_with_that_message_and_says_nothing(desk):
    await ticket(desk)
    await desk.sends_file(PDF, "a.pdf", platform=LINE, message="461", caption=NO)
    await desk.sends_file(PDF + b"2", "b.pdf", platform=LINE, message="462", caption=NO)
    answer = await desk.gives({"kind": "unsent", "of": "461"}, "nok", LINE)
    assert answer.replies == []
    assert await names(desk) == ["b.pdf"]
    assert await desk.count("audit", "action = 'ticket.file_unsent'") == 1
    await desk.gives({"kind": "unsent", "of": "462"}, "ton", Platform.TELEGRAM)
    assert await names(desk) == ["b.pdf"]


async def test_an_archive_with_a_program_in_it_is_refused(desk):
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("ข้อมูล/run.exe", b"MZ")
    assert "โปรแกรม" in (await desk.sends_file(buffer.getvalue(), "ข้อมูล.zip")).text
