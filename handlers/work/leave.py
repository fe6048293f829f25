"""Leave: the open work is listed, split among colleagues who accept it, and comes back by itself
the day after.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from functools import partial
from uuid import uuid4

from domain.clock.moments import names_days, parse_days
from domain.dates.days import BANGKOK
from domain.errors import Conflict, InvalidInput, NotAllowed
from domain.staff import Staff, StaffId
from domain.tickets.hand_over import Leave, Offer, OfferState, split
from domain.tickets.records import Ticket, TicketNo
from domain.tickets.references import without_courtesy
from handlers.chat import (
    Button,
    Choice,
    DateAsked,
    Paragraph,
    Reply,
    confirm,
    say,
)
from handlers.desk import Context, Work
from handlers.forms.reading import day_to_come
from handlers.i18n import _, date_text
from handlers.labels import days, person_label
from handlers.registry import action, command, due, spoken
from handlers.staff.stand_in import supervisors
from handlers.tickets import buttons as ticket_buttons
from handlers.tickets import cards as ticket_cards
from handlers.tickets import saves as ticket_saves
from handlers.work.hand_over import at_work, is_open, take
from store import due as due_rows
from store import staff
from store.due import Due
from store.tickets import hand_overs
from store.tickets import lists as ticket_lists
from store.tickets import records as tickets
from store.tickets.lists import Wanted

KIND = "leave"
BEGIN = "begin"
END = "end"
MORNING = time(8, 30)
LOOK_BACK = timedelta(days=120)
LOOK_AHEAD = timedelta(days=400)
"""How far the list of leaves reaches."""
SHOWN = 10
"""Tickets of a proposal that can be changed one by one."""
OFFERED = 20
"""Tickets of an offer that can be taken one by one; all of them can be taken at once."""

TicketOffer = tuple[Offer, Ticket]


def _fits(args: str) -> object:
    """Whether nothing is typed, days are, or something with a figure that is meant for days."""
    return not args or names_days(args) or re.match(r"\D{0,9}[\d๐-๙]", args)


def _no_whole_day(args: str) -> bool:
    """The desk knows leaves of whole days: of others only that is said."""
    return False


@spoken(
    "ลาครึ่งวัน",
    "ลาครึ่งเช้า",
    "ลาครึ่งบ่าย",
    "ลาช่วงเช้า",
    "ลาช่วงบ่าย",
    "ลาบ่าย",
    "ลาเช้า",
    fits=_no_whole_day,
)
@command(
    "leave",
    "ลา",
    about="ฝากงานระหว่างลา เช่น ลา 12-14 ธ.ค.",
    fits=_fits,
    also=("ขอลาหยุด", "ขอลา", "ลาป่วย", "ลากิจ", "ลาพักร้อน", "ลาพักผ่อน", "ลาหยุด", "หยุดงาน", "leave"),
    joined=names_days,
    last=True,
)
async def leave(ctx: Context, args: str) -> Reply:
    """On which days: the open work and a proposal who takes it. Without days: the leaves that are
    entered.
    """
    if not args.strip():
        return await _entered(ctx)
    first, last = parse_days(without_courtesy(args), ctx.today)
    await _check_days(ctx, first, last)
    mine = await _my_tickets(ctx)
    for each in mine:
        ctx.audit("ticket.listed", each.no)
    numbers = [each.no for each in ticket_cards.by_due(ctx, mine)]
    given = split(numbers, await _loads(ctx, first, last))
    return await _proposal(ctx, first, last, given)


async def _check_days(ctx: Context, first: date, last: date) -> None:
    """InvalidInput("days_past"), or ("leave_twice") where this person is on leave then already."""
    if last < ctx.today:
        raise InvalidInput("days_past", days=days(first, last))
    leaves = await hand_overs.list_leaves(ctx.db, first, last)
    if any(each.staff == ctx.staff.id for each in leaves):
        raise InvalidInput("leave_twice", days=days(first, last))


async def _my_tickets(ctx: Context) -> list[Ticket]:
    return await ticket_lists.list_unfinished(ctx.db, Wanted((ctx.staff.id,)))


async def _loads(ctx: Context, first: date, last: date) -> dict[StaffId, int]:
    """Who may take it, with how much they have: the own teams' people, or everybody; nobody who is
    away then.
    """
    leaves = await hand_overs.list_leaves(ctx.db, first, last)
    away = {each.staff for each in leaves} | {ctx.staff.id}
    there = [each.id for each in await at_work(ctx) if each.id not in away]
    mates = set[StaffId]()
    for members in (await staff.list_teams(ctx.db)).values():
        if ctx.staff.id in members:
            mates.update(members)
    counts = await tickets.count_unfinished(ctx.db)
    chosen = [each for each in there if each in mates] or there
    return {person: counts.get(person, 0) for person in chosen}


async def _proposal(
    ctx: Context,
    first: date,
    last: date,
    given: Mapping[TicketNo, StaffId],
) -> Reply:
    span = {"first": first.isoformat(), "last": last.isoformat()}
    plan = {**span, "given": _as_text(given)}
    away = days(first, last)
    if not given:
        text = _("ลา %(days)s · ไม่มีใบงานค้าง หรือไม่มีผู้รับฝาก", days=away)
        enter = Button(_("บันทึกวันลา"), "leave.confirm", plan, once=True)
        return Reply((Paragraph(text, (enter,), _until(ctx, first, last)),))
    names = await staff.staff_names(ctx.db)
    found = await tickets.get_tickets(ctx.db, [*given])
    options = []
    for no, to in [*given.items()][:SHOWN]:
        line = _line(ctx, found[no])
        label = _("%(name)s ← %(ticket)s", name=names[to], ticket=line)
        options.append(
            Button(
                label,
                "leave.pick",
                {**plan, "no": no},
            )
        )
    counts = Counter(given.values())
    shares = " · ".join(f"{names[to]} {count}" for to, count in counts.items())
    question = _(
        "ลา %(days)s · ใบงานค้าง %(count)s\nเสนอฝาก: %(shares)s\nแตะใบงานเพื่อเปลี่ยนคน",
        days=away,
        count=len(given),
        shares=shares,
    )
    nobody = {**span, "given": ""}
    buttons = (
        Button(_("ฝากตามนี้"), "leave.confirm", plan, once=True),
        Button(_("ลาโดยไม่ฝาก"), "leave.confirm", nobody, once=True),
    )
    return Reply((Choice(question, tuple(options), buttons, _until(ctx, first, last)),))


def _until(ctx: Context, first: date, last: date) -> DateAsked | None:
    """Of a leave of one day its last day is asked for."""
    if first != last:
        return None
    begin = datetime.combine(first, MORNING, BANGKOK)
    return replace(
        day_to_come(ctx),
        earliest=begin,
        default=begin,
        label=_("📅 ลาถึงวันที่"),
        before=f"/leave {first:%d/%m/%Y} - ",
    )


def _as_text(given: Mapping[TicketNo, StaffId]) -> str:
    return " ".join(f"{no}:{to}" for no, to in given.items())


def _from_text(text: str) -> dict[TicketNo, StaffId]:
    given = {}
    for pair in text.split():
        no, _colon, to = pair.partition(":")
        given[TicketNo(no)] = StaffId(int(to))
    return given


@action("leave.pick", in_place=True)
async def pick_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Who else takes this one?"""
    given = _from_text(args["given"])
    no = TicketNo(args["no"])
    first = date.fromisoformat(args["first"])
    last = date.fromisoformat(args["last"])
    to = args.get("to")
    if to == "none":
        del given[no]
        return await _proposal(ctx, first, last, given)
    if to:
        given[no] = StaffId(int(to))
        return await _proposal(ctx, first, last, given)
    loads = await _loads(ctx, first, last)
    names = await staff.staff_names(ctx.db)
    options = []
    for person, count in loads.items():
        label = _("%(name)s · ค้าง %(count)s", name=names[person], count=count)
        options.append(
            Button(
                label,
                "leave.pick",
                {**args, "to": str(person)},
            )
        )
    keep = Button(
        _("ไม่ฝากใบนี้"),
        "leave.pick",
        {**args, "to": "none"},
    )
    question = _("ฝาก %(no)s ให้ใคร", no=no)
    return Reply((Choice(question, tuple(options), (keep,)),))


