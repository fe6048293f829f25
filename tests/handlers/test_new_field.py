"""A new field of a ticket: a row, an attribute, a migration and its English, and every place knows it.

The change that docs/architecture.md shows is applied to a copy of the tree, as are fields of the
other plain types; `new_field_scenario.py` uses them there as people do."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from domain.errors import DataError
from domain.fields.records import RecordFields
from domain.fields.rows import CARD, FORM, SHEET
from domain.tickets.fields import ASKING_ORDER, SEARCHED, TICKET
from domain.tickets.records import Ticket

pytestmark = pytest.mark.long

ROOT = Path(__file__).parents[2]
COPIED = ("bot", "domain", "handlers", "scheduler", "store", "locale", "tests/fakes")
FILES = ("run_bot.py", "pyproject.toml", "tests/conftest.py", "tests/handlers/conftest.py")
SCENARIO = Path(__file__).with_name("new_field_scenario.py")
# What is compiled stays so where no line changes; what another process is writing may be gone.
LEFT_OUT = shutil.ignore_patterns("*.pyc.*")
PATCH = re.compile(r"^```diff\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FILE = re.compile(r"^--- (\S+)\n\+\+\+ b/(\S+)\n", re.MULTILINE)
MOST_FILES = 4

SATISFACTION = {
    "name": "satisfaction",
    "label": "ระดับความพึงพอใจ",
    "english": "Satisfaction",
    "typed": "พอใจมาก",
    "shown": "พอใจมาก",
    "kept": "พอใจมาก",
    "cell": "พอใจมาก",
    "clear": "satisfaction = ''",
}


@dataclass(frozen=True)
class Added:
    """A field of one of the plain types: its row, attribute and column, and how it is used."""

    type: str
    attribute: str
    column: str
    typed: str
    shown: str
    kept: str
    cell: str
    clear: str = "NULL"
    row: str = ""

    @property
    def name(self) -> str:
        return f"new_{self.type}"

    @property
    def label(self) -> str:
        return f"ช่องใหม่ {self.type}"

    def used(self) -> dict[str, str]:
        return {
            "name": self.name,
            "label": self.label,
            "english": f"New {self.type}",
            "typed": self.typed,
            "shown": self.shown,
            "kept": self.kept,
            "cell": self.cell,
            "clear": f"{self.name} = {self.clear}",
        }


TEXT = "TEXT NOT NULL DEFAULT ''"
CHOICE = '[ticket.new_choice.values]\nlow = ["น้อย", "แย่"]\nhigh = ["มาก"]\n'
PLAIN = (
    Added("number", "int | None = None", "BIGINT", "๑,๖๐๐", "1,600", "1600", "1,600"),
    Added("money", "Decimal | None = None", "NUMERIC(14, 2)", "350 บาท", "350.00", "350.00", "350"),
    Added("day", "date | None = None", "DATE", "เมื่อวาน", "22 พ.ย. 69", "2026-11-22", "22/11/2569"),
    Added("month", "date | None = None", "DATE", "ต.ค. 69", "ต.ค. 69", "2026-10-01", "2026-10-01"),
    Added("choice", 'str = ""', TEXT, "มาก", "มาก", "high", "มาก", "''", CHOICE),
    Added(
        "long_text",
        'str = ""',
        TEXT,
        "เล่าเรื่องยาว",
        "เล่าเรื่องยาว",
        "เล่าเรื่องยาว",
        "เล่าเรื่องยาว",
        "''",
        "searched = true\npaired = true\nrepeated = true\n",
    ),
    Added("email", 'str = ""', TEXT, "a@b.th", "a@b.th", "a@b.th", "a@b.th", "''"),
)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The tree as it is, without its history."""
    for name in COPIED:
        shutil.copytree(ROOT / name, tmp_path / name, ignore=LEFT_OUT)
    for name in FILES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    shutil.copy(SCENARIO, tmp_path / "tests" / "handlers" / "test_scenario.py")
    return tmp_path


def free_number(tree: Path) -> str:
    taken = [int(path.name[:4]) for path in (tree / "store" / "migrations").glob("*.sql")]
    return f"{max(taken) + 1:04d}"


def apply(patch: str, tree: Path) -> list[str]:
    """Apply a patch whose hunks stand where their lines stand, and say which files it changed."""
    pieces = FILE.split(patch)[1:]
    changed = []
    for before, name, hunks in zip(pieces[::3], pieces[1::3], pieces[2::3], strict=True):
        name = re.sub(r"(?<=migrations/)\d{4}", free_number(tree), name)
        path = tree / name
        text = "" if before == "/dev/null" else path.read_text(encoding="utf-8")
        for hunk in re.split(r"^@@.*\n", hunks, flags=re.MULTILINE)[1:]:
            lines = hunk.splitlines()
            old = "".join(f"{line[1:]}\n" for line in lines if line[:1] in (" ", "-"))
            new = "".join(f"{line[1:]}\n" for line in lines if line[:1] in (" ", "+"))
            assert before == "/dev/null" or text.count(old) == 1, f"{name} has no place for:\n{old}"
            text = text.replace(old, new) if old else new
        path.write_text(text, encoding="utf-8")
        changed.append(name)
    return changed


