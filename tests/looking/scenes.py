"""The scenes that are drawn on both platforms: what is said, and what the chat shows then."""

import asyncio
import tempfile
import tomllib
from collections.abc import Coroutine, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from tests.looking.desk import talk
from tests.looking.shown import Conversation

T = TypeVar("T")
PLATFORMS = ("telegram", "line")


@dataclass(frozen=True, slots=True)
class Scene:
    """One kind of message. `one_screen` = it has to fit on a small telephone's screen; `further` =
    what is said after `lines` on a platform alone; `menu` = LINE's menu is open below.
    """

    name: str
    title: str
    lines: Sequence[str]
    one_screen: bool = False
    who: str = "ฝน"
    further: Mapping[str, Sequence[str]] = field(default_factory=dict)
    menu: bool = False


def scenes() -> list[Scene]:
    """All of them, in the order of the docs."""
    text = Path(__file__).with_name("scenes.toml").read_text(encoding="utf-8")
    return [Scene(**row) for row in tomllib.loads(text)["scene"]]


def played(scene: Scene, platform: str, *, last: bool = True) -> Conversation:
    """What the chat shows after it."""
    lines = [*scene.lines, *scene.further.get(platform, ())]
    with tempfile.TemporaryDirectory() as folder:
        return beside(talk(Path(folder), platform, scene.who, lines, last=last, menu=scene.menu))


def beside(work: Coroutine[Any, Any, T]) -> T:
    """The result of work that wants an event loop of its own: the browser's driver has one, too."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()
