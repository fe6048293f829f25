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
    listed = _listed(text, rules)
    # What the office's words and those of its customers both say comes first.
    likely = sorted(suggest(text), key=lambda code: code not in listed)
    every = (
        *first,
        *likely[:1],
        *listed,
        *likely,
        *rules.default_subjects,
    )
    each_once = dict.fromkeys(every)
    ranked = [code for code in each_once if code not in rules.desk_subjects]
    if rules.is_international(sender):
        # What an organisation of countries asks is a group of its own (DOMAIN.md section 4).
        ranked = sorted(ranked, key=lambda code: not code.startswith(f"{_INTERNATIONAL}."))
    return tuple(ranked[:MOST])


def thanked_subjects(text: str, rules: MailRules, suggest: Suggest) -> list[str]:
    """Returns the subjects of thanks, the likeliest first: what it thanks for is said, or not."""
    likely = map(rules.thanks_subject, (*_listed(text, rules), *suggest(text)))
    return list(filter(None, likely))


def _listed(text: str, rules: MailRules) -> list[str]:
    """Returns the subjects of which customers' words speak."""
    beginning = text[:READ]
    words = rules.subject_words
    return [code for code in words if words[code].search(beginning)]


def proof_subjects(proofs: Iterable[ProofHint]) -> list[str]:
    """Returns the subjects of the tickets that end what is owed."""
    return [code for proof in proofs for code in proof.subjects]
