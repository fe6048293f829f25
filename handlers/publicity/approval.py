"""The second person's word: a post waits for it, gets it once or goes back with a reason, and
lapses at its time.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial

from domain.dates.days import BANGKOK
from domain.errors import Conflict, NotAllowed
from domain.publicity.publications import UNKNOWN, Post, PostState, Publication
from domain.publicity.reading import Network
from domain.staff import Staff, StaffId
from domain.text import shorten
from domain.tickets.records import Change
from handlers.chat import Card, Paragraph, Reply, ReplyPart
from handlers.desk import Context, Work
from handlers.files.cards import as_document
from handlers.forms.engine import end, enter_form, new_draft, start
from handlers.forms.one_field import OneField
from handlers.forms.reading import text_field
from handlers.i18n import _
from handlers.labels import doer_label, field_label, person_label, when
from handlers.publicity import cards as publicity_cards
from handlers.publicity.cards import network_name
from handlers.registry import action, due
from store import due as due_rows
from store import files, staff
from store.chat.forms import Draft
from store.due import Due
from store.engine.database import Tx
from store.files import File
from store.publicity import publications
from store.records import changes

LAPSE, RETURN = "post.lapse", "post.return"
SHOWN = 900
"""Characters of each preview; a longer text is shown whole before them."""
REASON = 500


def proposed(publication: Publication) -> list[Post]:
    """Its posts that wait for a second person's word."""
    return [post for post in publication.posts.values() if post.state is PostState.PROPOSED]


def wants_second(work: Work, networks: Sequence[Network]) -> bool:
    """Whether the office wants a second person's word for one of these networks; then it is asked
    for all of them.
    """
    return bool(work.desk.configuration.posting.second & set(networks))


async def others_who_may(work: Work, but: StaffId | None) -> list[Staff]:
    """Who may give the word: everybody who may post, but for who wrote it."""
    return [
        person for person in await staff.list_staff(work.db) if person.may_post and person.id != but
    ]


def nobody_else() -> str:
    """Said where there is nobody to give the word."""
    return _("ยังไม่มีคนอื่นที่อนุมัติโพสต์ได้ ให้หัวหน้าหรือผู้ดูแลระบบให้สิทธิ์โพสต์แก่อีกคนก่อน (/posters)")


async def ask(work: Work, publication: Publication, why: str = "") -> list[Staff]:
    """Show it, as it is from now on, to who may give the word, and plan its end where it has a
    time; returns who.
    """
    others = await others_who_may(work, publication.recorded_by)
    await show_to(work, publication, others, why)
    planned = [post.post_at for post in proposed(publication) if post.post_at is not None]
    if planned:
        row = Due(LAPSE, publication.no, str(publication.version), min(planned))
        work.change(partial(due_rows.plan, rows=[row]))
    return others


async def show_to(
    work: Work, publication: Publication, people: Sequence[Staff], why: str = ""
) -> None:
    """Ask these people for their word; each once for the publication as it is."""
    names = await staff.staff_names(work.db)
    writer = names.get(publication.recorded_by, "") if publication.recorded_by is not None else ""
    picture = next(iter(await files.list_by_ids(work.db, [publication.picture])), None)
    shown = partial(_request, work, publication, writer, picture, why)
    for person in people:
        work.notify(shown, f"propose:{publication.no}:{publication.version}", staff_id=person.id)


def _request(
    work: Work, publication: Publication, writer: str, picture: File | None, why: str
) -> Reply:
    """What the other person sees: each network's preview with the picture, when it is to go out,
    and two buttons.
    """
    posts = proposed(publication)
    words = {post.network: publication.words_of(post) for post in posts}
    parts: list[ReplyPart] = [as_document(picture, _("รูปที่จะโพสต์"))] if picture else []
    parts += [Paragraph(text) for text in dict.fromkeys(words.values()) if len(text) > SHOWN]
    lines = [
        (network_name(work, network), as_seen(work, network, text, bool(picture)))
        for network, text in words.items()
    ]
    lines.append(
        (
            field_label("projects"),
            publicity_cards.about(publication.news.projects, publication.news.data_years),
        )
    )
    at = next((post.post_at for post in posts if post.post_at is not None), None)
    lines.append((field_label("post_at"), when(at) if at else _("ทันทีที่อนุมัติ")))
    notes = [why, *price_notes(work, words)]
    title = _("📣 %(who)sขออนุมัติโพสต์ %(no)s", no=publication.no, who=person_label(writer))
    shown = tuple(line for line in lines if line[1])
    parts.append(
        Card(
            title,
            shown,
            "\n".join(filter(None, notes)),
            publicity_cards.decide_buttons(publication),
        )
    )
    return Reply(tuple(parts), confirms=True)


