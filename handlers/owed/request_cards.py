"""Requests, contracts and things owed are shown here: as a line, as the card of a whole request,
and after a change.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from domain.dates.days import BANGKOK
from domain.fields.rows import CARD
from domain.owed.fields import CONTRACT
from domain.owed.requests import Life, RequestKind
from domain.owed.rules import Owed, OwedState, Rule, next_reminder
from domain.staff import StaffId
from domain.text import shorten
from domain.tickets.records import SEPARATOR, Status, Ticket
from handlers.chat import (
    Button,
    Card,
    CardLine,
    Fact,
    Paragraph,
    Reply,
    ReplyPart,
    Tone,
    in_one_line,
)
from handlers.desk import Context, Desk, Work
from handlers.forms.projects import projects_text, years_text
from handlers.forms.values import said
from handlers.i18n import _, date_text
from handlers.labels import fact, field_label, value_label
from handlers.owed.told import told_fields
from handlers.tickets import cards as ticket_cards
from store import staff
from store.customers import records as customers
from store.mail.mails import count_unreached
from store.owed import requests

SHOWN = 300
"""Characters of a long text on a card."""


def day(at: datetime) -> str:
    """Returns the local date of an instant as people read it."""
    return date_text(at.astimezone(BANGKOK).date())


async def show(ctx: Context, request_id: int) -> Reply:
    """Shows the card of a request with its contract; raises NotFound("request")."""
    life = await requests.get_life(ctx.db, request_id)
    return Reply((await life_card(ctx, life),))


async def life_card(ctx: Context, life: Life) -> Card:
    """Returns the card of a request with all its steps, and everything that can be done now."""
    ctx.audit("request.read", requests.record(life.request.id))
    customer = await ctx.customer(life.request.customer)
    ctx.audit("customer.named", customer.code)
    names = await staff.staff_names(ctx.db)
    rows = await with_unreached(ctx, life.owed)
    life = replace(life, owed=tuple(rows))
    fields: list[CardLine]
    fields = [(field_label("customer"), f"{customer.code} {ticket_cards.shown_name(customer)}")]
    fields += await _contract_lines(ctx, life)
    fields += [(value_label("step", step), text) for step, text in _step_lines(ctx, life) if text]
    for row in life.owed:
        if not _stands_among_steps(row):
            fields.append(
                (
                    f"⏰ {value_label('owed', row.rule)}",
                    owed_state(ctx, row, names),
                )
            )
    fields += await told_fields(ctx, life.owed)
    buttons = await _life_buttons(ctx, life)
    return Card(
        title(life),
        tuple(fields),
        _ended_note(life),
        buttons,
        tone(life),
    )


def tone(life: Life) -> Tone:
    """The colour of a request's state."""
    if life.request.ended_at:
        return Tone.DONE
    if any(row.state is OwedState.OPEN for row in life.owed):
        return Tone.WAITING
    return Tone.RUNNING


def _stands_among_steps(row: Owed) -> bool:
    """Whether a thing owed has no line of its own: a ticket ended it, or it never was."""
    if row.state is OwedState.VOID:
        return True
    return row.state is OwedState.RECEIVED and bool(row.proof_no)


def _ended_note(life: Life) -> str:
    """When and why the request was ended; "" where it goes on."""
    if not life.request.ended_at:
        return ""
    reason = shorten(life.request.ended_reason, SHOWN)
    ended = day(life.request.ended_at)
    return _("จบคำขอแล้ว %(date)s: %(reason)s", date=ended, reason=reason)


def title(life: Life) -> str:
    """Returns `📄 สัญญา 81/2569`, or the kind of a request and its day."""
    return f"📄 {plain_title(life)}"


def plain_title(life: Life) -> str:
    """Returns the same without the sign, for the office's records."""
    if life.contract:
        return _("สัญญา %(no)s", no=life.contract.no)
    return f"{value_label('request', life.request.kind)} {day(life.request.started_at)}"


