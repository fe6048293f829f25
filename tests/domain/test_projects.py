"""Finding the office's projects: short forms, parts, slips, several at once, and inside a text."""

import pytest

from domain.tickets.projects import (
    find_projects,
    likely_projects,
    projects_in,
    similar_projects,
    split_projects,
)
from tests.fakes.office import OFFICE

PROJECTS = OFFICE.projects
LFS, SES = "สำรวจภาวะการทำงานของประชากร", "สำรวจภาวะเศรษฐกิจและสังคมของครัวเรือน"
INFORMAL = "สำรวจแรงงานนอกระบบ"
ICT = "สำรวจการมีการใช้เทคโนโลยีสารสนเทศและการสื่อสารในครัวเรือน"


def names(found: list) -> list[str]:
    return [project.name for project in found]


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("แรงงานนอกระบบบ", INFORMAL), ("ภาวะการทำงานประชาการ", LFS), ("สำมะโนอุตสาหกรม", "สำมะโนอุตสาหกรรม"),
        ("เกสเฮาส์", "สำรวจการประกอบกิจการโรงแรมและเกสต์เฮาส์"),
    ],
)  # fmt: skip
def test_a_slip_finds_what_was_meant(typed: str, first: str) -> None:
    assert find_projects(PROJECTS, typed) == []
    assert names(similar_projects(PROJECTS, typed))[0] == first


@pytest.mark.parametrize("typed", ["xyz", "ความจน", "ก", "", "โครงการพิเศษของเรา"])
def test_what_is_like_no_project_finds_none(typed: str) -> None:
    assert similar_projects(PROJECTS, typed) == []


def test_the_word_project_before_a_name_says_nothing() -> None:
    assert names(find_projects(PROJECTS, "โครงการสรง")) == [LFS]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("ขอ สรง. 2562", [LFS]), ("ขอ สรง, LFS และ ses", [LFS, LFS, SES]), ("ขอข้อมูลแรงงานนอกระบบ", [INFORMAL]),
        ("ICT ครัวเรือน", [ICT]), ("ศูนย์ ICT", []), ("ขอข้อมูลแรงงานและรายได้", []), ("assess ปสรง lfsx", []),
        ("โครงการสำรวจแรงงานนอกระบบ", [INFORMAL]),
    ],
)  # fmt: skip
def test_only_sure_names_are_read_in_a_text(text: str, found: list[str]) -> None:
    assert [project.name for _start, _end, project in projects_in(PROJECTS, text)] == found


@pytest.mark.parametrize(
    ("text", "likely"),
    [
        ("รายได้ครัวเรือนกระบี่ 2560", [SES]),
        ("อัตราการว่างงาน แรงงาน", [LFS]),
        ("ขอ data dict", []),
        ("แรงงานนอกระบบ", [INFORMAL]),
    ],
)
def test_what_people_ask_about_makes_a_project_likely(text: str, likely: list[str]) -> None:
    assert names(likely_projects(PROJECTS, text)) == likely


def test_several_projects_in_one_answer() -> None:
    typed = "สรง. 2562, แรงงานนอกระบบ 2560 และ สศส. 2559-2561\nธุรกิจและอุตสาหกรรม;HWS"
    assert split_projects(typed) == [
        "สรง. 2562",
        "แรงงานนอกระบบ 2560",
        "สศส. 2559-2561",
        "ธุรกิจและอุตสาหกรรม",
        "HWS",
    ]
