"""Administrators hear of whoever reads unusually much of customers' data."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import timedelta

from domain.dates.periods import Period
from domain.operating.reading import ReadingFound
from domain.staff import Role, Staff, StaffId
from handlers.chat import Button, Reply, say
from handlers.desk import Work
from handlers.i18n import _
from handlers.privacy.audit_log import AskedLog, as_args
from handlers.staff.audit import record_text
from handlers.staff.stand_in import supervisors
from store import staff

SENTENCES = {
    "records": "ดูข้อมูล %(count)s ราย ใน %(hours)s ชั่วโมง (เกณฑ์ %(most)s)",
    "entries": "ส่งออกข้อมูล %(count)s ครั้ง ใน %(hours)s ชั่วโมง (เกณฑ์ %(most)s)",
    "one_record": "ดูข้อมูลของ %(record)s ซ้ำ %(count)s ครั้ง ใน %(hours)s ชั่วโมง (เกณฑ์ %(most)s)",
    "night": "ดูข้อมูล %(count)s ราย กลางคืน (เกณฑ์ %(most)s)",
    "usual": "ดูข้อมูล %(count)s ราย ใน %(hours)s ชั่วโมง มากกว่าปกติของคนนี้ %(times)s เท่า",
}
"""By what a rule counts, or where it looks, what is said of it."""


async def tell_unusual(work: Work, found: Sequence[ReadingFound]) -> None:
    """One message about each reader and day to every other administrator; where there is none, to
    those who answer for the desk.
    """
    people = await staff.list_staff(work.db)
    names = {person.id: person.name for person in people}
    able = [person for person in people if person.blocked_at is None]
    by_reader = defaultdict[StaffId, list[ReadingFound]](list)
    for one in found:
        by_reader[one.staff_id].append(one)
    for reader, own in by_reader.items():
        make = await _message(work, own, names)
        for person in _told_of(reader, able):
            work.notify(make, f"reading:{reader}:{work.today}:{person}", staff_id=person)


def _told_of(reader: StaffId, people: Sequence[Staff]) -> list[StaffId]:
    """Who hears of a reader."""
    administrators = [person.id for person in people if person.role is Role.ADMIN]
    others = [person for person in administrators if person != reader]
    return others or [person for person in supervisors(people) if person != reader]


async def _message(
    work: Work,
    found: Sequence[ReadingFound],
    names: dict[StaffId, str],
) -> Callable[[], Reply]:
    name = names.get(found[0].staff_id, "-")
    records = [await record_text(work, one.record, names) for one in found]
    today = Period(work.today, work.today + timedelta(days=1))

    def make() -> Reply:
        title = _("🔎 %(name)s ดูข้อมูลผู้รับบริการมากผิดปกติ", name=name)
        lines = [_said(one, record) for one, record in zip(found, records, strict=True)]
        args = as_args(AskedLog(person=name, period=today))
        button = Button(_("ดูรายการตรวจสอบ"), "audit.show", args)
        return say("\n".join([title, *lines]), button)

    return make


def _said(one: ReadingFound, record: str) -> str:
    rule = one.rule
    said: str = rule.counted
    if rule.at_night:
        said = "night"
    elif rule.times_usual:
        said = "usual"
    return _(
        SENTENCES[said],
        count=f"{one.number:,}",
        hours=rule.hours,
        most=rule.most,
        record=record,
        times=rule.times_usual,
    )
