"""`run_bot.py audit`: the audit log as a table, of a desk that is only looked at."""

import csv
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import IO

import orjson

from bot.operating.refused import VerbRefused, refuse_no_desk
from bot.settings import Settings
from domain.dates.days import BANGKOK
from domain.dates.periods import Period
from domain.staff import StaffId
from domain.tables.tables import escape_formula
from domain.text import clean, fold
from domain.tickets.references import read_alone
from store import audit, staff
from store.audit import AuditEntry, AuditQuestion
from store.engine.database import Database
from store.opening import Opening, open_database

PAGE = 2_000
SYSTEM = "system"
"""Who did what nobody asked for; --person takes it, too."""


class AuditFormat(StrEnum):
    """What the entries are written as."""

    CSV = "csv"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class AuditAsked:
    """What the command line names; the last day is within."""

    person: str = ""
    record: str = ""
    first: date | None = None
    last: date | None = None


async def print_audit(
    settings: Settings,
    asked: AuditAsked,
    form: AuditFormat,
    out: IO[str],
) -> str:
    """Write the entries; returns their totals in one line.

    Raises VerbRefused, WrongSchema, StoreUnavailable."""
    await refuse_no_desk(settings.database_url)
    db = await open_database(settings.database_url, opening=Opening.LOOK)
    try:
        names = await staff.staff_names(db)
        question = _question(asked, names)
        await _WRITERS[form](
            out,
            _told(
                db,
                question,
                names,
            ),
        )
        return _totals(await audit.count_by_action(db, question), names)
    finally:
        await db.close()


def _question(asked: AuditAsked, names: Mapping[StaffId, str]) -> AuditQuestion:
    one = read_alone(asked.record)
    first = asked.first or date.min
    last = asked.last or date.max - timedelta(days=2)
    if last < first:
        raise VerbRefused("--until: must not be before --from")
    since, before = Period(first, last + timedelta(days=1)).instants
    return AuditQuestion(
        staff_id=_person(asked.person, names),
        record=one.value if one else clean(asked.record),
        since=since if asked.first else None,
        before=before if asked.last else None,
        actions=(),
    )


def _person(typed: str, names: Mapping[StaffId, str]) -> StaffId | None:
    if not typed:
        return None
    wanted = fold(clean(typed))
    found = [staff_id for staff_id, name in names.items() if fold(name) == wanted]
    if len(found) != 1:
        raise VerbRefused(f"--person: nobody of the staff is called {typed}")
    return found[0]


def _name(staff_id: StaffId | None, names: Mapping[StaffId, str]) -> str:
    return SYSTEM if staff_id is None else names.get(staff_id, str(staff_id))


async def _told(
    db: Database,
    question: AuditQuestion,
    names: Mapping[StaffId, str],
) -> AsyncIterator[dict[str, str]]:
    """Each entry as it is told, the oldest first."""
    after = 0
    while True:
        entries, after = await audit.list_after(
            db,
            question,
            after,
            PAGE,
        )
        for entry in entries:
            yield _columns(entry, names)
        if len(entries) < PAGE:
            return


def _columns(entry: AuditEntry, names: Mapping[StaffId, str]) -> dict[str, str]:
    return {
        "at": entry.at.astimezone(BANGKOK).isoformat(),
        "person": _name(entry.staff_id, names),
        "action": entry.action,
        "record": entry.record,
        "platform": entry.platform,
        "event": entry.event_id,
    }


COLUMNS = ("at", "person", "action", "record", "platform", "event")


async def _write_csv(out: IO[str], entries: AsyncIterator[dict[str, str]]) -> None:
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    async for entry in entries:
        writer.writerow([escape_formula(entry[column]) for column in COLUMNS])


async def _write_json(out: IO[str], entries: AsyncIterator[dict[str, str]]) -> None:
    """An array, an entry a line."""
    before = "[\n"
    async for entry in entries:
        out.write(before + orjson.dumps(entry).decode())
        before = ",\n"
    out.write("[]\n" if before == "[\n" else "\n]\n")


_WRITERS: Mapping[
    AuditFormat, Callable[[IO[str], AsyncIterator[dict[str, str]]], Awaitable[None]]
] = {
    AuditFormat.CSV: _write_csv,
    AuditFormat.JSON: _write_json,
}


def _totals(sums: list[audit.AuditSum], names: Mapping[StaffId, str]) -> str:
    people: Counter[str] = Counter()
    actions: Counter[str] = Counter()
    for one in sums:
        people[_name(one.staff_id, names)] += one.times
        actions[one.action] += one.times
    counted = [*people.most_common(), *actions.most_common()]
    parts = [f"{name} {count}" for name, count in counted]
    return ": ".join([f"{people.total()} entries", *filter(None, [", ".join(parts)])])
