"""The mail servers as DESKBOT_SMTP_URL and DESKBOT_IMAP_URL name them: where, how encrypted, and
who logs in.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import getaddresses
from enum import StrEnum
from ipaddress import ip_address
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from domain.errors import InvalidInput
from domain.mail.mails import check_address

FORM = "smtp://user:password@host:587 or smtps://user:password@host"
BOX_FORM = "imaps://user:password@host/INBOX or imap://user:password@host/INBOX"
ESCAPES = "(write %40 for @, %2F for / in user or password)"
SENDER = "must look like services@example.go.th or Desk <services@example.go.th>"
SWITCH = {"yes": True, "no": False}


class Encryption(StrEnum):
    """TLS from the first byte (smtps), asked for before anything is said (STARTTLS), or none."""

    TLS = "tls"
    STARTTLS = "starttls"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail is handed over or lies. `user` is empty where nobody logs in."""

    host: str
    port: int
    encryption: Encryption
    user: str = ""
    password: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class TakenMark:
    """What a mail gets in the mailbox once it is stored: a flag, another folder, or nothing."""

    flag: str = ""
    folder: str = ""

    def __bool__(self) -> bool:
        return bool(self.flag or self.folder)


NO_MARK = TakenMark()


def read_server(url: str) -> MailServer:
    """The server that the address names; ValueError says what it should look like.

    smtp:// insists on STARTTLS unless the host is this machine or `?starttls=no` says otherwise; a
    password never goes to another machine unencrypted."""
    server, path = _read(url, {"smtp": 587, "smtps": 465}, FORM)
    if path:
        raise ValueError(f"must look like {FORM} {ESCAPES}")
    return server


def read_mailbox(url: str) -> tuple[MailServer, str]:
    """The server and the name of the mailbox on it (INBOX where none is given), under the same
    rules; ValueError.
    """
    server, path = _read(url, {"imap": 143, "imaps": 993}, BOX_FORM)
    if not server.user:
        raise ValueError(f"needs a user and a password: {BOX_FORM}")
    mailbox = unquote(path) or "INBOX"
    if not (mailbox.isascii() and mailbox.isprintable()):
        raise ValueError("must name a mailbox in plain letters, such as INBOX")
    return server, mailbox


def _read(url: str, ports: Mapping[str, int], form: str) -> tuple[MailServer, str]:
    """The server and what follows it; of the schemes, with their ports, the one that ends in s is
    all in TLS.
    """
    mend = f"must look like {form} {ESCAPES}"
    try:
        parts = urlsplit(url)
        given_port = parts.port
    except ValueError:
        # Python's own words would show a piece of a password with a slash in it.
        raise ValueError(mend) from None
    if parts.scheme not in ports or not parts.hostname or parts.fragment:
        raise ValueError(mend)
    server = MailServer(
        parts.hostname,
        given_port or ports[parts.scheme],
        _encryption(parts, parts.hostname),
        unquote(parts.username or ""),
        unquote(parts.password or ""),
    )
    _check_login(server, form)
    return server, parts.path.strip("/")


def _encryption(parts: SplitResult, host: str) -> Encryption:
    """What the scheme says, else what is asked for; without a word STARTTLS, but on this
    machine.
    """
    asked = _asked(parts.query)
    if parts.scheme.endswith("s"):
        return Encryption.TLS
    if asked is None:
        asked = not _is_local(host)
    return Encryption.STARTTLS if asked else Encryption.NONE


def _check_login(server: MailServer, form: str) -> None:
    if bool(server.user) != bool(server.password):
        raise ValueError(f"needs both user and password, or neither: {form}")
    in_the_open = server.encryption is Encryption.NONE and not _is_local(server.host)
    if server.user and in_the_open:
        raise ValueError("would send the password unencrypted: remove starttls=no")


def _asked(query: str) -> bool | None:
    """What the address says of STARTTLS; None where it says nothing."""
    options = parse_qs(query, keep_blank_values=True)
    *_others, value = options.pop("starttls", [""])
    if options or (query and value not in SWITCH):
        raise ValueError("knows only ?starttls=no or ?starttls=yes")
    return SWITCH.get(value)


def _is_local(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def read_sender(text: str) -> tuple[str, str]:
    """Name (may be empty) and address of `services@example.go.th` or `Desk
    <services@example.go.th>`; ValueError.
    """
    found = getaddresses([text])
    if len(found) != 1 or not text.isprintable():
        raise ValueError(SENDER)
    name, address = found[0]
    try:
        return name, check_address(address)
    except InvalidInput:
        raise ValueError(SENDER) from None
