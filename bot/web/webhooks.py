"""What all webhooks have in common: how a body is read, and what is said when it is not kept."""

import asyncio
from contextlib import suppress

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from bot.log import get_logger, where
from domain.reach.strangers import BODIES_BYTES, BODY_BYTES, BODY_SECONDS, PASSED_OVER_BYTES

log = get_logger()


class _Bodies:
    """How many bytes of requests are held that are being read; there is one event loop."""

    held = 0


async def read_body(request: Request) -> bytes:
    """The raw body; 413 as soon as it is too large, 408 where it does not come, 503 where too much
    is being read for others.
    """
    # What says that it is too large need not be kept at all.
    if int(request.headers.get("content-length") or 0) > BODY_BYTES:
        await pass_over(request)
        raise _refused(413)
    try:
        async with asyncio.timeout(BODY_SECONDS):
            return await _read_bounded(request)
    except TimeoutError:
        raise _refused(408) from None


async def _read_bounded(request: Request) -> bytes:
    """A length that was not said, or is wrong, is found out on the way."""
    chunks = []
    size = 0
    try:
        async for chunk in request.stream():
            size += len(chunk)
            _Bodies.held += len(chunk)
            if size > BODY_BYTES:
                await pass_over(request)
                raise _refused(413)
            if _Bodies.held > BODIES_BYTES:
                raise _refused(503)
            chunks.append(chunk)
    finally:
        _Bodies.held -= size
    return b"".join(chunks)


async def pass_over(request: Request) -> None:
    """Read what is left and keep none of it: many look for an answer only once they have said
    all. Whoever says far too much, or too slowly, is cut off.
    """
    left = PASSED_OVER_BYTES
    with suppress(TimeoutError):
        async with asyncio.timeout(BODY_SECONDS):
            async for chunk in request.stream():
                left -= len(chunk)
                if left < 0:
                    return


def _refused(status: int) -> HTTPException:
    """What is left of the body is not read either."""
    return HTTPException(status, headers={"Connection": "close"})


def empty(status: int = 200) -> Response:
    """An answer that says nothing but its status."""
    return PlainTextResponse("", status)


def not_taken(error: Exception) -> Response:
    """Not committed, so not acknowledged: the platform brings it again."""
    log.warning("event not taken", **where(error))
    return empty(503)
