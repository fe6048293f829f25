"""Mails of mixed kinds, each another one, as they come to an office: questions in several charsets,
pages, answers, files, forwards, reports of servers, answers by machines, spam.
"""

from base64 import b64encode
from collections.abc import Callable, Sequence
from hashlib import sha256

ASKED = (
    "เรียน เจ้าหน้าที่สำนักงานสถิติแห่งชาติ\r\n\r\nขอข้อมูลรายได้ครัวเรือนจังหวัดที่ {n} ปี 2566 "
    "และจำนวนประชากรแยกตามกลุ่มอายุค่ะ\r\n\r\nขอบคุณค่ะ\r\nวิภา ใจดี โทร. 08{n:08}\r\n"
)
QUOTED = "\r\n\r\nOn Mon, 23 Nov 2026, services@nso.example wrote:\r\n> {line}\r\n"
REPORT = (
    "--b\r\n\r\nYour mail could not be delivered.\r\n--b\r\nContent-Type: message/delivery-status"
    "\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\nFinal-Recipient: rfc822; a{n}@example.net\r\n"
    "Action: failed\r\nStatus: 5.1.1\r\n--b--\r\n"
)


def mixed_mails(count: int) -> list[bytes]:
    """So many, each kind as often as the others."""
    return [KINDS[n % len(KINDS)](n) for n in range(count)]


def _head(n: int, subject: str, *more: str) -> str:
    lines = (
        f"Received: from mx{n % 7}.example.net by mail.nso.example; Mon, 23 Nov 2026 10:00:00 +0700",
        f"From: Writer {n} <writer{n}@example{n % 50}.net>",
        "To: services@nso.example",
        f"Subject: {subject} {n}",
        f"Message-ID: <{n}@example.net>",
        "Date: Mon, 23 Nov 2026 10:00:00 +0700",
        "MIME-Version: 1.0",
        *more,
    )
    return "\r\n".join(lines) + "\r\n\r\n"


def _plain(n: int) -> bytes:
    kind = "Content-Type: text/plain; charset=utf-8"
    return (_head(n, "ขอข้อมูล", kind) + ASKED.format(n=n)).encode()


def _thai(n: int) -> bytes:
    """An old charset that the header does not name."""
    return _head(n, "Data").encode() + ASKED.format(n=n).encode("cp874", "replace")


def _page(n: int) -> bytes:
    rows = "".join(f"<tr><td>{each}</td><td>{n * each}</td></tr>" for each in range(60))
    page = f"<html><body><p>{ASKED.format(n=n)}</p><table>{rows}</table></body></html>"
    head = _head(
        n,
        "Request",
        "Content-Type: text/html; charset=utf-8",
        "Content-Transfer-Encoding: base64",
    )
    return head.encode() + b64encode(page.encode())


def _answer(n: int) -> bytes:
    head = _head(n, "Re: [R2611000124]", "In-Reply-To: <unknown@nso.example>")
    text = ASKED.format(n=n) + QUOTED.format(line="the answer was given\r\n> " * 40)
    return (head + text).encode()


def _with_file(n: int) -> bytes:
    content = sha256(str(n).encode()).digest() * 3_000
    parts = (
        "--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + ASKED.format(n=n),
        "--b\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n"
        f'Content-Disposition: attachment; filename="map{n}.png"\r\n\r\n'
        + b64encode(b"\x89PNG\r\n\x1a\n" + content).decode(),
        "--b--\r\n",
    )
    head = _head(n, "ส่งไฟล์", 'Content-Type: multipart/mixed; boundary="b"')
    return (head + "\r\n".join(parts)).encode()


def _alternative(n: int) -> bytes:
    text = ASKED.format(n=n)
    parts = (
        "--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + text,
        f"--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<div>{text}</div>",
        "--b--\r\n",
    )
    head = _head(n, "สอบถาม", 'Content-Type: multipart/alternative; boundary="b"')
    return (head + "\r\n".join(parts)).encode()


def _forward(n: int) -> bytes:
    inner = "\r\n".join(
        ("---------- Forwarded message ---------", f"From: Customer <c{n}@example.org>")
    )
    return (_head(n, "Fwd: question") + f"FYI\r\n\r\n{inner}\r\n\r\n{ASKED.format(n=n)}").encode()


def _bounce(n: int) -> bytes:
    kind = 'Content-Type: multipart/report; report-type=delivery-status; boundary="b"'
    head = _head(n, "Undelivered Mail", kind).replace("writer", "mailer-daemon")
    return (head + REPORT.format(n=n)).encode()


def _automatic(n: int) -> bytes:
    head = _head(n, "Automatic reply:", "Auto-Submitted: auto-replied")
    return (head + "I am out of the office until Monday.\r\n").encode()


def _spam(n: int) -> bytes:
    text = "You have won the lottery. Click here within 24 hours to claim your prize.\r\n"
    return (_head(n, "Winner", "X-Spam-Flag: YES") + text).encode()


KINDS: Sequence[Callable[[int], bytes]] = (
    _plain,
    _thai,
    _page,
    _answer,
    _with_file,
    _alternative,
    _forward,
    _bounce,
    _automatic,
    _spam,
)
