"""kill -9 around the SMTP call: a mail goes out once, or a person is asked; nothing of it stands in
the log.
"""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.e2e.harness import DAO, NOK, DeskProcess, LineCourier, Person, eventually, fill
from tests.e2e.test_due import count
from tests.fakes.clock import crowded
from tests.fakes.line import FakeLine
from tests.fakes.postgres import shared_server
from tests.fakes.smtp import CLOSE, HANG, FakeSmtp, make_certificate
from tests.fakes.telegram import FakeTelegram

pytestmark = pytest.mark.long

MakeDesk = Callable[..., DeskProcess]
DOUBT = "ไม่ทราบว่าส่งออกไปแล้วหรือไม่"
FROM = "services@nso.example"
ANSWER = "ประชากรแฝงในกรุงเทพมหานคร"


@pytest.fixture
def smtp() -> Iterator[FakeSmtp]:
    with FakeSmtp() as fake:
        yield fake
        assert fake.violations == []


@pytest.fixture
def desk(make_desk: MakeDesk, telegram: FakeTelegram, smtp: FakeSmtp) -> DeskProcess:
    return make_desk(telegram, SMTP_URL=smtp.url, MAIL_FROM=FROM)


def draft(desk: DeskProcess, telegram: FakeTelegram, who: Person = NOK) -> int:
    """A drafted answer, shown; returns the message with its buttons."""
    telegram.say(who.telegram, f"/open C81554 อีเมล 1.1 สอบถามประชากรแฝง => {ANSWER}")
    desk.settle()
    telegram.press(who.telegram, telegram.messages(who.telegram)[-1].message_id, "ตอบทางอีเมล")
    desk.settle()
    return telegram.messages(who.telegram)[-1].message_id


def press(desk: DeskProcess, telegram: FakeTelegram, label: str) -> None:
    """A button of the officer's last message."""
    telegram.press(NOK.telegram, telegram.messages(NOK.telegram)[-1].message_id, label)
    desk.settle()


def states(desk: DeskProcess) -> list[str]:
    return [
        state
        for (state,) in desk.rows(
            "SELECT o.state FROM mails m JOIN outbox o ON o.id = m.id ORDER BY o.seq"
        )
    ]


def send_and_crash(
    desk: DeskProcess, telegram: FakeTelegram, failpoint: str, label: str = "ส่ง"
) -> list[str]:
    """What the officer is told after the mail was sent, the desk died there, and was started
    again.
    """
    desk.start()
    shown = draft(desk, telegram)
    desk.stop()
    desk.start(failpoint)
    telegram.press(NOK.telegram, shown, label)
    desk.restart_after_kill()
    desk.settle()
    return [message.text for message in telegram.messages(NOK.telegram) if DOUBT in message.text]


@pytest.mark.parametrize(
    "failpoint", ["event.committed", "event.handled", "event.finished", "mail.sent"]
)
def test_a_mail_goes_out_once_and_nobody_is_asked(
    desk: DeskProcess, telegram: FakeTelegram, smtp: FakeSmtp, failpoint: str
) -> None:
    assert send_and_crash(desk, telegram, failpoint) == []
    (taken,) = smtp.mails
    assert ANSWER in taken.body
    assert states(desk) == ["sent"]


@pytest.mark.parametrize("failpoint", ["event.committed", "event.handled", "mail.sending"])
def test_sent_and_closed_by_one_tap_are_one_whatever_dies(
    desk: DeskProcess, telegram: FakeTelegram, smtp: FakeSmtp, failpoint: str
) -> None:
    doubts = send_and_crash(desk, telegram, failpoint, "ส่งและปิด")
    assert desk.rows("SELECT status, result FROM tickets") == [("closed", ANSWER)]
    assert len(states(desk)) == 1
    assert len(smtp.mails) + len(doubts) == 1


def test_killed_before_the_call_the_officer_is_asked_and_sends_it(
    desk: DeskProcess, telegram: FakeTelegram, smtp: FakeSmtp
) -> None:
    assert len(send_and_crash(desk, telegram, "mail.sending")) == 1
    assert smtp.mails == []
    assert states(desk) == ["doubtful"]
    press(desk, telegram, "ส่งอีกครั้ง")
    assert len(smtp.mails) == 1
    assert states(desk) == ["sent"]


