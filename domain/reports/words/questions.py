"""A question about figures, read: which figures, by what, of which tickets, of which days, and the
words that say nothing to the desk. Pure.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from itertools import pairwise

from domain.catalogue import Catalogue
from domain.patterns import one_of
from domain.reports.figures import Figure
from domain.reports.requests import Dimension
from domain.reports.words.counting import figures_said, not_kept
from domain.reports.words.days import SaidDays, days_said
from domain.reports.words.narrowing import RequestFilters, filters_said
from domain.reports.words.rows import by_said, customers_asked, per_said
from domain.reports.words.said import Phrase, SaidPhrases
from domain.reports.words.segments import segments_of
from domain.reports.words.senses import Phrases, Says
from domain.reports.words.slips import without_slips
from domain.reports.words.tables import figures_of, phrases, question_words
from domain.text import words
from domain.tickets.references import without_courtesy

MOST_UNKNOWN = 0.5
FEW_UNKNOWN = 0.25
"""A text of which a larger share of the letters is not understood is no question: the larger one
where tickets are counted, which no enquiry does, else the smaller one.
"""
_SIGNS = (
    Says.UNIT,
    Says.HOW_MANY,
    Says.MOST,
    Says.LEAST,
    Says.WHO,
    Says.COMPARE,
)


@dataclass(frozen=True, slots=True)
class Question:
    """What was understood of a question. No `figures` = all of them.

    `days` = the days that are asked for, and those beside which they are to be told. `per` = the
    average of each "day", "week" or "month" is wanted, "" for none; `least` = the smallest first.
    `backwards` = a span whose end stands before its beginning, as it was typed.
    `owed` = the words that narrow the list of what is owed, where a list is asked for and no
    figure. `not_kept` = what was to be counted though the desk keeps no number of it. `unknown` are
    the words that say nothing to the desk, as they were typed.

    `asked` = something says that it is a question, `of_desk` = something says that it is one about
    the desk's own work, `counts_tickets` = nothing else can be meant; `led` = it begins with a word
    for a report.
    """

    figures: tuple[Figure, ...] = ()
    by: Dimension | None = None
    filters: RequestFilters = ()
    days: SaidDays = field(default_factory=SaidDays)
    per: str = ""
    least: bool = False
    backwards: str = ""
    owed: str = ""
    not_kept: str = ""
    unknown: tuple[str, ...] = ()
    unknown_share: float = 0.0
    asked: bool = False
    of_desk: bool = False
    counts_tickets: bool = False
    led: bool = False

    @property
    def is_bare(self) -> bool:
        """Whether a text without any command is surely a question about the desk's work."""
        most = MOST_UNKNOWN if self.counts_tickets else FEW_UNKNOWN
        return self.asked and self.of_desk and self.unknown_share <= most

    @property
    def is_report(self) -> bool:
        """Whether a text that begins with a word for a report asks for one."""
        return self.led and self.unknown_share <= MOST_UNKNOWN


def may_ask(text: str) -> bool:
    """Returns whether a word that asks, or begins a report, stands anywhere in a text: of most
    texts that are typed none does, and they need no closer look.
    """
    return _signs().search(text) is not None


@cache
def _signs() -> re.Pattern[str]:
    keys = ("before", "alone", "most", "compare", "who", "report")
    asking = [parts for key in keys for parts in phrases("how_many", key)]
    by = [*phrases("by", "before"), *phrases("by", "behind")]
    begun = {parts[0] for parts in (*asking, *by)}
    return re.compile(one_of(begun), re.IGNORECASE)


def read_question(
    text: str,
    today: date,
    catalogue: Catalogue,
    *vocabularies: Phrases,
) -> Question:
    """Reads a clean text, whatever it is: whether it is a question is told by what is read."""
    text = without_slips(without_courtesy(text))
    said = SaidPhrases(
        segments_of(
            text,
            today,
            *vocabularies,
        )
    )
    filters = filters_said(said, catalogue)
    owed = _owed_list(said)
    figures: tuple[Figure, ...] = ()
    by = None
    if not owed:
        figures = figures_said(said)
        by = by_said(said, filters)
    letters = sum(len(one.text.strip()) for one in said.unknown)
    return Question(
        figures=figures,
        by=by,
        filters=filters,
        days=days_said(text, said, today),
        per=per_said(said),
        least=said.says(Says.LEAST) or "fastest" in said.nouns,
        backwards=_backwards(text, said),
        owed=owed,
        not_kept=not_kept(said),
        unknown=_not_understood(said, owed),
        unknown_share=letters / max(len(text.replace(" ", "")), 1),
        asked=said.says(*_SIGNS) or _asks_which(said) or _is_table(said),
        of_desk=_is_of_desk(said, filters),
        counts_tickets=_counts_tickets(said),
        led=_is_led(said),
    )


