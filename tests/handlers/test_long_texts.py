"""Whatever takes typed text is fed the longest that a platform brings, by the real door: every
command, every field of every form, a line without a command, and the search as one types.
"""

from itertools import chain, count
from typing import Any

import pytest

from domain.staff import Platform
from handlers.forms.engine import FORMS
from handlers.registry import COMMANDS
from store.chat import forms
from store.chat.forms import Draft
from tests.domain.test_readers import UNITS
from tests.handlers.conftest import DeskUnderTest
from tests.handlers.test_long_posts import MOST, longest_step

pytestmark = pytest.mark.long

TELEGRAM, LINE = 4_096, 5_000
EACH = 2
"""So many kinds of text are fed to each, in turn, so that all are fed to all kinds of readers."""
COMMAND_NAMES = sorted(COMMANDS)
FIELDS = [
    (form, field)
    for form in FORMS.values()
    for field in form.fields.values()
    if field.hint and not field.opens
]
DRAFTS = count()


def texts(number: int, length: int) -> list[str]:
    """The kinds of text whose turn it is."""
    units = [UNITS[(number * EACH + more) % len(UNITS)] for more in range(EACH)]
    return [f"a{(unit * length)[: length - 2]}a" for unit in units]


GIVEN = {
    "publicity": {"published_on": "2026-11-23"},
    "post": {"post_at": "now", "networks": "facebook"},
}
"""What drafts of a kind have from their beginning."""
FAILED = "ทำรายการไม่สำเร็จ"


async def feed(
    desk: DeskUnderTest, monkeypatch: pytest.MonkeyPatch, said: str, platform: Platform
) -> str:
    """Returns the answer; one that takes too long is fed anew, for a busy machine may stretch it."""
    took = []
    for _attempt in range(2):
        with longest_step(monkeypatch) as longest:
            answer = await desk.says(said, who="nok", platform=platform)
        took.append(longest())
        if took[-1] < MOST:
            break
    assert min(took) < MOST, (said[:40], took)
    return answer.text


def long_lines(most: int) -> list[tuple[str, str]]:
    """What nobody can read, and a ticket's details, of each kind."""
    wholes = [unit * most for unit in UNITS]
    return [(f"a{whole[: most - 2]}a", f"C81554 8.2 {whole[: most - 20]}a") for whole in wholes]


async def test_a_long_line_without_a_command(desk: DeskUnderTest, monkeypatch: pytest.MonkeyPatch):
    await desk.says("เมนู")
    for said in chain.from_iterable(long_lines(LINE)):
        assert FAILED not in await feed(desk, monkeypatch, said, Platform.LINE)


async def test_a_long_line_on_telegram(desk: DeskUnderTest, monkeypatch: pytest.MonkeyPatch):
    """The readers are those of LINE, whose lines are longer: here each kind is fed once."""
    await desk.says("เมนู")
    for number, both in enumerate(long_lines(TELEGRAM)):
        assert FAILED not in await feed(desk, monkeypatch, both[number % 2], Platform.TELEGRAM)


async def test_a_long_text_in_the_search_as_one_types(
    desk: DeskUnderTest, monkeypatch: pytest.MonkeyPatch
):
    await desk.says("เมนู")
    for unit in UNITS:
        query = {"query": (unit * 256)[:256], "offset": ""}
        with longest_step(monkeypatch) as longest:
            await desk.gives(query, "nok", Platform.TELEGRAM, "inline:nok")
        assert longest() < MOST, (unit, longest())


async def test_every_command_with_a_long_text(desk: DeskUnderTest, monkeypatch: pytest.MonkeyPatch):
    await desk.says("เมนู")
    for number, name in enumerate(COMMAND_NAMES):
        for text in texts(number, LINE - len(name) - 2):
            said = f"/{name} {text}"
            assert FAILED not in await feed(desk, monkeypatch, said, Platform.LINE), name


async def test_every_field_of_every_form_with_a_long_text(
    desk: DeskUnderTest, monkeypatch: pytest.MonkeyPatch
):
    await desk.says("เมนู")
    nok = desk.ids["nok"]
    for number, (form, field) in enumerate(FIELDS):
        for text in texts(number, LINE):
            given = GIVEN.get(form.kind, {})
            draft: Any = Draft(f"d{next(DRAFTS)}", nok, form.kind, given, field.name, desk.now)
            await desk.db.write(lambda tx, draft=draft: forms.save(tx, draft))
            answer = await feed(desk, monkeypatch, text, Platform.LINE)
            # Forms about a record have none here: their reader is fed, and the rest finds nothing.
            assert FAILED not in answer or not GIVEN.get(form.kind), (form.kind, field.name)
            await desk.db.write(lambda tx: tx.execute("DELETE FROM forms"))