@action("leave.confirm", in_place=True)
async def confirm_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Enter the leave and offer each ticket to whom it was proposed."""
    first = date.fromisoformat(args["first"])
    last = date.fromisoformat(args["last"])
    await _check_days(ctx, first, last)
    away = Leave(
        uuid4().hex,
        ctx.staff.id,
        first,
        last,
    )
    shares = await _shares(ctx, away, _from_text(args["given"]))
    for receiver in shares:
        await ticket_saves.may_receive(ctx, receiver)
    after = last + timedelta(days=1)
    ctx.change(hand_overs.add_leave, leave=away, now=ctx.now)
    offers = [made for share in shares.values() for made, _ticket in share]
    ctx.change(hand_overs.add_offers, offers=offers)
    rows = [
        Due(KIND, away.id, BEGIN, _morning(first)),
        Due(KIND, away.id, END, _morning(after)),
    ]
    ctx.change(due_rows.plan, rows=rows)
    ctx.audit("leave.entered", f"staff:{ctx.staff.id}")
    for receiver, share in shares.items():
        notice = partial(_offer_notice, ctx, ctx.staff.name, away, share)
        ctx.notify(notice, f"leave:{away.id}", staff_id=receiver)
    text = _(
        "✅ บันทึกข้อมูลเรียบร้อย ลา %(days)s · เสนอฝากใบงาน %(count)s ใบ",
        days=days(first, last),
        count=len(offers),
    )
    if offers:
        text += "\n" + _("งานที่มีผู้รับจะกลับมาเอง %(date)s", date=date_text(after))
    return confirm(text, _back_button(away, ctx.today))


async def _shares(
    ctx: Context, away: Leave, given: Mapping[TicketNo, StaffId]
) -> dict[StaffId, list[TicketOffer]]:
    """What is offered to whom, of the tickets that are still this person's, the due first."""
    shares: dict[StaffId, list[TicketOffer]] = {}
    for ticket in ticket_cards.by_due(ctx, await _my_tickets(ctx)):
        receiver = given.get(ticket.no)
        if receiver is None:
            continue
        made = Offer(
            uuid4().hex,
            ticket.no,
            ctx.staff.id,
            receiver,
            ctx.now,
            leave=away.id,
        )
        shares.setdefault(receiver, []).append((made, ticket))
    return shares


