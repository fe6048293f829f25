"""Composing a post: its text, where and when it goes out, shown as each network will show it, then
confirmed.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import UTC, datetime, time
from functools import partial
from uuid import uuid4

from domain.dates.days import BANGKOK, find_date
from domain.errors import InvalidInput, NotAllowed
from domain.publicity.publications import Post, PostState, Publication
from domain.publicity.reading import Network, cut_to_fit, periods_of, projects_of
from domain.text import clean, digits, shorten
from domain.tickets.records import SEPARATOR
from handlers.chat import Button, Card, Paragraph, Reply, say
from handlers.desk import Context
from handlers.files import cards as file_cards
from handlers.forms import draft_files
from handlers.forms import reading as fields
from handlers.forms.engine import (
    Field,
    Form,
    Option,
    end,
    enter_form,
    form_button,
    new_draft,
    own_draft,
    proceed,
    start,
    with_values,
)
from handlers.i18n import _
from handlers.labels import field_label, unset, when
from handlers.messages import sentence
from handlers.projects.fields import DATA_YEARS, PROJECTS, unsettled_text
from handlers.publicity import cards as publicity_cards
from handlers.publicity.approval import as_seen, ask, nobody_else, others_who_may, price_notes
from handlers.publicity.cards import about, network_name, networks_of
from handlers.publicity.saving import news_of
from handlers.registry import action, command
from store import files as file_store
from store.chat.forms import Dialog, Draft
from store.files import File, of_draft
from store.publicity import publications

NOW = "now"
NOW_WORDS = ("ทันที", "เดี๋ยวนี้", "ตอนนี้", "now")
_CLOCK = re.compile(r"(?:เวลา\s*)?(\d{1,2})[.:](\d{2})\s*(?:น\.?)?$")
PICTURES = ("image/jpeg", "image/png", "image/gif")
CUT, DROP = "\x1fcut ", "\x1fdrop "
"""In front of a network among the options for a text that is too long; nobody types the sign."""


@command(
    "post",
    "โพสต์",
    about="เขียนข่าวแล้วโพสต์ลงเครือข่าย ทันทีหรือตั้งเวลา",
    posting=True,
    fits=r"$|.*\s.*\s|.{25,}",
)
async def post(ctx: Context, args: str) -> Reply:
    """Compose a post for the networks that the desk can post to."""
    if not ctx.desk.networks.ready:
        where = "DESKBOT_FACEBOOK_PAGE_ID, DESKBOT_LINE_ACCESS_TOKEN"
        return say(unset(_("การโพสต์ลงเครือข่าย"), where, ctx.staff.role))
    draft = _begun(ctx, ctx.desk.networks.ready)
    return await start(ctx, with_values(draft, _text_values(ctx, args) if args else {}))


def _begun(ctx: Context, networks: Collection[Network]) -> Draft:
    """An empty draft to go out at once; `second` = the networks that want a second person's
    word.
    """
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
    """What did not go out is written anew, beginning with its text and picture; a time that is over
    is asked for.
    """
    old = await publications.get(ctx.db, args["no"])
    gone = [post for post in old.posts.values() if post.state is PostState.CANCELLED]
    if not gone:
        return Reply((await publicity_cards.card(ctx, old),))
    at = next((post.post_at.isoformat() for post in gone if post.post_at is not None), NOW)
    text = max((old.words_of(post) for post in gone), key=len)
    values = {
        "text": text,
        "cut": ",".join(post.network for post in gone if old.words_of(post) != text),
        "projects": SEPARATOR.join(old.news.projects),
        "data_years": old.news.data_years,
        "post_at": at,
    }
    networks = {post.network for post in gone} & ctx.desk.networks.ready
    draft = with_values(_begun(ctx, networks), values)
    return await start(ctx, _with_picture(draft, old.picture))


@action("post.bare", in_place=True)
async def bare_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Without a picture after all."""
    draft = await own_draft(ctx, args)
    record = of_draft(draft.id)
    for file in await file_store.list_files(ctx.db, record):
        ctx.change(
            partial(file_store.remove, file=file, version=None, by=ctx.staff.id, now=ctx.now)
        )
        ctx.attached[record] = ctx.attached.get(record, 0) - 1
    return await proceed(ctx, _with_picture(draft, ""))


def _with_picture(draft: Draft, file: str) -> Draft:
    return replace(draft, about={**draft.about, "picture": file})


