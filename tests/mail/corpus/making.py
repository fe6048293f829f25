"""Mails of the corpus are put together here, byte by byte, as programs send them."""

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field

SENDER = "From: =?UTF-8?B?4Liq4Lih4LiK4Liy4LiiIOC5g+C4iOC4lOC4tQ==?= <somchai@example.co.th>\r\n"
HEAD = (
    f"{SENDER}To: services@nso.go.th\r\nSubject: Data\r\nMessage-ID: <1@example.co.th>\r\n"
    "Date: Mon, 30 Nov 2026 10:00:00 +0700\r\nMIME-Version: 1.0\r\n"
)
QUESTION = "เรียน เจ้าหน้าที่\nขอข้อมูลจำนวนประชากร ปี 2568 จังหวัดขอนแก่น\n\n--\nสมชาย ใจดี โทร. 043-123-456"


@dataclass(frozen=True)
class Case:
    """A mail with what is expected of it: whole fields, `contains` and `lacks` by field, files as
    names, and notes that must be there.
    """

    name: str
    raw: bytes
    expected: Mapping[str, object] = field(default_factory=dict)
    contains: Mapping[str, str] = field(default_factory=dict)
    lacks: Mapping[str, str] = field(default_factory=dict)
    files: tuple[str, ...] | None = None
    dangerous: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def crlf(text: str) -> str:
    return text.replace("\n", "\r\n")


def plain(
    text: str, charset: str = "utf-8", declared: str | None = None, head: str = HEAD
) -> bytes:
    """A mail of one text; `declared` = what its header says of the charset, where it lies."""
    said = charset if declared is None else declared
    kind = f'text/plain; charset="{said}"' if said else "text/plain"
    top = f"{head}Content-Type: {kind}\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    return top.encode() + crlf(text).encode(charset)


def part(content: bytes | str, *headers: str) -> bytes:
    data = crlf(content).encode() if isinstance(content, str) else content
    return "".join(f"{line}\r\n" for line in headers).encode() + b"\r\n" + data


def text_part(text: str) -> bytes:
    return part(text, "Content-Type: text/plain; charset=utf-8")


def page_part(page: str) -> bytes:
    return part(page, "Content-Type: text/html; charset=utf-8")


def file_part(content: bytes, kind: str, disposition: str) -> bytes:
    data = b64encode(content)
    lines = [data[at : at + 76] for at in range(0, len(data), 76)]
    return part(
        b"\r\n".join(lines),
        f"Content-Type: {kind}",
        f"Content-Disposition: {disposition}",
        "Content-Transfer-Encoding: base64",
    )


def several(kind: str, *parts: bytes, boundary: str = "b1", more: str = "") -> bytes:
    """A part of several."""
    head = f'Content-Type: multipart/{kind}; boundary="{boundary}"{more}\r\n\r\n'
    inside = b"".join(f"--{boundary}\r\n".encode() + each + b"\r\n" for each in parts)
    return head.encode() + inside + f"--{boundary}--\r\n".encode()


def with_head(part_of_mail: bytes, head: str = HEAD) -> bytes:
    return head.encode() + part_of_mail


def page(body: str, head: str = HEAD) -> bytes:
    return with_head(page_part(body), head)


def subject(line: str | bytes, more: str = "") -> bytes:
    data = line.encode() if isinstance(line, str) else line
    top = f"{SENDER}{more}".encode()
    return (
        top
        + b"Subject: "
        + data
        + b"\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
        + "สวัสดี".encode()
    )
