"""What no chat takes goes by mail to the work address, once, with numbers and no names; else
administrators hear.
"""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.platform import Adapter, Refused
from domain.mail.incoming import WaitingMail
from domain.mail.reading import read_mail
from domain.staff import Platform, Role
from handlers.chat import Masked, Notice, say
from handlers.desk import Outcome, Work
from handlers.mail.delivery_reports import settle_report
from handlers.mail.incoming_sorting import sort
from store.mail.inboxes import MailKind
from tests.fakes.bounces import report_of
from tests.fakes.smtp import CLOSE, FakeSmtp, mail_adapter

NOK = "nok@nso.example"
TICKET = "R2611000124"
MASKED = (Masked(f"🎫 {TICKET}"),)
SPENT, GONE = Refused("429", spent=True), Refused("403", unreachable=True)


@pytest.fixture
def mailer(smtp: FakeSmtp) -> Adapter:
    return mail_adapter(smtp, name="")


def _taken(work, raw):
    """The mail as it was taken."""
    return WaitingMail(1, "box", "", len(raw), True, work.now)


async def refuses(desk, answer=GONE, *platforms, chat="nok"):
    """These platforms refuse what is for นก."""
    for platform in platforms or (Platform.TELEGRAM, Platform.LINE):
        recorder, deliver = desk.recorders[platform], desk.recorders[platform].deliver

        async def refuse(message, deliver=deliver):
            return answer if message.chat == chat else await deliver(message)

        recorder.deliver = refuse


async def only_line(desk):
    await desk.db.write(
        lambda tx: tx.execute("DELETE FROM identities WHERE platform = 'telegram' AND chat = 'nok'")
    )


async def notifies(desk, key="one", masked=(), **whom):
    """Something is to be told to นก, or to whom else."""
    said = replace(say(f"🎫 {TICKET} นายสมชาย ใจดี โทร 081-234-5678 · 5/2569"), masked=masked)
    notice = Notice(lambda: said, key, **(whom or {"staff_id": desk.ids["nok"]}))
    await desk.engine.post(Outcome(None, notices=(notice,)))
    for _again in range(4):  # each refusal queues the next
        await desk.mails_go()


@pytest.fixture
async def told(desk):
    """นก has a ticket and a work address."""
    await desk.says("/open C81554 โทร 1.1 สอบถามรายได้ครัวเรือน")
    assert f"บันทึกข้อมูลเรียบร้อย แจ้งทาง {NOK}" in (await desk.says(f"/mymail {NOK.upper()}")).text
    return desk


# The address.


async def test_an_officer_enters_shows_changes_and_removes_the_own_address(desk):
    asked = await desk.says("อีเมลของฉัน")
    assert "ยังไม่มีอีเมลสำรอง พิมพ์ /mymail" in asked.text
    await desk.says("อีเมลของฉัน nok@nso.example")
    shown = await desk.says("/mymail")
    assert "อีเมลสำรองของคุณ: nok@nso.example" in shown.text
    assert "ลบอีเมลสำรองแล้ว" in (await desk.presses("ลบอีเมลสำรอง")).text
    assert "ยังไม่มีอีเมลสำรอง" in (await desk.says("/mymail")).text
    actions = await desk.db.fetch(
        "SELECT action FROM audit WHERE action LIKE 'staff.email%' ORDER BY id"
    )
    assert [row["action"] for row in actions] == ["staff.email", "staff.email_removed"]
    assert await desk.count("audit", "record = ?", f"staff:{desk.ids['nok']}") == 2


@pytest.mark.parametrize(
    "typed", ["nok", "nok@nso", "a@b.example, c@d.example", "a@b.example\nBcc: x@y.example"]
)
async def test_what_is_no_address_is_refused_and_kept_nowhere(desk, typed):
    await desk.says(f"/mymail {typed}")
    assert await desk.count("staff", "email <> ''") == 0


