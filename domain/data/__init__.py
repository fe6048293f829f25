"""The package's own TOML files and the office's one override file, read as tables that can refuse
by name.
"""

import re
import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path

from domain.errors import DataError

DEFAULT_FILES = (
    "catalogue.toml",
    "time_standard.toml",
    "working_calendar.toml",
    "projects.toml",
    "requests.toml",
    "reminders.toml",
    "templates.toml",
    "letters.toml",
    "mail.toml",
    "suggestions.toml",
    "posting.toml",
    "reach.toml",
    "organisations.toml",
    "operating.toml",
    "reports.toml",
)

MOST_BYTES = 500_000
"""A file that is larger holds something else than an office's rules."""
_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)", re.ASCII)


@dataclass(frozen=True, slots=True)
class TomlFile:
    """One TOML file as parsed; `name` is what an error calls it."""

    name: str
    values: Mapping[str, object]

    def holds(self, path: tuple[str, ...]) -> bool:
        """Returns whether this file itself sets the table or key at `path`."""
        here: object = self.values
        for key in path:
            if not isinstance(here, Mapping) or key not in here:
                return False
            here = here[key]
        return True


@dataclass(frozen=True, slots=True)
class TomlTable:
    """A table of the merged files. Every reader raises DataError naming file, table, key and what
    to mend.
    """

    values: Mapping[str, object]
    path: tuple[str, ...]
    documents: tuple[TomlFile, ...]
    _read: dict[str, tuple[str, ...]] = field(default_factory=dict, compare=False, repr=False)
    """Lists of texts by their keys, as far as they were asked for."""

    def refusal(self, mend: str, key: str = "") -> DataError:
        """Returns the error to raise about `key` of this table; blames the last file that sets
        it.
        """
        # The last file that sets it is the one that the office edits.
        owners = self._owners(self.path)
        where = []
        if self.path:
            table = ".".join(map(_quoted, self.path))
            where.append(f"[{table}]")
        if key:
            owners = self._owners((*self.path, key)) or owners
            where.append(key)
        return DataError(f"{owners[-1]}: {' '.join(where)}: {mend}")

    def _owners(self, path: tuple[str, ...]) -> list[str]:
        """Returns the names of the files that set the table or key at `path`."""
        return [document.name for document in self.documents if document.holds(path)]

    def check_keys(self, known: Collection[str]) -> None:
        """Refuses the first key that is not in `known`: a misspelt key must not pass for a missing
        one.
        """
        for key in self.values:
            if key not in known:
                raise self.refusal(f"unknown; use one of {', '.join(known)}", key)

    def table(self, key: str) -> "TomlTable":
        """Returns the table under `key`; empty where it is missing."""
        value = self.values.get(key, {})
        if not isinstance(value, Mapping):
            raise self.refusal("must be a table", key)
        return TomlTable(value, (*self.path, key), self.documents)

    def tables(self) -> Iterator[tuple[str, "TomlTable"]]:
        """Yields every key with its table, in file order."""
        for key in self.values:
            yield key, self.table(key)

    def text(self, key: str, default: str | None = None) -> str:
        """Returns a text without surrounding blanks; without a default it must be there and not be
        empty.
        """
        value = self.values.get(key, default)
        if value is None:
            raise self.refusal("missing", key)
        if not isinstance(value, str):
            raise self.refusal("must be a text in quotes", key)
        if default is None and not value.strip():
            raise self.refusal("must not be empty", key)
        return value.strip()

    def items(self, key: str) -> tuple[object, ...]:
        """Returns a list of anything; empty where it is missing."""
        value = self.values.get(key, [])
        if not isinstance(value, list):
            raise self.refusal("must be a list in [ ]", key)
        return tuple(value)

    def texts(self, key: str) -> tuple[str, ...]:
        """Returns a list of texts; empty where it is missing. It is read once: some are asked for
        with every word that is typed.
        """
        known = self._read.get(key)
        if known is None:
            known = self._texts(key)
            self._read[key] = known
        return known

    def _texts(self, key: str) -> tuple[str, ...]:
        texts: list[str] = []
        for item in self.items(key):
            if not isinstance(item, str) or not item.strip():
                raise self.refusal(f"{item!r} must be a text in quotes", key)
            texts.append(item.strip())
        return tuple(texts)

    def codes(
        self,
        key: str,
        known: Collection[str],
        what: str,
    ) -> tuple[str, ...]:
        """Returns a list of texts that must all be in `known`; `what` says what they are."""
        codes = self.texts(key)
        for code in codes:
            if code not in known:
                raise self.refusal(f'"{code}" is no {what}; use one of {", ".join(known)}', key)
        return codes

    def day(self, key: str) -> date | None:
        """Returns a date written 2026-12-31, without quotes; None where it is missing."""
        value = self.values.get(key)
        if value is not None and (not isinstance(value, date) or isinstance(value, datetime)):
            raise self.refusal("must be a date such as 2026-12-31, without quotes", key)
        return value

    def count(self, key: str) -> int:
        """Returns a whole number from 1 to 1000."""
        value = self.values.get(key)
        if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= 1000:
            raise self.refusal("must be a whole number from 1 to 1000", key)
        return value

    def clock(self, key: str) -> time:
        """Returns a time of day written "09:00"."""
        match = _CLOCK.fullmatch(self.text(key))
        if not match:
            raise self.refusal('must look like "09:00"', key)
        return time(int(match[1]), int(match[2]))

    def flag(self, key: str) -> bool:
        """Returns true or false; false where the key is missing."""
        value = self.values.get(key, False)
        if not isinstance(value, bool):
            raise self.refusal("must be true or false", key)
        return value


