"""What an HTTP answer says once its status is known: no odd, broken or missing body takes back what
was said.
"""

import json
from typing import Any

import aiohttp


async def body_of(response: aiohttp.ClientResponse) -> bytes:
    """The answer's body, empty where the connection broke within it."""
    try:
        return await response.read()
    except (TimeoutError, aiohttp.ClientError, OSError):
        return b""


def is_yes(status: int) -> bool:
    """Whether what was asked is done, whatever else the answer holds."""
    return 200 <= status < 300


def object_of(body: bytes) -> dict[str, Any] | None:
    """The JSON object that a body is, None where it is none."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
