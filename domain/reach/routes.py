"""Who is reached how: the route that a notice takes to a member of staff, and who hears of it where
none is left. Pure.

A person's own chat comes first, then another chat of the person's, then a mail to the work address,
then, masked, the group of the person's team or of the desk; last the administrators.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto

from domain.reach.groups import Group, last_resort_of
from domain.staff import (
    Chat,
    Identity,
    Platform,
    Role,
    Staff,
    StaffId,
)

MOST_GROUPS = 3
"""Different groups that a notice goes to at most, one after the other."""

MOVED = ":moved"
MAILED = ":mail"
GROUPED = ":group"
"""Marks behind a notice's key, which the outbox keeps: it went to another chat of the person's, to
the work address, and, once for each of them, to a group.
"""

UNDELIVERABLE = "undeliverable:"
QUOTA = "push-quota:"
"""Keys of what administrators hear of deliveries begin so: a notice about a notice would never
end.
"""

QUOTA_SPENT = 100
QUOTA_MARKS = (QUOTA_SPENT, 90, 70)
"""Percent of a month's quota at which administrators hear of it, the most urgent first."""


@dataclass(frozen=True, slots=True)
class InChat:
    """As it is, to a chat of the person's own."""

    chat: Chat


@dataclass(frozen=True, slots=True)
class ByMail:
    """That it waits, to the work address."""

    chat: Chat


@dataclass(frozen=True, slots=True)
class InGroup:
    """Its masked lines, to a group's chat."""

    chat: Chat


Route = InChat | ByMail | InGroup


class Hearer(Enum):
    """Who hears that a message did not go where it was meant to."""

    NOBODY = auto()
    ADMINISTRATORS = auto()
    """That the person cannot be told."""
    ADMINISTRATORS_OF_QUOTA = auto()
    """That the platform's quota is spent."""
    WRITER = auto()
    """Who wrote a mail to a customer; the administrators, where that person cannot be told."""


@dataclass(frozen=True, slots=True)
class Routing:
    """What becomes of a message: its route, None where none is left; its key on that route; and who
    hears that it did not go where it was meant to.
    """

    route: Route | None
    key: str
    hearer: Hearer = Hearer.NOBODY


@dataclass(frozen=True, slots=True)
class Directory:
    """The staff, and all by which they can be reached.

    `accounts` = each person's, the one used last first; `teams` = the members of each; `serves` =
    whether what is for a chat goes out through this process; `mail` = there is a mail server.
    """

    people: Mapping[StaffId, Staff]
    accounts: Mapping[StaffId, Sequence[Identity]]
    groups: Sequence[Group]
    teams: Mapping[str, Collection[StaffId]]
    serves: Callable[[Platform, str], bool]
    mail: bool

    def without(self, platforms: Collection[Platform]) -> "Directory":
        """The same but for these platforms, which reach nobody now."""
        if not platforms:
            return self
        left = {
            who: [account for account in accounts if account.platform not in platforms]
            for who, accounts in self.accounts.items()
        }
        has_mail = self.mail and Platform.MAIL not in platforms
        return replace(self, accounts=left, mail=has_mail)

    def find_active(self, who: StaffId | None) -> Staff | None:
        """The person, unless that one has no access any more."""
        person = self.people.get(who) if who is not None else None
        if person is None or person.blocked_at is not None:
            return None
        return person

    def list_meant(self, who: StaffId | None, role: Role | None) -> list[Staff]:
        """Whom a notice is for: one person, else everybody with the role, else the
        administrators.
        """
        if who is not None:
            person = self.find_active(who)
            return [person] if person else []
        needed = role or Role.ADMIN
        return [
            person
            for person in self.people.values()
            if person.blocked_at is None and person.role.covers(needed)
        ]


@dataclass(frozen=True, slots=True)
class Tried:
    """What a notice went through: its key, with a mark for each route but the first, and the chat
    that did not take it, None where it was sent nowhere yet.
    """

    key: str
    refused: Chat | None = None

    @property
    def moved(self) -> bool:
        """Whether it left the person's chats: the other one was tried, or the mail."""
        return self._count(MOVED) > 0 or self.mailed

    @property
    def mailed(self) -> bool:
        """Whether the work address was tried."""
        return self._count(MAILED) > 0

    @property
    def groups(self) -> int:
        """How many groups were tried."""
        return self._count(GROUPED)

    def _count(self, mark: str) -> int:
        # Before the first route a word of the key's own may look like a mark.
        return 0 if self.refused is None else self.key.count(mark)

    def key_on(self, route: Route | None) -> str:
        """The key of the message that takes this route."""
        match route:
            case InChat() if self.refused is not None:
                return f"{self.key}{MOVED}"
            case ByMail():
                return f"{self.key.removesuffix(MOVED)}{MAILED}"
            case InGroup():
                return f"{self.key}{GROUPED}"
        return self.key


@dataclass(frozen=True, slots=True)
class Undelivered:
    """A message that was given up.

    `key` = its key in the outbox, "" where it has none; `at` = the chat that it was for; `notice` =
    it can be said elsewhere, as most answers cannot; `masked` = there are lines of it for a group;
    `spent` = the platform takes no more until next month.
    """

    key: str
    at: Chat
    notice: bool
    masked: bool
    spent: bool


