"""Publicity summed up by network, month, fiscal year and project, with its reach, and with the
survey results that nobody has publicised.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from domain.dates.days import BUDDHIST_OFFSET
from domain.dates.periods import Period, fiscal_year_of, months_of, relative_period
from domain.publicity.networks import Network
from domain.publicity.summary import (
    Release,
    Summary,
    Tally,
    summarise,
    without_publicity,
)
from domain.reports.charts import Chart, Series
from handlers.chat import Button, Card, Paragraph, Reply
from handlers.desk import Context
from handlers.i18n import _, date_text, language, month_text, period_text
from handlers.labels import unset
from handlers.publicity.cards import reach_text
from handlers.registry import action
from handlers.reports.charts import by_time, with_chart
from handlers.reports.periods import period_buttons, period_of, read_period
from store.publicity import publications

MOST = 20
"""Projects and releases that are listed; of further ones only the number."""
SPANS = {
    "this_month": "เดือนนี้",
    "last_month": "เดือนที่แล้ว",
    "this_fiscal_year": "ปีงบนี้",
    "last_fiscal_year": "ปีงบที่แล้ว",
}


async def summary(ctx: Context, text: str) -> Reply:
    """Sums up a period that is typed; without one, this fiscal year."""
    return await _summary(ctx, read_period(ctx, text, "this_fiscal_year"))


@action("publicity.summary")
async def summary_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Sums up the period that a button names; without one, this fiscal year."""
    period = relative_period("this_fiscal_year", ctx.today)
    if args:
        period = period_of(args)
    return await _summary(ctx, period)


async def _summary(ctx: Context, period: Period) -> Reply:
    """The numbers in words, and as a picture where there are any."""
    found = summarise(await publications.list_counted(ctx.db, *period.instants))
    lines = [
        (_("ทั้งหมด"), _total_text(found)),
        *_networks(ctx, found),
        *_months(ctx, found),
        *_fiscal_years(found),
        *_projects(found),
    ]
    title = _("📣 สรุปประชาสัมพันธ์ · %(period)s", period=period_text(period))
    missing = await _missing(ctx, period)
    buttons = (
        *period_buttons(ctx, "publicity.summary", period, SPANS),
        Button(_("รายการล่าสุด"), "publicity.recent"),
    )
    card = Card(
        title,
        tuple(lines),
        missing,
        buttons,
    )
    # A chart without bars would look like a mistake.
    if not found.total.posts:
        return Reply((card, Paragraph(_("ไม่มีโพสต์ในช่วงนี้ จึงไม่มีกราฟ"))))
    return await with_chart(
        ctx,
        Reply((card,)),
        _chart(ctx, found, period),
    )


def _total_text(found: Summary) -> str:
    return _(
        "%(posts)s โพสต์ จาก %(news)s ข่าว",
        posts=found.total.posts,
        news=found.news,
    )


def _networks(ctx: Context, found: Summary) -> list[tuple[str, str]]:
    """The posts of each network; then what is hidden, which counts, and what is gone, which does
    not.
    """
    lines = []
    for network in _order(found.networks):
        lines.append((_network(ctx, network), _tally(found.networks[network], network)))
    if found.hidden:
        lines.append((_("ซ่อนจากหน้าเพจ นับรวมแล้ว"), str(found.hidden)))
    if found.removed:
        lines.append((_("ลบแล้ว ไม่นับ"), str(found.removed)))
    return lines


def _fiscal_years(found: Summary) -> list[tuple[str, str]]:
    """The posts of each fiscal year; [] where there is but one."""
    if len(found.fiscal_years) <= 1:
        return []
    lines = []
    for year, posts in sorted(found.fiscal_years.items()):
        january = date(year - BUDDHIST_OFFSET, 1, 1)
        lines.append((period_text(fiscal_year_of(january)), str(posts)))
    return lines


