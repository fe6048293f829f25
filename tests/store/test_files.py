"""Files of records: rows on both engines, bytes by their hash, and nothing left or lost between the
two.
"""

import asyncio
import os
from collections.abc import AsyncIterator
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from domain.errors import Conflict, InvalidInput, NotFound
from domain.staff import StaffId
from domain.tables.tables import Register
from scheduler.housekeeping import Housekeeping
from store import files
from store.blobs import Blobs, sniff_file
from store.chat import forms
from store.chat.forms import Draft
from store.engine.database import Database
from store.files import File, of_chart, of_draft, of_import, of_person
from store.records import changes
from store.tables import imports
from store.tables.imports import Import

NOW = datetime(2026, 11, 23, 3, 0, 0, 123456, tzinfo=UTC)
DAY = timedelta(days=1)
TICKET = "R2611000001"


def a_file(file_id: str, record: str, **more: object) -> File:
    return replace(
        File(file_id, record, f"{file_id}.pdf", "application/pdf", 12, "a" * 64, NOW, None),
        **more,  # type: ignore[arg-type]
    )


async def add(db: Database, *several: File) -> None:
    for file in several:
        await db.write(lambda tx, file=file: files.add(tx, file))  # type: ignore[misc]


async def test_every_field_of_a_file_comes_back(db: Database, officer: StaffId) -> None:
    full = File(
        "f1",
        TICKET,
        "แบบฟอร์ม.pdf",
        "application/pdf",
        3_000_000_000,
        "b" * 64,
        NOW,
        officer,
        "ดูหน้า 2",
        "line",
        "461",
        "album",
    )
    await add(db, full)
    assert await files.get_file(db, "f1") == full
    assert [f.name for f in fields(File) if getattr(full, f.name) == f.default] == []
    with pytest.raises(NotFound):
        await files.get_file(db, "f2")


async def test_files_are_found_by_record_album_and_message_of_their_sender(
    db: Database, officer: StaffId
) -> None:
    mine = a_file("f2", TICKET, added_by=officer, platform="line", message="m", album="a")
    later = a_file("f1", TICKET, added_at=NOW + DAY, platform="line", message="m", album="a")
    await add(db, later, mine, a_file("f3", "R2", added_by=officer))
    assert [file.id for file in await files.list_files(db, TICKET)] == ["f2", "f1"]
    assert await files.list_album(db, "line", "a", officer) == [mine]
    assert await files.list_album(db, "telegram", "a", officer) == []
    assert await files.list_by_message(db, "line", "m", officer) == [mine]
    assert await files.list_by_message(db, "", "", officer) == []
    assert [file.id for file in await files.list_by_ids(db, ["f3", "f2", "?"])] == ["f2", "f3"]
    assert await files.list_by_ids(db, []) == []
    assert await files.count_files(db, TICKET) == 2
    assert await files.list_named(db, ["a" * 64, "c" * 64]) == {"a" * 64}


async def told(db: Database) -> list[tuple[str, str, int]]:
    return [
        (c.old, c.new, c.version)
        for c in await changes.list_changes(db, TICKET)
        if c.field == files.FIELD
    ]


async def test_a_saved_record_tells_of_its_files_in_its_list_of_changes(
    db: Database, officer: StaffId
) -> None:
    file = a_file("f1", TICKET, added_by=officer)
    await db.write(lambda tx: files.attach(tx, file, 3))
    await db.write(lambda tx: files.remove(tx, file, 4, officer, NOW))
    await db.write(lambda tx: files.remove(tx, file, 5, officer, NOW))
    assert await told(db) == [("", "f1.pdf", 3), ("f1.pdf", "", 4)]
    assert await files.list_files(db, TICKET) == []


async def test_a_drafts_files_become_the_tickets(db: Database, officer: StaffId) -> None:
    await add(
        db, a_file("f1", of_draft("d")), a_file("f2", of_draft("d")), a_file("f3", of_draft("e"))
    )
    await db.write(lambda tx: files.move(tx, ["f1", "f3"], of_draft("d"), TICKET, 1, officer, NOW))
    assert [file.id for file in await files.list_files(db, TICKET)] == ["f1"]
    await db.write(lambda tx: files.move(tx, [], of_draft("d"), TICKET, 2, officer, NOW))
    assert await told(db) == [("", "f1.pdf", 1), ("", "f2.pdf", 2)]
    await db.write(lambda tx: files.hand_over(tx, ["f3"], of_person(officer)))
    assert [file.id for file in await files.list_files(db, of_person(officer))] == ["f3"]


