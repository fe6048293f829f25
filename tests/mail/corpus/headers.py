"""Mails with headers as programs really write them."""

from datetime import UTC, datetime

from domain.mail.reading import MailAddress
from tests.mail.corpus.making import HEAD, Case, file_part, several, subject, text_part, with_head

THAI = "ขอข้อมูล"
SOMCHAI = MailAddress("สมชาย ใจดี", "somchai@example.co.th")


def sender(line: str, more: str = "") -> bytes:
    return f"From: {line}\r\n{more}Subject: x\r\n\r\nhello".encode()


def named(disposition: str, kind: str = "application/pdf") -> bytes:
    return with_head(
        several("mixed", text_part("แนบไฟล์"), file_part(b"%PDF-1.4", kind, disposition))
    )


def who(name: str, email: str) -> dict[str, object]:
    return {"sender": MailAddress(name, email)}


CASES = [
    Case("raw UTF-8 subject", subject(THAI), {"subject": THAI}),
    Case("raw 874 subject", subject(THAI.encode("cp874")), {"subject": THAI}),
    Case(
        "encoded words side by side",
        subject("=?UTF-8?B?4LiC4Lit?=\r\n =?UTF-8?B?4LiC4LmJ4Lit?="),
        {"subject": "ขอข้อ"},
    ),
    Case(
        "cut within a character",
        subject("=?UTF-8?B?4LiC4A==?= =?UTF-8?B?uK0=?="),
        {"subject": "ขอ"},
    ),
    Case(
        "cut within four letters", subject("=?UTF-8?B?4LiC4L?= =?UTF-8?B?it?="), {"subject": "ขอ"}
    ),
    Case("quoted words", subject("=?tis-620?Q?=A2=CD_=A2=E9=CD?="), {"subject": "ขอ ข้อ"}),
    Case(
        "quoted words with blanks",
        subject("=?UTF-8?Q?Hello big world?="),
        {"subject": "Hello big world"},
    ),
    Case("a word that lies", subject("=?UTF-8?Q?=A2=CD=A2=E9=CD=C1=D9=C5?="), {"subject": THAI}),
    Case("a word with a language", subject("=?utf-8*th?B?4LiC4Lit?="), {"subject": "ขอ"}),
    Case("a word that never ends", subject("=?UTF-8?B?4LiC4Lit"), {"subject": "ขอ"}),
    Case("words amid others", subject("Re: =?UTF-8?B?4LiC4Lit?= [R1]"), {"subject": "Re: ขอ [R1]"}),
    Case(
        "line ends within a word",
        subject("=?UTF-8?Q?one=0D=0ABcc:_x@y.z?="),
        {"subject": "one Bcc: x@y.z"},
    ),
    Case("folded", subject("one\r\n\ttwo"), {"subject": "one two"}),
    Case("control characters", subject("a\x00b\x07c\u202ed\x1b[31m"), {"subject": "abcd[31m"}),
    Case(
        "comma without quotes",
        sender("Doe, Jane (NIDA) <jane@x.th>"),
        who("Doe, Jane", "jane@x.th"),
    ),
    Case(
        "quotes within quotes", sender("\"'Jane Doe'\" <jane@x.th>"), who("Jane Doe", "jane@x.th")
    ),
    Case(
        "quotes that are encoded",
        sender("=?utf-8?B?IuC4gSwg4LiCIg==?= <k@x.th>"),
        who("ก, ข", "k@x.th"),
    ),
    Case(
        "name and address",
        sender('"Somchai, Jr." <Som@EXAMPLE.Co.TH>'),
        who("Somchai, Jr.", "Som@example.co.th"),
    ),
    Case("address alone", sender("som@example.com"), who("", "som@example.com")),
    Case(
        "name behind", sender("som@example.com (Somchai J.)"), who("Somchai J.", "som@example.com")
    ),
    Case(
        "encoded in quotes",
        sender('"=?UTF-8?B?4Liq4Lih4LiK4Liy4Lii?=" <s@x.th>'),
        who("สมชาย", "s@x.th"),
    ),
    Case("all of it encoded", sender("=?UTF-8?Q?=E0=B8=AA_<s@x.th>?="), who("ส", "s@x.th")),
    Case("comma in a word", sender("=?utf-8?Q?Doe, John?= <j@x.th>"), who("Doe, John", "j@x.th")),
    Case("no sender", b"Subject: x\r\n\r\nhello", who("", "")),
    Case(
        "undisclosed",
        sender("a@x.th", "To: undisclosed-recipients:;\r\nCc: A <b@X.th>, c@x.th\r\n"),
        {"to": (), "cc": (MailAddress("A", "b@x.th"), MailAddress("", "c@x.th"))},
    ),
    Case(
        "reply to",
        sender("a@x.th", "Reply-To: Desk <d@x.th>\r\n"),
        {"reply_to": MailAddress("Desk", "d@x.th")},
    ),
    Case(
        "ids",
        sender(
            "a@x.th",
            "Message-ID: <a\r\n b@x>\r\nIn-Reply-To: Yours of today <p@x>\r\nReferences: <o@x>\r\n <p@x>\r\n",
        ),
        {"message_id": "<ab@x>", "in_reply_to": ("<p@x>",), "references": ("<o@x>", "<p@x>")},
    ),
    Case("id without signs", sender("a@x.th", "Message-ID: abc@x\r\n"), {"message_id": "<abc@x>"}),
    Case(
        "date with comment",
        sender("a@x.th", "Date: Mon, 30 Nov 2026 10:00 +0700 (ICT)\r\n"),
        {"sent_at": datetime(2026, 11, 30, 3, tzinfo=UTC)},
    ),
    Case(
        "impossible date",
        sender("a@x.th", "Date: Mon, 31 Feb 2026 25:00:00 +0700\r\n"),
        {"sent_at": None},
    ),
    Case(
        "date with a zone beyond",
        sender("a@x.th", "Date: Mon, 30 Nov 2026 10:00 +9900\r\n"),
        {"sent_at": None},
    ),
    Case("no date", sender("a@x.th"), {"sent_at": None}),
    Case(
        "RFC 2231 in pieces",
        named("attachment; filename*0*=UTF-8''%E0%B8%82%E0%B8; filename*1*=%AD; filename*2=.pdf"),
        files=("ขอ.pdf",),
    ),
    Case(
        "RFC 2231 in TIS-620", named("attachment; filename*=tis-620''%A2%CD.pdf"), files=("ขอ.pdf",)
    ),
    Case(
        "RFC 2231 that lies",
        named("attachment; filename*=UTF-8''%A2%CD%A2%E9%CD%C1%D9%C5.pdf"),
        files=("ขอข้อมูล.pdf",),
    ),
    Case(
        "name in an encoded word",
        named('attachment; filename="=?UTF-8?B?4LiC4LitLnBkZg==?="'),
        files=("ขอ.pdf",),
    ),
    Case("raw name", named('attachment; filename="ขอ ข้อมูล.pdf"'), files=("ขอ ข้อมูล.pdf",)),
    Case(
        "name in percents", named("attachment; filename=%E0%B8%82%E0%B8%AD.pdf"), files=("ขอ.pdf",)
    ),
    Case(
        "name with blanks, no quotes",
        named("attachment; filename=My Big File.pdf; size=8"),
        files=("My Big File.pdf",),
    ),
    Case(
        "name of the type alone",
        named("attachment", 'application/pdf; name="=?UTF-8?B?4LiC4Lit?=.pdf"'),
        files=("ขอ.pdf",),
    ),
    Case("no name at all", named("attachment"), files=("application-1.pdf",)),
    Case(
        "path in a name",
        named('attachment; filename="..\\\\..\\\\etc/pass\twd.pdf"'),
        files=("pass wd.pdf",),
    ),
    Case("header without a body", HEAD.encode(), {"text": "", "sender": SOMCHAI}),
    Case("no headers at all", "สวัสดีค่ะ ขอข้อมูล".encode(), {"text": "สวัสดีค่ะ ขอข้อมูล"}),
    Case("nothing", b"", {"text": "", "message_id": ""}),
    Case(
        "carriage returns alone",
        b"From: a@x.th\rSubject: x\r\rhello\rthere",
        {"text": "hello\nthere", "subject": "x"},
    ),
    Case(
        "mailbox line before",
        b"From a@x.th Mon Nov 30\r\nSubject: x\r\n\r\nhello",
        {"text": "hello", "subject": "x"},
    ),
]
