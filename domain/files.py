"""Files that people send: what their bytes are, whether they may be kept, and a name that is safe
anywhere.
"""

import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import count
from typing import Protocol

from domain.errors import InvalidInput
from domain.text import clean, graphemes

LARGEST = 20_000_000
"""Bytes: what Telegram lets a bot fetch; the same everywhere, so that one sentence is true."""
NAME_LIMIT = 120
"""Characters of a name; with three bytes a Thai letter and the marks of a link it stays below every
limit.
"""
NAME_BYTES = 200
_LONGEST_ENDING = 15
"""Letters of an ending that is kept whole where a name is cut."""
LOOKED_AT = 65_536
"""Bytes at the beginning that tell a text's kind."""


class Content(Protocol):
    """Bytes, or a file mapped into memory."""

    def find(self, wanted: bytes, /) -> int:
        """Returns where `wanted` begins, or -1."""
        ...

    def __getitem__(self, index: slice, /) -> bytes: ...

    def __len__(self) -> int: ...


@dataclass(frozen=True, slots=True)
class FileKind:
    """What a file is: its MIME type, and the endings that its name may have (the first is given
    where none fits).
    """

    mime: str
    endings: tuple[str, ...]


class FileRefusal(StrEnum):
    """Why a file is not taken; the sentences are in handlers/messages.py."""

    EMPTY = "file_nothing"
    LARGE = "file_large"
    PROGRAM = "file_program"
    MACRO = "file_macro"
    PAGE = "file_page"
    BROKEN = "file_cut"
    UNKNOWN = "file_unknown"


CSV = FileKind("text/csv", (".csv", ".tsv"))
TEXT = FileKind("text/plain", (".txt", ".log", ".md", ".json", ".eml", ".do", ".sps"))
XLSX = FileKind("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", (".xlsx",))
ZIP = FileKind("application/zip", (".zip",))
_OLD_OFFICE = (
    ("WordDocument", FileKind("application/msword", (".doc",))),
    ("PowerPoint Document", FileKind("application/vnd.ms-powerpoint", (".ppt",))),
    ("Workbook", FileKind("application/vnd.ms-excel", (".xls",))),
    ("Book", FileKind("application/vnd.ms-excel", (".xls",))),
)
_MAGIC: tuple[tuple[int, bytes, FileKind], ...] = (
    (0, b"%PDF-", FileKind("application/pdf", (".pdf",))),
    (0, b"\xff\xd8\xff", FileKind("image/jpeg", (".jpg", ".jpeg"))),
    (0, b"\x89PNG\r\n\x1a\n", FileKind("image/png", (".png",))),
    (0, b"GIF87a", FileKind("image/gif", (".gif",))),
    (0, b"GIF89a", FileKind("image/gif", (".gif",))),
    (8, b"WEBP", FileKind("image/webp", (".webp",))),
    (0, b"II*\0", FileKind("image/tiff", (".tif", ".tiff"))),
    (0, b"MM\0*", FileKind("image/tiff", (".tif", ".tiff"))),
    (4, b"ftypheic", FileKind("image/heic", (".heic",))),
    (4, b"ftypmif1", FileKind("image/heic", (".heic", ".heif"))),
    (4, b"ftypqt", FileKind("video/quicktime", (".mov",))),
    (4, b"ftypM4A", FileKind("audio/mp4", (".m4a",))),
    (4, b"ftyp3g", FileKind("video/3gpp", (".3gp",))),
    (4, b"ftyp", FileKind("video/mp4", (".mp4", ".m4v"))),
    (0, b"\x1aE\xdf\xa3", FileKind("video/webm", (".webm", ".mkv"))),
    (0, b"OggS", FileKind("audio/ogg", (".ogg", ".oga", ".opus"))),
    (0, b"ID3", FileKind("audio/mpeg", (".mp3",))),
    (0, b"\xff\xfb", FileKind("audio/mpeg", (".mp3",))),
    (0, b"\xff\xf1", FileKind("audio/aac", (".aac",))),
    (8, b"WAVE", FileKind("audio/wav", (".wav",))),
    (0, b"#!AMR", FileKind("audio/amr", (".amr",))),
    (0, b"$FL2", FileKind("application/x-spss-sav", (".sav",))),
    (0, b"<stata_dta>", FileKind("application/x-stata", (".dta",))),
)
_PROGRAMS = (
    b"MZ",
    b"\x7fELF",
    b"\xca\xfe\xba\xbe",
    b"\xcf\xfa\xed\xfe",
    b"\xce\xfa\xed\xfe",
    b"L\0\0\0\x01\x14\x02\0",
    b"#!/",
)
"""Windows, Linux, Java and Apple programs, a Windows shortcut, a script for a shell."""


def _endings(text: str) -> frozenset[str]:
    return frozenset(text.split())


