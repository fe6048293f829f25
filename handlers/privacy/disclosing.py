"""Administrators get here all that the desk holds about a customer, as one file for its owner."""

from domain.staff import Role
from handlers.chat import Reply, in_lines
from handlers.desk import Context
from handlers.files.cards import as_document, size_text
from handlers.i18n import _
from handlers.privacy.erasing import names_customer, split_code
from handlers.privacy.given import as_file
from handlers.registry import command
from store import files
from store.privacy.disclosing import DISCLOSED, as_bytes, disclose
from store.privacy.subjects import find_subject


@command(
    "disclose",
    "สำเนาข้อมูลผู้รับบริการ",
    about="ข้อมูลทั้งหมดของผู้รับบริการเป็นไฟล์ เช่น /disclose C81554",
    fits=names_customer,
    also=("ขอสำเนาข้อมูลส่วนบุคคล",),
    role=Role.ADMIN,
)
async def disclose_customer(ctx: Context, args: str) -> Reply:
    """One file with everything, also what others' texts say of the person."""
    # Asked first: where nothing can be waited for, nothing is read in vain.
    keep = ctx.desk.files.keep
    code, _rest = split_code(args)
    subject = await find_subject(ctx.db, code)
    ctx.audit("customer.disclosed", subject.code)
    sections = await disclose(ctx.db, subject)
    name = f"{subject.code} {ctx.today.isoformat()}.json"
    kept = await keep(name, as_bytes(subject, sections, ctx.now), DISCLOSED)
    file = as_file(kept, ctx.staff.id, ctx.now)
    ctx.change(files.add, file=file)
    caption = in_lines(
        _("📎 ข้อมูลทั้งหมดของ %(code)s (%(size)s)", code=subject.code, size=size_text(file.size)),
        _("อาจเอ่ยถึงผู้อื่นด้วย อ่านก่อนมอบให้เจ้าของข้อมูล แล้วลบไฟล์จากแชท"),
    )
    return Reply((as_document(file, caption, reader=ctx.staff.role),))
