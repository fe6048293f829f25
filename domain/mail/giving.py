"""Who gets a new mail, by the office's rules (data/mail.toml, [intake.rules]). Pure."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from domain.catalogue import Catalogue
from domain.customers.provinces import find_province, provinces_in
from domain.data import TomlTable
from domain.mail.raw.types import ReadMail
from domain.mail.sorting_rules import word_pattern
from domain.staff import Staff, StaffId

READ = 20_000
"""Characters of a mail in which words and provinces are looked for."""
KEYS = (
    "mailboxes",
    "words",
    "subjects",
    "provinces",
    "people",
    "teams",
    "assign",
)

MOST = 100
"""Addresses that are kept of whom a mail was sent to."""
DELIVERED = (
    "delivered-to",
    "x-original-to",
    "envelope-to",
    "x-envelope-to",
)
"""Headers in which a server says for which address a mail came."""


def sent_to(read: ReadMail) -> list[str]:
    """Returns whom a mail was sent to, in small letters: by its server, and by its writer."""
    found: list[str] = []
    for name in DELIVERED:
        found += read.headers.get(name, ())
    for address in (*read.to, *read.cc):
        found.append(address.email)
    plain = [each.strip(" <>").casefold() for each in found]
    return [*dict.fromkeys(filter(None, plain))][:MOST]


@dataclass(frozen=True)
class MailFacts:
    """What rules go by: the addresses that a mail was sent to, in small letters, its subject line
    and text, and the catalogue's subject of its ticket.
    """

    sent_to: Collection[str]
    words: str
    subject: str

    @cached_property
    def text(self) -> str:
        """As much of the words as is read."""
        return self.words[:READ]

    @cached_property
    def provinces(self) -> Collection[str]:
        """Those that are named."""
        return frozenset(provinces_in(self.text))


MailCondition = Callable[[MailFacts], bool]


@dataclass(frozen=True, slots=True)
class GivingRule:
    """Mails that meet all `conditions` are for these people, by their names or work addresses in
    small letters, and for the members of these teams. `assign` = one of them, who has the least to
    do, gets the ticket; else all of them are told.
    """

    name: str
    conditions: tuple[MailCondition, ...]
    people: frozenset[str]
    teams: frozenset[str]
    assign: bool

    def fits(self, facts: MailFacts) -> bool:
        """Returns whether a mail meets every condition."""
        return all(condition(facts) for condition in self.conditions)

    def means(self, person: Staff) -> bool:
        """Returns whether a member of staff is named."""
        return not self.people.isdisjoint(_names_of(person))


def _names_of(person: Staff) -> tuple[str, str]:
    return person.name.casefold(), person.email.casefold()


def find_rule(rules: Sequence[GivingRule], facts: MailFacts) -> GivingRule | None:
    """Returns the first rule that a mail meets; None where there is none."""
    return next((rule for rule in rules if rule.fits(facts)), None)


def named_people(
    rule: GivingRule,
    at_work: Sequence[Staff],
    teams: Mapping[str, Collection[StaffId]],
) -> list[StaffId]:
    """Returns those at work whom a rule names, by themselves or as members of a team."""
    members = {who for team in teams if team.casefold() in rule.teams for who in teams[team]}
    return [person.id for person in at_work if rule.means(person) or person.id in members]


def least_loaded(people: Sequence[StaffId], loads: Mapping[StaffId, int]) -> StaffId | None:
    """Returns who of these has the least to do, of equals the first; None where there is nobody."""
    return min(people, key=lambda who: loads.get(who, 0), default=None)


def unknown_names(
    rules: Sequence[GivingRule], people: Sequence[Staff], teams: Collection[str]
) -> list[tuple[str, str]]:
    """Returns whom the rules name and nobody knows, each behind the name of its rule."""
    known = {name for person in people for name in _names_of(person)}
    known_teams = _small(teams)
    found = []
    for rule in rules:
        missing = [*rule.people - known, *rule.teams - known_teams]
        found += [(rule.name, each) for each in sorted(missing)]
    return found


def read_giving(table: TomlTable, catalogue: Catalogue) -> tuple[GivingRule, ...]:
    """Reads the rules in the order of the file; the DataError it raises names rule and key."""
    return tuple(_read_rule(name, row, catalogue) for name, row in table.tables())


def _read_rule(name: str, row: TomlTable, catalogue: Catalogue) -> GivingRule:
    row.check_keys(KEYS)
    people = row.texts("people")
    teams = row.texts("teams")
    if not people + teams:
        raise row.refusal("names nobody; say who gets these mails", "people")
    wanted = {
        _sent_to_any: _read_addresses(row),
        _says_any: row.texts("words"),
        _is_about_any: _read_subjects(row, catalogue),
        _names_any: _read_provinces(row),
    }
    return GivingRule(
        name=name,
        conditions=tuple(make(values) for make, values in wanted.items() if values),
        people=_small(people),
        teams=_small(teams),
        assign=row.values.get("assign") is None or row.flag("assign"),
    )


def _small(texts: Iterable[str]) -> frozenset[str]:
    return frozenset(text.casefold() for text in texts)


def _read_addresses(row: TomlTable) -> tuple[str, ...]:
    addresses = row.texts("mailboxes")
    for address in addresses:
        if "@" not in address:
            raise row.refusal(f'"{address}" is no e-mail address', "mailboxes")
    return addresses


def _read_subjects(row: TomlTable, catalogue: Catalogue) -> tuple[str, ...]:
    """Reads codes of subjects, and of groups, which stand before their dot."""
    groups = [code.partition(".")[0] for code in catalogue.subjects]
    known = dict.fromkeys([*catalogue.subjects, *groups])
    return row.codes("subjects", known, "subject of the catalogue")


def _read_provinces(row: TomlTable) -> tuple[str, ...]:
    provinces = []
    for text in row.texts("provinces"):
        province = find_province(text)
        if not province:
            raise row.refusal(f'"{text}" is no province', "provinces")
        provinces.append(province)
    return tuple(provinces)


# Conditions.


def _sent_to_any(addresses: Iterable[str]) -> MailCondition:
    wanted = _small(addresses)
    return lambda facts: not wanted.isdisjoint(facts.sent_to)


def _says_any(words: Iterable[str]) -> MailCondition:
    pattern = word_pattern(words)
    return lambda facts: pattern.search(facts.text) is not None


def _is_about_any(codes: Iterable[str]) -> MailCondition:
    groups = tuple(f"{code}." for code in codes)
    return lambda facts: f"{facts.subject}.".startswith(groups)


def _names_any(provinces: Iterable[str]) -> MailCondition:
    wanted = frozenset(provinces)
    return lambda facts: not wanted.isdisjoint(facts.provinces)
