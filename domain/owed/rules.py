"""What is owed to the desk: what starts it, what ends it, and when the next reminder is due."""

import re
from calendar import monthrange
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import (
    UTC,
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
from domain.staff import StaffId
from domain.tickets.records import Status, Ticket

_SPAN = re.compile(r"(\d{1,4}) (day|week|month|year)s?", re.ASCII)
_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)", re.ASCII)
_KEYS = (
    "starts",
    "ends",
    "proof",
    "chase",
    "template",
    "first",
    "agreed",
    "every",
    "times",
    "supervisor_after",
    "at",
)
_MONTHS = {"month": 1, "year": 12}
_DAYS = {"day": 1, "week": 7}
_BEFORE_ALL = datetime.min.replace(tzinfo=UTC)
_LONGEST_SPAN = 3660
"""Days, a month counting 30."""


class OwedState(StrEnum):
    """open = still owed; received; dropped = an officer gave it up; void = it never was, what
    started it was undone.
    """

    OPEN = "open"
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
        year, month = divmod(on.year * 12 + on.month - 1 + self.months, 12)
        _weekday, last = monthrange(year, month + 1)
        day = date(year, month + 1, min(on.day, last))
        return day + timedelta(days=self.days)


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


@dataclass(frozen=True, slots=True)
class Owed:
    """One thing owed on a request. `ticket_no` started it ("" = an officer), `proof_no` ended it.

    `due_on` = the date agreed, if any; `reminders` were sent, `chased` letters went out, the last
    of either at `last_at`; `snoozed_on` = the day that the officer chose for the next reminder;
    `extra` = reminders to send beyond the rule's number. `unreached` = letters that are known not
    to have arrived; they are the mails' to tell, and not kept here. `id` is 0 until saved;
    `version` counts what people change."""

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
    unreached: int = 0

    def reached(self) -> int:
        """Returns how often the customer was followed up: letters that came back do not count."""
        return max(0, self.chased - self.unreached)

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
        return replace(self, reminders=self.reminders + 1, last_at=now, snoozed_on=None)

    def asks(self, rule: Rule) -> bool:
        """Returns whether all reminders were sent, so that the officer is asked whether to go
        on.
        """
        if self.state is not OwedState.OPEN or self.snoozed_on is not None:
            return False
        return self.reminders >= rule.times + self.extra


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


def settle(
    rules: Iterable[Rule],
    tickets: Sequence[Ticket],
    owed: Sequence[Owed],
    request_id: int,
    agreed: Mapping[str, date | None],
    now: datetime,
) -> list[Owed]:
    """Returns what is owed on a request after its tickets changed: the rows that are new (id 0) or
    differ.

    A start closed while the same is owed already adds nothing; a proof that was there before the
    first start leaves nothing owed; what was undone (a ticket opened again, or moved) is taken
    back. `agreed` = the dates of the contract by field."""
    changed: list[Owed] = []
    for rule in rules:
        before = [row for row in owed if row.rule == rule.name]
        after = _settle_rule(
            rule,
            tickets,
            before,
            request_id,
            agreed.get(rule.agreed),
            now,
        )
        changed += [row for row in after if row not in before]
    return changed


def _settle_rule(
    rule: Rule,
    tickets: Sequence[Ticket],
    before: Sequence[Owed],
    request_id: int,
    due_on: date | None,
    now: datetime,
) -> list[Owed]:
    starts = _closed(tickets, rule.starts)
    ends = _closed(tickets, rule.ends)
    rows = [_undone(row, _nos(starts), _nos(ends), now) for row in before]
    rows = [_followed(rule, row, tickets, due_on) for row in rows]
    # A proof may end one debt, and a later start begin the next.
    while True:
        current = next((row for row in rows if row.state is OwedState.OPEN), None)
        if current is not None:
            received = _received(current, ends)
            if received is None:
                return rows
            rows[rows.index(current)] = received
            continue
        began = _begun(starts, ends, rows)
        if began is None:
            return rows
        row = Owed(
            request_id,
            rule.name,
            started_at=began.at,
            ticket_no=began.no,
            assignee=began.assignee,
            due_on=due_on,
        )
        rows.append(row)


