"""Who of a demo desk's staff is at which step of its tour."""

from dataclasses import dataclass

from domain.staff import StaffId


@dataclass(frozen=True, slots=True)
class _Place:
    step: int
    event: str
    before: int


class DemoTour:
    """See `handlers.desk.Tour`. It is kept in memory: a demo desk is one process."""

    def __init__(self) -> None:
        self._places: dict[StaffId, _Place] = {}

    def go_to(self, person: StaffId, step: int, event: str) -> None:
        """See `handlers.desk.Tour`."""
        self._places[person] = _Place(step, event, step)

    def at(self, person: StaffId, event: str) -> int | None:
        """See `handlers.desk.Tour`."""
        place = self._places.get(person)
        if place is None:
            return None
        if place.event == event:
            return place.before
        return place.step

    def go_on(self, person: StaffId, event: str) -> int:
        """See `handlers.desk.Tour`."""
        before = self.at(person, event) or 0
        self._places[person] = _Place(before + 1, event, before)
        return before + 1
