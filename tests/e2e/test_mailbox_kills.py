"""kill -9 at each step of intake, on both engines and beside a second process: with a real mail
server nothing is lost, and nothing is there twice.
"""

import asyncio
import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from store.mail import inboxes as mail_inboxes
from store.opening import open_database
from tests.e2e.harness import DAO, DeskProcess, eventually, fill
from tests.fakes.clock import FakeClock, crowded
from tests.fakes.dovecot import PASSWORD, USER, Dovecot, a_server
from tests.fakes.postgres import shared_server
from tests.fakes.telegram import FakeTelegram

pytestmark = pytest.mark.long

MakeDesk = Callable[..., DeskProcess]
ENGINES = ("sqlite", "postgresql")
STEPS = ("mail.fetched:2", "mail.taken", "mail.read:2", "mail.settled:2", "mail.marked")


@pytest.fixture
def imap() -> Iterator[Dovecot]:
    with a_server() as server:
        yield server


def settings_of(engine: str, imap: Dovecot) -> dict[str, str]:
    """A desk that flags what it took."""
    user = quote(PASSWORD, safe="")
    settings = {
        "IMAP_URL": f"imap://{USER}:{user}@127.0.0.1:{imap.port}/INBOX",
        "IMAP_FLAG": r"\Seen",
    }
    if engine == "postgresql":
        settings["DATABASE_URL"] = asyncio.run(shared_server().clean_desk())
        asyncio.run(fill(settings["DATABASE_URL"]))
    return settings


def a_mail(number: int, message_id: bool = True) -> bytes:
    head = f"From: writer{number}@example.net\r\nSubject: question {number}\r\n"
    if message_id:
        head += f"Message-ID: <{number}@example.net>\r\n"
    return f"{head}\r\nHow many people live in province {number}?\r\n".encode()


def exported(desk: DeskProcess, folder: Path) -> list[dict[str, Any]]:
    """What went out while the desk runs."""
    out = folder / "mails.jsonl"
    done = desk.run("export", "mails", str(out))
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in out.read_text("utf-8").splitlines()]


def is_looked_at(desk: DeskProcess) -> bool:
    """Whether it is known how far the mailbox is read."""
    url = desk.settings["DATABASE_URL"]

    async def look() -> bool:
        db = await open_database(url)
        try:
            return await mail_inboxes.count_found(db) != {}
        finally:
            await db.close()

    return asyncio.run(look())


def begin(desk: DeskProcess, imap: Dovecot) -> None:
    """The first look: what comes from now on is taken."""
    desk.start()
    eventually(lambda: is_looked_at(desk), "the first look")
    imap.deliver(a_mail(0))
    eventually(lambda: "S" in imap.flags(), "the first mail is taken")


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("step", STEPS)
def test_killed_at_any_step_each_mail_is_one_ticket(
    make_desk: MakeDesk,
    telegram: FakeTelegram,
    imap: Dovecot,
    clock: FakeClock,
    tmp_path: Path,
    engine: str,
    step: str,
) -> None:
    desk = make_desk(telegram, **settings_of(engine, imap))
    begin(desk, imap)
    desk.stop()
    mails = [a_mail(1), a_mail(2, message_id=False), a_mail(2, message_id=False), a_mail(1)]
    for raw in mails:
        imap.deliver(raw)
    desk.start(step)
    desk.wait_killed()
    clock.advance(seconds=31)  # what the dead process held is free
    desk.start()
    subjects = [f"question {number}" for number in (0, 1, 2, 2)]
    eventually(lambda: len(exported(desk, tmp_path)) == 4, "all are read")
    eventually(lambda: set(imap.flags()) == {"S"}, "all are flagged")
    out = exported(desk, tmp_path)
    assert sorted(mail["subject"] for mail in out) == subjects
    assert len({mail["ticket"] for mail in out}) == 4
    assert {mail["kind"] for mail in out} == {"new"}


def test_two_processes_on_one_mailbox_take_each_mail_once_though_one_dies(
    make_desk: MakeDesk,
    telegram: FakeTelegram,
    imap: Dovecot,
    clock: FakeClock,
    tmp_path: Path,
) -> None:
    settings = settings_of("postgresql", imap)
    first = make_desk(telegram, **settings)
    begin(first, imap)
    second = make_desk(telegram, **settings).start()
    for number in range(1, 40):
        imap.deliver(a_mail(number))
    eventually(lambda: len(exported(second, tmp_path)) > 3, "some are read")
    first.send_signal(9)
    first.wait_killed()
    for number in range(40, 60):
        imap.deliver(a_mail(number))
    clock.advance(seconds=31)
    eventually(lambda: len(exported(second, tmp_path)) == 60, "the other process", 45 + crowded())
    out = exported(second, tmp_path)
    assert sorted(int(mail["subject"].split()[1]) for mail in out) == list(range(60))
    assert len({mail["ticket"] for mail in out}) == 60
    eventually(lambda: set(imap.flags()) == {"S"}, "all are flagged")


TELLING = (
    "mail.telling",
    "mail.told",
    "mail.unclaimed.decided",
    "mail.unclaimed.written",
)


