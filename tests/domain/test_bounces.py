"""Delivery reports: what came of which mail, by RFC 3464 alone; whatever is broken or cut off is
said to be so.
"""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import InvalidInput
from domain.mail.bounces import DeliveryReport, is_report, read_report

OURS = "<5f0c1c9e-0000-4000-8000-000000000001@nso.example>"
STATUS = """\
Reporting-MTA: dns; mx.nso.example
Arrival-Date: Mon, 23 Nov 2026 10:00:00 +0700

Final-Recipient: rfc822; somchai@example.com
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 <somchai@example.com>: Recipient address rejected: User unknown
"""
RETURNED = f"""\
Content-Type: message/rfc822

Message-ID: {OURS}
Subject: =?utf-8?b?4LiX?=

text
"""


def report(
    status: str = STATUS,
    returned: str = RETURNED,
    *,
    kind: str = "message/delivery-status",
    more: str = "",
    of: str = "delivery-status",
) -> bytes:
    """A report as Postfix writes it."""
    text = f"""\
From: MAILER-DAEMON@mx.nso.example
Subject: Undelivered Mail Returned to Sender
{more}MIME-Version: 1.0
Content-Type: multipart/report; report-type={of}; boundary="B"

--B
Content-Type: text/plain; charset=tis-620

\u0e01
--B
Content-Type: {kind}

{status}
--B
{returned}
--B--
"""
    return text.encode()


def status(action: str = "failed", code: str = "5.1.1", said: str = "") -> str:
    block = f"Final-Recipient: rfc822; a@b.example\nAction: {action}\nStatus: {code}\n"
    return f"Reporting-MTA: dns; mx\n\n{block}" + (f"Diagnostic-Code: {said}\n" if said else "")


def test_a_failure_names_the_mail_that_came_back_and_the_codes() -> None:
    assert read_report(report()) == DeliveryReport(
        True, OURS, (), "550 5.1.1", "somchai@example.com"
    )


@pytest.mark.parametrize(
    ("block", "failed", "codes"),
    [
        (status("delayed", "4.4.1"), False, "4.4.1"),
        (status("Failed (after 5 days)", "4.4.7"), True, "4.4.7"),
        (status(code="5.2.2 (mailbox full)"), True, "5.2.2"),
        (
            status(code="5.0.0", said="smtp; 550-5.1.1 The email account does not exist"),
            True,
            "550 5.1.1",
        ),
        (status(code="5.1.1", said="smtp; 550 no such user"), True, "550 5.1.1"),
        (status(code="5.7.1", said="X-Postfix; refused 554"), True, "5.7.1"),
        (status(code="", said="smtp; 550 no"), True, "550"),
        (status(code="2.0.0"), True, ""),
        (status(code="5.1.1", said="smtp; connect to 10.550.4.1: 4.5.6.7"), True, "5.1.1"),
        (status(said="=?utf-8?q?smtp=3B?= \xff"), True, "5.1.1"),
        (status("delayed", "4.4.1") + "\n" + "Action: failed\nStatus: 5.1.2\n", True, "5.1.2"),
    ],
)
def test_what_failed_is_told_from_what_is_late_with_codes_and_nobodys_words(
    block: str, failed: bool, codes: str
) -> None:
    found = read_report(report(block))
    assert found is not None
    assert (found.failed, found.message_id, found.codes) == (failed, OURS, codes)


@pytest.mark.parametrize(
    ("lines", "recipient"),
    [
        ("Final-Recipient: rfc822; a@b.example", "a@b.example"),
        ("Final-Recipient: rfc822;<a@b.example>", "a@b.example"),
        (
            "Original-Recipient: rfc822; a@b.example\nFinal-Recipient: rfc822; x@y.example",
            "a@b.example",
        ),
        ("Final-Recipient: LOCAL; nobody", ""),
        ("X-Nothing: a@b.example", ""),
    ],
)
def test_a_report_names_whom_it_did_not_reach_as_he_was_written_to(
    lines: str, recipient: str
) -> None:
    found = read_report(report(f"Reporting-MTA: dns; mx\n\n{lines}\nAction: failed\n"))
    assert found is not None
    assert found.recipient == recipient


