"""X's API with one account: signatures checked over the raw request, texts weighed, addresses
shortened, twins refused.

Source: RFC 5849 (OAuth 1.0a), and X's documents of POST /2/tweets, POST /2/media/upload, GET
/2/users/:id/tweets, the counting of characters and rate limits."""

import base64
import hashlib
import hmac
import html
import json
import re
import time
import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, quote, unquote

from aiohttp import web

from domain.text import graphemes
from tests.fakes.clock import CLOCK
from tests.fakes.line_rules import image_size
from tests.fakes.schema import Issue
from tests.fakes.wire import Call, Status, WireServer, form_of, json_response

ACCOUNT = "2244994945"
LIMIT, MOST_PICTURE = 280, 5 * 1024 * 1024
SKEW = 300
"""Seconds that a signature's time may be off."""
_LINK = re.compile(
    r"https?://[!-~]*[a-z0-9/]|(?<![\w.@/-])(?:[a-z0-9-]+\.)+(?:go\.th|com)(?:/[!-~]*[a-z0-9/])?",
    re.ASCII,
)
_LIGHT = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))
_OAUTH = {"consumer_key", "token", "signature_method", "timestamp", "nonce", "version", "signature"}


class FakeTwitter(WireServer):
    """`with FakeTwitter() as twitter:` its API is twitter.url."""

    def __init__(
        self, *, strict: bool = True, clock: Callable[[], float] = CLOCK.timestamp
    ) -> None:
        super().__init__(strict=strict, clock=clock)
        self.api_key, self.api_secret = "fake-api-key", "fake&api+secret"
        self.access_token, self.access_secret = f"{ACCOUNT}-fake", "fake=token/secret"
        self.posts: list[dict[str, Any]] = []
        self.media: dict[str, bytes] = {}
        self.may_read = True
        self.reset_at: int | None = None  # when a rate limit ends
        self._nonces: set[str] = set()

    async def read(self, request: web.BaseRequest) -> Call:
        path = re.sub(r"/users/\d+/", "/users/:id/", request.path)
        params: dict[str, Any] = dict(request.query)
        if request.content_type == "application/json":
            params |= json.loads(await request.read())
        elif request.method == "POST":
            params |= await form_of(request)
        return Call(f"{request.method} {path}", params, self.now())

    async def answer(self, request: web.BaseRequest, call: Call) -> web.StreamResponse:
        with self.lock:
            if not self._signed(request, call):
                return _problem(401, "Unauthorized", "Unauthorized")
            do = {
                "POST /2/tweets": self._publish,
                "POST /2/media/upload": self._upload,
                "GET /2/users/:id/tweets": self._timeline,
                "GET /2/users/me": self._me,
            }.get(call.method)
            if do is None:
                self.violated(call, [Issue("", "no such endpoint")])
                return _problem(404, "Not Found", "Not Found")
            return do(request, call)

    # ---- RFC 5849

    def _signed(self, request: web.BaseRequest, call: Call) -> bool:
        scheme, _blank, rest = request.headers.get("Authorization", "").partition(" ")
        pairs = re.findall(r'\s*([\w%-]+)="([^"]*)"', rest)
        given = {unquote(name).removeprefix("oauth_"): unquote(value) for name, value in pairs}
        if scheme != "OAuth" or set(given) != _OAUTH or len(pairs) != len(_OAUTH):
            self.violated(call, [Issue("Authorization", f"{scheme} {sorted(given)}")])
            return False
        if given["nonce"] in self._nonces or abs(int(given["timestamp"]) - self.now()) > SKEW:
            self.violated(call, [Issue("Authorization", "nonce used before, or time off")])
            return False
        self._nonces.add(given["nonce"])
        expected = self._signature(
            request, {f"oauth_{name}": value for name, value in given.items()}
        )
        known = (given["consumer_key"], given["token"]) == (self.api_key, self.access_token)
        return known and hmac.compare_digest(expected, given["signature"])

    def _signature(self, request: web.BaseRequest, oauth: dict[str, str]) -> str:
        raw_path, _mark, raw_query = request.raw_path.partition("?")
        pairs = [*parse_qsl(raw_query, keep_blank_values=True), *oauth.items()]
        encoded = sorted(
            (_enc(name), _enc(value)) for name, value in pairs if name != "oauth_signature"
        )
        parameters = "&".join(f"{name}={value}" for name, value in encoded)
        base = "&".join(
            map(_enc, (request.method, f"http://{request.host.lower()}{raw_path}", parameters))
        )
        key = f"{_enc(self.api_secret)}&{_enc(self.access_secret)}"
        return base64.b64encode(hmac.digest(key.encode(), base.encode(), hashlib.sha1)).decode()

    # ---- what it does

    def _publish(self, request: web.BaseRequest, call: Call) -> web.Response:
        if request.content_type != "application/json" or set(call.params) - {"text", "media"}:
            self.violated(call, [Issue("body", f"{request.content_type} {sorted(call.params)}")])
            return _problem(
                400, "Invalid Request", "One or more parameters to your request was invalid."
            )
        text, media = call.params.get("text", ""), call.params.get("media", {}).get("media_ids", [])
        if set(media) - set(self.media) or len(media) > 4:
            return _problem(400, "Invalid Request", "Your media IDs are invalid.")
        if not text or weight(text) > LIMIT:
            self.violated(call, [Issue("text", f"weighs {weight(text)}")])
            return _problem(403, "Forbidden", "You are not permitted to perform this action.")
        if any(post["asked"] == text for post in self.posts[-20:]):
            return _problem(
                403, "Forbidden", "You are not allowed to create a Tweet with duplicate content."
            )
        post = self.post(text, media)
        return json_response(
            {
                "data": {
                    "id": post["id"],
                    "text": post["text"],
                    "edit_history_tweet_ids": [post["id"]],
                }
            },
            201,
        )

    def post(self, text: str, media: list[str] | None = None) -> dict[str, Any]:
        """The account posts: every address becomes one of X's own, one more stands for the
        picture.
        """
        number = str(1_900_000_000_000_000_000 + len(self.posts))
        shown = html.escape(_LINK.sub(lambda _found: _shortened(), text), quote=False)
        shown += f" {_shortened()}" if media else ""
        at = datetime.fromtimestamp(self.now(), UTC)
        post = {"id": number, "text": shown, "asked": text, "at": at, "media": media or []}
        self.posts.append(post)
        return post

    def _upload(self, request: web.BaseRequest, call: Call) -> web.Response:
        if request.content_type != "multipart/form-data" or set(call.params) - {
            "media",
            "media_category",
            "media_type",
        }:
            self.violated(call, [Issue("body", f"{request.content_type} {sorted(call.params)}")])
        data = call.params["media"].file.read()
        shape = image_size(data)
        if (
            call.params.get("media_category") != "tweet_image"
            or shape is None
            or shape[0] != call.params["media_type"]
        ):
            self.violated(
                call, [Issue("media", f"{call.params.get('media_category')} {shape and shape[0]}")]
            )
            return _problem(400, "Invalid Request", "media type unrecognized.")
        if len(data) > MOST_PICTURE:
            return _problem(400, "Invalid Request", "File size exceeds 5 bytes.")
        number = str(1_800_000_000_000_000_000 + len(self.media))
        self.media[number] = data
        return json_response(
            {"data": {"id": number, "media_key": f"3_{number}", "size": len(data)}}
        )

    def _timeline(self, request: web.BaseRequest, call: Call) -> web.Response:
        if not self.may_read:
            return _problem(
                403, "Client Forbidden", "Your client app is not able to access this endpoint."
            )
        known = {"start_time", "max_results", "exclude", "tweet.fields"}
        start = call.params.get("start_time", "")
        wrong = set(call.params) - known or not re.fullmatch(
            r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", start
        )
        if (
            wrong
            or not 5 <= int(call.params.get("max_results", 10)) <= 100
            or f"/users/{ACCOUNT}/" not in request.path
        ):
            self.violated(call, [Issue("query", str(call.params))])
            return _problem(
                400, "Invalid Request", "One or more parameters to your request was invalid."
            )
        since = datetime.fromisoformat(start)
        found = [
            {"id": post["id"], "text": post["text"]}
            for post in reversed(self.posts)
            if post["at"] >= since
        ]
        meta = {"meta": {"result_count": len(found)}}
        return json_response({"data": found} | meta if found else meta)

    def _me(self, request: web.BaseRequest, call: Call) -> web.Response:
        return json_response(
            {"data": {"id": ACCOUNT, "name": "สำนักงานสถิติแห่งชาติ", "username": "nso_fake"}}
        )

    def error(self, fault: Status) -> web.Response:
        headers = (
            {"x-rate-limit-reset": str(self.reset_at)}
            if fault.code == 429 and self.reset_at
            else {}
        )
        return _problem(
            fault.code, {402: "CreditsDepleted"}.get(fault.code, "Error"), "An error", headers
        )


def weight(text: str) -> int:
    """As twitter-text's third configuration weighs."""
    text, links = _LINK.subn("", unicodedata.normalize("NFC", text))
    return 23 * links + sum(
        2
        if len(each) > 1 and ord(each[0]) > 0x2000
        else sum(1 if _light(sign) else 2 for sign in each)
        for each in graphemes(text)
    )


def _light(sign: str) -> bool:
    return any(low <= ord(sign) <= high for low, high in _LIGHT)


def _enc(text: str) -> str:
    return quote(text, safe="-._~")


def _shortened() -> str:
    return f"https://t.co/{base64.b32encode(hashlib.sha256(str(time.perf_counter_ns()).encode()).digest())[:10].decode()}"


def _problem(
    status: int, title: str, detail: str, headers: dict[str, str] | None = None
) -> web.Response:
    body = {"title": title, "type": "about:blank", "status": status, "detail": detail}
    return json_response(body, status, headers)
