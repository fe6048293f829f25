"""What the README and the docs show is there, and small."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = ("README.md", "docs/platforms.md")
SHOWN = re.compile(r'(?:!\[[^]]*\]\(|src=")([^)"]+)')
MOST = 2_000_000
MOST_MOVING = 400_000
"""Bytes of all pictures, and of one that moves."""


@pytest.mark.parametrize("page", PAGES)
def test_every_picture_of_a_page_is_there(page: str) -> None:
    path = ROOT / page
    shown = SHOWN.findall(path.read_text(encoding="utf-8"))
    assert len(shown) >= 4
    assert [name for name in shown if not (path.parent / name).is_file()] == []


def test_no_picture_is_left_that_nobody_shows_and_all_are_small() -> None:
    pictures = set((ROOT / "docs" / "pictures").iterdir())
    shown = {
        (ROOT / page).parent / name
        for page in PAGES
        for name in SHOWN.findall((ROOT / page).read_text(encoding="utf-8"))
    }
    assert pictures == shown
    assert sum(path.stat().st_size for path in pictures) < MOST
    assert all(path.stat().st_size < MOST_MOVING for path in pictures if path.suffix == ".gif")


def test_the_contents_of_the_readme_are_its_headings() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    headings = re.findall(r"^## (.+)$", text, re.MULTILINE)
    contents = text.partition("## Contents")[2].partition("\n## ")[0]
    assert re.findall(r"\[([^]]+)\]\(#", contents) == headings[2:]
    for name, anchor in re.findall(r"\[([^]]+)\]\(#([^)]+)\)", contents):
        assert anchor == re.sub(r"[^\w\- ]", "", name.lower()).replace(" ", "-")
