"""Whatever a stranger sends is a mail that can be read, in a known time."""

import random
from time import thread_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.mail.raw import limits
from domain.mail.reading import ReadMail, read_mail
from tests.mail.test_corpus import CASES, check

RAWS = [case.raw for case in CASES if 0 < len(case.raw) < 20_000]
SCRAPS = (
    b"\r\n|\r\n\r\n|--b1\r\n|--b1--|=?utf-8?B?|?=|Content-Type: |multipart/mixed; boundary=b1|message/rfc822|"
    b'<blockquote type=cite>|<table><tr><td>|</|<!--|&#|begin 644 a\r\n|\xe0\xb8|\xa1\xa2|filename*0*=|%E0|"|(|> |'
    b"On 1 wrote:\r\n|\0|Content-Transfer-Encoding: base64\r\n|\xe2\x80\xae"
).split(b"|")


def read(raw: bytes) -> ReadMail:
    mail = read_mail(raw)
    check(mail)
    return mail


@given(st.binary(max_size=2_000))
def test_any_bytes_are_a_mail(raw: bytes):
    read(raw)


@given(
    st.lists(st.one_of(st.sampled_from(SCRAPS), st.binary(max_size=20)), max_size=60).map(b"".join)
)
def test_what_looks_like_a_mail_is_one(raw: bytes):
    read(raw)


@settings(max_examples=200)
@given(st.sampled_from(RAWS), st.randoms(use_true_random=False), st.integers(1, 8))
def test_mails_that_were_hurt_are_mails(raw: bytes, chance: random.Random, hurts: int):
    data = bytearray(raw)
    for _each in range(hurts):
        at = chance.randrange(len(data) + 1)
        end = min(len(data), at + chance.randrange(40))
        other = chance.choice(RAWS)
        begin = chance.randrange(len(other))
        data[at:end] = chance.choice(
            [b"", bytes([chance.randrange(256)]), other[begin : begin + 60]]
        )
    read(bytes(data))


def page(body: bytes) -> bytes:
    return b"Content-Type: text/html; charset=utf-8\r\n\r\n" + body


def text(body: bytes) -> bytes:
    return b"Content-Type: text/plain; charset=utf-8\r\n\r\n" + body


def nested(depth: int) -> bytes:
    heads = (
        f"--b{n}\r\nContent-Type: multipart/mixed; boundary=b{n + 1}\r\n\r\n" for n in range(depth)
    )
    return b"Content-Type: multipart/mixed; boundary=b0\r\n\r\n" + "".join(heads).encode()


SIZE = 300_000
HOSTILE = {
    "one long line": text(b"a " * SIZE),
    "quotes": text(b">\n" * SIZE),
    "attributions": text(b"On 1 a@b wrote\n" * (SIZE // 15)),
    "headers in the text": text(b"From: a\n" * (SIZE // 8)),
    "marks on one letter": text(("ก" + "\u0e48\u0301\u0323" * (SIZE // 6)).encode()),
    "marks in a subject": b"Subject: " + ("ก" + "\u0301\u0323" * SIZE).encode() + b"\r\n\r\n",
    "words that never end": b"Subject: " + b"=?utf-8?q?" * SIZE + b"\r\n\r\n",
    "brackets": b"From: " + b"(" * SIZE + b"\r\n\r\n",
    "parameters": b"Content-Type: text/plain; " + b'a="' * SIZE + b"\r\n\r\n",
    "nested parts": nested(5_000),
    "nested mails": b"Content-Type: message/rfc822\r\n\r\n" * 5_000,
    "lines like boundaries": b"Content-Type: multipart/mixed; boundary=X\r\n\r\n"
    + b"--Xy\n" * SIZE,
    "signs of tags": page(b"<" * SIZE),
    "comments": page(b"<!--" * SIZE),
    "attributes": page(b"<a b='\" c=\"'>" * (SIZE // 12)),
    "open tags": page(b"<b>" * (SIZE // 3)),
    "tables": page(b"<table><tr><td>" * (SIZE // 15)),
    "links": page(b"<a href=http://x><b>y" * (SIZE // 20)),
    "numbers of letters": page(b"&#" + b"9" * SIZE),
    "lines of a page": page(b"<pre>" + b"\n" * SIZE),
    "uuencode": text(b"begin 644 a\n" * (SIZE // 12)),
    "members": b"Content-Type: application/zip\r\n\r\nPK\x03\x04" + b"PK\x01\x02" * (SIZE // 4),
}
SECONDS = 6.0
"""Of the processor, for a few hundred kilobytes each; what is quadratic takes minutes."""


@pytest.mark.long
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_mails_take_a_known_time(name: str):
    begun = thread_time()
    read_mail(HOSTILE[name])
    assert thread_time() - begun < SECONDS


def test_what_is_longer_is_cut_and_says_so():
    mail = read_mail(text(b"a" * (limits.TEXT + 1)))
    assert len(mail.text) == limits.TEXT
    assert mail.notes == ("cut",)


def test_mails_within_mails_end_somewhere():
    mail = read_mail(b"Content-Type: message/rfc822\r\n\r\n" * (limits.FORWARDS + 5))
    depth = 0
    while mail.forwarded:
        (mail,) = mail.forwarded
        depth += 1
    assert depth == limits.FORWARDS
    assert [file.mime for file in mail.attachments] == ["message/rfc822"]
    assert "cut" in mail.notes
