"""Posting to the networks: once, whatever breaks; each outcome told on one card and logged with its
real link.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from PIL import Image

from bot.engine import Engine
from bot.line.broadcast import LineBroadcast
from bot.networks.facebook.page import FacebookPage
from bot.networks.poster import PostingNetworks
from bot.networks.twitter.account import TwitterAccount
from bot.posting import LookupFailed, Posting
from domain.publicity.networks import Network
from domain.publicity.publications import Post, PostState, Publication
from domain.publicity.reading import News
from domain.staff import Identity, Platform, Role, StaffId
from handlers.desk import BroadcastCost
from handlers.publicity import cards as publicity_cards
from handlers.publicity.posts import Failed
from store import staff
from store.engine import leases
from store.engine.database import Database, Tx
from store.publicity import publications
from tests.fakes.facebook import FakeFacebook
from tests.fakes.line import RATE_LIMITED, FakeLine
from tests.fakes.office import OFFICE, open_new
from tests.fakes.twitter import FakeTwitter
from tests.fakes.wire import DropAfter, DropBefore, Garbled, Status
from tests.handlers.conftest import Answer, Recorder

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
TEXT = "ผลสำรวจภาวะการทำงานของประชากร ต.ค. 69 📊\nอ่านต่อที่ https://www.nso.go.th"
FACEBOOK, LINE, TWITTER = Network.FACEBOOK, Network.LINE, Network.TWITTER


@dataclass
class Desk:
    """A desk that posts to both networks' fakes."""

    db: Database
    facebook: FakeFacebook
    line: FakeLine
    twitter: FakeTwitter
    path: Path
    recorder: Recorder
    now: datetime = NOW
    ton: StaffId | None = None
    engine: Engine | None = None

    def start(self) -> Engine:
        """As after a restart: what the last process held is free."""
        page = FacebookPage(
            self.facebook.page_id, self.facebook.page_token, f"{self.facebook.url}/v26.0"
        )
        account = TwitterAccount(
            self.twitter.api_key,
            self.twitter.api_secret,
            self.twitter.access_token,
            self.twitter.access_secret,
            self.twitter.url,
            lambda: self.now,
        )
        networks = PostingNetworks(
            [page, LineBroadcast(self.line.access_token, self.line.url), account]
        )
        adapters = {Platform.TELEGRAM: self.recorder}
        self.engine = Engine(
            self.db, OFFICE, adapters, "test", clock=lambda: self.now, networks=networks
        )
        return self.engine

    async def queues(self, *networks: Network, at: datetime = NOW) -> Publication:
        no = await publications.reserve_no(self.db)
        posts = {
            n: Post(n, PostState.WAITING, post_at=at, retry_key=str(uuid4())) for n in networks
        }
        made = Publication(no, News(TEXT), NOW.date(), NOW, self.ton, posts=posts)
        await self.db.write(lambda tx: publications.add(tx, made))
        return made

    async def works(self, **later: float) -> dict[Network, Post]:
        """What is due is posted; returns the posts of the first publication."""
        assert self.engine is not None
        self.now += timedelta(**later)
        await self.engine.poster.now()
        await self.engine.idle()
        return dict((await publications.get(self.db, "P1")).posts)

    @property
    def told(self) -> str:
        return Answer([reply for _chat, reply in self.recorder.sent]).text

    async def tickets(self) -> list[dict[str, object]]:
        return [
            dict(row)
            for row in await self.db.fetch(
                "SELECT channel, link, result, status FROM tickets ORDER BY no"
            )
        ]


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    db = await open_new(tmp_path / "desk.db")

    async def fill(tx: Tx) -> StaffId:
        ton = await staff.add_staff(tx, "ต้น", Role.SUPERVISOR, NOW)
        await staff.link_identity(tx, Identity(Platform.TELEGRAM, "ton", ton, "ton"), NOW)
        return ton

    with (
        FakeFacebook() as facebook,
        FakeLine() as line,
        FakeTwitter(clock=lambda: desk.now.timestamp()) as twitter,
    ):
        line.followers = 1000
        desk = Desk(db, facebook, line, twitter, tmp_path, Recorder(Platform.TELEGRAM))
        desk.ton = await db.write(fill)
        desk.start()
        yield desk
        assert desk.engine is not None
        await desk.engine.stop()
        assert facebook.violations == line.violations == twitter.violations == []
    await db.close()


