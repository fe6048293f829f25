"""Commands and buttons of publicity (subject 10): it is logged from one line, from a link or from a
forwarded post, and can be listed, corrected and removed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from domain.dates.days import BANGKOK
from domain.errors import InvalidInput
from domain.publicity.links import (
    PostLink,
    PostLinkKind,
    begins_with_link,
    find_links,
    network_elsewhere,
    without_links,
)
from domain.publicity.networks import Network
from domain.publicity.publications import PostState, Publication
from domain.tickets.references import ReferenceKind, find_references, read_alone
from handlers.chat import (
    Button,
    Card,
    Paragraph,
    Reply,
    ReplyPart,
    Text,
    turn_buttons,
)
from handlers.desk import Context
from handlers.files.cards import as_document
from handlers.forms.drafts import park_open, with_values
from handlers.forms.engine import (
    FRESH,
    advance,
    own_draft,
    resume_part,
    start,
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
from handlers.publicity.cards import TAKEN_BACK, network_name, networks_of, networks_text
from handlers.publicity.form import (
    edit_publicity,
    link_values,
    new_publicity,
    read_news,
    text_values,
)
from handlers.records import changes as change_text
from handlers.registry import action, command, reads_text, state
from store import files as file_store
from store import staff
from store.chat.forms import Draft
from store.publicity import publications
from store.records import changes

PAGE = 8
HISTORY = 20
"""So many of the latest changes are shown."""
SUMMARY_WORDS = ("สรุป", "summary")
LIST_WORDS = ("รายการ", "ล่าสุด", "list")
_FITS = (
    r"(?is)$|.*(https?://|facebook\.com|fb\.watch|fb\.me|x\.com|twitter\.com|lin\.ee|line\.me)|สรุป|รายการ|ล่าสุด|P\d|"
    r"(เฟซ\S*|เฟส\S*|facebook|fb|ทวิต\S*|twitter|x|ไลน์|line)(\s|$)|ผล|ข่าว|เผยแพร่|สำรวจ|สำมะโน"
)


@command(
    "publicize",
    "ประชาสัมพันธ์",
    about="บันทึกข่าวประชาสัมพันธ์ เช่น ประชาสัมพันธ์ เฟซ ไลน์ ผลสำรวจภาวะการทำงานของประชากร ต.ค. 69 ลิงก์ "
    "หรือ ประชาสัมพันธ์ สรุป ปีงบนี้",
    fits=_FITS,
)
async def publicize(ctx: Context, args: str) -> Reply:
    """Logs publicity from one line, asking for what is missing; or shows one, the latest, or the
    summary.
    """
    text = args.strip()
    if not text:
        return await _begin(ctx)
    one = read_alone(text)
    if one and one.kind is ReferenceKind.PUBLICATION:
        return await _show(ctx, one.value)
    first, _blank, rest = text.partition(" ")
    if first.casefold() in SUMMARY_WORDS:
        return await publicity_summary.summary(ctx, rest)
    if first.casefold() in LIST_WORDS and not rest:
        return await recent_pressed(ctx, {})
    return await _log(ctx, text)


async def _begin(ctx: Context) -> Reply:
    """The form, and beside it what there is."""
    reply = await start(ctx, new_publicity(ctx, {}), "text")
    more = (
        Button(_("รายการล่าสุด"), "publicity.recent"),
        Button(_("สรุป"), "publicity.summary"),
    )
    return Reply((*reply.parts, Paragraph(_("หรือดูที่บันทึกแล้ว"), more)))


async def _log(ctx: Context, text: str) -> Reply:
    """The card of a new publication, filled from a text; a forwarded post is of the day on which it
    first stood there.
    """
    await park_open(ctx)
    data = {}
    body = ctx.incoming.body
    if isinstance(body, Text) and body.first_at:
        data["published_on"] = body.first_at.astimezone(BANGKOK).date().isoformat()
    data |= read_news(ctx, text)
    return await _open(ctx, new_publicity(ctx, data))


async def _open(ctx: Context, draft: Draft) -> Reply:
    """The card of a new publication; where its link or its words are known, what is known
    instead.
    """
    known = await publicity_saving.find_known(ctx, draft.given)
    if known is None:
        return await advance(ctx, draft)
    publication, sure = known
    if sure:
        return await publicity_saving.logged_already(ctx, publication)
    if networks_of(draft.given):
        return await publicity_saving.same_text(ctx, draft, publication)
    return await advance(ctx, draft)


@reads_text(place=10)
async def pasted(ctx: Context, text: str, draft: Draft | None) -> Reply | None:
    """Answers a link to a post that was pasted or forwarded without a command; returns None if the
    text has no such link.

    While a publication's card is open, the link of another network belongs to it. Raises
    InvalidInput("post_elsewhere") for a link to a network that the catalogue has not,
    InvalidInput("post_link") for a link that cannot be read, and "post_link_page" for one that
    leads to no post."""
    posts = _posts_in(text)
    if not posts:
        return None
    ours = draft is not None and _takes_links(ctx, draft, posts)
    if draft is not None and ours and not _tells_other_news(ctx, draft, text):
        return await _open(ctx, _with_links(draft, posts))
    # Whatever form is open is not about this link: it waits, and is offered again below.
    parked = await park_open(ctx)
    reply = await _log(ctx, text)
    if parked is None:
        return reply
    return replace(reply, parts=(*reply.parts, await resume_part(ctx, parked)))


def _posts_in(text: str) -> list[PostLink]:
    """The posts to which a text links; [] for a text that is about something else."""
    elsewhere = network_elsewhere(text)
    if elsewhere and not find_references(text):
        raise InvalidInput("post_elsewhere", network=elsewhere)
    links = find_links(text)
    if not links and begins_with_link(text):
        raise InvalidInput("post_link")
    posts = [link for link in links if link.kind is not PostLinkKind.PAGE]
    alone = len(text.split()) <= 1
    if links and not posts and alone:
        raise InvalidInput("post_link_page")
    return posts


def _takes_links(ctx: Context, draft: Draft, posts: Sequence[PostLink]) -> bool:
    """Whether these links are of the publication whose card is open: it was touched lately, and has
    no link of these networks yet.
    """
    if draft.kind != "publicity" or ctx.now - draft.touched_at > FRESH:
        return False
    return not any(draft.given.get(f"link_{link.network}") for link in posts)


def _tells_other_news(ctx: Context, draft: Draft, text: str) -> bool:
    """Whether the words beside a link name another survey, or data of another time, than the card
    that is open.
    """
    said = text_values(ctx, without_links(text))
    for field in ("projects", "data_years"):
        known = draft.given.get(field)
        told = said[field]
        if known and told and known != told:
            return True
    return False


def _with_links(draft: Draft, posts: Sequence[PostLink]) -> Draft:
    networks = {*networks_of(draft.given), *(link.network for link in posts)}
    values = link_values(posts)
    values["networks"] = networks_text(networks)
    return with_values(draft, values)


def begun(ctx: Context, caption: str) -> Draft | None:
    """Returns a draft for a picture whose caption links to a post, and None for any other
    picture.
    """
    links = find_links(caption)
    if all(link.kind is PostLinkKind.PAGE for link in links):
        return None
    return replace(new_publicity(ctx, {}), asking="text")


@action("publicity.anyway", in_place=True)
async def anyway_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """The officer says that the same words are another piece of news."""
    draft = await own_draft(ctx, args)
    about = {**draft.about, "anyway": "1"}
    return await advance(ctx, replace(draft, about=about))


@action("publicity.join", in_place=True)
async def join_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """The officer says that the same news went out on one more network."""
    draft = await own_draft(ctx, args)
    return await publicity_saving.join(ctx, draft, args["no"])


# What is there.


async def _show(ctx: Context, no: str) -> Reply:
    found = await publications.get(ctx.db, no)
    return Reply((await publicity_cards.card(ctx, found),))


@state("P")
async def present(ctx: Context, record: str, version: int | None) -> Reply | None:
    """Returns the publication as it is, and who changed it when, if it is no longer as a button
    showed it; else None.
    """
    found = await publications.find(ctx.db, record)
    if found is None or found.version == version:
        return None
    parts: list[ReplyPart] = []
    latest = await changes.list_changes(ctx.db, record, found.version - 1)
    names = await staff.staff_names(ctx.db)
    if latest:
        last = latest[-1]
        who = doer_label(names, last.by, ctx.staff.id)
        at = when(last.at)
        told = _(
            "%(who)sแก้ไข %(no)s แล้วเมื่อ %(at)s",
            who=who,
            no=record,
            at=at,
        )
        parts.append(Paragraph(told))
    parts.append(await publicity_cards.card(ctx, found))
    return Reply(tuple(parts))


@action("publicity.show")
async def show_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Shows the card of one publication."""
    return await _show(ctx, args["no"])


