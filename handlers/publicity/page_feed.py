"""Facebook tells of posts on the office's own page. Each of them becomes a publication by itself,
and later news of it (edited, hidden, taken down) change that publication.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import partial

from domain.dates.days import BANGKOK
from domain.publicity.links import facebook_key, find_links
from domain.publicity.networks import Network
from domain.publicity.page_feed import (
    PageEvent,
    PagePost,
    event_from_json,
    fold,
    link_of,
    state_on_page,
)
from domain.publicity.publications import UNDER_WAY, Post, PostState, Publication
from domain.publicity.reading import News, news_in, text_key
from handlers.desk import Work
from handlers.publicity import same_post
from handlers.publicity.posts import FIRST_REACH
from handlers.publicity.saving import with_tickets, write_correction
from handlers.registry import due
from store.chat import inbox
from store.due import Due
from store.publicity import page_posts, publications

PLATFORM = "facebook"
KIND = "facebook.event"
PENDING = (*UNDER_WAY, PostState.FAILED, PostState.CANCELLED)
"""A post that the desk has not put out itself, as far as it knows."""


@due(KIND, silent=True)
async def take_events(work: Work, rows: Sequence[Due]) -> None:
    """Takes what Facebook told, post by post; an event that was taken before is passed over."""
    events: dict[str, list[PageEvent]] = {}
    for row in rows:
        event = await inbox.find_pending(work.db, PLATFORM, row.subject)
        if event is None:
            continue
        told = event_from_json(event.raw)
        events.setdefault(told.post_id, []).append(told)
        work.change(partial(inbox.finish, event=event, now=work.now))
    for post_id, told_of_it in events.items():
        before = await page_posts.find(work.db, post_id)
        after = fold(before, told_of_it)
        if after != before:
            await _take(work, before, after)


async def _take(work: Work, before: PagePost, after: PagePost) -> None:
    """Brings the publication in line with the post; one that is only known to be gone or hidden
    gets none.
    """
    # The key by which its text is looked for and written is known from here on.
    await asyncio.to_thread(text_key, after.text)
    publication = await _publication_of(work, after)
    if publication is not None:
        await _bring_in_line(work, publication, before, after)
        after = replace(after, publication=publication.no)
    elif after.text_at is not None or after.posted_at is not None:
        after = replace(after, publication=await _add_publication(work, after))
    work.change(partial(page_posts.put, post=after))


def _came_at(work: Work, post: PagePost) -> datetime:
    """When the post went out, as far as Facebook has told; else when its text was heard of."""
    return post.posted_at or post.text_at or work.now


def _day_of(work: Work, post: PagePost) -> date:
    return _came_at(work, post).astimezone(BANGKOK).date()


async def _publication_of(work: Work, post: PagePost) -> Publication | None:
    """The one it was taken for before; the one with its link; one of these days with the same
    words.
    """
    if post.publication:
        return await _counted(work, post.publication)
    links = [link.key for link in find_links(post.link)]
    for key in (facebook_key(post.post_id), *links):
        found = await publications.find_by_link(work.db, key)
        if found is not None:
            return found
    same = await publications.find_same_text(
        work.db,
        post.text,
        _day_of(work, post),
    )
    if same is None or _is_another(same, _day_of(work, post)):
        return None
    return same


def _is_another(same: Publication, day: date) -> bool:
    """Whether a post of this day that says the same as a publication is a piece of news of its own:
    the publication's own post is known already, or was out on another day.
    """
    there = same.posts.get(Network.FACEBOOK)
    if there is None:
        return False
    is_out = there.state is PostState.POSTED
    return bool(there.external_id) or (is_out and same.published_on != day)


async def _counted(work: Work, no: str) -> Publication:
    """The publication with this number, or the one with which its post was joined."""
    found = await publications.get(work.db, no)
    joined_to = found.posts[Network.FACEBOOK].joined_to
    return await publications.get(work.db, joined_to) if joined_to else found


async def _news(work: Work, text: str) -> News:
    """What a post says; read beside the others' work, for it may be as long as a chapter."""
    projects = work.desk.configuration.projects
    return await asyncio.to_thread(news_in, projects, text, work.today)


def _posted(work: Work, post: PagePost, there: Post | None) -> Post:
    """The post on Facebook, now that its id is known; the link that an officer logged stays."""
    made = there or Post(Network.FACEBOOK, PostState.POSTED)
    state = _state_of(post, made)
    link = made.link or link_of(post)
    return replace(
        made,
        state=state,
        link=link,
        link_key=_key_of(post, link, state),
        external_id=post.post_id,
        posted_at=made.posted_at or post.posted_at,
        error="",
        reach_at=_reach_at(work, post, made),
    )


def _state_of(post: PagePost, made: Post) -> PostState:
    """How it stands on the page; a mistake stays one, whatever becomes of the post."""
    if made.state is PostState.MISTAKE:
        return made.state
    return state_on_page(post)


def _key_of(post: PagePost, link: str, state: PostState) -> str:
    """What the publication is found by; "" for a mistake, whose link may be logged anew."""
    if state is PostState.MISTAKE:
        return ""
    found = next(iter(find_links(link)), None)
    return found.key if found else facebook_key(post.post_id)


def _reach_at(work: Work, post: PagePost, made: Post) -> datetime | None:
    """When to ask for its reach for the first time, once its id is known."""
    if made.external_id or Network.FACEBOOK not in work.desk.networks.ready:
        return made.reach_at
    return _came_at(work, post) + FIRST_REACH


async def _add_publication(work: Work, post: PagePost) -> str:
    """Makes a publication of this post; returns its number."""
    publication = Publication(
        no=await publications.reserve_no(work.db),
        news=await _news(work, post.text),
        published_on=_day_of(work, post),
        recorded_at=work.now,
        recorded_by=None,
    )
    posts = [_posted(work, post, there=None)]
    publication, _added = await with_tickets(work, publication, posts, by=None)
    work.change(partial(publications.add, publication=publication))
    same_post.look_for_who_logged(work, publication)
    return publication.no


async def _bring_in_line(
    work: Work,
    old: Publication,
    before: PagePost,
    after: PagePost,
) -> None:
    """Words that nobody corrected follow the post; a post that was under way is known to be out."""
    new = old
    edited = after.text != before.text and old.news.text == before.text
    if edited and old.news == await _news(work, before.text):
        new = replace(new, news=await _news(work, after.text))
    there = old.posts.get(Network.FACEBOOK)
    post = _posted(work, after, there)
    if there is None or (there.state in PENDING and not there.ticket_no):
        new, _added = await with_tickets(
            work,
            new,
            [post],
            old.recorded_by,
        )
    else:
        new = new.with_post(post)
    if new != old:
        await write_correction(work, old, new, by=None)
