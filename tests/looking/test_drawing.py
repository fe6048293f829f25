"""Chats are drawn from what goes over the wire, and nothing of it becomes a page's own markup."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.looking import flex, line, telegram
from tests.looking.phone import page
from tests.looking.shown import Conversation, Shown

GOLDEN = Path(__file__).parents[1] / "bot" / "golden"
NAMES = sorted(path.name.partition(".")[0] for path in GOLDEN.glob("*.txt"))


def sent(name: str, platform: str) -> list[Shown]:
    """The messages of a golden reply on this platform."""
    calls = json.loads((GOLDEN / f"{name}.{platform}.json").read_text(encoding="utf-8"))
    if platform == "telegram":
        return [Shown(call["params"]) for call in calls]
    return [Shown(message) for call in calls for message in call["messages"]]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("platform", ["telegram", "line"])
def test_every_golden_reply_is_drawn_and_nothing_in_it_runs(name: str, platform: str) -> None:
    html = page(Conversation(platform, sent(name, platform)))
    assert html.count("<article") == len(sent(name, platform))
    assert "<script" not in html


def test_a_keyboard_has_its_rows_styles_and_what_copies() -> None:
    rows = [
        [
            {"text": "รับงาน", "callback_data": "a", "style": "primary"},
            {"text": "ลบ", "callback_data": "b", "style": "danger"},
        ],
        [{"text": "081", "copy_text": {"text": "0812345678"}}],
    ]
    html = telegram.drawn([Shown({"text": "งาน", "reply_markup": {"inline_keyboard": rows}})])
    assert html.count('class="keys"') == 2
    assert 'class="key primary"' in html
    assert 'class="key danger"' in html
    assert "❐" in html


def test_a_rich_message_keeps_its_tables_and_what_is_folded_and_loses_what_is_unknown() -> None:
    rich = "<h3>งาน</h3><table><tr><th>ชื่อ</th><td>ก &lt; ข</td></tr></table>"
    folded = "<details><summary>อีก</summary><p>ยาว</p></details><script>x</script>"
    html = telegram.drawn([Shown({"rich_message": {"html": rich + folded}})])
    assert "<th>ชื่อ</th><td>ก &lt; ข</td>" in html
    assert "<summary data-tap>อีก</summary>" in html
    assert "<script" not in html


BOX: dict[str, Any] = {
    "type": "box",
    "layout": "horizontal",
    "spacing": "md",
    "contents": [
        {"type": "text", "text": "ก"},
        {"type": "text", "text": "ข", "flex": 3, "margin": "xl"},
    ],
}


def test_a_box_gives_its_children_their_shares_and_spaces() -> None:
    html = flex.container({"type": "bubble", "size": "kilo", "body": BOX})
    assert "width:260px" in html
    assert "flex:1 1 0;min-width:0;margin-left:0px" in html
    assert "flex:3 1 0;min-width:0;margin-left:16px" in html


def test_quick_replies_are_those_of_the_last_message_alone() -> None:
    items = [{"type": "action", "action": {"type": "message", "label": "วันนี้", "text": "วันนี้"}}]
    asked = Shown({"type": "text", "text": "วันไหน", "quickReply": {"items": items}})
    assert "วันนี้" in line.quick_replies([asked])
    assert line.quick_replies([asked, Shown({"type": "text", "text": "ค่ะ"})]) == ""
