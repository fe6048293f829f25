"""A mail that brings what is owed: the officer is asked, and one tap ends the chain, with the file and
from the mail's arrival on.
"""

import pytest

from domain.staff import Platform
from domain.tickets.records import Status
from store.tickets import records as tickets
from tests.fakes.incoming_mails import FIRST, Mailbox, a_mail, with_file
from tests.handlers.conftest import DeskUnderTest, newest

pytestmark = pytest.mark.usefixtures("quiet_mornings")

SECOND = "R2611000125"
THIRD = "R2611000126"
KAMON = "Kamonchanok <kamon@example.ac.th>"
OWED = "state = 'open' AND rule = ?"
SENT = "/open C70001 เมล 7.9 ส่งข้อมูลและสัญญา => ส่งแล้ว ปิด"


@pytest.fixture(params=["sqlite", "postgresql"])
def desk_engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


async def owes(desk: DeskUnderTest, rule: str) -> int:
    return await desk.count("owed", OWED, rule)


@pytest.mark.parametrize("platform", [Platform.TELEGRAM, Platform.LINE])
async def test_an_answer_that_brings_the_contract_ends_the_chain_with_one_tap(
    desk: DeskUnderTest, mailbox: Mailbox, platform: Platform
) -> None:
    await desk.says(SENT)
    desk.wait(days=3)
    mail = with_file("ส่งสัญญาที่ลงนามแล้วตามแนบค่ะ", f"Re: [{FIRST}]", "contract.png")
    await mailbox.brings(mail)
    desk.wait(hours=2)
    card = await desk.says(FIRST, platform=platform)
    assert "ใช่หลักฐานนี้ไหม: สัญญาที่ลงนาม · คำขอข้อมูลระดับย่อย 23 พ.ย." in card.text
    done = await desk.presses("ใช่ สัญญาที่ลงนาม", platform=platform)
    assert f"{SECOND} (7.10 User ส่งสัญญากลับมา (ข้อมูลระดับย่อย)) ปิดแล้ว" in done.text
    assert "แนบไฟล์จากอีเมลแล้ว 1 ไฟล์" in done.text
    proof = await tickets.get_ticket(desk.db, SECOND)
    assert (proof.subject, proof.status, proof.customer) == ("7.10", Status.CLOSED, "C70001")
    arrived = desk.now - mailbox.age
    assert proof.created_at == proof.closed_at
    assert proof.closed_at is not None
    assert (arrived - proof.closed_at).total_seconds() == 7200
    assert await desk.count("files", "record = ?", SECOND) == 1
    assert await owes(desk, "contract") == 0
    assert await owes(desk, "research") == 1
    assert (await tickets.get_ticket(desk.db, FIRST)).status is Status.CLOSED
    assert f"หลักฐาน: บันทึกแล้วที่ {SECOND}" in (await desk.says(FIRST)).text


async def test_pressed_twice_is_once_and_it_is_taken_back_with_one_tap(
    desk: DeskUnderTest, mailbox: Mailbox
) -> None:
    await desk.says(SENT)
    desk.wait(minutes=30)
    await mailbox.brings(with_file("แนบสัญญาค่ะ", f"Re: [{FIRST}]", "สัญญา.png"))
    token = desk.told("nok").token("ใช่ สัญญาที่ลงนาม")
    done = await desk.presses_token(token)
    late = await desk.presses_token(token)
    assert late.text.startswith("คุณบันทึกจากอีเมลนี้ไปแล้วเมื่อ")
    assert await desk.count("tickets") == 2
    undone = await desk.presses_token(done.token("เลิกที่บันทึก"))
    assert f"✅ เลิกที่บันทึกแล้ว {SECOND}" in undone.text
    assert await owes(desk, "contract") == 1
    assert await owes(desk, "research") == 0
    again = await desk.presses_token(token)
    assert f"{THIRD} (7.10" in again.text


