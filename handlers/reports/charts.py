"""Pictures beside numbers: a reply with its chart, or with a sentence why there is none."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from uuid import uuid4

from domain.dates.periods import Period, fiscal_year_of
from domain.reports.charts import MOST_CATEGORIES, Picture
from handlers.chat import Document, Paragraph, Reply
from handlers.desk import Context, NotDrawn
from handlers.files import cards as file_cards
from handlers.i18n import _, month_text, period_text
from store import files

MOST_MONTHS = 40
"""Months that a chart shows one by one; of a longer time it shows the fiscal years."""


async def with_chart(ctx: Context, reply: Reply, chart: Picture) -> Reply:
    """The reply, and the chart as a picture below it; the reply alone never waits in vain for
    one.
    """
    try:
        drawn = await ctx.desk.charts.draw(chart)
    except NotDrawn as error:
        told = _(
            "วาดกราฟไม่ได้ในตอนนี้ ตัวเลขด้านบนครบถ้วน (อ้างอิง %(reference)s)",
            reference=error.reference or "-",
        )
        return replace(reply, parts=(*reply.parts, Paragraph(told)))
    file = files.File(
        id=uuid4().hex,
        record=files.of_chart(drawn.sha256),
        name="chart.png",
        mime="image/png",
        size=drawn.size,
        sha256=drawn.sha256,
        added_at=ctx.now,
        added_by=ctx.staff.id,
    )
    ctx.change(files.add, file=file)
    picture = _picture(ctx, file, f"📊 {chart.title} · {chart.subtitle}")
    return replace(reply, parts=(*reply.parts, picture))


def _picture(ctx: Context, file: files.File, caption: str) -> Document:
    not_on_line = _("แสดงกราฟทาง LINE ไม่ได้ เปิดดูใน Telegram")
    no_link = f"{not_on_line} · {file_cards.no_links(ctx.staff.role)}"
    return replace(
        file_cards.as_document(file, caption),
        no_link=no_link,
        shown=True,
    )


def by_time(
    months: Sequence[date], counts: Mapping[date, Counter[str]]
) -> list[tuple[str, Counter[str]]]:
    """A label and the counts of each month in order, empty ones too; of each fiscal year where they
    are too many.
    """
    none = Counter[str]()
    if len(months) <= MOST_MONTHS:
        return [(month_text(month), counts.get(month, none)) for month in months]
    years: dict[Period, Counter[str]] = {}
    for month in months:
        year = years.setdefault(fiscal_year_of(month), Counter())
        year.update(counts.get(month, none))
    last = [*years.items()][-MOST_CATEGORIES:]
    return [(period_text(year), found) for year, found in last]
