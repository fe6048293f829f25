"""What a phrase of a question may say, and the phrases of a question by their first letter."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum, auto

from domain.dates.periods import Period
from domain.reports.requests import Dimension
from domain.reports.words.tables import Parts


class Says(Enum):
    """What kind of thing a phrase says."""

    NOUN = auto()
    STATE = auto()
    UNIT = auto()
    HOW_MANY = auto()
    MOST = auto()
    LEAST = auto()
    AVERAGE = auto()
    PER = auto()
    EACH = auto()
    COMPARE = auto()
    WHO = auto()
    REPORT = auto()
    BY = auto()
    MAYBE_BY = auto()
    FILTER = auto()
    PERIOD = auto()
    AGE = auto()
    NOTHING = auto()


@dataclass(frozen=True, slots=True)
class Sense:
    """What a phrase says: NOUN, STATE, UNIT and PER their name as `value`; BY its dimension; FILTER
    a dimension and the keys of which any may be meant; PERIOD its days.
    """

    says: Says
    value: str = ""
    dimension: Dimension | None = None
    keys: tuple[str, ...] = ()
    period: Period | None = None


@dataclass(frozen=True, slots=True)
class Phrases:
    """Phrases with their senses; the first sense that was entered counts."""

    senses: dict[Parts, Sense] = field(default_factory=dict)
    by_letter: dict[str, list[Parts]] = field(default_factory=dict)

    def enter(
        self,
        phrases: Iterable[Parts],
        sense: Sense,
    ) -> None:
        """Enters phrases, but for those that say something already."""
        for parts in phrases:
            if not parts or parts in self.senses:
                continue
            self.senses[parts] = sense
            self.by_letter.setdefault(parts[0][0], []).append(parts)