async def test_what_nobody_claims_is_forgotten_and_what_waits_in_a_draft_is_not(
    db: Database, officer: StaffId
) -> None:
    for draft_id, state in (("open", "open"), ("parked", "parked"), ("gone", "cancelled")):
        await db.write(
            lambda tx, i=draft_id, s=state: forms.save(
                tx, Draft(i, officer, "ticket", {}, "", NOW, s)
            )  # type: ignore[misc]
        )
    old = NOW - 8 * DAY
    await add(
        db,
        *(
            a_file(f"d-{name}", of_draft(name), added_at=old)
            for name in ("open", "parked", "gone", "missing")
        ),
        a_file("old", of_person(officer), added_at=old),
        a_file("new", of_person(officer)),
        a_file("table", of_import("i"), added_at=old),
        a_file("chart", of_chart("ab"), added_at=old),
        a_file("seen", of_chart("ab")),
        a_file("ticket", TICKET, added_at=old),
    )
    assert (await files.forget_of_drafts(db, NOW)).touched == 2
    assert (await files.forget_unclaimed(db, NOW - 7 * DAY)).touched == 3
    every = [
        "d-open",
        "d-parked",
        "d-gone",
        "d-missing",
        "old",
        "new",
        "table",
        "chart",
        "seen",
        "ticket",
    ]
    left = await files.list_by_ids(db, every)
    assert {file.id for file in left} == {"d-open", "d-parked", "new", "seen", "ticket"}


async def test_an_import_goes_from_state_to_state_once(db: Database, officer: StaffId) -> None:
    job = Import("i1", "f1", Register.TICKETS, "checking", officer, "telegram", "7", "e1", NOW)
    await db.write(lambda tx: imports.add(tx, job))
    assert await imports.find_import(db, "i1") == job
    assert await imports.list_waiting(db) == ["i1"]
    await db.write(lambda tx: imports.step(tx, "i1", "checking", "ready", NOW))
    assert await imports.list_waiting(db) == []
    with pytest.raises(Conflict, match="import"):
        await db.write(lambda tx: imports.step(tx, "i1", "checking", "ready", NOW))
    await db.write(lambda tx: imports.note_progress(tx, "i1", 5, 6))
    assert await db.write(lambda tx: imports.note_failure(tx, "i1")) == 1
    assert await imports.find_import(db, "i1") == replace(
        job, state="ready", new_records=5, changed_records=6, failures=1
    )
    assert (await imports.forget(db, NOW)).touched == 0
    assert (await imports.forget(db, NOW + DAY)).touched == 1


# Bytes.


async def chunks(*several: bytes) -> AsyncIterator[bytes]:
    for chunk in several:
        yield chunk


async def stored(blobs: Blobs, content: bytes) -> str:
    part = await blobs.receive(chunks(content))
    await blobs.keep(part)
    return part.sha256


def age(path: Path, seconds: float) -> None:
    os.utime(path, (path.stat().st_mtime - seconds,) * 2)


