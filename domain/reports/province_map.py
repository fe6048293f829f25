"""The map of the 77 provinces: a tile each, at a place that is near its neighbours'."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from domain.customers.provinces import list_provinces
from domain.data import TomlTable, read_document
from domain.reports.charts import MapTile


@dataclass(frozen=True, slots=True)
class ProvincePlace:
    """Where a province stands on the map, and the letters that stand for it."""

    letters: str
    column: int
    row: int


@cache
def province_places() -> dict[str, ProvincePlace]:
    """Returns the place of every province, from the rows of the data file."""
    path = Path(__file__).parents[1] / "data" / "province_map.toml"
    document = read_document(path, path.name)
    data = TomlTable(document.values, (), (document,))
    letters_of = data.table("letters")
    province_of = {letters_of.text(name): name for name in list_provinces()}
    places = {}
    for row, line in enumerate(data.texts("rows")):
        for column, letters in enumerate(line.split()):
            if letters in province_of:
                place = ProvincePlace(letters, column, row)
                places[province_of[letters]] = place
    return places


def province_tiles(users: Mapping[str, int | None]) -> tuple[MapTile, ...]:
    """Returns a tile for every province; those that have no number are drawn as unknown."""
    return tuple(
        MapTile(place.letters, place.column, place.row, users.get(name))
        for name, place in province_places().items()
    )
