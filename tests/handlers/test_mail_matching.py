"""A mail's card names the likeliest customers: one tap takes and matches it, one takes that back,
and who comes second hears who was first.
"""

from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from bot.mail.adapter import MailAdapter
from bot.mail.server import Encryption, MailServer
from bot.platform import Adapter
from domain.customers.records import Contact, Customer, CustomerCode
from domain.errors import Conflict
from domain.staff import Platform
from domain.tickets.records import Status, Ticket
from handlers.chat import Card, buttons_of
from store.customers import records as customers
from store.mail import matches
from store.tickets import records as tickets
from tests.fakes.incoming_mails import FIRST, Mailbox, a_mail, exported
from tests.fakes.smtp import FakeSmtp
from tests.handlers.conftest import SANYA, Answer, DeskUnderTest

SECOND = "R2611000125"
SOMCHAIS = "Somchai <somchai@example.com>"
SOMCHAI = "C81554 นายสมชาย ใจดี"
COMPANY = Customer(
    CustomerCode("C90300"),
    "บริษัท ไทยดี จำกัด",
    kind="company",
    phone="+6621112222",
    contacts=(
        Contact("นายธนา มั่นคง", mobile="+66891112222", main=True),
        Contact("นางสาวอรุณ แจ่มใส", email="arun@thaidee.example"),
    ),
)


@pytest.fixture
def mailer(tmp_path: Path) -> Adapter:
    """The way out for mails is set up; nothing is sent here."""
    with FakeSmtp() as fake:
        server = MailServer("127.0.0.1", fake.port, Encryption.NONE)
        return MailAdapter(server, "กลุ่มบริการ", "services@nso.example")


async def ticket_of(desk: DeskUnderTest, no: str = FIRST) -> Ticket:
    return await tickets.get_ticket(desk.db, no)


async def add(desk: DeskUnderTest, customer: Customer) -> None:
    await desk.db.write(partial(customers.add_customer, customer=customer, now=desk.now))


def told(desk: DeskUnderTest, who: str = "nok") -> Answer:
    """What somebody was told last, so that its buttons can be pressed."""
    desk.last[f"{Platform.TELEGRAM}:{who}"] = answer = Answer(desk.told(who).replies[-1:])
    return answer


def likely(answer: Answer) -> list[str]:
    """The candidates of a card, a line each."""
    cards = [part for reply in answer.replies for part in reply.parts if isinstance(part, Card)]
    values = [fact.value for card in cards for fact in card.fields if fact.label == "น่าจะเป็น"]
    return [line for text in values for line in text.splitlines()]


def exactly(answer: Answer, label: str) -> str:
    """The token of the button with this label and no other."""
    every = [b for reply in answer.replies for part in reply.parts for b in buttons_of(part)]
    return next(button.token for button in every if button.label == label)


# One tap.


@pytest.mark.parametrize("desk_engine", ["sqlite", "postgresql"])
async def test_one_tap_takes_and_matches_and_asks_for_the_answer(
    desk: DeskUnderTest, mailbox: Mailbox
) -> None:
    await mailbox.brings(a_mail(sender=SOMCHAIS))
    card = told(desk)
    assert likely(card) == [f"{SOMCHAI} · 081-234-5678 · อีเมลเดียวกัน"]
    assert card.buttons[:4] == ["รับเรื่องและจับคู่", "รับเรื่อง", "ผู้รับบริการใหม่", "ไม่ใช่คำขอ"]
    asked = await desk.presses("รับเรื่องและจับคู่")
    assert f"✅ รับเรื่อง {FIRST} และจับคู่กับ {SOMCHAI} แล้ว\nเรื่อง 6.1 " in asked.text
    assert "จำ somchai@example.com" not in asked.text
    assert "เรียน นายสมชาย ใจดี" in asked.text
    assert "พิมพ์ข้อความที่จะส่ง" in asked.text
    ticket = await ticket_of(desk)
    assert (ticket.customer, ticket.contact_id) == ("C81554", None)
    assert (ticket.status, ticket.assignee) == (Status.OPEN, desk.ids["nok"])
    preview = await desk.says("รายได้เฉลี่ย 26,946 บาทต่อเดือน")
    assert "\n\nรายได้เฉลี่ย 26,946 บาทต่อเดือน\n\n" in preview.text
    assert "ส่ง" in preview.buttons
    assert "ไม่มีอีเมลใหม่" in (await desk.says("/inbox")).text
    listed = await desk.count(
        "audit", "action = 'customer.listed' AND record = 'C81554' AND staff_id IS NULL"
    )
    assert listed == 1