async def test_both_networks_get_the_text_and_the_tickets_have_the_real_links(desk: Desk):
    await desk.queues(FACEBOOK, LINE)
    posts = await desk.works()
    (post,) = desk.facebook.posts
    assert post["message"] == TEXT
    assert list(desk.line.broadcasts.values()) == [[TEXT]]
    assert posts[FACEBOOK].link == post["permalink_url"]
    assert posts[LINE].external_id in desk.line.broadcasts
    facebook, line = sorted(await desk.tickets(), key=lambda ticket: str(ticket["channel"]))
    assert (facebook["link"], facebook["status"]) == (post["permalink_url"], "closed")
    assert str(facebook["result"]).endswith(post["permalink_url"])
    assert (line["channel"], line["link"]) == ("line", "")
    assert desk.told.count("โพสต์แล้ว P1") == 1, "one card for both"
    await desk.works(minutes=10)
    assert (len(desk.facebook.posts), len(desk.line.broadcasts)) == (1, 1)


async def test_a_right_that_was_lost_meanwhile_holds_the_post_until_somebody_else_says_so(
    desk: Desk,
):
    pui = await desk.db.write(lambda tx: staff.add_staff(tx, "ปุ้ย", Role.SUPERVISOR, NOW))
    await desk.db.write(
        lambda tx: staff.link_identity(tx, Identity(Platform.TELEGRAM, "pui", pui, "pui"), NOW)
    )
    await desk.queues(FACEBOOK, LINE, at=NOW + timedelta(hours=1))
    assert desk.ton is not None
    ton = desk.ton
    await desk.db.write(lambda tx: staff.set_role(tx, ton, Role.OFFICER))
    posts = await desk.works(hours=1)
    assert {post.state for post in posts.values()} == {PostState.PROPOSED}
    assert (desk.facebook.posts, desk.line.broadcasts) == ([], {})
    told = {chat: Answer([reply]).text for chat, reply in desk.recorder.sent}
    assert "คุณต้นขออนุมัติโพสต์ P1" in told["pui"]
    assert "ต้องมีผู้อนุมัติก่อนโพสต์" in told["ton"]
    old = await publications.get(desk.db, "P1")
    approved = replace(old, released_by=pui)
    for post in old.posts.values():
        approved = approved.with_post(replace(post, state=PostState.WAITING, post_at=desk.now))
    await desk.db.write(lambda tx: publications.update(tx, old, approved, pui, desk.now))
    posts = await desk.works(seconds=1)
    assert {post.state for post in posts.values()} == {PostState.POSTED}
    assert len(desk.facebook.posts) == len(desk.line.broadcasts) == 1
    assert {chat for chat, reply in desk.recorder.sent if "โพสต์แล้ว P1" in Answer([reply]).text} == {
        "ton",
        "pui",
    }


async def test_what_is_perhaps_out_is_looked_for_whoever_may_still_post(desk: Desk):
    made = await desk.queues(FACEBOOK)
    doubtful = replace(made.posts[FACEBOOK], error="unclear", attempts=1, first_try_at=NOW)
    await desk.db.write(
        lambda tx: publications.update(tx, made, made.with_post(doubtful), desk.ton, NOW)
    )
    desk.facebook.post(TEXT)
    assert desk.ton is not None
    ton = desk.ton
    await desk.db.write(lambda tx: staff.set_role(tx, ton, Role.OFFICER))
    assert (await desk.works())[FACEBOOK].state is PostState.POSTED
    assert len(desk.facebook.posts) == 1


async def test_one_who_is_blocked_posts_nothing_any_more(desk: Desk):
    await desk.queues(FACEBOOK)
    assert desk.ton is not None
    ton = desk.ton
    await desk.db.write(lambda tx: staff.set_blocked(tx, ton, NOW))
    assert (await desk.works())[FACEBOOK].state is PostState.PROPOSED
    assert desk.facebook.posts == []


