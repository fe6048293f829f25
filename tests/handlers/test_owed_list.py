"""A morning's message of several things owed: drawn anew in its place, whatever is done about one
of them and where.
"""

import re
from functools import partial

import pytest

from domain.customers.records import Customer, CustomerCode
from domain.staff import Platform
from handlers.labels import value_label
from handlers.owed.cards import Several, read_several
from store.customers import records as customers
from tests.fakes.office import OFFICE

pytestmark = pytest.mark.usefixtures("quiet_mornings")

SENT = "/open {} เมล 7.9 ส่งข้อมูลและสัญญา => ส่งแล้ว ปิด"
KAMON, SOMCHAI, NAMESAKE = "กมลชนก", "สมชาย ใจดี", "สมชาย ดีใจ"
LISTED = "7"
"""The message that the recorders say every press came from."""


@pytest.fixture
async def morning(desk):
    """Three contracts are asked for on Tuesday 8 December; the list of them is the officer's last
    message.
    """
    for code in ("C70001", "C81554", "C90210"):
        await desk.says(SENT.format(code))
    await tell(desk)
    return desk


async def tell(desk, days=15):
    desk.wait(days=days)
    await desk.tick()
    for who in ("nok", "ton"):
        desk.last[f"telegram:{who}"] = desk.told(who)
        desk.last[f"telegram:{who}"].replies = desk.last[f"telegram:{who}"].replies[-1:]


def edited(desk):
    """The messages that answers changed beside the one that was pressed."""
    return desk.recorders[Platform.TELEGRAM].edited


def line(answer, name):
    (found,) = [text for text in answer.text.split("\n") if name in text and text[0].isdigit()]
    return found


def of(answer, number):
    """What can be pressed about one of the list."""
    return [label.split(" ", 1)[1] for label in answer.buttons if label.startswith(f"{number} ")]


async def test_put_off_out_of_the_card_of_one_the_list_says_until_when(morning):
    desk = morning
    await desk.presses("1 อื่น ๆ")
    await desk.presses("เลื่อน…")
    done = await desk.presses("อีก 1 สัปดาห์")
    assert edited(desk) == [LISTED]
    assert "⏰ 8 ธ.ค. 69 · เหลือ 2 จาก 3 เรื่อง" in done.text
    assert line(done, KAMON).startswith("1 ⏸ ")
    assert line(done, KAMON).endswith("เลื่อนไป 15 ธ.ค. 69")
    assert of(done, 1) == []
    assert of(done, 2) == ["ติดตาม", "ได้รับแล้ว", "อื่น ๆ"]


async def test_given_up_it_is_told_and_counts_as_dealt_with(morning):
    desk = morning
    await desk.presses("2 อื่น ๆ")
    await desk.presses("เลิกติดตาม")
    done = await desk.says("ผู้ใช้เสียชีวิต")
    assert "เหลือ 2 จาก 3 เรื่อง" in done.text
    assert line(done, SOMCHAI).startswith("2 ⏹ ")
    assert "เลิกติดตาม" in line(done, SOMCHAI)
    assert of(done, 2) == []


async def test_when_all_are_dealt_with_the_list_says_so(morning):
    desk = morning
    for number in (1, 2):
        answer = await desk.presses(f"{number} ได้รับแล้ว")
    await desk.presses("3 ติดตาม")
    answer = await desk.presses("ติดตามทางอื่นแล้ว")
    assert "✅ 8 ธ.ค. 69 · ดำเนินการครบ 3 เรื่อง" in answer.text
    assert line(answer, NAMESAKE).startswith("3 ✉️ ")
    assert of(answer, 3) == ["ได้รับแล้ว", "อื่น ๆ"]
    got = await desk.presses("3 ได้รับแล้ว")
    assert "ได้รับแล้ว" in line(got, NAMESAKE)
    assert edited(desk) == [LISTED], "received is pressed in the list itself"


async def test_what_is_handed_on_is_its_new_officers_with_its_buttons_and_gone_from_the_list(
    morning,
):
    desk = morning
    await desk.presses("1 อื่น ๆ")
    await desk.presses("มอบหมาย")
    done = await desk.presses("ต้น")
    assert line(done, KAMON).startswith("1 ➡️ ")
    assert line(done, KAMON).endswith("มอบหมายให้ ต้น")
    assert of(done, 1) == []
    desk.last["telegram:ton"] = desk.told("ton")
    assert (
        "คุณนกมอบหมายให้คุณติดตาม: 📄 คำขอข้อมูลระดับย่อย 23 พ.ย. 69 · ผศ.ดร.กมลชนก"
        in desk.told("ton").text
    )
    got = await desk.presses("ได้รับแล้ว", who="ton")
    assert "หยุดเตือน" in got.text
    seen = await desk.presses("2 ได้รับแล้ว")
    assert line(seen, KAMON).startswith("1 ✅ ")
    assert "เหลือ 1 จาก 3 เรื่อง" in seen.text