def use(tree: Path, *fields: Mapping[str, str]) -> None:
    """Open a fresh desk in that tree, and use these fields in every way."""
    environment = {
        **{k: v for k, v in os.environ.items() if not k.startswith(("PYTEST", "DESKBOT"))},
        "NEW_FIELDS": json.dumps(fields),
        "PYTHONPATH": str(tree),
    }
    command = [sys.executable, "-m", "pytest", "-q", "-n0", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [*command, "-k", "not postgresql", "tests/handlers/test_scenario.py"],
        cwd=tree,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"


def test_the_change_that_the_architecture_shows_is_all_that_a_field_takes(copy):
    document = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    (patch,) = PATCH.findall(document)
    assert len(apply(patch, copy)) <= MOST_FILES
    use(copy, SATISFACTION)


def add(added: Added, tree: Path) -> None:
    """The same change for a field of another type."""
    row = f'[ticket.{added.name}]\nlabel = "{added.label}"\ntype = "{added.type}"\nasked = true\n'
    table = tree / "domain" / "data" / "fields.toml"
    table.write_text(f"{table.read_text('utf-8')}\n{row}{added.row}", "utf-8")
    line = f"    {added.name}: {added.attribute}\n"
    insert(tree / "domain" / "tickets" / "records.py", line, UNKNOWN)
    migration = tree / "store" / "migrations" / f"{free_number(tree)}_{added.name}.sql"
    migration.write_text(
        f"ALTER TABLE tickets ADD COLUMN {added.name} {added.column};\n", encoding="utf-8"
    )
    english = tree / "locale" / "en" / "LC_MESSAGES" / "deskbot.po"
    message = f'msgid "{added.label}"\nmsgstr "New {added.type}"\n'
    english.write_text(f"{english.read_text('utf-8')}\n{message}", "utf-8")


@dataclass(frozen=True)
class AddedText:
    """A free-text field of a record that is no ticket: `table` has its column, `module` the class,
    with the attribute `before` which it is put.
    """

    record: str
    name: str
    label: str
    english: str
    table: str
    module: str
    before: str


UNKNOWN = "    unknown: frozenset[str] = frozenset()\n"
MEMBER = AddedText(
    "customer",
    "member_no",
    "รหัสสมาชิก",
    "Member number",
    "customers",
    "customers/records.py",
    UNKNOWN,
)
GRANT = AddedText(
    "contract",
    "grant_source",
    "แหล่งทุนวิจัย",
    "Research grant",
    "contracts",
    "owed/contracts.py",
    "    id: int = 0\n",
)
AUDIENCE = AddedText(
    "news",
    "audience",
    "กลุ่มผู้อ่าน",
    "Audience",
    "publications",
    "publicity/reading.py",
    "\n    @property\n    def headline(self)",
)
CAMPAIGN = AddedText(
    "publication",
    "campaign",
    "ชุดข่าว",
    "Series",
    "publications",
    "publicity/publications.py",
    "    released_by: StaffId | None = None\n",
)


@pytest.mark.parametrize(
    ("scenario", "added"),
    [
        ("new_customer_field_scenario.py", (MEMBER,)),
        ("new_contract_field_scenario.py", (GRANT,)),
        ("new_publication_field_scenario.py", (AUDIENCE, CAMPAIGN)),
    ],
)
def test_a_text_of_another_record_takes_no_more(copy, scenario, added):
    for one in added:
        add_text(one, copy)
    shutil.copy(SCENARIO.with_name(scenario), copy / "tests" / "handlers" / "test_scenario.py")
    use(copy)


def add_text(added: AddedText, tree: Path) -> None:
    """The same four changes for a record that is no ticket."""
    table = tree / "domain" / "data" / "fields.toml"
    row = f'[{added.record}.{added.name}]\nlabel = "{added.label}"\ntype = "text"\n'
    table.write_text(f"{table.read_text('utf-8')}\n{row}", "utf-8")
    insert(tree / "domain" / added.module, f'    {added.name}: str = ""\n', added.before)
    migration = tree / "store" / "migrations" / f"{free_number(tree)}_{added.name}.sql"
    migration.write_text(
        f"ALTER TABLE {added.table} ADD COLUMN {added.name} {TEXT};\n", encoding="utf-8"
    )
    english = tree / "locale" / "en" / "LC_MESSAGES" / "deskbot.po"
    message = f'msgid "{added.label}"\nmsgstr "{added.english}"\n'
    english.write_text(f"{english.read_text('utf-8')}\n{message}", "utf-8")


def insert(path: Path, line: str, before: str) -> None:
    """Put an attribute into a class."""
    text = path.read_text("utf-8")
    assert text.count(before) == 1
    path.write_text(text.replace(before, f"{line}{before}"), "utf-8")


def test_fields_of_every_plain_type_need_no_code(copy):
    for added in PLAIN:
        add(added, copy)
    use(copy, *(added.used() for added in PLAIN))


# The table itself.


@dataclass(frozen=True, slots=True)
class Parcel:
    """A record that has nothing to do with tickets."""

    no: str
    customer: str | None = None


def test_the_fields_of_the_table_must_be_attributes_of_the_class():
    with pytest.raises(DataError, match="Parcel has no contact_id"):
        RecordFields(Parcel, "ticket")


def test_a_type_that_nobody_registered_is_refused():
    with pytest.raises(DataError, match=r"type: use one of text, long_text"):
        RecordFields(Ticket, "ticket", own={})


def test_the_places_of_tickets_hold_what_they_held():
    assert "status" not in TICKET.standing(FORM)
    assert {"status", "pauses"} & set(TICKET.standing(CARD)) == set()
    assert "unsent_at" not in TICKET.standing(SHEET)
    assert ASKING_ORDER[:2] == ("details", "result")
    assert SEARCHED[0] == "details"