async def _contract_lines(ctx: Context, life: Life) -> list[Fact]:
    contract = life.contract
    if contract is None:
        return []
    contact = await ticket_cards.contact_name(
        ctx,
        life.request.customer,
        contract.contact_id or 0,
    )
    projects = projects_text(SEPARATOR.join(contract.projects), contract.data_years)
    told = {
        "contact": contact,
        "projects": projects,
        "data_years": years_text(contract.data_years),
    }
    names = CONTRACT.standing(CARD)
    plain = [name for name in names if name not in told]
    for name, text in CONTRACT.texts(contract, plain).items():
        if text:
            told[name] = shorten(said(ctx.desk.configuration, CONTRACT.rows[name], text), SHOWN)
    return [fact(name, told[name]) for name in names if told.get(name)]


def _step_lines(ctx: Context, life: Life) -> list[tuple[str, str]]:
    """Each step with the tickets that do it, the last ones named."""
    steps = ctx.desk.configuration.steps
    ticked = {mark.step: mark for mark in life.marks}
    lines = []
    for step in steps.kinds[life.request.kind]:
        if step in ticked:
            lines.append((step, f"✅ {day(ticked[step].at)}"))
            continue
        tickets = steps.tickets_of(life, step)
        text = " · ".join(_ticket_state(ticket) for ticket in tickets[-2:])
        if len(tickets) > 2:
            text = _("ใบงาน %(count)s ใบ · %(last)s", count=len(tickets), last=text)
        lines.append((step, text))
    return lines


def _ticket_state(ticket: Ticket) -> str:
    if ticket.status is Status.CLOSED and ticket.closed_at is not None:
        return f"✅ {day(ticket.closed_at)} {ticket.no}"
    return f"⏳ {ticket.no}"


def owed_state(work: Work, row: Owed, names: Mapping[StaffId, str]) -> str:
    """Returns one line that says what became of a thing owed; `names` = people by id."""
    if row.state is OwedState.RECEIVED:
        ended = day(row.ended_at) if row.ended_at else ""
        return " ".join(filter(None, ("✅", ended, row.proof_no)))
    if row.state is OwedState.OFFERED:
        return in_one_line(value_label("owed_state", row.state), how_long(row, work.now))
    if row.state is OwedState.DROPPED:
        ended = day(row.ended_at or row.started_at)
        reason = shorten(row.reason, 100)
        return _("เลิกติดตาม %(date)s: %(reason)s", date=ended, reason=reason)
    # Open, or void: a button drawn before it was taken back still leads to it, and tells what it
    # was.
    parts = _waiting_parts(work, row, names)
    return " · ".join(part for part in parts if part)


def _waiting_parts(work: Work, row: Owed, names: Mapping[StaffId, str]) -> list[str]:
    """How long something is owed, how often it was asked for, and what comes next."""
    rule = work.desk.configuration.rules.get(row.rule)
    parts = [how_long(row, work.now), *how_often(row)]
    if rule:
        parts.append(_("กำหนด %(date)s", date=date_text(row.first_on(rule))))
        if row.is_overdue(rule, work.now):
            parts.insert(0, _("⚠️ เกินกำหนด"))
        if row.asks(rule):
            parts.append(_("เตือนครบแล้ว รอตัดสินใจว่าจะติดตามต่อหรือไม่"))
    if row.next_at:
        parts.append(_("เตือน %(date)s", date=day(row.next_at)))
    if row.assignee is not None:
        parts.append(names.get(row.assignee, ""))
    return parts


async def with_unreached(work: Work, rows: Sequence[Owed]) -> list[Owed]:
    """Returns things owed with the number of their letters that did not arrive."""
    counts = await count_unreached(work.db, [f"O{row.id}" for row in rows if row.chased])
    return [replace(row, unreached=counts.get(f"O{row.id}", 0)) for row in rows]


def how_long(row: Owed, now: datetime) -> str:
    """Returns how long it is owed, `รอมา 17 วัน`; "" on the first day."""
    return waited(row.days(now))


def waited(days: int) -> str:
    """Returns how many days somebody has waited, "" for none."""
    return _("รอมา %(days)s วัน", days=days) if days else ""


def how_often(row: Owed, *, reminding: bool = False) -> list[str]:
    """Returns how often the officer was reminded, how often the customer was asked, and how many
    letters came back; nothing of what there is none of. With `reminding` the message itself is
    counted as a reminder.
    """
    parts = []
    if row.told:
        text = _("เตือนครั้งที่ %(count)s") if reminding else _("เตือนแล้ว %(count)s ครั้ง")
        parts.append(text % {"count": row.told})
    if row.reached():
        parts.append(_("ติดตามแล้ว %(count)s ครั้ง", count=row.reached()))
    if row.unreached:
        parts.append(_("⚠️ อีเมลติดตามส่งไม่ถึง %(count)s ฉบับ", count=row.unreached))
    return parts


