"""Which customers may have written a mail, and whom an officer took the writer for."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from domain.customers.records import Customer
from domain.mail.matching.candidates import Writer
from domain.mail.senders import DomainRules, domain_of
from domain.staff import StaffId
from store.customers.keys import phone_key
from store.customers.records import list_whole
from store.engine.columns import RecordColumns
from store.engine.database import Database, Reader, Tx, is_one_of
from store.search.names import find_by_name
from store.search.words import SearchWords

MOST = 8
"""Customers of each kind of evidence that are looked at."""
_DOMAIN = {
    "sqlite": "substr(key, instr(key, '@') + 1)",
    "postgresql": "split_part(key, '@', 2)",
}
"""What stands behind the @ of an address, as the index has it."""


@dataclass(frozen=True, slots=True)
class MailMatch:
    """A ticket of a mail that an officer matched; see the migration."""

    ticket: str
    was: str
    became: str
    kept: str
    matched_by: StaffId
    matched_at: datetime


_MATCHES = RecordColumns(MailMatch)


@dataclass(frozen=True, slots=True)
class FoundWriters:
    """Customers who may have written, with contacts, and the codes of those whom an officer took
    the same writer for before.
    """

    customers: Sequence[Customer]
    before: Collection[str]


async def search_possible(
    db: Database,
    words: SearchWords,
    writer: Writer,
) -> list[str] | None:
    """The codes of customers by the names that a mail tells; None where the register's words are
    still being read, so that nobody can know.
    """
    codes: list[str] = []
    # Where somebody bears the name, it matters less which organisations there are.
    for text in filter(None, (*writer.names, writer.organisation)):
        if not await words.refreshed(db):
            return None
        found = await find_by_name(db, words, text)
        codes += [match.customer.code for match in found.matches[:MOST]]
        if any(not match.weak for match in found.matches):
            break
    return list(dict.fromkeys(codes))


async def find_writers(
    db: Database,
    writer: Writer,
    possible: Sequence[str],
    domains: DomainRules,
    mail_id: int,
) -> FoundWriters:
    """Those of `possible`, and whoever has an address, a telephone or the domain of the writer of
    this mail by now.
    """
    before = await _list_before(db, writer, mail_id)
    reached = await _list_reached(db, writer, domains)
    customers = await list_whole(db, list(dict.fromkeys([*before, *reached, *possible])))
    return FoundWriters(customers, before)


async def _list_before(
    db: Reader,
    writer: Writer,
    mail_id: int,
) -> list[str]:
    """Whose tickets the other mails of the same writer are, the newest first."""
    if not writer.emails:
        return []
    rows = await db.fetch(
        "SELECT t.customer_code AS code FROM incoming_mails m "
        "JOIN tickets t ON t.no = COALESCE(m.second_ticket, m.ticket) "
        "WHERE m.writer = ? AND m.id <> ? AND m.opened = 1 AND t.customer_code IS NOT NULL "
        f"AND t.status <> 'voided' ORDER BY m.id DESC LIMIT {MOST}",
        writer.emails[0],
        mail_id,
    )
    return list(dict.fromkeys(row["code"] for row in rows))


async def _list_reached(
    db: Database,
    writer: Writer,
    domains: DomainRules,
) -> list[str]:
    """Who has one of the addresses or telephones, or an address of the same organisation."""
    organisations = map(domains.organisation, writer.emails)
    hosts = [domain_of(email) for email in writer.emails if domains.organisation(email)]
    codes = await _holders(db, "email", "key", writer.emails)
    codes += await _holders(
        db,
        "phone",
        "key",
        list(map(phone_key, writer.phones)),
    )
    codes += await _holders(
        db,
        "email",
        _DOMAIN[db.engine],
        [*hosts, *organisations],
    )
    return codes


async def _holders(
    db: Reader,
    kind: str,
    column: str,
    keys: Sequence[str],
) -> list[str]:
    """Customers that have one of these keys of a kind."""
    asked = list(dict.fromkeys(filter(None, keys)))
    if not asked:
        return []
    rows = await db.fetch(
        f"SELECT DISTINCT customer_code AS code FROM customer_keys WHERE kind = '{kind}' "
        f"AND {is_one_of(column, asked)} LIMIT {MOST}",
        *asked,
    )
    return [row["code"] for row in rows]


# Matches.


async def find_match(db: Reader, ticket: str) -> MailMatch | None:
    """The match of a ticket that was not taken back."""
    row = await db.fetch_one(f"SELECT {_MATCHES.listed} FROM mail_matches WHERE ticket = ?", ticket)
    return None if row is None else _MATCHES.of(row)


async def put_match(tx: Tx, match: MailMatch) -> None:
    """A ticket was matched; of one that was matched before, this holds."""
    await tx.execute("DELETE FROM mail_matches WHERE ticket = ?", match.ticket)
    await tx.execute(_MATCHES.insert("mail_matches"), *_MATCHES.values(match))


async def end_match(tx: Tx, ticket: str) -> None:
    """A match was taken back."""
    await tx.execute("DELETE FROM mail_matches WHERE ticket = ?", ticket)


async def decide_keeping(
    tx: Tx,
    match: MailMatch,
    kept: str,
) -> MailMatch:
    """What was decided about the writer's address."""
    await tx.execute(
        "UPDATE mail_matches SET kept = ? WHERE ticket = ?",
        kept,
        match.ticket,
    )
    return replace(match, kept=kept)


async def was_refused(
    db: Reader,
    writer: str,
    customer: str,
) -> bool:
    """Whether an officer said of this address that it shall not be kept with this customer."""
    row = await db.fetch_one(
        "SELECT 1 AS one FROM incoming_mails m JOIN mail_matches k ON k.ticket = m.ticket "
        "JOIN tickets t ON t.no = m.ticket "
        "WHERE m.writer = ? AND k.kept = 'no' AND t.customer_code = ? LIMIT 1",
        writer,
        customer,
    )
    return row is not None
