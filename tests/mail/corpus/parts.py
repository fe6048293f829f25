"""Mails of several parts: alternatives, related, forwards, signed, broken."""

from base64 import b64encode

from tests.mail.corpus.making import (
    HEAD,
    SENDER,
    Case,
    file_part,
    page_part,
    part,
    several,
    text_part,
    with_head,
)

PLAIN = "ขอข้อมูลประชากร ปี 2568 ค่ะ"
PAGE = f"<p>{PLAIN}</p>"
LONG = "<p>ขอข้อมูลประชากร ปี 2568 รายจังหวัด รายอำเภอ และรายตำบล พร้อมพิกัด เป็นไฟล์ Excel ค่ะ</p>"
PDF = file_part(b"%PDF-1.4", "application/pdf", 'attachment; filename="a.pdf"')
PNG = part(
    b64encode(b"\x89PNG\r\n\x1a\n"),
    "Content-Type: image/png; name=logo.png",
    "Content-ID: <logo>",
    "Content-Disposition: inline; filename=logo.png",
    "Content-Transfer-Encoding: base64",
)
INNER = f"{SENDER}Subject: =?UTF-8?B?4LiC4Lit?=\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nข้างใน".encode()
FORWARD = part(INNER, "Content-Type: message/rfc822")
TWICE = part(
    with_head(several("mixed", text_part("กลาง"), FORWARD, boundary="b2")),
    "Content-Type: message/rfc822",
)
INVITE = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:Meeting\nEND:VEVENT\nEND:VCALENDAR\n"
UU = "ดูไฟล์แนบ\nbegin 644 cat.txt\n#0V%T\n`\nend\nขอบคุณ"
SIGNATURE = file_part(
    b"0", "application/pkcs7-signature; name=smime.p7s", "attachment; filename=smime.p7s"
)
PGP = "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nhello\n-----BEGIN PGP SIGNATURE-----\n\nabc\n-----END PGP SIGNATURE-----\n"


def base64_text(data: bytes, declared: str = "text/plain; charset=utf-8") -> bytes:
    return with_head(part(data, f"Content-Type: {declared}", "Content-Transfer-Encoding: base64"))


def flowed(text: str, more: str = "") -> bytes:
    return with_head(part(text, f"Content-Type: text/plain; charset=utf-8; format=flowed{more}"))


def without_end(kind: str = "mixed") -> bytes:
    return several(kind, text_part(PLAIN), PDF).replace(b"--b1--\r\n", b"")


