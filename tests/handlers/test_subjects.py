"""The catalogue in the chat: by channel, searched, and the way to start a ticket."""

from dataclasses import replace
from datetime import date

import pytest


async def test_the_channels_are_listed(desk):
    for said in ("ประเภทเรื่อง", "/subjects", "เรื่องทั้งหมด", "ขอดูประเภทเรื่อง"):
        answer = await desk.says(said)
        assert [label.split(" (")[0] for label in answer.buttons[:3]] == [
            "ติดต่อด้วยตนเอง",
            "หนังสือ/จดหมาย",
            "โทรศัพท์",
        ]


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("ประเภทเรื่อง หนังสือ", "6.4"),
        ("ประเภทเรื่อง สัญญา", "7.11"),
        ("ประเภทเรื่อง 7", "7.4"),
        ("ประเภทเรื่อง ๗", "7.4"),
        ("ประเภทเรื่อง 7.4", "7.4"),
        ("ประเภทเรื่อง โทร", "1.1"),
        ("/subjects ถ่ายเอกสาร", "5"),
    ],
)
async def test_it_is_searched_by_channel_word_and_number(desk, said, code):
    answer = await desk.says(said)
    assert any(label.startswith(f"{code} ") for label in answer.buttons)


async def test_a_chosen_subject_starts_a_ticket_and_is_saved(desk):
    await desk.says("ประเภทเรื่อง")
    await desk.presses("โทรศัพท์")
    form = await desk.presses("6.1")
    assert "6.1 ข้อมูลสถิติ" in form.text
    assert "โทรศัพท์" in form.text
    await desk.says("0812345678")
    await desk.says("ถามจำนวนประชากรในจังหวัด")
    assert (
        await desk.count(
            "tickets", "subject = '6.1' AND channel = 'phone' AND customer_code = 'C81554'"
        )
        == 1
    )


async def test_a_subject_without_its_channel_asks_for_that(desk):
    await desk.says("ประเภทเรื่อง 7.11")
    await desk.presses("7.11")
    asked = await desk.says("0812345678")
    assert "ช่องทาง" in asked.text
    assert await desk.count("tickets") == 0


async def test_what_nobody_has_a_subject_for_says_so(desk):
    answer = await desk.says("ประเภทเรื่อง จักรยาน")
    assert "ไม่พบประเภทเรื่อง" in answer.text
    assert any(label.startswith("โทรศัพท์") for label in answer.buttons)


async def test_subjects_that_are_not_valid_today_are_left_out(desk):
    configuration = desk.engine.desk.configuration
    catalogue = configuration.catalogue
    old = replace(catalogue.subjects["7.11"], until_on=date(2026, 11, 1))
    coming = replace(catalogue.subjects["7.12"], from_on=date(2026, 12, 1))
    changed = replace(catalogue, subjects={**catalogue.subjects, "7.11": old, "7.12": coming})
    object.__setattr__(desk.engine.desk, "configuration", replace(configuration, catalogue=changed))
    answer = await desk.says("ประเภทเรื่อง ติดตาม")
    assert not [label for label in answer.buttons if label.startswith(("7.11", "7.12"))]


async def test_longer_lists_have_pages(desk):
    await desk.says("ประเภทเรื่อง เมล")
    first = desk.last["telegram:nok"].buttons
    second = (await desk.presses("ถัดไป")).buttons
    assert len([label for label in first if label[0].isdigit()]) == 10
    assert not {label for label in first if label[0].isdigit()} & set(second)
    assert any(label.startswith("โทรศัพท์") for label in (await desk.presses("ทุกช่องทาง")).buttons)
