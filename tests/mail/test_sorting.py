"""What kind of mail came in: mails as people and servers write them, and what each of them is."""

import time
import tomllib
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.configuration import load_configuration
from domain.errors import DataError
from domain.mail.likely_subjects import suggester
from domain.mail.reading import read_mail
from domain.mail.senders import is_plausible, office_addresses
from domain.mail.sorting import IncomingKind, Sorted, sort_mail, trusted_date
from domain.suggestions.subjects import Model
from tests.fakes.office import OFFICE

RULES = OFFICE.mail
DOMAINS = RULES.domains
NOW = datetime(2026, 11, 30, 3, tzinfo=UTC)
ADDRESSES = office_addresses(
    ["services@nso.go.th"], ["nok.work@gmail.com", *RULES.forwarders], DOMAINS
)
SUGGEST = suggester(OFFICE.catalogue, OFFICE.seeds, Model(), date(2026, 11, 30))
MAILS = tomllib.loads(Path(__file__).with_name("sorted_mails.toml").read_text("utf-8"))["mail"]
FILE = '\n--B\nContent-Type: application/octet-stream; name="{0}"\nContent-Disposition: attachment; filename="{0}"\n\nx\n'


def mail_of(
    text: str,
    subject: str = "",
    sender: str = "som@example.com",
    more: str = "",
    files: tuple[str, ...] = (),
    message_id: str = "<a1@example.com>",
) -> bytes:
    """A mail as it comes in, its text in UTF-8."""
    parts = "".join(FILE.format(name) for name in files)
    return (
        f"From: {sender}\nTo: services@nso.go.th\nSubject: {subject}\n"
        f"Date: Mon, 30 Nov 2026 09:00:00 +0700\nMessage-ID: {message_id}\n{more}"
        "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=B\n\n"
        f"--B\nContent-Type: text/plain; charset=utf-8\n\n{text}\n{parts}\n--B--\n"
    ).encode()


def sort(raw: bytes, **how: bool) -> Sorted:
    return sort_mail(
        read_mail(raw), ADDRESSES, NOW, RULES, OFFICE.catalogue, SUGGEST, raw=raw, **how
    )


def told(found: Sorted) -> dict[str, object]:
    """What was found, as the table writes it."""
    original = found.original
    return {
        "kind": found.kind.value,
        "hints": [f"{one.kind} {one.value}" for one in found.ticket_candidates],
        "phones": list(found.phones),
        "first": next(iter(found.suggested_subjects), ""),
        "failed": found.failed_recipient,
        "original": [original.name, original.email] if original else None,
        "counts": [f"{one.province} {one.month} {one.count}" for one in found.province_counts],
        "proofs": [" ".join((one.kind, *one.contracts)) for one in found.proofs],
        "thanks": found.thanks,
    }


@pytest.mark.parametrize("row", MAILS, ids=lambda row: f"{row['subject']} {row['text'][:20]}")
def test_mails_are_what_they_are(row: dict[str, object]) -> None:
    raw = mail_of(
        str(row["text"]),
        str(row["subject"]),
        str(row.get("from", "som@example.com")),
        str(row.get("headers", "")),
        tuple(row.get("files", ())),  # type: ignore[arg-type]
        str(row.get("id", "<a1@example.com>")),
    )
    found = told(sort(raw))
    wanted = {"kind": "new"} | {key: row[key] for key in found if key in row}
    assert {key: found[key] for key in wanted} == wanted


def test_a_delivery_report_names_whom_it_did_not_reach_and_the_mail_that_came_back() -> None:
    raw = (
        b"From: postmaster@mx.example\nSubject: Undeliverable\nMIME-Version: 1.0\n"
        b'Content-Type: multipart/report; report-type=delivery-status; boundary="B"\n\n'
        b"--B\nContent-Type: text/plain\n\nsorry\n--B\nContent-Type: message/delivery-status\n\n"
        b"Reporting-MTA: dns; mx\n\nFinal-Recipient: rfc822; a@b.example\nAction: %s\n"
        b"Status: 5.1.1\n\n--B\nContent-Type: text/rfc822-headers\n\n"
        b"Message-ID: <ours@nso.go.th>\n\n--B--\n"
    )
    failed = sort(raw % b"failed")
    assert failed.kind is IncomingKind.BOUNCE
    assert failed.failed_recipient == "a@b.example"
    assert failed.ticket_candidates[0].value == "<ours@nso.go.th>"
    late = sort(raw % b"delayed")
    assert (late.kind, late.failed_recipient) == (IncomingKind.AUTO_REPLY, None)
    arrived = sort(raw % b"relayed")
    assert (arrived.kind, arrived.report) == (IncomingKind.AUTO_REPLY, None)
    assert arrived.ticket_candidates[0].value == "<ours@nso.go.th>"


def test_a_read_receipt_is_a_machines() -> None:
    raw = (
        b"From: a@b.example\nSubject: x\nMIME-Version: 1.0\n"
        b"Content-Type: multipart/report; report-type=disposition-notification; boundary=B\n\n"
        b"--B\nContent-Type: text/plain\n\nseen\n--B\n"
        b"Content-Type: message/disposition-notification\n\n"
        b"Original-Message-ID: <ours@nso.go.th>\n--B--\n"
    )
    assert sort(raw).kind is IncomingKind.AUTO_REPLY


def test_a_colleague_attaches_what_is_passed_on() -> None:
    inner = "From: =?utf-8?b?4Liq4Lih4LiK4Liy4Lii?= <som@example.com>\nSubject: Q\nMessage-ID: <i@x>\n\nask 0812345678\n"
    raw = (
        "From: nok@nso.go.th\nSubject: FW: Q\nMIME-Version: 1.0\n"
        "Content-Type: multipart/mixed; boundary=B\n\n--B\nContent-Type: text/plain\n\n-\n"
        f"--B\nContent-Type: message/rfc822\n\n{inner}\n--B--\n"
    ).encode()
    found = sort(raw)
    assert found.kind is IncomingKind.FORWARD
    assert found.original is not None
    assert (found.original.name, found.original.email) == ("สมชาย", "som@example.com")
    assert found.phones == ("+66812345678",)


