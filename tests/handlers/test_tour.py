"""The tour of a demo desk: six steps, done by doing them or passed over."""

import pytest

from bot.demo.tour import DemoTour


@pytest.fixture
def shown(desk):
    object.__setattr__(desk.engine.desk, "tour", DemoTour())
    return desk


def steps(answer):
    return [line.split(" ")[1] for line in answer.text.splitlines() if line.startswith("🎓")]


async def test_each_step_is_done_by_doing_it(shown):
    said = [await shown.says("ทัวร์")]
    said.append(await shown.says("0812345678"))
    if not steps(said[-1]):
        said[-1] = await shown.says("สมชาย")
    assert [steps(answer) for answer in said] == [["1/6"], ["2/6"]]
    assert steps(await shown.says("เมนู")) == [], "the tour waits for its step"
    assert steps(await shown.says("C81554")) == ["3/6"]
    assert steps(await shown.says("สร้างใบงาน C81554 โทร 1.1 ถามเวลาทำการ")) == ["4/6"]
    assert steps(await shown.says("ปิดใบงาน R2611000124 แจ้งแล้ว")) == ["5/6"]
    assert steps(await shown.says("เดือนนี้รับกี่ใบ")) == ["6/6"]


async def test_a_step_may_be_passed_over_and_the_tour_begun_anew(shown):
    await shown.says("/tour")
    for step in ("2/6", "3/6", "4/6", "5/6", "6/6"):
        assert steps(await shown.presses("ถัดไป")) == [step]
    assert "จบทัวร์แล้ว" in (await shown.presses("ถัดไป")).text
    assert steps(await shown.says("แนะนำการใช้งาน")) == ["1/6"]


async def test_an_office_has_no_tour(desk):
    assert "วิธีใช้พิมพ์ ช่วยเหลือ" in (await desk.says("ทัวร์")).text
    assert "ทัวร์" not in (await desk.says("ช่วยเหลือ")).text
