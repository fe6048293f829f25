"""The people of a ticket: the customer and its contact, the customer of a forwarded mail, the
assignee.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise

from domain.customers.phones import format_phone, looks_like_email, read_contact_details
from domain.errors import InvalidInput
from domain.one_line.answers import named_person, plain_answer, says_me, says_nobody
from domain.one_line.slips import SlipKind, find_slip
from domain.search.queries import LEAST_DIGITS, read_query
from domain.staff import Staff, StaffId
from domain.text import digits, fold, shorten
from domain.tickets.references import ReferenceKind, find_references
from handlers.chat import Button
from handlers.desk import Context
from handlers.forms import reading as fields
from handlers.forms.drafts import FormAnswer, new_draft
from handlers.forms.engine import Field, Option
from handlers.i18n import _
from handlers.labels import person_label, value_label
from handlers.messages import sentence
from handlers.tickets.cards import contact_of, found_line
from handlers.tickets.data import NO_CUSTOMER, NONE, present
from store import staff
from store.chat.forms import Draft
from store.search import customers as search
from store.tickets import records as tickets

NAMING = 120
NAME_WORDS = 6
"""Within so many letters and words of its beginning details may name their customer."""
CUSTOMERS = ("customer", "real_customer")
"""The fields that hold a customer's code; what was searched for stands among the queries."""
KEEP = "="
"""The option that leaves the assignee as it was."""
MOST = 20
QUERY_LIMIT = 200

_YEAR = re.compile(r"(?:19|20|24|25|26)\d\d")
_VALUE = re.compile(r"(C\d+)/(\d+)")
"""A customer with a contact, as a button of the field holds it."""


def _value(hit: search.Hit) -> str:
    """Returns what a field takes for this hit: `C70001`, with a contact `C70001/12`."""
    contact = contact_of(hit)
    if not contact:
        return hit.customer.code
    return f"{hit.customer.code}/{contact}"


def _read_value(text: str) -> tuple[str, str] | None:
    """Returns the code and the contact's id of such a value; None for whatever was typed."""
    found = _VALUE.fullmatch(text)
    if found is None:
        return None
    return found[1], found[2]


