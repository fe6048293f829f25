"""Running numbers are given out once, whoever asks at the same moment."""

import asyncio
import sys
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path

from domain.configuration import load_configuration
from handlers.desk import Desk, Work
from store.engine.database import Database
from store.opening import open_database
from store.records.counters import raise_counter, reserve, reserve_customer_code

NOW = datetime(2026, 11, 23, tzinfo=UTC)
ROOT = Path(__file__).parents[2]
PROCESS = """
import asyncio, sys
from store.records.counters import reserve_customer_code
from store.opening import open_database

async def main(url):
    db = await open_database(url)
    print("ready", flush=True)
    sys.stdin.readline()
    for _ in range(100):
        print(await reserve_customer_code(db))
    await db.close()

asyncio.run(main(sys.argv[1]))
"""


async def test_fifty_at_once_get_fifty_numbers(db: Database) -> None:
    codes = await asyncio.gather(*(reserve_customer_code(db) for _ in range(50)))

    assert sorted(codes) == sorted(f"C{number}" for number in range(1, 51))


async def test_three_processes_get_three_hundred_numbers(url: str) -> None:
    await (await open_database(url)).close()
    pipe = asyncio.subprocess.PIPE
    processes = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-c", PROCESS, url, cwd=ROOT, stdin=pipe, stdout=pipe
        )
        for _ in range(3)
    ]
    for process in processes:
        assert process.stdout is not None
        assert await process.stdout.readline() == b"ready\n"
    ends = await asyncio.gather(*(process.communicate(b"go\n") for process in processes))

    assert [process.returncode for process in processes] == [0, 0, 0]
    given = [output.decode().split() for output, _ in ends]
    assert sorted(chain(*given)) == sorted(f"C{number}" for number in range(1, 301))
    assert [numbers == sorted(numbers, key=lambda code: int(code[1:])) for numbers in given] == [
        True,
        True,
        True,
    ]


async def test_a_ticket_number_bears_the_month_in_bangkok_and_runs_on(db: Database) -> None:
    desk = Desk(db, load_configuration(), lambda: NOW)
    last_evening = Work(desk, datetime(2026, 11, 30, 16, 59, tzinfo=UTC))
    after_midnight = Work(desk, datetime(2026, 11, 30, 17, 0, tzinfo=UTC))

    assert await last_evening.new_ticket_no() == "R2611000001"
    assert await after_midnight.new_ticket_no() == "R2612000002"
    assert await reserve_customer_code(db) == "C1"


async def test_numbers_that_are_written_in_another_order_are_all_written(db: Database) -> None:
    desk = Desk(db, load_configuration(), lambda: NOW)
    works = [Work(desk, NOW) for _ in range(50)]
    numbers = await asyncio.gather(*(work.new_ticket_no(later=True) for work in works))

    for work in reversed(works):
        (change,) = work.changes
        await db.write(change)

    assert len(set(numbers)) == 50
    assert await reserve(db, "ticket") == 51


async def test_a_number_is_never_given_back(db: Database) -> None:
    await db.write(lambda tx: raise_counter(tx, "customer", 81554))
    await db.write(lambda tx: raise_counter(tx, "customer", 5))

    assert await reserve_customer_code(db) == "C81555"
    assert await reserve(db, "ticket") == 1
