"""What is owed is never forgotten: requests, contracts, reminders across weeks, and proofs that end
them.
"""

import asyncio
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from domain.staff import Platform
from handlers.desk import Work
from handlers.registry import KINDS
from scheduler import ticker
from scheduler.ticker import Ticker
from store import due, files
from store.due import Claimable
from store.owed import reminding
from store.owed.rows import KIND

pytestmark = pytest.mark.usefixtures("quiet_mornings")

SENT = "/open C70001 เมล 7.9 ส่งข้อมูลและสัญญา => ส่งแล้ว ปิด"


async def send_contract(desk, line=SENT):
    """A contract was sent on Monday 23 November: the first reminder is due on Tuesday 8
    December.
    """
    return await desk.says(line)


async def morning(desk, days=15):
    """Days later, ten o'clock; what the officer was told since."""
    before = len(desk.recorders[Platform.TELEGRAM].sent)
    desk.wait(days=days)
    await desk.tick()
    answer = desk.told("nok")
    answer.replies = [
        reply for chat, reply in desk.recorders[Platform.TELEGRAM].sent[before:] if chat == "nok"
    ]
    desk.last["telegram:nok"] = answer
    return answer


def write_mail(desk):
    """Give the desk a mail server, as DESKBOT_SMTP_URL does."""
    object.__setattr__(desk.engine.desk, "mail_from", "services@example.go.th")


# The life of a request.


async def test_a_letter_begins_a_request_and_the_next_number_is_one_tap(desk):
    await desk.says("/open C70001 หนังสือ 7.4 ขอข้อมูล => ตอบแล้ว ปิด")
    await desk.says("512 24 กพ 69")
    done = await desk.says("โครงการวิจัย Gender Wage Gap")
    assert "คำขอข้อมูลระดับย่อย" in done.text
    await desk.presses("ใช้เลขสัญญา 1/2569")
    card = await desk.says("1/2569")
    assert "วัตถุประสงค์: โครงการวิจัย Gender Wage Gap" in card.text
    assert "หนังสือขอข้อมูล: ✅ 23 พ.ย. 69 R2611000124" in card.text
    await desk.presses("ขั้นต่อไป: ส่งข้อมูลและสัญญา (7.9)")
    done = await desk.says("ส่งข้อมูล => ส่งแล้ว ปิด")
    assert "⏰ รอสัญญาที่ลงนาม กำหนด 7 ธ.ค. 69 · เตือน 8 ธ.ค. 69" in done.text
    assert await desk.count("request_tickets") == 2
    assert await desk.count("requests") == 1


async def test_the_contract_that_a_line_names_is_the_requests_contract(desk):
    done = await desk.says(
        "/open C70001 เมล 7.9 ส่งข้อมูลและสัญญา 81/2569 ลงวันที่ 20 พ.ย. 69 => ส่งแล้ว ปิด"
    )
    assert "เลขที่สัญญา: 81/2569" in done.text
    assert "📄 สัญญา 81/2569" in done.text
    assert await desk.count("contracts", "no = '81/2569' AND signed_on = '2026-11-20'") == 1
    await desk.says("/open C70001 เมล 7.10 ได้รับสัญญา 81/2569 => ครบถ้วน ปิด")
    assert await desk.count("requests") == 1
    assert await desk.count("owed", "rule = 'contract' AND state = 'received'") == 1


async def test_a_contract_that_is_another_customers_is_not_taken_from_a_line(desk):
    await send_contract(desk, "/open C70001 เมล 7.9 ส่งสัญญา 81/2569 => ส่งแล้ว ปิด")
    done = await desk.says("/open C81554 เมล 7.9 ส่งสัญญา 81/2569 => ส่งแล้ว ปิด")
    assert "⚠️ สัญญา 81/2569 เป็นของ C70001 แล้ว" in done.text
    assert await desk.count("contracts") == 1


async def test_a_contract_of_a_year_to_come_is_not_taken_from_a_line(desk):
    done = await send_contract(desk, "/open C70001 เมล 7.9 ส่งสัญญา 81/2570 => ส่งแล้ว ปิด")
    assert "⚠️ สัญญา 81/2570 เป็นของปี 2570 ซึ่งยังไม่ถึง" in done.text
    assert "รอสัญญาที่ลงนาม" in done.text
    assert await desk.count("contracts") == 0
    assert await desk.count("tickets", "contract_no = '81/2570'") == 1


async def test_a_contract_that_is_not_there_leads_to_the_list(desk):
    assert (await desk.says("/contract 7/2569")).text == "ไม่พบสัญญา 7/2569 ตรวจเลขที่อีกครั้ง"
    assert "📄 สัญญา · ทั้งหมด 0" in (await desk.presses("รายการสัญญา")).text


async def test_a_ticket_without_a_customer_says_that_nothing_is_followed_up(desk):
    await desk.says("/open เมล 7.9 ส่งข้อมูลแล้ว => ส่งแล้ว ปิด")
    done = (
        await desk.presses("ไม่มีผู้รับบริการ")
        if "ไม่มีผู้รับบริการ" in desk.last["telegram:nok"].buttons
        else None
    )
    done = done or desk.last["telegram:nok"]
    assert "จึงยังไม่มีการติดตามให้" in done.text
    await desk.presses("แก้ไข")
    await desk.presses("ผู้รับบริการ")
    await desk.says("C70001")
    await desk.presses("บันทึก")
    assert await desk.count("owed", "rule = 'contract' AND state = 'open'") == 1


