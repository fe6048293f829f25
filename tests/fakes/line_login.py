"""LINE's endpoint that verifies ID tokens, as strict as its reference."""

import secrets
from dataclasses import dataclass

from aiohttp import web

from tests.fakes.clock import FakeClock

CHANNEL = "1234567890"
LIFF_ID = f"{CHANNEL}-AbcdEfgh"
FORM = "application/x-www-form-urlencoded"
ISSUER = "https://access.line.me"


@dataclass
class IssuedToken:
    """What a token says."""

    user: str
    channel: str
    until: float


class FakeLineLogin:
    """`url` is where it listens; `token` is what a LIFF page is given for somebody."""

    def __init__(self, clock: FakeClock) -> None:
        self.url = ""
        self.says: dict[str, object] = {}
        """What it claims otherwise than it should."""
        self.broken = False
        self._clock = clock
        self._tokens: dict[str, IssuedToken] = {}
        self._runner: web.AppRunner | None = None

    def token(self, user: str, channel: str = CHANNEL, seconds: float = 3600) -> str:
        made = ".".join(secrets.token_urlsafe(12) for _part in range(3))
        self._tokens[made] = IssuedToken(user, channel, self._clock.timestamp() + seconds)
        return made

    async def start(self) -> None:
        app = web.Application()
        app.router.add_post("/oauth2/v2.1/verify", self._verify)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"

    async def stop(self) -> None:
        assert self._runner is not None
        await self._runner.cleanup()

    async def _verify(self, request: web.Request) -> web.Response:
        if self.broken:
            return web.Response(status=503, text="<html>")
        if request.content_type != FORM:
            return _refused("content type")
        form = await request.post()
        if set(form) - {"id_token", "client_id", "nonce", "user_id"}:
            return _refused("unknown parameter")
        token = self._tokens.get(str(form.get("id_token")))
        if token is None:
            return _refused("Invalid IdToken.")
        if form.get("client_id") != token.channel:
            return _refused("Invalid IdToken Audience.")
        if token.until <= self._clock.timestamp():
            return _refused("IdToken expired.")
        told = {
            "iss": ISSUER,
            "sub": token.user,
            "aud": token.channel,
            "exp": int(token.until),
            "iat": int(token.until) - 3600,
        }
        return web.json_response({**told, **self.says})


def _refused(why: str) -> web.Response:
    return web.json_response({"error": "invalid_request", "error_description": why}, status=400)
