"""The LINE rich menu: a picture LINE takes, with right Thai, and areas that lie where its tiles
do.
"""

from io import BytesIO
from itertools import combinations

import pytest
from PIL import Image

from bot.line.menus.menu import draw_menu, menu_definition

LABELS = [
    ("find", "ค้นหา"),
    ("open", "สร้างใบงาน"),
    ("my", "ใบงานของฉัน"),
    ("new", "เพิ่มผู้รับบริการ"),
    ("menu", "เมนู"),
    ("help", "ช่วยเหลือ"),
]
TEXTS = [label for _, label in LABELS]


def with_label(position: int, label: str) -> list[tuple[str, str]]:
    return [(key, label if at == position else old) for at, (key, old) in enumerate(LABELS)]


def opened(picture: bytes) -> Image.Image:
    return Image.open(BytesIO(picture)).convert("RGB")


def test_the_picture_is_one_that_line_takes() -> None:
    picture = draw_menu(LABELS)
    image = Image.open(BytesIO(picture))
    assert image.format == "PNG"
    assert image.size == (2500, 843)
    assert image.width / image.height >= 1.45
    assert len(picture) <= 1_000_000


def test_the_same_labels_give_the_same_bytes() -> None:
    assert draw_menu(LABELS) == draw_menu(LABELS)


@pytest.mark.parametrize(("marked", "bare"), [("ที่", "ที"), ("น้ำ", "นำ"), ("ผู้", "ผู")])
def test_a_tone_mark_is_seen_and_stands_above_the_rest(marked: str, bare: str) -> None:
    def top(label: str) -> int:
        """The first row of the second tile's label that has dark ink, below the pictogram."""
        tile = opened(draw_menu(with_label(1, label))).crop((860, 232, 1640, 400)).convert("L")
        box = tile.point(lambda shade: 255 if shade < 120 else 0).getbbox()
        assert box is not None
        return box[1]

    assert draw_menu(with_label(1, marked)) != draw_menu(with_label(1, bare))
    assert top(marked) < top(bare)


def test_every_pictogram_is_another() -> None:
    tiles = {
        opened(draw_menu([(key, "-")] * 6)).crop((300, 20, 540, 230)).tobytes()
        for key in ("find", "open", "my", "new", "menu", "help")
    }
    assert len(tiles) == 6


def test_a_long_label_stays_within_its_tile() -> None:
    image = opened(draw_menu(with_label(1, "รายงานสรุปใบงานประจำปีงบประมาณของทุกกลุ่ม")))
    ground = image.getpixel((0, 0))
    assert all(image.getpixel((x, y)) == ground for x in (833, 1667) for y in range(0, 421, 5))


@pytest.mark.parametrize("labels", [LABELS[:5], [*LABELS, ("help", "ช่วยเหลือ")], []])
def test_any_other_number_of_labels_is_refused(labels: list[tuple[str, str]]) -> None:
    with pytest.raises(ValueError):
        draw_menu(labels)


def test_the_areas_cover_the_picture_without_overlap() -> None:
    definition = menu_definition(LABELS, TEXTS)
    assert definition["size"] == {"width": 2500, "height": 843}
    areas = [area["bounds"] for area in definition["areas"]]
    assert sum(one["width"] * one["height"] for one in areas) == 2500 * 843
    assert all(
        0 <= one["x"] <= 2500 - one["width"] and 0 <= one["y"] <= 843 - one["height"]
        for one in areas
    )
    for one, other in combinations(areas, 2):
        beside = one["x"] + one["width"] <= other["x"] or other["x"] + other["width"] <= one["x"]
        below = one["y"] + one["height"] <= other["y"] or other["y"] + other["height"] <= one["y"]
        assert beside or below


def test_a_tap_says_the_text_of_its_tile() -> None:
    texts = [f"คำสั่ง {number}" for number in range(6)]
    actions = [area["action"] for area in menu_definition(LABELS, texts)["areas"]]
    assert [(action["type"], action["label"], action["text"]) for action in actions] == [
        ("message", label, text) for (_, label), text in zip(LABELS, texts, strict=True)
    ]


def test_texts_that_are_too_long_for_line_are_cut_between_characters() -> None:
    definition = menu_definition(with_label(4, "ที่" * 30), TEXTS)
    assert definition["chatBarText"] == "ที่" * 13 + "…"
    assert definition["areas"][4]["action"]["label"] == "ที่" * 19 + "…"
    assert menu_definition(LABELS, TEXTS)["chatBarText"] == "เมนู"


def test_the_name_changes_with_the_picture_and_with_the_areas_only() -> None:
    name = menu_definition(LABELS, TEXTS)["name"]
    assert name == menu_definition(LABELS, TEXTS)["name"]
    others = [
        menu_definition(with_label(0, "หา"), TEXTS)["name"],
        menu_definition(LABELS, ["หา", *TEXTS[1:]])["name"],
    ]
    assert len({name, *others}) == 3
    assert str(name).startswith("deskbot-")
    assert len(str(name)) == len("deskbot-") + 12
