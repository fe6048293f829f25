"""A lost telephone: everything that it could still open is ended at once; it is asked twice."""

from collections.abc import Mapping

from domain.staff import Role, Staff, StaffId
from handlers.chat import (
    Button,
    Reply,
    confirm,
    in_lines,
    say,
)
from handlers.desk import Context
from handlers.i18n import _
from handlers.registry import CardAddition, action, on_person_card
from handlers.staff.commands import new_invitation
from store import staff
from store.chat import buttons, forms


@on_person_card(40)
async def offer(ctx: Context, person: Staff) -> CardAddition:
    """[อุปกรณ์หาย] on a person's card."""
    button = Button(_("อุปกรณ์หาย"), "staff.lost", {"id": str(person.id)})
    return CardAddition(buttons=(button,))


@action("staff.lost", role=Role.ADMIN, danger=True)
async def lost_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Say what will end, and ask once more."""
    person = await staff.get_staff(ctx.db, StaffId(int(args["id"])))
    accounts = await staff.list_identities(ctx.db, person.id)
    listed = ", ".join(account.platform.title() for account in accounts)
    text = in_lines(
        _("อุปกรณ์ของ%(name)sหายหรือถูกขโมย?", name=person.name),
        _("บัญชีที่จะถูกตัดออก: %(accounts)s", accounts=listed or "-"),
        _("ลิงก์ไฟล์ ปุ่ม และรหัสเดิมใช้ไม่ได้ทันที ร่างที่ค้างพักไว้ ใบงานไม่เปลี่ยน"),
    )
    sure = Button(
        _("ยืนยัน ตัดทุกอุปกรณ์"),
        "staff.lost_sure",
        {"id": str(person.id)},
        once=True,
    )
    return say(text, sure)


@action("staff.lost_sure", role=Role.ADMIN, danger=True)
async def lost_for_sure(ctx: Context, args: Mapping[str, str]) -> Reply:
    """End all of it, and give a code for the next telephone."""
    person = await staff.get_staff(ctx.db, StaffId(int(args["id"])))
    ctx.change(staff.end_sessions, staff_id=person.id, now=ctx.now)
    ctx.change(buttons.expire_of, staff_id=person.id, now=ctx.now)
    ctx.change(forms.park_all_of, staff_id=person.id)
    ctx.audit("staff.sessions_ended", f"staff:{person.id}")
    done = _("✅ ตัดทุกอุปกรณ์ของ%(name)sแล้ว ลิงก์ ปุ่ม และรหัสเดิมใช้ไม่ได้อีก", name=person.name)
    if person.blocked_at is not None:
        return confirm(done)
    code, invite = new_invitation(person.id, ctx.now)
    ctx.change(invite)
    how = _("เมื่อได้เครื่องใหม่ ให้พิมพ์ /start %(code)s ภายใน 24 ชั่วโมง", code=code)
    return confirm(in_lines(done, how))
