"""A request for microdata or a special tabulation: its life, step by step, from the tickets that
belong to it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from domain.catalogue import Catalogue
from domain.customers.records import CustomerCode
from domain.data import TomlTable
from domain.owed.contracts import Contract, mentions
from domain.owed.rules import Owed
from domain.staff import StaffId
from domain.text import digits
from domain.tickets.records import Status, Ticket

STEPS = (
    "advice",
    "questionnaire",
    "letter",
    "proposal",
    "variables",
    "quotation",
    "approval",
    "fetch",
    "payment",
    "sent",
    "contract_chased",
    "returned",
    "result_chased",
    "delivered",
    "thanks",
)
ESSENTIAL = ("letter", "sent", "returned", "delivered")
ESSENTIAL_OF_SPECIAL = ("letter", "fetch")
"""Steps without which a microdata request, or a special tabulation, is not done."""
AFTERWARDS = ("sent", "contract_chased", "returned", "result_chased", "delivered", "thanks")
"""Steps that belong to a request already on its way; all others may as well begin a new one."""
STALE = timedelta(days=365)
"""A request of which nothing was heard for so long, and which owes nothing, is not taken for the
one meant.
"""


class RequestKind(StrEnum):
    MICRODATA = "microdata"
    SPECIAL = "special"


@dataclass(frozen=True, slots=True)
class Request:
    """One request of a customer. `version` counts changes of anything that belongs to it."""

    id: int
    kind: RequestKind
    customer: CustomerCode
    started_at: datetime
    touched_at: datetime
    ended_at: datetime | None = None
    ended_reason: str = ""
    version: int = 1


@dataclass(frozen=True, slots=True)
class StepMark:
    """A step that no ticket does, ticked by an officer."""

    step: str
    at: datetime
    by: StaffId | None


@dataclass(frozen=True, slots=True)
class Life:
    """A request with all that belongs to it, oldest first."""

    request: Request
    tickets: tuple[Ticket, ...] = ()
    marks: tuple[StepMark, ...] = ()
    contract: Contract | None = None
    owed: tuple[Owed, ...] = ()

    def may_hold(self, ticket: Ticket) -> bool:
        """Returns whether the ticket names no other contract than the request has."""
        return self.contract is None or ticket.contract_no in ("", self.contract.no)

    def is_other_than(self, own: "Life") -> bool:
        """Returns whether this is another request, which has room for the contract of `own`."""
        has_room = self.contract is None or own.contract is None
        return has_room and self.request.id != own.request.id

    def names(self, contract_no: str) -> bool:
        """Returns whether one of its tickets names this contract; "" is none."""
        return contract_no != "" and any(one.contract_no == contract_no for one in self.tickets)

    def without(self, ticket_no: str) -> "Life":
        """Returns the request without this ticket."""
        left = [ticket for ticket in self.tickets if ticket.no != ticket_no]
        return replace(self, tickets=tuple(left))

    def until(self, at: datetime) -> "Life":
        """Returns the request with the tickets that were closed by this time; of the same moment
        only those that surely came first.
        """
        past = [one for one in self.tickets if one.closed_at is not None and one.closed_at <= at]
        past = [one for one in past if one.closed_at != at or not one.is_of_a_day]
        return replace(self, tickets=tuple(past))

    def gives_up_contract(self, ticket: Ticket) -> bool:
        """Returns whether the contract goes along with the ticket that left: no other ticket speaks
        of it.
        """
        if self.contract is None or not self.tickets:
            return self.contract is not None
        named = {each.contract_no for each in self.tickets}
        return ticket.contract_no == self.contract.no and self.contract.no not in named

    def corrected(self, old: Ticket, new: Ticket) -> "Life":
        """Returns the request after one of its tickets was corrected: it follows its tickets to
        another customer, where they all are; its contract has the number and the date that one
        ticket alone names.
        """
        others = self.without(new.no)
        life = self
        if new.customer and {ticket.customer for ticket in others.tickets} <= {new.customer}:
            life = replace(life, request=replace(life.request, customer=new.customer))
        contract = life.contract
        if contract is None or old.contract_no != contract.no:
            return life
        if not others.gives_up_contract(old) or not new.contract_no:
            return life
        signed_on = contract.signed_on
        if signed_on == old.contract_on:
            signed_on = new.contract_on
        renamed = replace(contract, no=new.contract_no, signed_on=signed_on)
        return replace(life, contract=renamed)

    def projects(self) -> dict[str, None]:
        """Returns what the tickets and the contract are about, each once."""
        found = dict.fromkeys(project for ticket in self.tickets for project in ticket.projects)
        return found | dict.fromkeys(self.contract.projects if self.contract else ())

    def open_owed(self, rule: str = "") -> Owed | None:
        """Returns what is owed now: under this rule, or the first of all."""
        for each in self.owed:
            if each.is_owed and rule in ("", each.rule):
                return each
        return None


@dataclass(frozen=True, slots=True)
class Steps:
    """The steps of each kind of request, in order, with the subjects that do them."""

    kinds: Mapping[RequestKind, Mapping[str, tuple[str, ...]]]

    def find_kind(self, subject: str) -> RequestKind | None:
        """Returns the kind of request that a subject belongs to."""
        for kind, steps in self.kinds.items():
            if subject in _all(steps):
                return kind
        return None

    def subjects(self, kind: RequestKind) -> frozenset[str]:
        """Returns the subjects of all its steps."""
        return frozenset(_all(self.kinds[kind]))

    def step_of(self, subject: str) -> str:
        """Returns the step that a subject does; "" for none."""
        for steps in self.kinds.values():
            for step, subjects in steps.items():
                if subject in subjects:
                    return step
        return ""

    def pick(self, kind: RequestKind, subjects: Sequence[str]) -> str:
        """Returns the one of these subjects that belongs to this kind of request; "" for none."""
        own = _all(self.kinds[kind])
        return next((subject for subject in subjects if subject in own), "")

    def tickets_of(self, life: Life, step: str) -> list[Ticket]:
        """Returns the request's tickets that do a step."""
        does = self.kinds[life.request.kind].get(step, ())
        return [ticket for ticket in life.tickets if ticket.subject in does]

    def is_done(self, life: Life, step: str) -> bool:
        """Returns whether a step was done: its ticket is closed, or an officer ticked it."""
        if any(mark.step == step for mark in life.marks):
            return True
        return any(ticket.status is Status.CLOSED for ticket in self.tickets_of(life, step))

    def next_step(self, life: Life) -> str:
        """Returns the first essential step after the furthest that was begun; "" where there is
        none.
        """
        steps = self.kinds[life.request.kind]
        essential = ESSENTIAL if "sent" in steps else ESSENTIAL_OF_SPECIAL
        first = 0
        for place, step in enumerate(essential, start=1):
            if self.tickets_of(life, step) or self.is_done(life, step):
                first = place
        return next((step for step in essential[first:] if step in steps), "")


