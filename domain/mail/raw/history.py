"""What a writer quoted or passed on is told apart from what he wrote himself. Pure."""

import re
from functools import cache
from pathlib import Path

from domain.data import TomlTable, read_document
from domain.patterns import one_of, one_word_of

_FILE = "mail_history.toml"
_LONGEST_LINE = 400
"""Characters of a line that names a writer and a day, wrapped ones together."""
_WRAPPED = 3
_BLOCK = 14
"""Lines in which the headers of a quoted mail stand, blank ones among them."""
_RULE = re.compile(r"[_=\u2500\u2014-]{8,}\s*")
_DASHES = r"[-_=*\u2500\u2014]{2,}"
_WHEN_OR_WHO = re.compile(r"\d|@")
_SURE = re.compile(r"@|\d{1,2}[:.]\d\d")
_TIME = re.compile(r"\d{1,2}[:.]\d\d")
_WHOM_OR_WHAT = ("to", "subject")
_QUOTED = ">"
_MANY = 2
"""Lines with a sign in front that are a quote without anybody being named."""


@cache
def _words() -> TomlTable:
    path = Path(__file__).parents[2] / "data" / _FILE
    document = read_document(path, _FILE)
    return TomlTable(document.values, (), (document,))


@cache
def _label() -> re.Pattern[str]:
    """Returns what the name of a header matches, each kind by a group of its name."""
    headers = _words().table("headers")
    kinds = [f"(?P<{kind}>{one_of(headers.texts(kind))})" for kind in headers.values]
    return re.compile(
        rf"[\s*]{{0,4}}(?:{'|'.join(kinds)})\s{{0,3}}\*?[:\uff1a]\s*\S?", re.IGNORECASE
    )


@cache
def _begins() -> re.Pattern[str]:
    begins = one_word_of(_words().table("wrote").texts("begins"))
    return re.compile(rf"\s*(?:-{{2,4}}\s)?{begins}", re.IGNORECASE)


@cache
def _wrote() -> re.Pattern[str]:
    table = _words().table("wrote")
    ends = one_of(table.texts("ends"))
    begins = one_word_of(table.texts("begins"))
    who = rf"(?:(?:-{{2,4}}\s)?{begins}|[^@]{{1,{_LONGEST_LINE}}}@)"
    between = f".{{4,{_LONGEST_LINE}}}?"
    return re.compile(rf"{who}{between}{ends}\s*[:\uff1a]\s*", re.IGNORECASE)


@cache
def _between() -> re.Pattern[str]:
    words = one_of(_words().table("between").texts("words"))
    return re.compile(
        rf"(?P<dashes>{_DASHES})?\s*{words}[^\n]{{0,80}}?(?:{_DASHES}|:)?\s*", re.IGNORECASE
    )


def split_history(text: str) -> tuple[str, str]:
    """Returns the writer's own words with the signature, and the history; what stands between the
    lines of a quote is the writer's.
    """
    lines = text.split("\n")
    own: list[str] = []
    quoted: list[str] = []
    at = 0
    while at < len(lines):
        if _begins_history(lines, at):
            quoted.extend(lines[at:])
            break
        size = _named(lines, at)
        if size and not _is_quoted(lines, _next_filled(lines, at + size)):
            # Nothing marks what follows: the line itself must be sure.
            if _is_sure(lines[at : at + size]):
                quoted.extend(lines[at:])
                break
            size = 0
        size = size or _quote_size(lines, at, bool(quoted))
        if size:
            quoted.extend(lines[at : at + size])
        else:
            own.append(lines[at])
            size = 1
        at += size
    return _joined(own), _joined(quoted)


def _is_sure(said: list[str]) -> bool:
    """Returns whether a line that names a writer has an address or a time, as programs write it."""
    return _SURE.search(" ".join(said)) is not None


def _joined(lines: list[str]) -> str:
    return re.sub("\n{3,}", "\n\n", "\n".join(lines)).strip("\n").rstrip()


def _quote_size(lines: list[str], at: int, is_going_on: bool) -> int:
    """Returns how many lines from here on have the sign of a quote; 0 for one alone, which may be
    the writer's ("> 60").
    """
    end = at
    while _is_quoted(lines, end):
        end += 1
    size = end - at
    if size >= _MANY or is_going_on:
        return size
    return 0


def _is_quoted(lines: list[str], at: int) -> bool:
    return at < len(lines) and lines[at].startswith(_QUOTED)


def _next_filled(lines: list[str], at: int) -> int:
    while at < len(lines) and not lines[at].strip():
        at += 1
    return at


def _named(lines: list[str], at: int) -> int:
    """Returns how many lines say who wrote what follows, and when; 0 where none does."""
    if not _may_name(lines[at]):
        return 0
    begins = _begins().match(lines[at]) is not None
    said = ""
    for size, line in enumerate(lines[at : at + _WRAPPED], start=1):
        if not line.strip() or len(said) + len(line) > _LONGEST_LINE:
            return 0
        said = f"{said} {line.strip()}".strip()
        if _wrote().fullmatch(said) and _WHEN_OR_WHO.search(said):
            return size
        if _names_without_word(lines, at + size, said):
            return size
        # Only the usual beginning says that such a line was wrapped.
        if not begins:
            return 0
    return 0


def _may_name(line: str) -> bool:
    return bool(line.strip()) and not line.startswith(_QUOTED)


def _names_without_word(lines: list[str], after: int, said: str) -> bool:
    """Returns whether a line names a writer by address alone: with a colon, and a quote below."""
    if not said.endswith(":") or "@" not in said:
        return False
    return _is_quoted(lines, _next_filled(lines, after))


def _begins_history(lines: list[str], at: int) -> bool:
    """Returns whether all from here on is what somebody else wrote."""
    line = lines[at].strip()
    if not line or line.startswith(_QUOTED):
        return False
    if _RULE.fullmatch(line):
        return _is_block(lines, _next_filled(lines, at + 1), is_marked=True)
    between = _between().fullmatch(line)
    if between is not None:
        below = _next_filled(lines, at + 1)
        return between["dashes"] is not None or _is_block(lines, below, is_marked=True)
    return _is_block(lines, at, is_marked=False)


def _is_block(lines: list[str], at: int, *, is_marked: bool) -> bool:
    """Returns whether the headers of a mail stand here: who, and when, and to whom or about what.

    Without a mark before them they name a time, for a form that somebody typed may have such lines,
    too.
    """
    if at >= len(lines) or _label().match(lines[at]) is None:
        return False
    said = _headers(lines[at : at + _BLOCK])
    if "from" not in said:
        return False
    if is_marked:
        return len(said) > 1
    is_timed = _TIME.search(said.get("sent", "")) is not None
    return is_timed and not said.keys().isdisjoint(_WHOM_OR_WHAT)


def _headers(lines: list[str]) -> dict[str | None, str]:
    """Returns the lines of a block by the kinds of their names."""
    found: dict[str | None, str] = {}
    for line in lines:
        label = _label().match(line)
        if label is not None:
            found.setdefault(label.lastgroup, line)
    return found
