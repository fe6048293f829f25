"""A post is composed here: its text, networks and time are asked, it is shown as each network will
show it, and then it is confirmed.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from uuid import uuid4

from domain.dates.days import BANGKOK
from domain.errors import NotAllowed
from domain.publicity.fields import PUBLICATION, publicity_texts
from domain.publicity.networks import Network
from domain.publicity.publications import Post, PostState, Publication
from domain.tickets.records import SEPARATOR
from handlers.chat import Card, Paragraph, Reply, say
from handlers.desk import BroadcastCost, Context
from handlers.files import cards as file_cards
from handlers.forms import draft_files
from handlers.forms.drafts import end, new_draft, with_values
from handlers.forms.engine import (
    Form,
    enter_form,
    form_button,
    own_draft,
    proceed,
    start,
)
from handlers.forms.projects import unsettled_text
from handlers.i18n import _
from handlers.labels import field_label, unset, when
from handlers.publicity import cards as publicity_cards
from handlers.publicity.approval import (
    as_seen,
    ask,
    nobody_else,
    others_who_may,
    price_notes,
)
from handlers.publicity.cards import about, network_name, networks_of
from handlers.publicity.fields import further_lines
from handlers.publicity.post_fields import (
    NOW,
    POST_FIELDS,
    is_over,
    post_time_text,
    refusals,
    text_values,
    words_for,
)
from handlers.publicity.saving import news_of
from handlers.registry import action, command
from store import files as file_store
from store.chat.forms import Dialog, Draft
from store.files import File, of_draft
from store.publicity import publications

PICTURES = ("image/jpeg", "image/png", "image/gif")


@command(
    "post",
    "โพสต์",
    about="เขียนข่าวแล้วโพสต์ลงเครือข่าย ทันทีหรือตั้งเวลา",
    posting=True,
    fits=r"$|.*\s.*\s|.{25,}",
)
async def post(ctx: Context, args: str) -> Reply:
    """Composes a post for the networks that the desk can post to."""
    ready = ctx.desk.networks.ready
    if not ready:
        where = "DESKBOT_FACEBOOK_PAGE_ID, DESKBOT_LINE_ACCESS_TOKEN"
        return say(unset(_("การโพสต์ลงเครือข่าย"), where, ctx.staff.role))
    values = text_values(ctx, args) if args else {}
    return await start(ctx, with_values(_begun(ctx, ready), values))


def _begun(ctx: Context, networks: Collection[Network]) -> Draft:
    """An empty draft to go out at once; `second` = the networks that want a second person's
    word.
    """
    # Kept with the draft: what was shown holds, though the office changes its rules meanwhile.
    second = ",".join(sorted(ctx.desk.configuration.posting.second))
    return new_draft(
        ctx,
        "post",
        {"networks": ",".join(sorted(networks)), "post_at": NOW},
        about={"second": second},
        dialog=Dialog(look=True),
    )


@action("post.again", posting=True)
async def again_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Begins a new post with the text and picture of one that did not go out; a time that is over
    is asked for.
    """
    old = await publications.get(ctx.db, args["no"])
    gone = [post for post in old.posts.values() if post.state is PostState.CANCELLED]
    if not gone:
        return Reply((await publicity_cards.card(ctx, old),))
    networks = {post.network for post in gone} & ctx.desk.networks.ready
    values = _values_of(old, gone)
    draft = with_values(_begun(ctx, networks), values)
    return await start(ctx, _with_picture(draft, old.picture))


def _values_of(old: Publication, gone: Sequence[Post]) -> dict[str, str]:
    """The draft's values for these posts: the longest of their texts, cut where one was shorter."""
    text = max((old.words_of(post) for post in gone), key=len)
    cut = [post.network for post in gone if old.words_of(post) != text]
    planned = [post.post_at.isoformat() for post in gone if post.post_at is not None]
    kept = publicity_texts(old)
    # It goes out on another day.
    del kept["published_on"]
    return {
        **kept,
        "text": text,
        "cut": ",".join(cut),
        "post_at": planned[0] if planned else NOW,
    }


@action("post.bare", in_place=True)
async def bare_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Takes the picture out of the post."""
    draft = await own_draft(ctx, args)
    record = of_draft(draft.id)
    for file in await file_store.list_files(ctx.db, record):
        remove = partial(
            file_store.remove,
            file=file,
            version=None,
            by=ctx.staff.id,
            now=ctx.now,
        )
        ctx.change(remove)
        ctx.attached[record] = ctx.attached.get(record, 0) - 1
    return await proceed(ctx, _with_picture(draft, ""))


def _with_picture(draft: Draft, file: str) -> Draft:
    return replace(draft, about={**draft.about, "picture": file})


def _wants_second(draft: Draft) -> bool:
    """Whether a second person's word is wanted."""
    wanting = draft.about.get("second", "").split(",")
    return any(network.value in wanting for network in networks_of(draft.given))


