"""What a mail brings of what is owed to the desk. Pure."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from domain.mail.raw.types import ReadMail
from domain.mail.sorted_mail import ProofHint, ProofKind
from domain.mail.sorting_rules import MailRules
from domain.tickets.references import ReferenceKind, find_references

READ = 6_000
"""Letters of a text in which somebody says what is brought."""
NAMED = 20
"""Files whose names are read."""
_CONTRACT = re.compile(r"(?<![\d/.-])(\d{1,5})[-_. ](25\d\d)(?!\d)")
"""A file's name holds no stroke."""
_INLINE = re.compile(
    r"(?:image|logo|outlook-)[\w-]{0,40}\.(?:png|gif|jpe?g)",
    re.IGNORECASE,
)
"""How programs call the pictures of a signature."""
_NO_SIGN = re.compile(r"[_-]")
"""What stands in the name of a file instead of a blank."""
_LINK = re.compile(r"https?://|doi\.org/|(?<![\d.])10\.\d{4,9}/")
"""A place where a file may be fetched, or a paper be read."""


def find_proofs(mail: ReadMail, rules: MailRules) -> tuple[ProofHint, ...]:
    """Returns what a mail seems to bring of what is owed: by its words beside a file or a link,
    or by the name of a file.
    """
    text = f"{mail.subject}\n{mail.text[:READ]}"
    if rules.has("complaints", text):
        return ()
    names = _files_of_person([one.filename for one in mail.attachments])
    files = "\n".join(names)
    found = set(_called(_NO_SIGN.sub(" ", files), "files", rules))
    linked = _LINK.search(text) is not None and not rules.has("still_asks", text)
    if names or linked:
        # Whose contract it is under says nothing of what is brought.
        said = rules.patterns["under_contract"].sub(" ", text)
        found.update(_called(said, "words", rules))
    contracts = find_contracts(text, files)
    kinds = sorted(found)
    return tuple(ProofHint(kind, contracts, _subjects(kind, text, rules)) for kind in kinds)


def _files_of_person(names: Sequence[str]) -> list[str]:
    """Returns the names of files without those of a signature's pictures."""
    return [name for name in names[:NAMED] if not _INLINE.fullmatch(name)]


@dataclass(frozen=True, slots=True)
class Brought:
    """What a mail brings: `subjects` = those of what it says that it is, if it says so; the
    contracts that it names; whether it has a file at all.
    """

    subjects: frozenset[str]
    contracts: tuple[str, ...]
    has_file: bool

    def __bool__(self) -> bool:
        return bool(self.subjects) or self.has_file


def read_brought(text: str, names: Sequence[str], subjects: Iterable[str]) -> Brought:
    """Returns what a mail with this text and these files brings, which was read as `subjects`."""
    files = _files_of_person(names)
    contracts = find_contracts(text[:READ], "\n".join(files))
    return Brought(frozenset(subjects), contracts, bool(files))


def awaited(brought: Brought, owed: Sequence[tuple[str, str]]) -> list[int]:
    """Returns which of the things that a customer owes a mail may bring, by their places: each is
    its contract ("" = none yet) and the subject that ends it.

    Whose contract is named, or what is called so; without a word of either the only thing owed."""
    meant = _of_named_contract(brought, owed)
    if not brought.subjects:
        return meant if len(owed) == 1 or _names_one(brought, owed) else []
    return [at for at in meant if owed[at][1] in brought.subjects]


def _names_one(brought: Brought, owed: Sequence[tuple[str, str]]) -> bool:
    """Returns whether a mail names the contract of something owed."""
    return any(contract in brought.contracts for contract, _subject in owed)


def _of_named_contract(brought: Brought, owed: Sequence[tuple[str, str]]) -> list[int]:
    """Returns the places of what is owed under a contract that a mail names; where it names none of
    them, of what has none yet, and of all where it names no contract.
    """
    wanted = brought.contracts if _names_one(brought, owed) else ("",)
    if not brought.contracts:
        wanted = tuple({contract for contract, _subject in owed})
    return [at for at, (contract, _subject) in enumerate(owed) if contract in wanted]


def _called(text: str, where: str, rules: MailRules) -> list[ProofKind]:
    """Returns what a text, or the names of files, call what is brought."""
    return [kind for kind in ProofKind if rules.has(f"{kind}_{where}", text)]


def _subjects(kind: ProofKind, text: str, rules: MailRules) -> tuple[str, ...]:
    """Returns the subjects of what is brought, the likeliest first."""
    subjects = rules.proofs[kind]
    # Whoever pays says for what.
    if kind is ProofKind.PAYMENT and rules.has("tabulation", text):
        return tuple(reversed(subjects))
    return subjects


def find_contracts(text: str, files: str) -> tuple[str, ...]:
    """Returns the numbers of contracts that the text or a file's name tells."""
    numbers = [f"{one[1]}/{one[2]}" for one in _CONTRACT.finditer(files)]
    for one in find_references(f"{text}\n{files}"):
        if one.kind is ReferenceKind.CONTRACT:
            numbers.append(one.value)
    return tuple(dict.fromkeys(numbers))
