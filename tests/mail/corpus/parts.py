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


def flowed(text: str, more: str = "") -> bytes:
    return with_head(part(text, f"Content-Type: text/plain; charset=utf-8; format=flowed{more}"))


CASES = [
    Case(
        "invitation alone",
        with_head(
            part(
                "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;TZID=Asia/Bangkok:20261201T090000\nSUMMARY;LANGUAGE=th:ประชุม\n  ใหญ่\nLOCATION:ห้อง 1\\, ชั้น 2\nEND:VEVENT",
                "Content-Type: text/calendar; charset=utf-8; name=invite.ics",
            )
        ),
        {"text": "ประชุม ใหญ่\n2026-12-01 09:00\nห้อง 1, ชั้น 2"},
        files=("invite.ics",),
    ),
    Case(
        "an emoji alone",
        with_head(several("alternative", text_part("👍"), page_part("<p>👍</p>"))),
        {"text": "👍"},
    ),
    Case(
        "mail as any file",
        with_head(
            several(
                "mixed",
                text_part("นอก"),
                file_part(
                    INNER, "application/octet-stream; name=a.eml", "attachment; filename=a.eml"
                ),
            )
        ),
        {"text": "นอก", "attachments": ()},
    ),
    Case(
        "one text with a name",
        with_head(part(PLAIN, "Content-Type: text/plain; charset=utf-8; name=body.txt")),
        {"text": PLAIN},
        files=(),
    ),
    Case(
        "one file of text",
        with_head(
            part(
                "a,b",
                "Content-Type: text/csv; name=a.csv",
                "Content-Disposition: attachment; filename=a.csv",
            )
        ),
        {"text": ""},
        files=("a.csv",),
    ),
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
        "the text excuses itself",
        with_head(
            several(
                "alternative",
                text_part("หากท่านไม่เห็นข้อความนี้ กรุณาเปิดอีเมลด้วยโปรแกรมที่รองรับ HTML"),
                page_part(PAGE),
            )
        ),
        {"text": PLAIN},
        notes=("alternatives_differ",),
    ),
    Case(
        "alternatives of which each says something else",
        with_head(several("alternative", text_part("รหัสงาน 4711 ของฝ่ายแผน"), page_part(PAGE))),
        contains={"text": f"{PLAIN}\n\nรหัสงาน 4711"},
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
    "mail as any file": 1,
    "a mail alone": 1,
}
