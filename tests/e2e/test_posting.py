"""A post with a picture to three networks, at the wire: composed, approved by another, killed
between the networks.
"""

import asyncio
import io
from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

import pytest
from PIL import Image

from domain.publicity.networks import Network
from domain.publicity.publications import Post, PostState, Publication
from domain.publicity.reading import News
from domain.staff import StaffId
from store import files
from store.blobs import Blobs
from store.files import File
from store.opening import open_database
from store.publicity import publications
from tests.e2e.conftest import MakeDesk
from tests.e2e.harness import ADMIN, NOK, DeskProcess, eventually
from tests.fakes.clock import CLOCK
from tests.fakes.facebook import FakeFacebook
from tests.fakes.line import FakeLine
from tests.fakes.telegram import FakeTelegram
from tests.fakes.twitter import FakeTwitter

pytestmark = pytest.mark.long

TEXT = "ผลสำรวจภาวะการทำงานของประชากร ต.ค. 69 📊 อ่านต่อ https://www.nso.go.th/lfs"
WORLD = "https://desk.example"


def photo() -> bytes:
    out = io.BytesIO()
    Image.effect_noise((1600, 1200), 60).convert("RGB").save(out, "JPEG")
    return out.getvalue()


@pytest.fixture
def facebook() -> Iterator[FakeFacebook]:
    with FakeFacebook() as fake:
        yield fake
        assert fake.violations == []


@pytest.fixture
def twitter() -> Iterator[FakeTwitter]:
    with FakeTwitter() as fake:
        yield fake
        assert fake.violations == []


@pytest.fixture
def desk(
    make_desk: MakeDesk,
    telegram: FakeTelegram,
    line: FakeLine,
    facebook: FakeFacebook,
    twitter: FakeTwitter,
) -> DeskProcess:
    desk = make_desk(telegram, line)
    line.followers = 1000
    line.ways[WORLD] = f"http://127.0.0.1:{desk.port}"
    config = desk.folder / "office.toml"
    config.write_text("[posting.second_confirmation]\nline = true\n", "utf-8")
    desk.settings |= {
        "FACEBOOK_PAGE_ID": facebook.page_id,
        "FACEBOOK_PAGE_TOKEN": facebook.page_token,
        "FACEBOOK_API_URL": facebook.url,
        "TWITTER_API_KEY": twitter.api_key,
        "TWITTER_API_SECRET": twitter.api_secret,
        "TWITTER_ACCESS_TOKEN": twitter.access_token,
        "TWITTER_ACCESS_SECRET": twitter.access_secret,
        "TWITTER_API_URL": twitter.url,
        "PUBLIC_URL": WORLD,
        "CONFIG": str(config),
    }
    return desk


async def queue(desk: DeskProcess) -> None:
    """A post with a picture that was confirmed and approved."""
    db = await open_database(f"sqlite:///{desk.database}")
    blobs = Blobs(desk.folder)

    async def chunks():
        yield photo()

    part = await blobs.receive(chunks())
    await blobs.keep(part)
    now = CLOCK() - timedelta(seconds=1)
    no = await publications.reserve_no(db)
    file = File(uuid4().hex, no, "photo.jpg", "image/jpeg", part.size, part.sha256, now, StaffId(1))
    await db.write(lambda tx: files.add(tx, file))
    posts = {
        n: Post(n, PostState.WAITING, post_at=now, retry_key=str(uuid4()), text=TEXT)
        for n in Network
    }
    made = Publication(no, News(TEXT), now.date(), now, StaffId(1), file.id, posts=posts)
    await db.write(lambda tx: publications.add(tx, made))
    await db.close()


def check_all_three(
    desk: DeskProcess, line: FakeLine, facebook: FakeFacebook, twitter: FakeTwitter
) -> None:
    """Each network has the post once, with its picture; each ticket has the real link."""
    eventually(
        lambda: len(desk.rows("SELECT no FROM tickets WHERE subject = '10'")) == 3, "three tickets"
    )
    assert [post["message"] for post in facebook.posts] == [TEXT]
    assert [post["asked"] for post in twitter.posts] == [TEXT]
    assert list(line.broadcasts.values()) == [[TEXT]]
    links = {link for (link,) in desk.rows("SELECT link FROM tickets WHERE subject = '10'")}
    assert links == {
        "",
        facebook.posts[0]["permalink_url"],
        f"https://x.com/i/status/{twitter.posts[0]['id']}",
    }
    assert facebook.photos
    assert len(twitter.posts[0]["media"]) == 1
    ((whole, preview),) = line.shown_pictures(next(iter(line.broadcasts)))
    assert Image.open(io.BytesIO(whole)).size == (1600, 1200)
    assert max(Image.open(io.BytesIO(preview)).size) == 1024


