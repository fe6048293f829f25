"""Several mails of one caller within a short while are offered as one ticket: a tap joins them into
the first, another parts them again. None is joined unasked.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial

from domain.mail.incoming import IncomingMail
from domain.mail.uses import MailPurpose, MailUse
from domain.tables.tables import LONG_LIMIT
from domain.text import shorten
from domain.tickets import voiding
from domain.tickets.records import Status, Ticket
from handlers.chat import Button, Paragraph, Reply, confirm, say
from handlers.desk import Context, Work
from handlers.files.copies import copy_files
from handlers.i18n import _, speaking
from handlers.mail.incoming_cards import writer
from handlers.mail.uses.using import note, uses_of
from handlers.registry import CardAddition, action, on_mail_card
from handlers.tickets import buttons as ticket_buttons
from handlers.tickets import cards as ticket_cards
from handlers.tickets import saves as ticket_saves
from store import files as file_store
from store.mail import incoming, uses
from store.tickets import records as tickets

NEW = "new"
"""The kind of mails that are joined: what a colleague passes on is of many people."""
CALLERS = 3
"""Callers of whom a message about many mails tells."""
SHOWN = 5
"""Numbers of tickets that a card names."""


# What the card says.


@on_mail_card(place=14)
async def _on_mail_card(
    work: Work,
    mail: IncomingMail,
    ticket: Ticket,
) -> Callable[[], CardAddition]:
    if ticket.is_done or mail.reading.kind != NEW:
        return CardAddition
    nos = await _of_caller(work, mail)
    if len(nos) < work.configuration.intake.together_fewest:
        return CardAddition
    return partial(_addition, mail, nos)


async def _of_caller(work: Work, mail: IncomingMail) -> list[str]:
    """The unfinished tickets of mails that came from the same address within a short while, oldest
    first.
    """
    if not mail.reading.from_email:
        return []
    within = work.configuration.intake.together_within
    return await incoming.list_of_caller(
        work.db,
        mail.reading.from_email,
        mail.arrived_at - within,
        mail.arrived_at + within,
    )


def _addition(mail: IncomingMail, nos: Sequence[str]) -> CardAddition:
    shown = ", ".join(nos[:SHOWN])
    more = " …" if len(nos) > SHOWN else ""
    told = _("%(count)s ฉบับ: %(nos)s", count=len(nos), nos=shown)
    lines = [(_("ผู้ส่งเดียวกันส่งมา"), f"{told}{more}")]
    return CardAddition(lines, (join_button(mail, len(nos)),))


def join_button(mail: IncomingMail, count: int) -> Button:
    """[รวมเป็นใบงานเดียว (10)]"""
    label = _("รวมเป็นใบงานเดียว (%(count)s)", count=count)
    return Button(label, "mail.join", {"mail": str(mail.id)})


def offered_together(
    callers: Mapping[str, Sequence[IncomingMail]],
    fewest: int,
) -> list[Paragraph]:
    """Of each of the busiest callers the mails that may be one ticket."""
    busiest = sorted(callers.values(), key=len, reverse=True)
    found = []
    for mails in busiest[:CALLERS]:
        first = mails[0]
        if len(mails) < fewest or first.reading.kind != NEW:
            continue
        found.append(_offer(first, len(mails)))
    return found


def _offer(mail: IncomingMail, count: int) -> Paragraph:
    """How many mails a caller sent, and the way to join them."""
    text = _("%(who)s ส่งมา %(count)s ฉบับ", who=writer(mail.reading), count=count)
    return Paragraph(text, (join_button(mail, count),))


async def offered_of(work: Work, mails: Iterable[IncomingMail]) -> list[Paragraph]:
    """Of the busiest callers on a page of new mails those that may be one ticket, with what is on
    other pages.
    """
    fewest = work.configuration.intake.together_fewest
    of_persons = [mail for mail in mails if mail.reading.kind == NEW]
    callers = Counter(mail.reading.from_email for mail in of_persons)
    found = []
    for email, count in callers.most_common(CALLERS):
        if count < fewest:
            break
        first = next(mail for mail in of_persons if mail.reading.from_email == email)
        nos = await _of_caller(work, first)
        if len(nos) >= fewest:
            found.append(_offer(first, len(nos)))
    return found


# One tap.


@action("mail.join")
async def join_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """The first ticket has all that the others say and bring; those are void, and name it."""
    mail = await incoming.get_mail(ctx.db, int(args["mail"]))
    nos = await _of_caller(ctx, mail)
    found = await tickets.get_tickets(ctx.db, nos)
    first, others = _parted([*found.values()])
    if first is None or not others:
        return await _nothing_to_join(ctx, mail)
    after = _with_texts(first, others)
    if after != first:
        ticket_saves.write(ctx, first, after, ctx.staff.id)
        after = replace(after, version=first.version + 1)
    for other in others:
        await _join(ctx, first, other)
    ctx.audit("ticket.changed", first.no)
    joined = ", ".join(other.no for other in others)
    text = _("✅ รวมเข้า %(no)s แล้ว: %(nos)s", no=first.no, nos=joined)
    undo = Button(
        _("เลิกรวม"),
        "mail.unjoin",
        {"no": first.no},
        first.no,
        after.version,
        once=True,
    )
    return confirm(text, ticket_buttons.show_button(after), undo)


def _parted(found: Sequence[Ticket]) -> tuple[Ticket | None, list[Ticket]]:
    """The ticket that stays, and those that nobody has worked on, which may be joined to it."""
    by_number = sorted(found, key=lambda ticket: (ticket.created_at, ticket.no))
    if not by_number:
        return None, []
    first, *others = by_number
    return first, [other for other in others if other.status is Status.NEW]


async def _nothing_to_join(ctx: Context, mail: IncomingMail) -> Reply:
    no = mail.reading.ticket or ""
    ticket = await tickets.get_ticket(ctx.db, no)
    text = _("ไม่มีอีเมลอื่นของผู้ส่งนี้ที่รอรวมแล้ว เรื่องนี้อยู่ที่ %(no)s", no=no)
    return say(text, ticket_buttons.show_button(ticket))


def _with_texts(first: Ticket, others: Sequence[Ticket]) -> Ticket:
    """The first ticket with what each of the others asks, once each."""
    texts = dict.fromkeys((first.details, *(other.details for other in others)))
    details = "\n\n".join(texts)
    return replace(first, details=shorten(details, LONG_LIMIT))


async def _join(ctx: Context, first: Ticket, other: Ticket) -> None:
    """One ticket's mails and files go to the first."""
    with speaking("th"):
        reason = _("รวมกับ %(no)s", no=first.no)
    ticket_saves.write(ctx, other, voiding.voided(other, reason), ctx.staff.id)
    ctx.audit("ticket.voided", other.no)
    for mail in await incoming.list_of_ticket(ctx.db, other.no):
        # What had been joined to it before is known already.
        if not await uses_of(ctx, mail, MailPurpose.JOINED):
            note(ctx, mail, MailPurpose.JOINED, other.no)
    ctx.change(incoming.move, old=other.no, new=first.no)
    # With the version before this save: what is taken back later is its text alone.
    await copy_files(ctx, other.no, first)


