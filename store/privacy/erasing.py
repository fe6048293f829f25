"""Erasing a customer: his rows go or lose what they say, and his marks go from all other texts.

Tickets stay as numbers, with whatever reports count; what was derived is written anew."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from domain.customers.marks import MarkFinder, find_marks
from store.customers import records as customers
from store.customers.keys import forget_words
from store.engine.database import Row, Tx, is_one_of
from store.engine.rows import column
from store.privacy.columns import (
    WordColumns,
    list_word_columns,
    privacy_rows,
    rows_with,
)
from store.privacy.subjects import AT_ONCE, DataSubject
from store.search.segments import drop_segments_of
from store.tickets import records as tickets
from store.tickets import texts as ticket_texts

KEPT_FIELDS = (
    "status",
    "channel",
    "subject",
    "urgency",
    "mood",
    "complexity",
    "projects",
    "data_years",
    "assignee_id",
    "price",
    "kind",
    "gender",
    "created_at",
    "closed_at",
    "customer_code",
    "merged",
    "merged_into",
    "province",
    "user_count",
    "counted_on",
    "unsent_at",
)
"""Fields whose changes say nothing about anybody: reports look at them."""
_VERSIONED = ("customers", "publications", "tickets")
"""Whoever has one open while a text of it is changed meets a conflict: it is not written back."""
_DELETED_WHERE_NAMED = ("buttons",)
"""Tables whose rows are of no use without the words that they hold."""


@dataclass(slots=True)
class Erasing:
    """What came of it: rows by table, the hashes of files that were his, mails that named him."""

    rows: Counter[str] = field(default_factory=Counter)
    hashes: list[str] = field(default_factory=list)
    mails: list[int] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    """The words that nobody is found by any more."""


async def erase(
    tx: Tx,
    subject: DataSubject,
    erased: str,
) -> Erasing:
    """Take everything of the customer's away; `erased` stands where something was said."""
    await customers.hold(
        tx,
        subject.codes,
        alone=True,
    )
    done = Erasing(hashes=[*subject.hashes])
    words = await words_of(tx, (*subject.codes, *subject.known_to))
    await take_rows(tx, subject, erased, done)
    await _forget_events(
        tx,
        subject,
        done,
    )
    touched = await _look_through(
        tx,
        subject,
        erased,
        done,
    )
    await _derive(
        tx,
        subject,
        touched,
        words,
        done,
    )
    return done


async def take_rows(
    tx: Tx,
    subject: DataSubject,
    erased: str,
    done: Erasing,
    but: Collection[str] = (),
) -> None:
    """Rows that are the customer's go or lose what they say, `but` those of these tables; what
    others wrote stays.
    """
    await _empty_history(tx, subject, done)
    await _forget_merges(tx, subject, done)
    for own in privacy_rows()["own"]:
        if own["table"] not in but:
            await _take_own(tx, own, subject, erased, done)


async def words_of(tx: Tx, codes: Sequence[str]) -> list[str]:
    """The words that these customers are found by, of which others may have some."""
    rows = await tx.fetch(
        "SELECT DISTINCT key FROM customer_keys WHERE kind IN ('word', 'former') "
        f"AND {is_one_of('customer_code', codes)}",
        *codes,
    )
    return column(rows, "key")


async def forget_words_of(tx: Tx, words: Sequence[str]) -> list[str]:
    """Words that nobody has any more are found no longer; returns them."""
    gone = await forget_words(tx, words)
    for word_id in gone.values():
        await drop_segments_of(tx, word_id)
    return [*gone]


async def _take_own(
    tx: Tx,
    own: Mapping[str, Any],
    subject: DataSubject,
    erased: str,
    done: Erasing,
) -> None:
    """One kind of rows that are his."""
    keys: Sequence[object] = getattr(subject, own["of"])
    change, params = _change(own, erased)
    table = own["table"]
    for at in range(0, len(keys), AT_ONCE):
        some = keys[at : at + AT_ONCE]
        done.rows[table] += await tx.execute(
            f"{change} WHERE {is_one_of(own['key'], some)}",
            *params,
            *some,
        )


def _change(own: Mapping[str, Any], erased: str) -> tuple[str, list[object]]:
    """The statement up to its condition, with its parameters."""
    sets: list[str] = []
    params: list[object] = []
    for name, value in own.get("values", {}).items():
        sets.append(f"{name} = ?")
        params.append(value)
    for name in own.get("said", ()):
        sets.append(f"{name} = CASE WHEN {name} = '' THEN '' ELSE ? END")
        params.append(erased)
    ended = own.get("ended")
    if ended:
        sets.append(f"state = CASE WHEN {is_one_of('state', ended['from'])} THEN ? ELSE state END")
        params += [*ended["from"], ended["state"]]
    if "raise_version" in own:
        # Whoever has it open meets a conflict.
        sets.append("version = version + 1")
    if not sets:
        return f"DELETE FROM {own['table']}", params
    return f"UPDATE {own['table']} SET {', '.join(sets)}", params


