"""The clock of a ticket: it stops while the desk waits for the customer and goes on afterwards;
both moments can be corrected, and the due time explained.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from domain.clock import pauses
from domain.clock import state as clock
from domain.clock.moments import parse_moment
from domain.clock.sum import Explanation, explain
from domain.errors import Conflict
from domain.tickets.records import Pause, Ticket
from handlers.chat import (
    Button,
    Card,
    Paragraph,
    Reply,
    say,
)
from handlers.clock import text as clock_text
from handlers.desk import Context
from handlers.forms.drafts import end, new_draft
from handlers.forms.engine import Field, Form, enter_form, start
from handlers.forms.reading import moment_ago
from handlers.i18n import _
from handlers.labels import day_time, field_label, when
from handlers.registry import action, command
from handlers.tickets import buttons as ticket_buttons
from handlers.tickets import cards as ticket_cards
from handlers.tickets import saves as ticket_saves
from handlers.tickets.commands import names_ticket, split_number
from store.chat.forms import Draft
from store.tickets import records as tickets

MOMENT_HINT = "พิมพ์วันและเวลา เช่น 15.30 หรือ เมื่อวาน 15.30 หรือ 4 ธ.ค. 11.30"


@command(
    "wait",
    "รอผู้รับบริการ",
    about="หยุดนับเวลาระหว่างรอผู้รับบริการ เช่น รอผู้รับบริการ R2611000124 เมื่อวาน 15.30",
    fits=names_ticket,
    also=(
        *("รอลูกค้าตอบ", "รอลูกค้า", "รอผู้รับบริการตอบ", "รอตอบกลับ", "รอตอบ", "รอข้อมูล", "รอเอกสาร", "รอ"),
        *("หยุดนับเวลา", "หยุดเวลา", "waiting", "wait"),
    ),
)
async def wait(ctx: Context, args: str) -> Reply:
    """Stops the clock of a ticket: the desk waits for the customer, since now or since the moment
    that is named.
    """
    found, at = await _named(ctx, args)
    return await _wait(ctx, found, at)


@command(
    "answered",
    "ผู้รับบริการตอบแล้ว",
    "ตอบแล้ว",
    about="นับเวลาต่อเมื่อผู้รับบริการตอบแล้ว เช่น ตอบแล้ว R2611000124 9.15",
    fits=names_ticket,
    also=("ลูกค้าตอบแล้ว", "ลูกค้าตอบกลับแล้ว", "ลูกค้าตอบ", "ตอบกลับแล้ว", "นับเวลาต่อ", "นับต่อ", "answered"),
)
async def answered(ctx: Context, args: str) -> Reply:
    """Lets the clock go on: the customer has answered, now or at the moment that is named."""
    found, at = await _named(ctx, args)
    return await _answered(ctx, found, at)


SHOWN = 3
"""So many of a ticket's pauses have a button below the sum: the last ones."""


async def _named(ctx: Context, args: str) -> tuple[Ticket, datetime]:
    """The ticket that is named, and the moment; now, where none is."""
    number, rest = split_number(args)
    found = await tickets.get_ticket(ctx.db, number)
    if not rest:
        return found, ctx.now
    return found, parse_moment(rest, ctx.now)


@action("ticket.wait")
async def wait_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Stops the clock: from now on the desk waits for the customer."""
    found = await tickets.get_ticket(ctx.db, args["no"])
    return await _wait(ctx, found, ctx.now)


@action("ticket.answered")
async def answered_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Lets the clock go on: the customer has answered."""
    found = await tickets.get_ticket(ctx.db, args["no"])
    return await _answered(ctx, found, ctx.now)


async def _wait(ctx: Context, found: Ticket, since: datetime) -> Reply:
    if found.is_done or found.waiting_since is not None:
        return await ticket_cards.present_state(ctx, found)
    ticket = pauses.wait(found, since, ctx.now)
    # Whoever says so looks after it, where nobody did.
    assignee = found.assignee or ctx.staff.id
    return await _saved(ctx, found, replace(ticket, assignee=assignee))


