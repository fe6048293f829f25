"""Provinces' numbers of users that a mail reports: one tap records them, the first in the mail's
own ticket (DOMAIN.md section 4). What was told before is asked about.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial

import orjson

from domain.clock import pauses
from domain.customers.provinces import count_text
from domain.dates.days import BANGKOK
from domain.mail.incoming import IncomingMail
from domain.mail.sorting import COUNTS
from domain.mail.uses import MailPurpose, MailUse
from domain.tickets.records import Ticket
from handlers.chat import Button, Reply, confirm, in_lines, in_one_line, say
from handlers.desk import Context, Work
from handlers.i18n import _, month_text
from handlers.mail.uses.using import (
    add_beside,
    note,
    save_in_place,
    ticket_beside,
    told_before,
    undo_button,
    uses_of,
)
from handlers.registry import CardAddition, action, on_mail_card, on_reply_card
from handlers.tickets import buttons as ticket_buttons
from store.mail import incoming
from store.tickets import provinces
from store.tickets import records as tickets

SHOWN = 12
"""Counts that a card names."""
FIRST = "first"
LAST = "last"
"""What a press says of a mail that tells two numbers of one month."""
NEW = "new"
OLD = "old"
"""What a press says of a count that was told before: it holds, or that one does."""


@dataclass(frozen=True, slots=True)
class ToldCount:
    """One province's number of users; `month` is None where the mail names none; `otherwise` =
    another number that it tells of both, or 0.
    """

    province: str
    month: date | None
    users: int
    otherwise: int = 0

    def line(self) -> str:
        """`กระบี่ · ต.ค. 69 · 1,600 ราย`"""
        month = _("ไม่ระบุเดือน")
        if self.month is not None:
            month = month_text(self.month)
        users = _users(self.users)
        if self.otherwise:
            users = _("%(users)s หรือ %(others)s", users=users, others=_users(self.otherwise))
        return in_one_line(self.province, month, users)


def _users(count: int) -> str:
    """`1,600 ราย`"""
    return _("%(users)s ราย", users=f"{count:,}")


def _counts(mail: IncomingMail) -> list[ToldCount]:
    """What a mail reports, each province and month once."""
    found: list[ToldCount] = []
    reported = orjson.loads(mail.reading.province_counts)
    for each in reported:
        month = None
        if each["month"]:
            month = date.fromisoformat(f"{each['month']}-01")
        otherwise = each.get("otherwise", 0)
        found.append(ToldCount(each["province"], month, each["count"], otherwise))
    return found


# What the card says.


@on_mail_card(place=13)
@on_reply_card(place=13)
async def _on_card(work: Work, mail: IncomingMail, ticket: Ticket) -> Callable[[], CardAddition]:
    counts = _counts(mail)
    if not counts:
        return CardAddition
    used = await uses_of(work, mail, MailPurpose.COUNT)
    is_over = mail.reading.opened and ticket.is_done
    return partial(
        _addition,
        mail,
        counts,
        [*used.values()],
        is_over=is_over,
    )


def _addition(
    mail: IncomingMail,
    counts: Sequence[ToldCount],
    used: Sequence[MailUse],
    *,
    is_over: bool,
) -> CardAddition:
    label = _("จำนวนผู้ใช้")
    lines = [(label, count.line()) for count in counts[:SHOWN]]
    if len(counts) > SHOWN:
        lines.append((label, _("และอีก %(count)s รายการ", count=len(counts) - SHOWN)))
    if used:
        nos = ", ".join(use.ticket for use in used)
        lines.append((_("บันทึกจำนวนผู้ใช้"), _("บันทึกแล้วที่ %(no)s", no=nos)))
    if used or is_over:
        return CardAddition(lines)
    return CardAddition(lines, _buttons(mail, counts))


def _buttons(mail: IncomingMail, counts: Sequence[ToldCount]) -> tuple[Button, ...]:
    """[บันทึกจำนวนผู้ใช้ (3)]; where a month is not named, that of the mail and the one before."""
    args = {"mail": str(mail.id)}
    if all(count.month for count in counts):
        label = _("บันทึกจำนวนผู้ใช้ (%(count)s)", count=len(counts))
        return (Button(label, "mail.counts", args),)
    this = mail.arrived_at.astimezone(BANGKOK).date().replace(day=1)
    before = (this - timedelta(days=1)).replace(day=1)
    buttons = []
    for month in (before, this):
        label = _("บันทึกเป็นเดือน %(month)s", month=month_text(month))
        dated = {**args, "month": month.isoformat()}
        buttons.append(Button(label, "mail.counts", dated))
    return tuple(buttons)


# One tap.


@action("mail.counts")
async def counts_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Record what the mail reports, once it is clear what holds."""
    mail = await incoming.get_mail(ctx.db, int(args["mail"]))
    used = await uses_of(ctx, mail, MailPurpose.COUNT)
    for use in used.values():
        return await told_before(ctx, use)
    reported = _counts(mail)
    twice = [count for count in reported if count.otherwise]
    told = args.get("told", "")
    if twice and not told:
        return _ask_told(args, twice)
    settled = [_settled(count, told) for count in reported]
    counts = _dated(settled, args.get("month", ""))
    return await _record_dated(ctx, mail, counts, args)