async def test_the_words_that_were_confirmed_go_out_whatever_becomes_of_the_publication(desk: Desk):
    made = await desk.queues(FACEBOOK, at=NOW + timedelta(hours=1))
    post = replace(made.posts[FACEBOOK], text="ข้อความที่ยืนยันแล้วของสำนักงาน")
    await desk.db.write(
        lambda tx: publications.update(tx, made, made.with_post(post), desk.ton, NOW)
    )
    desk.facebook.fail("POST feed", DropAfter())
    await desk.works(hours=1)
    assert [each["message"] for each in desk.facebook.posts] == ["ข้อความที่ยืนยันแล้วของสำนักงาน"]
    assert (await desk.works(minutes=2))[FACEBOOK].state is PostState.POSTED, "and are looked for"


async def test_a_post_waits_for_its_time(desk: Desk):
    await desk.queues(FACEBOOK, at=NOW + timedelta(hours=5))
    await desk.works(hours=4, minutes=59)
    assert desk.facebook.posts == []
    assert (await desk.works(minutes=1))[FACEBOOK].state is PostState.POSTED


async def test_what_the_desk_missed_by_long_is_posted_only_when_somebody_says_so(desk: Desk):
    made = await desk.queues(FACEBOOK, LINE, at=NOW + timedelta(hours=1))
    desk.start()
    posts = await desk.works(days=7)
    assert {(post.state, post.error) for post in posts.values()} == {(PostState.FAILED, "missed")}
    assert (desk.facebook.posts, desk.line.broadcasts) == ([], {})
    assert "เลยเวลาไปนานแล้วจึงไม่ได้โพสต์" in desk.told
    assert "ลองโพสต์ใหม่" in Answer([reply for _chat, reply in desk.recorder.sent]).buttons
    old = await publications.get(desk.db, made.no)
    again = replace(
        posts[FACEBOOK], state=PostState.WAITING, post_at=desk.now, attempts=0, error=""
    )
    await desk.db.write(
        lambda tx: publications.update(tx, old, old.with_post(again), desk.ton, desk.now)
    )
    assert (await desk.works())[FACEBOOK].state is PostState.POSTED


async def test_a_post_that_went_out_in_another_month_than_planned_counts_there(desk: Desk):
    eve = datetime(2026, 9, 30, 16, 58, tzinfo=UTC)  # 30 September, 23.58 in Bangkok
    desk.now = eve
    made = await desk.queues(LINE, at=eve)
    before = await publications.get(desk.db, made.no)
    september = replace(before, published_on=date(2026, 9, 30))
    await desk.db.write(lambda tx: publications.update(tx, before, september, desk.ton, eve))
    desk.line.fail("broadcast", RATE_LIMITED)
    assert (await desk.works())[LINE].state is PostState.WAITING
    assert (await desk.works(minutes=5))[LINE].state is PostState.POSTED
    (row,) = await desk.db.fetch("SELECT created_at FROM tickets")
    assert row["created_at"] == desk.now
    assert (await publications.get(desk.db, made.no)).published_on == date(2026, 10, 1)
    october = await publications.list_counted(
        desk.db, datetime(2026, 9, 30, 17, tzinfo=UTC), desk.now + timedelta(1)
    )
    assert len(october) == 1


@pytest.mark.parametrize("fault", [DropAfter(), Status(500), Status(408), Status(503, "<html>")])
async def test_after_an_unclear_answer_the_feed_is_read_before_anything_else(
    desk: Desk, fault: object
):
    taken = isinstance(fault, DropAfter)
    desk.facebook.fail("POST feed", fault)  # type: ignore[arg-type]
    await desk.queues(FACEBOOK)
    assert (await desk.works())[FACEBOOK].state is PostState.UNCLEAR
    assert await desk.tickets() == []
    posts = await desk.works(minutes=2)
    if taken:
        assert posts[FACEBOOK].state is PostState.POSTED
        assert posts[FACEBOOK].link == desk.facebook.posts[0]["permalink_url"]
    else:
        assert posts[FACEBOOK].state is PostState.UNCLEAR
        posts = await desk.works(minutes=15)
        assert (posts[FACEBOOK].state, posts[FACEBOOK].error) == (PostState.FAILED, "unclear")
        assert "ไม่ทราบว่าโพสต์สำเร็จหรือไม่" in desk.told
    assert len([call for call in desk.facebook.calls if call.method == "POST feed"]) == 1


