"""Posting from the desk: composed, previewed with its cost, confirmed by a supervisor, now or at a
time.
"""

from collections.abc import Collection
from dataclasses import replace
from datetime import date, timedelta

import pytest

from domain.publicity.lengths import weighted_length
from domain.publicity.networks import Network
from domain.publicity.publications import PostState
from handlers.desk import BroadcastCost
from store.publicity import publications
from tests.handlers.conftest import DeskUnderTest

TEXT = "ผลสำรวจภาวะการทำงานของประชากร ต.ค. 69 อ่านต่อ https://www.nso.go.th"


class Ready:
    """Networks that are configured, and what a broadcast costs."""

    def __init__(
        self, *ready: Network, cost: BroadcastCost | None = None, bare: Collection[Network] = ()
    ) -> None:
        self.ready = frozenset(ready)
        self.with_picture = self.ready - frozenset(bare)
        self.cost = cost

    async def broadcast_cost(self, today: date) -> BroadcastCost | None:
        return self.cost


def connect(
    desk: DeskUnderTest,
    *ready: Network,
    cost: BroadcastCost | None = None,
    bare: Collection[Network] = (),
) -> None:
    worker = desk.engine.worker
    worker._desk = replace(worker._desk, networks=Ready(*ready, cost=cost, bare=bare))


@pytest.fixture
def both(desk: DeskUnderTest) -> DeskUnderTest:
    connect(desk, Network.FACEBOOK, Network.LINE, cost=BroadcastCost(1234, 5000))
    return desk


async def states(desk: DeskUnderTest) -> dict[Network, PostState]:
    return {
        post.network: post.state for post in (await publications.get(desk.db, "P1")).posts.values()
    }


async def test_the_post_is_seen_with_its_cost_before_it_goes_out(both: DeskUnderTest):
    assert "พิมพ์ข้อความที่จะโพสต์" in (await both.says("/post", who="ton")).text
    card = await both.says(TEXT, who="ton")
    assert f"Facebook: {TEXT}" in card.text
    assert f"Line: {TEXT}" in card.text
    assert "Line: ผู้ติดตาม 1,234 คน · โควตาเหลือ 5,000" in card.text
    assert await both.count("posts") == 0, "nothing goes out before it is confirmed"
    done = await both.presses("โพสต์เลย 2 ช่องทาง", who="ton")
    assert "กำลังโพสต์ P1 ลง Facebook, Line" in done.text
    assert await states(both) == {
        Network.FACEBOOK: PostState.WAITING,
        Network.LINE: PostState.WAITING,
    }
    assert await both.count("tickets") == 0


async def test_only_supervisors_post(both: DeskUnderTest):
    assert "ใช้ได้เฉพาะหัวหน้า" in (await both.says("/post")).text
    await both.says("/post", who="ton")
    await both.says(TEXT, who="ton")
    await both.db.write(
        lambda tx: tx.execute("UPDATE staff SET role = 'officer' WHERE name = 'ต้น'")
    )
    assert "ใช้ได้เฉพาะหัวหน้า" in (await both.presses("โพสต์เลย", who="ton")).text
    assert await both.count("posts") == 0


async def test_a_quota_that_is_too_small_is_said(desk: DeskUnderTest):
    connect(desk, Network.LINE, cost=BroadcastCost(1234, 500))
    await desk.says("/post", who="ton")
    assert "โควตาเหลือ 500 ไม่พอส่งถึงทุกคน" in (await desk.says(TEXT, who="ton")).text


async def test_a_cost_that_line_does_not_tell_stops_nothing(desk: DeskUnderTest):
    connect(desk, Network.LINE)
    await desk.says("/post", who="ton")
    card = await desk.says(TEXT, who="ton")
    assert "ดูโควตา Line ไม่ได้ตอนนี้" in card.text
    assert "โพสต์เลย 1 ช่องทาง" in card.buttons