def price_notes(work: Work, words: Mapping[Network, str]) -> list[str]:
    """What those networks take that want money for each post, of which these are the words."""
    prices = {
        network: work.desk.configuration.posting.price(network, text)
        for network, text in words.items()
    }
    return [
        _(
            "%(network)s คิดค่าบริการ %(price)s ต่อโพสต์",
            network=network_name(work, network),
            price=price,
        )
        for network, price in prices.items()
        if price
    ]


def as_seen(work: Work, network: Network, text: str, picture: bool) -> str:
    """The post as this network will show it."""
    if not text:
        return ""
    above = _("[รูป]") + "\n" if picture and network in work.desk.networks.with_picture else ""
    return above + shorten(text, SHOWN)


async def _decidable(ctx: Context, no: str) -> Publication | None:
    """The publication, if this person may decide on it now; None where there is nothing to decide
    any more.
    """
    found = await publications.get(ctx.db, no)
    if not proposed(found):
        return None
    if found.recorded_by == ctx.staff.id:
        raise NotAllowed("post_own")
    return found


async def _present(ctx: Context, no: str) -> Reply:
    return Reply((await publicity_cards.card(ctx, await publications.get(ctx.db, no)),))


@action("post.approve", in_place=True, posting=True)
async def approve_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """It goes out, now or at its time, on this person's word."""
    old = await _decidable(ctx, args["no"])
    if old is None:
        return await _present(ctx, args["no"])
    new = replace(old, released_by=ctx.staff.id)
    for post in proposed(old):
        if post.post_at is not None and post.post_at <= ctx.now:
            raise Conflict("post_late")
        new = new.with_post(
            replace(post, state=PostState.WAITING, post_at=post.post_at or ctx.now, error="")
        )
    if all(post.post_at is None for post in proposed(old)):
        new = replace(new, published_on=ctx.now.astimezone(BANGKOK).date())
    ctx.change(partial(publications.update, old=old, new=new, by=ctx.staff.id, now=ctx.now))
    ctx.audit("post.approved", old.no)
    shown, name = replace(new, version=old.version + 1), ctx.staff.name

    def told() -> str:
        return _("✅ %(who)sอนุมัติ %(no)s แล้ว", who=person_label(name), no=shown.no)

    _tell(ctx, shown, told, [shown.recorded_by])
    card = await publicity_cards.card(ctx, shown)
    return Reply(
        (Paragraph(_("✅ บันทึกข้อมูลเรียบร้อย อนุมัติ %(no)s แล้ว", no=old.no)), card), confirms=True
    )


# Sent back.


