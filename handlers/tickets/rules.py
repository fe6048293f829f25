"""What a subject wants of a ticket: what is missing, what cannot be, what is filled in by
itself.
"""

from collections.abc import Mapping
from decimal import Decimal

from domain.catalogue import ALWAYS_REQUIRED
from domain.customers.provinces import count_text, read_user_count
from domain.errors import InvalidInput
from domain.staff import StaffId
from domain.tickets.records import Status, Ticket
from handlers.chat import Button
from handlers.desk import Context
from handlers.forms.drafts import unknown_of
from handlers.forms.projects import likely
from handlers.i18n import _
from handlers.labels import day as day_label
from handlers.labels import field_label, person_label
from handlers.messages import sentence
from handlers.tickets.data import (
    NO_CUSTOMER,
    NONE,
    as_data,
    day,
    moment_text,
)
from store import staff
from store.tickets import hand_overs
from store.tickets import records as tickets

NAMED = 3
"""How many wanted fields a button names."""


def derived(ctx: Context, values: Mapping[str, str], *, closes: bool) -> dict[str, str]:
    """What the texts say surely: a province's number of users, and the result that it comes to."""
    if not ctx.catalogue.wants(values.get("subject", ""), "user_count"):
        return {}
    unknown = unknown_of(values)
    new = {
        name: value
        for name, value in _counted(ctx, values).items()
        if value and not values.get(name) and name not in unknown
    }
    if closes and not values.get("result"):
        result = _count_result({**values, **new})
        if result:
            new["result"] = result
    return new


def _counted(ctx: Context, values: Mapping[str, str]) -> dict[str, str]:
    """A province's report as it is read out of details and result; "" where it says nothing."""
    texts = (values.get("details", ""), values.get("result", ""))
    read = read_user_count("\n".join(texts), ctx.today)
    found = {"province": read.province}
    if read.users is not None:
        found["user_count"] = str(read.users)
    if read.month and read.month <= ctx.today:
        found["counted_on"] = read.month.isoformat()
    return found


def _count_result(values: Mapping[str, str]) -> str:
    """The result that a province's report comes to; "" where its province or number is missing."""
    province = values.get("province")
    users = values.get("user_count")
    if not province or not users:
        return ""
    month = day(values.get("counted_on", ""))
    return count_text(province, int(users), month)


def pairs(
    ctx: Context,
    values: Mapping[str, str],
    saved: Ticket | None,
    *,
    closes: bool,
) -> bool:
    """Whether saving makes the second ticket of a forwarded mail (DOMAIN.md section 4,
    incoming-mail subjects).
    """
    subject = ctx.catalogue.subjects.get(values.get("subject", ""))
    if subject is None or not subject.forwards:
        return False
    # The officer said that the mail asks for nothing that would be a ticket.
    if values.get("real_customer") == NONE:
        return False
    if saved is None:
        return True
    # A result names the second ticket already: it was closed before, and opened again.
    return closes and saved.status is not Status.CLOSED and not saved.result


def lacks_customer(ctx: Context, values: Mapping[str, str]) -> bool:
    """Whether a new ticket has no customer, though its subject usually has one and nobody said that
    there is none.
    """
    subject = ctx.catalogue.subjects.get(values.get("subject", ""))
    if subject is not None and subject.without_customer:
        return False
    return not (values.get("customer") or values.get(NO_CUSTOMER))


async def circumstances(
    ctx: Context, values: Mapping[str, str]
) -> tuple[str, str, str, Decimal | None]:
    """What decides which fields a subject wants: subject, channel, the customer's type, price."""
    kind = ""
    if code := values.get("customer"):
        kind = (await ctx.customer(code)).kind
    price = values.get("price")
    return (
        values["subject"],
        values["channel"],
        kind,
        Decimal(price) if price else None,
    )


def known_subject(ctx: Context, values: Mapping[str, str]) -> bool:
    """Whether there is a subject of the catalogue, and a channel, to ask by."""
    if not values.get("channel"):
        return False
    return values.get("subject") in ctx.catalogue.subjects


async def closing(ctx: Context, values: Mapping[str, str]) -> list[str]:
    """What closing insists on (DOMAIN.md section 4, "What a subject asks for")."""
    if not known_subject(ctx, values):
        return list(ALWAYS_REQUIRED)
    by = await circumstances(ctx, values)
    return list(ctx.catalogue.required_for_closing(*by))


async def asked(ctx: Context, values: Mapping[str, str]) -> list[str]:
    """What the subject asks for at all: what closing insists on, then the prompts."""
    if not known_subject(ctx, values):
        return []
    by = await circumstances(ctx, values)
    return [*await closing(ctx, values), *ctx.catalogue.prompts(*by)]


def misfit(ctx: Context, values: Mapping[str, str]) -> bool:
    """The channel is not one of the subject's, and nobody has said yet that it is meant."""
    if not known_subject(ctx, values):
        return False
    subject = values["subject"]
    channel = values["channel"]
    if ctx.catalogue.fits(subject, channel):
        return False
    return values.get("misfit") != f"{subject} {channel}"


