"""The rules by which mails are sorted, as the office's data have them (domain/data/mail.toml)."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from domain.catalogue import Catalogue
from domain.customers.phones import read_phones
from domain.data import TomlTable
from domain.mail.senders import DomainRules, domain_of, is_below
from domain.patterns import one_of

KEYS = (
    "office_phones",
    "public_domains",
    "shared_endings",
    "default_subjects",
    "desk_subjects",
    "international_domains",
    "colleagues",
    "other_colleague",
    "thanks_subjects",
    "proof_subjects",
    "headers",
    "words",
    "subject_words",
)
"""The keys of the table."""
_LATIN_END = r"(?:(?<![a-z0-9])|(?![a-z0-9]))"
"""No further letter follows a letter."""
HEADERS = ("loop", "automatic", "spam")
"""Lists of headers."""
PROOFS = ("contract", "paper", "payment")
"""What may be brought, each with its words and the names of its files."""
WORDS = (
    "daemons",
    "postmasters",
    "postmaster_names",
    "bounce_subjects",
    "bounce_texts",
    "delay_words",
    "returned_begins",
    "robots",
    "automatic_subjects",
    "away_subjects",
    "receipt_subjects",
    "automatic_texts",
    "away_texts",
    "acknowledged",
    "forward_prefixes",
    "reply_prefixes",
    "forward_marks",
    "label_from",
    "label_other",
    "thanks",
    "thanks_much",
    "thanks_fillers",
    "thanked_for",
    "formal_thanks",
    "put_to_use",
    "no_requests",
    "promises",
    "thanks_asks",
    "polite_ends",
    "years",
    "postscripts",
    "nothing_said",
    "satisfied",
    "unsatisfied",
    "complaints",
    "greetings",
    "closings",
    *(f"{proof}_{kind}" for proof in PROOFS for kind in ("words", "files")),
    "under_contract",
    "tabulation",
    "still_asks",
    "count_words",
    "count_places",
    "counted_otherwise",
    "asks_for_counts",
    "counted",
    "sums",
    "no_count",
    "real_question",
    "spam_hints",
    "spam_politely",
    "spam_money",
    "spam_account",
    "spam_secret",
    "spam_contact",
    "spam_blackmail",
    "spam_goods",
    "spam_press",
    "phones_of_others",
)
"""Lists of words, each explained where its words stand."""


@dataclass(frozen=True, slots=True)
class MailRules:
    """What is known of mails that come in.

    `patterns` = by the name of a list of words, what finds any of them. `forwarders` = by the
    address of a colleague who passes mails on, the subject of that; `other_forwarder` = the one of
    all other colleagues. `thanks` = by group of subjects, the one of thanks."""

    patterns: Mapping[str, re.Pattern[str]]
    headers: Mapping[str, tuple[str, ...]]
    domains: DomainRules
    office_phones: tuple[str, ...]
    forwarders: Mapping[str, str]
    other_forwarder: str
    thanks: Mapping[str, str]
    proofs: Mapping[str, tuple[str, ...]]
    subject_words: Mapping[str, re.Pattern[str]]
    default_subjects: tuple[str, ...]
    desk_subjects: frozenset[str]
    international: frozenset[str]

    def has(self, name: str, text: str) -> bool:
        """Returns whether a text holds any word of the list."""
        return self.patterns[name].search(text) is not None

    def begins(self, name: str, text: str) -> bool:
        """Returns whether a text begins with a word of the list."""
        return self.patterns[name].match(text) is not None

    def is_one(self, name: str, text: str) -> bool:
        """Returns whether a text is a word of the list and nothing else."""
        return self.patterns[name].fullmatch(text) is not None

    def is_international(self, email: str) -> bool:
        """Returns whether an address is of an organisation of several countries."""
        domain = domain_of(email)
        return any(is_below(domain, one) for one in self.international)

    @property
    def read_subjects(self) -> frozenset[str]:
        """Returns the subjects which the whole mail decides and no single word: thanks, and what
        colleagues pass on.
        """
        return frozenset((*self.thanks.values(), *self.forwarders.values(), self.other_forwarder))

    def thanks_subject(self, ticket_subject: str) -> str:
        """Returns the subject of thanks for a ticket with this subject; "" where there is none."""
        return self.thanks.get(ticket_subject.partition(".")[0], "")


def read_mail_rules(root: TomlTable, catalogue: Catalogue) -> MailRules:
    """Reads the table `mail`; the DataError it raises names file and key."""
    table = root.table("mail")
    table.check_keys(KEYS)
    words = table.table("words")
    words.check_keys(WORDS)
    headers = table.table("headers")
    headers.check_keys(HEADERS)
    proofs = table.table("proof_subjects")
    proofs.check_keys(PROOFS)
    reader = _Reader(catalogue)
    subject_words = table.table("subject_words")
    return MailRules(
        patterns={name: word_pattern(words.texts(name)) for name in WORDS},
        headers={name: headers.texts(name) for name in HEADERS},
        domains=DomainRules(
            frozenset(table.texts("public_domains")),
            frozenset(table.texts("shared_endings")),
        ),
        office_phones=tuple(map(_canonical, table.texts("office_phones"))),
        forwarders=reader.by_key(table.table("colleagues")),
        other_forwarder=reader.subject(table.table("other_colleague"), "subject"),
        thanks=reader.by_key(table.table("thanks_subjects")),
        proofs={proof: reader.subjects(proofs, proof) for proof in PROOFS},
        subject_words={
            code: word_pattern(subject_words.texts(code)) for code in subject_words.values
        },
        default_subjects=reader.subjects(table, "default_subjects"),
        desk_subjects=frozenset(reader.subjects(table, "desk_subjects")),
        international=frozenset(table.texts("international_domains")),
    )


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads subjects, and refuses those that the catalogue lacks."""

    catalogue: Catalogue

    def subject(self, table: TomlTable, key: str) -> str:
        """Returns the one subject under a key."""
        code = table.text(key)
        if code not in self.catalogue.subjects:
            raise table.refusal("is no subject of the catalogue", key)
        return code

    def subjects(self, table: TomlTable, key: str) -> tuple[str, ...]:
        """Returns the list of subjects under a key."""
        return table.codes(key, self.catalogue.subjects, "subject of the catalogue")

    def by_key(self, table: TomlTable) -> dict[str, str]:
        """Returns the subject under each key of a table, the keys in small letters."""
        return {key.casefold(): self.subject(table, key) for key in table.values}


def _canonical(phone: str) -> str:
    """Returns how a number begins, as it is compared: a whole one as it is stored."""
    read = read_phones(phone)
    return read.numbers[0] if read.numbers else phone


def word_pattern(words: Iterable[str]) -> re.Pattern[str]:
    """Returns what finds any of the words, Latin ones only as whole words, over the ends of lines;
    nothing where there are none.
    """
    found = [word.casefold() for word in words]
    latin = [word for word in found if word[0].isascii() and word[0].isalnum()]
    others = [word for word in found if word not in latin]
    ways = []
    if latin:
        ways.append(rf"(?<![a-z0-9]){one_of(latin)}{_LATIN_END}")
    if others:
        ways.append(one_of(others))
    pattern = "|".join(ways).replace(r"\ ", r"\s{1,4}")
    return re.compile(pattern or r"(?!)", re.IGNORECASE)
