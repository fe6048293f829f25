"""A fair split of what somebody on leave leaves."""

from hypothesis import given
from hypothesis import strategies as st

from domain.staff import StaffId
from domain.tickets.hand_over import split
from domain.tickets.records import TicketNo


def numbers(count: int) -> list[TicketNo]:
    return [TicketNo(f"R2611{n:06d}") for n in range(count)]


def test_who_has_least_gets_more() -> None:
    given_ = split(numbers(4), {StaffId(1): 3, StaffId(2): 0})
    assert [*given_.values()] == [2, 2, 2, 1]


def test_nobody_there_gets_nothing() -> None:
    assert split(numbers(2), {}) == {}


@given(
    st.integers(0, 40),
    st.dictionaries(st.integers(1, 9).map(StaffId), st.integers(0, 30), min_size=1),
)
def test_everything_is_given_and_nobody_who_gets_something_ends_up_with_two_more_than_another(
    count, loads
) -> None:
    given_ = split(numbers(count), loads)
    assert [*given_] == numbers(count)
    after = {person: load + [*given_.values()].count(person) for person, load in loads.items()}
    assert all(after[person] - 1 <= min(after.values()) for person in given_.values())
