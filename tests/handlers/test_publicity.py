"""Publicity logged by its officers: one line, a pasted or forwarded post, twins, corrections,
removals.
"""

import pytest

from domain.staff import Platform
from tests.handlers.conftest import DeskUnderTest

SAVED = "บันทึกข้อมูลเรียบร้อย"
LABOUR = "ผลสำรวจภาวะการทำงานของประชากร ต.ค. 69"
POST = "https://www.facebook.com/nso.thailand/posts/123"
JPEG = b"\xff\xd8\xff\xe0"
TWEET = "https://x.com/NSOThailand/status/77"
WORDS = "เผยแพร่ข่าวประชาสัมพันธ์ จากผลการสำรวจภาวะการทำงานของประชากร เดือนตุลาคม พ.ศ. 2569 ผ่านช่องทาง "


@pytest.fixture
async def logged(desk: DeskUnderTest) -> DeskUnderTest:
    """P1 on Facebook and Line: R2611000124 and R2611000125; the confirmation is the last answer."""
    await desk.says(f"{POST} {LABOUR}")
    await desk.presses("เพิ่ม Line")
    await desk.presses("บันทึก 2 ช่องทาง")
    return desk


async def rows(desk: DeskUnderTest) -> list[dict[str, object]]:
    found = await desk.db.fetch(
        "SELECT no, channel, subject, status, details, result, link, created_at, remarks FROM tickets ORDER BY no"
    )
    return [dict(row) for row in found]


async def test_a_pasted_post_is_one_card_and_one_tap(desk: DeskUnderTest):
    card = await desk.says(f"{POST} {LABOUR}", platform=Platform.LINE)
    assert (
        "📣 ประชาสัมพันธ์ · Facebook · 23 พ.ย. 69 · สำรวจภาวะการทำงานของประชากร ตุลาคม พ.ศ. 2569"
        in card.text
    )
    assert card.buttons[:4] == ["บันทึก", "เพิ่ม Line", "เพิ่ม twitter", "แก้ไข"]
    assert (
        f"{SAVED} R2611000124 (Facebook)"
        in (await desk.presses("บันทึก", platform=Platform.LINE)).text
    )


async def test_each_network_has_its_closed_ticket_in_the_manuals_words(logged: DeskUnderTest):
    assert f"{SAVED} R2611000124 (Facebook), R2611000125 (Line)" in logged.told("nok").text
    facebook, line = await rows(logged)
    assert (facebook["channel"], facebook["subject"], facebook["status"]) == (
        "facebook",
        "10",
        "closed",
    )
    assert (facebook["details"], facebook["result"]) == (
        f"{WORDS}Facebook",
        f"{WORDS}Facebook {POST}",
    )
    assert (line["details"], line["result"], line["link"]) == (f"{WORDS}Line", f"{WORDS}Line", "")
    assert await logged.count("publications") == 1
    assert await logged.count("forms", "state IN ('open', 'parked')") == 0


@pytest.mark.parametrize(
    "line",
    [
        f"/publicize เฟซ ไลน์ {LABOUR} {POST}",
        f"ประชาสัมพันธ์ ไลน์ {LABOUR} {POST}",
        f"ประชาสัมพันธ์ เฟซ, ไลน์ {LABOUR}\n{POST}",
        f"/publicize {LABOUR} {POST} เฟส, ไลน์",
        f"/publicize {LABOUR} {POST} ไลน์ วันนี้",
    ],
)
async def test_one_line_says_networks_words_and_link(desk: DeskUnderTest, line: str):
    assert "Facebook, Line · 23 พ.ย. 69 · สำรวจภาวะ" in (await desk.says(line)).text
    await desk.presses("บันทึก 2 ช่องทาง")
    assert await desk.count("tickets", "link = ?", POST) == 1
    assert await desk.count("tickets", "status = 'closed' AND subject = '10'") == 2


async def test_networks_that_a_sentence_ends_with_stay_in_it(desk: DeskUnderTest):
    card = await desk.says(f"/publicize {LABOUR} ผ่านช่องทาง Facebook")
    assert f"ข่าว: {LABOUR} ผ่านช่องทาง Facebook" in card.text
    assert "📣 ประชาสัมพันธ์ · Facebook · 23 พ.ย. 69" in card.text


async def test_a_link_that_is_no_networks_is_said_to_be_none(desk: DeskUnderTest):
    card = await desk.says("/publicize http://example.com/abc")
    assert "⚠️ ไม่พบลิงก์โพสต์" in card.text