async def test_a_mail_of_its_own_by_its_customer_is_asked_about_in_the_message_that_tells_of_it(
    desk: DeskUnderTest, mailbox: Mailbox
) -> None:
    await desk.says(SENT)
    desk.wait(days=1)
    await mailbox.brings(with_file("ส่งสัญญาตามแนบ", "ส่งสัญญา", "scan.png"))
    told = newest(desk, "nok")
    assert "ใช่หลักฐานนี้ไหม: สัญญาที่ลงนาม" in told.text
    done = await desk.presses("ใช่ สัญญาที่ลงนาม")
    proof = await tickets.get_ticket(desk.db, SECOND)
    assert (proof.subject, proof.status, proof.customer) == ("7.10", Status.CLOSED, "C70001")
    assert await owes(desk, "contract") == 0
    await desk.presses_token(done.token("เลิกที่บันทึก"))
    again = await tickets.get_ticket(desk.db, SECOND)
    assert (again.status, again.customer) == (Status.NEW, None)
    assert await owes(desk, "contract") == 1


async def test_whoever_is_matched_is_asked_about_what_that_customer_owes(
    desk: DeskUnderTest, mailbox: Mailbox
) -> None:
    await desk.says(SENT)
    await mailbox.brings(with_file("ส่งสัญญาตามแนบ", "ส่งสัญญา", "scan.png", "k.rattana@example.com"))
    await desk.presses_token(newest(desk, "nok").token("ค้นหาผู้รับบริการ"))
    matched = await desk.says("C70001")
    await desk.presses_token(matched.token("ใช่ สัญญาที่ลงนาม"))
    proof = await tickets.get_ticket(desk.db, SECOND)
    assert (proof.subject, proof.status) == ("7.10", Status.CLOSED)
    assert await owes(desk, "contract") == 0


async def test_a_question_with_a_file_is_no_proof_before_its_customer_is_known(
    desk: DeskUnderTest, mailbox: Mailbox
) -> None:
    await desk.says(SENT)
    await mailbox.brings(with_file("ขอข้อมูลตามไฟล์แนบค่ะ", "ขอข้อมูล", "list.png"))
    assert "ใช่หลักฐานนี้ไหม" not in newest(desk, "nok").text


async def test_a_mail_of_its_own_becomes_the_proof_once_its_customer_is_known(
    desk: DeskUnderTest, mailbox: Mailbox
) -> None:
    await desk.says(SENT)
    desk.wait(days=1)
    await mailbox.brings(with_file("ส่งสัญญาตามแนบ", "ส่งสัญญา", "scan.png", "k.rattana@example.com"))
    assert not any("ใช่ สัญญา" in label for label in (await desk.says(SECOND)).buttons)
    card = await desk.says(f"แก้ไข {SECOND} ผู้รับบริการ C70001")
    assert "ใช่หลักฐานนี้ไหม" in card.text
    await desk.presses("ใช่ สัญญาที่ลงนาม")
    assert await desk.count("tickets") == 2
    proof = await tickets.get_ticket(desk.db, SECOND)
    assert (proof.subject, proof.status) == ("7.10", Status.CLOSED)
    assert await owes(desk, "contract") == 0
    undone = await desk.presses("เลิกที่บันทึก")
    assert "✅ เลิกที่บันทึกแล้ว" in undone.text
    assert (await tickets.get_ticket(desk.db, SECOND)).status is Status.OPEN
    assert await owes(desk, "contract") == 1


@pytest.mark.parametrize("name", ["scan0001.png", "IMG_2231.png"])
async def test_a_file_without_a_word_is_asked_about_where_one_thing_is_owed(
    desk: DeskUnderTest, mailbox: Mailbox, name: str
) -> None:
    await desk.says(SENT)
    await mailbox.brings(with_file("ตามที่คุยกันค่ะ", f"Re: [{FIRST}]", name))
    assert "ใช่ สัญญาที่ลงนาม" in "".join(desk.told("nok").buttons)


