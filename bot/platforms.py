"""The list of platforms: each folder that hands over parts, in the order in which they are told."""

from collections.abc import AsyncIterator, Callable, Sequence
from typing import TypeAlias

from bot.charts.fonts import MISSING, sets_thai_right
from bot.clock import Clock
from bot.line.platform import open_line
from bot.mail.platform import open_mail, open_mailbox
from bot.networks.facebook.platform import open_facebook
from bot.networks.twitter.platform import open_twitter
from bot.parts import PlatformParts, Surroundings
from bot.settings import Settings
from bot.telegram.platform import open_telegram
from bot.web.platform import open_web

Opener: TypeAlias = Callable[[Settings, Surroundings], PlatformParts | None]
"""Makes a platform's parts of the settings; None where it is not configured."""

OPENERS: tuple[Opener, ...] = (
    open_telegram,
    open_line,
    open_facebook,
    open_twitter,
    open_mail,
    open_mailbox,
    open_web,
)


def open_platforms(settings: Settings, surroundings: Surroundings) -> list[PlatformParts]:
    """The parts of each platform that is configured."""
    opened = [open_one(settings, surroundings) for open_one in OPENERS]
    return [parts for parts in opened if parts is not None]


def platforms_to_check(settings: Settings, clock: Clock) -> list[PlatformParts]:
    """The same without files and links: the key that signs links is not made by a check."""
    return open_platforms(settings, Surroundings(clock, settings.public_url or ""))


async def check_platforms(
    settings: Settings, platforms: Sequence[PlatformParts]
) -> AsyncIterator[tuple[str, str]]:
    """Asks this machine whether it can draw, then each configured platform whether it knows us: the
    name, and "" where all is good, else the variable's name and what is wrong with it.
    """
    yield "pictures", "" if sets_thai_right() else MISSING
    for parts in platforms:
        try:
            problem = await parts.check()
        finally:
            await parts.close()
        if problem is not None:
            yield parts.name, problem
    if not settings.has_platform:
        yield "platforms", ""