UNREADABLE = (
    Garbled(b"<html>ok</html>"),
    Garbled(b""),
    Garbled(b"null"),
    Garbled(b'{"id": {"of": 3}}'),
    Garbled(b'{"id": "12', cut=True),
    Garbled(b"\xff\xfe"),
)


@pytest.mark.parametrize("network", [FACEBOOK, TWITTER, LINE])
@pytest.mark.parametrize("fault", UNREADABLE, ids=[str(fault.body) for fault in UNREADABLE])
async def test_a_yes_that_cannot_be_read_is_one(desk: Desk, network: Network, fault: Garbled):
    fake, call = {
        FACEBOOK: (desk.facebook, "POST feed"),
        TWITTER: (desk.twitter, "POST /2/tweets"),
        LINE: (desk.line, "broadcast"),
    }[network]
    fake.fail(call, fault)
    await desk.queues(network)
    post = (await desk.works())[network]
    assert post.state is PostState.POSTED
    if network is FACEBOOK:
        assert post.link == desk.facebook.posts[0]["permalink_url"], (
            "its name and link are looked up"
        )
    if network is TWITTER:
        assert post.external_id == desk.twitter.posts[0]["id"]
    for _time in range(3):
        await desk.works(minutes=20)
    assert len([each for each in fake.calls if each.method == call]) == 1
    assert len(await desk.tickets()) == 1


async def test_a_yes_that_cannot_be_read_needs_no_look(desk: Desk):
    desk.facebook.fail("POST feed", Garbled(b""))
    desk.facebook.fail("GET feed", Garbled(b"<html>"))
    await desk.queues(FACEBOOK)
    post = (await desk.works())[FACEBOOK]
    assert (post.state, post.link, post.external_id) == (PostState.POSTED, "", "")
    await desk.works(minutes=20)
    assert len(desk.facebook.posts) == 1


async def test_a_feed_without_a_list_is_not_an_empty_one(desk: Desk):
    desk.facebook.fail("POST feed", DropAfter())
    desk.facebook.fail("GET feed", Garbled(b"{}"), Garbled(b'{"data": 3}'))
    await desk.queues(FACEBOOK)
    for _time in range(3):
        await desk.works(minutes=2)
    assert (await desk.works(minutes=2))[FACEBOOK].state is PostState.POSTED
    assert len(desk.facebook.posts) == 1


async def test_what_the_feed_shows_late_is_found_and_never_posted_again(desk: Desk):
    desk.facebook.fail("POST feed", DropAfter())
    desk.facebook.lag = True
    await desk.queues(FACEBOOK)
    await desk.works()
    assert (await desk.works(minutes=2))[FACEBOOK].state is PostState.UNCLEAR
    desk.facebook.lag = False
    assert (await desk.works(minutes=2))[FACEBOOK].state is PostState.POSTED
    assert len(desk.facebook.posts) == 1


async def test_a_feed_that_cannot_be_read_is_no_reason_to_post_again(desk: Desk):
    desk.facebook.fail("POST feed", DropAfter())
    desk.facebook.fail("GET feed", Status(500), DropBefore())
    await desk.queues(FACEBOOK)
    await desk.works()
    await desk.works(minutes=2)
    await desk.works(minutes=2)
    assert (await desk.works(minutes=2))[FACEBOOK].state is PostState.POSTED
    assert len(desk.facebook.posts) == 1


