"""What the words of an enquiry surely say of its subject and channel, if only habit has chosen them
so far.

Unlike `domain.suggestions.subjects`, which orders options, this asks: so it speaks up only where a
word is telling. The words are those of the suggestions without the vague ones; a word that stands
within a longer known one says nothing itself (the Thai for "to lend" within "a loan")."""

from collections import defaultdict
from collections.abc import (
    Collection,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from dataclasses import dataclass, field
from datetime import date
from math import log

from domain.catalogue import Catalogue
from domain.data import TomlTable
from domain.suggestions.subjects import Seeds, sound_of

MOST = 6
MOST_CHANNELS = 4
"""So many ways are offered beside the one of habit, so many of them the likeliest subject by
different channels.
"""
SHORTEST = 3
"""Letters of sound; what sounds as short as the Thai for "write" does, stands within everything."""
SURE_GROUP = 1.0
SURE_SUBJECT = 2.0
"""How much more the words must say for another group of subjects, or another of the same group,
than for the habit.
"""
NEAR = 1.2
"""A subject for which the words say hardly less than for the likeliest is offered beside it."""

Way = tuple[str, str]
"""Subject and channel."""
_Span = tuple[int, int, str]
"""Where a word begins and ends, and the word."""


@dataclass(frozen=True, slots=True)
class Telling:
    """The telling words, as they sound: the subjects and the channel of which each speaks.

    `covers` speak of nothing; they are longer words in which others stand. `undecided` has for a
    group of subjects others for which no words speak against it, but with one of these results."""

    subjects: Mapping[str, frozenset[str]]
    channels: Mapping[str, str]
    covers: frozenset[str]
    undecided: Mapping[str, tuple[frozenset[str], tuple[str, ...]]]

    def of_subjects(self, text: str) -> list[frozenset[str]]:
        """Returns what each telling word of the text says of its subject."""
        return [self.subjects[word] for word in self._within(text, self.subjects)]

    def of_channels(self, text: str) -> set[str]:
        """Returns the channels that the text tells."""
        return {self.channels[word] for word in self._within(text, self.channels)}

    def _within(self, text: str, known: Collection[str]) -> list[str]:
        """Returns the known words of a text, none that stands within a longer one or within a
        cover.
        """
        sound = sound_of(text)
        spans: list[_Span] = []
        for word in (*known, *self.covers):
            spans += _places(word, sound)
        kept = set()
        for span in spans:
            covered = any(_is_within(span, other) for other in spans)
            if not covered:
                kept.add(span[2])
        return [word for word in known if word in kept]


def _places(word: str, sound: str) -> Iterator[_Span]:
    """Yields all places where a word stands."""
    start = sound.find(word)
    while start >= 0:
        yield start, start + len(word), word
        start = sound.find(word, start + 1)


def _is_within(span: _Span, other: _Span) -> bool:
    """Returns whether a word stands within a longer one."""
    start, end, word = span
    begin, stop, longer = other
    return begin <= start and end <= stop and len(longer) > len(word)


@dataclass(frozen=True, slots=True)
class Pointer:
    """Asks what a text tells against the subject and channel of habit, on one day."""

    telling: Telling
    catalogue: Catalogue
    on: date

    def ways(
        self,
        details: str,
        result: str,
        habit: Way,
        said: Collection[str] = (),
        likely: Sequence[str] = (),
    ) -> list[Way]:
        """Returns the other ways that details and result tell, likeliest first; [] where they agree
        or say nothing.

        `said` = which of subject and channel the officer chose herself: they stay as they are.
        `likely` orders the subjects between which the telling words do not decide."""
        ways = self._ways(details, result, habit, said, likely)
        return [way for way in ways if way != habit][:MOST]

    def _ways(
        self,
        details: str,
        result: str,
        habit: Way,
        said: Collection[str],
        likely: Sequence[str],
    ) -> list[Way]:
        subject, channel = habit
        other = "" if "channel" in said else self._channel(details, channel)
        if "subject" in said:
            fits = other and self.catalogue.fits(subject, other)
            return [(subject, other)] if fits else []
        undecided = frozenset() if other else self._undecided(result, subject)
        told = [*self.telling.of_subjects(details), *self._sold(result)]
        subjects = self._subjects(told, subject, likely, undecided)
        if not other and "channel" not in said:
            return self._by_any_channel(subjects, channel)
        return self._by_one_channel(subjects, subject, other or channel)

    def _by_one_channel(self, subjects: Sequence[str], habit: str, channel: str) -> list[Way]:
        """Returns these subjects as far as they come by the channel; else what is like the
        likeliest, or like the subject of habit.
        """
        fitting = [one for one in subjects if self.catalogue.fits(one, channel)]
        likeliest = next(iter(subjects), habit)
        return [(one, channel) for one in fitting or self._kin(likeliest, channel)]

    def _channel(self, text: str, channel: str) -> str:
        """Returns the one channel that the words tell, where it is another one."""
        named = self.telling.of_channels(text)
        if len(named) != 1 or channel in named:
            return ""
        return named.pop()

    def _by_any_channel(self, subjects: Sequence[str], channel: str) -> list[Way]:
        """Returns the likeliest subject by several of its channels, the others by one each."""
        if not subjects:
            return []
        first, *others = [self._by_channels(one, channel) for one in subjects]
        return [*first[:MOST_CHANNELS], *(ways[0] for ways in others)]

    def _by_channels(self, subject: str, channel: str) -> list[Way]:
        """Returns the subject by each of its channels, this one before the others."""
        own = self.catalogue.subject(subject).channels or (channel,)
        return [(subject, one) for one in sorted(own, key=lambda one: one != channel)]

    def _kin(self, subject: str, channel: str) -> list[str]:
        """Returns the subject itself where it comes by the channel or nothing like it does, else
        those of its group that do.
        """
        if self.catalogue.fits(subject, channel):
            return [subject]
        active = self.catalogue.active_subjects(self.on, channel)
        kin = [one.code for one in active if _group(one.code) == _group(subject)]
        return kin or [subject]

    def _sold(self, result: str) -> list[frozenset[str]]:
        """Returns what the words of the result say: how it was answered; only a sale is one,
        wherever it is told.
        """
        sales = self.catalogue.sales
        return [members for members in self.telling.of_subjects(result) if members <= sales]

    def _subjects(
        self,
        told: Iterable[frozenset[str]],
        subject: str,
        likely: Sequence[str],
        undecided: frozenset[str],
    ) -> list[str]:
        """Returns other subjects that the words tell, the likeliest first."""
        scores = self._scores(told)
        single = scores.single
        if not single:
            return []
        own = _group(subject)
        order = [*likely, *self.catalogue.subjects]

        def rank(one: str) -> tuple[float, bool, float, int]:
            group = _group(one)
            return -scores.groups[group], group != own, -single[one], order.index(one)

        ranked = sorted(single, key=rank)
        best = ranked[0]
        if best in undecided or not scores.are_sure(best, subject):
            return []
        return [one for one in ranked if single[best] - single[one] <= NEAR and one != subject]

    def _undecided(self, result: str, subject: str) -> frozenset[str]:
        """Returns the subjects for which no words speak against this one with such a result."""
        others, results = self.telling.undecided.get(_group(subject), (frozenset(), ()))
        sound = sound_of(result)
        if any(word in sound for word in results):
            return frozenset()
        return others

    def _scores(self, told: Iterable[frozenset[str]]) -> "_Scores":
        """Returns what is told of each subject and group: the more, the fewer share a word."""
        active = {one.code for one in self.catalogue.active_subjects(self.on)}
        every = len({_group(one) for one in active})
        scores = _Scores()
        for subjects in told:
            members = subjects & active
            groups = {_group(one) for one in members}
            for member in members:
                scores.single[member] += log(len(active) / len(members) + 1)
            for group in groups:
                scores.groups[group] += log(every / len(groups) + 1)
        return scores


@dataclass(slots=True)
class _Scores:
    """How much is told of each subject, and of each group of subjects."""

    single: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    groups: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))

    def are_sure(self, best: str, habit: str) -> bool:
        """Returns whether so much more is told of the one than of the other that it is asked
        for.
        """
        group = _group(best)
        own = _group(habit)
        if group == own:
            return self.single[best] - self.single[habit] >= SURE_SUBJECT
        return self.groups[group] - self.groups[own] >= SURE_GROUP