_RUNS = _endings(
    "apk app bat bin chm class cmd com cpl deb dll dmg elf exe gadget hta inf ins iso jar jnlp js "
    "jse lnk mjs msc msi msix msp pif ps1 psm1 py pyc rb reg rpm scf scr sct sh sys url vb vbe vbs "
    "wsf wsh xll xpi"
)
_MACROS = _endings("docm dotm xlsm xltm xlam xlsb pptm potm ppam ppsm sldm")
_PAGES = _endings("htm html mht mhtml php shtml svg svgz swf xht xhtml xml xsl xslt")
_PAGE = re.compile(
    rb"(?is)\A[\xef\xbb\xbf\xff\xfe\s]*(?:<!--(?>.*?-->)\s*)*+"
    rb"<\s*(?:!doctype|html|head|body|script|svg|iframe|object|embed|meta|style|\?xml|\?php|xsl:)"
)
_SCRIPT = re.compile(
    rb"(?im)^[ \t]*(?:@?echo\s+off\b|powershell\b|param\s*\(|on error resume next\b"
    rb"|windows registry editor)"
)
_BINARY = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_LEADING_BLANKS = b"\xef\xbb\xbf \t\r\n"
_LONGEST_LETTER = 4
"""Bytes of a character in UTF-8."""
_ZIP_MARKS = (b"PK\x03\x04", b"PK\x05\x06")
_OLD_OFFICE_MARK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_OFFICE = {
    "word/": FileKind(
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        (".docx", ".dotx"),
    ),
    "xl/": XLSX,
    "ppt/": FileKind(
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        (".pptx", ".ppsx"),
    ),
}
_OPEN_DOCUMENT = {
    "odt": FileKind("application/vnd.oasis.opendocument.text", (".odt",)),
    "ods": FileKind("application/vnd.oasis.opendocument.spreadsheet", (".ods",)),
    "odp": FileKind("application/vnd.oasis.opendocument.presentation", (".odp",)),
}
_UNNAMEABLE = re.compile(r'[\x00-\x1f\x7f-\x9f<>:"/\\|?*\u2028\u2029]')
_INVISIBLE = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})
_JOINER = "\u200d"
"""Within emoji."""
_RESERVED = re.compile(r"(?i)(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)")


def ending(name: str) -> str:
    """Returns the last part of a name in small letters, without its dot; "" where there is none."""
    stem, dot, last = name.strip().rpartition(".")
    return last.lower() if dot and stem else ""


def safe_name(name: str, kind: FileKind, otherwise: str) -> str:
    """Returns a name for a file of this kind that no folder, header, chat or terminal takes for
    anything but a name.

    Without folders, control and direction characters; Thai stays, and nothing is cut within a
    grapheme. The ending is one of the kind's, whatever the sender called it. `otherwise` = the
    name of a file that came without one."""
    plain = _bare_name(name)
    given = f".{ending(plain)}"
    if given in kind.endings:
        stem = plain[: -len(given)]
    else:
        stem = plain
        given = kind.endings[0]
    return f"{_safe_stem(stem, otherwise)}{given}"


def plain_name(name: str) -> str:
    """Returns a name as safe as `safe_name` gives it, with the ending that it has; "" where nothing
    is left of it.
    """
    plain = _bare_name(name)
    last = ending(plain)
    if not last or len(last) > _LONGEST_ENDING:
        return plain and _safe_stem(plain, plain)
    given = plain[-len(last) - 1 :]
    return f"{_safe_stem(plain[: -len(given)], last)}{given}"


def is_program_name(name: str) -> bool:
    """Returns whether a name ends like a program, a document with macros, or a web page."""
    return ending(name) in _RUNS | _MACROS | _PAGES


def _bare_name(name: str) -> str:
    """Returns a name without folders and what cannot be seen."""
    words = clean(name).split()
    path = " ".join(words).replace("\\", "/")
    _folder, _slash, plain = path.rpartition("/")
    visible = "".join(filter(_is_visible, plain))
    named = _UNNAMEABLE.sub("_", visible)
    plain = " ".join(named.split())
    return plain.strip(". ")


def _safe_stem(stem: str, otherwise: str) -> str:
    stem = stem.strip(". ") or otherwise
    if _RESERVED.match(stem):
        stem = f"_{stem}"
    return _within(stem)


def _is_visible(character: str) -> bool:
    return character == _JOINER or unicodedata.category(character) not in _INVISIBLE


def numbered_name(name: str, taken: Collection[str]) -> str:
    """Returns the name, with a number where it is taken: `photo-2.jpg`."""
    if name not in taken:
        return name
    stem, dot, last = name.rpartition(".")
    names = (f"{stem}-{number}{dot}{last}" for number in count(2))
    return next(each for each in names if each not in taken)


