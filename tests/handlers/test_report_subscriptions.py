"""Reports come by themselves once their days are over, once each; unusual days are told."""

import asyncio
from functools import partial

import pytest
from typer.testing import CliRunner

from domain.configuration import load_configuration
from domain.data import DataError
from domain.reports.rhythms import Rhythm, read_rhythm
from domain.staff import Role
from run_bot import app
from store import staff
from tests.fakes.smtp import mail_adapter


@pytest.fixture(autouse=True)
def _no_mornings(quiet_mornings):
    """Another test has them."""


@pytest.fixture
def mailer(smtp, tmp_path):
    return mail_adapter(smtp, tmp_path, name="")


def sent(desk, who):
    return desk.told(who).text.count("📬")


async def test_a_week_is_sent_once_after_it_is_over(desk):
    await desk.says("/open C81554 โทร 1.1 ถามเวลาทำการ => ตอบแล้ว ปิด")
    answer = await desk.says("รายงาน ทุกสัปดาห์", "ton")
    assert "จะส่งให้ทุกสัปดาห์" in answer.text
    assert "มีรายงานประจำนี้อยู่แล้ว" in (await desk.says("/report weekly", "ton")).text
    await desk.tick()
    assert sent(desk, "ton") == 0
    desk.wait(days=8)
    await desk.tick()
    await desk.tick()
    assert sent(desk, "ton") == 1
    assert "รับ 1 · ปิด 1" in desk.told("ton").text
    # After weeks away only the last one.
    desk.wait(days=28)
    await desk.tick()
    desk.wait(days=1)
    await desk.tick()
    assert sent(desk, "ton") == 2


async def test_it_keeps_what_it_was_of_and_ends(desk):
    await desk.says("รายงาน เดือนนี้ โทรศัพท์ ตามเรื่อง", "ton")
    await desk.presses("รูปและไฟล์…", "ton")
    asked = await desk.presses("ส่งให้ประจำ…", "ton")
    assert "ช่องทาง โทรศัพท์" in asked.text
    await desk.presses("ทุกวันทำการ", "ton")
    listed = await desk.says("รายงานประจำ", "ton")
    assert "ทุกวันทำการ" in listed.buttons[0]
    desk.wait(days=1)
    await desk.tick()
    assert sent(desk, "ton") == 1
    assert "ช่องทาง โทรศัพท์" in desk.told("ton").text
    await desk.says("รายงานประจำ", "ton")
    await desk.presses(listed.buttons[0], "ton")
    desk.wait(days=1)
    await desk.tick()
    assert sent(desk, "ton") == 1


async def test_officers_have_none_and_who_leads_no_more_is_sent_none(desk):
    assert "ทุกสัปดาห์" not in (await desk.says("รายงาน ทุกสัปดาห์", "nok")).text
    await desk.says("รายงาน ทุกวัน", "ton")
    await desk.db.write(partial(staff.set_role, staff_id=desk.ids["ton"], role=Role.OFFICER))
    desk.wait(days=1)
    await desk.tick()
    assert sent(desk, "ton") == 0
    assert await desk.count("report_subscriptions") == 0


async def goes(desk):
    """Whatever is due is made and sent."""
    for _again in range(3):
        await desk.tick()
        await desk.mails_go()


def attached(mail):
    return [part.get_filename() for part in mail.message.iter_attachments()]


async def test_a_report_goes_by_mail_once_with_what_was_chosen(desk, smtp):
    await desk.says("/open C81554 โทร 1.1 ถามเวลาทำการ => ตอบแล้ว ปิด")
    refused = await desk.says("รายงาน ทุกสัปดาห์ ทางอีเมล", "ton")
    assert refused.text.startswith("⚠️ ยังไม่มีอีเมลที่ทำงานของคุณ พิมพ์ /mymail")
    await desk.says("/mymail ton@nso.example", "ton")
    kept = await desk.says("รายงาน ทุกสัปดาห์ ทางอีเมล", "ton")
    assert "อีเมลแนบ PDF → ton@nso.example" in kept.text
    desk.wait(days=8)
    await goes(desk)
    (mail,) = smtp.mails
    assert mail.to == "ton@nso.example"
    assert mail.subject == "รายงานการให้บริการข้อมูล 23 พ.ย. 69 – 29 พ.ย. 69"
    body = mail.message.get_body().get_content()
    assert "รับ 1 · ปิด 1" in body
    assert "ถามเวลาทำการ" not in body
    assert attached(mail) == ["รายงาน 2026-11-23 2026-11-29.pdf"]
    assert sent(desk, "ton") == 0
    await desk.presses_token(kept.token("อีเมลแนบ Excel"), "ton")
    desk.wait(days=7)
    await goes(desk)
    assert [attached(mail)[0][-5:] for mail in smtp.mails] == ["9.pdf", ".xlsx"]
    await desk.presses_token(kept.token("ในแชต"), "ton")
    desk.wait(days=7)
    await goes(desk)
    assert len(smtp.mails) == 2
    assert sent(desk, "ton") == 1


