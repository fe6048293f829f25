"""The search's index finds exactly the words that a look at each of them would, however they came
in; and whatever ends its making, a desk is left that works and makes it anew.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from domain.customers.romanise import latin_sound
from domain.text.keyboard import has_thai
from store.engine.database import Database, Tx
from store.search import building, maker, segments
from store.search import words as search_words
from store.search.building import Building
from store.search.maker import MakerFailed, MakerProcess
from store.search.recent import RecentWords
from store.search.segment import Segment, SegmentMaker
from store.search.sieve import together
from store.search.words import SearchWords, allowed_slips

NOW = datetime(2026, 11, 30, 3, 0, tzinfo=UTC)
LETTERS = "กขคงสมชายุิ์abn12éж文"
WORD = st.text(st.sampled_from(LETTERS), min_size=1, max_size=9)
THAI = ("สมชาย", "สมหญิง", "กมลชนก", "รัตนพิทัก", "ปรีชา", "วรรณา", "ณัฐธิดา", "ศรีสุวรรณ", "แกวมณี", "มันคง")


def dictionary(packed: Iterable[Iterable[str]], recent: Iterable[str]) -> SearchWords:
    """Words of which some came in segments."""
    words = SearchWords()
    known = words._known
    for number, some in enumerate(packed):
        maker = SegmentMaker()
        maker.add((word, 1) for word in some)
        segment = Segment.read(maker.made())
        known.segments[str(number)] = segment
        known.foreign = RecentWords([*known.foreign, *segment.foreign])
        known.sieve = together([known.sieve, segment.sieve])
    words.add(recent)
    return words


@given(
    known=st.lists(WORD, unique=True, max_size=40),
    cuts=st.tuples(st.integers(0, 40), st.integers(0, 40)),
    typed=WORD,
)
def test_words_are_found_as_by_a_look_at_each(
    known: list[str], cuts: tuple[int, int], typed: str
) -> None:
    first, second = sorted(cuts)
    words = dictionary([known[:first], known[first:second]], known[second:])

    assert sorted(words) == sorted(known)
    assert len(words) == len(known)
    assert (typed in words) is (typed in known)
    by_length = sorted(known, key=lambda word: (len(word), word))
    assert words.has_beginning(typed) is any(word.startswith(typed) for word in known)
    assert words.holding(typed) == [word for word in by_length if typed in word]
    slips = min(3, max(allowed_slips(typed), min(allowed_slips(typed) + 1, len(typed) // 2)))
    near = {word: OSA.distance(typed, word) for word in known if has_thai(word) is has_thai(typed)}
    assert words.like(typed, more=1) == {
        word: 100 * (1 - distance / max(len(word), len(typed)))
        for word, distance in near.items()
        if slips and distance <= slips
    }


@pytest.mark.long
@given(
    known=st.lists(st.sampled_from(THAI), unique=True), cut=st.integers(0, len(THAI)), typed=WORD
)
async def test_sounds_are_heard_alike_in_segments_and_one_by_one(
    known: list[str], cut: int, typed: str
) -> None:
    for latin in ("somchai", "somying", "kamonchanok", "rattanapitak", "preecha", "wanna", typed):
        in_segments = dictionary([known[:cut], known[cut:]], ()).sounding(latin)
        assert in_segments == dictionary((), known).sounding(latin)
        assert in_segments == await dictionary([known[:cut], known[cut:]], ()).heard(latin)
        if known and latin_sound(latin).is_thai():
            assert in_segments == dictionary([known], ()).sounding(latin)


def test_of_words_that_sound_alike_the_commoner_comes_first() -> None:
    maker = SegmentMaker()
    maker.add([("วันณา", 1), ("วันนา", 900)])
    words = SearchWords()
    words._known.segments["one"] = Segment.read(maker.made())

    assert list(words.sounding("wanna")) == ["วันนา", "วันณา"]


def number_word(number: int) -> str:
    """Another Thai word for each number."""
    return "".join("กขคงจชดตนม"[int(digit)] + "า" for digit in str(number))


WORDS = [number_word(number) for number in range(100, 170)]


async def learn(db: Database, words: Iterable[str]) -> None:
    async def work(tx: Tx) -> None:
        await tx.execute_many(
            "INSERT INTO search_words (word) VALUES (?)", [(word,) for word in words]
        )

    await db.write(work)


@pytest.fixture
async def words(db: Database) -> AsyncIterator[SearchWords]:
    """The memory of one process that searches this database."""
    words = SearchWords()
    yield words
    await words.close()


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Segments and chunks of a size that a test can fill."""
    monkeypatch.setattr(building, "MOST_WORDS", 30)
    monkeypatch.setattr(building, "PAGE", 7)
    monkeypatch.setattr(segments, "CHUNK", 200_000)