async def _answered(ctx: Context, found: Ticket, until: datetime) -> Reply:
    if found.waiting_since is None:
        return await ticket_cards.present_state(ctx, found)
    return await _saved(ctx, found, pauses.answered(found, until, ctx.now))


async def _saved(ctx: Context, old: Ticket, new: Ticket) -> Reply:
    """What the clock does now, and how to say that it was earlier."""
    ticket = await ticket_saves.save(ctx, old, new)
    ctx.audit("ticket.changed", ticket.no)
    lines = [_("✅ บันทึกข้อมูลเรียบร้อย %(no)s", no=ticket.no)]
    if ticket.waiting_since is not None:
        lines.append(_("รอผู้รับบริการตั้งแต่ %(since)s", since=when(ticket.waiting_since)))
    due = ticket_cards.due_line(ctx, ticket)
    if due:
        lines.append(f"{_('กำหนดเสร็จ')} {due}")
    buttons = (
        ticket_buttons.wait_button(ticket),
        *_last_correct_button(ticket),
        ticket_buttons.why_button(ticket),
        ticket_buttons.show_button(ticket),
    )
    return Reply((Paragraph("\n".join(lines), buttons),), confirms=True)


def _last_correct_button(ticket: Ticket) -> list[Button]:
    """Corrects the moment that was said last: of the last pause its end, or its beginning."""
    if not ticket.pauses:
        return []
    field = "until" if ticket.pauses[-1].until else "since"
    return [_correct_button(ticket, len(ticket.pauses) - 1, field)]


def _correct_button(ticket: Ticket, position: int, field: str) -> Button:
    label = _("แก้เวลาที่ตอบ")
    if field == "since":
        label = _("แก้เวลาที่เริ่มรอ")
    return Button(
        label,
        "pause.correct",
        {**_which(ticket, position), "field": field},
    )


def _which(ticket: Ticket, position: int) -> dict[str, str]:
    """One pause for a button; where it moved since, the button does not mean its neighbour."""
    return {
        "no": ticket.no,
        "position": str(position),
        "since": ticket.pauses[position].since.isoformat(),
    }


@action("pause.show")
async def pause_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Shows one stretch of waiting, with buttons to correct it."""
    found, pause = await _pause(ctx, args)
    position = int(args["position"])
    lines = [(field_label("since"), when(pause.since))]
    buttons = [_correct_button(found, position, "since")]
    if pause.until is not None:
        lines.append((field_label("until"), when(pause.until)))
        buttons.append(_correct_button(found, position, "until"))
    drop = Button(
        _("ลบช่วงนี้"),
        "pause.drop",
        _which(found, position),
        found.no,
        found.version,
        once=True,
    )
    buttons.append(drop)
    title = _("ช่วงรอผู้รับบริการ %(no)s", no=found.no)
    return Reply(
        (
            Card(
                title,
                tuple(lines),
                buttons=tuple(buttons),
            ),
        )
    )


async def _pause(ctx: Context, args: Mapping[str, str]) -> tuple[Ticket, Pause]:
    """The ticket and the pause that a button means; Conflict("no_pause") where it moved since."""
    found = await tickets.get_ticket(ctx.db, args["no"])
    ctx.audit("ticket.read", found.no)
    position = int(args["position"])
    # A pause that is gone refuses by itself.
    pauses.corrected(
        found,
        position,
        None,
        ctx.now,
    )
    pause = found.pauses[position]
    if pause.since != datetime.fromisoformat(args["since"]):
        raise Conflict("no_pause")
    return found, pause


@action("pause.drop", danger=True)
async def drop_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Removes a stretch of waiting that never was."""
    found, _old = await _pause(ctx, args)
    without = pauses.corrected(
        found,
        int(args["position"]),
        None,
        ctx.now,
    )
    return await _saved(ctx, found, without)


