"""What a follow-up does once it is made: its ticket, its count, and when the thing owed is reminded
of next.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from domain.owed.requests import Life
from domain.owed.rules import Owed, OwedState
from domain.tickets.records import Status, Ticket
from handlers.chat import Paragraph, Reply, ReplyPart
from handlers.desk import Context
from handlers.i18n import _, language, speaking
from handlers.labels import value_label
from handlers.owed import own_tickets, request_cards
from handlers.owed.cards import list_again
from handlers.owed.proofs import Loaded, with_changed
from handlers.owed.requests import save_context
from store.owed import requests


@dataclass(frozen=True, slots=True)
class _FollowUp:
    """What one follow-up came to: the request after it, what to say, the things owed that
    changed.
    """

    life: Life
    lines: list[str]
    changed: Sequence[Owed]


async def follow_up_all(
    ctx: Context,
    args: Mapping[str, str],
    things: Sequence[Loaded],
    result: str,
    numbers: Sequence[str],
) -> Reply:
    """One follow-up more of each of these things: its ticket, under the number that was given out
    for it, and the next reminder counted from now.
    """
    lives: dict[int, Life] = {}
    done: list[_FollowUp] = []
    for (row, life, rule), no in zip(things, numbers, strict=True):
        # Of two things on one request the second comes after the first.
        life = lives.get(life.request.id, life)
        one = await _follow_up(ctx, (row, life, rule), result, no)
        lives[life.request.id] = one.life
        done.append(one)
    changed = [row for one in done for row in one.changed]
    listed = await list_again(ctx, args, changed)
    return Reply((*listed, _told(ctx, done)), confirms=True)


async def _follow_up(
    ctx: Context,
    loaded: Loaded,
    result: str,
    no: str,
) -> _FollowUp:
    row, life, rule = loaded
    lines: list[str] = []
    changed: Sequence[Owed] = ()
    counted = False
    subject = ctx.desk.configuration.steps.pick(life.request.kind, rule.chase)
    if subject:
        details = _details(row, life)
        ticket, life, changed = await own_tickets.record(
            ctx,
            life,
            subject,
            details,
            result,
            no,
        )
        lines.append(_ticket_line(ctx, ticket))
        counted = ticket.status is Status.CLOSED
    if row.state is not OwedState.OPEN:
        # The proof came while the letter was being looked at: it went out, and nothing is owed any
        # more.
        return _FollowUp(life, [*lines, value_label("got", row.rule)], changed)
    if not counted:
        # Nothing but a closed ticket of the follow-up counts by itself.
        new = _count(ctx, row)
        changed = [new]
        life = with_changed(life, changed)
        lines.insert(0, value_label("owed", row.rule))
    return _FollowUp(life, [*lines, *_next_reminder(ctx, row.rule, changed)], changed)


def _count(ctx: Context, row: Owed) -> Owed:
    """Counts the follow-up of a thing owed; returns it as it is then."""
    new = row.chased_without_ticket(ctx.now)
    ctx.change(
        partial(
            requests.change_owed,
            old=row,
            new=new,
            context=save_context(ctx),
        )
    )
    ctx.audit("request.changed", requests.record(row.request_id))
    return replace(new, version=row.version + 1)


def _details(row: Owed, life: Life) -> str:
    """What the ticket of a follow-up says, in Thai, whoever presses."""
    with speaking("th"):
        what = f"{value_label('owed', row.rule)} · {request_cards.plain_title(life)}"
        return _("ติดตาม%(what)s", what=what)


def _ticket_line(ctx: Context, ticket: Ticket) -> str:
    label = ctx.desk.configuration.catalogue.subject_label(ticket.subject, language())
    if ticket.status is Status.CLOSED:
        return _("%(no)s (%(subject)s) ปิดแล้ว", no=ticket.no, subject=label)
    return _("%(no)s (%(subject)s) ยังเปิดอยู่", no=ticket.no, subject=label)


def _next_reminder(ctx: Context, rule: str, changed: Sequence[Owed]) -> list[str]:
    """When the thing owed under this rule is reminded of next; [] where it is not."""
    for row in changed:
        if row.rule == rule:
            at = requests.next_of(row, save_context(ctx))
            return [_("จะเตือนอีก %(date)s", date=request_cards.day(at))] if at else []
    return []


def _told(ctx: Context, done: Sequence[_FollowUp]) -> ReplyPart:
    """What the follow-ups came to, below the list that they were pressed in."""
    if len(done) == 1:
        (one,) = done
        return request_cards.outcome(ctx, one.life, one.lines)
    return Paragraph("\n\n".join(_lines(one) for one in done))


def _lines(one: _FollowUp) -> str:
    return "\n".join((request_cards.title(one.life), *one.lines))
