"""Whom a letter goes to: the language that suits a name and its register entry, and the greeting in
both languages.
"""

import pytest

from domain.configuration import load_configuration
from domain.errors import DataError
from domain.mail.addressees import ENGLISH, THAI, Addressee, is_one_person
from tests.fakes.office import OFFICE


def person(name: str, **more: object) -> Addressee:
    return Addressee(name, is_person=True, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("to", "language"),
    [
        (person("นายสมชาย ใจดี"), THAI),
        (person("John Smith"), ENGLISH),
        (person("คุณ John Smith"), ENGLISH),
        (person("Mr. จอห์น สมิธ"), THAI),
        (person("Yong Yoon (ยอง ยูน)"), ENGLISH),
        (person("ผศ.ดร.ยอง ยูน (Yong Yoon)"), THAI),
        # What else stands in the register of a person was written by the office, in Thai.
        (person("Hans Müller", further=("มหาวิทยาลัยมหิดล", "นครปฐม"), emails=("hans@mahidol.ac.th",)), ENGLISH),
        (person("山田太郎"), ENGLISH),
        (Addressee("บริษัท ABC จำกัด (มหาชน)"), THAI),
        (Addressee("SCG", further=("", "1 ถนนปูนซิเมนต์ไทย กรุงเทพฯ")), THAI),
        (Addressee("OECD", further=("2 rue André Pascal, Paris",)), ENGLISH),
        (Addressee("UNFPA", further=("ถนนราชดำเนินนอก",), usual="en"), ENGLISH),
        (Addressee("กองทุนประชากรแห่งสหประชาชาติ", usual="en"), THAI),
        (Addressee("", usual="en"), ENGLISH),
        (person("", further=("มหาวิทยาลัยตัวอย่าง",)), THAI),
        (person("", further=("Seoul National University",)), ENGLISH),
        (person("kim@snu.ac.kr", emails=("kim@snu.ac.kr",)), ENGLISH),
        (person("somchai@nso.go.th", emails=("somchai@nso.go.th",)), THAI),
        (person("", emails=("someone@gmail.com",)), THAI),
        (person("", phones=("+81312345678",)), ENGLISH),
        (person("", phones=("+66812345678",)), THAI),
        (person(""), THAI),
        (person("นายสมชาย ใจดี", chosen="en"), ENGLISH),
        (person("John Smith", chosen="th"), THAI),
    ],
)  # fmt: skip
def test_the_language_is_that_of_name_and_register(to: Addressee, language: str) -> None:
    assert to.language == language


@pytest.mark.parametrize(
    ("name", "thai", "english"),
    [
        ("นายสมชาย ใจดี", "นายสมชาย ใจดี", "Mr. สมชาย ใจดี"),
        ("ผศ. ดร. กมลชนก รัตนพิทักษ์", "ผศ. ดร. กมลชนก รัตนพิทักษ์", "Asst. Prof. Dr. กมลชนก รัตนพิทักษ์"),
        ("พ.ต.อ.หญิง สมหญิง ดี", "พ.ต.อ.หญิง สมหญิง ดี", "Pol. Col. สมหญิง ดี"),
        ("ว่าที่ ร.ต.สม ดี", "ว่าที่ ร.ต.สม ดี", "Acting Sub Lt. สม ดี"),
        # A title that the office does not translate stays, with all that stands beside it.
        ("พล.ร.อ.สมชาย ดี", "พล.ร.อ.สมชาย ดี", "พล.ร.อ.สมชาย ดี"),
        ("สมชาย ใจดี", "คุณสมชาย ใจดี", "สมชาย ใจดี"),
        ("ผู้อำนวยการกองสถิติ", "ผู้อำนวยการกองสถิติ", "ผู้อำนวยการกองสถิติ"),
        ("คณะเศรษฐศาสตร์", "คณะเศรษฐศาสตร์", "คณะเศรษฐศาสตร์"),
        ("John Smith", "คุณ John Smith", "John Smith"),
        ("Mr. John Smith", "คุณ John Smith", "Mr. John Smith"),
        ("Assoc.Prof.Dr. Yong Yoon", "รศ.ดร. Yong Yoon", "Assoc.Prof.Dr. Yong Yoon"),
        ("ดร. ยอง ยูน (Dr. Yong Yoon)", "ดร. ยอง ยูน", "Dr. Yong Yoon"),
        ("Yong Yoon (ยอง ยูน)", "คุณยอง ยูน", "Yong Yoon"),
        ("", "", ""),
        ("kim@snu.ac.kr", "", ""),
    ],
)  # fmt: skip
def test_a_name_is_greeted_in_both_languages(name: str, thai: str, english: str) -> None:
    greeted = OFFICE.letters.greeted
    assert (greeted(person(name), THAI), greeted(person(name), ENGLISH)) == (thai, english)


def test_who_has_an_english_name_is_called_by_it_in_english() -> None:
    to = person("นายสมชาย ใจดี", english="Dr. Somchai Jaidee")
    greeted = OFFICE.letters.greeted
    assert (greeted(to, THAI), greeted(to, ENGLISH)) == ("นายสมชาย ใจดี", "Dr. Somchai Jaidee")


def test_an_officer_signs_in_english_as_the_office_says(tmp_path) -> None:
    path = tmp_path / "office.toml"
    path.write_text('[letters.officers]\n"นก" = "Nok Jaidee"', encoding="utf-8")
    letters = load_configuration(path).letters
    assert (letters.signed("นก", THAI), letters.signed("นก", ENGLISH)) == ("นก", "Nok Jaidee")
    # Whose English name nobody entered signs as the office does.
    assert letters.signed("ต้น", ENGLISH) == "Statistical Information Officer"


def test_an_organisation_is_called_nothing_else() -> None:
    assert OFFICE.letters.greeted(Addressee("OECD"), THAI) == "OECD"


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[letters]\na_month = 0", "a_month: must be a whole number"),
        ("[letters]\na_week = 1", "a_week: unknown"),
        ('[letters.titles.de]\n"นาย" = "Herr"', "de: unknown"),
    ],
)
def test_a_wrong_rule_is_named(tmp_path, text: str, named: str) -> None:
    path = tmp_path / "office.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=named):
        load_configuration(path)


@pytest.mark.parametrize(
    ("name", "other", "same"),
    [
        ("นายสมชาย ใจดี", "สมชาย ใจดี", True),
        ("ผศ.ดร.กมลชนก รัตนพิทักษ์", "Asst. Prof. Kamonchanok Rattanapitak", True),
        ("Somchai Jaidee", "นายสมชาย ใจดี", True),
        ("ณัฐวุฒิ ศรีสุข", "Nattawut Srisuk", True),
        ("ณัฐวุฒิ ศรีสุข", "Nattawut Suwan", False),
        ("สมชาย", "Somchai Jaidee", False),
        ("John Smith", "Jane Smith", False),
        ("John Smith", "JOHN SMITH", True),
        ("", "", False),
    ],
)
def test_one_person_has_names_in_two_languages(name: str, other: str, same: bool) -> None:
    assert is_one_person(name, other) is same
