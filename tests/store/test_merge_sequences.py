"""Any sequence of edits, merges and their undoing on three customers loses no ticket, contact or
telephone.
"""

from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import count
from random import Random

import pytest

from domain.customers.fields import SAID
from domain.customers.merging import part, unite
from domain.customers.records import Address, Contact, Customer, CustomerCode
from domain.errors import Conflict
from domain.staff import Role
from domain.tickets.records import Ticket, TicketNo
from store import merges, staff
from store.customers.records import (
    add_customer,
    find_survivors,
    get_customer,
    get_record,
    phone_key,
    update_customer,
)
from store.tickets import records as tickets
from tests.fakes.office import open_new

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
CODES = ("C1", "C2", "C3")
NAMES = ("นางวิภา", "นายชัย", "น.ส.นิดา")


@dataclass
class World:
    db: object
    by: object
    random: Random
    numbers: "count[int]" = field(default_factory=lambda: count(1))
    tickets: dict[str, str] = field(default_factory=dict)
    contacts: dict[str, int] = field(default_factory=dict)
    log: list[str] = field(default_factory=list)

    async def alive(self):
        survivors = await find_survivors(self.db, CODES)
        return [code for code in CODES if code not in survivors]

    async def save(self, old, **values):
        await self.db.write(
            lambda tx: update_customer(tx, old, replace(old, **values), self.by, NOW)
        )

    async def adds_contact(self):
        old = await get_record(self.db, self.random.choice(await self.alive()))
        n = next(self.numbers)
        mobile = f"+668{n:08}" if self.random.random() < 0.5 else ""
        one = Contact(self.random.choice(NAMES), mobile=mobile, main=not old.contacts)
        await self.save(old, contacts=(*old.contacts, one))
        if mobile:
            self.contacts[mobile] = n
        self.log.append(f"contact {one.name} {mobile} to {old.code}")

    async def changes_field(self):
        old = await get_record(self.db, self.random.choice(await self.alive()))
        await self.save(
            old, **{self.random.choice(("note", "organisation")): f"ค่า {next(self.numbers)}"}
        )
        self.log.append(f"field of {old.code}")

    async def adds_address(self):
        old = await get_record(self.db, self.random.choice(await self.alive()))
        await self.save(
            old,
            addresses=(*old.addresses, Address(f"ที่ {next(self.numbers)}", main=not old.addresses)),
        )
        self.log.append(f"address of {old.code}")

    async def adds_ticket(self):
        code = self.random.choice(CODES)
        no = f"R{next(self.numbers):010}"
        row = Ticket(
            TicketNo(no), "phone", "1.1", "ถาม", NOW, NOW, None, None, customer=CustomerCode(code)
        )
        await self.db.write(lambda tx: tickets.add_ticket(tx, row))
        self.tickets[no] = code
        self.log.append(f"ticket {no} for {code}")

    async def merges(self):
        alive = await self.alive()
        if len(alive) < 2:
            return
        keep, gone = self.random.sample(alive, 2)
        one, other = await get_record(self.db, keep), await get_record(self.db, gone)
        take = frozenset(name for name in SAID if self.random.random() < 0.3)
        union = unite(one, other, take)
        await self.db.write(lambda tx: merges.merge(tx, one, other, union, self.by, NOW))
        self.log.append(f"merge {gone} into {keep}")

    async def parts(self):
        found = [
            one for code in await self.alive() for one in await merges.list_standing(self.db, code)
        ]
        if not found:
            return
        stored = self.random.choice(found)
        if await merges.find_tied(self.db, stored):
            return
        now = await get_record(self.db, stored.merge.survivor.code)
        keep = self.random.random() < 0.5 or await merges.has_others_since(self.db, stored)
        parted = part(stored.merge, now, keep=keep)
        self.log.append(f"part {stored.merge.merged.code} from {now.code} keep={keep}")
        with suppress(Conflict):
            await self.db.write(lambda tx: merges.unmerge(tx, stored, now, parted, self.by, NOW))

    async def check(self):
        survivors = await find_survivors(self.db, CODES)
        alive = set(CODES) - set(survivors)
        assert alive
        assert set(survivors.values()) <= alive
        for no in self.tickets:
            assert (await tickets.get_ticket(self.db, no)).customer in alive
        shown = {code: await get_customer(self.db, code) for code in alive}
        for mobile in self.contacts:
            has = [
                code for code, one in shown.items() if any(c.mobile == mobile for c in one.contacts)
            ]
            assert len(has) == 1, f"{mobile} is with {has}"
            rows = await self.db.fetch(
                "SELECT customer_code FROM customer_keys WHERE kind = 'phone' AND key = ?",
                phone_key(mobile),
            )
            assert {
                survivors.get(row["customer_code"], row["customer_code"]) for row in rows
            } >= set(has)
        for one in shown.values():
            assert sum(contact.main for contact in one.contacts) == bool(one.contacts)
            assert sum(address.main for address in one.addresses) == bool(one.addresses)


@pytest.mark.parametrize("seed", [*range(10), 81, 142, 156, 219, 393, 432])
async def test_no_sequence_loses_a_ticket_a_contact_or_a_telephone(tmp_path, seed):
    db = await open_new(tmp_path / "desk.db")

    async def begin(tx):
        for n, code in enumerate(CODES):
            await add_customer(
                tx, Customer(CustomerCode(code), f"ราย {n}", phone=f"+6690000000{n}"), NOW
            )
        return await staff.add_staff(tx, "เมย์", Role.ADMIN, NOW)

    world = World(db, await db.write(begin), Random(seed))
    steps = (
        *[world.merges] * 3,
        *[world.parts] * 2,
        world.adds_contact,
        world.adds_ticket,
        world.changes_field,
        world.adds_address,
    )
    try:
        for _ in range(25):
            await world.random.choice(steps)()
            try:
                await world.check()
            except AssertionError as error:
                raise AssertionError(f"{error}\n" + "\n".join(world.log)) from error
    finally:
        await db.close()
