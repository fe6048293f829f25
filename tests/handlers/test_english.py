"""English, the second language: every Thai text has its English, and conversations hold no stray
Thai.
"""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from inspect import signature
from pathlib import Path

import pytest

from domain.customers.provinces import list_provinces
from domain.fields.rows import every_row
from domain.staff import Platform
from handlers.chat import buttons_of
from handlers.customers.fields import CUSTOMER_FIELDS
from handlers.forms import reading as fields
from handlers.forms.engine import Field
from handlers.i18n import LOCALE, read_translations
from handlers.registry import COMMANDS
from handlers.system import MENU, word
from handlers.tickets.contract_no import contract_no_field
from handlers.tickets.fields import TICKET_FIELDS
from handlers.tickets.people import customer_field

SOURCES = sorted((LOCALE.parent / "handlers").rglob("*.py"))
LETTERS = re.compile("[\u0e01-\u0e4e]")
"""Thai letters and marks; Thai digits stand in patterns."""
IN_THAI = {"ไทย", "ใช้ภาษาไทยแล้ว"}
"""Said in Thai to whoever chooses Thai."""
KEPT = re.compile(r"%\(\w+\)s|\d+|[^\x00-\x7f\u0e00-\u0e7f\u201c\u201d]|^\s")
"""What both languages share: parameters, numbers, emoji, a blank in front."""
TABLES = {
    "ACTIONS",
    "FIELDS",
    "HINTS",
    "BUTTONS",
    "COUNTED",
    "ERASED",
    "OUTCOMES",
    "VALUES",
    "ROLES",
    "WHY",
    "PILES",
    "SENTENCES",
    "SPANS",
    "POST_STATES",
    "POST_ERRORS",
    "RETENTION",
}
"""A module's texts that are said where they are looked up: `_(WHY[why])`."""
MATCHED = {
    "FREE",
    "TITLES",
    "TEAM_WORDS",
    "SPAM_WORDS",
    "SUMMARY_WORDS",
    "LIST_WORDS",
    "NOW_WORDS",
    "OFF_WORDS",
    "_FITS",
    "ASKING",
    "SHORT",
}
"""A module's words that typed text is compared with; they are never said."""
MAKERS = (
    Field,
    fields.text_field,
    fields.past_date_field,
    fields.past_moment_field,
    fields.numbered_field,
    fields.choice_field,
    customer_field,
    contract_no_field,
)
HINTS = {maker.__name__: [*signature(maker).parameters].index("hint") for maker in MAKERS}
"""Where a field's hint stands among the arguments; handlers/forms/engine.py says it:
`_(field.hint)`.
"""


def called(node: ast.AST) -> str:
    return ast.unparse(node.func).removeprefix("fields.") if isinstance(node, ast.Call) else ""


def named(node: ast.AST, names: set[str]) -> bool:
    """Whether one of these names is given its value here."""
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    return (
        isinstance(node, ast.Assign | ast.AnnAssign)
        and {ast.unparse(target) for target in targets} <= names
    )


def typed(node: ast.AST) -> list[ast.expr]:
    """The parts of a node that are compared with what people type: patterns, beginnings, command
    words.
    """
    if named(node, MATCHED) and not node.col_offset:
        return [node.value]
    name = called(node)
    if name in ("command", "spoken"):
        also = [keyword.value for keyword in getattr(node, "keywords", ()) if keyword.arg == "also"]
        return [*getattr(node, "args", ()), *also]
    return node.args[:1] if name.startswith("re.") or name.endswith(".startswith") else []


def said(node: ast.AST) -> list[ast.expr]:
    """The parts of a node that reach `_()`, here or later."""
    if named(node, TABLES) and not node.col_offset:
        return [node.value]
    name = called(node)
    if name == "_":
        return node.args[:1]
    if name == "command":
        return [keyword.value for keyword in node.keywords if keyword.arg == "about"]
    if name not in HINTS:
        return []
    return [
        *node.args[HINTS[name] :][:1],
        *(keyword.value for keyword in node.keywords if keyword.arg == "hint"),
    ]


def said_only(module: ast.Module) -> set[str]:
    """Names that the module reads for nothing else than to have them said."""
    nodes = [*ast.walk(module)]
    read = Counter(
        node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
    )
    spoken = Counter(part.id for node in nodes for part in said(node) if isinstance(part, ast.Name))
    return {name for name, times in spoken.items() if times == read[name]}


