"""twitter (X): signed, posted once, found again by its words, refused plainly."""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PIL import Image

from bot.networks.twitter.account import TwitterAccount
from bot.posting import LookupFailed, Posting
from domain.publicity.lengths import weighted_length
from handlers.publicity.posts import Failed, Posted, Unclear
from tests.fakes.clock import CLOCK
from tests.fakes.twitter import FakeTwitter, weight
from tests.fakes.wire import DropAfter, Fault, Garbled, Status

TEXT = "ผลสำรวจภาวะการทำงานของประชากร ต.ค. 69 📊 & อื่น ๆ\nอ่านต่อที่ https://www.nso.go.th/lfs?m=10"


@pytest.fixture
def twitter() -> Iterator[FakeTwitter]:
    with FakeTwitter() as fake:
        yield fake
        assert fake.violations == []


@pytest.fixture
async def account(twitter: FakeTwitter) -> AsyncIterator[TwitterAccount]:
    made = connect(twitter)
    yield made
    await made.close()


def connect(twitter: FakeTwitter, secret: str = "") -> TwitterAccount:
    token = (twitter.access_token, secret or twitter.access_secret)
    return TwitterAccount(twitter.api_key, twitter.api_secret, *token, twitter.url + "/", CLOCK)


async def test_the_post_goes_out_signed_and_has_its_link(
    twitter: FakeTwitter, account: TwitterAccount
) -> None:
    answer = await account.publish(Posting(TEXT, "key"))
    (post,) = twitter.posts
    assert post["asked"] == TEXT
    assert answer == Posted(post["id"], f"https://x.com/i/status/{post['id']}")


async def test_a_wrong_secret_is_refused_and_named(twitter: FakeTwitter) -> None:
    stranger = connect(twitter, "wrong")
    assert await stranger.publish(Posting(TEXT, "key")) == Failed("token", lasting=True)
    with pytest.raises(LookupFailed):
        await stranger.hello()
    await stranger.close()
    assert twitter.posts == []


@pytest.mark.parametrize("picture", [False, True])
async def test_a_post_is_found_again_by_its_words(
    twitter: FakeTwitter, account: TwitterAccount, picture: bool
) -> None:
    twitter.post("ข่าวอื่น https://www.nso.go.th")
    post = twitter.post(TEXT, ["1"] if picture else None)
    assert "nso.go.th" not in post["text"], "X shortens addresses"
    assert await account.look_for(TEXT, CLOCK()) == Posted(
        post["id"], f"https://x.com/i/status/{post['id']}"
    )
    assert await account.look_for(TEXT, CLOCK() + timedelta(minutes=6)) is None, (
        "made before the first try"
    )


async def test_where_the_account_may_not_read_somebody_looks(
    twitter: FakeTwitter, account: TwitterAccount
) -> None:
    twitter.post(TEXT)
    twitter.may_read = False
    assert await account.look_for(TEXT, CLOCK()) is None
    twitter.fail("GET /2/users/:id/tweets", Status(503), Status(429))
    for _twice in range(2):
        with pytest.raises(LookupFailed):
            await account.look_for(TEXT, CLOCK())


async def test_an_answer_that_cannot_be_read_is_no_empty_list(
    twitter: FakeTwitter, account: TwitterAccount
) -> None:
    twitter.post(TEXT)
    twitter.fail(
        "GET /2/users/:id/tweets",
        Garbled(b"<html>"),
        Garbled(b"{}"),
        Garbled(b'{"data": [{"id', cut=True),
    )
    for _thrice in range(3):
        with pytest.raises(LookupFailed):
            await account.look_for(TEXT, CLOCK())


async def test_the_same_words_twice_are_refused_as_such(
    twitter: FakeTwitter, account: TwitterAccount
) -> None:
    await account.publish(Posting(TEXT, "key"))
    assert await account.publish(Posting(TEXT, "other")) == Failed("duplicate", lasting=True)
    assert len(twitter.posts) == 1


async def test_a_rate_limit_says_when_it_ends(
    twitter: FakeTwitter, account: TwitterAccount
) -> None:
    twitter.reset_at = int(CLOCK().timestamp()) + 900
    twitter.fail("POST /2/tweets", Status(429))
    expected = Failed("rate", lasting=False, until=datetime.fromtimestamp(twitter.reset_at, UTC))
    assert await account.publish(Posting(TEXT, "key")) == expected
    twitter.reset_at = int(CLOCK().timestamp()) + 90 * 86_400
    twitter.fail("POST /2/tweets", Status(429))
    answer = await account.publish(Posting(TEXT, "key"))
    assert isinstance(answer, Failed)
    assert answer.until is not None
    assert answer.until < CLOCK() + timedelta(hours=25), "no waiting for ever"


@pytest.mark.parametrize(
    ("fault", "answer"),
    [
        (Status(402), Failed("credits", lasting=True)),
        (Status(403), Failed("forbidden", lasting=True)),
        (Status(400), Failed("400", lasting=True)),
        (Status(500), Unclear("500")),
        (Status(503, "<html>"), Unclear("503")),
        (Status(201, "<html>"), Posted("", "")),
        (Garbled(b'{"data": {"id": 7, "te', cut=True), Posted("", "")),
        (Garbled(b'{"data": "7"}'), Posted("", "")),
        (DropAfter(), Unclear("0")),
    ],
)
async def test_what_each_answer_means(
    twitter: FakeTwitter, account: TwitterAccount, fault: Fault, answer: object
) -> None:
    twitter.fail("POST /2/tweets", fault)
    assert await account.publish(Posting(TEXT, "key")) == answer


async def test_a_refused_connection_is_surely_no_post(
    twitter: FakeTwitter, account: TwitterAccount
) -> None:
    twitter.down()
    assert await account.publish(Posting(TEXT, "key")) == Failed("connect", lasting=False)
    twitter.up()


async def test_a_picture_goes_with_the_post(
    twitter: FakeTwitter, account: TwitterAccount, tmp_path: Path
) -> None:
    picture = tmp_path / "picture"
    Image.effect_noise((900, 600), 90).convert("RGB").save(picture, "JPEG", quality=95)
    assert isinstance(await account.publish(Posting(TEXT, "key", picture)), Posted)
    assert twitter.posts[0]["media"] == list(twitter.media)
    twitter.fail("POST /2/media/upload", DropAfter())
    failed = await account.publish(Posting("อีกข่าวหนึ่งของสำนักงาน", "key", picture))
    assert isinstance(failed, Failed), (
        "without its picture nothing was posted, so another try is safe"
    )
    assert not failed.lasting
    assert len(twitter.posts) == 1


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("ก้ำ", 3),
        ("ผลสำรวจ ต.ค. 69", 15),
        ("https://www.nso.go.th/a/very/long/path/of/a/report.pdf?x=1", 23),
        ("nso.go.th", 23),
        ("อ่านต่อhttps://nso.go.th/xค่ะ", 33),
        ("👨‍👩‍👧‍👦", 2),
        ("🇹🇭", 2),
        ("日本", 4),
        ("caf\u0065\u0301", 4),
    ],
)
def test_texts_weigh_what_x_says_they_do(text: str, length: int) -> None:
    assert weighted_length(text) == length == weight(text)


def test_the_longest_thai_post_is_280_signs() -> None:
    assert weighted_length("ก" * 280) == 280