def making(db: Database, owner: str = "one", least: int = 1) -> Building:
    return Building(db, owner, lambda: NOW, least)


async def sizes(db: Database) -> list[int]:
    """How many words each segment has."""
    return [row.words for row in await segments.list_segments(db)]


async def left_over(db: Database) -> int:
    rows = await db.fetch(
        "SELECT segment_id FROM search_chunks WHERE segment_id NOT IN (SELECT id FROM search_segments)"
    )
    return len(rows)


async def test_what_a_desk_reads_from_segments_is_what_it_would_read_word_by_word(
    db: Database, words: SearchWords
) -> None:
    await learn(db, WORDS)
    before = SearchWords()
    assert await before.refreshed(db, None)

    assert await making(db).run()
    assert await words.refreshed(db, None)

    assert await sizes(db) == [30, 30, 10]
    assert not list(words._known.recent)
    assert sorted(words) == sorted(before) == sorted(WORDS)
    for word in WORDS[::9]:
        assert words.like(word) == before.like(word)
        assert words.holding(word[1:4]) == before.holding(word[1:4])
    assert not await making(db).run()


async def test_new_words_join_small_segments_and_leave_large_ones(
    db: Database, words: SearchWords
) -> None:
    await learn(db, WORDS[:35])
    await making(db).run()
    assert await sizes(db) == [30, 5]
    assert await words.refreshed(db, None)
    await learn(db, WORDS[35:39])
    await making(db, least=5).run()
    assert await sizes(db) == [30, 5]
    await learn(db, WORDS[39:45])
    await making(db, least=5).run()

    assert await sizes(db) == [30, 15]
    assert await left_over(db) == 0
    # A running desk goes on with what it has, until it looks again.
    assert await words.refreshed(db, None)
    assert (sorted(words), len(words._known.recent)) == (sorted(WORDS[:45]), 10)
    words.look_again()
    assert await words.refreshed(db, None)
    assert (sorted(words), len(words._known.recent)) == (sorted(WORDS[:45]), 0)


async def test_more_words_than_can_be_taken_in_wait_for_their_segment(
    db: Database, words: SearchWords, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search_words, "BATCH", 10)
    monkeypatch.setattr(search_words, "MOST_RECENT", 25)
    await learn(db, WORDS[:20])
    assert await words.refreshed(db, None)
    await learn(db, WORDS[20:])

    assert not await words.refreshed(db, None)
    assert (words.is_read, words.is_complete) == (True, False)
    assert sorted(words) == sorted(WORDS[:20])
    await making(db).run()

    assert await words.refreshed(db, None)
    assert sorted(words) == sorted(WORDS)


