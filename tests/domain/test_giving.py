"""Who gets which mail by an office's rules, and when what nobody took up is told again."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from domain.configuration import load_configuration
from domain.errors import DataError
from domain.mail.giving import (
    GivingRule,
    MailFacts,
    find_rule,
    least_loaded,
    named_people,
    unknown_names,
)
from domain.mail.intake import IntakeRules
from domain.mail.unclaimed import UnclaimedStep
from domain.staff import Role, Staff, StaffId

NOK = Staff(StaffId(1), "นก", Role.OFFICER)
MAY = Staff(StaffId(2), "May", Role.OFFICER, email="May@nso.example")
TON = Staff(StaffId(3), "ต้น", Role.SUPERVISOR)

RULES = """
[intake.rules.library]
mailboxes = ["Library@nso.example"]
people = ["may@NSO.example"]

[intake.rules.krabi-data]
words = ["microdata", "ข้อมูลดิบ"]
provinces = ["จ.กระบี่", "ภูเก็ต"]
people = ["นก"]
teams = ["ไมโครดาตา"]

[intake.rules.counts]
subjects = ["7", "1.1"]
people = ["นก"]
assign = false
"""


def intake(tmp_path: Path, toml: str) -> IntakeRules:
    file = tmp_path / "office.toml"
    file.write_text(toml, "utf-8")
    return load_configuration(file).intake


@pytest.fixture
def rules(tmp_path: Path) -> tuple[GivingRule, ...]:
    return intake(tmp_path, RULES).giving


def facts(words: str = "", subject: str = "6.1", *sent_to: str) -> MailFacts:
    return MailFacts(sent_to, words, subject)


@pytest.mark.parametrize(
    ("mail", "name"),
    [
        (facts("ขอ Microdata จังหวัดกระบี่", "6.1", "library@nso.example"), "library"),
        (facts("ขอ MICRODATA ของจังหวัดกระบี่"), "krabi-data"),
        (facts("ขอข้อมูลดิบ ภูเก็ตค่ะ"), "krabi-data"),
        (facts("ขอข้อมูลดิบ จังหวัดตรัง"), ""),
        (facts("ขอ microdatabase จังหวัดกระบี่"), ""),
        (facts("กระบี่", "7.10"), "counts"),
        (facts("กระบี่", "1.1"), "counts"),
        (facts("กระบี่", "1.11"), ""),
        (facts("กระบี่", "17.1"), ""),
    ],
)
def test_the_first_rule_holds_of_which_each_condition_fits(
    rules: tuple[GivingRule, ...], mail: MailFacts, name: str
) -> None:
    found = find_rule(rules, mail)
    assert (found.name if found else "") == name


def test_people_are_named_by_name_address_or_team(rules: tuple[GivingRule, ...]) -> None:
    library, data, _counts = rules
    teams = {"ไมโครดาตา": [TON.id], "อื่น": [MAY.id]}
    assert named_people(library, [NOK, MAY, TON], teams) == [MAY.id]
    assert named_people(data, [NOK, MAY, TON], teams) == [NOK.id, TON.id]
    assert named_people(data, [MAY], teams) == []


def test_who_has_the_least_to_do_gets_it() -> None:
    assert least_loaded([NOK.id, MAY.id], {NOK.id: 2, MAY.id: 1}) == MAY.id
    assert least_loaded([NOK.id, MAY.id], {NOK.id: 2}) == MAY.id
    assert least_loaded([NOK.id, MAY.id], {}) == NOK.id
    assert least_loaded([], {}) is None


def test_names_that_nobody_has_are_found(rules: tuple[GivingRule, ...]) -> None:
    assert unknown_names(rules, [NOK, MAY], ["ไมโครดาตา"]) == []
    assert unknown_names(rules, [MAY], []) == [
        ("krabi-data", "นก"),
        ("krabi-data", "ไมโครดาตา"),
        ("counts", "นก"),
    ]


def test_an_office_has_no_rules_until_it_enters_some() -> None:
    assert load_configuration().intake.giving == ()


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ('people = ["นก"]\nword = ["x"]', "word: unknown; use one of mailboxes, words"),
        ('words = ["x"]', "people: names nobody; say who gets these mails"),
        ('people = "นก"', "people: must be a list in [ ]"),
        ('people = ["นก"]\nsubjects = ["99"]', 'subjects: "99" is no subject of the catalogue'),
        ('people = ["นก"]\nprovinces = ["แอตแลนติส"]', 'provinces: "แอตแลนติส" is no province'),
        ('people = ["นก"]\nmailboxes = ["library"]', 'mailboxes: "library" is no e-mail address'),
        ('people = ["นก"]\nassign = "no"', "assign: must be true or false"),
    ],
)
def test_a_mistake_is_said_with_its_rule_and_key(tmp_path: Path, row: str, said: str) -> None:
    with pytest.raises(DataError) as error:
        intake(tmp_path, f"[intake.rules.mine]\n{row}\n")
    assert "[intake.rules.mine]" in str(error.value)
    assert said in str(error.value)


# What nobody took up.

FRIDAY = datetime(2026, 11, 20, 9, 20, tzinfo=UTC)  # 16.20 in Bangkok, ten minutes before the end


def test_what_nobody_took_up_is_told_again_in_working_hours(tmp_path: Path) -> None:
    rules = load_configuration()
    times = rules.intake.unclaimed.times(FRIDAY, rules.calendar)
    monday = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
    assert times == {
        UnclaimedStep.AGAIN: monday + timedelta(minutes=60),
        UnclaimedStep.SUPERVISORS: monday + timedelta(minutes=180),
    }


def test_steps_and_stretches_are_data(tmp_path: Path) -> None:
    toml = "[intake.unclaimed]\nagain_minutes = 0\nadministrators_minutes = 5\ntogether_minutes = 1"
    rules = intake(tmp_path, toml)
    times = rules.unclaimed.times(FRIDAY, load_configuration().calendar)
    assert times[UnclaimedStep.ADMINISTRATORS] == FRIDAY + timedelta(minutes=5)
    assert UnclaimedStep.AGAIN not in times
    for wrong in ("-1", "20000", "true", '"5"'):
        with pytest.raises(DataError, match="again_minutes: must be"):
            intake(tmp_path, f"[intake.unclaimed]\nagain_minutes = {wrong}\n")
