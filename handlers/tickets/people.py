"""The people of a ticket: the customer and its contact, the customer of a forwarded mail, the
assignee.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import pairwise

from domain.customers.phones import format_phone, looks_like_email, read_reach
from domain.errors import InvalidInput
from domain.one_line.answers import named_person, plain_answer, says_me
from domain.one_line.slips import SlipKind, find_slip
from domain.staff import Staff
from domain.text import digits, fold, shorten
from domain.tickets.references import ReferenceKind, find_references
from handlers.chat import Button
from handlers.desk import Context
from handlers.forms import reading as fields
from handlers.forms.engine import Field, FormAnswer, Option, new_draft
from handlers.i18n import _
from handlers.labels import person_label, value_label
from handlers.messages import sentence
from handlers.tickets import cards as ticket_cards
from handlers.tickets.data import NO_CUSTOMER, NONE, present
from store import staff
from store.chat.forms import Draft
from store.search import customers as search
from store.tickets import records as tickets

NAMING, NAME_WORDS = 120, 6
"""Within so many letters and words of its beginning details may name their customer."""
CUSTOMERS = ("customer", "real_customer")
"""The fields that hold a customer's code; what was searched for stands among the queries."""
KEEP = "="
"""The option that leaves the assignee as it was."""
MOST = 20


def customer_field(name: str, hint: str, *, hidden: bool = False) -> Field:
    """A customer by name, telephone, e-mail or code, or none."""
    own = name == "customer"
    contact = {"contact": ""} if own else {}

    async def parse(ctx: Context, draft: Draft, text: str) -> FormAnswer:
        """Exactly one customer, or none (9, or the button); a new customer takes the old one's
        contact away.
        """
        if text == NONE or digits(text).strip() == "9":
            said = {name: "", NO_CUSTOMER: "1"} if own else {name: NONE}
            reach = _kept_reach(draft, draft.query(name))
            return FormAnswer({**said, **contact, **reach}, queries={name: ""})
        hits = await search.find_customers(ctx.db, ctx.words, text)
        if len(hits) == 1 and not hits[0].weak:
            return FormAnswer({name: hits[0].customer.code, **contact}, queries={name: ""})
        # Several or none: kept as typed, and shown as the field's options.
        return FormAnswer({name: "", **contact}, queries={name: text[:200]})

    async def options(ctx: Context, draft: Draft) -> list[Option]:
        query = draft.query(name)
        hits = await search.find_customers(ctx.db, ctx.words, query) if query else []
        if own and not query and not draft.given.get("customer"):
            hits = await _named_in(ctx, draft.given.get("details", ""))
        for hit in hits[:MOST]:
            ctx.audit("customer.listed", hit.customer.code)
        found = [
            Option(h.customer.code, ticket_cards.customer_line(h.customer)) for h in hits[:MOST]
        ]
        return [*found, Option(NONE, value_label(name, NONE))]

    def extras(draft: Draft) -> tuple[Button, ...]:
        query = draft.query(name)
        named = _('ผู้รับบริการใหม่ "%(name)s"', name=shorten(format_phone(query), 40))
        label = named if query else _("ผู้รับบริการใหม่")
        return (Button(label, "customer.new", {"query": query, "then": draft.id}),)

    return Field(name, hint, parse, options, fields.CODE, extras, hidden=hidden)


async def _named_in(ctx: Context, details: str) -> list[search.Hit]:
    """Whom the details seem to name: by a code, telephone or e-mail, else by a name that begins
    them.
    """
    head = " ".join(details[:NAMING].split())
    if key := _key_within(head):
        return await search.find_customers(ctx.db, ctx.words, key)
    named = head.split()[:NAME_WORDS]
    found: dict[str, search.Hit] = {}
    for text in (*map(" ".join, pairwise(named)), *named[:1]):
        for hit in await search.find_customers(ctx.db, ctx.words, text):
            if hit.why is search.MatchReason.NAME:
                found.setdefault(hit.customer.code, hit)
    return list(found.values())


def _key_within(text: str) -> str:
    """The first code, telephone or e-mail of a text; empty where there is none."""
    codes = [one.value for one in find_references(text) if one.kind is ReferenceKind.CUSTOMER]
    reach = read_reach(text)
    return next(iter((*codes, *reach.phones, *reach.emails)), "")


async def customer_slip(ctx: Context, draft: Draft, details: str) -> str:
    """What is wrong with the code or telephone that was typed for a customer, or among the details;
    else "".
    """
    slip = find_slip(draft.query("customer") or details[:NAMING])
    if slip is None or (
        slip.kind is SlipKind.CODE and await search.find_customers(ctx.db, ctx.words, slip.text)
    ):
        return ""
    return f"⚠️ {sentence(fields.refusal(slip))}"


