"""The summary of publicity and of the provinces' numbers of users, as the office reads them."""

from dataclasses import replace
from datetime import date, timedelta
from functools import partial

import pytest

from domain.publicity.networks import Network
from domain.publicity.page_feed import PageEvent, Verb, event_json
from domain.publicity.summary import Release
from domain.reports.charts import Chart
from handlers.chat import Document
from handlers.desk import Drawn, NotDrawn
from store import due
from store.chat import inbox
from store.chat.inbox import Event
from store.due import Due
from store.publicity import publications
from tests.fakes.letters import needs_letters
from tests.handlers.conftest import Answer, DeskUnderTest

LABOUR = "สำรวจภาวะการทำงานของประชากร"


@pytest.fixture
async def year(desk: DeskUnderTest) -> DeskUnderTest:
    """Two posts of October's data in November, one in October, one of the fiscal year before, one
    by /open.
    """
    for line in (
        f"ประชาสัมพันธ์ เฟซ ไลน์ ผล{LABOUR} ต.ค. 69",
        "ประชาสัมพันธ์ เฟซ ผลสำรวจแรงงานนอกระบบ 2568 5 ต.ค. 69",
        "ประชาสัมพันธ์ ทวิต ผลสำมะโนการเกษตร 2566 20 ก.ย. 69",
    ):
        await desk.says(line)
        await desk.presses("บันทึก")
    await desk.says("/open เฟซ 10 เผยแพร่วันหยุด => โพสต์แล้ว ปิด")
    return desk


async def test_the_summary_counts_by_network_month_and_project(year: DeskUnderTest):
    told = (await year.says("ประชาสัมพันธ์ สรุป")).text
    assert "สรุปประชาสัมพันธ์ · ปีงบประมาณ 2570" in told
    assert "4 โพสต์ จาก 3 ข่าว" in told
    assert "Facebook: 3" in told
    assert "Line: 1" in told
    assert "ต.ค. 69: 1 (Facebook 1)" in told
    assert "พ.ย. 69: 3 (Facebook 2, Line 1)" in told
    assert f"{LABOUR}: 2" in told
    assert "ไม่ระบุโครงการ: 1" in told
    assert "สำมะโนการเกษตร" not in told


@pytest.mark.parametrize(
    ("period", "said"),
    [
        ("ก.ย. 69", "twitter: 1"),
        ("ปีงบ 2569", "สำมะโนการเกษตร: 1"),
        ("ปี 2569", "ปีงบประมาณ 2570: 4"),
        ("เดือนที่แล้ว", "Facebook: 1"),
    ],
)
async def test_any_period_can_be_asked_for(year: DeskUnderTest, period: str, said: str):
    assert said in (await year.says(f"/publicize สรุป {period}")).text


async def test_a_period_that_is_none_is_asked_for_in_a_sentence(desk: DeskUnderTest):
    assert 'ไม่เข้าใจช่วงเวลา "เร็ว ๆ นี้"' in (await desk.says("/publicize สรุป เร็ว ๆ นี้")).text


async def test_the_usual_periods_are_a_tap_away(year: DeskUnderTest):
    await year.says("ประชาสัมพันธ์ สรุป")
    assert "ต.ค. 69: 1" in (await year.presses("เดือนที่แล้ว")).text


async def test_what_was_logged_by_mistake_does_not_count(year: DeskUnderTest):
    await year.says("/publicize P1")
    await year.presses("ลบ…")
    await year.presses("Line: บันทึกผิด ไม่นับ")
    told = (await year.says("ประชาสัมพันธ์ สรุป")).text
    assert "3 โพสต์" in told
    assert "Line" not in told


async def test_what_was_taken_down_is_said_and_not_counted(year: DeskUnderTest):
    await year.says("/publicize P1")
    await year.presses("ลบ…")
    await year.presses("Line: โพสต์ถูกลบแล้ว")
    told = (await year.says("ประชาสัมพันธ์ สรุป")).text
    assert "3 โพสต์ จาก 3 ข่าว" in told
    assert "ลบแล้ว ไม่นับ: 1" in told
    assert "Line:" not in told
    await year.says("/publicize P1")
    await year.presses("เลิกลบ")
    assert "Line: 1" in (await year.says("ประชาสัมพันธ์ สรุป")).text