async def test_it_is_the_contact_whose_telephone_stands_in_the_signature(
    desk: DeskUnderTest, mailbox: Mailbox
) -> None:
    await add(desk, COMPANY)
    text = "ขอข้อมูลแรงงานครับ\n\nขอแสดงความนับถือ\nธนา มั่นคง\nบริษัท ไทยดี จำกัด\nโทร 089-111-2222"
    await mailbox.brings(a_mail(text, sender="tana@gmail.com"))
    (line,) = likely(told(desk))
    assert line == (
        "C90300 บริษัท ไทยดี จำกัด · 02-111-2222 · ผู้ติดต่อ นายธนา มั่นคง · เบอร์โทรเดียวกัน · "
        "ชื่อตรงกัน · หน่วยงานเดียวกัน"
    )
    asked = await desk.presses("รับเรื่องและจับคู่")
    assert "ผู้ติดต่อ นายธนา มั่นคง" in asked.text
    company = await customers.get_customer(desk.db, "C90300")
    ticket = await ticket_of(desk)
    assert ticket.contact_id == company.contacts[0].id
    assert "จำ tana@gmail.com ไว้กับ C90300 ไหม" in asked.text
    kept = await desk.presses("จำอีเมลนี้")
    assert kept.text == "✅ จำ tana@gmail.com ไว้กับ C90300 แล้ว"
    company = await customers.get_customer(desk.db, "C90300")
    assert [one.email for one in company.contacts] == ["tana@gmail.com", "arun@thaidee.example"]


async def test_where_nobody_is_meant_for_sure_each_has_a_button(
    desk: DeskUnderTest, mailbox: Mailbox
) -> None:
    text = "ขอข้อมูล\n\nขอแสดงความนับถือ\nสมชาย ใจดี"
    await mailbox.brings(a_mail(text, sender="som@gmail.com"))
    card = told(desk)
    assert likely(card)[0] == f"{SOMCHAI} · 081-234-5678 · ชื่อตรงกัน"
    assert "รับเรื่องและจับคู่" not in card.buttons
    assert f"จับคู่ {SOMCHAI}" in card.buttons
    assert "ค้นหาผู้รับบริการ" in card.buttons
    await desk.presses(f"จับคู่ {SOMCHAI}")
    assert (await ticket_of(desk)).customer == "C81554"


async def test_two_with_one_address_are_two_buttons(desk: DeskUnderTest, mailbox: Mailbox) -> None:
    await add(desk, replace(COMPANY, email="somchai@example.com"))
    await mailbox.brings(a_mail(sender=SOMCHAIS))
    card = told(desk)
    assert [line[:6] for line in likely(card)] == ["C81554", "C90300"]
    assert "รับเรื่องและจับคู่" not in card.buttons


async def test_the_candidate_of_a_forward_is_who_really_wrote(
    desk: DeskUnderTest, mailbox: Mailbox
) -> None:
    text = (
        "ฝากดูด้วยค่ะ\n\n---------- Forwarded message ---------\nFrom: Somchai <somchai@example.com>\n"
        "Date: Mon, Nov 23, 2026\nSubject: ขอข้อมูล\nTo: <info@nso.example>\n\nขอตัวเลขแรงงาน"
    )
    await mailbox.brings(a_mail(text, "Fwd: ขอข้อมูล", "Nok <nok@nso.example>"))
    assert likely(told(desk)) == [f"{SOMCHAI} · 081-234-5678 · อีเมลเดียวกัน"]


