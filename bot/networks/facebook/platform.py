"""The Facebook page's parts: its webhook, the posts that the desk makes there, and the check."""

from collections.abc import Sequence
from functools import partial

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.networks.facebook import webhook
from bot.networks.facebook.page import NO_ANSWER, NOT_SENT, FacebookPage
from bot.networks.facebook.settings import FacebookSettings
from bot.parts import PlatformParts, RunningDesk, Surroundings
from bot.posting import LookupFailed
from bot.variables import plain
from bot.web.webhooks import empty, not_taken, read_body
from store.engine.database import StoreUnavailable

WEBHOOK = "/facebook/webhook"
SIGNATURE_HEADER = "x-hub-signature-256"


def open_facebook(
    settings: FacebookSettings, surroundings: Surroundings
) -> "FacebookPlatform | None":
    """Its parts where a page is given."""
    if not settings.facebook_page_id:
        return None
    return FacebookPlatform(settings.facebook_page_id, settings)


class FacebookPlatform(PlatformParts):
    """See `bot.parts.PlatformParts`. The page is posted to with its token, and heard by webhook
    with the app's secret: an office may have either.
    """

    name = "facebook"

    def __init__(self, page_id: str, settings: FacebookSettings) -> None:
        self._page_id = page_id
        self._api_url = settings.facebook_api_url
        self._app_secret = plain(settings.facebook_app_secret)
        self._verify_token = plain(settings.facebook_verify_token)
        self._page: FacebookPage | None = None
        if token := plain(settings.facebook_page_token):
            self._page = FacebookPage(page_id, token, settings.facebook_api_url)
            self.networks = (self._page,)

    def routes(self, running: RunningDesk) -> Sequence[Route]:
        """The webhook, and Meta's question whether this address is ours."""
        if not self._app_secret or not self._verify_token:
            return ()
        return (
            Route(WEBHOOK, self._challenge, methods=["GET"]),
            Route(WEBHOOK, partial(self._take, running), methods=["POST"]),
        )

    async def _challenge(self, request: Request) -> Response:
        answer = webhook.challenge(request.query_params, self._verify_token)
        if answer is None:
            return empty(403)
        return PlainTextResponse(answer)

    async def _take(self, running: RunningDesk, request: Request) -> Response:
        """Commit the news, then acknowledge them."""
        body = await read_body(request)
        signature = request.headers.get(SIGNATURE_HEADER)
        if not webhook.signature_matches(self._app_secret, body, signature):
            return empty(401)
        now = running.desk.clock()
        try:
            await webhook.receive_webhook(running.desk.db, now, self._page_id, body)
        except StoreUnavailable as error:
            return not_taken(error)
        return empty()

    async def check(self) -> str | None:
        """Whether Facebook knows the page's token."""
        if self._page is None:
            return None
        try:
            await self._page.hello()
        except LookupFailed as error:
            status, _blank, _code = str(error).partition(" ")
            if status in (str(NOT_SENT), str(NO_ANSWER)):
                return f"DESKBOT_FACEBOOK_API_URL: {self._api_url} cannot be reached"
            return f"DESKBOT_FACEBOOK_PAGE_TOKEN: Facebook answers {error}"
        return ""

    async def close(self) -> None:
        """Close the connections."""
        if self._page is not None:
            await self._page.close()
