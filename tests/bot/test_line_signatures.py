"""A wrong secret of LINE's is told when LINE was turned away, not when a stranger was."""

import pytest

from bot.line.signatures import TRY_EVERY, Signatures
from bot.queues.pulses import Pulses
from domain.reach.health import UNSIGNED
from tests.bot.test_health import Moving


class Tried:
    """LINE, which is answered in this way when it tries the webhook."""

    def __init__(self, *answers: int | Exception) -> None:
        self.answers = [*answers]
        self.times = 0
        self.clock = Moving()
        self.pulses = Pulses(self.clock, self.clock.steady)
        self.signatures = Signatures(self.pulses, "line", self.try_webhook, self.clock.steady)

    async def try_webhook(self) -> int:
        self.times += 1
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    @property
    def told(self) -> str:
        return self.pulses.of("line").deaf


@pytest.mark.parametrize(
    ("answer", "was_right_before", "told"),
    [
        (200, False, ""),
        (401, False, UNSIGNED),
        # Behind a server of one's own that is away: something else is wrong.
        (503, False, ""),
        # LINE cannot be asked: what comes is believed where nothing else ever came.
        (OSError(), False, UNSIGNED),
        (OSError(), True, ""),
    ],
)
async def test_what_is_signed_wrongly_is_told_once_line_was_turned_away(
    answer: int | Exception, was_right_before: bool, told: str
) -> None:
    line = Tried(answer)
    if was_right_before:
        line.signatures.right()
    await line.signatures.look()
    assert line.times == 0
    line.signatures.wrong()
    assert line.told == ""
    await line.signatures.look()
    assert (line.times, line.told) == (1, told)
    line.signatures.right()
    assert line.told == ""


async def test_a_flood_of_forgeries_has_line_try_as_seldom_as_it_allows() -> None:
    line = Tried(*[200] * 50)
    for _second in range(3600):
        line.signatures.wrong()
        await line.signatures.look()
        line.clock.advance(1)
    assert line.times == 3600 / TRY_EVERY
    assert line.told == ""
