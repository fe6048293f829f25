"""Who may do what: every command and every action, for everybody, on each platform, wherever it is
said and however old its button is, against rights.toml. Who may not reads nothing, writes nothing
and learns nothing but that.
"""

import json
import re
import tomllib
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest

from domain.reach.groups import Group
from domain.staff import Identity, Platform, Role
from handlers.chat import say
from handlers.dispatcher import TOKEN
from handlers.registry import ACTIONS, COMMANDS
from store import staff
from store.chat import buttons, groups, inbox
from store.chat.buttons import StoredButton
from store.chat.inbox import Event
from tests.handlers.conftest import _text

RIGHTS = tomllib.loads((Path(__file__).with_name("rights.toml")).read_text())["right"]
REACHES = {
    "stranger": set(),
    "blocked": set(),
    "officer": {"officer"},
    "poster": {"officer", "poster"},
    "supervisor": {"officer", "poster", "supervisor"},
    "admin": {"officer", "poster", "supervisor", "admin"},
}
"""Whose rights each speaker has; `blocked` was an administrator."""
STAFF = sorted(set(REACHES) - {"stranger", "blocked"})
PLATFORMS = (Platform.TELEGRAM, Platform.LINE)
FOREIGN = "group-foreign"
ENROLLED = "group-enrolled"
INLINE = "inline"
DOORKEEPERS = {
    "buttons",
    "counters",
    "enrolled_groups",
    "forms",
    "holidays",
    "identities",
    "inbox",
    "leases",
    "outbox",
    "staff",
    "stranger_answers",
    "team_members",
    "teams",
    "untold",
}
"""What says who speaks, what was pressed, that it was heard, and where its answer goes: no
customer, no ticket, no mail.
"""
WRITTEN = {"identities", "inbox", "leases", "outbox", "stranger_answers"}
TABLES = re.compile(r"\b(?:FROM|JOIN|INTO|UPDATE)\s+(?!\(|SET\b)(\w+)", re.IGNORECASE)
CHANGED = re.compile(r"\b(?:INSERT INTO|DELETE FROM|UPDATE)\s+(?!SET\b)(\w+)", re.IGNORECASE)
REFUSED = re.compile("ใช้ได้เฉพาะ|ยังไม่ได้เชื่อมกับเจ้าหน้าที่|บัญชีนี้ถูกระงับ")
GATES = ("menu.run", "group.show")
"""Actions that run another command or action: that one's right is asked for."""


def expected(kind):
    """Who may use each command, or action: by its name."""
    return {name: right["who"] for right in RIGHTS for name in right[kind]}


def may(speaker, kind, name):
    return expected(kind)[name] in REACHES[speaker]


@pytest.mark.parametrize(("kind", "table"), [("commands", COMMANDS), ("actions", ACTIONS)])
def test_each_has_one_expectation_with_a_reason(kind, table):
    listed = [name for right in RIGHTS for name in right[kind]]
    assert sorted(listed) == sorted(table), "say in tests/handlers/rights.toml who may use it, why"
    for right in RIGHTS:
        assert right["why"].endswith(".")
        assert right["who"] in STAFF


class Matrix:
    """A desk whose commands and actions only tell that they ran, and what the store was asked."""

    def __init__(self, desk, monkeypatch):
        self.desk = desk
        self.monkeypatch = monkeypatch
        self.ran = []
        self.statements = []
        self.numbers = count(1)

    def probe(self, table, left=()):
        """Whoever gets through to one of the table is noted; those `left` do what they do."""
        for name, entry in [*table.items()]:
            if name not in left:
                self.monkeypatch.setitem(table, name, replace(entry, run=self._noting(name)))

    def _noting(self, name):
        async def run(ctx, args):
            self.ran.append((ctx.incoming.id, name))
            return say("")

        return run

    @asynccontextmanager
    async def traced(self):
        connections = [self.desk.db._writer, self.desk.db._reader]
        self.statements.clear()
        for connection in connections:
            await connection.set_trace_callback(self.statements.append)
        yield
        for connection in connections:
            await connection.set_trace_callback(None)

    async def button(self, action, args=None, owner=None, **more):
        token = f"T{next(self.numbers):021d}"
        assert TOKEN.fullmatch(token)
        until = self.desk.now + timedelta(days=1)
        button = StoredButton(token, owner, action, args or {}, "", 0, False, until)
        await self.desk.db.write(lambda tx: buttons.add(tx, [replace(button, **more)]))
        return {"press": token}

    async def gives(self, speaker, platform, bodies, chat=""):
        """All of it one after another; what was answered, by the number of the event."""
        desk = self.desk
        first = next(self.numbers)
        events = []
        for n, body in enumerate(bodies):
            # Each stranger is another one: none is silent because of those before.
            who = f"{speaker}{first}-{n}" if speaker == "stranger" else speaker
            raw = json.dumps({**body, "who": who})
            place = chat or who
            if chat == INLINE:
                place = f"{INLINE}:{who}"
            ident = f"m{first}-{n}"
            events.append(Event(platform, ident, f"{platform}:{place}", n, raw))
        sent = desk.recorders[platform].sent
        before = len(sent)
        worker = desk.engine.worker
        async with self.traced():
            worker.wake(await inbox.receive(desk.db, events, desk.engine.owner, desk.now))
            await desk.engine.idle()
        ids = [event.event_id for event in events]
        return ids, [(to, _text(reply)) for to, reply in sent[before:]]

    def assert_nothing(self, answers, *, told=REFUSED):
        """Nobody got through: nothing was read or written but who it was and that it was heard."""
        assert self.ran == []
        for _to, text in answers:
            assert told is not None, text
            assert told.search(text), text
        said = [text for text in self.statements if not text.startswith(("--", "BEGIN", "COMMIT"))]
        touched = {table for text in said for table in TABLES.findall(text)}
        assert touched <= DOORKEEPERS, touched - DOORKEEPERS
        changed = {table for text in said for table in CHANGED.findall(text)}
        asked = {"buttons"} if "ขอสิทธิ์" in str(said) else set()
        assert changed <= WRITTEN | asked, changed - WRITTEN