@dataclass(frozen=True, slots=True)
class _Closing:
    """A ticket that was closed, and when."""

    no: str
    at: datetime
    assignee: StaffId | None


def _closed(tickets: Sequence[Ticket], subjects: Sequence[str]) -> list[_Closing]:
    """Returns the closings of the closed tickets of these subjects, in their order."""
    closings = []
    for ticket in tickets:
        if ticket.status is not Status.CLOSED or ticket.closed_at is None:
            continue
        if ticket.subject in subjects:
            closings.append(_Closing(str(ticket.no), ticket.closed_at, ticket.assignee))
    return sorted(closings, key=lambda closing: (closing.at, closing.no))


def _nos(closings: Sequence[_Closing]) -> set[str]:
    return {closing.no for closing in closings}


def _undone(
    row: Owed,
    starts: set[str],
    ends: set[str],
    now: datetime,
) -> Owed:
    """Takes the row back where its start or its proof no longer stands."""
    if row.state is OwedState.OPEN and row.ticket_no and row.ticket_no not in starts:
        return replace(
            row,
            state=OwedState.VOID,
            ended_at=now,
            next_at=None,
            version=row.version + 1,
        )
    if row.state is OwedState.RECEIVED and row.proof_no and row.proof_no not in ends:
        return replace(
            row,
            state=OwedState.OPEN,
            ended_at=None,
            proof_no="",
            version=row.version + 1,
        )
    return row


def _followed(
    rule: Rule,
    row: Owed,
    tickets: Sequence[Ticket],
    due_on: date | None,
) -> Owed:
    """Returns an open row with the date agreed by now, and the follow-ups that were recorded since
    it began; any other stays as it is.
    """
    if row.state is not OwedState.OPEN:
        return row
    letters = [
        letter.at
        for letter in _closed(tickets, rule.chase)
        if letter.at > row.started_at and letter.no != row.ticket_no
    ]
    # Never fewer: a letter that was sent stays sent, though its ticket be voided.
    if len(letters) > row.chased:
        latest = max(filter(None, (row.last_at, *letters)))
        row = replace(row, chased=len(letters), last_at=latest)
    if not rule.agreed:
        return row
    return replace(row, due_on=due_on)


def _received(row: Owed, ends: Sequence[_Closing]) -> Owed | None:
    """Returns the open row ended by its proof; None where there is none."""
    for proof in ends:
        if proof.at >= row.started_at:
            return replace(
                row,
                state=OwedState.RECEIVED,
                proof_no=proof.no,
                ended_at=proof.at,
                next_at=None,
                version=row.version + 1,
            )
    return None


def _begun(
    starts: Sequence[_Closing], ends: Sequence[_Closing], rows: Sequence[Owed]
) -> _Closing | None:
    """Returns the first start that nothing was owed from yet; one whose debt was taken back may
    start it anew.
    """
    real = [row for row in rows if row.state is not OwedState.VOID]
    if not real and _is_proved_before(starts, ends):
        return None
    known = {row.ticket_no for row in real}
    since = max(filter(None, (row.ended_at for row in real)), default=_BEFORE_ALL)
    for start in starts:
        if start.no not in known and start.at > since:
            return start
    return None


def _is_proved_before(starts: Sequence[_Closing], ends: Sequence[_Closing]) -> bool:
    """Returns whether a proof was there before the last start."""
    return bool(starts) and bool(ends) and ends[0].at <= starts[-1].at


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
        at=_read_time(row),
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


def _read_time(row: TomlTable) -> time:
    match = _CLOCK.fullmatch(row.text("at"))
    if not match:
        raise row.refusal('must look like "09:00"', "at")
    return time(int(match[1]), int(match[2]))