async def test_names_are_searched_once(
    desk: DeskUnderTest, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    await mailbox.brings(a_mail("ขอข้อมูล\n\nขอแสดงความนับถือ\nสมชาย ใจดี"))

    async def again(*_args: object) -> None:
        raise AssertionError("searched again")

    monkeypatch.setattr(matches, "search_possible", again)
    for _time in range(2):
        assert likely(await desk.says(FIRST))[0].startswith(SOMCHAI)
    await desk.says("/inbox")


async def test_the_customer_of_a_writers_mail_before_is_offered(
    desk: DeskUnderTest, mailbox: Mailbox
) -> None:
    await mailbox.brings(a_mail(sender="x@example.net"))
    told(desk)
    await desk.presses("ค้นหาผู้รับบริการ")
    asked = await desk.says("สัญญา ธรรมศักดิ์")
    assert f"และจับคู่กับ C82001 {SANYA.name} แล้ว" in asked.text
    await desk.presses("ไม่จำ")
    await mailbox.brings(a_mail("เรื่องที่สอง", "อีกเรื่อง", "x@example.net", 2))
    assert likely(told(desk)) == [f"C82001 {SANYA.name} · 080-000-9001 · เคยจับคู่กับอีเมลนี้"]
    asked = await desk.presses("รับเรื่องและจับคู่")
    assert "จำ x@example.net" not in asked.text


# Taken back.


@pytest.mark.parametrize("desk_engine", ["sqlite", "postgresql"])
async def test_one_tap_takes_a_match_back_with_the_address(
    desk: DeskUnderTest, mailbox: Mailbox
) -> None:
    await mailbox.brings(a_mail(sender="Sanya <sanya@example.net>"))
    told(desk)
    await desk.presses("ค้นหาผู้รับบริการ")
    asked = await desk.says("C82001")
    await desk.presses("จำอีเมลนี้")
    assert (await customers.get_customer(desk.db, "C82001")).email == "sanya@example.net"
    back = await desk.presses_token(asked.token("เลิกจับคู่"))
    assert f"เลิกจับคู่ {FIRST} แล้ว ค่าเดิมกลับมา" in back.text
    assert (await customers.get_customer(desk.db, "C82001")).email == ""
    ticket = await ticket_of(desk)
    assert (ticket.customer, ticket.assignee, ticket.status) == (None, None, Status.NEW)
    assert "📬 อีเมลใหม่ 1 ฉบับ" in (await desk.says("/inbox")).text
    again = await desk.presses_token(asked.token("เลิกจับคู่"))
    assert f"{FIRST} ไม่ได้จับคู่อยู่แล้ว" in again.text


async def test_what_was_changed_since_stays(desk: DeskUnderTest, mailbox: Mailbox) -> None:
    await mailbox.brings(a_mail(sender=SOMCHAIS))
    asked = await desk.presses_token(told(desk).token("รับเรื่องและจับคู่"))
    await desk.says(f"แก้ไข {FIRST} เรื่อง 1.1", "ton")
    await desk.presses_token(asked.token("เลิกจับคู่"))
    ticket = await ticket_of(desk)
    assert (ticket.customer, ticket.assignee, ticket.subject) == (None, None, "1.1")
    assert ticket.status is Status.OPEN


async def test_a_second_address_is_a_contact_until_it_is_taken_back(
    desk: DeskUnderTest, mailbox: Mailbox
) -> None:
    text = "ขอข้อมูล\n\nขอแสดงความนับถือ\nสมชาย ใจดี\n081-234-5678"
    await mailbox.brings(a_mail(text, sender="som@gmail.com"))
    asked = await desk.presses_token(told(desk).token("รับเรื่องและจับคู่"))
    kept = await desk.presses("จำอีเมลนี้")
    assert kept.text == "✅ จำ som@gmail.com ไว้ เป็นผู้ติดต่อ สมชาย ใจดี ของ C81554"
    somchai = await customers.get_customer(desk.db, "C81554")
    assert [one.email for one in somchai.contacts] == ["som@gmail.com"]
    assert "จำไว้กับ C81554 แล้ว" in (await desk.presses_token(asked.token("จำอีเมลนี้"))).text
    await desk.presses_token(asked.token("เลิกจับคู่"))
    assert (await customers.get_customer(desk.db, "C81554")).contacts == ()


# Whoever is not there yet.

SIGNED = (
    "ขอข้อมูลค่าจ้างค่ะ\n\nขอแสดงความนับถือ\nนางสาววิภา รักเรียน\nนักวิจัย\nสถาบันวิจัยตัวอย่าง\n"
    "45 หมู่ 3 ต.บ้านใหม่ อ.ปากเกร็ด จ.นนทบุรี 11120\nโทร. 02-123-4567 มือถือ 089-765-4321"
)


async def test_a_new_customer_is_filled_from_the_mail(
    desk: DeskUnderTest, mailbox: Mailbox
) -> None:
    await mailbox.brings(a_mail(SIGNED, sender="Wipa Rakrian <wipa@example.org>"))
    form = await desk.presses_token(told(desk).token("ผู้รับบริการใหม่"))
    for line in (
        "ชื่อ: นางสาววิภา รักเรียน",
        "เพศ: หญิง",
        "โทรศัพท์: 02-123-4567",
        "มือถือ: 089-765-4321",
        "อีเมล: wipa@example.org",
        "หน่วยงาน: สถาบันวิจัยตัวอย่าง",
        "ที่อยู่: 45 หมู่ 3 ต.บ้านใหม่ อ.ปากเกร็ด จ.นนทบุรี 11120",
    ):
        assert line in form.text, form.text
    assert "Wipa Rakrian" in form.text
    saved = await desk.presses("อาจารย์")
    assert f"✅ รับเรื่อง {FIRST} และจับคู่กับ C90211 นางสาววิภา รักเรียน แล้ว" in saved.text
    assert "พิมพ์ข้อความที่จะส่ง" in saved.text
    assert (await ticket_of(desk)).customer == "C90211"


async def test_who_is_there_already_is_asked_about_and_matched(
    desk: DeskUnderTest, mailbox: Mailbox
) -> None:
    await mailbox.brings(a_mail(sender=SOMCHAIS))
    form = await desk.presses_token(told(desk).token("ผู้รับบริการใหม่"))
    assert "อาจมีอยู่แล้ว" in form.text
    used = await desk.presses(f"ใช้รายนี้ · {SOMCHAI}")
    assert f"จับคู่กับ {SOMCHAI} แล้ว" in used.text
    assert (await ticket_of(desk)).customer == "C81554"


async def test_a_new_customer_whose_mail_was_matched_meanwhile_is_told_of_it(
    desk: DeskUnderTest, mailbox: Mailbox
) -> None:
    await mailbox.brings(a_mail(SIGNED))
    await desk.presses_token(told(desk).token("ผู้รับบริการใหม่"))
    told(desk, "ton")
    await desk.presses("ค้นหาผู้รับบริการ", "ton")
    await desk.says("C82001", "ton")
    late = await desk.presses("อาจารย์")
    assert "คุณต้นจับคู่ R2611000124 กับ C82001" in late.text
    assert await desk.count("customers", "name = 'นางสาววิภา รักเรียน'") == 1


async def test_nobody_found_by_typing_leads_to_a_new_customer(
    desk: DeskUnderTest, mailbox: Mailbox
) -> None:
    await mailbox.brings(a_mail())
    told(desk)
    await desk.presses("ค้นหาผู้รับบริการ")
    shown = await desk.says("ประหลาด ไม่เคยมี")
    assert "ไม่มีผู้รับบริการ" not in shown.buttons
    form = await desk.presses('ผู้รับบริการใหม่ "ประหลาด ไม่เคยมี"')
    assert "ชื่อ: ประหลาด ไม่เคยมี" in form.text
    assert "อีเมล: wipa@example.org" in form.text
    for answer in ("ประชาสังคม", "หญิง"):
        await desk.presses(answer)
    saved = await desk.says("กระบี่")
    assert f"✅ รับเรื่อง {FIRST} และจับคู่กับ C90211 ประหลาด ไม่เคยมี แล้ว" in saved.text
    assert (await ticket_of(desk)).customer == "C90211"


# No request.


@pytest.mark.parametrize("desk_engine", ["sqlite", "postgresql"])
async def test_what_is_no_request_is_voided_and_comes_back_with_one_tap(
    desk: DeskUnderTest, mailbox: Mailbox, tmp_path: Path
) -> None:
    await mailbox.brings(a_mail("โปรโมชั่นเครื่องถ่ายเอกสาร"))
    gone = await desk.presses_token(told(desk).token("ไม่ใช่คำขอ"))
    assert f"✅ {FIRST} ไม่ใช่คำขอ · ยกเลิกใบงานแล้ว" in gone.text
    assert (await ticket_of(desk)).status is Status.VOIDED
    assert "ไม่มีอีเมลใหม่" in (await desk.says("/inbox")).text
    await desk.presses_token(gone.token("โฆษณา"))
    assert (await ticket_of(desk)).void_reason == "ไม่ใช่คำขอ (โฆษณา/ประชาสัมพันธ์)"
    (mail,) = await exported(desk, tmp_path)
    assert mail["ticket"] == FIRST
    back = await desk.presses_token(gone.token("เป็นคำขอ คืนกลับ"))
    assert f"✅ {FIRST} กลับเป็นคำขอแล้ว" in back.text
    ticket = await ticket_of(desk)
    assert (ticket.status, ticket.assignee, ticket.void_reason) == (Status.NEW, None, "")
    assert "📬 อีเมลใหม่ 1 ฉบับ" in (await desk.says("/inbox")).text


# Two at once, and too late.


async def test_the_second_officer_hears_who_was_first(
    desk: DeskUnderTest, mailbox: Mailbox
) -> None:
    await mailbox.brings(a_mail(sender=SOMCHAIS))
    other = told(desk, "ton")
    await desk.presses_token(told(desk).token("รับเรื่องและจับคู่"))
    for label in ("รับเรื่องและจับคู่", "รับเรื่อง", "ผู้รับบริการใหม่", "ไม่ใช่คำขอ"):
        late = await desk.presses_token(exactly(other, label), "ton")
        assert late.text == f"คุณนกจับคู่ {FIRST} กับ {SOMCHAI} แล้ว 23 พ.ย. 69 10.00 น.", label
        assert late.buttons == ["เลิกจับคู่", "ดูใบงาน"]
    assert (await ticket_of(desk)).assignee == desk.ids["nok"]


async def test_who_matches_what_a_colleague_took_is_asked(
    desk: DeskUnderTest, mailbox: Mailbox
) -> None:
    await mailbox.brings(a_mail(sender=SOMCHAIS))
    other = told(desk, "ton")
    taken = await desk.presses_token(exactly(told(desk), "รับเรื่อง"))
    assert f"✅ คุณรับเรื่อง {FIRST} แล้ว" in taken.text
    assert f"จับคู่ {SOMCHAI}" in taken.buttons
    late = await desk.presses_token(exactly(other, "รับเรื่อง"), "ton")
    assert late.text == f"คุณนกรับเรื่อง {FIRST} ไปแล้ว 23 พ.ย. 69 10.00 น."
    late = await desk.presses_token(other.token("รับเรื่องและจับคู่"), "ton")
    assert late.buttons == ["จับคู่ให้เพื่อนร่วมงาน", "ดูใบงาน"]
    done = await desk.presses("จับคู่ให้เพื่อนร่วมงาน", "ton")
    assert f"✅ จับคู่ {FIRST} กับ {SOMCHAI} แล้ว" in done.text
    assert "พิมพ์ข้อความที่จะส่ง" not in done.text
    ticket = await ticket_of(desk)
    assert (ticket.customer, ticket.assignee) == ("C81554", desk.ids["nok"])


async def test_a_save_that_comes_between_is_decided_anew(
    desk: DeskUnderTest, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    await mailbox.brings(a_mail(sender=SOMCHAIS))
    put = matches.put_match
    calls = []

    async def slow(tx: object, match: object) -> None:
        calls.append(match)
        if len(calls) == 1:
            raise Conflict("changed")
        await put(tx, match)  # type: ignore[arg-type]

    monkeypatch.setattr(matches, "put_match", slow)
    await desk.presses_token(told(desk).token("รับเรื่องและจับคู่"))
    assert len(calls) == 2
    ticket = await ticket_of(desk)
    assert (ticket.customer, ticket.version) == ("C81554", 2)
    assert await desk.count("mail_matches") == 1


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ("closed", f"คุณปิดใบงาน {FIRST} แล้วเมื่อ"),
        ("voided", f"คุณยกเลิกใบงาน {FIRST} แล้วเมื่อ"),
    ],
)
async def test_a_press_on_an_old_card_says_how_it_is(
    desk: DeskUnderTest, mailbox: Mailbox, how: str, said: str
) -> None:
    await mailbox.brings(a_mail(sender=SOMCHAIS))
    card = told(desk)
    if how == "closed":
        await desk.says(f"/close {FIRST} ตอบแล้ว")
    else:
        await desk.says(f"ยกเลิกใบงาน {FIRST} บันทึกซ้ำ")
    before = await ticket_of(desk)
    for label in ("รับเรื่องและจับคู่", "รับเรื่อง", "ผู้รับบริการใหม่", "ไม่ใช่คำขอ"):
        late = await desk.presses_token(exactly(card, label))
        assert said in late.text, label
    assert await ticket_of(desk) == before