async def test_reach_is_summed_in_the_networks_own_words(year: DeskUnderTest):
    for network, delivered, opened in ((Network.FACEBOOK, None, 431), (Network.LINE, 1320, 82)):
        note = partial(
            publications.note_reach,
            network=network,
            reach=(delivered, opened),
            now=year.now,
            again_at=None,
        )
        await year.db.write(partial(note, no="P1"))
    told = (await year.says("ประชาสัมพันธ์ สรุป")).text
    assert "Facebook: 3 · มีผู้เห็น 431" in told
    assert "Line: 1 · ส่งถึง 1,320 · เปิดอ่าน 82" in told
    assert f"{LABOUR}: 2 · ส่งถึง 1,320 · มีผู้เห็น 513" in told


async def test_what_the_page_hides_is_counted_and_said(year: DeskUnderTest):
    at = year.now
    event = PageEvent("9_1", Verb.ADD, at, "ผลสำรวจประชากรสูงอายุ 2567", posted_at=at)
    for told in (event, replace(event, verb=Verb.HIDE, at=at + timedelta(seconds=9))):
        row = Event("facebook", told.verb.value, "facebook:9", 0, event_json(told))
        await year.db.write(partial(inbox.keep, events=[row], now=at))
        await year.db.write(partial(due.plan, rows=[Due("facebook.event", row.event_id, "", at)]))
    await year.tick()
    told = (await year.says("ประชาสัมพันธ์ สรุป")).text
    assert "Facebook: 4" in told
    assert "ซ่อนจากหน้าเพจ นับรวมแล้ว: 1" in told
    card = (await year.says("/publicize P4")).text
    assert "Facebook: R" in card
    assert "ซ่อนจากหน้าเพจ" in card
    assert "https://www.facebook.com/9/posts/1" in card


async def test_without_a_calendar_of_releases_it_is_said_what_is_needed(year: DeskUnderTest):
    officers = (await year.says("ประชาสัมพันธ์ สรุป")).text
    assert "ยังไม่ได้ตั้งค่าปฏิทินเผยแพร่ผลสำรวจ แจ้งผู้ดูแลระบบ" in officers
    assert "[[releases]]" in (await year.says("ประชาสัมพันธ์ สรุป", who="may")).text


async def test_releases_that_nobody_publicised_are_listed(year: DeskUnderTest):
    releases = (
        Release(LABOUR, date(2026, 10, 1), date(2026, 10, 31), date(2026, 11, 20)),
        Release(LABOUR, date(2026, 9, 1), date(2026, 9, 30), date(2026, 10, 20)),
        Release(LABOUR, date(2026, 11, 1), date(2026, 11, 30), date(2026, 12, 20)),
    )
    desk = year.engine.worker._desk
    year.engine.worker._desk = replace(
        desk, configuration=replace(desk.configuration, releases=releases)
    )
    told = (await year.says("ประชาสัมพันธ์ สรุป")).text
    assert "ผลสำรวจที่ยังไม่ประชาสัมพันธ์ 1" in told
    assert f"{LABOUR} ข้อมูล ก.ย. 69 · ออกเมื่อ 20 ต.ค. 69" in told


# The chart.


def charts(answer: Answer) -> list[Document]:
    return [part for reply in answer.replies for part in reply.parts if isinstance(part, Document)]


@needs_letters
async def test_the_summary_comes_with_a_chart_of_its_months(year: DeskUnderTest):
    answer = await year.says("ประชาสัมพันธ์ สรุป")
    (chart,) = charts(answer)
    assert chart.shown
    assert chart.mime == "image/png"
    assert "ตามช่วงเวลา · ปีงบประมาณ 2570 · 4 โพสต์ จาก 3 ข่าว" in chart.caption
    assert year.engine.desk.files.blobs.existing(chart.sha256).read_bytes().startswith(b"\x89PNG")
    assert await year.count("files", "id = ? AND record LIKE 'chart:%'", chart.file) == 1
    (again,) = charts(await year.says("/publicize summary"))
    assert (again.sha256, again.file != chart.file) == (chart.sha256, True)


@needs_letters
async def test_a_single_month_is_shown_by_project(year: DeskUnderTest):
    (chart,) = charts(await year.says("ประชาสัมพันธ์ สรุป พ.ย. 69"))
    assert "ตามโครงการ · พ.ย. 69 · 3 โพสต์" in chart.caption


