"""Sends mails over SMTP. Each mail is handed over once; if nobody can know whether it was accepted,
that is said, and it is never sent again by itself.
"""

import asyncio
import json
import re
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from functools import partial

from aiolimiter import AsyncLimiter
from aiosmtplib import SMTP, SMTPException, SMTPServerDisconnected

from bot.mail.render import Payload, mail_bytes
from bot.mail.server import Encryption, MailServer
from bot.platform import (
    Delivery,
    Doubtful,
    Refused,
    Retry,
    Sent,
    Unparsable,
)
from domain.errors import InvalidInput, NotFound
from domain.staff import Platform
from handlers.chat import Attachment, Incoming, Reply
from store.blobs import Blobs
from store.chat.inbox import Event
from store.chat.outbox import Message

STEP = 20.0
ANSWER = 120.0
GOODBYE = 2.0
"""Seconds for each step, for the answer to a whole mail (filters take their time), and for QUIT."""
PAUSES = (60, 300, 900, 1800, 3600)
"""Seconds before trying again: greylisting wants minutes, and a day's end is not to be met by a
hundred tries.
"""
LINES = 4
"""Connections at a time."""
MAILS_A_SECOND = 4
_ENHANCED = re.compile(r"[245]\.\d{1,3}\.\d{1,3}\b")
ALARM_AFTER = 3
"""Tries after which administrators hear that the server cannot be reached; of TLS and login they
hear at once.
"""
_OURS = ("connect", "tls", "login")
_FINAL = ("from", "to", "cc", "data")
"""The steps at which 5xx is about this mail; at those before it is about the server or our
login.
"""
MailStep = tuple[str, Callable[[], Awaitable[object]]]


class MailAdapter:
    """See `bot.platform.Adapter`; a chat is an address, and payloads come from
    store/mail/mails.py.
    """

    platform = Platform.MAIL

    def __init__(
        self,
        server: MailServer,
        name: str,
        address: str,
        tls: ssl.SSLContext | None = None,
        blobs: Blobs | None = None,
    ) -> None:
        self._server = server
        self._name = name
        self._address = address
        self._tls = tls
        self._blobs = blobs
        self._calls = 0
        self._turn = asyncio.Lock()
        self._room = asyncio.Event()
        self._rate = AsyncLimiter(1, 1 / MAILS_A_SECOND)

    def parse(self, event: Event) -> Incoming:
        """Mail is no chat: nobody speaks to the desk here."""
        raise Unparsable

    def render(self, reply: Reply, replaces: str = "", topic: str = "") -> list[str]:
        """What is said in chats does not go to customers."""
        raise NotImplementedError

    def download(self, attachment: Attachment) -> AsyncIterator[bytes]:
        """Nothing comes in this way."""
        raise NotImplementedError

    async def show_busy(self, chat: str) -> None:
        """Nobody waits."""

    def serves(self, chat: str) -> bool:
        """Every address."""
        return True

    async def pace(self, chat: str) -> None:
        """Some connections at a time, and no burst: what is queued waits here, and is not half sent
        after a crash.
        """
        async with self._turn:
            while self._calls >= LINES:
                self._room.clear()
                await self._room.wait()
            await self._rate.acquire()

    async def deliver(self, message: Message) -> Delivery:
        """Hand it over; one that was perhaps accepted before is left to a person."""
        if message.unclear:
            return Doubtful("unclear")
        try:
            payload = json.loads(message.payload)
            if not payload["message_id"]:
                payload["message_id"] = self._message_id(message)
            # Attachments are read and written out beside the event loop.
            data = await asyncio.to_thread(self._compose, payload)
        except NotFound:
            return Refused("file")
        except (InvalidInput, ValueError, KeyError):
            return Refused("compose")
        self._calls += 1
        try:
            return await self._hand_over(payload, data, message.attempts)
        finally:
            self._calls -= 1
            self._room.set()

    def _compose(self, payload: Payload) -> bytes:
        blobs = self._blobs
        if blobs is None:
            return mail_bytes(payload, self._name, self._address)

        def read(sha256: str) -> bytes:
            return blobs.existing(sha256).read_bytes()

        return mail_bytes(payload, self._name, self._address, read)

    def _message_id(self, message: Message) -> str:
        """The id of a mail that has none of its own: one row of the outbox, one mail."""
        return f"<{message.id}@{self._domain}>"

    @property
    def _domain(self) -> str:
        return self._address.rpartition("@")[2]

    async def _hand_over(self, payload: Payload, data: bytes, attempts: int) -> Delivery:
        client = self._client()
        # Whoever is refused, nobody gets it: that is one state, and one person who mends it.
        copies = [("cc", partial(client.rcpt, each)) for each in payload.get("cc", ())]
        before: list[MailStep] = [
            *self._greeting(client),
            ("from", lambda: client.mail(self._address)),
            ("to", lambda: client.rcpt(payload["to"])),
            *copies,
        ]
        try:
            for step, call in before:
                failure = await _try(step, call, attempts)
                if failure is not None:
                    return failure
            return await self._hand_over_text(client, data, attempts)
        finally:
            client.close()

    async def _hand_over_text(self, client: SMTP, data: bytes, attempts: int) -> Delivery:
        """From here on the mail may have been taken, whatever goes wrong."""
        try:
            await client.data(data, timeout=ANSWER)
        except (SMTPException, OSError, UnicodeError, ValueError) as error:
            if not _is_yes(client, error):
                return _failure("data", error, attempts)
        with suppress(SMTPException, OSError, UnicodeError, ValueError):
            await client.quit(timeout=GOODBYE)
        return Sent()

    def _client(self) -> SMTP:
        server = self._server
        return SMTP(
            hostname=server.host,
            port=server.port,
            use_tls=server.encryption is Encryption.TLS,
            start_tls=False,
            tls_context=self._tls,
            timeout=STEP,
            local_hostname=self._domain,
        )

    def _greeting(self, client: SMTP) -> list[MailStep]:
        """Connecting, encryption and login, each a step of its own."""
        server = self._server
        steps: list[MailStep] = [("connect", client.connect)]
        if server.encryption is Encryption.STARTTLS:
            steps.append(("tls", client.starttls))
        if server.user:
            steps.append(("login", lambda: client.login(server.user, server.password)))
        return steps

    async def hello(self) -> str:
        """Connect and log in, send nothing: "" where all is good, else the step and the server's
        code.
        """
        client = self._client()
        try:
            for step, call in [*self._greeting(client), ("connect", client.noop)]:
                try:
                    await call()
                except (SMTPException, OSError) as error:
                    return _what(step, error)
            with suppress(SMTPException, OSError):
                await client.quit(timeout=GOODBYE)
            return ""
        finally:
            client.close()


