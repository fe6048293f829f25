"""Tests that look at Thai letters in pictures: skipped where the machine lacks FriBidi, plainly."""

import os

import pytest

from bot.charts.fonts import MISSING, sets_thai_right

# CI has every real service: there a missing one fails.
needs_letters = pytest.mark.skipif(
    not sets_thai_right() and not os.environ.get("CI"),
    reason=MISSING,
)
