"""Administrators ask here that a customer's data are erased; a second one confirms it, and only
then it is done.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from uuid import uuid4

from domain.customers.marks import is_looked_for
from domain.errors import InvalidInput, NotAllowed
from domain.staff import Role, Staff, StaffId
from domain.tickets.references import ReferenceKind, take_reference
from handlers.chat import (
    Button,
    Card,
    Earlier,
    Paragraph,
    Reply,
    confirm,
    in_lines,
    in_one_line,
    say,
)
from handlers.desk import Context
from handlers.files.cards import as_document
from handlers.forms.drafts import Given, end, new_draft
from handlers.forms.engine import Field, Option, enter_form, start
from handlers.forms.one_field import OneField
from handlers.forms.reading import TEXT_LIMIT, check_length
from handlers.i18n import _
from handlers.labels import doer_label, person_label, when
from handlers.registry import action, command
from store import staff
from store.chat.forms import Draft
from store.customers import records as customers
from store.files import File
from store.privacy import asked
from store.privacy.asked import Erasure, ErasureState
from store.privacy.counting import count_subject
from store.privacy.subjects import DataSubject, find_subject

FORM = "customer.erase"
ERASED_NAME = "-"
"""What stands instead of a name that was erased."""
COUNTED: Mapping[str, str] = {
    "tickets": "ใบงานที่เหลือแต่ตัวเลข",
    "contacts": "ผู้ติดต่อที่ลบ",
    "mails": "อีเมลที่ลบ",
    "files": "ไฟล์ที่ลบ",
    "requests": "คำขอข้อมูล",
}
"""What is counted, as the card names it."""
OUTCOMES: Mapping[ErasureState, str] = {
    ErasureState.CONFIRMED: "ยืนยันลบข้อมูลของ %(code)s แล้ว กำลังลบ จะส่งใบรับรองให้ทั้งสองคน",
    ErasureState.ERASED: "ยืนยันลบข้อมูลของ %(code)s แล้ว กำลังลบ จะส่งใบรับรองให้ทั้งสองคน",
    ErasureState.DONE: "ลบข้อมูลของ %(code)s ไปแล้ว",
    ErasureState.REFUSED: "คำขอลบข้อมูลของ %(code)s ถูกยกเลิกแล้ว ไม่มีข้อมูลถูกลบ",
    ErasureState.LAPSED: "คำขอลบข้อมูลของ %(code)s หมดเวลายืนยันแล้ว ไม่มีข้อมูลถูกลบ",
}
"""What a press that comes too late is told."""


@dataclass(frozen=True, slots=True)
class _Preview:
    """What would go, as it is now."""

    subject: DataSubject
    name: str
    counts: Mapping[str, int]


def names_customer(args: str) -> bool:
    """Whether something that is typed begins with one customer's code, or is nothing."""
    taken = take_reference(args, ReferenceKind.CUSTOMER)
    return not args or (taken is not None and taken[0].start == 0)


def split_code(args: str) -> tuple[str, str]:
    """The customer's code, and what follows it; InvalidInput("erase_code") without one."""
    taken = take_reference(args, ReferenceKind.CUSTOMER)
    if taken is None:
        raise InvalidInput("erase_code")
    return taken[0].value, taken[1]


@command(
    "erase",
    "ลบข้อมูลผู้รับบริการ",
    about="ลบข้อมูลส่วนบุคคลตามคำขอของเจ้าของ เช่น /erase C81554",
    fits=names_customer,
    also=("ลบข้อมูลส่วนบุคคล",),
    role=Role.ADMIN,
)
async def erase(ctx: Context, args: str) -> Reply:
    """Show what would go, and ask why; the reason may be typed behind the code."""
    code, reason = split_code(args)
    preview = await _preview(ctx, code)
    began = await _begun(ctx, preview)
    if began is not None:
        return began
    if not await _others(ctx):
        raise NotAllowed("erase_nobody")
    if reason:
        return await _ask_second(ctx, preview, _checked(reason))
    record = preview.subject.code
    return await start(ctx, new_draft(ctx, FORM, {}, record=record))


