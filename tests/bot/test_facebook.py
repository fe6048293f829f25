"""Facebook's webhook: only what Meta signed, committed before the answer, the page's own posts and
nothing else.
"""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import permutations
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.engine import Engine
from bot.networks.facebook.page import FacebookPage
from bot.networks.facebook.webhook import challenge, events, signature_matches
from bot.networks.poster import PostingNetworks
from bot.parts import Surroundings
from bot.platforms import open_platforms
from bot.settings import Settings
from bot.web.app import make_app
from domain.publicity.networks import Network
from domain.publicity.page_feed import PagePost, event_from_json, fold
from domain.publicity.publications import Post, PostState, Publication
from domain.publicity.reading import News
from scheduler.ticker import Ticker
from store.engine.database import Database
from store.publicity import publications
from tests.bot.conftest import running
from tests.fakes.facebook import FakeFacebook
from tests.fakes.office import OFFICE, open_new

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
T0 = int(NOW.timestamp())
LABOUR = "ผลสำรวจภาวะการทำงานของประชากร ต.ค. 69 📊"
VERIFY = "a verify token"


@dataclass
class Page:
    """A desk that Facebook tells of its page."""

    db: Database
    facebook: FakeFacebook
    client: httpx.AsyncClient
    ticker: Ticker

    async def tells(self, *changes: dict[str, Any], at: int = T0) -> int:
        return await self.sends(*self.facebook.told(*changes, at=at))

    async def sends(self, body: bytes, headers: dict[str, str]) -> int:
        return (
            await self.client.post("/facebook/webhook", content=body, headers=headers)
        ).status_code

    async def tick(self) -> None:
        await self.ticker.tick()

    async def rows(self, sql: str) -> list[dict[str, Any]]:
        return [dict(row) for row in await self.db.fetch(sql)]


@pytest.fixture
async def page(tmp_path: Path) -> AsyncIterator[Page]:
    db = await open_new(tmp_path / "desk.db")
    with FakeFacebook() as facebook:
        engine = Engine(db, OFFICE, {}, "test", clock=lambda: NOW)
        settings = Settings(
            facebook_page_id=facebook.page_id,
            facebook_app_secret=facebook.app_secret,
            facebook_verify_token=VERIFY,
        )
        platforms = open_platforms(settings, Surroundings(lambda: NOW))
        transport = httpx.ASGITransport(make_app(running(engine.desk), platforms))
        async with httpx.AsyncClient(transport=transport, base_url="http://desk") as client:
            yield Page(db, facebook, client, Ticker(engine.desk, engine))
        await engine.stop()
    await db.close()


async def test_meta_is_answered_its_challenge_only_with_the_right_token(page: Page):
    good = {"hub.mode": "subscribe", "hub.verify_token": VERIFY, "hub.challenge": "1158201444"}
    answer = await page.client.get("/facebook/webhook", params=good)
    assert (answer.status_code, answer.text) == (200, "1158201444")
    for wrong in (
        {"hub.verify_token": "ผิด"},
        {"hub.mode": "unsubscribe"},
        {"hub.verify_token": ""},
    ):
        assert (await page.client.get("/facebook/webhook", params=good | wrong)).status_code == 403
    assert challenge({}, VERIFY) is None


async def test_thai_and_emoji_are_signed_as_the_escaped_bytes_that_came(page: Page):
    body, headers = page.facebook.told(page.facebook.change("add", "1", LABOUR))
    assert b"\\u0e1c" in body
    assert signature_matches(page.facebook.app_secret, body, headers["X-Hub-Signature-256"])
    again = json.dumps(json.loads(body), ensure_ascii=False).encode()
    assert not signature_matches(page.facebook.app_secret, again, headers["X-Hub-Signature-256"])


@pytest.mark.parametrize("given", [None, "", "sha256=", "sha256=" + "0" * 64, "sha1=x", "ลายเซ็น"])
async def test_what_meta_did_not_sign_is_refused_and_not_kept(page: Page, given: str | None):
    body, _headers = page.facebook.told(page.facebook.change("add", "1", LABOUR))
    headers = {b"X-Hub-Signature-256": given.encode()} if given is not None else {}
    answer = await page.client.post("/facebook/webhook", content=body, headers=headers)
    assert answer.status_code == 401
    assert await page.rows("SELECT * FROM inbox") == []


