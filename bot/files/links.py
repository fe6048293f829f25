"""Links to files are signed with the desk's key; a link names a row of the store and whose it is,
nothing else, and expires within minutes. That of a post's picture is for everybody, and for good.
"""

import base64
import hmac
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from domain.errors import Expired, NotFound
from domain.staff import StaffId
from handlers.files.cards import LINK_MINUTES

LIFETIME = timedelta(minutes=LINK_MINUTES)
_FILE = r"(?P<file>[0-9a-f]{32})"
_SIGNATURE = r"(?P<signature>[A-Za-z0-9_-]{43})"
_PICTURE = re.compile(rf"{_FILE}\.(?P<size>full|small)\.{_SIGNATURE}", re.ASCII)
_READER = r"(?P<reader>[1-9]\d{0,17})"
_EXPIRES = r"(?P<expires>[1-9]\d{0,11})"
_TOKEN = re.compile(rf"{_FILE}\.{_READER}\.{_EXPIRES}\.{_SIGNATURE}", re.ASCII)


class FileLink(NamedTuple):
    """What a link says: which file, whose link it is, and when it was made."""

    file_id: str
    reader: StaffId
    made_at: datetime


class Links:
    """Makes and reads them; `public_url` is where people reach this desk."""

    def __init__(self, public_url: str, key: str, clock: Callable[[], datetime]) -> None:
        self._public_url = public_url.rstrip("/")
        self._base = f"{self._public_url}/files/"
        self._picture_key = hmac.digest(key.encode(), b"deskbot picture links", "sha256")
        self._key = hmac.digest(key.encode(), b"deskbot file links", "sha256")
        self._clock = clock

    def url(self, file_id: str, reader: StaffId) -> str:
        """A link that opens this file for `LIFETIME`, and belongs to this member of staff."""
        expires = int((self._clock() + LIFETIME).timestamp())
        named = f"{file_id}.{reader}.{expires}"
        return f"{self._base}{named}.{_signed(self._key, named)}"

    def read(self, token: str) -> FileLink:
        """What the link says; NotFound("file") for what this desk did not sign, Expired("file").

        Whether its reader still has access is not known here.
        """
        match = _TOKEN.fullmatch(token)
        if match is None:
            raise NotFound("file")
        named = token.rpartition(".")[0]
        if not hmac.compare_digest(_signed(self._key, named), match["signature"]):
            raise NotFound("file")
        expires_at = datetime.fromtimestamp(int(match["expires"]), UTC)
        if expires_at <= self._clock():
            raise Expired("file")
        reader = StaffId(int(match["reader"]))
        return FileLink(match["file"], reader, expires_at - LIFETIME)

    @property
    def secure(self) -> bool:
        """Whether they begin with https: LINE takes no other picture."""
        return self._public_url.startswith("https://")

    def picture_url(self, file_id: str, *, small: bool) -> str:
        """A link to the picture of a post, for everybody and for good: followers scroll back years
        later.

        It is the same each time, so that a broadcast that is tried again is the same broadcast.
        """
        size = "small" if small else "full"
        shown = f"{file_id}.{size}"
        return f"{self._public_url}/pictures/{shown}.{self._picture_signature(shown)}"

    def read_picture(self, token: str) -> tuple[str, bool]:
        """The file's id, and whether the small one is meant; NotFound("file") for what this desk
        did not sign.
        """
        match = _PICTURE.fullmatch(token)
        if match is None:
            raise NotFound("file")
        shown = f"{match['file']}.{match['size']}"
        if not hmac.compare_digest(self._picture_signature(shown), match["signature"]):
            raise NotFound("file")
        return match["file"], match["size"] == "small"

    def _picture_signature(self, shown: str) -> str:
        return _signed(self._picture_key, shown)


def _signed(key: bytes, text: str) -> str:
    """The signature of a text, in letters that an address may have."""
    made = hmac.digest(key, text.encode(), "sha256")
    return base64.urlsafe_b64encode(made).rstrip(b"=").decode()
