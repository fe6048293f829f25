"""The catalogue: channels, subjects and customer types, and what each subject asks for."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from domain.data import TomlTable
from domain.errors import NotFound
from domain.text import clean, digits
from domain.tickets.fields import ASKING_ORDER

ALWAYS_REQUIRED = ("details", "result")

_SUBJECT_KEYS = (
    "name",
    "english",
    "words",
    "channels",
    "time_table",
    "requires",
    "asks",
    "forwards",
    "without_customer",
    "from",
    "until",
)
_TYPE_KEYS = ("name", "english", "person", "words", "letters")
_NUMBER = re.compile(r"(\d+)(?:\.(\d+))?", re.ASCII)
_CODE = re.compile(r"\d+(\.\d+)?|[a-z][a-z0-9_]*(\.[a-z0-9_]+)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Channel:
    """How a customer reaches the desk; `words` are what people type for it, casefolded."""

    code: str
    name: str
    words: tuple[str, ...] = ()
    english: str = ""


@dataclass(frozen=True, slots=True)
class CustomerType:
    """A kind of customer; `person` = the gender is asked, `words` = what else registers call it.

    `letters` = the language of letters to them where a name in Latin letters leaves it open."""

    code: str
    name: str
    person: bool = False
    words: tuple[str, ...] = ()
    letters: str = ""
    english: str = ""


@dataclass(frozen=True, slots=True)
class CustomerGroup:
    """Several types by their common name, for a customer who is known no more closely."""

    code: str
    name: str
    types: tuple[str, ...]
    english: str = ""


@dataclass(frozen=True, slots=True)
class Requirement:
    """A field a subject asks for, by these channels and from these customer types (none listed =
    any).

    `unless_free`: only where the price is a positive amount, since price 0 needs no receipt. `hint`
    says what this subject wants in it."""

    field: str
    channels: tuple[str, ...] = ()
    customer_types: tuple[str, ...] = ()
    unless_free: bool = False
    hint: str = ""

    def applies(
        self,
        channel: str,
        customer_type: str,
        price: Decimal | None,
    ) -> bool:
        """Returns whether a ticket by this channel, for this type of customer and at this price
        (baht) needs it.
        """
        if self.channels and channel not in self.channels:
            return False
        if self.customer_types and customer_type not in self.customer_types:
            return False
        # No price yet is no price: the receipt is asked for once there is one.
        costs = price is not None and price > 0
        return costs or not self.unless_free


@dataclass(frozen=True, slots=True)
class Subject:
    """What a ticket is about (DOMAIN.md section 4).

    `channels` empty = any. Closing insists on `requires`; `asks` are prompts that may be passed
    over. `from_on` and `until_on` are the first and last day it can be chosen. A group with members
    of its own is not `selectable`. `words` are what people type for it, casefolded. `forwards` =
    the ticket of a forwarded mail, which names a second one. `without_customer` = its tickets
    usually have no customer: none is asked for."""

    code: str
    name: str
    parent: str | None = None
    channels: tuple[str, ...] = ()
    time_table: str | None = None
    requires: tuple[Requirement, ...] = ()
    asks: tuple[Requirement, ...] = ()
    from_on: date | None = None
    until_on: date | None = None
    selectable: bool = True
    words: tuple[str, ...] = ()
    forwards: bool = False
    without_customer: bool = False
    english: str = ""

    def active(self, on: date) -> bool:
        """Returns whether it is in use on that date, both ends included."""
        if self.from_on is not None and on < self.from_on:
            return False
        return self.until_on is None or on <= self.until_on

    def is_named(self, words: Collection[str]) -> bool:
        """Returns whether all these words, in small letters, stand in its names."""
        names = f"{self.name} {self.english}".casefold()
        return all(word in names for word in words)

    @property
    def is_numbered(self) -> bool:
        """Whether its code is a number: the incoming-mail subjects have none."""
        return _NUMBER.fullmatch(self.code) is not None

    @property
    def label(self) -> str:
        """Number and name; the name alone of a subject without a number."""
        return self.label_in("th")

    def label_in(self, language: str) -> str:
        """Returns the label for readers of "th" or "en"."""
        name = name_in(self, language)
        return f"{self.code} {name}" if self.is_numbered else name


def name_in(entry: Channel | CustomerType | CustomerGroup | Subject, language: str) -> str:
    """Returns what readers of "th" or "en" call it; without an English name it has its own in
    both.
    """
    if language == "en" and entry.english:
        return entry.english
    return entry.name


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Channels, subjects and customer types by code, in catalogue order."""

    channels: Mapping[str, Channel]
    subjects: Mapping[str, Subject]
    customer_types: Mapping[str, CustomerType]
    customer_groups: Mapping[str, CustomerGroup] = field(default_factory=dict)

    @property
    def type_names(self) -> Mapping[str, str]:
        """Code -> name of every customer type and of every group of them."""
        return self.type_names_in("th")

    def type_names_in(self, language: str) -> Mapping[str, str]:
        """Returns the same for readers of "th" or "en"."""
        types = {code: name_in(one, language) for code, one in self.customer_types.items()}
        groups = {code: name_in(one, language) for code, one in self.customer_groups.items()}
        return types | groups

    @property
    def type_words(self) -> Mapping[str, str]:
        """What people and registers call the types -> code."""
        types = self.customer_types.values()
        return {word: one.code for one in types for word in (one.name, *one.words)}

    def type_name(self, code: str, language: str = "th") -> str:
        """Returns what a customer type or a group of them is called; one that the catalogue no
        longer has stands for itself.
        """
        return self.type_names_in(language).get(code, code)

    def subject(self, code: str) -> Subject:
        """Returns the subject with that code, in use or not; raises NotFound("subject")."""
        if code not in self.subjects:
            raise NotFound("subject", code=code)
        return self.subjects[code]

    def channel(self, code: str) -> Channel:
        """Returns the channel with that code; raises NotFound("channel")."""
        if code not in self.channels:
            raise NotFound("channel", code=code)
        return self.channels[code]

    def subject_label(self, code: str, language: str = "th") -> str:
        """Returns what a subject is called; a code that the catalogue no longer has stands for
        itself.
        """
        if code not in self.subjects:
            return code
        return self.subjects[code].label_in(language)

    def channel_name(self, code: str, language: str = "th") -> str:
        """Returns what a channel is called; a code that the catalogue no longer has stands for
        itself.
        """
        if code not in self.channels:
            return code
        return name_in(self.channels[code], language)

    def active_subjects(self, on: date, channel: str | None = None) -> list[Subject]:
        """Returns the subjects to choose from on that date; with a channel, only those that fit
        it.
        """
        # A group is chosen by one of its members.
        found = [one for one in self.subjects.values() if one.selectable and one.active(on)]
        if channel is None:
            return found
        return [one for one in found if self.fits(one.code, channel)]

    def fits(self, subject: str, channel: str) -> bool:
        """Returns whether the subject lists the channel, or none at all; a misfit is a warning, not
        a wall.
        """
        channels = self.subject(subject).channels
        return not channels or channel in channels

    def find_subjects(self, text: str, on: date) -> list[Subject]:
        """Returns the subjects to choose from by exact code (Thai digits too), else by names that
        hold all words typed.

        The code of a group finds its members."""
        text = digits(clean(text)).casefold()
        active = self.active_subjects(on)
        coded = [subject for subject in active if text in (subject.code, subject.parent)]
        words = text.split()
        # A number typed means that subject, whatever names hold the same figures.
        if coded or not words:
            return coded
        return [subject for subject in active if subject.is_named(words)]

    def required_for_closing(
        self,
        ticket_subject: str,
        channel: str,
        customer_type: str,
        price: Decimal | None,
    ) -> tuple[str, ...]:
        """Returns the fields that closing insists on, in asking order ("What a subject asks for",
        bold type).

        `customer_type` may be "" (no customer), `price` is in baht. Raises NotFound("subject")."""
        requires = self.subject(ticket_subject).requires
        needed = {one.field for one in requires if one.applies(channel, customer_type, price)}
        needed.update(ALWAYS_REQUIRED)
        return tuple(field for field in ASKING_ORDER if field in needed)

    def prompts(
        self,
        ticket_subject: str,
        channel: str,
        customer_type: str,
        price: Decimal | None,
    ) -> tuple[str, ...]:
        """Returns the fields asked for that may be passed over, in asking order; none that closing
        insists on.
        """
        asks = self.subject(ticket_subject).asks
        asked = {one.field for one in asks if one.applies(channel, customer_type, price)}
        required = self.required_for_closing(ticket_subject, channel, customer_type, price)
        return tuple(field for field in ASKING_ORDER if field in asked - set(required))

    def wants(self, ticket_subject: str, field: str) -> bool:
        """Returns whether the subject ever asks for the field, by whatever channel and from
        whomever; False for none.
        """
        return any(one.field == field for one in self._asked(ticket_subject))

    def hint(self, ticket_subject: str, channel: str, field: str) -> str:
        """Returns what the subject wants in that field when it comes by that channel; "" where it
        says nothing.
        """
        for one in self._asked(ticket_subject):
            fits = not one.channels or channel in one.channels
            if one.field == field and fits and one.hint:
                return one.hint
        return ""

    def _asked(self, ticket_subject: str) -> tuple[Requirement, ...]:
        """Returns all that a subject asks for; nothing for one that the catalogue lacks."""
        subject = self.subjects.get(ticket_subject)
        if subject is None:
            return ()
        return (*subject.requires, *subject.asks)

    @property
    def channel_words(self) -> Mapping[str, str]:
        """Casefolded word -> code of the channel that it means: its name, and what people type."""
        return {
            word.casefold(): channel.code
            for channel in self.channels.values()
            for word in (channel.name, *channel.words)
        }

    @property
    def subject_words(self) -> Mapping[str, str]:
        """Casefolded word -> code of the subject for which people type it.

        A subject without a number is meant by its name, too.
        """
        return {
            word.casefold(): one.code
            for one in self.subjects.values()
            for word in (one.words if one.is_numbered else (*one.words, one.name))
        }

    @property
    def subject_numbers(self) -> frozenset[str]:
        """The numbers of the subjects that can be chosen."""
        return frozenset(
            one.code for one in self.subjects.values() if one.selectable and one.is_numbered
        )

    @property
    def sales(self) -> frozenset[str]:
        """The subjects that ask every customer for a price."""
        return frozenset(
            code
            for code, one in self.subjects.items()
            if any(_is_sale(asked) for asked in one.requires)
        )


