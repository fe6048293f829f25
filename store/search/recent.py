"""The words that no segment of the index has yet: few, and each is known as soon as it is added."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from domain.customers.romanise import Sound, thai_sounds
from domain.text.keyboard import has_thai
from store.search.slips import SlipIndex
from store.search.sounds import Candidates


class RecentWords:
    """Some thousand words; to add one takes as long as to hear it, however many there are."""

    def __init__(self, words: Iterable[str] = ()) -> None:
        self._words: dict[str, None] = {}
        self._by_letters = SlipIndex()
        self._consonants = SlipIndex()
        self._sounds: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
        for word in words:
            self.add(word)

    def __len__(self) -> int:
        return len(self._words)

    def __contains__(self, word: str) -> bool:
        return word in self._words

    def __iter__(self) -> Iterator[str]:
        return iter(self._words)

    def add(self, word: str) -> None:
        """Know this word too; nothing where it is known."""
        if word in self._words:
            return
        self._words[word] = None
        self._by_letters.add(word)
        if not has_thai(word):
            return
        for sound in thai_sounds(word):
            alike = self._sounds[sound.consonants]
            if not alike:
                self._consonants.add(sound.consonants)
            alike.append((word, sound.letters))

    def beginning(self, part: str) -> Iterator[str]:
        """Words that begin with `part`."""
        return (word for word in self._words if word.startswith(part))

    def holding(self, part: str) -> Iterator[str]:
        """Words with `part` anywhere."""
        return (word for word in self._words if part in word)

    def within(self, word: str, slips: int) -> Iterator[tuple[str, int]]:
        """Words at most `slips` letters away, with how many; letters that changed places are one
        slip.
        """
        return self._by_letters.within(word, slips)

    def candidates(self, wanted: Sound, slips: int) -> Candidates:
        """Sounds that have the consonants of the wanted one but for so many."""
        words: list[str] = []
        letters: list[str] = []
        for consonants, _distance in self._consonants.within(wanted.consonants, slips):
            for word, sound in self._sounds[consonants]:
                words.append(word)
                letters.append(sound)
        return Candidates(letters, range(len(words)), lambda at: (words[at], 0))
