"""Troubles inside the desk: refusing platforms, odd answers, bugs, a shrinking catalogue, two
administrators.
"""

import asyncio
from dataclasses import replace

import pytest

from bot.platform import Refused, Retry
from domain.staff import Platform
from handlers.customers import commands as customers
from handlers.staff.commands import new_invitation
from store.engine.database import StoreUnavailable

SAVED = "บันทึกข้อมูลเรียบร้อย"


async def assign_to_nok(desk):
    """ต้น makes นก responsible, who is then told."""
    await desk.says("/open C81554 โทร 1.1 ช่วยดู", who="ton")
    await desk.presses("แก้ไข", who="ton")
    await desk.presses("ผู้รับผิดชอบ", who="ton")
    await desk.presses("นก", who="ton")
    await desk.presses("บันทึก", who="ton")


def refusing(desk, platform, error, *, unreachable=False):
    """The platform refuses นก from now on; returns the list of calls."""
    recorder, calls = desk.recorders[platform], []
    deliver = recorder.deliver

    async def refuse(message):
        if message.chat != "nok":
            return await deliver(message)
        calls.append(message)
        return Refused(error, unreachable=unreachable)

    recorder.deliver = refuse
    return calls


async def test_notice_refused_here_goes_to_the_other_platform_once(desk):
    refusing(desk, Platform.TELEGRAM, "403", unreachable=True)
    await assign_to_nok(desk)
    assert "R2611000124" in desk.told("nok", Platform.LINE).text
    assert await desk.count("identities", "unreachable_at IS NOT NULL") == 1


async def test_notice_refused_everywhere_ends_and_the_administrator_is_told(desk):
    telegram, line = (
        refusing(desk, Platform.TELEGRAM, "400 bad"),
        refusing(desk, Platform.LINE, "400 bad"),
    )
    await assign_to_nok(desk)
    assert (len(telegram), len(line)) == (1, 1)
    assert "400 bad" in desk.told("may").text
    assert await desk.count("outbox", "state IN ('queued', 'sending')") == 0


async def test_odd_answer_of_a_platform_is_tried_again_more_and_more_slowly(desk):
    recorder, calls = desk.recorders[Platform.TELEGRAM], []

    async def odd(message):
        calls.append(message)
        raise KeyError("result")

    recorder.deliver = odd
    await desk.says("เมนู")
    assert len(calls) == 1
    row = await desk.db.fetch_one("SELECT state, unclear, next_at FROM outbox")
    assert (row["state"], row["unclear"]) == ("queued", 1)
    assert row["next_at"] > desk.now


async def test_a_thousand_failed_attempts_do_not_break_the_counting(desk):
    recorder = desk.recorders[Platform.TELEGRAM]

    async def busy(message):
        return Retry("down")

    recorder.deliver = busy
    await desk.says("เมนู")
    await desk.db.write(
        lambda tx: tx.execute("UPDATE outbox SET attempts = 5000, next_at = ?", desk.now)
    )
    await desk.says("เมนู")
    row = await desk.db.fetch_one("SELECT state, attempts FROM outbox ORDER BY seq LIMIT 1")
    assert (row["state"], row["attempts"]) == ("queued", 5001)


async def test_store_that_is_away_after_sending_does_not_send_twice(desk):
    write, failed = desk.db.write, []

    async def unsteady(work, **how):
        if desk.recorders[Platform.TELEGRAM].sent and len(failed) < 1:
            failed.append(work)
            raise StoreUnavailable("database is locked")
        return await write(work, **how)

    desk.db.write = unsteady
    await desk.says("เมนู")
    assert len(failed) == 1
    assert len(desk.recorders[Platform.TELEGRAM].sent) == 1
    assert await desk.count("outbox", "state = 'sent'") == 1


@pytest.fixture
def broken_search(monkeypatch):
    async def broken(*_args):
        raise RuntimeError("a bug")

    monkeypatch.setattr(customers.search, "find_customers", broken)
    return monkeypatch


async def test_a_bug_gives_a_reference_and_can_be_retried(desk, broken_search, capsys):
    answer = await desk.says("สมชาย ใจดี")
    assert "อ้างอิง" in answer.text
    row = await desk.db.fetch_one("SELECT state, reference FROM inbox")
    assert row["state"] == "failed"
    assert row["reference"] in answer.text
    assert "สมชาย" not in capsys.readouterr().out
    broken_search.undo()
    token = answer.token("ลองใหม่")
    await desk.presses_token(token)
    assert "C81554" in desk.told("nok").text


async def test_a_bug_is_not_told_to_strangers(desk, monkeypatch):
    async def broken(*_args, **_kwargs):
        raise RuntimeError("a bug")

    monkeypatch.setattr("handlers.staff.strangers.answer", broken)
    answer = await desk.says("สวัสดี", who="stranger")
    assert not answer.replies
    assert await desk.count("inbox", "state = 'failed'") == 1


