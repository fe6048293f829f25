"""A Graph API server with one page, as strict as Meta's documents of it, which tells a webhook of
the page's posts.

Source: the documents of the Pages API (feed, photos) and of Webhooks for pages.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from tests.fakes.clock import CLOCK
from tests.fakes.schema import Issue
from tests.fakes.wire import Call, Status, WireServer, form_of, json_response

FIELDS = {"id", "message", "created_time", "permalink_url", "name"}
PUBLISH = {"message", "link", "published", "scheduled_publish_time"}


class FakeFacebook(WireServer):
    """`with FakeFacebook() as facebook:` its API is facebook.url."""

    def __init__(
        self, *, strict: bool = True, clock: Callable[[], float] = CLOCK.timestamp
    ) -> None:
        super().__init__(strict=strict, clock=clock)
        self.page_id, self.page_token, self.app_secret = "1234567890", "fake-page-token", "5ec4e7"
        self.posts: list[dict[str, Any]] = []
        self.photos: dict[str, bytes] = {}
        self.viewers: dict[str, int] = {}
        self.may_read_insights = True
        self.lag = False  # the feed does not show what was posted yet

    async def read(self, request: web.BaseRequest) -> Call:
        parts = [part for part in request.path.split("/") if part]
        if parts and re.fullmatch(r"v\d+\.\d", parts[0]):
            parts = parts[1:]
        name = f"{request.method} {parts[1] if len(parts) > 1 else 'node'}"
        params: dict[str, Any] = {"": parts[0] if parts else "", **request.query}
        if request.method == "POST":
            params |= await form_of(request)
        return Call(name, params, self.now())

    async def answer(self, request: web.BaseRequest, call: Call) -> web.StreamResponse:
        if request.headers.get("Authorization") != f"Bearer {self.page_token}":
            return _error(401, 190, "Invalid OAuth access token.")
        with self.lock:
            return self._answer(call)

    def _answer(self, call: Call) -> web.Response:
        node = call.params[""]
        if call.method == "GET node":
            return self._node(call, node)
        if call.method == "GET insights":
            return self._insights(call, node)
        if node != self.page_id:
            return _error(400, 100, "Unsupported request: object does not exist")
        do = {"POST feed": self._publish, "GET feed": self._feed, "POST photos": self._photo}.get(
            call.method
        )
        if do is None:
            self.violated(call, [Issue("", "no such edge")])
            return _error(400, 100, "Unknown path components")
        return do(call)

    def _node(self, call: Call, node: str) -> web.Response:
        wanted = set(call.params.get("fields", "").split(","))
        if not wanted <= FIELDS:
            self.violated(call, [Issue("fields", str(wanted - FIELDS))])
            return _error(400, 100, "Tried accessing nonexisting field")
        if node == self.page_id:
            return json_response({"name": "สำนักงานสถิติแห่งชาติ", "id": node})
        post = next((each for each in self.posts if each["id"] == node), None)
        if post is None:
            return _error(400, 100, "Unsupported get request")
        return json_response(
            {name: value for name, value in post.items() if name in wanted | {"id"}}
        )

    def _insights(self, call: Call, node: str) -> web.Response:
        """What lasts a post's life; a metric that was ended fails the whole request."""
        if (
            call.params.get("metric") != "post_total_media_view_unique"
            or call.params.get("period") != "lifetime"
        ):
            self.violated(call, [Issue("metric", "no valid insights metric")])
            return _error(400, 100, "The value must be a valid insights metric")
        if not self.may_read_insights:
            return _error(403, 10, "This endpoint requires the 'read_insights' permission")
        if node not in self.viewers:
            return json_response({"data": []})
        values = [{"value": self.viewers[node]}]
        told = {
            "name": call.params["metric"],
            "period": "lifetime",
            "values": values,
            "id": f"{node}/insights",
        }
        return json_response({"data": [told]})

    def _publish(self, call: Call) -> web.Response:
        given = set(call.params) - {""}
        media = {name for name in given if re.fullmatch(r"attached_media\[\d+\]", name)}
        if given - PUBLISH - media:
            self.violated(call, [Issue(", ".join(given - PUBLISH - media), "no such parameter")])
            return _error(400, 100, "Invalid parameter")
        for name in media:
            if json.loads(call.params[name]).get("media_fbid") not in self.photos:
                return _error(400, 100, "Invalid media")
        if not call.params.get("message") and not media:
            return _error(400, 100, "Param message must not be empty")
        post = self.post(call.params.get("message", ""))
        return json_response({"id": post["id"]})

    def post(self, message: str) -> dict[str, Any]:
        """Somebody, or the API, posts on the page."""
        number = str(900_000 + len(self.posts))
        made = f"{datetime.fromtimestamp(self.now(), UTC):%Y-%m-%dT%H:%M:%S+0000}"
        post = {
            "id": f"{self.page_id}_{number}",
            "message": message,
            "created_time": made,
            "permalink_url": f"https://www.facebook.com/{self.page_id}/posts/{number}",
        }
        self.posts.append(post)
        return post

    def _feed(self, call: Call) -> web.Response:
        if not call.params.get("since", "0").isdigit() or int(call.params.get("limit", "25")) > 100:
            self.violated(call, [Issue("since/limit", "not a number, or above 100")])
            return _error(400, 100, "Invalid parameter")
        return json_response({"data": [] if self.lag else self.posts[::-1]})

    def _photo(self, call: Call) -> web.Response:
        source = call.params.get("source")
        if call.params.get("published") != "false" or source is None:
            self.violated(call, [Issue("published", "a picture of its own would be a second post")])
            return _error(400, 100, "Invalid parameter")
        number = str(700_000 + len(self.photos))
        self.photos[number] = source.file.read()
        return json_response({"id": number})

    def error(self, fault: Status) -> web.Response:
        return _error(fault.code, 2 if fault.code >= 500 else 4, "An error")

    # What the webhook is told.

    def told(
        self, *changes: dict[str, Any], at: int | None = None, page: str = ""
    ) -> tuple[bytes, dict[str, str]]:
        """A webhook request's body, escaped as Meta escapes it, and its headers."""
        return self.batch([self.entry(*changes, at=at, page=page)])

    def entry(
        self, *changes: dict[str, Any], at: int | None = None, page: str = ""
    ) -> dict[str, Any]:
        """One entry of a batch."""
        told = [{"field": "feed", "value": value} for value in changes]
        return {
            "id": page or self.page_id,
            "time": int(self.now()) if at is None else at,
            "changes": told,
        }

    def batch(self, entries: list[dict[str, Any]]) -> tuple[bytes, dict[str, str]]:
        """Several entries in one request."""
        body = json.dumps({"object": "page", "entry": entries}).encode().replace(b"/", b"\\/")
        return body, {"X-Hub-Signature-256": self.sign(body)}

    def sign(self, body: bytes) -> str:
        """As Meta signs: over the escaped bytes."""
        return "sha256=" + hmac.new(self.app_secret.encode(), body, hashlib.sha256).hexdigest()

    def change(
        self, verb: str, number: str, message: str = "", at: int = 0, **more: Any
    ) -> dict[str, Any]:
        """What happened to one post of the page."""
        value = {
            "from": {"id": self.page_id, "name": "สำนักงานสถิติแห่งชาติ"},
            "item": "status",
            "verb": verb,
            "post_id": f"{self.page_id}_{number}",
            "created_time": at or int(self.now()),
            **({"message": message, "published": 1} if verb in ("add", "edited") else {}),
        }
        return value | more


def _error(status: int, code: int, message: str) -> web.Response:
    error = {"message": message, "type": "OAuthException", "code": code, "fbtrace_id": "fake"}
    return json_response({"error": error}, status)
