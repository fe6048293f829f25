"""A person has one open draft, and their two apps cannot tread on each other."""

import json
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta

import pytest

from domain.errors import Conflict
from domain.one_line.types import Doubt
from domain.staff import Role, StaffId
from store.chat import forms
from store.chat.forms import Dialog, Draft
from store.engine.database import Database
from store.staff import add_staff

NOW = datetime(2026, 11, 23, 3, 0, 0, 123456, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


async def save(db: Database, draft: Draft) -> Draft:
    """The draft as it is read again."""
    await db.write(lambda tx: forms.save(tx, draft))
    saved = await forms.find_draft(db, draft.id)
    assert saved is not None
    return saved


async def test_every_field_of_a_draft_comes_back(db: Database, officer: StaffId) -> None:
    data = {"details": 'ถาม "รายได้"\n50% 👍', "unknown": ""}
    full = Draft(
        "d1", officer, "ticket", data, "result", NOW, "parked", "R2611000001", 3, "R2611000002", 1
    )

    assert await save(db, replace(full, version=0)) == full
    assert [f.name for f in fields(Draft) if getattr(full, f.name) == f.default] == []


async def test_an_open_draft_is_changed_and_each_save_counted(
    db: Database, officer: StaffId
) -> None:
    first = await save(db, Draft("d1", officer, "ticket", {}, "channel", NOW, record="R1"))
    assert first.version == 1
    changed = replace(
        first,
        given={"channel": "phone"},
        asking="subject",
        touched_at=NOW + MINUTE,
        record_version=2,
    )

    assert await save(db, changed) == replace(changed, version=2)
    assert await forms.find_open(db, officer) == replace(changed, version=2)
    assert await forms.find_open(db, StaffId(officer + 1)) is None
    assert await forms.find_draft(db, "d2") is None


async def test_a_draft_that_the_other_app_changed_is_not_overwritten(
    db: Database, officer: StaffId
) -> None:
    read = await save(db, Draft("d1", officer, "ticket", {}, "channel", NOW))
    await save(db, replace(read, given={"channel": "phone"}))

    with pytest.raises(Conflict) as refused:
        await save(db, replace(read, given={"channel": "email"}))

    assert refused.value.code == "draft"
    assert (await forms.find_open(db, officer)).given == {"channel": "phone"}  # type: ignore[union-attr]


async def test_a_person_has_one_open_draft(db: Database, officer: StaffId) -> None:
    await save(db, Draft("d1", officer, "ticket", {}, "", NOW))

    with pytest.raises(Conflict) as refused:
        await save(db, Draft("d2", officer, "customer", {}, "", NOW))

    assert refused.value.code == "draft"
    assert await forms.find_draft(db, "d2") is None


async def test_a_parked_draft_is_not_brought_back_over_an_open_one(
    db: Database, officer: StaffId
) -> None:
    parked = await save(db, Draft("d1", officer, "ticket", {}, "", NOW, "parked"))
    await save(db, Draft("d2", officer, "customer", {}, "", NOW))

    with pytest.raises(Conflict) as refused:
        await save(db, replace(parked, state="open"))

    assert refused.value.code == "draft"
    assert await forms.find_draft(db, "d1") == parked


async def test_two_people_each_have_their_own(db: Database, officer: StaffId) -> None:
    malee = await db.write(lambda tx: add_staff(tx, "มาลี", Role.OFFICER, NOW))

    for number, person in enumerate((officer, malee)):
        await save(db, Draft(f"d{number}", person, "ticket", {}, "", NOW))

    assert [(await forms.find_open(db, person)).id for person in (officer, malee)] == ["d0", "d1"]  # type: ignore[union-attr]


async def test_parked_drafts_are_listed_newest_first(db: Database, officer: StaffId) -> None:
    for number in range(25):
        await save(
            db, Draft(f"d{number}", officer, "ticket", {}, "", NOW + number * MINUTE, "parked")
        )
    await save(db, Draft("open", officer, "ticket", {}, "", NOW))

    parked = await forms.list_parked(db, officer)

    assert [draft.id for draft in parked] == [f"d{number}" for number in range(24, 4, -1)]
    assert await forms.list_parked(db, StaffId(officer + 1)) == []


async def test_old_drafts_are_forgotten(db: Database, officer: StaffId) -> None:
    await save(db, Draft("old", officer, "ticket", {}, "", NOW - MINUTE))
    await save(db, Draft("new", officer, "ticket", {}, "", NOW, "saved"))

    assert (await forms.forget(db, NOW)).touched == 1
    assert await forms.find_draft(db, "old") is None
    assert await forms.find_draft(db, "new") is not None


async def test_the_drafts_that_a_message_went_into_are_found(
    db: Database, officer: StaffId
) -> None:
    fed = Draft(
        "d1",
        officer,
        "ticket",
        {"details": "x"},
        "result",
        NOW,
        "parked",
        sources={"details": "e1 e2"},
    )
    await save(db, fed)
    await save(db, replace(fed, id="d2", sources={"details": "e3"}))
    await save(db, replace(fed, id="d3", state="saved", sources={"details": "e2"}))
    assert [draft.id for draft in await forms.list_fed(db, officer, "e2")] == ["d1"]
    (draft,) = await forms.list_fed(db, officer, "e3")
    assert (draft.sources, draft.known) == ({"details": "e3"}, {"details": "x"})


async def test_a_dialog_comes_back(db: Database, officer: StaffId) -> None:
    dialog = Dialog(
        look=True,
        closes=True,
        prompts=("purpose", "letter_no"),
        guessed=frozenset({"channel", "subject"}),
        queries={"customer": "สมชาย", "projects": "ก\tข\nค"},
        doubts=(Doubt("price", "350", taken=True), Doubt("customer", "นก ฮูก")),
        begun_at=NOW,
        passed=("C1", "C2:phone"),
    )
    about = {"request": "7", "look": "no part of the dialog"}
    draft = Draft("d1", officer, "ticket", {"details": "ถาม"}, "", NOW, about=about, dialog=dialog)

    read = await save(db, draft)

    assert read == replace(draft, version=1)
    assert (read.query("customer"), read.query("province")) == ("สมชาย", "")
    left = read.without({"customer_query", "close", "details", "request"})
    assert left.given == {}
    assert left.about == {"look": "no part of the dialog"}
    assert left.dialog == replace(dialog, closes=False, queries={"projects": "ก\tข\nค"})


OLD = {
    "ticket": (
        {
            "assignee": "1",
            "begun": "2026-11-22T03:00:00+00:00",
            "channel": "phone",
            "details": "ถามรายได้",
            "unknown": "",
            "guessed": "channel",
            "customer_query": "สมชาย",
            "no_customer": "",
            "close": "1",
            "look": "1",
            "prompts": "purpose,agency",
            "doubts": "price\t1\t350\ncustomer\t\tนก",
            "request": "7",
        },
        {
            "assignee": "1",
            "channel": "phone",
            "details": "ถามรายได้",
            "unknown": "",
            "no_customer": "",
        },
        {"request": "7"},
        Dialog(
            look=True,
            closes=True,
            prompts=("purpose", "agency"),
            guessed=frozenset({"channel"}),
            queries={"customer": "สมชาย"},
            doubts=(Doubt("price", "350", taken=True), Doubt("customer", "นก")),
            begun_at=datetime(2026, 11, 22, 3, tzinfo=UTC),
        ),
    ),
    "customer": (
        {"name": "สมชาย", "then": "d0", "twins_seen": "C1,C2:phone", "unknown": "", "guessed": ""},
        {"name": "สมชาย", "unknown": ""},
        {"then": "d0"},
        Dialog(passed=("C1", "C2:phone")),
    ),
    "mail": (
        {"mail_to": "a@b.th", "mail_text": "เรียน", "ticket": "R1", "seen": "", "look": "1"},
        {"mail_to": "a@b.th", "mail_text": "เรียน"},
        {"ticket": "R1", "seen": ""},
        Dialog(look=True),
    ),
    "pause": (
        {"position": "0", "field": "since", "since": "2026-11-22T03:00:00+00:00"},
        {"since": "2026-11-22T03:00:00+00:00"},
        {"position": "0", "field": "since"},
        Dialog(),
    ),
    "post": (
        {
            "text": "ข่าว",
            "networks": "line",
            "second": "line",
            "picture": "f1",
            "projects_query": "x",
        },
        {"text": "ข่าว", "networks": "line"},
        {"second": "line", "picture": "f1"},
        Dialog(queries={"projects": "x"}),
    ),
}
"""Drafts as versions kept them that had one table of texts, and what they are now."""


@pytest.mark.parametrize("kind", OLD)
async def test_a_draft_of_an_older_version_opens(db: Database, officer: StaffId, kind: str) -> None:
    kept, given, about, dialog = OLD[kind]
    await save(db, Draft("d1", officer, kind, {}, "", NOW))
    text = json.dumps(kept, ensure_ascii=False)
    await db.write(lambda tx: tx.execute("UPDATE forms SET data = ? WHERE id = ?", text, "d1"))

    read = await forms.find_draft(db, "d1")

    assert read is not None
    assert (read.given, read.about, read.dialog) == (given, about, dialog)
    assert read.texts() == {**given, **about, **{k: v for k, v in kept.items() if v}}
    assert (await save(db, read)).texts() == read.texts()
