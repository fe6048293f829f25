"""Charts as values: a title, one bar a category, divided by series. What draws pictures is
elsewhere.
"""

from dataclasses import dataclass, field

MOST_CATEGORIES = 60
"""Bars of one chart; a taller picture is shrunk by the platforms until nobody can read it."""


@dataclass(frozen=True, slots=True)
class Series:
    """One number for each category. `tone` = its place among the colours, the same in every
    chart.
    """

    name: str
    values: tuple[int, ...]
    tone: int = 0


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars below one another, in the order given, each made of one part a series. `unit` = what is
    counted.

    All of its words are in the reader's language already. ValueError for none or too many
    categories, for a series of another length, and for a number below nought."""

    title: str
    subtitle: str
    categories: tuple[str, ...]
    series: tuple[Series, ...]
    unit: str = ""
    totals: tuple[int, ...] = field(init=False)

    def __post_init__(self) -> None:
        if not 0 < len(self.categories) <= MOST_CATEGORIES or not self.series:
            raise ValueError("a chart needs categories, not too many of them, and a series")
        for each in self.series:
            if len(each.values) != len(self.categories) or min(each.values) < 0:
                raise ValueError("each series has one number, not below nought, for each category")
        by_category = zip(*(each.values for each in self.series), strict=True)
        object.__setattr__(self, "totals", tuple(map(sum, by_category)))