async def test_a_mail_that_is_refused_is_told_in_chat(desk, smtp):
    await desk.says("/mymail ton@nso.example", "ton")
    await desk.says("รายงาน ทุกวัน ทางอีเมล", "ton")
    smtp.fails("rcpt", "550 5.1.1 no")
    desk.wait(days=1)
    await goes(desk)
    assert smtp.mails == []
    assert "รายงาน · 23 พ.ย. 69" in desk.told("ton").text


async def test_who_has_no_address_any_more_is_told_in_chat(desk, smtp):
    await desk.says("/mymail ton@nso.example", "ton")
    await desk.says("รายงาน ทุกวัน ทางอีเมล", "ton")
    await desk.says("/mymail", "ton")
    await desk.presses("ลบอีเมลสำรอง", "ton")
    desk.wait(days=1)
    await goes(desk)
    assert smtp.mails == []
    assert "รายงาน · 23 พ.ย. 69" in desk.told("ton").text


async def test_an_unusual_day_is_told_once(desk):
    for _ticket in range(12):
        await desk.says("/open C81554 โทร 1.1 ถามเวลาทำการ => ตอบแล้ว ปิด")
    desk.wait(days=1)
    await desk.tick()
    await desk.tick()
    assert desk.told("ton").text.count("📈") == 1
    assert desk.told("ton").buttons[0].startswith("1.1 แนะนำให้คำปรึกษา · 12 ใบ")
    assert "📈" not in desk.told("nok").text


async def test_an_office_has_its_own_numbers_and_a_check_says_what_they_come_to(
    desk, tmp_path, desk_url
):
    for _ticket in range(6):
        await desk.says("/open C81554 โทร 1.1 ถามเวลาทำการ => ตอบแล้ว ปิด")
    path = tmp_path / "office.toml"
    path.write_text("[unusual]\nleast = 5\n[summary]\nleast_for_percent = 4\n", "utf-8")
    object.__setattr__(desk.engine.desk, "configuration", load_configuration(path))
    # A fifth of six is told of, too.
    assert "ส่วนใหญ่คือ 1.1 แนะนำให้คำปรึกษา 6 ใบ (100%)" in (await desk.says("รายงาน", "ton")).text
    desk.wait(days=1)
    await desk.tick()
    assert desk.told("ton").text.count("📈") == 1
    clock = tmp_path / "clock"
    clock.write_text(desk.now.isoformat(), "utf-8")
    environment = {"DESKBOT_DATABASE_URL": desk_url, "DESKBOT_CLOCK": str(clock)}

    async def check(*words):
        return await asyncio.to_thread(CliRunner().invoke, app, ["check", *words], env=environment)

    tried = await check("--config", str(path))
    assert "unusual days: 1 of the last 20 working days would have been told" in tried.output
    assert "unusual days: 0 of the last 20" in (await check()).output


@pytest.mark.parametrize(
    ("written", "mend"),
    [
        ("[unusual]\nfactor = 0", "must be a whole number from 1 to 1000"),
        ("[unusual]\ntimes = 3", "times"),
        ("[summary]\nmostly_percent = 10", "must not be less than largest_percent"),
        ("[summary]\nlate_percent = 101", "must be 100 or less"),
    ],
)
def test_a_number_that_is_none_is_refused_by_its_name(tmp_path, written, mend):
    path = tmp_path / "office.toml"
    path.write_text(written, "utf-8")
    with pytest.raises(DataError, match=mend):
        load_configuration(path)


@pytest.mark.parametrize(
    ("text", "rhythm"),
    [
        ("ทุกสัปดาห์", Rhythm.WEEKLY),
        ("Every  Week", Rhythm.WEEKLY),
        ("ทุกเช้า", Rhythm.DAILY),
        ("ทุกปีงบ", Rhythm.YEARLY),
        ("ทุกคน", None),
        ("", None),
    ],
)
def test_how_often_as_people_say_it(text, rhythm):
    assert read_rhythm(text) is rhythm
