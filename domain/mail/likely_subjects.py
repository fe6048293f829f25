"""The subjects that are suggested for a mail, best first: by what it brings, by the office's words,
by what the desk chose for such words before. Pure.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date

from domain.catalogue import Catalogue
from domain.mail.sorted_mail import ProofHint
from domain.mail.sorting_rules import MailRules
from domain.suggestions.subjects import Model, Seeds

MOST = 3
"""Subjects that are suggested."""
CHANNEL = "email"
"""The channel of mails, by its code."""
READ = 2_000
"""Letters in which the words of customers are looked for."""
_INTERNATIONAL = "9"
"""The group of subjects of what organisations of several countries ask."""
_NO_GROUP = ""
"""In the place of a group of which nobody spoke."""

Suggest = Callable[[str], Sequence[str]]
"""Returns the likeliest subjects of a text by their codes, best first."""


def suggester(
    catalogue: Catalogue,
    seeds: Seeds,
    model: Model,
    on: date,
    habits: Mapping[str, int] | None = None,
) -> Suggest:
    """Returns what suggests subjects of mails, out of the words and the tickets of the desk."""
    every = [one.code for one in catalogue.active_subjects(on)]
    fitting = {code for code in every if catalogue.fits(code, CHANNEL)}

    def suggest(text: str) -> Sequence[str]:
        """Returns what the words of a text suggest."""
        return model.likeliest(
            text,
            CHANNEL,
            every,
            seeds=seeds,
            fitting=fitting,
            habits=habits or {},
        )

    return suggest


def subjects_of(
    text: str,
    sender: str,
    first: Iterable[str],
    rules: MailRules,
    suggest: Suggest,
) -> tuple[str, ...]:
    """Returns at most three subjects, best first: those that are sure already, then by words."""
    sure = tuple(first)
    listed = _listed(text, rules)
    groups = [*map(_group_of, listed), _NO_GROUP]
    # Customers' words tell the group, the most telling first; the office's words what of it.
    likely = sorted(suggest(text), key=lambda code: groups.index(_known(code, groups)))
    every = (
        *sure,
        *likely[:1],
        *listed,
        *likely,
        *rules.default_subjects,
    )
    # That somebody thanks, or passes a mail on, is no matter of a polite word below a question.
    refused = (rules.desk_subjects | rules.read_subjects).difference(sure)
    ranked = [code for code in dict.fromkeys(every) if code not in refused]
    if rules.is_international(sender):
        # What an organisation of countries asks is a group of its own (DOMAIN.md section 4).
        ranked = sorted(ranked, key=lambda code: not code.startswith(f"{_INTERNATIONAL}."))
    return tuple(ranked[:MOST])


def thanked_subjects(text: str, sender: str, rules: MailRules, suggest: Suggest) -> list[str]:
    """Returns the subjects of thanks, the likeliest first: what it thanks for is said, or not."""
    likely = [*_listed(text, rules), *suggest(text), *rules.default_subjects]
    if not rules.is_international(sender):
        likely = [code for code in likely if _group_of(code) != _INTERNATIONAL]
    thanked = map(rules.thanks_subject, likely)
    return list(filter(None, thanked))


def _group_of(code: str) -> str:
    """Returns the group of a subject: all that stands before the point."""
    return code.partition(".")[0]


def _known(code: str, groups: Sequence[str]) -> str:
    """Returns the group of a subject where it is among these."""
    group = _group_of(code)
    return group if group in groups else _NO_GROUP


def _listed(text: str, rules: MailRules) -> list[str]:
    """Returns the subjects of which customers' words speak."""
    beginning = text[:READ]
    words = rules.subject_words
    return [code for code in words if words[code].search(beginning)]


def proof_subjects(proofs: Iterable[ProofHint]) -> list[str]:
    """Returns the subjects of the tickets that end what is owed."""
    return [code for proof in proofs for code in proof.subjects]
