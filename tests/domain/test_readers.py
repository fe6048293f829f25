"""Every reader of text takes the longest text that a platform brings in one pass, whatever it is
made of: a reader that goes back over it for each blank or digit holds up everybody.
"""

import inspect
import pkgutil
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime
from importlib import import_module
from time import thread_time
from types import ModuleType
from typing import Any

import pytest

import domain
from domain.customers.marks import PersonMarks, find_marks
from domain.customers.records import Contact, Customer, CustomerCode
from domain.customers.vcards import read_vcards
from domain.errors import DeskError
from domain.mail.bounces import read_report
from domain.mail.contents.brought import find_contracts
from domain.mail.letters.answering import answer_subject, answer_thread
from domain.mail.letters.canned import CannedAnswer
from domain.mail.reading import read_mail
from domain.one_line.types import Grammar
from domain.owed.narrowing import Speaker
from domain.publicity.networks import Network
from domain.publicity.page_feed import read_event
from domain.reports.words.said import SaidPhrases
from domain.search.organisations import standard_organisations
from domain.staff import StaffId
from domain.suggestions.pointing import Pointer
from domain.suggestions.subjects import Model
from domain.tables.columns import find_heading
from domain.tables.tables import Register
from tests.fakes import office

TODAY = date(2026, 11, 30)
NOW = datetime(2026, 11, 30, 3, tzinfo=UTC)
CHAT = 5_000
"""A message of LINE's; Telegram's are shorter, and the terminal's and a mail's are read as these."""
POST = 63_206
"""A post of Facebook's."""
READ_OF_POSTS = (
    "domain.publicity.",
    "domain.text.clean",
    "domain.text.fold",
    "domain.text.titles.strip_titles",
    "domain.tickets.projects.projects_in",
    "domain.tickets.projects.likely_projects",
    "domain.dates.data_years.find_periods",
)
QUICK = 0.02
"""Seconds of the processor below which nobody asks whether a reading grows."""
MOST = 1.0
"""Seconds on the slowest machine under load; what goes back over a long text takes many more."""
STEEPEST = 3.2
"""How much longer twice the text may take: 2 for one pass, 4 where each sign reads all others."""

UNITS = (
    " ", " \n", "1", "a ", "1 ", "1a", "ก", "ก่", "(", "-", ",", "@", ".", "*", "a@", "a'", "C1 ", "👍🏽",
    "081-234-5678 ", "วันที่ ", "ต.ค. ", "ต.ค. 69 ", "ครับ", "โทร ",
    "มหาวิทยาลัยขอข้อมูลประชากร ปี 2565 รายจังหวัด เพื่อทำวิจัย ",
)  # fmt: skip
"""What long texts are made of here, over and over."""

VOCABULARY = replace(office.OFFICE.vocabulary, staff=frozenset({"นก", "ต้น", "สมศรี ใจงาม"}))
MAIL = office.OFFICE.mail
CONTACT = Contact("นก", email="nok@example.org")
CUSTOMER = Customer(CustomerCode("C1"), "มหาวิทยาลัย", contacts=(CONTACT,))
CANNED = [CannedAnswer("1", "ขอข้อมูล", "เรียนผู้รับบริการ", "Dear user")]
ARGUMENTS: dict[str, object] = {
    "date": TODAY,
    "datetime": NOW,
    "int": 0,
    "Vocabulary": VOCABULARY,
    "Grammar": Grammar(VOCABULARY, TODAY),
    "WorkingCalendar": office.OFFICE.calendar,
    "Sequence[Project]": office.OFFICE.projects,
    "Iterable[Project]": office.OFFICE.projects,
    "Network": Network.FACEBOOK,
    "Speaker": Speaker(StaffId(1), TODAY, {StaffId(1): "นก"}, office.OFFICE.rules),
    "Notes": set(),
    "Mapping[str, str]": {},
    "MailRules": MAIL,
    "ReadMail": read_mail(b""),
    "Callable[[str], Sequence[str]]": str.split,
    "Customer": CUSTOMER,
    "Contact": CONTACT,
    "Sequence[CannedAnswer]": CANNED,
    "SaidPhrases": SaidPhrases(()),
}
"""What a reader is given beside the text, by the name of its type."""
NAMED = {"kind": "letter", "subject": "8.2", "language": "th", "field": "mood", "network": "เฟซ"}
"""What it is given for a `str` that is no text of people's, by the parameter's name."""

