"""`run_bot.py follow-up`: what is found to be owed long after it began, shown and answered."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from bot.operating.refused import VerbRefused
from domain.configuration import Configuration
from domain.dates.days import BANGKOK
from domain.owed.following_up import since_day
from handlers.owed.following_up import FollowUp, answer_for, not_followed, place_left
from handlers.owed.reminders import settle_left
from store import audit
from store.engine.database import Database, Reader, Tx
from store.owed import following_up as store
from store.owed import lists, placing, requests
from store.owed.lists import OwedLine
from store.records import holidays
from store.records.save_context import SaveContext
from store.staff import staff_names

EVERY_CUSTOMER = 1_000_000_000
NEVER = "9999-12-31"
PrintLine = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class AskedFollowUp:
    """`months` None = all, 0 = none, else what began so many months ago at the earliest."""

    months: int | None = None
    dry_run: bool = False
    undo: bool = False


class _Shown(Exception):
    """A rehearsal has said what it had to say: nothing of it is written."""


async def follow_up(
    db: Database,
    configuration: Configuration,
    now: datetime,
    asked: AskedFollowUp,
    say: PrintLine,
) -> None:
    """Do what is asked; what an older release or an import left is looked at before."""
    office = await holidays.lay_over(db, configuration)
    context = SaveContext(office, None, now, late=True)
    if asked.undo:
        await _undo(db, context, say)
        return
    if asked.dry_run:
        await _rehearse(db, context, asked, say)
        return
    await settle_left(db, context)
    await place_left(db, context)
    taken = declined = 0
    while (answer := await answer_for(db, context, asked.months)).count:
        await db.write(partial(_carry_out, answer=answer, context=context))
        taken += len(answer.taken)
        declined += len(answer.declined)
    say(f"followed up {taken}, given up {declined}")


async def _carry_out(tx: Tx, answer: FollowUp, context: SaveContext) -> None:
    await store.take_up(tx, answer.taken, context)
    await store.decline(tx, answer.declined, not_followed(), context)
    await audit.add(tx, [_entry(context)])


def _entry(context: SaveContext) -> audit.AuditEntry:
    return audit.AuditEntry(
        context.now,
        None,
        "owed.followed_up",
        "",
        "command",
        "",
    )


async def _undo(db: Database, context: SaveContext, say: PrintLine) -> None:
    """Take the last answer back, as far as nothing has come of it."""
    days = context.configuration.following_up.undo_days
    at = await store.last_answer(db)
    if at is None:
        raise VerbRefused("nothing was answered that could be taken back")
    if (context.now - at).days >= days:
        raise VerbRefused(
            f"the last answer is older than {days} days: it is not taken back any more"
        )
    count = 0
    while ids := await store.list_answered(db, at, lists.MOST_COUNTED):
        await db.write(partial(store.take_back, ids=ids, at=at, context=context))
        count += len(ids)
    await db.write(lambda tx: audit.add(tx, [_entry(context)]))
    say(f"waiting for an answer again: {count}")


async def _rehearse(
    db: Database,
    context: SaveContext,
    asked: AskedFollowUp,
    say: PrintLine,
) -> None:
    """Say what there is; what was left to be looked at is looked at, and not kept."""
    if await _is_up_to_date(db, context):
        await _show(db, context, asked, say)
        return

    async def look(tx: Tx) -> None:
        await requests.leave_unsettled(tx, context)
        await requests.settle_some(tx, context, EVERY_CUSTOMER)
        await placing.place_left(tx, "", EVERY_CUSTOMER, context)
        await _show(tx, context, asked, say)
        raise _Shown

    try:
        await db.write(look)
    except _Shown:
        return


async def _is_up_to_date(db: Reader, context: SaveContext) -> bool:
    if not await requests.is_settled(db, context):
        return False
    return await placing.is_placed(db, context)


async def _show(
    db: Reader,
    context: SaveContext,
    asked: AskedFollowUp,
    say: PrintLine,
) -> None:
    """A line for each thing and what would become of it, and the sums; no names of customers."""
    since = _since(context, asked)
    names = await staff_names(db)
    kept = offset = 0
    while ids := await store.list_offered(db, lists.MOST_COUNTED, offset=offset):
        found = {line.id: line for line in await lists.list_lines_by_ids(db, ids)}
        for line in map(found.__getitem__, ids):
            is_kept = since is None or _began(line) >= since
            kept += is_kept
            officer = names.get(line.officer, "-") if line.officer else "-"
            say(f"{'follow up' if is_kept else 'give up'}: {_told(line, context)}, {officer}")
        offset += len(ids)
    for kind in await store.list_kinds(db, []):
        say(f"{kind.rule}: {kind.count}, the oldest of {_day(kind.oldest_at)}")
    say(f"dry run: would follow up {kept}, give up {offset - kept}")


def _since(context: SaveContext, asked: AskedFollowUp) -> str | None:
    """The first day of what would be followed up; None = everything would."""
    if asked.months is None:
        return None
    if not asked.months:
        return NEVER
    return since_day(asked.months, context.today).isoformat()


def _began(line: OwedLine) -> str:
    return _day(line.started_at)


def _day(at: datetime) -> str:
    return at.astimezone(BANGKOK).date().isoformat()


def _told(line: OwedLine, context: SaveContext) -> str:
    days = (context.today - line.started_at.astimezone(BANGKOK).date()).days
    contract = line.contract_no or "-"
    return f"{line.rule}, {line.customer}, {contract}, since {_began(line)} ({days} days)"
