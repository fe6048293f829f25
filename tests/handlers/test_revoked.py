"""Revoked means revoked: what was queued, shown or handed out before somebody lost access, or the
telephone, is good for nothing; on both engines.
"""

from datetime import timedelta

import pytest

from bot.platform import Retry
from domain.staff import Identity, Platform
from handlers.staff.commands import new_invitation
from store import staff

pytestmark = pytest.mark.usefixtures("quiet_mornings")


@pytest.fixture(params=["sqlite", "postgresql"])
def desk_engine(request):
    return request.param


class Away:
    """A platform that takes nothing for a while."""

    def __init__(self, recorder):
        self.recorder = recorder
        self.taken = recorder.deliver

    def __enter__(self):
        async def away(message):
            return Retry("away", after=60.0)

        self.recorder.deliver = away

    def __exit__(self, *_error):
        self.recorder.deliver = self.taken


async def ticks(desk, **span):
    desk.wait(**span)
    await desk.mails_go()


async def person_card(desk, name):
    await desk.says("เจ้าหน้าที่", who="may")
    return await desk.presses(name, who="may")


async def block(desk, name="นก"):
    await person_card(desk, name)
    return await desk.presses("ระงับ", who="may")


async def lose(desk, name="นก"):
    await person_card(desk, name)
    await desk.presses("อุปกรณ์หาย", who="may")
    return await desk.presses("ยืนยัน", who="may")


async def queue_for_nok(desk):
    """An answer, a notice of a new link, and a reminder wait for a platform that is away."""
    with Away(desk.recorders[Platform.TELEGRAM]):
        await desk.says("C81554")
        await desk.says("เตือน โทรกลับคุณสมชาย พรุ่งนี้ 9.30")
    assert await desk.count("outbox", "state = 'queued'") > 0


@pytest.mark.parametrize("ends", [block, lose])
async def test_what_was_queued_is_not_sent(desk, ends):
    await queue_for_nok(desk)
    await ends(desk)
    before = len(desk.told("nok").replies)
    await ticks(desk, minutes=5)
    assert len(desk.told("nok").replies) == before
    assert not desk.told("nok", Platform.LINE).replies
    assert await desk.count("outbox", "state IN ('queued', 'sending')") == 0


async def test_without_that_it_is_sent(desk):
    await queue_for_nok(desk)
    await ticks(desk, minutes=5)
    assert "C81554" in desk.told("nok").text


async def test_a_code_that_was_handed_out_before_blocking_links_nobody(desk):
    code, change = new_invitation(desk.ids["nok"], desk.now)
    await desk.db.write(change)
    await block(desk)
    answer = await desk.says(f"/start {code}", who="thief")
    assert "ใช้ไม่ได้แล้ว" in answer.text
    assert "นก" not in answer.text


async def test_a_code_for_somebody_blocked_links_nobody(desk):
    await block(desk)
    code, change = new_invitation(desk.ids["nok"], desk.now)
    await desk.db.write(change)
    assert "ใช้ไม่ได้แล้ว" in (await desk.says(f"/start {code}", who="thief")).text


async def test_a_lost_telephone_ends_accounts_buttons_and_codes(desk):
    card = await desk.says("C81554")
    line = await desk.says("C81554", platform=Platform.LINE)
    code, change = new_invitation(desk.ids["nok"], desk.now)
    await desk.db.write(change)
    await desk.says("/open C81554 โทร 1.1")
    asked = await person_card(desk, "นก")
    assert "อุปกรณ์หาย" in asked.buttons
    asked = await desk.presses("อุปกรณ์หาย", who="may")
    assert "Telegram" in asked.text
    assert "Line" in asked.text
    assert await desk.count("identities", "staff_id = ?", desk.ids["nok"]) == 2
    done = await desk.presses("ยืนยัน", who="may")
    assert "ตัดทุกอุปกรณ์ของนกแล้ว" in done.text
    for token, platform in (
        (card.token("สร้างใบงาน"), Platform.TELEGRAM),
        (line.token("สร้างใบงาน"), Platform.LINE),
    ):
        answer = await desk.presses_token(token, platform=platform)
        assert "ยังไม่ได้เชื่อม" in answer.text
    assert "ใช้ไม่ได้แล้ว" in (await desk.says(f"/start {code}", who="thief")).text
    assert await desk.count("forms", "state = 'open'") == 0
    assert await desk.count("audit", "action = 'staff.sessions_ended'") == 1


async def test_the_new_telephone_gets_in_with_the_new_code_and_finds_no_old_button_alive(desk):
    card = await desk.says("C81554")
    done = await lose(desk)
    desk.wait(minutes=5)
    code = done.text.split("/start ")[1][:10]
    assert "เชื่อมบัญชีกับ นก แล้ว" in (await desk.says(f"/start {code}", who="nok")).text
    assert "หมดอายุ" in (await desk.presses_token(card.token("สร้างใบงาน"))).text
    assert "C81554" in (await desk.says("C81554")).text


async def test_a_notice_for_a_lost_telephone_reaches_the_next_one(desk):
    await queue_for_nok(desk)
    desk.wait(minutes=1)
    done = await lose(desk)
    desk.wait(days=1, hours=1)
    await desk.tick()
    code = done.text.split("/start ")[1][:10]
    desk.now -= timedelta(hours=4)
    await desk.says(f"/start {code}", who="nok")
    desk.now += timedelta(hours=4)
    assert "โทรกลับคุณสมชาย" in (await desk.says("เมนู")).text + desk.told("nok").text


async def test_the_last_administrator_keeps_a_telephone(desk):
    assert "อย่างน้อย 1 คน" in (await lose(desk, "เมย์")).text
    assert await desk.count("identities", "staff_id = ?", desk.ids["may"]) == 1

    async def another(tx):
        account = Identity(Platform.LINE, "ton-line", desk.ids["ton"], "ton-line")
        await staff.link_identity(tx, account, desk.now)

    await desk.db.write(another)
    assert "ตัดทุกอุปกรณ์ของต้นแล้ว" in (await lose(desk, "ต้น")).text
    assert await desk.count("identities", "staff_id = ?", desk.ids["ton"]) == 0
