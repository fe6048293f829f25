"""Groups: enrolled by administrators alone, told what reaches a person nowhere, answered in masked lines."""

import pytest

from domain.staff import Platform

HERE = "group1"


async def enrol(desk, args="", chat=HERE):
    answer = await desk.says(f"/enroll {args}".strip(), who="may", chat=chat)
    assert "กลุ่มนี้เป็นของ" in answer.text
    return answer


async def test_an_administrator_enrols_a_group_for_the_whole_desk(desk):
    answer = await enrol(desk)
    assert "ทั้งโต๊ะบริการ" in answer.text
    assert await desk.count("enrolled_groups", "platform = 'telegram' AND chat = 'group1' AND team = ''") == 1
    assert await desk.count("audit", "action = 'group.enrolled' AND record = 'group:telegram:group1'") == 1


@pytest.mark.parametrize("who", ["nok", "ton", "nobody", None])
async def test_nobody_else_does_and_hears_nothing(desk, who):
    for text in ("/enroll", "/enroll ยกเลิก", "กลุ่ม"):
        answer = await desk.gives({"text": text}, who, Platform.TELEGRAM, HERE)
        assert not answer.replies
    assert await desk.count("enrolled_groups") == 0