def test_whom_the_desk_knows_sends_no_spam() -> None:
    raw = mail_of("Click here to verify your account http://x.example", "Account suspended")
    assert sort(raw).kind is IncomingKind.SPAM_LIKE
    assert sort(raw, known_sender=True).kind is IncomingKind.NEW


def test_what_names_no_ticket_after_all_is_what_it_is_otherwise() -> None:
    spam = sort(
        mail_of("You have won the lottery, claim now http://x.example", "Re: [R2611000123]")
    )
    assert (spam.kind, spam.otherwise) == (IncomingKind.REPLY, IncomingKind.SPAM_LIKE)
    asked = sort(mail_of("ขอข้อมูลค่ะ", "Re: [R2611000123]"))
    assert (asked.kind, asked.otherwise) == (IncomingKind.REPLY, IncomingKind.NEW)


@pytest.mark.parametrize(
    ("sender", "known", "plausible"),
    [
        ("som@example.com", ["som@example.com"], True),
        ("Som@Example.com", ["som@example.com"], True),
        ("boss@example.com", ["som@example.com"], True),
        ("a@cs.chula.ac.th", ["b@chula.ac.th"], True),
        ("a@chula.ac.th", ["b@ku.ac.th"], False),
        ("a@moi.mail.go.th", ["b@nso.mail.go.th"], False),
        ("a@gmail.com", ["b@gmail.com"], False),
        ("a@gmail.com", ["a@gmail.com"], True),
        ("a@evil-example.com", ["som@example.com"], False),
        ("a@example.com.evil.net", ["som@example.com"], False),
        ("a@ac.th", ["b@ac.th"], False),
        ("", ["som@example.com"], False),
        ("som@example.com", [], False),
        ("som@example.com", ["", "nonsense"], False),
    ],
)
def test_who_may_speak_of_a_ticket(sender: str, known: list[str], plausible: bool) -> None:
    assert is_plausible(sender, known, DOMAINS) is plausible


def test_a_public_providers_domain_makes_nobody_a_colleague() -> None:
    office = office_addresses(["desk@gmail.com"], [], DOMAINS)
    assert not office.is_colleague("anybody@gmail.com")
    assert office.is_colleague("Desk@gmail.com")


@pytest.mark.parametrize(
    ("sent", "believed"),
    [
        (None, False),
        (NOW - timedelta(days=4000), True),
        (NOW + timedelta(days=1), True),
        (NOW + timedelta(days=1, seconds=1), False),
        (datetime(2569, 11, 30, tzinfo=UTC), False),
        (datetime.max.replace(tzinfo=UTC), False),
    ],
)
def test_a_date_that_lies_is_overruled(sent: datetime | None, believed: bool) -> None:
    assert (trusted_date(sent, NOW) == sent) is believed
    assert believed or trusted_date(sent, NOW) == NOW


def test_the_office_says_its_colleagues_and_a_misspelt_subject_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "office.toml"
    file.write_text('[mail.colleagues]\n"press@example.org" = "mail.other_forward"\n', "utf-8")
    assert load_configuration(file).mail.forwarders["press@example.org"] == "mail.other_forward"
    file.write_text('[mail.colleagues]\n"press@example.org" = "mail.other"\nx = "99.9"\n', "utf-8")
    with pytest.raises(DataError, match="colleagues"):
        load_configuration(file)


_PIECES = st.sampled_from(
    [row["subject"] for row in MAILS]
    + [row["text"] for row in MAILS]
    + [
        "From: x\n",
        "> ",
        "R26",
        "081",
        "ม.ค.",
        "กระบี่ ",
        "\n",
        "@",
        "<",
        "1,2",
        "ขอบคุณ",
        "จาก:\n",
        "Sent:\nTo:\n",
    ]
)


@given(
    st.text(),
    st.lists(_PIECES | st.text(), max_size=30).map("".join),
    st.sampled_from(
        ["som@example.com", "nok@nso.go.th", "MAILER-DAEMON@x.example", "services@nso.go.th", ""]
    ),
)
def test_any_text_is_some_kind_of_mail(subject: str, text: str, sender: str) -> None:
    line = " ".join(subject.split())
    found = sort(mail_of(text, line, sender).replace(b"\0", b""))
    assert isinstance(found.kind, IncomingKind)
    assert len(found.suggested_subjects) <= 3


@pytest.mark.parametrize("sender", ["som@example.com", "nok@nso.go.th", "MAILER-DAEMON@x.example"])
@pytest.mark.parametrize(
    "piece",
    ["ก", " ", "a@", "1", "0812345678 ", "From: ", "From: a@b.example\nTo: x\nDate: y\n", "R2611 ",
     "กระบี่ 1 ม.ค. ผู้เข้าชมเว็บ ", "> ", "ขอบคุณ ", "http://", "<a@b.example>: ", "-", "\t\n", "ครับ", "สถิติจังหวัด", "81/25", "ต่อ"],
)  # fmt: skip
def test_long_texts_are_sorted_in_a_known_time(piece: str, sender: str) -> None:
    text = (piece * 63_000)[:63_000]
    mail = read_mail(mail_of(text, f"เว็บ ผู้เข้าชม {text[:500]}".replace("\n", " "), sender))
    began = time.process_time()
    sort_mail(mail, ADDRESSES, NOW, RULES, OFFICE.catalogue, SUGGEST)
    assert time.process_time() - began < 2
