"""What the words of an enquiry surely say of its subject and channel, where only habit has chosen
them yet.

Unlike `domain.suggestions.subjects`, which orders options, this asks: so it speaks up only where a word
is telling. The words are those of the suggestions without the vague ones; a word that stands within
a longer known one says nothing itself (the Thai for "to lend" within "a loan")."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import log

from domain.catalogue import Catalogue
from domain.data import TomlTable
from domain.suggestions.subjects import Seeds, sound_of

MOST, MOST_CHANNELS = 6, 4
"""So many ways are offered beside the one of habit, so many of them the likeliest subject by
different channels.
"""
SHORTEST = 3
"""Letters of sound; what sounds as short as the Thai for "write" does, stands within everything."""
SURE_GROUP, SURE_SUBJECT = 1.0, 2.0
"""How much more the words must say for another group of subjects, or another of the same group,
than for the habit.
"""
NEAR = 1.2
"""A subject for which the words say hardly less than for the likeliest is offered beside it."""

Way = tuple[str, str]
"""Subject and channel."""


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
        """What each telling word of the text says of its subject."""
        return [self.subjects[word] for word in self._within(text, self.subjects)]

    def of_channels(self, text: str) -> set[str]:
        """The channels that the text tells."""
        return {self.channels[word] for word in self._within(text, self.channels)}

    def _within(self, text: str, known: Collection[str]) -> list[str]:
        """The known words of a text, none that stands within a longer one or within a cover."""
        sound = sound_of(text)
        spans = []
        for word in (*known, *self.covers):
            start = sound.find(word)
            while start >= 0:
                spans.append((start, start + len(word), word))
                start = sound.find(word, start + 1)
        kept = {one[2] for one in spans if not any(_stands_within(one, other) for other in spans)}
        return [word for word in known if word in kept]


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
        """The other ways that details and result tell, likeliest first; [] where they agree or say
        nothing.

        `said` = which of subject and channel the officer chose herself: they stay as they are.
        `likely` orders the subjects between which the telling words do not decide."""
        ways = self._ways(details, result, habit, said, likely)
        return [way for way in ways if way != habit][:MOST]

    def _ways(
        self, details: str, result: str, habit: Way, said: Collection[str], likely: Sequence[str]
    ) -> list[Way]:
        subject, channel = habit
        other = "" if "channel" in said else self._channel(details, channel)
        if "subject" in said:
            return [(subject, other)] if other and self.catalogue.fits(subject, other) else []
        undecided = frozenset() if other else self._undecided(result, subject)
        subjects = self._subjects(details, result, subject, likely, undecided)
        if not other and "channel" not in said:
            first, *more = [self._by_channels(one, channel) for one in subjects] or [[]]
            return [*first[:MOST_CHANNELS], *(ways[0] for ways in more)]
        by = other or channel
        fitting = [one for one in subjects if self.catalogue.fits(one, by)]
        return [(one, by) for one in fitting or self._kin([*subjects, subject][0], by)]

    def _channel(self, text: str, channel: str) -> str:
        """The one channel that the words tell, where it is another one."""
        named = self.telling.of_channels(text)
        return named.pop() if len(named) == 1 and channel not in named else ""

    def _by_channels(self, subject: str, channel: str) -> list[Way]:
        """The subject by each of its channels, this one before the others."""
        own = self.catalogue.subject(subject).channels or (channel,)
        return [(subject, one) for one in sorted(own, key=lambda one: one != channel)]

    def _kin(self, subject: str, channel: str) -> list[str]:
        """The subject itself where it comes by the channel or nothing like it does, else those of
        its group that do.
        """
        if self.catalogue.fits(subject, channel):
            return [subject]
        active = self.catalogue.active_subjects(self.on, channel)
        return [one.code for one in active if _group(one.code) == _group(subject)] or [subject]

    def _subjects(
        self,
        details: str,
        result: str,
        subject: str,
        likely: Sequence[str],
        undecided: frozenset[str],
    ) -> list[str]:
        """Other subjects that the words tell, the likeliest first."""
        sales = self.catalogue.sales
        # What a result says is how it was answered; only a sale is one, wherever it is told.
        sold = [members for members in self.telling.of_subjects(result) if members <= sales]
        single, groups = self._scores([*self.telling.of_subjects(details), *sold])
        if not single:
            return []
        own = _group(subject)
        order = [*likely, *self.catalogue.subjects]
        ranked = sorted(
            single,
            key=lambda one: (
                -groups[_group(one)],
                _group(one) != own,
                -single[one],
                order.index(one),
            ),
        )
        best = ranked[0]
        if best in undecided:
            return []
        if _group(best) != own and groups[_group(best)] - groups[own] < SURE_GROUP:
            return []
        if _group(best) == own and single[best] - single[subject] < SURE_SUBJECT:
            return []
        return [one for one in ranked if single[best] - single[one] <= NEAR and one != subject]

    def _undecided(self, result: str, subject: str) -> frozenset[str]:
        """The subjects for which no words speak against this one with such a result."""
        others, results = self.telling.undecided.get(_group(subject), (frozenset(), ()))
        sound = sound_of(result)
        return frozenset() if any(word in sound for word in results) else others

    def _scores(
        self, told: Iterable[frozenset[str]]
    ) -> tuple[defaultdict[str, float], defaultdict[str, float]]:
        """For each subject, and each group of subjects, what is told of it: the more, the fewer
        share a word.
        """
        active = {one.code for one in self.catalogue.active_subjects(self.on)}
        every = len({_group(one) for one in active})
        single: defaultdict[str, float] = defaultdict(float)
        groups: defaultdict[str, float] = defaultdict(float)
        for one in told:
            members = one & active
            named = {_group(one) for one in members}
            for member in members:
                single[member] += log(len(active) / len(members) + 1)
            for group in named:
                groups[group] += log(every / len(named) + 1)
        return single, groups


def read_telling(root: TomlTable, catalogue: Catalogue, seeds: Seeds) -> Telling:
    """The table `pointing` over the words of the suggestions; DataError for a channel that the
    catalogue lacks.
    """
    table = root.table("pointing")
    table.check_keys(("vague", "covers", "channels", "undecided"))
    channels: dict[str, str] = {}
    listed = table.table("channels")
    for code in listed.values:
        if code not in catalogue.channels:
            raise listed.refusal("is no channel of the catalogue", code)
        channels.update({sound_of(word): code for word in listed.texts(code)})
    vague = {sound_of(word) for word in table.texts("vague")}
    telling = {word: frozenset(members) for word, members in seeds.items() if word not in vague}
    subjects = {word: members for word, members in telling.items() if len(word) >= SHORTEST}
    undecided = {
        group: (frozenset(row.texts("of")), tuple(map(sound_of, row.texts("unless"))))
        for group, row in table.table("undecided").tables()
    }
    return Telling(subjects, channels, frozenset(map(sound_of, table.texts("covers"))), undecided)


def _stands_within(one: tuple[int, int, str], other: tuple[int, int, str]) -> bool:
    return other[0] <= one[0] and one[1] <= other[1] and len(other[2]) > len(one[2])


def _group(subject: str) -> str:
    return subject.partition(".")[0]
