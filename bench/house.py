"""The house in figures: how much stands in a folder, a function and a line, and how much branches.

`python -m bench house` prints the table for the five packages and run_bot.py.
`python -m bench.house FOLDER…` does so for other folders or files; with `--top N` it also lists
the N densest files and functions, and N places of each kind that are to be rewritten.

What is counted:

- files in a folder: modules directly in it; its entries: those and the folders that have modules;
- tokens: what Python's tokenizer gives, without comments, line ends and indentation; a text in
  quotes is one token;
- tokens in a function: those of its body, functions within it included, its docstring excluded;
- tokens a line: all tokens over the full lines, which are neither blank nor a comment alone;
- lines over 100 characters: over those that are not blank, docstrings and comments included;
- conditional expressions: each `x if c else y`, over all lines; nested is one with another
  anywhere within it;
- branches: each function, `if`, conditional expression, loop, `except`, case, clause of a
  comprehension, `if` in a comprehension, and run of `and` or of `or`, over the full lines;
- cyclomatic complexity: 1 and each of these branches in the function, a run of n operands counting
  n - 1; functions within it are counted by themselves. (Ruff's C901 is milder: it counts
  statements only.)
- comment lines: lines with nothing but a comment, over all lines;
- names that stand twice: public classes and types at the top of more than one module; type
  variables are left out;
- tuple assignments: `a, b = x, y`, which is two lines in one, unless the right side reads what the
  left one sets;
- control by operators: a statement that is nothing but an `and`, an `or` or a conditional
  expression.
"""

import argparse
import ast
import io
import re
import tokenize
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench.report import Report, Row, percentile

ROOT = Path(__file__).parents[1]
HOUSE = ("bot", "handlers", "store", "domain", "scheduler", "run_bot.py")
WIDTH = 100
COMPLEX = 10
MANY_LINES = 4
"""A function of fewer lines is left out of the list of dense ones."""

TYPE_NAME = re.compile(r"[A-Z]\w*[a-z]\w*")
SPACE = {
    tokenize.COMMENT,
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENCODING,
    tokenize.ENDMARKER,
}
FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef
BRANCHES = (
    ast.If,
    ast.IfExp,
    ast.For,
    ast.AsyncFor,
    ast.While,
    ast.ExceptHandler,
    ast.match_case,
    ast.comprehension,
)


@dataclass(frozen=True, slots=True)
class Place:
    """Something that stands in one line of a file."""

    path: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.text}"


@dataclass(frozen=True, slots=True)
class Function:
    """One function or method: the tokens and lines of its body, and its cyclomatic complexity."""

    place: Place
    tokens: int
    lines: int
    complexity: int

    @property
    def density(self) -> float:
        """Tokens a line."""
        return self.tokens / self.lines


@dataclass(slots=True)
class Module:
    """What one file holds; `full` are its lines that are neither blank nor a comment alone."""

    path: str
    lines: int = 0
    blank: int = 0
    comments: int = 0
    tokens: int = 0
    branches: int = 0
    conditionals: int = 0
    long: list[Place] = field(default_factory=list)
    nested: list[Place] = field(default_factory=list)
    tuples: list[Place] = field(default_factory=list)
    control: list[Place] = field(default_factory=list)
    functions: list[Function] = field(default_factory=list)
    names: list[str] = field(default_factory=list)

    @property
    def full(self) -> int:
        """Lines that say something to Python."""
        return self.lines - self.blank - self.comments

    @property
    def density(self) -> float:
        """Tokens a line."""
        return self.tokens / max(self.full, 1)


