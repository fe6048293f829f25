"""Structured logs: a constant message and fields; never names, telephones, message bodies or
tokens.
"""

import io
import logging
import sys
import traceback
from contextlib import suppress
from typing import TextIO, cast

import structlog

from bot.clock import Clock

QUIET = (
    "httpx",
    "httpcore",
    "aiosqlite",
    "apscheduler",
    "telegram",
    "fontTools",
    "linebot",
    "uvicorn.access",
    "asyncio",
)
"""Libraries that log addresses or bodies: only their warnings are let through."""

MOST_PLACES = 12
"""The innermost places that an error came through; those above are alike for all."""


def configure_logging(clock: Clock) -> None:
    """One JSON object a line on standard error."""

    def stamp(
        _logger: object, _method: str, fields: structlog.typing.EventDict
    ) -> structlog.typing.EventDict:
        now = clock().isoformat(timespec="microseconds")
        return {**fields, "timestamp": now.replace("+00:00", "Z")}

    logging.basicConfig(
        level=logging.INFO,
        stream=sys.stderr,
        format="%(levelname)s %(name)s %(message)s",
    )
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    # The one would log answers, which echo messages; the other what the pool meets by itself, which
    # whoever asks the database meets as well.
    for name in ("telegram.request", "asyncpg"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            stamp,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(cast("TextIO", _Lossy(sys.stderr))),
        cache_logger_on_first_use=True,
    )


class _Lossy(io.TextIOBase):
    """A stream that loses what cannot be written, as on a full disk: whoever logs goes on as if it
    were written, for there is nobody else to be told.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        with suppress(OSError):
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        with suppress(OSError):
            self._stream.flush()


def get_logger() -> structlog.typing.FilteringBoundLogger:
    """The desk's logger."""
    logger: structlog.typing.FilteringBoundLogger = structlog.get_logger()
    return logger


def where(error: BaseException) -> dict[str, object]:
    """An error without its text, which may hold what somebody typed: its type and the places it
    came through.
    """
    told: dict[str, object] = {"error": type(error).__name__}
    if getattr(error, "safe_text", False):
        told["reason"] = str(error)
    frames = traceback.extract_tb(error.__traceback__)
    told["places"] = [_place(frame) for frame in frames[-MOST_PLACES:]]
    return told


def _place(frame: traceback.FrameSummary) -> str:
    """File, line and function."""
    file = frame.filename.rsplit("/", 2)[-1]
    return f"{file}:{frame.lineno}:{frame.name}"
