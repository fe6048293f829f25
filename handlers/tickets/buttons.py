"""The buttons of a ticket: its card has those that an officer needs every day, one more button
opens the others.
"""

from collections.abc import Mapping
from dataclasses import replace

from domain.tickets.records import Status, Ticket, reply_addresses
from handlers.chat import Button, ButtonStyle, Reply, say
from handlers.desk import Context
from handlers.i18n import _
from handlers.registry import action
from store.tickets import records as tickets
from store.tickets.belongings import count_belongings


async def daily_buttons(ctx: Context, ticket: Ticket) -> tuple[Button, ...]:
    """What is done to a ticket day by day; who wrote an e-mail is answered by one."""
    if ticket.status is Status.VOIDED:
        return (restore_button(ticket),)
    answer: tuple[Button, ...] = ()
    # Who wrote an e-mail waits for one: the answer stands on the card itself.
    if _by_mail(ticket) and await _reachable(ctx, ticket):
        answer = (answer_button(ticket),)
    edit = edit_button(ticket)
    if ticket.status is Status.CLOSED:
        return reopen_button(ticket), edit, *answer, repeat_button(ticket)
    # Whatever else a mail or a contract brings to the card: in the end it is closed.
    close = replace(close_button(ticket), style=ButtonStyle.PRIMARY)
    return close, edit, *answer, wait_button(ticket)


def more_button(ticket: Ticket) -> Button:
    """[เพิ่มเติม]"""
    return _button(_("เพิ่มเติม"), "ticket.more", ticket)


@action("ticket.more", further=True)
async def more_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """What is wanted of a ticket now and then."""
    found = await tickets.get_ticket(ctx.db, args["no"])
    ctx.audit("ticket.read", found.no)
    is_voided = found.status is Status.VOIDED
    buttons = []
    if not found.is_done:
        remind = Button(_("เตือน"), "remind.ask", {"record": found.no})
        buttons += [hand_over_button(found), remind]
    belongings = await count_belongings(ctx.db, found.no)
    buttons += await _mail_buttons(ctx, found, belongings.mails)
    if not is_voided:
        buttons.append(why_button(found))
    if not found.is_done:
        buttons.append(repeat_button(found))
    buttons.append(_links_button(found, belongings.links))
    if found.customer:
        buttons.append(
            Button(
                _("ผู้รับบริการ"),
                "customer.show",
                {"code": found.customer},
            )
        )
    buttons.append(_button(_("ประวัติการแก้ไข"), "ticket.history", found))
    if not is_voided:
        buttons.append(void_button(found))
    buttons.append(show_button(found))
    return say(f"🎫 {found.no}", *buttons)


def _links_button(ticket: Ticket, count: int) -> Button:
    """To the tickets that it is tied to, or to tie it to one."""
    if count:
        return _button(_("ใบงานที่ผูก (%(count)s)", count=count), "ticket.links", ticket)
    return _button(_("ผูกกับใบงาน…"), "ticket.link", ticket)


async def _mail_buttons(ctx: Context, ticket: Ticket, mails: int) -> list[Button]:
    """[ตอบทางอีเมล] where somebody's address is known and the card lacks it, [อีเมลที่ส่ง] where one
    went.
    """
    buttons = []
    if not _by_mail(ticket) and await _reachable(ctx, ticket):
        buttons.append(answer_button(ticket))
    if mails:
        buttons.append(
            Button(
                _("อีเมลที่ส่ง"),
                "mail.list",
                {"record": ticket.no},
            )
        )
    return buttons


def _by_mail(ticket: Ticket) -> bool:
    return bool(ticket.reply_email) or ticket.channel == "email"


async def _reachable(ctx: Context, ticket: Ticket) -> bool:
    """Whether somebody's address is known."""
    customer = await ctx.customer(ticket.customer) if ticket.customer else None
    return bool(reply_addresses(ticket, customer))


def _button(
    label: str,
    name: str,
    ticket: Ticket,
    *,
    once: bool = False,
) -> Button:
    return Button(
        label,
        name,
        {"no": ticket.no},
        ticket.no,
        ticket.version,
        once,
    )


def close_button(ticket: Ticket) -> Button:
    """[ปิดใบงาน R2611000124]: what closes a ticket names it, for a message may speak of several."""
    return _button(_("ปิดใบงาน %(no)s", no=ticket.no), "ticket.close", ticket)


def reopen_button(ticket: Ticket) -> Button:
    """[เปิดใบงานอีกครั้ง]"""
    return _button(_("เปิดใบงานอีกครั้ง"), "ticket.reopen", ticket, once=True)


def edit_button(ticket: Ticket) -> Button:
    """[แก้ไข]"""
    return _button(_("แก้ไข"), "ticket.edit", ticket)


def repeat_button(ticket: Ticket) -> Button:
    """[สร้างใบงานแบบเดียวกัน]"""
    return _button(_("สร้างใบงานแบบเดียวกัน"), "ticket.repeat", ticket)


def answer_button(ticket: Ticket) -> Button:
    """[ตอบทางอีเมล]"""
    return _button(_("ตอบทางอีเมล"), "mail.answer", ticket)


def void_button(ticket: Ticket) -> Button:
    """[ยกเลิกใบงาน]"""
    return _button(_("ยกเลิกใบงาน"), "ticket.void", ticket)


def restore_button(ticket: Ticket) -> Button:
    """[คืนใบงาน]"""
    return _button(_("คืนใบงาน"), "ticket.restore", ticket, once=True)


def undo_button(ticket: Ticket) -> Button:
    """[เลิกการแก้ไขล่าสุด]"""
    return _button(_("เลิกการแก้ไขล่าสุด"), "ticket.undo", ticket, once=True)


def show_button(ticket: Ticket, label: str = "") -> Button:
    """[ดูใบงาน]"""
    return _button(label or _("ดูใบงาน"), "ticket.show", ticket)


def files_button(no: str, count: int) -> Button:
    """[ไฟล์แนบ (2)]"""
    return Button(
        _("ไฟล์แนบ (%(count)s)", count=count),
        "file.list",
        {"no": no},
    )


def wait_button(ticket: Ticket) -> Button:
    """[รอผู้รับบริการ] or, while it waits, [ผู้รับบริการตอบแล้ว]"""
    if ticket.waiting_since is not None:
        return _button(_("ผู้รับบริการตอบแล้ว"), "ticket.answered", ticket, once=True)
    return _button(_("รอผู้รับบริการ"), "ticket.wait", ticket, once=True)


def why_button(ticket: Ticket) -> Button:
    """[ทำไมกำหนดนี้]"""
    return _button(_("ทำไมกำหนดนี้"), "ticket.why", ticket)


def hand_over_button(ticket: Ticket) -> Button:
    """[มอบหมาย]"""
    return _button(_("มอบหมาย"), "hand.choose", ticket)