def texts(module: ast.Module) -> Iterator[tuple[ast.Constant, bool]]:
    """Strings with Thai letters that may be shown, no docstrings or typed words, and whether they
    reach `_()`.
    """
    names = said_only(module)

    def walk(node: ast.AST, spoken: bool) -> Iterator[tuple[ast.Constant, bool]]:
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            return
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and LETTERS.search(node.value)
        ):
            yield node, spoken
        # A text that is put together before `_()` is in no catalogue.
        spoken = spoken and not isinstance(node, ast.Call | ast.JoinedStr | ast.BinOp)
        reaching = [node.value] if named(node, names) else said(node)
        compared = typed(node)
        for child in ast.iter_child_nodes(node):
            # A keyword stands between a call and its value.
            value = child.value if isinstance(child, ast.keyword) else child
            if value not in compared:
                yield from walk(value, spoken or value in reaching)

    yield from walk(module, False)


def untranslated(module: ast.Module) -> set[tuple[int, str]]:
    """Thai that passes through no `_()`."""
    found = {(text.lineno, str(text.value)) for text, spoken in texts(module) if not spoken}
    return {(line, text) for line, text in found if text not in IN_THAI}


def parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def shown() -> set[str]:
    """Every Thai text of the handlers that English must have."""
    found = {str(text.value) for path in SOURCES for text, _spoken in texts(parse(path))}
    return found - IN_THAI | {word(name) for name in MENU} | tabled()


def tabled() -> set[str]:
    """The texts of the table of fields that are said: labels, questions, values to choose from."""
    rows = [*every_row()]
    values = {words[0] for row in rows for words in (row.values or {}).values()}
    return {text for row in rows for text in (row.label, row.hint) if text} | values


def kept(text: str) -> list[str]:
    """Parameters, numbers and signs; years of either era count as Christian ones."""
    text = re.sub(
        r"(\.[ก-ฮ]\.) (\d\d)\b(?!\.\d)", lambda month: f"{month[1]} {int(month[2]) + 1957}", text
    )
    text = re.sub(r"\b2[45]\d\d\b", lambda year: f"{int(year[0]) - 543}", text)
    return sorted(KEPT.findall(text))


CATALOGUE = (LOCALE / "en" / "LC_MESSAGES" / "deskbot.po").read_text(encoding="utf-8")
ENGLISH = read_translations(CATALOGUE)


def test_every_thai_text_has_its_english_and_none_is_left_over():
    assert len(shown()) > 150
    assert shown() - set(ENGLISH) == set()
    assert set(ENGLISH) - shown() == set()
    assert "\n#~" not in CATALOGUE


def test_translations_are_finished_english_that_keeps_parameters_numbers_and_signs():
    assert len(ENGLISH) == CATALOGUE.count("\nmsgid ") - 1
    assert not re.search("^#,.*fuzzy", CATALOGUE, re.MULTILINE)
    assert [text for text in ENGLISH.values() if LETTERS.search(text)] == []
    assert {thai: text for thai, text in ENGLISH.items() if kept(text) != kept(thai)} == {}


def test_a_catalogue_is_read_with_its_comments_escapes_and_long_texts():
    text = """# About it.
msgid ""
msgstr ""
"Language: en\\n"

#, python-format
#: handlers/find.py
msgid "ก\\n"
"\\"ข\\" #"
msgstr "a\\n"
"\\"b\\" \\\\"

msgid "ค"
msgstr ""
"""
    assert read_translations(text) == {'ก\n"ข" #': 'a\n"b" \\'}


@pytest.mark.parametrize(
    "text",
    [
        'msgid "ก"\nmsgstr "a"\nmsgid "ก"\nmsgstr "b"',
        'msgid "ก"\nmsgstr "a',
        'msgid "ก"\nmsgid "ข"\nmsgstr "b"',
        'msgctxt "x"\nmsgid "ก"\nmsgstr "a"',
        'msgid "ก"\nmsgid_plural "ข"\nmsgstr[0] "a"\nmsgstr[1] "b"',
        'msgid "ก"\nmsgstr "\\x"',
    ],
    ids=["twice", "cut off", "without its msgstr", "context", "plural", "escape"],
)
def test_a_catalogue_that_is_not_understood_is_refused(text):
    with pytest.raises(ValueError):
        read_translations(text)


def test_thai_is_said_only_through_the_catalogue():
    found = {path: untranslated(parse(path)) for path in SOURCES}
    assert {path: texts for path, texts in found.items() if texts} == {}


