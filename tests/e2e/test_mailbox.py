"""kill -9 around a mail that came back: told once, with how far the mailbox was read; the password
stays out.
"""

import hashlib
import json
import socket
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.e2e.harness import DAO, NOK, DeskProcess, eventually
from tests.fakes.bounces import report_of
from tests.fakes.clock import PATIENCE, crowded
from tests.fakes.dovecot import PASSWORD, USER, Dovecot, a_server
from tests.fakes.smtp import FakeSmtp
from tests.fakes.telegram import FakeTelegram

MakeDesk = Callable[..., DeskProcess]
CUSTOMERS_OWN = (
    b"From: customer@example.net\r\nSubject: a customer's own\r\n"
    b"Message-ID: <own@example.net>\r\n\r\ntext\r\n"
)
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


def kinds(desk: DeskProcess) -> list[tuple[str]]:
    """What the mails are that were read."""
    return desk.rows("SELECT kind FROM incoming_mails WHERE read_at IS NOT NULL ORDER BY id")


def news(telegram: FakeTelegram) -> list[str]:
    """What an officer was told of new mails."""
    return [each.text for each in telegram.messages(DAO.telegram) if "อีเมลใหม่" in each.text]


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


@pytest.mark.long
@pytest.mark.parametrize(
    "failpoint", ["mail.fetched", "mail.taken", "mail.read", "mail.settled", "mail.settled:2"]
)
def test_killed_at_any_step_each_mail_counts_once(
    desk: DeskProcess, telegram: FakeTelegram, smtp: FakeSmtp, imap: Dovecot, failpoint: str
) -> None:
    desk.start()
    send(desk, telegram)
    desk.stop()
    imap.deliver(CUSTOMERS_OWN)
    imap.deliver(report_of(smtp.mails[0]))
    desk.start(failpoint)
    desk.restart_after_kill()
    eventually(lambda: kinds(desk) == [("new",), ("bounce",)], "both are read")
    eventually(lambda: told(telegram), "the report")
    desk.settle()
    (text,) = told(telegram)
    assert "ไม่มีที่อยู่อีเมลนี้" in text
    assert "(ส่งซ้ำ)" not in text
    assert desk.rows("SELECT count(*) FROM audit WHERE action = 'mail.bounced'") == [(1,)]
    assert positions(desk) == [(3, 1)]
    assert desk.rows("SELECT details FROM tickets WHERE status = 'new'") == [("text",)]
    assert imap.flags() == ["", ""]
    eventually(lambda: news(telegram), "the new mail")
    desk.settle()
    (new,) = news(telegram)
    assert "a customer's own" in new
    desk.stop()
    assert PASSWORD not in desk.stderr()
    assert quote(PASSWORD, safe="") not in desk.stderr()
    assert "customer@example.net" not in desk.stderr()


def test_a_mail_is_a_card_at_once_and_goes_out_again(
    desk: DeskProcess, telegram: FakeTelegram, imap: Dovecot, tmp_path: Path
) -> None:
    out = tmp_path / "mails.jsonl"
    empty = desk.run("export", "mails", str(out))
    assert (empty.returncode, out.read_bytes()) == (0, b"")
    imap.deliver(b"Subject: before the first look\r\n\r\nold\r\n")
    desk.start()
    eventually(lambda: positions(desk), "the first look")
    imap.deliver(CUSTOMERS_OWN)
    eventually(lambda: news(telegram), "the card")
    imap.number_anew()
    imap.deliver(CUSTOMERS_OWN.replace(b"own", b"second"))
    eventually(lambda: len(kinds(desk)) == 2, "the second, once", seconds=45 + crowded())
    took = desk.run("mail", "take", "--since", "2026-01-01")
    assert (took.returncode, took.stdout.splitlines()[0]) == (0, "mails 1, known before 2")
    eventually(lambda: len(kinds(desk)) == 3, "what lay there before")
    raws = tmp_path / "raw"
    whole = desk.run("export", "mails", str(out), "--raw", str(raws))
    assert whole.returncode == 0, whole.stderr
    mails = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    assert [mail["subject"] for mail in mails] == [
        "a customer's own",
        "a customer's second",
        "before the first look",
    ]
    assert len({mail["ticket"] for mail in mails}) == 3
    assert sorted(mail["raw_sha256"] for mail in mails) == sorted(
        hashlib.sha256(file.read_bytes()).hexdigest() for file in raws.iterdir()
    )
    assert imap.flags() == ["", "", ""]
    assert "mails: 0 wait to be read, 3 for an officer" in desk.run("check").stdout


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


SOMCHAIS = (
    b"From: Somchai <somchai.jaidee@example.com>\r\nSubject: labour force\r\n"
    b"Message-ID: <labour@example.com>\r\n\r\nHow many are unemployed?\r\n"
)


@pytest.mark.long
@pytest.mark.parametrize("failpoint", ["event.handled", "event.finished"])
def test_killed_at_the_tap_that_matches_a_mail_it_is_matched_once(
    desk: DeskProcess, telegram: FakeTelegram, imap: Dovecot, failpoint: str
) -> None:
    desk.start()
    eventually(lambda: positions(desk), "the first look")
    imap.deliver(SOMCHAIS)
    eventually(lambda: news(telegram), "the card")
    desk.settle()
    desk.stop()
    desk.start(failpoint)
    card = next(each for each in telegram.messages(DAO.telegram) if "อีเมลใหม่" in each.text)
    assert "C81554 นายสมชาย ใจดี" in card.text
    telegram.press(DAO.telegram, card.message_id, "รับเรื่องและจับคู่")
    desk.restart_after_kill()
    eventually(lambda: desk.rows("SELECT ticket FROM mail_matches"), "the match")
    desk.settle()
    (ticket,) = desk.rows("SELECT customer_code, status, version FROM tickets")
    assert ticket == ("C81554", "open", 2)
    asked = [each.text for each in telegram.messages(DAO.telegram) if "จับคู่กับ" in each.text]
    assert len(asked) == 1
    assert "พิมพ์ข้อความที่จะส่ง" in telegram.messages(DAO.telegram)[-1].text
