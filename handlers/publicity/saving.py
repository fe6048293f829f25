"""Publications are saved here: a new one with a closed ticket for each network, one more network, a
correction, a removal.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from uuid import uuid4

from domain.clock import pauses
from domain.errors import Conflict, NotAllowed
from domain.publicity.fields import NEWS, PUBLICATION
from domain.publicity.lengths import cut_to_fit
from domain.publicity.likeness import may_be_one
from domain.publicity.networks import Network
from domain.publicity.publications import (
    UNDER_WAY,
    UNKNOWN,
    Post,
    PostState,
    Publication,
    corrected,
    ticket_of,
)
from domain.publicity.reading import News
from domain.staff import StaffId
from domain.text import words
from domain.tickets.records import Ticket
from handlers.chat import (
    Card,
    Paragraph,
    Reply,
    ReplyPart,
    say,
)
from handlers.desk import Context, Work
from handlers.forms import draft_files
from handlers.forms.drafts import end, new_draft
from handlers.forms.engine import enter_form, form_button, proceed, start
from handlers.forms.one_field import OneField
from handlers.forms.reading import LONG_LIMIT, text_field
from handlers.i18n import _
from handlers.publicity import approval as publicity_approval
from handlers.publicity import cards as publicity_cards
from handlers.publicity import same_post
from handlers.publicity.cards import network_name, networks_of
from handlers.publicity.writing import first_link, key_in, update
from handlers.registry import SavedTicket, TicketEvent, after_save
from handlers.tickets import saves as ticket_saves
from store.chat.forms import Draft
from store.publicity import publications
from store.tickets import records as tickets

PENDING = (*UNDER_WAY, PostState.FAILED)
"""Posts that may still go out with the text that stands there."""
STATE_AFTER = {TicketEvent.VOIDED: PostState.MISTAKE, TicketEvent.RESTORED: PostState.POSTED}
"""What a post is after something was done to its ticket."""
REWRITE = "post.text"
REMARKED = (PostState.HIDDEN, PostState.REMOVED, PostState.MISTAKE)
"""What a ticket's remarks say of its post."""


def news_of(data: Mapping[str, str]) -> News:
    """Returns the news that a draft describes."""
    return News(**NEWS.values(data, NEWS.rows))


@after_save(place=10)
async def _after_save(ctx: Context, saved: SavedTicket) -> tuple[ReplyPart, ...]:
    """The post that a publicity ticket stands for counts as the ticket does, and its link may be
    logged anew.

    One that is hidden or gone stays so: no sum asks whether it counts beside its ticket.
    """
    state = STATE_AFTER.get(saved.event)
    if state is None:
        return ()
    no = saved.ticket.no
    publication = await publications.find_by_ticket(ctx.db, no)
    if publication is None:
        return ()
    post = next(post for post in publication.posts.values() if post.ticket_no == no)
    if {post.state, state} != {PostState.POSTED, PostState.MISTAKE}:
        return ()
    if post.joined_to:
        await same_post.separate(ctx, publication, post)
        return ()
    link = first_link(post.link) if state is PostState.POSTED else None
    counted = replace(post, state=state, link_key=link.key if link else "")
    new = await same_post.let_go(ctx, publication.with_post(counted))
    update(ctx, publication, new, ctx.staff.id)
    return ()


def _post(data: Mapping[str, str], network: Network) -> Post:
    """The post on one network, as a draft says it."""
    url = data.get(f"link_{network}", "")
    post = Post(network, PostState.POSTED, link=url)
    link = first_link(url)
    if link is None:
        return post
    return replace(post, link_key=link.key, page=link.page)


async def with_tickets(
    work: Work,
    publication: Publication,
    posts: Sequence[Post],
    by: StaffId | None,
) -> tuple[Publication, list[Ticket]]:
    """Returns the publication with these posts, and their closed tickets, which are written
    together with this work's changes.
    """
    added = []
    for post in posts:
        no = await work.new_ticket_no()
        publication = publication.with_post(replace(post, ticket_no=no))
        name = network_name(work, post.network)
        ticket = ticket_of(
            publication,
            post,
            no,
            name,
            by,
            work.now,
        )
        ticket = _closed_when_out(work, publication, post, ticket)
        ticket = _with_remark(ticket, post.state)
        added.append(ticket)
        ticket_saves.write_new(work, ticket)
        work.audit("ticket.created", no)
    return publication, added