@pytest.fixture
async def matrix(desk, monkeypatch):
    """Everybody, on both platforms."""

    async def fill(tx):
        for name in sorted(set(REACHES) - {"stranger"}):
            role = {"blocked": "admin", "poster": "officer"}.get(name, name)
            desk.ids[name] = who = await staff.add_staff(tx, name, Role(role), desk.now)
            for platform in PLATFORMS:
                await staff.link_identity(tx, Identity(platform, name, who, name), desk.now)
        await staff.set_blocked(tx, desk.ids["blocked"], desk.now)
        await staff.set_post_right(tx, desk.ids["poster"], desk.now)
        for platform in PLATFORMS:
            group = Group(platform, ENROLLED, "", "", desk.ids["admin"], desk.now)
            await groups.enrol(tx, group)

    await desk.db.write(fill)
    return Matrix(desk, monkeypatch)


def split(speaker, kind):
    """Those that a speaker may use, and the others."""
    allowed = [name for name in sorted(expected(kind)) if may(speaker, kind, name)]
    denied = [name for name in sorted(expected(kind)) if not may(speaker, kind, name)]
    return allowed, denied


def cell(speaker, platform):
    """Nothing between an event and its handler asks for the platform: the second one may wait."""
    marks = pytest.mark.long if platform is Platform.LINE else ()
    return pytest.param(speaker, platform, marks=marks)


CELLS = [cell(speaker, platform) for speaker in REACHES for platform in PLATFORMS]


@pytest.mark.parametrize("state", ["no form", "form open"])
@pytest.mark.parametrize(("speaker", "platform"), CELLS)
async def test_every_command_in_private(matrix, speaker, platform, state):
    if state == "form open" and speaker in STAFF:
        await matrix.desk.says("/open C81554 โทร 1.1", who=speaker, platform=platform)
    allowed, denied = split(speaker, "commands")
    matrix.probe(COMMANDS)
    _ids, answers = await matrix.gives(speaker, platform, [{"text": f"/{n}"} for n in denied])
    matrix.assert_nothing(answers)
    ids, _answers = await matrix.gives(speaker, platform, [{"text": f"/{n}"} for n in allowed])
    assert matrix.ran == [*zip(ids, allowed, strict=True)]


@pytest.mark.parametrize(("speaker", "platform"), CELLS)
async def test_every_action_by_a_button_of_ones_own(matrix, speaker, platform):
    allowed, denied = split(speaker, "actions")
    owner = matrix.desk.ids.get(speaker)
    matrix.probe(ACTIONS)
    presses = [await matrix.button(name, owner=owner) for name in denied]
    _ids, answers = await matrix.gives(speaker, platform, presses)
    matrix.assert_nothing(answers)
    presses = [await matrix.button(name, owner=owner) for name in allowed]
    ids, _answers = await matrix.gives(speaker, platform, presses)
    assert matrix.ran == [*zip(ids, allowed, strict=True)]


@pytest.mark.parametrize(("speaker", "platform"), CELLS)
async def test_every_action_by_a_button_of_nobody(matrix, speaker, platform):
    """What several administrators or officers are told can be pressed by each of them."""
    allowed, denied = split(speaker, "actions")
    matrix.probe(ACTIONS)
    presses = [await matrix.button(name) for name in denied]
    _ids, answers = await matrix.gives(speaker, platform, presses)
    matrix.assert_nothing(answers)
    ids, _answers = await matrix.gives(
        speaker, platform, [await matrix.button(name) for name in allowed]
    )
    assert matrix.ran == [*zip(ids, allowed, strict=True)]


STATES = {
    "another's": lambda desk: {"owner": desk.ids["nok"]},
    "expired": lambda desk: {"expires_at": desk.now},
}


