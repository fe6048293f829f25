"""The HTTP side: the webhooks of the platforms, files and pictures by their signed links, and
whether the desk lives and is ready.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeAlias

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from bot.files import pictures
from bot.files.links import Links
from bot.parts import PlatformParts, RunningDesk
from bot.watch.health import Health
from bot.web.files import PUBLIC_HEADERS, SAFE_HEADERS, no_file, send_file
from bot.web.webhooks import not_taken
from domain.errors import Expired, NotFound
from handlers.desk import Desk
from store import files
from store.engine.database import StoreUnavailable
from store.publicity import publications

Endpoint: TypeAlias = Callable[[Request], Awaitable[Response]]


def make_app(
    running: RunningDesk,
    platforms: Sequence[PlatformParts] = (),
    links: Links | None = None,
    metrics_token: str = "",
) -> Starlette:
    """The routes of what is configured."""
    desk = running.desk
    routes = [_get("/healthz", _healthz), _get("/readyz", _readyz(Health(desk, running.pulses)))]
    routes.append(_get("/metrics", _metrics(running, metrics_token)))
    for parts in platforms:
        routes += parts.routes(running)
    if links is not None:
        routes.append(_get("/files/{token}", _file(desk, links)))
        routes.append(_get("/pictures/{token}", _picture(desk, links)))
    for parts in platforms:
        routes += parts.last_routes(running)
    return Starlette(routes=routes)


def _get(path: str, endpoint: Endpoint) -> Route:
    return Route(path, endpoint, methods=["GET"])


async def _healthz(request: Request) -> Response:
    """The process lives; whether it can do its work says /readyz."""
    return JSONResponse({"alive": True})


def _readyz(health: Health) -> Endpoint:
    async def readyz(request: Request) -> Response:
        problems = await health.problems()
        told = [{"what": one.what, "since": one.since.isoformat()} for one in problems]
        status = 503 if problems else 200
        return JSONResponse({"ready": not problems, "problems": told}, status)

    return readyz


def _metrics(running: RunningDesk, token: str) -> Endpoint:
    found: list[Endpoint] = []

    async def metrics(request: Request) -> Response:
        if not found:
            # The library is loaded by the first who asks: the start does not wait for it.
            from bot.web.metrics import Metrics

            found.append(Metrics(running.pulses, token).answer)
        return await found[0](request)

    return metrics


def _file(desk: Desk, links: Links) -> Endpoint:
    """A file by its signed link; nothing that the caller says becomes part of a path."""

    async def download(request: Request) -> Response:
        try:
            link = links.read(request.path_params["token"])
        except (Expired, NotFound) as error:
            return no_file(error)
        return await send_file(desk, link)

    return download


def _picture(desk: Desk, links: Links) -> Endpoint:
    """The picture of a post, which is public: as LINE shows it to every follower, and nothing else
    of the files.
    """

    async def show(request: Request) -> Response:
        try:
            file_id, small = links.read_picture(request.path_params["token"])
            if not await publications.is_picture(desk.db, file_id):
                raise NotFound("file")
            file = await files.get_file(desk.db, file_id)
            path = desk.files.blobs.existing(file.sha256)
            size = pictures.SMALL if small else pictures.FULL
            data, mime = await asyncio.to_thread(pictures.kept, path, *size)
        except (NotFound, pictures.Unreadable):
            return PlainTextResponse("", 404, SAFE_HEADERS)
        except StoreUnavailable as error:
            return not_taken(error)
        return Response(data, media_type=mime, headers=PUBLIC_HEADERS)

    return show
