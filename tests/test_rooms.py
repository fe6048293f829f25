"""The rooms: no circle of files, and every module of handlers/ is loaded by being there."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from tests.architecture import ROOT

LAYERS = ("bot", "domain", "handlers", "scheduler", "store")


def files(root: Path = ROOT) -> dict[str, Path]:
    """The files of the layers by the names by which they are imported."""
    paths = [path for layer in LAYERS for path in (root / layer).rglob("*.py")]
    return {".".join(path.relative_to(root).with_suffix("").parts): path for path in paths}


def imported(path: Path) -> Iterator[str]:
    """Whatever a file may import, within functions and for types alone as well."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def circle(layer: str, root: Path = ROOT) -> list[str]:
    """The files of one circle of a layer, each importing the next; none where there is none."""
    there = {name: path for name, path in files(root).items() if name.startswith(f"{layer}.")}
    graph = {name: {*imported(path)} & there.keys() - {name} for name, path in there.items()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return error.args[1]
    return []


@pytest.mark.parametrize("layer", LAYERS)
def test_no_files_import_each_other_in_a_circle(layer):
    assert circle(layer) == []


@pytest.mark.parametrize(
    "second",
    [
        "import handlers.one",
        "from handlers import one",
        "from handlers.one import name",
        "def run():\n    from handlers.one import name",
        "if TYPE_CHECKING:\n    import handlers.one",
    ],
)
def test_any_import_can_close_a_circle(tmp_path, second):
    (tmp_path / "handlers").mkdir()
    (tmp_path / "handlers/one.py").write_text("import handlers.two", encoding="utf-8")
    (tmp_path / "handlers/two.py").write_text(second, encoding="utf-8")
    assert {*circle("handlers", tmp_path)} == {"handlers.one", "handlers.two"}
    (tmp_path / "handlers/two.py").write_text("import handlers.three", encoding="utf-8")
    assert circle("handlers", tmp_path) == []


def test_every_module_of_the_rooms_is_loaded_with_the_dispatcher():
    code = "import sys, handlers.dispatcher; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True, text=True
    )
    rooms = {name for name in files() if name.startswith("handlers.")}
    assert {name.removesuffix(".__init__") for name in rooms} - {*done.stdout.split()} == set()
