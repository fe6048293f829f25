"""Every button that a mail brings, pressed by anybody at any time, is answered in words."""

import random
import re

import pytest

from domain.staff import Identity, Platform, Role
from store import staff
from tests.fakes.incoming_mails import FIRST, Mailbox, a_mail
from tests.handlers.conftest import NOW, DeskUnderTest, buttons_of
from tests.handlers.test_two_tickets import passed_on

PEOPLE = ("nok", "ton", "may", "mai", "stranger")
SAID = (
    "R2611000124",
    "R2611000125",
    "R2611000126",
    "/inbox",
    "/inbox สแปม",
    "บทสนทนา R2611000124",
    "คำตอบสำเร็จรูป",
    "รายได้เฉลี่ย 26,946 บาท",
    "ยกเลิก",
    "นายสมชาย ใจดี",
    "081-234-5678",
    "C81554",
    "1",
)
BUG = "ทำรายการไม่สำเร็จ"

LETS_IN = re.compile("เจ้าหน้าที่|หัวหน้า|ผู้ดูแล|อนุ")


def mails() -> list[bytes]:
    counts = "ส่งจำนวนผู้ใช้บริการ จังหวัดกระบี่ เดือนตุลาคม 2569 จำนวน 45 ราย"
    return [
        a_mail(number=1),
        passed_on(number=2),
        a_mail("ขอข้อมูลด้วยค่ะ โทร 081-234-5678", "ขอข้อมูล", "สมชาย <somchai@example.com>", 3),
        a_mail(counts, "จำนวนผู้ใช้บริการ", "กระบี่ <krabi@nso.example>", 4),
        a_mail("ขอบคุณค่ะ", f"Re: [{FIRST}] ขอข้อมูล", "Wipa Jaidee <wipa@example.org>", 5),
        *(a_mail("ขอข้อมูล", f"เรื่อง {n}", "ten@example.org", 10 + n) for n in range(4)),
    ]


@pytest.fixture(params=range(4))
def seed(request: pytest.FixtureRequest) -> int:
    return int(request.param)


@pytest.mark.long
async def test_anybody_presses_anything_at_any_time(
    desk: DeskUnderTest, mailbox: Mailbox, seed: int
) -> None:
    rng = random.Random(seed)
    mai = await desk.db.write(lambda tx: staff.add_staff(tx, "ใหม่", Role.OFFICER, NOW))
    await desk.db.write(
        lambda tx: staff.link_identity(tx, Identity(Platform.TELEGRAM, "mai", mai, "mai"), NOW)
    )
    come = mails()
    await mailbox.brings(*come[:5])
    done = []
    for step in range(250):
        if step % 40 == 39 and come[5:]:
            await mailbox.brings(come.pop())
            desk.wait(minutes=15)
            await desk.tick()
        who = rng.choice(PEOPLE)
        of = who if rng.random() < 0.8 else rng.choice(PEOPLE)
        tokens = [
            (button.label, button.token)
            for reply in desk.told(of).replies[-6:]
            for part in reply.parts
            for button in buttons_of(part)
            if button.token and not LETS_IN.search(button.label)
        ]
        if not tokens or rng.random() < 0.25:
            said = rng.choice(SAID)
            done.append(f"{who}: {said}")
            answer = await desk.says(said, who=who)
        else:
            label, token = rng.choice(tokens)
            if rng.random() < 0.03:
                token = token[:-2] + "zz"
            done.append(f"{who}: [{label}] of {of}")
            answer = await desk.presses_token(token, who=who)
        assert BUG not in answer.text, (done[-12:], answer.text)
        if who == "stranger":
            told = [word for word in ("wipa", "สมชาย", "R2611") if word in answer.text]
            assert told == [], (done[-5:], answer.text)
