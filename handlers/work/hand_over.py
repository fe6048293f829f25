"""Hand-over: a ticket given to a person or offered to a team, taken with one tap, returned with a
word.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from functools import partial
from uuid import uuid4

from domain.errors import InvalidInput, NotAllowed
from domain.staff import Staff, StaffId
from domain.text import shorten
from domain.tickets.hand_over import Leave, Offer, OfferState
from domain.tickets.records import Change, Ticket
from domain.tickets.references import without_courtesy
from handlers.chat import (
    Button,
    Card,
    Choice,
    Reply,
    confirm,
    in_one_line,
    say,
)
from handlers.desk import Context
from handlers.forms import reading as fields
from handlers.forms.drafts import end, new_draft
from handlers.forms.engine import (
    Field,
    Form,
    Option,
    enter_form,
    start,
)
from handlers.i18n import _, date_text
from handlers.labels import doer_label, person_label, team_label
from handlers.registry import action, command
from handlers.tickets import buttons as ticket_buttons
from handlers.tickets import cards as ticket_cards
from handlers.tickets import saves as ticket_saves
from handlers.tickets.commands import names_ticket, split_number
from handlers.tickets.people import named_team
from handlers.tickets.rules import away_until
from store import staff
from store.chat.forms import Draft
from store.engine.database import Tx
from store.records import changes
from store.tickets import hand_overs
from store.tickets import records as tickets

WORD_LIMIT = 300
NO_WORD = "-"
_TO_WHOM = re.compile(r"(?:ให้กับ|ให้แก่|ให้|แก่|กับ|เป็น|ไปที่|ไปให้|ไป|to\b)\s*")
_TO = re.compile(rf"^(?:{_TO_WHOM.pattern})?(?:คุณ|พี่|น้อง|@)?\s*")
"""What may stand before the name of whoever gets a ticket."""


def _is_given(text: str) -> bool:
    """Whether a ticket is named, and a word for giving leads to whom."""
    return names_ticket(text) and bool(_TO_WHOM.match(text))


@command(
    "assign",
    "มอบหมาย",
    about="มอบหมายใบงาน เช่น มอบหมาย R2611000124 นก",
    fits=names_ticket,
    also=(
        *(
            "มอบหมายงาน",
            "มอบหมายใบงาน",
            "มอบใบงาน",
            "มอบงาน",
            "มอบ",
            "ส่งต่อใบงาน",
            "ส่งต่องาน",
            "ส่งต่อ",
            "ส่งงาน",
        ),
        *("โอนใบงาน", "โอนงาน", "โอน", "ฝากใบงาน", "ฝากงาน", "ฝาก", "ย้ายใบงาน", "ย้ายงาน", "ย้าย"),
        *("เปลี่ยนผู้รับผิดชอบ", "เปลี่ยนคนรับผิดชอบ", "แก้ผู้รับผิดชอบ", "แก้ไขผู้รับผิดชอบ", "assign", "transfer"),
    ),
    joined=_is_given,
)
async def assign(ctx: Context, args: str) -> Reply:
    """Give a ticket to the person or team named; without a name, to whom."""
    number, name = split_number(args)
    found = await tickets.get_ticket(ctx.db, number)
    if not name:
        return await _choose(ctx, found)
    people = await staff.list_staff(ctx.db)
    teams = await staff.list_teams(ctx.db)
    to = _receiver(people, teams, name)
    if to in teams:
        return await _give_team(ctx, found, to)
    return await _give_person(ctx, found, StaffId(int(to)))


def _receiver(people: Sequence[Staff], teams: Collection[str], name: str) -> str:
    """The person's id or the team that a name means; InvalidInput("receiver")."""
    options = [Option(str(person.id), person.name) for person in people]
    options += [Option(team, team) for team in teams]
    typed = _TO.sub("", without_courtesy(name))
    try:
        return fields.match_option(options, typed)
    except InvalidInput:
        team = named_team(teams, typed)
        if not team:
            raise InvalidInput("receiver", name=shorten(name, 40)) from None
        return team