@pytest.mark.parametrize(
    "line",
    [
        'say("ไม่พบ")',
        'say(f"{name} ไม่พบ")',
        'text = "ไม่พบ"',
        'Button("ไทย" if on else "ไม่พบ", "x")',
        '_("x", name="ไม่พบ")',
        '_(f"ไม่พบ {name}")',
        '_("ไม่พบ " + name)',
        '_(shorten("ไม่พบ"))',
        'Field("ไม่พบ", "x", parse)',
        'numbered_field("x", "ไม่พบ", "x")',
        'hint = "ไม่พบ"; say(hint, Field("x", hint, parse))',
        'FREE = "ไม่พบ"',
        're.sub("x", "ไม่พบ", text)',
    ],
)
def test_thai_that_bypasses_the_catalogue_is_seen(line):
    assert (
        untranslated(ast.parse(f'def f():\n    """ไม่พบ"""\n    {line}\n    say(_("ไม่พบ"))'))
        != set()
    )


@pytest.mark.parametrize(
    "line", ['LABEL = "ไม่พบ"', 'def f(text="ไม่พบ"): pass', '@command("x", about=say("ไม่พบ"))']
)
def test_thai_outside_functions_is_seen_too(line):
    assert untranslated(ast.parse(f"{line}\ndef g(): pass")) == {(1, "ไม่พบ")}


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ('_("ไม่พบ" if on else "x")', True),
        ('Field("x", "ไม่พบ", parse)', True),
        ('fields.text_field("x", hint="ไม่พบ")', True),
        ('fields.numbered_field("x", "y", "ไม่พบ")', True),
        ('hint = "ไม่พบ"; Field("x", hint, parse)', True),
        ('WHY = {"x": "ไม่พบ"}', True),
        ('@command("x", about="ไม่พบ")', True),
        ('@command("x", "ไม่พบ")', False),
        ('@command("x", also=("ไม่พบ",))', False),
        ('@spoken("ไม่พบ")', False),
        ('FREE = ("ไม่พบ",)', False),
        ('re.sub("ไม่พบ", "", text)', False),
    ],
)
def test_thai_said_later_is_for_the_catalogue_and_typed_words_are_not(line, shown):
    module = ast.parse(f"{line}\ndef g(): pass")
    assert untranslated(module) == set()
    assert [text.value for text, _spoken in texts(module)] == ["ไม่พบ"] * shown


# Conversations.


async def strays(desk, answer, *typed: str) -> list[str]:
    """Thai words of an answer, buttons included, that are neither data nor what was typed."""
    configuration = desk.engine.desk.configuration
    data = {*typed, *(project.name for project in configuration.projects), *list_provinces()}
    for column in (
        "name FROM staff",
        "name FROM customers",
        "organisation FROM customers",
        "address FROM addresses",
    ):
        data |= {next(iter(dict(row).values())) for row in await desk.db.fetch(f"SELECT {column}")}
    text = "\n".join([answer.text, *answer.buttons])
    for known in sorted(filter(None, data), key=len, reverse=True):
        text = text.replace(known, "")
    return [piece for piece in text.split() if LETTERS.search(piece)]


@pytest.fixture
async def english(desk):
    """The desk, with an officer who chose English in the chat."""
    await desk.says("/language")
    assert (await desk.presses("English")).text == "OK"
    return desk


async def test_menu_in_english(english):
    menu = await english.says("/menu")
    assert "Menu" in menu.text
    assert menu.buttons == ["Find", "New ticket", "My tickets", "New customer", "Help"]
    assert await strays(english, menu) == []


async def test_help_in_english_tells_the_words_that_are_typed(english):
    told = await english.says("/help")
    assert "Find a customer, ticket or contract" in told.text
    # What may be typed instead of /find stays Thai.
    assert await strays(english, told, *(each.words[0] for each in COMMANDS.values())) == []


async def test_found_customer_in_english(english):
    card = await english.says("0812345678")
    assert "C81554" in card.text
    assert "Telephone: 081-234-5678" in card.text
    assert "Gender: Male" in card.text
    assert card.buttons == ["New ticket", "Contact history (0)", "Edit", "More"]
    assert await strays(english, card) == []


async def test_nobody_found_in_english(english):
    answer = await english.says("ปรีดา")
    assert answer.text == "Results: 0"
    assert await strays(english, answer, "ปรีดา") == []


async def test_search_among_namesakes_in_english(english):
    answer = await english.says("สมชาย")
    assert answer.text.startswith("Results: 2")
    assert await strays(english, answer, "สมชาย") == []