def _second(draft: Draft) -> bool:
    """Whether a second person's word is wanted."""
    return bool(
        {network.value for network in networks_of(draft.given)}
        & set(draft.about.get("second", "").split(","))
    )


def _text_values(ctx: Context, text: str) -> dict[str, str]:
    projects = projects_of(ctx.desk.configuration.projects, text)
    return {
        "text": text,
        "projects": SEPARATOR.join(projects),
        "data_years": periods_of(text, ctx.today),
    }


async def _parse_text(ctx: Context, draft: Draft, text: str) -> Mapping[str, str]:
    if len(text) > fields.LONG_LIMIT:
        raise InvalidInput("too_long", length=len(text), limit=fields.LONG_LIMIT)
    return {**_text_values(ctx, text), "cut": ""}


def _words(draft: Draft, network: Network) -> str:
    """What this network gets: the text, or as much of it as it takes, where that was chosen."""
    text = draft.given.get("text", "")
    return (
        cut_to_fit(network, text)
        if network.value in draft.given.get("cut", "").split(",")
        else text
    )


async def _cut_options(ctx: Context, draft: Draft) -> list[Option]:
    long = [network for network in networks_of(draft.given) if _too_long(ctx, draft, network)]
    cut = [
        Option(f"{CUT}{n}", _("ตัดให้พอดี %(network)s", network=network_name(ctx, n))) for n in long
    ]
    others = len(networks_of(draft.given)) > 1
    drop = [
        Option(f"{DROP}{n}", _("ไม่โพสต์ %(network)s", network=network_name(ctx, n)))
        for n in long
        if others
    ]
    return [*cut, *drop]


async def _parse_cut(ctx: Context, draft: Draft, text: str) -> Mapping[str, str]:
    """One network gets a cut text, or none; anything else is another text for all."""
    for sign, name in ((CUT, "cut"), (DROP, "networks")):
        if text.startswith(sign):
            changed = set(filter(None, draft.given.get(name, "").split(","))) ^ {
                text.removeprefix(sign)
            }
            return {name: ",".join(each for each in Network if each in changed)}
    return await _parse_text(ctx, draft, text)


async def _network_options(ctx: Context, draft: Draft) -> list[Option]:
    there = networks_of(draft.given)
    names = [(n, network_name(ctx, n)) for n in Network if n in ctx.desk.networks.ready]
    return [
        Option(network.value, f"✓ {name}" if network in there else name) for network, name in names
    ]


async def _parse_networks(ctx: Context, draft: Draft, text: str) -> Mapping[str, str]:
    """A tap takes one or leaves it; one that is not configured is said to be so."""
    code = (
        text
        if text in set(Network)
        else ctx.desk.configuration.catalogue.channel_words.get(text.casefold())
    )
    if code is None or code not in set(Network):
        raise InvalidInput("post_network", text=shorten(text, 40))
    network = Network(code)
    if network not in ctx.desk.networks.ready:
        raise InvalidInput("post_not_ready", network=network_name(ctx, network))
    there = set(networks_of(draft.given)) ^ {network}
    return {"networks": ",".join(each for each in Network if each in there)}


async def _parse_time(ctx: Context, draft: Draft, text: str) -> Mapping[str, str]:
    """At once, or a day and a time of day that lie ahead; InvalidInput("post_time"),
    ("past_time").
    """
    text = digits(clean(text))
    if text.casefold() in NOW_WORDS:
        return {"post_at": NOW}
    clock = _CLOCK.search(text)
    before = text[: clock.start()].strip() if clock else ""
    day = find_date(before, ctx.today) if before else None
    if (
        clock is None
        or int(clock[1]) > 23
        or int(clock[2]) > 59
        or (before and (day is None or day[1]))
    ):
        raise InvalidInput("post_time", text=shorten(text, 40))
    at = datetime.combine(day[0] if day else ctx.today, time(int(clock[1]), int(clock[2])), BANGKOK)
    if at <= ctx.now:
        raise InvalidInput("past_time")
    return {"post_at": at.astimezone(UTC).isoformat()}


async def _time_options(ctx: Context, draft: Draft) -> list[Option]:
    return [Option(NOW_WORDS[0], _("ทันที"))]


