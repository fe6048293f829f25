"""The phrases of an office: those of report_words.toml, and the words of its catalogue, projects,
provinces and fields. What the office calls something stands in one table, and is taken from there.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from domain.catalogue import Catalogue, Subject
from domain.customers.provinces import list_provinces, province_words
from domain.one_line.line_words import line_words
from domain.one_line.words import STEERED_FIELDS
from domain.reports.requests import Dimension
from domain.reports.words.senses import Phrases, Says, Sense
from domain.reports.words.tables import (
    Parts,
    parts_of,
    phrases,
    question_words,
)
from domain.text import words
from domain.text.titles import strip_titles
from domain.tickets.projects import Project

LEAST_NAME = 9
"""Letters of a beginning of a project's name that surely means it."""
_BRACKETS = re.compile(r"\s*\(([^)]*)\)")
_STEERED = {
    "urgency": "urgencies",
    "mood": "moods",
    "complexity": "complexities",
}
_SIMPLE = (
    ("how_many", "alone", Says.HOW_MANY),
    ("how_many", "most", Says.MOST),
    ("how_many", "least", Says.LEAST),
    ("how_many", "average", Says.AVERAGE),
    ("how_many", "each", Says.EACH),
    ("how_many", "compare", Says.COMPARE),
    ("how_many", "who", Says.WHO),
    ("how_many", "report", Says.REPORT),
)


class RememberedPhrases:
    """An office's phrases, put together when they are first asked for, and anew for another
    catalogue.
    """

    def __init__(self) -> None:
        self._catalogue: Catalogue | None = None
        self._known = Phrases()

    def of(self, catalogue: Catalogue, projects: Iterable[Project]) -> Phrases:
        """Returns the phrases that this catalogue and these projects make."""
        if self._catalogue is not catalogue:
            self._known = OfficePhrases(catalogue, projects).known
            self._catalogue = catalogue
        return self._known


class OfficePhrases:
    """The phrases that an office's catalogue and projects make; put together when they are first
    asked for.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        projects: Iterable[Project],
    ) -> None:
        self.catalogue = catalogue
        self.projects = tuple(projects)

    @cached_property
    def known(self) -> Phrases:
        """All of them; where a phrase may say several things, the first of this order counts."""
        known = Phrases()
        for section, key, says in _SIMPLE:
            known.enter(phrases(section, key), Sense(says))
        _enter_units(known)
        _enter_none(known)
        _enter_dimensions(known)
        _enter_named(
            known,
            "per",
            Says.PER,
        )
        _enter_named(
            known,
            "nouns",
            Says.NOUN,
        )
        _enter_named(
            known,
            "states",
            Says.STATE,
        )
        self._enter_catalogue(known)
        _enter_fields(known)
        _enter_provinces(known)
        _enter_projects(known, self.projects)
        for kind in words("owed_kinds").values:
            spoken = map(parts_of, words("owed_kinds").texts(kind))
            known.enter(spoken, Sense(Says.NOUN, kind))
        known.enter(phrases("says_nothing", "words"), Sense(Says.NOTHING))
        return known

    def _enter_catalogue(self, known: Phrases) -> None:
        catalogue = self.catalogue
        by_name: dict[Parts, list[str]] = {}
        for code, parts in _subject_phrases(catalogue):
            by_name.setdefault(parts, []).append(code)
        for parts, named in by_name.items():
            codes = dict.fromkeys(named)
            known.enter([parts], _filter(Dimension.SUBJECT, *codes))
        for word, code in catalogue.channel_words.items():
            sense = _filter(Dimension.CHANNEL, code)
            known.enter([parts_of(word)], sense)
        self._enter_types(known)

    def _enter_types(self, known: Phrases) -> None:
        """The types of customers; a group of them means all of its types."""
        catalogue = self.catalogue
        for word, code in catalogue.type_words.items():
            sense = _filter(Dimension.TYPE, code)
            known.enter(_plain_names(word), sense)
        groups = {one.code: one.types for one in catalogue.customer_groups.values()}
        for code, name in catalogue.type_names.items():
            types = groups.get(code, (code,))
            called = [parts_of(name), *phrases("types", code)]
            known.enter(called, _filter(Dimension.TYPE, *types))


def person_phrases(
    people: Mapping[str, str],
    teams: Iterable[str],
    me: str,
) -> Phrases:
    """Returns the phrases that name the staff: whole names and single words of them (nicknames)
    that mean one person alone, with what people say before a name; `people` = key by name.
    """
    known = Phrases()
    before = question_words("people").texts("before")
    words_of: dict[str, set[str]] = {}
    for name, key in people.items():
        plain = strip_titles(name.casefold())
        # A number within a name is no name of its own.
        single = [word for word in plain.split() if not word.isdigit()]
        for word in {name.casefold(), plain, *single}:
            words_of.setdefault(word, set()).add(key)
    for word, keys in words_of.items():
        if len(keys) > 1:
            continue
        led = [parts_of(f"{lead} {word}") for lead in before]
        known.enter([parts_of(word), *led], _filter(Dimension.OFFICER, min(keys)))
    for team in teams:
        known.enter([parts_of(team)], _filter(Dimension.TEAM, team))
    if me:
        known.enter(phrases("people", "me"), _filter(Dimension.OFFICER, me))
    return known


def _filter(dimension: Dimension, *keys: str) -> Sense:
    return Sense(
        Says.FILTER,
        dimension=dimension,
        keys=keys,
    )


def _enter_named(
    known: Phrases,
    section: str,
    says: Says,
) -> None:
    for name in question_words(section).values:
        known.enter(phrases(section, name), Sense(says, name))


def _enter_units(known: Phrases) -> None:
    """How many of what: the words for it, and what is counted behind them."""
    units = question_words("units")
    for lead in phrases("how_many", "before"):
        for noun in units.values:
            counted = [(*lead, *unit) for unit in phrases("units", noun)]
            known.enter(counted, Sense(Says.UNIT, noun))
        for name in question_words("dimensions").values:
            dimension = Dimension(name)
            counted = [(*lead, *word) for word in phrases("dimensions", name)]
            known.enter(counted, Sense(Says.BY, dimension=dimension))
        known.enter([lead], Sense(Says.HOW_MANY))


def _enter_dimensions(known: Phrases) -> None:
    """By what: a dimension with a word before or behind it, and those that need none."""
    table = question_words("dimensions_alone")
    alone = table.texts("names")
    not_alone = set(map(parts_of, table.texts("not")))
    for name in question_words("dimensions").values:
        sense = Sense(Says.BY, dimension=Dimension(name))
        for word in phrases("dimensions", name):
            before = (*phrases("by", "before"), *phrases("by", "ranked"))
            known.enter([(*lead, *word) for lead in before], sense)
            known.enter([(*word, *tail) for tail in phrases("by", "behind")], sense)
            if name in alone and word not in not_alone:
                maybe = Sense(Says.MAYBE_BY, dimension=Dimension(name))
                known.enter([word], maybe)


def _enter_none(known: Phrases) -> None:
    """Without something: the words for that before a dimension."""
    table = question_words("none")
    not_alone = set(map(parts_of, question_words("dimensions_alone").texts("not")))
    for name in table.texts("dimensions"):
        sense = _filter(Dimension(name), "")
        for word in phrases("dimensions", name):
            if word not in not_alone:
                known.enter([(*lead, *word) for lead in phrases("none", "before")], sense)


def _subject_phrases(catalogue: Catalogue) -> Iterator[tuple[str, Parts]]:
    """Yields what every subject is called: what the office types for it, its name, and the parts of
    its name.
    """
    own = question_words("subjects")
    for subject in catalogue.subjects.values():
        for word in (*subject.words, *own.texts(subject.code)):
            yield subject.code, parts_of(word)
        for parts in _plain_names(subject.name):
            yield subject.code, parts
        if subject.is_numbered:
            yield from _coded(subject)


def _coded(subject: Subject) -> Iterator[tuple[str, Parts]]:
    """Yields a subject's number, of a group only behind the word for a subject."""
    if "." in subject.code:
        yield subject.code, (subject.code,)
    for word in (*phrases("dimensions", "subject"), *phrases("dimensions", "subject-group")):
        yield subject.code, (*word, subject.code)


