"""E-mail out against a real SMTP server: once, encrypted, never guessed; Thai arrives as it was
written.
"""

import email
import json
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime
from email.header import decode_header, make_header
from email.policy import SMTP
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.mail import adapter as mail
from bot.mail.adapter import MailAdapter
from bot.mail.render import mail_bytes
from bot.mail.server import Encryption, MailServer, read_mailbox, read_sender, read_server
from bot.platform import Delivery, Doubtful, Refused, Retry, Sent
from bot.settings import load_settings, masked
from bot.variables import SettingsError
from domain.errors import InvalidInput
from domain.staff import Platform
from store.chat.outbox import Message
from tests.fakes.smtp import CLOSE, HANG, FakeSmtp, make_certificate

SUBJECT = "[R2611000123] ตอบข้อสอบถามข้อมูลสถิติ เรื่อง รายได้ครัวเรือน (SES) ปี 2560 – 2566 จังหวัดกระบี่"
BODY = "เรียน นายสมชาย ใจดี\n\n.บรรทัดที่ขึ้นต้นด้วยจุด\n" + "ข้อมูล" * 400 + "\n\nขอแสดงความนับถือ\n"
NAME, ADDRESS = "กลุ่มบริการ และเผยแพร่ข้อมูลสถิติ", "services@nso.example"
PAYLOAD = {
    "to": "somchai@example.com",
    "subject": SUBJECT,
    "body": BODY,
    "language": "th",
    "message_id": "<11111111-2222-3333-4444-555555555555@nso.example>",
    "thread": [],
    "files": [],
    "automatic": False,
    "written_at": "2026-11-23T03:00:00+00:00",
}


def message(attempts: int = 0, *, unclear: bool = False, **changes: object) -> Message:
    payload = json.dumps({**PAYLOAD, **changes})
    return Message(
        UUID(int=7),
        Platform.MAIL,
        "somchai@example.com",
        payload,
        attempts=attempts,
        unclear=unclear,
    )


def adapter(
    smtp: FakeSmtp, query: str = "", tls: ssl.SSLContext | None = None, login: str = ""
) -> MailAdapter:
    host = "localhost" if tls else "127.0.0.1"
    return MailAdapter(read_server(f"smtp://{login}{host}:{smtp.port}{query}"), NAME, ADDRESS, tls)


@pytest.fixture
def smtp() -> Iterator[FakeSmtp]:
    with FakeSmtp() as fake:
        yield fake
        assert fake.violations == []


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return make_certificate(tmp_path_factory.mktemp("certificate"))


async def test_thai_arrives_as_it_was_written(smtp: FakeSmtp) -> None:
    assert await adapter(smtp).deliver(message()) == Sent()
    (taken,) = smtp.mails
    assert (taken.sender, taken.to) == (ADDRESS, "somchai@example.com")
    assert taken.subject == SUBJECT
    assert taken.body == BODY
    # The email package's own reader of addresses keeps the blanks between encoded words (RFC 2047,
    # section 6.2).
    sender = make_header(decode_header(email.message_from_bytes(taken.raw)["From"]))
    assert str(sender) == f"{NAME} <{ADDRESS}>"
    assert taken.message["Message-ID"] == PAYLOAD["message_id"]
    assert taken.message["Date"].datetime == datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
    assert taken.message["In-Reply-To"] is None
    assert taken.message["Auto-Submitted"] is None


async def test_a_later_mail_names_the_earlier_ones(smtp: FakeSmtp) -> None:
    thread = [f"<{n}-{'x' * 60}@a-rather-long-name-of-a-host.example>" for n in range(10)]
    await adapter(smtp).deliver(message(thread=thread, automatic=True))
    (taken,) = smtp.mails
    assert taken.message["In-Reply-To"] == thread[-1]
    assert taken.message["References"].split() == thread
    assert taken.message["Auto-Submitted"] == "auto-generated"


