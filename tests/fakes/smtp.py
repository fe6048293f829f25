"""An SMTP server that keeps what it is given, checks the client's manners, and can fail at every
step.
"""

import asyncio
import base64
import email
import re
import ssl
import subprocess
import threading
from collections import defaultdict
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Self, cast

from bot.mail.adapter import MailAdapter
from bot.mail.server import Encryption, MailServer
from store.blobs import Blobs

CLOSE, HANG = "close", "hang"
"""Instead of an answer: the connection ends, or nothing comes."""
STEPS = ("connect", "ehlo", "starttls", "auth", "mail", "rcpt", "data", "message", "quit")
GOOD = {
    "connect": "220 fake ESMTP",
    "starttls": "220 go ahead",
    "auth": "235 2.7.0 welcome",
    "mail": "250 2.1.0 ok",
    "rcpt": "250 2.1.5 ok",
    "data": "354 go on",
    "message": "250 2.0.0 queued",
    "quit": "221 bye",
}


@dataclass(frozen=True, slots=True)
class Taken:
    """One mail as it came over the wire."""

    sender: str
    to: str
    raw: bytes
    encrypted: bool
    recipients: tuple[str, ...] = ()

    @property
    def message(self) -> EmailMessage:
        return cast(EmailMessage, email.message_from_bytes(self.raw, policy=SMTP))

    @property
    def subject(self) -> str:
        return str(self.message["Subject"])

    @property
    def body(self) -> str:
        return str(self.message.get_content()).replace("\r\n", "\n")


def make_certificate(folder: Path) -> tuple[Path, Path]:
    """A key and a certificate for localhost that nobody but this test trusts."""
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost"
    names = [
        "-addext",
        "subjectAltName=DNS:localhost",
        "-keyout",
        str(key),
        "-out",
        str(certificate),
    ]
    subprocess.run([*command.split(), *names], check=True, capture_output=True)
    return key, certificate


class FakeSmtp:
    """`with FakeSmtp() as smtp:` serves on a thread of its own; `smtp.fails("rcpt", "450 4.2.0
    later")` once.
    """

    def __init__(
        self, *, login: tuple[str, str] | None = None, certificate: tuple[Path, Path] | None = None
    ) -> None:
        self.mails: list[Taken] = []
        self.violations: list[str] = []
        self.connections = 0
        self.port = 0
        self._login = login
        self._tls = _context(certificate) if certificate else None
        self._faults: dict[str, list[str]] = defaultdict(list)
        self._always: dict[str, str] = {}
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._tasks: set[asyncio.Task[None]] = set()

    def fails(self, step: str, *answers: str) -> None:
        """The next times that this step comes: an answer, CLOSE or HANG."""
        assert step in STEPS
        self._faults[step] += answers

    def always(self, step: str, answer: str) -> None:
        """Whenever this step comes, until told otherwise ("" ends it)."""
        self._always[step] = answer

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        self._thread.start()
        serving = asyncio.run_coroutine_threadsafe(
            asyncio.start_server(self._serve, "127.0.0.1", 0), self._loop
        )
        self._server = serving.result(10)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(self, *exc: object) -> None:
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _stop(self) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.connections += 1
        try:
            await _Session(self, reader, writer).run()
        except (ConnectionError, ssl.SSLError, _Closed):
            pass
        except asyncio.CancelledError:
            return
        finally:
            self._tasks.discard(task)
            writer.close()

    def answer(self, step: str) -> str:
        """What to say at this step now."""
        if self._faults[step]:
            return self._faults[step].pop(0)
        return self._always.get(step) or GOOD.get(step, "")


class _Closed(Exception):
    """The fake ended the connection."""


