"""What the rows of a report are called, and the keys that are meant by what somebody writes."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from domain.configuration import Configuration
from domain.customers.provinces import find_province
from domain.dates.days import format_date, format_month
from domain.errors import InvalidInput
from domain.reports.requests import Dimension
from domain.text import clean, fold
from domain.tickets.records import Complexity, Mood, Urgency


def row_name(
    configuration: Configuration,
    by: Dimension,
    key: str,
    language: str = "th",
) -> str:
    """Returns what readers of "th" or "en" call a row: by the catalogue, else by its own key."""
    name = _NAMES.get(by)
    if name is None or not key:
        return key
    return name(configuration, key, language)


def _day(_office: Configuration, key: str, language: str) -> str:
    return format_date(date.fromisoformat(key), language=language)


def _month(_office: Configuration, key: str, language: str) -> str:
    return format_month(date.fromisoformat(f"{key}-01"), language=language)


_NAMES: Mapping[Dimension, Callable[[Configuration, str, str], str]] = {
    Dimension.SUBJECT: lambda office, *row: office.catalogue.subject_label(*row),
    Dimension.SUBJECT_GROUP: lambda office, *row: office.catalogue.subject_label(*row),
    Dimension.CHANNEL: lambda office, *row: office.catalogue.channel_name(*row),
    Dimension.TYPE: lambda office, *row: office.catalogue.type_name(*row),
    Dimension.DAY: _day,
    Dimension.MONTH: _month,
}


@dataclass(frozen=True, slots=True)
class KnownKeys:
    """Where keys are looked up: the office's data, and the names of its people and teams."""

    office: Configuration
    people: Collection[str] = ()
    teams: Collection[str] = ()

    def find(self, dimension: Dimension, typed: str) -> str:
        """Returns the key that is meant by a code or a name, "" for those that have none.

        Raises InvalidInput("report_key") where nothing is called so."""
        typed = clean(typed)
        key = _FINDS[dimension](self, typed) if typed else ""
        if key is None:
            raise InvalidInput("report_key", dimension=dimension, text=typed[:40])
        return key


Finds = Callable[[KnownKeys, str], str | None]


def _named(named: Iterable[tuple[str, str]], typed: str) -> str | None:
    """Returns the key of what is called so, in any letters; None where that is not one."""
    wanted = fold(typed)
    keys = {key for key, name in named if name == typed or (wanted and fold(name) == wanted)}
    return keys.pop() if len(keys) == 1 else None


def _subject(known: KnownKeys, typed: str) -> str | None:
    subjects = known.office.catalogue.subjects
    if typed in subjects:
        return typed
    return _named([(code, one.name) for code, one in subjects.items()], typed)


def _subject_group(known: KnownKeys, typed: str) -> str | None:
    code = _subject(known, typed)
    if code is None or known.office.catalogue.subjects[code].parent:
        return None
    return code


def _channel(known: KnownKeys, typed: str) -> str | None:
    channels = known.office.catalogue.channels
    if typed in channels:
        return typed
    return _named(_spelt((one.code, one.name, one.words) for one in channels.values()), typed)


def _type(known: KnownKeys, typed: str) -> str | None:
    types = known.office.catalogue.customer_types
    if typed in types:
        return typed
    return _named(_spelt((one.code, one.name, one.words) for one in types.values()), typed)


def _project(known: KnownKeys, typed: str) -> str | None:
    projects = known.office.projects
    if typed in {one.name for one in projects}:
        return typed
    return _named(_spelt((one.name, one.name, one.words) for one in projects), typed)


def _spelt(named: Iterable[tuple[str, str, Collection[str]]]) -> Iterable[tuple[str, str]]:
    for key, name, words in named:
        for spelling in (name, *words):
            yield key, spelling


def _one_of(names: Collection[str], typed: str) -> str | None:
    if typed in names:
        return typed
    return _named([(name, name) for name in names], typed)


def _value_of(kind: type[StrEnum]) -> Finds:
    def find(_known: KnownKeys, typed: str) -> str | None:
        return typed if typed in {one.value for one in kind} else None

    return find


def _like(pattern: str) -> Finds:
    def find(_known: KnownKeys, typed: str) -> str | None:
        return typed if re.fullmatch(pattern, typed, re.ASCII) else None

    return find


_MONTH = r"\d{4}-(?:0[1-9]|1[0-2])"
_FINDS: Mapping[Dimension, Finds] = {
    Dimension.SUBJECT: _subject,
    Dimension.SUBJECT_GROUP: _subject_group,
    Dimension.CHANNEL: _channel,
    Dimension.TYPE: _type,
    Dimension.PROJECT: _project,
    Dimension.PROVINCE: lambda _known, typed: find_province(typed) or None,
    Dimension.OFFICER: lambda known, typed: _one_of(known.people, typed),
    Dimension.TEAM: lambda known, typed: _one_of(known.teams, typed),
    Dimension.COMPLEXITY: _value_of(Complexity),
    Dimension.URGENCY: _value_of(Urgency),
    Dimension.MOOD: _value_of(Mood),
    Dimension.DAY: _like(rf"{_MONTH}-(?:0[1-9]|[12]\d|3[01])"),
    Dimension.MONTH: _like(_MONTH),
    Dimension.WEEKDAY_HOUR: _like(r"[1-7]-(?:[01]\d|2[0-3])"),
}