async def test_an_open_ticket_owes_nothing_until_it_is_closed(desk):
    await desk.says("/open C70001 เมล 7.9 จะส่งข้อมูล")
    assert await desk.count("owed") == 0
    await desk.says("ปิดใบงาน R2611000124 ส่งแล้ว")
    assert await desk.count("owed", "rule = 'contract' AND state = 'open'") == 1


async def test_a_ticket_opened_again_takes_back_what_it_began_and_what_it_ended(desk):
    await send_contract(desk)
    await desk.says("/open C70001 เมล 7.10 ได้สัญญา => ได้รับแล้ว ปิด")
    assert await desk.count("owed", "rule = 'contract' AND state = 'received'") == 1
    again = await desk.presses("เปิดใบงานอีกครั้ง")
    assert "⏰ รอสัญญาที่ลงนาม" in again.text
    assert await desk.count("owed", "rule = 'contract' AND state = 'open'") == 1
    assert await desk.count("owed", "rule = 'research' AND state = 'void'") == 1
    assert await desk.count("due", "kind = 'owed' AND state = 'waiting'") == 1


async def test_special_tabulations_run_without_contract_and_research(desk):
    await desk.says("/open C81554 เมล 8.4 ข้อมูลพร้อมแล้ว => แจ้งแล้ว ปิด")
    told = await morning(desk, days=7)
    assert "ยังไม่มารับข้อมูล" in told.text
    got = await desk.presses("มารับแล้ว")
    assert "✅ มารับข้อมูลแล้ว หยุดเตือน" in got.text
    assert await desk.count("tickets") == 1
    assert not (await morning(desk, days=60)).text


async def test_steps_without_a_ticket_are_ticked_and_thanks_are_recorded_by_one_tap(desk):
    await send_contract(desk)
    card = await desk.presses("ดูคำขอ")
    token = card.token("ขั้นอื่น…")
    await desk.presses("ขั้นอื่น…")
    assert "✅ อนุมัติ" in (await desk.presses("อนุมัติแล้ว")).text
    await desk.presses_token(token)
    done = await desk.presses("ผู้รับบริการขอบคุณ (7.14)")
    assert "7.14" in done.text
    assert await desk.count("tickets", "subject = '7.14' AND status = 'closed'") == 1
    card = await desk.presses("ดูคำขอ")
    assert "อนุมัติ: ✅ 23 พ.ย. 69" in card.text
    assert "คำขอบคุณ: ✅" in card.text


async def test_which_request_is_asked_only_when_two_may_be_meant(desk):
    await desk.says("/open C70001 เมล 7.9 ส่งข้อมูล สรง. => ส่งแล้ว ปิด")
    again = await desk.says("/open C70001 หนังสือ 7.4 ขอข้อมูลใหม่")
    assert "ถ้าใบงาน" in again.text
    assert await desk.count("requests") == 2
    await desk.says("/open C70001 เมล 7.9 ส่งข้อมูลชุดใหม่ => ส่งแล้ว ปิด")
    assert await desk.count("owed", "rule = 'contract' AND state = 'open'") == 2
    asked = await desk.says("/open C70001 เมล 7.10 ได้สัญญา => ได้รับแล้ว ปิด")
    assert "เป็นของคำขอใด" in asked.text
    assert await desk.count("owed", "rule = 'contract' AND state = 'open'") == 2
    await desk.presses_token(asked.replies[0].parts[-1].options[0].token)
    assert await desk.count("owed", "rule = 'contract' AND state = 'open'") == 1
    assert await desk.count("owed", "rule = 'research' AND state = 'open'") == 1


@pytest.mark.parametrize("named", ["81/2569", "๘๑/๒๕๖๙"])
async def test_a_contract_s_number_alone_says_which_of_two_a_chase_is_about(desk, named):
    for no in ("81/2569", "82/2569"):
        await desk.says(f"/open C70001 เมล 7.9 ส่งสัญญา {no} => ส่งแล้ว ปิด")
        await desk.says(f"/open C70001 เมล 7.10 ได้สัญญา {no} => ได้รับแล้ว ปิด")
    done = await desk.says(f"/open C70001 โทร 7.12 ทวงผลงาน {named} => จะส่งสิ้นปี ปิด")
    assert "📄 สัญญา 81/2569" in done.text
    assert "ถ้าใบงาน" not in done.text


async def test_its_year_may_have_two_digits(desk):
    for no in ("81/2569", "82/2569"):
        await desk.says(f"/open C70001 เมล 7.9 ส่งสัญญา {no} => ส่งแล้ว ปิด")
        await desk.says(f"/open C70001 เมล 7.10 ได้สัญญา {no} => ได้รับแล้ว ปิด")
    await desk.says("/open C70001 โทร 7.12 ทวงผลงาน 81/69 => จะส่งสิ้นปี ปิด")
    done = await desk.presses("ปิดด้วยผลนี้")
    assert "📄 สัญญา 81/2569" in done.text


