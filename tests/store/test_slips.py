"""The index by letters finds exactly the words that a comparison with each of them would."""

from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from store.search.slips import SlipIndex

WORDS = st.text(st.sampled_from("กขคงา่a"), min_size=1, max_size=9)


@given(known=st.lists(WORDS, unique=True, max_size=40), typed=WORDS, slips=st.integers(1, 3))
def test_the_words_within_some_slips_are_those_of_a_full_comparison(
    known: list[str], typed: str, slips: int
) -> None:
    index = SlipIndex()
    for word in known:
        index.add(word)

    every = {word: OSA.distance(typed, word) for word in known}
    assert dict(index.within(typed, slips)) == {word: n for word, n in every.items() if n <= slips}


def test_a_word_added_after_a_question_is_found_by_the_next() -> None:
    index = SlipIndex()
    index.add("สมชาย")
    assert dict(index.within("สมชาง", 1)) == {"สมชาย": 1}

    index.add("สมทาง")

    assert dict(index.within("สมชาง", 1)) == {"สมชาย": 1, "สมทาง": 1}
