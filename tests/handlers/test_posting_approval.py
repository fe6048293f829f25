"""A second person's word before a post goes out, and the right to post granted to single
officers.
"""

import asyncio
from dataclasses import replace

import pytest

from domain.publicity.networks import Network
from domain.publicity.posting import PostingRules
from domain.publicity.publications import PostState
from domain.staff import Identity, Platform, Role
from handlers.desk import BroadcastCost
from store import staff
from store.publicity import publications
from tests.handlers.conftest import NOW, Answer, DeskUnderTest
from tests.handlers.test_publicity_posts import TEXT, Ready

JPEG = b"\xff\xd8\xff\xe0"


async def set_up(desk: DeskUnderTest, *second: Network) -> DeskUnderTest:
    """Two networks, those of `second` with a second person's word; ปุ้ย is another supervisor."""
    worker = desk.engine.worker
    ready = Ready(Network.FACEBOOK, Network.LINE, cost=BroadcastCost(1234, 5000))
    rules = PostingRules(frozenset(second), {"twitter": "1 USD"})
    configuration = replace(worker._desk.configuration, posting=rules)
    worker._desk = replace(worker._desk, networks=ready, configuration=configuration)

    async def fill(tx) -> None:
        desk.ids["pui"] = await staff.add_staff(tx, "ปุ้ย", Role.SUPERVISOR, NOW)
        await staff.link_identity(
            tx, Identity(Platform.TELEGRAM, "pui", desk.ids["pui"], "pui"), NOW
        )

    await desk.db.write(fill)
    return desk


@pytest.fixture
async def second(desk: DeskUnderTest) -> DeskUnderTest:
    return await set_up(desk, Network.LINE)


async def writes(
    desk: DeskUnderTest, at: str = "", who: str = "ton", picture: bool = False
) -> Answer:
    """A post is composed and confirmed by its writer."""
    await desk.says("/post", who=who)
    card = await (
        desk.sends_file(JPEG, who=who, caption=TEXT) if picture else desk.says(TEXT, who=who)
    )
    if at:
        await desk.presses("เวลาโพสต์", who=who)
        card = await desk.says(at, who=who)
    assert [label for label in card.buttons if "อนุมัติ" in label or "โพสต์" in label], card.text
    label = next(
        label for label in card.buttons if label.startswith(("ส่งให้ผู้อนุมัติ", "โพสต์เลย", "ตั้งเวลา"))
    )
    return await desk.presses(label, who=who)


async def states(desk: DeskUnderTest, no: str = "P1") -> set[PostState]:
    return {post.state for post in (await publications.get(desk.db, no)).posts.values()}


def asked(desk: DeskUnderTest, who: str) -> Answer:
    """The request for a word that this person was sent last."""
    reply = [reply for reply in desk.told(who).replies if "ขออนุมัติโพสต์" in Answer([reply]).text][-1]
    return Answer([reply])


async def test_it_waits_for_the_word_of_somebody_else_who_sees_the_whole_of_it(
    second: DeskUnderTest,
):
    done = await writes(second, picture=True)
    assert "ส่ง P1 ให้ ปุ้ย, เมย์ อนุมัติแล้ว" in done.text
    assert await states(second) == {PostState.PROPOSED}, "one network wants it, so all wait"
    request = asked(second, "pui")
    assert f"Facebook: [รูป]\n{TEXT}" in request.text
    assert f"Line: [รูป]\n{TEXT}" in request.text
    assert "คุณต้นขออนุมัติโพสต์" in request.text
    assert len([document for document in second.documents if document.mime == "image/jpeg"]) == 2
    assert "ขออนุมัติ" not in second.told("ton").text
    assert "ขออนุมัติ" not in second.told("nok").text, "officers may not post"


