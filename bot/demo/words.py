"""The words that the demo desk is made of."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from domain.data import read_document

PATH = Path(__file__).with_name("demo.toml")

DemoWords = Mapping[str, Any]
"""The data file's tables, or one of them."""


def demo_words() -> DemoWords:
    """The whole file."""
    return read_document(PATH, PATH.name).values
