"""What an older server of LINE may not know, and messages without it. Pure."""

import json
from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import Any


class LineMeans(StrEnum):
    """Newer means of LINE that a desk does without where they are refused."""

    COPY = "copy"
    QUOTE = "quote"
    LOADING = "loading"
    READ = "read"
    MENU = "menu"


_SIGNS = {LineMeans.COPY: '"type": "clipboard"', LineMeans.QUOTE: '"quoteToken": '}
"""By what a payload shows that it uses them; within words of people each quote has a backslash."""


def means_of(payload: str) -> set[LineMeans]:
    """The newer means that a message uses."""
    return {means for means, sign in _SIGNS.items() if sign in payload}


def without(payload: str, lacking: Collection[LineMeans]) -> str:
    """The payload without what is lacking."""
    if not lacking:
        return payload
    return json.dumps(_plain(json.loads(payload), lacking), ensure_ascii=False)


def _plain(node: Any, lacking: Collection[LineMeans]) -> Any:
    if isinstance(node, list):
        return [_plain(child, lacking) for child in node]
    if not isinstance(node, dict):
        return node
    left_out = set()
    if LineMeans.COPY in lacking and _copies(node):
        left_out.add("action")
    if LineMeans.QUOTE in lacking:
        left_out.add("quoteToken")
    kept = {name: value for name, value in node.items() if name not in left_out}
    return {name: _plain(value, lacking) for name, value in kept.items()}


def _copies(node: Mapping[str, Any]) -> bool:
    """Whether a tap on a component copies."""
    action = node.get("action")
    return isinstance(action, dict) and action.get("type") == "clipboard"
