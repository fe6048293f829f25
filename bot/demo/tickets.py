"""The demo desk's tickets: a year of work across the whole catalogue, out of demo.toml."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot.demo.office import DemoOffice, Values
from bot.demo.one_ticket import DemoTicketMaker
from bot.demo.requests import DemoRequests
from bot.demo.words import DemoWords
from domain.customers.records import Customer, CustomerCode
from domain.dates.days import BANGKOK
from domain.tickets.records import Status, Ticket, TicketNo, ticket_no

KNOWN_MINUTES = 90
"""Working time that a ticket of a known customer took at most."""
LATEST = (0.5, 1.0)
"""How far chance moves a ticket among the latest, as a factor of its age."""


class DemoTickets:
    """Invents a year of tickets for an office."""

    def __init__(self, office: DemoOffice) -> None:
        self._office = office
        self._maker = DemoTicketMaker(office)
        self._forwards: dict[TicketNo, TicketNo] = {}

    def tickets(self, strangers: Sequence[Customer]) -> list[Ticket]:
        """All tickets, numbered in the order in which they were recorded; `strangers` wrote but are
        unknown.
        """
        amounts = self._office.amounts
        requests = DemoRequests(self._office, self._maker)
        fixed = requests.tickets()
        fixed += self._of_the_known()
        made = self._contacts(fixed)
        still_open = amounts["open"] - _count_open(fixed)
        self._leave_open(made, still_open)
        mail = [self._unmatched(strangers) for _ in range(amounts["new"])]
        return self._numbered([*fixed, *made, *mail], amounts["first_no"])

    def _of_the_known(self) -> list[Ticket]:
        """What customers came with that stand in the manual's examples."""
        office = self._office
        tickets: list[Ticket] = []
        for code, row in office.known.items():
            customer = office.customers[CustomerCode(code)]
            subjects = [each for each in row.get("tickets", ()) if each in office.subjects]
            days = sorted(office.rng.sample(office.days[:-10], len(subjects)))
            for subject, day in zip(subjects, days, strict=True):
                at = office.moment(day)
                tickets.append(self._maker.draft(subject, at, customer, minutes=KNOWN_MINUTES))
        return tickets

    def _contacts(self, fixed: Sequence[Ticket]) -> list[Ticket]:
        """Beside these as many tickets of each subject as there must be, then as they come."""
        office = self._office
        amounts = office.amounts
        counts = Counter(ticket.subject for ticket in fixed)
        made: list[Ticket] = []
        for code in office.subjects:
            for _ in range(amounts["least"] - counts[code]):
                made += self._contact(code)
        weights = {code: office.row(code).get("weight", 0) for code in office.subjects}
        wanted = amounts["tickets"] - amounts["new"] - len(fixed)
        while len(made) < wanted:
            made += self._contact(office.pick(weights))
        return made

    # What happens at the desk.

    def _contact(self, code: str) -> list[Ticket]:
        """What one event leaves behind: a ticket, or several for a publication or a forwarded
        mail.
        """
        office = self._office
        row = office.row(code)
        at = office.moment(office.rng.choice(office.days))
        if row.get("types") == []:
            return self._publication(code, at)
        customer = office.customer(row)
        forwarded = [other for other in row.get("forwards", ()) if other in office.subjects]
        if forwarded:
            return self._forwarded(code, forwarded, at, customer)
        return [self._maker.draft(code, at, customer, late=True)]

    def _publication(self, code: str, at: datetime) -> list[Ticket]:
        """One piece of news on some of the networks."""
        office = self._office
        channels = office.subjects[code].channels
        fitting = [name for name in channels if name in office.words["networks"]]
        networks = office.rng.sample(fitting, office.rng.randint(1, len(fitting)))
        values = office.values(None, at)
        return [
            self._maker.draft(
                code,
                at,
                None,
                channel=network,
                values=values,
            )
            for network in networks
        ]

    def _forwarded(
        self,
        code: str,
        subjects: Sequence[str],
        at: datetime,
        customer: Customer,
    ) -> list[Ticket]:
        """A mail that somebody passed on, and a second ticket for whoever wrote it."""
        office = self._office
        writer = office.customer(office.row(subjects[0]))
        values = office.values(writer, at)
        subject = office.rng.choice(subjects)
        real = self._maker.draft(
            subject,
            at,
            writer,
            channel="email",
            values=values,
        )
        passed_on: Values = values | {"requester": writer.name}
        mail = self._maker.draft(code, at, customer, values=passed_on)
        self._forwards[mail.no] = real.no
        return [mail, real]

    def _unmatched(self, strangers: Sequence[Customer]) -> Ticket:
        """Mail of the last days that nobody has worked on."""
        office = self._office
        days_ago = int(office.rng.random() ** 2 * 10)
        at = office.moment(office.days[-1 - days_ago])
        writer = self._writer(strangers)
        row = office.words["unmatched"]
        local = "0" + writer.mobile.removeprefix("+66")
        values = office.values(writer, at) | {"phone": local}
        return Ticket(
            self._maker.draft_no(),
            "email",
            row["subject"],
            self._mail_text(row, values),
            at,
            at,
            None,
            None,
            reply_email=writer.email,
            status=Status.NEW,
        )

    def _writer(self, strangers: Sequence[Customer]) -> Customer:
        """Mostly a student whom the desk knows."""
        office = self._office
        people = office.pool["student"] if office.rng.random() < 0.7 else strangers
        return office.rng.choice([one for one in people if one.email])

    def _mail_text(self, row: DemoWords, values: Values) -> str:
        opening = self._office.words["mail"]["opening"]
        text = self._office.rng.choice(row["texts"])
        form = f"{opening}\n{text}\n{row['closing']}"
        return form.format(**values)

    def _leave_open(self, tickets: list[Ticket], count: int) -> None:
        """Take back the closing of some of the latest tickets: an office that keeps its time
        standard has no old ones.
        """
        now = self._office.now
        rng = self._office.rng
        closed = [
            place
            for place, ticket in enumerate(tickets)
            if ticket.closed_at and self._lasts(ticket)
        ]
        closed.sort(key=lambda place: (now - tickets[place].created_at) * rng.uniform(*LATEST))
        more = max(0, count - _count_open(tickets))
        for place in closed[:more]:
            tickets[place] = self._maker.unfinished(tickets[place])

    def _lasts(self, ticket: Ticket) -> bool:
        """Whether it is a matter of more than minutes."""
        at_once = self._office.row(ticket.subject).get("at_once")
        return ticket.channel != "walk_in" and not at_once

    def _numbered(self, tickets: list[Ticket], first: int) -> list[Ticket]:
        """By time of recording, with numbers, and with the numbers and contracts that texts
        name.
        """
        tickets = sorted(tickets, key=lambda one: one.recorded_at)
        numbers: dict[TicketNo, TicketNo] = {}
        for running, one in enumerate(tickets, start=first):
            local = one.recorded_at.astimezone(BANGKOK)
            numbers[one.no] = ticket_no(running, local)
        named = []
        for one in tickets:
            other = numbers[self._forwards.get(one.no, one.no)]
            named.append(
                replace(
                    one,
                    no=numbers[one.no],
                    details=_named(one.details, one.contract_no, other),
                    result=_named(one.result, one.contract_no, other),
                )
            )
        return named


def _named(text: str, contract: str, ticket: TicketNo) -> str:
    """The text with the contract and the other ticket that it is about."""
    return text.replace("{contract}", contract).replace("{ticket}", ticket)


def _count_open(tickets: Sequence[Ticket]) -> int:
    return sum(not one.closed_at for one in tickets)
