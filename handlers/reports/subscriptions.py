"""Reports that supervisors have sent to them by themselves: each week, month, quarter or fiscal
year, once it is over.
"""

from collections.abc import Mapping, Sequence
from datetime import time
from functools import partial
from uuid import uuid4

import orjson

from domain.dates.periods import Period
from domain.errors import DeskError
from domain.reports.rhythms import Rhythm, last_whole
from domain.staff import Role, Staff
from handlers.chat import Button, Choice, Paragraph, Reply, confirm, in_lines, in_one_line, say
from handlers.desk import Context, Work
from handlers.i18n import _, speaking
from handlers.registry import NOTHING, action, command, due
from handlers.reports.asked import AskedReport, filter_text
from handlers.reports.drawing import drawn_entry, leads
from handlers.reports.labels import dimension_label, figure_label
from handlers.reports.mailed import plan_mail
from handlers.reports.periods import as_args
from handlers.reports.report import told_to
from handlers.reports.ways import BY_MAIL, check_mail, way_buttons, way_label, way_text
from store import staff
from store.due import Due
from store.reports import subscriptions
from store.reports.subscriptions import ReportSubscription

KIND = "report.send"
AT = time(9, 0)
MOST = 20
"""Subscriptions of one person."""
SPANS = {
    Rhythm.DAILY: "ทุกวันทำการ",
    Rhythm.WEEKLY: "ทุกสัปดาห์",
    Rhythm.MONTHLY: "ทุกเดือน",
    Rhythm.QUARTERLY: "ทุกไตรมาส",
    Rhythm.YEARLY: "ทุกปีงบประมาณ",
}
"""What each rhythm is called."""


@action("report.rhythms", role=Role.SUPERVISOR, in_place=True, aside=True)
async def rhythms_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """How often this report is to be sent."""
    asked = AskedReport.of(args)
    options = []
    for rhythm, label in SPANS.items():
        options.append(Button(_(label), "report.subscribe", asked.args(rhythm=rhythm)))
    question = in_lines(_("ส่งรายงานนี้ให้บ่อยเพียงใด"), _named(ctx, asked))
    buttons = (
        Button(_("รายงานประจำของฉัน"), "report.subscriptions"),
        asked.button(_("กลับ")),
    )
    return Reply((Choice(question, tuple(options), buttons),))


@action("report.subscribe", role=Role.SUPERVISOR)
async def subscribe_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Sends this report from now on."""
    return await subscribe(ctx, AskedReport.of(args), Rhythm(args["rhythm"]))


async def subscribe(
    ctx: Context,
    asked: AskedReport,
    rhythm: Rhythm,
    *,
    by_mail: bool = False,
) -> Reply:
    """Keeps what is asked for; the first is sent once the days that run now are over."""
    attached = ""
    if by_mail:
        check_mail(ctx)
        attached = BY_MAIL
    kept = _carried(asked)
    mine = await _of_person(ctx)
    if any((one.rhythm, one.report) == (rhythm, kept) for one in mine):
        return say(_("มีรายงานประจำนี้อยู่แล้ว"), _all_button())
    if len(mine) >= MOST:
        full = _("รายงานประจำมีได้ไม่เกิน %(count)s รายการ ยกเลิกบางรายการก่อน", count=MOST)
        return say(full, _all_button())
    subscription = ReportSubscription(
        uuid4().hex,
        ctx.staff.id,
        rhythm,
        kept,
        last_whole(rhythm, ctx.today, ctx.configuration.calendar).first,
        ctx.now,
        attached,
    )
    ctx.change(subscriptions.add_subscription, subscription)
    ctx.audit_entries.append(drawn_entry(ctx, ctx.staff, "report.subscribed"))
    text = _(
        "จะส่งให้%(rhythm)s เมื่อสิ้นช่วง เวลา 9.00 น. ของวันทำการแรก",
        rhythm=_(SPANS[rhythm]),
    )
    ending = Button(_("ยกเลิก"), "report.unsubscribe", {"id": subscription.id})
    way = way_text(ctx, attached)
    return confirm(
        in_lines(text, _named(ctx, asked), way),
        *way_buttons(ctx, subscription),
        ending,
        _all_button(),
    )


def _all_button() -> Button:
    return Button(_("รายงานประจำของฉัน"), "report.subscriptions")


@command(
    "subscriptions",
    "รายงานประจำ",
    "subscriptions",
    about="รายงานที่ส่งให้ประจำ ขอด้วย เช่น รายงาน ทุกสัปดาห์",
    fits=NOTHING,
    role=Role.SUPERVISOR,
)
async def subscriptions_command(ctx: Context, args: str) -> Reply:
    """What is sent to who asks, each with a button that ends it."""
    mine = await _of_person(ctx)
    if not mine:
        return say(_("ยังไม่มีรายงานประจำ ขอด้วย เช่น รายงาน ทุกสัปดาห์"))
    options = []
    for one in mine:
        named = _named(ctx, _asked(one, _last(ctx, one)))
        label = in_one_line(_(SPANS[one.rhythm]), named, way_label(one.attached))
        options.append(Button(label, "report.unsubscribe", {"id": one.id}))
    return Reply((Choice(_("รายงานประจำของคุณ กดเพื่อยกเลิก"), tuple(options)),))


@action("report.subscriptions", role=Role.SUPERVISOR, aside=True)
async def subscriptions_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """The same by a button."""
    return await subscriptions_command(ctx, "")


@action("report.unsubscribe", role=Role.SUPERVISOR, aside=True)
async def unsubscribe_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Sends it no more."""
    ctx.change(
        subscriptions.end_subscription,
        subscription_id=args["id"],
        staff_id=ctx.staff.id,
    )
    return confirm(_("ยกเลิกรายงานประจำแล้ว"), _all_button())


