"""A mailbox whose mails are taken already: what they come to, and how they go out again."""

from datetime import timedelta
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import orjson

from bot.mail.intake import MailIntake
from bot.mail.report import export_mails
from domain.mail.incoming import TakenMail, message_id_of
from store.mail import incoming

if TYPE_CHECKING:
    from tests.handlers.conftest import DeskUnderTest

FIRST = "R2611000124"
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 40


def a_mail(
    text: str = "ขอข้อมูลรายได้ครัวเรือนจังหวัดกระบี่ ปี 2566 ค่ะ",
    subject: str = "ขอข้อมูล",
    sender: str = "Wipa Jaidee <wipa@example.org>",
    number: int = 1,
) -> bytes:
    head = (
        f"From: {sender}\r\nTo: services@nso.example\r\nSubject: {subject}\r\n"
        f"Message-ID: <{number}@example.org>\r\nDate: Mon, 23 Nov 2026 09:55:00 +0700\r\n"
        "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
        "Content-Transfer-Encoding: 8bit\r\n\r\n"
    )
    return f"{head}{text}\r\n".encode()


def with_file(
    text: str,
    subject: str,
    name: str,
    sender: str = "Kamonchanok <kamon@example.ac.th>",
) -> bytes:
    """A mail that brings one picture."""
    head = (
        f"From: {sender}\r\nTo: services@nso.example\r\nSubject: {subject}\r\n"
        "Message-ID: <file@example.ac.th>\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n'
        f"Content-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n--b\r\nContent-Type: image/png\r\n"
        f'Content-Disposition: attachment; filename="{name}"\r\n\r\n'
    )
    return head.encode() + PNG + b"\r\n--b--\r\n"


class Mailbox:
    """Mails come in, as they do once their bytes are stored."""

    def __init__(self, desk: "DeskUnderTest") -> None:
        self.desk = desk
        self.blobs = desk.engine.desk.files.blobs
        self.uid = 0
        self.age = timedelta(minutes=1)
        running: Any = SimpleNamespace(
            desk=desk.engine.desk, post=desk.engine.post, owner=desk.engine.owner
        )
        inbox: Any = None
        self.intake = MailIntake(running, inbox, inbox)

    async def takes(self, raw: bytes, **fields: Any) -> TakenMail:
        async def chunks():
            yield raw

        part = await self.blobs.receive(chunks(), len(raw))
        await self.blobs.keep(part)
        self.uid += 1
        values: dict[str, Any] = {
            "mailbox": "box",
            "uidvalidity": 1,
            "uid": self.uid,
            "raw_sha256": part.sha256,
            "size": len(raw),
            "whole": True,
            "arrived_at": self.desk.now - self.age,
            "taken_at": self.desk.now,
            "message_id": message_id_of(raw),
        }
        mail = TakenMail(**{**values, **fields})
        await self.desk.db.write(partial(incoming.take, mail=mail))
        return mail

    async def settles(self) -> None:
        await self.intake.settle()
        await self.desk.engine.idle()

    async def brings(self, *raws: bytes) -> None:
        for raw in raws:
            await self.takes(raw)
        await self.settles()


async def exported(desk: "DeskUnderTest", tmp_path: Path) -> list[dict[str, Any]]:
    path = tmp_path / "mails.jsonl"
    data_dir = desk.engine.desk.files.blobs._root.parent
    assert await export_mails(desk.db, data_dir, path, tmp_path / "raw", desk.now) == 0
    return [orjson.loads(line) for line in path.read_bytes().splitlines()]
