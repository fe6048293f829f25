"""Links that are no posts: to other networks, to pages of LINE's, to anywhere; and the words beside
those that are.
"""

import pytest

from tests.handlers.conftest import DeskUnderTest

POST = "https://www.facebook.com/nso.thailand/posts/123"


@pytest.mark.parametrize(
    ("link", "network"),
    [
        ("https://www.youtube.com/watch?v=dQw4w9WgXcQ", "YouTube"),
        ("https://youtu.be/dQw4w9WgXcQ", "YouTube"),
        ("https://vt.tiktok.com/ZS8abc/", "TikTok"),
        ("https://www.instagram.com/p/Cx1/", "Instagram"),
        ("https://www.threads.net/@nso/post/C1", "Threads"),
        ("instagram.com/reel/Cx1", "Instagram"),
    ],
)
async def test_a_network_that_the_catalogue_has_not_gets_one_sentence(
    desk: DeskUnderTest, link: str, network: str
):
    for said in (
        link,
        f"{link} ผลสำรวจภาวะการทำงาน ต.ค. 69",
        f"ผลสำรวจภาวะการทำงาน ต.ค. 69 {link}",
    ):
        answer = await desk.says(said)
        assert f"ลิงก์ {network} บันทึกเป็นข่าวประชาสัมพันธ์ไม่ได้" in answer.text
        assert "ผลลัพธ์: 0" not in answer.text


@pytest.mark.parametrize(
    "link", ["https://www.nso.go.th/nsoweb/main", "www.example.com/a?b=c", "bit.ly/3abc"]
)
async def test_nobody_is_offered_to_be_called_by_a_link(desk: DeskUnderTest, link: str):
    answer = await desk.says(link)
    assert not [label for label in answer.buttons if "ผู้รับบริการใหม่" in label]


@pytest.mark.parametrize(
    "link", ["https://liff.line.me/1234567890-abcd", "https://today.line.me/th/v2/article/abc"]
)
async def test_pages_of_line_that_are_no_posts_are_not_logged(desk: DeskUnderTest, link: str):
    assert "ไม่พบลิงก์โพสต์" in (await desk.says(link)).text
    assert await desk.count("forms") == 0


async def test_the_date_before_the_news_is_its_date(desk: DeskUnderTest):
    card = await desk.says(f"วันที่ 20 พ.ย. 69 ผลสำรวจภาวะการทำงานของประชากร ต.ค. 69 {POST}")
    assert "Facebook · 20 พ.ย. 69 · สำรวจภาวะการทำงานของประชากร ตุลาคม พ.ศ. 2569" in card.text
    await desk.presses("บันทึก")
    (row,) = await desk.db.fetch("SELECT text FROM publications")
    assert row["text"] == "ผลสำรวจภาวะการทำงานของประชากร ต.ค. 69"


@pytest.mark.parametrize(
    ("said", "project"),
    [
        ("ภาวะการทำงาน ต.ค. 69", "สำรวจภาวะการทำงานของประชากร"),
        ("ผลสำรวจภาวะการทำงาน เดือนตุลาคม 2569", "สำรวจภาวะการทำงานของประชากร"),
        ("ภาวะเศรษฐกิจและสังคมของครัวเรือน ปี 2568", "สำรวจภาวะเศรษฐกิจและสังคมของครัวเรือน"),
        ("ข่าว ภาวะการทำงาน ไตรมาส 3 ปี 2569", "สำรวจภาวะการทำงานของประชากร"),
    ],
)
async def test_a_common_name_before_a_period_finds_its_project(
    desk: DeskUnderTest, said: str, project: str
):
    await desk.says(f"/publicize เฟซ {said} {POST}")
    await desk.presses("บันทึก")
    (row,) = await desk.db.fetch("SELECT projects FROM publications")
    assert row["projects"] == project


@pytest.mark.parametrize(
    ("said", "project"),
    [
        ("ภาวะการทำงาน ต.ค. 69", "สำรวจภาวะการทำงานของประชากร ตุลาคม พ.ศ. 2569"),
        ("ผลสำรวจภาวะการทำงาน เดือนตุลาคม 2569", "สำรวจภาวะการทำงานของประชากร ตุลาคม พ.ศ. 2569"),
        ("สรง. ไตรมาส 3", "สำรวจภาวะการทำงานของประชากร ไตรมาส 3 พ.ศ. 2569"),
        ("สรง. ธ.ค.", "สำรวจภาวะการทำงานของประชากร ธันวาคม พ.ศ. 2568"),
        ("สรง. ไตรมาส 3/69", "สำรวจภาวะการทำงานของประชากร ไตรมาส 3 พ.ศ. 2569"),
    ],
)
async def test_a_common_name_with_its_period_is_an_answer_to_which_project(
    desk: DeskUnderTest, said: str, project: str
):
    await desk.says("/publicize เฟซ ข่าวทั่วไปของสำนักงานวันนี้")
    await desk.presses("แก้ไข")
    await desk.chooses("โครงการ")
    assert project in (await desk.says(said)).text


@pytest.mark.parametrize(
    ("said", "project"),
    [
        ("ภาวะการทำงาน ต.ค. 69", "สำรวจภาวะการทำงานของประชากร ตุลาคม พ.ศ. 2569"),
        (
            "ภาวะการทำงาน ไตรมาส 3 ปี 2569, สศส. 2566",
            "สำรวจภาวะการทำงานของประชากร ไตรมาส 3 พ.ศ. 2569, "
            "สำรวจภาวะเศรษฐกิจและสังคมของครัวเรือน พ.ศ. 2566",
        ),
    ],
)
async def test_a_common_name_before_a_period_finds_its_project_in_one_line(
    desk: DeskUnderTest, said: str, project: str
):
    card = await desk.says(f"/open C81554 เมล 6.1 ขอข้อมูล {said}")
    assert f"ชื่อโครงการ: {project}" in card.text
