"""A mailbox over IMAP, read and never changed: imaplib in a thread of its own, since asyncio has no
client as sound.
"""

import asyncio
import imaplib
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from socket import SHUT_RDWR
from typing import Any, TypeVar

from bot.mail.server import Encryption, MailServer

STEP = 20.0
"""Seconds that the server may be silent."""
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
T = TypeVar("T")


class BoxFailed(Exception):
    """The mailbox cannot be read just now: connect, tls, login, mailbox, or read. Never the
    server's words.
    """

    safe_text = True


@dataclass(frozen=True, slots=True)
class MailboxState:
    """How a mailbox stands: UIDs mean something under this `uidvalidity`, and the next mail has
    `uidnext` or more.
    """

    uidvalidity: int
    uidnext: int


class ImapBox:
    """One mailbox; connects when it is looked at, and anew after whatever failed. Opened so that
    nothing changes.

    Every method but `close` raises BoxFailed.
    """

    def __init__(
        self, server: MailServer, mailbox: str = "INBOX", tls: ssl.SSLContext | None = None
    ) -> None:
        self.name = f"{server.user}@{server.host}/{mailbox}"
        self._server = server
        self._mailbox = '"{}"'.format(mailbox.replace("\\", "\\\\").replace('"', '\\"'))
        self._tls = tls
        self._imap: imaplib.IMAP4 | None = None

    async def look(self) -> MailboxState:
        """Log in where nobody is yet, and see how the mailbox stands."""
        return await self._call(self._look)

    async def uids(self, first: int, last: int) -> list[int]:
        """The mails from `first` to `last` that are there, in order."""
        span = f"{first}:{last}"
        found = await self._call(lambda imap: _numbers(imap.uid("SEARCH", "UID", span)))
        # Whatever else a server tells of was not asked for.
        return sorted(uid for uid in found if first <= uid <= last)

    async def first_since(self, day: date) -> int | None:
        """The first mail that came on this day or later."""
        when = f"{day.day}-{_MONTHS[day.month - 1]}-{day.year}"
        found = await self._call(lambda imap: _numbers(imap.uid("SEARCH", "SINCE", when)))
        return min(found, default=None)

    async def read(self, uid: int, what: str, limit: int) -> bytes | None:
        """The first `limit` bytes of a mail, or of its HEADER; it stays unread. None where it is
        gone.
        """
        asked = f"(UID BODY.PEEK[{what}]<0.{limit}>)"
        found = await self._call(lambda imap: _said(imap.uid("FETCH", str(uid), asked)))
        for item in found:
            if isinstance(item, tuple):
                return bytes(item[1][:limit])
        return None

    async def close(self) -> None:
        """Break the connection off; a thread that still waits for the server ends with it."""
        imap = self._imap
        self._imap = None
        if imap is not None:
            with suppress(OSError):
                imap.sock.shutdown(SHUT_RDWR)
            _shut(imap)

    async def _call(self, work: Callable[[imaplib.IMAP4], T]) -> T:
        try:
            return await _in_thread(lambda: work(self._connected()))
        except BaseException:
            # Cancelled or failed: what the server still says belongs to nobody.
            await self.close()
            raise

    # What runs in the thread.

    def _look(self, imap: imaplib.IMAP4) -> MailboxState:
        _said(imap.select(self._mailbox, readonly=True), "mailbox")
        validity = _last(imap.response("UIDVALIDITY"))
        following = _last(imap.response("UIDNEXT"))
        if not validity or not following:
            raise BoxFailed("mailbox")
        return MailboxState(int(validity), int(following))

    def _connected(self) -> imaplib.IMAP4:
        if self._imap is None:
            imap = self._connect()
            try:
                self._log_in(imap)
            except BaseException:
                _shut(imap)
                raise
            self._imap = imap
        return self._imap

    def _connect(self) -> imaplib.IMAP4:
        server = self._server
        if server.encryption is Encryption.TLS:
            return imaplib.IMAP4_SSL(
                server.host, server.port, ssl_context=self._context(), timeout=STEP
            )
        return imaplib.IMAP4(server.host, server.port, timeout=STEP)

    def _context(self) -> ssl.SSLContext:
        return self._tls or ssl.create_default_context()

    def _log_in(self, imap: imaplib.IMAP4) -> None:
        step = "tls"
        try:
            if self._server.encryption is Encryption.STARTTLS:
                if "STARTTLS" not in imap.capabilities:
                    raise BoxFailed(step)
                imap.starttls(self._context())
            step = "login"
            self._say_who(imap)
        except imaplib.IMAP4.abort:
            raise BoxFailed("read") from None
        except (imaplib.IMAP4.error, UnicodeError):
            raise BoxFailed(step) from None

    def _say_who(self, imap: imaplib.IMAP4) -> None:
        user = self._server.user
        password = self._server.password
        if "AUTH=PLAIN" in imap.capabilities:
            imap.authenticate("PLAIN", lambda _challenge: f"\0{user}\0{password}".encode())
        else:
            imap.login(user, password)


def _said(answer: tuple[str, list[Any]], step: str = "read") -> list[Any]:
    """What a yes says; BoxFailed for everything else."""
    verdict, data = answer
    if verdict != "OK":
        raise BoxFailed(step)
    return [item for item in data if item is not None]


def _numbers(answer: tuple[str, list[Any]]) -> list[int]:
    """The numbers that a search found, which a server may tell in several lines."""
    return [int(number) for number in b" ".join(_said(answer)).split()]


def _last(response: tuple[str, list[Any]]) -> Any:
    """What the server said of this at last; None where it said nothing."""
    _name, told = response
    return told[-1]


async def _in_thread(work: Callable[[], T]) -> T:
    """Run `work` in a thread that nobody has to wait for: a server that says nothing must not keep
    the desk.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()

    def settle(result: T | None, error: BaseException | None) -> None:
        if done.done():
            return
        if error is not None:
            done.set_exception(error)
        else:
            done.set_result(result)  # type: ignore[arg-type]

    def run() -> None:
        result: T | None = None
        error: BoxFailed | None = None
        try:
            result = work()
        except BaseException as raised:  # noqa: BLE001 - whatever it is, who waits hears of it
            error = _as_failure(raised)
        with suppress(RuntimeError):  # the loop is gone, and nobody waits
            loop.call_soon_threadsafe(settle, result, error)

    threading.Thread(target=run, name="imap", daemon=True).start()
    return await done


def _shut(imap: imaplib.IMAP4) -> None:
    with suppress(OSError):  # a handshake that failed closed it already
        imap.shutdown()


def _as_failure(error: BaseException) -> BoxFailed:
    """What went wrong without the server's words, which may name people, and without what was typed
    to log in.
    """
    if isinstance(error, BoxFailed):
        return error
    if isinstance(error, ssl.SSLError):
        return BoxFailed("tls")
    if isinstance(error, TimeoutError):
        return BoxFailed("timeout")
    if isinstance(error, OSError) and not isinstance(error, imaplib.IMAP4.error):
        return BoxFailed("connect")
    return BoxFailed("read")
