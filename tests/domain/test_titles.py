"""Titles before names: the official ones, full and short, glued or not; and names that only look so."""

import tomllib
from pathlib import Path

import pytest

from domain.text import fold, letter_readings, letters, spellings
from domain.text.titles import strip_titles, without_titles

DATA = tomllib.loads((Path("domain/data") / "titles.toml").read_text("utf-8"))
NAME = "กมลชนก รัตนพิทักษ์"
LATIN_NAME = "Somchai Jaidee"


def listed(section: str) -> list[str]:
    return [title for kind in DATA[section].values() for title in kind]


@pytest.mark.parametrize("title", listed("full"))
def test_a_title_in_full_goes_glued_or_not(title: str) -> None:
    assert strip_titles(f"{title}{NAME}") == NAME
    assert strip_titles(f"{title} {NAME}") == NAME


@pytest.mark.parametrize("title", listed("short"))
def test_an_abbreviation_goes_with_its_dots_or_without_and_with_blanks(title: str) -> None:
    for written in (title, title.replace(".", ". ").strip(), title.replace(".", "") + "."):
        assert strip_titles(f"{written}{NAME}") == NAME
        assert strip_titles(f"{written} {NAME}") == NAME
    bare = title.replace(".", "")
    assert NAME in without_titles(f"{title.rstrip('.')} {NAME}")
    if bare not in DATA["also_names"]["without_dots"]:
        assert strip_titles(f"{bare} {NAME}") == NAME


@pytest.mark.parametrize("title", listed("alone"))
def test_an_english_title_goes_with_a_dot_or_without(title: str) -> None:
    for written in (
        f"{title} ",
        f"{title}. ",
        f"{title.upper()} ",
        title.replace(" ", ". ") + ". ",
    ):
        assert strip_titles(written + LATIN_NAME) == LATIN_NAME


@pytest.mark.parametrize("title", DATA["also_names"]["glued"])
def test_what_may_begin_a_name_is_read_both_ways(title: str) -> None:
    assert NAME in without_titles(title + NAME)
    assert NAME in without_titles(f"{title} {NAME}")


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("ว่าที่ร้อยตรีหญิงสมศรี", "สมศรี"),
        ("ว่าที่ ร.ต. หญิง สมศรี", "สมศรี"),
        ("ว่าที่ร.ต.(หญิง) สมศรี", "สมศรี"),
        ("พันตำรวจเอกหญิง สมศรี", "สมศรี"),
        ("พ.ต.อ.หญิง สมศรี", "สมศรี"),
        ("พ.อ.(พิเศษ) สมชาย", "สมชาย"),
        ("พลตำรวจตรี ดร.สมชาย", "สมชาย"),
        ("ศ.นพ.ประเวศ วะสี", "ประเวศ วะสี"),
        ("ผศ.(พิเศษ) ดร. สมชาย", "สมชาย"),
        ("พ.ต.ม.ร.ว.สมชาย", "สมชาย"),
        ("ดร.น.สพ.สมชาย", "สมชาย"),
        ("น.อ. สมชาย ใจดี ร.น.", "สมชาย ใจดี"),
        ("Asst.Prof.Dr. Somsri", "Somsri"),
        ("Pol. Lt. Col. Somchai Jaidee, Ph.D.", "Somchai Jaidee"),
        ("Acting Sub Lt. Somchai", "Somchai"),
    ],
)
def test_titles_stand_in_a_row(written: str, name: str) -> None:
    assert strip_titles(written) == name


@pytest.mark.parametrize(
    "name",
    [
        "นายิกา ใจดี",
        "นางาม ใจดี",
        "พลอย ใจดี",
        "พลอยไพลิน",
        "นพดล ใจดี",
        "นพ ใจดี",
        "ดรุณี",
        "ดรีม",
        "คุณากร",
        "คุณัญญา",
        "คุณธรรม",
        "อาจารี",
        "รศนา",
        "ผศินี",
        "พญา",
        "ภคมน",
        "ร้อยเอ็ด",
        "นายกรัฐมนตรี",
        "นายก อบต.บางพลี",
        "เภสัชกรรมสมาคม",
        "มล ใจดี",
        "ส.ต.ง.",
        "อ.ส.ม.ท.",
        "อ.ต.ก.",
        "ม.ลาดกระบัง",
        "ดร.",
        "หมอ",
        "Drake Bell",
        "Missouri",
        "Profit",
        "Mrdak",
        "Generali",
    ],
)
def test_a_name_that_looks_like_a_title_stays(name: str) -> None:
    assert strip_titles(name) == name


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("หมอกมล ใจดี", ["หมอกมล ไจดิ", "กมล ไจดิ"]),
        ("พระพาย", ["พระพาย", "พาย"]),
        ("นางสาวหมอกมล", ["หมอกมล", "กมล"]),
        ("ครูเพ็ญศรี", ["ครุเพยสริ", "เพยสริ"]),
        ("พล ใจดี", ["พล ไจดิ", "ไจดิ"]),
        ("อดีตนายกฯ สมชาย", ["อดิตนายกฯ สมชาย", "สมชาย"]),
        ("หมอกร", ["หมอกร", "กร"]),
        ("หมอก", ["หมอก"]),
        ("ครูก์", ["ครุ"]),
        ("สมชาย หมอกมล", ["สมชาย หมอกมล"]),
    ],
)
def test_a_name_that_may_begin_with_a_title_is_found_by_both(name: str, keys: list[str]) -> None:
    assert [key for key in spellings(name) if "์" not in key][: len(keys)] == [
        fold(key) for key in keys
    ]


def test_the_words_as_spelt_are_told_for_each_reading() -> None:
    assert letters("หมอกมล") == ["หมอกมล"]
    assert letter_readings("หมอกมล") == [["หมอกมล"], ["กมล"]]
    assert letter_readings("นายกมล") == [["กมล"]]


def test_nothing_is_named_twice_in_the_data() -> None:
    for section in ("full", "short", "alone"):
        titles = listed(section)
        assert [title for title in titles if titles.count(title) > 1] == []