PRESSERS = [cell(speaker, platform) for speaker in ("officer", "admin") for platform in PLATFORMS]
"""Who may press least, and most: nobody else gets as far as the button's state."""


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize(("speaker", "platform"), PRESSERS)
async def test_a_button_that_is_not_good_any_more_is_good_for_nobody(
    matrix, speaker, platform, state
):
    matrix.probe(ACTIONS)
    more = STATES[state](matrix.desk)
    presses = [await matrix.button(name, **more) for name in sorted(ACTIONS)]
    presses.append({"press": "U" * 22})
    _ids, answers = await matrix.gives(speaker, platform, presses)
    matrix.assert_nothing(answers, told=re.compile("."))


@pytest.mark.parametrize(("speaker", "platform"), PRESSERS)
async def test_a_button_that_works_once_was_used(matrix, speaker, platform):
    matrix.probe(ACTIONS)
    presses = []
    for name in sorted(ACTIONS):
        press = await matrix.button(name, once=True)
        await matrix.desk.db.write(
            lambda tx, token=press["press"]: buttons.use(
                tx, token, matrix.desk.ids["nok"], matrix.desk.now
            )
        )
        presses.append(press)
    _ids, answers = await matrix.gives(speaker, platform, presses)
    matrix.assert_nothing(answers, told=re.compile("."))


@pytest.mark.parametrize("chat", [FOREIGN, ENROLLED])
@pytest.mark.parametrize(("speaker", "platform"), CELLS)
async def test_no_command_or_action_runs_in_a_group(matrix, speaker, platform, chat):
    """What a group may hear is no command (test_groups.py); who is nobody hears nothing."""
    matrix.probe(COMMANDS)
    matrix.probe(ACTIONS, left=["group.show"])
    texts = [{"text": f"/{name}"} for name in sorted(COMMANDS) if name != "enroll"]
    presses = [await matrix.button(name) for name in sorted(ACTIONS) if name != "group.show"]
    _ids, answers = await matrix.gives(speaker, platform, texts, chat)
    assert matrix.ran == []
    if speaker not in STAFF or chat == FOREIGN:
        matrix.assert_nothing(answers, told=None)
    _ids, answers = await matrix.gives(speaker, platform, presses, chat)
    matrix.assert_nothing(answers, told=None)


@pytest.mark.parametrize(("speaker", "platform"), CELLS)
async def test_only_an_administrator_enrols_a_group(matrix, speaker, platform):
    _ids, answers = await matrix.gives(speaker, platform, [{"text": "/enroll"}], FOREIGN)
    if may(speaker, "commands", "enroll"):
        assert answers[0][0] == FOREIGN
    else:
        matrix.assert_nothing(answers, told=None)


@pytest.mark.parametrize(("speaker", "platform"), CELLS)
async def test_what_stands_behind_a_masked_line_has_its_own_right(matrix, speaker, platform):
    """[ดูข้อมูล] in an enrolled group runs another action: only where that one is allowed."""
    matrix.probe(ACTIONS, left=GATES)
    allowed, denied = split(speaker, "actions")

    async def presses(names):
        shown = [name for name in names if name not in GATES]
        return shown, [await matrix.button("group.show", {"show": name}) for name in shown]

    _shown, bodies = await presses(denied)
    _ids, answers = await matrix.gives(speaker, platform, bodies, ENROLLED)
    told = REFUSED if speaker in STAFF else None
    matrix.assert_nothing(answers, told=told)
    assert ENROLLED not in [to for to, _text in answers]
    shown, bodies = await presses(allowed)
    _ids, answers = await matrix.gives(speaker, platform, bodies, FOREIGN)
    matrix.assert_nothing(answers, told=None)
    ids, _answers = await matrix.gives(speaker, platform, bodies, ENROLLED)
    assert matrix.ran == [*zip(ids, shown, strict=True)]


@pytest.mark.parametrize(("speaker", "platform"), CELLS)
async def test_the_menu_runs_a_command_only_for_whom_it_is(matrix, speaker, platform):
    matrix.probe(COMMANDS)
    allowed, denied = split(speaker, "commands")
    presses = [await matrix.button("menu.run", {"command": name}) for name in denied]
    _ids, answers = await matrix.gives(speaker, platform, presses)
    matrix.assert_nothing(answers)
    presses = [await matrix.button("menu.run", {"command": name}) for name in allowed]
    ids, _answers = await matrix.gives(speaker, platform, presses)
    assert matrix.ran == [*zip(ids, allowed, strict=True)]


@pytest.mark.parametrize(("speaker", "platform"), CELLS)
async def test_a_query_in_a_foreign_chat_runs_nothing(matrix, speaker, platform):
    matrix.probe(COMMANDS)
    queries = [{"query": f"/{name}", "offset": ""} for name in sorted(COMMANDS)]
    queries.append({"query": "สมชาย", "offset": ""})
    recorder = matrix.desk.recorders[platform]
    _ids, answers = await matrix.gives(speaker, platform, queries, INLINE)
    assert answers == []
    assert matrix.ran == []
    found = [result for offers in recorder.offered for result in offers.found]
    assert bool(found) is (speaker in STAFF)
    if speaker not in STAFF:
        matrix.assert_nothing(answers, told=None)
