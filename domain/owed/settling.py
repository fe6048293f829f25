"""What is owed on a request, as a function of its tickets and of what officers decided."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import partial
from hashlib import sha256
from itertools import chain
from operator import itemgetter

from domain.owed.rules import Again, Owed, OwedState, Rule
from domain.staff import StaffId
from domain.tickets.records import Status, Ticket

_BEFORE_ALL = datetime.min.replace(tzinfo=UTC)
_AS_NUMBERED, _PROOF_OF_DAY, _START_OF_DAY, _WORD = range(4)
"""In which order the facts of one instant count. Tickets that were written up later share the end
of a day, and their numbers say nothing of what came first; other tickets count as numbered."""


@dataclass(frozen=True, slots=True)
class Closing:
    """A ticket that was closed at `at`, and was begun at `created_at`. `of_day` = it was written up
    later."""

    no: str
    at: datetime
    created_at: datetime
    assignee: StaffId | None
    of_day: bool = False


@dataclass(slots=True)
class Debt:
    """One time that something is owed: from the first of its starts until it ends.

    `after` = the end of the debt before; `ended_by` = by which thing owed an officer's word ended
    it."""

    starts: list[Closing]
    after: datetime
    state: OwedState = OwedState.OPEN
    ended_at: datetime | None = None
    proof_no: str = ""
    ended_by: str | None = None

    @property
    def first(self) -> Closing:
        """What it is owed from; the starts after it add nothing."""
        return self.starts[0]

    def nos(self) -> list[str]:
        """Returns the tickets that start it."""
        return [start.no for start in self.starts]


def settle(
    rules: Iterable[Rule],
    tickets: Sequence[Ticket],
    owed: Sequence[Owed],
    request_id: int,
    agreed: Mapping[str, date | None],
) -> list[Owed]:
    """Returns what is owed on a request as its tickets are now: the rows that are new (id 0) or
    differ.

    Only the facts count, in the order of their own times, and what officers decided, which stands
    in `owed`: the same whatever came first, and settling again changes nothing. `agreed` = the
    dates of the contract by field."""
    changed: list[Owed] = []
    for rule in rules:
        before = [row for row in owed if row.rule == rule.name]
        after = _settle_rule(rule, tickets, before, request_id, agreed.get(rule.agreed))
        changed += [row for row in after if row not in before]
    return changed


def digest(rules: Iterable[Rule]) -> str:
    """Returns what stands for all that settling asks of these rules: another one where a ticket may
    start, end or count for something else.
    """
    said = sorted(
        (rule.name, rule.starts, rule.ends, rule.chase, rule.agreed, rule.again) for rule in rules
    )
    return sha256(repr(said).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Unclaimed:
    """A start from which nothing is owed, since the proof was there at `proved_at`, or came while
    this was being done: an officer may say that it is owed all the same.
    """

    rule: str
    ticket_no: str
    proved_at: datetime


def unclaimed(rule: Rule, tickets: Sequence[Ticket], owed: Sequence[Owed]) -> list[Unclaimed]:
    """Returns the starts from which nothing is owed under this rule until an officer says so."""
    before = [row for row in owed if row.rule == rule.name]
    found = []
    for start, proved_at in _tell(rule, tickets, before).unclaimed:
        found.append(Unclaimed(rule.name, start.no, proved_at))
    return found


def _settle_rule(
    rule: Rule,
    tickets: Sequence[Ticket],
    before: Sequence[Owed],
    request_id: int,
    due_on: date | None,
) -> list[Owed]:
    debts = _tell(rule, tickets, before).debts
    chases = closings(tickets, rule.chase)
    left = list(before)
    settled = []
    for debt, row in _known(debts, before):
        if row is None:
            row = Owed(request_id, rule.name, debt.first.at, known_by=debt.first.no)
        else:
            left.remove(row)
        row = replace(row, request_id=request_id, due_on=due_on)
        settled.append(_as_told(row, debt, chases))
    return [*settled, *map(_void, left)]


def closings(tickets: Iterable[Ticket], subjects: Collection[str]) -> list[Closing]:
    """Returns the closings of the closed tickets of these subjects."""
    found = []
    for ticket in tickets:
        at = ticket.closed_at
        if at is not None and ticket.status is Status.CLOSED and ticket.subject in subjects:
            found.append(
                Closing(
                    ticket.no,
                    at,
                    ticket.created_at,
                    ticket.assignee,
                    ticket.is_of_a_day,
                )
            )
    return found


_Fact = tuple[datetime, int, str, Callable[[], None]]
"""What happened: when, in which order of that instant, by which ticket, and what it does."""


@dataclass(slots=True)
class _Story:
    """What is owed under one rule, told fact by fact in the order of their times.

    `words` = by thing owed, how an officer ended it; `wanted` = starts of which one said that it is
    owed though the proof was there."""

    again: Again
    words: Mapping[str, Owed]
    wanted: Collection[str]
    debts: list[Debt] = field(default_factory=list)
    unclaimed: list[tuple[Closing, datetime]] = field(default_factory=list)
    _current: Debt | None = None
    _proved_at: datetime | None = None
    _since: datetime = _BEFORE_ALL
    _spare: Closing | None = None
    """A proof that ended nothing: it may be of a start of the same day."""

    def start(self, closing: Closing) -> None:
        """It was sent, told, or asked for."""
        if self._current is not None:
            self._current.starts.append(closing)
            return
        proof = self._proof_of_day(closing)
        if proof is None and self._is_asked(closing):
            assert self._proved_at is not None
            self.unclaimed.append((closing, self._proved_at))
            return
        self._current = Debt([closing], self._since)
        self.debts.append(self._current)
        word = self.words.get(closing.no)
        # What was ended by word stays so, though the ticket was closed anew since.
        if word is not None and _decided(word) < closing.at:
            self.say(word)
        elif proof is not None:
            self.prove(proof)

    def prove(self, closing: Closing) -> None:
        """It came back, was paid, or was fetched."""
        self._proved_at = closing.at
        self._spare = closing
        if self._current is not None:
            self._spare = None
            self._current.proof_no = closing.no
            self._end(OwedState.RECEIVED, closing.at)

    def _proof_of_day(self, closing: Closing) -> Closing | None:
        """The proof of the same day that ended nothing before this start."""
        spare = self._spare
        if spare is None or not closing.of_day or spare.at != closing.at:
            return None
        return spare

    def _is_asked(self, closing: Closing) -> bool:
        """Says whether nothing is owed from a start until an officer says so: the proof was there,
        and what comes after it begins nothing, or it was begun before the proof and closed after.
        """
        if self._proved_at is None or closing.no in self.wanted:
            return False
        return self.again is Again.ASK or closing.created_at < self._proved_at

    def say(self, row: Owed) -> None:
        """An officer ended it without a ticket; that concerns what is owed by this row alone."""
        if self._current is None or row.known_by not in self._current.nos():
            return
        assert row.word is not None
        self._current.ended_by = row.known_by
        if row.word is OwedState.RECEIVED:
            self._proved_at = _decided(row)
        self._end(row.word, _decided(row))

    def _end(self, state: OwedState, at: datetime) -> None:
        assert self._current is not None
        self._current.state = state
        self._current.ended_at = at
        self._since = at
        self._current = None


def _tell(rule: Rule, tickets: Sequence[Ticket], rows: Sequence[Owed]) -> _Story:
    words = {row.known_by: row for row in rows if row.word is not None}
    # What an officer said is owed without a ticket needs no more saying.
    wanted = {row.known_by for row in rows if row.wanted_at is not None or not row.known_by}
    story = _Story(rule.again, words, wanted)
    starts = [*_without_ticket(rows), *closings(tickets, rule.starts)]
    proofs = closings(tickets, rule.ends)
    facts = _facts(story.start, starts, _START_OF_DAY)
    facts += _facts(story.prove, proofs, _PROOF_OF_DAY)
    for row in words.values():
        facts.append((_decided(row), _WORD, row.known_by, partial(story.say, row)))
    for *_when, happen in sorted(facts, key=itemgetter(0, 1, 2)):
        happen()
    return story


def _facts(
    tell: Callable[[Closing], None],
    found: Iterable[Closing],
    place_of_day: int,
) -> list[_Fact]:
    facts: list[_Fact] = []
    for one in found:
        place = place_of_day if one.of_day else _AS_NUMBERED
        facts.append((one.at, place, one.no, partial(tell, one)))
    return facts


def _without_ticket(rows: Sequence[Owed]) -> list[Closing]:
    said = [row for row in rows if not row.known_by]
    return [Closing("", row.started_at, row.started_at, row.assignee) for row in said]


def _known(debts: Sequence[Debt], rows: Sequence[Owed]) -> list[tuple[Debt, Owed | None]]:
    """Returns each debt with the thing owed that it is known as, None for one that is new."""
    by_start = {row.known_by: row for row in reversed(rows)}
    standing = {no for debt in debts for no in debt.nos()}
    undone = [row for row in rows if row.known_by not in standing and row.word is None]
    found = []
    for debt in reversed(debts):
        row = _own(debt, by_start) or _taken_over(debt, undone)
        if row in undone:
            undone.remove(row)
        found.append((debt, row))
    return found[::-1]


def _own(debt: Debt, by_start: Mapping[str, Owed]) -> Owed | None:
    """Of the rows of its starts the one that was decided on last, else the first."""
    rows = []
    for no in debt.nos():
        row = by_start.get(no)
        # What an officer ended before is another matter.
        if row and (row.word is None or no in (debt.first.no, debt.ended_by)):
            rows.append(row)
    return max(rows, key=_decided, default=None)


def _taken_over(debt: Debt, undone: Sequence[Owed]) -> Owed | None:
    """The row of a start that was undone, while it was owed from this debt's first start as well:
    what was decided on it holds for what goes on to be owed.
    """
    rows = [row for row in undone if _decided(row) >= debt.first.at]
    return max(rows, key=_decided, default=None)


def _decided(row: Owed) -> datetime:
    return row.decided_at or _BEFORE_ALL


def _as_told(row: Owed, debt: Debt, chases: Sequence[Closing]) -> Owed:
    """The thing owed as the facts are."""
    first = debt.first
    # A ticket that is opened and closed again was sent no later than before.
    since = (max(debt.after, min(first.created_at, first.at)), first.no)
    letters = [
        chase.at
        for chase in chases
        if since < (chase.at, chase.no) and chase.no != first.no
        if chase.at <= (debt.ended_at or chase.at)
    ]
    state = debt.state
    if state is OwedState.OPEN and _is_offered(row, [start.at for start in debt.starts], letters):
        state = OwedState.OFFERED
    told = replace(
        row,
        started_at=first.at,
        ticket_no=first.no,
        assignee=row.handed_to or first.assignee,
        state=state,
        chased=len(letters) + row.chased_untold,
        last_at=max(filter(None, (row.told_at, *letters)), default=None),
        ended_at=debt.ended_at,
        proof_no=debt.proof_no,
    )
    return _counted(row, told)


def _is_offered(row: Owed, *events: Sequence[datetime]) -> bool:
    """Says whether the office has yet to say that this is followed up. Whoever sent it again, or
    asked for it, since it was found has taken it up.
    """
    if row.offered_at is None or row.answered_at is not None:
        return False
    return max(chain.from_iterable(events), default=row.offered_at) <= row.offered_at


def _void(row: Owed) -> Owed:
    """The thing owed, if nothing is owed by it as the facts are."""
    return _counted(row, replace(row, state=OwedState.VOID, ended_at=None, proof_no=""))


def _counted(before: Owed, after: Owed) -> Owed:
    """One change more, where it is owed from another ticket or no longer as it was."""
    is_same = (before.state, before.ticket_no) == (after.state, after.ticket_no)
    if is_same or not before.id:
        return after
    return replace(after, version=before.version + 1)
