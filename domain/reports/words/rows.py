"""By what a question wants its figures, and of which days or months their average. Pure."""

from collections import Counter

from domain.reports.requests import Dimension
from domain.reports.words.narrowing import RequestFilters
from domain.reports.words.said import Phrase, SaidPhrases
from domain.reports.words.senses import Says
from domain.reports.words.tables import question_words

_ROWS_OF = {"day": Dimension.DAY, "month": Dimension.MONTH}


def by_said(said: SaidPhrases, filters: RequestFilters) -> Dimension | None:
    """Returns what the figures are wanted by: what is said, else what several names are of, else
    the staff where it is asked who.
    """
    wanted = said.dimensions(Says.BY)
    if said.says(Says.AVERAGE):
        # Of days and months the average is wanted, not a row of each.
        wanted = [one for one in wanted if one not in _ROWS_OF.values()]
    found = [*wanted, *_by_names(said, filters), *_by_times(said)]
    if said.says(Says.WHO) and not customers_asked(said):
        found.append(Dimension.OFFICER)
    return next(iter(found), None)


def _by_names(said: SaidPhrases, filters: RequestFilters) -> list[Dimension]:
    """Returns what several names are of, and what is named but no name of it."""
    named = Counter(dimension for dimension, _key in filters)
    naming = Counter(said.dimensions(Says.FILTER))
    several = [one for one in named if named[one] > 1 and naming[one] > 1]
    maybe = [one for one in said.dimensions(Says.MAYBE_BY) if one not in named]
    return several + maybe


def _by_times(said: SaidPhrases) -> list[Dimension]:
    """Returns days or months, where how many in each is asked, and no average."""
    if said.says(Says.AVERAGE):
        return []
    return [_ROWS_OF[one] for one in said.pers if one in _ROWS_OF]


def per_said(said: SaidPhrases) -> str:
    """Returns what the average is wanted of: a day, a week, a month; "" where none is."""
    if not said.says(Says.AVERAGE):
        # Weeks have no rows.
        return next((one for one in said.pers if one not in _ROWS_OF), "")
    wanted = said.dimensions(Says.BY)
    of_rows = [per for per, by in _ROWS_OF.items() if by in wanted]
    return next(iter([*said.pers, *of_rows]), "")


def customers_asked(said: SaidPhrases) -> list[Phrase]:
    """Returns the word for "who" where customers are asked for: reports name none."""
    states = question_words("who_asks").texts("states")
    if said.names_owed or "ticket" in said.nouns or set(states).isdisjoint(said.states):
        return []
    return said.of(Says.WHO)