async def test_ticket_form_in_english(english):
    await english.says("0812345678")
    form = await english.presses("New ticket")
    assert "Channel: Telephone" in form.text
    assert "Type the details" in form.text
    assert await strays(english, form) == []
    subjects = await english.presses("Subject")
    assert "Choose: Subject" in subjects.text
    assert await strays(english, subjects) == []
    await english.presses("6.1")
    done = await english.says("labour force => sent by e-mail")
    assert "✅ Saved R2611000124" in done.text
    assert "Status: Open" in done.text
    assert await strays(english, done) == []


async def test_one_line_saved_and_closed_in_english(english):
    line = "0812345678 phone 1.1 รายได้ครัวเรือน => แนะนำเว็บไซต์ close"
    done = await english.says(f"/open {line}")
    assert "✅ Saved R2611000124" in done.text
    assert "Closed" in done.text
    others = [label for label in done.buttons if label[0] != "＋"]
    assert others == ["Reopen ticket", "Edit", "Same again", "More"]
    assert await strays(english, done, "รายได้ครัวเรือน", "แนะนำเว็บไซต์") == []
    card = await english.says("R2611000124")
    assert "Result: แนะนำเว็บไซต์" in card.text
    assert await strays(english, card, "รายได้ครัวเรือน", "แนะนำเว็บไซต์") == []
    assert await strays(english, await english.presses("More")) == []


async def test_all_fields_and_an_unreadable_date_in_english(english):
    await english.says("/open 0812345678 phone 1.1 question")
    assert await strays(english, await english.presses("Edit")) == []
    assert await strays(english, await english.presses("All fields")) == []
    asked = await english.presses("Letter date")
    assert "e.g. 24 Feb 2026" in asked.text
    problem = await english.says("วันไหนก็ได้")
    assert '⚠️ The date "วันไหนก็ได้" cannot be read.' in problem.text
    assert await strays(english, problem, "วันไหนก็ได้") == []


@pytest.mark.parametrize(
    ("line", "form"),
    [("/open 0812345678 phone 1.1 question", TICKET_FIELDS), ("0812345678", CUSTOMER_FIELDS)],
)
async def test_every_field_is_asked_for_in_english(english, line, form):
    await english.says(line)
    await english.presses("Edit")
    listed = (await english.presses("All fields")).replies[0].parts[0]
    asking = [button for button in buttons_of(listed) if button.action == "form.ask"]
    lists = [button for button in buttons_of(listed) if button.action.startswith("customer.")]
    assert len(asking) + len(lists) == len([field for field in form.values() if not field.hidden])
    for button in asking:
        assert await strays(english, await english.presses_token(button.token)) == []


@pytest.mark.parametrize(
    "text", ["/my", "/new", "/find", "/cancel", "/nonsense", "/staff", "R2611999999", "81/2563"]
)
async def test_short_answers_in_english(english, text):
    assert await strays(english, await english.says(text)) == []


@pytest.mark.parametrize("text", ["/staff", "/audit", "/status"])
async def test_administrators_answers_in_english(desk, text):
    await desk.says("/language", who="may")
    await desk.presses("English", who="may")
    assert await strays(desk, await desk.says(text, who="may")) == []


async def test_stranger_with_an_english_telephone_hears_english(desk):
    recorder = desk.recorders[Platform.TELEGRAM]
    read = recorder.parse
    recorder.parse = lambda event: replace(read(event), language="en-GB")
    answer = await desk.says("C81554", who="stranger")
    assert answer.text == "This account is not linked to a member of the NSO's staff yet."
    assert answer.buttons == ["Request access"]
    assert "Your request was sent" in (await desk.presses("Request access", who="stranger")).text


async def test_thai_comes_back_when_it_is_chosen(english):
    await english.says("/language")
    await english.presses("ไทย")
    assert "เมนู" in (await english.says("/menu")).text


async def test_waiting_and_handing_over_in_english(english):
    await english.says("/open 0812345678 email 6.1 question")
    waits = await english.presses("Wait for the customer")
    assert "Due stopped, 3 h 30 min left" in waits.text
    assert await strays(english, waits) == []
    english.wait(minutes=90)
    assert await strays(english, await english.presses("Customer answered")) == []
    why = await english.chooses("Why this deadline")
    assert "simple → 0.5 working days (statistics table, row 1)" in why.text.lower()
    assert "the customer answered, counts 3 h 30 min more" in why.text
    await english.says("R2611000124")
    await english.presses("More")
    assert "ต้น · Unfinished 0" in (await english.presses("Hand over")).buttons
    assert await strays(english, english.last["telegram:nok"]) == []
