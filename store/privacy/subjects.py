"""What belongs to a customer: records, tickets, mails, files, and by what texts name him."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from domain.customers.marks import PersonMarks
from domain.customers.records import Customer
from store.customers import revisions
from store.customers.records import get_customer, get_customers, list_merged_codes
from store.engine.database import Reader, is_one_of
from store.engine.rows import column

AT_ONCE = 500
_REACHED = {"name": "names", "phone": "phones", "mobile": "phones", "email": "emails"}
_BORNE = {
    "customers": {
        **_REACHED,
        "organisation": "names",
        "english_name": "names",
        "note": "texts",
    },
    "contacts": _REACHED,
    "addresses": {"address": "texts"},
    "staff": {"name": "names", "email": "emails"},
}
"""By table and column which marks others may bear as well."""
_IDENTITY = ("name", "english_name", "phone", "mobile", "email", "note")


@dataclass(frozen=True, slots=True)
class DataSubject:
    """Everything of the desk that is about one customer, merged codes included.

    `contacts` = his, and those of other customers (`known_to`) that are himself. `marks` = by what
    texts name him; `shared` = those of them that other customers bear as well, which stay where
    they are not his."""

    codes: tuple[str, ...]
    contacts: tuple[int, ...]
    tickets: tuple[str, ...]
    requests: tuple[int, ...]
    mails: tuple[str, ...]
    incoming: tuple[int, ...]
    hashes: tuple[str, ...]
    marks: PersonMarks
    shared: tuple[str, ...] = ()
    known_to: tuple[str, ...] = ()

    @property
    def code(self) -> str:
        """The code that stands for all."""
        return self.codes[0]

    @property
    def records(self) -> tuple[str, ...]:
        """Names of records that are his."""
        requests = [f"Q{number}" for number in self.requests]
        return (*self.codes, *self.tickets, *requests)

    @property
    def file_records(self) -> tuple[str, ...]:
        """Under which his files stand."""
        return (*self.records, *self.mails)


async def codes_of(db: Reader, code: str) -> tuple[str, ...]:
    """The codes that are one person, the one that stands for all first; NotFound("customer")."""
    survivor = await get_customer(db, code)
    return (survivor.code, *await list_merged_codes(db, survivor.code))


async def find_subject(db: Reader, code: str) -> DataSubject:
    """All that is a customer's, whichever of merged codes is named; NotFound("customer")."""
    codes = await codes_of(db, code)
    tickets = await _list(
        db,
        "tickets",
        "no",
        "customer_code",
        codes,
    )
    requests = await _list(
        db,
        "requests",
        "id",
        "customer_code",
        codes,
    )
    contacts = await _list(
        db,
        "contacts",
        "id",
        "customer_code",
        codes,
    )
    records = [*codes, *tickets]
    found = await _marks(
        db,
        codes,
        contacts,
        tickets,
    )
    elsewhere = await _contacts_elsewhere(
        db,
        codes,
        found,
    )
    contacts += elsewhere
    mails = await _list(
        db,
        "mail_records",
        "mail_id",
        "record",
        records,
    )
    mails += await _list(
        db,
        "mails",
        "id",
        "lower(address)",
        _lower(found.emails),
    )
    incoming = await _list(
        db,
        "incoming_mails",
        "id",
        "ticket",
        tickets,
    )
    incoming += await _list(
        db,
        "incoming_mails",
        "id",
        "second_ticket",
        tickets,
    )
    incoming += await _list(
        db,
        "incoming_mails",
        "id",
        "lower(from_email)",
        _lower(found.emails),
    )
    mails = list(dict.fromkeys(mails))
    incoming = list(dict.fromkeys(incoming))
    hashes = await _list(
        db,
        "incoming_mails",
        "raw_sha256",
        "id",
        incoming,
    )
    requested = [f"Q{number}" for number in requests]
    hashes += await _list(
        db,
        "files",
        "sha256",
        "record",
        [*records, *requested, *mails],
    )
    return DataSubject(
        codes=codes,
        contacts=tuple(contacts),
        known_to=tuple(elsewhere.values()),
        tickets=tuple(tickets),
        requests=tuple(requests),
        mails=tuple(mails),
        incoming=tuple(incoming),
        hashes=tuple(dict.fromkeys(hashes)),
        marks=found,
        shared=tuple(
            await _shared(
                db,
                codes,
                contacts,
                found,
            )
        ),
    )


def _lower(texts: Iterable[str]) -> list[str]:
    return [text.lower() for text in texts]


