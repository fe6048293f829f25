"""What the phrases of one question say, kind by kind. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from domain.reports.requests import Dimension
from domain.reports.words.segments import TextSegment
from domain.reports.words.senses import Says, Sense
from domain.reports.words.tables import phrases
from domain.text import words


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase as it was typed, where it stands, and what it says."""

    text: str
    start: int
    sense: Sense


@dataclass(frozen=True, slots=True)
class SaidPhrases:
    """The segments of a question; `nouns`, `states`, `units` and `pers` in the order in which they
    are said.
    """

    segments: Sequence[TextSegment]
    phrases: tuple[Phrase, ...] = field(init=False)
    nouns: tuple[str, ...] = field(init=False)
    states: tuple[str, ...] = field(init=False)
    units: tuple[str, ...] = field(init=False)
    pers: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        found = [
            Phrase(
                one.text.strip(),
                one.start,
                one.sense,
            )
            for one in self.segments
            if one.sense is not None
        ]
        object.__setattr__(
            self,
            "phrases",
            tuple(found),
        )
        object.__setattr__(
            self,
            "nouns",
            self._values(Says.NOUN),
        )
        object.__setattr__(
            self,
            "states",
            (*self._values(Says.STATE), *self._aged()),
        )
        object.__setattr__(
            self,
            "units",
            self._values(Says.UNIT),
        )
        object.__setattr__(
            self,
            "pers",
            self._values(Says.PER),
        )

    def of(self, *kinds: Says) -> list[Phrase]:
        """Returns the phrases that say something of these kinds."""
        return [one for one in self.phrases if one.sense.says in kinds]

    def says(self, *kinds: Says) -> bool:
        """Returns whether any phrase says something of these kinds."""
        return bool(self.of(*kinds))

    def dimensions(self, says: Says) -> list[Dimension]:
        """Returns the dimensions of the phrases of a kind."""
        return [one.sense.dimension for one in self.of(says) if one.sense.dimension is not None]

    @property
    def unknown(self) -> list[TextSegment]:
        """What is not understood."""
        return [one for one in self.segments if one.sense is None]

    @property
    def names_owed(self) -> bool:
        """Whether something is named that is owed to the desk."""
        return not set(words("owed_kinds").values).isdisjoint(self.nouns)

    def _values(self, says: Says) -> tuple[str, ...]:
        return tuple(one.sense.value for one in self.of(says))

    def _aged(self) -> list[str]:
        """The state of what is said to wait for longer than some time."""
        waits = tuple(parts[0] for parts in phrases("states", "open"))
        return ["open" for age in self._values(Says.AGE) if age.startswith(waits)]
