"""Questions about the desk's work in plain Thai, typed as they are or behind /report: what was
understood is answered and shown, what was not is named.
"""

from collections.abc import Mapping

from rapidfuzz import fuzz, process

from domain.dates.periods import day_of, parse_period, relative_period
from domain.errors import InvalidInput
from domain.reports.averages import Per
from domain.reports.requests import ReportRequest
from domain.reports.rhythms import read_rhythm, take_mail
from domain.reports.words.phrases import person_phrases
from domain.reports.words.questions import Question, may_ask, read_question
from domain.reports.words.tables import question_words
from domain.text import clean, fold, shorten
from handlers.chat import Button, Choice, Paragraph, Reply
from handlers.desk import Context
from handlers.i18n import _
from handlers.owed import lead_lists, narrowed
from handlers.registry import ACTIONS, action, check_right, command, reads_text
from handlers.reports import report
from handlers.reports.asked import AskedReport
from handlers.reports.subscriptions import subscribe
from store import staff
from store.chat.forms import Draft

LONGEST = 160
"""Letters of a question that is typed without a command."""
EXAMPLES = 3
SHOWN = 40
"""So much of what was not understood is repeated."""


async def _read(ctx: Context, text: str) -> Question:
    """What a text asks, with the names of the staff and the teams."""
    names = await staff.staff_names(ctx.db)
    teams = await staff.list_teams(ctx.db)
    people = {name: name for name in names.values()}
    spoken = person_phrases(people, teams, ctx.staff.name)
    office = ctx.desk.phrases.of(ctx.catalogue, ctx.configuration.projects)
    return read_question(
        clean(text),
        ctx.today,
        ctx.catalogue,
        spoken,
        office,
    )


def _is_report(args: str) -> bool:
    """Whether what stands behind a word for a report may be one: that is looked at closely where
    the staff's names are known.
    """
    often, _by_mail = take_mail(args)
    return not args.strip() or read_rhythm(often) is not None


@command(
    "report",
    "รายงาน",
    about="ตัวเลขของงาน เช่น รายงาน เดือนที่แล้ว ตามช่องทาง หรือถามเลย เช่น เดือนนี้ปิดกี่ใบ",
    fits=_is_report,
    also=("สรุปรายงาน", "รายงานสรุป"),
)
async def report_command(ctx: Context, args: str) -> Reply:
    """Draws the report that is typed; without words that of this month. How often it is to be sent
    may be said in its place.
    """
    often, by_mail = take_mail(args)
    rhythm = read_rhythm(often)
    if rhythm is not None:
        check_right(ctx.staff, ACTIONS["report.subscribe"])
        today = AskedReport(ReportRequest(day_of(ctx.today)))
        return await subscribe(
            ctx,
            today,
            rhythm,
            by_mail=by_mail,
        )
    question = await _read(ctx, args)
    return await _answer(ctx, question, args)


@reads_text(place=30)
async def question(ctx: Context, text: str, draft: Draft | None) -> Reply | None:
    """Answers a text that surely asks about the desk's work, or that begins with a word for a
    report; None for any other.
    """
    if len(text) > LONGEST or "\n" in text or not may_ask(text):
        return None
    found = await _read(ctx, text)
    if not found.is_bare and not found.is_report:
        return None
    reply = await _answer(ctx, found, text)
    if not found.unknown:
        return reply
    search = Button(
        _('ค้นหา "%(text)s"', text=shorten(text, SHOWN)),
        "find.text",
        {"text": text},
    )
    return reply.followed_by(Paragraph(_("ถ้าไม่ได้ถามตัวเลข"), (search,)))


async def _answer(
    ctx: Context,
    question: Question,
    text: str,
) -> Reply:
    """The list or the figures that a question asks for."""
    if question.backwards:
        parse_period(question.backwards, ctx.today)
    if question.owed:
        return await _owed(ctx, question.owed)
    if question.days.period is None and _names_numbers(question):
        _refuse_days(ctx, question)
    if _is_lost(question):
        return _nearest(ctx, question, text)
    asked = _asked(ctx, question)
    return await report.show(ctx, asked, *_told(question))


def _names_numbers(question: Question) -> bool:
    """Whether numbers stand among what was not understood."""
    unknown = "".join(question.unknown)
    return any(letter.isdigit() for letter in unknown)


def _refuse_days(ctx: Context, question: Question) -> None:
    """Says what is wrong with days that are none: a year that nobody means."""
    try:
        parse_period(" ".join(question.unknown), ctx.today)
    except InvalidInput as error:
        # Other numbers are no days, and are named like any other word.
        if error.code != "period":
            raise


def _is_lost(question: Question) -> bool:
    """Whether nothing was understood."""
    understood = question.figures or question.by or question.filters or question.days.period
    return bool(question.unknown) and not understood


async def _owed(ctx: Context, words: str) -> Reply:
    """The list of what is owed that a question asks for."""
    asked = await narrowed.read_words(ctx, words)
    shown = await lead_lists.show_lines(ctx, asked.wanted)
    return shown.led_by(Paragraph(_("เข้าใจว่า: รายการค้างส่ง %(words)s", words=words)))


def _asked(ctx: Context, question: Question) -> AskedReport:
    days = question.days
    period = days.period or relative_period("this_month", ctx.today)
    request = ReportRequest(
        period,
        question.by,
        question.filters,
    )
    return AskedReport(
        request,
        question.figures,
        days.beside,
        Per(question.per) if question.per else None,
        least=question.least,
        compares=days.compares,
    )


def _told(question: Question) -> list[str]:
    """What was not said or not understood, and what the desk keeps no number of."""
    told = []
    if question.days.period is None and (question.figures or question.by or question.filters):
        told.append(_("ไม่ได้บอกช่วงเวลา จึงนับเดือนนี้"))
    if question.not_kept:
        told.append(_('ระบบไม่ได้เก็บ "%(unit)s" จึงนับเป็นใบงาน', unit=question.not_kept))
    if question.unknown:
        told.append(_("⚠️ ไม่เข้าใจ %(words)s จึงไม่ได้ใช้", words=_quoted(question)))
    return told


def _quoted(question: Question) -> str:
    return ", ".join(f'"{shorten(word, SHOWN)}"' for word in question.unknown)


def _nearest(
    ctx: Context,
    question: Question,
    text: str,
) -> Reply:
    """That a question was not understood, and those that are most like it."""
    examples = question_words("examples").texts("questions")
    alike = process.extract(
        fold(text),
        {one: fold(one) for one in examples},
        scorer=fuzz.token_set_ratio,
        limit=EXAMPLES,
    )
    options = tuple(
        Button(example, "report.ask", {"text": example}) for _folded, _score, example in alike
    )
    head = _("ไม่เข้าใจ %(words)s ลองถามแบบนี้", words=_quoted(question))
    return Reply((Choice(head, options),))


@action("report.ask")
async def ask_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Answers a question that was offered."""
    return await report_command(ctx, args["text"])
