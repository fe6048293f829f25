"""What one platform adds to the desk: the parts that its folder hands over, what it is given."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeAlias, TypeVar

from starlette.routing import Route

from bot.clock import Clock
from bot.files.links import Links
from bot.platform import Adapter
from bot.posting import PostingNetwork
from bot.queues.pulses import Pulses
from domain.staff import Platform, Role
from handlers import system
from handlers.chat import Notice, Reply
from handlers.desk import Desk, Outcome
from store.blobs import Blobs
from store.chat.inbox import Woken

Means = TypeVar("Means", bound=str)
PlatformWork: TypeAlias = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a platform is opened with. Where it is only checked there are no files and no links.

    `public_url` = where people reach this desk, empty where nobody said; `key` signs what is handed
    out.
    """

    clock: Clock
    public_url: str = ""
    blobs: Blobs | None = None
    links: Links | None = None
    key: str = ""


@dataclass(frozen=True, slots=True)
class WebLogin:
    """How a chat app vouches for who opens the desk's pages in it. `field` = what the page posts;
    `user` says whose account that proves, "" = nobody's; `page` = the template of the page that
    the app opens, which is given `values`; `sources` = where the app's own script comes from, and
    what it may ask and be shown in.
    """

    field: str
    user: Callable[[str, datetime, timedelta], Awaitable[str]]
    page: str
    values: Mapping[str, str]
    sources: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class RunningDesk:
    """What a platform is given of the desk once there is one.

    `owner` holds the leases of this process; `wake` = events of these conversations are in the
    inbox; `after` does something once the answer is given; `post` = `bot.engine.Engine.post`;
    `pulses` = where it is noted that a platform gave or took something; `logins` = the platforms
    that vouch for who opens a page.
    """

    desk: Desk
    owner: str
    wake: Callable[[Woken], None]
    after: Callable[[Awaitable[Any]], None]
    post: Callable[..., Awaitable[None]]
    pulses: Pulses
    logins: Mapping[Platform, WebLogin] = field(default_factory=dict)


def tell_lack(
    running: RunningDesk,
    platform: Platform,
    words: Mapping[Means, Callable[[], str]],
    means: Means,
) -> None:
    """Administrators hear once that a platform does not take something; `words` = what each is
    called.
    """

    def make() -> Reply:
        return system.lacks(platform, words[means]())

    notice = Notice(make, f"lacks:{platform}:{means}", role=Role.ADMIN)
    told = Outcome(notices=(notice,))
    running.after(running.post(told))


class Refusal(str):
    """What a check says where the platform does not know us: no later try would go better."""


class PlatformParts:
    """One platform's parts. A folder has a class that says what its platform has; the rest is here.

    The service and the check go through the list of `bot/platforms.py` and know no platform by
    name. `name` is what logs and the check call it; `networks` are those that it can post to.
    """

    name: str
    adapter: Adapter | None = None
    networks: Sequence[PostingNetwork] = ()
    login: WebLogin | None = None
    ask_every: float | None = None
    """Seconds of silence after which the watch over the desk asks it; None = it is not watched."""

    may_lock_out: bool = False
    """Whether it may shut out who comes with a wrong password again and again: then it is asked
    again after `[health] refused`.
    """

    def routes(self, running: RunningDesk) -> Sequence[Route]:
        """Its addresses on the web side."""
        return ()

    def last_routes(self, running: RunningDesk) -> Sequence[Route]:
        """Addresses that are asked only where nobody else has them."""
        return ()

    def set_up(self, running: RunningDesk) -> Sequence[PlatformWork]:
        """What is told or asked once at the start: tried again until the platform answers."""
        return ()

    def background(self, running: RunningDesk) -> Sequence[PlatformWork]:
        """What runs for as long as the desk does; it is cancelled when the desk stops."""
        return ()

    async def title(self, chat: str) -> str:
        """What a group is called; "" where the platform says that with every event, or not now."""
        return ""

    def remarks(self) -> Sequence[str]:
        """What people will miss as the settings stand, though nothing is wrong with them."""
        return ()

    async def check(self) -> str | None:
        """Whether the platform knows us: "" = it does, else the variable's name and what is wrong.

        None = there is nothing to ask.
        """
        return None

    async def close(self) -> None:
        """Close the connections."""