async def test_without_any_network_it_is_said_what_is_missing(desk: DeskUnderTest):
    officers = await desk.says("/post", who="ton")
    assert officers.text == "ยังไม่ได้ตั้งค่าการโพสต์ลงเครือข่าย แจ้งผู้ดูแลระบบ"
    administrators = await desk.says("/post", who="may")
    assert administrators.text.startswith("ยังไม่ได้ตั้งค่าการโพสต์ลงเครือข่าย (DESKBOT_FACEBOOK_PAGE_ID")


async def test_a_network_that_is_not_configured_is_told(both: DeskUnderTest):
    await both.says("/post", who="ton")
    await both.says(TEXT, who="ton")
    asked = await both.presses("เครือข่าย", who="ton")
    assert "twitter" not in asked.buttons
    assert "ยังไม่ได้ตั้งค่าการโพสต์ลง twitter แจ้งผู้ดูแลระบบ" in (await both.says("twitter", who="ton")).text
    await both.presses("✓ Line", who="ton")
    assert "โพสต์เลย 1 ช่องทาง" in both.last["telegram:ton"].buttons


async def test_a_text_that_a_network_would_refuse_is_asked_for_again_and_not_cut(
    both: DeskUnderTest,
):
    await both.says("/post", who="ton")
    asked = await both.says("ก" * 5001, who="ton")
    assert "ข้อความยาว 5001 ตัวอักษร Line รับได้ไม่เกิน 5000 ตัวอักษร" in asked.text
    assert not [label for label in asked.buttons if label.startswith("โพสต์เลย")]
    assert "โพสต์เลย 2 ช่องทาง" in (await both.says(TEXT, who="ton")).buttons


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("พรุ่งนี้ 9.00", "2026-11-24T02:00"),
        ("24 พ.ย. 69 14.30 น.", "2026-11-24T07:30"),
        ("17:45", "2026-11-23T10:45"),
    ],
)
async def test_a_post_may_wait_for_its_time_and_be_called_off(
    both: DeskUnderTest, typed: str, stored: str
):
    await both.says("/post", who="ton")
    await both.says(TEXT, who="ton")
    await both.presses("เวลาโพสต์", who="ton")
    await both.says(typed, who="ton")
    done = await both.presses("ตั้งเวลาโพสต์", who="ton")
    assert "ตั้งเวลาโพสต์ P1 ลง Facebook, Line" in done.text
    (row, *_more) = await both.db.fetch("SELECT post_at FROM posts")
    assert row["post_at"].isoformat().startswith(stored)
    card = await both.presses("ดูข่าวนี้", who="ton")
    assert "รอโพสต์" in card.text
    assert "ยกเลิกการโพสต์ P1 แล้ว" in (await both.presses("ยกเลิกการโพสต์", who="ton")).text
    assert set((await states(both)).values()) == {PostState.CANCELLED}


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("9.00", "เวลานี้ผ่านไปแล้ว"),
        ("เมื่อวาน 9.00", "เวลานี้ผ่านไปแล้ว"),
        ("เร็ว ๆ นี้", "ไม่เข้าใจเวลา"),
        ("25.00", "ไม่เข้าใจเวลา"),
    ],
)
async def test_a_time_that_is_past_or_none_is_asked_again(
    both: DeskUnderTest, typed: str, said: str
):
    await both.says("/post", who="ton")
    await both.says(TEXT, who="ton")
    await both.presses("เวลาโพสต์", who="ton")
    assert said in (await both.says(typed, who="ton")).text


async def test_two_presses_post_once(both: DeskUnderTest):
    await both.says("/post", who="ton")
    token = (await both.says(TEXT, who="ton")).token("โพสต์เลย")
    await both.presses_token(token, who="ton")
    assert "บันทึกแล้วเป็น P1" in (await both.presses_token(token, who="ton")).text
    assert await both.count("publications") == 1


