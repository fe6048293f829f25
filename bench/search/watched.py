"""The desk as an operator starts it, which notes beside how long its event loop was held: lines of
when (seconds of the machine's clock), milliseconds, and milliseconds of the processor.
"""

import asyncio
import os
from pathlib import Path
from time import perf_counter, thread_time

import run_bot
from bot.settings import Settings
from domain.configuration import Configuration

LOOK = 0.001
WORTH = 0.01
"""Seconds from which a hold is noted."""
NOTES = "BENCH_HOLDS"
"""Names the file."""

serve = run_bot.serve


async def watched_serve(settings: Settings, configuration: Configuration) -> None:
    """Serve, and look at the clock meanwhile."""
    looking = asyncio.create_task(_look(Path(os.environ[NOTES])))
    try:
        await serve(settings, configuration)
    finally:
        looking.cancel()


async def _look(path: Path) -> None:
    with path.open("w", encoding="ascii", buffering=1) as file:
        while True:
            at = perf_counter()
            worked = thread_time()
            await asyncio.sleep(LOOK)
            held = perf_counter() - at - LOOK
            if held >= WORTH:
                print(at, held * 1000, (thread_time() - worked) * 1000, file=file)


if __name__ == "__main__":
    run_bot.serve = watched_serve
    run_bot.app()