class PostForm(Form):
    """What is composed."""

    kind = "post"
    fields: Mapping[str, Field] = {
        "text": Field("text", "พิมพ์ข้อความที่จะโพสต์", _parse_text),
        "cut": Field(
            "cut", "พิมพ์ข้อความใหม่ที่สั้นลง", _parse_cut, _cut_options, hidden=True, settles=True
        ),
        "networks": Field("networks", "", _parse_networks, _network_options),
        "post_at": Field(
            "post_at", "พิมพ์วันและเวลา เช่น พรุ่งนี้ 9.00", _parse_time, _time_options, typed=True
        ),
        "projects": PROJECTS,
        "data_years": DATA_YEARS,
    }

    async def missing(self, ctx: Context, draft: Draft) -> list[str]:
        """For a text that a network would refuse it is asked what to do: nothing is cut unasked."""
        lacking = [] if draft.given.get("text") else ["text"]
        lacking += ["cut"] if _refused(ctx, draft) else []
        if not networks_of(draft.given):
            lacking.append("networks")
        at = draft.given["post_at"]
        if at != NOW and datetime.fromisoformat(at) <= ctx.now:
            lacking.append("post_at")
        return [*lacking, *(["projects"] if draft.query("projects") else [])]

    async def show(self, ctx: Context, draft: Draft) -> Card:
        data, text = draft.given, draft.given.get("text", "")
        names = ", ".join(network_name(ctx, network) for network in networks_of(draft.given))
        count = await draft_files.waiting_with(ctx, draft) or int(bool(draft.about.get("picture")))
        shown = [] if draft.asking else networks_of(data)
        lines = [
            (network_name(ctx, n), as_seen(ctx, n, _words(draft, n), bool(count))) for n in shown
        ]
        surveys = about(data.get("projects", "").split(SEPARATOR), data.get("data_years", ""))
        lines += [(field_label("projects"), surveys or unsettled_text(draft.query("projects")))]
        lines.append((field_label("post_at"), _when(data["post_at"])))
        lines.append((field_label("files"), str(count) if count else ""))
        notes = [*_refused(ctx, draft), *_picture_notes(ctx, draft, count)]
        if text and not draft.asking:
            notes += [*await _said_before(ctx, draft), *await _costs(ctx, draft)]
            notes.append(_("ต้องมีอีกคนอนุมัติก่อนโพสต์") if _second(draft) else "")
        title = " · ".join(filter(None, (f"📣 {_('โพสต์ใหม่')}", names)))
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
        return (
            _when(draft.given[name])
            if name == "post_at"
            else publicity_cards.present(ctx, draft.given, name)
        )

    async def quick(self, ctx: Context, draft: Draft) -> tuple[str, ...]:
        return ("networks", "post_at")

    def save_label(self, draft: Draft) -> str:
        if _second(draft):
            return _("ส่งให้ผู้อนุมัติ")
        if draft.given["post_at"] != NOW:
            return _("ตั้งเวลาโพสต์ %(at)s", at=_when(draft.given["post_at"]))
        return _("โพสต์เลย %(count)s ช่องทาง", count=len(networks_of(draft.given)))

    async def save(self, ctx: Context, draft: Draft) -> Reply:
        if not ctx.staff.may_post:
            raise NotAllowed("post_right")
        if others := await _no_pictures(ctx, draft):
            problem = _(
                "%(files)s โพสต์ไม่ได้ ส่งเป็นรูป JPEG, PNG หรือ GIF หรือกด นำรูปออก",
                files=file_cards.names(others),
            )
            return await proceed(ctx, draft, problem=problem)
        if _second(draft) and not await others_who_may(ctx, ctx.staff.id):
            return await proceed(ctx, draft, problem=nobody_else())
        return await _queue(ctx, draft)


enter_form(PostForm())


def _too_long(ctx: Context, draft: Draft, network: Network) -> str:
    """Why this network would refuse its text; "" where it would not."""
    try:
        publicity_cards.check_fits(ctx, network, _words(draft, network))
    except InvalidInput as error:
        return f"⚠️ {sentence(error)}"
    return ""


def _refused(ctx: Context, draft: Draft) -> list[str]:
    return [
        told for network in networks_of(draft.given) if (told := _too_long(ctx, draft, network))
    ]


def _when(post_at: str) -> str:
    return _("ทันที") if post_at == NOW else when(datetime.fromisoformat(post_at))


def _picture_notes(ctx: Context, draft: Draft, count: int) -> list[str]:
    """What becomes of the pictures, where that is not what one would think."""
    bare = [
        network_name(ctx, n)
        for n in networks_of(draft.given)
        if n not in ctx.desk.networks.with_picture
    ]
    notes = []
    if bare and count:
        names = ", ".join(bare)
        why = unset(_("ลิงก์สำหรับรูป"), "DESKBOT_PUBLIC_URL", ctx.staff.role)
        notes.append(_("⚠️ %(networks)s จะได้เฉพาะข้อความ ไม่มีรูป", networks=names) + f" · {why}")
    if count > 1:
        notes.append(_("โพสต์ใช้รูปล่าสุดรูปเดียว"))
    return notes


