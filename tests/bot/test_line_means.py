"""Answers on LINE quote what they answer where several wait, mark it as read, and do without what
an older server does not know.
"""

from typing import Any

import pytest

from bot.line.older import LineMeans, means_of, without
from tests.bot.conftest import NOK_LINE
from tests.fakes.wire import Status

PLAIN = "ค้นหา ไม่มีใครชื่อนี้แน่"


async def test_of_several_each_answer_quotes_its_own(wired):
    events = [wired.line.text_event(NOK_LINE, text) for text in ("ขอบคุณ", "สวัสดี", "C99999")]
    await wired.hears(*events)
    quoted = [message.raw.get("quoteToken") for message in wired.line.messages(NOK_LINE)]
    asked = [event["message"]["quoteToken"] for event in events]
    assert [token for token in quoted if token] == [
        token for token in asked[:-1] if token in quoted
    ]
    assert any(quoted)


async def test_one_alone_is_answered_without_a_quote(wired):
    await wired.hears(wired.line.text_event(NOK_LINE, "C99999"))
    assert "quoteToken" not in wired.line.messages(NOK_LINE)[-1].raw


async def test_what_was_answered_is_read_where_line_does_not_mark_it_itself(wired):
    wired.line.read_mode = "manual"
    adapter = wired.adapters[1]
    await adapter.hello()
    event = wired.line.text_event(NOK_LINE, "C99999")
    await wired.hears(event)
    await settled(adapter)
    assert wired.line.was_read == [event["message"]["markAsReadToken"]]


async def settled(adapter: Any) -> None:
    for marking in [*adapter._marking]:
        await marking


async def test_a_server_without_read_marks_is_asked_once_and_administrators_hear(wired):
    wired.line.read_mode = "manual"
    adapter = wired.adapters[1]
    heard: list[LineMeans] = []
    adapter.tell_lack = heard.append
    await adapter.hello()
    wired.line.fail("read", Status(404))
    for _again in range(2):
        await wired.hears(wired.line.text_event(NOK_LINE, "C99999"))
        await settled(adapter)
    assert heard == [LineMeans.READ]
    assert sum(call.method == "read" for call in wired.line.calls) == 1


async def test_a_server_that_knows_no_copying_gets_cards_without(wired):
    adapter = wired.adapters[1]
    heard: list[LineMeans] = []
    adapter.tell_lack = heard.append
    wired.line.fail("reply", Status(400))
    await wired.hears(wired.line.text_event(NOK_LINE, "C81554"))
    assert heard == [LineMeans.COPY]
    for _again in range(2):
        (message,) = wired.line.messages(NOK_LINE)[-1:]
        assert "C81554" in message.text
        assert "clipboard" not in {action["type"] for action in message.actions()}
        before = len(wired.line.calls)
        await wired.hears(wired.line.text_event(NOK_LINE, "C81554"))
        assert len(wired.line.calls) == before + 1, "it is tried once"


async def test_what_is_refused_in_any_form_is_refused_as_ever(wired):
    adapter = wired.adapters[1]
    wired.line.fail("reply", Status(400), Status(400))
    await wired.hears(wired.line.text_event(NOK_LINE, "C81554"))
    assert not adapter.lacking


@pytest.mark.parametrize("means", [set(), {LineMeans.COPY}, {LineMeans.QUOTE}, {*LineMeans}])
def test_only_what_is_lacking_is_left_out(means):
    payload = (
        '{"messages": [{"type": "text", "text": "a", "quoteToken": "q"},'
        ' {"contents": [{"action": {"type": "clipboard"}}, {"action": {"type": "postback"}}]}]}'
    )
    assert means_of(payload) == {LineMeans.COPY, LineMeans.QUOTE}
    assert means_of(without(payload, means)) == {LineMeans.COPY, LineMeans.QUOTE} - means
    assert "postback" in without(payload, means)