TEXTS = {
    "text", "line", "plain", "details", "word", "name", "before", "email", "address", "folded",
    "question", "typed", "no", "one", "page", "value", "passed_on",
}  # fmt: skip
"""Parameters that hold what people typed."""
NO_TEXTS = {
    "at", "start", "end", "code", "key", "section", "spelling", "record", "canonical", "province", "subject",
    "kind", "field", "column", "letter", "post_id", "network", "data_years", "link", "raw", "reason",
    "language", "phone", "mobile", "title", "what", "ticket", "message", "other", "page_id", "texts", "label", "heading", "otherwise",
    "day", "declared", "mime", "shown", "default", "encoding",
    "sender", "domain", "above", "me", "noun", "sign", "picked",
}  # fmt: skip
"""Parameters that hold what the desk itself made or looked up, or a value that is checked by now."""
NO_READERS = {
    "domain.data.read_document": "a file's name",
    "domain.files.safe_name": "a file's name, which platforms keep short",
    "domain.files.numbered_name": "the same",
    "domain.files.sniff": "the same",
    "domain.patterns.at_end": "a part of readers",
    "domain.patterns.skip": "a part of readers",
    "domain.patterns.without_end": "a part of readers",
    "domain.text.words": "a section's name",
    "domain.fields.rows.field_row": "a field's name",
    "domain.fields.rows.read_rows": "a record's name",
    "domain.one_line.line_words.line_words": "a section's name",
    "domain.one_line.line_words.listed": "a section's name",
    "domain.one_line.line_words.any_word": "a section's name",
    "domain.mail.raw.files.attachment": "a file's name",
    "domain.mail.raw.files.is_dangerous": "the same",
    "domain.owed.requests.of_contract": "a number that is checked by now",
    "domain.publicity.publications.corrected": "a network's name",
    "domain.tickets.text.snippet": "a ticket's own text, beside what was searched",
}
"""Functions with a text that nobody typed into a chat, a form or a post."""


def modules() -> Iterator[ModuleType]:
    for found in pkgutil.walk_packages(domain.__path__, "domain."):
        yield import_module(found.name)


def texts_of(function: Callable[..., object]) -> list[str]:
    """The parameters of a function that are texts."""
    hints = inspect.get_annotations(function)
    return [name for name, hint in hints.items() if hint in (str, "str") and name != "return"]


def public_functions() -> dict[str, Callable[..., Any]]:
    """Every public function of the domain that is given a text, by its full name."""
    found = {}
    for module in modules():
        for name, value in vars(module).items():
            own = getattr(value, "__module__", "") == module.__name__
            plain = getattr(value, "__wrapped__", value)
            if name.startswith("_") or not own or not inspect.isfunction(plain):
                continue
            if texts_of(plain):
                found[f"{module.__name__}.{name}"] = value
    return found


FUNCTIONS = public_functions()