async def _try(step: str, call: Callable[[], Awaitable[object]], attempts: int) -> Delivery | None:
    """One step before the text is out; None where it went well."""
    try:
        await call()
    except asyncio.CancelledError:
        # The desk stops, and nothing of the text is out: that is no doubt.
        return Retry("stopped", after=0.0)
    except (SMTPException, OSError, UnicodeError, ValueError) as error:
        return _failure(step, error, attempts)
    return None


def _is_yes(client: SMTP, error: Exception) -> bool:
    """Whether the answer to the text was a yes that the library cannot read: another 2yz, or words
    without end.

    250 itself is none: the library raises it only where it came too early, in place of the request
    for the text."""
    code = getattr(error, "code", 0)
    if 200 <= code < 300 and code != 250:
        return True
    return client.protocol is not None and bytes(client.protocol._buffer[:1]) == b"2"


def _failure(step: str, error: Exception, attempts: int) -> Delivery:
    """Permanent, temporary, or unknowable: decided here, where SMTP's own words are known (RFC
    5321, section 4.2).
    """
    what = _what(step, error)
    code = _code(error)
    if step == "data" and not code:
        # The text was perhaps taken: the answer is missing, or none of SMTP's.
        return Doubtful(what)
    if code >= 500 and step in _FINAL:
        return Refused(what)
    pause = PAUSES[min(attempts, len(PAUSES) - 1)]
    lasting = what.split()[0] in ("tls", "login") or attempts >= ALARM_AFTER
    return Retry(what, after=pause, alarm=step in _OURS and lasting)


def _what(step: str, error: Exception) -> str:
    """The step and the codes, without the server's words: they may hold an address."""
    code = _code(error)
    if isinstance(error.__cause__ or error, ssl.SSLError):
        step = "tls"
    if step not in ("tls", "login") and not code:
        step = _how(step, error)
    words = [step]
    if code:
        words.append(str(code))
    if enhanced := _ENHANCED.match(str(getattr(error, "message", ""))):
        words.append(enhanced[0])
    return " ".join(words)


def _how(step: str, error: Exception) -> str:
    """The step, and whether the server was silent in it, or gone."""
    if isinstance(error, TimeoutError):
        return f"timeout {step}"
    if isinstance(error, SMTPServerDisconnected | OSError) and step != "connect":
        return f"lost {step}"
    return step


def _code(error: Exception) -> int:
    """The server's refusal, 400 to 599; 0 where it gave none."""
    code = getattr(error, "code", 0)
    if isinstance(code, int) and 400 <= code < 600:
        return code
    return 0
