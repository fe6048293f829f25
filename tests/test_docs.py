"""The documents are true of the tree: architecture, configuration, commands, and Thai only where it
belongs.
"""

import ast
import re
import tomllib
from collections.abc import Iterator, Mapping
from importlib import import_module

import pytest

import handlers.dispatcher  # noqa: F401 - fills the table of commands
from bot.settings import PREFIX, Settings
from handlers.registry import COMMANDS
from tests.architecture import DOCUMENT, ROOT, modules, with_files

MODULES = modules()
GLOSSARY = ROOT / "docs" / "glossary.md"
WORD = re.compile(r"^\| ([^|]+) \| `([^`]+)` \| [^|]+\. \|$", re.MULTILINE)
"""A row of the glossary: the Thai word, the code word, and a sentence."""
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


def test_thai_stands_only_where_people_are_spoken_to():
    mute = [path for path in MODULES if not path.is_relative_to(ROOT / "handlers")]
    found = {path: re.findall("[\u0e00-\u0e7f]+", path.read_text("utf-8")) for path in mute}
    assert {path: words for path, words in found.items() if words} == {}


def test_no_two_commands_share_a_word():
    words = [word for command in COMMANDS.values() for word in command.words]
    assert len(words) == len(set(words))


def names_of(tree: ast.AST) -> Iterator[str]:
    """The names that a module gives: of classes, functions, fields, variables and parameters; those
    that a class sets with the name of the class before them, too.
    """
    for node in ast.walk(tree):
        match node:
            case ast.ClassDef(name, body=body):
                yield name
                yield from (f"{name}.{own}" for part in body for own in names_of(part))
            case ast.FunctionDef(name) | ast.AsyncFunctionDef(name):
                yield name
            case ast.arg(name) | ast.Name(name, ast.Store()):
                yield name


def keys_of(table: Mapping[str, object]) -> Iterator[str]:
    """The keys of a table of data and of the tables within it."""
    for key, value in table.items():
        yield key
        if isinstance(value, Mapping):
            yield from keys_of(value)


def test_the_glossary_has_words_of_the_code_and_words_of_the_office():
    rows = WORD.findall(GLOSSARY.read_text(encoding="utf-8"))
    assert len(rows) >= 60
    # Rows that the pattern does not take are none: each line of a table but its head is one.
    lines = [line for line in GLOSSARY.read_text(encoding="utf-8").splitlines() if "`" in line]
    assert len(rows) == sum(line.startswith("| ") for line in lines)
    names = {path.stem for path in MODULES} | {path.parent.name for path in MODULES}
    for path in MODULES:
        names.update(names_of(ast.parse(path.read_text(encoding="utf-8"))))
    data = sorted((ROOT / "domain" / "data").glob("*.toml"))
    for path in data:
        names.update(keys_of(tomllib.loads(path.read_text(encoding="utf-8"))))
    assert [word for _, word in rows if word not in names] == []
    spoken = [*(ROOT / "handlers").rglob("*.py"), *data]
    texts = "\n".join(path.read_text(encoding="utf-8") for path in spoken)
    assert [thai for thai, _ in rows if thai not in texts] == []
    assert len({thai for thai, _ in rows}) == len(rows)