def _chart(ctx: Context, found: Summary, period: Period) -> Chart:
    """The posts of each month by network; those of a single month by project."""
    months = months_of(period, ctx.today)
    if len(months) > 1:
        title = _("โพสต์ประชาสัมพันธ์ตามช่วงเวลา")
        rows = by_time(months, found.months)
    else:
        title = _("โพสต์ประชาสัมพันธ์ตามโครงการ")
        names = _ordered(found.projects)[:MOST]
        rows = [(name or _("ไม่ระบุโครงการ"), found.project_networks[name]) for name in names]
    series = []
    for network in _order(found.networks):
        # Its own sum: a post about two projects stands in two bars.
        name = f"{_network(ctx, network)} {found.networks[network].posts:,}"
        counts = tuple(counted[network] for _label, counted in rows)
        series.append(Series(name, counts, _tone(network)))
    subtitle = f"{period_text(period)} · {_total_text(found)}"
    labels = tuple(label for label, _counts in rows)
    return Chart(title, subtitle, labels, tuple(series))


def _tone(network: str) -> int:
    """A network's colour is the same in every chart."""
    known = [each.value for each in Network]
    return known.index(network) if network in known else len(known)


def _order(networks: Mapping[str, Tally]) -> list[str]:
    known = [network.value for network in Network if network.value in networks]
    return [*known, *sorted(set(networks) - set(known))]


def _network(ctx: Context, network: str) -> str:
    return ctx.desk.configuration.catalogue.channel_name(network, language())


def _tally(tally: Tally, network: str = "") -> str:
    """`12 · ส่งถึง 320 · เปิดอ่าน 82`; `network` = "" where several are summed."""
    reach = reach_text(network, tally.delivered, tally.opened)
    return " · ".join(filter(None, (str(tally.posts), reach)))


def _months(ctx: Context, found: Summary) -> list[tuple[str, str]]:
    """The posts of each month, and in brackets those of each network."""
    lines = []
    for month, counts in sorted(found.months.items()):
        known = [network.value for network in Network if network.value in counts]
        parts = [f"{_network(ctx, network)} {counts[network]}" for network in known]
        total = str(sum(counts.values()))
        if parts:
            total = f"{total} ({', '.join(parts)})"
        lines.append((month_text(month), total))
    return lines


def _projects(found: Summary) -> list[tuple[str, str]]:
    """The posts about each project; of those that are too many for a card only the number."""
    ordered = _ordered(found.projects)
    lines = []
    for name in ordered[:MOST]:
        lines.append((name or _("ไม่ระบุโครงการ"), _tally(found.projects[name])))
    if len(ordered) > MOST:
        lines.append((_("โครงการอื่น"), str(len(ordered) - MOST)))
    return lines


def _ordered(projects: Mapping[str, Tally]) -> list[str]:
    """The most publicised first, posts without a project last."""
    return sorted(projects, key=lambda name: (not name, -projects[name].posts, name))


async def _missing(ctx: Context, period: Period) -> str:
    """The releases of the period that nobody has publicised; or what is needed to tell."""
    every = ctx.desk.configuration.releases
    if not every:
        why = unset(_("ปฏิทินเผยแพร่ผลสำรวจ"), "DESKBOT_CONFIG: [[releases]]", ctx.staff.role)
        return _("ผลสำรวจที่ยังไม่ประชาสัมพันธ์: %(why)s", why=why)
    # What comes out later than today cannot be missing.
    until = min(period.until, ctx.today + timedelta(days=1))
    released = [one for one in every if period.first <= one.on < until]
    projects = sorted({one.project for one in released})
    publicised = await publications.list_publicised(ctx.db, projects)
    left = without_publicity(released, publicised)
    if not left:
        return _("ผลสำรวจที่ยังไม่ประชาสัมพันธ์: ไม่มี")
    head = _("⚠️ ผลสำรวจที่ยังไม่ประชาสัมพันธ์ %(count)s", count=len(left))
    return "\n".join((head, *_releases(left)))


def _releases(left: Sequence[Release]) -> list[str]:
    """The first of them, a line each."""
    lines = []
    for one in sorted(left, key=lambda one: one.on)[:MOST]:
        line = _(
            "%(project)s ข้อมูล %(data)s · ออกเมื่อ %(on)s",
            project=one.project,
            data=_data(one),
            on=date_text(one.on),
        )
        lines.append(line)
    return lines


def _data(release: Release) -> str:
    """The months that its data are about."""
    first = month_text(release.first)
    last = month_text(release.last)
    if first == last:
        return first
    return f"{first}–{last}"