@action("hand.choose")
async def choose_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """To whom?"""
    return await _choose(ctx, await tickets.get_ticket(ctx.db, args["no"]))


async def _choose(ctx: Context, found: Ticket) -> Reply:
    if found.is_done:
        return await ticket_cards.present_state(ctx, found)
    ctx.audit("ticket.read", found.no)
    await ticket_saves.may_give(ctx, ctx.staff, found)
    loads = await tickets.count_unfinished(ctx.db)
    away = await away_until(ctx)
    options = []
    for person in await at_work(ctx):
        if person.id == found.assignee:
            continue
        load = _("ค้าง %(count)s", count=loads.get(person.id, 0))
        label = in_one_line(person.name, load, away.get(person.id, ""))
        options.append(_give_button(label, found, to=str(person.id)))
    for team, members in (await staff.list_teams(ctx.db)).items():
        name = team_label(team)
        label = _("%(team)s (%(count)s คน)", team=name, count=len(members))
        options.append(_give_button(label, found, team=team))
    question = _("มอบหมาย %(no)s ให้ใคร", no=found.no)
    return Reply((Choice(question, tuple(options)),))


def _give_button(label: str, found: Ticket, **args: str) -> Button:
    return Button(
        label,
        "hand.give",
        {"no": found.no, **args},
        found.no,
        found.version,
        once=True,
    )


async def at_work(ctx: Context) -> list[Staff]:
    """Everybody who has access."""
    everybody = await staff.list_staff(ctx.db)
    return [person for person in everybody if person.blocked_at is None]


@action("hand.give")
async def give_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Give the ticket to the chosen person or team."""
    found = await tickets.get_ticket(ctx.db, args["no"])
    if args.get("team"):
        return await _give_team(ctx, found, args["team"])
    return await _give_person(ctx, found, StaffId(int(args["to"])))


async def _give_person(ctx: Context, found: Ticket, receiver: StaffId) -> Reply:
    if found.is_done or found.assignee == receiver:
        return await ticket_cards.present_state(ctx, found)
    given = replace(found, assignee=receiver)
    ticket = await ticket_saves.save(ctx, found, given)
    ctx.audit("ticket.handed_over", ticket.no)
    person = await staff.get_staff(ctx.db, receiver)
    who = doer_label(
        {receiver: person.name},
        receiver,
        ctx.staff.id,
    )
    text = _("✅ บันทึกข้อมูลเรียบร้อย %(no)s · ผู้รับผิดชอบคือ%(who)s", no=ticket.no, who=who)
    away = (await away_until(ctx)).get(receiver)
    if away:
        text += f"\n⚠️ {who}{away}"
    return confirm(text, ticket_buttons.show_button(ticket))


async def _give_team(ctx: Context, found: Ticket, team: str) -> Reply:
    """Everyone in the team is told; until somebody takes it, nothing changes."""
    if found.is_done:
        return await ticket_cards.present_state(ctx, found)
    await ticket_saves.may_give(ctx, ctx.staff, found)
    told = await _told_of_team(ctx, team)
    made = Offer(
        uuid4().hex,
        found.no,
        ctx.staff.id,
        None,
        ctx.now,
        team,
    )
    ctx.change(hand_overs.add_offers, offers=[made])
    ctx.audit("ticket.offered", found.no)
    notice = partial(
        ticket_saves.given_notice,
        ctx,
        ctx.staff.name,
        made,
        found,
    )
    for person in told:
        ctx.notify(notice, f"offer:{made.id}", staff_id=person.id)
    text = _(
        "ฝาก %(no)s ให้%(team)sแล้ว (%(count)s คน) ใครกดรับก่อนได้งานนี้ ผู้รับผิดชอบยังเป็นคนเดิมจนกว่าจะมีคนรับ",
        no=found.no,
        team=team_label(team),
        count=len(told),
    )
    return confirm(text, ticket_buttons.show_button(found))


async def _told_of_team(ctx: Context, team: str) -> list[Staff]:
    """The team's people but for who gives; InvalidInput("team_empty") where there are none."""
    teams = await staff.list_teams(ctx.db)
    others = {*teams.get(team, [])} - {ctx.staff.id}
    told = [person for person in await at_work(ctx) if person.id in others]
    if not told:
        raise InvalidInput("team_empty", name=team_label(team))
    return told


