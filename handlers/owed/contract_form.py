"""The form of a contract: its number, dates, researcher, projects, purpose, and the research result
that it promises.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from domain.errors import InvalidInput
from domain.fields.rows import FORM, FieldRow
from domain.owed.contracts import DUE_DATES, Contract, check_due_on
from domain.owed.fields import CONTRACT
from domain.owed.requests import Life
from domain.tickets.projects import find_projects
from domain.tickets.records import SEPARATOR
from handlers.chat import Card, Reply, say
from handlers.desk import Context
from handlers.forms import reading as fields
from handlers.forms.drafts import end, new_draft
from handlers.forms.engine import Field, Form, Option, enter_form
from handlers.forms.fields import form_fields
from handlers.forms.values import said
from handlers.i18n import _, date_text
from handlers.labels import field_label
from handlers.owed import request_cards
from handlers.owed.requests import contract_from, save_context
from handlers.tickets import cards as ticket_cards
from handlers.tickets.contract_no import contract_no_field, taken
from store.chat.forms import Dialog, Draft
from store.owed import contracts, requests

NO_PROJECT = "-"


async def _life(ctx: Context, draft: Draft) -> Life:
    return await requests.get_life(ctx.db, int(draft.record))


async def _values(ctx: Context, draft: Draft) -> dict[str, str]:
    """What the contract would hold if it were saved now."""
    life = await _life(ctx, draft)
    base = life.contract or contract_from(life, "")
    return {**CONTRACT.texts(base, CONTRACT.rows), **draft.given}


async def _check_no(ctx: Context, draft: Draft, no: str) -> None:
    found = await contracts.find_contract(ctx.db, no)
    if found and found.request_id != int(draft.record):
        raise await taken(ctx, no, await contracts.find_owner(ctx.db, no))


async def _contacts(ctx: Context, draft: Draft) -> list[Option]:
    """The customer, and each of the contacts."""
    life = await _life(ctx, draft)
    customer = await ctx.customer(life.request.customer)
    options = [Option("", ticket_cards.shown_name(customer))]
    options += [Option(str(contact.id), contact.name) for contact in customer.contacts]
    return options


async def _parse_contact(ctx: Context, draft: Draft, text: str) -> Mapping[str, str]:
    if not text:
        return {"contact": ""}
    options = await _contacts(ctx, draft)
    return {"contact": fields.match_option(options, text)}


async def _parse_projects(ctx: Context, draft: Draft, text: str) -> Mapping[str, str]:
    """One more project; `-` takes all of them away. InvalidInput("projects") for a word that fits
    no project, or several.
    """
    if text == NO_PROJECT:
        return {"projects": ""}
    found = find_projects(ctx.desk.configuration.projects, text)
    named = [project for project in found if project.name == text]
    meant = named or found
    if len(meant) != 1:
        raise InvalidInput("projects", text=text[:60])
    values = await _values(ctx, draft)
    chosen = [*values["projects"].split(SEPARATOR), meant[0].name]
    return {"projects": SEPARATOR.join(dict.fromkeys(filter(None, chosen)))}


async def _project_options(ctx: Context, draft: Draft) -> list[Option]:
    every = [Option(project.name, project.name) for project in ctx.desk.configuration.projects]
    return [*every, Option(NO_PROJECT, _("ไม่มีโครงการ"))]


def _agreed(row: FieldRow) -> Field:
    """A date agreed upon: from today on."""

    async def parse(ctx: Context, draft: Draft, text: str) -> Mapping[str, str]:
        day = fields.coming_day(ctx, text)
        agreed = check_due_on(day, ctx.today)
        return {row.name: agreed.isoformat()}

    return Field(row.name, row.hint, parse, asks=fields.day_to_come)


def _contract_fields() -> dict[str, Field]:
    """The fields of the table, those with code of their own among them."""
    rows = CONTRACT.rows
    own = (
        replace(contract_no_field(rows["contract_no"].hint, _check_no), clearable=False),
        Field(
            "contact",
            "",
            _parse_contact,
            _contacts,
            clearable=False,
        ),
        Field("projects", rows["projects"].hint, _parse_projects, _project_options),
        *(_agreed(rows[name]) for name in DUE_DATES),
    )
    names = CONTRACT.standing(FORM, first=("contract_no", "contract_on"))
    return form_fields([rows[name] for name in names], {field.name: field for field in own})


class ContractForm(Form):
    """The form of a contract, see `handlers.forms.engine.Form`. The record of its draft is the
    request; what the draft holds lies over the saved contract.
    """

    kind = "contract"
    fields: Mapping[str, Field] = _contract_fields()

    async def values(self, ctx: Context, draft: Draft) -> dict[str, str]:
        return await _values(ctx, draft)

    async def missing(self, ctx: Context, draft: Draft) -> list[str]:
        values = await self.values(ctx, draft)
        return [] if values["contract_no"] else ["contract_no"]

    async def show(self, ctx: Context, draft: Draft) -> Card:
        life = await _life(ctx, draft)
        changed = []
        for name in self.fields:
            if name in draft.given:
                changed.append(
                    (
                        field_label(name),
                        await self._text(ctx, draft, name),
                    )
                )
        title = _("📄 แก้ไข%(what)s", what=request_cards.plain_title(life))
        return Card(title, tuple(line for line in changed if line[1]))

    async def _text(self, ctx: Context, draft: Draft, name: str) -> str:
        """A field as people read it."""
        values = await self.values(ctx, draft)
        value = values.get(name, "")
        if name == "contact":
            life = await _life(ctx, draft)
            return await ticket_cards.contact_name(
                ctx,
                life.request.customer,
                int(value or 0),
            )
        if name == "projects":
            return value.replace(SEPARATOR, ", ")
        if not value:
            return ""
        return said(ctx.desk.configuration, CONTRACT.rows[name], value)

    async def present(self, ctx: Context, draft: Draft, name: str) -> str:
        return await self._text(ctx, draft, name)

    async def save(self, ctx: Context, draft: Draft) -> Reply:
        life = await _life(ctx, draft)
        base = life.contract or Contract("", life.request.id)
        values = await self.values(ctx, draft)
        contract = replace(base, **CONTRACT.values(values, CONTRACT.rows))
        if contract == life.contract:
            end(
                ctx,
                draft,
                outcome=contract.no,
                state="cancelled",
            )
            return say(_("ไม่มีการเปลี่ยนแปลง"), request_cards.request_button(life.request.id))
        end(ctx, draft, outcome=contract.no)
        return await save_contract(ctx, life, contract)


enter_form(ContractForm())


def edit_contract(ctx: Context, life: Life, *, look: bool = False) -> Draft:
    """Returns a draft over the contract of a request, if it has one; with `look` its card is shown
    before it is saved.
    """
    return new_draft(
        ctx,
        "contract",
        {},
        record=str(life.request.id),
        record_version=life.request.version,
        dialog=Dialog(look=look),
    )


async def save_contract(ctx: Context, life: Life, contract: Contract) -> Reply:
    """Has a contract written, a new one (id 0) or a changed one, and tells what that means for what
    is owed.
    """
    if life.contract is None:
        ctx.change(
            partial(
                requests.add_contract,
                contract=contract,
                context=save_context(ctx),
            )
        )
    else:
        change = partial(
            requests.change_contract,
            old=life.contract,
            new=contract,
            version=life.request.version,
            context=save_context(ctx),
        )
        ctx.change(change)
    ctx.audit("contract.saved", contract.no)
    after = replace(life, contract=contract)
    lines = [_("✅ บันทึกข้อมูลเรียบร้อย %(no)s", no=contract.no), *_new_dates(ctx, after)]
    edit = request_cards.button(_("แก้ไขสัญญา"), "contract.edit", after)
    part = request_cards.outcome(
        ctx,
        after,
        lines,
        (edit,),
    )
    return Reply((part,), confirms=True)


def _new_dates(ctx: Context, life: Life) -> list[str]:
    """When what was owed before is due by the contract's dates, and when it is reminded of."""
    rules = ctx.desk.configuration.rules
    lines = []
    for row in requests.settlement(life, rules):
        at = requests.next_of(row, save_context(ctx))
        if row.id and at:
            due = date_text(row.first_on(rules[row.rule]))
            remind_on = request_cards.day(at)
            lines.append(_("ครบกำหนด %(due)s · เตือน %(at)s", due=due, at=remind_on))
    return lines
