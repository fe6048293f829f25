"""`audit` tells who read or changed what, and changes no byte of the desk that it looks at."""

import csv
import hashlib
import io
import json
import sqlite3
from pathlib import Path

import pytest

from domain.staff import Role
from store import audit
from store.audit import AuditEntry
from store.opening import open_database
from store.staff import add_staff
from tests.operating.conftest import ENGINES, NOW, Place, Places, run_verb

pytestmark = pytest.mark.long


async def _with_entries(place: Place) -> None:
    db = await open_database(place.url, NOW)
    try:
        nok = await db.write(lambda tx: add_staff(tx, "นก", Role.OFFICER, NOW))
        may = await db.write(lambda tx: add_staff(tx, "=เมย์", Role.ADMIN, NOW))
        entries = [
            AuditEntry(NOW.replace(day=day), who, action, record, "telegram", f"e{day}")
            for day, who, action, record in (
                (20, nok, "customer.read", "C81554"),
                (21, nok, "ticket.read", "R2611000124"),
                (22, may, "customer.read", "C81554"),
                (23, None, "ticket.told", "R2611000124"),
            )
        ]
        await db.write(lambda tx: audit.add(tx, entries))
    finally:
        await db.close()


async def _told(place: Place, *words: str) -> list[tuple[str, str]]:
    """The person and the record of each entry that `audit` tells."""
    done = await run_verb(place, "audit", *words)
    rows = csv.DictReader(io.StringIO(done.stdout))
    return [(row["person"], row["record"]) for row in rows]


@pytest.mark.parametrize("engine", ENGINES)
async def test_entries_are_asked_for_by_person_record_and_days(places: Places, engine: str) -> None:
    place = await places.make(engine)
    await _with_entries(place)
    assert await _told(place) == [
        ("นก", "C81554"),
        ("นก", "R2611000124"),
        ("'=เมย์", "C81554"),
        ("system", "R2611000124"),
    ]
    of_nok = await run_verb(place, "audit", "--person", "นก", "--format", "json")
    told = json.loads(of_nok.stdout)
    assert [entry["action"] for entry in told] == ["customer.read", "ticket.read"]
    assert of_nok.stderr.startswith("2 entries: นก 2, ")
    narrowed = await _told(place, "--record", "c81554", "--from", "2026-11-21")
    assert narrowed == [("'=เมย์", "C81554")]
    assert len(await _told(place, "--until", "2026-11-21")) == 2
    nothing = await run_verb(place, "audit", "--record", "C9", "--format", "json")
    assert json.loads(nothing.stdout) == []


async def test_what_cannot_be_asked_is_one_line(places: Places) -> None:
    place = await places.make("sqlite")
    await _with_entries(place)
    for words in (("--person", "ใคร"), ("--from", "2026-11-22", "--until", "2026-11-21")):
        refused = await run_verb(place, "audit", *words)
        assert refused.exit_code == 1
        assert len(refused.stderr.splitlines()) == 1
        assert words[0] in refused.stderr or "--until" in refused.stderr


async def test_an_old_database_stays_as_it_was(tmp_path: Path, places: Places) -> None:
    place = await places.make("sqlite")
    await _with_entries(place)
    path = place.data_dir / "desk.db"
    with sqlite3.connect(path) as raw:
        raw.execute("DELETE FROM schema_migrations WHERE version > 45")
    raw.close()
    before = hashlib.sha256(path.read_bytes()).hexdigest()
    assert len(await _told(place)) == 4
    assert hashlib.sha256(path.read_bytes()).hexdigest() == before
