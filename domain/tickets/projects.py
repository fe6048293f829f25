"""The office's censuses and surveys (projects), and finding one by what people type."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from rapidfuzz import fuzz, process

from domain.data import TomlTable
from domain.patterns import one_of
from domain.text import clean, fold, words

MIN_SLIP = 3
"""Letters below which nothing is alike enough."""
ALIKE = 72
ALIKE_PART = 84
"""How alike (0-100) a whole name, and a part of one, must be to be offered."""
LONG = 9
"""Letters from which a name is recognised inside an unbroken line."""
KINDS = ("census", "household", "establishment")


@dataclass(frozen=True, slots=True)
class Project:
    """A census or survey. `words` are short forms people type; `every` says how often, "" where not
    known; `english` is its name in English letters, "" where the office has given none.

    `marks` mean it wherever they stand in a text as whole words; the name alone always does.
    """

    name: str
    words: tuple[str, ...] = ()
    kind: str = ""
    every: str = ""
    marks: tuple[str, ...] = ()
    english: str = ""


def find_projects(projects: Iterable[Project], text: str) -> list[Project]:
    """Returns the projects whose short form is `text` (dots and case aside), then those whose name
    holds its words.
    """
    typed = _plain(_bare(clean(text))).split()
    if not typed:
        return []
    listed = list(projects)
    short = [project for project in listed if " ".join(typed) in map(_plain, project.words)]
    named = [project for project in listed if all(word in _plain(project.name) for word in typed)]
    return short + [project for project in named if project not in short]


def similar_projects(projects: Iterable[Project], text: str, limit: int = 5) -> list[Project]:
    """Returns the projects spelt much like what was typed, likeliest first: for slips, so never
    taken without being asked.
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
    longer = {key: folded for key, folded in spelt.items() if len(folded) > len(wanted)}
    # A part of a long name counts as if it were the whole, a short form must be alike as a whole.
    alike = [
        *process.extract(wanted, spelt, scorer=fuzz.ratio, score_cutoff=ALIKE),
        *process.extract(wanted, longer, scorer=fuzz.partial_ratio, score_cutoff=ALIKE_PART),
    ]
    scores: dict[int, float] = {}
    for _text, score, (number, _key) in alike:
        scores[number] = max(score, scores.get(number, 0))
    ordered = sorted(scores, key=lambda number: -scores[number])
    return [listed[number] for number in ordered[:limit]]


def projects_in(projects: Sequence[Project], text: str) -> list[tuple[int, int, Project]]:
    """Finds where a text surely names a project: `(start, end, project)` in the text's order, the
    longest name counts.

    Sure are its full name and its `marks` as whole words; "labour" or "income" alone are what
    people ask about."""
    plain = _plain(text)
    found: list[tuple[int, int, Project]] = []
    for bare, name, project in _named(tuple(projects)):
        # Most texts name none, and to look for a word is many times as fast as for a pattern.
        if bare not in plain:
            continue
        for match in _pattern(name).finditer(text):
            begin, stop = match.span()
            if not any(start < stop and begin < end for start, end, _other in found):
                found.append((begin, stop, project))
    return sorted(found, key=lambda one: one[0])


@lru_cache(maxsize=4)
def _named(projects: Sequence[Project]) -> Sequence[tuple[str, str, Project]]:
    """Returns whatever surely names one of these, plainly and as it is written, the longest
    first.
    """
    named = [(project.name, project) for project in projects]
    for project in projects:
        for mark in project.marks:
            named.append((mark, project))
    named.sort(key=lambda pair: -len(pair[0]))
    found = []
    for name, project in named:
        found.append((_plain(name), name, project))
    return found


def likely_projects(projects: Iterable[Project], text: str) -> list[Project]:
    """Returns the projects that a text may be about: those it surely names, else those whose short
    forms stand in it.
    """
    listed = list(projects)
    named = [project for _start, _end, project in projects_in(listed, text)]
    if named:
        return list(dict.fromkeys(named))
    plain = _plain(text)
    return [one for one in listed if any(_stands(bare, plain) for bare in _short(one.words))]


@lru_cache(maxsize=256)
def _short(words: tuple[str, ...]) -> Sequence[str]:
    """Returns a project's short forms, plainly."""
    return tuple(map(_plain, words))


def _stands(bare: str, plain: str) -> bool:
    """Returns whether a short form stands in a text: a Thai word anywhere, any other as a whole
    word.
    """
    if bare not in plain or not bare.isascii():
        return bare in plain
    return _pattern(bare).search(plain) is not None


def split_projects(text: str) -> list[str]:
    """Splits an answer into several projects: at commas, line ends, and the words for "and" where
    blanks stand beside them.
    """
    parts = (part.strip() for part in _joints().split(text))
    return [*filter(None, parts)]


@cache
def _joints() -> re.Pattern[str]:
    """Matches what stands between two projects."""
    return re.compile(rf"[,;\n+]|\s{one_of(words('one_line').texts('ands'))}\s?")


@cache
def _pattern(name: str) -> re.Pattern[str]:
    """Matches a name; a short form as a whole word, its dots optional."""
    # A long name stands for itself wherever it is; a short one is part of many words.
    if len(name) >= LONG:
        return re.compile(re.escape(name), re.IGNORECASE)
    parts = name.rstrip(".").split(".")
    dotted = r"\.?".join(map(re.escape, parts)) + r"\.?"
    return re.compile(rf"(?<![^\s(,/]){dotted}(?![^\s),/;:0-9])", re.IGNORECASE)


def _bare(text: str) -> str:
    """Returns the text without the word for "project" that officers write before a name."""
    word = words("one_line").text("project")
    if text == word:
        return text
    return text.removeprefix(word).strip()


def read_projects(root: TomlTable) -> tuple[Project, ...]:
    """Reads the `projects` tables in file order (DOMAIN.md section 11); raises DataError for a
    wrong row.
    """
    projects: list[Project] = []
    for name, row in root.table("projects").tables():
        row.check_keys(("words", "marks", "kind", "every", "english"))
        if not name.strip():
            raise row.refusal("a project needs a name between the quotes")
        kind = row.text("kind")
        if kind not in KINDS:
            raise row.refusal(f'"{kind}" is no kind; use one of {", ".join(KINDS)}', "kind")
        project = Project(
            name,
            words=row.texts("words"),
            kind=kind,
            every=row.text("every", ""),
            marks=row.texts("marks"),
            english=row.text("english", ""),
        )
        projects.append(project)
    return tuple(projects)


def _plain(text: str) -> str:
    return text.casefold().replace(".", "")
