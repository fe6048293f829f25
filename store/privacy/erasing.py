"""Erasing a customer: his rows go or lose what they say, and his marks go from all other texts.

Tickets stay as numbers, with whatever reports count; what was derived is written anew."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from store.customers import records as customers
from store.customers.keys import forget_words
from store.engine.database import Tx, is_one_of
from store.engine.rows import column
from store.privacy.columns import privacy_rows
from store.privacy.erased_files import unnamed
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


@dataclass(slots=True)
class Erasing:
    """What came of it: rows by table, and the hashes of bytes that no row names any more."""

    rows: Counter[str] = field(default_factory=Counter)
    hashes: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    """The words that nobody is found by any more."""


async def erase(
    tx: Tx,
    subject: DataSubject,
    erased: str,
) -> Erasing:
    """Take what is the customer's own away; `erased` stands where something was said. What texts
    of others say of him goes afterwards (`store.privacy.looking`).
    """
    await customers.hold(
        tx,
        subject.codes,
        alone=True,
    )
    done = Erasing()
    words = await words_of(tx, (*subject.codes, *subject.known_to))
    await take_rows(tx, subject, erased, done)
    await _forget_events(
        tx,
        subject,
        done,
    )
    hashes = filter(None, subject.hashes)
    gone = await unnamed(
        tx,
        list(hashes),
        subject.incoming,
    )
    done.hashes.extend(gone)
    await _derive(
        tx,
        subject,
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
    seqs: list[int] = []
    for row in await tx.fetch(
        "SELECT seq, records FROM inbox WHERE raw <> '' AND records <> ''",
    ):
        named = {*row["records"].split()}
        if records & named:
            seqs.append(row["seq"])
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


async def _derive(
    tx: Tx,
    subject: DataSubject,
    words: Sequence[str],
    done: Erasing,
) -> None:
    """What customers and his tickets are found by."""
    await customers.contacts_went(tx, [*dict.fromkeys(subject.known_to)])
    found = await tickets.get_tickets(tx, list(subject.tickets))
    await ticket_texts.keep(tx, found.values())
    forgotten = await forget_words_of(tx, words)
    done.words.extend(forgotten)