async def test_a_customer_who_was_merged_meanwhile_is_followed(
    desk: DeskUnderTest, mailbox: Mailbox
) -> None:
    await mailbox.brings(a_mail(sender=SOMCHAIS))
    card = told(desk)
    await desk.says("/merge C81554 C82001", "may")
    await desk.presses("C82001", "may")
    for label in desk.last["telegram:may"].buttons:
        if "รวม" in label:
            await desk.presses(label, "may")
            break
    matched = await desk.presses_token(card.token("รับเรื่องและจับคู่"))
    ticket = await ticket_of(desk)
    survivor = (await customers.get_customer(desk.db, "C81554")).code
    assert ticket.customer == survivor, matched.text


async def test_on_line_it_is_the_same_tap(desk: DeskUnderTest, mailbox: Mailbox) -> None:
    await mailbox.brings(a_mail(sender=SOMCHAIS))
    card = await desk.says("/inbox", platform=Platform.LINE)
    assert likely(card) == [f"{SOMCHAI} · 081-234-5678 · อีเมลเดียวกัน"]
    asked = await desk.presses("รับเรื่องและจับคู่", platform=Platform.LINE)
    assert f"และจับคู่กับ {SOMCHAI} แล้ว" in asked.text
    assert (await ticket_of(desk)).customer == "C81554"


