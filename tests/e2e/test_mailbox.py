"""kill -9 around a mail that came back: told once, with how far the mailbox was read; the password
stays out.
"""

import socket
from collections.abc import Callable, Iterator
from contextlib import closing
from urllib.parse import quote

import pytest

from tests.e2e.harness import NOK, DeskProcess, eventually
from tests.fakes.bounces import report_of
from tests.fakes.clock import PATIENCE, crowded
from tests.fakes.dovecot import PASSWORD, USER, Dovecot, a_server
from tests.fakes.smtp import FakeSmtp
from tests.fakes.telegram import FakeTelegram

MakeDesk = Callable[..., DeskProcess]
BACK = "ส่งไม่ถึงผู้รับ"


@pytest.fixture
def smtp() -> Iterator[FakeSmtp]:
    with FakeSmtp() as fake:
        yield fake
        assert fake.violations == []


@pytest.fixture
def imap() -> Iterator[Dovecot]:
    with a_server() as server:
        yield server


@pytest.fixture
def desk(make_desk: MakeDesk, telegram: FakeTelegram, smtp: FakeSmtp, imap: Dovecot) -> DeskProcess:
    url = f"imap://{USER}:{quote(PASSWORD, safe='')}@127.0.0.1:{imap.port}/INBOX"
    return make_desk(telegram, SMTP_URL=smtp.url, MAIL_FROM="services@nso.example", IMAP_URL=url)


def positions(desk: DeskProcess) -> list[tuple[int, int]]:
    """How far the mailbox was read, and how many reports it held."""
    return desk.rows("SELECT next_uid, reports FROM mail_inboxes")


def send(desk: DeskProcess, telegram: FakeTelegram) -> None:
    """An answer by mail, handed over; the mailbox was looked at before."""
    eventually(lambda: positions(desk), "the first look")
    telegram.say(NOK.telegram, "/open C81554 อีเมล 1.1 สอบถามประชากรแฝง => ประชากรแฝงในกรุงเทพมหานคร")
    desk.settle()
    for label in ("ตอบทางอีเมล", "ส่ง"):
        telegram.press(NOK.telegram, telegram.messages(NOK.telegram)[-1].message_id, label)
        desk.settle()


def told(telegram: FakeTelegram) -> list[str]:
    return [message.text for message in telegram.messages(NOK.telegram) if BACK in message.text]


@pytest.mark.parametrize("failpoint", ["report.read", "report.settled"])
def test_killed_at_any_step_the_officer_is_told_once(
    desk: DeskProcess, telegram: FakeTelegram, smtp: FakeSmtp, imap: Dovecot, failpoint: str
) -> None:
    desk.start()
    send(desk, telegram)
    desk.stop()
    imap.deliver(b"Subject: a customer's own\r\n\r\ntext\r\n")
    imap.deliver(report_of(smtp.mails[0]))
    desk.start(failpoint)
    desk.restart_after_kill()
    eventually(lambda: positions(desk) == [(3, 1)], "the report")
    desk.settle()
    (text,) = told(telegram)
    assert "ไม่มีที่อยู่อีเมลนี้" in text
    assert "(ส่งซ้ำ)" not in text
    assert desk.rows("SELECT count(*) FROM audit WHERE action = 'mail.bounced'") == [(1,)]
    assert imap.flags() == ["", ""]
    desk.stop()
    assert PASSWORD not in desk.stderr()
    assert quote(PASSWORD, safe="") not in desk.stderr()


def test_a_mailbox_that_is_away_stops_nothing_and_is_read_when_it_is_back(
    desk: DeskProcess, telegram: FakeTelegram, smtp: FakeSmtp, imap: Dovecot
) -> None:
    desk.start()
    send(desk, telegram)
    desk.stop()
    imap.stop()
    desk.start()
    telegram.say(NOK.telegram, "เมนู")
    desk.settle()
    assert desk.stop() < 5 + crowded()
    imap.start()
    imap.deliver(report_of(smtp.mails[0]))
    desk.start()
    eventually(lambda: told(telegram), "the report")


def test_check_opens_the_mailbox_and_says_what_is_wrong_with_it(
    desk: DeskProcess, imap: Dovecot
) -> None:
    checked = desk.run("check")
    assert "mailbox: good" in checked.stdout
    assert PASSWORD not in checked.stdout + checked.stderr
    desk.settings["IMAP_URL"] = f"imap://{USER}:very-secret@127.0.0.1:{imap.port}/INBOX"
    wrong = desk.run("check")
    assert wrong.returncode == 1
    assert (
        "mailbox: DESKBOT_IMAP_URL: the server does not know this user and password (login)"
        in wrong.stdout
    )
    assert "very-secret" not in wrong.stdout + wrong.stderr


def test_a_silent_mail_server_does_not_keep_the_desk_from_stopping(
    make_desk: MakeDesk, telegram: FakeTelegram
) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        url = f"imap://{USER}:very-secret@127.0.0.1:{silent.getsockname()[1]}/INBOX"
        desk = make_desk(telegram, IMAP_URL=url).start()
        silent.settimeout(PATIENCE)
        with closing(silent.accept()[0]):
            assert desk.stop() < 5 + crowded()
        assert "very-secret" not in desk.stderr()
