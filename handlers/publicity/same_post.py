"""One post that was logged by hand and told by its network: whoever logged it is asked, the two are
joined into one that counts, and parted again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

from domain.errors import Conflict
from domain.publicity.likeness import are_alike, may_be_one
from domain.publicity.networks import Network
from domain.publicity.page_feed import state_on_page
from domain.publicity.publications import Post, PostState, Publication
from domain.tickets import voiding
from domain.tickets.records import Status, Ticket
from handlers.chat import Button, Card, Paragraph, Reply, ReplyPart, say
from handlers.desk import Context, Work
from handlers.i18n import _
from handlers.publicity import cards as publicity_cards
from handlers.publicity.writing import key_in, update
from handlers.registry import action, due
from handlers.tickets import saves as ticket_saves
from store.due import Due, plan
from store.publicity import page_posts, publications
from store.tickets import records as tickets

KIND = "publicity.one"


def look_for_who_logged(work: Work, told: Publication) -> None:
    """Has whoever logged a post asked, within office hours, of which a network has just told."""
    row = Due(KIND, told.no, "", work.now)
    work.change(partial(plan, rows=[row]))


@due(KIND)
async def ask_who_logged(work: Work, rows: Sequence[Due]) -> None:
    """Asks whoever logged what may be the post that a network told of."""
    for row in rows:
        told = await publications.get(work.db, row.subject)
        await _ask_about(work, told)


async def _ask_about(work: Work, told: Publication) -> None:
    for network in told.posts:
        logged = await _twin(work, told, network)
        if logged is None:
            continue
        asked = partial(_asked, work, logged, told, network)
        key = f"publicity:one:{logged.no}:{told.no}"
        work.notify(asked, key, staff_id=logged.recorded_by)


async def asked_at_once(ctx: Context, logged: Publication) -> tuple[ReplyPart, ...]:
    """Returns the question whether what was just logged is a post that its network told of before;
    nothing where none is like it.
    """
    for network in logged.posts:
        told = await _twin(ctx, logged, network)
        if told is not None:
            return (_question(ctx, logged, told, network),)
    return ()


async def _twin(work: Work, one: Publication, network: Network) -> Publication | None:
    """The publication of the same day whose post on this network may be the same."""
    for other in await publications.list_of_day(work.db, one.published_on, network):
        if other.no != one.no and is_twin(one, other, network):
            return other
    return None


def is_twin(one: Publication, other: Publication, network: Network) -> bool:
    """Returns whether the posts of two publications of one day may be one: one that somebody logged
    and one that nobody did, with texts that share most of their words.
    """
    logged, told = sorted((one, other), key=lambda each: each.recorded_by is None)
    if logged.recorded_by is None or told.recorded_by is not None:
        return False
    if not may_be_one(logged.posts[network], told.posts[network]):
        return False
    return are_alike(logged.news.text, told.news.text)


def _asked(work: Work, logged: Publication, told: Publication, network: Network) -> Reply:
    return Reply((_question(work, logged, told, network),))


def _question(work: Work, logged: Publication, told: Publication, network: Network) -> Card:
    args = {"no": told.no, "logged": logged.no, "network": network.value}
    name = publicity_cards.network_name(work, network)
    return Card(
        _("⚠️ อาจเป็นโพสต์เดียวกันบน %(network)s นับครั้งเดียวไหม", network=name),
        (
            (_("ที่คุณบันทึก"), publicity_cards.line(work, logged)),
            (_("จากหน้าเพจ"), publicity_cards.line(work, told)),
        ),
        "",
        (
            Button(_("โพสต์เดียวกัน"), "publicity.one", args),
            Button(_("คนละโพสต์"), "publicity.two", args),
            publicity_cards.show_button(told, _("ดู %(no)s", no=told.no)),
        ),
    )


@action("publicity.one", in_place=True)
async def one_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Joins two posts: the one that was logged goes on with what the network tells, and the other
    counts no longer.
    """
    network = Network(args["network"])
    told = await publications.get(ctx.db, args["no"])
    logged = await publications.get(ctx.db, args["logged"])
    there = told.posts[network]
    if there.joined_to:
        return _joined(told, there.joined_to, network)
    if not may_be_one(logged.posts[network], there):
        raise Conflict("changed", record=logged.no)
    update(ctx, logged, logged.with_post(_with_reach(logged.posts[network], there)), ctx.staff.id)
    gone = replace(
        there,
        state=PostState.MISTAKE,
        link_key="",
        joined_to=logged.no,
        reach_at=None,
    )
    update(ctx, told, told.with_post(gone), ctx.staff.id)
    ticket = await _ticket(ctx, there)
    if ticket is not None and ticket.status is not Status.VOIDED:
        reason = _("โพสต์เดียวกับ %(no)s", no=logged.posts[network].ticket_no or logged.no)
        ticket_saves.write(ctx, ticket, voiding.voided(ticket, reason), ctx.staff.id)
        ctx.audit("ticket.voided", ticket.no)
    return _joined(told, logged.no, network)