def owed_line(
    work: Work,
    life: Life,
    row: Owed,
    name: str,
    *,
    reminding: bool = False,
) -> str:
    """Returns a line for a list: `📄 81/2569 ผศ.ดร.กมลชนก ยังไม่ส่งสัญญาคืน · รอมา 17 วัน ·
    ติดตามแล้ว 1 ครั้ง`.
    """
    no = life.contract.no if life.contract else ""
    if row.state is not OwedState.OPEN:
        sign = "✅" if row.state is OwedState.RECEIVED else "⏹"
        state = value_label("owed_state", row.state)
        return " ".join(filter(None, (sign, no, name, state, row.proof_no)))
    what = " ".join(filter(None, (no, name, value_label("waits", row.rule))))
    parts = (
        f"📄 {what}",
        how_long(row, work.now),
        *how_often(row, reminding=reminding),
    )
    return " · ".join(filter(None, parts))


def request_button(request_id: int) -> Button:
    """Returns the button [ดูคำขอ]."""
    return Button(
        _("ดูคำขอ"),
        "request.show",
        {"request": str(request_id)},
    )


async def customer_names(work: Work, lives: Sequence[Life]) -> dict[str, str]:
    """Returns the names of these requests' customers by code; each of them is audited."""
    codes = dict.fromkeys(life.request.customer for life in lives)
    names: dict[str, str] = {}
    for customer in await customers.list_customers(work.db, list(codes)):
        work.audit("customer.named", customer.code)
        names[customer.code] = ticket_cards.shown_name(customer)
    return names


# Buttons.


def button(label: str, action: str, life: Life, **args: str) -> Button:
    """Returns a button that works on a request as it is now."""
    request = life.request
    return Button(
        label,
        action,
        {"request": str(request.id), **args},
        requests.record(request.id),
        request.version,
    )


def once(label: str, action: str, life: Life, **args: str) -> Button:
    """Returns such a button for a press that changes the request, and works once."""
    return replace(
        button(
            label,
            action,
            life,
            **args,
        ),
        once=True,
    )


def owed_button(
    label: str,
    action: str,
    row: Owed,
    among: str = "",
    *,
    changes: bool = False,
) -> Button:
    """Returns a button about one thing owed; `among` = the list in which it stands
    (`handlers.owed.cards.Several`).
    """
    args = {"owed": str(row.id), "among": among}
    return Button(
        label,
        action,
        args,
        f"O{row.id}",
        row.version,
        once=changes,
    )


def received_button(row: Owed, among: str = "") -> Button:
    """Returns the button [ได้รับแล้ว], or [มารับแล้ว]."""
    label = _("มารับแล้ว") if row.rule == "fetch" else _("ได้รับแล้ว")
    return owed_button(
        label,
        "owed.received",
        row,
        among,
        changes=True,
    )


def owed_buttons(row: Owed, rule: Rule | None, among: str = "") -> tuple[Button, ...]:
    """Returns a button for everything that can be done about one thing owed."""
    buttons = []
    if rule and row.asks(rule):
        buttons.append(
            owed_button(
                _("ติดตามต่อ"),
                "owed.continue",
                row,
                among,
                changes=True,
            )
        )
    return (
        *buttons,
        owed_button(
            _("ส่งอีเมลติดตาม"),
            "owed.chase",
            row,
            among,
        ),
        received_button(row, among),
        owed_button(
            _("เลื่อน…"),
            "owed.snooze",
            row,
            among,
        ),
        owed_button(
            _("มอบหมาย"),
            "owed.assign",
            row,
            among,
        ),
        owed_button(
            _("เลิกติดตาม"),
            "owed.drop",
            row,
            among,
        ),
    )


