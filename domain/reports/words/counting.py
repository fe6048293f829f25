"""Which figures a question asks for: those of its nouns, in the states that are said. Pure."""

from collections.abc import Iterable

from domain.reports.figures import Figure
from domain.reports.words.said import SaidPhrases
from domain.reports.words.senses import Says
from domain.reports.words.tables import figures_of, question_words

WEAK_NOUNS = ("ticket", "customer")
"""Nouns that give way to any other."""
_COUNTS = (
    Says.HOW_MANY,
    Says.MOST,
    Says.LEAST,
    Says.EACH,
    Says.COMPARE,
    Says.PER,
)
"""Where one of these is said, something is counted: tickets, if nothing else is."""
_OF_TICKETS = ("missed", "kept", "open")
"""States that customers are never in: "how many people are late" counts tickets."""


def figures_said(said: SaidPhrases) -> tuple[Figure, ...]:
    """Returns the figures of the nouns that are said, strong ones first; else of what is counted,
    else of tickets. () where nothing is counted: then all figures are wanted.
    """
    found: list[Figure] = []
    for noun in _nouns(said):
        found += _figures_of(noun, said)
    return tuple(dict.fromkeys(found))


def _nouns(said: SaidPhrases) -> list[str]:
    strong = [noun for noun in said.nouns if noun not in WEAK_NOUNS and figures_of(noun)]
    if strong:
        return strong
    weak = [noun for noun in said.nouns if noun in WEAK_NOUNS]
    counted = [_counted(unit) for unit in said.units]
    found = [*counted, *weak]
    if said.states or said.says(*_COUNTS):
        found.append("ticket")
    return found[:1]


def _counted(unit: str) -> str:
    """Returns the noun that a unit means: of pieces nothing is kept, so tickets are counted."""
    if unit in question_words("unit_only").texts("not_kept"):
        return "ticket"
    return unit


def _figures_of(noun: str, said: SaidPhrases) -> list[Figure]:
    """Returns the figures of one noun in the states that are said."""
    table = figures_of(noun)
    beside = question_words("several").texts(noun)
    side_by_side = [state for state in said.states if state in beside]
    if side_by_side:
        return [figure for state in side_by_side for figure in table[state]]
    state = _first_said(table, said)
    late = _first_said(_OF_TICKETS, said)
    if noun == "customer" and late:
        return list(figures_of("ticket")[late])
    return list(table[state])


def _first_said(states: Iterable[str], said: SaidPhrases) -> str:
    """Returns the first of these states that is said, "" for none."""
    return next((state for state in states if state in said.states), "")


def not_kept(said: SaidPhrases) -> str:
    """Returns what was to be counted though nothing is kept of it, as it was typed."""
    unkept = question_words("unit_only").texts("not_kept")
    typed = [one.text for one in said.of(Says.UNIT) if one.sense.value in unkept]
    return next(iter(typed), "")
