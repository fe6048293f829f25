"""The audit log for administrators: by person, days, kind and record, with totals and as a file."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from uuid import uuid4

from domain.dates.periods import Period, relative_period, take_span
from domain.errors import InvalidInput
from domain.staff import Role, StaffId
from domain.text import clean, fold, shorten, words
from domain.tickets.references import take_reference
from handlers.chat import Button, Card, Reply, in_one_line
from handlers.desk import Context
from handlers.files import cards as file_cards
from handlers.i18n import _, period_text
from handlers.labels import when
from handlers.registry import action, command
from handlers.staff import audit as audit_text
from store import audit, files, staff
from store.audit import AuditEntry, AuditQuestion, AuditSum

SHOWN = 20
TOTALS_SHOWN = 8
MOST = 10_000
"""Entries of a file; more is narrowed first."""
READING = ("%.read", "%.listed", "%.named", "%.history", "%.searched", "%.raw_read", "%.file_read")
EXPORTS = ("%.exported",)
ACCESS = ("staff.%", "access.%", "team.%", "group.%")
KINDS: Mapping[str, AuditQuestion] = {
    "read": AuditQuestion(actions=READING, but=ACCESS),
    "change": AuditQuestion(but=(*READING, *EXPORTS, *ACCESS, "%.files_listed")),
    "export": AuditQuestion(actions=EXPORTS),
    "access": AuditQuestion(actions=ACCESS),
}
"""What of the log is meant by its kind."""
BUTTONS = {"read": "การดู", "change": "การแก้ไข", "export": "การส่งออก", "access": "สิทธิ์"}
"""What the kinds are called."""
_REQUEST = re.compile(r"Q\d{1,9}", re.IGNORECASE)
FILE = "file"
_FIRST = date(
    2000,
    1,
    1,
)


@dataclass(frozen=True, slots=True)
class AskedLog:
    """What an administrator asks of the log; `person` = a name as typed."""

    record: str = ""
    person: str = ""
    kind: str = ""
    period: Period | None = None
    is_file: bool = False

    @property
    def is_narrowed(self) -> bool:
        """Whether anything is asked for but all of it."""
        return replace(self, is_file=False) != AskedLog()


def read_asked(text: str, today: date) -> AskedLog:
    """What was typed behind the command: a record, days, a kind and a name, in any order."""
    taken = take_reference(text)
    record = taken[0].value if taken else ""
    rest = taken[1] if taken else text
    asked = AskedLog(record)
    others = []
    for word in clean(rest).split():
        key = _meant().get(word.casefold())
        if key == FILE:
            asked = replace(asked, is_file=True)
        elif key:
            asked = replace(asked, kind=key)
        elif _REQUEST.fullmatch(word):
            asked = replace(asked, record=word.upper())
        else:
            others.append(word)
    period, name = _without_days(others, today)
    return replace(
        asked,
        person=" ".join(name),
        period=period,
    )


@cache
def _meant() -> Mapping[str, str]:
    """By word the kind of entries that it means, or that a file is wanted."""
    table = words("audit")
    found = {}
    for key in (*KINDS, FILE):
        for word in table.texts(key):
            found[word] = key
    return found


def _without_days(
    typed: Sequence[str],
    today: date,
) -> tuple[Period | None, Sequence[str]]:
    """The days that some of the words name, and the other words."""
    for place in range(len(typed)):
        behind = " ".join(typed[place:])
        found = take_span(behind, today)
        if found is not None:
            period, rest = found
            return period, [*typed[:place], *rest.split()]
    return None, typed


def _fits(args: str) -> bool:
    """Whether what follows the word in plain text can be no name that is looked for."""
    asked = read_asked(args, _FIRST)
    return not args or bool(asked.record or asked.kind or asked.period) or asked.is_file


@command(
    "audit",
    "ตรวจสอบ",
    about="ใครดูหรือแก้อะไร เช่น /audit นก เดือนนี้ ดู",
    fits=_fits,
    role=Role.ADMIN,
)
async def audit_log(ctx: Context, args: str) -> Reply:
    """The newest entries of the audit log, of what is asked for alone, with totals."""
    asked = read_asked(args, ctx.today)
    if asked.is_file:
        return await _file(ctx, asked)
    return await _card(ctx, asked)


@action(
    "audit.show",
    role=Role.ADMIN,
    in_place=True,
)
async def show_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """The log of the days that a button names."""
    return await _card(ctx, _of_args(args))


@action("audit.file", role=Role.ADMIN, aside=True)
async def file_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """The entries that a card counts, as a file."""
    return await _file(ctx, _of_args(args))


async def _card(ctx: Context, asked: AskedLog) -> Reply:
    ctx.audit("audit.read", asked.record or "audit")
    names = await ctx.once(staff.staff_names)
    question = _question(asked, names)
    entries = await audit.list_latest(
        ctx.db,
        SHOWN,
        question,
    )
    lines = []
    if asked.is_narrowed and entries:
        lines += _totals(await audit.count_by_action(ctx.db, question), names)
    for entry in entries:
        lines.append(
            (
                when(entry.at),
                await audit_text.line(
                    ctx,
                    entry,
                    names,
                ),
            )
        )
    note = "" if entries else _("ยังไม่มีรายการ")
    buttons = _buttons(ctx, asked) if entries else ()
    return Reply(
        (
            Card(
                _title(asked),
                tuple(lines),
                note,
                buttons,
            ),
        )
    )


def _title(asked: AskedLog) -> str:
    title = _("รายการตรวจสอบ %(record)s", record=asked.record).strip()
    parts = [title, asked.person]
    if asked.kind:
        parts.append(_(BUTTONS[asked.kind]))
    if asked.period:
        parts.append(period_text(asked.period))
    return in_one_line(*parts)


def _totals(sums: Sequence[AuditSum], names: Mapping[StaffId, str]) -> list[tuple[str, str]]:
    """How many there are, whose, and what was done."""
    by_person: Counter[str] = Counter()
    by_action: Counter[str] = Counter()
    for one in sums:
        by_person[_name(one.staff_id, names)] += one.times
        by_action[audit_text.action_text(one.action)] += one.times
    total = _("%(count)s รายการ", count=f"{by_person.total():,}")
    return [
        (_("รวม"), total),
        (_("ตามเจ้าหน้าที่"), _most(by_person)),
        (_("ตามประเภทรายการ"), _most(by_action)),
    ]


def _most(counted: Counter[str]) -> str:
    shown = [f"{name} {count:,}" for name, count in counted.most_common(TOTALS_SHOWN)]
    left = len(counted) - len(shown)
    if left > 0:
        shown.append(_("และอีก %(count)s", count=left))
    return in_one_line(*shown)


def _name(staff_id: StaffId | None, names: Mapping[StaffId, str]) -> str:
    if staff_id is None:
        return _("ระบบ")
    return names.get(staff_id, "-")


def _buttons(ctx: Context, asked: AskedLog) -> tuple[Button, ...]:
    spans = {
        _("สัปดาห์นี้"): relative_period("this_week", ctx.today),
        _("เดือนนี้"): relative_period("this_month", ctx.today),
    }
    buttons = []
    for label, span in spans.items():
        if span != asked.period:
            args = as_args(replace(asked, period=span))
            buttons.append(
                Button(
                    label,
                    "audit.show",
                    args,
                )
            )
    buttons.append(
        Button(
            _("ส่งเป็นไฟล์"),
            "audit.file",
            as_args(asked),
        )
    )
    return tuple(buttons)


def as_args(asked: AskedLog) -> dict[str, str]:
    args = {
        "record": asked.record,
        "person": asked.person,
        "kind": asked.kind,
    }
    if asked.period:
        args["first"] = asked.period.first.isoformat()
        args["until"] = asked.period.until.isoformat()
    return {name: value for name, value in args.items() if value}


def _of_args(args: Mapping[str, str]) -> AskedLog:
    period = None
    first = args.get("first")
    if first:
        until = args["until"]
        period = Period(
            date.fromisoformat(first),
            date.fromisoformat(until),
        )
    return AskedLog(
        record=args.get("record", ""),
        person=args.get("person", ""),
        kind=args.get("kind", ""),
        period=period,
    )


def _question(asked: AskedLog, names: Mapping[StaffId, str]) -> AuditQuestion:
    question = KINDS.get(asked.kind, AuditQuestion())
    if asked.period:
        since, before = asked.period.instants
        question = replace(
            question,
            since=since,
            before=before,
        )
    if asked.person:
        question = replace(question, staff_id=_person(asked.person, names))
    return replace(question, record=asked.record)


def _person(typed: str, names: Mapping[StaffId, str]) -> StaffId:
    """Who is meant: by the whole name, or by its beginning where one alone begins so.
    InvalidInput("audit_asked").
    """
    wanted = fold(typed)
    folded = {staff_id: fold(name) for staff_id, name in names.items()}
    for fits in (wanted.__eq__, lambda name: name.startswith(wanted)):
        found = [staff_id for staff_id, name in folded.items() if fits(name)]
        if len(found) == 1:
            return found[0]
    raise InvalidInput("audit_asked", text=shorten(typed, 40))


async def _file(ctx: Context, asked: AskedLog) -> Reply:
    """The entries as a table, the newest first."""
    # Asked first: where nothing can be waited for, nothing is read in vain.
    keep = ctx.desk.files.keep_table
    names = await ctx.once(staff.staff_names)
    entries = await audit.list_latest(
        ctx.db,
        MOST + 1,
        _question(asked, names),
    )
    heading = [_("เวลา"), _("เจ้าหน้าที่"), _("รายการ"), _("เลขที่"), _("แอป")]
    rows = [heading]
    for entry in entries[:MOST]:
        rows.append(
            await _row(
                ctx,
                entry,
                names,
            )
        )
    kept = await keep(f"audit {ctx.today.isoformat()}.csv", rows)
    file = files.File(
        id=uuid4().hex,
        record=files.of_list(kept.sha256),
        name=kept.name,
        mime=kept.mime,
        size=kept.size,
        sha256=kept.sha256,
        added_at=ctx.now,
        added_by=ctx.staff.id,
    )
    ctx.change(files.add, file=file)
    ctx.audit("audit.exported", asked.record or "audit")
    caption = in_one_line(f"📎 {_title(asked)}", _("%(count)s แถว", count=len(rows) - 1))
    if len(entries) > MOST:
        caption += "\n" + _("มีมากกว่านี้ ระบุช่วงวันที่ให้แคบลงเพื่อให้ได้ครบ")
    return Reply(
        (
            file_cards.as_document(
                file,
                caption,
                reader=ctx.staff.role,
            ),
        )
    )


async def _row(
    ctx: Context,
    entry: AuditEntry,
    names: Mapping[StaffId, str],
) -> list[str]:
    done = audit_text.action_text(entry.action)
    record = await audit_text.record_text(
        ctx,
        entry.record,
        names,
    )
    return [when(entry.at), _name(entry.staff_id, names), done, record, entry.platform]
