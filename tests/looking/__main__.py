"""Draws a conversation as Telegram and LINE show it, photographs it and measures it.

Run: python -m tests.looking --platform line --script lines.txt, or the lines themselves as
arguments: python -m tests.looking "หา สมชาย" "[สร้างใบงาน]". A line in brackets presses a button.
"""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.looking.camera import camera, told
from tests.looking.desk import talk
from tests.looking.shown import LARGE, SMALL, Conversation

SIZES = {"small": SMALL, "large": LARGE}


def read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.looking", description=__doc__)
    parser.add_argument("lines", nargs="*", help="what is typed; [label] presses a button")
    parser.add_argument("--script", type=Path, help="a file with such lines")
    parser.add_argument("--platform", choices=["telegram", "line", "both"], default="both")
    parser.add_argument("--who", default="นก", help="a member of the demo's staff")
    parser.add_argument("--size", choices=list(SIZES), default="small")
    parser.add_argument("--dark", action="store_true")
    parser.add_argument("--screen", action="store_true", help="the last screen alone")
    parser.add_argument("--scale", type=float, default=1.5, help="pixels of the picture a pixel")
    parser.add_argument("--out", type=Path, default=Path(tempfile.gettempdir()) / "looking")
    return parser.parse_args()


async def spoken(platforms: Sequence[str], who: str, lines: Sequence[str]) -> list[Conversation]:
    """The same lines said on each of these platforms, to one desk after the other."""
    talks = []
    for platform in platforms:
        with tempfile.TemporaryDirectory() as folder:
            talks.append(await talk(Path(folder), platform, who, lines))
    return talks


def main() -> None:
    arguments = read_arguments()
    lines = list(arguments.lines)
    if arguments.script:
        lines += arguments.script.read_text(encoding="utf-8").splitlines()
    platforms = ["telegram", "line"]
    if arguments.platform != "both":
        platforms = [arguments.platform]
    size = SIZES[arguments.size]
    arguments.out.mkdir(parents=True, exist_ok=True)
    talks = asyncio.run(spoken(platforms, arguments.who, lines))
    with camera() as lens:
        for each in talks:
            picture = lens.photograph(
                each, size, dark=arguments.dark, whole=not arguments.screen, scale=arguments.scale
            )
            path = arguments.out / f"{each.platform}.png"
            picture.save(path)
            sys.stdout.write(f"{path}\n{told(lens.measure(each, size))}\n")


main()