class _Customers:
    """A field that holds a customer, or none; `own` = the ticket's own, else a forwarded mail's."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.own = name == "customer"

    async def parse(
        self,
        ctx: Context,
        draft: Draft,
        text: str,
    ) -> FormAnswer:
        """Exactly one customer, or none (9, the button, or words that say so)."""
        if text == NONE or digits(text).strip() == "9" or says_nobody(text):
            return self._none(draft)
        picked = _read_value(text)
        if picked:
            return self._answer(*picked)
        hits = await ctx.find_customers(text)
        sole = hits.sole
        if sole:
            return self._answer(sole.customer.code, contact_of(sole))
        # Several or none: kept as typed, and shown as the field's options.
        return self._answer("", query=text[:QUERY_LIMIT])

    def _answer(self, code: str, contact: str = "", query: str = "") -> FormAnswer:
        given = {self.name: code}
        if self.own:
            # A new customer takes the old one's contact away.
            given["contact"] = contact
        return FormAnswer(given, queries={self.name: query})

    def _none(self, draft: Draft) -> FormAnswer:
        said = {NO_CUSTOMER: "1"} if self.own else {self.name: NONE}
        contact_details = _kept_contact_details(draft, draft.query(self.name))
        return self._answer("") | FormAnswer({**said, **contact_details})

    async def options(self, ctx: Context, draft: Draft) -> list[Option]:
        """Those that were found, and that there is none."""
        found = []
        for hit in (await self._hits(ctx, draft))[:MOST]:
            ctx.audit("customer.listed", hit.customer.code)
            value = _value(hit) if self.own else hit.customer.code
            found.append(Option(value, found_line(hit)))
        return [*found, Option(NONE, value_label(self.name, NONE))]

    async def _hits(self, ctx: Context, draft: Draft) -> list[search.Hit]:
        query = draft.query(self.name)
        if query:
            return await ctx.find_customers(query)
        if self.own and not draft.given.get("customer"):
            return await _named_in(ctx, draft.given.get("details", ""))
        return []

    def extras(self, ctx: Context, draft: Draft) -> tuple[Button, ...]:
        """A customer who is not in the register yet, with what was typed; none before it is known
        who is.
        """
        if ctx.is_register_unread:
            return ()
        query = draft.query(self.name)
        label = _("ผู้รับบริการใหม่")
        if query:
            label = _('ผู้รับบริการใหม่ "%(name)s"', name=shorten(format_phone(query), 40))
        args = {"query": query, "then": draft.id}
        return (Button(label, "customer.new", args),)


def customer_field(name: str, hint: str, *, hidden: bool = False) -> Field:
    """A customer by name, telephone, e-mail or code, or none."""
    customers = _Customers(name)
    return Field(
        name,
        hint,
        customers.parse,
        customers.options,
        takes=fields.CODE,
        extras=customers.extras,
        hidden=hidden,
    )


async def _named_in(ctx: Context, details: str) -> list[search.Hit]:
    """Whom the details seem to name: by a code, telephone or e-mail, by a part of one that begins
    them, else by a name.
    """
    head = " ".join(details[:NAMING].split())
    key = _key_within(head) or _begun_key(head)
    if key:
        return await ctx.find_customers(key)
    words = head.split()[:NAME_WORDS]
    pairs = map(" ".join, pairwise(words))
    found: dict[str, search.Hit] = {}
    for text in (*pairs, *words[:1]):
        for hit in await ctx.find_customers(text):
            if hit.why is search.MatchReason.NAME:
                found.setdefault(hit.customer.code, hit)
    return list(found.values())


def _key_within(text: str) -> str:
    """The first code, telephone or e-mail of a text; empty where there is none."""
    for reference in find_references(text):
        if reference.kind is ReferenceKind.CUSTOMER:
            return reference.value
    contact_details = read_contact_details(text)
    reached = (*contact_details.phones, *contact_details.emails)
    return reached[0] if reached else ""


def _begun_key(text: str) -> str:
    """The first word, where the search reads it as a code without its letter, or as a part of a
    telephone or address; a year is none.
    """
    first = text.partition(" ")[0]
    query = read_query(first)
    if len(query.digits) >= LEAST_DIGITS and not _YEAR.fullmatch(query.digits):
        return first
    return first if query.email_start or first.startswith("@") else ""


async def customer_slip(ctx: Context, draft: Draft, details: str) -> str:
    """What is wrong with the code or telephone that was typed for a customer, or among the details;
    else "".
    """
    typed = draft.query("customer") or details[:NAMING]
    slip = find_slip(typed)
    if slip is None:
        return ""
    # A code of the right form is a slip only where nobody has it.
    if slip.kind is SlipKind.CODE:
        known = await search.find_customers(ctx.db, ctx.words, slip.text)
        if known:
            return ""
    return f"⚠️ {sentence(fields.refusal(slip))}"


def _kept_contact_details(draft: Draft, query: str) -> dict[str, str]:
    """What was typed to find a customer who is none of ours is not lost."""
    if not query:
        return {}
    if looks_like_email(query):
        return {"reply_email": query}
    # What is no telephone stays as it is.
    remarks = (draft.given.get("remarks", ""), format_phone(query))
    return {"remarks": "\n".join(filter(None, remarks))}


async def _parse_contact(ctx: Context, draft: Draft, text: str) -> Mapping[str, str]:
    people = await _contact_options(ctx, draft)
    return {"contact": fields.match_option(people, text)}


async def _contact_options(ctx: Context, draft: Draft) -> list[Option]:
    code = await present(ctx, draft, "customer")
    if not code:
        return []
    customer = await ctx.customer(code)
    people = [Option(str(contact.id), contact.name) for contact in customer.contacts]
    return [Option("", customer.name), *people]


CONTACT = Field("contact", "", _parse_contact, _contact_options)


# The assignee: by name, or by team and then person (DOMAIN.md section 1).


async def _assignee_options(ctx: Context, draft: Draft) -> list[Option]:
    """Oneself, the colleagues whom one gave work lately, everybody else, and the teams; or one
    team's people.
    """
    query = draft.query("assignee")
    teams = await staff.list_teams(ctx.db)
    everybody = await staff.list_staff(ctx.db)
    people = _asked_for(
        [one for one in everybody if one.blocked_at is None],
        teams,
        query,
    )
    given_work = Counter(await tickets.list_assignees(ctx.db, ctx.staff.id))
    people.sort(key=lambda one: (one.id != ctx.staff.id, -given_work[one.id]))
    listed = [Option(str(one.id), one.name) for one in people]
    if query:
        return [*listed, Option(KEEP, _("ไม่เปลี่ยนผู้รับผิดชอบ"))]
    of_teams = [
        Option(team, _("ทีม %(team)s", team=team)) for team, members in teams.items() if members
    ]
    return [*listed, *of_teams]


def _asked_for(
    people: list[Staff], teams: Mapping[str, Sequence[StaffId]], query: str
) -> list[Staff]:
    """Of these people those whom an unsettled answer may mean: a team's, or those of that name."""
    if query in teams:
        by_id = {one.id: one for one in people}
        return [by_id[member] for member in teams[query] if member in by_id]
    if query:
        return _meant(people, query) or people
    return people


