"""Telegram and LINE vouch for who opens a page; nobody else's word counts, nor an old one."""

import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlencode

import pytest

from bot.line.web_login import channel_of
from bot.line.web_login import user_of as line_user
from bot.telegram.web_login import user_of
from domain.staff import Identity, Platform
from store import staff
from tests.fakes.clock import FakeClock
from tests.fakes.line_login import CHANNEL, LIFF_ID, FakeLineLogin
from tests.web.conftest import paged_desk, words_of

TOKEN = "123456:" + "A" * 30
NOW = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
NOK = 1002


def signed(token=TOKEN, at=NOW, user=NOK, **more):
    """initData as Telegram signs it."""
    fields = {
        "query_id": "AAHdF6IQAAAAAN0XohDhrOrc",
        "user": json.dumps({"id": user, "first_name": "นก", "language_code": "th"}),
        "auth_date": str(int(at.timestamp())),
        "signature": "c2ln",
        **more,
    }
    lines = "\n".join(f"{key}={fields[key]}" for key in sorted(fields))
    secret = hmac.new(b"WebAppData", token.encode(), hashlib.sha256).digest()
    fields["hash"] = hmac.new(secret, lines.encode(), hashlib.sha256).hexdigest()
    return urlencode(fields)


def test_telegram_vouches_for_whom_its_token_signed():
    assert user_of(signed(), TOKEN, NOW, HOUR) == str(NOK)
    assert user_of(signed(at=NOW - HOUR), TOKEN, NOW, HOUR) == str(NOK)


def changed(name, value):
    return urlencode({**dict(parse_qsl(signed())), name: value})


@pytest.mark.parametrize(
    "init_data",
    [
        "",
        "x",
        "hash=",
        signed(token="654321:" + "A" * 30),
        signed(at=NOW - HOUR - timedelta(seconds=1)),
        signed(at=NOW + timedelta(minutes=5)),
        signed(user="1002"),
        signed(user=None),
        signed(auth_date="soon"),
        changed("user", json.dumps({"id": 1})),
        changed("auth_date", str(int(NOW.timestamp()) + 1)),
        changed("hash", ""),
        changed("hash", "ก"),
        changed("more", "x"),
        signed() + "&user=%7B%22id%22%3A1%7D",
        signed().replace("signature=c2ln&", ""),
    ],
)
def test_telegram_vouches_for_nobody_else(init_data):
    assert user_of(init_data, TOKEN, NOW, HOUR) == ""


@pytest.fixture
async def line():
    fake = FakeLineLogin(FakeClock(NOW))
    await fake.start()
    yield fake
    await fake.stop()


async def test_line_vouches_for_whom_it_issued_a_token_to_this_channel(line):
    async def who(token, now=NOW):
        return await line_user(token, line.url, channel_of(LIFF_ID), now)

    good = line.token("Unok")
    assert await who(good) == "Unok"
    assert await who("") == ""
    assert await who("x" * 5000) == ""
    assert await who("of.somebody.else") == ""
    assert await who(line.token("Unok", channel="999")) == ""
    assert await who(line.token("Unok", seconds=-1)) == ""
    assert await who(good, NOW + timedelta(hours=2)) == ""
    for claim in ({"aud": "999"}, {"iss": "https://evil.example"}, {"exp": "x"}, {"sub": 7}):
        line.says = claim
        assert await who(good) == ""
    line.says = {}
    line.broken = True
    assert await who(good) == ""
    assert channel_of(LIFF_ID) == CHANNEL


async def test_who_is_vouched_for_is_logged_in_and_nobody_else(tmp_path, line):
    settings = {"telegram_token": TOKEN, "telegram_api_url": "http://127.0.0.1:9"}
    settings |= {"line_channel_secret": "s", "line_access_token": "t", "line_liff_id": LIFF_ID}
    settings |= {"line_api_url": line.url, "line_data_api_url": line.url}
    async with paged_desk(tmp_path, **settings) as desk:
        now = desk.clock()

        async def link(tx):
            for platform, user in ((Platform.TELEGRAM, str(NOK)), (Platform.LINE, "Unok")):
                await staff.link_identity(tx, Identity(platform, user, desk.ids["นก"], user), now)

        await desk.db.write(link)
        line._clock.set(now)
        proofs = (
            ("/login/telegram", "init_data", signed(at=now), signed(at=now, user=1)),
            ("/login/line", "id_token", line.token("Unok"), line.token("Unobody")),
        )
        for path, field, good, unknown in proofs:
            page = await desk.browser().open(path)
            assert page.status_code == 200
            assert f'name="{field}"' in page.text
            browser = desk.browser()
            answer = await browser.client.post(path, data={field: good})
            assert answer.status_code == 303
            await browser.open()
            assert browser.word
            refused = await desk.browser().client.post(path, data={field: unknown})
            assert refused.status_code == 403
            forged = await desk.browser().client.post(path, data={field: "forged"})
            assert forged.status_code == 401
            assert "เข้าใช้ไม่ได้" in words_of(forged.text)
            await desk.db.write(lambda tx: staff.set_blocked(tx, desk.ids["นก"], now))
            blocked = await desk.browser().client.post(path, data={field: good})
            assert blocked.status_code == 403
            await browser.open()
            assert not browser.word
            await desk.db.write(lambda tx: staff.set_blocked(tx, desk.ids["นก"], None))
        ways = await desk.db.fetch("SELECT way FROM web_sessions ORDER BY way")
        assert [row["way"] for row in ways] == ["line", "telegram"]


async def test_the_scripts_of_the_chat_apps_are_loaded_in_their_own_pages_only(tmp_path, line):
    settings = {"telegram_token": TOKEN, "telegram_api_url": "http://127.0.0.1:9"}
    async with paged_desk(tmp_path, **settings) as desk:
        stranger = desk.browser()
        inside = await stranger.open("/login/telegram")
        assert "https://telegram.org/js/" in inside.text
        assert "https://telegram.org" in inside.headers["content-security-policy"]
        home = await stranger.open("/")
        assert "telegram.org" not in home.text + home.headers["content-security-policy"]
        assert (await stranger.open("/login/line")).status_code == 410