@dataclass(frozen=True, slots=True)
class House:
    """All files that were asked for."""

    modules: Sequence[Module]

    def sum(self, name: str) -> int:
        """One count of a module, over all of them."""
        return sum(getattr(module, name) for module in self.modules)

    def places(self, name: str) -> list[Place]:
        """One list of a module, over all of them."""
        return [place for module in self.modules for place in getattr(module, name)]

    @property
    def functions(self) -> list[Function]:
        """Every function and method, those within others too."""
        return [function for module in self.modules for function in module.functions]

    @property
    def complex(self) -> list[Function]:
        """Functions whose cyclomatic complexity is over the limit."""
        return [function for function in self.functions if function.complexity > COMPLEX]

    @property
    def density(self) -> float:
        """Tokens a line."""
        return self.sum("tokens") / max(self.sum("full"), 1)

    def folders(self) -> Counter[str]:
        """How many modules stand directly in each folder; files beside the folders are in none."""
        inside = [module.path for module in self.modules if "/" in module.path]
        return Counter(path.rpartition("/")[0] for path in inside)

    def entries(self) -> Counter[str]:
        """How many modules and folders of modules stand directly in each folder."""
        found = self.folders()
        found.update([folder.rpartition("/")[0] for folder in found if "/" in folder])
        return found

    def names_twice(self) -> dict[str, list[str]]:
        """Public classes and types that stand in several modules, with these modules."""
        found = defaultdict(list)
        for module in self.modules:
            for name in set(module.names):
                found[name].append(module.path)
        return {name: paths for name, paths in sorted(found.items()) if len(paths) > 1}


def measure(roots: Sequence[str] = HOUSE, base: Path = ROOT) -> House:
    """Read every Python file below these folders, and these files; paths are told from the base."""
    files: set[Path] = set()
    for root in roots:
        path = base / root
        if not path.exists():
            raise FileNotFoundError(f"there is no {path}")
        files.update(path.rglob("*.py") if path.is_dir() else [path])
    if not files:
        raise FileNotFoundError(f"there is no Python file in {', '.join(roots)}")
    return House([_module(path, base) for path in sorted(files)])


def _module(path: Path, base: Path) -> Module:
    text = path.read_text(encoding="utf-8")
    lines = text.splitlines()
    tree = ast.parse(text)
    name = path.as_posix().removeprefix(f"{base.as_posix()}/")
    on_line = _tokens(text)
    module = Module(name, lines=len(lines), tokens=on_line.total(), names=_names(tree))
    for number, line in enumerate(lines, 1):
        stripped = line.strip()
        module.blank += not stripped
        module.comments += stripped.startswith("#") and number not in on_line
        if len(line) > WIDTH:
            module.long.append(Place(name, number, f"{len(line)} characters"))
    for node in ast.walk(tree):
        module.branches += _branches(node, 1)
        _note(module, node)
    for scope, function in _functions(tree):
        module.functions.append(_function(name, scope, function, on_line))
    module.branches += len(module.functions)
    return module


def _tokens(text: str) -> Counter[int]:
    """How many tokens begin on each line."""
    # Since Python 3.12 a formatted text is many tokens; here it is one, as it was before.
    start = getattr(tokenize, "FSTRING_START", None)
    end = getattr(tokenize, "FSTRING_END", None)
    within = 0
    found: Counter[int] = Counter()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == end:
            within -= 1
            continue
        if not within and token.type not in SPACE:
            found[token.start[0]] += 1
        if token.type == start:
            within += 1
    return found


def _branches(node: ast.AST, operators: int) -> int:
    """How many branches one node is; a run of `and` or of `or` is as many as is said."""
    if isinstance(node, ast.BoolOp):
        return operators
    if isinstance(node, ast.comprehension):
        return 1 + len(node.ifs)
    return int(isinstance(node, BRANCHES))


def _note(module: Module, node: ast.AST) -> None:
    """Writes down a conditional expression, a tuple assignment, or control by operators."""
    match node:
        case ast.IfExp():
            module.conditionals += 1
            if _holds_another(node):
                module.nested.append(_place(module, node))
        case ast.Assign() if _saves_a_line(node):
            module.tuples.append(_place(module, node))
        case ast.Expr(value=ast.BoolOp() | ast.IfExp()):
            module.control.append(_place(module, node))


def _holds_another(node: ast.IfExp) -> bool:
    count = sum(isinstance(part, ast.IfExp) for part in ast.walk(node))
    return count > 1


def _saves_a_line(node: ast.Assign) -> bool:
    target = node.targets[0]
    if not isinstance(target, ast.Tuple):
        return False
    if not isinstance(node.value, ast.Tuple):
        return False
    # `a, b = b, a` is no saving: written in two lines it would mean something else.
    left = {ast.unparse(part) for part in target.elts}
    expressions = [part for part in ast.walk(node.value) if isinstance(part, ast.expr)]
    right = {ast.unparse(part) for part in expressions}
    return left.isdisjoint(right)


