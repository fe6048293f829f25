"""What a locked telephone shows of a message: in one line what it is about, with no word that is a
person's. Pure.
"""

import re
from collections.abc import Iterator

from domain.text import shorten
from handlers.chat import Card, Choice, Document, Paragraph, ReplyPart
from handlers.i18n import is_own_text

LONGEST = 120
_SIGN = re.compile(r"^[^\w\s\"'(<\[]+")
"""A pictogram before the first word."""
_APART = re.compile(r" · |\n")
_CODE = re.compile(r"(?<![\w.-])(?:C\d{5,}|[A-Z]\d{10}|[A-Z]\d{1,8}(?!\d)|\d{1,6}/\d{4})(?![\w-])")
FALLBACK = "deskbot"


def about(part: ReplyPart) -> str:
    """The pictogram, the desk's own words of the first line, and the numbers of records in it."""
    line, *_others = _first(part).strip().split("\n")
    sign = _SIGN.match(line)
    told = " · ".join(_told(line))
    if sign is not None and not told.startswith(sign[0]):
        told = f"{sign[0]} {told}"
    return shorten(told, LONGEST).strip() or FALLBACK


def _first(part: ReplyPart) -> str:
    match part:
        case Paragraph():
            return part.text
        case Card():
            return part.title
        case Choice():
            return part.question
        case Document():
            return "📎"


def _told(line: str) -> Iterator[str]:
    for piece in _APART.split(line):
        if is_own_text(piece):
            yield piece.strip()
            continue
        codes = _CODE.findall(piece)
        if codes:
            yield " ".join([*_SIGN.findall(piece), *codes])
