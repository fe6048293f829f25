"""Posts and lines as long as their platforms take hold the desk for a moment, whatever they are
made of.
"""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import thread_time

import pytest

from tests.domain.test_readers import CHAT, POST, UNITS
from tests.handlers.conftest import DeskUnderTest
from tests.handlers.test_same_post import page_tells

pytestmark = pytest.mark.long

MOST = 0.15
"""Seconds of the processor for one step of the desk. No step may keep others waiting for more than
0.05 (they take 0.03 at most on the machine that they were measured on); what goes back over a long
text takes many times that, and a machine three times as slow fails no test.
"""


@contextmanager
def longest_step(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], float]]:
    """How long the longest step of the loop was, in seconds of the processor."""
    steps = [0.0]
    run = asyncio.events.Handle._run

    def timed(handle: asyncio.events.Handle) -> None:
        begun = thread_time()
        run(handle)
        steps.append(thread_time() - begun)

    with monkeypatch.context() as patched:
        patched.setattr(asyncio.events.Handle, "_run", timed)
        yield lambda: max(steps)


@pytest.mark.parametrize("unit", UNITS)
async def test_a_post_of_facebook_s_length_holds_nobody_up(
    desk: DeskUnderTest, monkeypatch: pytest.MonkeyPatch, unit: str
):
    await page_tells(desk, "1", "ข่าวแรกของวัน")
    text = (unit * POST)[: POST - 10]
    for number, (post, verb, end) in enumerate(
        [("2", "add", "a"), ("2", "edited", "b"), ("3", "add", "c")]
    ):
        with longest_step(monkeypatch) as longest:
            await page_tells(desk, post, f"{number} {text}{end}", verb)
        assert longest() < MOST, (verb, longest())


@pytest.mark.parametrize("unit", UNITS)
async def test_a_long_line_of_publicity_holds_nobody_up(
    desk: DeskUnderTest, monkeypatch: pytest.MonkeyPatch, unit: str
):
    await desk.says("/publicize เฟซ ข่าวแรก")
    await desk.says("ยกเลิก")
    text = f"/publicize เฟซ https://www.facebook.com/share/p/1AbC/ {(unit * CHAT)[: CHAT - 70]}a"
    with longest_step(monkeypatch) as longest:
        await desk.says(text)
        await desk.says("บันทึก")
    assert longest() < MOST, longest()
