"""Many words as one run of bytes, in which they are looked for without being taken apart.

Words of one length stand together, each with a newline behind it, in the order of their bytes; the
shortest lengths come first. Behind all words stand rows of bits: for one length and one letter,
which words have it (twice, …)."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import takewhile
from operator import attrgetter

from store.search.slips import Feature, features, having_all, lengths, nearest, ones, sharing

Length = tuple[int, int, Sequence[int]]
"""A length, how many words have it, and of which letters there are rows: letter and how often, in
turn.
"""
NEWLINE = b"\n"
LARGEST_COUNT = 256
MANY = 8
SOME = 48
"""One of so many words of a length are many to compare, or to take out one by one."""
FEW = 200
"""Words of a length through which it is faster to go than to ask which of them have a letter."""


@dataclass(slots=True)
class _Block:
    """The words of one length: `first` is the number of the first, `start` its place; `rows` has
    the place of each row of bits.
    """

    length: int
    count: int
    first: int
    start: int
    rows: dict[int, int] = field(default_factory=dict)
    row_size: int = field(init=False)
    """Bytes of one row."""

    def __post_init__(self) -> None:
        self.row_size = (self.count + 7) // 8

    def set_rows(self, letters: Sequence[int], place: int) -> int:
        """There are rows of these letters (letter and how often, in turn) from that place on;
        returns the place behind them.
        """
        for letter, times in zip(letters[::2], letters[1::2], strict=True):
            self.rows[_row_key(letter, times)] = place
            place += self.row_size
        return place

    def place(self, at: int) -> int:
        """Where one of these words stands."""
        return self.start + at * (self.length + 1)


@dataclass(frozen=True, slots=True)
class Packing:
    """What describes packed words."""

    lengths: Sequence[Length]


def pack(words: Iterable[bytes]) -> tuple[Packing, list[bytes], bytes]:
    """Pack different words: says how, which word has which number, and the bytes."""
    by_length: defaultdict[int, list[bytes]] = defaultdict(list)
    for word in words:
        by_length[len(word)].append(word)
    described: list[Length] = []
    numbered: list[bytes] = []
    rows: list[bytes] = []
    for length in sorted(by_length):
        some = sorted(by_length[length])
        numbered += some
        bits = _rows_of(some)
        rows += [bytes(row) for row in bits.values()]
        count = len(some)
        described.append((length, count, _flat(bits)))
    text = NEWLINE.join([*numbered, b""])
    return Packing(described), numbered, text + b"".join(rows)


def _rows_of(words: Sequence[bytes]) -> dict[Feature, bytearray]:
    """For each letter a bit for each word that has it."""
    size = (len(words) + 7) // 8
    rows: defaultdict[Feature, bytearray] = defaultdict(lambda: bytearray(size))
    for number, word in enumerate(words):
        byte, bit = divmod(number, 8)
        for feature in features(word):
            rows[feature][byte] |= 1 << bit
    return rows


def _flat(bits: Iterable[Feature]) -> list[int]:
    flat: list[int] = []
    for letter, times in bits:
        flat.append(int(letter))
        flat.append(times)
    return flat


class PackedWords:
    """Looks for words in `data`, where they begin at `start`."""

    def __init__(self, packing: Packing, data: bytes, start: int = 0) -> None:
        self._data = data
        self._start = start
        self._blocks: dict[int, _Block] = {}
        self.count = 0
        for length, count, _letters in packing.lengths:
            self._blocks[length] = _Block(length, count, self.count, start)
            self.count += count
            start += (length + 1) * count
        self._end = start
        for length, _count, letters in packing.lengths:
            start = self._blocks[length].set_rows(letters, start)
        self.end = start
        """The place behind everything."""
        self._all = list(self._blocks.values())
        self._starts = [block.start for block in self._all]
        self._firsts = [block.first for block in self._all]

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._data[self._start : self._end].split(NEWLINE)[:-1])

    def word(self, number: int) -> bytes:
        """The word that has this number."""
        block = self._all[bisect_right(self._firsts, number) - 1]
        return self._at(block, number - block.first)

    def number(self, word: bytes) -> int | None:
        """The number of this word, None where it is not there."""
        block = self._blocks.get(len(word))
        if block is None:
            return None
        at = self._find(block, word)
        if at == block.count or self._at(block, at) != word:
            return None
        return block.first + at

    def _at(self, block: _Block, at: int) -> bytes:
        length = block.length
        start = block.start + at * (length + 1)
        return self._data[start : start + length]

    def _find(self, block: _Block, word: bytes) -> int:
        """Which of the words of a length is the first that does not come before this one."""
        data = self._data
        size = block.length + 1
        least = 0
        most = block.count
        while least < most:
            middle = (least + most) // 2
            start = block.start + middle * size
            # With the newline behind it, which comes before every letter.
            if data[start : start + size] < word:
                least = middle + 1
            else:
                most = middle
        return least

    def beginning(self, part: bytes) -> Iterator[bytes]:
        """Words that begin with `part`, shortest first."""
        for block in self._not_shorter(part):
            first = self._find(block, part)
            words = (self._at(block, at) for at in range(first, block.count))
            yield from takewhile(lambda word: word.startswith(part), words)

    def has_beginning(self, part: bytes) -> bool:
        """Whether some word begins with `part`."""
        return any(True for _word in self.beginning(part))

    def holding(self, part: bytes) -> Iterator[bytes]:
        """Words with `part` anywhere, shortest first."""
        for block in self._not_shorter(part):
            bits = self._having_all(part, block)
            if bits is None or bits.bit_count() > block.count // SOME:
                # To go through the text is faster than many words one by one.
                yield from self._holding_in_text(part, block)
                continue
            words = (self._at(block, at) for at in ones(bits))
            yield from (word for word in words if part in word)

    def _having_all(self, part: bytes, block: _Block) -> int | None:
        """Which words have all letters of the part; None where it is faster to look at them."""
        if block.count < FEW:
            return None
        return having_all(part, partial(self._row, block))

    def _not_shorter(self, part: bytes) -> Sequence[_Block]:
        first = bisect_left(self._all, len(part), key=attrgetter("length"))
        return self._all[first:]

    def _holding_in_text(self, part: bytes, block: _Block) -> Iterator[bytes]:
        find = self._data.find
        end = block.place(block.count)
        at = find(part, block.start, end)
        while at >= 0:
            place = at - block.start
            number = place // (block.length + 1)
            yield self._at(block, number)
            behind = block.place(number + 1)
            at = find(part, behind, end)

    def within(self, word: bytes, slips: int) -> Iterator[tuple[int, int]]:
        """Numbers of the words at most `slips` letters away, with how many; letters that changed
        places are one slip.
        """
        for length in lengths(word, slips):
            block = self._blocks.get(length)
            if block is None:
                continue
            bits = self._sharing(word, block, slips)
            if bits.bit_count() > block.count // MANY:
                # To take all of them at once is faster than many one by one.
                words = self._words(block)
                for at, distance in nearest(word, words, slips):
                    yield block.first + at, distance
                continue
            places = list(ones(bits))
            some = [self._at(block, place) for place in places]
            for at, distance in nearest(word, some, slips):
                yield block.first + places[at], distance

    def _words(self, block: _Block) -> list[bytes]:
        """All words of a length."""
        end = block.place(block.count)
        text = self._data[block.start : end]
        return text.split(NEWLINE)[:-1]

    def _sharing(self, word: bytes, block: _Block, slips: int) -> int:
        row = partial(self._row, block)
        return sharing(word, block.length, slips, block.count, row)

    def _row(self, block: _Block, feature: Feature) -> int:
        """A bit for each word of a length: whether it has a letter (twice, …)."""
        letter, times = feature
        start = block.rows.get(_row_key(int(letter), times))
        if start is None:
            return 0
        end = start + block.row_size
        return int.from_bytes(self._data[start:end], "little")


def _row_key(letter: int, times: int) -> int:
    return letter * LARGEST_COUNT + times