Read = Callable[[str], object]
MODEL = Model()
POINTER = Pointer(office.OFFICE.telling, office.OFFICE.catalogue, TODAY)
HABIT = ("8.2", "line")
TELLING = office.OFFICE.telling
FINDER = find_marks(
    PersonMarks(
        names=frozenset({"มหาวิทยาลัยขอข้อมูลประชากร รายจังหวัด", "ครับ ครับ"}),
        phones=frozenset({"+66812345678", "+66111111111"}),
        emails=frozenset({"a@b.th"}),
    )
)
METHODS: dict[str, Read] = {
    "domain.catalogue.Catalogue.find_subjects": (
        lambda text: office.OFFICE.catalogue.find_subjects(text, TODAY)
    ),
    "domain.customers.marks.MarkFinder.is_in": FINDER.is_in,
    "domain.customers.marks.MarkFinder.replaced": lambda text: FINDER.replaced(text, "-"),
    "domain.mail.sorting_rules.MailRules.has": (
        lambda text: [MAIL.has(name, text) for name in MAIL.patterns]
    ),
    "domain.mail.sorting_rules.MailRules.begins": (
        lambda text: [MAIL.begins(name, text) for name in MAIL.patterns]
    ),
    "domain.mail.sorting_rules.MailRules.is_one": (
        lambda text: [MAIL.is_one(name, text) for name in MAIL.patterns]
    ),
    "domain.search.organisations.Organisations.readings": standard_organisations().readings,
    "domain.suggestions.pointing.Telling.of_channels": TELLING.of_channels,
    "domain.suggestions.pointing.Telling.of_subjects": TELLING.of_subjects,
    "domain.suggestions.pointing.Pointer.ways": lambda text: POINTER.ways(text, text, HABIT),
    "domain.suggestions.subjects.Model.likeliest": (
        lambda text: MODEL.likeliest(
            text, "line", ["8.2", "7.9"], seeds=office.OFFICE.seeds, fitting=set(), habits={}
        )
    ),
    "domain.suggestions.subjects.Model.learn": lambda text: MODEL.learn("8.2", "line", text),
    "domain.suggestions.subjects.Model.unlearn": lambda text: MODEL.unlearn("8.2", "line", text),
}
"""Methods that are given a text."""
NO_METHODS = {
    "domain.customers.edge_words.EdgeWords.strip": "a part of readers of customers",
    "domain.customers.edge_words.EdgeWords.between": "the same",
    "domain.fields.records.RecordFields.value": "a stored value",
    "domain.fields.records.RecordFields.from_history": "the same",
    "domain.mail.addressees.Titles.match": "a part of the readers of addressees",
    "domain.mail.raw.bodies.Bodies.add_text": "a part of read_mail, which has a budget",
    "domain.one_line.types.OneLine.with_text": "it keeps what was read",
    "domain.publicity.posting.PostingRules.price": "whether it has an address: has_address",
    "domain.reports.names.KnownKeys.find": "a key is looked up as a whole",
    "domain.tables.tables.Names.code": "a cell is looked up as a whole",
}
"""Methods whose text is read elsewhere, or by nobody."""


def page_event(text: str) -> object:
    return read_event(
        1_795_000_000,
        {
            "verb": "add",
            "item": "status",
            "post_id": "1_2",
            "from": {"id": "1"},
            "message": text,
            "post": {"permalink_url": f"https://www.facebook.com/{text}"},
        },
        "1",
    )


def vcard(text: str) -> object:
    lines = ("BEGIN:VCARD", "VERSION:3.0", f"FN:{text}", f"TEL:{text}", f"NOTE:{text}", "END:VCARD")
    return read_vcards("\r\n".join(lines).encode())


def bounce(text: str) -> object:
    head = 'Content-Type: multipart/report; report-type=delivery-status; boundary="x"\r\n\r\n'
    status = f"Final-Recipient: rfc822; {text}\r\nAction: failed\r\nDiagnostic-Code: smtp; {text}"
    part = "--x\r\nContent-Type: message/delivery-status\r\n\r\n"
    return read_report(f"{head}{part}{status}\r\n\r\n--x--".encode())


OTHERS: dict[str, Read] = {
    "domain.customers.vcards.read_vcards": vcard,
    "domain.mail.bounces.read_report": bounce,
    "domain.mail.contents.brought.find_contracts": lambda text: find_contracts(text, text),
    "domain.mail.letters.answering.answer_subject": lambda text: answer_subject(text, MAIL),
    "domain.mail.letters.answering.answer_thread": lambda text: answer_thread(text, [text]),
    "domain.publicity.page_feed.read_event": page_event,
    "domain.tables.columns.find_heading": (
        lambda text: find_heading(Register.CUSTOMERS, [[text, "ชื่อ"], ["ชื่อ", text]])
    ),
}
"""Readers whose text comes within something else: bytes, a table's row, what a platform tells; and
those whose parameters hold people's text here alone.
"""


