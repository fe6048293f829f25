"""Links to files that expire: signed with the desk's key, they name a row of the store and nothing else."""

import base64
import hashlib
import hmac
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from domain.errors import Expired, NotFound

LIFETIME = timedelta(hours=24)
_TOKEN = re.compile(r"([0-9a-f]{32})\.([1-9]\d{0,11})\.([A-Za-z0-9_-]{43})", re.ASCII)


class Links:
    """Makes and reads them; `public_url` is where people reach this desk."""

    def __init__(self, public_url: str, key: str, clock: Callable[[], datetime]) -> None:
        self._base = f"{public_url.rstrip('/')}/files/"
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

    def _signature(self, file_id: str, expires: int) -> str:
        made = hmac.new(self._key, f"{file_id}.{expires}".encode(), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(made).rstrip(b"=").decode()
