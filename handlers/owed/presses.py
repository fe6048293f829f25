"""The buttons of a thing owed: it was received, is to be reminded of later, is another officer's,
or is given up.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from functools import partial

from domain.errors import InvalidInput, NotFound
from domain.owed.contracts import check_due_on
from domain.owed.rules import Owed, OwedState, Rule, next_reminder
from domain.staff import StaffId
from handlers.chat import Reply, say
from handlers.desk import Context
from handlers.forms import reading as fields
from handlers.forms.drafts import end, new_draft
from handlers.forms.engine import Field, Option, enter_form, start
from handlers.forms.one_field import OneField
from handlers.i18n import _, date_text
from handlers.labels import person_label, value_label
from handlers.mail.cards import mail_lines
from handlers.owed import request_cards
from handlers.owed.cards import among, list_again, list_entries
from handlers.owed.proofs import (
    Loaded,
    load,
    present_row,
    receive,
    with_changed,
)
from handlers.owed.requests import begins_research, save_context
from handlers.owed.told import told_fields
from handlers.registry import action, state
from store import staff
from store.chat.forms import Draft
from store.owed import requests
from store.owed import rows as owed


@state("O")
async def present_owed(ctx: Context, record: str, version: int | None) -> Reply | None:
    """Returns a thing owed as it is now, if it is no longer as a button showed it; else None."""
    row = await owed.get_owed(ctx.db, int(record[1:]))
    if row.version == version:
        return None
    return await moved_on(ctx, ctx.pressed, row)


async def moved_on(ctx: Context, args: Mapping[str, str], row: Owed) -> Reply:
    """Says what became of a thing owed since the button was shown; the list in which the button
    stands shows it, too.
    """
    await list_again(ctx, {"among": among(ctx, args)})
    return await present_row(ctx, row)


@action("owed.show")
async def show_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Shows one thing owed, with everything that can be done."""
    row, _life, rule = await load(ctx, args)
    if row.state is not OwedState.OPEN:
        return await moved_on(ctx, args, row)
    (entry,) = await list_entries(ctx, [row])
    lines = [
        request_cards.owed_line(
            ctx,
            entry.life,
            entry.row,
            entry.name,
        )
    ]
    lines += [f"{label}: {said}" for label, said in await told_fields(ctx, [row])]
    mails, stuck = await mail_lines(ctx, f"O{row.id}")
    lines += [f"{label}: {said}" for label, said in mails]
    return say(
        "\n".join(lines),
        *stuck,
        *request_cards.owed_buttons(row, rule, among(ctx, args)),
        request_cards.request_button(row.request_id),
    )


# It was received.


@action("owed.received", in_place=True)
async def received_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """The proof has come: its ticket is recorded, the reminders end, and what is owed next
    begins.
    """
    row, life, rule = await load(ctx, args)
    if not row.is_owed:
        return await moved_on(ctx, args, row)
    got = await receive(ctx, row, life, rule)
    lines = list(got.lines)
    if got.ticket:
        lines.append(_("ส่งไฟล์หรือรูปของเรื่องนี้ตามมาได้เลย"))
    buttons = [*got.buttons]
    if got.life.contract and begins_research(got.changed):
        label = _("เปลี่ยนวัน")
        buttons.append(request_cards.button(label, "contract.research_due", got.life))
    part = request_cards.outcome(
        ctx,
        got.life,
        lines,
        buttons,
    )
    listed = await list_again(ctx, args, got.changed)
    return Reply((*listed, part), confirms=True)


@action("owed.continue", in_place=True)
async def continue_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """All reminders were sent, and the officer wants more of them."""
    loaded = await load(ctx, args)
    row = loaded[0]
    if row.state is not OwedState.OPEN:
        return await moved_on(ctx, args, row)
    return await save_change(
        ctx,
        args,
        loaded,
        replace(row, extra=row.told),
    )


async def save_change(
    ctx: Context, args: Mapping[str, str], loaded: Loaded, new: Owed, *lines: str
) -> Reply:
    """Has `new` written over the thing owed that was loaded, and tells when it is reminded of next;
    the list in which the button stands shows it. `lines` = what else is to be said.
    """
    row, life, rule = loaded
    ctx.change(
        partial(
            requests.change_owed,
            old=row,
            new=new,
            context=save_context(ctx),
        )
    )
    ctx.audit("request.changed", requests.record(row.request_id))
    new = replace(new, version=row.version + 1)
    told = [value_label("owed", row.rule), *lines]
    at = next_reminder(
        rule,
        new,
        ctx.desk.configuration.calendar,
        ctx.now,
    )
    if at:
        told.append(_("จะเตือนอีก %(date)s", date=request_cards.day(at)))
    part = request_cards.outcome(ctx, with_changed(life, [new]), told)
    listed = await list_again(ctx, args, [new])
    return Reply((*listed, part), confirms=True)


# Put off, handed on, given up: one question each.


async def _heading(ctx: Context, draft: Draft) -> str:
    row, life, _rule = await load(ctx, {"owed": draft.record})
    return f"⏰ {request_cards.title(life)} · {value_label('waits', row.rule)}"


