"""The HTTP side: webhooks that commit before they answer, files by their signed links, and the
health check.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from bot.line import adapter as line
from bot.links import Links
from bot.log import get_logger, where
from bot.networks import facebook, pictures
from bot.telegram import adapter as telegram
from domain.errors import Expired, NotFound
from handlers.desk import Desk
from store import files
from store.engine.database import StoreUnavailable
from store.publicity import publications

MAX_BODY = 1_000_000
"""Bytes; both platforms stay far below."""
BODY_SECONDS = 10.0

log = get_logger()


@dataclass(frozen=True, slots=True)
class Ways:
    """What the HTTP side hands events to. A platform that is not configured has no route."""

    desk: Desk
    owner: str
    wake: Callable[[list[str]], None]
    after: Callable[[Awaitable[Any]], None]
    telegram_adapter: telegram.TelegramAdapter | None = None
    telegram_secret: str = ""
    line_adapter: line.LineAdapter | None = None
    line_secret: str = ""
    facebook_page: str = ""
    facebook_secret: str = ""
    facebook_verify: str = ""
    links: Links | None = None


def make_app(ways: Ways) -> Starlette:
    """The routes of what is configured."""
    routes = [Route("/healthz", _healthz(ways), methods=["GET"])]
    if ways.telegram_adapter is not None and ways.telegram_secret:
        routes.append(
            Route("/telegram/webhook", _telegram(ways, ways.telegram_adapter), methods=["POST"])
        )
    if ways.line_adapter is not None:
        routes.append(Route("/line/webhook", _line(ways, ways.line_adapter), methods=["POST"]))
    if ways.facebook_page and ways.facebook_secret and ways.facebook_verify:
        routes.append(Route("/facebook/webhook", _facebook_challenge(ways), methods=["GET"]))
        routes.append(Route("/facebook/webhook", _facebook(ways), methods=["POST"]))
    if ways.links is not None:
        routes.append(Route("/files/{token}", _file(ways, ways.links), methods=["GET"]))
        routes.append(Route("/pictures/{token}", _picture(ways, ways.links), methods=["GET"]))
    return Starlette(routes=routes)


async def _body(request: Request) -> bytes:
    """The raw body; 413 as soon as it is too large."""
    if int(request.headers.get("content-length") or 0) > MAX_BODY:
        raise HTTPException(413)
    chunks, size = [], 0
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for chunk in request.stream():
                size += len(chunk)
                if size > MAX_BODY:
                    raise HTTPException(413)
                chunks.append(chunk)
    except TimeoutError:
        raise HTTPException(408) from None
    return b"".join(chunks)


Endpoint = Callable[[Request], Awaitable[Response]]


def _healthz(ways: Ways) -> Endpoint:
    async def healthz(request: Request) -> Response:
        try:
            await ways.desk.db.ping()
        except StoreUnavailable:
            return JSONResponse({"ready": False, "database": "unavailable"}, 503)
        return JSONResponse({"ready": True, "database": "ok"})

    return healthz


def _telegram(ways: Ways, adapter: telegram.TelegramAdapter) -> Endpoint:
    async def webhook(request: Request) -> Response:
        given = request.headers.get("x-telegram-bot-api-secret-token")
        if not telegram.secret_matches(ways.telegram_secret, given):
            return PlainTextResponse("", 403)
        body = await _body(request)
        try:
            now = ways.desk.clock()
            woken, update = await telegram.receive_webhook(
                adapter, ways.desk.db, ways.owner, now, body
            )
        except (StoreUnavailable, telegram.NameUnknown) as error:
            return _later(error)
        except ValueError:
            return PlainTextResponse("", 400)
        ways.wake(woken)
        ways.after(adapter.answer_press(update))
        return PlainTextResponse("")

    return webhook


def _line(ways: Ways, adapter: line.LineAdapter) -> Endpoint:
    async def webhook(request: Request) -> Response:
        if "x-line-signature" not in request.headers:
            return PlainTextResponse("", 401)
        body = await _body(request)
        if not line.signature_matches(
            ways.line_secret, body, request.headers.get("x-line-signature")
        ):
            return PlainTextResponse("", 401)
        try:
            woken = await line.receive_webhook(
                adapter, ways.desk.db, ways.owner, ways.desk.clock(), body
            )
        except StoreUnavailable as error:
            return _later(error)
        ways.wake(woken)
        return PlainTextResponse("")

    return webhook


def _facebook_challenge(ways: Ways) -> Endpoint:
    async def challenge(request: Request) -> Response:
        answer = facebook.challenge(request.query_params, ways.facebook_verify)
        return PlainTextResponse("", 403) if answer is None else PlainTextResponse(answer)

    return challenge


def _facebook(ways: Ways) -> Endpoint:
    async def webhook(request: Request) -> Response:
        body = await _body(request)
        if not facebook.signature_matches(
            ways.facebook_secret, body, request.headers.get("x-hub-signature-256")
        ):
            return PlainTextResponse("", 401)
        try:
            await facebook.receive_webhook(
                ways.desk.db, ways.desk.clock(), ways.facebook_page, body
            )
        except StoreUnavailable as error:
            return _later(error)
        return PlainTextResponse("")

    return webhook


def _later(error: StoreUnavailable | telegram.NameUnknown) -> Response:
    """Not committed, so not acknowledged: the platform brings it again."""
    log.warning("event not taken", **where(error))
    return PlainTextResponse("", 503)


SAFE_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cache-Control": "private, no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
}
"""Whatever a file holds, a browser saves it and runs nothing of it."""


def _file(ways: Ways, links: Links) -> Endpoint:
    """A file by its signed link; nothing that the caller says becomes part of a path."""

    async def download(request: Request) -> Response:
        try:
            file = await files.get_file(ways.desk.db, links.read(request.path_params["token"]))
            path = ways.desk.files.blobs.existing(file.sha256)
        except Expired:
            return PlainTextResponse(
                "This link has expired: ask the bot for the file again.", 410, SAFE_HEADERS
            )
        except NotFound:
            return PlainTextResponse("", 404, SAFE_HEADERS)
        except StoreUnavailable as error:
            return _later(error)
        return FileResponse(
            path,
            headers=SAFE_HEADERS,
            media_type=file.mime,
            filename=file.name,
            content_disposition_type="attachment",
        )

    return download


def _picture(ways: Ways, links: Links) -> Endpoint:
    """The picture of a post, which is public: as LINE shows it to every follower, and nothing else
    of the files.
    """

    async def show(request: Request) -> Response:
        try:
            file_id, small = links.read_picture(request.path_params["token"])
            if not await publications.is_picture(ways.desk.db, file_id):
                raise NotFound("file")
            file = await files.get_file(ways.desk.db, file_id)
            path = ways.desk.files.blobs.existing(file.sha256)
            data, mime = await asyncio.to_thread(
                pictures.kept, path, *(pictures.SMALL if small else pictures.FULL)
            )
        except (NotFound, pictures.Unreadable):
            return PlainTextResponse("", 404, SAFE_HEADERS)
        except StoreUnavailable as error:
            return _later(error)
        return Response(
            data, media_type=mime, headers=SAFE_HEADERS | {"Cache-Control": "public, max-age=86400"}
        )

    return show