async def test_approved_it_goes_out_and_the_writer_is_told(second: DeskUnderTest):
    await writes(second)
    second.wait(minutes=20)
    answer = await second.presses_token(asked(second, "pui").token("อนุมัติ"), who="pui")
    assert "อนุมัติ P1 แล้ว" in answer.text
    publication = await publications.get(second.db, "P1")
    assert {post.post_at for post in publication.posts.values()} == {second.now}
    assert await states(second) == {PostState.WAITING}
    assert publication.released_by == second.ids["pui"]
    assert "ให้โพสต์โดย: ปุ้ย" in answer.text
    assert "คุณปุ้ยอนุมัติ P1 แล้ว" in second.told("ton").text
    assert await second.count("audit", "action = 'post.approved'") == 1


async def test_the_writer_cannot_give_the_word(second: DeskUnderTest):
    await writes(second)
    await second.says("/publicize P1", who="ton")
    assert "โพสต์ที่เขียนเองไม่ได้" in (await second.presses("อนุมัติ", who="ton")).text
    await second.says("/publicize P1", who="ton")
    assert "โพสต์ที่เขียนเองไม่ได้" in (await second.presses("ส่งกลับแก้ไข", who="ton")).text
    assert await states(second) == {PostState.PROPOSED}


async def test_an_officer_cannot_give_it_either(second: DeskUnderTest):
    await writes(second)
    await second.says("/publicize P1")
    assert "ใช้ได้เฉพาะหัวหน้าหรือผู้ที่ได้รับสิทธิ์โพสต์" in (await second.presses("อนุมัติ")).text
    assert (
        "หมดอายุ"
        not in (await second.presses_token(asked(second, "pui").token("อนุมัติ"), who="nok")).text
    )
    assert await states(second) == {PostState.PROPOSED}


async def test_of_two_who_press_at_once_one_decides(second: DeskUnderTest):
    await writes(second)
    tokens = {who: asked(second, who).token("อนุมัติ") for who in ("pui", "may")}
    await asyncio.gather(*(second.presses_token(token, who=who) for who, token in tokens.items()))
    rows = await second.db.fetch(
        "SELECT field FROM changes WHERE record = 'P1' AND field = 'state_line'"
    )
    assert len(rows) == 1
    assert await second.count("audit", "action = 'post.approved'") == 1
    assert await states(second) == {PostState.WAITING}


async def test_approved_by_one_it_cannot_be_sent_back_by_another(second: DeskUnderTest):
    await writes(second)
    back = asked(second, "may").token("ส่งกลับแก้ไข")
    await second.presses_token(back, who="may")
    await second.presses_token(asked(second, "pui").token("อนุมัติ"), who="pui")
    shown = await second.says("ตัวเลขผิด", who="may")
    assert "รอโพสต์" in shown.text
    assert await states(second) == {PostState.WAITING}
    assert "กลับแก้ไข" not in second.told("ton").text


async def test_what_was_rewritten_meanwhile_is_not_sent_back_for_its_old_words(
    second: DeskUnderTest,
):
    await writes(second)
    await second.presses_token(asked(second, "pui").token("ส่งกลับแก้ไข"), who="pui")
    await second.says("/publicize P1", who="ton")
    await second.presses("แก้ไข", who="ton")
    await second.says("ผลสำรวจฉบับใหม่ทั้งหมด", who="ton")
    shown = await second.says("ตัวเลขผิด", who="pui")
    assert "P1 เปลี่ยนไปหลังจากที่เปิดดู ยังไม่ได้ส่งกลับ: ตัวเลขผิด" in shown.text
    assert "ผลสำรวจฉบับใหม่ทั้งหมด" in shown.text
    assert await states(second) == {PostState.PROPOSED}
    assert "อนุมัติให้โพสต์" in shown.buttons


async def test_who_lost_the_right_changes_no_text_that_waits(second: DeskUnderTest):
    await writes(second)
    await second.db.write(
        lambda tx: tx.execute("UPDATE staff SET role = 'officer' WHERE name = 'ต้น'")
    )
    await second.says("/publicize P1", who="ton")
    assert "แก้ได้เฉพาะผู้เขียน" in (await second.presses("แก้ไข", who="ton")).text