def told(telegram: FakeTelegram, words: str, begins: str = "📬") -> int:
    """How often an officer was told this, but for what says that it may have come before."""
    texts = [each.text for each in telegram.messages(DAO.telegram)]
    return sum(words in text and text.startswith(begins) for text in texts)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("step", TELLING)
def test_killed_while_it_is_told_a_mail_is_told_once_and_once_again(
    make_desk: MakeDesk,
    telegram: FakeTelegram,
    imap: Dovecot,
    clock: FakeClock,
    engine: str,
    step: str,
) -> None:
    clock.set(datetime(2026, 12, 1, 3, 0, tzinfo=UTC))  # a Tuesday, 10.00 in Bangkok
    desk = make_desk(telegram, **settings_of(engine, imap))
    begin(desk, imap)
    eventually(lambda: told(telegram, "question 0") == 1, "the first is told")
    desk.stop()
    of_arrival = not step.startswith("mail.unclaimed")
    if of_arrival:
        desk.start(step)
        imap.deliver(a_mail(1))
    else:
        desk.start()
        imap.deliver(a_mail(1))
        eventually(lambda: told(telegram, "question 1") == 1, "the second is told")
        desk.stop()
        clock.advance(minutes=95)
        desk.start(step)
    desk.wait_killed()
    clock.advance(seconds=61)  # what the dead process held is free
    desk.start()
    eventually(lambda: told(telegram, "question 1") == 1, "it is told")
    if of_arrival:
        clock.advance(minutes=95)
    eventually(lambda: told(telegram, "อีเมลใหม่ 2 ฉบับ", "⏰") == 1, "it is told once more")
    time.sleep(1)
    assert told(telegram, "อีเมลใหม่", "⏰") == 1
    assert told(telegram, "question 1") == 1


def test_a_mail_is_a_card_within_five_seconds(
    make_desk: MakeDesk, telegram: FakeTelegram, imap: Dovecot
) -> None:
    desk = make_desk(telegram, **settings_of("sqlite", imap))
    begin(desk, imap)
    eventually(lambda: telegram.messages(DAO.telegram), "the first card")
    begun = time.monotonic()
    imap.deliver(a_mail(7))
    eventually(
        lambda: any("question 7" in each.text for each in telegram.messages(DAO.telegram)),
        "the card",
        5 + crowded(),
    )
    assert time.monotonic() - begun < 5 + crowded()


def test_what_the_server_refused_is_counted_and_asked_for_by_hand(
    make_desk: MakeDesk, telegram: FakeTelegram, imap: Dovecot, tmp_path: Path
) -> None:
    imap.deliver(a_mail(7))
    desk = make_desk(telegram, **settings_of("sqlite", imap))
    begin(desk, imap)
    ((name, validity),) = desk.rows("SELECT name, uidvalidity FROM mail_inboxes")
    for uid in (1, 99):
        desk.write(
            "INSERT INTO mails_refused (mailbox, uidvalidity, uid, refused_at, tried_at) "
            "VALUES (?, ?, ?, '2099-01-01T00:00:00.000000Z', '2099-01-01T00:00:00.000000Z')",
            name,
            validity,
            uid,
        )
    assert "mails that the server does not give: 2" in desk.run("check").stdout
    retried = desk.run("mail", "retry")
    assert retried.returncode == 0
    assert "not given" not in retried.stdout
    eventually(lambda: len(exported(desk, tmp_path)) == 2, "it is read")
    assert desk.rows("SELECT uid FROM mails_refused") == []


@pytest.mark.parametrize("engine", ENGINES)
def test_a_mail_that_ends_each_process_that_reads_it_is_kept_aside(
    make_desk: MakeDesk,
    telegram: FakeTelegram,
    imap: Dovecot,
    clock: FakeClock,
    tmp_path: Path,
    engine: str,
) -> None:
    """What came later is read meanwhile; after three starts that died on it it is a ticket unread,
    and nobody reads it again.
    """
    desk = make_desk(telegram, **settings_of(engine, imap))
    begin(desk, imap)
    eventually(lambda: len(exported(desk, tmp_path)) == 1, "the first mail is a ticket")
    desk.stop()
    imap.deliver(a_mail(1))
    # Each of these starts dies when it has read so many; the last that it reads is always this one.
    for number, reads in enumerate((1, 2, 1), start=2):
        desk.start(f"mail.read:{reads}")
        desk.wait_killed()
        clock.advance(seconds=31)
        if number == 2:
            imap.deliver(a_mail(2))
    desk.start()
    eventually(lambda: len(exported(desk, tmp_path)) == 3, "all are tickets")
    subjects = {mail["subject"]: mail["ticket"] for mail in exported(desk, tmp_path)}
    assert subjects.keys() == {"question 0", "question 2", ""}
    assert len(set(subjects.values())) == 3
    raws = tmp_path / "raws"
    done = desk.run("export", "mails", str(tmp_path / "again.jsonl"), "--raw", str(raws))
    assert done.returncode == 0, done.stderr
    assert any(b"question 1" in path.read_bytes() for path in raws.iterdir())
