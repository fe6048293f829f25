"""Records whose attributes are columns: out of rows, and back into them."""

from dataclasses import dataclass
from enum import StrEnum

from store.engine.columns import RecordColumns


class State(StrEnum):
    SENT = "sent"


@dataclass(frozen=True, slots=True)
class Parcel:
    no: str
    by: int
    state: State
    before: State | None = None
    weight: int = 0


PARCELS = RecordColumns(Parcel, apart=("weight",), by="staff_id")
ROW = {"no": "1", "staff_id": 7, "state": "sent", "before": None, "total": 12}


def test_a_row_becomes_its_record_whatever_else_it_holds():
    assert PARCELS.of(ROW) == Parcel("1", 7, State.SENT)
    assert isinstance(PARCELS.of({**ROW, "before": "sent"}).before, State)


def test_a_record_is_written_into_its_columns():
    parcel = Parcel("1", 7, State.SENT, weight=3)
    assert PARCELS.values(parcel) == ("1", 7, "sent", None)
    assert PARCELS.stored(parcel) == {"no": "1", "staff_id": 7, "state": "sent", "before": None}


def test_statements_name_the_columns():
    assert PARCELS.listed_of("p") == "p.no, p.staff_id, p.state, p.before"
    assert (
        PARCELS.insert("parcels")
        == "INSERT INTO parcels (no, staff_id, state, before) VALUES (?, ?, ?, ?)"
    )
    assert (
        PARCELS.replaced("no")
        == "staff_id = excluded.staff_id, state = excluded.state, before = excluded.before"
    )