async def test_sent_back_with_a_reason_it_is_written_anew_with_its_text_and_picture(
    second: DeskUnderTest,
):
    await writes(second, picture=True)
    question = await second.presses_token(asked(second, "pui").token("ส่งกลับแก้ไข"), who="pui")
    assert "พิมพ์เหตุผล" in question.text
    assert await states(second) == {PostState.PROPOSED}
    assert "ส่ง P1 กลับแก้ไขแล้ว" in (await second.says("ตัวเลขยังไม่ใช่ของเดือนนี้", who="pui")).text
    assert await states(second) == {PostState.CANCELLED}
    told = Answer(second.told("ton").replies[-1:])
    assert "คุณปุ้ยส่ง P1 กลับแก้ไข: ตัวเลขยังไม่ใช่ของเดือนนี้" in told.text
    card = await second.presses_token(told.token("แก้แล้วส่งใหม่"), who="ton")
    assert f"Line: [รูป]\n{TEXT}" in card.text
    await second.presses("ส่งให้ผู้อนุมัติ", who="ton")
    again = await publications.get(second.db, "P2")
    assert again.picture == (await publications.get(second.db, "P1")).picture != ""
    history = await second.says("/publicize P1", who="pui")
    assert "ส่งกลับแก้ไข" in history.text
    assert "ตัวเลขยังไม่ใช่ของเดือนนี้" in (await second.presses("ประวัติการแก้ไข", who="pui")).text


async def test_a_change_after_the_word_needs_another(second: DeskUnderTest):
    await writes(second, at="พรุ่งนี้ 9.00")
    await second.presses_token(asked(second, "pui").token("อนุมัติ"), who="pui")
    await second.says("/publicize P1", who="ton")
    await second.presses("แก้ไข", who="ton")

    assert "Line รับได้ไม่เกิน" in (await second.says("ก" * 5001, who="ton")).text
    answer = await second.says(TEXT + " ฉบับแก้ไข", who="ton")
    assert "ส่งให้ ปุ้ย, เมย์ อนุมัติใหม่แล้ว" in answer.text
    publication = await publications.get(second.db, "P1")
    assert await states(second) == {PostState.PROPOSED}
    assert publication.released_by is None
    assert {post.text for post in publication.posts.values()} == {TEXT + " ฉบับแก้ไข"}
    assert "ฉบับแก้ไข" in asked(second, "pui").text


@pytest.mark.parametrize("who", ["pui", "nok"])
async def test_the_text_that_waits_is_its_writers_alone(second: DeskUnderTest, who: str):
    await writes(second)
    await second.presses_token(asked(second, "pui").token("อนุมัติ"), who="pui")
    await second.says("/publicize P1", who=who)
    assert "แก้ได้เฉพาะผู้เขียน" in (await second.presses("แก้ไข", who=who)).text
    publication = await publications.get(second.db, "P1")
    assert publication.news.text == TEXT
    assert {post.text for post in publication.posts.values()} == {TEXT}


async def test_a_correction_of_what_is_out_on_one_network_asks_anew_for_the_other(
    second: DeskUnderTest,
):
    await writes(second)
    await second.presses_token(asked(second, "pui").token("อนุมัติ"), who="pui")
    await second.db.write(
        lambda tx: tx.execute("UPDATE posts SET state = 'posted' WHERE network = 'facebook'")
    )
    await second.db.write(
        lambda tx: tx.execute("UPDATE posts SET state = 'failed' WHERE network = 'line'")
    )
    for who, allowed in (("nok", False), ("ton", True)):
        await second.says("/publicize P1", who=who)
        await second.presses("แก้ไข", who=who)
        await second.presses("แก้ไข", who=who)
        await second.presses("ข่าว", who=who)
        await second.says("ผลสำรวจภาวะการทำงานของประชากร ฉบับแก้ไข", who=who)
        answer = await second.presses("บันทึก", who=who)
        assert ("แก้ได้เฉพาะผู้เขียน" in answer.text) is not allowed
    assert "อนุมัติใหม่แล้ว" in answer.text
    assert await states(second) == {PostState.POSTED, PostState.PROPOSED}