def read_tables(override: Path | None = None) -> TomlTable:
    """Reads the package's tables with those of `override` merged over them, key by key; raises
    DataError if one is unreadable.
    """
    documents = [read_document(Path(__file__).with_name(name), name) for name in DEFAULT_FILES]
    if override is not None:
        documents.append(read_document(override, str(override)))
    merged: dict[str, object] = {}
    for document in documents:
        merged = _merge(merged, document.values)
    return TomlTable(merged, (), tuple(documents))


def read_document(path: Path, name: str) -> TomlFile:
    """Reads one TOML file (UTF-8, with or without BOM); the DataError it raises names the file and
    the line that is wrong.
    """
    try:
        if path.stat().st_size > MOST_BYTES:
            raise DataError(f"{name}: larger than {MOST_BYTES} bytes; keep only the office's rules")
        values = tomllib.loads(path.read_text("utf-8-sig"))
    except OSError as error:
        raise DataError(f"{name}: cannot be read: {error.strerror}") from error
    except RecursionError as error:
        raise DataError(f"{name}: lists or tables stand too deep in each other") from error
    except UnicodeDecodeError as error:
        mend = f"byte {error.start} is not UTF-8; save the file as UTF-8"
        raise DataError(f"{name}: {mend}") from error
    except ValueError as error:
        # What TOML does not allow, and numbers with more digits than Python reads.
        raise DataError(f"{name}: {error}") from error
    # Rows without names cannot be replaced one by one: their dates are the names.
    if "holidays" in values:
        values["holidays"] = _by_date(values["holidays"], name)
    return TomlFile(name, values)


def _quoted(part: str) -> str:
    """Returns a part of a table's name as TOML wants it."""
    bare = part.isascii() and part.isidentifier()
    return part if bare else f'"{part}"'


def _by_date(rows: object, name: str) -> dict[str, object]:
    """Returns `[[holidays]]` rows keyed by their date, so that a later file replaces a row and not
    the whole list.
    """
    if not isinstance(rows, list):
        raise DataError(f"{name}: [[holidays]]: write each holiday as a [[holidays]] row")
    keyed: dict[str, object] = {}
    for number, row in enumerate(rows, start=1):
        where = f"{name}: [[holidays]] row {number}"
        day = row.get("date") if isinstance(row, dict) else None
        if not isinstance(day, date) or isinstance(day, datetime):
            raise DataError(f"{where}: date must be a date such as 2026-12-31")
        if day.isoformat() in keyed:
            raise DataError(f"{where}: {day} stands there twice; keep one")
        keyed[day.isoformat()] = row
    return keyed


def _merge(base: Mapping[str, object], over: Mapping[str, object]) -> dict[str, object]:
    """Returns `base` with `over` on top: tables are merged key by key, anything else is
    replaced.
    """
    merged = dict(base)
    for key, value in over.items():
        old = merged.get(key)
        if isinstance(old, Mapping) and isinstance(value, Mapping):
            merged[key] = _merge(old, value)
        else:
            merged[key] = value
    return merged
