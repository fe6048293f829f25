"""The office's censuses and surveys (projects), and finding one by what people type."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from rapidfuzz import fuzz, process

from domain.data import TomlTable
from domain.text import clean, fold, words

MIN_SLIP = 3
"""Letters below which nothing is alike enough."""
ALIKE, ALIKE_PART = 72, 84
"""How alike (0-100) a whole name, and a part of one, must be to be offered."""
LONG = 9
"""Letters from which a name is recognised inside an unbroken line."""
KINDS = ("census", "household", "establishment")


@dataclass(frozen=True, slots=True)
class Project:
    """A census or survey. `words` are short forms people type; `every` says how often, "" where not
    known.

    `marks` mean it wherever they stand in a text as whole words; the name alone always does.
    """

    name: str
    words: tuple[str, ...] = ()
    kind: str = ""
    every: str = ""
    marks: tuple[str, ...] = ()


def find_projects(projects: Iterable[Project], text: str) -> list[Project]:
    """Projects whose short form is `text` (dots and case aside), then those whose name holds its
    words.
    """
    typed = _plain(_bare(clean(text))).split()
    if not typed:
        return []
    listed = list(projects)
    short = [project for project in listed if " ".join(typed) in map(_plain, project.words)]
    named = [project for project in listed if all(word in _plain(project.name) for word in typed)]
    return short + [project for project in named if project not in short]


def similar_projects(projects: Iterable[Project], text: str, limit: int = 5) -> list[Project]:
    """Projects spelt much like what was typed, likeliest first: for slips, so never taken without
    being asked.
    """
    listed = list(projects)
    wanted = fold(_bare(clean(text)))
    if len(wanted) < MIN_SLIP:
        return []
    spelt = {
        (number, key): fold(key)
        for number, project in enumerate(listed)
        for key in (project.name, *project.words)
    }
    # A part of a long name counts as if it were the whole, a short form must be alike as a whole.
    scores: dict[int, float] = {}
    for scorer, cutoff in ((fuzz.ratio, ALIKE), (fuzz.partial_ratio, ALIKE_PART)):
        keys = {
            key: folded
            for key, folded in spelt.items()
            if scorer is fuzz.ratio or len(folded) > len(wanted)
        }
        for _text, score, (number, _key) in process.extract(
            wanted, keys, scorer=scorer, score_cutoff=cutoff
        ):
            scores[number] = max(score, scores.get(number, 0))
    ordered = sorted(scores, key=lambda number: -scores[number])
    return [listed[number] for number in ordered[:limit]]


def projects_in(projects: Sequence[Project], text: str) -> list[tuple[int, int, Project]]:
    """Where a text surely names a project: `(start, end, project)` in the text's order, the longest
    name counts.

    Sure are its full name and its `marks` as whole words; "labour" or "income" alone are what
    people ask about."""
    found: list[tuple[int, int, Project]] = []
    named = [(project.name, project) for project in projects] + [
        (m, p) for p in projects for m in p.marks
    ]
    for name, project in sorted(named, key=lambda pair: -len(pair[0])):
        for match in _pattern(name).finditer(text):
            if not any(start < match.end() and match.start() < end for start, end, _other in found):
                found.append((match.start(), match.end(), project))
    return sorted(found, key=lambda one: one[0])


def likely_projects(projects: Iterable[Project], text: str) -> list[Project]:
    """The projects that a text may be about: those it surely names, else those whose short forms
    stand in it.
    """
    listed = list(projects)
    named = [project for _start, _end, project in projects_in(listed, text)]
    plain = _plain(text)
    return list(dict.fromkeys(named)) or [
        one for one in listed if any(_stands(w, plain) for w in one.words)
    ]


def _stands(word: str, plain: str) -> bool:
    """Whether a short form stands in a text: a Thai word anywhere, any other as a whole word."""
    bare = _plain(word)
    return bool(_pattern(bare).search(plain)) if bare.isascii() else bare in plain


def split_projects(text: str) -> list[str]:
    """Several projects in one answer: by commas, line ends, and the words for "and" where blanks
    stand beside them.
    """
    ands = "|".join(map(re.escape, words("one_line").texts("ands")))
    return [part.strip() for part in re.split(rf"[,;\n+]|\s(?:{ands})\s?", text) if part.strip()]


@cache
def _pattern(name: str) -> re.Pattern[str]:
    """A name; a short form as a whole word, its dots optional."""
    if len(name) >= LONG:
        return re.compile(re.escape(name), re.IGNORECASE)
    dotted = r"\.?".join(map(re.escape, name.rstrip(".").split("."))) + r"\.?"
    return re.compile(rf"(?<![^\s(,/]){dotted}(?![^\s),/;:0-9])", re.IGNORECASE)


def _bare(text: str) -> str:
    """Without the word for "project" that officers write before a name."""
    word = words("one_line").text("project")
    return (
        text.removeprefix(word).strip() if text.startswith(word) and len(text) > len(word) else text
    )


def read_projects(root: TomlTable) -> tuple[Project, ...]:
    """The `projects` tables in file order (DOMAIN.md section 11); DataError for a wrong row."""
    projects: list[Project] = []
    for name, row in root.table("projects").tables():
        row.check_keys(("words", "marks", "kind", "every"))
        if not name.strip():
            raise row.refusal("a project needs a name between the quotes")
        kind = row.text("kind")
        if kind not in KINDS:
            raise row.refusal(f'"{kind}" is no kind; use one of {", ".join(KINDS)}', "kind")
        projects.append(
            Project(name, row.texts("words"), kind, row.text("every", ""), row.texts("marks"))
        )
    return tuple(projects)


def _plain(text: str) -> str:
    return text.casefold().replace(".", "")