@pytest.mark.parametrize("lost", ["before", "after"])
async def test_what_was_cut_off_in_the_call_is_looked_for_by_the_next_process(
    desk: Desk, lost: str
):
    await desk.queues(FACEBOOK, LINE)
    for network in (FACEBOOK, LINE):
        await desk.db.write(lambda tx, n=network: publications.begin_sending(tx, "P1", n, desk.now))
    if lost == "after":  # both took it, and the process was killed before it could write so
        desk.facebook.post(TEXT)
        post = (await publications.get(desk.db, "P1")).posts[LINE]
        killed = LineBroadcast(desk.line.access_token, desk.line.url)
        await killed.publish(Posting(TEXT, post.retry_key))
        await killed.close()
    await leases.release_all(desk.db, "test:")
    posts = await desk.works(minutes=1)
    assert posts[LINE].state is PostState.POSTED, "the retry key makes a second call harmless"
    assert len(desk.line.broadcasts) == 1
    assert posts[FACEBOOK].state is (PostState.POSTED if lost == "after" else PostState.UNCLEAR)
    assert len(desk.facebook.posts) == (1 if lost == "after" else 0)


@pytest.mark.parametrize("taken", [True, False])
async def test_an_unclear_post_on_twitter_is_looked_for_and_never_made_again(
    desk: Desk, taken: bool
):
    desk.twitter.fail("POST /2/tweets", DropAfter() if taken else Status(503))
    await desk.queues(TWITTER)
    assert (await desk.works())[TWITTER].state is PostState.UNCLEAR
    posts = await desk.works(minutes=2)
    if taken:
        assert posts[TWITTER].link == f"https://x.com/i/status/{desk.twitter.posts[0]['id']}"
        assert [ticket["link"] for ticket in await desk.tickets()] == [posts[TWITTER].link]
    else:
        posts = await desk.works(minutes=15)
        assert (posts[TWITTER].state, posts[TWITTER].error) == (PostState.FAILED, "unclear")
    assert len([call for call in desk.twitter.calls if call.method == "POST /2/tweets"]) == 1


async def test_where_twitter_may_not_be_read_a_person_decides(desk: Desk):
    desk.twitter.may_read = False
    desk.twitter.fail("POST /2/tweets", DropAfter())
    made = await desk.queues(TWITTER)
    await desk.works()
    posts = await desk.works(minutes=15)
    assert (posts[TWITTER].state, posts[TWITTER].error) == (PostState.FAILED, "unclear")
    assert "ไม่ทราบว่าโพสต์สำเร็จหรือไม่" in desk.told
    old = await publications.get(desk.db, made.no)
    again = replace(posts[TWITTER], state=PostState.WAITING, post_at=desk.now)
    await desk.db.write(
        lambda tx: publications.update(tx, old, old.with_post(again), desk.ton, desk.now)
    )
    posts = await desk.works()
    assert (posts[TWITTER].state, posts[TWITTER].error) == (PostState.FAILED, "unclear"), (
        "X says that it is a twin"
    )
    assert len(desk.twitter.posts) == 1


async def test_a_rate_limit_is_waited_out_as_long_as_twitter_says(desk: Desk):
    desk.twitter.reset_at = int(NOW.timestamp()) + 1800
    desk.twitter.fail("POST /2/tweets", Status(429))
    await desk.queues(TWITTER)
    posts = await desk.works()
    assert (posts[TWITTER].state, posts[TWITTER].post_at) == (
        PostState.WAITING,
        NOW + timedelta(minutes=30),
    )
    assert (await desk.works(minutes=29))[TWITTER].state is PostState.WAITING
    assert (await desk.works(minutes=1))[TWITTER].state is PostState.POSTED


