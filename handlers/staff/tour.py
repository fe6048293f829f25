"""`/tour`: the desk in six steps, each of which is done by doing it."""

from collections.abc import Mapping
from dataclasses import replace

from domain.errors import NotAllowed
from handlers.chat import Button, Paragraph, Reply, buttons_of
from handlers.desk import Context
from handlers.i18n import _
from handlers.registry import NOTHING, action, command

STEPS = (
    "customer.show",
    "customer.open",
    "ticket.close",
    "ticket.reopen",
    "report.periods",
    "request.list",
)
"""What an answer offers, by its action, once the step is done: a search its customers, a customer's
card a ticket, a saved ticket its closing, and so on.
"""
SENTENCES = (
    "มีคนโทรมา ค้นก่อนด้วยชื่อ เบอร์โทร หรืออีเมล พิมพ์: สมชาย",
    "เปิดดูผู้รับบริการ กดปุ่มแรกของรายการ (พิมพ์ #1 แล้ว Enter)",
    "บันทึกทั้งสายในบรรทัดเดียว พิมพ์: สร้างใบงาน C81554 โทร 1.1 ถามเวลาทำการ",
    "ปิดใบงาน กดปุ่ม [ปิดใบงาน …] แล้วพิมพ์ผลของการให้บริการ เช่น แจ้งเวลาทำการแล้ว",
    "ถามตัวเลขได้เลย พิมพ์: เดือนนี้รับกี่ใบ",
    "ระบบจำสิ่งที่ค้างส่งให้เอง พิมพ์: ค้างส่ง",
)
"""What each step says; in the order of `STEPS`."""


@command(
    "tour",
    "ทัวร์",
    "แนะนำการใช้งาน",
    "tour",
    about="ลองใช้ทีละขั้น 6 ขั้น (เฉพาะข้อมูลสมมติ)",
    fits=NOTHING,
)
async def tour(ctx: Context, args: str) -> Reply:
    """Begin, or begin anew."""
    return _at(ctx, 0)


@action("tour.next")
async def next_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Pass a step over."""
    return _at(ctx, int(args["step"]))


def _at(ctx: Context, step: int) -> Reply:
    if ctx.desk.tour is None:
        raise NotAllowed("tour")
    ctx.desk.tour.go_to(ctx.staff.id, step, ctx.incoming.id)
    return Reply((_card(step),))


def _card(step: int) -> Paragraph:
    """What the step asks for; behind the last one, how to go on."""
    if step >= len(STEPS):
        text = _("จบทัวร์แล้ว · ดูงานเช้าวันถัดไปพิมพ์ ตอนเช้า · คำสั่งทั้งหมดพิมพ์ ช่วยเหลือ")
        return Paragraph(f"🎓 {text}")
    text = f"🎓 {step + 1}/{len(STEPS)} · {_(SENTENCES[step])}"
    following = Button(_("ถัดไป"), "tour.next", {"step": str(step + 1)})
    return Paragraph(text, (following,))


def followed(ctx: Context, reply: Reply | None) -> Reply | None:
    """The answer, with the next step below it where it did what the present one asks for."""
    tour = ctx.desk.tour
    if reply is None or tour is None:
        return reply
    step = tour.at(ctx.staff.id, ctx.incoming.id)
    offered = {button.action for part in reply.parts for button in buttons_of(part)}
    if step is None or offered.isdisjoint(STEPS[step : step + 1]):
        return reply
    following = tour.go_on(ctx.staff.id, ctx.incoming.id)
    return replace(reply, parts=(*reply.parts, _card(following)))