async def _record_dated(
    ctx: Context,
    mail: IncomingMail,
    counts: Sequence[ToldCount],
    args: Mapping[str, str],
) -> Reply:
    """Record what was not reported before; of what was, ask which number holds."""
    known = await _told_already(ctx, counts)
    if known and not args.get("known"):
        return _ask(args, counts, known)
    if args.get("known") == OLD:
        counts = _without(counts, known)
    if not counts:
        return say(_("ไม่ได้บันทึก ใช้จำนวนที่รายงานไว้เดิม"))
    return await _record(ctx, mail, counts)


def _ask_told(args: Mapping[str, str], twice: Sequence[ToldCount]) -> Reply:
    """Which of two numbers of one mail holds."""
    lines = [count.line() for count in twice]
    text = in_lines(_("⚠️ อีเมลบอกจำนวนของเดือนเดียวกันไว้สองค่า ใช้จำนวนใด"), *lines)
    labels = {FIRST: _("ใช้จำนวนที่บอกก่อน"), LAST: _("ใช้จำนวนที่บอกหลัง")}
    buttons = [
        Button(label, "mail.counts", {**args, "told": which}) for which, label in labels.items()
    ]
    return say(text, *buttons)


def _settled(count: ToldCount, told: str) -> ToldCount:
    """A count with the number that was pressed."""
    if told == LAST and count.otherwise:
        return replace(count, users=count.otherwise, otherwise=0)
    return replace(count, otherwise=0)


def _dated(counts: Sequence[ToldCount], month: str) -> list[ToldCount]:
    """Those of no month are of the one that was pressed."""
    pressed = date.fromisoformat(month) if month else None
    return [replace(count, month=count.month or pressed) for count in counts]


Known = dict[tuple[str, date | None], provinces.ProvinceReport]


async def _told_already(ctx: Context, counts: Sequence[ToldCount]) -> Known:
    """By province and month, what was reported for these before."""
    months = [count.month for count in counts if count.month]
    if not months:
        return {}
    until = max(months) + timedelta(days=1)
    reports = await provinces.list_reports(ctx.db, min(months), until)
    wanted = {(count.province, count.month) for count in counts}
    by_place: Known = {(report.province, report.month): report for report in reports}
    known: Known = {}
    for place, report in by_place.items():
        if place in wanted:
            known[place] = report
    return known


def _without(counts: Sequence[ToldCount], known: Known) -> list[ToldCount]:
    """Those of which nothing was reported before."""
    return [count for count in counts if (count.province, count.month) not in known]


def _ask(args: Mapping[str, str], counts: Sequence[ToldCount], known: Known) -> Reply:
    """Which of two reports of one month holds."""
    lines = []
    for count in counts:
        before = known.get((count.province, count.month))
        if before is not None:
            former = _(
                "รายงานไว้แล้ว %(users)s ราย (%(no)s)",
                users=f"{before.users:,}",
                no=before.ticket_no,
            )
            lines.append(in_one_line(count.line(), former))
    text = in_lines(_("⚠️ มีรายงานของเดือนเดียวกันแล้ว ใช้จำนวนใด"), *lines)
    new = {**args, "known": NEW}
    old = {**args, "known": OLD}
    return say(
        text,
        Button(_("ใช้จำนวนใหม่"), "mail.counts", new),
        Button(_("คงจำนวนเดิม"), "mail.counts", old),
    )


async def _record(ctx: Context, mail: IncomingMail, counts: Sequence[ToldCount]) -> Reply:
    """Each in a closed ticket: the first in the mail's own, where that is not done yet."""
    ticket = await tickets.get_ticket(ctx.db, mail.reading.ticket or "")
    is_own = mail.reading.opened and not ticket.is_done
    made: list[Ticket] = []
    for place, count in enumerate(counts):
        if place == 0 and is_own:
            saved = await save_in_place(ctx, ticket, _filled(ctx, ticket, count))
        else:
            blank = await ticket_beside(ctx, mail, ticket, COUNTS)
            saved = await add_beside(ctx, _filled(ctx, blank, count))
        made.append(saved)
        note(
            ctx,
            mail,
            MailPurpose.COUNT,
            saved.no,
            place,
        )
    recorded = []
    for one, count in zip(made, counts, strict=True):
        recorded.append(in_one_line(one.no, count.line()))
    title = _("✅ บันทึกจำนวนผู้ใช้แล้ว %(count)s รายการ", count=len(made))
    text = in_lines(title, *recorded)
    show = ticket_buttons.show_button(made[0])
    undo = undo_button(mail, MailPurpose.COUNT, made[0])
    return confirm(text, undo, show)


def _filled(ctx: Context, ticket: Ticket, count: ToldCount) -> Ticket:
    """The ticket as a province's report, closed."""
    return replace(
        pauses.closed(ticket, ctx.now),
        subject=COUNTS,
        province=count.province,
        user_count=count.users,
        counted_on=count.month,
        assignee=ticket.assignee or ctx.staff.id,
        result=count_text(count.province, count.users, count.month),
    )