async def test_another_suggested_subject_is_one_tap_beside_the_match_and_within_the_preview(
    desk: DeskUnderTest, mailbox: Mailbox
) -> None:
    await mailbox.brings(a_mail("ขอข้อมูลรายได้ครัวเรือน และขอลิงก์ดาวน์โหลดค่ะ", sender=SOMCHAIS))
    await desk.says(FIRST)
    matched = await desk.presses("รับเรื่องและจับคู่")
    before = (await tickets.get_ticket(desk.db, FIRST)).subject
    others = [label for label in matched.buttons if label.startswith("เป็น ")]
    assert len(others) == 2
    shown = await desk.presses(others[0])
    code = others[0].removeprefix("เป็น ").split()[0]
    assert f"✅ {FIRST} เรื่อง {code} " in shown.text
    assert (await tickets.get_ticket(desk.db, FIRST)).subject == code
    preview = await desk.says("ส่งลิงก์ให้แล้วค่ะ")
    assert f"เรื่อง {code} " in preview.text
    assert any(label.startswith(f"เป็น {before} ") for label in preview.buttons)
    fields = await desk.presses("ช่องอื่น ๆ")
    assert {"ส่ง", "ส่งและปิด"} <= set(fields.buttons)
    again = await desk.presses_token(preview.token(f"เป็น {before} "))
    assert {"ส่ง", "ส่งและปิด"} <= set(again.buttons)
    assert f"เรื่อง {before} " in again.text
    await desk.presses("ส่งและปิด")
    ticket = await tickets.get_ticket(desk.db, FIRST)
    assert (ticket.status, ticket.subject, ticket.result) == (
        Status.CLOSED,
        before,
        "ส่งลิงก์ให้แล้วค่ะ",
    )
