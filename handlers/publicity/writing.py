"""A changed publication is written over the one that was read."""

from dataclasses import replace
from functools import partial

from domain.publicity.publications import Publication
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
