"""The audit log in Thai: every action that the code notes has its words, every kind of record its
name.
"""

import ast
import re
from collections.abc import Iterator
from functools import cache, partial
from pathlib import Path

from domain.reach.groups import Group
from domain.staff import Platform, Role
from handlers.desk import Work
from handlers.staff.audit import ACTIONS, action_text, record_text
from store import audit
from store.chat import groups
from tests.handlers.conftest import NOW

ROOT = Path(__file__).parents[2]
PLACES = {"role": [role.value for role in Role], "register": ["customers", "tickets"]}
"""What stands in an action that is put together."""
WRITERS = {"_audit": -1, "_web_audit": -1, "_audited": -2}
"""Which argument of these is the action that they note."""
LATIN = re.compile(r"[A-Za-z_]{2,}")


def _texts(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant):
        yield str(node.value)
    elif isinstance(node, ast.IfExp):
        yield from (*_texts(node.body), *_texts(node.orelse))
    elif isinstance(node, ast.JoinedStr):
        told = [
            part.value if isinstance(part, ast.Constant) else f"{{{ast.unparse(part.value)}}}"
            for part in node.values
        ]
        (place,) = re.findall(r"\{(\w+)\}", "".join(told))
        yield from ("".join(told).replace(f"{{{place}}}", each) for each in PLACES[place])


@cache
def noted() -> set[str]:
    """Every action that stands in the code: in ctx.audit(…), and in an entry made by hand."""
    found = set()
    for folder in ("handlers", "bot", "store", "scheduler"):
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                name = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
                if name.endswith(".audit"):
                    found |= {*_texts(node.args[0])}
                elif name in WRITERS:
                    found |= {*_texts(node.args[WRITERS[name]])}
                elif name.endswith("AuditEntry"):
                    named = [each.value for each in node.keywords if each.arg == "action"]
                    (action,) = named or node.args[2:3]
                    found |= {*_texts(action)}
    return found


def test_the_actions_of_the_code_are_found():
    assert {
        "ticket.read",
        "staff.role.admin",
        "staff.post_granted",
        "customers.exported",
        "group.moved",
    } <= noted()


def test_every_action_has_its_thai_words():
    assert {action for action in noted() if LATIN.search(action_text(action))} == set()


def test_no_words_are_left_over():
    general = {each.rpartition(".")[0] for each in noted()}
    assert set(ACTIONS) <= noted() | general


async def test_records_are_told_as_people_call_them(desk):
    chat = Group(Platform.TELEGRAM, "-100200300", "กลุ่มงานข้อมูล", "", desk.ids["may"], NOW)
    await desk.db.write(partial(groups.enrol, group=chat))
    work, names = Work(desk.engine.desk, NOW), {desk.ids["nok"]: "นก"}
    told = {
        f"staff:{desk.ids['nok']}": "นก",
        "team:ข้อมูล": "ทีมข้อมูล",
        "group:telegram:-100200300": "กลุ่มงานข้อมูล (Telegram)",
        "group:line:Cgone99": "Line …gone99",
        "request:7": "คำขอสิทธิ์ที่ 7",
        "Q12": "คำขอข้อมูลที่ 12",
        "2026-12-08": "8 ธ.ค. 69",
        "R2611000124": "R2611000124",
        "C81554": "C81554",
        "81/2569": "81/2569",
        "0": "",
        "staff": "",
    }
    assert {record: await record_text(work, record, names) for record in told} == told


async def test_the_log_reads_as_thai(desk):
    await desk.says("/open C81554 โทร 1.1 ถาม => ตอบ ปิด")
    await desk.says("สมชาย")
    await desk.says("/staff", who="may")
    await desk.presses("นก", who="may")
    await desk.presses("ให้เป็นหัวหน้า", who="may")
    await desk.presses("ยืนยัน ให้เป็นหัวหน้า", who="may")
    await desk.db.write(
        partial(
            audit.add, entries=[audit.AuditEntry(NOW, None, "tickets.imported", "", "command", "")]
        )
    )
    told = (await desk.says("/audit", who="may")).text
    assert "นก · สร้างใบงาน · R2611000124" in told
    assert "เมย์ · เปลี่ยนสิทธิ์: หัวหน้า · นก" in told
    assert "ระบบ · นำเข้าใบงาน" in told
    assert LATIN.findall(told) == []


async def test_an_empty_log_says_so(desk):
    assert (
        await desk.says("ตรวจสอบ R2611999999", who="may")
    ).text == "รายการตรวจสอบ R2611999999\nยังไม่มีรายการ"
