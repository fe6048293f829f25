"""Publicity summed up: by network, month, fiscal year and project, its reach, and what was never
publicised.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from domain.charts import Chart, Series
from domain.dates.days import format_date, format_month
from domain.dates.periods import Period, format_period, months_of, relative_period
from domain.publicity.reading import Network
from domain.publicity.summary import Release, Summary, Tally, summarise, without_publicity
from handlers.chat import Button, Card, Paragraph, Reply
from handlers.desk import Context
from handlers.i18n import _
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
    """The summary of a period, of this fiscal year where none is named."""
    return await _summary(ctx, read_period(ctx, text, "this_fiscal_year"))


@action("publicity.summary")
async def summary_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """The summary, of another period where one is chosen."""
    return await _summary(
        ctx, period_of(args) if args else relative_period("this_fiscal_year", ctx.today)
    )


async def _summary(ctx: Context, period: Period) -> Reply:
    """The numbers in words, and as a picture where there are any."""
    found = summarise(await publications.list_counted(ctx.db, *period.instants))
    title = _("📣 สรุปประชาสัมพันธ์ · %(period)s", period=format_period(period))
    lines = [
        (_("ทั้งหมด"), _("%(posts)s โพสต์ จาก %(news)s ข่าว", posts=found.total.posts, news=found.news))
    ]
    lines += [
        (_network(ctx, network), _tally(found.networks[network], network))
        for network in _order(found.networks)
    ]
    if found.hidden:
        lines.append((_("ซ่อนจากหน้าเพจ นับรวมแล้ว"), str(found.hidden)))
    if found.removed:
        lines.append((_("ลบแล้ว ไม่นับ"), str(found.removed)))
    lines += _months(ctx, found)
    if len(found.fiscal_years) > 1:
        years = (_("ปีงบประมาณ %(year)s", year=year) for year in sorted(found.fiscal_years))
        lines += zip(
            years,
            (str(found.fiscal_years[year]) for year in sorted(found.fiscal_years)),
            strict=True,
        )
    lines += _projects(found)
    missing = await _missing(ctx, period)
    buttons = (
        *period_buttons(ctx, "publicity.summary", period, SPANS),
        Button(_("รายการล่าสุด"), "publicity.recent"),
    )
    reply = Reply((Card(title, tuple(lines), missing, buttons),))
    if not found.total.posts:
        return replace(reply, parts=(*reply.parts, Paragraph(_("ไม่มีโพสต์ในช่วงนี้ จึงไม่มีกราฟ"))))
    return await with_chart(ctx, reply, _chart(ctx, found, period))


def _chart(ctx: Context, found: Summary, period: Period) -> Chart:
    """The posts of each month by network; those of a single month by project."""
    months = months_of(period, ctx.today)
    if len(months) > 1:
        title, rows = _("โพสต์ประชาสัมพันธ์ตามช่วงเวลา"), by_time(months, found.months)
    else:
        names = _ordered(found.projects)[:MOST]
        rows = [(name or _("ไม่ระบุโครงการ"), found.project_networks[name]) for name in names]
        title = _("โพสต์ประชาสัมพันธ์ตามโครงการ")
    total = _("%(posts)s โพสต์ จาก %(news)s ข่าว", posts=found.total.posts, news=found.news)
    series = tuple(
        Series(
            # Its own sum: a post about two projects stands in two bars.
            f"{_network(ctx, network)} {found.networks[network].posts:,}",
            tuple(counts[network] for _label, counts in rows),
            _tone(network),
        )
        for network in _order(found.networks)
    )
    return Chart(
        title, f"{format_period(period)} · {total}", tuple(label for label, _counts in rows), series
    )


def _tone(network: str) -> int:
    """A network's colour is the same in every chart."""
    known = [each.value for each in Network]
    return known.index(network) if network in known else len(known)


def _order(networks: Mapping[str, Tally]) -> list[str]:
    known = [network.value for network in Network if network.value in networks]
    return [*known, *sorted(set(networks) - set(known))]


def _network(ctx: Context, network: str) -> str:
    return ctx.desk.configuration.catalogue.channel_name(network)


def _tally(tally: Tally, network: str = "") -> str:
    return " · ".join(
        filter(None, (str(tally.posts), reach_text(network, tally.delivered, tally.opened)))
    )


def _months(ctx: Context, found: Summary) -> list[tuple[str, str]]:
    lines = []
    for month in sorted(found.months):
        counts = found.months[month]
        known = [network.value for network in Network if network.value in counts]
        parts = ", ".join(f"{_network(ctx, network)} {counts[network]}" for network in known)
        lines.append(
            (
                format_month(month),
                f"{sum(counts.values())} ({parts})" if parts else str(sum(counts.values())),
            )
        )
    return lines


def _projects(found: Summary) -> list[tuple[str, str]]:
    ordered = _ordered(found.projects)
    lines = [(name or _("ไม่ระบุโครงการ"), _tally(found.projects[name])) for name in ordered[:MOST]]
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
    until = min(period.until.toordinal(), ctx.today.toordinal() + 1)
    released = [one for one in every if period.first <= one.on and one.on.toordinal() < until]
    publicised = await publications.list_publicised(
        ctx.db, sorted({one.project for one in released})
    )
    left = without_publicity(released, publicised)
    if not left:
        return _("ผลสำรวจที่ยังไม่ประชาสัมพันธ์: ไม่มี")
    return "\n".join((_("⚠️ ผลสำรวจที่ยังไม่ประชาสัมพันธ์ %(count)s", count=len(left)), *_releases(left)))


def _releases(left: Sequence[Release]) -> list[str]:
    return [
        _(
            "%(project)s ข้อมูล %(data)s · ออกเมื่อ %(on)s",
            project=one.project,
            data=_data(one),
            on=format_date(one.on),
        )
        for one in sorted(left, key=lambda one: one.on)[:MOST]
    ]


def _data(release: Release) -> str:
    first, last = format_month(release.first), format_month(release.last)
    return first if first == last else f"{first}–{last}"
