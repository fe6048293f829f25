"""A report that is sent by itself by e-mail: its words, and the file that was chosen, to the work
address of the supervisor who wanted it.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial

import orjson

from domain.errors import DeskError
from domain.files import LARGEST
from domain.staff import Staff, StaffId
from handlers.chat import (
    Choice,
    Document,
    Paragraph,
    Reply,
    WorkLetter,
    in_lines,
    say,
)
from handlers.desk import NotDrawn, Work
from handlers.i18n import _, period_text, speaking
from handlers.labels import person_label
from handlers.registry import due
from handlers.reports.asked import AskedReport
from handlers.reports.drawing import leads
from handlers.reports.report import told_to
from handlers.reports.sent_files import make_file, not_made
from store import due as due_rows
from store import staff
from store.due import Due

KIND = "report.mail"


def plan_mail(
    work: Work,
    person: Staff,
    asked: AskedReport,
    attached: str,
    key: str,
) -> None:
    """Has the mail made beside everything else: a workbook of a year takes a minute. `key` = which
    sending it is.
    """
    args = asked.args(file=attached, key=key)
    row = Due(
        KIND,
        str(person.id),
        orjson.dumps(args, option=orjson.OPT_SORT_KEYS).decode(),
        work.now,
    )
    work.change(due_rows.plan, [row])


@due(KIND, urgent=True)
async def send_mails(work: Work, rows: Sequence[Due]) -> None:
    """Makes what was planned and sends it to who still may see it; in chat where there is no
    address any more, or no file.
    """
    for row in rows:
        person = await staff.get_staff(work.db, StaffId(int(row.subject)))
        if person.blocked_at is not None or not leads(person):
            continue
        args = orjson.loads(row.occurrence)
        with speaking(person.language):
            reply, letter = await _made(work, person, args)
        work.notify(
            partial(_as_it_is, reply),
            args["key"],
            staff_id=person.id,
            letter=letter,
        )


def _as_it_is(reply: Reply) -> Reply:
    return reply


async def _made(
    work: Work,
    person: Staff,
    args: Mapping[str, str],
) -> tuple[Reply, WorkLetter | None]:
    """What is told in chat where no mail goes, and the mail; None where there is nothing to
    attach.
    """
    asked = AskedReport.of(args)
    try:
        told = await told_to(work, person, asked)
        file = await make_file(work, person, args)
    except NotDrawn as error:
        return say(not_made(error)), None
    except DeskError:
        return say(_("ทำรายงานประจำที่ส่งทางอีเมลไม่ได้แล้ว ดูรายการด้วย รายงานประจำ")), None
    reply = told.followed_by(file)
    if file.size > LARGEST:
        # No mail server takes more.
        return reply, None
    return reply, _letter(person, asked, told, file)


def _letter(
    person: Staff,
    asked: AskedReport,
    told: Reply,
    file: Document,
) -> WorkLetter:
    period = period_text(asked.period)
    body = "\n\n".join(
        [
            _("เรียน %(who)s", who=person_label(person.name)),
            in_lines(*_lines(told)),
            _("ไฟล์แนบ: %(name)s", name=file.name),
            _("เปลี่ยนหรือยกเลิกได้ในแชต พิมพ์ รายงานประจำ"),
            _("อีเมลนี้ส่งอัตโนมัติ ไม่ต้องตอบกลับ"),
        ]
    )
    return WorkLetter(_("รายงานการให้บริการข้อมูล %(period)s", period=period), body, (file,))


def _lines(reply: Reply) -> Iterator[str]:
    """What a reply says, without its buttons; the answers of a question are the rows."""
    for part in reply.parts:
        match part:
            case Paragraph(text=text):
                yield text
            case Choice(question=question, options=options):
                yield question
                yield from (f"- {option.label}" for option in options)
