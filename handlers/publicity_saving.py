"""Saving publicity: a new piece of news with a closed ticket a network, a network more, a correction, a removal."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import partial

from domain.errors import Conflict
from domain.publications import Post, PostState, Publication, corrected, ticket_of
from domain.publicity import Network, News, find_links
from domain.staff import StaffId
from domain.text import words
from domain.tickets import Ticket
from handlers import draft_files, publicity_cards, ticket_saves
from handlers.chat import Card, Paragraph, Reply
from handlers.desk import Context, Work
from handlers.forms import end, form_button, proceed
from handlers.i18n import _
from handlers.publicity_cards import network_name
from store import counters, publications, tickets
from store.forms import Draft
from store.tickets import SEPARATOR


def news_of(data: Mapping[str, str]) -> News:
    """What a draft says was publicised."""
    projects = tuple(filter(None, data.get("projects", "").split(SEPARATOR)))
    return News(data.get("text", ""), projects, data.get("data_years", ""))


def _networks(data: Mapping[str, str]) -> list[Network]:
    return [network for network in Network if network.value in data.get("networks", "").split(",")]


def _post(data: Mapping[str, str], network: Network) -> Post:
    url = data.get(f"link_{network}", "")
    link = next(iter(find_links(url)), None)
    key, page = (link.key, link.page) if link else ("", "")
    return Post(network, PostState.POSTED, link=url, link_key=key, page=page)


async def with_tickets(
    work: Work, publication: Publication, posts: Sequence[Post], by: StaffId | None
) -> tuple[Publication, list[Ticket]]:
    """The publication with these posts, and their closed tickets, which are written with this work's changes."""
    added = []
    for post in posts:
        no = await counters.reserve_ticket_no(work.db, work.now)
        publication = publication.with_post(replace(post, ticket_no=no))
        ticket = ticket_of(publication, post, no, network_name(work, post.network), by, work.now)
        ticket = _with_remark(ticket, post.state)
        added.append(ticket)
        ticket_saves.write_new(work, ticket)
        work.audit("ticket.created", no)
    return publication, added


async def find_twin(ctx: Context, data: Mapping[str, str]) -> tuple[Publication | None, bool]:
    """The publication that these are, or seem to be, and whether that is sure: the same link, else the same text."""
    for network in _networks(data):
        key = _post(data, network).link_key
        if key and (found := await publications.find_by_link(ctx.db, key)):
            return found, True
    on = date.fromisoformat(data["published_on"]) if data.get("published_on") else ctx.today
    return await publications.find_same_text(ctx.db, data.get("text", ""), on), False


async def logged_already(ctx: Context, twin: Publication) -> Reply:
    """The link is known: when it was logged, and the publication as it is now."""
    on = publicity_cards.posted_on(twin)
    told = Paragraph(_("ลิงก์นี้บันทึกแล้วเมื่อ %(on)s เป็น %(no)s", on=on, no=twin.no))
    return Reply((told, await publicity_cards.card(ctx, twin)))


async def same_text(ctx: Context, draft: Draft, twin: Publication) -> Reply:
    """The same words went out lately: is it the same news on one more network, or another?"""
    await proceed(ctx, draft)
    on = publicity_cards.posted_on(twin)
    new = [network for network in _networks(draft.data) if network not in twin.taken]
    buttons = []
    if new:
        names = ", ".join(network_name(ctx, network) for network in new)
        label = _("เพิ่ม %(network)s ใน %(no)s", network=names, no=twin.no)
        buttons.append(form_button(label, "publicity.join", draft, no=twin.no))
    buttons.append(form_button(_("บันทึกเป็นข่าวใหม่"), "publicity.anyway", draft))
    buttons.append(publicity_cards.show_button(twin))
    buttons.append(form_button(_("ยกเลิก"), "form.cancel", draft))
    title = _("⚠️ ข้อความนี้บันทึกแล้วเมื่อ %(on)s เป็น %(no)s", on=on, no=twin.no)
    return Reply((Card(title, ((twin.no, publicity_cards.line(ctx, twin)),), "", tuple(buttons)),))