CASES = [
    Case(
        "alternatives alike",
        with_head(several("alternative", text_part(PLAIN), page_part(PAGE))),
        {"text": PLAIN, "attachments": ()},
    ),
    Case(
        "the page says more",
        with_head(several("alternative", text_part("ดูในเบราว์เซอร์"), page_part(LONG))),
        contains={"text": "รายอำเภอ"},
        notes=("alternatives_differ",),
    ),
    Case(
        "the text says more",
        with_head(
            several(
                "alternative",
                text_part(PLAIN + " และขอรายตำบล พร้อมพิกัดของทุกหมู่บ้านด้วยค่ะ"),
                page_part("<p>ขอข้อมูล</p>"),
            )
        ),
        contains={"text": "ทุกหมู่บ้าน"},
        notes=("alternatives_differ",),
    ),
    Case(
        "empty plain text",
        with_head(several("alternative", text_part(" \n"), page_part(PAGE))),
        {"text": PLAIN},
    ),
    Case(
        "related picture",
        with_head(several("related", page_part(f'{PAGE}<img src="cid:logo">'), PNG)),
        {"text": PLAIN},
        files=("logo.png",),
    ),
    Case(
        "alternative with related and a file",
        with_head(
            several(
                "mixed",
                several(
                    "alternative",
                    text_part(PLAIN),
                    several("related", page_part(PAGE), PNG, boundary="b3"),
                    boundary="b2",
                ),
                PDF,
            )
        ),
        {"text": PLAIN},
        files=("logo.png", "a.pdf"),
    ),
    Case(
        "text, file, text",
        with_head(several("mixed", text_part("ก่อน"), PDF, text_part("หลัง"))),
        {"text": "ก่อน\n\nหลัง"},
        files=("a.pdf",),
    ),
    Case(
        "page below its own text",
        with_head(several("mixed", text_part(PLAIN), page_part(PAGE))),
        {"text": PLAIN},
    ),
    Case(
        "attached mail",
        with_head(several("mixed", text_part("ส่งต่อค่ะ"), FORWARD)),
        {"text": "ส่งต่อค่ะ", "attachments": ()},
    ),
    Case("forwarded twice", with_head(several("mixed", text_part("นอก"), TWICE)), {"text": "นอก"}),
    Case("digest", with_head(several("digest", part(INNER))), {"text": ""}),
    Case(
        "invitation",
        with_head(
            several(
                "alternative",
                text_part("เชิญประชุม"),
                part(INVITE, "Content-Type: text/calendar; method=REQUEST"),
            )
        ),
        {"text": "เชิญประชุม"},
        files=("text-1.ics",),
    ),
    Case(
        "signed",
        with_head(several("signed", text_part(PLAIN), SIGNATURE)),
        {"text": PLAIN, "attachments": (), "notes": ("signed",)},
    ),
    Case(
        "opaque",
        with_head(
            file_part(
                b"0\x80",
                "application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m",
                "attachment; filename=smime.p7m",
            )
        ),
        {"text": ""},
        files=("smime.p7m",),
        notes=("opaque_smime",),
    ),
    Case("PGP in the text", with_head(text_part(PGP)), {"text": "hello"}, notes=("signed",)),
    Case(
        "PGP encrypted",
        with_head(
            several(
                "encrypted",
                part("Version: 1", "Content-Type: application/pgp-encrypted"),
                part(
                    "-----BEGIN PGP MESSAGE-----",
                    "Content-Type: application/octet-stream; name=encrypted.asc",
                ),
            )
        ),
        {"text": ""},
        files=("application-1.asc", "encrypted.asc"),
        notes=("encrypted_pgp",),
    ),
    Case(
        "winmail.dat",
        with_head(
            several(
                "mixed",
                text_part(PLAIN),
                file_part(
                    b"\x78\x9f\x3e\x22", "application/ms-tnef", "attachment; filename=winmail.dat"
                ),
            )
        ),
        {"text": PLAIN},
        files=("winmail.dat",),
        notes=("tnef",),
    ),
    Case("uuencode", with_head(text_part(UU)), {"text": "ดูไฟล์แนบ\nขอบคุณ"}, files=("cat.txt",)),
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
        "flowed",
        flowed("one \ntwo \nthree\n\n> quoted \n> on\n-- \nme"),
        {"text": "one two three\n\n> quoted on\n--\nme"},
    ),
    Case("flowed Thai", flowed("ขอข้อ \nมูล", "; delsp=yes"), {"text": "ขอข้อมูล"}),
    Case(
        "attached text",
        with_head(
            several(
                "mixed",
                text_part("ดูไฟล์"),
                part(
                    "a,b",
                    "Content-Type: text/csv",
                    "Content-Disposition: attachment; filename=a.csv",
                ),
            )
        ),
        {"text": "ดูไฟล์"},
        files=("a.csv",),
    ),
    Case(
        "text that only is a file",
        with_head(
            part(
                PLAIN, "Content-Type: text/plain; charset=utf-8", "Content-Disposition: attachment"
            )
        ),
        {"text": PLAIN},
        files=(),
    ),
    Case(
        "piece of a mail",
        with_head(part("x", "Content-Type: message/partial; id=1; number=1")),
        {"text": ""},
        notes=("partial",),
        files=("message-1.dat",),
    ),
    Case(
        "rich text",
        with_head(part("<bold>Hi</bold> <<you", "Content-Type: text/enriched")),
        {"text": "Hi <you"},
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
    Case(
        "mail in base64",
        with_head(
            several(
                "mixed",
                text_part("นอก"),
                part(
                    b64encode(INNER),
                    "Content-Type: message/rfc822",
                    "Content-Transfer-Encoding: base64",
                ),
            )
        ),
        {"text": "นอก", "attachments": ()},
    ),
    Case("a mail alone", HEAD.encode() + FORWARD, {"text": ""}),
]
FORWARDED = {
    "attached mail": 1,
    "forwarded twice": 2,
    "digest": 1,
    "mail in base64": 1,
    "a mail alone": 1,
}