async def _preview(ctx: Context, code: str) -> _Preview:
    subject = await find_subject(ctx.db, code)
    found = await customers.get_customer(ctx.db, subject.code)
    ctx.audit("customer.read", subject.code)
    counts = await count_subject(ctx.db, subject)
    return _Preview(subject, found.name, counts)


async def _begun(ctx: Context, preview: _Preview) -> Reply | None:
    """What is said where somebody asked already; None where nobody did."""
    code = preview.subject.code
    found = await asked.find_latest(ctx.db, code)
    if found is None or found.state in (ErasureState.REFUSED, ErasureState.LAPSED):
        return None
    if found.state is ErasureState.DONE and preview.name != ERASED_NAME:
        # Somebody entered data under this code since.
        return None
    if found.state is not ErasureState.ASKED:
        return say(_(OUTCOMES[found.state], code=code))
    if found.until_at <= ctx.now:
        return None
    names = await staff.staff_names(ctx.db)
    return Reply((_card(preview, found, names, ctx.staff.id),))


async def _others(ctx: Context) -> list[Staff]:
    """Everybody who may confirm what this person asks."""
    return [
        person
        for person in await staff.list_staff(ctx.db)
        if _may_confirm(person) and person.id != ctx.staff.id
    ]


def _may_confirm(person: Staff) -> bool:
    return person.blocked_at is None and person.role.covers(Role.ADMIN)


# The reason.


def _checked(reason: str) -> str:
    """InvalidInput("erase_reason"), InvalidInput("too_long")."""
    if not any(map(str.isalpha, reason)):
        raise InvalidInput("erase_reason")
    check_length(reason, TEXT_LIMIT)
    return reason


async def _heading(ctx: Context, draft: Draft) -> str:
    return _("ลบข้อมูลของ %(code)s", code=draft.record)


async def _parse_reason(ctx: Context, draft: Draft, text: str) -> Given:
    return {"reason": _checked(text)}


async def _reasons(ctx: Context, draft: Draft) -> list[Option]:
    reasons = (_("เจ้าของข้อมูลขอให้ลบ"), _("ถอนความยินยอม"), _("เก็บเกินความจำเป็น"))
    return [Option(reason, reason) for reason in reasons]


async def _reason_given(ctx: Context, draft: Draft, reason: str) -> Reply:
    end(ctx, draft, outcome=draft.record)
    preview = await _preview(ctx, draft.record)
    return await _begun(ctx, preview) or await _ask_second(ctx, preview, reason)


class _ReasonForm(OneField):
    """The reason, asked below what would go."""

    async def show(self, ctx: Context, draft: Draft) -> Card:
        preview = await _preview(ctx, draft.record)
        return Card(await self.heading(ctx, draft), tuple(_lines(preview)), _note(preview))


_REASON = Field(
    "reason",
    "พิมพ์เหตุผลที่ลบ",
    _parse_reason,
    _reasons,
    clearable=False,
)
enter_form(_ReasonForm(FORM, _REASON, _heading, _reason_given))


# The second person.


async def _ask_second(ctx: Context, preview: _Preview, reason: str) -> Reply:
    """Every other administrator gets a card; nothing is done before one of them confirms."""
    others = await _others(ctx)
    if not others:
        raise NotAllowed("erase_nobody")
    erasure = Erasure(
        id=uuid4().hex,
        code=preview.subject.code,
        codes=" ".join(preview.subject.codes),
        reason=reason,
        state=ErasureState.ASKED,
        asked_by=ctx.staff.id,
        asked_at=ctx.now,
        until_at=ctx.now + ctx.configuration.erasures.confirm_within,
    )
    ctx.change(asked.add, erasure)
    ctx.audit("customer.erasure_asked", erasure.code)
    names = {ctx.staff.id: ctx.staff.name}
    for person in others:
        shown = partial(_request, preview, erasure, names, person.id)
        ctx.notify(shown, f"erasure:{erasure.id}", staff_id=person.id)
    listed = ", ".join(person_label(person.name) for person in others)
    text = in_lines(
        _("✅ ส่งคำขอลบข้อมูลของ %(code)s แล้ว ยังไม่มีข้อมูลถูกลบ", code=erasure.code),
        _(
            "รอ%(names)sยืนยันภายใน %(until)s",
            names=listed,
            until=when(erasure.until_at),
        ),
    )
    return confirm(text, _refuse_button(erasure, _("ถอนคำขอ")))


