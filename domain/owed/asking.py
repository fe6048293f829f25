"""What belongs into one letter: who is asked for it, and whether it is time to ask."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from domain.dates.days import BANGKOK
from domain.mail.addressees import is_one_person
from domain.owed.rules import Owed, Rule
from domain.tickets.records import Status, Ticket


@dataclass(frozen=True, slots=True)
class Correspondent:
    """Who is asked for a thing owed: the customer's `code`, the `contact` whom the contract names
    ("" = nobody but the customer), and the name and address that a letter goes to.
    """

    code: str
    contact: str
    name: str
    address: str

    def is_same(self, other: "Correspondent") -> bool:
        """Returns whether one letter may go to both: it is one person, perhaps with a record in
        each of two languages, or one mailbox of a customer of which no two people are named.
        """
        has_one_address = self.address.casefold() == other.address.casefold()
        if self.code != other.code:
            return has_one_address and is_one_person(self.name, other.name)
        if self.contact == other.contact or is_one_person(self.name, other.name):
            return True
        return has_one_address and "" in (self.contact, other.contact)


def is_time_to_ask(
    row: Owed,
    rule: Rule,
    tickets: Sequence[Ticket],
    today: date,
) -> bool:
    """Returns whether what is owed is asked for in a letter about other things, too: it should be
    there, nobody put it off, and it was not asked for only just now.
    """
    if row.snoozed_on is not None or row.first_on(rule) > today:
        return False
    asked = _last_asked_at(row, rule, tickets)
    if asked is None or not row.reached():
        return True
    return rule.every.after(asked.astimezone(BANGKOK).date()) <= today


def _last_asked_at(row: Owed, rule: Rule, tickets: Sequence[Ticket]) -> datetime | None:
    """Returns when the last follow-up since it began was recorded."""
    asked = [
        ticket.closed_at
        for ticket in tickets
        if ticket.subject in rule.chase
        and ticket.status is Status.CLOSED
        and ticket.closed_at is not None
        and ticket.closed_at > row.started_at
        and ticket.no != row.ticket_no
    ]
    return max(asked, default=None)
