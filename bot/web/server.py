"""The server behind all addresses: uvicorn, within the desk's own limits."""

import contextlib
from collections.abc import Iterator

import uvicorn
from starlette.applications import Starlette

from bot.web.limits import LimitedProtocol

DRAIN_HTTP = 1
"""Seconds that open requests get when the desk stops."""


class DeskServer(uvicorn.Server):
    """uvicorn without its own signal handlers: the desk stops as a whole."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """None are captured."""
        yield


def make_server(app: Starlette) -> DeskServer:
    """A server of these addresses."""
    return DeskServer(
        uvicorn.Config(
            app,
            http=LimitedProtocol,
            ws="none",
            # A request that cannot be read is no matter of the desk's, however many come.
            log_level="error",
            access_log=False,
            lifespan="off",
            timeout_graceful_shutdown=DRAIN_HTTP,
        )
    )