def reader(function: Callable[..., object]) -> Read:
    """What is given the text alone, and remembers no answer."""
    plain = getattr(function, "__wrapped__", function)
    return lambda text: plain(**arguments(plain, text))


READERS: dict[str, Read] = {
    name: reader(function)
    for name, function in FUNCTIONS.items()
    if name not in NO_READERS and TEXTS & {*texts_of(getattr(function, "__wrapped__", function))}
} | {**METHODS, **OTHERS}


def public_methods() -> set[str]:
    """Every public method of the domain that is given a text of people's, by its full name."""
    return {
        f"{module.__name__}.{kind.__name__}.{name}"
        for module in modules()
        for kind in vars(module).values()
        if inspect.isclass(kind) and kind.__module__ == module.__name__
        for name, method in vars(kind).items()
        if not f"{kind.__name__}{name}".startswith("_") and not name.startswith("_")
        if inspect.isfunction(method) and {"text", "details", "typed"} & {*texts_of(method)}
    }


def test_every_method_that_is_given_a_text_is_fed_or_said_why_not() -> None:
    assert public_methods() == {*METHODS, *NO_METHODS}


def test_every_text_of_the_domain_is_fed_or_known_to_be_none() -> None:
    unknown = {
        f"{name}({parameter})"
        for name, function in FUNCTIONS.items()
        if name not in {*NO_READERS, *OTHERS}
        for parameter in texts_of(getattr(function, "__wrapped__", function))
        if parameter not in TEXTS | NO_TEXTS
    }
    assert not unknown, "enter the parameter in TEXTS, or in NO_TEXTS with the others"


def arguments(function: Callable[..., Any], text: str) -> dict[str, object]:
    """What a reader is called with: the text, and what its other parameters want."""
    given: dict[str, object] = {}
    wanted = [
        one
        for one in inspect.signature(function).parameters.values()
        if one.default is one.empty and one.kind is not one.VAR_POSITIONAL
    ]
    fed = next(one.name for one in wanted if one.name in TEXTS)
    for one in wanted:
        hint = re.sub(r"[a-z_.]+\.", "", inspect.formatannotation(one.annotation))
        given[one.name] = ARGUMENTS.get(hint, NAMED.get(one.name, "x"))
    return given | {fed: text}


def seconds(function: Read, text: str) -> float:
    """How long the processor reads; what a reader refuses is read, too."""
    begun = thread_time()
    with suppress(DeskError, ValueError, KeyError, ArithmeticError):
        function(text)
    return thread_time() - begun


def grows(function: Read, text: str) -> str:
    """Says by how much too long a reading takes; "" where it is one pass."""
    took = seconds(function, text)
    if took > MOST:
        return f"{took:.1f} s"
    if took < QUICK * max(1, len(text) / CHAT):
        return ""
    shorter = text[: len(text) // 2] + text[-1]
    half = _shortest(function, shorter, 2)
    if took <= STEEPEST * half:
        return ""
    # A busy machine may stretch one reading: the shortest counts.
    whole = min(took, _shortest(function, text, 3))
    half = min(half, _shortest(function, shorter, 2))
    steep = whole > 2 * QUICK and whole > STEEPEST * half
    return f"{whole:.3f} s, of half of it {half:.3f} s" if steep else ""


def _shortest(function: Read, text: str, times: int) -> float:
    return min(seconds(function, text) for _ in range(times))


@pytest.mark.long
@pytest.mark.parametrize("name", READERS)
def test_no_reader_goes_back_over_a_long_text(name: str) -> None:
    function = READERS[name]
    length = POST if name.startswith(READ_OF_POSTS) else CHAT
    seconds(function, UNITS[-1])  # patterns are made once
    for unit in UNITS:
        whole = (unit * length)[: length - 2]
        # With a letter at its end no pattern that wants the end finds one.
        assert not grows(function, f"a{whole}a"), repr(unit)
