"""Publicity (subject 10): logged from one line, a link or a forwarded post; listed, corrected,
removed.
"""

from collections.abc import Mapping
from dataclasses import replace

from domain.dates.days import BANGKOK
from domain.errors import InvalidInput
from domain.publicity.publications import PostState
from domain.publicity.reading import Network, PostLinkKind, begins_with_link, find_links
from domain.tickets.references import ReferenceKind, read_alone
from handlers.chat import Button, Card, Paragraph, Reply, ReplyPart, Text
from handlers.desk import Context
from handlers.files.cards import as_document
from handlers.forms.engine import (
    FRESH,
    advance,
    own_draft,
    park_open,
    resume_part,
    start,
    with_values,
)
from handlers.i18n import _
from handlers.labels import doer_label, when
from handlers.publicity import (
    cards as publicity_cards,
)
from handlers.publicity import (
    saving as publicity_saving,
)
from handlers.publicity import (
    summary as publicity_summary,
)
from handlers.publicity.cards import network_name, networks_of
from handlers.publicity.form import edit_publicity, link_values, new_publicity, read_news
from handlers.records import changes as change_text
from handlers.registry import action, command, reads_text, state
from store import files as file_store
from store import staff
from store.chat.forms import Draft
from store.publicity import publications
from store.records import changes

PAGE = 8
SUMMARY_WORDS = ("สรุป", "summary")
LIST_WORDS = ("รายการ", "ล่าสุด", "list")
_FITS = (
    r"(?is)$|.*(https?://|facebook\.com|fb\.watch|fb\.me|x\.com|twitter\.com|lin\.ee|line\.me)|สรุป|รายการ|ล่าสุด|P\d|"
    r"(เฟซ\S*|เฟส\S*|facebook|fb|ทวิต\S*|twitter|x|ไลน์|line)(\s|$)|ผล|ข่าว|เผยแพร่|สำรวจ|สำมะโน"
)


@command(
    "publicize",
    "ประชาสัมพันธ์",
    about="บันทึกข่าวประชาสัมพันธ์ เช่น ประชาสัมพันธ์ เฟซ ไลน์ ผลสำรวจภาวะการทำงานของประชากร ต.ค. 69 ลิงก์ หรือ ประชาสัมพันธ์ สรุป ปีงบนี้",
    fits=_FITS,
)
async def publicize(ctx: Context, args: str) -> Reply:
    """Log publicity from one line, asking for what is missing; or show one, the latest, or the
    summary.
    """
    text = args.strip()
    first, _blank, rest = text.partition(" ")
    if not text:
        return await _begin(ctx)
    one = read_alone(text)
    if one and one.kind is ReferenceKind.PUBLICATION:
        return await _show(ctx, one.value)
    if first.casefold() in SUMMARY_WORDS:
        return await publicity_summary.summary(ctx, rest)
    if first.casefold() in LIST_WORDS and not rest:
        return await recent_pressed(ctx, {})
    return await _log(ctx, text)


async def _begin(ctx: Context) -> Reply:
    """The form, and beside it what there is."""
    reply = await start(ctx, new_publicity(ctx, {}), "text")
    more = (Button(_("รายการล่าสุด"), "publicity.recent"), Button(_("สรุป"), "publicity.summary"))
    return Reply((*reply.parts, Paragraph(_("หรือดูที่บันทึกแล้ว"), more)))


async def _log(ctx: Context, text: str) -> Reply:
    await park_open(ctx)
    body = ctx.incoming.body
    first_at = body.first_at if isinstance(body, Text) else None
    forwarded = (
        {"published_on": first_at.astimezone(BANGKOK).date().isoformat()} if first_at else {}
    )
    return await _open(ctx, new_publicity(ctx, {**forwarded, **read_news(ctx, text)}))


async def _open(ctx: Context, draft: Draft) -> Reply:
    """The card of a new publication; where its link or its words are known, what is known
    instead.
    """
    twin, sure = await publicity_saving.find_twin(ctx, draft.given)
    if twin and sure:
        return await publicity_saving.logged_already(ctx, twin)
    if twin and networks_of(draft.given):
        return await publicity_saving.same_text(ctx, draft, twin)
    return await advance(ctx, draft)


@reads_text(place=10)
async def pasted(ctx: Context, text: str, draft: Draft | None) -> Reply | None:
    """A link to a post that was pasted or forwarded, without any command; None where there is none.

    While a publication's card is open, the link of another network belongs to it.
    """
    links = find_links(text)
    if not links and begins_with_link(text):
        raise InvalidInput("post_link")
    if not links:
        return None
    posts = [link for link in links if link.kind is not PostLinkKind.PAGE]
    if not posts:
        return None if len(text.split()) > 1 else _refuse_page()
    if draft is not None and draft.kind == "publicity" and ctx.now - draft.touched_at <= FRESH:
        there = networks_of(draft.given)
        missing = [link for link in posts if not draft.given.get(f"link_{link.network}")]
        if len(missing) == len(posts):
            networks = {*there, *(link.network for link in posts)}
            chosen = ",".join(network for network in Network if network in networks)
            return await _open(ctx, with_values(draft, {**link_values(posts), "networks": chosen}))
    parked = await park_open(ctx)
    reply = await _log(ctx, text)
    return replace(reply, parts=(*reply.parts, await resume_part(ctx, parked))) if parked else reply