async def test_an_administrator_enters_a_colleagues_address(desk):
    await desk.says("/staff", who="may")
    await desk.presses("นก", who="may")
    assert "อีเมลสำรองของคุณนก: -" in (await desk.presses("อีเมลสำรอง", who="may")).text
    assert "ไม่ถูกต้อง" in (await desk.says("nok@nso", who="may")).text
    assert "บันทึกข้อมูลเรียบร้อย" in (await desk.says(NOK, who="may")).text
    await desk.says("/staff", who="may")
    assert f"อีเมลสำรอง: {NOK}" in (await desk.presses("นก", who="may")).text
    assert await desk.count("staff", "email = ? AND name = 'นก'", NOK) == 1


async def test_nobody_removes_a_colleagues_address_but_an_administrator(told):
    token = (await told.says("/mymail")).token("ลบอีเมลสำรอง")
    await told.db.write(
        lambda tx: tx.execute("UPDATE buttons SET staff_id = NULL WHERE token = ?", token)
    )
    assert "ผู้ดูแล" in (await told.presses_token(token, who="ton")).text
    assert await told.count("staff", "email = ?", NOK) == 1


# What no chat takes.


@pytest.mark.parametrize("answer", [SPENT, GONE, Refused("400")])
async def test_what_every_chat_refused_goes_by_mail_once_and_names_nobody(told, smtp, answer):
    await refuses(told, answer)
    await notifies(told)
    await notifies(told)
    (taken,) = smtp.mails
    assert taken.to == NOK
    assert taken.subject == f"แจ้งเตือนจากระบบบริการข้อมูลสถิติ {TICKET}"
    assert f"- ใบงาน {TICKET} เรื่อง 1.1\n" in taken.body
    assert "พิมพ์ ใบงานของฉัน" in taken.body
    assert taken.message["Auto-Submitted"] == "auto-generated"
    for private in ("สมชาย", "C81554", "081", "รายได้", "5/2569"):
        assert private not in taken.body + taken.subject


async def test_line_alone_with_its_quota_spent_goes_by_mail_and_administrators_hear_of_the_quota(
    told, smtp
):
    await only_line(told)
    await refuses(told, SPENT, Platform.LINE)
    await notifies(told)
    assert len(smtp.mails) == 1
    assert told.told("may").text.count("ครบโควตาเดือนนี้แล้ว") == 1
    assert "ไม่ได้: 429" not in told.told("may").text


async def test_the_other_chat_comes_before_the_mail(told, smtp):
    await refuses(told, SPENT, Platform.TELEGRAM)
    await notifies(told)
    assert TICKET in told.told("nok", Platform.LINE).text
    assert smtp.mails == []


async def test_whom_no_chat_reaches_any_more_is_mailed_at_once(told, smtp):
    await told.db.write(
        lambda tx: tx.execute("UPDATE identities SET unreachable_at = seen_at WHERE chat = 'nok'")
    )
    await notifies(told)
    await notifies(told)
    assert [taken.to for taken in smtp.mails] == [NOK]
    await notifies(told, key="all", role=Role.OFFICER)
    assert [taken.to for taken in smtp.mails] == [NOK, NOK]
    assert "แจ้งเตือนคุณนกไม่ได้" not in told.told("may").text


async def test_without_an_address_the_administrators_hear_as_before(desk, smtp):
    await refuses(desk, GONE)
    await notifies(desk)
    assert smtp.mails == []
    assert "⚠️ ส่งข้อความทาง Line ไม่ได้: 403 · ผู้รับ: นก" in desk.told("may").text


async def test_who_was_blocked_meanwhile_gets_no_mail(told, smtp):
    async def blocks(message):
        await told.db.write(
            lambda tx: tx.execute("UPDATE staff SET blocked_at = created_at WHERE name = 'นก'")
        )
        return GONE

    for recorder in told.recorders.values():
        recorder.deliver = blocks
    await notifies(told)
    assert smtp.mails == []