async def test_several_things_owed_have_each_its_button_and_a_number_says_which(
    desk: DeskUnderTest, mailbox: Mailbox
) -> None:
    for no in ("81/2569", "82/2569"):
        await desk.says(
            "/open C70001 หนังสือ 7.4 เลขรับ 512 20 พ.ย. 69 ขอข้อมูลระดับย่อย สรง. 2560 "
            f"เพื่อวิจัย => ที่ ดศ 0504/513 เลขที่สัญญา {no} ปิด"
        )
        await desk.says(f"/open C70001 เมล 7.9 ส่งข้อมูล => ส่งแล้ว เลขที่สัญญา {no} ปิด")
    rows = await desk.db.fetch("SELECT rule FROM owed WHERE state = 'open'")
    assert len(rows) >= 2, desk.last["telegram:nok"].text
    (last,) = await desk.db.fetch("SELECT max(no) AS no FROM tickets")
    await mailbox.brings(with_file("ส่งสัญญาค่ะ", f"Re: [{last['no']}]", "a.png"))
    labels = [label for label in desk.told("nok").buttons if label.startswith("ใช่")]
    assert [label[-7:] for label in labels] == ["81/2569", "82/2569"]
    before = len(desk.told("nok").buttons)
    await mailbox.brings(
        with_file("ส่งสัญญาค่ะ", f"Re: [{last['no']}]", "สัญญา 82-2569.png").replace(b"file@", b"g@")
    )
    labels = [label for label in desk.told("nok").buttons[before:] if label.startswith("ใช่")]
    assert [label[-7:] for label in labels] == ["82/2569"]


async def test_what_is_no_proof_is_not_asked_again_until_that_is_taken_back(
    desk: DeskUnderTest, mailbox: Mailbox
) -> None:
    await desk.says(SENT)
    await mailbox.brings(with_file("ตามที่คุยกันค่ะ", f"Re: [{FIRST}]", "scan0001.png"))
    await desk.says(FIRST)
    said = await desk.presses("ไม่ใช่หลักฐาน")
    assert "จะไม่ถามถึงอีเมลฉบับนี้อีก" in said.text
    assert "ใช่หลักฐานนี้ไหม" not in (await desk.says(FIRST)).text
    await desk.presses_token(said.token("ถามอีกครั้ง"))
    assert "ใช่หลักฐานนี้ไหม" in (await desk.says(FIRST)).text


async def test_a_proof_that_asks_something_opens_another_ticket_again(
    desk: DeskUnderTest, mailbox: Mailbox
) -> None:
    await desk.says(SENT)
    await desk.says("/open C70001 เมล 6.1 ขอข้อมูลประชากรแฝง => ส่งตารางแล้ว ปิด")
    text = "แนบสัญญาค่ะ และขอตารางปี 2565 ด้วยได้ไหมคะ"
    await mailbox.brings(with_file(text, f"Re: [{SECOND}]", "สัญญา.png"))
    assert (await tickets.get_ticket(desk.db, SECOND)).status is Status.OPEN
    await desk.says(SECOND)
    done = await desk.presses("ใช่ สัญญาที่ลงนาม")
    assert f"ใบงาน {SECOND} ยังเปิดอยู่" in done.text
    assert await owes(desk, "contract") == 0


async def test_what_was_received_otherwise_meanwhile_is_said(
    desk: DeskUnderTest, mailbox: Mailbox
) -> None:
    await desk.says(SENT)
    await mailbox.brings(with_file("แนบสัญญาค่ะ", f"Re: [{FIRST}]", "a.png"))
    token = desk.told("nok").token("ใช่ สัญญาที่ลงนาม")
    desk.wait(minutes=5)
    await desk.says("/open C70001 เมล 7.10 ได้สัญญา => ได้รับแล้ว ปิด")
    late = await desk.presses_token(token)
    assert "สัญญาที่ลงนาม: ✅ 23 พ.ย. 69" in late.text
    assert await desk.count("tickets", "subject = '7.10'") == 1


