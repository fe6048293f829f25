"""What narrows a list of what is owed: read as it is typed, carried by buttons, told in a line; and
whose things somebody may see.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from domain.dates.periods import Period
from domain.errors import NotAllowed
from domain.owed.narrowing import EVERYTHING, NOBODY, AskedList, Narrowing, Speaker, read_asked
from domain.staff import Role, StaffId
from domain.tickets.references import without_courtesy
from handlers.desk import Context
from handlers.i18n import _, date_text, period_text
from handlers.labels import person_label, value_label
from store import staff
from store.owed.lists import Staffs


async def read_words(ctx: Context, text: str) -> AskedList:
    """Returns what was typed behind /owed; InvalidInput("owed_list")."""
    people = await staff.staff_names(ctx.db)
    rules = ctx.configuration.rules
    asked = read_asked(
        without_courtesy(text),
        Speaker(
            ctx.staff.id,
            ctx.today,
            people,
            rules,
        ),
    )
    if asked.view != "ignored":
        return asked
    unchased = ctx.configuration.leading.ignored_after
    return replace(
        asked,
        view="",
        wanted=replace(asked.wanted, unchased=unchased),
    )


async def visible(ctx: Context, wanted: Narrowing = EVERYTHING) -> Staffs:
    """Whose things this person may see: a supervisor everybody's, an officer those of the own
    teams. Raises NotAllowed("others_owed") where somebody else's are wanted.
    """
    if ctx.staff.role.covers(Role.SUPERVISOR):
        return None
    teams = await staff.list_teams(ctx.db)
    seen = {ctx.staff.id}
    for members in teams.values():
        if ctx.staff.id in members:
            seen.update(members)
    if wanted.officer is not None and wanted.officer not in seen:
        raise NotAllowed("others_owed", name=await officer_name(ctx, wanted.officer))
    return sorted(seen)


async def officer_name(ctx: Context, officer: StaffId | None) -> str:
    """Returns the name of who looks after something, in a sentence."""
    if officer in (None, NOBODY):
        return _("ที่ยังไม่มีผู้รับผิดชอบ")
    names = await staff.staff_names(ctx.db)
    return person_label(names.get(officer, "-"))


def as_args(wanted: Narrowing) -> dict[str, str]:
    """Returns what narrows, as a button carries it."""
    period = wanted.period
    args = {
        "officer": "" if wanted.officer is None else str(wanted.officer),
        "rule": wanted.rule,
        "overdue": "1" if wanted.overdue else "",
        "first": period.first.isoformat() if period else "",
        "until": period.until.isoformat() if period else "",
        "before": wanted.before.isoformat() if wanted.before else "",
        "unchased": str(wanted.unchased or ""),
    }
    return {name: value for name, value in args.items() if value}


def of_args(args: Mapping[str, str]) -> Narrowing:
    """Returns the reverse of `as_args`."""
    officer = args.get("officer")
    before = args.get("before")
    return Narrowing(
        officer=StaffId(int(officer)) if officer else None,
        rule=args.get("rule", ""),
        overdue=bool(args.get("overdue")),
        period=period_of(args),
        before=date.fromisoformat(before) if before else None,
        unchased=int(args.get("unchased", 0)),
    )


def period_of(args: Mapping[str, str]) -> Period | None:
    """Returns the period that a button carries, if it does."""
    if not args.get("first"):
        return None
    return Period(date.fromisoformat(args["first"]), date.fromisoformat(args["until"]))


async def told(ctx: Context, wanted: Narrowing) -> list[str]:
    """Returns what narrows, a few words each."""
    parts = []
    if wanted.officer == NOBODY:
        parts.append(_("ไม่มีผู้รับผิดชอบ"))
    elif wanted.officer == ctx.staff.id:
        parts.append(_("ของคุณ"))
    elif wanted.officer is not None:
        parts.append(_("ของ%(name)s", name=await officer_name(ctx, wanted.officer)))
    elif not ctx.staff.role.covers(Role.SUPERVISOR):
        parts.append(_("ของคุณและทีม"))
    if wanted.rule:
        parts.append(value_label("owed", wanted.rule))
    if wanted.overdue:
        parts.append(_("เกินกำหนด"))
    if wanted.period:
        parts.append(_("เริ่มค้าง %(period)s", period=period_text(wanted.period)))
    if wanted.before:
        parts.append(_("ค้างตั้งแต่ก่อน %(date)s", date=date_text(wanted.before)))
    if wanted.unchased:
        parts.append(_("เตือน %(count)s ครั้งขึ้นไปยังไม่ติดตาม", count=wanted.unchased))
    return parts
