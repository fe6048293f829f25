"""What the worker and the sender ask of a platform."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from domain.staff import Platform
from handlers.chat import Attachment, Incoming, Reply, ReplyPart
from store.chat.inbox import Event
from store.chat.outbox import Message

HEARD = "heard"
"""Marks an event of a group that was said to the bot; its text is kept clean and without the bot's
name, and little else.
"""


@dataclass(frozen=True, slots=True)
class Sent:
    """The platform accepted it (or says that it had). `pushes` = how many it counts towards its
    monthly quota; `external_id` = what it calls the message, "" where it does not say.
    """

    pushes: int = 0
    external_id: str = ""


@dataclass(frozen=True, slots=True)
class Retry:
    """Not this time. `after` = seconds the platform asks for; `unclear` = it may have been
    accepted; `alarm` = it will not go better before an administrator does something."""

    error: str
    after: float | None = None
    unclear: bool = False
    alarm: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    """Never. `unreachable` = this recipient takes no messages from us; `spent` = nobody does until
    next month.
    """

    error: str
    unreachable: bool = False
    spent: bool = False


@dataclass(frozen=True, slots=True)
class Dropped:
    """No longer worth sending."""

    error: str


@dataclass(frozen=True, slots=True)
class ChatMoved:
    """Not here: the group goes on as another chat."""

    to: str


@dataclass(frozen=True, slots=True)
class Doubtful:
    """Perhaps accepted, and sending it twice would be worse than asking: a person decides."""

    error: str


Delivery = Sent | Retry | Refused | Dropped | ChatMoved | Doubtful


class Unparsable(Exception):
    """An event that this platform's module cannot read: kept and counted, answered by silence."""


class Adapter(Protocol):
    """One platform. `render` gives one payload (JSON) for each call that `deliver` will make."""

    platform: Platform

    def parse(self, event: Event) -> Incoming:
        """The event as the desk sees it; raises Unparsable."""
        ...

    def render(self, reply: Reply, replaces: str = "", topic: str = "") -> list[str]:
        """The calls that say `reply` in this topic; `replaces` names the message whose button was
        pressed.
        """
        ...

    def serves(self, chat: str) -> bool:
        """Whether what is for this chat goes out through this process."""
        ...

    async def pace(self, chat: str) -> None:
        """Wait until the platform's rate allows one more call to this chat."""
        ...

    async def deliver(self, message: Message) -> Delivery:
        """Make the call."""
        ...

    async def show_busy(self, chat: str) -> None:
        """Say that an answer is being worked on; failures are of no consequence."""
        ...

    def download(self, attachment: Attachment) -> AsyncIterator[bytes]:
        """The file's bytes as they come; raises FetchFailed, NotFound("file"),
        InvalidInput("file_large").
        """
        ...


@runtime_checkable
class SaysWhenFree(Protocol):
    """An adapter that can tell whether `pace` would wait."""

    def is_free(self, chat: str) -> bool:
        """Whether a call to this chat could be made at once."""
        ...


@runtime_checkable
class ShowsAScreen(Protocol):
    """An adapter that shows of a long part what one screen has room for."""

    def rest(self, part: ReplyPart) -> ReplyPart | None:
        """What is not shown at once; None = nothing."""
        ...
