"""Reads JSON and HTTP answers of platforms safely: a part that is odd, broken or missing never
undoes what the status has said already.
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
    return as_object(found)


def as_object(value: Any) -> dict[str, Any] | None:
    """The value where it is a JSON object, None where it is anything else."""
    if isinstance(value, dict):
        return value
    return None


def as_text(value: Any) -> str | None:
    """The value where it is a text, None where it is anything else."""
    if isinstance(value, str):
        return value
    return None


def as_number(value: Any) -> int | None:
    """The value where it is a whole number, None where it is anything else."""
    if isinstance(value, int):
        return value
    return None


def within(value: Any, *path: str) -> Any:
    """What stands under these names, one within the other; None where there is no such thing."""
    for name in path:
        if not isinstance(value, dict):
            return None
        value = value.get(name)
    return value