def _closed_when_out(
    work: Work,
    publication: Publication,
    post: Post,
    ticket: Ticket,
) -> Ticket:
    """The ticket closed when its post went out; where only the day is known, at the end of work, or
    when it was recorded on that day.
    """
    if post.posted_at is not None:
        return pauses.closed(ticket, ticket.created_at)
    end_of_day = work.configuration.calendar.closing(publication.published_on)
    return pauses.closed(ticket, min(end_of_day, ticket.recorded_at))


async def find_known(ctx: Context, data: Mapping[str, str]) -> tuple[Publication, bool] | None:
    """Returns the publication that was logged with the same link or the same text, and whether it
    is surely the same; a link makes that sure, a text does not. Returns None if there is none.
    """
    for network in networks_of(data):
        key = _post(data, network).link_key
        found = await publications.find_by_link(ctx.db, key) if key else None
        if found:
            return found, True
    on = ctx.today
    if data.get("published_on"):
        on = date.fromisoformat(data["published_on"])
    same = await publications.find_same_text(ctx.db, data.get("text", ""), on)
    if same is None or (same.published_on == on and _is_perhaps_told(data, same)):
        return None
    return same, False


def _is_perhaps_told(data: Mapping[str, str], known: Publication) -> bool:
    """Whether a draft's post may be one that its network told of, which is asked once it is
    saved.
    """
    if known.recorded_by is not None:
        return False
    shared = [network for network in networks_of(data) if network in known.posts]
    return any(may_be_one(_post(data, network), known.posts[network]) for network in shared)


async def logged_already(ctx: Context, known: Publication) -> Reply:
    """Says when the link was logged, and shows the publication as it is now."""
    on = publicity_cards.posted_on(known)
    told = Paragraph(_("ลิงก์นี้บันทึกแล้วเมื่อ %(on)s เป็น %(no)s", on=on, no=known.no))
    return Reply((told, await publicity_cards.card(ctx, known)))


async def same_text(ctx: Context, draft: Draft, known: Publication) -> Reply:
    """Asks whether the same words are the same news on one more network, or another piece of
    news.
    """
    await proceed(ctx, draft)
    new = [network for network in networks_of(draft.given) if network not in known.taken]
    buttons = []
    if new:
        names = ", ".join(network_name(ctx, network) for network in new)
        label = _("เพิ่ม %(network)s ใน %(no)s", network=names, no=known.no)
        buttons.append(
            form_button(
                label,
                "publicity.join",
                draft,
                no=known.no,
            )
        )
    buttons += [
        form_button(_("บันทึกเป็นข่าวใหม่"), "publicity.anyway", draft),
        publicity_cards.show_button(known),
        form_button(_("ยกเลิก"), "form.cancel", draft),
    ]
    on = publicity_cards.posted_on(known)
    title = _(
        "⚠️ ข้อความนี้บันทึกแล้วเมื่อ %(on)s เป็น %(no)s",
        on=on,
        no=known.no,
    )
    fields = ((_("ข่าว"), publicity_cards.line(ctx, known)),)
    return Reply(
        (
            Card(
                title,
                fields,
                "",
                tuple(buttons),
            ),
        )
    )


async def save_new(ctx: Context, draft: Draft) -> Reply:
    """Saves a new publication with one closed ticket for each network (DOMAIN.md section 9); asks
    first if it seems to be logged already.
    """
    data = draft.given
    known = await find_known(ctx, data)
    if known is not None:
        there, sure = known
        if sure:
            end(
                ctx,
                draft,
                outcome=there.no,
                state="cancelled",
            )
            return await logged_already(ctx, there)
        if not draft.about.get("anyway"):
            return await same_text(ctx, draft, there)
    publication = Publication(
        no=await publications.reserve_no(ctx.db),
        news=news_of(data),
        recorded_at=ctx.now,
        recorded_by=ctx.staff.id,
        **PUBLICATION.values(data, PUBLICATION.rows),
    )
    posts = [_post(data, network) for network in networks_of(data)]
    publication, added = await with_tickets(
        ctx,
        publication,
        posts,
        ctx.staff.id,
    )
    ctx.change(partial(publications.add, publication=publication))
    await _keep_files(ctx, draft, added)
    end(ctx, draft, outcome=publication.no)
    reply = publicity_cards.saved(ctx, publication, added)
    asked = () if draft.about.get("anyway") else await same_post.asked_at_once(ctx, publication)
    return replace(reply, parts=(*reply.parts, *asked))


async def _keep_files(ctx: Context, draft: Draft, added: Sequence[Ticket]) -> None:
    """A picture sent with the news goes to its first ticket."""
    if added:
        await draft_files.keep_with(ctx, draft, added[0])


