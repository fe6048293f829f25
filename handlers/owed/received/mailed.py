"""A mail that seems to bring what is owed: the officer is asked whether it is this, and one tap
records the proof, which ends the chain.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import orjson

from domain.customers.records import CustomerCode
from domain.mail.contents.brought import Brought, awaited, read_brought
from domain.mail.incoming import IncomingMail
from domain.mail.uses import MailPurpose, MailUse
from domain.owed.requests import Life
from domain.owed.rules import Owed
from domain.tickets.records import Status, Ticket
from handlers.chat import Button, Paragraph, Reply, ReplyPart, confirm
from handlers.desk import Context, Work
from handlers.files.copies import copy_files
from handlers.i18n import _
from handlers.labels import value_label
from handlers.mail.candidates import candidates_of
from handlers.mail.uses.using import note, told_before, undo_button, unuse_args, uses_of
from handlers.owed import proofs as owed_proofs
from handlers.owed import request_cards
from handlers.owed.own_tickets import ProofCame
from handlers.registry import CardAddition, action, leaves_closed, on_mail_card, on_reply_card
from handlers.tickets import buttons as ticket_buttons
from store.mail import incoming
from store.owed import requests
from store.tickets import records as tickets

MOST = 4
"""Things owed that are asked about."""


@on_mail_card(place=10)
@on_reply_card(place=10)
async def _on_card(work: Work, mail: IncomingMail, ticket: Ticket) -> Callable[[], CardAddition]:
    """Which of what its customer owes a mail may bring, each with one tap."""
    if not _brought(mail) or ticket.status is Status.VOIDED:
        return CardAddition
    used = await uses_of(work, mail, MailPurpose.PROOF)
    if used:
        return partial(_recorded, [*used.values()])
    if await uses_of(work, mail, MailPurpose.NO_PROOF):
        return CardAddition
    found = await _owed_by(work, mail, ticket)
    return partial(_addition, mail, found) if found else CardAddition


async def _owed_by(work: Work, mail: IncomingMail, ticket: Ticket) -> list[tuple[Owed, Life]]:
    """What the ticket's customer owes that a mail may bring."""
    if _says(work, mail, "complaints"):
        return []
    brought = _brought(mail)
    if not brought:
        return []
    customer = ticket.customer or await _sure_writer(work, mail, brought)
    if customer is None:
        return []
    lives = await work.once(requests.list_by_customer, customer)
    return _owed_things(work, lives, brought)


async def _sure_writer(
    work: Work,
    mail: IncomingMail,
    brought: Brought,
) -> CustomerCode | None:
    """Who wrote a mail that says what it brings, where that is without doubt before anybody matched
    it.
    """
    if not brought.subjects and not brought.contracts:
        return None
    likely = await candidates_of(work, mail)
    sure = [one.customer.code for one in likely if one.sure]
    return next(iter(sure), None)


@leaves_closed(place=10)
async def is_proof_alone(work: Work, mail: IncomingMail, ticket: Ticket) -> bool:
    """Whether an answer seems to bring what is owed, so that its ticket need not be open for it: it
    asks nothing, or the ticket is what that is owed from.

    Open again, such a ticket would start nothing, and nobody would be reminded of what is owed.
    """
    found = await _owed_by(work, mail, ticket)
    if not found:
        return False
    asks = _says(work, mail, "still_asks")
    return not asks or any(row.ticket_no == ticket.no for row, _life in found)


def _says(work: Work, mail: IncomingMail, words: str) -> bool:
    """Whether a mail's own text holds any of these words."""
    return work.configuration.mail.has(words, mail.reading.body_text)


def _brought(mail: IncomingMail) -> Brought:
    """What a mail says that it brings, and the files that it has."""
    read = mail.reading
    attachments = orjson.loads(read.attachments)
    names = [each["filename"] for each in attachments]
    subjects: list[str] = []
    for hint in orjson.loads(read.proofs):
        subjects += hint["subjects"]
    return read_brought(f"{read.subject}\n{read.body_text}", names, subjects)


def _owed_things(
    work: Work,
    lives: Sequence[Life],
    brought: Brought,
) -> list[tuple[Owed, Life]]:
    """What the customer owes that the mail may bring."""
    steps = work.configuration.steps
    rules = work.configuration.rules
    found: list[tuple[Owed, Life]] = []
    facts: list[tuple[str, str]] = []
    for life in lives:
        contract = life.contract.no if life.contract else ""
        known = [row for row in life.owed if row.is_owed and row.rule in rules]
        for row in known:
            subject = steps.pick(life.request.kind, rules[row.rule].proof)
            if subject:
                found.append((row, life))
                facts.append((contract, subject))
    return [found[place] for place in awaited(brought, facts)][:MOST]


