"""Tables that an administrator sends: recognised by their heading, checked, shown, and imported
when confirmed.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import uuid4

from domain.errors import DeskError, InvalidInput, NotFound
from domain.files import CSV, XLSX
from domain.staff import Role
from domain.tables.tables import RecordOutcome, Register, Remark
from handlers.chat import (
    Button,
    Card,
    Reply,
    ReplyPart,
    in_lines,
    say,
)
from handlers.desk import Context
from handlers.files import cards as file_cards
from handlers.files.waiting import question
from handlers.i18n import _
from handlers.owed.following_up import found_text, show_button
from handlers.registry import Claim, FileUse, action, file_uses
from handlers.tables.text import remark_sentence, table_sentence, told_row
from store import files as file_store
from store.chat import forms
from store.files import File, of_import, of_person
from store.tables import imports
from store.tables.imports import Import
from store.tables.tables import Place
from store.tables.tables import recognise as recognise_table
from store.tables.transfer import Counts

SOON = 300_000
"""Bytes of a table that is checked before anybody wonders; a larger one is announced."""
REASONS = 5
REMARKS = 10
"""Rows not taken, and what was read otherwise than it is written, that stand on the card; all stand
in files.
"""
VALUES = {Register.CUSTOMERS: "ผู้รับบริการ", Register.TICKETS: "ใบงาน"}
SENTENCES = {
    "checking": "กำลังตรวจตารางนี้อยู่",
    "running": "กำลังนำเข้าตารางนี้อยู่ เสร็จแล้วจะแจ้ง",
    "done": "ตารางนี้นำเข้าเสร็จแล้ว",
    "cancelled": "ยกเลิกการนำเข้าตารางนี้ไปแล้ว",
    "refused": "ตารางนี้นำเข้าไม่ได้",
}


@dataclass(frozen=True, slots=True)
class ImportPreview:
    """What a table would do, or did: counts, its rows, what was not taken or read otherwise, what
    is outside it.

    `rejected` and `remarked` are files of all that; `offered` things look open since long ago.
    """

    counts: Counts
    rows: int
    reasons: Sequence[tuple[Place, DeskError]] = ()
    remarks: Sequence[tuple[Place, Remark]] = ()
    notes: Sequence[str] = ()
    rejected: File | None = None
    remarked: File | None = None
    offered: int = 0

    @property
    def more_remarks(self) -> int:
        """How many were read otherwise beside those that are listed."""
        return max(0, self.counts.remarked - len(self.remarks))

    @property
    def files(self) -> tuple[File, ...]:
        """The files that there are."""
        both = (self.rejected, self.remarked)
        return tuple(file for file in both if file is not None)


class TableFile(FileUse):
    """A table that an administrator sends, of a register by its heading, is an import."""

    async def claim(self, ctx: Context, file: File) -> Claim | None:
        is_table = file.mime in (CSV.mime, XLSX.mime)
        if not is_table or not ctx.staff.role.covers(Role.ADMIN):
            return None
        path = ctx.desk.files.blobs.existing(file.sha256)
        try:
            register = await asyncio.to_thread(recognise_table, path)
        except InvalidInput as error:
            return Claim(None, _not_imported(error))
        return None if register is None else Claim(_check(ctx, file, register))


file_uses.enter(20, TableFile())


def _not_imported(error: DeskError) -> str:
    """Why a table is no import."""
    return _("นำเข้าตารางนี้ไม่ได้: %(reason)s", reason=table_sentence(error))


def _check(ctx: Context, file: File, register: Register) -> Reply | None:
    """Keep the table and have it checked; the preview comes by itself, for a small one at once."""
    incoming = ctx.incoming
    job = Import(
        uuid4().hex,
        file.id,
        register,
        "checking",
        ctx.staff.id,
        incoming.platform,
        incoming.chat,
        incoming.id,
        ctx.now,
    )
    ctx.change(file_store.add, file=replace(file, record=of_import(job.id)))
    ctx.change(imports.add, job=job)
    ctx.audit(f"{register}.table_received", "")
    ctx.jobs.append(job.id)
    if file.size <= SOON:
        return None
    return say(_("กำลังตรวจ %(name)s เสร็จแล้วจะแสดงให้ดูก่อนนำเข้า", name=file.name))


def _lines(laid: ImportPreview) -> tuple[tuple[str, str], ...]:
    counts = laid.counts
    labels = {
        RecordOutcome.NEW: _("ใหม่"),
        RecordOutcome.CHANGED: _("เปลี่ยนแปลง"),
        RecordOutcome.UNCHANGED: _("เหมือนเดิม"),
    }
    lines = [(label, f"{counts.records[outcome]:,}") for outcome, label in labels.items()]
    rejected = _("%(count)s แถว", count=f"{counts.rejected:,}")
    lines.append((_("ไม่รับ"), rejected))
    if counts.remarked:
        remarked = _("%(count)s แห่ง", count=f"{counts.remarked:,}")
        lines.append((_("อ่านต่างจากที่เขียน"), remarked))
    return tuple(lines)


def _note(laid: ImportPreview, *, remarks: bool) -> str:
    notes = [*laid.notes]
    for place, error in laid.reasons:
        notes.append(told_row(place, table_sentence(error)))
    left = laid.counts.rejected - len(laid.reasons)
    if left > 0:
        notes.append(_("และอีก %(count)s บรรทัด", count=left))
    if not remarks:
        return "\n".join(notes)
    for place, remark in laid.remarks:
        notes.append(told_row(place, remark_sentence(remark)))
    if laid.more_remarks:
        notes.append(_("และอีก %(count)s แห่ง ทั้งหมดอยู่ในไฟล์", count=laid.more_remarks))
    return "\n".join(notes)


def _with_files(
    card: Card,
    laid: ImportPreview,
    *,
    rejected: bool,
    remarks: bool,
) -> Reply:
    """The card, with the rows that were not taken, and what was read otherwise where the card does
    not hold it.
    """
    parts: list[ReplyPart] = [card]
    if rejected and laid.rejected is not None:
        caption = _("แถวที่ไม่รับพร้อมเหตุผล แก้แล้วส่งไฟล์นี้กลับมาได้เลย")
        parts.append(file_cards.as_document(laid.rejected, caption, reader=Role.ADMIN))
    if remarks and laid.remarked is not None and laid.more_remarks:
        caption = _("ที่อ่านต่างจากที่เขียนทั้งหมด ทีละบรรทัด")
        parts.append(file_cards.as_document(laid.remarked, caption, reader=Role.ADMIN))
    return Reply(tuple(parts), confirms=True)


def preview(job: Import, file: File, laid: ImportPreview) -> Reply:
    """What the table would do, and the word that does it."""
    register = _(VALUES[job.register])
    title = _("ตาราง %(name)s · %(register)s", name=file.name, register=register)
    attach = Button(_("แนบกับใบงานแทน"), "import.attach", {"import": job.id})
    note = _note(laid, remarks=True)
    records = laid.counts.records
    if not records[RecordOutcome.NEW] and not records[RecordOutcome.CHANGED]:
        note = in_lines(_("ไม่มีข้อมูลใหม่ให้นำเข้า"), note)
        card = Card(title, _lines(laid), note, (attach,))
        return _with_files(card, laid, rejected=True, remarks=True)
    # The rows that are not taken come with the result of the import.
    rows = f"{laid.rows - laid.counts.rejected:,}"
    run = Button(
        _("นำเข้า %(count)s แถว", count=rows),
        "import.run",
        {"import": job.id, "rows": rows},
        once=True,
    )
    card = Card(
        title,
        _lines(laid),
        note,
        (run, _cancel_button(job, _("ยกเลิก")), attach),
    )
    return _with_files(card, laid, rejected=False, remarks=True)


def _cancel_button(job: Import, label: str) -> Button:
    return Button(label, "import.cancel", {"import": job.id})


def result(job: Import, file: File, laid: ImportPreview) -> Reply:
    """What it did."""
    title = _(
        "✅ นำเข้า %(name)s เสร็จแล้ว · %(register)s",
        name=file.name,
        register=_(VALUES[job.register]),
    )
    note = _note(laid, remarks=False)
    buttons: tuple[Button, ...] = ()
    if laid.offered:
        note = in_lines(note, found_text(laid.offered))
        buttons = (show_button(),)
    card = Card(
        title,
        _lines(laid),
        note,
        buttons,
    )
    return _with_files(card, laid, rejected=True, remarks=False)


def refused(file: File, error: DeskError) -> Reply:
    """The table as a whole is not taken."""
    card = Card(file.name, note=_not_imported(error))
    return Reply((card,), confirms=True)


def stopped(file: File, laid: ImportPreview) -> Reply:
    """It was stopped: what went in until then stays."""
    title = _("หยุดนำเข้า %(name)s แล้ว ส่วนที่นำเข้าแล้วยังอยู่", name=file.name)
    return Reply((Card(title, _lines(laid)),), confirms=True)


def broken(file: File, reference: str) -> Reply:
    """It ended in a bug, several times."""
    text = _(
        "นำเข้า %(name)s ไม่สำเร็จ ส่งไฟล์อีกครั้งได้ (อ้างอิง %(reference)s)",
        name=file.name,
        reference=reference,
    )
    return Reply((Card(text),), confirms=True)


async def own_import(ctx: Context, args: Mapping[str, str]) -> Import:
    """The table that a button means, of the person who sent it; NotFound("file")."""
    job = await imports.find_import(ctx.db, args["import"])
    if job is None or job.staff_id != ctx.staff.id:
        raise NotFound("file")
    return job


def present_state(job: Import) -> Reply:
    """What a late or second press gets."""
    return say(_(SENTENCES[job.state]))


@action("import.run", role=Role.ADMIN, in_place=True)
async def run_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Import it; the event ends at once, the work goes on by itself."""
    job = await own_import(ctx, args)
    if job.state != "ready":
        return present_state(job)
    _step(ctx, job, "running")
    ctx.jobs.append(job.id)
    text = _("กำลังนำเข้า %(rows)s แถว เสร็จแล้วจะแจ้ง", rows=args["rows"])
    return say(text, _cancel_button(job, _("หยุด")))


