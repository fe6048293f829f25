"""Several mails of one caller within a short while: offered as one ticket, joined by a tap, parted
again by another.
"""

from pathlib import Path

import pytest

from domain.staff import Platform
from domain.tickets.records import Status
from store.tickets import records as tickets
from tests.fakes.incoming_mails import FIRST, PNG, Mailbox, a_mail, exported
from tests.handlers.conftest import DeskUnderTest

SECOND = "R2611000125"
LAST = "R2611000133"
JOIN = "รวมเป็นใบงานเดียว"


@pytest.fixture(params=["sqlite", "postgresql"])
def desk_engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def question(number: int) -> bytes:
    return a_mail(f"ขอข้อมูลรายได้ครัวเรือน ปี {2556 + number} ค่ะ", f"ขอข้อมูล {number}", number=number)


async def ten(mailbox: Mailbox) -> None:
    for number in range(1, 11):
        await mailbox.takes(question(number))
    await mailbox.settles()


@pytest.mark.parametrize("platform", [Platform.TELEGRAM, Platform.LINE])
async def test_ten_mails_are_joined_by_one_tap_and_never_unasked(
    desk: DeskUnderTest, mailbox: Mailbox, tmp_path: Path, platform: Platform
) -> None:
    await ten(mailbox)
    assert await desk.count("tickets", "status = 'new'") == 10
    card = await desk.says(SECOND, platform=platform)
    assert f"ผู้ส่งเดียวกันส่งมา: 10 ฉบับ: {FIRST}, {SECOND}" in card.text
    done = await desk.presses(f"{JOIN} (10)", platform=platform)
    assert done.text.startswith(f"✅ รวมเข้า {FIRST} แล้ว: {SECOND}, ")
    assert done.text.endswith(LAST)
    first = await tickets.get_ticket(desk.db, FIRST)
    assert first.status is Status.NEW
    assert all(f"ปี {2556 + number}" in first.details for number in range(1, 11))
    other = await tickets.get_ticket(desk.db, SECOND)
    assert (other.status, other.void_reason) == (Status.VOIDED, f"รวมกับ {FIRST}")
    mails = await exported(desk, tmp_path)
    assert {mail["ticket"] for mail in mails} == {FIRST}
    assert {mail["kind"] for mail in mails} == {"new"}
    assert "📬 อีเมลใหม่ 1 ฉบับ" in (await desk.says("/inbox")).text


async def test_the_card_of_many_mails_has_a_button_for_the_first_and_the_last(
    desk: DeskUnderTest, mailbox: Mailbox
) -> None:
    await mailbox.brings(*(a_mail(f"ครั้งที่ {n}", number=n) for n in range(10)))
    await desk.says("R2611000133")
    await desk.presses("รวมเป็นใบงานเดียว")
    buttons = (await desk.says("R2611000124")).buttons
    assert [one for one in buttons if one.startswith("อ่าน")] == [
        "อ่านทั้งหมด",
        *["อ่านอีเมล 23 พ.ย. 69 09.59 น."] * 2,
    ]
    assert "บทสนทนา" in buttons


async def test_the_message_about_many_mails_offers_it_too(
    desk: DeskUnderTest, mailbox: Mailbox
) -> None:
    await ten(mailbox)
    told = desk.told("nok")
    assert "Wipa Jaidee <wipa@example.org> ส่งมา 10 ฉบับ" in told.text
    await desk.presses_token(told.token(f"{JOIN} (10)"))
    assert await desk.count("tickets", "status = 'new'") == 1


async def test_the_list_of_new_mails_offers_it_with_those_of_other_pages(
    desk: DeskUnderTest, mailbox: Mailbox
) -> None:
    await ten(mailbox)
    listed = await desk.says("/inbox")
    assert "📬 อีเมลใหม่ 10 ฉบับ" in listed.text
    assert "Wipa Jaidee <wipa@example.org> ส่งมา 10 ฉบับ" in listed.text
    done = await desk.presses(f"{JOIN} (10)")
    assert done.text.startswith(f"✅ รวมเข้า {FIRST} แล้ว: {SECOND}, ")
    assert JOIN not in (await desk.says("/inbox")).text


async def test_an_answer_to_a_joined_number_goes_to_the_first(
    desk: DeskUnderTest, mailbox: Mailbox, tmp_path: Path
) -> None:
    await ten(mailbox)
    await desk.says(FIRST)
    await desk.presses(JOIN)
    await mailbox.brings(a_mail("ขอเพิ่มค่ะ", f"Re: [{SECOND}] ขอข้อมูล", number=20))
    mails = await exported(desk, tmp_path)
    assert (mails[-1]["kind"], mails[-1]["ticket"]) == ("reply", FIRST)


async def test_they_are_parted_again_by_one_tap(
    desk: DeskUnderTest, mailbox: Mailbox, tmp_path: Path
) -> None:
    await mailbox.takes(question(1))
    head = (
        "From: Wipa Jaidee <wipa@example.org>\r\nSubject: map\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\n'
        "see the map\r\n--b\r\nContent-Type: image/png\r\n"
        'Content-Disposition: attachment; filename="map.png"\r\n\r\n'
    )
    await mailbox.takes(head.encode() + PNG + b"\r\n--b--\r\n")
    await mailbox.settles()
    await desk.says(FIRST)
    done = await desk.presses(JOIN)
    assert await desk.count("files", "record = ?", FIRST) == 1
    again = await desk.presses_token(done.token("เลิกรวม"))
    assert f"✅ เลิกรวมแล้ว {SECOND} กลับมาเป็นใบงานใหม่" in again.text
    for no in (FIRST, SECOND):
        assert (await tickets.get_ticket(desk.db, no)).status is Status.NEW
    assert (await tickets.get_ticket(desk.db, FIRST)).details == "ขอข้อมูลรายได้ครัวเรือน ปี 2557 ค่ะ"
    assert await desk.count("files", "record = ?", FIRST) == 0
    assert await desk.count("files", "record = ?", SECOND) == 1
    mails = await exported(desk, tmp_path)
    assert [mail["ticket"] for mail in mails] == [FIRST, SECOND]
    assert "📬 อีเมลใหม่ 2 ฉบับ" in (await desk.says("/inbox")).text
    await desk.says(SECOND)
    await desk.presses(JOIN)
    assert await desk.count("tickets", "status = 'voided'") == 1


async def test_a_second_press_says_that_nothing_is_left(
    desk: DeskUnderTest, mailbox: Mailbox
) -> None:
    await ten(mailbox)
    card = await desk.says(FIRST)
    await desk.presses(JOIN)
    late = await desk.presses_token(card.token(JOIN))
    assert late.text == f"ไม่มีอีเมลอื่นของผู้ส่งนี้ที่รอรวมแล้ว เรื่องนี้อยู่ที่ {FIRST}"
    assert await desk.count("tickets", "status = 'voided'") == 9


async def test_others_and_later_mails_are_not_offered(
    desk: DeskUnderTest, mailbox: Mailbox
) -> None:
    await mailbox.brings(question(1), a_mail("อื่น", "อื่น", "x@other.example", 2))
    assert not any(JOIN in label for label in (await desk.says(FIRST)).buttons)
    desk.wait(minutes=30)
    await mailbox.brings(question(3))
    assert not any(JOIN in label for label in (await desk.says(FIRST)).buttons)
