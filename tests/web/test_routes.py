"""Every address for everybody: strangers get nothing, officers no administration."""

import pytest

from store import staff
from tests.web.conftest import words_of

PAGES = ("/", "/board", "/reports", "/admin")
ROLES = {"นก": {"/admin": 403}, "ฝน": {"/admin": 403}, "เมย์": {}}


def addresses(paged):
    """All that the desk serves, but for what is open to everybody."""
    app = paged.service._server.config.app
    public = ("/healthz", "/readyz", "/metrics", "/static", "/login", "/files/{token}", "/pictures")
    served = [route for route in app.routes if not route.path.startswith(public)]
    for route in served:
        path = route.path.replace("{draft}", "0" * 32).replace("{file}", "0" * 32)
        for method in route.methods - {"HEAD"}:
            yield method, path.replace("{path:path}", "no/such/page")


async def test_strangers_and_who_is_blocked_get_nothing_at_any_address(paged):
    blocked = await paged.logged_in("นก")
    now = paged.clock()
    await paged.db.write(lambda tx: staff.set_blocked(tx, paged.ids["นก"], now))
    found = list(addresses(paged))
    assert len(found) > 15
    for browser in (paged.browser(), blocked):
        for method, path in found:
            if (method, path) == ("GET", "/"):
                continue
            answer = await browser.client.request(method, path)
            assert answer.status_code in (303, 401), (method, path)
            assert answer.status_code == 401 or not answer.content


@pytest.mark.parametrize("name", ROLES)
async def test_each_role_sees_its_pages(paged, name):
    browser = await paged.logged_in(name)
    for path in PAGES:
        answer = await browser.open(path)
        assert answer.status_code == ROLES[name].get(path, 200), path
    assert "ใช้ได้เฉพาะ" in words_of(browser.html) or name == "เมย์"
    assert (await browser.open("/no/such/page")).status_code == 404


async def test_a_report_is_asked_for_on_its_page_and_answered_in_the_chat(paged):
    fon = await paged.logged_in("ฝน")
    await fon.open("/reports")
    answer = await fon.post(text=["/report", "เดือนนี้"])
    assert answer.status_code == 204
    await paged.service.engine.idle()
    await fon.open("/")
    assert "ใบงาน" in words_of(fon.html)
