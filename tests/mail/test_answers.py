"""Nothing that a stranger writes reaches a header of our answer but as what it may be there."""

import email
from datetime import UTC, datetime
from email.policy import SMTP

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.mail.render import mail_bytes
from domain.mail.letters.answering import answer_subject, answer_thread, copied_to, copies_for
from domain.mail.mails import check_subject, subject_line
from domain.mail.reading import read_mail
from domain.mail.senders import OfficeAddresses
from tests.mail.test_sorting import RULES

OURS = "services@nso.example"
TICKET = "R2611000124"
HEADERS = [
    "From",
    "To",
    "Cc",
    "Subject",
    "Date",
    "Message-ID",
    "In-Reply-To",
    "References",
    "Content-Language",
    "X-Loop",
    "MIME-Version",
    "Content-Type",
    "Content-Transfer-Encoding",
]
NASTY = st.one_of(
    st.text(max_size=300),
    st.binary(max_size=300).map(lambda raw: raw.decode("latin-1")),
    st.sampled_from(
        [
            "\r\nBcc: all@example.com",
            "a\nX-Evil: 1",
            "\0\x1b[2J",
            "\u2028Bcc: x\u202e",
            "x" * 20_000,
            "ก" * 5_000,
            "=?utf-8?q?a=0D=0ABcc:_x@example.com?=",
            "<a@b> <c@d>\r\n <e\x00@f>",
            "\ud800",
        ]
    ),
)


def raw_mail(subject: str, name: str, message_id: str, references: str, cc: str) -> bytes:
    lines = (
        f"From: {name} <wipa@example.org>",
        f"Cc: {cc}",
        f"Subject: {subject}",
        f"Message-ID: <{message_id}@example.org>",
        f"References: {references} <old@example.org>",
        "",
        "question",
    )
    return "\r\n".join(lines).encode("utf-8", "replace")


@given(NASTY, NASTY, NASTY, NASTY, NASTY)
def test_an_answer_has_exactly_our_headers(
    subject: str, name: str, message_id: str, references: str, cc: str
) -> None:
    read = read_mail(raw_mail(subject, name, message_id, references, cc))
    said = answer_subject(read.subject, RULES) or "ตอบ"
    office = OfficeAddresses(frozenset({OURS}))
    payload = {
        "to": "wipa@example.org",
        "cc": copies_for(copied_to(read), ("wipa@example.org",), office, RULES),
        "subject": subject_line(said, TICKET),
        "body": f"x\n{read.sender.name}\n",
        "language": "th",
        "message_id": "<1@nso.example>",
        "thread": answer_thread(read.message_id, (*read.references, *read.in_reply_to)),
        "files": [],
        "automatic": False,
        "written_at": datetime(2026, 11, 23, 3, 0, tzinfo=UTC).isoformat(),
    }
    made = mail_bytes(payload, "กลุ่มบริการ", OURS)
    head, _blank, _body = made.partition(b"\r\n\r\n")
    assert head.isascii()
    assert max(map(len, made.split(b"\r\n"))) <= 998
    parsed = email.message_from_bytes(made, policy=SMTP)
    assert not parsed.defects
    wanted = [each for each in HEADERS if each in parsed]
    assert sorted(parsed.keys()) == sorted(wanted)
    assert str(parsed["Subject"]).startswith(f"[{TICKET}] ")
    assert str(parsed["Subject"]).count(TICKET) == 1
    assert parsed["To"] == "wipa@example.org"


@pytest.mark.parametrize(
    ("message_id", "followed", "thread"),
    [
        ("<c@x>", ["<a@x>", "<b@x>"], ("<a@x>", "<b@x>", "<c@x>")),
        ("<c@x>", ["<c@x>", "<a@x>", "<a@x>"], ("<a@x>", "<c@x>")),
        ("<c@x>", ["<ก@x>", "<a b@x>", "a@x", "<" + "a" * 600 + "@x>"], ("<c@x>",)),
        ("<ก@x>", ["<a@x>"], ()),
        ("", ["<a@x>"], ()),
    ],
)
def test_an_answer_follows_what_may_stand_in_a_header(
    message_id: str, followed: list[str], thread: tuple[str, ...]
) -> None:
    assert answer_thread(message_id, followed) == thread


def test_of_a_long_conversation_the_first_and_the_last_mails_are_named() -> None:
    thread = answer_thread("<own@x>", [f"<{number}@x>" for number in range(100)])
    assert len(thread) == 20
    assert thread[:2] == ("<0@x>", "<82@x>")
    assert thread[-2:] == ("<99@x>", "<own@x>")


def test_a_subject_without_end_is_cut() -> None:
    said = answer_subject("Re: " * 50 + "ข้อมูล " * 5_000, RULES)
    assert said.startswith("Re: ข้อมูล")
    assert check_subject(subject_line(said, TICKET))
