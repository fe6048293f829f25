"""Links to files are signed with the desk's key; a link names a row of the store and nothing else,
and expires unless it belongs to a post.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from domain.errors import Expired, NotFound

LIFETIME = timedelta(hours=24)
_PICTURE = re.compile(r"([0-9a-f]{32})\.(full|small)\.([A-Za-z0-9_-]{43})", re.ASCII)
_TOKEN = re.compile(r"([0-9a-f]{32})\.([1-9]\d{0,11})\.([A-Za-z0-9_-]{43})", re.ASCII)


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
        file_id, expires, signature = match[1], int(match[2]), match[3]
        if not hmac.compare_digest(self._signature(file_id, expires), signature):
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
        shown = f"{file_id}.{'small' if small else 'full'}"
        return f"{self._public_url}/pictures/{shown}.{self._picture_signature(shown)}"

    def read_picture(self, token: str) -> tuple[str, bool]:
        """The file's id, and whether the small one is meant; NotFound("file") for what this desk
        did not sign.
        """
        match = _PICTURE.fullmatch(token)
        if match is None or not hmac.compare_digest(
            self._picture_signature(f"{match[1]}.{match[2]}"), match[3]
        ):
            raise NotFound("file")
        return match[1], match[2] == "small"

    def _picture_signature(self, shown: str) -> str:
        made = hmac.digest(self._picture_key, shown.encode(), "sha256")
        return base64.urlsafe_b64encode(made).rstrip(b"=").decode()

    def _signature(self, file_id: str, expires: int) -> str:
        made = hmac.new(self._key, f"{file_id}.{expires}".encode(), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(made).rstrip(b"=").decode()