def problems(ctx: Context, values: Mapping[str, str], touched: Mapping[str, str]) -> dict[str, str]:
    """Fields that this draft touches and that contradict others, with the sentence that says so."""
    created = values.get("created_on") or ctx.today.isoformat()
    created_day = created.partition("T")[0]
    receipt = values.get("receipt_on", "")
    found = {}
    if late := _created_late(values, created, touched):
        found[late] = InvalidInput(
            "created_late",
            created=moment_text(created),
            closed=moment_text(values["closed_on"][: len(created)]),
        )
    if receipt and receipt < created_day and {"receipt_on", "created_on"} & touched.keys():
        found["receipt_on"] = InvalidInput(
            "receipt_before",
            created=moment_text(created_day),
            receipt=moment_text(receipt),
        )
    return {name: sentence(error) for name, error in found.items()}


def _created_late(
    values: Mapping[str, str],
    created: str,
    touched: Mapping[str, str],
) -> str:
    """Which of the two moments is to be said anew where the ticket came after it was closed: the
    closing, if that was said; "" where nothing is wrong.
    """
    closed = values.get("closed_on", "")
    said = [name for name in ("closed_on", "created_on") if name in touched]
    # Of the same exactness: a day without a time is not after a moment of that day.
    exactness = min(len(closed), len(created))
    if not closed or not said or closed[:exactness] >= created[:exactness]:
        return ""
    return said[0]


async def notes(
    ctx: Context,
    values: Mapping[str, str],
    no: str,
    asking: str,
    *,
    closes: bool = False,
) -> list[str]:
    """What the officer should know before saving.

    A receipt that is used, a colleague who is away, what the subject wants in this field.
    """
    done = closes or values.get("closed_on")
    hint = ctx.catalogue.hint(
        values.get("subject", ""),
        values.get("channel", ""),
        asking,
    )
    found = [
        "" if done else await _away_note(ctx, values.get("assignee", "")),
        await _receipt_note(ctx, values.get("receipt_no", ""), no),
        _("ระบุ%(hint)s", hint=hint) if hint else "",
    ]
    return [*filter(None, found)]


async def _away_note(ctx: Context, assignee: str) -> str:
    """That the colleague who is to do it is on leave; "" for whoever is there."""
    if assignee in ("", str(ctx.staff.id)):
        return ""
    person = StaffId(int(assignee))
    away = (await away_until(ctx)).get(person)
    if away is None:
        return ""
    name = (await staff.get_staff(ctx.db, person)).name
    return f"⚠️ {person_label(name)}{away}"


async def _receipt_note(ctx: Context, receipt: str, no: str) -> str:
    """That another ticket than `no` names the receipt; "" where none does."""
    if not receipt:
        return ""
    used = await tickets.list_by_receipt(ctx.db, receipt, no)
    if not used:
        return ""
    return _(
        "⚠️ เลขที่ใบเสร็จ %(no)s ใช้แล้วใน %(tickets)s",
        no=receipt,
        tickets=", ".join(used),
    )


async def away_until(ctx: Context) -> dict[StaffId, str]:
    """Who is on leave today, and until when, in words."""
    leaves = await hand_overs.list_leaves(ctx.db, ctx.today, ctx.today)
    return {leave.staff: _("ลาถึง %(date)s", date=day_label(leave.last_on)) for leave in leaves}


async def wanted(ctx: Context, ticket: Ticket) -> list[str]:
    """What the subject asks for and the saved ticket lacks, but for details and result."""
    values = as_data(ticket)
    lacking = [
        name
        for name in await asked(ctx, values)
        if not values.get(name) and name not in ticket.unknown
    ]
    return [name for name in lacking if name not in ALWAYS_REQUIRED]


async def want_buttons(ctx: Context, ticket: Ticket) -> tuple[Button, ...]:
    """One tap for the project that the texts seem to be about, one that asks for all the subject
    wants.
    """
    lacking = await wanted(ctx, ticket)
    buttons = _project_buttons(ctx, ticket)
    if not lacking:
        return buttons
    names = " · ".join(map(field_label, lacking[:NAMED]))
    if len(lacking) > NAMED:
        names += " …"
    prompts = Button(
        _("เติม%(fields)s", fields=names),
        "ticket.prompts",
        {"no": ticket.no},
    )
    return (*buttons, prompts)


def _project_buttons(ctx: Context, ticket: Ticket) -> tuple[Button, ...]:
    """The project that the texts seem to be about, where the subject asks for one and none is
    said.
    """
    if ticket.projects or "projects" in ticket.unknown:
        return ()
    if not ctx.catalogue.wants(ticket.subject, "projects"):
        return ()
    project = likely(ctx, f"{ticket.details}\n{ticket.result}")
    if project is None:
        return ()
    name, years, label = project
    take = Button(
        f"＋ {label}",
        "ticket.project",
        {"no": ticket.no, "project": name, "years": years},
        ticket.no,
        ticket.version,
        once=True,
    )
    return (take,)