@pytest.mark.parametrize(
    "line", ["ติดตาม 81/2569", "เลื่อน 81/2569 ไปวันศุกร์", "เลิกติดตาม ๘๑/๒๕๖๙ ติดต่อไม่ได้"]
)
async def test_a_sentence_with_a_contract_s_number_shows_the_contract(desk, line):
    await desk.says("/open C70001 เมล 7.9 ส่งสัญญา 81/2569 => ส่งแล้ว ปิด")
    shown = await desk.says(line)
    assert "📄 สัญญา 81/2569\nผู้รับบริการ: C70001" in shown.text
    assert "ผู้รับบริการใหม่" not in shown.text
    assert "ผลลัพธ์: 0" in (await desk.says(line.replace("8", "7").replace("๘", "๗"))).text


async def test_a_number_that_is_part_of_another_names_no_contract(desk):
    for no in ("1/2569", "82/2569"):
        await desk.says(f"/open C70001 เมล 7.9 ส่งสัญญา {no} => ส่งแล้ว ปิด")
        await desk.says(f"/open C70001 เมล 7.10 ได้สัญญา {no} => ได้รับแล้ว ปิด")
    done = await desk.says("/open C70001 โทร 7.12 ทวงผลงาน 11/2569 และ 1/2569/3 => จะส่ง ปิด")
    assert "ถ้าใบงาน" in done.text


# The reminder.


async def test_a_contract_is_asked_for_after_two_weeks_and_then_every_week(desk):
    await send_contract(desk)
    assert not (await morning(desk, days=14)).text, "7 December is a holiday"
    told = await morning(desk, days=1)
    assert "⏰ 8 ธ.ค. 69 · ค้างส่ง 1 เรื่อง" in told.text
    assert "C70001 ผศ.ดร.กมลชนก รัตนพิทักษ์" in told.text
    assert "ยังไม่ส่งสัญญาคืน" in told.text
    assert "ตั้งแต่: 23 พ.ย. 69 (รอมา 15 วัน) R2611000124" in told.text
    assert told.buttons[:5] == ["ส่งอีเมลติดตาม", "ได้รับแล้ว", "เลื่อน…", "มอบหมาย", "เลิกติดตาม"]
    assert not (await morning(desk, days=6)).text
    told = await morning(desk, days=1)
    assert "เตือนครั้งที่ 2" in told.text


async def test_the_third_reminder_reaches_the_supervisors_too(desk):
    await send_contract(desk)
    await morning(desk)
    await morning(desk, days=7)
    assert "ค้างส่ง" not in desk.told("ton").text
    await morning(desk, days=7)
    assert "เตือนเจ้าหน้าที่หลายครั้งแล้ว" in desk.told("ton").text


async def test_an_officer_who_left_is_stood_in_for_by_the_supervisors(desk):
    await send_contract(desk)
    await desk.db.write(
        lambda tx: tx.execute("UPDATE staff SET blocked_at = ? WHERE name = 'นก'", desk.now)
    )
    assert not (await morning(desk)).text
    assert "ยังไม่ส่งสัญญาคืน" in desk.told("ton").text


async def test_after_the_last_reminder_the_officer_is_asked_whether_to_go_on(desk):
    await send_contract(desk)
    await desk.db.write(lambda tx: tx.execute("UPDATE owed SET reminders = 11"))
    await desk.db.write(lambda tx: tx.execute("UPDATE due SET occurrence = '12'"))
    told = await morning(desk)
    assert "เตือนครบแล้ว" in told.text
    assert await desk.count("due", "kind = 'owed' AND state = 'waiting'") == 0
    again = await desk.presses("ติดตามต่อ")
    assert "จะเตือนอีก 15 ธ.ค. 69" in again.text
    assert "ยังไม่ส่งสัญญาคืน" in (await morning(desk, days=7)).text


async def test_several_of_one_morning_come_as_one_message_and_are_ticked_off_in_it(desk):
    await send_contract(desk)
    await send_contract(desk, SENT.replace("C70001", "C81554"))
    told = await morning(desk)
    assert len(told.replies) == 1
    assert "ค้างส่ง 2 เรื่อง" in told.text
    assert "1 📄 ผศ.ดร.กมลชนก รัตนพิทักษ์ ยังไม่ส่งสัญญาคืน · รอมา 15 วัน" in told.text
    assert told.buttons[:3] == ["1 ติดตาม", "1 ได้รับแล้ว", "1 อื่น ๆ"]
    done = await desk.presses("1 ได้รับแล้ว")
    assert "1 ✅ ผศ.ดร.กมลชนก รัตนพิทักษ์ ได้รับแล้ว" in done.text
    assert "เหลือ 1 จาก 2 เรื่อง" in done.text
    assert "2 ได้รับแล้ว" in done.buttons
    assert "1 ได้รับแล้ว" not in done.buttons


