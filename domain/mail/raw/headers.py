"""The header lines of a mail or a part: split, unfolded, decoded, with their parameters. Pure."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from itertools import groupby
from operator import itemgetter
from urllib.parse import unquote_to_bytes

from domain.mail.raw.characters import decode, safe_header
from domain.mail.raw.limits import HEADER, HEADERS
from domain.mail.raw.notes import Notes
from domain.mail.raw.transfer import decode_base64, decode_quoted

_FIELD = re.compile(rb"([\x21-\x39\x3b-\x7e]{1,100})[ \t]*:")
_ENVELOPE = (b"From ", b">From ")
"""What stands before each mail where many lie in one file."""
_WORD = re.compile(r"=\?([\w.:+-]{0,60})(?:\*[\w-]{0,20})?\?([bBqQ])\?(.*?)(?:\?=|$)", re.DOTALL)
_BETWEEN_WORDS = re.compile(r"(\?=)\s+(?==\?[\w.:+*-]{0,80}\?[bBqQ]\?)")
_PARAMETER = re.compile(
    r"""[;\s]*+([^;=\s"]{1,100}+)\s*+=\s*+(?:"((?:[^"\\]|\\.)*+)(?:"[^;]*+|\Z)|([^;]*+))"""
    r"|[^;]++|;",
    re.DOTALL,
)
_ESCAPED = re.compile(r'\\(["\\])')
_PIECE = re.compile(r"([^*]+)\*(\d{1,4})?(\*)?")
_PERCENT = re.compile("%[89a-fA-F][0-9a-fA-F]")
_EXTENDED = re.compile(r"([\w.:+-]{0,60})'[\w-]{0,20}'")
_Word = tuple[str | None, str, str]
"""Charset, encoding and text of an encoded word; no charset of what is not encoded."""
_Field = tuple[str, list[bytes]]
"""The name of a header and its lines."""
_Piece = tuple[str, str, bool]
"""The number, the value, and whether it has percent signs."""


@dataclass(frozen=True, slots=True)
class Headers:
    """The header lines as they stood, by name in small letters; `charset` = what bytes beyond ASCII
    in them are probably in.
    """

    raw: Mapping[str, tuple[bytes, ...]]
    charset: str = ""

    def first(self, name: str) -> bytes:
        """Returns the first line of this name; b"" where there is none."""
        return next(iter(self.raw.get(name, ())), b"")

    def line(self, name: str, notes: Notes) -> str:
        """Returns the first line of this name as text, its encoded words as they are."""
        return decode(self.first(name), self.charset, notes)

    def text(self, name: str, notes: Notes) -> str:
        """Returns the first line of this name, decoded and safe."""
        return read_words(self.line(name, notes), notes)

    def value(self, name: str) -> str:
        """Returns what stands before the parameters, in small letters."""
        line = self.first(name).decode("ascii", "ignore")
        before, _sign, _parameters = line.partition(";")
        return "".join(before.lower().split()).strip("\"'")

    def parameters(self, name: str, notes: Notes) -> dict[str, str]:
        """Returns the parameters of a line, decoded."""
        _before, _sign, rest = self.line(name, notes).partition(";")
        return read_parameters(rest, notes)

    def all_texts(self, notes: Notes) -> dict[str, tuple[str, ...]]:
        """Returns every line, decoded and safe."""
        read = partial(self._read, notes)
        return {name: tuple(map(read, lines)) for name, lines in self.raw.items()}

    def _read(self, notes: Notes, line: bytes) -> str:
        text = decode(line, self.charset, notes)
        return read_words(text, notes)


def split_headers(data: bytes, start: int, end: int) -> tuple[Headers, int]:
    """Returns the header lines from `start` on, and where the body begins: behind the empty line,
    or where the first line stands that is no header.
    """
    fields: list[_Field] = []
    at = start
    while at < end:
        stop = data.find(b"\n", at, end) + 1 or end
        shown = min(stop, at + HEADER)
        line = data[at:shown].rstrip(b"\r\n")
        if not line:
            at = stop
            break
        is_taken = _take(fields, line)
        if not is_taken and not line.startswith(_ENVELOPE):
            break
        at = stop
    return _headers(fields), at


def _take(fields: list[_Field], line: bytes) -> bool:
    """Takes one line; returns whether it belongs to the headers."""
    if line[:1] in b" \t" and fields:
        _name, pieces = fields[-1]
        pieces.append(line)
        return True
    found = _FIELD.match(line)
    if found is None:
        return False
    name = found[1].decode("ascii").lower()
    fields.append((name, [line[found.end() :]]))
    return True


def _headers(fields: list[_Field]) -> Headers:
    lines: dict[str, list[bytes]] = defaultdict(list)
    for name, pieces in fields[:HEADERS]:
        line = b"".join(pieces)
        kept = line[:HEADER].strip()
        lines[name].append(kept)
    raw = {name: tuple(texts) for name, texts in lines.items()}
    headers = Headers(raw)
    parameters = headers.parameters("content-type", set())
    return replace(headers, charset=parameters.get("charset", ""))


def read_words(text: str, notes: Notes) -> str:
    """Returns a header's text with its encoded words decoded (RFC 2047), on one safe line.

    Words side by side in one charset are joined before they are decoded: programs cut them within a
    character."""
    if "=?" not in text:
        return safe_header(text)
    joined = _BETWEEN_WORDS.sub(r"\1", text)
    found: list[str] = []
    for charset, words in groupby(_words(joined), key=itemgetter(0)):
        if charset is None:
            found.extend(said for _charset, _how, said in words)
        else:
            found.append(decode(_encoded(list(words)), charset, notes))
    return safe_header("".join(found))


def _words(text: str) -> Iterator[_Word]:
    at = 0
    for word in _WORD.finditer(text):
        if word.start() > at:
            yield None, "", text[at : word.start()]
        yield word[1].lower(), word[2].lower(), word[3]
        at = word.end()
    if at < len(text):
        yield None, "", text[at:]


def _encoded(words: list[_Word]) -> bytes:
    """Returns the bytes of encoded words side by side."""
    content: list[bytes] = []
    for how, same in groupby(words, key=itemgetter(1)):
        texts = [_bytes(said) for _charset, _how, said in same]
        decoded = _DECODED[how](texts)
        content.append(decoded)
    return b"".join(content)


def _base64_words(texts: list[bytes]) -> bytes:
    """Returns words in base64 decoded: each by itself, or as one where they were cut within four
    letters.
    """
    whole = b"".join(texts)
    if len(whole) % 4 == 0:
        return decode_base64(whole)
    return b"".join(map(decode_base64, texts))


def _quoted_words(texts: list[bytes]) -> bytes:
    return b"".join(decode_quoted(text.replace(b"_", b" ")) for text in texts)


_DECODED = {"b": _base64_words, "q": _quoted_words}


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "replace")


def read_parameters(text: str, notes: Notes) -> dict[str, str]:
    """Returns the parameters of a header by name in small letters: plain, in pieces and with
    charsets (RFC 2231), and with encoded words or percent signs, as programs write them instead.
    """
    plain: dict[str, str] = {}
    parts: dict[str, list[_Piece]] = defaultdict(list)
    for found in _PARAMETER.finditer(text):
        if not found[1]:
            continue
        name = found[1].lower()
        value = _ESCAPED.sub(r"\1", found[2] or found[3] or "").strip()
        piece = _PIECE.fullmatch(name)
        if piece is None:
            plain.setdefault(name, _plain_value(value, notes))
        else:
            number = piece[2] or "0"
            # `name*` alone is encoded, `name*0` is not, `name*0*` is.
            is_encoded = not piece[2] or piece[3] is not None
            parts[piece[1]].append((number, value, is_encoded))
    joined = {name: _joined(pieces, notes) for name, pieces in parts.items()}
    return plain | joined


def _plain_value(value: str, notes: Notes) -> str:
    if "=?" in value:
        return read_words(value, notes)
    if not value.isascii() or not _PERCENT.search(value):
        return value
    try:
        return unquote_to_bytes(value).decode("utf-8")
    except UnicodeDecodeError:
        return value


def _joined(pieces: list[_Piece], notes: Notes) -> str:
    """Returns a value that came in pieces: joined before it is decoded, as one may end within a
    character.
    """
    in_order = sorted(pieces, key=_number)
    number, value, is_encoded = in_order[0]
    charset = ""
    extended = _EXTENDED.match(value)
    if is_encoded and extended is not None:
        charset = extended[1]
        rest = value[extended.end() :]
        in_order[0] = (number, rest, is_encoded)
    data = b"".join(map(_piece_bytes, in_order))
    text = decode(data, charset, notes)
    return _plain_value(text, notes)


def _number(piece: _Piece) -> int:
    return int(piece[0])


def _piece_bytes(piece: _Piece) -> bytes:
    _at, value, encoded = piece
    if encoded:
        return unquote_to_bytes(value)
    return _bytes(value)