async def test_a_text_that_is_perhaps_out_is_not_changed(second: DeskUnderTest):
    await writes(second)
    await second.db.write(
        lambda tx: tx.execute("UPDATE posts SET state = 'failed', error = 'unclear'")
    )
    await second.says("/publicize P1", who="ton")
    assert "ยังไม่ทราบว่าโพสต์ข้อความนี้แล้วหรือไม่" in (await second.presses("แก้ไข", who="ton")).text
    assert (await publications.get(second.db, "P1")).news.text == TEXT


async def test_what_has_no_word_at_its_time_does_not_go_out_and_all_are_told(second: DeskUnderTest):
    await writes(second, at="14.00")
    request = asked(second, "pui")
    assert "14.00" in request.text
    second.wait(hours=3, minutes=59)
    await second.tick()
    assert await states(second) == {PostState.PROPOSED}
    second.wait(minutes=1)
    assert (
        "ถึงเวลาโพสต์แล้วแต่ยังไม่มีผู้อนุมัติ"
        in (await second.presses_token(request.token("อนุมัติ"), who="pui")).text
    )
    await second.tick()
    assert await states(second) == {PostState.CANCELLED}
    for who in ("ton", "pui", "may"):
        assert "P1 ไม่ได้โพสต์ เพราะถึงเวลาแล้วยังไม่มีผู้อนุมัติ" in second.told(who).text
    again = await second.presses_token(
        Answer(second.told("ton").replies[-1:]).token("แก้แล้วส่งใหม่"), who="ton"
    )
    assert "พิมพ์วันและเวลา" in again.text, "the time is over"


async def test_approved_before_its_time_it_waits_for_it(second: DeskUnderTest):
    await writes(second, at="14.00")
    await second.presses_token(asked(second, "may").token("อนุมัติ"), who="may")
    second.wait(hours=5)
    await second.tick()
    (post, *_more) = (await publications.get(second.db, "P1")).posts.values()
    assert (post.state, post.post_at and post.post_at.hour) == (PostState.WAITING, 7)
    assert "ไม่ได้โพสต์" not in second.told("ton").text


async def test_with_nobody_else_there_it_is_said_and_nothing_is_lost(second: DeskUnderTest):
    await second.db.write(
        lambda tx: tx.execute("UPDATE staff SET role = 'officer' WHERE name <> 'ต้น'")
    )
    answer = await writes(second)
    assert "ยังไม่มีคนอื่นที่อนุมัติโพสต์ได้" in answer.text
    assert TEXT in answer.text
    assert await second.count("publications") == 0
    await second.db.write(
        lambda tx: tx.execute("UPDATE staff SET role = 'admin' WHERE name = 'เมย์'")
    )
    assert "ส่ง P1 ให้ เมย์ อนุมัติแล้ว" in (await second.presses("ส่งให้ผู้อนุมัติ", who="ton")).text


async def test_a_change_that_nobody_else_can_approve_says_so(second: DeskUnderTest):
    await writes(second)
    await second.db.write(
        lambda tx: tx.execute("UPDATE staff SET role = 'officer' WHERE name <> 'ต้น'")
    )
    await second.says("/publicize P1", who="ton")
    await second.presses("แก้ไข", who="ton")
    assert "ยังไม่มีคนอื่นที่อนุมัติโพสต์ได้" in (await second.says("ผลสำรวจฉบับใหม่ทั้งหมด", who="ton")).text
    assert await states(second) == {PostState.PROPOSED}


async def test_where_no_chosen_network_wants_it_nobody_is_asked(desk: DeskUnderTest):
    await set_up(desk, Network.TWITTER)
    assert "กำลังโพสต์ P1" in (await writes(desk)).text
    assert await states(desk) == {PostState.WAITING}


async def test_what_waits_for_a_word_may_be_called_off(second: DeskUnderTest):
    await writes(second)
    await second.says("/publicize P1", who="ton")
    assert "ยกเลิกการโพสต์ P1 แล้ว" in (await second.presses("ยกเลิกการโพสต์", who="ton")).text
    assert await states(second) == {PostState.CANCELLED}
    late = await second.presses_token(asked(second, "pui").token("อนุมัติ"), who="pui")
    assert "คุณต้นแก้ไข P1 แล้ว" in late.text
    assert await states(second) == {PostState.CANCELLED}


