"""What kind of mail came in: mails as people and servers write them, and what each of them is."""

from datetime import UTC, date, datetime

from domain.mail.likely_subjects import suggester
from domain.mail.reading import read_mail
from domain.mail.senders import office_addresses
from domain.mail.sorting import IncomingKind, Sorted, sort_mail
from domain.suggestions.subjects import Model
from tests.fakes.office import OFFICE

RULES = OFFICE.mail
NOW = datetime(2026, 11, 30, 3, tzinfo=UTC)
ADDRESSES = office_addresses(
    ["services@nso.go.th"], ["nok.work@gmail.com", *RULES.forwarders], RULES.domains
)
SUGGEST = suggester(OFFICE.catalogue, OFFICE.seeds, Model(), date(2026, 11, 30))


def mail_of(text: str, subject: str = "", sender: str = "som@example.com", more: str = "") -> bytes:
    """A mail as it comes in, its text in UTF-8."""
    return (
        f"From: {sender}\nTo: services@nso.go.th\nSubject: {subject}\n"
        f"Date: Mon, 30 Nov 2026 09:00:00 +0700\nMessage-ID: <a1@example.com>\n{more}"
        f"MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\n{text}\n"
    ).encode()


def sort(raw: bytes) -> Sorted:
    return sort_mail(read_mail(raw), ADDRESSES, NOW, RULES, OFFICE.catalogue, SUGGEST, raw=raw)


def test_a_question_is_new_with_its_writers_telephone_and_three_subjects() -> None:
    found = sort(mail_of("ขอข้อมูลประชากรจังหวัดกระบี่ ปี 2563 ค่ะ\n\nสมชาย โทร 081-234-5678 ต่อ 12"))
    assert found.kind is IncomingKind.NEW
    assert found.phones == ("+66812345678;ext=12",)
    assert found.suggested_subjects[0] == "6.1"
    assert len(found.suggested_subjects) == 3