def _kept_reach(draft: Draft, query: str) -> dict[str, str]:
    """What was typed to find a customer who is none of ours is not lost."""
    if not query:
        return {}
    if looks_like_email(query):
        return {"reply_email": query}
    return {
        "remarks": "\n".join(filter(None, (draft.given.get("remarks", ""), format_phone(query))))
    }


async def _parse_contact(ctx: Context, draft: Draft, text: str) -> Mapping[str, str]:
    return {"contact": fields.match_option(await _contact_options(ctx, draft), text)}


async def _contact_options(ctx: Context, draft: Draft) -> list[Option]:
    code = await present(ctx, draft, "customer")
    if not code:
        return []
    customer = await ctx.customer(code)
    people = [Option(str(c.id), c.name) for c in customer.contacts]
    return [Option("", customer.name), *people]


CONTACT = Field("contact", "", _parse_contact, _contact_options)


# The assignee: by name, or by team and then person (DOMAIN.md section 1).


async def _assignee_options(ctx: Context, draft: Draft) -> list[Option]:
    """Oneself, the colleagues whom one gave work lately, everybody else, and the teams; or one
    team's people.
    """
    query = draft.query("assignee")
    people = {
        person.id: person for person in await staff.list_staff(ctx.db) if person.blocked_at is None
    }
    teams = await staff.list_teams(ctx.db)
    if query in teams:
        people = {number: people[number] for number in teams[query] if number in people}
    elif query and (named := _meant(list(people.values()), query)):
        people = {person.id: person for person in named}
    used = Counter(await tickets.list_assignees(ctx.db, ctx.staff.id))
    ordered = sorted(
        people.values(), key=lambda person: (person.id != ctx.staff.id, -used[person.id])
    )
    listed = [Option(str(person.id), person.name) for person in ordered]
    if query:
        return [*listed, Option(KEEP, _("ไม่เปลี่ยนผู้รับผิดชอบ"))]
    return [
        *listed,
        *(Option(team, _("ทีม %(team)s", team=team)) for team, members in teams.items() if members),
    ]


async def parse_assignee(ctx: Context, draft: Draft, text: str) -> FormAnswer:
    """A person by (a part of) the name, with or without @; a team's name asks who of it.

    InvalidInput("assignee_left") for somebody whose access was taken away, InvalidInput("assignee")
    for nobody."""
    if text == KEEP:
        return FormAnswer(queries={"assignee": ""})
    if says_me(text):
        return FormAnswer({"assignee": str(ctx.staff.id)}, queries={"assignee": ""})
    everybody = await staff.list_staff(ctx.db)
    typed = plain_answer(text).lstrip("@").strip()
    team = named_team(await staff.list_teams(ctx.db), typed)
    found = [person for person in everybody if str(person.id) == typed] or _meant(everybody, typed)
    if not found and not team:
        typed = named_person(text)
        found = _meant(everybody, typed)
    here = [person for person in found if person.blocked_at is None]
    if len(here) == 1 and not team and (str(here[0].id) == typed or _is_named(here[0], typed)):
        return FormAnswer({"assignee": str(here[0].id)}, queries={"assignee": ""})
    if team or here:
        return FormAnswer(queries={"assignee": team or typed})
    if found:
        raise InvalidInput("assignee_left", name=person_label(found[0].name))
    raise InvalidInput("assignee", text=shorten(typed, 40))


async def assignee_note(ctx: Context, query: str) -> str:
    """Why a typed assignee is not settled, where it is somebody who left."""
    try:
        await parse_assignee(ctx, new_draft(ctx, "ticket", {}), query)
    except InvalidInput as error:
        return f"⚠️ {sentence(error)}"
    return ""


def named_team(teams: Iterable[str], typed: str) -> str:
    """The team that is meant, with or without the word for one; "" for none."""
    names = (fold(typed), fold(named_person(typed)))
    return next(
        (team for team in teams if fold(team) in names or fold(named_person(team)) == names[0]), ""
    )


def _is_named(person: Staff, typed: str) -> bool:
    """Whether a whole word of the name was typed; its beginning alone is asked about."""
    wanted = fold(typed)
    return wanted == fold(person.name) or wanted in fold(person.name).split()


def _meant(people: list[Staff], typed: str) -> list[Staff]:
    """Those with exactly this name, else those whose name begins with it, else those whose name has
    it.
    """
    wanted = fold(typed)
    if not wanted:
        return []
    folded = {person.id: fold(person.name) for person in people}
    tests = (
        lambda name: name == wanted,
        lambda name: name.startswith(wanted),
        lambda name: any(word.startswith(wanted) for word in name.split()),
    )
    for test in tests:
        if found := [person for person in people if test(folded[person.id])]:
            return found
    return []


ASSIGNEE = Field("assignee", "พิมพ์ชื่อหรือชื่อทีม", parse_assignee, _assignee_options, clearable=False)