async def test_a_post_of_the_page_becomes_a_publication_by_itself(page: Page):
    assert await page.tells(page.facebook.change("add", "123", LABOUR, T0)) == 200
    (event,) = await page.rows("SELECT state FROM inbox")
    assert event["state"] == "pending", "committed before the answer, decided later"
    await page.tick()
    (ticket,) = await page.rows("SELECT * FROM tickets")
    assert (ticket["channel"], ticket["subject"], ticket["status"]) == ("facebook", "10", "closed")
    assert ticket["details"] == (
        "เผยแพร่ข่าวประชาสัมพันธ์ จากผลการสำรวจภาวะการทำงานของประชากร เดือนตุลาคม พ.ศ. 2569 ผ่านช่องทาง Facebook"
    )
    assert ticket["link"] == f"https://www.facebook.com/{page.facebook.page_id}/posts/123"
    assert [row["state"] for row in await page.rows("SELECT state FROM inbox")] == ["done"]


@pytest.mark.parametrize("posts", [True, False])
async def test_its_reach_is_asked_for_a_day_later_where_the_desk_may_ask(page: Page, posts: bool):
    facebook = FacebookPage(page.facebook.page_id, page.facebook.page_token, page.facebook.url)
    desk = page.ticker._desk
    page.ticker._desk = replace(desk, networks=PostingNetworks([facebook] if posts else []))
    await page.tells(page.facebook.change("add", "123", LABOUR, T0))
    await page.tick()
    (publication,) = await publications.list_recent(page.db, 5)
    due = NOW + timedelta(days=1) if posts else None
    assert publication.posts[Network.FACEBOOK].reach_at == due


async def test_the_same_news_told_again_changes_nothing(page: Page):
    for _time in range(2):
        assert await page.tells(page.facebook.change("add", "123", LABOUR, T0)) == 200
        await page.tick()
    assert await page.tells(page.facebook.change("add", "123", LABOUR, T0), at=T0 + 60) == 200
    await page.tick()
    assert (
        len(await page.rows("SELECT * FROM tickets"))
        == len(await page.rows("SELECT * FROM publications"))
        == 1
    )
    assert await page.rows("SELECT * FROM publications WHERE version > 1") == []


async def test_a_batch_of_many_posts_and_pages_takes_only_the_own_posts(page: Page):
    face = page.facebook
    of_page = face.entry(
        face.change("add", "1", LABOUR, T0),
        face.change("add", "2", "ประกาศวันหยุดสำนักงานสถิติ", T0),
        face.change("add", "1", "ดีมากค่ะ", T0, item="comment", comment_id="1_2"),
        face.change("add", "1", item="reaction", reaction_type="like"),
        face.change("add", "3", "สวัสดีค่ะ แอดมิน", T0) | {"from": {"id": "77", "name": "คนอื่น"}},
        face.change("add", "4", "ร่าง", T0, published=0),
        at=T0,
    )
    foreign = face.entry(face.change("add", "9", "ของเพจอื่น", T0), at=T0, page="999")
    assert await page.sends(*face.batch([foreign, of_page])) == 200
    await page.tick()
    assert {
        row["external_id"].rpartition("_")[2]
        for row in await page.rows("SELECT external_id FROM posts")
    } == {
        "1",
        "2",
    }
    assert len(await page.rows("SELECT * FROM tickets")) == 2


async def test_an_edit_updates_the_ticket_and_a_removal_is_marked(page: Page):
    await page.tells(page.facebook.change("add", "123", LABOUR, T0))
    await page.tick()
    await page.tells(
        page.facebook.change("edited", "123", LABOUR.replace("ต.ค.", "ก.ย."), T0), at=T0 + 60
    )
    await page.tick()
    (ticket,) = await page.rows("SELECT details FROM tickets")
    assert "เดือนกันยายน พ.ศ. 2569" in ticket["details"]
    await page.tells(page.facebook.change("remove", "123"), at=T0 + 120)
    await page.tick()
    (ticket,) = await page.rows("SELECT remarks FROM tickets")
    assert ticket["remarks"] == "โพสต์ถูกลบออกจากเครือข่ายแล้ว"
    assert [row["state"] for row in await page.rows("SELECT state FROM posts")] == ["removed"]


