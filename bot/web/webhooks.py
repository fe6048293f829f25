"""What all webhooks have in common: how a body is read, and what is said when it is not kept."""

import asyncio

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from bot.log import get_logger, where

MAX_BODY = 1_000_000
"""Bytes; all platforms stay far below."""
BODY_SECONDS = 10.0

log = get_logger()


async def read_body(request: Request) -> bytes:
    """The raw body; 413 as soon as it is too large, 408 where it does not come."""
    # What says that it is too large need not be read at all.
    if int(request.headers.get("content-length") or 0) > MAX_BODY:
        raise HTTPException(413)
    try:
        async with asyncio.timeout(BODY_SECONDS):
            return await _read_bounded(request)
    except TimeoutError:
        raise HTTPException(408) from None


async def _read_bounded(request: Request) -> bytes:
    """A length that was not said, or is wrong, is found out on the way."""
    chunks = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > MAX_BODY:
            raise HTTPException(413)
        chunks.append(chunk)
    return b"".join(chunks)


def empty(status: int = 200) -> Response:
    """An answer that says nothing but its status."""
    return PlainTextResponse("", status)


def not_taken(error: Exception) -> Response:
    """Not committed, so not acknowledged: the platform brings it again."""
    log.warning("event not taken", **where(error))
    return empty(503)
