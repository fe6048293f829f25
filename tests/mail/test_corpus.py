"""Every mail of the corpus says what stands beside it."""

import unicodedata
from dataclasses import fields

import pytest

from domain.mail.reading import MailAttachment, ReadMail, read_mail
from tests.mail.corpus import broken, charsets, envelopes, files, headers, history, pages, parts
from tests.mail.corpus.making import Case

CASES: list[Case] = [
    case
    for room in (charsets, headers, parts, broken, pages, history, files, envelopes)
    for case in room.CASES
]


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_a_mail_says_what_is_expected(case: Case):
    mail = read_mail(case.raw)
    assert {name: getattr(mail, name) for name in case.expected} == case.expected
    for name, wanted in case.contains.items():
        assert wanted in getattr(mail, name)
    for name, unwanted in case.lacks.items():
        assert unwanted not in getattr(mail, name)
    if case.files is not None:
        assert tuple(file.filename for file in mail.attachments) == case.files
    assert tuple(file.filename for file in mail.attachments if file.dangerous) == case.dangerous
    assert set(case.notes) <= set(mail.notes)
    check(mail)


def check(mail: ReadMail) -> None:
    """What holds of every mail: valid text in NFC, one line where one is meant."""
    lines = [mail.message_id, mail.subject, *mail.in_reply_to, *mail.references, *mail.notes]
    for address in (mail.sender, *mail.to, *mail.cc, *filter(None, [mail.reply_to])):
        lines += [address.name, address.email]
    for name, values in mail.headers.items():
        lines += [name, *values]
    for file in mail.attachments:
        assert isinstance(file, MailAttachment)
        assert file.filename.strip(". ")
        assert not set(file.filename) & set("/\\:")
        lines += [file.filename, file.mime]
    for text in (*lines, mail.text, mail.quoted):
        text.encode()
        assert unicodedata.is_normalized("NFC", text)
    for line in lines:
        assert not any(unicodedata.category(sign) == "Cc" for sign in line)
    for text in (mail.text, mail.quoted):
        assert not any(
            unicodedata.category(sign) == "Cc" for sign in text.replace("\n", "").replace("\t", "")
        )
    for inner in mail.forwarded:
        check(inner)


def test_the_corpus_is_large_and_its_names_differ():
    assert len(CASES) >= 100
    assert len({case.name for case in CASES}) == len(CASES)


def test_every_field_of_a_mail_is_looked_at():
    looked_at = {name for case in CASES for name in (*case.expected, *case.contains)}
    assert {field.name for field in fields(ReadMail)} - looked_at <= {"headers", "forwarded"}


@pytest.mark.parametrize(("name", "depth"), parts.FORWARDED.items())
def test_attached_mails_are_mails_themselves(name: str, depth: int):
    mail = read_mail(next(case.raw for case in CASES if case.name == name))
    for _each in range(depth):
        (mail,) = mail.forwarded
    assert (mail.subject, mail.text) == ("ขอ", "ข้างใน")
    assert mail.sender.name == "สมชาย ใจดี"
    assert mail.forwarded == ()


def test_headers_are_there_for_whoever_sorts_mails():
    raw = b"Auto-Submitted: auto-replied\r\nX-A: 1\r\nx-a: =?utf-8?q?=E0=B8=81?=\r\nReturn-Path: <>\r\n\r\n"
    headers = read_mail(raw).headers
    assert headers["auto-submitted"] == ("auto-replied",)
    assert headers["x-a"] == ("1", "ก")
    assert headers["return-path"] == ("<>",)