def _morning(on: date) -> datetime:
    return datetime.combine(on, MORNING, BANGKOK)


def _offer_notice(
    work: Work,
    giver: str,
    away: Leave,
    share: Sequence[TicketOffer],
) -> Reply:
    """What a colleague is asked: all at once, or each."""
    title = _(
        "🎫 %(who)sลา %(days)s ขอฝากใบงาน %(count)s ใบ",
        who=person_label(giver),
        days=days(away.first_on, away.last_on),
        count=len(share),
    )
    if len(share) > OFFERED:
        title += "\n" + _("แสดง %(shown)s จาก %(count)s", shown=OFFERED, count=len(share))
    options = []
    for made, ticket in share[:OFFERED]:
        label = _("รับ %(ticket)s", ticket=_line(work, ticket))
        options.append(Button(label, "hand.accept", {"offer": made.id}))
    every = Button(_("รับทั้งหมด"), "leave.accept", {"leave": away.id})
    return Reply((Choice(title, tuple(options), (every,)),), confirms=True)


def _line(work: Work, ticket: Ticket) -> str:
    until = ticket_cards.due_line(work, ticket)
    state = _("ถึง %(when)s", when=until) if until else ""
    return ticket_cards.ticket_line(work, ticket, state)


@action("leave.accept")
async def accept_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Take everything of this leave that was offered to this person and is still there."""
    away = await hand_overs.get_leave(ctx.db, args["leave"])
    every = await hand_overs.list_offers_of_leave(ctx.db, away.id)
    offers = [each for each in every if each.receiver == ctx.staff.id]
    found = await tickets.get_tickets(ctx.db, [each.ticket for each in offers])
    taken = []
    for each in offers:
        ticket = found[each.ticket]
        if is_open(each, ticket):
            taken.append(take(ctx, each, ticket, away))
    if not taken:
        return say(_("ไม่มีใบงานให้รับแล้ว"))
    ctx.notify(
        partial(_accepted_notice, ctx.staff.name, len(taken)),
        f"accepted:{away.id}:{ctx.staff.id}",
        staff_id=away.staff,
    )
    text = _("✅ รับใบงาน %(count)s ใบแล้ว", count=len(taken))
    if away.first_on > ctx.today:
        text += "\n" + _("เป็นของคุณตั้งแต่ %(date)s", date=date_text(away.first_on))
    shown = taken[:SHOWN]
    return confirm(text, *(ticket_buttons.show_button(each, each.no) for each in shown))


def _accepted_notice(name: str, count: int) -> Reply:
    who = person_label(name)
    return confirm(_("✅ %(who)sรับใบงานที่ฝากแล้ว %(count)s ใบ", who=who, count=count))


# The leaves that are entered, and coming back early.


async def _entered(ctx: Context) -> Reply:
    first = ctx.today - LOOK_BACK
    last = ctx.today + LOOK_AHEAD
    lines = [_("วันลา · พิมพ์ ลา ตามด้วยวันที่ เช่น ลา 12-14 ธ.ค.")]
    buttons = []
    leaves = await hand_overs.list_leaves(ctx.db, first, last)
    names = await staff.staff_names(ctx.db)
    for each in leaves:
        span = days(each.first_on, each.last_on)
        lines.append(f"{names.get(each.staff, '-')} {span}")
        if each.staff == ctx.staff.id:
            buttons.append(_back_button(each, ctx.today))
    asks = replace(day_to_come(ctx), before="/leave ")
    return Reply((Paragraph("\n".join(lines), tuple(buttons), asks),))


def _back_button(away: Leave, today: date) -> Button:
    """[กลับมาแล้ว], or [ยกเลิกวันลา] where it has not begun."""
    span = days(away.first_on, away.last_on)
    label = _("ยกเลิกวันลา (%(days)s)", days=span)
    if away.first_on <= today:
        label = _("กลับมาแล้ว (%(days)s)", days=span)
    return Button(label, "leave.back", {"leave": away.id}, once=True)


@action("leave.back", aside=True)
async def back_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Back early, or not away at all: the work comes back now."""
    away = await hand_overs.get_leave(ctx.db, args["leave"])
    if away.staff != ctx.staff.id:
        raise NotAllowed("not_yours")
    if away.ended_at is not None:
        raise Conflict("pressed")
    back = await _come_back(ctx, away)
    ctx.change(due_rows.cancel, kind=KIND, subject=away.id)
    return _back_message(back)


