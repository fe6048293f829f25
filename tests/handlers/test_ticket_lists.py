"""My tickets narrowed by buttons and by words; tickets found by their text."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.staff import StaffId
from domain.tickets.records import Status, Ticket, TicketNo
from store import staff
from store.tickets import records as tickets
from tests.handlers.conftest import NOW, DeskUnderTest

LFS = "สำรวจภาวะการทำงานของประชากร"


async def add(desk: DeskUnderTest, running: int, who: str = "nok", **rest: object) -> None:
    assignee = StaffId(desk.ids[who])
    given = {"subject": "6.1", "details": "ถาม", "created_at": NOW, **rest}
    ticket = Ticket(
        TicketNo(f"R2611{running:06d}"),
        "phone",
        recorded_at=NOW,
        recorded_by=None,
        assignee=assignee,
        **given,
    )  # type: ignore[arg-type]
    await desk.db.write(lambda tx: tickets.add_tickets(tx, [ticket]))


@pytest.fixture
async def full(desk: DeskUnderTest) -> DeskUnderTest:
    """Four of the officer's tickets, one of a colleague's in the same team."""
    october = datetime(2026, 10, 5, 3, tzinfo=UTC)
    await add(desk, 1, subject="7.4", details="ขอข้อมูลระดับย่อย", projects=(LFS,), created_at=october)
    await add(desk, 2, details="รายได้ครัวเรือนกระบี่ 2560", status=Status.NEW)
    await add(
        desk, 3, details="จำนวนโรงแรม", result="ส่งตารางทางอีเมล", status=Status.CLOSED, closed_at=NOW
    )
    await add(desk, 4, details="หนี้สินครัวเรือน", remarks="โทรมาซ้ำ", letter_no="ดศ 0504/513")
    await add(desk, 5, "ton", details="ขอแผนที่", subject="7.2")
    team = [desk.ids["nok"], desk.ids["ton"]]
    await desk.db.write(lambda tx: staff.add_team(tx, "บริการข้อมูล", team))
    await desk.db.write(lambda tx: staff.add_team(tx, "เผยแพร่", []))
    return desk


def listed(buttons: list[str]) -> list[int]:
    return [int(label.split()[0][5:]) for label in buttons if label.startswith("R26")]


@pytest.mark.parametrize(
    ("typed", "numbers", "said"),
    [
        ("", [1, 2, 4], "ใหม่ 1 · เปิด 2 · ปิด 1"),
        ("7", [1], "เฉพาะ 7 ข้อมูลระดับย่อย"),
        ("๗.๔", [1], "เฉพาะ 7.4"),
        ("ต.ค. 69", [1], "เฉพาะ ต.ค. 69"),
        ("7 ต.ค. 69", [1], "7 ข้อมูลระดับย่อย · ต.ค. 69"),
        ("ต.ค. 69 6.1", [], "ไม่มีใบงานตามที่กรอง"),
        ("พ.ย. 69", [2, 4], "เฉพาะ พ.ย. 69"),
        ("ปีงบ 70", [1, 2, 4], "ปีงบประมาณ 2570"),
        ("สรง.", [1], LFS),
        ("ใหม่", [2], "เฉพาะ ใหม่"),
        ("ปิด", [3], "เฉพาะ ปิด"),
        ("ปิด ต.ค. 69", [], "ไม่มีใบงานตามที่กรอง"),
        ("ทีมบริการข้อมูล", [1, 2, 4, 5], "ใบงานของทีมบริการข้อมูล"),
        ("ทีม บริการ 7", [1, 5], "เฉพาะ 7"),
        ("บริการข้อมูล 7.2", [5], "เฉพาะ 7.2"),
        ("ทีมเผยแพร่", [], "ใหม่ 0 · เปิด 0 · ปิด 0"),
    ],
)
async def test_words_narrow_the_list(
    full: DeskUnderTest, typed: str, numbers: list[int], said: str
):
    mine = await full.says(f"ใบงานของฉัน {typed}")
    assert sorted(listed(mine.buttons)) == numbers
    assert said in mine.text


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("อะไรสักอย่าง", 'ไม่เข้าใจ "อะไรสักอย่าง"'),
        ("7 อะไร", 'ไม่เข้าใจ "อะไร"'),
        ("ทีมนักบิน", "ทีมที่มี: บริการข้อมูล, เผยแพร่"),
        ("สำรวจ", "ตรงกับหลายโครงการ"),
        ("9" * 300, "ไม่เข้าใจ"),
    ],
)
async def test_a_word_that_narrows_nothing_is_named(full: DeskUnderTest, typed: str, said: str):
    refused = await full.says(f"/my {typed}")
    assert said in refused.text
    assert refused.buttons == []


async def test_due_first_and_late_ones_say_so(full: DeskUnderTest):
    mine = await full.says("ใบงานของฉัน")
    assert listed(mine.buttons) == [1, 2, 4]
    assert "เกินกำหนด 15 ต.ค. 69" in mine.buttons[0]
    assert "ถึง 23 พ.ย. 69 10.05 น." in mine.buttons[1]


async def test_buttons_narrow_and_widen_the_list(full: DeskUnderTest):
    await full.says("ใบงานของฉัน")
    await full.presses("กรอง")
    subjects = await full.presses("เรื่อง")
    assert subjects.buttons[:2] == [
        "6.1 ข้อมูลสถิติ (ข้อมูล สสช.) (2)",
        "7.4 หนังสือขอข้อมูล (ข้อมูลระดับย่อย) (1)",
    ]
    narrowed = await full.presses("7.4")
    assert listed(narrowed.buttons) == [1]
    await full.presses("กรอง")
    await full.presses("ชื่อโครงการ")
    assert listed((await full.presses(f"{LFS} (1)")).buttons) == [1]
    await full.presses("กรอง")
    await full.presses("ทีม")
    assert listed((await full.presses("บริการข้อมูล")).buttons) == [1]
    await full.presses("กรอง")
    await full.presses("ช่วงเวลา")
    none = await full.presses("เดือนนี้ · พ.ย. 69")
    assert "ไม่มีใบงานตามที่กรอง" in none.text
    assert listed((await full.presses("ไม่กรอง")).buttons) == [1, 2, 4]
    closed = await full.presses("ปิดแล้ว 1")
    assert listed(closed.buttons) == [3]
    assert listed((await full.presses("ค้าง 3")).buttons) == [1, 2, 4]


@pytest.mark.parametrize("status", [Status.OPEN, Status.CLOSED])
async def test_pages_follow_one_another(desk: DeskUnderTest, status: Status):
    for n in range(1, 20):
        await add(desk, n, status=status, created_at=NOW - timedelta(hours=n))
    pages = [await desk.says("ใบงานของฉัน ปิด" if status is Status.CLOSED else "ใบงานของฉัน")]
    while "ถัดไป" in pages[-1].buttons:
        pages.append(await desk.presses("ถัดไป"))
    assert [len(listed(page.buttons)) for page in pages] == [8, 8, 3]
    assert len({number for page in pages for number in listed(page.buttons)}) == 19
    assert listed((await desk.presses("ก่อนหน้า")).buttons) == listed(pages[1].buttons)


async def test_a_teams_list_says_whose_each_is(full: DeskUnderTest):
    mine = await full.says("/my ทีมบริการข้อมูล")
    assert [" · ต้น · " in label for label in mine.buttons if label.startswith("R2611000005")] == [
        True
    ]


# Tickets by their text.


@pytest.mark.parametrize(
    ("typed", "numbers"),
    [("ครัวเรือน", [4, 2]), ("ครัวเรื่อน", [4, 2]), ("ตาราง อีเมล", []), ("ขอ", [5, 1])],
)
async def test_tickets_are_found_by_a_part_of_their_text(
    full: DeskUnderTest, typed: str, numbers: list[int]
):
    found = await full.says(f"ค้นใบงาน {typed}")
    if numbers:
        assert listed(found.buttons) == numbers
    else:
        assert "R2611000003" in found.text, "one alone is shown at once"


async def test_a_hit_shows_the_words_around_what_was_found(full: DeskUnderTest):
    await add(full, 6, details="ถามเรื่องอื่น", remarks="คราวก่อน โทรมาซ้ำ สองครั้ง")
    found = await full.says("/tickets มาซ้ำ")
    assert "… โทรมาซ้ำ สองครั้ง" in found.buttons[0]
    assert "โทรมาซ้ำ" in found.buttons[1]
    assert await full.count("audit", "action = 'ticket.listed'") == 2


async def test_a_letter_number_or_a_ticket_number_opens_the_ticket(full: DeskUnderTest):
    for typed in ("0504/513", "r๒๖๑๑๐๐๐๐๐๔"):
        assert "R2611000004" in (await full.says(f"ค้นใบงาน {typed}")).text


@pytest.mark.parametrize("typed", ["ไม่มีคำนี้", "%", "*", "_", "NEAR(", '"', "x" * 3000])
async def test_nothing_found_offers_the_register(full: DeskUnderTest, typed: str):
    nothing = await full.says(f"ค้นใบงาน {typed}")
    assert "ผลลัพธ์: 0" in nothing.text
    assert nothing.buttons[0].startswith("ค้นผู้รับบริการ")


async def test_many_hits_are_paged(desk: DeskUnderTest):
    for n in range(1, 13):
        await add(desk, n, details=f"แรงงานนอกระบบ {n}")
    first = await desk.says("ค้นใบงาน แรงงาน")
    assert "ผลลัพธ์: 12 · หน้า 1/2" in first.text
    second = await desk.presses("ถัดไป")
    assert listed(first.buttons) + listed(second.buttons) == list(range(12, 0, -1))


async def test_a_search_in_vain_among_customers_leads_to_tickets(full: DeskUnderTest):
    nothing = await full.says("หนี้สินครัวเรือน")
    assert "ผลลัพธ์: 0" in nothing.text
    assert "R2611000004" in (await full.presses("ค้นในใบงาน")).text


async def test_without_words_the_command_says_how(full: DeskUnderTest):
    assert "ค้นใบงาน รายได้ครัวเรือน" in (await full.says("/tickets")).text
