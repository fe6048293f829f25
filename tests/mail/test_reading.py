"""Mails are read as a person reads them."""

from datetime import UTC, datetime

from domain.mail.reading import MailAddress, read_mail


def test_a_mail_that_lies_about_its_charset_is_read():
    head = (
        "From: =?UTF-8?B?4Liq4Lih4LiK4Liy4Lii?= <Somchai@EXAMPLE.com>\r\n"
        "Subject: =?utf-8?B?4LiC4Lit4?=\r\n =?utf-8?B?LiC4Lin4Liy?=\r\n"
        "Date: Mon, 30 Nov 2026 10:00:00 +0700\r\n"
        "Content-Type: text/plain; charset=us-ascii\r\n\r\n"
    )
    body = (
        "ขอข้อมูลสถิติค่ะ โทร. 02-123-4567\r\n\r\n"
        "เมื่อ จ. 30 พ.ย. 2026 เวลา 09:00 สำนักงาน <services@nso.go.th>\r\nเขียนว่า:\r\n> สวัสดีค่ะ\r\n> ด้วยความยินดี\r\n"
    )
    mail = read_mail(head.encode() + body.encode("cp874"))
    assert mail.sender == MailAddress("สมชาย", "Somchai@example.com")
    assert mail.subject == "ขอขวา"
    assert mail.sent_at == datetime(2026, 11, 30, 3, tzinfo=UTC)
    assert mail.text == "ขอข้อมูลสถิติค่ะ โทร. 02-123-4567"
    assert mail.quoted.endswith("> ด้วยความยินดี")
    assert mail.notes == ("charset_guessed",)