async def test_segments_are_made_anew_where_sounds_or_counts_are_out_of_date(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await learn(db, WORDS[:12])
    await making(db).run()
    (first,) = await segments.list_segments(db)
    monkeypatch.setattr(building, "rules_digest", lambda: "other rules")

    assert await making(db, least=99).run()
    (second,) = await segments.list_segments(db)
    assert (second.rules, second.words) == ("other rules", 12)
    await learn(db, WORDS[12:60])
    assert await making(db, least=99).run()
    (third,) = await segments.list_segments(db)

    assert third.counted_words > second.counted_words
    assert len({first.id, second.id, third.id}) == 3
    assert await left_over(db) == 0


async def test_a_segment_that_nobody_can_read_any_more_is_made_anew(
    db: Database, words: SearchWords
) -> None:
    await learn(db, WORDS)
    await making(db).run()
    await db.write(lambda tx: tx.execute("UPDATE search_segments SET format = '0'"))

    await making(db).run()

    assert await sizes(db) == [30, 30, 10]
    assert await left_over(db) == 0
    assert await words.refreshed(db, None)
    assert sorted(words) == sorted(WORDS)


async def test_a_making_that_is_cut_off_is_made_up_for(
    db: Database, words: SearchWords, monkeypatch: pytest.MonkeyPatch
) -> None:
    await learn(db, WORDS)
    replace = building.replace_segments
    made: list[segments.SegmentRow] = []

    async def crash(tx: Tx, segment: segments.SegmentRow, replaced: list[str]) -> bool:
        if made:
            raise asyncio.CancelledError
        made.append(segment)
        return await replace(tx, segment, replaced)

    monkeypatch.setattr(building, "replace_segments", crash)
    with pytest.raises(asyncio.CancelledError):
        await making(db).run()
    assert await sizes(db) == [30]
    assert await left_over(db) > 0
    assert await words.refreshed(db, None)
    assert sorted(words) == sorted(WORDS)
    monkeypatch.setattr(building, "replace_segments", replace)

    assert await making(db).run()

    assert await sizes(db) == [30, 30, 10]
    assert await left_over(db) == 0


async def test_a_segment_that_lost_a_chunk_is_left_out_and_made_anew(
    db: Database, words: SearchWords
) -> None:
    await learn(db, WORDS)
    await making(db).run()
    _first, second, _third = await segments.list_segments(db)
    await db.write(
        lambda tx: tx.execute("DELETE FROM search_chunks WHERE segment_id = ?", second.id)
    )

    assert await words.refreshed(db, 5.0)
    assert len(words._known.segments) == 1
    assert sorted(words) == sorted(WORDS)
    assert await making(db).run()

    assert await sizes(db) == [30, 30, 10]
    assert await left_over(db) == 0
    words.look_again()
    assert await words.refreshed(db, 5.0)
    assert (len(words._known.segments), sorted(words)) == (3, sorted(WORDS))


async def test_who_was_held_up_over_the_lease_makes_nothing_live(
    db: Database, words: SearchWords, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [NOW]
    monkeypatch.setattr(segments, "CHUNK", 4_000)
    write_chunks = building.write_chunks
    held_up: list[str] = []

    async def held(db: Database, segment_id: str, data: bytes) -> AsyncIterator[int]:
        async for written in write_chunks(db, segment_id, data):
            if not held_up:
                held_up.append(segment_id)
                now[0] += timedelta(minutes=1)
                assert await Building(db, "other", lambda: now[0], 1).run()
            yield written

    monkeypatch.setattr(building, "write_chunks", held)
    await learn(db, WORDS[:30])

    await Building(db, "one", lambda: now[0], 1).run()

    (row,) = await segments.list_segments(db)
    assert row.id not in held_up
    assert await segments.find_incomplete(db) == set()
    assert await words.refreshed(db, 5.0)
    assert not await making(db).run()


async def test_a_segment_without_its_chunks_never_goes_live(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace = building.replace_segments

    async def robbed(tx: Tx, segment: segments.SegmentRow, replaced: list[str]) -> bool:
        await tx.execute("DELETE FROM search_chunks WHERE segment_id = ?", segment.id)
        return await replace(tx, segment, replaced)

    monkeypatch.setattr(building, "replace_segments", robbed)
    await learn(db, WORDS[:10])

    await making(db).run()

    assert await segments.list_segments(db) == []


async def test_two_versions_side_by_side_do_not_make_each_others_segments_anew(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await learn(db, WORDS[:10])
    older = making(db)
    assert await older.run()
    with monkeypatch.context() as newer_version:
        newer_version.setattr(building, "rules_digest", lambda: "newer rules")
        assert await making(db).run()

    assert not await older.run()
    assert [row.rules for row in await segments.list_segments(db)] == ["newer rules"]


async def test_a_maker_of_other_rules_than_the_desks_is_not_used(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(maker, "made_by", lambda: "the desk's rules")
    process = MakerProcess()

    with pytest.raises(MakerFailed, match="other rules"):
        await process.__aenter__()

    assert process._process is not None
    assert process._process.returncode is not None


async def test_a_machine_that_starts_no_process_is_told_as_such(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*args: object, **more: object) -> None:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr("subprocess.Popen", refuse)

    with pytest.raises(MakerFailed, match="BlockingIOError"):
        await MakerProcess().__aenter__()


async def test_one_process_at_a_time_makes_segments(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await learn(db, WORDS[:10])
    made = MakerProcess.made
    others: list[bool] = []

    async def meanwhile(process: MakerProcess) -> bytes:
        others.append(await making(db, "other").run())
        return await made(process)

    monkeypatch.setattr(MakerProcess, "made", meanwhile)

    assert await making(db).run()
    assert others == [False]


async def test_the_process_that_makes_segments_ends_with_who_asked() -> None:
    async with MakerProcess() as maker:
        process = maker._process
        assert process is not None
        await maker.add([("สมชาย", 3)])
        assert "สมชาย" in list(Segment.read(await maker.made()))

    assert process.returncode is not None