def _recorded(used: Sequence[MailUse]) -> CardAddition:
    lines = []
    for use in used:
        said = _("บันทึกแล้วที่ %(no)s", no=use.ticket)
        lines.append((_("หลักฐาน"), said))
    return CardAddition(lines)


def _addition(mail: IncomingMail, found: Sequence[tuple[Owed, Life]]) -> CardAddition:
    lines = []
    buttons = []
    for row, life in found:
        what = value_label("owed", row.rule)
        title = request_cards.plain_title(life)
        lines.append((_("ใช่หลักฐานนี้ไหม"), f"{what} · {title}"))
        label = _("ใช่ %(what)s %(title)s", what=what, title=title)
        args = {"mail": str(mail.id), "owed": str(row.id)}
        buttons.append(Button(label, "mail.proof", args))
    args = {"mail": str(mail.id)}
    buttons.append(Button(_("ไม่ใช่หลักฐาน"), "mail.no_proof", args))
    return CardAddition(lines, tuple(buttons))


# The taps.


@action("mail.proof")
async def proof_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """The mail is the proof: its reminders end, its ticket is closed, with the mail's files."""
    mail = await incoming.get_mail(ctx.db, int(args["mail"]))
    used = await uses_of(ctx, mail, MailPurpose.PROOF)
    use = used.get(int(args["owed"]))
    if use is not None:
        return await told_before(ctx, use)
    row, life, rule = await owed_proofs.load(ctx, args)
    if not row.is_owed:
        return await owed_proofs.present_row(ctx, row)
    ticket = await tickets.get_ticket(ctx.db, mail.reading.ticket or "")
    is_own = mail.reading.opened and not ticket.is_done
    got = await owed_proofs.receive(
        ctx,
        row,
        life,
        rule,
        ProofCame(mail.arrived_at, ticket if is_own else None),
    )
    if got.ticket is None:
        told = request_cards.outcome(ctx, got.life, got.lines)
        return Reply((told,), confirms=True)
    note(
        ctx,
        mail,
        MailPurpose.PROOF,
        got.ticket.no,
        row.id,
    )
    files = await _files_lines(ctx, mail, ticket, got.ticket)
    told = request_cards.outcome(
        ctx,
        got.life,
        [*got.lines, *files],
        _proof_buttons(mail, row, got.ticket),
    )
    open_still = _still_open(ticket, got.ticket)
    return Reply((told, *open_still), confirms=True)


def _proof_buttons(mail: IncomingMail, row: Owed, proof: Ticket) -> list[Button]:
    """[เลิกที่บันทึก] where the ticket alone ended what was owed, [ดูใบงาน]."""
    show = ticket_buttons.show_button(proof)
    if proof.status is not Status.CLOSED:
        return [show]
    undo = undo_button(
        mail,
        MailPurpose.PROOF,
        proof,
        row.id,
    )
    return [undo, show]


async def _files_lines(
    ctx: Context,
    mail: IncomingMail,
    source: Ticket,
    proof: Ticket,
) -> list[str]:
    """The mail's files belong to the proof, too."""
    if source.no == proof.no:
        return []
    attachments = orjson.loads(mail.reading.attachments)
    hashes = {each["sha256"] for each in attachments}
    count = await copy_files(ctx, source.no, proof, hashes)
    if not count:
        return []
    return [_("แนบไฟล์จากอีเมลแล้ว %(count)s ไฟล์", count=count)]


def _still_open(ticket: Ticket, proof: Ticket) -> tuple[ReplyPart, ...]:
    """A ticket that the mail opened again has its result already, and may be closed."""
    if ticket.no == proof.no or ticket.is_done or not ticket.result:
        return ()
    text = _("ใบงาน %(no)s ยังเปิดอยู่", no=ticket.no)
    close = ticket_buttons.close_button(ticket)
    return (Paragraph(text, (close,)),)


@action("mail.no_proof", in_place=True)
async def no_proof_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """The mail brings nothing that is owed: it is not asked again."""
    mail = await incoming.get_mail(ctx.db, int(args["mail"]))
    used = await uses_of(ctx, mail, MailPurpose.PROOF)
    used |= await uses_of(ctx, mail, MailPurpose.NO_PROOF)
    for use in used.values():
        return await told_before(ctx, use)
    note(ctx, mail, MailPurpose.NO_PROOF, "")
    again = Button(
        _("ถามอีกครั้ง"),
        "mail.unuse",
        unuse_args(mail, MailPurpose.NO_PROOF),
    )
    text = _("✅ ไม่ใช่หลักฐาน จะไม่ถามถึงอีเมลฉบับนี้อีก")
    return confirm(text, again)