def begun(ctx: Context, caption: str) -> Draft | None:
    """A publication to which a picture belongs whose caption links to a post; None for any other
    picture.
    """
    posts = [link for link in find_links(caption) if link.kind is not PostLinkKind.PAGE]
    return replace(new_publicity(ctx, {}), asking="text") if posts else None


def _refuse_page() -> Reply:
    raise InvalidInput("post_link_page")


@action("publicity.anyway", in_place=True)
async def anyway_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """The same words, but another piece of news."""
    draft = await own_draft(ctx, args)
    return await advance(ctx, replace(draft, about={**draft.about, "anyway": "1"}))


@action("publicity.join", in_place=True)
async def join_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """The same news on a further network."""
    return await publicity_saving.join(ctx, await own_draft(ctx, args), args["no"])


# What is there.


async def _show(ctx: Context, no: str) -> Reply:
    found = await publications.get(ctx.db, no)
    return Reply((await publicity_cards.card(ctx, found),))


@state("P")
async def present(ctx: Context, record: str, version: int | None) -> Reply | None:
    """Who was quicker and when, and the publication as it is, where it is no longer as a button
    showed it.
    """
    found = await publications.find(ctx.db, record)
    if found is None or found.version == version:
        return None
    latest = await changes.list_changes(ctx.db, record, found.version - 1)
    names = await staff.staff_names(ctx.db)
    parts: list[ReplyPart] = []
    if latest:
        who = doer_label(names, latest[-1].by, ctx.staff.id)
        told = _("%(who)sแก้ไข %(no)s แล้วเมื่อ %(at)s", who=who, no=record, at=when(latest[-1].at))
        parts.append(Paragraph(told))
    return Reply((*parts, await publicity_cards.card(ctx, found)))


@action("publicity.show")
async def show_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """One publication's card."""
    return await _show(ctx, args["no"])


@action("publicity.picture")
async def picture_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """The picture that goes out with it, or went."""
    found = await publications.get(ctx.db, args["no"])
    file = await file_store.get_file(ctx.db, found.picture)
    buttons = (publicity_cards.show_button(found),)
    return Reply(
        (as_document(file, _("รูปของ %(no)s", no=found.no), buttons, reader=ctx.staff.role),)
    )


@action("publicity.recent", in_place=True)
async def recent_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """The newest publications, page by page."""
    page = int(args.get("page", "0"))
    found = await publications.list_recent(ctx.db, PAGE + 1, page * PAGE)
    turns = ((_("ก่อนหน้า"), page > 0, page - 1), (_("ถัดไป"), len(found) > PAGE, page + 1))
    more = [
        Button(label, "publicity.recent", {"page": str(to)}) for label, there, to in turns if there
    ]
    return publicity_cards.recent(ctx, found[:PAGE], more)


@action("publicity.edit")
async def edit_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Put right what was logged."""
    found = await publications.get(ctx.db, args["no"])
    if publicity_saving.only_pending(found):
        return await publicity_saving.begin_rewrite(ctx, found)
    return await start(ctx, edit_publicity(ctx, found))


@action("publicity.history")
async def history_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Every change of the publication: who, when, from, to."""
    found = await publications.get(ctx.db, args["no"])
    lines = await change_text.lines(ctx, (await changes.list_changes(ctx.db, found.no))[-20:])
    title = _("ประวัติ %(no)s", no=found.no)
    return Reply((Card(title, tuple(lines), buttons=(publicity_cards.show_button(found),)),))


@action("publicity.remove", in_place=True)
async def remove_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Which post, and whether it was taken down or should never have been logged."""
    found = await publications.get(ctx.db, args["no"])
    buttons = []
    for post in found.out:
        name = network_name(ctx, post.network)
        for gone, label in (
            (PostState.REMOVED, _("%(network)s: โพสต์ถูกลบแล้ว", network=name)),
            (PostState.MISTAKE, _("%(network)s: บันทึกผิด ไม่นับ", network=name)),
        ):
            if post.state is not gone:
                to = {"no": found.no, "network": post.network.value, "state": gone.value}
                buttons.append(
                    Button(label, "publicity.state", to, found.no, found.version, once=True)
                )
    buttons.append(publicity_cards.show_button(found, _("กลับ")))
    return Reply(
        (Card(_("ลบ %(no)s", no=publicity_cards.line(ctx, found)), (), "", tuple(buttons)),)
    )


@action("publicity.state", in_place=True)
async def state_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """The post was taken down, or was logged by mistake."""
    found = await publications.get(ctx.db, args["no"])
    now = PostState(args["state"])
    new = await publicity_saving.set_state(ctx, found, Network(args["network"]), now, ctx.staff.id)
    card = await publicity_cards.card(ctx, new)
    return Reply((Paragraph(_("✅ บันทึกข้อมูลเรียบร้อย %(no)s", no=new.no)), card), confirms=True)


@action("publicity.restore", in_place=True)
async def restore_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """What was removed is there after all: the first such post, the others by further taps."""
    found = await publications.get(ctx.db, args["no"])
    gone = [p for p in found.posts.values() if p.state in (PostState.REMOVED, PostState.MISTAKE)]
    if not gone:
        return await _show(ctx, found.no)
    new = await publicity_saving.set_state(
        ctx, found, gone[0].network, PostState.POSTED, ctx.staff.id
    )
    card = await publicity_cards.card(ctx, new)
    name = network_name(ctx, gone[0].network)
    told = Paragraph(_("✅ บันทึกข้อมูลเรียบร้อย %(no)s · %(network)s นับตามเดิม", no=new.no, network=name))
    return Reply((told, card), confirms=True)
