"""What somebody takes back is in no byte of the desk's any more: neither in a row, nor in a page that was freed, the log, or a file."""

import json
import os
from pathlib import Path

import pytest

from scheduler.ticker import Ticker
from store.privacy.columns import list_word_columns
from tests.bot.conftest import NOK, NOK_LINE, WiredDesk

pytestmark = pytest.mark.long

WORDS = "ขอข้อมูลลับมากของคุณสมหมาย"
FILE = b"%PDF-1.4 " + "ลับมากเหมือนกัน".encode() * 40
SOUGHT = (WORDS.encode(), json.dumps(WORDS)[1:-1].encode(), FILE[:60])
STRANGER = 990_011


@pytest.fixture(params=["sqlite", "postgresql"])
def wired_engine(request) -> str:
    return request.param


def lying_about(folder: Path) -> list[str]:
    """The files in whose bytes the words, or those of the file, stand."""
    every = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    found = []
    for path in every:
        content = path.read_bytes()
        found += [path.name for sought in SOUGHT if sought in content]
    return found


async def tables(wired: WiredDesk) -> list[str]:
    """The tables in whose rows they stand."""
    found = []
    for columns in await list_word_columns(wired.db, wired.db.engine):
        rows = await wired.db.fetch(f"SELECT * FROM {columns.table}")
        text = json.dumps([dict(each) for each in rows], default=str, ensure_ascii=False)
        text = text.replace("\\\\", "\\")
        if WORDS in text or json.dumps(WORDS)[1:-1] in text:
            found.append(columns.table)
    return found


async def anywhere(wired: WiredDesk, folder: Path) -> list[str]:
    """In rows, and in the bytes on the disk; a server's own files are not looked at."""
    return [*await tables(wired), *lying_about(folder)]


async def tick(wired: WiredDesk) -> None:
    await Ticker(wired.engine.desk, wired.engine).tick()
    await wired.engine.idle()


def aged(folder: Path) -> None:
    """Nobody touched the files for a while."""
    before = 0
    for path in (folder / "files").rglob("*"):
        os.utime(path, (before, before))


async def talk(wired: WiredDesk) -> None:
    """Other people's traffic before and after."""
    for number in range(6):
        wired.telegram.say(NOK, f"/find บริษัทที่ {number} " + "ก" * 50 * number)
        await wired.hears(wired.line.text_event(NOK_LINE, f"/find หน่วยงาน {number}"))
        await wired.turn()


async def test_a_message_that_is_unsent_on_line(wired: WiredDesk, tmp_path: Path) -> None:
    await talk(wired)
    await wired.hears(wired.line.text_event(NOK_LINE, "/new"))
    said = wired.line.text_event(NOK_LINE, WORDS)
    await wired.hears(said)
    await talk(wired)
    assert await anywhere(wired, tmp_path)
    taken = {"messageId": said["message"]["id"]}
    await wired.hears(wired.line.event("unsend", NOK_LINE, None, unsend=taken))
    await tick(wired)
    assert await anywhere(wired, tmp_path) == []


async def test_a_file_that_is_unsent_on_line(wired: WiredDesk, tmp_path: Path) -> None:
    sent = wired.line.content_event(NOK_LINE, FILE, "file", fileName="a.pdf", fileSize=len(FILE))
    await wired.hears(sent)
    assert await anywhere(wired, tmp_path)
    aged(tmp_path)
    taken = {"messageId": sent["message"]["id"]}
    await wired.hears(wired.line.event("unsend", NOK_LINE, None, unsend=taken))
    await tick(wired)
    assert await anywhere(wired, tmp_path) == []


async def test_bytes_that_somebody_may_be_about_to_name_go_a_minute_later(
    wired: WiredDesk, tmp_path: Path
) -> None:
    sent = wired.line.content_event(NOK_LINE, FILE, "file", fileName="a.pdf", fileSize=len(FILE))
    await wired.hears(sent)
    taken = {"messageId": sent["message"]["id"]}
    await wired.hears(wired.line.event("unsend", NOK_LINE, None, unsend=taken))
    await tick(wired)
    assert await anywhere(wired, tmp_path)
    aged(tmp_path)
    wired.wait(minutes=2)
    await tick(wired)
    assert await anywhere(wired, tmp_path) == []


async def test_a_message_that_is_changed_on_telegram(wired: WiredDesk, tmp_path: Path) -> None:
    await talk(wired)
    said = wired.telegram.say(NOK, f"/find {WORDS}")
    await wired.turn()
    await talk(wired)
    assert await anywhere(wired, tmp_path)
    wired.telegram.edit(said, "ไม่มีอะไร")
    await wired.turn()
    await tick(wired)
    assert await anywhere(wired, tmp_path) == []


async def test_a_draft_that_is_given_up(wired: WiredDesk, tmp_path: Path) -> None:
    await talk(wired)
    wired.telegram.say(NOK, f"/open โทร 1.1 {WORDS}")
    await wired.turn()
    wired.telegram.document(NOK, FILE, caption=f"{WORDS} อีกครั้ง")
    await wired.turn()
    assert await anywhere(wired, tmp_path)
    aged(tmp_path)
    wired.telegram.say(NOK, "ยกเลิก")
    await wired.turn()
    await tick(wired)
    assert await anywhere(wired, tmp_path) == []


async def test_a_file_that_is_removed_from_its_ticket(wired: WiredDesk, tmp_path: Path) -> None:
    wired.telegram.say(NOK, "/open C81554 โทร 1.1 ถามเรื่องแรก")
    await wired.turn()
    wired.telegram.document(NOK, FILE, caption=f"R2611000124 {WORDS}")
    await wired.turn()
    assert await wired.value("SELECT record FROM files") == "R2611000124"
    assert await anywhere(wired, tmp_path)
    aged(tmp_path)
    wired.telegram.say(NOK, "ไฟล์ R2611000124")
    await wired.turn()
    for label in ("ไฟล์แนบ (1)", "ลบไฟล์นี้", "ลบ"):
        shown = wired.telegram.messages(NOK)[-1]
        wired.telegram.press(NOK, shown.message_id, label)
        await wired.turn()
    await tick(wired)
    assert await anywhere(wired, tmp_path) == []


async def test_what_a_stranger_writes_on_either_platform(wired: WiredDesk, tmp_path: Path) -> None:
    wired.telegram.say(STRANGER, WORDS)
    await wired.turn()
    wired.telegram.say(STRANGER, f"/start {WORDS}")
    await wired.turn()
    await wired.hears(wired.line.text_event("U" + "9" * 32, WORDS))
    await talk(wired)
    await tick(wired)
    assert await anywhere(wired, tmp_path) == []