@pytest.mark.parametrize("action", ["delivered", "relayed", "expanded", "", "nonsense"])
def test_what_neither_failed_nor_is_late_is_no_news(action: str) -> None:
    assert read_report(report(status(action))) is None


@pytest.mark.parametrize(
    "returned",
    [
        f"Content-Type: text/rfc822-headers\n\nMessage-ID: {OURS}\nSubject: x\n",
        f"Content-Type: message/global-headers\n\nMessage-ID: {OURS}\n",
        f"Content-Type: message/rfc822\n\nmessage-id:\n {OURS}\n\ntext",
        "Content-Type: text/rfc822-headers\nContent-Transfer-Encoding: base64\n\n"
        "TWVzc2FnZS1JRDogPDVmMGMxYzllLTAwMDAtNDAwMC04MDAwLTAwMDAwMDAwMDAwMUBuc28uZXhhbXBsZT4K\n",
    ],
)
def test_the_mail_may_come_back_whole_or_as_headers(returned: str) -> None:
    found = read_report(report(returned=returned))
    assert found is not None
    assert found.message_id == OURS


def test_a_report_with_letters_beyond_ascii_is_read_alike() -> None:
    found = read_report(report(kind="message/global-delivery-status"))
    assert found == DeliveryReport(True, OURS, (), "550 5.1.1", "somchai@example.com")


def test_without_the_mail_the_report_says_what_it_answers_the_last_first() -> None:
    more = f"In-Reply-To: {OURS}\nReferences: <first@nso.example> <second@nso.example>\n  {OURS}\n"
    found = read_report(report(returned="Content-Type: text/plain\n\n-\n", more=more))
    assert found is not None
    assert (found.message_id, found.answers) == (
        "",
        (OURS, "<second@nso.example>", "<first@nso.example>"),
    )


def test_only_what_calls_itself_a_delivery_report_is_one() -> None:
    assert is_report(report())
    assert is_report(
        b'Content-Type: Multipart/Report;\r\n report-type="Delivery-Status"; boundary=x\r\n\r\n'
    )
    for other in (
        report(of="disposition-notification"),
        b"Content-Type: text/plain\n\n",
        b"",
        b"\xff\xfe\0",
    ):
        assert not is_report(other)
        with pytest.raises(InvalidInput, match="delivery_report"):
            read_report(other)


@pytest.mark.parametrize(
    "broken",
    [
        report(kind="text/plain"),
        report()[: report().index(b"--B\n")],
        b"Content-Type: multipart/report; report-type=delivery-status\n\nno boundary",
    ],
)
def test_a_report_without_a_status_is_said_to_be_unreadable(broken: bytes) -> None:
    with pytest.raises(InvalidInput, match="delivery_report"):
        read_report(broken)


@given(st.integers(min_value=0), st.binary(max_size=40), st.integers(min_value=0))
def test_what_is_cut_or_overwritten_is_read_or_refused_and_breaks_nothing(
    place: int, junk: bytes, cut: int
) -> None:
    raw = report()
    at = place % len(raw)
    hostile = (raw[:at] + junk + raw[at + len(junk) :])[: len(raw) - cut % len(raw)]
    try:
        found = read_report(hostile)
    except InvalidInput:
        return
    assert found is None or set(found.codes) <= set("0123456789. ")


@given(
    st.text(st.sampled_from("multipart/report; -ye=*'\"%0\u0e01\n(,delivery-status"), max_size=80),
    st.binary(max_size=60),
)
def test_no_header_breaks_the_look_at_it(value: str, junk: bytes) -> None:
    assert is_report(f"Content-Type: multipart/report;{value}\n".encode() + junk + b"\n\n") in (
        True,
        False,
    )


def test_parts_within_parts_without_end_are_refused_and_soon() -> None:
    head = b"Content-Type: multipart/report; report-type=delivery-status; boundary=b0\n\n"
    deep = b"".join(
        b"--b%d\nContent-Type: multipart/mixed; boundary=b%d\n\n" % (n, n + 1)
        for n in range(200_000 // 60)
    )
    started = time.process_time()
    for bomb in (
        head + deep,
        head + b"--b0\nContent-Type: message/rfc822\n\n" * 2500,
        head + b"--b0\n\n" * 20_000,
    ):
        with pytest.raises(InvalidInput, match="delivery_report"):
            read_report(bomb[:131_072])
    assert time.process_time() - started < 10