async def join(ctx: Context, draft: Draft, no: str) -> Reply:
    """Adds the draft's networks to the publication with this number."""
    old = await publications.get(ctx.db, no)
    further = [network for network in networks_of(draft.given) if network not in old.taken]
    posts = [_post(draft.given, network) for network in further]
    joined, added = await with_tickets(
        ctx,
        old,
        posts,
        ctx.staff.id,
    )
    shown = update(
        ctx,
        old,
        joined,
        ctx.staff.id,
    )
    await _keep_files(ctx, draft, added)
    end(ctx, draft, outcome=old.no)
    return publicity_cards.saved(ctx, shown, added)


async def correct(ctx: Context, draft: Draft) -> Reply:
    """Corrects a publication and its tickets; a further network gets its ticket. Raises
    Conflict("changed") if somebody was quicker.
    """
    data = draft.given
    old = await publications.get(ctx.db, draft.about["publication"])
    if str(old.version) != draft.about["version"]:
        raise Conflict("changed", record=old.no)
    values = PUBLICATION.values(data, PUBLICATION.rows)
    new = replace(old, news=news_of(data), **values)
    if new.news.text != old.news.text:
        new = _rewritten(ctx, old, new)
    chosen = networks_of(data)
    for post in old.out:
        new = new.with_post(_corrected_post(post, data, chosen))
    further = [_post(data, network) for network in chosen if network not in old.taken]
    new, added = await with_tickets(
        ctx,
        new,
        further,
        ctx.staff.id,
    )
    # The card was opened and saved as it was.
    if new == old:
        end(
            ctx,
            draft,
            outcome=old.no,
            state="cancelled",
        )
        return say(_("ไม่มีการเปลี่ยนแปลง"), publicity_cards.show_button(old))
    end(ctx, draft, outcome=old.no)
    return await _corrected(ctx, old, new, added)


def _corrected_post(post: Post, data: Mapping[str, str], chosen: Sequence[Network]) -> Post:
    """The post with the draft's link; one on a network that is no longer chosen was logged by
    mistake.
    """
    if post.network not in chosen:
        return replace(post, state=PostState.MISTAKE, link_key="")
    read = _post(data, post.network)
    page = read.page or post.page
    return replace(
        post,
        link=read.link,
        link_key=read.link_key,
        page=page,
    )


async def _corrected(
    ctx: Context,
    old: Publication,
    new: Publication,
    added: Sequence[Ticket] = (),
) -> Reply:
    """Written; where that leaves posts without a word to their text, it is asked for."""
    new = await same_post.let_go(ctx, new)
    await write_correction(
        ctx,
        old,
        new,
        ctx.staff.id,
    )
    shown = replace(new, version=old.version + 1)
    saved = publicity_cards.saved(ctx, shown, added)
    if not publicity_approval.proposed(shown) or new.news.text == old.news.text:
        return saved
    asked = await publicity_approval.ask(ctx, shown)
    told = publicity_approval.nobody_else()
    if asked:
        names = ", ".join(person.name for person in asked)
        told = _("ข้อความเปลี่ยน ส่งให้ %(names)s อนุมัติใหม่แล้ว", names=names)
    return replace(saved, parts=(*saved.parts, Paragraph(told)))


def only_pending(publication: Publication) -> bool:
    """Says whether nothing of the publication is out, and something may still go out."""
    return not publication.out and bool(_pending(publication))


async def begin_rewrite(ctx: Context, publication: Publication) -> Reply:
    """Asks for another text of what is not out yet. Raises Conflict("post_unclear") if it perhaps
    is, NotAllowed("post_text") if it is somebody else's text.
    """
    _check_writer(ctx, publication)
    draft = new_draft(
        ctx,
        REWRITE,
        {},
        record=publication.no,
        record_version=publication.version,
    )
    return await start(ctx, draft)


async def _heading(ctx: Context, draft: Draft) -> str:
    found = await publications.get(ctx.db, draft.record)
    told = _("แก้ข้อความที่รอโพสต์ %(no)s (เปลี่ยนเวลาหรือรูป ให้ยกเลิกการโพสต์แล้วกด แก้แล้วส่งใหม่)", no=found.no)
    return f"{told}\n\n{found.news.text}"


