"""A process that is killed while it catches up leaves facts that the next one completes; on both
engines.
"""

import asyncio
import sys
from contextlib import suppress
from pathlib import Path
from random import Random

import pytest

from bench.reports.register import fill
from domain.reports.facts import facts_of
from store.engine.database import Database
from store.reports.catching_up import FACTS, catch_up
from store.tickets.records import list_tickets_after
from tests.fakes.office import OFFICE

pytestmark = pytest.mark.long
ROOT = Path(__file__).parents[2]
TICKETS = 3_000
KILLS = 5
CATCHES_UP = """
import asyncio, sys
from store.opening import open_database
from store.reports import catching_up
from tests.fakes.office import OFFICE

async def main():
    catching_up.AT_ONCE = 10
    db = await open_database(sys.argv[1])
    print("begun", flush=True)
    while not await catching_up.catch_up(db, OFFICE, 1):
        pass

asyncio.run(main())
"""


async def test_it_goes_on_from_where_it_was_killed(db: Database, url: str):
    random = Random(5)
    await fill(db, OFFICE, TICKETS)
    for _kill in range(KILLS):
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", CATCHES_UP, url, cwd=ROOT, stdout=asyncio.subprocess.PIPE
        )
        await process.stdout.readline()
        await asyncio.sleep(random.random() / 2)
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
    rows = await db.fetch("SELECT count(*) AS n FROM ticket_facts")
    assert rows[0]["n"] > 0
    while not await catch_up(db, OFFICE, 10):
        pass
    made = {}
    last = ""
    while some := await list_tickets_after(db, last, 500):
        made.update({one.no: facts_of(OFFICE, one) for one in some})
        last = some[-1].no
    kept = await db.fetch(f"SELECT {FACTS.listed} FROM ticket_facts")
    assert {row["no"]: FACTS.of(row) for row in kept} == made
    assert len(made) == TICKETS
