"""The HTTP side: the webhooks of the platforms, files and pictures by their signed links, and
whether the desk lives and is ready.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeAlias

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from bot.files import pictures
from bot.files.links import FileLink, Links
from bot.parts import PlatformParts, RunningDesk
from bot.watch.health import Health
from bot.web.webhooks import not_taken
from domain.errors import Expired, NotFound
from handlers.desk import Desk
from store import audit, files, staff
from store.audit import AuditEntry
from store.engine.database import StoreUnavailable
from store.files import File
from store.publicity import publications

SAFE_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cache-Control": "private, no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
}
"""Whatever a file holds, a browser saves it and runs nothing of it."""
PUBLIC_HEADERS = {**SAFE_HEADERS, "Cache-Control": "public, max-age=86400"}

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
            file = await files.get_file(desk.db, link.file_id)
            path = desk.files.blobs.existing(file.sha256)
            await _note_opening(desk, link, file)
        except Expired:
            told = "This link has expired: ask the bot for the file again."
            return PlainTextResponse(told, 410, SAFE_HEADERS)
        except NotFound:
            return PlainTextResponse("", 404, SAFE_HEADERS)
        except StoreUnavailable as error:
            return not_taken(error)
        return FileResponse(
            path,
            headers=SAFE_HEADERS,
            media_type=file.mime,
            filename=file.name,
            content_disposition_type="attachment",
        )

    return download


async def _note_opening(desk: Desk, link: FileLink, file: File) -> None:
    """Say who opens a file, before its first byte goes out; Expired("file") where that person's
    access, or the telephone that the link was sent to, is gone.
    """
    now = desk.clock()
    reader = await staff.get_staff(desk.db, link.reader)
    if not reader.holds_since(link.made_at):
        raise Expired("file")
    if file.record.startswith("chart:"):
        # Numbers without people, which LINE fetches by itself to show them.
        return
    entry = AuditEntry(
        now,
        reader.id,
        "file.opened",
        file.record,
        "web",
        "",
    )
    await desk.db.write(lambda tx: audit.add(tx, [entry]))


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
