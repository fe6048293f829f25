"""What systemd is told by whoever it started with `Type=notify`: that the desk is ready, that it
still runs, that it stops (sd_notify(3)).
"""

import asyncio
import os
import socket
from collections.abc import Mapping

from bot.log import get_logger, where

READY = "READY=1"
STOPPING = "STOPPING=1"
ALIVE = "WATCHDOG=1"

log = get_logger()


class Systemd:
    """The socket that systemd named; without one nothing is told to anybody."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._address = environment.get("NOTIFY_SOCKET", "")
        watchdog = int(environment.get("WATCHDOG_USEC") or 0)
        self._pause = watchdog / 2_000_000
        """Seconds between two signs of life: half of what systemd waits; 0 = it waits for none."""

    def tell(self, what: str) -> None:
        """Say it; a systemd that does not listen stops nothing."""
        if not self._address:
            return
        # A name that begins so stands in no folder.
        address = self._address.replace("@", "\0", 1) if self._address[0] == "@" else self._address
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
                notify.sendto(what.encode(), address)
        except OSError as error:
            log.warning("systemd not told", **where(error))

    async def keep_telling(self) -> None:
        """Signs of life out of the event loop: one that hangs gives none, and is started anew."""
        while self._address and self._pause:
            self.tell(ALIVE)
            await asyncio.sleep(self._pause)


def of_this_process() -> Systemd:
    """As this process was started."""
    return Systemd(os.environ)