def first_routing(
    directory: Directory,
    person: Staff,
    key: str,
    *,
    personal: bool,
    masked: bool,
) -> Routing:
    """Where a person is told something unasked; `personal` = it is for this person alone."""
    tried = Tried(key)
    # What everybody with a role is told is told to the others: no group need hear it, too.
    route = find_route(directory, person, tried, masked=masked and personal)
    hearer = Hearer.NOBODY
    if route is None and personal:
        hearer = Hearer.ADMINISTRATORS
    return Routing(route, tried.key_on(route), hearer)


def next_routing(directory: Directory, person: Staff | None, message: Undelivered) -> Routing:
    """Where a message goes that was given up, and who hears of it; `person` = whom it was for, None
    for a stranger or a customer.
    """
    tried = Tried(message.key, message.at)
    route = None
    if person is not None and message.notice:
        route = find_route(directory, person, tried, masked=message.masked)
    hearer = _hearer(person, message, route)
    return Routing(route, tried.key_on(route), hearer)


def _hearer(person: Staff | None, message: Undelivered, route: Route | None) -> Hearer:
    if message.at[0] is Platform.MAIL and not message.notice:
        return Hearer.WRITER
    if message.key.startswith((UNDELIVERABLE, QUOTA)):
        return Hearer.NOBODY
    if message.spent:
        # Also where a route is left: the administrators can do something before the next message.
        return Hearer.ADMINISTRATORS_OF_QUOTA
    if route is None and person is not None and person.blocked_at is None:
        return Hearer.ADMINISTRATORS
    # A stranger who turns away is nobody's trouble, nor is who has no access.
    return Hearer.NOBODY


def find_route(
    directory: Directory,
    person: Staff,
    tried: Tried,
    *,
    masked: bool,
) -> Route | None:
    """The first route that is left; `masked` = there are lines for a group."""
    if person.blocked_at is not None:
        return None
    if not tried.moved:
        chat = _own_chat(directory, person, tried.refused)
        if chat is not None:
            return InChat(chat)
    if person.email and directory.mail and not tried.mailed:
        return ByMail((Platform.MAIL, person.email))
    if masked and tried.groups < MOST_GROUPS:
        return _in_group(directory, person, tried)
    return None


def _own_chat(directory: Directory, person: Staff, refused: Chat | None) -> Chat | None:
    """The account used last that takes messages, other than what refused; first those that this
    process sends to.
    """
    accounts = directory.accounts.get(person.id, ())
    chats = [account.at for account in accounts]
    spoke_on = None
    if refused is not None and refused not in chats:
        # A group refused: the person is on its platform just now.
        spoke_on = refused[0]

    def preference(chat: Chat) -> tuple[bool, bool]:
        other_platform = spoke_on is not None and chat[0] is not spoke_on
        return not directory.serves(*chat), other_platform

    left = [
        account.at
        for account in accounts
        if account.takes_messages and account.at != refused and _is_there(directory, account.at)
    ]
    return min(left, key=preference, default=None)


def _is_there(directory: Directory, chat: Chat) -> bool:
    """A terminal is there only while this process has it open; all else some process sends to."""
    return chat[0] is not Platform.TERMINAL or directory.serves(*chat)


def _in_group(directory: Directory, person: Staff, tried: Tried) -> InGroup | None:
    """The next of the groups of the person's teams and of the desk; each is tried once."""
    groups = last_resort_of(person.id, directory.groups, directory.teams)
    circle = [group.at for group in groups]
    if tried.groups >= len(circle):
        return None
    # From the first group on they follow each other in a circle, which is the same in each
    # process: what is left follows from where it stands, and from how many were tried.
    if tried.groups > 0 and tried.refused in circle:
        position = circle.index(tried.refused) + 1
    else:
        first = _first_group(directory, circle, tried)
        if first is None:
            return None
        position = circle.index(first) + tried.groups
    return InGroup(circle[position % len(circle)])


def _first_group(directory: Directory, circle: Sequence[Chat], tried: Tried) -> Chat | None:
    """The group that a notice goes to first: of a team before the desk's, other than what
    refused.
    """
    refused = tried.refused if tried.groups == 0 else None

    def preference(chat: Chat) -> tuple[bool, bool]:
        # The platform that refused one chat may refuse them all.
        same_platform = refused is not None and chat[0] is refused[0]
        return same_platform, not directory.serves(*chat)

    left = [chat for chat in circle if chat != refused]
    return min(left, key=preference, default=None)


def can_be_told(person: Staff, accounts: Sequence[Identity], *, mail: bool) -> bool:
    """Whether a chat or the work address reaches a person who has access; `mail` = there is a mail
    server.
    """
    if person.blocked_at is not None:
        return False
    has_chat = any(account.takes_messages for account in accounts)
    return has_chat or bool(person.email and mail)


def told_on(accounts: Sequence[Identity]) -> set[Platform]:
    """Returns the platforms that a person with these accounts can be told on."""
    return {account.platform for account in accounts if account.takes_messages}


def account_chat(accounts: Sequence[Identity], platform: Platform, user: str | None) -> Chat | None:
    """The private chat of this account, where it takes messages."""
    mine = (
        account.at
        for account in accounts
        if account.platform is platform and account.user == user and account.takes_messages
    )
    return next(mine, None)


def quota_mark(percent: int) -> int | None:
    """The highest mark that the use of a month's quota has reached, None below the lowest."""
    return next((mark for mark in QUOTA_MARKS if percent >= mark), None)
