"""A mailbox is read once and left as it was, whatever its server, its mails and the desk's store do
meanwhile.
"""

import asyncio
import re
import socket
import ssl
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bot.engine import Engine
from bot.mail import imap_box, refusals, taking
from bot.mail import inbox as mail_inbox
from bot.mail.imap_answers import BoxFailed
from bot.mail.imap_box import ImapBox, MailBeginning, MailboxState
from bot.mail.inbox import MailInbox
from bot.mail.server import Encryption, MailServer, TakenMark
from bot.mail.trouble import MailTrouble
from domain.errors import Conflict
from domain.mail.incoming import TakenMail, WaitingMail
from domain.staff import Identity, Platform, Role
from store import staff
from store.blobs import Blobs, ReceivedBytes
from store.engine.database import Database, StoreUnavailable, Tx
from store.mail import inboxes as mail_inboxes
from store.mail import incoming, refused, to_mark
from store.mail.inboxes import Position
from tests.fakes.clock import CLOCK, PATIENCE
from tests.fakes.dovecot import PASSWORD, USER, Dovecot, a_server
from tests.fakes.office import OFFICE, open_new
from tests.fakes.smtp import make_certificate

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)


def mail(subject: str, body: str = "text\r\n") -> bytes:
    return f"From: a@b.example\r\nSubject: {subject}\r\n\r\n{body}".encode()


@dataclass
class Reads:
    """A mailbox being read into a store."""

    server: Dovecot
    db: Database
    engine: Engine
    blobs: Blobs
    boxes: list[ImapBox] = field(default_factory=list)
    now: datetime = NOW

    def inbox(self, owner: str = "test") -> MailInbox:
        self.boxes.append(ImapBox(address(self.server)))
        return inbox_of(self, self.boxes[-1], owner)

    async def waiting(self) -> list[WaitingMail]:
        """What was taken, in order."""
        return await incoming.list_waiting(self.db, 0, 1000)

    async def raws(self) -> list[bytes]:
        """Their bytes."""
        return [self.blobs.existing(each.raw_sha256).read_bytes() for each in await self.waiting()]

    async def seen(self) -> list[str]:
        """Their subjects."""
        found = [re.search(rb"Subject: (.*?)\r\n", raw) for raw in await self.raws()]
        return [each[1].decode() if each else "?" for each in found]


def inbox_of(reads: Reads, box: ImapBox, owner: str = "test") -> MailInbox:
    trouble = MailTrouble(reads.engine.desk, reads.engine.post)
    return MailInbox(reads.engine.desk, box, reads.blobs, trouble, owner)


def address(server: Dovecot) -> MailServer:
    return MailServer("127.0.0.1", server.port, Encryption.NONE, USER, PASSWORD)


@pytest.fixture
def server() -> Iterator[Dovecot]:
    with a_server() as dovecot:
        yield dovecot


@pytest.fixture
async def reads(server: Dovecot, tmp_path: Path) -> AsyncIterator[Reads]:
    db = await open_new(tmp_path / "desk.db")
    engine = Engine(db, OFFICE, {}, "test", lambda: under_test.now)
    under_test = Reads(server, db, engine, Blobs(tmp_path / "data"))
    yield under_test
    for box in under_test.boxes:
        await box.close()
    await engine.stop()
    await db.close()


async def test_each_new_mail_is_read_once_and_in_order_and_stays_unread(
    reads: Reads, server: Dovecot
) -> None:
    server.deliver(mail("before the desk"))
    inbox = reads.inbox()
    await inbox.look()
    for subject in ("one", "two"):
        server.deliver(mail(subject))
    await inbox.look()
    await inbox.look()
    await reads.inbox().look()
    assert await reads.raws() == [mail("one"), mail("two")]
    assert server.flags() == ["", "", ""]


async def test_what_came_while_the_desk_was_away_is_read_after_the_start(
    reads: Reads, server: Dovecot
) -> None:
    await reads.inbox().look()
    server.deliver(mail("one"))
    server.stop()
    server.start()
    server.deliver(mail("two"))
    await reads.inbox().look()
    assert await reads.seen() == ["one", "two"]


async def test_a_lost_connection_is_made_anew(reads: Reads, server: Dovecot) -> None:
    inbox = reads.inbox()
    await inbox.look()
    server.stop()
    with pytest.raises(BoxFailed):
        await inbox.look()
    server.start()
    server.deliver(mail("one"))
    await inbox.look()
    assert await reads.seen() == ["one"]


