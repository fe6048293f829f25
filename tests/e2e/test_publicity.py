"""A desk that posts is killed at every step: each network has the post once, and its ticket has the
real link.
"""

import asyncio
import json
from collections.abc import Iterator
from datetime import timedelta
from http.client import HTTPConnection
from uuid import uuid4

import pytest

from domain.publicity.networks import Network
from domain.publicity.publications import Post, PostState, Publication
from domain.publicity.reading import News
from domain.staff import StaffId
from store.opening import open_database
from store.publicity import publications
from tests.e2e.conftest import MakeDesk
from tests.e2e.harness import DeskProcess, eventually
from tests.fakes.clock import CLOCK, PATIENCE
from tests.fakes.facebook import FakeFacebook
from tests.fakes.line import FakeLine

TEXT = "ผลสำรวจภาวะการทำงานของประชากร ต.ค. 69 📊"


@pytest.fixture
def facebook() -> Iterator[FakeFacebook]:
    with FakeFacebook() as fake:
        yield fake
        assert fake.violations == []


@pytest.fixture
def desk(make_desk: MakeDesk, line: FakeLine, facebook: FakeFacebook) -> DeskProcess:
    desk = make_desk(None, line)
    desk.settings |= {
        "FACEBOOK_PAGE_ID": facebook.page_id,
        "FACEBOOK_PAGE_TOKEN": facebook.page_token,
        "FACEBOOK_APP_SECRET": facebook.app_secret,
        "FACEBOOK_VERIFY_TOKEN": "verify",
        "FACEBOOK_API_URL": facebook.url,
    }
    return desk


async def queue(desk: DeskProcess) -> None:
    """A supervisor confirmed a post to both networks."""
    db = await open_database(f"sqlite:///{desk.database}")
    now = CLOCK() - timedelta(seconds=1)
    no = await publications.reserve_no(db)
    posts = {
        n: Post(n, PostState.WAITING, post_at=now, retry_key=str(uuid4()))
        for n in (Network.FACEBOOK, Network.LINE)
    }
    made = Publication(no, News(TEXT), now.date(), now, StaffId(1), posts=posts)
    await db.write(lambda tx: publications.add(tx, made))
    await db.close()


@pytest.mark.parametrize(
    "failpoint", ["post.answered", "post.answered:2", "post.settled", "post.settled:2"]
)
def test_killed_between_the_networks_each_has_the_post_once(
    desk: DeskProcess, line: FakeLine, facebook: FakeFacebook, failpoint: str
) -> None:
    asyncio.run(queue(desk))
    desk.start(failpoint)
    desk.restart_after_kill()
    eventually(
        lambda: len(desk.rows("SELECT no FROM tickets WHERE subject = '10'")) == 2, "both tickets"
    )
    assert len(facebook.posts) == 1
    assert list(line.broadcasts.values()) == [[TEXT]]
    links = {link for (link,) in desk.rows("SELECT link FROM tickets")}
    assert links == {"", facebook.posts[0]["permalink_url"]}


def test_killed_before_the_call_facebook_gets_no_second_post(
    desk: DeskProcess, facebook: FakeFacebook
) -> None:
    asyncio.run(queue(desk))
    desk.start("post.begun")
    desk.restart_after_kill()
    eventually(
        lambda: desk.rows("SELECT state FROM posts WHERE network = 'line'") == [("posted",)], "Line"
    )
    eventually(
        lambda: ("unclear",) in desk.rows("SELECT state FROM posts") or facebook.posts, "Facebook"
    )
    assert len(facebook.posts) <= 1


def test_what_the_page_posts_is_logged_by_the_running_desk(
    desk: DeskProcess, facebook: FakeFacebook
) -> None:
    desk.start()
    body, headers = facebook.told(facebook.change("add", "123", TEXT))
    for _again in range(2):
        connection = HTTPConnection("127.0.0.1", desk.port, timeout=PATIENCE)
        connection.request("POST", "/facebook/webhook", body, headers)
        assert connection.getresponse().status == 200
        connection.close()
    eventually(lambda: desk.rows("SELECT no FROM tickets WHERE subject = '10'"), "the ticket")
    assert len(desk.rows("SELECT no FROM tickets")) == 1
    assert json.loads(body)["entry"][0]["changes"][0]["value"]["message"] == TEXT


def test_check_names_a_token_that_facebook_does_not_know(
    desk: DeskProcess, facebook: FakeFacebook
) -> None:
    assert "facebook" in desk.run("check").stdout
    desk.settings["FACEBOOK_PAGE_TOKEN"] = "wrong"
    failed = desk.run("check")
    assert failed.returncode == 1
    assert "DESKBOT_FACEBOOK_PAGE_TOKEN" in failed.stdout + failed.stderr
    assert "wrong" not in failed.stdout + failed.stderr


@pytest.mark.parametrize("missing", ["PAGE_ID", "VERIFY_TOKEN", "APP_SECRET"])
def test_settings_that_belong_together_are_named(desk: DeskProcess, missing: str) -> None:
    desk.settings.pop(f"FACEBOOK_{missing}")
    failed = desk.run("check")
    assert failed.returncode == 1
    assert f"DESKBOT_FACEBOOK_{missing}" in failed.stdout + failed.stderr