def test_killed_after_the_call_the_officer_is_asked_and_it_is_not_sent_again(
    desk: DeskProcess, telegram: FakeTelegram, smtp: FakeSmtp
) -> None:
    assert len(send_and_crash(desk, telegram, "mail.accepted")) == 1
    press(desk, telegram, "ถือว่าส่งแล้ว")
    assert states(desk) == ["sent"]
    assert len(smtp.mails) == 1


def test_a_connection_lost_after_the_text_is_asked_about(
    desk: DeskProcess, telegram: FakeTelegram, smtp: FakeSmtp
) -> None:
    smtp.fails("message", CLOSE)
    desk.start()
    telegram.press(NOK.telegram, draft(desk, telegram), "ส่ง")
    eventually(lambda: states(desk) == ["doubtful"], "the doubt")
    desk.settle()
    assert DOUBT in telegram.messages(NOK.telegram)[-1].text
    assert len(smtp.mails) == 1


def test_two_mails_of_one_second_both_arrive(
    desk: DeskProcess, telegram: FakeTelegram, smtp: FakeSmtp
) -> None:
    desk.start()
    shown = {who: draft(desk, telegram, who) for who in (NOK, DAO)}
    for who, message_id in shown.items():
        telegram.press(who.telegram, message_id, "ส่ง")
    eventually(lambda: len(smtp.mails) == 2, "both")
    desk.settle()
    first, second = smtp.mails
    assert first.message["Message-ID"] != second.message["Message-ID"]
    assert {taken.subject.partition("]")[0] for taken in smtp.mails} == {
        f"[{no}" for (no,) in desk.rows("SELECT no FROM tickets")
    }
    assert states(desk) == ["sent", "sent"]


def test_a_desk_that_stops_before_the_text_sends_it_after_the_start(
    desk: DeskProcess, telegram: FakeTelegram, smtp: FakeSmtp
) -> None:
    smtp.fails("rcpt", HANG)
    desk.start()
    telegram.press(NOK.telegram, draft(desk, telegram), "ส่ง")
    eventually(lambda: smtp.connections, "the connection")
    desk.stop()
    assert states(desk) == ["queued"]
    desk.start()
    desk.settle()
    assert states(desk) == ["sent"]
    assert len(smtp.mails) == 1
    assert DOUBT not in telegram.messages(NOK.telegram)[-1].text


def test_a_silent_server_does_not_keep_the_desk_from_stopping(
    desk: DeskProcess, telegram: FakeTelegram, smtp: FakeSmtp
) -> None:
    smtp.fails("message", HANG)
    desk.start()
    telegram.press(NOK.telegram, draft(desk, telegram), "ส่ง")
    eventually(lambda: smtp.mails, "the text")
    assert desk.stop() < 9 + crowded()
    desk.start()
    desk.settle()
    assert DOUBT in telegram.messages(NOK.telegram)[-1].text
    assert len(smtp.mails) == 1


def test_a_long_answer_is_shown_and_sent_from_line(
    make_desk: MakeDesk, line: FakeLine, courier: LineCourier, smtp: FakeSmtp
) -> None:
    desk = make_desk(None, line, SMTP_URL=smtp.url, MAIL_FROM=FROM).start()
    long = "\n".join(f"ตารางที่ {n}: {ANSWER}" for n in range(90))
    courier.say(NOK.line, f"/open C81554 อีเมล 1.1 สอบถามประชากรแฝง => {long}")
    desk.settle()
    line.press(NOK.line, "ตอบทางอีเมล")
    desk.settle()
    line.press(NOK.line, "ส่ง")
    eventually(lambda: smtp.mails, "the mail")
    desk.settle()
    assert long in smtp.mails[0].body


def test_check_tries_the_login_and_sends_nothing(make_desk: MakeDesk, tmp_path: Path) -> None:
    with FakeSmtp(login=("user", "right"), certificate=make_certificate(tmp_path)) as smtp:
        address = f"localhost:{smtp.port}?starttls=yes"
        desk = make_desk(SMTP_URL=f"smtp://user:very-secret@{address}", MAIL_FROM=FROM)
        # Python looks there for whom to trust.
        desk.trust = str(tmp_path / "certificate.pem")
        wrong = desk.run("check")
        assert wrong.returncode == 1
        assert (
            "mail: DESKBOT_SMTP_URL: the server does not know this user and password (login 535"
            in wrong.stdout
        )
        assert "very-secret" not in wrong.stdout + wrong.stderr
        desk.settings["SMTP_URL"] = f"smtp://user:right@{address}"
        assert "mail: good" in desk.run("check").stdout
        assert (smtp.mails, smtp.violations) == ([], [])
        desk.trust = ""
        assert "no encryption that can be trusted (tls)" in desk.run("check").stdout


