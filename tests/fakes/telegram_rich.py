"""Rich messages as the manual describes them (Bot API 10.1): which tags and attributes there are,
what may stand in what, and how much of it.
"""

import re
from dataclasses import dataclass, field
from html import unescape
from typing import Any

from tests.fakes.schema import Issue

MOST_SIGNS = 32_768
MOST_BLOCKS = 500
MOST_DEPTH = 16
MOST_COLUMNS = 20

_INLINE = {
    "b", "strong", "i", "em", "u", "ins", "s", "strike", "del", "code", "mark", "sub", "sup",
    "tg-spoiler", "a", "tg-emoji", "tg-time", "br",
}  # fmt: skip
_HEADINGS = {f"h{n}" for n in range(1, 7)}
_OF_TEXT = {*_HEADINGS, "p", "pre", "footer", "summary", "td", "th", "caption", "aside", "cite"}
_OF_BLOCKS = {"li", "details", "blockquote"}
_WITHIN = {
    "tr": {"table"},
    "caption": {"table"},
    "td": {"tr"},
    "th": {"tr"},
    "li": {"ul", "ol"},
    "summary": {"details"},
    "cite": {"blockquote", "aside"},
}
_HOLDS = {"table": {"tr", "caption"}, "tr": {"td", "th"}, "ul": {"li"}, "ol": {"li"}}
_TOP = {
    *_HEADINGS,
    "p",
    "pre",
    "footer",
    "hr",
    "ul",
    "ol",
    "blockquote",
    "aside",
    "table",
    "details",
}
_EMPTY = {"br", "hr"}
_CELL = {
    "align": r"left|center|right",
    "valign": r"top|middle|bottom",
    "colspan": r"[1-9]\d?",
    "rowspan": r"[1-9]\d*",
}
_ATTRIBUTES: dict[str, dict[str, str]] = {
    "a": {
        "href": r"https?://\S+|mailto:\S+@\S+|tel:\+?\d{3,15}|tg://user\?id=\d+|#.*",
        "name": ".+",
    },
    "tg-emoji": {"emoji-id": r"\d+"},
    "tg-time": {"unix": r"\d{1,12}", "format": r"r|w?[dD]?[tT]?"},
    "code": {"class": r"language-.+"},
    "ol": {"start": r"-?\d+", "type": "[aAiI1]", "reversed": ""},
    "li": {"value": r"-?\d+", "type": "[aAiI1]"},
    "table": {"bordered": "", "striped": ""},
    "td": _CELL,
    "th": _CELL,
    "details": {"open": ""},
}
_COUNTED = {*_TOP, "li", "tr"}
_TOKEN = re.compile(r"<(/?)([a-z][a-z0-9-]*)((?:\s+[a-z-]+(?:=\"[^\"<>]*\")?)*)\s*/?>")
_ATTRIBUTE = re.compile(r"([a-z-]+)(?:=\"([^\"]*)\")?")
_NAMED = "lt|gt|amp|quot|apos|nbsp|hellip|mdash|ndash|lsquo|rsquo|ldquo|rdquo"
_ENTITY = re.compile(rf"&(?:{_NAMED}|#[0-9]{{1,7}}|#x[0-9a-fA-F]{{1,6}});")
_SPECIAL = re.compile("[<>&]")


class RichError(ValueError):
    """What is wrong with a rich message."""


@dataclass(slots=True)
class Node:
    """A tag with what stands in it."""

    tag: str
    given: dict[str, str] = field(default_factory=dict)
    inside: list["Node | str"] = field(default_factory=list)

    def text(self) -> str:
        """What people see of it, as one text."""
        if self.tag == "br":
            return "\n"
        parts = [each if isinstance(each, str) else each.text() for each in self.inside]
        return "".join(parts)

    def nodes(self) -> list["Node"]:
        return [each for each in self.inside if isinstance(each, Node)]


def read_rich(html: str, *, draft: bool = False) -> Node:
    """The message as a tree; raises RichError for whatever the manual does not name."""
    root = Node("")
    stack = [root]
    position = 0
    while position < len(html):
        special = _SPECIAL.search(html, position)
        end = special.start() if special else len(html)
        _say(stack[-1], html[position:end])
        if special is None:
            break
        if special[0] == "&" and (entity := _ENTITY.match(html, end)):
            _say(stack[-1], unescape(entity[0]))
            position = entity.end()
        elif special[0] == "<" and (tag := _TOKEN.match(html, end)):
            _step(stack, tag, draft=draft)
            position = tag.end()
        else:
            raise RichError(f"character '{special[0]}' must be escaped")
    if len(stack) > 1:
        raise RichError(f'can\'t find end tag corresponding to start tag "{stack[-1].tag}"')
    _measure(root)
    return root


def _say(around: Node, text: str) -> None:
    if around.tag != "pre":
        text = re.sub(r"[ \t\r\n\f]+", " ", text)
    if around.tag in (*_HOLDS, "") and text.strip():
        raise RichError(f'text within "{around.tag}" belongs into a block')
    around.inside.append(text)


