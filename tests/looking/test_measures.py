"""What people see of each kind of message on both platforms: how high it is on a small telephone,
what a finger can hit, whether the next step is in sight, and how it looks.
"""

import io
import os
from collections.abc import Iterator, Mapping

import pytest
from PIL import Image

from tests.looking.camera import (
    REQUIRED,
    TAPPABLE,
    Camera,
    Measured,
    camera,
    difference,
    find_browser,
    small,
)
from tests.looking.measures import card, kept
from tests.looking.pictures import FOLDER, THEMES, sheet
from tests.looking.scenes import PLATFORMS, played, scenes
from tests.looking.shown import ROWS, SMALL, Conversation

pytestmark = pytest.mark.long

SCENES = {scene.name: scene for scene in scenes()}
Talks = Mapping[str, Mapping[str, Conversation]]
MISSING = "no Chromium on this machine: what chats look like was not tried"
SAME = 0.01
"""The share of a picture, made small, that may differ: letters are drawn a little otherwise by each
Chromium, a row too many moves all that is below.
"""


@pytest.fixture(scope="module")
def talks() -> Talks:
    """Every scene on each platform."""
    if find_browser() is None:
        if os.environ.get(REQUIRED) == "required":
            pytest.fail(MISSING)
        pytest.skip(MISSING)
    return {
        name: {platform: played(scene, platform) for platform in PLATFORMS}
        for name, scene in SCENES.items()
    }


@pytest.fixture(scope="module")
def lens(talks: Talks) -> Iterator[Camera]:
    with camera() as opened:
        yield opened


@pytest.fixture(scope="module")
def measured(lens: Camera, talks: Talks) -> dict[tuple[str, str], list[Measured]]:
    """The messages of each scene and platform."""
    return {
        (name, platform): lens.measure(talks[name][platform], SMALL)
        for name in SCENES
        for platform in PLATFORMS
    }


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("name", SCENES)
def test_no_message_is_higher_than_it_was_agreed(
    measured: Mapping[tuple[str, str], list[Measured]], name: str, platform: str
) -> None:
    assert card(measured[name, platform]).rows <= kept()["most"][name][platform]


def test_what_is_read_with_a_caller_on_the_line_fits_one_screen() -> None:
    most = kept()["most"]
    over = [
        f"{name} on {platform}: {rows} rows"
        for name, scene in SCENES.items()
        if scene.one_screen
        for platform, rows in most[name].items()
        if rows > ROWS
    ]
    assert over == []


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("name", SCENES)
def test_a_finger_hits_whatever_can_be_pressed(
    measured: Mapping[tuple[str, str], list[Measured]], name: str, platform: str
) -> None:
    taps = [tap for each in measured[name, platform] for tap in each.taps]
    assert taps
    assert [tap.label for tap in taps if tap.height < TAPPABLE] == []


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("name", [name for name, scene in SCENES.items() if scene.one_screen])
def test_the_next_step_is_in_sight(
    measured: Mapping[tuple[str, str], list[Measured]], name: str, platform: str
) -> None:
    assert card(measured[name, platform]).next_in_sight


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("name", SCENES)
def test_it_looks_as_in_the_docs(lens: Camera, talks: Talks, name: str, theme: str) -> None:
    kept_picture = Image.open(FOLDER / f"{name}-{theme}.png").convert("RGB")
    now = Image.open(io.BytesIO(small(sheet(lens, talks[name], dark=THEMES[theme]))))
    assert difference(kept_picture, now.convert("RGB")) <= SAME, "see `make pictures`"