@pytest.mark.parametrize("line", ["ประชาสัมพันธ์จังหวัดกระบี่", "ประชาสัมพันธ์ กรมการค้า"])
async def test_the_word_within_a_name_is_a_search(desk: DeskUnderTest, line: str):
    await desk.says(line)
    assert await desk.count("forms") == 0


async def test_its_number_alone_shows_a_piece_of_news(desk: DeskUnderTest):
    await desk.says(f"/publicize เฟซ {LABOUR} {POST}")
    await desk.presses("บันทึก")
    assert "📣 P1 · สำรวจภาวะ" in (await desk.says("p1")).text
    assert "ไม่พบข่าวประชาสัมพันธ์ P2" in (await desk.says("P2")).text


async def test_the_form_asks_for_what_is_missing(desk: DeskUnderTest):
    assert "พิมพ์หรือส่งต่อข่าวที่เผยแพร่" in (await desk.says("/publicize")).text
    asked = await desk.says(LABOUR)
    assert "Facebook" in asked.buttons
    card = await desk.presses("twitter")
    assert "ประชาสัมพันธ์ · twitter" in card.text
    assert SAVED in (await desk.presses("บันทึก")).text
    assert await desk.count("tickets", "channel = 'twitter'") == 1


async def test_a_pasted_post_answers_the_form_too(desk: DeskUnderTest):
    await desk.says("/publicize")
    assert "ประชาสัมพันธ์ · Facebook" in (await desk.says(f"{LABOUR}\n{POST}")).text
    card = await desk.says(TWEET)
    assert "ประชาสัมพันธ์ · Facebook, twitter" in card.text, (
        "the second network's link belongs to the open card"
    )
    await desk.presses("บันทึก 2 ช่องทาง")
    assert await desk.count("tickets", "link IN (?, ?)", POST, TWEET) == 2


@pytest.mark.parametrize(
    ("day", "stored"), [("เมื่อวาน", "2026-11-22"), ("20 พ.ย. 69", "2026-11-20")]
)
async def test_what_went_out_before_is_backdated(desk: DeskUnderTest, day: str, stored: str):
    await desk.says(f"ประชาสัมพันธ์ เฟซ {LABOUR} {POST} {day}")
    await desk.presses("บันทึก")
    assert await desk.count("publications", "published_on = ?", stored) == 1
    (ticket,) = await rows(desk)
    assert str(ticket["created_at"])[:10] == stored


async def test_a_day_in_the_future_is_asked_again_and_the_rest_is_kept(desk: DeskUnderTest):
    asked = await desk.says(f"ประชาสัมพันธ์ เฟซ {LABOUR} {POST} พรุ่งนี้")
    assert "วันที่นี้ยังไม่ถึง" in asked.text
    assert "วันที่นี้ยังไม่ถึง" in (await desk.says("24 พ.ย. 69")).text
    await desk.presses("วันนี้")
    assert SAVED in (await desk.presses("บันทึก")).text
    assert await desk.count("tickets", "link = ?", POST) == 1


async def test_a_forwarded_post_has_the_day_on_which_it_was_first_posted(desk: DeskUnderTest):
    told = {"text": f"{POST} {LABOUR}", "first_at": "2026-11-20T20:00:00+00:00"}
    card = await desk.gives(told, "nok", Platform.TELEGRAM)
    assert "Facebook · 21 พ.ย. 69" in card.text


@pytest.mark.parametrize(
    "again",
    ["m.facebook.com/story.php?story_fbid=123&id=9", f"/publicize {POST}?mibextid=x", f"ดูนี่ {POST}"],
)
async def test_the_same_post_is_noticed_and_not_logged_twice(logged: DeskUnderTest, again: str):
    answer = await logged.says(again, who="ton")
    assert "ลิงก์นี้บันทึกแล้วเมื่อ 23 พ.ย. 69 เป็น P1" in answer.text
    assert "R2611000124" in answer.text
    assert await logged.count("tickets") == 2


async def test_two_who_log_the_same_post_at_once_log_it_once(desk: DeskUnderTest):
    for who in ("nok", "ton"):
        await desk.says(f"{POST} {LABOUR}", who=who)
    assert SAVED in (await desk.presses("บันทึก", who="nok")).text
    assert "ลิงก์นี้บันทึกแล้ว" in (await desk.presses("บันทึก", who="ton")).text
    assert await desk.count("tickets") == 1


async def test_the_same_words_on_a_further_network_join_the_publication(logged: DeskUnderTest):
    asked = await logged.says(f"{TWEET} {LABOUR}")
    assert "ข้อความนี้บันทึกแล้วเมื่อ 23 พ.ย. 69 เป็น P1" in asked.text
    assert f"{SAVED} R2611000126 (twitter)" in (await logged.presses("เพิ่ม twitter ใน P1")).text
    assert await logged.count("publications") == 1
    assert await logged.count("posts", "publication = 'P1'") == 3


