"""Letters: places are filled and nothing is executed; a wrong template stops the start and is
named.
"""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.configuration import load_configuration
from domain.errors import DataError
from domain.mail.letters.templates import (
    COMMON,
    FIELDS,
    LANGUAGES,
    Template,
    fill,
    letter_date,
    numbered_items,
)
from tests.fakes.office import OFFICE

TEMPLATES = OFFICE.templates
VALUES = {field: f"<{field}>" for field in COMMON.union(*FIELDS.values())}


@pytest.mark.parametrize("name", FIELDS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_letter_greets_and_signs_and_fills_all_its_places(name: str, language: str) -> None:
    letter = fill(TEMPLATES[name][language], VALUES)
    assert "{" not in letter.subject + letter.body
    assert letter.body.startswith("เรียน <name>" if language == "th" else "Dear <name>,")
    closing = "ขอแสดงความนับถือ\n\n<officer>" if language == "th" else "Yours sincerely,\n\n<officer>"
    assert closing in letter.body
    assert "\n" not in letter.subject


def test_a_line_of_which_nothing_is_known_is_left_out() -> None:
    letter = fill(
        TEMPLATES["contract_reminder"]["th"],
        {"name": "คุณนก", "contract_no": "81/2563", "projects": " "},
    )
    assert "สัญญาเลขที่ 81/2563\n\nบัดนี้" in letter.body
    assert "โครงการ" not in letter.body


def test_what_a_value_holds_is_not_filled_again() -> None:
    letter = fill(Template("{name}", "{name} {officer}"), {"name": "{officer}", "officer": "นก"})
    assert (letter.subject, letter.body) == ("{officer}", "{officer} นก")


@given(st.dictionaries(st.sampled_from(sorted(VALUES)), st.text()))
def test_a_subject_is_one_line_whatever_is_filled_in(values: dict[str, str]) -> None:
    letter = fill(Template("{name} {ticket}", "{name}"), values)
    assert len(letter.subject.splitlines()) <= 1


def office(tmp_path: Path, toml: str) -> str:
    file = tmp_path / "office.toml"
    file.write_text(toml, "utf-8")
    return fill(load_configuration(file).templates["answer"]["th"], VALUES).body


def test_an_office_replaces_one_text_and_keeps_the_rest(tmp_path: Path) -> None:
    body = office(
        tmp_path, '[templates.answer.th]\nbody = "สวัสดี {name}\\n{result}\\n{signature}"\n'
    )
    assert body.startswith("สวัสดี <name>\n<result>\nขอแสดงความนับถือ")
    assert "โทร. 1111" in office(
        tmp_path, '[templates.signature.th]\nbody = "{officer} โทร. 1111"\n'
    )


@pytest.mark.parametrize(
    ("toml", "named"),
    [
        (
            '[templates.answer.th]\nbody = "{nam}"',
            "[templates.answer.th] body: unknown field {nam}",
        ),
        ('[templates.answer.th]\nbody = "{name.__class__}"', "unknown field {name.__class__}"),
        ('[templates.answer.th]\nbody = "{0}"', "unknown field {0}"),
        (
            '[templates.answer.en]\nsubject = "{contract_no}"',
            "[templates.answer.en] subject: unknown field",
        ),
        (
            '[templates.answer.th]\nsubject = "a\\nb"',
            "[templates.answer.th] subject: must be one line",
        ),
        ('[templates.answer.th]\nsubject = ""', "[templates.answer.th] subject: must not be empty"),
        (
            '[templates.signature.th]\nbody = "{signature}"',
            "[templates.signature.th] body: unknown field",
        ),
        ('[templates.anwser.th]\nbody = "x"', "[templates] anwser: unknown"),
        ('[templates.answer.de]\nbody = "x"', "[templates.answer] de: unknown"),
        ('[templates.answer.th]\ntext = "x"', "[templates.answer.th] text: unknown"),
    ],
)
def test_a_wrong_template_is_refused_by_file_and_row(tmp_path: Path, toml: str, named: str) -> None:
    with pytest.raises(DataError) as refusal:
        office(tmp_path, toml)
    assert "office.toml" in str(refusal.value)
    assert named in str(refusal.value)


def test_dates_of_letters() -> None:
    assert letter_date(date(2020, 2, 19), "th") == "19 กุมภาพันธ์ 2563"
    assert letter_date(date(2020, 2, 19), "en") == "19 February 2020"


@pytest.mark.parametrize("name", ["contract_reminder", "research_reminder"])
@pytest.mark.parametrize("language", ["th", "en"])
def test_a_subject_without_a_contract_number_does_not_speak_of_one(
    name: str, language: str
) -> None:
    template = OFFICE.templates[name][language]
    assert fill(template, {"contract_no": "81/2569"}).subject.endswith("81/2569")
    subject = fill(template, {}).subject
    assert not subject.endswith(("เลขที่", "No.", ","))
    assert "[" not in subject


def test_items_stand_under_their_numbers_without_empty_lines() -> None:
    first = Template("", "", "สัญญา\nเลขที่ {contract_no}\nปีข้อมูล {years}")
    second = Template("ขอเชิญรับข้อมูล", "", "")
    written = numbered_items([(first, {"contract_no": "81/2569"}), (second, {})])
    assert written == "1. สัญญา\n   เลขที่ 81/2569\n\n2. ขอเชิญรับข้อมูล"
