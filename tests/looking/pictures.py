"""The pictures of docs/: every scene on both platforms, light and dark.

Run: python -m tests.looking.pictures, or `make pictures`.
"""

import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from PIL import Image

from tests.looking.camera import Camera, Measured, camera, small
from tests.looking.scenes import PLATFORMS, Scene, played, scenes
from tests.looking.shown import SMALL, Conversation

FOLDER = Path(__file__).parents[2] / "docs" / "pictures"
THEMES = {"light": False, "dark": True}
GAP = 16
"""Pixels between two telephones."""
Talks = Mapping[str, Conversation]


def both(scene: Scene) -> Talks:
    """The scene on each platform."""
    return {platform: played(scene, platform) for platform in PLATFORMS}


def side_by_side(pictures: Sequence[Image.Image]) -> Image.Image:
    """Pictures in a row, their upper edges in line."""
    width = sum(each.width for each in pictures) + GAP * (len(pictures) - 1)
    sheet = Image.new("RGB", (width, max(each.height for each in pictures)), "white")
    left = 0
    for each in pictures:
        sheet.paste(each, (left, 0))
        left += each.width + GAP
    return sheet


def sheet(lens: Camera, talks: Talks, *, dark: bool) -> Image.Image:
    """Telegram beside LINE."""
    taken = [lens.photograph(talks[each], dark=dark, whole=True, scale=1) for each in PLATFORMS]
    return side_by_side(taken)


def first_answer(lens: Camera, talk: Conversation) -> Measured:
    """The measures of what the desk said first."""
    return next(each for each in lens.measure(talk, SMALL) if not each.own)


def taken(lens: Camera) -> Iterator[tuple[str, bytes]]:
    """The name of each picture, and its bytes."""
    for scene in scenes():
        talks = both(scene)
        for theme, dark in THEMES.items():
            yield f"{scene.name}-{theme}.png", small(sheet(lens, talks, dark=dark))


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    with camera() as lens:
        for name, data in taken(lens):
            (FOLDER / name).write_bytes(data)
            sys.stdout.write(f"{name} {len(data) // 1000} KB\n")


if __name__ == "__main__":
    main()
