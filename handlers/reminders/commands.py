"""Personal reminders: set one, list them, move and delete them, and what rings when the time has
come.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial

from domain.dates.days import BANGKOK
from domain.dates.when import USUAL, begins_with_moment, names_moment
from domain.errors import InvalidInput
from domain.owed.contracts import numbers_in
from domain.reach.untold import Untold
from domain.staff import StaffId
from domain.tickets.references import ReferenceKind, take_reference
from handlers.chat import (
    Button,
    Choice,
    Reply,
    confirm,
    say,
    turn_buttons,
)
from handlers.desk import Context, Work
from handlers.forms.drafts import park_open
from handlers.forms.engine import advance, proceed, start
from handlers.i18n import _
from handlers.labels import weekday_when
from handlers.messages import sentence
from handlers.registry import NOTHING, action, command, due
from handlers.reminders import cards as reminder_cards
from handlers.reminders.form import move, new_reminder, other_time, read_when
from handlers.staff.masked import also
from handlers.staff.rides import Riding, as_it_was, rides
from store import reminders
from store.due import Due
from store.owed import contracts, requests
from store.reminders import Reminder

PAGE = 8
RECORDS = (ReferenceKind.TICKET, ReferenceKind.CUSTOMER)
"""What a reminder may be about."""


def _fits(args: str) -> bool:
    """A ticket, a customer or a moment is named; else somebody of this name is looked for."""
    return take_reference(args, *RECORDS) is not None or names_moment(args)


@command(
    "remind",
    "เตือน",
    about="เตือนฉัน เช่น เตือน R2611000124 พรุ่งนี้ 9.00 หรือ เตือน ศุกร์หน้า โทรกลับ",
    fits=_fits,
    also=(
        "เตือนฉัน",
        "เตือนผม",
        "เตือนหนู",
        "เตือนด้วย",
        "เตือนความจำ",
        "ตั้งเตือน",
        "แจ้งเตือน",
        "remind me",
        "remind",
    ),
    joined=begins_with_moment,
)
async def remind(ctx: Context, args: str) -> Reply:
    """A reminder of a ticket, a customer or anything else; what is missing is asked for."""
    taken = take_reference(args, *RECORDS)
    record = taken[0].value if taken else await _whose_contract(ctx, args)
    rest = (taken[1] if taken else args).strip()
    await reminder_cards.about(ctx, record)  # there must be such a record
    if not rest:
        return await start(ctx, new_reminder(ctx, record, {}))
    await park_open(ctx)
    try:
        moment = read_when(ctx, rest)
    except InvalidInput as error:
        text = str(error.params.get("rest", ""))
        draft = new_reminder(ctx, record, _text(text))
        return await proceed(ctx, draft, "remind_at", sentence(error))
    if moment is None:
        return await advance(ctx, new_reminder(ctx, record, _text(rest)))
    values = {**_text(moment.rest), "remind_at": moment.at.isoformat()}
    return await advance(ctx, new_reminder(ctx, record, values))


async def _whose_contract(ctx: Context, text: str) -> str:
    """The code of the customer whose contract is named; "" where none, or several are."""
    numbers = numbers_in(text)
    if len(numbers) != 1:
        return ""
    contract = await contracts.find_contract(ctx.db, numbers[0])
    if contract is None:
        return ""
    life = await requests.get_life(ctx.db, contract.request_id)
    return life.request.customer


def _text(text: str) -> dict[str, str]:
    if len(text) > reminder_cards.LIMIT:
        raise InvalidInput("too_long", length=len(text), limit=reminder_cards.LIMIT)
    return {"remind_text": text} if text else {}


@action("remind.ask")
async def ask_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """When to remind of this record."""
    return await start(ctx, new_reminder(ctx, args["record"], {}))


# Looking after them.


@command(
    "reminders",
    "รายการเตือน",
    about="รายการเตือนของฉัน เลื่อนหรือลบได้",
    fits=NOTHING,
    also=("เตือนอะไรบ้าง", "รายการแจ้งเตือน", "เตือนของฉัน", "my reminders"),
)
async def list_all(ctx: Context, args: str) -> Reply:
    """What I still wait for."""
    return await _page(ctx, 0)


@action("remind.page", in_place=True, aside=True)
async def page_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Another page of them."""
    return await _page(ctx, int(args["page"]))


async def _page(ctx: Context, page: int) -> Reply:
    count = await reminders.count_reminders(ctx.db, ctx.staff.id)
    found = await reminders.list_reminders(
        ctx.db,
        ctx.staff.id,
        PAGE,
        page * PAGE,
    )
    if not count:
        return say(_("ไม่มีรายการเตือน ตั้งได้โดยพิมพ์ เช่น เตือน พรุ่งนี้ 9.00 โทรกลับ"))
    subjects = await reminder_cards.subjects_of(ctx, found)
    options = []
    for each in found:
        label = reminder_cards.line(ctx, each, subjects)
        options.append(Button(label, "remind.show", {"id": each.id}))
    more = count > (page + 1) * PAGE
    turns = turn_buttons("remind.page", {}, page, more=more)
    title = _("⏰ รายการเตือน %(count)s รายการ", count=count)
    return Reply((Choice(title, tuple(options), tuple(turns)),))