# step, what the server answers there -> how it ends
FAULTS: list[tuple[str, str, Delivery]] = [
    ("connect", "421 4.3.2 busy", Retry("connect 421 4.3.2", after=60)),
    ("connect", "554 no service here", Retry("connect 554", after=60)),
    ("connect", CLOSE, Retry("connect", after=60)),
    ("ehlo", "421 4.3.0 closing", Retry("from 421 4.3.0", after=60)),
    ("mail", "451 4.3.0 later", Retry("from 451 4.3.0", after=60)),
    ("mail", "550 5.7.1 not from you", Refused("from 550 5.7.1")),
    ("mail", CLOSE, Retry("lost from", after=60)),
    ("rcpt", "450 4.2.0 greylisted", Retry("to 450 4.2.0", after=60)),
    ("rcpt", "550 5.1.1 <somchai@example.com> unknown", Refused("to 550 5.1.1")),
    ("rcpt", "553 bad address", Refused("to 553")),
    ("rcpt", CLOSE, Retry("lost to", after=60)),
    ("data", "451 4.7.1 later", Retry("data 451 4.7.1", after=60)),
    ("data", "554 5.7.1 spam", Refused("data 554 5.7.1")),
    ("message", "452 4.3.1 full", Retry("data 452 4.3.1", after=60)),
    ("message", "552 5.3.4 too big", Refused("data 552 5.3.4")),
    ("message", CLOSE, Doubtful("lost data")),
    ("message", "what", Doubtful("data")),
    ("message", "250 2.0.0 accepted, and dropped", Sent()),
    ("message", "250", Sent()),
    ("message", "250-\r\n250-queued as \udcff\udcfe\r\n250 \x00", Sent()),
    ("message", "250OK", Sent()),
    ("message", "251 2.1.5 forwarded", Sent()),
    ("message", "250 " + "queued " * 1300, Sent()),
    ("message", "250-" + "queued " * 1300 + "\r\n250 ok", Sent()),
    ("quit", CLOSE, Sent()),
    ("quit", "500 never", Sent()),
]


@pytest.mark.parametrize(
    ("step", "answer", "expected"), FAULTS, ids=[f"{f[0]} {f[1][:20]!a}" for f in FAULTS]
)
async def test_each_failure_is_known_for_what_it_is(
    smtp: FakeSmtp, step: str, answer: str, expected: Delivery
) -> None:
    smtp.fails(step, answer)
    assert await adapter(smtp).deliver(message()) == expected
    taken = isinstance(expected, Sent | Doubtful)
    assert len(smtp.mails) == taken


async def test_a_yes_before_the_text_is_no_yes_to_it(smtp: FakeSmtp) -> None:
    smtp.fails("data", "250 too early")
    assert await adapter(smtp).deliver(message()) == Doubtful("data")
    assert smtp.mails == []