def _plain_names(name: str) -> Iterator[Parts]:
    """Yields a name as people say it: whole, without its brackets, and with them glued on."""
    bare = _BRACKETS.sub("", name).strip()
    inner = " ".join(_BRACKETS.findall(name))
    yield parts_of(name)
    yield parts_of(bare)
    yield parts_of(f"{bare} {inner}")
    for separator in ("/", ", "):
        if separator in bare:
            joined = bare.replace(separator, " ")
            yield parts_of(joined)


def _enter_fields(known: Phrases) -> None:
    """Urgency, mood and complexity: by the words that steer a ticket, and what else is said of
    them.
    """
    steer = line_words("steer")
    for name in STEERED_FIELDS:
        dimension = Dimension(name)
        own = question_words(_STEERED[name])
        for table in (own, steer.table(name)):
            for value in table.values:
                spoken = map(parts_of, table.texts(value))
                known.enter(spoken, _filter(dimension, value))


def _enter_provinces(known: Phrases) -> None:
    for province in list_provinces():
        sense = _filter(Dimension.PROVINCE, province)
        for word in province_words(province):
            parts = parts_of(word)
            led = [(*lead, *parts) for lead in phrases("dimensions", "province")]
            known.enter([parts, *led], sense)


def _enter_projects(known: Phrases, projects: Iterable[Project]) -> None:
    survey = words("publicity").text("survey")
    before = (*phrases("dimensions", "project"), *phrases("topics", "before"))
    for project in projects:
        sense = _filter(Dimension.PROJECT, project.name)
        for word in (project.name, *project.marks, *project.words):
            parts = parts_of(word)
            led = [(*lead, *parts) for lead in before]
            known.enter([parts, *led], sense)
            undotted = parts_of(word.replace(".", ""))
            surveyed = parts_of(f"{survey} {word}")
            known.enter([undotted, surveyed], sense)
    spoken = set()
    for project in projects:
        said = (*project.marks, *project.words)
        spoken |= {word.casefold() for word in said}
    for beginning, meant in _beginnings(projects).items():
        # What one survey is called is no beginning of another's name.
        bare = beginning.removeprefix(survey).casefold()
        if len(meant) == 1 and bare not in spoken:
            known.enter([parts_of(beginning)], _filter(Dimension.PROJECT, *meant))


def _beginnings(projects: Iterable[Project]) -> dict[str, set[str]]:
    """Returns the beginnings of the projects' names, with and without the word for a survey, that
    are long enough to be meant, each with the projects that begin so.
    """
    survey = words("publicity").text("survey")
    found: dict[str, set[str]] = {}
    for project in projects:
        for name in {project.name, project.name.removeprefix(survey)}:
            for end in range(LEAST_NAME, len(name) + 1):
                found.setdefault(name[:end], set()).add(project.name)
    return found