@action("remind.show")
async def show_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """One of them."""
    found = await reminders.get_reminder(ctx.db, args["id"], ctx.staff.id)
    return await _present(ctx, found)


async def _present(ctx: Context, found: Reminder) -> Reply:
    """How a reminder stands now."""
    if found.state == "waiting":
        return Reply((await reminder_cards.shown(ctx, found),))
    what = await reminder_cards.whole(ctx, found)
    if found.state == "done":
        text = _("✅ เสร็จแล้ว: %(what)s", what=what)
    else:
        text = _("⏰ เตือนไปแล้ว: %(what)s", what=what)
    again = reminder_cards.button(_("เตือนอีกครั้ง"), "remind.move", found)
    return say(text, again, *reminder_cards.record_button(found))


async def _own(ctx: Context, args: Mapping[str, str]) -> tuple[Reminder, bool]:
    """The reminder a button means, and whether it still is as the button showed it;
    NotFound("reminder").
    """
    found = await reminders.get_reminder(ctx.db, args["id"], ctx.staff.id)
    return found, args["version"] == str(found.version)


@action("remind.move")
async def move_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Ask for another time."""
    found, _same = await _own(ctx, args)
    return await start(ctx, other_time(ctx, found), "remind_at")


@action("remind.to", in_place=True)
async def to_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Move it to the time that was offered."""
    found, same = await _own(ctx, args)
    if not same:
        return await _present(ctx, found)
    at = datetime.fromisoformat(args["at"])
    if at <= ctx.now:
        raise InvalidInput("past", at=weekday_when(at))
    return await move(ctx, found, at)


@action("remind.delete", in_place=True, danger=True)
async def delete_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """It is not wanted any more."""
    found, same = await _own(ctx, args)
    if not same:
        return await _present(ctx, found)
    ctx.change(reminders.delete, reminder=found)
    subjects = await reminder_cards.subjects_of(ctx, [found])
    line = reminder_cards.line(ctx, found, subjects)
    return confirm(_("ลบรายการเตือนแล้ว: %(line)s", line=line))


# Ringing.


@action("remind.snooze", in_place=True)
async def snooze_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Once more, a little later."""
    found, same = await _own(ctx, args)
    if not same:
        return await _present(ctx, found)
    if args["by"] == "tomorrow":
        tomorrow = ctx.today + timedelta(days=1)
        return await move(ctx, found, datetime.combine(tomorrow, USUAL, BANGKOK))
    later = timedelta(minutes=int(args["by"]))
    return await move(ctx, found, ctx.now.replace(microsecond=0) + later)


@action("remind.done", in_place=True)
async def done_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """It is dealt with."""
    found, same = await _own(ctx, args)
    if not same:
        return await _present(ctx, found)
    ctx.change(reminders.end, reminder=found)
    what = await reminder_cards.whole(ctx, found)
    buttons = reminder_cards.record_button(found)
    return confirm(_("✅ เสร็จแล้ว: %(what)s", what=what), *buttons)


@due(reminders.KIND, urgent=True)
async def ring(work: Work, rows: Sequence[Due]) -> None:
    """Tell each person what they wanted to be reminded of: at its time, day and night (DESIGN.md,
    "urgent").
    """
    found = await reminders.get_reminders(work.db, [row.subject for row in rows])
    subjects = await reminder_cards.subjects_of(work, found.values())
    rung = [row for row in rows if row.subject in found]
    for row in rung:
        each = found[row.subject]
        told = partial(
            reminder_cards.ring,
            work,
            each,
            subjects,
            late=row.is_late(work.now),
        )
        work.notify(
            also(told, [reminder_cards.masked_line(each)]),
            f"reminder:{each.id}:{row.occurrence}",
            staff_id=each.staff_id,
        )
    work.change(reminders.mark_rung, ids=[row.subject for row in rung])


@rides(reminders.KIND)
async def still_wanted(work: Work, who: StaffId, waiting: Sequence[Untold]) -> Sequence[Riding]:
    """Those that could not ring, and are neither done nor deleted by now."""
    ids = {}
    for one in waiting:
        _kind, number, *_occurrence = one.key.split(":")
        ids[one.key] = number
    found = await reminders.get_reminders(work.db, [*ids.values()])
    rung = {each.id for each in found.values() if each.state != "done"}
    still = [one for one in waiting if ids[one.key] in rung]
    return [*map(as_it_was, still)]
