"""Search finds the same customers in the same order on both engines, and nothing typed is a
wildcard.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.customers.records import Contact, Customer, CustomerCode
from domain.errors import DeskError
from domain.staff import StaffId
from store.customers.records import add_customer, get_customer, update_customer
from store.engine.database import Database, Tx
from store.opening import open_database
from store.search import names as search_names
from store.search import words as search_words
from store.search.customers import LIMIT, MatchReason, find_customers, find_likely_duplicates
from store.search.words import SearchWords
from tests.fakes.postgres import Postgresql

Opening = Callable[[str], Awaitable[Database]]
Register = tuple[Database, SearchWords]
NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)


def customer(number: int, name: str, **rest: object) -> Customer:
    return Customer(CustomerCode(f"C{number}"), name, **rest)


CAST = [
    customer(1, "นายสมชาย ใจดี", mobile="+66812345678", email="somchai.jai@example.com"),
    customer(2, "สมชาย รุ่งเรือง", phone="+6621417500;ext=203", email="s_j@example.ac.th"),
    customer(3, "สมหญิง ใจดี", mobile="+66898765678", organisation="กระทรวงแรงงาน"),
    customer(4, "Jane O'Brien", email="jane@example.com", phone="1111"),
    customer(
        5,
        "มหาวิทยาลัยเชียงใหม่",
        phone="+6653941000",
        contacts=(Contact("ปู่ทวด ณ อยุธยา", "", "+66861234567", "PU@example.org"),),
    ),
    customer(6, "ร้าน 100% _จริง_ !", email="sxj@example.ac.th", phone="9-0812340000"),
    customer(7, "บริษัทไทย", contacts=(Contact("พันธุ์ดี แก้ว"),)),
    customer(81554, "ชายกลาง พันธุ์ดี"),
]

FOUND = [
    # A code, however it is typed.
    ("C81554", [(81554, MatchReason.CODE)]),
    (" c๘๑๕๕๔ ", [(81554, MatchReason.CODE)]),
    ("C404", []),
    # A telephone in several writings.
    ("0812345678", [(1, MatchReason.PHONE)]),
    ("081-234-5678", [(1, MatchReason.PHONE)]),
    ("081 234 5678", [(1, MatchReason.PHONE)]),
    ("+66 81 234 5678", [(1, MatchReason.PHONE)]),
    ("66812345678", [(1, MatchReason.PHONE)]),
    ("๐๘๑-๒๓๔-๕๖๗๘", [(1, MatchReason.PHONE)]),
    ("02-141-7500", [(2, MatchReason.PHONE)]),
    ("02-141-7500 ต่อ 203", [(2, MatchReason.PHONE)]),
    ("0861234567", [(5, MatchReason.PHONE)]),
    ("0812340000", [(6, MatchReason.PHONE)]),
    ("0899999999", []),
    # Its last digits.
    ("5678", [(1, MatchReason.PHONE), (3, MatchReason.PHONE)]),
    ("๕๖๗๘", [(1, MatchReason.PHONE), (3, MatchReason.PHONE)]),
    ("45678", [(1, MatchReason.PHONE)]),
    ("1111", [(4, MatchReason.PHONE)]),
    ("9999", []),
    # Its first digits, however they are parted.
    ("08123", [(1, MatchReason.PHONE_START)]),
    ("02-141-75", [(2, MatchReason.PHONE_START)]),
    ("+66 898", [(3, MatchReason.PHONE_START)]),
    # As it is pasted, also within a sentence.
    ("tel:0812345678", [(1, MatchReason.PHONE)]),
    ("0066 81 234 5678", [(1, MatchReason.PHONE)]),
    ("+66 (0) 81-234-5678.", [(1, MatchReason.PHONE)]),
    ("02-141-7500-2", [(2, MatchReason.PHONE)]),
    ("เบอร์ที่โทรมาคือ 081 234 5678 ขอข้อมูลประชากรรายจังหวัด", [(1, MatchReason.PHONE)]),
    ("ขอข้อมูลประชากร รายจังหวัด ปี 2569 โทรกลับ 0899999999 ด่วนมาก", []),
    # A name beside a telephone that nobody has is no more than near.
    ("สมหญิง 0899999999", [(3, MatchReason.NAME)]),
    # A name with the last digits.
    ("สมหญิง 5678", [(3, MatchReason.PHONE)]),
    ("ใจดี เบอร์ลงท้าย 5678", [(1, MatchReason.PHONE), (3, MatchReason.PHONE)]),
    ("สมหญิง xxx-xxx-5678", [(3, MatchReason.PHONE)]),
    ("ปู่ทวด 4567", [(5, MatchReason.PHONE)]),
    # A code without its letter, behind a label, or on the other layout.
    ("81554", [(81554, MatchReason.CODE)]),
    ("081-xxx-5678", [(1, MatchReason.PHONE)]),
    ("C081554", [(81554, MatchReason.CODE)]),
    (
        "10.15 น. คุณสมหญิง แจ้งเบอร์ 0812345678 0898765678",
        [(3, MatchReason.PHONE), (1, MatchReason.PHONE)],
    ),
    ("C0004", [(4, MatchReason.CODE)]),
    ("81554 ชายกลาง", [(81554, MatchReason.CODE)]),
    ("รหัสลูกค้า 81554 ค่ะ", [(81554, MatchReason.CODE)]),
    ("ฉคๅถถภ", [(81554, MatchReason.CODE)]),
    # Labels of a form are no names.
    ("ชื่อ: สมหญิง ใจดี", [(3, MatchReason.NAME)]),
    ("ชื่อ-สกุล : สมหญิง ใจดี", [(3, MatchReason.NAME)]),
    # An e-mail as it is pasted, spelt out, without its sign, on the other layout.
    ("mailto:s_j@example.ac.th", [(2, MatchReason.EMAIL)]),
    ("Somchai <s_j@example.ac.th>", [(2, MatchReason.EMAIL)]),
    ("s_j (at) example (dot) ac (dot) th", [(2, MatchReason.EMAIL)]),
    ("s_jexample.ac.th", [(2, MatchReason.NEAR_EMAIL)]),
    ("s_j example.ac.th", [(2, MatchReason.EMAIL)]),
    ("s_j2example.ac.th", [(2, MatchReason.NEAR_EMAIL)]),
    ("somchai.jai@example.con", [(1, MatchReason.NEAR_EMAIL)]),
    ("somchai jai@example.com", [(1, MatchReason.NEAR_EMAIL)]),
    ("somchai.jai", [(1, MatchReason.NEAR_EMAIL)]),
    ("หนทแ้ฟรใ่ฟร๑ำปฟทยสำใแนท", [(1, MatchReason.EMAIL)]),
    # An e-mail, whole and its beginning.
    ("somchai.jai@example.com", [(1, MatchReason.EMAIL)]),
    ("SOMCHAI.JAI@EXAMPLE.COM", [(1, MatchReason.EMAIL)]),
    ("pu@example.org", [(5, MatchReason.EMAIL)]),
    ("somchai.jai@", [(1, MatchReason.EMAIL)]),
    ("s_j@example", [(2, MatchReason.EMAIL)]),
    ("nobody@example.com", []),
    # One or two characters: the beginning of a word.
    ("ส", [(1, MatchReason.PREFIX), (2, MatchReason.PREFIX), (3, MatchReason.PREFIX)]),
    ("ใจ", [(1, MatchReason.PREFIX), (3, MatchReason.PREFIX)]),
    ("ja", [(4, MatchReason.PREFIX)]),
    ("J", [(4, MatchReason.PREFIX)]),
    ("ดี", []),
    # Words in any order, with or without title and tone marks.
    ("สมชาย", [(1, MatchReason.NAME), (2, MatchReason.NAME)]),
    ("ใจดี สมชาย", [(1, MatchReason.NAME)]),
    ("นาย สมชาย ใจดี", [(1, MatchReason.NAME)]),
    ("สมชาย รุงเรือง", [(2, MatchReason.NAME)]),
    ("แรงงาน สมหญิง", [(3, MatchReason.NAME)]),
    ("brien jane", [(4, MatchReason.NAME)]),
    # Nobody has all words: the few who have all but the one that nobody has.
    ("สมชาย ใจร้าย", [(1, MatchReason.SIMILAR), (2, MatchReason.SIMILAR)]),
    # A part of a word, whole names and beginnings first.
    ("พันธุ์ดี", [(81554, MatchReason.NAME), (7, MatchReason.PART)]),
    ("ชาย", [(81554, MatchReason.PREFIX), (1, MatchReason.PART), (2, MatchReason.PART)]),
    ("เชียงใหม่", [(5, MatchReason.PART)]),
    ("rien", [(4, MatchReason.PART)]),
    ("อยุธยา", [(5, MatchReason.PART)]),
    ("100", [(6, MatchReason.NAME)]),
    # Signs part words and are never wildcards.
    ("%", []),
    ("_", []),
    ("!", []),
    ("%%%", []),
    ("ดี%สม", [(1, MatchReason.PART), (3, MatchReason.PART)]),
    ("ดี_สม", [(1, MatchReason.PART), (3, MatchReason.PART)]),
    ("100%", [(6, MatchReason.NAME)]),
    ("O'Brien", [(4, MatchReason.NAME)]),
    ("'; DROP TABLE customers; --", []),
    ('"สมชาย"', [(1, MatchReason.NAME), (2, MatchReason.NAME)]),
    # Nonsense.
    ("", []),
    ("   ", []),
    ("กขฃคฅฆ", []),
    ("👍", []),
    ("ส" * 5000, []),
]


@pytest.fixture
async def words(db: Database) -> AsyncIterator[SearchWords]:
    """The memory of one process that searches this database."""
    words = SearchWords()
    yield words
    await words.close()


async def fill(db: Database) -> None:
    async def work(tx: Tx) -> None:
        for one in CAST:
            await add_customer(tx, one, NOW)

    await db.write(work)


async def test_what_is_typed_finds_these_customers_in_this_order(
    db: Database, words: SearchWords
) -> None:
    await fill(db)

    wrong = {}
    for typed, expected in FOUND:
        found = [
            (int(hit.customer.code[1:]), hit.why) for hit in await find_customers(db, words, typed)
        ]
        if found != expected:
            wrong[typed] = (found, expected)

    assert wrong == {}


@pytest.fixture
async def both(tmp_path: Path, postgresql: Postgresql, opening: Opening) -> list[Register]:
    """The same register on both engines."""
    opened = [
        await opening(f"sqlite:///{tmp_path / 'desk.db'}"),
        await opening(await postgresql.clean_desk()),
    ]
    for db in opened:
        await fill(db)
    return [(db, SearchWords()) for db in opened]


@given(
    typed=st.lists(
        st.sampled_from(
            [
                *"สมชใจดยิรุ่งเรืองรางานอ์ๆำ",
                *"0156789๘",
                *"janeb",
                " ",
                "@",
                ".",
                "%",
                "_",
                "!",
                "'",
                "\\",
                "C",
                "0",
            ]
        ),
        max_size=6,
    ).map("".join)
)
async def test_both_engines_answer_alike(both: list[Register], typed: str) -> None:
    sqlite, postgresql = [await find_customers(db, words, typed) for db, words in both]

    assert [(hit.customer.code, hit.why) for hit in sqlite] == [
        (hit.customer.code, hit.why) for hit in postgresql
    ]


async def test_a_search_is_bounded(db: Database, words: SearchWords) -> None:
    async def work(tx: Tx) -> None:
        for number in reversed(range(1000, 1000 + LIMIT + 50)):
            await add_customer(tx, customer(number, "ประชา ชนบท", mobile="+66812345678"), NOW)

    await db.write(work)

    for typed in ("ประชา", "ป", "0812345678", "5678", "ประ"):
        hits = await find_customers(db, words, typed)
        assert [hit.customer.code for hit in hits] == [
            f"C{number}" for number in range(1000, 1000 + LIMIT)
        ]


async def test_a_changed_customer_is_found_by_the_new_and_its_former_name_but_not_by_old_numbers(
    db: Database, words: SearchWords, officer: StaffId
) -> None:
    await fill(db)
    old = await get_customer(db, "C1")
    new = replace(old, name="ธงชัย มั่นคง", mobile="+66855554444", email="")
    await db.write(lambda tx: update_customer(tx, old, new, officer, NOW))

    for typed in ("ธงชัย", "0855554444", "ธง", "คง มั่น"):
        assert [hit.customer.code for hit in await find_customers(db, words, typed)] == ["C1"]
    for typed in ("0812345678", "somchai.jai@"):
        assert await find_customers(db, words, typed) == []
    for typed in ("สมชาย ใจดี", "ธงชัย ใจดี"):
        assert [(hit.customer.code, hit.why) for hit in await find_customers(db, words, typed)] == [
            ("C1", MatchReason.FORMER)
        ]


@pytest.mark.parametrize(
    ("new", "expected"),
    [
        (customer(9, "ไม่เคยมา", mobile="+66812345678"), [(1, MatchReason.PHONE)]),
        (customer(9, "ไม่เคยมา", phone="0812345678"), [(1, MatchReason.PHONE)]),
        (customer(9, "ไม่เคยมา", mobile="+66861234567"), [(5, MatchReason.PHONE)]),
        (customer(9, "ไม่เคยมา", email="Somchai.Jai@example.com"), [(1, MatchReason.EMAIL)]),
        (customer(9, "ใจดี สมชาย"), [(1, MatchReason.NAME)]),
        (
            customer(9, "น.ส.สมหญิง ใจดี", mobile="+66812345678"),
            [(1, MatchReason.PHONE), (3, MatchReason.NAME)],
        ),
        (customer(9, "สมชาย มีสุข"), []),
        (customer(9, "ชาย"), []),
        (customer(9, "%"), []),
        (customer(9, "คนใหม่", mobile="+66812340000", phone="ไม่มี"), []),
        (CAST[0], []),
    ],
)
async def test_twins_share_a_telephone_an_email_or_the_whole_name(
    db: Database, words: SearchWords, new: Customer, expected: list[tuple[int, MatchReason]]
) -> None:
    await fill(db)

    assert [
        (int(hit.customer.code[1:]), hit.why)
        for hit in await find_likely_duplicates(db, words, new)
    ] == expected


async def test_twins_are_at_most_ten(db: Database, words: SearchWords) -> None:
    async def work(tx: Tx) -> None:
        for number in range(100, 120):
            await add_customer(tx, customer(number, "สมชาย ใจดี"), NOW)

    await db.write(work)

    assert len(await find_likely_duplicates(db, words, customer(9, "สมชาย ใจดี"))) == 10


FORGIVEN = [
    customer(1, "ผศ.ดร.กมลชนก รัตนพิทักษ์"),
    customer(2, "นายพันธุ์ทิพย์ แก้วมณี", organisation="คณะเศรษฐศาสตร์ จุฬาลงกรณ์มหาวิทยาลัย"),
    customer(3, "น.ส.ณัฐธิดา ศรีสุวรรณ"),
    customer(4, "นายปรีชา หมื่นสุข"),
    customer(5, "วรรณา วงศ์สวัสดิ์"),
    customer(6, "วรรณา วงษ์สวัสดิ์"),
    customer(7, "Jonathan Smith"),
    customer(8, "น้ำฝน ชุ่มชื่น"),
    customer(9, "บริษัท สถิติไทย จำกัด", contacts=(Contact("นางรำไพ ขำดี", mobile="+66861234567"),)),
]


@pytest.mark.parametrize(
    ("typed", "number", "why", "weak"),
    [
        ("กมลชนก รัตนพิทักษ์", 1, MatchReason.NAME, False),
        ("ดร.กมลชนก รัตนพิทักษ์", 1, MatchReason.NAME, False),
        (
            "แกวมณี พันธุทิพย",
            2,
            MatchReason.SIMILAR,
            True,
        ),  # tone mark and karan missing, words swapped
        ("แก๊วมณี", 2, MatchReason.NAME, False),
        ("กมลชนก รัตนพิทัก", 1, MatchReason.SIMILAR, True),
        ("กมลชนก รัตนพิทักษ", 1, MatchReason.SIMILAR, True),
        ("นัดทิดา สีสุวัน", 3, MatchReason.SIMILAR, True),
        ("ณัฐธิดา ศรีสุวัณ", 3, MatchReason.SIMILAR, True),
        ("ปริชา หมืนสุข", 4, MatchReason.SIMILAR, True),
        ("ปรีชา หมื่นสขุ", 4, MatchReason.SIMILAR, True),
        ("กมลชนกรัตนพิทักษ์", 1, MatchReason.NAME, False),
        ("กมล ชนก รัตนพิทักษ์", 1, MatchReason.NAME, False),
        ("ก มลชนก รัตนพิทักษ์", 1, MatchReason.NAME, False),
        ("กมลชนกรัตนพิทกษ์", 1, MatchReason.SIMILAR, True),
        ("d,]=od iy9orbmydKN", 1, MatchReason.LAYOUT, False),
        ("d,]=oc iy9orbmydKN", 1, MatchReason.LAYOUT, True),
        ("Jonatan Smiht", 7, MatchReason.SIMILAR, True),
        ("smith jonathan", 7, MatchReason.NAME, False),
        ("นำ้ฝน ชุ่มชืน", 8, MatchReason.NAME, False),
        ("น\u0e4d\u0e49าฝน ชุ่มชื่น", 8, MatchReason.NAME, False),
        ("จุฬา เศรษฐศาสตร์", 2, MatchReason.PART, False),
        ("รำไพ ขำดี", 9, MatchReason.PART, False),
        ("Kamonchanok Rattanapitak", 1, MatchReason.ROMAN, False),
        ("ratanapithak kamolchanok", 1, MatchReason.ROMAN, False),
        ("Nattida", 3, MatchReason.ROMAN, False),
        ("Natthida ศรีสุวรรณ", 3, MatchReason.ROMAN, False),
        ("Preecha Muensook", 4, MatchReason.ROMAN, False),
    ],
)
async def test_names_are_found_however_they_are_written(
    db: Database, words: SearchWords, typed: str, number: int, why: MatchReason, weak: bool
) -> None:
    await add_all(db, FORGIVEN)

    hits = await find_customers(db, words, typed)

    assert [(hit.customer.code, hit.why, hit.weak) for hit in hits] == [(f"C{number}", why, weak)]


async def add_all(db: Database, people: list[Customer]) -> None:
    async def work(tx: Tx) -> None:
        for one in people:
            await add_customer(tx, one, NOW)

    await db.write(work)


async def test_the_name_as_typed_comes_before_one_that_sounds_alike(
    db: Database, words: SearchWords
) -> None:
    await add_all(db, FORGIVEN)

    for typed, codes in (("วรรณา วงศ์สวัสดิ์", ["C5", "C6"]), ("วรรณา วงษ์สวัสดิ์", ["C6", "C5"])):
        hits = await find_customers(db, words, typed)
        assert [hit.customer.code for hit in hits] == codes
        assert [hit.weak for hit in hits] == [False, True]
        assert hits[0].score == 100 > hits[1].score > 80


@pytest.mark.parametrize(
    "typed",
    [
        "zzz",
        "qwrtpsdf",
        "bweohal",
        "asdfgh",
        "namsjkadi",
        "qvlismti",
        "ฟหกดเาสว",
        "กมลช ใจร้าย",
        "ศ์ุษ์น้์ำฝ์",
        "กมลชนท ใจร้าย",
        "ใจร้าย ปากหวาน",
        "%",
        "NEAR(",
        '"*"',
        "x" * 4000,
        "ก" * 4000,
    ],
)
async def test_nonsense_finds_nothing(db: Database, words: SearchWords, typed: str) -> None:
    await add_all(db, FORGIVEN)

    assert await find_customers(db, words, typed) == []


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("าก้ห", "เฉลิม ฉากหิน"),
        ("กเเ้", "จักรธร นายกแก้ว"),
        ("่กดะ", "สมหมาย นึกดะ"),
        ("ิิวอว", "ชัชนาชนก ผิวอ่วม"),
    ],
)
async def test_few_letters_that_cannot_stand_so_are_no_part_of_a_name(
    db: Database, words: SearchWords, typed: str, name: str
) -> None:
    await add_all(db, [customer(1, name)])

    assert await find_customers(db, words, typed) == []


@pytest.mark.parametrize(
    ("typed", "slipped", "name"),
    [
        ("นวรดุง", "วรดผุง", "เปรมสิริ วรผดุง"),
        ("jjrkmn", "rkm7d", "สุวิดล พาทึก"),
        ("lskqiusk", "lki7sk", "ประเวส สารีหา"),
        ("iri;ujjj", "riru;", "สุดา พรพีว"),
        ("rakp;we", "rakpiew", "ฐิตาภรณ์ รักษ์เพียว"),
        ("e7m1mokq", "emmok", "พักตร์นภา เอมมก"),
    ],
)
async def test_letters_at_random_are_no_name_that_happens_to_be_near(
    db: Database, words: SearchWords, typed: str, slipped: str, name: str
) -> None:
    await add_all(db, [customer(1, name)])

    assert await find_customers(db, words, typed) == []
    assert [hit.customer.code for hit in await find_customers(db, words, slipped)] == ["C1"]


@pytest.mark.parametrize(
    ("heard", "name"),
    [
        ("สีสุวันพบ", "ญาดา ศรีสุวรรณภพ"),
        ("มะนีวงวิจิด", "จุฬารัตน์ มณีวงศ์วิจิตร"),
        ("ถิติวัด กานจะนะวะสิด", "ฐิติวัฒน์ กาญจนะวสิต"),
        ("กะมนเนต ไพบูนพานิชกิจ", "กมลเนตร ไพบูลย์พานิชกิจ"),
        ("กมลเนตร ไพบูนพานิดชะกิด", "กมลเนตร ไพบูลย์พานิชกิจ"),
    ],
)
async def test_a_name_written_as_it_was_heard_is_found_however_many_letters_differ(
    db: Database, words: SearchWords, heard: str, name: str
) -> None:
    await add_all(db, [customer(1, name), customer(2, "สมหญิง ประเสริฐกุล")])

    assert [hit.customer.code for hit in await find_customers(db, words, heard)] == ["C1"]


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("โชบไจ", "วิโรจน์ ชอบชัย"),
        ("วางมี่ด", "วิโรจน์ ห่วงมิตร"),
        ("มลขนต์เไท", "มนทกานติ์ นิลใจ"),
        ("fefama", "ฟามา ภัทรวราปาน"),
        ("hilnohi", "ประเสริฐ นิลน้อย"),
        ("poje", "สมพงษ์ บุศย์น้ำเนตร"),
    ],
)
async def test_short_words_that_sound_a_little_like_a_name_are_none(
    db: Database, words: SearchWords, typed: str, name: str
) -> None:
    await add_all(db, [customer(1, name)])

    assert await find_customers(db, words, typed) == []


async def test_beside_a_known_word_another_may_have_a_slip_more_than_alone(
    db: Database, words: SearchWords
) -> None:
    await add_all(db, [customer(1, "ฤทธิ์ นิศาชลมุก"), customer(2, "ปรีชา หมื่นสุข")])

    assert await find_customers(db, words, "ฤทิพ") == []
    (hit,) = await find_customers(db, words, "ฤทิพ นิศาชลมุก")
    assert (hit.customer.code, hit.why, hit.weak) == ("C1", MatchReason.SIMILAR, True)
    (other,) = await find_customers(db, words, "ฤทิพ หมื่นสุข")
    assert (other.customer.code, other.left_out, other.weak) == ("C2", "ฤทิพ", True)


@pytest.mark.parametrize(
    ("typed", "codes", "left_out"),
    [
        ("นิดา หิรัญวัฒน์", ["C1"], "หิรัญวัฒน์"),
        ("หิรัญวัฒน์ นิดา", ["C1"], "หิรัญวัฒน์"),
        # Both are known, but nobody has both: who has the rarer one.
        ("นิดา ศรีสุข", ["C1"], "ศรีสุข"),
        ("นิดา ใจงาม กรมชล", ["C1"], "กรมชล"),
        # So many have the other word that it tells nothing.
        ("ศรีสุข หิรัญวัฒน์", [], ""),
        # Of an organisation that many belong to, itself.
        ("โรงเรียนบ้านนา กรมชล", ["C2"], "กรมชล"),
        # A beginning, or a name that is near, is no word of its own.
        ("นิด หิรัญวัฒน์", [], ""),
        ("นิดาา หิรัญวัฒน์", [], ""),
        ("นิดา หิรัญวัฒน์ กรมชล", [], ""),
    ],
)
async def test_one_word_that_nobody_has_is_left_out(
    db: Database, words: SearchWords, typed: str, codes: list[str], left_out: str
) -> None:
    many = [customer(n, f"วีระ{n} ศรีสุข") for n in range(100, 130)]
    of_school = [customer(n, f"คน{n}", organisation="โรงเรียนบ้านนา") for n in range(200, 230)]
    school = customer(2, "โรงเรียนบ้านนา")
    await add_all(db, [customer(1, "นิดา ใจงาม"), school, *many, *of_school])

    hits = await find_customers(db, words, typed)

    assert [hit.customer.code for hit in hits] == codes
    assert all(hit.weak and hit.left_out == left_out for hit in hits)


async def test_a_contact_that_was_found_is_named(db: Database, words: SearchWords) -> None:
    nida = Contact("น.ส.นิดา พันธุ์ดี", "+6621417500", "+66861112222", "nida@example.org")
    somchai = Contact("นายสมชาย แก้วกล้า")
    await add_all(
        db,
        [
            customer(1, "มหาวิทยาลัยเชียงใหม่", phone="+6653941000", contacts=(somchai, nida)),
            customer(2, "นิดา พันธุ์งาม"),
        ],
    )

    named = {
        typed: {
            hit.customer.code: hit.contact.name if hit.contact else ""
            for hit in await find_customers(db, words, typed)
        }
        for typed in (
            "นิดา พันธุ์ดี",
            "พันธุดี นิดา",
            "นิดา",
            "พันธุ์",
            "0861112222",
            "2222",
            "021417500",
            "NIDA@example.org",
            "nida@",
            "Nida Phandee",
            "เชียงใหม่ แก้วกล้า",
            "มหาวิทยาลัยเชียงใหม่",
            "053941000",
        )
    }

    assert named == {
        "นิดา พันธุ์ดี": {"C1": nida.name},
        "พันธุดี นิดา": {"C1": nida.name},
        "นิดา": {"C2": "", "C1": nida.name},
        "พันธุ์": {"C2": "", "C1": nida.name},
        "0861112222": {"C1": nida.name},
        "2222": {"C1": nida.name},
        "021417500": {"C1": nida.name},
        "NIDA@example.org": {"C1": nida.name},
        "nida@": {"C1": nida.name},
        "Nida Phandee": {"C1": nida.name},
        "เชียงใหม่ แก้วกล้า": {"C1": somchai.name},
        "มหาวิทยาลัยเชียงใหม่": {"C1": ""},
        "053941000": {"C1": ""},
    }


async def test_keys_of_the_thai_layout_that_are_a_name_come_before_beginnings(
    db: Database, words: SearchWords
) -> None:
    await add_all(db, [customer(1, "Richard Liu"), customer(2, "นพพร สงศรี")])

    # The same keys; by the first alone Latin words begin so.
    hits = await find_customers(db, words, "l'Liu")

    assert [(hit.customer.code, hit.why) for hit in hits] == [("C2", MatchReason.LAYOUT)]
    assert [hit.customer.code for hit in await find_customers(db, words, "Liu")] == ["C1"]


async def test_a_name_in_latin_letters_does_not_hide_those_that_sound_so(
    db: Database, words: SearchWords
) -> None:
    latin = customer(1, "Siam Trading", contacts=(Contact("Somphong Meesuk"),))
    thai = [customer(n, f"สมพงษ์ สกุล{n}") for n in range(10, 90)]
    await add_all(db, [latin, *thai, customer(2, "สมพงศ์ อื่นใด"), customer(3, "วิชัย ดีงาม")])

    hits = await find_customers(db, words, "Somphong")

    assert hits[0].customer.code == "C1"
    assert hits[0].contact is not None
    sounding = {hit.customer.name.split()[0] for hit in hits[1:]}
    assert sounding == {"สมพงษ์", "สมพงศ์"}
    assert "C2" in [hit.customer.code for hit in hits[:4]]


async def test_what_surely_sounds_so_comes_before_what_nearly_does(
    db: Database, words: SearchWords
) -> None:
    latin = [customer(n, f"Preecha Person{n}") for n in range(1, 9)]
    await add_all(db, [*latin, customer(20, "ปรีชา หมื่นสุข"), customer(21, "ปริชาต หมื่นสุข")])

    hits = await find_customers(db, words, "Preecha")

    surely = [hit.weak for hit in hits]
    assert surely == sorted(surely)
    assert surely[-1]
    assert "C20" in [hit.customer.code for hit in hits[:5]]


async def test_names_that_sound_alike_do_not_hide_one_that_is_near(
    db: Database, words: SearchWords
) -> None:
    alike = [customer(n, f"ชัยพงษ์ สกุล{n}") for n in range(100, 200)]
    near = [customer(n, f"ชาญพงษ์ สกุล{n}") for n in range(200, 300)]
    await add_all(db, [*alike, *near])

    hits = await find_customers(db, words, "ชัญพงษ์")

    first = [hit.customer.name.split()[0] for hit in hits[:4]]
    assert {"ชัยพงษ์", "ชาญพงษ์"} == set(first)
    scores = [hit.score for hit in hits]
    assert scores[0] == max(scores)


async def test_the_customer_of_just_that_name_comes_before_those_who_belong_there(
    db: Database, words: SearchWords
) -> None:
    people = [customer(n, f"วีระ สกุล{n}", organisation="มหาวิทยาลัยพะเยา") for n in range(100, 400)]
    await add_all(db, [*people, customer(9, "มหาวิทยาลัยพะเยา")])

    hits = await find_customers(db, words, "มหาวิทยาลัยพะเยา")

    assert hits[0].customer.code == "C9"
    assert len(hits) == LIMIT


async def test_of_many_that_sound_alike_who_is_spelt_so_comes_first(
    db: Database, words: SearchWords
) -> None:
    alike = [customer(n, f"ชัยพงษ์ สกุล{n}") for n in range(100, 200)]
    await add_all(db, [*alike, customer(900, "ชัยพงศ์ ดีงาม")])

    hits = await find_customers(db, words, "ชัยพงศ์")

    assert hits[0].customer.code == "C900"


async def test_many_share_a_surname_and_a_first_name_and_some_both(
    db: Database, words: SearchWords
) -> None:
    people = [
        customer(n, f"{'กมล' if n % 7 == 0 else 'ปรีชา'} {'ใจงาม' if n % 5 == 0 else 'หมื่นสุข'}")
        for n in range(1, 301)
    ]
    await add_all(db, people)

    both = [f"C{n}" for n in range(1, 301) if n % 35 == 0]
    assert [hit.customer.code for hit in await find_customers(db, words, "กมล ใจงาม")] == sorted(
        both
    )
    assert {hit.customer.code for hit in await find_customers(db, words, "ใจงา กม")} == set(both)
    assert len(await find_customers(db, words, "ปรีชา หมื่นสุข")) == LIMIT


async def test_words_that_another_process_added_are_found(
    db: Database, words: SearchWords, url: str
) -> None:
    await add_all(db, FORGIVEN)
    assert await find_customers(db, words, "ทวีศักดิ์") == []
    other = await open_database(url)
    await add_all(other, [customer(77, "ทวีศักดิ์ ใหม่มาก")])
    await other.close()

    hits = await find_customers(db, words, "ทวีสัก ไหม่มาก")

    assert [hit.customer.code for hit in hits] == ["C77"]


async def test_a_search_works_before_the_words_are_read(
    db: Database, words: SearchWords, monkeypatch: pytest.MonkeyPatch
) -> None:
    await add_all(db, FORGIVEN)

    monkeypatch.setattr(words, "_read", Slowly(words, 60))

    for typed in ("กมลชนก รัตน", "ศรีสุ", "กมลชนก"):
        assert len(await find_customers(db, words, typed)) == 1


class Slowly:
    """The words, read after a while."""

    def __init__(self, words: SearchWords, seconds: float) -> None:
        self._read, self._seconds = words._read, seconds

    async def __call__(self, db: Database) -> None:
        await asyncio.sleep(self._seconds)
        await self._read(db)


async def test_nobody_is_called_unknown_before_the_words_are_read(
    db: Database, words: SearchWords, monkeypatch: pytest.MonkeyPatch
) -> None:
    await add_all(db, FORGIVEN)
    monkeypatch.setattr(words, "_read", Slowly(words, 0.6))

    found = asyncio.create_task(find_customers(db, words, "กมลชนก รัฐนพิทัค"))
    twins = asyncio.create_task(find_likely_duplicates(db, words, customer(99, "กมลชนก รัตนพิทัก")))

    assert [hit.customer.code for hit in await found] == ["C1"]
    assert [hit.customer.code for hit in await twins] == ["C1"]


async def test_a_search_that_nobody_can_answer_yet_says_so(
    db: Database, words: SearchWords, monkeypatch: pytest.MonkeyPatch
) -> None:
    await add_all(db, FORGIVEN)
    monkeypatch.setattr(words, "_read", Slowly(words, 60))
    monkeypatch.setattr(search_names, "LONG_PATIENCE", 0.01)

    with pytest.raises(DeskError, match="register_unread"):
        await find_customers(db, words, "กมลชนก รัฐนพิทัค")
    with pytest.raises(DeskError, match="register_unread"):
        await find_likely_duplicates(db, words, customer(99, "กมลชนก รัตนพิทักษ์"))


async def test_what_was_written_while_words_were_being_read_is_found(
    db: Database, words: SearchWords, monkeypatch: pytest.MonkeyPatch
) -> None:
    await add_all(db, FORGIVEN)
    thread = asyncio.to_thread

    async def slowly(work: Callable[..., None], *arguments: object) -> None:
        await asyncio.sleep(0.3)
        await thread(work, *arguments)

    monkeypatch.setattr(search_words, "BATCH", 2)
    monkeypatch.setattr(asyncio, "to_thread", slowly)
    first = asyncio.create_task(words.refreshed(db, None))
    await asyncio.sleep(0.1)
    await add_all(db, [customer(77, "ทวีศักดิ์ ใหม่มาก")])

    assert [hit.customer.code for hit in await find_customers(db, words, "ทวีสัก ไหม่มาก")] == ["C77"]
    assert await first


async def test_twins_may_be_spelt_a_little_differently(db: Database, words: SearchWords) -> None:
    await add_all(db, FORGIVEN)

    (twin,) = await find_likely_duplicates(db, words, customer(99, "กมลชนก รัตนพิทัก"))

    assert (twin.customer.code, twin.why) == ("C1", MatchReason.SIMILAR)
    assert 92 <= twin.score < 100
    assert await find_likely_duplicates(db, words, customer(99, "กมลชนก รัตนา")) == []
