"""What is owed to the desk: what starts it, what ends it, and when the next reminder is due."""

import re
from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import (
    date,
    datetime,
    time,
    timedelta,
)
from enum import StrEnum

from domain.catalogue import Catalogue
from domain.data import TomlTable
from domain.dates.days import BANGKOK
from domain.dates.working_calendar import WorkingCalendar
from domain.owed.contracts import DUE_DATES
from domain.staff import Role, StaffId

_SPAN = re.compile(r"(\d{1,4}) (day|week|month|year)s?", re.ASCII)
_KEYS = (
    "starts",
    "ends",
    "again",
    "proof",
    "chase",
    "template",
    "first",
    "agreed",
    "every",
    "times",
    "supervisor_after",
    "escalate_after",
    "escalate_to",
    "at",
)
_MONTHS = {"month": 1, "year": 12}
_DAYS = {"day": 1, "week": 7}
NOBODY = "nobody"
_LONGEST_SPAN = 3660
"""Days, a month counting 30."""


class Again(StrEnum):
    """What a start does that comes after the proof: owed = it is owed anew; ask = nothing, unless
    an officer says so when asked.
    """

    OWED = "owed"
    ASK = "ask"


class OwedState(StrEnum):
    """open = still owed; offered = the same, but found so late that nobody is reminded of it until
    the office says so; received; dropped = an officer gave it up; void = it never was, what started
    it was undone.
    """

    OPEN = "open"
    OFFERED = "offered"
    RECEIVED = "received"
    DROPPED = "dropped"
    VOID = "void"


@dataclass(frozen=True, slots=True)
class CalendarSpan:
    """A length of time as the office writes it: months and years by the calendar, the rest in
    days.
    """

    months: int
    days: int

    def after(self, on: date) -> date:
        """Returns the date so much later; the 31st becomes the last of a shorter month."""
        begun = on.year * 12 + on.month - 1
        year, month = divmod(begun + self.months, 12)
        _weekday, last = monthrange(year, month + 1)
        day = min(on.day, last)
        same_day = date(year, month + 1, day)
        return same_day + timedelta(days=self.days)


@dataclass(frozen=True, slots=True)
class Rule:
    """How one kind of thing owed is followed up; see domain/data/reminders.toml for what the fields
    mean.
    """

    name: str
    starts: tuple[str, ...]
    ends: tuple[str, ...]
    proof: tuple[str, ...]
    chase: tuple[str, ...]
    template: str
    first: CalendarSpan
    agreed: str
    every: CalendarSpan
    times: int
    supervisor_after: int
    at: time
    again: Again = Again.OWED
    escalate_after: int | None = None
    escalate_to: Role | None = Role.ADMIN

    def climbs(self, owed: "Owed") -> bool:
        """Returns whether this reminder goes a step further than the supervisors: the one that the
        office names, and after it the last.
        """
        if self.escalate_after is None or self.escalate_to is None:
            return False
        if owed.told < self.escalate_after:
            return False
        return owed.told == self.escalate_after or owed.asks(self)