async def test_one_message_a_morning_however_many_are_due(desk, monkeypatch):
    monkeypatch.setattr(ticker, "BATCH", 1)
    for code in ("C70001", "C81554", "C90210"):
        await send_contract(desk, SENT.replace("C70001", code))
    told = await morning(desk)
    assert len(told.replies) == 1
    assert "ค้างส่ง 3 เรื่อง" in told.text
    assert "3 ได้รับแล้ว" in told.buttons
    assert not (await morning(desk, days=0)).replies


async def test_what_could_not_be_noted_at_first_is_told_later_and_the_rest_not_again(desk):
    await send_contract(desk)
    await send_contract(desk, SENT.replace("C70001", "C81554"))
    paused = "UPDATE due SET attempts = 1, lease_until_at = ? WHERE kind = 'owed' AND subject = '2'"
    await desk.db.write(lambda tx: tx.execute(paused, desk.now + timedelta(days=15, minutes=5)))
    assert "กมลชนก" in (await morning(desk)).text
    desk.wait(minutes=6)
    told = await morning(desk, days=0)
    assert len(told.replies) == 1
    assert "C81554" in told.text
    assert "กมลชนก" not in told.text


async def note_only(desk):
    """The reminders are noted, and the process dies before it tells of them."""
    claimable = Claimable([KIND], desk.now)
    rows = await desk.db.write(lambda tx: due.claim(tx, desk.db.engine, claimable, "dead", 10))
    work = Work(desk.engine.desk, desk.now)
    await KINDS[KIND].run(work, rows)
    finish = partial(due.finish, rows=rows, owner="dead", now=desk.now)
    await desk.engine.post(work.outcome(), finish)


async def test_a_process_that_dies_between_noting_and_telling_leaves_the_telling_to_the_next(desk):
    await send_contract(desk)
    desk.wait(days=15)
    await note_only(desk)
    assert "ค้างส่ง" not in desk.told("nok").text
    for _ticks in range(2):
        await Ticker(desk.engine.desk, desk.engine).tick()
        await desk.engine.idle()
    assert desk.told("nok").text.count("ค้างส่ง 1 เรื่อง") == 1


async def test_nobody_is_told_while_another_process_still_notes(desk):
    await send_contract(desk)
    await send_contract(desk, SENT.replace("C70001", "C81554"))
    desk.wait(days=15)
    claimable = Claimable([KIND], desk.now)
    (row,) = await desk.db.write(lambda tx: due.claim(tx, desk.db.engine, claimable, "other", 1))
    assert not (await morning(desk, days=0)).replies
    await desk.db.write(lambda tx: due.release(tx, row, "other"))
    told = await morning(desk, days=0)
    assert len(told.replies) == 1
    assert "ค้างส่ง 2 เรื่อง" in told.text


async def test_a_proof_that_comes_before_the_message_is_not_asked_for(desk):
    await send_contract(desk)
    desk.wait(days=15)
    await note_only(desk)
    await desk.says("/open C70001 เมล 7.10 ส่งคืน => ได้รับแล้ว ปิด")
    desk.recorders[Platform.TELEGRAM].sent.clear()
    await desk.tick()
    assert "ค้างส่ง" not in desk.told("nok").text


async def test_who_is_on_leave_is_stood_in_for_by_whom_took_the_work_else_by_the_supervisors(desk):
    await send_contract(desk)
    desk.wait(days=14)
    await desk.says("ลา 8 ธ.ค.")
    await desk.presses("บันทึกวันลา")
    assert "ยังไม่ส่งสัญญาคืน" not in (await morning(desk, days=1)).text
    assert "ยังไม่ส่งสัญญาคืน" in desk.told("ton").text
    assert "ผู้รับผิดชอบ: นก" in desk.told("ton").text
    await desk.says("/open C81554 อีเมล 6.1 ขอข้อมูล")
    desk.wait(days=6)
    await desk.says("ลา 15 ธ.ค.")
    await desk.presses("ฝากตามนี้")
    taker = next(who for who in ("ton", "may") if "ขอฝากใบงาน" in desk.told(who).text)
    desk.last[f"telegram:{taker}"] = desk.told(taker)
    await desk.presses("รับ R", who=taker)
    desk.recorders[Platform.TELEGRAM].sent.clear()
    await morning(desk, days=1)
    assert "เตือนครั้งที่ 2" in desk.told(taker).text
    assert "เตือนครั้งที่" not in desk.told("nok").text


async def test_a_week_away_is_made_up_for_once_and_marked(desk):
    await send_contract(desk)
    told = await morning(desk, days=23)
    assert "เตือนช้ากว่ากำหนด" in told.text
    assert len(told.replies) == 1
    assert "ยังไม่ส่งสัญญาคืน" in (await morning(desk, days=7)).text


async def test_a_clock_that_jumps_ahead_and_back_reminds_once_and_goes_on(desk):
    await send_contract(desk)
    assert "ค้างส่ง 1 เรื่อง" in (await morning(desk, days=30)).text
    assert not (await morning(desk, days=-30)).replies
    assert not (await morning(desk, days=15)).replies, "it was asked for while the clock was ahead"
    await desk.db.write(
        lambda tx: tx.execute("UPDATE due SET due_at = ? WHERE state = 'waiting'", desk.now)
    )
    told = await morning(desk, days=1)
    assert len(told.replies) == 1
    assert "เตือนครั้งที่ 2" in told.text


