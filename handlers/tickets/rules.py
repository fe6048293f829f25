"""What a subject wants of a ticket: what is missing, what cannot be, what is filled in by
itself.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from domain.catalogue import ALWAYS_REQUIRED
from domain.customers.provinces import count_text, read_user_count
from domain.errors import InvalidInput
from domain.staff import StaffId
from domain.tickets.records import Status, Ticket
from handlers.chat import Button
from handlers.desk import Context
from handlers.i18n import _
from handlers.labels import day, field_label, person_label
from handlers.messages import sentence
from handlers.projects.fields import likely
from handlers.tickets.data import NO_CUSTOMER, NONE, as_data, created_text
from store import staff
from store.tickets import hand_overs
from store.tickets import records as tickets

NAMED = 3
"""How many wanted fields a button names."""


def derived(ctx: Context, values: Mapping[str, str], *, closes: bool) -> dict[str, str]:
    """What the texts say surely: a province's number of users, and the result that it comes to."""
    if not ctx.desk.configuration.catalogue.wants(values.get("subject", ""), "user_count"):
        return {}
    read = read_user_count(
        "\n".join((values.get("details", ""), values.get("result", ""))), ctx.today
    )
    month = read.month if read.month and read.month <= ctx.today else None
    found = {
        "province": read.province,
        "user_count": "" if read.users is None else str(read.users),
        "counted_on": month.isoformat() if month else "",
    }
    unknown = values.get("unknown", "").split(",")
    new = {
        name: value
        for name, value in found.items()
        if value and not values.get(name) and name not in unknown
    }
    whole = {**values, **new}
    if closes and not values.get("result") and whole.get("province") and whole.get("user_count"):
        on = date.fromisoformat(whole["counted_on"]) if whole.get("counted_on") else None
        new["result"] = count_text(whole["province"], int(whole["user_count"]), on)
    return new


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
    subject = ctx.desk.configuration.catalogue.subjects.get(values.get("subject", ""))
    if subject is None or not subject.forwards or values.get("real_customer") == NONE:
        return False
    if saved is None:
        return True
    return closes and saved.status is not Status.CLOSED and not saved.result


def lacks_customer(ctx: Context, values: Mapping[str, str]) -> bool:
    """Whether a new ticket has no customer, though its subject usually has one and nobody said that
    there is none.
    """
    subject = ctx.desk.configuration.catalogue.subjects.get(values.get("subject", ""))
    without = subject is not None and subject.without_customer
    return not (without or values.get("customer") or values.get(NO_CUSTOMER))


async def circumstances(
    ctx: Context, values: Mapping[str, str]
) -> tuple[str, str, str, Decimal | None]:
    """What decides which fields a subject wants: subject, channel, the customer's type, price."""
    code = values.get("customer")
    kind = (await ctx.customer(code)).kind if code else ""
    price = Decimal(values["price"]) if values.get("price") else None
    return values["subject"], values["channel"], kind, price


def known_subject(ctx: Context, values: Mapping[str, str]) -> bool:
    """Whether there is a subject of the catalogue, and a channel, to ask by."""
    return values.get("subject") in ctx.desk.configuration.catalogue.subjects and bool(
        values.get("channel")
    )


async def closing(ctx: Context, values: Mapping[str, str]) -> list[str]:
    """What closing insists on (DOMAIN.md section 4, "What a subject asks for")."""
    if not known_subject(ctx, values):
        return list(ALWAYS_REQUIRED)
    return list(
        ctx.desk.configuration.catalogue.required_for_closing(*await circumstances(ctx, values))
    )


async def asked(ctx: Context, values: Mapping[str, str]) -> list[str]:
    """What the subject asks for at all: what closing insists on, then the prompts."""
    if not known_subject(ctx, values):
        return []
    prompts = ctx.desk.configuration.catalogue.prompts(*await circumstances(ctx, values))
    return [*await closing(ctx, values), *prompts]


def misfit(ctx: Context, values: Mapping[str, str]) -> bool:
    """The channel is not one of the subject's, and nobody has said yet that it is meant."""
    if not known_subject(ctx, values):
        return False
    fits = ctx.desk.configuration.catalogue.fits(values["subject"], values["channel"])
    return not fits and values.get("misfit") != f"{values['subject']} {values['channel']}"


def problems(ctx: Context, values: Mapping[str, str], touched: Mapping[str, str]) -> dict[str, str]:
    """Fields that this draft touches and that contradict others, with the sentence that says so."""
    created, closed = values.get("created_on") or ctx.today.isoformat(), values.get("closed_on", "")
    day, receipt = created.partition("T")[0], values.get("receipt_on", "")
    found = {}
    # Of the same exactness: a day without a time is not after a moment of that day.
    if closed[: len(created)] < created and closed and "created_on" in touched:
        told = {"created": created_text(created), "closed": created_text(closed[: len(created)])}
        found["created_on"] = sentence(InvalidInput("created_late", **told))
    if receipt and receipt < day and {"receipt_on", "created_on"} & touched.keys():
        told = {"created": created_text(day), "receipt": created_text(receipt)}
        found["receipt_on"] = sentence(InvalidInput("receipt_before", **told))
    return found


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
    found = []
    assignee = values.get("assignee") or str(ctx.staff.id)
    done = closes or values.get("closed_on")
    if (
        not done
        and assignee != str(ctx.staff.id)
        and (away := (await away_until(ctx)).get(StaffId(int(assignee))))
    ):
        name = (await staff.get_staff(ctx.db, StaffId(int(assignee)))).name
        found.append(f"⚠️ {person_label(name)}{away}")
    if values.get("receipt_no"):
        used = await tickets.list_by_receipt(ctx.db, values["receipt_no"], no)
        if used:
            found.append(
                _(
                    "⚠️ เลขที่ใบเสร็จ %(no)s ใช้แล้วใน %(tickets)s",
                    no=values["receipt_no"],
                    tickets=", ".join(used),
                )
            )
    catalogue = ctx.desk.configuration.catalogue
    if hint := catalogue.hint(values.get("subject", ""), values.get("channel", ""), asking):
        found.append(_("ระบุ%(hint)s", hint=hint))
    return found


async def away_until(ctx: Context) -> dict[StaffId, str]:
    """Who is on leave today, and until when, in words."""
    leaves = await hand_overs.list_leaves(ctx.db, ctx.today, ctx.today)
    return {leave.staff: _("ลาถึง %(date)s", date=day(leave.last_on)) for leave in leaves}


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
    buttons = []
    own = ctx.desk.configuration.catalogue.wants(ticket.subject, "projects") and not ticket.projects
    if (
        own
        and "projects" not in ticket.unknown
        and (project := likely(ctx, f"{ticket.details}\n{ticket.result}"))
    ):
        args = {"no": ticket.no, "project": project[0], "years": project[1]}
        buttons.append(
            Button(f"＋ {project[2]}", "ticket.project", args, ticket.no, ticket.version, once=True)
        )
    if not lacking:
        return tuple(buttons)
    names = " · ".join(map(field_label, lacking[:NAMED])) + (" …" if len(lacking) > NAMED else "")
    return (*buttons, Button(_("เติม%(fields)s", fields=names), "ticket.prompts", {"no": ticket.no}))