@pytest.mark.parametrize(
    "failpoint",
    ["post.begun:2", "post.answered", "post.answered:2", "post.answered:3", "post.settled:2"],
)
def test_killed_between_the_networks_none_has_it_twice(
    desk: DeskProcess, line: FakeLine, facebook: FakeFacebook, twitter: FakeTwitter, failpoint: str
) -> None:
    asyncio.run(queue(desk))
    desk.start(failpoint)
    desk.restart_after_kill()
    out = {"facebook": facebook.posts, "twitter": twitter.posts, "line": line.broadcasts}

    def settled() -> bool:
        """What a network has is known to be out; what it has not, perhaps is: that is never posted
        by itself.
        """
        states = dict(desk.rows("SELECT network, state FROM posts"))
        return all(
            states[network] == ("posted" if there else "unclear") for network, there in out.items()
        )

    eventually(settled, f"each is out or doubtful: {desk.rows('SELECT network, state FROM posts')}")
    assert len(line.broadcasts) == 1, "its retry key makes a second call harmless"
    assert max(len(facebook.posts), len(twitter.posts)) <= 1
    tickets = [link for (link,) in desk.rows("SELECT link FROM tickets WHERE subject = '10'")]
    assert len(tickets) == sum(map(len, out.values()))


def test_all_three_get_the_text_and_the_picture(
    desk: DeskProcess, line: FakeLine, facebook: FakeFacebook, twitter: FakeTwitter
) -> None:
    asyncio.run(queue(desk))
    desk.start()
    check_all_three(desk, line, facebook, twitter)


def last(telegram: FakeTelegram, who: int, words: str) -> int:
    """The id of the newest message of a chat with these words, as soon as it is there."""

    def find() -> int:
        found = [message for message in telegram.messages(who) if words in (message.text or "")]
        return found[-1].message_id if found else 0

    return eventually(find, words)


def test_composed_sent_back_changed_approved_and_posted(
    desk: DeskProcess,
    telegram: FakeTelegram,
    line: FakeLine,
    facebook: FakeFacebook,
    twitter: FakeTwitter,
) -> None:
    desk.start()
    wanna, nok = ADMIN.telegram, NOK.telegram
    telegram.say(nok, "/post")
    last(telegram, nok, "ขอสิทธิ์ได้จากหัวหน้า")
    telegram.say(wanna, "/posters")
    telegram.press(wanna, last(telegram, wanna, "ผู้ที่โพสต์ได้"), "ให้สิทธิ์โพสต์แก่คุณนก")
    last(telegram, nok, "คุณได้รับสิทธิ์โพสต์")
    telegram.say(nok, "/post")
    last(telegram, nok, "พิมพ์ข้อความที่จะโพสต์")
    telegram.photo(nok, photo(), caption="ร่างแรกของข่าวผลสำรวจภาวะการทำงานของประชากร")
    card = last(telegram, nok, "ต้องมีอีกคนอนุมัติก่อนโพสต์")
    (shown,) = (message.text for message in telegram.messages(nok) if message.message_id == card)
    assert "ผู้ติดตาม 1,000 คน" in shown
    assert "twitter คิดค่าบริการ 0.015 USD ต่อโพสต์" in shown
    telegram.press(nok, card, "ส่งให้ผู้อนุมัติ")
    asked = last(telegram, wanna, "ขออนุมัติโพสต์ P1")
    telegram.press(wanna, asked, "ส่งกลับแก้ไข")
    last(telegram, wanna, "พิมพ์เหตุผล")
    telegram.say(wanna, "ใส่ลิงก์รายงานด้วย")
    told = last(telegram, nok, "กลับแก้ไข: ใส่ลิงก์รายงานด้วย")
    assert (facebook.posts, twitter.posts, line.broadcasts) == ([], [], {})
    telegram.press(nok, told, "แก้แล้วส่งใหม่")
    again = last(telegram, nok, "ร่างแรกของข่าว")
    telegram.press(nok, again, "แก้ไข")
    telegram.press(nok, last(telegram, nok, "แตะช่องที่ต้องการแก้"), "ข่าว")
    last(telegram, nok, "พิมพ์ข้อความที่จะโพสต์")
    telegram.say(nok, TEXT)
    telegram.press(nok, last(telegram, nok, "0.20 USD"), "ส่งให้ผู้อนุมัติ")
    telegram.press(wanna, last(telegram, wanna, "ขออนุมัติโพสต์ P2"), "อนุมัติให้โพสต์")
    last(telegram, nok, "คุณวรรณาอนุมัติ P2 แล้ว")
    check_all_three(desk, line, facebook, twitter)
    last(telegram, nok, "โพสต์แล้ว P2")


def test_check_names_what_x_refuses_and_what_belongs_together(desk: DeskProcess) -> None:
    assert "twitter" in desk.run("check").stdout
    desk.settings["TWITTER_ACCESS_SECRET"] = "wrong-secret"
    failed = desk.run("check")
    assert failed.returncode == 1
    assert "DESKBOT_TWITTER_ACCESS_TOKEN" in failed.stdout + failed.stderr
    assert "wrong-secret" not in failed.stdout + failed.stderr
    del desk.settings["TWITTER_ACCESS_SECRET"]
    failed = desk.run("check")
    assert failed.returncode == 1
    assert "DESKBOT_TWITTER_ACCESS_SECRET" in failed.stdout + failed.stderr