@action("publicity.picture")
async def picture_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Shows the picture of a publication."""
    found = await publications.get(ctx.db, args["no"])
    file = await file_store.get_file(ctx.db, found.picture)
    caption = _("รูปของ %(no)s", no=found.no)
    buttons = (publicity_cards.show_button(found),)
    return Reply(
        (
            as_document(
                file,
                caption,
                buttons,
                reader=ctx.staff.role,
            ),
        )
    )


@action("publicity.recent", in_place=True)
async def recent_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Shows a page of the newest publications."""
    page = int(args.get("page", "0"))
    # One more than is shown says whether there is a next page.
    found = await publications.list_recent(ctx.db, PAGE + 1, page * PAGE)
    turns = turn_buttons(
        "publicity.recent",
        {},
        page,
        more=len(found) > PAGE,
    )
    return publicity_cards.recent(ctx, found[:PAGE], turns)


@action("publicity.edit")
async def edit_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Opens the form that corrects what was logged; for a post that is not out yet, the form for
    another text.
    """
    found = await publications.get(ctx.db, args["no"])
    if publicity_saving.only_pending(found):
        return await publicity_saving.begin_rewrite(ctx, found)
    return await start(ctx, edit_publicity(ctx, found))


@action("publicity.history", aside=True)
async def history_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Shows the latest changes of a publication: who changed what, when, from what to what."""
    found = await publications.get(ctx.db, args["no"])
    every = await changes.list_changes(ctx.db, found.no)
    lines = await change_text.lines(ctx, every[-HISTORY:])
    title = _("ประวัติ %(no)s", no=found.no)
    back = publicity_cards.show_button(found)
    card = Card(title, tuple(lines), buttons=(back,))
    return Reply((card,))