async def _life_buttons(ctx: Context, life: Life) -> tuple[Button, ...]:
    """All that can be done about a request."""
    buttons = [*_open_buttons(ctx, life), *next_buttons(ctx, life)]
    if life.request.kind is RequestKind.MICRODATA:
        label = _("แก้ไขสัญญา") if life.contract else _("เลขที่สัญญา")
        buttons.append(button(label, "contract.edit", life))
    tickets = _("ใบงาน (%(count)s)", count=len(life.tickets))
    buttons += [
        button(_("ขั้นอื่น…"), "request.steps", life),
        button(tickets, "request.tickets", life),
        button(_("ประวัติการแก้ไข"), "request.history", life),
        Button(
            _("ผู้รับบริการ"),
            "customer.show",
            {"code": life.request.customer},
        ),
    ]
    if life.request.ended_at:
        buttons.append(once(_("ทำคำขอนี้ต่อ"), "request.resume", life))
    else:
        buttons.append(button(_("จบคำขอ"), "request.end", life))
    return tuple(buttons)


def _open_buttons(ctx: Context, life: Life) -> Sequence[Button]:
    """What is owed now: all that can be done about a single thing, else a button for each."""
    opened = [row for row in life.owed if row.state is OwedState.OPEN]
    offered = [row for row in life.owed if row.state is OwedState.OFFERED]
    if offered:
        # It may have come long ago; whether to follow it up is asked elsewhere.
        return [received_button(row) for row in offered]
    if len(opened) == 1:
        (row,) = opened
        return owed_buttons(row, ctx.desk.configuration.rules.get(row.rule))
    buttons = []
    for row in opened:
        label = f"⏰ {value_label('owed', row.rule)}"
        buttons.append(owed_button(label, "owed.show", row))
    return buttons


def next_buttons(ctx: Context, life: Life) -> list[Button]:
    """Returns the button for the next step of a request that goes on; what is received has a button
    of its own.
    """
    steps = ctx.desk.configuration.steps
    step = steps.next_step(life)
    if not step or life.request.ended_at or step in ("returned", "delivered"):
        return []
    subjects = steps.kinds[life.request.kind][step]
    if not subjects:
        return []
    subject = subjects[0]
    name = value_label("step", step)
    label = _("ขั้นต่อไป: %(step)s (%(subject)s)", step=name, subject=subject)
    return [
        button(
            label,
            "request.step",
            life,
            subject=subject,
        )
    ]


# What a change came to.


def told(
    desk: Desk,
    life: Life,
    rows: Sequence[Owed],
    now: datetime,
) -> list[str]:
    """Returns a line for each thing owed that changed; `life` is the request as it was before,
    `rows` are the things owed as they are now.
    """
    before = {row.id: row.state for row in life.owed if row.id}
    is_open = {row.rule for row in rows if row.state is OwedState.OPEN}
    lines = []
    for row in rows:
        was = before.get(row.id)
        if row.state is not was:
            lines.append(_became(desk, row, now, goes_on=row.rule in is_open))
    return [line for line in lines if line]


def _became(
    desk: Desk,
    row: Owed,
    now: datetime,
    *,
    goes_on: bool,
) -> str:
    """What a thing owed has become; "" where that need not be said."""
    if row.state is OwedState.OPEN:
        return _begun(desk, row, now)
    if row.state is OwedState.RECEIVED:
        return _("✅ %(got)s หยุดเตือน", got=value_label("got", row.rule))
    if row.state is OwedState.VOID and not goes_on:
        what = value_label("owed", row.rule)
        return _("ยกเลิกการเตือนเรื่อง%(what)s เพราะใบงานที่เริ่มถูกเปิดอีกครั้ง", what=what)
    return ""


def _begun(desk: Desk, row: Owed, now: datetime) -> str:
    """By when something that is owed from now on should come, and the first reminder."""
    rule = desk.configuration.rules[row.rule]
    first = date_text(row.first_on(rule))
    line = _(
        "⏰ รอ%(what)s กำหนด %(date)s",
        what=value_label("owed", row.rule),
        date=first,
    )
    at = next_reminder(
        rule,
        row,
        desk.configuration.calendar,
        now,
    )
    if at and day(at) != first:
        line += _(" · เตือน %(date)s", date=day(at))
    return line


def outcome(
    ctx: Context,
    life: Life,
    lines: Sequence[str],
    buttons: Sequence[Button] = (),
) -> ReplyPart:
    """Returns what a change came to, with buttons for what can be done next; `life` is the request
    after the change.
    """
    text = "\n".join((title(life), *lines))
    more = (
        *buttons,
        *next_buttons(ctx, life),
        request_button(life.request.id),
    )
    return Paragraph(text, more)
