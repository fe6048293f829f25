"""`run_bot.py retention` says what the next night would take, by the office's file, and takes nothing."""

import asyncio
import json
import sys
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from bot.operating.copying import copy_desk
from domain.operating.retention import RetentionKind, read_kept_for
from domain.staff import Role
from store.opening import open_database
from store.privacy.retention import confirm
from store.staff import add_staff
from tests.operating.conftest import NOW, Place, Places, run_verb
from tests.operating.test_backup import ROOT


@pytest.mark.long
async def test_the_rules_of_the_office_and_what_is_past_them(desk: Place, tmp_path: Path) -> None:
    file = tmp_path / "office.toml"
    file.write_text('[retention]\nclosed_tickets = "1 day"\ncustomers = "never"\n', "utf-8")
    office = {"DESKBOT_CONFIG": str(file)}
    done = await run_verb(desk, "retention", "--json", **office)
    told = json.loads(done.stdout)
    assert told["rules"].keys() == {"raw_events", "closed_tickets"}
    rule = told["rules"]["closed_tickets"]
    assert rule["kept"] == "1 day"
    assert rule["confirmed"] is False
    assert rule["going"] > 0
    assert rule["held"] > 0
    lines = (await run_verb(desk, "retention", **office)).stdout.splitlines()
    assert lines[1].startswith(
        f"closed_tickets: kept 1 day, {rule['going']} past it, the oldest of"
    )
    assert lines[1].endswith("waits for an administrator's word (/retention)")


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ('audit = "30 days"', "audit: must be 90 days or more, by law"),
        ('mails = "ninety days"', 'mails: must look like "90 days", "6 months" or "5 years"'),
        ('customers = "1 year"', "customers: needs a rule for closed_tickets, too"),
        ('mail = "1 year"', "mail: unknown; use one of raw_events, spam, mails"),
    ],
)
async def test_a_rule_that_cannot_be_followed_is_named(
    places: Places, tmp_path: Path, written: str, said: str
) -> None:
    place = await places.make("sqlite")
    file = tmp_path / "office.toml"
    file.write_text(f"[retention]\n{written}\n", "utf-8")
    done = await run_verb(place, "retention", DESKBOT_CONFIG=str(file))
    assert done.exit_code == 1
    assert said in done.stderr


NIGHT = datetime(2029, 1, 10, 15, 0, tzinfo=UTC)
"""Years after the desk was filled, at ten in the evening."""
KINDS = ("closed_tickets", "customers", "mails", "audit")
RUN = """
import asyncio, sys
from datetime import datetime
from pathlib import Path
from domain.operating.retention import RetentionKind, RetentionRules, read_kept_for
from scheduler import housekeeping
from store.blobs import Blobs
from store.opening import open_database
url, folder, at, *kinds = sys.argv[1:]
housekeeping.PAUSE = 0
kept = {RetentionKind(kind): read_kept_for("1 year") for kind in kinds}
rules = RetentionRules({**RetentionRules().kept, **kept})
async def main():
    db = await open_database(url)
    house = housekeeping.Housekeeping(db, Blobs(Path(folder)), rules=rules)
    print("began", flush=True)
    now = datetime.fromisoformat(at)
    while await house.step(now) or house._left:
        pass
    await db.close()
asyncio.run(main())
"""
KEPT = (
    "SELECT no, customer_code, channel, subject, status, created_at, closed_at FROM tickets ORDER BY no",
    "SELECT id, rule, state FROM owed ORDER BY id",
    "SELECT record, version, field, changed_at FROM changes ORDER BY id",
)
LEFT = (
    "SELECT no, details, result FROM tickets ORDER BY no",
    "SELECT code, name, phone FROM customers ORDER BY code",
    "SELECT record FROM emptied_records ORDER BY record",
    "SELECT id, body FROM mails ORDER BY id",
)


async def _confirmed(place: Place) -> None:
    db = await open_database(place.url)
    try:
        person = await db.write(partial(add_staff, name="ผู้ดูแล", role=Role.ADMIN, now=NOW))
        rules = {RetentionKind(kind): read_kept_for("1 year") for kind in KINDS}
        await db.write(partial(confirm, rules=rules, by=person, now=NOW))
    finally:
        await db.close()


async def _rows(place: Place, questions: Sequence[str]) -> list[object]:
    db = await open_database(place.url)
    try:
        return [[dict(row) for row in await db.fetch(sql)] for sql in questions]
    finally:
        await db.close()


async def _runs(place: Place) -> dict[str, int]:
    """By kind how many went, as the audit log has it."""
    rows = await _rows(place, ["SELECT record FROM audit WHERE action = 'retention.run'"])
    return dict(map(_run, rows[0]))


def _run(row: dict[str, str]) -> tuple[str, int]:
    kind, _colon, count = row["record"].partition(":")
    return kind, int(count)


async def _night(place: Place, kill_after: float | None = None) -> bool:
    """One process goes through the night, or is killed on the way; returns whether it came to the end."""
    words = [sys.executable, "-c", RUN, place.url, str(place.data_dir), NIGHT.isoformat(), *KINDS]
    process = await asyncio.create_subprocess_exec(*words, cwd=ROOT, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    await process.stdout.readline()
    try:
        await asyncio.wait_for(process.wait(), kill_after)
    except TimeoutError:
        # It may end at this very moment.
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
    return process.returncode == 0


@pytest.mark.long
async def test_a_night_that_is_killed_again_and_again_comes_to_the_same(
    desk: Place, places: Places
) -> None:
    await _confirmed(desk)
    engine = "sqlite" if desk.url.startswith("sqlite") else "postgresql"
    whole = await places.make(engine)
    await copy_desk(desk.url, whole.url, NOW, str)
    before = await _rows(desk, KEPT)
    assert await _night(whole)
    went = await _runs(whole)
    assert went["closed_tickets"] > 50
    kills = 0
    while not await _night(desk, kill_after=0.15 + 0.05 * kills):
        kills += 1
    assert kills
    assert await _rows(desk, KEPT) == before
    assert await _rows(desk, LEFT) == await _rows(whole, LEFT)
    assert await _runs(desk) == went