@pytest.mark.parametrize("token", ["x\x00y", "'; DROP TABLE staff; --", "ก" * 22, "a" * 5000])
async def test_made_up_tokens_are_only_expired_buttons(desk, token):
    assert "หมดอายุ" in (await desk.presses_token(token)).text


def without_subject(desk, code):
    configuration = desk.engine.desk.configuration
    kept = {c: subject for c, subject in configuration.catalogue.subjects.items() if c != code}
    smaller = replace(configuration, catalogue=replace(configuration.catalogue, subjects=kept))
    desk.engine.worker._desk = replace(desk.engine.desk, configuration=smaller)


async def test_ticket_of_a_subject_that_is_gone_can_still_be_read_and_closed(desk):
    await desk.says("/open C81554 โทร 6.1 ถาม")
    await desk.says("C81554")
    await desk.presses("สร้างใบงาน")
    without_subject(desk, "6.1")
    assert "6.1" in (await desk.says("R2611000124")).text
    done = await desk.says("ปิดใบงาน R2611000124 ตอบแล้ว")
    assert "ปิดแล้ว" in done.text


async def test_of_two_administrators_who_demote_each_other_one_stays(desk):
    await desk.db.write(lambda tx: tx.execute("UPDATE staff SET role = 'admin' WHERE name = 'ต้น'"))
    await desk.says("เจ้าหน้าที่", who="may")
    may = (await desk.presses("ต้น", who="may")).token("ให้เป็นเจ้าหน้าที่")
    await desk.says("เจ้าหน้าที่", who="ton")
    ton = (await desk.presses("เมย์", who="ton")).token("ให้เป็นเจ้าหน้าที่")
    await asyncio.gather(desk.presses_token(may, who="may"), desk.presses_token(ton, who="ton"))
    assert await desk.count("staff", "role = 'admin'") == 1


async def test_granting_somebody_who_was_invited_meanwhile_says_so(desk):
    await desk.says("สวัสดี", who="stranger")
    await desk.presses("ขอสิทธิ์ใช้งาน", who="stranger")
    code, change = new_invitation(desk.ids["nok"], desk.now)
    await desk.db.write(change)
    await desk.says(f"/start {code}", who="stranger")
    answer = await desk.presses_token(desk.told("may").token("เจ้าหน้าที่"), who="may")
    assert "มีรายการนี้อยู่แล้ว ไม่ต้องบันทึกซ้ำ" in answer.text


async def test_unknown_fields_survive_an_edit_of_another(desk):
    await desk.says("/open C81554 โทร 1.1 ถาม")
    await desk.presses("ปิดใบงาน")
    await desk.says("9")
    await desk.presses("แก้ไข")
    await desk.presses("ความเร่งด่วน")
    await desk.presses("สูง")
    await desk.presses("บันทึก")
    row = await desk.db.fetch_one("SELECT urgency, unknown FROM tickets")
    assert (row["urgency"], row["unknown"]) == ("high", "result")


async def test_laying_changes_over_another_save_still_asks_what_closing_wants(desk):
    await desk.says("/open C81554 มาเอง 2 ยืมหนังสือ")
    await desk.presses("ปิดใบงาน")
    await desk.says("R2611000124", who="ton")
    await desk.presses("แก้ไข", who="ton")
    await desk.presses("เรื่อง", who="ton")
    await desk.says("4.1", who="ton")
    await desk.presses("บันทึก", who="ton")
    asked = await desk.says("ให้ยืมแล้ว")
    assert "ราคา" in asked.text
    shown = await desk.says("0")
    assert "มีคนแก้ไขก่อนคุณ" in shown.text
    assert await desk.count("tickets", "status = 'closed'") == 0


@pytest.mark.parametrize("text", ["NaN", "Infinity", "-5", "พันห้า"])
async def test_amounts_that_are_none_get_one_sentence(desk, text):
    await desk.says("/open C81554 มาเอง 4.1 ซื้อรายงาน => ขายแล้ว ปิด")
    assert "จำนวนเงิน" in (await desk.says(text)).text


async def test_an_answer_that_takes_its_time_shows_that_it_is_worked_on(desk, monkeypatch):
    monkeypatch.setattr("bot.queues.worker.BUSY_AFTER", 0.0)
    shown = asyncio.Event()
    search = customers.search.find_customers

    async def slow(*args):
        await shown.wait()
        return await search(*args)

    async def show_busy(chat):
        shown.set()

    monkeypatch.setattr(customers.search, "find_customers", slow)
    monkeypatch.setattr(desk.recorders[Platform.TELEGRAM], "show_busy", show_busy)
    assert "C81554" in (await desk.says("นายสมชาย ใจดี")).text