def _step(ctx: Context, job: Import, state: str) -> None:
    """The job goes on to another state, unless somebody else moved it meanwhile."""
    ctx.change(
        imports.step,
        import_id=job.id,
        start=job.state,
        state=state,
        now=ctx.now,
    )


@action("import.cancel", role=Role.ADMIN, in_place=True, aside=True)
async def cancel_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Before the word nothing is written; while it runs it stops after the rows in hand."""
    job = await own_import(ctx, args)
    if job.state not in ("ready", "running"):
        return present_state(job)
    _step(ctx, job, "cancelled")
    if job.state == "running":
        return say(_("กำลังหยุด"))
    return say(_("ยกเลิกแล้ว ไม่มีการนำเข้า"))


@action("import.attach", role=Role.ADMIN, in_place=True)
async def attach_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """A table is no import after all but an ordinary file, asked about like any other."""
    job = await own_import(ctx, args)
    if job.state != "ready":
        return present_state(job)
    file = await file_store.get_file(ctx.db, job.file)
    _step(ctx, job, "cancelled")
    record = of_person(ctx.staff.id)
    ctx.change(file_store.hand_over, ids=[file.id], record=record)
    draft = await ctx.once(forms.find_open, ctx.staff.id)
    return Reply((await question(ctx, [file], draft),))
