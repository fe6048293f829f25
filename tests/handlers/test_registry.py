"""The tables that the rooms enter their functions in: a name is given once, and whoever takes it a
second time is told so when the module is loaded.
"""

import pytest

from handlers import registry
from handlers.chat import say


@pytest.fixture(autouse=True)
def tables(monkeypatch):
    """The tables as they are before any room is loaded."""
    for name in ("COMMANDS", "ACTIONS", "STATES", "KINDS"):
        monkeypatch.setattr(registry, name, {})
    monkeypatch.setattr(registry, "SPOKEN", [])


async def first(ctx, text):
    return say("first")


async def second(ctx, text):
    return say("second")


def enter_command(run):
    registry.command("greet", "สวัสดี", about="")(run)


@pytest.mark.parametrize(
    ("enter", "name", "table"),
    [
        (enter_command, "greet", "COMMANDS"),
        (registry.action("greet.show"), "greet.show", "ACTIONS"),
        (registry.text_action("greet.text"), "greet.text", "ACTIONS"),
        (registry.state("G"), "G", "STATES"),
        (registry.due("greetings"), "greetings", "KINDS"),
    ],
)
def test_a_name_is_given_once(enter, name, table):
    enter(first)
    entered = getattr(registry, table)[name]
    with pytest.raises(ValueError, match=f"^{name} is taken$"):
        enter(second)
    assert getattr(registry, table) == {name: entered}


def test_a_command_that_is_refused_leaves_no_words_behind():
    enter_command(first)
    with pytest.raises(ValueError, match="is taken"):
        registry.command("greet", "หวัดดี", about="", also=("hello",))(second)
    assert [one.word for one in registry.SPOKEN] == ["สวัสดี"]


def test_more_words_for_a_command_stand_above_it():
    @registry.spoken("หวัดดี", "hello")
    @registry.command("greet", "สวัสดี", about="")
    async def greet(ctx, text):
        return say("first")

    said = {one.word: one for one in registry.SPOKEN}
    assert {one.command for one in said.values()} == {"greet"}
    assert said["สวัสดี"].sure
    assert not said["hello"].sure
    assert not said["hello"].last


def test_more_words_below_a_command_are_refused_with_what_to_do():
    with pytest.raises(TypeError, match=r"^first: @spoken stands above @command$"):
        registry.spoken("hello")(first)
    assert registry.SPOKEN == []
