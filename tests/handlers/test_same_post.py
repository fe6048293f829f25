"""One post that was logged by hand with a link that names nothing and told by the page: asked once,
joined, parted, in either order.
"""

import pytest

from bot.networks.facebook.webhook import receive_webhook
from tests.fakes.facebook import FakeFacebook
from tests.handlers.conftest import DeskUnderTest

TEXT = (
    "ผลสำรวจภาวะการทำงานของประชากร ต.ค. 69 ผู้มีงานทำ 39.5 ล้านคน ผู้ว่างงาน 4.1 แสนคน "
    "อัตราการว่างงานร้อยละ 1.0 อ่านรายงานฉบับเต็มได้ที่เว็บไซต์สำนักงานสถิติแห่งชาติ"
)
LIKE = "ผลสำรวจภาวะการทำงานของประชากร ต.ค. 69 ผู้มีงานทำ 39.5 ล้านคน ผู้ว่างงาน 4.1 แสนคน"
SHARE = "https://www.facebook.com/share/p/1AbC2dEf/"
ASKED = "อาจเป็นโพสต์เดียวกัน"
COUNTED = "subject = '10' AND status <> 'voided'"


async def page_tells(desk: DeskUnderTest, post: str, text: str, verb: str = "add") -> None:
    with FakeFacebook() as facebook:
        at = int(desk.now.timestamp())
        body, _headers = facebook.told(facebook.change(verb, post, text, at), at=at)
        await receive_webhook(desk.db, desk.now, facebook.page_id, body)
    await desk.tick()


async def logs(desk: DeskUnderTest, text: str = LIKE, link: str = SHARE) -> str:
    await desk.says(f"{link} {text}")
    return (await desk.presses("บันทึก")).text


async def told_later(desk: DeskUnderTest) -> str:
    await logs(desk)
    await page_tells(desk, "123", TEXT)
    await desk.tick()
    desk.last["telegram:nok"] = desk.told("nok")
    return desk.told("nok").text


async def logged_later(desk: DeskUnderTest) -> str:
    await page_tells(desk, "123", TEXT)
    return await logs(desk)


BOTH = pytest.mark.parametrize("come", [told_later, logged_later])


@BOTH
async def test_whoever_logged_it_is_asked_and_joins_the_two(desk: DeskUnderTest, come):
    assert ASKED in await come(desk)
    assert await desk.count("tickets", COUNTED) == 2
    joined = await desk.presses("โพสต์เดียวกัน")
    assert "เป็นโพสต์เดียวกัน นับครั้งเดียว" in joined.text
    assert await desk.count("tickets", COUNTED) == 1
    assert await desk.count("tickets", f"{COUNTED} AND link = ?", SHARE) == 1
    summary = await desk.says("ประชาสัมพันธ์ สรุป เดือนนี้")
    assert "1 โพสต์" in summary.text


@BOTH
async def test_the_two_are_parted_again(desk: DeskUnderTest, come):
    await come(desk)
    await desk.presses("โพสต์เดียวกัน")
    parted = await desk.presses("แยก")
    assert "แยก" in parted.text
    assert await desk.count("tickets", COUNTED) == 2
    assert await desk.count("posts", "joined_to <> ''") == 0
    assert await desk.count("posts", "state = 'posted'") == 2
    await page_tells(desk, "123", "", "remove")
    assert await desk.count("posts", "state = 'removed' AND external_id LIKE '%123'") == 1
    assert await desk.count("posts", "state = 'posted' AND external_id = ''") == 1


@BOTH
async def test_what_the_page_tells_later_is_of_the_one_that_counts(desk: DeskUnderTest, come):
    await come(desk)
    await desk.presses("โพสต์เดียวกัน")
    await page_tells(desk, "123", "", "remove")
    assert await desk.count("posts", "state = 'removed' AND link = ?", SHARE) == 1
    assert await desk.count("publications") == 2


async def test_a_second_press_says_the_same_and_changes_nothing(desk: DeskUnderTest):
    await told_later(desk)
    token = desk.told("nok").token("โพสต์เดียวกัน")
    first = await desk.presses_token(token)
    assert (await desk.presses_token(token)).text == first.text
    assert await desk.count("tickets", COUNTED) == 1


