"""Members of staff, what their roles allow, and the platform accounts they speak from."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType

StaffId = NewType("StaffId", int)


class Platform(StrEnum):
    """Where people talk to the desk; never called a channel, which is how customers reach it.

    By mail the desk only speaks: to customers, and to staff whom no chat reaches. In the browser it
    only answers: nobody may look there when something is to be told.
    """

    TELEGRAM = "telegram"
    LINE = "line"
    TERMINAL = "terminal"
    MAIL = "mail"
    WEB = "web"


Chat = tuple[Platform, str]
"""A platform, and a chat there."""


class Role(StrEnum):
    """Each role may do all that those before it may."""

    OFFICER = "officer"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"

    def covers(self, needed: "Role") -> bool:
        """Returns whether someone with this role may do what `needed` may do."""
        order = list(Role)
        return order.index(self) >= order.index(needed)


@dataclass(frozen=True, slots=True)
class Staff:
    """A member of staff. `blocked_at` set = no access on any platform, from the next press on.

    `post_granted_at` set = may post to the office's networks, which else only supervisors may.
    `email` = the work address that is told what reaches the person in no chat, "" where none is
    known. `sessions_ended_at` = a telephone was lost then: what was handed out before it is void.
    `waits` = something could not be told to this person; it is only known of who speaks."""

    id: StaffId
    name: str
    role: Role
    language: str = "th"
    blocked_at: datetime | None = None
    post_granted_at: datetime | None = None
    email: str = ""
    sessions_ended_at: datetime | None = None
    waits: bool = False

    def holds_since(self, moment: datetime) -> bool:
        """Whether this person has access, and has had it without a lost telephone since then."""
        if self.blocked_at is not None:
            return False
        return self.sessions_ended_at is None or self.sessions_ended_at < moment

    @property
    def may_post(self) -> bool:
        """Whether this person may post, approve posts and call them off, now."""
        return self.blocked_at is None and (
            self.role.covers(Role.SUPERVISOR) or self.post_granted_at is not None
        )


@dataclass(frozen=True, slots=True)
class Identity:
    """One platform account of a member of staff; `chat` is where the desk can reach it
    privately.
    """

    platform: Platform
    user: str
    staff_id: StaffId
    chat: str
    unreachable_at: datetime | None = None

    @property
    def at(self) -> Chat:
        """The private chat with its platform."""
        return self.platform, self.chat

    @property
    def takes_messages(self) -> bool:
        """Whether something that nobody asked for can be said there: not in a browser, nor where
        the platform said otherwise.
        """
        return self.platform is not Platform.WEB and self.unreachable_at is None
