"""What a desk does with fields of a publication and of its news that it did not have before.

`test_new_field.py` adds the fields to a copy of the tree and has this run there, as a test.
"""

from dataclasses import replace

import pytest

from domain.publicity.networks import Network
from store.publicity import publications

POST = "https://www.facebook.com/nso.thailand/posts/123"
NEWS = "ผลสำรวจภาวะการทำงานของประชากร ต.ค. 69"
AUDIENCE = ("กลุ่มผู้อ่าน", "Audience", "นักเรียน")
CAMPAIGN = ("ชุดข่าว", "Series", "รู้ทันสถิติ")
BOTH = (AUDIENCE, CAMPAIGN)


class Facebook:
    """Facebook alone is configured."""

    ready = with_picture = frozenset({Network.FACEBOOK})


async def give(desk, who="nok"):
    """Fill both fields in on the card that is open."""
    for label, _english, typed in BOTH:
        await desk.presses("แก้ไข", who=who)
        assert label in (await desk.presses(label, who=who)).text
        assert f"{label}: {typed}" in (await desk.says(typed, who=who)).text


@pytest.fixture
async def logged(desk):
    """P1 with both fields; the confirmation is the last answer."""
    await desk.says(f"{POST} {NEWS}")
    await give(desk)
    await desk.presses("บันทึก")
    return desk


async def kept(desk):
    found = await publications.get(desk.db, "P1")
    return found.news.audience, found.campaign


async def test_they_are_typed_in_the_form_and_stand_on_the_card(logged):
    assert await kept(logged) == (AUDIENCE[2], CAMPAIGN[2])
    card = await logged.says("P1")
    for label, _english, typed in BOTH:
        assert f"{label}: {typed}" in card.text


async def test_they_are_corrected_and_stand_in_the_history(logged):
    await logged.says("P1")
    card = await logged.presses("แก้ไข")
    for label, _english, typed in BOTH:
        assert f"{label}: {typed}" in card.text
        await logged.presses("แก้ไข")
        await logged.presses(label)
        await logged.says("อื่น")
    await logged.presses("บันทึก")
    await logged.says("P1")
    told = (await logged.presses("ประวัติการแก้ไข")).text
    for label, _english, typed in BOTH:
        assert f"{label}: {typed} → อื่น" in told
    assert await kept(logged) == ("อื่น", "อื่น")


async def test_they_are_said_of_a_post_that_the_desk_sends(desk):
    worker = desk.engine.worker
    worker._desk = replace(worker._desk, networks=Facebook())
    await desk.says(f"/post {NEWS}", who="ton")
    await give(desk, who="ton")
    await desk.presses("โพสต์เลย 1 ช่องทาง", who="ton")
    assert await kept(desk) == (AUDIENCE[2], CAMPAIGN[2])

    await desk.says("P1", who="ton")
    await desk.presses("ยกเลิกการโพสต์", who="ton")
    await desk.says("P1", who="ton")
    again = await desk.presses("แก้แล้วส่งใหม่", who="ton")
    for label, _english, typed in BOTH:
        assert f"{label}: {typed}" in again.text


async def test_they_are_called_by_their_english_names(logged):
    await logged.says("/language")
    await logged.presses("English")
    card = await logged.says("P1")
    for _label, english, typed in BOTH:
        assert f"{english}: {typed}" in card.text