async def test_what_cannot_be_written_now_is_taken_again_and_nothing_is_half_done(
    reads: Reads, server: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox = reads.inbox()
    await inbox.look()
    for subject in ("one", "two", "three"):
        server.deliver(mail(subject))
    monkeypatch.setattr(mail_inbox, "TOGETHER", 1)
    take = incoming.take

    async def away(tx: Tx, taken: TakenMail) -> bool:
        if taken.uid == 2:
            raise StoreUnavailable("away")
        return await take(tx, taken)

    monkeypatch.setattr(incoming, "take", away)
    with pytest.raises(StoreUnavailable):
        await inbox.look()
    assert await reads.seen() == ["one"]
    monkeypatch.setattr(incoming, "take", take)
    await inbox.look()
    assert await reads.seen() == ["one", "two", "three"]


async def test_a_disk_that_takes_nothing_moves_nothing_on(
    reads: Reads, server: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox = reads.inbox()
    await inbox.look()
    server.deliver(mail("one"))
    keep = Blobs.keep

    async def full(blobs: Blobs, part: ReceivedBytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Blobs, "keep", full)
    with pytest.raises(OSError, match="No space"):
        await inbox.look()
    assert await reads.seen() == []
    monkeypatch.setattr(Blobs, "keep", keep)
    await inbox.look()
    assert await reads.seen() == ["one"]


async def test_a_disk_that_fills_up_keeps_what_came_before_and_takes_the_rest_later(
    reads: Reads, server: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox = reads.inbox()
    await inbox.look()
    for number in range(5):
        server.deliver(mail(str(number)))
    keep = Blobs.keep

    async def fills_up(blobs: Blobs, part: ReceivedBytes) -> None:
        if b"Subject: 2" in part.path.read_bytes():
            raise OSError(28, "No space left on device")
        await keep(blobs, part)

    monkeypatch.setattr(Blobs, "keep", fills_up)
    with pytest.raises(OSError, match="No space"):
        await inbox.look()
    assert await reads.seen() == ["0", "1"]
    monkeypatch.setattr(Blobs, "keep", keep)
    await inbox.look()
    assert await reads.seen() == ["0", "1", "2", "3", "4"]


async def test_odd_bytes_and_large_mails_are_taken_as_they_are(
    reads: Reads, server: Dovecot
) -> None:
    inbox = reads.inbox()
    await inbox.look()
    odd = [
        b"\r\n\r\n",
        b"\x00\xff\xfe UID 1 {5}\r\nx",
        b"Subject: \xe0\xb8",
        b")" * 90,
        b"X: y\r\n" * 50_000,
        mail("large", "(((\r\n" * 1_000_000),
    ]
    for raw in odd:
        server.deliver(raw)
    await inbox.look()
    # What Dovecot hands out ends lines as a mail does.
    assert [len(raw) for raw in await reads.raws()][3:] == [90, 300_000, len(odd[-1])]
    assert len(await reads.waiting()) == len(odd)
    await inbox.look()
    assert len(await reads.waiting()) == len(odd)


async def test_of_a_mail_that_is_too_large_the_headers_are_taken(
    reads: Reads, server: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(taking, "LARGEST", 1_000_000)
    inbox = reads.inbox()
    await inbox.look()
    server.deliver(mail("huge", "text\r\n" * 200_000))
    await inbox.look()
    (huge,) = await reads.waiting()
    assert not huge.whole
    assert huge.size > 1_000_000
    assert await reads.raws() == [mail("huge", "")]


async def test_a_mail_deleted_meanwhile_is_passed_over(reads: Reads, server: Dovecot) -> None:
    inbox = reads.inbox()
    await inbox.look()
    for subject in ("one", "two", "three"):
        server.deliver(mail(subject))
    assert await reads.boxes[0].uids(1, 9) == []  # not looked at since
    server.forget(1)
    await inbox.look()
    assert await reads.seen() == ["one", "three"]


async def test_a_mailbox_numbered_anew_brings_each_mail_once(reads: Reads, server: Dovecot) -> None:
    reads.now = CLOCK()
    server.deliver(mail("before the desk"))
    inbox = reads.inbox()
    await inbox.look()
    # Without a Message-ID two equal mails are two.
    for subject in ("one", "same", "same"):
        server.deliver(mail(subject))
    await inbox.look()
    for _time in range(2):
        server.number_anew()
        server.deliver(mail("two"))
        await reads.inbox().look()
        await reads.inbox().look()
    assert await reads.seen() == ["one", "same", "same", "two", "two"]


async def test_one_message_id_with_two_texts_is_two_mails(reads: Reads, server: Dovecot) -> None:
    inbox = reads.inbox()
    await inbox.look()
    first = b"Message-ID: <a@b.example>\r\n" + mail("one")
    for raw in (first, first, first.replace(b"text", b"texts")):
        server.deliver(raw)
    await inbox.look()
    assert [raw[-7:] for raw in await reads.raws()] == [b"\ntext\r\n", b"texts\r\n"]


async def test_a_mail_that_comes_while_it_is_waited_for_is_told(
    reads: Reads, server: Dovecot
) -> None:
    inbox = reads.inbox()
    await inbox.look()
    waiting = asyncio.create_task(inbox.pause())
    await asyncio.sleep(0.2)
    assert not waiting.done()
    server.deliver(mail("one"))
    await asyncio.wait_for(waiting, PATIENCE)
    await inbox.look()
    assert await reads.seen() == ["one"]
    # Nothing comes: the wait ends by itself, and the connection goes on.
    assert await reads.boxes[0].wait(0.2)
    server.deliver(mail("two"))
    await inbox.look()
    assert await reads.seen() == ["one", "two"]


async def test_a_mailbox_numbered_anew_with_old_mails_alone_is_not_read_again(
    reads: Reads, server: Dovecot
) -> None:
    reads.now = CLOCK() + timedelta(days=9)
    inbox = reads.inbox()
    await inbox.look()
    server.deliver(mail("one"))
    await inbox.look()
    server.number_anew()
    await reads.inbox().look()
    await reads.inbox().look()
    assert await reads.seen() == ["one"]


async def test_wide_gaps_between_numbers_are_stepped_over(
    reads: Reads, server: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mail_inbox, "SPAN", 2)
    inbox = reads.inbox()
    await inbox.look()
    for number in range(9):
        server.deliver(mail(str(number)))
    await reads.boxes[0].look()
    for _number in range(7):
        server.forget(1)
    await inbox.look()
    assert await reads.seen() == ["0", "8"]


async def test_two_processes_read_a_mailbox_in_turns(reads: Reads, server: Dovecot) -> None:
    first, second = reads.inbox("first"), reads.inbox("second")
    await first.look()
    for number in range(20):
        server.deliver(mail(str(number)))
    await asyncio.gather(first.look(), second.look(), return_exceptions=True)
    assert len(await reads.seen()) == 20
    server.deliver(mail("more"))
    await second.look()
    assert "more" not in await reads.seen()
    reads.now += timedelta(minutes=1)
    await second.look()
    assert len(await reads.seen()) == 21


async def test_the_reader_that_lost_its_turn_writes_nothing(reads: Reads, server: Dovecot) -> None:
    inbox = reads.inbox()
    await inbox.look()
    server.deliver(mail("one"))
    position = await mail_inboxes.find_position(reads.db, reads.boxes[0].name)
    assert position is not None
    taken = partial(mail_inboxes.move, old=position, new=replace(position, next_uid=9))
    begin = reads.boxes[0].begin

    async def overtaken(uid: int) -> MailBeginning | None:
        found = await begin(uid)
        await reads.db.write(taken)
        return found

    reads.boxes[0].begin = overtaken  # type: ignore[method-assign]
    with pytest.raises(Conflict):
        await inbox.look()
    assert await reads.seen() == []


async def tell_administrators(reads: Reads) -> None:
    """There is somebody to be told."""

    async def an_administrator(tx: Tx) -> None:
        who = await staff.add_staff(tx, "เมย์", Role.ADMIN, NOW)
        await staff.link_identity(tx, Identity(Platform.TELEGRAM, "may", who, "may"), NOW)

    await reads.db.write(an_administrator)


async def notices(reads: Reads) -> list[str]:
    """What administrators were told."""
    return [row["notice"] for row in await reads.db.fetch("SELECT notice FROM outbox ORDER BY id")]


class Refusing:
    """A server that does not give some mails, in one of the ways of servers."""

    def __init__(self, box: ImapBox, *uids: int, says_nothing: bool = False) -> None:
        self.uids = set(uids)
        self.box = box
        self.begin = box.begin
        self.says_nothing = says_nothing
        box.begin = self  # type: ignore[method-assign]

    async def __call__(self, uid: int) -> MailBeginning | None:
        if uid not in self.uids:
            return await self.begin(uid)
        if self.says_nothing:
            return None
        await self.box.close()
        raise BoxFailed("read")


@pytest.mark.parametrize("says_nothing", [False, True])
async def test_a_mail_that_the_server_does_not_give_keeps_no_other_and_is_asked_for_again(
    reads: Reads, server: Dovecot, says_nothing: bool
) -> None:
    await tell_administrators(reads)
    inbox = reads.inbox()
    await inbox.look()
    for number in range(30):
        server.deliver(mail(str(number)))
    refusing = Refusing(reads.boxes[0], 2, 25, says_nothing=says_nothing)
    for _look in range(2 * mail_inbox.ATTEMPTS):
        await inbox.look_safely()
    others = [str(number) for number in range(30) if number not in (1, 24)]
    assert await reads.seen() == others
    assert await refused.count_refused(reads.db) == 2
    (told,) = await notices(reads)
    assert "run_bot.py mail retry" in told
    await inbox.look_safely()
    assert await reads.seen() == others
    # It is left alone for a while, and asked for in vain once more.
    reads.now += refusals.AGAIN
    refusing.uids = {25}
    await inbox.look_safely()
    assert await reads.seen() == [*others, "1"]
    await inbox.look_safely()
    assert await refused.count_refused(reads.db) == 1
    reads.now += refusals.AGAIN
    refusing.uids = set()
    await inbox.look_safely()
    assert await reads.seen() == [*others, "1", "24"]
    assert await refused.count_refused(reads.db) == 0


async def test_a_refused_mail_that_is_deleted_is_waited_for_no_longer(
    reads: Reads, server: Dovecot
) -> None:
    inbox = reads.inbox()
    await inbox.look()
    server.deliver(mail("one"))
    server.deliver(mail("two"))
    Refusing(reads.boxes[0], 1)
    for _look in range(mail_inbox.ATTEMPTS):
        await inbox.look_safely()
    assert await refused.count_refused(reads.db) == 1
    server.forget(0)
    reads.now += refusals.AGAIN
    await reads.inbox().look()
    assert await refused.count_refused(reads.db) == 0
    assert await reads.seen() == ["two"]


async def test_a_refused_mail_is_found_under_its_new_number(reads: Reads, server: Dovecot) -> None:
    reads.now = CLOCK()
    inbox = reads.inbox()
    await inbox.look()
    server.deliver(mail("one"))
    server.deliver(mail("two"))
    Refusing(reads.boxes[0], 1)
    for _look in range(mail_inbox.ATTEMPTS):
        await inbox.look_safely()
    reads.now += timedelta(days=9)
    server.number_anew()
    await reads.inbox().look()
    assert sorted(await reads.seen()) == ["one", "two"]
    assert await refused.count_refused(reads.db) == 0


async def test_new_mails_that_look_like_those_from_before_the_desk_are_taken(
    reads: Reads, server: Dovecot
) -> None:
    scan = mail("scan", "page 1\r\n")
    server.deliver(scan)
    inbox = reads.inbox()
    await inbox.look()
    server.deliver(scan)
    server.deliver(mail("scan", "page 2\r\n"))
    await inbox.look()
    assert await reads.seen() == ["scan", "scan"]


async def test_a_mail_that_came_two_ways_is_one(reads: Reads, server: Dovecot) -> None:
    inbox = reads.inbox()
    await inbox.look()
    raw = b"Message-ID: <a@b.example>\r\n" + mail("one")
    server.deliver(b"Received: from here\r\n" + raw)
    server.deliver(b"Received: from there\r\nDelivered-To: other@nso.example\r\n" + raw)
    await inbox.look()
    assert await reads.seen() == ["one"]
    # The same words to somebody else, or called something else, are another mail.
    server.deliver(b"To: b@nso.example\r\n" + raw)
    server.deliver(b"Content-Type: text/html\r\n" + raw)
    await inbox.look()
    assert await reads.seen() == ["one", "one", "one"]


async def test_the_same_mail_in_two_mailboxes_is_one(reads: Reads, server: Dovecot) -> None:
    raw = b"Message-ID: <a@b.example>\r\n" + mail("one")
    with a_server() as other:
        boxes = [ImapBox(address(each), "INBOX") for each in (server, other)]
        boxes[1].name = "services@other.example/INBOX"
        reads.boxes.extend(boxes)
        inboxes = [inbox_of(reads, box) for box in boxes]
        for inbox in inboxes:
            await inbox.look()
        server.deliver(b"Received: from here\r\n" + raw)
        other.deliver(b"Received: from there\r\n" + raw)
        other.deliver(mail("two"))
        server.deliver(mail("two"))
        for _look in range(2):
            for inbox in inboxes:
                await inbox.look()
        # Without a Message-ID nobody can know that they are one.
        assert await reads.seen() == ["one", "two", "two"]
        await boxes[1].close()


async def test_a_mail_without_a_byte_is_taken(reads: Reads, server: Dovecot) -> None:
    inbox = reads.inbox()
    await inbox.look()
    server.deliver(b"")
    server.deliver(mail("two"))
    await inbox.look()
    assert len(await reads.waiting()) == 2


async def test_one_look_takes_so_many_and_the_next_one_the_others(
    reads: Reads, server: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mail_inbox, "MOST", 25)
    monkeypatch.setattr(mail_inbox, "SPAN", 10)
    inbox = reads.inbox()
    await inbox.look()
    for number in range(60):
        server.deliver(mail(str(number)))
    found = []
    for _look in range(4):
        await inbox.look()
        found.append((len(await reads.waiting()), inbox.has_more))
    assert found == [(25, True), (50, True), (60, False), (60, False)]
    await asyncio.wait_for(reads.inbox().look(), PATIENCE)


async def test_a_disk_without_room_is_told_once_and_nothing_is_lost(
    reads: Reads, server: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    await tell_administrators(reads)
    inbox = reads.inbox()
    await inbox.look()
    server.deliver(mail("one"))

    server.deliver(mail("two", "text\r\n" * 9))

    async def full(blobs: Blobs, part: ReceivedBytes) -> None:
        raise OSError(28, "No space left on device")

    async def also_full(*_given: object) -> None:
        raise StoreUnavailable("disk I/O error")

    with monkeypatch.context() as patched:
        patched.setattr(Blobs, "keep", full)
        patched.setattr(inbox._trouble._notices, "_post", also_full)
        await inbox.look_safely()
        await inbox.look_safely()
    assert await notices(reads) == []
    assert await reads.seen() == []
    keep = Blobs.keep

    async def nearly_full(blobs: Blobs, part: ReceivedBytes) -> None:
        if part.size > 80:
            await full(blobs, part)
        await keep(blobs, part)

    with monkeypatch.context() as patched:
        patched.setattr(Blobs, "keep", nearly_full)
        await inbox.look_safely()
    # What there is room for is taken.
    assert await reads.seen() == ["one"]
    await inbox.look_safely()
    assert await reads.seen() == ["one", "two"]
    (told,) = await notices(reads)
    assert "ดิสก์อาจเต็ม" in told


async def test_a_database_that_is_away_while_the_mailbox_is_ends_nothing(
    reads: Reads, server: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = ImapBox(replace(address(server), password="very-secret-too"))
    inbox = inbox_of(reads, wrong)

    async def away(*_given: object) -> None:
        raise StoreUnavailable("away")

    monkeypatch.setattr(inbox._trouble._notices, "_post", away)
    await inbox.look_safely()
    # Not again and again: the server would close the account. That it is over shows in a minute.
    waits = []
    for _look in range(4):
        waits.append(inbox._trouble.pause())
        await inbox.look_safely()
    assert waits == [45] * 4


async def test_a_mail_that_is_deleted_while_it_is_fetched_is_not_half_a_mail(
    reads: Reads, server: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox = reads.inbox()
    await inbox.look()
    server.deliver(mail("large", "text\r\n" * 200_000))
    server.deliver(mail("two"))
    begin = reads.boxes[0].begin

    async def deleted(uid: int) -> MailBeginning | None:
        found = await begin(uid)
        if uid == 1:
            await reads.boxes[0].close()
            server.forget(0)
            await reads.boxes[0].look()
        return found

    monkeypatch.setattr(reads.boxes[0], "begin", deleted)
    for _look in range(2):
        await inbox.look_safely()
    assert await reads.seen() == ["two"]


async def test_a_lost_connection_within_a_large_mail_costs_nothing(
    reads: Reads, server: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox = reads.inbox()
    await inbox.look()
    server.deliver(mail("small"))
    large = mail("large", "text\r\n" * 4_200_000)
    server.deliver(large)
    fetch = reads.boxes[0]._fetch
    left = [50]

    async def breaks(uid: int, asked: str) -> list[Any]:
        left[0] -= 1
        if left[0] == 0:
            server.stop()
            server.start()
        return await fetch(uid, asked)

    monkeypatch.setattr(reads.boxes[0], "_fetch", breaks)
    await inbox.look_safely()
    assert await reads.seen() == ["small"]
    assert not list((reads.blobs._root / "parts").iterdir())
    await inbox.look_safely()
    assert (await reads.raws())[1] == large


async def test_administrators_hear_once_a_day_of_a_login_that_is_refused(
    reads: Reads, server: Dovecot
) -> None:
    await tell_administrators(reads)
    wrong = ImapBox(replace(address(server), password="very-secret-too"))
    inbox = inbox_of(reads, wrong)
    for _look in range(2):
        await inbox.look_safely()
    told = await reads.db.fetch("SELECT notice FROM outbox")
    assert len(told) == 1
    assert "อ่านกล่องอีเมลของสำนักงานไม่ได้ (login)" in told[0]["notice"]


# What the office wants to see in the mailbox.


def marking(reads: Reads, flag: str = "", folder: str = "") -> MailInbox:
    """An inbox that marks what it took."""
    box = ImapBox(address(reads.server), marks=TakenMark(flag, folder))
    reads.boxes.append(box)
    return inbox_of(reads, box)


@pytest.mark.parametrize(
    ("flag", "folder", "flags", "moved"),
    [
        (r"\Seen", "", ["", "S", "S"], ""),
        ("Deskbot", "", ["", "a", "a"], ""),
        ("", "Taken", [""], ".Taken"),
        (r"\Flagged", "รับแล้ว & เก็บ", [""], ".&DiMOMQ4aDkEOJQ5JDic- &- &DkAOAQ5HDho-"),
    ],
)
async def test_a_mail_that_was_taken_gets_the_flag_or_the_folder_and_no_other_does(
    reads: Reads, server: Dovecot, flag: str, folder: str, flags: list[str], moved: str
) -> None:
    server.deliver(mail("before the desk"))
    inbox = marking(reads, flag, folder)
    await inbox.look()
    assert server.flags() == [""]
    raw = b"Message-ID: <a@b.example>\r\n" + mail("one")
    server.deliver(raw)
    # The same mail, come another way, is no second mail: what was done with it can be seen as well.
    server.deliver(b"Received: from there\r\n" + raw)
    await inbox.look()
    assert sorted(server.flags()) == flags
    assert await reads.seen() == ["one"]
    folders = [each.name for each in server.mail.iterdir() if each.name.startswith(".")]
    assert folders == ([moved] if moved else [])
    for each in folders:
        assert len([*server.mail.glob(f"{each}/cur/*"), *server.mail.glob(f"{each}/new/*")]) == 2
    await inbox.look()
    assert await reads.seen() == ["one"]
    assert await to_mark.list_to_mark(reads.db, await position_of(reads), 9) == []


async def position_of(reads: Reads) -> Position:
    found = await mail_inboxes.find_position(reads.db, reads.boxes[0].name)
    assert found is not None
    return found


async def test_a_mail_is_marked_after_it_is_stored_and_never_before(
    reads: Reads, server: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox = marking(reads, r"\Seen")
    await inbox.look()
    server.deliver(mail("one"))

    async def away(*_given: object) -> bool:
        raise StoreUnavailable("away")

    with monkeypatch.context() as patched:
        patched.setattr(incoming, "take", away)
        await inbox.look_safely()
    assert server.flags() == [""]
    mark = reads.boxes[0].mark
    with monkeypatch.context() as patched:
        patched.setattr(reads.boxes[0], "mark", away)
        await inbox.look_safely()
    assert await reads.seen() == ["one"]
    assert server.flags() == [""]
    assert reads.boxes[0].mark == mark
    await inbox.look_safely()
    assert server.flags() == ["S"]


async def test_a_mailbox_that_takes_no_mark_is_told_once_and_loses_nothing(
    reads: Reads, server: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    await tell_administrators(reads)
    inbox = marking(reads, r"\Seen")
    await inbox.look()
    server.deliver(mail("one"))
    asked = []

    async def refuses(uidvalidity: int, uids: list[int]) -> None:
        asked.append(uids)
        raise BoxFailed("mark")

    monkeypatch.setattr(reads.boxes[0], "mark", refuses)
    for _look in range(3):
        await inbox.look_safely()
    assert asked == [[1]]
    (told,) = await notices(reads)
    assert "DESKBOT_IMAP_FLAG" in told
    assert await reads.seen() == ["one"]


async def test_a_mailbox_numbered_anew_before_its_mails_were_marked(
    reads: Reads, server: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads.now = CLOCK()
    first = marking(reads, r"\Seen")
    await first.look()
    server.deliver(mail("one"))
    server.deliver(mail("two"))

    async def fails(uidvalidity: int, uids: list[int]) -> None:
        raise BoxFailed("read")

    monkeypatch.setattr(reads.boxes[0], "mark", fails)
    await first.look_safely()
    server.number_anew()
    await marking(reads, r"\Seen").look()
    assert server.flags() == ["S", "S"]
    assert await reads.seen() == ["one", "two"]
    rows = await reads.db.fetch("SELECT uid FROM mails_to_mark")
    assert rows == []


# The way to the server.


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    return make_certificate(tmp_path)


async def test_the_password_goes_over_tls_that_can_be_trusted_and_else_nowhere(
    certificate: tuple[Path, Path],
) -> None:
    trusting = ssl.create_default_context(cafile=str(certificate[1]))
    with a_server(certificate) as server:
        start = MailServer("localhost", server.port, Encryption.STARTTLS, USER, PASSWORD)
        box = ImapBox(start, tls=trusting)
        assert (await box.look()).uidnext == 1
        await box.close()
        with pytest.raises(BoxFailed, match=r"^tls$"):
            await ImapBox(start).look()
        assert (
            server.log().count(f"Login: user=<{USER}>") == server.log().count("TLS, session") == 1
        )


async def test_a_server_without_starttls_gets_no_password(server: Dovecot) -> None:
    with pytest.raises(BoxFailed, match=r"^tls$"):
        await ImapBox(replace(address(server), encryption=Encryption.STARTTLS)).look()
    assert "Login:" not in server.log()


async def test_a_mailbox_that_is_not_there_is_said(server: Dovecot) -> None:
    box = ImapBox(address(server), 'no "such')
    with pytest.raises(BoxFailed, match=r"^mailbox$"):
        await box.look()
    await box.close()


@pytest.fixture
def silent() -> Iterator[int]:
    """A server that takes connections and says nothing."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        yield int(listening.getsockname()[1])


async def test_a_silent_server_is_not_waited_for(
    silent: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imap_box, "STEP", 0.2)
    with pytest.raises(BoxFailed, match=r"^timeout$"):
        await ImapBox(MailServer("127.0.0.1", silent, Encryption.NONE, USER, PASSWORD)).look()


async def test_a_stop_waits_for_no_server(server: Dovecot, monkeypatch: pytest.MonkeyPatch) -> None:
    box = ImapBox(address(server))
    await box.look()
    said = threading.Event()
    monkeypatch.setattr(ImapBox, "_look", lambda self, imap: (said.set(), imap.readline())[0])
    looking = asyncio.create_task(box.look())
    await asyncio.to_thread(said.wait, PATIENCE)
    looking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(looking, PATIENCE)


async def test_nobody_listening_is_said(silent: int) -> None:
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        with pytest.raises(BoxFailed, match=r"^connect$"):
            await ImapBox(
                MailServer("127.0.0.1", free.getsockname()[1], Encryption.NONE, USER, PASSWORD)
            ).look()


def answers(*lines: bytes) -> tuple[socket.socket, threading.Thread]:
    """A server that says these lines, one for each of the client's, and then hangs up."""
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with listening, listening.accept()[0] as connection, connection.makefile("rwb") as wire:
            for line in lines:
                wire.write(line)
                wire.flush()
                if not wire.readline():
                    return

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    return listening, thread


@pytest.mark.parametrize(
    "lines",
    [
        (b"\xff\xfe\0\r\n",),
        (b"* BYE too many\r\n",),
        (b"* OK\r\n", b"* CAPABILITY IMAP4rev1\r\nX BAD \xff\r\n"),
        (b"* OK\r\n", b"A" * 2_000_000),
    ],
    ids=["noise", "bye", "odd", "long"],
)
async def test_a_server_that_talks_nonsense_is_left(
    lines: tuple[bytes, ...], monkeypatch: Any
) -> None:
    monkeypatch.setattr(imap_box, "STEP", 2.0)
    listening, thread = answers(*lines)
    with pytest.raises(BoxFailed):
        await ImapBox(
            MailServer("127.0.0.1", listening.getsockname()[1], Encryption.NONE, USER, "p")
        ).look()
    await asyncio.to_thread(thread.join, PATIENCE)


@contextmanager
def only_login() -> Iterator[tuple[int, list[bytes]]]:
    """A server that knows no AUTHENTICATE: its port, and what it was told."""
    said: list[bytes] = []
    untagged = {
        b"CAPABILITY": b"* CAPABILITY IMAP4rev1\r\n",
        b"EXAMINE": b"* OK [UIDVALIDITY 5]\r\n* OK [UIDNEXT 9]\r\n",
    }

    def serve() -> None:
        with listening, listening.accept()[0] as connection, connection.makefile("rwb") as wire:
            wire.write(b"* OK\r\n")
            wire.flush()
            while line := wire.readline():
                tag, command, *rest = line.split(maxsplit=2)
                said.append(b" ".join((command, *rest)))
                wire.write(untagged.get(command, b"") + tag + b" OK done\r\n")
                wire.flush()

    listening = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield listening.getsockname()[1], said
    thread.join(PATIENCE)


async def test_a_server_that_knows_only_login_is_logged_in_to() -> None:
    with only_login() as (port, said):
        box = ImapBox(
            MailServer("127.0.0.1", port, Encryption.NONE, "desk", 's e"c\\ret'), 'In "box"'
        )
        assert await box.look() == MailboxState(5, 9)
        await box.close()
    assert said[1:] == [
        b'LOGIN desk "s e\\"c\\\\ret"\r\n',
        b"CAPABILITY",
        b'EXAMINE "In \\"box\\""\r\n',
    ]


async def test_a_password_that_login_cannot_say_is_refused_and_not_shown() -> None:
    with only_login() as (port, _said):
        with pytest.raises(BoxFailed, match=r"^login$") as refusal:
            await ImapBox(MailServer("127.0.0.1", port, Encryption.NONE, "desk", PASSWORD)).look()
        assert PASSWORD not in f"{refusal.value!r} {refusal.value.__cause__!r}"


@contextmanager
def idling(answer: bytes) -> Iterator[int]:
    """A server that offers IDLE and answers it so: to nothing that follows, where that is b""."""

    def serve() -> None:
        while True:
            try:
                connection = listening.accept()[0]
            except OSError:
                return
            with connection, connection.makefile("rwb") as wire:
                wire.write(b"* OK [CAPABILITY IMAP4rev1 IDLE]\r\n")
                wire.flush()
                while line := wire.readline():
                    if line == b"DONE\r\n":
                        continue
                    tag, command, *_rest = line.split(maxsplit=2)
                    said = {
                        b"CAPABILITY": b"* CAPABILITY IMAP4rev1 IDLE\r\n",
                        b"EXAMINE": b"* OK [UIDVALIDITY 5]\r\n* OK [UIDNEXT 9]\r\n",
                    }
                    if command == b"IDLE":
                        wire.write(tag + answer if answer else b"+ idling\r\n")
                    else:
                        wire.write(said.get(command, b"") + tag + b" OK done\r\n")
                    wire.flush()

    listening = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield listening.getsockname()[1]
    listening.shutdown(socket.SHUT_RDWR)
    listening.close()
    thread.join(PATIENCE)


async def test_a_wait_that_the_server_forgets_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imap_box, "GOOD_BYE", 0.2)
    with idling(b"") as port:
        box = ImapBox(MailServer("127.0.0.1", port, Encryption.NONE, USER, "p"))
        await box.look()
        with pytest.raises(BoxFailed, match=r"^timeout$"):
            await asyncio.wait_for(box.wait(0.2), PATIENCE)
        # The next look is on a new connection.
        assert await box.look() == MailboxState(5, 9)
        await box.close()


async def test_a_server_that_refuses_to_tell_is_asked_no_more() -> None:
    with idling(b" BAD what?\r\n") as port:
        box = ImapBox(MailServer("127.0.0.1", port, Encryption.NONE, USER, "p"))
        await box.look()
        assert not await asyncio.wait_for(box.wait(9), PATIENCE)
        assert await box.look() == MailboxState(5, 9)
        assert not await asyncio.wait_for(box.wait(9), PATIENCE)
        await box.close()


async def test_a_server_that_drips_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imap_box, "LONGEST_CALL", 0.5)
    listening = socket.create_server(("127.0.0.1", 0))

    def drip() -> None:
        with listening, listening.accept()[0] as connection, suppress(OSError):
            for _byte in range(10_000):
                connection.send(b"*")
                time.sleep(0.02)

    thread = threading.Thread(target=drip, daemon=True)
    thread.start()
    box = ImapBox(MailServer("127.0.0.1", listening.getsockname()[1], Encryption.NONE, USER, "p"))
    with pytest.raises(BoxFailed, match=r"^timeout$"):
        await asyncio.wait_for(box.look(), PATIENCE)