# The proof.


async def test_received_closes_its_ticket_and_begins_the_research_result(desk):
    await send_contract(desk)
    await morning(desk)
    done = await desk.presses("ได้รับแล้ว")
    assert "✅ ได้รับสัญญาที่ลงนามแล้ว หยุดเตือน" in done.text
    assert "⏰ รอผลงานวิจัย กำหนด 8 ธ.ค. 70" in done.text
    assert (
        await desk.count(
            "tickets", "subject = '7.10' AND status = 'closed' AND customer_code = 'C70001'"
        )
        == 1
    )
    assert not (await morning(desk, days=300)).text
    told = await morning(desk, days=65)
    assert "ยังไม่ส่งผลงานวิจัย" in told.text
    done = await desk.presses("ได้รับแล้ว")
    assert await desk.count("tickets", "subject = '7.13' AND status = 'closed'") == 1
    assert not (await morning(desk, days=400)).text


async def test_the_file_of_a_proof_may_follow_the_tap(desk):
    await send_contract(desk)
    await morning(desk)
    assert "ส่งไฟล์หรือรูปของเรื่องนี้ตามมาได้เลย" in (await desk.presses("ได้รับแล้ว")).text
    asked = await desk.sends_file(b"%PDF-1.7 signed", "scan.pdf", mime="application/pdf")
    proof = asked.buttons[0].split()[0]
    await desk.presses(proof)
    assert [file.name for file in await files.list_files(desk.db, proof)] == ["scan.pdf"]
    assert await desk.count("tickets", "no = ? AND subject = '7.10'", proof) == 1


async def test_received_twice_is_one_ticket_and_shows_what_stands(desk):
    await send_contract(desk)
    token = (await morning(desk)).token("ได้รับแล้ว")
    await desk.presses_token(token)
    again = await desk.presses_token(token)
    assert "สัญญาที่ลงนาม: ✅ 8 ธ.ค. 69" in again.text
    assert await desk.count("tickets", "subject = '7.10'") == 1


async def test_a_file_is_offered_as_the_proof_and_kept_with_its_ticket(desk):
    await send_contract(desk)
    await send_contract(desk, SENT.replace("C70001", "C81554"))
    await desk.presses("ดูคำขอ")
    await desk.presses("เลขที่สัญญา")
    await desk.says("81/69")
    asked = await desk.sends_file(b"%PDF-1.7\n", "contract-81.pdf")
    assert "ได้รับสัญญาที่ลงนามแล้ว · สัญญา 81/2569 · นายสมชาย ใจดี" in asked.buttons[0]
    assert not any("กมลชนก" in label and "ได้รับ" in label for label in asked.buttons)
    done = await desk.presses("ได้รับสัญญาที่ลงนามแล้ว")
    assert "⏰ รอผลงานวิจัย" in done.text
    assert "contract-81.pdf" in done.text
    no = (await desk.db.fetch_one("SELECT no FROM tickets WHERE subject = '7.10'"))["no"]
    assert [file.name for file in await files.list_files(desk.db, no)] == ["contract-81.pdf"]
    await desk.sends_file(b"%PDF-1.7\nx", "contract-81.pdf")
    assert not any("ได้รับสัญญา" in label for label in desk.last["telegram:nok"].buttons)


async def test_two_who_receive_it_at_once_record_it_once(desk):
    await send_contract(desk)
    for _week in range(3):
        told = await morning(desk, days=15)
    officer, supervisor = told.token("ได้รับแล้ว"), desk.told("ton").token("ได้รับแล้ว")
    await asyncio.gather(desk.presses_token(officer), desk.presses_token(supervisor, who="ton"))
    assert await desk.count("tickets", "subject = '7.10'") == 1
    assert await desk.count("owed", "rule = 'research'") == 1
    texts = desk.last["telegram:nok"].text + desk.last["telegram:ton"].text
    assert "หยุดเตือน" in texts
    assert "สัญญาที่ลงนาม: ✅" in texts


async def test_a_proof_in_the_same_second_wins(desk):
    await send_contract(desk)
    await send_contract(desk, SENT.replace("C70001", "C81554"))
    card = await desk.says("C70001")
    await desk.presses("คำขอข้อมูล")
    card = await desk.presses("คำขอข้อมูลระดับย่อย")
    token = card.token("ได้รับแล้ว")
    desk.wait(days=15)
    read = reminding.list_open

    async def slow(db, ids):
        rows = await read(db, ids)
        if await desk.count("owed", "state = 'received'") == 0:
            await desk.presses_token(token)
        return rows

    reminding.list_open = slow
    try:
        await desk.tick()
    finally:
        reminding.list_open = read
    told = [reply for chat, reply in desk.recorders[Platform.TELEGRAM].sent if chat == "nok"]
    notices = [reply for reply in told if "⏰ 8 ธ.ค." in str(reply)]
    assert len(notices) == 1
    assert "กมลชนก" not in str(notices[0])
    assert "สมชาย" in str(notices[0])
    assert await desk.count("due", "kind = 'owed' AND state = 'done'") == 1


