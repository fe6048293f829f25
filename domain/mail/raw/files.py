"""The files of a mail: a safe name, and whether they may be handed on. Pure."""

import re

from domain.errors import InvalidInput
from domain.files import FileRefusal, is_program_name, plain_name, sniff
from domain.mail.raw.types import MailAttachment

_DIRECTIONS = re.compile("[\u202a-\u202e\u2066-\u2069]")
"""Signs that turn the letters around: `exe.gpj` is read as `jpg.exe`, or the other way."""
_AT_END = ". \t\xa0\u3000"
"""What Windows leaves out at the end of a name."""
_STREAM = re.compile(r"::?\$.*$")
_REFUSED = frozenset({FileRefusal.PROGRAM, FileRefusal.MACRO, FileRefusal.PAGE})
_DANGEROUS_KINDS = frozenset(
    {
        "application/bat",
        "application/ecmascript",
        "application/hta",
        "application/java-archive",
        "application/javascript",
        "application/vnd.android.package-archive",
        "application/vnd.microsoft.portable-executable",
        "application/vnd.ms-excel.addin.macroenabled.12",
        "application/vnd.ms-excel.sheet.binary.macroenabled.12",
        "application/vnd.ms-excel.sheet.macroenabled.12",
        "application/vnd.ms-excel.template.macroenabled.12",
        "application/vnd.ms-htmlhelp",
        "application/vnd.ms-powerpoint.presentation.macroenabled.12",
        "application/vnd.ms-powerpoint.slideshow.macroenabled.12",
        "application/vnd.ms-word.document.macroenabled.12",
        "application/vnd.ms-word.template.macroenabled.12",
        "application/x-bat",
        "application/x-csh",
        "application/x-dosexec",
        "application/x-executable",
        "application/x-java-archive",
        "application/x-java-jnlp-file",
        "application/x-javascript",
        "application/x-ms-dos-program",
        "application/x-ms-shortcut",
        "application/x-msdos-program",
        "application/x-msdownload",
        "application/x-msi",
        "application/x-perl",
        "application/x-python-code",
        "application/x-sh",
        "application/x-shellscript",
        "application/x-vbs",
        "application/xhtml+xml",
        "image/svg+xml",
        "text/ecmascript",
        "text/html",
        "text/javascript",
        "text/scriptlet",
        "text/vbscript",
        "text/x-python",
        "text/x-sh",
        "text/x-shellscript",
    }
)
_MEMBER = re.compile(rb"PK\x01\x02.{24}(..)", re.DOTALL)
_MEMBER_NAME = 46
"""Bytes before the name in an archive's list."""
_MOST_MEMBERS = 20_000
_ZIP = b"PK"
_OTHER_ENDING = ".dat"
_ENDINGS = {
    "application/json": ".json",
    "application/msword": ".doc",
    "application/pdf": ".pdf",
    "application/vnd.ms-excel": ".xls",
    "application/vnd.ms-powerpoint": ".ppt",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": ".pptx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/x-zip-compressed": ".zip",
    "application/xml": ".xml",
    "application/zip": ".zip",
    "audio/mp4": ".m4a",
    "audio/mpeg": ".mp3",
    "application/ms-tnef": ".dat",
    "application/pkcs7-mime": ".p7m",
    "application/pgp-encrypted": ".asc",
    "application/rtf": ".rtf",
    "image/gif": ".gif",
    "image/heic": ".heic",
    "image/jpeg": ".jpg",
    "image/jpg": ".jpg",
    "image/png": ".png",
    "image/webp": ".webp",
    "message/delivery-status": ".txt",
    "message/rfc822": ".eml",
    "text/calendar": ".ics",
    "text/csv": ".csv",
    "text/html": ".html",
    "text/plain": ".txt",
    "text/rfc822-headers": ".txt",
    "text/vcard": ".vcf",
    "text/xml": ".xml",
    "video/mp4": ".mp4",
}


def attachment(name: str, mime: str, content: bytes, number: int) -> MailAttachment:
    """Returns a file as it is handed on; `number` names one that came without a name."""
    kind, _sign, _rest = mime.partition("/")
    shown = plain_name(name) or f"{kind}-{number}{_ENDINGS.get(mime, _OTHER_ENDING)}"
    return MailAttachment(shown, mime, content, is_dangerous(name, shown, mime, content))


def is_dangerous(name: str, shown: str, mime: str, content: bytes) -> bool:
    """Returns whether a file may run, is a page with who knows what in it, or passes for something
    else. `name` as it came, `shown` as it is shown.
    """
    if _DIRECTIONS.search(name) or mime in _DANGEROUS_KINDS:
        return True
    bare = _STREAM.sub("", name).rstrip(_AT_END)
    if is_program_name(bare) or is_program_name(shown):
        return True
    members = None
    if content.startswith(_ZIP):
        members = _members(content)
    try:
        sniff(content, shown, members)
    except InvalidInput as refused:
        return refused.code in _REFUSED
    return False


def _members(content: bytes) -> list[str] | None:
    """Returns the names that an archive lists, nothing of it unpacked; None where it lists nothing
    or too much.
    """
    names: list[str] = []
    for found in _MEMBER.finditer(content):
        size = int.from_bytes(found[1], "little")
        begin = found.start() + _MEMBER_NAME
        names.append(content[begin : begin + size].decode("utf-8", "replace"))
        if len(names) > _MOST_MEMBERS:
            return None
    return names or None