async def _list(
    db: Reader,
    table: str,
    key: str,
    where: str,
    values: Sequence[object],
) -> list[Any]:
    """A column of the rows that one of these values stands for."""
    found: list[Any] = []
    for at in range(0, len(values), AT_ONCE):
        some = values[at : at + AT_ONCE]
        rows = await db.fetch(
            f"SELECT DISTINCT {key} AS found FROM {table} WHERE {is_one_of(where, some)}",
            *some,
        )
        found += column(rows, "found")
    return found


async def _marks(
    db: Reader,
    codes: Sequence[str],
    contacts: Sequence[str],
    tickets: Sequence[str],
) -> PersonMarks:
    """By what texts may name him: all that his records say, and said before."""
    states = [*(await get_customers(db, codes)).values()]
    for some in (await revisions.list_by_codes(db, codes)).values():
        states += some
    for row in await db.fetch(
        "SELECT survivor_state, merged_state, after_state FROM merges "
        f"WHERE {is_one_of('survivor', codes)} OR {is_one_of('merged', codes)}",
        *codes,
        *codes,
    ):
        states += map(revisions.from_text, (row["merged_state"], row["survivor_state"]))
    said: dict[str, set[str]] = {name: set() for name in (*_IDENTITY, "address")}
    for state in states:
        _note(said, state)
    for row in await db.fetch(
        f"SELECT name, phone, mobile, email FROM contacts WHERE {is_one_of('id', contacts)}",
        *contacts,
    ):
        for name in ("name", "phone", "mobile", "email"):
            said[name].add(row[name])
    said["email"].update(
        await _list(
            db,
            "tickets",
            "reply_email",
            "no",
            tickets,
        )
    )
    said["email"].update(
        await _list(
            db,
            "incoming_mails",
            "writer",
            "ticket",
            tickets,
        )
    )
    return PersonMarks(
        names=_real(said["name"], said["english_name"]),
        phones=_real(said["phone"], said["mobile"]),
        emails=_real(said["email"]),
        texts=_real(said["address"], said["note"]),
    )


def _real(*some: Iterable[str]) -> frozenset[str]:
    return frozenset(text for texts in some for text in texts if len(text.strip()) > 1)


def _note(said: dict[str, set[str]], state: Customer) -> None:
    for name in _IDENTITY:
        said[name].add(getattr(state, name))
    said["address"].update(address.text for address in state.addresses)
    for contact in state.contacts:
        for name in ("name", "phone", "mobile", "email"):
            said[name].add(getattr(contact, name))


async def _contacts_elsewhere(
    db: Reader,
    codes: Sequence[str],
    found: PersonMarks,
) -> dict[int, str]:
    """The contacts of other customers that are himself, with whose they are: they have his name,
    and one of his telephones or addresses.
    """
    names = [*found.names]
    reached = [*found.phones, *found.emails]
    if not names or not reached:
        return {}
    same = " OR ".join(is_one_of(name, reached) for name in ("phone", "mobile", "email"))
    rows = await db.fetch(
        f"SELECT id, customer_code FROM contacts WHERE {is_one_of('name', names)} AND ({same}) "
        f"AND NOT ({is_one_of('customer_code', codes)})",
        *names,
        *reached,
        *reached,
        *reached,
        *codes,
    )
    return {row["id"]: row["customer_code"] for row in rows}


async def _shared(
    db: Reader,
    codes: Sequence[str],
    contacts: Sequence[int],
    found: PersonMarks,
) -> list[str]:
    """The marks that some other customer, a contact, or one of the staff bears, too."""
    but: dict[str, tuple[str, Sequence[object]]] = {
        "customers": ("code", codes),
        "contacts": ("id", contacts),
        "addresses": ("customer_code", codes),
        "staff": ("id", ()),
    }
    shared: dict[str, None] = {}
    for table, columns in _BORNE.items():
        key, his = but[table]
        looked_for = {name: [*getattr(found, kind)] for name, kind in columns.items()}
        asked = " OR ".join(is_one_of(name, texts) for name, texts in looked_for.items())
        rows = await db.fetch(
            f"SELECT {', '.join(columns)} FROM {table} "
            f"WHERE ({asked}) AND NOT ({is_one_of(key, his)})",
            *chain.from_iterable(looked_for.values()),
            *his,
        )
        for name, texts in looked_for.items():
            shared.update(dict.fromkeys(row[name] for row in rows if row[name] in texts))
    return [*shared]