def _place(module: Module, node: ast.stmt | ast.expr) -> Place:
    text = ast.unparse(node)
    return Place(module.path, node.lineno, text[:WIDTH])


def _functions(node: ast.AST, scope: str = "") -> Iterator[tuple[str, FunctionNode]]:
    """Each function with the names around it and its own, as `Class.method`."""
    for child in ast.iter_child_nodes(node):
        inner = scope
        if isinstance(child, FunctionNode | ast.ClassDef):
            inner = f"{scope}.{child.name}".lstrip(".")
        if isinstance(child, FunctionNode):
            yield inner, child
        yield from _functions(child, inner)


def _function(path: str, scope: str, node: FunctionNode, on_line: Counter[int]) -> Function:
    body = node.body
    if ast.get_docstring(node, clean=False) is not None:
        body = body[1:]
    # A function of nothing but its docstring (of a protocol) has no body.
    first = body[0].lineno if body else 0
    last = body[-1].end_lineno or first if body else -1
    tokens = [on_line[number] for number in range(first, last + 1)]
    lines = sum(count > 0 for count in tokens)
    complexity = 1
    for child in _own(node):
        operators = len(child.values) - 1 if isinstance(child, ast.BoolOp) else 0
        complexity += _branches(child, operators)
    place = Place(path, node.lineno, scope)
    return Function(place, sum(tokens), max(lines, 1), complexity)


