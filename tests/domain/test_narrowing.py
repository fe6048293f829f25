"""What is typed behind /owed: any order, glued or apart, says the same; what says nothing is
named.
"""

from datetime import date
from itertools import permutations

import pytest

from domain.dates.periods import Period
from domain.errors import InvalidInput
from domain.owed.narrowing import NOBODY, Narrowing, Speaker, begins_age, read_asked
from domain.staff import StaffId
from tests.fakes.office import OFFICE

NOK, FON, KANOK = StaffId(1), StaffId(2), StaffId(3)
TODAY = date(2026, 11, 30)
PEOPLE = {NOK: "นก", FON: "ฝน ใจดี", KANOK: "คุณากร แก้วใส"}
SPEAKER = Speaker(FON, TODAY, PEOPLE, OFFICE.rules)
YEAR = Period(date(2025, 10, 1), date(2026, 10, 1))


@pytest.mark.parametrize("words", [*permutations(("นก", "สัญญา", "ปีงบ 2569", "เกินกำหนด"))])
@pytest.mark.parametrize("between", [" ", "  "])
def test_the_order_of_words_means_nothing(words, between):
    asked = read_asked(between.join(words), SPEAKER)
    assert asked.wanted == Narrowing(NOK, "contract", overdue=True, period=YEAR)


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("", Narrowing()),
        ("ของนกเดือนนี้", Narrowing(NOK, period=Period(date(2026, 11, 1), date(2026, 12, 1)))),
        ("ของคุณนก", Narrowing(NOK)),
        ("คุณากร", Narrowing(KANOK)),
        ("ของ คุณากร แก้วใส", Narrowing(KANOK)),
        ("ฝน", Narrowing(FON)),
        ("ของฉัน", Narrowing(FON)),
        ("ไม่มีผู้รับผิดชอบ", Narrowing(NOBODY)),
        ("เกินปี", Narrowing(before=date(2025, 11, 30))),
        ("ค้างเกิน ๒ ปี", Narrowing(before=date(2024, 11, 30))),
        ("เกิน 90 วัน", Narrowing(before=date(2026, 9, 1))),
        ("เกิน 3 เดือน สัญญา", Narrowing(rule="contract", before=date(2026, 8, 30))),
        ("สัปดาห์ที่แล้ว", Narrowing(period=Period(date(2026, 11, 23), date(2026, 11, 30)))),
        (
            "งานวิจัย ปี 2569",
            Narrowing(rule="research", period=Period(date(2026, 1, 1), date(2027, 1, 1))),
        ),
    ],
)
def test_what_people_say(typed, wanted):
    assert read_asked(typed, SPEAKER).wanted == wanted


@pytest.mark.parametrize(
    ("typed", "view", "to", "file"),
    [
        ("ตามเจ้าหน้าที่", "officers", None, ""),
        ("สรุปสัปดาห์นี้", "week", None, ""),
        ("สรุปสัปดาห์", "week", None, ""),
        ("เมลไม่ถึง csv", "letters", None, "csv"),
        ("นก สัญญา ให้ฝน", "", FON, ""),
        ("นก โอนให้ คุณากร", "", KANOK, ""),
        ("ใกล้กำหนด excel", "risk", None, "xlsx"),
    ],
)
def test_which_list_to_whom_and_as_what(typed, view, to, file):
    asked = read_asked(typed, SPEAKER)
    assert (asked.view, asked.to, asked.file) == (view, to, file)


@pytest.mark.parametrize(
    ("typed", "named"), [("นก กขค", "กขค"), ("ให้ ใครก็ไม่รู้", "ให้ ใครก็ไม่รู้"), ("เกิน", "เกิน")]
)
def test_what_says_nothing_is_named(typed, named):
    with pytest.raises(InvalidInput) as refused:
        read_asked(typed, SPEAKER)
    assert refused.value.params["text"] == named


def test_an_age_begins_like_one():
    assert begins_age("เกินปี")
    assert begins_age(" เกิน 3 เดือน")
    assert not begins_age("เกินกำหนด")
    assert not begins_age("อะไรบ้าง")