async def test_the_same_words_may_be_other_news(logged: DeskUnderTest):
    await logged.says(f"{TWEET} {LABOUR}")
    await logged.presses("บันทึกเป็นข่าวใหม่")
    assert SAVED in (await logged.presses("บันทึก")).text
    assert await logged.count("publications") == 2


async def test_the_same_words_weeks_later_are_other_news(logged: DeskUnderTest):
    logged.wait(days=15)
    assert "ประชาสัมพันธ์ · twitter" in (await logged.says(f"{TWEET} {LABOUR}")).text


async def test_a_correction_reaches_the_tickets_and_the_list_of_changes(logged: DeskUnderTest):
    await logged.presses("แก้ไข")
    await logged.presses("แก้ไข")
    await logged.presses("วันที่เผยแพร่")
    await logged.says("20 พ.ย. 69")
    await logged.presses("แก้ไข")
    await logged.presses("ปีของข้อมูล")
    await logged.says("ก.ย. 2569")
    assert SAVED in (await logged.presses("บันทึก 2 ช่องทาง")).text
    facebook, line = await rows(logged)
    assert "เดือนกันยายน พ.ศ. 2569 ผ่านช่องทาง Facebook" in str(facebook["details"])
    assert str(facebook["result"]).endswith(f"ผ่านช่องทาง Facebook {POST}")
    assert str(line["created_at"])[:10] == "2026-11-20"
    await logged.presses("ดูข่าวนี้")
    assert "วันที่เผยแพร่: 23 พ.ย. 69 → 20 พ.ย. 69" in (await logged.presses("ประวัติการแก้ไข")).text


async def test_what_an_officer_wrote_into_the_ticket_survives_a_correction(logged: DeskUnderTest):
    await logged.db.write(
        lambda tx: tx.execute("UPDATE tickets SET details = 'เอง' WHERE channel = 'line'")
    )
    await logged.presses("แก้ไข")
    await logged.presses("แก้ไข")
    await logged.presses("ปีของข้อมูล")
    await logged.says("ก.ย. 2569")
    await logged.presses("บันทึก 2 ช่องทาง")
    facebook, line = await rows(logged)
    assert "กันยายน" in str(facebook["details"])
    assert line["details"] == "เอง"


async def test_two_who_correct_at_once_do_not_overwrite_each_other(logged: DeskUnderTest):
    await logged.presses("แก้ไข")
    await logged.says("/publicize P1", who="ton")
    await logged.presses("แก้ไข", who="ton")
    await logged.presses("เพิ่ม twitter", who="ton")
    await logged.presses("บันทึก 3 ช่องทาง", who="ton")
    await logged.presses("เพิ่ม twitter")
    assert "P1 มีผู้แก้ไขก่อนคุณ" in (await logged.presses("บันทึก 3 ช่องทาง")).text
    assert await logged.count("tickets") == 3


@pytest.mark.parametrize(
    ("label", "remark", "counts"),
    [
        ("โพสต์ถูกลบแล้ว", "โพสต์ถูกลบออกจากเครือข่ายแล้ว", 1),
        ("บันทึกผิด ไม่นับ", "บันทึกข่าวประชาสัมพันธ์นี้ผิด ไม่นับ", 0),
    ],
)
async def test_a_removal_is_marked_and_can_be_taken_back(
    logged: DeskUnderTest, label: str, remark: str, counts: int
):
    await logged.presses("ดูข่าวนี้")
    await logged.presses("ลบ…")
    card = await logged.presses(f"Facebook: {label}")
    assert ("ลบออกจากเครือข่ายแล้ว" if counts else "บันทึกผิด ไม่นับ") in card.text
    assert (await rows(logged))[0]["remarks"] == remark
    assert await logged.count("posts", "network = 'facebook' AND link_key <> ''") == counts
    assert "Facebook นับตามเดิม" in (await logged.presses("เลิกลบ")).text
    assert (await rows(logged))[0]["remarks"] == ""
    assert await logged.count("posts", "state = 'posted' AND link_key <> ''") == 1