def _request(
    preview: _Preview,
    erasure: Erasure,
    names: Mapping[StaffId, str],
    reader: StaffId,
) -> Reply:
    return Reply((_card(preview, erasure, names, reader),), confirms=True)


def _card(
    preview: _Preview,
    erasure: Erasure,
    names: Mapping[StaffId, str],
    reader: StaffId,
) -> Card:
    """What is asked, with the buttons that this reader may press."""
    title = _(
        "👤 %(who)sขอลบข้อมูลของ %(code)s",
        who=doer_label(names, erasure.asked_by, reader),
        code=erasure.code,
    )
    lines = [
        (_("เหตุผล"), erasure.reason),
        *_lines(preview),
        (_("ยืนยันภายใน"), when(erasure.until_at)),
    ]
    return Card(title, tuple(lines), _note(preview), _buttons(erasure, reader))


def _buttons(erasure: Erasure, reader: StaffId) -> tuple[Button, ...]:
    if reader == erasure.asked_by:
        return (_refuse_button(erasure, _("ถอนคำขอ")),)
    sure = Button(
        _("ยืนยัน ลบถาวร"),
        "erase.confirm",
        {"id": erasure.id},
        once=True,
    )
    return (sure, _refuse_button(erasure, _("ไม่ลบ")))


def _refuse_button(erasure: Erasure, label: str) -> Button:
    return Button(
        label,
        "erase.refuse",
        {"id": erasure.id},
        once=True,
    )


def _lines(preview: _Preview) -> list[tuple[str, str]]:
    """Whose, and how much goes."""
    subject = preview.subject
    counts = preview.counts
    lines = [(_("ผู้รับบริการ"), in_one_line(" + ".join(subject.codes), preview.name))]
    lines += [(_(label), f"{counts[kind]:,}") for kind, label in COUNTED.items() if counts[kind]]
    marks = subject.marks.without(subject.shared)
    looked_for = (
        (_("ชื่อ"), len([*filter(is_looked_for, marks.names)])),
        (_("เบอร์โทร"), len(marks.phones)),
        (_("อีเมล"), len(marks.emails)),
    )
    found = [f"{label} {count}" for label, count in looked_for if count]
    lines.append((_("ค้นและลบในข้อความอื่นทั้งระบบ"), ", ".join(found) or "-"))
    return lines


def _note(preview: _Preview) -> str:
    """What whoever decides must know."""
    subject = preview.subject
    short = [name for name in sorted(subject.marks.names) if not is_looked_for(name)]
    notes = [_("ลบแล้วเรียกคืนไม่ได้ เลขใบงานและตัวเลขในรายงานไม่เปลี่ยน")]
    if short:
        notes.append(
            _(
                "ชื่อคำเดียวสั้น ๆ (%(names)s) ลบเฉพาะในข้อมูลของรายนี้ เพราะอาจเป็นส่วนของคำอื่น",
                names=", ".join(short),
            )
        )
    if subject.shared:
        notes.append(_("ชื่อหรือเบอร์ที่รายอื่นใช้ด้วย ลบเฉพาะในข้อมูลของรายนี้"))
    owed = preview.counts["owed"]
    if owed:
        notes.append(
            _(
                "⚠️ ยังค้างส่งตามสัญญา %(count)s รายการ "
                "รายการยังติดตามต่อด้วยเลขสัญญา แต่จะไม่มีชื่อและที่ติดต่อ "
                "ถ้าไม่ต้องติดตามแล้วให้ปิดรายการก่อนลบ",
                count=owed,
            )
        )
    return in_lines(*notes)


