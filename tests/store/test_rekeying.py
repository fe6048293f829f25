"""Keys made by older rules are derived anew beside the desk's work; on both engines."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from domain import text
from domain.customers.records import Contact, Customer, CustomerCode
from domain.errors import Conflict
from store import rebuild
from store.customers import keys, records
from store.engine.database import Database
from store.rebuild import rebuild_customers, rekeying
from store.rebuild.rekeying import Rekeying, rules_digest

NOW = datetime(2026, 11, 30, tzinfo=UTC)
NAMES = ["นายณรงค์ ศรีสุข", "น.ส.ภาณี ธรรมดี", "ดร.กมล ใจดี", "หมอสมชาย มีสุข", "พันตำรวจเอก วิชัย ดี"]
SNAPSHOT = "SELECT kind, key, customer_code FROM customer_keys ORDER BY kind, key, customer_code"


def customers(number: int) -> list[Customer]:
    return [
        Customer(
            CustomerCode(f"C{10000 + n}"),
            f"{NAMES[n % len(NAMES)]}{n}",
            organisation="มหาวิทยาลัยเกษตรศาสตร์",
            email=f"a{n}@ku.ac.th",
            contacts=(Contact("นางสาวณัฐธิดา รักษ์ไทย"),),
        )
        for n in range(number)
    ]


@contextmanager
def other_rules(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Rules by which nothing sounds alike."""
    with monkeypatch.context() as patch:
        patch.setattr(text, "_merges", dict)
        forget()
        yield
    forget()


def forget() -> None:
    text._spellings.cache_clear()
    rules_digest.cache_clear()


def rekeying_of(db: Database, owner: str = "me", now: datetime = NOW) -> Rekeying:
    return Rekeying(db, owner, lambda: now, pause=0)


async def a_desk_of_older_rules(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Seventy customers, one of them renamed; the keys of all by other rules."""
    with other_rules(monkeypatch):
        await db.write(lambda tx: records.add_customers(tx, customers(70), NOW))
        old = await records.get_customer(db, "C10005")
        renamed = replace(old, name="นางฐิติมา ศักดิ์สิทธิ์")
        await db.write(lambda tx: records.update_customer(tx, old, renamed, None, NOW))
        assert await rekeying_of(db).run() == 0
        assert await db.write(rebuild_customers) == 0


async def is_as_from_scratch(db: Database) -> bool:
    before = await db.fetch(SNAPSHOT)
    wrong = await db.write(rebuild_customers)
    return wrong == 0 and await db.fetch(SNAPSHOT) == before


async def test_keys_of_older_rules_are_derived_anew(db, monkeypatch):
    await a_desk_of_older_rules(db, monkeypatch)
    assert not await rekeying_of(db).is_done()

    assert await rekeying_of(db).run() == 70

    assert await rekeying_of(db).is_done()
    assert await is_as_from_scratch(db)
    found = await db.fetch("SELECT word FROM search_words WHERE word = ?", text.fold("ณรงค์"))
    assert len(found) == 1


async def test_a_new_desk_has_nothing_to_derive(db):
    await db.write(lambda tx: records.add_customers(tx, customers(30), NOW))
    assert await rekeying_of(db).run() == 0
    assert await rekeying_of(db).is_done()


async def test_what_was_killed_goes_on_from_its_last_batch(db, monkeypatch):
    await a_desk_of_older_rules(db, monkeypatch)
    killed = rekeying_of(db, "one")
    assert await killed._take()
    assert await killed._go_on() == rekeying.BATCH
    asked: list[str] = []
    going_on = rekeying_of(db, "two", NOW + timedelta(minutes=1))

    async def after(code: str, ask=Rekeying._after):
        asked.append(code)
        return await ask(going_on, code)

    monkeypatch.setattr(Rekeying, "_after", lambda _self, code: after(code))
    assert await going_on.run() == 70 - rekeying.BATCH
    assert asked[0] == f"C{10000 + rekeying.BATCH - 1}"
    assert await is_as_from_scratch(db)


@pytest.mark.parametrize("place", [keys, rebuild.customers])
async def test_one_customer_whose_keys_cannot_be_made_holds_up_no_other(db, monkeypatch, place):
    await a_desk_of_older_rules(db, monkeypatch)
    name = {keys: "find_stale", rebuild.customers: "write_derived"}[place]
    work = getattr(place, name)
    told: list[str] = []

    async def fails(tx, some, *more):
        if "C10013" in {one.code for one in some}:
            raise Conflict("exists")
        return await work(tx, some, *more)

    monkeypatch.setattr(place, name, fails)
    with pytest.raises(Conflict):
        await rekeying_of(db).run()
    telling = rekeying_of(db)
    telling.report = lambda what, _error: told.append(what)

    await telling.run()

    assert await telling.is_done()
    assert told == ["customers.keys C10013"]
    monkeypatch.setattr(place, name, work)
    assert await db.write(rebuild_customers) == 1


async def test_one_process_at_a_time(db, monkeypatch):
    await a_desk_of_older_rules(db, monkeypatch)
    assert await rekeying_of(db, "one")._take()
    assert await rekeying_of(db, "two").run() == 0
    assert not await rekeying_of(db, "two").is_done()


async def test_who_is_saved_meanwhile_keeps_what_was_saved(db, monkeypatch):
    await a_desk_of_older_rules(db, monkeypatch)
    old = await records.get_customer(db, "C10003")
    new = replace(old, name="นายชูชัย ภูผา")
    going = asyncio.create_task(rekeying_of(db).run())
    await db.write(lambda tx: records.update_customer(tx, old, new, None, NOW))
    await going

    assert keys.whole_key(new.name) in {
        row["key"]
        for row in await db.fetch(
            "SELECT key FROM customer_keys WHERE customer_code = ? AND kind = 'whole'", old.code
        )
    }
    assert await is_as_from_scratch(db)


def test_the_digest_tells_rules_apart(monkeypatch):
    forget()
    today = rules_digest()
    with other_rules(monkeypatch):
        assert rules_digest() != today
    assert rules_digest() == today