async def _of_person(ctx: Context) -> list[ReportSubscription]:
    everybody = await subscriptions.list_subscriptions(ctx.db)
    return [one for one in everybody if one.staff_id == ctx.staff.id]


def _named(work: Work, asked: AskedReport) -> str:
    """Which report it is, without its days."""
    parts = [figure_label(figure) for figure in asked.figures] or [_("ทุกตัวเลข")]
    parts += [filter_text(work, *pair) for pair in asked.request.filters]
    if asked.request.by is not None:
        parts.append(_("แยกตาม%(what)s", what=dimension_label(asked.request.by)))
    return in_one_line(*parts)


def _carried(asked: AskedReport) -> str:
    """The report without its days, as it is kept."""
    days = as_args(asked.period)
    left = {name: value for name, value in asked.args().items() if name not in days}
    return orjson.dumps(left, option=orjson.OPT_SORT_KEYS).decode()


def _asked(subscription: ReportSubscription, period: Period) -> AskedReport:
    """The reverse, of these days."""
    return AskedReport.of({**orjson.loads(subscription.report), **as_args(period)})


def _last(work: Work, subscription: ReportSubscription) -> Period:
    return last_whole(subscription.rhythm, work.today, work.configuration.calendar)


@due(KIND, daily_at=AT)
async def send_reports(work: Work, rows: Sequence[Due]) -> None:
    """Sends what is over and was not sent. After days away that is the last one alone."""
    for subscription in await subscriptions.list_subscriptions(work.db):
        period = _last(work, subscription)
        if period.first <= subscription.period_on:
            continue
        person = await staff.get_staff(work.db, subscription.staff_id)
        if person.blocked_at is not None or not leads(person):
            _end(work, person, subscription)
            continue
        await _send(work, person, subscription, period)


def _end(
    work: Work,
    person: Staff,
    subscription: ReportSubscription,
) -> None:
    """Who may not see it any more is sent it no more."""
    work.change(
        subscriptions.end_subscription,
        subscription_id=subscription.id,
        staff_id=person.id,
    )
    work.audit_entries.append(drawn_entry(work, person, "report.unsubscribed"))


async def _send(
    work: Work,
    person: Staff,
    subscription: ReportSubscription,
    period: Period,
) -> None:
    asked = _asked(subscription, period)
    key = f"{KIND}:{subscription.id}:{period.first}"
    work.change(
        subscriptions.note_sent,
        subscription_id=subscription.id,
        first=period.first,
    )
    if subscription.attached:
        plan_mail(work, person, asked, subscription.attached, key)
        return
    with speaking(person.language):
        reply = await _drawn(work, person, asked)
        ending = Button(_("ยกเลิกรายงานประจำ"), "report.unsubscribe", {"id": subscription.id})
        told = _("📬 รายงานประจำ %(rhythm)s", rhythm=_(SPANS[subscription.rhythm]))
        reply = reply.followed_by(Paragraph(told, (ending,)))
    work.notify(
        partial(_as_it_is, reply),
        key,
        staff_id=person.id,
    )


async def _drawn(
    work: Work,
    person: Staff,
    asked: AskedReport,
) -> Reply:
    try:
        return await told_to(work, person, asked)
    except DeskError:
        # What it names is there no more, such as a team.
        return say(_("ทำรายงานประจำนี้ไม่ได้แล้ว: %(report)s", report=_named(work, asked)))


def _as_it_is(reply: Reply) -> Reply:
    return reply
