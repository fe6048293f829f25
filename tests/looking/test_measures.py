"""What people see of each kind of message on both platforms: how high it is on a small telephone,
what a finger can hit, whether the next step is in sight, and how it looks.
"""

import io
import os
from collections.abc import Iterator
from functools import cache
from typing import Any

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
from tests.looking.shown import ROWS, SMALL, Conversation, Shown

pytestmark = pytest.mark.long

SCENES = {scene.name: scene for scene in scenes()}
OVER = {(name, platform) for name, those in kept()["over"].items() for platform in those}
ONE_SCREEN = [
    (name, platform)
    for name, scene in SCENES.items()
    for platform in PLATFORMS
    if scene.one_screen and (name, platform) not in OVER
]
MISSING = "no Chromium on this machine: what chats look like was not tried"
SAME = 0.004
"""The share of a picture, made small, that may differ: letters are drawn a little otherwise by each
Chromium, a row too many moves all that is below.
"""


@pytest.fixture(scope="module")
def lens() -> Iterator[Camera]:
    if find_browser() is None:
        if os.environ.get(REQUIRED) == "required":
            pytest.fail(MISSING)
        pytest.skip(MISSING)
    with camera() as opened:
        yield opened


@cache
def conversation(name: str, platform: str) -> Conversation:
    """What a scene comes to, which is played once a process."""
    return played(SCENES[name], platform)


def measured(lens: Camera, name: str, platform: str) -> list[Measured]:
    """The messages of a scene."""
    return lens.measure(conversation(name, platform), SMALL)


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("name", SCENES)
def test_no_message_is_higher_than_it_was_agreed(lens: Camera, name: str, platform: str) -> None:
    assert card(measured(lens, name, platform)).rows <= kept()["most"][name][platform]


def test_what_is_read_with_a_caller_on_the_line_fits_one_screen() -> None:
    most = kept()["most"]
    over = {
        (name, platform)
        for name, scene in SCENES.items()
        if scene.one_screen
        for platform, rows in most[name].items()
        if rows > ROWS
    }
    assert over == OVER


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("name", SCENES)
def test_a_finger_hits_whatever_can_be_pressed(lens: Camera, name: str, platform: str) -> None:
    taps = [tap for each in measured(lens, name, platform) for tap in each.taps]
    assert taps or name == "chart"
    assert [tap.label for tap in taps if tap.height < TAPPABLE] == []


@pytest.mark.parametrize(("name", "platform"), ONE_SCREEN)
def test_the_next_step_is_in_sight(lens: Camera, name: str, platform: str) -> None:
    assert card(measured(lens, name, platform)).next_in_sight


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("name", SCENES)
def test_it_looks_as_in_the_docs(lens: Camera, name: str, theme: str) -> None:
    kept_picture = Image.open(FOLDER / f"{name}-{theme}.png").convert("RGB")
    talks = {platform: conversation(name, platform) for platform in PLATFORMS}
    now = Image.open(io.BytesIO(small(sheet(lens, talks, dark=THEMES[theme]))))
    assert difference(kept_picture, now.convert("RGB")) <= SAME, "see `make pictures`"


# LINE's numbers, as its guide to Flex messages has them, stand in the drawing.


def flex_message(*contents: dict[str, Any], size: str = "kilo") -> Conversation:
    body = {"type": "box", "layout": "vertical", "contents": list(contents)}
    bubble = {"type": "bubble", "size": size, "body": body}
    return Conversation("line", [Shown({"type": "flex", "altText": "-", "contents": bubble})])


def a_button(height: str) -> dict[str, Any]:
    action = {"type": "postback", "label": "ก", "data": "x"}
    return {"type": "button", "style": "primary", "height": height, "action": action}


@pytest.mark.parametrize(("height", "pixels"), [("sm", 40), ("md", 52)])
def test_a_button_has_the_height_and_the_width_that_line_gives_it(
    lens: Camera, height: str, pixels: int
) -> None:
    (message,) = lens.measure(flex_message(a_button(height)))
    (tap,) = message.taps
    assert (tap.height, tap.width) == (pixels, 260 - 2 * 20)


def test_two_buttons_in_a_row_share_it_alike(lens: Camera) -> None:
    row = {
        "type": "box",
        "layout": "horizontal",
        "spacing": "md",
        "contents": [a_button("md"), a_button("md")],
    }
    (message,) = lens.measure(flex_message(row))
    assert [tap.width for tap in message.taps] == [106, 106]


def test_no_bubble_is_wider_than_the_chat_of_a_small_telephone(lens: Camera) -> None:
    widths = {}
    for size in ("mega", "giga"):
        (message,) = lens.measure(flex_message(a_button("md"), size=size))
        widths[size] = message.taps[0].width + 2 * 20
    assert widths["mega"] == 300
    assert 300 <= widths["giga"] < SMALL.width - 50


def test_a_label_that_is_too_long_for_its_key_is_told_of(lens: Camera) -> None:
    keys = [[{"text": "สร้างใบงานแบบเดียวกันให้ผู้รับบริการรายนี้อีกครั้งหนึ่ง", "callback_data": "a"}]]
    markup = {"inline_keyboard": keys}
    (message,) = lens.measure(
        Conversation("telegram", [Shown({"text": "ก", "reply_markup": markup})])
    )
    assert message.cut == (keys[0][0]["text"],)
    assert message.lowest == TAPPABLE
