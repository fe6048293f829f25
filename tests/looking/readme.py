"""The pictures of README.md: a chat on each platform, one in English, and the three-message call as
it goes.
"""

import io
import tempfile
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from PIL import Image

from tests.looking.camera import Camera, small
from tests.looking.desk import open_desk
from tests.looking.scenes import beside
from tests.looking.shown import LARGE, SMALL, Conversation

COLOURS = 64
HEARD = 1200
"""Milliseconds that what was typed stands alone, and for each answer's row of the chat."""
READ = 2600
LAST = 5000


@dataclass(frozen=True, slots=True)
class Told:
    """A conversation of the README. `since` = the line from which it is shown."""

    name: str
    platform: str
    lines: Sequence[str]
    who: str = "ฝน"
    since: int = 0
    moving: bool = False
    dark: bool = False
    menu: bool = False
    language: str = "th"


def told() -> list[Told]:
    """All of them."""
    text = Path(__file__).with_name("scenes.toml").read_text(encoding="utf-8")
    return [Told(**row) for row in tomllib.loads(text)["readme"]]


def steps(one: Told) -> list[Conversation]:
    """What the chat shows after each line, without what was said before `since`."""
    with tempfile.TemporaryDirectory() as folder:
        return beside(_steps(one, Path(folder)))


async def _steps(one: Told, folder: Path) -> list[Conversation]:
    shown = []
    async with open_desk(folder, one.platform) as desk:
        for line in one.lines:
            await desk.hears(one.platform, one.who, line)
            shown.append(await desk.shows(one.platform, one.who, menu=one.menu))
    earlier = len(shown[one.since - 1].messages) if one.since else 0
    return [
        replace(each, messages=each.messages[earlier:], language=one.language)
        for each in shown[one.since :]
    ]


def photographed(lens: Camera, one: Told, shown: Sequence[Conversation]) -> tuple[str, bytes]:
    """The name of the conversation's picture, and its bytes."""
    if one.moving:
        return f"{one.name}.gif", _moving(lens, one.lines[one.since :], shown)
    picture = lens.photograph(shown[-1], LARGE, dark=one.dark)
    return f"{one.name}.png", small(picture, COLOURS)


def _moving(lens: Camera, lines: Sequence[str], shown: Sequence[Conversation]) -> bytes:
    frames = []
    times = []
    for talk, time in _moments(lines, shown):
        taken = lens.photograph(talk, SMALL, scale=1)
        frames.append(taken.quantize(COLOURS, dither=Image.Dither.NONE))
        times.append(time)
    out = io.BytesIO()
    times[-1] = LAST
    frames[0].save(
        out, "GIF", save_all=True, append_images=frames[1:], duration=times, loop=0, optimize=True
    )
    return out.getvalue()


def _moments(
    lines: Sequence[str], shown: Sequence[Conversation]
) -> Iterator[tuple[Conversation, int]]:
    """The chat with what was typed or is being pressed, and then with the answer."""
    before = replace(shown[0], messages=())
    for line, talk in zip(lines, shown, strict=True):
        added = talk.messages[len(before.messages) :]
        own = [each for each in added if each.own]
        pressed = line.strip("[]") if line.startswith("[") else ""
        yield replace(before, messages=[*before.messages, *own], pressed=pressed), HEARD
        yield talk, READ
        before = talk