async def test_two_posts_stay_two_where_the_officer_says_so(desk: DeskUnderTest):
    await told_later(desk)
    assert "นับแยกกันตามเดิม" in (await desk.presses("คนละโพสต์")).text
    assert await desk.count("tickets", COUNTED) == 2


@pytest.mark.parametrize(
    ("text", "link"),
    [
        ("ประกาศรับสมัครพนักงานราชการ จำนวน 12 อัตรา สมัครได้ถึงสิ้นเดือนนี้ที่สำนักงาน", SHARE),
        (LIKE, "https://www.facebook.com/nso/posts/999"),
        (LIKE, "https://lin.ee/AbC123"),
    ],
)
async def test_other_words_networks_and_links_that_name_a_post_are_not_asked(
    desk: DeskUnderTest, text: str, link: str
):
    await logs(desk, text, link)
    await page_tells(desk, "123", TEXT)
    assert ASKED not in desk.told("nok").text
    assert await desk.count("tickets", COUNTED) == 2


async def test_it_is_asked_once_whatever_the_page_repeats(desk: DeskUnderTest):
    await told_later(desk)
    before = await desk.count("outbox")
    await page_tells(desk, "123", TEXT)
    await page_tells(desk, "123", f"{TEXT} แก้คำผิด", "edited")
    assert await desk.count("outbox") == before


async def test_the_same_words_are_asked_as_one_post_and_not_as_old_news(desk: DeskUnderTest):
    await page_tells(desk, "123", TEXT)
    assert ASKED in await logs(desk, TEXT)
    await desk.presses("โพสต์เดียวกัน")
    assert await desk.count("tickets", COUNTED) == 1


async def test_restoring_the_ticket_that_was_joined_away_parts_the_two(desk: DeskUnderTest):
    await told_later(desk)
    await desk.presses("โพสต์เดียวกัน")
    (gone,) = await desk.db.fetch("SELECT no FROM tickets WHERE status = 'voided'")
    await desk.says(f"คืนใบงาน {gone['no']}")
    assert await desk.count("posts", "joined_to <> ''") == 0
    assert await desk.count("tickets", COUNTED) == 2


async def by_its_ticket(desk: DeskUnderTest) -> None:
    (logged,) = await desk.db.fetch("SELECT no FROM tickets WHERE link = ?", SHARE)
    await desk.says(f"ยกเลิกใบงาน {logged['no']}")
    await desk.presses("บันทึกซ้ำ")


async def by_its_card(desk: DeskUnderTest) -> None:
    await desk.presses("ดูข่าวนี้")
    await desk.chooses("ลบ…")
    await desk.presses("บันทึกผิด ไม่นับ")


@BOTH
@pytest.mark.parametrize("mistaken", [by_its_ticket, by_its_card])
async def test_what_the_page_told_counts_again_where_the_logged_one_was_a_mistake(
    desk: DeskUnderTest, come, mistaken
):
    await come(desk)
    await desk.presses("โพสต์เดียวกัน")
    await mistaken(desk)
    assert await desk.count("posts", "joined_to <> ''") == 0
    assert await desk.count("posts", "state = 'posted'") == 1
    assert await desk.count("posts", "state = 'mistake' AND external_id = ''") == 1
    summary = await desk.says("ประชาสัมพันธ์ สรุป เดือนนี้")
    assert "1 โพสต์" in summary.text
    await page_tells(desk, "123", "", "remove")
    assert await desk.count("posts", "state = 'removed' AND external_id LIKE '%123'") == 1


@pytest.mark.parametrize("text", [TEXT, LIKE])
async def test_the_same_words_on_another_day_are_another_post(desk: DeskUnderTest, text: str):
    await logs(desk, text)
    desk.wait(days=1)
    await page_tells(desk, "123", text)
    assert ASKED not in desk.told("nok").text
    assert await desk.count("tickets", COUNTED) == 2
    assert await desk.count("posts", "external_id <> '' AND link = ?", SHARE) == 0


async def test_the_same_words_on_another_network_are_another_post(desk: DeskUnderTest):
    await logs(desk, TEXT, "https://lin.ee/AbC123")
    await page_tells(desk, "123", TEXT)
    assert ASKED not in desk.told("nok").text
    assert await desk.count("tickets", COUNTED) == 2