# Taking.


@action("hand.accept")
async def accept_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Take the ticket, if nobody was quicker."""
    offer = await hand_overs.get_offer(ctx.db, args["offer"])
    found = await tickets.get_ticket(ctx.db, offer.ticket)
    ctx.audit("ticket.read", found.no)
    if offer.state is OfferState.ACCEPTED and offer.receiver == ctx.staff.id:
        return Reply((await ticket_cards.card(ctx, found),))
    if not is_open(offer, found):
        return await gone(ctx, found)
    away = await hand_overs.get_leave(ctx.db, offer.leave) if offer.leave else None
    ticket = take(ctx, offer, found, away)
    chosen_by_many = bool(offer.team or offer.leave)
    if chosen_by_many and offer.giver not in (None, ctx.staff.id):
        ctx.notify(
            partial(_taken_notice, ctx.staff.name, ticket),
            f"taken:{offer.id}",
            staff_id=offer.giver,
        )
    if ticket.assignee == ctx.staff.id or away is None:
        return Reply((await ticket_cards.card(ctx, ticket),), confirms=True)
    text = _(
        "✅ รับใบงาน %(no)s แล้ว เป็นของคุณตั้งแต่ %(date)s",
        no=ticket.no,
        date=date_text(away.first_on),
    )
    return confirm(text, ticket_buttons.show_button(ticket))


def is_open(offer: Offer, found: Ticket) -> bool:
    """Whether the offer can still be taken: nobody took it, and the ticket has not gone another
    way.
    """
    if offer.state is not OfferState.OFFERED or found.is_done:
        return False
    return found.assignee in (None, _holder(offer, found))


def _holder(offer: Offer, found: Ticket) -> StaffId | None:
    """Who has the ticket while the offer stands."""
    if offer.team:
        # A supervisor offers a colleague's ticket to a team, too: any other way it goes ends it.
        return found.assignee
    return offer.giver if offer.leave else offer.receiver


def take(
    ctx: Context,
    offer: Offer,
    found: Ticket,
    away: Leave | None,
) -> Ticket:
    """The ticket is this person's; where it was offered for a leave (`away`) that has not begun, it
    will be.
    """
    _decide(ctx, offer, OfferState.ACCEPTED)
    ctx.audit("ticket.taken", found.no)
    mine_already = found.assignee == ctx.staff.id
    mine_later = away is not None and away.first_on > ctx.today
    if mine_already or mine_later:
        return found
    ticket = replace(found, assignee=ctx.staff.id)
    ticket_saves.write(ctx, found, ticket, ctx.staff.id)
    return replace(ticket, version=found.version + 1)


def _decide(ctx: Context, offer: Offer, state: OfferState) -> None:
    ctx.change(
        hand_overs.decide_offer,
        offer=offer,
        state=state,
        receiver=ctx.staff.id,
        now=ctx.now,
    )


async def gone(ctx: Context, found: Ticket) -> Reply:
    """Somebody was quicker, or it was given elsewhere: who has it now."""
    names = await staff.staff_names(ctx.db)
    if found.is_done or found.assignee is None:
        return await ticket_cards.present_state(ctx, found)
    who = doer_label(names, found.assignee, ctx.staff.id)
    text = _("ใบงาน %(no)s มีผู้รับผิดชอบแล้ว คือ%(who)s", no=found.no, who=who)
    return say(text, ticket_buttons.show_button(found))


def _taken_notice(name: str, ticket: Ticket) -> Reply:
    text = _("✅ %(who)sรับใบงาน %(no)s แล้ว", who=person_label(name), no=ticket.no)
    return confirm(text, ticket_buttons.show_button(ticket))


# Returning.


@action("hand.return")
async def return_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Give it back: with a word why."""
    offer = await hand_overs.get_offer(ctx.db, args["offer"])
    found = await tickets.get_ticket(ctx.db, offer.ticket)
    ctx.audit("ticket.read", found.no)
    if not _mine_to_return(ctx, offer, found):
        return await gone(ctx, found)
    return await start(ctx, new_draft(ctx, "return", {}, about={"offer": offer.id}))