@dataclass(frozen=True, slots=True)
class Owed:
    """One thing owed on a request. `ticket_no` started it ("" = an officer), `proof_no` ended it.

    `due_on` = the date agreed, if any; `reminders` came due, `untold` of them were told to nobody,
    `told_no` is the last that somebody was told of; `chased` letters went out; `last_at` = the last
    of either; `snoozed_on` = the day that the officer chose for the next reminder;
    `extra` = reminders to send beyond the rule's number. `unreached` = letters that are known not
    to have arrived; they are the mails' to tell, and not kept here. `id` is 0 until saved;
    `version` counts what people change.

    It is known by its rule and the ticket `known_by`, whatever becomes of that ticket. What
    officers decided, and how often they were reminded, is kept with it: `reminders`, `extra`,
    `snoozed_on`, `reason`, and from `known_by` on. Everything else follows from the request's
    tickets (`domain.owed.settling`). `handed_to` = to whom it was handed over; `told_at` = the last
    reminder, or the last follow-up that has no ticket, of which there were `chased_untold`;
    `word` = how an officer ended it without a ticket, `wanted_at` = when one said that it is owed
    though the proof was there; `decided_at` = the last of all this. `offered_at` = when it was
    found to be owed so late that the office is asked whether to follow it up, `answered_at` = when
    it answered."""

    request_id: int
    rule: str
    started_at: datetime
    ticket_no: str = ""
    assignee: StaffId | None = None
    state: OwedState = OwedState.OPEN
    due_on: date | None = None
    reminders: int = 0
    chased: int = 0
    extra: int = 0
    last_at: datetime | None = None
    snoozed_on: date | None = None
    next_at: datetime | None = None
    ended_at: datetime | None = None
    reason: str = ""
    proof_no: str = ""
    id: int = 0
    version: int = 1
    known_by: str = ""
    handed_to: StaffId | None = None
    told_at: datetime | None = None
    chased_untold: int = 0
    word: OwedState | None = None
    wanted_at: datetime | None = None
    decided_at: datetime | None = None
    offered_at: datetime | None = None
    answered_at: datetime | None = None
    untold: int = 0
    told_no: int = 0
    unreached: int = 0

    def reached(self) -> int:
        """Returns how often the customer was followed up: letters that came back do not count."""
        return max(0, self.chased - self.unreached)

    @property
    def is_owed(self) -> bool:
        """Whether it is still to come, followed up or not."""
        return self.state in (OwedState.OPEN, OwedState.OFFERED)

    def offered(self, now: datetime) -> "Owed":
        """Returns the row as it is once it was found, and waits for the office to say whether it is
        followed up.
        """
        return replace(self, state=OwedState.OFFERED, offered_at=now)

    def followed_up(self, now: datetime, on: date) -> "Owed":
        """Returns the row as it is once the office took it up, first to be reminded of on a day."""
        return replace(
            self,
            state=OwedState.OPEN,
            answered_at=now,
            decided_at=now,
            snoozed_on=on,
        )

    def declined(self, now: datetime, reason: str) -> "Owed":
        """Returns the row as it is once the office said that it is not followed up."""
        return replace(self.ended_by_word(OwedState.DROPPED, now, reason), answered_at=now)

    def unanswered(self) -> "Owed":
        """Returns the row as it was before the office answered."""
        return replace(
            self,
            state=OwedState.OFFERED,
            word=None,
            ended_at=None,
            reason="",
            snoozed_on=None,
            answered_at=None,
            decided_at=None,
        )

    def days(self, now: datetime) -> int:
        """Returns the whole days since it is owed, by the local calendar."""
        return (_local(now) - _local(self.started_at)).days

    def first_on(self, rule: Rule) -> date:
        """Returns when it should be there: the date agreed, else the rule's first date."""
        return self.due_on or rule.first.after(_local(self.started_at))

    def is_overdue(self, rule: Rule, now: datetime) -> bool:
        """Returns whether it should have been there before today."""
        return self.state is OwedState.OPEN and self.first_on(rule) < _local(now)

    def reminded(self, now: datetime) -> "Owed":
        """Returns the row as it is once the officer was reminded of it."""
        number = self.reminders + 1
        return replace(
            self,
            reminders=number,
            told_no=number,
            last_at=now,
            told_at=now,
            decided_at=now,
            snoozed_on=None,
        )

    def once_told(self) -> "Owed":
        """Returns the row as it is once somebody was told of its last reminder."""
        if self.told_no == self.reminders or not self.untold:
            return self
        return replace(self, untold=self.untold - 1, told_no=self.reminders)

    @property
    def told(self) -> int:
        """How many reminders somebody was told of."""
        return self.reminders - self.untold

    def ended_by_word(self, state: OwedState, now: datetime, reason: str = "") -> "Owed":
        """Returns the row as it is once an officer ended it: received without a ticket, or given
        up.
        """
        return replace(
            self,
            state=state,
            word=state,
            ended_at=now,
            decided_at=now,
            reason=reason,
            snoozed_on=None,
        )

    def chased_without_ticket(self, now: datetime) -> "Owed":
        """Returns the row as it is once it was followed up without a closed ticket that says so."""
        return replace(
            self,
            chased=self.chased + 1,
            chased_untold=self.chased_untold + 1,
            last_at=now,
            told_at=now,
        )

    def asks(self, rule: Rule) -> bool:
        """Returns whether all reminders were told, so that the officer is asked whether to go
        on.
        """
        if self.state is not OwedState.OPEN or self.snoozed_on is not None:
            return False
        return self.told >= rule.times + self.extra


