"""What is found to be owed long after it began (an import, an update, a changed rule): those who
lead are asked whether to follow it up, all of it, the younger part, or none, and can take that
back.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial

from domain.dates.days import BANGKOK
from domain.errors import Expired
from domain.owed.following_up import since_day, spread
from domain.staff import Role
from handlers.chat import Button, Paragraph, Reply, confirm, in_lines, in_one_line, say
from handlers.desk import Context, Work
from handlers.i18n import _, date_text
from handlers.labels import value_label
from handlers.owed.list_files import Table, all_rows, send_table
from handlers.owed.reminders import AT_ONCE
from handlers.owed.requests import save_context
from handlers.registry import NOTHING, action, at_start, command, due
from store import due as due_rows
from store.due import Due
from store.engine.database import Database, Reader
from store.owed import following_up as store
from store.owed import lists, placing
from store.owed.following_up import OfferedKind
from store.owed.lists import OwedLine
from store.records.save_context import SaveContext

NEWS = "owed.offered"
"""The kind of the daily look for what was found."""


@at_start
async def place_anew(work: Work) -> int:
    """Puts the tickets that belong to a request and are on none where they belong, once for the
    subjects that make requests, a few customers in a transaction; returns of how many customers.
    """
    return await place_left(work.db, SaveContext(work.configuration, None, work.now))


async def place_left(db: Database, context: SaveContext) -> int:
    """The same for whoever has no desk."""
    if await placing.is_placed(db, context):
        return 0
    codes: list[str] = []
    while some := await db.write(
        partial(
            placing.place_left,
            after=codes[-1] if codes else "",
            limit=AT_ONCE,
            context=context,
        )
    ):
        codes += some
    await db.write(partial(placing.note_placed, context=context))
    return len(codes)


@due(NEWS, daily_at=time(9, 15))
async def tell_in_the_morning(work: Work, rows: Sequence[Due]) -> None:
    """Tells those who lead once of what was found since the last time."""
    since = await due_rows.last_done(work.db, NEWS)
    if not await store.count_offered(work.db, since):
        return
    count = await store.count_offered(work.db)
    told = partial(_found, count)
    work.notify(told, f"{NEWS}:{rows[-1].occurrence}", role=Role.SUPERVISOR)


def _found(count: int) -> Reply:
    return say(found_text(count), show_button())


def found_text(count: int) -> str:
    """Returns what is said of so much that waits for an answer."""
    return _("📦 ค้างส่งจากข้อมูลเดิม %(count)s เรื่อง ยังไม่เตือน ติดตามไหม", count=count)


def show_button() -> Button:
    """Returns the button that shows what waits for an answer."""
    return Button(_("เลือกว่าจะติดตามหรือไม่"), "owed.offered", {})


@command(
    "followup",
    "ติดตามย้อนหลัง",
    about="เรื่องค้างจากข้อมูลเดิมที่รอคำตอบว่าจะติดตามหรือไม่",
    fits=NOTHING,
    role=Role.SUPERVISOR,
)
async def followup(ctx: Context, _args: str) -> Reply:
    """Shows what waits for an answer."""
    return await show(ctx)


@action("owed.offered", role=Role.SUPERVISOR)
async def offered_pressed(ctx: Context, _args: Mapping[str, str]) -> Reply:
    """The same below a message, which stays as it is."""
    return await show(ctx)


async def show(ctx: Context, problem: str = "") -> Reply:
    """Shows what waits for an answer, by kind and age, and what can be answered; `problem` = what
    is to be said before.
    """
    ages = _ages(ctx)
    kinds = await store.list_kinds(ctx.db, [*ages.values()])
    total = sum(kind.count for kind in kinds)
    if not total:
        return say(in_lines(problem, _("ไม่มีเรื่องค้างจากข้อมูลเดิมที่รอคำตอบ")))
    lines = [_kind_line(ctx, kind, ages) for kind in kinds]
    calm = _(
        "ถ้าติดตาม จะเตือนวันละไม่เกิน %(count)s เรื่องต่อคน ไม่ส่งถึงผู้รับบริการเอง",
        count=ctx.configuration.following_up.a_day,
    )
    buttons = (
        *_answers(ages, kinds, total),
        Button(_("ไฟล์รายการ"), "owed.offered_file", {}),
    )
    return Reply((Paragraph(in_lines(problem, found_text(total), *lines, calm), buttons),))


def _ages(ctx: Context) -> dict[int, date]:
    """By months the days on which what is no older began at the earliest."""
    months = ctx.configuration.following_up.younger_months
    return {each: since_day(each, ctx.today) for each in months}


def age_label(months: int) -> str:
    """Returns `ไม่เกิน 6 เดือน`."""
    years, odd = divmod(months, 12)
    if odd:
        return _("ไม่เกิน %(count)s เดือน", count=months)
    return _("ไม่เกิน %(count)s ปี", count=years)


def _kind_line(ctx: Context, kind: OfferedKind, ages: Mapping[int, date]) -> str:
    """`สัญญาที่ลงนาม 20 · ไม่เกิน 6 เดือน 5 · เก่าสุด 12 ม.ค. 2563`"""
    parts = [f"{value_label('owed', kind.rule)} {kind.count}"]
    for months, day in ages.items():
        if kind.younger[day]:
            parts.append(f"{age_label(months)} {kind.younger[day]}")
    oldest = kind.oldest_at.astimezone(BANGKOK).date()
    parts.append(_("เก่าสุด %(date)s", date=date_text(oldest)))
    return "• " + in_one_line(*parts)


def _answers(ages: Mapping[int, date], kinds: Sequence[OfferedKind], total: int) -> list[Button]:
    """All, only what is younger, where that is a part of it, or none."""
    seen = {"seen": str(total)}
    answers = [_answer(_("ติดตามทั้งหมด %(count)s", count=total), seen, {"months": ""})]
    young = 0
    for months, day in ages.items():
        before = young
        young = sum(kind.younger[day] for kind in kinds)
        if before < young < total:
            label = _("เฉพาะ%(age)s (%(count)s)", age=age_label(months), count=young)
            answers.append(_answer(label, seen, {"months": str(months)}))
    answers.append(_answer(_("ไม่ติดตาม"), seen, {"months": "0"}))
    return answers


def _answer(label: str, seen: Mapping[str, str], args: Mapping[str, str]) -> Button:
    return Button(label, "owed.follow_up", {**seen, **args}, once=True)


@dataclass(frozen=True, slots=True)
class FollowUp:
    """What is followed up, on which days, and what is not, by id."""

    taken: Sequence[int]
    days: Sequence[date]
    declined: Sequence[int]

    @property
    def count(self) -> int:
        """How much it decides on."""
        return len(self.taken) + len(self.declined)


async def answer_for(db: Reader, context: SaveContext, months: int | None) -> FollowUp:
    """Returns what the office's answer comes to: everything (None), what began so many months ago
    at the earliest, or nothing (0) is followed up; no more than is decided on at once.
    """
    rules = context.configuration.following_up
    waiting = await store.list_offered(db, rules.at_once)
    taken = waiting
    if months is not None:
        tomorrow = context.today + timedelta(days=1)
        since = since_day(months, context.today) if months else tomorrow
        taken = await store.list_offered(db, rules.at_once, since)
    days = spread(
        await store.list_officers(db, taken),
        await store.planned(db, context.today),
        context.today,
        rules.a_day,
        context.calendar,
    )
    declined = [each for each in waiting if each not in {*taken}]
    return FollowUp(taken, days, declined)


def not_followed() -> str:
    """Returns the reason that what is not followed up is given up for."""
    return _("ข้อมูลเดิม ไม่ติดตาม")


def told_of(answer: FollowUp, a_day: int) -> str:
    """Returns what is said of an answer that was carried out."""
    lines = [_("✅ ติดตาม %(count)s เรื่อง", count=len(answer.taken))]
    if not answer.taken:
        lines = ["✅"]
    if answer.declined:
        lines.append(_("ไม่ติดตาม %(count)s เรื่อง จะไม่ถามอีก", count=len(answer.declined)))
    text = in_one_line(*lines)
    if not answer.days:
        return text
    first = date_text(min(answer.days))
    last = date_text(max(answer.days))
    if first == last:
        return in_lines(text, _("เตือนวันที่ %(date)s", date=first))
    spread_over = _(
        "เตือนวันละไม่เกิน %(count)s เรื่องต่อคน ตั้งแต่ %(first)s ถึง %(last)s",
        count=a_day,
        first=first,
        last=last,
    )
    return in_lines(text, spread_over)


@action("owed.follow_up", role=Role.SUPERVISOR, in_place=True)
async def follow_up_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """What was chosen is followed up, a few a day, and the rest is given up; where there is more by
    now than was shown, it is shown anew.
    """
    total = await store.count_offered(ctx.db)
    if total != int(args["seen"]):
        return await show(ctx, _("⚠️ รายการเปลี่ยนไประหว่างนี้ ตรวจอีกครั้งแล้วเลือก"))
    months = int(args["months"]) if args["months"] else None
    context = save_context(ctx)
    answer = await answer_for(ctx.db, context, months)
    ctx.change(store.take_up, ids=answer.taken, context=context)
    ctx.change(
        store.decline,
        ids=answer.declined,
        reason=not_followed(),
        context=context,
    )
    ctx.audit("owed.followed_up", "")
    rules = ctx.configuration.following_up
    left = total - answer.count
    until = ctx.today + timedelta(days=rules.undo_days)
    lines = [
        told_of(answer, rules.a_day),
        _("เลิกทำได้ถึง %(date)s", date=date_text(until)),
    ]
    undo = Button(_("เลิกทำ"), "owed.unfollow", {"at": ctx.now.isoformat()}, once=True)
    buttons = [undo]
    if left:
        lines.append(_("เหลืออีก %(count)s เรื่องที่รอคำตอบ", count=left))
        buttons.append(show_button())
    return confirm(in_lines(*lines), *buttons)


@action("owed.unfollow", role=Role.SUPERVISOR, in_place=True, aside=True)
async def unfollow_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """All that was answered then waits for an answer again; what somebody was reminded of since, or
    changed, stays as it is.
    """
    at = datetime.fromisoformat(args["at"])
    rules = ctx.configuration.following_up
    check_time(at, ctx.now, rules.undo_days)
    ids = await store.list_answered(ctx.db, at, rules.at_once)
    if not ids:
        return say(_("ไม่มีเรื่องที่คืนได้แล้ว"))
    ctx.change(store.take_back, ids=ids, at=at, context=save_context(ctx))
    ctx.audit("owed.followed_up", "")
    text = _("✅ %(count)s เรื่องกลับมารอคำตอบ ที่เตือนหรือแก้แล้วคงเดิม", count=len(ids))
    return confirm(text, show_button())


def check_time(at: datetime, now: datetime, days: int) -> None:
    """Raises Expired where an answer is too old to be taken back."""
    if now - at > timedelta(days=days):
        raise Expired("follow_up", days=days)


@action("owed.offered_file", role=Role.SUPERVISOR, aside=True)
async def file_pressed(ctx: Context, _args: Mapping[str, str]) -> Reply:
    """Sends the list of what waits for an answer as a file."""

    async def read(limit: int, offset: int) -> list[OwedLine]:
        ids = await store.list_offered(ctx.db, limit, offset=offset)
        return await lists.list_lines_by_ids(ctx.db, ids)

    table = Table(_("ค้างส่งจากข้อมูลเดิม"), await all_rows(ctx, read))
    return await send_table(ctx, table, "xlsx")
