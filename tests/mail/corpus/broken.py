"""Mails that programs broke: boundaries, encodings, parts without an end."""

from base64 import b64encode

from tests.mail.corpus.making import Case, page_part, part, several, text_part, with_head
from tests.mail.corpus.parts import PAGE, PDF, PLAIN


def base64_text(data: bytes, declared: str = "text/plain; charset=utf-8") -> bytes:
    return with_head(part(data, f"Content-Type: {declared}", "Content-Transfer-Encoding: base64"))


def without_end(kind: str = "mixed") -> bytes:
    return several(kind, text_part(PLAIN), PDF).replace(b"--b1--\r\n", b"")


CASES = [
    Case(
        "half a closing boundary",
        with_head(several("mixed", text_part(PLAIN)).replace(b"--b1--", b"--b1-")),
        {"text": PLAIN},
    ),
    Case(
        "begin that is none",
        with_head(text_part("begin 644 dates soon\nเริ่มแล้ว")),
        {"text": "begin 644 dates soon\nเริ่มแล้ว"},
        files=(),
    ),
    Case(
        "no closing boundary",
        with_head(without_end()),
        {"text": PLAIN},
        files=("a.pdf",),
        notes=("broken_parts",),
    ),
    Case(
        "boundary not declared",
        with_head(several("mixed", text_part(PLAIN), PDF).replace(b'; boundary="b1"', b"")),
        {"text": PLAIN},
        files=("a.pdf",),
        notes=("broken_parts",),
    ),
    Case(
        "another boundary than declared",
        with_head(
            several("mixed", text_part(PLAIN), PDF).replace(b'boundary="b1"', b'boundary="zz"')
        ),
        {"text": PLAIN},
        files=("a.pdf",),
        notes=("broken_parts",),
    ),
    Case(
        "parts that are none",
        with_head(part(PLAIN, 'Content-Type: multipart/mixed; boundary="x"')),
        {"text": PLAIN},
        notes=("broken_parts",),
    ),
    Case(
        "boundary that begins another",
        with_head(
            several(
                "mixed",
                several("alternative", text_part(PLAIN), page_part(PAGE), boundary="b1x"),
                PDF,
            )
        ),
        {"text": PLAIN},
        files=("a.pdf",),
    ),
    Case("a part without headers", with_head(several("mixed", b"\r\nhello")), {"text": "hello"}),
    Case(
        "a part without an empty line",
        with_head(several("mixed", b"hello there")),
        {"text": "hello there"},
    ),
    Case(
        "base64 without padding",
        base64_text(b64encode("ขอ".encode() + b"a").rstrip(b"=")),
        {"text": "ขอa"},
    ),
    Case(
        "base64 in pieces",
        base64_text(b64encode(b"one ") + b"\r\n" + b64encode(b"two")),
        {"text": "one two"},
    ),
    Case(
        "base64 that is plain text",
        base64_text("สวัสดี ขอข้อมูล ปี 2568".encode()),
        {"text": "สวัสดี ขอข้อมูล ปี 2568"},
        notes=("broken_encoding",),
    ),
    Case(
        "base64 and a list's footer",
        base64_text(b64encode(b"hello you") + b"=\r\n" + b"_____\r\nA list"),
        contains={"text": "hello you"},
    ),
    Case(
        "unknown encoding",
        with_head(
            part(
                PLAIN, "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: magic"
            )
        ),
        {"text": PLAIN},
    ),
    Case(
        "five thousand parts",
        with_head(
            several(
                "mixed",
                text_part(PLAIN),
                *[part("x", "Content-Type: image/gif")] * 4990,
                text_part("ท้าย"),
            )
        ),
        {"text": f"{PLAIN}\n\nท้าย"},
        notes=("cut",),
    ),
]
