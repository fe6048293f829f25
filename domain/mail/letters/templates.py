"""Templates of letters: what the desk writes to customers, with named places that are filled and
nothing executed.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from domain.data import TomlTable
from domain.dates.days import format_date

LANGUAGES = ("th", "en")
SIGNATURE = "signature"
SEVERAL = "reminder_of_several"
"""The letter that asks for several things at once: each is an item of it."""
COMMON = frozenset({"name", "ticket", "date", "officer"})
"""Places of every template: whom it goes to, the ticket's number, today, and who writes."""
FIELDS: Mapping[str, frozenset[str]] = {
    "contract_reminder": frozenset(
        {"contract_no", "contract_on", "projects", "years", "sent_on", "times"}
    ),
    "research_reminder": frozenset(
        {"contract_no", "contract_on", "projects", "years", "title", "due_on", "times"}
    ),
    "quotation_reminder": frozenset({"projects", "years", "quoted_on", "price"}),
    "fetch_reminder": frozenset({"projects", "years", "told_on"}),
    SEVERAL: frozenset({"count", "items"}),
    "answer": frozenset({"asked_on", "details", "result"}),
}
"""The further places of each template (DOMAIN.md section 8)."""
_INDENT = "   "
"""Before the further lines of an item."""
_PLACE = re.compile(r"\{([^{}\n]*)\}")
_GAP = re.compile(r"\n{3,}")
_OPTIONAL = re.compile(r"\[([^\[\]{}]*\{([a-z_]+)\}[^\[\]{}]*)\]")


@dataclass(frozen=True, slots=True)
class Template:
    """A letter with places such as `{name}`; `item` = what it asks for, among other things in one
    letter, "" where it asks for nothing.
    """

    subject: str
    body: str
    item: str = ""


@dataclass(frozen=True, slots=True)
class Letter:
    """A filled template: one line of subject, and the text."""

    subject: str
    body: str


Templates = Mapping[str, Mapping[str, Template]]


def read_templates(root: TomlTable) -> Templates:
    """Reads the table `templates`, by name and language; the DataError it raises names file and row
    of an unknown place.

    `{signature}` is the template of that name (without a subject), put into every letter."""
    table = root.table("templates")
    table.check_keys((*FIELDS, SIGNATURE))
    signatures = {}
    for language in LANGUAGES:
        row = _row(table, SIGNATURE, language)
        row.check_keys(("body",))
        signatures[language] = _checked(row, "body", COMMON)
    of_signature = {language: Template("", text) for language, text in signatures.items()}
    templates = {SIGNATURE: of_signature}
    for name, fields in FIELDS.items():
        templates[name] = {}
        for language, signature in signatures.items():
            row = _row(table, name, language)
            templates[name][language] = _read(row, fields | COMMON, signature)
    return templates


def _row(table: TomlTable, name: str, language: str) -> TomlTable:
    rows = table.table(name)
    rows.check_keys(LANGUAGES)
    return rows.table(language)


def _read(row: TomlTable, known: frozenset[str], signature: str) -> Template:
    row.check_keys(("subject", "body", "item"))
    subject = _checked(row, "subject", known)
    if "\n" in subject:
        raise row.refusal("must be one line", "subject")
    body = _checked(row, "body", known | {SIGNATURE})
    item = _checked(row, "item", known) if "item" in row.values else ""
    return Template(subject, body.replace(f"{{{SIGNATURE}}}", signature), item)


def _checked(row: TomlTable, key: str, known: frozenset[str]) -> str:
    text = row.text(key)
    for place in _PLACE.findall(text):
        if place not in known:
            names = ", ".join(sorted(known))
            raise row.refusal(f"unknown field {{{place}}}; use one of {names}", key)
    return text


def fill(template: Template, values: Mapping[str, str]) -> Letter:
    """Writes the letter. A line whose places are all empty is left out, and so is a part of the
    subject in [ ]; what a value holds is never filled again.

    A place that `values` lacks is empty."""
    given = {place: value.strip() for place, value in values.items()}
    lines = _lines(template.body, given)
    body = "\n".join(lines)
    body = _GAP.sub("\n\n", body).strip()

    def optional(part: re.Match[str]) -> str:
        return part[1] if given.get(part[2]) else ""

    wanted = _OPTIONAL.sub(optional, template.subject)
    subject = _filled(wanted, given)
    return Letter(" ".join(subject.split()), body)


def _lines(text: str, given: Mapping[str, str]) -> list[str]:
    """Returns the filled lines; one that would say nothing but its label is left out."""
    lines = []
    for line in text.split("\n"):
        places = _PLACE.findall(line)
        if not places or any(given.get(place) for place in places):
            lines.append(_filled(line, given))
    return lines


def numbered_items(items: Iterable[tuple[Template, Mapping[str, str]]]) -> str:
    """Returns what several letters ask for as one list: each template's item, filled in, under its
    number.
    """
    written = []
    for number, (template, values) in enumerate(items, start=1):
        first, *further = _lines(template.item or template.subject, values)
        written.append("\n".join((f"{number}. {first}", *(_INDENT + line for line in further))))
    return "\n\n".join(written)


def _filled(line: str, given: Mapping[str, str]) -> str:
    return _PLACE.sub(lambda found: given.get(found[1], ""), line)


def letter_date(on: date, language: str) -> str:
    """Writes a date as letters do: the Buddhist Era in Thai, 19 February 2020 in English."""
    if language == "th":
        return format_date(on, full=True)
    return f"{on.day} {on:%B} {on.year}"