async def save_new(ctx: Context, draft: Draft) -> Reply:
    """One publication, one ticket a network, each closed at once (DOMAIN.md section 9); a twin is asked about."""
    data = draft.data
    twin, sure = await find_twin(ctx, data)
    if twin and sure:
        end(ctx, draft, outcome=twin.no, state="cancelled")
        return await logged_already(ctx, twin)
    if twin and not data.get("anyway"):
        return await same_text(ctx, draft, twin)
    publication = Publication(
        no=await publications.reserve_no(ctx.db),
        news=news_of(data),
        published_on=date.fromisoformat(data["published_on"]),
        recorded_at=ctx.now,
        recorded_by=ctx.staff.id,
    )
    posts = [_post(data, network) for network in _networks(data)]
    publication, added = await with_tickets(ctx, publication, posts, ctx.staff.id)
    ctx.change(partial(publications.add, publication=publication))
    await _keep_files(ctx, draft, added)
    end(ctx, draft, outcome=publication.no)
    return publicity_cards.saved(ctx, publication, added)


async def _keep_files(ctx: Context, draft: Draft, added: Sequence[Ticket]) -> None:
    """A picture sent with the news goes to its first ticket."""
    if added:
        await draft_files.keep_with(ctx, draft, added[0])


async def join(ctx: Context, draft: Draft, no: str) -> Reply:
    """The draft's networks are further ones of a publication that there is."""
    twin = await publications.get(ctx.db, no)
    posts = [_post(draft.data, network) for network in _networks(draft.data) if network not in twin.taken]
    joined, added = await with_tickets(ctx, twin, posts, ctx.staff.id)
    ctx.change(partial(publications.update, old=twin, new=joined, by=ctx.staff.id, now=ctx.now))
    await _keep_files(ctx, draft, added)
    end(ctx, draft, outcome=twin.no)
    return publicity_cards.saved(ctx, replace(joined, version=twin.version + 1), added)


async def correct(ctx: Context, draft: Draft) -> Reply:
    """What was logged is put right, in the publication and in its tickets; a network more gets its ticket."""
    data = draft.data
    old = await publications.get(ctx.db, data["publication"])
    if str(old.version) != data["version"]:
        raise Conflict("changed", record=old.no)
    new = replace(old, news=news_of(data), published_on=date.fromisoformat(data["published_on"]))
    chosen = _networks(data)
    for post in old.out:
        if post.network not in chosen:
            new = new.with_post(replace(post, state=PostState.MISTAKE, link_key=""))
            continue
        read = _post(data, post.network)
        new = new.with_post(replace(post, link=read.link, link_key=read.link_key, page=read.page or post.page))
    further = [_post(data, network) for network in chosen if network not in old.taken]
    new, added = await with_tickets(ctx, new, further, ctx.staff.id)
    if new == old:
        end(ctx, draft, outcome=old.no, state="cancelled")
        return Reply((Paragraph(_("ไม่มีการเปลี่ยนแปลง"), (publicity_cards.show_button(old),)),))
    await write_correction(ctx, old, new, ctx.staff.id)
    end(ctx, draft, outcome=old.no)
    return publicity_cards.saved(ctx, replace(new, version=old.version + 1), added)


async def write_correction(work: Work, old: Publication, new: Publication, by: StaffId | None) -> None:
    """The publication's changes and those that follow for its tickets; a removal stands in a ticket's remarks."""
    known = await tickets.get_tickets(work.db, [post.ticket_no for post in old.posts.values() if post.ticket_no])
    for network, post in old.posts.items():
        ticket = known.get(post.ticket_no)
        if ticket is not None and post.ticket_no == new.posts[network].ticket_no:
            after = corrected(ticket, old, new, network, network_name(work, network))
            _change_ticket(work, ticket, _with_remark(after, new.posts[network].state), by)
    work.change(partial(publications.update, old=old, new=new, by=by, now=work.now))


def _with_remark(ticket: Ticket, state: PostState) -> Ticket:
    """Its remarks say that the post is gone or hidden, or no longer say so."""
    told = (PostState.HIDDEN, PostState.REMOVED, PostState.MISTAKE)
    said = {each: words("publicity").text(f"remark_{each}") for each in told}
    others = [line for line in ticket.remarks.splitlines() if line not in said.values()]
    return replace(ticket, remarks="\n".join([*others, *filter(None, [said.get(state)])]))


def _change_ticket(work: Work, old: Ticket, new: Ticket, by: StaffId | None) -> None:
    if tickets.differences(old, new):
        ticket_saves.write(work, old, new, by)
        work.audit("ticket.changed", old.no)


async def set_state(
    work: Work, old: Publication, network: Network, state: PostState, by: StaffId | None
) -> Publication:
    """A post was taken down, logged by mistake, or neither after all."""
    post = old.posts[network]
    link = next(iter(find_links(post.link)), None)
    key = "" if state is PostState.MISTAKE else post.link_key or (link.key if link else "")
    new = old.with_post(replace(post, state=state, link_key=key))
    await write_correction(work, old, new, by)
    return replace(new, version=old.version + 1)