def _local(at: datetime) -> date:
    return at.astimezone(BANGKOK).date()


def next_reminder(
    rule: Rule,
    owed: Owed,
    calendar: WorkingCalendar,
    now: datetime,
) -> datetime | None:
    """Returns when to remind next: on a working day at the rule's time, after `now`; None where
    nothing more is to be said.

    Raises InvalidInput("holiday_year") as the calendar does."""
    if owed.state is not OwedState.OPEN or owed.asks(rule):
        return None
    on = owed.first_on(rule)
    if owed.last_at is not None:
        # Not two reminders in a row, however late the first was.
        on = max(on, rule.every.after(_local(owed.last_at)))
    on = max(owed.snoozed_on or on, _local(now))
    at = datetime.combine(on, rule.at, BANGKOK)
    while not calendar.is_working_day(at.date()) or at <= now:
        at += timedelta(days=1)
    return at


def read_rules(
    root: TomlTable, catalogue: Catalogue, templates: Iterable[str] | None = None
) -> dict[str, Rule]:
    """Reads the `reminders` tables; the DataError it raises names file and row. `templates` = the
    letters that there are.
    """
    known = None if templates is None else set(templates)
    return {
        name: _read_rule(name, row, catalogue, known)
        for name, row in root.table("reminders").tables()
    }


def _read_rule(
    name: str,
    row: TomlTable,
    catalogue: Catalogue,
    templates: set[str] | None,
) -> Rule:
    row.check_keys(_KEYS)
    keys = ("starts", "ends", "proof", "chase")
    subjects = {key: row.codes(key, catalogue.subjects, "subject") for key in keys}
    if not set(subjects["proof"]) <= set(subjects["ends"]):
        raise row.refusal("each must stand in ends, too", "proof")
    agreed = row.text("agreed", "")
    if agreed and agreed not in DUE_DATES:
        known = ", ".join(DUE_DATES)
        raise row.refusal(f'"{agreed}" is no date of the contract; use one of {known}', "agreed")
    template = row.text("template")
    if templates is not None and template not in templates:
        known = ", ".join(sorted(templates))
        raise row.refusal(f'"{template}" is no template; use one of {known}', "template")
    return Rule(
        name=name,
        template=template,
        first=_read_span(row, "first"),
        agreed=agreed,
        every=_read_span(row, "every"),
        times=row.count("times"),
        supervisor_after=row.count("supervisor_after"),
        at=row.clock("at"),
        again=_read_again(row),
        escalate_after=_read_step(row),
        escalate_to=_read_role(row),
        **subjects,
    )


def _read_span(row: TomlTable, key: str) -> CalendarSpan:
    text = row.text(key)
    match = _SPAN.fullmatch(text)
    if not match or not int(match[1]):
        mend = f'"{text}" must look like "14 days", "2 weeks", "3 months" or "1 year", not zero'
        raise row.refusal(mend, key)
    amount = int(match[1])
    unit = match[2]
    span = CalendarSpan(
        months=amount * _MONTHS.get(unit, 0),
        days=amount * _DAYS.get(unit, 0),
    )
    if span.months * 30 + span.days > _LONGEST_SPAN:
        raise row.refusal(f'"{text}" is longer than ten years', key)
    return span


def _read_again(row: TomlTable) -> Again:
    text = row.text("again", Again.OWED)
    if text not in list(Again):
        known = ", ".join(Again)
        raise row.refusal(f'"{text}" is not known; use one of {known}', "again")
    return Again(text)


def _read_step(row: TomlTable) -> int | None:
    """Reads after which reminder a second step follows that of the supervisors; None = none
    does.
    """
    if "escalate_after" not in row.values:
        return None
    return row.count("escalate_after")


def _read_role(row: TomlTable) -> Role | None:
    """Reads who the second step is; None = nobody."""
    text = row.text("escalate_to", Role.ADMIN)
    if text == NOBODY:
        return None
    if text not in list(Role):
        known = ", ".join((*Role, NOBODY))
        raise row.refusal(f'"{text}" is no role; use one of {known}', "escalate_to")
    return Role(text)