# The right.


async def test_an_officer_who_was_granted_the_right_posts(desk: DeskUnderTest):
    await set_up(desk)
    assert "ขอสิทธิ์ได้จากหัวหน้า" in (await desk.says("/post")).text
    assert "/post " not in (await desk.says("/help")).text
    listed = await desk.says("/posters", who="ton")
    assert "ต้น · หัวหน้า" in listed.text
    assert "คุณนกโพสต์ได้แล้ว" in (await desk.presses("ให้สิทธิ์โพสต์แก่คุณนก", who="ton")).text
    assert "คุณได้รับสิทธิ์โพสต์" in desk.told("nok").text
    assert await desk.count("audit", "action = 'staff.post_granted'") == 1
    assert "โพสต์ /post" in (await desk.says("/help")).text
    assert "กำลังโพสต์ P1" in (await writes(desk, who="nok")).text
    assert "นก · ได้รับสิทธิ์" in (await desk.says("/posters", who="ton")).text


async def test_who_is_granted_the_right_is_asked_for_what_waits(second: DeskUnderTest):
    await writes(second)
    await second.says("/posters", who="ton")
    await second.presses("ให้สิทธิ์โพสต์แก่คุณนก", who="ton")
    await second.presses_token(asked(second, "nok").token("อนุมัติ"))
    assert await states(second) == {PostState.WAITING}
    assert (await publications.get(second.db, "P1")).released_by == second.ids["nok"]


async def test_only_supervisors_and_administrators_grant_it(desk: DeskUnderTest):
    assert "ใช้ได้เฉพาะหัวหน้า" in (await desk.says("/posters")).text
    await desk.says("/staff", who="may")
    await desk.presses("นก", who="may")
    token = desk.last["telegram:may"].token("ให้สิทธิ์โพสต์แก่คุณนก")
    assert "ปุ่มนี้เป็นของเจ้าหน้าที่คนอื่น เปิดรายการด้วยตนเองเพื่อทำต่อ" in (await desk.presses_token(token)).text
    assert "คุณนกโพสต์ได้แล้ว" in (await desk.presses_token(token, who="may")).text
    await desk.says("/staff", who="may")
    assert "โพสต์ได้ตั้งแต่" in (await desk.presses("นก", who="may")).text


async def test_taken_back_it_counts_from_the_next_press_on(desk: DeskUnderTest):
    await set_up(desk)
    await desk.db.write(lambda tx: staff.set_post_right(tx, desk.ids["nok"], NOW))
    await desk.says("/post")
    await desk.says(TEXT)
    await desk.says("/posters", who="ton")
    assert "ถอนสิทธิ์โพสต์ของคุณนกแล้ว" in (await desk.presses("ถอนสิทธิ์โพสต์ของคุณนก", who="ton")).text
    assert "ใช้ได้เฉพาะหัวหน้าหรือผู้ที่ได้รับสิทธิ์โพสต์" in (await desk.presses("โพสต์เลย")).text
    assert await desk.count("publications") == 0


async def test_what_waits_when_the_right_is_taken_back_is_decided_by_those_who_have_it(
    desk: DeskUnderTest,
):
    await set_up(desk)
    await desk.db.write(lambda tx: staff.set_post_right(tx, desk.ids["nok"], NOW))
    await writes(desk, at="14.00", who="nok")
    await desk.says("/posters", who="ton")
    assert "โพสต์ที่รออยู่ต้องมีผู้อนุมัติ: P1" in (await desk.presses("ถอนสิทธิ์โพสต์ของคุณนก", who="ton")).text
    assert await states(desk) == {PostState.PROPOSED}
    assert "ต้องมีผู้อนุมัติก่อนโพสต์" in desk.told("nok").text
    await desk.presses_token(asked(desk, "ton").token("อนุมัติ"), who="ton")
    publication = await publications.get(desk.db, "P1")
    assert (
        publication.released_by,
        {post.post_at.hour for post in publication.posts.values() if post.post_at},
    ) == (
        desk.ids["ton"],
        {7},
    )
