"""What is signed with the desk's key for a browser: the cookie of a session, and the word without
which nothing is changed.
"""

import base64
import hmac
import secrets

SECRET_BYTES = 24


def new_secret() -> str:
    """What a session is known by."""
    return secrets.token_urlsafe(SECRET_BYTES)


class WebKeys:
    """Signs and checks."""

    def __init__(self, key: str) -> None:
        self._cookies = hmac.digest(key.encode(), b"deskbot web sessions", "sha256")
        self._posts = hmac.digest(key.encode(), b"deskbot web posts", "sha256")

    def cookie(self, secret: str) -> str:
        """The value of a session's cookie."""
        return f"{secret}.{_signed(self._cookies, secret)}"

    def read_cookie(self, value: str) -> str:
        """The secret in it; "" where this desk did not sign it."""
        secret, _dot, signature = value.partition(".")
        if not hmac.compare_digest(_signed(self._cookies, secret).encode(), signature.encode()):
            return ""
        return secret

    def post_word(self, secret: str) -> str:
        """What the pages of this session post with, and no other page can know."""
        return _signed(self._posts, secret)

    def is_post_word(self, secret: str, given: str) -> bool:
        """Whether it was posted from a page of this session."""
        return hmac.compare_digest(self.post_word(secret).encode(), given.encode())


def _signed(key: bytes, text: str) -> str:
    made = hmac.digest(key, text.encode("utf-8", "replace"), "sha256")
    return base64.urlsafe_b64encode(made).rstrip(b"=").decode()
