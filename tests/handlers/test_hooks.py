"""Hooks: what several nouns add in one place stands in the order of its places, whoever was loaded
first.
"""

from collections.abc import Callable

import pytest

from handlers.registry import Hook


def test_functions_come_in_the_order_of_their_places():
    hook: Hook[Callable[[], str]] = Hook()

    @hook(place=20)
    def second():
        return "second"

    @hook(place=10)
    def first():
        return "first"

    assert [run() for run in hook] == ["first", "second"]


def test_a_place_is_given_once():
    hook: Hook[str] = Hook()
    hook.enter(10, "one")
    with pytest.raises(ValueError, match="place 10 is taken"):
        hook.enter(10, "two")
    assert [*hook] == ["one"]
