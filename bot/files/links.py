"""Links to files are signed with the desk's key; a link names a row of the store and nothing else,
and expires unless it belongs to a post.
"""

import base64
import hmac
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from domain.errors import Expired, NotFound

LIFETIME = timedelta(hours=24)
_FILE = r"(?P<file>[0-9a-f]{32})"
_SIGNATURE = r"(?P<signature>[A-Za-z0-9_-]{43})"
_PICTURE = re.compile(rf"{_FILE}\.(?P<size>full|small)\.{_SIGNATURE}", re.ASCII)
_TOKEN = re.compile(rf"{_FILE}\.(?P<expires>[1-9]\d{{0,11}})\.{_SIGNATURE}", re.ASCII)


class Links:
    """Makes and reads them; `public_url` is where people reach this desk."""

    def __init__(self, public_url: str, key: str, clock: Callable[[], datetime]) -> None:
        self._public_url = public_url.rstrip("/")
        self._base = f"{self._public_url}/files/"
        self._picture_key = hmac.digest(key.encode(), b"deskbot picture links", "sha256")
        self._key = hmac.digest(key.encode(), b"deskbot file links", "sha256")
        self._clock = clock

    def url(self, file_id: str) -> str:
        """A link that opens this file for `LIFETIME`."""
        expires = int((self._clock() + LIFETIME).timestamp())
        return f"{self._base}{file_id}.{expires}.{self._signature(file_id, expires)}"

    def read(self, token: str) -> str:
        """The file's id; NotFound("file") for what this desk did not sign, Expired("file")."""
        match = _TOKEN.fullmatch(token)
        if match is None:
            raise NotFound("file")
        file_id = match["file"]
        expires = int(match["expires"])
        if not hmac.compare_digest(self._signature(file_id, expires), match["signature"]):
            raise NotFound("file")
        if datetime.fromtimestamp(expires, UTC) <= self._clock():
            raise Expired("file")
        return file_id

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

    def _signature(self, file_id: str, expires: int) -> str:
        return _signed(self._key, f"{file_id}.{expires}")


def _signed(key: bytes, text: str) -> str:
    """The signature of a text, in letters that an address may have."""
    made = hmac.digest(key, text.encode(), "sha256")
    return base64.urlsafe_b64encode(made).rstrip(b"=").decode()