@action("pause.correct")
async def correct_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Asks when a stretch of waiting really began or ended."""
    found, _old = await _pause(ctx, args)
    draft = new_draft(
        ctx,
        "pause",
        {},
        record=found.no,
        record_version=found.version,
        about={"position": args["position"], "field": args["field"]},
    )
    return await start(ctx, draft)


async def _parse(ctx: Context, draft: Draft, text: str) -> Mapping[str, str]:
    """A moment that the pause may begin or end at; refused at once where it may not."""
    moment = parse_moment(text, ctx.now)
    found = await tickets.get_ticket(ctx.db, draft.record)
    _better(found, draft, moment, ctx.now)
    return {draft.about["field"]: moment.isoformat()}


def _better(
    found: Ticket,
    draft: Draft,
    moment: datetime,
    now: datetime,
) -> Ticket:
    """The ticket with the moment that was typed; Conflict("no_pause") where the pause is gone."""
    position = int(draft.about["position"])
    if position >= len(found.pauses):
        raise Conflict("no_pause")
    pause = found.pauses[position]
    if draft.about["field"] == "since":
        better = replace(pause, since=moment)
    else:
        better = replace(pause, until=moment)
    return pauses.corrected(found, position, better, now)


class PauseForm(Form):
    """The form that corrects one moment of one pause, see `handlers.forms.engine.Form`."""

    kind = "pause"
    fields: Mapping[str, Field] = {
        "since": Field(
            "since",
            MOMENT_HINT,
            _parse,
            clearable=False,
            asks=moment_ago,
        ),
        "until": Field(
            "until",
            MOMENT_HINT,
            _parse,
            clearable=False,
            asks=moment_ago,
        ),
    }

    async def missing(self, ctx: Context, draft: Draft) -> list[str]:
        field = draft.about["field"]
        return [] if draft.given.get(field) else [field]

    async def show(self, ctx: Context, draft: Draft) -> Card:
        found = await tickets.get_ticket(ctx.db, draft.record)
        position = int(draft.about["position"])
        lines = []
        # The pause may be gone by now; saving says so.
        for pause in found.pauses[position : position + 1]:
            lines.append((field_label("since"), when(pause.since)))
            if pause.until:
                lines.append((field_label("until"), when(pause.until)))
        return Card(_("ช่วงรอผู้รับบริการ %(no)s", no=draft.record), tuple(lines))

    async def relevant(self, ctx: Context, draft: Draft) -> tuple[str, ...]:
        return (draft.about["field"],)

    async def save(self, ctx: Context, draft: Draft) -> Reply:
        found = await tickets.get_ticket(ctx.db, draft.record)
        # Somebody saved the ticket while the moment was asked for.
        if found.version != draft.record_version:
            end(
                ctx,
                draft,
                outcome=found.no,
                state="cancelled",
            )
            return await ticket_cards.present_state(ctx, found)
        moment = datetime.fromisoformat(draft.given[draft.about["field"]])
        ticket = _better(
            found,
            draft,
            moment,
            ctx.now,
        )
        end(ctx, draft, outcome=found.no)
        return await _saved(ctx, found, ticket)


enter_form(PauseForm())


@action("ticket.why", aside=True)
async def why_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Explains the due time of a ticket day by day."""
    found = await tickets.get_ticket(ctx.db, args["no"])
    ctx.audit("ticket.read", found.no)
    configuration = ctx.desk.configuration
    told = explain(configuration, found, ctx.now)
    buttons = []
    for position, pause in enumerate(found.pauses):
        if not pause.closed:
            label = _("แก้ช่วงรอ %(since)s", since=day_time(pause.since))
            buttons.append(Button(label, "pause.show", _which(found, position)))
    text = clock_text.why(
        configuration,
        found,
        told,
        _if_now(ctx, found, told),
        ctx.now,
    )
    return say(text, *buttons[-SHOWN:], ticket_buttons.show_button(found))


def _if_now(ctx: Context, found: Ticket, told: Explanation) -> datetime | None:
    """When a waiting ticket would be due if the customer answered now."""
    if told.due is not None or told.limit is None or found.waiting_since is None:
        return None
    # As if the last pause, which is the one that goes on, ended now.
    ended = replace(found.pauses[-1], until=ctx.now)
    answered = replace(found, pauses=(*found.pauses[:-1], ended))
    return clock.due_at(ctx.desk.configuration, answered)
