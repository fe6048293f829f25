"""Bytes of unknown or lying charsets become text: what is declared is believed where it fits, and
Thai is known by its bytes. Pure.
"""

import codecs
import re
import unicodedata

import regex  # type: ignore[import-untyped]

from domain.mail.raw.limits import HEADER, MARKS
from domain.mail.raw.notes import CHARACTERS_LOST, CHARSET_GUESSED, Notes
from domain.text import clean

UTF_8 = "utf-8"
THAI = "cp874"
WESTERN = "cp1252"


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_THAI_NAMES = _names(
    "tis620 tis6200 tis62025290 tis6202533 tis62025331 iso885911 iso8859111 windows874 xwindows874 "
    "win874 cp874 ms874 ibm874 csthai874 dos874 874 thai isoir166 xmacthai thaitis620"
)
"""Names of Thai charsets without their punctuation: one reading fits them all."""
_OTHER_NAMES = {
    "utf8mb4": UTF_8,
    "utf8mb3": UTF_8,
    "xutf8": UTF_8,
    "unicode11utf8": UTF_8,
    "xsjis": "cp932",
    "shiftjis": "cp932",
    "ksc56011987": "cp949",
    "euckr": "cp949",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "xgbk": "gb18030",
    "iso88598i": "iso8859-8",
    "unicode": "utf-16",
}
_DOUBTFUL = frozenset({"", "ascii", "iso8859-1", "cp1252", "iso8859-15", THAI, UTF_8})
"""Codecs that say little: what programs declare that know no better, and those of Thai."""
_NO_TEXT = _names("idna punycode unicode-escape raw-unicode-escape undefined mbcs oem charmap")
"""Codecs of Python that are no charset of mails, or take too long."""
_SEVEN_BITS = frozenset({"utf-7", "hz"})
_UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_SIGNS = re.compile(r"[^a-z0-9]+")
_SHIFT = re.compile(rb"[\x1b\0\x0e]")
"""Bytes of no plain text: shifts, noughts (UTF-16), and half of a Thai letter in it."""
_HIGH = re.compile(rb"[\x80-\xff]+")
_THAI_RUN = re.compile(rb"[\xe0-\xe4]?[\xa1-\xce][\xa1-\xda\xdf-\xfb]+")
"""A consonant, perhaps a vowel before it, and more: small letters of the West are none of them."""
_FIRST_BAD = re.compile(rb"[\xdb-\xde\xfc-\xff]")
_MANY_MARKS = regex.compile(r"(\p{M}{%d})\p{M}+" % MARKS)  # noqa: UP031 - braces
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff]")
_UNSEEN = re.compile("[\xad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069]")
"""What nobody sees and no emoji needs: soft hyphens, places to break, directions."""
_PARTED_AM = re.compile("\u0e4d([\u0e48-\u0e4b]?)\u0e32")
_WHOLE_AM = "\\1\u0e33"
_LINE_END = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_BLANK_LINES = re.compile("\n{3,}")
_BEFORE_END = re.compile(r"(?<![ \t\xa0])[ \t\xa0]++$", re.MULTILINE)


def decode(data: bytes, declared: str, notes: Notes) -> str:
    """Returns bytes as text: in the declared charset where that can be, else in the one that they
    look like. Never fails; what had to be guessed or was lost is noted.
    """
    codec = _codec(declared)
    if codec is None:
        notes.add(CHARSET_GUESSED)
        codec = ""
    is_plain = data.isascii() and not _SHIFT.search(data)
    if is_plain and codec not in _SEVEN_BITS:
        return data.decode("ascii")
    if data.startswith(_UTF_16_MARKS):
        codec = "utf-16"
    if codec not in _DOUBTFUL:
        text = _strictly(data, codec)
        if text is not None:
            return text
    return _by_looks(data, codec, notes)


def _codec(declared: str) -> str | None:
    """Returns Python's name of a charset; "" where none is declared, None for an unknown one."""
    bare = declared.strip().strip("\"'").lower()
    name = _SIGNS.sub("", bare)
    if not name:
        return ""
    if name in _THAI_NAMES:
        return THAI
    if name in _OTHER_NAMES:
        return _OTHER_NAMES[name]
    try:
        found = codecs.lookup(bare)
    except (LookupError, ValueError):
        return None
    # `base64`, `rot13` and the like are no charsets.
    if not found._is_text_encoding or found.name in _NO_TEXT:
        return None
    return found.name


def _strictly(data: bytes, codec: str) -> str | None:
    try:
        return data.decode(codec)
    except (UnicodeError, LookupError):
        return None


def _by_looks(data: bytes, codec: str, notes: Notes) -> str:
    """Returns 8-bit text whose charset is vague, Thai, or does not fit."""
    text = _strictly(data, UTF_8)
    if text is not None:
        if codec != UTF_8:
            notes.add(CHARSET_GUESSED)
        return text
    if _is_mostly_utf_8(data):
        notes.add(CHARACTERS_LOST)
        return data.decode(UTF_8, "replace")
    if codec == THAI or _looks_thai(data):
        if codec != THAI:
            notes.add(CHARSET_GUESSED)
        return _thai(data, notes)
    notes.add(CHARSET_GUESSED)
    if codec in ("", UTF_8, "ascii"):
        codec = WESTERN
    return data.decode(codec, "replace")


def _thai(data: bytes, notes: Notes) -> str:
    if _FIRST_BAD.search(data):
        notes.add(CHARACTERS_LOST)
    return data.decode(THAI, "replace")


def _is_mostly_utf_8(data: bytes) -> bool:
    """Returns whether bytes are UTF-8 that was cut or hurt in a few places."""
    text = data.decode(UTF_8, "replace")
    lost = text.count("\ufffd")
    good = len(text) - len(text.encode("ascii", "ignore")) - lost
    return good > 2 * lost


def _looks_thai(data: bytes) -> bool:
    """Returns whether the bytes beyond ASCII are Thai letters, and stand together as these do."""
    high = sum(map(len, _HIGH.findall(data)))
    thai = sum(map(len, _THAI_RUN.findall(data)))
    return thai * 10 >= high * 6


def safe_header(text: str) -> str:
    """Returns one line of valid text: no line end and no control character is left in it."""
    shown = _bounded(text[:HEADER])
    words = clean(shown).split()
    return " ".join(words)


def safe_text(text: str) -> str:
    """Returns valid text of several lines: NFC, line ends are newlines, no other control character
    but the tab, and no more than two newlines together.
    """
    lines = _LINE_END.sub("\n", text)
    seen = _UNSEEN.sub("", _CONTROL.sub("", lines))
    plain = unicodedata.normalize("NFC", _bounded(seen))
    plain = _PARTED_AM.sub(_WHOLE_AM, plain)
    plain = _BEFORE_END.sub("", plain)
    plain = _BLANK_LINES.sub("\n\n", plain)
    return plain.strip("\n").rstrip()


def _bounded(text: str) -> str:
    if text.isascii():
        return text
    return str(_MANY_MARKS.sub(r"\1", text))
