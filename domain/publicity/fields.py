"""The fields of a publication and of its news: their tables."""

from collections.abc import Mapping

from domain.fields.records import RecordFields
from domain.fields.rows import FieldRow
from domain.publicity.publications import Publication
from domain.publicity.reading import News
from domain.tickets.fields import TICKET_TYPES

NEWS = RecordFields(News, "news", TICKET_TYPES)
"""What was publicised."""

PUBLICATION = RecordFields(Publication, "publication")
"""What officers say of a publication beside its news and its posts."""

PUBLICITY_ROWS: Mapping[str, FieldRow] = {**NEWS.rows, **PUBLICATION.rows}
"""The fields of both by name, in the order of the table."""


def publicity_texts(publication: Publication) -> dict[str, str]:
    """The values of all these fields as drafts hold them."""
    return {
        **NEWS.texts(publication.news, NEWS.rows),
        **PUBLICATION.texts(publication, PUBLICATION.rows),
    }
