"""What the rows of a report are called, and the keys that people mean by what they write."""

from collections.abc import Callable, Mapping
from datetime import date

from domain.configuration import Configuration
from domain.dates.days import format_date, format_month
from domain.reports.requests import Dimension


def row_name(configuration: Configuration, by: Dimension, key: str) -> str:
    """Returns what a row is called: by the catalogue, else by its own key."""
    name = _NAMES.get(by)
    if name is None or not key:
        return key
    return name(configuration, key)


_NAMES: Mapping[Dimension, Callable[[Configuration, str], str]] = {
    Dimension.SUBJECT: lambda office, key: office.catalogue.subject_label(key),
    Dimension.SUBJECT_GROUP: lambda office, key: office.catalogue.subject_label(key),
    Dimension.CHANNEL: lambda office, key: office.catalogue.channel_name(key),
    Dimension.TYPE: lambda office, key: office.catalogue.type_name(key),
    Dimension.DAY: lambda _office, key: format_date(date.fromisoformat(key)),
    Dimension.MONTH: lambda _office, key: format_month(date.fromisoformat(f"{key}-01")),
}