def test_a_sender_must_be_named(make_desk: MakeDesk) -> None:
    refused = make_desk(SMTP_URL="smtp://localhost").run("check")
    assert refused.returncode == 1
    assert refused.stderr.startswith("DESKBOT_MAIL_FROM: ")


# One letter about several things.


def draft_of_two(desk: DeskProcess, telegram: FakeTelegram) -> int:
    """A drafted letter about a payment and a contract that one person owes, shown."""
    for subject in ("8.2", "7.9"):
        line = f"/open C81554 เมล {subject} 30 วันก่อน ส่งแล้ว => แจ้งแล้ว ปิด"
        telegram.say(NOK.telegram, line)
        desk.settle()
    for label in ("ดูคำขอ", "ส่งอีเมลติดตาม"):
        press(desk, telegram, label)
    return telegram.messages(NOK.telegram)[-1].message_id


@pytest.mark.parametrize("failpoint", ["event.handled", "event.committed", "mail.sent"])
def test_a_letter_about_several_goes_out_once_and_each_is_followed_up_once(
    desk: DeskProcess, telegram: FakeTelegram, smtp: FakeSmtp, failpoint: str
) -> None:
    desk.start()
    shown = draft_of_two(desk, telegram)
    desk.stop()
    desk.start(failpoint)
    telegram.press(NOK.telegram, shown, "ส่ง")
    desk.restart_after_kill()
    desk.settle()
    (taken,) = smtp.mails
    assert "1. " in taken.body
    assert "2. " in taken.body
    assert states(desk) == ["sent"]
    followed = desk.rows("SELECT subject, count(*) FROM tickets GROUP BY subject ORDER BY subject")
    assert list(map(tuple, followed)) == [("7.11", 1), ("7.9", 1), ("8.2", 2)]
    assert desk.rows("SELECT count(*) FROM owed WHERE chased = 1") == [(2,)]
    assert desk.rows("SELECT count(*) FROM mail_records") == [(5,)]


def test_a_letter_about_several_is_the_same_on_postgresql(
    make_desk: MakeDesk, telegram: FakeTelegram, smtp: FakeSmtp
) -> None:
    url = asyncio.run(shared_server().clean_desk())
    asyncio.run(fill(url))
    desk = make_desk(telegram, DATABASE_URL=url, SMTP_URL=smtp.url, MAIL_FROM=FROM)

    def answered(act: Callable[[], object]) -> str:
        """What the officer reads once this was answered, in a new message or in its place."""

        def seen() -> list[str]:
            return [message.text for message in telegram.messages(NOK.telegram)]

        before = seen()
        act()
        eventually(lambda: seen() != before, "the answer")
        return seen()[-1]

    def pressed(label: str) -> str:
        last = telegram.messages(NOK.telegram)[-1].message_id
        return answered(lambda: telegram.press(NOK.telegram, last, label))

    desk.start()
    for subject in ("8.2", "7.9"):
        line = f"/open C81554 เมล {subject} 30 วันก่อน ส่งแล้ว => แจ้งแล้ว ปิด"
        answered(lambda line=line: telegram.say(NOK.telegram, line))
    pressed("ดูคำขอ")
    pressed("ส่งอีเมลติดตาม")
    assert "2. " in pressed("English")
    pressed("ส่ง")
    eventually(lambda: smtp.mails, "the letter")
    assert "The signed microdata contract" in smtp.mails[0].body
    assert count(url, "SELECT count(*) AS n FROM owed WHERE chased = 1") == 2
    assert count(url, "SELECT count(*) AS n FROM mail_records") == 5
    english = "SELECT count(*) AS n FROM customers WHERE letter_language = 'en'"
    assert count(url, english) == 1
    # The next draft counts it.
    answered(lambda: telegram.say(NOK.telegram, "/contracts"))
    pressed("1")
    assert "1 ฉบับใน 10 วัน" in pressed("ส่งอีเมลติดตาม")
