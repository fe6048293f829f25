"""The demo's requests: the lives of microdata and special tabulations, step by step (DOMAIN.md
section 8).
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import TypeAlias

from bot.demo.office import DemoOffice
from bot.demo.one_ticket import DemoTicketMaker
from bot.demo.words import DemoWords
from domain.customers.records import Customer, CustomerCode
from domain.dates.days import BANGKOK, BUDDHIST_OFFSET
from domain.tickets.records import Complexity, Ticket

MINUTES = 60
"""Working time that a step takes at most."""

ContractKey: TypeAlias = tuple[date | None, CustomerCode | None]
"""When a contract was sent, and to whom."""


class DemoRequests:
    """Invents what requests leave behind."""

    def __init__(self, office: DemoOffice, maker: DemoTicketMaker) -> None:
        self._office = office
        self._maker = maker
        self._contracts = office.words["contracts"]

    def tickets(self) -> list[Ticket]:
        """The tickets of all lives, with the numbers of their contracts."""
        tickets: list[Ticket] = []
        used = {self._contracts["known"]}
        for row in self._office.words["lives"]:
            for _ in range(row["count"]):
                customer = self._office.customers.get(row.get("customer"))
                if customer is None:
                    customer = self._office.customer(row, used)
                used.add(customer.code)
                tickets += self._life(row, customer)
        names = self._contract_names({(one.contract_on, one.customer) for one in tickets})
        return [
            replace(one, contract_no=names.get((one.contract_on, one.customer), ""))
            for one in tickets
        ]

    def _contract_names(self, made: Iterable[ContractKey]) -> dict[ContractKey, str]:
        """Numbers by date within each Buddhist year, such that the known customer's contract has
        its own.
        """
        contracts = self._contracts
        dated = sorted((on, code) for on, code in made if on and code)
        years = [on.year for on, _ in dated]
        codes = [code for _, code in dated]
        known = codes.index(contracts["known"]) if contracts["known"] in codes else 0
        names: dict[ContractKey, str] = {}
        for place, (on, code) in enumerate(dated):
            first_of_year = years.index(on.year)
            first_no = contracts["first_no"]
            if on.year == years[known]:
                first_no = contracts["known_no"] - (known - first_of_year)
            number = first_no + place - first_of_year
            names[on, code] = f"{number}/{on.year + BUDDHIST_OFFSET}"
        return names

    def _life(self, row: DemoWords, customer: Customer) -> list[Ticket]:
        office = self._office
        steps = [step for step in map(_step, row["steps"]) if step[0] in office.subjects]
        about = office.values(customer, office.now)
        last_day = len(office.days) - 1
        days_it_took = sum(days for _, days in steps)
        ended = office.rng.randint(*row["ends"])
        place = max(0, last_day - ended - days_it_took)
        life: list[Ticket] = []
        for code, days in steps:
            place = min(place + days, last_day)
            at = office.moment(office.days[place])
            ticket = self._maker.draft(
                code,
                at,
                customer,
                values=about,
                minutes=MINUTES,
            )
            if code == self._contracts["first"]:
                ticket = replace(ticket, complexity=Complexity.COMPLEX)
            if code in row.get("open", ()):
                ticket = replace(self._maker.unfinished(ticket), result="")
            life.append(ticket)
        return self._with_contract(life)

    def _with_contract(self, life: list[Ticket]) -> list[Ticket]:
        """Where the data were sent, a contract was, too, and the request was answered by it."""
        first = self._contracts["first"]
        sent = next((one for one in life if one.subject == self._contracts["owed"]), None)
        if sent is None:
            return life
        on = sent.created_at.astimezone(BANGKOK).date()
        named = (first, *self._contracts["named_by"])
        whole = []
        for one in life:
            if one.subject in named:
                one = replace(one, contract_on=on)
            if one.subject == first:
                one = replace(one, closed_at=sent.created_at)
            whole.append(one)
        return whole


def _step(text: str) -> tuple[str, int]:
    """A subject, and how many working days it came after the step before."""
    code, days = text.split()
    return code, int(days)
