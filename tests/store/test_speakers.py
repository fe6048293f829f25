"""Whoever speaks is read with the open form, and with which holidays have been entered."""

from dataclasses import replace
from datetime import UTC, date, datetime

from domain.dates.working_calendar import DayRule
from domain.staff import Identity, Platform, Role
from store import staff
from store.chat import forms
from store.chat.forms import Draft
from store.chat.speakers import find_speaker
from store.engine.database import Database, Tx
from store.records import holidays

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
HOLIDAY = date(2026, 12, 8)


async def speaker(db: Database):
    return await find_speaker(db, Platform.TELEGRAM, "1001")


async def add_nok(db: Database) -> int:
    async def work(tx: Tx) -> int:
        nok = await staff.add_staff(tx, "Nok", Role.OFFICER, NOW)
        await staff.link_identity(tx, Identity(Platform.TELEGRAM, "1001", nok, "1001"), NOW)
        return nok

    return await db.write(work)


async def test_a_speaker_comes_with_the_open_form_alone(db: Database) -> None:
    assert await speaker(db) is None
    nok = await add_nok(db)
    found = await speaker(db)
    assert (found.person.name, found.seen_at, found.draft) == ("Nok", NOW, None)

    draft = Draft("d1", nok, "ticket", {"details": "ขอข้อมูล"}, "channel", NOW)
    await db.write(lambda tx: forms.save(tx, draft))
    found = await speaker(db)
    assert found.draft == await forms.find_open(db, nok)
    assert found.draft.given == {"details": "ขอข้อมูล"}

    await db.write(lambda tx: forms.save(tx, replace(found.draft, state="parked")))
    assert (await speaker(db)).draft is None


async def test_every_word_on_a_holiday_is_another_version(db: Database) -> None:
    nok = await add_nok(db)
    rule = DayRule("วันหยุดพิเศษ", working=False)
    versions = [(await speaker(db)).holidays]
    for _ in range(2):
        # At the very same time, and nothing but the same.
        await db.write(lambda tx: holidays.enter(tx, HOLIDAY, rule, nok, NOW))
        versions.append((await speaker(db)).holidays)
    await db.write(lambda tx: holidays.take_back(tx, HOLIDAY))
    versions.append((await speaker(db)).holidays)

    assert len(set(versions)) == 4