class _Session:
    """One connection."""

    def __init__(
        self, fake: FakeSmtp, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.fake, self.reader, self.writer = fake, reader, writer
        self.encrypted = self.greeted = self.known = False
        self.sender = ""
        self.recipients: list[str] = []

    def say(self, text: str) -> None:
        self.writer.write(text.encode("utf-8", "surrogateescape") + b"\r\n")

    async def step(self, name: str) -> bool:
        """Answer as the script says; whether it was a yes."""
        answer = self.fake.answer(name)
        if answer == CLOSE:
            raise _Closed
        if answer == HANG:
            await asyncio.Event().wait()
        self.say(answer)
        return answer[0] in "23"

    async def run(self) -> None:
        if not await self.step("connect"):
            return
        while line := await self.reader.readline():
            if not line.endswith(b"\r\n") or len(line) > 512:
                self.fake.violations.append(f"command {line[:40]!r}")
            verb, _, rest = line.decode("ascii").strip().partition(" ")
            if verb.upper() == "QUIT":
                await self.step("quit")
                return
            await getattr(self, f"on_{verb.lower()}", self.unknown)(rest)

    async def unknown(self, rest: str) -> None:
        self.fake.violations.append("unknown command")
        self.say("500 what")

    async def on_noop(self, rest: str) -> None:
        self.say("250 ok")

    async def on_ehlo(self, name: str) -> None:
        self.greeted = True
        fault = self.fake.answer("ehlo")
        if fault:
            self.say(fault)
            return
        lines = [f"fake greets {name}"]
        if self.fake._tls and not self.encrypted:
            lines.append("STARTTLS")
        if self.fake._login:
            lines.append("AUTH PLAIN")
        for line in lines[:-1]:
            self.say(f"250-{line}")
        self.say(f"250 {lines[-1]}")

    async def on_starttls(self, rest: str) -> None:
        if await self.step("starttls") and self.fake._tls:
            await self.writer.start_tls(self.fake._tls)
            self.encrypted, self.greeted = True, False

    async def on_auth(self, rest: str) -> None:
        _, _, given = rest.partition(" ")
        _zero, user, password = base64.b64decode(given).decode().split("\0")
        if self.fake._tls and not self.encrypted:
            self.fake.violations.append("password without encryption")
        if (user, password) != self.fake._login:
            self.say("535 5.7.8 no")
            return
        self.known = await self.step("auth")

    async def on_mail(self, rest: str) -> None:
        if not self.greeted or (self.fake._login and not self.known):
            self.fake.violations.append("MAIL before greeting or login")
        self.sender = re.fullmatch(r"FROM:<([^<>]*)>.*", rest)[1]  # type: ignore[index]
        self.recipients = []
        await self.step("mail")

    async def on_rcpt(self, rest: str) -> None:
        to = re.fullmatch(r"TO:<([^<>]*)>.*", rest)[1]  # type: ignore[index]
        if await self.step("rcpt"):
            self.recipients.append(to)

    async def on_data(self, rest: str) -> None:
        if not await self.step("data"):
            return
        raw = b""
        while (line := await self.reader.readline()) != b".\r\n":
            if not line:
                raise _Closed
            if (
                len(line) > 1000
                or not line.endswith(b"\r\n")
                or not line.isascii()
                or b"\0" in line
            ):
                self.fake.violations.append(f"line {line[:40]!r}")
            raw += line.removeprefix(b".")
        # A server that breaks off now has the mail all the same: that is the doubt.
        refused = self.fake.answer("message")
        if refused[:1] not in ("4", "5"):
            to = next(iter(self.recipients), "")
            everybody = tuple(self.recipients)
            self.fake.mails.append(Taken(self.sender, to, raw, self.encrypted, everybody))
        if refused == CLOSE:
            raise _Closed
        if refused == HANG:
            await asyncio.Event().wait()
        self.say(refused)


def _context(certificate: tuple[Path, Path]) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate[1], certificate[0])
    return context


def mail_adapter(smtp: FakeSmtp, folder: Path | None = None, name: str = "กลุ่มบริการ") -> MailAdapter:
    """The way out for mails to this server, with the files of that folder."""
    server = MailServer("127.0.0.1", smtp.port, Encryption.NONE)
    blobs = Blobs(folder) if folder else None
    return MailAdapter(server, name, "services@nso.example", blobs=blobs)