# What is done by itself.


@due(KIND)
async def run(work: Work, rows: Sequence[Due]) -> None:
    """A leave begins or ends; where the desk was away for both, only the end is left to do."""
    ending = {row.subject for row in rows if row.occurrence == END}
    came_back: dict[str, Ticket] = {}
    # Who comes back from one leave on the morning on which another begins hands on what came back.
    for row in sorted(rows, key=lambda row: row.occurrence != END):
        away = await hand_overs.get_leave(work.db, row.subject)
        if away.ended_at is not None:
            continue
        if row.occurrence == END:
            back = await _come_back(work, away)
            came_back |= {ticket.no: ticket for ticket in back}
            notice = partial(_back_message, back)
            work.notify(notice, f"leave:back:{away.id}", staff_id=away.staff)
        elif row.subject not in ending:
            await _begin(work, away, came_back)


async def _begin(work: Work, away: Leave, came_back: Mapping[str, Ticket]) -> None:
    """What was accepted changes hands; of what nobody took, or nobody who took it can do now, the
    supervisors hear.
    """
    offers = await hand_overs.list_offers_of_leave(work.db, away.id)
    found = await tickets.get_tickets(work.db, [each.ticket for each in offers])
    people = await staff.list_staff(work.db)
    there = await _at_work_today(work, people)
    left = []
    for each in offers:
        # What came back this very morning is as it will be when that is written.
        ticket = came_back.get(each.ticket) or found[each.ticket]
        if ticket.is_done or ticket.assignee != away.staff:
            continue
        if each.state is OfferState.ACCEPTED and each.receiver in there:
            given = replace(ticket, assignee=each.receiver)
            ticket_saves.write(work, ticket, given, away.staff)
        else:
            left.append(ticket)
    if left:
        _tell_supervisors(work, people, away, left)


