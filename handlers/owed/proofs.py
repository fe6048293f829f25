"""A thing owed was received: the ticket of its proof is recorded, its reminders end, and what is
owed next begins.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from domain.errors import NotFound
from domain.owed.requests import Life
from domain.owed.rules import Owed, OwedState, Rule
from domain.text import digits
from domain.tickets.records import Status, Ticket
from handlers.chat import Button, Paragraph, Reply
from handlers.desk import Context
from handlers.files.waiting import attach_held, held_files
from handlers.i18n import _, date_text, language, speaking
from handlers.labels import value_label
from handlers.owed import own_tickets, request_cards
from handlers.owed.cards import Entry, list_entries
from handlers.owed.own_tickets import ProofCame
from handlers.owed.requests import save_context
from handlers.registry import FileUse, action, file_uses
from store import staff
from store.files import File
from store.owed import requests
from store.owed import rows as owed

ON_ANOTHER_DAY = "owed.received_on"
"""The action that asks on which day a proof came."""
Loaded = tuple[Owed, Life, Rule]
"""A thing owed with its request and its rule."""


async def load(ctx: Context, args: Mapping[str, str]) -> Loaded:
    """Returns the thing owed that a button means, with its request and rule; it is audited. Raises
    NotFound("owed") if the office no longer has such a rule.
    """
    row = await owed.get_owed(ctx.db, int(args["owed"]))
    rule = ctx.desk.configuration.rules.get(row.rule)
    if rule is None:
        raise NotFound("owed")
    ctx.audit("request.read", requests.record(row.request_id))
    life = await requests.get_life(ctx.db, row.request_id)
    return row, life, rule


async def present_row(ctx: Context, row: Owed) -> Reply:
    """Shows what became of a thing owed, and the whole request below it."""
    life = await requests.get_life(ctx.db, row.request_id)
    card = await request_cards.life_card(ctx, life)
    if row.state is OwedState.OPEN:
        return Reply((card,))
    names = await staff.staff_names(ctx.db)
    text = f"{value_label('owed', row.rule)}: {request_cards.owed_state(ctx, row, names)}"
    return Reply((Paragraph(text), card))


@dataclass(frozen=True, slots=True)
class Received:
    """What receiving came to: the request after it, what to say, the things owed that changed, the
    ticket of the proof, and what can be pressed about it.
    """

    life: Life
    lines: list[str]
    changed: list[Owed]
    ticket: Ticket | None = None
    buttons: tuple[Button, ...] = ()


async def receive(
    ctx: Context,
    row: Owed,
    life: Life,
    rule: Rule,
    came: ProofCame | None = None,
) -> Received:
    """Ends what is owed: by the ticket of its proof, or by the officer's word if the rule wants no
    ticket. `came` = with what the proof came, if that is on record.

    A file or photo of the proof belongs to the ticket that this returns.
    """
    # Two officers may press at the same time: only one of them may end it.
    ctx.change(partial(owed.hold, row=row))
    subject = ctx.desk.configuration.steps.pick(life.request.kind, rule.proof)
    got = value_label("got", row.rule)
    if not subject:
        by_word = _end_by_word(ctx, row)
        line = _("✅ %(got)s หยุดเตือน", got=got)
        ended = with_changed(life, [by_word])
        lines = [line, _today_text(ctx)]
        return Received(ended, lines, [by_word], buttons=(_another_day(row),))
    with speaking("th"):
        details = f"{value_label('owed', row.rule)} · {request_cards.plain_title(life)}"
        result = value_label("got", row.rule)
    if came is not None:
        # What came before it was owed ends it all the same, once it is said to be this.
        came = replace(came, at=max(came.at, row.started_at))
    ticket, after, changed = await own_tickets.record(
        ctx,
        life,
        subject,
        details,
        result,
        came=came,
    )
    if ticket.status is Status.CLOSED:
        lines = request_cards.told(
            ctx.desk,
            life,
            changed,
            ctx.now,
        )
        label = ctx.desk.configuration.catalogue.subject_label(subject, language())
        lines.append(_("%(no)s (%(subject)s) ปิดแล้ว", no=ticket.no, subject=label))
        lines.append(_today_text(ctx))
        return Received(after, lines, changed, ticket, (_another_day(row, ticket.no),))
    # The subject insists on more than is known here: the word ends it, the ticket waits for the
    # rest.
    by_word = _end_by_word(ctx, row)
    told = _(
        "✅ %(got)s หยุดเตือน · %(no)s ยังเปิดอยู่ ใส่ข้อมูลที่ขาดแล้วปิด",
        got=got,
        no=ticket.no,
    )
    return Received(
        with_changed(after, [by_word]),
        [told],
        [by_word],
        ticket,
        (_another_day(row),),
    )


def _today_text(ctx: Context) -> str:
    return _("วันที่ได้รับ: วันนี้ %(date)s", date=date_text(ctx.today))


def _another_day(row: Owed, ticket: str = "") -> Button:
    """[ได้รับวันอื่น…]; `ticket` = that of the proof, where one ended what was owed."""
    label = _("มารับวันอื่น…") if row.rule == "fetch" else _("ได้รับวันอื่น…")
    return Button(label, ON_ANOTHER_DAY, {"owed": str(row.id), "ticket": ticket})


def _end_by_word(ctx: Context, row: Owed) -> Owed:
    """Ends what is owed without a ticket; returns it as it is then."""
    ended = row.ended_by_word(OwedState.RECEIVED, ctx.now)
    ctx.change(
        partial(
            requests.change_owed,
            old=row,
            new=ended,
            context=save_context(ctx),
        )
    )
    return ended


def with_changed(life: Life, changed: Sequence[Owed]) -> Life:
    """Returns the request with these rows in the place of the things owed that have the same
    ids.
    """
    ids = {row.id for row in changed}
    others = [row for row in life.owed if row.id not in ids]
    return replace(life, owed=(*others, *changed))


async def _awaited(ctx: Context, words: str, limit: int = 3) -> list[Entry]:
    """What a file may be the proof of: what its name or caption gives the contract's number of,
    then what is late.
    """
    rules = ctx.desk.configuration.rules
    provable = {name for name, rule in rules.items() if rule.proof}
    rows = await owed.list_of_officer(ctx.db, ctx.staff.id)
    found = [row for row in rows if row.rule in provable]
    entries = await list_entries(ctx, found)
    # People write the year of a contract in many ways, and its number in one.
    numbers = set(re.findall(r"\d+", digits(words)))

    def named(entry: Entry) -> bool:
        contract = entry.life.contract
        if contract is None:
            return False
        return contract.no.split("/")[0] in numbers

    wanted = []
    for entry in entries:
        row = entry.row
        if named(entry) or row.reminders or row.chased:
            wanted.append(entry)
    wanted.sort(key=lambda entry: (not named(entry), entry.row.started_at))
    return wanted[:limit]


class ProofFile(FileUse):
    """Offers a file as the proof that the officer waits for: a signed contract, a research
    result.
    """

    async def offers(self, ctx: Context, held: Sequence[File], ids: str) -> list[Button]:
        words = " ".join(f"{file.name} {file.caption}" for file in held)
        options = []
        for entry in await _awaited(ctx, words):
            got = value_label("got", entry.row.rule)
            label = f"📄 {got} · {request_cards.plain_title(entry.life)} · {entry.name}"
            options.append(
                Button(
                    label,
                    "file.proof",
                    {"owed": str(entry.row.id), "ids": ids},
                )
            )
        return options


file_uses.enter(30, ProofFile())


@action("file.proof", in_place=True)
async def proof_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """The file is the proof that was waited for: the reminders end, and the file belongs to the
    ticket that says so.
    """
    held = await held_files(ctx, args)
    row, life, rule = await load(ctx, args)
    if not row.is_owed:
        return await present_row(ctx, row)
    got = await receive(ctx, row, life, rule)
    reply = Reply(
        (request_cards.outcome(ctx, got.life, got.lines, got.buttons),),
        confirms=True,
    )
    if got.ticket is None:
        return reply
    attached = await attach_held(ctx, held, got.ticket)
    return replace(reply, parts=(*reply.parts, *attached.parts))
