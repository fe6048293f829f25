"""No statement that a command, a tick or a night's job runs goes through a whole table that grows
with the register or with time: SQLite says so itself, and without statistics its plans are the same
however full the tables are.
"""

import re
import sqlite3
from collections.abc import Iterator
from datetime import timedelta

import pytest

from handlers.registry import COMMANDS
from store.engine import sqlite
from store.engine.database import Row

GROWING = {
    *("tickets", "ticket_texts", "ticket_data", "ticket_trigrams", "ticket_links", "hand_overs"),
    *("inbox", "outbox", "event_records", "audit", "changes", "due", "forms", "buttons", "files"),
    *("customers", "customer_keys", "contacts", "addresses", "revisions", "duplicates", "mails"),
    *("publications", "posts", "reminders", "request_tickets", "owed", "stranger_answers"),
}
ALIAS = re.compile(r"\b(?:FROM|JOIN)\s+(\w+)\s+(?:AS\s+)?(?!WHERE|ORDER|LEFT|JOIN|CROSS|ON)(\w+)")
INDEX = re.compile(r"\bINDEX (\w+)")
SMALL = {
    # What it says of contracts is a join of all requests: some hundreds a year.
    "owed": "contracts and what is owed on them",
}
SAID = [
    *(
        "ใบงานของฉัน",
        "ใบงานของฉัน ทีมข้อมูล",
        "ใบงานของฉัน ปิด",
        "ใบงานของฉัน 6.1 ต.ค. 69",
        "ใบงานของฉัน สรง.",
    ),
    *(
        "ค้นใบงาน แรงงาน",
        "ค้นใบงาน ไม่มีใครเขียน",
        "ค้นใบงาน อฮ",
        "สมชาย",
        "somchai",
        "0812345678",
        "C81554",
    ),
    *("ใบงาน R2611000124", "ประวัติ C81554", "/open C81554 โทร 1.1 ขอข้อมูล", "R2611000124"),
    *("/owed นก สัญญา ปีงบ 2570", "/owed ใกล้กำหนด", "/owed สรุป", "/owed อีเมลไม่ถึง"),
    *("/owed รายคน", "/owed ไม่มีใครติดตาม", "/owed เกินกำหนด", "ค้างเกิน 30 วัน"),
    *("เตือน พรุ่งนี้ 9 โมง โทรกลับ", "ลา พรุ่งนี้", "รหัสซ้ำ C81554 C90210", "สำมะโนประชากร"),
]


class Plans:
    """What SQLite says of each statement, once."""

    def __init__(self) -> None:
        self.seen: set[str] = set()
        self.walks: list[str] = []

    def look_at(self, connection: sqlite3.Connection, sql: str, params: object) -> None:
        if sql in self.seen or not sql.startswith(("SELECT", "WITH", "UPDATE", "DELETE")):
            return
        self.seen.add(sql)
        plan = connection.execute(f"EXPLAIN QUERY PLAN {sql}", params)
        steps = [str(row[3]) for row in plan]
        tables = {alias: table for table, alias in ALIAS.findall(sql)}
        few = {
            str(row[0])
            for row in connection.execute(
                "SELECT name FROM sqlite_master WHERE type = 'index' AND sql LIKE '% WHERE %'"
            )
        }
        for step in steps:
            if step.startswith("SCAN ") and self._walks(sql, step, tables, few):
                self.walks.append(f"{step} | {sql}")

    def _walks(self, sql: str, step: str, tables: dict[str, str], few: set[str]) -> bool:
        name = step.split()[1]
        if tables.get(name, name) not in GROWING - SMALL.keys():
            return False
        # An index of some rows has no others: all of what waits, of what was not sent.
        index = INDEX.search(step)
        if index is not None and index[1] in few:
            return False
        # In the order of its key up to a limit, with nothing to be passed over.
        return "WHERE" in sql or "LIMIT" not in sql


@pytest.fixture
def plans(monkeypatch: pytest.MonkeyPatch) -> Iterator[Plans]:
    found = Plans()
    fetch = sqlite._Connection._fetch
    execute = sqlite._Connection.execute

    def look(self: sqlite._Connection, sql: str, params: tuple[object, ...]) -> None:
        found.look_at(self._connection, sql, [sqlite._encode(value) for value in params])

    def fetching(self: sqlite._Connection, sql: str, params: tuple[object, ...]) -> list[Row]:
        look(self, sql, params)
        return fetch(self, sql, params)

    async def executing(self: sqlite._Connection, sql: str, *params: object) -> int:
        look(self, sql, params)
        return await execute(self, sql, *params)

    monkeypatch.setattr(sqlite._Connection, "_fetch", fetching)
    monkeypatch.setattr(sqlite._Connection, "execute", executing)
    return found


async def test_no_command_and_no_tick_goes_through_a_whole_table(team, plans):
    desk = team
    for text in SAID:
        await desk.says(text)
    for name in COMMANDS:
        await desk.says(f"/{name}", who="may")
    await desk.says("ใบงานของฉัน")
    await desk.presses("กรอง")
    await desk.presses("โครงการ")
    for _day in range(3):
        desk.wait(hours=13)
        await desk.tick()
    desk.now += timedelta(days=70)
    await desk.tick()
    assert len(plans.seen) > 120
    assert "\n".join(plans.walks) == ""


def test_a_walk_is_seen(plans):
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE tickets (no TEXT PRIMARY KEY, subject TEXT, status TEXT)")
    connection.execute("CREATE INDEX tickets_unfinished ON tickets (no) WHERE status = 'open'")
    for sql in (
        "SELECT t.no FROM tickets t WHERE t.subject = '1'",
        "SELECT count(*) FROM tickets",
        "SELECT no FROM tickets WHERE status = 'open' ORDER BY no",
        "SELECT no FROM tickets WHERE no = 'R1'",
        "SELECT no FROM tickets ORDER BY no LIMIT 1",
    ):
        plans.look_at(connection, sql, ())
    assert [walk.partition(" | ")[2] for walk in plans.walks] == [
        "SELECT t.no FROM tickets t WHERE t.subject = '1'",
        "SELECT count(*) FROM tickets",
    ]