def _is_sale(asked: Requirement) -> bool:
    return asked.field == "price" and not asked.customer_types


def read_catalogue(root: TomlTable) -> Catalogue:
    """Reads the `channels`, `customer_types` and `subjects` tables; raises DataError for a wrong
    row.
    """
    channels = _read_channels(root.table("channels"))
    customer_types = _read_types(root.table("customer_types"))
    groups = _read_groups(root.table("customer_groups"), customer_types)
    rows = _rows(root.table("subjects"), _SUBJECT_KEYS)
    reader = _SubjectReader(
        rows=rows,
        channels=channels,
        customer_types=customer_types,
        time_tables=root.table("time_standard").values,
        groups=groups,
    )
    subjects: dict[str, Subject] = {}
    # A group stands before its members, which take over what they do not say themselves.
    for code in sorted(rows, key=_catalogue_order):
        subjects[code] = reader.read(code, subjects)
    return Catalogue(channels, subjects, customer_types, groups)


def _read_types(table: TomlTable) -> dict[str, CustomerType]:
    types: dict[str, CustomerType] = {}
    for code, row in _rows(table, _TYPE_KEYS).items():
        types[code] = CustomerType(
            code,
            row.text("name"),
            person=row.flag("person"),
            words=row.texts("words"),
            letters=row.text("letters", ""),
            english=row.text("english", ""),
        )
    return types