def _within(stem: str) -> str:
    """Returns the name as far as it is short enough."""
    kept = []
    size = 0
    length = 0
    for grapheme in graphemes(stem):
        size += len(grapheme.encode())
        length += len(grapheme)
        if size > NAME_BYTES or length > NAME_LIMIT:
            break
        kept.append(grapheme)
    return "".join(kept).rstrip(". ") or "_"


def sniff(content: Content, name: str, members: Sequence[str] | None = None) -> FileKind:
    """Returns what the bytes are, whatever the name says; the name only tells one text or old table
    from another.

    `members` = the names within a ZIP archive, None where it cannot be read as one. Raises
    InvalidInput with a `FileRefusal`: empty, a program or script, with macros, a web page (SVG
    among them), cut off, unknown."""
    if not len(content):
        raise InvalidInput(FileRefusal.EMPTY)
    head = bytes(content[:LOOKED_AT])
    # First, for a program may call itself anything.
    if head.startswith(_PROGRAMS):
        raise InvalidInput(FileRefusal.PROGRAM)
    if head.startswith(_ZIP_MARKS):
        return _archive(members, ending(name))
    if head.startswith(_OLD_OFFICE_MARK):
        return _old_office(content, name)
    for place, magic, kind in _MAGIC:
        if head.startswith(magic, place):
            return kind
    return _text(head, name, whole=len(content) <= LOOKED_AT)


def _archive(members: Sequence[str] | None, last: str) -> FileKind:
    if members is None:
        raise InvalidInput(FileRefusal.BROKEN)
    lower = [member.lower() for member in members]
    if any(map(_is_macro, lower)):
        raise InvalidInput(FileRefusal.MACRO)
    office = _office(lower) if "[content_types].xml" in lower else None
    if office is not None:
        return office
    # What LibreOffice writes: its macros are folders of the archive.
    if "mimetype" in lower and "content.xml" in lower:
        if _has_folder(lower, "basic/", "scripts/"):
            raise InvalidInput(FileRefusal.MACRO)
        return _OPEN_DOCUMENT.get(last, _OPEN_DOCUMENT["odt"])
    if any(map(_is_program, lower)):
        raise InvalidInput(FileRefusal.PROGRAM)
    return ZIP


def _office(members: Sequence[str]) -> FileKind | None:
    """Returns the kind of document that an archive of Office since 2007 is."""
    for folder, kind in _OFFICE.items():
        if _has_folder(members, folder):
            return kind
    return None


def _has_folder(members: Sequence[str], *folders: str) -> bool:
    return any(member.startswith(folders) for member in members)


def _is_macro(member: str) -> bool:
    return member.endswith(("vbaproject.bin", "vbadata.xml")) or ending(member) in _MACROS


def _is_program(member: str) -> bool:
    return member.endswith("androidmanifest.xml") or ending(member) in _RUNS


def _old_office(content: Content, name: str) -> FileKind:
    """Returns what a file in the compound format of Office before 2007 is, which holds installers
    and mails too.
    """
    if content.find("_VBA_PROJECT".encode("utf-16-le")) >= 0:
        raise InvalidInput(FileRefusal.MACRO)
    for stream, kind in _OLD_OFFICE:
        if content.find(stream.encode("utf-16-le")) >= 0:
            return kind
    runs = ending(name) in _RUNS
    raise InvalidInput(FileRefusal.PROGRAM if runs else FileRefusal.UNKNOWN)


def _text(head: bytes, name: str, *, whole: bool) -> FileKind:
    last = ending(name)
    if not _is_text(head, whole=whole):
        raise InvalidInput(FileRefusal.UNKNOWN)
    script = head.lstrip(_LEADING_BLANKS).startswith(b"#!") or _SCRIPT.search(head)
    if script or last in _RUNS:
        raise InvalidInput(FileRefusal.PROGRAM)
    plain = head.replace(b"\0", b"")
    # UTF-16 has a nought between all letters; a browser reads it all the same.
    if last in _PAGES or _PAGE.search(plain):
        raise InvalidInput(FileRefusal.PAGE)
    return CSV if f".{last}" in CSV.endings else TEXT


def _is_text(head: bytes, *, whole: bool) -> bool:
    """Returns whether the bytes are UTF-8, UTF-16 with its mark, or CP874 (TIS-620), with no byte
    that only programs have.
    """
    if head.startswith(_UTF_16_MARKS):
        return len(head.decode("utf-16", "replace").strip("\ufffd")) > 0
    if _BINARY.search(head):
        return False
    broken_at = _broken_at(head, "utf-8")
    # The last character may stand across the border.
    cut_off = not whole and broken_at is not None and broken_at > len(head) - _LONGEST_LETTER
    return broken_at is None or cut_off or _broken_at(head, "cp874") is None


def _broken_at(data: bytes, encoding: str) -> int | None:
    """Returns where bytes begin that no text in this encoding has; None where there are none."""
    try:
        data.decode(encoding)
    except UnicodeDecodeError as error:
        return error.start
    return None
