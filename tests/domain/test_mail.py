"""Mails: headers that cannot be broken out of, the number in the subject."""

import pytest

from domain.errors import InvalidInput
from domain.mail.mails import (
    SUBJECT_LIMIT,
    check_address,
    check_subject,
    subject_line,
)


@pytest.mark.parametrize(
    "subject", ["", "  ", "a\nb", "a\r\nBcc: x@example.com", "a\tb", "a\x85b", "a\u2028b", "a\0"]
)
def test_a_subject_is_one_line(subject: str) -> None:
    with pytest.raises(InvalidInput, match="mail_subject"):
        check_subject(subject)


def test_a_subject_has_its_length() -> None:
    assert check_subject("ก" * SUBJECT_LIMIT)
    with pytest.raises(InvalidInput, match="mail_subject"):
        check_subject("ก" * (SUBJECT_LIMIT + 1))


@pytest.mark.parametrize(
    "address",
    ["", "a", "a@b", "a@b.example\n", " a@b.example", "a@b.example,c@d.example", "<a@b.example>", "a b@c.example",
     "a@b.example\r\nBcc: c@d.example", "ก@b.example"],
)  # fmt: skip
def test_an_address_is_one_address(address: str) -> None:
    with pytest.raises(InvalidInput, match="email"):
        check_address(address)


def test_the_tickets_number_stands_in_the_subject_once() -> None:
    once = subject_line("ตอบข้อสอบถาม", "R2611000123")
    assert once == "[R2611000123] ตอบข้อสอบถาม"
    assert subject_line(once, "R2611000123") == once
    assert subject_line("x", "81/2563") == "x"
