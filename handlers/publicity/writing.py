"""A changed publication is written over the one that was read."""

from dataclasses import replace
from functools import partial

from domain.publicity.links import PostLink, find_links
from domain.publicity.publications import Post, PostState, Publication
from domain.staff import StaffId
from handlers.desk import Work
from store.publicity import publications


def update(
    work: Work,
    old: Publication,
    new: Publication,
    by: StaffId | None,
) -> Publication:
    """Has `new` written over `old`, and returns the publication as it will be then.

    `by` = who changes it, None for the desk itself. The write raises Conflict("changed") where
    somebody was quicker."""
    work.change(
        partial(
            publications.update,
            old=old,
            new=new,
            by=by,
            now=work.now,
        )
    )
    return replace(new, version=old.version + 1)


def first_link(text: str) -> PostLink | None:
    """Returns the first post that a text links to."""
    return next(iter(find_links(text)), None)


def key_in(post: Post, state: PostState) -> str:
    """Returns what finds the post by its link. A mistake gives it up, so that the link can be
    logged anew.
    """
    if state is PostState.MISTAKE:
        return ""
    if post.link_key:
        return post.link_key
    link = first_link(post.link)
    return link.key if link else ""
