"""The list of changes in Thai: every field that can stand in it has its name, every value its
word.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from domain.customers.fields import CUSTOMER
from domain.customers.records import Gender
from domain.owed.fields import CONTRACT
from domain.owed.requests import STEPS
from domain.owed.rules import OwedState
from domain.publicity.fields import NEWS, PUBLICATION
from domain.publicity.publications import Network, PostState
from domain.tickets.records import Change, Complexity, Mood, Status, Ticket, TicketNo, Urgency
from handlers.customers.fields import CUSTOMER_FIELDS
from handlers.desk import Work
from handlers.labels import field_label
from handlers.records import changes as change_text
from handlers.tickets.fields import TICKET_FIELDS
from store.customers import records as customers
from store.tickets import records as tickets
from tests.fakes.office import OFFICE
from tests.handlers.conftest import KAMON, NOW, SOMCHAI

ROOT = Path(__file__).parents[2]
LATIN = re.compile(r"[A-Za-z_]{2,}")
NAMES = {
    "Facebook",
    "twitter",
    "Line",
    "Mail",
    "nso",
    "services",
    "gmail",
    "com",
    "binfopub",
    "Data",
    "Dict",
}
"""What is written in Latin letters in Thai sentences, too."""
TICKET = Ticket(TicketNo("R2611000124"), "phone", "6.1", "", NOW, NOW, None, None)
POSTS = [f"{kind}_{network}" for kind in ("state", "link") for network in Network]
CATALOGUE = OFFICE.catalogue
VALUES = {
    "kind": [*CATALOGUE.customer_types],
    "channel": [*CATALOGUE.channels],
    "subject": [code for code in CATALOGUE.subjects if not code[:1].isdigit()],
    "gender": [*Gender],
    "urgency": [*Urgency],
    "mood": [*Mood],
    "complexity": [*Complexity],
    "status": [*Status],
    "request_step": [*STEPS],
    "networks": [*Network, "facebook,line"],
    "unknown": [*{**CUSTOMER_FIELDS, **TICKET_FIELDS}, "email,phone,reach"],
    **{f"state_{network}": [*PostState] for network in Network},
    **{f"owed_{rule}": [*OwedState] for rule in OFFICE.rules},
}
"""Every value that such a field can hold."""


@cache
def written() -> frozenset[str]:
    """The names of fields that the code writes into a list of changes word for word."""
    paths = [*(ROOT / "store").rglob("*.py"), *(ROOT / "handlers").rglob("*.py")]
    return frozenset(name for path in paths for name in written_in(path))


def written_in(path: Path) -> Iterator[str]:
    """Those that one module writes."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = ast.unparse(node.func)
        if name == "Change" and len(node.args) > 2 and isinstance(node.args[2], ast.Constant):
            yield str(node.args[2].value)
        if name == "note":
            inner = [
                each
                for each in ast.walk(node)
                if isinstance(each, ast.Tuple) and len(each.elts) == 3
            ]
            yield from (
                str(each.elts[0].value) for each in inner if isinstance(each.elts[0], ast.Constant)
            )


FIELDS = {
    *CUSTOMER.columns,
    *(
        "address",
        "contacts",
        "files",
        "assignee_id",
        "snoozed_on",
        "chased",
        "reason",
    ),
    *tickets.as_stored(TICKET),
    *CONTRACT.columns,
    *NEWS.columns,
    *PUBLICATION.columns,
    *POSTS,
    *VALUES,
}


def test_every_field_of_the_list_of_changes_has_a_thai_name():
    fields = {*FIELDS, *written()}
    assert {each for each in fields if not set(LATIN.findall(field_label(each))) <= NAMES} == set()


@pytest.mark.parametrize("field", VALUES)
async def test_every_value_of_the_list_of_changes_has_a_thai_word(desk, field):
    for value in map(str, VALUES[field]):
        change = Change(NOW, None, field, "", value, 2)
        told = await change_text.text(Work(desk.engine.desk, NOW), change)
        assert set(LATIN.findall(told)) <= NAMES
        assert value in NAMES or told != f"{field_label(field)}: - → {value}"


def test_what_the_code_writes_is_found_by_this_test():
    assert {"merged", "merged_into", "linked", "files", "word", "request_ticket", "ended_at"} <= {
        *written(),
        "files",
    }


async def test_a_customers_changes_through_the_chat(desk):
    """Type, sex, unknown fields, telephones and contacts as people read them."""
    new = replace(
        SOMCHAI,
        kind="academic",
        gender=Gender.OTHER,
        phone="+6621417500;ext=203",
        mobile="+66899998888",
        unknown=frozenset({"organisation", "note"}),
        contacts=KAMON.contacts,
    )

    async def change(tx):
        old = await customers.get_customer(tx, "C81554")
        await customers.update_customer(
            tx, old, replace(new, version=old.version), desk.ids["ton"], desk.now
        )

    await desk.db.write(change)
    await desk.says("C81554")
    await desk.presses("เพิ่มเติม")
    told = (await desk.presses("รายการแก้ไข")).text
    assert "เพศ: ชาย → อื่น ๆ" in told
    assert "โทรศัพท์: 081-234-5678 → 02-141-7500 ต่อ 203" in told
    assert "ข้อมูลที่ไม่ทราบ: - → หมายเหตุ, หน่วยงาน" in told
    assert "น.ส.นิดา ผู้ช่วย 089-999-8888" in told
    assert LATIN.findall(told.replace("somchai@example.com", "")) == []


async def test_a_contact_person_is_told_by_name(desk):
    contact = (await customers.get_customer(desk.db, "C70001")).contacts[0]
    told = await change_text.text(
        Work(desk.engine.desk, NOW), Change(NOW, None, "contact_id", "", str(contact.id), 2)
    )
    assert told == "ผู้ติดต่อ: - → น.ส.นิดา ผู้ช่วย"