async def test_a_reminder_of_what_is_owed_reaches_by_mail_whom_no_chat_reaches(
    told, smtp, quiet_mornings
):
    await told.says("/open C70001 เมล 7.9 ส่งข้อมูลและสัญญา => ส่งแล้ว ปิด")
    await told.db.write(
        lambda tx: tx.execute("UPDATE identities SET unreachable_at = seen_at WHERE chat = 'nok'")
    )
    told.wait(days=15)
    await told.tick()
    await told.mails_go()
    assert [taken.to for taken in smtp.mails][-1] == NOK
    assert any("R2611000125 เรื่อง 7.9" in taken.body for taken in smtp.mails)


@pytest.mark.parametrize(("step", "answer"), [("rcpt", "550 5.1.1 no"), ("message", CLOSE)])
async def test_a_mail_that_is_refused_or_perhaps_lost_is_told_to_the_administrators_and_not_sent_again(
    told, smtp, step, answer
):
    smtp.fails(step, answer)
    await refuses(told, Refused("400"))
    await notifies(told)
    told.wait(hours=3)
    await told.mails_go()
    assert smtp.connections == 1
    assert told.told("may").text.count("⚠️ แจ้งเตือนคุณนกไม่ได้") == 1


async def test_the_teams_chat_comes_after_the_mail_and_before_the_administrators(told, smtp):
    await told.says("/enroll", who="may", chat="group1")
    await refuses(told, Refused("400"))
    await notifies(told, masked=MASKED)
    group = told.told("group1").text
    assert [taken.to for taken in smtp.mails] == [NOK]
    assert TICKET not in group
    smtp.fails("rcpt", "550 5.1.1 no")
    await notifies(told, key="two", masked=MASKED)
    assert TICKET in told.told("group1").text
    assert len(smtp.mails) == 1
    assert "แจ้งเตือนคุณนกไม่ได้" not in told.told("may").text


async def test_a_mail_that_came_back_is_told_to_the_administrators(told, smtp):
    await refuses(told, GONE)
    await notifies(told)
    work = Work(told.engine.desk, told.now)
    raw = report_of(smtp.mails[0])
    found = await sort(work, read_mail(raw), raw, _taken(work, raw))
    assert (await settle_report(work, found, "1:1")).found is MailKind.REPORT
    await told.engine.post(work.outcome())
    await told.engine.idle()
    assert "⚠️ แจ้งเตือนคุณนกไม่ได้" in told.told("may").text


async def test_an_administrator_on_line_alone_hears_of_the_quota_by_mail(desk, smtp):
    await desk.says("/mymail may@nso.example", who="may")
    await refuses(desk, SPENT, chat="may")
    await only_line(desk)
    await refuses(desk, SPENT, Platform.LINE)
    await notifies(desk)
    assert [taken.to for taken in smtp.mails] == ["may@nso.example"]


async def test_in_english_for_who_reads_english(told, smtp):
    await told.db.write(lambda tx: tx.execute("UPDATE staff SET language = 'en'"))
    await refuses(told, GONE)
    await notifies(told)
    assert smtp.mails[0].subject == f"Notice from the statistical service desk {TICKET}"
    assert f"- Ticket {TICKET}, subject 1.1" in smtp.mails[0].body


# Told means reached.


async def takes_again(desk):
    """Every platform takes what is for นก."""
    for recorder in desk.recorders.values():
        recorder.deliver = recorder.__class__.deliver.__get__(recorder)


async def climbed(desk, days=1):
    """What the supervisor heard by a minute past nine some days later."""
    desk.now = (desk.now + timedelta(days=days)).replace(hour=2, minute=1)
    for _again in range(2):
        await desk.tick()
    return desk.told("ton").text


async def test_who_was_mailed_is_reached_and_told_whole_with_the_next_answer(told, smtp):
    await refuses(told, SPENT)
    await notifies(told, key="deadline:1", masked=MASKED)
    assert len(smtp.mails) == 1
    assert "ยังแจ้งไม่ถึง" not in (await told.says("/status", who="may")).text
    assert "ฝากดูแทนด้วย" not in await climbed(told)
    await takes_again(told)
    assert f"🎫 {TICKET} นายสมชาย ใจดี" in (await told.says("เมนู")).text
    assert TICKET not in (await told.says("เมนู")).text


