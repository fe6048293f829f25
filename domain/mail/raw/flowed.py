"""Lines that a program broke are put together again (format=flowed, RFC 3676). Pure."""

import re
from collections.abc import Mapping

_LINE_END = re.compile(r"\r\n?|\n")
_SIGNATURE = "-- "
_QUOTE = ">"


def reflow(text: str, parameters: Mapping[str, str]) -> str:
    """Returns the text with its flowed lines joined; as it is where the part does not say so."""
    if parameters.get("format", "").lower() != "flowed":
        return text
    without_blank = parameters.get("delsp", "").lower() == "yes"
    found: list[str] = []
    pieces: list[str] = []
    depth = 0
    for line in _LINE_END.split(text):
        bare = line.lstrip(_QUOTE)
        deep = len(line) - len(bare)
        content = bare.removeprefix(" ")
        if pieces and (deep != depth or content == _SIGNATURE):
            found.append(_paragraph(pieces, depth))
            pieces = []
        depth = deep
        if content.endswith(" ") and content != _SIGNATURE:
            pieces.append(content.removesuffix(" ") if without_blank else content)
        else:
            pieces.append(content)
            found.append(_paragraph(pieces, depth))
            pieces = []
    found.append(_paragraph(pieces, depth))
    return "\n".join(found)


def _paragraph(pieces: list[str], depth: int) -> str:
    content = "".join(pieces)
    return f"{_QUOTE * depth} {content}" if depth else content
