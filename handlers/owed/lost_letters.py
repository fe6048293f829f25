"""Letters that did not arrive, were refused or came back, and were not sent again since."""

from collections.abc import Mapping, Sequence

from domain.owed.narrowing import Narrowing
from domain.staff import StaffId
from domain.text import shorten
from domain.tickets.references import ReferenceKind, take_reference
from handlers.chat import Button, Reply, in_one_line, turn_buttons
from handlers.desk import Context
from handlers.i18n import _
from handlers.mail.cards import reason
from handlers.owed import narrowed
from handlers.owed.lead_lists import PAGE, lead_buttons, listed
from handlers.owed.request_cards import day
from handlers.registry import action
from store import staff
from store.mail import mails
from store.mail.mails import Mail

SUBJECT = 60
"""Characters of a mail's subject."""


@action("owed.letters", in_place=True)
async def letters_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Shows another page of the letters."""
    return await show_letters(
        ctx,
        narrowed.of_args(args),
        int(args.get("page", 0)),
    )


async def show_letters(
    ctx: Context,
    wanted: Narrowing,
    page: int = 0,
) -> Reply:
    """Shows the letters that did not arrive, the latest first; each leads to what it is about."""
    visible = await narrowed.visible(ctx, wanted)
    staffs = visible if wanted.officer is None else [wanted.officer]
    total = await mails.count_lost(ctx.db, staffs)
    found = await mails.list_lost(
        ctx.db,
        staffs,
        PAGE + 1,
        page * PAGE,
    )
    names = await staff.staff_names(ctx.db)
    head = _("📧 อีเมลส่งไม่ถึงและยังไม่ได้ส่งใหม่ %(count)s ฉบับ", count=total)
    args = narrowed.as_args(Narrowing(officer=wanted.officer))
    turns = turn_buttons(
        "owed.letters",
        args,
        page,
        more=len(found) > PAGE,
    )
    others = lead_buttons(Narrowing(officer=wanted.officer), shown="letters")
    buttons = (*turns, *others)
    options = _options(ctx, found[:PAGE], names)
    return listed(head, options, buttons)


def _options(
    ctx: Context, found: Sequence[Mail], names: Mapping[StaffId, str]
) -> tuple[Button, ...]:
    """A line each: when it was written to whom about what, why it is not there, and who wrote
    it.
    """
    options = []
    for mail in found:
        ctx.audit("mail.read", mail.record)
        writer = _("ระบบ") if mail.staff_id is None else names.get(mail.staff_id, "")
        line = in_one_line(
            day(mail.written_at),
            mail.to,
            shorten(mail.subject, SUBJECT),
            reason(mail.error),
            writer,
        )
        options.append(_opening(mail.record, line))
    return tuple(options)


def _opening(record: str, label: str) -> Button:
    """The button that opens what a letter is about, with what can be done about the letter."""
    if record.startswith("O"):
        return Button(
            label,
            "owed.show",
            {"owed": record[1:]},
        )
    if take_reference(record, ReferenceKind.TICKET) is not None:
        return Button(label, "ticket.show", {"no": record})
    return Button(label, "mail.list", {"record": record})
