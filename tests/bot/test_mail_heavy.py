"""What strangers send to hurt goes all the way from a real mail server to a ticket: in bounded time
and memory, its files marked, nothing of it run or fetched.
"""

import io
import json
from base64 import encodebytes
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from time import process_time
from types import SimpleNamespace
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from bot.clock import wall_clock
from bot.engine import Engine
from bot.files.file_store import FileStore
from bot.mail.imap_box import ImapBox
from bot.mail.inbox import MailInbox
from bot.mail.intake import MailIntake
from bot.mail.report import export_mails
from bot.mail.server import Encryption, MailServer
from bot.mail.trouble import MailTrouble
from store.blobs import Blobs
from store.engine.database import Database
from tests.fakes.dovecot import PASSWORD, USER, Dovecot, a_server
from tests.fakes.office import OFFICE, open_new

pytestmark = pytest.mark.long

HEAD = (
    b"From: Stranger <stranger@example.net>\r\nSubject: heavy\r\nMIME-Version: 1.0\r\n"
    b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n'
)
LONGEST = 12.0
"""Seconds of processor for any of them: a busy machine counts none of its own."""
MOST = 260_000
"""Kilobytes by which the process may grow."""


def text_part(text: bytes, kind: bytes = b"text/plain") -> bytes:
    return b"--b\r\nContent-Type: " + kind + b"; charset=utf-8\r\n\r\n" + text + b"\r\n"


def file_part(name: str, content: bytes, kind: str = "application/octet-stream") -> bytes:
    head = (
        f"--b\r\nContent-Type: {kind}\r\nContent-Transfer-Encoding: base64\r\n"
        f'Content-Disposition: attachment; filename="{name}"\r\n\r\n'
    )
    return head.encode() + encodebytes(content).replace(b"\n", b"\r\n")


def a_mail(*parts: bytes) -> bytes:
    return HEAD + b"".join(parts) + b"--b--\r\n"


def zipped(**members: bytes) -> bytes:
    packed = io.BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return packed.getvalue()


BOMB = zipped(zeros=b"\0" * 60_000_000)
PAGE = (
    b"<html><head><script>alert(1)</script></head><body onload=x()><p>How many people live in "
    b"Krabi?</p><img src='http://track.example/p.gif' width=1><iframe src=javascript:1></iframe>"
    b"<form action=http://evil.example><input name=a></form></body></html>"
)
MAILS: dict[str, bytes] = {
    "25 MB": a_mail(text_part(b"see"), file_part("big.bin", b"0123456789abcdef" * 1_150_000)),
    "5,000 parts": a_mail(*[text_part(b"part %d" % n) for n in range(5_000)]),
    "megabyte lines": a_mail(
        text_part(b"x" * 5_000_000), text_part(b"<p>" * 900_000, b"text/html")
    ),
    "zip bomb": a_mail(text_part(b"see"), file_part("a.zip", zipped(a=BOMB, b=BOMB))),
    "names": a_mail(
        file_part("../../../etc/cron.d/x", b"* * * * * root x"),
        file_part("C:\\Windows\\System32\\run.exe", b"MZ" + b"\0" * 99),
        file_part("bill.pdf.scr", b"MZ" + b"\0" * 99),
        file_part("con", b"text"),
        file_part("invoice\u202egpj.exe", b"MZ"),
        file_part("macro.docm", zipped(**{"word/vbaProject.bin": b"x"})),
    ),
    "active page": a_mail(text_part(PAGE, b"text/html")),
}


@pytest.fixture
def server() -> Iterator[Dovecot]:
    with a_server() as dovecot:
        yield dovecot


@pytest.fixture
async def db(tmp_path: Path) -> AsyncIterator[Database]:
    opened = await open_new(tmp_path / "desk.db")
    yield opened
    await opened.close()


@pytest.mark.parametrize("name", MAILS)
async def test_a_mail_that_is_made_to_hurt_is_a_ticket_in_bounded_time(
    server: Dovecot, db: Database, tmp_path: Path, name: str
) -> None:
    blobs = Blobs(tmp_path)
    engine = Engine(db, OFFICE, {}, "test", wall_clock, FileStore(db, {}, blobs))
    box = ImapBox(MailServer("127.0.0.1", server.port, Encryption.NONE, USER, PASSWORD))
    trouble = MailTrouble(engine.desk, engine.post)
    inbox = MailInbox(engine.desk, box, blobs, trouble, "test")
    running: Any = SimpleNamespace(desk=engine.desk, post=engine.post, owner="test")
    intake = MailIntake(running, inbox, trouble)
    await inbox.look()
    server.deliver(MAILS[name])
    begun = process_time()
    before = getrusage(RUSAGE_SELF).ru_maxrss
    await inbox.look()
    await intake.settle()
    assert process_time() - begun < LONGEST
    assert getrusage(RUSAGE_SELF).ru_maxrss - before < MOST
    (out,) = await exported(db, tmp_path)
    assert (out["kind"], bool(out["ticket"])) == ("new", True)
    CHECKS.get(name, lambda _out: None)(out)
    assert server.flags() == [""]
    await box.close()
    await engine.stop()


async def exported(db: Database, tmp_path: Path) -> list[dict[str, Any]]:
    path = tmp_path / "mails.jsonl"
    assert await export_mails(db, tmp_path, path, None, wall_clock()) == 0
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def check_names(out: dict[str, Any]) -> None:
    files = {file["filename"]: file["dangerous"] for file in out["attachments"]}
    assert not any(set(name) & set("/\\\u202e") for name in files)
    assert len(files) == 6
    assert [name for name, dangerous in files.items() if not dangerous] == ["x", "_con"]


def check_page(out: dict[str, Any]) -> None:
    assert "How many people live in Krabi?" in out["body_text"]
    for word in ("alert", "track.example", "javascript"):
        assert word not in out["body_text"]


def check_bomb(out: dict[str, Any]) -> None:
    (file,) = out["attachments"]
    assert file["size"] < 1_000_000


CHECKS = {"names": check_names, "active page": check_page, "zip bomb": check_bomb}