# Taken back.


@action("mail.unjoin", in_place=True, aside=True)
async def unjoin_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Each ticket has its own mails again, and the first what it said before."""
    first = await tickets.get_ticket(ctx.db, args["no"])
    joined = await uses.list_joined(ctx.db, first.no)
    if not joined:
        return await ticket_cards.present_state(ctx, first)
    before = await tickets.find_before_last_change(ctx.db, first)
    if before is not None and before.details != first.details:
        ticket_saves.write(ctx, first, before, ctx.staff.id)
    nos = [*dict.fromkeys(use.ticket for use in joined)]
    await _remove_files(ctx, first, joined)
    for use in joined:
        ctx.change(uses.remove, use=use)
        ctx.change(incoming.move_back, mail_id=use.mail_id, no=use.ticket)
    for no in nos:
        await _restore(ctx, no)
    ctx.audit("ticket.changed", first.no)
    text = _("✅ เลิกรวมแล้ว %(nos)s กลับมาเป็นใบงานใหม่", nos=", ".join(nos))
    return confirm(text, Button(_("ดูใบงาน"), "ticket.show", {"no": first.no}))


async def _restore(ctx: Context, no: str) -> None:
    """The ticket as it was before it was joined."""
    ticket = await tickets.get_ticket(ctx.db, no)
    before = await tickets.find_before_last_change(ctx.db, ticket)
    if before is None or ticket.status is not Status.VOIDED:
        return
    ticket_saves.write(ctx, ticket, before, ctx.staff.id)
    ctx.audit("ticket.restored", no)


async def _remove_files(ctx: Context, first: Ticket, joined: Sequence[MailUse]) -> None:
    """The files that came with the others go."""
    moments = {use.used_at for use in joined}
    for file in await file_store.list_files(ctx.db, first.no):
        if file.added_by is None or file.added_at not in moments:
            continue
        ctx.change(
            file_store.remove,
            file=file,
            version=first.version,
            by=ctx.staff.id,
            now=ctx.now,
        )
