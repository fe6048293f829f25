"""Who comes in by which door, and that nobody else does: links, sessions, and what other pages and
broken browsers post.
"""

import pytest

from domain.staff import Identity, Platform
from store import staff
from tests.web.conftest import words_of

ADDRESSES = (
    ("GET", "/"),
    ("POST", "/"),
    ("GET", "/events"),
    ("GET", "/board"),
    ("GET", "/reports"),
    ("GET", "/admin"),
    ("GET", "/forms/1"),
    ("POST", "/forms/1"),
    ("POST", "/board"),
    ("POST", "/logout"),
    ("GET", "/files/shown/0123456789abcdef0123456789abcdef"),
    ("GET", "/no/such/address"),
    ("PUT", "/"),
    ("DELETE", "/board"),
)


@pytest.mark.parametrize("cookie", ["", "x", "x.y", "ก.ข"])
async def test_strangers_get_nothing_at_any_address(paged, cookie):
    stranger = paged.browser()
    headers = {"Cookie": f"deskbot_session={cookie}".encode()} if cookie else {}
    for method, path in ADDRESSES:
        answer = await stranger.client.request(method, path, headers=headers)
        if (method, path) == ("GET", "/"):
            assert answer.status_code == 200
            assert "csrf" not in answer.text
            continue
        assert answer.status_code in (303, 401), (method, path)
        if answer.status_code == 303:
            assert answer.headers["location"] == "/"
            assert not answer.content


async def test_a_link_logs_in_once_and_looking_at_it_does_not_use_it_up(paged):
    secret = await paged.link("นก")
    browser = paged.browser()
    for _preview in range(3):
        looked = await browser.open(f"/login/{secret}")
        assert looked.status_code == 200
        assert looked.text.count("<button") == 1
        assert "set-cookie" not in looked.headers
    entered = await browser.log_in(secret)
    assert entered.status_code == 303
    cookie = entered.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Secure" not in cookie  # this machine, without encryption
    again = await paged.browser().log_in(secret)
    assert again.status_code == 410
    assert "set-cookie" not in again.headers


async def test_a_new_link_ends_the_older_and_none_lasts_longer_than_five_minutes(paged):
    older = await paged.link("นก")
    newer = await paged.link("นก")
    assert (await paged.browser().log_in(older)).status_code == 410
    paged.clock.advance(minutes=5, seconds=1)
    assert (await paged.browser().open(f"/login/{newer}")).status_code == 410
    assert (await paged.browser().log_in(newer)).status_code == 410


async def test_cookies_go_over_encryption_alone_but_on_this_machine(paged):
    secret = await paged.link("นก")
    outside = {"Host": "desk.example.go.th"}
    answer = await paged.browser().client.post(f"/login/{secret}", headers=outside)
    assert "Secure" in answer.headers["set-cookie"]


async def test_a_session_ends_by_itself_by_logout_and_with_the_persons_access(paged):
    nok = await paged.logged_in("นก")
    other = await paged.logged_in("นก")
    assert (await nok.post("/logout")).status_code == 303
    assert (await nok.post(text="หา C81554")).status_code == 401
    await other.open()
    assert other.word
    now = paged.clock()
    await paged.db.write(lambda tx: staff.set_blocked(tx, paged.ids["นก"], now))
    assert (await other.post(text="หา C81554")).status_code == 401
    await paged.db.write(lambda tx: staff.set_blocked(tx, paged.ids["นก"], None))
    paged.clock.advance(days=8)
    assert (await other.post(text="หา C81554")).status_code == 401
    row = await paged.db.fetch_one("SELECT count(*) AS n FROM inbox")
    assert row["n"] == 0


async def test_a_lost_telephone_ends_sessions(paged):
    nok = await paged.logged_in("นก")
    identity = Identity(Platform.TERMINAL, "เมย์", paged.ids["เมย์"], "เมย์")
    await paged.db.write(lambda tx: staff.link_identity(tx, identity, paged.clock()))
    await paged.db.write(lambda tx: staff.end_sessions(tx, paged.ids["นก"], paged.clock()))
    assert (await nok.post(text="หา C81554")).status_code == 401


async def test_web_gives_a_link_and_ends_sessions(paged):
    nok = await paged.logged_in("นก")
    other = await paged.logged_in("นก")
    told = await nok.says("เว็บ")
    link = next(word for word in told.split() if "/login/" in word)
    assert link.startswith(paged.url)
    third = paged.browser()
    assert (await third.log_in(link.rpartition("/")[2])).status_code == 303
    answer = await nok.post(press=nok.button("ออกจากทุกเครื่อง")[0], message="x")
    assert answer.status_code == 204
    await paged.service.engine.idle()
    for browser in (nok, other, third):
        assert (await browser.post(text="หา C81554")).status_code == 401


FOREIGN = {"Origin": "https://evil.example"}


async def test_pages_of_other_sites_change_nothing(paged):
    nok = await paged.logged_in("นก")
    word = nok.word
    refused = [
        await nok.post(text="หา C81554", headers=FOREIGN),
        await nok.post(text="หา C81554", headers={"Origin": "null"}),
        await nok.post(text="หา C81554", csrf=""),
        await nok.post(text="หา C81554", csrf=word[:-1] + "x"),
        await nok.post("/logout", headers=FOREIGN),
    ]
    assert [answer.status_code for answer in refused] == [403] * 5
    assert "ไม่ได้มาจากหน้านี้" in refused[0].text
    may = await paged.logged_in("เมย์")
    assert (await nok.post(text="x", csrf=may.word)).status_code == 403
    secret = await paged.link("นก")
    login = await paged.browser().client.post(f"/login/{secret}", headers=FOREIGN)
    assert login.status_code == 403
    row = await paged.db.fetch_one("SELECT count(*) AS n FROM inbox")
    assert row["n"] == 0


async def test_what_is_too_large_or_nothing_is_refused_in_one_sentence(paged):
    nok = await paged.logged_in("นก")
    long = await nok.post(text="ก" * 12_000)
    assert long.status_code == 400
    assert "แบ่งส่ง" in long.text
    assert (await nok.post(text="  ")).status_code == 400
    for path in ("/logout", f"/login/{await paged.link('นก')}"):
        body = b"text=" + b"x" * 3_000_000
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "text/html"}
        answer = await nok.client.post(path, content=body, headers=headers)
        assert answer.status_code in (303, 413)
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "text/html"}
    answer = await nok.client.post("/", content=b"text=" + b"x" * 23_000_000, headers=headers)
    assert answer.status_code == 413
    assert "20 MB" in words_of(answer.text)


async def test_a_page_that_posts_nonsense_is_told_so(paged):
    nok = await paged.logged_in("นก")
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    answer = await nok.client.post("/", content=b"--x\r\nbroken", headers=headers)
    assert answer.status_code in (400, 403)
    assert (await nok.post(press="?")).status_code == 204


async def test_without_a_script_a_form_posts_and_comes_back(paged):
    nok = await paged.logged_in("นก")
    answer = await nok.post(text="หา C81554", headers={"Accept": "text/html"})
    assert answer.status_code == 303
    assert answer.headers["location"] == "/"