async def test_returned_before_it_was_sent_is_kept_and_nothing_is_asked_for(desk):
    done = await desk.says("/open C70001 เมล 7.10 ได้สัญญา => ได้รับแล้ว ปิด")
    assert "ยังไม่มีใบงานส่งสัญญาที่ลงนาม" in done.text
    await send_contract(desk)
    assert await desk.count("owed", "rule = 'contract'") == 0
    assert await desk.count("owed", "rule = 'research' AND state = 'open'") == 1


async def test_returned_twice_says_so_also_where_it_came_before_it_was_sent(desk):
    for line in (
        "7.10 ได้สัญญา => ได้รับแล้ว",
        "7.9 ส่งข้อมูลและสัญญา => ส่งแล้ว",
        "7.10 ได้สัญญาอีก => ได้รับแล้ว",
    ):
        done = await desk.says(f"/open C70001 เมล {line} ปิด")
    assert "⚠️ ได้รับสัญญาที่ลงนามแล้วตั้งแต่ 23 พ.ย. 69 R2611000124" in done.text
    assert await desk.count("owed", "rule = 'contract'") == 0


async def test_returned_twice_says_when_it_came_first(desk):
    await send_contract(desk)
    await desk.says("/open C70001 เมล 7.10 ได้สัญญา => ได้รับแล้ว ปิด")
    again = await desk.says("/open C70001 เมล 7.10 ได้สัญญาอีก => ได้รับแล้ว ปิด")
    assert "⚠️ ได้รับสัญญาที่ลงนามแล้วตั้งแต่ 23 พ.ย. 69 R2611000125" in again.text
    assert await desk.count("owed", "rule = 'research'") == 1


# Followed up.


async def test_the_letter_is_shown_and_one_tap_sends_it_and_records_the_ticket(desk):
    write_mail(desk)
    await send_contract(desk)
    await morning(desk)
    shown = await desk.presses("ส่งอีเมลติดตาม")
    assert "kamon@example.ac.th" in shown.text
    assert "เรียน ผศ.ดร.กมลชนก รัตนพิทักษ์" in shown.text
    done = await desk.presses("ส่ง")
    assert "R2612000125 (7.11 ติดตามสัญญา (ข้อมูลระดับย่อย)) ปิดแล้ว" in done.text
    assert "จะเตือนอีก 15 ธ.ค. 69" in done.text
    assert (
        await desk.count("tickets", "subject = '7.11' AND status = 'closed' AND no = 'R2612000125'")
        == 1
    )
    assert await desk.count("owed", "chased = 1") == 1
    assert "ติดตามแล้ว 1 ครั้ง" in (await morning(desk, days=7)).text


@pytest.mark.parametrize("by_mail", [True, False])
async def test_what_was_followed_up_is_marked_in_the_list_of_several(desk, by_mail):
    if by_mail:
        write_mail(desk)
    await send_contract(desk)
    await send_contract(desk, SENT.replace("C70001", "C81554"))
    await morning(desk)
    await desk.presses("1 ติดตาม")
    done = await desk.presses("ส่ง" if by_mail else "ติดตามทางอื่นแล้ว")
    assert (
        "1 ✉️ 📄 ผศ.ดร.กมลชนก รัตนพิทักษ์ ยังไม่ส่งสัญญาคืน · รอมา 15 วัน · เตือนครั้งที่ 1 · ติดตามแล้ว 1 ครั้ง"
        in done.text
    )
    assert "1 ติดตาม" not in done.buttons
    again = await desk.presses("2 ได้รับแล้ว")
    assert "1 ✉️" in again.text
    assert "2 ✅" in again.text


async def test_a_customer_without_an_address_is_said_to_be_one(desk):
    await send_contract(desk, SENT.replace("C70001", "C90210"))
    await morning(desk)
    asked = await desk.presses("ส่งอีเมลติดตาม")
    assert "C90210 ไม่มีอีเมล" in asked.text
    done = await desk.presses("ติดตามทางอื่นแล้ว")
    assert "7.11" in done.text
    assert await desk.count("owed", "chased = 1") == 1


async def test_a_ticket_of_a_follow_up_by_telephone_counts_as_one(desk):
    await send_contract(desk)
    desk.wait(days=13)
    await desk.says("/open C70001 โทร 7.11 โทรตามสัญญา => จะส่งสัปดาห์หน้า ปิด")
    assert not (await morning(desk, days=2)).text
    assert "ติดตามแล้ว 1 ครั้ง" in (await morning(desk, days=6)).text


async def test_a_reminder_is_put_off_handed_on_and_given_up(desk):
    await send_contract(desk)
    await morning(desk)
    reminded = desk.last["telegram:nok"]
    await desk.presses("เลื่อน…")
    done = await desk.says("15 ม.ค. 70")
    assert "เลื่อนแล้ว" in done.text
    assert "จะเตือนอีก 15 ม.ค. 70" in done.text
    assert not (await morning(desk, days=20)).text
    stale = await desk.presses_token(reminded.token("ได้รับแล้ว"))
    assert "เตือน 15 ม.ค. 70" in stale.text
    assert await desk.count("owed", "state = 'open'") == 1
    await desk.presses("มอบหมาย")
    await desk.presses("ต้น")
    assert "มอบหมายให้คุณติดตาม" in desk.told("ton").text
    await desk.presses("ดูคำขอ")
    asked = await desk.presses("เลิกติดตาม")
    assert "พิมพ์เหตุผล" in asked.text
    done = await desk.says("ผู้ใช้เสียชีวิต")
    assert "เลิกติดตามแล้ว: ผู้ใช้เสียชีวิต" in done.text
    assert await desk.count("owed", "state = 'dropped' AND reason = 'ผู้ใช้เสียชีวิต'") == 1
    assert not (await morning(desk, days=100)).text
    assert await desk.count("changes", "record = 'Q1' AND field = 'reason'") == 1