async def _parse_day(ctx: Context, draft: Draft, text: str) -> Mapping[str, str]:
    on = check_due_on(fields.coming_day(ctx, text), ctx.today)
    if on == ctx.today:
        raise InvalidInput("past_date")
    return {"remind_on": on.isoformat()}


async def _days(ctx: Context, draft: Draft) -> list[Option]:
    spans = {
        1: _("พรุ่งนี้"),
        3: _("อีก 3 วัน"),
        7: _("อีก 1 สัปดาห์"),
        14: _("อีก 2 สัปดาห์"),
        30: _("อีก 1 เดือน"),
    }
    options = []
    for days, label in spans.items():
        on = ctx.today + timedelta(days=days)
        options.append(Option(on.isoformat(), f"{label} {date_text(on)}"))
    return options


async def _people(ctx: Context, draft: Draft) -> list[Option]:
    everybody = await staff.list_staff(ctx.db)
    people = [person for person in everybody if person.blocked_at is None]
    return [Option(str(person.id), person.name) for person in people]


async def _open(ctx: Context, draft: Draft) -> Loaded:
    """What the draft is about, read at the version that the officer saw; Conflict or NotFound where
    it is over.
    """
    row, life, rule = await load(ctx, {"owed": draft.record})
    if row.state is not OwedState.OPEN:
        raise NotFound("owed_over", what=value_label("owed", row.rule))
    end(ctx, draft, outcome=request_cards.title(life))
    return row, life, rule


async def _snooze(ctx: Context, draft: Draft, value: str) -> Reply:
    loaded = await _open(ctx, draft)
    new = replace(loaded[0], snoozed_on=date.fromisoformat(value))
    return await save_change(
        ctx,
        draft.about,
        loaded,
        new,
        _("เลื่อนแล้ว"),
    )


async def _assign(ctx: Context, draft: Draft, value: str) -> Reply:
    loaded = await _open(ctx, draft)
    row = loaded[0]
    person = await staff.get_staff(ctx.db, StaffId(int(value)))
    if person.blocked_at is not None:
        raise NotFound("staff")
    # Nobody is told of what they have already, or have just taken themselves.
    if person.id not in (row.assignee, ctx.staff.id):
        await _tell_assignee(ctx, loaded, person.id)
    new = replace(row, assignee=person.id)
    line = _("ผู้รับผิดชอบ %(who)s", who=person_label(person.name))
    return await save_change(
        ctx,
        draft.about,
        loaded,
        new,
        line,
    )


async def _tell_assignee(ctx: Context, loaded: Loaded, person: StaffId) -> None:
    """Tells a colleague to look after it from now on."""
    row, life, rule = loaded
    (entry,) = await list_entries(ctx, [row])
    what = " · ".join(filter(None, (request_cards.title(life), entry.name)))
    after = replace(row, version=row.version + 1)
    told = partial(
        _assigned,
        ctx.staff.name,
        what,
        after,
        rule,
    )
    key = f"owed:assigned:{row.id}:{person}:{ctx.incoming.id}"
    ctx.notify(told, key, staff_id=person)


def _assigned(
    who: str,
    title: str,
    row: Owed,
    rule: Rule,
) -> Reply:
    text = _(
        "⏰ %(who)sมอบหมายให้คุณติดตาม: %(title)s · %(what)s",
        who=person_label(who),
        title=title,
        what=value_label("waits", row.rule),
    )
    show = request_cards.request_button(row.request_id)
    return say(text, *request_cards.owed_buttons(row, rule), show)


async def _drop(ctx: Context, draft: Draft, value: str) -> Reply:
    loaded = await _open(ctx, draft)
    new = requests.dropped(loaded[0], value, ctx.now)
    line = _("เลิกติดตามแล้ว: %(reason)s", reason=value)
    return await save_change(
        ctx,
        draft.about,
        loaded,
        new,
        line,
    )


_DAY = Field(
    "remind_on",
    "พิมพ์วันที่ เช่น 15 ธ.ค. 69 หรือ ศุกร์หน้า",
    _parse_day,
    _days,
    clearable=False,
    asks=fields.day_to_come,
    typed=True,
)
_PERSON = fields.choice_field("assignee", _people)
_REASON = fields.text_field("reason", "พิมพ์เหตุผล")
enter_form(OneField("owed.snooze", _DAY, _heading, _snooze))
enter_form(OneField("owed.assign", _PERSON, _heading, _assign))
enter_form(OneField("owed.drop", _REASON, _heading, _drop))


@action("owed.snooze")
async def snooze_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Asks for another day of the next reminder."""
    return await _ask(ctx, args, "owed.snooze")


@action("owed.assign")
async def assign_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Asks who is to look after it from now on."""
    return await _ask(ctx, args, "owed.assign")


@action("owed.drop", danger=True)
async def drop_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Asks why it is given up."""
    return await _ask(ctx, args, "owed.drop")


async def _ask(ctx: Context, args: Mapping[str, str], kind: str) -> Reply:
    """The one question of this kind of form."""
    row, _life, _rule = await load(ctx, args)
    if row.state is not OwedState.OPEN:
        return await moved_on(ctx, args, row)
    draft = new_draft(
        ctx,
        kind,
        {},
        record=str(row.id),
        record_version=row.version,
        about={"among": among(ctx, args)},
    )
    return await start(ctx, draft)
