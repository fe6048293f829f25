"""Charts as pictures: what stands on them, pixel by pixel, and the process that draws them, which
may crash or hang.
"""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from bot.charts.drawing import _Pen, draw
from bot.charts.process import ChartProcess
from domain.charts import Chart, Series
from handlers.desk import NotDrawn
from store.blobs import Blobs

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
    assert _Pen().drawable(thai) == thai


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
def test_nothing_touches_the_edges_and_a_telephone_can_show_it(of: Chart) -> None:
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


# The process.

Make = Callable[..., ChartProcess]


@pytest.fixture
async def make(tmp_path: Path) -> AsyncIterator[Make]:
    made: list[ChartProcess] = []

    def one(script: str = "", **how: float) -> ChartProcess:
        command = {"command": (sys.executable, "-c", script)} if script else {}
        made.append(ChartProcess(Blobs(tmp_path), tmp_path / "cache", **command, **how))  # type: ignore[arg-type]
        return made[-1]

    yield one
    for each in made:
        await each.close()


async def test_a_chart_is_kept_under_its_hash_and_drawn_once(make: Make, tmp_path: Path) -> None:
    process = make()
    drawn = await process.draw(chart())
    assert Blobs(tmp_path).path(drawn.sha256).read_bytes() == draw(chart())
    child = process._child
    assert await process.draw(chart()) == drawn
    assert (await process.draw(chart(1))).sha256 != drawn.sha256
    assert process._child is child
    Blobs(tmp_path).path(drawn.sha256).unlink()
    assert await process.draw(chart()) == drawn
    assert Blobs(tmp_path).path(drawn.sha256).exists()


async def test_several_at_once_each_get_their_own(make: Make, tmp_path: Path) -> None:
    process = make()
    drawn = await asyncio.gather(*(process.draw(chart(n)) for n in range(5)))
    for n, one in enumerate(drawn):
        assert Blobs(tmp_path).path(one.sha256).read_bytes() == draw(chart(n))


@pytest.mark.parametrize(
    "script",
    [
        "raise SystemExit(3)",
        "import sys; print('x' * 100)",
        "import sys; sys.stdin.buffer.read(4); sys.stdout.buffer.write(b'P\\xff\\xff\\xff\\xff')",
        "import sys; sys.stdin.buffer.read(4); sys.stdout.buffer.write(b'P\\0\\0\\0\\7abc')",
        "import sys; sys.stdin.buffer.read(4); sys.stdout.buffer.write(b'E\\0\\0\\0\\4oops')",
        "import time; time.sleep(60)",
    ],
    ids=["crash", "garbage", "too much", "cut off", "error", "hang"],
)
async def test_a_child_that_fails_is_a_reference_number_and_no_hang(
    make: Make, script: str
) -> None:
    process = make(script, longest=1.0)
    with pytest.raises(NotDrawn) as refused:
        await process.draw(chart())
    assert len(refused.value.reference) == 5
    child = process._child
    assert child is None or script.count("oops")


async def test_a_child_that_cannot_be_started_is_a_reference_number_too(tmp_path: Path) -> None:
    process = ChartProcess(Blobs(tmp_path), tmp_path / "cache", ("/nowhere/python",))
    with pytest.raises(NotDrawn):
        await process.draw(chart())


async def test_after_a_crash_the_next_chart_is_drawn_by_a_new_child(make: Make) -> None:
    process = make()
    await process.draw(chart())
    assert process._child is not None
    process._child.kill()
    process._child.wait()
    assert (await process.draw(chart(9))).size > 1000


async def test_a_chart_that_cannot_be_drawn_costs_the_child_nothing(make: Make) -> None:
    process = make()
    await process.draw(chart())
    child = process._child
    wrong = object.__new__(Chart)
    for name, value in (
        ("title", 5),
        ("subtitle", ""),
        ("categories", ("a",)),
        ("series", ()),
        ("unit", ""),
    ):
        object.__setattr__(wrong, name, value)
    with pytest.raises(NotDrawn):
        await process.draw(wrong)
    assert process._child is child


async def test_an_idle_child_ends(make: Make) -> None:
    process = make(idle=0.0)
    await process.draw(chart())
    while process._child is not None:
        await asyncio.sleep(0)
    assert (await process.draw(chart(2))).size > 1000


async def test_the_child_is_told_nothing_of_the_settings(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DESKBOT_LINE_ACCESS_TOKEN", "secret")
    monkeypatch.setenv("MPLCONFIGDIR", "/elsewhere")
    given = make()._environment()
    assert not [name for name in given if name.startswith("DESKBOT_")]
    assert given["MPLCONFIGDIR"].endswith("cache")
