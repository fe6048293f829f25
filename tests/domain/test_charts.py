"""Charts as values: what they refuse, and what they add up."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.reports.charts import MOST_CATEGORIES, Chart, Series

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