@pytest.mark.parametrize("order", list(permutations(range(3))))
@pytest.mark.parametrize("together", [True, False])
async def test_whatever_the_order_the_end_is_the_same(
    page: Page, order: tuple[int, ...], together: bool
):
    face = page.facebook
    told = [
        (face.change("add", "123", LABOUR, T0), T0),
        (face.change("edited", "123", LABOUR.replace("ต.ค.", "ก.ย."), T0), T0 + 60),
        (face.change("remove", "123"), T0 + 120),
    ]
    for number in order:
        await page.tells(told[number][0], at=told[number][1])
        if not together:
            await page.tick()
    await page.tick()
    (ticket,) = await page.rows("SELECT details, remarks FROM tickets")
    assert "เดือนกันยายน พ.ศ. 2569" in ticket["details"]
    assert ticket["remarks"] == "โพสต์ถูกลบออกจากเครือข่ายแล้ว"
    assert [row["state"] for row in await page.rows("SELECT state FROM posts")] == ["removed"]


@pytest.mark.parametrize("verb", ["remove", "hide", "unhide"])
async def test_what_nobody_logged_and_is_gone_leaves_no_publication(page: Page, verb: str):
    await page.tells(page.facebook.change(verb, "123"))
    await page.tick()
    assert await page.rows("SELECT * FROM publications") == []


@pytest.mark.parametrize("verb", ["remove", "delete"])
async def test_the_removal_of_what_an_officer_logged_is_marked_though_facebook_never_told_of_it(
    page: Page, verb: str
):
    no = await publications.reserve_no(page.db)
    link = "https://www.facebook.com/nso/posts/123"
    post = Post(Network.FACEBOOK, PostState.POSTED, link=link, link_key="facebook:123")
    await page.db.write(lambda tx: publications.add(tx, logged(no, post)))
    await page.tells(page.facebook.change(verb, "123"), at=T0 + 60)
    await page.tick()
    assert await page.rows("SELECT state, link FROM posts") == [{"state": "removed", "link": link}]


SIGHT = ("add", "hide", "unhide", "hide")


@pytest.mark.parametrize("order", list(permutations(range(4))))
async def test_hidden_and_shown_again_in_any_order_the_last_word_holds(
    page: Page, order: tuple[int, ...]
):
    for number in order:
        verb = SIGHT[number]
        for _time in range(2):
            await page.tells(
                page.facebook.change(verb, "123", LABOUR if verb == "add" else "", T0),
                at=T0 + 60 * number,
            )
        await page.tick()
    assert await page.rows("SELECT state FROM posts") == [{"state": "hidden"}]
    assert await page.rows("SELECT remarks FROM tickets") == [{"remarks": "โพสต์ถูกซ่อนจากหน้าเพจ"}]


async def test_a_post_that_is_shown_again_is_as_before_and_a_removed_one_stays_removed(page: Page):
    face = page.facebook
    steps = [
        ("add", "posted"),
        ("hide", "hidden"),
        ("unhide", "posted"),
        ("hide", "hidden"),
        ("remove", "removed"),
    ]
    for at, (verb, state) in enumerate([*steps, ("unhide", "removed")]):
        await page.tells(face.change(verb, "123", LABOUR if verb == "add" else "", T0), at=T0 + at)
        await page.tick()
        assert await page.rows("SELECT state FROM posts") == [{"state": state}]
    assert await page.rows("SELECT remarks FROM tickets") == [
        {"remarks": "โพสต์ถูกลบออกจากเครือข่ายแล้ว"}
    ]


