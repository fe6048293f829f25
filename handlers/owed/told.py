"""Who was told of which reminder of a thing owed, and when: officers, and each step above them."""

from collections.abc import Mapping, Sequence
from itertools import groupby

from domain.owed.rules import Owed, OwedState
from domain.staff import Role, Staff, StaffId
from handlers.desk import Work
from handlers.i18n import _
from handlers.labels import role_label, when
from store import staff
from store.owed import told
from store.owed.told import ToldReminder

SHOWN = 4
"""Reminders that are shown of one thing, the last ones."""


async def told_fields(work: Work, rows: Sequence[Owed]) -> list[tuple[str, str]]:
    """Returns a line for each of the last reminders of what is still owed: `🔔 ครั้งที่ 3:
    21 ธ.ค. 69 9.00 น. นก, ต้น (หัวหน้า)`.
    """
    reminded = [row.id for row in rows if row.state is OwedState.OPEN and row.reminders]
    if not reminded:
        return []
    found = await told.list_told(work.db, reminded)
    people = {person.id: person for person in await staff.list_staff(work.db)}
    lines = []
    for _owed_id, theirs in groupby(found, key=lambda one: one.owed_id):
        lines += _lines([*theirs], people)[-SHOWN:]
    return lines


def _lines(
    reminders: Sequence[ToldReminder], people: Mapping[StaffId, Staff]
) -> list[tuple[str, str]]:
    """A line for each reminder of one thing."""
    lines = []
    for number, theirs in groupby(reminders, key=lambda one: one.number):
        told_of = [*theirs]
        names = ", ".join(_name(people.get(one.staff_id)) for one in told_of)
        label = _("🔔 เตือนครั้งที่ %(count)s", count=number)
        lines.append((label, f"{when(told_of[0].at)} {names}"))
    return lines


def _name(person: Staff | None) -> str:
    """`นก`, or `ต้น (หัวหน้า)`."""
    if person is None:
        return "-"
    if person.role is Role.OFFICER:
        return person.name
    return f"{person.name} ({role_label(person.role)})"