def _read_groups(table: TomlTable, customer_types: Collection[str]) -> dict[str, CustomerGroup]:
    groups: dict[str, CustomerGroup] = {}
    for code, row in _rows(table, ("name", "english", "types")).items():
        if code in customer_types:
            raise row.refusal(f'"{code}" is a customer type already')
        name = row.text("name")
        types = row.codes("types", customer_types, "customer type")
        groups[code] = CustomerGroup(code, name, types, row.text("english", ""))
    return groups


def _read_channels(table: TomlTable) -> dict[str, Channel]:
    """Returns the channels; a word may stand for one of them only."""
    channels: dict[str, Channel] = {}
    owners: dict[str, str] = {}
    for code, row in _rows(table, ("name", "english", "words")).items():
        words = tuple(word.casefold() for word in row.texts("words"))
        channels[code] = Channel(code, row.text("name"), words, row.text("english", ""))
        for word in (*words, channels[code].name.casefold()):
            # One word for two channels would choose the one that happens to come first.
            if owners.setdefault(word, code) != code:
                raise row.refusal(f'"{word}" already means {owners[word]}', "words")
    return channels


def _rows(table: TomlTable, keys: Collection[str]) -> dict[str, TomlTable]:
    """Returns the rows of a table by code, their codes and keys checked."""
    rows = dict(table.tables())
    for code, row in rows.items():
        if not _CODE.fullmatch(code):
            raise row.refusal(f'"{code}" is no code; use a-z, 0-9 and _ (a subject: 6 or 6.1)')
        row.check_keys(keys)
    return rows