def _own(node: ast.AST) -> Iterator[ast.AST]:
    """Everything below a function but what stands in functions within it."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, FunctionNode):
            continue
        yield child
        yield from _own(child)


def _names(tree: ast.Module) -> list[str]:
    """Public classes, and names of types that are set by an assignment, at the top of a module."""
    found = []
    for node in tree.body:
        found += _names_set(node)
    return [name for name in found if TYPE_NAME.fullmatch(name)]


def _names_set(node: ast.stmt) -> list[str]:
    match node:
        case ast.ClassDef():
            return [node.name]
        case ast.Assign(value=ast.Call(func=ast.Name("TypeVar" | "ParamSpec"))):
            return []
        case ast.Assign():
            return [target.id for target in node.targets if isinstance(target, ast.Name)]
        case ast.AnnAssign(target=ast.Name(name)):
            return [name]
        case _:
            return []


def run() -> Report:
    """The table for the whole house."""
    return table(measure())


def table(house: House) -> Report:
    """The figures, what they were before the folders by noun (commit e1f9e5f), and their aims."""
    report = Report("the house: folders, functions and lines in figures")
    report.rows += _rows_of_folders(house)
    report.rows += _rows_of_lines(house)
    report.rows += _rows_of_functions(house)
    report.rows += _rows_of_places(house)
    report.notes.append("What is counted, and how, is said at the head of bench/house.py.")
    report.notes.append("The baseline is commit e1f9e5f, before the folders by noun.")
    return report


def _rows_of_folders(house: House) -> Iterator[Row]:
    folder, files = _most(house.folders())
    yield Row(f"files in the biggest folder ({folder})", f"{files}", "92")
    folder, entries = _most(house.entries())
    label = f"entries of the fullest folder ({folder})"
    yield Row(label, f"{entries}", "92", aim="<= 25", met=entries <= 25)


def _most(counts: Counter[str]) -> tuple[str, int]:
    return max(counts.items(), key=lambda pair: pair[1], default=("none", 0))


def _rows_of_lines(house: House) -> Iterator[Row]:
    lines = house.sum("lines")
    not_blank = lines - house.sum("blank")
    yield Row("lines", f"{lines:,}", "38,875")
    density = house.density
    yield Row("tokens a line", f"{density:.1f}", "9.7", aim="<= 7.0", met=density <= 7)
    long = 100 * len(house.places("long")) / not_blank
    label = f"lines over {WIDTH} characters"
    yield Row(label, f"{long:.1f} %", "8.5 %", aim="<= 0.5 %", met=long <= 0.5)
    comments = 100 * house.sum("comments") / lines
    yield Row("comment lines", f"{comments:.1f} %", "0.5 %", aim=">= 1.0 %", met=comments >= 1)
    branches = 100 * house.sum("branches") / house.sum("full")
    label = "branches per 100 lines"
    yield Row(label, f"{branches:.1f}", "33.1", aim="<= 20.0", met=branches <= 20)
    conditionals = 1000 * house.sum("conditionals") / lines
    label = "conditional expressions per 1,000 lines"
    yield Row(label, f"{conditionals:.1f}", "30.3", aim="<= 10.0", met=conditionals <= 10)


def _rows_of_functions(house: House) -> Iterator[Row]:
    sizes = [function.tokens for function in house.functions]
    yield Row("functions", f"{len(sizes):,}", "2,931")
    if not sizes:
        return
    median = percentile(sizes, 50)
    large = percentile(sizes, 90)
    yield Row("tokens in a function, median (90th)", f"{median} ({large})", "50 (168)")
    over = len(house.complex)
    share = 100 * over / len(sizes)
    label = f"functions over cyclomatic {COMPLEX}"
    figure = f"{share:.1f} % ({over})"
    yield Row(label, figure, "4.6 % (134)", aim="<= 0.2 %", met=share <= 0.2)


def _rows_of_places(house: House) -> Iterator[Row]:
    twice = len(house.names_twice())
    yield Row("public classes and types named twice", f"{twice}", "26", aim="0", met=not twice)
    nested = len(house.places("nested"))
    yield Row("nested conditional expressions", f"{nested}", "24", aim="0", met=not nested)
    tuples = len(house.places("tuples"))
    yield Row("tuple assignments", f"{tuples}", "192", aim="0", met=not tuples)
    control = len(house.places("control"))
    yield Row("control by operators", f"{control}", "1", aim="0", met=not control)


def densest(house: House, top: int) -> Iterator[str]:
    """What to rewrite first, as lines to print: the worst few of each measure, and of how many."""
    if not top:
        return
    lists = _worst_files(house) | _worst_functions(house) | _places(house)
    for title, lines in lists.items():
        if lines:
            yield f"\n{title} ({min(top, len(lines))} of {len(lines)})"
            yield from lines[:top]


def _worst_files(house: House) -> dict[str, list[str]]:
    dense = sorted(house.modules, key=lambda module: -module.density)
    wide = sorted(house.modules, key=lambda module: -len(module.long))
    return {
        "files by tokens a line": [f"{m.density:5.1f}  {m.path} ({m.full} lines)" for m in dense],
        f"files by lines over {WIDTH}": [f"{len(m.long):5}  {m.path}" for m in wide if m.long],
    }


def _worst_functions(house: House) -> dict[str, list[str]]:
    long = [function for function in house.functions if function.lines >= MANY_LINES]
    dense = sorted(long, key=lambda function: -function.density)
    large = sorted(house.functions, key=lambda function: -function.tokens)
    branching = sorted(house.complex, key=lambda function: -function.complexity)
    return {
        f"functions by tokens a line, of {MANY_LINES} lines and more": [
            f"{f.density:5.1f}  {f.place} ({f.lines} lines)" for f in dense
        ],
        "functions by tokens": [f"{f.tokens:5}  {f.place}" for f in large],
        f"functions over cyclomatic {COMPLEX}": [f"{f.complexity:5}  {f.place}" for f in branching],
    }


def _places(house: House) -> dict[str, list[str]]:
    twice = house.names_twice()
    return {
        "nested conditional expressions": [f"  {place}" for place in house.places("nested")],
        "tuple assignments": [f"  {place}" for place in house.places("tuples")],
        "control by operators": [f"  {place}" for place in house.places("control")],
        "public classes and types named twice": [
            f"  {name}: {', '.join(paths)}" for name, paths in twice.items()
        ],
    }


def main() -> None:
    """Prints the table for what the command line names, and the lists where it asks for them."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.house", description="The house in figures."
    )
    parser.add_argument("roots", nargs="*", default=HOUSE, metavar="FOLDER", help="or files")
    parser.add_argument("--base", type=Path, default=ROOT, help="another checkout than this one")
    parser.add_argument("--top", type=int, default=0, metavar="N", help="list the N worst")
    given = parser.parse_args()
    house = measure(given.roots, given.base)
    for row in table(house).rows:
        cells = (row.measure, row.desk, row.baseline, row.aim, row.cells()[-1])
        print("{:52} {:>14} {:>14} {:>10}  {}".format(*cells))
    print(*densest(house, given.top), sep="\n")


if __name__ == "__main__":
    main()
