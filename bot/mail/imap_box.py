"""A mailbox over IMAP, read and never changed: imaplib in a thread of its own, since asyncio has no
client as sound.
"""

import asyncio
import imaplib
import ssl
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from socket import SHUT_RDWR
from typing import Any, TypeVar

from bot.mail.imap_answers import (
    BODY,
    MARK,
    SIZE,
    BoxFailed,
    after_last,
    arrived_at_of,
    came_meanwhile,
    capabilities_of,
    give_marks,
    last_of,
    literal_of,
    modified_utf7,
    numbers_of,
    quoted,
    said,
    told_of,
)
from bot.mail.server import NO_MARK, Encryption, MailServer, TakenMark

STEP = 20.0
"""Seconds that the server may be silent."""
LONGEST_CALL = 120.0
"""Seconds that one question may take, however busily the server talks meanwhile."""
GOOD_BYE = 10.0
"""Seconds in which it must end a wait for what comes."""
PIECE = 262_144
"""Bytes that are asked for at a time."""
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class MailboxState:
    """How a mailbox stands: UIDs mean something under this `uidvalidity`, and the next mail has
    `uidnext` or more.
    """

    uidvalidity: int
    uidnext: int


@dataclass(frozen=True, slots=True)
class MailBeginning:
    """A mail as a mailbox hands it out: its whole `size`, when it came (None where the server does
    not say), and the first piece of its bytes.
    """

    uid: int
    size: int
    arrived_at: datetime | None
    piece: bytes