async def test_what_failed_is_tried_again_by_a_tap_and_only_that(both: DeskUnderTest):
    await both.says("/post", who="ton")
    await both.says(TEXT, who="ton")
    await both.presses("โพสต์เลย", who="ton")
    keys = {
        row["network"]: row["retry_key"]
        for row in await both.db.fetch("SELECT network, retry_key FROM posts")
    }
    failed = "UPDATE posts SET state = 'failed', error = 'quota' WHERE network = 'line'"
    await both.db.write(lambda tx: tx.execute(failed))
    await both.db.write(
        lambda tx: tx.execute("UPDATE posts SET state = 'posted' WHERE network = 'facebook'")
    )
    assert "โควตาเดือนนี้ไม่พอ" in (await both.says("/publicize P1", who="ton")).text
    assert "กำลังลองโพสต์ใหม่" in (await both.presses("ลองโพสต์ใหม่", who="ton")).text
    assert await states(both) == {
        Network.FACEBOOK: PostState.POSTED,
        Network.LINE: PostState.WAITING,
    }
    again = {
        row["network"]: row["retry_key"]
        for row in await both.db.fetch("SELECT network, retry_key FROM posts")
    }
    assert again["line"] != keys["line"]


async def test_what_perhaps_went_out_keeps_its_key_when_it_is_tried_again(both: DeskUnderTest):
    await both.says("/post", who="ton")
    await both.says(TEXT, who="ton")
    await both.presses("โพสต์เลย", who="ton")
    before = {
        row["network"]: row["retry_key"]
        for row in await both.db.fetch("SELECT network, retry_key FROM posts")
    }
    await both.db.write(
        lambda tx: tx.execute("UPDATE posts SET state = 'failed', error = 'unclear'")
    )
    await both.says("/publicize P1", who="ton")
    await both.presses("ลองโพสต์ใหม่", who="ton")
    rows = await both.db.fetch("SELECT network, retry_key, error, state FROM posts")
    assert {row["network"]: row["retry_key"] for row in rows} == before
    assert {(row["error"], row["state"]) for row in rows} == {("unclear", "waiting")}


async def doubtful_line(both: DeskUnderTest, hours: int) -> str:
    """A broadcast of which nobody knows, first tried so many hours ago; its key."""
    await both.says("/post", who="ton")
    await both.says(TEXT, who="ton")
    await both.presses("โพสต์เลย", who="ton")
    await both.db.write(
        lambda tx: tx.execute("UPDATE posts SET state = 'posted' WHERE network = 'facebook'")
    )
    doubt = "UPDATE posts SET state = 'failed', error = 'unclear', first_try_at = ? WHERE network = 'line'"
    await both.db.write(lambda tx: tx.execute(doubt, both.now - timedelta(hours=hours)))
    await both.says("/publicize P1", who="ton")
    return await line_key(both)


async def line_key(both: DeskUnderTest) -> str:
    row = await both.db.fetch_one("SELECT retry_key FROM posts WHERE network = 'line'")
    assert row is not None
    return str(row["retry_key"])


async def test_a_broadcast_that_line_has_forgotten_goes_out_anew_only_on_somebodys_word(
    both: DeskUnderTest,
):
    key = await doubtful_line(both, hours=24)
    assert "ตรวจใน Line ก่อน" in (await both.presses("ลองโพสต์ใหม่", who="ton")).text
    assert (await states(both))[Network.LINE] is PostState.FAILED
    assert "กำลังลองโพสต์ใหม่" in (await both.presses("ไม่ได้ออก โพสต์ใหม่", who="ton")).text
    assert (await states(both))[Network.LINE] is PostState.WAITING
    assert await line_key(both) != key


async def test_a_broadcast_that_line_still_knows_keeps_its_key_whatever_is_said(
    both: DeskUnderTest,
):
    key = await doubtful_line(both, hours=22)
    await both.presses("ไม่ได้ออก โพสต์ใหม่", who="ton")
    assert (await states(both))[Network.LINE] is PostState.WAITING
    assert await line_key(both) == key


async def test_a_stale_press_tries_nothing_again(both: DeskUnderTest):
    await doubtful_line(both, hours=1)
    await both.db.write(lambda tx: tx.execute("UPDATE posts SET state = 'posted', error = ''"))
    before = await publications.get(both.db, "P1")
    assert "ไม่มีโพสต์ที่ต้องลองใหม่" in (await both.presses("ลองโพสต์ใหม่", who="ton")).text
    assert await publications.get(both.db, "P1") == before


