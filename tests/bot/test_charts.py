"""Charts as pictures: what stands on them, pixel by pixel, and that they are kept."""

import asyncio
from dataclasses import replace
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from bot.charts.drawing import CannotLetter, draw
from bot.charts.pen import Pen
from bot.charts.stored import REMEMBERED, StoredCharts
from bot.platforms import check_platforms
from bot.settings import Settings
from domain.reports.charts import (
    Chart,
    ColumnChart,
    HeatMap,
    Line,
    LineChart,
    Picture,
    Series,
    TileMap,
)
from domain.reports.province_map import province_places, province_tiles
from handlers.desk import NotDrawn
from store.blobs import Blobs
from tests.fakes.letters import needs_letters

pytestmark = needs_letters

MONTHS = tuple(f"พ.ย. {year}" for year in range(30, 70))


def chart(*numbers: int, **changes: Any) -> Chart:
    rows = numbers or (3, 0, 7)
    series = (Series("Facebook", rows, 0), Series("Line", tuple(reversed(rows)), 2))
    return replace(Chart("โพสต์", "ปีงบประมาณ 2569", MONTHS[: len(rows)], series), **changes)


def picture(of: Chart) -> Image.Image:
    return Image.open(BytesIO(draw(of))).convert("L")


def ink(text: str) -> tuple[int, int, int, int]:
    """Where a title has ink: left, top, right, bottom."""
    titled = picture(chart(title=text, subtitle="")).crop((0, 0, 1080, 110))
    found = titled.point(lambda value: 255 - value).getbbox()
    assert found is not None
    return found


# The picture.


def test_a_tone_mark_stands_above_the_vowel_above_the_letter() -> None:
    assert draw(chart(title="ที่")) != draw(chart(title="ที"))
    plain, marked, low = ink("ที"), ink("ที่"), ink("ท่")
    assert marked[1] <= plain[1] - 5
    assert marked[1] < low[1]
    assert marked[2] - marked[0] <= plain[2] - plain[0] + 2
    assert ink("ปู")[3] > ink("ป")[3] + 5


def test_what_the_font_lacks_leaves_no_box() -> None:
    bare = chart(title="ข่าว ใหม่")
    for odd in ("ข่าว 📊 ใหม่", "ข่าว\x00\u200b ใหม่", "ข่าว 漢字 ใหม่\n"):
        assert draw(chart(title=odd)) == draw(bare)
    thai = "".join(chr(code) for code in (*range(0xE01, 0xE3B), *range(0xE3F, 0xE5B)))
    assert Pen().drawable(thai) == thai


@pytest.mark.parametrize("typed", ["x^2", r"\frac{1}{2}", r"\nosuch", "50%"])
def test_what_looks_like_a_formula_is_plain_text(typed: str) -> None:
    """Dollars would make it one."""
    dollars = ink("$")[2] - ink("$")[0]
    assert ink(f"${typed}$")[2] - ink(typed)[2] > 2 * dollars - 6


@pytest.mark.parametrize(
    "of",
    [
        chart(),
        chart(5),
        chart(0, 0),
        chart(*range(40)),
        chart(10**9, 1, 0),
        chart(3, 1, categories=("สำรวจการมีการใช้เทคโนโลยีสารสนเทศและการสื่อสารในครัวเรือน" * 4, "")),
        chart(title="ผลการสำรวจ " * 30, subtitle="ปีงบประมาณ" * 20, unit="ราย"),
    ],
    ids=["year", "one month", "nothing", "forty months", "extremes", "long names", "long titles"],
)
def test_nothing_touches_the_edges_and_a_telephone_can_show_it(of: Picture) -> None:
    fits(of)


LONG = "สำรวจการมีการใช้เทคโนโลยีสารสนเทศและการสื่อสารในครัวเรือน"
MILLIONS = (0, 1_234_567, 9_999_999)


