"""The pictures of docs/: every scene on both platforms, light and dark, and the page that shows them.

Run: python -m tests.looking.pictures, or `make pictures`.
"""

import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from PIL import Image

from tests.looking import readme
from tests.looking.camera import Camera, Measured, camera, small
from tests.looking.measures import card, kept
from tests.looking.scenes import PLATFORMS, Scene, played, scenes
from tests.looking.shown import SMALL, Conversation

DOCS = Path(__file__).parents[2] / "docs"
FOLDER = DOCS / "pictures"
PAGE = DOCS / "platforms.md"
THEMES = {"light": False, "dark": True}
GAP = 16
"""Pixels between two telephones."""
Talks = Mapping[str, Conversation]
HEAD = """# What people see on Telegram and on LINE

Each kind of message, drawn from what goes over the wire: Telegram on the left, LINE on the right, on a small telephone of 360 x 640,
light and dark. The desk and everybody on it are invented. `make pictures` draws them anew (it needs Chromium) and writes this page;
`make test-long` compares them, and counts what stands in the table.

`python -m tests.looking "หา สมชาย" "[C81554]"` draws any conversation: a line in brackets presses a button. It prints how many rows each
message takes, how high the smallest thing is that can be pressed, whether the next step is in sight, and which labels end in dots.

The widths, spacings and letters are those of both platforms' applications for Android as far as they are published (LINE's guide to
Flex messages) or known (Telegram's own source), and the fonts are Android's, Roboto and Noto Sans Thai. How Telegram's applications
draw rich messages is not published: they are drawn with the measures of its articles. A real telephone may set a line more or less.

## How high they are

Rows of about 36 characters, of which the small telephone has 22 for a chat; the card of each scene, before the
cards were drawn for each platform and now; and the height in pixels of the smallest thing that can be pressed.

| | Telegram before | now | smallest | LINE before | now | smallest |
|---|---|---|---|---|---|---|
"""


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


def taken(lens: Camera, every: Mapping[str, Talks]) -> Iterator[tuple[str, bytes]]:
    """The name of each picture, and its bytes."""
    for name, talks in every.items():
        for theme, dark in THEMES.items():
            yield f"{name}-{theme}.png", small(sheet(lens, talks, dark=dark))


def written(every: Sequence[Scene], highest: Mapping[tuple[str, str], Measured]) -> str:
    """The page that shows them."""
    before = kept()["before"]
    lines = [HEAD.rstrip("\n")]
    for scene in every:
        cells = [scene.title]
        for platform in PLATFORMS:
            one = highest[scene.name, platform]
            rows = before.get(scene.name, {}).get(platform, "–")
            lowest = "–" if one.lowest is None else f"{one.lowest:.0f}"
            cells += [f"{rows}", f"{one.rows}", lowest]
        lines.append(f"| {' | '.join(cells)} |")
    for scene in every:
        lines += ["", f"## {scene.title}", ""]
        lines += [
            f"![{scene.title}, {theme}](pictures/{scene.name}-{theme}.png)" for theme in THEMES
        ]
    return "\n".join(lines) + "\n"


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    told = scenes()
    every = {scene.name: both(scene) for scene in told}
    for_readme = [(one, readme.steps(one)) for one in readme.told()]
    with camera() as lens:
        pictures = dict(taken(lens, every))
        pictures |= dict(readme.photographed(lens, one, shown) for one, shown in for_readme)
        highest = {
            (name, platform): card(lens.measure(talk, SMALL))
            for name, talks in every.items()
            for platform, talk in talks.items()
        }
    for name, data in pictures.items():
        (FOLDER / name).write_bytes(data)
        sys.stdout.write(f"{name} {len(data) // 1000} KB\n")
    PAGE.write_text(written(told, highest), encoding="utf-8")


if __name__ == "__main__":
    main()
