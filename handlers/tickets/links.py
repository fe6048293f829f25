"""Tickets that belong together: tied by a small form, shown on both cards, untied by a tap."""

from collections.abc import Mapping

from domain.errors import InvalidInput
from domain.tickets.references import read_ticket_no
from handlers.chat import (
    Button,
    Card,
    Choice,
    Reply,
    confirm,
    say,
)
from handlers.desk import Context
from handlers.forms import reading as fields
from handlers.forms.drafts import Given, end, new_draft
from handlers.forms.engine import (
    Field,
    Form,
    Option,
    enter_form,
    start,
)
from handlers.i18n import _
from handlers.labels import field_label, value_label
from handlers.registry import action
from handlers.tickets import buttons as ticket_buttons
from handlers.tickets import cards as ticket_cards
from store.chat.forms import Draft
from store.tickets import links as ticket_links
from store.tickets import records as tickets
from store.tickets.links import TicketLink, TicketLinkKind

OFFERED = 8
"""The customer's other tickets that are offered."""


async def _parse_other(ctx: Context, draft: Draft, text: str) -> Given:
    """The number of another ticket that there is."""
    found = await tickets.find_ticket(ctx.db, read_ticket_no(text) or "")
    if found is None:
        raise InvalidInput("ticket", no=text[:20])
    no = draft.about["ticket"]
    if found.no == no:
        raise InvalidInput("link_itself")
    # Two tickets are tied in one way only, whichever of them says so.
    if found.no in await _tied(ctx, no):
        raise InvalidInput("tickets_linked", no=no, other=found.no)
    return {"other_ticket": found.no}


async def _tied(ctx: Context, no: str) -> set[str]:
    """The ticket and all that it is tied to."""
    found = {no}
    for link in await ticket_links.list_links(ctx.db, no):
        found |= {link.no, link.other}
    return found


async def _other_options(ctx: Context, draft: Draft) -> list[Option]:
    """The customer's latest tickets but this one and those that are tied already."""
    ticket = await tickets.get_ticket(ctx.db, draft.about["ticket"])
    if not ticket.customer:
        return []
    tied = await _tied(ctx, ticket.no)
    latest = await tickets.list_by_customer(
        ctx.db,
        ticket.customer,
        OFFERED + len(tied),
    )
    others = [each for each in latest if each.no not in tied][:OFFERED]
    for each in others:
        ctx.audit("ticket.listed", each.no)
    return [Option(each.no, ticket_cards.ticket_line(ctx, each)) for each in others]


class LinkForm(Form):
    """See `handlers.forms.engine.Form`."""

    kind = "ticket_link"
    fields: Mapping[str, Field] = {
        "other_ticket": Field(
            "other_ticket",
            "พิมพ์เลขใบงาน",
            _parse_other,
            _other_options,
            frozenset({"ticket"}),
            clearable=False,
        ),
        "link_kind": fields.named_field("link_kind"),
    }

    async def missing(self, ctx: Context, draft: Draft) -> list[str]:
        return [name for name in self.fields if not draft.given.get(name)]

    async def show(self, ctx: Context, draft: Draft) -> Card:
        lines = [
            (field_label(name), value_label(name, draft.given[name]))
            for name in self.fields
            if draft.given.get(name)
        ]
        return Card(_("🔗 ผูกใบงาน %(no)s", no=draft.about["ticket"]), tuple(lines))

    async def present(
        self,
        ctx: Context,
        draft: Draft,
        name: str,
    ) -> str:
        return value_label(name, draft.given.get(name, ""))

    async def save(self, ctx: Context, draft: Draft) -> Reply:
        link = TicketLink(
            draft.about["ticket"],
            TicketLinkKind(draft.given["link_kind"]),
            draft.given["other_ticket"],
        )
        ctx.change(
            ticket_links.add_link,
            link=link,
            by=ctx.staff.id,
            now=ctx.now,
        )
        ctx.audit("ticket.linked", link.no)
        end(ctx, draft, outcome=link.no)
        saved = _(
            "✅ บันทึกข้อมูลเรียบร้อย %(no)s %(kind)s %(other)s",
            no=link.no,
            kind=value_label("link_kind", link.kind),
            other=link.other,
        )
        return confirm(saved, _show(link.no), _show(link.other))


enter_form(LinkForm())


def _show(no: str) -> Button:
    return Button(no, "ticket.show", {"no": no})


@action("ticket.link")
async def link_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Tie this ticket to another."""
    ticket = await tickets.get_ticket(ctx.db, args["no"])
    ctx.audit("ticket.read", ticket.no)
    draft = new_draft(
        ctx,
        "ticket_link",
        {},
        about={"ticket": ticket.no},
    )
    return await start(ctx, draft)


@action("ticket.links", aside=True)
async def links_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """The tickets that this one is tied to: open one, untie one, tie one more."""
    ticket = await tickets.get_ticket(ctx.db, args["no"])
    ctx.audit("ticket.read", ticket.no)
    links = await ticket_links.list_links(ctx.db, ticket.no)
    others = [link.other if link.no == ticket.no else link.no for link in links]
    for other in others:
        ctx.audit("ticket.listed", other)
    known = await tickets.get_tickets(ctx.db, others)
    more = (
        Button(_("ผูกเพิ่ม"), "ticket.link", {"no": ticket.no}),
        ticket_buttons.show_button(ticket),
    )
    lines = [
        _("🔗 ใบงานที่ผูกกับ %(no)s", no=ticket.no),
        *ticket_cards.link_lines(ticket.no, links),
    ]
    if not others:
        lines.append(_("ไม่มีใบงานที่ผูกไว้"))
        return say("\n".join(lines), *more)
    options = []
    for other in others:
        line = ticket_cards.ticket_line(ctx, known[other])
        options.append(ticket_buttons.show_button(known[other], line))
    untie = [_untie_button(ticket.no, other) for other in others]
    return Reply(
        (
            Choice(
                "\n".join(lines),
                tuple(options),
                (*untie, *more),
            ),
        )
    )


def _untie_button(no: str, other: str) -> Button:
    return Button(
        _("เลิกผูก %(no)s", no=other),
        "ticket.unlink",
        {"no": no, "other": other},
        once=True,
    )


@action("ticket.unlink")
async def unlink_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Untie two tickets; Conflict("link_gone") where somebody did so before."""
    no = args["no"]
    other = args["other"]
    ctx.change(
        ticket_links.remove_link,
        no=no,
        other=other,
        by=ctx.staff.id,
        now=ctx.now,
    )
    ctx.audit("ticket.unlinked", no)
    text = _("✅ เลิกผูก %(no)s กับ %(other)s แล้ว", no=no, other=other)
    again = Button(_("ผูกเพิ่ม"), "ticket.link", {"no": no})
    return confirm(text, _show(no), again)
