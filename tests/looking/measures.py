"""How high each scene's first message is on a small telephone, before and now.

Run: python -m tests.looking.measures prints what it measures now as a row of measures.toml.
"""

import sys
import tomllib
from pathlib import Path
from typing import Any

from tests.looking.camera import Measured, camera
from tests.looking.scenes import PLATFORMS, played, scenes
from tests.looking.shown import SMALL

KEPT = Path(__file__).with_name("measures.toml")


def kept() -> dict[str, Any]:
    """Rows by "before" or "most", scene and platform; "over" = platforms by scene."""
    return tomllib.loads(KEPT.read_text(encoding="utf-8"))


def card(measured: list[Measured]) -> Measured:
    """The desk's first message with something to press, or its last one."""
    own = [each for each in measured if not each.own]
    return next((each for each in own if each.taps), own[-1])


def main() -> None:
    talks = {
        (scene.name, platform): played(scene, platform)
        for scene in scenes()
        for platform in PLATFORMS
    }
    with camera() as lens:
        for (name, platform), talk in talks.items():
            one = card(lens.measure(talk, SMALL))
            sys.stdout.write(
                f"{name:>10} {platform:>9} {one.rows:>3} rows {one.height:>5.0f} px"
                f" tap {one.lowest or 0:.0f} next {one.next_in_sight} cut {len(one.cut)}\n"
            )


if __name__ == "__main__":
    main()