async def test_one_that_failed_is_tried_again_by_a_tap_and_the_other_is_left_alone(desk: Desk):
    desk.facebook.page_token = "changed"
    made = await desk.queues(FACEBOOK, LINE)
    posts = await desk.works()
    assert (posts[FACEBOOK].state, posts[FACEBOOK].error) == (PostState.FAILED, "token")
    assert posts[LINE].state is PostState.POSTED
    assert "โพสต์ไม่สำเร็จบางช่องทาง" in desk.told
    desk.facebook.page_token = "fake-page-token"
    old = await publications.get(desk.db, made.no)
    again = replace(
        posts[FACEBOOK], state=PostState.WAITING, post_at=desk.now, attempts=0, error=""
    )
    await desk.db.write(
        lambda tx: publications.update(tx, old, old.with_post(again), desk.ton, desk.now)
    )
    assert (await desk.works())[FACEBOOK].state is PostState.POSTED
    assert (len(desk.facebook.posts), len(desk.line.broadcasts)) == (1, 1)


async def test_what_was_surely_not_taken_is_tried_again_later(desk: Desk):
    desk.facebook.fail("POST feed", Status(400), Status(400))
    desk.line.fail("broadcast", RATE_LIMITED)
    await desk.queues(FACEBOOK, LINE)
    posts = await desk.works()
    assert {post.state for post in posts.values()} == {PostState.WAITING}
    await desk.works(minutes=2)
    posts = await desk.works(minutes=10)
    assert {post.state for post in posts.values()} == {PostState.POSTED}
    assert (len(desk.facebook.posts), len(desk.line.broadcasts)) == (1, 1)


async def test_a_network_that_is_away_is_tried_again(desk: Desk):
    desk.facebook.down()
    await desk.queues(FACEBOOK)
    assert (await desk.works())[FACEBOOK].state is PostState.WAITING
    desk.facebook.up()
    assert (await desk.works(minutes=2))[FACEBOOK].state is PostState.POSTED
    assert len(desk.facebook.posts) == 1


async def test_a_broadcast_beyond_the_months_quota_fails_for_good(desk: Desk):
    desk.line.quota = 999
    await desk.queues(LINE)
    posts = await desk.works()
    assert (posts[LINE].state, posts[LINE].error) == (PostState.FAILED, "quota")
    assert await desk.tickets() == []


@pytest.mark.parametrize("fault", [DropAfter(), Status(500), Status(408)])
async def test_a_broadcast_after_an_unclear_answer_is_repeated_under_its_key(
    desk: Desk, fault: object
):
    desk.line.fail("broadcast", fault)  # type: ignore[arg-type]
    await desk.queues(LINE)
    assert (await desk.works())[LINE].state is PostState.UNCLEAR
    posts = await desk.works(minutes=2)
    assert posts[LINE].state is PostState.POSTED
    assert list(desk.line.broadcasts) == [posts[LINE].external_id]


async def test_a_key_that_line_has_forgotten_is_not_used_again(desk: Desk):
    desk.line.fail("broadcast", DropAfter())
    await desk.queues(LINE)
    await desk.works()
    posts = await desk.works(hours=25)
    assert (posts[LINE].state, posts[LINE].error) == (PostState.FAILED, "unclear")
    assert len(desk.line.broadcasts) == 1


async def test_reach_is_asked_for_days_later_and_until_it_comes(desk: Desk):
    await desk.queues(LINE)
    posts = await desk.works()
    assert posts[LINE].delivered is None
    posts = await desk.works(days=1)
    assert (posts[LINE].delivered, posts[LINE].opened) == (1000, None), (
        "fewer than 20 opened it so far"
    )
    desk.line.opens[posts[LINE].external_id] = 82
    posts = await desk.works(days=1)
    assert (posts[LINE].delivered, posts[LINE].opened) == (1000, 82)
    desk.line.fail("insight.event", Status(500))
    posts = await desk.works(days=2)
    assert posts[LINE].opened == 82, "no answer takes nothing away"
    posts = await desk.works(days=3)
    assert posts[LINE].reach_at is None