class PostForm(Form):
    """The form of a post that is composed."""

    kind = "post"
    fields = POST_FIELDS

    async def missing(self, ctx: Context, draft: Draft) -> list[str]:
        """For a text that a network would refuse it is asked what to do: nothing is cut unasked."""
        lacking = []
        if not draft.given.get("text"):
            lacking.append("text")
        if refusals(ctx, draft):
            lacking.append("cut")
        if not networks_of(draft.given):
            lacking.append("networks")
        if is_over(ctx, draft.given["post_at"]):
            lacking.append("post_at")
        if draft.query("projects"):
            lacking.append("projects")
        return lacking

    async def show(self, ctx: Context, draft: Draft) -> Card:
        data = draft.given
        count = await draft_files.waiting_with(ctx, draft)
        # Without a picture of its own it has that of the post which is written anew.
        if not count and draft.about.get("picture"):
            count = 1
        projects = about(data.get("projects", "").split(SEPARATOR), data.get("data_years", ""))
        lines = [
            *_previews(ctx, draft, bool(count)),
            (field_label("projects"), projects or unsettled_text(draft.query("projects"))),
            (field_label("post_at"), post_time_text(data["post_at"])),
            (field_label("files"), str(count or "")),
            *further_lines(ctx, data),
        ]
        names = ", ".join(network_name(ctx, network) for network in networks_of(data))
        title = " · ".join(filter(None, (f"📣 {_('โพสต์ใหม่')}", names)))
        notes = await _notes(ctx, draft, count)
        buttons = [form_button(_("แก้ไข"), "form.more", draft)]
        if count:
            buttons.append(form_button(_("นำรูปออก"), "post.bare", draft))
        return Card(
            title,
            tuple(line for line in lines if line[1]),
            "\n".join(filter(None, notes)),
            tuple(buttons),
        )

    async def present(self, ctx: Context, draft: Draft, name: str) -> str:
        if name == "post_at":
            return post_time_text(draft.given[name])
        return publicity_cards.present(ctx, draft.given, name)

    async def quick(self, ctx: Context, draft: Draft) -> tuple[str, ...]:
        return ("networks", "post_at")

    def save_label(self, draft: Draft) -> str:
        if _wants_second(draft):
            return _("ส่งให้ผู้อนุมัติ")
        post_at = draft.given["post_at"]
        if post_at != NOW:
            return _("ตั้งเวลาโพสต์ %(at)s", at=post_time_text(post_at))
        return _("โพสต์เลย %(count)s ช่องทาง", count=len(networks_of(draft.given)))

    async def save(self, ctx: Context, draft: Draft) -> Reply:
        if not ctx.staff.may_post:
            raise NotAllowed("post_right")
        others = [file for file in await _files(ctx, draft) if file.mime not in PICTURES]
        if others:
            names = file_cards.names(others)
            problem = _("%(files)s โพสต์ไม่ได้ ส่งเป็นรูป JPEG, PNG หรือ GIF หรือกด นำรูปออก", files=names)
            return await proceed(ctx, draft, problem=problem)
        if _wants_second(draft) and not await others_who_may(ctx, ctx.staff.id):
            return await proceed(ctx, draft, problem=nobody_else())
        return await _queue(ctx, draft)


enter_form(PostForm())


async def _files(ctx: Context, draft: Draft) -> list[File]:
    """What was sent while it was composed."""
    return await file_store.list_files(ctx.db, of_draft(draft.id))


def _previews(ctx: Context, draft: Draft, picture: bool) -> list[tuple[str, str]]:
    """The post as each network will show it; none while something is asked."""
    if draft.asking:
        return []
    lines = []
    for network in networks_of(draft.given):
        seen = as_seen(
            ctx,
            network,
            words_for(draft, network),
            picture,
        )
        lines.append((network_name(ctx, network), seen))
    return lines


async def _notes(ctx: Context, draft: Draft, count: int) -> list[str]:
    """What to know before it goes out; `count` = how many pictures there are."""
    notes = [
        *refusals(ctx, draft).values(),
        *_picture_notes(ctx, draft, count),
    ]
    if not draft.given.get("text") or draft.asking:
        return notes
    notes += await _said_before(ctx, draft)
    notes += await _costs(ctx, draft)
    if _wants_second(draft):
        notes.append(_("ต้องมีอีกคนอนุมัติก่อนโพสต์"))
    return notes


def _picture_notes(ctx: Context, draft: Draft, count: int) -> list[str]:
    """What becomes of the pictures, where that is not what one would think."""
    with_picture = ctx.desk.networks.with_picture
    bare = [network for network in networks_of(draft.given) if network not in with_picture]
    notes = []
    if bare and count:
        names = ", ".join(network_name(ctx, network) for network in bare)
        note = _("⚠️ %(networks)s จะได้เฉพาะข้อความ ไม่มีรูป", networks=names)
        why = unset(_("ลิงก์สำหรับรูป"), "DESKBOT_PUBLIC_URL", ctx.staff.role)
        notes.append(f"{note} · {why}")
    if count > 1:
        notes.append(_("โพสต์ใช้รูปล่าสุดรูปเดียว"))
    return notes


