"""Mails that are set apart as suspected spam or phishing: by what the server says, or by two kinds
of evidence, never where a question of the office's may be in it. Pure.
"""

import re

from domain.mail.raw.types import ReadMail
from domain.mail.senders import OfficeAddresses, domain_of
from domain.mail.sorting_rules import MailRules

READ = 8_000
"""Letters of a text that are read."""
POLITELY = 3
"""How much it weighs against it that somebody asks as people ask the desk."""
ENOUGH = 5
"""How much the evidence must weigh: one thing that is wanted and how it is pressed for."""
HINTS = (0, 1, 2, 4, 5)
"""How much so many different single words weigh together; four are enough."""
_WORDS = (
    "spam_money",
    "spam_account",
    "spam_secret",
    "spam_contact",
    "spam_blackmail",
    "spam_goods",
    "spam_press",
)
"""Lists of words, each of which is one kind of evidence."""
_WEIGHTS = {
    "spam_money": 3,
    "spam_account": 3,
    "spam_secret": 3,
    "spam_contact": 2,
    "spam_blackmail": 3,
    "spam_goods": 3,
    "spam_press": 2,
    "bulk": 3,
    "link": 1,
    "pretends": 2,
    "dangerous file": 1,
    "answers elsewhere": 1,
    "flagged": 5,
}
"""How much each kind of evidence weighs."""
_LINK = re.compile(r"https?://|www\.", re.IGNORECASE)
"""A link that is to be pressed."""
_ADDRESS = re.compile(r"[\w.+-]{1,64}@([\w-]{1,63}(?:\.[\w-]{1,63}){1,5})", re.ASCII)
"""An address within the name of a sender."""
_YES = re.compile(r"\s*(?:yes|true|spam|1)\b", re.IGNORECASE)
"""How filters write in a header that a mail is spam."""


def suspicion(mail: ReadMail, office: OfficeAddresses, rules: MailRules) -> tuple[str, ...]:
    """Returns what speaks for spam where it is enough to set a mail apart; () where it is not."""
    text = f"{mail.subject}\n{mail.text[:READ]}"
    if rules.has("real_question", text):
        return ()
    reasons = [name for name in _WORDS if rules.has(name, text)]
    signs = {
        "bulk": _is_bulk(mail),
        "link": _LINK.search(text) is not None,
        "pretends": _pretends(mail, office),
        "dangerous file": any(one.dangerous for one in mail.attachments),
        "answers elsewhere": _answers_elsewhere(mail, rules),
        "flagged": any(_is_flagged(mail, header) for header in rules.headers["spam"]),
    }
    reasons += filter(signs.__getitem__, signs)
    weight = sum(_WEIGHTS[reason] for reason in reasons)
    hints = _hints(text, rules)
    if hints:
        reasons.append("spam_hints")
    weight += hints
    if rules.has("spam_politely", text):
        weight -= POLITELY
    return tuple(reasons) if weight >= ENOUGH else ()


def _hints(text: str, rules: MailRules) -> int:
    """Returns how much the single words weigh that stand in a mail."""
    met = set(rules.patterns["spam_hints"].findall(text.casefold()))
    return HINTS[min(len(met), len(HINTS) - 1)]


def _is_flagged(mail: ReadMail, header: str) -> bool:
    """Returns whether the server that took the mail calls it spam."""
    return any(_YES.match(value) for value in mail.headers.get(header, ()))


def _is_bulk(mail: ReadMail) -> bool:
    """Returns whether a mail went to everybody on a list, and it is none on which people talk."""
    return "list-unsubscribe" in mail.headers and "list-post" not in mail.headers


def _pretends(mail: ReadMail, office: OfficeAddresses) -> bool:
    """Returns whether the sender's name is an address of the office's, and the address another."""
    named = _ADDRESS.search(mail.sender.name)
    if named is None or office.is_colleague(mail.sender.email):
        return False
    return office.is_colleague(named[0])


def _answers_elsewhere(mail: ReadMail, rules: MailRules) -> bool:
    """Returns whether answers go to a public provider, and the mail came from elsewhere."""
    if mail.reply_to is None:
        return False
    to = domain_of(mail.reply_to.email)
    return to in rules.domains.public and to != domain_of(mail.sender.email)
