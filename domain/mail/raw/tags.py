"""Splits an HTML page into texts and tags in one pass, whatever is broken in it. Pure."""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_NAME = re.compile(r"<(/?)([a-zA-Z][^\s/>]{0,60})")
_ATTRIBUTE = re.compile(
    r"""[\s/]*+(?:([^\s=>/"'<][^\s=>/]{0,100}+)|["'=<]|[^\s=>/]++)"""
    r"""(?:\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s>"'][^\s>]*+)?))?"""
)
_END = re.compile(r"[\s/]*+>")
_RAW = ("script", "style", "title", "textarea", "xmp", "iframe", "noembed", "noframes", "template")
"""Elements whose inside is no page, up to their own end."""
_CLOSINGS = {name: re.compile(rf"</{name}[\s/>]", re.IGNORECASE) for name in _RAW}
_LONG_NUMBER = re.compile(r"&#(?:\d{8,}|[xX][0-9a-fA-F]{7,});?")
_MANY = 60
"""Attributes of a tag that are kept."""
_VALUE = 4_000
"""Characters of an attribute that are kept; a picture within the page has a million."""


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag: `name` in small letters, `is_end` of one that closes."""

    name: str
    is_end: bool = False
    attributes: dict[str, str] = field(default_factory=dict)

    def said(self, name: str) -> str:
        """Returns an attribute; "" where there is none."""
        return self.attributes.get(name, "")


def read_tags(page: str) -> Iterator[str | Tag]:
    """Yields texts with their entities read, and tags; no comments, scripts and styles."""
    at = 0
    while at < len(page):
        sign = page.find("<", at)
        if sign < 0:
            sign = len(page)
        if sign > at:
            yield unescape(page[at:sign])
        if sign == len(page):
            return
        name = _NAME.match(page, sign)
        if name is None:
            text, at = _no_tag(page, sign)
            if text:
                yield text
            continue
        attributes, at = _attributes(page, name.end())
        tag = Tag(name[2].lower(), bool(name[1]), attributes)
        yield tag
        if tag.name in _CLOSINGS and not tag.is_end:
            at = _behind(page, at, tag.name)
            yield Tag(tag.name, is_end=True)


def unescape(text: str) -> str:
    """Returns the text with its entities as characters."""
    if "&" not in text:
        return text
    # Python refuses numbers of thousands of digits, and no character has eight.
    return html.unescape(_LONG_NUMBER.sub("\ufffd", text))


def _no_tag(page: str, sign: int) -> tuple[str, int]:
    """Returns a sign that opens no tag as text, or the end of a comment, declaration or the like;
    what is never closed ends with the page.
    """
    if page.startswith("<!--", sign):
        return "", _after(page, "-->", sign + 2)
    if page.startswith(("<!", "<?", "</"), sign):
        return "", _after(page, ">", sign + 2)
    return "<", sign + 1


def _after(page: str, wanted: str, at: int) -> int:
    found = page.find(wanted, at)
    return len(page) if found < 0 else found + len(wanted)


def _attributes(page: str, at: int) -> tuple[dict[str, str], int]:
    """Returns the attributes of a tag, and where it ends."""
    attributes: dict[str, str] = {}
    while at < len(page):
        end = _END.match(page, at)
        if end is not None:
            return attributes, end.end()
        found = _ATTRIBUTE.match(page, at)
        if found is None:
            break
        at = found.end()
        if found[1] and len(attributes) < _MANY:
            value = found[2] or found[3] or found[4] or ""
            attributes.setdefault(found[1].lower(), unescape(value[:_VALUE]))
    return attributes, len(page)


def _behind(page: str, at: int, name: str) -> int:
    """Returns where an element ends whose inside is no page; the end of all where it has none."""
    closing = _CLOSINGS[name].search(page, at)
    if closing is None:
        return len(page)
    return _after(page, ">", closing.start())
