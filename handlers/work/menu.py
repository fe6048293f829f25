"""What a person's own menu says, where a platform has one: the commands of their role in their
language, and how much waits for them today.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from domain.staff import Role, StaffId
from handlers.desk import Work
from handlers.i18n import _, language, speaking
from handlers.registry import COMMANDS
from handlers.work.morning import Section, section_of
from store import staff
from store.mail import incoming
from store.tickets import records as tickets

TILES: Mapping[Role, tuple[str, ...]] = {
    Role.OFFICER: ("find", "open", "my", "inbox", "new", "menu"),
    Role.SUPERVISOR: ("find", "open", "my", "inbox", "report", "menu"),
    Role.ADMIN: ("find", "my", "inbox", "report", "staff", "menu"),
}
"""The commands of each role's menu, in their order."""
MOST = 9
"""More than that is said as so many and more: a menu is not drawn anew for each of them."""


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """One place of a menu: its command and name, what a tap says, and what waits there."""

    name: str
    label: str
    text: str
    waiting: str = ""
    is_late: bool = False


@dataclass(frozen=True, slots=True)
class WorkWaiting:
    """How much waits for one person."""

    sections: Counter[Section] = field(default_factory=Counter)
    mails: int = 0


STRANGERS = "access"


def strangers_menu() -> tuple[MenuEntry, ...]:
    """The one entry of who is not known."""
    label = _("ขอสิทธิ์ใช้งาน")
    return (MenuEntry(STRANGERS, label, label),)


def common_menu() -> tuple[MenuEntry, ...]:
    """The officers' one, without what waits: where nobody can have their own."""
    return tuple(_entry(name, WorkWaiting()) for name in TILES[Role.OFFICER])


async def menus(work: Work) -> Mapping[StaffId, tuple[MenuEntry, ...]]:
    """The menu of everybody who may use the desk."""
    waiting = await _waiting(work)
    found = {}
    for person in await staff.list_staff(work.db):
        if person.blocked_at is not None:
            continue
        with speaking(person.language):
            mine = waiting.get(person.id, WorkWaiting())
            found[person.id] = tuple(_entry(name, mine) for name in TILES[person.role])
    return found


async def _waiting(work: Work) -> Mapping[StaffId, WorkWaiting]:
    """What is overdue and due today of everybody, and the new mails."""
    counts: dict[StaffId, Counter[Section]] = {}
    for ticket in await tickets.list_all_unfinished(work.db):
        section = section_of(work, ticket)
        if ticket.assignee is not None and section is not None:
            counts.setdefault(ticket.assignee, Counter())[section] += 1
    mails = await incoming.count_unclaimed_by_assignee(work.db)
    shared = mails.pop(None, 0)
    people = [person.id for person in await staff.list_staff(work.db)]
    return {
        person: WorkWaiting(counts.get(person, Counter()), shared + mails.get(person, 0))
        for person in people
    }


def _entry(name: str, waiting: WorkWaiting) -> MenuEntry:
    label = COMMANDS[name].words[0]
    text = label
    if language() == "en":
        label = name.capitalize()
        text = f"/{name}"
    if name == "inbox":
        return MenuEntry(name, label, text, _said(waiting.mails))
    if name != "my":
        return MenuEntry(name, label, text)
    late = waiting.sections[Section.OVERDUE]
    today = waiting.sections[Section.TODAY]
    if late:
        said = _("เกิน %(late)s · วันนี้ %(today)s", late=_said(late), today=_said(today) or "0")
        return MenuEntry(name, label, text, said, is_late=True)
    if today:
        return MenuEntry(name, label, text, _("วันนี้ %(today)s", today=_said(today)))
    return MenuEntry(name, label, text)


def _said(count: int) -> str:
    """`3`, `9+`; nothing where nothing waits."""
    if count > MOST:
        return f"{MOST}+"
    return str(count or "")
