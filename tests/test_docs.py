"""The documents are true of the tree: architecture, configuration, commands, and Thai only where it
belongs.
"""

import ast
import re
from pathlib import Path

import pytest

import handlers.dispatcher  # noqa: F401 - fills the table of commands
from bot.settings import PREFIX, Settings
from handlers.registry import COMMANDS

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("bot", "domain", "handlers", "scheduler", "store")
MODULES = sorted(
    [
        *(path for package in PACKAGES for path in (ROOT / package).rglob("*.py")),
        ROOT / "run_bot.py",
    ],
    key=lambda path: path.relative_to(ROOT).as_posix(),
)


def first_line(path: Path) -> str:
    docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    assert docstring, f"{path.name} says nothing of what it is for"
    return " ".join(docstring.split("\n\n")[0].split())


def test_architecture_has_one_true_line_for_every_module():
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    said = dict(re.findall(r"^- `([\w/]+\.py)` – (.+)$", text, re.MULTILINE))
    assert said == {path.relative_to(ROOT).as_posix(): first_line(path) for path in MODULES}


def test_readme_lists_every_setting():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    rows = set(re.findall(rf"^\| `({PREFIX}\w+)` \|", text, re.MULTILINE))
    assert rows == {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_thai_stands_only_where_people_are_spoken_to(path):
    if path.is_relative_to(ROOT / "handlers"):
        return
    found = re.findall("[\u0e00-\u0e7f]+", path.read_text(encoding="utf-8"))
    assert not found


def test_no_two_commands_share_a_word():
    words = [word for command in COMMANDS.values() for word in command.words]
    assert len(words) == len(set(words))
