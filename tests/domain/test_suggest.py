"""Subjects are suggested from words and channel; what is not known changes no order."""

import tomllib
from datetime import date
from pathlib import Path

import pytest

from domain.configuration import load_configuration
from domain.errors import DataError
from domain.suggestions.subjects import MOST, Model
from tests.fakes.office import OFFICE

CONFIGURATION = OFFICE
SUBJECTS = [subject.code for subject in CONFIGURATION.catalogue.active_subjects(date(2026, 11, 23))]
EXAMPLES = tomllib.loads(Path(__file__).with_name("subject_examples.toml").read_text("utf-8"))


def likeliest(details: str, channel: str, model: Model | None = None, **habits: int) -> list[str]:
    fitting = [code for code in SUBJECTS if CONFIGURATION.catalogue.fits(code, channel)]
    model = model or Model()
    return model.likeliest(
        details,
        channel,
        SUBJECTS,
        seeds=CONFIGURATION.seeds,
        fitting=fitting,
        habits={"6.1": 0, **habits},
    )


@pytest.mark.parametrize(("table", "first", "among"), [("manual", 70, 90), ("invented", 70, 90)])
def test_the_words_of_the_file_alone_find_most_examples(table: str, first: int, among: int) -> None:
    rows = EXAMPLES[table]
    found = [likeliest(details, channel) for details, channel, _ in rows]

    right = [subject for _, _, subject in rows]
    assert 100 * sum(r in some for r, some in zip(right, found, strict=True)) / len(rows) >= among
    assert (
        100 * sum([r] == some[:1] for r, some in zip(right, found, strict=True)) / len(rows)
        >= first
    )
    assert all(subject in SUBJECTS for subject in right)
    assert all(len(some) <= MOST for some in found)


@pytest.mark.parametrize("details", ["", "   ", "9", "xyzzy", "%_!", "👍", "๑๒๓"])
def test_what_tells_nothing_suggests_nothing(details: str) -> None:
    assert likeliest(details, "phone") == []


def test_a_text_of_any_length_is_read_at_its_beginning() -> None:
    assert likeliest("ถ่ายเอกสาร " + "ก" * 100_000, "walk_in")[0] == "5"


def test_closed_tickets_teach_what_no_file_knows() -> None:
    model = Model()
    for number in range(30):
        model.learn("6.2", "phone", f"ถามปริมาณน้ำฝนเขื่อนภูมิพล {number}")
        model.learn("6.1", "phone", f"ขอข้อมูลครัวเรือนเกษตร {number}")

    assert likeliest("ปริมาณน้ำฝนปีนี้", "phone") == []
    assert likeliest("ปริมาณน้ำฝนปีนี้", "phone", model)[0] == "6.2"
    assert likeliest("ปริมาณน่ำฝน", "phone", model)[0] == "6.2"  # as it sounds
    assert likeliest("zzzzzz", "phone", model) == []


def test_a_subject_of_the_channel_comes_before_one_that_the_channel_lacks() -> None:
    assert likeliest("ขอใบเสนอราคาข้อมูลระดับย่อย", "email")[0] == "7.3"
    assert likeliest("ขอความอนุเคราะห์ข้อมูลระดับย่อย", "letter")[0] == "7.4"
    assert likeliest("ขอความอนุเคราะห์ข้อมูลประมวลผลใหม่", "letter")[0] == "8.3"


def test_of_subjects_that_the_words_do_not_tell_apart_the_habit_comes_first() -> None:
    text = "ขอลิงก์"
    assert likeliest(text, "email", **{"1.3": 20})[0] == "1.3"
    assert likeliest(text, "email", **{"1.4": 20})[0] == "1.4"


def test_an_office_adds_words_and_a_misspelt_subject_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "office.toml"
    file.write_text('[suggestions]\n"5" = ["พรินต์"]\n', "utf-8")
    seeds = load_configuration(file).seeds
    assert (
        Model().likeliest(
            "ขอพรินต์หน่อย", "walk_in", SUBJECTS, seeds=seeds, fitting=SUBJECTS, habits={}
        )[0]
        == "5"
    )

    file.write_text('[suggestions]\n"6.11" = ["พรินต์"]\n', "utf-8")
    with pytest.raises(
        DataError, match=r"office.toml: \[suggestions\] 6.11: is no subject or group"
    ):
        load_configuration(file)