@pytest.mark.parametrize(("step", "answer"), [("rcpt", "550 5.1.1 no"), ("message", CLOSE)])
async def test_where_the_mail_is_refused_too_it_climbs_and_stands_in_the_status(
    told, smtp, step, answer
):
    smtp.fails(step, answer)
    await refuses(told, SPENT)
    await notifies(told, key="deadline:1", masked=MASKED)
    for who in ("may", "ton"):
        status = (await told.says("/status", who=who)).text
        assert "ยังแจ้งไม่ถึง: คุณนก · ใบงานใกล้หรือเกินกำหนด 1" in status
        assert "ตั้งแต่ จ. 23 พ.ย. 69 10.00 น." in status
        assert "สมชาย" not in status
    heard = await climbed(told)
    assert "ยังแจ้งคุณนกไม่ถึง ตั้งแต่ จ. 23 พ.ย. 69 10.00 น." in heard
    assert "สมชาย" not in heard.partition("ฝากดูแทนด้วย")[2]
    assert "ยังแจ้งไม่ถึง" not in (await told.says("/status", who="may")).text
    await takes_again(told)
    assert TICKET in (await told.says("เมนู")).text
    assert (await climbed(told)).count("ฝากดูแทนด้วย") == 1


async def test_a_mail_that_came_back_reached_nobody_and_climbs(told, smtp):
    await refuses(told, GONE)
    await notifies(told, key="deadline:1", masked=MASKED)
    work = Work(told.engine.desk, told.now)
    raw = report_of(smtp.mails[0])
    await settle_report(work, await sort(work, read_mail(raw), raw, _taken(work, raw)), "1:1")
    await told.engine.post(work.outcome())
    assert "ยังแจ้งไม่ถึง" in (await told.says("/status", who="may")).text
    assert "ยังแจ้งคุณนกไม่ถึง" in await climbed(told)


async def test_the_teams_chat_is_somebody_who_can_act(told, smtp):
    await told.says("/enroll", who="may", chat="group1")
    smtp.fails("rcpt", "550 5.1.1 no")
    await refuses(told, SPENT)
    await notifies(told, key="deadline:1", masked=MASKED)
    assert TICKET in told.told("group1").text
    assert "ยังแจ้งไม่ถึง" not in (await told.says("/status", who="may")).text
    assert "ฝากดูแทนด้วย" not in await climbed(told)
    await takes_again(told)
    assert TICKET in (await told.says("เมนู")).text


async def test_a_ticket_that_was_closed_meanwhile_is_told_to_nobody(told, smtp):
    smtp.fails("rcpt", "550 5.1.1 no")
    await refuses(told, SPENT)
    (row,) = await told.db.fetch("SELECT no FROM tickets")
    masked = (Masked("🎫", "ticket.show", {"no": row["no"]}, row["no"]),)
    await notifies(told, key="deadline:1", masked=masked)
    await takes_again(told)
    await told.db.write(lambda tx: tx.execute("UPDATE tickets SET status = 'closed'"))
    assert "ฝากดูแทนด้วย" not in await climbed(told)
    assert TICKET not in (await told.says("เมนู")).text
    assert await told.count("untold", "told_at IS NULL") == 0


async def test_where_the_teams_chat_is_lost_too_it_climbs_and_stands_in_the_status(told, smtp):
    await told.says("/enroll", who="may", chat="group1")
    smtp.fails("rcpt", "550 5.1.1 no")
    await refuses(told, SPENT)
    await refuses(told, GONE, Platform.TELEGRAM, chat="group1")
    await notifies(told, key="deadline:1", masked=MASKED)
    assert await told.count("enrolled_groups") == 0, "a group that takes nothing serves nobody"
    assert "ยังแจ้งไม่ถึง: คุณนก" in (await told.says("/status", who="may")).text
    assert "ยังแจ้งคุณนกไม่ถึง" in await climbed(told)
    assert "ยังแจ้งไม่ถึง" not in (await told.says("/status", who="may")).text
    await takes_again(told)
    assert TICKET in (await told.says("เมนู")).text