class ImapBox:
    """One mailbox; connects when it is looked at, and anew after whatever failed. Opened so that
    nothing changes, but for what `mark` does.

    Every method but `close` raises BoxFailed.
    """

    def __init__(
        self,
        server: MailServer,
        mailbox: str = "INBOX",
        tls: ssl.SSLContext | None = None,
        marks: TakenMark = NO_MARK,
    ) -> None:
        self.name = f"{server.user}@{server.host}/{mailbox}"
        self._server = server
        self.marks = marks
        self._mailbox = quoted(mailbox)
        self._tls = tls
        self._imap: imaplib.IMAP4 | None = None
        self._tells = True
        self._opened = 0

    async def look(self) -> MailboxState:
        """Log in where nobody is yet, and see how the mailbox stands."""
        return await self._call(self._look)

    async def uids(self, first: int, last: int) -> list[int]:
        """The mails from `first` to `last` that are there, in order."""
        span = f"{first}:{last}"
        found = await self._call(lambda imap: numbers_of(imap.uid("SEARCH", "UID", span)))
        # Whatever else a server tells of was not asked for.
        return sorted(uid for uid in found if first <= uid <= last)

    async def since(self, day: date) -> list[int]:
        """The mails that came on this day or later, in order."""
        when = f"{day.day}-{_MONTHS[day.month - 1]}-{day.year}"
        found = await self._call(lambda imap: numbers_of(imap.uid("SEARCH", "SINCE", when)))
        return sorted(found)

    async def first_since(self, day: date) -> int | None:
        """The first mail that came on this day or later."""
        return min(await self.since(day), default=None)

    async def begin(self, uid: int) -> MailBeginning | None:
        """A mail's size and its first piece; it stays unread. None where it is gone."""
        asked = f"(UID RFC822.SIZE INTERNALDATE BODY.PEEK[]<0.{PIECE}>)"
        found = await self._fetch(uid, asked)
        told = told_of(found)
        size = SIZE.search(told)
        if size is None:
            return None
        return MailBeginning(
            uid, int(size[1]), arrived_at_of(told), literal_of(found, told)[:PIECE]
        )

    async def pieces(self, beginning: MailBeginning) -> AsyncIterator[bytes]:
        """The whole mail, piece by piece, whatever size the server said that it has."""
        piece = beginning.piece
        offset = len(piece)
        yield piece
        while len(piece) == PIECE:
            asked = f"(UID BODY.PEEK[]<{offset}.{PIECE}>)"
            found = await self._fetch(beginning.uid, asked)
            told = told_of(found)
            if BODY not in told:
                # It was deleted meanwhile: half of it is not the mail.
                raise BoxFailed("read")
            piece = literal_of(found, told)[:PIECE]
            offset += len(piece)
            yield piece

    async def head(self, uid: int, limit: int) -> bytes:
        """The first `limit` bytes of a mail's headers."""
        found = await self._fetch(uid, f"(UID BODY.PEEK[HEADER]<0.{limit}>)")
        return literal_of(found, told_of(found))[:limit]

    async def heads(self, first: int, last: int) -> list[bytes]:
        """The telling headers of the mails from `first` to `last`."""
        asked = "(UID BODY.PEEK[HEADER.FIELDS (MESSAGE-ID DATE FROM SUBJECT)])"
        span = f"{first}:{last}"
        found = await self._call(lambda imap: said(imap.uid("FETCH", span, asked)))
        return [bytes(item[1]) for item in found if isinstance(item, tuple)]

    async def mark(self, uidvalidity: int, uids: Sequence[int]) -> None:
        """Give these mails their flag and their folder; BoxFailed("mark") where the server does not
        do it.
        """
        await self._call(lambda imap: self._mark(imap, uidvalidity, uids))

    async def find_folder(self) -> None:
        """BoxFailed("folder") where the folder for mails that were taken is not there."""
        if self.marks.folder:
            name = quoted(modified_utf7(self.marks.folder))
            await self._call(lambda imap: said(imap.status(name, "(UIDNEXT)"), "folder"))

    async def _fetch(self, uid: int, asked: str) -> list[Any]:
        return await self._call(lambda imap: said(imap.uid("FETCH", str(uid), asked)))

    async def wait(self, seconds: float) -> bool:
        """Have the server tell when something comes, for so long at most; False, at once, where it
        does not offer that.
        """
        imap = self._imap
        if imap is None or not self._tells or "IDLE" not in imap.capabilities:
            return False
        if came_meanwhile(imap):
            return True
        idling = _Idling()
        ending = asyncio.get_running_loop().call_later(seconds, idling.end, imap)
        try:
            self._tells = await self._call(idling.run, seconds + GOOD_BYE)
        finally:
            ending.cancel()
        return self._tells

    async def close(self) -> None:
        """Break the connection off; a thread that still waits for the server ends with it."""
        imap = self._imap
        self._imap = None
        self._opened += 1
        if imap is not None:
            with suppress(OSError):
                imap.sock.shutdown(SHUT_RDWR)
            _shut(imap)

    async def _call(self, work: Callable[[imaplib.IMAP4], T], seconds: float | None = None) -> T:
        try:
            async with asyncio.timeout(seconds or LONGEST_CALL):
                opened = self._opened
                return await _in_thread(lambda: work(self._connected(opened)))
        except TimeoutError:
            await self.close()
            raise BoxFailed("timeout") from None
        except BaseException:
            # Cancelled or failed: what the server still says belongs to nobody.
            await self.close()
            raise

    # What runs in the thread.

    def _look(self, imap: imaplib.IMAP4) -> MailboxState:
        said(imap.select(self._mailbox, readonly=True), "mailbox")
        # What is told of from now on is new.
        imap.response("EXISTS")
        validity = last_of(imap.response("UIDVALIDITY"))
        following = last_of(imap.response("UIDNEXT"))
        if not validity:
            raise BoxFailed("mailbox")
        return MailboxState(int(validity), int(following or after_last(imap)))

    def _mark(self, imap: imaplib.IMAP4, uidvalidity: int, uids: Sequence[int]) -> None:
        try:
            said(imap.select(self._mailbox), MARK)
            if last_of(imap.response("UIDVALIDITY")) != str(uidvalidity).encode():
                raise BoxFailed("read")
            give_marks(imap, self.marks, ",".join(map(str, uids)))
        except imaplib.IMAP4.readonly:
            raise BoxFailed(MARK) from None
        said(imap.select(self._mailbox, readonly=True), "mailbox")

    def _connected(self, opened: int) -> imaplib.IMAP4:
        """The connection; `opened` = whose it is: nobody's any more where it was closed since."""
        if self._imap is None:
            imap = self._connect()
            try:
                self._log_in(imap)
                if opened != self._opened:
                    raise BoxFailed("timeout")
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
            # Most servers tell only now what they can do.
            imap.capabilities = capabilities_of(imap)
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


class _Idling:
    """One IDLE (RFC 2177), which imaplib does not know: it ends where the server tells of
    something, or where it is told to end.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._is_over = False

    def run(self, imap: imaplib.IMAP4) -> bool:
        """Wait, in the thread; returns False where the server does not know how."""
        tag = imap._new_tag()
        imap.sock.settimeout(LONGEST_CALL)
        imap.send(tag + b" IDLE\r\n")
        while not (line := imap.readline()).startswith(tag):
            if not line:
                raise BoxFailed("read")
            if line.rstrip().endswith(b"EXISTS"):
                self.end(imap)
        imap.sock.settimeout(STEP)
        return line.startswith(tag + b" OK")

    def end(self, imap: imaplib.IMAP4 | None) -> None:
        """Tell the server once that nobody waits any longer."""
        with self._lock:
            if imap is None or self._is_over:
                return
            self._is_over = True
            with suppress(OSError):  # who reads hears of it
                imap.send(b"DONE\r\n")


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