def _mine_to_return(ctx: Context, offer: Offer, found: Ticket) -> bool:
    if found.is_done or offer.state not in (OfferState.OFFERED, OfferState.ACCEPTED):
        return False
    return found.assignee == ctx.staff.id == offer.receiver


async def _parse_word(ctx: Context, draft: Draft, text: str) -> Mapping[str, str]:
    if len(text) > WORD_LIMIT:
        raise InvalidInput("too_long", length=len(text), limit=WORD_LIMIT)
    return {"word": text}


async def _word_options(ctx: Context, draft: Draft) -> list[Option]:
    return [Option(NO_WORD, _("คืนโดยไม่ระบุเหตุผล"))]


class ReturnForm(Form):
    """See `handlers.forms.engine.Form`: the word with which a ticket goes back."""

    kind = "return"
    fields: Mapping[str, Field] = {
        "word": Field(
            "word",
            "พิมพ์เหตุผลสั้น ๆ",
            _parse_word,
            _word_options,
            typed=True,
        )
    }

    async def missing(self, ctx: Context, draft: Draft) -> list[str]:
        return [] if draft.given.get("word") else ["word"]

    async def show(self, ctx: Context, draft: Draft) -> Card:
        offer = await hand_overs.get_offer(ctx.db, draft.about["offer"])
        return Card(_("คืนใบงาน %(no)s", no=offer.ticket))

    async def present(
        self,
        ctx: Context,
        draft: Draft,
        name: str,
    ) -> str:
        return draft.given.get(name, "")

    def save_label(self, draft: Draft) -> str:
        return _("คืน")

    async def save(self, ctx: Context, draft: Draft) -> Reply:
        offer = await hand_overs.get_offer(ctx.db, draft.about["offer"])
        found = await tickets.get_ticket(ctx.db, offer.ticket)
        end(ctx, draft, outcome=found.no)
        if not _mine_to_return(ctx, offer, found):
            return await gone(ctx, found)
        word = draft.given["word"]
        return await _return(ctx, offer, found, "" if word == NO_WORD else word)


enter_form(ReturnForm())


async def _return(
    ctx: Context,
    offer: Offer,
    found: Ticket,
    word: str,
) -> Reply:
    if offer.giver is None:
        raise NotAllowed("not_yours")
    await ticket_saves.may_receive(ctx, offer.giver)
    ticket = replace(found, assignee=offer.giver)
    _decide(ctx, offer, OfferState.RETURNED)
    ticket_saves.write(ctx, found, ticket, ctx.staff.id)
    if word:
        ctx.change(_note_word, ctx=ctx, found=found, word=word)
    ctx.audit("ticket.returned", found.no)
    saved = replace(ticket, version=found.version + 1)
    ctx.notify(
        partial(_returned_notice, ctx.staff.name, saved, word),
        f"returned:{offer.id}",
        staff_id=offer.giver,
    )
    names = await staff.staff_names(ctx.db)
    who = doer_label(names, offer.giver, ctx.staff.id)
    text = _("✅ คืนใบงาน %(no)s ให้%(who)sแล้ว", no=found.no, who=who)
    return confirm(text, ticket_buttons.show_button(saved))


async def _note_word(
    tx: Tx,
    ctx: Context,
    found: Ticket,
    word: str,
) -> None:
    """The word with which a ticket goes back, in its list of changes."""
    change = Change(
        ctx.now,
        ctx.staff.id,
        "word",
        "",
        word,
        found.version + 1,
    )
    await changes.add(tx, found.no, [change])


def _returned_notice(name: str, ticket: Ticket, word: str) -> Reply:
    text = _("🎫 %(who)sคืนใบงาน %(no)s ให้คุณ", who=person_label(name), no=ticket.no)
    if word:
        text += f": {word}"
    show = ticket_buttons.show_button(ticket)
    return confirm(text, show, ticket_buttons.hand_over_button(ticket))