@pytest.mark.parametrize(
    ("typed", "on"),
    [
        ("พรุ่งนี้", "24 พ.ย. 69"),
        ("วันศุกร์หน้า", "4 ธ.ค. 69"),
        ("อีก 2 สัปดาห์ค่ะ", "8 ธ.ค. 69"),
        ("อีก 3 วันทำการ", "26 พ.ย. 69"),
        ("สิ้นเดือน", "30 พ.ย. 69"),
        ("15/1", "15 ม.ค. 70"),
    ],
)
async def test_a_reminder_is_put_off_in_the_words_of_people(desk, typed, on):
    await send_contract(desk)
    await desk.presses("ดูคำขอ")
    asked = await desk.presses("เลื่อน…")
    assert "ศุกร์หน้า" in asked.text
    await desk.says(typed)
    assert await desk.count("owed", "snoozed_on IS NOT NULL") == 1
    assert f"เตือน {on}" in (await desk.presses("ดูคำขอ")).text


@pytest.mark.parametrize(
    "typed",
    ["1 ม.ค. 60", "เมื่อวาน", "วันศุกร์หน้าหรือจันทร์", "วันนี้ 9 โมง", "วันนี้", "1 ม.ค. 2700", "เมื่อไรก็ได้"],
)
async def test_a_date_that_cannot_be_is_asked_for_again(desk, typed):
    await send_contract(desk)
    await desk.presses("ดูคำขอ")
    await desk.presses("เลื่อน…")
    again = await desk.says(typed)
    assert "⚠️" in again.text
    assert await desk.count("owed", "snoozed_on IS NOT NULL") == 0


# The contract.


async def test_a_number_of_a_year_to_come_and_one_that_nobody_has_are_said_to_be_so(desk):
    await send_contract(desk)
    await desk.presses("ดูคำขอ")
    await desk.presses("เลขที่สัญญา")
    refused = await desk.says("81/2570")
    assert "⚠️ สัญญา 81/2570 เป็นของปี 2570 ซึ่งยังไม่ถึง" in refused.text
    assert "81/2569" in (await desk.says("81/2569")).text
    assert await desk.count("contracts") == 1
    assert "ไม่พบสัญญา 999/2563" in (await desk.says("/contract 999/2563")).text


async def test_a_number_of_another_customer_is_refused_where_it_is_typed(desk):
    await desk.says("/open C81554 หนังสือ 7.4 ขอข้อมูล")
    await desk.presses("แก้ไข")
    await desk.presses("ช่องทั้งหมด")
    await desk.presses("เลขที่สัญญา")
    await desk.says("81/69")
    await desk.presses("บันทึก")
    await desk.says("/open C70001 หนังสือ 7.4 ขอข้อมูลอีก")
    await desk.presses("แก้ไข")
    await desk.presses("ช่องทั้งหมด")
    await desk.presses("เลขที่สัญญา")
    again = await desk.says("81/2569")
    assert "สัญญา 81/2569 เป็นของ C81554 แล้ว" in again.text
    assert "82/2569" in again.text
    future = await desk.says("82/69 24 ธ.ค. 69")
    assert "ยังไม่ถึง" in future.text
    await desk.says("20 พ.ย. 69")
    await desk.presses("บันทึก")
    assert await desk.count("contracts", "no = '82/2569'") == 1
    assert "สัญญา 82/2569" in (await desk.says("82/2569")).text


async def test_a_contracts_fields_are_edited_and_its_dates_move_the_reminder(desk):
    await send_contract(desk)
    await desk.presses("ดูคำขอ")
    await desk.presses("เลขที่สัญญา")
    await desk.presses("ใช้ 1/2569")
    await desk.presses("แก้ไขสัญญา")
    await desk.presses("กำหนดส่งสัญญาคืน")
    await desk.says("20 ม.ค. 70")
    done = await desk.presses("บันทึก")
    assert "ครบกำหนด 20 ม.ค. 70 · เตือน 20 ม.ค. 70" in done.text
    assert not (await morning(desk, days=57)).text
    told = await morning(desk, days=1)
    assert "กำหนดส่ง: 20 ม.ค. 70" in told.text
    await desk.presses("ดูคำขอ")
    history = await desk.presses("ประวัติการแก้ไข")
    assert "กำหนดส่งสัญญาคืน: - → 20 ม.ค. 70" in history.text