def _with_reach(logged: Post, told: Post) -> Post:
    """The logged post under the name by which its network tells of it."""
    return replace(
        logged,
        external_id=told.external_id,
        posted_at=logged.posted_at or told.posted_at,
        delivered=told.delivered,
        opened=told.opened,
        reach_at=told.reach_at,
        reached_at=told.reached_at,
    )


def _joined(told: Publication, logged: str, network: Network) -> Reply:
    text = _(
        "✅ บันทึกข้อมูลเรียบร้อย %(one)s และ %(other)s เป็นโพสต์เดียวกัน นับครั้งเดียว",
        one=logged,
        other=told.no,
    )
    show = Button(_("ดูข่าวนี้"), "publicity.show", {"no": logged})
    return Reply(
        (Paragraph(text, (publicity_cards.separate_button(told, network), show)),), confirms=True
    )


@action("publicity.two", in_place=True)
async def two_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Leaves two posts as they are."""
    return say(_("นับแยกกันตามเดิม %(one)s และ %(other)s", one=args["logged"], other=args["no"]))


@action("publicity.separate", in_place=True)
async def separate_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Takes the joining of two posts back."""
    told = await publications.get(ctx.db, args["no"])
    network = Network(args["network"])
    there = told.posts[network]
    if there.joined_to:
        await _restore_ticket(ctx, await separate(ctx, told, there))
    text = _("✅ บันทึกข้อมูลเรียบร้อย แยก %(no)s เป็นอีกโพสต์แล้ว", no=told.no)
    return Reply((Paragraph(text, (publicity_cards.show_button(told),)),), confirms=True)


async def separate(ctx: Context, told: Publication, there: Post) -> Post:
    """Has both publications written as two again; returns the told post as it counts now."""
    logged = await publications.get(ctx.db, there.joined_to)
    mine = logged.posts[there.network]
    if mine.external_id == there.external_id:
        update(ctx, logged, logged.with_post(_without_number(mine)), ctx.staff.id)
    return await _count_again(ctx, told, there, mine)


async def let_go(ctx: Context, logged: Publication) -> Publication:
    """Returns a publication without what its mistaken posts were joined with, which counts again:
    that the network told of it is no mistake.
    """
    for mine in logged.posts.values():
        if mine.state is not PostState.MISTAKE or mine.joined_to or not mine.external_id:
            continue
        told = await publications.find_joined(ctx.db, logged.no, mine.network)
        if told is not None:
            again = await _count_again(ctx, told, told.posts[mine.network], mine)
            await _restore_ticket(ctx, again)
            logged = logged.with_post(_without_number(mine))
    return logged


def _without_number(mine: Post) -> Post:
    """The logged post without the name by which its network tells of it, and without its reach."""
    return replace(
        mine,
        external_id="",
        delivered=None,
        opened=None,
        reach_at=None,
        reached_at=None,
    )


async def _count_again(
    ctx: Context,
    told: Publication,
    there: Post,
    mine: Post,
) -> Post:
    """Has the told post written as one of its own, with the reach that it has by now; returns
    it.
    """
    on_page = await page_posts.find(ctx.db, there.external_id)
    state = state_on_page(on_page)
    again = replace(
        there,
        state=state,
        link_key=key_in(there, state),
        joined_to="",
        delivered=mine.delivered,
        opened=mine.opened,
        reach_at=mine.reach_at,
        reached_at=mine.reached_at,
    )
    update(ctx, told, told.with_post(again), ctx.staff.id)
    ctx.change(partial(page_posts.lead_to, post_id=there.external_id, publication=told.no))
    return again


async def _restore_ticket(ctx: Context, again: Post) -> None:
    ticket = await _ticket(ctx, again)
    if ticket is not None and ticket.status is Status.VOIDED:
        ticket_saves.write(ctx, ticket, voiding.restored(ticket), ctx.staff.id)
        ctx.audit("ticket.restored", ticket.no)


async def _ticket(ctx: Context, post: Post) -> Ticket | None:
    return await tickets.find_ticket(ctx.db, post.ticket_no) if post.ticket_no else None