def _catalogue_order(code: str) -> tuple[int, int, int]:
    """Returns what subjects are ordered by: numbers first, in their order, so that a subject the
    office adds stands among its like.
    """
    number = _NUMBER.fullmatch(code)
    if number is None:
        return 1, 0, 0
    return 0, int(number[1]), int(number[2] or 0)


@dataclass(frozen=True, slots=True)
class _SubjectReader:
    """Reads subject rows against the tables they refer to."""

    rows: Mapping[str, TomlTable]
    channels: Collection[str]
    customer_types: Collection[str]
    time_tables: Collection[str]
    groups: Mapping[str, CustomerGroup]

    def read(self, code: str, earlier: Mapping[str, Subject]) -> Subject:
        """Reads one subject; it has the time table and dates of its group, which is read before it,
        where it has none of its own.
        """
        row = self.rows[code]
        group = self._group(code, row, earlier)
        from_on = row.day("from")
        until_on = row.day("until")
        if group is not None:
            from_on = from_on or group.from_on
            until_on = until_on or group.until_on
        if from_on and until_on and from_on > until_on:
            raise row.refusal(f"from {from_on} is after until {until_on}")
        time_table = self._time_table(row, group)
        return Subject(
            code,
            row.text("name"),
            parent=group.code if group else None,
            time_table=time_table,
            channels=row.codes("channels", self.channels, "channel"),
            requires=self._requirements(row, "requires"),
            asks=self._requirements(row, "asks"),
            from_on=from_on,
            until_on=until_on,
            # A subject with members is only their heading.
            selectable=not any(other.startswith(f"{code}.") for other in self.rows),
            words=tuple(word.casefold() for word in row.texts("words")),
            forwards=row.flag("forwards"),
            without_customer=row.flag("without_customer"),
            english=row.text("english", ""),
        )

    def _time_table(self, row: TomlTable, group: Subject | None) -> str | None:
        inherited = (group.time_table or "") if group else ""
        name = row.text("time_table", inherited)
        if name and name not in self.time_tables:
            known = ", ".join(self.time_tables)
            raise row.refusal(f'"{name}" is no time table; use one of {known}', "time_table")
        return name or None

    def _group(
        self,
        code: str,
        row: TomlTable,
        earlier: Mapping[str, Subject],
    ) -> Subject | None:
        """Returns the subject 6 of 6.1; None for a subject without a dot."""
        number = _NUMBER.fullmatch(code)
        if number is None or number[2] is None:
            return None
        group = number[1]
        if group not in earlier:
            mend = f'its group [subjects."{group}"] does not exist; add it or mend the number'
            raise row.refusal(mend)
        return earlier[group]

    def _requirements(self, row: TomlTable, key: str) -> tuple[Requirement, ...]:
        return tuple(self._requirement(row, key, item) for item in row.items(key))

    def _requirement(self, row: TomlTable, key: str, item: object) -> Requirement:
        """Reads a requirement: a field name alone, or a table with the channels, customer types and
        price it depends on.
        """
        values = {"field": item} if isinstance(item, str) else item
        if not isinstance(values, Mapping):
            raise row.refusal(f'{item!r} must be a field name or {{ field = "..." }}', key)
        one = TomlTable(values, (*row.path, key), row.documents)
        one.check_keys(("field", "channels", "customer_types", "unless_free", "hint"))
        name = one.text("field")
        if name not in ASKING_ORDER:
            raise row.refusal(f'"{name}" is no field; use one of {", ".join(ASKING_ORDER)}', key)
        channels = one.codes("channels", self.channels, "channel")
        types = one.codes("customer_types", self.customer_types, "customer type")
        return Requirement(
            name,
            channels=channels,
            customer_types=self._with_groups(types),
            unless_free=one.flag("unless_free"),
            hint=one.text("hint", ""),
        )

    def _with_groups(self, types: tuple[str, ...]) -> tuple[str, ...]:
        """Returns these types, and the groups of which they are all."""
        if not types:
            return ()
        known = set(types)
        groups = [code for code, group in self.groups.items() if known.issuperset(group.types)]
        return (*types, *groups)