def every_file(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


async def test_bytes_lie_under_their_hash_and_the_same_bytes_once(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)
    name = await stored(blobs, b"abc")
    assert name == sha256(b"abc").hexdigest()
    assert blobs.path(name) == tmp_path / "files" / name[:2] / name[2:4] / name
    assert await stored(blobs, b"abc") == name
    assert every_file(tmp_path) == [blobs.path(name)]
    assert blobs.existing(name).read_bytes() == b"abc"


async def test_too_much_is_refused_while_it_comes_and_leaves_nothing(tmp_path: Path) -> None:
    came = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal came
        while True:
            came += 1
            yield bytes(1000)

    with pytest.raises(InvalidInput) as refusal:
        await Blobs(tmp_path).receive(endless(), largest=2_000_000)
    assert refusal.value.code == "file_large"
    assert refusal.value.params == {"limit": 2}
    assert came == 2001
    assert every_file(tmp_path) == []


async def test_a_broken_stream_leaves_nothing(tmp_path: Path) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield b"half"
        raise ConnectionError

    with pytest.raises(ConnectionError):
        await Blobs(tmp_path).receive(broken())
    assert every_file(tmp_path) == []


@pytest.mark.parametrize(
    "name", ["", "..", "../../etc/passwd", "A" * 64, "a" * 63, "a" * 64 + "\n", "a" * 65]
)
def test_nothing_but_a_hash_becomes_a_path(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError):
        Blobs(tmp_path).path(name)


async def test_bytes_that_no_row_names_go_after_a_while(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)
    named, orphan, young = [await stored(blobs, text) for text in (b"named", b"orphan", b"young")]
    part = await blobs.receive(chunks(b"half"))
    for path in (blobs.path(named), blobs.path(orphan), part.path):
        age(path, 1000)

    async def names(hashes: object) -> set[str]:
        return {named}

    assert await blobs.sweep(500, names) == 1
    assert {path.name for path in every_file(tmp_path)} == {named, young}
    assert await Blobs(tmp_path / "nowhere").sweep(500, names) == 0


async def test_old_bytes_that_come_again_are_young_again(tmp_path: Path) -> None:
    """The row that names them may not be written yet."""
    blobs = Blobs(tmp_path)
    age(blobs.path(await stored(blobs, b"abc")), 1000)
    name = await stored(blobs, b"abc")

    async def names(hashes: object) -> set[str]:
        return set()

    assert await blobs.sweep(500, names) == 0
    assert blobs.existing(name)


async def test_bytes_that_another_process_sweeps_at_once_are_no_fault(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)
    for text in (b"first", b"second"):
        age(blobs.path(await stored(blobs, text)), 1000)
    looks = 0

    async def names(hashes: object) -> set[str]:
        nonlocal looks
        looks += 1
        if looks == 2:
            for path in every_file(tmp_path):
                path.unlink()
        return set()

    assert await blobs.sweep(500, names) == 0


async def test_bytes_named_while_they_are_swept_stay(tmp_path: Path) -> None:
    """The row is written after the first look, or the same bytes come again while they are put
    aside.
    """
    blobs = Blobs(tmp_path)
    first, second = await stored(blobs, b"first"), await stored(blobs, b"second")
    for name in (first, second):
        age(blobs.path(name), 1000)
    looks = 0

    async def names(hashes: object) -> set[str]:
        nonlocal looks
        looks += 1
        if looks == 1:
            return set()
        assert await stored(blobs, b"second") == second
        return {first}

    await blobs.sweep(500, names)
    assert blobs.existing(first).read_bytes() == b"first"
    assert blobs.existing(second).read_bytes() == b"second"


async def test_a_desk_that_knows_no_file_leaves_the_disk_alone(
    db: Database, tmp_path: Path
) -> None:
    """The wrong database, or one that is not restored yet, must not cost every attachment."""
    blobs = Blobs(tmp_path)
    name = await stored(blobs, b"abc")
    age(blobs.path(name), 10 * DAY.total_seconds())
    assert await Housekeeping(db, blobs).step(NOW) == {}
    assert blobs.existing(name)
    await add(db, a_file("f1", TICKET))
    assert await Housekeeping(db, blobs).step(NOW) == {"bytes": 1}
    assert every_file(tmp_path / "files") == []


async def test_a_sweep_that_was_killed_is_made_good_by_the_next(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)
    name = await stored(blobs, b"abc")
    trash = blobs.path(name).with_name(f"{name}.trash")
    await asyncio.to_thread(blobs.path(name).rename, trash)
    age(trash, 1000)

    async def names(hashes: object) -> set[str]:
        return {name}

    assert await blobs.sweep(500, names) == 0
    assert blobs.existing(name).read_bytes() == b"abc"


@pytest.mark.parametrize(
    ("content", "why"), [(b"", "file_nothing"), (b"PK\x03\x04 half", "file_cut")]
)
def test_a_file_on_disk_is_looked_at(tmp_path: Path, content: bytes, why: str) -> None:
    path = tmp_path / "part"
    path.write_bytes(content)
    with pytest.raises(InvalidInput, match=why):
        sniff_file(path, "x.xlsx")
    path.write_bytes(b"%PDF-1.4")
    assert sniff_file(path, "x").mime == "application/pdf"