def columns(count: int, parts: int = 1, most: int = 9) -> ColumnChart:
    values = tuple(place * most // max(1, count - 1) for place in range(count))
    series = tuple(Series(LONG, values, tone) for tone in range(parts))
    return ColumnChart("ใบงาน", LONG, (MONTHS * 2)[:count], series, "ใบงาน")


def lines(*values: float | None) -> LineChart:
    named = tuple(Line(name, values) for name in ("เดือนนี้", "เดือนก่อน", LONG))
    return LineChart("ใบงาน", "", tuple(map(str, range(len(values)))), named, "ใบงาน")


def heat(value: int, rows: int = 24) -> HeatMap:
    names = tuple(f"{hour:02}.00" for hour in range(rows))
    days = ("จ.", "อ.", "พ.", "พฤ.", "ศ.", "ส.", "อา.")
    return HeatMap("ใบงาน", "", days, names, ((value, 0, 1, 2, 3, value, value),) * rows, "ใบงาน")


def tile_map(most: int) -> TileMap:
    users: dict[str, int | None] = dict.fromkeys(province_places(), most)
    users["ตาก"] = 0
    users["น่าน"] = None
    return TileMap("ใบงาน", "", province_tiles(users), "ใบงาน", LONG)


@pytest.mark.parametrize(
    "of",
    [
        columns(1, 8),
        columns(60, 8, 10**9),
        columns(12, 1, 0),
        lines(5),
        lines(*range(366)),
        lines(None, 3, None, 2.5),
        lines(None),
        lines(*MILLIONS),
        heat(10**9),
        heat(0, 1),
        tile_map(5_000_000),
        tile_map(0),
    ],
)
def test_every_kind_stays_within_the_picture_with_whatever_numbers(of: Picture) -> None:
    fits(of)


def fits(of: Picture) -> None:
    png = draw(of)
    seen = Image.open(BytesIO(png)).convert("L")
    left, top, right, bottom = seen.point(lambda value: 255 - value).getbbox() or (0, 0, 0, 0)
    assert left >= 20
    assert top >= 20
    assert right <= 1060
    assert bottom <= seen.height - 20
    assert len(png) < 1_000_000
    assert seen.width == 1080
    assert seen.height < 10_000 - 1080


def shades(of: Picture, *points: tuple[int, int]) -> list[object]:
    seen = Image.open(BytesIO(draw(of)))
    assert seen.mode == "RGB"  # no part lets a dark chat through
    return [seen.getpixel(point) for point in points]


def test_the_more_the_darker() -> None:
    """Two points in the corners of cells, where no number stands."""
    one = HeatMap("", "", ("a", "b"), ("x",), ((1, 9),), "")
    least, most = (sum(each) for each in shades(one, (120, 180), (1000, 180)))  # type: ignore[call-overload]
    assert most < least


def test_what_is_not_known_yet_is_no_nought() -> None:
    assert draw(lines(4, None)) != draw(lines(4, 0))


def test_a_line_breaks_before_a_vowel_that_is_written_first_and_not_behind_it() -> None:
    pen = Pen()
    for room in range(60, 400, 7):
        for line in pen.wrap("เมืองแม่โขงไทยใจดีเสาะแสวงหา" * 2, 36, room, 99):
            assert line[-1] not in "เแโใไ"
            assert line[0] not in "ะา่้็ิีึืุูั์ๆ"


def test_the_same_chart_is_the_same_picture() -> None:
    assert draw(chart()) == draw(chart())
    assert draw(chart(1, 2)) != draw(chart(2, 1))


def test_every_series_has_a_colour_and_a_grey_of_its_own() -> None:
    series = tuple(Series(name, (4,), tone) for tone, name in enumerate("abc"))
    seen = picture(Chart("t", "", ("x",), series))
    row = {seen.getpixel((x, seen.height - 60)) for x in range(150, 1000)}
    greys = sorted(grey for grey in row if isinstance(grey, int) and grey < 250)
    bars = [
        grey
        for grey in greys
        if sum(seen.getpixel((x, seen.height - 60)) == grey for x in range(1080)) > 100
    ]
    assert len(bars) == 3
    assert min(b - a for a, b in pairwise(bars)) >= 15


def test_a_text_without_end_is_cut_like_a_long_one() -> None:
    endless = "ประชาสัมพันธ์" * 2_000
    assert draw(chart(title=endless)) == draw(chart(title=endless[:200]))


@pytest.fixture
def no_fribidi(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without the library that moves tone marks above vowels."""
    monkeypatch.setattr("PIL.features.check", lambda feature: feature != "raqm")


@pytest.mark.usefixtures("no_fribidi")
def test_where_thai_would_be_set_wrong_nothing_is_drawn() -> None:
    with pytest.raises(CannotLetter, match="libfribidi0"):
        draw(chart())


async def test_the_check_says_that_pictures_can_be_drawn() -> None:
    assert await checked() == ("pictures", "")


@pytest.mark.usefixtures("no_fribidi")
async def test_the_check_names_the_library_that_is_missing() -> None:
    what, problem = await checked()
    assert what == "pictures"
    assert "libfribidi0" in problem


async def checked() -> tuple[str, str]:
    """The first thing that `run_bot.py check` says of this machine."""
    return await anext(check_platforms(Settings(), []))


# The pictures that are kept.


async def test_a_chart_is_kept_under_its_hash_and_drawn_once(tmp_path: Path) -> None:
    asked = []

    def noted(of: Chart) -> bytes:
        asked.append(of)
        return draw(of)

    charts = StoredCharts(Blobs(tmp_path), noted)
    drawn = await charts.draw(chart())
    assert Blobs(tmp_path).path(drawn.sha256).read_bytes() == draw(chart())
    assert await charts.draw(chart()) == drawn
    assert (await charts.draw(chart(1))).sha256 != drawn.sha256
    assert asked == [chart(), chart(1)]
    Blobs(tmp_path).path(drawn.sha256).unlink()
    assert await charts.draw(chart()) == drawn
    assert Blobs(tmp_path).path(drawn.sha256).exists()


async def test_the_oldest_picture_is_forgotten_first(tmp_path: Path) -> None:
    asked = []

    def noted(of: Chart) -> bytes:
        asked.append(of)
        return b"picture"

    charts = StoredCharts(Blobs(tmp_path), noted)
    every = [chart(n) for n in range(REMEMBERED + 1)]
    for one in (*every, every[-1], every[0]):
        await charts.draw(one)
    assert asked == [*every, every[0]]


async def test_several_at_once_are_drawn_one_after_the_other(tmp_path: Path) -> None:
    at_work = []

    def alone(of: Chart) -> bytes:
        at_work.append(of)
        picture = draw(of)
        assert at_work == [of]
        at_work.clear()
        return picture

    charts = StoredCharts(Blobs(tmp_path), alone)
    drawn = await asyncio.gather(*(charts.draw(chart(n)) for n in range(5)))
    for n, one in enumerate(drawn):
        assert Blobs(tmp_path).path(one.sha256).read_bytes() == draw(chart(n))


async def test_a_chart_that_cannot_be_drawn_is_a_reference_number(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    charts = StoredCharts(Blobs(tmp_path))
    with pytest.raises(NotDrawn) as refused:
        await charts.draw(chart(title=5))
    logged = "".join(capsys.readouterr())
    assert len(refused.value.reference) == 5
    assert refused.value.reference in logged
    assert "pen.py" in logged
    assert (await charts.draw(chart())).size > 1000
