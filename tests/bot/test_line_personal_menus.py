"""Everybody's own menu on LINE: the commands of their role in their language, and how much waits
for them, drawn anew only when that changes and within LINE's rates.
"""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import pytest

from bot.line.menus import rich_menus
from bot.line.menus.personal_menus import PersonalMenus, default_menu, line_menu_of
from bot.line.menus.rich_menus import MenuRefused
from handlers.work.menu import MenuEntry
from tests.bot.conftest import MAY_LINE, NOK_LINE, WiredDesk
from tests.fakes.line_chat import line_id
from tests.fakes.wire import Status

STRANGER = line_id("somebody")
Look = Callable[[], Awaitable[None]]


@pytest.fixture
async def look(wired: WiredDesk) -> Look:
    """Looks once, as the desk does every few minutes."""
    adapter = wired.adapters[1]
    await adapter.set_up(default_menu())
    return PersonalMenus(wired.engine.desk, adapter.menus, lambda: None).look


def shown(wired: WiredDesk, user: str) -> dict[str, Any]:
    menu_id = wired.line.linked_menus.get(user, wired.line.default_menu)
    return wired.line.menus[menu_id]


def said(wired: WiredDesk, user: str) -> list[str]:
    return [area["action"]["text"] for area in shown(wired, user)["areas"]]


def made(wired: WiredDesk) -> int:
    return sum(call.method == "richmenu.create" for call in wired.line.calls)


async def test_everybody_sees_the_menu_of_their_role(wired, look):
    await look()
    assert said(wired, STRANGER) == ["ขอสิทธิ์ใช้งาน"]
    assert said(wired, NOK_LINE)[:4] == ["ค้นหา", "สร้างใบงาน", "ใบงานของฉัน", "อีเมลใหม่"]
    assert "เจ้าหน้าที่" in said(wired, MAY_LINE)
    await wired.hears(wired.line.text_event(STRANGER, "ขอสิทธิ์ใช้งาน"))
    assert await wired.value("SELECT count(*) FROM access_requests") == 1


async def test_what_every_tile_says_is_a_command_that_opens_something(wired, look):
    await look()
    for text in said(wired, MAY_LINE):
        await wired.hears(wired.line.text_event(MAY_LINE, text))
        assert "ไม่พบ" not in wired.line_texts(MAY_LINE)[-1]


async def test_it_is_drawn_anew_when_a_number_changes_and_not_before(wired, look):
    await look()
    before = made(wired)
    await look()
    assert made(wired) == before
    first = shown(wired, NOK_LINE)["name"]
    await wired.hears(wired.line.text_event(NOK_LINE, "/open C81554 โทร 1.1 ถามรายได้"))
    wired.wait(days=30)
    await look()
    assert shown(wired, NOK_LINE)["name"] != first
    assert made(wired) == before + 1
    await look()
    assert made(wired) == before + 1
    kept = {menu["name"] for menu in wired.line.menus.values()}
    assert first not in kept, "what nobody sees any more is taken down"


async def test_who_is_blocked_sees_the_strangers_menu(wired, look):
    await look()
    await wired.hears(wired.line.text_event(MAY_LINE, "เจ้าหน้าที่"))
    await wired.db.write(partial(block, who=wired.ids["nok"], now=wired.now))
    await look()
    assert said(wired, NOK_LINE) == ["ขอสิทธิ์ใช้งาน"]


async def block(tx: Any, *, who: int, now: Any) -> None:
    await tx.execute("UPDATE staff SET blocked_at = ? WHERE id = ?", now, who)


async def test_lines_rate_is_kept(wired, look, monkeypatch):
    monkeypatch.setattr(rich_menus, "MOST_AN_HOUR", 1)
    before = made(wired)
    await look()
    assert made(wired) == before, "the strangers' menu was the hour's one"
    wired.wait(hours=2)
    await look()
    assert made(wired) == before + 1
    wired.wait(hours=2)
    await look()
    assert made(wired) == before + 2
    assert said(wired, NOK_LINE) != said(wired, MAY_LINE) != said(wired, STRANGER)


async def test_a_menu_that_is_refused_is_said_and_no_more(wired):
    adapter = wired.adapters[1]
    wired.line.fail("richmenu.upload", Status(400))
    with pytest.raises(MenuRefused):
        await adapter.set_up(default_menu())
    assert not wired.line.menus


def test_a_badge_changes_the_name_and_its_picture():
    plain = [MenuEntry("my", "ใบงานของฉัน", "ใบงานของฉัน")]
    late = [MenuEntry("my", "ใบงานของฉัน", "ใบงานของฉัน", "เกิน 2 · วันนี้ 1", is_late=True)]
    menus = [line_menu_of(entries) for entries in (plain, late)]
    assert menus[0].name != menus[1].name
    pictures = [rich_menus.line_menu.draw_menu(menu.labels, menu.badges) for menu in menus]
    assert pictures[0] != pictures[1]
    assert all(len(picture) < 1_000_000 for picture in pictures)