def _tell_supervisors(
    work: Work,
    people: Sequence[Staff],
    away: Leave,
    left: Sequence[Ticket],
) -> None:
    name = next((person.name for person in people if person.id == away.staff), "-")
    notice = partial(_left_notice, work, name, away, left)
    for person in supervisors(people):
        work.notify(notice, f"leave:left:{away.id}", staff_id=person)


async def _at_work_today(work: Work, people: Sequence[Staff]) -> set[StaffId]:
    """Those of these people who have access and are on no leave."""
    leaves = await hand_overs.list_leaves(work.db, work.today, work.today)
    absent = {each.staff for each in leaves}
    return {person.id for person in people if person.blocked_at is None} - absent


def _left_notice(
    work: Work,
    name: str,
    away: Leave,
    left: Sequence[Ticket],
) -> Reply:
    title = _(
        "⚠️ %(who)sลา %(days)s ยังไม่มีผู้รับใบงาน %(count)s ใบ",
        who=person_label(name),
        days=days(away.first_on, away.last_on),
        count=len(left),
    )
    shown = left[:SHOWN]
    options = tuple(ticket_buttons.show_button(each, _line(work, each)) for each in shown)
    return Reply((Choice(title, options),), confirms=True)


async def _come_back(work: Work, away: Leave) -> list[Ticket]:
    """Everything of the leave that colleagues still have goes back; returns those tickets."""
    offers = await hand_overs.list_offers_of_leave(work.db, away.id)
    numbers = [each.ticket for each in offers]
    found = await tickets.get_tickets(work.db, numbers)
    owner = await staff.get_staff(work.db, away.staff)
    stand_ins = await hand_overs.list_stand_ins(work.db, numbers)
    back = []
    went: dict[StaffId | None, list[Ticket]] = {}
    for each in offers:
        ticket = found[each.ticket]
        held = each.state is OfferState.ACCEPTED and _is_held(each, stand_ins, ticket, away)
        if held and owner.blocked_at is None:
            again = replace(ticket, assignee=away.staff)
            ticket_saves.write(work, ticket, again, each.receiver)
            back.append(replace(again, version=ticket.version + 1))
            went.setdefault(ticket.assignee, []).append(ticket)
        if each.state in (OfferState.OFFERED, OfferState.ACCEPTED):
            work.change(
                hand_overs.decide_offer,
                offer=each,
                state=OfferState.ENDED,
                receiver=each.receiver,
                now=work.now,
            )
    work.change(hand_overs.end_leave, leave_id=away.id, now=work.now)
    for holder, theirs in went.items():
        notice = partial(_went_back_notice, owner.name, theirs)
        work.notify(notice, f"leave:went:{away.id}", staff_id=holder)
    return back


def _is_held(
    given: Offer,
    stand_ins: Sequence[Offer],
    ticket: Ticket,
    away: Leave,
) -> bool:
    """Whether a colleague still has to do what was given for this leave."""
    if ticket.is_done or ticket.assignee == away.staff:
        return False
    return ticket.assignee in _holders(given, stand_ins)


def _holders(given: Offer, stand_ins: Sequence[Offer]) -> set[StaffId | None]:
    """Who took it, and whoever has it while that person is on leave in turn."""
    handed_on = [one for one in stand_ins if one.ticket == given.ticket]
    holders = {given.receiver}
    # Each round finds whoever got it from the ones before, in whatever order the offers stand.
    for _round in handed_on:
        holders |= {one.receiver for one in handed_on if one.giver in holders}
    return holders


def _went_back_notice(name: str, gone: Sequence[Ticket]) -> Reply:
    text = _(
        "🎫 %(who)sกลับมาแล้ว ใบงานที่ฝากไว้กลับไปที่เจ้าของ: %(nos)s",
        who=person_label(name),
        nos=", ".join(ticket.no for ticket in gone),
    )
    return confirm(text)


def _back_message(back: Sequence[Ticket]) -> Reply:
    if not back:
        return confirm(_("✅ สิ้นสุดวันลาแล้ว ไม่มีใบงานที่ต้องคืน"))
    title = _("✅ สิ้นสุดวันลาแล้ว ใบงานกลับมาที่คุณ %(count)s ใบ", count=len(back))
    shown = back[:SHOWN]
    return confirm(title, *(ticket_buttons.show_button(each, each.no) for each in shown))
