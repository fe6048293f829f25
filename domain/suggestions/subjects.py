"""The likeliest subjects of an enquiry: from its words, its channel, and what the desk chose for
such words before.

It orders options and decides nothing. Thai has no blanks between words, so runs of letters stand
for words."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from math import log

from domain.catalogue import Catalogue
from domain.data import TomlTable
from domain.text import fold

MOST = 3
RUN = 4
"""Letters in a run; one to two Thai syllables."""
READ = 600
"""Characters of a text that are read: what is asked stands at its beginning."""
SMOOTHING = 0.02
LEAST_SMOOTHING = 100.0
"""The part of all runs learnt (at least so many) with which a subject must have been seen until its
own tickets say as much of it as everybody's."""
OF_TICKETS = 0.2
OF_WORDS = 1.3
OF_CHANNEL = 6.0
"""How much tickets (runs overlap, so each counts a fifth), listed words and a foreign channel
weigh.
"""
LEAST = 0.5
"""Evidence below which nothing is suggested."""

Seeds = Mapping[str, Collection[str]]
"""For each listed word, as it sounds, the subjects of which it speaks."""


def read_seeds(root: TomlTable, catalogue: Catalogue) -> Seeds:
    """Reads the table `suggestions`: subject or group -> words; raises DataError for a subject that
    the catalogue lacks.
    """
    table = root.table("suggestions")
    seeds: dict[str, set[str]] = {}
    for code in table.values:
        if code not in catalogue.subjects:
            raise table.refusal("is no subject or group of the catalogue", code)
        members = _members(catalogue, code)
        for word in table.texts(code):
            seeds.setdefault(sound_of(word), set()).update(members)
    return {word: members for word, members in seeds.items() if word and members}


def _members(catalogue: Catalogue, code: str) -> list[str]:
    """Returns the subjects to choose from with this code, or in this group."""
    subjects = [one for one in catalogue.subjects.values() if one.selectable]
    return [one.code for one in subjects if code in (one.code, one.parent)]


class Model:
    """What closed tickets taught: how often each subject came by each channel, and with which runs
    of letters.
    """

    def __init__(self) -> None:
        self._runs: dict[str, Counter[str]] = {}
        self._sizes: Counter[str] = Counter()
        self._all: Counter[str] = Counter()
        self._every = 0
        self._channels: Counter[tuple[str, str]] = Counter()

    def learn(self, subject: str, channel: str, text: str) -> None:
        """Learns one closed ticket."""
        runs = _runs(sound_of(text))
        self._runs.setdefault(subject, Counter()).update(runs)
        self._sizes[subject] += len(runs)
        self._all.update(runs)
        self._every += len(runs)
        self._channels[channel, subject] += 1

    def unlearn(self, subject: str, channel: str, text: str) -> None:
        """Forgets one that was learnt, as it was then."""
        runs = _runs(sound_of(text))
        for counted in (self._runs[subject], self._all):
            counted.subtract(runs)
            for run in runs:
                if not counted[run]:
                    del counted[run]
        self._sizes[subject] -= len(runs)
        self._every -= len(runs)
        self._channels[channel, subject] -= 1

    def likeliest(
        self,
        text: str,
        channel: str,
        subjects: Sequence[str],
        *,
        seeds: Seeds,
        fitting: Collection[str],
        habits: Mapping[str, int],
    ) -> list[str]:
        """Returns at most three of `subjects`, likeliest first; [] where the text tells nothing.

        `fitting` = those that the channel lists, `habits` = how often the officer chose a
        subject lately."""
        evidence = self._evidence(text, subjects, seeds)
        if max(evidence.values(), default=0.0) < LEAST:
            return []
        count = {one: self._channels[channel, one] + habits.get(one, 0) for one in subjects}
        every = sum(count.values()) + len(subjects)

        def score(one: str) -> float:
            odds = log((count[one] + 1) * len(subjects) / every) / 2
            # A subject that does not list the channel may be right: it only needs more evidence.
            foreign = 0 if one in fitting else OF_CHANNEL
            return evidence[one] + odds - foreign

        return sorted(subjects, key=lambda one: -score(one))[:MOST]

    def _evidence(
        self,
        text: str,
        subjects: Sequence[str],
        seeds: Seeds,
    ) -> dict[str, float]:
        """Returns for each subject what the text says for or against it."""
        sound = sound_of(text)
        evidence = dict.fromkeys(subjects, 0.0)
        for word, members in seeds.items():
            if word not in sound:
                continue
            # A word says the more, the fewer subjects it speaks of; one of all of them says little.
            said = OF_WORDS * log(len(subjects) / len(members) + 1)
            for one in evidence.keys() & members:
                evidence[one] += said
        runs = [run for run in _runs(sound) if run in self._all]
        if not runs:
            return evidence
        for one in subjects:
            evidence[one] += OF_TICKETS * self._odds(one, runs)
        return evidence

    def _odds(self, subject: str, runs: Sequence[str]) -> float:
        """Returns as much as everybody's tickets would say, and more for each run that is commoner
        in this subject's.
        """
        taught = self._runs.get(subject, Counter())
        smoothing = max(LEAST_SMOOTHING, SMOOTHING * self._every)
        odds = len(runs) * log(smoothing / (self._sizes[subject] + smoothing))
        odds += sum(
            log(1 + taught[run] * self._every / (self._all[run] * smoothing))
            for run in runs
            if run in taught
        )
        return odds


def sound_of(text: str) -> str:
    """Returns a text as it sounds, without signs, figures and blanks."""
    folded = fold(text[:READ]).replace(" ", "")
    return "".join(letter for letter in folded if not letter.isdigit())


def _runs(sound: str) -> set[str]:
    return {sound[at : at + RUN] for at in range(len(sound) - RUN + 1)}