def _step(stack: list[Node], found: re.Match[str], *, draft: bool) -> None:
    closing, tag, attributes = found[1], found[2], found[3]
    if closing:
        if stack[-1].tag != tag or attributes:
            raise RichError(f'unmatched end tag "{tag}"')
        stack.pop()
        return
    around = stack[-1]
    known = _INLINE | _TOP | _WITHIN.keys() | ({"tg-thinking"} if draft else set())
    if tag not in known:
        raise RichError(f'unsupported start tag "{tag}"')
    if not _may_stand(tag, around.tag, stack):
        raise RichError(f'tag "{tag}" can\'t stand in "{around.tag}"')
    given = {m[1]: m[2] or "" for m in _ATTRIBUTE.finditer(attributes)}
    _check_attributes(tag, given)
    node = Node(tag, given)
    around.inside.append(node)
    if tag not in _EMPTY:
        stack.append(node)
        if len(stack) - 1 > MOST_DEPTH:
            raise RichError("RICH_MESSAGE_DEPTH_TOO_MUCH")


def _check_attributes(tag: str, given: dict[str, str]) -> None:
    allowed = _ATTRIBUTES.get(tag, {})
    for name, value in given.items():
        if name not in allowed or not re.fullmatch(allowed[name], value):
            raise RichError(f'wrong attribute "{name}" of tag "{tag}"')
    if tag in ("a", "tg-emoji") and len(given) != 1:
        raise RichError(f'tag "{tag}" needs one attribute')
    if tag == "tg-time" and "unix" not in given:
        raise RichError('tag "tg-time" needs "unix"')


def _may_stand(tag: str, around: str, stack: list[Node]) -> bool:
    if tag in _WITHIN:
        return around in _WITHIN[tag]
    if around in _HOLDS:
        return tag in _HOLDS[around]
    if tag in _INLINE:
        return around != "" and not any(node.tag == "a" for node in stack if tag == "a")
    return around == "" or around in _OF_BLOCKS


def _measure(root: Node) -> None:
    if len(root.text()) > MOST_SIGNS:
        raise RichError("RICH_MESSAGE_TEXT_TOO_LONG")
    if _count(root) > MOST_BLOCKS:
        raise RichError("RICH_MESSAGE_BLOCKS_TOO_MUCH")
    if not root.text().strip():
        raise RichError("RICH_MESSAGE_EMPTY")
    _check_shapes(root)


def _count(node: Node) -> int:
    return sum((each.tag in _COUNTED) + _count(each) for each in node.nodes())


def _check_shapes(node: Node) -> None:
    for each in node.nodes():
        if each.tag == "tr" and len(each.nodes()) > MOST_COLUMNS:
            raise RichError("RICH_MESSAGE_TABLE_COLUMNS_TOO_MUCH")
        if each.tag == "details" and [n.tag for n in each.nodes()].count("summary") != 1:
            raise RichError('tag "details" needs one "summary"')
        if each.tag in _OF_TEXT - {"td", "th"} and not each.text().strip():
            raise RichError(f'tag "{each.tag}" is empty')
        _check_shapes(each)


# What people see.


def visible_rich(html: str) -> str:
    """The text that people see of a rich message, a block or row a line, all that is folded
    opened.
    """
    return "\n".join(_lines(read_rich(html))).replace("\xa0", " ")


def _lines(node: Node) -> list[str]:
    lines: list[str] = []
    number = int(node.given.get("start", 1))
    for each in node.nodes():
        if each.tag == "tr":
            lines.append(": ".join(cell.text() for cell in each.nodes()))
        elif each.tag == "li":
            mark = f"{number}. " if node.tag == "ol" else ""
            number += 1
            lines.append(mark + each.text())
        elif each.tag in ("details", "table", "ul", "ol", "blockquote"):
            lines += _lines(each)
        else:
            lines.append(each.text())
    return lines


def blocks_of(html: str) -> list[dict[str, Any]]:
    """The blocks as `RichMessage.blocks` brings them, of the kinds that the desk writes."""
    return [_block(node) for node in read_rich(html).nodes()]


def _block(node: Node) -> dict[str, Any]:
    if node.tag in _HEADINGS:
        return {"type": "heading", "text": node.text(), "size": int(node.tag[1])}
    if node.tag == "table":
        return {"type": "table", "cells": [_cells(row) for row in node.nodes()]}
    if node.tag in ("ul", "ol"):
        items = [
            {"label": "•", "blocks": [{"type": "paragraph", "text": item.text()}]}
            for item in node.nodes()
        ]
        return {"type": "list", "items": items}
    if node.tag == "details":
        summary, *rest = node.nodes()
        return {"type": "details", "summary": summary.text(), "blocks": list(map(_block, rest))}
    kind = {"pre": "pre", "footer": "footer"}.get(node.tag, "paragraph")
    return {"type": kind, "text": node.text()}


def _cells(row: Node) -> list[dict[str, Any]]:
    return [
        {
            "text": cell.text(),
            "is_header": cell.tag == "th",
            "align": cell.given.get("align", "left"),
            "valign": cell.given.get("valign", "top"),
        }
        for cell in row.nodes()
    ]


def rich_rule(value: dict[str, Any], path: str, out: list[Issue]) -> None:
    """InputRichMessage: exactly one of html and markdown, and html that the manual knows."""
    if len(value.keys() & {"html", "markdown"}) != 1:
        out.append(Issue(path, "exactly one of html and markdown must be used"))
        return
    if "html" not in value:
        out.append(Issue(path, "only HTML is modelled by this fake"))
        return
    try:
        read_rich(value["html"], draft=path.startswith("draft"))
    except RichError as error:
        out.append(Issue(path, f"can't parse entities: {error}"))
