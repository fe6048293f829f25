"""Files about one customer that the desk writes and hands over."""

from datetime import datetime
from uuid import uuid4

from domain.staff import StaffId
from handlers.desk import Fetched
from store.files import File, of_list


def as_file(
    kept: Fetched,
    by: StaffId | None,
    now: datetime,
) -> File:
    """What was kept as a file that nobody claims: it goes after a while."""
    return File(
        id=uuid4().hex,
        record=of_list(kept.sha256),
        name=kept.name,
        mime=kept.mime,
        size=kept.size,
        sha256=kept.sha256,
        added_at=now,
        added_by=by,
    )
