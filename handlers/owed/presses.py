"""What is done about a thing owed: it was received, followed up by mail, put off, handed on, or
given up.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import partial

from domain.customers.records import Customer
from domain.dates.days import BANGKOK, format_date, parse_date
from domain.errors import InvalidInput, NotFound
from domain.mail.mails import letter_language
from domain.mail.templates import fill, letter_date
from domain.owed.contracts import check_due_on
from domain.owed.requests import Life
from domain.owed.rules import Owed, OwedState, Rule, next_reminder
from domain.staff import StaffId
from domain.tickets.records import SEPARATOR, Status
from handlers.chat import Button, Paragraph, Reply, ReplyPart, say
from handlers.desk import Context
from handlers.forms import reading as fields
from handlers.forms.engine import Field, Option, end, enter_form, new_draft, start
from handlers.forms.one_field import OneField
from handlers.i18n import _, speaking
from handlers.labels import person_label, value_label
from handlers.mail import commands as mail
from handlers.mail.cards import mail_lines
from handlers.mail.commands import on_send
from handlers.owed import own_tickets, request_cards
from handlers.owed.cards import among, list_again, list_entries
from handlers.owed.proofs import load, present_row, receive, with_changed
from handlers.owed.requests import save_context
from handlers.projects.fields import projects_text, years_text
from handlers.registry import action, state
from store import staff
from store.chat.forms import Draft
from store.mail.mails import NewMail
from store.owed import requests
from store.owed import rows as owed
from store.records import counters

CHASE = "owed.chase"


@state("O")
async def present_owed(ctx: Context, record: str, version: int | None) -> Reply | None:
    """How a thing owed stands now, where it is no longer as a button showed it."""
    row = await owed.get_owed(ctx.db, int(record[1:]))
    return (
        await _moved_on(ctx, ctx.pressed, row)
        if version is None or row.version != version
        else None
    )


async def _moved_on(ctx: Context, args: Mapping[str, str], row: Owed) -> Reply:
    """What became of it meanwhile; the list that the press was about shows it, too."""
    await list_again(ctx, {"among": among(ctx, args)})
    return await present_row(ctx, row)


@action("owed.show")
async def show_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """One thing owed, with all that can be done."""
    row, _life, rule = await load(ctx, args)
    if row.state is not OwedState.OPEN:
        return await _moved_on(ctx, args, row)
    (entry,) = await list_entries(ctx, [row])
    line = request_cards.owed_line(ctx, entry.life, entry.row, entry.name)
    show = Button(_("ดูคำขอ"), "request.show", {"request": str(row.request_id)})
    mails, stuck = await mail_lines(ctx, f"O{row.id}")
    text = "\n".join([line, *(f"{label}: {said}" for label, said in mails)])
    return say(text, *stuck, *request_cards.owed_buttons(row, rule, among(ctx, args)), show)


# It was received.


@action("owed.received", in_place=True)
async def received_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """The proof is there: its ticket is recorded, the chain ends, the next begins."""
    row, life, rule = await load(ctx, args)
    if row.state is not OwedState.OPEN:
        return await _moved_on(ctx, args, row)
    got = await receive(ctx, row, life, rule)
    buttons = []
    if got.life.contract and any(
        each.rule == "research" and each.state is OwedState.OPEN for each in got.changed
    ):
        buttons.append(request_cards.button(_("เปลี่ยนวัน"), "contract.research_due", got.life))
    lines = [*got.lines, *([_("ส่งไฟล์หรือรูปของเรื่องนี้ตามมาได้เลย")] if got.ticket else [])]
    part = request_cards.outcome(ctx, got.life, lines, buttons)
    return Reply((*await list_again(ctx, args, got.changed), part), confirms=True)


@action("owed.continue", in_place=True)
async def continue_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """All reminders were sent, and the officer wants more of them."""
    row, life, rule = await load(ctx, args)
    if row.state is not OwedState.OPEN:
        return await _moved_on(ctx, args, row)
    return await _changed(ctx, args, life, row, replace(row, extra=row.reminders), rule)


async def _changed(
    ctx: Context, args: Mapping[str, str], life: Life, row: Owed, new: Owed, rule: Rule, *lines: str
) -> Reply:
    """Save a change and tell when the next reminder is due; the list that it was pressed in shows
    it.
    """
    ctx.change(partial(requests.change_owed, old=row, new=new, context=save_context(ctx)))
    ctx.audit("request.changed", requests.record(row.request_id))
    new = replace(new, version=row.version + 1)
    at = next_reminder(rule, new, ctx.desk.configuration.calendar, ctx.now)
    told = [_("จะเตือนอีก %(date)s", date=request_cards.day(at))] if at else []
    what = value_label("owed", row.rule)
    part = request_cards.outcome(ctx, with_changed(life, [new]), [what, *lines, *told])
    return Reply((*await list_again(ctx, args, [new]), part), confirms=True)


# Followed up.


@action("owed.chase")
async def chase_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """The drafted letter; one tap sends it. Without a mail server the words to copy, and a press
    that notes it.
    """
    row, life, rule = await load(ctx, args)
    if row.state is not OwedState.OPEN:
        return await _moved_on(ctx, args, row)
    (row,) = await request_cards.with_unreached(ctx, [row])
    customer = await ctx.customer(life.request.customer)
    ctx.audit("customer.read", customer.code)
    contact = next(
        (
            each
            for each in customer.contacts
            if life.contract and each.id == life.contract.contact_id
        ),
        None,
    )
    to = (contact.email if contact else "") or _address(life, customer)
    listed = among(ctx, args)
    by_hand = request_cards.owed_button(
        _("ติดตามทางอื่นแล้ว"), "owed.chased", row, listed, changes=True
    )
    if not to and not args.get("ask"):
        text = _("%(code)s ไม่มีอีเมล พิมพ์อีเมลสำหรับฉบับนี้ หรือติดตามทางอื่น", code=customer.code)
        ask = Button(_("พิมพ์อีเมล"), "owed.chase", {**args, "among": listed, "ask": "1"})
        return say(
            f"⚠️ {text}",
            ask,
            Button(_("แก้ไขผู้รับบริการ"), "customer.edit", {"code": customer.code}),
            by_hand,
        )
    name = (contact.name if contact else "") or customer.name or customer.organisation
    language = letter_language(name, "".join(ticket.details for ticket in life.tickets[:1]))
    no = await counters.reserve_ticket_no(ctx.db, ctx.now)
    letter = fill(
        ctx.desk.configuration.templates[rule.template][language],
        _places(ctx, row, life, name, language, no),
    )
    new = NewMail(f"O{row.id}", to, letter.subject, letter.body, CHASE, language, no, aside=listed)
    shown = await mail.preview(ctx, new)
    if ctx.desk.mail_from:
        return shown
    # The ticket of the follow-up gets the number that stands in the subject of the letter.
    by_hand = replace(by_hand, args={**by_hand.args, "no": no})
    return replace(shown, parts=(*shown.parts, Paragraph(_("ส่งเองแล้วแตะที่นี่"), (by_hand,))))


def _address(life: Life, customer: Customer) -> str:
    """Where the customer is written to: the address of the last ticket that has one, else the
    register's.
    """
    replies = [ticket.reply_email for ticket in reversed(life.tickets) if ticket.reply_email]
    people = [contact.email for contact in customer.contacts if contact.email]
    return next(iter([*replies, *filter(None, [customer.email]), *people]), "")


def _places(
    ctx: Context, row: Owed, life: Life, name: str, language: str, no: str
) -> dict[str, str]:
    """What fills the letters of reminders (domain/mail/templates.py); a line whose places are empty
    is left out.
    """
    contract = life.contract
    started = letter_date(row.started_at.astimezone(BANGKOK).date(), language)
    price = next((ticket.price for ticket in reversed(life.tickets) if ticket.price), None)
    rule = ctx.desk.configuration.rules[row.rule]
    with speaking(language):
        name = name or _("ท่านผู้รับบริการ")
    return {
        "name": name,
        "ticket": no,
        "date": letter_date(ctx.today, language),
        "officer": ctx.staff.name,
        "contract_no": contract.no if contract else "",
        "contract_on": letter_date(contract.signed_on, language)
        if contract and contract.signed_on
        else "",
        "projects": projects_text(
            SEPARATOR.join(own_tickets.projects(life)), own_tickets.data_years(life)
        ),
        "years": years_text(own_tickets.data_years(life)),
        "title": contract.research_title if contract else "",
        "due_on": letter_date(row.first_on(rule), language),
        "sent_on": started,
        "quoted_on": started,
        "told_on": started,
        "price": f"{price:,.2f}" if price else "",
        "times": str(row.reached() or ""),
    }


@on_send(CHASE)
async def chase_sent(ctx: Context, mail: NewMail) -> tuple[ReplyPart, ...]:
    """The letter goes out: its ticket is recorded and closed, and the next reminder planned."""
    row, life, rule = await load(ctx, {"owed": mail.record.removeprefix("O")})
    with speaking("th"):
        result = _("ส่งอีเมลถึง %(to)s: %(subject)s", to=mail.to, subject=mail.subject)
    return (await _chased(ctx, {"among": mail.aside}, row, life, rule, result, mail.ticket)).parts


@action("owed.chased", in_place=True)
async def chased_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """The officer followed it up by other means."""
    row, life, rule = await load(ctx, args)
    if row.state is not OwedState.OPEN:
        return await _moved_on(ctx, args, row)
    with speaking("th"):
        result = _("ติดตามทางโทรศัพท์หรือทางอื่น")
    return await _chased(ctx, args, row, life, rule, result, args.get("no", ""))


async def _chased(
    ctx: Context, args: Mapping[str, str], row: Owed, life: Life, rule: Rule, result: str, no: str
) -> Reply:
    """One follow-up more: its ticket, and the next reminder counted from now."""
    lines: list[str] = []
    changed: Sequence[Owed] = ()
    subject = ctx.desk.configuration.steps.pick(life.request.kind, rule.chase)
    if subject:
        with speaking("th"):
            details = _(
                "ติดตาม%(what)s",
                what=f"{value_label('owed', row.rule)} · {request_cards.plain_title(life)}",
            )
        ticket, life, changed = await own_tickets.record(ctx, life, subject, details, result, no)
        label = ctx.desk.configuration.catalogue.subject_label(subject)
        closed = ticket.status is Status.CLOSED
        said = _("%(no)s (%(subject)s) ปิดแล้ว") if closed else _("%(no)s (%(subject)s) ยังเปิดอยู่")
        lines.append(said % {"no": ticket.no, "subject": label})
        if closed and row.state is OwedState.OPEN:
            at = next(
                (
                    requests.next_of(each, save_context(ctx))
                    for each in changed
                    if each.rule == row.rule
                ),
                None,
            )
            again = [_("จะเตือนอีก %(date)s", date=request_cards.day(at))] if at else []
            part = request_cards.outcome(ctx, life, [*lines, *again])
            return Reply((*await list_again(ctx, args, changed), part), confirms=True)
    if row.state is not OwedState.OPEN:
        # The proof came while the letter was being looked at: it went out, and nothing is owed any
        # more.
        part = request_cards.outcome(ctx, life, [*lines, value_label("got", row.rule)])
        return Reply((*await list_again(ctx, args, changed), part), confirms=True)
    new = replace(row, chased=row.chased + 1, last_at=ctx.now)
    return await _changed(ctx, args, life, row, new, rule, *lines)


# Put off, handed on, given up: one question each.


async def _heading(ctx: Context, draft: Draft) -> str:
    row, life, _rule = await load(ctx, {"owed": draft.record})
    return f"⏰ {request_cards.title(life)} · {value_label('waits', row.rule)}"


async def _parse_day(ctx: Context, draft: Draft, text: str) -> Mapping[str, str]:
    on = check_due_on(parse_date(text, ctx.today), ctx.today)
    if on == ctx.today:
        raise InvalidInput("past_date")
    return {"remind_on": on.isoformat()}


async def _days(ctx: Context, draft: Draft) -> list[Option]:
    spans = (
        (1, _("พรุ่งนี้")),
        (3, _("อีก 3 วัน")),
        (7, _("อีก 1 สัปดาห์")),
        (14, _("อีก 2 สัปดาห์")),
        (30, _("อีก 1 เดือน")),
    )
    days = [(ctx.today + timedelta(days=span), label) for span, label in spans]
    return [Option(on.isoformat(), f"{label} {format_date(on)}") for on, label in days]


async def _people(ctx: Context, draft: Draft) -> list[Option]:
    people = [person for person in await staff.list_staff(ctx.db) if person.blocked_at is None]
    return [Option(str(person.id), person.name) for person in people]


async def _open(ctx: Context, draft: Draft) -> tuple[Owed, Life, Rule]:
    """What the draft is about, read at the version that the officer saw; Conflict or NotFound where
    it is over.
    """
    row, life, rule = await load(ctx, {"owed": draft.record})
    if row.state is not OwedState.OPEN:
        raise NotFound("owed_over", what=value_label("owed", row.rule))
    end(ctx, draft, outcome=request_cards.title(life))
    return row, life, rule


async def _snooze(ctx: Context, draft: Draft, value: str) -> Reply:
    row, life, rule = await _open(ctx, draft)
    new = replace(row, snoozed_on=date.fromisoformat(value))
    return await _changed(ctx, draft.about, life, row, new, rule, _("เลื่อนแล้ว"))


async def _assign(ctx: Context, draft: Draft, value: str) -> Reply:
    row, life, rule = await _open(ctx, draft)
    person = await staff.get_staff(ctx.db, StaffId(int(value)))
    if person.blocked_at is not None:
        raise NotFound("staff")
    if person.id not in (row.assignee, ctx.staff.id):
        (entry,) = await list_entries(ctx, [row])
        what = " · ".join(filter(None, (request_cards.title(life), entry.name)))
        told = partial(_assigned, ctx.staff.name, what, replace(row, version=row.version + 1), rule)
        ctx.notify(
            told, f"owed:assigned:{row.id}:{person.id}:{ctx.incoming.id}", staff_id=person.id
        )
    line = _("ผู้รับผิดชอบ %(who)s", who=person_label(person.name))
    return await _changed(ctx, draft.about, life, row, replace(row, assignee=person.id), rule, line)


def _assigned(who: str, title: str, row: Owed, rule: Rule) -> Reply:
    what = value_label("waits", row.rule)
    text = _(
        "⏰ %(who)sมอบหมายให้คุณติดตาม: %(title)s · %(what)s",
        who=person_label(who),
        title=title,
        what=what,
    )
    show = Button(_("ดูคำขอ"), "request.show", {"request": str(row.request_id)})
    return say(text, *request_cards.owed_buttons(row, rule), show)


async def _drop(ctx: Context, draft: Draft, value: str) -> Reply:
    row, life, rule = await _open(ctx, draft)
    line = _("เลิกติดตามแล้ว: %(reason)s", reason=value)
    return await _changed(
        ctx, draft.about, life, row, requests.dropped(row, value, ctx.now), rule, line
    )


_DAY = Field("remind_on", "พิมพ์วันที่ เช่น 15 ธ.ค. 69", _parse_day, _days, clearable=False, typed=True)
_REASON = fields.text_field("reason", "พิมพ์เหตุผล")
enter_form(OneField("owed.snooze", _DAY, _heading, _snooze))
enter_form(OneField("owed.assign", fields.choice_field("assignee", _people), _heading, _assign))
enter_form(OneField("owed.drop", _REASON, _heading, _drop))


@action("owed.snooze")
async def snooze_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """When to remind instead."""
    return await _ask(ctx, args, "owed.snooze")


@action("owed.assign")
async def assign_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Who follows it up from now on."""
    return await _ask(ctx, args, "owed.assign")


@action("owed.drop")
async def drop_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Why it is given up."""
    return await _ask(ctx, args, "owed.drop")


async def _ask(ctx: Context, args: Mapping[str, str], kind: str) -> Reply:
    row, _life, _rule = await load(ctx, args)
    if row.state is not OwedState.OPEN:
        return await _moved_on(ctx, args, row)
    draft = new_draft(
        ctx,
        kind,
        {},
        record=str(row.id),
        record_version=row.version,
        about={"among": among(ctx, args)},
    )
    return await start(ctx, draft)
