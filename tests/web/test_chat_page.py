"""The chat in a browser: what is typed, pressed and sent there is answered there."""

import asyncio

import httpx

from domain.staff import Identity, Platform
from handlers.chat import Notice, say
from handlers.desk import Outcome
from store import staff
from tests.fakes.clock import PATIENCE


async def next_event(lines, kind):
    """The data of the next event of this kind."""
    data, seen = [], ""
    async with asyncio.timeout(PATIENCE):
        async for line in lines:
            if line.startswith("event: "):
                seen, data = line.removeprefix("event: "), []
            elif line.startswith("data: "):
                data.append(line.removeprefix("data: "))
            elif not line and seen == kind:
                return "\n".join(data)
    raise AssertionError(f"the stream ended before {kind}")


async def test_a_call_is_logged_and_closed_in_a_browser(paged):
    nok = await paged.logged_in("นก")
    assert "นายสมชาย ใจดี" in await nok.says("หา C81554")
    saved = await nok.says("สร้างใบงาน C81554 โทร 1.1 ถามเวลาทำการ")
    assert "R2611000124" in saved
    await nok.presses("ปิดใบงาน R2611000124")
    closed = await nok.says("แจ้งเวลาทำการแล้ว")
    assert "ปิด" in closed
    row = await paged.db.fetch_one("SELECT status, recorded_by FROM tickets")
    assert dict(row) == {"status": "closed", "recorded_by": paged.ids["นก"]}


async def test_what_is_said_is_there_after_a_reload_and_in_another_browser(paged):
    nok = await paged.logged_in("นก")
    await nok.says("หา C81554")
    other = await paged.logged_in("นก")
    assert "หา C81554" in other.html
    assert "นายสมชาย ใจดี" in other.html
    may = await paged.logged_in("เมย์")
    assert "C81554" not in may.html


async def test_a_press_is_shown_where_the_button_was(paged):
    nok = await paged.logged_in("นก")
    await nok.says("หา สมชาย")
    bubbles = nok.html.count("<article")
    await nok.presses("C81554")
    assert nok.html.count("<article") == bubbles + 1


async def test_an_open_page_is_told_at_once_what_comes(paged):
    nok = await paged.logged_in("นก")
    async with nok.client.stream("GET", "/events?after=0.0") as stream:
        lines = stream.aiter_lines()
        await next_event(lines, "hello")
        await nok.post(text="หา C81554")
        assert "หา C81554" in await next_event(lines, "said")
        assert "นายสมชาย ใจดี" in await next_event(lines, "said")


async def test_a_page_that_comes_back_is_told_what_it_missed_and_nothing_twice(paged):
    nok = await paged.logged_in("นก")
    await nok.says("หา C81554")
    after = nok.html.split('data-after="')[1].split('"')[0]
    await nok.says("หา C83997")
    headers = {"Last-Event-ID": after}
    async with nok.client.stream("GET", "/events", headers=headers) as stream:
        lines = stream.aiter_lines()
        said = [await next_event(lines, "said"), await next_event(lines, "said")]
    assert "หา C83997" in said[0]
    assert "C81554" not in said[0]


async def test_what_is_posted_twice_is_taken_once(paged):
    nok = await paged.logged_in("นก")
    same = "0d3f4c52-0000-4000-8000-000000000001"
    for _time in range(2):
        answer = await nok.post(text="สร้างใบงาน C81554 โทร 1.1 ถามเวลา", id=same)
        assert answer.status_code == 204
    await nok.says("หา C83997")
    row = await paged.db.fetch_one("SELECT count(*) AS n FROM tickets")
    assert row["n"] == 1


async def test_a_file_that_is_dropped_is_kept_and_shown_to_its_own_chat_only(paged):
    nok = await paged.logged_in("นก")
    await nok.says("สร้างใบงาน C81554 โทร 1.1 ถามเวลาทำการ")
    answer = await nok.client.post(
        "/",
        data={"csrf": nok.word, "text": "R2611000124"},
        files={"file": ("แบบฟอร์ม.txt", "ขอข้อมูลจำนวนประชากร".encode(), "text/plain")},
        headers={"Accept": "text/plain"},
    )
    assert answer.status_code == 204, answer.text
    async with asyncio.timeout(PATIENCE):
        while not await paged.db.fetch_one("SELECT id FROM files WHERE record LIKE 'R%'"):
            await asyncio.sleep(0.02)
    row = await paged.db.fetch_one("SELECT id FROM files WHERE record LIKE 'R%'")
    may = await paged.logged_in("เมย์")
    assert (await may.open(f"/files/shown/{row['id']}")).status_code == 404


async def test_a_draft_goes_on_in_the_browser_that_began_elsewhere(paged):
    """The form belongs to the person, wherever its next answer comes from."""
    nok = await paged.logged_in("นก")
    await nok.says("ผู้รับบริการใหม่")
    draft = await paged.db.fetch_one("SELECT staff_id, state FROM forms")
    assert dict(draft) == {"staff_id": paged.ids["นก"], "state": "open"}


async def test_nobody_is_told_unasked_in_a_browser(paged):
    """A page may be open on a desk that nobody sits at: told means reached."""
    await paged.logged_in("นก")
    identity = Identity(Platform.TERMINAL, "นก", paged.ids["นก"], "นก")
    await paged.db.write(lambda tx: staff.link_identity(tx, identity, paged.clock()))
    notice = Notice(lambda: say("ถึงเวลาแล้ว"), "test:1", staff_id=paged.ids["นก"])
    await paged.service.engine.post(Outcome(None, notices=(notice,)))
    rows = await paged.db.fetch("SELECT platform FROM outbox WHERE notice <> ''")
    assert [row["platform"] for row in rows] in ([], ["terminal"])


async def test_the_page_is_light(paged):
    nok = await paged.logged_in("นก")
    for _time in range(12):
        await nok.says("หา สมชาย")
        await nok.says("ช่วยเหลือ")
    assert nok.html.count("<article") > 3
    size = len(nok.html.encode())
    for name in ("desk.css", "desk.js", "sarabun.woff"):
        answer = await nok.client.get(f"/static/any/{name}")
        assert answer.status_code == 200
        size += int(answer.headers["content-length"])
    assert size <= 50_000


async def test_english_means_all_of_the_page(paged):
    nok = await paged.logged_in("นก")
    await paged.db.write(lambda tx: staff.set_language(tx, paged.ids["นก"], "en"))
    await nok.open()
    assert 'lang="en"' in nok.html
    assert "Type a message" in nok.html


async def test_markup_that_people_write_is_text(paged):
    nok = await paged.logged_in("นก")
    evil = "<img src=x onerror=alert(1)>"
    await nok.says(evil)
    assert evil not in nok.html
    assert "&lt;img" in nok.html


async def test_no_browser_runs_or_loads_anything_foreign(paged):
    nok = await paged.logged_in("นก")
    answer: httpx.Response = await nok.open()
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    assert "<script>" not in answer.text
    assert "style=" not in answer.text
