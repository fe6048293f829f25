"""The demo desk's tickets: a year of work across the whole catalogue, put together from
data/demo.toml.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from bot.demo.customers import DemoWords
from domain.catalogue import Subject
from domain.configuration import Configuration
from domain.customers.provinces import UserCount, read_user_count
from domain.customers.records import Customer, CustomerCode, Gender
from domain.dates.days import BANGKOK, BUDDHIST_OFFSET, format_date
from domain.staff import StaffId
from domain.tickets.records import Complexity, Mood, Status, Ticket, TicketNo, Urgency, ticket_no

Values = dict[str, str]

_ANSWERED = ("letter_no", "letter_on", "receipt_no", "receipt_on", "purpose")


def _pick(rng: Random, weights: Mapping[str, int]) -> str:
    return rng.choices(list(weights), list(weights.values()))[0]


class DemoTickets:
    """Invents a year of tickets for these customers."""

    def __init__(
        self,
        words: DemoWords,
        rng: Random,
        configuration: Configuration,
        now: datetime,
        staff: Mapping[StaffId, int],
        customers: Sequence[Customer],
        contacts: Mapping[str, Sequence[int]],
    ) -> None:
        self.words, self.rng, self.configuration, self.now = words, rng, configuration, now
        self.staff, self.contacts = staff, contacts
        today = now.astimezone(BANGKOK).date()
        past = (today - timedelta(days=back) for back in range(364, -1, -1))
        self.days = [day for day in past if configuration.calendar.is_working_day(day)]
        self.subjects = {
            subject.code: subject for subject in configuration.catalogue.active_subjects(today)
        }
        self.known = {row["code"]: row for row in words["known"]}
        self.customers = {customer.code: customer for customer in customers}
        self.pool: dict[str, list[Customer]] = {}
        for customer in customers:
            if customer.code not in self.known and customer.note != words["twins"]["note"]:
                self.pool.setdefault(customer.kind, []).append(customer)
        names = [project.name for project in configuration.projects]
        self.topics = [
            (name, topic) for name in names for topic in words["topics"].get(name, (name,))
        ]
        self.forwards: dict[TicketNo, TicketNo] = {}
        self.serials: Counter[object] = Counter()

    def tickets(self, strangers: Sequence[Customer]) -> list[Ticket]:
        """All tickets, numbered in the order in which they were recorded; `strangers` wrote but are
        unknown.
        """
        amounts = self.words["amounts"]
        fixed = [*self._lives(), *self._of_the_known()]
        counts = Counter(ticket.subject for ticket in fixed)
        topped = [code for code in self.subjects for _ in range(amounts["least"] - counts[code])]
        weights = {code: self._row(code).get("weight", 0) for code in self.subjects}
        made: list[Ticket] = []
        for code in topped:
            made += self._contact(code)
        while len(fixed) + len(made) < amounts["tickets"] - amounts["new"]:
            made += self._contact(_pick(self.rng, weights))
        self._leave_open(made, amounts["open"] - sum(not one.closed_at for one in fixed))
        mail = [self._unmatched(strangers) for _ in range(amounts["new"])]
        return self._numbered([*fixed, *made, *mail], amounts["first_no"])

    def _row(self, code: str) -> DemoWords:
        row: DemoWords = self.words["subjects"].get(code, self.words["default"])
        return row

    # What happens at the desk.

    def _contact(self, code: str) -> list[Ticket]:
        """What one event leaves behind: a ticket, or several for a publication or a forwarded
        mail.
        """
        row, at = self._row(code), self._moment(self.rng.choice(self.days))
        if row.get("types") == []:
            fitting = [
                name for name in self.subjects[code].channels if name in self.words["networks"]
            ]
            networks = self.rng.sample(fitting, self.rng.randint(1, len(fitting)))
            values = self._values(None, at)
            return [
                self._draft(code, at, None, channel=network, values=values) for network in networks
            ]
        customer = self._customer(row)
        wanted = [other for other in row.get("forwards", ()) if other in self.subjects]
        if not wanted:
            return [self._draft(code, at, customer, late=True)]
        writer = self._customer(self._row(wanted[0]))
        values = self._values(writer, at)
        real = self._draft(self.rng.choice(wanted), at, writer, channel="email", values=values)
        mail = self._draft(code, at, customer, values=values | {"requester": writer.name})
        self.forwards[mail.no] = real.no
        return [mail, real]

    def _of_the_known(self) -> list[Ticket]:
        tickets: list[Ticket] = []
        for code, row in self.known.items():
            subjects = [subject for subject in row.get("tickets", ()) if subject in self.subjects]
            days = sorted(self.rng.sample(self.days[:-10], len(subjects)))
            tickets += [
                self._draft(
                    subject, self._moment(day), self.customers[CustomerCode(code)], minutes=90
                )
                for subject, day in zip(subjects, days, strict=True)
            ]
        return tickets

    def _lives(self) -> list[Ticket]:
        """The lives of microdata requests and special tabulations (DOMAIN.md section 8)."""
        lives: list[list[Ticket]] = []
        used = {self.words["contracts"]["known"]}
        for row in self.words["lives"]:
            for _ in range(row["count"]):
                customer = self.customers.get(row.get("customer")) or self._customer(row, used)
                used.add(customer.code)
                lives.append(self._life(row, customer))
        names = self._contract_names(
            {(one.contract_on, one.customer) for life in lives for one in life}
        )
        return [
            replace(one, contract_no=names.get((one.contract_on, one.customer), ""))
            for life in lives
            for one in life
        ]

    def _contract_names(self, made: set[tuple[date | None, CustomerCode | None]]) -> dict[Any, str]:
        """Numbers by date within each Buddhist year, such that the known customer's contract has
        its own.
        """
        contracts = self.words["contracts"]
        dated = sorted((on, code) for on, code in made if on and code)
        years = [on.year for on, _ in dated]
        known = next((at for at, (_, code) in enumerate(dated) if code == contracts["known"]), 0)
        names: dict[Any, str] = {}
        for at, (on, code) in enumerate(dated):
            first = contracts["first_no"]
            if on.year == years[known]:
                first = contracts["known_no"] - (known - years.index(on.year))
            names[on, code] = f"{first + at - years.index(on.year)}/{on.year + BUDDHIST_OFFSET}"
        return names

    def _life(self, row: DemoWords, customer: Customer) -> list[Ticket]:
        contracts = self.words["contracts"]
        steps = [
            (code, int(lag))
            for code, lag in (step.split() for step in row["steps"])
            if code in self.subjects
        ]
        about = self._values(customer, self.now)
        place = max(
            0, len(self.days) - 1 - self.rng.randint(*row["ends"]) - sum(lag for _, lag in steps)
        )
        life: list[Ticket] = []
        for code, lag in steps:
            place = min(place + lag, len(self.days) - 1)
            ticket = self._draft(
                code, self._moment(self.days[place]), customer, values=about, minutes=60
            )
            if code == contracts["first"]:
                ticket = replace(ticket, complexity=Complexity.COMPLEX)
            if code in row.get("open", ()):
                ticket = replace(self._unfinished(ticket), result="")
            life.append(ticket)
        sent = next((ticket for ticket in life if ticket.subject == contracts["owed"]), None)
        if sent is None:
            return life
        on = sent.created_at.astimezone(BANGKOK).date()
        named = (contracts["first"], *contracts["named_by"])
        life = [replace(one, contract_on=on) if one.subject in named else one for one in life]
        # The request is answered when the data are sent.
        return [
            replace(one, closed_at=sent.created_at) if one.subject == contracts["first"] else one
            for one in life
        ]

    def _unmatched(self, strangers: Sequence[Customer]) -> Ticket:
        """Mail of the last days that nobody has worked on."""
        at = self._moment(self.days[-1 - int(self.rng.random() ** 2 * 10)])
        familiar = [one for one in self.pool["student"] if one.email]
        writer = self.rng.choice(
            familiar if self.rng.random() < 0.7 else [one for one in strangers if one.email]
        )
        row = self.words["unmatched"]
        local = "0" + writer.mobile.removeprefix("+66")
        values = self._values(writer, at) | {"phone": local}
        text = f"{self.words['mail']['opening']}\n{self.rng.choice(row['texts'])}\n{row['closing']}".format(
            **values
        )
        no = TicketNo(f"<{self._serial('draft')}>")
        return Ticket(
            no,
            "email",
            row["subject"],
            text,
            at,
            at,
            None,
            None,
            reply_email=writer.email,
            status=Status.NEW,
        )

    # One ticket.

    def _draft(
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
        row, subject = self._row(code), self.subjects[code]
        channel = channel or self._channel(subject)
        values = values or self._values(customer, at)
        network = self.words["networks"].get(channel, {})
        values = values | {
            "network": network.get("name", channel),
            "customer": customer.name if customer else "",
        }
        forms = self.rng.choice(row["texts"])
        details, result = (form.format(**values) for form in forms)
        written = channel == "email" and not row.get("ours")
        if written and not row.get("plain"):
            mail = self.words["mail"]
            details = f"{mail['opening']}\n{details}\n{mail['closing'].format(**values)}"
        own = any(mark in form for form in forms for mark in ("{project}", "{topic}"))
        assignee = self.rng.choices(list(self.staff), list(self.staff.values()))[0]
        ticket = Ticket(
            TicketNo(f"<{self._serial('draft')}>"),
            channel,
            code,
            details,
            at,
            self._recorded(at) if late and not written else at,
            None if written else assignee,
            assignee,
            customer=customer.code if customer else None,
            contact_id=self._contact_id(customer),
            reply_email=customer.email if customer and channel == "email" else "",
            urgency=Urgency(_pick(self.rng, self.words["urgencies"])),
            mood=Mood(_pick(self.rng, self.words["moods"])),
            complexity=Complexity(_pick(self.rng, self.words["complexities"])),
            projects=(values["project"],) if own else (),
            data_years=values["year"] if own else "",
            result=result,
            link=network.get("link", "").format(number=self._serial("link") * 137 + 100_000),
            remarks=self.rng.choice(self.words["words"]["remarks"])
            if self.rng.random() < 0.02
            else "",
        )
        return self._closed(self._complete(ticket, customer), minutes)

    def _complete(self, ticket: Ticket, customer: Customer | None) -> Ticket:
        """The ticket with what its subject asks for; now and then a field was answered with 9."""
        catalogue = self.configuration.catalogue
        asked = (ticket.subject, ticket.channel, customer.kind if customer else "")
        prices = self._row(ticket.subject).get("prices", self.words["default"]["prices"])
        sold = "price" in catalogue.required_for_closing(*asked, None)
        sold = sold or ("price" in catalogue.prompts(*asked, None) and self.rng.random() < 0.6)
        price = Decimal(self.rng.choice(prices)) if sold else None
        needed = catalogue.required_for_closing(*asked, price)
        forgotten = {
            field
            for field in ("purpose", "receipt_on")
            if field in needed and self.rng.random() < self.words["amounts"]["unknown"]
        }
        on = ticket.created_at.astimezone(BANGKOK).date()
        wanted = {*needed, *catalogue.prompts(*asked, price)} - forgotten
        given: dict[str, Any] = {
            field: self._answer(field, on) for field in _ANSWERED if field in wanted
        }
        if customer and "agency" in wanted:
            given["agency"] = customer.name
        ticket = replace(ticket, price=price, **given, **_counted(ticket, needed))
        missing = {field for field in needed if getattr(ticket, field) in ("", None, ())}
        return replace(ticket, unknown=frozenset(missing))

    def _answer(self, field: str, on: date) -> object:
        if field in ("letter_on", "receipt_on"):
            return on
        if field == "letter_no":  # rises through the year
            return str(on.timetuple().tm_yday * 3 + self._serial("letter", on))
        if field == "receipt_no":
            month = f"{(on.year + BUDDHIST_OFFSET) % 100}{on.month:02}"
            return f"{month}/{self._serial('receipt', month):03}"
        province = self.rng.choice(self.words["places"]["provinces"])
        purpose: str = self.rng.choice(self.words["words"]["purpose"])
        return purpose.format(province=province)

    def _closed(self, ticket: Ticket, minutes: int | None) -> Ticket:
        """Closed mostly within the time standard."""
        settings, table = self.configuration, self.subjects[ticket.subject].time_table
        if self._row(ticket.subject).get("at_once"):
            minutes = 5
        if minutes is None:
            limit = settings.time_standard.limit(table, ticket.complexity, ticket.channel)
            minutes = limit.working_minutes if limit else settings.calendar.day_minutes
            if self.rng.random() > self.words["amounts"]["in_time"]:
                minutes *= 3
        spent = max(1, int(minutes * self.rng.uniform(0.2, 0.95)))
        at = max(settings.calendar.add(ticket.created_at, spent), ticket.recorded_at)
        if at > self.now:
            return self._unfinished(ticket)
        result = ticket.result
        if ticket.letter_on:
            result = self._letter_result(result, ticket.letter_on, at.astimezone(BANGKOK).date())
        version = 2 if ticket.recorded_by else 3
        return replace(ticket, status=Status.CLOSED, closed_at=at, result=result, version=version)

    def _letter_result(self, result: str, received: date, replied: date) -> str:
        """The result with the customer's letter and the office's reply (DOMAIN.md section 1)."""
        form: str = self.words["letter"]["result"]
        return form.format(
            result=result,
            ref=self.rng.choice(self.words["words"]["letters"]),
            number=self.rng.randrange(100, 3000),
            sent=format_date(received - timedelta(days=self.rng.randint(2, 12))),
            reply=replied.timetuple().tm_yday * 2 + self._serial("reply", replied),
            replied=format_date(replied),
        )

    def _unfinished(self, ticket: Ticket) -> Ticket:
        return replace(
            ticket,
            status=Status.OPEN,
            closed_at=None,
            result=self.rng.choice(self.words["words"]["progress"]),
            price=None,
            receipt_no="",
            receipt_on=None,
            unknown=ticket.unknown - {"receipt_no", "receipt_on"},
            version=1 if ticket.recorded_by else 2,
        )

    def _leave_open(self, tickets: list[Ticket], count: int) -> None:
        """Take back the closing of some tickets, recent ones rather than old ones."""
        closed = [at for at, one in enumerate(tickets) if one.closed_at and self._lasts(one)]
        closed.sort(key=lambda at: (self.now - tickets[at].created_at) * self.rng.random() ** 3)
        for at in closed[: max(0, count - sum(not one.closed_at for one in tickets))]:
            tickets[at] = self._unfinished(tickets[at])

    def _lasts(self, ticket: Ticket) -> bool:
        return ticket.channel != "walk_in" and not self._row(ticket.subject).get("at_once")

    def _numbered(self, tickets: list[Ticket], first: int) -> list[Ticket]:
        """By time of recording, with numbers, and with the numbers and contracts that texts
        name.
        """
        tickets = sorted(tickets, key=lambda one: one.recorded_at)
        numbers = {
            one.no: ticket_no(running, one.recorded_at.astimezone(BANGKOK))
            for running, one in enumerate(tickets, start=first)
        }
        named = []
        for one in tickets:
            values = {
                "{contract}": one.contract_no,
                "{ticket}": numbers[self.forwards.get(one.no, one.no)],
            }
            details, result = one.details, one.result
            for mark, value in values.items():
                details, result = details.replace(mark, value), result.replace(mark, value)
            named.append(replace(one, no=numbers[one.no], details=details, result=result))
        return named

    # Choices.

    def _moment(self, day: date) -> datetime:
        """A minute of the working day, or of the one before where that minute lies ahead."""
        calendar = self.configuration.calendar
        opens = datetime.combine(day, time(), BANGKOK)
        at = calendar.add(opens, self.rng.randrange(1, calendar.day_minutes))
        return at if at <= self.now else self._moment(self.days[-2])

    def _recorded(self, at: datetime) -> datetime:
        """When it was entered: mostly at once, at times on the next day."""
        if self.rng.random() > self.words["amounts"]["backdated"]:
            return at
        calendar = self.configuration.calendar
        later = calendar.add(at, calendar.day_minutes)
        return later if later <= self.now else at

    def _customer(self, row: DemoWords, used: set[str] | None = None) -> Customer:
        """Somebody of the types that the row names; some come again and again."""
        kinds = self.words["customer_types"]
        if row.get("types"):
            kinds = {kind: kinds.get(kind, 1) for kind in row["types"]}
        pool = self.pool[_pick(self.rng, kinds)]
        free = [one for one in pool if not used or one.code not in used]
        return free[int(self.rng.random() ** 1.7 * len(free))]

    def _channel(self, subject: Subject) -> str:
        weights = self.words["channels"]
        return _pick(
            self.rng, {code: weights.get(code, 1) for code in subject.channels or ("email",)}
        )

    def _contact_id(self, customer: Customer | None) -> int | None:
        ids = self.contacts.get(customer.code, ()) if customer else ()
        return self.rng.choice(ids) if ids else None

    def _values(self, customer: Customer | None, at: datetime) -> Values:
        """What the marks in texts stand for."""
        words, rng = self.words["words"], self.rng
        project, topic = rng.choice(self.topics)
        provinces = self.words["places"]["provinces"]
        gender = (
            customer.gender
            if customer and customer.gender
            else rng.choice((Gender.FEMALE, Gender.MALE))
        )
        local = at.astimezone(BANGKOK)
        return {
            "project": project,
            "topic": topic,
            "year": str(local.year + BUDDHIST_OFFSET - 1 - min(9, int(rng.expovariate(0.6)))),
            "month": words["months"][(local.month - 2) % 12],
            "province": rng.choice(provinces),
            "place": next(
                (place for place in provinces if customer and place in customer.name), provinces[0]
            ),
            "other": rng.choice(words["other"]),
            "count": str(rng.randint(1, 5)),
            "pages": str(rng.randint(4, 80)),
            "visits": str(rng.randint(200, 4000)),
            "customer": customer.name if customer else "",
            "requester": "",
            "contract": "{contract}",
            "ticket": "{ticket}",
            **words["female" if gender is Gender.FEMALE else "male"],
        }

    def _serial(self, *kind: object) -> int:
        self.serials[kind] += 1
        return self.serials[kind]


def _counted(ticket: Ticket, needed: tuple[str, ...]) -> dict[str, Any]:
    """A provincial office's number of users, out of the words that the ticket is made of."""
    on = ticket.created_at.astimezone(BANGKOK).date()
    read = (
        read_user_count(f"{ticket.details}\n{ticket.result}", on)
        if "user_count" in needed
        else UserCount()
    )
    return {"province": read.province, "user_count": read.users, "counted_on": read.month}