async def _said_before(ctx: Context, draft: Draft) -> list[str]:
    """The same words went out lately."""
    twin = await publications.find_same_text(ctx.db, draft.given["text"], ctx.today)
    if twin is None:
        return []
    on = publicity_cards.posted_on(twin)
    return [_("⚠️ ข้อความนี้บันทึกแล้วเมื่อ %(on)s เป็น %(no)s", on=on, no=twin.no)]


async def _costs(ctx: Context, draft: Draft) -> list[str]:
    """What each network takes for it, before it goes out."""
    notes = [await _cost(ctx)] if Network.LINE in networks_of(draft.given) else []
    return notes + price_notes(
        ctx, {network: _words(draft, network) for network in networks_of(draft.given)}
    )


async def _cost(ctx: Context) -> str:
    """What the broadcast costs, before it is sent."""
    cost = await ctx.desk.networks.broadcast_cost(ctx.today)
    if cost is None:
        return _("⚠️ ดูโควตา Line ไม่ได้ตอนนี้")
    followers = _("ไม่ทราบ") if cost.followers is None else f"{cost.followers:,}"
    if cost.left is None:
        return _("Line: ผู้ติดตาม %(followers)s คน · โควตาไม่จำกัด", followers=followers)
    text = _(
        "Line: ผู้ติดตาม %(followers)s คน · โควตาเหลือ %(left)s",
        followers=followers,
        left=f"{cost.left:,}",
    )
    short = cost.followers is not None and cost.followers > cost.left
    return f"⚠️ {text} {_('ไม่พอส่งถึงทุกคน')}" if short else text


async def _pictures(ctx: Context, draft: Draft) -> list[File]:
    """The pictures that were sent while it was composed."""
    sent = await file_store.list_files(ctx.db, of_draft(draft.id))
    return [file for file in sent if file.mime in PICTURES]


async def _no_pictures(ctx: Context, draft: Draft) -> list[File]:
    """What was sent with it and cannot be posted."""
    sent = await file_store.list_files(ctx.db, of_draft(draft.id))
    return [file for file in sent if file.mime not in PICTURES]


async def _queue(ctx: Context, draft: Draft) -> Reply:
    """The post waits for its time, which the poster takes up within a second, or first for a second
    person's word.
    """
    at, second = draft.given["post_at"], _second(draft)
    post_at = ctx.now if at == NOW else datetime.fromisoformat(at)
    pictures = await _pictures(ctx, draft)
    first = Post(
        Network.LINE,
        PostState.PROPOSED if second else PostState.WAITING,
        post_at=None if second and at == NOW else post_at,
    )
    chosen = networks_of(draft.given)
    publication = Publication(
        no=await publications.reserve_no(ctx.db),
        news=news_of(draft.given),
        published_on=post_at.astimezone(BANGKOK).date(),
        recorded_at=ctx.now,
        recorded_by=ctx.staff.id,
        picture=pictures[-1].id if pictures else draft.about.get("picture", ""),
        posts={
            n: replace(first, network=n, retry_key=str(uuid4()), text=_words(draft, n))
            for n in chosen
        },
    )
    ctx.change(partial(publications.add, publication=publication))
    ctx.change(
        partial(file_store.hand_over, ids=[file.id for file in pictures], record=publication.no)
    )
    end(ctx, draft, outcome=publication.no)
    names = ", ".join(network_name(ctx, network) for network in publication.posts)
    if second:
        others = ", ".join(person.name for person in await ask(ctx, publication))
        text = _("✅ ส่ง %(no)s ให้ %(names)s อนุมัติแล้ว จะแจ้งผลให้ทราบ", no=publication.no, names=others)
    elif at == NOW:
        text = _("กำลังโพสต์ %(no)s ลง %(networks)s จะแจ้งผลให้ทราบ", no=publication.no, networks=names)
    else:
        text = _(
            "✅ ตั้งเวลาโพสต์ %(no)s ลง %(networks)s %(at)s",
            no=publication.no,
            networks=names,
            at=when(post_at),
        )
    buttons: tuple[Button, ...] = (publicity_cards.show_button(publication),)
    return Reply((Paragraph(text, buttons),), confirms=True)
