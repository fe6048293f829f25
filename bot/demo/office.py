"""The demo's office: its days, people and words, and every choice that is made among them.

One source of chance is asked for everything, in one order: the same seed gives the same desk.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from random import Random

from bot.demo.words import DemoWords
from domain.catalogue import Subject
from domain.configuration import Configuration
from domain.customers.records import Customer, Gender
from domain.dates.days import BANGKOK, BUDDHIST_OFFSET
from domain.staff import StaffId

Values = dict[str, str]
"""What the marks in texts stand for."""

DAYS_BACK = 364
OLDEST_DATA = 9
"""Years that the data asked for are old at most."""
REGULARS = 1.7
"""The higher, the more some customers come again and again."""


class DemoOffice:
    """Whatever a ticket of the demo may be about."""

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
        self.words = words
        self.rng = rng
        self.configuration = configuration
        self.now = now
        self.staff = staff
        self.contacts = contacts
        self.amounts: DemoWords = words["amounts"]
        self.provinces: list[str] = words["places"]["provinces"]
        self.customers = {customer.code: customer for customer in customers}
        today = now.astimezone(BANGKOK).date()
        subjects = configuration.catalogue.active_subjects(today)
        self.subjects = {subject.code: subject for subject in subjects}
        self.days = self._working_days(today)
        self.known = {row["code"]: row for row in words["known"]}
        self.pool = self._pool(customers)
        self.topics = self._topics()
        self._serials: Counter[object] = Counter()

    def _working_days(self, today: date) -> list[date]:
        """The desk's year."""
        past = [today - timedelta(days=back) for back in range(DAYS_BACK, -1, -1)]
        return [day for day in past if self.configuration.calendar.is_working_day(day)]

    def _pool(self, customers: Sequence[Customer]) -> dict[str, list[Customer]]:
        """Who may come with anything, by customer type."""
        pool: dict[str, list[Customer]] = {}
        twin = self.words["twins"]["note"]
        for customer in customers:
            if customer.code not in self.known and customer.note != twin:
                pool.setdefault(customer.kind, []).append(customer)
        return pool

    def _topics(self) -> list[tuple[str, str]]:
        """Each project with each thing that it is asked about."""
        topics = []
        for project in self.configuration.projects:
            about = self.words["topics"].get(project.name, (project.name,))
            topics += [(project.name, topic) for topic in about]
        return topics

    def row(self, code: str) -> DemoWords:
        """What the data file says of a subject's tickets."""
        row: DemoWords = self.words["subjects"].get(code, self.words["default"])
        return row

    def serial(self, *kind: object) -> int:
        """The next number of this kind."""
        self._serials[kind] += 1
        return self._serials[kind]

    # Choices.

    def pick(self, weights: Mapping[str, int]) -> str:
        """One of these, the heavier the likelier."""
        chosen = self.rng.choices(list(weights), list(weights.values()))
        return chosen[0]

    def officer(self) -> StaffId:
        """Whoever works on a ticket, by share."""
        chosen = self.rng.choices(list(self.staff), list(self.staff.values()))
        return chosen[0]

    def moment(self, day: date) -> datetime:
        """A minute of the working day, or of the one before where that minute lies ahead."""
        calendar = self.configuration.calendar
        opens = datetime.combine(day, time(), BANGKOK)
        minute = self.rng.randrange(1, calendar.day_minutes)
        at = calendar.add(opens, minute)
        if at > self.now:
            return self.moment(self.days[-2])
        return at

    def recorded(self, at: datetime) -> datetime:
        """When it was entered: mostly at once, at times on the next day."""
        if self.rng.random() > self.amounts["backdated"]:
            return at
        calendar = self.configuration.calendar
        later = calendar.add(at, calendar.day_minutes)
        return later if later <= self.now else at

    def customer(self, row: DemoWords, used: set[str] | None = None) -> Customer:
        """Somebody of the types that the row names; some come again and again."""
        kinds = self.words["customer_types"]
        if row.get("types"):
            kinds = {kind: kinds.get(kind, 1) for kind in row["types"]}
        people = self.pool[self.pick(kinds)]
        if used:
            people = [one for one in people if one.code not in used]
        place = self.rng.random() ** REGULARS * len(people)
        return people[int(place)]

    def channel(self, subject: Subject) -> str:
        """One of those that the subject comes by."""
        weights = self.words["channels"]
        channels = subject.channels or ("email",)
        return self.pick({code: weights.get(code, 1) for code in channels})

    def contact_id(self, customer: Customer) -> int | None:
        """One of the customer's contacts."""
        ids = self.contacts.get(customer.code, ())
        if not ids:
            return None
        return self.rng.choice(ids)

    def values(self, customer: Customer | None, at: datetime) -> Values:
        """What the marks in texts stand for."""
        words = self.words["words"]
        rng = self.rng
        project, topic = rng.choice(self.topics)
        speaker = "female" if self._gender(customer) is Gender.FEMALE else "male"
        local = at.astimezone(BANGKOK)
        years_old = min(OLDEST_DATA, int(rng.expovariate(0.6)))
        last_year = local.year + BUDDHIST_OFFSET - 1
        return {
            "project": project,
            "topic": topic,
            "year": str(last_year - years_old),
            "month": words["months"][(local.month - 2) % 12],
            "province": rng.choice(self.provinces),
            "place": self._place(customer),
            "other": rng.choice(words["other"]),
            "count": str(rng.randint(1, 5)),
            "pages": str(rng.randint(4, 80)),
            "visits": str(rng.randint(200, 4000)),
            "customer": customer.name if customer else "",
            "requester": "",
            "contract": "{contract}",
            "ticket": "{ticket}",
            **words[speaker],
        }

    def _gender(self, customer: Customer | None) -> Gender:
        if customer is not None and customer.gender:
            return customer.gender
        return self.rng.choice((Gender.FEMALE, Gender.MALE))

    def _place(self, customer: Customer | None) -> str:
        """The province that the customer's name has, else the capital."""
        if customer is None:
            return self.provinces[0]
        named = [province for province in self.provinces if province in customer.name]
        return named[0] if named else self.provinces[0]
