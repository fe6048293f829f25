"""The benchmark's own data, which neither the product nor the tests of its rules read."""

import csv
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

DATA = Path(__file__).parents[1] / "data"


@cache
def toml(name: str) -> dict[str, Any]:
    """A file of bench/data, parsed."""
    return tomllib.loads((DATA / name).read_text("utf-8"))


@cache
def lines(name: str) -> list[list[str]]:
    """The cells of the lines of a tab-separated file, without its heading."""
    path = DATA / name
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [row for row in rows if row][1:]
