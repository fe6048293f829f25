"""Charts as values: what they refuse, and what they add up."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.customers.provinces import list_provinces
from domain.reports.charts import (
    MOST_CATEGORIES,
    Chart,
    ColumnChart,
    HeatMap,
    Line,
    LineChart,
    MapTile,
    Series,
    TileMap,
)
from domain.reports.province_map import province_places, province_tiles

NUMBERS = st.lists(st.integers(0, 10**9), min_size=1, max_size=MOST_CATEGORIES)


@given(NUMBERS, st.text(), st.integers(0, 3))
def test_a_chart_adds_up_its_series(numbers: list[int], words: str, tone: int) -> None:
    names = tuple(f"{words} {n}" for n in range(len(numbers)))
    chart = Chart(
        words,
        words,
        names,
        (Series(words, tuple(numbers), tone), Series("x", tuple(numbers))),
        words,
    )
    assert hash(chart) == hash(replace(chart))
    assert chart.totals == tuple(2 * number for number in numbers)


@pytest.mark.parametrize(
    ("categories", "series"),
    [
        ((), (Series("a", ()),)),
        (("a",), ()),
        (("a",), (Series("a", (1, 2)),)),
        (("a",), (Series("a", (-1,)),)),
        (("a",) * (MOST_CATEGORIES + 1), (Series("a", (1,) * (MOST_CATEGORIES + 1)),)),
    ],
)
def test_what_cannot_be_drawn_is_refused(
    categories: tuple[str, ...], series: tuple[Series, ...]
) -> None:
    with pytest.raises(ValueError):
        Chart("t", "s", categories, series)


@pytest.mark.parametrize(
    "made",
    [
        lambda: ColumnChart("t", "s", ("a",), (Series("x", (1,)),) * 9),
        lambda: LineChart("t", "s", ("a", "b"), (Line("x", (1,)),)),
        lambda: LineChart("t", "s", ("a",), (Line("x", (-1.5,)),)),
        lambda: LineChart("t", "s", (), (Line("x", ()),)),
        lambda: HeatMap("t", "s", ("a",), ("b", "c"), ((1,),)),
        lambda: HeatMap("t", "s", ("a", "b"), ("c",), ((1,),)),
        lambda: TileMap("t", "s", ()),
        lambda: TileMap("t", "s", (MapTile("a", 0, 0, 1), MapTile("b", 0, 0, 1))),
    ],
)
def test_every_kind_refuses_what_does_not_belong_together(made: Callable[[], object]) -> None:
    with pytest.raises(ValueError):
        made()


NEIGHBOURS = """
เชียงใหม่ แม่ฮ่องสอน เชียงราย ลำปาง ลำพูน
กรุงเทพมหานคร นนทบุรี สมุทรปราการ สมุทรสาคร ปทุมธานี
ขอนแก่น ชัยภูมิ กาฬสินธุ์ มหาสารคาม อุดรธานี
อุบลราชธานี ศรีสะเกษ ยโสธร
สงขลา พัทลุง ปัตตานี ยะลา สตูล
สุราษฎร์ธานี ชุมพร นครศรีธรรมราช กระบี่ พังงา ระนอง
เพชรบุรี ประจวบคีรีขันธ์ สมุทรสงคราม
จันทบุรี ตราด ระยอง ชลบุรี สระแก้ว
"""


def test_every_province_has_a_tile_of_its_own_that_touches_its_neighbours() -> None:
    places = province_places()
    assert set(places) == set(list_provinces())
    TileMap("t", "s", province_tiles({}))
    for line in NEIGHBOURS.split("\n"):
        for neighbour in line.split()[1:]:
            one, other = places[line.split()[0]], places[neighbour]
            far = max(abs(one.column - other.column), abs(one.row - other.row))
            assert far == 1, (line, neighbour)


def test_north_is_above_and_west_is_on_the_left() -> None:
    places = province_places()
    course = ["เชียงราย", "นครสวรรค์", "กรุงเทพมหานคร", "ชุมพร", "สงขลา"]
    rows = [places[name].row for name in course]
    assert rows == sorted(rows)
    across = [places[name].column for name in ("กาญจนบุรี", "นครราชสีมา", "บุรีรัมย์")]
    assert across == sorted(across)
