"""One ticket of the demo: what its subject asks is answered, and it is mostly closed in time."""

from collections.abc import Collection
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from bot.demo.office import DemoOffice, Values
from bot.demo.words import DemoWords
from domain.customers.provinces import UserCount, read_user_count
from domain.customers.records import Customer
from domain.dates.days import BANGKOK, BUDDHIST_OFFSET, format_date
from domain.tickets.records import (
    Complexity,
    Mood,
    Status,
    Ticket,
    TicketNo,
    Urgency,
)

ANSWERED = ("letter_no", "letter_on", "receipt_no", "receipt_on", "purpose")
"""Fields that are answered where the subject asks for them."""
FORGETTABLE = ("purpose", "receipt_on")
"""Of these, fields that were now and then answered with 9."""
AT_ONCE = 5
"""Minutes that a ticket takes whose subject is done at once."""


class DemoTicketMaker:
    """Makes tickets for this office; each has a draft's number until all are numbered."""

    def __init__(self, office: DemoOffice) -> None:
        self._office = office
        self._rng = office.rng
        self._words = office.words

    def draft(
        self,
        code: str,
        at: datetime,
        customer: Customer | None,
        *,
        channel: str = "",
        values: Values | None = None,
        minutes: int | None = None,
        late: bool = False,
    ) -> Ticket:
        """A closed ticket, or an open one where closing it would lie ahead; `minutes` = working
        time at most.
        """
        office = self._office
        row = office.row(code)
        channel = channel or office.channel(office.subjects[code])
        values = values or office.values(customer, at)
        values = values | self._said_of(channel, customer)
        forms = self._rng.choice(row["texts"])
        details, result = (form.format(**values) for form in forms)
        by_mail = channel == "email" and not row.get("ours")
        if by_mail and not row.get("plain"):
            details = self._as_mail(details, values)
        ticket = Ticket(
            self.draft_no(),
            channel,
            code,
            details,
            created_at=at,
            recorded_at=at,
            recorded_by=None,
            assignee=office.officer(),
            result=result,
        )
        if not by_mail:
            ticket = self._recorded(ticket, late=late)
        ticket = self._classed(self._with_customer(ticket, customer))
        if _names_data(forms):
            ticket = replace(ticket, projects=(values["project"],), data_years=values["year"])
        return self._closed(self._complete(ticket, customer), minutes)

    def _recorded(self, ticket: Ticket, *, late: bool) -> Ticket:
        """Mail comes in by itself, everything else an officer records."""
        at = ticket.created_at
        if late:
            at = self._office.recorded(at)
        return replace(ticket, recorded_by=ticket.assignee, recorded_at=at)

    def _said_of(self, channel: str, customer: Customer | None) -> Values:
        network = self._network(channel)
        return {
            "network": network.get("name", channel),
            "customer": customer.name if customer else "",
        }

    def _network(self, channel: str) -> DemoWords:
        """What the data file says of a network; nothing of other channels."""
        network: DemoWords = self._words["networks"].get(channel, {})
        return network

    def _with_customer(self, ticket: Ticket, customer: Customer | None) -> Ticket:
        if customer is None:
            return ticket
        return replace(
            ticket,
            customer=customer.code,
            contact_id=self._office.contact_id(customer),
            reply_email=customer.email if ticket.channel == "email" else "",
        )

    def _classed(self, ticket: Ticket) -> Ticket:
        """How urgent, cross and difficult it is, its link, and what else was noted."""
        pick = self._office.pick
        return replace(
            ticket,
            urgency=Urgency(pick(self._words["urgencies"])),
            mood=Mood(pick(self._words["moods"])),
            complexity=Complexity(pick(self._words["complexities"])),
            link=self._link(ticket.channel),
            remarks=self._remarks(),
        )

    def draft_no(self) -> TicketNo:
        """A number that no ticket keeps."""
        number = self._office.serial("draft")
        return TicketNo(f"<{number}>")

    def _as_mail(self, details: str, values: Values) -> str:
        mail = self._words["mail"]
        closing = mail["closing"].format(**values)
        return f"{mail['opening']}\n{details}\n{closing}"

    def _link(self, channel: str) -> str:
        """Of a publication: each has another number."""
        number = self._office.serial("link") * 137 + 100_000
        form: str = self._network(channel).get("link", "")
        return form.format(number=number)

    def _remarks(self) -> str:
        if self._rng.random() >= 0.02:
            return ""
        remarks: str = self._rng.choice(self._words["words"]["remarks"])
        return remarks

    # What a subject asks for.

    def _complete(self, ticket: Ticket, customer: Customer | None) -> Ticket:
        """The ticket with what its subject asks for; now and then a field was answered with 9."""
        catalogue = self._office.configuration.catalogue
        kind = customer.kind if customer else ""
        asked = (ticket.subject, ticket.channel, kind)
        price = self._price(asked)
        needed = catalogue.required_for_closing(*asked, price)
        forgotten = self._forgotten(needed)
        wanted = {*needed, *catalogue.prompts(*asked, price)} - forgotten
        on = ticket.created_at.astimezone(BANGKOK).date()
        given: dict[str, Any] = {
            field: self._answer(field, on) for field in ANSWERED if field in wanted
        }
        if customer and "agency" in wanted:
            given["agency"] = customer.name
        if "user_count" in needed:
            given |= _counted(ticket, on)
        ticket = replace(ticket, price=price, **given)
        missing = {field for field in needed if getattr(ticket, field) in ("", None, ())}
        return replace(ticket, unknown=frozenset(missing))

    def _price(self, asked: tuple[str, str, str]) -> Decimal | None:
        """Where the subject costs something, or may and did."""
        catalogue = self._office.configuration.catalogue
        sold = "price" in catalogue.required_for_closing(*asked, None)
        if not sold and "price" in catalogue.prompts(*asked, None):
            sold = self._rng.random() < 0.6
        if not sold:
            return None
        subject, _channel, _kind = asked
        usual = self._words["default"]["prices"]
        prices = self._office.row(subject).get("prices", usual)
        return Decimal(self._rng.choice(prices))

    def _forgotten(self, needed: Collection[str]) -> set[str]:
        unknown = self._office.amounts["unknown"]
        asked = [field for field in FORGETTABLE if field in needed]
        return {field for field in asked if self._rng.random() < unknown}

    def _answer(self, field: str, on: date) -> object:
        if field in ("letter_on", "receipt_on"):
            return on
        if field == "letter_no":  # rises through the year
            return str(on.timetuple().tm_yday * 3 + self._office.serial("letter", on))
        if field == "receipt_no":
            year = (on.year + BUDDHIST_OFFSET) % 100
            month = f"{year}{on.month:02}"
            return f"{month}/{self._office.serial('receipt', month):03}"
        province = self._rng.choice(self._office.provinces)
        purpose: str = self._rng.choice(self._words["words"]["purpose"])
        return purpose.format(province=province)

    # How it ends.

    def _closed(self, ticket: Ticket, minutes: int | None) -> Ticket:
        """Closed mostly within the time standard."""
        calendar = self._office.configuration.calendar
        if self._office.row(ticket.subject).get("at_once"):
            minutes = AT_ONCE
        if minutes is None:
            minutes = self._usual_minutes(ticket)
        spent = max(1, int(minutes * self._rng.uniform(0.2, 0.95)))
        at = max(calendar.add(ticket.created_at, spent), ticket.recorded_at)
        if at > self._office.now:
            return self.unfinished(ticket)
        result = ticket.result
        if ticket.letter_on:
            replied = at.astimezone(BANGKOK).date()
            result = self._letter_result(result, ticket.letter_on, replied)
        # Mail that nobody recorded was taken up before it was closed.
        version = 2 if ticket.recorded_by else 3
        return replace(
            ticket,
            status=Status.CLOSED,
            closed_at=at,
            result=result,
            version=version,
        )

    def _usual_minutes(self, ticket: Ticket) -> int:
        """The working time that the standard allows; at times three times that."""
        configuration = self._office.configuration
        table = self._office.subjects[ticket.subject].time_table
        limit = configuration.time_standard.limit(table, ticket.complexity, ticket.channel)
        minutes = limit.working_minutes if limit else configuration.calendar.day_minutes
        if self._rng.random() > self._office.amounts["in_time"]:
            return minutes * 3
        return minutes

    def _letter_result(self, result: str, received: date, replied: date) -> str:
        """The result with the customer's letter and the office's reply (DOMAIN.md section 1)."""
        form: str = self._words["letter"]["result"]
        day_of_year = replied.timetuple().tm_yday
        return form.format(
            result=result,
            ref=self._rng.choice(self._words["words"]["letters"]),
            number=self._rng.randrange(100, 3000),
            sent=format_date(received - timedelta(days=self._rng.randint(2, 12))),
            reply=day_of_year * 2 + self._office.serial("reply", replied),
            replied=format_date(replied),
        )

    def unfinished(self, ticket: Ticket) -> Ticket:
        """The same ticket while it is being worked on."""
        return replace(
            ticket,
            status=Status.OPEN,
            closed_at=None,
            result=self._rng.choice(self._words["words"]["progress"]),
            price=None,
            receipt_no="",
            receipt_on=None,
            unknown=ticket.unknown - {"receipt_no", "receipt_on"},
            version=1 if ticket.recorded_by else 2,
        )


def _names_data(forms: Collection[str]) -> bool:
    """Whether the texts say which data the ticket is about."""
    return any(mark in form for form in forms for mark in ("{project}", "{topic}"))


def _counted(ticket: Ticket, on: date) -> dict[str, Any]:
    """A provincial office's number of users, out of the words that the ticket is made of."""
    read: UserCount = read_user_count(f"{ticket.details}\n{ticket.result}", on)
    return {
        "province": read.province,
        "user_count": read.users,
        "counted_on": read.month,
    }