def _not_understood(said: SaidPhrases, owed: str) -> tuple[str, ...]:
    """Returns the words that are not understood, and those of which no figure is drawn."""
    found = [one.text.strip() for one in said.unknown]
    found += [one.text for one in customers_asked(said)]
    if not owed:
        found += [one.text for one in said.of(Says.AGE)]
    return tuple(dict.fromkeys(found))


def _backwards(text: str, said: SaidPhrases) -> str:
    """Returns two spans that are joined as if they were one though the later one stands first."""
    spans = said.of(Says.PERIOD)
    for first, last in pairwise(spans):
        between = text[first.start + len(first.text) : last.start].strip()
        if between in words("periods").texts("until"):
            return text[first.start : last.start + len(last.text)]
    return ""


# What it asks.


def _asks_which(said: SaidPhrases) -> bool:
    """Returns whether one of several is asked for, or how many there are, by a word beside it."""
    ends = tuple("".join(parts) for parts in phrases("by", "behind"))
    begins = tuple(parts[0] for parts in phrases("how_many", "before"))
    by = [one.text.replace(" ", "") for one in said.of(Says.BY, Says.NOUN)]
    return any(text.endswith(ends) for text in by) or any(text.startswith(begins) for text in by)


def _is_table(said: SaidPhrases) -> bool:
    """Returns whether days and what their figures are by are named, and nothing else is said that
    is not understood.
    """
    return said.says(Says.BY) and said.says(Says.PERIOD) and not said.unknown


# Lists.


def _owed_list(said: SaidPhrases) -> str:
    """Returns the words that narrow the list of what is owed; "" where no list is asked for: that
    is asked for by who, how old, or a kind of which there is no figure.
    """
    if not said.names_owed or {"owed", "open", "missed"}.isdisjoint(said.states):
        return ""
    has_figure = any(figures_of(noun) for noun in said.nouns)
    if has_figure and not said.says(Says.WHO, Says.AGE):
        return ""
    unknown = [(one.start, one.text.strip()) for one in said.unknown]
    narrows = [(one.start, one.text) for one in said.phrases if _narrows(one)]
    return " ".join(text for _start, text in sorted([*unknown, *narrows]))


def _narrows(one: Phrase) -> bool:
    """Returns whether a phrase says something that narrows the list of what is owed."""
    sense = one.sense
    match sense.says:
        case Says.NOUN:
            return sense.value in words("owed_kinds").values
        case Says.FILTER:
            return sense.dimension is Dimension.OFFICER
        case Says.STATE:
            return sense.value == "missed"
        case _:
            return sense.says in (Says.AGE, Says.PERIOD)


# What kind of text it is.


def _is_led(said: SaidPhrases) -> bool:
    """Returns whether a word for a report begins the text, and is not part of another word."""
    lead_ins = question_words("lead_ins").texts("words")
    phrases_ = [one for one in said.phrases if one.text not in lead_ins]
    first = next(iter(phrases_), None)
    if first is None or first.sense.says is not Says.REPORT:
        return False
    end = first.start + len(first.text)
    return not any(one.start <= end for one in said.unknown)


def _counts_tickets(said: SaidPhrases) -> bool:
    units = question_words("unit_signs").texts("sure")
    return any(one.text.casefold().endswith(units) for one in said.of(Says.UNIT))


def _is_of_desk(said: SaidPhrases, filters: RequestFilters) -> bool:
    """Returns whether the text surely is about the desk's own work: it names that, or counts
    tickets, or asks for some of its days.
    """
    signs = question_words("desk_signs")
    named = _any_of(said.states, signs.texts("states")) or _any_of(said.nouns, signs.texts("nouns"))
    if named or _counts_tickets(said):
        return True
    told = bool(filters or said.nouns) or _any_of(said.states, ("came", "handled"))
    of_days = said.says(Says.PERIOD) and told
    return of_days or _sorts_own(said) or _is_all_understood(said)


def _is_all_understood(said: SaidPhrases) -> bool:
    """Returns whether nothing is said but of which days what is counted, compared or sorted, or of
    what came in the most or the least is asked.
    """
    asks = said.says(*_SIGNS, Says.BY, Says.PER)
    sorts = said.says(Says.MOST, Says.LEAST) and "came" in said.states
    told = said.says(Says.PERIOD) or sorts
    return asks and told and not said.unknown


def _sorts_own(said: SaidPhrases) -> bool:
    """Returns whether the most of something is asked for that the desk alone sorts its tickets by,
    or days are compared.
    """
    own = question_words("desk_signs").texts("by")
    if said.says(Says.COMPARE) and len(said.of(Says.COMPARE, Says.PERIOD)) > 2:
        return True
    asks = said.says(
        Says.MOST,
        Says.LEAST,
        Says.HOW_MANY,
        Says.EACH,
    )
    return asks and _any_of(said.dimensions(Says.BY), own)


def _any_of(said: Sequence[str], signs: Sequence[str]) -> bool:
    return not set(signs).isdisjoint(said)
