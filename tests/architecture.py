"""Writes the last part of docs/architecture.md, one line a file, from the modules' docstrings.

Run as `make docs`. Folders follow the layers, from above to below; a folder's own files come
before the folders within it.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "docs" / "architecture.md"
PACKAGES = ("bot", "scheduler", "handlers", "store", "domain")
HEADING = "## One line a file\n"
NOTE = "Written by `make docs` from the first paragraph of each docstring: change it there.\n"


def modules(root: Path = ROOT) -> list[Path]:
    """Every file of Python that runs at the office."""
    found = [root / "run_bot.py"]
    for package in PACKAGES:
        found += sorted((root / package).rglob("*.py"))
    return found


def first_sentence(path: Path) -> str:
    """The first paragraph of a module's docstring, as one line."""
    docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    if not docstring:
        raise ValueError(f"{path} does not say what it is for: it has no docstring")
    paragraph = docstring.split("\n\n")[0]
    return " ".join(paragraph.split())


def with_files(text: str, root: Path = ROOT) -> str:
    """The document with its last part written anew; whatever stood below its heading is dropped."""
    before, heading, _ = text.partition(HEADING)
    if not heading:
        raise ValueError(f"the document has no heading {HEADING.strip()!r}")
    lines = ["### The root", "", _line(root / "run_bot.py", root), ""]
    for package in PACKAGES:
        lines += _folder(root / package, root, level=3)
    return f"{before}{heading}\n{NOTE}\n" + "\n".join(lines).rstrip() + "\n"


def _folder(folder: Path, root: Path, level: int) -> Iterator[str]:
    # A folder without modules (of SQL, of an interpreter's leavings) is not told of.
    if not any(folder.rglob("*.py")):
        return
    yield f"{'#' * level} {folder.relative_to(root).as_posix()}/"
    yield ""
    files = sorted(folder.glob("*.py"))
    if files:
        yield from (_line(path, root) for path in files)
        yield ""
    for inner in sorted(path for path in folder.iterdir() if path.is_dir()):
        yield from _folder(inner, root, level=4)


def _line(path: Path, root: Path) -> str:
    return f"- `{path.relative_to(root).as_posix()}` – {first_sentence(path)}"


def main() -> None:
    """Rewrites the document in its place."""
    text = DOCUMENT.read_text(encoding="utf-8")
    DOCUMENT.write_text(with_files(text), encoding="utf-8")


if __name__ == "__main__":
    main()
