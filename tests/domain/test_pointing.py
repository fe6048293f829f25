"""Where only habit chose subject and channel, telling words have the officer asked: how often
rightly, is counted.
"""

import tomllib
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from domain.configuration import load_configuration
from domain.errors import DataError
from domain.suggestions.pointing import Pointer, Way
from domain.suggestions.subjects import Model
from tests.fakes.office import OFFICE

TODAY = date(2026, 11, 23)
CONFIGURATION = OFFICE
CATALOGUE = CONFIGURATION.catalogue
POINTER = Pointer(CONFIGURATION.telling, CATALOGUE, TODAY)
SUBJECTS = [subject.code for subject in CATALOGUE.active_subjects(TODAY)]
EXAMPLES = tomllib.loads(Path(__file__).with_name("form_details.toml").read_text("utf-8"))
DATA, ADVICE = ("6.1", "phone"), ("1.1", "phone")


def ways(text: str, habit: Way = DATA, said: tuple[str, ...] = ()) -> list[Way]:
    details, _marker, result = text.partition("=>")
    likely = Model().likeliest(
        details, "", SUBJECTS, seeds=CONFIGURATION.seeds, fitting=SUBJECTS, habits={}
    )
    return POINTER.ways(details, result, habit, said, likely)


@dataclass
class Count:
    """Of details that are as habit has them how many were asked about; of others how many were, and
    with what.
    """

    own: int = 0
    needless: int = 0
    other: int = 0
    offered: int = 0
    missed: int = 0


def measure(rows: list[list[str]], habit: Way) -> Count:
    count = Count()
    for text, channel, subject in rows:
        found = ways(text, habit)
        if (subject, channel) == habit:
            count.own += 1
            count.needless += bool(found)
        else:
            count.other += 1
            count.offered += (subject, channel) in found
            count.missed += not found
    return count


@pytest.mark.parametrize(
    ("table", "habit", "offered", "missed"),
    [
        ("seen", DATA, 90, 5),
        ("held", DATA, 85, 5),
        ("seen", ADVICE, 65, 30),
        ("held", ADVICE, 65, 30),
    ],
)
def test_how_often_it_asks_rightly(table: str, habit: Way, offered: int, missed: int) -> None:
    """Of the habit of advice most that is missed is data, which only the result tells from
    advice.
    """
    count = measure(EXAMPLES[table], habit)
    print(table, habit, count)
    assert count.needless <= 1
    assert 100 * count.offered >= offered * count.other
    assert 100 * count.missed <= missed * count.other


@pytest.mark.parametrize("habit", [DATA, ADVICE])
def test_every_text_of_another_group_that_costs_money_or_is_a_letter_is_asked_about(
    habit: Way,
) -> None:
    rows = [
        row
        for table in EXAMPLES.values()
        for row in table
        if row[2] in ("4.1", "4.2", "4.3", "5", "6.4", "7.4", "8.3")
    ]
    assert len(rows) > 20
    assert [row[0] for row in rows if not ways(row[0], habit)] == []


def test_the_likeliest_way_comes_first_with_its_channels() -> None:
    assert ways("ถ่ายเอกสาร 15 หน้า 30 บาท") == [("5", "walk_in")]
    assert ways("ส่งบทความวิจัยแล้ว") == [("7.13", "phone"), ("7.13", "email")]
    assert ways("หนังสือขอข้อมูลระดับย่อย ลงรับ 512 วันที่ 24 พ.ย. 69") == [("7.4", "letter")]
    assert ways("ขอบคุณสำหรับข้อมูล")[0] == ("6.5", "email")


def test_what_the_officer_chose_is_never_offered_otherwise() -> None:
    assert ways("ถ่ายเอกสาร", said=("channel",)) == [("5", "phone")]
    assert ways("ถ่ายเอกสาร", said=("subject",)) == []
    assert ways("มาขอตารางแรงงาน", said=("subject",)) == [("6.1", "walk_in")]
    assert ways("หนังสือขอข้อมูล ลงรับ 5", ("6.1", "email"), ("channel",)) == []
    assert ways("ถ่ายเอกสาร", said=("channel", "subject")) == []


def test_a_sale_may_be_told_by_the_result_and_nothing_else_is() -> None:
    assert ("5", "walk_in") in ways("ตารางแรงงาน => ถ่ายเอกสารให้ 5 หน้า 10 บาท")
    assert ways("ตารางแรงงาน => 40 บาท ใบเสร็จ 12/346")
    assert ways("ขอตารางแรงงาน => ส่งทางอีเมล แนะนำเว็บไซต์ ขอบคุณ") == []


def test_between_advice_and_data_only_the_result_decides() -> None:
    assert ways("ขอข้อมูลแรงงาน", ADVICE) == []
    assert ways("ขอข้อมูลแรงงาน => แนะนำเว็บไซต์", ADVICE) == []
    assert ("6.1", "phone") in ways("ขอข้อมูลแรงงาน => ส่งตารางแล้ว", ADVICE)


def test_a_word_within_a_longer_one_says_nothing() -> None:
    assert ways("ยืมหนังสือ")
    assert ways("หนี้กู้ยืมนอกระบบ") == []
    assert ways("ซื้อสินค้าออนไลน์ของครัวเรือน") == []
    assert ways("ขอข้อมูลว่างงาน ขอบคุณค่ะ") == []


def test_an_office_adds_words_and_a_channel_it_lacks_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "office.toml"
    file.write_text('[suggestions]\n"5" = ["พรินต์งาน"]\n', "utf-8")
    configuration = load_configuration(file)
    assert Pointer(configuration.telling, CATALOGUE, TODAY).ways("ขอพรินต์งานหน่อย", "", DATA) == [
        ("5", "walk_in")
    ]
    file.write_text('[pointing.channels]\npigeon = ["นกพิราบ"]\n', "utf-8")
    with pytest.raises(
        DataError, match=r"office.toml: \[pointing.channels\] pigeon: is no channel"
    ):
        load_configuration(file)
