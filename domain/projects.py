"""The office's censuses and surveys (projects), and finding one by what people type."""

from collections.abc import Iterable
from dataclasses import dataclass

from domain.data import Table
from domain.text import clean

KINDS = ("census", "household", "establishment")


@dataclass(frozen=True, slots=True)
class Project:
    """A census or survey. `words` are short forms people type; `every` says how often, "" where not known."""

    name: str
    words: tuple[str, ...] = ()
    kind: str = ""
    every: str = ""


def find_projects(projects: Iterable[Project], text: str) -> list[Project]:
    """Projects whose short form is `text` (dots and case aside), then those whose name holds its words."""
    typed = _plain(clean(text)).split()
    if not typed:
        return []
    listed = list(projects)
    short = [project for project in listed if " ".join(typed) in map(_plain, project.words)]
    named = [project for project in listed if all(word in _plain(project.name) for word in typed)]
    return short + [project for project in named if project not in short]


def read_projects(root: Table) -> tuple[Project, ...]:
    """The `projects` tables in file order (DOMAIN.md section 11); DataError for a wrong row."""
    projects: list[Project] = []
    for name, row in root.table("projects").tables():
        row.check_keys(("words", "kind", "every"))
        if not name.strip():
            raise row.refusal("a project needs a name between the quotes")
        kind = row.text("kind")
        if kind not in KINDS:
            raise row.refusal(f'"{kind}" is no kind; use one of {", ".join(KINDS)}', "kind")
        projects.append(Project(name, row.texts("words"), kind, row.text("every", "")))
    return tuple(projects)


def _plain(text: str) -> str:
    return text.casefold().replace(".", "")
