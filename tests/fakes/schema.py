"""The engine that holds a request against a condensed API table (telegram_api.json, line_api.json).

extract_api.py explains the notation of the tables; what they cannot say is in telegram_rules.py and
line_rules.py."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple


class Issue(NamedTuple):
    """One thing wrong with a request: where (`messages[0].text`), and what."""

    path: str
    message: str


@dataclass(frozen=True, slots=True)
class Upload:
    """A file part of a multipart request."""

    name: str
    mime: str
    data: bytes


Check = Callable[[Any, str, list[Issue]], None]
Rule = Callable[[dict[str, Any], str, list[Issue]], None]
_PRIMITIVES: dict[str, tuple[type, ...]] = {
    "String": (str,),
    "Uri": (str,),
    "Integer": (int,),
    "Float": (int, float),
    "Boolean": (bool,),
    "InputFile": (Upload,),
    "Any": (object,),
}


def utf16_length(text: str) -> int:
    """Length as both platforms count it: UTF-16 code units."""
    return len(text) + sum(ch > "\uffff" for ch in text)


class Schema:
    """Checks values against type expressions; `rules` adds, by object name, what the table cannot
    say.
    """

    def __init__(self, objects: dict[str, Any], rules: dict[str, Rule]) -> None:
        self._objects = objects
        self._rules = rules
        self._checks: dict[str, Check] = {}
        self._fields: dict[str, dict[str, tuple[bool, Check]]] = {}

    def check(self, expression: str, value: object, path: str = "") -> list[Issue]:
        """All issues, outermost first; an empty list means that the API would take it."""
        out: list[Issue] = []
        self._compiled(expression)(value, path, out)
        return out

    def _compiled(self, expression: str) -> Check:
        if expression not in self._checks:
            self._checks[expression] = self._compile(expression)
        return self._checks[expression]

    def _compile(self, expression: str) -> Check:
        terms = list(_split(expression))
        if len(terms) > 1:
            return self._choice(terms)
        match = re.fullmatch(r"(.+?)(?:\{(\d*),(\d*)([bp]?)\})?", expression)
        assert match is not None
        name, low, high, unit = match.groups()
        if name.startswith("="):
            return _one_of([name[1:]])
        if name.startswith("["):
            return _list_of(self._lazy(name[1:-1]), int(low or 0), int(high) if high else None)
        if name in _PRIMITIVES:
            return _primitive(
                name, int(low or 0), None if unit == "p" or not high else int(high), unit
            )
        entry = self._objects[name]
        return self._lazy(entry) if isinstance(entry, str) else self._object(name)

    def _lazy(self, expression: str) -> Check:
        return lambda value, path, out: self._compiled(expression)(value, path, out)

    def _object(self, name: str) -> Check:
        def check(value: Any, path: str, out: list[Issue]) -> None:
            if not isinstance(value, dict):
                out.append(Issue(path, f"must be an object ({name})"))
                return
            before = len(out)
            self.check_fields(name, self._objects[name], value, path, out)
            if name in self._rules and len(out) == before:
                self._rules[name](value, path, out)

        return check

    def check_fields(
        self, name: str, table: dict[str, str], value: dict[str, Any], path: str, out: list[Issue]
    ) -> None:
        """Known fields only, required ones present, each of its type. `name` keys the compiled
        table.
        """
        if name not in self._fields:
            self._fields[name] = {
                key.rstrip("!"): (key.endswith("!"), self._compiled(kind))
                for key, kind in table.items()
            }
        fields = self._fields[name]
        prefix = path + "." if path else ""
        for key, item in value.items():
            if key in fields:
                fields[key][1](item, prefix + key, out)
            else:
                out.append(Issue(prefix + key, f"unknown field of {name}"))
        out.extend(
            Issue(prefix + key, "must be specified")
            for key, (required, _) in fields.items()
            if required and key not in value
        )

    def _choice(self, terms: list[str]) -> Check:
        if all(term.startswith("=") for term in terms):
            return _one_of([term[1:] for term in terms])
        checks = {term: self._lazy(term) for term in terms}
        by_word = {self._word(term): checks[term] for term in terms}
        if None not in by_word and len(by_word) == len(terms):
            return _by_type(by_word)

        def check(value: Any, path: str, out: list[Issue]) -> None:
            likely = [term for term in terms if self._may_be(term, value)]
            if not likely:
                out.append(Issue(path, f"must be one of {', '.join(terms)}"))
                return
            best: list[Issue] | None = None
            for term in likely:
                found: list[Issue] = []
                checks[term](value, path, found)
                if best is None or len(found) < len(best):
                    best = found
            out.extend(best or ())

        return check

    def _word(self, term: str) -> str | None:
        """The literal in the `type` of an object."""
        table = self._objects.get(term)
        kind = table.get("type!", "") if isinstance(table, dict) else ""
        return kind[1:] if kind.startswith("=") and "|" not in kind else None

    def _may_be(self, term: str, value: Any) -> bool:
        """A term can be ruled out by the kind of the value, or by a literal such as its `type`."""
        table = self._objects.get(term)
        if isinstance(table, dict):
            return isinstance(value, dict) and all(
                value.get(key.rstrip("!")) == kind[1:]
                for key, kind in table.items()
                if key.endswith("!") and kind.startswith("=") and "|" not in kind
            )
        if term.startswith("["):
            return isinstance(value, list)
        kinds = _PRIMITIVES.get(term.split("{")[0])
        return kinds is None or isinstance(value, kinds)


def _split(expression: str) -> Iterator[str]:
    """The terms of a choice; the bars inside brackets belong to the inner type."""
    depth = start = 0
    for index, char in enumerate(expression):
        depth += (char == "[") - (char == "]")
        if char == "|" and depth == 0:
            yield expression[start:index]
            start = index + 1
    yield expression[start:]


def _by_type(checks: dict[str | None, Check]) -> Check:
    def check(value: Any, path: str, out: list[Issue]) -> None:
        word = value.get("type") if isinstance(value, dict) else None
        if isinstance(word, str) and word in checks:
            checks[word](value, path, out)
        else:
            words = ", ".join(map(str, checks))
            out.append(Issue(path + ".type", f"Must be one of the following values: [{words}]"))

    return check


def _one_of(words: list[str]) -> Check:
    def check(value: Any, path: str, out: list[Issue]) -> None:
        if value not in words:
            out.append(Issue(path, f"Must be one of the following values: [{', '.join(words)}]"))

    return check


def _list_of(inner: Check, low: int, high: int | None) -> Check:
    def check(value: Any, path: str, out: list[Issue]) -> None:
        if not isinstance(value, list):
            out.append(Issue(path, "must be an array"))
            return
        if len(value) < low or (high is not None and len(value) > high):
            out.append(Issue(path, f"Size must be between {low} and {high}"))
        for index, item in enumerate(value):
            inner(item, f"{path}[{index}]", out)

    return check


def _primitive(name: str, low: int, high: int | None, unit: str) -> Check:
    kinds = _PRIMITIVES[name]
    textual = name in ("String", "Uri")
    ranged = high is not None or low > 0

    def check(value: Any, path: str, out: list[Issue]) -> None:
        if not isinstance(value, kinds) or (
            isinstance(value, bool) and name in ("Integer", "Float")
        ):
            out.append(Issue(path, f"must be of type {name}"))
        elif ranged and unit != "p":
            size: Any = value
            if textual:
                size = (
                    len(size.encode("utf-8", "surrogatepass"))
                    if unit == "b"
                    else utf16_length(size)
                )
            if size < low or (high is not None and size > high):
                measure = "Length must be" if textual else "Must be"
                out.append(Issue(path, f"{measure} between {low} and {high}"))

    return check