async def parse_assignee(ctx: Context, draft: Draft, text: str) -> FormAnswer:
    """A person by (a part of) the name, with or without @; a team's name asks who of it.

    InvalidInput("assignee_left") for somebody whose access was taken away, InvalidInput("assignee")
    for nobody."""
    if text == KEEP:
        return FormAnswer(queries={"assignee": ""})
    if says_me(text):
        return _assigned(ctx.staff.id)
    typed = plain_answer(text).lstrip("@").strip()
    # A team's name is never a person: who of it is meant has to be asked.
    team = named_team(await staff.list_teams(ctx.db), typed)
    if team:
        return FormAnswer(queries={"assignee": team})
    everybody = await staff.list_staff(ctx.db)
    found = _with_id(everybody, typed) or _meant(everybody, typed)
    if not found:
        typed = named_person(text)
        found = _meant(everybody, typed)
    if not found:
        raise InvalidInput("assignee", text=shorten(typed, 40))
    return _one_of(found, typed)


def _one_of(found: list[Staff], typed: str) -> FormAnswer:
    """The person who is meant for certain; else it is asked which of those who are here."""
    here = [person for person in found if person.blocked_at is None]
    if not here:
        raise InvalidInput("assignee_left", name=person_label(found[0].name))
    if len(here) == 1 and _is_named(here[0], typed):
        return _assigned(here[0].id)
    return FormAnswer(queries={"assignee": typed})


def _assigned(person: StaffId) -> FormAnswer:
    return FormAnswer({"assignee": str(person)}, queries={"assignee": ""})


def _with_id(people: Iterable[Staff], typed: str) -> list[Staff]:
    """The person whose button was pressed."""
    return [person for person in people if str(person.id) == typed]


async def assignee_note(ctx: Context, query: str) -> str:
    """Why a typed assignee is not settled, where it is somebody who left."""
    try:
        await parse_assignee(ctx, new_draft(ctx, "ticket", {}), query)
    except InvalidInput as error:
        return f"⚠️ {sentence(error)}"
    return ""


def named_team(teams: Iterable[str], typed: str) -> str:
    """The team that is meant, with or without the word for one; "" for none."""
    whole = fold(typed)
    bare = fold(named_person(typed))
    for team in teams:
        if fold(team) in (whole, bare):
            return team
        if fold(named_person(team)) == whole:
            return team
    return ""


def _is_named(person: Staff, typed: str) -> bool:
    """Whether the person is meant for certain: by a button, or by a whole word of the name; its
    beginning alone is asked about.
    """
    if str(person.id) == typed:
        return True
    name = fold(person.name)
    wanted = fold(typed)
    return wanted == name or wanted in name.split()


def _meant(people: list[Staff], typed: str) -> list[Staff]:
    """Those with exactly this name, else those whose name begins with it, else those whose name has
    it.
    """
    wanted = fold(typed)
    if not wanted:
        return []

    def has_word(name: str) -> bool:
        return any(word.startswith(wanted) for word in name.split())

    tests: tuple[Callable[[str], bool], ...] = (
        wanted.__eq__,
        lambda name: name.startswith(wanted),
        has_word,
    )
    for test in tests:
        found = [person for person in people if test(fold(person.name))]
        if found:
            return found
    return []


ASSIGNEE = Field(
    "assignee",
    "พิมพ์ชื่อหรือชื่อทีม",
    parse_assignee,
    _assignee_options,
    clearable=False,
)
