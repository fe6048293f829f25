"""The text of RTF, which Outlook packs into winmail.dat: letters, line ends, tabs. Pure."""

import codecs
import re
from dataclasses import dataclass, field

_TOKEN = re.compile(
    rb"\\([a-z]{1,32})(-?\d{1,9})? ?|\\'([0-9a-fA-F]{2})|\\([^a-z'])|([{}])|([^\\{}\r\n]+)"
)
_LONGEST = 2_000_000
_DEPTH = 200
_ASIDE = frozenset(
    b"fonttbl colortbl stylesheet info pict object header footer themedata datastore "
    b"listtable listoverridetable generator xmlnstbl".split()
)
"""Groups that hold no text."""
_SIGNS = {
    b"par": "\n",
    b"line": "\n",
    b"row": "\n",
    b"tab": "\t",
    b"cell": "\t",
    b"emdash": "\u2014",
    b"endash": "\u2013",
    b"bullet": "\u2022",
    b"lquote": "\u2018",
    b"rquote": "\u2019",
    b"ldblquote": "\u201c",
    b"rdblquote": "\u201d",
}
_PLAIN = {b"~": "\xa0", b"_": "-", b"\\": "\\", b"{": "{", b"}": "}", b"\n": "\n", b"\r": "\n"}
_THAI_FONT = re.compile(rb"\\fcharset222\b")
_CODEPAGE = re.compile(rb"\\ansicpg(\d{3,5})")
_WORD_SIGN = 32_768


@dataclass(slots=True)
class _Reading:
    """A text as far as it was read. `aside` = for each open group whether it holds no text;
    `skipped` = signs that only stand for a letter that was told before.
    """

    codec: str
    texts: list[str] = field(default_factory=list)
    octets: bytearray = field(default_factory=bytearray)
    aside: list[bool] = field(default_factory=lambda: [False])
    replaced: int = 1
    skipped: int = 0

    def say(self, text: str) -> None:
        """Takes letters, unless they stand in a group without text."""
        if not self.aside[-1]:
            self.flush()
            self.texts.append(text)

    def say_octet(self, octet: int) -> None:
        """Takes a byte of the document's charset."""
        if self.skipped:
            self.skipped -= 1
        elif not self.aside[-1]:
            self.octets.append(octet)

    def flush(self) -> None:
        """Turns the bytes that stood together into letters."""
        if self.octets:
            self.texts.append(self.octets.decode(self.codec, "replace"))
            self.octets.clear()


def rtf_text(data: bytes) -> str:
    """Returns the text of an RTF document, whatever its bytes are."""
    read = _Reading(_codec(data))
    for token in _TOKEN.finditer(data[:_LONGEST]):
        _take(read, token)
    read.flush()
    # Signs beyond the first 65,536 come as two.
    return "".join(read.texts).encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _codec(data: bytes) -> str:
    """Returns the charset of the bytes: Thai where a font is."""
    if _THAI_FONT.search(data):
        return "cp874"
    found = _CODEPAGE.search(data)
    name = f"cp{found[1].decode()}" if found else "cp1252"
    try:
        codecs.lookup(name)
    except LookupError:
        return "cp1252"
    return name


def _take(read: _Reading, token: "re.Match[bytes]") -> None:
    word, number, octet, sign, brace, text = token.groups()
    if word is not None:
        _take_word(read, word, int(number or 0))
    elif octet is not None:
        read.say_octet(int(octet, 16))
    elif sign == b"*":
        read.aside[-1] = True
    elif sign is not None:
        read.say(_PLAIN.get(sign, ""))
    elif brace == b"{":
        read.aside.append(read.aside[-1] or len(read.aside) > _DEPTH)
    elif brace == b"}":
        _close(read)
    else:
        for each in text:
            read.say_octet(each)


def _close(read: _Reading) -> None:
    read.flush()
    if len(read.aside) > 1:
        read.aside.pop()


def _take_word(read: _Reading, word: bytes, number: int) -> None:
    if word in _ASIDE:
        read.aside[-1] = True
    elif word in _SIGNS:
        read.say(_SIGNS[word])
    elif word == b"u":
        read.say(chr(number % (2 * _WORD_SIGN)))
        read.skipped = read.replaced
    elif word == b"uc":
        read.replaced = min(number, 8)
