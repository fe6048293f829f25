"""Mails that thank, or only tell that one came, and ask for nothing that somebody would have to do.
Pure.
"""

import re
from collections.abc import Iterator, Sequence

from domain.mail.matching.signatures import signs
from domain.mail.raw.types import MailAttachment, ReadMail
from domain.mail.sorting_rules import MailRules
from domain.text import digits

READ = 6_000
"""Letters of a text in which somebody thanks."""
LONGEST = 900
"""Letters of a mail that may be thanks and no more, but for its signature."""
MOST_BESIDE = 12
"""Letters of all sentences that say nothing known: somebody's name."""
_GREETING = 80
_SIGNED = 60
"""Letters of a line that greets, or stands in a signature."""
_SENTENCE_END = re.compile(r"[.!;\u2026]+(?=\s)|\n")
_RULE = re.compile(r"[-_=*~]{3,}")
"""A line across: what stands below is a list's or an office's."""
_NO_LETTER = re.compile(r"[\W\d_]+")
"""All that says nothing: blanks, figures, marks, pictures."""
_YEAR = re.compile(r"(?<!\d)(?:19|20|24|25)\d\d(?!\d)")
_SHORT_YEAR = re.compile(r"(?<!\d)\d\d(?!\d)")
_SHALL = re.compile(r"['\u2019]ll\b", re.IGNORECASE)
_NO_FILES = frozenset(
    {
        "application/pkcs7-signature",
        "application/x-pkcs7-signature",
        "application/pgp-signature",
        "text/vcard",
        "text/x-vcard",
    }
)
_PICTURE = "image/"
"""What programs attach to any mail: signatures, cards of visit, the picture of a letterhead."""
_COURTESIES = ("thanks", "satisfied", "no_requests", "thanks_much", "thanks_fillers")
"""Lists of what says no more than thanks."""
_TROUBLE = ("unsatisfied", "complaints")
_NO_ASKING = ("satisfied", "put_to_use", "thanks")
"""Lists of what holds a word of asking, and asks for nothing."""
_ASKING = ("still_asks", "thanks_asks")


def is_thanks(mail: ReadMail, rules: MailRules) -> bool:
    """Returns whether a mail thanks, and says nothing else that somebody would have to do."""
    if mail.forwarded or any(map(_is_file, mail.attachments)):
        return False
    # Thanks as a subject, and nothing but a signature below.
    text = _said(mail.text, rules) or mail.subject
    if len(text) > LONGEST or not rules.has("thanks", text):
        return False
    return not _asks(text, rules) and _says_no_more(text, rules)


def _is_file(attachment: MailAttachment) -> bool:
    """Returns whether a person attached a file, and no program."""
    mime = attachment.mime
    return not mime.startswith(_PICTURE) and mime not in _NO_FILES


def says_nothing(text: str, rules: MailRules) -> bool:
    """Returns whether a mail only tells that one came: a word or a raised thumb, or none at all."""
    said = _said(text, rules)
    if len(said) > LONGEST or _asks(said, rules):
        return False
    return not _letters(said, ("nothing_said",), rules)


# Whether somebody wants something.


def asks_something(text: str, rules: MailRules) -> bool:
    """Returns whether a mail asks or complains, and does not only tell what its writer will do."""
    said = _without(("promises", "no_requests"), _said(text, rules), rules)
    return any(rules.has(name, said) for name in (*_TROUBLE, "still_asks"))


def _asks(text: str, rules: MailRules) -> bool:
    """Returns whether what was sent is not right, or more is asked."""
    told = _without(("no_requests",), text, rules)
    if any(rules.has(name, told) for name in _TROUBLE) or _wants_year(text, rules):
        return True
    asked = _without(_NO_ASKING, told, rules)
    return any(rules.has(name, asked) for name in _ASKING)


def _wants_year(text: str, rules: MailRules) -> bool:
    """Returns whether a year is named of which nobody says that its data came, or what for."""
    named = [one for one in _sentences(text, rules) if _names_year(one, rules)]
    return any(not _is_thanked_for(one, rules) for one in named)


def _names_year(sentence: str, rules: MailRules) -> bool:
    plain = digits(sentence)
    if rules.has("years", sentence) and _SHORT_YEAR.search(plain):
        return True
    return _YEAR.search(plain) is not None


def _is_thanked_for(sentence: str, rules: MailRules) -> bool:
    """Returns whether a sentence says what somebody thanks for, or what he does with it."""
    if rules.has("put_to_use", sentence) or rules.begins("formal_thanks", sentence):
        return True
    thanks = rules.patterns["thanks"].search(sentence)
    behind = sentence[thanks.end() :] if thanks else sentence
    return rules.begins("thanked_for", _without(("thanks_much",), behind, rules).lstrip())


# Whether somebody says more.


def _says_no_more(text: str, rules: MailRules) -> bool:
    """Returns whether a text thanks and praises, tells what is done with what came, and is signed;
    beside that there is a short name at most.
    """
    beside = 0
    for sentence in _sentences(text, rules):
        if not _is_thanked_for(sentence, rules) and not signs(sentence):
            beside += len(_letters(sentence, _COURTESIES, rules))
    return beside <= MOST_BESIDE


def _letters(text: str, lists: Sequence[str], rules: MailRules) -> str:
    """Returns the letters of a text beside the words of some lists."""
    return _NO_LETTER.sub("", _without(lists, text, rules))


def _without(lists: Sequence[str], text: str, rules: MailRules) -> str:
    """Returns a text without the words of some lists."""
    for name in lists:
        text = rules.patterns[name].sub(" ", text)
    return text


def _sentences(text: str, rules: MailRules) -> Iterator[str]:
    """Yields the sentences of a text: Thai ends one politely, and a signature may follow in its
    line.
    """
    ended = rules.patterns["polite_ends"].sub(_with_end, text)
    for sentence in _SENTENCE_END.split(ended):
        yield rules.patterns["closings"].split(sentence, 1)[0].strip()


def _with_end(word: re.Match[str]) -> str:
    return f"{word[0]}\n"


# What of a mail is said, and not its signature.


def without_greeting(text: str, rules: MailRules) -> str:
    """Returns a text without a first line that greets, where more stands below."""
    first, _end, rest = text.strip().partition("\n")
    return rest if rest.strip() and _greets(first.strip(), rules) else text


def _said(text: str, rules: MailRules) -> str:
    """Returns a mail's text without the line that greets, and without what it is signed with."""
    plain = _SHALL.sub(" will", text[:READ])
    lines = list(filter(None, map(str.strip, plain.splitlines())))
    kept: list[str] = []
    thanked = False
    for place, line in enumerate(lines):
        if rules.begins("closings", line) or _RULE.fullmatch(line):
            return "\n".join((*kept, *_postscripts(lines[place:], rules)))
        thanks = rules.has("thanks", line)
        if thanks or not (_greets(line, rules) or (thanked and _signs(line, rules))):
            kept.append(line)
        thanked = thanked or thanks
    return "\n".join(kept)


def _greets(line: str, rules: MailRules) -> bool:
    """Returns whether a line greets and says nothing else."""
    return rules.begins("greetings", line) and len(line) < _GREETING


def _signs(line: str, rules: MailRules) -> bool:
    """Returns whether a line behind thanks is one of a signature."""
    return len(line) < _SIGNED and signs(line) and not _asks(line, rules)


def _postscripts(lines: Sequence[str], rules: MailRules) -> list[str]:
    """Returns what somebody added below his name."""
    return [line for line in lines if rules.begins("postscripts", line)]