async def test_a_contract_that_is_owed_stands_in_the_list_before_it_has_a_number(desk):
    await send_contract(desk)
    listed = await desk.says("/contracts")
    assert "ทั้งหมด 1" in listed.text
    assert "ผศ.ดร.กมลชนก รัตนพิทักษ์ · ยังไม่ส่งสัญญาคืน" in listed.buttons[0]
    await desk.says("/open C70001 เมล 7.10 ส่งคืน => ได้รับแล้ว ปิด")
    assert "ทั้งหมด 0" in (await desk.says("/contracts")).text


async def test_lists_have_filters_totals_and_pages(desk):
    for code in ("C70001", "C81554", "C90210"):
        await send_contract(desk, SENT.replace("C70001", code))
        await desk.presses("ดูคำขอ")
        await desk.presses("เลขที่สัญญา")
        await desk.presses("ใช้ ")
    await desk.says("/open C70001 เมล 7.10 ได้สัญญา => ได้รับแล้ว ปิด")
    desk.wait(days=20)
    listed = await desk.says("รายการสัญญา")
    assert "ทั้งหมด 3 · ค้าง 2 · ได้รับแล้ว 1" in listed.text
    assert listed.buttons[0].startswith("3/2569 นายสมชาย ดีใจ · ⚠️ ยังไม่ส่งสัญญาคืน รอมา 20 วัน")
    late = await desk.presses("เกินกำหนด")
    assert "เกินกำหนด · ทั้งหมด 2" in late.text
    await desk.says("/contracts", who="ton")
    mine = await desk.presses("ของฉัน", who="ton")
    assert "ไม่มีรายการ" in mine.text
    assert "ทั้งหมด 1 · ค้าง 1" in (await desk.says("ผลงานวิจัย")).text
    owing = await desk.says("ค้างส่ง")
    assert "3 ราย" in owing.text
    assert any("C90210 นายสมชาย ดีใจ · ค้าง 1 เรื่อง · เกินกำหนด 1" in label for label in owing.buttons)


@pytest.mark.parametrize(
    ("typed", "head"),
    [
        ("/contracts เกินกำหนด", "📄 สัญญา · เกินกำหนด · ทั้งหมด 0"),
        ("/contracts overdue mine 69", "📄 สัญญา · เกินกำหนด · ของฉัน · ปี 2569 · ทั้งหมด 0"),
        ("รายการสัญญา ของฉัน ปี ๒๕๖๙", "📄 สัญญา · ของฉัน · ปี 2569 · ทั้งหมด 1"),
        ("/contracts 2568", "📄 สัญญา · ปี 2568 · ทั้งหมด 0"),
        ("ผลงานวิจัย ปี 2569", "📄 ผลงานวิจัย · ปี 2569 · ทั้งหมด 0"),
        ("/contracts กมลชนก", '⚠️ ไม่เข้าใจ "กมลชนก" กรองได้ด้วยคำว่า เกินกำหนด ของฉัน หรือปี'),
        ("/research 25690", '⚠️ ไม่เข้าใจ "25690"'),
    ],
)
async def test_filters_may_be_typed_and_a_word_that_is_none_is_said_to_be_so(desk, typed, head):
    await send_contract(desk, SENT.replace("7.9", "7.9 สัญญา 81/2569"))
    assert (await desk.says(typed)).text.startswith(head)


async def test_days_are_counted_by_the_calendar_in_lists_as_on_cards(desk):
    await send_contract(desk)
    desk.wait(hours=23)
    assert "ยังไม่ส่งสัญญาคืน รอมา 1 วัน" in " ".join((await desk.says("/contracts")).buttons)


async def test_a_request_is_ended_with_a_reason_and_goes_on_again(desk):
    await send_contract(desk)
    await desk.presses("ดูคำขอ")
    await desk.presses("จบคำขอ")
    done = await desk.says("ผู้ใช้ยกเลิก")
    assert "หยุดเตือนทุกเรื่อง" in done.text
    assert not (await morning(desk)).text
    card = await desk.says("C70001")
    await desk.presses("คำขอข้อมูล")
    card = await desk.presses("คำขอข้อมูลระดับย่อย")
    assert "จบคำขอแล้ว 23 พ.ย. 69: ผู้ใช้ยกเลิก" in card.text
    await desk.presses("ทำคำขอนี้ต่อ")
    assert await desk.count("requests", "ended_at IS NULL") == 1


# Rules.


async def test_changed_rules_move_what_is_pending_and_say_how_many(desk):
    await send_contract(desk)
    assert "replan" not in await desk.tick()
    configuration = desk.engine.desk.configuration
    rule = configuration.rules["contract"]
    quicker = {**configuration.rules, "contract": replace(rule, first=replace(rule.first, days=3))}
    object.__setattr__(desk.engine.desk, "configuration", replace(configuration, rules=quicker))
    done = await Ticker(desk.engine.desk, desk.engine).tick()
    await desk.engine.idle()
    assert done["replan"] == 1
    assert "ปรับวันเตือนแล้ว 1 รายการ" in desk.told("may").text
    row = await desk.db.fetch_one("SELECT due_at FROM due WHERE kind = ?", KIND)
    assert row["due_at"].isoformat() == "2026-11-26T02:00:00+00:00"
    assert "ยังไม่ส่งสัญญาคืน" in (await morning(desk, days=3)).text