async def _said_before(ctx: Context, draft: Draft) -> list[str]:
    """The same words went out lately."""
    known = await publications.find_same_text(ctx.db, draft.given["text"], ctx.today)
    if known is None:
        return []
    on = publicity_cards.posted_on(known)
    return [
        _(
            "⚠️ ข้อความนี้บันทึกแล้วเมื่อ %(on)s เป็น %(no)s",
            on=on,
            no=known.no,
        )
    ]


async def _costs(ctx: Context, draft: Draft) -> list[str]:
    """What each network takes for it, before it goes out."""
    words = {network: words_for(draft, network) for network in networks_of(draft.given)}
    notes = []
    if Network.LINE in words:
        cost = await ctx.desk.networks.broadcast_cost(ctx.today)
        notes.append(_cost_text(cost))
    return notes + price_notes(ctx, words)


def _cost_text(cost: BroadcastCost | None) -> str:
    """How many people a broadcast goes to, and how many messages of the quota are left."""
    if cost is None:
        return _("⚠️ ดูโควตา Line ไม่ได้ตอนนี้")
    followers = _("ไม่ทราบ")
    if cost.followers is not None:
        followers = f"{cost.followers:,}"
    if cost.left is None:
        return _("Line: ผู้ติดตาม %(followers)s คน · โควตาไม่จำกัด", followers=followers)
    left = f"{cost.left:,}"
    text = _(
        "Line: ผู้ติดตาม %(followers)s คน · โควตาเหลือ %(left)s",
        followers=followers,
        left=left,
    )
    if cost.followers is not None and cost.followers > cost.left:
        return f"⚠️ {text} {_('ไม่พอส่งถึงทุกคน')}"
    return text


async def _queue(ctx: Context, draft: Draft) -> Reply:
    """The post waits for its time, which the poster takes up within a second, or first for a second
    person's word.
    """
    at_once = draft.given["post_at"] == NOW
    post_at = ctx.now if at_once else datetime.fromisoformat(draft.given["post_at"])
    pictures = [file for file in await _files(ctx, draft) if file.mime in PICTURES]
    picture = pictures[-1].id if pictures else draft.about.get("picture", "")
    published_on = post_at.astimezone(BANGKOK).date()
    data = {**draft.given, "published_on": published_on.isoformat()}
    publication = Publication(
        no=await publications.reserve_no(ctx.db),
        news=news_of(data),
        recorded_at=ctx.now,
        recorded_by=ctx.staff.id,
        picture=picture,
        posts=_posts(draft, post_at, at_once=at_once),
        **PUBLICATION.values(data, PUBLICATION.rows),
    )
    ctx.change(partial(publications.add, publication=publication))
    ids = [file.id for file in pictures]
    ctx.change(partial(file_store.hand_over, ids=ids, record=publication.no))
    end(ctx, draft, outcome=publication.no)
    text = await _queued_text(ctx, draft, publication, post_at)
    return Reply(
        (Paragraph(text, (publicity_cards.show_button(publication),)),),
        confirms=True,
    )


def _posts(draft: Draft, post_at: datetime, *, at_once: bool) -> dict[Network, Post]:
    """The posts on their way, or at first before a second person; one that is to go out at once has
    no time until it is approved.
    """
    state = PostState.WAITING
    at: datetime | None = post_at
    if _wants_second(draft):
        state = PostState.PROPOSED
        at = None if at_once else post_at
    posts = {}
    for network in networks_of(draft.given):
        posts[network] = Post(
            network,
            state,
            post_at=at,
            retry_key=str(uuid4()),
            text=words_for(draft, network),
        )
    return posts


async def _queued_text(
    ctx: Context,
    draft: Draft,
    publication: Publication,
    post_at: datetime,
) -> str:
    """What happens next; asks for the second person's word, where one is wanted."""
    no = publication.no
    if _wants_second(draft):
        asked = await ask(ctx, publication)
        names = ", ".join(person.name for person in asked)
        return _("✅ ส่ง %(no)s ให้ %(names)s อนุมัติแล้ว จะแจ้งผลให้ทราบ", no=no, names=names)
    networks = ", ".join(network_name(ctx, network) for network in publication.posts)
    if draft.given["post_at"] == NOW:
        return _("กำลังโพสต์ %(no)s ลง %(networks)s จะแจ้งผลให้ทราบ", no=no, networks=networks)
    return _(
        "✅ ตั้งเวลาโพสต์ %(no)s ลง %(networks)s %(at)s",
        no=no,
        networks=networks,
        at=when(post_at),
    )