@action("publicity.remove", in_place=True, danger=True)
async def remove_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Asks which post is to be removed, and whether it was taken down or logged by mistake."""
    found = await publications.get(ctx.db, args["no"])
    buttons = []
    for post in found.out:
        name = network_name(ctx, post.network)
        labels = {
            PostState.REMOVED: _("%(network)s: โพสต์ถูกลบแล้ว", network=name),
            PostState.MISTAKE: _("%(network)s: บันทึกผิด ไม่นับ", network=name),
        }
        for gone, label in labels.items():
            if post.state is not gone:
                buttons.append(
                    _state_button(
                        label,
                        found,
                        post.network,
                        gone,
                    )
                )
    buttons.append(publicity_cards.show_button(found, _("กลับ")))
    title = _("ลบ %(no)s", no=publicity_cards.line(ctx, found))
    return Reply(
        (
            Card(
                title,
                (),
                "",
                tuple(buttons),
            ),
        )
    )


def _state_button(
    label: str,
    found: Publication,
    network: Network,
    state: PostState,
) -> Button:
    """The button that says how the post on this network stands now."""
    args = {"no": found.no, "network": network.value, "state": state.value}
    return Button(
        label,
        "publicity.state",
        args,
        found.no,
        found.version,
        once=True,
    )


@action("publicity.state", in_place=True)
async def state_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Writes down that a post was taken down, or was logged by mistake."""
    found = await publications.get(ctx.db, args["no"])
    new = await publicity_saving.set_state(
        ctx,
        found,
        Network(args["network"]),
        PostState(args["state"]),
        ctx.staff.id,
    )
    told = Paragraph(_("✅ บันทึกข้อมูลเรียบร้อย %(no)s", no=new.no))
    card = await publicity_cards.card(ctx, new)
    return Reply((told, card), confirms=True)


@action("publicity.restore", in_place=True)
async def restore_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Counts a removed post again: the first one that was removed; further taps take the others."""
    found = await publications.get(ctx.db, args["no"])
    posts = [post for post in found.posts.values() if not post.joined_to]
    gone = [post for post in posts if post.state in TAKEN_BACK]
    if not gone:
        return await _show(ctx, found.no)
    network = gone[0].network
    new = await publicity_saving.set_state(
        ctx,
        found,
        network,
        PostState.POSTED,
        ctx.staff.id,
    )
    name = network_name(ctx, network)
    told = _(
        "✅ บันทึกข้อมูลเรียบร้อย %(no)s · %(network)s นับตามเดิม",
        no=new.no,
        network=name,
    )
    card = await publicity_cards.card(ctx, new)
    return Reply((Paragraph(told), card), confirms=True)