@action(RETURN, posting=True)
async def return_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Why it is not to go out like this."""
    found = await _decidable(ctx, args["no"])
    if found is None:
        return await _present(ctx, args["no"])
    return await start(
        ctx, new_draft(ctx, RETURN, {}, record=found.no, record_version=found.version)
    )


async def _heading(ctx: Context, draft: Draft) -> str:
    found = await publications.get(ctx.db, draft.record)
    return _("ส่ง %(no)s กลับแก้ไข · %(title)s", no=found.no, title=publicity_cards.title_of(found))


async def _return(ctx: Context, draft: Draft, reason: str) -> Reply:
    end(ctx, draft, outcome=draft.record)
    if not ctx.staff.may_post:
        raise NotAllowed("post_right")
    old = await _decidable(ctx, draft.record)
    if old is None or old.version != draft.record_version:
        late = _(
            "%(no)s เปลี่ยนไปหลังจากที่เปิดดู ยังไม่ได้ส่งกลับ: %(reason)s", no=draft.record, reason=reason
        )
        present = await _present(ctx, draft.record)
        return replace(present, parts=(Paragraph(late), *present.parts))
    new = _ended(old, proposed(old), "returned")
    ctx.change(partial(publications.update, old=old, new=new, by=ctx.staff.id, now=ctx.now))
    noted = Change(ctx.now, ctx.staff.id, "reason", "", reason, old.version + 1)
    ctx.change(partial(_note, no=old.no, noted=noted))
    ctx.audit("post.returned", old.no)
    shown, name = replace(new, version=old.version + 1), ctx.staff.name

    def told() -> str:
        return _(
            "↩️ %(who)sส่ง %(no)s กลับแก้ไข: %(reason)s",
            who=person_label(name),
            no=shown.no,
            reason=reason,
        )

    _tell(ctx, shown, told, [shown.recorded_by])
    text = _("✅ บันทึกข้อมูลเรียบร้อย ส่ง %(no)s กลับแก้ไขแล้ว", no=old.no)
    return Reply((Paragraph(text, (publicity_cards.show_button(shown),)),), confirms=True)


async def _note(tx: Tx, no: str, noted: Change) -> None:
    await changes.add(tx, no, [noted])


def _ended(publication: Publication, posts: Sequence[Post], error: str) -> Publication:
    for post in posts:
        publication = publication.with_post(replace(post, state=PostState.CANCELLED, error=error))
    return publication


def _tell(
    work: Work, shown: Publication, text: Callable[[], str], to: Iterable[StaffId | None]
) -> None:
    """Tell these people what became of it, with the way to write it anew where it did not go
    out.
    """

    def notice() -> Reply:
        return Reply((Paragraph(text(), publicity_cards.told_buttons(shown)),), confirms=True)

    for staff_id in dict.fromkeys(each for each in to if each is not None):
        work.notify(notice, f"decided:{shown.no}:{shown.version}", staff_id=staff_id)


enter_form(OneField(RETURN, text_field("reason", "พิมพ์เหตุผล", REASON), _heading, _return))


# Its time came before the word.


@due(LAPSE, urgent=True)
async def lapse(work: Work, rows: Sequence[Due]) -> None:
    """What has nobody's word at its time does not go out; who wrote it and who could have given the
    word are told.
    """
    for row in rows:
        old = await publications.find(work.db, row.subject)
        late = (
            [post for post in proposed(old) if post.post_at and post.post_at <= work.now]
            if old
            else []
        )
        if old is not None and late:
            await _lapse(work, old, late)


async def _lapse(work: Work, old: Publication, late: Sequence[Post]) -> None:
    new = _ended(old, late, "late")
    work.change(partial(publications.update, old=old, new=new, by=None, now=work.now))
    shown = replace(new, version=old.version + 1)
    others = [person.id for person in await others_who_may(work, old.recorded_by)]

    def told() -> str:
        return _("⚠️ %(no)s ไม่ได้โพสต์ เพราะถึงเวลาแล้วยังไม่มีผู้อนุมัติ", no=shown.no)

    _tell(work, shown, told, [shown.recorded_by, *others])


# Whoever let it go out may no longer.


async def hold(work: Work, old: Publication, person: Staff, *, keep_time: bool) -> None:
    """What waits on this person's word waits for another's: those who may decide, and who wrote it
    is told.

    `keep_time` = it may still go out at its time; else, its time having come, as soon as it is
    approved."""
    new = replace(old, released_by=None)
    for post in old.posts.values():
        if post.state is PostState.WAITING and post.error != UNKNOWN:
            later = post.post_at if keep_time and post.post_at and post.post_at > work.now else None
            new = new.with_post(replace(post, state=PostState.PROPOSED, post_at=later, error=""))
    work.change(partial(publications.update, old=old, new=new, by=None, now=work.now))
    shown, name = replace(new, version=old.version + 1), person.name
    others = await ask(work, shown, _("%(who)sไม่มีสิทธิ์โพสต์แล้ว ต้องมีผู้อนุมัติคนอื่น", who=person_label(name)))

    def told() -> str:
        who = doer_label({person.id: name}, person.id, shown.recorded_by)
        held = _("⚠️ %(no)s ต้องมีผู้อนุมัติก่อนโพสต์ เพราะ%(who)sไม่มีสิทธิ์โพสต์แล้ว", no=shown.no, who=who)
        return held if others else f"{held}\n{nobody_else()}"

    _tell(work, shown, told, [shown.recorded_by])


async def held(work: Work, publication: Publication, post: Post) -> bool:
    """Asked when its time has come: whether it is held, since whoever let it go out may no
    longer.
    """
    released_by = publication.released_by or publication.recorded_by
    if post.state is not PostState.WAITING or post.error == UNKNOWN or released_by is None:
        return False
    person = await staff.get_staff(work.db, released_by)
    if person.may_post:
        return False
    await hold(work, publication, person, keep_time=False)
    return True