async def test_the_same_words_again_are_said_before_they_go_out(both: DeskUnderTest):
    for _time in range(2):
        await both.says("/post", who="ton")
        card = await both.says(TEXT, who="ton")
        await both.presses("โพสต์เลย", who="ton")
    assert "⚠️ ข้อความนี้บันทึกแล้วเมื่อ" in card.text
    assert "P1" in card.text


async def test_an_officer_cannot_retry_or_cancel(both: DeskUnderTest):
    await both.says("/post", who="ton")
    await both.says(TEXT, who="ton")
    await both.presses("โพสต์เลย", who="ton")
    await both.says("/publicize P1")
    assert "ใช้ได้เฉพาะหัวหน้า" in (await both.presses("ยกเลิกการโพสต์")).text
    assert set((await states(both)).values()) == {PostState.WAITING}


async def test_a_picture_sent_while_composing_goes_with_the_post(both: DeskUnderTest):
    await both.says("/post", who="ton")
    card = await both.sends_file(b"\xff\xd8\xff\xe0", who="ton", caption=TEXT)
    assert "ไฟล์แนบ: 1" in card.text
    assert f"Facebook: [รูป]\n{TEXT}" in card.text
    assert f"Line: [รูป]\n{TEXT}" in card.text
    assert "เฉพาะข้อความ" not in card.text
    await both.presses("โพสต์เลย", who="ton")
    (file,) = await both.db.fetch("SELECT id, record FROM files")
    (row,) = await both.db.fetch("SELECT picture FROM publications")
    assert (file["record"], file["id"]) == ("P1", row["picture"])


async def test_the_last_picture_is_the_one_and_it_may_be_left_out(both: DeskUnderTest):
    await both.says("/post", who="ton")
    await both.sends_file(b"\xff\xd8\xff\xe0", who="ton", caption=TEXT)
    both.wait(minutes=1)
    card = await both.sends_file(b"\x89PNG\r\n\x1a\n", who="ton")
    assert "โพสต์ใช้รูปล่าสุดรูปเดียว" in card.text
    await both.presses("โพสต์เลย", who="ton")
    (row,) = await both.db.fetch(
        "SELECT f.mime FROM files f JOIN publications p ON p.picture = f.id"
    )
    assert row["mime"] == "image/png"
    await both.says("/post", who="ton")
    await both.sends_file(b"\xff\xd8\xff\xe0", who="ton", caption=TEXT)
    card = await both.presses("นำรูปออก", who="ton")
    assert "[รูป]" not in card.text
    await both.presses("โพสต์เลย", who="ton")
    assert (await publications.get(both.db, "P2")).picture == ""


async def test_a_file_that_is_no_picture_is_not_left_out_in_silence(both: DeskUnderTest):
    await both.says("/post", who="ton")
    await both.says(TEXT, who="ton")
    await both.sends_file(b"%PDF-1.7", "report.pdf", who="ton")
    answer = await both.presses("โพสต์เลย", who="ton")
    assert "report.pdf (1 KB) โพสต์ไม่ได้" in answer.text
    assert await both.count("publications") == 0
    await both.presses("นำรูปออก", who="ton")
    assert "กำลังโพสต์ P1" in (await both.presses("โพสต์เลย", who="ton")).text


async def test_a_network_that_gets_no_picture_is_told_before_it_goes_out(desk: DeskUnderTest):
    connect(desk, Network.FACEBOOK, Network.LINE, bare=[Network.LINE])
    await desk.says("/post", who="ton")
    card = await desk.sends_file(b"\xff\xd8\xff\xe0", who="ton", caption=TEXT)
    assert f"Facebook: [รูป]\n{TEXT}" in card.text
    assert f"Line: {TEXT}" in card.text
    assert "Line จะได้เฉพาะข้อความ ไม่มีรูป" in card.text
    assert "ยังไม่ได้ตั้งค่าลิงก์สำหรับรูป แจ้งผู้ดูแลระบบ" in card.text
    await desk.says("/post", who="may")
    told = await desk.sends_file(b"\xff\xd8\xff\xe0", who="may", caption=TEXT)
    assert "ยังไม่ได้ตั้งค่าลิงก์สำหรับรูป (DESKBOT_PUBLIC_URL)" in told.text


