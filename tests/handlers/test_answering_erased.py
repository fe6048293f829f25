"""An answer to a customer whose data were erased, or whose address changed, while it was written; and
an erased customer who writes again.
"""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from bot.operating.asked_erasures import Erasures
from bot.platform import Adapter
from domain.staff import Identity, Platform, Role
from domain.tickets.records import Status
from store import staff
from store.engine.database import Tx
from store.tickets import records as tickets
from tests.fakes.incoming_mails import FIRST, Mailbox, a_mail, exported
from tests.fakes.smtp import FakeSmtp, mail_adapter
from tests.handlers.conftest import NOW, DeskUnderTest

SECOND = "R2611000125"
SOMCHAIS = "Somchai <somchai@example.com>"
TEXT = "รายได้เฉลี่ย 26,946 บาทต่อเดือน"
Erase = Callable[[], Awaitable[None]]


@pytest.fixture
def mailer(smtp: FakeSmtp, tmp_path: Path) -> Adapter:
    return mail_adapter(smtp, tmp_path)


@pytest.fixture
async def erase(desk: DeskUnderTest, tmp_path: Path) -> Erase:
    """Somchai's data leave the desk, as two administrators want it."""

    async def fill(tx: Tx) -> None:
        person = await staff.add_staff(tx, "พิม", Role.ADMIN, NOW)
        await staff.link_identity(tx, Identity(Platform.TELEGRAM, "pim", person, "pim"), NOW)
        desk.ids["pim"] = person

    await desk.db.write(fill)
    engine = desk.engine
    erasures = Erasures(engine.desk, tmp_path, engine.post, engine.owner)

    async def do() -> None:
        await desk.says("/erase C81554 เจ้าของข้อมูลขอให้ลบ", who="may")
        desk.last["telegram:pim"] = desk.told("pim")
        await desk.presses("ยืนยัน ลบถาวร", who="pim")
        await erasures.lanes.sweep()
        await erasures.lanes.idle()
        await engine.idle()
        assert await desk.count("customers", "name = '-' AND code = 'C81554'") == 1

    return do


async def matched(desk: DeskUnderTest, mailbox: Mailbox) -> str:
    """An answer to Somchai's mail that only has to be sent: the press that does."""
    await mailbox.brings(a_mail(sender=SOMCHAIS))
    desk.last["telegram:nok"] = desk.told("nok")
    await desk.presses("รับเรื่องและจับคู่")
    return (await desk.says(TEXT)).token("ส่งและปิด")


async def test_an_answer_to_somebody_erased_meanwhile_goes_nowhere_and_that_is_said(
    desk: DeskUnderTest, mailbox: Mailbox, smtp: FakeSmtp, erase: Erase
) -> None:
    token = await matched(desk, mailbox)
    await erase()
    late = await desk.presses_token(token)
    assert "ลบข้อมูลผู้รับบริการตามคำขอแล้ว ร่างนี้จึงลบไปด้วย" in late.text
    await desk.mails_go()
    assert smtp.mails == []
    card = await desk.says(FIRST)
    assert "ตอบทางอีเมล" not in card.buttons
    assert "somchai" not in card.text
    assert (await tickets.get_ticket(desk.db, FIRST)).status is Status.OPEN


async def test_an_erased_customer_who_writes_again_is_somebody_new(
    desk: DeskUnderTest, mailbox: Mailbox, smtp: FakeSmtp, erase: Erase, tmp_path: Path
) -> None:
    await matched(desk, mailbox)
    await desk.presses("ส่งและปิด")
    await desk.mails_go()
    answered = str(smtp.mails[0].message["Message-ID"])
    await erase()
    follows = a_mail("ขอปี 2567 ด้วยค่ะ", f"Re: [{FIRST}] ขอข้อมูล", SOMCHAIS, 7)
    await mailbox.brings(f"In-Reply-To: {answered}\r\n".encode() + follows)
    told = desk.told("nok")
    assert "จาก: Somchai <somchai@example.com>" in told.text
    assert "น่าจะเป็น" not in told.text.rpartition("📬")[2]
    mails = await exported(desk, tmp_path)
    assert (mails[-1]["kind"], mails[-1]["ticket"]) == ("new", SECOND)
    assert (await tickets.get_ticket(desk.db, FIRST)).status is Status.CLOSED


async def test_an_address_that_changed_meanwhile_is_where_the_writer_wrote_from(
    desk: DeskUnderTest, mailbox: Mailbox, smtp: FakeSmtp
) -> None:
    token = await matched(desk, mailbox)
    await desk.says("แก้ไข C81554 อีเมล somchai.new@example.com", who="ton")
    late = await desk.presses_token(token)
    assert "กำลังส่งอีเมลถึง somchai@example.com" in late.text
    await desk.mails_go()
    assert [mail.to for mail in smtp.mails] == ["somchai@example.com"]
