"""Who hears of a new mail, and whose ticket it is: whom the office's rules name, else those at work
whom a message reaches for nothing, else whoever is next in the chat.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from domain.mail.giving import GivingRule, MailFacts, find_rule, least_loaded, named_people
from domain.mail.incoming import MailReading
from domain.reach.groups import Group
from domain.staff import Chat, Identity, Platform, Role, Staff, StaffId
from domain.tickets.records import Ticket
from handlers.chat import Reply
from handlers.desk import Work
from store import staff
from store.chat import groups
from store.tickets import hand_overs
from store.tickets import records as tickets

M = TypeVar("M")
COSTS = Platform.LINE
"""Where a push costs."""
NEW = "mail_new"
NAMED = "mail_yours"
ABOVE = "mail_above"
"""What keys of notices begin with: where a push costs the first waits for an answer that is free
(data/reach.toml).
"""


@dataclass(frozen=True, slots=True)
class Hearers:
    """Who hears of a new mail: the `named` on whatever reaches them, as what is theirs; else
    everybody in their `free` chats, and the groups in masked lines; where nobody has such a chat,
    those who are `asked` with the next answer that is free.
    """

    named: Sequence[StaffId] = ()
    free: Mapping[StaffId, Chat] = field(default_factory=dict)
    asked: Sequence[StaffId] = ()
    groups: Sequence[Chat] = ()


@dataclass(frozen=True, slots=True)
class MailTelling:
    """What is told under this key: in private, to whose it is, and in groups."""

    key: str
    private: Callable[[], Reply]
    named: Callable[[], Reply]
    masked: Callable[[], Reply]


@dataclass(frozen=True, slots=True)
class AtWork:
    """Everybody with access who is on no leave today, with the accounts of each."""

    people: Sequence[Staff]
    accounts: Mapping[StaffId, Sequence[Identity]]

    def is_there(self, who: StaffId | None) -> bool:
        """Whether it is one of them."""
        return any(person.id == who for person in self.people)

    def with_role(self, role: Role) -> list[StaffId]:
        """Those who have this role and no further."""
        return with_role(self.people, role)

    def in_free_chats(self) -> dict[StaffId, Chat]:
        """Those whom a message reaches for nothing, and where."""
        found: dict[StaffId, Chat] = {}
        for person in self.people:
            for account in self.accounts.get(person.id, ()):
                if account.takes_messages and account.platform is not COSTS:
                    found.setdefault(person.id, account.at)
        return found


def with_role(people: Sequence[Staff], role: Role) -> list[StaffId]:
    """Those of these with access who have this role and no further."""
    found = []
    for person in people:
        if person.role is role and person.blocked_at is None:
            found.append(person.id)
    return found


async def at_work(work: Work) -> AtWork:
    """Who is there today."""
    leaves = await hand_overs.list_leaves(work.db, work.today, work.today)
    away = {leave.staff for leave in leaves}
    there = []
    for person in await staff.list_staff(work.db):
        if person.blocked_at is None and person.id not in away:
            there.append(person)
    accounts = await staff.list_all_identities(work.db)
    return AtWork(there, accounts)


async def assignee_of_new(work: Work, kept: MailReading, subject: str) -> StaffId | None:
    """Whose the ticket of a new mail is: of those whom the rule for it names and who are at work
    whoever has the least to do; None where no rule gives it to anybody.
    """
    rule = _rule_for(work, kept, subject)
    if rule is None or not rule.assign:
        return None
    there = await at_work(work)
    people = await _named(work, rule, there)
    loads = await tickets.count_unfinished(work.db)
    return least_loaded(people, loads)


def _rule_for(work: Work, kept: MailReading, subject: str) -> GivingRule | None:
    """The rule that holds for a mail whose ticket has this subject."""
    rules = work.configuration.intake.giving
    words = f"{kept.subject}\n{kept.body_text}"
    sent_to = kept.sent_to.splitlines()
    return find_rule(rules, MailFacts(sent_to, words, subject))


async def _named(work: Work, rule: GivingRule, there: AtWork) -> list[StaffId]:
    teams = await work.once(staff.list_teams)
    return named_people(rule, there.people, teams)


async def who_hears(
    work: Work,
    kept: MailReading,
    ticket: Ticket,
    there: AtWork | None = None,
) -> Hearers:
    """Who hears of a mail of this ticket: whose it is, else whom the rule for it names, else all
    who are `there`.
    """
    there = there or await at_work(work)
    if ticket.assignee and there.is_there(ticket.assignee):
        return Hearers(named=(ticket.assignee,))
    rule = _rule_for(work, kept, ticket.subject)
    if rule is None:
        return await _everybody(work, there)
    people = await _named(work, rule, there)
    if not people:
        return await _everybody(work, there)
    chats = await _free_groups(work)
    theirs = [each.at for each in chats if each.team.casefold() in rule.teams]
    return Hearers(people, groups=theirs)


async def _everybody(work: Work, there: AtWork) -> Hearers:
    chats = [group.at for group in await _free_groups(work)]
    free = there.in_free_chats()
    if free:
        return Hearers(free=free, groups=chats)
    everybody = [person.id for person in there.people]
    return Hearers(asked=everybody, groups=chats)


async def _free_groups(work: Work) -> list[Group]:
    """The groups that are told for nothing."""
    enrolled = await work.once(groups.list_groups)
    return [group for group in enrolled if group.platform is not COSTS]


def together(every: Sequence[tuple[Hearers, M]]) -> list[tuple[Hearers, list[M]]]:
    """Who hears of which mails in one message: each who is named of what is theirs, each group of
    all that it hears of, and all others of the rest at once.
    """
    named: dict[StaffId, list[M]] = {}
    chats: dict[Chat, list[M]] = {}
    rest: list[M] = []
    others = Hearers()
    for hearers, mail in every:
        for who in hearers.named:
            named.setdefault(who, []).append(mail)
        for chat in hearers.groups:
            chats.setdefault(chat, []).append(mail)
        if not hearers.named:
            others = replace(hearers, groups=())
            rest.append(mail)
    found = [(Hearers(named=(who,)), mails) for who, mails in named.items()]
    found += [(Hearers(groups=(chat,)), mails) for chat, mails in chats.items()]
    if rest:
        found.append((others, rest))
    return found


def tell(work: Work, hearers: Hearers, telling: MailTelling) -> None:
    """Tell it to each once."""
    named = f"{NAMED}:{telling.key}"
    others = f"{NEW}:{telling.key}"
    for who in hearers.named:
        work.notify(telling.named, named, staff_id=who)
    for who in hearers.asked:
        work.notify(telling.private, others, staff_id=who)
    for who, chat in hearers.free.items():
        work.notify(
            telling.private,
            others,
            staff_id=who,
            to=chat,
        )
    for chat in hearers.groups:
        platform, group = chat
        work.notify(
            telling.masked,
            f"{others}:{platform}:{group}",
            to=chat,
        )
