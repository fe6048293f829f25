"""The documents are true of the tree: architecture, configuration, commands, and Thai only where it
belongs.
"""

import re
from importlib import import_module

import pytest

import handlers.dispatcher  # noqa: F401 - fills the table of commands
from bot.settings import PREFIX, Settings
from handlers.registry import COMMANDS
from tests.architecture import DOCUMENT, ROOT, modules, with_files

MODULES = modules()
PLACE = re.compile(
    r"`((?:bench|bot|docs|domain|handlers|locale|scheduler|store|tests)[/.][^`\s]*)`"
)


def has(place: str) -> bool:
    """Whether a path is there, or a name in dots like `store.due.plan`."""
    if "/" in place:
        return any(ROOT.glob(place))
    module, _, name = place.rpartition(".")
    return hasattr(import_module(module), name)


def test_architecture_has_one_true_line_for_every_module():
    text = DOCUMENT.read_text(encoding="utf-8")
    # `make docs` writes these lines anew.
    assert text == with_files(text)


def test_architecture_names_only_what_is_there():
    places = PLACE.findall(DOCUMENT.read_text(encoding="utf-8"))
    assert len(places) > len(MODULES)
    assert [place for place in places if not has(place)] == []


def test_files_are_listed_by_folder_from_above_to_below(tmp_path):
    written = {
        "run_bot.py": '"""Begins."""',
        "domain/__init__.py": '"""Rules,\nin two lines.\n\nMore."""',
        "domain/inner/deep/one.py": '"""One."""',
        "domain/zero.py": '"""Zero."""',
        "domain/words/list.toml": "",
        "bot/a.py": '"""A."""',
    }
    for name, text in written.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    document = with_files("# Before\n\n## One line a file\n\nOld.\n", tmp_path)
    assert document.startswith("# Before\n\n## One line a file\n\n")
    assert [line for line in document.splitlines() if line.startswith(("###", "- "))] == [
        "### The root",
        "- `run_bot.py` – Begins.",
        "### bot/",
        "- `bot/a.py` – A.",
        "### domain/",
        "- `domain/__init__.py` – Rules, in two lines.",
        "- `domain/zero.py` – Zero.",
        "#### domain/inner/",
        "#### domain/inner/deep/",
        "- `domain/inner/deep/one.py` – One.",
    ]
    assert with_files(document, tmp_path) == document


def test_a_module_without_a_docstring_is_told_of(tmp_path):
    (tmp_path / "run_bot.py").write_text("x = 1\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"run_bot\.py does not say"):
        with_files("## One line a file\n", tmp_path)


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