async def test_a_batch_may_hold_a_whole_history(page: Page):
    face = page.facebook
    entries = [
        face.entry(face.change("unhide", "123", at=T0, published=0), at=T0 + 2),
        face.entry(face.change("hide", "123", at=T0, published=0), at=T0 + 1),
        face.entry(
            face.change("add", "123", LABOUR, T0), face.change("hide", "7_8", item="comment"), at=T0
        ),
        face.entry(face.change("hide", "124", at=T0), at=T0 + 3),
        face.entry(face.change("add", "124", "วันหยุด", T0), at=T0),
    ]
    assert await page.sends(*face.batch(entries)) == 200
    await page.tick()
    rows = await page.rows("SELECT external_id, state FROM posts")
    assert {row["external_id"].rpartition("_")[2]: row["state"] for row in rows} == {
        "123": "posted",
        "124": "hidden",
    }


def logged(no: str, post: Post, text: str = LABOUR) -> Publication:
    return Publication(no, News(text), NOW.date(), NOW, None, posts={post.network: post})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "post",
    [
        Post(
            Network.FACEBOOK,
            PostState.POSTED,
            link="https://www.facebook.com/nso/posts/123",
            link_key="facebook:123",
        ),
        Post(
            Network.FACEBOOK,
            PostState.POSTED,
            link="https://fb.watch/abc",
            link_key="facebook:fb.watch/abc",
        ),
        Post(Network.FACEBOOK, PostState.UNCLEAR),
        Post(Network.FACEBOOK, PostState.PROPOSED),
        Post(Network.LINE, PostState.POSTED),
    ],
)
async def test_a_post_that_is_known_here_already_is_not_logged_twice(page: Page, post: Post):
    no = await publications.reserve_no(page.db)
    await page.db.write(lambda tx: publications.add(tx, logged(no, post)))
    await page.tells(page.facebook.change("add", "123", LABOUR, T0))
    await page.tick()
    (publication,) = await publications.list_recent(page.db, 5)
    facebook = publication.posts[Network.FACEBOOK]
    assert (facebook.state, facebook.external_id) == (
        PostState.POSTED,
        f"{page.facebook.page_id}_123",
    )
    assert facebook.link == (
        post.link or f"https://www.facebook.com/{page.facebook.page_id}/posts/123"
    )
    assert bool(facebook.ticket_no) == (not post.link), "what was not out yet gets its ticket"


async def test_two_posts_with_the_same_words_are_two_publications(page: Page):
    await page.tells(
        page.facebook.change("add", "1", LABOUR, T0), page.facebook.change("add", "2", LABOUR, T0)
    )
    await page.tick()
    await page.tells(page.facebook.change("add", "3", LABOUR, T0))
    await page.tick()
    assert len(await page.rows("SELECT * FROM publications")) == 3


async def test_a_picture_without_words_is_logged(page: Page):
    await page.tells(page.facebook.change("add", "5", "", T0, item="photo"))
    await page.tick()
    (ticket,) = await page.rows("SELECT details FROM tickets")
    assert ticket["details"] == "เผยแพร่ข่าวประชาสัมพันธ์ ผ่านช่องทาง Facebook"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"\xff\xfe",
        b'{"object":"page"}',
        b'{"object":"page","entry":"x"}',
        b'{"object":"page","entry":[1]}',
        b'{"object":"page","entry":[{"id":"1234567890","changes":[{"field":"feed"}]}]}',
        b"[" * 100_000,
    ],
)
async def test_garbage_that_is_signed_is_kept_and_harms_nothing(page: Page, body: bytes):
    assert await page.sends(body, {"X-Hub-Signature-256": page.facebook.sign(body)}) == 200
    await page.tick()
    assert {row["state"] for row in await page.rows("SELECT state FROM inbox")} == {"unparsable"}


@pytest.mark.parametrize("time", [None, "x", -1, 10**20, True, T0 * 1000])
def test_odd_times_harm_no_event(time: object):
    face = FakeFacebook()
    entry = face.entry(face.change("add", "1", LABOUR, T0)) | {"time": time}
    body, _headers = face.batch([entry])
    face._socket.close()
    (event,) = events(body, face.page_id)
    assert event_from_json(event.raw).at == NOW
    assert fold(PagePost("x"), [event_from_json(event.raw)]).text == LABOUR