async def test_facebook_tells_how_many_saw_a_post_as_far_as_it_may(desk: Desk):
    await desk.queues(FACEBOOK)
    posts = await desk.works()
    desk.facebook.may_read_insights = False
    assert (await desk.works(days=1))[FACEBOOK].opened is None
    desk.facebook.may_read_insights = True
    assert (await desk.works(days=1))[FACEBOOK].opened is None, "nothing yet"
    desk.facebook.viewers[posts[FACEBOOK].external_id] = 431
    posts = await desk.works(days=2)
    assert (posts[FACEBOOK].delivered, posts[FACEBOOK].opened) == (None, 431)
    assert posts[FACEBOOK].reach_at == NOW + timedelta(days=7)
    shown = publicity_cards.post_text(posts[FACEBOOK])
    assert "มีผู้เห็น 431" in shown
    assert desk.facebook.posts[0]["permalink_url"] in shown


async def test_the_reach_of_what_was_taken_down_is_not_asked_for(desk: Desk):
    made = await desk.queues(FACEBOOK)
    posts = await desk.works()
    desk.facebook.viewers[posts[FACEBOOK].external_id] = 431
    old = await publications.get(desk.db, made.no)
    gone = old.with_post(replace(posts[FACEBOOK], state=PostState.REMOVED))
    await desk.db.write(lambda tx: publications.update(tx, old, gone, None, NOW))
    posts = await desk.works(days=1)
    assert (posts[FACEBOOK].opened, posts[FACEBOOK].reach_at) == (None, None)


async def test_the_cost_is_known_before(desk: Desk):
    assert desk.engine is not None
    today = NOW.date()
    assert await desk.engine.networks.broadcast_cost(today) == BroadcastCost(1000, None)
    desk.line.quota, desk.line.consumption = 5000, 4500
    assert await desk.engine.networks.broadcast_cost(today) == BroadcastCost(1000, 500)
    desk.line.down()
    assert await desk.engine.networks.broadcast_cost(today) is None


async def test_the_token_is_proved_by_the_pages_name(desk: Desk):
    page = FacebookPage(desk.facebook.page_id, "wrong", desk.facebook.url)
    with pytest.raises(LookupFailed, match="401 code 190"):
        await page.hello()
    await page.close()
    good = FacebookPage(desk.facebook.page_id, desk.facebook.page_token, desk.facebook.url)
    assert await good.hello() == "สำนักงานสถิติแห่งชาติ"
    await good.close()


async def test_the_picture_goes_up_first_and_with_the_post(desk: Desk):
    picture = desk.path / "picture"
    Image.new("RGB", (30, 20), "white").save(picture, "PNG")
    page = FacebookPage(desk.facebook.page_id, desk.facebook.page_token, desk.facebook.url)
    assert await page.publish(Posting(TEXT, "", picture))
    assert list(desk.facebook.photos.values()) == [picture.read_bytes()]
    assert len(desk.facebook.posts) == 1
    desk.facebook.fail("POST photos", DropAfter())
    answer = await page.publish(Posting(TEXT, "", picture))
    assert isinstance(answer, Failed), (
        "without its picture nothing was posted, so another try is safe"
    )
    assert len(desk.facebook.posts) == 1
    broken = desk.path / "broken"
    broken.write_bytes(b"\xff\xd8\xff\xe0")
    assert await page.publish(Posting(TEXT, "", broken)) == Failed("picture", lasting=True)
    assert len(desk.facebook.posts) == 1
    await page.close()


async def test_a_post_that_the_webhook_logged_meanwhile_is_one_ticket(desk: Desk):
    await desk.queues(FACEBOOK)
    desk.facebook.lag = True
    desk.facebook.fail("POST feed", DropAfter())
    await desk.works()
    link = desk.facebook.posts[0]["permalink_url"]
    key = "facebook:" + link.rpartition("/")[2]
    other = Post(FACEBOOK, PostState.POSTED, "R9", link, key)
    told = Publication(
        await publications.reserve_no(desk.db),
        News("อื่น"),
        NOW.date(),
        NOW,
        None,
        posts={FACEBOOK: other},
    )
    await desk.db.write(lambda tx: publications.add(tx, told))
    desk.facebook.lag = False
    posts = await desk.works(minutes=2)
    assert (posts[FACEBOOK].state, posts[FACEBOOK].ticket_no) == (PostState.POSTED, "R9")
    assert await desk.tickets() == []
    assert "โพสต์แล้ว P1" in desk.told
