"""Contacts that are shared: found, made a customer, or the answer to what a form asks."""

from domain.staff import Platform
from store.customers import records as customers
from tests.handlers.conftest import Answer, DeskUnderTest

LINE = Platform.LINE
NEW = {
    "name": "สมหญิง รักดี",
    "phones": ["+66 86 123 4567", "02 141 7500"],
    "emails": ["somying@example.com"],
}


async def shares(desk: DeskUnderTest, **contact: object) -> Answer:
    return await desk.gives({"kind": "contact", "contact": contact}, "nok", Platform.TELEGRAM)


def vcf(*people: tuple[str, str]) -> bytes:
    return "".join(
        f"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:{n}\r\nTEL:{p}\r\nEND:VCARD\r\n" for n, p in people
    ).encode()


async def test_a_telephone_that_is_known_shows_its_customer(desk: DeskUnderTest) -> None:
    answer = await shares(desk, name="พี่สมชาย ลูกค้า", phones=["66812345678"])
    assert "📇 พี่สมชาย ลูกค้า · 081-234-5678" in answer.text
    assert "C81554" in answer.text
    assert "สร้างใบงาน" in answer.buttons
    assert await desk.count("audit", "action = 'customer.read' AND record = 'C81554'") == 1


async def test_an_unknown_telephone_is_looked_up_by_name_and_offered_as_new(
    desk: DeskUnderTest,
) -> None:
    answer = await shares(desk, name="สัญญา ธรรมศักดิ์", phones=["086-123-4567"])
    assert any("C82001" in button for button in answer.buttons)
    assert 'ผู้รับบริการใหม่ "สัญญา ธรรมศักดิ์ 086-123-4567"' in answer.buttons


async def test_somebody_new_is_made_with_all_that_was_shared(desk: DeskUnderTest) -> None:
    answer = await shares(desk, **NEW, organisation="สถาบันวิจัยตัวอย่าง")
    assert "ผลลัพธ์: 0" in answer.text
    form = await desk.presses("ผู้รับบริการใหม่")
    for said in (
        "สมหญิง รักดี",
        "086-123-4567",
        "02-141-7500",
        "somying@example.com",
        "สถาบันวิจัยตัวอย่าง",
    ):
        assert said in form.text
    assert await desk.count("customers", "name LIKE '%สมหญิง%'") == 0, "nothing is saved unasked"


async def test_a_telephone_nobody_can_read_is_shown_and_not_lost(desk: DeskUnderTest) -> None:
    answer = await shares(desk, name="สมหญิง รักดี", phones=["ภายใน 12"])
    assert "ภายใน 12" in answer.text
    assert "ภายใน 12" in (await desk.presses("ผู้รับบริการใหม่")).text


async def test_it_answers_who_the_customer_of_a_new_ticket_is(desk: DeskUnderTest) -> None:
    await desk.says("/open โทร 1.1")
    answer = await shares(desk, name="ใครก็ได้", phones=["081-234-5678"])
    assert "C81554" in answer.text
    await desk.says("/cancel")
    await desk.says("/open โทร 1.1")
    answer = await shares(desk, **NEW)
    await desk.presses("ผู้รับบริการใหม่")
    assert "086-123-4567" in desk.last["telegram:nok"].text


async def test_it_fills_what_a_new_customer_lacks_and_changes_nothing(desk: DeskUnderTest) -> None:
    await desk.says("/new สมหญิง")
    answer = await shares(desk, **NEW)
    assert "ผู้รับบริการใหม่ · สมหญิง" in answer.text
    assert "สมหญิง รักดี" not in answer.text
    assert "086-123-4567" in answer.text
    assert "somying@example.com" in answer.text


async def test_where_a_form_asks_for_something_else_it_is_a_new_caller(desk: DeskUnderTest) -> None:
    await desk.says("/open C70001 โทร 1.1")
    answer = await shares(desk, name="x", phones=["081-234-5678"])
    assert "C81554" in answer.text
    assert "ทำต่อ" in answer.buttons


async def test_a_vcard_file_is_a_contact_on_every_platform(desk: DeskUnderTest) -> None:
    for platform in (Platform.TELEGRAM, LINE):
        answer = await desk.sends_file(vcf(("สมชาย", "0812345678")), "สมชาย.vcf", platform=platform)
        assert "C81554" in answer.text
    assert await desk.count("files") == 0


async def test_a_vcard_file_for_a_ticket_is_attached_to_it(desk: DeskUnderTest) -> None:
    await desk.says("/open C81554 โทร 1.1 ขอข้อมูล")
    answer = await desk.sends_file(vcf(("สมชาย", "0812345678")), "x.vcf", caption="R2611000124")
    assert "แนบกับ R2611000124" in answer.text


async def test_several_contacts_are_a_list(desk: DeskUnderTest) -> None:
    people = [("สมชาย", "0812345678"), *((f"คนที่ {n}", f"08611111{n:02}") for n in range(11))]
    answer = await desk.sends_file(vcf(*people), "all.vcf")
    assert "รายชื่อ 12 ราย" in answer.text
    assert any("C81554" in button for button in answer.buttons)
    assert "086-111-1100" in (await desk.presses("คนที่ 0")).text


async def test_a_stranger_shares_in_vain(desk: DeskUnderTest) -> None:
    shared = {"kind": "contact", "contact": {"name": "x", "phones": ["0812345678"]}}
    assert (await desk.gives(shared, "stranger", Platform.TELEGRAM)).replies == []


async def test_the_new_customer_is_found_by_what_was_shared(desk: DeskUnderTest) -> None:
    await shares(desk, **NEW)
    await desk.presses("ผู้รับบริการใหม่")
    await desk.presses("ประชาชน")
    await desk.says("9")
    await desk.says("9")
    (code,) = [
        row["code"]
        for row in await desk.db.fetch("SELECT code FROM customers WHERE name LIKE '%สมหญิง%'")
    ]
    made = await customers.get_customer(desk.db, code)
    assert (made.phone, made.mobile, made.email) == (
        "+6621417500",
        "+66861234567",
        "somying@example.com",
    )
