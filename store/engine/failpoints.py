"""Named places where a test may kill the process: DESKBOT_FAILPOINT=message.accepted (or name:2,
the second time).
"""

import os
import signal

_name, _, _count = os.environ.get("DESKBOT_FAILPOINT", "").partition(":")
_left = int(_count or 1)


def failpoint(name: str) -> None:
    """Die here, as by kill -9, when this is the place that was asked for; else nothing."""
    global _left
    if _name != name:
        return
    _left -= 1
    if _left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