@needs_letters
@pytest.mark.parametrize("period", ["ต.ค. 60 - พ.ย. 69", "ปี 2500 ถึง ปี 2569"])
async def test_many_years_are_shown_by_fiscal_year(year: DeskUnderTest, period: str):
    answer = await year.says(f"ประชาสัมพันธ์ สรุป {period}")
    assert "5 โพสต์" in answer.text
    assert len(charts(answer)) == 1


async def test_where_there_is_nothing_a_sentence_says_so(year: DeskUnderTest):
    for asked, said in (
        ("ประชาสัมพันธ์ สรุป ม.ค. 60", "ไม่มีโพสต์ในช่วงนี้ จึงไม่มีกราฟ"),
        ("ประชาสัมพันธ์ สรุป ปี 2575", "ไม่มีโพสต์ในช่วงนี้ จึงไม่มีกราฟ"),
        ("/counts ม.ค. 60", "ยังไม่มีรายงานในช่วงนี้ จึงไม่มีกราฟ"),
    ):
        answer = await year.says(asked)
        assert said in answer.text
        assert not charts(answer)


async def test_without_a_picture_the_numbers_still_come(year: DeskUnderTest):
    class Broken:
        async def draw(self, chart: Chart) -> Drawn:
            raise NotDrawn("K7M2P")

    year.engine.worker._desk = replace(year.engine.worker._desk, charts=Broken())
    answer = await year.says("ประชาสัมพันธ์ สรุป")
    assert "Facebook: 3" in answer.text
    assert "วาดกราฟไม่ได้ในตอนนี้ ตัวเลขด้านบนครบถ้วน (อ้างอิง K7M2P)" in answer.text
    assert not charts(answer)


@needs_letters
async def test_the_provinces_have_a_chart_too(desk: DeskUnderTest):
    for line in ("กระบี่ 1600 ต.ค. 69", "ตาก 400 ต.ค. 69", "กระบี่ 500 ก.ย. 69"):
        await desk.says(f"/open {line}")
        await desk.presses("ปิดด้วยผลนี้")
    (chart,) = charts(await desk.says("สถิติจังหวัด"))
    assert "ต.ค. 69 · รวม 2,000 ราย" in chart.caption
    (chart,) = charts(await desk.says("/counts ปีงบ 2569"))
    assert "ปีงบประมาณ 2569 · รวม 500 ราย" in chart.caption


# The provinces' numbers of users.


async def test_the_provinces_are_summed_and_the_silent_ones_named(desk: DeskUnderTest):
    for line in ("กระบี่ 1600 ต.ค. 69", "ตาก 400 ต.ค. 69", "กระบี่ 500 ก.ย. 69"):
        await desk.says(f"/open {line}")
        await desk.presses("ปิดด้วยผลนี้")
    told = await desk.says("สถิติจังหวัด")
    assert "ผู้เข้าชมเว็บไซต์จังหวัด · ต.ค. 69" in told.text
    assert "รวม: 2,000 ราย" in told.text
    assert "รายงานแล้ว: 2 จาก 77 จังหวัด" in told.text
    assert "กระบี่: 1,600" in told.text
    assert "ยังไม่รายงาน 75 จังหวัด" in told.text
    assert "กระบี่: 500" in (await desk.presses("ก่อนหน้า ก.ย. 69")).text
    spring = (await desk.says("/counts ปีงบ 2569")).text
    assert "ก.ย. 69: 500 ราย · 1 จังหวัด" in spring
    assert "กระบี่ (11)" in spring


async def test_months_to_come_are_not_waited_for(desk: DeskUnderTest):
    told = (await desk.says("/counts ปีงบนี้")).text
    assert "พ.ย. 69: 0 ราย" in told
    assert "ธ.ค. 69" not in told


async def test_a_name_beginning_like_the_command_is_a_search(desk: DeskUnderTest):
    assert (await desk.says("สถิติจังหวัด กระบี่")).text.startswith("ผลลัพธ์: 0")


async def test_nobody_has_reported_is_one_sentence(desk: DeskUnderTest):
    told = await desk.says("/counts ต.ค. 69")
    assert "ยังไม่มีจังหวัดใดรายงาน" in told.text
    assert "กรุงเทพมหานคร" not in told.text


async def test_the_month_that_runs_is_not_missed_in_a_year(desk: DeskUnderTest):
    await desk.says("/open อีเมล รายงานผู้ใช้ กระบี่ 1600 ต.ค. 69 => รับแล้ว ปิด")
    told = await desk.says("/counts ปีงบ 2570")
    assert "ตราด (1)" in told.text
    assert "กระบี่ (" not in told.text
