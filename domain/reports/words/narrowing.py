"""Of which tickets a question asks: the filters that its names are. Pure."""

from collections.abc import Iterable

from domain.catalogue import Catalogue
from domain.reports.requests import Dimension
from domain.reports.words.said import SaidPhrases
from domain.reports.words.senses import Says
from domain.reports.words.tables import question_words

RequestFilters = tuple[tuple[Dimension, str], ...]


def filters_said(said: SaidPhrases, catalogue: Catalogue) -> RequestFilters:
    """Returns the filters, in the order of the dimensions."""
    named = [
        (one.sense.dimension, key)
        for one in said.of(Says.FILTER)
        for key in one.sense.keys
        if one.sense.dimension is not None
    ]
    subjects = [key for dimension, key in named if dimension is Dimension.SUBJECT]
    others = [pair for pair in named if pair[0] is not Dimension.SUBJECT]
    if not subjects and "sold" in said.states:
        subjects.append(question_words("subjects_sold").text("group"))
    filters = dict.fromkeys(
        (
            *_of_subjects(
                subjects,
                said,
                catalogue,
            ),
            *others,
        )
    )
    order = list(Dimension)
    return tuple(sorted(filters, key=lambda pair: order.index(pair[0])))


def _of_subjects(
    codes: Iterable[str],
    said: SaidPhrases,
    catalogue: Catalogue,
) -> list[tuple[Dimension, str]]:
    """Returns groups and subjects: of subjects that share a name those of a group that is named
    beside it, and of a group with subjects that are called like it the group.
    """
    named = list(dict.fromkeys(codes))
    groups = [code for code in named if _is_group(code, catalogue)]
    if not groups:
        return [(Dimension.SUBJECT, code) for code in named]
    known = filter(catalogue.subjects.__contains__, named)
    inside = [code for code in known if catalogue.subjects[code].parent in groups]
    dimension = Dimension.SUBJECT_GROUP
    meant = groups
    if inside and not _named_at_once({*groups, *inside}, said):
        dimension = Dimension.SUBJECT
        meant = inside
    return [(dimension, code) for code in meant]


def _is_group(code: str, catalogue: Catalogue) -> bool:
    # Tickets without a subject have no code.
    subject = catalogue.subjects.get(code)
    return subject is not None and subject.parent is None and subject.is_numbered


def _named_at_once(codes: set[str], said: SaidPhrases) -> bool:
    """Returns whether a single phrase means all of these subjects."""
    return any(codes <= set(one.sense.keys) for one in said.of(Says.FILTER))