async def test_a_press_that_comes_too_late_shows_who_was_quicker_and_mends_the_list(morning):
    desk = morning
    for _weeks in range(2):
        await tell(desk, days=7)
    mine, supervisors = desk.last["telegram:nok"], desk.last["telegram:ton"]
    assert line(supervisors, KAMON).endswith(" · นก")
    await desk.presses_token(mine.token("1 ได้รับแล้ว"))
    edited(desk).clear()
    late = await desk.presses_token(supervisors.token("1 ได้รับแล้ว"), who="ton")
    assert edited(desk) == [LISTED]
    assert "เหลือ 2 จาก 3 เรื่อง" in late.text
    assert line(late, KAMON).startswith("1 ✅ ")
    assert line(late, SOMCHAI).endswith(" · นก")
    assert await desk.count("tickets", "subject = '7.10'") == 1
    again = await desk.presses("2 ได้รับแล้ว", who="ton")
    assert "เหลือ 1 จาก 3 เรื่อง" in again.text


async def test_going_on_elsewhere_the_list_comes_with_the_answer(morning):
    desk = morning
    await desk.presses("1 อื่น ๆ")
    await desk.presses("เลื่อน…")
    done = await desk.says("15 ม.ค. 70", platform=Platform.LINE)
    assert desk.recorders[Platform.LINE].edited == [""]
    assert "เหลือ 2 จาก 3 เรื่อง" in done.text
    assert "เลื่อนไป 15 ม.ค. 70" in done.text


async def test_after_a_follow_up_of_what_is_to_be_fetched_the_lists_buttons_still_work(desk):
    """Each change makes the next version, which the list's new buttons name."""
    for code in ("C70001", "C81554"):
        await desk.says(f"/open {code} เมล 8.4 ข้อมูลพร้อมแล้ว => แจ้งแล้ว ปิด")
    await tell(desk, days=7)
    await desk.presses("1 ติดตาม")
    done = await desk.presses("ติดตามทางอื่นแล้ว")
    assert line(done, KAMON).startswith("1 ✉️ ")
    assert "หยุดเตือน" in (await desk.presses("1 มารับแล้ว")).text


async def test_after_going_on_beyond_the_last_reminder_the_lists_buttons_still_work(desk):
    for code in ("C70001", "C81554"):
        await desk.says(SENT.format(code))
    await desk.db.write(lambda tx: tx.execute("UPDATE owed SET reminders = 11"))
    await desk.db.write(
        lambda tx: tx.execute("UPDATE due SET occurrence = '12' WHERE kind = 'owed'")
    )
    await tell(desk)
    assert "จะติดตามต่อหรือไม่" in line(desk.last["telegram:nok"], KAMON)
    await desk.presses("1 อื่น ๆ")
    done = await desk.presses("ติดตามต่อ")
    assert "จะติดตามต่อหรือไม่" not in line(done, KAMON)
    assert "หยุดเตือน" in (await desk.presses("1 ได้รับแล้ว")).text


async def test_a_letter_sent_by_hand_names_the_ticket_with_which_it_began_to_be_owed(morning):
    desk = morning
    letter = await desk.presses("1 ติดตาม")
    (no,) = re.findall(r"\[(R\d{10})\]", letter.text)
    assert await desk.count("tickets", "subject = '7.9' AND no = ?", no) == 1
    await desk.presses("ส่งเองแล้ว")
    assert await desk.count("tickets", "subject = '7.11' AND no <> ?", no) == 1


async def test_more_than_ten_are_counted(desk):
    for number in range(12):
        customer = Customer(CustomerCode(f"C6000{number:02}"), f"ผู้รับบริการที่ {number}")
        await desk.db.write(partial(customers.add_customer, customer=customer, now=desk.now))
        await desk.says(SENT.format(customer.code))
    await tell(desk)
    told = desk.last["telegram:nok"]
    assert "ค้างส่ง 12 เรื่อง" in told.text
    assert "และอีก 2 เรื่อง" in told.text
    done = await desk.presses("10 ได้รับแล้ว")
    assert "เหลือ 11 จาก 12 เรื่อง" in done.text
    assert "และอีก 2 เรื่อง" in done.text


async def test_a_button_of_no_list_draws_none(desk):
    assert read_several("") is None
    assert read_several("1,2*") is None
    shown = Several(desk.now.date(), 3, {5: ("1", 0), 9: ("", 2)}, "telegram:nok 7")
    assert read_several(str(shown)) == shown


@pytest.mark.parametrize("words", ["owed", "waits", "got"])
def test_everything_that_is_owed_has_its_words_in_thai(words):
    unnamed = [rule for rule in OFFICE.rules if value_label(words, rule) == rule]
    assert OFFICE.rules
    assert not unnamed
