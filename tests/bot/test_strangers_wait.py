"""Whoever is known waits for no stranger."""

from collections.abc import Iterable

from bot.queues.strangers import Strangers
from domain.reach.strangers import AT_ONCE


def test_strangers_are_handled_a_few_at_a_time_and_staff_at_once() -> None:
    woken: list[str] = []

    def wake(conversations: Iterable[str]) -> None:
        woken.extend(conversations)

    room = Strangers(wake)
    room.know(["line:officer"])
    room.admit(f"line:{n}" for n in range(1000))
    assert woken == [f"line:{n}" for n in range(AT_ONCE)]

    room.admit(["line:officer"])
    assert woken[AT_ONCE:] == ["line:officer"]
    # One who is inside and writes on keeps his turn; one who waits has one turn.
    room.admit(["line:0", "line:999"])
    assert woken[AT_ONCE + 1 :] == ["line:0"]
    assert room.waits("line:999")
    for n in range(1000):
        room.over(f"line:{n}")
    assert woken.count("line:999") == 1
    assert len(woken) == 1002
    assert not room.waits("line:999")
