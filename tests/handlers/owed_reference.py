"""A slow, obvious model of what is owed, from the words of the office alone, and histories that people can check
by hand, each with what is owed in the end.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby

Subjects = frozenset[str]


@dataclass(frozen=True)
class Promise:
    """What begins it, what ends it, and whether it is owed anew where it was answered before."""

    starts: Subjects
    ends: Subjects
    is_owed_anew: bool


PROMISES: Mapping[str, Promise] = {
    "quotation": Promise(frozenset({"7.3", "8.2"}), frozenset({"7.8", "7.9", "8.5"}), True),
    "fetch": Promise(frozenset({"7.7", "8.4"}), frozenset({"7.9"}), True),
    "contract": Promise(frozenset({"7.9"}), frozenset({"7.10"}), False),
    "research": Promise(frozenset({"7.10"}), frozenset({"7.13"}), False),
}


@dataclass
class Fact:
    """One ticket as it is now; days are counted from the first of the history. `closed` = None
    while it is open; `is_of_day` = it was written up later, so that the hour says nothing.
    """

    customer: str
    subject: str
    contract: str
    begun: float
    closed: float | None
    is_of_day: bool = True
    is_void: bool = False
    number: int = 0


def owed(facts: Iterable[Fact]) -> set[str]:
    """Says of each promise that stands open who made it, and since which day."""
    counting = [fact for fact in facts if fact.closed is not None and not fact.is_void]
    chains: dict[tuple[str, str, str], list[Fact]] = {}
    for fact in counting:
        family = fact.subject.split(".")[0]
        chains.setdefault((fact.customer, fact.contract, family), []).append(fact)
    found = set()
    for (customer, contract, _family), chain in chains.items():
        for name, promise in PROMISES.items():
            since = _since(promise, chain)
            if since is not None:
                found.add(f"{customer} {name} {int(since)} no {contract}")
    return found


def _since(promise: Promise, chain: list[Fact]) -> float | None:
    """The day since which it is owed; None where it is not. Day by day: what is owed already is
    answered by that day's proof; else what begins that day.
    """
    since: float | None = None
    answered: float | None = None
    for _moment, group in groupby(sorted(chain, key=_when), key=_when):
        now = list(group)
        starts = [fact for fact in now if fact.subject in promise.starts]
        if any(fact.subject in promise.ends for fact in now):
            # The first that begins that day is answered that day, if nothing was owed before.
            starts = starts[since is None :]
            since, answered = None, now[0].closed
        owing = [start.closed for start in starts if not _is_asked(promise, start, answered)]
        since = since if since is not None else next(iter(owing), None)
    return since


def _is_asked(promise: Promise, start: Fact, answered: float | None) -> bool:
    """Says whether the officer is asked, since it was answered before or meanwhile."""
    if answered is None:
        return False
    return not promise.is_owed_anew or start.begun < answered


def _when(fact: Fact) -> tuple[float, bool, int]:
    """Facts of a day alone stand together; others in their turn."""
    assert fact.closed is not None
    return fact.closed, fact.is_of_day, 0 if fact.is_of_day else fact.number


HISTORIES = """
# A special tabulation: what comes after the payment is owed anew, by the dates.
A 8.2@1; A 8.5@5 =>
A 8.2@1; A 8.5@5; A 8.2@9 => A quotation 9
A 8.2@1; A 8.5@5; A 8.2@9; reopen 8.5@5 => A quotation 1
A 8.2@1; A 8.5@5; A 8.2@9; subject 8.5@5 8.1 => A quotation 1
A 8.2@1; A 8.5@5; A 8.2@9; reopen 8.5@5; close 8.5@5 =>
A 8.2@9; A 8.5@5 => A quotation 9
A 8.2@1; A 8.5@5; void 8.5@5 => A quotation 1
A 8.2@1; A 8.5@5; void 8.5@5; restore 8.5@5 =>
# Begun before the proof, closed after: the officer is asked.
A 8.2@1 open; A 8.5@5; close 8.2@1 =>
A 8.2@1; A 8.5@5; reopen 8.2@1; close 8.2@1 =>
A 8.2@1; A 8.5@5; reopen 8.2@1; close 8.2@1; press รอหลักฐานการชำระเงินอีกครั้ง => A quotation 60
A 7.7@1 open; A 7.9@5; close 7.7@1 => A contract 5
# Of one day: typed in either order.
A 8.2@5; A 8.5@5 =>
A 8.5@5; A 8.2@5 =>
A 8.2@1; A 8.5@5; A 8.2@5 as b =>
A 8.2@1; A 8.2@5 as b; A 8.5@5 =>
A 7.9@5; A 7.10@5 => A research 5
A 7.10@5; A 7.9@5 => A research 5
A 7.10@5; A 7.9@5; void 7.10@5 => A contract 5
A 7.9@1; A 7.13@5; A 7.10@5 =>
A 7.9@1; A 7.3@1 => A contract 1
A 7.3@1; A 7.9@1 => A contract 1
# A contract and its research result.
A 7.9@1; A 7.10@5; A 7.9@9 => A research 5
A 7.9@1; A 7.10@5; A 7.9@9; reopen 7.10@5 => A contract 1
A 7.10@1; A 7.9@5 => A research 1
A 7.9@5; A 7.10@1 => A research 1
A 7.9@1; A 7.10@5; subject 7.9@1 7.7 => A fetch 1, A research 5
A 7.9@1; A 7.13@3; A 7.10@5 =>
A 7.9@5; A 7.7@9 => A contract 5, A fetch 9
A 7.9@1; A 7.10@3; void 7.9@1; void 7.10@3; restore 7.10@3; restore 7.9@1 => A research 3
A 7.9@1; A 7.9@3; void 7.9@1; restore 7.9@1 => A contract 1
A 7.9@1; created 7.9@1 20 => A contract 1
# Two contracts at once, and numbers that are corrected.
A 7.9@1 no 1; A 7.9@2 no 2; A 7.10@9 no 2 => A contract 1 no 1, A research 9 no 2
A 7.9@1 no 1; A 7.9@2 no 2; A 7.10@9 no 2; number 7.10@9 1 => A contract 2 no 2, A research 9 no 1
A 7.9@1 no 1; A 7.9@2 no 2; A 7.10@9 => A contract 1 no 1, A contract 2 no 2
A 7.9@1 no 1; A 7.10@5 no 2; number 7.9@1 2 => A research 5 no 2
A 7.9@1 no 1; A 7.10@3 no 1; number 7.10@3 2; number 7.9@1 2 => A research 3 no 2
A 7.9@1 no 1; A 7.10@3; number 7.9@1 2; number 7.10@3 2 => A research 3 no 2
A 7.9@1 no 1; number 7.9@1 2; B 7.9@3 no 1 => A contract 1 no 2, B contract 3 no 1
# Another customer's: one ticket, all of them one by one, there and back.
A 7.9@1 no 1; customer 7.9@1 B; B 7.10@5 no 1 => B research 5 no 1
A 7.1@1; A 7.9@3; customer 7.9@3 B => B contract 3
A 7.9@1; A 7.10@3; customer 7.10@3 B => A contract 1, B research 3
A 7.9@1; A 7.10@3; customer 7.10@3 B; customer 7.10@3 A => A research 3
A 7.9@1; A 7.10@3; customer 7.9@1 B; customer 7.9@1 A => A research 3
A 7.9@1; A 7.10@3; customer 7.10@3 B; customer 7.9@1 B => B research 3
A 7.9@1; A 7.10@3; A 7.13@9; customer 7.13@9 B; customer 7.10@3 B; customer 7.9@1 B =>
A 7.3@1; A 7.9@3; A 7.10@5; customer 7.10@5 B; customer 7.9@3 B; customer 7.3@1 B => B research 5
A 8.2@1; A 8.5@3; customer 8.5@3 B; customer 8.2@1 B =>
A 7.9@1 no 1; A 7.10@3 no 1; customer 7.10@3 B; customer 7.9@1 B => B research 3 no 1
B 7.9@1; A 7.9@3; customer 7.9@3 B => B contract 1, B contract 3
B 7.9@1 no 1; B 7.9@2 no 2; A 7.9@1 as x; A 7.10@3; customer 7.10@3 B => \
A contract 1, B contract 1 no 1, B contract 2 no 2
B 7.9@1 no 1; A 7.9@2 no 1; customer 7.9@1 A; A 7.10@5 no 1 => A research 5 no 1
A 7.9@1; A 7.10@3; import 7.10@3 B; import 7.9@1 B => B research 3
A 7.9@1; A 7.10@3; import 7.9@1 B; import 7.10@3 B => B research 3
A 7.9@1; A 7.10@3; import 7.10@3 B; import 7.10@3 A => A research 3
B 7.9@1; A 7.9@3; import 7.9@3 B => B contract 1, B contract 3
B 7.9@1 no 1; B 7.9@2 no 2; A 7.9@1 as x; A 7.10@3; import 7.10@3 B => \
A contract 1, B contract 1 no 1, B contract 2 no 2
A 8.2@1; A 8.5@3; import 8.5@3 B; import 8.2@1 B =>
# Merged, and parted again.
A 7.9@1 no 1; B 7.9@2 no 2; merge B A; A 7.10@9 no 2 => A contract 1 no 1, A research 9 no 2
A 7.9@1 no 1; B 7.9@2 no 2; merge B A; unmerge => A contract 1 no 1, B contract 2 no 2
A 7.9@1; merge A B; B 7.10@5; unmerge => A contract 1, B research 5
A 7.9@1; A 7.10@5; merge A B; unmerge => A research 5
A 7.9@1 no 1; B 7.10@3 no 1; B 7.13@5 no 1; merge B A =>
A 7.9@1 no 1; B 7.10@3 no 1; merge A B => B research 3 no 1
A 7.9@1 no 1; B 7.10@3 no 1; merge B A; unmerge => A contract 1 no 1, B research 3
A 7.9@1; A 7.10@5; A 7.9@9; press รอสัญญาที่ลงนามอีกครั้ง; merge A B; unmerge => A contract 9, A research 5
# What an officer said stays said.
A 8.4@1; word มารับแล้ว; reopen 8.4@1; close 8.4@1 =>
A 8.4@1; word มารับแล้ว; wait 2; A 8.4@61 => A fetch 61
A 7.9@1; word เลิกติดตาม; void 7.9@1; restore 7.9@1 =>
A 7.9@1; word เลิกติดตาม; customer 7.9@1 B; customer 7.9@1 A =>
A 7.9@1; word เลิกติดตาม; wait 2; A 7.10@61 => A research 61
A 7.9@1; word เลื่อน…; word มอบหมาย; reopen 7.9@1; close 7.9@1 => A contract 60 put off to another
A 7.9@1; word เลื่อน…; word มอบหมาย; subject 7.9@1 8.2; subject 7.9@1 7.9 => A contract 1 put off to another
A 7.9@1; word เลื่อน…; word มอบหมาย; merge A B; unmerge => A contract 1 put off to another
A 7.9@1; A 7.10@5; customer 7.10@5 B; word มอบหมาย; customer 7.10@5 A => A research 5 to another
# A life in many orders: quotations, payments, data that wait, follow-ups and thanks.
A 7.3@1; A 7.8@4; A 7.9@6 => A contract 6
A 7.3@1; A 7.8@4; A 7.3@10 => A quotation 10
A 7.3@1; A 7.8@4; A 7.3@10; void 7.8@4 => A quotation 1
A 7.3@1; A 7.3@10 as b; void 7.3@1 => A quotation 10
A 7.7@2; A 7.8@3 => A fetch 2
A 7.7@2; A 7.9@4; A 7.7@8 => A contract 4, A fetch 8
A 7.7@2; A 7.9@4; subject 7.9@4 7.8 => A fetch 2
A 7.8@1; A 7.3@1 =>
A 7.9@3; A 7.11@8; A 7.10@12 => A research 12
A 7.9@3; A 7.11@8; void 7.9@3 =>
A 7.9@3; A 7.10@5; A 7.12@20; A 7.13@30 =>
A 7.9@3; A 7.10@5; A 7.13@30; subject 7.13@30 7.14 => A research 5
A 7.9@3; A 7.10@5; A 7.13@30; A 7.10@40 =>
A 7.9@3; A 7.10@5; A 7.13@30; void 7.10@5 => A contract 3
A 7.4@1; A 7.7@5; A 7.8@6; A 7.9@8; A 7.11@25; A 7.10@30; A 7.14@31 => A research 30
A 7.9@3; A 7.10@5 as p; A 7.10@7 as q; void p => A research 7
A 7.9@3; A 7.10@5 as p; A 7.10@7 as q; reopen p => A research 7
A 7.9@10; A 7.10@15; created 7.10@15 2 => A research 15
A 7.9@10 open =>
A 7.9@10 open; A 7.10@12; close 7.9@10 => A research 12
A 7.9@10 open; A 7.10@12; close 7.9@10; press รอสัญญาที่ลงนามอีกครั้ง => A contract 60, A research 12
A 7.9@20; A 7.10@25; reopen 7.9@20; reopen 7.10@25; close 7.10@25; close 7.9@20 => A research 60
A 7.9@20; A 7.10@25; reopen 7.9@20; reopen 7.10@25; close 7.9@20; close 7.10@25 => A research 60
A 7.9@3; A 7.9@3 as b; void b => A contract 3
A 7.9@3; A 7.10@3; A 7.9@3 as b; void 7.9@3 => A research 3
A 7.10@3; void 7.10@3; A 7.9@3 => A contract 3
# Two kinds of request of one customer, and a ticket that goes from one kind to the other.
A 8.4@3; A 8.2@5; A 8.5@9 => A fetch 3
A 8.4@3; word มารับแล้ว; A 8.2@5 => A quotation 5
A 8.2@1; A 7.9@3 => A contract 3, A quotation 1
A 8.2@1; A 8.2@9 as b; A 8.5@5 => A quotation 9
A 8.5@5; A 8.2@1; A 8.2@9 as b; void 8.5@5 => A quotation 1
A 8.2@1; A 8.5@5; reopen 8.5@5; void 8.5@5 => A quotation 1
A 8.2@1; subject 8.2@1 7.3; A 7.9@4 => A contract 4
A 8.2@1; A 8.5@3; subject 8.2@1 7.3 => A quotation 1
# Numbers and customers again: freed, taken by another, given back.
A 7.9@3 no 1; B 7.9@4 no 2; customer 7.9@3 B => B contract 3 no 1, B contract 4 no 2
A 7.9@3 no 1; A 7.10@5 no 1; customer 7.9@3 B; customer 7.10@5 B => B research 5 no 1
A 7.9@3 no 1; void 7.9@3; B 7.9@5 no 1 => B contract 5 no 1
A 7.9@3 no 1; void 7.9@3; B 7.9@5 no 1; restore 7.9@3 => A contract 3, B contract 5 no 1
A 7.9@3 no 1; A 7.10@5 no 2; number 7.10@5 1 => A research 5 no 1
A 7.9@3 no 1; number 7.9@3 2; void 7.9@3; restore 7.9@3 => A contract 3 no 2
A 7.9@3; customer 7.9@3 B; void 7.9@3; restore 7.9@3; customer 7.9@3 A => A contract 3
A 7.9@20; reopen 7.9@20; customer 7.9@20 B; close 7.9@20 => B contract 60
A 7.9@3; import 7.9@3 B; void 7.9@3; restore 7.9@3 => B contract 3
A 7.9@3; B 7.1@1; merge A B; A 7.10@9 => B research 9
A 7.9@3; merge A B; A 7.10@9; void 7.10@9; unmerge => A contract 3
A 7.9@3; merge A B; B 7.10@9; B 7.13@20; unmerge => A contract 3
A 7.9@3 no 1; merge A B; number 7.9@3 2; unmerge => A contract 3 no 2
# What was decided, and what came after it.
A 7.9@3; word เลิกติดตาม; wait 2; A 7.9@61 => A contract 61
A 7.3@1; word เลิกติดตาม; wait 2; A 7.8@61 =>
A 7.9@3; word เลื่อน…; A 7.10@10; void 7.10@10 => A contract 3 put off
A 7.9@3; word มอบหมาย; A 7.10@10; subject 7.10@10 7.11 => A contract 3 to another
A 7.9@3; word มอบหมาย; customer 7.9@3 B; customer 7.9@3 A => A contract 3 to another
A 7.7@3; word มารับแล้ว; void 7.7@3; restore 7.7@3 =>
"""