def _all(steps: Mapping[str, tuple[str, ...]]) -> set[str]:
    return {subject for does in steps.values() for subject in does}


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a ticket belongs: on `life`, or on a new request (None). `asked` = other requests it
    may as well belong to.

    `waits` = it is on none until the officer says, since the wrong guess would end what is still
    owed."""

    life: Life | None
    asked: tuple[Life, ...] = ()
    waits: bool = False


def place(
    steps: Steps,
    ticket: Ticket,
    lives: Sequence[Life],
    ends: Sequence[str],
    now: datetime,
) -> Placement:
    """Finds the request of a ticket, from its subject and contract number among its customer's
    requests of that kind.

    `ends` = the rules of things owed that this subject ends."""
    step = steps.step_of(ticket.subject)
    at = ticket.closed_at or ticket.created_at
    named = _named(ticket, step, lives)
    if named:
        return Placement(named)
    if ticket.contract_no:
        # Another contract is another request.
        lives = [life for life in lives if life.contract is None]
    latest_first = sorted(lives, key=_touched_at, reverse=True)
    live = [life for life in latest_first if _is_live(life, now)]
    fitting = _fitting(steps, step, live, ends, at) or _thanked(step, lives)
    sure = _about(ticket.projects, fitting)
    if len(sure) == 1:
        return Placement(sure[0])
    return _doubtful_placement(step, live, fitting, ends)


def rejoin(
    steps: Steps,
    ticket: Ticket,
    own: Life,
    lives: Sequence[Life],
    ends: Sequence[str],
    now: datetime,
) -> Placement:
    """Finds the request of a ticket whose customer was corrected and whose request, `own`, goes to
    that customer with it: the one that names its contract, too, else one that lacks its step, as if
    it had been written up for this customer at once, so that tickets that are corrected one by one
    come together again.
    """
    if own.marks or own.without(ticket.no).tickets:
        return Placement(own)
    others = [life for life in lives if life.is_other_than(own)]
    named = [life for life in others if life.names(ticket.contract_no)]
    if len(named) == 1:
        return Placement(named[0])
    found = place(steps, ticket, _lacking(steps, ticket, others), ends, now)
    if found.asked or found.life is None:
        return Placement(own, found.asked)
    return found


def _lacking(steps: Steps, ticket: Ticket, lives: Sequence[Life]) -> list[Life]:
    """Returns the requests whose step, which the ticket does, is not done."""
    step = steps.step_of(ticket.subject)
    return [life for life in lives if not steps.is_done(life, step)]


def _doubtful_placement(
    step: str,
    live: Sequence[Life],
    fitting: Sequence[Life],
    ends: Sequence[str],
) -> Placement:
    """Places a ticket where no one request is meant: the officer is asked, before or after."""
    if fitting and ends:
        return Placement(None, tuple(fitting), waits=True)
    if fitting:
        return Placement(fitting[0], tuple(fitting))
    if step in AFTERWARDS:
        return Placement(None)
    return Placement(None, tuple(live))


def _thanked(step: str, lives: Sequence[Life]) -> list[Life]:
    """Returns the request that thanks are for, which may be over for long: the latest."""
    if step != "thanks":
        return []
    return sorted(lives, key=_touched_at)[-1:]


def _touched_at(life: Life) -> datetime:
    return life.request.touched_at


def of_contract(no: str, lives: Sequence[Life]) -> Life | None:
    """Returns the request with this contract; None for ""."""
    for life in lives:
        if no and life.contract is not None and life.contract.no == no:
            return life
    return None


def _named(ticket: Ticket, step: str, lives: Sequence[Life]) -> Life | None:
    """Returns the request with the ticket's contract; of one without a number, on its way already,
    the one of whose contract alone it speaks, also without the word for it: "81/2563", "81/63".
    """
    if ticket.contract_no or step not in AFTERWARDS:
        return of_contract(ticket.contract_no, lives)
    text = digits(f"{ticket.details}\n{ticket.result}")
    spoken_of = []
    for life in lives:
        if life.contract is not None and mentions(text, life.contract.no):
            spoken_of.append(life)
    return spoken_of[0] if len(spoken_of) == 1 else None


def _about(projects: Sequence[str], lives: list[Life]) -> list[Life]:
    """Returns the one request that is about any of these projects; all where none is, or several
    are.
    """
    same = [life for life in lives if not life.projects().keys().isdisjoint(projects)]
    return same if len(same) == 1 else lives


def _is_live(life: Life, now: datetime) -> bool:
    if life.request.ended_at is not None:
        return False
    return life.open_owed() is not None or now - life.request.touched_at < STALE


def _fitting(
    steps: Steps,
    step: str,
    live: Sequence[Life],
    ends: Sequence[str],
    at: datetime,
) -> list[Life]:
    """Returns the requests that the step may well belong to: what owes it, else what had come as
    far by then as the step follows on.
    """
    # Who sends the contract back answers the request that waits for it.
    owing = [life for life in live if any(life.open_owed(rule) for rule in ends)]
    if owing:
        return owing
    unsent = [life for life in live if not steps.is_done(life.until(at), "sent")]
    if step not in AFTERWARDS:
        return unsent
    if step == "sent" and unsent:
        return unsent
    return list(live)


def read_requests(root: TomlTable, catalogue: Catalogue) -> Steps:
    """Reads the `requests` tables; raises DataError for a wrong row."""
    table = root.table("requests")
    table.check_keys([str(kind) for kind in RequestKind])
    kinds: dict[RequestKind, Mapping[str, tuple[str, ...]]] = {}
    seen: dict[str, str] = {}
    for name, row in table.tables():
        row.check_keys(STEPS)
        steps = {step: row.codes(step, catalogue.subjects, "subject") for step in row.values}
        for step, subjects in steps.items():
            here = f"{name}.{step}"
            for subject in subjects:
                if seen.setdefault(subject, here) != here:
                    raise row.refusal(f'"{subject}" does {seen[subject]} already', step)
        kinds[RequestKind(name)] = steps
    return Steps(kinds)