@pytest.mark.parametrize(
    ("step", "expected"),
    [("connect", Retry), ("rcpt", Retry), ("message", Doubtful), ("quit", Sent)],
)
async def test_a_server_that_says_nothing_is_not_waited_for(
    smtp: FakeSmtp, step: str, expected: type[Delivery], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("STEP", "ANSWER", "GOODBYE"):
        monkeypatch.setattr(mail, name, 0.3)
    smtp.fails(step, HANG)
    assert isinstance(await adapter(smtp).deliver(message()), expected)


async def test_what_was_perhaps_sent_is_not_sent_again(smtp: FakeSmtp) -> None:
    assert await adapter(smtp).deliver(message(unclear=True)) == Doubtful("unclear")
    assert smtp.connections == 0


async def test_pauses_grow_to_an_hour(smtp: FakeSmtp) -> None:
    smtp.always("rcpt", "450 4.2.0 greylisted")
    pauses = [(await adapter(smtp).deliver(message(attempts))).after for attempts in range(7)]  # type: ignore[union-attr]
    assert pauses == [60, 300, 900, 1800, 3600, 3600, 3600]


async def test_nobody_listening_is_tried_again() -> None:
    with FakeSmtp() as gone:
        port = gone.port
    delivery = await MailAdapter(
        MailServer("127.0.0.1", port, Encryption.NONE), "", ADDRESS
    ).deliver(message())
    assert delivery == Retry("connect", after=60)
    again = await MailAdapter(MailServer("127.0.0.1", port, Encryption.NONE), "", ADDRESS).deliver(
        message(3)
    )
    assert again == Retry("connect", after=1800, alarm=True)


# Encryption and login.


async def test_starttls_comes_before_everything(certificate: tuple[Path, Path]) -> None:
    trust = ssl.create_default_context(cafile=str(certificate[1]))
    with FakeSmtp(login=("user@nso", "p@ss:word"), certificate=certificate) as smtp:
        there = adapter(smtp, "?starttls=yes", trust, login="user%40nso:p%40ss%3Aword@")
        assert await there.hello() == ""
        assert await there.deliver(message()) == Sent()
        assert [taken.encrypted for taken in smtp.mails] == [True]
        assert smtp.violations == []


async def test_a_server_without_starttls_gets_nothing(smtp: FakeSmtp) -> None:
    there = adapter(smtp, "?starttls=yes")
    assert await there.deliver(message()) == Retry("tls", after=60, alarm=True)
    assert await there.hello() == "tls"
    assert smtp.mails == []


async def test_a_refused_starttls_gets_nothing(certificate: tuple[Path, Path]) -> None:
    with FakeSmtp(certificate=certificate) as smtp:
        smtp.fails("starttls", "454 4.7.0 not now")
        assert await adapter(smtp, "?starttls=yes").deliver(message()) == Retry(
            "tls 454 4.7.0", after=60, alarm=True
        )
        assert smtp.mails == []


async def test_a_certificate_that_nobody_vouches_for_gets_nothing(
    certificate: tuple[Path, Path],
) -> None:
    with FakeSmtp(login=("user", "password"), certificate=certificate) as smtp:
        there = adapter(smtp, "?starttls=yes", ssl.create_default_context(), login="user:password@")
        assert await there.hello() == "tls"
        assert await there.deliver(message()) == Retry("tls", after=60, alarm=True)
        assert smtp.mails == []


async def test_a_wrong_password_is_said_and_tried_again() -> None:
    with FakeSmtp(login=("user", "password")) as smtp:
        there = adapter(smtp, login="user:wrong@")
        assert await there.hello() == "login 535 5.7.8"
        assert await there.deliver(message()) == Retry("login 535 5.7.8", after=60, alarm=True)


# Headers.


@pytest.mark.parametrize(
    "changes",
    [
        {"subject": "x\r\nBcc: all@example.com"},
        {"subject": "x\nBcc: all@example.com"},
        {"subject": "x\u2028y"},
        {"subject": "x\0"},
        {"to": "somchai@example.com\r\nBcc: all@example.com"},
        {"to": "somchai@example.com, all@example.com"},
        {"to": "somchai@example.com>\r\nRCPT TO:<all@example.com"},
        {"message_id": "<a@b>\r\nBcc: all@example.com"},
        {"files": ["not to be left out in silence"]},
        {"thread": ["<a@b>\r\nBcc: all@example.com"]},
        {"thread": ["<a@b>\r\n Bcc: x\rBcc: all@example.com"]},
    ],
    ids=str,
)
async def test_nothing_breaks_out_of_a_header(smtp: FakeSmtp, changes: dict[str, object]) -> None:
    assert await adapter(smtp).deliver(message(**changes)) == Refused("compose")
    assert smtp.connections == 0


SUBJECTS = st.text(
    st.characters(exclude_categories=("C", "Z"), include_characters=" "), min_size=1, max_size=200
)


@given(SUBJECTS.map(lambda text: " ".join(text.split())).filter(bool), SUBJECTS)
def test_any_subject_and_text_comes_back_from_the_bytes(subject: str, body: str) -> None:
    made = mail_bytes({**PAYLOAD, "subject": subject, "body": body}, NAME, ADDRESS)
    read = email.message_from_bytes(made, policy=SMTP)
    assert str(read["Subject"]) == subject
    assert read.get_content().replace("\r\n", "\n") == body.rstrip("\n") + "\n"  # type: ignore[attr-defined]
    assert max(map(len, made.split(b"\r\n"))) <= 998


def test_bytes_refuse_a_line_break_that_was_let_through() -> None:
    with pytest.raises(InvalidInput):
        mail_bytes({**PAYLOAD, "to": "a@example.com\nBcc: b@example.com"}, "", ADDRESS)


# Settings.

SERVERS = {
    "smtps://u:p@mail.example": MailServer("mail.example", 465, Encryption.TLS, "u", "p"),
    "smtp://u%40o:p%2F@mail.example": MailServer(
        "mail.example", 587, Encryption.STARTTLS, "u@o", "p/"
    ),
    "smtp://mail.example:25?starttls=no": MailServer("mail.example", 25, Encryption.NONE),
    "smtp://localhost:25": MailServer("localhost", 25, Encryption.NONE),
    "smtp://[::1]:25": MailServer("::1", 25, Encryption.NONE),
    "smtp://127.0.0.1:25?starttls=yes": MailServer("127.0.0.1", 25, Encryption.STARTTLS),
    "smtp://u:p@localhost": MailServer("localhost", 587, Encryption.NONE, "u", "p"),
}


@pytest.mark.parametrize(("url", "server"), SERVERS.items(), ids=list(SERVERS))
def test_server_from_its_address(url: str, server: MailServer) -> None:
    assert read_server(url) == server


@pytest.mark.parametrize(
    "url",
    [
        "smtp://user:secret/piece@mail.example",
        "smtp://[::1",
        "mail.example",
        "http://mail.example",
        "smtp://",
        "smtp://u@mail.example",
        "smtp://mail.example/x",
        "smtp://mail.example:port",
        "smtp://mail.example?tls=no",
        "smtp://mail.example?starttls=maybe",
        "smtp://u:p@mail.example?starttls=no",
    ],
)
def test_a_wrong_address_is_refused_by_the_variables_name(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DESKBOT_SMTP_URL", url)
    monkeypatch.setenv("DESKBOT_MAIL_FROM", ADDRESS)
    with pytest.raises(SettingsError, match=r"^DESKBOT_SMTP_URL: ") as refusal:
        load_settings()
    assert "secret" not in str(refusal.value)


@pytest.mark.parametrize("sender", ["", "nobody", "a@b.example, c@d.example", "x\n<a@b.example>"])
def test_a_wrong_sender_is_refused_by_the_variables_name(
    sender: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DESKBOT_SMTP_URL", "smtp://localhost")
    monkeypatch.setenv("DESKBOT_MAIL_FROM", sender)
    with pytest.raises(SettingsError, match=r"^DESKBOT_MAIL_FROM: "):
        load_settings()


def test_settings_say_who_sends_and_hide_the_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DESKBOT_SMTP_URL", "smtp://user:very-secret@mail.example")
    monkeypatch.setenv("DESKBOT_MAIL_FROM", f"{NAME} <{ADDRESS}>")
    settings = load_settings()
    assert settings.sends_from == ADDRESS
    assert read_sender(settings.mail_from or "") == (NAME, ADDRESS)
    assert "very-secret" not in str(masked(settings))


BOXES = {
    "imaps://u:p@mail.example": (
        MailServer("mail.example", 993, Encryption.TLS, "u", "p"),
        "INBOX",
    ),
    "imaps://u%40o:p%2F@mail.example:1993/INBOX": (
        MailServer("mail.example", 1993, Encryption.TLS, "u@o", "p/"),
        "INBOX",
    ),
    "imap://u:p@mail.example/Desk%20in": (
        MailServer("mail.example", 143, Encryption.STARTTLS, "u", "p"),
        "Desk in",
    ),
    "imap://u:p@127.0.0.1:1143/": (
        MailServer("127.0.0.1", 1143, Encryption.NONE, "u", "p"),
        "INBOX",
    ),
}


@pytest.mark.parametrize(("url", "box"), BOXES.items(), ids=list(BOXES))
def test_mailbox_from_its_address(url: str, box: tuple[MailServer, str]) -> None:
    assert read_mailbox(url) == box


@pytest.mark.parametrize(
    "url",
    [
        "smtp://user:secret@mail.example",
        "imaps://user:secret/piece@mail.example",
        "imaps://mail.example/INBOX",
        "imaps://secret@mail.example",
        "imap://user:secret@mail.example?starttls=no",
        "imaps://user:secret@mail.example/%E0%B8%81",
        "imaps://user:secret@mail.example/a%0D%0Ab",
    ],
)
def test_a_wrong_mailbox_is_refused_by_the_variables_name(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DESKBOT_IMAP_URL", url)
    with pytest.raises(SettingsError, match=r"^DESKBOT_IMAP_URL: ") as refusal:
        load_settings()
    assert "secret" not in str(refusal.value)


def test_the_mailboxs_password_is_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DESKBOT_IMAP_URL", "imaps://user:very-secret@mail.example/INBOX")
    settings = load_settings()
    assert "very-secret" not in str(masked(settings)) + repr(read_mailbox(settings.imap_url or ""))