@pytest.mark.parametrize(
    ("subject", "proof", "text"),
    [
        ("7.3", "7.8", "แนบสลิปโอนเงินค่าข้อมูลค่ะ"),
        ("8.2", "8.5", "โอนเงินค่าประมวลผลแล้ว หลักฐานการโอนตามแนบครับ"),
    ],
)
async def test_a_payment_slip_ends_a_quotation(
    desk: DeskUnderTest, mailbox: Mailbox, subject: str, proof: str, text: str
) -> None:
    await desk.says(f"/open C70001 เมล {subject} ขอใบเสนอราคา => ส่งใบเสนอราคา ปิด")
    await mailbox.brings(with_file(text, f"Re: [{FIRST}]", "slip.png"))
    await desk.says(FIRST)
    done = await desk.presses("ใช่ หลักฐานการชำระเงิน")
    assert f"({proof} " in done.text
    assert await owes(desk, "quotation") == 0


async def test_a_paper_ends_what_research_owes(desk: DeskUnderTest, mailbox: Mailbox) -> None:
    await desk.says(SENT)
    await desk.says("/open C70001 เมล 7.10 ได้สัญญา => ได้รับแล้ว ปิด")
    desk.wait(days=40)
    text = "ส่งวิทยานิพนธ์ฉบับสมบูรณ์ตามแนบค่ะ"
    await mailbox.brings(with_file(text, f"Re: [{FIRST}]", "thesis.png"))
    await desk.says(FIRST)
    done = await desk.presses("ใช่ ผลงานวิจัย")
    assert "(7.13 " in done.text
    assert await owes(desk, "research") == 0


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("ขอร้องเรียนเจ้าหน้าที่ค่ะ ตามไฟล์แนบ", "IMG_1.png"),
        ("I want to complain about the contract, see attached", "contract.png"),
        ("ไม่พอใจมากค่ะ ส่งสัญญาไปแล้วไม่มีใครติดต่อกลับ", "สัญญา.png"),
    ],
)
async def test_a_complaint_with_a_file_is_no_proof(
    desk: DeskUnderTest, mailbox: Mailbox, text: str, name: str
) -> None:
    await desk.says(SENT)
    await mailbox.brings(with_file(text, f"Re: [{FIRST}]", name))
    assert not any(label.startswith("ใช่ ") for label in desk.told("nok").buttons)
    assert (await tickets.get_ticket(desk.db, FIRST)).status is Status.OPEN


async def test_a_question_of_somebody_who_owes_is_no_proof(
    desk: DeskUnderTest, mailbox: Mailbox
) -> None:
    await desk.says(SENT)
    await mailbox.brings(a_mail("ขอเลื่อนส่งสัญญาได้ไหมคะ", f"Re: [{FIRST}]", KAMON))
    assert not any(label.startswith("ใช่ ") for label in desk.told("nok").buttons)


@pytest.mark.parametrize(
    "text",
    ["จะส่งสัญญากลับสัปดาห์หน้าค่ะ", "อาจารย์ยังไม่ได้ลงนาม จะส่งให้ไม่เกินวันศุกร์ค่ะ", "We will send it next week."],
)
async def test_who_tells_how_it_stands_leaves_the_ticket_closed_and_the_officer_is_asked(
    desk: DeskUnderTest, mailbox: Mailbox, text: str
) -> None:
    await desk.says(SENT)
    await mailbox.brings(a_mail(text, f"Re: [{FIRST}]", KAMON))
    told = desk.told("nok")
    assert (await tickets.get_ticket(desk.db, FIRST)).status is Status.CLOSED
    assert await owes(desk, "contract") == 1
    assert "ยังค้าง: สัญญาที่ลงนาม · คำขอข้อมูลระดับย่อย 23 พ.ย. 69 · เตือนต่อตามเดิม" in told.text
    assert {"ตอบทางอีเมล", "เปิดใบงานอีกครั้ง", "เลื่อน…"} <= set(told.buttons)
    asked = await desk.presses_token(told.token("เลื่อน…"))
    assert "วัน" in asked.text


async def test_who_owes_and_asks_opens_the_ticket_again(
    desk: DeskUnderTest, mailbox: Mailbox
) -> None:
    await desk.says(SENT)
    await mailbox.brings(a_mail("ไฟล์ที่ส่งมาเปิดไม่ได้ค่ะ", f"Re: [{FIRST}]", KAMON))
    assert (await tickets.get_ticket(desk.db, FIRST)).status is Status.OPEN
