"""Messages of LINE that wait for an answer: where several do, each answer quotes its own, and what
was answered is marked as read. Kept by the process alone: after a restart an answer quotes nothing.
"""

import json
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any, NamedTuple

from bot.web.answers import as_number, as_object, as_text, within

LATELY = 60_000
"""Milliseconds after which a message waits no longer: it needed no answer."""
MOST = 2000
"""Messages that are remembered; a reply token is good for a minute."""


class _Open(NamedTuple):
    chat: str
    at: int
    quote: str
    read: str


class Unanswered:
    """Notes messages by their reply tokens, and forgets them once they are answered."""

    def __init__(self) -> None:
        self._open: OrderedDict[str, _Open] = OrderedDict()

    def note(self, chat: str, event: Mapping[str, Any]) -> None:
        """A message that came; other events have nothing to quote."""
        token = as_text(event.get("replyToken"))
        message = as_object(event.get("message"))
        if not token or message is None:
            return
        quote = as_text(within(event, "message", "quoteToken")) or ""
        read = as_text(within(event, "message", "markAsReadToken")) or ""
        at = as_number(event.get("timestamp")) or 0
        self._open[token] = _Open(chat, at, quote, read)
        while len(self._open) > MOST:
            self._open.popitem(last=False)

    def quoting(self, token: str, payload: str) -> str:
        """The payload of an answer, whose first text quotes what it answers where the chat has
        further messages that wait.
        """
        asked = self._open.get(token)
        if asked is None or not asked.quote:
            return payload
        waiting = sum(_waits_beside(each, asked) for each in self._open.values())
        call = json.loads(payload)
        first = call["messages"][0]
        if waiting < 2 or first["type"] != "text":
            return payload
        first["quoteToken"] = asked.quote
        return json.dumps(call, ensure_ascii=False)

    def answered(self, token: str) -> str:
        """Forget a message; returns what marks it as read, "" where LINE gave nothing."""
        asked = self._open.pop(token, None)
        return "" if asked is None else asked.read


def _waits_beside(one: _Open, asked: _Open) -> bool:
    return one.chat == asked.chat and abs(one.at - asked.at) < LATELY