def read_telling(root: TomlTable, catalogue: Catalogue, seeds: Seeds) -> Telling:
    """Reads the table `pointing` over the words of the suggestions; raises DataError for a channel
    that the catalogue lacks.
    """
    table = root.table("pointing")
    table.check_keys(("vague", "covers", "channels", "undecided"))
    channels = _read_channels(table.table("channels"), catalogue)
    vague = {sound_of(word) for word in table.texts("vague")}
    subjects = {
        word: frozenset(members)
        for word, members in seeds.items()
        if word not in vague and len(word) >= SHORTEST
    }
    undecided = {}
    for group, row in table.table("undecided").tables():
        unless = tuple(map(sound_of, row.texts("unless")))
        undecided[group] = (frozenset(row.texts("of")), unless)
    covers = frozenset(map(sound_of, table.texts("covers")))
    return Telling(subjects, channels, covers, undecided)


def _read_channels(table: TomlTable, catalogue: Catalogue) -> dict[str, str]:
    """Returns how each word sounds, and the channel of which it speaks."""
    channels: dict[str, str] = {}
    for code in table.values:
        if code not in catalogue.channels:
            raise table.refusal("is no channel of the catalogue", code)
        for word in table.texts(code):
            channels[sound_of(word)] = code
    return channels


def _group(subject: str) -> str:
    return subject.partition(".")[0]