async def test_a_second_press_on_a_removal_shows_how_things_are(logged: DeskUnderTest):
    await logged.presses("ดูข่าวนี้")
    token = (await logged.presses("ลบ…")).token("Facebook: โพสต์ถูกลบแล้ว")
    await logged.presses_token(token)
    again = await logged.presses_token(token)
    assert "ลบออกจากเครือข่ายแล้ว" in again.text
    assert (
        await logged.count(
            "changes", "record = 'P1' AND field = 'state_facebook' AND new_value = 'removed'"
        )
        == 1
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("facebook.com/nso.thailand", "ลิงก์นี้เป็นหน้าเพจ ไม่ใช่โพสต์"),
        ("https://www.facebook.com/events/1 งาน", "ไม่พบลิงก์โพสต์ วางลิงก์โพสต์"),
        ("/publicize P99", "ไม่พบข่าวประชาสัมพันธ์ P99"),
        ("https://www.facebook.com/groups/1234/posts/567 ข่าวของกลุ่มผู้ใช้ข้อมูล", "โพสต์อยู่ในกลุ่ม"),
    ],
)
async def test_odd_links_are_told_in_one_sentence(desk: DeskUnderTest, text: str, said: str):
    assert said in (await desk.says(text)).text


async def test_a_link_typed_into_a_tickets_question_stays_there(desk: DeskUnderTest):
    await desk.says("/open C81554 โทร 6.1")
    await desk.says(f"ถามถึง {POST}")
    assert await desk.count("tickets", "details = ?", f"ถามถึง {POST}") == 1


async def test_a_link_pasted_beside_an_open_form_puts_it_aside(desk: DeskUnderTest):
    await desk.says("/open C81554 โทร 1.1 ถาม => ตอบ")
    await desk.presses("แก้ไข")
    answer = await desk.says(f"{POST} {LABOUR}")
    assert "📣 ประชาสัมพันธ์ · Facebook" in answer.text
    assert "พักร่างไว้" in answer.text


async def test_a_picture_whose_caption_links_to_a_post_stays_with_the_publication(
    desk: DeskUnderTest,
):
    card = await desk.sends_file(JPEG, caption=f"{LABOUR} {POST}")
    assert "ประชาสัมพันธ์ · Facebook" in card.text
    await desk.presses("บันทึก")
    assert await desk.count("files", "record = 'R2611000124'") == 1


async def test_the_latest_publications_open_by_a_tap(logged: DeskUnderTest):
    listed = await logged.says("ประชาสัมพันธ์ รายการ")
    assert (
        "P1 · 23 พ.ย. 69 · Facebook, Line · สำรวจภาวะการทำงานของประชากร ตุลาคม พ.ศ. 2569"
        in listed.buttons
    )
    assert "R2611000125" in (await logged.presses("P1")).text


async def test_a_strangers_link_tells_them_nothing(desk: DeskUnderTest):
    answer = await desk.says(f"{POST} {LABOUR}", who="stranger")
    assert "ประชาสัมพันธ์" not in answer.text
    assert await desk.count("forms") == 0


@pytest.mark.parametrize(
    "beside", ["", "ทวิตเตอร์ของข่าวเดียวกันค่ะ", LABOUR, "ผลสำรวจภาวะการทำงานของประชากร"]
)
async def test_a_link_of_another_network_belongs_to_the_open_card(desk: DeskUnderTest, beside: str):
    await desk.says(f"{POST} {LABOUR}")
    card = await desk.says(f"{TWEET} {beside}")
    assert "ประชาสัมพันธ์ · Facebook, twitter" in card.text
    assert f"ข่าว: {LABOUR}" in card.text


@pytest.mark.parametrize(
    "news", ["ผลสำรวจแรงงานนอกระบบ 2568", "ผลสำรวจภาวะการทำงานของประชากร ก.ย. 69"]
)
async def test_a_link_whose_words_tell_other_news_is_a_card_of_its_own(
    desk: DeskUnderTest, news: str
):
    await desk.says(f"{POST} {LABOUR}")
    card = await desk.says(f"{TWEET} {news}")
    assert f"ข่าว: {news}" in card.text
    assert "Facebook" not in card.text.split("พักร่างไว้")[0]
    assert "พักร่างไว้: 📣 ประชาสัมพันธ์ · Facebook" in card.text


@pytest.mark.parametrize(
    ("line", "networks", "day"),
    [
        (f"/publicize line {LABOUR} เมื่อวันศุกร์", "Line", "20 พ.ย. 69"),
        (f"/publicize เมื่อวาน เฟซ ไลน์ {LABOUR}", "Facebook, Line", "22 พ.ย. 69"),
        (f"{POST} 2 วันก่อน {LABOUR}", "Facebook", "21 พ.ย. 69"),
    ],
)
async def test_the_day_of_a_post_is_told_as_people_do(
    desk: DeskUnderTest, line: str, networks: str, day: str
):
    card = await desk.says(line)
    assert f"ประชาสัมพันธ์ · {networks} · {day}" in card.text
    assert f"ข่าว: {LABOUR}" in card.text
