"""Desks of past versions, kept as they were, are brought up to date on both engines, used, and have all they had."""

import csv
import gzip
from collections.abc import Sequence
from pathlib import Path

import pytest

from bot.operating.copying import copy_desk
from store.opening import open_database
from store.rebuild import EVERYTHING
from tests.operating.conftest import ENGINES, NOW, Place, Places, run_verb
from tests.operating.test_start import LINE, Started

pytestmark = pytest.mark.long

PAST = Path(__file__).parent / "past"
VERSIONS = sorted(path.name.split(".")[0] for path in PAST.glob("*.db.gz"))
TYPED = "นเรศ แก้วมณี\n"
ASKED_ON = "2026-11-23T10:00+07:00"


@pytest.fixture(params=VERSIONS)
def past(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """A desk as that version left it: ten customers and sixty tickets out of tables, and a chat."""
    place = Place(f"sqlite:///{tmp_path}/old/desk.db", tmp_path / "old")
    packed = (PAST / f"{request.param}.db.gz").read_bytes()
    (place.data_dir / "desk.db").write_bytes(gzip.decompress(packed))
    return place


def rows_of(path: Path, columns: Sequence[str]) -> list[list[str]]:
    """The rows of a table, sorted, as far as these columns go."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return sorted([row[name] for name in columns] for row in csv.DictReader(file))


def columns_of(path: Path) -> list[str]:
    """The names above a table."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return next(csv.reader(file))


@pytest.mark.parametrize("engine", ENGINES)
async def test_it_has_all_it_had_and_is_used(
    past: Place, engine: str, places: Places, tmp_path: Path
) -> None:
    place = past
    if engine == "postgresql":
        # As it was, with its old schema: it is brought up to date over there.
        place = await places.make(engine)
        await copy_desk(past.url, place.url, NOW, str)
    clock = {"DESKBOT_CLOCK": ASKED_ON}

    migrated = await run_verb(place, "migrate", **clock)
    assert migrated.exit_code == 0, migrated.stderr
    again = await run_verb(place, "migrate", "--dry-run", **clock)
    assert again.stdout == "database: up to date\n"
    for what in ("customers", "tickets"):
        out = tmp_path / f"{what}.csv"
        exported = await run_verb(place, "export", what, str(out), **clock)
        assert exported.exit_code == 0, exported.stderr
        was = PAST / f"{what}.csv"
        columns = columns_of(was)
        assert rows_of(out, columns) == rows_of(was, columns)
    chat = Started(tmp_path, "chat", "--as", "นก", typed=TYPED, **clock, **place.environment)
    assert chat.code == 0
    assert "C81059" in chat.out

    db = await open_database(place.url, NOW)
    try:
        wrong = [await db.write(rebuild) for rebuild in EVERYTHING]
    finally:
        await db.close()
    assert not any(wrong)


FOLLOWED = {
    ("contract", "received"): 1,
    ("fetch", "open"): 3,
    ("fetch", "received"): 1,
    ("quotation", "open"): 3,
    ("quotation", "received"): 1,
    ("research", "open"): 1,
}
"""What the tickets of all these desks come to, whichever version they are of."""


async def test_what_it_owes_is_followed_up_on_request_as_if_the_tickets_were_typed_now(
    past: Place,
) -> None:
    clock = {"DESKBOT_CLOCK": ASKED_ON}
    await run_verb(past, "migrate", **clock)
    shown = await run_verb(past, "follow-up", "--dry-run", **clock)
    done = await run_verb(past, "follow-up", **clock)
    count = done.stdout.split(",")[0].split()[-1]
    assert shown.stdout.endswith(f"dry run: would follow up {count}, give up 0\n")
    db = await open_database(past.url, NOW)
    try:
        rows = await db.fetch("SELECT rule, state, count(*) AS n FROM owed GROUP BY rule, state")
    finally:
        await db.close()
    assert {(row["rule"], row["state"]): row["n"] for row in rows} == FOLLOWED


def test_a_desk_between_two_versions_is_refused_and_says_which_migration_was_changed(
    tmp_path: Path,
) -> None:
    """It was made while a migration was still written, and has no checksums."""
    path = tmp_path / "desk.db"
    path.write_bytes(gzip.decompress((PAST / "edited30.gz").read_bytes()))
    before = path.read_bytes()

    for words in ((), ("migrate",), ("check",)):
        started = Started(tmp_path, *words, **LINE)
        assert started.code == 1
        assert len(started.said) == 1
        assert "0030_letters" in started.said[0]
    assert path.read_bytes() == before