async def _rewrite(ctx: Context, draft: Draft, text: str) -> Reply:
    old = await publications.get(ctx.db, draft.record)
    if old.version != draft.record_version:
        raise Conflict("changed", record=old.no)
    new = replace(old, news=replace(old.news, text=text))
    if text != old.news.text:
        new = _rewritten(ctx, old, new)
    end(ctx, draft, outcome=old.no)
    return await _corrected(ctx, old, new)


enter_form(
    OneField(
        REWRITE,
        text_field("text", "พิมพ์ข้อความใหม่ทั้งหมด", LONG_LIMIT),
        _heading,
        _rewrite,
    )
)


def _pending(publication: Publication) -> list[Post]:
    return [post for post in publication.posts.values() if post.state in PENDING]


def _check_writer(ctx: Context, publication: Publication) -> None:
    """Conflict("post_unclear") where the text is perhaps out, NotAllowed("post_text") where it is
    somebody else's.
    """
    pending = _pending(publication)
    if any(_perhaps_out(post) for post in pending):
        raise Conflict("post_unclear")
    if not pending:
        return
    if publication.recorded_by != ctx.staff.id or not ctx.staff.may_post:
        raise NotAllowed("post_text")


def _perhaps_out(post: Post) -> bool:
    return post.error == UNKNOWN or post.state in (PostState.SENDING, PostState.UNCLEAR)


def _rewritten(ctx: Context, old: Publication, new: Publication) -> Publication:
    """Another text for what is not out yet: its writer's alone; a word given to the old one does
    not hold for it.
    """
    _check_writer(ctx, old)
    pending = _pending(old)
    for post in pending:
        text = new.news.text
        # One that was cut to fit is cut again.
        if post.text not in ("", old.news.text):
            text = cut_to_fit(post.network, text)
        publicity_cards.check_fits(ctx, post.network, text)
        new = new.with_post(replace(post, text=text))
    networks = [post.network for post in pending]
    if pending and publicity_approval.wants_second(ctx, networks):
        new = _proposed_anew(ctx, new, networks)
    return new


def _proposed_anew(ctx: Context, new: Publication, networks: Sequence[Network]) -> Publication:
    """These posts wait for a second person's word."""
    new = replace(new, released_by=None)
    for network in networks:
        post = new.posts[network]
        at = post.post_at
        # A time that is over (it failed then) is none any more: it goes out when it is approved.
        if at is not None and at <= ctx.now:
            at = None
        fresh = Post(
            network,
            PostState.PROPOSED,
            post_at=at,
            retry_key=str(uuid4()),
            text=post.text,
        )
        new = new.with_post(fresh)
    return new


async def write_correction(
    work: Work,
    old: Publication,
    new: Publication,
    by: StaffId | None,
) -> None:
    """Has the changed publication written, and the changes that follow for its tickets; a removal
    stands in the remarks of a ticket.
    """
    numbers = [post.ticket_no for post in old.posts.values() if post.ticket_no]
    known = await tickets.get_tickets(work.db, numbers)
    for network, post in old.posts.items():
        ticket = known.get(post.ticket_no)
        now = new.posts[network]
        if ticket is None or now.ticket_no != post.ticket_no:
            continue
        after = corrected(
            ticket,
            old,
            new,
            network,
            network_name(work, network),
        )
        if new.published_on != old.published_on:
            after = _closed_when_out(work, new, now, after)
        _change_ticket(
            work,
            ticket,
            _with_remark(after, now.state),
            by,
        )
    update(work, old, new, by)


def _with_remark(ticket: Ticket, state: PostState) -> Ticket:
    """Its remarks say that the post is gone or hidden, or no longer say so."""
    table = words("publicity")
    said = {each: table.text(f"remark_{each}") for each in REMARKED}
    remarks = [line for line in ticket.remarks.splitlines() if line not in said.values()]
    if state in said:
        remarks.append(said[state])
    return replace(ticket, remarks="\n".join(remarks))


def _change_ticket(
    work: Work,
    old: Ticket,
    new: Ticket,
    by: StaffId | None,
) -> None:
    if tickets.differences(old, new):
        ticket_saves.write(work, old, new, by)
        work.audit("ticket.changed", old.no)


async def set_state(
    ctx: Context,
    old: Publication,
    network: Network,
    state: PostState,
    by: StaffId | None,
) -> Publication:
    """Changes the state of one post: taken down, logged by mistake, or neither after all. Returns
    the publication as it will be.
    """
    post = old.posts[network]
    new = old.with_post(replace(post, state=state, link_key=key_in(post, state)))
    new = await same_post.let_go(ctx, new)
    await write_correction(ctx, old, new, by)
    return replace(new, version=old.version + 1)
