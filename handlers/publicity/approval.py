"""A post may need a second person's approval. These functions ask for it, write down the answer,
and end a post that nobody approved in time.
"""

from collections.abc import (
    Callable,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from dataclasses import replace
from functools import partial

from domain.dates.days import BANGKOK
from domain.errors import Conflict, NotAllowed
from domain.publicity.networks import Network
from domain.publicity.publications import UNKNOWN, Post, PostState, Publication
from domain.staff import Staff, StaffId
from domain.text import shorten
from domain.tickets.records import Change
from handlers.chat import Card, Paragraph, Reply, ReplyPart
from handlers.desk import Context, Work
from handlers.files.cards import as_document
from handlers.forms.drafts import end, new_draft
from handlers.forms.engine import enter_form, start
from handlers.forms.one_field import OneField
from handlers.forms.reading import text_field
from handlers.i18n import _
from handlers.labels import doer_label, field_label, person_label, when
from handlers.publicity import cards as publicity_cards
from handlers.publicity.cards import network_name
from handlers.publicity.writing import update
from handlers.registry import action, due
from store import due as due_rows
from store import files, staff
from store.chat.forms import Draft
from store.due import Due
from store.engine.database import Tx
from store.files import File
from store.publicity import publications
from store.records import changes

SHOWN = 900
"""Characters of each preview; a longer text is shown whole before them."""
REASON = 500

LAPSE = "post.lapse"
RETURN = "post.return"


def proposed(publication: Publication) -> list[Post]:
    """Returns the posts of a publication that wait for a second person's approval."""
    return [post for post in publication.posts.values() if post.state is PostState.PROPOSED]


def wants_second(work: Work, networks: Sequence[Network]) -> bool:
    """Says whether the office wants a second person's approval for one of these networks; if so, it
    is asked for all of them.
    """
    return bool(work.desk.configuration.posting.second & set(networks))


async def others_who_may(work: Work, but: StaffId | None) -> list[Staff]:
    """Returns everybody who may approve: all who may post, except the person who wrote it."""
    everybody = await staff.list_staff(work.db)
    return [person for person in everybody if person.may_post and person.id != but]


def nobody_else() -> str:
    """Returns the sentence for a post that nobody but its writer could approve."""
    return _("ยังไม่มีคนอื่นที่อนุมัติโพสต์ได้ ให้หัวหน้าหรือผู้ดูแลระบบให้สิทธิ์โพสต์แก่อีกคนก่อน (/posters)")


async def ask(work: Work, publication: Publication, why: str = "") -> list[Staff]:
    """Asks everybody who may approve the publication as it is from now on, and plans its end if it
    has a time; returns those who were asked.
    """
    others = await others_who_may(work, publication.recorded_by)
    await show_to(work, publication, others, why)
    planned = [post.post_at for post in proposed(publication) if post.post_at is not None]
    if planned:
        row = Due(
            LAPSE,
            publication.no,
            str(publication.version),
            min(planned),
        )
        work.change(partial(due_rows.plan, rows=[row]))
    return others


async def show_to(
    work: Work,
    publication: Publication,
    people: Sequence[Staff],
    why: str = "",
) -> None:
    """Asks these people for their approval, each of them once for the publication as it is.

    `why` = a sentence that says why they are asked, "" where that is plain."""
    names = await staff.staff_names(work.db)
    writer = ""
    if publication.recorded_by is not None:
        writer = names.get(publication.recorded_by, "")
    pictures = await files.list_by_ids(work.db, [publication.picture])
    picture = next(iter(pictures), None)
    shown = partial(
        _request,
        work,
        publication,
        writer,
        picture,
        why,
    )
    key = f"propose:{publication.no}:{publication.version}"
    for person in people:
        work.notify(shown, key, staff_id=person.id)


def _request(
    work: Work,
    publication: Publication,
    writer: str,
    picture: File | None,
    why: str,
) -> Reply:
    """What the other person sees: each network's preview with the picture, when it is to go out,
    and two buttons.
    """
    posts = proposed(publication)
    words = {post.network: publication.words_of(post) for post in posts}
    parts: list[ReplyPart] = []
    if picture:
        parts.append(as_document(picture, _("รูปที่จะโพสต์")))
    parts += _long_texts(words)
    lines = [
        *_previews(work, words, bool(picture)),
        (field_label("projects"), publicity_cards.about_news(publication.news)),
        (field_label("post_at"), _time_of(posts)),
    ]
    notes = [why, *price_notes(work, words)]
    title = _(
        "📣 %(who)sขออนุมัติโพสต์ %(no)s",
        no=publication.no,
        who=person_label(writer),
    )
    parts.append(
        Card(
            title,
            tuple(line for line in lines if line[1]),
            "\n".join(filter(None, notes)),
            publicity_cards.decide_buttons(publication),
        )
    )
    return Reply(tuple(parts), confirms=True)


def _long_texts(words: Mapping[Network, str]) -> list[Paragraph]:
    """The texts that a preview cuts, whole; once where several networks have the same."""
    return [Paragraph(text) for text in dict.fromkeys(words.values()) if len(text) > SHOWN]


def _previews(work: Work, words: Mapping[Network, str], picture: bool) -> Iterator[tuple[str, str]]:
    for network, text in words.items():
        yield (
            network_name(work, network),
            as_seen(
                work,
                network,
                text,
                picture,
            ),
        )


def _time_of(posts: Sequence[Post]) -> str:
    """When these posts go out, as the card says it."""
    planned = [post.post_at for post in posts if post.post_at is not None]
    if not planned:
        return _("ทันทีที่อนุมัติ")
    return when(planned[0])


def price_notes(work: Work, words: Mapping[Network, str]) -> list[str]:
    """Returns a line for each network that takes money for a post; `words` are the texts of the
    posts.
    """
    rules = work.desk.configuration.posting
    notes = []
    for network, text in words.items():
        price = rules.price(network, text)
        if price:
            name = network_name(work, network)
            note = _("%(network)s คิดค่าบริการ %(price)s ต่อโพสต์", network=name, price=price)
            notes.append(note)
    return notes


def as_seen(
    work: Work,
    network: Network,
    text: str,
    picture: bool,
) -> str:
    """Returns the post as this network will show it; `picture` says whether there is one."""
    if not text:
        return ""
    shown = shorten(text, SHOWN)
    if picture and network in work.desk.networks.with_picture:
        return _("[รูป]") + "\n" + shown
    return shown


async def _decidable(ctx: Context, no: str) -> Publication | None:
    """The publication, if this person may decide on it now; None where there is nothing to decide
    any more. NotAllowed("post_own") for the officer who wrote it.
    """
    found = await publications.get(ctx.db, no)
    if not proposed(found):
        return None
    # Two people see each post: its writer cannot be the second.
    if found.recorded_by == ctx.staff.id:
        raise NotAllowed("post_own")
    return found


async def _present(ctx: Context, no: str) -> Reply:
    publication = await publications.get(ctx.db, no)
    return Reply((await publicity_cards.card(ctx, publication),))


@action("post.approve", in_place=True, posting=True)
async def approve_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """A second person approves the post: it goes out now, or at its time."""
    old = await _decidable(ctx, args["no"])
    if old is None:
        return await _present(ctx, args["no"])
    shown = update(
        ctx,
        old,
        _approved(ctx, old),
        ctx.staff.id,
    )
    ctx.audit("post.approved", old.no)
    name = ctx.staff.name

    def told() -> str:
        return _(
            "✅ %(who)sอนุมัติ %(no)s แล้ว",
            who=person_label(name),
            no=shown.no,
        )

    _tell(ctx, shown, told, [shown.recorded_by])
    done = Paragraph(_("✅ บันทึกข้อมูลเรียบร้อย อนุมัติ %(no)s แล้ว", no=old.no))
    card = await publicity_cards.card(ctx, shown)
    return Reply((done, card), confirms=True)


def _approved(ctx: Context, old: Publication) -> Publication:
    """With everything that waited for a word on its way; Conflict("post_late") where a post's time
    is over.
    """
    posts = proposed(old)
    new = replace(old, released_by=ctx.staff.id)
    for post in posts:
        # `lapse` ends it in a moment; what was to go out in time is no news any more.
        if post.post_at is not None and post.post_at <= ctx.now:
            raise Conflict("post_late")
        at = post.post_at or ctx.now
        new = new.with_post(
            replace(
                post,
                state=PostState.WAITING,
                post_at=at,
                error="",
            )
        )
    if all(post.post_at is None for post in posts):
        # It goes out today, on whatever day it was written.
        new = replace(new, published_on=ctx.now.astimezone(BANGKOK).date())
    return new


# Sent back.


@action(RETURN, posting=True)
async def return_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """A second person sends the post back: the form asks for the reason."""
    found = await _decidable(ctx, args["no"])
    if found is None:
        return await _present(ctx, args["no"])
    draft = new_draft(
        ctx,
        RETURN,
        {},
        record=found.no,
        record_version=found.version,
    )
    return await start(ctx, draft)


async def _heading(ctx: Context, draft: Draft) -> str:
    found = await publications.get(ctx.db, draft.record)
    title = publicity_cards.title_of(found)
    return _("ส่ง %(no)s กลับแก้ไข · %(title)s", no=found.no, title=title)


async def _return(ctx: Context, draft: Draft, reason: str) -> Reply:
    end(ctx, draft, outcome=draft.record)
    if not ctx.staff.may_post:
        raise NotAllowed("post_right")
    old = await _decidable(ctx, draft.record)
    if old is None or old.version != draft.record_version:
        return await _too_late(ctx, draft.record, reason)
    shown = update(
        ctx,
        old,
        _ended(old, proposed(old), "returned"),
        ctx.staff.id,
    )
    noted = Change(
        ctx.now,
        ctx.staff.id,
        "reason",
        "",
        reason,
        shown.version,
    )
    ctx.change(partial(_note, no=old.no, noted=noted))
    ctx.audit("post.returned", old.no)
    name = ctx.staff.name

    def told() -> str:
        return _(
            "↩️ %(who)sส่ง %(no)s กลับแก้ไข: %(reason)s",
            who=person_label(name),
            no=shown.no,
            reason=reason,
        )

    _tell(ctx, shown, told, [shown.recorded_by])
    text = _("✅ บันทึกข้อมูลเรียบร้อย ส่ง %(no)s กลับแก้ไขแล้ว", no=old.no)
    done = Paragraph(text, (publicity_cards.show_button(shown),))
    return Reply((done,), confirms=True)


async def _too_late(ctx: Context, no: str, reason: str) -> Reply:
    """It has changed meanwhile: the reason is said again, since it was not sent."""
    late = _("%(no)s เปลี่ยนไปหลังจากที่เปิดดู ยังไม่ได้ส่งกลับ: %(reason)s", no=no, reason=reason)
    present = await _present(ctx, no)
    return replace(present, parts=(Paragraph(late), *present.parts))


async def _note(tx: Tx, no: str, noted: Change) -> None:
    await changes.add(tx, no, [noted])


def _ended(publication: Publication, posts: Sequence[Post], error: str) -> Publication:
    for post in posts:
        publication = publication.with_post(replace(post, state=PostState.CANCELLED, error=error))
    return publication


def _tell(
    work: Work,
    shown: Publication,
    text: Callable[[], str],
    to: Iterable[StaffId | None],
) -> None:
    """Tells these people what became of it, with the way to write it anew where it did not go
    out.
    """

    def notice() -> Reply:
        told = Paragraph(text(), publicity_cards.told_buttons(shown))
        return Reply((told,), confirms=True)

    key = f"decided:{shown.no}:{shown.version}"
    for staff_id in dict.fromkeys(to):
        if staff_id is not None:
            work.notify(notice, key, staff_id=staff_id)


enter_form(
    OneField(
        RETURN,
        text_field("reason", "พิมพ์เหตุผล", REASON),
        _heading,
        _return,
    )
)


# Its time came before the word.


@due(LAPSE, urgent=True)
async def lapse(work: Work, rows: Sequence[Due]) -> None:
    """Ends the posts whose time has come without approval; the writer and everybody who could have
    approved are told.
    """
    for row in rows:
        old = await publications.find(work.db, row.subject)
        if old is None:
            continue
        late = [post for post in proposed(old) if post.post_at and post.post_at <= work.now]
        if late:
            await _lapse(work, old, late)


async def _lapse(work: Work, old: Publication, late: Sequence[Post]) -> None:
    shown = update(
        work,
        old,
        _ended(old, late, "late"),
        None,
    )
    others = await others_who_may(work, old.recorded_by)

    def told() -> str:
        return _("⚠️ %(no)s ไม่ได้โพสต์ เพราะถึงเวลาแล้วยังไม่มีผู้อนุมัติ", no=shown.no)

    _tell(
        work,
        shown,
        told,
        [shown.recorded_by, *(person.id for person in others)],
    )


# Whoever let it go out may no longer.


async def hold(
    work: Work,
    old: Publication,
    person: Staff,
    *,
    keep_time: bool,
) -> None:
    """Takes back the approval of a person who may no longer post: others are asked to approve, and
    the writer is told.

    `keep_time` = it may still go out at its time; else, its time having come, as soon as it is
    approved."""
    new = replace(old, released_by=None)
    for post in old.posts.values():
        if _is_waiting(post):
            later = keep_time and post.post_at is not None and post.post_at > work.now
            at = post.post_at if later else None
            new = new.with_post(
                replace(
                    post,
                    state=PostState.PROPOSED,
                    post_at=at,
                    error="",
                )
            )
    shown = update(work, old, new, None)
    name = person.name
    why = _("%(who)sไม่มีสิทธิ์โพสต์แล้ว ต้องมีผู้อนุมัติคนอื่น", who=person_label(name))
    others = await ask(work, shown, why)

    def told() -> str:
        who = doer_label(
            {person.id: name},
            person.id,
            shown.recorded_by,
        )
        held = _(
            "⚠️ %(no)s ต้องมีผู้อนุมัติก่อนโพสต์ เพราะ%(who)sไม่มีสิทธิ์โพสต์แล้ว",
            no=shown.no,
            who=who,
        )
        return held if others else f"{held}\n{nobody_else()}"

    _tell(work, shown, told, [shown.recorded_by])


def _is_waiting(post: Post) -> bool:
    """Whether it only waits for its time: what perhaps went out is looked for, and cannot be
    held.
    """
    return post.state is PostState.WAITING and post.error != UNKNOWN


async def held(work: Work, publication: Publication, post: Post) -> bool:
    """Says whether a post whose time has come has to wait, because the person who let it go out may
    no longer post. If so, others are asked.
    """
    released_by = publication.released_by or publication.recorded_by
    if not _is_waiting(post) or released_by is None:
        return False
    person = await staff.get_staff(work.db, released_by)
    if person.may_post:
        return False
    await hold(work, publication, person, keep_time=False)
    return True