async def _empty_history(
    tx: Tx,
    subject: DataSubject,
    done: Erasing,
) -> None:
    """Lines of changes stay, what they say of him does not."""
    records = subject.records
    for at in range(0, len(records), AT_ONCE):
        some = records[at : at + AT_ONCE]
        done.rows["changes"] += await tx.execute(
            "UPDATE changes SET old_value = '', new_value = '' "
            f"WHERE {is_one_of('record', some)} AND NOT ({is_one_of('field', KEPT_FIELDS)})",
            *some,
            *KEPT_FIELDS,
        )


async def _forget_merges(
    tx: Tx,
    subject: DataSubject,
    done: Erasing,
) -> None:
    """What merges would need to be taken back."""
    theirs = f"{is_one_of('survivor', subject.codes)} OR {is_one_of('merged', subject.codes)}"
    params = (*subject.codes, *subject.codes)
    await tx.execute(
        f"DELETE FROM merge_moves WHERE merge_id IN (SELECT id FROM merges WHERE {theirs})",
        *params,
    )
    done.rows["merges"] += await tx.execute(f"DELETE FROM merges WHERE {theirs}", *params)


async def _forget_events(
    tx: Tx,
    subject: DataSubject,
    done: Erasing,
) -> None:
    """What messages said that went into his records."""
    records = {*subject.records}
    rows = await tx.fetch("SELECT seq, records FROM inbox WHERE raw <> '' AND records <> ''")
    seqs = [row["seq"] for row in rows if records & {*row["records"].split()}]
    for at in range(0, len(subject.records), AT_ONCE):
        some = subject.records[at : at + AT_ONCE]
        noted = await tx.fetch(
            "SELECT i.seq FROM inbox i JOIN event_records e ON e.event_id = i.event_id "
            f"WHERE i.raw <> '' AND i.done_at IS NOT NULL AND {is_one_of('e.record', some)}",
            *some,
        )
        seqs += column(noted, "seq")
    await tx.execute_many("UPDATE inbox SET raw = '' WHERE seq = ?", [(seq,) for seq in seqs])
    done.rows["inbox"] += len(seqs)


async def _look_through(
    tx: Tx,
    subject: DataSubject,
    erased: str,
    done: Erasing,
) -> list[str]:
    """Take his marks out of all texts; returns the numbers of tickets in which some stood."""
    finder = find_marks(subject.marks.without(subject.shared))
    touched: list[str] = []
    if not finder.needles:
        return touched
    for columns in await list_word_columns(tx, tx.engine):
        found = await rows_with(
            tx,
            columns,
            finder,
        )
        done.rows[columns.table] += len(found)
        if columns.table == "tickets":
            touched = column(found, "no")
        if columns.table == "incoming_mails":
            done.mails += column(found, "id")
        await _write_without(
            tx,
            columns,
            found,
            finder,
            erased,
        )
    return touched


async def _write_without(
    tx: Tx,
    columns: WordColumns,
    rows: Sequence[Row],
    finder: MarkFinder,
    erased: str,
) -> None:
    where = " AND ".join(f"{name} = ?" for name in columns.key)
    if columns.table in _DELETED_WHERE_NAMED:
        keys = [tuple(row[name] for name in columns.key) for row in rows]
        await tx.execute_many(f"DELETE FROM {columns.table} WHERE {where}", keys)
        return
    sets = ", ".join(f"{name} = ?" for name in columns.texts)
    if columns.table in _VERSIONED:
        sets += ", version = version + 1"
    for row in rows:
        await tx.execute(
            f"UPDATE {columns.table} SET {sets} WHERE {where}",
            *_texts_without(row, columns.texts, finder, erased),
            *(row[name] for name in columns.key),
        )


def _texts_without(
    row: Row,
    names: Sequence[str],
    finder: MarkFinder,
    erased: str,
) -> list[str | None]:
    return [row[name] and finder.replaced(row[name], erased) for name in names]


async def _derive(
    tx: Tx,
    subject: DataSubject,
    touched: Sequence[str],
    words: Sequence[str],
    done: Erasing,
) -> None:
    """What tickets and customers are found by; `touched` = tickets of others."""
    await customers.contacts_went(tx, [*dict.fromkeys(subject.known_to)])
    nos = dict.fromkeys([*subject.tickets, *touched])
    found = await tickets.get_tickets(tx, list(nos))
    await ticket_texts.keep(tx, found.values())
    await ticket_texts.forget_index(tx, [*found])
    done.words += await forget_words_of(tx, words)