async def _decidable(ctx: Context, erasure_id: str) -> Erasure | Reply:
    """The erasure, if it waits still; else what became of it."""
    found = await asked.get(ctx.db, erasure_id)
    state = found.state
    if state is ErasureState.ASKED and found.until_at <= ctx.now:
        state = ErasureState.LAPSED
    if state is not ErasureState.ASKED:
        return say(_(OUTCOMES[state], code=found.code))
    return found


@action("erase.confirm", role=Role.ADMIN, danger=True)
async def confirm_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """A second person confirms it: from now on nothing stops it."""
    found = await _decidable(ctx, args["id"])
    if isinstance(found, Reply):
        return found
    await _check_asker(ctx, found)
    preview = await _preview(ctx, found.code)
    codes = preview.subject.codes
    if [*codes] != found.codes.split():
        raise InvalidInput("erase_changed", codes=", ".join(codes))
    ctx.change(
        asked.decide,
        erasure=found,
        state=ErasureState.CONFIRMED,
        by=ctx.staff.id,
        now=ctx.now,
    )
    ctx.audit("customer.erasure_confirmed", found.code)
    return confirm("✅ " + _(OUTCOMES[ErasureState.CONFIRMED], code=found.code))


async def _check_asker(ctx: Context, erasure: Erasure) -> None:
    """NotAllowed where it is one person alone, or the other one has lost the right since."""
    if erasure.asked_by == ctx.staff.id:
        raise NotAllowed("erase_own")
    asker = None
    if erasure.asked_by is not None:
        asker = await staff.get_staff(ctx.db, erasure.asked_by)
    if asker is None or not _may_confirm(asker):
        raise NotAllowed("erase_asker")


@action("erase.refuse", role=Role.ADMIN, aside=True)
async def refuse_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """It is not done: who asked takes it back, or another administrator says no."""
    found = await _decidable(ctx, args["id"])
    if isinstance(found, Reply):
        return found
    ctx.change(
        asked.decide,
        erasure=found,
        state=ErasureState.REFUSED,
        by=ctx.staff.id,
        now=ctx.now,
    )
    ctx.audit("customer.erasure_refused", found.code)
    if found.asked_by not in (None, ctx.staff.id):
        told = partial(_refused_notice, found.code, ctx.staff.name)
        ctx.notify(told, f"erasure:{found.id}:refused", staff_id=found.asked_by)
    return confirm(_(OUTCOMES[ErasureState.REFUSED], code=found.code))


def _refused_notice(code: str, who: str) -> Reply:
    return say(
        _(
            "%(who)sไม่ยืนยันการลบข้อมูลของ %(code)s ไม่มีข้อมูลถูกลบ",
            who=person_label(who),
            code=code,
        )
    )


# What came of it, told by whoever did it.


def taken_out(message: str) -> Reply:
    """What stands in a chat where somebody who is erased was shown."""
    text = _("ข้อความนี้ถูกนำออกตามคำขอลบข้อมูลส่วนบุคคล")
    return Reply((), earlier=(Earlier(Paragraph(text), message),))


def lapsed_notice(code: str) -> Reply:
    """Nobody confirmed it in time."""
    return say(_(OUTCOMES[ErasureState.LAPSED], code=code))


def erased_notice(code: str, file: File, reader: Role | None) -> Reply:
    """The certificate, for each of the two."""
    caption = _("✅ ลบข้อมูลของ %(code)s แล้ว เก็บใบรับรองนี้ไว้เป็นหลักฐาน", code=code)
    return Reply((as_document(file, caption, reader=reader),), confirms=True)
