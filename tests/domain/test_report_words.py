"""Questions about figures as people ask them: what is understood of each, what is named as not
understood, and which texts are no questions.
"""

from datetime import date, timedelta
from functools import cache
from pathlib import Path

import pytest

from domain.configuration import load_configuration
from domain.reports.words.phrases import OfficePhrases, person_phrases
from domain.reports.words.questions import may_ask, read_question
from domain.text import clean, words

TODAY = date(2026, 11, 23)
PEOPLE = {"นก": "นก", "ต้น": "ต้น", "เมย์": "เมย์", "มะลิ": "มะลิ"}
TABLES = ("report_questions.tsv", "report_questions_unseen.tsv", "report_questions_tired.tsv")
THIS_MONTH = "2026-11-01..2026-11-30"
"""The days where none are named."""


@cache
def office():
    configuration = load_configuration()
    return OfficePhrases(configuration.catalogue, configuration.projects)


def ask(text):
    people = person_phrases(PEOPLE, ["บริการข้อมูล"], "นก")
    return read_question(clean(text), TODAY, office().catalogue, people, office().known)


def rows(name):
    lines = Path(__file__).with_name(name).read_text().splitlines()
    for line in lines:
        if line and not line.startswith("#"):
            cells = line.split("\t")
            yield pytest.param(*cells, *[""] * (7 - len(cells)), id=cells[0])


def days(period):
    if period is None:
        return THIS_MONTH
    return f"{period.first}..{period.until - timedelta(days=1)}"


def is_list(words_, wanted):
    """`wanted` = the words that narrow the list, or only the kind of thing owed."""
    kind = wanted.removeprefix("owed:")
    if kind == wanted:
        return words_ == wanted
    return any(word in words_ for word in words("owed_kinds").texts(kind))


def filters(question):
    return {f"{dimension}={key}" for dimension, key in question.filters}


def told_more(question):
    """The days beside, and how the figure is to be told."""
    told = [days(question.days.beside)] if question.days.beside else []
    told += [f"per {question.per}"] * bool(question.per)
    told += ["compares"] * question.days.compares
    told += ["least"] * question.least
    return set(told)


@pytest.mark.parametrize(
    ("text", "figures", "by", "only", "period", "unknown", "more"),
    [row for name in TABLES for row in rows(name)],
)
def test_a_question_is_understood(text, figures, by, only, period, unknown, more):
    found = ask(text)
    assert found.is_bare or found.is_report
    assert may_ask(text)
    assert ",".join(found.unknown) == unknown
    if figures.startswith("list:"):
        assert is_list(found.owed, figures.removeprefix("list:"))
        return
    assert not found.owed
    assert ",".join(found.figures).startswith(figures)
    assert (found.by or "") == by
    assert filters(found) == set(filter(None, only.split(";")))
    assert days(found.days.period) == period
    assert told_more(found) == set(filter(None, more.split(";")))


@pytest.mark.parametrize(
    "text",
    [
        "สมชาย ใจดี",
        "นางเตือนใจ แสงทอง",
        "สัญญา ธรรมศักดิ์",
        "นายสัญญา ใบงาน",
        "สมชาย สรุป",
        "สรุป ใจดีมาก",
        "คุณสรุป รายงานดี",
        "นายกี่ ใบบัว",
        "กี่เพชร ใบหยก",
        "ใครครวญ มากสุข",
        "เท่าไร ไม่บอก",
        "ประชากรตากมีกี่คน",
        "รายได้เฉลี่ยครัวเรือนกระบี่เท่าไร",
        "ขอข้อมูลประชากรตากปี 2568 มีกี่ครัวเรือน",
        "จังหวัดไหนคนจนมากที่สุด",
        "คนตกงานกี่คน",
        "สอบถามวิธีขอข้อมูล ต้องทำหนังสือหรือไม่ ใช้เวลากี่วัน",
        "สำนักงานเปิดกี่โมง",
        "อัตราการว่างงานไตรมาส 3 เท่าไร",
        "เปอร์เซ็นต์คนว่างงานเดือนที่แล้ว",
        "สัดส่วนประชากรสูงอายุเท่าไร",
        "ต้องส่งเอกสารอะไรบ้าง",
        "ขอรายงานโครงการสำรวจภาวะการทำงานของประชากร",
        "สรุปผลการสำรวจการย้ายถิ่นของประชากร พ.ศ. 2568",
        "รายงานผลการสำรวจภาวะการทำงานของประชากร",
        "รายงานการส่งอีเมล",
        "R2611000124",
        "0812345678",
        "มหาวิทยาลัยตาก",
        "ลูกค้าเก่า",
        "งานด่วน",
        "ไม่มีเรื่องนี้",
        "บริษัท ใบงาน จำกัด",
    ],
)
def test_names_and_enquiries_are_no_questions(text):
    found = ask(text)
    assert not found.is_bare
    assert not found.is_report


@pytest.mark.parametrize(
    "text",
    [
        "รายงาน",
        "สรุป",
        "รายงานเดือนที่แล้ว",
        "สรุปปีงบ 2569",
        "รายงาน ต.ค. 69 แยกตามช่องทาง",
        "รายงานนก",
        "สรุปงานของต้น",
        "รายงาน 7.4 ปีงบนี้",
        "รายงานตามเรื่อง",
    ],
)
def test_a_line_that_begins_with_report_is_one(text):
    assert ask(text).is_report
    assert not ask(text).unknown


def test_a_word_that_is_not_understood_is_named_whole():
    assert ask("ใบงานของคุณพิชญา สุขสันต์กี่ใบเดือนนี้").unknown == ("คุณพิชญา", "สุขสันต์")
    assert ask("ตากล้องกี่ใบ").unknown == ("ตากล้อง",)


def test_a_colleagues_name_that_two_share_names_neither():
    people = person_phrases({"นก ใจดี": "1", "นก สวยงาม": "2"}, [], "")
    found = read_question("นกปิดกี่ใบ", TODAY, office().catalogue, people, office().known)
    assert not found.filters
    assert found.unknown == ("นก",)


def test_a_number_within_a_name_is_nobody():
    people = person_phrases({"เจ้าหน้าที่ 31": "เจ้าหน้าที่ 31"}, [], "")
    found = read_question("31 ต.ค. 69 กี่ใบ", TODAY, office().catalogue, people, office().known)
    assert not found.filters
    assert days(found.days.period) == "2026-10-31..2026-10-31"


def test_of_a_long_text_only_the_beginning_is_looked_at():
    assert not ask("กี่ใบ " * 2000).unknown
    assert not ask("ม" * 100_000).is_bare