@pytest.mark.parametrize(
    ("text", "price"), [(TEXT, "0.20 USD"), ("ผลสำรวจภาวะการทำงานของประชากร ต.ค. 69", "0.015 USD")]
)
async def test_what_twitter_takes_is_said_before_it_goes_out(
    desk: DeskUnderTest, text: str, price: str
):
    connect(desk, Network.TWITTER)
    await desk.says("/post", who="ton")
    assert f"twitter คิดค่าบริการ {price} ต่อโพสต์" in (await desk.says(text, who="ton")).text


async def test_a_text_that_twitter_would_refuse_is_said_to_be_too_long(desk: DeskUnderTest):
    connect(desk, Network.TWITTER)
    await desk.says("/post", who="ton")
    asked = await desk.says("ก" * 270 + " https://www.nso.go.th", who="ton")
    assert "ข้อความยาว 294 ตัวอักษร twitter รับได้ไม่เกิน 280 ตัวอักษร" in asked.text
    assert not [label for label in asked.buttons if label.startswith("โพสต์เลย")]


LONG = (
    "ผลสำรวจภาวะการทำงานของประชากร เดือนตุลาคม พ.ศ. 2569 "
    + "ผู้มีงานทำเพิ่มขึ้น " * 15
    + "อ่านต่อ https://www.nso.go.th/lfs"
)


async def test_for_a_network_that_takes_less_the_text_is_cut_if_one_says_so(desk: DeskUnderTest):
    connect(desk, Network.FACEBOOK, Network.TWITTER)
    await desk.says("/post", who="ton")
    asked = await desk.says(LONG, who="ton")
    assert "twitter รับได้ไม่เกิน" in asked.text
    assert "เลือกวิธีลดความยาว หรือพิมพ์ข้อความใหม่ที่สั้นลง" in asked.text
    card = await desk.presses("ตัดให้พอดี twitter", who="ton")
    assert f"Facebook: {LONG}" in card.text
    assert "…\nhttps://www.nso.go.th/lfs" in card.text
    assert "0.20 USD" in card.text
    await desk.presses("โพสต์เลย 2 ช่องทาง", who="ton")
    posts = (await publications.get(desk.db, "P1")).posts
    assert posts[Network.FACEBOOK].text == LONG
    assert posts[Network.TWITTER].text.endswith("…\nhttps://www.nso.go.th/lfs")
    assert 270 < weighted_length(posts[Network.TWITTER].text) <= 280


async def test_or_that_network_is_left_out_or_the_text_is_another(desk: DeskUnderTest):
    connect(desk, Network.FACEBOOK, Network.TWITTER)
    await desk.says("/post", who="ton")
    await desk.says(LONG, who="ton")
    assert "โพสต์เลย 1 ช่องทาง" in (await desk.presses("ไม่โพสต์ twitter", who="ton")).buttons
    await desk.says("/post", who="ton")
    await desk.says(LONG, who="ton")
    await desk.presses("ตัดให้พอดี twitter", who="ton")
    await desk.presses("แก้ไข", who="ton")
    await desk.presses("ข่าว", who="ton")
    assert "ตัดให้พอดี twitter" in (await desk.says(LONG + " ใหม่", who="ton")).buttons, (
        "another text is asked about anew"
    )
    assert "โพสต์เลย 2 ช่องทาง" in (await desk.says(TEXT, who="ton")).buttons


async def test_what_the_desk_could_not_post_is_logged_when_it_was_posted_by_hand(
    both: DeskUnderTest,
):
    await both.says("/post", who="ton")
    await both.says(TEXT, who="ton")
    await both.presses("โพสต์เลย", who="ton")
    await both.db.write(lambda tx: tx.execute("UPDATE posts SET state = 'failed', error = 'token'"))
    await both.says(f"https://www.facebook.com/nso/posts/555 {TEXT}", who="ton")
    assert "R2611000124 (Facebook)" in (await both.presses("เพิ่ม Facebook ใน P1", who="ton")).text
    assert await states(both) == {
        Network.FACEBOOK: PostState.POSTED,
        Network.LINE: PostState.FAILED,
    }
